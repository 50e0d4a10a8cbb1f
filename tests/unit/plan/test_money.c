/* Funds as limits: what the purses allow can be paid, what they forbid cannot, and guarantees come first. */
#include "plan/money.h"

#include "base/random.h"
#include "unit.h"

static struct err err;

enum { COUNTIES = 3, VILLAGES = 6 };

/* A prefecture of three counties with two villages each; everybody counts as planned for. */
struct land {
  struct area areas[1 + COUNTIES + VILLAGES];
  struct programme programme;
  struct planning planning;
  struct plan_village villages[VILLAGES];
  struct people people;
  struct fund funds[16];
  struct measure measures[8];
  struct guarantee guarantees[4];
  uint32_t village_of[VILLAGES];
  double owed[4][VILLAGES], *owed_of[4];
  struct arena arena;
};

static void land_open(struct land *l) {
  memset(l, 0, sizeof *l);
  arena_init(&l->arena, 0);
  l->areas[0] = (struct area){.code = "p", .level = 0, .parent = UINT32_MAX, .now = 0};
  for (uint32_t c = 0; c < COUNTIES; c++) l->areas[1 + c] = (struct area){.code = "c", .level = 1, .parent = 0, .now = 1 + c};
  for (uint32_t v = 0; v < VILLAGES; v++) {
    l->areas[1 + COUNTIES + v] = (struct area){.code = "v", .level = 2, .parent = 1 + v / 2, .now = 1 + COUNTIES + v};
    l->villages[v] = (struct plan_village){.area = 1 + COUNTIES + v, .first = v, .count = 1, .persons = v + 1};
    l->village_of[v] = v;
  }
  l->programme = (struct programme){.areas = l->areas, .area_count = 1 + COUNTIES + VILLAGES, .home_level = 1};
  l->planning = (struct planning){.there = true, .funds = l->funds, .measures = l->measures, .guarantees = l->guarantees};
  for (int g = 0; g < 4; g++) l->owed_of[g] = l->owed[g];
  l->people = (struct people){.programme = &l->programme, .planning = &l->planning, .count = VILLAGES, .villages = l->villages, .village_count = VILLAGES, .village = l->village_of, .owed = l->owed_of};
}

static void fund(struct land *l, const char *name, int32_t year, uint32_t area, double amount, uint64_t pays, uint32_t guarantees) {
  l->funds[l->planning.fund_count++] = (struct fund){.name = name, .year = year, .area = area, .amount = amount, .pays = pays, .pays_guarantees = guarantees};
}

static void measures(struct land *l, uint32_t count) {
  for (uint32_t m = 0; m < count; m++) l->measures[m] = (struct measure){.name = "m", .cost = 1};
  l->planning.measure_count = count;
}

static void funds_above_the_counties_are_one_purse_for_all(void **state) {
  (void)state;
  struct land l;
  struct money m;
  land_open(&l);
  measures(&l, 2);
  fund(&l, "a", 2020, PLANNING_EVERYWHERE, 100, 3, 0);
  fund(&l, "b", 2020, 0, 50, 1, 0);
  fund(&l, "a", 2021, PLANNING_EVERYWHERE, 30, 3, 0);
  assert_ok(money_make(&l.arena, &l.people, 2020, 3, &m, &err), &err);
  assert_true(m.pooled && m.area_count == 1 && m.kind_count == 2);
  assert_true(m.has_funds[0] && m.has_funds[1] && !m.has_funds[2]);
  assert_int_equal(m.purse_count, 2);
  for (uint32_t u = 0; u < 2; u++) assert_int_equal(money_purse(&m, 0, 0, u), m.purses[u].measures == 3 ? 150 : 100);
  arena_drop(&l.arena);
}

static void a_fund_above_is_allotted_by_persons_to_the_last_yuan_where_counties_have_their_own(void **state) {
  (void)state;
  struct land l;
  struct money m;
  land_open(&l);
  measures(&l, 1);
  fund(&l, "a", 2020, PLANNING_EVERYWHERE, 1000, 1, 0);
  fund(&l, "own", 2020, 2, 7, 1, 0);
  assert_ok(money_make(&l.arena, &l.people, 2020, 1, &m, &err), &err);
  assert_true(!m.pooled && m.area_count == COUNTIES);
  int64_t sum = 0, shares[COUNTIES];
  for (uint32_t a = 0; a < COUNTIES; a++) sum += shares[a] = *money_at(&m, m.had, 0, a, 0);
  assert_int_equal(sum, 1000);
  assert_int_equal(shares[0], 143); /* of 3, 7 and 11 persons: 142.86, 333.33, 523.81 */
  assert_int_equal(shares[1], 333);
  assert_int_equal(shares[2], 524);
  assert_int_equal(*money_at(&m, m.had, 0, 1, 1), 7);
  arena_drop(&l.arena);
}

static void a_fund_of_a_village_is_refused(void **state) {
  (void)state;
  struct land l;
  struct money m;
  land_open(&l);
  measures(&l, 1);
  fund(&l, "a", 2020, 1 + COUNTIES, 1000, 1, 0);
  assert_refused(money_make(&l.arena, &l.people, 2020, 1, &m, &err), ERR_INPUT, "below the level", &err);
  arena_drop(&l.arena);
}

/* The promise of the purses, both ways, on random funds and spendings. */
static void what_the_purses_allow_can_be_paid_and_nothing_else(void **state) {
  (void)state;
  static const char *const names[] = {"a", "b", "c", "d", "e"};
  struct rng r;
  rng_seed(&r, 3);
  int allowed = 0, forbidden = 0;
  for (int round = 0; round < 600; round++) {
    struct land l;
    struct money m;
    land_open(&l);
    measures(&l, 5);
    const uint32_t funds = 1 + (uint32_t)rng_below(&r, 5);
    for (uint32_t f = 0; f < funds; f++) fund(&l, names[f], 2020, PLANNING_EVERYWHERE, (double)rng_below(&r, 60), 1 + rng_below(&r, 31), 0);
    assert_ok(money_make(&l.arena, &l.people, 2020, 1, &m, &err), &err);
    int64_t spent[5], from[5 * MONEY_KINDS];
    for (int x = 0; x < 5; x++) spent[x] = m.unpaid >> x & 1 ? 0 : (int64_t)rng_below(&r, 40);
    bool fits = true;
    for (uint32_t u = 0; u < m.purse_count; u++) {
      int64_t sum = 0;
      for (int x = 0; x < 5; x++) sum += m.purses[u].measures >> x & 1 ? spent[x] : 0;
      fits = fits && sum <= money_purse(&m, 0, 0, u);
    }
    const enum status st = money_divide(&l.arena, &m, 0, 0, spent, from, &err);
    assert_int_equal(st == OK, fits);
    fits ? allowed++ : forbidden++;
    for (uint32_t k = 0; st == OK && k < m.kind_count; k++) {
      int64_t out = 0;
      for (int x = 0; x < 5; x++) {
        const int64_t part = from[(size_t)x * m.kind_count + k];
        assert_true(part >= 0 && (!part || m.kinds[k].pays >> x & 1));
        out += part;
      }
      assert_true(out <= *money_at(&m, m.left, 0, 0, k));
    }
    arena_drop(&l.arena);
  }
  assert_true(allowed > 50 && forbidden > 50);
}

static void guarantees_are_paid_from_their_own_earmarks_first_and_the_rest_is_an_arrear(void **state) {
  (void)state;
  struct land l;
  struct money m;
  land_open(&l);
  measures(&l, 1);
  l.planning.guarantee_count = 2;
  fund(&l, "any", 2020, PLANNING_EVERYWHERE, 100, 1, 3);
  fund(&l, "houses", 2020, PLANNING_EVERYWHERE, 40, 0, 1);
  l.owed[0][0] = 50, l.owed[1][3] = 20;
  assert_ok(money_make(&l.arena, &l.people, 2020, 1, &m, &err), &err);
  assert_int_equal(m.owed, 70);
  assert_int_equal(m.paid, 70);
  assert_int_equal(money_purse(&m, 0, 0, 0), 70); /* 100 - 10 that the earmark for houses could not pay - 20 */
  l.owed[1][3] = 500;
  assert_ok(money_make(&l.arena, &l.people, 2020, 1, &m, &err), &err);
  assert_int_equal(m.owed - m.paid, 50 + 500 - 140);
  assert_int_equal(m.claims[0].paid, 50); /* the first in the list is not short because of the second */
  arena_drop(&l.arena);
}

/* The first claim took what only the second could use: it moves to another fund instead of leaving an arrear. */
static void no_arrear_that_another_division_would_avoid(void **state) {
  (void)state;
  struct land l;
  struct money m;
  land_open(&l);
  l.planning.guarantee_count = 2;
  fund(&l, "x", 2020, PLANNING_EVERYWHERE, 50, 0, 3);
  fund(&l, "y", 2020, PLANNING_EVERYWHERE, 50, 1, 1);
  measures(&l, 1);
  l.owed[0][0] = 50, l.owed[1][0] = 50;
  assert_ok(money_make(&l.arena, &l.people, 2020, 1, &m, &err), &err);
  assert_int_equal(m.paid, 100);
  arena_drop(&l.arena);
}

UNIT_MAIN(UNIT(funds_above_the_counties_are_one_purse_for_all), UNIT(a_fund_above_is_allotted_by_persons_to_the_last_yuan_where_counties_have_their_own), UNIT(a_fund_of_a_village_is_refused),
          UNIT(what_the_purses_allow_can_be_paid_and_nothing_else), UNIT(guarantees_are_paid_from_their_own_earmarks_first_and_the_rest_is_an_arrear), UNIT(no_arrear_that_another_division_would_avoid))
