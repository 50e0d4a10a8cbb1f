/* How fast rows become a frozen segment and come back: cells a second into the builder, bytes a second written (with their SHA-256, synced) and
 * opened (hashed and looked at value by value). The peer for writing and opening is copying the same bytes in memory.
 * usage: bench_snapshot [--rows N] */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/random.h"
#include "column/builder.h"
#include "column/snapshot.h"

enum { COLUMNS = 12 };
static struct err err;

static void must(enum status s) {
  if (s == OK) return;
  fprintf(stderr, "%s HINT: %s\n", err.message, err.hint);
  exit(1);
}

int main(int argc, char **argv) {
  uint64_t rows = argc == 3 && strcmp(argv[1], "--rows") == 0 ? strtoull(argv[2], NULL, 10) : 2000000;
  if (argc != 1 && (argc != 3 || !rows)) return fprintf(stderr, "usage: bench_snapshot [--rows N]\n"), 2;
  static const char *const names[COLUMNS] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
  static const char *const roofs[] = {"tile", "straw", "concrete", "bark"};
  struct schema_column columns[COLUMNS];
  for (int i = 0; i < COLUMNS; i++) columns[i] = (struct schema_column){names[i], i < 6 ? COL_INT : i < 9 ? COL_DECIMAL : COL_CHOICE, i < 9 && i >= 6 ? 2 : 0};
  struct schema schema = {3, {{"household", columns, COLUMNS}, {"members", NULL, 0}, {"village", NULL, 0}}};
  char folder[] = "/tmp/lucid-bench-XXXXXX", hash[65], path[200];
  struct builder *b = NULL;
  const struct segment *segment = NULL;
  struct snapshot_writer *w = NULL;
  struct snapshot *s = NULL;
  struct rng r;
  rng_seed(&r, 1);
  if (!mkdtemp(folder)) return perror(folder), 1;
  int64_t began = progress_now_us();
  must(builder_open(&schema, 1, &b, &err));
  for (uint64_t h = 0; h < rows; h++) {
    struct cell c[COLUMNS];
    uint64_t bits = rng_next(&r);
    char key[24];
    for (int i = 0; i < COLUMNS; i++, bits >>= 4) {
      if ((bits & 63) == 63) c[i] = (struct cell){.absence = ABSENT_EMPTY};
      else if (i < 9) c[i] = (struct cell){.i = (int64_t)(i < 6 ? bits & 15 : bits & 0xFFFFF)};
      else c[i] = (struct cell){.s = span_of(roofs[bits & 3])};
    }
    snprintf(key, sizeof key, "%" PRIu64, h);
    must(builder_household(b, (int64_t)h, span_of(key), (struct span){0}, BUILDER_ALL_ROSTERS, c, &err));
  }
  must(builder_finish(b, &segment, &err));
  double build = (double)(progress_now_us() - began) / 1e6;
  began = progress_now_us();
  must(snapshot_create(folder, "bench", 2024, &w, &err));
  must(snapshot_add(w, &schema, segment, &err));
  must(snapshot_commit(w, hash, &err));
  double write = (double)(progress_now_us() - began) / 1e6;
  builder_close(b);
  began = progress_now_us();
  must(snapshot_open(folder, hash, NULL, &s, &err));
  double open = (double)(progress_now_us() - began) / 1e6;
  snprintf(path, sizeof path, "%s/%s/home-1.segment", folder, hash);
  struct stat st;
  if (stat(path, &st) != 0) return perror(path), 1;
  char *from = malloc((size_t)st.st_size), *to = malloc((size_t)st.st_size);
  if (!from || !to) return fprintf(stderr, "out of memory\n"), 1;
  memset(from, 1, (size_t)st.st_size), memset(to, 1, (size_t)st.st_size);
  began = progress_now_us();
  memcpy(to, from, (size_t)st.st_size);
  double copy = (double)(progress_now_us() - began) / 1e6, mb = (double)st.st_size / 1e6;
  printf("%" PRIu64 " households, %d columns, %.0f MB (%.1f bytes a household)%s\n", rows, COLUMNS, mb, (double)st.st_size / (double)rows, to[0] ? "" : " ");
  printf("build: %.2f s, %.1f ns a cell\nwrite: %.2f s, %.0f MB/s, %.0f times a copy in memory\nopen: %.2f s, %.0f MB/s, %.0f times a copy in memory\n", build, build * 1e9 / (double)rows / (COLUMNS + 1), write, mb / write,
         write / copy, open, mb / open, open / copy);
  snapshot_close(s);
  must(file_remove_tree(folder, &err));
  free(from), free(to);
  return 0;
}
