/* student.h - Student's t distribution: how many standard errors a confidence interval reaches when the PSUs are few. */
#ifndef STATS_STUDENT_H
#define STATS_STUDENT_H

double student_cdf(double t, double df);      /* df > 0 */
double student_quantile(double p, double df); /* 0 < p < 1; to about 1e-13 */

#endif
