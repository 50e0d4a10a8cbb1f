/* The certificate against a solver that knows nothing of prices: plan <= CBC's optimum <= bound. */
#include "cbc.h"
#include "country.h"
#include "plan/solve.h"
#include "unit.h"

static struct err err;

static void plan_cbcs_optimum_and_bound_stand_in_this_order(void **state) {
  (void)state;
  if (!cbc_is_there()) {
    printf("CBC is not installed (Debian package coinor-cbc)\n");
    skip();
  }
  unsigned proved = 0;
  double lost = 0, worth = 0;
  for (uint64_t seed = 1; seed <= 5; seed++) {
    struct country_size z = {.households = 80 + 20 * (uint32_t)(seed % 3), .villages = 4, .funds = 2, .capacities = 2, .markets = seed % 2 ? 0 : 2, .tiers = 3, .measures = 6, .sells = 1 + (unsigned)(seed % 4 == 0),
                             .most = 1 + (unsigned)(seed % 2), .works = (unsigned)(seed / 2 % 3), .items = 5, .money = 0.2, .apart = seed % 3 == 0};
    struct country c = country_make(&z, 3000 + seed);
    struct arena a;
    arena_init(&a, 0);
    struct solved s;
    struct certified x;
    bool optimal;
    assert_ok(solve(&a, &c.m, NULL, NULL, &s, &err), &err);
    assert_ok(certificate_check(&c.m, &s.plan, s.prices, &x, &err), &err);
    assert_true(x.value == s.plan.value && x.bound == s.bound);
    const double best = cbc_best(&c.m, 3, &optimal);
    if (best > (double)s.bound + 0.5) fail_msg("seed %d: CBC has a plan of %.0f above the bound %lld", (int)seed, best, (long long)s.bound);
    if (optimal) {
      if ((double)s.plan.value > best * (1 + 1e-9) + 0.5) fail_msg("seed %d: plan %lld above CBC's optimum %.0f", (int)seed, (long long)s.plan.value, best);
      proved++, lost += best - (double)s.plan.value, worth += best;
    }
    arena_drop(&a);
    country_free(&c);
  }
  if (proved < 2) fail_msg("CBC proved %u of 5", proved);
  if (lost > 0.02 * worth) fail_msg("plans lose %.4f of CBC's optimum", lost / worth);
}

/* In ten times the planner's time, and never less than three seconds, CBC has no better plan of two thousand households. */
static void cbc_has_no_better_plan_of_many_households_in_ten_times_the_time(void **state) {
  (void)state;
  if (!cbc_is_there()) {
    printf("CBC is not installed (Debian package coinor-cbc)\n");
    skip();
  }
  for (unsigned markets = 0; markets <= 2; markets += 2) {
    struct country_size z = {.households = 2000, .villages = 20, .funds = 10, .capacities = 10, .markets = markets, .tiers = 5, .measures = 10, .most = 2, .items = 10, .money = 0.15};
    struct country c = country_make(&z, 7);
    struct arena a;
    arena_init(&a, 0);
    struct solved s;
    bool optimal;
    assert_ok(solve(&a, &c.m, NULL, NULL, &s, &err), &err);
    const double best = cbc_best(&c.m, 3, &optimal);
    if (best > (double)s.plan.value) fail_msg("%u markets: CBC %.0f, plan %lld", markets, best, (long long)s.plan.value);
    arena_drop(&a);
    country_free(&c);
  }
}

UNIT_MAIN(UNIT(plan_cbcs_optimum_and_bound_stand_in_this_order), UNIT(cbc_has_no_better_plan_of_many_households_in_ten_times_the_time))
