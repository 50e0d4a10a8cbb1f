#include "unit.h"

#include "cli/options.h"

static const struct verb sample = {
    .name = "sample",
    .arguments = "FILE [SECOND]",
    .options = "round=NAME  which round\nset=NAME=JSON*  a value\ndry-run  check only\n",
};

/* options_read is linked without main.c: the verb under test needs only its table. */
static enum status read_words(struct cli *c, struct err *e, int argc, const char **argv) {
  *c = (struct cli){.verb = &sample};
  arena_init(&c->arena, 0);
  enum status read = options_read(c, argc, (char **)(uintptr_t)argv, e);
  if (read != OK) arena_drop(&c->arena);
  return read;
}
#define WORDS(...) (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)), (const char *[]){__VA_ARGS__}

static void options_may_stand_anywhere(void **state) {
  (void)state;
  struct cli c;
  struct err e;
  assert_ok(read_words(&c, &e, WORDS("--round", "2016", "people.csv", "--dry-run", "--set=a=1", "--set", "b=2", "--", "--x")), &e);
  assert_int_equal(c.arg_count, 2);
  assert_string_equal(c.args[0], "people.csv");
  assert_string_equal(c.args[1], "--x");
  assert_string_equal(cli_option(&c, "round"), "2016");
  assert_string_equal(cli_option_nth(&c, "set", 0), "a=1");
  assert_string_equal(cli_option_nth(&c, "set", 1), "b=2");
  assert_null(cli_option_nth(&c, "set", 2));
  assert_true(cli_flag(&c, "dry-run"));
  assert_false(cli_flag(&c, "quiet"));
  arena_drop(&c.arena);
}

static void a_wrong_word_is_named_with_the_nearest_right_one(void **state) {
  (void)state;
  struct cli c;
  struct err e;
  assert_refused(read_words(&c, &e, WORDS("--dryrun")), ERR_USAGE, "did you mean --dry-run?", &e);
  assert_refused(read_words(&c, &e, WORDS("--colour")), ERR_USAGE, "see `lucid help sample`", &e);
  assert_refused(read_words(&c, &e, WORDS("-r")), ERR_USAGE, "`-r` is not an option", &e);
  assert_refused(read_words(&c, &e, WORDS("--round")), ERR_USAGE, "--round needs a value", &e);
  assert_refused(read_words(&c, &e, WORDS("--dry-run=yes")), ERR_USAGE, "takes no value", &e);
  assert_refused(read_words(&c, &e, WORDS("--round=a", "--round=b")), ERR_USAGE, "given twice", &e);
  assert_refused(read_words(&c, &e, WORDS("--format", "xml")), ERR_USAGE, "table, csv or json", &e);
  assert_refused(read_words(&c, &e, WORDS("--lang", "fr")), ERR_USAGE, "en or zh", &e);
  arena_drop(&c.arena);
}

static void a_missing_argument_shows_the_usage(void **state) {
  (void)state;
  struct cli c;
  struct err e;
  const char *word;
  int64_t n;
  assert_ok(read_words(&c, &e, WORDS("--round", "12")), &e);
  assert_refused(cli_need(&c, 0, "the file", &word, &e), ERR_USAGE, "usage: lucid sample FILE [SECOND]", &e);
  assert_ok(cli_option_int(&c, "round", 1, 20, 5, &n, &e), &e);
  assert_int_equal(n, 12);
  assert_refused(cli_option_int(&c, "round", 1, 10, 5, &n, &e), ERR_USAGE, "from 1 to 10", &e);
  assert_ok(cli_option_int(&c, "other", 1, 10, 5, &n, &e), &e);
  assert_int_equal(n, 5);
  arena_drop(&c.arena);
}

static void an_argument_too_many_is_refused_by_name(void **state) {
  (void)state;
  struct cli c;
  struct err e = {0};
  assert_int_equal(read_words(&c, &e, WORDS("a.csv", "b.csv", "c.csv")), ERR_USAGE);
  assert_string_equal(e.message, "`lucid sample` does not know what to do with \"c.csv\"");
  arena_drop(&c.arena);
}

static void an_option_table_is_taken_apart_line_by_line(void **state) {
  (void)state;
  const char *at = sample.options;
  struct option_row row;
  assert_true(options_next(&at, &row));
  assert_true(span_is(row.name, "round") && span_is(row.value, "NAME") && !row.repeated && span_is(row.words, "which round"));
  assert_true(options_next(&at, &row));
  assert_true(span_is(row.name, "set") && span_is(row.value, "NAME=JSON") && row.repeated);
  assert_true(options_next(&at, &row));
  assert_true(span_is(row.name, "dry-run") && row.value.len == 0);
  assert_false(options_next(&at, &row));
}

UNIT_MAIN(UNIT(options_may_stand_anywhere), UNIT(a_wrong_word_is_named_with_the_nearest_right_one), UNIT(a_missing_argument_shows_the_usage), UNIT(an_argument_too_many_is_refused_by_name),
          UNIT(an_option_table_is_taken_apart_line_by_line))
