#include "fixture.h"

#include <bzlib.h>
#include <lzma.h>
#include <math.h>
#include <rdata/rdata.h>
#include <zlib.h>

#include "ingest/rdata.h"

/* Files are written by librdata, which shares no code with our reader. */
static ssize_t to_text(const void *data, size_t n, void *ctx) {
  text_addn(ctx, data, n);
  return (ssize_t)n;
}

static double na_real(void) {
  uint64_t bits = 0x7ff00000000007a2u;
  double d;
  memcpy(&d, &bits, 8);
  return d;
}

static void write_table(rdata_writer_t *w, const char *name) {
  static const double reals[] = {1.5, -0.25, 1e300};
  static const char *const texts[] = {"张三", "", "two, words"};
  static const int32_t whole[] = {7, INT32_MIN, -1}, factor[] = {2, 1, 2};
  rdata_begin_table(w, name);
  rdata_column_t *c = rdata_get_column(w, 0);
  rdata_begin_column(w, c, 3);
  for (int i = 0; i < 3; i++) rdata_append_real_value(w, reals[i]);
  rdata_end_column(w, c);
  c = rdata_get_column(w, 1);
  rdata_begin_column(w, c, 3);
  for (int i = 0; i < 3; i++) rdata_append_int32_value(w, whole[i]);
  rdata_end_column(w, c);
  c = rdata_get_column(w, 2);
  rdata_begin_column(w, c, 3);
  for (int i = 0; i < 3; i++) rdata_append_string_value(w, texts[i]);
  rdata_end_column(w, c);
  c = rdata_get_column(w, 3);
  rdata_begin_column(w, c, 3);
  for (int i = 0; i < 3; i++) rdata_append_int32_value(w, factor[i]);
  rdata_end_column(w, c);
  c = rdata_get_column(w, 4);
  rdata_begin_column(w, c, 3);
  rdata_append_logical_value(w, 1);
  rdata_append_logical_value(w, 0);
  rdata_append_logical_value(w, -1);
  rdata_end_column(w, c);
  rdata_end_table(w, 3, "a table");
}

static void write_file(struct text *out, rdata_file_format_t format, int tables) {
  text_init(out, 1u << 20);
  rdata_writer_t *w = rdata_writer_init(to_text, format);
  rdata_column_t *c = rdata_add_column(w, "real", RDATA_TYPE_REAL);
  rdata_column_set_label(c, "A real number");
  rdata_add_column(w, "whole", RDATA_TYPE_INT32);
  rdata_add_column(w, "text", RDATA_TYPE_STRING);
  c = rdata_add_column(w, "factor", RDATA_TYPE_INT32);
  rdata_column_add_factor(c, "low");
  rdata_column_add_factor(c, "高");
  rdata_add_column(w, "logical", RDATA_TYPE_LOGICAL);
  rdata_begin_file(w, out);
  for (int i = 0; i < tables; i++) write_table(w, i ? "second" : "first");
  rdata_end_file(w);
  rdata_writer_free(w);
}

#define WANT "real|whole|text|factor|logical\n#1.5|#7|张三|高|#1\n#-0.25|||low|#0\n#1e+300|#-1|two, words|高|\n"

static void data_frames_of_both_kinds_of_file_are_read(void **state) {
  (void)state;
  struct text t;
  write_file(&t, RDATA_WORKSPACE, 1);
  assert_reads(fixture_bytes("a.RData", t.data, t.len), WANT);
  text_free(&t);
  write_file(&t, RDATA_SINGLE_OBJECT, 1);
  assert_reads(fixture_bytes("a.rds", t.data, t.len), WANT);
  text_free(&t);
}

static const char *packed(const char *name, const struct text *t, int how) {
  static unsigned char out[1 << 20];
  size_t n = sizeof out;
  if (how == 0) {
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, 0), Z_OK);
    z.next_in = (void *)t->data, z.avail_in = (unsigned)t->len, z.next_out = out, z.avail_out = sizeof out;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    n = z.total_out;
    deflateEnd(&z);
  } else if (how == 1) {
    unsigned m = sizeof out;
    assert_int_equal(BZ2_bzBuffToBuffCompress((char *)out, &m, t->data, (unsigned)t->len, 9, 0, 0), BZ_OK);
    n = m;
  } else {
    n = 0;
    assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, (void *)t->data, t->len, out, &n, sizeof out), LZMA_OK);
  }
  return fixture_bytes(name, out, n);
}

static void gzip_bzip2_and_xz_are_unpacked(void **state) {
  (void)state;
  struct text t;
  write_file(&t, RDATA_WORKSPACE, 1);
  for (int how = 0; how < 3; how++) assert_reads(packed("p.RData", &t, how), WANT);
  text_free(&t);
}

static void a_packed_file_that_is_cut_or_damaged_says_so(void **state) {
  (void)state;
  static const char *const names[] = {"gzip", "bzip2", "xz"};
  struct arena a;
  struct text t;
  arena_init(&a, 0);
  write_file(&t, RDATA_WORKSPACE, 1);
  for (int how = 0; how < 3; how++) {
    const char *path = packed("p.RData", &t, how);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    char *bytes = fixture_slurp(&a, path), words[100];
    snprintf(words, sizeof words, "its %s stream has no end", names[how]);
    assert_unreadable(fixture_bytes("cut.RData", bytes, (size_t)st.st_size - 9), ERR_INPUT, words);
    bytes[st.st_size / 2] ^= 0x55;
    bytes[st.st_size / 2 + 1] ^= 0x55;
    snprintf(words, sizeof words, "its %s stream can't be unpacked", names[how]);
    assert_unreadable(fixture_bytes("bad.RData", bytes, (size_t)st.st_size), ERR_INPUT, words);
  }
  text_free(&t);
  arena_drop(&a);
}

static void a_table_is_chosen_by_name(void **state) {
  (void)state;
  struct text t, out;
  struct err e;
  write_file(&t, RDATA_WORKSPACE, 2);
  const char *path = fixture_bytes("two.RData", t.data, t.len);
  assert_unreadable(path, ERR_INPUT, "holds several data frames: first, second");
  assert_ok(fixture_read(path, NULL, "second", &out, &e), &e);
  assert_string_equal(text_str(&out), WANT);
  text_free(&out);
  assert_refused(fixture_read(path, NULL, "third", &out, &e), ERR_NOT_FOUND, "holds no object named third; its data frames are first, second", &e);
  text_free(&t);
}

/* Any cut of a sound file is an error, never a crash and never fewer rows. */
static void every_truncation_is_an_error(void **state) {
  (void)state;
  struct text t, out;
  struct err e;
  write_file(&t, RDATA_WORKSPACE, 1);
  for (size_t n = 0; n < t.len; n++) {
    enum status s = fixture_read(fixture_bytes("cut.RData", t.data, n), NULL, NULL, &out, &e);
    if (s != ERR_INPUT) fail_msg("cut to %zu of %zu bytes: %s", n, t.len, status_name(s));
    text_free(&out);
  }
  text_free(&t);
}

static void every_changed_byte_is_survived(void **state) {
  (void)state;
  struct text t, out;
  struct err e;
  write_file(&t, RDATA_WORKSPACE, 1);
  for (size_t i = 0; i < t.len; i++)
    for (int bit = 0; bit < 8; bit += 3) {
      t.data[i] ^= (char)(1 << bit);
      enum status s = fixture_read(fixture_bytes("bad.RData", t.data, t.len), NULL, NULL, &out, &e);
      assert_true(s == OK || s == ERR_INPUT || s == ERR_LIMIT);
      text_free(&out);
      t.data[i] ^= (char)(1 << bit);
    }
  text_free(&t);
}

/* ---- forms that librdata does not write, by hand ---- */

static void put(struct text *t, uint32_t v) {
  char b[4] = {(char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v};
  text_addn(t, b, 4);
}

static void put_real(struct text *t, double d) {
  uint64_t bits;
  memcpy(&bits, &d, 8);
  put(t, (uint32_t)(bits >> 32));
  put(t, (uint32_t)bits);
}

static void put_chars(struct text *t, const char *s, uint32_t flags) {
  put(t, 9 | flags);
  put(t, (uint32_t)strlen(s));
  text_add(t, s);
}

static void put_symbol(struct text *t, const char *s) {
  put(t, 1);
  put_chars(t, s, 1 << 18);
}

static void put_strings(struct text *t, const char *const *s, uint32_t n) {
  put(t, 16);
  put(t, n);
  for (uint32_t i = 0; i < n; i++) put_chars(t, s[i], 1 << 15);
}

static void begin_rds(struct text *t) {
  text_init(t, 1u << 20);
  text_addn(t, "X\n", 2);
  put(t, 3);
  put(t, 0x00040000);
  put(t, 0x00030500);
  put(t, 5);
  text_add(t, "UTF-8");
}

static void end_frame(struct text *t, const char *const *names, uint32_t columns, uint32_t rows) {
  static const char *const class_name[] = {"data.frame"};
  put(t, 0x402);
  put_symbol(t, "names");
  put_strings(t, names, columns);
  put(t, 0x402);
  put_symbol(t, "class");
  put_strings(t, class_name, 1);
  put(t, 0x402);
  put_symbol(t, "row.names");
  put(t, 13);
  put(t, 2);
  put(t, 0x80000000u);
  put(t, 0u - rows);
  put(t, 254);
}

static void put_altrep(struct text *t, const char *form) {
  put(t, 238);
  put(t, 2);
  put_symbol(t, form);
  put(t, 2);
  put_symbol(t, "base");
  put(t, 2);
  put(t, 13);
  put(t, 1);
  put(t, 13);
  put(t, 254);
}

static void compact_sequences_and_deferred_texts_are_read(void **state) {
  (void)state;
  struct text t;
  begin_rds(&t);
  put(&t, 19 | 0x300);
  put(&t, 2);
  put_altrep(&t, "compact_intseq");
  put(&t, 14);
  put(&t, 3);
  put_real(&t, 3), put_real(&t, 5), put_real(&t, 1);
  put(&t, 254);
  put_altrep(&t, "deferred_string");
  put(&t, 2);
  put(&t, 13);
  put(&t, 3);
  put(&t, 10), put(&t, 0x80000000u), put(&t, 30);
  put(&t, 13), put(&t, 1), put(&t, 0);
  put(&t, 254);
  end_frame(&t, (const char *const[]){"seq", "words"}, 2, 3);
  assert_reads(fixture_bytes("alt.rds", t.data, t.len), "seq|words\n#5|10\n#6|\n#7|30\n");
  text_free(&t);
}

static void put_attr_class(struct text *t, const char *name) {
  put(t, 0x402);
  put_symbol(t, "class");
  put_strings(t, &name, 1);
}

static void dates_and_64_bit_integers_keep_their_meaning(void **state) {
  (void)state;
  struct text t;
  begin_rds(&t);
  put(&t, 19 | 0x300);
  put(&t, 4);
  put(&t, 14 | 0x300), put(&t, 2), put_real(&t, 18262), put_real(&t, na_real());
  put_attr_class(&t, "Date"), put(&t, 254);
  put(&t, 14 | 0x300), put(&t, 2), put_real(&t, 86400.0 * 18262 + 5), put_real(&t, -1);
  put_attr_class(&t, "POSIXct"), put(&t, 254);
  put(&t, 14 | 0x300), put(&t, 2), put(&t, 0x01876543), put(&t, 0x21fedcbb), put(&t, 0x80000000u), put(&t, 0);
  put_attr_class(&t, "integer64"), put(&t, 254);
  put(&t, 14), put(&t, 2), put_real(&t, na_real()), put_real(&t, (double)NAN);
  end_frame(&t, (const char *const[]){"day", "time", "big", "real"}, 4, 2);
  struct text out;
  struct err e;
  assert_ok(fixture_read(fixture_bytes("d.rds", t.data, t.len), NULL, NULL, &out, &e), &e);
  assert_string_equal(text_str(&out), "day|time|big|real\n@2020-01-01|@2020-01-01|110168054901431483|\n|@1969-12-31||#NaN\n");
  text_free(&out);
  text_free(&t);
}

static void lists_environments_and_functions_beside_the_frame_are_passed_over(void **state) {
  (void)state;
  struct text t, frame;
  write_file(&frame, RDATA_WORKSPACE, 1);
  text_init(&t, 1u << 20);
  text_addn(&t, frame.data, frame.len - 4); /* all but the end of the list of variables */
  put(&t, 0x402);
  put_symbol(&t, "env");
  put(&t, 4), put(&t, 0), put(&t, 242), put(&t, 254), put(&t, 254), put(&t, 254);
  put(&t, 0x402);
  put_symbol(&t, "f");
  put(&t, 3 | 0x400), put(&t, 255 | 1 << 8), put(&t, 254), put(&t, 6), put_symbol(&t, "+"), put(&t, 254);
  put(&t, 0x402);
  put_symbol(&t, "loose");
  put(&t, 19), put(&t, 1), put(&t, 24), put(&t, 3), text_addn(&t, "abc", 3);
  put(&t, 254);
  struct text out;
  struct err e;
  assert_ok(fixture_read(fixture_bytes("ws.RData", t.data, t.len), NULL, NULL, &out, &e), &e);
  assert_string_equal(text_str(&out), WANT);
  text_free(&out);
  text_free(&t);
  text_free(&frame);
}

static void deep_nesting_and_absurd_lengths_are_refused(void **state) {
  (void)state;
  struct text t;
  begin_rds(&t);
  for (int i = 0; i < 5000; i++) put(&t, 19), put(&t, 1);
  assert_unreadable(fixture_bytes("deep.rds", t.data, t.len), ERR_LIMIT, "its objects are nested too deeply");
  text_free(&t);
  begin_rds(&t);
  put(&t, 14), put(&t, 0x7fffffff);
  assert_unreadable(fixture_bytes("long.rds", t.data, t.len), ERR_INPUT, "it ends in the middle of an object");
  text_free(&t);
  assert_unreadable(fixture_file("a.rds", "A\n3\n"), ERR_INPUT, "is an R file in R's text form");
  assert_unreadable(fixture_file("a.RData", "hello, world"), ERR_INPUT, "does not begin as an R data file does");
  assert_unreadable(fixture_file("a.RData", ""), ERR_INPUT, "is empty");
}

static void the_income_survey_is_read_whole(void **state) {
  (void)state;
  const char *path = getenv("LUCID_EUSILC_RDATA");
  if (!path || !file_exists(path)) {
    print_message("skip the_income_survey: LUCID_EUSILC_RDATA names no file\n");
    skip();
  }
  struct text out;
  struct err e;
  assert_ok(fixture_read(path, NULL, "eusilc", &out, &e), &e);
  const char *s = text_str(&out);
  size_t lines = 0;
  for (const char *p = s; *p; p++) lines += *p == '\n';
  assert_int_equal(lines, 14828);
  assert_non_null(strstr(s, "db030|hsize|db040|rb030|age|rb090|pl030|pb220a|"));
  assert_non_null(strstr(s, "\n#1|#3|Tyrol|#101|#34|female|2|AT|#9756.25|"));
  text_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      UNIT(data_frames_of_both_kinds_of_file_are_read),
      UNIT(gzip_bzip2_and_xz_are_unpacked),
      UNIT(a_packed_file_that_is_cut_or_damaged_says_so),
      UNIT(a_table_is_chosen_by_name),
      UNIT(every_truncation_is_an_error),
      UNIT(every_changed_byte_is_survived),
      UNIT(compact_sequences_and_deferred_texts_are_read),
      UNIT(dates_and_64_bit_integers_keep_their_meaning),
      UNIT(lists_environments_and_functions_beside_the_frame_are_passed_over),
      UNIT(deep_nesting_and_absurd_lengths_are_refused),
      UNIT(the_income_survey_is_read_whole),
  };
  return cmocka_run_group_tests(tests, NULL, fixture_end);
}
