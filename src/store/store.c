/* store.c - the front of the room: which engine, what is checked before it is asked, and the passing on. */
#include "store/store.h"

#include <string.h>

#include "store/behind.h"

const char *const store_sql_text[] = {
#define X(name, sql) [SQL_##name] = (sql),
    STORE_STATEMENTS(X)
#undef X
};
const char *const store_sql_name[] = {
#define X(name, sql) #name,
    STORE_STATEMENTS(X)
#undef X
};

bool store_is_url(const char *path) { return strncmp(path, "postgresql://", 13) == 0 || strncmp(path, "postgres://", 11) == 0; }

bool store_is_shards(const char *path) {
  size_t n = strlen(path);
  return !store_is_url(path) && n > 7 && strcmp(path + n - 7, ".shards") == 0;
}
bool store_on_server(const char *path) { return store_is_url(path) || store_is_shards(path); }
const char *store_partial(const struct store *s) { return s->partial; }
const char *store_stale(const struct store *s) { return s->stale; }

static const struct store_driver *driver_of(const char *path) { return store_is_url(path) ? &store_postgres : store_is_shards(path) ? &store_shards : &store_sqlite; }

enum status store_open(const char *path, const struct store_options *o, struct store **out, struct err *e) {
  *out = NULL;
  return driver_of(path)->open(path, o, out, e);
}

void store_close(struct store *s) {
  if (!s) return;
  behind_stop(s);
  s->driver->close(s);
}

/* What was given to bulks is written before anything else is asked. */
static enum status settle(struct store *s, struct err *e) { return s->behind ? behind_wait(s, e) : OK; }
static void settled(struct store *s) { (void)!settle(s, NULL); }

enum status store_remove(const char *path, struct err *e) { return driver_of(path)->remove(path, e); }
const char *store_path(const struct store *s) { return s->path; }
int store_version(const struct store *s) { return s->version; }

enum status store_migrate(struct store *s, struct err *e) {
  if (s->mode != STORE_MIGRATE) return err_set(e, ERR_INTERNAL, NULL, "%s was not opened to be migrated", s->path);
  if (!s->driver->migrate) return err_set(e, ERR_CONFLICT, "migrate each of its databases", "%s: it has no tables of its own to migrate", s->path);
  while (s->version < store_schema_version()) TRY(s->driver->migrate(s, s->version + 1, e));
  return OK;
}

enum status store_begin(struct store *s, bool write, struct err *e) { return s->driver->begin(s, write, e); }
enum status store_commit(struct store *s, struct err *e) {
  enum status st = settle(s, e);
  if (st == OK) return s->driver->commit(s, e);
  store_rollback(s);
  return st;
}
void store_rollback(struct store *s) {
  behind_drop(s);
  s->driver->rollback(s);
}
bool store_in_transaction(const struct store *s) { return s->driver->in_transaction(s); }

enum status store_sql(struct store *s, enum store_sql name, struct store_stmt **out, struct err *e) {
  TRY(settle(s, e));
  return s->driver->sql(s, name, out, e);
}
enum status store_sql_new(struct store *s, enum store_sql name, struct store_stmt **out, struct err *e) {
  *out = NULL;
  TRY(settle(s, e));
  return s->driver->sql_new(s, name, out, e);
}

void store_bind_int(struct store_stmt *st, int at, int64_t v) { st->driver->bind_int(st, at, v); }
void store_bind_real(struct store_stmt *st, int at, double v) { st->driver->bind_real(st, at, v); }
void store_bind_text(struct store_stmt *st, int at, const char *s, size_t n) { st->driver->bind_text(st, at, s, n); }
void store_bind_blob(struct store_stmt *st, int at, const void *p, size_t n) { st->driver->bind_blob(st, at, p, n); }
void store_bind_null(struct store_stmt *st, int at) { st->driver->bind_null(st, at); }
void store_bind_str(struct store_stmt *st, int at, const char *s) {
  if (s) store_bind_text(st, at, s, strlen(s));
  else store_bind_null(st, at);
}

void store_bind_value(struct store_stmt *st, int at, const struct store_value *v) {
  switch (v->kind) {
  case STORE_VALUE_INT: store_bind_int(st, at, v->i); return;
  case STORE_VALUE_REAL: store_bind_real(st, at, v->d); return;
  case STORE_VALUE_TEXT: store_bind_text(st, at, v->s.at, v->s.len); return;
  case STORE_VALUE_BLOB: store_bind_blob(st, at, v->s.at, v->s.len); return;
  case STORE_NULL:
  default: store_bind_null(st, at);
  }
}

enum status store_step(struct store_stmt *st, bool *row, struct err *e) {
  TRY(settle(st->store, e));
  return st->driver->step(st, row, e);
}

enum status store_run(struct store_stmt *st, struct err *e) {
  bool row = true;
  while (row) TRY(store_step(st, &row, e));
  return OK;
}

void store_reset(struct store_stmt *st) {
  settled(st->store);
  st->driver->reset(st);
}
void store_free(struct store_stmt *st) {
  if (!st) return;
  settled(st->store);
  st->driver->free(st);
}

int64_t store_int(struct store_stmt *st, int col) { return st->driver->col_int(st, col); }
double store_real(struct store_stmt *st, int col) { return st->driver->col_real(st, col); }
struct span store_text(struct store_stmt *st, int col) { return st->driver->col_text(st, col); }
struct span store_blob(struct store_stmt *st, int col) { return st->driver->col_blob(st, col); }
bool store_null(struct store_stmt *st, int col) { return st->driver->col_null(st, col); }
void store_values(struct store_stmt *st, struct store_value *out, uint32_t count) { st->driver->values(st, out, count); }
int64_t store_changes(struct store *s) {
  settled(s);
  return s->driver->changes(s);
}

enum status store_create_table(struct store *s, const struct table_spec *t, struct err *e) {
  TRY(store_spec_check(t, e));
  TRY(settle(s, e));
  return s->driver->create_table(s, t, e);
}

enum status store_create_index(struct store *s, const struct table_spec *t, const char *name, const char *const *columns, uint32_t count, bool unique, struct err *e) {
  TRY(store_spec_check(t, e));
  if (!store_identifier_ok(name)) return err_set(e, ERR_INTERNAL, NULL, "\"%.60s\" cannot be an index's name", name);
  for (uint32_t i = 0; i < count; i++)
    if (!store_identifier_ok(columns[i])) return err_set(e, ERR_INTERNAL, NULL, "\"%.60s\" cannot be a column's name", columns[i]);
  TRY(settle(s, e));
  return s->driver->create_index(s, t, name, columns, count, unique, e);
}

enum status store_drop_index(struct store *s, const char *name, bool *done, struct err *e) {
  if (!store_identifier_ok(name)) return err_set(e, ERR_INTERNAL, NULL, "\"%.60s\" cannot be an index's name", name);
  TRY(settle(s, e));
  return s->driver->drop_index ? *done = true, s->driver->drop_index(s, name, e) : OK;
}

enum status store_prepare(struct store *s, const struct table_spec *t, enum store_op op, uint32_t n, struct store_stmt **out, struct err *e) {
  *out = NULL;
  TRY(store_spec_check(t, e));
  if (n >= t->count || ((op == STORE_PREFIX || op == STORE_MAX) && n > t->key_count)) return err_set(e, ERR_INTERNAL, NULL, "column %u of table %s is out of range", n, t->name);
  TRY(settle(s, e));
  return s->driver->prepare(s, t, op, n, out, e);
}

enum status store_bulk_open(struct store *s, const struct table_spec *t, struct store_bulk **out, struct err *e) {
  *out = NULL;
  TRY(store_spec_check(t, e));
  TRY(settle(s, e));
  return s->driver->bulk_open(s, t, out, e);
}

enum status store_bulk_row(struct store_bulk *b, const struct store_value *values, struct err *e) { return b->driver->bulk_row(b, values, e); }
enum status store_bulk_flush(struct store_bulk *b, struct err *e) {
  TRY(settle(b->store, e));
  return b->driver->bulk_flush(b, e);
}
void store_bulk_close(struct store_bulk *b) {
  if (!b) return;
  settled(b->store);
  b->driver->bulk_close(b);
}

void store_behind(struct store *s, bool on) {
  settled(s);
  s->behind_on = on && s->driver->bulk_write;
}

enum status store_integrity(struct store *s, struct err *e) { return s->driver->integrity(s, e); }
enum status store_size(struct store *s, uint64_t *bytes, struct err *e) {
  *bytes = 0;
  return s->driver->size ? s->driver->size(s, bytes, e) : OK;
}
enum status store_backup(struct store *s, const char *to, struct err *e) { return s->driver->backup(s, to, e); }
enum status store_flush(struct store *s, struct err *e) { return s->driver->flush(s, e); }
