#include "fixture.h"
#include "synth/funds.h"

static void money_lies_idle_in_the_share_that_was_asked_for_and_nowhere_else(void **state) {
  (void)state;
  struct fixture f;
  struct fault_plan none = {{0}}, plan = {{0}};
  int rows = 0, idle = 0;
  plan.share[FAULT_IDLE] = 0.3;
  for (uint64_t seed = 1; seed <= 5; seed++) {
    fixture_open(&f, seed);
    assert_true(f.m->fund_count >= 10);
    for (uint32_t home = 0; home < f.p->area_count; home++)
      for (uint32_t fund = 0; f.p->areas[home].level == f.p->home_level && fund < f.m->fund_count; fund++)
        for (uint32_t round = 0; round < f.m->round_count; round++) {
          struct fund_row x = funds_row(f.pop, &plan, home, fund, round, 40000), sound = funds_row(f.pop, &none, home, fund, round, 40000);
          assert_false(sound.idle);
          assert_true(sound.spent <= sound.allotted && sound.allotted <= sound.amount && sound.spent > 0.75 * (double)sound.amount);
          assert_int_equal(x.amount, sound.amount);
          if (x.idle) assert_true(x.amount - x.spent > 0.59 * (double)x.amount);
          else assert_true(x.allotted == sound.allotted && x.spent == sound.spent);
          rows++, idle += x.idle;
        }
    arena_drop(&f.a);
  }
  assert_int_equal(rows, 5 * 8 * 10 * 4);
  assert_near((double)idle / rows, 0.3, 0.15);
}

UNIT_MAIN(UNIT(money_lies_idle_in_the_share_that_was_asked_for_and_nowhere_else))
