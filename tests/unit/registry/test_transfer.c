/* People who go to another county: two events, each whole, done once; killed at every event of it, and taken back at every point. In a file, in a
 * database, and over two servers (tests/flow/postgres_units.sh). Of the fixture H1, H2 and H4 lie in C1, H3 in C2. */
#define _GNU_SOURCE
#include "fixture.h"
#include "killer.h"
#include "registry/transfer.h"

static const char *const one[] = {"1"};
static const struct registry_set to_v21 = {"village_code", "V21"};

static void found(void *ctx, const struct registry_finding *x) {
  if (x->error) fprintf(stderr, "fsck: %s\n", x->what);
  else if (ctx && strstr(x->what, "half done")) ++*(int *)ctx;
}

static int sound(struct fixture *f) {
  uint64_t checked, bad;
  int halves = 0;
  assert_ok(registry_fsck(f->r, NULL, found, &halves, &checked, &bad, &f->e), &f->e);
  assert_int_equal(bad, 0);
  return halves;
}

static struct fixture *begin(void) {
  struct fixture *f = fixture_new();
  struct import_counts n;
  assert_ok(registry_import(f->r, NULL, NULL, NULL, false, &n, &f->e), &f->e);
  return f;
}

static struct natural change(enum natural_kind kind, const char *household, const char *into, const char *const *members, uint32_t count) {
  return (struct natural){.kind = kind, .household = household, .into = into, .members = members, .member_count = count, .on = 20500, .evidence = "seen"};
}

static struct natural_done done(struct fixture *f, struct natural n) {
  struct natural_done d;
  assert_ok(registry_natural(f->r, &f->arena, &n, &d, &f->e), &f->e);
  return d;
}

static struct natural_done moved(struct fixture *f, const char *household) {
  struct natural n = change(NATURAL_MOVE, household, NULL, NULL, 0);
  n.sets = &to_v21, n.set_count = 1;
  done(f, n);
  return done(f, change(NATURAL_TRANSFER, household, NULL, NULL, 0));
}

static struct registry_status status(struct fixture *f) {
  struct registry_status st;
  assert_ok(registry_status(f->r, &f->arena, &st, &f->e), &f->e);
  return st;
}

static uint32_t halves(struct fixture *f) {
  struct transfer_half *x;
  uint32_t n;
  assert_ok(transfer_halves(f->r, &f->arena, &x, &n, &f->e), &f->e);
  return n;
}

static bool said(struct fixture *f, const char *household, const char *kind, const char *word) {
  struct registry_history *h;
  uint32_t n;
  assert_ok(registry_history(f->r, &f->arena, household, 0, true, &h, &n, &f->e), &f->e);
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t k = 0; k < h[i].change_count && strcmp(h[i].kind, kind) == 0; k++)
      if (h[i].changes[k].after && strstr(h[i].changes[k].after, word)) return true;
  return false;
}

static int64_t home_of(struct fixture *f, const char *household) {
  struct household_ref ref;
  assert_ok(registry_find(f->r, NULL, household, &ref, &f->e), &f->e);
  return ref.home;
}

static uint32_t seen(struct fixture *f, const char *field, const char *value) {
  const char **keys;
  uint32_t n;
  assert_ok(registry_search(f->r, &f->arena, field, value, &keys, &n, &f->e), &f->e);
  return n;
}

static void who_marries_into_another_county_leaves_and_arrives(void **state) {
  (void)state;
  struct fixture *f = begin();
  struct registry_status before = status(f), after;
  struct natural_done d = done(f, change(NATURAL_MARRY, "H1", "H3", one, 1));
  after = status(f);
  assert_int_equal(after.events, before.events + 2);
  assert_int_equal(d.departure, after.events - 1);
  assert_int_equal(d.event, after.events);
  assert_int_equal(after.levels[LEVEL_MEMBER].now, before.levels[LEVEL_MEMBER].now);
  assert_true(said(f, "H1", "marry", "marry: to household H3"));
  assert_true(said(f, "H3", "arrive", "marry: from household H1"));
  assert_int_equal(halves(f), 0);
  assert_int_equal(sound(f), 0);
  d = done(f, change(NATURAL_MARRY, "H1", "H2", (const char *const[]){"2"}, 1)); /* the same county: one event */
  assert_int_equal(d.departure, 0);
  assert_int_equal(status(f).events, after.events + 1);
  fixture_free(f);
}

static void a_household_takes_its_number_its_rows_and_its_history_along(void **state) {
  (void)state;
  struct fixture *f = begin();
  struct natural_done d;
  struct natural n = change(NATURAL_TRANSFER, "H1", NULL, NULL, 0);
  int64_t home = home_of(f, "H1");
  struct registry_status before = status(f);
  assert_refused(registry_natural(f->r, &f->arena, &n, &d, &f->e), ERR_CONFLICT, "lies where its area does (V11)", &f->e);
  moved(f, "H1");
  struct registry_status after = status(f);
  assert_int_not_equal(home_of(f, "H1"), home);
  for (uint32_t l = 0; l < after.level_count; l++) assert_int_equal(after.levels[l].now, before.levels[l].now);
  assert_int_equal(seen(f, "phone", "CANARYPHONE1"), 1);
  assert_int_equal(seen(f, "members.idno", "CANARYID000000011"), 1);
  assert_true(said(f, "H1", "import", "CANARYPHONE1")); /* of before, where it lay */
  assert_true(said(f, "H1", "import", "rice"));
  assert_true(said(f, "H1", "arrive", "CANARYPHONE1"));
  assert_true(said(f, "H1", "arrive", "maize"));
  assert_int_equal(sound(f), 0);
  struct import_counts c; /* the file of the old county is not believed */
  assert_ok(registry_import(f->r, NULL, "people", NULL, false, &c, &f->e), &f->e);
  assert_int_equal(c.inserted + c.changed + c.ended, 0);
  struct round_info round;
  struct snapshot *s;
  struct household_ref ref;
  assert_ok(registry_round_close(f->r, NULL, NULL, &round, &f->e), &f->e);
  assert_ok(registry_snapshot(f->r, NULL, &s, &f->e), &f->e);
  assert_int_equal(round.households, 4);
  assert_ok(registry_find(f->r, s, "H1", &ref, &f->e), &f->e);
  snapshot_close(s);
  assert_int_equal(sound(f), 0);
  fixture_free(f);
}

static void erasing_reaches_back_to_where_it_lay(void **state) {
  (void)state;
  struct fixture *f = begin();
  int64_t event;
  moved(f, "H1");
  assert_ok(registry_erase(f->r, "H1", &event, &f->e), &f->e);
  assert_int_equal(seen(f, "phone", "CANARYPHONE1"), 0);
  assert_false(said(f, "H1", "import", "CANARYPHONE1"));
  assert_true(said(f, "H1", "import", "erased"));
  assert_false(said(f, "H1", "arrive", "CANARYPHONE1"));
  sound(f);
  fixture_free(f);
}

static void both_events_are_taken_back_together_and_nobody_is_in_two_places(void **state) {
  (void)state;
  struct fixture *f = begin();
  struct registry_undone u;
  struct registry_status before = status(f), after;
  int64_t home = home_of(f, "H1");
  struct natural_done d = moved(f, "H1");
  assert_ok(registry_undo(f->r, 0, &u, &f->e), &f->e);
  assert_int_equal(u.undone, d.departure);
  assert_int_equal(u.arrival, d.event);
  assert_int_equal(home_of(f, "H1"), home);
  after = status(f);
  for (uint32_t l = 0; l < after.level_count; l++) assert_int_equal(after.levels[l].now, before.levels[l].now);
  assert_int_equal(halves(f), 0);
  assert_int_equal(sound(f), 0);
  assert_refused(registry_undo(f->r, u.event - 1, &u, &f->e), ERR_CONFLICT, "by which they left, was taken back", &f->e); /* would let them arrive */
  assert_ok(registry_undo(f->r, after.events, &u, &f->e), &f->e); /* they leave again: half */
  assert_int_equal(halves(f), 1);
  assert_int_equal(sound(f), 1);
  struct round_info round;
  assert_refused(registry_round_close(f->r, NULL, NULL, &round, &f->e), ERR_CONFLICT, "1 transfer is half done", &f->e);
  assert_ok(transfer_arrive(f->r, &f->arena, d.departure, NULL, 0, &d, &f->e), &f->e);
  assert_int_equal(halves(f), 0);
  assert_int_not_equal(home_of(f, "H1"), home);
  assert_refused(transfer_arrive(f->r, &f->arena, d.departure, NULL, 0, &d, &f->e), ERR_CONFLICT, "they have arrived already", &f->e);
  assert_ok(registry_undo(f->r, d.departure, &u, &f->e), &f->e); /* the first named: the second goes first */
  assert_int_equal(home_of(f, "H1"), home);
  assert_int_equal(sound(f), 0);
  d = done(f, change(NATURAL_TRANSFER, "H1", NULL, NULL, 0)); /* and once more */
  assert_int_equal(sound(f), 0);
  fixture_free(f);
}

static void a_merge_over_counties_brings_all_and_what_was_not_asked_in_one_is_not_known_of_both(void **state) {
  (void)state;
  struct fixture *f = begin();
  struct registry_status before = status(f), after;
  struct natural_done d = done(f, change(NATURAL_MERGE, "H1", "H3", NULL, 0));
  assert_true(d.household_ended);
  after = status(f);
  assert_int_equal(after.levels[LEVEL_MEMBER].now, before.levels[LEVEL_MEMBER].now);
  assert_int_equal(after.levels[LEVEL_LINE0].now, before.levels[LEVEL_LINE0].now);
  assert_int_equal(after.levels[LEVEL_HOUSEHOLD].now, before.levels[LEVEL_HOUSEHOLD].now - 1);
  assert_true(said(f, "H3", "arrive", "rice"));
  assert_true(said(f, "H3", "arrive", "merge: from household H1"));
  assert_true(said(f, "H1", "merge", "merge: to household H3"));
  d = done(f, change(NATURAL_MERGE, "H4", "H3", NULL, 0)); /* no list of H4's members was ever taken */
  assert_true(said(f, "H3", "arrive", "list no longer taken"));
  assert_int_equal(sound(f), 0);
  fixture_free(f);
}

/* ---- killed ---- */

struct work { struct fixture *f; struct natural n; bool undo; };

static int in_child(void *ctx) {
  struct work *w = ctx;
  struct arena a;
  struct registry *r;
  struct registry_options o = fixture_options(w->f);
  struct natural_done d;
  struct registry_undone u;
  arena_init(&a, 0);
  enum status s = registry_open(&a, w->f->path, NULL, &o, &r, &w->f->e);
  if (s == OK) s = w->undo ? registry_undo(r, 0, &u, &w->f->e) : registry_natural(r, &a, &w->n, &d, &w->f->e);
  if (s != OK) fprintf(stderr, "%s: %s\n", status_name(s), w->f->e.message);
  registry_close(r);
  return s == OK ? 0 : 1;
}

/* Servers sync at every step: there every third mark, from another one each time. */
static long next_mark(long n) { return n + (getenv("KILL_EVERY") || !getenv("LUCID_TEST_PG") || n < 8 ? 1 : n == 8 ? 1 + (long)getpid() % 4 : 4); }

static void killed_at_any_event_the_same_command_completes_it_and_never_doubles(void **state) {
  (void)state;
  struct fixture *f = begin();
  char years[8];
  const struct registry_set age = {"age", years};
  struct work w = {.f = f, .n = change(NATURAL_MARRY, "H1", "H3", one, 1)};
  bool killed = true;
  int half = 0;
  w.n.sets = &age, w.n.set_count = 1;
  struct registry_status before = status(f);
  registry_close(f->r);
  for (long n = 1; killed; n = next_mark(n)) {
    int code = 0;
    struct natural_done d;
    struct registry_undone u;
    snprintf(years, sizeof years, "%ld", 20 + n % 100);
    killed = killer_run(n, in_child, &w, &code);
    if (!killed) assert_int_equal(code, 0);
    fixture_open(f);
    bool was_half = halves(f) == 1;
    half += was_half;
    uint32_t there = seen(f, "members.idno", "CANARYID000000011");
    assert_int_equal(there, was_half ? 0 : 1);
    enum status s = registry_natural(f->r, &f->arena, &w.n, &d, &f->e);
    if (s != OK) { /* it had been done whole */
      assert_int_equal(s, ERR_NOT_FOUND);
      assert_non_null(strstr(f->e.message, "has no member \"1\""));
    }
    assert_int_equal(halves(f), 0);
    assert_true(said(f, "H3", "arrive", years));
    assert_int_equal(seen(f, "members.idno", "CANARYID000000011"), 1);
    assert_int_equal(status(f).levels[LEVEL_MEMBER].now, before.levels[LEVEL_MEMBER].now);
    if (n % 8 == 0 || !killed || was_half) assert_int_equal(sound(f), 0);
    assert_ok(registry_undo(f->r, 0, &u, &f->e), &f->e);
    registry_close(f->r);
    f->r = NULL;
    w.n.on--; /* another day: another change */
    assert_true(n < 2000);
    if (!killed) assert_true(n > 10);
  }
  assert_true(half > 0); /* it did hit between the two */
  fixture_open(f);
  fixture_free(f);
}

static void killed_while_it_is_taken_back_it_can_be_taken_back_or_finished(void **state) {
  (void)state;
  struct fixture *f = begin();
  struct work w = {.f = f, .undo = true};
  bool killed = true;
  int half = 0;
  int64_t home = home_of(f, "H1");
  struct natural n = change(NATURAL_MOVE, "H1", NULL, NULL, 0);
  n.sets = &to_v21, n.set_count = 1;
  done(f, n);
  for (long at = 1; killed; at = next_mark(at)) {
    int code = 0;
    struct natural_done d = done(f, change(NATURAL_TRANSFER, "H1", NULL, NULL, 0));
    struct registry_undone u;
    registry_close(f->r);
    killed = killer_run(at, in_child, &w, &code);
    if (!killed) assert_int_equal(code, 0);
    fixture_open(f);
    bool was_half = halves(f) == 1;
    half += was_half;
    if (was_half && at % 2) {
      assert_ok(transfer_arrive(f->r, &f->arena, d.departure, NULL, 0, &d, &f->e), &f->e);
      assert_int_not_equal(home_of(f, "H1"), home);
    }
    if (home_of(f, "H1") != home || halves(f)) assert_ok(registry_undo(f->r, was_half ? d.departure : 0, &u, &f->e), &f->e);
    assert_int_equal(halves(f), 0);
    assert_int_equal(home_of(f, "H1"), home);
    if (at % 8 == 0 || !killed || was_half) assert_int_equal(sound(f), 0);
    assert_true(at < 2000);
  }
  assert_true(half > 0);
  fixture_free(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {UNIT(who_marries_into_another_county_leaves_and_arrives),
                                     UNIT(a_household_takes_its_number_its_rows_and_its_history_along),
                                     UNIT(erasing_reaches_back_to_where_it_lay),
                                     UNIT(both_events_are_taken_back_together_and_nobody_is_in_two_places),
                                     UNIT(a_merge_over_counties_brings_all_and_what_was_not_asked_in_one_is_not_known_of_both),
                                     UNIT(killed_at_any_event_the_same_command_completes_it_and_never_doubles),
                                     UNIT(killed_while_it_is_taken_back_it_can_be_taken_back_or_finished)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
