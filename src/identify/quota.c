#include "identify/quota.h"

#include <math.h>
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

/* What undecided households as good as this value (or better, or unranked) might take ahead of it. */
static double ahead(const struct filling *f, uint32_t area, double value) {
  const struct identify *id = &f->p->identify;
  double sum = 0;
  for (uint64_t i = 0; i < f->waiting_count; i++) {
    const struct waiting *w = &f->waiting[i];
    if (w->area != area && w->area != SAMPLE_NO_AREA) continue;
    if (!id->has_rank || !w->ranked || rank_compare(w->value, value, id->rank_descending) <= 0) sum += w->units;
  }
  return sum;
}

static void place(struct filling *f, const struct rank_entry *r, uint32_t position, bool in, uint8_t flags) {
  struct decision_set *set = &f->d->sets[r->set];
  set->place[r->household] = position;
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

/* One area's entries from..to, in order. */
static enum status fill_area(struct filling *f, struct quota_area *q, struct rank_entry *entries, uint64_t from, uint64_t to, struct err *e) {
  const struct identify *id = &f->p->identify;
  double left = (double)q->places;
  bool open = true; /* nobody was turned away yet */
  for (uint64_t i = from, end; i < to; i = end) {
    end = rank_tie_end(entries, i, to);
    double want = 0;
    for (uint64_t k = i; k < end; k++) want += units(id, entries[k].persons);
    double before = (double)q->places - left;
    double may_come = ahead(f, entries[i].area, entries[i].value);
    uint32_t position = (uint32_t)(i - from + 1);
    if (open && want <= left) {
      for (uint64_t k = i; k < end; k++) {
        place(f, &entries[k], position, true, before + want + may_come > (double)q->places ? DECISION_PROVISIONAL : 0);
        count_in(q, id, &entries[k], true);
      }
      left -= want;
      if (left <= 0 && end == to) open = false;
      continue;
    }
    if (!open || left <= 0) {
      open = false;
      for (uint64_t k = i; k < end; k++) {
        place(f, &entries[k], position, false, 0);
        count_in(q, id, &entries[k], false);
      }
      continue;
    }
    open = false;
    q->tied = end - i;
    if (end - i > 1 && id->ties == TIES_DRAW) {
      TRY(rank_draw(entries + i, end - i, f->seed, f->s->segments, e));
      q->drawn = true;
    }
    /* A single household that is larger than the places left is no tie, and a tie of one. */
    bool all = id->ties == TIES_INCLUDE && end - i > 1, none = id->ties == TIES_EXCLUDE || end - i == 1, full = false;
    if (end - i == 1) q->tied = 0;
    for (uint64_t k = i; k < end; k++) {
      double u = units(id, entries[k].persons);
      bool in = all || (!none && !full && u <= left);
      if (!in) full = true;
      uint8_t flags = (uint8_t)((q->tied ? DECISION_TIED : 0) | (q->drawn ? DECISION_DRAWN : 0));
      if (in && before + (all ? 0 : u) + may_come > (double)q->places - (all ? 1 : 0)) flags |= DECISION_PROVISIONAL;
      place(f, &entries[k], q->drawn ? (uint32_t)(k - from + 1) : position, in, flags);
      count_in(q, id, &entries[k], in);
      if (in) {
        q->tied_in++;
        before += all ? 0 : u;
        left -= u;
      }
    }
  }
  return OK;
}

/* An undecided household could take a place when those certainly better than it leave one. */
static void flag_waiting(struct filling *f, const struct rank_entry *entries, uint64_t count, struct quota_area *table, uint32_t areas) {
  const struct identify *id = &f->p->identify;
  for (uint64_t i = 0; i < f->waiting_count; i++) {
    const struct waiting *w = &f->waiting[i];
    bool could = false;
    for (uint32_t k = 0; k < areas; k++) {
      if (w->area != SAMPLE_NO_AREA && w->area != table[k].area) continue;
      if (w->area == table[k].area) table[k].undecided += (uint64_t)w->units;
      double better = 0;
      if (id->has_rank && w->ranked)
        for (uint64_t r = 0; r < count; r++)
          if (entries[r].area == table[k].area && rank_compare(entries[r].value, w->value, id->rank_descending) < 0) better += units(id, entries[r].persons);
      if (better < (double)table[k].places) {
        could = true;
        table[k].undecided_could++;
      }
    }
    if (could) f->d->sets[w->set].flags[w->household] |= DECISION_COULD;
  }
}

enum status quota_fill(struct arena *a, const struct programme *p, const struct sample *s, const char *seed, struct decisions *d,
                       struct quota_area **out, uint32_t *count, struct err *e) {
  const struct identify *id = &p->identify;
  *out = NULL;
  *count = 0;
  if (!id->has_quota) return OK;
  uint64_t qualified = 0, waiting = 0;
  for (uint32_t g = 0; g < d->set_count; g++)
    for (uint64_t h = 0; h < d->sets[g].rows; h++) {
      qualified += d->sets[g].outcome[h] == OUTCOME_SELECTED;
      waiting += d->sets[g].outcome[h] == OUTCOME_UNDECIDED;
    }
  struct rank_entry *entries;
  struct filling f = {.p = p, .s = s, .seed = seed, .d = d};
  ARENA_TRY(e, entries = arena_array(a, qualified ? qualified : 1, sizeof *entries));
  ARENA_TRY(e, f.waiting = arena_array(a, waiting ? waiting : 1, sizeof *f.waiting));
  uint64_t n = 0;
  uint8_t *seen; /* areas with anybody at all */
  ARENA_TRY(e, seen = arena_alloc(a, p->area_count + 1u));
  for (uint32_t g = 0; g < d->set_count; g++)
    for (uint64_t h = 0; h < d->sets[g].rows; h++) {
      const struct decision_set *set = &d->sets[g];
      uint64_t i = s->first[g] + h;
      uint32_t area = sample_area_at(p, s->area[i], id->quota_level);
      if (area != SAMPLE_NO_AREA) seen[area] = 1;
      if (set->outcome[h] == OUTCOME_SELECTED) {
        entries[n++] = (struct rank_entry){.area = area, .value = id->has_rank ? set->rank[h] : 0, .set = g, .household = (uint32_t)h, .persons = s->persons[i]};
      } else if (set->outcome[h] == OUTCOME_UNDECIDED) {
        f.waiting[f.waiting_count++] = (struct waiting){.area = area, .set = g, .household = (uint32_t)h, .ranked = set->rank_state[h] == TRUTH_TRUE, .value = set->rank[h],
                                                        .units = units(id, s->persons_known[i] ? s->persons[i] : 1)};
      }
    }
  rank_sort(entries, n, id->rank_descending);
  uint32_t areas = 0;
  for (uint32_t i = 0; i < p->area_count; i++) areas += seen[i] || (p->areas[i].level == id->quota_level && row_for(id, p->areas[i].code));
  ARENA_TRY(e, *out = arena_array(a, areas ? areas : 1, sizeof **out));
  uint64_t from = 0;
  for (uint32_t i = 0; i < p->area_count; i++) {
    if (!seen[i] && !(p->areas[i].level == id->quota_level && row_for(id, p->areas[i].code))) continue;
    struct quota_area *q = &(*out)[(*count)++];
    const struct quota_row *row = row_for(id, p->areas[i].code);
    *q = (struct quota_area){.code = p->areas[i].code, .label = {.en = p->areas[i].name_en, .zh = p->areas[i].name_zh}, .area = i, .places = row ? row->places : 0, .source = row ? row->source : NULL};
    uint64_t to = from;
    while (to < n && entries[to].area == i) to++;
    if (!row && to > from)
      return err_set(e, ERR_INPUT, "add a row for the area to the quota, or a row for \"*\"", "the quota says nothing about the area %s, where %llu households qualify", q->code, (unsigned long long)(to - from));
    TRY(fill_area(&f, q, entries, from, to, e));
    for (uint64_t k = from; k < to; k++) q->provisional += (d->sets[entries[k].set].flags[entries[k].household] & DECISION_PROVISIONAL) != 0;
    from = to;
  }
  flag_waiting(&f, entries, n, *out, *count);
  return OK;
}
