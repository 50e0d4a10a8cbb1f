/* Closing writes what changed and takes over the rest; the snapshot is that of a whole rewrite. */
#include <sqlite3.h>

#include "fixture.h"
#include "registry/correct.h"
#include "registry/natural.h"
#include "registry/rotate.h"

enum { HOMES = 2 }; /* C1 with H1, H2, H4; C2 with H3 */

static void path_of(const struct fixture *f, const char *hash, const char *file, char out[400]) { snprintf(out, 400, "%s/%s%s%s", f->snapshots, hash, *file ? "/" : "", file); }

static struct round_closing close_round(struct fixture *f, struct round_info *round) {
  struct round_closing how = {0};
  assert_ok(registry_round_close_by(f->r, NULL, &how, round, &f->e), &f->e);
  return how;
}

/* Closes as usual; then the files are lost, and all is made again from the rows: it must come out the same. */
static void close_both_ways(struct fixture *f, uint32_t written, uint32_t taken) {
  struct round_info round;
  struct snapshot *s;
  struct round_closing how = close_round(f, &round);
  char path[400];
  path_of(f, round.snapshot, "", path);
  assert_ok(snapshot_open(f->snapshots, round.snapshot, NULL, &s, &f->e), &f->e); /* whole as it is */
  snapshot_close(s);
  assert_ok(file_remove_tree(path, &f->e), &f->e);
  assert_ok(registry_snapshot(f->r, round.name, &s, &f->e), &f->e); /* ERR_CORRUPT when another hash comes out */
  snapshot_close(s);
  assert_int_equal(how.written, written);
  assert_int_equal(how.taken, taken);
}

static void sound(struct fixture *f) {
  uint64_t checked, bad;
  assert_ok(registry_fsck(f->r, NULL, NULL, NULL, &checked, &bad, &f->e), &f->e);
  assert_int_equal(bad, 0);
}

static void open_round(struct fixture *f, const char *name) {
  struct round_info round;
  assert_ok(registry_round_open(f->r, name, 2027, &round, &f->e), &f->e);
}

static void edit(struct fixture *f, const char *household, const char *value) {
  int64_t event;
  assert_ok(registry_edit(f->r, NULL, household, NULL, &(struct registry_set){"size", value}, 1, &event, &f->e), &f->e);
}

/* One closed round, "2026", and an open one, "2027". */
static struct fixture *closed_once(void) {
  struct fixture *f = fixture_new();
  struct import_counts c;
  assert_ok(registry_import(f->r, NULL, NULL, NULL, false, &c, &f->e), &f->e);
  close_both_ways(f, HOMES, 0);
  open_round(f, "2027");
  return f;
}

static void a_round_without_changes_writes_no_county(void **state) {
  (void)state;
  struct fixture *f = closed_once();
  struct round_info before, after;
  struct stat a, b;
  char path[400];
  assert_ok(registry_round_get(f->r, "2026", &before, &f->e), &f->e);
  struct round_closing how = close_round(f, &after);
  assert_int_equal(how.taken, HOMES);
  assert_string_not_equal(before.snapshot, after.snapshot); /* its manifest names another round */
  path_of(f, before.snapshot, "home-2.segment", path);
  assert_int_equal(stat(path, &a), 0);
  path_of(f, after.snapshot, "home-2.segment", path);
  assert_int_equal(stat(path, &b), 0);
  assert_int_equal(a.st_ino, b.st_ino); /* one file, two names */
  sound(f);
  open_round(f, "2028");
  how = (struct round_closing){.rewrite = true};
  assert_ok(registry_round_close_by(f->r, NULL, &how, &after, &f->e), &f->e);
  assert_int_equal(how.written, HOMES);
  fixture_free(f);
}

static void only_the_county_of_an_edit_is_written(void **state) {
  (void)state;
  struct fixture *f = closed_once();
  edit(f, "H3", "9");
  close_both_ways(f, 1, 1);
  open_round(f, "2028");
  fixture_write(f, "data/villages.csv", "v,road\nV11,no\nV21,no\n"); /* a village's row alone */
  struct import_counts c;
  assert_ok(registry_import(f->r, NULL, "villages", NULL, false, &c, &f->e), &f->e);
  assert_int_equal(c.changed, 1);
  close_both_ways(f, 1, 1);
  sound(f);
  fixture_free(f);
}

static void an_import_writes_the_counties_whose_rows_it_changed(void **state) {
  (void)state;
  struct fixture *f = closed_once();
  struct import_counts c;
  fixture_write(f, "data/people.csv", "hid,no,age,school,idno\nH3,1,34,no,\nH3,2,6,yes,\n");
  assert_ok(registry_import(f->r, NULL, "people", NULL, false, &c, &f->e), &f->e);
  assert_int_equal(c.event > 0, 1);
  close_both_ways(f, 1, 1);
  fixture_free(f);
}

static void moves_splits_and_undo_are_seen(void **state) {
  (void)state;
  struct fixture *f = closed_once();
  struct natural_done d;
  struct registry_undone back;
  static const char *const two[] = {"2"};
  struct natural move = {.kind = NATURAL_MOVE, .household = "H1", .sets = &(struct registry_set){"village_code", "V21"}, .set_count = 1, .on = 20500, .evidence = "seen"};
  assert_ok(registry_natural(f->r, &f->arena, &move, &d, &f->e), &f->e);
  close_both_ways(f, 1, 1); /* it keeps its home; C2 has no row of it */
  open_round(f, "2028");
  struct natural over = {.kind = NATURAL_MARRY, .household = "H3", .into = "H1", .members = two, .member_count = 1, .on = 20500, .evidence = "seen"};
  assert_ok(registry_natural(f->r, &f->arena, &over, &d, &f->e), &f->e);
  close_both_ways(f, 2, 0); /* out of one county, into the other */
  open_round(f, "2029");
  edit(f, "H3", "11");
  assert_ok(registry_undo(f->r, 0, &back, &f->e), &f->e);
  close_both_ways(f, 1, 1); /* the same rows, but touched */
  sound(f);
  fixture_free(f);
}

static void a_county_that_emptied_stays_away(void **state) {
  (void)state;
  struct fixture *f = closed_once();
  struct natural_done d;
  struct natural merge = {.kind = NATURAL_MERGE, .household = "H3", .into = "H1", .on = 20500, .evidence = "seen"};
  assert_ok(registry_natural(f->r, &f->arena, &merge, &d, &f->e), &f->e);
  close_both_ways(f, 1, 0);
  open_round(f, "2028");
  close_both_ways(f, 0, 1);
  fixture_free(f);
}

static void a_correction_stands_on_the_round_it_corrects(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import_counts c;
  struct round_info round;
  assert_ok(registry_import(f->r, NULL, NULL, NULL, false, &c, &f->e), &f->e);
  close_both_ways(f, HOMES, 0);
  for (int i = 0; i < 2; i++) { /* the second stands on the first */
    assert_ok(registry_round_correct(f->r, "2026", "late lists", &round, &f->e), &f->e);
    edit(f, i ? "H1" : "H3", "8");
    close_both_ways(f, 1, 1);
  }
  sound(f);
  fixture_free(f);
}

static void erasing_and_a_new_key_change_no_county(void **state) {
  (void)state;
  struct fixture *f = closed_once();
  struct registry_rotated n;
  int64_t event;
  assert_ok(registry_erase(f->r, "H1", &event, &f->e), &f->e);
  close_both_ways(f, 0, HOMES);
  open_round(f, "2028");
  assert_ok(registry_key_rotate(f->r, NULL, &n, &f->e), &f->e);
  registry_close(f->r);
  fixture_open(f);
  close_both_ways(f, 0, HOMES);
  sound(f);
  fixture_free(f);
}

static void a_changed_programme_writes_the_county_of_a_new_village(void **state) {
  (void)state;
  struct fixture *f = closed_once();
  struct problem *problems = NULL;
  struct programme *p;
  int64_t event;
  struct text yaml;
  text_init(&yaml, 10000);
  const char *at = strstr(fixture_yaml, "  household: village_code");
  text_addn(&yaml, fixture_yaml, (size_t)(at - fixture_yaml));
  text_add(&yaml, "    - {code: V22, level: village, parent: C2, name: {en: V22}}\n");
  text_add(&yaml, at);
  fixture_write(f, "programme.yaml", text_str(&yaml));
  text_free(&yaml);
  assert_ok(programme_load(&f->arena, f->folder, &p, &problems, &f->e), &f->e);
  assert_ok(registry_adopt(f->r, p, &event, &f->e), &f->e);
  registry_close(f->r);
  fixture_open(f);
  close_both_ways(f, 1, 1);
  open_round(f, "2028");
  close_both_ways(f, 0, HOMES);
  sound(f);
  fixture_free(f);
}

static void a_lost_or_damaged_file_is_written_again(void **state) {
  (void)state;
  struct fixture *f = closed_once();
  struct round_info round;
  char path[400];
  assert_ok(registry_round_get(f->r, "2026", &round, &f->e), &f->e);
  path_of(f, round.snapshot, "home-2.segment", path);
  FILE *file = fopen(path, "r+b");
  assert_non_null(file);
  assert_int_equal(fseek(file, 200, SEEK_SET), 0);
  assert_int_equal(fputc(0x5A, file), 0x5A);
  assert_int_equal(fclose(file), 0);
  close_both_ways(f, 1, 1);
  open_round(f, "2028");
  assert_ok(file_remove_tree(f->snapshots, &f->e), &f->e);
  close_both_ways(f, HOMES, 0);
  fixture_free(f);
}

static void where_links_fail_the_file_is_copied(void **state) {
  (void)state;
  struct fixture *f = closed_once();
  struct round_info round;
  struct stat here, there;
  char path[400], away[] = "/dev/shm/lucid-unit-XXXXXX", moved[400], command[1000];
  if (stat(f->dir, &here) != 0 || stat("/dev/shm", &there) != 0 || here.st_dev == there.st_dev || !mkdtemp(away)) {
    fixture_free(f);
    skip();
  }
  assert_ok(registry_round_get(f->r, "2026", &round, &f->e), &f->e);
  path_of(f, round.snapshot, "", path);
  snprintf(moved, sizeof moved, "%s/%s", away, round.snapshot);
  snprintf(command, sizeof command, "mv '%s' '%s'", path, moved);
  assert_int_equal(system(command), 0);
  assert_int_equal(symlink(moved, path), 0);
  struct round_closing how = close_round(f, &round);
  assert_int_equal(how.taken, HOMES);
  assert_ok(file_remove_tree(away, &f->e), &f->e);
  assert_int_equal(unlink(path), 0);
  struct snapshot *s;
  assert_ok(snapshot_open(f->snapshots, round.snapshot, NULL, &s, &f->e), &f->e); /* it stands without the earlier one */
  snapshot_close(s);
  fixture_free(f);
}

static void change_outside(struct fixture *f, const char *sql) {
  sqlite3 *db;
  assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
}

static void what_the_chain_does_not_prove_is_not_believed(void **state) {
  (void)state;
  FIXTURE_FILE_ONLY();
  static const char *const lies[] = {
      "UPDATE event_home SET home = 3 WHERE event = (SELECT max(event) FROM event_home)",
      "DELETE FROM event_home WHERE event = (SELECT max(event) FROM event_home) AND level = 0",
      "UPDATE event_home SET rows_hash = zeroblob(32) WHERE event = (SELECT max(event) FROM event_home)",
      "INSERT INTO event_home SELECT event, 1, 2, rows_hash FROM event_home WHERE event = (SELECT max(event) FROM event_home)",
  };
  for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
    struct fixture *f = closed_once();
    uint64_t checked, bad;
    edit(f, "H1", "9");
    change_outside(f, lies[i]);
    assert_ok(registry_fsck(f->r, NULL, NULL, NULL, &checked, &bad, &f->e), &f->e);
    if (i != 1) assert_int_equal(bad, 1); /* the event's only part gone is as in version 0.1.0: nothing is said, nothing believed */
    close_both_ways(f, HOMES, 0);
    fixture_free(f);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_round_without_changes_writes_no_county),
      cmocka_unit_test(only_the_county_of_an_edit_is_written),
      cmocka_unit_test(an_import_writes_the_counties_whose_rows_it_changed),
      cmocka_unit_test(moves_splits_and_undo_are_seen),
      cmocka_unit_test(a_county_that_emptied_stays_away),
      cmocka_unit_test(a_correction_stands_on_the_round_it_corrects),
      cmocka_unit_test(erasing_and_a_new_key_change_no_county),
      cmocka_unit_test(a_changed_programme_writes_the_county_of_a_new_village),
      cmocka_unit_test(a_lost_or_damaged_file_is_written_again),
      cmocka_unit_test(where_links_fail_the_file_is_copied),
      cmocka_unit_test(what_the_chain_does_not_prove_is_not_believed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
