/* price.h - the plan at given prices: what a household or a village would choose, and the bound that this proves.
 *
 * Given a price for every resource, each household's best choice is its own affair, and each village's best bundle of works
 * too. The value of all those choices after their cost at the prices, plus the worth of the limits at the prices, is never less than
 * the value of any feasible plan (weak duality), whatever the prices are, so long as none is negative. Markets make it harder: a plan opens
 * one tier of each, and a bound that lets some households choose one tier and some another is far above every plan. So the bound asks of
 * each market apart what each of its tiers would be worth, and takes the best one:
 *
 *   bound = sum over villages G(A) + sum over plain resources (price * limit)
 *         + sum over markets max over t of [ sum over villages (what changes when t is open instead of A's tier) + price(t) * limit(t) - loss(t) ]
 *
 * where A names a tier (or none) for each market, G is the best a village can do with A open, and t runs over the market's tiers and "none".
 * "What changes" is exact for a village that sells in one market and is bounded from above elsewhere; docs/method/plan.md has the formula and
 * the proof. An item belongs to the market of the first tier that its column uses there; a further tier costs its price, no more.
 *
 * A floor has a price too, y(v) from 0 to floor_weight: the village's households then count each value unit 1 + y(v) times, and y(v) * floor(v) is taken off.
 *
 * Prices are integers in 1/2^20 of a value unit, so the bound is exact and anybody can check it in integers (plan/certificate.h).
 * The cost of a unit of a column is cut off at 2^60, which is more than any item is worth; the cost of works is not. */
#ifndef PLAN_PRICE_H
#define PLAN_PRICE_H

#include "plan/model.h"

#define PRICE_BITS 20
#define PRICE_MAX ((int64_t)1 << 50)
#define COST_BLOCKED INT64_MAX /* cannot be had */
#define COST_MAX ((int64_t)1 << 60)

typedef __int128 wide;

struct pick { int64_t gain; uint32_t item; }; /* item: counted from the household's first */

/* The best items of one household at the costs of one unit of each column; highest gain first, the earlier item when equal.
 * Only what gains something counts. Returns how many; `total` is their gain. */
unsigned price_choose(const struct plan_model *m, const struct plan_item *items, unsigned n, const int64_t *cost, struct pick out[PLAN_MOST], int64_t *total);
/* What a value unit of a village's households counts, in 1/2^20: 1, or more where there is a price on its floor. */
static inline int64_t price_lift(const struct plan_model *m, uint32_t village, const int64_t *prices) {
  return ((int64_t)1 << PRICE_BITS) + (m->floor ? prices[m->resource_count + village] : 0);
}
/* Gain of an item after its cost, in 1/2^20, floors apart; the cost must not be COST_BLOCKED. */
static inline int64_t price_gain_at(const struct plan_item *x, int64_t lift, int64_t cost) {
  int64_t paid;
  if (__builtin_mul_overflow((int64_t)x->quantity, cost, &paid)) paid = INT64_MAX; /* beyond every value: no gain */
  return (int64_t)x->value * lift - paid;
}
static inline int64_t price_gain(const struct plan_item *x, int64_t cost) { return price_gain_at(x, (int64_t)1 << PRICE_BITS, cost); }
/* Cost of one unit of every column in a village whose works `bundle` are done. `open` NULL = every tier may be used; else open[k] false =
 * resource k cannot be used at all. */
void price_costs(const struct plan_model *m, uint32_t village, unsigned bundle, const int64_t *prices, const bool *open, int64_t *cost);
/* Value less cost of a bundle of works; false when it is not possible (a work without one it needs, a resource not to be had). */
bool price_bundle(const struct plan_model *m, uint32_t village, unsigned bundle, const int64_t *prices, const bool *open, wide *gain);
/* The tier that a column's items belong to in a village: the first that it uses; PLAN_NONE when it sells nothing. */
uint32_t price_home(const struct plan_model *m, uint32_t village, uint32_t column);
/* The works of a village that use nothing and need only such works: a bundle without them is never better, so they are always done. */
uint8_t price_free_works(const struct plan_model *m, uint32_t village);
/* The bound in whole value units, rounded up. */
int64_t price_bound_units(wide bound);

#endif
