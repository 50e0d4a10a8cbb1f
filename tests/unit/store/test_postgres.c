/* What the PostgreSQL driver promises beyond what every store does: connections that break. Run without a server at hand, it starts
 * one of its own (tools/with-postgres). */
#define _GNU_SOURCE
#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/driver.h"
#include "unit.h"

static const struct store_column columns[] = {{"id", STORE_INT, true}, {"name", STORE_TEXT, false}};
static const struct table_spec people = {"people", columns, 2, 1};

static const char *server(void) {
  const char *url = getenv("LUCID_TEST_PG");
  if (!url) skip();
  return url;
}

static struct store *fresh(void) {
  struct err e;
  struct store *s;
  const char *url = server();
  enum status gone = store_remove(url, &e);
  assert_true(gone == OK || gone == ERR_NOT_FOUND);
  assert_ok(store_open(url, &(struct store_options){.mode = STORE_CREATE}, &s, &e), &e);
  assert_ok(store_create_table(s, &people, &e), &e);
  return s;
}

/* As the server's administrator. */
static PGresult *ask(const char *sql) {
  PGconn *c = PQconnectdb(server());
  assert_int_equal(PQstatus(c), CONNECTION_OK);
  PQclear(PQexec(c, "SET search_path = lucid"));
  PGresult *r = PQexec(c, sql);
  if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK) fail_msg("%s: %s", sql, PQerrorMessage(c));
  PQfinish(c);
  return r;
}

static void cut(void) { PQclear(ask("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'lucid'")); }

static enum status put(struct store *s, int64_t id, const char *name, struct err *e) {
  struct store_stmt *st;
  TRY(store_prepare(s, &people, STORE_INSERT, 0, &st, e));
  store_bind_int(st, 1, id), store_bind_str(st, 2, name);
  enum status r = store_run(st, e);
  store_free(st);
  return r;
}

static int64_t count(struct store *s) {
  struct err e;
  struct store_stmt *st;
  bool row;
  assert_ok(store_prepare(s, &people, STORE_COUNT_ALL, 0, &st, &e), &e);
  assert_ok(store_step(st, &row, &e), &e);
  int64_t n = store_int(st, 0);
  store_free(st);
  return n;
}

static void every_named_statement_is_understood(void **state) {
  (void)state;
  struct store *s = fresh();
  struct err e;
  static const struct store_column keyed[] = {{"home", STORE_INT, true}, {"id", STORE_INT, true}, {"from_event", STORE_INT, true}, {"key", STORE_TEXT, true}};
  assert_ok(store_create_table(s, &(struct table_spec){"household", keyed, 4, 2}, &e), &e);
  assert_ok(store_create_table(s, &(struct table_spec){"household_history", keyed, 4, 3}, &e), &e);
  PGconn *c = PQconnectdb(server());
  PQclear(PQexec(c, "SET search_path = lucid"));
  for (int i = 0; i < SQL_COUNT; i++) {
    if (strncmp(store_sql_name[i], "STAGE_", 6) == 0) continue; /* an import's work file is always SQLite's */
    char *sql = strdup(store_sql_text[i]);
    for (char *p = sql; *p; p++)
      if (*p == '?') *p = '$';
    PGresult *r = PQprepare(c, "", sql, 0, NULL);
    if (PQresultStatus(r) != PGRES_COMMAND_OK) fail_msg("%s: %s", store_sql_name[i], PQerrorMessage(c));
    PQclear(r);
    free(sql);
  }
  PQfinish(c);
  store_close(s);
}

static int in_schema(const char *words) {
  int n = 0;
  for (int i = 1; schema_text(i); i++)
    for (const char *at = schema_text(i); (at = strstr(at, words)); at++) n++;
  return n;
}

static void the_schema_says_the_same_in_both_dialects(void **state) {
  (void)state;
  struct store *s = fresh();
  PGresult *r = ask("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'lucid'");
  assert_int_equal(atoi(PQgetvalue(r, 0, 0)), in_schema("CREATE TABLE ") + 2); /* the mark, and people */
  PQclear(r);
  r = ask("SELECT data_type || ' ' || coalesce(collation_name, '') || ' ' || is_nullable FROM information_schema.columns WHERE table_schema = 'lucid' AND (table_name, column_name) IN"
          " (('event', 'rows_hash'), ('event', 'round'), ('area', 'code'), ('seal_key', 'wrapped')) ORDER BY table_name, column_name");
  assert_int_equal(PQntuples(r), 4);
  assert_string_equal(PQgetvalue(r, 0, 0), "text C NO");
  assert_string_equal(PQgetvalue(r, 1, 0), "bigint  YES");
  assert_string_equal(PQgetvalue(r, 2, 0), "bytea  NO");
  assert_string_equal(PQgetvalue(r, 3, 0), "bytea  YES");
  PQclear(r);
  r = ask("SELECT count(*) FROM information_schema.referential_constraints WHERE constraint_schema = 'lucid'");
  assert_int_equal(atoi(PQgetvalue(r, 0, 0)), in_schema(" REFERENCES "));
  PQclear(r);
  store_close(s);
}

static void a_connection_cut_inside_a_transaction_keeps_nothing(void **state) {
  (void)state;
  struct store *s = fresh();
  struct err e;
  assert_ok(store_begin(s, true, &e), &e);
  assert_ok(put(s, 1, "x", &e), &e);
  cut();
  assert_refused(put(s, 2, "y", &e), ERR_IO, "nothing was kept of this change", &e);
  store_rollback(s);
  assert_int_equal(count(s), 0); /* on a new connection */
  assert_ok(store_begin(s, true, &e), &e);
  assert_ok(put(s, 1, "x", &e), &e);
  cut();
  assert_refused(store_commit(s, &e), ERR_IO, "lost while committing", &e);
  assert_non_null(strstr(e.hint, "nothing was kept"));
  assert_int_equal(count(s), 0);
  assert_ok(store_begin(s, true, &e), &e);
  assert_ok(put(s, 1, "x", &e), &e);
  assert_ok(store_commit(s, &e), &e);
  assert_int_equal(count(s), 1);
  store_close(s);
}

static void a_read_outside_a_transaction_is_asked_again(void **state) {
  (void)state;
  struct store *s = fresh();
  struct err e;
  assert_ok(put(s, 1, "x", &e), &e);
  for (int i = 0; i < 3; i++) {
    cut();
    assert_int_equal(count(s), 1);
  }
  cut();
  assert_ok(store_begin(s, true, &e), &e); /* nothing had begun */
  store_rollback(s);
  store_close(s);
}

static void a_reader_whose_state_is_gone_is_told(void **state) {
  (void)state;
  struct store *s = fresh();
  struct err e;
  struct store_stmt *st;
  bool row;
  struct store_bulk *b;
  assert_ok(store_bulk_open(s, &people, &b, &e), &e);
  for (int64_t i = 0; i < 5000; i++) assert_ok(store_bulk_row(b, (struct store_value[]){{.kind = STORE_VALUE_INT, .i = i}, {.kind = STORE_NULL}}, &e), &e);
  assert_ok(store_bulk_flush(b, &e), &e);
  store_bulk_close(b);
  assert_ok(store_begin(s, false, &e), &e);
  assert_ok(store_prepare(s, &people, STORE_PREFIX, 0, &st, &e), &e);
  assert_ok(store_step(st, &row, &e), &e);
  cut();
  enum status r = OK;
  int64_t seen = 1;
  while (r == OK && row) r = store_step(st, &row, &e), seen++; /* rows already here are good; then it must not go on with another state */
  assert_int_equal(r, ERR_IO);
  assert_true(seen < 5000);
  store_free(st);
  store_rollback(s);
  store_close(s);
}

/* ---- a commit whose answer is lost: something between us and the server forwards COMMIT and then hangs up ---- */

static int connect_to(const char *path) {
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  memccpy(a.sun_path, path, 0, sizeof a.sun_path - 1);
  return connect(fd, (struct sockaddr *)&a, sizeof a) == 0 ? fd : -1;
}

/* Forwards until either side is done; with `drop`, hangs up once the server has answered a COMMIT. */
static bool forward(int client, int to, bool drop) {
  char buffer[65536];
  bool committing = false;
  for (;;) {
    struct pollfd p[2] = {{client, POLLIN, 0}, {to, POLLIN, 0}};
    if (poll(p, 2, -1) < 0) return false;
    for (int i = 0; i < 2; i++) {
      if (!(p[i].revents & (POLLIN | POLLHUP))) continue;
      ssize_t n = read(p[i].fd, buffer, sizeof buffer);
      if (n <= 0) return false;
      if (i == 1 && committing) return true;
      if (i == 0 && drop && memmem(buffer, (size_t)n, "COMMIT\0", 7)) committing = true;
      if (write(i ? client : to, buffer, (size_t)n) != n) return false;
    }
  }
}

static pid_t start_proxy(const char *dir, const char *real) {
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  snprintf(a.sun_path, sizeof a.sun_path, "%s/.s.PGSQL.5432", dir);
  int ear = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_int_equal(bind(ear, (struct sockaddr *)&a, sizeof a), 0);
  assert_int_equal(listen(ear, 5), 0);
  pid_t pid = fork();
  if (pid) {
    close(ear);
    return pid;
  }
  for (bool drop = true;;) {
    int client = accept(ear, NULL, NULL), to = connect_to(real);
    if (client < 0 || to < 0) _exit(1);
    if (forward(client, to, drop)) drop = false;
    close(client), close(to);
  }
}

static void a_commit_whose_answer_was_lost_is_known_to_be_kept(void **state) {
  (void)state;
  struct store *s = fresh(), *through;
  struct err e;
  char dir[] = "/tmp/lucid-proxy-XXXXXX", real[200], url[300];
  assert_non_null(mkdtemp(dir));
  snprintf(real, sizeof real, "%s/.s.PGSQL.5432", getenv("LUCID_TEST_PG_DIR"));
  pid_t proxy = start_proxy(dir, real);
  snprintf(url, sizeof url, "postgresql://lucid@/lucid?host=%s&gssencmode=disable", dir);
  assert_ok(store_open(url, &(struct store_options){.mode = STORE_WRITE}, &through, &e), &e);
  assert_ok(store_begin(through, true, &e), &e);
  assert_ok(put(through, 1, "x", &e), &e);
  assert_ok(store_commit(through, &e), &e); /* the answer never came; the mark did */
  assert_int_equal(count(s), 1);
  store_close(through), store_close(s);
  kill(proxy, SIGKILL);
  waitpid(proxy, NULL, 0);
  snprintf(url, sizeof url, "%s/.s.PGSQL.5432", dir);
  unlink(url), rmdir(dir);
}

static void what_an_interrupted_init_left_makes_way(void **state) {
  (void)state;
  struct store *s = fresh(), *again;
  struct err e;
  store_close(s);
  assert_ok(store_open(server(), &(struct store_options){.mode = STORE_CREATE}, &again, &e), &e); /* tables, but no event */
  assert_ok(store_begin(again, true, &e), &e);
  struct store_stmt *st;
  assert_ok(store_sql(again, SQL_EVENT_PUT, &st, &e), &e);
  for (int i = 1; i <= 15; i++) {
    if (i >= 13) store_bind_blob(st, i, "x", 1);
    else if (i == 5 || i == 9) store_bind_null(st, i);
    else if (i == 1 || i == 4 || i >= 10) store_bind_int(st, i, 1);
    else store_bind_str(st, i, "x");
  }
  assert_ok(store_run(st, &e), &e);
  assert_ok(store_commit(again, &e), &e);
  store_close(again);
  assert_refused(store_open(server(), &(struct store_options){.mode = STORE_CREATE}, &again, &e), ERR_CONFLICT, "there is already a registry", &e);
}

static void texts_that_a_database_cannot_hold_are_refused(void **state) {
  (void)state;
  struct store *s = fresh();
  struct err e;
  struct store_stmt *st;
  struct store_bulk *b;
  assert_ok(store_prepare(s, &people, STORE_INSERT, 0, &st, &e), &e);
  store_bind_int(st, 1, 1), store_bind_text(st, 2, "a\0b", 3);
  assert_refused(store_run(st, &e), ERR_INPUT, "holds a NUL", &e);
  store_bind_text(st, 2, "\xff\xfe", 2);
  assert_refused(store_run(st, &e), ERR_INPUT, "not UTF-8", &e);
  store_free(st);
  assert_ok(store_bulk_open(s, &people, &b, &e), &e);
  struct store_value v[2] = {{.kind = STORE_VALUE_INT, .i = 1}, {.kind = STORE_VALUE_TEXT, .s = {"a\0b", 3}}};
  assert_refused(store_bulk_row(b, v, &e), ERR_INPUT, "holds a NUL", &e);
  store_bulk_close(b);
  struct store_column *c = calloc(1700, sizeof *c);
  char(*names)[8] = calloc(1700, sizeof *names);
  for (int i = 0; i < 1700; i++) snprintf(names[i], sizeof names[i], "c%d", i), c[i] = (struct store_column){names[i], STORE_INT, false};
  assert_refused(store_create_table(s, &(struct table_spec){"wide", c, 1700, 1}, &e), ERR_LIMIT, "PostgreSQL takes 1600", &e);
  free(c), free(names);
  store_close(s);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {UNIT(every_named_statement_is_understood), UNIT(the_schema_says_the_same_in_both_dialects), UNIT(a_connection_cut_inside_a_transaction_keeps_nothing),
                                     UNIT(a_read_outside_a_transaction_is_asked_again), UNIT(a_reader_whose_state_is_gone_is_told), UNIT(a_commit_whose_answer_was_lost_is_known_to_be_kept),
                                     UNIT(what_an_interrupted_init_left_makes_way), UNIT(texts_that_a_database_cannot_hold_are_refused)};
  (void)argc;
  if (!getenv("LUCID_TEST_PG")) {
    int rc;
    pid_t pid = fork();
    if (pid == 0) {
      execl("tools/with-postgres", "with-postgres", argv[0], (char *)NULL);
      _exit(77);
    }
    waitpid(pid, &rc, 0);
    if (!WIFEXITED(rc) || WEXITSTATUS(rc) != 77) return WIFEXITED(rc) ? WEXITSTATUS(rc) : 1;
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
