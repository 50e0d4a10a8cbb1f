/* What migrations promise: interrupted at any statement, by a kill of the program, of its connection, of the server or by the disk, a registry is whole
 * at the version it says, and migrating again ends where one that was never interrupted ends. On a file, and on a database
 * (without one at hand it starts one, tools/with-postgres). */
#include "../registry/faults.h"

#include <libpq-fe.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "store/postgres.h"
#include "store/store.h"

static char dir[64], path[300];
static const char *url;

/* ---- a registry of version 1, as 0.1.0 made it: with one fact in it ---- */

static void make_file(void) {
  sqlite3 *db;
  assert_int_equal(store_remove(path, NULL), OK);
  assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, "PRAGMA journal_mode = WAL; BEGIN", NULL, NULL, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, schema_text(1), NULL, NULL, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, "PRAGMA application_id = 1282761572; PRAGMA user_version = 1; INSERT INTO meta VALUES ('key_id', '0123456789abcdef'); COMMIT", NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
}

/* Waits for a server that is coming back. */
static PGconn *as_administrator(void) {
  PGconn *c = PQconnectdb(url);
  for (int i = 0; i < 200 && PQstatus(c) != CONNECTION_OK; i++) {
    usleep(50000);
    PQreset(c);
  }
  assert_int_equal(PQstatus(c), CONNECTION_OK);
  return c;
}

static void administrator(const char *sql) {
  PGconn *c = as_administrator();
  PGresult *r = PQexec(c, sql);
  if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK) fail_msg("%s: %s", sql, PQerrorMessage(c));
  PQclear(r);
  PQfinish(c);
}

static void make_database(void) {
  struct text q;
  text_init(&q, 1 << 20);
  text_add(&q, "SET client_min_messages = warning; DROP SCHEMA IF EXISTS lucid CASCADE; CREATE SCHEMA lucid; SET search_path = lucid;");
  pg_schema(&q, schema_text(1));
  text_add(&q, "CREATE TABLE store_mark (application bigint NOT NULL, version bigint NOT NULL, mark text NOT NULL); INSERT INTO store_mark VALUES (1282761572, 1, '');"
               "INSERT INTO meta VALUES ('key_id', '0123456789abcdef')");
  administrator(text_str(&q));
  text_free(&q);
}

/* ---- looking ---- */

/* A server that was killed needs a moment to come back; on a busy machine more than one. */
static struct store *open_patiently(const char *at, enum store_mode mode) {
  struct err e;
  struct store *s;
  enum status st = ERR_BUSY;
  for (int i = 0; i < 600 && (st = store_open(at, &(struct store_options){.mode = mode}, &s, &e)) == ERR_BUSY; i++) usleep(100000);
  if (st != OK) fail_msg("%s: %s", status_name(st), e.message);
  return s;
}

static int version_now(const char *at) {
  struct store *s = open_patiently(at, STORE_MIGRATE);
  int v = store_version(s);
  store_close(s);
  return v;
}

/* Whole at its number: the last version answers what only it can, and answers right. */
static void assert_whole(const char *at) {
  struct err e;
  struct store *s = open_patiently(at, STORE_WRITE);
  struct store_stmt *st;
  bool row;
  assert_int_equal(store_version(s), store_schema_version());
  assert_ok(store_integrity(s, &e), &e);
  assert_ok(store_sql(s, SQL_KEY_GENERATION_LAST, &st, &e), &e);
  assert_ok(store_step(st, &row, &e), &e);
  assert_true(row);
  assert_int_equal(store_int(st, 0), 1); /* once, however often it was begun */
  assert_true(span_is(store_text(st, 1), "0123456789abcdef"));
  store_reset(st);
  assert_ok(store_begin(s, true, &e), &e);
  assert_ok(store_commit(s, &e), &e);
  store_close(s);
}

static enum status migrate(const char *at, void (*before)(void *, int, int), void *ctx, struct err *e) {
  struct store *s;
  TRY(store_open(at, &(struct store_options){.mode = STORE_MIGRATE, .before = before, .ctx = ctx}, &s, e));
  enum status st = store_migrate(s, e);
  store_close(s);
  return st;
}

/* ---- blows ---- */

struct blow {
  int at, seen; /* before which statement, counted through all migrations */
  enum { PROGRAM, CONNECTION, BACKEND, SERVER } what;
};

static int number_of(const char *sql) {
  PGconn *c = as_administrator();
  PGresult *r = PQexec(c, sql);
  assert_int_equal(PQntuples(r), 1);
  int n = atoi(PQgetvalue(r, 0, 0));
  PQclear(r), PQfinish(c);
  return n;
}

static void gone(int pid) {
  for (int i = 0; i < 500 && kill(pid, 0) == 0; i++) usleep(10000);
  assert_int_not_equal(kill(pid, 0), 0);
}

/* The process that serves the migration dies at once: the server throws everybody out and recovers. */
static void kill_backend(void) {
  int pid = number_of("SELECT pid FROM pg_stat_activity WHERE application_name = 'lucid'");
  assert_int_equal(kill(pid, SIGKILL), 0);
  gone(pid);
}

/* The server's first process dies at once; the others notice, and only then can it be started again. */
static void kill_server(void) {
  char path_of[300], start[300];
  int backend = number_of("SELECT pid FROM pg_stat_activity WHERE application_name = 'lucid'"), first = 0;
  snprintf(path_of, sizeof path_of, "%s/data/postmaster.pid", getenv("LUCID_TEST_PG_DIR"));
  FILE *f = fopen(path_of, "r");
  assert_non_null(f);
  assert_int_equal(fscanf(f, "%d", &first), 1);
  fclose(f);
  assert_int_equal(kill(first, SIGKILL), 0);
  gone(first), gone(backend);
  snprintf(start, sizeof start, "%s/start", getenv("LUCID_TEST_PG_DIR"));
  int rc = -1;
  for (int i = 0; i < 50 && rc != 0; i++) {
    if (i) usleep(100000);
    rc = system(start);
  }
  assert_int_equal(rc, 0);
}

static void strike(void *ctx, int migration, int statement) {
  struct blow *b = ctx;
  (void)migration, (void)statement;
  if (++b->seen != b->at) return;
  switch (b->what) {
  case PROGRAM: raise(SIGKILL); break;
  case CONNECTION: administrator("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'lucid'"); break;
  case BACKEND: kill_backend(); break;
  case SERVER: kill_server(); break;
  }
}

/* The program is killed before its n-th statement, for every n. */
static void kill_at_each(const char *at, void (*make)(void)) {
  for (int n = 1;; n++) {
    int rc;
    make();
    pid_t pid = fork();
    if (pid == 0) {
      struct blow b = {.at = n};
      struct err e;
      _exit(migrate(at, strike, &b, &e) == OK ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &rc, 0), pid);
    if (WIFEXITED(rc)) { /* there is no n-th */
      assert_int_equal(WEXITSTATUS(rc), 0);
      assert_true(n > 3);
      assert_whole(at);
      return;
    }
    assert_int_equal(WTERMSIG(rc), SIGKILL);
    assert_in_range(version_now(at), 1, store_schema_version() - 1);
    struct err e;
    assert_ok(migrate(at, NULL, NULL, &e), &e);
    assert_whole(at);
  }
}

static void a_file_killed_at_any_statement_is_whole_and_goes_on(void **state) {
  (void)state;
  kill_at_each(path, make_file);
}

static void a_database_whose_program_is_killed_at_any_statement_is_whole_and_goes_on(void **state) {
  (void)state;
  if (!url) skip();
  kill_at_each(url, make_database);
}

/* The program lives; what it talks to goes away before its n-th statement, for every n from `first` in steps. */
static void strike_at_each(int what, int first, int step) {
  struct err e;
  for (int n = first;; n += step) {
    struct blow b = {.at = n, .what = what};
    make_database();
    enum status s = migrate(url, strike, &b, &e);
    if (b.seen < n) { /* there is no n-th */
      assert_ok(s, &e);
      assert_true(n > 3);
      break;
    }
    if (s == OK) { /* the answer to the commit was lost, and the driver found that it was kept, or struck between two migrations */
      assert_whole(url);
      continue;
    }
    assert_int_equal(s, ERR_IO);
    assert_in_range(version_now(url), 1, store_schema_version());
    assert_ok(migrate(url, NULL, NULL, &e), &e);
    assert_whole(url);
  }
}

static void a_connection_cut_at_any_statement_leaves_nothing_half_done(void **state) {
  (void)state;
  if (!url) skip();
  strike_at_each(CONNECTION, 1, 1);
}

/* A server that comes back takes most of a second: every fifth statement, from another one each time it is run; MIGRATE_EVERY=1 for all. */
static void strike_at_some(int what) {
  const char *every = getenv("MIGRATE_EVERY");
  int step = every && atoi(every) > 0 ? atoi(every) : 5;
  strike_at_each(what, 1 + (int)getpid() % step, step);
}

static void a_server_process_killed_at_any_statement_leaves_nothing_half_done(void **state) {
  (void)state;
  if (!url) skip();
  strike_at_some(BACKEND);
}

static void a_server_killed_at_any_statement_leaves_nothing_half_done(void **state) {
  (void)state;
  if (!url) skip();
  strike_at_some(SERVER);
}

#define EVERY ((1u << FAULT_CALLS) - 1)
static const struct fault_regime regimes[] = {
    {"one call fails", EVERY, false, false, false},
    {"the disk stays broken", EVERY, true, false, false},
    {"the disk is full", 1u << FAULT_WRITE | 1u << FAULT_MAP, true, true, false},
};

static void a_disk_that_fails_at_any_call_leaves_nothing_half_done(void **state) {
  (void)state;
  fault_install();
  for (size_t i = 0; i < sizeof regimes / sizeof *regimes; i++) {
    bool struck = true;
    for (long n = 1; struck; n++) {
      struct err e;
      make_file();
      fault_set(&regimes[i], n);
      enum status s = migrate(path, NULL, NULL, &e);
      struck = fault.struck > 0;
      fault_set(NULL, 0);
      if (s != OK) {
        assert_true(struck);
        assert_true(s == ERR_IO || s == ERR_FULL || s == ERR_CORRUPT || s == ERR_MEMORY || s == ERR_BUSY);
        assert_int_not_equal(e.message[0], 0);
      }
      assert_in_range(version_now(path), s == OK ? store_schema_version() : 1, store_schema_version());
      assert_ok(migrate(path, NULL, NULL, &e), &e);
      assert_whole(path);
      assert_true(n < 5000);
    }
  }
}

/* ---- two programs ---- */

static void one_that_had_it_open_is_told(const char *at, void (*make)(void)) {
  struct err e;
  struct store *early, *late;
  make();
  assert_ok(store_open(at, &(struct store_options){.mode = STORE_MIGRATE}, &early, &e), &e);
  assert_ok(store_open(at, &(struct store_options){.mode = STORE_MIGRATE}, &late, &e), &e);
  assert_ok(store_migrate(early, &e), &e);
  assert_refused(store_begin(late, true, &e), ERR_VERSION, "changed its tables from version 1", &e);
  assert_false(store_in_transaction(late));
  store_close(early), store_close(late);
  assert_whole(at);
  assert_ok(migrate(at, NULL, NULL, &e), &e); /* nothing to do */
}

static void a_program_that_had_it_open_at_the_old_version_writes_no_more(void **state) {
  (void)state;
  one_that_had_it_open_is_told(path, make_file);
  if (url) one_that_had_it_open_is_told(url, make_database);
}

static void the_files_are_numbered_without_a_gap(void **state) {
  (void)state;
  for (int i = 1; i <= store_schema_version(); i++) {
    char begins[8];
    snprintf(begins, sizeof begins, "%04d_", i);
    assert_int_equal(strncmp(schema_file(i), begins, 5), 0);
  }
  assert_null(schema_file(store_schema_version() + 1));
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {UNIT(the_files_are_numbered_without_a_gap), UNIT(a_file_killed_at_any_statement_is_whole_and_goes_on), UNIT(a_database_whose_program_is_killed_at_any_statement_is_whole_and_goes_on),
                                     UNIT(a_connection_cut_at_any_statement_leaves_nothing_half_done), UNIT(a_server_process_killed_at_any_statement_leaves_nothing_half_done),
                                     UNIT(a_server_killed_at_any_statement_leaves_nothing_half_done), UNIT(a_program_that_had_it_open_at_the_old_version_writes_no_more),
                                     UNIT(a_disk_that_fails_at_any_call_leaves_nothing_half_done)};
  (void)argc;
  if (!(url = getenv("LUCID_TEST_PG"))) {
    int rc;
    pid_t pid = fork();
    if (pid == 0) {
      execl("tools/with-postgres", "with-postgres", argv[0], (char *)NULL);
      _exit(77);
    }
    waitpid(pid, &rc, 0);
    if (!WIFEXITED(rc) || WEXITSTATUS(rc) != 77) return WIFEXITED(rc) ? WEXITSTATUS(rc) : 1;
  }
  strcpy(dir, "/tmp/lucid-migrate-XXXXXX");
  if (!mkdtemp(dir)) return 1;
  snprintf(path, sizeof path, "%s/x.lucid", dir);
  int rc = cmocka_run_group_tests(tests, NULL, NULL);
  if (file_remove_tree(dir, NULL) != OK) return 1;
  return rc;
}
