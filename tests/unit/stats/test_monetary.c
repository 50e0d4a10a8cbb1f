/* Every row of the reference tables that the monetary estimators cover, against what R's survey 4.5 and convey 1.0.1 give. */
#include "refdata.h"

#include "stats/inequality.h"
#include "stats/poverty.h"
#include "stats/quantile.h"

struct monetary { /* one data set under one design */
  struct arena *a;
  const struct refdata *data;
  struct survey survey;
  double *welfare, *positive; /* positive: NaN where welfare <= 0 */
  struct relative_line line;
};

static bool starts(const char *s, const char *with) { return !strncmp(s, with, strlen(with)); }

/* How near the standard error must come: 1e-8, but where R's formula differs by design (see docs/method). */
static double se_tolerance(const char *measure, const char *param) {
  if (!strcmp(measure, "gini")) return 0.05; /* R's is not invariant to the scale of weights */
  if (!strcmp(measure, "qsr") || !strcmp(measure, "arpr") || !strcmp(measure, "arpt") || starts(param, "relq")) return 0.05;
  if (!strcmp(measure, "lorenz")) return 0.05;
  return 1e-8;
}
static double point_tolerance(const char *measure) { return !strcmp(measure, "gini") ? 1e-9 : 1e-10; }

/* False when no function here covers the row. */
static bool compute(struct monetary *m, const char *measure, const char *param, const double *part, struct estimate *out) {
  struct err e;
  struct survey *s = &m->survey;
  double number = ref_number(param);
  struct arena scratch;
  arena_init(&scratch, 0);
  struct ranking r = {0};
  bool done = true;
  if (!strcmp(measure, "mean")) {
    *out = survey_mean(s, m->welfare, part);
  } else if (starts(measure, "fgt") && strlen(measure) == 4) {
    struct poverty p;
    if (starts(param, "abs="))
      assert_ok(poverty_absolute(s, m->welfare, part, ref_number(param + 4), &p, &e), &e);
    else
      assert_ok(poverty_relative(s, m->welfare, part, &m->line, &p, &e), &e);
    *out = measure[3] == '0' ? p.headcount : measure[3] == '1' ? p.gap : p.gap2;
  } else if (!strcmp(measure, "arpr")) {
    struct poverty p;
    assert_ok(poverty_relative(s, m->welfare, part, &m->line, &p, &e), &e);
    *out = p.headcount;
  } else if (!strcmp(measure, "arpt")) {
    struct relative_line l;
    assert_ok(poverty_line(&scratch, s, m->welfare, part, 0.6, 0.5, &l, &e), &e);
    *out = l.line;
  } else if (!strcmp(measure, "watts")) {
    struct poverty p;
    assert_ok(poverty_absolute(s, m->welfare, part, ref_number(param + 4), &p, &e), &e);
    *out = p.watts;
  } else if (!strcmp(measure, "gei")) {
    *out = inequality_entropy(s, m->welfare, part, number);
  } else if (!strcmp(measure, "atkinson")) {
    *out = inequality_atkinson(s, m->welfare, part, number);
  } else {
    assert_ok(quantile_rank(&scratch, s, m->welfare, part, &r, &e), &e);
    if (!strcmp(measure, "gini")) {
      /* R has (2 r - 1) where the textbook has (2 r - w): what that adds is known exactly. */
      *out = inequality_gini(s, &r);
      double more = 0;
      for (uint64_t k = 0; k < r.n; k++) more += (r.weight[k] - 1) * r.weight[k] * r.value[k];
      out->value += more / (r.total * r.sum);
    }
    else if (!strcmp(measure, "qsr"))
      *out = inequality_share_ratio(s, m->welfare, part, &r, 0.2);
    else if (!strcmp(measure, "quantile"))
      *out = quantile_estimate(s, m->welfare, part, &r, number, 0);
    else if (!strcmp(measure, "lorenz"))
      *out = quantile_lorenz(s, m->welfare, part, &r, number);
    else
      done = false;
  }
  arena_drop(&scratch);
  return done;
}

static void compare(struct monetary *m, const struct refdata *ref, const char *design_with, uint32_t at_least) {
  uint32_t design = ref_column(ref, "design"), domain = ref_column(ref, "domain"), measure = ref_column(ref, "measure"), param = ref_column(ref, "param"),
           estimate = ref_column(ref, "estimate"), se = ref_column(ref, "se"), n = ref_column(ref, "n");
  uint32_t checked = 0, beyond = 0, wrong = 0;
  double worst[2] = {0};
  for (uint32_t i = 0; i < ref->rows; i++) {
    if (!strstr(ref_text(ref, i, design), design_with)) continue;
    const char *what = ref_text(ref, i, measure), *with = ref_text(ref, i, param);
    struct estimate x;
    double *part = ref_part(m->a, m->data, ref_text(ref, i, domain));
    if (!compute(m, what, with, part, &x)) {
      beyond++;
      continue;
    }
    checked++;
    double want = ref_number(ref_text(ref, i, estimate)), want_se = ref_number(ref_text(ref, i, se));
    double off = fabs(x.value - want) / fabs(want), off_se = isnan(want_se) ? 0 : fabs(x.se - want_se) / want_se;
    bool bad = !(off <= point_tolerance(what)) || !(off_se <= se_tolerance(what, with)) || x.n != (uint64_t)ref_number(ref_text(ref, i, n));
    if (se_tolerance(what, with) < 1e-3 && off_se > worst[1]) worst[1] = off_se;
    if (point_tolerance(what) < 1e-5 && off > worst[0]) worst[0] = off;
    if (bad) {
      wrong++;
      print_message("%s %s %s %s: %.17g (%.17g) n %llu, not %.17g (%.17g) n %s\n", ref_text(ref, i, design), ref_text(ref, i, domain), what, with, x.value, x.se,
                    (unsigned long long)x.n, want, want_se, ref_text(ref, i, n));
    }
  }
  print_message("%u rows checked, %u measures not ours, largest relative differences %.1e (points) %.1e (standard errors at 1e-8)\n", checked, beyond, worst[0], worst[1]);
  assert_int_equal(wrong, 0);
  assert_true(checked >= at_least);
}

static void prepare(struct monetary *m, const char *welfare, const double *weight, const uint32_t *strata, const uint32_t *psu) {
  struct err e;
  m->welfare = ref_numbers(m->a, m->data, welfare);
  assert_ok(survey_open(m->a, m->data->rows, weight, strata, psu, &m->survey, &e), &e);
  assert_ok(poverty_line(m->a, &m->survey, m->welfare, NULL, 0.6, 0.5, &m->line, &e), &e);
}

static void eusilc(const char *psu, const char *design_with, uint32_t at_least) {
  struct arena a;
  arena_init(&a, 0);
  struct refdata data, ref;
  ref_read_eusilc(&a, &data);
  ref_read_csv(&a, ref_need(&a, "reference/eusilc-monetary.csv"), &ref);
  struct monetary m = {.a = &a, .data = &data};
  prepare(&m, "eqIncome", ref_numbers(&a, &data, "rb050"), ref_codes(&a, &data, "db040"), ref_codes(&a, &data, psu));
  compare(&m, &ref, design_with, at_least);
  arena_drop(&a);
}

static void the_income_survey_agrees_with_r_when_persons_are_the_psu(void **state) {
  (void)state;
  eusilc("rb030", "ids=rb030", 333);
}

static void the_income_survey_agrees_with_r_when_households_are_the_psu(void **state) {
  (void)state;
  eusilc("db030", "ids=db030", 78);
}

static void the_synthetic_country_agrees_with_r(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, 0);
  struct refdata data, ref;
  ref_read_stata(&a, ref_need(&a, "popstan/WLD_2023_SYNTH-SVY-HLD-EN_v01_M.dta"), &data);
  ref_read_csv(&a, ref_need(&a, "reference/popstan-monetary.csv"), &ref);
  struct monetary m = {.a = &a, .data = &data};
  double *geo = ref_numbers(&a, &data, "geo1"), *urban = ref_numbers(&a, &data, "urbrur");
  uint32_t *strata = arena_array(&a, data.rows, sizeof *strata);
  for (uint32_t i = 0; i < data.rows; i++) strata[i] = (uint32_t)(10 * geo[i] + urban[i]);
  prepare(&m, "pc_exp", ref_numbers(&a, &data, "popweight"), strata, ref_codes(&a, &data, "ea"));
  compare(&m, &ref, "ids=ea", 360);
  arena_drop(&a);
}

/* A household row with weight x size, and a part for its women, says the same as a row for every person. */
static void households_counted_in_persons_give_what_person_rows_give(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, 0);
  struct err e;
  struct refdata d;
  ref_read_eusilc(&a, &d);
  double *income = ref_numbers(&a, &d, "eqIncome"), *weight = ref_numbers(&a, &d, "rb050"), *women = ref_part(&a, &d, "rb090=female");
  uint32_t *region = ref_codes(&a, &d, "db040"), *household = ref_codes(&a, &d, "db030"), n = 0;
  double *h_income = arena_array(&a, d.rows, sizeof *h_income), *h_weight = arena_array(&a, d.rows, sizeof *h_weight), *h_women = arena_array(&a, d.rows, sizeof *h_women);
  uint32_t *h_region = arena_array(&a, d.rows, sizeof *h_region);
  for (uint32_t i = 0; i < d.rows; i++) {
    if (i == 0 || household[i] != household[i - 1]) h_income[n] = income[i], h_region[n] = region[i], n++;
    h_weight[n - 1] += weight[i], h_women[n - 1] += women[i] * weight[i];
  }
  assert_int_equal(n, 6000);
  for (uint32_t i = 0; i < n; i++) h_women[i] /= h_weight[i];
  struct survey persons, households;
  assert_ok(survey_open(&a, d.rows, weight, region, household, &persons, &e), &e);
  assert_ok(survey_open(&a, n, h_weight, h_region, NULL, &households, &e), &e);
  struct relative_line lp, lh;
  assert_ok(poverty_line(&a, &persons, income, NULL, 0.6, 0.5, &lp, &e), &e);
  assert_ok(poverty_line(&a, &households, h_income, NULL, 0.6, 0.5, &lh, &e), &e);
  assert_near(lh.line.value, lp.line.value, 1e-14);
  for (int relative = 0; relative < 2; relative++)
    for (int part = 0; part < 2; part++) {
      struct poverty p, h;
      if (relative) {
        assert_ok(poverty_relative(&persons, income, part ? women : NULL, &lp, &p, &e), &e);
        assert_ok(poverty_relative(&households, h_income, part ? h_women : NULL, &lh, &h, &e), &e);
      } else {
        assert_ok(poverty_absolute(&persons, income, part ? women : NULL, 10000, &p, &e), &e);
        assert_ok(poverty_absolute(&households, h_income, part ? h_women : NULL, 10000, &h, &e), &e);
      }
      assert_near(h.headcount.value, p.headcount.value, 1e-12);
      assert_near(h.headcount.se, p.headcount.se, 1e-9);
      assert_near(h.gap.se, p.gap.se, 1e-9);
      assert_near(h.gap2.se, p.gap2.se, 1e-9);
      assert_near(h.poor.value, p.poor.value, 1e-12);
      assert_near(h.poor.se, p.poor.se, 1e-9);
    }
  arena_drop(&a);
}

static void viet_nam_counts_persons_with_communes_as_psus(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, 0);
  struct err e;
  struct refdata d;
  ref_read_csv(&a, ref_need(&a, "vietnam-1998/VietNamH.csv"), &d);
  double *size = ref_numbers(&a, &d, "hhsize"), *total = ref_numbers(&a, &d, "lntotal");
  for (uint32_t i = 0; i < d.rows; i++) total[i] = exp(total[i]) / size[i];
  struct survey s;
  assert_ok(survey_open(&a, d.rows, size, NULL, ref_codes(&a, &d, "commune"), &s, &e), &e);
  struct poverty general, food;
  assert_ok(poverty_absolute(&s, total, NULL, 1789.871, &general, &e), &e);
  assert_ok(poverty_absolute(&s, total, NULL, 1286.833, &food, &e), &e);
  assert_near(general.headcount.value, 0.3157599, 2e-7);
  assert_near(general.headcount.se, 0.0203113, 3e-6);
  assert_near(general.gap.value, 0.0796651, 1e-6);
  assert_near(food.headcount.value, 0.1212249, 5e-7);
  assert_near(food.headcount.se, 0.0142055, 5e-6);
  arena_drop(&a);
}

UNIT_MAIN(UNIT(the_income_survey_agrees_with_r_when_persons_are_the_psu), UNIT(the_income_survey_agrees_with_r_when_households_are_the_psu),
          UNIT(the_synthetic_country_agrees_with_r), UNIT(households_counted_in_persons_give_what_person_rows_give),
          UNIT(viet_nam_counts_persons_with_communes_as_psus))
