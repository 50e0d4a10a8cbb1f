/* search.h - moves prices until what is wanted is what there is, and chooses the tiers of markets. Part of solve.h, which says how and why.
 *
 * Prices move in floating point, each by itself; a pass looks at them on the grid of the bound. Costs nothing beside the passes. */
#ifndef PLAN_SEARCH_H
#define PLAN_SEARCH_H

#include "plan/pricer.h"

struct search {
  const struct plan_model *m;
  struct pricer *pricer;
  struct priced at;
  bool *open;            /* plain resources, and the tier of each market that the plan is to open */
  double *price, *step;  /* in 1/2^20 value units; of shut tiers too: what they would have to cost were they open */
  int8_t *sign;
  int64_t *grid;         /* the prices on the grid, as evaluated */
  int64_t *best;         /* of the least bound over all households with these tiers open */
  wide least;
  bool any;              /* there is a least bound */
  bool sampled;
  bool fixed;            /* works are given: passes are no bounds */
  bool asking;           /* passes ask about shut tiers, whose prices then move too; else the least bound is that of plans with just these tiers */
  unsigned passes;       /* over all households */
  /* the best set of tiers so far, and what the last pass at it promised, best first */
  bool *kept_open;
  double *kept_price;
  wide kept;
  uint32_t *market, *to, promised;
  wide *promise;
};

enum status search_open(struct arena *a, const struct plan_model *m, struct pool *pool, struct search *s, struct err *e) MUST_CHECK;
/* From here on passes ask about shut tiers, or do not; the least bound is looked for anew. */
void search_ask(struct search *s, bool asking);
/* From here on passes look at every s-th household; 1 = at all. */
enum status search_sample(struct arena *a, struct search *s, uint32_t stride, struct err *e) MUST_CHECK;
/* One pass at the prices as they are. */
void search_look(struct search *s);
/* Prices as they are get this step, as a part of themselves. */
void search_restart(struct search *s, double step);
/* Passes, each with a move after it. */
void search_steps(struct search *s, unsigned count);
/* Back to the prices of the least bound. */
void search_back(struct search *s);
/* Moves in proportion to the gap from a plan's value (Polyak 1969), scaled by each price. */
void search_polish(struct search *s, int64_t value, unsigned count);
/* Changes tiers while that makes the plan at prices better: all that promise something at once, then half of them, down to each alone; `tries` sets, each
 * with `count` steps. */
void search_tiers(struct search *s, unsigned tries, unsigned count);

#endif
