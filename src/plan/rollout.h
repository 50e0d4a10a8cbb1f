/* rollout.h - a plan period, year after year: what is planned in one year changes what the next one finds.
 *
 * Each year is planned with the money of that year (and what was carried over), over the programme's own horizon. Then the year passes: households have the
 * income that their measures are expected to bring by then, measures that they took and works that were done are not offered again, what is left in a fund goes
 * on by its `carry_over`, and the upkeep of what was begun is taken from the funds of later years before anything new is planned there.
 *
 * Expected means the middle of each effect's range times its share of success: a rollout shows a path, not its risk.
 * It works on a small problem (small.h), whose people and planning it changes. */
#ifndef PLAN_ROLLOUT_H
#define PLAN_ROLLOUT_H

#include "plan/plan.h"
#include "plan/small.h"

#define ROLLOUT_YEARS 10u

struct rollout {
  struct arena *arena;
  struct small *small;
  const double *weights;
  struct pool *pool;
  int32_t first;               /* the period's first year */
  uint32_t year;               /* of the period, from 0: the one to be planned next */
  double *welfare;             /* as recorded */
  double (*extra)[ROLLOUT_YEARS + 1]; /* a household: income expected in each year of the period */
};

enum status rollout_open(struct arena *a, struct small *s, const double *weights, int32_t first, struct pool *pool, struct rollout *out, struct err *e) MUST_CHECK;
/* Plans the year at hand; the plan's people are the rollout's. */
enum status rollout_plan(struct rollout *r, struct plan *out, struct err *e) MUST_CHECK;
/* Lets the year of that plan pass. */
enum status rollout_pass(struct rollout *r, const struct plan *p, struct err *e) MUST_CHECK;

#endif
