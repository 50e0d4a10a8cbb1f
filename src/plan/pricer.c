#include "plan/pricer.h"

#include <string.h>

enum { BUNDLES = 1 << PLAN_WORKS, VILLAGES_A_TASK = 8, CHUNKS_MOST = 64 };
#define COLUMNS_FEW 192u /* up to so many columns, villages keep no list of those they use */

/* Sums of changes, by slot and after them by market; a tier's are beside those of none. */
struct tally { wide *bound, *alone; };

/* The bundles of works that differ for households: those that do the same of what some column needs are one *kind*; its best bundle stands for it. */
struct kinds {
  unsigned count;
  uint8_t mask[BUNDLES], whole[BUNDLES]; /* the needed works it does, all works it does */
  wide sum[BUNDLES];
};

/* Everything one thread adds up. */
struct lane {
  struct seen *seen;  /* one a column */
  int64_t *layer_price;
  uint32_t *layer_resource; /* in the village at hand */
  struct tally sum, branch[BUNDLES];
  struct choosing choice;
  struct kinds kinds;
  int64_t *quantity, *use; /* by column, by resource */
  bool *touched; /* one a market: somebody in the village could sell there */
  wide gain, value;
};

struct pricer {
  const struct plan_model *m;
  struct pool *pool;
  struct lane *lanes;
  unsigned lane_count;
  struct places places;
  uint32_t tiers, *tier_at, *market, *market_from; /* tiers' slots: their resources and markets; a market's slots lie together */
  uint16_t *slot;            /* one a resource: 1 + slot, or 0 */
  bool *shut, asking;
  bool *layered;             /* one a column: costs something else in another village */
  uint16_t *layers; uint32_t layers_count; /* those columns */
  uint64_t *column_at;       /* villages + 1: the columns that its households could take; NULL = all columns everywhere */
  uint16_t *column, *every;
  uint8_t *needed, *free_of; /* one a village: works that some column there needs; works that cost nothing */
  /* of the pass */
  struct seen *flat;         /* one a column: what is the same in every village */
  const int64_t *prices;
  const bool *open;
  struct view { uint32_t stride; const uint32_t *household_at; const uint64_t *item_at; const struct plan_item *items; } view; /* all households, or every stride-th */
  const uint8_t *fixed;      /* bundles that are given, or NULL */
  int64_t *village;          /* the pass's result, where there are floors */
  uint8_t *bundle;           /* pricer_bundles' results */
  wide *margin;
  pricer_see *each;
  void *each_ctx;
};

static uint32_t changes_most(const struct pricer *p) { return p->tiers + p->m->market_count; }

static void add_changes(const struct choosing *c, struct tally *t, uint32_t stride) {
  for (unsigned i = 0; i < c->changes; i++) {
    t->bound[c->change[i].at] += (wide)c->change[i].bound * stride;
    t->alone[c->change[i].at] += (wide)c->change[i].alone * stride;
  }
}

/* ---- what a village sees ---- */

static const uint16_t *columns_of(const struct pricer *p, uint32_t v, uint32_t *n) {
  *n = p->column_at ? (uint32_t)(p->column_at[v + 1] - p->column_at[v]) : p->m->column_count;
  return p->column_at ? p->column + p->column_at[v] : p->every;
}

static int64_t cut(wide cost) { return cost > COST_MAX ? COST_MAX : (int64_t)cost; }

/* The part of a column that no layer decides. */
static void see_flat(const struct pricer *p, uint32_t c) {
  const struct plan_column *x = &p->m->columns[c];
  struct seen *s = &p->flat[c];
  wide sum = 0;
  *s = (struct seen){.group = x->group, .needs = x->needs, .lift = 1u << PRICE_BITS};
  for (uint32_t i = x->use_from; i < x->use_from + x->use_count; i++) {
    const struct plan_use *u = &p->m->uses[i];
    if (u->layer) continue;
    if (!s->tier) s->tier = p->slot[u->resource];
    sum += (wide)p->prices[u->resource] * u->amount;
  }
  s->cost = cut(sum);
}

static void see_village(const struct pricer *p, struct lane *l, uint32_t v) {
  const struct plan_model *m = p->m;
  uint32_t n;
  const uint16_t *column = columns_of(p, v, &n);
  for (uint32_t y = 0; y < m->layer_count; y++) {
    l->layer_resource[y] = m->layers[y].resource[v];
    l->layer_price[y] = l->layer_resource[y] == PLAN_NONE ? 0 : p->prices[l->layer_resource[y]];
  }
  const uint32_t lift = (uint32_t)price_lift(m, v, p->prices);
  if (!p->column_at && !m->floor) column = p->layers, n = p->layers_count;
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t c = column[i];
    struct seen *s = &l->seen[c];
    if (!p->layered[c] && !m->floor) continue;
    *s = p->flat[c];
    s->lift = lift;
    if (!p->layered[c]) continue;
    const struct plan_column *x = &m->columns[c];
    wide sum = s->cost;
    s->tier = 0;
    for (const struct plan_use *u = m->uses + x->use_from, *end = u + x->use_count; u < end; u++) {
      const uint32_t k = u->layer ? l->layer_resource[u->layer - 1] : u->resource;
      if (k == PLAN_NONE) {
        s->lift = 0;
        break;
      }
      if (u->layer) sum += (wide)l->layer_price[u->layer - 1] * u->amount;
      if (!s->tier) s->tier = p->slot[k];
    }
    s->cost = cut(sum);
  }
}

/* The kinds of bundles, each with its own works' gain; those with a work that does not cost anything always do it. */
static void kinds_of(const struct pricer *p, struct kinds *k, uint32_t v, unsigned works, const bool *open) {
  k->count = 0;
  for (unsigned b = 0; b < 1u << works; b++) {
    wide gain;
    if ((b & p->free_of[v]) != p->free_of[v] || (p->fixed && b != p->fixed[v]) || !price_bundle(p->m, v, b, p->prices, open, &gain)) continue;
    const uint8_t mask = (uint8_t)(b & p->needed[v]);
    unsigned at = 0;
    while (at < k->count && k->mask[at] != mask) at++;
    if (at == k->count) k->mask[at] = mask, k->count++;
    else if (gain <= k->sum[at]) continue;
    k->sum[at] = gain, k->whole[at] = (uint8_t)b;
  }
}

/* ---- a village's works ---- */

static wide at_least(wide a, wide b) { return a > b ? a : b; }

/* What a market's change is worth in a village whose works may change with it: each kind's own change less its part of what the
 * kind falls short of the best by. */
static void add_branches(const struct pricer *p, struct lane *l, unsigned at) {
  const struct kinds *k = &l->kinds;
  uint32_t markets = 0;
  for (uint32_t x = 0; x < p->m->market_count; x++) markets += l->touched[x];
  for (uint32_t x = 0; x < p->m->market_count; x++) {
    if (!l->touched[x]) continue;
    const uint32_t none_at = p->tiers + x;
    wide none = l->branch[at].bound[none_at];
    for (unsigned b = 0; b < k->count; b++) none = at_least(l->branch[b].bound[none_at] - (k->sum[at] - k->sum[b]) / markets, none);
    l->sum.bound[none_at] += none;
    l->sum.alone[none_at] += l->branch[at].alone[none_at];
    for (uint32_t t = p->market_from[x]; t < p->market_from[x + 1]; t++) {
      if (!p->shut[t + 1]) continue;
      wide best = l->branch[at].bound[none_at] + l->branch[at].bound[t];
      for (unsigned b = 0; b < k->count; b++) best = at_least(l->branch[b].bound[none_at] + l->branch[b].bound[t] - (k->sum[at] - k->sum[b]) / markets, best);
      l->sum.bound[t] += best - none;
      l->sum.alone[t] += l->branch[at].alone[t];
    }
  }
}

/* Adds to each kind what the households gain with it; returns the best. `summing`: and what tiers would change. */
static unsigned best_kind(const struct pricer *p, struct lane *l, uint32_t v, bool summing) {
  const struct plan_model *m = p->m;
  struct kinds *k = &l->kinds;
  const unsigned always = p->free_of[v];
  for (unsigned b = 0; b < k->count && summing; b++) {
    memset(l->branch[b].bound, 0, changes_most(p) * sizeof(wide));
    memset(l->branch[b].alone, 0, changes_most(p) * sizeof(wide));
  }
  if (summing) memset(l->touched, 0, m->market_count * sizeof *l->touched);
  for (uint32_t h = p->view.household_at[v]; h < p->view.household_at[v + 1]; h++) {
    const struct plan_item *items = p->view.items + p->view.item_at[h];
    unsigned n = (unsigned)(p->view.item_at[h + 1] - p->view.item_at[h]), needs = 0;
    for (unsigned i = 0; i < n; i++) {
      const struct seen *s = &l->seen[items[i].column];
      needs |= s->needs;
      if (s->tier) l->touched[p->market[s->tier - 1]] = true;
    }
    const unsigned may = needs & ~always; /* other works change nothing for this household */
    for (unsigned part = may;; part = (part - 1) & may) {
      const unsigned done = part | (needs & always);
      bool asked = false;
      for (unsigned b = 0; b < k->count && !asked; b++) asked = (k->mask[b] & needs) == done;
      if (asked) {
        choice_look(&l->choice, &p->places, l->seen, items, n, done);
        if (summing) choice_changes(&l->choice, &p->places, items, NULL);
        for (unsigned b = 0; b < k->count; b++) {
          if ((k->mask[b] & needs) != done) continue;
          k->sum[b] += (wide)l->choice.best.total * p->view.stride;
          if (summing) add_changes(&l->choice, &l->branch[b], p->view.stride);
        }
      }
      if (!part) break;
    }
  }
  unsigned at = 0;
  for (unsigned b = 1; b < k->count; b++)
    if (k->sum[b] > k->sum[at]) at = b;
  if (summing) add_branches(p, l, at);
  return at;
}

/* ---- one village ---- */

static void add_uses(const struct plan_model *m, uint32_t village, uint32_t from, uint32_t count, int64_t quantity, int64_t *use) {
  for (uint32_t i = from; i < from + count; i++) use[plan_use_resource(m, &m->uses[i], village)] += quantity * m->uses[i].amount;
}

static void add_quantities(const struct pricer *p, struct lane *l, uint32_t v) {
  const struct plan_model *m = p->m;
  uint32_t n;
  const uint16_t *column = columns_of(p, v, &n);
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t c = column[i];
    if (!l->quantity[c]) continue;
    const int64_t quantity = l->quantity[c] * p->view.stride;
    l->quantity[c] = 0;
    const struct plan_column *x = &m->columns[c];
    const unsigned tier = l->seen[c].tier;
    for (const struct plan_use *u = m->uses + x->use_from, *end = u + x->use_count; u < end; u++) {
      const uint32_t k = u->layer ? l->layer_resource[u->layer - 1] : u->resource;
      if (!p->shut[tier] || k == p->tier_at[tier - 1]) l->use[k] += quantity * u->amount; /* of a shut tier: only of the tier itself */
    }
  }
}

static void village_pass(const struct pricer *p, struct lane *l, uint32_t v) {
  const struct plan_model *m = p->m;
  const unsigned works = plan_works_of(m, v);
  unsigned bundle = 0;
  bool plain = true; /* households' changes are the village's */
  if (!works && !m->floor && p->view.household_at[v] == p->view.household_at[v + 1]) return;
  see_village(p, l, v);
  if (works) {
    kinds_of(p, &l->kinds, v, works, NULL);
    plain = l->kinds.count == 1;
    const unsigned at = plain ? 0 : best_kind(p, l, v, p->asking);
    if (l->kinds.count) {
      bundle = l->kinds.whole[at];
      l->gain += l->kinds.sum[at];
    }
    for (unsigned w = 0; bundle >> w; w++) {
      if (!(bundle >> w & 1)) continue;
      const struct plan_work *x = &m->works[m->work_at[v] + w];
      add_uses(m, v, x->use_from, x->use_count, 1, l->use);
      l->value += x->value;
    }
  }
  int64_t value = 0;
  wide gain = 0;
  for (uint32_t h = p->view.household_at[v]; h < p->view.household_at[v + 1]; h++) {
    const struct plan_item *items = p->view.items + p->view.item_at[h];
    choice_look(&l->choice, &p->places, l->seen, items, (unsigned)(p->view.item_at[h + 1] - p->view.item_at[h]), bundle);
    const struct chosen *c = &l->choice.best;
    gain += c->total;
    for (unsigned k = 0; k < c->have; k++) {
      const struct plan_item *x = &items[c->pick[k].item];
      l->quantity[x->column] += x->quantity;
      value += x->value;
    }
    if (!p->asking) continue;
    choice_changes(&l->choice, &p->places, items, l->quantity);
    if (plain) add_changes(&l->choice, &l->sum, p->view.stride);
  }
  if (plain) l->gain += gain * p->view.stride;
  l->value += (wide)value * p->view.stride;
  if (m->floor) {
    p->village[v] = value;
    l->gain -= (wide)p->prices[m->resource_count + v] * m->floor[v];
  }
  add_quantities(p, l, v);
}

/* ---- all villages ---- */

static void pass_task(void *ctx, size_t i, unsigned worker) {
  struct pricer *p = ctx;
  uint32_t from = (uint32_t)i * VILLAGES_A_TASK, to = from + VILLAGES_A_TASK;
  for (uint32_t v = from; v < to && v < p->m->village_count; v++) village_pass(p, &p->lanes[worker], v);
}

static void bundle_task(void *ctx, size_t i, unsigned worker) {
  struct pricer *p = ctx;
  const uint32_t v = (uint32_t)i;
  struct lane *l = &p->lanes[worker];
  const unsigned works = plan_works_of(p->m, v);
  p->margin[v] = 0;
  p->bundle[v] = p->free_of[v];
  if (!works) return;
  kinds_of(p, &l->kinds, v, works, p->open);
  if (!l->kinds.count) return;
  see_village(p, l, v);
  const unsigned at = best_kind(p, l, v, false);
  p->bundle[v] = l->kinds.whole[at];
  for (unsigned b = 0; b < l->kinds.count; b++) /* the kind that does nothing but what is free */
    if (l->kinds.mask[b] == (p->free_of[v] & p->needed[v])) p->margin[v] = l->kinds.sum[at] - l->kinds.sum[b] + (l->kinds.whole[b] != p->free_of[v]);
}

/* What is the same in every village. */
static void begin(struct pricer *p, const int64_t *prices, const bool *open) {
  p->prices = prices, p->open = open;
  for (uint32_t t = 0; t < p->tiers; t++) p->shut[t + 1] = !open[p->tier_at[t]];
  for (uint32_t c = 0; c < p->m->column_count; c++) see_flat(p, c);
  for (unsigned t = 0; t < p->lane_count; t++) {
    struct lane *l = &p->lanes[t];
    l->gain = l->value = 0;
    memcpy(l->seen, p->flat, p->m->column_count * sizeof *l->seen);
    memset(l->use, 0, p->m->resource_count * sizeof *l->use);
    memset(l->sum.bound, 0, changes_most(p) * sizeof(wide));
    memset(l->sum.alone, 0, changes_most(p) * sizeof(wide));
  }
}

uint32_t pricer_chunks(const struct pricer *p) { return p->m->village_count < CHUNKS_MOST ? p->m->village_count : CHUNKS_MOST; }

static void each_task(void *ctx, size_t chunk, unsigned worker) {
  struct pricer *p = ctx;
  struct lane *l = &p->lanes[worker];
  const uint32_t n = p->m->village_count, chunks = pricer_chunks(p), to = (uint32_t)((uint64_t)n * (chunk + 1) / chunks);
  for (uint32_t v = (uint32_t)((uint64_t)n * chunk / chunks); v < to; v++) {
    see_village(p, l, v);
    p->each(p->each_ctx, v, chunk, l->seen, worker);
  }
}

void pricer_each(struct pricer *p, const int64_t *prices, const bool *open, pricer_see *each, void *ctx) {
  begin(p, prices, open);
  p->each = each, p->each_ctx = ctx;
  pool_run(p->pool, pricer_chunks(p), each_task, p);
}

const struct places *pricer_places(const struct pricer *p) { return &p->places; }

void pricer_fix(struct pricer *p, const uint8_t *bundle) { p->fixed = bundle; }

void pricer_bundles(struct pricer *p, const int64_t *prices, const bool *open, uint8_t *bundle, wide *margin) {
  begin(p, prices, open);
  p->bundle = bundle, p->margin = margin;
  pool_run(p->pool, p->m->village_count, bundle_task, p);
}

static wide worth_of_limit(const struct pricer *p, uint32_t k) {
  return (wide)p->prices[k] * p->m->resources[k].limit - ((wide)p->m->resources[k].loss << PRICE_BITS);
}

void pricer_pass(struct pricer *p, const int64_t *prices, const bool *open, bool asking, struct priced *out) {
  const struct plan_model *m = p->m;
  p->asking = asking && p->tiers;
  p->village = out->village;
  begin(p, prices, open);
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
    const uint32_t from = p->market_from[x], to = p->market_from[x + 1];
    wide now = 0, none = l->sum.bound[p->tiers + x], alone = l->sum.alone[p->tiers + x];
    for (uint32_t t = from; t < to; t++)
      if (!p->shut[t + 1]) now = worth_of_limit(p, p->tier_at[t]);
    out->held += now;
    if (!p->asking) {
      out->bound += now;
      continue;
    }
    wide best = now > none ? now : none;
    out->shut[x] = alone - now;
    for (uint32_t t = from; t < to; t++) {
      const uint32_t k = p->tier_at[t];
      out->worth[k] = 0;
      if (!p->shut[t + 1]) continue;
      const wide limit = worth_of_limit(p, k);
      if (none + l->sum.bound[t] + limit > best) best = none + l->sum.bound[t] + limit;
      out->worth[k] = alone + l->sum.alone[t] + limit - now;
    }
    out->bound += best;
  }
}

static struct view all_of(const struct plan_model *m) { return (struct view){1, m->household_at, m->item_at, m->items}; }

enum status pricer_sample(struct arena *a, struct pricer *p, uint32_t stride, struct err *e) {
  const struct plan_model *m = p->m;
  p->view = all_of(m);
  if (stride <= 1) return OK;
  uint32_t *household_at, n = 0;
  uint64_t *item_at, count = 0;
  struct plan_item *items;
  for (uint32_t h = 0; h < plan_households(m); h += stride) count += m->item_at[h + 1] - m->item_at[h];
  ARENA_TRY(e, household_at = arena_array(a, m->village_count + 1u, sizeof *household_at));
  ARENA_TRY(e, item_at = arena_array(a, plan_households(m) / stride + 2u, sizeof *item_at));
  ARENA_TRY(e, items = arena_array(a, count + 1, sizeof *items));
  count = 0;
  for (uint32_t v = 0, h = 0; v < m->village_count; v++) {
    for (; h < m->household_at[v + 1]; h += stride) {
      const uint64_t have = m->item_at[h + 1] - m->item_at[h];
      memcpy(items + count, m->items + m->item_at[h], have * sizeof *items);
      count += have;
      item_at[++n] = count;
    }
    household_at[v + 1] = n;
  }
  p->view = (struct view){stride, household_at, item_at, items};
  return OK;
}

/* ---- room ---- */

static enum status tally_make(struct arena *a, const struct pricer *p, struct tally *t, struct err *e) {
  ARENA_TRY(e, t->bound = arena_array(a, changes_most(p) + 1u, sizeof(wide)));
  ARENA_TRY(e, t->alone = arena_array(a, changes_most(p) + 1u, sizeof(wide)));
  return OK;
}

static enum status lane_make(struct arena *a, const struct pricer *p, struct lane *l, unsigned works, struct err *e) {
  const struct plan_model *m = p->m;
  for (unsigned b = 0; works && b < 1u << works; b++) TRY(tally_make(a, p, &l->branch[b], e));
  TRY(tally_make(a, p, &l->sum, e));
  ARENA_TRY(e, l->seen = arena_array(a, m->column_count + 1u, sizeof *l->seen));
  ARENA_TRY(e, l->layer_price = arena_array(a, m->layer_count + 1u, sizeof *l->layer_price));
  ARENA_TRY(e, l->layer_resource = arena_array(a, m->layer_count + 1u, sizeof *l->layer_resource));
  ARENA_TRY(e, l->quantity = arena_array(a, m->column_count + 1u, sizeof(int64_t)));
  ARENA_TRY(e, l->use = arena_array(a, m->resource_count + 1u, sizeof(int64_t)));
  ARENA_TRY(e, l->touched = arena_array(a, m->market_count + 1u, sizeof *l->touched));
  return OK;
}

static enum status tiers_make(struct arena *a, struct pricer *p, struct err *e) {
  const struct plan_model *m = p->m;
  ARENA_TRY(e, p->slot = arena_array(a, m->resource_count + 1u, sizeof *p->slot));
  ARENA_TRY(e, p->tier_at = arena_array(a, m->resource_count + 1u, sizeof *p->tier_at));
  ARENA_TRY(e, p->market = arena_array(a, m->resource_count + 1u, sizeof *p->market));
  ARENA_TRY(e, p->shut = arena_array(a, m->resource_count + 1u, sizeof *p->shut));
  ARENA_TRY(e, p->market_from = arena_array(a, m->market_count + 2u, sizeof *p->market_from));
  for (uint32_t x = 0; x < m->market_count; x++) {
    p->market_from[x] = p->tiers;
    for (uint32_t k = 0; k < m->resource_count; k++) {
      if (m->resources[k].market != x) continue;
      p->tier_at[p->tiers] = k, p->market[p->tiers] = x;
      p->slot[k] = (uint16_t)++p->tiers;
    }
  }
  p->market_from[m->market_count] = p->tiers;
  p->places = (struct places){p->shut, p->market, p->tiers, m->most};
  return OK;
}

/* The columns that each village's households could take. */
static enum status columns_make(struct arena *a, struct pricer *p, struct err *e) {
  const struct plan_model *m = p->m;
  uint32_t *stamp;
  ARENA_TRY(e, p->every = arena_array(a, m->column_count + 1u, sizeof *p->every));
  for (uint32_t c = 0; c < m->column_count; c++) p->every[c] = (uint16_t)c;
  if (m->column_count <= COLUMNS_FEW) return OK;
  ARENA_TRY(e, p->column_at = arena_array(a, m->village_count + 1u, sizeof *p->column_at));
  ARENA_TRY(e, stamp = arena_array(a, m->column_count, sizeof *stamp));
  for (unsigned filling = 0; filling < 2; filling++) {
    uint64_t n = 0;
    memset(stamp, 0, m->column_count * sizeof *stamp);
    for (uint32_t v = 0; v < m->village_count; v++) {
      p->column_at[v] = n;
      for (uint64_t i = m->item_at[m->household_at[v]]; i < m->item_at[m->household_at[v + 1]]; i++) {
        const uint16_t c = m->items[i].column;
        if (stamp[c] == v + 1) continue;
        stamp[c] = v + 1;
        if (filling) p->column[n] = c;
        n++;
      }
    }
    p->column_at[m->village_count] = n;
    if (!filling) ARENA_TRY(e, p->column = arena_array(a, n + 1, sizeof *p->column));
  }
  return OK;
}

enum status pricer_open(struct arena *a, const struct plan_model *m, struct pool *pool, struct pricer **out, struct err *e) {
  struct pricer *p;
  unsigned works = 0;
  ARENA_TRY(e, p = arena_new(a, struct pricer));
  *p = (struct pricer){.m = m, .pool = pool, .lane_count = pool_threads(pool), .view = all_of(m)};
  TRY(tiers_make(a, p, e));
  TRY(columns_make(a, p, e));
  ARENA_TRY(e, p->layered = arena_array(a, m->column_count + 1u, sizeof *p->layered));
  ARENA_TRY(e, p->flat = arena_array(a, m->column_count + 1u, sizeof *p->flat));
  ARENA_TRY(e, p->needed = arena_array(a, m->village_count + 1u, 1));
  ARENA_TRY(e, p->free_of = arena_array(a, m->village_count + 1u, 1));
  ARENA_TRY(e, p->layers = arena_array(a, m->column_count + 1u, sizeof *p->layers));
  for (uint32_t c = 0; c < m->column_count; c++) {
    for (uint32_t i = m->columns[c].use_from; i < m->columns[c].use_from + m->columns[c].use_count; i++) p->layered[c] |= m->uses[i].layer != 0;
    if (p->layered[c]) p->layers[p->layers_count++] = (uint16_t)c;
  }
  for (uint32_t v = 0; v < m->village_count; v++) {
    uint32_t n;
    const uint16_t *column = columns_of(p, v, &n);
    if (!plan_works_of(m, v)) continue;
    if (plan_works_of(m, v) > works) works = plan_works_of(m, v);
    p->free_of[v] = price_free_works(m, v);
    for (uint32_t i = 0; i < n; i++) p->needed[v] |= m->columns[column[i]].needs;
  }
  ARENA_TRY(e, p->lanes = arena_array(a, p->lane_count, sizeof *p->lanes));
  for (unsigned t = 0; t < p->lane_count; t++) TRY(lane_make(a, p, &p->lanes[t], works, e));
  *out = p;
  return OK;
}

enum status priced_make(struct arena *a, const struct plan_model *m, struct priced *out, struct err *e) {
  ARENA_TRY(e, out->use = arena_array(a, m->resource_count + 1u, sizeof *out->use));
  ARENA_TRY(e, out->worth = arena_array(a, m->resource_count + 1u, sizeof *out->worth));
  if (m->floor) ARENA_TRY(e, out->village = arena_array(a, m->village_count + 1u, sizeof *out->village));
  ARENA_TRY(e, out->shut = arena_array(a, m->market_count + 1u, sizeof *out->shut));
  return OK;
}
