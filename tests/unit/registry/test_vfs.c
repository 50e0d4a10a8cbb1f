/* What the registry promises when the disk fails it: a whole life of a registry (made, opened, a round, an import of 50
 * households, an import that changes some, an edit by hand, its undoing, the round closed, a run, fsck, a backup) is played over a disk on which
 * the 1st, 2nd, 3rd ... call goes wrong, until it passes untouched. Each time: an expected status with a message, no crash,
 * no leak, no file left open; and afterwards, on a sound disk, everything that was acknowledged is there, nothing is half
 * done, and the same steps can be taken. */
#include "faults.h"

#include <dirent.h>

#include "fixture.h"
#include "registry/core.h"

#define EVERY ((1u << FAULT_CALLS) - 1)
enum { ONCE, BROKEN, DISK_FULL, POWER, REGIMES };
static const struct fault_regime regimes[REGIMES] = {
    [ONCE] = {"one call fails", EVERY, false, false, false},
    [BROKEN] = {"the disk stays broken", EVERY, true, false, false},
    [DISK_FULL] = {"the disk is full", 1u << FAULT_WRITE | 1u << FAULT_MAP, true, true, false},
    [POWER] = {"the power fails", 1u << FAULT_WRITE | 1u << FAULT_SYNC | 1u << FAULT_TRUNCATE | 1u << FAULT_DELETE, true, false, true},
};

/* Steps of the life, in order; X(name, event it leaves or NULL). */
#define STEPS(X)               \
  X(MAKE, "init")              \
  X(OPEN, NULL)                \
  X(ROUND_OPEN, "round_open")  \
  X(IMPORT, "import")          \
  X(CHANGE, "import")          \
  X(EDIT, "edit")              \
  X(UNDO, "undo")              \
  X(ROUND_CLOSE, "round_close") \
  X(RUN, NULL)                 \
  X(REOPEN, NULL) /* so that fsck reads from the disk */ \
  X(FSCK, NULL)                \
  X(BACKUP, NULL)
enum step {
#define X(name, event) STEP_##name,
  STEPS(X)
#undef X
      STEP_COUNT
};
static const struct {
  const char *name, *event;
} steps[STEP_COUNT] = {
#define X(name, event) {#name, event},
    STEPS(X)
#undef X
};

#define HOUSEHOLDS 50
#define CHANGED 10

struct life {
  struct fixture f; /* dir, folder, path and programme; the arena is the programme's */
  struct arena arena; /* the registry's, one for each trial */
  struct registry *r;
  char backup[160];
  bool acked[STEP_COUNT], tried[STEP_COUNT];
  struct round_info round;
};

/* 50 households with two members, one crop each; the second time 10 have another income and one is new. */
static void write_data(struct life *l, bool second) {
  static char h[16384], p[16384], c[16384];
  size_t hn = 0, pn = 0, cn = 0;
  hn += (size_t)snprintf(h, sizeof h, "hid,v,inc,car,roof,size,score,visited,phone\n");
  pn += (size_t)snprintf(p, sizeof p, "hid,no,age,school,idno\n");
  cn += (size_t)snprintf(c, sizeof c, "hid,crop,yield\n");
  static const char *const villages[] = {"V11", "V12", "V21"};
  for (int i = 0; i < HOUSEHOLDS + second; i++) {
    int income = second && i % (HOUSEHOLDS / CHANGED) == 0 && i < HOUSEHOLDS ? 9999 : 1000 + i;
    hn += (size_t)snprintf(h + hn, sizeof h - hn, "H%02d,%s,%d.00,no,straw,2,%d.5,2026-03-01,%s%d\n", i, villages[i % 3], income, i, i % 4 ? "" : "CANARY", i);
    pn += (size_t)snprintf(p + pn, sizeof p - pn, "H%02d,1,%d,no,4331261980010%05d\nH%02d,2,8,yes,\n", i, 30 + i, i, i);
    cn += (size_t)snprintf(c + cn, sizeof c - cn, "H%02d,rice,%d.5\n", i, i);
  }
  assert_true(hn < sizeof h && pn < sizeof p && cn < sizeof c);
  fixture_data(&l->f, h, p, c, fixture_villages);
}

static struct life *life_new(void) {
  struct life *l = calloc(1, sizeof *l);
  struct fixture *f = &l->f;
  struct problem *problems = NULL;
  char data[256];
  arena_init(&f->arena, 0);
  strcpy(f->dir, access("/dev/shm", W_OK) == 0 ? "/dev/shm/lucid-unit-XXXXXX" : "/tmp/lucid-unit-XXXXXX"); /* thousands of small files */
  assert_non_null(mkdtemp(f->dir));
  snprintf(f->path, sizeof f->path, "%s/x.lucid", f->dir);
  snprintf(f->folder, sizeof f->folder, "%s/programme", f->dir);
  snprintf(l->backup, sizeof l->backup, "%s/copy.lucid", f->dir);
  f->now = 1772323200000000;
  snprintf(data, sizeof data, "%s/data", f->folder);
  assert_ok(file_make_dirs(data, &f->e), &f->e);
  fixture_write(f, "programme.yaml", fixture_yaml);
  write_data(l, false);
  assert_ok(programme_load(&f->arena, f->folder, &f->p, &problems, &f->e), &f->e);
  return l;
}

static void life_free(struct life *l) {
  assert_ok(file_remove_tree(l->f.dir, &l->f.e), &l->f.e);
  arena_drop(&l->f.arena);
  free(l);
}

/* Removes all but the programme's folder. */
static void sweep(struct life *l) {
  DIR *d = opendir(l->f.dir);
  assert_non_null(d);
  for (struct dirent *x; (x = readdir(d));) {
    if (x->d_name[0] == '.' || strcmp(x->d_name, "programme") == 0) continue;
    char path[400];
    snprintf(path, sizeof path, "%s/%s", l->f.dir, x->d_name);
    assert_ok(file_remove_tree(path, &l->f.e), &l->f.e);
  }
  closedir(d);
  memset(l->acked, 0, sizeof l->acked), memset(l->tried, 0, sizeof l->tried);
}

static struct run_record a_run(const struct life *l) {
  struct run_record run = {.round = "2026", .kind = "identify", .summary_json = "{\"selected\":7}"};
  memset(run.rules_hash, 'a', 64), memset(run.source_hash, 'b', 64);
  memcpy(run.snapshot, l->round.snapshot, sizeof run.snapshot);
  return run;
}
static const char decisions[] = "household,outcome\nH00,selected\n";

static const struct registry_set edits[] = {{"income", "77.00"}, {"phone", "CANARYPHONE7"}};

static void tell_finding(void *ctx, const struct registry_finding *f) {
  (void)ctx;
  if (f->error) print_message("fsck: %s\n", f->what);
}

static enum status take_step(struct life *l, enum step step, struct err *e) {
  struct fixture *f = &l->f;
  struct registry_options o = fixture_options(f);
  struct import_counts counts;
  struct run_record run;
  struct registry_undone undone;
  int64_t event;
  switch (step) {
  case STEP_MAKE: return registry_init(f->path, f->p, &o, e);
  case STEP_OPEN: return registry_open(&l->arena, f->path, f->p, &o, &l->r, e);
  case STEP_ROUND_OPEN: return registry_round_open(l->r, "2026", 2026, &l->round, e);
  case STEP_IMPORT: return registry_import(l->r, NULL, NULL, NULL, false, &counts, e);
  case STEP_CHANGE:
    write_data(l, true);
    return registry_import(l->r, NULL, NULL, NULL, false, &counts, e);
  case STEP_EDIT: return registry_edit(l->r, NULL, "H07", NULL, edits, 2, &event, e);
  case STEP_UNDO: return registry_undo(l->r, 0, &undone, e);
  case STEP_ROUND_CLOSE: return registry_round_close(l->r, "2026", NULL, &l->round, e);
  case STEP_RUN: return run = a_run(l), registry_run_put(l->r, &run, decisions, sizeof decisions - 1, e);
  case STEP_REOPEN:
    registry_close(l->r);
    l->r = NULL;
    return registry_open(&l->arena, f->path, f->p, &o, &l->r, e);
  case STEP_FSCK: {
    uint64_t checked, bad = 0;
    enum status s = registry_fsck(l->r, NULL, tell_finding, NULL, &checked, &bad, e);
    if (s == OK && bad) fail_msg("fsck takes a failing disk for a damaged registry: call %ld (%s)", fault.at, fault_names[fault.last]);
    return s;
  }
  case STEP_BACKUP: return registry_backup(l->r, l->backup, e);
  case STEP_COUNT:
  default: return OK;
  }
}

/* ---- what is in the file, asked of SQLite itself ---- */

static int64_t ask(sqlite3 *db, const char *sql) {
  sqlite3_stmt *st = NULL;
  if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
  int64_t n = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
  sqlite3_finalize(st);
  return n;
}

#define PROMISE(truth, ...)                                                                                  \
  do {                                                                                                       \
    if (!(truth)) {                                                                                          \
      char promise_[300];                                                                                    \
      snprintf(promise_, sizeof promise_, __VA_ARGS__);                                                      \
      fail_msg("%s, call %ld (%s): %s (%s)", regime->name, at, fault_names[fault.last], promise_, #truth);   \
    }                                                                                                        \
  } while (0)

/* Events are whole and in order: exactly those acknowledged, or those and the one last tried. */
static int events_are_a_prefix(const struct life *l, sqlite3 *db) {
  sqlite3_stmt *st = NULL;
  if (sqlite3_prepare_v2(db, "SELECT kind FROM event ORDER BY id", -1, &st, NULL) != SQLITE_OK) fail_msg("%s", sqlite3_errmsg(db));
  int n = 0;
  bool more = sqlite3_step(st) == SQLITE_ROW;
  for (int i = 0; i < STEP_COUNT; i++) {
    if (!steps[i].event) continue;
    if (more && l->tried[i] && strcmp((const char *)sqlite3_column_text(st, 0), steps[i].event) == 0) {
      n++;
      more = sqlite3_step(st) == SQLITE_ROW;
    } else if (l->acked[i]) {
      fail_msg("the event of %s, which was acknowledged, is not there", steps[i].name);
    }
  }
  if (more) fail_msg("there is an event too many: %s", sqlite3_column_text(st, 0));
  sqlite3_finalize(st);
  return n;
}

static void nothing_is_left_behind(const struct life *l, const struct fault_regime *regime, long at) {
  static const char *const dirs[] = {"", "/x.snapshots"};
  for (int i = 0; i < 2; i++) {
    char path[200];
    snprintf(path, sizeof path, "%s%s", l->f.dir, dirs[i]);
    DIR *d = opendir(path);
    if (!d) continue;
    for (struct dirent *x; (x = readdir(d));)
      PROMISE(!strstr(x->d_name, "stage") && !strstr(x->d_name, "tmp-") && !strstr(x->d_name, "-writer"), "%s is left behind", x->d_name);
    closedir(d);
  }
}

static void the_snapshot_is_whole(struct life *l) {
  struct snapshot *s = NULL;
  assert_ok(registry_snapshot(l->r, "2026", &s, &l->f.e), &l->f.e);
  assert_int_equal(snapshot_rows(s, LEVEL_HOUSEHOLD), HOUSEHOLDS + 1);
  assert_int_equal(snapshot_rows(s, LEVEL_MEMBER), 2 * (HOUSEHOLDS + 1));
  snapshot_close(s);
}

static void the_run_is_there(struct life *l) {
  struct run_record run;
  void *data;
  size_t len;
  assert_ok(registry_run_latest(l->r, "2026", "identify", &run, &l->f.e), &l->f.e);
  assert_ok(registry_run_decisions(l->r, &l->arena, &run, &data, &len, &l->f.e), &l->f.e);
  assert_int_equal(len, sizeof decisions - 1);
}

static void rows_are_all_or_nothing(const struct life *l, sqlite3 *db, const struct fault_regime *regime, long at) {
  int64_t households = ask(db, "SELECT count(*) FROM household"), members = ask(db, "SELECT count(*) FROM member"), crops = ask(db, "SELECT count(*) FROM line_crops");
  int64_t changed = ask(db, "SELECT count(*) FROM household WHERE f_income = 999900"), history = ask(db, "SELECT count(*) FROM household_history");
  int64_t imports = ask(db, "SELECT count(*) FROM event WHERE kind = 'import'");
  PROMISE(households == (imports == 0 ? 0 : imports == 1 ? HOUSEHOLDS : HOUSEHOLDS + 1), "%d households after %d imports", (int)households, (int)imports);
  PROMISE(members == 2 * households && crops == households, "%d members and %d crops of %d households", (int)members, (int)crops, (int)households);
  int64_t edited = ask(db, "SELECT count(*) FROM event WHERE kind = 'edit'"), undone = ask(db, "SELECT count(*) FROM event WHERE kind = 'undo'");
  PROMISE(changed == (imports == 2 ? CHANGED : 0) && history == changed + edited + undone, "%d changed, %d in the history", (int)changed, (int)history);
  PROMISE(ask(db, "SELECT count(*) FROM household WHERE f_income = 7700") == edited - undone, "%d edits, %d undone", (int)edited, (int)undone);
  PROMISE(ask(db, "SELECT count(*) FROM seal_key") == households, "one data key for each household");
  PROMISE(ask(db, "SELECT count(*) FROM run") >= l->acked[STEP_RUN], "the run was acknowledged");
}

static void fsck_finds_nothing(struct life *l) {
  uint64_t checked, bad;
  assert_ok(registry_fsck(l->r, NULL, tell_finding, NULL, &checked, &bad, &l->f.e), &l->f.e);
  assert_int_equal(bad, 0);
}

/* On a sound disk again. */
static void look_after(struct life *l, const struct fault_regime *regime, long at) {
  struct fixture *f = &l->f;
  nothing_is_left_behind(l, regime, at);
  if (!l->acked[STEP_MAKE]) {
    PROMISE(!file_exists(f->path), "half a registry is left");
    struct registry_options o = fixture_options(f);
    assert_ok(registry_init(f->path, f->p, &o, &f->e), &f->e); /* can be made now */
    return;
  }
  struct registry_options o = fixture_options(f);
  arena_init(&l->arena, 0);
  assert_ok(registry_open(&l->arena, f->path, f->p, &o, &l->r, &f->e), &f->e);
  fsck_finds_nothing(l);
  sqlite3 *db = NULL;
  assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
  events_are_a_prefix(l, db);
  rows_are_all_or_nothing(l, db, regime, at);
  sqlite3_close(db);
  if (l->acked[STEP_ROUND_CLOSE]) the_snapshot_is_whole(l);
  if (l->acked[STEP_RUN]) the_run_is_there(l);
  PROMISE(file_exists(l->backup) == l->acked[STEP_BACKUP], "a backup is whole or not there");
  registry_close(l->r);
  if (l->acked[STEP_BACKUP]) {
    assert_ok(registry_open(&l->arena, l->backup, f->p, &o, &l->r, &f->e), &f->e);
    fsck_finds_nothing(l);
    registry_close(l->r);
  }
  arena_drop(&l->arena);
}

static void the_refusal_is_a_good_one(const struct fault_regime *regime, long at, enum step step, enum status s, const struct err *e) {
  bool expected = regime->full ? s == ERR_FULL || s == ERR_IO : s == ERR_IO;
  if (!expected || s != e->status || !strstr(e->message, ".lucid") || !e->hint[0])
    fail_msg("%s, call %ld (%s) in %s: %s: \"%s\" HINT: \"%s\"", regime->name, at, fault_names[fault.last], steps[step].name, status_name(s), e->message, e->hint);
}

/* One life over a disk that fails at call `at`. False when nothing failed: the life has fewer calls. */
static bool live(struct life *l, const struct fault_regime *regime, long at) {
  struct err e;
  sweep(l);
  write_data(l, false);
  fault.open_files = 0;
  arena_init(&l->arena, 0);
  l->r = NULL;
  fault_set(regime, at);
  for (int i = 0; i < STEP_COUNT; i++) {
    l->tried[i] = true;
    e = (struct err){0};
    enum status s = take_step(l, (enum step)i, &e);
    if (s != OK) {
      PROMISE(fault.struck > 0, "%s failed by itself: %s", steps[i].name, e.message);
      the_refusal_is_a_good_one(regime, at, (enum step)i, s, &e);
      if (regime->stays) break;
      e = (struct err){0};
      s = take_step(l, (enum step)i, &e); /* it was one call: the same registry goes on */
      PROMISE(s == OK, "%s cannot be repeated: %s HINT: %s", steps[i].name, e.message, e.hint);
    }
    l->acked[i] = true;
  }
  registry_close(l->r);
  arena_drop(&l->arena);
  bool struck = fault.struck > 0;
  if (struck && regime->power) fault_power_cut((unsigned)at % 3);
  fault_forget(NULL);
  fault_set(NULL, 0);
  PROMISE(fault.open_files == 0, "%d files are still open", fault.open_files);
  look_after(l, regime, at);
  PROMISE(fault.open_files == 0, "%d files are still open", fault.open_files);
  return struck;
}

/* Every call at first and then ever fewer, always the same ones; every single one when LUCID_TEST_EVERY_CALL is set. */
static void try_every_call(int which) {
  struct life *l = life_new();
  long at = 1, trials = 0, dense = getenv("LUCID_TEST_EVERY_CALL") ? 1000000 : 60;
  while (live(l, &regimes[which], at)) trials++, at += at < dense ? 1 : 7 + at / 200;
  print_message("%s: %ld trials, up to call %ld\n", regimes[which].name, trials, at);
  assert_true(trials > 50);
  life_free(l);
}

static void one_failing_call_loses_nothing_and_the_step_can_be_repeated(void **state) {
  (void)state;
  try_every_call(ONCE);
}
static void a_disk_that_breaks_loses_nothing_that_was_acknowledged(void **state) {
  (void)state;
  try_every_call(BROKEN);
}
static void a_full_disk_loses_nothing_that_was_acknowledged(void **state) {
  (void)state;
  try_every_call(DISK_FULL);
}

static void a_power_cut_loses_nothing_that_was_acknowledged(void **state) {
  (void)state;
  try_every_call(POWER);
}

static int install(void **state) {
  (void)state;
  fault_install();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {UNIT(one_failing_call_loses_nothing_and_the_step_can_be_repeated), UNIT(a_disk_that_breaks_loses_nothing_that_was_acknowledged),
                                     UNIT(a_full_disk_loses_nothing_that_was_acknowledged), UNIT(a_power_cut_loses_nothing_that_was_acknowledged)};
  return cmocka_run_group_tests(tests, install, NULL);
}
