/* survey.h - how the rows were sampled, and the standard error that follows from it.
 *
 * A row is a unit of analysis: a household, or a person. Its weight says how many units of the population it stands for
 * (for households counted in persons: sampling weight x household size). Rows belong to strata, and within a stratum to
 * primary sampling units (PSUs). All estimators in this room are smooth functions of weighted totals, so each has a
 * linearised variable z with  estimate - truth ~ sum w_i z_i,  and its variance is that of a total under the design, first
 * stage with replacement (Wolter 2007; Lumley 2010):
 *
 *     V = sum over strata h of  n_h / (n_h - 1)  x  sum over PSUs j of (t_hj - mean t_h)^2,    t_hj = sum in PSU of w z
 *
 * What is hard: a *domain* (a county, women) is never cut out of the data: rows outside it stay, with z = 0, or the number of
 * PSUs would pretend to be fixed and the error come out too small. A domain is given as `part`: for each row the share of
 * its weight that lies inside, 0 to 1 (a household of five with two women has 0.4 when persons are counted). NULL = all of it.
 * A stratum with a single PSU has no spread of its own: its total enters as it is, that is, relative to the grand mean, which
 * is zero for a linearised variable (R's "adjust"); `lonely` counts such strata, so that reports can say so.
 *
 * The name is `survey`, since `struct design` is the programme's own section about its sample.
 * Cost: opening O(n), one variance O(n). Sums run in row order on one thread in fixed
 * blocks: the same bytes always. A survey holds scratch space, so one thread at a time. */
#ifndef STATS_SURVEY_H
#define STATS_SURVEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

/* One figure with its error. A figure that cannot be computed (an empty domain) is NAN with n = 0; never a made-up zero. */
struct estimate {
  double value;
  double se;       /* standard error; NAN when not estimable (fewer than two PSUs in all) */
  uint64_t n;      /* rows it rests on: inside the domain, not missing, weight above zero */
  double weight;   /* their weighted sum: units of the population */
};

struct survey {
  uint64_t n;               /* rows */
  const double *weight;     /* n, finite, >= 0; never NULL after opening */
  const uint32_t *psu;      /* n: dense PSU number, 0..psus-1; the PSUs of a stratum stand side by side */
  const uint32_t *stratum_at; /* strata + 1: the first PSU of each, then psus */
  uint32_t psus, strata, lonely;
  const uint32_t *stratum_psus; /* strata: how many each has in all, where only some have rows here (survey_subset); NULL = those that stand here */
  double total;             /* sum of weights */
  double *z;                /* n: scratch for a linearised variable */
  double *psu_total;        /* psus: scratch */
};

/* Makes a survey in the arena. weight NULL = 1 each; stratum NULL = one stratum; psu NULL = every row is its own PSU. Codes are any
 * numbers; the same PSU code in two strata means two PSUs. The arrays of weights are used in place and must outlive it.
 * ERR_INPUT: a weight that is negative, NaN or infinite (names the row, counted from 1), or all weights zero. */
enum status survey_open(struct arena *a, uint64_t n, const double *weight, const uint32_t *stratum, const uint32_t *psu,
                        struct survey *out, struct err *e) MUST_CHECK;

/* The rows of a domain alone, with the design they come from: figures of `out` are figures of `s` over the domain that those rows are, at the
 * cost of the domain. Only for estimators whose linearised variable is 0 outside it (not where a relative line's own error counts).
 * `rows` ascend; count is above 0. It has scratch of its own, so subsets of one survey can be worked on side by side. */
enum status survey_subset(struct arena *a, const struct survey *s, const uint32_t *rows, uint64_t count, struct survey *out, struct err *e) MUST_CHECK;
/* All rows, with scratch of its own. */
enum status survey_twin(struct arena *a, const struct survey *s, struct survey *out, struct err *e) MUST_CHECK;

/* Variance of sum w_i z_i; z has n values (0 outside the domain). */
double survey_variance(struct survey *s, const double *z);

/* sum w d y; rows where y is NaN count as outside. */
struct estimate survey_total(struct survey *s, const double *y, const double *part);
/* sum w d y / sum w d. Shares and headcount ratios are means of 0 and 1. */
struct estimate survey_mean(struct survey *s, const double *y, const double *part);
/* sum w d y / sum w d x; rows where either is NaN count as outside. */
struct estimate survey_ratio(struct survey *s, const double *y, const double *x, const double *part);

/* Confidence limits value -+ 1.96 se, cut to [lo, hi]; NAN passes through. */
struct interval { double lo, hi; };
struct interval estimate_interval(struct estimate x, double lo, double hi);

/* For the estimators of this room: the weight of row i inside the domain; and the estimate whose linearised variable stands in s->z. */
static inline double survey_part(const struct survey *s, const double *part, uint64_t i) { return s->weight[i] * (part ? part[i] : 1); }
struct estimate survey_delta(struct survey *s, double value, uint64_t n, double weight);

/* sum of f[i] over n values in fixed blocks of 1,024 of eight lanes each, block sums added pairwise: error grows with log n. */
double survey_sum(const double *f, uint64_t n);

#endif
