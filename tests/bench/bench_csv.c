/* How fast CSV becomes validated rows: ten and sixty columns of mixed kinds, on one core, into a sink that only counts.
 *
 * Printed: rows and megabytes a second for reading alone and for reading with validation, beside a pass that only counts line
 * ends in the same bytes; and the peak memory, which must not grow with the file (checked with a file four times as long).
 * usage: bench_csv [--rows N]      exit 1 when memory grows or a row is refused */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/file.h"
#include "base/progress.h"
#include "ingest/ingest.h"
#include "ingest/reader.h"

enum { RUNS = 5, KINDS = 6 };

static struct field fields[60];
static struct programme programme;
static const struct choice choices[] = {{"a", {"rice", NULL}}, {"b", {"maize", NULL}}, {"c", {"tea", NULL}}};
static struct err err;

static void must(enum status s) {
  if (s == OK) return;
  fprintf(stderr, "%s HINT: %s\n", err.message, err.hint);
  exit(1);
}

static void make_fields(uint32_t n) {
  static const enum col_kind kinds[KINDS] = {COL_INT, COL_BOOL, COL_CHOICE, COL_DECIMAL, COL_REAL, COL_TEXT};
  static char names[60][8];
  for (uint32_t i = 0; i < n; i++) {
    snprintf(names[i], sizeof names[i], "f%u", i);
    fields[i] = (struct field){.name = names[i], .level = LEVEL_HOUSEHOLD, .kind = kinds[i % KINDS], .decimals = kinds[i % KINDS] == COL_DECIMAL ? 2 : 0, .column = i,
                               .choices = choices, .choice_count = kinds[i % KINDS] == COL_CHOICE ? 3 : 0, .bounded = kinds[i % KINDS] == COL_INT, .lo = 0, .hi = 1000000};
  }
  programme = (struct programme){.name = "bench", .level_count = 3};
  programme.levels[LEVEL_HOUSEHOLD] = (struct level){.name = "household", .fields = fields, .field_count = n, .collected_count = n};
}

static uint64_t write_csv(const char *path, uint32_t columns, uint64_t rows) {
  FILE *f = fopen(path, "w");
  if (!f) perror(path), exit(1);
  fputs("household", f);
  for (uint32_t i = 0; i < columns; i++) fprintf(f, ",f%u", i);
  putc('\n', f);
  for (uint64_t r = 0; r < rows; r++) {
    fprintf(f, "%llu", (unsigned long long)r + 1);
    for (uint32_t i = 0; i < columns; i++) {
      unsigned x = (unsigned)(r * 2654435761u + i * 40503u) >> 3;
      switch (i % KINDS) {
        case 0: fprintf(f, ",%u", x % 1000); break;
        case 1: fputs(x & 1 ? ",1" : ",0", f); break;
        case 2: fprintf(f, ",%c", 'a' + (int)(x % 3)); break;
        case 3: fprintf(f, ",%u.%02u", x % 90000, x % 100); break;
        case 4: fprintf(f, ",%u.%03u", x % 5000, x % 1000); break;
        default: fprintf(f, ",village %u", x % 5000);
      }
    }
    putc('\n', f);
  }
  uint64_t bytes = (uint64_t)ftell(f);
  fclose(f);
  return bytes;
}

static enum status count_row(void *ctx, const struct reader_row *row, struct err *e) {
  (void)e;
  *(uint64_t *)ctx += row->count;
  return OK;
}

static enum status count_good(void *ctx, const struct ingest_row *row, struct err *e) {
  (void)e, (void)row;
  ++*(uint64_t *)ctx;
  return OK;
}

static int by_value(const void *a, const void *b) { return *(const double *)a < *(const double *)b ? -1 : 1; }

static double now(void) { return (double)progress_now_us() / 1e6; }

static double time_of(const char *path, int what, uint64_t *seen) {
  double runs[RUNS];
  for (int i = 0; i < RUNS; i++) {
    double from = now();
    *seen = 0;
    if (what == 0) {
      struct file_map m;
      must(file_map_open(path, &m, &err));
      for (const uint8_t *p = m.data, *end = p + m.len; (p = memchr(p, '\n', (size_t)(end - p))); p++) ++*seen;
      file_map_close(&m);
    } else if (what == 1) {
      struct reader r;
      must(reader_open(&r, path, NULL, NULL, &err));
      must(reader_each(&r, count_row, seen, &err));
      reader_close(&r);
    } else {
      struct source src = {.name = "bench", .file = path, .level = LEVEL_HOUSEHOLD, .household_key = "household"};
      struct ingest_options o = {.data_dir = ""};
      struct ingest_sink sink = {.row = count_good, .ctx = seen};
      struct ingest_counts counts;
      must(ingest_source(&programme, &src, &o, &sink, &counts, &err));
    }
    runs[i] = now() - from;
  }
  qsort(runs, RUNS, sizeof *runs, by_value);
  return runs[RUNS / 2];
}

static long peak(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_maxrss;
}

int main(int argc, char **argv) {
  uint64_t rows = argc == 3 && strcmp(argv[1], "--rows") == 0 ? strtoull(argv[2], NULL, 10) : 400000, seen;
  static const uint32_t widths[] = {10, 60};
  char path[] = "/tmp/lucid-bench-XXXXXX.csv";
  int fd = mkstemps(path, 4);
  if (fd < 0) return 1;
  close(fd);
  printf("%8s %10s %14s %14s %14s %10s\n", "columns", "MB", "count lines", "read", "read+validate", "rows/s");
  for (int w = 0; w < 2; w++) {
    uint64_t n = rows * 10 / widths[w];
    make_fields(widths[w]);
    double mb = (double)write_csv(path, widths[w], n) / 1e6;
    double lines = time_of(path, 0, &seen), read = time_of(path, 1, &seen), all = time_of(path, 2, &seen);
    printf("%8u %10.1f %9.0f MB/s %9.0f MB/s %9.0f MB/s %10.0f\n", widths[w], mb, mb / lines, mb / read, mb / all, (double)n / all);
    if (seen != n) return fprintf(stderr, "%llu rows of %llu came\n", (unsigned long long)seen, (unsigned long long)n), 1;
  }
  struct ingest_counts counts;
  struct source src = {.name = "bench", .file = path, .level = LEVEL_HOUSEHOLD, .household_key = "household"};
  struct ingest_options o = {.data_dir = ""};
  struct ingest_sink sink = {.row = count_good, .ctx = &seen};
  make_fields(10);
  long before = peak();
  write_csv(path, 10, rows * 4);
  must(ingest_source(&programme, &src, &o, &sink, &counts, &err));
  printf("peak memory %ld MB; %ld KB more for a file four times as long\n", peak() / 1024, peak() - before);
  unlink(path);
  return peak() - before > 4096;
}
