#include "fixture.h"

#include "registry/asof.h"
#include "registry/correct.h"
#include "registry/natural.h"
#include "registry/whole.h"

#define DAY INT64_C(86400000000)

static void import_all(struct fixture *f) {
  struct import_counts n;
  assert_ok(registry_import(f->r, NULL, NULL, NULL, false, &n, &f->e), &f->e);
}

static struct natural change(enum natural_kind kind, const char *household, const char *into, const char *const *members, uint32_t count) {
  return (struct natural){.kind = kind, .household = household, .into = into, .members = members, .member_count = count, .on = 20500, .evidence = "seen"};
}

static struct natural_done done(struct fixture *f, struct natural n) {
  struct natural_done d;
  assert_ok(registry_natural(f->r, &f->arena, &n, &d, &f->e), &f->e);
  return d;
}

static int64_t rows(struct fixture *f, uint32_t level) {
  struct registry_status st;
  assert_ok(registry_status(f->r, &f->arena, &st, &f->e), &f->e);
  return st.levels[level].now;
}

static void sound(struct fixture *f) {
  uint64_t checked, bad;
  assert_ok(registry_fsck(f->r, NULL, NULL, NULL, &checked, &bad, &f->e), &f->e);
  assert_int_equal(bad, 0);
}

static bool said(struct fixture *f, const char *household, int64_t until, const char *word) {
  struct registry_history *h;
  uint32_t n;
  assert_ok(registry_history(f->r, &f->arena, household, until, false, &h, &n, &f->e), &f->e);
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t k = 0; k < h[i].change_count; k++)
      if (h[i].changes[k].after && strstr(h[i].changes[k].after, word)) return true;
  return false;
}

static const char *const one[] = {"1"}, *const two[] = {"2"};

static void a_change_happens_whole_with_its_day_and_can_be_taken_back(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  import_all(f);
  struct natural n = change(NATURAL_BIRTH, "H1", NULL, NULL, 0);
  n.sets = &(struct registry_set){"age", "0"}, n.set_count = 1;
  int64_t members = rows(f, LEVEL_MEMBER);
  n.dry_run = true;
  assert_int_equal(done(f, n).event, 0);
  assert_int_equal(rows(f, LEVEL_MEMBER), members);
  n.dry_run = false;
  struct natural_done d = done(f, n);
  assert_int_equal(rows(f, LEVEL_MEMBER), members + 1);
  struct registry_history *h;
  uint32_t count;
  assert_ok(registry_history(f->r, &f->arena, "H1", 0, false, &h, &count, &f->e), &f->e);
  assert_int_equal(h[count - 1].event, d.event);
  assert_string_equal(h[count - 1].kind, "birth");
  assert_string_equal(h[count - 1].changes[0].row, "3");
  assert_int_equal(h[count - 1].changes[0].since, 20500);
  sound(f);
  struct registry_undone u;
  assert_ok(registry_undo(f->r, 0, &u, &f->e), &f->e);
  assert_int_equal(u.undone, d.event);
  assert_int_equal(rows(f, LEVEL_MEMBER), members);
  sound(f);
  fixture_free(f);
}

static void what_cannot_be_is_refused_and_leaves_nothing(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct natural_done d;
  import_all(f);
  struct natural n = change(NATURAL_DEATH, "H1", NULL, one, 1);
  n.on = 20514; /* 2026-03-02: tomorrow */
  assert_refused(registry_natural(f->r, &f->arena, &n, &d, &f->e), ERR_INPUT, "lies in the future", &f->e);
  n.on = 20500, n.evidence = "";
  assert_refused(registry_natural(f->r, &f->arena, &n, &d, &f->e), ERR_USAGE, "say what shows it", &f->e);
  n = change(NATURAL_MARRY, "H1", "H1", one, 1);
  assert_refused(registry_natural(f->r, &f->arena, &n, &d, &f->e), ERR_USAGE, "named on both sides", &f->e);
  n = change(NATURAL_SPLIT, "H1", "H2", two, 1);
  assert_refused(registry_natural(f->r, &f->arena, &n, &d, &f->e), ERR_CONFLICT, "is or was a household", &f->e);
  n = change(NATURAL_SPLIT, "H2", "H9", one, 1);
  assert_refused(registry_natural(f->r, &f->arena, &n, &d, &f->e), ERR_INPUT, "all members would go", &f->e);
  n = change(NATURAL_MOVE, "H1", NULL, NULL, 0);
  n.sets = &(struct registry_set){"village_code", "V11"}, n.set_count = 1;
  assert_refused(registry_natural(f->r, &f->arena, &n, &d, &f->e), ERR_CONFLICT, "is there already", &f->e);
  n.sets = &(struct registry_set){"car", "yes"};
  assert_refused(registry_natural(f->r, &f->arena, &n, &d, &f->e), ERR_USAGE, "a move needs village_code", &f->e);
  assert_int_equal(rows(f, LEVEL_MEMBER), 5);
  sound(f);
  fixture_free(f);
}

static void the_last_death_ends_the_household_and_an_old_file_does_not_raise_the_dead(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import_counts n;
  import_all(f);
  assert_true(done(f, change(NATURAL_DEATH, "H2", NULL, one, 1)).household_ended);
  done(f, change(NATURAL_DEATH, "H1", NULL, two, 1));
  assert_int_equal(rows(f, LEVEL_HOUSEHOLD), 3);
  assert_ok(registry_import(f->r, NULL, NULL, NULL, false, &n, &f->e), &f->e);
  assert_int_equal(n.inserted + n.changed + n.ended, 0);
  assert_non_null(strstr(n.read.notes, "2 rows say otherwise"));
  assert_int_equal(rows(f, LEVEL_HOUSEHOLD), 3);
  struct registry_undone u;
  assert_ok(registry_undo(f->r, 0, &u, &f->e), &f->e); /* the second death: then the file may say it again */
  assert_ok(registry_import(f->r, NULL, NULL, NULL, false, &n, &f->e), &f->e);
  assert_non_null(strstr(n.read.notes, "1 rows say otherwise"));
  sound(f);
  fixture_free(f);
}

static void sealed_values_go_along_and_open_in_their_new_place(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  const char **keys;
  uint32_t n;
  import_all(f);
  done(f, change(NATURAL_MARRY, "H1", "H3", one, 1));
  assert_ok(registry_search(f->r, &f->arena, "members.idno", "CANARYID000000011", &keys, &n, &f->e), &f->e);
  assert_int_equal(n, 1);
  assert_string_equal(keys[0], "H3");
  struct registry_history *h;
  uint32_t count;
  bool found = false;
  assert_ok(registry_history(f->r, &f->arena, "H3", 0, true, &h, &count, &f->e), &f->e);
  for (uint32_t k = 0; k < h[count - 1].change_count; k++) found |= h[count - 1].changes[k].after && strcmp(h[count - 1].changes[k].after, "CANARYID000000011") == 0;
  assert_true(found);
  assert_true(said(f, "H3", 0, "marry: from household H1"));
  assert_true(said(f, "H1", 0, "marry: to household H3"));
  sound(f);
  fixture_free(f);
}

static void lines_stay_at_a_split_unless_they_are_named_and_all_go_at_a_merge(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  static const char *const lines[] = {"crops:2"};
  import_all(f);
  struct natural n = change(NATURAL_SPLIT, "H1", "H1-2", two, 1);
  n.lines = lines, n.line_count = 1;
  struct natural_done d = done(f, n);
  assert_int_equal(d.inserted, 3); /* household, member, line */
  assert_int_equal(rows(f, LEVEL_LINE0), 3);
  assert_true(said(f, "H1-2", 0, "maize"));
  assert_false(said(f, "H1-2", 0, "rice"));
  d = done(f, change(NATURAL_MERGE, "H1", "H3", NULL, 0));
  assert_true(d.household_ended);
  assert_int_equal(rows(f, LEVEL_LINE0), 3);
  assert_int_equal(rows(f, LEVEL_MEMBER), 5);
  assert_true(said(f, "H3", 0, "rice"));
  sound(f);
  fixture_free(f);
}

static void as_of_its_close_a_round_is_its_snapshot(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct round_info round;
  struct as_of_point p;
  struct snapshot *s;
  int64_t households;
  import_all(f);
  assert_ok(registry_round_close(f->r, NULL, NULL, &round, &f->e), &f->e);
  f->now += DAY;
  struct round_info next;
  assert_ok(registry_round_open(f->r, "2027", 2027, &next, &f->e), &f->e);
  done(f, change(NATURAL_DEATH, "H2", NULL, one, 1));
  assert_ok(registry_as_of(f->r, "2026-03-01", &p, &f->e), &f->e);
  assert_string_equal(p.round, "2026");
  assert_ok(registry_as_of_snapshot(f->r, &p, &s, &f->e), &f->e);
  assert_string_equal(snapshot_hash_hex(s), round.snapshot);
  snapshot_close(s);
  assert_ok(registry_as_of_count(f->r, &p, LEVEL_HOUSEHOLD, &households, &f->e), &f->e);
  assert_int_equal(households, 4);
  assert_false(said(f, "H2", p.event, "death"));
  assert_ok(registry_as_of(f->r, "2026-03-02T00:00:00Z", &p, &f->e), &f->e);
  assert_ok(registry_as_of_count(f->r, &p, LEVEL_HOUSEHOLD, &households, &f->e), &f->e);
  assert_int_equal(households, 3);
  assert_true(said(f, "H2", p.event, "death"));
  assert_refused(registry_as_of(f->r, "2026-02-28", &p, &f->e), ERR_NOT_FOUND, "the registry is younger", &f->e);
  assert_refused(registry_as_of(f->r, "#999", &p, &f->e), ERR_NOT_FOUND, "there is no event #999", &f->e);
  assert_refused(registry_as_of(f->r, "March", &p, &f->e), ERR_USAGE, "is not a day", &f->e);
  fixture_free(f);
}

static void a_correction_leaves_the_corrected_round_alone(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct round_info round, correction, again;
  int64_t event;
  import_all(f);
  assert_refused(registry_round_correct(f->r, NULL, "late", &correction, &f->e), ERR_CONFLICT, "is still open", &f->e);
  assert_ok(registry_round_close(f->r, NULL, NULL, &round, &f->e), &f->e);
  assert_refused(registry_round_correct(f->r, NULL, "", &correction, &f->e), ERR_USAGE, "say why", &f->e);
  assert_ok(registry_round_correct(f->r, NULL, "late", &correction, &f->e), &f->e);
  assert_string_equal(correction.name, "2026.1");
  assert_ok(registry_edit(f->r, NULL, "H1", NULL, &(struct registry_set){"income", "1.00"}, 1, &event, &f->e), &f->e);
  fixture_data(f, fixture_households, "hid,no,age,school,idno\nH1,1,41,no,CANARYID000000011\n", fixture_crops, fixture_villages);
  struct import_counts n;
  assert_ok(registry_import(f->r, NULL, "people", NULL, false, &n, &f->e), &f->e);
  assert_int_equal(n.ended, 0); /* the list was taken in the round it corrects */
  assert_ok(registry_round_close(f->r, NULL, NULL, &correction, &f->e), &f->e);
  assert_string_not_equal(correction.snapshot, round.snapshot);
  assert_ok(registry_round_get(f->r, "2026", &again, &f->e), &f->e);
  assert_string_equal(again.snapshot, round.snapshot);
  sound(f);
  assert_ok(registry_round_correct(f->r, "2026.1", "later", &correction, &f->e), &f->e);
  assert_string_equal(correction.name, "2026.2");
  assert_ok(registry_round_close(f->r, NULL, NULL, &correction, &f->e), &f->e);
  assert_ok(registry_round_open(f->r, "2027", 2027, &again, &f->e), &f->e);
  assert_ok(registry_round_close(f->r, NULL, NULL, &again, &f->e), &f->e);
  assert_refused(registry_round_correct(f->r, "2026", "too late", &correction, &f->e), ERR_CONFLICT, "cannot be corrected any more", &f->e);
  fixture_free(f);
}

struct seen { uint32_t of[WHOLE_KINDS]; char last[WHOLE_KINDS][64]; };

static enum status see(void *ctx, const struct whole_finding *x, struct err *e) {
  struct seen *s = ctx;
  (void)e;
  s->of[x->kind]++;
  snprintf(s->last[x->kind], sizeof s->last[0], "%s %s", x->household, x->other);
  return OK;
}

static void households_divided_emptied_or_doubled_are_listed(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct seen s = {0};
  int64_t event;
  import_all(f);
  done(f, change(NATURAL_SPLIT, "H1", "H1-2", two, 1));
  assert_ok(registry_edit(f->r, NULL, "H3", "1", &(struct registry_set){"idno", "CANARYID000000021"}, 1, &event, &f->e), &f->e);
  assert_ok(registry_whole(f->r, 20513, 180, NULL, 0, see, &s, &f->e), &f->e);
  assert_int_equal(s.of[WHOLE_SPLIT], 1);
  assert_string_equal(s.last[WHOLE_SPLIT], "H1 H1-2");
  assert_int_equal(s.of[WHOLE_EMPTY], 1);
  assert_string_equal(s.last[WHOLE_EMPTY], "H4 ");
  assert_int_equal(s.of[WHOLE_SAME], 1);
  assert_string_equal(s.last[WHOLE_SAME], "H2 H3");
  s = (struct seen){0};
  static const char *const roof[] = {"roof"};
  assert_ok(registry_whole(f->r, 20700, 30, roof, 1, see, &s, &f->e), &f->e);
  assert_int_equal(s.of[WHOLE_SPLIT], 0);
  assert_int_equal(s.of[WHOLE_SAME], 1); /* two tiled roofs */
  assert_refused(registry_whole(f->r, 20513, 180, (const char *const[]){"nothing"}, 1, see, &s, &f->e), ERR_INPUT, "has no field", &f->e);
  fixture_free(f);
}

UNIT_MAIN(UNIT(a_change_happens_whole_with_its_day_and_can_be_taken_back), UNIT(what_cannot_be_is_refused_and_leaves_nothing), UNIT(the_last_death_ends_the_household_and_an_old_file_does_not_raise_the_dead),
          UNIT(sealed_values_go_along_and_open_in_their_new_place), UNIT(lines_stay_at_a_split_unless_they_are_named_and_all_go_at_a_merge), UNIT(as_of_its_close_a_round_is_its_snapshot),
          UNIT(a_correction_leaves_the_corrected_round_alone), UNIT(households_divided_emptied_or_doubled_are_listed))
