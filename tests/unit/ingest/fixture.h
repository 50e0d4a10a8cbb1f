/* fixture.h - files written on the spot, readers collected into text, and a small programme built by hand. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "base/file.h"
#include "base/number.h"
#include "ingest/ingest.h"
#include "ingest/reader.h"
#include "unit.h"

/* A folder of its own for every test program, removed by `fixture_end`. */
static char fixture_dir[64];

static inline const char *fixture_path(const char *name) {
  static char paths[8][300];
  static int turn;
  if (!fixture_dir[0]) {
    strcpy(fixture_dir, "/tmp/lucid-unit-XXXXXX");
    assert_non_null(mkdtemp(fixture_dir));
  }
  char *p = paths[turn++ & 7];
  snprintf(p, sizeof paths[0], "%s/%s", fixture_dir, name);
  return p;
}

static inline const char *fixture_bytes(const char *name, const void *data, size_t n) {
  const char *path = fixture_path(name);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  assert_int_equal(fwrite(data, 1, n, f), n);
  assert_int_equal(fclose(f), 0);
  return path;
}

static inline const char *fixture_file(const char *name, const char *text) { return fixture_bytes(name, text, strlen(text)); }

static inline int fixture_end(void **state) {
  (void)state;
  if (fixture_dir[0]) return file_remove_tree(fixture_dir, NULL) == OK ? 0 : -1;
  return 0;
}

static inline char *fixture_slurp(struct arena *a, const char *path) {
  char *data;
  size_t n;
  struct err e;
  assert_ok(file_read(a, path, (size_t)64 << 20, &data, &n, &e), &e);
  return data;
}

/* A reader's rows as text: cells between bars, rows on lines; numbers as #12, dates as @2020-01-01, tags as .a, problems after "!". */
static inline void fixture_cell(struct text *t, const struct reader_cell *c) {
  char buf[40];
  switch ((enum reader_kind)c->kind) {
    case READ_EMPTY: break;
    case READ_TAG: text_addf(t, ".%c", c->tag); break;
    case READ_TEXT: text_addn(t, c->text.at, c->text.len); break;
    case READ_NUMBER: text_addf(t, "#%s", number_shortest(c->number, buf)); break;
    case READ_BAD: text_addc(t, '?'), text_addn(t, c->text.at, c->text.len); break;
    case READ_DATE: text_addf(t, "@%s", date_format((int32_t)c->days, buf)); break;
  }
}

static inline enum status fixture_row(void *ctx, const struct reader_row *row, struct err *e) {
  struct text *t = ctx;
  (void)e;
  for (uint32_t i = 0; i < row->count; i++) {
    if (i) text_addc(t, '|');
    fixture_cell(t, &row->cells[i]);
  }
  if (row->problem) text_addf(t, " ! %s", row->problem);
  text_addc(t, '\n');
  return OK;
}

static inline enum status fixture_read(const char *path, const char *format, const char *table, struct text *t, struct err *e) {
  struct reader r = {0};
  text_init(t, (size_t)64 << 20);
  enum status s = reader_open(&r, path, format, table, e);
  if (s == OK) {
    for (uint32_t i = 0; i < r.column_count; i++) text_addf(t, "%s%s", i ? "|" : "", r.columns[i].name);
    text_addc(t, '\n');
    s = reader_each(&r, fixture_row, t, e);
  }
  reader_close(&r);
  return s;
}

#define assert_reads(path, want)                                                                             \
  do {                                                                                                       \
    struct text read_;                                                                                       \
    struct err read_err_;                                                                                    \
    assert_ok(fixture_read((path), NULL, NULL, &read_, &read_err_), &read_err_);                             \
    assert_string_equal(text_str(&read_), (want));                                                           \
    text_free(&read_);                                                                                       \
  } while (0)

#define assert_unreadable(path, status, words)                                                               \
  do {                                                                                                       \
    struct text read_;                                                                                       \
    struct err read_err_;                                                                                    \
    assert_refused(fixture_read((path), NULL, NULL, &read_, &read_err_), (status), (words), &read_err_);     \
    text_free(&read_);                                                                                       \
  } while (0)

static inline const char *fixture_data(void) {
  const char *dir = getenv("LUCID_TEST_DATA");
  if (!dir) dir = "../shared/data";
  return dir;
}

#endif
