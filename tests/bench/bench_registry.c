/* bench_registry - import and closing at a programme's full width: what `lucid synth` makes of xiangxi's households and members (--lines: also crops and
 * income lines) into a registry, and the snapshots of three rounds: every county new, one household changed, nothing changed. In a file; with
 * tools/with-postgres in a database.
 * Peers, in the same minute: for the import the engine's own way in for the same bytes as text, one table a file with one key, in one transaction without
 * checks, history, sealing or hashes: SQLite's bare inserts, PostgreSQL's COPY. For closing the engine's own reading of the same rows, every column.
 * usage: bench_registry [--households N] [--lines] [--runs N]
 * wall is what passed on a perhaps busy machine; cpu is what one core would need (of a database the server's part is not in it). */
#include <dirent.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/progress.h"
#include "store/store.h"

struct cost { double wall, cpu; long peak_kib; };

static const char *lucid, *pg;
static char dir[300], registry[400], key[400];

static void die(const char *what, const char *why) {
  fprintf(stderr, "bench_registry: %s: %s\n", what, why);
  exit(1);
}

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

static struct cost run(const char *const *argv) {
  struct rusage use;
  int status;
  fflush(stdout);
  int64_t began = progress_now_us();
  pid_t pid = fork();
  if (pid == 0) {
    if (!freopen("/dev/null", "w", stdout)) _exit(127);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
  }
  if (pid < 0 || wait4(pid, &status, 0, &use) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) die(argv[1], "the command failed");
  return (struct cost){(double)(progress_now_us() - began) / 1e6, seconds(use.ru_utime) + seconds(use.ru_stime), use.ru_maxrss};
}

/* ---- the peers ---- */

struct table { /* one file of the data */
  char path[600], name[16];
  int columns, keys; /* the first are the key */
};

static uint32_t tables_of(const char *data, struct table *out, uint32_t most) {
  uint32_t n = 0;
  DIR *d = opendir(data);
  for (struct dirent *x; d && (x = readdir(d)) && n < most;) {
    size_t len = strlen(x->d_name);
    static char line[20000];
    if (len < 5 || strcmp(x->d_name + len - 4, ".csv") != 0) continue;
    struct table *t = &out[n];
    snprintf(t->path, sizeof t->path, "%s/%s", data, x->d_name), snprintf(t->name, sizeof t->name, "t%u", n);
    FILE *f = fopen(t->path, "r");
    if (!f || !fgets(line, sizeof line, f)) die(t->path, "cannot be read");
    fclose(f);
    t->columns = 1;
    for (const char *p = line; *p; p++) t->columns += *p == ',';
    t->keys = strncmp(line, "户编号", 9) == 0 && strstr(line, "号,") && (strstr(line, "人编号") || strstr(line, "序号")) ? 2 : 1;
    n++;
  }
  if (d) closedir(d);
  return n;
}

static void columns_sql(const struct table *t, const char *unlogged, char *out, size_t cap) {
  size_t n = (size_t)snprintf(out, cap, "CREATE %sTABLE %s(", unlogged, t->name);
  for (int i = 0; i < t->columns; i++) n += (size_t)snprintf(out + n, cap - n, "c%d TEXT, ", i);
  snprintf(out + n, cap - n, "PRIMARY KEY (c0%s))", t->keys == 2 ? ", c1" : "");
}

static double peer_file(const struct table *tables, uint32_t count) {
  char path[400], q[20000];
  static char line[20000];
  sqlite3 *db;
  snprintf(path, sizeof path, "%s/peer.db", dir);
  unlink(path);
  int64_t began = progress_now_us();
  if (sqlite3_open(path, &db) != SQLITE_OK) die(path, "cannot be opened");
  sqlite3_exec(db, "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN", NULL, NULL, NULL);
  for (uint32_t k = 0; k < count; k++) {
    const struct table *t = &tables[k];
    sqlite3_stmt *st;
    columns_sql(t, "", q, sizeof q);
    if (sqlite3_exec(db, q, NULL, NULL, NULL) != SQLITE_OK) die(q, sqlite3_errmsg(db));
    snprintf(q, sizeof q, "INSERT INTO %s VALUES (?1", t->name);
    for (int i = 1; i < t->columns; i++) snprintf(q + strlen(q), 16, ", ?%d", i + 1);
    strcat(q, ")");
    if (sqlite3_prepare_v2(db, q, -1, &st, NULL) != SQLITE_OK) die(q, sqlite3_errmsg(db));
    FILE *f = fopen(t->path, "r");
    if (!f || !fgets(line, sizeof line, f)) die(t->path, "cannot be read");
    while (fgets(line, sizeof line, f)) {
      int i = 1;
      for (char *p = line; p; i++) {
        char *comma = strpbrk(p, ",\n");
        sqlite3_bind_text(st, i, p, comma ? (int)(comma - p) : -1, SQLITE_STATIC);
        p = comma && *comma == ',' ? comma + 1 : NULL;
      }
      if (sqlite3_step(st) != SQLITE_DONE) die(t->path, sqlite3_errmsg(db));
      sqlite3_reset(st);
    }
    fclose(f);
    sqlite3_finalize(st);
  }
  sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
  sqlite3_close(db);
  double s = (double)(progress_now_us() - began) / 1e6;
  unlink(path);
  return s;
}

static void ask(PGconn *c, const char *q) {
  PGresult *r = PQexec(c, q);
  ExecStatusType s = PQresultStatus(r);
  if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK && s != PGRES_COPY_IN) die(q, PQerrorMessage(c));
  PQclear(r);
}

static double peer_database(const struct table *tables, uint32_t count) {
  static char block[1 << 20];
  char q[20000], url[400];
  const char *name = strstr(pg, "/lucid?");
  if (!name) die(pg, "a URL of tools/with-postgres is wanted");
  snprintf(url, sizeof url, "%.*s/lucid2%s", (int)(name - pg), pg, name + 6);
  PGconn *c = PQconnectdb(url);
  ask(c, "DROP SCHEMA public CASCADE; CREATE SCHEMA public; CHECKPOINT");
  int64_t began = progress_now_us();
  ask(c, "BEGIN");
  for (uint32_t k = 0; k < count; k++) {
    const struct table *t = &tables[k];
    columns_sql(t, "", q, sizeof q);
    ask(c, q);
    snprintf(q, sizeof q, "COPY %s FROM STDIN (FORMAT csv, HEADER)", t->name);
    ask(c, q);
    FILE *f = fopen(t->path, "r");
    if (!f) die(t->path, "cannot be read");
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
      if (PQputCopyData(c, block, (int)n) != 1) die(t->path, PQerrorMessage(c));
    fclose(f);
    PQputCopyEnd(c, NULL);
    for (PGresult *r; (r = PQgetResult(c));) {
      if (PQresultStatus(r) != PGRES_COMMAND_OK) die(t->path, PQerrorMessage(c));
      PQclear(r);
    }
  }
  ask(c, "COMMIT");
  double s = (double)(progress_now_us() - began) / 1e6;
  ask(c, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  PQfinish(c);
  return s;
}

/* Every column of every row that a snapshot holds. */
static double read_file(void) {
  static const char *const tables[] = {"household", "member", "line_crops", "line_income_lines"};
  sqlite3 *db;
  int64_t sum = 0, began = progress_now_us();
  if (sqlite3_open_v2(registry, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) die(registry, "cannot be opened");
  for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
    char q[100];
    sqlite3_stmt *st;
    snprintf(q, sizeof q, "SELECT * FROM \"%s\"", tables[k]);
    if (sqlite3_prepare_v2(db, q, -1, &st, NULL) != SQLITE_OK) continue;
    int n = sqlite3_column_count(st);
    while (sqlite3_step(st) == SQLITE_ROW)
      for (int i = 0; i < n; i++) {
        int type = sqlite3_column_type(st, i);
        sum += type == SQLITE_INTEGER ? sqlite3_column_int64(st, i) : type == SQLITE_NULL ? 0 : sqlite3_column_bytes(st, i);
      }
    sqlite3_finalize(st);
  }
  sqlite3_close(db);
  return sum ? (double)(progress_now_us() - began) / 1e6 : 1;
}

static double read_database(void) {
  static const char *const tables[] = {"household", "member", "line_crops", "line_income_lines"};
  PGconn *c = PQconnectdb(pg);
  ask(c, "SET search_path = lucid");
  int64_t began = progress_now_us();
  for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
    char q[100];
    snprintf(q, sizeof q, "COPY \"%s\" TO STDOUT (FORMAT binary)", tables[k]);
    PGresult *r = PQexec(c, q);
    bool there = PQresultStatus(r) == PGRES_COPY_OUT;
    PQclear(r);
    char *buffer;
    while (there && PQgetCopyData(c, &buffer, 0) > 0) PQfreemem(buffer);
    while ((r = PQgetResult(c))) PQclear(r);
  }
  PQfinish(c);
  return (double)(progress_now_us() - began) / 1e6;
}

/* ---- one registry ---- */

static void fresh(void) {
  char path[700];
  static const char *const beside[] = {"", "-wal", "-shm", ".key"};
  for (size_t i = 0; i < sizeof beside / sizeof *beside && !pg; i++) snprintf(path, sizeof path, "%s%s", registry, beside[i]), unlink(path);
  snprintf(path, sizeof path, "%s/r.snapshots", dir);
  if (!pg && file_remove_tree(path, NULL) != OK) die(path, "cannot be removed");
  unlink(key);
  if (pg) {
    struct err e;
    enum status gone = store_remove(pg, &e);
    if (gone != OK && gone != ERR_NOT_FOUND) die(e.message, e.hint);
  }
  run((const char *const[]){lucid, "init", "programmes/xiangxi", registry, "--key", key, "--quiet", NULL});
}

static void open_round(const char *name) { run((const char *const[]){lucid, "round", "open", registry, name, "--key", key, "--quiet", NULL}); }
static struct cost close_round(void) { return run((const char *const[]){lucid, "round", "close", registry, "--key", key, "--quiet", NULL}); }
static struct cost import(const char *data) { return run((const char *const[]){lucid, "import", registry, "--data", data, "--key", key, "--quiet", NULL}); }

static void people(const char *folder, long households, bool lines, char data[600]) {
  char scale[40], path[700];
  snprintf(scale, sizeof scale, "%.6f", (double)households / 615000);
  run((const char *const[]){lucid, "synth", "programmes/xiangxi", "--seed", "1", "--scale", scale, "--out", folder, "--quiet", NULL});
  snprintf(data, 600, "%s/2013", folder);
  static const char *const drop[] = {"2013/收入明细.csv", "2013/种植养殖.csv", "2015", "2016", "2018", "2019", "2014", "2017"};
  for (size_t i = lines ? 2 : 0; i < sizeof drop / sizeof *drop; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, drop[i]);
    if (file_remove_tree(path, NULL) != OK) die(path, "cannot be removed");
  }
}

static void household_of(const char *data, char out[100]) {
  char path[700];
  static char line[20000];
  snprintf(path, sizeof path, "%s/户信息.csv", data);
  FILE *f = fopen(path, "r");
  if (!f || !fgets(line, sizeof line, f) || !fgets(line, sizeof line, f)) die(path, "cannot be read");
  fclose(f);
  snprintf(out, 100, "%.*s", (int)strcspn(line, ","), line);
}

static void say(const char *what, struct cost c, double peer, const char *peer_name) {
  printf("  %-34s %6.1f s wall, %6.1f s cpu, %4ld MB", what, c.wall, c.cpu, c.peak_kib / 1024);
  if (peer > 0) printf("; %.2f times %s (%.1f s)", c.wall / peer, peer_name, peer);
  printf("\n");
  fflush(stdout);
}

int main(int argc, char **argv) {
  long households = 1000000, runs = 1;
  bool lines = false;
  for (int i = 1; i < argc; i++) {
    if (i + 1 < argc && strcmp(argv[i], "--households") == 0) households = atol(argv[++i]);
    else if (i + 1 < argc && strcmp(argv[i], "--runs") == 0) runs = atol(argv[++i]);
    else if (strcmp(argv[i], "--lines") == 0) lines = true;
    else return fprintf(stderr, "usage: bench_registry [--households N] [--lines] [--runs N]\n"), 2;
  }
  lucid = getenv("LUCID") ? getenv("LUCID") : "build/lucid";
  pg = getenv("LUCID_TEST_PG");
  const char *tmp = getenv("TMPDIR");
  snprintf(dir, sizeof dir, "%s/lucid-bench-XXXXXX", tmp && *tmp ? tmp : "/tmp");
  if (!mkdtemp(dir) || households < 1000) die(dir, "cannot be made, or fewer than 1000 households");
  setenv("XDG_DATA_HOME", dir, 1);
  snprintf(registry, sizeof registry, "%s", pg ? pg : ""), snprintf(key, sizeof key, "%s/key", dir);
  if (!pg) snprintf(registry, sizeof registry, "%s/r.lucid", dir);
  char folder[400], small[400], data[600], tenth[600], one[100];
  struct table tables[8];
  snprintf(folder, sizeof folder, "%s/people", dir), snprintf(small, sizeof small, "%s/few", dir);
  people(folder, households, lines, data), people(small, households / 10, lines, tenth);
  household_of(data, one);
  uint32_t count = tables_of(data, tables, 8);
  fresh(), open_round("2013");
  long few = import(tenth).peak_kib;
  for (long i = 0; i < runs; i++) {
    fresh(), open_round("2013");
    double peer = pg ? peer_database(tables, count) : peer_file(tables, count);
    struct cost in = import(data);
    printf("%ld households%s, %s:\n", households, lines ? " with lines" : "", pg ? "PostgreSQL" : "a file");
    say("import", in, peer, pg ? "PostgreSQL's COPY of the same bytes" : "SQLite's bare insert of the same values");
    if (!i) printf("  memory for a tenth of the rows         %ld MB\n", few / 1024);
    struct cost whole = close_round();
    say("close, every county", whole, pg ? read_database() : read_file(), "reading the same rows");
    open_round("2014");
    run((const char *const[]){lucid, "set", registry, one, "farmland=7.5", "--key", key, "--quiet", NULL});
    say("close, one household changed", close_round(), 0, NULL);
    open_round("2015");
    say("close, nothing changed", close_round(), 0, NULL);
  }
  return file_remove_tree(dir, NULL) == OK ? 0 : 1;
}
