/* Running rules: arithmetic with CEL's errors, logic that absorbs, lists, macros, the cost limit. */
#include "town.h"

static void whole_numbers_stop_at_their_range(void **state) {
  (void)state;
  SAYINGS(&town, {"9223372036854775807 + 1", "error return error for overflow"}, {"-9223372036854775808 - 1", "error return error for overflow"}, {"5000000000 * 5000000000", "error return error for overflow"}, {"(-9223372036854775808) / -1", "error return error for overflow"},
          {"(-9223372036854775808) % -1", "error return error for overflow"}, {"18446744073709551615u + 1u", "error return error for overflow"}, {"0u - 1u", "error return error for overflow"}, {"5000000000u * 5000000000u", "error return error for overflow"},
          {"15 / 0", "error divide by zero"}, {"15u / 0u", "error divide by zero"}, {"34 % 0", "error modulus by zero"}, {"34u % 0u", "error modulus by zero"}, {"43 % -5", "3"}, {"-42 % -5", "-2"}, {"-3 % 5", "-3"}, {"-20 / 3", "-6"}, {"42u % 5u", "2u"});
}

static void doubles_follow_ieee(void **state) {
  (void)state;
  SAYINGS(&town, {"15.75 / 0.0", "Infinity"}, {"-15.75 / 0.0", "-Infinity"}, {"0.0 / 0.0", "NaN"}, {"0.0 / 0.0 == 0.0 / 0.0", "false"}, {"0.0 / 0.0 != 0.0 / 0.0", "true"}, {"0.0 / 0.0 < 1.0", "false"}, {"0.0 / 0.0 >= 1.0", "false"}, {"2.0 * 8.988466e+307", "Infinity"}, {"0.1 + 0.2", "0.30000000000000004"},
          {"-(0.0)", "-0.0"}, {"-0.0 == 0.0", "true"}, {"-0.0 < 0.0", "false"}, {"42.5 * 0.2", "8.5"}, {"1e308 + 1e308 > 1e308", "true"});
}

static void logic_absorbs_errors_from_either_side(void **state) {
  (void)state;
  SAYINGS(&town, {"false && 1/0 == 1", "false"}, {"1/0 == 1 && false", "false"}, {"true || 1/0 == 1", "true"}, {"1/0 == 1 || true", "true"}, {"true && 1/0 == 1", "error divide by zero"}, {"1/0 == 1 || false", "error divide by zero"}, {"1/0 == 1 || 1%0 == 1", "error divide by zero"},
          {"1/0 == 1 ? 1 : 2", "error divide by zero"}, {"true ? 1 : 1/0", "1"}, {"false ? 1/0 : 2", "2"}, {"!(1/0 == 1)", "error divide by zero"}, {"false || false || true", "true"}, {"true && true && false", "false"}, {"1/0 == 1 && true && 1 > 2", "false"});
}

static void values_of_one_kind_compare(void **state) {
  (void)state;
  SAYINGS(&town, {"false < true", "true"}, {"true <= true", "true"}, {"'a' < 'á'", "true"}, {"'abc' < 'abcd'", "true"}, {"'' < ''", "false"}, {"'Abc' < 'aBC'", "true"}, {"'\\U0001F431' > '\\uFFFD'", "true"}, {"2u > 1u", "true"}, {"null == null", "true"}, {"null != null", "false"}, {"[1, 2] == [1, 2]", "true"},
          {"[1, 2] == [2, 1]", "false"}, {"[[]] != [[]]", "false"}, {"[] != [1]", "true"}, {"['case'] == ['cAse']", "false"}, {"'Am\\u00E9lie' == 'Ame\\u0301lie'", "false"}, {"type(1) == int", "true"}, {"type(1) == type(1u)", "false"}, {"type(type(1)) == type", "true"}, {"type([1]) == type(['a'])", "true"}, {"type(visited) == google.protobuf.Timestamp", "true"},
          {"type(null) == null_type", "true"}, {"[1.0, 0.0/0.0] == [1.0, 0.0/0.0]", "false"}, {"household == household", "true"}, {"members.all(m, m == m)", "true"}, {"members.all(m, members.exists_one(n, n == m))", "true"});
}

static void lists_index_join_and_hold(void **state) {
  (void)state;
  SAYINGS(&town, {"[7, 8, 9][0]", "7"}, {"[1, 2, 3][3]", "error invalid_argument: index out of bounds"}, {"[1][-1]", "error invalid_argument: index out of bounds"}, {"[0, 1] + [2] == [0, 1, 2]", "true"}, {"[] + []", "[]"}, {"[] + [3]", "[3]"}, {"7 in []", "false"}, {"4u in [4u]", "true"}, {"'z' in ['x', 'y']", "false"}, {"[1] in [[1], [2]]", "true"},
          {"size([])", "0"}, {"[1, 2].size()", "2"}, {"[1, 1/0]", "error divide by zero"}, {"1/0 in [1]", "error divide by zero"}, {"'he' + 'llo'", "'hello'"}, {"'' + ''", "''"}, {"size('a' + 'é')", "2"});
}

static void macros_over_lists_follow_the_specification(void **state) {
  (void)state;
  SAYINGS(&town, {"[1, 2, 3].exists(e, e > 2)", "true"}, {"[1, 2, 3].exists(e, e > 3)", "false"}, {"[1, 2, 3].exists(e, e / 0 == 17)", "error divide by zero"}, {"[1, 0].exists(e, 1 / e == 1)", "true"}, {"[0, 1].exists(e, 1 / e == 1)", "true"}, {"[0, 1].exists(e, 1 / e == 2)", "error divide by zero"}, {"[].exists(e, e == 2)", "false"},
          {"[1, 2, 3].all(e, e > 0)", "true"}, {"[1, 2, 3].all(e, 6 / (2 - e) == 6)", "false"}, {"[1, 2].all(e, e / 0 != 17)", "error divide by zero"}, {"[].all(e, e > 0)", "true"}, {"[7].exists_one(a, a == 7)", "true"}, {"[7, 7].exists_one(a, a == 7)", "false"}, {"[3, 2, 1, 0].exists_one(n, 12 / n > 1)", "error divide by zero"}, {"[].exists_one(a, a == 7)", "false"},
          {"[2, 4].map(n, n / 2)", "[1, 2]"}, {"[2, 0].map(n, 4 / n)", "error divide by zero"}, {"[].map(n, n / 2)", "[]"}, {"[1, 2, 3, 4].map(n, n % 2 == 0, n * 10)", "[20, 40]"}, {"[0, 1, 2].filter(x, x % 2 == 0)", "[0, 2]"}, {"[3, 0].filter(n, 12 / n > 4)", "error divide by zero"}, {"[].filter(n, n)", "[]"}, {"[[1], [2, 3]].filter(l, size(l) > 1)", "[[2, 3]]"},
          {"[1, 2, 3].filter(x, x > 1).map(x, x * x)", "[4, 9]"}, {"([1] + [2]).exists(x, x == 2)", "true"});
}

static void our_aggregates_sum_and_pick(void **state) {
  (void)state;
  SAYINGS(&town, {"[1, 2, 3].sum(x, x)", "6"}, {"[1u, 2u].sum(x, x)", "3u"}, {"[0.5, 0.25].sum(x, x)", "0.75"}, {"[duration('1s'), duration('2s')].sum(x, x)", "3s"}, {"[].sum(x, x)", "0"}, {"[1].filter(x, x > 1).sum(x, x)", "0"}, {"[9223372036854775807, 1].sum(x, x)", "error return error for overflow"}, {"[18446744073709551615u, 1u].sum(x, x)", "error return error for overflow"},
          {"[3, 1, 2].min(x, x)", "1"}, {"[3, 1, 2].max(x, x)", "3"}, {"['b', 'a'].min(x, x)", "'a'"}, {"[1.0, 0.0/0.0, 2.0].max(x, x)", "NaN"}, {"[0.0/0.0, 2.0].min(x, x)", "NaN"}, {"[].min(x, x)", "error invalid argument: min of nothing"}, {"[1].filter(x, x > 1).max(x, x)", "error invalid argument: max of nothing"}, {"[1, 2].mean(x, x)", "1.5"}, {"[1u].mean(x, x)", "1.0"}, {"[].mean(x, x)", "error invalid argument: mean of nothing"},
          {"[1, 2, 3].count(x, x > 1)", "2"}, {"[1, 2, 3].filter(x, x > 1).count(x, x > 2)", "1"}, {"[timestamp(5), timestamp(3)].max(x, x)", "1970-01-01T00:00:05Z"}, {"[1, 2, 3].filter(x, x != 2).sum(y, y * 10)", "40"});
}

static void fields_read_as_their_kinds(void **state) {
  (void)state;
  SAYINGS(&town, {"income", "2400.5"}, {"income == 2400.5", "true"}, {"hhsize", "2"}, {"has_car", "true"}, {"region", "'Vienna'"}, {"name", "'Li Hua'"}, {"visited", "2019-04-14T00:00:00Z"}, {"rent", "50.0"}, {"share", "0.25"}, {"household.income > line", "true"}, {"year + 1", "2021"}, {"per_head", "1200.25"}, {"children", "1"}, {"tight", "true"},
          {"village.altitude", "1200"}, {"members.size()", "2"}, {"size(members)", "2"}, {"crops.size()", "2"}, {"members.map(m, m.age)", "[40, 9]"}, {"members.filter(m, m.child).map(m, m.age)", "[9]"}, {"members.exists(m, m.age >= 6 && m.age <= 15 && !m.in_school)", "false"}, {"members.all(m, m.in_school || m.age > 15)", "true"},
          {"members.sum(m, m.wage)", "100.3"}, {"members.mean(m, m.wage)", "50.15"}, {"members.max(m, m.wage)", "100.1"}, {"members.filter(m, m.sex == 'male').size()", "1"}, {"members.count(m, m.child)", "1"}, {"crops.sum(c, c.area)", "1.75"}, {"visited + duration('24h') < timestamp('2019-04-16T00:00:00Z')", "true"}, {"(has_car ? members : members).size()", "2"});
}

static void sums_of_decimals_are_exact_where_doubles_would_drift(void **state) {
  (void)state;
  SAYINGS(&town, {"members.sum(m, m.wage) == 100.3", "true"}, {"100.1 + 0.2 == 100.3", "true"}, {"members.sum(m, m.wage * 1.0)", "100.3"}, {"members.filter(m, m.age < 10).sum(m, m.wage)", "0.2"}, {"members.filter(m, m.age > 100).sum(m, m.wage)", "0.0"}, {"members.filter(m, m.age > 100).mean(m, m.wage)", "error invalid argument: mean of nothing"});
}

static void a_rule_that_takes_too_many_steps_is_stopped(void **state) {
  (void)state;
  const char *ten = "[0,1,2,3,4,5,6,7,8,9]";
  char source[2000];
  int n = 0;
  for (char v = 'a'; v < 'a' + 8; v++) n += snprintf(source + n, sizeof source - (size_t)n, "%s.all(%c, ", ten, v);
  snprintf(source + n, sizeof source - (size_t)n, "true))))))))");
  assert_string_equal(says(&town, source), "error cost limit exceeded: the rule takes too many steps");
  n = snprintf(source, sizeof source, "['0123456789']");
  for (int i = 0; i < 14; i++) n += snprintf(source + n, sizeof source - (size_t)n, ".map(x, [x + x, x + x])[0]%s", i == 13 ? "" : ".map(x, [x])[0]");
  assert_non_null(strstr(says(&town, source), "'"));
  n = snprintf(source, sizeof source, "['0123456789abcdef']");
  for (int i = 0; i < 40; i++) n += snprintf(source + n, sizeof source - (size_t)n, ".map(x, x + x)");
  snprintf(source + n, sizeof source - (size_t)n, ".size() == 1 || true");
  assert_string_equal(says(&town, source), "error cost limit exceeded: the rule takes too many steps");
}

static bool override(void *ctx, uint32_t level, uint32_t field, uint64_t row, struct cell *out) {
  const struct rule_read *which = ctx;
  if (level != which->level || field != which->field || row != 0) return false;
  *out = (struct cell){.i = 100000};
  return true;
}

static void what_if_cells_stand_in_for_columns_and_for_derived_fields(void **state) {
  (void)state;
  struct err e;
  struct rule *r;
  struct rule_value v;
  struct rule_read income = {LEVEL_HOUSEHOLD, 0}, children = {LEVEL_HOUSEHOLD, 9};
  struct rule_row row = {.segment = town.segment, .cell = override, .cell_ctx = &income};
  assert_ok(rule_compile(&town.arena, &town.env, LEVEL_HOUSEHOLD, "per_head", 8, NULL, &r, NULL, &e), &e);
  assert_ok(rule_eval(&town.arena, r, &row, &v, &e), &e);
  assert_true(v.d == 500.0);
  assert_ok(rule_compile(&town.arena, &town.env, LEVEL_HOUSEHOLD, "children", 8, NULL, &r, NULL, &e), &e);
  row.cell_ctx = &children;
  assert_ok(rule_eval(&town.arena, r, &row, &v, &e), &e);
  assert_int_equal(v.i, 100000);
}

static void running_out_of_memory_is_said(void **state) {
  (void)state;
  struct err e;
  struct rule *r;
  struct rule_value v;
  struct arena small;
  struct rule_row row = {.segment = town.segment};
  const char *source = "[1,2,3,4,5,6,7,8,9,10].map(a, [1,2,3,4,5,6,7,8,9,10].map(b, [a, b, a, b, a, b]))";
  assert_ok(rule_compile(&town.arena, &town.env, LEVEL_HOUSEHOLD, source, strlen(source), NULL, &r, NULL, &e), &e);
  arena_init(&small, 8192);
  assert_refused(rule_eval(&small, r, &row, &v, &e), ERR_MEMORY, "out of memory", &e);
  arena_drop(&small);
  arena_init(&small, 2048);
  assert_int_equal(rule_compile(&small, &town.env, LEVEL_HOUSEHOLD, source, strlen(source), NULL, &r, NULL, &e), ERR_MEMORY);
  arena_drop(&small);
}

UNIT_MAIN(TOWN(whole_numbers_stop_at_their_range), TOWN(doubles_follow_ieee), TOWN(logic_absorbs_errors_from_either_side), TOWN(values_of_one_kind_compare), TOWN(lists_index_join_and_hold),
          TOWN(macros_over_lists_follow_the_specification), TOWN(our_aggregates_sum_and_pick), TOWN(fields_read_as_their_kinds), TOWN(sums_of_decimals_are_exact_where_doubles_would_drift),
          TOWN(a_rule_that_takes_too_many_steps_is_stopped), TOWN(what_if_cells_stand_in_for_columns_and_for_derived_fields), TOWN(running_out_of_memory_is_said))
