/* progress.h - how far long work has come, told to whoever asked. Lower rooms call `progress_step`; `cli` decides how it
 * looks: a line rewritten in place on a terminal, at most one line a second elsewhere. */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
  /* Called at most every `every_us`; done and total in `unit`s (total 0 = not known). May be NULL: silence. */
  void (*show)(struct progress *p, bool last);
  const char *what, *unit; /* "importing", "rows" */
  uint64_t done, total;
  int64_t began_us, shown_us, every_us;
  volatile int *cancel;    /* not NULL and not 0: stop at the next safe point (progress_step returns true) */
};

void progress_begin(struct progress *p, const char *what, const char *unit, uint64_t total);
bool progress_step(struct progress *p, uint64_t done); /* the absolute count so far; p may be NULL; true = please stop */
void progress_end(struct progress *p);
double progress_seconds(const struct progress *p);     /* since begin */
int64_t progress_now_us(void);                         /* a monotonic clock */

#endif
