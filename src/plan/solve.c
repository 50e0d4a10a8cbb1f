#include "plan/solve.h"

#include <math.h>
#include <string.h>

#include "base/elementary.h"

#define SAMPLE 32768u /* households of the smallest sample */
#define SMALL 4096u   /* up to so many households passes are free, and rounding is what matters */
#define STEP_MAX 1.0
#define STEP_MIN 1e-5
#define STEP_FIRST 0.3

struct search {
  const struct plan_model *m;
  struct pricer *pricer;
  struct priced at;
  bool *open;            /* plain resources, and the tier of each market that the plan is to open */
  double *price, *step;  /* in 1/2^20 value units; of shut tiers too: what they would have to cost were they open */
  int8_t *sign;
  int64_t *grid;         /* the prices on the grid, as evaluated */
  int64_t *best;         /* of the least bound over all households with these tiers open */
  wide least;
  bool any;
  unsigned passes;
};

static enum status search_open(struct arena *a, struct search *s, struct err *e) {
  const uint32_t n = s->m->resource_count + 1u;
  TRY(priced_make(a, s->m, &s->at, e));
  ARENA_TRY(e, s->open = arena_array(a, n, sizeof *s->open));
  ARENA_TRY(e, s->price = arena_array(a, n, sizeof *s->price));
  ARENA_TRY(e, s->step = arena_array(a, n, sizeof *s->step));
  ARENA_TRY(e, s->sign = arena_array(a, n, sizeof *s->sign));
  ARENA_TRY(e, s->grid = arena_array(a, n, sizeof *s->grid));
  ARENA_TRY(e, s->best = arena_array(a, n, sizeof *s->best));
  return OK;
}

static void look(struct search *s, uint32_t stride) {
  for (uint32_t k = 0; k < s->m->resource_count; k++) s->grid[k] = s->price[k] >= (double)PRICE_MAX ? PRICE_MAX : (int64_t)(s->price[k] + 0.5);
  pricer_pass(s->pricer, s->grid, stride, s->open, &s->at);
  if (stride != 1) return;
  s->passes++;
  if (s->any && s->at.bound >= s->least) return;
  s->least = s->at.bound, s->any = true;
  memcpy(s->best, s->grid, s->m->resource_count * sizeof *s->grid);
}

static double limit_of(const struct search *s, uint32_t k) { return s->m->resources[k].limit > 1 ? (double)s->m->resources[k].limit : 1; }
static double excess(const struct search *s, uint32_t k) { return (double)s->at.use[k] - (double)s->m->resources[k].limit; }

static void steps(struct search *s, uint32_t stride, unsigned count) {
  const struct plan_model *m = s->m;
  memset(s->sign, 0, m->resource_count * sizeof *s->sign);
  for (unsigned i = 0; i < count; i++) {
    look(s, stride);
    const double worth = (double)s->at.value * (double)(1 << PRICE_BITS) + 1;
    for (uint32_t k = 0; k < m->resource_count; k++) {
      double over = excess(s, k), room = limit_of(s, k);
      int8_t sign = over > 0 ? 1 : over < 0 ? -1 : 0;
      if (s->price[k] <= 0) { /* free so far: a first price when too many want it */
        if (sign > 0) s->price[k] = 1e-3 * worth / (over + 2 * room) + 1, s->step[k] = STEP_MAX, s->sign[k] = 1;
        continue;
      }
      if (sign * s->sign[k] > 0) s->step[k] = fmin(s->step[k] * 1.3, STEP_MAX);
      else if (sign * s->sign[k] < 0) s->step[k] = fmax(s->step[k] * 0.5, STEP_MIN);
      s->sign[k] = sign;
      s->price[k] = fmin(s->price[k] * elementary_exp(sign * s->step[k]), (double)PRICE_MAX);
      if (s->price[k] * room < 1e-9 * worth || s->price[k] < 0.5) s->price[k] = 0;
    }
  }
}

static void restart(struct search *s, double step) {
  for (uint32_t k = 0; k < s->m->resource_count; k++) s->step[k] = step;
}

static void go_back(struct search *s) {
  for (uint32_t k = 0; k < s->m->resource_count; k++) s->price[k] = (double)s->best[k];
}

/* ---- tiers ---- */

/* Where the search for tiers stands: the best set so far, what it is worth, and the changes that the last pass at it promised. */
struct tiers {
  bool *open;
  double *price;
  wide held;
  uint32_t *market, *to; /* promises, best first */
  wide *gain;
  uint32_t count;
};

static enum status tiers_make(struct arena *a, const struct plan_model *m, struct tiers *t, struct err *e) {
  ARENA_TRY(e, t->open = arena_array(a, m->resource_count + 1u, sizeof *t->open));
  ARENA_TRY(e, t->price = arena_array(a, m->resource_count + 1u, sizeof *t->price));
  ARENA_TRY(e, t->market = arena_array(a, m->market_count + 1u, sizeof *t->market));
  ARENA_TRY(e, t->to = arena_array(a, m->market_count + 1u, sizeof *t->to));
  ARENA_TRY(e, t->gain = arena_array(a, m->market_count + 1u, sizeof *t->gain));
  return OK;
}

/* In each market the tier, or none, that the last pass found to be worth more. */
static void promises(const struct search *s, struct tiers *t) {
  const struct plan_model *m = s->m;
  t->count = 0;
  for (uint32_t x = 0; x < m->market_count; x++) {
    uint32_t now = PLAN_NONE, to;
    wide gain = 0;
    for (uint32_t k = 0; k < m->resource_count; k++)
      if (m->resources[k].market == x && s->open[k]) now = k;
    to = now;
    if (now != PLAN_NONE && s->at.shut[x] > gain) gain = s->at.shut[x], to = PLAN_NONE;
    for (uint32_t k = 0; k < m->resource_count; k++)
      if (m->resources[k].market == x && s->at.worth[k] > gain) gain = s->at.worth[k], to = k;
    if (to == now) continue;
    uint32_t at = t->count++;
    for (; at && t->gain[at - 1] < gain; at--) t->gain[at] = t->gain[at - 1], t->market[at] = t->market[at - 1], t->to[at] = t->to[at - 1];
    t->gain[at] = gain, t->market[at] = x, t->to[at] = to;
  }
}

static void keep_tiers(const struct search *s, struct tiers *t) {
  memcpy(t->open, s->open, s->m->resource_count * sizeof *t->open);
  memcpy(t->price, s->price, s->m->resource_count * sizeof *t->price);
  t->held = s->at.held;
  promises(s, t);
}

/* Changes tiers while that makes the plan better: all that promise something at once, then half of them, down to each alone. */
static void improve_tiers(struct search *s, struct tiers *t, uint32_t stride, unsigned tries, unsigned count) {
  const struct plan_model *m = s->m;
  look(s, stride);
  keep_tiers(s, t);
  for (uint32_t first = 0, size = t->count; tries && t->count; tries--) {
    for (uint32_t i = first; i < first + size && i < t->count; i++)
      for (uint32_t k = 0; k < m->resource_count; k++)
        if (m->resources[k].market == t->market[i]) s->open[k] = k == t->to[i];
    s->any = false;
    restart(s, 0.1);
    steps(s, stride, count);
    look(s, stride);
    if (s->at.held > t->held) {
      keep_tiers(s, t);
      first = 0, size = t->count;
      continue;
    }
    memcpy(s->open, t->open, m->resource_count * sizeof *t->open);
    memcpy(s->price, t->price, m->resource_count * sizeof *t->price);
    if (size > 1) size = size / 2;
    else if (++first >= t->count) break;
  }
  memcpy(s->open, t->open, m->resource_count * sizeof *t->open);
  memcpy(s->price, t->price, m->resource_count * sizeof *t->price);
  s->any = false;
}

static void first_tiers(struct search *s) {
  const struct plan_model *m = s->m;
  for (uint32_t k = 0; k < m->resource_count; k++) s->open[k] = m->resources[k].market == PLAN_NONE;
  for (uint32_t x = 0; x < m->market_count; x++)
    for (uint32_t k = 0, found = 0; k < m->resource_count && !found; k++)
      if (m->resources[k].market == x && m->resources[k].limit) s->open[k] = true, found = 1;
}

/* ---- the plan ---- */

/* Steps in proportion to the gap (Polyak 1969), scaled by each price. */
static void polish(struct search *s, int64_t value, unsigned count) {
  const struct plan_model *m = s->m;
  double part = 1;
  for (unsigned i = 0; i < count && part > 1e-3; i++) {
    go_back(s);
    look(s, 1);
    double gap = (double)s->at.bound - (double)value * (double)(1 << PRICE_BITS), norm = 0;
    for (uint32_t k = 0; k < m->resource_count; k++)
      if (s->open[k]) norm += s->price[k] * s->price[k] * excess(s, k) * excess(s, k);
    if (gap <= 0 || norm <= 0) return;
    for (uint32_t k = 0; k < m->resource_count; k++)
      if (s->open[k]) s->price[k] = fmax(0, s->price[k] + part * gap / norm * s->price[k] * s->price[k] * excess(s, k));
    wide before = s->least;
    look(s, 1);
    if (s->least >= before) part *= 0.5;
  }
}

/* Makes a plan at the best prices, and keeps it when it is the best so far. */
static enum status try_plan(struct search *s, struct pool *pool, struct assignment *work, struct solved *out, bool *any, struct err *e) {
  memcpy(work->open, s->open, s->m->resource_count * sizeof *s->open);
  TRY(assign(s->m, s->pricer, pool, s->best, work, e));
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
  struct tiers tiers;
  const unsigned passes = o && o->passes ? o->passes : 120;
  const double enough = o && o->enough > 0 ? o->enough : 0.0005;
  TRY(pricer_open(scratch, m, pool, &s.pricer, e));
  TRY(search_open(scratch, &s, e));
  TRY(assignment_make(a, m, &out->plan, e));
  TRY(assignment_make(scratch, m, &work, e));
  TRY(tiers_make(scratch, m, &tiers, e));
  ARENA_TRY(e, out->prices = arena_array(a, m->resource_count + 1u, sizeof *out->prices));
  bool any = false;
  uint32_t stride = plan_households(m) / SAMPLE > 1 ? plan_households(m) / SAMPLE : 1;
  const bool small = plan_households(m) <= SMALL;
  first_tiers(&s);
  restart(&s, STEP_FIRST);
  steps(&s, stride, 120);
  if (stride == 1 && m->market_count) improve_tiers(&s, &tiers, 1, small ? 40 : 12, small ? 60 : 25);
  for (; stride > 1; stride /= 8) {
    if (m->market_count) improve_tiers(&s, &tiers, stride, 12, 25);
    restart(&s, 0.05);
    if (stride / 8 > 1) steps(&s, stride / 8, 40);
  }
  restart(&s, 0.02);
  steps(&s, 1, small ? 300 : passes / 5);
  const unsigned from = s.passes;
  for (double before = 2;;) {
    TRY(try_plan(&s, pool, &work, out, &any, e));
    double gap = gap_of(&s, out->plan.value);
    if (gap <= enough || gap > 0.9 * before || s.passes - from > (small ? 2000 : passes)) break;
    before = gap;
    polish(&s, out->plan.value, small ? 60 : passes / 12);
    go_back(&s);
    restart(&s, 0.01);
    steps(&s, 1, small ? 150 : passes / 8);
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
