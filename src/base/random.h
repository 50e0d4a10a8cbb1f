/* random.h - repeatable randomness: xoshiro256** seeded through splitmix64 (Blackman and Vigna, 2018, public domain).
 * For simulation and tests only. Draws that decide about people use keyed SHA-256 (base/digest.h), which anyone can redo. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

struct rng {
  uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t n); /* 0..n-1 without bias; n > 0 */
double rng_unit(struct rng *r);                /* [0,1) with 53 bits */
double rng_normal(struct rng *r);              /* mean 0, variance 1 */

#endif
