/* Deprivation counts: small cases by hand, and every row of the reference table that R's survey package gives. */
#include "refdata.h"

#include "stats/deprivation.h"

static void the_poor_are_those_at_or_above_the_cutoff_and_contributions_add_up(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, 0);
  struct err e;
  /* Alkire and Foster's own example: four people, four equal dimensions, cutoff two of four. */
  const uint8_t d[4][4] = {{0, 1, 1, 0}, {0, 0, 1, 0}, {0, 0, 1, 0}, {0, 1, 1, 1}};
  const uint8_t *cols[4] = {d[0], d[1], d[2], d[3]};
  const double w[4] = {1, 1, 1, 1};
  struct survey s;
  struct deprivation x;
  assert_ok(survey_open(&a, 4, NULL, NULL, NULL, &s, &e), &e);
  assert_ok(deprivation_measure(&s, 4, cols, w, 0.5, NULL, &x, &e), &e);
  assert_near(x.h.value, 0.5, 1e-15);
  assert_near(x.a.value, 0.75, 1e-15);
  assert_near(x.m0.value, 0.375, 1e-15);
  assert_near(x.uncensored[3].value, 0.75, 1e-15);
  assert_near(x.censored[3].value, 0.5, 1e-15);
  double sum = 0;
  for (int j = 0; j < 4; j++) sum += x.contribution[j].value;
  assert_near(sum, 1, 1e-15);
  arena_drop(&a);
}

static void weights_of_a_sixth_reach_a_cutoff_of_a_third(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, 0);
  struct err e;
  const uint8_t d[6][2] = {{1, 0}, {1, 1}, {0, 0}, {0, 0}, {0, 0}, {0, 0}};
  const uint8_t *cols[6] = {d[0], d[1], d[2], d[3], d[4], d[5]};
  const double w[6] = {1. / 6, 1. / 6, 1. / 6, 1. / 6, 1. / 6, 1. / 6};
  struct survey s;
  struct deprivation x;
  assert_ok(survey_open(&a, 2, NULL, NULL, NULL, &s, &e), &e);
  assert_ok(deprivation_measure(&s, 6, cols, w, 1. / 3, NULL, &x, &e), &e);
  assert_near(x.h.value, 0.5, 1e-15);
  arena_drop(&a);
}

static void one_unknown_indicator_leaves_the_unit_out_and_counts_it(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, 0);
  struct err e;
  const uint8_t d[2][4] = {{1, 1, 0, DEPRIVATION_UNKNOWN}, {1, 0, 0, 1}};
  const uint8_t *cols[2] = {d[0], d[1]};
  const double w[2] = {1, 1}, weight[4] = {1, 1, 1, 5};
  struct survey s;
  struct deprivation x;
  assert_ok(survey_open(&a, 4, weight, NULL, NULL, &s, &e), &e);
  assert_ok(deprivation_measure(&s, 2, cols, w, 1, NULL, &x, &e), &e);
  assert_near(x.h.value, 1. / 3, 1e-15);
  assert_int_equal(x.unknown, 1);
  assert_near(x.unknown_weight, 5, 0);
  assert_int_equal(x.h.n, 3);
  arena_drop(&a);
}

static void nobody_poor_gives_no_intensity_rather_than_a_made_up_one(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, 0);
  struct err e;
  const uint8_t d[1][3] = {{0, 0, 0}};
  const uint8_t *cols[1] = {d[0]};
  const double w[1] = {1};
  struct survey s;
  struct deprivation x;
  assert_ok(survey_open(&a, 3, NULL, NULL, NULL, &s, &e), &e);
  assert_ok(deprivation_measure(&s, 1, cols, w, 1, NULL, &x, &e), &e);
  assert_near(x.h.value, 0, 0);
  assert_true(isnan(x.a.value) && x.a.n == 0);
  assert_true(isnan(x.contribution[0].value));
  arena_drop(&a);
}

static void wrong_weights_and_cutoffs_are_refused_in_words(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, 0);
  struct err e;
  const uint8_t d[1][2] = {{0, 1}};
  const uint8_t *cols[2] = {d[0], d[0]};
  struct survey s;
  struct deprivation x;
  assert_ok(survey_open(&a, 2, NULL, NULL, NULL, &s, &e), &e);
  assert_refused(deprivation_measure(&s, 1, cols, (double[]){1}, 0, NULL, &x, &e), ERR_INPUT, "cutoff is 0", &e);
  assert_refused(deprivation_measure(&s, 1, cols, (double[]){1}, NAN, NULL, &x, &e), ERR_INPUT, "cutoff is", &e);
  assert_refused(deprivation_measure(&s, 1, cols, (double[]){0}, 0.5, NULL, &x, &e), ERR_INPUT, "all indicator weights are zero", &e);
  assert_refused(deprivation_measure(&s, 2, cols, (double[]){1, -1}, 0.5, NULL, &x, &e), ERR_INPUT, "indicator 2 has the weight -1", &e);
  assert_refused(deprivation_measure(&s, 0, cols, (double[]){1}, 0.5, NULL, &x, &e), ERR_INPUT, "0 deprivation indicators", &e);
  assert_refused(deprivation_measure(&s, 65, cols, (double[]){1}, 0.5, NULL, &x, &e), ERR_INPUT, "65 deprivation indicators", &e);
  arena_drop(&a);
}

enum { INDICATORS = 10 };
static const char *const names[INDICATORS] = {"d_cm", "d_nutr", "d_satt", "d_educ", "d_elct", "d_sani", "d_wtr", "d_hsg", "d_ckfl", "d_asst"};
static const double weights[INDICATORS] = {1. / 6, 1. / 6, 1. / 6, 1. / 6, 1. / 18, 1. / 18, 1. / 18, 1. / 18, 1. / 18, 1. / 18};

static void every_reference_row_agrees_with_r(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, 0);
  struct err e;
  struct refdata all, ref;
  ref_read_csv(&a, ref_need(&a, "mpi-synthetic/syn_cdta.csv"), &all);
  ref_read_csv(&a, ref_need(&a, "reference/mpi-synthetic.csv"), &ref);
  uint32_t c_set = ref_column(&ref, "dataset"), c_domain = ref_column(&ref, "domain"), c_k = ref_column(&ref, "k"), c_measure = ref_column(&ref, "measure"),
           c_indicator = ref_column(&ref, "indicator"), c_estimate = ref_column(&ref, "estimate"), c_se = ref_column(&ref, "se"), c_n = ref_column(&ref, "n");
  uint32_t checked = 0, wrong = 0;
  for (int both = 0; both < 2; both++) {
    /* The first wave alone, then both: rows without any of the indicators missing, as in the reference. */
    struct refdata d = all;
    d.cells = arena_array(&a, (size_t)all.rows * all.cols, sizeof *d.cells), d.rows = 0;
    uint32_t wave = ref_column(&all, "t");
    for (uint32_t i = 0; i < all.rows; i++) {
      bool whole = both || !strcmp(ref_text(&all, i, wave), "1");
      for (int j = 0; j < INDICATORS; j++) whole = whole && *ref_text(&all, i, ref_column(&all, names[j]));
      if (whole) memcpy(d.cells + (size_t)d.rows++ * d.cols, all.cells + (size_t)i * all.cols, all.cols * sizeof *d.cells);
    }
    uint8_t *cols[INDICATORS];
    for (int j = 0; j < INDICATORS; j++) {
      double *v = ref_numbers(&a, &d, names[j]);
      cols[j] = arena_array(&a, d.rows, 1);
      for (uint32_t i = 0; i < d.rows; i++) cols[j][i] = (uint8_t)v[i];
    }
    struct survey s;
    assert_ok(survey_open(&a, d.rows, ref_numbers(&a, &d, "weight"), ref_codes(&a, &d, "stratum"), ref_codes(&a, &d, "psu"), &s, &e), &e);
    const char *domain = "", *k = "";
    struct deprivation *x = arena_new(&a, struct deprivation);
    for (uint32_t i = 0; i < ref.rows; i++) {
      if (both != !strcmp(ref_text(&ref, i, c_set), "syn_cdta_cot")) continue;
      if (strcmp(domain, ref_text(&ref, i, c_domain)) != 0 || strcmp(k, ref_text(&ref, i, c_k)) != 0) {
        domain = ref_text(&ref, i, c_domain), k = ref_text(&ref, i, c_k);
        assert_ok(deprivation_measure(&s, INDICATORS, (const uint8_t *const *)cols, weights, ref_number(k) / 100, ref_part(&a, &d, domain), x, &e), &e);
      }
      const char *measure = ref_text(&ref, i, c_measure);
      int j = 0;
      while (j < INDICATORS - 1 && strcmp(names[j], ref_text(&ref, i, c_indicator)) != 0) j++;
      struct estimate v = !strcmp(measure, "H")    ? x->h
                          : !strcmp(measure, "A")  ? x->a
                          : !strcmp(measure, "M0") ? x->m0
                          : !strcmp(measure, "hd") ? x->uncensored[j]
                          : !strcmp(measure, "hdk") ? x->censored[j]
                                                    : x->contribution[j];
      double want = ref_number(ref_text(&ref, i, c_estimate)), se = ref_number(ref_text(&ref, i, c_se));
      checked++;
      if (!(fabs(v.value - want) <= 1e-10 * fabs(want)) || !(fabs(v.se - se) <= 1e-8 * se) || v.n != (uint64_t)ref_number(ref_text(&ref, i, c_n))) {
        wrong++;
        print_message("%s %s k %s %s %s: %.17g (%.17g) n %llu, not %.17g (%.17g) n %s\n", ref_text(&ref, i, c_set), domain, k, measure, ref_text(&ref, i, c_indicator), v.value, v.se,
                      (unsigned long long)v.n, want, se, ref_text(&ref, i, c_n));
      }
    }
  }
  print_message("%u rows checked\n", checked);
  assert_int_equal(wrong, 0);
  assert_int_equal(checked, ref.rows);
  arena_drop(&a);
}

UNIT_MAIN(UNIT(the_poor_are_those_at_or_above_the_cutoff_and_contributions_add_up), UNIT(weights_of_a_sixth_reach_a_cutoff_of_a_third),
          UNIT(one_unknown_indicator_leaves_the_unit_out_and_counts_it), UNIT(nobody_poor_gives_no_intensity_rather_than_a_made_up_one),
          UNIT(wrong_weights_and_cutoffs_are_refused_in_words), UNIT(every_reference_row_agrees_with_r))
