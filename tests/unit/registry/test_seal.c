/* What sealed fields promise. Every secret in the test data begins with CANARY. */
#define _GNU_SOURCE
#include "fixture.h"

#include <dirent.h>

#include "registry/import.h"

static void import_all(struct fixture *f) {
  struct import_counts c;
  assert_ok(registry_import(f->r, NULL, NULL, NULL, false, &c, &f->e), &f->e);
}

static bool holds(const char *path, const char *word) {
  struct arena a;
  struct err e;
  char *data;
  size_t len;
  arena_init(&a, 0);
  bool found = file_read(&a, path, (size_t)1 << 30, &data, &len, &e) == OK && memmem(data, len, word, strlen(word)) != NULL;
  arena_drop(&a);
  return found;
}

/* Fails when any file under the folder (not the data themselves) holds the word. */
static void no_file_holds(const char *folder, const char *word) {
  DIR *d = opendir(folder);
  assert_non_null(d);
  for (struct dirent *x; (x = readdir(d));) {
    char path[600];
    if (x->d_name[0] == '.' || strcmp(x->d_name, "data") == 0) continue;
    snprintf(path, sizeof path, "%s/%s", folder, x->d_name);
    if (file_is_dir(path)) no_file_holds(path, word);
    else if (holds(path, word)) fail_msg("%s holds %s", path, word);
  }
  closedir(d);
}

static void sealed_values_stand_in_no_file(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct round_info round;
  struct registry_undone u;
  int64_t event;
  import_all(f);
  no_file_holds(f->dir, "CANARY"); /* the write-ahead log is still there */
  assert_ok(registry_edit(f->r, NULL, "H1", NULL, &(struct registry_set){"phone", "CANARYPHONE9"}, 1, &event, &f->e), &f->e);
  assert_ok(registry_undo(f->r, 0, &u, &f->e), &f->e);
  assert_ok(registry_round_close(f->r, NULL, NULL, &round, &f->e), &f->e);
  no_file_holds(f->dir, "CANARY");
  registry_close(f->r);
  no_file_holds(f->dir, "CANARY");
  fixture_open(f);
  fixture_free(f);
}

static void sealed_values_stand_in_no_work_file(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import im;
  struct source src = {.name = "test", .level = LEVEL_HOUSEHOLD};
  assert_ok(import_begin(&im, f->r, NULL, false, &f->e), &f->e);
  stage_source(&im.stage, &src);
  struct ingest_sink sink = stage_sink(&im.stage);
  struct cell cells[8] = {{.s = {"V11", 3}}};
  for (int i = 1; i < 7; i++) cells[i].absence = ABSENT_EMPTY;
  cells[7] = (struct cell){.s = {"CANARYPHONE1", 12}};
  for (int i = 0; i < 20000; i++) {
    char key[16];
    snprintf(key, sizeof key, "K%06d", i);
    struct ingest_row row = {.level = LEVEL_HOUSEHOLD, .household_key = span_of(key), .cells = cells, .source_row = (uint64_t)i + 1};
    assert_ok(sink.row(sink.ctx, &row, &f->e), &f->e);
  }
  assert_ok(stage_ready(&im.stage, &f->e), &f->e);
  no_file_holds(f->dir, "CANARY");
  import_close(&im);
  fixture_free(f);
}

static void without_the_key_all_else_works(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct registry_history *h;
  uint32_t n;
  char key[200], aside[200], id[17], digits[80];
  struct registry_status st;
  struct round_info round;
  struct import_counts c;
  int64_t event;
  import_all(f);
  registry_close(f->r);
  snprintf(key, sizeof key, "%s", f->key), snprintf(aside, sizeof aside, "%s.aside", f->key);
  assert_int_equal(rename(key, aside), 0);
  fixture_open(f);
  assert_ok(registry_status(f->r, &f->arena, &st, &f->e), &f->e);
  assert_false(st.key);
  assert_non_null(strstr(st.key_why, "x.lucid.key"));
  assert_ok(registry_edit(f->r, NULL, "H1", NULL, &(struct registry_set){"size", "3"}, 1, &event, &f->e), &f->e);
  assert_ok(registry_history(f->r, &f->arena, "H1", 0, false, &h, &n, &f->e), &f->e);
  assert_refused(registry_history(f->r, &f->arena, "H1", 0, true, &h, &n, &f->e), ERR_KEY, "showing sealed fields needs the registry's key", &f->e);
  assert_refused(registry_edit(f->r, NULL, "H1", NULL, &(struct registry_set){"phone", "1"}, 1, &event, &f->e), ERR_KEY, "needs the registry's key", &f->e);
  assert_refused(registry_import(f->r, NULL, NULL, NULL, false, &c, &f->e), ERR_KEY, "importing a sealed field needs the registry's key", &f->e);
  assert_non_null(strstr(f->e.hint, "recovery sheet"));
  assert_refused(registry_key_sheet(f->r, id, digits, &f->e), ERR_KEY, "needs the registry's key", &f->e);
  assert_ok(registry_round_close(f->r, NULL, NULL, &round, &f->e), &f->e);
  fixture_free(f);
}

static void a_wrong_key_is_refused_by_its_name(void **state) {
  (void)state;
  struct fixture *f = fixture_new(), *g = fixture_new();
  char key[200];
  struct registry_options o = fixture_options(f);
  registry_close(f->r);
  snprintf(key, sizeof key, "%s", g->key);
  o.key_path = key;
  assert_refused(registry_open(&f->arena, f->path, NULL, &o, &f->r, &f->e), ERR_KEY, "wrong key", &f->e);
  snprintf(key, sizeof key, "%s/other.key", f->dir);
  assert_ok(file_replace(key, "nonsense\n", 9, 0600, &f->e), &f->e);
  assert_refused(registry_open(&f->arena, f->path, NULL, &o, &f->r, &f->e), ERR_KEY, "is not a key file", &f->e);
  snprintf(key, sizeof key, "%s", f->key);
  assert_int_equal(chmod(key, 0644), 0);
  o.key_path = f->key;
  assert_refused(registry_open(&f->arena, f->path, NULL, &o, &f->r, &f->e), ERR_KEY, "may be read by other users", &f->e);
  assert_int_equal(chmod(key, 0600), 0);
  fixture_open(f);
  fixture_free(f), fixture_free(g);
}

static void the_recovery_sheet_makes_the_key_again(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  char id[17], digits[80], file[200], key[200], plain[65], *to = plain;
  import_all(f);
  assert_ok(registry_key_sheet(f->r, id, digits, &f->e), &f->e);
  for (const char *p = digits; *p; p++)
    if (*p != ' ') *to++ = *p;
  *to = 0;
  registry_close(f->r);
  int n = snprintf(file, sizeof file, "lucid-key 1\nid %s\nkey %s\n", id, plain);
  snprintf(key, sizeof key, "%s", f->key);
  assert_int_equal(unlink(key), 0);
  assert_ok(file_replace(key, file, (size_t)n, 0600, &f->e), &f->e);
  fixture_open(f);
  struct registry_history *h;
  uint32_t count;
  bool found = false;
  assert_ok(registry_history(f->r, &f->arena, "H1", 0, true, &h, &count, &f->e), &f->e);
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t k = 0; k < h[i].change_count; k++) found |= h[i].changes[k].after && strcmp(h[i].changes[k].after, "CANARYPHONE1") == 0;
  assert_true(found);
  fixture_free(f);
}

static void a_sealed_field_is_found_by_its_exact_value(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  const char **keys;
  uint32_t n;
  import_all(f);
  assert_ok(registry_search(f->r, &f->arena, "members.idno", "CANARYID000000021", &keys, &n, &f->e), &f->e);
  assert_int_equal(n, 1);
  assert_string_equal(keys[0], "H2");
  assert_ok(registry_search(f->r, &f->arena, "members.idno", "CANARYID00000002", &keys, &n, &f->e), &f->e);
  assert_int_equal(n, 0);
  assert_ok(registry_search(f->r, &f->arena, "roof", "tile", &keys, &n, &f->e), &f->e);
  assert_int_equal(n, 2);
  assert_refused(registry_search(f->r, &f->arena, "people.idno", "1", &keys, &n, &f->e), ERR_INPUT, "no level", &f->e);
  fixture_free(f);
}

static void an_erased_household_keeps_all_but_its_sealed_fields(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct registry_history *h;
  struct snapshot *s;
  struct round_info round;
  const char **keys;
  uint32_t n;
  int64_t event;
  bool erased = false;
  char folder[200];
  import_all(f);
  assert_ok(registry_round_close(f->r, NULL, NULL, &round, &f->e), &f->e);
  assert_ok(registry_erase(f->r, "H1", &event, &f->e), &f->e);
  assert_ok(registry_history(f->r, &f->arena, "H1", 0, true, &h, &n, &f->e), &f->e);
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t k = 0; k < h[i].change_count; k++) {
      if (h[i].changes[k].after && strstr(h[i].changes[k].after, "CANARY")) fail_msg("%s is still there", h[i].changes[k].after);
      erased |= h[i].changes[k].after && strcmp(h[i].changes[k].after, "erased") == 0;
    }
  assert_true(erased);
  assert_ok(registry_search(f->r, &f->arena, "phone", "CANARYPHONE1", &keys, &n, &f->e), &f->e);
  assert_int_equal(n, 0);
  assert_ok(registry_search(f->r, &f->arena, "phone", "CANARYPHONE3", &keys, &n, &f->e), &f->e);
  assert_int_equal(n, 1);
  snprintf(folder, sizeof folder, "%s/x.snapshots", f->dir);
  assert_ok(file_remove_tree(folder, &f->e), &f->e);
  assert_ok(registry_snapshot(f->r, NULL, &s, &f->e), &f->e); /* hashes over ciphertext stay valid */
  snapshot_close(s);
  uint64_t checked, bad;
  assert_ok(registry_fsck(f->r, NULL, NULL, NULL, &checked, &bad, &f->e), &f->e);
  assert_int_equal(bad, 0);
  fixture_free(f);
}

static void a_refused_import_leaves_no_secret_in_its_message(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import_counts c;
  char refused[200];
  snprintf(refused, sizeof refused, "%s/refused.csv", f->dir);
  fixture_write(f, "data/people.csv", "hid,no,age,school,idno\nH1,1,-40,no,CANARYID000000011\nH1,2,999,no,CANARYID000000012\n");
  assert_int_not_equal(registry_import(f->r, NULL, NULL, &(struct ingest_options){.refused_path = refused}, false, &c, &f->e), OK);
  assert_null(strstr(f->e.message, "CANARY"));
  no_file_holds(f->dir, "CANARY");
  fixture_free(f);
}

UNIT_MAIN(UNIT(sealed_values_stand_in_no_file), UNIT(sealed_values_stand_in_no_work_file), UNIT(without_the_key_all_else_works), UNIT(a_wrong_key_is_refused_by_its_name),
          UNIT(the_recovery_sheet_makes_the_key_again), UNIT(a_sealed_field_is_found_by_its_exact_value), UNIT(an_erased_household_keeps_all_but_its_sealed_fields),
          UNIT(a_refused_import_leaves_no_secret_in_its_message))
