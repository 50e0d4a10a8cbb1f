#include "unit.h"

#include <math.h>

#include "segments.h"

static const struct schema_column one_column[COL_KIND_COUNT][1] = {{{"x", COL_BOOL, 0}}, {{"x", COL_INT, 0}}, {{"x", COL_DECIMAL, 2}}, {{"x", COL_REAL, 0}}, {{"x", COL_DATE, 0}}, {{"x", COL_CHOICE, 0}}, {{"x", COL_TEXT, 0}}};

static struct builder *one(enum col_kind kind) {
  struct builder *b = NULL;
  struct err e;
  struct schema s = {3, {{"household", one_column[kind], 1}, {"members", NULL, 0}, {"village", NULL, 0}}};
  assert_ok(builder_open(&s, 1, &b, &e), &e);
  return b;
}

static enum status add(struct builder *b, int64_t id, struct cell c, struct err *e) {
  char key[32];
  snprintf(key, sizeof key, "%lld", (long long)id);
  return builder_household(b, id, word(key), word(""), BUILDER_ALL_ROSTERS, &c, e);
}

static const struct column *done(struct builder *b) {
  const struct segment *s = NULL;
  struct err e;
  assert_ok(builder_finish(b, &s, &e), &e);
  return &s->levels[LEVEL_HOUSEHOLD].columns[0];
}

static void a_column_takes_the_narrowest_width_that_loses_nothing(void **state) {
  (void)state;
  static const struct { int64_t low, high; enum col_width width; } rows[] = {
      {0, 127, COL_I8}, {-128, 2, COL_I8}, {0, 128, COL_I16}, {-129, 2, COL_I16}, {0, 40000, COL_I32}, {-40000, 2, COL_I32}, {0, (int64_t)1 << 31, COL_I64}, {INT64_MIN, INT64_MAX, COL_I64}};
  struct err e;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct builder *b = one(COL_INT);
    for (int64_t h = 0; h < 200; h++) assert_ok(add(b, h, (struct cell){.i = h % 3}, &e), &e);
    assert_ok(add(b, 1000, (struct cell){.i = rows[i].low}, &e), &e);
    assert_ok(add(b, 1001, (struct cell){.i = rows[i].high}, &e), &e);
    const struct column *c = done(b);
    assert_int_equal(c->width, rows[i].width);
    assert_true(c->min == rows[i].low && c->max == rows[i].high);
    for (uint64_t h = 0; h < 200; h++) assert_int_equal(column_int(c, h), h % 3);
    assert_true(column_cell(c, 200).i == rows[i].low && column_cell(c, 201).i == rows[i].high);
    builder_close(b);
  }
}

static void a_real_becomes_a_float_only_if_every_value_survives(void **state) {
  (void)state;
  struct err e;
  for (int wide = 0; wide < 2; wide++) {
    struct builder *b = one(COL_REAL);
    for (int64_t h = 0; h < 100; h++) assert_ok(add(b, h, (struct cell){.d = (double)h / 4}, &e), &e);
    assert_ok(add(b, 100, (struct cell){.d = wide ? 0.1 : -0.0}, &e), &e);
    const struct column *c = done(b);
    assert_int_equal(c->width, wide ? COL_F64 : COL_F32);
    for (uint64_t h = 0; h < 100; h++) assert_true(column_cell(c, h).d == (double)h / 4);
    assert_true(column_cell(c, 100).d == (wide ? 0.1 : 0.0) && !signbit(column_cell(c, 100).d));
    builder_close(b);
  }
}

static void each_absence_keeps_its_reason(void **state) {
  (void)state;
  struct err e;
  struct builder *b = one(COL_INT);
  for (int64_t h = 0; h < 300; h++) assert_ok(add(b, h, (struct cell){.absence = (enum absence)(h % ABSENCE_COUNT), .i = 7}, &e), &e);
  const struct column *c = done(b);
  for (uint64_t h = 0; h < 300; h++) {
    assert_int_equal(column_cell(c, h).absence, h % ABSENCE_COUNT);
    assert_int_equal(column_int(c, h), h % ABSENCE_COUNT ? 0 : 7);
  }
  builder_close(b);
}

static void only_empty_cells_need_no_reasons_and_full_columns_no_bitmap(void **state) {
  (void)state;
  struct err e;
  struct builder *b = one(COL_INT);
  for (int64_t h = 0; h < 100; h++) assert_ok(add(b, h, (struct cell){.i = 1}, &e), &e);
  const struct column *c = done(b);
  assert_null(c->valid);
  builder_close(b);
  b = one(COL_INT);
  for (int64_t h = 0; h < 100; h++) assert_ok(add(b, h, (struct cell){.absence = h == 99 ? ABSENT_EMPTY : PRESENT}, &e), &e);
  c = done(b);
  assert_non_null(c->valid);
  assert_null(c->absence);
  assert_int_equal(bits_count(c->valid, 100), 99);
  builder_close(b);
}

static void a_first_value_after_many_empty_rows_stands_in_its_row(void **state) {
  (void)state;
  struct err e;
  for (int64_t before = 1; before < 300; before += 63) {
    struct builder *b = one(COL_INT), *never = one(COL_TEXT), *other = one(COL_INT);
    for (int64_t h = 0; h < before; h++) {
      assert_ok(add(b, h, (struct cell){.absence = ABSENT_EMPTY}, &e), &e);
      assert_ok(add(never, h, (struct cell){.absence = ABSENT_EMPTY}, &e), &e);
      assert_ok(add(other, h, (struct cell){.absence = ABSENT_EMPTY}, &e), &e);
    }
    assert_ok(add(b, before, (struct cell){.i = 7}, &e), &e);
    assert_ok(add(other, before, (struct cell){.absence = ABSENT_REFUSED}, &e), &e);
    const struct column *c = done(b), *none = done(never), *refused = done(other);
    assert_true(c->rows == (uint64_t)before + 1 && none->rows == (uint64_t)before);
    for (uint64_t h = 0; h < (uint64_t)before; h++) {
      assert_int_equal(column_cell(c, h).absence, ABSENT_EMPTY);
      assert_int_equal(column_cell(none, h).absence, ABSENT_EMPTY);
      assert_int_equal(column_cell(refused, h).absence, ABSENT_EMPTY);
    }
    assert_int_equal(column_cell(c, (uint64_t)before).i, 7);
    assert_int_equal(column_cell(refused, (uint64_t)before).absence, ABSENT_REFUSED);
    builder_close(b), builder_close(never), builder_close(other);
  }
}

static void dictionaries_are_sorted_bytewise_without_repeats(void **state) {
  (void)state;
  static const char *const words[] = {"b", "", "ab", "a", "b", "\xE5\x90\x95", "Z", "ab"};
  static const char *const sorted[] = {"", "Z", "a", "ab", "b", "\xE5\x90\x95"};
  struct err e;
  struct builder *b = one(COL_TEXT);
  for (int64_t h = 0; h < 8; h++) assert_ok(add(b, h, (struct cell){.s = word(words[h])}, &e), &e);
  const struct column *c = done(b);
  assert_int_equal(c->dict_count, 6);
  for (uint32_t i = 0; i < 6; i++) {
    assert_true(span_is(column_dict(c, i), sorted[i]));
    assert_int_equal(column_code_of(c, word(sorted[i])), i);
  }
  assert_int_equal(column_code_of(c, word("c")), UINT32_MAX);
  for (uint64_t h = 0; h < 8; h++) assert_true(span_is(column_cell(c, h).s, words[h]));
  builder_close(b);
}

static void codes_widen_at_256_and_65536_entries(void **state) {
  (void)state;
  static const struct { uint32_t count; enum col_width width; } rows[] = {{256, COL_U8}, {257, COL_U16}, {65536, COL_U16}, {65537, COL_U32}};
  struct err e;
  for (size_t i = 0; i < 4; i++) {
    struct builder *b = one(COL_CHOICE);
    char text[16];
    for (uint32_t h = 0; h < rows[i].count; h++) {
      snprintf(text, sizeof text, "%06u", rows[i].count - h);
      assert_ok(add(b, h, (struct cell){.s = word(text)}, &e), &e);
    }
    const struct column *c = done(b);
    assert_int_equal(c->width, rows[i].width);
    for (uint32_t h = 0; h < rows[i].count; h++) assert_int_equal(column_int(c, h), rows[i].count - 1 - h);
    builder_close(b);
  }
}

static void members_stand_by_household_and_villages_by_code(void **state) {
  (void)state;
  const struct segment *s = NULL;
  struct builder *b = county(4, 200, 5, true, &s);
  assert_int_equal(s->home, 5);
  assert_int_equal(s->levels[LEVEL_VILLAGE].rows, 7); /* six given, one that households name */
  assert_true(span_is(column_cell(&s->village_code, 6).s, "v6"));
  assert_int_equal(column_cell(&s->levels[LEVEL_VILLAGE].columns[0], 5).i, 500);
  assert_int_equal(column_cell(&s->levels[LEVEL_VILLAGE].columns[0], 6).absence, ABSENT_EMPTY);
  assert_int_equal(column_cell(&s->levels[LEVEL_VILLAGE].columns[1], 3).absence, ABSENT_REFUSED);
  assert_int_equal(s->child_at[LEVEL_MEMBER][200], s->levels[LEVEL_MEMBER].rows);
  bool some_without = false;
  for (uint64_t h = 0; h < 200; h++) {
    if (!segment_has_roster(s, LEVEL_MEMBER, h)) some_without = true, assert_int_equal(s->child_at[LEVEL_MEMBER][h], s->child_at[LEVEL_MEMBER][h + 1]);
    for (uint32_t m = s->child_at[LEVEL_MEMBER][h]; m < s->child_at[LEVEL_MEMBER][h + 1]; m++) assert_int_equal(s->member_id[m] / 10, h);
    assert_int_equal(s->household_id[h], 10 + 3 * h);
  }
  assert_true(some_without);
  builder_close(b);
}

static void what_is_out_of_order_or_not_well_formed_is_refused_by_name(void **state) {
  (void)state;
  static const struct { enum col_kind kind; struct cell cell; const char *words; } rows[] = {
      {COL_BOOL, {.i = 2}, "column x: 2 is not a boolean"},
      {COL_REAL, {.d = NAN}, "column x: not a finite number"},
      {COL_REAL, {.d = INFINITY}, "column x: not a finite number"},
      {COL_DATE, {.i = 99999999}, "column x: day 99999999 is out of range"},
      {COL_TEXT, {.s = {"a\xFF", 2}}, "column x: a text is not UTF-8 at its byte 2"},
      {COL_TEXT, {.s = {"a\0b", 3}}, "column x: a text is not UTF-8"},
  };
  struct err e;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct builder *b = one(rows[i].kind);
    assert_refused(add(b, 1, rows[i].cell, &e), ERR_INPUT, rows[i].words, &e);
    builder_close(b);
  }
  struct builder *b = one(COL_INT);
  assert_ok(add(b, 5, (struct cell){.i = 1}, &e), &e);
  assert_refused(add(b, 5, (struct cell){.i = 1}, &e), ERR_INPUT, "household 5 comes after 5", &e);
  builder_close(b);
  b = one(COL_INT);
  assert_ok(add(b, 5, (struct cell){.i = 1}, &e), &e);
  assert_refused(builder_household(b, 6, word("5"), word(""), 0, NULL, &e), ERR_INPUT, "household number 5 stands twice", &e);
  builder_close(b);
  b = one(COL_INT);
  assert_ok(builder_household(b, 6, word("5"), word(""), 0, NULL, &e), &e);
  assert_refused(builder_child(b, LEVEL_MEMBER, 1, NULL, &e), ERR_INPUT, "household 6 has rows in members, whose list was not taken", &e);
  builder_close(b);
  b = one(COL_INT);
  assert_ok(builder_village(b, word("a"), NULL, &e), &e);
  assert_refused(builder_village(b, word("a"), NULL, &e), ERR_INPUT, "village a stands twice", &e);
  builder_close(b);
}

static void a_schema_with_bad_or_double_names_is_refused(void **state) {
  (void)state;
  struct err e;
  struct builder *b;
  const struct schema_column twice[] = {{"x", COL_INT, 0}, {"x", COL_BOOL, 0}}, bad[] = {{"X", COL_INT, 0}};
  struct schema s = {3, {{"household", twice, 2}, {"members", NULL, 0}, {"village", NULL, 0}}};
  assert_refused(builder_open(&s, 1, &b, &e), ERR_INPUT, "column \"x\" stands twice", &e);
  s.levels[0] = (struct schema_level){"household", bad, 1};
  assert_refused(builder_open(&s, 1, &b, &e), ERR_INPUT, "column \"X\" is not a name", &e);
  s.level_count = 2;
  assert_refused(builder_open(&s, 1, &b, &e), ERR_INPUT, "2 levels", &e);
}

static void a_segment_may_be_empty(void **state) {
  (void)state;
  const struct segment *s = NULL;
  struct builder *b = county(1, 0, 9, false, &s);
  assert_int_equal(segment_households(s), 0);
  assert_int_equal(s->child_at[LEVEL_MEMBER][0], 0);
  builder_close(b);
}

UNIT_MAIN(UNIT(a_column_takes_the_narrowest_width_that_loses_nothing), UNIT(a_real_becomes_a_float_only_if_every_value_survives), UNIT(each_absence_keeps_its_reason),
          UNIT(only_empty_cells_need_no_reasons_and_full_columns_no_bitmap), UNIT(a_first_value_after_many_empty_rows_stands_in_its_row), UNIT(dictionaries_are_sorted_bytewise_without_repeats), UNIT(codes_widen_at_256_and_65536_entries),
          UNIT(members_stand_by_household_and_villages_by_code), UNIT(what_is_out_of_order_or_not_well_formed_is_refused_by_name), UNIT(a_schema_with_bad_or_double_names_is_refused),
          UNIT(a_segment_may_be_empty))
