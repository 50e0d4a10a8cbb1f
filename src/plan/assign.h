/* assign.h - from prices to a plan that can be carried out: nobody gets what there is not enough of.
 *
 * At good prices nearly everybody's best choice fits; only those whom a choice gains next to nothing compete for what is left. So:
 * works first (villages by what their bundle gains), then every household's choices whose gain is clearly above the margin of each
 * resource they use (these fit together for certain), then all other items by falling gain, each taken when the household has
 * room and all it uses is still there; items that gain a little less than nothing at the prices fill what remains. Equal gains go by
 * household and item, so the plan is the same for any number of threads.
 *
 * Cost: about four passes, plus a sort of the items near the margin. Memory: `most` bytes a household, 8 a candidate. */
#ifndef PLAN_ASSIGN_H
#define PLAN_ASSIGN_H

#include "plan/pricer.h"

struct assignment {
  uint8_t *bundle; /* one a village: the works that are done */
  uint8_t *taken;  /* `most` a household: 1 + the item's place in the household's list; 0 = nothing more */
  bool *open;      /* one a resource: false = the tier is not the market's */
  int64_t *use;    /* one a resource */
  int64_t value;   /* of items and works, less the losses of open tiers that anybody uses */
};

enum status assignment_make(struct arena *a, const struct plan_model *m, struct assignment *out, struct err *e) MUST_CHECK;
void assignment_copy(const struct plan_model *m, const struct assignment *from, struct assignment *to);
/* Fills `out`, whose `open` says which resources may be used. */
enum status assign(const struct plan_model *m, struct pricer *p, struct pool *pool, const int64_t *prices, struct assignment *out, struct err *e) MUST_CHECK;

#endif
