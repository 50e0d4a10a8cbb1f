/* Reading a rule's text: literals, precedence, what is refused and where. */
#include "town.h"

static void literals_mean_what_the_specification_says(void **state) {
  (void)state;
  SAYINGS(&town, {"0", "0"}, {"42", "42"}, {"0u", "0u"}, {"0U", "0u"}, {"0x1F", "31"}, {"0xffu", "255u"}, {"-0x10", "-16"}, {"9223372036854775807", "9223372036854775807"},
          {"-9223372036854775808", "-9223372036854775808"}, {"18446744073709551615u", "18446744073709551615u"}, {"1.5", "1.5"}, {".5", "0.5"}, {"1e3", "1000.0"}, {"2.5E-1", "0.25"},
          {"-2.3e+1", "-23.0"}, {"1e-324", "0.0"}, {"true", "true"}, {"false", "false"}, {"null", "null"}, {"[]", "[]"}, {"[1, 2,]", "[1, 2]"}, {"[[1], []]", "[[1], []]"});
}

static void texts_take_quotes_raw_forms_and_escapes(void **state) {
  (void)state;
  SAYINGS(&town, {"''", "''"}, {"\"a'b\"", "'a'b'"}, {"'''x''y'''", "'x''y'"}, {"\"\"\"two\nlines\"\"\"", "'two\\nlines'"}, {"r'\\d+'", "'\\\\d+'"}, {"R\"\\\"", "'\\\\'"},
          {"r'''a'b'''", "'a'b'"}, {"'\\a\\b\\f\\n\\r\\t\\v\\\\\\?\\\"\\'\\`'", "'\\u0007\\u0008\\u000c\\n\\r\\t\\u000b\\\\?\\\"'`'"}, {"'\\x41\\X42\\103'", "'ABC'"},
          {"'\\u00e9' == 'é'", "true"}, {"'\\U0001F431' == '🐱'", "true"}, {"'\\xff' == 'ÿ'", "true"}, {"'\\000'.size()", "1"}, {"'\\377'", "'ÿ'"});
}

static void wrong_literals_are_refused_where_they_stand(void **state) {
  (void)state;
  SAYINGS(&town, {"9223372036854775808", "parse 1:1 the whole number 9223372036854775808 does not fit 64 bits"}, {"18446744073709551616u", "parse 1:1 the whole number~"},
          {"0x10000000000000000", "parse 1:1 the whole number~"}, {"1e400", "parse 1:1 the number 1e400 does not fit a double"}, {"12abc", "parse 1:1 a name runs into the number 12~"},
          {"1 + 'abc", "parse 1:5 a text opened with ' is not closed~"}, {"'a\nb'", "parse 1:1 a text opened~"}, {"'\\q'", "parse 1:2 \\q is no escape~"}, {"'\\x4'", "parse 1:2 \\x must be followed by 2~"},
          {"'\\u12'", "parse 1:2 \\u must be followed by 4~"}, {"'\\ud83d'", "parse 1:2 U+D83D is no character"}, {"'\\U00110000'", "parse 1:2 U+110000 is no character"}, {"'\\400'", "parse 1:2 \\4 is no escape~"},
          {"'\\38'", "parse 1:2 an octal escape~"}, {"'\\", "parse 1:1 a text opened~"}, {"'''a''", "parse 1:1 a text opened with three times '~"});
}

static void operators_bind_as_in_the_specification(void **state) {
  (void)state;
  SAYINGS(&town, {"1 + 2 * 3", "7"}, {"(1 + 2) * 3", "9"}, {"10 - 4 - 3", "3"}, {"100 / 10 / 5", "2"}, {"7 % 4 * 2", "6"}, {"1 + 2 == 3", "true"}, {"1 < 2 == true", "true"},
          {"true || false && false", "true"}, {"!true || true", "true"}, {"true ? 1 : false ? 2 : 3", "1"}, {"false ? 1 : false ? 2 : 3", "3"}, {"-2 + 3", "1"}, {"- -2", "2"}, {"--2", "2"}, {"---2", "-2"},
          {"!!true", "true"}, {"-[1, 2][1]", "-2"}, {"2 in [1, 2] && true", "true"}, {"1 == 1 || 1/0 == 1", "true"}, {"-(-9223372036854775808)", "error return error for overflow"},
          {"1 // one\n + 2 // two", "3"}, {"1 // a\r + 5", "1"}, {" \t\f\r\n1", "1"});
}

static void what_is_no_rule_is_refused_with_its_place(void **state) {
  (void)state;
  SAYINGS(&town, {"", "parse 1:1 the rule is empty"}, {"  // nothing", "parse 1:1 the rule is empty"}, {"1 +", "parse 1:4 the rule ends where a value should follow"}, {"(1", "parse 1:3 the rule ends where `)` should follow"},
          {"1 2", "parse 1:3 `2` stands where an operator or the end of the rule should"}, {"hhsize = 3", "parse 1:8 = does not belong here HINT equals is =="}, {"true & false", "parse 1:6 & does not belong here HINT and is &&"},
          {"true | false", "parse 1:6 | does not belong here HINT or is ||"}, {"1\n+\n#", "parse 3:1 # does not belong here"}, {"'é' + §", "parse 1:7 § does not belong here HINT texts stand in quotes"}, {"[1, 2", "parse 1:6 the rule ends~"},
          {"size(1,)", "parse 1:8 `)` stands where one more argument should"}, {"a ? b", "parse 1:6 the rule ends where `:` should follow"}, {"if", "parse 1:1 `if` is a reserved word HINT use another name"}, {"x.in", "parse 1:3 `in` stands where a name should"},
          {"true ? false ? 1 : 2 : 3", "parse 1:14 `?` stands where `:` should"}, {"1..2", "parse 1:3 `.2` stands where a name should"}, {"!-x", "parse 1:2 `-` stands where a value should"}, {"a.", "parse 1:3 the rule ends where a name~"}, {"()", "parse 1:2 `)` stands~"});
  char broken[] = "1 + \xff";
  assert_string_equal(says(&town, broken), "parse 1:5 the rule is not well-formed UTF-8 here HINT save the file as UTF-8");
}

static void what_cel_has_and_rules_do_not_is_refused_by_name(void **state) {
  (void)state;
  SAYINGS(&town, {"{'a': 1}", "unsupported 1:1 maps are not part of rules"}, {"{}", "unsupported 1:1 maps~"}, {"a.b.Message{x: 1}", "unsupported 1:12 messages are not part of rules"}, {"Message{}", "unsupported 1:8 messages~"},
          {"b'abc'", "unsupported 1:1 bytes literals~"}, {"Br'\\xff'", "unsupported 1:1 bytes~"}, {"rb\"\"\"x\"\"\"", "unsupported 1:1 bytes~"}, {"household.?income", "unsupported 1:10 optional values (.?)~"}, {"[?1]", "unsupported 1:1 optional values ([?)~"},
          {"household.`income`", "unsupported 1:11 quoted field names~"}, {"dyn(1)", "unsupported 1:1 dyn is not part of rules"}, {"bytes('a')", "unsupported 1:1 bytes is not~"}, {"dyn", "unsupported 1:1 the type dyn~"}, {"map", "unsupported 1:1 the type map~"},
          {"[1, 'a']", "unsupported 1:5 a list of mixed types (int and string) needs dyn~"}, {"[1] + ['a']", "unsupported 1:5 a list of mixed types~"}, {"[null, 1]", "unsupported 1:8 a list of mixed~"}, {"cel.bind(x, 1, x)", "unsupported 1:5 the function bind~"},
          {"math.greatest(1, 2)", "unsupported 1:6 the function greatest~"}, {"[1, 2].exists(i, v, v > 1)", "unsupported 1:8 the function exists used this way~"}, {"'a'.charAt(0)", "unsupported 1:5 the function charAt~"}, {"some.pkg.Enum.VALUE", "unsupported 1:1 there is no name `some.pkg`~"},
          {"a.as() || true", "unsupported 1:3 the function as~"}, {"timestamp('2020-01-01T00:00:00Z') == null", "unsupported 1:35 no such overload: timestamp == null_type~"});
}

static void repetition_is_taken_far_beyond_the_least_the_specification_asks(void **state) {
  (void)state;
  char source[20000];
  int n = 0;
  for (int i = 0; i < 1500; i++) n += snprintf(source + n, sizeof source - (size_t)n, "%sfalse", i ? " || " : "");
  assert_string_equal(says(&town, source), "false");
  n = 0;
  for (int i = 0; i < 400; i++) n += snprintf(source + n, sizeof source - (size_t)n, "%s1", i ? " + " : "");
  assert_string_equal(says(&town, source), "400");
  n = 0;
  for (int i = 0; i < 100; i++) source[n++] = '[';
  for (int i = 0; i < 100; i++) source[n++] = ']';
  for (int i = 0; i < 98; i++) n += snprintf(source + n, sizeof source - (size_t)n, "[0]");
  assert_string_equal(says(&town, source), "[[]]");
  n = 0;
  for (int i = 0; i < 100; i++) n += snprintf(source + n, sizeof source - (size_t)n, "true ? true : ");
  snprintf(source + n, sizeof source - (size_t)n, "false");
  assert_string_equal(says(&town, source), "true");
}

static void a_hundred_thousand_brackets_are_an_error_and_no_crash(void **state) {
  (void)state;
  enum { MANY = 100000 };
  char *source = malloc(3 * MANY + 2);
  static const char open[] = "([!-";
  for (size_t k = 0; k < 4; k++) {
    memset(source, open[k], MANY);
    strcpy(source + MANY, "1");
    const char *got = says(&town, source);
    assert_non_null(strstr(got, "the rule nests too deep here"));
    assert_non_null(strstr(got, "parse 1:"));
  }
  for (int i = 0; i < MANY; i++) memcpy(source + 3 * i, "1?1", 3); /* 1?11?11?1... */
  source[3 * MANY] = 0;
  assert_non_null(strstr(says(&town, source), "parse 1:"));
  for (int i = 0; i < MANY; i++) memcpy(source + 2 * i, "1+", 2);
  source[2 * MANY - 1] = 0;
  assert_non_null(strstr(says(&town, source), "the rule nests too deep here"));
  for (int i = 0; i < MANY; i++) memcpy(source + 2 * i, ".a", 2);
  source[0] = 'x', source[2 * MANY] = 0;
  assert_non_null(strstr(says(&town, source), "parse 1:"));
  free(source);
}

static void without_a_problem_to_fill_the_message_says_the_place(void **state) {
  (void)state;
  struct err e;
  struct rule *r;
  assert_refused(rule_compile(&town.arena, &town.env, LEVEL_HOUSEHOLD, "1 +\n incom", 10, NULL, &r, NULL, &e), ERR_INPUT, "line 2, column 2: there is no name `incom`", &e);
  assert_refused(rule_compile(&town.arena, &town.env, LEVEL_HOUSEHOLD, "1 +\n incom", 10, NULL, &r, NULL, &e), ERR_INPUT, "did you mean income?", &e);
  assert_int_equal(rule_compile(&town.arena, &town.env, LEVEL_HOUSEHOLD, "nope", 4, NULL, &r, NULL, NULL), ERR_INPUT);
}

UNIT_MAIN(TOWN(literals_mean_what_the_specification_says), TOWN(texts_take_quotes_raw_forms_and_escapes), TOWN(wrong_literals_are_refused_where_they_stand),
          TOWN(operators_bind_as_in_the_specification), TOWN(what_is_no_rule_is_refused_with_its_place), TOWN(what_cel_has_and_rules_do_not_is_refused_by_name),
          TOWN(repetition_is_taken_far_beyond_the_least_the_specification_asks), TOWN(a_hundred_thousand_brackets_are_an_error_and_no_crash),
          TOWN(without_a_problem_to_fill_the_message_says_the_place))
