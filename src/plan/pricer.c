#include "plan/pricer.h"

#include <string.h>

enum { BUNDLES = 1 << PLAN_WORKS, VILLAGES_A_TASK = 8 };

/* A column as a household of the village at hand sees it. */
struct seen {
  int64_t cost;  /* of one unit */
  uint32_t lift; /* what a value unit counts, in 1/2^20; 0 = cannot be had, for then no gain is above nothing */
  uint16_t group, tier; /* tier: 1 + its slot, or 0 */
};

/* An item that gains something. */
struct offer { int64_t gain; uint16_t item, group, tier; };
struct chosen { int64_t total; unsigned have; struct offer pick[PLAN_MOST]; }; /* best first */

/* What another tier, or none, would change for a household. `bound` is never too little; `alone` is exact while all other markets stay. */
struct change { uint32_t at; int64_t bound, alone; }; /* at: slot of a tier, or slot count + market for none */

/* Sums of changes; a tier's beside those of none. */
struct tally { wide *bound, *alone; };

/* Everything one thread adds up. */
struct lane {
  struct seen *seen[BUNDLES]; /* seen[0] always; the others where villages have works */
  struct tally sum, branch[BUNDLES];
  struct offer offer[PLAN_ITEMS];
  struct change change[2 * PLAN_ITEMS];
  unsigned offers, changes;
  int64_t *quantity, *use; /* by column, by resource */
  bool *touched; /* one a market: somebody in the village sells there */
  wide gain, value;
};

struct pricer {
  const struct plan_model *m;
  struct pool *pool;
  struct lane *lanes;
  unsigned lane_count, works_most;
  uint32_t tiers, *tier_at, *market; /* tiers' slots: their resources and markets */
  uint16_t *slot;                    /* one a resource: 1 + slot, or 0 */
  uint32_t *layered, layered_count;  /* columns that cost something else in another village */
  /* of the pass */
  const int64_t *prices;
  const bool *open;
  bool *shut; /* by 1 + slot; shut[0] never */
  uint32_t stride;
  uint8_t *bundle; /* pricer_bundles' results */
  wide *margin;
};

static uint32_t changes_most(const struct pricer *p) { return p->tiers + p->m->market_count; }

/* ---- one household ---- */

/* One more offer: the choice stays the best of all that were put. */
static inline void put(struct chosen *c, unsigned most, const struct offer *x) {
  unsigned at = c->have, same = c->have;
  if (x->group)
    for (same = 0; same < c->have && c->pick[same].group != x->group; same++) {}
  if (same < c->have || at == most) {
    at = same < c->have ? same : at - 1;
    if (x->gain <= c->pick[at].gain) return;
    c->total -= c->pick[at].gain;
  } else c->have++;
  c->total += x->gain;
  while (at && c->pick[at - 1].gain < x->gain) c->pick[at] = c->pick[at - 1], at--;
  c->pick[at] = *x;
}

/* The offers that gain something, and the best of those that the open tiers allow. */
static inline void look(const struct pricer *p, struct lane *l, const struct seen *seen, const struct plan_item *items, unsigned n, struct chosen *best) {
  const unsigned most = p->m->most;
  unsigned offers = 0;
  best->have = 0, best->total = 0;
  for (unsigned i = 0; i < n; i++) {
    const struct seen *s = &seen[items[i].column];
    int64_t gain = (int64_t)items[i].value * s->lift - (int64_t)items[i].quantity * s->cost;
    if (gain <= 0) continue;
    struct offer *x = &l->offer[offers++];
    *x = (struct offer){gain, (uint16_t)i, s->group, s->tier};
    if (!p->shut[s->tier]) put(best, most, x);
  }
  l->offers = offers;
}

static inline uint32_t market_of(const struct pricer *p, const struct offer *x) { return x->tier ? p->market[x->tier - 1] : PLAN_NONE; }

/* The first offer of a tier at or after `from` that gains more than `least`; l->offers when there is none. */
static unsigned next_of_tier(const struct lane *l, unsigned from, unsigned tier, int64_t least) {
  while (from < l->offers && (l->offer[from].tier != tier || l->offer[from].gain <= least)) from++;
  return from;
}

static void put_tier(const struct pricer *p, const struct lane *l, unsigned tier, struct chosen *c) {
  for (unsigned i = next_of_tier(l, 0, tier, 0); i < l->offers; i = next_of_tier(l, i + 1, tier, 0)) put(c, p->m->most, &l->offer[i]);
}

static struct chosen with_tier(const struct pricer *p, const struct lane *l, unsigned tier, const struct chosen *c) {
  struct chosen out = *c;
  put_tier(p, l, tier, &out);
  return out;
}

/* The best without market x; of the other markets every tier, or the open one only. */
static void without(const struct pricer *p, const struct lane *l, uint32_t x, bool every, struct chosen *c) {
  c->have = 0, c->total = 0;
  for (unsigned i = 0; i < l->offers; i++)
    if (market_of(p, &l->offer[i]) != x && (every || !p->shut[l->offer[i].tier])) put(c, p->m->most, &l->offer[i]);
}

/* What would be sold of a tier by those who choose so. */
static void count_tier(struct lane *l, const struct plan_item *items, unsigned tier, const struct chosen *c) {
  for (unsigned k = 0; k < c->have; k++)
    if (c->pick[k].tier == tier) l->quantity[items[c->pick[k].item].column] += items[c->pick[k].item].quantity;
}

/* What a tier adds to a choice; its sales are counted. A tier has one offer for most: then nothing need be copied. */
static int64_t adds(const struct pricer *p, struct lane *l, const struct plan_item *items, unsigned at, const struct chosen *c, bool counting) {
  const struct offer *x = &l->offer[at];
  if (next_of_tier(l, at + 1, x->tier, 0) < l->offers) {
    struct chosen then = with_tier(p, l, x->tier, c);
    if (counting) count_tier(l, items, x->tier, &then);
    return then.total - c->total;
  }
  int64_t least = c->have == p->m->most ? c->pick[c->have - 1].gain : 0; /* what it takes the place of */
  if (x->group)
    for (unsigned k = 0; k < c->have; k++)
      if (c->pick[k].group == x->group) least = c->pick[k].gain;
  if (x->gain <= least) return 0;
  if (counting) l->quantity[items[x->item].column] += items[x->item].quantity;
  return x->gain - least;
}

static void add_change(struct lane *l, uint32_t at, int64_t bound, int64_t alone) { l->change[l->changes++] = (struct change){at, bound, alone}; }

/* The tiers of a market it sells in as things are: `sold` is the open one. */
static void changes_sold(const struct pricer *p, struct lane *l, const struct plan_item *items, const struct chosen *best, unsigned sold, bool several, bool counting) {
  const uint32_t x = p->market[sold - 1];
  struct chosen alone, all, with;
  without(p, l, x, false, &alone);
  int64_t lost = best->total - alone.total;
  if (several) {
    without(p, l, x, true, &all);
    with = with_tier(p, l, sold, &all);
    lost = with.total - all.total;
  }
  add_change(l, p->tiers + x, -lost, alone.total - best->total);
  for (unsigned i = 0; i < l->offers; i++) {
    const unsigned tier = l->offer[i].tier;
    if (!p->shut[tier] || p->market[tier - 1] != x || next_of_tier(l, 0, tier, 0) != i) continue;
    const int64_t gain = adds(p, l, items, i, &alone, counting);
    if (several) add_change(l, tier - 1, adds(p, l, items, i, best, false) + adds(p, l, items, i, &all, false) - adds(p, l, items, i, &with, false), gain);
    else add_change(l, tier - 1, gain, gain);
  }
}

/* What the tiers that are shut would change, into l->change; `counting`: and what would be used of them. */
static void changes(const struct pricer *p, struct lane *l, const struct plan_item *items, const struct chosen *best, bool counting) {
  uint32_t sold[PLAN_MOST], sales = 0, other = PLAN_NONE;
  bool several = false;
  l->changes = 0;
  for (unsigned i = 0; i < l->offers; i++) {
    uint32_t x = market_of(p, &l->offer[i]);
    if (x == PLAN_NONE) continue;
    several |= other != PLAN_NONE && other != x;
    other = x;
  }
  if (other == PLAN_NONE) return;
  for (unsigned k = 0; k < best->have; k++) {
    uint32_t x = market_of(p, &best->pick[k]);
    bool known = x == PLAN_NONE;
    for (unsigned i = 0; i < sales; i++) known |= sold[i] == x;
    if (known) continue;
    sold[sales++] = x;
    changes_sold(p, l, items, best, best->pick[k].tier, several, counting);
  }
  if (sales && !several) return;
  const int64_t least = best->have == p->m->most ? best->pick[best->have - 1].gain : 0; /* anything below cannot enter */
  for (unsigned i = 0; i < l->offers; i++) { /* tiers of markets it does not sell in */
    const struct offer *o = &l->offer[i];
    if (!p->shut[o->tier] || o->gain <= least) continue;
    bool known = false;
    for (unsigned k = 0; k < sales; k++) known |= sold[k] == market_of(p, o);
    if (known || next_of_tier(l, 0, o->tier, least) != i) continue;
    const int64_t gain = adds(p, l, items, i, best, counting);
    if (gain) add_change(l, o->tier - 1u, gain, gain);
  }
}

static void add_changes(const struct lane *l, struct tally *t, uint32_t stride) {
  for (unsigned i = 0; i < l->changes; i++) {
    t->bound[l->change[i].at] += (wide)l->change[i].bound * stride;
    t->alone[l->change[i].at] += (wide)l->change[i].alone * stride;
  }
}

/* ---- one village ---- */

static uint32_t first_of(uint32_t from, uint32_t stride) { return (from + stride - 1) / stride * stride; }

static void see(const struct pricer *p, struct seen *seen, uint32_t v, uint32_t c, unsigned bundle) {
  const struct plan_model *m = p->m;
  const struct plan_column *x = &m->columns[c];
  wide sum = 0;
  uint32_t home = PLAN_NONE;
  seen[c] = (struct seen){.group = x->group};
  if (x->needs & ~bundle) return;
  for (uint32_t i = x->use_from; i < x->use_from + x->use_count; i++) {
    uint32_t k = plan_use_resource(m, &m->uses[i], v);
    if (k == PLAN_NONE) return;
    if (home == PLAN_NONE && p->slot[k]) home = k;
    sum += (wide)p->prices[k] * m->uses[i].amount;
  }
  seen[c].cost = sum > COST_MAX ? COST_MAX : (int64_t)sum;
  seen[c].lift = 1u << PRICE_BITS;
  seen[c].tier = home == PLAN_NONE ? 0 : p->slot[home];
}

static void see_village(const struct pricer *p, struct lane *l, uint32_t v, unsigned bundles) {
  for (unsigned b = 0; b < bundles; b++)
    for (uint32_t i = 0; i < p->layered_count; i++) see(p, l->seen[b], v, p->layered[i], b);
}

/* What a market's change is worth in a village with works, whose bundle may change with it: each bundle's own change less its part of
 * what the bundle falls short of the best by. */
static void add_branches(const struct pricer *p, struct lane *l, unsigned all, const bool *can, const wide *sums, unsigned at) {
  uint32_t markets = 0;
  for (uint32_t x = 0; x < p->m->market_count; x++) markets += l->touched[x];
  for (uint32_t x = 0; x < p->m->market_count; x++) {
    if (!l->touched[x]) continue;
    wide none = l->branch[at].bound[p->tiers + x];
    for (unsigned b = 0; b < all; b++) {
      wide change = can[b] ? l->branch[b].bound[p->tiers + x] - (sums[at] - sums[b]) / markets : none;
      if (change > none) none = change;
    }
    l->sum.bound[p->tiers + x] += none;
    l->sum.alone[p->tiers + x] += l->branch[at].alone[p->tiers + x];
    for (uint32_t t = 0; t < p->tiers; t++) {
      if (p->market[t] != x || !p->shut[t + 1]) continue;
      wide best = l->branch[at].bound[p->tiers + x] + l->branch[at].bound[t];
      for (unsigned b = 0; b < all; b++) {
        wide change = can[b] ? l->branch[b].bound[p->tiers + x] + l->branch[b].bound[t] - (sums[at] - sums[b]) / markets : best;
        if (change > best) best = change;
      }
      l->sum.bound[t] += best - none;
      l->sum.alone[t] += l->branch[at].alone[t];
    }
  }
}

/* The bundle of works that is worth most, and what it and its households gain. `summing`: adds up what tiers would change. */
static unsigned best_bundle(const struct pricer *p, struct lane *l, uint32_t v, unsigned works, bool summing, wide *best, wide *margin) {
  const struct plan_model *m = p->m;
  wide sums[BUNDLES] = {0};
  bool can[BUNDLES];
  const unsigned all = 1u << works;
  see_village(p, l, v, all);
  for (unsigned b = 0; b < all; b++) {
    can[b] = price_bundle(m, v, b, p->prices, summing ? NULL : p->open, &sums[b]);
    if (!summing) continue;
    memset(l->branch[b].bound, 0, changes_most(p) * sizeof(wide));
    memset(l->branch[b].alone, 0, changes_most(p) * sizeof(wide));
  }
  if (summing) memset(l->touched, 0, m->market_count * sizeof *l->touched);
  for (uint32_t h = first_of(m->household_at[v], p->stride); h < m->household_at[v + 1]; h += p->stride) {
    const struct plan_item *items = m->items + m->item_at[h];
    unsigned n = (unsigned)(m->item_at[h + 1] - m->item_at[h]), needs = 0;
    for (unsigned i = 0; i < n; i++) {
      needs |= m->columns[items[i].column].needs;
      unsigned tier = l->seen[all - 1][items[i].column].tier;
      if (tier) l->touched[p->market[tier - 1]] = true;
    }
    for (unsigned part = needs;; part = (part - 1) & needs) { /* other works change nothing for this household */
      if (part < all) {
        struct chosen c;
        look(p, l, l->seen[part], items, n, &c);
        if (summing) changes(p, l, items, &c, false);
        for (unsigned b = 0; b < all; b++) {
          if (!can[b] || (b & needs) != part) continue;
          sums[b] += (wide)c.total * p->stride;
          if (summing) add_changes(l, &l->branch[b], p->stride);
        }
      }
      if (!part) break;
    }
  }
  unsigned at = 0;
  for (unsigned b = 1; b < all; b++)
    if (can[b] && sums[b] > sums[at]) at = b;
  *best = sums[at];
  *margin = sums[at] - sums[0];
  if (summing) add_branches(p, l, all, can, sums, at);
  return at;
}

static void add_uses(const struct plan_model *m, uint32_t village, uint32_t from, uint32_t count, int64_t quantity, int64_t *use) {
  for (uint32_t i = from; i < from + count; i++) use[plan_use_resource(m, &m->uses[i], village)] += quantity * m->uses[i].amount;
}

static void add_quantities(const struct pricer *p, struct lane *l, uint32_t v, const struct seen *seen) {
  const struct plan_model *m = p->m;
  for (uint32_t c = 0; c < m->column_count; c++) {
    if (!l->quantity[c]) continue;
    const struct plan_column *x = &m->columns[c];
    if (!p->shut[seen[c].tier]) {
      add_uses(m, v, x->use_from, x->use_count, l->quantity[c] * p->stride, l->use);
      continue;
    }
    const uint32_t tier = p->tier_at[seen[c].tier - 1]; /* were it open: only of the tier itself */
    for (uint32_t i = x->use_from; i < x->use_from + x->use_count; i++)
      if (plan_use_resource(m, &m->uses[i], v) == tier) l->use[tier] += l->quantity[c] * p->stride * m->uses[i].amount;
  }
}

static void village_pass(const struct pricer *p, struct lane *l, uint32_t v) {
  const struct plan_model *m = p->m;
  const unsigned works = plan_works_of(m, v);
  unsigned bundle = 0;
  if (works) {
    wide gain, margin;
    bundle = best_bundle(p, l, v, works, true, &gain, &margin);
    l->gain += gain;
    for (unsigned w = 0; bundle >> w; w++) {
      if (!(bundle >> w & 1)) continue;
      const struct plan_work *x = &m->works[m->work_at[v] + w];
      add_uses(m, v, x->use_from, x->use_count, 1, l->use);
      l->value += x->value;
    }
  } else see_village(p, l, v, 1);
  const struct seen *seen = l->seen[bundle];
  memset(l->quantity, 0, m->column_count * sizeof *l->quantity);
  int64_t value = 0;
  for (uint32_t h = first_of(m->household_at[v], p->stride); h < m->household_at[v + 1]; h += p->stride) {
    const struct plan_item *items = m->items + m->item_at[h];
    struct chosen c;
    look(p, l, seen, items, (unsigned)(m->item_at[h + 1] - m->item_at[h]), &c);
    if (!works) l->gain += (wide)c.total * p->stride;
    for (unsigned k = 0; k < c.have; k++) {
      const struct plan_item *x = &items[c.pick[k].item];
      l->quantity[x->column] += x->quantity;
      value += x->value;
    }
    if (!p->tiers) continue;
    changes(p, l, items, &c, true);
    if (!works) add_changes(l, &l->sum, p->stride);
  }
  l->value += (wide)value * p->stride;
  add_quantities(p, l, v, seen);
}

/* ---- all villages ---- */

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
  p->bundle[v] = works ? (uint8_t)best_bundle(p, &p->lanes[worker], (uint32_t)v, works, false, &gain, &p->margin[v]) : 0;
}

/* What is the same in every village. */
static void begin(struct pricer *p, const int64_t *prices, uint32_t stride, const bool *open) {
  p->prices = prices, p->stride = stride, p->open = open;
  for (uint32_t t = 0; t < p->tiers; t++) p->shut[t + 1] = !open[p->tier_at[t]];
  for (unsigned b = 0; b < 1u << p->works_most; b++) {
    if (p->m->village_count)
      for (uint32_t c = 0; c < p->m->column_count; c++) see(p, p->lanes[0].seen[b], 0, c, b);
    for (unsigned t = 1; t < p->lane_count; t++) memcpy(p->lanes[t].seen[b], p->lanes[0].seen[b], p->m->column_count * sizeof(struct seen));
  }
  for (unsigned t = 0; t < p->lane_count; t++) {
    struct lane *l = &p->lanes[t];
    l->gain = l->value = 0;
    memset(l->use, 0, p->m->resource_count * sizeof *l->use);
    memset(l->sum.bound, 0, changes_most(p) * sizeof(wide));
    memset(l->sum.alone, 0, changes_most(p) * sizeof(wide));
  }
}

void pricer_bundles(struct pricer *p, const int64_t *prices, const bool *open, uint8_t *bundle, wide *margin) {
  begin(p, prices, 1, open);
  p->bundle = bundle, p->margin = margin;
  pool_run(p->pool, p->m->village_count, bundle_task, p);
}

static wide worth_of_limit(const struct pricer *p, uint32_t k) {
  return (wide)p->prices[k] * p->m->resources[k].limit - ((wide)p->m->resources[k].loss << PRICE_BITS);
}

void pricer_pass(struct pricer *p, const int64_t *prices, uint32_t stride, const bool *open, struct priced *out) {
  const struct plan_model *m = p->m;
  begin(p, prices, stride, open);
  pool_run(p->pool, (m->village_count + VILLAGES_A_TASK - 1) / VILLAGES_A_TASK, pass_task, p);
  out->bound = out->value = out->held = 0;
  memset(out->use, 0, m->resource_count * sizeof(int64_t));
  struct lane *l = &p->lanes[0];
  for (unsigned t = 0; t < p->lane_count; t++) {
    out->bound += p->lanes[t].gain;
    out->value += p->lanes[t].value;
    for (uint32_t k = 0; k < m->resource_count; k++) out->use[k] += p->lanes[t].use[k];
    for (uint32_t i = 0; t && i < changes_most(p); i++) l->sum.bound[i] += p->lanes[t].sum.bound[i], l->sum.alone[i] += p->lanes[t].sum.alone[i];
  }
  for (uint32_t k = 0; k < m->resource_count; k++)
    if (m->resources[k].market == PLAN_NONE) out->bound += worth_of_limit(p, k);
  out->held = out->bound;
  for (uint32_t x = 0; x < m->market_count; x++) {
    wide now = 0, none = l->sum.bound[p->tiers + x], alone = l->sum.alone[p->tiers + x];
    for (uint32_t t = 0; t < p->tiers; t++)
      if (p->market[t] == x && !p->shut[t + 1]) now = worth_of_limit(p, p->tier_at[t]);
    wide best = now > none ? now : none;
    out->shut[x] = alone - now;
    for (uint32_t t = 0; t < p->tiers; t++) {
      if (p->market[t] != x) continue;
      const uint32_t k = p->tier_at[t];
      out->worth[k] = 0;
      if (!p->shut[t + 1]) continue;
      const wide limit = worth_of_limit(p, k);
      if (none + l->sum.bound[t] + limit > best) best = none + l->sum.bound[t] + limit;
      out->worth[k] = alone + l->sum.alone[t] + limit - now;
    }
    out->bound += best;
    out->held += now;
  }
}

/* ---- room ---- */

static enum status tally_make(struct arena *a, const struct pricer *p, struct tally *t, struct err *e) {
  ARENA_TRY(e, t->bound = arena_array(a, changes_most(p) + 1u, sizeof(wide)));
  ARENA_TRY(e, t->alone = arena_array(a, changes_most(p) + 1u, sizeof(wide)));
  return OK;
}

static enum status lane_make(struct arena *a, const struct pricer *p, struct lane *l, struct err *e) {
  const struct plan_model *m = p->m;
  for (unsigned b = 0; b < 1u << p->works_most; b++) {
    ARENA_TRY(e, l->seen[b] = arena_array(a, m->column_count + 1u, sizeof *l->seen[b]));
    if (p->works_most) TRY(tally_make(a, p, &l->branch[b], e));
  }
  TRY(tally_make(a, p, &l->sum, e));
  ARENA_TRY(e, l->quantity = arena_array(a, m->column_count + 1u, sizeof(int64_t)));
  ARENA_TRY(e, l->use = arena_array(a, m->resource_count + 1u, sizeof(int64_t)));
  ARENA_TRY(e, l->touched = arena_array(a, m->market_count + 1u, sizeof *l->touched));
  return OK;
}

enum status pricer_open(struct arena *a, const struct plan_model *m, struct pool *pool, struct pricer **out, struct err *e) {
  struct pricer *p;
  ARENA_TRY(e, p = arena_new(a, struct pricer));
  *p = (struct pricer){.m = m, .pool = pool, .lane_count = pool ? pool_threads(pool) : 1};
  ARENA_TRY(e, p->slot = arena_array(a, m->resource_count + 1u, sizeof *p->slot));
  ARENA_TRY(e, p->tier_at = arena_array(a, m->resource_count + 1u, sizeof *p->tier_at));
  ARENA_TRY(e, p->market = arena_array(a, m->resource_count + 1u, sizeof *p->market));
  ARENA_TRY(e, p->shut = arena_array(a, m->resource_count + 1u, sizeof *p->shut));
  ARENA_TRY(e, p->layered = arena_array(a, m->column_count + 1u, sizeof *p->layered));
  for (uint32_t k = 0; k < m->resource_count; k++) {
    if (m->resources[k].market == PLAN_NONE) continue;
    p->tier_at[p->tiers] = k, p->market[p->tiers] = m->resources[k].market;
    p->slot[k] = (uint16_t)++p->tiers;
  }
  for (uint32_t c = 0; c < m->column_count; c++) {
    bool layered = false;
    for (uint32_t i = m->columns[c].use_from; i < m->columns[c].use_from + m->columns[c].use_count; i++) layered |= m->uses[i].layer != 0;
    if (layered) p->layered[p->layered_count++] = c;
  }
  for (uint32_t v = 0; v < m->village_count; v++)
    if (plan_works_of(m, v) > p->works_most) p->works_most = plan_works_of(m, v);
  ARENA_TRY(e, p->lanes = arena_array(a, p->lane_count, sizeof *p->lanes));
  for (unsigned t = 0; t < p->lane_count; t++) TRY(lane_make(a, p, &p->lanes[t], e));
  *out = p;
  return OK;
}

enum status priced_make(struct arena *a, const struct plan_model *m, struct priced *out, struct err *e) {
  ARENA_TRY(e, out->use = arena_array(a, m->resource_count + 1u, sizeof *out->use));
  ARENA_TRY(e, out->worth = arena_array(a, m->resource_count + 1u, sizeof *out->worth));
  ARENA_TRY(e, out->shut = arena_array(a, m->market_count + 1u, sizeof *out->shut));
  return OK;
}
