#include "unit.h"

#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "column/segment_file.h"
#include "column/snapshot.h"
#include "segments.h"

static char folder[64];

static int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/lucid-test-XXXXXX");
  return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state) {
  (void)state;
  return file_remove_tree(folder, NULL) == OK ? 0 : -1;
}

static const char *in_folder(const char *name) {
  static char path[200];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void same_cells(const struct column *a, const struct column *b) {
  assert_int_equal(a->rows, b->rows);
  assert_int_equal(a->width, b->width);
  for (uint64_t i = 0; i < a->rows; i++) {
    struct cell x = column_cell(a, i), y = column_cell(b, i);
    assert_int_equal(x.absence, y.absence);
    if (x.absence) continue;
    if (a->kind == COL_CHOICE || a->kind == COL_TEXT) assert_true(x.s.len == y.s.len && memcmp(x.s.at, y.s.at, x.s.len) == 0);
    else assert_int_equal(x.i, y.i);
  }
}

static void same_segment(const struct segment *a, const struct segment *b) {
  assert_int_equal(a->home, b->home);
  assert_int_equal(a->level_count, b->level_count);
  same_cells(&a->household_key, &b->household_key);
  same_cells(&a->village_code, &b->village_code);
  assert_memory_equal(a->household_id, b->household_id, segment_households(a) * 8);
  assert_memory_equal(a->village_of, b->village_of, segment_households(a) * 4);
  for (uint32_t l = 0; l < a->level_count; l++) {
    for (uint32_t i = 0; i < a->levels[l].column_count; i++) same_cells(&a->levels[l].columns[i], &b->levels[l].columns[i]);
    if (a->child_at[l]) assert_memory_equal(a->child_at[l], b->child_at[l], (segment_households(a) + 1) * 4);
    assert_int_equal(!a->roster[l], !b->roster[l]);
  }
}

static void write_to(const struct segment *s, const char *name, struct digest *d) {
  struct err e;
  uint64_t bytes;
  assert_ok(segment_write(&county_schema, s, in_folder(name), d, &bytes, &e), &e);
}

/* The file's bytes, aligned as a mapping is. */
static uint8_t *load(const char *name, size_t *len) {
  struct file_map m;
  struct err e;
  assert_ok(file_map_open(in_folder(name), &m, &e), &e);
  uint8_t *copy = aligned_alloc(64, (m.len + 127) / 64 * 64);
  assert_non_null(copy);
  memcpy(copy, m.data, m.len);
  *len = m.len;
  file_map_close(&m);
  return copy;
}

static void a_segment_reads_back_as_it_was_written(void **state) {
  (void)state;
  static const unsigned sizes[] = {0, 1, 63, 64, 65, 500};
  for (size_t i = 0; i < 6; i++) {
    const struct segment *s = NULL;
    struct segment *back = NULL;
    struct schema *schema = NULL;
    struct digest d;
    struct arena a;
    struct err e;
    size_t len;
    struct builder *b = county(i + 1, sizes[i], 7, false, &s);
    write_to(s, "s", &d);
    uint8_t *data = load("s", &len);
    arena_init(&a, 0);
    assert_ok(segment_read(&a, "s", data, len, &back, &schema, &e), &e);
    same_segment(s, back);
    assert_ok(schema_same(schema, &county_schema, &e), &e);
    assert_int_equal((uintptr_t)back->levels[0].columns[2].data % 64, 0);
    arena_drop(&a);
    free(data);
    builder_close(b);
    unlink(in_folder("s"));
  }
}

static void the_same_rows_give_the_same_bytes_whatever_order_villages_came_in(void **state) {
  (void)state;
  const struct segment *s = NULL;
  struct digest one, other;
  struct builder *b = county(3, 300, 7, false, &s);
  write_to(s, "one", &one);
  builder_close(b);
  b = county(3, 300, 7, true, &s);
  write_to(s, "other", &other);
  builder_close(b);
  assert_true(digest_equal(&one, &other));
}

static void no_cut_and_no_changed_byte_is_ever_believed_beyond_what_the_checks_allow(void **state) {
  (void)state;
  const struct segment *s = NULL;
  struct digest d;
  struct arena a;
  size_t len;
  unsigned refused = 0, tried = 0;
  struct builder *b = county(8, 40, 7, false, &s);
  write_to(s, "s", &d);
  builder_close(b);
  uint8_t *data = load("s", &len);
  for (size_t cut = 0; cut < len; cut++) {
    struct segment *back;
    struct schema *schema;
    struct err e;
    uint8_t *part = aligned_alloc(64, (cut + 64) / 64 * 64);
    assert_non_null(part);
    memcpy(part, data, cut);
    arena_init(&a, 0);
    assert_refused(segment_read(&a, "s", part, cut, &back, &schema, &e), ERR_CORRUPT, "s is damaged", &e);
    arena_drop(&a);
    free(part);
  }
  struct rng r;
  rng_seed(&r, 1);
  for (size_t at = 0; at < len; at++) {
    struct segment *back = NULL;
    struct schema *schema = NULL;
    struct err e;
    uint8_t was = data[at];
    data[at] = (uint8_t)(was ^ (1u << rng_below(&r, 8)));
    arena_init(&a, 0);
    enum status st = segment_read(&a, "s", data, len, &back, &schema, &e);
    if (st == OK) { /* another value of the same shape: reading all of it must be safe */
      for (uint32_t l = 0; l < back->level_count; l++)
        for (uint32_t i = 0; i < back->levels[l].column_count; i++)
          for (uint64_t row = 0; row < back->levels[l].rows; row++) (void)column_cell(&back->levels[l].columns[i], row);
    } else {
      refused++;
      if (st != ERR_CORRUPT && st != ERR_VERSION) fail_msg("byte %zu: %s %s", at, status_name(st), e.message);
    }
    tried++;
    arena_drop(&a);
    data[at] = was;
  }
  assert_true(refused > tried / 2);
  free(data);
}

static void commit_two(char hash[65], bool backwards) {
  struct snapshot_writer *w = NULL;
  struct err e;
  assert_ok(snapshot_create(folder, "2024", 2024, &w, &e), &e);
  for (int64_t home = 1; home <= 2; home++) {
    const struct segment *s = NULL;
    struct builder *b = county((uint64_t)home, 100, home, backwards, &s);
    assert_ok(snapshot_add(w, &county_schema, s, &e), &e);
    builder_close(b);
  }
  assert_ok(snapshot_commit(w, hash, &e), &e);
}

static void a_snapshot_opens_by_its_hash_with_all_its_rows(void **state) {
  (void)state;
  char hash[65], again[65];
  struct snapshot *s = NULL;
  struct err e;
  commit_two(hash, false);
  commit_two(again, true); /* the same again finds itself there */
  assert_string_equal(hash, again);
  assert_ok(snapshot_open(folder, hash, NULL, &s, &e), &e);
  assert_int_equal(snapshot_segment_count(s), 2);
  assert_int_equal(snapshot_rows(s, LEVEL_HOUSEHOLD), 200);
  assert_string_equal(snapshot_hash_hex(s), hash);
  assert_string_equal(snapshot_round(s), "2024");
  assert_int_equal(snapshot_year(s), 2024);
  assert_int_equal(snapshot_find_home(s, 2), 1);
  assert_int_equal(snapshot_find_home(s, 3), UINT32_MAX);
  const struct segment *want = NULL;
  struct builder *b = county(2, 100, 2, false, &want);
  same_segment(want, snapshot_segment(s, 1));
  builder_close(b);
  snapshot_close(s);
}

static void overwrite(const char *path, long at, const char *bytes) {
  FILE *f = fopen(path, "r+b");
  assert_non_null(f);
  assert_int_equal(fseek(f, at, SEEK_SET), 0);
  assert_int_equal(fwrite(bytes, 1, strlen(bytes), f), strlen(bytes));
  assert_int_equal(fclose(f), 0);
}

static void a_damaged_snapshot_says_which_file_and_is_mended_by_writing_it_again(void **state) {
  (void)state;
  char hash[65], again[65], path[300];
  struct snapshot *s = NULL;
  struct err e;
  commit_two(hash, false);
  snprintf(path, sizeof path, "%s/%s/home-2.segment", folder, hash);
  overwrite(path, 2000, "damage");
  assert_refused(snapshot_open(folder, hash, NULL, &s, &e), ERR_CORRUPT, "home-2.segment is damaged: its bytes are not those the manifest names", &e);
  commit_two(again, false);
  assert_string_equal(hash, again);
  assert_ok(snapshot_open(folder, hash, NULL, &s, &e), &e);
  snapshot_close(s);
  snprintf(path, sizeof path, "%s/%s/manifest.json", folder, hash);
  overwrite(path, 37, "9");
  assert_refused(snapshot_open(folder, hash, NULL, &s, &e), ERR_CORRUPT, "its SHA-256 is", &e);
  snprintf(path, sizeof path, "%s/%s", folder, hash);
  assert_refused(snapshot_open_folder(path, NULL, NULL, &s, &e), ERR_VERSION, "format 9", &e);
  snprintf(path, sizeof path, "%s/%s/manifest.json", folder, hash);
  overwrite(path, 37, "1 ");
  snprintf(path, sizeof path, "%s/%s", folder, hash);
  assert_int_not_equal(snapshot_open_folder(path, NULL, NULL, &s, &e), OK);
}

static void what_is_not_there_is_not_found(void **state) {
  (void)state;
  struct snapshot *s = NULL;
  struct err e;
  assert_refused(snapshot_open(folder, "0000000000000000000000000000000000000000000000000000000000000000", NULL, &s, &e), ERR_NOT_FOUND, "manifest.json", &e);
  assert_refused(snapshot_open(folder, "../../etc", NULL, &s, &e), ERR_USAGE, "is not a snapshot's hash", &e);
}

static void an_abandoned_snapshot_leaves_nothing(void **state) {
  (void)state;
  struct snapshot_writer *w = NULL;
  struct err e;
  char sub[100];
  snprintf(sub, sizeof sub, "%s/abandoned", folder);
  assert_ok(snapshot_create(sub, "r", 1, &w, &e), &e);
  snapshot_abandon(w);
  assert_int_equal(rmdir(sub), 0);
}

static void each_home_comes_once_and_schemas_agree(void **state) {
  (void)state;
  struct snapshot_writer *w = NULL;
  const struct segment *s = NULL;
  struct err e;
  struct schema other = county_schema;
  struct schema_column columns[2] = {{"age", COL_INT, 0}, {"gender", COL_CHOICE, 0}};
  other.levels[LEVEL_MEMBER].columns = columns;
  struct builder *b = county(1, 3, 4, false, &s);
  assert_ok(snapshot_create(folder, "r", 1, &w, &e), &e);
  assert_ok(snapshot_add(w, &county_schema, s, &e), &e);
  assert_refused(snapshot_add(w, &county_schema, s, &e), ERR_INTERNAL, "home 4 comes twice", &e);
  assert_refused(snapshot_add(w, &other, s, &e), ERR_CONFLICT, "column 2 of level members of the snapshot is gender, not sex", &e);
  snapshot_abandon(w);
  builder_close(b);
  assert_refused(snapshot_create(folder, "a\"b", 1, &w, &e), ERR_INPUT, "is not a round's name", &e);
}

static void a_snapshot_without_segments_is_one_too(void **state) {
  (void)state;
  struct snapshot_writer *w = NULL;
  struct snapshot *s = NULL;
  struct err e;
  char hash[65];
  assert_ok(snapshot_create(folder, "empty", 1, &w, &e), &e);
  assert_ok(snapshot_commit(w, hash, &e), &e);
  assert_ok(snapshot_open(folder, hash, NULL, &s, &e), &e);
  assert_int_equal(snapshot_segment_count(s), 0);
  assert_null(snapshot_schema(s));
  snapshot_close(s);
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_folder, drop_folder)
UNIT_MAIN(IN_FOLDER(a_segment_reads_back_as_it_was_written), IN_FOLDER(the_same_rows_give_the_same_bytes_whatever_order_villages_came_in),
          IN_FOLDER(no_cut_and_no_changed_byte_is_ever_believed_beyond_what_the_checks_allow), IN_FOLDER(a_snapshot_opens_by_its_hash_with_all_its_rows),
          IN_FOLDER(a_damaged_snapshot_says_which_file_and_is_mended_by_writing_it_again), IN_FOLDER(what_is_not_there_is_not_found), IN_FOLDER(an_abandoned_snapshot_leaves_nothing),
          IN_FOLDER(each_home_comes_once_and_schemas_agree), IN_FOLDER(a_snapshot_without_segments_is_one_too))
