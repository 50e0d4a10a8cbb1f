/* certificate.h - what a plan says for itself, and the check that needs no trust in the planner.
 *
 * A certificate is the plan (works, items, open tiers) and prices. `certificate_check` adds everything up anew in integers: that every
 * choice is one that was there, that groups, `most`, needs and every limit hold, what the plan is worth, and what bound the prices prove.
 * It shares no code with the search for prices but the cost of a column and of a bundle of works; the bound's formula (price.h, docs/method/plan.md) is
 * computed here by plain loops of its own, with the plan's open tiers as A. Whoever corrupts a price gets another bound, which still holds; whoever corrupts a choice is found out.
 *
 * Cost: one pass over the items, and three more for each tier that a household could sell at; one thread. */
#ifndef PLAN_CERTIFICATE_H
#define PLAN_CERTIFICATE_H

#include "plan/assign.h"

struct certified {
  int64_t value; /* of the plan, in value units */
  int64_t bound; /* no plan is worth more */
  double gap;    /* (bound - value) / bound; 0 when the bound is 0 */
};

/* ERR_CORRUPT says which household, village or resource breaks which rule. A negative price, or one above PRICE_MAX, is ERR_CORRUPT. */
enum status certificate_check(const struct plan_model *m, const struct assignment *x, const int64_t *prices, struct certified *out, struct err *e) MUST_CHECK;

#endif
