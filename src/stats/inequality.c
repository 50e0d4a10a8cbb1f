#include "stats/inequality.h"

#include <math.h>

#include "base/elementary.h"

static const struct estimate nothing = {.value = NAN, .se = NAN};

struct estimate inequality_gini(struct survey *s, const struct ranking *r) {
  if (r->n == 0 || r->sum == 0) return nothing;
  /* sum over pairs of w_i w_j max(x_i, x_j): what the formula with ranks adds up, whatever the order of ties. */
  double pairs = 0, low = 0;
  for (uint64_t k = 0; k < r->n; k++) {
    double add = r->weight[k] * r->value[k] * (2 * r->cum[k] - r->weight[k]), t = pairs + add;
    low += fabs(pairs) >= fabs(add) ? (pairs - t) + add : (add - t) + pairs;
    pairs = t;
  }
  double gini = (pairs + low) / (r->total * r->sum) - 1;
  for (uint64_t i = 0; i < s->n; i++) s->z[i] = 0;
  double held = 0; /* sum of w x up to and with the ties of k */
  for (uint64_t k = 0; k < r->n;) {
    uint64_t end = k;
    while (end < r->n && r->value[end] == r->value[k]) held += r->weight[end] * r->value[end], end++;
    double x = r->value[k], rank = r->cum[end - 1];
    double z = 2 * (x * rank + r->sum - held) / (r->total * r->sum) - (gini + 1) * (1 / r->total + x / r->sum);
    for (; k < end; k++) {
      uint32_t i = r->row[k];
      s->z[i] = z * r->weight[k] / s->weight[i];
    }
  }
  return survey_delta(s, gini, r->n, r->total);
}

/* Rows of the domain with a value above zero. */
static bool inside(const struct survey *s, const double *value, const double *part, uint64_t i) {
  return survey_part(s, part, i) > 0 && value[i] > 0; /* false for NaN */
}

typedef double transform(double x, double parameter);
static double power(double x, double a) { return elementary_power(x, a); }
static double logarithm(double x, double a) { return (void)a, elementary_log(x); }
static double entropy(double x, double a) { return (void)a, x * elementary_log(x); }
static double itself(double x, double a) { return (void)a, x; }

static double mean_of(struct survey *s, const double *value, const double *part, double w, transform *f, double a) {
  for (uint64_t i = 0; i < s->n; i++) s->z[i] = inside(s, value, part, i) ? survey_part(s, part, i) * f(value[i], a) : 0;
  return survey_sum(s->z, s->n) / w;
}

static double weigh(struct survey *s, const double *value, const double *part, uint64_t *n) {
  *n = 0;
  for (uint64_t i = 0; i < s->n; i++) {
    bool in = inside(s, value, part, i);
    s->z[i] = in ? survey_part(s, part, i) : 0;
    *n += in;
  }
  return survey_sum(s->z, s->n);
}

/* An index g(mean of f, mean of x): its linearised variable is df (f(x) - mean f) + dx (x - mean x), over the weight. */
static struct estimate of_two_means(struct survey *s, const double *value, const double *part, double index, uint64_t n, double w,
                                    transform *f, double a, double mean_f, double df, double mean_x, double dx) {
  for (uint64_t i = 0; i < s->n; i++)
    s->z[i] = inside(s, value, part, i) ? (part ? part[i] : 1) * (df * (f(value[i], a) - mean_f) + dx * (value[i] - mean_x)) / w : 0;
  return survey_delta(s, index, n, w);
}

struct estimate inequality_entropy(struct survey *s, const double *value, const double *part, double alpha) {
  uint64_t n;
  double w = weigh(s, value, part, &n);
  if (n == 0) return nothing;
  double mu = mean_of(s, value, part, w, itself, 0);
  if (alpha == 0) {
    double l = mean_of(s, value, part, w, logarithm, 0);
    return of_two_means(s, value, part, elementary_log(mu) - l, n, w, logarithm, 0, l, -1, mu, 1 / mu);
  }
  if (alpha == 1) {
    double t = mean_of(s, value, part, w, entropy, 0);
    return of_two_means(s, value, part, t / mu - elementary_log(mu), n, w, entropy, 0, t, 1 / mu, mu, -t / (mu * mu) - 1 / mu);
  }
  double m = mean_of(s, value, part, w, power, alpha), c = 1 / (alpha * alpha - alpha), scale = elementary_power(mu, -alpha);
  return of_two_means(s, value, part, c * (m * scale - 1), n, w, power, alpha, m, c * scale, mu, -c * alpha * m * scale / mu);
}

struct estimate inequality_atkinson(struct survey *s, const double *value, const double *part, double epsilon) {
  uint64_t n;
  double w = weigh(s, value, part, &n);
  if (n == 0 || !(epsilon > 0)) return nothing;
  double mu = mean_of(s, value, part, w, itself, 0);
  if (epsilon == 1) {
    double l = mean_of(s, value, part, w, logarithm, 0), even = elementary_exp(l) / mu;
    return of_two_means(s, value, part, 1 - even, n, w, logarithm, 0, l, -even, mu, even / mu);
  }
  double a = 1 - epsilon, m = mean_of(s, value, part, w, power, a), even = elementary_power(m, 1 / a) / mu;
  return of_two_means(s, value, part, 1 - even, n, w, power, a, m, -even / (a * m), mu, even / mu);
}

struct estimate inequality_share_ratio(struct survey *s, const double *value, const double *part, const struct ranking *r, double p) {
  if (r->n == 0) return nothing;
  double low = quantile_of(r, p), high = quantile_of(r, 1 - p), bottom = 0, top = 0;
  for (uint64_t k = 0; k < r->n; k++) {
    if (r->value[k] <= low) bottom += r->weight[k] * r->value[k];
    if (r->value[k] > high) top += r->weight[k] * r->value[k];
  }
  if (bottom == 0) return nothing;
  double ratio = top / bottom;
  for (uint64_t i = 0; i < s->n; i++) s->z[i] = 0;
  for (uint64_t k = 0; k < r->n; k++) {
    uint32_t i = r->row[k];
    double x = value[i];
    double z_bottom = (x <= low ? x - low : 0) + p * low;
    double z_top = (x > high ? x - high : 0) + p * high;
    s->z[i] = (part ? part[i] : 1) * (z_top - ratio * z_bottom) / bottom;
  }
  return survey_delta(s, ratio, r->n, r->total);
}
