/* Nobody can try seeds: one is fixed before the round closes, once. */
#include "fixture.h"

#include "registry/seed.h"

static void a_seed_is_fixed_once_and_before_the_round_closes(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import_counts c;
  struct round_info round;
  struct round_seed seed;
  assert_ok(registry_import(f->r, NULL, NULL, NULL, false, &c, &f->e), &f->e);
  assert_ok(registry_round_get(f->r, NULL, &round, &f->e), &f->e);
  assert_ok(registry_seed_get(f->r, round.id, &seed, &f->e), &f->e);
  assert_int_equal(seed.event, 0);
  assert_refused(registry_seed_put(f->r, NULL, "", "the lottery", &seed, &f->e), ERR_USAGE, "a seed has 1 to 127 bytes", &f->e);
  assert_refused(registry_seed_put(f->r, NULL, "3 17", "", &seed, &f->e), ERR_USAGE, "where the seed comes from", &f->e);
  assert_ok(registry_seed_put(f->r, NULL, "3 17 22", "the lottery of 2026-11-20", &seed, &f->e), &f->e);
  assert_string_equal(seed.text, "3 17 22");
  assert_string_equal(seed.from, "the lottery of 2026-11-20");
  assert_true(seed.event > 0);
  assert_refused(registry_seed_put(f->r, NULL, "4", "me", &seed, &f->e), ERR_CONFLICT, "was fixed by event", &f->e);
  assert_ok(registry_round_close(f->r, NULL, NULL, &round, &f->e), &f->e);
  assert_ok(registry_seed_get(f->r, round.id, &seed, &f->e), &f->e);
  assert_string_equal(seed.text, "3 17 22");
  fixture_free(f);
}

static void a_closed_round_takes_no_seed(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct import_counts c;
  struct round_info round;
  struct round_seed seed;
  assert_ok(registry_import(f->r, NULL, NULL, NULL, false, &c, &f->e), &f->e);
  assert_ok(registry_round_close(f->r, NULL, NULL, &round, &f->e), &f->e);
  assert_refused(registry_seed_put(f->r, NULL, "3 17", "the lottery", &seed, &f->e), ERR_CONFLICT, "is closed", &f->e);
  assert_ok(registry_seed_get(f->r, round.id, &seed, &f->e), &f->e);
  assert_int_equal(seed.event, 0);
  fixture_free(f);
}

static void a_seed_cannot_be_taken_back(void **state) {
  (void)state;
  struct fixture *f = fixture_new();
  struct round_seed seed;
  struct registry_undone u;
  assert_ok(registry_seed_put(f->r, NULL, "3 17", "the lottery", &seed, &f->e), &f->e);
  assert_refused(registry_undo(f->r, seed.event, &u, &f->e), ERR_CONFLICT, "cannot be taken back", &f->e);
  fixture_free(f);
}

UNIT_MAIN(UNIT(a_seed_is_fixed_once_and_before_the_round_closes), UNIT(a_closed_round_takes_no_seed), UNIT(a_seed_cannot_be_taken_back))
