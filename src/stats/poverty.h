/* poverty.h - how many are poor, how far below the line, and how unequally so: Foster, Greer and Thorbecke (1984), Watts (1968).
 *
 * A unit is poor when its welfare is not above the line (welfare <= line, as in the paper and in R convey; a rule that says `<` differs
 * only for who stands exactly on it). With d = (line - welfare)/line for the poor, 0 for others:
 * headcount ratio = mean of 1[poor], gap = mean of d, squared gap = mean of d^2, Watts = mean of ln(line/welfare) over the
 * poor, defined for welfare > 0 only: `watts` leaves out rows with welfare <= 0 and its n says so.
 * NaN welfare is unknown: the row is outside the domain, counted in `unknown`; bounds.h says how far it could move the rate.
 *
 * A relative line (60 % of the median) is itself estimated, from all rows, and its own error is part of the rate's error: the linearised
 * variable of the line is added with the density of welfare at the line (Deville 1999; Osier 2009). The density is a Gaussian kernel
 * with bandwidth sd / N^0.2, sd weighted, N the sum of the weights: R convey's choice. Cost O(n), with a relative line O(n log n). */
#ifndef STATS_POVERTY_H
#define STATS_POVERTY_H

#include "stats/survey.h"

struct poverty {
  double line;
  struct estimate headcount, gap, gap2, watts;
  struct estimate poor;  /* number of poor units: a total, in the weights' units */
  struct estimate mean;  /* mean welfare */
  uint64_t unknown;      /* rows of the domain without welfare */
  double unknown_weight; /* their weight */
};

/* Against a fixed line. welfare: n values, NaN = unknown; part: survey.h. ERR_INPUT when the line is not a positive number or a welfare is infinite. */
enum status poverty_absolute(struct survey *s, const double *welfare, const double *part, double line, struct poverty *out, struct err *e) MUST_CHECK;

struct relative_line { /* made once for a whole survey, used for any domain */
  double share, quantile; /* 0.6 of the 0.5 quantile */
  struct estimate line;   /* its amount and standard error */
  double *influence;      /* n: its linearised variable; NULL never */
  double bandwidth;       /* of the kernel densities */
};
/* ERR_INPUT: share not positive, quantile outside (0,1), nobody with a welfare, or the line comes out not positive. Memory: O(n) in the arena. */
enum status poverty_line(struct arena *a, struct survey *s, const double *welfare, const double *part, double share, double quantile,
                         struct relative_line *out, struct err *e) MUST_CHECK;
/* As poverty_absolute, at that line, with the line's error included in headcount, gap and gap2 (not in watts and poor). */
enum status poverty_relative(struct survey *s, const double *welfare, const double *part, const struct relative_line *line,
                             struct poverty *out, struct err *e) MUST_CHECK;

/* Kernel bandwidth sd / N^0.2 over the domain, and the density of welfare at x. */
double poverty_bandwidth(const struct survey *s, const double *welfare, const double *part);
double poverty_density(const struct survey *s, const double *welfare, const double *part, double bandwidth, double x);

#endif
