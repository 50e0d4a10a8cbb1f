/* deprivation.h - poverty in several dimensions at once, counted: Alkire and Foster (2011).
 *
 * Each unit has for every indicator 1 (deprived), 0 (not) or unknown; its score c is the sum of the weights of its deprivations, the
 * weights adding up to one. It is poor when c >= k - 1e-9 (weights such as 1/6 do not add up exactly).
 *     H  = share of the poor                        A = mean score among the poor          M0 = H x A = mean of c x 1[poor]
 *     uncensored headcount of j = share deprived in j;   censored headcount = share poor and deprived in j
 *     contribution of j = weight_j x censored headcount_j / M0;   they add up to one
 * A unit with any unknown indicator is left out of all of these figures and counted; bounds.h and the run's "undecided" carry it on.
 * All are ratios of totals, so each has a linearised standard error under the design (survey.h). Cost O(n x indicators). */
#ifndef STATS_DEPRIVATION_H
#define STATS_DEPRIVATION_H

#include "stats/survey.h"

#define DEPRIVATION_MAX 64 /* indicators */
#define DEPRIVATION_UNKNOWN 2

struct deprivation {
  double cutoff;
  uint32_t indicators;
  struct estimate h, a, m0;
  struct estimate uncensored[DEPRIVATION_MAX], censored[DEPRIVATION_MAX], contribution[DEPRIVATION_MAX];
  uint64_t unknown;      /* rows of the domain left out */
  double unknown_weight;
};

/* deprived[j] has n bytes: 0, 1 or DEPRIVATION_UNKNOWN. weights need not add up to one: they are scaled.
 * ERR_INPUT: no indicator or too many, a weight that is negative or not finite, all zero, a cutoff outside (0, 1]. */
enum status deprivation_measure(struct survey *s, uint32_t indicators, const uint8_t *const *deprived, const double *weights, double cutoff,
                                const double *part, struct deprivation *out, struct err *e) MUST_CHECK;

#endif
