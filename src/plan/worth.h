/* worth.h - what more income in some years is worth to a household, in the measures of poverty.
 *
 * The welfare y of a household of n persons stands still unless something is planned for it. A stream adds d(t) currency units in year t; welfare is
 * then y + d(t) / n. With the line z and the gap g(y) = max(0, z - max(y, bottom)) / z the fall in poverty is
 *
 *   FGT a:  n * sum over t of w(t) * ( g(y)^a - g(y + d(t)/n)^a ),   a = 0, 1, 2 (0: whether below the line)
 *   M0:     n * sum over t of w(t) * ( c(k) - c(k after) ),          c = the deprivation score, 0 below the cutoff
 *
 * (Foster, Greer and Thorbecke 1984; Alkire and Foster 2011), in discounted person-years. w(t) = (1 + r)^-t over the horizon, and over ten more years
 * for what lasts that long: the *terminal value*. `bottom`: an income of nothing is a mistake more often than a fact, so the squared gap does not
 * let such a household outweigh all others.
 *
 * An effect is not one number: low, mid and high (10th, 50th, 90th percentile) are taken with weights 0.3, 0.4, 0.3 (Swanson and Megill's rule; Keefer
 * and Bodily 1983), moving together; what works for a share of households only is taken as working or not, apart for each part.
 * So a risky measure is worth less than a sure one of the same mean to those just below the line, and near as much to those far below.
 *
 * Doubles throughout, added in a fixed order, no contraction: the same bytes everywhere. Cost: some 100 ns for one part, 1 us for three. */
#ifndef PLAN_WORTH_H
#define PLAN_WORTH_H

#include "programme/programme.h"

#define WORTH_TERMINAL 10u
#define WORTH_YEARS (PLANNING_YEARS + WORTH_TERMINAL)
#define WORTH_PARTS 10u /* together, at most */

struct worth_scale { /* how years count, and what is counted */
  uint32_t horizon, years; /* years = horizon + WORTH_TERMINAL */
  double weight[WORTH_YEARS];
  double bottom;
  enum objective objective;
};

struct worth_person { double persons, welfare, line, score; }; /* score: of deprivations that hold, 0 when not multidimensionally poor */

struct worth_part { /* one measure in one quantity, as a stream */
  double add[3][WORTH_YEARS]; /* low, mid, high: currency units a year to the household */
  double success;             /* 0 to 1 */
};

struct worth { double of[OBJECTIVE_COUNT]; }; /* by enum objective, in person-years */

void worth_scale_make(const struct planning_settings *s, struct worth_scale *out);
/* A measure's stream for one unit, for all but products: `income` of measure `x`. */
void worth_income_stream(const struct worth_scale *w, const struct measure *x, struct worth_part *out);
/* What a mu of a product planted now brings at a price, after its yearly cost: nothing before it bears; a year in which the crop would not pay for its
 * harvest brings nothing. `price_share` = the tier's price as a share of today's. */
void worth_product_stream(const struct worth_scale *w, const struct product *k, double price_share, struct worth_part *out);
void worth_part_add(struct worth_part *to, const struct worth_part *from, double times); /* the same success */
/* Parts together. `score_after`: deprivation score when all parts are done. */
struct worth worth_of(const struct worth_scale *w, const struct worth_person *h, const struct worth_part *const *parts, uint32_t count, double score_after);
/* The same people without anything, in one year t: persons below the line, their summed gaps and squared gaps, the summed censored scores. With parts: what is
 * expected to be left of it. */
struct worth worth_left(const struct worth_scale *w, const struct worth_person *h, const struct worth_part *const *parts, uint32_t count, double score_after, uint32_t t);
/* The same with every range taken at its middle (what works for a share of households still does): a tenth of the cost. */
struct worth_stream { const double *add; double times, success; }; /* add: by year, of one unit */
struct worth worth_sure(const struct worth_scale *w, const struct worth_person *h, const struct worth_stream *streams, uint32_t count, double score_after);
/* One objective only. */
double worth_value(const struct worth_scale *w, const struct worth_person *h, const struct worth_part *const *parts, uint32_t count, double score_after, enum objective o);
/* Output of a mu by year, in kg, expected: yield x survival, and the mean over on- and off-years. Years past the curve keep its last value. */
double worth_yield(const struct product *k, uint32_t age);

#endif
