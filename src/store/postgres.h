/* postgres.h - what the files of the PostgreSQL driver share. For this room only.
 *
 *   store_postgres.c       connection, transactions, the driver's table
 *   postgres_error.c       SQLSTATEs and connection failures in our words
 *   postgres_statement.c   prepared statements, rows, cursors for what is read at length
 *   postgres_bulk.c        COPY in its binary form
 *   postgres_schema.c      the schema's text in PostgreSQL's dialect, generated tables
 *
 * A registry is the schema `lucid` of one database. All values travel in binary. Whoever writes holds one advisory lock for the
 * length of the transaction; readers read from one snapshot (repeatable read).
 *
 * When the connection is lost: inside a transaction the command fails and nothing was kept (the server rolls back what it does not
 * know to be committed). Outside of one, a read connects anew and is asked again. While committing, the driver connects again and
 * looks: every write transaction leaves a random mark in table `store_mark`, so a commit is never called lost that was kept, nor
 * kept that was lost. */
#ifndef STORE_POSTGRES_H
#define STORE_POSTGRES_H

#include <libpq-fe.h>

#include "store/driver.h"

#define PG_SCHEMA "lucid"
#define PG_FETCH 1000 /* rows a cursor brings at once */

enum { PG_BOOL = 16, PG_BYTEA = 17, PG_INT8 = 20, PG_INT2 = 21, PG_INT4 = 23, PG_TEXT = 25, PG_FLOAT8 = 701 }; /* type numbers, fixed in every server */

struct pg_stmt {
  struct store_stmt base;
  char *sql;                 /* parameters as $1 */
  const char *what;          /* for messages; lives with the statement */
  bool wide;                 /* many rows: read through a cursor when there is a transaction */
  bool reads;                /* a SELECT: may be asked again on a new connection */
  int params;
  unsigned *types;           /* of the parameters, as the server sees them; NULL until prepared */
  struct store_value *bound; /* [params] */
  bool bad_number;
  unsigned number;           /* its name in the session */
  uint64_t session;          /* of which connection; 0 = not prepared */
  PGresult *rows;
  int at, count;
  bool running, cursor;      /* cursor: open on the server, more rows may come */
  uint64_t cursor_tx;        /* in which transaction */
};

struct pg_store {
  struct store base;
  char *url;
  PGconn *conn;
  int busy_ms;
  bool several;                /* the URL names a standby too: whoever writes wants the one that takes changes, readers take any */
  bool tx, tx_write;
  bool cut;                    /* the connection is gone, whether libpq has noticed or not */
  uint64_t session, tx_number; /* count up */
  unsigned numbers;
  char mark[33];               /* of the write transaction at hand */
  char xid[24];
  int64_t changes;
  struct pg_stmt *named[SQL_COUNT];
};

#define PG_STORE(s) ((struct pg_store *)(void *)(uintptr_t)(s))
#define PG_STMT(st) ((struct pg_stmt *)(void *)(uintptr_t)(st))

/* ---- postgres_error.c ---- */
/* Notes in `p` when the connection is gone. */
enum status pg_fail(struct pg_store *p, const PGresult *r, const char *doing, struct err *e) MUST_CHECK;
enum status pg_fail_connect(const struct pg_store *p, PGconn *conn, struct err *e) MUST_CHECK;
bool pg_starting(PGconn *conn); /* the server is there, but not ready yet */
bool pg_lost(const struct pg_store *p);

/* ---- store_postgres.c ---- */
/* Runs texts without parameters. */
enum status pg_exec(struct pg_store *p, const char *sql, const char *doing, struct err *e) MUST_CHECK;
/* A new connection in place of a lost one; tries for as long as a writer would wait. */
enum status pg_again(struct pg_store *p, struct err *e) MUST_CHECK;

/* ---- postgres_statement.c ---- */
enum status pg_sql(struct store *s, enum store_sql name, struct store_stmt **out, struct err *e);
enum status pg_sql_new(struct store *s, enum store_sql name, struct store_stmt **out, struct err *e);
enum status pg_prepare(struct store *s, const struct table_spec *t, enum store_op op, uint32_t n, struct store_stmt **out, struct err *e);
void pg_free(struct store_stmt *st);
void pg_bind_int(struct store_stmt *st, int at, int64_t v);
void pg_bind_real(struct store_stmt *st, int at, double v);
void pg_bind_text(struct store_stmt *st, int at, const char *s, size_t n);
void pg_bind_blob(struct store_stmt *st, int at, const void *p, size_t n);
void pg_bind_null(struct store_stmt *st, int at);
enum status pg_step(struct store_stmt *st, bool *row, struct err *e);
void pg_reset(struct store_stmt *st);
int64_t pg_col_int(struct store_stmt *st, int col);
double pg_col_real(struct store_stmt *st, int col);
struct span pg_col_text(struct store_stmt *st, int col);
struct span pg_col_blob(struct store_stmt *st, int col);
bool pg_col_null(struct store_stmt *st, int col);
void pg_values(struct store_stmt *st, struct store_value *out, uint32_t count);

/* ---- postgres_bulk.c ---- */
enum status pg_bulk_open(struct store *s, const struct table_spec *t, struct store_bulk **out, struct err *e);
enum status pg_bulk_row(struct store_bulk *b, const struct store_value *values, struct err *e);
enum status pg_bulk_flush(struct store_bulk *b, struct err *e);
enum status pg_bulk_write(struct store_bulk *b, void *buffer, struct err *e);
enum status pg_bulk_buffer(struct store_bulk *b, void **out, struct err *e);
void pg_bulk_empty(void *buffer);
void pg_bulk_close(struct store_bulk *b);
/* Big-endian, as the wire wants it. */
void pg_put32(uint8_t *p, uint32_t v);
void pg_put64(uint8_t *p, uint64_t v);

/* ---- postgres_schema.c ---- */
/* A migration's text (schema/) in PostgreSQL's dialect: the same tables, foreign keys at the end. */
void pg_schema(struct text *q, const char *sql);
enum status pg_create_table(struct store *s, const struct table_spec *t, struct err *e);
enum status pg_create_index(struct store *s, const struct table_spec *t, const char *name, const char *const *columns, uint32_t count, bool unique, struct err *e);

#endif
