#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/behind.h"
#include "store/postgres.h"

#define BULK_BYTES ((size_t)1 << 20)

struct pg_bulk {
  struct store_bulk base;
  char *copy, *name;
  enum store_type *types;
  uint32_t columns;
  void *fill; /* struct pg_buffer */
};

struct pg_buffer {
  uint8_t *bytes; /* rows as COPY wants them */
  size_t used, room;
  int64_t rows;
};

void pg_put32(uint8_t *p, uint32_t v) { p[0] = (uint8_t)(v >> 24), p[1] = (uint8_t)(v >> 16), p[2] = (uint8_t)(v >> 8), p[3] = (uint8_t)v; }
void pg_put64(uint8_t *p, uint64_t v) { pg_put32(p, (uint32_t)(v >> 32)), pg_put32(p + 4, (uint32_t)v); }

static const uint8_t copy_head[19] = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', 0xFF, '\r', '\n', 0};
static const uint8_t copy_end[2] = {0xFF, 0xFF};

static void buffer_free(struct pg_buffer *f) {
  if (f) free(f->bytes), free(f);
}

enum status pg_bulk_buffer(struct store_bulk *base, void **out, struct err *e) {
  (void)base;
  struct pg_buffer *f = calloc(1, sizeof *f);
  if (f) f->bytes = malloc(BULK_BYTES), f->room = BULK_BYTES;
  if (!f || !f->bytes) {
    buffer_free(f);
    return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  *out = f;
  return OK;
}

enum status pg_bulk_open(struct store *s, const struct table_spec *t, struct store_bulk **out, struct err *e) {
  struct pg_bulk *b = calloc(1, sizeof *b);
  struct text q;
  if (!b) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  b->base.driver = &store_postgres, b->base.store = s, b->columns = t->count;
  text_init(&q, 1 << 17);
  text_addf(&q, "COPY \"%s\" (", t->name);
  for (uint32_t i = 0; i < t->count; i++) text_addf(&q, "%s\"%s\"", i ? ", " : "", t->columns[i].name);
  text_add(&q, ") FROM STDIN (FORMAT binary)");
  enum status st = text_check(&q, t->name, e);
  if (st == OK) {
    b->copy = strdup(text_str(&q)), b->name = strdup(t->name), b->types = calloc((size_t)t->count + 1, sizeof *b->types);
    if (!b->copy || !b->name || !b->types) st = err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  text_free(&q);
  if (st == OK) st = pg_bulk_buffer(&b->base, &b->fill, e);
  if (st != OK) {
    pg_bulk_close(&b->base);
    return st;
  }
  for (uint32_t i = 0; i < t->count; i++) b->types[i] = t->columns[i].type;
  *out = &b->base;
  return OK;
}

static enum status send_rows(struct pg_bulk *b, const struct pg_buffer *f, struct err *e) {
  struct pg_store *p = PG_STORE(b->base.store);
  PGresult *r = PQexec(p->conn, b->copy);
  if (PQresultStatus(r) != PGRES_COPY_IN) {
    enum status st = pg_fail(p, r, b->name, e);
    PQclear(r);
    return st;
  }
  PQclear(r);
  bool sent = PQputCopyData(p->conn, (const char *)copy_head, sizeof copy_head) == 1 && PQputCopyData(p->conn, (const char *)f->bytes, (int)f->used) == 1 &&
              PQputCopyData(p->conn, (const char *)copy_end, sizeof copy_end) == 1 && PQputCopyEnd(p->conn, NULL) == 1;
  enum status st = sent ? OK : pg_fail(p, NULL, b->name, e);
  while ((r = PQgetResult(p->conn))) {
    if (PQresultStatus(r) != PGRES_COMMAND_OK && st == OK) st = pg_fail(p, r, b->name, e);
    PQclear(r);
    if (pg_lost(p)) break;
  }
  return st;
}

void pg_bulk_empty(void *buffer) { ((struct pg_buffer *)buffer)->rows = 0, ((struct pg_buffer *)buffer)->used = 0; }

enum status pg_bulk_write(struct store_bulk *base, void *buffer, struct err *e) {
  enum status st = send_rows((struct pg_bulk *)(void *)base, buffer, e);
  pg_bulk_empty(buffer);
  return st;
}

enum status pg_bulk_flush(struct store_bulk *base, struct err *e) {
  struct pg_buffer *f = ((struct pg_bulk *)(void *)base)->fill;
  return f->rows ? pg_bulk_write(base, f, e) : OK;
}

static enum status put(uint8_t **to, enum store_type type, const struct store_value *v, struct err *e) {
  uint8_t *p = *to;
  if (v->kind == STORE_NULL) {
    pg_put32(p, UINT32_MAX);
    *to = p + 4;
    return OK;
  }
  bool sized = v->kind == STORE_VALUE_TEXT || v->kind == STORE_VALUE_BLOB;
  if (sized != (type == STORE_TEXT || type == STORE_BLOB) || (type == STORE_INT && v->kind != STORE_VALUE_INT))
    return err_set(e, ERR_INTERNAL, NULL, "a value of another type than its column was about to be stored");
  if (sized) {
    if (type == STORE_TEXT && v->s.len && memchr(v->s.at, 0, v->s.len)) return err_set(e, ERR_INPUT, "correct the text", "a text holds a NUL");
    pg_put32(p, (uint32_t)v->s.len);
    if (v->s.len) memcpy(p + 4, v->s.at, v->s.len);
    *to = p + 4 + v->s.len;
    return OK;
  }
  uint64_t u = (uint64_t)v->i;
  if (type == STORE_REAL) {
    double d = v->kind == STORE_VALUE_REAL ? v->d : (double)v->i;
    if (!isfinite(d)) return err_set(e, ERR_INTERNAL, NULL, "a number that is not finite was about to be stored");
    d = d == 0 ? 0.0 : d;
    memcpy(&u, &d, 8);
  }
  pg_put32(p, 8), pg_put64(p + 4, u);
  *to = p + 12;
  return OK;
}

enum status pg_bulk_row(struct store_bulk *base, const struct store_value *values, struct err *e) {
  struct pg_bulk *b = (struct pg_bulk *)(void *)base;
  struct pg_buffer *f = b->fill;
  size_t need = 2 + 12 * (size_t)b->columns;
  for (uint32_t i = 0; i < b->columns; i++)
    if (values[i].kind == STORE_VALUE_TEXT || values[i].kind == STORE_VALUE_BLOB) need += values[i].s.len;
  if (need > (size_t)1 << 30) return err_set(e, ERR_LIMIT, NULL, "a row of %zu bytes is too long for the database", need);
  if (f->rows && f->room - f->used < need) {
    TRY(behind_hand(base, &b->fill, e));
    f = b->fill;
  }
  if (f->room < need) {
    uint8_t *p = realloc(f->bytes, need);
    if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    f->bytes = p, f->room = need;
  }
  uint8_t *to = f->bytes + f->used;
  to[0] = (uint8_t)(b->columns >> 8), to[1] = (uint8_t)b->columns, to += 2;
  for (uint32_t i = 0; i < b->columns; i++) TRY(put(&to, b->types[i], &values[i], e));
  f->used = (size_t)(to - f->bytes);
  f->rows++;
  return OK;
}

void pg_bulk_close(struct store_bulk *base) {
  struct pg_bulk *b = (struct pg_bulk *)(void *)base;
  buffer_free(b->fill), buffer_free(base->spare);
  free(b->copy), free(b->name), free(b->types), free(b);
}
