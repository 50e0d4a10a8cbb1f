#include "identify/quota.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "identify/rank.h"

struct waiting { /* an undecided household that may want a place */
  uint32_t set, household;
  bool ranked;
  double value, units;
};

struct seeker { uint32_t set, candidate; };

struct filling {
  const struct programme *p;
  const struct sample *s;
  const char *seed;
  struct decisions *d;
  /* Areas of the quota's level, in the order of the programme's, and behind them "none": 0 .. area_count. */
  uint32_t *areas, area_count;
  uint32_t *quota_of;       /* by area of the programme; the last for "none" */
  const struct quota_row **rows; /* what the quota says of each; NULL = nothing */
  uint8_t *seen;            /* has anybody at all */
  /* By area of the quota, then by set and household: who qualifies, and who is undecided. Cell [set * (area_count + 1) + area] counts, then says where. */
  uint64_t *seekers_in, *waiting_in;
  uint64_t *seekers_at, *waiting_at; /* area_count + 2: where an area's begin */
  struct seeker *seekers;
  struct waiting *waiting;
  /* of the run by area */
  struct quota_area **table;
  enum status *status;
  struct err *errors;
};

static double units(const struct identify *id, double persons) { return id->quota_persons ? persons : 1; }

/* The undecided of one area in order of value, with running sums: so that a county of a million costs a sort. */
struct queue {
  const struct waiting **list; /* ranked ones, best first */
  double *sum;                 /* count + 1 */
  uint64_t count;
  double unranked;             /* units that could stand anywhere */
};

/* The undecided who may want a place in the area, one after the other: its own, and those whose area is not known. */
static const struct waiting *waiting_next(const struct filling *f, uint32_t area, uint64_t *i) {
  const uint64_t own = f->waiting_at[area + 1] - f->waiting_at[area], any = f->waiting_at[f->area_count + 1] - f->waiting_at[f->area_count];
  const uint64_t k = (*i)++;
  return k < own ? &f->waiting[f->waiting_at[area] + k] : k < own + any ? &f->waiting[f->waiting_at[f->area_count] + (k - own)] : NULL;
}

static enum status queue_make(struct arena *a, const struct filling *f, uint32_t area, struct queue *q, struct err *e) {
  *q = (struct queue){0};
  const size_t n = f->waiting_at[area + 1] - f->waiting_at[area] + f->waiting_at[f->area_count + 1] - f->waiting_at[f->area_count];
  const struct waiting **came;
  double *values;
  uint32_t *order;
  ARENA_TRY(e, q->list = arena_array(a, n + 1, sizeof *q->list));
  ARENA_TRY(e, q->sum = arena_array(a, n + 1, sizeof *q->sum));
  ARENA_TRY(e, came = arena_array(a, n + 1, sizeof *came));
  ARENA_TRY(e, values = arena_array(a, n + 1, sizeof *values));
  uint64_t i = 0;
  for (const struct waiting *w; (w = waiting_next(f, area, &i));) {
    if (f->p->identify.has_rank && w->ranked) came[q->count] = w, values[q->count++] = w->value;
    else q->unranked += w->units;
  }
  TRY(rank_order(a, values, q->count, f->p->identify.rank_descending, &order, e));
  for (uint64_t k = 0; k < q->count; k++) {
    q->list[k] = came[order[k]];
    q->sum[k + 1] = q->sum[k] + q->list[k]->units;
  }
  return OK;
}

/* What undecided households as good as this value, better, or unranked might take ahead of it. */
static double ahead(const struct filling *f, const struct queue *q, double value) {
  uint64_t lo = 0, hi = q->count;
  while (lo < hi) {
    uint64_t mid = lo + (hi - lo) / 2;
    if (rank_compare(q->list[mid]->value, value, f->p->identify.rank_descending) <= 0) lo = mid + 1;
    else hi = mid;
  }
  return q->unranked + q->sum[lo];
}

static void place(struct filling *f, const struct rank_entry *r, uint32_t position, bool in, uint8_t flags) {
  struct decision_set *set = &f->d->sets[r->set];
  set->candidates[r->candidate].place = position;
  set->outcome[r->household] = in ? OUTCOME_SELECTED : OUTCOME_NO_PLACE;
  set->flags[r->household] |= flags;
}

static void count_in(struct quota_area *q, const struct identify *id, const struct rank_entry *r, bool in) {
  uint64_t u = (uint64_t)units(id, r->persons);
  q->qualified += u;
  if (in) {
    q->selected += u;
    q->cutoff = r->value;
    q->has_cutoff = id->has_rank;
  } else {
    q->no_place += u;
  }
}

/* One area's entries, in order. `left` never counts places taken by a tie that was included beyond the quota. */
static enum status fill_area(struct filling *f, const struct queue *queue, struct quota_area *q, struct rank_entry *entries, uint64_t count, struct err *e) {
  const struct identify *id = &f->p->identify;
  const double places = (double)q->places;
  double taken = 0;
  bool open = true; /* nobody was turned away yet */
  for (uint64_t i = 0, end; i < count; i = end) {
    end = rank_tie_end(entries, i, count);
    const bool tie = end - i > 1;
    const double may_come = ahead(f, queue, entries[i].value);
    const uint32_t position = (uint32_t)(i + 1);
    double want = 0;
    for (uint64_t k = i; k < end; k++) want += units(id, entries[k].persons);
    const bool fits = open && taken + want <= places;
    const bool splits = open && !fits && tie && taken < places; /* the tie is returned whole, and settled below */
    if (!fits) open = false;
    if (splits) {
      q->tied = end - i;
      if (id->ties == TIES_DRAW) {
        TRY(rank_draw(entries + i, end - i, f->seed, f->s->segments, e));
        q->drawn = true;
      }
    }
    const double before = taken;
    bool full = !fits && !splits;
    for (uint64_t k = i; k < end; k++) {
      const double u = units(id, entries[k].persons);
      bool in = fits;
      if (splits && id->ties == TIES_INCLUDE) in = true;
      if (splits && id->ties == TIES_DRAW && !full) in = taken + u <= places;
      if (!in) full = true;
      if (in) taken += u;
      const bool drawn = splits && q->drawn;
      const bool loses = id->ties == TIES_INCLUDE && tie ? before + may_come >= places : (drawn ? taken : before + want) + may_come > places;
      uint8_t flags = (uint8_t)((splits ? DECISION_TIED : 0) | (drawn ? DECISION_DRAWN : 0) | (in && loses ? DECISION_PROVISIONAL : 0));
      place(f, &entries[k], drawn ? (uint32_t)(k + 1) : position, in, flags);
      count_in(q, id, &entries[k], in);
      q->tied_in += splits && in;
    }
  }
  return OK;
}

/* An undecided household could take a place when those certainly better than it leave one. Entries of an area are in order of
 * value; those of a drawn tie among them are equal, so a search by value holds. Where its area is not known, several threads may flag it. */
static enum status flag_waiting(struct arena *a, struct filling *f, uint32_t area, const struct rank_entry *entries, uint64_t count, struct quota_area *q, struct err *e) {
  const struct identify *id = &f->p->identify;
  const uint64_t own = f->waiting_at[area + 1] - f->waiting_at[area];
  double *sum;
  ARENA_TRY(e, sum = arena_array(a, count + 1, sizeof *sum));
  for (uint64_t k = 0; k < count; k++) sum[k + 1] = sum[k] + units(id, entries[k].persons);
  uint64_t i = 0;
  for (const struct waiting *w; (w = waiting_next(f, area, &i));) {
    if (i <= own) q->undecided += isfinite(w->units) ? (uint64_t)w->units : 1; /* at least one person */
    uint64_t lo = 0, hi = count;
    if (id->has_rank && w->ranked)
      while (lo < hi) {
        uint64_t mid = lo + (hi - lo) / 2;
        if (rank_compare(entries[mid].value, w->value, id->rank_descending) < 0) lo = mid + 1;
        else hi = mid;
      }
    if (sum[lo] < (double)q->places) {
      q->undecided_could++;
      __atomic_fetch_or(&f->d->sets[w->set].flags[w->household], DECISION_COULD, __ATOMIC_RELAXED);
    }
  }
  return OK;
}

/* ---- who belongs where ---- */

/* Which areas have somebody: by the codes that occur where a column of the household tells its area. */
static void mark_seen(const struct filling *f, uint32_t g) {
  const struct sample *s = f->s;
  const struct segment *seg = s->segments[g];
  const uint64_t rows = segment_households(seg);
  const struct column *c = s->area ? NULL : s->area_column[g];
  if (!s->area && !c) return;
  uint8_t used[65536];
  if (c && c != &seg->village_code && c->width != COL_U32) {
    memset(used, 0, sizeof used);
    for (uint64_t h = 0; h < rows; h++) used[c->width == COL_U8 ? ((const uint8_t *)c->data)[h] : ((const uint16_t *)c->data)[h]] |= column_has(c, h);
    for (uint32_t i = 0; i < c->dict_count && i < sizeof used; i++)
      if (used[i]) __atomic_store_n(&f->seen[f->quota_of[s->area_of[g][i] < f->p->area_count ? s->area_of[g][i] : f->p->area_count]], 1, __ATOMIC_RELAXED);
    return;
  }
  for (uint64_t h = 0; h < rows; h++) {
    const uint32_t area = sample_area(s, g, h);
    __atomic_store_n(&f->seen[f->quota_of[area < f->p->area_count ? area : f->p->area_count]], 1, __ATOMIC_RELAXED);
  }
}

static uint32_t quota_area_of(const struct filling *f, uint32_t g, uint64_t h) {
  const uint32_t area = sample_area(f->s, g, h);
  return f->quota_of[area < f->p->area_count ? area : f->p->area_count];
}

static void count_set(void *ctx, size_t g, unsigned worker) {
  struct filling *f = ctx;
  const struct decision_set *set = &f->d->sets[g];
  const size_t row = g * (f->area_count + 1u);
  (void)worker;
  mark_seen(f, (uint32_t)g);
  for (uint64_t c = 0; c < set->candidate_count; c++) {
    const uint32_t h = set->candidates[c].household, area = quota_area_of(f, (uint32_t)g, h);
    if (set->outcome[h] == OUTCOME_SELECTED) f->seekers_in[row + area]++;
    else if (set->outcome[h] == OUTCOME_UNDECIDED) f->waiting_in[row + area]++;
  }
}

static void list_set(void *ctx, size_t set_number, unsigned worker) {
  struct filling *f = ctx;
  const uint32_t g = (uint32_t)set_number;
  const struct identify *id = &f->p->identify;
  const struct decision_set *set = &f->d->sets[g];
  const size_t row = g * (f->area_count + 1u);
  (void)worker;
  for (uint64_t c = 0; c < set->candidate_count; c++) {
    const uint32_t h = set->candidates[c].household, area = quota_area_of(f, g, h);
    bool sized;
    if (set->outcome[h] == OUTCOME_SELECTED) {
      f->seekers[f->seekers_in[row + area]++] = (struct seeker){g, (uint32_t)c};
    } else if (set->outcome[h] == OUTCOME_UNDECIDED) {
      const double persons = sample_persons(f->s, g, h, &sized);
      f->waiting[f->waiting_in[row + area]++] = (struct waiting){.set = g, .household = h, .ranked = id->has_rank && !(set->flags[h] & DECISION_UNRANKED), .value = set->candidates[c].rank,
                                                                 .units = id->quota_persons && !sized ? INFINITY : units(id, persons)}; /* a size that is not known may be any */
    }
  }
}

/* Counts become places: area by area, and in each set by set. Returns how many in all. */
static uint64_t add_up(uint64_t *in, uint64_t *at, uint32_t areas, uint32_t sets) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < areas; i++) {
    at[i] = sum;
    for (uint32_t g = 0; g < sets; g++) {
      const uint64_t n = in[(size_t)g * areas + i];
      in[(size_t)g * areas + i] = sum;
      sum += n;
    }
  }
  at[areas] = sum;
  return sum;
}

static enum status everybody_find(struct arena *a, struct filling *f, struct pool *pool, struct err *e) {
  const size_t cells = f->d->set_count * (f->area_count + 1u) + 1u;
  ARENA_TRY(e, f->seen = arena_alloc(a, f->area_count + 1u));
  ARENA_TRY(e, f->seekers_in = arena_array(a, cells, sizeof *f->seekers_in));
  ARENA_TRY(e, f->waiting_in = arena_array(a, cells, sizeof *f->waiting_in));
  ARENA_TRY(e, f->seekers_at = arena_array(a, f->area_count + 2u, sizeof *f->seekers_at));
  ARENA_TRY(e, f->waiting_at = arena_array(a, f->area_count + 2u, sizeof *f->waiting_at));
  pool_run(pool, f->d->set_count, count_set, f);
  const uint64_t seekers = add_up(f->seekers_in, f->seekers_at, f->area_count + 1, f->d->set_count), waiting = add_up(f->waiting_in, f->waiting_at, f->area_count + 1, f->d->set_count);
  ARENA_TRY(e, f->seekers = arena_array(a, seekers + 1, sizeof *f->seekers));
  ARENA_TRY(e, f->waiting = arena_array(a, waiting + 1, sizeof *f->waiting));
  pool_run(pool, f->d->set_count, list_set, f);
  for (uint32_t i = 0; i < f->area_count; i++) f->seen[i] |= f->rows[i] != NULL; /* an area with places has a row in the table, if nobody lives there */
  return OK;
}

/* ---- area by area ---- */

static enum status entries_of(struct arena *a, const struct filling *f, uint32_t area, struct rank_entry **out, struct err *e) {
  const struct seeker *refs = f->seekers + f->seekers_at[area];
  const uint64_t n = f->seekers_at[area + 1] - f->seekers_at[area];
  struct arena scratch;
  arena_init(&scratch, 0);
  double *values = arena_array(&scratch, n + 1, sizeof *values);
  uint32_t *order = NULL;
  for (uint64_t i = 0; values && i < n; i++) values[i] = f->p->identify.has_rank ? f->d->sets[refs[i].set].candidates[refs[i].candidate].rank : 0;
  enum status st = values ? rank_order(&scratch, values, n, f->p->identify.rank_descending, &order, e) : err_set(e, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory");
  if (st == OK && !(*out = arena_array(a, n + 1, sizeof **out))) st = err_set(e, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory");
  for (uint64_t i = 0; i < n && st == OK; i++) {
    const struct seeker *r = &refs[order[i]];
    const uint32_t h = f->d->sets[r->set].candidates[r->candidate].household;
    bool sized;
    (*out)[i] = (struct rank_entry){.value = values[order[i]], .set = r->set, .household = h, .candidate = r->candidate, .persons = sample_persons(f->s, r->set, h, &sized)};
  }
  arena_drop(&scratch);
  return st;
}

static enum status fill_one(struct arena *a, struct filling *f, uint32_t area, struct quota_area *q, struct err *e) {
  const uint64_t n = f->seekers_at[area + 1] - f->seekers_at[area];
  struct queue queue;
  struct rank_entry *entries;
  TRY(entries_of(a, f, area, &entries, e));
  TRY(queue_make(a, f, area, &queue, e));
  TRY(fill_area(f, &queue, q, entries, n, e));
  TRY(flag_waiting(a, f, area, entries, n, q, e));
  for (uint64_t k = 0; k < n; k++) q->provisional += (f->d->sets[entries[k].set].flags[entries[k].household] & DECISION_PROVISIONAL) != 0;
  return OK;
}

static void run_area(void *ctx, size_t area, unsigned worker) {
  struct filling *f = ctx;
  struct arena scratch;
  (void)worker;
  if (!f->table[area]) return;
  arena_init(&scratch, 0);
  f->status[area] = fill_one(&scratch, f, (uint32_t)area, f->table[area], &f->errors[area]);
  arena_drop(&scratch);
}

/* The quota's areas, and in which of them each of the programme's lies. */
static enum status areas_find(struct arena *a, struct filling *f, struct err *e) {
  const struct programme *p = f->p;
  uint32_t *own;
  ARENA_TRY(e, f->areas = arena_array(a, p->area_count + 1u, sizeof *f->areas));
  ARENA_TRY(e, f->quota_of = arena_array(a, p->area_count + 1u, sizeof *f->quota_of));
  ARENA_TRY(e, own = arena_array(a, p->area_count + 1u, sizeof *own));
  for (uint32_t i = 0; i < p->area_count; i++)
    if (p->areas[i].level == p->identify.quota_level) own[i] = f->area_count, f->areas[f->area_count++] = i;
  for (uint32_t i = 0; i <= p->area_count; i++) {
    const uint32_t at = i < p->area_count ? sample_area_at(p, i, p->identify.quota_level) : SAMPLE_NO_AREA;
    f->quota_of[i] = at == SAMPLE_NO_AREA ? f->area_count : own[at];
  }
  ARENA_TRY(e, f->rows = arena_array(a, f->area_count + 1u, sizeof *f->rows));
  const struct identify *id = &p->identify;
  for (uint32_t r = id->quota_count; r-- > 0;) { /* the first of an area's rows counts */
    const uint32_t at = programme_area(p, id->quota[r].area);
    if (at < p->area_count && p->areas[at].level == id->quota_level && strcmp(p->areas[at].code, id->quota[r].area) == 0) f->rows[own[at]] = &id->quota[r];
  }
  for (uint32_t r = 0; r < id->quota_count; r++)
    for (uint32_t i = 0; i < f->area_count && strcmp(id->quota[r].area, "*") == 0; i++)
      if (!f->rows[i] || strcmp(f->rows[i]->area, "*") == 0) f->rows[i] = &id->quota[r];
  return OK;
}

enum status quota_fill(struct arena *a, const struct programme *p, const struct sample *s, const char *seed, struct pool *pool, struct decisions *d,
                       struct quota_area **out, uint32_t *count, struct err *e) {
  const struct identify *id = &p->identify;
  *out = NULL;
  *count = 0;
  if (!id->has_quota) return OK;
  struct filling f = {.p = p, .s = s, .seed = seed, .d = d};
  TRY(areas_find(a, &f, e));
  TRY(everybody_find(a, &f, pool, e));
  ARENA_TRY(e, f.table = arena_array(a, f.area_count + 1u, sizeof(struct quota_area *)));
  ARENA_TRY(e, f.status = arena_array(a, f.area_count + 1u, sizeof *f.status));
  ARENA_TRY(e, f.errors = arena_array(a, f.area_count + 1u, sizeof *f.errors));
  ARENA_TRY(e, *out = arena_array(a, f.area_count + 1u, sizeof **out));
  for (uint32_t i = 0; i < f.area_count; i++) {
    const uint64_t n = f.seekers_at[i + 1] - f.seekers_at[i];
    const uint32_t area = f.areas[i];
    if (!f.seen[i]) continue;
    struct quota_area *q = f.table[i] = &(*out)[(*count)++];
    const struct quota_row *row = f.rows[i];
    *q = (struct quota_area){.code = p->areas[area].code, .label = {.en = p->areas[area].name_en, .zh = p->areas[area].name_zh}, .area = area, .places = row ? row->places : 0, .source = row ? row->source : NULL};
    if (!row && n)
      return err_set(e, ERR_INPUT, "add a row for the area to the quota, or a row for \"*\"", "the quota says nothing about the area %s, where %llu households qualify", q->code, (unsigned long long)n);
  }
  pool_run(pool, f.area_count, run_area, &f);
  for (uint32_t i = 0; i < f.area_count; i++)
    if (f.status[i] != OK) {
      if (e) *e = f.errors[i];
      return f.status[i];
    }
  return OK;
}
