/* What the store promises to the registry above it. */
#define _GNU_SOURCE
#include <math.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/store.h"
#include "unit.h"

static const struct store_column columns[] = {{"home", STORE_INT, true}, {"id", STORE_INT, true}, {"order", STORE_INT, false}, {"score", STORE_REAL, false}, {"name", STORE_TEXT, false}, {"seal", STORE_BLOB, false}};
static const struct table_spec people = {"people", columns, 6, 2};

struct place {
  char dir[64], path[300];
};

/* For what only a file can be; the rest runs on a database as well (LUCID_TEST_PG, tools/with-postgres). */
#define FILE_ONLY()                                                                                          \
  do {                                                                                                       \
    if (getenv("LUCID_TEST_PG")) skip();                                                                     \
  } while (0)

static struct place *place_new(void) {
  struct place *p = calloc(1, sizeof *p);
  strcpy(p->dir, "/tmp/lucid-store-XXXXXX");
  assert_non_null(mkdtemp(p->dir));
  snprintf(p->path, sizeof p->path, "%s/x.lucid", p->dir);
  if (getenv("LUCID_TEST_PG")) {
    snprintf(p->path, sizeof p->path, "%s", getenv("LUCID_TEST_PG"));
    enum status gone = store_remove(p->path, NULL);
    assert_true(gone == OK || gone == ERR_NOT_FOUND);
  }
  return p;
}

static void place_free(struct place *p) {
  assert_int_equal(file_remove_tree(p->dir, NULL), OK);
  free(p);
}

static struct store *open_as(const struct place *p, enum store_mode mode) {
  struct err e;
  struct store *s;
  assert_ok(store_open(p->path, &(struct store_options){.mode = mode, .busy_ms = 50}, &s, &e), &e);
  return s;
}

static void put(struct store *s, int64_t home, int64_t id, const char *name) {
  struct err e;
  struct store_stmt *st;
  assert_ok(store_prepare(s, &people, STORE_INSERT, 0, &st, &e), &e);
  store_bind_int(st, 1, home), store_bind_int(st, 2, id), store_bind_int(st, 3, 7), store_bind_real(st, 4, -0.0), store_bind_str(st, 5, name), store_bind_blob(st, 6, "\0\1", 2);
  assert_ok(store_run(st, &e), &e);
  store_free(st);
}

static int64_t rows(struct store *s) {
  struct err e;
  struct store_stmt *st;
  bool row;
  assert_ok(store_prepare(s, &people, STORE_COUNT_ALL, 0, &st, &e), &e);
  assert_ok(store_step(st, &row, &e), &e);
  int64_t n = store_int(st, 0);
  store_free(st);
  return n;
}

static void identifiers_are_checked_before_they_reach_sql(void **state) {
  (void)state;
  static const char *const bad[] = {"", "1a", "Name", "a-b", "a b", "a\"b", "a;drop", "ä", "_a", "a23456789012345678901234567890123456789012"};
  static const char *const good[] = {"a", "order", "f_income_2", "a2345678901234567890123456789012345678901"};
  struct err e;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct store_column c = {bad[i], STORE_INT, true};
    assert_false(store_identifier_ok(bad[i]));
    assert_refused(store_spec_check(&(struct table_spec){"t", &c, 1, 1}, &e), ERR_INTERNAL, "cannot be a column's name", &e);
    c.name = "a";
    assert_refused(store_spec_check(&(struct table_spec){bad[i], &c, 1, 1}, &e), ERR_INTERNAL, "cannot be a table's name", &e);
  }
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) assert_true(store_identifier_ok(good[i]));
  struct store_column twice[2] = {{"a", STORE_INT, true}, {"a", STORE_INT, true}};
  assert_refused(store_spec_check(&(struct table_spec){"t", twice, 2, 1}, &e), ERR_INTERNAL, "stands twice", &e);
}

static void too_many_columns_are_refused_with_a_hint(void **state) {
  (void)state;
  struct err e;
  struct store_column *c = calloc(2001, sizeof *c);
  assert_refused(store_spec_check(&(struct table_spec){"t", c, 2001, 1}, &e), ERR_LIMIT, "2000 is the most", &e);
  free(c);
}

static void values_come_back_as_they_went_in(void **state) {
  (void)state;
  struct place *p = place_new();
  struct store *s = open_as(p, STORE_CREATE);
  struct err e;
  struct store_stmt *st;
  struct store_value v[6];
  bool row;
  assert_ok(store_create_table(s, &people, &e), &e);
  put(s, 2, 1, "乙"), put(s, 1, 9, NULL), put(s, 1, 3, "x");
  assert_ok(store_prepare(s, &people, STORE_PREFIX, 0, &st, &e), &e);
  static const int64_t order[3][2] = {{1, 3}, {1, 9}, {2, 1}};
  for (int i = 0; i < 3; i++) {
    assert_ok(store_step(st, &row, &e), &e);
    assert_true(row);
    store_values(st, v, 6);
    assert_int_equal(v[0].i, order[i][0]), assert_int_equal(v[1].i, order[i][1]);
    assert_int_equal(v[2].i, 7);
    assert_true(v[3].d == 0 && !signbit(v[3].d));
    assert_int_equal(v[5].s.len, 2);
  }
  assert_int_equal(v[4].s.len, 3);
  assert_ok(store_step(st, &row, &e), &e);
  assert_false(row);
  store_free(st);
  store_close(s);
  place_free(p);
}

static void numbers_that_are_not_finite_never_get_in(void **state) {
  (void)state;
  struct place *p = place_new();
  struct store *s = open_as(p, STORE_CREATE);
  struct err e;
  struct store_stmt *st;
  struct store_bulk *b;
  assert_ok(store_create_table(s, &people, &e), &e);
  assert_ok(store_prepare(s, &people, STORE_INSERT, 0, &st, &e), &e);
  store_bind_int(st, 1, 1), store_bind_int(st, 2, 1), store_bind_real(st, 4, NAN);
  assert_refused(store_run(st, &e), ERR_INTERNAL, "not finite", &e);
  store_free(st);
  assert_ok(store_bulk_open(s, &people, &b, &e), &e);
  struct store_value v[6] = {{.kind = STORE_VALUE_INT}, {.kind = STORE_VALUE_INT}, {.kind = STORE_NULL}, {.kind = STORE_VALUE_REAL, .d = INFINITY}};
  assert_refused(store_bulk_row(b, v, &e), ERR_INTERNAL, "not finite", &e);
  store_bulk_close(b);
  assert_int_equal(rows(s), 0);
  store_close(s);
  place_free(p);
}

static void a_bulk_append_takes_any_number_and_any_length_of_rows(void **state) {
  (void)state;
  struct place *p = place_new();
  struct store *s = open_as(p, STORE_CREATE);
  struct err e;
  struct store_bulk *b;
  assert_ok(store_create_table(s, &people, &e), &e);
  assert_ok(store_bulk_open(s, &people, &b, &e), &e);
  char *big = malloc(1 << 20);
  memset(big, 'x', 1 << 20);
  for (int64_t i = 0; i < 5000; i++) {
    struct store_value v[6] = {{.kind = STORE_VALUE_INT, .i = 1}, {.kind = STORE_VALUE_INT, .i = i}, {.kind = STORE_NULL}, {.kind = STORE_NULL}, {.kind = STORE_VALUE_TEXT, .s = {big, i % 500 == 0 ? 1 << 20 : (size_t)i % 7}}};
    assert_ok(store_bulk_row(b, v, &e), &e);
  }
  assert_ok(store_bulk_flush(b, &e), &e);
  assert_int_equal(rows(s), 5000);
  struct store_value again[6] = {{.kind = STORE_VALUE_INT, .i = 1}, {.kind = STORE_VALUE_INT, .i = 17}};
  assert_ok(store_bulk_row(b, again, &e), &e);
  assert_refused(store_bulk_flush(b, &e), ERR_CONFLICT, "a rule of the database does not hold", &e);
  store_bulk_close(b);
  free(big);
  store_close(s);
  place_free(p);
}

static const struct table_spec others = {"others", columns, 6, 2};

static enum status give(struct store_bulk *b, int64_t i, struct err *e) {
  char text[64];
  int n = snprintf(text, sizeof text, "row %d of many, with some text to it", (int)i);
  return store_bulk_row(b, (struct store_value[6]){{.kind = STORE_VALUE_INT, .i = 1}, {.kind = STORE_VALUE_INT, .i = i}, {.kind = STORE_NULL}, {.kind = STORE_VALUE_REAL, .d = 0.5}, {.kind = STORE_VALUE_TEXT, .s = {text, (size_t)n}}, {.kind = STORE_NULL}}, e);
}

static void rows_given_to_the_thread_behind_are_all_there_and_in_order(void **state) {
  (void)state;
  struct place *p = place_new();
  struct store *s = open_as(p, STORE_CREATE);
  struct err e;
  struct store_bulk *b, *c;
  struct store_stmt *st;
  struct store_value v[6];
  bool row;
  assert_ok(store_begin(s, true, &e), &e);
  store_behind(s, true);
  assert_ok(store_create_table(s, &people, &e), &e);
  assert_ok(store_create_table(s, &others, &e), &e);
  assert_ok(store_bulk_open(s, &people, &b, &e), &e);
  assert_ok(store_bulk_open(s, &others, &c, &e), &e);
  for (int64_t i = 0; i < 60000; i++) {
    assert_ok(give(b, i, &e), &e);
    if (i % 3 == 0) assert_ok(give(c, i, &e), &e);
    if (i == 30000) { /* a read in between waits for what is on its way; what is still being gathered is not seen */
      assert_in_range(rows(s), 20000, 30001);
      assert_ok(store_bulk_flush(b, &e), &e);
      assert_int_equal(rows(s), 30001);
    }
  }
  assert_ok(store_bulk_flush(b, &e), &e);
  assert_ok(store_bulk_flush(c, &e), &e);
  store_bulk_close(b), store_bulk_close(c);
  assert_ok(store_commit(s, &e), &e);
  store_behind(s, false);
  assert_int_equal(rows(s), 60000);
  assert_ok(store_prepare(s, &others, STORE_PREFIX, 0, &st, &e), &e);
  for (int64_t i = 0; i < 20000; i++) {
    char text[64];
    snprintf(text, sizeof text, "row %d of many, with some text to it", (int)i * 3);
    assert_ok(store_step(st, &row, &e), &e);
    store_values(st, v, 6);
    assert_int_equal(v[1].i, 3 * i);
    assert_true(span_is(v[4].s, text));
  }
  assert_ok(store_step(st, &row, &e), &e);
  assert_false(row);
  store_free(st);
  store_close(s);
  place_free(p);
}

/* Gives rows until a repeat shows; it must show by the commit at the latest. */
static enum status with_a_repeat(struct store *s, bool flush, struct err *e) {
  struct store_bulk *b;
  enum status st = OK;
  assert_ok(store_begin(s, true, e), e);
  assert_ok(store_bulk_open(s, &people, &b, e), e);
  for (int64_t i = 0; i < 40000 && st == OK; i++) st = give(b, i == 5000 ? 17 : i, e);
  if (st == OK && flush) st = store_bulk_flush(b, e);
  if (st == OK) st = store_commit(s, e);
  else store_rollback(s);
  store_bulk_close(b);
  return st;
}

static void an_error_behind_is_said_and_leaves_nothing(void **state) {
  (void)state;
  struct place *p = place_new();
  struct store *s = open_as(p, STORE_CREATE);
  struct err e;
  struct store_bulk *b;
  assert_ok(store_create_table(s, &people, &e), &e);
  store_behind(s, true);
  for (int i = 0; i < 4; i++) {
    assert_refused(with_a_repeat(s, i % 2, &e), ERR_CONFLICT, "a rule of the database does not hold", &e);
    assert_int_equal(rows(s), 0);
  }
  assert_ok(store_begin(s, true, &e), &e); /* and what comes after is as if nothing had been */
  assert_ok(store_bulk_open(s, &people, &b, &e), &e);
  for (int64_t i = 0; i < 10000; i++) assert_ok(give(b, i, &e), &e);
  store_rollback(s); /* with buffers on their way */
  store_bulk_close(b);
  assert_int_equal(rows(s), 0);
  store_close(s);
  place_free(p);
}

static void a_rolled_back_change_leaves_nothing(void **state) {
  (void)state;
  struct place *p = place_new();
  struct store *s = open_as(p, STORE_CREATE);
  struct err e;
  assert_ok(store_create_table(s, &people, &e), &e);
  assert_ok(store_begin(s, true, &e), &e);
  put(s, 1, 1, "x");
  assert_true(store_in_transaction(s));
  store_rollback(s);
  assert_int_equal(rows(s), 0);
  assert_ok(store_begin(s, true, &e), &e);
  put(s, 1, 1, "x");
  assert_ok(store_commit(s, &e), &e);
  store_close(s);
  s = open_as(p, STORE_READ);
  assert_int_equal(rows(s), 1);
  store_close(s);
  place_free(p);
}

static void a_second_writer_is_told_and_a_reader_sees_one_state(void **state) {
  (void)state;
  struct place *p = place_new();
  struct store *a = open_as(p, STORE_CREATE), *b = open_as(p, STORE_WRITE), *c = open_as(p, STORE_READ);
  struct err e;
  assert_ok(store_create_table(a, &people, &e), &e);
  assert_ok(store_begin(c, false, &e), &e);
  assert_int_equal(rows(c), 0);
  assert_ok(store_begin(a, true, &e), &e);
  assert_refused(store_begin(b, true, &e), ERR_BUSY, "somebody else is writing", &e);
  put(a, 1, 1, "x");
  assert_ok(store_commit(a, &e), &e);
  assert_int_equal(rows(c), 0); /* still the state it began with */
  store_rollback(c);
  assert_int_equal(rows(c), 1);
  assert_ok(store_begin(b, true, &e), &e);
  store_rollback(b);
  assert_refused(store_begin(c, true, &e), ERR_IO, "may not be written", &e);
  store_close(a), store_close(b), store_close(c);
  place_free(p);
}

static void files_that_are_no_registry_are_refused(void **state) {
  (void)state;
  FILE_ONLY();
  struct place *p = place_new();
  struct err e;
  struct store *s;
  struct store_options o = {.mode = STORE_WRITE};
  assert_refused(store_open(p->path, &o, &s, &e), ERR_NOT_FOUND, "there is no such registry", &e);
  assert_ok(file_replace(p->path, "hid,v\n1,2\n", 10, 0644, &e), &e);
  assert_refused(store_open(p->path, &o, &s, &e), ERR_CORRUPT, "this is not a registry", &e);
  assert_refused(store_open(p->path, &(struct store_options){.mode = STORE_CREATE}, &s, &e), ERR_CONFLICT, "is already there", &e);
  assert_int_equal(unlink(p->path), 0);
  sqlite3 *db;
  assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
  sqlite3_exec(db, "CREATE TABLE t(a)", NULL, NULL, NULL);
  sqlite3_close(db);
  assert_refused(store_open(p->path, &o, &s, &e), ERR_CORRUPT, "an SQLite file of another program", &e);
  place_free(p);
}

static void another_version_is_refused_with_both_numbers(void **state) {
  (void)state;
  FILE_ONLY();
  struct place *p = place_new();
  struct err e;
  struct store *s = open_as(p, STORE_CREATE);
  store_close(s);
  sqlite3 *db;
  assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
  sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL);
  sqlite3_close(db);
  assert_refused(store_open(p->path, &(struct store_options){.mode = STORE_WRITE}, &s, &e), ERR_VERSION, "its tables are version 99", &e);
  char knows[40];
  snprintf(knows, sizeof knows, "knows up to %d", store_schema_version());
  assert_non_null(strstr(e.message, knows));
  assert_non_null(strstr(e.hint, "newer Lucid"));
  place_free(p);
}

static void a_backup_is_whole_while_others_write(void **state) {
  (void)state;
  FILE_ONLY();
  struct place *p = place_new();
  struct store *a = open_as(p, STORE_CREATE), *b = open_as(p, STORE_READ), *copy;
  struct err e;
  char to[120];
  assert_ok(store_create_table(a, &people, &e), &e);
  put(a, 1, 1, "x");
  assert_ok(store_begin(a, true, &e), &e);
  put(a, 1, 2, "not committed");
  snprintf(to, sizeof to, "%s/copy.lucid", p->dir);
  assert_ok(store_backup(b, to, &e), &e);
  assert_ok(store_commit(a, &e), &e);
  store_close(a), store_close(b);
  assert_ok(store_open(to, &(struct store_options){.mode = STORE_WRITE}, &copy, &e), &e);
  assert_int_equal(rows(copy), 1);
  assert_ok(store_integrity(copy, &e), &e);
  store_close(copy);
  place_free(p);
}

static void every_named_statement_compiles(void **state) {
  (void)state;
  FILE_ONLY();
  struct place *p = place_new();
  struct store *s = open_as(p, STORE_CREATE);
  struct err e;
  static const struct store_column keyed[] = {{"home", STORE_INT, true}, {"id", STORE_INT, true}, {"from_event", STORE_INT, true}, {"key", STORE_TEXT, true}};
  assert_ok(store_create_table(s, &(struct table_spec){"household", keyed, 4, 2}, &e), &e);
  assert_ok(store_create_table(s, &(struct table_spec){"household_history", keyed, 4, 3}, &e), &e);
  static const enum store_sql make[] = {SQL_STAGE_KEYS, SQL_STAGE_NEWER, SQL_STAGE_CHILDREN, SQL_STAGE_VILLAGES, SQL_STAGE_ORDER};
  struct store_stmt *st;
  for (size_t i = 0; i < sizeof make / sizeof *make; i++) {
    assert_ok(store_sql(s, make[i], &st, &e), &e);
    assert_ok(store_run(st, &e), &e);
  }
  for (int i = 0; i < SQL_COUNT; i++) {
    bool made = false;
    for (size_t k = 0; k < sizeof make / sizeof *make; k++) made |= (int)make[k] == i;
    if (!made) assert_ok(store_sql(s, (enum store_sql)i, &st, &e), &e);
  }
  store_close(s);
  place_free(p);
}

UNIT_MAIN(UNIT(identifiers_are_checked_before_they_reach_sql), UNIT(too_many_columns_are_refused_with_a_hint), UNIT(values_come_back_as_they_went_in), UNIT(numbers_that_are_not_finite_never_get_in),
          UNIT(a_bulk_append_takes_any_number_and_any_length_of_rows), UNIT(rows_given_to_the_thread_behind_are_all_there_and_in_order), UNIT(an_error_behind_is_said_and_leaves_nothing),
          UNIT(a_rolled_back_change_leaves_nothing), UNIT(a_second_writer_is_told_and_a_reader_sees_one_state),
          UNIT(files_that_are_no_registry_are_refused), UNIT(another_version_is_refused_with_both_numbers), UNIT(a_backup_is_whole_while_others_write), UNIT(every_named_statement_compiles))
