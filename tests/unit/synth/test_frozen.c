#include "fixture.h"

#include <stdlib.h>

#include "synth/frozen.h"

/* Makes rounds into a fresh folder on so many threads. */
static enum status frozen(struct fixture *f, const struct synth_options *o, const int *years, uint32_t count, unsigned threads, char folder[64], struct frozen *out) {
  struct pool *pool;
  (void)snprintf(folder, 64, "/tmp/lucid-frozen-XXXXXX");
  assert_non_null(mkdtemp(folder));
  assert_ok(pool_open(&pool, threads, &f->e), &f->e);
  enum status s = frozen_write(&f->a, f->p, o, years, count, pool, folder, out, &f->e);
  pool_close(pool);
  return s;
}

static void threads_and_other_rounds_change_no_byte(void **state) {
  (void)state;
  struct fixture f;
  struct synth_options o = {.seed = 3, .scale = 0.04};
  struct frozen one, two, alone;
  char a[64], b[64], c[64];
  const int years[] = {2018, 2013, 2018}, last[] = {2018};
  fixture_open(&f, 3);
  o.faults.share[FAULT_SPLIT] = 0.05, o.faults.share[FAULT_COPIED] = 0.1;
  assert_ok(frozen(&f, &o, years, 3, 1, a, &one), &f.e);
  assert_ok(frozen(&f, &o, years, 3, 3, b, &two), &f.e);
  assert_ok(frozen(&f, &o, last, 1, 2, c, &alone), &f.e);
  assert_int_equal(one.round_count, 2);
  assert_int_equal(one.rounds[0].year, 2013);
  assert_true(one.homes > 1 && one.faults > 100 && one.faults == two.faults);
  for (uint32_t r = 0; r < 2; r++) {
    assert_string_equal(one.rounds[r].hash, two.rounds[r].hash);
    assert_string_equal(one.rounds[r].truth_hash, two.rounds[r].truth_hash);
  }
  assert_string_equal(one.rounds[1].hash, alone.rounds[0].hash);
  assert_string_equal(one.rounds[1].truth_hash, alone.rounds[0].truth_hash);
  assert_int_equal(one.rounds[1].members, alone.rounds[0].members);
  assert_ok(file_remove_tree(a, &f.e), &f.e);
  assert_ok(file_remove_tree(b, &f.e), &f.e);
  assert_ok(file_remove_tree(c, &f.e), &f.e);
  arena_drop(&f.a);
}

static void work_that_was_stopped_leaves_nothing(void **state) {
  (void)state;
  struct fixture f;
  volatile int cancel = 1;
  struct progress p = {.cancel = &cancel};
  struct synth_options o = {.seed = 3, .scale = 0.05, .progress = &p};
  struct synth_counts n;
  struct frozen out;
  char folder[64];
  fixture_open(&f, 3);
  assert_int_equal(frozen(&f, &o, NULL, 0, 2, folder, &out), ERR_CANCELLED);
  assert_false(file_exists(folder));
  assert_int_equal(synth_write(&f.a, f.p, &o, folder, &n, &f.e), ERR_CANCELLED);
  assert_false(file_exists(folder));
  arena_drop(&f.a);
}

UNIT_MAIN(UNIT(threads_and_other_rounds_change_no_byte), UNIT(work_that_was_stopped_leaves_nothing))
