#include "synth/chance.h"

#include <math.h>

#include "base/elementary.h"

static uint64_t mixed(uint64_t h, uint64_t v) {
  h ^= v + 0x9E3779B97F4A7C15u + (h << 6) + (h >> 2);
  h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9u;
  h = (h ^ (h >> 27)) * 0x94D049BB133111EBu;
  return h ^ (h >> 31);
}

uint64_t chance_place(uint64_t seed, const char *code) {
  uint64_t h = mixed(0, seed);
  for (const char *c = code; *c; c++) h = mixed(h, (unsigned char)*c);
  return h;
}

struct rng chance_of(uint64_t place, uint64_t number, enum subject about) {
  struct rng r;
  rng_seed(&r, mixed(mixed(place, number), (uint64_t)about));
  return r;
}

double chance_exp(double x) {
  static const double inverse[] = {1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1, 1};
  int64_t k = (int64_t)(x * 1.44269504088896340736 + (x < 0 ? -0.5 : 0.5));
  double r = (x - (double)k * 6.93147180369123816490e-01) - (double)k * 1.90821492927058770002e-10, sum = 0;
  for (unsigned i = 0; i < sizeof inverse / sizeof *inverse; i++) sum = sum * r + inverse[i];
  union { uint64_t bits; double power; } two = {.bits = (uint64_t)(1023 + k) << 52};
  return sum * two.power;
}

/* The inverse of the normal distribution function by rational approximations, within 1.2e-9 relative (P. J. Acklam, 2003). */
double chance_normal(struct rng *r) {
  static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239e+00};
  static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01, 1};
  static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00, 4.374664141464968e+00, 2.938163982698783e+00};
  static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1};
  double u = rng_unit(r), over = 0, under = 0;
  if (u < 0x1.0p-53) u = 0x1.0p-53;
  if (u >= 0.02425 && u <= 1 - 0.02425) {
    double q = u - 0.5, t = q * q;
    for (unsigned i = 0; i < 6; i++) over = over * t + a[i], under = under * t + b[i];
    return over * q / under;
  }
  double q = sqrt(-2 * elementary_log(u < 0.5 ? u : 1 - u));
  for (unsigned i = 0; i < 6; i++) over = over * q + c[i];
  for (unsigned i = 0; i < 5; i++) under = under * q + d[i];
  return u < 0.5 ? over / under : -over / under;
}

uint32_t chance_below(struct rng *r, uint32_t n) { return (uint32_t)(((unsigned __int128)rng_next(r) * n) >> 64); }

bool chance_true(struct rng *r, double share) { return rng_unit(r) < share; }

int chance_between(struct rng *r, int least, int most) { return least + (int)chance_below(r, (uint32_t)((int64_t)most - least + 1)); }

double chance_spread(struct rng *r, double sd) { return chance_exp(sd * chance_normal(r) - sd * sd / 2); }

double chance_probit(double share) {
  double low = -8, high = 8;
  for (int i = 0; i < 60; i++) {
    double middle = (low + high) / 2;
    if (elementary_normal(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
