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
  for (uint32_t h = m->household_at[v]; h < m->household_at[v + 1]; h++) TRY(check_household(m, x, v, h, use, value, e));
  return OK;
}

/* Best of a household by trying: the best item of each group and every ungrouped one, sorted by gain, the first `most`. */
static wide household_best(const struct plan_model *m, uint32_t h, const int64_t *cost) {
  wide best[PLAN_MOST] = {0}, group_best = 0;
  unsigned group = 0;
  uint64_t to = m->item_at[h + 1];
  for (uint64_t i = m->item_at[h]; i <= to; i++) {
    unsigned g = i < to ? m->columns[m->items[i].column].group : 0;
    wide gain = i < to && cost[m->items[i].column] != COST_BLOCKED ? ((wide)m->items[i].value << PRICE_BITS) - (wide)m->items[i].quantity * cost[m->items[i].column] : 0;
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

static wide village_best(const struct plan_model *m, uint32_t v, const int64_t *prices, int64_t *cost) {
  wide best = 0;
  bool any = false;
  for (unsigned b = 0; b < 1u << plan_works_of(m, v); b++) {
    wide sum;
    if (!price_bundle(m, v, b, prices, NULL, &sum)) continue;
    price_costs(m, v, b, prices, NULL, cost);
    for (uint32_t h = m->household_at[v]; h < m->household_at[v + 1]; h++) sum += household_best(m, h, cost);
    if (!any || sum > best) best = sum, any = true;
  }
  return best;
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

static wide limits_worth(const struct plan_model *m, const int64_t *prices, wide *market) {
  wide sum = 0;
  for (uint32_t k = 0; k < m->resource_count; k++) {
    const struct plan_resource *r = &m->resources[k];
    wide worth = (wide)prices[k] * r->limit - ((wide)r->loss << PRICE_BITS);
    if (r->market == PLAN_NONE) sum += worth;
    else if (worth > market[r->market]) market[r->market] = worth;
  }
  for (uint32_t x = 0; x < m->market_count; x++) sum += market[x];
  return sum;
}

static enum status check_all(struct arena *a, const struct plan_model *m, const struct assignment *x, const int64_t *prices, struct certified *out, struct err *e) {
  wide *use, *market, value = 0;
  int64_t *cost;
  ARENA_TRY(e, use = arena_array(a, m->resource_count + 1u, sizeof *use));
  ARENA_TRY(e, market = arena_array(a, m->market_count + 1u, sizeof *market));
  ARENA_TRY(e, cost = arena_array(a, m->column_count + 1u, sizeof *cost));
  for (uint32_t k = 0; k < m->resource_count; k++)
    if (prices[k] < 0 || prices[k] > PRICE_MAX) BROKEN("the price of resource %u is %lld", k, (long long)prices[k]);
  for (uint32_t v = 0; v < m->village_count; v++) TRY(check_village(m, x, v, use, &value, e));
  TRY(check_limits(m, x, use, &value, e));
  wide bound = limits_worth(m, prices, market);
  for (uint32_t v = 0; v < m->village_count; v++) bound += village_best(m, v, prices, cost);
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
