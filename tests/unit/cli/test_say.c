#include "unit.h"

#include <string.h>

#include "cli/say.h"

/* The conversions of a format, one after another: "%s: %u left" -> "%s%u". */
static void conversions(const char *format, char out[128]) {
  size_t n = 0;
  for (const char *p = format; *p; p++) {
    if (*p != '%') continue;
    if (p[1] == ' ') continue;
    if (p[1] == '%') {
      p++;
      continue;
    }
    size_t len = 1 + strspn(p + 1, "0123456789.*lhzjt-");
    for (size_t i = 0; i <= len && n < 127; i++) out[n++] = p[i];
    p += len;
  }
  out[n] = 0;
}

static void a_translation_takes_the_same_values_in_the_same_order(void **state) {
  (void)state;
  const char *en, *zh;
  size_t n = 0;
  for (; say_pair(n, &en, &zh); n++) {
    char a[128], b[128];
    conversions(en, a), conversions(zh, b);
    assert_string_equal(a, b);
    size_t ends = strlen(en), zh_ends = strlen(zh);
    assert_int_equal(en[ends - 1] == '\n', zh[zh_ends - 1] == '\n');
  }
  assert_true(n > 50);
}

static void a_sentence_is_translated_once(void **state) {
  (void)state;
  const char *a, *b, *zh;
  for (size_t i = 0; say_pair(i, &a, &zh); i++)
    for (size_t k = i + 1; say_pair(k, &b, &zh); k++) assert_string_not_equal(a, b);
}

static void a_translation_uses_chinese_punctuation(void **state) {
  (void)state;
  const char *en, *zh;
  for (size_t i = 0; say_pair(i, &en, &zh); i++)
    for (const char *p = zh; *p; p++)
      if (strchr(",;:!?()", *p)) assert_true(p == zh || (unsigned char)p[-1] < 0x80); /* never right after a Chinese character */
}

static void what_has_no_translation_is_said_in_english(void **state) {
  (void)state;
  assert_string_equal(say_in(LANG_ZH, "no such sentence"), "no such sentence");
  assert_string_equal(say_in(LANG_EN, "round %s"), "round %s");
  assert_string_equal(say_in(LANG_ZH, "open"), "进行中");
}

UNIT_MAIN(UNIT(a_translation_takes_the_same_values_in_the_same_order), UNIT(a_sentence_is_translated_once), UNIT(a_translation_uses_chinese_punctuation), UNIT(what_has_no_translation_is_said_in_english))
