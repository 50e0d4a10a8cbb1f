/* figures_measure.h - the figures of one group: rates, lines, deprivations, mean and median, each with its error and its bounds.
 *
 * A group is a share of every row's weight (struct part); rows outside have a share of 0, and count for the errors. Rows whose value is not known are
 * left out of the estimate, and the bounds say how far they could have moved it.
 * Works in the scratch of `f` (a, b, state, the surveys'): one group at a time for each. */
#ifndef IDENTIFY_FIGURES_MEASURE_H
#define IDENTIFY_FIGURES_MEASURE_H

#include "identify/figures.h"

struct part { /* one group's share in every household */
  const double *share;   /* n, of the weight; NULL = the nation */
  const double *persons; /* n: people of the household inside; NULL = all */
};

/* Fills what `out` has room for. Errors: those of poverty.h, deprivation.h and quantile.h, with the line's name before them. */
enum status figures_measure(struct arena *a, struct figures *f, const struct part *g, struct group *out, struct err *e) MUST_CHECK;
/* How welfare is spread over everybody, for charts; unknown when nobody has a weight or there is no welfare. */
enum status figures_shape(struct arena *a, struct figures *f, struct welfare_shape *out, struct err *e) MUST_CHECK;

#endif
