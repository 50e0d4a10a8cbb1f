/* What an import promises. */
#include "fixture.h"
#include "registry/import.h"

static struct import_counts import_all(struct fixture *f) {
  struct import_counts c;
  assert_ok(registry_import(f->r, NULL, NULL, NULL, false, &c, &f->e), &f->e);
  return c;
}

static void a_first_import_inserts_every_row(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import_counts c = import_all(f);
  assert_int_equal(c.inserted, 4 + 5 + 3 + 2);
  assert_int_equal(c.changed, 0);
  assert_int_equal(c.unchanged, 0);
  assert_true(c.event > 0);
  fixture_free(f);
}

static void the_same_files_again_write_nothing(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  import_all(f);
  struct import_counts c = import_all(f);
  assert_int_equal(c.inserted + c.changed + c.ended, 0);
  assert_int_equal(c.unchanged, 14);
  assert_int_equal(c.event, 0);
  fixture_free(f);
}

static void a_changed_value_is_one_new_version(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  import_all(f);
  char text[sizeof fixture_households];
  memcpy(text, fixture_households, sizeof text);
  memcpy(strstr(text, "3500.00"), "3600.00", 7);
  fixture_write(f, "data/households.csv", text);
  struct import_counts c = import_all(f);
  assert_int_equal(c.changed, 1);
  assert_int_equal(c.unchanged, 13);
  fixture_free(f);
}

static struct fixture *writing;

static void write_meanwhile(struct progress *pr, bool last) {
  (void)last;
  if (!strcmp(pr->what, "importing")) fixture_write(writing, "data/households.csv", fixture_households);
}

/* Its hash stands in the log of events, so it must be of what was read: even of the same bytes nobody can say whether others stood there in between. */
static void a_file_that_is_written_while_it_is_read_is_refused(void **state) {
  (void)state;
  struct import_counts c;
  struct progress pr = {.show = write_meanwhile};
  struct ingest_options o = {.progress = &pr};
  writing = fixture_new();
  assert_refused(registry_import(writing->r, NULL, NULL, &o, false, &c, &writing->e), ERR_CONFLICT, "households.csv changed while it was read", &writing->e);
  assert_int_equal(import_all(writing).inserted, 14);
  fixture_free(writing);
}

static void a_dry_run_counts_and_keeps_nothing(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import_counts c;
  assert_ok(registry_import(f->r, NULL, NULL, NULL, true, &c, &f->e), &f->e);
  assert_int_equal(c.inserted, 14);
  c = import_all(f);
  assert_int_equal(c.inserted, 14);
  fixture_free(f);
}

static void a_household_given_twice_is_refused_naming_both_rows(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import_counts c;
  fixture_write(f, "data/households.csv", "hid,v,inc,car,roof,size,score,visited,phone\nH1,V11,1,,,,,,\nH2,V11,2,,,,,,\nH1,V12,3,,,,,,\n");
  assert_refused(registry_import(f->r, NULL, "households", NULL, false, &c, &f->e), ERR_INPUT, "household H1 was given before, in row 1", &f->e);
  assert_non_null(strstr(f->e.message, "row 3"));
  fixture_free(f);
}

static void a_member_without_a_household_is_refused(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import_counts c;
  fixture_write(f, "data/people.csv", "hid,no,age,school,idno\nH1,1,3,,\nH9,1,3,,\n");
  assert_refused(registry_import(f->r, NULL, NULL, NULL, false, &c, &f->e), ERR_INPUT, "household H9 is neither in this import nor in the registry", &f->e);
  import_all((fixture_write(f, "data/people.csv", fixture_people), f));
  fixture_free(f);
}

static void a_member_given_twice_is_refused_naming_both_rows(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import_counts c;
  fixture_write(f, "data/people.csv", "hid,no,age,school,idno\nH1,1,3,,\nH2,1,3,,\nH1,1,4,,\n");
  assert_refused(registry_import(f->r, NULL, NULL, NULL, false, &c, &f->e), ERR_INPUT, "row 3: member 1 of household H1 was given before, in row 1", &f->e);
  fixture_free(f);
}

static void an_unknown_area_is_refused_by_name(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import_counts c;
  fixture_write(f, "data/households.csv", "hid,v,inc,car,roof,size,score,visited,phone\nH1,V99,1,,,,,,\n");
  assert_refused(registry_import(f->r, NULL, NULL, NULL, false, &c, &f->e), ERR_INPUT, "V99", &f->e);
  fixture_free(f);
}

static void files_in_any_order_give_the_same_snapshot_as_far_as_ids_allow(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  /* homes not ascending, members not in the order of households */
  fixture_write(f, "data/households.csv",
                "hid,v,inc,car,roof,size,score,visited,phone\nH3,V21,8000.50,yes,tile,5,0,2026-03-03,\nH10,V11,1,no,tin,1,1,,\nH2,V21,2,no,tin,1,1,,\nH1,V11,3,no,tin,1,1,,\n");
  fixture_write(f, "data/people.csv", "hid,no,age,school,idno\nH1,2,8,,\nH2,1,70,,\nH3,1,33,,\nH1,1,40,,\nH3,2,5,,\n");
  struct import_counts c = import_all(f);
  assert_int_equal(c.inserted, 4 + 5 + 3 + 2);
  struct round_info round;
  struct snapshot *s;
  assert_ok(registry_round_close(f->r, "2026", NULL, &round, &f->e), &f->e);
  assert_ok(registry_snapshot(f->r, "2026", &s, &f->e), &f->e);
  struct household_ref ref;
  assert_ok(registry_find(f->r, s, "H1", &ref, &f->e), &f->e);
  const struct segment *g = snapshot_segment(s, ref.segment);
  const uint32_t *at = g->child_at[LEVEL_MEMBER];
  assert_int_equal(at[ref.row + 1] - at[ref.row], 2);
  assert_int_equal(column_cell(&g->levels[LEVEL_MEMBER].columns[0], at[ref.row]).i, 8); /* as given: number 2 first */
  snapshot_close(s);
  fixture_free(f);
}

static void a_new_round_takes_the_list_of_members_anew(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct round_info round;
  import_all(f);
  assert_ok(registry_round_close(f->r, "2026", NULL, &round, &f->e), &f->e);
  assert_int_equal(round.members, 5);
  assert_ok(registry_round_open(f->r, "2027", 2027, &round, &f->e), &f->e);
  fixture_write(f, "data/people.csv", "hid,no,age,school,idno\nH1,1,41,no,CANARYID000000011\nH1,3,0,,\n");
  struct import_counts c = import_all(f);
  assert_int_equal(c.ended, 1); /* H1's second member left */
  assert_int_equal(c.inserted, 1);
  assert_ok(registry_round_close(f->r, "2027", NULL, &round, &f->e), &f->e);
  assert_int_equal(round.members, 5);
  struct snapshot *s;
  assert_ok(registry_snapshot(f->r, "2026", &s, &f->e), &f->e); /* the old basis stands */
  assert_int_equal(snapshot_rows(s, LEVEL_MEMBER), 5);
  snapshot_close(s);
  fixture_free(f);
}

static void a_file_with_fewer_columns_leaves_the_others_alone(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  import_all(f);
  fixture_write(f, "data/fewer.csv", "hid,v,inc\nH1,V11,3600.00\n");
  struct source src = registry_programme(f->r)->sources[0];
  struct source_map map[2];
  uint32_t n = 0;
  for (uint32_t i = 0; i < src.map_count; i++)
    if (strcmp(src.maps[i].field, "income") == 0 || strcmp(src.maps[i].field, "village_code") == 0) map[n++] = src.maps[i];
  src.file = "fewer.csv", src.maps = map, src.map_count = n;
  const struct source *list[1] = {&src};
  struct import_counts c;
  assert_ok(import_from(f->r, NULL, list, 1, &(struct ingest_options){.keep_good = true}, false, &c, &f->e), &f->e);
  assert_int_equal(c.changed, 1);
  struct round_info round;
  struct snapshot *s;
  struct household_ref ref;
  assert_ok(registry_round_close(f->r, "2026", NULL, &round, &f->e), &f->e);
  assert_ok(registry_snapshot(f->r, "2026", &s, &f->e), &f->e);
  assert_ok(registry_find(f->r, s, "H1", &ref, &f->e), &f->e);
  const struct segment *g = snapshot_segment(s, ref.segment);
  assert_int_equal(column_cell(&g->levels[LEVEL_HOUSEHOLD].columns[1], ref.row).i, 360000);
  assert_int_equal(column_cell(&g->levels[LEVEL_HOUSEHOLD].columns[4], ref.row).i, 4); /* size stays */
  assert_true(segment_has_roster(g, LEVEL_MEMBER, ref.row));
  snapshot_close(s);
  fixture_free(f);
}

static void a_closed_round_takes_no_data(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct round_info round;
  struct import_counts c;
  import_all(f);
  assert_ok(registry_round_close(f->r, NULL, NULL, &round, &f->e), &f->e);
  assert_refused(registry_import(f->r, NULL, NULL, NULL, false, &c, &f->e), ERR_CONFLICT, "round \"2026\" is closed", &f->e);
  assert_refused(registry_round_close(f->r, "2026", NULL, &round, &f->e), ERR_CONFLICT, "is closed already", &f->e);
  assert_refused(registry_round_open(f->r, "2026", 2026, &round, &f->e), ERR_CONFLICT, "there is a round \"2026\" already", &f->e);
  fixture_free(f);
}

static void a_snapshot_holds_what_was_imported(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct round_info round;
  struct snapshot *s;
  import_all(f);
  assert_ok(registry_round_close(f->r, "2026", NULL, &round, &f->e), &f->e);
  assert_int_equal(round.households, 4);
  assert_ok(registry_snapshot(f->r, "2026", &s, &f->e), &f->e);
  assert_int_equal(snapshot_segment_count(s), 2);
  struct household_ref ref;
  assert_ok(registry_find(f->r, s, "H2", &ref, &f->e), &f->e);
  const struct segment *g = snapshot_segment(s, ref.segment);
  assert_int_equal(column_cell(&g->levels[LEVEL_HOUSEHOLD].columns[1], ref.row).absence, ABSENT_REFUSED);
  assert_ok(registry_find(f->r, s, "H4", &ref, &f->e), &f->e);
  assert_int_equal(column_cell(&g->levels[LEVEL_HOUSEHOLD].columns[1], ref.row).absence, ABSENT_EMPTY);
  assert_false(segment_has_roster(g, LEVEL_MEMBER, ref.row)); /* nobody was asked who lives there */
  assert_true(segment_has_roster(g, LEVEL_LINE0, ref.row));   /* no crops is an answer */
  assert_ok(registry_find(f->r, s, "H1", &ref, &f->e), &f->e);
  assert_true(segment_has_roster(g, LEVEL_MEMBER, ref.row));
  assert_int_equal(column_cell(&g->levels[LEVEL_HOUSEHOLD].columns[1], ref.row).i, 350000);
  assert_int_equal(column_cell(&g->levels[LEVEL_VILLAGE].columns[0], g->village_of[ref.row]).i, 1);
  struct cell phone = column_cell(&g->levels[LEVEL_HOUSEHOLD].columns[7], ref.row);
  assert_true(span_is(phone.s, "sealed"));
  assert_refused(registry_find(f->r, s, "H12", &ref, &f->e), ERR_NOT_FOUND, "near it: H1", &f->e);
  snapshot_close(s);
  fixture_free(f);
}

static void a_lost_snapshot_is_made_again_with_the_same_hash(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct round_info round;
  struct snapshot *s;
  import_all(f);
  assert_ok(registry_round_close(f->r, "2026", NULL, &round, &f->e), &f->e);
  assert_ok(registry_round_open(f->r, "2027", 2027, &round, &f->e), &f->e);
  fixture_write(f, "data/households.csv", "hid,v,inc,car,roof,size,score,visited,phone\nH1,V12,9,,,,,,OTHER\nH7,V12,9,,,,,,\n");
  fixture_write(f, "data/people.csv", "hid,no,age,school,idno\nH1,1,41,no,CANARYID000000011\nH7,3,0,,\n");
  fixture_write(f, "data/crops.csv", "hid,crop,yield\nH1,rice,10.5\n");
  import_all(f);
  char folder[200];
  snprintf(folder, sizeof folder, "%s/x.snapshots", f->dir);
  assert_ok(file_remove_tree(folder, &f->e), &f->e);
  assert_ok(registry_snapshot(f->r, "2026", &s, &f->e), &f->e);
  snapshot_close(s);
  fixture_free(f);
}

static void good_rows_are_kept_when_the_registry_refuses_others(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import_counts c;
  char refused[200], *text;
  size_t len;
  fixture_write(f, "data/households.csv", "hid,v,inc,car,roof,size,score,visited,phone\nH1,V11,1,,,,,,\nH2,V99,2,,,,,,\nH3,V21,3,,,,,,\nH3,V21,4,,,,,,\n");
  fixture_write(f, "data/people.csv", "hid,no,age,school,idno\nH1,1,3,,\nH2,1,3,,CANARYID1\nH3,1,3,,\n");
  snprintf(refused, sizeof refused, "%s/refused.csv", f->dir);
  assert_ok(registry_import(f->r, NULL, NULL, &(struct ingest_options){.keep_good = true, .refused_path = refused}, false, &c, &f->e), &f->e);
  assert_int_equal(c.read.rows_refused, 3); /* an unknown area, its member, a household given twice */
  assert_int_equal(c.inserted, 2 + 2 + 3 + 2);
  assert_ok(file_read(&f->arena, refused, 1 << 20, &text, &len, &f->e), &f->e);
  if (!strstr(text, "V99") || !strstr(text, "was given before, in row 3")) fail_msg("refused rows: %s", text);
  snprintf(refused, sizeof refused, "%s/refused-people.csv", f->dir);
  assert_ok(file_read(&f->arena, refused, 1 << 20, &text, &len, &f->e), &f->e);
  if (!strstr(text, "neither in this import nor in the registry") || strstr(text, "CANARY")) fail_msg("refused rows: %s", text);
  fixture_free(f);
}

static bool crops_taken(struct fixture *f, struct snapshot *s, const char *household, uint32_t *rows) {
  struct household_ref ref;
  assert_ok(registry_find(f->r, s, household, &ref, &f->e), &f->e);
  const struct segment *g = snapshot_segment(s, ref.segment);
  *rows = g->child_at[LEVEL_LINE0][ref.row + 1] - g->child_at[LEVEL_LINE0][ref.row];
  return segment_has_roster(g, LEVEL_LINE0, ref.row);
}

/* "Has no crops" must not come of a row of crops that could not be read. */
static void a_refused_row_of_a_list_is_not_an_empty_list(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import_counts c;
  struct round_info round;
  struct snapshot *s;
  uint32_t rows;
  const struct ingest_options keep = {.keep_good = true};
  fixture_write(f, "data/crops.csv", "hid,crop,yield\nH1,rice,10.5\nH1,maize,lots\nH3,tea,1.2\n");
  assert_ok(registry_import(f->r, NULL, NULL, &keep, false, &c, &f->e), &f->e);
  assert_int_equal(c.read.rows_refused, 2);
  assert_ok(registry_round_close(f->r, "2026", NULL, &round, &f->e), &f->e);
  assert_ok(registry_snapshot(f->r, "2026", &s, &f->e), &f->e);
  assert_false(crops_taken(f, s, "H1", &rows));
  assert_true(crops_taken(f, s, "H2", &rows)); /* of which the file has no row, and none was refused */
  assert_int_equal(rows, 0);
  assert_true(crops_taken(f, s, "H3", &rows));
  assert_int_equal(rows, 1);
  snapshot_close(s);
  /* In the next round a refused row ends nothing; one that nobody can place leaves every absent list open. */
  assert_ok(registry_round_open(f->r, "2027", 2027, &round, &f->e), &f->e);
  fixture_write(f, "data/crops.csv", "hid,crop,yield\nH3,tea,lots\nH1,rice,1\nhow,many,cells,are,these\n");
  assert_ok(registry_import(f->r, NULL, NULL, &keep, false, &c, &f->e), &f->e);
  assert_int_equal(c.ended, 0);
  assert_ok(registry_round_close(f->r, "2027", NULL, &round, &f->e), &f->e);
  assert_ok(registry_snapshot(f->r, "2027", &s, &f->e), &f->e);
  assert_true(crops_taken(f, s, "H1", &rows));
  assert_true(crops_taken(f, s, "H3", &rows)); /* what is known of the round before */
  assert_int_equal(rows, 1);
  snapshot_close(s);
  fixture_free(f);
}

static void members_may_come_after_their_households(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import_counts c;
  assert_ok(registry_import(f->r, NULL, "households", NULL, false, &c, &f->e), &f->e);
  assert_int_equal(c.inserted, 4);
  assert_ok(registry_import(f->r, NULL, "people", NULL, false, &c, &f->e), &f->e);
  assert_int_equal(c.inserted, 5);
  assert_int_equal(c.changed, 3); /* three households whose list is taken now */
  assert_ok(registry_import(f->r, NULL, "people", NULL, false, &c, &f->e), &f->e);
  assert_int_equal(c.inserted + c.changed + c.ended, 0);
  assert_int_equal(c.unchanged, 5);
  assert_ok(registry_import(f->r, NULL, "villages", NULL, false, &c, &f->e), &f->e);
  assert_int_equal(c.inserted, 2);
  fixture_free(f);
}

/* A household of a flat file, as ingest gives it: at the beginning of each run of its rows. */
static enum status flat_household(struct import *im, const char *key, int64_t size, const char *phone, uint64_t row, struct err *e) {
  struct cell cells[8] = {{.s = {"V11", 3}}};
  for (int i = 1; i < 8; i++) cells[i].absence = ABSENT_EMPTY;
  cells[4] = (struct cell){.i = size};
  if (phone) cells[7] = (struct cell){.s = span_of(phone)};
  struct ingest_sink sink = stage_sink(&im->stage);
  return sink.row(sink.ctx, &(struct ingest_row){.level = LEVEL_HOUSEHOLD, .household_key = span_of(key), .cells = cells, .repeated = true, .source_row = row}, e);
}

static void runs_of_a_flat_household_must_agree_wherever_they_stand(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import im;
  struct import_counts c = {0};
  struct source flat = {.name = "flat", .level = LEVEL_MEMBER, .flat = true};
  assert_ok(import_begin(&im, f->r, NULL, false, &f->e), &f->e);
  stage_source(&im.stage, &flat);
  assert_ok(flat_household(&im, "A", 3, "CANARY1", 1, &f->e), &f->e);
  assert_ok(flat_household(&im, "B", 4, NULL, 3, &f->e), &f->e);
  assert_ok(flat_household(&im, "A", 3, "CANARY1", 5, &f->e), &f->e);
  assert_refused(flat_household(&im, "B", 5, NULL, 7, &f->e), ERR_INPUT, "size of household B is not what row 3 says", &f->e);
  assert_refused(flat_household(&im, "A", 3, "CANARY2", 9, &f->e), ERR_INPUT, "phone of household A is not what row 1 says", &f->e);
  assert_null(strstr(f->e.message, "CANARY"));
  assert_ok(import_finish(&im, "flat", "", NULL, &c, &f->e), &f->e);
  import_close(&im);
  assert_int_equal(c.inserted, 2);
  fixture_free(f);
}

/* One household's row that gives some of the fields: number 0 its village, 4 its size, 7 its phone, which is sealed. */
static enum status some_fields(struct import *im, int number, uint64_t row, unsigned fields, struct err *e) {
  char key[16], phone[32];
  uint64_t mapped[1] = {0};
  struct cell cells[8];
  for (int i = 0; i < 8; i++) cells[i] = (struct cell){.absence = ABSENT_EMPTY};
  snprintf(key, sizeof key, "H%d", number), snprintf(phone, sizeof phone, "CANARY%d", number);
  cells[0] = (struct cell){.s = {number % 3 ? "V11" : "V21", 3}}, cells[4] = (struct cell){.i = number % 50}, cells[7] = (struct cell){.s = span_of(phone)};
  mapped[0] = fields;
  struct ingest_sink sink = stage_sink(&im->stage);
  return sink.row(sink.ctx, &(struct ingest_row){.level = LEVEL_HOUSEHOLD, .household_key = span_of(key), .cells = cells, .mapped = mapped, .source_row = row}, e);
}

static void sources_in_different_orders_come_together_household_by_household(void **state) {
  (void)state;
  enum { MANY = 3000 };
  struct fixture *f = fixture_new();
  struct import im;
  struct import_counts c = {0};
  struct source first = {.name = "first", .level = LEVEL_HOUSEHOLD}, second = {.name = "second", .level = LEVEL_HOUSEHOLD}, people = {.name = "people", .level = LEVEL_MEMBER};
  struct registry_history *h;
  struct round_info round;
  struct snapshot *s;
  uint32_t n;
  assert_ok(import_begin(&im, f->r, NULL, false, &f->e), &f->e);
  stage_source(&im.stage, &first);
  for (int i = 1; i <= MANY; i++) assert_ok(some_fields(&im, i, (uint64_t)i, 1u << 0, &f->e), &f->e);
  stage_source(&im.stage, &second);
  for (int i = 1; i <= MANY; i++) assert_ok(some_fields(&im, (int)(i * 1009L % MANY) + 1, (uint64_t)i, 1u << 4 | 1u << 7, &f->e), &f->e);
  assert_refused(some_fields(&im, 77, MANY + 1, 1u << 4, &f->e), ERR_INPUT, "household H77 was given before, in row ", &f->e);
  stage_source(&im.stage, &people);
  struct ingest_sink sink = stage_sink(&im.stage);
  for (int i = 0; i < 2 * MANY; i++) { /* two a household, far from each other */
    char key[16];
    struct cell cells[3] = {{.i = i % 100}, {.absence = ABSENT_EMPTY}, {.absence = ABSENT_EMPTY}};
    snprintf(key, sizeof key, "H%d", (int)(i * 17L % MANY) + 1);
    assert_ok(sink.row(sink.ctx, &(struct ingest_row){.level = LEVEL_MEMBER, .household_key = span_of(key), .member_key = i < MANY ? span_of("1") : span_of("2"), .cells = cells, .source_row = (uint64_t)i + 1}, &f->e), &f->e);
  }
  assert_ok(import_finish(&im, "three", "", NULL, &c, &f->e), &f->e);
  import_close(&im);
  assert_int_equal(c.inserted, 3 * MANY);
  for (int i = 1; i <= MANY; i += 611) {
    char key[16], phone[32], size[16];
    unsigned seen = 0;
    snprintf(key, sizeof key, "H%d", i), snprintf(phone, sizeof phone, "CANARY%d", i), snprintf(size, sizeof size, "%d", i % 50);
    assert_ok(registry_history(f->r, &f->arena, key, 0, true, &h, &n, &f->e), &f->e);
    assert_int_equal(n, 1);
    for (uint32_t k = 0; k < h[0].change_count; k++) {
      const struct registry_change *x = &h[0].changes[k];
      if (strcmp(x->field, "village_code") == 0 && strcmp(x->after, i % 3 ? "V11" : "V21") == 0) seen |= 1;
      if (strcmp(x->field, "size") == 0 && strcmp(x->after, size) == 0) seen |= 2;
      if (strcmp(x->field, "phone") == 0 && strcmp(x->after, phone) == 0) seen |= 4;
      if (strcmp(x->field, "age") == 0) seen += 8;
    }
    assert_int_equal(seen, 7 + 16);
  }
  assert_ok(registry_round_close(f->r, NULL, NULL, &round, &f->e), &f->e);
  assert_int_equal(round.households, MANY);
  assert_int_equal(round.members, 2 * MANY);
  assert_ok(registry_snapshot(f->r, NULL, &s, &f->e), &f->e);
  snapshot_close(s);
  fixture_free(f);
}

static void an_import_that_nobody_finishes_leaves_nothing(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import im;
  struct source flat = {.name = "flat", .level = LEVEL_MEMBER, .flat = true};
  struct registry_status st;
  assert_ok(import_begin(&im, f->r, NULL, false, &f->e), &f->e);
  stage_source(&im.stage, &flat);
  assert_ok(flat_household(&im, "A", 3, NULL, 1, &f->e), &f->e);
  import_close(&im);
  assert_ok(registry_status(f->r, &f->arena, &st, &f->e), &f->e);
  assert_int_equal(st.levels[LEVEL_HOUSEHOLD].now, 0);
  assert_int_equal(st.events, 2);
  fixture_free(f);
}

UNIT_MAIN(UNIT(a_file_that_is_written_while_it_is_read_is_refused), UNIT(a_refused_row_of_a_list_is_not_an_empty_list), UNIT(members_may_come_after_their_households), UNIT(runs_of_a_flat_household_must_agree_wherever_they_stand), UNIT(sources_in_different_orders_come_together_household_by_household), UNIT(an_import_that_nobody_finishes_leaves_nothing), UNIT(good_rows_are_kept_when_the_registry_refuses_others), UNIT(a_first_import_inserts_every_row), UNIT(the_same_files_again_write_nothing), UNIT(a_changed_value_is_one_new_version), UNIT(a_dry_run_counts_and_keeps_nothing),
          UNIT(a_household_given_twice_is_refused_naming_both_rows), UNIT(a_member_without_a_household_is_refused), UNIT(a_member_given_twice_is_refused_naming_both_rows),
          UNIT(an_unknown_area_is_refused_by_name), UNIT(files_in_any_order_give_the_same_snapshot_as_far_as_ids_allow), UNIT(a_new_round_takes_the_list_of_members_anew),
          UNIT(a_file_with_fewer_columns_leaves_the_others_alone), UNIT(a_closed_round_takes_no_data), UNIT(a_snapshot_holds_what_was_imported), UNIT(a_lost_snapshot_is_made_again_with_the_same_hash))
