#define _GNU_SOURCE /* qsort_r */
#include "synth/frozen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "synth/home.h"
#include "synth/rows.h"

struct making { /* one home being made */
  uint32_t area;
  uint32_t from, to; /* its blocks */
  struct arena arena;
  struct chunk *chunks, **last, *truth, **truth_last;
  struct chunk_scratch scratch;
  const struct freezing *f;
  struct frozen counts;
  enum status status;
  struct err err;
};

struct freezing {
  struct population *pop;
  struct columns columns, truth;
  struct block_id *blocks;
  uint32_t block_count, round;
  struct making *homes; /* of the wave */
  struct village_cells *villages;
  uint32_t *order;      /* villages, by home and code */
};

static enum status batch_full(void *ctx, struct batch *b, struct err *e) {
  struct making *k = ctx;
  TRY(chunk_make(&k->f->columns, b, &k->scratch, k->last, e));
  k->last = &(*k->last)->next;
  TRY(chunk_make(&k->f->truth, b, &k->scratch, k->truth_last, e));
  k->truth_last = &(*k->truth_last)->next;
  return OK;
}

static enum status put_block(const struct freezing *f, struct making *k, struct batch *q, const struct block *b, struct err *e) {
  const uint32_t round = f->round, village = (uint32_t)(b->village - f->pop->villages);
  if (!b->copy) rows_village(b, round, f->villages[village].cells), f->villages[village].made = true;
  k->counts.persons += b->persons[round], k->counts.listed += b->listed[round];
  for (uint32_t i = 0; i < b->count; i++) {
    const struct household *h = &b->households[i];
    if (!h->size[round]) continue;
    k->counts.households++, k->counts.members += h->size[round];
    if (h->income[round] < f->pop->lines[round]) k->counts.truly_poor += h->size[round];
    TRY(rows_household(q, b, i, round, FAULT_NONE, e));
    rows_truth(q, b, i, round);
  }
  return OK;
}

static enum status make(const struct freezing *f, struct making *k, struct err *e) {
  const struct population *pop = f->pop;
  struct block b = {0};
  struct batch *q;
  k->f = f, k->last = &k->chunks, k->truth_last = &k->truth;
  TRY(batch_open(&k->arena, pop, batch_full, k, &q, e));
  enum status s = OK;
  for (uint32_t i = k->from; s == OK && i < k->to; i++) {
    s = block_make(pop, f->blocks[i], &b, e);
    if (s == OK) s = put_block(f, k, q, &b, e);
  }
  block_free(&b);
  if (s == OK) s = batch_flush(q, e);
  free(k->scratch.data);
  return s;
}

static void make_task(void *ctx, size_t i, unsigned worker) {
  struct freezing *f = ctx;
  (void)worker;
  f->homes[i].status = make(f, &f->homes[i], &f->homes[i].err);
}

static void home_close(struct making *k) {
  chunk_free(k->chunks);
  chunk_free(k->truth);
  arena_drop(&k->arena);
}

static void add_counts(struct frozen *sum, const struct frozen *x) {
  sum->homes++, sum->households += x->households, sum->members += x->members, sum->persons += x->persons, sum->listed += x->listed, sum->truly_poor += x->truly_poor;
}

/* Blocks lie by village, villages by home: a home is a run of blocks. */
static uint32_t next_home(const struct freezing *f, uint32_t from, struct making *k) {
  k->area = f->pop->villages[f->blocks[from].village].home, k->from = from, k->to = from;
  while (k->to < f->block_count && f->pop->villages[f->blocks[k->to].village].home == k->area) k->to++;
  return k->to;
}

static enum status write_home(const struct freezing *f, const struct making *k, struct snapshot_writer *w, struct snapshot_writer *truth, struct err *e) {
  struct home h = {.id = (int64_t)k->area + 1, .pop = f->pop, .columns = &f->columns, .chunks = k->chunks, .village_cells = f->villages};
  uint32_t from = 0;
  while (f->pop->villages[f->order[from]].home != k->area) from++;
  h.villages = f->order + from;
  while (from + h.village_count < f->pop->village_count && f->pop->villages[h.villages[h.village_count]].home == k->area) h.village_count++;
  TRY(home_write(&h, w, e));
  h.columns = &f->truth, h.chunks = k->truth, h.village_cells = NULL;
  return home_write(&h, truth, e);
}

static enum status run(struct freezing *f, struct pool *pool, struct progress *progress, struct snapshot_writer *w, struct snapshot_writer *truth, struct frozen *out, struct err *e) {
  const unsigned wave = pool ? pool_threads(pool) : 1;
  enum status s = OK;
  if (progress) progress_begin(progress, "making", "villages", f->block_count);
  for (uint32_t at = 0; at < f->block_count && s == OK;) {
    struct making homes[64] = {0};
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
      if (s == OK) s = write_home(f, &homes[i], w, truth, e);
      if (s == OK) add_counts(out, &homes[i].counts);
      home_close(&homes[i]);
    }
    if (s == OK && progress && progress_step(progress, at)) s = err_set(e, ERR_CANCELLED, NULL, "stopped");
  }
  if (progress) progress_end(progress);
  return s;
}

/* Villages by home, within it by code. */
static int by_home(const void *pa, const void *pb, void *ctx) {
  const struct village *villages = ctx, *a = &villages[*(const uint32_t *)pa], *b = &villages[*(const uint32_t *)pb];
  return a->home != b->home ? (a->home < b->home ? -1 : 1) : strcmp(a->code, b->code);
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
  TRY(columns_of_register(a, p, &f.columns, e));
  TRY(columns_of_truth(a, &f.truth, e));
  ARENA_TRY(e, f.villages = arena_array(a, f.pop->village_count + 1u, sizeof *f.villages));
  ARENA_TRY(e, f.order = arena_array(a, f.pop->village_count + 1u, sizeof *f.order));
  for (uint32_t i = 0; i < f.pop->village_count; i++) f.order[i] = i;
  qsort_r(f.order, f.pop->village_count, sizeof *f.order, by_home, f.pop->villages);
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
