/* A blow at every event of an import, a close and a change of the key: what the registry says afterwards is what it said before, or all of
 * what the work was to do, never a part; and the work can be done (again). The program is killed, in a file and in a database
 * (tests/flow/postgres_units.sh runs this there); there its connection is cut as well, or the server's process killed: then the
 * program lives, and what it says must be true. */
#define _GNU_SOURCE
#include <libpq-fe.h>

#include "fixture.h"
#include "killer.h"
#include "registry/import.h"
#include "registry/rotate.h"

static void found(void *ctx, const struct registry_finding *x) {
  (void)ctx;
  if (x->error) fprintf(stderr, "fsck: %s\n", x->what);
}

static void assert_sound(struct fixture *f) {
  uint64_t checked, bad;
  assert_ok(registry_fsck(f->r, NULL, found, NULL, &checked, &bad, &f->e), &f->e);
  assert_int_equal(bad, 0);
}

static int64_t events(struct fixture *f) {
  struct registry_status st;
  assert_ok(registry_status(f->r, &f->arena, &st, &f->e), &f->e);
  return st.events;
}

static void close_it(struct fixture *f) {
  registry_close(f->r);
  f->r = NULL;
}

/* At every mark in a file. A server syncs at every step: there the first twenty, then every fifth, from another one each time it is run;
 * KILL_EVERY=1 for all. */
static long next_mark(long n) {
  const char *every = getenv("KILL_EVERY");
  long stride = every ? strtol(every, NULL, 10) : getenv("LUCID_TEST_PG") ? 5 : 1;
  return n + (n < 20 || stride < 1 ? 1 : n == 20 ? 1 + (long)getpid() % stride : stride);
}

/* In the child: opens anew, does the work, closes. */
struct work {
  struct fixture *f;
  enum status (*act)(struct work *w, struct registry *r, struct err *e);
  struct registry *r;
  bool struck; /* its errors are expected */
};
enum { NOT_KEPT = 1, OTHERWISE, IN_DOUBT };

static int in_child(void *ctx) {
  struct work *w = ctx;
  struct arena a;
  struct registry *r;
  struct registry_options o = fixture_options(w->f);
  arena_init(&a, 0);
  enum status s = registry_open(&a, w->f->path, NULL, &o, &r, &w->f->e);
  if (s == OK) s = w->act(w, r, &w->f->e);
  if (s != OK && !w->struck) fprintf(stderr, "%s: %s\n", status_name(s), w->f->e.message);
  registry_close(r);
  return s == OK ? 0 : s != ERR_IO && s != ERR_BUSY ? OTHERWISE : strstr(w->f->e.message, "it is not known whether") ? IN_DOUBT : NOT_KEPT;
}

/* While the program stands still: the connection is cut, or every fourth time the server's process dies and the server recovers. */
static PGconn *administrator(void) {
  PGconn *c = PQconnectdb(getenv("LUCID_TEST_PG"));
  for (int i = 0; i < 600 && PQstatus(c) != CONNECTION_OK; i++) {
    usleep(50000);
    PQreset(c);
  }
  assert_int_equal(PQstatus(c), CONNECTION_OK);
  return c;
}

static void cut(long n) {
  PGconn *c = administrator();
  PGresult *r = PQexec(c, n % 4 ? "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'lucid'" : "SELECT pid FROM pg_stat_activity WHERE application_name = 'lucid'");
  for (int i = 0; n % 4 == 0 && i < PQntuples(r); i++) kill(atoi(PQgetvalue(r, i, 0)), SIGKILL);
  bool crash = n % 4 == 0 && PQntuples(r);
  PQclear(r);
  while (crash) { /* until the server has noticed and thrown everybody out */
    PQclear(PQexec(c, "SELECT 1"));
    crash = PQstatus(c) == CONNECTION_OK;
    usleep(1000);
  }
  PQfinish(c);
}

/* When the server takes connections again. */
static void open_again(struct fixture *f) {
  PQfinish(administrator());
  fixture_open(f);
}

/* ---- the key ---- */

static enum status rotate(struct work *w, struct registry *r, struct err *e) {
  struct registry_rotated n;
  (void)w;
  return registry_key_rotate(r, NULL, &n, e);
}

static void assert_sealed_fields_work(struct fixture *f) {
  const char **keys;
  uint32_t n;
  assert_ok(registry_search(f->r, &f->arena, "phone", "CANARYPHONE1", &keys, &n, &f->e), &f->e);
  assert_int_equal(n, 1);
  assert_string_equal(keys[0], "H1");
  assert_ok(registry_search(f->r, &f->arena, "members.idno", "CANARYID000000021", &keys, &n, &f->e), &f->e);
  assert_int_equal(n, 1);
  assert_string_equal(keys[0], "H2");
  struct registry_history *h;
  bool seen = false;
  assert_ok(registry_history(f->r, &f->arena, "H1", 0, true, &h, &n, &f->e), &f->e);
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t k = 0; k < h[i].change_count; k++) seen |= h[i].changes[k].after && strcmp(h[i].changes[k].after, "CANARYPHONE1") == 0;
  assert_true(seen);
}

static void a_change_of_the_key_is_whole_or_not_at_all(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import_counts c;
  struct work w = {.f = f, .act = rotate};
  bool killed = true;
  int done_so_far = 0;
  assert_ok(registry_import(f->r, NULL, NULL, NULL, false, &c, &f->e), &f->e);
  int64_t before = events(f);
  close_it(f);
  for (long n = 1; killed; n = next_mark(n)) {
    int code = 0;
    struct registry_rotated done;
    killed = killer_run(n, in_child, &w, &code);
    if (!killed) assert_int_equal(code, 0);
    fixture_open(f);
    int64_t after = events(f);
    assert_in_range(after, before + !killed, before + 1);
    assert_sealed_fields_work(f);
    if (killed) assert_ok(registry_key_rotate(f->r, NULL, &done, &f->e), &f->e);
    assert_sealed_fields_work(f);
    if (++done_so_far % 8 == 0 || !killed) assert_sound(f);
    char path[600];
    snprintf(path, sizeof path, "%s.new", registry_key_path(f->r));
    assert_false(file_exists(path));
    before = events(f);
    close_it(f);
    assert_true(n < 2000);
    if (!killed) assert_true(n > 10);
  }
  fixture_open(f);
  assert_sound(f);
  fixture_free(f);
}

/* ---- an import, a close ---- */

static enum status import(struct work *w, struct registry *r, struct err *e) {
  struct import_counts c;
  (void)w;
  return registry_import(r, NULL, NULL, NULL, false, &c, e);
}

static void assert_income(struct fixture *f, long now, long before, bool done, long *out) {
  struct registry_history *h;
  uint32_t n;
  char a[32], b[32];
  const char *last = "";
  assert_ok(registry_history(f->r, &f->arena, "H3", 0, false, &h, &n, &f->e), &f->e);
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t k = 0; k < h[i].change_count; k++)
      if (strcmp(h[i].changes[k].field, "income") == 0) last = h[i].changes[k].after;
  snprintf(a, sizeof a, "%ld.00", now), snprintf(b, sizeof b, "%ld.00", before);
  if (strcmp(last, a) != 0 && (done || strcmp(last, b) != 0)) fail_msg("income is %s, not %s%s%s", last, a, done ? "" : " or ", done ? "" : b);
  *out = strcmp(last, a) == 0 ? now : before;
}

static void write_incomes(struct fixture *f, long income) {
  char h[400];
  snprintf(h, sizeof h, "hid,v,inc,car,roof,size,score,visited,phone\nH1,V11,%ld.00,no,straw,4,1.5,2026-03-01,CANARYPHONE%ld\nH2,V12,-9,no,tile,2,,2026-03-02,\nH3,V21,%ld.00,yes,tile,5,0,2026-03-03,CANARYPHONE3\n", income, income, income);
  fixture_data(f, h, fixture_people, fixture_crops, fixture_villages);
}

static void an_import_is_whole_or_not_at_all(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct work w = {.f = f, .act = import};
  bool killed = true;
  int done_so_far = 0;
  long held = 1000, got;
  write_incomes(f, held);
  assert_ok(import(&w, f->r, &f->e), &f->e);
  int64_t before = events(f);
  close_it(f);
  for (long n = 1; killed; n = next_mark(n)) {
    int code = 0;
    const char **keys;
    uint32_t m;
    char phone[32];
    write_incomes(f, 1000 + n);
    killed = killer_run(n, in_child, &w, &code);
    if (!killed) assert_int_equal(code, 0);
    fixture_open(f);
    assert_income(f, 1000 + n, held, !killed, &got);
    assert_int_equal(events(f), before + (got != held)); /* its rows and its event, or neither */
    held = got, before = events(f);
    snprintf(phone, sizeof phone, "CANARYPHONE%ld", held);
    assert_ok(registry_search(f->r, &f->arena, "phone", phone, &keys, &m, &f->e), &f->e);
    assert_int_equal(m, 1);
    if (++done_so_far % 16 == 0 || !killed) assert_sound(f);
    close_it(f);
    assert_true(n < 5000);
    if (!killed) assert_true(n > 20);
  }
  fixture_open(f);
  fixture_free(f);
}

static enum status close_round(struct work *w, struct registry *r, struct err *e) {
  struct round_info round;
  (void)w;
  return registry_round_close(r, NULL, NULL, &round, e);
}

static void a_close_is_whole_or_not_at_all(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct work w = {.f = f, .act = close_round};
  struct import_counts c;
  bool killed = true;
  int done_so_far = 0;
  assert_ok(registry_import(f->r, NULL, NULL, NULL, false, &c, &f->e), &f->e);
  close_it(f);
  for (long n = 1; killed; n = next_mark(n)) {
    int code = 0;
    struct round_info round, again;
    struct snapshot *s;
    char name[32];
    killed = killer_run(n, in_child, &w, &code);
    if (!killed) assert_int_equal(code, 0);
    fixture_open(f);
    assert_ok(registry_round_get(f->r, NULL, &round, &f->e), &f->e);
    if (!killed) assert_false(round.open);
    if (round.open) assert_ok(registry_round_close(f->r, NULL, NULL, &round, &f->e), &f->e);
    assert_int_equal(round.households, 4);
    assert_ok(registry_snapshot(f->r, round.name, &s, &f->e), &f->e);
    snapshot_close(s);
    if (++done_so_far % 16 == 0 || !killed) assert_sound(f);
    snprintf(name, sizeof name, "r%ld", n);
    assert_ok(registry_round_open(f->r, name, 2026, &again, &f->e), &f->e);
    close_it(f);
    assert_true(n < 2000);
    if (!killed) assert_true(n > 10);
  }
  fixture_open(f);
  fixture_free(f);
}

/* ---- the connection ---- */

static void an_import_whose_connection_breaks_says_what_became_of_it(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct work w = {.f = f, .act = import, .struck = true};
  bool struck = true;
  long held = 1000, got, doubts = 0, cuts = 0;
  write_incomes(f, held);
  assert_ok(import(&w, f->r, &f->e), &f->e);
  int64_t before = events(f);
  close_it(f);
  for (long n = 1; struck; n = next_mark(n)) {
    int code = 0;
    write_incomes(f, 1000 + n);
    struck = killer_strike(n, in_child, &w, cut, &code);
    assert_in_range(code, 0, struck ? IN_DOUBT : 0);
    assert_int_not_equal(code, OTHERWISE);
    open_again(f);
    assert_income(f, 1000 + n, held, code == 0, &got);
    if (code == NOT_KEPT) assert_int_equal(got, held);
    assert_int_equal(events(f), before + (got != held)); /* its rows and its event, or neither */
    held = got, before = events(f);
    cuts += struck, doubts += code == IN_DOUBT;
    close_it(f);
    assert_true(n < 2000);
  }
  assert_true(cuts > 10);
  assert_true(doubts * 10 <= cuts);
  open_again(f);
  assert_sound(f);
  fixture_free(f);
}

static void a_close_whose_connection_breaks_says_what_became_of_it(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct work w = {.f = f, .act = close_round, .struck = true};
  struct import_counts c;
  bool struck = true;
  long doubts = 0, cuts = 0;
  assert_ok(registry_import(f->r, NULL, NULL, NULL, false, &c, &f->e), &f->e);
  close_it(f);
  for (long n = 1; struck; n = next_mark(n)) {
    int code = 0;
    struct round_info round, again;
    struct snapshot *s;
    char name[32];
    struck = killer_strike(n, in_child, &w, cut, &code);
    assert_in_range(code, 0, struck ? IN_DOUBT : 0);
    assert_int_not_equal(code, OTHERWISE);
    open_again(f);
    assert_ok(registry_round_get(f->r, NULL, &round, &f->e), &f->e);
    if (code != IN_DOUBT) assert_int_equal(round.open, code == NOT_KEPT);
    if (round.open) assert_ok(registry_round_close(f->r, NULL, NULL, &round, &f->e), &f->e);
    assert_ok(registry_snapshot(f->r, round.name, &s, &f->e), &f->e);
    snapshot_close(s);
    snprintf(name, sizeof name, "c%ld", n);
    assert_ok(registry_round_open(f->r, name, 2026, &again, &f->e), &f->e);
    cuts += struck, doubts += code == IN_DOUBT;
    close_it(f);
    assert_true(n < 2000);
  }
  assert_true(cuts > 10);
  assert_true(doubts * 10 <= cuts);
  open_again(f);
  assert_sound(f);
  fixture_free(f);
}

/* ---- who had it open ---- */

static void a_command_with_the_key_of_before_seals_nothing_more(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import_counts c;
  struct registry *late;
  struct registry_rotated n;
  struct registry_options o = fixture_options(f);
  struct err e;
  int64_t event;
  assert_ok(registry_import(f->r, NULL, NULL, NULL, false, &c, &f->e), &f->e);
  assert_ok(registry_open(&f->arena, f->path, NULL, &o, &late, &f->e), &f->e);
  assert_ok(registry_key_rotate(f->r, NULL, &n, &f->e), &f->e);
  assert_true(file_exists(n.kept));
  assert_string_not_equal(n.id, n.old_id);
  assert_refused(registry_edit(late, NULL, "H1", NULL, &(struct registry_set){"phone", "CANARYPHONE7"}, 1, &event, &e), ERR_CONFLICT, "its key was changed", &e);
  registry_close(late);
  assert_ok(registry_edit(f->r, NULL, "H1", NULL, &(struct registry_set){"phone", "CANARYPHONE7"}, 1, &event, &f->e), &f->e);
  assert_sound(f);
  fixture_free(f);
}

/* Connections break only where there is one: flow postgres_units runs these tests on a server. */
int main(void) {
  const struct CMUnitTest on_a_file[] = {UNIT(a_command_with_the_key_of_before_seals_nothing_more), UNIT(a_change_of_the_key_is_whole_or_not_at_all), UNIT(an_import_is_whole_or_not_at_all), UNIT(a_close_is_whole_or_not_at_all)};
  const struct CMUnitTest on_a_server[] = {UNIT(a_command_with_the_key_of_before_seals_nothing_more), UNIT(a_change_of_the_key_is_whole_or_not_at_all), UNIT(an_import_is_whole_or_not_at_all), UNIT(a_close_is_whole_or_not_at_all),
                                           UNIT(an_import_whose_connection_breaks_says_what_became_of_it), UNIT(a_close_whose_connection_breaks_says_what_became_of_it)};
  return getenv("LUCID_TEST_PG") ? cmocka_run_group_tests(on_a_server, NULL, NULL) : cmocka_run_group_tests(on_a_file, NULL, NULL);
}
