/* assign.h - from prices to a plan that can be carried out: nobody gets what there is not enough of.
 *
 * At good prices nearly everybody's best choice fits; only those whom a choice gains next to nothing compete for what is left. So:
 * the proposed works first, then every household's choices whose gain is clearly above the margin of each
 * resource they use (these fit together for certain), then all other items by falling gain, each taken when the household has
 * room and all it uses is still there; items that gain a little less than nothing at the prices fill what remains, and last the works that were not
 * proposed, where there is still enough. Equal gains go by household and item, so the plan is the same for any number of threads.
 *
 * Works are lumps: at the prices a road may gain a hair and yet take what a thousand households would have had. So how many of the
 * ranked works are proposed is the caller's choice (solve.h tries several).
 *
 * Cost: three passes, plus a sort of the items near the margin. Memory: `most` bytes a household, 12 a candidate. */
#ifndef PLAN_ASSIGN_H
#define PLAN_ASSIGN_H

#include "plan/pricer.h"

struct assignment {
  uint8_t *bundle; /* one a village: the works that are done */
  uint8_t *taken;  /* `most` a household: 1 + the item's place in the household's list; 0 = nothing more */
  bool *open;      /* one a resource: false = the tier is not the market's */
  int64_t *use;    /* one a resource */
  int64_t value;   /* of items and works, less the losses of open tiers that anybody uses and what villages are short of their floors */
};

/* Villages that would have works beyond those that cost nothing, most wanted first. */
struct works { uint32_t *village, count; uint8_t *bundle; /* one a village */ };

enum status assignment_make(struct arena *a, const struct plan_model *m, struct assignment *out, struct err *e) MUST_CHECK;
void assignment_copy(const struct plan_model *m, const struct assignment *from, struct assignment *to);
enum status works_make(struct arena *a, const struct plan_model *m, struct works *out, struct err *e) MUST_CHECK;
/* Ranks the works by what each village's best bundle gains at the prices. */
enum status works_rank(const struct plan_model *m, struct pricer *p, const int64_t *prices, const bool *open, struct works *out, struct err *e) MUST_CHECK;
/* Fills `out`, whose `open` says which resources may be used; the first `count` of the works are proposed. */
enum status assign(const struct plan_model *m, struct pricer *p, struct pool *pool, const int64_t *prices, const struct works *works, uint32_t count, struct assignment *out, struct err *e) MUST_CHECK;

#endif
