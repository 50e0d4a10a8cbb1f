/* chance.h - draws that belong to one household: each stream is keyed by seed, village, number and subject, so that nothing depends on
 * what was made before it. Same bits on every machine (base/elementary.h, no libm). */
#ifndef SYNTH_CHANCE_H
#define SYNTH_CHANCE_H

#include <stdbool.h>

#include "base/random.h"

enum subject { ABOUT_VILLAGE = 1, ABOUT_PEOPLE, ABOUT_WELFARE, ABOUT_RECORD, ABOUT_LIFE, ABOUT_HOME, ABOUT_LINES, ABOUT_FAULTS, ABOUT_ORDER, ABOUT_NUMBER, ABOUT_FUNDS, ABOUT_PLACE };

/* What the streams of one place begin with: from the seed and the place's code. */
uint64_t chance_place(uint64_t seed, const char *code);
struct rng chance_of(uint64_t place, uint64_t number, enum subject about);
double chance_exp(double x);            /* within 1e-12, for |x| < 700; quicker than elementary_exp */
double chance_normal(struct rng *r);    /* from one uniform draw */
uint32_t chance_below(struct rng *r, uint32_t n); /* 0..n-1, by multiplication: its bias of n/2^64 is nothing here */
bool chance_true(struct rng *r, double share);
int chance_between(struct rng *r, int least, int most); /* both may come */
double chance_spread(struct rng *r, double sd);          /* exp of a normal with mean 1 */
double chance_probit(double share);                      /* the inverse of the normal distribution function; share in (0,1) */

#endif
