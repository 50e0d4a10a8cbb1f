#include "plan/search.h"

#include <math.h>
#include <string.h>

#include "base/elementary.h"

#define STEP_MAX 1.0
#define STEP_MIN 1e-5
#define FLOOR_FIRST 50000.0 /* first price of a floor: a twentieth of a value unit for one */
#define ASK_FIRST 30u /* steps until the prices of shut tiers say something; later they follow in fewer */
#define ASK_AGAIN 8u

static void first_tiers(struct search *s) {
  const struct plan_model *m = s->m;
  for (uint32_t k = 0; k < m->resource_count; k++) s->open[k] = m->resources[k].market == PLAN_NONE;
  for (uint32_t x = 0; x < m->market_count; x++)
    for (uint32_t k = 0, found = 0; k < m->resource_count && !found; k++)
      if (m->resources[k].market == x && m->resources[k].limit) s->open[k] = true, found = 1;
}

enum status search_open(struct arena *a, const struct plan_model *m, struct pool *pool, struct search *s, struct err *e) {
  const uint32_t n = plan_price_count(m) + 1u, markets = m->market_count + 1u;
  *s = (struct search){.m = m};
  TRY(pricer_open(a, m, pool, &s->pricer, e));
  TRY(priced_make(a, m, &s->at, e));
  ARENA_TRY(e, s->open = arena_array(a, n, sizeof *s->open));
  ARENA_TRY(e, s->price = arena_array(a, n, sizeof *s->price));
  ARENA_TRY(e, s->step = arena_array(a, n, sizeof *s->step));
  ARENA_TRY(e, s->sign = arena_array(a, n, sizeof *s->sign));
  ARENA_TRY(e, s->grid = arena_array(a, n, sizeof *s->grid));
  ARENA_TRY(e, s->best = arena_array(a, n, sizeof *s->best));
  ARENA_TRY(e, s->kept_open = arena_array(a, n, sizeof *s->kept_open));
  ARENA_TRY(e, s->kept_price = arena_array(a, n, sizeof *s->kept_price));
  ARENA_TRY(e, s->market = arena_array(a, markets, sizeof *s->market));
  ARENA_TRY(e, s->to = arena_array(a, markets, sizeof *s->to));
  ARENA_TRY(e, s->promise = arena_array(a, markets, sizeof *s->promise));
  first_tiers(s);
  return OK;
}

void search_look(struct search *s) {
  for (uint32_t k = 0; k < plan_price_count(s->m); k++) s->grid[k] = s->price[k] >= (double)PRICE_MAX ? PRICE_MAX : (int64_t)(s->price[k] + 0.5);
  pricer_pass(s->pricer, s->grid, s->open, s->asking, &s->at);
  if (s->sampled) return;
  s->passes++;
  if (s->fixed || (s->any && s->at.bound >= s->least)) return;
  s->least = s->at.bound, s->any = true;
  memcpy(s->best, s->grid, plan_price_count(s->m) * sizeof *s->grid);
}

static double limit_of(const struct search *s, uint32_t k) { return s->m->resources[k].limit > 1 ? (double)s->m->resources[k].limit : 1; }
static double excess(const struct search *s, uint32_t k) { return (double)s->at.use[k] - (double)s->m->resources[k].limit; }

static void move(struct search *s, uint32_t k, int8_t sign) {
  if (sign * s->sign[k] > 0) s->step[k] = fmin(s->step[k] * 1.3, STEP_MAX);
  else if (sign * s->sign[k] < 0) s->step[k] = fmax(s->step[k] * 0.5, STEP_MIN);
  s->sign[k] = sign;
  s->price[k] *= elementary_exp(sign * s->step[k]);
}

/* A village short of its floor counts more, one above it less. A sample knows too little of a village. */
static void move_floors(struct search *s) {
  const struct plan_model *m = s->m;
  for (uint32_t v = 0; v < m->village_count; v++) {
    const uint32_t k = m->resource_count + v;
    const int8_t sign = s->at.village[v] < m->floor[v] ? 1 : s->at.village[v] > m->floor[v] ? -1 : 0;
    if (s->price[k] <= 0) {
      if (sign > 0) s->price[k] = FLOOR_FIRST, s->step[k] = STEP_MAX, s->sign[k] = 1;
      continue;
    }
    move(s, k, sign);
    s->price[k] = fmin(s->price[k], (double)m->floor_weight * (1 << PRICE_BITS));
    if (s->price[k] < FLOOR_FIRST / 64) s->price[k] = 0;
  }
}

void search_steps(struct search *s, unsigned count) {
  const struct plan_model *m = s->m;
  memset(s->sign, 0, plan_price_count(m) * sizeof *s->sign);
  for (unsigned i = 0; i < count; i++) {
    search_look(s);
    const double worth = (double)s->at.value * (double)(1 << PRICE_BITS) + 1;
    for (uint32_t k = 0; k < m->resource_count; k++) {
      if (!s->open[k] && !s->asking) continue;
      double over = excess(s, k), room = limit_of(s, k);
      int8_t sign = over > 0 ? 1 : over < 0 ? -1 : 0;
      if (s->price[k] <= 0) { /* free so far: a first price when too many want it */
        if (sign > 0) s->price[k] = 1e-3 * worth / (over + 2 * room) + 1, s->step[k] = STEP_MAX, s->sign[k] = 1;
        continue;
      }
      move(s, k, sign);
      s->price[k] = fmin(s->price[k], (double)PRICE_MAX);
      if (s->price[k] * room < 1e-9 * worth || s->price[k] < 0.5) s->price[k] = 0;
    }
    if (m->floor && !s->sampled) move_floors(s);
  }
}

enum status search_sample(struct arena *a, struct search *s, uint32_t stride, struct err *e) {
  s->sampled = stride > 1, s->any = false;
  return pricer_sample(a, s->pricer, stride, e);
}

void search_ask(struct search *s, bool asking) { s->asking = asking, s->any = false; }

void search_restart(struct search *s, double step) {
  for (uint32_t k = 0; k < plan_price_count(s->m); k++) s->step[k] = step;
}

void search_back(struct search *s) {
  for (uint32_t k = 0; k < plan_price_count(s->m); k++) s->price[k] = (double)s->best[k];
}

void search_polish(struct search *s, int64_t value, unsigned count) {
  const struct plan_model *m = s->m;
  double part = 1;
  for (unsigned i = 0; i < count && part > 1e-3; i++) {
    search_back(s);
    search_look(s);
    double gap = (double)s->at.bound - (double)value * (double)(1 << PRICE_BITS), norm = 0;
    for (uint32_t k = 0; k < m->resource_count; k++)
      if (s->open[k]) norm += s->price[k] * s->price[k] * excess(s, k) * excess(s, k);
    if (gap <= 0 || norm <= 0) return;
    for (uint32_t k = 0; k < m->resource_count; k++)
      if (s->open[k]) s->price[k] = fmax(0, s->price[k] + part * gap / norm * s->price[k] * s->price[k] * excess(s, k));
    wide before = s->least;
    search_look(s);
    if (s->least >= before) part *= 0.5;
  }
}

/* ---- tiers ---- */

/* In each market the tier, or none, that the last pass found to be worth more. */
static void promises(struct search *s) {
  const struct plan_model *m = s->m;
  s->promised = 0;
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
    uint32_t at = s->promised++;
    for (; at && s->promise[at - 1] < gain; at--) s->promise[at] = s->promise[at - 1], s->market[at] = s->market[at - 1], s->to[at] = s->to[at - 1];
    s->promise[at] = gain, s->market[at] = x, s->to[at] = to;
  }
}

static void keep_tiers(struct search *s) {
  memcpy(s->kept_open, s->open, s->m->resource_count * sizeof *s->kept_open);
  memcpy(s->kept_price, s->price, plan_price_count(s->m) * sizeof *s->kept_price);
  s->kept = s->at.held;
  promises(s);
}

void search_tiers(struct search *s, unsigned tries, unsigned count) {
  const struct plan_model *m = s->m;
  search_ask(s, true);
  search_steps(s, ASK_FIRST);
  search_look(s);
  keep_tiers(s);
  for (uint32_t first = 0, size = s->promised; tries && s->promised; tries--) {
    for (uint32_t i = first; i < first + size && i < s->promised; i++)
      for (uint32_t k = 0; k < m->resource_count; k++)
        if (m->resources[k].market == s->market[i]) s->open[k] = k == s->to[i];
    search_ask(s, false);
    search_restart(s, 0.1);
    search_steps(s, count);
    search_ask(s, true);
    search_steps(s, ASK_AGAIN);
    search_look(s);
    if (s->at.held > s->kept) {
      keep_tiers(s);
      first = 0, size = s->promised;
      continue;
    }
    memcpy(s->open, s->kept_open, m->resource_count * sizeof *s->kept_open);
    memcpy(s->price, s->kept_price, plan_price_count(m) * sizeof *s->kept_price);
    if (size > 1) size = size / 2;
    else if (++first >= s->promised) break;
  }
  memcpy(s->open, s->kept_open, m->resource_count * sizeof *s->kept_open);
  memcpy(s->price, s->kept_price, plan_price_count(m) * sizeof *s->kept_price);
  search_ask(s, false);
}
