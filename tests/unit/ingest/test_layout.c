/* Files in the layouts that offices really send: several spellings, columns that are not there, places by name, identity numbers; and back again. */
#define _GNU_SOURCE
#include "people.h"

#include "column/builder.h"
#include "ingest/export_source.h"

static struct arena a;
static struct programme *p;
static struct people_sink sink;
static struct ingest_counts counts;
static struct err e;

#define AREAS                                                                                                                                                   \
  "code,level,parent,name.en,name.zh\nP,prefecture,,West,西州\n1,county,P,Alpha County,甲县\n2,county,P,Beta County,乙县\n11,town,1,Rock,石镇\n12,town,1,Water,水镇\n21,town,2,Rock,石镇\n" \
  "111,village,11,Upper,上村\n112,village,11,Lower,下村\n121,village,12,Upper,上村\n211,village,21,Upper,上村\n"
#define HEAD                                                                                                                                                    \
  "programme: {name: layout, title: Layout, languages: [zh, en], currency: CNY, years: {from: 2020, to: 2020}}\n"                                               \
  "areas:\n  levels: [prefecture, {name: county, home: true}, town, village]\n  list: {file: areas.csv}\n  household: place\n"                                  \
  "fields:\n  - {name: place, type: choice, choices: {areas: village}, required: true}\n  - {name: income, type: money}\n  - {name: tap, type: decimal, decimals: 3}\n"                    \
  "  - {name: safe, type: boolean}\n  - {name: cause, type: choice, choices: [{code: ill, label: {en: illness, zh: 因病}}, {code: land, label: {en: land, zh: 缺土地}}]}\n"                      \
  "  - {name: birth, level: members, type: date, min: 1900-01-01, max: 2030-01-01}\n"                                                                             \
  "  - {name: sex, level: members, type: choice, choices: [{code: male, label: {en: male, zh: 男}}, {code: female, label: {en: female, zh: 女}}]}\n"                \
  "  - {name: number, level: members, type: text, sealed: true}\n  - {name: card, level: members, type: text}\n  - {name: health, level: members, type: text, sensitivity: restricted}\n"
#define SOURCE                                                                                                                                                  \
  "sources:\n  - {name: list, file: list.csv, level: members, flat: true, partial: true, household: 户编号|户编码, member: 人编号, map: {\n"                             \
  "      place: {column: 行政村|村, within: [县, 乡|乡镇]}, card: 人编号, number: 证件号码, birth: {column: 证件号码, with: id_birth}, sex: {column: 证件号码, with: id_sex},\n" \
  "      income: 人均纯收入|纯收入, tap: {column: 自来水, with: percent}, safe: 饮水安全, cause: {column: 致贫原因, recode: {因病致贫: ill}}, health: 健康}}\n"

static enum status load(const char *yaml, struct programme **out, struct problem **problems) {
  const struct programme_file files[] = {{"areas.csv", AREAS, strlen(AREAS)}, {"programme.yaml", yaml, strlen(yaml)}};
  return programme_load_files(&a, "t", files, 2, out, problems, &e);
}

static int begin(void **state) {
  (void)state;
  struct problem *problems = NULL;
  arena_init(&a, 0);
  enum status s = load(HEAD SOURCE, &p, &problems);
  for (; problems; problems = problems->next) fprintf(stderr, "%s:%d: %s\n", problems->file, problems->line, problems->message);
  assert_ok(s, &e);
  return 0;
}

static int finish(void **state) {
  if (sink.text.data) text_free(&sink.text);
  arena_drop(&a);
  return fixture_end(state);
}

static enum status take(const char *csv) {
  if (sink.text.data) text_free(&sink.text);
  fixture_file("list.csv", csv);
  return people_ingest(p, &p->sources[0], &(struct ingest_options){.data_dir = fixture_dir}, &sink, &counts, &e);
}

static void a_place_is_found_by_the_names_around_it(void **state) {
  (void)state;
  assert_ok(take("户编号,人编号,县,乡,村\n1,1,甲县,石镇,上村\n2,1,甲县,水镇,上村\n3,1,乙县,石镇,上村\n4,1,alpha county,Rock,Lower\n5,1,甲县,,下村\n6,1,,,121\n"), &e);
  static const char *const want[] = {"H 1: place=111\n", "H 2: place=121\n", "H 3: place=211\n", "H 4: place=112\n", "H 5: place=112\n", "H 6: place=121\n"};
  for (size_t i = 0; i < 6; i++) assert_non_null(strstr(text_str(&sink.text), want[i]));
}

static void a_name_that_leads_nowhere_or_to_two_places_is_refused(void **state) {
  (void)state;
  assert_refused(take("户编号,人编号,县,乡,村\n1,1,甲县,石镇,中村\n"), ERR_INPUT, "place: the programme has no area \"中村\" in 石镇", &e);
  assert_refused(take("户编号,人编号,县,乡,村\n1,1,甲县,,上村\n"), ERR_INPUT, "\"上村\" is the name of 2 areas in 甲县: write its code", &e);
  assert_refused(take("户编号,人编号,县,乡,村\n1,1,丙县,石镇,上村\n"), ERR_INPUT, "the programme has no area \"丙县\"", &e);
  assert_refused(take("户编号,人编号,县,乡,村\n1,1,乙县,水镇,上村\n"), ERR_INPUT, "the programme has no area \"水镇\" in 乙县", &e);
  assert_refused(take("户编号,人编号,县,乡,村\n1,1,甲县,石镇,\n"), ERR_INPUT, "place: a value is required", &e);
}

static void any_of_the_spellings_will_do_but_not_two(void **state) {
  (void)state;
  assert_ok(take("户编码,人编号,县,乡镇,行政村,纯收入\n1,1,甲县,石镇,上村,12.5\n"), &e);
  assert_non_null(strstr(text_str(&sink.text), "H 1: place=111 income=1250\n"));
  assert_refused(take("户编码,人编号,县,乡镇,行政村,纯收入,人均纯收入\n1,1,甲县,石镇,上村,12.5,13\n"), ERR_INPUT, "two columns for the same field, 人均纯收入 and 纯收入", &e);
  assert_refused(take("户数,人编号,县,乡镇,行政村\n1,1,甲县,石镇,上村\n"), ERR_INPUT, "has no column 户编号", &e);
}

static void what_a_partial_file_lacks_is_told_and_left_alone(void **state) {
  (void)state;
  assert_ok(take("户编号,人编号,县,乡,村,饮水安全\n1,1,甲县,石镇,上村,是\n"), &e);
  assert_string_equal(text_str(&sink.text), "H 1: place=111 safe=1\nM 1/1: card=1\n");
  assert_non_null(strstr(counts.notes, "no column in the file, so these keep what they had: 证件号码"));
  assert_non_null(strstr(counts.notes, "人均纯收入"));
  assert_refused(take("户编号,人编号,饮水安全\n1,1,是\n"), ERR_INPUT, "nothing fills the required field household.place", &e);
}

static void birth_and_sex_come_out_of_an_identity_number(void **state) {
  (void)state;
  assert_ok(take("户编号,人编号,县,乡,村,证件号码\n1,1,甲县,石镇,上村,999999196503101117\n1,2,甲县,石镇,上村,999999850615241\n1,3,甲县,石镇,上村,\n"), &e);
  assert_non_null(strstr(text_str(&sink.text), "M 1/1: birth=1965-03-10 sex=male number=999999196503101117 card=1"));
  assert_non_null(strstr(text_str(&sink.text), "M 1/2: birth=1985-06-15 sex=male"));
  assert_non_null(strstr(text_str(&sink.text), "M 1/3: birth=~ sex=~"));
}

static void a_wrong_identity_number_is_refused_and_never_shown(void **state) {
  (void)state;
  static const struct { const char *number, *words; } cases[] = {
    {"999999196503101112", "the check digit of the identity number is wrong"},
    {"99999919650310111", "has 17 characters, not 18"},
    {"99999919650310A111", "character 15 of the identity number is not a digit"},
    {"999999651332123", "the date inside the identity number is not a date"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char csv[300];
    snprintf(csv, sizeof csv, "户编号,人编号,县,乡,村,证件号码\n1,1,甲县,石镇,上村,%s\n", cases[i].number);
    assert_refused(take(csv), ERR_INPUT, cases[i].words, &e);
    assert_null(strstr(e.message, cases[i].number));
  }
}

static void a_map_that_makes_no_sense_does_not_load(void **state) {
  (void)state;
  static const struct { const char *map, *words; } cases[] = {
    {"{income: {column: x, within: [县]}}", "`within` on \"income\", which does not name areas"},
    {"{place: {column: x, within: [a, b, c, d]}}", "names more columns than there are wider levels"},
    {"{cause: {column: x, with: id_sex}}", "`id_sex` does not fit \"cause\""},
    {"{income: {column: x, with: id_birth}}", "`id_birth` does not fit \"income\""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct programme *q;
    struct problem *problems = NULL;
    char *yaml = arena_printf(&a, HEAD "sources:\n  - {name: s, file: s.csv, household: h, map: %s}\n", cases[i].map);
    assert_refused(load(yaml, &q, &problems), ERR_INPUT, cases[i].words, &e);
    assert_int_equal(problems->line, 18);
  }
}

#define LIST "levels:\n  - {name: incomes, empty: unknown}\n" HEAD "  - {name: item, level: incomes, type: choice, choices: [grain, wage], required: true}\n  - {name: amount, level: incomes, type: money, required: true}\n  - {name: year_of, level: incomes, type: integer}\n"

static void a_wide_file_gives_a_row_for_each_column_that_holds_a_value(void **state) {
  (void)state;
  struct programme *kept = p;
  struct problem *problems = NULL;
  assert_ok(load(LIST "sources:\n  - {name: card, file: list.csv, level: incomes, partial: true, household: hh, map: {year_of: year}, spread: {value: amount, by: item, columns: {\"粮食|M1\": grain, L: wage, M9: grain}}}\n", &p, &problems), &e);
  assert_ok(take("hh,L,M1,year\n1,100,2.5,2019\n2,,7,2018\n3,,,2018\n"), &e);
  assert_string_equal(text_str(&sink.text), "L 1/1: item=grain amount=250 year_of=2019\nL 1/2: item=wage amount=10000 year_of=2019\nL 2/1: item=grain amount=700 year_of=2018\n");
  assert_int_equal(counts.rows_read, 3);
  assert_non_null(strstr(counts.notes, "these keep what they had: M9"));
  assert_refused(take("hh,L,M1,year\n1,100,many,2019\n"), ERR_INPUT, "M1: \"many\" is not a number", &e);
  assert_refused(take("hh,year\n1,2019\n"), ERR_INPUT, "has none of the columns that the source spreads", &e);
  p = kept;
}

static void a_spread_that_makes_no_sense_does_not_load(void **state) {
  (void)state;
  static const struct { const char *source, *words; } cases[] = {
    {"level: members, spread: {value: birth, by: sex, columns: {a: male}}", "which is not of a line level"},
    {"level: incomes, spread: {value: item, by: item, columns: {a: grain}}", "cannot fill \"item\""},
    {"level: incomes, spread: {value: amount, by: year_of, columns: {a: grain}}", "cannot be by \"year_of\""},
    {"level: incomes, spread: {value: amount, by: item, columns: {a: gold}}", "\"gold\" is no choice of \"item\""},
    {"level: incomes, map: {amount: x}, spread: {value: amount, by: item, columns: {a: grain}}", "the field \"amount\" is mapped and spread"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct programme *q;
    struct problem *problems = NULL;
    char *yaml = arena_printf(&a, LIST "sources:\n  - {name: s, file: s.csv, household: h, %s}\n", cases[i].source);
    assert_refused(load(yaml, &q, &problems), ERR_INPUT, cases[i].words, &e);
  }
}

/* ---- and back ---- */

static struct schema_column of_household[8], of_members[8];
static struct schema schema;

static const char *written(bool restricted, struct export_source_counts *n, struct err *why) {
  struct builder *builder;
  const struct segment *segments[1];
  for (uint32_t k = 0; k < 2; k++)
    for (uint32_t i = 0; i < p->levels[k].collected_count; i++) {
      const struct field *f = &p->levels[k].fields[i];
      (k ? of_members : of_household)[i] = (struct schema_column){f->name, f->kind, f->decimals};
    }
  schema = (struct schema){.level_count = 3, .levels = {{"household", of_household, p->levels[0].collected_count}, {"members", of_members, p->levels[1].collected_count}, {"village", NULL, 0}}};
  struct cell none = {.absence = ABSENT_EMPTY};
#define TEXT(t) ((struct cell){.absence = PRESENT, .s = span_of(t)})
#define WHOLE(v) ((struct cell){.absence = PRESENT, .i = (v)})
  struct cell h[] = {TEXT("121"), WHOLE(123456), WHOLE(885), WHOLE(1), TEXT("ill")};
  struct cell m1[] = {WHOLE(date_from_civil(1990, 2, 28)), TEXT("female"), TEXT("token"), TEXT("c,1"), TEXT("weak")}, m2[] = {none, none, none, TEXT("c2"), none};
  assert_ok(builder_open(&schema, 1, &builder, why), why);
  assert_ok(builder_household(builder, 1, span_of("00017"), (struct span){"", 0}, BUILDER_ALL_ROSTERS, h, why), why);
  assert_ok(builder_child(builder, LEVEL_MEMBER, 1, m1, why), why);
  assert_ok(builder_child(builder, LEVEL_MEMBER, 2, m2, why), why);
  assert_ok(builder_finish(builder, &segments[0], why), why);
  struct export_from from = {.programme = p, .schema = &schema, .segments = segments, .segment_count = 1, .level = LEVEL_MEMBER, .year = 2020, .restricted = restricted};
  const char *path = fixture_path("list.csv");
  enum status s = export_source(&a, &from, &p->sources[0], path, n, why);
  builder_close(builder);
  return s == OK ? fixture_slurp(&a, path) : NULL;
}

static void a_round_goes_back_under_the_headings_and_in_the_words_it_came_with(void **state) {
  (void)state;
  struct export_source_counts n;
  const char *text = written(false, &n, &e);
  assert_non_null(text);
  assert_string_equal(text, "\xef\xbb\xbf户编号,县,乡,行政村,人编号,人均纯收入,自来水,饮水安全,致贫原因\n00017,甲县,水镇,上村,\"c,1\",1234.56,88.5,是,因病\n00017,甲县,水镇,上村,c2,1234.56,88.5,是,因病\n");
  assert_int_equal(n.rows, 2);
  assert_int_equal(n.columns, 9);
  assert_int_equal(n.sealed, 1);
  assert_int_equal(n.restricted, 1);
  assert_ok(people_ingest(p, &p->sources[0], &(struct ingest_options){.data_dir = fixture_dir}, &sink, &counts, &e), &e);
  assert_non_null(strstr(text_str(&sink.text), "H 00017: place=121 income=123456 tap=885 safe=1 cause=ill\nM 00017/c,1: card=c,1\n"));
}

static void restricted_columns_go_back_only_when_asked_for(void **state) {
  (void)state;
  struct export_source_counts n;
  const char *text = written(true, &n, &e);
  assert_non_null(text);
  assert_non_null(strstr(text, ",致贫原因,健康\n"));
  assert_non_null(strstr(text, ",因病,weak\n"));
  assert_null(strstr(text, "token"));
}

static void a_conversion_that_has_no_exact_way_back_is_refused(void **state) {
  (void)state;
  struct programme *kept = p;
  struct problem *problems = NULL;
  struct export_source_counts n;
  assert_ok(load(HEAD "sources:\n  - {name: list, file: list.csv, level: members, flat: true, household: 户编号, map: {income: {column: 月收入, with: monthly}}}\n", &p, &problems), &e);
  assert_null(written(false, &n, &e));
  assert_non_null(strstr(e.message, "the column 月收入 is read with `monthly`, which can't be undone exactly"));
  p = kept;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      UNIT(a_place_is_found_by_the_names_around_it),
      UNIT(a_name_that_leads_nowhere_or_to_two_places_is_refused),
      UNIT(any_of_the_spellings_will_do_but_not_two),
      UNIT(what_a_partial_file_lacks_is_told_and_left_alone),
      UNIT(birth_and_sex_come_out_of_an_identity_number),
      UNIT(a_wrong_identity_number_is_refused_and_never_shown),
      UNIT(a_map_that_makes_no_sense_does_not_load),
      UNIT(a_wide_file_gives_a_row_for_each_column_that_holds_a_value),
      UNIT(a_spread_that_makes_no_sense_does_not_load),
      UNIT(a_round_goes_back_under_the_headings_and_in_the_words_it_came_with),
      UNIT(restricted_columns_go_back_only_when_asked_for),
      UNIT(a_conversion_that_has_no_exact_way_back_is_refused),
  };
  return cmocka_run_group_tests(tests, begin, finish);
}
