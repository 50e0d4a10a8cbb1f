#include "plan/price.h"

#include <string.h>

enum { BUNDLES = 1 << PLAN_WORKS, VILLAGES_A_TASK = 8 };

/* Everything one thread adds up. */
struct lane {
  int64_t *cost[BUNDLES]; /* cost[0] always; the others where villages have works */
  int64_t *quantity, *use;
  wide gain, value;
};

struct pricer {
  const struct plan_model *m;
  struct pool *pool;
  struct lane *lanes;
  unsigned lane_count;
  const int64_t *prices;
  const bool *only_open;
  uint32_t stride;
  uint8_t *bundle; /* pricer_bundles' results */
  wide *margin;
};

/* Keeps the `most` best, best first; the earlier one when equal. */
static inline unsigned keep(struct pick *out, unsigned have, unsigned most, int64_t gain, uint32_t item) {
  if (have == most) {
    if (gain <= out[have - 1].gain) return have;
    have--;
  }
  unsigned at = have;
  while (at && out[at - 1].gain < gain) out[at] = out[at - 1], at--;
  out[at] = (struct pick){gain, item};
  return have + 1;
}

unsigned price_choose(const struct plan_model *m, const struct plan_item *items, unsigned n, const int64_t *cost, struct pick out[PLAN_MOST], int64_t *total) {
  unsigned have = 0, group = 0;
  struct pick best = {0, 0}; /* of the group at hand */
  for (unsigned i = 0; i < n; i++) {
    const struct plan_item *x = &items[i];
    int64_t c = cost[x->column];
    if (c == COST_BLOCKED) continue;
    int64_t gain = price_gain(x, c);
    if (gain <= 0) continue;
    unsigned g = m->columns[x->column].group;
    if (!g) {
      have = keep(out, have, m->most, gain, i);
      continue;
    }
    if (g != group) {
      if (best.gain) have = keep(out, have, m->most, best.gain, best.item);
      group = g;
      best.gain = 0;
    }
    if (gain > best.gain) best = (struct pick){gain, i};
  }
  if (best.gain) have = keep(out, have, m->most, best.gain, best.item);
  int64_t sum = 0;
  for (unsigned k = 0; k < have; k++) sum += out[k].gain;
  *total = sum;
  return have;
}

/* Cost of uses at the prices, cut off at COST_MAX; COST_BLOCKED when one cannot be had. */
static int64_t cost_of(const struct plan_model *m, uint32_t village, uint32_t from, uint32_t count, const int64_t *prices, const bool *open) {
  wide sum = 0;
  for (uint32_t i = from; i < from + count; i++) {
    const struct plan_use *u = &m->uses[i];
    uint32_t k = plan_use_resource(m, u, village);
    if (k == PLAN_NONE || (open && !open[k])) return COST_BLOCKED;
    sum += (wide)prices[k] * u->amount;
  }
  return sum > COST_MAX ? COST_MAX : (int64_t)sum;
}

void price_costs(const struct plan_model *m, uint32_t village, unsigned bundle, const int64_t *prices, const bool *open, int64_t *cost) {
  for (uint32_t c = 0; c < m->column_count; c++) {
    const struct plan_column *x = &m->columns[c];
    cost[c] = x->needs & ~bundle ? COST_BLOCKED : cost_of(m, village, x->use_from, x->use_count, prices, open);
  }
}

bool price_bundle(const struct plan_model *m, uint32_t village, unsigned bundle, const int64_t *prices, const bool *open, wide *gain) {
  *gain = 0;
  for (unsigned w = 0; bundle >> w; w++) {
    if (!(bundle >> w & 1)) continue;
    const struct plan_work *x = &m->works[m->work_at[village] + w];
    if (x->needs & ~bundle) return false;
    int64_t c = cost_of(m, village, x->use_from, x->use_count, prices, open);
    if (c == COST_BLOCKED) return false;
    *gain += ((wide)x->value << PRICE_BITS) - c;
  }
  return true;
}

static void add_uses(const struct plan_model *m, uint32_t village, uint32_t from, uint32_t count, int64_t quantity, int64_t *use) {
  for (uint32_t i = from; i < from + count; i++) use[plan_use_resource(m, &m->uses[i], village)] += quantity * m->uses[i].amount;
}

static uint32_t first_of(uint32_t from, uint32_t stride) { return (from + stride - 1) / stride * stride; }

/* The bundle of works that is worth most, and what it and its households gain. */
static unsigned best_bundle(const struct pricer *p, struct lane *l, uint32_t v, unsigned works, wide *best, wide *margin) {
  const struct plan_model *m = p->m;
  wide sums[BUNDLES] = {0};
  bool can[BUNDLES];
  unsigned all = 1u << works;
  for (unsigned b = 0; b < all; b++) {
    can[b] = price_bundle(m, v, b, p->prices, p->only_open, &sums[b]);
    if (can[b]) price_costs(m, v, b, p->prices, p->only_open, l->cost[b]);
  }
  struct pick picks[PLAN_MOST] = {{0}};
  for (uint32_t h = first_of(m->household_at[v], p->stride); h < m->household_at[v + 1]; h += p->stride) {
    const struct plan_item *items = m->items + m->item_at[h];
    unsigned n = (unsigned)(m->item_at[h + 1] - m->item_at[h]), needs = 0;
    for (unsigned i = 0; i < n; i++) needs |= m->columns[items[i].column].needs;
    int64_t gain_of[BUNDLES] = {0};
    for (unsigned b = 0; b < all; b++) {
      if (!can[b]) continue;
      unsigned same = b & needs; /* works that this household's items do not need change nothing for it */
      if (same != b && can[same]) gain_of[b] = gain_of[same];
      else (void)price_choose(m, items, n, l->cost[b], picks, &gain_of[b]);
      sums[b] += (wide)gain_of[b] * p->stride;
    }
  }
  unsigned at = 0;
  for (unsigned b = 1; b < all; b++)
    if (can[b] && sums[b] > sums[at]) at = b;
  *best = sums[at];
  *margin = sums[at] - sums[0];
  return at;
}

static void village_pass(const struct pricer *p, struct lane *l, uint32_t v) {
  const struct plan_model *m = p->m;
  unsigned works = plan_works_of(m, v), bundle = 0;
  if (works) {
    wide gain, margin;
    bundle = best_bundle(p, l, v, works, &gain, &margin);
    l->gain += gain;
    for (unsigned w = 0; bundle >> w; w++) {
      if (!(bundle >> w & 1)) continue;
      const struct plan_work *x = &m->works[m->work_at[v] + w];
      add_uses(m, v, x->use_from, x->use_count, 1, l->use);
      l->value += x->value;
    }
  } else price_costs(m, v, 0, p->prices, p->only_open, l->cost[0]);
  memset(l->quantity, 0, m->column_count * sizeof *l->quantity);
  struct pick picks[PLAN_MOST] = {{0}};
  for (uint32_t h = first_of(m->household_at[v], p->stride); h < m->household_at[v + 1]; h += p->stride) {
    const struct plan_item *items = m->items + m->item_at[h];
    int64_t gain;
    unsigned n = price_choose(m, items, (unsigned)(m->item_at[h + 1] - m->item_at[h]), l->cost[bundle], picks, &gain);
    if (!works) l->gain += (wide)gain * p->stride;
    for (unsigned k = 0; k < n; k++) {
      const struct plan_item *x = &items[picks[k].item];
      l->quantity[x->column] += x->quantity;
      l->value += (int64_t)x->value * p->stride;
    }
  }
  for (uint32_t c = 0; c < m->column_count; c++)
    if (l->quantity[c]) add_uses(m, v, m->columns[c].use_from, m->columns[c].use_count, l->quantity[c] * p->stride, l->use);
}

static void pass_task(void *ctx, size_t i, unsigned worker) {
  struct pricer *p = ctx;
  uint32_t from = (uint32_t)i * VILLAGES_A_TASK, to = from + VILLAGES_A_TASK;
  for (uint32_t v = from; v < to && v < p->m->village_count; v++) village_pass(p, &p->lanes[worker], v);
}

static void bundle_task(void *ctx, size_t v, unsigned worker) {
  struct pricer *p = ctx;
  unsigned works = plan_works_of(p->m, (uint32_t)v);
  wide gain;
  p->margin[v] = 0;
  p->bundle[v] = works ? (uint8_t)best_bundle(p, &p->lanes[worker], (uint32_t)v, works, &gain, &p->margin[v]) : 0;
}

void pricer_bundles(struct pricer *p, const int64_t *prices, const bool *only_open, uint8_t *bundle, wide *margin) {
  p->prices = prices, p->stride = 1, p->only_open = only_open, p->bundle = bundle, p->margin = margin;
  pool_run(p->pool, p->m->village_count, bundle_task, p);
}

enum status pricer_open(struct arena *a, const struct plan_model *m, struct pool *pool, struct pricer **out, struct err *e) {
  struct pricer *p;
  ARENA_TRY(e, p = arena_new(a, struct pricer));
  *p = (struct pricer){.m = m, .pool = pool, .lane_count = pool ? pool_threads(pool) : 1};
  ARENA_TRY(e, p->lanes = arena_array(a, p->lane_count, sizeof *p->lanes));
  unsigned most = 0;
  for (uint32_t v = 0; v < m->village_count; v++)
    if (plan_works_of(m, v) > most) most = plan_works_of(m, v);
  for (unsigned t = 0; t < p->lane_count; t++) {
    for (unsigned b = 0; b < 1u << most; b++) ARENA_TRY(e, p->lanes[t].cost[b] = arena_array(a, m->column_count + 1u, sizeof(int64_t)));
    ARENA_TRY(e, p->lanes[t].quantity = arena_array(a, m->column_count + 1u, sizeof(int64_t)));
    ARENA_TRY(e, p->lanes[t].use = arena_array(a, m->resource_count + 1u, sizeof(int64_t)));
  }
  *out = p;
  return OK;
}

enum status priced_make(struct arena *a, const struct plan_model *m, struct priced *out, struct err *e) {
  ARENA_TRY(e, out->use = arena_array(a, m->resource_count + 1u, sizeof *out->use));
  ARENA_TRY(e, out->open = arena_array(a, m->resource_count + 1u, sizeof *out->open));
  return OK;
}

/* What the limits are worth: plain resources, and for each market its best tier or none. */
static wide worth_of_limits(const struct plan_model *m, const int64_t *prices, const bool *only_open, bool *open) {
  wide sum = 0;
  for (uint32_t k = 0; k < m->resource_count; k++) {
    open[k] = m->resources[k].market == PLAN_NONE && (!only_open || only_open[k]);
    if (open[k]) sum += (wide)prices[k] * m->resources[k].limit;
  }
  for (uint32_t x = 0; x < m->market_count; x++) { /* few markets, few tiers: a scan each is cheap beside the households */
    wide best = 0;
    uint32_t at = PLAN_NONE;
    for (uint32_t k = 0; k < m->resource_count; k++) {
      if (m->resources[k].market != x || (only_open && !only_open[k])) continue;
      wide worth = (wide)prices[k] * m->resources[k].limit - ((wide)m->resources[k].loss << PRICE_BITS);
      if (worth > best || (at == PLAN_NONE && only_open && worth >= 0)) best = worth > best ? worth : best, at = k;
    }
    if (at != PLAN_NONE) open[at] = true;
    sum += best;
  }
  return sum;
}

void pricer_pass(struct pricer *p, const int64_t *prices, uint32_t stride, const bool *only_open, struct priced *out) {
  const struct plan_model *m = p->m;
  p->prices = prices, p->stride = stride, p->only_open = only_open;
  for (unsigned t = 0; t < p->lane_count; t++) {
    p->lanes[t].gain = p->lanes[t].value = 0;
    memset(p->lanes[t].use, 0, m->resource_count * sizeof(int64_t));
  }
  pool_run(p->pool, (m->village_count + VILLAGES_A_TASK - 1) / VILLAGES_A_TASK, pass_task, p);
  out->bound = worth_of_limits(m, prices, only_open, out->open);
  out->value = 0;
  memset(out->use, 0, m->resource_count * sizeof(int64_t));
  for (unsigned t = 0; t < p->lane_count; t++) {
    out->bound += p->lanes[t].gain;
    out->value += p->lanes[t].value;
    for (uint32_t k = 0; k < m->resource_count; k++) out->use[k] += p->lanes[t].use[k];
  }
}

int64_t price_bound_units(wide bound) { return (int64_t)((bound + ((wide)1 << PRICE_BITS) - 1) >> PRICE_BITS); }
