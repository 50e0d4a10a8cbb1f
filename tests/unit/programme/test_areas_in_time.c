/* Codes of places change: a village is renamed, two are merged, a county becomes a district. What was written under a former code counts where the
 * place is now, and a former code can be given back for a day on which it was in use. All places here are invented. */
#include "base/date.h"
#include "programme_text.h"

/* county c1 became district d1 on 2017-01-01, and its villages got new codes with it; v1 and v2 were merged into v3 in 2015 (v3 bears v2's name); v5 ended. */
#define HEAD \
  "programme: {name: p, title: T, currency: CNY, years: {from: 2010, to: 2026}}\n" \
  "fields: [{name: place, type: choice, choices: {areas: village}}, {name: income, type: money}]\n" \
  "derive: [{name: w, rule: income * 1.0}]\nsample: {welfare: w}\n"
#define AREAS(rows) HEAD "areas:\n  household: place\n  levels: [{name: county, home: true}, {name: village}]\n  list:\n" rows
#define GOOD \
  "    - {code: c1, level: county, name: Qing County, to: 2016-12-31, replaced_by: d1}\n" \
  "    - {code: d1, level: county, name: Qing District, from: 2017-01-01}\n" \
  "    - {code: v1, level: village, parent: c1, name: Upper, to: 2014-12-31, replaced_by: v3}\n" \
  "    - {code: v2, level: village, parent: c1, name: Lower, to: 2014-12-31, replaced_by: v3}\n" \
  "    - {code: v3, level: village, parent: c1, name: Lower, from: 2015-01-01, to: 2016-12-31, replaced_by: v4}\n" \
  "    - {code: v4, level: village, parent: d1, name: Lower, from: 2017-01-01}\n" \
  "    - {code: v5, level: village, parent: c1, name: Gone, to: 2013-06-30}\n"

static int32_t day(const char *s) {
  int32_t d;
  assert_true(date_parse(s, strlen(s), &d));
  return d;
}

static const char *now(const struct programme *p, const char *code) { return p->areas[p->areas[programme_area(p, code)].now].code; }
static const char *on(const struct programme *p, const char *code, const char *date) { return p->areas[programme_area_on(p, programme_area(p, code), day(date))].code; }

static void a_former_code_leads_to_the_place_of_today(void **state) {
  (void)state;
  struct loaded l;
  load_text(&l, AREAS(GOOD));
  assert_ok(l.status, &l.e);
  assert_string_equal(now(l.p, "c1"), "d1");
  assert_string_equal(now(l.p, "v1"), "v4");
  assert_string_equal(now(l.p, "v3"), "v4");
  assert_string_equal(now(l.p, "v4"), "v4");
  assert_string_equal(now(l.p, "v5"), "v5"); /* ended, and nothing stands for it */
  unload(&l);
}

static void the_code_of_a_day_is_given_back_where_it_is_certain(void **state) {
  (void)state;
  struct loaded l;
  load_text(&l, AREAS(GOOD));
  assert_string_equal(on(l.p, "d1", "2016-12-31"), "c1");
  assert_string_equal(on(l.p, "d1", "2017-01-01"), "d1");
  assert_string_equal(on(l.p, "v4", "2016-03-01"), "v3");
  assert_string_equal(on(l.p, "v4", "2014-06-30"), "v4"); /* two were merged: which of them is not known */
  assert_string_equal(on(l.p, "v1", "2014-06-30"), "v1");
  assert_string_equal(on(l.p, "v1", "2020-01-01"), "v4");
  unload(&l);
}

static void a_choice_of_areas_knows_the_code_in_use(void **state) {
  (void)state;
  struct loaded l;
  load_text(&l, AREAS(GOOD));
  const struct field *f = programme_field(l.p, LEVEL_HOUSEHOLD, "place");
  for (uint32_t i = 0; i < f->choice_count; i++)
    if (!strcmp(f->choices[i].code, "v2")) assert_string_equal(f->in_use[i], "v4");
    else if (!strcmp(f->choices[i].code, "v4")) assert_string_equal(f->in_use[i], "v4");
  unload(&l);
}

static void the_line_of_a_place_goes_with_it(void **state) {
  (void)state;
  struct loaded l;
  load_text(&l, AREAS(GOOD) "lines: [{name: n, amounts: [{year: 2010, amount: 100}, {year: 2016, area: c1, amount: 200}]}]\n");
  assert_ok(l.status, &l.e);
  assert_true(programme_line_amount(l.p, 0, 2018, "v4") == 200);
  assert_true(programme_line_amount(l.p, 0, 2015, "v4") == 100);
  unload(&l);
}

static void a_change_of_codes_changes_the_rules_hash(void **state) {
  (void)state;
  struct loaded with, without;
  load_text(&with, AREAS("    - {code: c, level: county, name: C}\n    - {code: a, level: village, parent: c, name: A, to: 2014-12-31, replaced_by: b}\n    - {code: b, level: village, parent: c, name: B}\n"));
  load_text(&without, AREAS("    - {code: c, level: county, name: C}\n    - {code: a, level: village, parent: c, name: A, to: 2014-12-31}\n    - {code: b, level: village, parent: c, name: B}\n"));
  assert_false(digest_equal(&with.p->rules_hash, &without.p->rules_hash));
  unload(&with), unload(&without);
}

static void what_cannot_be_is_refused(void **state) {
  (void)state;
#define TWO(a, b) AREAS("    - {code: c, level: county, name: C}\n    - {code: a, level: village, parent: c, name: A" a "}\n    - {code: b, level: village, parent: c, name: B" b "}\n")
  static const struct { const char *text, *message; } cases[] = {
    {TWO(", to: 2014-12-31, replaced_by: x", ""), "no area has the code"},
    {TWO(", to: 2014-12-31, replaced_by: c", ""), "is a village, and \"c\" is a county"},
    {TWO(", replaced_by: b", ""), "was replaced, but has no end"},
    {TWO(", to: 2014-12-31, replaced_by: b", ", to: 2014-12-31"), "can't have replaced"},
    {TWO(", to: 2014-12-31, replaced_by: b", ", to: 2014-06-30, replaced_by: a"), "can't have replaced"},
    {TWO(", to: 2014-12-31, replaced_by: a", ""), "can't have replaced"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct loaded l;
    load_text(&l, cases[i].text);
    assert_int_equal(l.status, ERR_INPUT);
    if (!strstr(l.e.message, cases[i].message)) fail_msg("wanted: %s; got: %s", cases[i].message, l.e.message);
    unload(&l);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_former_code_leads_to_the_place_of_today),
    cmocka_unit_test(the_code_of_a_day_is_given_back_where_it_is_certain),
    cmocka_unit_test(a_choice_of_areas_knows_the_code_in_use),
    cmocka_unit_test(the_line_of_a_place_goes_with_it),
    cmocka_unit_test(a_change_of_codes_changes_the_rules_hash),
    cmocka_unit_test(what_cannot_be_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
