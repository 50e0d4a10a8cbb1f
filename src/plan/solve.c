#include "plan/solve.h"

#include <string.h>

#include "plan/search.h"

#define SMALL 4096u   /* up to so many households passes are free, and rounding is what matters */
#define STEP_FIRST 0.3
#define SINGLE 24u    /* works near the margin that are tried one by one */

/* Samples that prices are found on before all households are looked at, and how many sets of tiers are tried there. */
static const struct { uint32_t sample; unsigned steps, tries; } levels[] = {{32768, 100, 12}, {131072, 30, 6}, {1048576, 15, 0}};

/* Plans on the way: the best so far, and room for the next. */
struct plans {
  const struct plan_model *m;
  struct pool *pool;
  struct search *s;
  struct works works;
  struct assignment work, *best;
  double enough;
  bool any, rough;
};

static double gap_of(const struct search *s, int64_t value) {
  double bound = (double)price_bound_units(s->least);
  return bound > 0 ? (bound - (double)value) / bound : 0;
}

static bool good(const struct plans *p) { return p->any && gap_of(p->s, p->best->value) <= p->enough; }

/* Makes a plan at these prices with the first `count` works proposed, and keeps it when it is the best so far. */
static enum status try_plan(struct plans *p, const int64_t *prices, uint32_t count, int64_t *value, struct err *e) {
  memcpy(p->work.open, p->s->open, p->m->resource_count * sizeof *p->work.open);
  TRY(assign(p->m, p->s->pricer, p->pool, prices, &p->works, count, &p->work, e));
  if (!p->any || p->work.value > p->best->value) assignment_copy(p->m, &p->work, p->best);
  p->any = true;
  *value = p->work.value;
  return OK;
}

/* How many of the ranked works: each half of the last, then closer and closer to the best. */
static enum status try_counts(struct plans *p, uint32_t *best_count, struct err *e) {
  int64_t value, best = -1;
  *best_count = 0;
  for (uint32_t n = p->works.count;; n /= 2) {
    TRY(try_plan(p, p->s->best, n, &value, e));
    if (value > best) best = value, *best_count = n;
    if (!n || good(p)) break;
  }
  if (p->rough) return OK;
  for (uint32_t step = (*best_count + 3) / 4; step && !good(p); step = step > 1 ? (step + 1) / 2 : 0)
    for (int side = -1; side <= 1; side += 2) {
      const int64_t n = (int64_t)*best_count + side * (int64_t)step;
      if (n < 0 || n > (int64_t)p->works.count) continue;
      TRY(try_plan(p, p->s->best, (uint32_t)n, &value, e));
      if (value > best) best = value, *best_count = (uint32_t)n;
    }
  return OK;
}

/* Moves a work from one place in the ranking to another. */
static void move_work(struct works *w, uint32_t from, uint32_t to) {
  const uint32_t v = w->village[from];
  for (; from < to; from++) w->village[from] = w->village[from + 1];
  for (; from > to; from--) w->village[from] = w->village[from - 1];
  w->village[to] = v;
}

/* Works near the margin, one by one: what if this one were, or were not, among the proposed? */
static enum status try_singles(struct plans *p, uint32_t *count, struct err *e) {
  int64_t value, best;
  TRY(try_plan(p, p->s->best, *count, &best, e));
  for (uint32_t i = 0; i < SINGLE && !good(p); i++) {
    const bool drop = i % 2;
    if (drop ? *count < i / 2 + 1 : *count + i / 2 >= p->works.count) continue;
    const uint32_t from = drop ? *count - 1 - i / 2 : *count + i / 2, to = drop ? p->works.count - 1 : 0, n = drop ? *count - 1 : *count + 1;
    move_work(&p->works, from, to);
    TRY(try_plan(p, p->s->best, n, &value, e));
    if (value > best) best = value, *count = n;
    else move_work(&p->works, to, from);
  }
  return OK;
}

/* Prices found again with the best plan's works given, and a plan at those. */
static enum status try_fixed(struct plans *p, unsigned steps, struct err *e) {
  struct search *s = p->s;
  int64_t value;
  uint32_t n = 0;
  pricer_fix(s->pricer, p->best->bundle);
  s->fixed = true;
  search_back(s);
  search_restart(s, 0.1);
  search_steps(s, steps);
  pricer_fix(s->pricer, NULL);
  s->fixed = false;
  for (uint32_t v = 0; v < p->m->village_count; v++) {
    p->works.bundle[v] = p->best->bundle[v];
    if (plan_works_of(p->m, v) && p->works.bundle[v] != price_free_works(p->m, v)) p->works.village[n++] = v;
  }
  p->works.count = n;
  return try_plan(p, s->grid, n, &value, e);
}

/* Plans at the best prices. */
static enum status make_plans(struct plans *p, unsigned steps, struct err *e) {
  uint32_t count;
  TRY(works_rank(p->m, p->s->pricer, p->s->best, p->s->open, &p->works, e));
  TRY(try_counts(p, &count, e));
  if (!p->works.count || good(p) || p->rough) return OK;
  TRY(try_singles(p, &count, e));
  return good(p) ? OK : try_fixed(p, steps, e);
}

static enum status solve_in(struct arena *a, struct arena *scratch, const struct plan_model *m, struct pool *pool, const struct solve_options *o, struct solved *out, struct err *e) {
  struct search s;
  const unsigned passes = o && o->passes ? o->passes : 120;
  struct plans p = {.m = m, .pool = pool, .s = &s, .best = &out->plan, .enough = o && o->enough > 0 ? o->enough : 0.0005, .rough = o && o->rough};
  TRY(search_open(scratch, m, pool, &s, e));
  TRY(assignment_make(a, m, &out->plan, e));
  TRY(assignment_make(scratch, m, &p.work, e));
  TRY(works_make(scratch, m, &p.works, e));
  ARENA_TRY(e, out->prices = arena_array(a, plan_price_count(m) + 1u, sizeof *out->prices));
  const bool small = plan_households(m) <= SMALL && !p.rough;
  search_restart(&s, STEP_FIRST);
  for (unsigned level = 0; level < sizeof levels / sizeof *levels; level++) {
    const uint32_t stride = plan_households(m) / levels[level].sample;
    if (level && stride <= 1) break;
    TRY(search_sample(scratch, &s, stride > 1 ? stride : 1, e));
    search_steps(&s, p.rough ? levels[level].steps / 2 : levels[level].steps);
    if (m->market_count && levels[level].tries) search_tiers(&s, p.rough ? 2 : small ? 40 : levels[level].tries, p.rough ? 8 : small ? 60 : 20);
    search_restart(&s, 0.05);
  }
  TRY(search_sample(scratch, &s, 1, e));
  search_restart(&s, 0.02);
  search_steps(&s, small ? 300 : passes / 12);
  const unsigned from = s.passes;
  for (double before = 2;;) {
    TRY(make_plans(&p, small ? 100 : passes / 6, e));
    const double gap = gap_of(&s, out->plan.value);
    if (p.rough || gap <= p.enough || gap > 0.9 * before || s.passes - from > (small ? 2000 : passes)) break;
    before = gap;
    search_polish(&s, out->plan.value, small ? 60 : passes / 12);
    search_back(&s);
    search_restart(&s, 0.01);
    search_steps(&s, small ? 150 : passes / 8);
  }
  search_back(&s);
  if (!p.rough) search_ask(&s, m->market_count > 0); /* so far the bound was that of plans with these tiers */
  search_look(&s);
  if (m->market_count && !p.rough && gap_of(&s, out->plan.value) > p.enough) {
    search_restart(&s, 0.01);
    search_steps(&s, small ? 150 : passes / 8);
    search_polish(&s, out->plan.value, small ? 60 : passes / 12);
  }
  memcpy(out->prices, s.best, plan_price_count(m) * sizeof *out->prices);
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
