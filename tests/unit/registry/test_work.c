/* An import's work files: what was appended reads back from any place, and lies open nowhere. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/random.h"
#include "registry/work.h"
#include "unit.h"

static char dir[64], path[100];

static void open_in(struct work_files *w) {
  struct err e;
  strcpy(dir, "/tmp/lucid-unit-XXXXXX");
  assert_non_null(mkdtemp(dir));
  snprintf(path, sizeof path, "%s/x.stage-1", dir);
  assert_ok(work_open(w, path, &e), &e);
}

static void close_in(struct work_files *w) {
  struct err e;
  work_close(w);
  assert_int_equal(rmdir(dir), 0); /* nothing is left in it */
  (void)e;
}

static void what_was_appended_reads_back_from_any_place(void **state) {
  (void)state;
  enum { BYTES = 500000 };
  static uint8_t all[2][BYTES];
  struct work_files w;
  struct work_view v[2] = {0};
  struct err e;
  struct rng r;
  size_t have[2] = {0, 0};
  open_in(&w);
  rng_seed(&r, 3);
  for (int round = 0; round < 20000; round++) {
    uint64_t x = rng_next(&r);
    unsigned stream = x & 1;
    size_t n = (x >> 8) % 300, len;
    const uint8_t *p;
    if (n > BYTES - have[stream]) continue;
    for (size_t i = 0; i < n; i++) all[stream][have[stream] + i] = (uint8_t)(rng_next(&r) >> 13);
    assert_ok(work_append(&w, stream, all[stream] + have[stream], n, &e), &e);
    have[stream] += n;
    assert_int_equal(work_end(&w, stream), have[stream]);
    size_t at = have[stream] ? (size_t)(x >> 20) % have[stream] : 0; /* also what is not written yet, and across the two */
    len = (x >> 50) % 9000;
    if (len > have[stream] - at) len = have[stream] - at;
    assert_ok(work_at(&w, stream, &v[stream], at, len, &p, &e), &e);
    assert_memory_equal(p, all[stream] + at, len);
  }
  assert_true(have[0] == BYTES || have[0] > BYTES - 300);
  const uint8_t *p;
  assert_ok(work_at(&w, 0, &v[0], 0, have[0], &p, &e), &e); /* at once */
  assert_memory_equal(p, all[0], have[0]);
  for (int i = 0; i < 4; i++) { /* one window on two streams */
    assert_ok(work_at(&w, i & 1, &v[0], 64, 100, &p, &e), &e);
    assert_memory_equal(p, all[i & 1] + 64, 100);
  }
  assert_refused(work_at(&w, 0, &v[0], 5, have[0], &p, &e), ERR_CORRUPT, "work file was changed", &e);
  assert_refused(work_at(&w, 0, &v[0], UINT64_MAX, 2, &p, &e), ERR_CORRUPT, "work file was changed", &e);
  work_view_close(&v[0]), work_view_close(&v[1]);
  close_in(&w);
}

static void nothing_lies_open_in_the_files(void **state) {
  (void)state;
  struct work_files w;
  struct err e;
  struct stat st;
  char name[120], *data;
  size_t len;
  struct arena a;
  open_in(&w);
  for (int i = 0; i < 20000; i++) assert_ok(work_append(&w, 3, "CANARY-CANARY-", 14, &e), &e);
  snprintf(name, sizeof name, "%s-3", path);
  assert_int_equal(stat(name, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  arena_init(&a, 0);
  assert_ok(file_read(&a, name, 1 << 20, &data, &len, &e), &e);
  assert_true(len > 100000);
  assert_null(memmem(data, len, "CANARY", 6));
  for (size_t i = 64; i + 64 < len && i < 10000; i += 64) assert_memory_not_equal(data + i, data, 32); /* no two places alike */
  arena_drop(&a);
  close_in(&w);
}

static void a_file_cut_short_is_said(void **state) {
  (void)state;
  struct work_files w;
  struct work_view v = {0};
  struct err e;
  char name[120];
  const uint8_t *p;
  static const uint8_t zeros[200000];
  open_in(&w);
  assert_ok(work_append(&w, 0, zeros, sizeof zeros, &e), &e);
  snprintf(name, sizeof name, "%s-0", path);
  assert_int_equal(truncate(name, 70000), 0);
  assert_ok(work_at(&w, 0, &v, 0, 1000, &p, &e), &e);
  assert_refused(work_at(&w, 0, &v, 100000, 1000, &p, &e), ERR_CORRUPT, "cannot be read", &e);
  work_view_close(&v);
  close_in(&w);
}

UNIT_MAIN(UNIT(what_was_appended_reads_back_from_any_place), UNIT(nothing_lies_open_in_the_files), UNIT(a_file_cut_short_is_said))
