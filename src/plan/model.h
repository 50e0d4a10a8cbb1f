/* model.h - a year's plan as numbers: what each household and village could get, what that uses, and how much there is of it.
 *
 * Nothing here knows of programmes, money or poverty: `value` is what the planner wants more of (a household's expected,
 * person-weighted fall in the squared poverty gap, in fixed point), a *resource* is anything that runs out (a fund in a year, the seats
 * of a training centre, the dwellings of a township, what a market takes at a price). All numbers are integers, so sums are exact, the
 * same in any order and for any number of threads, and a proof can be checked to the last unit.
 *
 * Households lie by village; a household's *items* are what it may get, sorted by group. It takes at most one item of a group (group 0:
 * no such limit) and at most `most` items. An item belongs to a *column*: a measure, or a measure at one price tier of its
 * market. A column says what one unit uses. A use may be *layered*: "the seats of wherever the village belongs to" is one layer
 * with a resource for each village, or none: then the column cannot be had there.
 *
 * A *market* sells at one price tier at a time. Each tier is a resource (the quantity that can be sold at its price) with the loss that
 * existing growers bear when the price falls to it. At most one tier of a market is open in a plan.
 *
 * A *work* is something a village gets as a whole (a road); at most six a village. It may need other works of the same village, and
 * columns may need works: their items count only where all the needed works are done.
 *
 * A *floor* is the least that a village's households should have between them. It is kept where that is possible: what a village is short of its floor
 * counts `floor_weight` times against the plan's value, so the floor comes before what is worth less than so many times as much elsewhere.
 *
 * Hand changes need no field of their own. Forbidden: leave the item out, or make a layer PLAN_NONE in the village. Pinned: `plan_pinned` instead of
 * the value, which nothing unpinned outweighs; take the pins' bonus off the value and the bound again. Kept from last year: add
 * the bonus for not changing to last year's items. A work that must be done: add a bonus to its value in the same way; one that must not: leave it out.
 *
 * Memory: 8 bytes an item, 4 a household, and little else. */
#ifndef PLAN_MODEL_H
#define PLAN_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define PLAN_NONE UINT32_MAX
#define PLAN_WORKS 6u          /* works a village can have */
#define PLAN_MOST 8u           /* items a household can take */
#define PLAN_ITEMS 250u        /* items a household can choose among */
#define PLAN_TIERS 16u         /* tiers a market can have; they stand by falling price */
#define PLAN_PIN (1 << 30)     /* on top of a pinned item's value; values then stay below it */
#define PLAN_FLOOR_WEIGHT_MAX 255u
#define PLAN_AMOUNT_MAX ((int64_t)1 << 46) /* of one use, and of a limit in all */

struct plan_resource {
  int64_t limit;   /* 0 and up */
  uint32_t market; /* the market whose tier this is, or PLAN_NONE */
  int64_t loss;    /* tiers: value lost by those who sell there already, when this tier is the open one; 0 and up */
};

struct plan_layer { const uint32_t *resource; }; /* one a village; PLAN_NONE = not to be had there */

struct plan_use {
  uint32_t resource; /* when layer is 0 */
  uint32_t layer;    /* 1 + index in layers, or 0 */
  int64_t amount;    /* for one unit; 0 and up */
};

struct plan_column {
  uint32_t use_from, use_count;
  uint16_t group;
  uint8_t needs; /* bit w = work w of the village */
};

struct plan_item {
  uint16_t column;
  uint16_t quantity; /* units of the column, 1 and up */
  int32_t value;     /* 0 and up */
};

struct plan_work {
  int64_t value; /* of its own, beside what it lets households do; 0 and up, below 2^46 */
  uint32_t use_from, use_count;
  uint8_t needs;
};

struct plan_model {
  const struct plan_resource *resources; uint32_t resource_count;
  uint32_t market_count;
  const struct plan_layer *layers; uint32_t layer_count;
  const struct plan_use *uses; uint32_t use_count;
  const struct plan_column *columns; uint32_t column_count;
  uint32_t village_count;
  const uint32_t *household_at; /* villages + 1: first household of each */
  const uint32_t *work_at;      /* villages + 1, or NULL when there are no works */
  const struct plan_work *works;
  const uint64_t *item_at;      /* households + 1 */
  const struct plan_item *items;
  unsigned most;                /* items a household may take, 1 to PLAN_MOST */
  const int64_t *floor;         /* one a village: value its households should have, 0 and up; or NULL */
  unsigned floor_weight;        /* how often each value unit that a village is short counts; 1 to PLAN_FLOOR_WEIGHT_MAX where there are floors */
};

static inline uint32_t plan_households(const struct plan_model *m) { return m->village_count ? m->household_at[m->village_count] : 0; }
static inline unsigned plan_works_of(const struct plan_model *m, uint32_t village) { return m->work_at ? m->work_at[village + 1] - m->work_at[village] : 0; }
/* How many prices prove a bound: one a resource, and one a village where there are floors. */
static inline uint32_t plan_price_count(const struct plan_model *m) { return m->resource_count + (m->floor ? m->village_count : 0); }
static inline int32_t plan_pinned(int32_t value) { return value + PLAN_PIN; }
/* What a village whose households have `value` is short of its floor, as it counts in the plan's value. */
static inline int64_t plan_short_of_floor(const struct plan_model *m, uint32_t village, int64_t value) {
  return m->floor && value < m->floor[village] ? (m->floor[village] - value) * (int64_t)m->floor_weight : 0;
}
/* The resource a use draws on in a village, or PLAN_NONE. */
static inline uint32_t plan_use_resource(const struct plan_model *m, const struct plan_use *u, uint32_t village) {
  return u->layer ? m->layers[u->layer - 1].resource[village] : u->resource;
}

/* Every index, bound and order that the solver relies on: ERR_INPUT names the first that does not hold. One pass over all items. */
enum status plan_model_check(const struct plan_model *m, struct err *e) MUST_CHECK;

#endif
