/* From people and a programme to a plan: what it may do, and how good it is. */
#include "prefecture.h"

static struct err err;

/* Adds up from the lines, apart from model and solver, that nothing is spent, planted or worked beyond what there is. */
static void holds_for_people(const struct prefecture *p, const struct plan *plan) {
  double any = 0, works = 0, later = 0, posts = 0, seats[2] = {0}, labour[P_MOST] = {0}, land[P_MOST] = {0};
  uint32_t measures[P_MOST] = {0}, crops[P_MOST] = {0};
  for (uint32_t i = 0; i < plan->line_count; i++) {
    const struct plan_line *l = &plan->lines[i];
    const struct measure *x = &p->measures[l->measure];
    (x->village ? &works : &any)[0] += (double)l->cost;
    later += x->upkeep * l->quantity;
    assert_true(x->village == (l->household == PLANNING_NONE));
    if (x->village) {
      assert_true(p->villages[l->village].bound & x->answers); /* nothing is built that is there */
      continue;
    }
    const uint32_t h = l->household;
    assert_int_equal(p->village[h], l->village);
    assert_true(l->quantity >= 1 && (!p->quantity[l->measure] || l->quantity <= p->quantity[l->measure][h]));
    if (l->measure == M_RANGER) posts += l->quantity;
    if (l->measure == M_COURSE) seats[p->villages[l->village].area < 1 + P_COUNTIES + 2 ? 0 : 1] += l->quantity;
    labour[h] += x->labour * l->quantity, land[h] += x->land * l->quantity;
    measures[h]++, crops[h] += x->group != NULL;
    assert_true((l->tier == PLANNING_NONE) == (x->effect != EFFECT_PRODUCT));
    if (x->needs) { /* the road is there, or it is built */
      bool road = !(p->villages[l->village].bound & 1);
      for (uint32_t j = 0; j < plan->line_count; j++) road |= plan->lines[j].household == PLANNING_NONE && plan->lines[j].village == l->village && plan->lines[j].measure == M_ROAD;
      assert_true(road);
    }
  }
  for (uint32_t h = 0; h < p->people.count; h++) {
    assert_true(labour[h] <= p->labour[h] && land[h] <= p->land[h]);
    assert_true(measures[h] <= p->planning.settings.most && crops[h] <= 1);
  }
  assert_true(any + works <= p->funds[0].amount + p->funds[1].amount && any <= p->funds[0].amount);
  assert_true(later <= p->funds[2].amount);
  assert_true(posts <= 2 && seats[0] <= 2 && seats[1] <= 3);
}

static void a_plan_stays_within_everything_that_there_is(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 12; seed++) {
    struct prefecture p;
    prefecture_open(&p, 40, seed);
    const struct plan *plan = prefecture_plan(&p, NULL);
    assert_true(plan->line_count > 5 && plan->certified.value <= plan->certified.bound);
    holds_for_people(&p, plan);
    prefecture_close(&p);
  }
}

/* ---- the best by trying everything ---- */

struct trying { const struct prefecture *p; const struct plan *plan; const struct plan_model *m; int64_t *left; int64_t best; };

static void try_from(struct trying *t, uint32_t h, const uint8_t *bundles, const bool *open, int64_t value) {
  const struct plan_model *m = t->m;
  if (h == t->p->people.count) {
    if (value > t->best) t->best = value;
    return;
  }
  try_from(t, h + 1, bundles, open, value);
  const uint32_t v = t->p->village[h];
  for (uint64_t i = m->item_at[h]; i < m->item_at[h + 1]; i++) {
    const struct plan_column *c = &m->columns[m->items[i].column];
    bool fits = !(c->needs & ~bundles[v]);
    for (uint32_t u = c->use_from; fits && u < c->use_from + c->use_count; u++) {
      const uint32_t k = plan_use_resource(m, &m->uses[u], v);
      fits = k != PLAN_NONE && open[k];
    }
    if (!fits) continue;
    for (uint32_t u = c->use_from; u < c->use_from + c->use_count; u++) {
      int64_t *left = &t->left[plan_use_resource(m, &m->uses[u], v)];
      *left -= m->items[i].quantity * m->uses[u].amount;
      fits &= *left >= 0;
    }
    if (fits) try_from(t, h + 1, bundles, open, value + m->items[i].value);
    for (uint32_t u = c->use_from; u < c->use_from + c->use_count; u++) t->left[plan_use_resource(m, &m->uses[u], v)] += m->items[i].quantity * m->uses[u].amount;
  }
}

static void four_households_get_the_best_there_is_or_the_bound_says_how_far(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 25; seed++) {
    struct prefecture p;
    prefecture_open(&p, 4, seed);
    p.planning.settings.most = 1;
    p.funds[0].amount = 9000;
    const struct plan *plan = prefecture_plan(&p, NULL);
    const struct plan_model *m = &plan->built.model;
    struct trying t = {&p, plan, m, arena_array(&p.arena, m->resource_count + 1u, sizeof *t.left), 0};
    for (uint32_t combination = 0; combination < 256; combination++) { /* two works in four villages */
      for (uint32_t tier = 0; tier < 9; tier++) {
        uint8_t bundles[P_VILLAGES];
        bool open[256];
        int64_t value = 0;
        bool can = true;
        for (uint32_t k = 0; k < m->resource_count; k++) t.left[k] = m->resources[k].limit, open[k] = m->resources[k].market == PLAN_NONE;
        open[plan->built.limits.tier_resource[K_TEA] + tier % 3] = open[plan->built.limits.tier_resource[K_PLUM] + tier / 3] = true;
        for (uint32_t v = 0; v < P_VILLAGES; v++) {
          bundles[v] = combination >> (2 * v) & 3;
          for (uint32_t w = 0; w < 2; w++) {
            if (!(bundles[v] >> w & 1)) continue;
            const struct plan_work *x = &m->works[m->work_at[v] + w];
            value += x->value;
            for (uint32_t u = x->use_from; u < x->use_from + x->use_count; u++) {
              const uint32_t k = plan_use_resource(m, &m->uses[u], v);
              can = can && k != PLAN_NONE && (t.left[k] -= m->uses[u].amount) >= 0;
            }
          }
        }
        if (can) try_from(&t, 0, bundles, open, value);
      }
    }
    assert_true(plan->certified.value <= t.best);
    assert_true(t.best <= plan->certified.bound);
    prefecture_close(&p);
  }
}

static void any_number_of_threads_gives_the_same_model_and_plan(void **state) {
  (void)state;
  struct pool *pool;
  assert_ok(pool_open(&pool, 3, &err), &err);
  struct prefecture p, q;
  prefecture_open(&p, 200, 5);
  prefecture_open(&q, 200, 5);
  const struct plan *one = prefecture_plan(&p, NULL), *three = prefecture_plan(&q, pool);
  assert_string_equal(one->model_hash, three->model_hash);
  assert_int_equal(one->line_count, three->line_count);
  assert_memory_equal(one->solved.plan.taken, three->solved.plan.taken, 200);
  assert_memory_equal(one->solved.prices, three->solved.prices, one->built.model.resource_count * sizeof(int64_t));
  for (int o = 0; o < OBJECTIVE_COUNT; o++) assert_true(one->worth.of[o] == three->worth.of[o]);
  pool_close(pool);
  prefecture_close(&p);
  prefecture_close(&q);
}

static void more_money_is_never_worse_and_no_money_plans_nothing_that_costs(void **state) {
  (void)state;
  struct prefecture p;
  prefecture_open(&p, 60, 3);
  int64_t before = -1;
  for (double money = 0; money <= 240000; money += 30000) {
    p.funds[0].amount = money, p.funds[1].amount = 0;
    const struct plan *plan = prefecture_plan(&p, NULL);
    if (money == 0) assert_int_equal(plan->line_count, 0);
    assert_true((double)plan->certified.value >= (double)before * 0.995); /* rounding may cost a household its place */
    before = plan->certified.value;
  }
  prefecture_close(&p);
}

static void an_unknown_eligibility_is_not_offered_and_is_told_apart_from_a_no(void **state) {
  (void)state;
  struct prefecture p;
  prefecture_open(&p, 12, 4);
  p.offered[3] &= ~(uint64_t)(1u << M_PIGS), p.unknown[3] |= 1u << M_PIGS;
  p.offered[4] &= ~(uint64_t)(1u << M_PIGS);
  p.labour[3] = p.labour[4] = p.labour[5] = 24;
  const struct plan *plan = prefecture_plan(&p, NULL);
  uint32_t q;
  assert_int_equal(offer_open(&plan->built.offers, 3, M_PIGS, &q), OFFER_UNKNOWN);
  assert_int_equal(offer_open(&plan->built.offers, 4, M_PIGS, &q), OFFER_NOT_ELIGIBLE);
  assert_int_equal(offer_open(&plan->built.offers, 5, M_PIGS, &q), OFFER_OPEN);
  prefecture_close(&p);
}

static void a_full_market_takes_nothing_whatever_it_would_bring(void **state) {
  (void)state;
  struct prefecture p;
  prefecture_open(&p, 40, 6);
  p.products[K_PLUM].per_day = 0; /* nobody buys */
  const struct plan *plan = prefecture_plan(&p, NULL);
  assert_int_equal(plan->by_measure[M_PLUM].units, 0);
  uint32_t q;
  for (uint32_t h = 0; h < 40; h++) assert_true(offer_open(&plan->built.offers, h, M_PLUM, &q) != OFFER_OPEN);
  prefecture_close(&p);
}

static void what_is_sold_stays_below_the_tier_and_one_tier_is_open(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 6; seed++) {
    struct prefecture p;
    prefecture_open(&p, 120, seed);
    const struct plan *plan = prefecture_plan(&p, NULL);
    for (uint32_t k = 0; k < 2; k++) {
      int64_t kg = 0;
      uint32_t tier = PLANNING_NONE;
      for (uint32_t i = 0; i < plan->line_count; i++) {
        const struct plan_line *l = &plan->lines[i];
        if (p.measures[l->measure].product != k) continue;
        assert_true(tier == PLANNING_NONE || tier == l->tier);
        tier = l->tier, kg += l->quantity * plan->built.markets[k].kg_mu;
      }
      if (tier != PLANNING_NONE) assert_true(kg <= plan->built.markets[k].left[tier]);
    }
    prefecture_close(&p);
  }
}

static void a_pinned_measure_is_given_and_a_refused_one_is_not(void **state) {
  (void)state;
  struct prefecture p;
  prefecture_open(&p, 40, 8);
  p.people.refused = p.refused, p.people.pinned = p.pinned;
  for (uint32_t h = 0; h < 40; h++) p.labour[h] = 24;
  p.pinned[7] = 1u << M_RANGER, p.pinned[9] = 1u << M_PIGS | 1u << M_COURSE;
  for (uint32_t h = 10; h < 40; h++) p.refused[h] = 1u << M_PIGS;
  const struct plan *plan = prefecture_plan(&p, NULL);
  bool ranger = false, pigs = false;
  for (uint32_t i = 0; i < plan->line_count; i++) {
    const struct plan_line *l = &plan->lines[i];
    ranger |= l->household == 7 && l->measure == M_RANGER, pigs |= l->household == 9 && l->measure == M_PIGS;
    assert_false(l->measure == M_PIGS && l->household >= 10 && l->household != PLANNING_NONE);
  }
  assert_true(ranger && pigs && plan->pinned >= 2 * (int64_t)OFFER_PIN);
  prefecture_close(&p);
}

static void guarantees_come_before_the_plan_and_leave_less_for_it(void **state) {
  (void)state;
  struct prefecture p;
  prefecture_open(&p, 40, 9);
  const struct plan *without = prefecture_plan(&p, NULL);
  static double owed[P_MOST], *owed_of[] = {owed};
  static struct guarantee floor_ = {.name = "floor", .income = true, .owed = true};
  p.planning.guarantees = &floor_, p.planning.guarantee_count = 1, p.people.owed = owed_of;
  p.funds[0].pays_guarantees = 1, p.funds[2].pays_guarantees = 1;
  for (uint32_t h = 0; h < 40; h++) owed[h] = p.welfare[h] < 1000 ? 1000 * p.persons[h] : 0;
  const struct plan *with = prefecture_plan(&p, NULL);
  assert_true(with->built.money.owed > 0 && with->built.money.paid == with->built.money.owed);
  assert_true(with->all.cost <= without->all.cost);
  assert_true(with->before.of[OBJECTIVE_FGT2] < without->before.of[OBJECTIVE_FGT2]); /* the floor is there before anything is planned */
  prefecture_close(&p);
}

static void worth_counts_together_what_the_plan_chose_apart(void **state) {
  (void)state;
  struct prefecture p;
  prefecture_open(&p, 80, 10);
  const struct plan *plan = prefecture_plan(&p, NULL);
  assert_true(plan->worth.of[OBJECTIVE_FGT2] * OFFER_UNIT <= (double)plan->certified.value + 1e6);
  assert_true(plan->worth.of[OBJECTIVE_FGT2] > 0.7 * (double)plan->certified.value / OFFER_UNIT);
  for (int o = 0; o < OBJECTIVE_COUNT; o++) assert_true(plan->after.of[o] <= plan->before.of[o] + 1e-9);
  prefecture_close(&p);
}

UNIT_MAIN(UNIT(a_plan_stays_within_everything_that_there_is), UNIT(four_households_get_the_best_there_is_or_the_bound_says_how_far), UNIT(any_number_of_threads_gives_the_same_model_and_plan),
          UNIT(more_money_is_never_worse_and_no_money_plans_nothing_that_costs), UNIT(an_unknown_eligibility_is_not_offered_and_is_told_apart_from_a_no), UNIT(a_full_market_takes_nothing_whatever_it_would_bring),
          UNIT(what_is_sold_stays_below_the_tier_and_one_tier_is_open), UNIT(a_pinned_measure_is_given_and_a_refused_one_is_not), UNIT(guarantees_come_before_the_plan_and_leave_less_for_it), UNIT(worth_counts_together_what_the_plan_chose_apart))
