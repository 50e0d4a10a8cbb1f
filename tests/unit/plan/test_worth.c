/* What more income is worth: by hand, and by promises that hold whatever the numbers. */
#include "plan/worth.h"

#include <math.h>

#include "base/random.h"
#include "unit.h"

static struct worth_scale scale(uint32_t horizon, double discount, double bottom) {
  const struct planning_settings s = {.horizon = horizon, .discount = discount, .bottom = bottom};
  struct worth_scale w;
  worth_scale_make(&s, &w);
  return w;
}

static struct worth_part sure(const struct worth_scale *w, double amount) {
  const struct measure m = {.effect = EFFECT_INCOME, .income = {amount, amount, amount}, .success = 1};
  struct worth_part p;
  worth_income_stream(w, &m, &p);
  return p;
}

static double worth(const struct worth_scale *w, const struct worth_person *h, const struct worth_part *p, enum objective o) {
  const struct worth_part *one[] = {p};
  return worth_value(w, h, one, 1, h->score, o);
}

static void one_household_by_hand(void **state) {
  (void)state;
  const struct worth_scale w = scale(1, 0, 100); /* eleven years of weight one */
  const struct worth_person h = {.persons = 4, .welfare = 1000, .line = 2000};
  const struct worth_part p = sure(&w, 2000); /* 500 a head: the gap falls from 1/2 to 1/4 */
  assert_true(fabs(worth(&w, &h, &p, OBJECTIVE_FGT2) - 4 * 11 * (0.25 - 0.0625)) < 1e-9);
  assert_true(fabs(worth(&w, &h, &p, OBJECTIVE_FGT1) - 4 * 11 * 0.25) < 1e-9);
  assert_true(worth(&w, &h, &p, OBJECTIVE_FGT0) == 0);
  const struct worth_part out = sure(&w, 4000); /* exactly to the line: no longer below it */
  assert_true(fabs(worth(&w, &h, &out, OBJECTIVE_FGT0) - 4 * 11) < 1e-9);
}

static void years_are_discounted_and_begin_when_the_effect_does(void **state) {
  (void)state;
  const struct worth_scale w = scale(5, 0.05, 0);
  const struct worth_person h = {.persons = 1, .welfare = 0, .line = 1};
  const struct measure m = {.effect = EFFECT_INCOME, .income = {1, 1, 1}, .success = 1, .from_year = 2, .lasts = 3};
  struct worth_part p;
  worth_income_stream(&w, &m, &p);
  const double expect = pow(1.05, -2) + pow(1.05, -3) + pow(1.05, -4);
  assert_true(fabs(worth(&w, &h, &p, OBJECTIVE_FGT2) - expect) < 1e-12);
}

static void a_yuan_is_worth_more_to_the_poorer_and_nothing_above_the_line(void **state) {
  (void)state;
  const struct worth_scale w = scale(5, 0.05, 0);
  const struct worth_part p = sure(&w, 100);
  double before = INFINITY;
  for (double y = 0; y < 2000; y += 50) {
    const struct worth_person h = {.persons = 1, .welfare = y, .line = 2000};
    const double v = worth(&w, &h, &p, OBJECTIVE_FGT2);
    assert_true(v < before);
    before = v;
  }
  const struct worth_person rich = {.persons = 1, .welfare = 2000, .line = 2000};
  for (int o = 0; o < OBJECTIVE_COUNT; o++) assert_true(worth(&w, &rich, &p, (enum objective)o) == 0);
}

static void an_income_of_nothing_counts_as_the_bottom(void **state) {
  (void)state;
  const struct worth_scale w = scale(1, 0, 500);
  const struct worth_part p = sure(&w, 400);
  const struct worth_person h = {.persons = 1, .welfare = 0, .line = 2000};
  assert_true(worth(&w, &h, &p, OBJECTIVE_FGT2) == 0); /* from nothing to 400: still at the bottom */
}

static void two_together_are_worth_less_than_apart_and_never_less_than_one(void **state) {
  (void)state;
  const struct worth_scale w = scale(5, 0.05, 0);
  struct rng r;
  rng_seed(&r, 7);
  for (int i = 0; i < 500; i++) {
    const struct worth_person h = {.persons = 1 + (double)rng_below(&r, 8), .welfare = 2000 * rng_unit(&r), .line = 2000};
    struct worth_part a = sure(&w, 4000 * rng_unit(&r)), b = sure(&w, 4000 * rng_unit(&r));
    a.success = rng_unit(&r) < 0.5 ? 1 : rng_unit(&r), b.success = rng_unit(&r) < 0.5 ? 1 : rng_unit(&r);
    const struct worth_part *both[] = {&a, &b};
    for (enum objective o = OBJECTIVE_FGT2; o <= OBJECTIVE_FGT1; o++) {
      const double x = worth(&w, &h, &a, o), y = worth(&w, &h, &b, o), z = worth_value(&w, &h, both, 2, 0, o);
      assert_true(z <= x + y + 1e-9);
      assert_true(z >= (x > y ? x : y) - 1e-9);
    }
  }
}

static void a_risk_of_the_same_mean_is_worth_less_near_the_line_only(void **state) {
  (void)state;
  const struct worth_scale w = scale(5, 0.05, 0);
  const struct measure m = {.effect = EFFECT_INCOME, .income = {0, 1000, 2000}, .success = 1};
  struct worth_part risky;
  worth_income_stream(&w, &m, &risky);
  const struct worth_part safe = sure(&w, 1000);
  const struct worth_person near = {.persons = 1, .welfare = 1000, .line = 2000};
  assert_true(worth(&w, &near, &risky, OBJECTIVE_FGT1) < worth(&w, &near, &safe, OBJECTIVE_FGT1) - 1e-6);
  const struct worth_person far = {.persons = 1, .welfare = 0, .line = 20000};
  assert_true(fabs(worth(&w, &far, &risky, OBJECTIVE_FGT1) - worth(&w, &far, &safe, OBJECTIVE_FGT1)) < 1e-9);
}

static void what_is_left_and_what_falls_add_up(void **state) {
  (void)state;
  const struct worth_scale w = scale(3, 0, 0);
  const struct worth_person h = {.persons = 3, .welfare = 500, .line = 2000, .score = 0.5};
  const struct worth_part p = sure(&w, 900);
  const struct worth_part *one[] = {&p};
  const struct worth fall = worth_of(&w, &h, one, 1, 0.2);
  struct worth left = {{0}}, before = {{0}};
  for (uint32_t t = 0; t < w.years; t++) {
    const struct worth x = worth_left(&w, &h, one, 1, 0.2, t), y = worth_left(&w, &h, NULL, 0, h.score, t);
    for (int o = 0; o < OBJECTIVE_COUNT; o++) left.of[o] += x.of[o], before.of[o] += y.of[o];
  }
  for (int o = 0; o < OBJECTIVE_COUNT; o++) assert_true(fabs(before.of[o] - left.of[o] - fall.of[o]) < 1e-9);
}

static void certain_ranges_give_the_same_by_the_quick_way(void **state) {
  (void)state;
  const struct worth_scale w = scale(5, 0.05, 300);
  struct rng r;
  rng_seed(&r, 9);
  for (int i = 0; i < 300; i++) {
    const struct worth_person h = {.persons = 1 + (double)rng_below(&r, 6), .welfare = 3000 * rng_unit(&r), .line = 2500, .score = 0.4};
    struct worth_part a = sure(&w, 3000 * rng_unit(&r)), b = sure(&w, 3000 * rng_unit(&r));
    a.success = rng_unit(&r);
    const struct worth_part *both[] = {&a, &b};
    const struct worth_stream quick[] = {{a.add[1], 1, a.success}, {b.add[1], 1, 1}};
    const struct worth x = worth_of(&w, &h, both, 2, 0.1), y = worth_sure(&w, &h, quick, 2, 0.1);
    for (int o = 0; o < OBJECTIVE_COUNT; o++) assert_true(fabs(x.of[o] - y.of[o]) < 1e-9 * (1 + x.of[o]));
  }
}

static void trees_bring_nothing_before_they_bear_and_never_less_than_nothing(void **state) {
  (void)state;
  const struct worth_scale w = scale(5, 0.05, 0);
  const struct product k = {.yield = {0, 0, 0, 10, 20}, .yield_count = 5, .yield_range = {0.8, 1, 1.2}, .survival = 0.9, .alternate = 0.5, .price = {3, 4, 5}, .cost_mu = 30, .tiers = {1, 0.5}, .tier_count = 2};
  struct worth_part p, cheap;
  worth_product_stream(&w, &k, 1, &p);
  worth_product_stream(&w, &k, 0.5, &cheap);
  for (uint32_t t = 0; t < 3; t++) assert_true(p.add[1][t] == 0);
  assert_true(fabs(p.add[1][3] - (10 * 0.9 * 1.5 * 4 - 30)) < 1e-9); /* an on-year */
  assert_true(fabs(p.add[1][4] - (20 * 0.9 * 0.5 * 4 - 30)) < 1e-9); /* an off-year */
  for (uint32_t t = 0; t < w.years; t++)
    for (int i = 0; i < 3; i++) {
      assert_true(p.add[i][t] >= 0 && cheap.add[i][t] >= 0);
      assert_true(cheap.add[i][t] <= p.add[i][t]);
      if (i) assert_true(p.add[i][t] >= p.add[i - 1][t]);
    }
}

int main(void) {
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(one_household_by_hand),
    cmocka_unit_test(years_are_discounted_and_begin_when_the_effect_does),
    cmocka_unit_test(a_yuan_is_worth_more_to_the_poorer_and_nothing_above_the_line),
    cmocka_unit_test(an_income_of_nothing_counts_as_the_bottom),
    cmocka_unit_test(two_together_are_worth_less_than_apart_and_never_less_than_one),
    cmocka_unit_test(a_risk_of_the_same_mean_is_worth_less_near_the_line_only),
    cmocka_unit_test(what_is_left_and_what_falls_add_up),
    cmocka_unit_test(certain_ranges_give_the_same_by_the_quick_way),
    cmocka_unit_test(trees_bring_nothing_before_they_bear_and_never_less_than_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
