/* store_sqlite.c - the registry in one SQLite file: WAL, STRICT tables, synchronous=FULL. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "store/behind.h"
#include "store/bulk_sqlite.h"
#include "store/driver.h"
#include "store/spec.h"

#define APPLICATION_ID 0x4C756364 /* "Lucd", in the file's header: `file` and we can tell what it is */

struct sqlite_stmt {
  struct store_stmt base;
  sqlite3_stmt *handle;
  bool bad_number; /* a NaN or an infinity was bound */
};

struct sqlite_store {
  struct store base;
  sqlite3 *db;
  struct sqlite_stmt named[SQL_COUNT];
  unsigned feeds; /* virtual tables registered so far: each bulk gets a name of its own */
};

/* The front hands over the base of what this driver made. */
#define STMT(st) ((struct sqlite_stmt *)(void *)(st))
#define STORE(s) ((struct sqlite_store *)(void *)(uintptr_t)(s))

/* ---- errors: one table from the engine's codes to ours ---- */

static const struct {
  int code;
  enum status status;
  const char *words, *hint;
} code_table[] = {
    {SQLITE_BUSY, ERR_BUSY, "somebody else is writing", "wait until the other command has finished, then run this one again; nothing was changed"},
    {SQLITE_LOCKED, ERR_BUSY, "somebody else is writing", "wait until the other command has finished, then run this one again; nothing was changed"},
    {SQLITE_FULL, ERR_FULL, "the disk is full", "free some space on that disk and run the command again; nothing was kept of this change"},
    {SQLITE_CORRUPT, ERR_CORRUPT, "the file is damaged", "restore the latest backup; `lucid fsck` says what is still whole"},
    {SQLITE_NOTADB, ERR_CORRUPT, "this is not a registry", "give the path of a .lucid file made by `lucid init`"},
    {SQLITE_READONLY, ERR_IO, "it may not be written to", "check who may write to the file and to its folder"},
    {SQLITE_PERM, ERR_IO, "it may not be written to", "check who may write to the file and to its folder"},
    {SQLITE_CANTOPEN, ERR_IO, "cannot open it", "check the path, and who may read and write there"},
    {SQLITE_NOMEM, ERR_MEMORY, "out of memory", "close other programs and run the command again"},
    {SQLITE_TOOBIG, ERR_LIMIT, "a value is too long for the database", NULL},
    {SQLITE_CONSTRAINT, ERR_CONFLICT, "a rule of the database does not hold", NULL},
    {SQLITE_IOERR, ERR_IO, "reading or writing failed", "check the disk; nothing was kept of this change"},
    {SQLITE_INTERRUPT, ERR_CANCELLED, "stopped", NULL},
};

static enum status fail_code(const struct store *s, int code, const char *doing, struct err *e) {
  int base = code & 0xFF, system = STORE(s)->db && (base == SQLITE_IOERR || base == SQLITE_CANTOPEN) ? sqlite3_system_errno(STORE(s)->db) : 0;
  /* The engine says SQLITE_FULL of its main files only; of the others it says that I/O failed. */
  if (system == ENOSPC || system == EDQUOT || system == EFBIG) base = SQLITE_FULL;
  for (size_t i = 0; i < sizeof code_table / sizeof *code_table; i++)
    if (code_table[i].code == base)
      return err_set(e, code_table[i].status, code_table[i].hint, "%s: %s (%s%s%s)", s->path, code_table[i].words, doing, base == SQLITE_BUSY ? "" : ": ",
                     base == SQLITE_BUSY ? "" : STORE(s)->db ? sqlite3_errmsg(STORE(s)->db) : sqlite3_errstr(code));
  return err_set(e, ERR_INTERNAL, NULL, "%s: %s: %s (code %d)", s->path, doing, STORE(s)->db ? sqlite3_errmsg(STORE(s)->db) : sqlite3_errstr(code), code);
}

static enum status run_text(struct store *s, const char *sql, const char *doing, struct err *e) {
  int rc = sqlite3_exec(STORE(s)->db, sql, NULL, NULL, NULL);
  return rc == SQLITE_OK ? OK : fail_code(s, rc, doing, e);
}

static enum status one_int(struct store *s, const char *sql, int64_t *out, const char *doing, struct err *e) {
  sqlite3_stmt *st = NULL;
  int rc = sqlite3_prepare_v2(STORE(s)->db, sql, -1, &st, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_step(st);
  if (rc == SQLITE_ROW) *out = sqlite3_column_int64(st, 0), rc = SQLITE_OK;
  else if (rc == SQLITE_DONE) *out = 0, rc = SQLITE_OK;
  enum status r = rc == SQLITE_OK ? OK : fail_code(s, rc, doing, e);
  sqlite3_finalize(st);
  return r;
}

/* ---- opening ---- */

/* One migration's statements, in the transaction that is open. */
static enum status run_migration(struct store *s, int number, struct err *e) {
  const char *sql = schema_text(number);
  for (int i = 1; *sql; i++) {
    sqlite3_stmt *st = NULL;
    schema_before(s, number, i);
    int rc = sqlite3_prepare_v2(STORE(s)->db, sql, -1, &st, &sql);
    if (rc == SQLITE_OK && st) rc = sqlite3_step(st);
    sqlite3_finalize(st);
    if (rc != SQLITE_OK && rc != SQLITE_DONE) return fail_code(s, rc, schema_file(number), e);
  }
  return OK;
}

static enum status stamp(struct store *s, int version, struct err *e) {
  char q[120];
  snprintf(q, sizeof q, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID, version);
  return run_text(s, q, "stamping the version", e);
}

static enum status make_tables(struct store *s, struct err *e) {
  TRY(run_text(s, "BEGIN IMMEDIATE", "making the tables", e));
  for (int i = 1; schema_file(i); i++) TRY(run_migration(s, i, e));
  TRY(stamp(s, store_schema_version(), e));
  TRY(run_text(s, "COMMIT", "making the tables", e));
  s->version = store_schema_version();
  return OK;
}

static enum status migrate_body(struct store *s, int number, struct err *e) {
  int64_t now = 0;
  TRY(one_int(s, "PRAGMA user_version", &now, "reading the header", e));
  if (now >= number) {
    s->version = (int)now;
    return run_text(s, "ROLLBACK", "migrating", e);
  }
  TRY(run_migration(s, number, e));
  TRY(stamp(s, number, e));
  schema_before(s, number, 0);
  TRY(run_text(s, "COMMIT", "migrating", e));
  s->version = number;
  return OK;
}

static void sqlite_rollback(struct store *s);

static enum status sqlite_migrate(struct store *s, int number, struct err *e) {
  TRY(run_text(s, "BEGIN IMMEDIATE", "migrating", e));
  enum status st = migrate_body(s, number, e);
  if (st != OK) sqlite_rollback(s);
  return st;
}

static enum status check_version(struct store *s, struct err *e) {
  int64_t id = 0, version = 0;
  TRY(one_int(s, "PRAGMA application_id", &id, "reading the header", e));
  TRY(one_int(s, "PRAGMA user_version", &version, "reading the header", e));
  if (id != APPLICATION_ID)
    return err_set(e, ERR_CORRUPT, "give the path of a .lucid file made by `lucid init`", "%s: this is not a registry: it is an SQLite file of another program", s->path);
  TRY(schema_accept(s, version, e));
  s->version = (int)version;
  return OK;
}

static enum status settings(struct store *s, const struct store_options *o, struct err *e) {
  char q[400];
  snprintf(q, sizeof q, "PRAGMA cache_size = -%d; PRAGMA foreign_keys = ON; PRAGMA temp_store = FILE; PRAGMA threads = 2;", o->cache_kib ? o->cache_kib : 16384);
  TRY(run_text(s, q, "opening", e));
  switch (o->mode) {
  case STORE_CREATE: return run_text(s, "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST;", "opening", e);
  case STORE_MIGRATE:
  case STORE_WRITE: return run_text(s, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST;", "opening", e);
  case STORE_READ: return run_text(s, "PRAGMA query_only = ON;", "opening", e);
  case STORE_SCRATCH:
  default: return run_text(s, "PRAGMA page_size = 16384; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA secure_delete = ON;", "opening", e);
  }
}

/* What named people earn is nobody's business: only the owner may read it. SQLite gives its log the mode of the file. When this
 * fails SQLite says why. */
static void make_private(const char *path) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) close(fd);
}

static bool folder_writable(const char *path) {
  char folder[4200];
  const char *slash = strrchr(path, '/');
  snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + (slash == path)) : 1, slash ? path : ".");
  return access(folder, W_OK) == 0;
}

static enum status open_mode(struct store *s, const struct store_options *o, struct err *e) {
  if (o->mode == STORE_CREATE && file_exists(s->path))
    return err_set(e, ERR_CONFLICT, "choose another name, or move the old file away first", "%s is already there", s->path);
  if (o->mode != STORE_CREATE && o->mode != STORE_SCRATCH && !file_exists(s->path))
    return err_set(e, ERR_NOT_FOUND, "check the path; `lucid init PROGRAMME FILE.lucid` makes a registry", "%s: there is no such registry", s->path);
  if (o->mode == STORE_SCRATCH) unlink(s->path);
  if (o->mode == STORE_CREATE || o->mode == STORE_SCRATCH) make_private(s->path);
  /* A reader that may write closes the write-ahead log behind it; it is still kept from writing (query_only). */
  bool may_write = o->mode != STORE_READ || (access(s->path, W_OK) == 0 && folder_writable(s->path));
  int flags = may_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  if (o->mode == STORE_CREATE || o->mode == STORE_SCRATCH) flags |= SQLITE_OPEN_CREATE;
  int rc = sqlite3_open_v2(s->path, &STORE(s)->db, flags | SQLITE_OPEN_NOMUTEX, o->vfs);
  if (rc != SQLITE_OK) return fail_code(s, rc, "opening", e);
  sqlite3_extended_result_codes(STORE(s)->db, 1);
  sqlite3_busy_timeout(STORE(s)->db, o->busy_ms ? o->busy_ms : 5000);
  if ((o->mode == STORE_WRITE || o->mode == STORE_MIGRATE) && sqlite3_db_readonly(STORE(s)->db, "main") == 1) return fail_code(s, SQLITE_READONLY, "opening", e);
  /* A damaged or hostile file must not run code: no triggers or views from the schema are trusted. */
  sqlite3_db_config(STORE(s)->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  if (o->mode != STORE_SCRATCH) sqlite3_db_config(STORE(s)->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL); /* it would keep a scratch file from going without its journal */
  if (o->mode != STORE_CREATE && o->mode != STORE_SCRATCH) {
    enum status st = check_version(s, e);
    /* SQLite cannot make the -shm file of a WAL database in a folder that may not be written to: the file itself is whole, so read it as it is. */
    if (st == ERR_IO && o->mode == STORE_READ && access(s->path, R_OK) == 0) {
      char uri[4200];
      char wal[4200];
      snprintf(wal, sizeof wal, "%s-wal", s->path);
      struct text t;
      text_init(&t, sizeof uri);
      text_add(&t, "file:");
      for (const char *p = s->path; *p; p++)
        if (*p == '%' || *p == '?' || *p == '#') text_addf(&t, "%%%02X", (unsigned char)*p);
        else text_addc(&t, *p);
      text_add(&t, "?immutable=1");
      if (!t.full && !file_exists(wal)) {
        sqlite3_close(STORE(s)->db);
        STORE(s)->db = NULL;
        rc = sqlite3_open_v2(text_str(&t), &STORE(s)->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, o->vfs);
        if (rc == SQLITE_OK) st = check_version(s, e);
      }
      text_free(&t);
    }
    TRY(st);
  }
  TRY(settings(s, o, e));
  if (o->mode == STORE_CREATE) TRY(make_tables(s, e));
  return OK;
}

static enum status sqlite_remove(const char *path, struct err *e) {
  char side[4200];
  static const char *const ends[] = {"-wal", "-shm", ""};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    snprintf(side, sizeof side, "%s%s", path, ends[i]);
    if (unlink(side) != 0 && errno != ENOENT) return err_errno(e, errno, "cannot remove %s", side);
  }
  return OK;
}

static void sqlite_close(struct store *s) {
  for (int i = 0; i < SQL_COUNT; i++) sqlite3_finalize(STORE(s)->named[i].handle);
  sqlite3_close_v2(STORE(s)->db);
  if (s->mode == STORE_SCRATCH && s->path) unlink(s->path);
  free(s->path);
  free(s);
}

static enum status sqlite_open(const char *path, const struct store_options *o, struct store **out, struct err *e) {
  *out = NULL;
  struct sqlite_store *made_now = calloc(1, sizeof *made_now);
  if (!made_now) return err_set(e, ERR_MEMORY, NULL, "out of memory opening %s", path);
  struct store *s = &made_now->base;
  s->driver = &store_sqlite, s->mode = o->mode, s->before = o->before, s->ctx = o->ctx;
  s->path = strdup(path);
  if (!s->path) {
    free(s);
    return err_set(e, ERR_MEMORY, NULL, "out of memory opening %s", path);
  }
  enum status st = open_mode(s, o, e);
  if (st != OK) {
    bool made = o->mode == STORE_CREATE && STORE(s)->db;
    sqlite_close(s);
    if (made && sqlite_remove(path, NULL) != OK) return st; /* an unfinished registry helps nobody */
    return st;
  }
  *out = s;
  return OK;
}

/* ---- transactions ---- */

static void sqlite_rollback(struct store *s) {
  for (int i = 0; i < SQL_COUNT; i++)
    if (STORE(s)->named[i].handle) sqlite3_reset(STORE(s)->named[i].handle);
  if (STORE(s)->db && !sqlite3_get_autocommit(STORE(s)->db)) sqlite3_exec(STORE(s)->db, "ROLLBACK", NULL, NULL, NULL);
}

static enum status sqlite_begin(struct store *s, bool write, struct err *e) {
  TRY(run_text(s, write ? "BEGIN IMMEDIATE" : "BEGIN", "beginning", e));
  int64_t n;
  if (write) {
    enum status at = one_int(s, "PRAGMA user_version", &n, "beginning", e);
    if (at == OK && n != s->version) at = schema_moved(s, (long long)n, e);
    if (at != OK) sqlite_rollback(s);
    return at;
  }
  enum status st = one_int(s, "SELECT count(*) FROM sqlite_schema", &n, "beginning", e); /* a read transaction starts with the first read */
  if (st != OK) sqlite_rollback(s);
  return st;
}

static enum status sqlite_commit(struct store *s, struct err *e) {
  enum status st = run_text(s, "COMMIT", "committing", e);
  if (st != OK) sqlite_rollback(s);
  return st;
}

static bool sqlite_in_transaction(const struct store *s) { return STORE(s)->db && !sqlite3_get_autocommit(STORE(s)->db); }

/* ---- statements ---- */

static enum status sqlite_sql(struct store *s, enum store_sql name, struct store_stmt **out, struct err *e) {
  struct store_stmt *st = &STORE(s)->named[name].base;
  if (!STMT(st)->handle) {
    int rc = sqlite3_prepare_v3(STORE(s)->db, store_sql_text[name], -1, SQLITE_PREPARE_PERSISTENT, &STMT(st)->handle, NULL);
    if (rc != SQLITE_OK) return fail_code(s, rc, store_sql_name[name], e);
    st->driver = &store_sqlite, st->store = s;
  } else {
    sqlite3_reset(STMT(st)->handle);
  }
  STMT(st)->bad_number = false;
  *out = st;
  return OK;
}

static enum status sqlite_sql_new(struct store *s, enum store_sql name, struct store_stmt **out, struct err *e) {
  *out = NULL;
  struct sqlite_stmt *made = calloc(1, sizeof *made);
  if (!made) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  struct store_stmt *st = &made->base;
  st->driver = &store_sqlite, st->store = s;
  int rc = sqlite3_prepare_v3(STORE(s)->db, store_sql_text[name], -1, SQLITE_PREPARE_PERSISTENT, &STMT(st)->handle, NULL);
  if (rc != SQLITE_OK) {
    free(st);
    return fail_code(s, rc, store_sql_name[name], e);
  }
  *out = st;
  return OK;
}

static void sqlite_bind_int(struct store_stmt *st, int at, int64_t v) { sqlite3_bind_int64(STMT(st)->handle, at, v); }
static void sqlite_bind_real(struct store_stmt *st, int at, double v) {
  if (!isfinite(v)) STMT(st)->bad_number = true;
  sqlite3_bind_double(STMT(st)->handle, at, v == 0 ? 0.0 : v);
}
static void sqlite_bind_text(struct store_stmt *st, int at, const char *s, size_t n) { sqlite3_bind_text64(STMT(st)->handle, at, s ? s : "", n, SQLITE_STATIC, SQLITE_UTF8); }
static void sqlite_bind_blob(struct store_stmt *st, int at, const void *p, size_t n) { sqlite3_bind_blob64(STMT(st)->handle, at, p ? p : "", n, SQLITE_STATIC); }
static void sqlite_bind_null(struct store_stmt *st, int at) { sqlite3_bind_null(STMT(st)->handle, at); }

static const char *doing(const struct store_stmt *st) {
  ptrdiff_t i = (const struct sqlite_stmt *)(const void *)st - STORE(st->store)->named;
  return i >= 0 && i < SQL_COUNT ? store_sql_name[i] : sqlite3_sql(STMT(st)->handle);
}

static enum status sqlite_step(struct store_stmt *st, bool *row, struct err *e) {
  *row = false;
  if (STMT(st)->bad_number) {
    STMT(st)->bad_number = false;
    sqlite3_reset(STMT(st)->handle);
    return err_set(e, ERR_INTERNAL, NULL, "a number that is not finite was about to be stored");
  }
  int rc = sqlite3_step(STMT(st)->handle);
  if (rc == SQLITE_ROW) {
    *row = true;
    return OK;
  }
  if (rc == SQLITE_DONE) {
    sqlite3_reset(STMT(st)->handle);
    return OK;
  }
  char what[80];
  snprintf(what, sizeof what, "%.79s", doing(st));
  enum status r = fail_code(st->store, rc, what, e);
  sqlite3_reset(STMT(st)->handle);
  return r;
}

static void sqlite_reset(struct store_stmt *st) { sqlite3_reset(STMT(st)->handle); }

static int64_t sqlite_col_int(struct store_stmt *st, int col) { return sqlite3_column_int64(STMT(st)->handle, col); }
static double sqlite_col_real(struct store_stmt *st, int col) { return sqlite3_column_double(STMT(st)->handle, col); }
static struct span sqlite_col_text(struct store_stmt *st, int col) {
  const char *p = (const char *)sqlite3_column_text(STMT(st)->handle, col);
  return (struct span){p, p ? (size_t)sqlite3_column_bytes(STMT(st)->handle, col) : 0};
}
static struct span sqlite_col_blob(struct store_stmt *st, int col) {
  const char *p = sqlite3_column_blob(STMT(st)->handle, col);
  return (struct span){p, (size_t)sqlite3_column_bytes(STMT(st)->handle, col)};
}
static bool sqlite_col_null(struct store_stmt *st, int col) { return sqlite3_column_type(STMT(st)->handle, col) == SQLITE_NULL; }
static int64_t sqlite_changes(struct store *s) { return sqlite3_changes64(STORE(s)->db); }

/* ---- generated tables ---- */

static enum status sqlite_create_table(struct store *s, const struct table_spec *t, struct err *e) {
  struct text q;
  text_init(&q, 1 << 20);
  spec_create(&q, t);
  enum status st = text_check(&q, t->name, e);
  if (st == OK) st = run_text(s, text_str(&q), t->name, e);
  text_free(&q);
  return st;
}

static enum status sqlite_create_index(struct store *s, const struct table_spec *t, const char *name, const char *const *columns, uint32_t count, bool unique, struct err *e) {
  struct text q;
  text_init(&q, 1 << 16);
  spec_index(&q, t, name, columns, count, unique);
  enum status st = text_check(&q, name, e);
  if (st == OK) st = run_text(s, text_str(&q), name, e);
  text_free(&q);
  return st;
}

static enum status sqlite_drop_index(struct store *s, const char *name, struct err *e) {
  char q[80];
  snprintf(q, sizeof q, "DROP INDEX \"%.42s\"", name);
  return run_text(s, q, name, e);
}

static enum status sqlite_prepare(struct store *s, const struct table_spec *t, enum store_op op, uint32_t n, struct store_stmt **out, struct err *e) {
  struct text q;
  text_init(&q, 1 << 20);
  spec_operation(&q, t, op, n);
  struct sqlite_stmt *made = NULL;
  enum status r = text_check(&q, t->name, e);
  if (r == OK && !(made = calloc(1, sizeof *made))) r = err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (r == OK) {
    made->base.driver = &store_sqlite, made->base.store = s;
    int rc = sqlite3_prepare_v3(STORE(s)->db, text_str(&q), -1, SQLITE_PREPARE_PERSISTENT, &made->handle, NULL);
    if (rc != SQLITE_OK) {
      r = fail_code(s, rc, t->name, e);
      free(made);
      made = NULL;
    }
  }
  text_free(&q);
  *out = made ? &made->base : NULL;
  return r;
}

static void sqlite_free(struct store_stmt *st) {
  sqlite3_finalize(STMT(st)->handle);
  free(st);
}

static void sqlite_values(struct store_stmt *st, struct store_value *out, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    int c = (int)i;
    switch (sqlite3_column_type(STMT(st)->handle, c)) {
    case SQLITE_INTEGER: out[i] = (struct store_value){.kind = STORE_VALUE_INT, .i = sqlite3_column_int64(STMT(st)->handle, c)}; break;
    case SQLITE_FLOAT: out[i] = (struct store_value){.kind = STORE_VALUE_REAL, .d = sqlite3_column_double(STMT(st)->handle, c)}; break;
    case SQLITE_TEXT: out[i] = (struct store_value){.kind = STORE_VALUE_TEXT, .s = sqlite_col_text(st, c)}; break;
    case SQLITE_BLOB: out[i] = (struct store_value){.kind = STORE_VALUE_BLOB, .s = sqlite_col_blob(st, c)}; break;
    default: out[i] = (struct store_value){.kind = STORE_NULL};
    }
  }
}

/* ---- bulk append ---- */

#define BULK_ROWS 1024
#define BULK_BYTES ((size_t)1 << 18)

struct sqlite_buffer { /* rows that wait */
  struct store_value *values;
  char *bytes; /* their texts and blobs */
  size_t used, room, rows;
};

struct sqlite_bulk {
  struct store_bulk base;
  sqlite3_stmt *insert;
  struct feed feed; /* what the statement reads */
  void *fill;       /* struct sqlite_buffer */
  char name[42];
};

static void buffer_free(struct sqlite_buffer *f) {
  if (f) free(f->values), free(f->bytes), free(f);
}

static enum status sqlite_bulk_buffer(struct store_bulk *base, void **out, struct err *e) {
  struct sqlite_buffer *f = calloc(1, sizeof *f);
  if (f) f->values = calloc((size_t)BULK_ROWS * ((struct sqlite_bulk *)(void *)base)->feed.columns, sizeof *f->values), f->bytes = malloc(BULK_BYTES), f->room = BULK_BYTES;
  if (!f || !f->values || !f->bytes) {
    buffer_free(f);
    return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  *out = f;
  return OK;
}

static void sqlite_bulk_drop(struct sqlite_bulk *b) {
  sqlite3_finalize(b->insert);
  if (b->name[0]) sqlite3_create_module(STORE(b->base.store)->db, b->name, NULL, NULL);
  buffer_free(b->fill), buffer_free(b->base.spare), free(b);
}

static enum status sqlite_bulk_open(struct store *s, const struct table_spec *t, struct store_bulk **out, struct err *e) {
  struct sqlite_bulk *b = calloc(1, sizeof *b);
  if (!b) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  b->base.driver = &store_sqlite, b->base.store = s;
  b->feed.columns = t->count;
  struct text q;
  text_init(&q, 1 << 16);
  enum status st = sqlite_bulk_buffer(&b->base, &b->fill, e);
  snprintf(b->name, sizeof b->name, "feed%u", ++STORE(s)->feeds);
  spec_append(&q, t, b->name);
  if (st == OK) st = text_check(&q, t->name, e);
  int rc = SQLITE_OK;
  if (st == OK) rc = feed_register(STORE(s)->db, b->name, &b->feed);
  if (st == OK && rc == SQLITE_OK) rc = sqlite3_prepare_v3(STORE(s)->db, text_str(&q), -1, SQLITE_PREPARE_PERSISTENT, &b->insert, NULL);
  if (st == OK && rc != SQLITE_OK) st = fail_code(s, rc, t->name, e);
  text_free(&q);
  if (st != OK) {
    sqlite_bulk_drop(b);
    return st;
  }
  *out = &b->base;
  return OK;
}

static void sqlite_bulk_empty(void *buffer) { ((struct sqlite_buffer *)buffer)->rows = ((struct sqlite_buffer *)buffer)->used = 0; }

static enum status sqlite_bulk_write(struct store_bulk *base, void *buffer, struct err *e) {
  struct sqlite_bulk *b = (struct sqlite_bulk *)(void *)base;
  struct sqlite_buffer *f = buffer;
  b->feed.values = f->values, b->feed.rows = f->rows;
  int rc = sqlite3_step(b->insert);
  enum status st = rc == SQLITE_DONE ? OK : fail_code(base->store, rc, "appending rows", e);
  sqlite3_reset(b->insert);
  sqlite_bulk_empty(f);
  return st;
}

static enum status sqlite_bulk_row(struct store_bulk *base, const struct store_value *values, struct err *e) {
  struct sqlite_bulk *b = (struct sqlite_bulk *)(void *)base;
  struct sqlite_buffer *f = b->fill;
  uint32_t n = b->feed.columns;
  size_t need = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (values[i].kind == STORE_VALUE_TEXT || values[i].kind == STORE_VALUE_BLOB) need += values[i].s.len;
    else if (values[i].kind == STORE_VALUE_REAL && !isfinite(values[i].d)) return err_set(e, ERR_INTERNAL, NULL, "a number that is not finite was about to be stored");
  }
  if (f->rows == BULK_ROWS || (f->rows && f->room - f->used < need)) {
    TRY(behind_hand(base, &b->fill, e));
    f = b->fill;
  }
  if (f->room < need) {
    char *p = realloc(f->bytes, need);
    if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    f->bytes = p, f->room = need;
  }
  struct store_value *to = f->values + f->rows * n;
  memcpy(to, values, n * sizeof *to);
  for (uint32_t i = 0; i < n; i++) {
    if (to[i].kind != STORE_VALUE_TEXT && to[i].kind != STORE_VALUE_BLOB) continue;
    if (to[i].s.len) memcpy(f->bytes + f->used, to[i].s.at, to[i].s.len);
    to[i].s.at = f->bytes + f->used;
    f->used += to[i].s.len;
  }
  f->rows++;
  return OK;
}

static enum status sqlite_bulk_flush(struct store_bulk *base, struct err *e) {
  struct sqlite_buffer *f = ((struct sqlite_bulk *)(void *)base)->fill;
  return f->rows ? sqlite_bulk_write(base, f, e) : OK;
}
static void sqlite_bulk_close(struct store_bulk *b) { sqlite_bulk_drop((struct sqlite_bulk *)(void *)b); }

/* ---- the whole file ---- */

static enum status sqlite_integrity(struct store *s, struct err *e) {
  sqlite3_stmt *st = NULL;
  int rc = sqlite3_prepare_v2(STORE(s)->db, "PRAGMA integrity_check(1)", -1, &st, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_step(st);
  enum status r = OK;
  if (rc != SQLITE_ROW) r = fail_code(s, rc, "checking the file", e);
  else if (strcmp((const char *)sqlite3_column_text(st, 0), "ok") != 0) {
    /* A page that cannot be read is a finding among others to the engine; to us it is the disk, not the file. */
    const char *finding = (const char *)sqlite3_column_text(st, 0), *code = strstr(finding, "error code=");
    int why = code ? (int)(strtol(code + 11, NULL, 10) & 0xFF) : 0;
    r = why && why != SQLITE_CORRUPT ? fail_code(s, why, "checking the file", e) : err_set(e, ERR_CORRUPT, "restore the latest backup", "%s: the file is damaged: %s", s->path, finding);
  }
  sqlite3_finalize(st);
  if (r != OK) return r;
  rc = sqlite3_prepare_v2(STORE(s)->db, "PRAGMA foreign_key_check", -1, &st, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_step(st);
  if (rc == SQLITE_ROW) r = err_set(e, ERR_CORRUPT, "restore the latest backup", "%s: a row of table %s names a row that is not there", s->path, (const char *)sqlite3_column_text(st, 0));
  else if (rc != SQLITE_DONE) r = fail_code(s, rc, "checking the file", e);
  sqlite3_finalize(st);
  return r;
}

static enum status sqlite_size(struct store *s, uint64_t *bytes, struct err *e) {
  int64_t pages = 0, size = 0;
  TRY(one_int(s, "PRAGMA page_count", &pages, "measuring", e));
  TRY(one_int(s, "PRAGMA page_size", &size, "measuring", e));
  *bytes = (uint64_t)pages * (uint64_t)size;
  return OK;
}

static enum status room_for(struct store *s, const char *to, struct err *e) {
  char folder[4200];
  const char *slash = strrchr(to, '/');
  uint64_t need;
  TRY(sqlite_size(s, &need, e));
  snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - to + (slash == to)) : 1, slash ? to : ".");
  uint64_t space = file_space(folder);
  if (space >= need) return OK;
  return err_set(e, ERR_FULL, "free some space on that disk, or name another", "the copy of %s needs about %llu MB in %s; %llu MB are free", s->path, (unsigned long long)need / 1000000 + 1, folder, (unsigned long long)space / 1000000);
}

static enum status copy_to(struct store *s, sqlite3 *to, const char *path, struct err *e) {
  sqlite3_busy_timeout(to, 5000);
  sqlite3_backup *b = sqlite3_backup_init(to, "main", STORE(s)->db, "main");
  if (!b) return err_set(e, ERR_IO, NULL, "cannot start the copy to %s: %s", path, sqlite3_errmsg(to));
  int rc;
  while ((rc = sqlite3_backup_step(b, 1024)) == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
    if (rc != SQLITE_OK) sqlite3_sleep(20);
  int done = sqlite3_backup_finish(b);
  if (rc == SQLITE_DONE && done == SQLITE_OK) return OK;
  struct sqlite_store there = {.base = {.path = (char *)(uintptr_t)path}, .db = to};
  return fail_code(&there.base, rc == SQLITE_DONE ? done : rc, "copying", e);
}

static void remove_with_sides(const char *path) {
  static const char *const sides[] = {"", "-wal", "-shm", "-journal"};
  char side[4200];
  for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) snprintf(side, sizeof side, "%s%s", path, sides[i]), unlink(side);
}

static enum status sqlite_backup(struct store *s, const char *to, struct err *e) {
  if (file_exists(to)) return err_set(e, ERR_CONFLICT, "choose another name, or move the old backup away first", "%s is already there", to);
  sqlite3 *db = NULL;
  TRY(room_for(s, to, e));
  make_private(to);
  int rc = sqlite3_open_v2(to, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
  enum status st = OK;
  struct sqlite_store there = {.base = {.path = (char *)(uintptr_t)to}, .db = db};
  if (rc != SQLITE_OK) st = fail_code(&there.base, rc, "opening", e);
  if (st == OK) sqlite3_exec(db, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
  /* One moment of the source, whatever others write meanwhile: without it each of their commits would begin the copy anew. */
  bool own = st == OK && !sqlite_in_transaction(s);
  if (own) st = sqlite_begin(s, false, e);
  if (st == OK) st = copy_to(s, db, to, e);
  if (own) sqlite_rollback(s);
  if (st == OK) st = sqlite_integrity(&there.base, e);
  /* The copy is one file, complete without companions. */
  if (st == OK) st = run_text(&there.base, "PRAGMA journal_mode = DELETE", "closing", e);
  sqlite3_close(db);
  if (st != OK) remove_with_sides(to);
  return st;
}

static enum status sqlite_flush(struct store *s, struct err *e) {
  int rc = sqlite3_wal_checkpoint_v2(STORE(s)->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  return rc == SQLITE_OK ? OK : fail_code(s, rc, "emptying the write-ahead log", e);
}

#define ROW(name) .name = sqlite_##name
const struct store_driver store_sqlite = {
    ROW(open), ROW(close), ROW(remove), ROW(migrate), ROW(begin), ROW(commit), ROW(rollback), ROW(in_transaction), ROW(sql), ROW(sql_new), ROW(prepare), ROW(free), ROW(bind_int), ROW(bind_real),
    ROW(bind_text), ROW(bind_blob), ROW(bind_null), ROW(step), ROW(reset), ROW(col_int), ROW(col_real), ROW(col_text), ROW(col_blob), ROW(col_null), ROW(values), ROW(changes),
    ROW(create_table), ROW(create_index), ROW(drop_index), ROW(bulk_open), ROW(bulk_row), ROW(bulk_flush), ROW(bulk_write), ROW(bulk_buffer), ROW(bulk_empty), ROW(bulk_close), ROW(integrity), ROW(size), ROW(backup), ROW(flush),
};
#undef ROW
