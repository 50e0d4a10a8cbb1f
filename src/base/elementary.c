#include "base/elementary.h"

#include <math.h>

/* ln 2 in two parts: the first has so few bits that multiples of it are exact. */
static const double LN2_HIGH = 6.93147180369123816490e-01, LN2_LOW = 1.90821492927058770002e-10;

double elementary_exp(double x) {
  if (isnan(x)) return x;
  if (x > 709.8) return INFINITY;
  if (x < -745.2) return 0;
  double k = nearbyint(x / 0.69314718055994530942), r = x - k * LN2_HIGH - k * LN2_LOW, sum = 1;
  for (int n = 14; n >= 1; n--) sum = 1 + sum * r / n; /* Taylor: |r| <= 0.347, the next term is below 1e-19 */
  return ldexp(sum, (int)k);
}

double elementary_log(double x) {
  if (isnan(x) || x < 0) return NAN;
  if (x == 0) return -INFINITY;
  if (isinf(x)) return x;
  int k;
  double m = frexp(x, &k); /* 0.5 <= m < 1 */
  if (m < 0.70710678118654752440) m *= 2, k--;
  /* log m = 2 atanh s with s = (m - 1)/(m + 1), |s| <= 0.1716; s^2 <= 0.0295. */
  double f = m - 1, s = f / (2 + f), t = s * s, sum = 0;
  for (int n = 21; n >= 3; n -= 2) sum = sum * t + 1.0 / n;
  /* f - (f^2/2 - s (f^2/2 + 2 t sum)) keeps f itself exact (as fdlibm does). */
  double half = 0.5 * f * f;
  return k * LN2_HIGH - ((half - (s * (half + 2 * t * sum) + k * LN2_LOW)) - f);
}

double elementary_power(double x, double a) {
  if (a == 2) return x * x;
  if (a == 1) return x;
  if (a == 0.5) return sqrt(x);
  if (a == -1) return 1 / x;
  return elementary_exp(a * elementary_log(x));
}

double elementary_normal(double x) {
  if (isnan(x)) return x;
  double z = fabs(x), tail;
  if (z > 38.5)
    tail = 0;
  else if (z < 3) { /* 1/2 - phi(z) (z + z^3/3 + z^5/15 + ...) */
    double term = z, sum = z;
    for (int n = 3; n < 200 && term > 1e-18 * sum; n += 2) term *= z * z / n, sum += term;
    tail = 0.5 - sum * elementary_exp(-z * z / 2) / 2.5066282746310005024;
  } else { /* phi(z) / (z + 1/(z + 2/(z + ...))) */
    double fraction = z;
    for (int n = 120; n >= 1; n--) fraction = z + n / fraction;
    tail = elementary_exp(-z * z / 2) / 2.5066282746310005024 / fraction;
  }
  return x > 0 ? 1 - tail : tail;
}
