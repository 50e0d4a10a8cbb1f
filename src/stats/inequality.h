/* inequality.h - Gini, generalised entropy (Theil), Atkinson, quintile share ratio, each with its linearised error.
 *
 * Gini is the textbook formula for weighted data, G = sum w_i x_i (2 r_i - w_i) / (N sum w x) - 1 with r_i the cumulated weight
 * including i: it does not change when all weights are multiplied by a number. Entropy and Atkinson are over positive values
 * only; rows at or below zero are left out and `n` says so. GE(0) is the mean log deviation, GE(1) is Theil's index.
 * Sources: Cowell (2011), Biewen and Jenkins (2003), Osier (2009), Langel and Tille (2013). Cost O(n), with ranks O(n log n). */
#ifndef STATS_INEQUALITY_H
#define STATS_INEQUALITY_H

#include "stats/quantile.h"

struct estimate inequality_gini(struct survey *s, const struct ranking *r);
struct estimate inequality_entropy(struct survey *s, const double *value, const double *part, double alpha);
struct estimate inequality_atkinson(struct survey *s, const double *value, const double *part, double epsilon); /* epsilon > 0 */
/* Share of the top p over that of the bottom p (0.2: the quintile share ratio S80/S20). Its error needs no density: that of the two
 * quantiles cancels (Langel and Tille 2011). */
struct estimate inequality_share_ratio(struct survey *s, const double *value, const double *part, const struct ranking *r, double p);

#endif
