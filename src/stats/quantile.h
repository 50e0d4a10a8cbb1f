/* quantile.h - weighted quantiles and the Lorenz curve.
 *
 * The p-quantile is the smallest value whose cumulated share of the weight reaches p: the inverse of the weighted distribution
 * function, an observed value always (R survey's default rule "math"). Its linearised error (Deville 1999) needs the density there: a
 * Gaussian kernel with bandwidth sd / N^0.2 (poverty.h). Where all values are the same no density can be told, and se is NAN.
 * Cost: one sort, O(n), kept in `struct ranking` for many quantiles; O(n) each with its error. */
#ifndef STATS_QUANTILE_H
#define STATS_QUANTILE_H

#include "stats/survey.h"

struct ranking { /* rows of a domain with a known value and positive weight, in ascending order of it */
  uint64_t n;
  const uint32_t *row;  /* n: ties in row order */
  const double *value;  /* n */
  const double *weight; /* n: weight x part */
  const double *cum;    /* n: cumulated weight */
  double total, sum;    /* of weight; of weight x value */
};
/* ERR_INPUT: an infinite value, or more than 2^32-1 rows. */
enum status quantile_rank(struct arena *a, const struct survey *s, const double *value, const double *part, struct ranking *out, struct err *e) MUST_CHECK;

double quantile_of(const struct ranking *r, double p); /* 0 < p <= 1; NAN when nobody is there */
struct estimate quantile_estimate(struct survey *s, const double *value, const double *part, const struct ranking *r, double p,
                                  double bandwidth /* 0 = of this domain */);
/* Share of the whole held by the poorest p: linear between steps of the sorted curve, and its linearised error. */
struct estimate quantile_lorenz(struct survey *s, const double *value, const double *part, const struct ranking *r, double p);

#endif
