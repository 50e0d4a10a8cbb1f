#include "fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "ingest/csv.h"

static void quotes_line_ends_and_doubled_quotes_follow_rfc_4180(void **state) {
  (void)state;
  assert_reads(fixture_file("a.csv", "a,b,c\r\n1,\"x,y\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",,3\r\n"), "a|b|c\n1|x,y|say \"hi\"\ntwo\nlines||3\n");
  assert_reads(fixture_file("a.csv", "a,b\n\"\",\"\"\"\"\n,\n"), "a|b\n|\"\n|\n");
  assert_reads(fixture_file("a.csv", "a,b\r1,2\r3,4"), "a|b\n1|2\n3|4\n");
  assert_reads(fixture_file("a.csv", "a,b\n5\" pipe,x\n"), "a|b\n5\" pipe|x\n");
}

static void a_last_line_without_line_end_is_a_row(void **state) {
  (void)state;
  assert_reads(fixture_file("a.csv", "a,b\n1,2"), "a|b\n1|2\n");
  assert_reads(fixture_file("a.csv", "a,b\n1,"), "a|b\n1|\n");
  assert_reads(fixture_file("a.csv", "a,b\n1,\"2\""), "a|b\n1|2\n");
  assert_reads(fixture_file("a.csv", "a,b"), "a|b\n");
}

static void empty_lines_are_passed_over(void **state) {
  (void)state;
  assert_reads(fixture_file("a.csv", "\n\na,b\n\n1,2\n\r\n3,4\n\n"), "a|b\n1|2\n3|4\n");
}

static void semicolons_and_tabs_are_seen_from_the_headings(void **state) {
  (void)state;
  assert_reads(fixture_file("a.csv", "a;b;c\n1,5;2;3\n"), "a|b|c\n1,5|2|3\n");
  assert_reads(fixture_file("a.csv", "a\tb\n1\t2\n"), "a|b\n1|2\n");
  assert_reads(fixture_file("a.csv", "\"a,x,y\";b\n1;2\n"), "a,x,y|b\n1|2\n");
}

static void a_byte_order_mark_is_no_part_of_the_first_heading(void **state) {
  (void)state;
  assert_reads(fixture_file("a.csv", "\xef\xbb\xbf" "户号,名\n1,张\n"), "户号|名\n1|张\n");
}

static void gb18030_is_detected_converted_and_said(void **state) {
  (void)state;
  struct reader r;
  struct err e;
  struct text t;
  text_init(&t, 1000);
  const char *path = fixture_file("gb.csv", "a,\xd0\xd5\xc3\xfb\n1,\xd5\xc5\xc8\xfd\n2,\"\xc0\xee\",\n3,\x82\x35\x8f\x33\n");
  assert_ok(reader_open(&r, path, NULL, NULL, &e), &e);
  assert_string_equal(r.encoding, "GB18030");
  assert_string_equal(r.columns[1].name, "姓名");
  assert_ok(reader_each(&r, fixture_row, &t, &e), &e);
  assert_non_null(strstr(text_str(&t), "1|张三\n"));
  assert_non_null(strstr(text_str(&t), "2|李 ! 3 cells where the headings are 2"));
  assert_non_null(strstr(text_str(&t), "3|\xee\xa1\x9a\n") ? "" : strstr(text_str(&t), "3|"));
  text_free(&t);
  reader_close(&r);
}

static void the_encoding_is_decided_where_the_first_letter_beyond_ascii_stands(void **state) {
  (void)state;
  struct text big, out;
  struct err e;
  text_init(&big, 8u << 20);
  text_add(&big, "a,b\n");
  for (int i = 0; i < 300000; i++) text_addf(&big, "%d,x\n", i);
  text_add(&big, "9,\xd5\xc5\xc8\xfd\n");
  const char *path = fixture_bytes("late.csv", big.data, big.len);
  assert_ok(fixture_read(path, NULL, NULL, &out, &e), &e);
  assert_string_equal(text_str(&out) + out.len - strlen("9|张三\n"), "9|张三\n");
  text_free(&out);
  text_free(&big);
}

static void a_row_in_another_encoding_is_refused_not_the_file(void **state) {
  (void)state;
  struct text big, out;
  struct err e;
  text_init(&big, 8u << 20);
  text_add(&big, "a,b\n1,张三\n");
  for (int i = 0; i < 200000; i++) text_addf(&big, "%d,xyz\n", i);
  text_add(&big, "9,\xd5\xc5\xc8\xfd\n10,好\n");
  assert_ok(fixture_read(fixture_bytes("mixed.csv", big.data, big.len), NULL, NULL, &out, &e), &e);
  assert_non_null(strstr(text_str(&out), "9| ! column 2 is not UTF-8\n10|好\n"));
  text_free(&out);
  text_free(&big);
}

static void what_is_neither_utf_8_nor_gb18030_is_named(void **state) {
  (void)state;
  assert_unreadable(fixture_bytes("bad.csv", "a,b\n1,\xff\xff\n", 9), ERR_INPUT, "is neither UTF-8 nor GB18030: line 2 holds the byte 0xff");
  assert_unreadable(fixture_bytes("u16.csv", "\xff\xfe" "a\0,\0b\0", 8), ERR_INPUT, "is UTF-16 text");
  assert_unreadable(fixture_bytes("x.csv", "PK\003\004abcdef", 10), ERR_INPUT, "is a spreadsheet or a zip file");
  assert_unreadable(fixture_bytes("x.csv", "\x1f\x8b\x08\0abc", 7), ERR_INPUT, "is compressed");
}

static void ragged_rows_say_both_counts(void **state) {
  (void)state;
  assert_reads(fixture_file("r.csv", "a,b,c\n1,2\n1,2,3,4\n1,2,3\n9"), "a|b|c\n1|2 ! 2 cells where the headings are 3\n1|2|3 ! 4 cells where the headings are 3\n1|2|3\n"
                                                                         "9 ! 1 cells where the headings are 3; the file may have been cut off here\n");
}

static void text_after_a_closing_quote_is_a_problem_of_its_row(void **state) {
  (void)state;
  assert_reads(fixture_file("q.csv", "a,b\n\"x\"y,2\n3,4\n"), "a|b\nx|2 ! column 1 has text after its closing quote\n3|4\n");
}

static void a_nul_byte_is_a_problem_of_its_row(void **state) {
  (void)state;
  struct text out;
  struct err e;
  assert_ok(fixture_read(fixture_bytes("n.csv", "a,b\n1\0,2\n3,4\n", 13), NULL, NULL, &out, &e), &e);
  assert_non_null(strstr(text_str(&out), "column 1 holds a NUL byte\n3|4\n"));
  text_free(&out);
}

static void an_unclosed_quote_names_the_line_it_opens_on(void **state) {
  (void)state;
  assert_unreadable(fixture_file("q.csv", "a,b\n1,2\n\"x\ny\",\"never\n3,4\n"), ERR_INPUT, "the quote that opens on line 4, column 2 is never closed");
}

static void empty_files_and_double_headings_are_named(void **state) {
  (void)state;
  assert_unreadable(fixture_file("e.csv", ""), ERR_INPUT, "e.csv is empty");
  assert_unreadable(fixture_file("e.csv", "\xef\xbb\xbf"), ERR_INPUT, "e.csv is empty");
  assert_unreadable(fixture_file("e.csv", "\n\n\r\n"), ERR_INPUT, "holds only empty lines");
  assert_unreadable(fixture_file("d.csv", "a,b,a\n1,2,3\n"), ERR_INPUT, "the heading a stands twice, in columns 1 and 3");
  assert_reads(fixture_file("d.csv", "a,,\n1,2,3\n"), "a||\n1|2|3\n");
}

static void ten_thousand_columns_are_read_and_too_many_refused(void **state) {
  (void)state;
  struct text t, out;
  struct err e;
  text_init(&t, 4u << 20);
  for (int i = 0; i < 10000; i++) text_addf(&t, "%sc%d", i ? "," : "", i);
  text_addc(&t, '\n');
  for (int i = 0; i < 10000; i++) text_addf(&t, "%s%d", i ? "," : "", i);
  assert_ok(fixture_read(fixture_bytes("wide.csv", t.data, t.len), NULL, NULL, &out, &e), &e);
  assert_non_null(strstr(text_str(&out), "|9998|9999\n"));
  text_free(&out);
  text_clear(&t);
  for (int i = 0; i < 40000; i++) text_addf(&t, "%sc%d", i ? "," : "", i);
  assert_unreadable(fixture_bytes("wide.csv", t.data, t.len), ERR_LIMIT, "has 40000 columns; at most 32768 are read");
  text_free(&t);
}

/* Writes a gigabyte of `fill` after `head` into a pipe, and reads it under a limit on memory. */
static void read_a_gigabyte(const char *head, char fill, enum status want, const char *words) {
  int fds[2];
  assert_int_equal(pipe(fds), 0);
  pid_t writer = fork();
  if (writer == 0) {
    close(fds[0]);
    static char block[1 << 20];
    memset(block, fill, sizeof block);
    bool good = write(fds[1], head, strlen(head)) > 0;
    for (int i = 0; i < 1024 && good; i++) good = write(fds[1], block, sizeof block) > 0;
    _exit(0);
  }
  close(fds[1]);
  struct reader r = {0};
  struct err e = {0};
  struct text t;
  text_init(&t, 1000);
  struct rusage before, after;
  getrusage(RUSAGE_SELF, &before);
  enum status s = reader_open_fd(&r, fds[0], "pipe.csv", "csv", NULL, NULL, &e);
  if (s == OK) s = reader_each(&r, fixture_row, &t, &e);
  getrusage(RUSAGE_SELF, &after);
  reader_close(&r);
  text_free(&t);
  if (s != want || !strstr(e.message, words)) fail_msg("%s: %s", status_name(s), e.message);
  assert_true(after.ru_maxrss - before.ru_maxrss < 100 * 1024); /* kilobytes */
  waitpid(writer, NULL, 0);
}

static void a_gigabyte_in_one_line_is_refused_without_taking_a_gigabyte(void **state) {
  (void)state;
  signal(SIGPIPE, SIG_IGN);
  read_a_gigabyte("a,b\n1,2\n", 'x', ERR_LIMIT, "the row on line 3 is longer than 16777216 bytes");
  read_a_gigabyte("a,b\n1,2\n3,\"", 'x', ERR_INPUT, "the quote that opens on line 3, column 2 is never closed");
  read_a_gigabyte(",", ',', ERR_LIMIT, "longer than 16777216 bytes");
}

static void cells_across_the_edge_of_the_buffer_are_whole(void **state) {
  (void)state;
  struct text t, out;
  struct err e;
  for (int shift = 0; shift < 130; shift += 13) {
    text_init(&t, 16u << 20);
    text_add(&t, "a,b,c\n");
    for (int i = 0; i < shift; i++) text_addc(&t, '\n');
    while (t.len < (3u << 20)) text_add(&t, "123,\"a \"\"quoted\"\"\nthing\",\xe5\xbc\xa0\r\n");
    assert_ok(fixture_read(fixture_bytes("edge.csv", t.data, t.len), NULL, NULL, &out, &e), &e);
    const char *p = text_str(&out) + 6;
    static const char want[] = "123|a \"quoted\"\nthing|\xe5\xbc\xa0\n";
    for (; *p; p += sizeof want - 1) assert_memory_equal(p, want, sizeof want - 1);
    text_free(&out);
    text_free(&t);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      UNIT(quotes_line_ends_and_doubled_quotes_follow_rfc_4180),
      UNIT(a_last_line_without_line_end_is_a_row),
      UNIT(empty_lines_are_passed_over),
      UNIT(semicolons_and_tabs_are_seen_from_the_headings),
      UNIT(a_byte_order_mark_is_no_part_of_the_first_heading),
      UNIT(gb18030_is_detected_converted_and_said),
      UNIT(the_encoding_is_decided_where_the_first_letter_beyond_ascii_stands),
      UNIT(a_row_in_another_encoding_is_refused_not_the_file),
      UNIT(what_is_neither_utf_8_nor_gb18030_is_named),
      UNIT(ragged_rows_say_both_counts),
      UNIT(text_after_a_closing_quote_is_a_problem_of_its_row),
      UNIT(a_nul_byte_is_a_problem_of_its_row),
      UNIT(an_unclosed_quote_names_the_line_it_opens_on),
      UNIT(empty_files_and_double_headings_are_named),
      UNIT(ten_thousand_columns_are_read_and_too_many_refused),
      UNIT(a_gigabyte_in_one_line_is_refused_without_taking_a_gigabyte),
      UNIT(cells_across_the_edge_of_the_buffer_are_whole),
  };
  return cmocka_run_group_tests(tests, NULL, fixture_end);
}
