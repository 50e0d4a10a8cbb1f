/* chance.h - draws that belong to one household: each stream is keyed by seed, village, number and subject, so that nothing depends on
 * what was made before it. Same bits on every machine (base/elementary.h, no libm). */
#ifndef SYNTH_CHANCE_H
#define SYNTH_CHANCE_H

#include <stdbool.h>

#include "base/random.h"

enum subject { ABOUT_VILLAGE = 1, ABOUT_PEOPLE, ABOUT_WELFARE, ABOUT_RECORD, ABOUT_LIFE, ABOUT_HOME, ABOUT_LINES, ABOUT_FAULTS, ABOUT_ORDER };

struct rng chance_of(uint64_t seed, const char *village, uint64_t number, enum subject about);
double chance_normal(struct rng *r);
bool chance_true(struct rng *r, double share);
int chance_between(struct rng *r, int least, int most); /* both may come */
double chance_spread(struct rng *r, double sd);          /* exp of a normal with mean 1 */
double chance_probit(double share);                      /* the inverse of the normal distribution function; share in (0,1) */

#endif
