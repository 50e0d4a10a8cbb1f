/* How fast made-up people go into frozen columns on the disk: households a second with members and lines, on all threads, and what each takes of a core. Its peers, in the
 * same run: copying as many bytes in memory; writing as many to the same disk and syncing them; and the same program writing the same households as files
 * (which writes every round: counted by round).
 * usage: bench_synth [--scale X]      default 1, some 616,000 households and 300 MB; 49 is a nation of 30 million and 15 GB */
#define _GNU_SOURCE
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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

static uint64_t total;

static int add_bytes(const char *path, const struct stat *s, int kind, struct FTW *w) {
  (void)path, (void)w;
  if (kind == FTW_F) total += (uint64_t)s->st_size;
  return 0;
}

static uint64_t bytes_under(const char *path) {
  total = 0;
  return nftw(path, add_bytes, 16, FTW_PHYS) == 0 ? total : 0;
}

/* As many bytes out of 32 MB that stand in memory: the best of three. */
static double copy_seconds(uint64_t bytes) {
  const size_t piece = (size_t)32 << 20;
  char *to = malloc(piece), *from = malloc(piece);
  double best = 1e9;
  if (!to || !from) exit(1);
  memset(from, 1, piece);
  for (int i = 0; i < 3; i++) {
    double c = now();
    for (uint64_t at = 0; at < bytes; at += piece) {
      memcpy(to, from, bytes - at < piece ? (size_t)(bytes - at) : piece);
      __asm__ volatile("" : : "r"(to) : "memory"); /* or nobody would read it, and it would not be done */
    }
    c = now() - c;
    if (c < best) best = c;
  }
  free(to), free(from);
  return best;
}

static double disk_seconds(uint64_t bytes, const char *dir) {
  const size_t piece = (size_t)1 << 20;
  char path[96], *from = malloc(piece);
  (void)snprintf(path, sizeof path, "%s/plain", dir);
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (!from || fd < 0) exit(1);
  memset(from, 1, piece);
  double c = now();
  for (uint64_t at = 0; at < bytes; at += piece)
    if (write(fd, from, piece) != (ssize_t)piece) exit(1);
  if (fsync(fd) != 0) exit(1);
  c = now() - c;
  (void)close(fd), (void)unlink(path);
  free(from);
  return c;
}

int main(int argc, char **argv) {
  struct synth_options o = {.seed = 1, .scale = 1};
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
  uint64_t bytes = bytes_under(path);
  double copy = copy_seconds(bytes), disk = disk_seconds(bytes, dir);
  printf("memory:  %.1f MB copied in %.4f s: making and writing takes %.0f times as long\n", (double)bytes / 1e6, copy, t / copy);
  printf("disk:    %.1f MB written and synced in %.2f s: making and writing takes %.2f times as long\n", (double)bytes / 1e6, disk, t / disk);
  struct synth_options small = o;
  small.scale = o.scale < 2 ? o.scale / 20 : 0.1;
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
