/* store.h - the one door to the database: what a driver must be able to do, and nothing about programmes or people.
 *
 * The registry lives in one SQLite file (store_sqlite.c) or in a PostgreSQL database (store_postgres.c), by its path. A
 * caller sees numbered parameters, rows and statuses, never an engine's handle or code.
 *
 * SQL comes from two places only. Fixed statements stand by name in store/statements.h. Statements over generated tables
 * (typed columns made from a codebook) are written here from a `struct table_spec`: every identifier is checked against
 * [a-z][a-z0-9_]{0,40}, every value is bound. No caller ever hands over SQL text.
 *
 * Promises: once `store_commit` returned OK, the change survives kill -9 and power loss (WAL, synchronous=FULL). A reader
 * sees one consistent state from `store_begin` to its end. One writer at a time: a second one waits `busy_ms` and then
 * gets ERR_BUSY. ERR_FULL, ERR_CORRUPT, ERR_IO, ERR_VERSION say what else went wrong, with the path.
 *
 * Not for sharing between threads: one store per thread. (With store_behind a thread of its own writes bulks; callers see nothing of it.) Cost of a statement: prepared once per store, then kept. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"
#include "store/statements.h"

struct store;
struct store_stmt; /* a prepared statement; belongs to its store */

enum store_mode {
  STORE_CREATE,  /* a new file; ERR_CONFLICT when there is one */
  STORE_WRITE,
  STORE_READ,    /* never writes; works in a read-only folder */
  STORE_MIGRATE, /* like STORE_WRITE, but an older registry is let in: for store_migrate only */
  STORE_SCRATCH  /* a private work file without durability: overwritten on opening, removed on closing */
};

struct store_options {
  enum store_mode mode;
  int busy_ms;      /* how long to wait for another writer; 0 = 5000 */
  const char *vfs;  /* SQLite: name of another file system layer (tests); NULL = the system's */
  int cache_kib;    /* page cache; 0 = 16 MiB */
  void (*before)(void *ctx, int migration, int statement); /* called before each statement of a migration and its commit (tests) */
  void *ctx;
};

/* Number of the last migration this program carries: schema/ holds one file a number, 0001, 0002, ... */
int store_schema_version(void);

/* Opens and, for STORE_CREATE, runs every migration. A file of another schema version is refused: ERR_VERSION with both
 * numbers, and for an older one the hint `lucid migrate`; one that is no registry: ERR_CORRUPT. */
enum status store_open(const char *path, const struct store_options *o, struct store **out, struct err *e) MUST_CHECK;
/* Removes a registry that was made half: the file and its companions, or the tables in the database. */
enum status store_remove(const char *path, struct err *e) MUST_CHECK;
bool store_is_url(const char *path); /* a PostgreSQL database, not a file */
bool store_is_shards(const char *path); /* NAME.shards: a file that lays a registry over several databases (store_shards.c) */
bool store_on_server(const char *path); /* either */
/* What was left out of what a reader was shown, because its server is not reachable: a sentence; NULL = nothing was. */
const char *store_partial(const struct store *s);
/* What a reader was shown may lack the latest changes, because it comes from a standby: a sentence; NULL = it does not. */
const char *store_stale(const struct store *s);
void store_close(struct store *s); /* NULL is fine; an open transaction is rolled back */
const char *store_path(const struct store *s);
int store_version(const struct store *s); /* of its tables */
/* Runs what is missing up to store_schema_version, each migration in a transaction of its own that stamps its number: interrupted at
 * any statement, a registry is whole at the number it says, and running this again goes on from there. */
enum status store_migrate(struct store *s, struct err *e) MUST_CHECK;

/* A write transaction takes the writer's place at once (ERR_BUSY), a read transaction fixes what is seen. ERR_VERSION when another
 * program has migrated the registry since it was opened. */
enum status store_begin(struct store *s, bool write, struct err *e) MUST_CHECK;
enum status store_commit(struct store *s, struct err *e) MUST_CHECK;
void store_rollback(struct store *s); /* fine when there is nothing to roll back */
bool store_in_transaction(const struct store *s);

/* ---- statements ---- */

enum store_sql {
#define X(name, sql) SQL_##name,
  STORE_STATEMENTS(X)
#undef X
      SQL_COUNT
};

/* The named statement, reset and ready for binding. Kept by the store: never freed by the caller; using the same name while
 * its rows are still being read starts it anew. */
enum status store_sql(struct store *s, enum store_sql name, struct store_stmt **out, struct err *e) MUST_CHECK;

/* A private instance of the same statement, for cursors that run side by side. Freed by store_free. */
enum status store_sql_new(struct store *s, enum store_sql name, struct store_stmt **out, struct err *e) MUST_CHECK;

/* Parameters count from 1. Text and blobs are not copied: they must live until the statement is next reset or run out. */
void store_bind_int(struct store_stmt *st, int at, int64_t v);
void store_bind_real(struct store_stmt *st, int at, double v); /* NaN and infinities are refused at the next step; -0.0 becomes 0 */
void store_bind_text(struct store_stmt *st, int at, const char *s, size_t n);
void store_bind_str(struct store_stmt *st, int at, const char *s); /* NULL binds null */
void store_bind_blob(struct store_stmt *st, int at, const void *p, size_t n);
void store_bind_null(struct store_stmt *st, int at);

/* Next row, or *row = false at the end (the statement is then ready to be bound again; bound values are kept). */
enum status store_step(struct store_stmt *st, bool *row, struct err *e) MUST_CHECK;
/* For statements without rows: runs and resets. */
enum status store_run(struct store_stmt *st, struct err *e) MUST_CHECK;
void store_reset(struct store_stmt *st);

/* Columns of the row now at hand, from 0; views live until the next step or reset. */
int64_t store_int(struct store_stmt *st, int col);
double store_real(struct store_stmt *st, int col);
struct span store_text(struct store_stmt *st, int col); /* {NULL, 0} for null */
struct span store_blob(struct store_stmt *st, int col);
bool store_null(struct store_stmt *st, int col);
int64_t store_changes(struct store *s); /* rows changed by the last statement */

/* ---- generated tables ---- */

enum store_type { STORE_INT, STORE_REAL, STORE_TEXT, STORE_BLOB };

struct store_column {
  const char *name; /* [a-z][a-z0-9_]{0,40} */
  enum store_type type;
  bool not_null;
};

struct table_spec {
  const char *name;
  const struct store_column *columns;
  uint32_t count;      /* at most 2000 */
  uint32_t key_count;  /* the first columns are the primary key, integers or text; rows lie in its order */
};

struct store_value {
  enum store_value_kind { STORE_NULL, STORE_VALUE_INT, STORE_VALUE_REAL, STORE_VALUE_TEXT, STORE_VALUE_BLOB } kind;
  union {
    int64_t i;
    double d;
    struct span s; /* text and blob */
  };
};

/* ERR_INTERNAL when an identifier is not well formed or stands twice; ERR_LIMIT when there are too many columns. */
enum status store_spec_check(const struct table_spec *t, struct err *e) MUST_CHECK;
bool store_identifier_ok(const char *name);

enum status store_create_table(struct store *s, const struct table_spec *t, struct err *e) MUST_CHECK;
/* An index over named columns of the table. */
enum status store_create_index(struct store *s, const struct table_spec *t, const char *name, const char *const *columns, uint32_t count, bool unique, struct err *e) MUST_CHECK;

/* Takes an index away until store_create_index makes it again, in the same transaction: for filling an empty table. *done = false,
 * and the index stays, on an engine whose readers would have to wait for the end of the transaction. */
enum status store_drop_index(struct store *s, const char *name, bool *done, struct err *e) MUST_CHECK;

enum store_op {
  STORE_INSERT,     /* parameters: every column in order */
  STORE_GET,        /* parameters: the whole key; columns: all */
  STORE_PREFIX,     /* parameters: the first `n` key columns; columns: all; in key order. n = 0: the whole table */
  STORE_DELETE,     /* parameters: the whole key */
  STORE_BY,         /* parameter: the value of column number `n`; columns: all; in key order */
  STORE_HOME_BY,    /* parameters: the first key column, the value of column number `n`; columns: all; in key order */
  STORE_MAX,        /* parameters: the first `n` key columns; column: the largest value of key column n+1, null when none */
  STORE_CLEAR,      /* parameters: the first two key columns; sets column number `n` to null */
  STORE_SET,        /* parameters: the whole key, then the new value of column number `n` */
  STORE_COUNT_ALL,  /* column: number of rows */
  STORE_COUNT_UPTO, /* parameter: a value; column: number of rows whose column number `n` is at most that */
  STORE_REPEATED,   /* columns: all; the rows whose value of column number `n` stands in more than one row, in order of that value, then of the key */
  STORE_RANKED,     /* columns: all, then 1 or 0: whether its value of column number `n` stands in more than one row; where that is not null, in order of it, then of the key */
  STORE_OP_COUNT
};
/* Prepares an operation over a generated table. Freed by store_free. */
enum status store_prepare(struct store *s, const struct table_spec *t, enum store_op op, uint32_t n, struct store_stmt **out, struct err *e) MUST_CHECK;
void store_free(struct store_stmt *st); /* NULL is fine */

void store_bind_value(struct store_stmt *st, int at, const struct store_value *v);
/* The row at hand as values: views until the next step or reset. */
void store_values(struct store_stmt *st, struct store_value *out, uint32_t count);

/* Bulk append: rows gather in memory and go in by the thousand. A row given here is not seen by reads before the next
 * flush; an error may belong to any row since the one before. Close without flush drops what was not yet in. */
struct store_bulk;
enum status store_bulk_open(struct store *s, const struct table_spec *t, struct store_bulk **out, struct err *e) MUST_CHECK;
/* One value a column; everything is copied. A NaN or an infinity is ERR_INTERNAL. */
enum status store_bulk_row(struct store_bulk *b, const struct store_value *values, struct err *e) MUST_CHECK;
enum status store_bulk_flush(struct store_bulk *b, struct err *e) MUST_CHECK;
void store_bulk_close(struct store_bulk *b); /* NULL is fine */
/* From here on a thread of the store writes the rows of bulks while the caller goes on to the next; whoever asks the store for anything else
 * waits for what was given before. Errors may come later, at the latest from flush or commit. Not over several servers. */
void store_behind(struct store *s, bool on);

/* ---- several servers (store_shards.c) ---- */

unsigned store_shard_count(const struct store *s); /* 0 = one file or one database */
const char *store_shard_name(const struct store *s, unsigned i);
unsigned store_shard_of(const struct store *s, int64_t home);
bool store_shard_reachable(struct store *s, unsigned i);
/* The shard's own database, which stays the store's. `fresh`: it has the fixed tables (now); the generated ones are missing. */
enum status store_shard_open(struct store *s, unsigned i, struct store **inner, bool *fresh, struct err *e) MUST_CHECK;
/* For reading side by side, inside a transaction: the databases that hold people's rows, each with part in it, each for one thread. One file or
 * database is its own only part. `db` NULL: it cannot be reached, and `why` says what happened. Gives their number. */
enum { STORE_PARTS_MOST = 64 };
struct store_part { const char *name; struct store *db; struct err why; };
unsigned store_parts(struct store *s, struct store_part parts[STORE_PARTS_MOST]);
void store_leave_out(struct store *s, unsigned part); /* store_partial names it from now on */
/* Inside a write transaction: all rows of a home in these tables, to another shard. Proved equal before the old ones go; there whole
 * or not at all when the transaction ends. */
enum status store_shard_move(struct store *s, const struct table_spec *const *tables, uint32_t count, int64_t home, unsigned to, uint64_t *rows, struct err *e) MUST_CHECK;

/* ---- the whole file ---- */

/* The engine's own check of the file. ERR_CORRUPT with the first finding. */
enum status store_integrity(struct store *s, struct err *e) MUST_CHECK;
/* Bytes it takes now, about: to ask a disk for room before long work. 0 = not known. */
enum status store_size(struct store *s, uint64_t *bytes, struct err *e) MUST_CHECK;
/* Copies a running registry into a new file, then checks the copy. ERR_CONFLICT when the file is there, ERR_FULL when
 * its disk has not the room, before anything is written. */
enum status store_backup(struct store *s, const char *to, struct err *e) MUST_CHECK;
/* Moves what the write-ahead log holds into the file and empties the log: after an erasure, so that no old page remains. */
enum status store_flush(struct store *s, struct err *e) MUST_CHECK;

#endif
