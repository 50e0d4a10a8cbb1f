#include "fixture.h"

static void an_unknown_fault_is_refused_by_name(void **state) {
  (void)state;
  struct fault_plan plan = {{0}};
  struct err e;
  assert_ok(fault_read(&plan, "below=0.25", &e), &e);
  assert_true(plan.share[FAULT_BELOW] == 0.25);
  assert_refused(fault_read(&plan, "bribes=0.1", &e), ERR_USAGE, "there is no fault \"bribes\"", &e);
  assert_non_null(strstr(e.hint, "duplicate"));
  assert_refused(fault_read(&plan, "car", &e), ERR_USAGE, "a share from 0 to 1 is wanted", &e);
  assert_refused(fault_read(&plan, "car=2", &e), ERR_USAGE, "a share from 0 to 1 is wanted", &e);
}

static void faults_befall_the_share_that_was_asked_for(void **state) {
  (void)state;
  struct fixture f;
  struct block b = {0};
  struct block_id *ids;
  struct fault_plan plan = {{0}};
  uint32_t count;
  int64_t cars = 0, could = 0, below = 0, exits = 0;
  fixture_open(&f, 3);
  plan.share[FAULT_CAR] = 0.1, plan.share[FAULT_BELOW] = 1;
  assert_ok(population_blocks(&f.a, f.pop, 0.03, &ids, &count, &f.e), &f.e);
  for (uint32_t i = 0; i < count; i++) {
    assert_ok(block_make(f.pop, ids[i], &b, &f.e), &f.e);
    for (uint32_t k = 0; k < b.count; k++) {
      bool out = household_exits(&b.households[k], 1);
      could += b.households[k].listed[0], exits += out;
      cars += fault_of(&plan, &b, k, 0) == FAULT_CAR;
      below += fault_of(&plan, &b, k, 1) == FAULT_BELOW;
      if (!out) assert_true(fault_of(&plan, &b, k, 1) != FAULT_BELOW);
    }
  }
  assert_true(could > 2000);
  assert_near((double)cars / (double)could, 0.1, 0.2);
  assert_int_equal(below, exits);
  block_free(&b);
  arena_drop(&f.a);
}

UNIT_MAIN(UNIT(an_unknown_fault_is_refused_by_name), UNIT(faults_befall_the_share_that_was_asked_for))
