#include "synth/frozen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "column/snapshot.h"
#include "synth/block.h"
#include "synth/columns.h"
#include "synth/rows.h"

/* What is true, a row a household. */
enum { TRUE_PERSONS, TRUE_INCOME, TRULY_POOR, RECORDED_INCOME, ON_REGISTER, SHOCK, TRUTH_COUNT };
static const struct schema_column truth_columns[TRUTH_COUNT] = {
    {"persons", COL_INT, 0}, {"true_income", COL_DECIMAL, 2}, {"truly_poor", COL_BOOL, 0}, {"recorded_income", COL_DECIMAL, 2}, {"on_register", COL_BOOL, 0}, {"shock", COL_BOOL, 0}};
static const struct schema truth_schema = {.level_count = 3, .levels = {{"household", truth_columns, TRUTH_COUNT}, {"members", NULL, 0}, {"village", NULL, 0}}};

struct home { /* one home being made */
  uint32_t area;
  uint32_t from, to; /* its blocks */
  struct arena arena;
  struct columns *columns;
  struct builder *truth;
  const struct segment *segment, *truth_segment;
  struct frozen counts;
  enum status status;
  struct err err;
};

struct freezing {
  struct population *pop;
  struct schema schema;
  struct block_id *blocks;
  uint32_t block_count, round;
  struct home *homes; /* of the wave */
  const uint8_t *has_block; /* one a village */
};

static int64_t cents(double v) { return (int64_t)(v * 100 + 0.5); }

static enum status put_truth(struct home *k, const struct block *b, const struct household *h, uint32_t round, struct err *e) {
  char key[40];
  double line = b->pop->lines[round];
  const struct cell cells[TRUTH_COUNT] = {[TRUE_PERSONS] = {.i = h->size[round]}, [TRUE_INCOME] = {.i = cents(h->income[round])}, [TRULY_POOR] = {.i = h->income[round] < line},
                                          [RECORDED_INCOME] = {.i = cents(h->recorded[round])}, [ON_REGISTER] = {.i = h->listed[round]}, [SHOCK] = {.i = h->shock[round]}};
  return builder_household(k->truth, k->counts.households, span_of(rows_key(b->village, h, false, key)), span_of(b->village->code), UINT32_MAX, cells, e);
}

static enum status put_block(const struct freezing *f, struct home *k, struct layout *l, const struct block *b, struct err *e) {
  const uint32_t round = f->round;
  if (!b->copy) TRY(rows_village(l, b, round, e));
  k->counts.persons += b->persons[round], k->counts.listed += b->listed[round];
  for (uint32_t i = 0; i < b->count; i++) {
    const struct household *h = &b->households[i];
    if (!h->size[round]) continue;
    k->counts.households++, k->counts.members += h->size[round];
    if (h->income[round] < f->pop->lines[round]) k->counts.truly_poor += h->size[round];
    TRY(rows_household(l, b, i, round, FAULT_NONE, e));
    TRY(put_truth(k, b, h, round, e));
  }
  return OK;
}

static enum status make(const struct freezing *f, struct home *k, struct err *e) {
  const struct population *pop = f->pop;
  struct block b = {0};
  TRY(columns_open(&k->arena, pop->p, &f->schema, (int64_t)k->area + 1, &k->columns, e));
  TRY(builder_open(&truth_schema, (int64_t)k->area + 1, &k->truth, e));
  struct layout l = {.columns = k->columns};
  for (uint32_t v = 0; v < pop->village_count; v++) { /* villages where nobody was made have their row too */
    if (pop->villages[v].home != k->area || f->has_block[v]) continue;
    struct row r = {.count = 0};
    row_text(&r, KEY_VILLAGE, pop->villages[v].code);
    TRY(columns_put(k->columns, LEVEL_VILLAGE, &r, e));
  }
  enum status s = OK;
  for (uint32_t i = k->from; s == OK && i < k->to; i++) {
    s = block_make(pop, f->blocks[i], &b, e);
    if (s == OK) s = put_block(f, k, &l, &b, e);
  }
  block_free(&b);
  TRY(s);
  TRY(columns_finish(k->columns, &k->segment, e));
  return builder_finish(k->truth, &k->truth_segment, e);
}

static void make_task(void *ctx, size_t i, unsigned worker) {
  struct freezing *f = ctx;
  (void)worker;
  f->homes[i].status = make(f, &f->homes[i], &f->homes[i].err);
}

static void home_close(struct home *k) {
  columns_close(k->columns);
  builder_close(k->truth);
  arena_drop(&k->arena);
  k->columns = NULL, k->truth = NULL;
}

static void add_counts(struct frozen *sum, const struct frozen *x) {
  sum->homes++, sum->households += x->households, sum->members += x->members, sum->persons += x->persons, sum->listed += x->listed, sum->truly_poor += x->truly_poor;
}

/* Blocks lie by village, villages by home: a home is a run of blocks. */
static uint32_t next_home(const struct freezing *f, uint32_t from, struct home *k) {
  k->area = f->pop->villages[f->blocks[from].village].home, k->from = from, k->to = from;
  while (k->to < f->block_count && f->pop->villages[f->blocks[k->to].village].home == k->area) k->to++;
  return k->to;
}

static enum status run(struct freezing *f, struct pool *pool, struct progress *progress, struct snapshot_writer *w, struct snapshot_writer *truth, struct frozen *out, struct err *e) {
  const unsigned wave = pool ? pool_threads(pool) : 1;
  enum status s = OK;
  if (progress) progress_begin(progress, "making", "villages", f->block_count);
  for (uint32_t at = 0; at < f->block_count && s == OK;) {
    struct home homes[64] = {0};
    uint32_t n = 0;
    while (n < wave && n < 64 && at < f->block_count) at = next_home(f, at, &homes[n++]);
    for (uint32_t i = 0; i < n; i++) arena_init(&homes[i].arena, 0);
    f->homes = homes;
    pool_run(pool, n, make_task, f);
    for (uint32_t i = 0; i < n; i++) {
      if (s == OK && homes[i].status != OK) {
        s = homes[i].status;
        if (e) *e = homes[i].err;
      }
      if (s == OK) s = snapshot_add(w, &f->schema, homes[i].segment, e);
      if (s == OK) s = snapshot_add(truth, &truth_schema, homes[i].truth_segment, e);
      if (s == OK) add_counts(out, &homes[i].counts);
      home_close(&homes[i]);
    }
    if (s == OK && progress && progress_step(progress, at)) s = err_set(e, ERR_CANCELLED, NULL, "stopped");
  }
  if (progress) progress_end(progress);
  return s;
}

static enum status find_round(const struct model *m, int year, uint32_t *out, struct err *e) {
  for (*out = 0; *out < m->round_count; ++*out)
    if (m->rounds[*out].year == year) return OK;
  if (!year) {
    *out = m->round_count - 1;
    return OK;
  }
  return err_set(e, ERR_USAGE, "synth.yaml of the programme lists the rounds", "there is no round %d", year);
}

static enum status write_both(struct arena *a, struct freezing *f, const struct synth_options *o, struct pool *pool, const char *folder, struct frozen *out, struct err *e) {
  struct snapshot_writer *w = NULL, *truth = NULL;
  char *path, *truth_path, name[32];
  (void)snprintf(name, sizeof name, "synthetic-%d", out->year); /* the manifest says it too */
  ARENA_TRY(e, path = arena_printf(a, "%s/%d", folder, out->year));
  ARENA_TRY(e, truth_path = arena_printf(a, "%s/truth-%d", folder, out->year));
  TRY(file_make_dirs(folder, e));
  enum status s = snapshot_create(path, name, out->year, &w, e);
  if (s == OK) s = snapshot_create(truth_path, name, out->year, &truth, e);
  if (s == OK) s = run(f, pool, o->progress, w, truth, out, e);
  if (s == OK) s = snapshot_commit(w, out->hash, e), w = NULL;
  if (s == OK) s = snapshot_commit(truth, out->truth_hash, e), truth = NULL;
  if (w) snapshot_abandon(w);
  if (truth) snapshot_abandon(truth);
  return s;
}

enum status frozen_write(struct arena *a, const struct programme *p, const struct synth_options *o, int year, struct pool *pool, const char *folder, struct frozen *out, struct err *e) {
  struct model *m;
  struct freezing f = {0};
  uint8_t *has;
  *out = (struct frozen){0};
  for (uint32_t i = 0; i < FAULT_COUNT; i++)
    if (o->faults.share[i] > 0) return err_set(e, ERR_USAGE, "leave out --as snapshot", "faults are planted in files only");
  TRY(synth_folder_check(folder, e));
  TRY(model_read(a, p, &m, e));
  TRY(find_round(m, year, &f.round, e));
  out->year = m->rounds[f.round].year;
  m->round_count = f.round + 1; /* what comes later changes nothing before */
  TRY(population_open(a, p, m, o->seed, &f.pop, e));
  TRY(population_blocks(a, f.pop, o->scale, &f.blocks, &f.block_count, e));
  TRY(estimate_make(f.pop, f.blocks, f.block_count, FORM_FROZEN, pool_threads(pool), &out->estimate, e));
  if (o->dry_run) return OK;
  TRY(estimate_space(a, &out->estimate, folder, e));
  TRY(columns_schema(a, p, &f.schema, e));
  ARENA_TRY(e, has = arena_array(a, f.pop->village_count + 1u, 1));
  for (uint32_t i = 0; i < f.block_count; i++) has[f.blocks[i].village] = 1;
  f.has_block = has;
  TRY(write_both(a, &f, o, pool, folder, out, e));
  char *path, *text;
  ARENA_TRY(e, path = file_join(a, folder, "README.txt"));
  ARENA_TRY(e, text = arena_printf(a, "SYNTHETIC. Nobody in these files exists. \xE5\x90\x88\xE6\x88\x90\xE6\x95\xB0\xE6\x8D\xAE\xEF\xBC\x9A\xE5\x85\xA8\xE9\x83\xA8\xE8\x99\x9A\xE6\x9E\x84\xE3\x80\x82\n\n"
                                      "Made by `lucid synth --as snapshot` from the programme %s, seed %" PRIu64 ", scale %g.\n"
                                      "%d/%s         what the register says: lucid identify --snapshot takes this folder\n"
                                      "truth-%d/%s   the same households' true income beside what was recorded\n",
                                  p->name, o->seed, o->scale, out->year, out->hash, out->year, out->truth_hash));
  return file_replace(path, text, strlen(text), 0644, e);
}
