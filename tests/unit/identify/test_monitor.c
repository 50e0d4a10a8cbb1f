/* The section `monitor` over made-up households: an unknown is never a no, and neither clears nor keeps. */
#include "fixture.h"
#include "identify/monitor.h"

/* A roof of straw stands for being monitored. */
#define RULES                                                                                          \
  "monitor:\n  line: poor\n  kind: roof\n  none: tile\n  kinds:\n    - {name: straw, rule: per_head < line}\n" \
  "  clear:\n    - {name: income, rule: per_head >= line}\n    - {name: no_car, rule: '!car'}\n"     \
  "identify:\n  include:\n    - {name: below, rule: per_head < line}\n"

struct seen { struct monitor_row rows[8]; uint32_t count, missing[8]; };

static enum status keep(void *ctx, const struct monitor_row *r, struct err *e) {
  struct seen *s = ctx;
  (void)e;
  assert_true(s->count < 8);
  for (const struct rule_missing *m = r->missing; m; m = m->next) s->missing[s->count]++;
  s->rows[s->count++] = *r;
  return OK;
}

static struct seen watched(struct home *homes, uint32_t count) {
  struct seen seen = {.count = 0};
  struct err e;
  county_programme(RULES);
  const struct segment *s = county_segment(homes, count);
  struct identified r = decided(&s, NULL);
  assert_ok(monitor_each(programme, &r, &s, 1, 20000, keep, &seen, &e), &e);
  return seen;
}

static void who_is_below_the_line_is_at_risk_and_who_is_above_is_not_told(void **state) {
  (void)state;
  struct home homes[] = {HOME("1", "A", 4000, 2), HOME("2", "A", 9000, 2)};
  homes[0].roof = word("tile"), homes[1].roof = word("tile");
  struct seen s = watched(homes, 2);
  assert_int_equal(s.count, 1);
  assert_int_equal(s.rows[0].household, 0);
  assert_int_equal(s.rows[0].state, MONITOR_AT_RISK);
  assert_int_equal(s.rows[0].should, 0);
  assert_int_equal(s.rows[0].now, MONITOR_NO_KIND);
  assert_false(s.rows[0].dated);
}

static void what_is_missing_makes_it_unknown_and_is_counted(void **state) {
  (void)state;
  struct home homes[] = {HOME("1", "A", 4000, 2), HOME("2", "A", 9000, 2)};
  homes[0].roof = word("tile"), homes[0].income = none(ABSENT_REFUSED);
  homes[1].roof = none(ABSENT_EMPTY); /* as what it is monitored is not known */
  struct seen s = watched(homes, 2);
  assert_int_equal(s.count, 2);
  assert_int_equal(s.rows[0].state, MONITOR_UNKNOWN);
  assert_int_equal(s.missing[0], 1);
  assert_int_equal(s.rows[1].state, MONITOR_UNKNOWN);
  assert_int_equal(s.rows[1].now, MONITOR_KIND_UNKNOWN);
  assert_int_equal(s.missing[1], 1);
}

static void all_conditions_clear_and_one_that_is_not_known_neither_clears_nor_keeps(void **state) {
  (void)state;
  struct home homes[] = {HOME("1", "A", 9000, 2), HOME("2", "A", 9000, 2), HOME("3", "A", 4000, 2)};
  for (int i = 0; i < 3; i++) homes[i].roof = word("straw");
  homes[1].car = none(ABSENT_EMPTY);
  homes[2].car = none(ABSENT_EMPTY);
  struct seen s = watched(homes, 3);
  assert_int_equal(s.count, 3);
  assert_int_equal(s.rows[0].state, MONITOR_MAY_CLEAR);
  assert_int_equal(s.rows[1].state, MONITOR_CLEAR_UNKNOWN);
  assert_int_equal(s.rows[1].unknown, 2);
  assert_int_equal(s.missing[1], 1);
  assert_int_equal(s.rows[2].state, MONITOR_WATCHED); /* whatever the car, the income keeps it */
  assert_int_equal(s.rows[2].failed, 1);
}

static void a_programme_without_the_section_is_refused(void **state) {
  (void)state;
  struct home homes[] = {HOME("1", "A", 9000, 2)};
  struct seen seen = {.count = 0};
  struct err e;
  county_programme("identify:\n  include:\n    - {name: below, rule: per_head < line}\n");
  const struct segment *s = county_segment(homes, 1);
  struct identified r = decided(&s, NULL);
  assert_refused(monitor_each(programme, &r, &s, 1, 20000, keep, &seen, &e), ERR_INPUT, "does not say how it monitors", &e);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(who_is_below_the_line_is_at_risk_and_who_is_above_is_not_told),
    cmocka_unit_test(what_is_missing_makes_it_unknown_and_is_counted),
    cmocka_unit_test(all_conditions_clear_and_one_that_is_not_known_neither_clears_nor_keeps),
    cmocka_unit_test(a_programme_without_the_section_is_refused),
  };
  return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
