#define _GNU_SOURCE
#include "base/progress.h"

#include <stddef.h>
#include <time.h>

int64_t progress_now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void progress_begin(struct progress *p, const char *what, const char *unit, uint64_t total) {
  if (!p) return;
  p->what = what;
  p->unit = unit;
  p->total = total;
  p->done = 0;
  p->began_us = p->shown_us = progress_now_us();
}

bool progress_step(struct progress *p, uint64_t done) {
  if (!p) return false;
  p->done = done;
  int64_t now = progress_now_us();
  if (p->show && now - p->shown_us >= p->every_us) {
    p->shown_us = now;
    p->show(p, false);
  }
  return p->cancel && *p->cancel;
}

void progress_end(struct progress *p) {
  if (p && p->show) p->show(p, true);
}

double progress_seconds(const struct progress *p) { return p ? (double)(progress_now_us() - p->began_us) / 1e6 : 0; }
