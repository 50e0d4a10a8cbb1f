/* store_postgres.c - the registry in the schema `lucid` of a PostgreSQL database: connection, transactions, promises. */
#include "store/postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>


#define APPLICATION_ID 0x4C756364
#define LOCK "1282761572" /* the advisory lock of whoever writes: "Lucd" in the database's own space */
enum { OLDEST_SERVER = 130000, COMMIT_WAIT_MS = 20000 };

static void quiet(void *ctx, const char *message) { (void)ctx, (void)message; }

static void pause_ms(long ms) {
  struct timespec t = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&t, NULL);
}

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

enum status pg_exec(struct pg_store *p, const char *sql, const char *doing, struct err *e) {
  PGresult *r = PQexec(p->conn, sql);
  ExecStatusType st = PQresultStatus(r);
  enum status s = st == PGRES_COMMAND_OK || st == PGRES_TUPLES_OK ? OK : pg_fail(p, r, doing, e);
  PQclear(r);
  return s;
}

/* One text out of one row; "" when there is none. */
static enum status one_text(struct pg_store *p, const char *sql, char *out, size_t cap, const char *doing, struct err *e) {
  PGresult *r = PQexec(p->conn, sql);
  enum status s = PQresultStatus(r) == PGRES_TUPLES_OK ? OK : pg_fail(p, r, doing, e);
  snprintf(out, cap, "%s", s == OK && PQntuples(r) ? PQgetvalue(r, 0, 0) : "");
  PQclear(r);
  return s;
}

/* ---- connection ---- */

/* The URL as messages may show it: without password and settings. */
static char *shown(const char *url, bool *several, struct err *e, enum status *s) {
  char *why = NULL, out[1024];
  PQconninfoOption *o = PQconninfoParse(url, &why);
  const char *host = NULL, *port = NULL, *db = NULL, *user = NULL;
  if (!o) {
    *s = err_set(e, ERR_USAGE, "postgresql://USER@HOST:PORT/DATABASE", "this is not a PostgreSQL URL: %.200s", why ? why : "out of memory");
    PQfreemem(why);
    return NULL;
  }
  for (PQconninfoOption *x = o; x->keyword; x++) {
    const char *v = x->val && *x->val ? x->val : NULL;
    if (strcmp(x->keyword, "host") == 0) host = v;
    if (strcmp(x->keyword, "port") == 0) port = v;
    if (strcmp(x->keyword, "dbname") == 0) db = v;
    if (strcmp(x->keyword, "user") == 0) user = v;
  }
  bool socket = host && *host == '/';
  *several = host && strchr(host, ',');
  snprintf(out, sizeof out, "postgresql://%s%s%s%s%s/%s%s%s", user ? user : "", user ? "@" : "", host && !socket ? host : "", port && !socket ? ":" : "", port && !socket ? port : "", db ? db : user ? user : "",
           socket ? "?host=" : "", socket ? host : "");
  PQconninfoFree(o);
  char *copy = strdup(out);
  if (!copy) *s = err_set(e, ERR_MEMORY, NULL, "out of memory");
  return copy;
}

static const char session_text[] =
    "SET search_path = " PG_SCHEMA ", pg_catalog; SET jit = off; SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET client_min_messages = warning;"
    "SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4;" /* a dead writer frees its lock within a minute */
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/* Waits for a server that is starting; a server that is not there is only waited for with `patient`. */
static enum status connect_now(struct pg_store *p, bool patient, struct err *e) {
  static const char *const names[] = {"connect_timeout", "fallback_application_name", "keepalives_idle", "keepalives_interval", "keepalives_count", "target_session_attrs", "dbname", "client_encoding", NULL};
  const char *const values[] = {"10", "lucid", "20", "5", "4", p->base.mode == STORE_READ || !p->several ? "any" : "read-write", p->url, "UTF8", NULL};
  int64_t until = now_ms() + (p->busy_ms > 5000 || !patient ? p->busy_ms : 5000);
  for (;;) {
    p->conn = PQconnectdbParams(names, values, 1);
    if (p->conn && PQstatus(p->conn) == CONNECTION_OK) break;
    bool wait = p->conn && now_ms() < until && (patient || pg_starting(p->conn));
    enum status s = wait ? OK : pg_fail_connect(p, p->conn, e);
    PQfinish(p->conn);
    p->conn = NULL;
    if (!wait) return s;
    pause_ms(100);
  }
  p->session++;
  PQsetNoticeProcessor(p->conn, quiet, NULL);
  if (PQserverVersion(p->conn) < OLDEST_SERVER)
    return err_set(e, ERR_VERSION, "use a server of version 13 or later", "%s: the server is PostgreSQL %d", p->base.path, PQserverVersion(p->conn) / 10000);
  const char *encoding = PQparameterStatus(p->conn, "server_encoding");
  if (!encoding || strcmp(encoding, "UTF8") != 0)
    return err_set(e, ERR_CONFLICT, "make it with: createdb --encoding=UTF8 --template=template0 NAME", "%s: the database's encoding is %s, not UTF8", p->base.path, encoding ? encoding : "unknown");
  const char *told = PQparameterStatus(p->conn, "in_hot_standby"); /* a server older than 14 has to be asked */
  char standby[8];
  snprintf(standby, sizeof standby, "%s", told && strcmp(told, "on") == 0 ? "t" : "f");
  if (!told && p->base.mode == STORE_READ) TRY(one_text(p, "SELECT pg_is_in_recovery()", standby, sizeof standby, "opening", e));
  p->base.stale = p->base.mode == STORE_READ && standby[0] == 't' ? "the database is read from its standby" : NULL;
  TRY(pg_exec(p, session_text, "opening", e));
  return p->base.mode == STORE_READ ? pg_exec(p, "SET default_transaction_read_only = on", "opening", e) : OK;
}

enum status pg_again(struct pg_store *p, struct err *e) {
  PQfinish(p->conn);
  p->conn = NULL, p->cut = false;
  return connect_now(p, true, e);
}

/* ---- opening ---- */

/* One migration's statements, in the transaction that is open; each on its own, so that an error names the right one. */
static enum status run_migration(struct pg_store *p, int number, struct err *e) {
  struct text q;
  text_init(&q, 1 << 20);
  pg_schema(&q, schema_text(number));
  enum status s = text_check(&q, schema_file(number), e);
  char *sql = s == OK ? strdup(text_str(&q)) : NULL, *rest = sql;
  if (s == OK && !sql) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
  for (int i = 1; s == OK && rest && *rest; i++) {
    char *end = strstr(rest, ";\n");
    if (end) *end = 0;
    if (rest[strspn(rest, " \n")] == 0) break; /* what the last statement leaves */
    schema_before(&p->base, number, i);
    s = pg_exec(p, rest, schema_file(number), e);
    rest = end ? end + 2 : NULL;
  }
  free(sql);
  text_free(&q);
  return s;
}

static enum status make_tables(struct pg_store *p, struct err *e) {
  char q[240];
  TRY(pg_exec(p, "CREATE SCHEMA " PG_SCHEMA, "making the tables", e));
  for (int i = 1; schema_file(i); i++) TRY(run_migration(p, i, e));
  snprintf(q, sizeof q, "CREATE TABLE store_mark (application bigint NOT NULL, version bigint NOT NULL, mark text NOT NULL);\nINSERT INTO store_mark VALUES (%d, %d, '')", APPLICATION_ID, store_schema_version());
  p->base.version = store_schema_version();
  return pg_exec(p, q, "making the tables", e);
}

/* What a killed `init` left behind, tables without a single event, is no registry and makes way. */
static enum status create(struct pg_store *p, struct err *e) {
  char there[8], events[8] = "";
  TRY(pg_exec(p, "BEGIN; SELECT pg_advisory_xact_lock(" LOCK ")", "beginning", e));
  TRY(one_text(p, "SELECT to_regnamespace('" PG_SCHEMA "') IS NOT NULL", there, sizeof there, "looking", e));
  if (there[0] == 't') {
    char ours[8], people[8] = "f"; /* a part of a registry over several servers has no events, but tables of people */
    TRY(one_text(p, "SELECT to_regclass('" PG_SCHEMA ".household') IS NOT NULL", people, sizeof people, "looking", e));
    TRY(one_text(p, "SELECT to_regclass('" PG_SCHEMA ".store_mark') IS NOT NULL AND to_regclass('" PG_SCHEMA ".event') IS NOT NULL", ours, sizeof ours, "looking", e));
    if (ours[0] == 't') TRY(one_text(p, "SELECT EXISTS (SELECT 1 FROM event)", events, sizeof events, "looking", e));
    if (events[0] != 'f' || people[0] == 't')
      return err_set(e, ERR_CONFLICT, "name another database; one database holds one registry", "%s: there is already %s", p->base.path,
                     ours[0] != 't' ? "a schema \"" PG_SCHEMA "\" of something else" : events[0] == 'f' ? "a part of a registry over several servers" : "a registry");
    TRY(pg_exec(p, "DROP SCHEMA " PG_SCHEMA " CASCADE", "clearing what an interrupted init left", e));
  }
  TRY(make_tables(p, e));
  return pg_exec(p, "COMMIT", "making the tables", e);
}

static enum status check_version(struct pg_store *p, struct err *e) {
  char there[8], version[24];
  TRY(one_text(p, "SELECT to_regclass('" PG_SCHEMA ".store_mark') IS NOT NULL", there, sizeof there, "looking", e));
  if (there[0] != 't') return err_set(e, ERR_NOT_FOUND, "`lucid init PROGRAMME URL` makes a registry in it", "%s: the database holds no registry", p->base.path);
  TRY(one_text(p, "SELECT version FROM store_mark", version, sizeof version, "reading the version", e));
  long v = strtol(version, NULL, 10);
  TRY(schema_accept(&p->base, v, e));
  p->base.version = (int)v;
  return OK;
}

static void pg_close(struct store *s) {
  struct pg_store *p = PG_STORE(s);
  struct pg_stmt *st;
  PGconn *conn = p->conn;
  p->conn = NULL; /* statements go with the connection */
  for (int i = 0; i < SQL_COUNT; i++)
    if ((st = p->named[i])) pg_free(&st->base);
  PQfinish(conn);
  free(p->url), free(p->base.path), free(p);
}

static enum status pg_open(const char *url, const struct store_options *o, struct store **out, struct err *e) {
  if (o->mode == STORE_SCRATCH) return err_set(e, ERR_INTERNAL, NULL, "a work file is never in a database");
  struct pg_store *p = calloc(1, sizeof *p);
  if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  enum status s = OK;
  p->base.driver = &store_postgres, p->base.mode = o->mode, p->base.before = o->before, p->base.ctx = o->ctx, p->busy_ms = o->busy_ms ? o->busy_ms : 5000;
  p->url = strdup(url);
  if (!p->url) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (s == OK) p->base.path = shown(url, &p->several, e, &s);
  if (s == OK) s = connect_now(p, false, e);
  if (s == OK) s = o->mode == STORE_CREATE ? create(p, e) : check_version(p, e);
  if (s != OK) {
    pg_close(&p->base);
    return s;
  }
  *out = &p->base;
  return OK;
}

static enum status pg_remove(const char *url, struct err *e) {
  struct store *s = NULL;
  TRY(pg_open(url, &(struct store_options){.mode = STORE_WRITE}, &s, e));
  enum status st = pg_exec(PG_STORE(s), "DROP SCHEMA " PG_SCHEMA " CASCADE", "removing the tables", e);
  pg_close(s);
  return st;
}

/* ---- transactions ---- */

static void pg_rollback(struct store *s) {
  struct pg_store *p = PG_STORE(s);
  for (int i = 0; i < SQL_COUNT; i++)
    if (p->named[i]) pg_reset(&p->named[i]->base);
  if (!pg_lost(p) && PQtransactionStatus(p->conn) != PQTRANS_IDLE) PQclear(PQexec(p->conn, "ROLLBACK"));
  p->tx = p->tx_write = false;
}

static enum status busy(struct pg_store *p, struct err *e) {
  char who[200];
  struct err ignored;
  pg_rollback(&p->base);
  if (one_text(p,
               "SELECT 'user ' || a.usename || ' from ' || coalesce(host(a.client_addr), 'this machine') || ', server process ' || a.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
               " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = " LOCK " LIMIT 1",
               who, sizeof who, "looking", &ignored) != OK)
    who[0] = 0;
  return err_set(e, ERR_BUSY, "wait until the other command has finished, then run this one again; nothing was changed", "%s: somebody else is writing%s%s%s", p->base.path, who[0] ? " (" : "", who, who[0] ? ")" : "");
}

static enum status begin_once(struct pg_store *p, bool write, struct err *e) {
  char q[600];
  p->tx_number++;
  if (!write) return pg_exec(p, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1", "beginning", e); /* what is seen is fixed by the first read */
  uint8_t random[16];
  if (getrandom(random, sizeof random, 0) != sizeof random) return err_set(e, ERR_INTERNAL, NULL, "the system gives no random numbers");
  for (int i = 0; i < 16; i++) snprintf(p->mark + 2 * i, 3, "%02x", random[i]);
  snprintf(q, sizeof q,
           "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = %d; SELECT pg_advisory_xact_lock(" LOCK "); SET LOCAL lock_timeout = 0;"
           "UPDATE store_mark SET mark = '%s'; SELECT pg_current_xact_id()::text, version::text FROM store_mark",
           p->busy_ms, p->mark);
  PGresult *r = PQexec(p->conn, q);
  enum status s = OK;
  if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1) {
    long version = strtol(PQgetvalue(r, 0, 1), NULL, 10);
    snprintf(p->xid, sizeof p->xid, "%s", PQgetvalue(r, 0, 0));
    if (version != p->base.version) s = schema_moved(&p->base, version, e);
  } else s = pg_fail(p, r, "beginning", e);
  PQclear(r);
  return s;
}

static enum status pg_begin(struct store *s, bool write, struct err *e) {
  struct pg_store *p = PG_STORE(s);
  if (pg_lost(p)) TRY(pg_again(p, e));
  enum status st = begin_once(p, write, e);
  if (st != OK && pg_lost(p)) { /* the server was restarted since the last command: nothing had begun */
    TRY(pg_again(p, e));
    st = begin_once(p, write, e);
  }
  if (st == ERR_BUSY) return busy(p, e);
  if (st != OK) {
    pg_rollback(s);
    return st;
  }
  p->tx = true, p->tx_write = write;
  return OK;
}

/* The connection was lost while committing: what became of it? Whoever holds the lock is waited for, so nothing is in doubt then. */
static enum status ask_commit(struct pg_store *p, struct err *e) {
  char q[200], status[24] = "", mark[40] = "";
  int64_t until = now_ms() + COMMIT_WAIT_MS;
  struct err why;
  enum status s;
  do {
    s = pg_again(p, &why);
    if (s == OK) s = one_text(p, "BEGIN; SELECT pg_advisory_xact_lock(" LOCK "); SELECT mark FROM store_mark", mark, sizeof mark, "looking what became of the change", &why);
    if (s == OK) {
      snprintf(q, sizeof q, "SELECT pg_xact_status('%s'::xid8)", p->xid);
      s = one_text(p, q, status, sizeof status, "looking what became of the change", &why);
    }
    if (s != OK) pause_ms(200);
  } while (s != OK && now_ms() < until);
  pg_rollback(&p->base);
  if (s == OK && strcmp(mark, p->mark) == 0) return OK;
  if (s == OK && strcmp(status, "committed") != 0)
    return err_set(e, ERR_IO, "run the command again; nothing was kept of this change", "%s: the connection to the server was lost while committing", p->base.path);
  return err_set(e, ERR_IO, "when the server is back, `lucid status` shows the last event: see whether it is this one before running the command again",
                 "%s: the connection to the server was lost while committing, and it is not known whether the change was kept", p->base.path);
}

static enum status pg_commit(struct store *s, struct err *e) {
  struct pg_store *p = PG_STORE(s);
  for (int i = 0; i < SQL_COUNT; i++)
    if (p->named[i]) pg_reset(&p->named[i]->base);
  bool write = p->tx_write;
  PGresult *r = PQexec(p->conn, "COMMIT");
  enum status st = OK;
  if (PQresultStatus(r) != PGRES_COMMAND_OK) st = pg_fail(p, r, "committing", e);
  else if (strcmp(PQcmdStatus(r), "COMMIT") != 0) st = err_set(e, ERR_IO, "run the command again", "%s: the server did not commit: a statement had failed before; nothing was kept", p->base.path);
  PQclear(r);
  if (st != OK && write && pg_lost(p)) {
    p->tx = p->tx_write = false;
    return ask_commit(p, e);
  }
  if (st != OK) pg_rollback(s);
  p->tx = p->tx_write = false;
  return st;
}

static enum status migrate_body(struct pg_store *p, int number, struct err *e) {
  char q[100];
  TRY(run_migration(p, number, e));
  snprintf(q, sizeof q, "UPDATE store_mark SET version = %d", number);
  TRY(pg_exec(p, q, "stamping the version", e));
  schema_before(&p->base, number, 0);
  return OK;
}

static enum status pg_migrate(struct store *s, int number, struct err *e) {
  TRY(pg_begin(s, true, e));
  enum status st = migrate_body(PG_STORE(s), number, e);
  if (st == OK) st = pg_commit(s, e);
  else pg_rollback(s);
  if (st == OK) s->version = number;
  return st;
}

static bool pg_in_transaction(const struct store *s) { return PG_STORE(s)->tx; }
static int64_t pg_changes(struct store *s) { return PG_STORE(s)->changes; }

/* ---- the whole database ---- */

/* The server checks its pages as it reads them; `fsck` reads every row. Here: what it noticed so far, and the foreign keys. */
static enum status pg_integrity(struct store *s, struct err *e) {
  char failures[24];
  TRY(one_text(PG_STORE(s), "SELECT coalesce(checksum_failures, 0) FROM pg_catalog.pg_stat_database WHERE datname = current_database()", failures, sizeof failures, "checking the database", e));
  if (strtoll(failures, NULL, 10) > 0) return err_set(e, ERR_CORRUPT, "restore the latest backup", "%s: the server found %s damaged pages in the database", s->path, failures);
  return OK;
}

static enum status pg_size(struct store *s, uint64_t *bytes, struct err *e) {
  char size[24];
  TRY(one_text(PG_STORE(s), "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '" PG_SCHEMA "' AND c.relkind = 'r'", size,
               sizeof size, "measuring", e));
  *bytes = (uint64_t)strtoll(size, NULL, 10);
  return OK;
}

static enum status pg_backup(struct store *s, const char *to, struct err *e) {
  (void)to;
  return err_set(e, ERR_INTERNAL, NULL, "%s: a database is backed up by copying the registry", s->path);
}

/* After an erasure: the table is written anew without its dead rows. The server's own log and backups are its administrator's. */
static enum status pg_flush(struct store *s, struct err *e) { return pg_exec(PG_STORE(s), "VACUUM (FULL) seal_key", "clearing away what was erased", e); }

#define ROW(name) .name = pg_##name
const struct store_driver store_postgres = {
    ROW(open), ROW(close), ROW(remove), ROW(migrate), ROW(begin), ROW(commit), ROW(rollback), ROW(in_transaction), ROW(sql), ROW(sql_new), ROW(prepare), ROW(free), ROW(bind_int), ROW(bind_real),
    ROW(bind_text), ROW(bind_blob), ROW(bind_null), ROW(step), ROW(reset), ROW(col_int), ROW(col_real), ROW(col_text), ROW(col_blob), ROW(col_null), ROW(values), ROW(changes),
    ROW(create_table), ROW(create_index), .drop_index = NULL, ROW(bulk_open), ROW(bulk_row), ROW(bulk_flush), ROW(bulk_write), ROW(bulk_buffer), ROW(bulk_empty), ROW(bulk_close), ROW(integrity), ROW(size), ROW(backup), ROW(flush),
};
#undef ROW
