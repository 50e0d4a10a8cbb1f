/* random.h - repeatable randomness: xoshiro256** seeded through splitmix64 (Blackman and Vigna, 2018, public domain).
 * For simulation and tests only. Draws that decide about people use keyed SHA-256 (base/digest.h), which anyone can redo. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

struct rng {
  uint64_t s[4];
};

/* Here, because making people takes a hundred draws each. */
static inline uint64_t rng_next(struct rng *r) {
  uint64_t *s = r->s, five = s[1] * 5, result = (five << 7 | five >> 57) * 9, t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = s[3] << 45 | s[3] >> 19;
  return result;
}

static inline double rng_unit(struct rng *r) { return (double)(rng_next(r) >> 11) * 0x1.0p-53; } /* [0,1) with 53 bits */

void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_below(struct rng *r, uint64_t n); /* 0..n-1 without bias; n > 0 */
double rng_normal(struct rng *r);              /* mean 0, variance 1 */

#endif
