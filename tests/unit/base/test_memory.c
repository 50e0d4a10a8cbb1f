/* arena, map, text, bits: what everything stands on. */
#include "unit.h"

#include "base/bits.h"
#include "base/map.h"
#include "base/text.h"

static void memory_from_an_arena_is_zeroed_and_aligned(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, 0);
  for (size_t n = 0; n < 5000; n += 37) {
    unsigned char *p = arena_alloc(&a, n);
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % 16, 0);
    for (size_t i = 0; i < n; i++) assert_int_equal(p[i], 0);
    memset(p, 0xAB, n);
  }
  arena_drop(&a);
}

static void an_arena_never_passes_its_ceiling(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, 100000);
  size_t got = 0;
  while (arena_alloc(&a, 1000)) got += 1000;
  assert_in_range(a.used, 50000, 100000);
  assert_in_range(got, 50000, 100000);
  assert_null(arena_alloc(&a, 200000));
  volatile size_t too_many = SIZE_MAX / 2;
  assert_null(arena_array(&a, too_many, 3));
  arena_drop(&a);
  assert_non_null(arena_alloc(&a, 1000));
  arena_drop(&a);
}

static void what_an_arena_adopts_lives_as_long_as_it_does(void **state) {
  (void)state;
  struct arena a, b, empty;
  arena_init(&a, 0), arena_init(&b, 0), arena_init(&empty, 0);
  arena_adopt(&a, &empty); /* nothing into nothing */
  assert_null(a.blocks);
  char *mine = arena_str(&a, "mine"), *theirs = arena_str(&b, "theirs"), *large = arena_alloc(&b, 3 << 20);
  memset(large, 1, 3 << 20);
  const size_t used = a.used + b.used;
  arena_adopt(&a, &b);
  assert_int_equal(a.used, used);
  assert_int_equal(b.used, 0);
  char *more = arena_str(&a, "more"), *again = arena_str(&b, "again");
  assert_string_equal(mine, "mine");
  assert_string_equal(theirs, "theirs");
  assert_string_equal(more, "more");
  arena_adopt(&empty, &a);
  assert_int_equal(large[(3 << 20) - 1], 1);
  assert_string_equal(again, "again");
  arena_drop(&a), arena_drop(&b), arena_drop(&empty);
}

static void a_map_finds_every_key_and_no_other(void **state) {
  (void)state;
  struct arena a;
  struct map m;
  arena_init(&a, 0);
  map_init(&m, &a);
  assert_int_equal(map_get(&m, "x", 1), MAP_NONE);
  char key[32];
  for (uint32_t i = 0; i < 20000; i++) {
    uint32_t at;
    bool fresh;
    int n = snprintf(key, sizeof key, "household-%u", i);
    assert_true(map_put(&m, key, (size_t)n, &at, &fresh));
    assert_true(fresh);
    assert_int_equal(at, i);
  }
  for (uint32_t i = 0; i < 20000; i++) {
    int n = snprintf(key, sizeof key, "household-%u", i);
    assert_int_equal(map_get(&m, key, (size_t)n), i);
    assert_int_equal(map_get(&m, key, (size_t)n - 1 + (i < 10)), i < 10 ? i : map_get(&m, key, (size_t)n - 1));
  }
  assert_int_equal(map_get(&m, "household-20000", 15), MAP_NONE);
  uint32_t at;
  assert_true(map_put(&m, "", 0, &at, NULL));
  assert_int_equal(map_get(&m, "", 0), 20000);
  arena_drop(&a);
}

static void a_text_never_passes_its_maximum_and_says_so(void **state) {
  (void)state;
  struct text t;
  struct err e;
  text_init(&t, 10);
  text_add(&t, "12345");
  text_addf(&t, "%d", 67890);
  assert_ok(text_check(&t, "the answer", &e), &e);
  text_addc(&t, 'x');
  assert_string_equal(text_str(&t), "1234567890");
  assert_refused(text_check(&t, "the answer", &e), ERR_LIMIT, "the answer is longer than 10 bytes", &e);
  text_clear(&t);
  text_add(&t, "ok");
  assert_string_equal(text_str(&t), "ok");
  text_free(&t);
  assert_string_equal(text_str(&t), "");
}

static void only_well_formed_utf8_passes(void **state) {
  (void)state;
  static const char *good[] = {"", "abc", "贫困户", "\xF0\x9F\x8C\xBE", "\xEF\xBB\xBF"};
  static const char *bad[] = {"\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE8\xB4", "ab\xFF"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) assert_true(text_is_utf8(good[i], strlen(good[i]), NULL));
  size_t at = 99;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(text_is_utf8(bad[i], strlen(bad[i]), &at));
  assert_int_equal(at, 2);
  assert_false(text_is_utf8("a\0b", 3, NULL));
  assert_int_equal(text_width("贫困a", 7), 5);
}

static void characters_survive_a_round_trip(void **state) {
  (void)state;
  for (uint32_t c = 1; c < 0x110000; c += c < 0x3000 ? 1 : 97) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    char buf[4];
    uint32_t back = 0;
    size_t n = text_utf8_put(buf, c);
    assert_int_equal(text_utf8_next(buf, n, &back), n);
    assert_int_equal(back, c);
  }
}

static void bits_count_only_up_to_the_last_row(void **state) {
  (void)state;
  uint64_t b[3] = {~0ull, ~0ull, ~0ull};
  for (size_t n = 0; n <= 192; n++) assert_int_equal(bits_count(b, n), n);
  bits_clear(b, 70);
  assert_false(bits_get(b, 70));
  assert_int_equal(bits_count(b, 128), 127);
}

static void words_from_a_file_do_not_command_the_terminal(void **state) {
  (void)state;
  char s[] = "a\033[2Jb\tc\nd\x7f\xC2\x9B""1\xC3\xA9\xE4\xB8\xAD";
  struct err e;
  text_tame(s);
  assert_string_equal(s, "a?[2Jb\tc\nd???1\xC3\xA9\xE4\xB8\xAD");
  text_tame_line(s);
  assert_string_equal(s, "a?[2Jb c d???1\xC3\xA9\xE4\xB8\xAD");
  (void)err_set(&e, ERR_INPUT, "not \033 either", "the column \033]0;x\007 is not there");
  assert_string_equal(e.message, "the column ?]0;x? is not there");
  assert_string_equal(e.hint, "not ? either");
}

static void what_a_spreadsheet_would_run_is_known_whatever_apostrophes_stand_before_it(void **state) {
  (void)state;
  static const char *const formulas[] = {"=1+1", "+86 1", "+5", "-a", "-", "@x", "\t=1", "\r", "'=1", "''@", "-1+2"}, *const others[] = {"", "'", "-9", "-1.5e3", "'-9", "a=1", "1", " =1", "''", "户=", "'x"};
  for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++) assert_true(span_is_formula(span_of(formulas[i])));
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) assert_false(span_is_formula(span_of(others[i])));
}

UNIT_MAIN(UNIT(memory_from_an_arena_is_zeroed_and_aligned), UNIT(an_arena_never_passes_its_ceiling), UNIT(what_an_arena_adopts_lives_as_long_as_it_does), UNIT(a_map_finds_every_key_and_no_other),
          UNIT(a_text_never_passes_its_maximum_and_says_so), UNIT(only_well_formed_utf8_passes), UNIT(characters_survive_a_round_trip),
          UNIT(bits_count_only_up_to_the_last_row), UNIT(words_from_a_file_do_not_command_the_terminal),
          UNIT(what_a_spreadsheet_would_run_is_known_whatever_apostrophes_stand_before_it))
