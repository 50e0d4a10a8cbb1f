/* solve.h - finds prices at which the plan at prices is nearly feasible, then a feasible plan, and how far from the best it can be.
 *
 * The bound as a function of the prices is convex, with a kink wherever somebody changes his mind; with many households it is nearly smooth.
 * So each price moves by itself, in logarithm: up where more is wanted than there is, down where less; its step grows while the direction
 * stays and halves when it turns (Riedmiller and Braun's Rprop, 1993). Most of the search runs on a sample of households, as every
 * household counts alike; the last passes see all. Then steps in proportion to the gap (Polyak 1969) while they help.
 *
 * Markets: a set of open tiers is held, one a market. Each pass also says what every other tier would sell and be worth were it open instead
 * (pricer.h), so the prices of shut tiers move too, and a market that would be better off elsewhere says so. Such changes are made and kept
 * when the plan at prices is worth more with them: all of them, else half, down to each alone.
 *
 * No clock: passes are counted, so the same model gives the same plan on every machine. Dual decomposition for knapsacks of this size:
 * Zhang et al., "Solving Billion-Scale Knapsack Problems", WWW 2020 (arXiv 2002.00352). */
#ifndef PLAN_SOLVE_H
#define PLAN_SOLVE_H

#include "base/progress.h"
#include "plan/certificate.h"

struct solve_options {
  unsigned passes;    /* over all households, at most; 0 = 120 */
  double enough;      /* stop when the gap is below; 0 = 0.0005 */
  bool rough;         /* a tenth of the time, within a per cent or two: for hundreds of plans whose worth is compared */
};

struct solved {
  struct assignment plan;
  int64_t *prices;  /* of the bound, 1/2^20 of a value unit for a unit of the resource; after them those of the villages' floors, where there are any */
  int64_t bound;    /* in value units */
  unsigned passes;  /* over all households */
  double gap;       /* (bound - value) / bound */
};

enum status solve(struct arena *a, const struct plan_model *m, struct pool *pool, const struct solve_options *o, struct solved *out, struct err *e) MUST_CHECK;

#endif
