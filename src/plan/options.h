/* options.h - what one million more would do: by policy option, by year of a period, by county.
 *
 * For each year of the period (rollout.h), money area and option a fund of a million more is imagined, that may pay every measure of that option
 * there. Its worth is found twice. *By prices*: a yuan of it frees a yuan of the dearest purse of a measure of that option that the plan pays for;
 * exact for the first yuan, too much for the last. *By planning again*: the best plan with the million, less the best without.
 * Ranges: the price's worth over draws of effects, prices and yields (plan/doubts.h), 10th and 90th percentile.
 * An option's rank is by what planning again gives in that year and place; ties by the option's order.
 *
 * On a small problem of at most OPTIONS_SAMPLE households, scaled back. Cost: years x areas x options small plans, and one a draw and year. */
#ifndef PLAN_OPTIONS_H
#define PLAN_OPTIONS_H

#include "plan/rollout.h"

#define OPTIONS_SAMPLE 1500u
#define OPTIONS_MONEY 1e6

struct option_row {
  int32_t year; uint32_t area; /* of the programme, or PLANNING_EVERYWHERE */
  enum policy_option option;
  double by_prices, low, high; /* person-years of the objective for a million */
  double again;                /* by planning again */
  uint32_t rank;               /* within year and area, from 1; 0 = the option has no measure there */
};

struct options_input { const struct people *people; const double *weights; int32_t first, last; uint32_t draws; uint64_t seed; struct pool *pool; struct progress *progress; };

enum status options_make(struct arena *a, const struct options_input *in, struct option_row **rows, uint32_t *count, struct err *e) MUST_CHECK;

#endif
