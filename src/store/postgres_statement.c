#include "store/postgres.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/spec.h"

/* Fixed statements whose rows may be many. */
static const bool wide_sql[SQL_COUNT] = {[SQL_EVENT_ALL] = true, [SQL_EVENT_HOMES] = true, [SQL_EVENT_ROWS] = true, [SQL_SEAL_ALL] = true, [SQL_RUN_ALL] = true};

/* ---- making ---- */

/* ?1 becomes $1; nothing in our texts holds a question mark otherwise. */
static enum status make(struct store *s, const char *sql, const char *what, bool wide, struct pg_stmt **out, struct err *e) {
  size_t n = strlen(sql), name = strlen(what);
  struct pg_stmt *st = calloc(1, sizeof *st + name + 1);
  if (st) st->sql = strdup(sql);
  if (!st || !st->sql) {
    free(st);
    return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  char *words = (char *)(st + 1);
  memcpy(words, what, name + 1);
  st->base = (struct store_stmt){&store_postgres, s};
  st->what = words, st->wide = wide, st->number = ++PG_STORE(s)->numbers, st->reads = strncmp(sql, "SELECT", 6) == 0;
  for (size_t i = 0; i + 1 < n; i++) {
    if (st->sql[i] != '?' || !isdigit((unsigned char)st->sql[i + 1])) continue;
    st->sql[i] = '$';
    int at = (int)strtol(st->sql + i + 1, NULL, 10);
    if (at > st->params) st->params = at;
  }
  if (st->params && !(st->bound = calloc((size_t)st->params, sizeof *st->bound))) {
    pg_free(&st->base);
    return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  *out = st;
  return OK;
}

enum status pg_sql(struct store *s, enum store_sql name, struct store_stmt **out, struct err *e) {
  struct pg_store *p = PG_STORE(s);
  if (!p->named[name]) TRY(make(s, store_sql_text[name], store_sql_name[name], wide_sql[name], &p->named[name], e));
  else pg_reset(&p->named[name]->base);
  p->named[name]->bad_number = false;
  *out = &p->named[name]->base;
  return OK;
}

enum status pg_sql_new(struct store *s, enum store_sql name, struct store_stmt **out, struct err *e) {
  struct pg_stmt *st;
  TRY(make(s, store_sql_text[name], store_sql_name[name], wide_sql[name], &st, e));
  *out = &st->base;
  return OK;
}

enum status pg_prepare(struct store *s, const struct table_spec *t, enum store_op op, uint32_t n, struct store_stmt **out, struct err *e) {
  struct text q;
  struct pg_stmt *st = NULL;
  text_init(&q, 1 << 20);
  spec_operation(&q, t, op, n);
  enum status r = text_check(&q, t->name, e);
  if (r == OK) r = make(s, text_str(&q), t->name, (op == STORE_PREFIX && n < 2) || op == STORE_BY || op == STORE_HOME_BY || op == STORE_RANKED, &st, e);
  text_free(&q);
  if (r == OK) *out = &st->base;
  return r;
}

void pg_free(struct store_stmt *base) {
  struct pg_stmt *st = PG_STMT(base);
  struct pg_store *p = PG_STORE(base->store);
  pg_reset(base);
  if (st->session && st->session == p->session && !pg_lost(p) && PQtransactionStatus(p->conn) != PQTRANS_INERROR) {
    char q[40];
    snprintf(q, sizeof q, "DEALLOCATE s%u", st->number);
    PQclear(PQexec(p->conn, q));
  }
  free(st->sql), free(st->types), free(st->bound), free(st);
}

/* ---- binding ---- */

static struct store_value *slot(struct store_stmt *st, int at) {
  static struct store_value none;
  return at >= 1 && at <= PG_STMT(st)->params ? &PG_STMT(st)->bound[at - 1] : &none;
}

void pg_bind_int(struct store_stmt *st, int at, int64_t v) { *slot(st, at) = (struct store_value){.kind = STORE_VALUE_INT, .i = v}; }
void pg_bind_real(struct store_stmt *st, int at, double v) {
  if (!isfinite(v)) PG_STMT(st)->bad_number = true;
  *slot(st, at) = (struct store_value){.kind = STORE_VALUE_REAL, .d = v == 0 ? 0.0 : v};
}
void pg_bind_text(struct store_stmt *st, int at, const char *s, size_t n) { *slot(st, at) = (struct store_value){.kind = STORE_VALUE_TEXT, .s = {s ? s : "", n}}; }
void pg_bind_blob(struct store_stmt *st, int at, const void *p, size_t n) { *slot(st, at) = (struct store_value){.kind = STORE_VALUE_BLOB, .s = {p ? p : "", n}}; }
void pg_bind_null(struct store_stmt *st, int at) { *slot(st, at) = (struct store_value){.kind = STORE_NULL}; }

/* ---- running ---- */

static enum status prepare_here(struct pg_store *p, struct pg_stmt *st, struct err *e) {
  char name[24];
  if (st->session == p->session) return OK;
  snprintf(name, sizeof name, "s%u", st->number);
  PGresult *r = PQprepare(p->conn, name, st->sql, 0, NULL);
  enum status s = PQresultStatus(r) == PGRES_COMMAND_OK ? OK : pg_fail(p, r, st->what, e);
  PQclear(r);
  if (s == OK && !st->types && st->params) {
    r = PQdescribePrepared(p->conn, name);
    if (PQresultStatus(r) != PGRES_COMMAND_OK) s = pg_fail(p, r, st->what, e);
    else if (PQnparams(r) != st->params) s = err_set(e, ERR_INTERNAL, NULL, "%s: %d parameters, not %d", st->what, PQnparams(r), st->params);
    else if (!(st->types = calloc((size_t)st->params, sizeof *st->types))) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
    for (int i = 0; s == OK && st->types && i < st->params; i++) st->types[i] = PQparamtype(r, i);
    PQclear(r);
  }
  if (s == OK) st->session = p->session;
  return s;
}

struct wire { /* bound values as the server wants them */
  const char *values[32];
  int lengths[32], formats[32];
  uint8_t room[32][8];
};
enum { INLINE_PARAMS = 32 };

static enum status encode(const struct pg_stmt *st, int i, uint8_t room[8], const char **value, int *length, struct err *e) {
  const struct store_value *v = &st->bound[i];
  double d;
  uint64_t u = (uint64_t)v->i;
  *value = (const char *)room, *length = 8;
  switch (st->types[i]) {
  case PG_FLOAT8:
    d = v->kind == STORE_VALUE_REAL ? v->d : (double)v->i;
    memcpy(&u, &d, 8);
    pg_put64(room, u);
    break;
  case PG_INT8: pg_put64(room, u); break;
  case PG_INT4: pg_put32(room, (uint32_t)v->i), *length = 4; break;
  case PG_BYTEA:
  default:
    if (v->kind != STORE_VALUE_TEXT && v->kind != STORE_VALUE_BLOB) return err_set(e, ERR_INTERNAL, NULL, "%s: parameter %d is of another type than its column", st->what, i + 1);
    if (st->types[i] != PG_BYTEA && v->s.len && memchr(v->s.at, 0, v->s.len)) return err_set(e, ERR_INPUT, "correct the text", "a text holds a NUL");
    *value = v->s.at, *length = (int)v->s.len;
  }
  return OK;
}

static enum status send(struct pg_store *p, struct pg_stmt *st, struct err *e) {
  struct wire few, *w = &few;
  char name[24];
  int n = st->params;
  TRY(prepare_here(p, st, e));
  const char **values = w->values;
  int *lengths = w->lengths, *formats = w->formats;
  uint8_t(*room)[8] = w->room;
  void *many = NULL;
  if (n > INLINE_PARAMS) { /* rows are appended in bulk; a single one may still be wide */
    size_t one = sizeof *values + 2 * sizeof *lengths + sizeof *room;
    if (!(many = calloc((size_t)n, one))) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    values = many, room = (uint8_t(*)[8])(void *)(values + n), lengths = (int *)(void *)(room + n), formats = lengths + n;
  }
  enum status s = OK;
  for (int i = 0; i < n && s == OK; i++) {
    formats[i] = 1, values[i] = NULL, lengths[i] = 0;
    if (st->bound[i].kind != STORE_NULL) s = encode(st, i, room[i], &values[i], &lengths[i], e);
  }
  PGresult *r = NULL;
  if (s == OK && st->wide && p->tx) {
    struct text q;
    text_init(&q, 1 << 20);
    text_addf(&q, "DECLARE c%u NO SCROLL CURSOR FOR %s", st->number, st->sql);
    r = PQexecParams(p->conn, text_str(&q), n, st->types, values, lengths, formats, 1);
    text_free(&q);
    if (PQresultStatus(r) != PGRES_COMMAND_OK) s = pg_fail(p, r, st->what, e);
    else st->cursor = true, st->cursor_tx = p->tx_number, st->count = 0;
    PQclear(r);
  } else if (s == OK) {
    snprintf(name, sizeof name, "s%u", st->number);
    r = PQexecPrepared(p->conn, name, n, values, lengths, formats, 1);
    if (PQresultStatus(r) == PGRES_TUPLES_OK) {
      st->rows = r, st->count = PQntuples(r);
      p->changes = strtoll(PQcmdTuples(r), NULL, 10);
    } else {
      if (PQresultStatus(r) == PGRES_COMMAND_OK) p->changes = strtoll(PQcmdTuples(r), NULL, 10), st->count = 0;
      else s = pg_fail(p, r, st->what, e);
      PQclear(r);
    }
  }
  free(many);
  return s;
}

static enum status fetch(struct pg_store *p, struct pg_stmt *st, struct err *e) {
  char q[60];
  snprintf(q, sizeof q, "FETCH %d FROM c%u", PG_FETCH, st->number);
  PQclear(st->rows);
  st->rows = NULL, st->count = 0, st->at = 0;
  if (st->cursor_tx != p->tx_number) return err_set(e, ERR_INTERNAL, NULL, "%s: read on after its transaction ended", st->what);
  PGresult *r = PQexecParams(p->conn, q, 0, NULL, NULL, NULL, NULL, 1);
  if (PQresultStatus(r) != PGRES_TUPLES_OK) {
    enum status s = pg_fail(p, r, st->what, e);
    PQclear(r);
    return s;
  }
  st->rows = r, st->count = PQntuples(r);
  return OK;
}

static enum status start(struct pg_store *p, struct pg_stmt *st, struct err *e) {
  enum status s = OK;
  if (!p->tx && pg_lost(p)) TRY(pg_again(p, e));
  s = send(p, st, e);
  if (s != OK && !p->tx && st->reads && pg_lost(p)) { /* a read that is not part of anything may be asked again */
    TRY(pg_again(p, e));
    s = send(p, st, e);
  }
  if (s == OK) st->running = true, st->at = -1;
  return s;
}

enum status pg_step(struct store_stmt *base, bool *row, struct err *e) {
  struct pg_stmt *st = PG_STMT(base);
  struct pg_store *p = PG_STORE(base->store);
  enum status s = OK;
  *row = false;
  if (st->bad_number) {
    st->bad_number = false;
    return err_set(e, ERR_INTERNAL, NULL, "a number that is not finite was about to be stored");
  }
  if (!st->running) s = start(p, st, e);
  if (s == OK && ++st->at >= st->count && st->cursor && (st->count == 0 || st->count == PG_FETCH)) s = fetch(p, st, e);
  if (s == OK && st->at < st->count) {
    *row = true;
    return OK;
  }
  pg_reset(base);
  return s;
}

void pg_reset(struct store_stmt *base) {
  struct pg_stmt *st = PG_STMT(base);
  struct pg_store *p = PG_STORE(base->store);
  PQclear(st->rows);
  if (st->cursor && p->tx && st->cursor_tx == p->tx_number && !pg_lost(p) && PQtransactionStatus(p->conn) == PQTRANS_INTRANS) {
    char q[32];
    snprintf(q, sizeof q, "CLOSE c%u", st->number);
    PQclear(PQexec(p->conn, q));
  }
  st->rows = NULL, st->count = 0, st->running = st->cursor = false;
}

/* ---- columns ---- */

static uint64_t get64(const uint8_t *p, int n) {
  uint64_t v = 0;
  for (int i = 0; i < n; i++) v = v << 8 | p[i];
  return v;
}

static bool none(const struct pg_stmt *st, int col) { return !st->rows || st->at >= st->count || col >= PQnfields(st->rows) || PQgetisnull(st->rows, st->at, col); }
bool pg_col_null(struct store_stmt *st, int col) { return none(PG_STMT(st), col); }

static int64_t integer(const struct pg_stmt *st, int col) {
  int n = PQgetlength(st->rows, st->at, col);
  uint64_t v = get64((const uint8_t *)PQgetvalue(st->rows, st->at, col), n > 8 ? 8 : n);
  return n == 4 ? (int32_t)(uint32_t)v : n == 2 ? (int16_t)(uint16_t)v : (int64_t)v;
}

static double real(const struct pg_stmt *st, int col) {
  double d;
  uint64_t v = (uint64_t)integer(st, col);
  memcpy(&d, &v, 8);
  return d;
}

int64_t pg_col_int(struct store_stmt *base, int col) {
  const struct pg_stmt *st = PG_STMT(base);
  if (none(st, col)) return 0;
  return PQftype(st->rows, col) == PG_FLOAT8 ? (int64_t)real(st, col) : integer(st, col);
}

double pg_col_real(struct store_stmt *base, int col) {
  const struct pg_stmt *st = PG_STMT(base);
  if (none(st, col)) return 0;
  return PQftype(st->rows, col) == PG_FLOAT8 ? real(st, col) : (double)integer(st, col);
}

struct span pg_col_text(struct store_stmt *base, int col) {
  const struct pg_stmt *st = PG_STMT(base);
  if (none(st, col)) return (struct span){NULL, 0};
  return (struct span){PQgetvalue(st->rows, st->at, col), (size_t)PQgetlength(st->rows, st->at, col)};
}

struct span pg_col_blob(struct store_stmt *st, int col) { return pg_col_text(st, col); }

void pg_values(struct store_stmt *base, struct store_value *out, uint32_t count) {
  const struct pg_stmt *st = PG_STMT(base);
  for (uint32_t i = 0; i < count; i++) {
    int c = (int)i;
    if (none(st, c)) out[i] = (struct store_value){.kind = STORE_NULL};
    else
      switch (PQftype(st->rows, c)) {
      case PG_INT8:
      case PG_INT4:
      case PG_INT2: out[i] = (struct store_value){.kind = STORE_VALUE_INT, .i = integer(st, c)}; break;
      case PG_FLOAT8: out[i] = (struct store_value){.kind = STORE_VALUE_REAL, .d = real(st, c)}; break;
      case PG_BYTEA: out[i] = (struct store_value){.kind = STORE_VALUE_BLOB, .s = pg_col_text(base, c)}; break;
      default: out[i] = (struct store_value){.kind = STORE_VALUE_TEXT, .s = pg_col_text(base, c)};
      }
  }
}
