#include "plan/solve.h"

#include <math.h>
#include <string.h>

#include "base/elementary.h"

#define SAMPLE 32768u    /* households of the smallest sample */
#define STEP_MAX 1.0
#define STEP_MIN 1e-5
#define STEP_FIRST 0.3

struct search {
  const struct plan_model *m;
  struct pricer *pricer;
  struct priced at;
  double *price, *step;  /* price in 1/2^20 value units */
  int8_t *sign;
  int64_t *grid;         /* the prices on the grid, as evaluated */
  int64_t *best;         /* of the least bound over all households */
  wide least;
  bool any;
  unsigned passes;
};

static enum status search_open(struct arena *a, struct search *s, struct err *e) {
  const uint32_t n = s->m->resource_count + 1u;
  TRY(priced_make(a, s->m, &s->at, e));
  ARENA_TRY(e, s->price = arena_array(a, n, sizeof *s->price));
  ARENA_TRY(e, s->step = arena_array(a, n, sizeof *s->step));
  ARENA_TRY(e, s->sign = arena_array(a, n, sizeof *s->sign));
  ARENA_TRY(e, s->grid = arena_array(a, n, sizeof *s->grid));
  ARENA_TRY(e, s->best = arena_array(a, n, sizeof *s->best));
  return OK;
}

static void look(struct search *s, uint32_t stride, const bool *only_open) {
  for (uint32_t k = 0; k < s->m->resource_count; k++) s->grid[k] = s->price[k] >= (double)PRICE_MAX ? PRICE_MAX : (int64_t)(s->price[k] + 0.5);
  pricer_pass(s->pricer, s->grid, stride, only_open, &s->at);
  if (stride != 1) return;
  s->passes++;
  if (only_open || (s->any && s->at.bound >= s->least)) return;
  s->least = s->at.bound, s->any = true;
  memcpy(s->best, s->grid, s->m->resource_count * sizeof *s->grid);
}

/* How much more is wanted than there is. */
static double excess(const struct search *s, uint32_t k) { return (double)s->at.use[k] - (s->at.open[k] ? (double)s->m->resources[k].limit : 0); }

static void steps(struct search *s, uint32_t stride, const bool *only_open, unsigned count) {
  const uint32_t n = s->m->resource_count;
  for (uint32_t k = 0; k < n; k++) s->sign[k] = 0;
  for (unsigned i = 0; i < count; i++) {
    look(s, stride, only_open);
    const double worth = (double)s->at.value * (double)(1 << PRICE_BITS) + 1;
    for (uint32_t k = 0; k < n; k++) {
      if (only_open && !only_open[k]) continue;
      double over = excess(s, k), room = (double)s->m->resources[k].limit > 1 ? (double)s->m->resources[k].limit : 1;
      int8_t sign = over > 0 ? 1 : over < 0 ? -1 : 0;
      if (s->price[k] <= 0) { /* free so far: a first price when too many want it */
        if (sign > 0) s->price[k] = 1e-3 * worth / ((double)s->at.use[k] + room) + 1, s->step[k] = STEP_MAX, s->sign[k] = 1;
        continue;
      }
      if (sign * s->sign[k] > 0) s->step[k] = fmin(s->step[k] * 1.3, STEP_MAX);
      else if (sign * s->sign[k] < 0) s->step[k] = fmax(s->step[k] * 0.5, STEP_MIN);
      s->sign[k] = sign;
      s->price[k] *= elementary_exp(sign * s->step[k]);
      if (s->price[k] > (double)PRICE_MAX) s->price[k] = (double)PRICE_MAX;
      if (s->price[k] * room < 1e-9 * worth || s->price[k] < 0.5) s->price[k] = 0;
    }
  }
}

/* Steps in proportion to the gap, scaled by each price. */
static void polish(struct search *s, int64_t value, unsigned count) {
  const uint32_t n = s->m->resource_count;
  double part = 1;
  for (unsigned i = 0; i < count; i++) {
    for (uint32_t k = 0; k < n; k++) s->price[k] = (double)s->best[k];
    look(s, 1, NULL);
    double gap = (double)s->at.bound - (double)value * (double)(1 << PRICE_BITS), norm = 0;
    for (uint32_t k = 0; k < n; k++) norm += s->price[k] * s->price[k] * excess(s, k) * excess(s, k);
    if (gap <= 0 || norm <= 0) return;
    for (uint32_t k = 0; k < n; k++) s->price[k] = fmax(0, s->price[k] + part * gap / norm * s->price[k] * s->price[k] * excess(s, k));
    wide before = s->least;
    look(s, 1, NULL);
    if (s->least >= before) part *= 0.5;
    if (part < 1e-3) return;
  }
}

static void restart(struct search *s, double step) {
  for (uint32_t k = 0; k < s->m->resource_count; k++) s->step[k] = step;
}

/* Makes a plan at the prices with these tiers open, and keeps it when it is the best so far. */
static enum status try_plan(struct search *s, struct pool *pool, const int64_t *prices, const bool *open, struct assignment *work, struct solved *out, bool *any, struct err *e) {
  memcpy(work->open, open, s->m->resource_count * sizeof *open);
  TRY(assign(s->m, s->pricer, pool, prices, work, e));
  if (!*any || work->value > out->plan.value) assignment_copy(s->m, work, &out->plan);
  *any = true;
  return OK;
}

static double gap_of(const struct search *s, int64_t value) {
  double bound = (double)price_bound_units(s->least);
  return bound > 0 ? (bound - (double)value) / bound : 0;
}

static enum status solve_in(struct arena *a, struct arena *scratch, const struct plan_model *m, struct pool *pool, const struct solve_options *o, struct solved *out, struct err *e) {
  struct search s = {.m = m};
  struct assignment work;
  const unsigned passes = o && o->passes ? o->passes : 120;
  const double enough = o && o->enough > 0 ? o->enough : 0.0005;
  TRY(pricer_open(scratch, m, pool, &s.pricer, e));
  TRY(search_open(scratch, &s, e));
  TRY(assignment_make(a, m, &out->plan, e));
  TRY(assignment_make(scratch, m, &work, e));
  ARENA_TRY(e, out->prices = arena_array(a, m->resource_count + 1u, sizeof *out->prices));
  bool *open, any = false;
  ARENA_TRY(e, open = arena_array(scratch, m->resource_count + 1u, sizeof *open));
  uint32_t stride = plan_households(m) / SAMPLE;
  restart(&s, STEP_FIRST);
  for (unsigned first = 1; stride > 1; first = 0, stride /= 8) {
    steps(&s, stride, NULL, first ? 150 : 60);
    restart(&s, 0.05);
  }
  const bool small = plan_households(m) <= SAMPLE;
  steps(&s, 1, NULL, small ? 300 : passes / 3);
  for (unsigned turn = 0; turn < 3; turn++) {
    for (uint32_t k = 0; k < m->resource_count; k++) s.price[k] = (double)s.best[k];
    look(&s, 1, NULL);
    memcpy(open, s.at.open, m->resource_count * sizeof *open);
    TRY(try_plan(&s, pool, s.best, open, &work, out, &any, e));
    if (m->market_count) {
      restart(&s, 0.05);
      steps(&s, 1, open, small ? 100 : passes / 8);
      look(&s, 1, open);
      TRY(try_plan(&s, pool, s.grid, open, &work, out, &any, e));
      for (uint32_t k = 0; k < m->resource_count; k++) s.price[k] = (double)s.best[k];
    }
    if (gap_of(&s, out->plan.value) <= enough || s.passes >= (small ? 2000 : passes)) break;
    polish(&s, out->plan.value, small ? 60 : passes / 12);
    for (uint32_t k = 0; k < m->resource_count; k++) s.price[k] = (double)s.best[k];
    restart(&s, 0.01);
    steps(&s, 1, NULL, small ? 150 : passes / 8);
  }
  memcpy(out->prices, s.best, m->resource_count * sizeof *out->prices);
  out->bound = price_bound_units(s.least);
  out->gap = gap_of(&s, out->plan.value);
  out->passes = s.passes;
  return OK;
}

enum status solve(struct arena *a, const struct plan_model *m, struct pool *pool, const struct solve_options *o, struct solved *out, struct err *e) {
  struct arena scratch;
  arena_init(&scratch, 0);
  *out = (struct solved){0};
  enum status st = plan_model_check(m, e);
  if (st == OK) st = solve_in(a, &scratch, m, pool, o, out, e);
  arena_drop(&scratch);
  return st;
}
