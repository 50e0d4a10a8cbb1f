/* bounds.h - what a rate could be when some units are undecided (Manski 1989, 2003).
 *
 * Nothing is assumed about the undecided: at best none of them has the property, at worst all have. The true rate of the sample lies
 * between the two bounds for certain; each bound is itself an estimate, so the sampling interval of the pair reaches from the lower
 * limit of the lower bound to the upper limit of the upper (Horowitz and Manski 2000). Imbens and Manski's (2004) interval for
 * the rate itself, a little narrower, is given as well: it covers the true rate, not the whole identified range, with 95 %.
 * Cost O(n). */
#ifndef STATS_BOUNDS_H
#define STATS_BOUNDS_H

#include "stats/survey.h"

enum decided { DECIDED_NO, DECIDED_YES, DECIDED_UNKNOWN };

struct bounds {
  struct estimate known;     /* the rate among the decided only */
  struct estimate low, high; /* undecided all no, all yes */
  struct estimate undecided; /* share undecided */
  struct interval outer;     /* low - 1.96 se .. high + 1.96 se, within 0..1 */
  struct interval rate;      /* Imbens-Manski 95 % for the rate itself */
};

/* state: n values of enum decided as bytes. */
void bounds_rate(struct survey *s, const uint8_t *state, const double *part, struct bounds *out);
/* Mean of a quantity known to lie in [lo, hi]; NaN = undecided: e.g. the poverty gap lies in [0, 1]. */
void bounds_mean(struct survey *s, const double *y, const double *part, double lo, double hi, struct bounds *out);

#endif
