#include "fixture.h"

static void the_register_meets_the_published_figures_within_one_percent(void **state) {
  (void)state;
  struct fixture f;
  struct block b = {0};
  struct block_id *ids;
  uint32_t count;
  double persons[SYNTH_ROUNDS_MAX] = {0}, listed[SYNTH_ROUNDS_MAX] = {0}, income[SYNTH_ROUNDS_MAX] = {0}, truth[SYNTH_ROUNDS_MAX] = {0};
  fixture_open(&f, 20);
  assert_ok(population_blocks(&f.a, f.pop, 1, &ids, &count, &f.e), &f.e);
  assert_int_equal(count, 1797);
  for (uint32_t i = 0; i < count; i++) {
    assert_ok(block_make(f.pop, ids[i], &b, &f.e), &f.e);
    for (uint32_t r = 0; r < f.m->round_count; r++) {
      persons[r] += (double)b.persons[r], listed[r] += (double)b.listed[r];
      for (uint32_t k = 0; k < b.count; k++) income[r] += b.households[k].recorded[r] * b.households[k].size[r], truth[r] += b.households[k].income[r] * b.households[k].size[r];
    }
  }
  assert_near(listed[0], 657800, 0.01);
  assert_near(listed[0] / persons[0], 0.3193, 0.01);
  assert_near(listed[1] / persons[1], 0.1614, 0.01);
  assert_near(listed[2] / persons[2], 0.0439, 0.01);
  assert_near(listed[3] / persons[3], 0.0065, 0.01);
  for (uint32_t r = 0; r < f.m->round_count; r++) {
    assert_near(income[r] / persons[r], f.m->rounds[r].income, 0.02);
    assert_near(truth[r] / persons[r], f.m->rounds[r].income, 0.03);
  }
  block_free(&b);
  arena_drop(&f.a);
}

static bool same_household(const struct household *x, const struct household *y, uint32_t rounds) {
  bool all = x->number == y->number && x->people_count == y->people_count;
  for (uint32_t r = 0; all && r < rounds; r++) all = x->size[r] == y->size[r] && x->income[r] == y->income[r] && x->recorded[r] == y->recorded[r] && x->listed[r] == y->listed[r];
  for (uint32_t i = 0; all && i < x->people_count; i++) {
    const struct person *a = &x->people[i], *b = &y->people[i];
    all = a->birth == b->birth && a->order == b->order && a->given == b->given && a->to == b->to && a->u_health == b->u_health && a->aim == b->aim;
  }
  return all;
}

static bool same(const struct block *a, const struct block *b) {
  bool all = a->count == b->count;
  for (uint32_t i = 0; all && i < a->count; i++) all = same_household(&a->households[i], &b->households[i], a->pop->m->round_count);
  return all;
}

static void a_household_is_the_same_whatever_was_made_before_it(void **state) {
  (void)state;
  struct fixture f, other;
  struct block a = {0}, b = {0}, c = {0};
  struct block_id *ids;
  uint32_t count;
  fixture_open(&f, 5), fixture_open(&other, 6);
  assert_ok(population_blocks(&f.a, f.pop, 0.01, &ids, &count, &f.e), &f.e);
  assert_true(count > 1 && count < 60);
  for (uint32_t i = 0; i < count; i++) assert_ok(block_make(f.pop, ids[i], &a, &f.e), &f.e);
  assert_ok(block_make(f.pop, ids[count - 1], &b, &f.e), &f.e);
  assert_true(same(&a, &b));
  assert_ok(block_make(other.pop, ids[count - 1], &c, &f.e), &f.e);
  assert_false(same(&a, &c));
  block_free(&a), block_free(&b), block_free(&c);
  arena_drop(&f.a), arena_drop(&other.a);
}

static void a_larger_scale_holds_the_smaller_one(void **state) {
  (void)state;
  struct fixture f;
  struct block_id *small, *middle, *large;
  uint32_t n, m, l;
  fixture_open(&f, 5);
  assert_ok(population_blocks(&f.a, f.pop, 0.02, &small, &n, &f.e), &f.e);
  assert_ok(population_blocks(&f.a, f.pop, 0.3, &middle, &m, &f.e), &f.e);
  assert_ok(population_blocks(&f.a, f.pop, 2.5, &large, &l, &f.e), &f.e);
  assert_true(n < m && m < l);
  for (uint32_t i = 0, k = 0; i < n; i++) {
    while (k < m && middle[k].village != small[i].village) k++;
    assert_true(k < m);
  }
  assert_true(l > 2 * f.pop->village_count && l < 3 * f.pop->village_count);
  assert_refused(population_blocks(&f.a, f.pop, 0, &small, &n, &f.e), ERR_USAGE, "the scale is above 0", &f.e);
  arena_drop(&f.a);
}

struct seen { /* what is counted over some villages */
  int64_t households, persons, singles, poor, poor_listed, listed, ill_poor, ill_other, others;
};

static void look(const struct fixture *f, const struct household *h, struct seen *s) {
  for (uint32_t r = 0; r < f->m->round_count; r++) {
    const struct person *head = NULL;
    assert_true(h->size[r] >= 1 && h->size[r] <= PEOPLE_MAX);
    for (uint32_t i = 0; i < h->people_count; i++)
      if (person_is_here(&h->people[i], r) && h->people[i].relation[r] == REL_head) {
        assert_null(head);
        head = &h->people[i];
      }
    assert_non_null(head);
    for (uint32_t i = 0; i < h->people_count; i++) {
      const struct person *x = &h->people[i];
      if (!person_is_here(x, r)) continue;
      struct now n = person_now(f->m, x, r);
      uint8_t rel = x->relation[r];
      if (rel == REL_son || rel == REL_daughter) assert_true(x->born - head->born >= 17);
      if (rel == REL_father || rel == REL_mother) assert_true(head->born - x->born >= 17);
      if (rel == REL_grandson || rel == REL_granddaughter) assert_true(x->born - head->born >= 34);
      if (n.age < 16) assert_int_equal(n.labour, LABOUR_NONE);
      if (n.age < 13) assert_int_equal(n.schooling, SCHOOL_NONE);
      if (n.months_away) assert_true(n.labour == LABOUR_ORDINARY || n.labour == LABOUR_SKILLED);
      if (r) continue;
      bool ill = n.health == HEALTH_SERIOUS || n.health == HEALTH_DISABLED, poor = h->income[0] < f->pop->lines[0];
      if (poor) s->poor++, s->ill_poor += ill, s->poor_listed += h->listed[0];
      else s->others++, s->ill_other += ill;
    }
    assert_true(h->listed[r] == (h->recorded[r] < f->pop->lines[r]));
  }
  s->households++, s->persons += h->size[0], s->singles += h->size[0] == 1;
  if (h->listed[0]) s->listed += h->size[0];
}

static void people_hang_together_and_the_record_is_not_the_truth(void **state) {
  (void)state;
  struct fixture f;
  struct block b = {0};
  struct block_id *ids;
  struct seen s = {0};
  uint32_t count;
  fixture_open(&f, 9);
  assert_ok(population_blocks(&f.a, f.pop, 0.03, &ids, &count, &f.e), &f.e);
  for (uint32_t i = 0; i < count; i++) {
    assert_ok(block_make(f.pop, ids[i], &b, &f.e), &f.e);
    for (uint32_t k = 0; k < b.count; k++) look(&f, &b.households[k], &s);
  }
  double mean = (double)s.persons / (double)s.households, alone = (double)s.singles / (double)s.households;
  assert_true(mean > 3 && mean < 4.2);
  assert_true(alone > 0.05 && alone < 0.2);
  /* Illness goes with poverty. */
  assert_true((double)s.ill_poor / (double)s.poor > 1.3 * (double)s.ill_other / (double)s.others);
  /* The register finds most of the truly poor, not all, and others besides. */
  double found = (double)s.poor_listed / (double)s.poor;
  assert_true(found > 0.6 && found < 0.97);
  assert_true(s.listed > s.poor_listed);
  block_free(&b);
  arena_drop(&f.a);
}

UNIT_MAIN(UNIT(the_register_meets_the_published_figures_within_one_percent), UNIT(a_household_is_the_same_whatever_was_made_before_it),
          UNIT(a_larger_scale_holds_the_smaller_one), UNIT(people_hang_together_and_the_record_is_not_the_truth))
