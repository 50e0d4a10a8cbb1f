#include "stats/quantile.h"

#include <math.h>

#include "stats/order.h"
#include "stats/poverty.h"

enum status quantile_rank(struct arena *a, const struct survey *s, const double *value, const double *part, struct ranking *out, struct err *e) {
  *out = (struct ranking){0};
  double *v, *w, *cum;
  uint32_t *row, *order;
  ARENA_TRY(e, v = arena_array(a, s->n, sizeof *v));
  ARENA_TRY(e, row = arena_array(a, s->n, sizeof *row));
  uint64_t n = 0;
  for (uint64_t i = 0; i < s->n; i++) {
    if (isinf(value[i])) return err_set(e, ERR_INPUT, "leave a value that is not known empty", "row %llu has an infinite value", (unsigned long long)i + 1);
    if (isnan(value[i]) || !(survey_part(s, part, i) > 0)) continue;
    v[n] = value[i], row[n++] = (uint32_t)i;
  }
  ARENA_TRY(e, order = order_double(a, v, n));
  ARENA_TRY(e, w = arena_array(a, n + 1, sizeof *w));
  ARENA_TRY(e, cum = arena_array(a, n + 1, sizeof *cum));
  double sum = 0, total = 0, low = 0; /* low: what rounding lost of the running total (Neumaier) */
  for (uint64_t k = 0; k < n; k++) {
    order[k] = row[order[k]];
    w[k] = survey_part(s, part, order[k]);
    double t = total + w[k];
    low += total >= w[k] ? (total - t) + w[k] : (w[k] - t) + total;
    total = t;
    cum[k] = total + low;
  }
  for (uint64_t k = 0; k < n; k++) v[k] = value[order[k]], sum += w[k] * v[k];
  *out = (struct ranking){.n = n, .row = order, .value = v, .weight = w, .cum = cum, .total = n ? cum[n - 1] : 0, .sum = sum};
  return OK;
}

/* First place whose cumulated weight reaches p of the total. A hair of tolerance, relative to the total: 0.1 + 0.2 of ten equal weights
 * must still be three of them. */
static uint64_t place_of(const struct ranking *r, double p) {
  double want = p * r->total * (1 - 1e-14);
  uint64_t lo = 0, hi = r->n - 1;
  while (lo < hi) {
    uint64_t mid = lo + (hi - lo) / 2;
    if (r->cum[mid] >= want)
      hi = mid;
    else
      lo = mid + 1;
  }
  return lo;
}

double quantile_of(const struct ranking *r, double p) {
  if (r->n == 0 || isnan(p)) return NAN;
  return r->value[place_of(r, p)];
}

struct estimate quantile_estimate(struct survey *s, const double *value, const double *part, const struct ranking *r, double p, double bandwidth) {
  double q = quantile_of(r, p);
  if (r->n == 0) return (struct estimate){.value = NAN, .se = NAN};
  double density = poverty_density(s, value, part, bandwidth > 0 ? bandwidth : poverty_bandwidth(s, value, part), q);
  for (uint64_t i = 0; i < s->n; i++) s->z[i] = 0;
  for (uint64_t k = 0; k < r->n; k++) {
    uint32_t i = r->row[k];
    s->z[i] = -(part ? part[i] : 1) * ((value[i] <= q) - p) / (r->total * density);
  }
  return survey_delta(s, q, r->n, r->total);
}

struct estimate quantile_lorenz(struct survey *s, const double *value, const double *part, const struct ranking *r, double p) {
  if (r->n == 0 || r->sum == 0) return (struct estimate){.value = NAN, .se = NAN};
  uint64_t k = place_of(r, p);
  double q = r->value[k], held = 0;
  for (uint64_t i = 0; i < k; i++) held += r->weight[i] * r->value[i];
  double before = k ? r->cum[k - 1] : 0;
  double value_p = (held + (p * r->total - before) * q) / r->sum;
  for (uint64_t i = 0; i < s->n; i++) s->z[i] = 0;
  for (uint64_t i = 0; i < r->n; i++) {
    uint32_t at = r->row[i];
    double y = value[at];
    s->z[at] = (part ? part[at] : 1) * ((y <= q ? y - q : 0) + p * q - value_p * y) / r->sum;
  }
  return survey_delta(s, value_p, r->n, r->total);
}
