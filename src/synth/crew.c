#define _GNU_SOURCE /* qsort_r */
#include "synth/crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "synth/rows.h"

#define PART_PERSONS 12000 /* some 3,600 households: a hundredth of a second or less */
#define AHEAD_MAX ((uint64_t)512 << 20) /* bytes of the next home, while the one before is not yet written */
#define OUTPUTS_MAX (2 * SYNTH_ROUNDS_MAX) /* a round's register, and its truth */

struct chain { struct chunk *first, **end; };

struct part {
  uint32_t home, from, to; /* blocks */
  struct chain chains[OUTPUTS_MAX];
  struct crew_round counts[SYNTH_ROUNDS_MAX];
  uint64_t bytes; /* of its chunks */
  struct planted *planted;
  uint32_t planted_count, planted_cap;
};

struct job { /* a home */
  uint32_t area, first_part, part_count, parts_done;
  const uint32_t *villages; /* in the order of their codes */
  uint32_t village_count;
  int64_t persons;
  uint64_t bytes; /* of its parts that are made */
};

struct output { uint32_t next; bool busy; }; /* next: which job of the order is written next */

struct crew {
  struct crew_work *w;
  struct part *parts;
  struct job *jobs;
  uint32_t part_count, job_count, *order; /* jobs, the largest first */
  uint32_t at, at_part;                   /* the next part to make: of the order's job `at` */
  struct output outputs[OUTPUTS_MAX];
  struct village_cells *villages[SYNTH_ROUNDS_MAX];
  pthread_mutex_t lock;
  pthread_cond_t moved;
  uint32_t blocks_done;
  enum status status; /* of the first that failed */
  struct err err;
};

struct worker {
  struct crew *c;
  struct part *part;
  uint32_t round;  /* of work->rounds: whose rows the batch has */
  struct batch *batches[SYNTH_ROUNDS_MAX];
  struct chunk_scratch scratch;
  struct block block;
};

static enum status no_memory(struct err *e) { return err_set(e, ERR_MEMORY, "use fewer threads (LUCID_THREADS=1), or a smaller --scale", "out of memory for a population"); }

/* ---- a part ---- */

static enum status add_chunk(struct worker *k, const struct columns *columns, struct batch *b, struct chain *to, struct err *e) {
  TRY(chunk_make(columns, b, &k->scratch, to->end, e));
  k->part->bytes += (*to->end)->bytes;
  to->end = &(*to->end)->next;
  return OK;
}

static enum status batch_full(void *ctx, struct batch *b, struct err *e) {
  struct worker *k = ctx;
  uint32_t r = 0;
  while (k->batches[r] != b) r++;
  if (b->rows[ROWS_HOUSEHOLD]) TRY(add_chunk(k, k->c->w->columns, b, &k->part->chains[2 * r], e));
  return b->rows[ROWS_TRUTH] ? add_chunk(k, k->c->w->truth, b, &k->part->chains[2 * r + 1], e) : OK;
}

static enum status put_planted(struct part *p, const struct planted *x, struct err *e) {
  if (p->planted_count == p->planted_cap) {
    uint32_t cap = p->planted_cap ? p->planted_cap * 2 : 64;
    struct planted *more = realloc(p->planted, cap * sizeof *more);
    if (!more) return no_memory(e);
    p->planted = more, p->planted_cap = cap;
  }
  p->planted[p->planted_count++] = *x;
  return OK;
}

static enum status put_round(struct worker *k, uint32_t r, struct err *e) {
  const struct crew_work *w = k->c->w;
  const struct block *b = &k->block;
  const uint32_t round = w->rounds[r].round, village = (uint32_t)(b->village - w->pop->villages);
  struct crew_round *n = &k->part->counts[r];
  if (!b->copy) rows_village(b, round, k->c->villages[r][village].cells), k->c->villages[r][village].made = true;
  n->persons += b->persons[round], n->listed += b->listed[round];
  for (uint32_t i = 0; i < b->count; i++) {
    const struct household *h = &b->households[i];
    if (!h->size[round]) continue;
    n->households++, n->members += h->size[round];
    if (h->income[round] < w->pop->lines[round]) n->truly_poor += h->size[round];
    enum fault f = fault_of(w->plan, b, i, round);
    TRY(rows_household(k->batches[r], b, i, round, f, e));
    rows_truth(k->batches[r], b, i, round);
    if (f == FAULT_NONE) continue;
    struct planted x = planted_in(b, i, round, f);
    TRY(put_planted(k->part, &x, e));
  }
  return OK;
}

static enum status make_part(struct worker *k, struct err *e) {
  const struct crew_work *w = k->c->w;
  for (uint32_t o = 0; o < 2 * w->round_count; o++) k->part->chains[o].end = &k->part->chains[o].first;
  for (uint32_t i = k->part->from; i < k->part->to; i++) {
    TRY(block_make(w->pop, w->blocks[i], &k->block, e));
    for (uint32_t r = 0; r < w->round_count; r++) TRY(put_round(k, r, e));
  }
  for (uint32_t r = 0; r < w->round_count; r++) TRY(batch_flush(k->batches[r], e));
  return OK;
}

/* ---- a home ---- */

static enum status write_home(struct crew *c, const struct job *j, uint32_t o, struct err *e) {
  struct crew_round *r = &c->w->rounds[o / 2];
  const bool truth = o % 2;
  struct chain all = {NULL, &all.first};
  for (uint32_t i = 0; i < j->part_count; i++) {
    struct chain *part = &c->parts[j->first_part + i].chains[o];
    if (!part->first) continue;
    *all.end = part->first, all.end = part->end, part->first = NULL;
  }
  const struct home h = {.id = (int64_t)j->area + 1, .pop = c->w->pop, .columns = truth ? c->w->truth : c->w->columns, .chunks = all.first, .villages = j->villages, .village_count = j->village_count,
                         .village_cells = truth ? NULL : c->villages[o / 2]};
  enum status s = home_write(&h, truth ? r->truth : r->writer, e);
  chunk_free(all.first);
  return s;
}

/* ---- who does what; the lock is held ---- */

static bool all_written(const struct crew *c) {
  for (uint32_t o = 0; o < 2 * c->w->round_count; o++)
    if (c->outputs[o].next < c->job_count) return false;
  return true;
}

/* An output that nobody writes and whose next home is there; OUTPUTS_MAX: none. */
static uint32_t ready_output(const struct crew *c) {
  for (uint32_t o = 0; o < 2 * c->w->round_count; o++) {
    if (c->outputs[o].busy || c->outputs[o].next >= c->job_count) continue;
    const struct job *j = &c->jobs[c->order[c->outputs[o].next]];
    if (j->parts_done == j->part_count) return o;
  }
  return OUTPUTS_MAX;
}

static struct part *next_part(struct crew *c) {
  uint32_t slowest = c->job_count;
  for (uint32_t o = 0; o < 2 * c->w->round_count; o++)
    if (c->outputs[o].next < slowest) slowest = c->outputs[o].next;
  if (c->at >= c->job_count || c->at > slowest + 1) return NULL;
  struct job *j = &c->jobs[c->order[c->at]];
  if (c->at > slowest && j->bytes > AHEAD_MAX) return NULL;
  struct part *p = &c->parts[j->first_part + c->at_part];
  if (++c->at_part == j->part_count) c->at++, c->at_part = 0;
  return p;
}

static void fail(struct crew *c, enum status s, const struct err *e) {
  if (c->status != OK) return;
  c->status = s, c->err = *e;
}

static void finish_part(struct crew *c, const struct part *p) {
  c->jobs[p->home].parts_done++, c->jobs[p->home].bytes += p->bytes;
  c->blocks_done += p->to - p->from;
  for (uint32_t r = 0; r < c->w->round_count; r++) {
    struct crew_round *sum = &c->w->rounds[r];
    const struct crew_round *x = &p->counts[r];
    sum->households += x->households, sum->members += x->members, sum->persons += x->persons, sum->listed += x->listed, sum->truly_poor += x->truly_poor;
    c->w->ledger->on_register[sum->round][c->jobs[p->home].area] += x->listed;
  }
  struct err e = {.status = OK};
  if (c->w->progress && progress_step(c->w->progress, c->blocks_done)) fail(c, err_set(&e, ERR_CANCELLED, NULL, "stopped"), &e);
}

static void work(struct worker *k) {
  struct crew *c = k->c;
  while (c->status == OK && !all_written(c)) {
    struct err e = {.status = OK};
    enum status s = OK;
    uint32_t o = ready_output(c);
    struct part *p = o == OUTPUTS_MAX ? next_part(c) : NULL;
    if (o == OUTPUTS_MAX && !p) {
      pthread_cond_wait(&c->moved, &c->lock);
      continue;
    }
    if (p) k->part = p;
    else c->outputs[o].busy = true;
    pthread_mutex_unlock(&c->lock);
    if (p) s = make_part(k, &e);
    else s = write_home(c, &c->jobs[c->order[c->outputs[o].next]], o, &e);
    pthread_mutex_lock(&c->lock);
    if (s != OK) fail(c, s, &e);
    else if (p) finish_part(c, p);
    else c->outputs[o].next++, c->outputs[o].busy = false;
    pthread_cond_broadcast(&c->moved);
  }
}

static void run_worker(void *ctx, size_t i, unsigned number) {
  struct crew *c = ctx;
  struct worker k = {.c = c};
  struct arena a;
  struct err e = {.status = OK};
  enum status s = OK;
  (void)i, (void)number;
  arena_init(&a, 0);
  for (uint32_t r = 0; s == OK && r < c->w->round_count; r++) s = batch_open(&a, c->w->pop, batch_full, &k, &k.batches[r], &e);
  pthread_mutex_lock(&c->lock);
  if (s != OK) fail(c, s, &e);
  work(&k);
  pthread_cond_broadcast(&c->moved);
  pthread_mutex_unlock(&c->lock);
  block_free(&k.block);
  free(k.scratch.data);
  arena_drop(&a);
}

/* ---- before and after ---- */

/* Villages by home, within it by code. */
static int by_home(const void *pa, const void *pb, void *ctx) {
  const struct village *villages = ctx, *a = &villages[*(const uint32_t *)pa], *b = &villages[*(const uint32_t *)pb];
  return a->home != b->home ? (a->home < b->home ? -1 : 1) : strcmp(a->code, b->code);
}

static int by_size(const void *pa, const void *pb, void *ctx) {
  const struct job *jobs = ctx, *a = &jobs[*(const uint32_t *)pa], *b = &jobs[*(const uint32_t *)pb];
  return a->persons != b->persons ? (a->persons > b->persons ? -1 : 1) : a < b ? -1 : a > b;
}

static enum status list_villages(struct arena *a, struct crew *c, struct err *e) {
  const struct population *pop = c->w->pop;
  uint32_t *list, n = 0;
  ARENA_TRY(e, list = arena_array(a, pop->village_count + 1u, sizeof *list));
  for (uint32_t i = 0; i < pop->village_count; i++) list[i] = i;
  qsort_r(list, pop->village_count, sizeof *list, by_home, pop->villages);
  for (uint32_t i = 0; i < c->job_count; i++) {
    while (n < pop->village_count && pop->villages[list[n]].home < c->jobs[i].area) n++;
    c->jobs[i].villages = list + n;
    while (n < pop->village_count && pop->villages[list[n]].home == c->jobs[i].area) c->jobs[i].village_count++, n++;
  }
  for (uint32_t r = 0; r < c->w->round_count; r++) ARENA_TRY(e, c->villages[r] = arena_array(a, pop->village_count + 1u, sizeof **c->villages));
  return OK;
}

/* Blocks lie by village, villages by home: a home is a run of blocks, a part is one within it. */
static enum status cut(struct arena *a, struct crew *c, struct err *e) {
  const struct crew_work *w = c->w;
  int64_t persons = 0;
  ARENA_TRY(e, c->parts = arena_array(a, w->block_count + 1u, sizeof *c->parts));
  ARENA_TRY(e, c->jobs = arena_array(a, w->pop->p->area_count + 1u, sizeof *c->jobs));
  ARENA_TRY(e, c->order = arena_array(a, w->pop->p->area_count + 1u, sizeof *c->order));
  for (uint32_t i = 0; i < w->block_count; i++) {
    const struct village *v = &w->pop->villages[w->blocks[i].village];
    bool home = !i || v->home != c->jobs[c->job_count - 1].area;
    if (home) c->jobs[c->job_count] = (struct job){.area = v->home, .first_part = c->part_count}, c->order[c->job_count] = c->job_count, c->job_count++;
    struct job *j = &c->jobs[c->job_count - 1];
    if (home || persons >= PART_PERSONS) c->parts[c->part_count++] = (struct part){.home = c->job_count - 1, .from = i}, j->part_count++, persons = 0;
    c->parts[c->part_count - 1].to = i + 1;
    persons += v->persons, j->persons += v->persons;
  }
  c->w->homes = c->job_count;
  TRY(list_villages(a, c, e));
  qsort_r(c->order, c->job_count, sizeof *c->order, by_size, c->jobs);
  return OK;
}

enum status crew_run(struct arena *a, struct crew_work *w, struct pool *pool, struct err *e) {
  struct crew c = {.w = w};
  TRY(cut(a, &c, e));
  pthread_mutex_init(&c.lock, NULL);
  pthread_cond_init(&c.moved, NULL);
  if (w->progress) progress_begin(w->progress, "making", "villages", w->block_count);
  pool_run(pool, pool ? pool_threads(pool) : 1, run_worker, &c);
  if (w->progress) progress_end(w->progress);
  pthread_cond_destroy(&c.moved);
  pthread_mutex_destroy(&c.lock);
  for (uint32_t i = 0; i < c.part_count; i++) {
    struct part *p = &c.parts[i];
    for (uint32_t k = 0; c.status == OK && k < p->planted_count; k++) c.status = ledger_put(w->ledger, &p->planted[k], &c.err);
    for (uint32_t o = 0; o < OUTPUTS_MAX; o++) chunk_free(p->chains[o].first);
    free(p->planted);
  }
  if (c.status != OK && e) *e = c.err;
  return c.status;
}
