#include "unit.h"

#include <errno.h>

static void an_error_says_what_failed_and_what_to_do(void **state) {
  (void)state;
  struct err e = {0};
  assert_int_equal(err_set(&e, ERR_INPUT, "write a number", "row %d: \"%s\"", 7, "abc"), ERR_INPUT);
  assert_string_equal(e.message, "row 7: \"abc\"");
  assert_string_equal(e.hint, "write a number");
  assert_int_equal(err_prefix(&e, "people.csv"), ERR_INPUT);
  assert_string_equal(e.message, "people.csv: row 7: \"abc\"");
}

static void a_caller_who_does_not_care_may_pass_null(void **state) {
  (void)state;
  assert_int_equal(err_set(NULL, ERR_FULL, NULL, "x"), ERR_FULL);
  assert_int_equal(err_errno(NULL, ENOSPC, "x"), ERR_FULL);
}

static void a_long_message_is_cut_at_a_whole_character(void **state) {
  (void)state;
  struct err e;
  char text[3 * 300 + 1];
  for (int i = 0; i < 300; i++) memcpy(text + (ptrdiff_t)3 * i, "贫", 3);
  text[900] = 0;
  for (int shift = 0; shift < 3; shift++) {
    (void)err_set(&e, ERR_INPUT, text, "%.*s%s", shift, "abc", text);
    size_t n = strlen(e.message);
    assert_in_range(n, sizeof e.message - 4, sizeof e.message - 1);
    assert_int_equal((n - (size_t)shift) % 3, 0);
    assert_int_equal(strlen(e.hint) % 3, 0);
  }
}

static void the_systems_reasons_become_statuses(void **state) {
  (void)state;
  struct err e;
  assert_int_equal(err_errno(&e, ENOENT, "cannot open x"), ERR_NOT_FOUND);
  assert_int_equal(err_errno(&e, ENOSPC, "cannot write x"), ERR_FULL);
  assert_int_equal(err_errno(&e, EEXIST, "cannot make x"), ERR_CONFLICT);
  assert_int_equal(err_errno(&e, EACCES, "cannot open x"), ERR_IO);
  assert_non_null(strstr(e.message, "Permission denied"));
}

static void every_status_has_a_distinct_exit_code(void **state) {
  (void)state;
  for (int a = 0; a < STATUS_COUNT; a++)
    for (int b = 0; b < a; b++) assert_int_not_equal(status_exit_code((enum status)a), status_exit_code((enum status)b));
}

UNIT_MAIN(UNIT(an_error_says_what_failed_and_what_to_do), UNIT(a_caller_who_does_not_care_may_pass_null),
          UNIT(a_long_message_is_cut_at_a_whole_character), UNIT(the_systems_reasons_become_statuses),
          UNIT(every_status_has_a_distinct_exit_code))
