/* Hard cases, hand changes and floors: what a plan must hold to where there is little to choose from. */
#include <math.h>

#include "plan/solve.h"
#include "trying.h"
#include "unit.h"

static struct err err;

static struct solved solved(struct arena *a, const struct plan_model *m) {
  struct solved s;
  struct certified c;
  assert_ok(solve(a, m, NULL, NULL, &s, &err), &err);
  assert_ok(certificate_check(m, &s.plan, s.prices, &c, &err), &err);
  assert_true(c.value == s.plan.value && c.bound == s.bound && c.value <= c.bound);
  return s;
}

static void limits_too_small_for_anything_leave_everybody_without(void **state) {
  (void)state;
  struct country_size z = {.households = 300, .villages = 6, .funds = 1, .capacities = 6, .measures = 4, .most = 2, .items = 4, .money = 1};
  struct country c = country_make(&z, 21);
  struct arena a;
  arena_init(&a, 0);
  for (uint32_t k = 0; k < c.m.resource_count; k++) ((struct plan_resource *)c.m.resources)[k].limit = k ? 0 : 400; /* every item costs 500 and up */
  struct solved s = solved(&a, &c.m);
  assert_true(s.plan.value == 0);
  arena_drop(&a);
  country_free(&c);
}

static void where_every_limit_binds_the_plan_is_near_its_bound(void **state) {
  (void)state;
  struct country_size z = {.households = 8000, .villages = 40, .funds = 8, .capacities = 20, .measures = 8, .most = 2, .items = 8, .money = 0.08};
  struct country c = country_make(&z, 22);
  struct arena a;
  arena_init(&a, 0);
  struct solved s = solved(&a, &c.m);
  if (s.gap > 0.002) fail_msg("gap %.5f", s.gap);
  arena_drop(&a);
  country_free(&c);
}

static void a_household_with_no_measure_is_no_matter(void **state) {
  (void)state;
  struct country_size z = {.households = 400, .villages = 4, .funds = 2, .measures = 4, .most = 1, .items = 4, .money = 0.4};
  struct country c = country_make(&z, 23);
  struct arena a;
  arena_init(&a, 0);
  uint64_t *at = (uint64_t *)c.m.item_at; /* every third household's items go to the one before */
  for (uint32_t h = 2; h < 399; h += 3) at[h] = at[h + 1];
  for (uint64_t i = 0; i < at[400]; i++) ((struct plan_item *)c.m.items)[i].column = 0; /* so that groups stay sorted */
  struct solved s = solved(&a, &c.m);
  for (uint32_t h = 2; h < 399; h += 3) assert_true(s.plan.taken[h] == 0);
  assert_true(s.plan.value > 0);
  arena_drop(&a);
  country_free(&c);
}

/* One village; the second work needs the first, the column needs the second. */
static void what_needs_a_work_that_needs_a_work_comes_with_both_or_not_at_all(void **state) {
  (void)state;
  for (int64_t money = 0; money <= 100; money += 10) {
    const struct plan_resource fund = {money, PLAN_NONE, 0};
    const struct plan_use uses[] = {{0, 0, 10}, {0, 0, 40}, {0, 0, 20}};
    const struct plan_column column = {0, 1, 0, 2};
    const struct plan_work works[] = {{0, 1, 1, 0}, {0, 2, 1, 1}};
    const struct plan_item items[] = {{0, 1, 500}, {0, 1, 400}, {0, 1, 300}};
    const uint32_t household_at[] = {0, 3}, work_at[] = {0, 2};
    const uint64_t item_at[] = {0, 1, 2, 3};
    struct plan_model m = {.resources = &fund, .resource_count = 1, .uses = uses, .use_count = 3, .columns = &column, .column_count = 1, .village_count = 1,
                           .household_at = household_at, .work_at = work_at, .works = works, .item_at = item_at, .items = items, .most = 1};
    struct arena a;
    arena_init(&a, 0);
    struct solved s = solved(&a, &m);
    assert_true(s.plan.value == (money >= 90 ? 1200 : money >= 80 ? 900 : money >= 70 ? 500 : 0));
    assert_true(s.plan.bundle[0] == 0 || s.plan.bundle[0] == 3 || s.plan.value == 0);
    arena_drop(&a);
  }
}

static void what_is_pinned_is_taken_and_its_cost_shows(void **state) {
  (void)state;
  struct country_size z = {.households = 3000, .villages = 10, .funds = 3, .capacities = 5, .measures = 6, .most = 2, .items = 6, .money = 0.15};
  struct country c = country_make(&z, 24);
  struct arena a;
  arena_init(&a, 0);
  struct solved before = solved(&a, &c.m);
  uint64_t pinned[40];
  unsigned n = 0;
  for (uint32_t h = 0; h < 3000 && n < 40; h += 70) { /* the first item that the plan does not give */
    uint64_t i = c.m.item_at[h];
    while (i < c.m.item_at[h + 1] && (before.plan.taken[2 * h] == i - c.m.item_at[h] + 1 || before.plan.taken[2 * h + 1] == i - c.m.item_at[h] + 1)) i++;
    if (i == c.m.item_at[h + 1]) continue;
    struct plan_item *x = (struct plan_item *)&c.m.items[i];
    x->value = plan_pinned(x->value);
    pinned[n++] = i;
  }
  struct solved s = solved(&a, &c.m);
  for (unsigned k = 0; k < n; k++) {
    uint32_t h = 70 * k;
    while (c.m.item_at[h + 1] <= pinned[k]) h++;
    const unsigned place = (unsigned)(pinned[k] - c.m.item_at[h]) + 1;
    assert_true(s.plan.taken[2 * h] == place || s.plan.taken[2 * h + 1] == place);
  }
  const int64_t cost = before.plan.value - (s.plan.value - (int64_t)n * PLAN_PIN);
  assert_true(cost > 0 && cost < before.plan.value / 10);
  assert_true(s.bound - (int64_t)n * PLAN_PIN <= before.bound);
  arena_drop(&a);
  country_free(&c);
}

/* ---- floors ---- */

static void with_floors_plan_best_and_bound_stand_in_this_order(void **state) {
  (void)state;
  double lost = 0, over = 0, worth = 0;
  for (uint64_t seed = 1; seed <= 120; seed++) {
    struct country_size z = {.households = 5, .villages = 2, .funds = 1 + (uint32_t)(seed % 2), .markets = seed % 3 == 0, .tiers = 2, .measures = 3, .most = 1 + (unsigned)(seed % 2), .works = (unsigned)(seed % 3), .items = 2, .money = 0.35};
    struct country c = country_make(&z, 500 + seed);
    const int64_t floor[2] = {(int64_t)(seed * 7919 % 60000), (int64_t)(seed * 104729 % 90000)};
    c.m.floor = floor, c.m.floor_weight = 1 + (unsigned)(seed % 20);
    struct arena a;
    arena_init(&a, 0);
    struct solved s = solved(&a, &c.m);
    const int64_t best = best_by_trying(&c.m);
    if (s.plan.value > best || best > s.bound) fail_msg("seed %d: plan %lld, best %lld, bound %lld", (int)seed, (long long)s.plan.value, (long long)best, (long long)s.bound);
    for (uint32_t v = 0; v < 2; v++) { /* any price of a floor proves a bound */
      struct certified other;
      const int64_t was = s.prices[c.m.resource_count + v];
      s.prices[c.m.resource_count + v] = (int64_t)(seed % (c.m.floor_weight + 1)) << PRICE_BITS;
      assert_ok(certificate_check(&c.m, &s.plan, s.prices, &other, &err), &err);
      if (other.bound < best) fail_msg("seed %d: best %lld, bound %lld", (int)seed, (long long)best, (long long)other.bound);
      s.prices[c.m.resource_count + v] = was;
    }
    lost += (double)(best - s.plan.value), over += (double)(s.bound - best), worth += fabs((double)best);
    arena_drop(&a);
    country_free(&c);
  }
  if (lost > 0.15 * worth) fail_msg("plans lose %.3g of the best in all", lost / worth);
  if (over > 0.4 * worth) fail_msg("bounds are %.3g above the best in all", over / worth);
}

static void a_floor_brings_the_poorest_village_to_it_where_that_is_possible(void **state) {
  (void)state;
  struct country_size z = {.households = 6000, .villages = 30, .funds = 2, .capacities = 0, .measures = 6, .most = 2, .items = 6, .money = 0.1};
  struct country c = country_make(&z, 25);
  struct arena a;
  arena_init(&a, 0);
  for (uint64_t i = c.m.item_at[0]; i < c.m.item_at[c.m.household_at[3]]; i++) ((struct plan_item *)c.m.items)[i].value /= 4; /* three villages where it is worth less to help */
  int64_t floor[30], got[30] = {0};
  struct solved s = solved(&a, &c.m);
  for (unsigned round = 0; round < 2; round++) {
    memset(got, 0, sizeof got);
    for (uint32_t v = 0; v < 30; v++)
      for (uint32_t h = c.m.household_at[v]; h < c.m.household_at[v + 1]; h++)
        for (unsigned k = 0; k < 2 && s.plan.taken[2 * h + k]; k++) got[v] += c.m.items[c.m.item_at[h] + s.plan.taken[2 * h + k] - 1u].value;
    if (round) break;
    for (uint32_t v = 0; v < 30; v++) floor[v] = got[10] / 8;
    assert_true(got[0] < floor[0]);
    c.m.floor = floor, c.m.floor_weight = 50;
    s = solved(&a, &c.m);
  }
  for (uint32_t v = 0; v < 30; v++)
    if (got[v] < floor[v] - floor[v] / 100) fail_msg("village %u has %lld of %lld", v, (long long)got[v], (long long)floor[v]);
  if (s.gap > 0.005) fail_msg("gap %.5f", s.gap);
  s.prices[c.m.resource_count + 4] = (int64_t)51 << PRICE_BITS;
  struct certified other;
  assert_refused(certificate_check(&c.m, &s.plan, s.prices, &other, &err), ERR_CORRUPT, "floor of village 4", &err);
  c.m.floor_weight = 0;
  assert_refused(solve(&a, &c.m, NULL, NULL, &s, &err), ERR_INPUT, "floors weigh 0", &err);
  arena_drop(&a);
  country_free(&c);
}

UNIT_MAIN(UNIT(limits_too_small_for_anything_leave_everybody_without), UNIT(where_every_limit_binds_the_plan_is_near_its_bound), UNIT(a_household_with_no_measure_is_no_matter),
          UNIT(what_needs_a_work_that_needs_a_work_comes_with_both_or_not_at_all), UNIT(what_is_pinned_is_taken_and_its_cost_shows),
          UNIT(with_floors_plan_best_and_bound_stand_in_this_order), UNIT(a_floor_brings_the_poorest_village_to_it_where_that_is_possible))
