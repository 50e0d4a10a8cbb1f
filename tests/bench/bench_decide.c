/* How fast decisions run: rules compiled from text over 30 million synthetic households on two threads, against a plain loop
 * written by hand for the same task, and against what the memory could give.
 *
 * Columns: ten one-byte indicators, income (four bytes, two decimals), size (one byte), county (two bytes). Out: an outcome and reason codes per
 * household, and H, A and M0 by county. Then one predicate over 90 million members. Medians of seven runs, peers in turn.
 * usage: bench_decide [--rows N]      exit 1 when the rules and the loop disagree */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/pool.h"
#include "base/progress.h"
#include "base/random.h"
#include "rules/block.h"
#include "rules/score.h"

enum { SEGMENTS = 8, COUNTIES = 400, INDICATORS = 10, RULES = 14, RUNS = 7, CHUNK = 64 * BLOCK_ROWS };
#define CUTOFF (1.0 / 3 - 1e-9)
static const double weights[INDICATORS] = {1.0 / 6, 1.0 / 6, 1.0 / 6, 1.0 / 6, 1.0 / 18, 1.0 / 18, 1.0 / 18, 1.0 / 18, 1.0 / 18, 1.0 / 18};

struct data { /* of one segment, as the columns show it */
  struct segment segment;
  struct column household[INDICATORS + 3], member[2];
  uint8_t *outcome;   /* of the rules; then of the loop */
  uint16_t *reasons;
  uint64_t first_chunk;
};

static struct data data[SEGMENTS];
static uint64_t chunks, rows, members;
static struct pool *pool;
static struct err err;

static void must(enum status s) {
  if (s == OK) return;
  fprintf(stderr, "%s HINT: %s\n", err.message, err.hint);
  exit(1);
}

static void *need(uint64_t bytes) {
  void *p = aligned_alloc(64, (bytes + 127) / 64 * 64);
  if (!p) fprintf(stderr, "out of memory\n"), exit(1);
  return p;
}

/* ---- synthetic people ---- */

static struct column column(enum col_kind kind, enum col_width width, uint64_t n, int64_t min, int64_t max) {
  return (struct column){.kind = kind, .width = width, .decimals = kind == COL_DECIMAL ? 2 : 0, .rows = n, .data = need(n * col_width_bytes(width)), .min = min, .max = max};
}

static void make_segment(void *ctx, size_t k, unsigned worker) {
  struct data *d = &data[k];
  struct rng r;
  uint64_t n = rows * (k + 1) / SEGMENTS - rows * k / SEGMENTS, m = 0;
  (void)ctx, (void)worker;
  rng_seed(&r, k + 1);
  for (int i = 0; i < INDICATORS; i++) d->household[i] = column(COL_INT, COL_I8, n, 0, 3);
  d->household[10] = column(COL_DECIMAL, COL_I32, n, 0, 60000000);
  d->household[11] = column(COL_INT, COL_I8, n, 1, 12);
  d->household[12] = column(COL_CHOICE, COL_U16, n, 0, COUNTIES - 1);
  uint32_t *at = need((n + 1) * 4);
  for (uint64_t h = 0; h < n; h++) {
    uint64_t bits = rng_next(&r);
    for (int i = 0; i < INDICATORS; i++) ((int8_t *)(uintptr_t)d->household[i].data)[h] = (int8_t)(bits >> (2 * i) & 3);
    ((int32_t *)(uintptr_t)d->household[10].data)[h] = (int32_t)((bits >> 24 & 0xFFFFFF) * 3);
    ((int8_t *)(uintptr_t)d->household[11].data)[h] = (int8_t)(1 + (bits >> 48) % 12);
    ((uint16_t *)(uintptr_t)d->household[12].data)[h] = (uint16_t)(h * COUNTIES / SEGMENTS / n + k * COUNTIES / SEGMENTS);
    at[h] = (uint32_t)m;
    m += 1 + (bits >> 56) % 5;
  }
  at[n] = (uint32_t)m;
  d->member[0] = column(COL_INT, COL_I8, m, 0, 99);
  for (uint64_t i = 0; i < m; i++) ((int8_t *)(uintptr_t)d->member[0].data)[i] = (int8_t)(rng_next(&r) % 100);
  static const uint32_t offsets[COUNTIES + 1];
  d->household[12].dict_at = offsets, d->household[12].dict_bytes = "", d->household[12].dict_count = COUNTIES; /* names don't matter here */
  d->outcome = need(n);
  d->reasons = need(n * 2);
  memset(d->outcome, 0, n);
  memset(d->reasons, 0, n * 2);
  d->segment = (struct segment){.home = (int64_t)k, .level_count = 3};
  d->segment.levels[LEVEL_HOUSEHOLD] = (struct table){n, INDICATORS + 3, d->household};
  d->segment.levels[LEVEL_MEMBER] = (struct table){m, 1, d->member};
  d->segment.child_at[LEVEL_MEMBER] = at;
}

static void make_people(void) {
  pool_run(pool, SEGMENTS, make_segment, NULL);
  for (int k = 0; k < SEGMENTS; k++) {
    data[k].first_chunk = chunks;
    chunks += (segment_households(&data[k].segment) + CHUNK - 1) / CHUNK;
    members += data[k].segment.levels[LEVEL_MEMBER].rows;
  }
}

static struct data *chunk_at(size_t i, uint64_t *from, uint64_t *to) {
  int k = SEGMENTS - 1;
  while (data[k].first_chunk > i) k--;
  uint64_t n = segment_households(&data[k].segment);
  *from = (i - data[k].first_chunk) * CHUNK;
  *to = *from + CHUNK < n ? *from + CHUNK : n;
  return &data[k];
}

/* ---- rules, from text ---- */

static const char *const field_names[] = {"i1", "i2", "i3", "i4", "i5", "i6", "i7", "i8", "i9", "i10", "income", "size", "county"};
#define INCLUDE "income / double(size) < line"
#define EXCLUDE_1 "i9 == 3 && i10 >= 2"
#define EXCLUDE_2 "income > 120000.0 && size <= 2"
static const char *const sources[RULES + 1] = {INCLUDE, EXCLUDE_1, EXCLUDE_2, "i1 == 1", "i2 == 1", "i3 >= 2", "i4 == 0", "i5 == 1", "i6 == 1", "i7 != 2", "i8 == 1", "i9 == 1", "i10 == 1",
                                               "(" INCLUDE ") && !(" EXCLUDE_1 ") && !(" EXCLUDE_2 ")", "size"};

struct rules {
  struct arena arena;
  struct rule_field household[INDICATORS + 3], member[1];
  struct rule_const consts[1];
  struct rule_env env;
  struct block_book *book;
  struct block_bound *bound[SEGMENTS];
  struct block_scratch *scratch[64];
};

static struct rules decide, exists;

static void compile(struct rules *q, const char *const *texts, uint32_t count) {
  arena_init(&q->arena, 0);
  const struct rule **list = arena_array(&q->arena, count, sizeof *list);
  if (!list) fprintf(stderr, "out of memory\n"), exit(1);
  for (int i = 0; i < INDICATORS + 3; i++) q->household[i] = (struct rule_field){.name = field_names[i], .kind = i == 10 ? COL_DECIMAL : i == 12 ? COL_CHOICE : COL_INT, .decimals = i == 10 ? 2 : 0, .column = (uint32_t)i};
  q->member[0] = (struct rule_field){.name = "age", .level = LEVEL_MEMBER, .kind = COL_INT};
  q->consts[0] = (struct rule_const){"line", {.kind = RULE_DOUBLE, .d = 23000}};
  q->env = (struct rule_env){.level_count = 3, .level_names = {"household", "members", "village"}, .fields = {q->household, q->member}, .field_count = {INDICATORS + 3, 1}, .consts = q->consts, .const_count = 1};
  for (uint32_t i = 0; i < count; i++) {
    struct rule *r = NULL;
    must(rule_compile(&q->arena, &q->env, LEVEL_HOUSEHOLD, texts[i], strlen(texts[i]), NULL, &r, NULL, &err));
    list[i] = r;
  }
  must(block_open(&q->arena, &q->env, list, count, &q->book, &err));
  for (uint32_t i = 0; i < count; i++)
    if (!block_vectorised(q->book, i, NULL)) fprintf(stderr, "%s does not run in blocks\n", texts[i]), exit(1);
  for (int k = 0; k < SEGMENTS; k++) must(block_bind(&q->arena, q->book, &data[k].segment, &q->bound[k], &err));
  for (unsigned t = 0; t < pool_threads(pool); t++) must(block_scratch_open(q->book, &q->scratch[t], &err));
}

static struct score score;
static struct score_area *by_chunk;

static void decide_chunk(void *ctx, size_t i, unsigned worker) {
  uint64_t from, to;
  struct data *d = chunk_at(i, &from, &to);
  struct block_lanes lanes[RULES + 1];
  uint32_t bits[BLOCK_ROWS];
  double scores[BLOCK_ROWS];
  const uint8_t *states[RULES - 1];
  struct score_area *areas = by_chunk + i * COUNTIES;
  (void)ctx;
  memset(areas, 0, COUNTIES * sizeof *areas);
  for (uint64_t at = from; at < to; at += BLOCK_ROWS) {
    uint32_t n = to - at < BLOCK_ROWS ? (uint32_t)(to - at) : BLOCK_ROWS;
    if (block_run(decide.bound[d - data], decide.scratch[worker], at, n, lanes, NULL) != OK) abort();
    for (int r = 0; r < RULES - 1; r++) states[r] = lanes[r].state;
    score_pack(states, RULES - 1, n, bits, NULL);
    for (uint32_t k = 0; k < n; k++) d->reasons[at + k] = (uint16_t)bits[k], bits[k] >>= 3;
    memcpy(d->outcome + at, lanes[RULES - 1].state, n);
    score_look(&score, bits, n, scores);
    score_by_area(areas, &d->household[12], at, lanes[RULES].ints, scores, CUTOFF, n);
  }
}

/* ---- the same by hand ---- */

static void loop_chunk(void *ctx, size_t i, unsigned worker) {
  uint64_t from, to;
  struct data *d = chunk_at(i, &from, &to);
  const int8_t *x[INDICATORS], *size = d->household[11].data;
  const int32_t *income = d->household[10].data;
  const uint16_t *county = d->household[12].data;
  struct score_area *areas = by_chunk + i * COUNTIES;
  double line = 23000;
  (void)ctx, (void)worker;
  for (int k = 0; k < INDICATORS; k++) x[k] = d->household[k].data;
  memset(areas, 0, COUNTIES * sizeof *areas);
  for (uint64_t h = from; h < to; h++) {
    double money = (double)income[h] / 100;
    bool include = money / (double)size[h] < line, out_1 = x[8][h] == 3 && x[9][h] >= 2, out_2 = money > 120000.0 && size[h] <= 2;
    bool dep[INDICATORS] = {x[0][h] == 1, x[1][h] == 1, x[2][h] >= 2, x[3][h] == 0, x[4][h] == 1, x[5][h] == 1, x[6][h] != 2, x[7][h] == 1, x[8][h] == 1, x[9][h] == 1};
    unsigned reasons = (unsigned)include | (unsigned)out_1 << 1 | (unsigned)out_2 << 2;
    int eighteenths = 3 * (dep[0] + dep[1] + dep[2] + dep[3]) + dep[4] + dep[5] + dep[6] + dep[7] + dep[8] + dep[9];
    for (int k = 0; k < INDICATORS; k++) reasons |= (unsigned)dep[k] << (k + 3);
    d->reasons[h] = (uint16_t)reasons;
    d->outcome[h] = include && !out_1 && !out_2 ? BLOCK_TRUE : BLOCK_FALSE;
    struct score_area *a = &areas[county[h]];
    a->households++, a->persons += (uint64_t)size[h];
    if (eighteenths >= 6) a->poor_households++, a->poor_persons += (uint64_t)size[h], a->poor_score += eighteenths * size[h] / 18.0;
  }
}

/* ---- members ---- */

static uint64_t *found_by_chunk;

static void exists_chunk(void *ctx, size_t i, unsigned worker) {
  uint64_t from, to, found = 0;
  struct data *d = chunk_at(i, &from, &to);
  struct block_lanes lanes[1];
  (void)ctx;
  for (uint64_t at = from; at < to; at += BLOCK_ROWS) {
    uint32_t n = to - at < BLOCK_ROWS ? (uint32_t)(to - at) : BLOCK_ROWS;
    if (block_run(exists.bound[d - data], exists.scratch[worker], at, n, lanes, NULL) != OK) abort();
    for (uint32_t k = 0; k < n; k++) found += lanes[0].state[k] == BLOCK_TRUE;
  }
  found_by_chunk[i] = found;
}

static void exists_loop(void *ctx, size_t i, unsigned worker) {
  uint64_t from, to, found = 0;
  struct data *d = chunk_at(i, &from, &to);
  const uint32_t *at = d->segment.child_at[LEVEL_MEMBER];
  const int8_t *age = d->member[0].data;
  (void)ctx, (void)worker;
  for (uint64_t h = from; h < to; h++) {
    bool any = false;
    for (uint32_t m = at[h]; m < at[h + 1] && !any; m++) any = age[m] < 6;
    found += any;
  }
  found_by_chunk[i] = found;
}

/* ---- measuring ---- */

static uint64_t *lake, lake_words;
static volatile uint64_t drops[256]; /* so that the reading is not left out */

static void read_lake(void *ctx, size_t i, unsigned worker) {
  uint64_t sum[8] = {0}, from = lake_words / 256 * i;
  (void)ctx, (void)worker;
  for (uint64_t w = from; w < from + lake_words / 256; w += 8)
    for (int k = 0; k < 8; k++) sum[k] += lake[w + (uint64_t)k];
  for (int k = 1; k < 8; k++) sum[0] += sum[k];
  drops[i] = sum[0];
}

/* Processor time of all threads too: on a busy machine it is what can be compared. */
static double processor;

static double cpu_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(size_t count, void (*task)(void *, size_t, unsigned)) {
  int64_t began = progress_now_us();
  double cpu = cpu_now();
  pool_run(pool, count, task, NULL);
  processor = cpu_now() - cpu;
  return (double)(progress_now_us() - began) / 1e6;
}

static int by_size(const void *a, const void *b) { return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b); }

static double median(double *t) {
  qsort(t, RUNS, sizeof *t, by_size);
  return t[RUNS / 2];
}

/* Runs two peers in turn, so that both see the same minute. */
struct times { double mine, peer, mine_cpu, peer_cpu; };

static struct times race(size_t count, void (*mine)(void *, size_t, unsigned), void (*peer)(void *, size_t, unsigned)) {
  double t[4][RUNS];
  for (int i = 0; i < RUNS; i++) {
    t[0][i] = seconds(count, mine), t[2][i] = processor;
    t[1][i] = seconds(count, peer), t[3][i] = processor;
  }
  return (struct times){median(t[0]), median(t[1]), median(t[2]), median(t[3])};
}

static void report(const char *what, struct times t, double touched, double bandwidth) {
  printf("%s: %.3f s, loop %.3f s, ratio %.2f, bandwidth %.0f %% (processor %.3f s, loop %.3f s, ratio %.2f)\n", what, t.mine, t.peer, t.mine / t.peer, 100 * touched / t.mine / bandwidth, t.mine_cpu, t.peer_cpu, t.mine_cpu / t.peer_cpu);
}

static uint64_t fingerprint(struct score_area *total) {
  uint64_t hash = 1469598103934665603u;
  memset(total, 0, COUNTIES * sizeof *total);
  for (uint64_t i = 0; i < chunks; i++) score_join(total, by_chunk + i * COUNTIES, COUNTIES);
  for (int k = 0; k < SEGMENTS; k++)
    for (uint64_t h = 0; h < segment_households(&data[k].segment); h++) hash = (hash ^ (data[k].outcome[h] | (uint64_t)data[k].reasons[h] << 8)) * 1099511628211u;
  return hash;
}

int main(int argc, char **argv) {
  rows = argc == 3 && strcmp(argv[1], "--rows") == 0 ? strtoull(argv[2], NULL, 10) : 30000000;
  if (argc != 1 && (argc != 3 || rows < SEGMENTS)) return fprintf(stderr, "usage: bench_decide [--rows N]\n"), 2;
  must(pool_open(&pool, 2, &err));
  make_people();
  static const char *const child[] = {"members.exists(m, m.age < 6)"};
  compile(&decide, sources, RULES + 1);
  compile(&exists, child, 1);
  must(score_open(&decide.arena, weights, INDICATORS, &score, &err));
  by_chunk = need(chunks * COUNTIES * sizeof *by_chunk);
  found_by_chunk = need(chunks * sizeof *found_by_chunk);
  lake_words = rows / 256 * 256 * 4;
  lake = need(lake_words * 8);
  memset(lake, 1, lake_words * 8);
  double bandwidth = 0;
  for (int i = 0; i < 5; i++) {
    double s = seconds(256, read_lake), b = (double)lake_words * 8 / s;
    if (b > bandwidth) bandwidth = b;
  }
  static struct score_area total[COUNTIES], again[COUNTIES];
  seconds(chunks, loop_chunk);
  uint64_t by_hand = fingerprint(total);
  seconds(chunks, decide_chunk);
  uint64_t by_rules = fingerprint(again);
  bool same = by_hand == by_rules;
  for (int c = 0; c < COUNTIES; c++)
    same &= total[c].households == again[c].households && total[c].persons == again[c].persons && total[c].poor_households == again[c].poor_households &&
            total[c].poor_persons == again[c].poor_persons && fabs(total[c].poor_score - again[c].poor_score) <= 1e-9 * total[c].poor_score;
  if (!same) return fprintf(stderr, "the rules and the loop disagree\n"), 1;
  printf("%" PRIu64 " households, %" PRIu64 " members, %d rules, %u threads; memory gives %.1f GB/s\n", rows, members, RULES, pool_threads(pool), bandwidth / 1e9);
  report("decide", race(chunks, decide_chunk, loop_chunk), (double)rows * (INDICATORS + 4 + 1 + 2 + 3), bandwidth);
  seconds(chunks, exists_loop);
  uint64_t one = 0, other = 0;
  for (uint64_t i = 0; i < chunks; i++) one += found_by_chunk[i];
  seconds(chunks, exists_chunk);
  for (uint64_t i = 0; i < chunks; i++) other += found_by_chunk[i];
  if (one != other) return fprintf(stderr, "the rule and the loop disagree over members\n"), 1;
  report("members", race(chunks, exists_chunk, exists_loop), (double)members + 4.0 * (double)rows, bandwidth);
  uint64_t persons = 0, poor = 0;
  double m0 = 0;
  for (int c = 0; c < COUNTIES; c++) persons += total[c].persons, poor += total[c].poor_persons, m0 += total[c].poor_score;
  printf("found: H %.6f, A %.6f, M0 %.6f; %" PRIu64 " households with a child under six\n", (double)poor / (double)persons, m0 / (double)poor, m0 / (double)persons, one);
  for (int q = 0; q < 2; q++)
    for (unsigned t = 0; t < pool_threads(pool); t++) block_scratch_close((q ? &exists : &decide)->scratch[t]);
  arena_drop(&decide.arena);
  arena_drop(&exists.arena);
  pool_close(pool);
  return 0;
}
