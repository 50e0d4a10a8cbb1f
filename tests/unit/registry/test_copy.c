/* A registry moves whole, or not at all. */
#include <sqlite3.h>

#include "fixture.h"
#include "registry/copy.h"

static void filled(struct fixture *f) {
  struct import_counts c;
  struct round_info round;
  int64_t event;
  assert_ok(registry_import(f->r, NULL, NULL, NULL, false, &c, &f->e), &f->e);
  assert_ok(registry_edit(f->r, NULL, "H1", NULL, &(struct registry_set){"size", "7"}, 1, &event, &f->e), &f->e);
  assert_ok(registry_round_close(f->r, NULL, NULL, &round, &f->e), &f->e);
}

static void every_table_of_the_schema_is_copied_with_every_column(void **state) {
  (void)state;
  FIXTURE_FILE_ONLY();
  struct fixture *f = fixture_new();
  uint32_t count, tables = 0;
  const struct table_spec *t = copy_fixed_tables(&count);
  sqlite3 *db;
  sqlite3_stmt *st;
  assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_prepare_v2(db, "SELECT s.name, c.cid, c.name, c.\"notnull\" FROM sqlite_schema AS s, pragma_table_info(s.name) AS c WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite%' ORDER BY 1, 2", -1, &st, NULL), SQLITE_OK);
  while (sqlite3_step(st) == SQLITE_ROW) {
    const char *table = (const char *)sqlite3_column_text(st, 0), *column = (const char *)sqlite3_column_text(st, 2);
    uint32_t at = (uint32_t)sqlite3_column_int(st, 1), i = 0;
    static const char *const generated[] = {"household", "member", "village", "line_"};
    bool skip_it = false;
    for (size_t k = 0; k < 4; k++) skip_it |= strncmp(table, generated[k], strlen(generated[k])) == 0;
    if (skip_it) continue;
    while (i < count && strcmp(t[i].name, table) != 0) i++;
    if (i == count) fail_msg("table %s is not copied", table);
    if (at >= t[i].count || strcmp(t[i].columns[at].name, column) != 0) fail_msg("column %s of table %s is not copied", column, table);
    if (at == 0) tables++;
    if (at + 1 == t[i].count) assert_true(tables <= count);
  }
  assert_int_equal(tables, count);
  sqlite3_finalize(st);
  sqlite3_close(db);
  fixture_free(f);
}

static void a_copy_says_and_reveals_the_same(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct registry_copied n, m;
  struct registry *r, *back;
  struct registry_options o = fixture_options(f);
  struct registry_history *a, *b;
  struct round_info x, y;
  struct snapshot *s;
  uint32_t na, nb;
  char to[200], again[200];
  filled(f);
  o.snapshots = NULL, o.key_path = NULL;
  snprintf(to, sizeof to, "%s/copy.lucid", f->dir), snprintf(again, sizeof again, "%s/again.lucid", f->dir);
  assert_ok(registry_copy(f->r, to, &o, NULL, &n, &f->e), &f->e);
  assert_int_equal(n.events, 5);
  assert_refused(registry_copy(f->r, to, &o, NULL, &m, &f->e), ERR_CONFLICT, "is already there", &f->e);
  o.key_path = f->key;
  assert_ok(registry_open(&f->arena, to, NULL, &o, &r, &f->e), &f->e);
  assert_ok(registry_history(f->r, &f->arena, "H1", 0, true, &a, &na, &f->e), &f->e);
  assert_ok(registry_history(r, &f->arena, "H1", 0, true, &b, &nb, &f->e), &f->e);
  assert_int_equal(na, nb);
  for (uint32_t i = 0; i < na; i++) {
    assert_int_equal(a[i].change_count, b[i].change_count);
    for (uint32_t k = 0; k < a[i].change_count; k++)
      if (a[i].changes[k].after) assert_string_equal(a[i].changes[k].after, b[i].changes[k].after);
  }
  assert_ok(registry_round_get(f->r, NULL, &x, &f->e), &f->e);
  assert_ok(registry_round_get(r, NULL, &y, &f->e), &f->e);
  assert_string_equal(x.snapshot, y.snapshot);
  assert_ok(registry_snapshot(r, NULL, &s, &f->e), &f->e); /* made again from the copied versions */
  snapshot_close(s);
  o.key_path = NULL;
  assert_ok(registry_copy(r, again, &o, NULL, &m, &f->e), &f->e);
  assert_string_equal(n.hash, m.hash);
  assert_int_equal(n.rows, m.rows);
  registry_close(r);
  o.key_path = f->key;
  assert_ok(registry_open(&f->arena, again, NULL, &o, &back, &f->e), &f->e);
  int64_t event;
  assert_ok(registry_round_open(back, "2027", 2027, &y, &f->e), &f->e);
  assert_ok(registry_edit(back, NULL, "H1", NULL, &(struct registry_set){"phone", "1"}, 1, &event, &f->e), &f->e); /* it works on */
  registry_close(back);
  fixture_free(f);
}

static void a_copy_that_fails_leaves_nothing(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct registry_copied n;
  char to[200];
  filled(f);
  snprintf(to, sizeof to, "%s/no/such/folder/copy.lucid", f->dir);
  assert_refused(registry_copy(f->r, to, NULL, NULL, &n, &f->e), ERR_IO, "cannot open it", &f->e);
  assert_false(file_exists(to));
  fixture_free(f);
}

UNIT_MAIN(UNIT(every_table_of_the_schema_is_copied_with_every_column), UNIT(a_copy_says_and_reveals_the_same), UNIT(a_copy_that_fails_leaves_nothing))
