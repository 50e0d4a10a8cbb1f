/* price.h - the whole plan at given prices: what everybody would choose, what that uses, and the bound it proves.
 *
 * Given a price for every resource, each household's best choice is its own affair, and each village's best bundle of works
 * too. The value of all those choices after their cost at the prices, plus the worth of the limits at the prices, is never less than
 * the value of any feasible plan (weak duality), whatever the prices are, so long as none is negative:
 *
 *   bound = sum over villages (best bundle at the prices) + sum over plain resources (price * limit)
 *         + sum over markets max(0, max over tiers (price * limit - loss))
 *
 * Prices are integers in 1/2^20 of a value unit, so the bound is exact and anybody can check it in integers (plan/certificate.h).
 * A cost that would not fit is cut off at 2^46, which makes something look cheaper and the bound only larger: still a bound.
 *
 * Cost: some 20 to 30 ns a household of ten items on one core. Integer sums: the same for any number of threads. */
#ifndef PLAN_PRICE_H
#define PLAN_PRICE_H

#include "base/arena.h"
#include "base/pool.h"
#include "plan/model.h"

#define PRICE_BITS 20
#define PRICE_MAX ((int64_t)1 << 50)
#define COST_BLOCKED INT64_MAX /* cannot be had */
#define COST_MAX ((int64_t)1 << 46)

typedef __int128 wide;

struct pick { int64_t gain; uint32_t item; }; /* item: counted from the household's first */

/* The best items of one household at the costs of one unit of each column; highest gain first, the earlier item when equal.
 * Only what gains something counts. Returns how many; `total` is their gain. */
unsigned price_choose(const struct plan_model *m, const struct plan_item *items, unsigned n, const int64_t *cost, struct pick out[PLAN_MOST], int64_t *total);
/* Gain of an item after its cost, in 1/2^20; the cost must not be COST_BLOCKED. */
static inline int64_t price_gain(const struct plan_item *x, int64_t cost) { return ((int64_t)x->value << PRICE_BITS) - (int64_t)x->quantity * cost; }
/* Cost of one unit of every column in a village whose works `bundle` are done. `open` NULL = every tier may be used; else open[k] false =
 * resource k cannot be used at all. */
void price_costs(const struct plan_model *m, uint32_t village, unsigned bundle, const int64_t *prices, const bool *open, int64_t *cost);
/* Value less cost of a bundle of works; false when it is not possible (a work without one it needs, a resource not to be had). */
bool price_bundle(const struct plan_model *m, uint32_t village, unsigned bundle, const int64_t *prices, const bool *open, wide *gain);

struct priced {
  wide bound;    /* in 1/2^20 */
  wide value;    /* of what was chosen, before costs */
  int64_t *use;  /* one a resource */
  bool *open;    /* one a resource: plain ones, and the tier that is worth most of each market */
};

struct pricer;
/* Room for passes over one model with this pool (NULL: one thread). The model must have been checked. */
enum status pricer_open(struct arena *a, const struct plan_model *m, struct pool *pool, struct pricer **out, struct err *e) MUST_CHECK;
/* One pass. `stride` s > 1 looks at every s-th household only and counts it s times: an estimate, not a bound. `only_open`: as in price_costs. */
void pricer_pass(struct pricer *p, const int64_t *prices, uint32_t stride, const bool *only_open, struct priced *out);
/* The bundle of works each village would choose, and what it gains over doing none of them (0 where it has none). */
void pricer_bundles(struct pricer *p, const int64_t *prices, const bool *only_open, uint8_t *bundle, wide *margin);
/* Room for a pass's result. */
enum status priced_make(struct arena *a, const struct plan_model *m, struct priced *out, struct err *e) MUST_CHECK;
/* The bound in whole value units, rounded up. */
int64_t price_bound_units(wide bound);

#endif
