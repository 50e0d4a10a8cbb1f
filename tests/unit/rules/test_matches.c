/* Regular expressions: RE2's meaning, RE2's refusals, and linear time. */
#include <time.h>

#include "rules/regex.h"
#include "unit.h"

static struct arena arena;

/* 1 found, 0 not, -1 wrong pattern, -2 legal RE2 that rules don't take */
static int look(const char *pattern, const char *text) {
  struct regex *r;
  struct regex_problem p = {0};
  struct err e;
  bool ok;
  arena_drop(&arena);
  enum status st = regex_compile(&arena, pattern, strlen(pattern), &r, &p, &e);
  if (st == ERR_INPUT) return p.unsupported ? -2 : -1;
  assert_int_equal(st, OK);
  uint64_t cost = 0;
  bool found = regex_search(r, text, strlen(text), &cost, &ok);
  assert_true(ok);
  assert_true(cost > 0);
  return found;
}

static void patterns_find_what_re2_finds(void **state) {
  (void)state;
  static const struct { const char *pattern, *yes, *no; } rows[] = {
      {"ubb", "hubba", "hub"}, {"", "", NULL}, {"foo|bar", "a bar", ""}, {"gr(a|e)y", "grey", "groy"}, {"ba(na)*$", "banana", "banan"}, {"a+ñ+a+", "mañana", "mana"}, {"^a.c$", "abc", "a\nc"}, {"(?s)^a.c$", "a\nc", "abbc"},
      {"^$", "", "x"}, {"\\Aab\\z", "ab", "ab\n"}, {"ab$", "cab", "ab\n"}, {"(?m)^b$", "a\nb\nc", "ab"}, {"\\bcat\\b", "a cat.", "concat"}, {"\\Bcat", "concat", "cat"}, {"[abc]+", "xbx", "xyz"}, {"[^abc]", "d", "abc"}, {"[a-cx-z]{3}", "axz", "adz"},
      {"[]a]", "]", "b"}, {"[^]a]", "b", "]"}, {"[a-]", "-", "b"}, {"[a\\-z]", "-", "b"}, {"[\\d_]+x", "9_x", "ax"}, {"^\\d{3}-\\d{4}$", "555-1234", "555-123"}, {"^\\w+$", "az_09", "é"}, {"\\W", "é", "a"}, {"^\\S+\\s\\S+$", "a b", "ab"}, {"[[:alpha:]]+[[:digit:]]", "ab1", "1"},
      {"[[:^digit:]]", "a", "12"}, {"^[[:space:]]$", "\v", "x"}, {"a{2}", "aa", "a"}, {"^a{2,}$", "aaaa", "a"}, {"^a{2,3}$", "aaa", "aaaa"}, {"^a{0}$", "", "a"}, {"a{,3}", "a{,3}", "aaa"}, {"a{", "a{", "a"}, {"x*?y", "xxy", "x"}, {"^(a|b)*?c$", "abac", "abd"}, {"(?i)hello", "HeLLo", "help"}, {"(?i)[a-c]+z", "ABCZ", "xz"},
      {"(?i:a)b", "Ab", "AB"}, {"(?i)k", "\u212a", "j"}, {"(?i)(?-i)a", "a", "A"}, {"a(?i)b|c", "C_", "_b"}, {"(?P<year>\\d{4})", "in 2020", "20"}, {"(?<m>\\d)", "1", "x"}, {"(?:ab)+$", "abab", "aba"}, {"\\x41\\x{4e2d}\\103", "A中C", "AC"}, {"\\Qa.b*\\E$", "a.b*", "aab"}, {"\\.\\*\\$\\^\\/", ".*$^/", "x"},
      {"中.国", "中x国", "中国"}, {".", "🐱", ""}, {"^.$", "🐱", "ab"}, {"[一-龥]{2}", "王芳", "ab"}, {"[^x]", "\n", "x"}, {"(a*)*b", "aaab", "aaa"}, {"(a*)+$", "b", NULL}, {"(|a)+b", "b", "c"}, {"a||b", "", NULL}, {"()", "", NULL}, {"(((((a)))))", "a", "b"}, {"\\t\\n\\r\\f\\v\\a", "\t\n\r\f\v\a", "x"}, {"x{1000}", NULL, "x"}, {"^*", "a", NULL}, {"[\\x{100}-\\x{200}]", "\u0150", "a"}, {"a]", "a]", "a"}, {"(?i)王", "王", "李"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (rows[i].yes && look(rows[i].pattern, rows[i].yes) != 1) fail_msg("%s should be found in \"%s\"", rows[i].pattern, rows[i].yes);
    if (rows[i].no && look(rows[i].pattern, rows[i].no) != 0) fail_msg("%s should not be found in \"%s\"", rows[i].pattern, rows[i].no);
  }
}

static void what_re2_refuses_is_refused(void **state) {
  (void)state;
  static const char *const wrong[] = {"(", ")", "a)", "(a", "[", "[a", "[]", "[b-a]", "[[:nope:]]", "*a", "a|*", "+", "?", "a**", "a+*", "a{2}{3}", "a{1001}", "a{3,2}", "a{2,1001}", "\\", "\\1", "(a)\\1", "\\8", "\\y", "\\Z", "\\x4", "\\x{}", "\\x{110000}", "\\x{4", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?P=n)", "(?P<n>a)(?P<n>b)", "(?P<>a)",
      "(?P<n", "(?z)", "(?", "(?i", "(?--i)", "(?i-)", "(?>a)", "[a\\"};
  static const char *const later[] = {"\\pL", "\\p{Greek}", "[\\PN]", "\\C", "(?i)é", "(?i)[à-ü]", "((a{100}){100}){100}"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    if (look(wrong[i], "x") != -1) fail_msg("%s should be wrong", wrong[i]);
  for (size_t i = 0; i < sizeof later / sizeof *later; i++)
    if (look(later[i], "x") != -2) fail_msg("%s should be refused as not taken", later[i]);
  char deep[3001];
  memset(deep, '(', 3000);
  deep[3000] = 0;
  assert_int_equal(look(deep, "x"), -2);
}

static void patterns_that_explode_elsewhere_stay_linear_here(void **state) {
  (void)state;
  enum { LONG = 200000 };
  char *text = malloc(LONG + 1);
  memset(text, 'a', LONG);
  text[LONG] = 0;
  clock_t start = clock();
  assert_int_equal(look("^(a+)+$", text), 1);
  assert_int_equal(look("^(a|aa)+b$", text), 0);
  assert_int_equal(look("(a?){30}a{30}$", text), 1);
  assert_int_equal(look("(x+x+)+y", text), 0);
  assert_int_equal(look("^(([a-z])+.)+[A-Z]([a-z])+$", text), 0);
  assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 5);
  free(text);
}

static void a_large_program_takes_its_memory_and_gives_it_back(void **state) {
  (void)state;
  char text[1200];
  memset(text, 'x', 1100);
  text[1100] = 0;
  assert_int_equal(look("x{1000}", text), 1);
  assert_int_equal(look("^(x{10}){100}$", text), 0);
}

UNIT_MAIN(UNIT(patterns_find_what_re2_finds), UNIT(what_re2_refuses_is_refused), UNIT(patterns_that_explode_elsewhere_stay_linear_here), UNIT(a_large_program_takes_its_memory_and_gives_it_back))
