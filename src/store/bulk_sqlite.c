#include "store/bulk_sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct feed_table {
  sqlite3_vtab base;
  struct feed *feed;
};

struct feed_cursor {
  sqlite3_vtab_cursor base;
  const struct store_value *at, *end;
  uint32_t columns;
  sqlite3_int64 row;
};

static int feed_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **why) {
  (void)argc, (void)argv, (void)why;
  struct feed *f = aux;
  struct text q;
  text_init(&q, 1 << 16);
  text_add(&q, "CREATE TABLE x(");
  for (uint32_t i = 0; i < f->columns; i++) text_addf(&q, "%sc%u", i ? "," : "", i);
  text_add(&q, ")");
  int rc = q.full ? SQLITE_NOMEM : sqlite3_declare_vtab(db, text_str(&q));
  text_free(&q);
  if (rc != SQLITE_OK) return rc;
  struct feed_table *t = calloc(1, sizeof *t);
  if (!t) return SQLITE_NOMEM;
  t->feed = f;
  *out = &t->base;
  return SQLITE_OK;
}

static int feed_disconnect(sqlite3_vtab *t) {
  free(t);
  return SQLITE_OK;
}

static int feed_best(sqlite3_vtab *t, sqlite3_index_info *info) {
  (void)t;
  info->estimatedCost = 1000, info->estimatedRows = 1000;
  return SQLITE_OK;
}

static int feed_open(sqlite3_vtab *t, sqlite3_vtab_cursor **out) {
  (void)t;
  struct feed_cursor *c = calloc(1, sizeof *c);
  if (!c) return SQLITE_NOMEM;
  *out = &c->base;
  return SQLITE_OK;
}

static int feed_close(sqlite3_vtab_cursor *c) {
  free(c);
  return SQLITE_OK;
}

static int feed_filter(sqlite3_vtab_cursor *base, int index, const char *name, int argc, sqlite3_value **argv) {
  (void)index, (void)name, (void)argc, (void)argv;
  struct feed_cursor *c = (struct feed_cursor *)base;
  const struct feed *f = ((struct feed_table *)base->pVtab)->feed;
  c->at = f->values, c->end = f->values + f->rows * f->columns, c->columns = f->columns, c->row = 0;
  return SQLITE_OK;
}

static int feed_next(sqlite3_vtab_cursor *base) {
  struct feed_cursor *c = (struct feed_cursor *)base;
  c->at += c->columns, c->row++;
  return SQLITE_OK;
}

static int feed_eof(sqlite3_vtab_cursor *base) {
  struct feed_cursor *c = (struct feed_cursor *)base;
  return c->at >= c->end;
}

static int feed_column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i) {
  const struct store_value *v = ((struct feed_cursor *)base)->at + i;
  switch (v->kind) {
  case STORE_VALUE_INT: sqlite3_result_int64(ctx, v->i); break;
  case STORE_VALUE_REAL: sqlite3_result_double(ctx, v->d); break;
  case STORE_VALUE_TEXT: sqlite3_result_text64(ctx, v->s.at, v->s.len, SQLITE_STATIC, SQLITE_UTF8); break;
  case STORE_VALUE_BLOB: sqlite3_result_blob64(ctx, v->s.at, v->s.len, SQLITE_STATIC); break;
  case STORE_NULL:
  default: break; /* null is what a context holds to begin with */
  }
  return SQLITE_OK;
}

static int feed_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
  *out = ((struct feed_cursor *)base)->row;
  return SQLITE_OK;
}

static const sqlite3_module feed_module = {
    .iVersion = 1, .xConnect = feed_connect, .xBestIndex = feed_best, .xDisconnect = feed_disconnect, .xDestroy = feed_disconnect, .xOpen = feed_open,
    .xClose = feed_close, .xFilter = feed_filter, .xNext = feed_next, .xEof = feed_eof, .xColumn = feed_column, .xRowid = feed_rowid,
};

int feed_register(sqlite3 *db, const char *name, struct feed *f) { return sqlite3_create_module(db, name, &feed_module, f); }
