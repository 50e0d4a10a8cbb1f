#include "identify/figures_measure.h"

#include <math.h>

#include "stats/bounds.h"
#include "stats/deprivation.h"
#include "stats/inequality.h"

static struct figure figure_of(struct estimate x, double lo, double hi, uint64_t n) {
  struct figure f = {.known = isfinite(x.value), .has_se = isfinite(x.value) && isfinite(x.se), .value = x.value, .se = x.se, .n = n, .low = x.value, .high = x.value};
  struct interval ci = estimate_interval(x, lo, hi);
  f.lo = ci.lo;
  f.hi = ci.hi;
  if (!f.known) f.value = f.se = f.lo = f.hi = f.low = f.high = NAN;
  return f;
}

static void bound(struct figure *f, double low, double high) {
  f->low = low;
  f->high = high;
}

static double inside(const struct part *g, uint64_t i) { return g->share ? g->share[i] : 1; }
static double persons_inside(const struct figures *f, const struct part *g, uint64_t i) { return g->persons ? g->persons[i] : f->sample->persons[i]; }

static void count_one(const struct figures *f, const struct part *g, uint64_t i, struct counts *c) {
  const struct sample *s = f->sample;
  c->households++;
  c->persons += (uint64_t)persons_inside(f, g, i);
  c->weighted_households += s->weight[i];
  c->weighted_persons += s->person_weight[i] * inside(g, i);
}

static bool in_group(const struct part *g, uint64_t i) { return !g->share || g->share[i] > 0 || (g->persons && g->persons[i] > 0); }

static void count_group(const struct figures *f, const struct part *g, struct group *out) {
  for (uint64_t i = 0; i < f->sample->n; i++) {
    if (!in_group(g, i)) continue;
    count_one(f, g, i, &out->all);
    count_one(f, g, i, &out->outcomes[f->outcome[i]]);
  }
}

/* People the figures over known values rest on. */
static uint64_t people_with(const struct figures *f, const struct part *g, const double *known, bool households) {
  double n = 0;
  for (uint64_t i = 0; i < f->sample->n; i++)
    if (in_group(g, i) && !isnan(known[i]) && f->sample->person_weight[i] > 0) n += households ? 1 : persons_inside(f, g, i);
  return (uint64_t)n;
}

/* By household too: one whose size is not known counts nobody in the rate over persons, and would seem decided. */
static void undecided_households(struct figures *f, const struct part *g, struct group *out) {
  uint64_t n = 0;
  for (uint64_t i = 0; i < f->sample->n; i++) {
    f->a[i] = f->outcome[i] == OUTCOME_UNDECIDED;
    f->b[i] = in_group(g, i); /* a household is in or out, however many of its members are */
    n += in_group(g, i) && f->sample->weight[i] > 0;
  }
  out->undecided_rate_households = figure_of(survey_mean(f->households, f->a, g->share ? f->b : NULL), 0, 1, n);
}

static void rates(struct figures *f, const struct part *g, struct group *out) {
  bool outside = false; /* an undecided household that counts nobody */
  for (uint64_t i = 0; i < f->sample->n; i++) {
    bool undecided = f->outcome[i] == OUTCOME_UNDECIDED;
    f->state[i] = f->outcome[i] == OUTCOME_SELECTED ? DECIDED_YES : undecided && (!f->programme->identify.has_quota || f->flags[i] & DECISION_COULD) ? DECIDED_UNKNOWN : DECIDED_NO;
    f->a[i] = undecided;
    outside |= undecided && in_group(g, i) && !(f->sample->person_weight[i] > 0) && !(f->sample->persons_known[i] && f->sample->persons[i] == 0);
    f->b[i] = f->outcome[i] == OUTCOME_SELECTED;
  }
  uint64_t n = out->all.persons;
  out->undecided_rate = figure_of(survey_mean(f->persons, f->a, g->share), 0, 1, n);
  if (outside) bound(&out->undecided_rate, NAN, NAN);
  out->selected_rate = figure_of(survey_mean(f->persons, f->b, g->share), 0, 1, n);
  struct bounds b;
  bounds_rate(f->persons, f->state, g->share, &b);
  bound(&out->selected_rate, b.low.value, b.high.value);
}

/* One line in one group. */
static enum status line_group(struct figures *f, const struct part *g, uint32_t k, struct line_figures *out, struct err *e) {
  const struct sample *s = f->sample;
  const bool own = f->relative_to_line && f->relative_to_line[k];
  const double *welfare = own ? f->relative_to_line[k] : s->welfare;
  const bool relative = f->programme->lines[k].kind == LINE_RELATIVE && !own;
  struct poverty pov;
  out->amount = NAN;
  uint32_t class = UINT32_MAX;
  bool same = true;
  for (uint64_t i = 0; i < s->n; i++)
    if (in_group(g, i)) {
      if (class == UINT32_MAX) class = poverty_lines_class(f->lines, f->sample->area[i]);
      else if (poverty_lines_amount(f->lines, class, k) != poverty_lines_amount(f->lines, poverty_lines_class(f->lines, f->sample->area[i]), k)) same = false;
    }
  if (class != UINT32_MAX && same) out->amount = poverty_lines_amount(f->lines, class, k);
  double line = own ? 1 : out->amount;
  if (!(line > 0)) return OK; /* no amount for this year or area: no figure */
  if (relative) TRY(poverty_relative(f->persons, welfare, g->share, &f->lines->relative[k], &pov, e));
  else TRY(poverty_absolute(f->persons, welfare, g->share, line, &pov, e));
  uint64_t n = people_with(f, g, welfare, false);
  out->headcount = figure_of(pov.headcount, 0, 1, n);
  out->gap = figure_of(pov.gap, 0, 1, n);
  out->squared_gap = figure_of(pov.gap2, 0, 1, n);
  for (uint64_t i = 0; i < s->n; i++) {
    bool poor = welfare[i] <= line;
    f->state[i] = isnan(welfare[i]) ? DECIDED_UNKNOWN : poor ? DECIDED_YES : DECIDED_NO;
    double amount = poverty_lines_amount(f->lines, poverty_lines_class(f->lines, f->sample->area[i]), k);
    f->a[i] = isnan(welfare[i]) ? NAN : poor ? amount - s->welfare[i] : 0;
    f->b[i] = isnan(welfare[i]) ? NAN : poor;
  }
  out->average_shortfall = figure_of(survey_ratio(f->persons, f->a, f->b, g->share), 0, INFINITY, n);
  if (pov.unknown) {
    struct bounds b;
    bounds_rate(f->persons, f->state, g->share, &b);
    bound(&out->headcount, b.low.value, b.high.value);
    for (uint64_t i = 0; i < s->n; i++) f->a[i] = isnan(welfare[i]) ? NAN : welfare[i] <= line ? (line - welfare[i]) / line : 0;
    bounds_mean(f->persons, f->a, g->share, 0, 1, &b);
    bound(&out->gap, b.low.value, b.high.value);
    for (uint64_t i = 0; i < s->n; i++) f->a[i] *= f->a[i];
    bounds_mean(f->persons, f->a, g->share, 0, 1, &b);
    bound(&out->squared_gap, b.low.value, b.high.value);
    bound(&out->average_shortfall, NAN, NAN);
  }
  if (f->households) {
    double *whole = f->a; /* a household is in or out, however many of its members are */
    for (uint64_t i = 0; i < s->n; i++) whole[i] = in_group(g, i);
    out->headcount_households = figure_of(survey_mean(f->households, f->b, g->share ? whole : NULL), 0, 1, people_with(f, g, welfare, true));
    struct bounds b;
    if (pov.unknown) bounds_rate(f->households, f->state, g->share ? whole : NULL, &b);
    if (pov.unknown) bound(&out->headcount_households, b.low.value, b.high.value);
  }
  return OK;
}

static enum status af_group(struct arena *a, struct figures *f, const struct part *g, struct af_figures *out, struct err *e) {
  const struct programme *p = f->programme;
  struct deprivation *dep;
  double *weights;
  ARENA_TRY(e, dep = arena_new(a, struct deprivation));
  ARENA_TRY(e, weights = arena_array(a, p->indicator_count, sizeof *weights));
  decide_weights(p, weights);
  TRY(deprivation_measure(f->persons, p->indicator_count, f->deprived, weights, p->cutoff, g->share, dep, e));
  uint64_t n = 0;
  for (uint64_t i = 0; i < f->sample->n; i++) {
    if (in_group(g, i) && f->sample->person_weight[i] > 0 && f->score_known[i]) n += (uint64_t)persons_inside(f, g, i);
    if (in_group(g, i) && f->poor[i] == TRUTH_UNKNOWN) out->unknown_households++;
    f->state[i] = f->poor[i] == TRUTH_TRUE ? DECIDED_YES : f->poor[i] == TRUTH_UNKNOWN ? DECIDED_UNKNOWN : DECIDED_NO;
    f->a[i] = f->poor[i] == TRUTH_TRUE ? f->score[i] : 0;
    f->b[i] = f->poor[i] == TRUTH_FALSE ? 0 : f->score_high[i];
  }
  out->h = figure_of(dep->h, 0, 1, n);
  out->a = figure_of(dep->a, 0, 1, n);
  out->m0 = figure_of(dep->m0, 0, 1, n);
  if (dep->unknown) {
    struct bounds b;
    bounds_rate(f->persons, f->state, g->share, &b);
    bound(&out->h, b.low.value, b.high.value);
    bound(&out->a, NAN, NAN);
    bound(&out->m0, survey_mean(f->persons, f->a, g->share).value, survey_mean(f->persons, f->b, g->share).value);
  }
  for (uint32_t j = 0; j < p->indicator_count; j++) {
    out->indicators[j].uncensored = figure_of(dep->uncensored[j], 0, 1, n);
    out->indicators[j].censored = figure_of(dep->censored[j], 0, 1, n);
    out->indicators[j].contribution = figure_of(dep->contribution[j], 0, 1, n);
    if (!dep->unknown) continue;
    bound(&out->indicators[j].uncensored, NAN, NAN);
    bound(&out->indicators[j].censored, NAN, NAN);
    bound(&out->indicators[j].contribution, NAN, NAN);
  }
  return OK;
}

enum status figures_measure(struct arena *a, struct figures *f, const struct part *g, struct group *out, struct err *e) {
  const struct programme *p = f->programme;
  count_group(f, g, out);
  if (f->households) undecided_households(f, g, out);
  if (!f->persons) return OK;
  rates(f, g, out);
  if (p->design.welfare) {
    for (uint32_t k = 0; k < p->line_count; k++) {
      enum status st = line_group(f, g, k, &out->lines[k], e);
      if (st != OK) return err_prefix(e, "line `%s`", p->lines[k].name);
    }
    uint64_t n = people_with(f, g, f->sample->welfare, false);
    out->mean = figure_of(survey_mean(f->persons, f->sample->welfare, g->share), -INFINITY, INFINITY, n);
    struct arena scratch;
    arena_init(&scratch, 0);
    struct ranking order;
    enum status st = quantile_rank(&scratch, f->persons, f->sample->welfare, g->share, &order, e);
    if (st == OK && order.n) out->median = figure_of(quantile_estimate(f->persons, f->sample->welfare, g->share, &order, 0.5, 0), -INFINITY, INFINITY, n);
    arena_drop(&scratch);
    TRY(st);
  }
  if (p->indicator_count) TRY(af_group(a, f, g, &out->af, e));
  return OK;
}

/* A width that people can read: 1, 2, 2.5 or 5 times a power of ten, not below x. */
static double round_up(double x) {
  double ten = 1;
  while (ten * 10 <= x) ten *= 10;
  while (ten > x) ten /= 10;
  static const double steps[] = {1, 2, 2.5, 5, 10};
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
    if (steps[i] * ten >= x) return steps[i] * ten;
  return x;
}

enum status figures_shape(struct arena *a, struct figures *f, struct welfare_shape *out, struct err *e) {
  struct ranking order;
  if (!f->persons || !f->programme->design.welfare) return OK;
  TRY(quantile_rank(a, f->persons, f->sample->welfare, NULL, &order, e));
  if (!order.n) return OK;
  struct part all = {0};
  uint64_t n = people_with(f, &all, f->sample->welfare, false);
  out->known = true;
  for (int q = 0; q < QUANTILE_COUNT; q++) out->quantiles[q] = quantile_of(&order, 0.05 * (q + 1));
  for (int q = 1; q <= 20; q++) out->lorenz[q] = order.sum > 0 ? quantile_lorenz(f->persons, f->sample->welfare, NULL, &order, 0.05 * q).value : NAN;
  out->mean = figure_of(survey_mean(f->persons, f->sample->welfare, NULL), -INFINITY, INFINITY, n);
  out->median = figure_of(quantile_estimate(f->persons, f->sample->welfare, NULL, &order, 0.5, 0), -INFINITY, INFINITY, n);
  out->gini = figure_of(inequality_gini(f->persons, &order), 0, 1, n);
  double least = order.value[0], top = quantile_of(&order, 0.98);
  out->from = least >= 0 ? 0 : quantile_of(&order, 0.01);
  out->width = top > out->from ? round_up((top - out->from) / HISTOGRAM_BINS) : 1;
  for (uint64_t i = 0; i < order.n; i++) {
    double at = (order.value[i] - out->from) / out->width;
    if (at < 0) out->below += order.weight[i];
    else if (at >= HISTOGRAM_BINS) out->above += order.weight[i];
    else out->bins[(int)at] += order.weight[i];
  }
  return OK;
}
