/* A copied programme is a drill until each inherited value is confirmed as it stands. */
#include "programme/loader.h"
#include "programme_text.h"

#define VALUES "params: [{name: k, value: 3, assumed: true}, {name: q, value: 4, source: a law}]\ncauses: [{name: c, rule: size > k, assumed: true}]\n"
static const char *fingerprint(struct arena *a, const char *const *items, uint32_t n) {
  char *hex = arena_alloc(a, 65);
  assert_non_null(hex);
  assert_true(inherited_fingerprint(a, items, n, hex));
  return hex;
}

static const char *const two[] = {"params.k", "causes.c"};

static void load_with(struct loaded *l, const char *values, const char *list) {
  struct arena a;
  arena_init(&a, 0);
  char text[8000];
  snprintf(text, sizeof text, "%s%sinherited: {from: other, on: 2026-01-31, items: \"%s\", list: %s}\n", BASE, values, fingerprint(&a, two, 2), list);
  load_text(l, text);
  arena_drop(&a);
}

static void an_unconfirmed_value_makes_a_drill(void **state) {
  (void)state;
  struct loaded l;
  load_with(&l, VALUES, "[{item: params.k, value: 3, why: assumed, confirmed_by: Li, confirmed_on: 2026-02-01}, {item: causes.c, value: size > k, why: assumed}]");
  assert_ok(l.status, &l.e);
  assert_true(l.p->drill);
  assert_int_equal(l.p->inherited->open, 1);
  assert_int_equal(l.p->inherited->items[0].state, INHERITED_CONFIRMED);
  assert_int_equal(l.p->inherited->items[1].state, INHERITED_OPEN);
  unload(&l);
}

#define CONFIRMED(k, c) "[{item: params.k, value: " k ", why: assumed, confirmed_by: Li, confirmed_on: 2026-02-01}, {item: causes.c, value: " c ", why: assumed, confirmed_by: Li, confirmed_on: 2026-02-01}]"

static void the_last_confirmation_ends_it_and_changes_the_rules_hash(void **state) {
  (void)state;
  struct loaded open, done, again;
  load_with(&open, VALUES, "[{item: params.k, value: 3, why: assumed}, {item: causes.c, value: size > k, why: assumed}]");
  load_with(&done, VALUES, CONFIRMED("3", "size > k"));
  load_with(&again, VALUES, "[{item: params.k, value: 3, why: assumed, confirmed_by: Wu, confirmed_on: 2026-03-01}, {item: causes.c, value: size > k, why: assumed, confirmed_by: Li, confirmed_on: 2026-02-01}]");
  assert_ok(done.status, &done.e);
  assert_false(done.p->drill);
  assert_false(digest_equal(&open.p->rules_hash, &done.p->rules_hash));
  assert_true(digest_equal(&again.p->rules_hash, &done.p->rules_hash)); /* who confirmed does not decide anything ... */
  assert_false(digest_equal(&again.p->source_hash, &done.p->source_hash)); /* ... and is on record */
  unload(&open), unload(&done), unload(&again);
}

static void taking_the_list_out_is_another_programme(void **state) {
  (void)state;
  struct loaded done, without;
  load_with(&done, VALUES, CONFIRMED("3", "size > k"));
  load_good(&without, VALUES);
  assert_false(digest_equal(&without.p->rules_hash, &done.p->rules_hash));
  unload(&done), unload(&without);
}

static void a_value_that_changed_is_confirmed_anew(void **state) {
  (void)state;
  struct loaded l;
  load_with(&l, VALUES, CONFIRMED("2", "size > k"));
  assert_int_equal(l.p->inherited->items[0].state, INHERITED_CHANGED);
  assert_string_equal(l.p->inherited->items[0].now, "3");
  assert_true(l.p->drill);
  unload(&l);
  /* Taking the mark `assumed` away, or the value itself, settles nothing. */
  load_with(&l, "params: [{name: k, value: 5, source: a decree}]\n", CONFIRMED("3", "size > k"));
  assert_ok(l.status, &l.e);
  assert_int_equal(l.p->inherited->items[0].state, INHERITED_CHANGED);
  assert_int_equal(l.p->inherited->items[1].state, INHERITED_CHANGED);
  assert_null(l.p->inherited->items[1].now);
  unload(&l);
  load_with(&l, "params: [{name: k, value: 5, source: a decree}]\n", CONFIRMED("5", "\"\""));
  assert_ok(l.status, &l.e);
  assert_false(l.p->drill);
  unload(&l);
}

static void a_row_cannot_be_lost(void **state) {
  (void)state;
  struct loaded l;
  load_with(&l, VALUES, "[{item: params.k, value: 3, why: assumed, confirmed_by: Li, confirmed_on: 2026-02-01}]");
  assert_int_equal(l.status, ERR_INPUT);
  assert_non_null(strstr(l.e.message, "lost or gained rows"));
  unload(&l);
}

static void who_and_when_go_together(void **state) {
  (void)state;
  static const struct { const char *list, *message; } cases[] = {
    {"[{item: params.k, value: 3, why: assumed, confirmed_by: Li}, {item: causes.c, why: assumed}]", "was confirmed without a date"},
    {"[{item: params.k, value: 3, why: assumed, confirmed_on: 2026-02-01}, {item: causes.c, why: assumed}]", "was confirmed by nobody"},
    {"[{item: params.k, value: 3, why: assumed, confirmed_by: Li, confirmed_on: yesterday}, {item: causes.c, why: assumed}]", "is not a date"},
    {"[{item: params.k, why: assumed}, {item: params.k, why: assumed}]", "stands twice"},
    {"[{item: params.k, why: hearsay}, {item: causes.c, why: assumed}]", "hearsay"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct loaded l;
    load_with(&l, VALUES, cases[i].list);
    assert_int_equal(l.status, ERR_INPUT);
    bool found = false;
    for (const struct problem *x = l.problems; x; x = x->next) found = found || strstr(x->message, cases[i].message);
    if (!found) fail_msg("%s: %s", cases[i].message, l.e.message);
    unload(&l);
  }
}

static void amounts_and_places_of_one_area_are_of_that_place(void **state) {
  (void)state;
  struct loaded l;
  struct programme *p = load_good(&l, "derive: [{name: per_head, rule: income / double(size)}]\nsample: {welfare: per_head}\n"
                                      "lines: [{name: a, amounts: [{year: 2020, amount: 5}, {year: 2021, area: c1, amount: 6}]}]\n"
                                      "identify: {include: [{name: i, rule: size > 1}], rank: size, quota: {level: county, ties: draw, places: [{area: c1, places: 4}]}}\n");
  static const struct { const char *item; bool of_place; } want[] = {{"lines.a.2020.*", false}, {"lines.a.2021.c1", true}, {"identify.quota.c1", true}, {"areas.list", true}, {"derive.per_head", false}};
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
    uint32_t at = map_get(&p->value_index, want[i].item, strlen(want[i].item));
    if (at == MAP_NONE) fail_msg("no value is called %s", want[i].item);
    assert_int_equal(p->values[at].of_place, want[i].of_place);
  }
  unload(&l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_unconfirmed_value_makes_a_drill),
    cmocka_unit_test(the_last_confirmation_ends_it_and_changes_the_rules_hash),
    cmocka_unit_test(taking_the_list_out_is_another_programme),
    cmocka_unit_test(a_value_that_changed_is_confirmed_anew),
    cmocka_unit_test(a_row_cannot_be_lost),
    cmocka_unit_test(who_and_when_go_together),
    cmocka_unit_test(amounts_and_places_of_one_area_are_of_that_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
