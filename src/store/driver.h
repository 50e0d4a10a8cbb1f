/* driver.h - what an engine does behind store.h: one table of functions each for SQLite and PostgreSQL. For this room only.
 *
 * store.c is the front: it picks the driver by the path (a postgresql:// URL or a file), checks specs and identifiers, and
 * passes on. A driver's own structs begin with the ones here. */
#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H

#include "store/store.h"

struct store_driver {
  enum status (*open)(const char *path, const struct store_options *o, struct store **out, struct err *e);
  void (*close)(struct store *s);
  enum status (*remove)(const char *path, struct err *e);
  enum status (*migrate)(struct store *s, int number, struct err *e); /* one migration, unless somebody was quicker; NULL: each part is migrated by itself */
  enum status (*begin)(struct store *s, bool write, struct err *e);
  enum status (*commit)(struct store *s, struct err *e);
  void (*rollback)(struct store *s);
  bool (*in_transaction)(const struct store *s);
  enum status (*sql)(struct store *s, enum store_sql name, struct store_stmt **out, struct err *e);
  enum status (*sql_new)(struct store *s, enum store_sql name, struct store_stmt **out, struct err *e);
  enum status (*prepare)(struct store *s, const struct table_spec *t, enum store_op op, uint32_t n, struct store_stmt **out, struct err *e);
  void (*free)(struct store_stmt *st);
  void (*bind_int)(struct store_stmt *st, int at, int64_t v);
  void (*bind_real)(struct store_stmt *st, int at, double v);
  void (*bind_text)(struct store_stmt *st, int at, const char *s, size_t n);
  void (*bind_blob)(struct store_stmt *st, int at, const void *p, size_t n);
  void (*bind_null)(struct store_stmt *st, int at);
  enum status (*step)(struct store_stmt *st, bool *row, struct err *e);
  void (*reset)(struct store_stmt *st);
  int64_t (*col_int)(struct store_stmt *st, int col);
  double (*col_real)(struct store_stmt *st, int col);
  struct span (*col_text)(struct store_stmt *st, int col);
  struct span (*col_blob)(struct store_stmt *st, int col);
  bool (*col_null)(struct store_stmt *st, int col);
  void (*values)(struct store_stmt *st, struct store_value *out, uint32_t count);
  int64_t (*changes)(struct store *s);
  enum status (*create_table)(struct store *s, const struct table_spec *t, struct err *e);
  enum status (*create_index)(struct store *s, const struct table_spec *t, const char *name, const char *const *columns, uint32_t count, bool unique, struct err *e);
  enum status (*drop_index)(struct store *s, const char *name, struct err *e); /* NULL: readers would wait for it */
  enum status (*bulk_open)(struct store *s, const struct table_spec *t, struct store_bulk **out, struct err *e);
  enum status (*bulk_row)(struct store_bulk *b, const struct store_value *values, struct err *e);
  enum status (*bulk_flush)(struct store_bulk *b, struct err *e);
  enum status (*bulk_write)(struct store_bulk *b, void *buffer, struct err *e);  /* and leaves it empty */
  enum status (*bulk_buffer)(struct store_bulk *b, void **out, struct err *e);   /* a second one: behind.h. It goes with the bulk */
  void (*bulk_empty)(void *buffer);
  void (*bulk_close)(struct store_bulk *b);
  enum status (*integrity)(struct store *s, struct err *e);
  enum status (*size)(struct store *s, uint64_t *bytes, struct err *e);
  enum status (*backup)(struct store *s, const char *to, struct err *e);
  enum status (*flush)(struct store *s, struct err *e);
};

extern const struct store_driver store_sqlite, store_postgres, store_shards;

struct store {
  const struct store_driver *driver;
  char *path; /* as messages say it: a URL without its password */
  enum store_mode mode;
  int version;         /* of its tables, when it was opened; 0 in a work file */
  void (*before)(void *ctx, int migration, int statement);
  void *ctx;
  const char *partial; /* what a reader was not shown; NULL = nothing */
  const char *stale;   /* what may lack the latest changes; NULL = nothing */
  bool behind_on;      /* full buffers of bulks are written by a thread (behind.h) */
  struct behind *behind; /* it; NULL until there was one */
};

/* ---- schema.c ---- */
/* Name and text of a migration, from 1; NULL past the last. */
const char *schema_file(int number);
const char *schema_text(int number);
void schema_before(const struct store *s, int migration, int statement);
/* Whether a registry with tables of this version may be opened in this mode. */
enum status schema_accept(const struct store *s, long long version, struct err *e) MUST_CHECK;
/* Somebody migrated it while it was open. */
enum status schema_moved(const struct store *s, long long version, struct err *e) MUST_CHECK;

struct store_stmt {
  const struct store_driver *driver;
  struct store *store;
};

struct store_bulk {
  const struct store_driver *driver;
  struct store *store;
  void *pending, *spare;   /* behind.h: the buffer on its way; the one that is free */
  struct store_bulk *next; /* with a buffer on its way */
  bool second;             /* it has two */
};

/* The fixed statements' texts and names, by number. */
extern const char *const store_sql_text[];
extern const char *const store_sql_name[];

#endif
