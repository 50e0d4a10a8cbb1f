#include "base/random.h"

#include <math.h>

static uint64_t splitmix(uint64_t *x) {
  uint64_t z = (*x += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

void rng_seed(struct rng *r, uint64_t seed) {
  for (int i = 0; i < 4; i++) r->s[i] = splitmix(&seed);
}

uint64_t rng_below(struct rng *r, uint64_t n) {
  uint64_t floor = (0 - n) % n, x;
  do x = rng_next(r);
  while (x < floor);
  return x % n;
}

double rng_normal(struct rng *r) {
  double u, v, s;
  do {
    u = 2 * rng_unit(r) - 1;
    v = 2 * rng_unit(r) - 1;
    s = u * u + v * v;
  } while (s >= 1 || s == 0);
  return u * sqrt(-2 * log(s) / s);
}
