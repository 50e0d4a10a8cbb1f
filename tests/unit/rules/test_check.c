/* The type checker: overloads, hints, names, choices, levels. */
#include "town.h"

static void numbers_of_two_kinds_never_mix_and_the_hint_mends_it(void **state) {
  (void)state;
  SAYINGS(&town, {"hhsize + 1.5", "type 1:8 no such overload: int + double HINT write double(hhsize)"}, {"hhsize > 2.5", "type 1:8 no such overload: int > double HINT write double(hhsize)"},
          {"income < 2300", "type 1:8 no such overload: double < int HINT write 2300.0"}, {"1 == 1.0", "type 1:3 no such overload: int == double HINT write 1.0"}, {"1 + 1u", "type 1:3 no such overload: int + uint HINT write int(1u)"},
          {"1u + 1", "type 1:4 no such overload: uint + int HINT write int(1u)"}, {"1u * 1.0", "type 1:4 no such overload: uint * double HINT write double(1u)"}, {"1 == 'a'", "type 1:3 no such overload: int == string"},
          {"'a' + 1", "type 1:5 no such overload: string + int"}, {"1.5 % 2.0", "type 1:5 no such overload: double % double"}, {"-1u", "type 1:1 no such overload: -uint"}, {"-'a'", "type 1:1 no such overload: -string"}, {"-false", "type 1:1 no such~"},
          {"[1] < [2]", "type 1:5 no such overload: list(int) < list(int)"}, {"null < null", "type 1:6 no such overload: null_type < null_type"}, {"hhsize in [1.0]", "type 1:8 no such overload: int in list(double) HINT~"}, {"1 in 2", "type 1:3 no such overload: int in int~"},
          {"income == null", "type 1:8 no such overload: double == null_type HINT nothing here is null~"});
}

static void conditions_are_bool_and_nothing_else(void **state) {
  (void)state;
  SAYINGS(&town, {"hhsize && true", "type 1:1 no such overload: && takes bool, not int HINT compare it with something: x > 0"}, {"true || 'a'", "type 1:9 no such overload: || takes bool, not string"}, {"!1", "type 1:2 no such overload: ! takes bool, not int~"},
          {"1 ? 2 : 3", "type 1:1 no such overload: what stands before ? must be bool, not int"}, {"true ? 1 : 'a'", "type 1:6 no such overload: the branches of ?: are int and string"}, {"true ? hhsize : 1.5", "type 1:6 ~"},
          {"members.all(m, m.age)", "type 1:16 all wants a condition, and this is int"}, {"members.filter(m, 1)", "type 1:19 filter wants a condition~"}, {"true ? [] : [1]", "[]"});
}

static void an_unknown_name_is_answered_with_the_nearest(void **state) {
  (void)state;
  SAYINGS(&town, {"incmoe < 1.0", "type 1:1 there is no name `incmoe` HINT did you mean income?"}, {"lien", "type 1:1 there is no name `lien` HINT did you mean line?"}, {"age > 3", "type 1:1 there is no name `age` HINT it is a field of members: write members.exists(m, m.age ...)"},
          {"altitude > 3", "type 1:1 there is no name `altitude` HINT write village.altitude"}, {"household.incom", "type 1:11 household has no field `incom` HINT did you mean income?"}, {"members.exists(m, m.agee > 1)", "type 1:21 members has no field `agee` HINT did you mean age?"},
          {"member.exists(m, m.age > 1)", "type 1:1 there is no name `member` HINT did you mean members?"}, {"houshold.income", "unsupported 1:1 there is no name `houshold.income`; packages, messages and enums are not part of rules HINT did you mean household?"}, {"members.age", "type 1:9 members are many rows HINT say for which of them: members.exists(m, m.age ...)"},
          {"qqqqqq", "type 1:1 there is no name `qqqqqq`"}, {"TestMessage", "unsupported 1:1 there is no name `TestMessage`; packages~"}, {"true ? visited : null", "unsupported 1:6 no such overload: the branches~"}, {"income.x", "type 1:8 the type double has no fields"}, {"sise('a')", "unsupported 1:1 the function sise is not part of rules HINT did you mean size?"}, {"contains('a', 'b')", "unsupported 1:1 the function contains used this way is not part of rules HINT write it after the value: x.contains(...)"},
          {"hhsize.abs()", "unsupported 1:8 the function abs used this way is not part of rules HINT write it before the value: abs(...)"}, {"members", "type 1:1 rows are no result HINT ask something of them: members.exists(m, ...), members.size()"}, {"household", "type 1:1 rows are no result~"},
          {"members.filter(m, true)", "type 1:1 rows are no result~"}, {"[members]", "type 1:2 a list can't hold the rows of a level"}, {"members == members", "type 1:9 no such overload: rows of members == rows of members"});
}

static void a_choice_that_does_not_exist_is_a_mistake_not_false(void **state) {
  (void)state;
  SAYINGS(&town, {"region == \"Vienna\"", "true"}, {"region == \"Viena\"", "type 1:11 \"Viena\" is no choice of region: it has Lower Austria, Tyrol, Vienna HINT did you mean Vienna?"}, {"'Wien' != region", "type 1:1 \"Wien\" is no choice of region~"},
          {"region in ['Tyrol', 'Viena']", "type 1:21 \"Viena\" is no choice~"}, {"region in ['Tyrol', 'Vienna']", "true"}, {"name == 'anything'", "false"}, {"region < 'W'", "true"});
}

static void functions_take_what_the_table_says(void **state) {
  (void)state;
  SAYINGS(&town, {"size(1)", "type 1:1 no such overload: size(int)"}, {"'a'.startsWith(1)", "type 1:5 no such overload: startsWith(string, int)"}, {"exp(1)", "type 1:1 no such overload: exp(int) HINT write double(1)"}, {"round(hhsize)", "type 1:1 no such overload: round(int) HINT write double(hhsize)"},
          {"min(1, 2.0)", "type 1:1 no such overload: min(int, double) HINT write double(1)"}, {"int(true)", "type 1:1 no such overload: int(bool)"}, {"timestamp(1.0)", "type 1:1 no such~"}, {"string(null)", "type 1:1 no such~"}, {"visited.getHours('Europe/Vienna')", "unsupported 1:18 named time zones are not part of rules HINT write a fixed offset such as \"+08:00\", or \"UTC\""},
          {"members.sum(m, m.in_school)", "type 1:16 sum does not take bool HINT count how many: count(m, condition)"}, {"members.mean(m, m.sex)", "type 1:17 mean does not take string"}, {"members.max(m, [1])", "type 1:16 max does not take list(int)"}, {"[1][0.0]", "type 1:4 no such overload: list(int)[double]"},
          {"members[0]", "type 1:8 no such overload: rows of members[int] HINT pick rows with filter, or ask with exists"}, {"[][0]", "unsupported 1:1 an item of an empty list has no type"}, {"5.all(x, true)", "type 1:1 all goes over a list or the rows of a level, not over int"},
          {"[1].all(1, true)", "parse 1:9 the first argument of all must be a simple name HINT as in members.all(m, ...)"}, {"[1].map(.x, 1)", "parse 1:9 the first~"}, {"has(income)", "parse 1:5 invalid argument to has(): it takes a selection such as household.income HINT write has(household.income)"}, {"has(household.nope)", "type 1:15 household has no field `nope`"});
}

static void macro_variables_have_scopes(void **state) {
  (void)state;
  SAYINGS(&town, {"[1, 2].all(x, [3].exists(y, y > x))", "true"}, {"[1, 2].map(x, [x].map(x, x * 10))", "[[10], [20]]"}, {"[1].map(x, x) == [1] && x", "type 1:25 there is no name `x`"}, {"[1, 2].map(income, income)", "[1, 2]"}, {"[5.0].map(line, .line)", "[2300.0]"},
          {"members.all(m, members.exists(n, n.age >= m.age))", "true"}, {"members.map(household, household.age)", "[40, 9]"}, {"[1].map(a,[2].map(b,[3].map(c,[4].map(d,a+b+c+d))))", "[[[[10]]]]"},
          {"[0].map(a,[0].map(b,[0].map(c,[0].map(d,[0].map(e,[0].map(f,[0].map(g,[0].map(h,[0].map(i,[0].map(j,[0].map(k,[0].map(l,[0].map(n,[0].map(o,[0].map(p,[0].map(q,[0].map(r,0)))))))))))))))))", "unsupported ~"});
}

static void the_wanted_type_is_asked_for(void **state) {
  (void)state;
  struct err e;
  struct rule *r;
  struct rule_problem p;
  struct rule_type want = {.kind = RULE_BOOL};
  assert_refused(rule_compile(&town.arena, &town.env, LEVEL_HOUSEHOLD, "hhsize", 6, &want, &r, &p, &e), ERR_INPUT, "the rule gives int, and bool is wanted here", &e);
  assert_int_equal(p.kind, RULE_CHECK);
  want.kind = RULE_DOUBLE;
  assert_refused(rule_compile(&town.arena, &town.env, LEVEL_HOUSEHOLD, "hhsize", 6, &want, &r, &p, &e), ERR_INPUT, "write double(...) around it", &e);
  assert_ok(rule_compile(&town.arena, &town.env, LEVEL_HOUSEHOLD, "income", 6, &want, &r, &p, &e), &e);
  assert_int_equal(rule_result_type(r).kind, RULE_DOUBLE);
  assert_ok(rule_compile(&town.arena, &town.env, LEVEL_HOUSEHOLD, "[[1]]", 5, NULL, &r, &p, &e), &e);
  assert_string_equal(rule_type_text(&town.arena, rule_result_type(r)), "list(list(int))");
}

static void a_rule_sees_its_own_level_by_bare_names_and_the_ones_above_by_selection(void **state) {
  (void)state;
  town.level = LEVEL_MEMBER, town.at = 1, town.row = 2;
  SAYINGS(&town, {"age", "70"}, {"household.hhsize", "3"}, {"hhsize", "type 1:1 there is no name `hhsize` HINT write household.hhsize"}, {"members.exists(m, m.age > age)", "unknown age@3(refused)"}, {"child", "false"}, {"household.region == 'Tyrol'", "true"}, {"village.altitude > 5", "unknown altitude@0(empty)"}, {"has(household.income)", "false"}, {"age == 70 && sex == 'female'", "true"});
  town.level = LEVEL_VILLAGE, town.row = 1;
  SAYINGS(&town, {"altitude", "1200"}, {"village.altitude + 1", "1201"}, {"household.income", "type 1:1 a rule of the village can't see household HINT~"}, {"members.size()", "type 1:1 a rule of the village can't see members HINT~"});
  town.level = LEVEL_CROPS, town.at = 0, town.row = 1;
  SAYINGS(&town, {"area", "0.25"}, {"kind + household.name", "'plumLi Hua'"}, {"crops.sum(c, c.area)", "1.75"});
}

static void a_rule_knows_what_it_reads_even_through_derive(void **state) {
  (void)state;
  struct err e;
  struct rule *r;
  const char *source = "tight || region == 'Tyrol' || members.exists(m, m.sex == 'male' && region == 'Tyrol')";
  assert_ok(rule_compile(&town.arena, &town.env, LEVEL_HOUSEHOLD, source, strlen(source), NULL, &r, NULL, &e), &e);
  assert_int_equal(rule_read_count(r), 3);
  assert_true(rule_reads(r, LEVEL_HOUSEHOLD, 10)); /* tight */
  assert_true(rule_reads(r, LEVEL_HOUSEHOLD, 3));
  assert_true(rule_reads(r, LEVEL_MEMBER, 3));
  assert_true(rule_reads(r, LEVEL_HOUSEHOLD, 0)); /* income, through per_head */
  assert_true(rule_reads(r, LEVEL_MEMBER, 0));    /* age, through child, children, tight */
  assert_false(rule_reads(r, LEVEL_HOUSEHOLD, 2));
  assert_false(rule_reads(r, LEVEL_MEMBER, 1));
  assert_string_equal(rule_source(r), source);
}

static const char *canonical(const char *source) {
  struct err e;
  struct rule *r;
  assert_ok(rule_compile(&town.arena, &town.env, LEVEL_HOUSEHOLD, source, strlen(source), NULL, &r, NULL, &e), &e);
  return rule_canonical(&town.arena, r);
}

static void spelling_leaves_no_trace_in_the_canonical_form(void **state) {
  (void)state;
  static const char *const same[][2] = {{"income<line", " income  <  line // poor"}, {"region == 'Tyrol'", "household.region == \"Tyrol\""}, {"members.all(m, m.age > 1)", "members.all(person, (person.age) > 0x1)"},
      {"income < 1e3", "income < 1000.0"}, {"size(members.filter(m, m.child))", "members.count(x, x.child)"}, {"double(2) * income", "2.0 * income"}, {"name.matches(r'\\d')", "name.matches('\\\\d')"}};
  static const char *const other[][2] = {{"income < line", "income <= line"}, {"1 + 2", "1u + 2u"}, {"has(household.income)", "has(household.rent)"}, {"members.all(m, m.age > 1)", "members.exists(m, m.age > 1)"}, {"(1 - 2) - 3", "1 - (2 - 3)"}, {"'a'", "'b'"}, {"members.sum(m, m.wage)", "members.max(m, m.wage)"},
      {"members.all(a, members.all(b, a.age > b.age))", "members.all(a, members.all(b, b.age > a.age))"}};
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) assert_string_equal(canonical(same[i][0]), canonical(same[i][1]));
  for (size_t i = 0; i < sizeof other / sizeof *other; i++) assert_string_not_equal(canonical(other[i][0]), canonical(other[i][1]));
}

UNIT_MAIN(TOWN(numbers_of_two_kinds_never_mix_and_the_hint_mends_it), TOWN(conditions_are_bool_and_nothing_else), TOWN(an_unknown_name_is_answered_with_the_nearest),
          TOWN(a_choice_that_does_not_exist_is_a_mistake_not_false), TOWN(functions_take_what_the_table_says), TOWN(macro_variables_have_scopes), TOWN(the_wanted_type_is_asked_for),
          TOWN(a_rule_sees_its_own_level_by_bare_names_and_the_ones_above_by_selection), TOWN(a_rule_knows_what_it_reads_even_through_derive), TOWN(spelling_leaves_no_trace_in_the_canonical_form))
