#include "plan/solve.h"

#include <math.h>
#include <string.h>

#include "base/elementary.h"

#define SAMPLE 32768u    /* households of the smallest sample */
#define STEP_MAX 1.0
#define STEP_MIN 1e-5
#define STEP_FIRST 0.3
#define TIER_SAMPLE 8192u  /* households that are asked which tier a market should be at */
#define TIER_STEPS 10u

struct search {
  const struct plan_model *m;
  struct pricer *pricer;
  struct priced at;
  /* What moves: the prices of resources, in 1/2^20 value units, and after them the worth of each market's place. Given that worth W, the
   * bound is least when each tier costs (W + loss) / limit, so a market has one thing to find, however many tiers it has. */
  double *price, *step;
  int8_t *sign;
  int64_t *grid;         /* the prices on the grid, as evaluated */
  int64_t *best;         /* of the least bound over all households */
  wide least;
  bool any;
  unsigned passes;
};

static enum status search_open(struct arena *a, struct search *s, struct err *e) {
  const uint32_t n = s->m->resource_count + s->m->market_count + 1u;
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

static bool is_tier(const struct search *s, uint32_t k) { return s->m->resources[k].market != PLAN_NONE; }

/* How much more is wanted than there is: of a resource in its unit, of a market's one place in places. */
static double excess(const struct search *s, uint32_t k) {
  const struct plan_model *m = s->m;
  if (k < m->resource_count) return (double)s->at.use[k] - (double)m->resources[k].limit;
  double places = -1;
  for (uint32_t t = 0; t < m->resource_count; t++)
    if (m->resources[t].market == k - m->resource_count && m->resources[t].limit) places += (double)s->at.use[t] / (double)m->resources[t].limit;
  return places;
}

static double limit_of(const struct search *s, uint32_t k) {
  int64_t limit = k < s->m->resource_count ? s->m->resources[k].limit : 1;
  return limit > 1 ? (double)limit : 1;
}

/* Tiers' prices from the worth of their markets' places. */
static void price_tiers(struct search *s) {
  const struct plan_model *m = s->m;
  for (uint32_t k = 0; k < m->resource_count; k++) {
    const struct plan_resource *r = &m->resources[k];
    if (is_tier(s, k)) s->price[k] = r->limit ? (s->price[m->resource_count + r->market] + (double)r->loss * (double)(1 << PRICE_BITS)) / (double)r->limit : (double)PRICE_MAX;
  }
}

/* `only_open` NULL: the free problem, markets by the worth of their place. Else: these tiers as plain resources, the others shut. */
static void steps(struct search *s, uint32_t stride, const bool *only_open, unsigned count) {
  const struct plan_model *m = s->m;
  const uint32_t n = m->resource_count + (only_open ? 0 : m->market_count);
  memset(s->sign, 0, (m->resource_count + m->market_count) * sizeof *s->sign);
  for (unsigned i = 0; i < count; i++) {
    if (!only_open) price_tiers(s);
    look(s, stride, only_open);
    const double worth = (double)s->at.value * (double)(1 << PRICE_BITS) + 1;
    for (uint32_t k = 0; k < n; k++) {
      if (only_open ? !only_open[k] : k < m->resource_count && is_tier(s, k)) continue;
      double over = excess(s, k), room = limit_of(s, k);
      int8_t sign = over > 0 ? 1 : over < 0 ? -1 : 0;
      if (s->price[k] <= 0) { /* free so far: a first price when too many want it */
        if (sign > 0) s->price[k] = 1e-3 * worth / (over + 2 * room) + 1, s->step[k] = STEP_MAX, s->sign[k] = 1;
        continue;
      }
      if (sign * s->sign[k] > 0) s->step[k] = fmin(s->step[k] * 1.3, STEP_MAX);
      else if (sign * s->sign[k] < 0) s->step[k] = fmax(s->step[k] * 0.5, STEP_MIN);
      s->sign[k] = sign;
      s->price[k] *= elementary_exp(sign * s->step[k]);
      if (k < m->resource_count && s->price[k] > (double)PRICE_MAX) s->price[k] = (double)PRICE_MAX;
      if (s->price[k] * room < 1e-9 * worth || s->price[k] < 0.5) s->price[k] = 0;
    }
  }
}

/* Goes back to the best prices found. */
static void go_back(struct search *s) {
  const struct plan_model *m = s->m;
  for (uint32_t k = 0; k < m->resource_count; k++) s->price[k] = (double)s->best[k];
  for (uint32_t x = 0; x < m->market_count; x++) s->price[m->resource_count + x] = 0;
  for (uint32_t k = 0; k < m->resource_count; k++)
    if (is_tier(s, k) && m->resources[k].limit) {
      double *w = &s->price[m->resource_count + m->resources[k].market], worth = (double)s->best[k] * (double)m->resources[k].limit - (double)m->resources[k].loss * (double)(1 << PRICE_BITS);
      if (worth > *w) *w = worth;
    }
}

/* Steps in proportion to the gap (Polyak 1969), scaled by each price. */
static void polish(struct search *s, int64_t value, unsigned count) {
  const struct plan_model *m = s->m;
  const uint32_t n = m->resource_count + m->market_count;
  double part = 1;
  for (unsigned i = 0; i < count && part > 1e-3; i++) {
    go_back(s);
    price_tiers(s);
    look(s, 1, NULL);
    double gap = (double)s->at.bound - (double)value * (double)(1 << PRICE_BITS), norm = 0;
    for (uint32_t k = 0; k < n; k++)
      if (k >= m->resource_count || !is_tier(s, k)) norm += s->price[k] * s->price[k] * excess(s, k) * excess(s, k);
    if (gap <= 0 || norm <= 0) return;
    for (uint32_t k = 0; k < n; k++)
      if (k >= m->resource_count || !is_tier(s, k)) s->price[k] = fmax(0, s->price[k] + part * gap / norm * s->price[k] * s->price[k] * excess(s, k));
    wide before = s->least;
    price_tiers(s);
    look(s, 1, NULL);
    if (s->least >= before) part *= 0.5;
  }
}

static void restart(struct search *s, double step) {
  for (uint32_t k = 0; k < s->m->resource_count + s->m->market_count; k++) s->step[k] = step;
}

/* Makes a plan at the prices with these tiers open, and keeps it when it is the best so far. */
static enum status try_plan(struct search *s, struct pool *pool, const int64_t *prices, const bool *open, struct assignment *work, struct solved *out, bool *any, struct err *e) {
  memcpy(work->open, open, s->m->resource_count * sizeof *open);
  TRY(assign(s->m, s->pricer, pool, prices, work, e));
  if (!*any || work->value > out->plan.value) assignment_copy(s->m, work, &out->plan);
  *any = true;
  return OK;
}

/* The tier of each market that is used most, as a share of its limit; plain resources are always open. */
static void choose_tiers(const struct search *s, bool *open) {
  const struct plan_model *m = s->m;
  for (uint32_t k = 0; k < m->resource_count; k++) open[k] = !is_tier(s, k);
  for (uint32_t x = 0; x < m->market_count; x++) {
    double most = 0;
    uint32_t at = PLAN_NONE;
    for (uint32_t k = 0; k < m->resource_count; k++) {
      if (m->resources[k].market != x || !m->resources[k].limit) continue;
      double share = (double)s->at.use[k] / (double)m->resources[k].limit;
      if (at == PLAN_NONE || share > most) most = share, at = k;
    }
    if (at != PLAN_NONE) open[at] = true;
  }
}

/* Worth of the best plan with these tiers, as far as a sample and some steps can tell; prices are left as they were. */
static double worth_with(struct search *s, uint32_t stride, const bool *open, double *kept) {
  const uint32_t n = s->m->resource_count + s->m->market_count;
  memcpy(kept, s->price, n * sizeof *kept);
  restart(s, 0.1);
  steps(s, stride, open, TIER_STEPS);
  look(s, stride, open);
  memcpy(s->price, kept, n * sizeof *kept);
  return (double)s->at.bound;
}

/* Market by market, the tiers beside the one chosen: another is opened where the sample says that this is worth more. */
static enum status improve_tiers(struct arena *scratch, struct search *s, bool *open, struct err *e) {
  const struct plan_model *m = s->m;
  double *kept;
  ARENA_TRY(e, kept = arena_array(scratch, m->resource_count + m->market_count + 1u, sizeof *kept));
  const uint32_t stride = plan_households(m) / TIER_SAMPLE > 1 ? plan_households(m) / TIER_SAMPLE : 1;
  double best = worth_with(s, stride, open, kept);
  for (uint32_t x = 0; x < m->market_count; x++) {
    uint32_t now = PLAN_NONE, at = 0, tier[PLAN_TIERS], count = 0;
    for (uint32_t k = 0; k < m->resource_count && count < PLAN_TIERS; k++) {
      if (m->resources[k].market != x) continue;
      if (open[k]) now = k, at = count;
      tier[count++] = k;
    }
    if (now == PLAN_NONE) continue;
    for (uint32_t t = at ? at - 1 : 0; t <= at + 1 && t < count; t++) {
      if (tier[t] == now) continue;
      open[now] = false, open[tier[t]] = true;
      double worth = worth_with(s, stride, open, kept);
      if (worth > best) best = worth, now = tier[t];
      else open[tier[t]] = false, open[now] = true;
    }
  }
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
  steps(&s, 1, NULL, small ? 300 : passes / 5);
  for (double before = 2; s.passes < passes + (small ? 2000 : 0);) {
    go_back(&s);
    look(&s, 1, NULL);
    choose_tiers(&s, open);
    TRY(try_plan(&s, pool, s.best, open, &work, out, &any, e));
    if (m->market_count) { /* what the tiers that are shut would have taken is found again by the others */
      TRY(improve_tiers(scratch, &s, open, e));
      restart(&s, 0.05);
      steps(&s, 1, open, small ? 100 : passes / 5);
      look(&s, 1, open);
      TRY(try_plan(&s, pool, s.grid, open, &work, out, &any, e));
    }
    double gap = gap_of(&s, out->plan.value);
    if (gap <= enough || gap > 0.9 * before) break;
    before = gap;
    polish(&s, out->plan.value, small ? 60 : passes / 12);
    go_back(&s);
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
