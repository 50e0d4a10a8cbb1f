/* How fast a nation is decided: the whole of `identify_run` (brief) by the programme xiangxi, from a mapped snapshot in the page cache, on two
 * threads, against the same work in DuckDB's SQL on the same rows, and against what the memory could give.
 *
 * The rows: `lucid synth` makes a tenth of the prefecture, a registry takes it in and freezes it; its segments are then written again
 * under other homes, each its own file, until there are enough. DuckDB gets the same tables, copied as often, in its own format, in memory.
 * Both give every household its reasons (two masks a kind of rule), its outcome before places, and counts by home; the counts must agree.
 * Ranking (quota, ties) is timed apart. Medians of runs in turn.
 * usage: bench_decide [--households N] [--scale X] [--folder DIR] [--runs N] [--no-peer]      exit 1 when the two disagree */
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "base/file.h"
#include "base/pool.h"
#include "base/progress.h"
#include "column/snapshot.h"
#include "identify/identify.h"

enum { RUNS_MAX = 1000, LAKE = 1 << 24 /* words */ };

static struct err err;
static const char *lucid, *folder;
static int runs = 5;

static void must(enum status s) {
  if (s == OK) return;
  fprintf(stderr, "bench_decide: %s HINT: %s\n", err.message, err.hint);
  exit(1);
}

static void *need(void *p) {
  if (!p) fprintf(stderr, "out of memory\n"), exit(1);
  return p;
}

__attribute__((format(printf, 1, 2))) static void run(const char *fmt, ...) {
  char command[4096];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(command, sizeof command, fmt, ap);
  va_end(ap);
  if (system(command) != 0) fprintf(stderr, "bench_decide: failed: %s\n", command), exit(1);
}

/* ---- the rows ---- */

static void make_base(double scale) {
  run("{ '%s' synth programmes/xiangxi --seed 1 --scale %g --out '%s/made' && '%s' init programmes/xiangxi '%s/base.lucid' && '%s' round open '%s/base.lucid' 2013 --year 2013; } >'%s/log' 2>&1", lucid, scale, folder, lucid, folder, lucid, folder, folder);
  static const char *const sources[] = {"households", "members", "income_lines", "crops", "villages"};
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) run("'%s' import '%s/base.lucid' --data '%s/made/2013' --source %s >>'%s/log' 2>&1", lucid, folder, folder, sources[i], folder);
  run("'%s' round close '%s/base.lucid' 2013 >>'%s/log' 2>&1 && for m in '%s'/base.snapshots/*/manifest.json; do ln -sfn \"$(dirname \"$m\")\" '%s/base'; done", lucid, folder, folder, folder, folder);
}

/* The base's segments again and again under other homes, into files of their own. */
static void multiply(uint64_t households) {
  struct snapshot *base;
  char path[1024];
  snprintf(path, sizeof path, "%s/base", folder);
  must(snapshot_open_folder(path, NULL, NULL, &base, &err));
  const uint64_t each = snapshot_rows(base, LEVEL_HOUSEHOLD), copies = (households + each - 1) / each;
  struct snapshot_writer *w;
  char hash[65];
  snprintf(path, sizeof path, "%s/many", folder);
  must(snapshot_create(path, "2013", 2013, &w, &err));
  for (uint64_t k = 0; k < copies; k++)
    for (uint32_t g = 0; g < snapshot_segment_count(base); g++) {
      struct segment s = *snapshot_segment(base, g);
      s.home += (int64_t)k * 1000;
      must(snapshot_add(w, snapshot_schema(base), &s, &err));
    }
  must(snapshot_commit(w, hash, &err));
  snapshot_close(base);
  run("ln -sfn '%s/many/%s' '%s/snapshot'", folder, hash, folder);
}

/* ---- the base as CSV for the peer: every stored field that a rule could read ---- */

static void put_cell(FILE *f, const struct column *c, uint64_t row) {
  struct cell x = column_cell(c, row);
  if (x.absence != PRESENT) return;
  if (c->kind == COL_CHOICE || c->kind == COL_TEXT) fprintf(f, "%.*s", (int)x.s.len, x.s.at);
  else if (c->kind == COL_BOOL) fprintf(f, "%s", x.i ? "true" : "false");
  else if (c->kind == COL_DATE) {
    char day[11];
    fputs(date_format((int32_t)x.i, day), f);
  } else if (c->kind == COL_REAL) fprintf(f, "%.17g", x.d);
  else if (c->kind == COL_DECIMAL) {
    double ten = 1;
    for (int i = 0; i < c->decimals; i++) ten *= 10;
    fprintf(f, "%.*f", c->decimals, (double)x.i / ten);
  } else fprintf(f, "%lld", (long long)x.i);
}

/* Fields that some rule of the programme reads, itself or through derived ones. */
static bool is_read(const struct programme *p, uint32_t level, uint32_t field) {
  const struct identify *id = &p->identify;
  bool read = rule_reads(id->rank.rule, level, field) || (p->design.persons && rule_reads(p->design.persons, level, field));
  for (uint32_t i = 0; i < id->include_count; i++) read |= rule_reads(id->include[i].rule, level, field);
  for (uint32_t i = 0; i < id->exclude_count; i++) read |= rule_reads(id->exclude[i].rule, level, field);
  for (uint32_t i = 0; i < id->cause_count; i++) read |= rule_reads(id->causes[i].rule, level, field);
  for (uint32_t i = 0; i < p->indicator_count; i++) read |= rule_reads(p->indicators[i].rule, level, field);
  return read;
}

static void write_level(const struct programme *p, const struct snapshot *base, uint32_t level) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s.csv", folder, p->levels[level].name);
  FILE *f = need(fopen(path, "w"));
  fprintf(f, "home,household");
  for (uint32_t i = 0; i < p->levels[level].field_count; i++)
    if (!p->levels[level].fields[i].derived && is_read(p, level, i)) fprintf(f, ",%s", p->levels[level].fields[i].name);
  if (level == LEVEL_HOUSEHOLD) fprintf(f, ",income_taken,members_taken");
  fputc('\n', f);
  for (uint32_t g = 0; g < snapshot_segment_count(base); g++) {
    const struct segment *s = snapshot_segment(base, g);
    for (uint64_t h = 0; h < segment_households(s); h++) {
      uint64_t from = level == LEVEL_HOUSEHOLD ? h : s->child_at[level][h], to = level == LEVEL_HOUSEHOLD ? h + 1 : s->child_at[level][h + 1];
      for (uint64_t row = from; row < to; row++) {
        fprintf(f, "%lld,%" PRIu64, (long long)s->home, h);
        for (uint32_t i = 0; i < p->levels[level].field_count; i++)
          if (!p->levels[level].fields[i].derived && is_read(p, level, i)) fputc(',', f), put_cell(f, &s->levels[level].columns[p->levels[level].fields[i].column], row);
        if (level == LEVEL_HOUSEHOLD) fprintf(f, ",%d,%d", segment_has_roster(s, LEVEL_LINE0, h), segment_has_roster(s, LEVEL_MEMBER, h));
        fputc('\n', f);
      }
    }
  }
  if (fclose(f) != 0) fprintf(stderr, "cannot write %s\n", path), exit(1);
}

/* ---- measuring ---- */

static _Atomic bool watching;
static _Atomic uint64_t peak_kib; /* of memory of our own: mapped files are the page cache's */

static uint64_t own_memory(void) {
  FILE *f = fopen("/proc/self/status", "r");
  char line[256];
  unsigned long long kib = 0;
  while (f && fgets(line, sizeof line, f)) (void)sscanf(line, "RssAnon: %llu", &kib);
  if (f) fclose(f);
  return kib;
}

static void *watch(void *none) {
  while (watching) {
    uint64_t now = own_memory();
    if (now > peak_kib) peak_kib = now;
    usleep(3000);
  }
  return none;
}

static uint64_t *lake;
static volatile uint64_t drops[256]; /* so that the reading is not left out */

static void read_lake(void *ctx, size_t i, unsigned worker) {
  uint64_t sum[8] = {0}, from = LAKE / 256 * i;
  (void)ctx, (void)worker;
  for (uint64_t w = from; w < from + LAKE / 256; w += 8)
    for (int k = 0; k < 8; k++) sum[k] += lake[w + (uint64_t)k];
  for (int k = 1; k < 8; k++) sum[0] += sum[k];
  drops[i] = sum[0];
}

static double bandwidth(struct pool *pool) {
  double best = 0;
  lake = need(malloc((size_t)LAKE * 8));
  memset(lake, 1, (size_t)LAKE * 8);
  for (int i = 0; i < 5; i++) {
    int64_t began = progress_now_us();
    pool_run(pool, 256, read_lake, NULL);
    double b = (double)LAKE * 8 / ((double)(progress_now_us() - began) / 1e6);
    if (b > best) best = b;
  }
  free(lake);
  return best;
}

static int by_size(const void *a, const void *b) { return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b); }
static double median(double *t, int n) {
  qsort(t, (size_t)n, sizeof *t, by_size);
  return t[n / 2];
}

static uint64_t column_bytes(const struct column *c) { return c->rows * col_width_bytes(c->width) + (c->valid ? c->rows / 8 : 0) + (c->absence ? c->rows : 0); }

struct outcome_row { long long home; uint64_t selected, not_selected, undecided, poor; };

static uint64_t bytes_read_by_rules(const struct programme *p, const struct snapshot *s) {
  uint64_t bytes = 0;
  for (uint32_t g = 0; g < snapshot_segment_count(s); g++) {
    const struct segment *seg = snapshot_segment(s, g);
    for (uint32_t l = 0; l < p->level_count; l++) {
      bool any = false;
      for (uint32_t i = 0; i < p->levels[l].field_count; i++) {
        if (p->levels[l].fields[i].derived || !is_read(p, l, i)) continue;
        bytes += column_bytes(&seg->levels[l].columns[p->levels[l].fields[i].column]);
        any = true;
      }
      if (any && seg->child_at[l]) bytes += 4 * segment_households(seg);
    }
  }
  return bytes;
}

static uint64_t bytes_of_snapshot(const struct snapshot *s) {
  uint64_t bytes = 0;
  for (uint32_t g = 0; g < snapshot_segment_count(s); g++) {
    char path[1200];
    struct stat st;
    snprintf(path, sizeof path, "%s/snapshot/home-%lld.segment", folder, (long long)snapshot_segment(s, g)->home);
    if (stat(path, &st) == 0) bytes += (uint64_t)st.st_size;
  }
  return bytes;
}

/* The peer prints its seconds, then home,selected,not_selected,undecided,poor lines; false when it is not there. */
static bool peer(const char *home, uint64_t copies, const struct snapshot *s, const struct identified *last, double *seconds) {
  char path[1200], line[512];
  if (system("node --version >/dev/null 2>&1") != 0) return printf("DuckDB: skipped, there is no node\n"), false;
  if (access("tests/bench/duckdb/node_modules", F_OK) != 0) return printf("DuckDB: skipped; once: cd tests/bench/duckdb && npm ci\n"), false;
  snprintf(path, sizeof path, "%s/peer.out", folder);
  run("node tests/bench/duckdb/decide.mjs '%s' %" PRIu64 " %d >'%s'", home, copies, runs, path);
  FILE *f = need(fopen(path, "r"));
  uint64_t rows = 0, wrong = 0;
  *seconds = 0;
  while (fgets(line, sizeof line, f)) {
    struct outcome_row r;
    if (sscanf(line, "seconds %lf", seconds) == 1) continue;
    if (sscanf(line, "%lld,%" SCNu64 ",%" SCNu64 ",%" SCNu64 ",%" SCNu64, &r.home, &r.selected, &r.not_selected, &r.undecided, &r.poor) != 5) continue;
    const uint32_t g = snapshot_find_home(s, r.home);
    rows++;
    if (g == UINT32_MAX) {
      wrong++;
      continue;
    }
    const struct decide_home *h = &last->homes[g];
    if (h->households[OUTCOME_SELECTED] != r.selected || h->households[OUTCOME_NOT_SELECTED] != r.not_selected || h->households[OUTCOME_UNDECIDED] != r.undecided || h->poor_households != r.poor) {
      if (!wrong) fprintf(stderr, "home %lld: selected %" PRIu64 " not %" PRIu64 " undecided %" PRIu64 " poor %" PRIu64 "; DuckDB says %s", r.home, h->households[OUTCOME_SELECTED], h->households[OUTCOME_NOT_SELECTED], h->households[OUTCOME_UNDECIDED], h->poor_households, line);
      wrong++;
    }
  }
  fclose(f);
  if (wrong || rows != snapshot_segment_count(s)) fprintf(stderr, "bench_decide: DuckDB disagrees about %" PRIu64 " of %" PRIu64 " homes\n", wrong, rows), exit(1);
  return true;
}

int main(int argc, char **argv) {
  uint64_t households = 1000000;
  double scale = 0.1;
  bool with_peer = true, made = true;
  char own[] = "/tmp/bench-decide-XXXXXX";
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--households") == 0 && i + 1 < argc) households = strtoull(argv[++i], NULL, 10);
    else if (strcmp(argv[i], "--scale") == 0 && i + 1 < argc) scale = strtod(argv[++i], NULL);
    else if (strcmp(argv[i], "--folder") == 0 && i + 1 < argc) folder = argv[++i];
    else if (strcmp(argv[i], "--runs") == 0 && i + 1 < argc) runs = atoi(argv[++i]);
    else if (strcmp(argv[i], "--no-peer") == 0) with_peer = false;
    else return fprintf(stderr, "usage: bench_decide [--households N] [--scale X] [--folder DIR] [--runs N] [--no-peer]\n"), 2;
  }
  if (!households || !(scale > 0) || runs < 1 || runs > RUNS_MAX) return fprintf(stderr, "usage: bench_decide [--households N] [--scale X] [--folder DIR] [--runs N] [--no-peer]\n"), 2;
  setvbuf(stdout, NULL, _IOLBF, 0);
  lucid = getenv("LUCID") ? getenv("LUCID") : "build/lucid";
  if (!folder) folder = need(mkdtemp(own));
  else made = false;
  char path[1200];
  snprintf(path, sizeof path, "%s/base/manifest.json", folder);
  must(file_make_dirs(folder, &err));
  if (!file_exists(path)) make_base(scale);
  snprintf(path, sizeof path, "%s/snapshot/manifest.json", folder);
  if (!file_exists(path)) multiply(households);

  struct pool *pool;
  must(pool_open(&pool, 2, &err));
  struct arena arena;
  arena_init(&arena, 0);
  struct programme *p;
  struct problem *problems = NULL;
  must(programme_load(&arena, "programmes/xiangxi", &p, &problems, &err));
  struct snapshot *s, *base;
  snprintf(path, sizeof path, "%s/snapshot", folder);
  must(snapshot_open_folder(path, NULL, pool, &s, &err));
  const uint32_t segments = snapshot_segment_count(s);
  const struct segment **list = need(calloc(segments, sizeof *list));
  for (uint32_t i = 0; i < segments; i++) list[i] = snapshot_segment(s, i);

  const double gb = bandwidth(pool);
  static double seconds[RUNS_MAX], cpu[RUNS_MAX], ranking[RUNS_MAX], ranking_cpu[RUNS_MAX];
  struct identified last = {0};
  struct arena work;
  arena_init(&work, 0);
  const uint64_t before = own_memory();
  peak_kib = 0;
  for (int i = 0; i < runs; i++) {
    pthread_t watcher;
    struct identify_input in = {.programme = p, .segments = list, .segment_count = segments, .round = "2013", .year = 2013, .snapshot = snapshot_hash_hex(s), .pool = pool, .brief = true};
    arena_drop(&work);
    watching = true;
    if (pthread_create(&watcher, NULL, watch, NULL) != 0) return 1;
    must(identify_run(&work, &in, &last, &err));
    watching = false;
    pthread_join(watcher, NULL);
    seconds[i] = ranking[i] = cpu[i] = ranking_cpu[i] = 0;
    for (uint32_t k = 0; k < last.result->phase_count; k++) {
      const struct phase *ph = &last.result->phases[k];
      if (strcmp(ph->name, "sample") == 0 || strcmp(ph->name, "line") == 0 || strcmp(ph->name, "rules") == 0) seconds[i] += ph->seconds, cpu[i] += ph->processor;
      if (strcmp(ph->name, "quota") == 0) ranking[i] = ph->seconds, ranking_cpu[i] = ph->processor;
    }
  }
  const uint64_t n = last.sample.n, members = snapshot_rows(s, LEVEL_MEMBER), columns = bytes_of_snapshot(s), touched = bytes_read_by_rules(p, s);
  const double mine = median(seconds, runs), own_bytes = (double)(peak_kib > before ? peak_kib - before : 0) * 1024;
  printf("%" PRIu64 " households, %" PRIu64 " members, %u segments, %u rules, %u threads; memory gives %.1f GB/s\n", n, members, segments, last.result->rule_count, pool_threads(pool), gb / 1e9);
  printf("decide: %.3f s, at its best %.3f; processor %.3f s, %.0f ns a household; %.0f bytes a household are read, at %.0f %% of what memory gives\n", mine, seconds[0], median(cpu, runs), median(cpu, runs) * 1e9 / (double)n,
         (double)touched / (double)n, 100 * (double)touched / mine / gb);
  printf("ranking: %.3f s; processor %.3f s\n", median(ranking, runs), median(ranking_cpu, runs));
  printf("memory: %.1f MB of its own at its most, beside %.1f MB: %.1f %% of the columns\n", own_bytes / 1e6, (double)columns / 1e6, 100 * own_bytes / (double)columns);
  snprintf(path, sizeof path, "%s/base", folder);
  must(snapshot_open_folder(path, NULL, pool, &base, &err));
  const uint64_t copies = n / snapshot_rows(base, LEVEL_HOUSEHOLD);
  double theirs;
  if (with_peer) {
    write_level(p, base, LEVEL_HOUSEHOLD);
    write_level(p, base, LEVEL_MEMBER);
    write_level(p, base, LEVEL_LINE0);
    if (peer(folder, copies, s, &last, &theirs)) printf("DuckDB: %.3f s, ratio %.1f; both count the same in every home\n", theirs, theirs / mine);
  }
  snapshot_close(base);
  snapshot_close(s);
  arena_drop(&work);
  arena_drop(&arena);
  pool_close(pool);
  free(list);
  if (made) run("rm -rf '%s'", folder);
  return 0;
}
