#include "plan/price.h"

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

/* Cost of uses at the prices; false when one cannot be had. */
static bool cost_of(const struct plan_model *m, uint32_t village, uint32_t from, uint32_t count, const int64_t *prices, const bool *open, wide *cost) {
  *cost = 0;
  for (uint32_t i = from; i < from + count; i++) {
    const struct plan_use *u = &m->uses[i];
    uint32_t k = plan_use_resource(m, u, village);
    if (k == PLAN_NONE || (open && !open[k])) return false;
    *cost += (wide)prices[k] * u->amount;
  }
  return true;
}

void price_costs(const struct plan_model *m, uint32_t village, unsigned bundle, const int64_t *prices, const bool *open, int64_t *cost) {
  for (uint32_t c = 0; c < m->column_count; c++) {
    const struct plan_column *x = &m->columns[c];
    wide sum;
    if (x->needs & ~bundle || !cost_of(m, village, x->use_from, x->use_count, prices, open, &sum)) cost[c] = COST_BLOCKED;
    else cost[c] = sum > COST_MAX ? COST_MAX : (int64_t)sum;
  }
}

bool price_bundle(const struct plan_model *m, uint32_t village, unsigned bundle, const int64_t *prices, const bool *open, wide *gain) {
  *gain = 0;
  for (unsigned w = 0; bundle >> w; w++) {
    if (!(bundle >> w & 1)) continue;
    const struct plan_work *x = &m->works[m->work_at[village] + w];
    if (x->needs & ~bundle) return false;
    wide cost;
    if (!cost_of(m, village, x->use_from, x->use_count, prices, open, &cost)) return false;
    *gain += ((wide)x->value << PRICE_BITS) - cost;
  }
  return true;
}

uint32_t price_home(const struct plan_model *m, uint32_t village, uint32_t column) {
  const struct plan_column *c = &m->columns[column];
  for (uint32_t i = c->use_from; i < c->use_from + c->use_count; i++) {
    uint32_t k = plan_use_resource(m, &m->uses[i], village);
    if (k != PLAN_NONE && m->resources[k].market != PLAN_NONE) return k;
  }
  return PLAN_NONE;
}

uint8_t price_free_works(const struct plan_model *m, uint32_t village) {
  const unsigned works = plan_works_of(m, village);
  unsigned mask = 0;
  for (unsigned round = 0; round < works; round++) /* each may wait for the one before */
    for (unsigned w = 0; w < works; w++) {
      const struct plan_work *x = &m->works[m->work_at[village] + w];
      bool free = !(x->needs & ~mask);
      for (uint32_t i = x->use_from; i < x->use_from + x->use_count; i++) free &= plan_use_resource(m, &m->uses[i], village) != PLAN_NONE && !m->uses[i].amount;
      if (free) mask |= 1u << w;
    }
  return (uint8_t)mask;
}

/* Prices far beyond sense prove a bound that no number here holds: then there is none but the largest. */
int64_t price_bound_units(wide bound) {
  const wide units = (bound + ((wide)1 << PRICE_BITS) - 1) >> PRICE_BITS;
  return units > INT64_MAX ? INT64_MAX : (int64_t)units;
}
