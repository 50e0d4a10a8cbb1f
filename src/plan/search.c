#include "plan/search.h"

#include <math.h>
#include <string.h>

#include "base/elementary.h"

#define STEP_MAX 1.0
#define STEP_MIN 1e-5

static void first_tiers(struct search *s) {
  const struct plan_model *m = s->m;
  for (uint32_t k = 0; k < m->resource_count; k++) s->open[k] = m->resources[k].market == PLAN_NONE;
  for (uint32_t x = 0; x < m->market_count; x++)
    for (uint32_t k = 0, found = 0; k < m->resource_count && !found; k++)
      if (m->resources[k].market == x && m->resources[k].limit) s->open[k] = true, found = 1;
}

enum status search_open(struct arena *a, const struct plan_model *m, struct pool *pool, struct search *s, struct err *e) {
  const uint32_t n = m->resource_count + 1u, markets = m->market_count + 1u;
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

void search_look(struct search *s, uint32_t stride) {
  for (uint32_t k = 0; k < s->m->resource_count; k++) s->grid[k] = s->price[k] >= (double)PRICE_MAX ? PRICE_MAX : (int64_t)(s->price[k] + 0.5);
  pricer_pass(s->pricer, s->grid, stride, s->open, &s->at);
  if (stride != 1) return;
  s->passes++;
  if (s->fixed || (s->any && s->at.bound >= s->least)) return;
  s->least = s->at.bound, s->any = true;
  memcpy(s->best, s->grid, s->m->resource_count * sizeof *s->grid);
}

static double limit_of(const struct search *s, uint32_t k) { return s->m->resources[k].limit > 1 ? (double)s->m->resources[k].limit : 1; }
static double excess(const struct search *s, uint32_t k) { return (double)s->at.use[k] - (double)s->m->resources[k].limit; }

void search_steps(struct search *s, uint32_t stride, unsigned count) {
  const struct plan_model *m = s->m;
  memset(s->sign, 0, m->resource_count * sizeof *s->sign);
  for (unsigned i = 0; i < count; i++) {
    search_look(s, stride);
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

void search_restart(struct search *s, double step) {
  for (uint32_t k = 0; k < s->m->resource_count; k++) s->step[k] = step;
}

void search_back(struct search *s) {
  for (uint32_t k = 0; k < s->m->resource_count; k++) s->price[k] = (double)s->best[k];
}

void search_polish(struct search *s, int64_t value, unsigned count) {
  const struct plan_model *m = s->m;
  double part = 1;
  for (unsigned i = 0; i < count && part > 1e-3; i++) {
    search_back(s);
    search_look(s, 1);
    double gap = (double)s->at.bound - (double)value * (double)(1 << PRICE_BITS), norm = 0;
    for (uint32_t k = 0; k < m->resource_count; k++)
      if (s->open[k]) norm += s->price[k] * s->price[k] * excess(s, k) * excess(s, k);
    if (gap <= 0 || norm <= 0) return;
    for (uint32_t k = 0; k < m->resource_count; k++)
      if (s->open[k]) s->price[k] = fmax(0, s->price[k] + part * gap / norm * s->price[k] * s->price[k] * excess(s, k));
    wide before = s->least;
    search_look(s, 1);
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
  memcpy(s->kept_price, s->price, s->m->resource_count * sizeof *s->kept_price);
  s->kept = s->at.held;
  promises(s);
}

void search_tiers(struct search *s, uint32_t stride, unsigned tries, unsigned count) {
  const struct plan_model *m = s->m;
  search_look(s, stride);
  keep_tiers(s);
  for (uint32_t first = 0, size = s->promised; tries && s->promised; tries--) {
    for (uint32_t i = first; i < first + size && i < s->promised; i++)
      for (uint32_t k = 0; k < m->resource_count; k++)
        if (m->resources[k].market == s->market[i]) s->open[k] = k == s->to[i];
    s->any = false;
    search_restart(s, 0.1);
    search_steps(s, stride, count);
    search_look(s, stride);
    if (s->at.held > s->kept) {
      keep_tiers(s);
      first = 0, size = s->promised;
      continue;
    }
    memcpy(s->open, s->kept_open, m->resource_count * sizeof *s->kept_open);
    memcpy(s->price, s->kept_price, m->resource_count * sizeof *s->kept_price);
    if (size > 1) size = size / 2;
    else if (++first >= s->promised) break;
  }
  memcpy(s->open, s->kept_open, m->resource_count * sizeof *s->kept_open);
  memcpy(s->price, s->kept_price, m->resource_count * sizeof *s->kept_price);
  s->any = false;
}
