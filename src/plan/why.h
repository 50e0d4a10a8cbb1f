/* why.h - why a household or village gets this and not that, measure by measure.
 *
 * At the plan's prices every choice has a worth and a cost (what its money, places and market would bring elsewhere). A household gets the bundle that gains
 * most; so for each measure there is one of these reasons: it is not for this household (which rule, and whether a field is missing); there is nothing to pay
 * it from or no place; it is taken; or what it would use is worth more elsewhere - then the dearest of its limits is named, with how many households
 * get the measure instead, and by what factor its worth would have to grow to be chosen.
 *
 * The prices are those of the certificate. Where a choice gains nearly nothing either way, rounding decides, and that is said (`even`). */
#ifndef PLAN_WHY_H
#define PLAN_WHY_H

#include "plan/plan.h"

struct why_measure {
  uint32_t measure, quantity;  /* what it could take at most; for a work its units */
  enum offer_why why;          /* OFFER_OPEN: the rest holds */
  bool taken, there;           /* there: the village has already what this would bring */
  bool even;                   /* it would gain as much as what was chosen, to within a thousandth of its worth */
  double worth, cost;          /* person-years of the objective, alone at its best tier; what it uses, at the prices */
  uint32_t tier;
  uint32_t limit;              /* the dearest resource it uses, or PLAN_NONE; cost_limit: its part of the cost */
  double cost_limit;
  double factor;               /* its worth would have to be this many times what it is to be chosen; 0 where that does not apply */
  uint64_t others;             /* households (villages) that get it */
};

struct why {
  uint32_t village, household; /* household: PLANNING_NONE for a village */
  struct bundle bundle; uint32_t quantity; /* what it gets */
  double worth, cost;          /* of the bundle */
  struct why_measure *measures; uint32_t count;
};

enum status why_household(struct arena *a, const struct plan *p, uint32_t household, struct why *out, struct err *e) MUST_CHECK;
enum status why_village(struct arena *a, const struct plan *p, uint32_t village, struct why *out, struct err *e) MUST_CHECK;
/* The reason in a sentence. */
const char *why_text(struct arena *a, const struct plan *p, const struct why *w, const struct why_measure *m, enum language lang);

#endif
