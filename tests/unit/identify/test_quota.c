#include "base/digest.h"
#include "fixture.h"
#include "identify/rank.h"

#define QUOTA(ties, places, more)                                                                                                  \
  "identify:\n  include:\n    - {name: below, rule: per_head < line}\n  rank: {rule: per_head, order: ascending}\n  quota: {level: village, ties: " ties more \
  ", places: [{area: A, places: " places "}, {area: B, places: 9}]}\n"

static const struct segment *poor_homes(void) { /* per head 100 200 200 200 300, all in A; 150 in B */
  struct home homes[] = {HOME("11", "A", 100, 1), HOME("12", "A", 200, 1), HOME("13", "A", 200, 1), HOME("14", "A", 200, 1), HOME("15", "A", 300, 1), HOME("16", "B", 150, 1)};
  return county_segment(homes, COUNT(homes));
}

static uint64_t selected(const struct identified *r) {
  uint64_t n = 0;
  for (uint64_t h = 0; h < r->decisions->sets[0].rows; h++) n += r->decisions->sets[0].outcome[h] == OUTCOME_SELECTED;
  return n;
}

static void a_tie_that_fits_takes_its_places(void **state) {
  (void)state;
  county_programme(QUOTA("exclude", "4", ""));
  const struct segment *s = poor_homes();
  struct identified r = decided(&s, NULL);
  for (uint64_t h = 0; h < 4; h++) assert_outcome(&r, h, OUTCOME_SELECTED);
  assert_outcome(&r, 4, OUTCOME_NO_PLACE);
  assert_outcome(&r, 5, OUTCOME_SELECTED);
  assert_int_equal(decisions_place(&r.decisions->sets[0], 1), 2);
  assert_int_equal(decisions_place(&r.decisions->sets[0], 3), 2); /* equals share a position */
  assert_int_equal(r.result->quota_count, 2);
  assert_near(r.result->quota[0].cutoff, 200, 0);
  assert_int_equal(r.result->quota[0].tied, 0);
}

static void a_tie_that_does_not_fit_is_returned_whole_and_none_get_in(void **state) {
  (void)state;
  county_programme(QUOTA("exclude", "2", ""));
  const struct segment *s = poor_homes();
  struct identified r = decided(&s, NULL);
  assert_outcome(&r, 0, OUTCOME_SELECTED);
  for (uint64_t h = 1; h < 5; h++) assert_outcome(&r, h, OUTCOME_NO_PLACE);
  assert_int_equal(r.result->quota[0].tied, 3);
  assert_int_equal(r.result->quota[0].tied_in, 0);
  assert_true(r.decisions->sets[0].flags[1] & DECISION_TIED);
  assert_false(r.decisions->sets[0].flags[4] & DECISION_TIED);
}

static void a_tie_that_does_not_fit_is_included_whole_when_the_programme_says_so(void **state) {
  (void)state;
  county_programme(QUOTA("include", "2", ""));
  const struct segment *s = poor_homes();
  struct identified r = decided(&s, NULL);
  for (uint64_t h = 0; h < 4; h++) assert_outcome(&r, h, OUTCOME_SELECTED);
  assert_outcome(&r, 4, OUTCOME_NO_PLACE);
  assert_int_equal(r.result->quota[0].selected, 4);
  assert_int_equal(r.result->quota[0].places, 2);
}

static void anyone_can_redo_the_draw(void **state) {
  (void)state;
  county_programme(QUOTA("draw", "3", ""));
  const struct segment *s = poor_homes();
  static const char *const keys[] = {"12", "13", "14"};
  bool differs = false;
  uint8_t first[3];
  for (int round = 0; round < 8; round++) {
    char *seed = arena_printf(&arena, "lottery %d", round);
    struct identified r = decided(&s, seed);
    uint64_t draws[3];
    for (int i = 0; i < 3; i++) assert_true(digest_draw(seed, keys[i], &draws[i]));
    for (int i = 0; i < 3; i++) {
      int before = 0;
      for (int k = 0; k < 3; k++) before += draws[k] < draws[i];
      assert_outcome(&r, (uint64_t)i + 1, before < 2 ? OUTCOME_SELECTED : OUTCOME_NO_PLACE);
      assert_int_equal(decisions_place(&r.decisions->sets[0], i + 1), 2 + before);
    }
    assert_int_equal(selected(&r), 4);
    assert_int_equal(r.result->quota[0].tied_in, 2);
    assert_true(r.result->quota[0].drawn);
    assert_true(r.decisions->sets[0].flags[2] & DECISION_DRAWN);
    if (!round) memcpy(first, r.decisions->sets[0].outcome + 1, 3);
    differs |= memcmp(first, r.decisions->sets[0].outcome + 1, 3) != 0;
  }
  assert_true(differs);
}

static void the_draw_does_not_see_the_order_of_rows(void **state) {
  (void)state;
  county_programme(QUOTA("draw", "3", ""));
  struct home there[] = {HOME("11", "A", 100, 1), HOME("12", "A", 200, 1), HOME("13", "A", 200, 1), HOME("14", "A", 200, 1)};
  struct home back[] = {HOME("14", "A", 200, 1), HOME("13", "A", 200, 1), HOME("12", "A", 200, 1), HOME("11", "A", 100, 1)};
  const struct segment *a = county_segment(there, 4), *b = county_segment(back, 4);
  struct identified x = decided(&a, "s"), y = decided(&b, "s");
  for (int i = 0; i < 4; i++) assert_int_equal(x.decisions->sets[0].outcome[i], y.decisions->sets[0].outcome[3 - i]);
}

static void no_seed_means_the_snapshot_s_hash_and_it_is_said(void **state) {
  (void)state;
  county_programme(QUOTA("draw", "3", ""));
  const struct segment *s = poor_homes();
  struct identified none_given = decided(&s, NULL), same = decided(&s, "00ff");
  assert_string_equal(none_given.result->seed, "00ff");
  assert_string_equal(none_given.result->seed_from, "snapshot");
  assert_string_equal(none_given.result->decisions_hash, same.result->decisions_hash);
}

static void a_household_whose_rank_is_missing_is_undecided_and_could_take_a_place(void **state) {
  (void)state;
  county_programme("identify:\n  include:\n    - {name: straw, rule: roof == \"straw\"}\n  rank: {rule: income, order: ascending}\n  quota: {level: village, ties: draw, places: [{area: \"*\", places: 2}]}\n");
  struct home homes[] = {HOME("1", "A", 100, 1), HOME("2", "A", 200, 1), HOME("3", "A", 300, 1), HOME("4", "A", 400, 1), HOME("5", "B", 10, 1)};
  for (size_t i = 0; i < COUNT(homes); i++) homes[i].roof = word("straw");
  homes[3].income = none(ABSENT_REFUSED);
  const struct segment *s = county_segment(homes, COUNT(homes));
  struct identified r = decided(&s, NULL);
  const struct decision_set *d = &r.decisions->sets[0];
  assert_outcome(&r, 0, OUTCOME_SELECTED);
  assert_outcome(&r, 1, OUTCOME_SELECTED);
  assert_outcome(&r, 2, OUTCOME_NO_PLACE);
  assert_outcome(&r, 3, OUTCOME_UNDECIDED);
  assert_true(d->flags[3] & DECISION_COULD);
  assert_false(d->flags[0] & DECISION_PROVISIONAL); /* even if the fourth came first, two places stay */
  assert_true(d->flags[1] & DECISION_PROVISIONAL);
  assert_false(d->flags[4] & DECISION_PROVISIONAL);
  assert_int_equal(r.result->quota[0].undecided_could, 1);
  assert_int_equal(r.result->quota[0].provisional, 1);
  assert_int_equal(d->missing[0].field, F_INCOME);
}

static void an_undecided_household_behind_the_cutoff_takes_nobody_s_place(void **state) {
  (void)state;
  county_programme("identify:\n  include:\n    - {name: straw, rule: roof == \"straw\"}\n  rank: {rule: income, order: ascending}\n  quota: {level: village, ties: draw, places: [{area: \"*\", places: 2}]}\n");
  struct home homes[] = {HOME("1", "A", 100, 1), HOME("2", "A", 200, 1), HOME("3", "A", 300, 1)};
  for (size_t i = 0; i < COUNT(homes); i++) homes[i].roof = word("straw");
  homes[2].roof = none(ABSENT_EMPTY);
  const struct segment *s = county_segment(homes, COUNT(homes));
  struct identified r = decided(&s, NULL);
  const struct decision_set *d = &r.decisions->sets[0];
  assert_outcome(&r, 2, OUTCOME_UNDECIDED);
  assert_false(d->flags[2] & DECISION_COULD);
  assert_false(d->flags[1] & DECISION_PROVISIONAL);
}

static void a_household_without_an_area_is_undecided_and_its_area_is_named(void **state) {
  (void)state;
  county_programme(QUOTA("draw", "3", ""));
  struct home homes[] = {HOME("1", "A", 100, 1), HOME("2", "A", 100, 1)};
  homes[1].village = none(ABSENT_EMPTY);
  const struct segment *s = county_segment(homes, 2);
  struct identified r = decided(&s, NULL);
  assert_outcome(&r, 1, OUTCOME_UNDECIDED);
  assert_true(r.decisions->sets[0].flags[1] & DECISION_NO_AREA);
  assert_int_equal(r.decisions->sets[0].missing[0].field, F_VILLAGE);
}

static void an_area_that_the_quota_forgot_is_refused(void **state) {
  (void)state;
  county_programme("identify:\n  include:\n    - {name: below, rule: per_head < line}\n  rank: {rule: per_head, order: ascending}\n  quota: {level: village, ties: draw, places: [{area: A, places: 1}]}\n");
  const struct segment *s = poor_homes();
  struct err e = {0};
  struct identified out;
  struct identify_input in = {.programme = programme, .segments = &s, .segment_count = 1, .round = "2026", .snapshot = "00ff"};
  assert_refused(identify_run(&arena, &in, &out, &e), ERR_INPUT, "the quota says nothing about the area B, where 1 households qualify", &e);
}

static void places_that_count_persons_keep_strict_order(void **state) {
  (void)state;
  county_programme(QUOTA("draw", "5", ", count: persons"));
  struct home homes[] = {HOME("1", "A", 300, 3), HOME("2", "A", 800, 4), HOME("3", "A", 300, 1)}; /* per head 100 200 300 */
  const struct segment *s = county_segment(homes, 3);
  struct identified r = decided(&s, NULL);
  assert_outcome(&r, 0, OUTCOME_SELECTED);
  assert_outcome(&r, 1, OUTCOME_NO_PLACE); /* four people, two places left */
  assert_outcome(&r, 2, OUTCOME_NO_PLACE); /* nobody behind gets ahead */
  assert_int_equal(r.result->quota[0].selected, 3);
  assert_int_equal(r.result->quota[0].no_place, 5);
}

static void a_household_whose_size_is_not_known_may_need_any_number_of_places(void **state) {
  (void)state;
  county_programme(QUOTA("draw", "5", ", count: persons"));
  struct home homes[] = {HOME("1", "A", 200, 2), HOME("2", "A", 400, 2), HOME("3", "A", 100, 1), HOME("4", "B", 100, 2)};
  homes[2].size = none(ABSENT_EMPTY);
  const struct segment *s = county_segment(homes, 4);
  struct identified r = decided(&s, NULL);
  const struct decision_set *d = &r.decisions->sets[0];
  assert_outcome(&r, 0, OUTCOME_SELECTED);
  assert_outcome(&r, 2, OUTCOME_UNDECIDED);
  assert_true(d->flags[0] & DECISION_PROVISIONAL); /* four of five places are taken, but it may have two members or ten */
  assert_true(d->flags[1] & DECISION_PROVISIONAL);
  assert_false(d->flags[3] & DECISION_PROVISIONAL); /* it is in another village */
  assert_int_equal(r.result->quota[0].undecided, 1);
}

static void equal_values_stay_one_tie_whatever_their_rows(void **state) {
  (void)state;
  struct rank_entry x[] = {{.value = 1}, {.value = 2}, {.value = 2}, {.value = 3}};
  assert_int_equal(rank_tie_end(x, 0, 4), 1);
  assert_int_equal(rank_tie_end(x, 1, 4), 3);
  assert_int_equal(rank_tie_end(x, 3, 4), 4);
}

/* Against a plain insertion sort, both ways, over values of every size and sign, many of them equal. */
static void values_come_in_order_and_equals_as_they_came(void **state) {
  (void)state;
  enum { N = 500 };
  static const double some[] = {0, 1, -1, 2736.4, 2736.41, -1e300, 1e300, 5e-324, -5e-324, 0.1, 1e17, -3.25};
  struct arena a;
  struct err e;
  double v[N];
  arena_init(&a, 0);
  for (int descending = 0; descending < 2; descending++) {
    uint32_t *order, naive[N];
    for (uint32_t i = 0; i < N; i++) {
      v[i] = i % 3 ? some[i * 7 % COUNT(some)] : (double)(i * 7919 % 1000) / 8 - 30;
      uint32_t k = i;
      for (; k && (descending ? v[naive[k - 1]] < v[i] : v[naive[k - 1]] > v[i]); k--) naive[k] = naive[k - 1];
      naive[k] = i;
    }
    assert_ok(rank_order(&a, v, N, descending, &order, &e), &e);
    assert_memory_equal(order, naive, sizeof naive);
  }
  uint32_t *none;
  assert_ok(rank_order(&a, v, 0, false, &none, &e), &e);
  arena_drop(&a);
}

/* Every way in which the undecided could turn out: a place that is not provisional stands in all of them, and who could not take a place
 * takes it in none. */
#define VALUES 6 /* incomes 0, 50, ... 250: between and on those of the others */

struct village { struct home homes[8]; int count; int undecided[3], undecided_count; };

static void assert_bounds_hold(struct village *v, int at, const struct identified *first) {
  if (at < v->undecided_count) {
    struct home *h = &v->homes[v->undecided[at]], keep = *h;
    if (keep.income.absence != PRESENT)
      for (int i = 0; i < VALUES; i++) {
        h->income = yuan(i * 50);
        assert_bounds_hold(v, at + 1, first);
      }
    else
      for (int i = 0; i < 2; i++) {
        h->roof = word(i ? "straw" : "tile");
        assert_bounds_hold(v, at + 1, first);
      }
    *h = keep;
    return;
  }
  struct err e = {0};
  const struct segment *s = county_segment(v->homes, (size_t)v->count);
  struct arena scratch;
  arena_init(&scratch, 0);
  struct identified r;
  struct identify_input in = {.programme = programme, .segments = &s, .segment_count = 1, .round = "2026", .snapshot = "00ff", .seed = "s", .decisions_only = true};
  assert_ok(identify_run(&scratch, &in, &r, &e), &e);
  for (int h = 0; h < v->count; h++) {
    uint8_t was = first->decisions->sets[0].outcome[h], flags = first->decisions->sets[0].flags[h], is = r.decisions->sets[0].outcome[h];
    assert_int_not_equal(is, OUTCOME_UNDECIDED);
    if (was == OUTCOME_SELECTED && !(flags & DECISION_PROVISIONAL) && is != OUTCOME_SELECTED) fail_msg("household %d had a certain place and lost it", h);
    if (was == OUTCOME_UNDECIDED && !(flags & DECISION_COULD) && is == OUTCOME_SELECTED) fail_msg("household %d could not take a place and took one", h);
    if (was == OUTCOME_NOT_SELECTED) assert_int_equal(is, OUTCOME_NOT_SELECTED);
  }
  arena_drop(&scratch);
  builder_close(builders[--builder_count]);
}

static void what_is_certain_stands_however_the_undecided_turn_out(void **state) {
  (void)state;
  static const char *const ties[] = {"draw", "include", "exclude"};
  struct rng rng;
  rng_seed(&rng, 99);
  uint64_t provisional = 0, could = 0, certain = 0;
  for (int round = 0; round < 90; round++) {
    county_programme(arena_printf(&arena, "identify:\n  include:\n    - {name: straw, rule: roof == \"straw\"}\n  rank: {rule: income, order: %s}\n  quota: {level: village, ties: %s, places: [{area: \"*\", places: %d}]}\n",
                                  round % 2 ? "ascending" : "descending", ties[round % 3], (int)rng_below(&rng, 5)));
    struct village v = {.count = 4 + (int)rng_below(&rng, 5)};
    for (int i = 0; i < v.count; i++) {
      v.homes[i] = (struct home)HOME(arena_printf(&arena, "%d", i), "A", 50 * (int64_t)rng_below(&rng, VALUES), 1);
      v.homes[i].roof = word(rng_below(&rng, 5) ? "straw" : "tile");
      if (v.undecided_count == 2 || rng_below(&rng, 3)) continue;
      v.undecided[v.undecided_count++] = i;
      if (rng_below(&rng, 2)) v.homes[i].income = none(ABSENT_EMPTY), v.homes[i].roof = word("straw");
      else v.homes[i].roof = none(ABSENT_EMPTY);
    }
    const struct segment *s = county_segment(v.homes, (size_t)v.count);
    struct identified r = decided(&s, "s");
    for (int h = 0; h < v.count; h++) {
      uint8_t flags = r.decisions->sets[0].flags[h];
      provisional += (flags & DECISION_PROVISIONAL) != 0;
      could += (flags & DECISION_COULD) != 0;
      certain += r.decisions->sets[0].outcome[h] == OUTCOME_SELECTED && !(flags & DECISION_PROVISIONAL);
    }
    struct builder *mine = builders[builder_count - 1];
    assert_bounds_hold(&v, 0, &r);
    builder_close(mine);
    builder_count--;
  }
  assert_true(provisional > 20 && could > 20 && certain > 50);
}

IDENTIFY_MAIN(UNIT(what_is_certain_stands_however_the_undecided_turn_out), UNIT(a_tie_that_fits_takes_its_places), UNIT(a_tie_that_does_not_fit_is_returned_whole_and_none_get_in), UNIT(a_tie_that_does_not_fit_is_included_whole_when_the_programme_says_so),
              UNIT(anyone_can_redo_the_draw), UNIT(the_draw_does_not_see_the_order_of_rows), UNIT(no_seed_means_the_snapshot_s_hash_and_it_is_said),
              UNIT(a_household_whose_rank_is_missing_is_undecided_and_could_take_a_place), UNIT(an_undecided_household_behind_the_cutoff_takes_nobody_s_place),
              UNIT(a_household_without_an_area_is_undecided_and_its_area_is_named), UNIT(an_area_that_the_quota_forgot_is_refused), UNIT(places_that_count_persons_keep_strict_order), UNIT(a_household_whose_size_is_not_known_may_need_any_number_of_places),
              UNIT(equal_values_stay_one_tie_whatever_their_rows), UNIT(values_come_in_order_and_equals_as_they_came))
