/* What goes out comes back: every source of the Xiangxi programme, every choice of every field, as CSV and as a workbook. */
#define _GNU_SOURCE
#include "fixture.h"

#include "column/builder.h"
#include "ingest/export_source.h"

static struct arena a;
static struct programme *p;
static struct err e;
static struct schema schema;

#define ROWS 40u /* more than any list has choices */

static int begin(void **state) {
  (void)state;
  struct problem *problems;
  arena_init(&a, 0);
  assert_ok(programme_load(&a, "programmes/xiangxi", &p, &problems, &e), &e);
  schema.level_count = p->level_count;
  for (uint32_t k = 0; k < p->level_count; k++) {
    struct schema_column *c = arena_array(&a, p->levels[k].collected_count + 1, sizeof *c);
    for (uint32_t i = 0; i < p->levels[k].collected_count; i++) c[i] = (struct schema_column){p->levels[k].fields[i].name, p->levels[k].fields[i].kind, p->levels[k].fields[i].decimals};
    schema.levels[k] = (struct schema_level){p->levels[k].name, c, p->levels[k].collected_count};
  }
  return 0;
}

static int finish(void **state) {
  arena_drop(&a);
  return fixture_end(state);
}

/* The value of a field in row n: all choices in turn, all else spread over what is allowed, with what a spreadsheet would spoil. */
static struct cell value(const struct field *f, uint32_t n) {
  static const char *const texts[] = {"=1+1", "-9", "'=x", "@a", "+86 1", "\"q\", z", "00123", "433124196503101117", "1.1E+17", "'plain", "-=-", "2020-01-01"};
  struct cell c = {.absence = PRESENT};
  int64_t lo = f->bounded ? f->lo : 0, span = f->bounded ? (f->hi - f->lo) : 100000;
  if (span < 0 || span > 1000000) span = 1000000;
  switch (f->kind) {
    case COL_CHOICE: c.s = span_of(f->choices[f->choice_count > ROWS ? n * 37 % f->choice_count : n % f->choice_count].code); break;
    case COL_BOOL: c.i = n % 2; break;
    case COL_TEXT: c.s = span_of(n % 13 == 12 ? arena_printf(&a, "t%u", n) : texts[n % 13]); break;
    case COL_DATE: c.i = (f->bounded ? f->lo : -30000) + (int64_t)n * 997 % ((f->bounded ? f->hi - f->lo : 60000) + 1); break;
    case COL_REAL: c.d = n / 7.0; break;
    default: c.i = lo + (int64_t)n * 7919 % (span + 1); break;
  }
  for (uint32_t i = 0; i < f->missing_count; i++)
    if (f->kind == COL_TEXT && span_is(c.s, f->missing[i].text)) c.s = span_of("other");
  return c;
}

static struct cell *values(uint32_t level, uint32_t n) {
  struct cell *c = arena_array(&a, p->levels[level].collected_count + 1, sizeof *c);
  for (uint32_t i = 0; i < p->levels[level].collected_count; i++) c[i] = value(&p->levels[level].fields[i], n);
  return c;
}

static const char *village(uint32_t n) {
  for (uint32_t i = 0, k = 0; i < p->area_count; i++)
    if (p->areas[i].level == p->area_level_count - 1 && k++ == n) return p->areas[i].code;
  return "";
}

struct seen { const char *source; uint32_t rows[LEVEL_MAX]; uint64_t cells; };

static enum status compare(void *ctx, const struct ingest_row *row, struct err *why) {
  struct seen *s = ctx;
  const struct level *l = &p->levels[row->level];
  uint32_t n = s->rows[row->level]++;
  (void)why;
  for (uint32_t i = 0; i < l->collected_count; i++) {
    const struct field *f = &l->fields[i];
    struct cell want = value(f, n), got = row->cells[i];
    if (!bits_get(row->mapped, i)) continue;
    bool same = got.absence == PRESENT && (f->kind == COL_CHOICE || f->kind == COL_TEXT ? got.s.len == want.s.len && !memcmp(got.s.at, want.s.at, want.s.len) : f->kind == COL_REAL ? got.d == want.d : got.i == want.i);
    if (!same) fail_msg("%s, row %u: %s.%s does not come back: %.*s", s->source, n, l->name, f->name, f->kind == COL_CHOICE || f->kind == COL_TEXT ? (int)got.s.len : 0, f->kind == COL_CHOICE || f->kind == COL_TEXT ? got.s.at : "");
    s->cells++;
  }
  return OK;
}

static const struct segment *built(struct builder **b) {
  const struct segment *s;
  assert_ok(builder_open(&schema, 1, b, &e), &e);
  for (uint32_t n = 0; n < ROWS; n++) assert_ok(builder_village(*b, span_of(village(n)), values(LEVEL_VILLAGE, n), &e), &e);
  for (uint32_t n = 0; n < ROWS; n++) {
    char key[20];
    snprintf(key, sizeof key, "%08u", n);
    assert_ok(builder_household(*b, n + 1, span_of(key), span_of(village(n)), BUILDER_ALL_ROSTERS, values(LEVEL_HOUSEHOLD, n), &e), &e);
    for (uint32_t k = 0; k < p->level_count; k++)
      if (k != LEVEL_HOUSEHOLD && k != LEVEL_VILLAGE) assert_ok(builder_child(*b, k, 1, values(k, n), &e), &e);
  }
  assert_ok(builder_finish(*b, &s, &e), &e);
  return s;
}

static void round_trip(const char *ending) {
  struct builder *b;
  const struct segment *segments[] = {built(&b)};
  uint32_t sources = 0;
  for (uint32_t i = 0; i < p->source_count; i++) {
    const struct source *src = &p->sources[i];
    if (src->spread_count || src->form) continue; /* a form has a test of its own */
    struct export_from from = {.programme = p, .schema = &schema, .segments = segments, .segment_count = 1, .level = src->level, .year = 2020, .restricted = true};
    struct export_source_counts n;
    char name[200];
    snprintf(name, sizeof name, "%.*s.%s", (int)strcspn(src->file, "."), src->file, ending);
    const char *path = fixture_path(name);
    assert_ok(export_source(&a, &from, src, path, &n, &e), &e);
    struct seen seen = {.source = src->name};
    struct ingest_sink sink = {.row = compare, .ctx = &seen};
    struct ingest_counts counts;
    assert_ok(ingest_source(p, src, &(struct ingest_options){.data_dir = fixture_dir}, &sink, &counts, &e), &e);
    assert_int_equal(counts.rows_good, ROWS);
    assert_int_equal(counts.rows_refused, 0);
    assert_true(seen.cells >= ROWS);
    unlink(path);
    sources++;
  }
  assert_true(sources > 8);
  builder_close(b);
}

static void every_source_goes_out_and_comes_back_as_csv(void **state) {
  (void)state;
  round_trip("csv");
}

static void every_source_goes_out_and_comes_back_as_a_workbook(void **state) {
  (void)state;
  round_trip("xlsx");
}

static void the_same_round_gives_the_same_workbook(void **state) {
  (void)state;
  struct builder *b;
  const struct segment *segments[] = {built(&b)};
  struct export_from from = {.programme = p, .schema = &schema, .segments = segments, .segment_count = 1, .level = p->sources[1].level, .year = 2020};
  struct export_source_counts n;
  char *data[2];
  size_t len[2];
  for (int i = 0; i < 2; i++) {
    const char *path = fixture_path(i ? "b.xlsx" : "a.xlsx");
    assert_ok(export_source(&a, &from, &p->sources[1], path, &n, &e), &e);
    assert_ok(file_read(&a, path, 1 << 24, &data[i], &len[i], &e), &e);
    if (!i) sleep(2); /* longer than the clock of a zip file is coarse */
  }
  assert_int_equal(len[0], len[1]);
  assert_memory_equal(data[0], data[1], len[0]);
  builder_close(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_source_goes_out_and_comes_back_as_csv),
    cmocka_unit_test(every_source_goes_out_and_comes_back_as_a_workbook),
    cmocka_unit_test(the_same_round_gives_the_same_workbook),
  };
  return cmocka_run_group_tests(tests, begin, finish);
}
