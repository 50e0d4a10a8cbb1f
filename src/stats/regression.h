/* regression.h - weighted least squares with standard errors from the survey design: what a proxy means test is made of.
 *
 * Solved by Householder QR of sqrt(w) [X y], never through X'X, which would square the condition number (age and age squared are
 * nearly parallel). Rows are factored in fixed blocks of 1,024 and the triangles merged pairwise: the same bytes for any number of threads
 * and any processor, which a linear algebra library that picks kernels by processor cannot promise.
 * Errors are the design's, not those of independent draws: z_i = (X'WX)^-1 x_i e_i through survey.h, so clusters and strata count
 * (Binder 1983; R's svyglm). Cost: O(n terms^2). */
#ifndef STATS_REGRESSION_H
#define STATS_REGRESSION_H

#include "stats/survey.h"

#define REGRESSION_MAX 64 /* terms */

struct regression {
  uint32_t terms;
  struct estimate *coef; /* terms, in the order given */
  double r2;             /* weighted share of variance explained; meaningful when a constant is among the terms; NAN when y does not vary */
  uint64_t n;            /* rows used: inside the domain, nothing missing */
};

/* terms columns of n values each; give a column of ones for the constant. NaN in y or any term leaves the row out.
 * ERR_INPUT: no term or too many, fewer rows than terms, an infinite value, or a term that the ones before it already determine (by number). */
enum status regression_fit(struct arena *a, struct survey *s, const double *y, uint32_t terms, const double *const *x, const double *part,
                           struct regression *out, struct err *e) MUST_CHECK;
/* The fitted value of one row: sum of coef x term. NaN when a term is. */
double regression_predict(const struct regression *r, const double *const *x, uint64_t row);

#endif
