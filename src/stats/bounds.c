#include "stats/bounds.h"

#include <math.h>

#include "base/elementary.h"

/* The mean of f(row) over the domain; NaN = outside. */
struct filled {
  const uint8_t *state; /* or */
  const double *y;
  double unknown;       /* what stands in for the undecided; NaN leaves them out */
};

static double filled_at(const struct filled *f, uint64_t i) {
  if (f->state) return f->state[i] == DECIDED_UNKNOWN ? f->unknown : f->state[i] == DECIDED_YES;
  return isnan(f->y[i]) ? f->unknown : f->y[i];
}

static struct estimate mean_filled(struct survey *s, const double *part, const struct filled *f) {
  uint64_t n = 0;
  for (uint64_t i = 0; i < s->n; i++) {
    double d = survey_part(s, part, i);
    bool in = d > 0 && !isnan(filled_at(f, i));
    s->z[i] = in ? d : 0;
    n += in;
  }
  if (n == 0) return survey_delta(s, NAN, 0, 0);
  double w = survey_sum(s->z, s->n);
  for (uint64_t i = 0; i < s->n; i++)
    if (s->z[i] > 0) s->z[i] *= filled_at(f, i);
  double mean = survey_sum(s->z, s->n) / w;
  for (uint64_t i = 0; i < s->n; i++) {
    double d = survey_part(s, part, i), y = filled_at(f, i);
    s->z[i] = d > 0 && !isnan(y) ? (part ? part[i] : 1) * (y - mean) / w : 0;
  }
  return survey_delta(s, mean, n, w);
}

/* Imbens and Manski (2004): c with Phi(c + width/se) - Phi(-c) = 0.95, between 1.645 (wide range) and 1.96 (a point). */
static double imbens_manski(double width, double se) {
  double lo = 1.6, hi = 2;
  for (int i = 0; i < 100; i++) {
    double c = (lo + hi) / 2;
    if (elementary_normal(c + width / se) - elementary_normal(-c) < 0.95)
      lo = c;
    else
      hi = c;
  }
  return (lo + hi) / 2;
}

static bool undecided_at(const struct filled *f, uint64_t i) { return f->state ? f->state[i] == DECIDED_UNKNOWN : isnan(f->y[i]); }

static bool any_undecided(const struct survey *s, const double *part, const struct filled *f) {
  for (uint64_t i = 0; i < s->n; i++)
    if (undecided_at(f, i) && survey_part(s, part, i) > 0) return true;
  return false;
}

static void bound(struct survey *s, const double *part, struct filled f, double lo, double hi, struct bounds *out) {
  f.unknown = NAN, out->known = out->low = out->high = mean_filled(s, part, &f);
  if (any_undecided(s, part, &f)) { /* else nothing stands in for anybody */
    f.unknown = lo, out->low = mean_filled(s, part, &f);
    f.unknown = hi, out->high = mean_filled(s, part, &f);
  }
  out->outer = (struct interval){estimate_interval(out->low, lo, hi).lo, estimate_interval(out->high, lo, hi).hi};
  double se = fmax(out->low.se, out->high.se);
  double c = se > 0 ? imbens_manski(out->high.value - out->low.value, se) : 1.959963984540054;
  out->rate = (struct interval){fmax(lo, out->low.value - c * out->low.se), fmin(hi, out->high.value + c * out->high.se)};
  if (isnan(out->low.value) || isnan(se)) out->rate = (struct interval){NAN, NAN};
}

static void measure(struct survey *s, const double *part, const struct filled *f, double lo, double hi, struct bounds *out) {
  bound(s, part, *f, lo, hi, out);
  out->undecided = out->low;
  if (out->low.n == 0) return;
  double *z = s->z, w = out->low.weight;
  for (uint64_t i = 0; i < s->n; i++) z[i] = undecided_at(f, i) ? survey_part(s, part, i) : 0;
  double share = survey_sum(z, s->n) / w;
  for (uint64_t i = 0; i < s->n; i++) z[i] = survey_part(s, part, i) > 0 ? (part ? part[i] : 1) * (undecided_at(f, i) - share) / w : 0;
  out->undecided = survey_delta(s, share, out->low.n, w);
}

void bounds_rate(struct survey *s, const uint8_t *state, const double *part, struct bounds *out) {
  measure(s, part, &(struct filled){.state = state}, 0, 1, out);
}

void bounds_mean(struct survey *s, const double *y, const double *part, double lo, double hi, struct bounds *out) {
  measure(s, part, &(struct filled){.y = y}, lo, hi, out);
}
