/* bench_import - CSV into a registry: rows a second of the whole command (read, check, stage, merge, commit, synced), with ten
 * columns and with sixty, and the most memory it took for a file and for one a tenth as long. The peer is SQLite's own bare
 * insert of the same values into one table with one text key, in one transaction without staging, checks, history or hashes.
 * usage: bench_import [ROWS]     wall is what passed on a perhaps busy machine; cpu is what one core would need */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/random.h"

struct cost {
  double wall, cpu;
  long peak_kib;
};

static void die(const char *what) {
  fprintf(stderr, "bench_import: %s\n", what);
  exit(1);
}

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

static struct cost run(const char *const *argv) {
  struct rusage use;
  int status;
  int64_t began = progress_now_us();
  fflush(stdout); /* or the child prints it again */
  pid_t pid = fork();
  if (pid == 0) {
    if (!freopen("/dev/null", "w", stdout)) _exit(127);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
  }
  if (pid < 0 || wait4(pid, &status, 0, &use) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) die("a command failed");
  return (struct cost){(double)(progress_now_us() - began) / 1e6, seconds(use.ru_utime) + seconds(use.ru_stime), use.ru_maxrss};
}

static void write_programme(const char *folder, int columns) {
  char path[600];
  snprintf(path, sizeof path, "%s/data", folder);
  if (file_make_dirs(path, NULL) != OK) die("cannot make a folder");
  snprintf(path, sizeof path, "%s/programme.yaml", folder);
  FILE *f = fopen(path, "w");
  if (!f) die("cannot write the programme");
  fprintf(f, "programme:\n  name: bench\n  title: {en: Bench}\n  currency: CNY\n  years: {from: 2026, to: 2026}\nareas:\n  levels:\n    - {name: county, home: true}\n  list:\n");
  for (int i = 0; i < 50; i++) fprintf(f, "    - {code: C%02d, level: county, name: {en: C%d}}\n", i, i);
  fprintf(f, "  household: county\nfields:\n  - {name: county, type: text, required: true}\n");
  static const char *const kinds[] = {"money", "boolean", "choice, choices: [tile, straw, tin]", "integer", "decimal, decimals: 1", "real", "date", "boolean"};
  for (int i = 0; i < columns - 2; i++) fprintf(f, "  - {name: f%d, type: %s}\n", i, kinds[i % 8]);
  fprintf(f, "lines:\n  - {name: national, kind: absolute, amounts: [{year: 2026, area: \"*\", amount: 4000}]}\nsample:\n  welfare: f0\nidentify:\n  include:\n    - {name: below, rule: f0 < line}\n");
  fprintf(f, "sources:\n  - {name: households, file: h.csv, household: hid, map: {county: c");
  for (int i = 0; i < columns - 2; i++) fprintf(f, ", f%d: f%d", i, i);
  fprintf(f, "}}\n");
  fclose(f);
}

static void write_data(const char *folder, int columns, long rows) {
  char path[600];
  static const char *const roofs[] = {"tile", "straw", "tin"};
  struct rng r;
  rng_seed(&r, 7);
  snprintf(path, sizeof path, "%s/data/h.csv", folder);
  FILE *f = fopen(path, "w");
  if (!f) die("cannot write the data");
  fprintf(f, "hid,c");
  for (int i = 0; i < columns - 2; i++) fprintf(f, ",f%d", i);
  fputc('\n', f);
  for (long h = 0; h < rows; h++) {
    fprintf(f, "%ld,C%02ld", 1000000000 + h, h * 50 / rows);
    for (int i = 0; i < columns - 2; i++) {
      uint64_t x = rng_next(&r);
      switch (i % 8) {
      case 0: fprintf(f, ",%u.%02u", (unsigned)(x % 20000), (unsigned)(x >> 32) % 100); break;
      case 2: fprintf(f, ",%s", roofs[x % 3]); break;
      case 3: fprintf(f, ",%u", (unsigned)(x % 10)); break;
      case 4: fprintf(f, ",%u.%u", (unsigned)(x % 10), (unsigned)(x >> 32) % 10); break;
      case 5: fprintf(f, ",0.%04u", (unsigned)(x % 10000)); break;
      case 6: fprintf(f, ",2026-%02u-%02u", (unsigned)(x % 12) + 1, (unsigned)(x >> 32) % 28 + 1); break;
      default: fputs(x % 3 == 0 ? ",yes" : x % 3 == 1 ? ",no" : ",", f);
      }
    }
    fputc('\n', f);
  }
  if (fclose(f) != 0) die("cannot write the data");
}

static struct cost import(const char *dir, const char *folder) {
  char path[600];
  const char *lucid = getenv("LUCID");
  if (!lucid) lucid = "build/lucid";
  snprintf(path, sizeof path, "%s/b.lucid", dir);
  char key[620], snapshots[620];
  snprintf(key, sizeof key, "%s.key", path), snprintf(snapshots, sizeof snapshots, "%s-wal", path);
  unlink(path), unlink(key), unlink(snapshots);
  run((const char *const[]){lucid, "init", folder, path, "--quiet", NULL});
  run((const char *const[]){lucid, "round", "open", path, "2026", "--quiet", NULL});
  return run((const char *const[]){lucid, "import", path, "--quiet", NULL});
}

/* What SQLite alone needs: the lines of the file split at commas and inserted as text. */
static double bare(const char *dir, const char *folder, int columns) {
  char path[600], sql[4000] = "INSERT INTO t VALUES (?1", line[8000];
  sqlite3 *db;
  sqlite3_stmt *st;
  struct rusage a, b;
  snprintf(path, sizeof path, "%s/bare.db", dir);
  unlink(path);
  if (sqlite3_open(path, &db) != SQLITE_OK) die("cannot open the peer");
  sqlite3_exec(db, "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", NULL, NULL, NULL);
  char make[4000] = "CREATE TABLE t(hid TEXT PRIMARY KEY";
  for (int i = 1; i < columns; i++) sprintf(make + strlen(make), ", c%d", i), sprintf(sql + strlen(sql), ", ?%d", i + 1);
  strcat(make, ")"), strcat(sql, ")");
  if (sqlite3_exec(db, make, NULL, NULL, NULL) != SQLITE_OK || sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK) die("the peer refuses");
  char data[600];
  snprintf(data, sizeof data, "%s/data/h.csv", folder);
  FILE *f = fopen(data, "r");
  if (!f || !fgets(line, sizeof line, f)) die("no data");
  getrusage(RUSAGE_SELF, &a);
  sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
  while (fgets(line, sizeof line, f)) {
    int i = 1;
    for (char *p = line; p; i++) {
      char *comma = strpbrk(p, ",\n");
      sqlite3_bind_text(st, i, p, comma ? (int)(comma - p) : -1, SQLITE_STATIC);
      p = comma && *comma == ',' ? comma + 1 : NULL;
    }
    if (sqlite3_step(st) != SQLITE_DONE) die("the peer fails");
    sqlite3_reset(st);
  }
  sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
  sqlite3_finalize(st);
  sqlite3_close(db);
  getrusage(RUSAGE_SELF, &b);
  fclose(f);
  unlink(path);
  return seconds(b.ru_utime) + seconds(b.ru_stime) - seconds(a.ru_utime) - seconds(a.ru_stime);
}

static int by_value(const void *a, const void *b) { return *(const double *)a < *(const double *)b ? -1 : *(const double *)a > *(const double *)b; }

static void measure(const char *dir, int columns, long rows) {
  char folder[500];
  double wall[3], cpu[3], peer[3];
  long peak = 0;
  snprintf(folder, sizeof folder, "%s/p%d", dir, columns);
  write_programme(folder, columns);
  write_data(folder, columns, rows / 10);
  long small = import(dir, folder).peak_kib;
  write_data(folder, columns, rows);
  for (int i = 0; i < 3; i++) {
    struct cost c = import(dir, folder);
    wall[i] = c.wall, cpu[i] = c.cpu, peer[i] = bare(dir, folder, columns);
    if (c.peak_kib > peak) peak = c.peak_kib;
  }
  qsort(wall, 3, sizeof *wall, by_value), qsort(cpu, 3, sizeof *cpu, by_value), qsort(peer, 3, sizeof *peer, by_value);
  printf("%2d columns, %ld rows: %.0f rows/s wall, %.0f rows/s cpu, %.2f times SQLite's bare insert; memory %ld MB, with a tenth of the rows %ld MB\n", columns, rows, (double)rows / wall[1],
         (double)rows / cpu[1], cpu[1] / peer[1], peak / 1024, small / 1024);
}

int main(int argc, char **argv) {
  char dir[] = "/tmp/lucid-bench-XXXXXX";
  long rows = argc > 1 ? atol(argv[1]) : 1000000;
  if (rows < 1000 || !mkdtemp(dir)) die("usage: bench_import [ROWS]");
  measure(dir, 10, rows);
  measure(dir, 60, rows / 5);
  return file_remove_tree(dir, NULL) == OK ? 0 : 1;
}
