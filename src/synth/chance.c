#include "synth/chance.h"

#include <math.h>

#include "base/elementary.h"

static uint64_t mixed(uint64_t h, uint64_t v) {
  h ^= v + 0x9E3779B97F4A7C15u + (h << 6) + (h >> 2);
  h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9u;
  h = (h ^ (h >> 27)) * 0x94D049BB133111EBu;
  return h ^ (h >> 31);
}

struct rng chance_of(uint64_t seed, const char *village, uint64_t number, enum subject about) {
  struct rng r;
  uint64_t h = mixed(0, seed);
  for (const char *c = village; *c; c++) h = mixed(h, (unsigned char)*c);
  rng_seed(&r, mixed(mixed(h, number), (uint64_t)about));
  return r;
}

double chance_normal(struct rng *r) {
  double u, v, s;
  do {
    u = 2 * rng_unit(r) - 1;
    v = 2 * rng_unit(r) - 1;
    s = u * u + v * v;
  } while (s >= 1 || s == 0);
  return u * sqrt(-2 * elementary_log(s) / s);
}

bool chance_true(struct rng *r, double share) { return rng_unit(r) < share; }

int chance_between(struct rng *r, int least, int most) { return least + (int)rng_below(r, (uint64_t)((int64_t)most - least + 1)); }

double chance_spread(struct rng *r, double sd) { return elementary_exp(sd * chance_normal(r) - sd * sd / 2); }

double chance_probit(double share) {
  double low = -8, high = 8;
  for (int i = 0; i < 60; i++) {
    double middle = (low + high) / 2;
    if (elementary_normal(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
