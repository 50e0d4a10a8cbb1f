/* What looks like a number of a person, and what does not. People are invented; 999999 is nobody's region. */
#include "ingest/mask.h"
#include "unit.h"

static void numbers_of_people_are_known_by_their_shape(void **state) {
  (void)state;
  static const char *const alike[] = {"999999196503101110", "99999919650310111X", "999999650310111", "13812345678", "138 1234 5678", "0743-8222222", "6222020000000000001", "tel. 13812345678 at home", "999999 19650310 111x"};
  static const char *const not[] = {"", "much", "2016-12-31", "433124110226", "4331240001", "12345678", "99999999999999999999", "123456789012345.67", "0.123456789012345", "1.1E+17", "H00001", "12000000001", "V1", "no"};
  for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
    if (!mask_alike(span_of(alike[i]))) fail_msg("%s", alike[i]);
  for (size_t i = 0; i < sizeof not/ sizeof *not; i++)
    if (mask_alike(span_of(not[i]))) fail_msg("%s", not[i]);
}

static void a_message_keeps_its_words(void **state) {
  (void)state;
  char text[200] = "income: \"999999196503101110\" is not a number";
  mask_text(text, NULL, 0);
  assert_string_equal(text, "income: \"***\" is not a number");
  strcpy(text, "row 3 (line 4): household 4331240001 was given before, in row 1");
  mask_text(text, NULL, 0);
  assert_string_equal(text, "row 3 (line 4): household 4331240001 was given before, in row 1");
  const struct span known[] = {span_of("Zhang Shili"), span_of("no"), span_of("00CANARY1")};
  strcpy(text, "village: no area \"Zhang Shili\"; Zhang Shili, 00CANARY12");
  mask_text(text, known, 3);
  assert_string_equal(text, "village: no area \"***\"; ***, ***2");
  strcpy(text, "1.999999196503101110 and 13812345678");
  mask_text(text, NULL, 0);
  assert_string_equal(text, "1.999999196503101110 and ***");
}

int main(void) {
  const struct CMUnitTest tests[] = {UNIT(numbers_of_people_are_known_by_their_shape), UNIT(a_message_keeps_its_words)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
