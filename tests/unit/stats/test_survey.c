/* Survey designs, poverty, quantiles and bounds on cases small enough to work out by hand. */
#include <math.h>

#include "stats/bounds.h"
#include "base/elementary.h"
#include "stats/inequality.h"
#include "stats/order.h"
#include "stats/poverty.h"
#include "stats/quantile.h"
#include "unit.h"

static struct arena a;
static struct err e;

static void a_simple_random_sample_has_the_textbook_error(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct survey s;
  assert_ok(survey_open(&a, 4, NULL, NULL, NULL, &s, &e), &e);
  struct estimate m = survey_mean(&s, (double[]){1, 2, 3, 6}, NULL);
  assert_near(m.value, 3, 1e-15);
  assert_near(m.se, sqrt(14. / 3 / 4), 1e-14);
  assert_int_equal(m.n, 4);
  struct estimate t = survey_total(&s, (double[]){1, 2, 3, 6}, NULL);
  assert_near(t.value, 12, 1e-15);
  assert_near(t.se, 4 * sqrt(14. / 3 / 4), 1e-14);
  arena_drop(&a);
}

static void strata_take_their_differences_out_of_the_error(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct survey s;
  assert_ok(survey_open(&a, 4, NULL, (uint32_t[]){7, 2, 7, 2}, NULL, &s, &e), &e);
  assert_int_equal(s.strata, 2);
  assert_int_equal(s.psus, 4);
  struct estimate m = survey_mean(&s, (double[]){10, 20, 10, 20}, NULL);
  assert_near(m.value, 15, 1e-15);
  assert_near(m.se, 0, 1e-12);
  arena_drop(&a);
}

static void the_same_psu_code_in_two_strata_is_two_psus(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct survey s;
  assert_ok(survey_open(&a, 6, NULL, (uint32_t[]){1, 1, 1, 2, 2, 2}, (uint32_t[]){1, 2, 2, 1, 2, 2}, &s, &e), &e);
  assert_int_equal(s.psus, 4);
  assert_int_equal(s.lonely, 0);
  arena_drop(&a);
}

static void rows_outside_a_domain_still_count_as_psus(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct survey s;
  const double y[6] = {1, 3, 9, 9, 9, 9}, part[6] = {1, 1, 0, 0, 0, 0};
  assert_ok(survey_open(&a, 6, NULL, NULL, NULL, &s, &e), &e);
  struct estimate m = survey_mean(&s, y, part);
  assert_near(m.value, 2, 1e-15);
  /* z = (-1/2, 1/2, 0, 0, 0, 0): 6/5 x 1/2. Cutting the domain out would give 2/1 x 1/2. */
  assert_near(m.se, sqrt(0.6), 1e-14);
  arena_drop(&a);
}

static void a_lonely_psu_is_measured_from_the_grand_mean(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct survey s;
  assert_ok(survey_open(&a, 3, NULL, (uint32_t[]){1, 1, 2}, NULL, &s, &e), &e);
  assert_int_equal(s.lonely, 1);
  /* z: (y - 2)/3 = -1/3, 0, 1/3. Stratum 1: 2 x ((1/6)^2 + (1/6)^2); stratum 2: (1/3)^2. */
  struct estimate m = survey_mean(&s, (double[]){1, 2, 3}, NULL);
  assert_near(m.se, sqrt(2 * (2. / 36) + 1. / 9), 1e-14);
  arena_drop(&a);
}

static void one_psu_in_all_has_a_figure_but_no_error(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct survey s;
  assert_ok(survey_open(&a, 3, NULL, NULL, (uint32_t[]){5, 5, 5}, &s, &e), &e);
  struct estimate m = survey_mean(&s, (double[]){1, 2, 3}, NULL);
  assert_near(m.value, 2, 1e-15);
  assert_true(isnan(m.se));
  assert_true(isnan(estimate_interval(m, 0, 9).lo));
  arena_drop(&a);
}

static void an_empty_domain_is_not_known_rather_than_zero(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct survey s;
  struct poverty p;
  struct bounds b;
  struct ranking r;
  const double none[3] = {0}, y[3] = {1, 2, 3};
  assert_ok(survey_open(&a, 3, NULL, NULL, NULL, &s, &e), &e);
  assert_ok(poverty_absolute(&s, y, none, 2, &p, &e), &e);
  assert_true(isnan(p.headcount.value) && isnan(p.headcount.se) && p.headcount.n == 0);
  assert_true(isnan(p.poor.value));
  bounds_rate(&s, (uint8_t[]){0, 1, 2}, none, &b);
  assert_true(isnan(b.low.value) && isnan(b.undecided.value) && isnan(b.rate.lo) && isnan(b.outer.hi));
  assert_ok(quantile_rank(&a, &s, y, none, &r, &e), &e);
  assert_true(isnan(quantile_of(&r, 0.5)));
  assert_true(isnan(inequality_gini(&s, &r).value));
  assert_true(isnan(inequality_entropy(&s, y, none, 1).value));
  assert_true(isnan(inequality_share_ratio(&s, y, none, &r, 0.2).value));
  arena_drop(&a);
}

static void bad_weights_are_refused_with_their_row(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct survey s;
  assert_refused(survey_open(&a, 2, (double[]){1, -0.5}, NULL, NULL, &s, &e), ERR_INPUT, "row 2 has the weight -0.5", &e);
  assert_refused(survey_open(&a, 2, (double[]){NAN, 1}, NULL, NULL, &s, &e), ERR_INPUT, "row 1 has the weight", &e);
  assert_refused(survey_open(&a, 2, (double[]){1, INFINITY}, NULL, NULL, &s, &e), ERR_INPUT, "row 2 has the weight inf", &e);
  assert_refused(survey_open(&a, 2, (double[]){0, 0}, NULL, NULL, &s, &e), ERR_INPUT, "all weights are zero", &e);
  assert_refused(survey_open(&a, 0, NULL, NULL, NULL, &s, &e), ERR_INPUT, "no row", &e);
  arena_drop(&a);
}

static void who_stands_on_the_line_is_poor_and_who_is_unknown_is_counted_apart(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct survey s;
  struct poverty p;
  static const double weight[] = {1, 1, 1, 1, 2}; /* used in place: it must outlive the macro's block */
  assert_ok(survey_open(&a, 5, weight, NULL, NULL, &s, &e), &e);
  const double y[5] = {5, 10, 10.000001, 20, NAN};
  assert_ok(poverty_absolute(&s, y, NULL, 10, &p, &e), &e);
  assert_near(p.headcount.value, 0.5, 1e-15);
  assert_near(p.gap.value, 0.125, 1e-15);
  assert_near(p.gap2.value, 0.0625, 1e-15);
  assert_near(p.watts.value, log(2) / 4, 1e-15);
  assert_near(p.poor.value, 2, 1e-15);
  assert_int_equal(p.unknown, 1);
  assert_near(p.unknown_weight, 2, 0);
  assert_refused(poverty_absolute(&s, y, NULL, 0, &p, &e), ERR_INPUT, "the poverty line is 0", &e);
  assert_refused(poverty_absolute(&s, (double[]){1, 2, -INFINITY, 3, 4}, NULL, 10, &p, &e), ERR_INPUT, "row 3 has an infinite welfare", &e);
  arena_drop(&a);
}

static void a_relative_line_that_makes_no_sense_is_refused(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct survey s;
  struct relative_line l;
  assert_ok(survey_open(&a, 3, NULL, NULL, NULL, &s, &e), &e);
  assert_refused(poverty_line(&a, &s, (double[]){1, 2, 3}, NULL, 0, 0.5, &l, &e), ERR_INPUT, "share of a relative line is 0", &e);
  assert_refused(poverty_line(&a, &s, (double[]){1, 2, 3}, NULL, 0.6, 1, &l, &e), ERR_INPUT, "quantile of a relative line is 1", &e);
  assert_refused(poverty_line(&a, &s, (double[]){-3, -2, 3}, NULL, 0.6, 0.5, &l, &e), ERR_INPUT, "comes out as -1.2", &e);
  assert_refused(poverty_line(&a, &s, (double[]){NAN, NAN, NAN}, NULL, 0.6, 0.5, &l, &e), ERR_INPUT, "no row has a welfare", &e);
  arena_drop(&a);
}

static void quantiles_are_values_that_somebody_has(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct survey s;
  struct ranking r;
  const double y[5] = {50, 10, 40, 20, 30};
  assert_ok(survey_open(&a, 5, NULL, NULL, NULL, &s, &e), &e);
  assert_ok(quantile_rank(&a, &s, y, NULL, &r, &e), &e);
  assert_near(quantile_of(&r, 0.5), 30, 0);
  assert_near(quantile_of(&r, 0.4), 20, 0);
  assert_near(quantile_of(&r, 0.400001), 30, 0);
  assert_near(quantile_of(&r, 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1), 30, 0);
  assert_near(quantile_of(&r, 1), 50, 0);
  assert_near(quantile_lorenz(&s, y, NULL, &r, 0.2).value, 10. / 150, 1e-15);
  assert_near(quantile_lorenz(&s, y, NULL, &r, 1).value, 1, 1e-15);
  assert_near(quantile_lorenz(&s, y, NULL, &r, 1).se, 0, 1e-15);
  arena_drop(&a);
}

static void gini_does_not_change_when_all_weights_are_multiplied(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct survey s;
  struct ranking r;
  const double y[4] = {1, 2, 2, 5}, one[4] = {1, 2, 1, 1}, thousand[4] = {1000, 2000, 1000, 1000};
  assert_ok(survey_open(&a, 4, one, NULL, NULL, &s, &e), &e);
  assert_ok(quantile_rank(&a, &s, y, NULL, &r, &e), &e);
  struct estimate g = inequality_gini(&s, &r);
  /* Five people with 1, 2, 2, 2, 5: mean absolute difference over twice the mean = 32/25 / (2 x 12/5) */
  assert_near(g.value, 32. / 25 / (24. / 5), 1e-14);
  assert_ok(survey_open(&a, 4, thousand, NULL, NULL, &s, &e), &e);
  assert_ok(quantile_rank(&a, &s, y, NULL, &r, &e), &e);
  assert_near(inequality_gini(&s, &r).value, g.value, 1e-14);
  assert_near(inequality_gini(&s, &r).se, g.se, 1e-12);
  arena_drop(&a);
}

static void equal_incomes_have_no_inequality(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct survey s;
  struct ranking r;
  const double y[3] = {7, 7, 7};
  assert_ok(survey_open(&a, 3, NULL, NULL, NULL, &s, &e), &e);
  assert_ok(quantile_rank(&a, &s, y, NULL, &r, &e), &e);
  assert_true(fabs(inequality_gini(&s, &r).value) < 1e-15);
  for (int k = 0; k < 3; k++) assert_true(fabs(inequality_entropy(&s, y, NULL, k).value) < 1e-15);
  assert_true(fabs(inequality_atkinson(&s, y, NULL, 0.5).value) < 1e-15);
  arena_drop(&a);
}

static void bounds_reach_from_none_of_the_undecided_to_all_of_them(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct survey s;
  struct bounds b;
  uint8_t state_of[100];
  for (int i = 0; i < 100; i++) state_of[i] = i < 20 ? DECIDED_YES : i < 30 ? DECIDED_UNKNOWN : DECIDED_NO;
  assert_ok(survey_open(&a, 100, NULL, NULL, NULL, &s, &e), &e);
  bounds_rate(&s, state_of, NULL, &b);
  assert_near(b.low.value, 0.2, 1e-14);
  assert_near(b.high.value, 0.3, 1e-14);
  assert_near(b.known.value, 20. / 90, 1e-14);
  assert_near(b.undecided.value, 0.1, 1e-14);
  assert_int_equal(b.undecided.n, 100);
  assert_near(b.low.se, sqrt(0.2 * 0.8 / 99), 1e-12);
  /* The interval for the rate lies within the outer one and holds both bounds. */
  assert_true(b.outer.lo < b.rate.lo && b.rate.lo < 0.2 && b.rate.hi > 0.3 && b.rate.hi < b.outer.hi);
  arena_drop(&a);
}

static void with_nothing_undecided_the_bounds_are_the_estimate(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct survey s;
  struct bounds b;
  const double y[4] = {0, 0.5, 0.25, 0};
  assert_ok(survey_open(&a, 4, NULL, NULL, NULL, &s, &e), &e);
  bounds_mean(&s, y, NULL, 0, 1, &b);
  assert_near(b.low.value, b.high.value, 0);
  assert_near(b.rate.lo, b.outer.lo, 1e-9);
  assert_near(b.rate.hi, b.outer.hi, 1e-9);
  arena_drop(&a);
}

static void ordering_keeps_ties_in_place_and_negatives_first(void **state) {
  (void)state;
  arena_init(&a, 0);
  const double v[6] = {2, -1, 0.0, -0.0, -1e300, 2};
  const uint32_t want[6] = {4, 1, 2, 3, 0, 5};
  uint32_t *got = order_double(&a, v, 6);
  for (int i = 0; i < 6; i++) assert_int_equal(got[i], want[i]);
  arena_drop(&a);
}

static void block_sums_stay_exact_where_a_plain_loop_drifts(void **state) {
  (void)state;
  arena_init(&a, 0);
  enum { N = 1 << 22 };
  double *v = arena_array(&a, N, sizeof *v);
  for (int i = 0; i < N; i++) v[i] = 0.1;
  double plain = 0;
  for (int i = 0; i < N; i++) plain += v[i];
  assert_near(survey_sum(v, N), N * 0.1, 1e-13);
  assert_true(fabs(plain - N * 0.1) > 1e-11 * N * 0.1);
  arena_drop(&a);
}

static void elementary_functions_are_as_near_as_the_library(void **state) {
  (void)state;
  for (double x = -745; x < 709.7; x += 0.37) assert_near(elementary_exp(x), exp(x), x < -708 ? 1e-1 : 5e-16);
  for (double x = 1e-300; x < 1e300; x *= 1.37) assert_true(fabs(elementary_log(x) - log(x)) <= 4e-16 * fabs(log(x)));
  for (double x = 0.5; x < 2; x += 0.00037) assert_true(fabs(elementary_log(x) - log(x)) <= 5e-16 * fabs(log(x)));
  for (double x = -37; x < 8; x += 0.013) assert_true(fabs(elementary_normal(x) - erfc(-x / sqrt(2)) / 2) <= fmin(1e-15, 1e-11 * erfc(-x / sqrt(2))));
  assert_near(elementary_power(2, 0.2), pow(2, 0.2), 1e-15);
  assert_near(elementary_power(1e7, -1.5), pow(1e7, -1.5), 1e-14);
  assert_true(elementary_exp(-INFINITY) == 0 && isinf(elementary_exp(INFINITY)) && isnan(elementary_exp(NAN)));
  assert_true(isinf(elementary_log(0)) && isnan(elementary_log(-1)) && elementary_log(1) == 0 && elementary_exp(0) == 1);
}

UNIT_MAIN(UNIT(elementary_functions_are_as_near_as_the_library), UNIT(a_simple_random_sample_has_the_textbook_error), UNIT(strata_take_their_differences_out_of_the_error),
          UNIT(the_same_psu_code_in_two_strata_is_two_psus), UNIT(rows_outside_a_domain_still_count_as_psus),
          UNIT(a_lonely_psu_is_measured_from_the_grand_mean), UNIT(one_psu_in_all_has_a_figure_but_no_error),
          UNIT(an_empty_domain_is_not_known_rather_than_zero), UNIT(bad_weights_are_refused_with_their_row),
          UNIT(who_stands_on_the_line_is_poor_and_who_is_unknown_is_counted_apart), UNIT(a_relative_line_that_makes_no_sense_is_refused),
          UNIT(quantiles_are_values_that_somebody_has), UNIT(gini_does_not_change_when_all_weights_are_multiplied), UNIT(equal_incomes_have_no_inequality),
          UNIT(bounds_reach_from_none_of_the_undecided_to_all_of_them), UNIT(with_nothing_undecided_the_bounds_are_the_estimate),
          UNIT(ordering_keeps_ties_in_place_and_negatives_first), UNIT(block_sums_stay_exact_where_a_plain_loop_drifts))
