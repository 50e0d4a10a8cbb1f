/* Markets: who sells there already comes first, and a forced area is refused with its numbers. */
#include "plan/market.h"

#include <math.h>

#include "unit.h"

/* A fruit that keeps three months; a thousand tonnes a day are sold, half of that when roads are iced. */
static struct product fruit(void) {
  return (struct product){.name = "fruit", .yield = {0, 0, 0, 0, 300, 600, 800}, .yield_count = 7, .yield_range = {0.8, 1, 1.1}, .survival = 1, .price = {0.8, 1.6, 2}, .cost_mu = 200, .elasticity = -1.2,
                          .tiers = {1, 0.9, 0.8, 0.7, 0.6}, .tier_count = 5, .per_day = 1000, .stressed_per_day = 500, .season_days = 60, .storage_days = 90, .most_farmland = 1, .most_households = 1};
}

static void demand_grows_as_the_price_falls(void **state) {
  (void)state;
  const struct product k = fruit();
  struct market m;
  market_make(&k, 15, 0, &m);
  assert_int_equal(m.demand[0], 1000 * 1000LL * 150);
  for (uint32_t t = 1; t < m.tier_count; t++) assert_true(m.demand[t] > m.demand[t - 1] && m.price[t] < m.price[t - 1]);
  assert_true(fabs((double)m.demand[4] / (double)m.demand[0] - pow(0.6, -1.2)) < 1e-6);
  assert_int_equal(m.kg_mu, 800);
}

static void who_grows_it_already_and_the_neighbours_sell_first(void **state) {
  (void)state;
  const struct growers growers[] = {{.mu = 100000, .age = 10}, {.mu = 50000, .age = 0, .neighbours = true}};
  struct product k = fruit();
  k.growers = growers, k.grower_count = 2;
  struct market m;
  market_make(&k, 15, 999999, &m); /* growers of its own are named: the register's are not counted a second time */
  assert_int_equal(m.existing, 120000000); /* when the young trees bear in full */
  assert_int_equal(m.left[0], 150000000 - 120000000);
  k.growers = growers + 1, k.grower_count = 1;
  market_make(&k, 15, 100000, &m);
  assert_int_equal(m.existing, 120000000);
}

static void on_years_count_for_the_market(void **state) {
  (void)state;
  struct product k = fruit();
  k.alternate = 0.25;
  struct market m;
  market_make(&k, 15, 0, &m);
  assert_int_equal(m.kg_mu, 1000);
}

static void the_glut_is_refused_before_it_is_planted(void **state) {
  (void)state;
  const struct product k = fruit();
  const struct market_case c = {.mu = 700000, .over = 8, .existing_mu = 0};
  struct market_verdict v;
  market_judge(&k, &c, 400, 1, &v);
  assert_true(v.refused && v.reasons & MARKET_UNSOLD && v.reasons & MARKET_STRESSED);
  assert_int_equal(v.years[0].output, 0);
  const struct market_year *w = &v.years[v.worst];
  assert_int_equal(w->output, 560000000);
  assert_true(w->days == 560 && w->stressed_days == 1120 && v.keeps == 150);
  assert_true(isnan(w->price));
  assert_int_equal(w->stressed_unsold, 560000000 - 75000000);
  assert_true(v.refused_range > 0.7 && v.refused_range <= 1);
}

static void a_small_area_is_allowed_and_the_largest_allowed_one_is_found(void **state) {
  (void)state;
  const struct product k = fruit();
  struct market_case c = {.mu = 20000, .over = 1, .existing_mu = 0};
  struct market_verdict v;
  market_judge(&k, &c, 100, 1, &v);
  assert_false(v.refused);
  assert_true(v.years[v.worst].price == 1.6 && v.refused_range == 0);
  const double most = v.most_mu;
  c.mu = most;
  market_judge(&k, &c, 0, 1, &v);
  assert_false(v.refused);
  c.mu = most + 2;
  market_judge(&k, &c, 0, 1, &v);
  assert_true(v.refused);
}

static void disturbed_transport_warns_and_a_share_of_the_land_refuses(void **state) {
  (void)state;
  struct product k = fruit();
  struct market_case c = {.mu = 150000, .over = 1, .existing_mu = 0};
  struct market_verdict v;
  market_judge(&k, &c, 0, 1, &v);
  assert_false(v.refused);
  assert_int_equal(v.reasons, MARKET_STRESSED);
  k.most_farmland = 0.3, c.farmland = 400000;
  market_judge(&k, &c, 0, 1, &v);
  assert_true(v.refused && v.reasons & MARKET_FARMLAND);
}

static void a_price_that_does_not_pay_for_the_crop_refuses(void **state) {
  (void)state;
  struct product k = fruit();
  k.cost_mu = 1100;
  const struct market_case c = {.mu = 240000, .over = 1, .existing_mu = 0}; /* it sells, at about 1.3 a kg less than it costs */
  struct market_verdict v;
  market_judge(&k, &c, 0, 1, &v);
  assert_true(v.reasons & MARKET_LOSS && !(v.reasons & MARKET_UNSOLD));
}

int main(void) {
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(demand_grows_as_the_price_falls),
    cmocka_unit_test(who_grows_it_already_and_the_neighbours_sell_first),
    cmocka_unit_test(on_years_count_for_the_market),
    cmocka_unit_test(the_glut_is_refused_before_it_is_planted),
    cmocka_unit_test(a_small_area_is_allowed_and_the_largest_allowed_one_is_found),
    cmocka_unit_test(disturbed_transport_warns_and_a_share_of_the_land_refuses),
    cmocka_unit_test(a_price_that_does_not_pay_for_the_crop_refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
