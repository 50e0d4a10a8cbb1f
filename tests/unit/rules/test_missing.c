/* Missing values: unknown is neither true nor false, absorbs as errors do, beats errors, and names the cells that were missing. */
#include "town.h"

/* In household 1 income is empty, has_car refused. T, F, U, E stand for the four states. */
#define T "true"
#define F "false"
#define U "has_car"
#define E "(1/0 == 1)"

static const char *state_of(const char *source) {
  const char *got = says(&town, source);
  return strncmp(got, "unknown", 7) == 0 ? U : strncmp(got, "error", 5) == 0 ? E : strcmp(got, T) == 0 ? T : strcmp(got, F) == 0 ? F : got;
}

static void three_valued_logic_holds_in_every_pair(void **state) {
  (void)state;
  town.at = 1;
  static const char *const in[] = {T, F, U, E};
  static const char *const both[4][4] = {{T, F, U, E}, {F, F, F, F}, {U, F, U, U}, {E, F, U, E}};
  static const char *const either[4][4] = {{T, T, T, T}, {T, F, U, E}, {T, U, U, U}, {T, E, U, E}};
  char source[100];
  for (int a = 0; a < 4; a++)
    for (int b = 0; b < 4; b++) {
      snprintf(source, sizeof source, "%s && %s", in[a], in[b]);
      if (strcmp(state_of(source), both[a][b])) fail_msg("%s is not %s", source, both[a][b]);
      snprintf(source, sizeof source, "%s || %s", in[a], in[b]);
      if (strcmp(state_of(source), either[a][b])) fail_msg("%s is not %s", source, either[a][b]);
      snprintf(source, sizeof source, "[%s, %s].size() > 0", in[a], in[b]); /* strict: unknown, then error, then the value */
      const char *strict = a == 2 || b == 2 ? U : a == 3 || b == 3 ? E : T;
      if (strcmp(state_of(source), strict)) fail_msg("%s is not %s", source, strict);
      for (int c = 0; c < 4; c++) {
        snprintf(source, sizeof source, "%s ? %s : %s", in[a], in[b], in[c]);
        const char *want = a == 0 ? in[b] : a == 1 ? in[c] : in[a];
        if (strcmp(state_of(source), want)) fail_msg("%s is not %s", source, want);
        snprintf(source, sizeof source, "%s && %s && %s", in[a], in[b], in[c]);
        const char *all = a == 1 || b == 1 || c == 1 ? F : a == 2 || b == 2 || c == 2 ? U : a == 3 || b == 3 || c == 3 ? E : T;
        if (strcmp(state_of(source), all)) fail_msg("%s is not %s", source, all);
      }
    }
  assert_string_equal(state_of("!" U), U);
  assert_string_equal(state_of("!" E), E);
}

static void macros_fold_unknowns_as_their_logic_says(void **state) {
  (void)state;
  town.at = 1;
  static const char *const in[] = {T, F, U, E};
  char source[200];
  for (int a = 0; a < 4; a++)
    for (int b = 0; b < 4; b++)
      for (int c = 0; c < 4; c++) {
        int seen[4] = {0};
        seen[a]++, seen[b]++, seen[c]++;
        const char *exists = seen[0] ? T : seen[2] ? U : seen[3] ? E : F, *all = seen[1] ? F : seen[2] ? U : seen[3] ? E : T;
        const char *strict = seen[2] ? U : seen[3] ? E : NULL, *one = strict ? strict : seen[0] == 1 ? T : F, *two = strict ? strict : seen[0] == 2 ? T : F;
        static const char *const forms[] = { /* @ stands for the three states by turns */
            "[0, 1, 2].exists(i, @)", "[0, 1, 2].all(i, @)", "[0, 1, 2].exists_one(i, @)",
            "[0, 1, 2].filter(i, @).size() == 2", "[0, 1, 2].count(i, @) == 2", "[0, 1, 2].filter(i, @).map(j, 1).size() == 2",
            "[0, 1, 2].filter(i, @).sum(j, 1) == 2", "[0, 1, 2].map(i, @).count(j, j) == 2"};
        const char *want[] = {exists, all, one, two, two, two, two, two};
        for (int f = 0; f < 8; f++) {
          const char *at = strchr(forms[f], '@');
          snprintf(source, sizeof source, "%.*si == 0 ? %s : i == 1 ? %s : %s%s", (int)(at - forms[f]), forms[f], in[a], in[b], in[c], at + 1);
          if (strcmp(state_of(source), want[f])) fail_msg("%s is not %s", source, want[f]);
        }
      }
}

static void an_unknown_names_the_cells_that_would_have_decided(void **state) {
  (void)state;
  town.at = 1;
  SAYINGS(&town, {"income < line", "unknown income@1(empty)"}, {"has_car", "unknown has_car@1(refused)"}, {"income < line && has_car", "unknown income@1(empty) has_car@1(refused)"}, {"has_car || income < line || has_car", "unknown has_car@1(refused) income@1(empty)"}, {"income < line && hhsize > 5", "false"}, {"income + income", "unknown income@1(empty)"},
          {"per_head", "unknown income@1(empty)"}, {"tight", "unknown income@1(empty) age@3(refused)"}, {"children", "unknown age@3(refused)"}, {"members.exists(m, m.age > 60)", "true"}, {"members.exists(m, m.age > 80)", "unknown age@3(refused)"}, {"members.all(m, m.age > 5)", "false"}, {"members.all(m, m.age > 1)", "unknown age@3(refused)"},
          {"members.exists_one(m, m.age > 60)", "unknown age@3(refused)"}, {"members.sum(m, m.wage)", "unknown wage@2(empty)"}, {"members.sum(m, m.age)", "unknown age@3(refused)"}, {"members.min(m, m.age)", "unknown age@3(refused)"}, {"members.mean(m, m.age)", "unknown age@3(refused)"}, {"members.size()", "3"}, {"members.filter(m, m.age > 60).size()", "unknown age@3(refused)"},
          {"members.filter(m, m.age > 60).sum(m, m.wage)", "unknown wage@2(empty) age@3(refused)"}, {"members.map(m, m.sex)", "unknown sex@3(empty)"}, {"[income, 1.0]", "unknown income@1(empty)"}, {"income in [1.0]", "unknown income@1(empty)"}, {"1.0 in [income]", "unknown income@1(empty)"}, {"string(income)", "unknown income@1(empty)"}, {"type(income) == double", "unknown income@1(empty)"},
          {"max(income, 1.0)", "unknown income@1(empty)"}, {"has_car ? 1 : 1", "unknown has_car@1(refused)"}, {"visited.getFullYear()", "unknown visited@1(empty)"}, {"-income", "unknown income@1(empty)"}, {"relative_line > 1.0", "unknown"}, {"income < relative_line", "unknown income@1(empty)"}, {"1/0 == 1 && has_car", "unknown has_car@1(refused)"},
          {"1/0 == hhsize + int(income)", "unknown income@1(empty)"}, {"village.altitude", "unknown altitude@0(empty)"});
}

static void without_a_roster_nobody_is_counted_and_nothing_is_vacuously_true(void **state) {
  (void)state;
  town.at = 2;
  SAYINGS(&town, {"members.all(m, m.age > 200)", "unknown members@2(roster not taken)"}, {"members.exists(m, true)", "unknown members@2(roster not taken)"}, {"members.size()", "unknown members@2(roster not taken)"}, {"members.filter(m, m.age > 3).size() == 0", "unknown members@2(roster not taken)"}, {"members.sum(m, m.wage)", "unknown members@2(roster not taken)"},
          {"members.count(m, true)", "unknown members@2(roster not taken)"}, {"children", "unknown members@2(roster not taken)"}, {"crops.size()", "0"}, {"crops.all(c, false)", "true"}, {"village.altitude > 1", "unknown altitude@-1(empty)"}, {"has(village.altitude)", "false"}, {"members.size() > 3 || income == 1000.0", "true"}, {"members.size() > 3 && income == 1.0", "false"});
  town.at = 3;
  SAYINGS(&town, {"members.all(m, m.age > 200)", "true"}, {"members.exists(m, true)", "false"}, {"members.size()", "0"}, {"members.sum(m, m.wage)", "0.0"}, {"members.min(m, m.age)", "error invalid argument: min of nothing"}, {"income / double(hhsize)", "NaN"}, {"hhsize / hhsize", "error divide by zero"});
}

static void has_is_true_or_false_and_never_unknown(void **state) {
  (void)state;
  town.at = 1;
  SAYINGS(&town, {"has(household.income)", "false"}, {"has(household.hhsize)", "true"}, {"has(household.rent)", "true"}, {"has(household.per_head)", "false"}, {"has(household.children)", "false"}, {"members.count(m, has(m.age))", "2"}, {"members.filter(m, has(m.age)).sum(m, m.age)", "73"}, {"members.all(m, !has(m.wage) || m.wage < 6.0)", "true"}, {"has(household.income) && income > 1.0", "false"},
          {"has(village.altitude)", "false"});
}

static void the_programme_says_which_absence_means_a_value(void **state) {
  (void)state;
  town.at = 1; /* rent empty: filled with 0 */
  SAYINGS(&town, {"rent", "0.0"}, {"rent == 0.0", "true"});
  town.at = 2; /* rent refused */
  SAYINGS(&town, {"rent", "unknown rent@2(refused)"});
  town.at = 3;
  SAYINGS(&town, {"rent", "unknown rent@3(not applicable)"});
}

static void variables_may_be_unknown_too(void **state) {
  (void)state;
  static const char *const names[] = {"x", "a.b"};
  static const struct rule_type types[] = {{.kind = RULE_INT}, {.kind = RULE_BOOL}};
  struct rule_env env = {.var_names = names, .var_types = types, .var_count = 2};
  struct rule_value vars[2] = {{.state = RULE_UNKNOWN, .kind = RULE_INT}, {.kind = RULE_BOOL, .b = true}}, v;
  struct rule_row row = {.vars = vars};
  struct rule *r;
  struct err e;
  assert_ok(rule_compile(&town.arena, &env, LEVEL_HOUSEHOLD, "x > 3 || a.b", 12, NULL, &r, NULL, &e), &e);
  assert_ok(rule_eval(&town.arena, r, &row, &v, &e), &e);
  assert_true(v.state == RULE_VALUE && v.b);
  vars[1].b = false;
  assert_ok(rule_eval(&town.arena, r, &row, &v, &e), &e);
  assert_int_equal(v.state, RULE_UNKNOWN);
  row.vars = NULL;
  assert_ok(rule_eval(&town.arena, r, &row, &v, &e), &e);
  assert_int_equal(v.state, RULE_UNKNOWN);
}

UNIT_MAIN(TOWN(three_valued_logic_holds_in_every_pair), TOWN(macros_fold_unknowns_as_their_logic_says), TOWN(an_unknown_names_the_cells_that_would_have_decided),
          TOWN(without_a_roster_nobody_is_counted_and_nothing_is_vacuously_true), TOWN(has_is_true_or_false_and_never_unknown), TOWN(the_programme_says_which_absence_means_a_value), TOWN(variables_may_be_unknown_too))
