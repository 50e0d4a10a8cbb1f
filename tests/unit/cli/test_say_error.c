/* Errors told again in Chinese: by their pattern, with what they carry, or not at all. */
#include "unit.h"

#include <string.h>

#include "cli/say_error.h"

static void a_pattern_carries_over_all_that_varies(void **state) {
  (void)state;
  const char *en, *zh;
  size_t i = 0;
  for (; say_error_pair(i, &en, &zh); i++) {
    int holes = 0;
    for (const char *p = en; (p = strstr(p, "{}")); p += 2) holes++;
    for (int k = 1; k <= 8; k++) {
      char hole[4] = {'{', (char)('0' + k), '}', 0};
      const char *first = strstr(zh, hole);
      assert_int_equal(first != NULL, k <= holes);
      if (first) assert_null(strstr(first + 1, hole));
    }
  }
  assert_true(i > 80);
}

static void every_pattern_is_reached(void **state) {
  (void)state;
  const char *en, *zh;
  for (size_t i = 0; say_error_pair(i, &en, &zh); i++) {
    char said[1000], sentence[1000] = "";
    for (const char *p = en; *p; p++) {
      size_t n = strlen(sentence);
      if (p[0] == '{' && p[1] == '}') snprintf(sentence + n, sizeof sentence - n, "7"), p++;
      else sentence[n] = *p, sentence[n + 1] = 0;
    }
    say_error(LANG_ZH, sentence, said, sizeof said);
    char want[1000] = "";
    for (const char *p = zh; *p; p++) {
      size_t n = strlen(want);
      if (p[0] == '{' && p[1] >= '1' && p[1] <= '8') snprintf(want + n, sizeof want - n, "7"), p += 2;
      else want[n] = *p, want[n + 1] = 0;
    }
    assert_string_equal(said, want);
  }
}

static void a_reason_inside_a_place_inside_a_file_is_told_whole(void **state) {
  (void)state;
  char said[600];
  say_error(LANG_ZH, "f/7001.xlsx: 1 of 4 rows is refused: row 9 of the sheet: 扶贫手册!C9, cause_main: \"因懒\" is not one of the choices", said, sizeof said);
  assert_string_equal(said, "f/7001.xlsx：共 4 行，1 行被退回：工作表第 9 行：扶贫手册!C9, cause_main：“因懒” 不在可选项之中");
}

static void what_no_pattern_fits_is_said_in_english_and_english_stays(void **state) {
  (void)state;
  char said[60];
  say_error(LANG_ZH, "a sentence that nobody has put here", said, sizeof said);
  assert_string_equal(said, "a sentence that nobody has put here");
  say_error(LANG_EN, "out of memory", said, sizeof said);
  assert_string_equal(said, "out of memory");
}

static void what_is_too_long_is_cut_between_characters(void **state) {
  (void)state;
  char said[8];
  say_error(LANG_ZH, "out of memory", said, sizeof said);
  assert_string_equal(said, "内存");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_pattern_carries_over_all_that_varies),
    cmocka_unit_test(every_pattern_is_reached),
    cmocka_unit_test(a_reason_inside_a_place_inside_a_file_is_told_whole),
    cmocka_unit_test(what_no_pattern_fits_is_said_in_english_and_english_stays),
    cmocka_unit_test(what_is_too_long_is_cut_between_characters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
