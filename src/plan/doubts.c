#include "plan/doubts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan/trial.h"

bool doubts_assumed(const struct planning *n, uint32_t measure) {
  const struct measure *x = &n->measures[measure];
  if (x->assumed || x->effect_assumed || x->cost_assumed) return true;
  if (x->effect != EFFECT_PRODUCT) return false;
  const struct product *k = &n->products[x->product];
  return k->assumed || k->price_assumed || k->per_day_assumed;
}

/* ---- draws ---- */

struct drawing {
  const struct doubts_input *in;
  uint32_t draws;
  struct trial *trials; /* one a thread */
  bool *opened;
  double (*fall)[OBJECTIVE_COUNT], *regret;
  uint64_t *stays; /* a draw: bit m */
  double units[PLANNING_MEASURES]; /* of the plan in the sample */
  enum status status; struct err err;
};

static enum status one_draw(struct drawing *d, size_t i, unsigned worker, struct err *e) {
  struct trial *t = &d->trials[worker];
  const struct plan *p = d->in->plan;
  if (!d->opened[worker]) {
    d->opened[worker] = true;
    TRY(trial_open(p, DOUBTS_SAMPLE, t, e));
  }
  struct rng r;
  struct trial_values v;
  struct solved s;
  double units[PLANNING_MEASURES];
  const enum objective objective = p->built.offers.scale.objective;
  rng_seed(&r, d->in->seed + 0x51ED2701u * (i + 1));
  trial_draw(p, &r, DOUBTS_WELFARE_ERROR, &v);
  trial_set(t, &v);
  const struct worth worth = trial_plan(t, &v);
  const double mine = worth.of[objective];
  for (int o = 0; o < OBJECTIVE_COUNT; o++) d->fall[i][o] = worth.of[o] * t->every;
  TRY(trial_solve(t, &s, e));
  const double best = (double)s.plan.value / OFFER_UNIT;
  d->regret[i] = best > mine ? (best - mine) / best : 0;
  trial_units(t, &s, units);
  for (uint32_t m = 0; m < p->people->planning->measure_count; m++)
    if (d->units[m] > 0 ? units[m] * 2 >= d->units[m] : units[m] > 0) d->stays[i] |= (uint64_t)1 << m;
  return OK;
}

static void draw_task(void *ctx, size_t i, unsigned worker) {
  struct drawing *d = ctx;
  struct err e = {0};
  if (d->in->progress && !worker) (void)progress_step(d->in->progress, i);
  const enum status st = one_draw(d, i, worker, &e);
  if (st != OK) d->status = st, d->err = e; /* any of them will do: the work is lost */
}

static int ascending(const void *x, const void *y) {
  const double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

static struct band band_of(double *values, uint32_t n) {
  qsort(values, n, sizeof *values, ascending);
  return (struct band){values[(n - 1) / 10], values[(n - 1) / 2], values[(n - 1) * 9 / 10]};
}

/* ---- at which factor a measure comes in or drops out ---- */

struct switching { struct drawing *d; struct doubts *out; };

static enum status in_at(struct trial *t, uint32_t measure, double factor, double half, bool *in, struct err *e) {
  struct trial_values v;
  struct solved s;
  double units[PLANNING_MEASURES];
  const struct planning *n = t->plan->people->planning;
  trial_expected(t->plan, &v);
  v.effect[measure] *= factor;
  if (n->measures[measure].effect == EFFECT_PRODUCT) v.price[n->measures[measure].product] *= factor;
  trial_set(t, &v);
  TRY(trial_solve(t, &s, e));
  trial_units(t, &s, units);
  *in = units[measure] > 0 && units[measure] >= half;
  return OK;
}

static enum status switching_of(const struct switching *j, uint32_t measure, unsigned worker, struct err *e) {
  struct trial *t = &j->d->trials[worker];
  if (!j->d->opened[worker]) {
    j->d->opened[worker] = true;
    TRY(trial_open(j->d->in->plan, DOUBTS_SAMPLE, t, e));
  }
  const double half = j->d->units[measure] / 2;
  double low = 0, high = 8;
  bool in;
  bool offered = half > 0;
  for (uint64_t i = 0; !offered && i < t->model.item_at[t->count]; i++) {
    const struct bundle b = bundle_read(t->bundles[t->items[i].column]);
    for (uint32_t x = 0; x < b.count; x++) offered |= b.parts[x].measure == measure;
  }
  in = false;
  if (offered || t->plan->people->planning->measures[measure].village) TRY(in_at(t, measure, high, half, &in, e));
  if (!in) low = high;
  for (int k = 0; k < 5 && low < high; k++) {
    const double mid = k ? (low + high) / 2 : 1;
    TRY(in_at(t, measure, mid, half, &in, e));
    if (in) high = mid;
    else low = mid;
  }
  j->out->measures[measure].switches_at = low >= 8 ? INFINITY : high < 0.1 ? 0 : high;
  return OK;
}

static void switching_task(void *ctx, size_t i, unsigned worker) {
  const struct switching *j = ctx;
  struct err e = {0};
  const enum status st = switching_of(j, (uint32_t)i, worker, &e);
  if (st != OK) j->d->status = st, j->d->err = e;
}

/* ---- what rests on assumptions ---- */

static void find_assumed(const struct plan *p, struct doubts *out) {
  const struct planning *n = p->people->planning;
  const struct plan_model *m = &p->built.model;
  double all = 0, assumed = 0;
  for (uint32_t h = 0; h < p->people->count; h++) {
    const uint8_t taken = p->solved.plan.taken[(size_t)h * m->most];
    if (!taken) continue;
    const struct plan_item *x = &m->items[m->item_at[h] + taken - 1u];
    const struct bundle b = bundle_read(p->built.bundles[x->column]);
    bool any = false;
    for (uint32_t j = 0; j < b.count; j++) any |= doubts_assumed(n, b.parts[j].measure), out->measures[b.parts[j].measure].value += x->value;
    all += x->value, assumed += any ? x->value : 0;
  }
  for (uint32_t v = 0; v < m->village_count; v++)
    for (uint32_t w = 0; w < p->built.work_count; w++) {
      if (!(p->solved.plan.bundle[v] >> w & 1)) continue;
      const double value = (double)m->works[m->work_at[v] + w].value;
      const uint32_t k = p->built.work_measure[w];
      out->measures[k].value += value, all += value, assumed += doubts_assumed(n, k) ? value : 0;
    }
  for (uint32_t k = 0; k < n->measure_count; k++) {
    out->measures[k].value = all > 0 ? out->measures[k].value / all : 0;
    out->measures[k].assumed = doubts_assumed(n, k);
    out->assumed_count += out->measures[k].assumed;
  }
  out->assumed_value = all > 0 ? assumed / all : 0;
}

static enum status finish(struct drawing *d, struct doubts *out, struct err *e) {
  const struct planning *n = d->in->plan->people->planning;
  double *one;
  ARENA_TRY(e, one = malloc(d->draws * sizeof *one));
  for (int o = 0; o < OBJECTIVE_COUNT; o++) {
    for (uint32_t i = 0; i < d->draws; i++) one[i] = d->fall[i][o];
    out->fall[o] = band_of(one, d->draws);
  }
  free(one);
  for (uint32_t i = 0; i < d->draws; i++) out->certain += d->regret[i] <= 0.05 ? 1.0 / d->draws : 0;
  out->regret = band_of(d->regret, d->draws);
  for (uint32_t m = 0; m < n->measure_count; m++) {
    uint32_t stays = 0;
    for (uint32_t i = 0; i < d->draws; i++) stays += d->stays[i] >> m & 1;
    out->measures[m].stays = (double)stays / d->draws;
  }
  return OK;
}

enum status doubts_make(struct arena *a, const struct doubts_input *in, struct doubts *out, struct err *e) {
  const struct plan *p = in->plan;
  const struct planning *n = p->people->planning;
  const unsigned threads = in->pool ? pool_threads(in->pool) : 1;
  struct drawing d = {.in = in, .draws = in->draws ? in->draws : DOUBTS_DRAWS};
  *out = (struct doubts){.draws = d.draws, .seed = in->seed};
  ARENA_TRY(e, out->measures = arena_array(a, n->measure_count + 1u, sizeof *out->measures));
  ARENA_TRY(e, d.trials = arena_array(a, threads, sizeof *d.trials));
  ARENA_TRY(e, d.opened = arena_array(a, threads, sizeof *d.opened));
  ARENA_TRY(e, d.fall = arena_array(a, d.draws, sizeof *d.fall));
  ARENA_TRY(e, d.regret = arena_array(a, d.draws, sizeof *d.regret));
  ARENA_TRY(e, d.stays = arena_array(a, d.draws, sizeof *d.stays));
  d.opened[0] = true;
  d.status = trial_open(p, DOUBTS_SAMPLE, &d.trials[0], &d.err);
  if (d.status == OK) {
    trial_units(&d.trials[0], NULL, d.units);
    out->sample = d.trials[0].count, out->every = d.trials[0].every;
    for (uint32_t m = 0; m < n->measure_count; m++) out->measures[m].now = d.units[m] * (n->measures[m].village ? 1 : out->every), out->measures[m].planned = d.units[m] > 0;
    if (in->progress) progress_begin(in->progress, "drawing what is not certain", "draws", d.draws);
    pool_run(in->pool, d.draws, draw_task, &d);
    if (in->progress) progress_end(in->progress);
  }
  if (d.status == OK && in->switching) {
    struct switching j = {&d, out};
    pool_run(in->pool, n->measure_count, switching_task, &j);
  }
  for (unsigned k = 0; k < threads; k++)
    if (d.opened[k]) trial_close(&d.trials[k]);
  if (d.status != OK) {
    if (e) *e = d.err;
    return d.status;
  }
  for (uint32_t m = 0; m < n->measure_count && !in->switching; m++) out->measures[m].switches_at = NAN;
  find_assumed(p, out);
  return finish(&d, out, e);
}
