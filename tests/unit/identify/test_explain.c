#include "fixture.h"
#include "identify/change.h"
#include "identify/diff.h"
#include "identify/explain.h"
#include "identify/listing.h"
#include "identify/summary.h"
#include "identify/words.h"

#include <jansson.h>

#define RULES                                                                                                \
  "identify:\n  include:\n    - {name: below, rule: per_head < line, label: {en: income below the line, zh: \xE6\x94\xB6\xE5\x85\xA5\xE4\xBD\x8E}}\n" \
  "  exclude:\n    - {name: has_car, rule: car, label: {en: has a car, zh: \xE6\x9C\x89\xE8\xBD\xA6}}\n"

static struct change changed(const struct segment *s, uint64_t h) {
  struct err e = {0};
  struct change c;
  assert_ok(change_find(&arena, programme, s, h, &c, &e), &e);
  return c;
}

static void a_number_moves_to_the_nearest_value_it_can_hold(void **state) {
  (void)state;
  county_programme("identify:\n  include:\n    - {name: low, rule: income < 5000.0}\n");
  struct home homes[] = {HOME("1", "A", 9000, 1), HOME("2", "A", 100, 1)};
  const struct segment *s = county_segment(homes, 2);
  (void)decided(&s, NULL);
  struct change c = changed(s, 0);
  assert_int_equal(c.kind, CHANGE_FOUND);
  assert_int_equal(c.count, 1);
  assert_int_equal(c.facts[0].after.i, 499999); /* 4,999.99 yuan */
  assert_int_equal(c.leads_to, TRUTH_TRUE);
  c = changed(s, 1);
  assert_int_equal(c.facts[0].after.i, 500000);
  assert_int_equal(c.leads_to, TRUTH_FALSE);
}

static void a_derived_value_moves_at_its_own_level(void **state) {
  (void)state;
  county_programme(RULES);
  struct home homes[] = {HOME("1", "A", 9000, 3)};
  const struct segment *s = county_segment(homes, 1);
  (void)decided(&s, NULL);
  struct change c = changed(s, 0);
  assert_int_equal(c.kind, CHANGE_FOUND);
  assert_string_equal(programme->levels[LEVEL_HOUSEHOLD].fields[c.facts[0].field].name, "per_head");
  assert_near(c.facts[0].before.d, 3000, 1e-12);
  assert_near(c.facts[0].after.d, 2299.99, 1e-12);
}

static void two_facts_when_one_is_not_enough(void **state) {
  (void)state;
  county_programme(RULES);
  struct home homes[] = {HOME("1", "A", 9000, 3)};
  homes[0].car = whole(1);
  const struct segment *s = county_segment(homes, 1);
  (void)decided(&s, NULL);
  struct change c = changed(s, 0);
  assert_int_equal(c.kind, CHANGE_FOUND);
  assert_int_equal(c.count, 2);
  assert_int_equal(c.leads_to, TRUTH_TRUE);
}

static void a_fact_that_is_not_changeable_is_never_proposed(void **state) {
  (void)state;
  county_programme("identify:\n  include:\n    - {name: straw, rule: roof == \"straw\"}\n    - {name: crowd, rule: size > 5}\n");
  struct home homes[] = {HOME("1", "A", 9000, 3)};
  const struct segment *s = county_segment(homes, 1);
  (void)decided(&s, NULL);
  assert_int_equal(changed(s, 0).kind, CHANGE_NONE);
}

static void more_than_four_is_said_and_not_searched(void **state) {
  (void)state;
  county_programme("identify:\n  include:\n    - {name: all_five, rule: 'car && income > 10000.0 && per_head > 9000.0 && members.exists(m, m.age > 90) && members.exists(m, m.in_school) && income > 20000.0'}\n");
  struct home homes[] = {HOME("1", "A", 100, 3)};
  homes[0].member_count = 2;
  homes[0].members[0] = homes[0].members[1] = (struct person){whole(30), whole(0)};
  const struct segment *s = county_segment(homes, 1);
  (void)decided(&s, NULL);
  assert_int_equal(changed(s, 0).kind, CHANGE_MORE);
}

static void a_deprivation_that_tips_the_score_is_the_smallest_change(void **state) {
  (void)state;
  county_programme("dimensions:\n  cutoff: 1/2\n  list:\n    - {name: d, indicators: [{name: straw, rule: roof == \"straw\"}, {name: crowd, rule: size > 5}, {name: low, rule: income < 1000.0}, {name: nocar, rule: '!car'}]}\n"
                   "identify:\n  exclude:\n    - {name: rich, rule: income > 100000.0}\n");
  struct home homes[] = {HOME("1", "A", 5000, 2), HOME("2", "A", 5000, 6)};
  homes[1].roof = word("straw"); /* three of four: two would have to go */
  const struct segment *s = county_segment(homes, 2);
  struct identified r = decided(&s, NULL);
  assert_outcome(&r, 0, OUTCOME_NOT_SELECTED);
  struct change c = changed(s, 0);
  assert_int_equal(c.kind, CHANGE_FOUND);
  assert_int_equal(c.count, 1);
  assert_int_equal(c.facts[0].field, F_INCOME);
  assert_int_equal(c.facts[0].after.i, 99999);
  assert_outcome(&r, 1, OUTCOME_SELECTED);
  c = changed(s, 1); /* only the income can exclude: roof and size are not changeable, and a car leaves two of four */
  assert_int_equal(c.kind, CHANGE_FOUND);
  assert_int_equal(c.facts[0].field, F_INCOME);
  assert_int_equal(c.facts[0].after.i, 10000001);
}

/* Whatever is proposed must hold when everything is decided again; and nothing with fewer facts may be proposed where a single one works. */
static void every_proposed_change_holds_when_decided_again(void **state) {
  (void)state;
  county_programme("identify:\n  include:\n    - {name: below, rule: 'per_head < line || (income < 4000.0 && members.exists(m, m.age < 6))'}\n    - {name: out, rule: 'members.exists(m, m.age >= 6 && m.age < 16 && !m.in_school)'}\n"
                   "  exclude:\n    - {name: car, rule: car && income > 1000.0}\n    - {name: rich, rule: per_head > 20000.0}\n");
  struct rng rng;
  rng_seed(&rng, 11);
  enum { N = 150 };
  struct home homes[N];
  for (int i = 0; i < N; i++) {
    homes[i] = (struct home)HOME(arena_printf(&arena, "%d", i), "A", (int64_t)rng_below(&rng, 30000), 1 + (int64_t)rng_below(&rng, 5));
    homes[i].car = whole(rng_below(&rng, 2) == 0);
    homes[i].member_count = rng_below(&rng, 4);
    for (uint32_t m = 0; m < homes[i].member_count; m++) homes[i].members[m] = (struct person){whole((int64_t)rng_below(&rng, 30)), whole(rng_below(&rng, 2) == 0)};
  }
  const struct segment *s = county_segment(homes, N);
  struct identified r = decided(&s, NULL);
  struct err e = {0};
  int found = 0;
  for (uint64_t h = 0; h < N; h++) {
    if (r.decisions->sets[0].outcome[h] == OUTCOME_UNDECIDED) continue;
    struct change c = changed(s, h);
    if (c.kind != CHANGE_FOUND) continue;
    found++;
    struct whatif w;
    struct whatif_answer before, after;
    whatif_open(&w, programme, s, h);
    assert_ok(whatif_decide(&w, &arena, &before, &e), &e);
    for (uint32_t i = 0; i < c.count; i++) assert_true(whatif_set(&w, c.facts[i].level, c.facts[i].field, c.facts[i].row, c.facts[i].after));
    assert_ok(whatif_decide(&w, &arena, &after, &e), &e);
    assert_int_equal(before.qualifies, r.decisions->sets[0].outcome[h] == OUTCOME_SELECTED ? TRUTH_TRUE : TRUTH_FALSE);
    assert_int_not_equal(after.qualifies, before.qualifies);
    assert_int_equal(after.qualifies, c.leads_to);
  }
  assert_true(found > N / 2);
}

static void the_answers_to_a_missing_number_meet_at_the_line(void **state) {
  (void)state;
  county_programme("identify:\n  include:\n    - {name: low, rule: income < 5000.0}\n");
  struct home homes[] = {HOME("1", "A", 0, 1)};
  homes[0].income = none(ABSENT_EMPTY);
  const struct segment *s = county_segment(homes, 1);
  (void)decided(&s, NULL);
  struct answer x[8];
  uint32_t n;
  struct err e = {0};
  assert_ok(change_answers(&arena, programme, s, 0, LEVEL_HOUSEHOLD, F_INCOME, 0, x, 8, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_int_equal(x[0].to.i, 499999);
  assert_int_equal(x[0].leads_to, TRUTH_TRUE);
  assert_int_equal(x[1].from.i, 500000);
  assert_int_equal(x[1].leads_to, TRUTH_FALSE);
  assert_true(x[0].open_below && x[1].open_above);
}

static void two_missing_answers_leave_it_open_until_both_are_there(void **state) {
  (void)state;
  county_programme(RULES);
  struct home homes[] = {HOME("1", "A", 100, 1)};
  homes[0].income = none(ABSENT_EMPTY);
  homes[0].car = none(ABSENT_REFUSED);
  const struct segment *s = county_segment(homes, 1);
  (void)decided(&s, NULL);
  struct answer x[8];
  uint32_t n;
  struct err e = {0};
  assert_ok(change_answers(&arena, programme, s, 0, LEVEL_HOUSEHOLD, F_CAR, 0, x, 8, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_int_equal(x[0].leads_to, TRUTH_FALSE);   /* a car: no, whatever the income */
  assert_int_equal(x[1].leads_to, TRUTH_UNKNOWN); /* none: the income is still missing */
}

static char *told(const struct identified *r, const struct segment *const *s, uint64_t h, enum language lang, bool json) {
  struct err e = {0};
  struct text t;
  text_init(&t, 1 << 20);
  struct explain_input in = {.programme = programme, .run = r, .segments = s, .segment = 0, .household = h};
  if (json) assert_ok(explain_json(&arena, programme, &in, &t, &e), &e);
  else assert_ok(explain_text(&arena, programme, &in, lang, &t, &e), &e);
  char *copy = arena_str(&arena, text_str(&t));
  text_free(&t);
  if (!copy) fail_msg("out of memory");
  return copy;
}

static void assert_says(const char *text, const char *words) {
  if (!strstr(text, words)) fail_msg("\"%s\" is not in:\n%s", words, text);
}

static void an_explanation_tells_what_decided_with_the_values_seen(void **state) {
  (void)state;
  county_programme(RULES);
  struct home homes[] = {HOME("4031", "A", 4000, 2), HOME("4032", "B", 4000, 2)};
  homes[1].income = none(ABSENT_REFUSED);
  const struct segment *s = county_segment(homes, 2);
  struct identified r = decided(&s, NULL);
  char *en = told(&r, &s, 0, LANG_EN, false), *zh = told(&r, &s, 0, LANG_ZH, false);
  assert_says(en, "Household 4031 in Upper village: selected");
  assert_says(en, "income below the line: yes");
  assert_says(en, "Income per head = 2,000");
  assert_says(en, "line = 2,300");
  assert_says(en, "Income per head: 2,300 instead of 2,000");
  assert_says(zh, "\xE5\x85\xA5\xE9\x80\x89"); /* selected */
  assert_says(zh, "\xE4\xBD\x8F\xE6\x88\xB7 4031");
  char *undecided = told(&r, &s, 1, LANG_EN, false);
  assert_says(undecided, "Income (refused or not known)");
  assert_says(undecided, "if 4,599.99 or less: qualifies");
  assert_says(undecided, "if 4,600.00 or more: not selected");
}

static void json_carries_the_same(void **state) {
  (void)state;
  county_programme(RULES);
  struct home homes[] = {HOME("4031", "A", 4000, 2), HOME("4032", "B", 4000, 2)};
  homes[1].income = none(ABSENT_REFUSED);
  const struct segment *s = county_segment(homes, 2);
  struct identified r = decided(&s, NULL);
  json_error_t je;
  json_t *j = json_loads(told(&r, &s, 0, LANG_EN, true), JSON_REJECT_DUPLICATES, &je);
  assert_non_null(j);
  assert_string_equal(json_string_value(json_object_get(j, "outcome")), "selected");
  assert_near(json_real_value(json_object_get(json_array_get(json_object_get(json_object_get(j, "smallest_change"), "facts"), 0), "to")), 2300, 1e-12);
  json_decref(j);
  j = json_loads(told(&r, &s, 1, LANG_EN, true), JSON_REJECT_DUPLICATES, &je);
  assert_non_null(j);
  assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(j, "missing"), 0), "field")), "income");
  assert_int_equal(json_array_size(json_object_get(json_array_get(json_object_get(j, "missing"), 0), "answers")), 2);
  json_decref(j);
}

static void sealed_values_appear_nowhere(void **state) {
  (void)state;
  county_programme(RULES);
  struct home homes[] = {HOME("4031", "A", 4000, 2), HOME("4032", "B", 4000, 2)};
  homes[1].income = none(ABSENT_REFUSED);
  const struct segment *s = county_segment(homes, 2);
  struct identified r = decided(&s, NULL);
  struct err e = {0};
  struct text t;
  text_init(&t, 1 << 20);
  assert_ok(summary_json(r.result, &t, &e), &e);
  assert_null(strstr(text_str(&t), "CANARY"));
  text_free(&t);
  for (uint64_t h = 0; h < 2; h++) {
    assert_null(strstr(told(&r, &s, h, LANG_EN, false), "CANARY"));
    assert_null(strstr(told(&r, &s, h, LANG_ZH, true), "CANARY"));
  }
  char path[] = "/tmp/lucid-listing-XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  assert_ok(listing_write(path, programme, &s, &r, NULL, LANG_EN, &e), &e);
  char bytes[4096] = {0};
  FILE *f = fopen(path, "r");
  assert_true(fread(bytes, 1, sizeof bytes - 1, f) > 0);
  fclose(f);
  remove(path);
  assert_null(strstr(bytes, "CANARY"));
  assert_says(bytes, "4031,A,selected,include:below,income below the line,");
  assert_says(bytes, "4032,B,undecided,");
}

static void a_cell_that_a_spreadsheet_would_run_is_made_text(void **state) {
  (void)state;
  struct text t;
  text_init(&t, 1000);
  listing_cell(&t, "=HYPERLINK(\"x\")", false);
  listing_cell(&t, "-12.5", false);
  listing_cell(&t, "a,b", true);
  assert_string_equal(text_str(&t), "\"'=HYPERLINK(\"\"x\"\")\",-12.5,\"a,b\"\n");
  text_free(&t);
}

struct asked { int count; bool lost; char number[16]; };

static enum status own_number(void *ctx, int64_t home, int64_t household, int64_t member, struct span *out, struct err *e) {
  struct asked *a = ctx;
  (void)home, (void)household;
  a->count++;
  if (a->lost) return err_set(e, ERR_CORRUPT, NULL, "no such member");
  snprintf(a->number, sizeof a->number, "%lld", (long long)(member * 2 + 3));
  *out = span_of(a->number);
  return OK;
}

static void only_members_that_are_named_are_asked_for_their_number(void **state) {
  (void)state;
  county_programme("identify:\n  include:\n    - {name: young, rule: 'members.exists(m, m.age < 6)'}\n");
  struct home homes[] = {HOME("1", "A", 4000, 2), HOME("2", "A", 4000, 2)};
  for (int h = 0; h < 2; h++) {
    homes[h].member_count = 2;
    homes[h].members[0] = homes[h].members[1] = (struct person){whole(30), whole(0)};
  }
  homes[1].members[1].age = none(ABSENT_EMPTY);
  const struct segment *s = county_segment(homes, 2);
  struct identified r = decided(&s, NULL);
  struct asked asked = {0};
  const struct member_numbers numbers = {.of = own_number, .ctx = &asked};
  const struct decision_set *d = &r.decisions->sets[0];
  struct err e = {0};
  struct text t;
  text_init(&t, 1 << 16);
  assert_ok(explain_missing(programme, s, d, 0, &numbers, LANG_EN, &t, &e), &e);
  assert_int_equal(asked.count, 0);
  assert_ok(explain_missing(programme, s, d, 1, &numbers, LANG_EN, &t, &e), &e);
  assert_int_equal(asked.count, 1);
  assert_string_equal(text_str(&t), "Age of member 7");
  assert_ok(explain_missing(programme, s, d, 1, NULL, LANG_EN, &t, &e), &e);
  assert_string_equal(text_str(&t), "Age of member 2");
  asked.lost = true;
  assert_refused(explain_missing(programme, s, d, 1, &numbers, LANG_EN, &t, &e), ERR_CORRUPT, "no such member", &e);
  text_free(&t);
}

static void every_sentence_stands_in_both_languages_with_the_same_places(void **state) {
  (void)state;
  for (int w = 0; w < WORD_COUNT; w++) {
    const char *en = words_text(LANG_EN, (enum word)w), *zh = words_text(LANG_ZH, (enum word)w);
    assert_true(en && *en && zh && *zh);
    for (char k = '0'; k < '0' + WORDS_ARGS; k++) {
      char place[] = {'{', k, '}', 0};
      if (!strstr(en, place) != !strstr(zh, place)) fail_msg("%s of \"%s\" is missing in the other language", place, en);
    }
  }
}

static void other_rules_on_the_same_households(void **state) {
  (void)state;
  struct err e = {0};
  county_programme(RULES);
  struct home homes[] = {HOME("1", "A", 4000, 2), HOME("2", "A", 5000, 2), HOME("3", "B", 9000, 2)};
  const struct segment *s = county_segment(homes, 3);
  const struct schema *schema = county_schema();
  struct programme *mine = programme;
  struct identified before = decided(&s, NULL);
  county_programme("identify:\n  include:\n    - {name: middle, rule: per_head > 2200.0 && per_head < 3000.0}\n");
  assert_ok(diff_fits(programme, schema, &e), &e);
  struct identified after = decided(&s, NULL);
  struct diff x;
  assert_ok(diff_make(&arena, mine, &before, &after, &x, &e), &e);
  assert_int_equal(x.moves[OUTCOME_SELECTED][OUTCOME_NOT_SELECTED].households, 1);
  assert_int_equal(x.moves[OUTCOME_NOT_SELECTED][OUTCOME_SELECTED].households, 1);
  assert_int_equal(x.changed, 2);
  assert_int_equal(x.area_count, 1);
  assert_string_equal(x.areas[0].code, "A");
  struct schema narrow = *schema;
  narrow.levels[LEVEL_HOUSEHOLD].column_count = 3;
  assert_refused(diff_fits(programme, &narrow, &e), ERR_CONFLICT, "the field `size` of the programme `county` is not in the snapshot", &e);
  struct schema_column other[HOUSEHOLD_FIELDS];
  memcpy(other, schema->levels[LEVEL_HOUSEHOLD].columns, sizeof other);
  other[F_CAR].kind = COL_INT;
  narrow = *schema;
  narrow.levels[LEVEL_HOUSEHOLD].columns = other;
  assert_refused(diff_fits(programme, &narrow, &e), ERR_CONFLICT, "`car` is boolean in the programme `county` and integer in the snapshot", &e);
}

static void decisions_read_back_as_they_were_written(void **state) {
  (void)state;
  county_programme(RULES);
  struct home homes[] = {HOME("1", "A", 4000, 2), HOME("2", "A", 5000, 2), HOME("3", "B", 9000, 2)};
  homes[1].car = none(ABSENT_EMPTY);
  homes[0].income = none(ABSENT_REFUSED);
  const struct segment *s = county_segment(homes, 3);
  struct identified r = decided(&s, "seed");
  struct err e = {0};
  struct decisions *back;
  void *again;
  size_t len;
  char hash[65];
  assert_ok(decisions_read(&arena, r.file, r.file_len, &back, &e), &e);
  assert_ok(decisions_write(&arena, back, &again, &len, hash, &e), &e);
  assert_string_equal(hash, r.result->decisions_hash);
  assert_string_equal(back->seed, "seed");
  assert_int_equal(back->sets[0].missing_count, r.decisions->sets[0].missing_count);
  uint64_t n;
  assert_int_equal(decisions_missing(&back->sets[0], 0, &n)->field, F_INCOME);
  assert_int_equal(n, 1);
}

static void a_damaged_decisions_file_is_refused_wherever_it_is_cut(void **state) {
  (void)state;
  county_programme(RULES);
  struct home homes[] = {HOME("1", "A", 4000, 2), HOME("2", "A", 5000, 2)};
  homes[0].income = none(ABSENT_REFUSED);
  const struct segment *s = county_segment(homes, 2);
  struct identified r = decided(&s, "seed");
  struct err e = {0};
  struct decisions *back;
  for (size_t cut = 0; cut < r.file_len; cut++) {
    uint8_t *bytes = malloc(cut ? cut : 1); /* exactly so many, so that a sanitizer sees one too far */
    if (cut) memcpy(bytes, r.file, cut);
    enum status st = decisions_read(&arena, bytes, cut, &back, &e);
    if (st != ERR_CORRUPT && st != ERR_VERSION) fail_msg("cut at %zu: %s", cut, status_name(st));
    free(bytes);
  }
  for (size_t at = 0; at < r.file_len; at++) {
    uint8_t *bytes = malloc(r.file_len);
    memcpy(bytes, r.file, r.file_len);
    bytes[at] ^= 0xff;
    (void)!decisions_read(&arena, bytes, r.file_len, &back, &e); /* refused or read, never past the end */
    free(bytes);
  }
}

IDENTIFY_MAIN(UNIT(a_deprivation_that_tips_the_score_is_the_smallest_change), UNIT(a_number_moves_to_the_nearest_value_it_can_hold), UNIT(a_derived_value_moves_at_its_own_level), UNIT(two_facts_when_one_is_not_enough),
              UNIT(a_fact_that_is_not_changeable_is_never_proposed), UNIT(more_than_four_is_said_and_not_searched), UNIT(every_proposed_change_holds_when_decided_again),
              UNIT(the_answers_to_a_missing_number_meet_at_the_line), UNIT(two_missing_answers_leave_it_open_until_both_are_there),
              UNIT(an_explanation_tells_what_decided_with_the_values_seen), UNIT(json_carries_the_same), UNIT(sealed_values_appear_nowhere),
              UNIT(a_cell_that_a_spreadsheet_would_run_is_made_text), UNIT(only_members_that_are_named_are_asked_for_their_number), UNIT(every_sentence_stands_in_both_languages_with_the_same_places), UNIT(other_rules_on_the_same_households),
              UNIT(decisions_read_back_as_they_were_written), UNIT(a_damaged_decisions_file_is_refused_wherever_it_is_cut))
