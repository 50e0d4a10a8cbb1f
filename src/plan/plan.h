/* plan.h - a year's plan: who gets what, what it costs which year, what it is worth, and how near the best possible it is.
 *
 * people (people.h) -> model (build.h) -> prices and a feasible plan (solve.h) -> lines. The certificate is checked before anything is handed out.
 *
 * The value that the plan was chosen by adds works and bundles as if each came alone; `worth` counts once more what every household gets
 * together, in all four measures of poverty: that is what is printed. `before` and `after` are the poverty of those who are planned for
 * today and what is expected to be left in the last year of the horizon.
 *
 * Cost: build and solve; a pass over the households for the worth. */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "plan/build.h"
#include "plan/solve.h"

struct plan_line { /* one measure for one household or village */
  uint32_t household;         /* in struct people, or PLANNING_NONE for a work */
  uint32_t village, measure, quantity;
  uint32_t tier;              /* of the product's market, or PLANNING_NONE */
  int64_t cost;               /* currency units in the plan's first year */
  int64_t later;              /* upkeep of the later years of the horizon, together */
};

struct plan_sum { uint64_t households, persons, villages, units; int64_t cost, later; }; /* persons: of the households that get it */

struct doubts;

struct plan {
  const struct people *people;
  const struct doubts *doubts; /* plan/doubts.h; NULL until they were drawn: nothing is exported without */
  struct built built;
  struct solved solved;
  struct certified certified;
  char model_hash[65];
  int32_t year;
  struct plan_line *lines; uint32_t line_count; /* by village; works first, then households by number of row, then measure */
  struct plan_sum *by_measure; /* one a measure */
  struct plan_sum all;
  struct worth worth;          /* discounted person-years over the horizon and after */
  struct worth before, after;  /* summed over persons: today; expected in the last year of the horizon */
  int64_t pinned;              /* value units that only say that wishes were kept: take them off value and bound */
  uint64_t helped, helped_persons; /* households with at least one measure of their own */
};

struct plan_input {
  const struct people *people;
  const double *weights;       /* of indicators (decisions->weights) */
  int32_t year;
  struct pool *pool; struct progress *progress;
  struct solve_options solve;
};

enum status plan_make(struct arena *a, const struct plan_input *in, struct plan *out, struct err *e) MUST_CHECK;
/* Money that the lines take: [year][money area][measure], zeroed by the caller. */
void plan_spending(const struct plan *p, int64_t *spent);
/* The bundle that household h takes, or a bundle of nothing. */
struct bundle plan_bundle(const struct plan *p, uint32_t household, uint32_t *quantity);

#endif
