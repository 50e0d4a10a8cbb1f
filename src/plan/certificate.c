#include "plan/certificate.h"

#define BROKEN(...) return err_set(e, ERR_CORRUPT, "the plan was changed after it was made, or belongs to other data", __VA_ARGS__)

static enum status add(const struct plan_model *m, uint32_t v, uint32_t from, uint32_t count, int64_t quantity, wide *use, struct err *e) {
  for (uint32_t i = from; i < from + count; i++) {
    uint32_t k = plan_use_resource(m, &m->uses[i], v);
    if (k == PLAN_NONE) BROKEN("village %u uses what is not to be had there", v);
    use[k] += (wide)quantity * m->uses[i].amount;
  }
  return OK;
}

static enum status check_household(const struct plan_model *m, const struct assignment *x, uint32_t v, uint32_t h, wide *use, wide *value, struct err *e) {
  const struct plan_item *items = m->items + m->item_at[h];
  const uint8_t *taken = x->taken + (size_t)h * m->most;
  bool ended = false;
  for (unsigned k = 0; k < m->most; k++) {
    if (!taken[k]) {
      ended = true;
      continue;
    }
    if (ended || taken[k] > m->item_at[h + 1] - m->item_at[h]) BROKEN("household %u takes something it was not offered", h);
    const struct plan_item *item = &items[taken[k] - 1];
    const struct plan_column *c = &m->columns[item->column];
    for (unsigned o = 0; o < k; o++) {
      if (taken[o] == taken[k]) BROKEN("household %u takes something twice", h);
      if (c->group && m->columns[items[taken[o] - 1].column].group == c->group) BROKEN("household %u takes two of a kind that exclude each other", h);
    }
    if (c->needs & ~x->bundle[v]) BROKEN("household %u takes what needs a work that its village does not get", h);
    TRY(add(m, v, c->use_from, c->use_count, item->quantity, use, e));
    *value += item->value;
  }
  return OK;
}

static enum status check_village(const struct plan_model *m, const struct assignment *x, uint32_t v, wide *use, wide *value, struct err *e) {
  unsigned works = plan_works_of(m, v);
  if (x->bundle[v] >> works) BROKEN("village %u gets a work that was not offered", v);
  for (unsigned w = 0; w < works; w++) {
    if (!(x->bundle[v] >> w & 1)) continue;
    const struct plan_work *work = &m->works[m->work_at[v] + w];
    if (work->needs & ~x->bundle[v]) BROKEN("a work of village %u lacks another it needs", v);
    TRY(add(m, v, work->use_from, work->use_count, 1, use, e));
    *value += work->value;
  }
  wide households = 0;
  for (uint32_t h = m->household_at[v]; h < m->household_at[v + 1]; h++) TRY(check_household(m, x, v, h, use, &households, e));
  *value += households;
  if (m->floor && households < m->floor[v]) *value -= (m->floor[v] - households) * (wide)m->floor_weight;
  return OK;
}

/* ---- the bound, by its formula ---- */

/* What a household may choose from: of market `special` the tiers `one` and `two` (PLAN_NONE: none), of all others the open ones, or every one. */
struct allowed { const bool *open; uint32_t special, one, two; bool every; };

struct proof {
  const struct plan_model *m;
  const bool *open;
  int64_t *cost, lift;     /* one a column, in the village at hand; what a value unit counts there */
  uint32_t *home;          /* one a column, in the village at hand: the tier it belongs to */
  wide *base;              /* one a bundle: worth with the open tiers */
  uint32_t *slot, slots;   /* one a resource: tiers numbered on */
  wide *change;            /* bundles x (tiers + markets): of a tier opened instead; after them, of none */
  bool *touched;           /* one a market */
  uint32_t *now;           /* one a market: its open tier */
  wide *sum;               /* tiers + markets, over villages */
};

static bool may(const struct proof *p, const struct allowed *a, uint32_t column) {
  uint32_t k = p->home[column];
  if (k == PLAN_NONE) return true;
  if (p->m->resources[k].market == a->special) return k == a->one || k == a->two;
  return a->every || a->open[k];
}

/* Best of a household by trying: the best item of each group and every ungrouped one, sorted by gain, the first `most`. */
static wide household_best(const struct proof *p, uint32_t h, unsigned b, const struct allowed *a) {
  const struct plan_model *m = p->m;
  wide best[PLAN_MOST] = {0}, group_best = 0;
  unsigned group = 0;
  uint64_t to = m->item_at[h + 1];
  for (uint64_t i = m->item_at[h]; i <= to; i++) {
    unsigned g = i < to ? m->columns[m->items[i].column].group : 0;
    wide gain = 0;
    if (i < to && p->cost[m->items[i].column] != COST_BLOCKED && !(m->columns[m->items[i].column].needs & ~b) && may(p, a, m->items[i].column))
      gain = (wide)m->items[i].value * p->lift - (wide)m->items[i].quantity * p->cost[m->items[i].column];
    if (g && g == group) {
      if (gain > group_best) group_best = gain;
      continue;
    }
    wide in[2] = {group_best, g ? 0 : gain}; /* the group that ended, and what has no group */
    group = g, group_best = g ? gain : 0;
    for (unsigned n = 0; n < 2; n++)
      for (unsigned k = 0; k < m->most && in[n] > 0; k++)
        if (in[n] > best[k]) {
          wide swap = best[k];
          best[k] = in[n], in[n] = swap;
        }
  }
  wide sum = 0;
  for (unsigned k = 0; k < m->most; k++) sum += best[k];
  return sum;
}

/* At most what a household gains when tier t of market x (PLAN_NONE: none) is open instead of `now`: what t adds to the open tiers, less
 * what `now` would add to t and every tier of the other markets. */
static wide household_change(const struct proof *p, uint32_t h, unsigned b, uint32_t x, uint32_t now, uint32_t t, wide as_is) {
  const struct allowed more = {p->open, x, now, t, false}, without = {p->open, x, t, PLAN_NONE, true}, with = {p->open, x, t, now, true};
  return household_best(p, h, b, &more) - as_is - (household_best(p, h, b, &with) - household_best(p, h, b, &without));
}

/* Does anything of tier t gain at the prices? If not, t is the same as none. */
static bool gains(const struct proof *p, uint32_t h, uint32_t t) {
  for (uint64_t i = p->m->item_at[h]; i < p->m->item_at[h + 1]; i++) {
    const struct plan_item *x = &p->m->items[i];
    if (p->home[x->column] == t && p->cost[x->column] != COST_BLOCKED && (wide)x->value * p->lift > (wide)x->quantity * p->cost[x->column]) return true;
  }
  return false;
}

/* The works of a bundle that matter to a household: those that its items need. */
static unsigned needed_by(const struct plan_model *m, uint32_t h) {
  unsigned needed = 0;
  for (uint64_t i = m->item_at[h]; i < m->item_at[h + 1]; i++) needed |= m->columns[m->items[i].column].needs;
  return needed;
}

/* Adds a household's part to each bundle that is possible; bundles that are alike in the works it needs are alike for it. */
static void household_worth(const struct proof *p, uint32_t h, unsigned all, const bool *can) {
  const struct plan_model *m = p->m;
  const struct allowed as_is = {p->open, PLAN_NONE, PLAN_NONE, PLAN_NONE, false};
  const unsigned needed = needed_by(m, h);
  const size_t row = (size_t)p->slots + m->market_count;
  uint32_t tier[PLAN_ITEMS], tiers = 0;
  for (uint64_t i = m->item_at[h]; i < m->item_at[h + 1]; i++) { /* the tiers that it is offered */
    const uint32_t home = p->home[m->items[i].column];
    uint32_t at = 0;
    if (home == PLAN_NONE) continue;
    while (at < tiers && tier[at] != home) at++;
    if (at == tiers) tier[tiers++] = home;
    p->touched[m->resources[home].market] = true;
  }
  for (unsigned first_like = 0; first_like < all; first_like++) {
    bool any = false, earlier = false;
    for (unsigned b = 0; b < all; b++)
      if (can[b] && (b & needed) == (first_like & needed)) any = true, earlier |= b < first_like;
    if (!any || earlier || !can[first_like]) continue;
    const wide base = household_best(p, h, first_like, &as_is);
    wide none_of[PLAN_ITEMS] = {0}, tier_of[PLAN_ITEMS] = {0};
    for (uint32_t i = 0; i < tiers; i++) {
      const uint32_t x = m->resources[tier[i]].market, now = p->now[x];
      bool first = true;
      for (uint32_t o = 0; o < i; o++) first &= m->resources[tier[o]].market != x;
      if (!first) continue;
      none_of[i] = household_change(p, h, first_like, x, now, PLAN_NONE, base); /* a tier that it is not offered is the same as none */
      for (uint32_t o = i; o < tiers; o++)
        if (m->resources[tier[o]].market == x && tier[o] != now && gains(p, h, tier[o])) tier_of[o] = household_change(p, h, first_like, x, now, tier[o], base) - none_of[i];
    }
    for (unsigned b = first_like; b < all; b++) {
      if (!can[b] || (b & needed) != (first_like & needed)) continue;
      p->base[b] += base;
      for (uint32_t i = 0; i < tiers; i++) p->change[b * row + p->slots + m->resources[tier[i]].market] += none_of[i], p->change[b * row + p->slot[tier[i]]] += tier_of[i];
    }
  }
}

/* Adds a village's part: its best bundle with the open tiers, and for each market what each tier changes, over the bundles: another bundle
 * counts less its part of what it falls short of the best by. */
static wide village_worth(struct proof *p, uint32_t v, const int64_t *prices) {
  const struct plan_model *m = p->m;
  const unsigned all = 1u << plan_works_of(m, v);
  const size_t row = (size_t)p->slots + m->market_count;
  const unsigned always = price_free_works(m, v);
  bool can[1 << PLAN_WORKS];
  uint32_t markets = 0;
  unsigned at = always;
  for (uint32_t c = 0; c < m->column_count; c++) p->home[c] = price_home(m, v, c);
  p->lift = price_lift(m, v, prices);
  price_costs(m, v, 0xff, prices, NULL, p->cost); /* needs are asked of each item */
  for (uint32_t x = 0; x < m->market_count; x++) p->touched[x] = false;
  for (unsigned b = 0; b < all; b++) {
    can[b] = (b & always) == always && price_bundle(m, v, b, prices, NULL, &p->base[b]);
    if (!can[b]) continue;
    for (size_t i = 0; i < row; i++) p->change[b * row + i] = 0;
  }
  for (uint32_t h = m->household_at[v]; h < m->household_at[v + 1]; h++) household_worth(p, h, all, can);
  for (unsigned b = 0; b < all; b++)
    if (can[b] && p->base[b] > p->base[at]) at = b;
  for (uint32_t x = 0; x < m->market_count; x++) markets += p->touched[x];
  for (uint32_t x = 0; x < m->market_count; x++) {
    if (!p->touched[x]) continue;
    const size_t none_at = p->slots + x;
    wide none = p->change[at * row + none_at];
    for (unsigned b = 0; b < all; b++) {
      wide part = can[b] ? p->change[b * row + none_at] - (p->base[at] - p->base[b]) / markets : none;
      if (part > none) none = part;
    }
    p->sum[none_at] += none;
    for (uint32_t k = 0; k < m->resource_count; k++) {
      if (m->resources[k].market != x) continue;
      wide best = p->change[at * row + none_at] + p->change[at * row + p->slot[k]];
      for (unsigned b = 0; b < all; b++) {
        wide part = can[b] ? p->change[b * row + none_at] + p->change[b * row + p->slot[k]] - (p->base[at] - p->base[b]) / markets : best;
        if (part > best) best = part;
      }
      p->sum[p->slot[k]] += best - none;
    }
  }
  return p->base[at] - (m->floor ? (wide)prices[m->resource_count + v] * m->floor[v] : 0);
}

static enum status bound_of(struct arena *a, const struct plan_model *m, const bool *open, const int64_t *prices, wide *out, struct err *e) {
  struct proof p = {.m = m, .open = open};
  unsigned works = 0;
  for (uint32_t v = 0; v < m->village_count; v++)
    if (plan_works_of(m, v) > works) works = plan_works_of(m, v);
  ARENA_TRY(e, p.slot = arena_array(a, m->resource_count + 1u, sizeof *p.slot));
  for (uint32_t k = 0; k < m->resource_count; k++)
    if (m->resources[k].market != PLAN_NONE) p.slot[k] = p.slots++;
  const size_t row = (size_t)p.slots + m->market_count + 1;
  ARENA_TRY(e, p.cost = arena_array(a, m->column_count + 1u, sizeof *p.cost));
  ARENA_TRY(e, p.home = arena_array(a, m->column_count + 1u, sizeof *p.home));
  ARENA_TRY(e, p.base = arena_array(a, (size_t)1 << works, sizeof *p.base));
  ARENA_TRY(e, p.change = arena_array(a, row << works, sizeof *p.change));
  ARENA_TRY(e, p.touched = arena_array(a, m->market_count + 1u, sizeof *p.touched));
  ARENA_TRY(e, p.sum = arena_array(a, row, sizeof *p.sum));
  ARENA_TRY(e, p.now = arena_array(a, m->market_count + 1u, sizeof *p.now));
  for (uint32_t x = 0; x < m->market_count; x++) p.now[x] = PLAN_NONE;
  for (uint32_t k = 0; k < m->resource_count; k++)
    if (m->resources[k].market != PLAN_NONE && open[k]) p.now[m->resources[k].market] = k;
  wide bound = 0;
  for (uint32_t v = 0; v < m->village_count; v++) bound += village_worth(&p, v, prices);
  for (uint32_t k = 0; k < m->resource_count; k++)
    if (m->resources[k].market == PLAN_NONE) bound += (wide)prices[k] * m->resources[k].limit;
  for (uint32_t x = 0; x < m->market_count; x++) {
    wide best = p.sum[p.slots + x], none = best;
    const uint32_t now = p.now[x];
    if (now == PLAN_NONE && best < 0) best = 0;
    for (uint32_t k = 0; k < m->resource_count; k++) {
      if (m->resources[k].market != x) continue;
      wide worth = (k == now ? 0 : none + p.sum[p.slot[k]]) + (wide)prices[k] * m->resources[k].limit - ((wide)m->resources[k].loss << PRICE_BITS);
      if (worth > best) best = worth;
    }
    bound += best;
  }
  *out = bound;
  return OK;
}

static enum status check_limits(const struct plan_model *m, const struct assignment *x, const wide *use, wide *value, struct err *e) {
  for (uint32_t k = 0; k < m->resource_count; k++) {
    const struct plan_resource *r = &m->resources[k];
    if (use[k] > r->limit) BROKEN("resource %u is used beyond its limit", k);
    if (use[k] && !x->open[k]) BROKEN("resource %u is used though it is not open", k);
    if (r->market == PLAN_NONE || !x->open[k]) continue;
    if (use[k]) *value -= r->loss;
    for (uint32_t o = 0; o < k; o++)
      if (m->resources[o].market == r->market && x->open[o]) BROKEN("market %u has two tiers open", r->market);
  }
  return OK;
}

static enum status check_all(struct arena *a, const struct plan_model *m, const struct assignment *x, const int64_t *prices, struct certified *out, struct err *e) {
  wide *use, value = 0, bound;
  ARENA_TRY(e, use = arena_array(a, m->resource_count + 1u, sizeof *use));
  for (uint32_t k = 0; k < m->resource_count; k++)
    if (prices[k] < 0 || prices[k] > PRICE_MAX) BROKEN("the price of resource %u is %lld", k, (long long)prices[k]);
  for (uint32_t v = 0; v < m->village_count && m->floor; v++)
    if (prices[m->resource_count + v] < 0 || prices[m->resource_count + v] > (int64_t)m->floor_weight << PRICE_BITS) BROKEN("the price of the floor of village %u is %lld", v, (long long)prices[m->resource_count + v]);
  for (uint32_t v = 0; v < m->village_count; v++) TRY(check_village(m, x, v, use, &value, e));
  TRY(check_limits(m, x, use, &value, e));
  TRY(bound_of(a, m, x->open, prices, &bound, e));
  out->value = (int64_t)value;
  out->bound = price_bound_units(bound);
  out->gap = out->bound > 0 ? (double)(out->bound - out->value) / (double)out->bound : 0;
  return OK;
}

enum status certificate_check(const struct plan_model *m, const struct assignment *x, const int64_t *prices, struct certified *out, struct err *e) {
  struct arena a;
  arena_init(&a, 0);
  enum status st = check_all(&a, m, x, prices, out, e);
  arena_drop(&a);
  return st;
}
