/* bench_open - how long a household with its members, lines and history takes to open, in registries of different sizes: it must not grow with the
 * number of households. `lucid synth` makes the people at the programme's full width, `lucid import` takes them in; their rows are then written again
 * under other ids until there are enough. Half of the households opened were corrected twice, so that there is a history. The peer is the engine's own read of
 * the household's row by its number, all columns, over the same connection or file.
 * usage: bench_open [--households N,N,...] [--samples N]       in a file; with tools/with-postgres in a database
 * The registries lie in TMPDIR (or /tmp): about 1.3 GB a million households. */
#include <inttypes.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/random.h"
#include "registry/registry.h"
#include "store/store.h"

enum { MOST_SAMPLES = 20000, COPY = 10000000 /* between the ids of one copy and the next */ };

static struct err err;
static const char *lucid, *pg;
static char dir[300], path[400];
static uint32_t samples = 2000;

static void die(const char *what, const char *why) {
  fprintf(stderr, "bench_open: %s: %s\n", what, why);
  exit(1);
}

static void must(enum status s) {
  if (s != OK) die(err.message, err.hint);
}

static void run(const char *const *argv) {
  int status;
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    if (!freopen("/dev/null", "w", stdout)) _exit(127);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
  }
  if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) die(argv[1], "the command failed");
}

/* ---- a file: the rows of each home, as often as wanted, one home after another: appended in the order they lie in ---- */

static void sql(sqlite3 *db, const char *text) {
  if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK) die(text, sqlite3_errmsg(db));
}

static void multiply_file(const char *base, const char *to, long times) {
  sqlite3 *db;
  sqlite3_stmt *homes, *tables, *columns;
  char q[20000];
  if (sqlite3_open(to, &db) != SQLITE_OK) die(to, "cannot be opened");
  sql(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; PRAGMA foreign_keys = OFF");
  snprintf(q, sizeof q, "ATTACH '%s' AS base", base);
  sql(db, q);
  sqlite3_prepare_v2(db, "SELECT name FROM base.sqlite_schema WHERE type = 'index' AND (name LIKE '%blind%' OR name LIKE '%key%') AND sql IS NOT NULL", -1, &tables, NULL);
  char drop[20000] = "";
  while (sqlite3_step(tables) == SQLITE_ROW) sprintf(drop + strlen(drop), "DROP INDEX main.\"%s\";", sqlite3_column_text(tables, 0));
  sqlite3_finalize(tables);
  sql(db, drop);
  sqlite3_prepare_v2(db, "SELECT name FROM base.sqlite_schema WHERE type = 'table' AND (name IN ('household', 'member') OR name LIKE 'line!_%' ESCAPE '!') AND name NOT LIKE '%history'", -1, &tables, NULL);
  while (sqlite3_step(tables) == SQLITE_ROW) {
    const char *t = (const char *)sqlite3_column_text(tables, 0);
    bool household = strcmp(t, "household") == 0;
    char list[9000] = "";
    snprintf(q, sizeof q, "DELETE FROM main.\"%s\"", t);
    sql(db, q);
    snprintf(q, sizeof q, "SELECT name FROM pragma_table_info('%s')", t);
    sqlite3_prepare_v2(db, q, -1, &columns, NULL);
    while (sqlite3_step(columns) == SQLITE_ROW) {
      const char *c = (const char *)sqlite3_column_text(columns, 0);
      bool moved = strcmp(c, household ? "id" : "household") == 0, key = household && strcmp(c, "key") == 0;
      sprintf(list + strlen(list), moved ? "%s\"%s\" + ?1 * 10000000" : key ? "%sCASE ?1 WHEN 0 THEN \"%s\" ELSE key || '-' || ?1 END" : "%s\"%s\"", *list ? ", " : "", c);
    }
    sqlite3_finalize(columns);
    sqlite3_stmt *put;
    snprintf(q, sizeof q, "INSERT INTO main.\"%s\" SELECT %s FROM base.\"%s\" WHERE home = ?2 ORDER BY home, %s", t, list, t, household ? "id" : "household, id");
    if (sqlite3_prepare_v2(db, q, -1, &put, NULL) != SQLITE_OK) die(q, sqlite3_errmsg(db));
    sql(db, "BEGIN");
    sqlite3_prepare_v2(db, "SELECT DISTINCT home FROM base.household ORDER BY 1", -1, &homes, NULL);
    while (sqlite3_step(homes) == SQLITE_ROW)
      for (long k = 0; k < times; k++) {
        sqlite3_bind_int64(put, 1, k), sqlite3_bind_int64(put, 2, sqlite3_column_int64(homes, 0));
        if (sqlite3_step(put) != SQLITE_DONE) die(t, sqlite3_errmsg(db));
        sqlite3_reset(put);
      }
    sqlite3_finalize(homes), sqlite3_finalize(put);
    sql(db, "COMMIT");
  }
  sqlite3_finalize(tables);
  sqlite3_prepare_v2(db, "SELECT replace(sql, 'INDEX \"', 'INDEX main.\"') FROM base.sqlite_schema WHERE type = 'index' AND tbl_name = 'household' AND name NOT LIKE '%blind%' AND sql IS NOT NULL", -1, &tables, NULL);
  while (sqlite3_step(tables) == SQLITE_ROW) {
    const char *make = (const char *)sqlite3_column_text(tables, 0);
    if (sqlite3_exec(db, make, NULL, NULL, NULL) != SQLITE_OK && !strstr(sqlite3_errmsg(db), "already exists")) die(make, sqlite3_errmsg(db));
  }
  sqlite3_finalize(tables);
  sql(db, "PRAGMA main.journal_mode = WAL");
  sqlite3_close(db);
}

/* ---- a database ---- */

static PGresult *ask(PGconn *c, const char *q) {
  PGresult *r = PQexec(c, q);
  if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK) die(q, PQerrorMessage(c));
  return r;
}

static void multiply_database(const char *url, long times) {
  PGconn *c = PQconnectdb(url);
  PQclear(ask(c, "SET search_path = lucid"));
  char q[20000];
  PGresult *tables = ask(c, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'lucid' AND (table_name IN ('household', 'member') OR table_name LIKE 'line\\_%') AND table_name NOT LIKE '%history'");
  for (int i = 0; i < PQntuples(tables); i++) {
    const char *t = PQgetvalue(tables, i, 0);
    bool household = strcmp(t, "household") == 0;
    char list[9000] = "";
    snprintf(q, sizeof q, "SELECT column_name FROM information_schema.columns WHERE table_schema = 'lucid' AND table_name = '%s' ORDER BY ordinal_position", t);
    PGresult *columns = ask(c, q);
    for (int k = 0; k < PQntuples(columns); k++) {
      const char *x = PQgetvalue(columns, k, 0);
      bool moved = strcmp(x, household ? "id" : "household") == 0, key = household && strcmp(x, "key") == 0;
      sprintf(list + strlen(list), moved ? "%s\"%s\" + k::bigint * 10000000" : key ? "%s\"%s\" || '-' || k" : "%s\"%s\"", *list ? ", " : "", x);
    }
    PQclear(columns);
    snprintf(q, sizeof q, "INSERT INTO \"%s\" SELECT %s FROM \"%s\" CROSS JOIN generate_series(1, %ld) AS k", t, list, t, times - 1);
    if (times > 1) PQclear(ask(c, q));
    snprintf(q, sizeof q, "ANALYZE \"%s\"", t);
    PQclear(ask(c, q));
  }
  PQclear(tables);
  PQfinish(c);
}

/* ---- measuring ---- */

static int by_value(const void *a, const void *b) { return *(const double *)a < *(const double *)b ? -1 : *(const double *)a > *(const double *)b; }

static char **pick_keys(long times, long *households) {
  struct rng r;
  char **out = calloc(samples, sizeof *out);
  if (!out) die("memory", "none left");
  rng_seed(&r, 11);
  if (pg) {
    PGconn *c = PQconnectdb(path);
    PQclear(ask(c, "SET search_path = lucid"));
    PGresult *n = ask(c, "SELECT count(*) FROM household");
    *households = atol(PQgetvalue(n, 0, 0));
    PQclear(n);
    PGresult *some = ask(c, "SELECT key FROM household TABLESAMPLE SYSTEM (20) ORDER BY random() LIMIT 20000");
    for (uint32_t i = 0; i < samples; i++) out[i] = strdup(PQgetvalue(some, (int)(i % (uint32_t)PQntuples(some)), 0));
    PQclear(some), PQfinish(c);
  } else {
    sqlite3 *db;
    sqlite3_stmt *st;
    if (sqlite3_open(path, &db) != SQLITE_OK) die(path, "cannot be opened");
    sqlite3_prepare_v2(db, "SELECT count(*) FROM household", -1, &st, NULL);
    sqlite3_step(st), *households = (long)sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_prepare_v2(db, "SELECT (SELECT key FROM household WHERE home = area.home AND id >= ?1 ORDER BY id LIMIT 1) FROM area WHERE home = id ORDER BY random()", -1, &st, NULL);
    for (uint32_t i = 0; i < samples;) {
      uint64_t x = rng_next(&r);
      sqlite3_bind_int64(st, 1, (int64_t)(x % (uint64_t)times * COPY + (x >> 40) % 100000));
      if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_type(st, 0) == SQLITE_TEXT) out[i++] = strdup((const char *)sqlite3_column_text(st, 0));
      sqlite3_reset(st);
    }
    sqlite3_finalize(st);
    sqlite3_close(db);
  }
  return out;
}

static double bare_file(char **keys, double *times) {
  sqlite3 *db;
  sqlite3_stmt *st;
  int64_t sum = 0;
  if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK || sqlite3_prepare_v2(db, "SELECT * FROM household WHERE key = ?1", -1, &st, NULL) != SQLITE_OK) die(path, sqlite3_errmsg(db));
  for (uint32_t i = 0; i < samples; i++) {
    int64_t began = progress_now_us();
    sqlite3_bind_text(st, 1, keys[i], -1, SQLITE_STATIC);
    if (sqlite3_step(st) != SQLITE_ROW) die(keys[i], "the peer does not find it");
    for (int k = 0; k < sqlite3_column_count(st); k++) sum += sqlite3_column_bytes(st, k);
    sqlite3_reset(st);
    times[i] = (double)(progress_now_us() - began);
  }
  sqlite3_finalize(st);
  sqlite3_close(db);
  qsort(times, samples, sizeof *times, by_value);
  return sum ? times[samples / 2] : 0;
}

static double bare_database(char **keys, double *times) {
  PGconn *c = PQconnectdb(path);
  PQclear(ask(c, "SET search_path = lucid"));
  PQclear(PQprepare(c, "p", "SELECT * FROM household WHERE key = $1", 1, NULL));
  for (uint32_t i = 0; i < samples; i++) {
    const char *value = keys[i];
    int64_t began = progress_now_us();
    PGresult *r = PQexecPrepared(c, "p", 1, &value, NULL, NULL, 1);
    if (PQntuples(r) != 1) die(keys[i], "the peer does not find it");
    PQclear(r);
    times[i] = (double)(progress_now_us() - began);
  }
  PQfinish(c);
  qsort(times, samples, sizeof *times, by_value);
  return times[samples / 2];
}

static void measure(const struct registry_options *o, long copies) {
  static double times[MOST_SAMPLES], peer[MOST_SAMPLES];
  struct arena a, all;
  struct registry *r;
  struct round_info round;
  int64_t changes = 0, event;
  long households;
  char **keys = pick_keys(copies, &households);
  arena_init(&all, 0);
  int64_t opening = progress_now_us();
  must(registry_open(&all, path, NULL, o, &r, &err));
  opening = progress_now_us() - opening;
  must(registry_round_open(r, "2014", 2014, &round, &err)); /* nothing was frozen: this is about reading */
  for (uint32_t i = 0; i < samples && i < 400; i++) /* two of four are corrected twice */
    for (int k = 0; k < 2 && i % 2 == 0; k++) must(registry_edit(r, NULL, keys[i], NULL, &(struct registry_set){"farmland", k ? "2.5" : "1.5"}, 1, &event, &err));
  for (uint32_t i = 0; i < samples; i++) {
    struct registry_history *h;
    uint32_t n;
    arena_init(&a, 0);
    int64_t began = progress_now_us();
    must(registry_history(r, &a, keys[i], 0, false, &h, &n, &err));
    times[i] = (double)(progress_now_us() - began);
    for (uint32_t k = 0; k < n; k++) changes += h[k].change_count;
    arena_drop(&a);
  }
  registry_close(r);
  double bare = pg ? bare_database(keys, peer) : bare_file(keys, peer);
  qsort(times, samples, sizeof *times, by_value);
  printf("%10ld households: opened in %.2f ms (median of %u; 99 of 100 within %.2f ms, %.0f changes told each), %.1f times a bare read of its row (%.3f ms); the registry itself opens in %.0f ms\n", households, times[samples / 2] / 1e3, samples,
         times[samples - samples / 100 - 1] / 1e3, (double)changes / samples, times[samples / 2] / bare, bare / 1e3, (double)opening / 1e3);
  fflush(stdout);
  for (uint32_t i = 0; i < samples; i++) free(keys[i]);
  free(keys);
  arena_drop(&all);
}

int main(int argc, char **argv) {
  const char *sizes = "100000,1000000";
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 < argc && strcmp(argv[i], "--households") == 0) sizes = argv[i + 1];
    else if (i + 1 < argc && strcmp(argv[i], "--samples") == 0) samples = (uint32_t)strtoul(argv[i + 1], NULL, 10);
    else return fprintf(stderr, "usage: bench_open [--households N,N,...] [--samples N]\n"), 2;
  }
  if (samples < 100 || samples > MOST_SAMPLES) return fprintf(stderr, "bench_open: --samples is 100 to %d\n", MOST_SAMPLES), 2;
  lucid = getenv("LUCID") ? getenv("LUCID") : "build/lucid";
  pg = getenv("LUCID_TEST_PG");
  const char *tmp = getenv("TMPDIR");
  snprintf(dir, sizeof dir, "%s/lucid-bench-XXXXXX", tmp && *tmp ? tmp : "/tmp");
  if (!mkdtemp(dir)) die(dir, "cannot be made");
  char people[400], data[420], base[400], key[400], scale[40];
  long smallest = strtol(sizes, NULL, 10), each = smallest < 100000 ? smallest : 100000;
  snprintf(people, sizeof people, "%s/people", dir), snprintf(data, sizeof data, "%s/2013", people), snprintf(base, sizeof base, "%s/base.lucid", dir), snprintf(key, sizeof key, "%s/key", dir);
  snprintf(scale, sizeof scale, "%.6f", (double)each / 615000);
  run((const char *const[]){lucid, "synth", "programmes/xiangxi", "--seed", "1", "--scale", scale, "--out", people, "--quiet", NULL});
  for (const char *at = sizes; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
    long want = strtol(at, NULL, 10), times = want / each < 1 ? 1 : want / each;
    const char *to = pg ? pg : base;
    bool first = at == sizes;
    if (pg && !first) must(store_remove(pg, &err));
    if (pg || first) {
      unlink(key);
      run((const char *const[]){lucid, "init", "programmes/xiangxi", to, "--key", key, "--quiet", NULL});
      run((const char *const[]){lucid, "round", "open", to, "2013", "--year", "2013", "--key", key, "--quiet", NULL});
      run((const char *const[]){lucid, "import", to, "--data", data, "--key", key, "--quiet", NULL});
      run((const char *const[]){lucid, "round", "close", to, "--key", key, "--quiet", NULL});
    }
    if (pg) snprintf(path, sizeof path, "%s", pg), multiply_database(pg, times);
    else {
      snprintf(path, sizeof path, "%s/%ld.lucid", dir, want);
      run((const char *const[]){lucid, "backup", base, path, "--quiet", NULL});
      if (times > 1) multiply_file(base, path, times);
    }
    measure(&(struct registry_options){.key_path = key, .actor = "bench", .clock = clock_system()}, times);
    if (!pg) unlink(path);
  }
  return file_remove_tree(dir, NULL) == OK ? 0 : 1;
}
