#include "people.h"

#include <readstat.h>

#include "ingest/dta.h"

/* Files are written by libreadstat, which shares no code with our reader. */
static ssize_t to_text(const void *data, size_t n, void *ctx) {
  text_addn(ctx, data, n);
  return (ssize_t)n;
}

static const struct { const char *name; readstat_type_t type; size_t width; } variables[] = {
    {"hh", READSTAT_TYPE_INT32, 0}, {"years", READSTAT_TYPE_INT8, 0}, {"share", READSTAT_TYPE_FLOAT, 0}, {"real", READSTAT_TYPE_DOUBLE, 0},
    {"born", READSTAT_TYPE_INT32, 0}, {"at", READSTAT_TYPE_DOUBLE, 0}, {"sex", READSTAT_TYPE_INT16, 0}, {"name", READSTAT_TYPE_STRING, 12}, {"story", READSTAT_TYPE_STRING_REF, 0}};
enum { VARIABLES = 9 };

static void write_dta(struct text *out, int version, const char *label, const char *name) {
  text_init(out, 1u << 20);
  readstat_writer_t *w = readstat_writer_init();
  readstat_variable_t *v[VARIABLES];
  int n = version >= 117 ? VARIABLES : VARIABLES - 1;
  readstat_set_data_writer(w, to_text);
  readstat_writer_set_file_format_version(w, (uint8_t)version);
  readstat_label_set_t *set = readstat_add_label_set(w, READSTAT_TYPE_INT32, "sexes");
  readstat_label_int32_value(set, 2, label);
  readstat_label_int32_value(set, 1, "male");
  if (version >= 113) readstat_label_tagged_value(set, 'b', "don't know");
  for (int i = 0; i < n; i++) v[i] = readstat_add_variable(w, variables[i].name, variables[i].type, variables[i].width);
  readstat_variable_set_label(v[1], "Age in years");
  readstat_variable_set_format(v[4], "%td");
  readstat_variable_set_format(v[5], "%tc");
  readstat_variable_set_label_set(v[6], set);
  readstat_string_ref_t *ref = version >= 117 ? readstat_add_string_ref(w, "a long text") : NULL;
  assert_int_equal(readstat_begin_writing_dta(w, out, 3), READSTAT_OK);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(readstat_begin_row(w), READSTAT_OK);
    readstat_insert_int32_value(w, v[0], 100000 + i);
    if (i == 1) readstat_insert_missing_value(w, v[1]);
    else readstat_insert_int8_value(w, v[1], (int8_t)(i ? -127 : 34));
    readstat_insert_float_value(w, v[2], 0.1f);
    readstat_insert_double_value(w, v[3], i ? -1e300 : 0.1);
    readstat_insert_int32_value(w, v[4], 21915 + i);
    readstat_insert_double_value(w, v[5], 86400000.0 * 21915 + 1000 * i);
    if (i == 2 && version >= 113) readstat_insert_tagged_missing_value(w, v[6], 'b');
    else if (i == 2) readstat_insert_missing_value(w, v[6]);
    else readstat_insert_int16_value(w, v[6], (int16_t)(i + 1));
    readstat_insert_string_value(w, v[7], i ? name : "");
    if (ref) readstat_insert_string_ref(w, v[8], ref);
    readstat_end_row(w);
  }
  assert_int_equal(readstat_end_writing(w), READSTAT_OK);
  readstat_writer_free(w);
}

static void every_version_from_108_on_is_read(void **state) {
  (void)state;
  static const int versions[] = {108, 110, 111, 114, 115, 117, 118, 119};
  for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
    struct text t;
    char want[600], name[20];
    bool longs = versions[i] >= 117;
    snprintf(want, sizeof want,
             "hh|years|share|real|born|at|sex|name%s\n#100000|#34|#0.10000000149011612|#0.1|@2020-01-01|@2020-01-01|#1|%s\n"
             "#100001||#0.10000000149011612|#-1e+300|@2020-01-02|@2020-01-01|#2|Li%s\n#100002|#-127|#0.10000000149011612|#-1e+300|@2020-01-03|@2020-01-01|%s|Li%s\n",
             longs ? "|story" : "", longs ? "|a long text" : "", longs ? "|a long text" : "", versions[i] >= 113 ? ".b" : "", longs ? "|a long text" : "");
    write_dta(&t, versions[i], "female", "Li");
    snprintf(name, sizeof name, "v%d.dta", versions[i]);
    assert_reads(fixture_bytes(name, t.data, t.len), want);
    text_free(&t);
  }
}

static void labels_of_variables_values_and_missing_codes_are_kept(void **state) {
  (void)state;
  struct text t;
  struct reader r;
  struct err e;
  write_dta(&t, 118, "女", "李");
  assert_ok(reader_open(&r, fixture_bytes("l.dta", t.data, t.len), NULL, NULL, &e), &e);
  assert_string_equal(r.columns[1].label, "Age in years");
  assert_int_equal(r.columns[6].label_count, 3);
  assert_string_equal(reader_label_of(&r.columns[6], 1), "male");
  assert_string_equal(reader_label_of(&r.columns[6], 2), "女");
  assert_null(reader_label_of(&r.columns[6], 3));
  assert_int_equal(r.columns[6].labels[2].tag, 'b');
  assert_int_equal(r.columns[4].type, READER_DATE);
  assert_int_equal(r.rows, 3);
  reader_close(&r);
  text_free(&t);
}

static void encoding_is(int version, const char *label, const char *name, const char *want, const char *utf8) {
  struct text t, out;
  struct reader r;
  struct err e;
  write_dta(&t, version, label, name);
  text_init(&out, 1u << 16);
  assert_ok(reader_open(&r, fixture_bytes("e.dta", t.data, t.len), NULL, NULL, &e), &e);
  assert_string_equal(r.encoding, want);
  assert_ok(reader_each(&r, fixture_row, &out, &e), &e);
  assert_non_null(strstr(text_str(&out), utf8));
  reader_close(&r);
  text_free(&out);
  text_free(&t);
}

static void old_files_are_read_in_the_encoding_their_bytes_show(void **state) {
  (void)state;
  encoding_is(114, "female", "Li", "UTF-8", "|Li");
  encoding_is(114, "女", "李", "UTF-8", "|李");
  encoding_is(114, "\xc5\xae", "\xc0\xee", "GB18030", "|李");
  encoding_is(114, "f\xe9minin", "Zo\xeb", "WINDOWS-1252", "|Zoë");
}

static void a_text_that_is_not_utf_8_in_a_new_file_is_a_problem_of_its_row(void **state) {
  (void)state;
  struct text t, out;
  struct err e;
  write_dta(&t, 118, "female", "Li");
  for (size_t i = 0; i + 2 < t.len; i++)
    if (memcmp(t.data + i, "Li\0", 3) == 0) {
      t.data[i] = (char)0xff;
      break;
    }
  assert_ok(fixture_read(fixture_bytes("u.dta", t.data, t.len), NULL, NULL, &out, &e), &e);
  assert_non_null(strstr(text_str(&out), " ! column name is not text in the file's encoding\n#100002"));
  text_free(&out);
  text_free(&t);
}

static void every_truncation_is_an_error(void **state) {
  (void)state;
  static const int versions[] = {114, 118};
  for (int k = 0; k < 2; k++) {
    struct text t, out;
    struct err e;
    write_dta(&t, versions[k], "female", "Li");
    /* An old file without its value labels is a whole file: Stata 13 and before end with the rows when there are none. */
    size_t rows_end = 0;
    for (size_t n = 0; n < t.len; n++) {
      enum status s = fixture_read(fixture_bytes("cut.dta", t.data, n), NULL, NULL, &out, &e);
      if (s == OK && k == 0 && !rows_end) rows_end = n;
      else if (s != ERR_INPUT) fail_msg("version %d cut to %zu of %zu bytes: %s", versions[k], n, t.len, status_name(s));
      text_free(&out);
    }
    assert_true((rows_end != 0) == (k == 0));
    text_free(&t);
  }
}

static void every_changed_byte_is_survived(void **state) {
  (void)state;
  static const int versions[] = {108, 114, 118};
  for (int k = 0; k < 3; k++) {
    struct text t, out;
    struct err e;
    write_dta(&t, versions[k], "female", "Li");
    for (size_t i = 0; i < t.len; i++) {
      char was = t.data[i];
      t.data[i] = (char)(was ^ (i % 2 ? 0xff : 0x41));
      enum status s = fixture_read(fixture_bytes("bad.dta", t.data, t.len), NULL, NULL, &out, &e);
      if (s != OK && s != ERR_INPUT && s != ERR_LIMIT) fail_msg("byte %zu: %s: %s", i, status_name(s), e.message);
      text_free(&out);
      t.data[i] = was;
    }
    text_free(&t);
  }
}

static void damaged_and_foreign_files_are_named(void **state) {
  (void)state;
  struct text t;
  write_dta(&t, 118, "female", "Li");
  assert_unreadable(fixture_bytes("half.dta", t.data, t.len / 2), ERR_INPUT, "is cut off or damaged");
  t.data[29] = '9';
  assert_unreadable(fixture_bytes("v.dta", t.data, t.len), ERR_INPUT, "is a .dta file of a version that is not read");
  text_free(&t);
  assert_unreadable(fixture_file("x.dta", "hello, world"), ERR_INPUT, "does not begin as a .dta file does");
  assert_unreadable(fixture_file("x.dta", ""), ERR_INPUT, "x.dta is empty");
}

/* ---- through validation ---- */

static struct programme p;
static struct people_sink sink;
static struct ingest_counts counts;
static struct err e;

static enum status ingest_dta(const struct source_map *maps, uint32_t n, uint32_t level, struct text *t) {
  if (sink.text.data) text_free(&sink.text);
  struct source src = {.name = "s", .file = fixture_bytes("in.dta", t->data, t->len), .level = level, .household_key = "hh", .maps = maps, .map_count = n};
  struct ingest_options o = {.data_dir = ""};
  return people_ingest(&p, &src, &o, &sink, &counts, &e);
}

static void numbers_labels_and_missing_codes_become_typed_cells(void **state) {
  (void)state;
  static const struct source_map maps[] = {{.field = "sex", .column = "sex"}, {.field = "born", .column = "born"}, {.field = "idnum", .column = "share"}};
  struct text t;
  p = people_programme();
  write_dta(&t, 118, "FEMALE", "Li");
  assert_ok(ingest_dta(maps, 3, LEVEL_MEMBER, &t), &e);
  assert_string_equal(text_str(&sink.text), "M 100000: sex=1 born=2020-01-01 idnum=0.1\nM 100001: sex=2 born=2020-01-02 idnum=0.1\nM 100002: sex=?refused born=2020-01-03 idnum=0.1\n");
  text_free(&t);
  /* The file calls 2 what the codebook calls 1. */
  write_dta(&t, 118, "男", "Li");
  assert_refused(ingest_dta(maps, 3, LEVEL_MEMBER, &t), ERR_INPUT, "sex: \"2\" is labelled \"男\" in the file, which is the choice 1", &e);
  text_free(&t);
}

static void a_float_means_its_shortest_decimal_and_a_long_number_is_refused(void **state) {
  (void)state;
  static struct source_map maps[] = {{.field = "region", .column = "sex"}, {.field = "income", .column = "share"}};
  static const struct recode regions[] = {{"male", "north"}, {"female", "south"}, {".b", "south"}};
  maps[0].recode = regions;
  maps[0].recode_count = 3;
  struct text t;
  p = people_programme();
  write_dta(&t, 118, "female", "Li");
  assert_ok(ingest_dta(maps, 2, LEVEL_HOUSEHOLD, &t), &e);
  assert_non_null(strstr(text_str(&sink.text), "H 100000: region=north income=10\nH 100001: region=south income=10\n"));
  maps[1].column = "real";
  assert_refused(ingest_dta(maps, 2, LEVEL_HOUSEHOLD, &t), ERR_INPUT, "income: the number has too many digits to be exact in this file: keep such numbers as text", &e);
  text_free(&t);
}

static void popstan_is_read_whole(void **state) {
  (void)state;
  char path[400];
  snprintf(path, sizeof path, "%s/popstan/WLD_2023_SYNTH-SVY-HLD-EN_v01_M.dta", fixture_data());
  if (!file_exists(path)) {
    print_message("skip popstan: no such folder in LUCID_TEST_DATA\n");
    skip();
  }
  struct reader r;
  struct text t;
  text_init(&t, 64u << 20);
  assert_ok(reader_open(&r, path, NULL, NULL, &e), &e);
  assert_int_equal(r.rows, 8000);
  assert_string_equal(reader_label_of(&r.columns[reader_column_of(&r, "urbrur")], 1), "Rural");
  assert_ok(reader_each(&r, fixture_row, &t, &e), &e);
  assert_non_null(strstr(text_str(&t), "00a191396a2|#1|#11|#11066|#2|"));
  reader_close(&r);
  text_free(&t);
}

static int end(void **state) {
  text_free(&sink.text);
  return fixture_end(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      UNIT(every_version_from_108_on_is_read),
      UNIT(labels_of_variables_values_and_missing_codes_are_kept),
      UNIT(old_files_are_read_in_the_encoding_their_bytes_show),
      UNIT(a_text_that_is_not_utf_8_in_a_new_file_is_a_problem_of_its_row),
      UNIT(every_truncation_is_an_error),
      UNIT(every_changed_byte_is_survived),
      UNIT(damaged_and_foreign_files_are_named),
      UNIT(numbers_labels_and_missing_codes_become_typed_cells),
      UNIT(a_float_means_its_shortest_decimal_and_a_long_number_is_refused),
      UNIT(popstan_is_read_whole),
  };
  return cmocka_run_group_tests(tests, NULL, end);
}
