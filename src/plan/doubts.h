/* doubts.h - how much of a plan is arithmetic and how much is belief.
 *
 * The certificate proves how near the plan is to the best possible *if the assumptions are true*. Here the assumptions are drawn: 500 times, each effect, yield
 * and price from its range (a normal law cut in two halves through the 10th, 50th and 90th percentile, never below nothing; one draw for all
 * households, because what is wrong about an effect is wrong everywhere), and each household's welfare with an error of measurement of its own. For each draw the
 * plan is valued, and the best plan for that draw is found: what the plan falls short of it is the *regret*. A measure *stays* in a draw when the best
 * plan has at least half as many units of it.
 *
 * *Switching values*: for each measure the factor on its effect at which it comes in or drops out (half its units), by halving the interval.
 * *Assumed*: what part of the plan's value comes from choices that rest on a value nobody measured or decreed.
 *
 * On many households this runs on every k-th of them with all limits and works divided by k (`sample`): prices of a few thousand households are those of
 * all to within a per cent. Draws are independent and seeded by (seed, draw): the same for any number of threads.
 *
 * Cost: one small solve a draw: about a minute of two cores for 500 draws on 2,000 households of fifty items. */
#ifndef PLAN_DOUBTS_H
#define PLAN_DOUBTS_H

#include "plan/plan.h"

#define DOUBTS_DRAWS 500u
#define DOUBTS_SAMPLE 2000u /* households at most */
#define DOUBTS_WELFARE_ERROR 0.15 /* of a household's welfare, as a share: one standard deviation; assumed */

struct band { double low, mid, high; }; /* 10th, 50th, 90th percentile over the draws */

struct doubt_measure {
  bool planned;
  double stays;               /* share of draws in which it stays; of those not planned: in which the best plan has any */
  double now;                 /* units in the plan, scaled up from the sample */
  double switches_at;         /* factor on its effect; 0 = it stays whatever the effect; INFINITY = it never comes in, up to 8 times */
  bool assumed;               /* its effect, cost, or product's price or market is assumed */
  double value;               /* share of the plan's value in bundles that contain it */
};

struct doubts {
  uint32_t draws, sample, every; /* every: k */
  uint64_t seed;
  struct band fall[OBJECTIVE_COUNT];  /* discounted fall, person-years, scaled up */
  struct band regret;                 /* share of the best plan of the draw */
  double certain;                     /* share of draws in which the plan is within 5 % of the best */
  struct doubt_measure *measures;     /* one a measure */
  double assumed_value;               /* share of the plan's value that rests on assumed values */
  uint32_t assumed_count;             /* values of the programme's plan sections that are assumed */
};

struct doubts_input { const struct plan *plan; uint32_t draws; /* 0 = DOUBTS_DRAWS */ uint64_t seed; bool switching; struct pool *pool; struct progress *progress; };

enum status doubts_make(struct arena *a, const struct doubts_input *in, struct doubts *out, struct err *e) MUST_CHECK;
/* Whether the measure rests on something assumed. */
bool doubts_assumed(const struct planning *n, uint32_t measure);

#endif
