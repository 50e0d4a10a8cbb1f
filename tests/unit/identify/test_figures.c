#include "fixture.h"
#include "identify/summary.h"

#define RULES                                                                                               \
  "identify:\n  include:\n    - {name: below, rule: per_head < line}\n"                                     \
  "dimensions:\n  cutoff: 1/2\n  list:\n    - {name: d, indicators: [{name: straw, rule: roof == \"straw\"}, {name: small, rule: size < 2}]}\n"

static void headcount_gap_and_squared_gap_by_hand(void **state) {
  (void)state;
  county_programme(RULES);
  struct home homes[] = {HOME("1", "A", 1150, 1), HOME("2", "A", 4140, 2), HOME("3", "B", 9000, 1)}; /* per head 1150, 2070, 9000; line 2300 */
  const struct segment *s = county_segment(homes, COUNT(homes));
  struct identified r = decided(&s, NULL);
  const struct line_figures *l = &r.result->nation.lines[0];
  assert_near(l->headcount.value, 3.0 / 4, 1e-12);
  assert_near(l->gap.value, (0.5 + 2 * 0.1) / 4, 1e-12);
  assert_near(l->squared_gap.value, (0.25 + 2 * 0.01) / 4, 1e-12);
  assert_near(l->headcount_households.value, 2.0 / 3, 1e-12);
  assert_near(l->average_shortfall.value, (1150 + 2 * 230) / 3.0, 1e-12);
  assert_int_equal(l->headcount.n, 4);
  assert_near(l->headcount.low, l->headcount.value, 0);
  assert_int_equal(r.result->nation.all.persons, 4);
  assert_false(r.result->weighted);
}

static void an_unknown_income_widens_the_bounds_and_not_the_figure(void **state) {
  (void)state;
  county_programme(RULES);
  struct home homes[] = {HOME("1", "A", 1000, 1), HOME("2", "A", 9000, 2), HOME("3", "B", 9000, 2)};
  homes[2].income = none(ABSENT_REFUSED);
  const struct segment *s = county_segment(homes, COUNT(homes));
  struct identified r = decided(&s, NULL);
  const struct line_figures *l = &r.result->nation.lines[0];
  assert_near(l->headcount.value, 1.0 / 3, 1e-12);
  assert_near(l->headcount.low, 1.0 / 5, 1e-12);
  assert_near(l->headcount.high, 3.0 / 5, 1e-12);
  assert_near(r.result->nation.undecided_rate.value, 2.0 / 5, 1e-12);
  assert_near(r.result->nation.selected_rate.low, 1.0 / 5, 1e-12);
  assert_near(r.result->nation.selected_rate.high, 3.0 / 5, 1e-12);
}

static void areas_add_up_to_the_nation(void **state) {
  (void)state;
  county_programme(RULES);
  struct rng rng;
  rng_seed(&rng, 21);
  enum { N = 500 };
  struct home homes[N];
  for (int i = 0; i < N; i++) {
    homes[i] = (struct home)HOME(arena_printf(&arena, "%d", i), rng_below(&rng, 3) ? "A" : "B", (int64_t)rng_below(&rng, 20000), 1 + (int64_t)rng_below(&rng, 6));
    homes[i].roof = word(rng_below(&rng, 2) ? "straw" : "tile");
    if (rng_below(&rng, 12) == 0) homes[i].village = none(ABSENT_EMPTY);
  }
  const struct segment *s = county_segment(homes, N);
  struct identified r = decided(&s, NULL);
  const struct identify_result *x = r.result;
  assert_int_equal(x->breakdown_count, 1);
  const struct breakdown *b = &x->breakdowns[0];
  assert_string_equal(b->name, "area:village");
  assert_int_equal(b->group_count, 3);
  assert_string_equal(b->groups[2].code, "(missing)");
  double persons = 0, poor = 0, m0 = 0;
  uint64_t undecided = 0, households = 0;
  for (uint32_t i = 0; i < 3; i++) {
    persons += b->groups[i].all.weighted_persons;
    poor += b->groups[i].all.weighted_persons * b->groups[i].lines[0].headcount.value;
    m0 += b->groups[i].all.weighted_persons * b->groups[i].af.m0.value;
    households += b->groups[i].all.households;
    undecided += b->groups[i].outcomes[OUTCOME_UNDECIDED].households;
  }
  assert_int_equal(households, N);
  assert_int_equal(undecided, x->nation.outcomes[OUTCOME_UNDECIDED].households);
  assert_near(poor / persons, x->nation.lines[0].headcount.value, 1e-12);
  assert_near(m0 / persons, x->nation.af.m0.value, 1e-12);
  assert_near(x->nation.af.h.value * x->nation.af.a.value, x->nation.af.m0.value, 1e-12);
  assert_near(x->nation.af.indicators[0].contribution.value + x->nation.af.indicators[1].contribution.value, 1, 1e-12);
  double bins = x->welfare.below + x->welfare.above;
  for (int i = 0; i < HISTOGRAM_BINS; i++) bins += x->welfare.bins[i];
  assert_near(bins, persons, 1e-12);
  assert_true(x->welfare.width > 0);
  for (int i = 1; i < QUANTILE_COUNT; i++) assert_true(x->welfare.quantiles[i] >= x->welfare.quantiles[i - 1]);
  assert_near(x->welfare.lorenz[20], 1, 1e-12);
}

static void a_member_s_field_splits_the_household(void **state) {
  (void)state;
  struct err e = {0};
  char *yaml = arena_printf(&arena, "%s%s", COUNTY_YAML, RULES);
  char *at = strstr(yaml, "  persons: size\n");
  char *text = arena_printf(&arena, "%.*s  domains: [members.in_school]\n%s", (int)(at - yaml), yaml, at + strlen("  persons: size\n"));
  struct programme_file file = {.name = "programme.yaml", .data = text, .len = strlen(text)};
  struct problem *problems = NULL;
  assert_ok(programme_load_files(&arena, "county", &file, 1, &programme, &problems, &e), &e);
  struct home homes[] = {HOME("1", "A", 1000, 3), HOME("2", "A", 9000, 2)};
  homes[0].member_count = 3; /* poor; two in school */
  homes[0].members[0] = homes[0].members[1] = (struct person){whole(9), whole(1)};
  homes[0].members[2] = (struct person){whole(40), whole(0)};
  homes[1].member_count = 2; /* not poor; one in school, one not known */
  homes[1].members[0] = (struct person){whole(9), whole(1)};
  homes[1].members[1] = (struct person){whole(9), none(ABSENT_REFUSED)};
  const struct segment *s = county_segment(homes, 2);
  struct identified r = decided(&s, NULL);
  const struct breakdown *b = &r.result->breakdowns[r.result->breakdown_count - 1];
  assert_string_equal(b->name, "in_school");
  assert_int_equal(b->group_count, 3);
  assert_string_equal(b->groups[1].code, "true");
  assert_near(b->groups[0].lines[0].headcount.value, 1, 1e-12);
  assert_near(b->groups[1].lines[0].headcount.value, 2.0 / 3, 1e-12);
  assert_near(b->groups[2].lines[0].headcount.value, 0, 1e-12);
  assert_int_equal(b->groups[1].all.persons, 3);
  assert_int_equal(b->groups[1].all.households, 2);
}

static void nobody_at_all_gives_no_figures_and_no_crash(void **state) {
  (void)state;
  county_programme(RULES);
  const struct segment *s = county_segment(NULL, 0);
  struct identified r = decided(&s, NULL);
  assert_false(r.result->nation.lines[0].headcount.known);
  assert_int_equal(r.result->nation.all.households, 0);
}

static void a_household_of_unknown_size_is_decided_and_left_out_of_figures(void **state) {
  (void)state;
  county_programme("identify:\n  include:\n    - {name: low, rule: income < 2300.0}\n");
  struct home homes[] = {HOME("1", "A", 1000, 1), HOME("2", "A", 1000, 2), HOME("3", "A", 9000, 2)};
  homes[1].size = none(ABSENT_EMPTY);
  const struct segment *s = county_segment(homes, COUNT(homes));
  struct identified r = decided(&s, NULL);
  assert_outcome(&r, 1, OUTCOME_SELECTED);
  assert_int_equal(r.result->households_without_weight, 1);
  assert_near(r.result->nation.lines[0].headcount.value, 1.0 / 3, 1e-12);
}

static void an_undecided_household_of_unknown_size_is_not_taken_for_decided(void **state) {
  (void)state;
  struct err e = {0};
  county_programme(RULES); /* income / size: no size, no decision */
  struct home homes[] = {HOME("1", "A", 1000, 1), HOME("2", "A", 1000, 2), HOME("3", "B", 9000, 2), HOME("4", "B", 9000, 2)};
  homes[1].size = none(ABSENT_EMPTY);
  const struct segment *s = county_segment(homes, COUNT(homes));
  struct identified r = decided(&s, NULL);
  assert_outcome(&r, 1, OUTCOME_UNDECIDED);
  const struct group *nation = &r.result->nation, *upper = &r.result->breakdowns[0].groups[0], *lower = &r.result->breakdowns[0].groups[1];
  assert_near(nation->undecided_rate.value, 0, 0); /* of the five people known of */
  assert_true(isnan(nation->undecided_rate.low) && isnan(nation->undecided_rate.high));
  assert_near(nation->undecided_rate_households.value, 1.0 / 4, 1e-12);
  assert_int_equal(nation->undecided_rate_households.n, 4);
  assert_near(upper->undecided_rate_households.value, 1.0 / 2, 1e-12);
  assert_near(lower->undecided_rate_households.value, 0, 0);
  assert_near(lower->undecided_rate.high, 0, 0);
  struct text t;
  text_init(&t, 1 << 20);
  assert_ok(summary_json(r.result, &t, &e), &e);
  assert_non_null(strstr(text_str(&t), "\"undecided_rate_households\""));
  text_clear(&t);
  assert_ok(summary_screen(r.result, LANG_EN, -1, NULL, &t, &e), &e);
  assert_non_null(strstr(text_str(&t), "undecided, share of households   0.2500000"));
  assert_non_null(strstr(text_str(&t), "size or weight not known         1 households (in no figure that counts persons)"));
  text_clear(&t);
  assert_ok(summary_screen(r.result, LANG_ZH, -1, NULL, &t, &e), &e);
  assert_non_null(strstr(text_str(&t), "1 户（不计入任何按人口计算的数字）"));
  text_free(&t);
}

static void where_all_sizes_are_unknown_the_undecided_are_still_told(void **state) {
  (void)state;
  county_programme(RULES);
  struct home homes[] = {HOME("1", "A", 1000, 1), HOME("2", "B", 1000, 2)};
  homes[0].size = homes[1].size = none(ABSENT_EMPTY);
  const struct segment *s = county_segment(homes, COUNT(homes));
  struct identified r = decided(&s, NULL);
  assert_false(r.result->nation.undecided_rate.known);
  assert_near(r.result->nation.undecided_rate_households.value, 1, 0);
}

static void the_screen_is_silent_on_the_undecided_when_there_are_none(void **state) {
  (void)state;
  struct err e = {0};
  county_programme(RULES);
  struct home homes[] = {HOME("1", "A", 1000, 1), HOME("2", "B", 9000, 2)};
  const struct segment *s = county_segment(homes, COUNT(homes));
  struct identified r = decided(&s, NULL);
  struct text t;
  text_init(&t, 1 << 20);
  assert_ok(summary_screen(r.result, LANG_EN, -1, NULL, &t, &e), &e);
  assert_null(strstr(text_str(&t), "share of households"));
  assert_null(strstr(text_str(&t), "not known"));
  text_free(&t);
}

IDENTIFY_MAIN(UNIT(headcount_gap_and_squared_gap_by_hand), UNIT(an_unknown_income_widens_the_bounds_and_not_the_figure), UNIT(areas_add_up_to_the_nation), UNIT(a_member_s_field_splits_the_household),
              UNIT(nobody_at_all_gives_no_figures_and_no_crash), UNIT(a_household_of_unknown_size_is_decided_and_left_out_of_figures),
              UNIT(an_undecided_household_of_unknown_size_is_not_taken_for_decided), UNIT(where_all_sizes_are_unknown_the_undecided_are_still_told),
              UNIT(the_screen_is_silent_on_the_undecided_when_there_are_none))
