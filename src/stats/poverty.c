#include "stats/poverty.h"

#include <math.h>

#include "base/elementary.h"
#include "stats/quantile.h"

static const double SQRT_2PI = 2.5066282746310002;

double poverty_bandwidth(const struct survey *s, const double *welfare, const double *part) {
  /* Around the mean, in two passes: the one-pass formula loses digits when incomes are large. */
  double w = 0, sum = 0, squares = 0;
  for (uint64_t i = 0; i < s->n; i++)
    if (!isnan(welfare[i])) w += survey_part(s, part, i), sum += survey_part(s, part, i) * welfare[i];
  if (!(w > 0)) return NAN;
  double mean = sum / w;
  for (uint64_t i = 0; i < s->n; i++)
    if (!isnan(welfare[i])) squares += survey_part(s, part, i) * (welfare[i] - mean) * (welfare[i] - mean);
  return sqrt(squares / w) / elementary_power(w, 0.2);
}

double poverty_density(const struct survey *s, const double *welfare, const double *part, double bandwidth, double x) {
  if (!(bandwidth > 0)) return NAN;
  double w = 0, sum = 0;
  for (uint64_t i = 0; i < s->n; i++) {
    if (isnan(welfare[i])) continue;
    double u = (x - welfare[i]) / bandwidth;
    w += survey_part(s, part, i);
    sum += survey_part(s, part, i) * elementary_exp(-u * u / 2);
  }
  return w > 0 ? sum / (w * bandwidth * SQRT_2PI) : NAN;
}

static enum status check(const struct survey *s, const double *welfare, double line, struct err *e) {
  if (!(line > 0) || isinf(line)) return err_set(e, ERR_INPUT, "give the line an amount above zero", "the poverty line is %g", line);
  for (uint64_t i = 0; i < s->n; i++)
    if (isinf(welfare[i])) return err_set(e, ERR_INPUT, "leave a value that is not known empty", "row %llu has an infinite welfare", (unsigned long long)i + 1);
  return OK;
}

/* The mean over the domain of f(welfare), with the line's own error when `line_influence` is given: slope is how the
 * mean moves when the line moves by one. */
typedef double shortfall(double welfare, double line);

static struct estimate mean_of(struct survey *s, const double *welfare, const double *part, double line, shortfall *f, bool positive_only,
                               double slope, const double *line_influence) {
  double *z = s->z;
  uint64_t n = 0;
  for (uint64_t i = 0; i < s->n; i++) {
    bool in = survey_part(s, part, i) > 0 && !isnan(welfare[i]) && !(positive_only && welfare[i] <= 0);
    z[i] = in ? survey_part(s, part, i) : 0;
    n += in;
  }
  double w = survey_sum(z, s->n);
  if (n == 0) return survey_delta(s, NAN, 0, 0);
  for (uint64_t i = 0; i < s->n; i++)
    if (z[i] > 0) z[i] *= f(welfare[i], line);
  double value = survey_sum(z, s->n) / w;
  for (uint64_t i = 0; i < s->n; i++) {
    bool in = survey_part(s, part, i) > 0 && !isnan(welfare[i]) && !(positive_only && welfare[i] <= 0);
    z[i] = in ? (part ? part[i] : 1) * (f(welfare[i], line) - value) / w : 0;
    if (line_influence) z[i] += slope * line_influence[i];
  }
  return survey_delta(s, value, n, w);
}

static double is_poor(double y, double line) { return y <= line; }
static double gap(double y, double line) { return y <= line ? (line - y) / line : 0; }
static double gap2(double y, double line) { return gap(y, line) * gap(y, line); }
static double watts(double y, double line) { return y <= line ? elementary_log(line / y) : 0; }
static double itself(double y, double line) { return (void)line, y; }
/* How much gap and gap2 of one unit grow with the line. */
static double gap_slope(double y, double line) { return y <= line ? y / (line * line) : 0; }
static double gap2_slope(double y, double line) { return 2 * gap(y, line) * gap_slope(y, line); }

static enum status measure(struct survey *s, const double *welfare, const double *part, double line, const struct relative_line *r, struct poverty *out, struct err *e) {
  TRY(check(s, welfare, line, e));
  *out = (struct poverty){.line = line};
  const double *influence = r ? r->influence : NULL;
  double slope[3] = {0};
  if (r) {
    slope[0] = poverty_density(s, welfare, part, r->bandwidth, line);
    slope[1] = mean_of(s, welfare, part, line, gap_slope, false, 0, NULL).value;
    slope[2] = mean_of(s, welfare, part, line, gap2_slope, false, 0, NULL).value;
  }
  out->headcount = mean_of(s, welfare, part, line, is_poor, false, slope[0], influence);
  out->gap = mean_of(s, welfare, part, line, gap, false, slope[1], influence);
  out->gap2 = mean_of(s, welfare, part, line, gap2, false, slope[2], influence);
  out->watts = mean_of(s, welfare, part, line, watts, true, 0, NULL);
  out->mean = mean_of(s, welfare, part, line, itself, false, 0, NULL);
  /* The number of the poor: a total, so z is not centred. */
  for (uint64_t i = 0; i < s->n; i++) {
    double d = survey_part(s, part, i);
    if (d > 0 && isnan(welfare[i])) out->unknown++, out->unknown_weight += d;
    s->z[i] = d > 0 && !isnan(welfare[i]) && welfare[i] <= line ? (part ? part[i] : 1) : 0;
  }
  out->poor = survey_delta(s, out->headcount.value * out->headcount.weight, out->headcount.n, out->headcount.weight);
  return OK;
}

enum status poverty_absolute(struct survey *s, const double *welfare, const double *part, double line, struct poverty *out, struct err *e) {
  return measure(s, welfare, part, line, NULL, out, e);
}

enum status poverty_line(struct arena *a, struct survey *s, const double *welfare, const double *part, double share, double quantile,
                         struct relative_line *out, struct err *e) {
  *out = (struct relative_line){.share = share, .quantile = quantile};
  if (!(share > 0) || isinf(share)) return err_set(e, ERR_INPUT, "write 0.6 for 60 %", "the share of a relative line is %g", share);
  if (!(quantile > 0 && quantile < 1)) return err_set(e, ERR_INPUT, "write 0.5 for the median", "the quantile of a relative line is %g, not between 0 and 1", quantile);
  struct arena scratch;
  arena_init(&scratch, 0);
  struct ranking r;
  enum status st = quantile_rank(&scratch, s, welfare, part, &r, e);
  double q = st == OK ? quantile_of(&r, quantile) : NAN;
  uint64_t n = r.n;
  double w = r.total;
  arena_drop(&scratch);
  if (st != OK) return st;
  if (n == 0) return err_set(e, ERR_INPUT, "look at the welfare field of the sample", "no row has a welfare to make a relative line from");
  if (!(q > 0)) return err_set(e, ERR_INPUT, "use an absolute line, or look at the welfare field", "the relative line comes out as %g", share * q);
  ARENA_TRY(e, out->influence = arena_array(a, s->n, sizeof *out->influence));
  out->bandwidth = poverty_bandwidth(s, welfare, part);
  double density = poverty_density(s, welfare, part, out->bandwidth, q);
  for (uint64_t i = 0; i < s->n; i++) {
    bool in = survey_part(s, part, i) > 0 && !isnan(welfare[i]);
    out->influence[i] = in ? -share * (part ? part[i] : 1) * ((welfare[i] <= q) - quantile) / (w * density) : 0;
  }
  out->line = (struct estimate){.value = share * q, .se = sqrt(survey_variance(s, out->influence)), .n = n, .weight = w};
  return OK;
}

enum status poverty_relative(struct survey *s, const double *welfare, const double *part, const struct relative_line *line, struct poverty *out, struct err *e) {
  return measure(s, welfare, part, line->line.value, line, out, e);
}
