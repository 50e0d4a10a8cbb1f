#include "plan/assign.h"

#include <stdlib.h>
#include <string.h>

enum { BANDS = 64, FINE = 64 * 32 };
#define SPARE_MIN 100000u /* candidates that gain nothing at the prices: so many at least, or one for sixteen households */

enum status assignment_make(struct arena *a, const struct plan_model *m, struct assignment *out, struct err *e) {
  ARENA_TRY(e, out->bundle = arena_array(a, m->village_count + 1u, 1));
  ARENA_TRY(e, out->taken = arena_array(a, plan_households(m) + 1u, m->most));
  ARENA_TRY(e, out->open = arena_array(a, m->resource_count + 1u, sizeof *out->open));
  ARENA_TRY(e, out->use = arena_array(a, m->resource_count + 1u, sizeof *out->use));
  out->value = 0;
  return OK;
}

void assignment_copy(const struct plan_model *m, const struct assignment *from, struct assignment *to) {
  memcpy(to->bundle, from->bundle, m->village_count);
  memcpy(to->taken, from->taken, (size_t)plan_households(m) * m->most);
  memcpy(to->open, from->open, m->resource_count * sizeof *to->open);
  memcpy(to->use, from->use, m->resource_count * sizeof *to->use);
  to->value = from->value;
}

static unsigned band(int64_t gain) { return gain <= 0 ? 0 : 63u - (unsigned)__builtin_clzll((uint64_t)gain); }
/* Falls as the gain falls: 5 bits of mantissa under the exponent. Gains of nothing or less come after all others. */
static uint32_t fine(int64_t gain) {
  uint64_t x = gain > 0 ? (uint64_t)gain : (uint64_t)-gain + 1;
  unsigned top = 63u - (unsigned)__builtin_clzll(x);
  uint32_t at = top * 32 + (uint32_t)(top >= 5 ? x >> (top - 5) & 31 : x << (5 - top) & 31);
  return gain > 0 ? FINE - 1 - at : FINE + at;
}

struct candidate { uint32_t household, village; uint8_t item; };

struct lane { int64_t *use; /* a band and a resource */ wide value; struct choosing choice; };

struct job {
  const struct plan_model *m;
  struct assignment *out;
  struct lane *lanes;
  const struct places *places;
  int64_t *left;
  int64_t *got;       /* one a village, where there are floors: value of what its households take */
  uint8_t *lowest;    /* one a resource: the band from which on everything fits */
  uint32_t chunks;
  uint64_t *count;    /* candidates: a chunk of villages and a fineness; then where they go */
  uint32_t last;      /* finenesses below it are looked at */
  struct candidate *list;
  wide value;
};

static bool fits(const struct plan_model *m, uint32_t v, uint32_t from, uint32_t count, int64_t quantity, const int64_t *left) {
  for (uint32_t i = from; i < from + count; i++) {
    uint32_t k = plan_use_resource(m, &m->uses[i], v);
    if (k == PLAN_NONE || (wide)quantity * m->uses[i].amount > left[k]) return false;
  }
  return true;
}

static void take(const struct plan_model *m, uint32_t v, uint32_t from, uint32_t count, int64_t quantity, int64_t *left) {
  for (uint32_t i = from; i < from + count; i++) left[plan_use_resource(m, &m->uses[i], v)] -= quantity * m->uses[i].amount;
}

/* A column may use one resource twice (its own and a layer's): taken one after the other, so that what `fits` did not see together shows. */
static bool take_if_fits(const struct plan_model *m, uint32_t v, uint32_t from, uint32_t count, int64_t quantity, int64_t *left) {
  if (!fits(m, v, from, count, quantity, left)) return false;
  take(m, v, from, count, quantity, left);
  for (uint32_t i = from; i < from + count; i++)
    if (left[plan_use_resource(m, &m->uses[i], v)] < 0) {
      take(m, v, from, count, -quantity, left);
      return false;
    }
  return true;
}

/* ---- works ---- */

/* The works of a bundle one after the other, those they need first; all or nothing. */
static bool take_bundle(struct job *j, uint32_t v, unsigned bundle) {
  const struct plan_model *m = j->m;
  const struct plan_work *x = m->works + m->work_at[v];
  const unsigned before = j->out->bundle[v];
  for (unsigned w = 0; bundle >> w; w++)
    if (bundle >> w & 1 && x[w].needs & ~bundle) return false;
  for (unsigned w = 0; bundle >> w; w++) {
    if (!((bundle & ~before) >> w & 1)) continue;
    if (take_if_fits(m, v, x[w].use_from, x[w].use_count, 1, j->left)) continue;
    for (unsigned u = 0; u < w; u++)
      if ((bundle & ~before) >> u & 1) take(m, v, x[u].use_from, x[u].use_count, -1, j->left);
    return false;
  }
  for (unsigned w = 0; bundle >> w; w++)
    if ((bundle & ~before) >> w & 1) j->value += x[w].value;
  j->out->bundle[v] = (uint8_t)(bundle | before);
  return true;
}

/* The bundle, or the part of it that fits; the later works go first. */
static void take_works(struct job *j, uint32_t v, unsigned bundle) {
  for (unsigned b = bundle; b & ~(unsigned)j->out->bundle[v]; b = (b - 1) & bundle)
    if ((b & j->out->bundle[v]) == j->out->bundle[v] && take_bundle(j, v, b)) return;
}

static void begin_works(struct job *j, const struct works *works, uint32_t count) {
  const struct plan_model *m = j->m;
  memset(j->out->bundle, 0, m->village_count);
  for (uint32_t v = 0; v < m->village_count; v++)
    if (plan_works_of(m, v)) (void)take_bundle(j, v, price_free_works(m, v));
  for (uint32_t i = 0; i < count && i < works->count; i++) take_works(j, works->village[i], works->bundle[works->village[i]]);
}

/* ---- households ---- */

static void add_use(const struct plan_model *m, uint32_t v, const struct plan_item *x, int64_t *use) {
  const struct plan_column *c = &m->columns[x->column];
  for (uint32_t u = c->use_from; u < c->use_from + c->use_count; u++) use[plan_use_resource(m, &m->uses[u], v)] += x->quantity * m->uses[u].amount;
}

/* What a village's households would choose, by how much each choice gains. */
static void band_village(void *ctx, uint32_t v, size_t chunk, const struct seen *seen, unsigned worker) {
  (void)chunk;
  struct job *j = ctx;
  const struct plan_model *m = j->m;
  struct lane *l = &j->lanes[worker];
  for (uint32_t h = m->household_at[v]; h < m->household_at[v + 1]; h++) {
    const struct plan_item *items = m->items + m->item_at[h];
    choice_look(&l->choice, j->places, seen, items, (unsigned)(m->item_at[h + 1] - m->item_at[h]), j->out->bundle[v]);
    for (unsigned k = 0; k < l->choice.best.have; k++) {
      const struct offer *x = &l->choice.best.pick[k];
      add_use(m, v, &items[x->item], l->use + (size_t)band(x->gain) * m->resource_count);
    }
  }
}

static bool is_sure(const struct job *j, uint32_t v, const struct plan_item *x, int64_t gain) {
  const struct plan_column *c = &j->m->columns[x->column];
  for (uint32_t u = c->use_from; u < c->use_from + c->use_count; u++)
    if (band(gain) < j->lowest[plan_use_resource(j->m, &j->m->uses[u], v)]) return false;
  return true;
}

static inline bool possible(const struct job *j, const struct seen *s, uint32_t v) { return s->lift && !(s->needs & ~j->out->bundle[v]) && !j->places->shut[s->tier]; }
static inline int64_t gain_of(const struct seen *s, const struct plan_item *x) { return price_gain_at(x, s->lift, s->cost); }

/* Takes what is sure, and counts what else a household could take, by gain. */
static void sure_village(void *ctx, uint32_t v, size_t chunk, const struct seen *seen, unsigned worker) {
  struct job *j = ctx;
  const struct plan_model *m = j->m;
  struct lane *l = &j->lanes[worker];
  uint64_t *count = j->count + chunk * 2 * FINE;
  for (uint32_t h = m->household_at[v]; h < m->household_at[v + 1]; h++) {
    const struct plan_item *items = m->items + m->item_at[h];
    const unsigned all = (unsigned)(m->item_at[h + 1] - m->item_at[h]);
    uint8_t *taken = j->out->taken + (size_t)h * m->most;
    unsigned took = 0;
    choice_look(&l->choice, j->places, seen, items, all, j->out->bundle[v]);
    memset(taken, 0, m->most);
    for (unsigned k = 0; k < l->choice.best.have; k++) {
      const struct offer *x = &l->choice.best.pick[k];
      if (!is_sure(j, v, &items[x->item], x->gain)) continue;
      taken[took++] = (uint8_t)(x->item + 1);
      add_use(m, v, &items[x->item], l->use);
      l->value += items[x->item].value;
      if (j->got) j->got[v] += items[x->item].value;
    }
    if (took == m->most) continue;
    for (unsigned k = 0; k < all; k++) {
      const struct seen *s = &seen[items[k].column];
      if (possible(j, s, v)) count[fine(gain_of(s, &items[k]))]++;
    }
  }
}

/* ---- the margin ---- */

static bool has_room(const struct plan_model *m, const struct plan_item *items, const uint8_t *taken, unsigned item, unsigned *at) {
  unsigned group = m->columns[items[item].column].group;
  for (*at = 0; *at < m->most && taken[*at]; ++*at) {
    unsigned other = taken[*at] - 1u;
    if (other == item || (group && m->columns[items[other].column].group == group)) return false;
  }
  return *at < m->most;
}

static void list_village(void *ctx, uint32_t v, size_t chunk, const struct seen *seen, unsigned worker) {
  (void)worker;
  struct job *j = ctx;
  const struct plan_model *m = j->m;
  uint64_t *at = j->count + chunk * 2 * FINE;
  for (uint32_t h = m->household_at[v]; h < m->household_at[v + 1]; h++) {
    if (j->out->taken[(size_t)h * m->most + m->most - 1]) continue;
    const struct plan_item *items = m->items + m->item_at[h];
    for (unsigned k = 0, n = (unsigned)(m->item_at[h + 1] - m->item_at[h]); k < n; k++) {
      const struct seen *s = &seen[items[k].column];
      if (!possible(j, s, v)) continue;
      const uint32_t bucket = fine(gain_of(s, &items[k]));
      if (bucket < j->last) j->list[at[bucket]++] = (struct candidate){h, v, (uint8_t)k};
    }
  }
}

/* Where each chunk's candidates of each fineness go: by fineness, then by chunk, so that within one households ascend. */
static uint64_t lay_out(struct job *j) {
  const uint64_t spare = SPARE_MIN > plan_households(j->m) / 16 ? SPARE_MIN : plan_households(j->m) / 16;
  uint64_t sum = 0, least = 0;
  for (j->last = 0; j->last < 2 * FINE; j->last++) {
    uint64_t here = 0;
    for (size_t c = 0; c < j->chunks; c++) here += j->count[c * 2 * FINE + j->last];
    if (j->last == FINE) least = sum;
    if (j->last >= FINE && sum - least + here > spare) break;
    for (size_t c = 0; c < j->chunks; c++) {
      uint64_t n = j->count[c * 2 * FINE + j->last];
      j->count[c * 2 * FINE + j->last] = sum;
      sum += n;
    }
  }
  return sum;
}

static enum status do_margin(struct job *j, struct pricer *p, const int64_t *prices, struct err *e) {
  const struct plan_model *m = j->m;
  const uint64_t n = lay_out(j);
  if (!n) return OK;
  if (!(j->list = malloc(n * sizeof *j->list))) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  pricer_each(p, prices, j->out->open, list_village, j);
  for (uint64_t i = 0; i < n; i++) {
    const struct candidate *x = &j->list[i];
    const struct plan_item *items = m->items + m->item_at[x->household], *item = &items[x->item];
    const struct plan_column *c = &m->columns[item->column];
    uint8_t *taken = j->out->taken + (size_t)x->household * m->most;
    unsigned slot;
    if (!item->value || !has_room(m, items, taken, x->item, &slot) || !take_if_fits(m, x->village, c->use_from, c->use_count, item->quantity, j->left)) continue;
    taken[slot] = (uint8_t)(x->item + 1);
    j->value += item->value;
    if (j->got) j->got[x->village] += item->value;
  }
  free(j->list);
  return OK;
}

/* From each resource's fullest band down: the band from which on all that is wanted fits. */
static void find_lowest(struct job *j, unsigned lanes) {
  const uint32_t n = j->m->resource_count;
  for (uint32_t k = 0; k < n; k++) {
    wide sum = 0;
    unsigned b = BANDS;
    for (; b > 0; b--) {
      for (unsigned t = 0; t < lanes; t++) sum += j->lanes[t].use[(size_t)(b - 1) * n + k];
      if (sum > j->left[k]) break;
    }
    j->lowest[k] = (uint8_t)b;
  }
  for (unsigned t = 0; t < lanes; t++) memset(j->lanes[t].use, 0, (size_t)BANDS * n * sizeof(int64_t));
}

static enum status assign_in(struct arena *a, struct job *j, struct pricer *p, unsigned lanes, const int64_t *prices, const struct works *works, uint32_t count, struct err *e) {
  const struct plan_model *m = j->m;
  struct assignment *out = j->out;
  ARENA_TRY(e, j->lanes = arena_array(a, lanes, sizeof *j->lanes));
  ARENA_TRY(e, j->left = arena_array(a, m->resource_count + 1u, sizeof *j->left));
  if (m->floor) ARENA_TRY(e, j->got = arena_array(a, m->village_count + 1u, sizeof *j->got));
  ARENA_TRY(e, j->lowest = arena_array(a, m->resource_count + 1u, 1));
  ARENA_TRY(e, j->count = arena_array(a, (size_t)(j->chunks + 1) * 2 * FINE, sizeof *j->count));
  for (unsigned t = 0; t < lanes; t++) ARENA_TRY(e, j->lanes[t].use = arena_array(a, (size_t)BANDS * m->resource_count + 1u, sizeof(int64_t)));
  for (uint32_t k = 0; k < m->resource_count; k++) j->left[k] = out->open[k] ? m->resources[k].limit : 0;
  begin_works(j, works, count);
  pricer_each(p, prices, out->open, band_village, j);
  find_lowest(j, lanes);
  pricer_each(p, prices, out->open, sure_village, j);
  for (unsigned t = 0; t < lanes; t++) {
    for (uint32_t k = 0; k < m->resource_count; k++) j->left[k] -= j->lanes[t].use[k];
    j->value += j->lanes[t].value;
  }
  TRY(do_margin(j, p, prices, e));
  for (uint32_t i = count; i < works->count; i++) take_works(j, works->village[i], works->bundle[works->village[i]]);
  for (uint32_t k = 0; k < m->resource_count; k++) {
    out->use[k] = (out->open[k] ? m->resources[k].limit : 0) - j->left[k];
    if (m->resources[k].market != PLAN_NONE && out->use[k]) j->value -= m->resources[k].loss;
  }
  for (uint32_t v = 0; v < m->village_count && j->got; v++) j->value -= plan_short_of_floor(m, v, j->got[v]);
  out->value = (int64_t)j->value;
  return OK;
}

enum status assign(const struct plan_model *m, struct pricer *p, struct pool *pool, const int64_t *prices, const struct works *works, uint32_t count, struct assignment *out, struct err *e) {
  struct arena a;
  arena_init(&a, 0);
  struct job j = {.m = m, .out = out, .places = pricer_places(p), .chunks = pricer_chunks(p)};
  enum status st = assign_in(&a, &j, p, pool_threads(pool), prices, works, count, e);
  arena_drop(&a);
  return st;
}
