#define _GNU_SOURCE
#include "people.h"

#include "column/builder.h"
#include "ingest/export.h"

/* One home, two households, three members, with every kind of value and absence. */
static struct programme p;
static struct err e;
static struct builder *builder;
static const struct segment *segments[1];

static const struct choice mixed_choices[] = {{"1", {"one", NULL}}, {"x", {"ex", NULL}}};
static const struct choice twin_choices[] = {{"a", {"same", NULL}}, {"b", {"same", NULL}}};
static struct field more_members[9];

static struct cell text(const char *s) { return (struct cell){.absence = PRESENT, .s = span_of(s)}; }
static struct cell whole(int64_t i) { return (struct cell){.absence = PRESENT, .i = i}; }
static struct cell real(double d) { return (struct cell){.absence = PRESENT, .d = d}; }
static struct cell none(enum absence why) { return (struct cell){.absence = why}; }

static struct schema_column schema_h[5], schema_m[9];
static struct schema schema;

static void build_schema(void) {
  for (uint32_t i = 0; i < 5; i++) schema_h[i] = (struct schema_column){people_household[i].name, people_household[i].kind, people_household[i].decimals};
  for (uint32_t i = 0; i < 9; i++) schema_m[i] = (struct schema_column){more_members[i].name, more_members[i].kind, more_members[i].decimals};
  schema = (struct schema){.level_count = 3, .levels = {{"household", schema_h, 5}, {"members", schema_m, 9}, {"village", NULL, 0}}};
}

static char long_words[5001];

static int begin(void **state) {
  (void)state;
  p = people_programme();
  p.title = (struct label){"People", "人"};
  people_household[4].sealed = true;
  memcpy(more_members, people_members, sizeof people_members);
  more_members[4] = (struct field){.name = "str8", .level = LEVEL_MEMBER, .kind = COL_INT, .column = 4};
  more_members[5] = (struct field){.name = "mixed", .level = LEVEL_MEMBER, .kind = COL_CHOICE, .choices = mixed_choices, .choice_count = 2, .column = 5};
  more_members[6] = (struct field){.name = "twin", .level = LEVEL_MEMBER, .kind = COL_CHOICE, .choices = twin_choices, .choice_count = 2, .column = 6};
  more_members[7] = (struct field){.name = "words", .level = LEVEL_MEMBER, .kind = COL_TEXT, .column = 7};
  more_members[8] = (struct field){.name = "debt", .level = LEVEL_MEMBER, .kind = COL_DECIMAL, .decimals = 3, .sensitivity = SENS_RESTRICTED, .column = 8};
  p.levels[LEVEL_MEMBER] = (struct level){.name = "members", .fields = more_members, .field_count = 9, .collected_count = 9};
  build_schema();
  memset(long_words, 'w', 5000);
  assert_ok(builder_open(&schema, 1, &builder, &e), &e);
  struct cell h1[] = {text("north"), whole(123456), real(0.1), whole(1), text("token1")};
  struct cell h2[] = {text("south"), none(ABSENT_REFUSED), real(1e-300), none(ABSENT_NOT_APPLICABLE), none(ABSENT_EMPTY)};
  struct cell m1[] = {whole(34), text("1"), whole(date_from_civil(1990, 2, 28)), text("token"), whole(INT64_C(9007199254740993)), text("x"), text("b"), text("say \"hi\", 张\nthree"), whole(-1500)};
  struct cell m2[] = {none(ABSENT_REFUSED), text("2"), none(ABSENT_EMPTY), none(ABSENT_EMPTY), whole(-5), none(ABSENT_REFUSED), none(ABSENT_EMPTY), text(long_words), whole(999999999999999)};
  struct cell m3[] = {whole(0), none(ABSENT_NOT_APPLICABLE), whole(date_from_civil(1905, 1, 1)), text("t"), none(ABSENT_EMPTY), text("1"), text("a"), none(ABSENT_EMPTY), none(ABSENT_NOT_APPLICABLE)};
  assert_ok(builder_household(builder, 1, span_of("00017"), (struct span){"", 0}, BUILDER_ALL_ROSTERS, h1, &e), &e);
  assert_ok(builder_child(builder, LEVEL_MEMBER, 1, m1, &e), &e);
  assert_ok(builder_child(builder, LEVEL_MEMBER, 2, m2, &e), &e);
  assert_ok(builder_household(builder, 2, span_of("2"), (struct span){"", 0}, BUILDER_ALL_ROSTERS, h2, &e), &e);
  assert_ok(builder_child(builder, LEVEL_MEMBER, 3, m3, &e), &e);
  assert_ok(builder_finish(builder, &segments[0], &e), &e);
  return 0;
}

static int end(void **state) {
  builder_close(builder);
  return fixture_end(state);
}

static struct export_from from(uint32_t level, bool restricted) {
  return (struct export_from){.programme = &p, .schema = &schema, .segments = segments, .segment_count = 1, .level = level, .year = 2026, .restricted = restricted};
}

static void csv_holds_codes_and_missing_codes(void **state) {
  (void)state;
  struct arena a;
  struct export_plan plan;
  arena_init(&a, 0);
  struct export_from f = from(LEVEL_HOUSEHOLD, false);
  assert_ok(export_open(&a, &f, &plan, &e), &e);
  assert_int_equal(plan.sealed, 1);
  const char *path = fixture_path("household.csv");
  assert_ok(export_csv(&plan, path, &e), &e);
  assert_string_equal(fixture_slurp(&a, path), "household,region,income,weight,car\n00017,north,1234.56,0.1,1\n2,south,-9,1e-300,-8\n");
  assert_ok(export_codebook(&plan, fixture_path("book.csv"), &e), &e);
  assert_non_null(strstr(fixture_slurp(&a, fixture_path("book.csv")), "household,region,Region,choice,,\"north=North; south=South\",\n"));
  arena_drop(&a);
}

static void restricted_fields_are_left_out_unless_asked_for_and_sealed_ones_always(void **state) {
  (void)state;
  struct arena a;
  struct export_plan plan;
  arena_init(&a, 0);
  struct export_from f = from(LEVEL_MEMBER, false);
  assert_ok(export_open(&a, &f, &plan, &e), &e);
  assert_int_equal(plan.sealed, 1);
  assert_int_equal(plan.restricted, 1);
  const char *path = fixture_path("members.csv");
  assert_ok(export_csv(&plan, path, &e), &e);
  assert_null(strstr(fixture_slurp(&a, path), "token"));
  assert_null(strstr(fixture_slurp(&a, path), "debt"));
  assert_ok(export_dta(&plan, fixture_path("members.dta"), &e), &e);
  size_t n;
  char *bytes;
  assert_ok(file_read(&a, fixture_path("members.dta"), 1u << 24, &bytes, &n, &e), &e);
  assert_null(memmem(bytes, n, "token", 5));
  assert_null(memmem(bytes, n, "idnum", 5));
  arena_drop(&a);
}

/* What an import of the exported file gives. */
static char *imported(const char *file, uint32_t level, struct arena *a) {
  static const struct source_map none_yet[1];
  struct people_sink sink;
  struct ingest_counts counts;
  struct source src = {.name = "back", .file = file, .level = level, .household_key = "household", .maps = none_yet, .map_count = 0};
  struct ingest_options o = {.data_dir = "", .guess = true};
  people_household[0].required = true;
  assert_ok(people_ingest(&p, &src, &o, &sink, &counts, &e), &e);
  char *out = arena_str(a, text_str(&sink.text));
  text_free(&sink.text);
  return out;
}

static void what_is_exported_reads_back_the_same(void **state) {
  (void)state;
  struct arena a;
  struct export_plan plan;
  arena_init(&a, 0);
  for (uint32_t level = LEVEL_HOUSEHOLD; level <= LEVEL_MEMBER; level++) {
    struct export_from f = from(level, true);
    assert_ok(export_open(&a, &f, &plan, &e), &e);
    for (int dta = 0; dta < 2; dta++) {
      const char *path = fixture_path(dta ? "back.dta" : "back.csv");
      assert_ok(dta ? export_dta(&plan, path, &e) : export_csv(&plan, path, &e), &e);
      char *got = imported(path, level, &a), want[12000];
      if (level == LEVEL_HOUSEHOLD)
        snprintf(want, sizeof want, "H 00017: region=north income=123456 weight=0.1 car=1\nH 2: region=south income=?refused weight=1e-300 car=?na\n");
      else
        snprintf(want, sizeof want,
                 "M 00017/1: age=34 sex=1 born=1990-02-28%s mixed=x twin=b words=say \"hi\", 张\nthree debt=-1500\n"
                 "M 00017/2: age=?refused sex=2 born=~%s mixed=%s twin=~ words=%s debt=999999999999999\n"
                 "M 2/1: age=0 sex=?na born=1905-01-01%s mixed=1 twin=a words=~ debt=?na\n",
                 " str8=9007199254740993", " str8=-5", "?refused", long_words, " str8=~");
      assert_string_equal(got, want);
    }
  }
  arena_drop(&a);
}

static void a_stata_file_has_types_labels_and_missing_codes(void **state) {
  (void)state;
  struct arena a;
  struct export_plan plan;
  struct reader r;
  struct text t;
  arena_init(&a, 0);
  text_init(&t, 1u << 16);
  struct export_from f = from(LEVEL_MEMBER, true);
  assert_ok(export_open(&a, &f, &plan, &e), &e);
  assert_ok(export_dta(&plan, fixture_path("m.dta"), &e), &e);
  assert_ok(reader_open(&r, fixture_path("m.dta"), NULL, NULL, &e), &e);
  uint32_t sex = reader_column_of(&r, "sex"), twin = reader_column_of(&r, "twin");
  assert_string_equal(r.columns[reader_column_of(&r, "age")].label, "Age");
  assert_string_equal(reader_label_of(&r.columns[sex], 2), "female");
  assert_string_equal(reader_label_of(&r.columns[twin], 1), "a"); /* two choices with one label go by their codes */
  assert_int_equal(r.columns[reader_column_of(&r, "born")].type, READER_DATE);
  assert_int_equal(reader_column_of(&r, "str8"), UINT32_MAX);      /* a word of Stata's own: renamed */
  assert_true(reader_column_of(&r, "f_str8") != UINT32_MAX);
  assert_ok(reader_each(&r, fixture_row, &t, &e), &e);
  assert_non_null(strstr(text_str(&t), "00017|#1|#34|#1|@1990-02-28|9007199254740993|"));
  assert_non_null(strstr(text_str(&t), "00017|#2|.r|#2||-5|"));
  reader_close(&r);
  text_free(&t);
  arena_drop(&a);
}

static void the_same_snapshot_gives_the_same_bytes(void **state) {
  (void)state;
  struct arena a;
  struct export_plan plan;
  arena_init(&a, 0);
  struct export_from f = from(LEVEL_MEMBER, true);
  assert_ok(export_open(&a, &f, &plan, &e), &e);
  char *bytes[2];
  size_t n[2];
  for (int i = 0; i < 2; i++) {
    assert_ok(export_dta(&plan, fixture_path("same.dta"), &e), &e);
    assert_ok(file_read(&a, fixture_path("same.dta"), 1u << 24, &bytes[i], &n[i], &e), &e);
  }
  assert_int_equal(n[0], n[1]);
  assert_memory_equal(bytes[0], bytes[1], n[0]);
  arena_drop(&a);
}

static void a_file_that_cannot_be_written_leaves_nothing(void **state) {
  (void)state;
  struct arena a;
  struct export_plan plan;
  arena_init(&a, 0);
  struct export_from f = from(LEVEL_MEMBER, true);
  assert_ok(export_open(&a, &f, &plan, &e), &e);
  assert_refused(export_csv(&plan, "/nonexistent/members.csv", &e), ERR_NOT_FOUND, "cannot write /nonexistent/members.csv", &e);
  assert_refused(export_dta(&plan, "/nonexistent/members.dta", &e), ERR_NOT_FOUND, "cannot write /nonexistent/members.dta", &e);
  arena_drop(&a);
}

static void a_field_whose_kind_changed_is_named(void **state) {
  (void)state;
  struct arena a;
  struct export_plan plan;
  arena_init(&a, 0);
  struct export_from f = from(LEVEL_MEMBER, true);
  more_members[0].kind = COL_REAL;
  assert_refused(export_open(&a, &f, &plan, &e), ERR_CONFLICT, "the field age is real now and was integer when the round was closed", &e);
  more_members[0].kind = COL_INT;
  arena_drop(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      UNIT(csv_holds_codes_and_missing_codes),
      UNIT(restricted_fields_are_left_out_unless_asked_for_and_sealed_ones_always),
      UNIT(what_is_exported_reads_back_the_same),
      UNIT(a_stata_file_has_types_labels_and_missing_codes),
      UNIT(the_same_snapshot_gives_the_same_bytes),
      UNIT(a_file_that_cannot_be_written_leaves_nothing),
      UNIT(a_field_whose_kind_changed_is_named),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
