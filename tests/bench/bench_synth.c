/* How fast made-up people go into frozen columns: households a second with members and lines, on all threads, against the same program writing the
 * same round's households as files on the same data in the same run (which writes every round: counted by round), and against copying about as many bytes in memory.
 * usage: bench_synth [--scale X]      default 0.3, some 190,000 households */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "programme/programme.h"
#include "synth/frozen.h"

static struct err err;

static void must(enum status s) {
  if (s == OK) return;
  fprintf(stderr, "%s HINT: %s\n", err.message, err.hint);
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double core(void) { /* seconds of all threads */
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

int main(int argc, char **argv) {
  struct synth_options o = {.seed = 1, .scale = 0.3};
  if (argc == 3 && !strcmp(argv[1], "--scale")) o.scale = strtod(argv[2], NULL);
  else if (argc != 1) return fprintf(stderr, "usage: bench_synth [--scale X]\n"), 2;
  struct arena a;
  struct pool *pool;
  struct programme *p;
  struct problem *problems;
  struct frozen n;
  const int year = 2013;
  struct synth_counts files;
  char dir[] = "/tmp/bench-synth-XXXXXX", path[64], command[96];
  if (!mkdtemp(dir)) return 1;
  arena_init(&a, 0);
  must(pool_open(&pool, 0, &err));
  must(programme_load(&a, "programmes/xiangxi", &p, &problems, &err));
  (void)snprintf(path, sizeof path, "%s/frozen", dir);
  double t = now(), used = core();
  must(frozen_write(&a, p, &o, &year, 1, pool, path, &n, &err));
  t = now() - t, used = core() - used;
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  printf("columns: %" PRId64 " households with %" PRId64 " members in %.2f s on %u threads: %.0f households a second, %ld MB\n", n.rounds[0].households, n.rounds[0].members, t, pool_threads(pool),
         (double)n.rounds[0].households / t, u.ru_maxrss / 1024);
  printf("         %.2f microseconds of a core for each household\n", used * 1e6 / (double)n.rounds[0].households);
  /* About as many bytes as the snapshots have, written to memory three times: the least of them. */
  size_t bytes = (size_t)n.estimate.bytes;
  char *to = malloc(bytes + 1), *from = malloc(bytes + 1);
  if (!to || !from) return 1;
  memset(from, 1, bytes);
  double copy = 1e9;
  for (int i = 0; i < 3; i++) {
    double c = now();
    memcpy(to, from, bytes);
    __asm__ volatile("" : : "r"(to) : "memory"); /* or nobody would read it, and it would not be done */
    c = now() - c;
    if (c < copy) copy = c;
  }
  free(to), free(from);
  printf("memory:  %.1f MB copied in %.4f s: making takes %.0f times as long\n", (double)bytes / 1e6, copy, t / copy);
  struct synth_options small = o;
  small.scale = o.scale / 20;
  (void)snprintf(path, sizeof path, "%s/files", dir);
  double f = now();
  must(synth_write(&a, p, &small, path, &files, &err));
  f = now() - f;
  int64_t rows = 0;
  for (uint32_t r = 0; r < files.rounds; r++) rows += files.households[r];
  printf("files:   %" PRId64 " households and rounds in %.2f s: %.0f a second\n", rows, f, (double)rows / f);
  printf("columns/files %.1f\n", (double)n.rounds[0].households / t / ((double)rows / f));
  (void)snprintf(command, sizeof command, "rm -rf %s", dir);
  pool_close(pool);
  arena_drop(&a);
  return system(command) == 0 ? 0 : 1;
}
