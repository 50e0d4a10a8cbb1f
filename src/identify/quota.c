#include "identify/quota.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "identify/rank.h"

struct waiting { /* an undecided household that may want a place */
  uint32_t area; /* SAMPLE_NO_AREA = any */
  uint32_t set, household;
  bool ranked;
  double value, units;
};

struct filling {
  const struct programme *p;
  const struct sample *s;
  const char *seed;
  struct decisions *d;
  struct waiting *waiting;
  uint64_t waiting_count;
};

static const struct quota_row *row_for(const struct identify *id, const char *code) {
  const struct quota_row *any = NULL;
  for (uint32_t i = 0; i < id->quota_count; i++) {
    if (strcmp(id->quota[i].area, code) == 0) return &id->quota[i];
    if (strcmp(id->quota[i].area, "*") == 0) any = &id->quota[i];
  }
  return any;
}

static double units(const struct identify *id, double persons) { return id->quota_persons ? persons : 1; }

/* The undecided of one area in order of value, with running sums: so that a county of a million costs a sort. */
struct queue {
  const struct waiting **list; /* ranked ones, best first */
  double *sum;                 /* count + 1 */
  uint64_t count;
  double unranked;             /* units that could stand anywhere */
};

static int best_first(const void *pa, const void *pb) {
  const struct waiting *a = *(const struct waiting *const *)pa, *b = *(const struct waiting *const *)pb;
  return rank_compare(a->value, b->value, false);
}
static int best_first_descending(const void *pa, const void *pb) { return -best_first(pa, pb); }

static enum status queue_make(struct arena *a, const struct filling *f, uint32_t area, struct queue *q, struct err *e) {
  *q = (struct queue){0};
  size_t n = f->waiting_count ? f->waiting_count : 1;
  ARENA_TRY(e, q->list = arena_array(a, n, sizeof *q->list));
  ARENA_TRY(e, q->sum = arena_array(a, n + 1, sizeof *q->sum));
  for (uint64_t i = 0; i < f->waiting_count; i++) {
    const struct waiting *w = &f->waiting[i];
    if (w->area != area && w->area != SAMPLE_NO_AREA) continue;
    if (f->p->identify.has_rank && w->ranked) q->list[q->count++] = w;
    else q->unranked += w->units;
  }
  if (q->count) qsort(q->list, q->count, sizeof *q->list, f->p->identify.rank_descending ? best_first_descending : best_first);
  for (uint64_t i = 0; i < q->count; i++) q->sum[i + 1] = q->sum[i] + q->list[i]->units;
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

/* One area's entries from..to, in order. `left` never counts places taken by a tie that was included beyond the quota. */
static enum status fill_area(struct filling *f, const struct queue *queue, struct quota_area *q, struct rank_entry *entries, uint64_t from, uint64_t to, struct err *e) {
  const struct identify *id = &f->p->identify;
  const double places = (double)q->places;
  double taken = 0;
  bool open = true; /* nobody was turned away yet */
  for (uint64_t i = from, end; i < to; i = end) {
    end = rank_tie_end(entries, i, to);
    const bool tie = end - i > 1;
    const double may_come = ahead(f, queue, entries[i].value);
    const uint32_t position = (uint32_t)(i - from + 1);
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
      place(f, &entries[k], drawn ? (uint32_t)(k - from + 1) : position, in, flags);
      count_in(q, id, &entries[k], in);
      q->tied_in += splits && in;
    }
  }
  return OK;
}

/* An undecided household could take a place when those certainly better than it leave one. Entries of an area are in order of
 * value; those of a drawn tie among them are equal, so a search by value holds. */
static enum status flag_waiting(struct arena *a, struct filling *f, const struct rank_entry *entries, uint64_t from, uint64_t to, struct quota_area *q, struct err *e) {
  const struct identify *id = &f->p->identify;
  double *sum;
  ARENA_TRY(e, sum = arena_array(a, to - from + 1, sizeof *sum));
  for (uint64_t k = from; k < to; k++) sum[k - from + 1] = sum[k - from] + units(id, entries[k].persons);
  for (uint64_t i = 0; i < f->waiting_count; i++) {
    const struct waiting *w = &f->waiting[i];
    if (w->area != SAMPLE_NO_AREA && w->area != q->area) continue;
    if (w->area == q->area) q->undecided += isfinite(w->units) ? (uint64_t)w->units : 1; /* at least one person */
    uint64_t lo = from, hi = to;
    if (id->has_rank && w->ranked)
      while (lo < hi) {
        uint64_t mid = lo + (hi - lo) / 2;
        if (rank_compare(entries[mid].value, w->value, id->rank_descending) < 0) lo = mid + 1;
        else hi = mid;
      }
    if (sum[lo - from] < (double)q->places) {
      q->undecided_could++;
      f->d->sets[w->set].flags[w->household] |= DECISION_COULD;
    }
  }
  return OK;
}

/* Marks the quota's areas in which a segment has households; areas in between are met once. */
static enum status areas_seen(struct arena *a, const struct programme *p, const struct sample *s, uint32_t g, uint8_t *seen, struct err *e) {
  uint8_t *met;
  ARENA_TRY(e, met = arena_alloc(a, p->area_count + 1u));
  for (uint64_t h = 0, rows = segment_households(s->segments[g]); h < rows; h++) {
    const uint32_t area = sample_area(s, g, h);
    if (area >= p->area_count || met[area]) continue;
    met[area] = 1;
    const uint32_t at = sample_area_at(p, area, p->identify.quota_level);
    if (at != SAMPLE_NO_AREA) seen[at] = 1;
  }
  return OK;
}

struct seeker { uint32_t set, candidate; };
struct seekers { uint64_t *at; struct seeker *refs; }; /* who qualifies, by quota area: refs[at[area]] .. refs[at[area + 1]] */

/* Sorts those who qualify into areas, and puts the undecided on their list. An area at a time is then ranked: a nation's never stand side by side. */
static enum status seekers_find(struct arena *a, struct filling *f, struct seekers *out, struct err *e) {
  const struct programme *p = f->p;
  const struct identify *id = &p->identify;
  uint64_t waiting = 0, *to;
  ARENA_TRY(e, out->at = arena_array(a, p->area_count + 3u, sizeof *out->at));
  ARENA_TRY(e, to = arena_array(a, p->area_count + 2u, sizeof *to));
  for (int pass = 0; pass < 2; pass++) {
    for (uint32_t g = 0; g < f->d->set_count; g++) {
      const struct decision_set *set = &f->d->sets[g];
      for (uint64_t c = 0; c < set->candidate_count; c++) {
        const uint32_t h = set->candidates[c].household;
        if (set->outcome[h] != OUTCOME_SELECTED && (set->outcome[h] != OUTCOME_UNDECIDED || pass == 0)) continue;
        const uint32_t area = sample_area_at(p, sample_area(f->s, g, h), id->quota_level);
        bool sized;
        const double persons = sample_persons(f->s, g, h, &sized);
        if (set->outcome[h] == OUTCOME_UNDECIDED) {
          f->waiting[f->waiting_count++] = (struct waiting){.area = area, .set = g, .household = h, .ranked = id->has_rank && !(set->flags[h] & DECISION_UNRANKED), .value = set->candidates[c].rank,
                                                            .units = id->quota_persons && !sized ? INFINITY : units(id, persons)}; /* a size that is not known may be any */
        } else if (pass == 0) {
          out->at[(area < p->area_count ? area : p->area_count) + 1]++;
        } else {
          out->refs[to[area < p->area_count ? area : p->area_count]++] = (struct seeker){g, (uint32_t)c};
        }
      }
      for (uint64_t c = 0; c < set->candidate_count && pass == 0; c++) waiting += set->outcome[set->candidates[c].household] == OUTCOME_UNDECIDED;
    }
    if (pass) break;
    for (uint32_t i = 0; i <= p->area_count; i++) out->at[i + 1] += out->at[i], to[i] = out->at[i];
    ARENA_TRY(e, out->refs = arena_array(a, out->at[p->area_count + 1] + 1, sizeof *out->refs));
    ARENA_TRY(e, f->waiting = arena_array(a, waiting ? waiting : 1, sizeof *f->waiting));
  }
  return OK;
}

static struct rank_entry *entries_of(struct arena *a, const struct filling *f, uint32_t area, const struct seeker *refs, uint64_t n) {
  struct rank_entry *entries = arena_array(a, n ? n : 1, sizeof *entries);
  for (uint64_t i = 0; entries && i < n; i++) {
    const struct decision_candidate *c = &f->d->sets[refs[i].set].candidates[refs[i].candidate];
    bool sized;
    entries[i] = (struct rank_entry){.area = area, .value = f->p->identify.has_rank ? c->rank : 0, .set = refs[i].set, .household = c->household, .candidate = refs[i].candidate, .persons = sample_persons(f->s, refs[i].set, c->household, &sized)};
  }
  return entries;
}

enum status quota_fill(struct arena *a, const struct programme *p, const struct sample *s, const char *seed, struct decisions *d,
                       struct quota_area **out, uint32_t *count, struct err *e) {
  const struct identify *id = &p->identify;
  *out = NULL;
  *count = 0;
  if (!id->has_quota) return OK;
  struct filling f = {.p = p, .s = s, .seed = seed, .d = d};
  struct seekers by_area = {0};
  TRY(seekers_find(a, &f, &by_area, e));
  uint8_t *seen; /* areas with anybody at all */
  ARENA_TRY(e, seen = arena_alloc(a, p->area_count + 1u));
  for (uint32_t g = 0; g < d->set_count; g++) TRY(areas_seen(a, p, s, g, seen, e));
  uint32_t areas = 0;
  for (uint32_t i = 0; i < p->area_count; i++) areas += seen[i] || (p->areas[i].level == id->quota_level && row_for(id, p->areas[i].code));
  ARENA_TRY(e, *out = arena_array(a, areas ? areas : 1, sizeof **out));
  for (uint32_t i = 0; i < p->area_count; i++) {
    if (!seen[i] && !(p->areas[i].level == id->quota_level && row_for(id, p->areas[i].code))) continue;
    struct quota_area *q = &(*out)[(*count)++];
    const struct quota_row *row = row_for(id, p->areas[i].code);
    *q = (struct quota_area){.code = p->areas[i].code, .label = {.en = p->areas[i].name_en, .zh = p->areas[i].name_zh}, .area = i, .places = row ? row->places : 0, .source = row ? row->source : NULL};
    const uint64_t from = by_area.at[i], n = by_area.at[i + 1] - from;
    if (!row && n)
      return err_set(e, ERR_INPUT, "add a row for the area to the quota, or a row for \"*\"", "the quota says nothing about the area %s, where %llu households qualify", q->code, (unsigned long long)n);
    struct arena scratch;
    arena_init(&scratch, 0);
    struct queue queue;
    struct rank_entry *entries = entries_of(&scratch, &f, i, by_area.refs + from, n);
    enum status st = entries ? queue_make(&scratch, &f, i, &queue, e) : err_set(e, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory");
    if (st == OK) rank_sort(entries, n, id->rank_descending);
    if (st == OK) st = fill_area(&f, &queue, q, entries, 0, n, e);
    if (st == OK) st = flag_waiting(&scratch, &f, entries, 0, n, q, e);
    for (uint64_t k = 0; k < n && st == OK; k++) q->provisional += (d->sets[entries[k].set].flags[entries[k].household] & DECISION_PROVISIONAL) != 0;
    arena_drop(&scratch);
    if (st != OK) return st;
  }
  return OK;
}
