/* choice.h - one household at given prices: the best it can take, and what another tier of a market would change for it.
 *
 * A household's best items are a base of a matroid (one of a group, `most` in all), so one item more changes them by one exchange at
 * most: all tiers of a market are tried by such exchanges from the choice already made. Nothing here reads the model but items; a
 * column is as the household's village sees it.
 *
 * Cost: 1 to 2 ns an item, and some 10 ns for each tier that could be wanted. */
#ifndef PLAN_CHOICE_H
#define PLAN_CHOICE_H

#include "plan/price.h"

/* A column as a village sees it. */
struct seen {
  int64_t cost;  /* of one unit */
  uint32_t lift; /* what a value unit counts, in 1/2^20; 0 = cannot be had, for then no gain is above nothing */
  uint16_t group, tier; /* tier: 1 + its slot, or 0 */
  uint8_t needs;
};

/* An item that gains something. */
struct offer { int64_t gain; uint16_t item, group, tier; };
struct chosen { int64_t total; unsigned have; struct offer pick[PLAN_MOST]; }; /* best first */

/* What another tier, or none, would change. `bound` is never too little; `alone` is exact while all other markets stay. */
struct change { uint32_t at; int64_t bound, alone; }; /* at: slot of a tier, or tiers + market for none */

/* The markets, by slots of tiers: those of a market lie together. */
struct places { const bool *shut; const uint32_t *market; uint32_t tiers; unsigned most; }; /* shut: by 1 + slot; shut[0] never */

/* A household being looked at. */
struct choosing {
  struct offer offer[PLAN_ITEMS + 1]; /* that gain something, in the household's order */
  struct change change[2 * PLAN_ITEMS];
  unsigned offers, changes;
  struct chosen best; /* with the open tiers */
};

/* The offers where the works `bundle` are done, and the best choice. */
void choice_look(struct choosing *c, const struct places *p, const struct seen *seen, const struct plan_item *items, unsigned n, unsigned bundle);
/* What the tiers that are shut would change. `quantity` (or NULL), by column: what would be sold of them were each open instead. */
void choice_changes(struct choosing *c, const struct places *p, const struct plan_item *items, int64_t *quantity);

#endif
