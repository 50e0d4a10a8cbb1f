/* Regression against R's svyglm on the Viet Nam survey, and on cases where the answer is known. */
#include "refdata.h"

#include "stats/regression.h"

static struct arena a;
static struct err e;

static void a_line_through_points_on_a_line_is_exact(void **state) {
  (void)state;
  arena_init(&a, 0);
  enum { N = 3000 }; /* several blocks */
  double one[N], t[N], y[N], w[N];
  for (int i = 0; i < N; i++) one[i] = 1, t[i] = i, y[i] = 3 - 0.5 * i, w[i] = 1 + i % 7;
  struct survey s;
  struct regression r;
  assert_ok(survey_open(&a, N, w, NULL, NULL, &s, &e), &e);
  assert_ok(regression_fit(&a, &s, y, 2, (const double *const[]){one, t}, NULL, &r, &e), &e);
  assert_near(r.coef[0].value, 3, 1e-11);
  assert_near(r.coef[1].value, -0.5, 1e-12);
  assert_near(r.r2, 1, 1e-12);
  assert_true(r.coef[1].se < 1e-12);
  assert_near(regression_predict(&r, (const double *const[]){one, t}, 10), -2, 1e-11);
  arena_drop(&a);
}

static void a_regression_on_a_constant_is_the_mean_with_its_design_error(void **state) {
  (void)state;
  arena_init(&a, 0);
  const double one[6] = {1, 1, 1, 1, 1, 1}, y[6] = {1, 4, 2, 8, NAN, 7}, w[6] = {1, 2, 1, 1, 9, 3};
  const uint32_t strata[6] = {1, 1, 1, 2, 2, 2};
  struct survey s;
  struct regression r;
  assert_ok(survey_open(&a, 6, w, strata, NULL, &s, &e), &e);
  struct estimate m = survey_mean(&s, y, NULL);
  assert_ok(regression_fit(&a, &s, y, 1, (const double *const[]){one}, NULL, &r, &e), &e);
  assert_near(r.coef[0].value, m.value, 1e-14);
  assert_near(r.coef[0].se, m.se, 1e-13);
  assert_int_equal(r.n, 5);
  arena_drop(&a);
}

static void terms_that_repeat_one_another_are_refused_by_number(void **state) {
  (void)state;
  arena_init(&a, 0);
  const double one[4] = {1, 1, 1, 1}, t[4] = {1, 2, 3, 5}, same[4] = {5, 7, 9, 13}, y[4] = {1, 2, 3, 4};
  struct survey s;
  struct regression r;
  assert_ok(survey_open(&a, 4, NULL, NULL, NULL, &s, &e), &e);
  assert_refused(regression_fit(&a, &s, y, 3, (const double *const[]){one, t, same}, NULL, &r, &e), ERR_INPUT, "term 3 of the regression adds nothing", &e);
  assert_refused(regression_fit(&a, &s, (double[]){1, NAN, NAN, NAN}, 2, (const double *const[]){one, t}, NULL, &r, &e), ERR_INPUT, "1 complete rows cannot determine 2 terms", &e);
  assert_refused(regression_fit(&a, &s, (double[]){1, 2, INFINITY, 4}, 2, (const double *const[]){one, t}, NULL, &r, &e), ERR_INPUT, "row 3 has an infinite value", &e);
  assert_refused(regression_fit(&a, &s, y, 0, NULL, NULL, &r, &e), ERR_INPUT, "0 terms", &e);
  arena_drop(&a);
}

static void the_viet_nam_proxy_means_test_agrees_with_r(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct refdata d, ref;
  ref_read_csv(&a, ref_need(&a, "vietnam-1998/VietNamH.csv"), &d);
  ref_read_csv(&a, ref_need(&a, "reference/vietnam-pmt-coefficients.csv"), &ref);
  enum { TERMS = 9 };
  double *x[TERMS], *size = ref_numbers(&a, &d, "hhsize"), *age = ref_numbers(&a, &d, "age"), *y = ref_numbers(&a, &d, "lntotal");
  for (int j = 0; j < TERMS; j++) x[j] = arena_array(&a, d.rows, sizeof **x);
  double *male = ref_part(&a, &d, "sex=male"), *farm = ref_part(&a, &d, "farm=yes"), *urban = ref_part(&a, &d, "urban=yes"), *school = ref_numbers(&a, &d, "educyr");
  for (uint32_t i = 0; i < d.rows; i++) {
    y[i] -= log(size[i]);
    const double row[TERMS] = {1, male[i], age[i], age[i] * age[i], school[i], farm[i], urban[i], size[i], size[i] * size[i]};
    for (int j = 0; j < TERMS; j++) x[j][i] = row[j];
  }
  struct survey s;
  struct regression r;
  assert_ok(survey_open(&a, d.rows, NULL, NULL, ref_codes(&a, &d, "commune"), &s, &e), &e);
  assert_ok(regression_fit(&a, &s, y, TERMS, (const double *const *)x, NULL, &r, &e), &e);
  uint32_t estimate = ref_column(&ref, "estimate"), se = ref_column(&ref, "se"), r2 = ref_column(&ref, "r2");
  for (uint32_t j = 0; j < TERMS; j++) {
    assert_near(r.coef[j].value, ref_number(ref_text(&ref, j, estimate)), 1e-10);
    assert_near(r.coef[j].se, ref_number(ref_text(&ref, j, se)), 1e-8);
  }
  assert_near(r.r2, ref_number(ref_text(&ref, 0, r2)), 1e-10);
  arena_drop(&a);
}

UNIT_MAIN(UNIT(a_line_through_points_on_a_line_is_exact), UNIT(a_regression_on_a_constant_is_the_mean_with_its_design_error),
          UNIT(terms_that_repeat_one_another_are_refused_by_number), UNIT(the_viet_nam_proxy_means_test_agrees_with_r))
