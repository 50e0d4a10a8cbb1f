/* trial.h - a plan's model in small, with other values in it: what draws, switching values and prices by re-solving are made of.
 *
 * Every k-th household of the model stays, all limits and what works use are divided by k; the columns are the same. `trial_set` gives every item and work
 * the worth that follows from other effects, yields, prices and welfare; `trial_solve` finds the best plan for them. One trial a thread. */
#ifndef PLAN_TRIAL_H
#define PLAN_TRIAL_H

#include "base/random.h"
#include "plan/plan.h"

struct trial_values { /* what a draw holds for true; factors are on what is expected */
  double effect[PLANNING_MEASURES];             /* of EFFECT_INCOME and EFFECT_PER_HEAD: currency units a year; others: ignored */
  double yield[PLANNING_PRODUCTS], price[PLANNING_PRODUCTS]; /* factors */
  double welfare_error;                         /* share; 0 = as recorded */
  uint64_t seed;                                /* of the welfare errors */
};

struct trial {
  struct arena arena, scratch;
  const struct plan *plan;
  uint32_t every, count;
  uint32_t *household;         /* of the trial -> of the plan */
  struct plan_model model;     /* only the columns that somebody here is offered */
  bundle_code *bundles;        /* one a column */
  struct plan_item *items; struct plan_work *works; struct plan_resource *resources;
  double (*units)[PLANNING_TIERS][WORTH_YEARS]; /* [measure][tier]: what a unit brings by year, with the values set */
};

enum status trial_open(const struct plan *p, uint32_t most, struct trial *out, struct err *e) MUST_CHECK;
void trial_close(struct trial *t);
void trial_expected(const struct plan *p, struct trial_values *out);
void trial_draw(const struct plan *p, struct rng *r, double welfare_error, struct trial_values *out);
/* Sets the worth of everything, in the plan's objective. */
void trial_set(struct trial *t, const struct trial_values *v);
/* What the plan's own choices are worth with the values set, in person-years of the trial (not scaled up), in all measures. */
struct worth trial_plan(const struct trial *t, const struct trial_values *v);
/* The best plan for the values set; lives until the next call. */
enum status trial_solve(struct trial *t, struct solved *out, struct err *e) MUST_CHECK;
/* Units of a measure in a solution of the trial (NULL = in the plan's own choices). */
void trial_units(const struct trial *t, const struct solved *s, double *units);

#endif
