/* Plans as files: what was changed is found out, and draws and small problems are the plan's own. */
#include "plan/doubts.h"
#include "plan/options.h"
#include "plan/proof.h"
#include "plan/trial.h"
#include "plan/why.h"
#include "prefecture.h"

static struct err err;

static void *model_bytes(struct prefecture *p, const struct plan *plan, size_t *len) {
  FILE *f = tmpfile();
  assert_non_null(f);
  assert_ok(proof_write_model(&plan->built.model, f, &err), &err);
  *len = (size_t)ftell(f);
  rewind(f);
  void *bytes = arena_alloc(&p->arena, *len);
  assert_int_equal(fread(bytes, 1, *len, f), *len);
  fclose(f);
  return bytes;
}

static void *plan_bytes(struct prefecture *p, const struct plan *plan, size_t *len) {
  const struct plan_model *m = &plan->built.model;
  struct proof_plan proof = {.year = plan->year, .villages = m->village_count, .households = plan_households(m), .most = m->most, .resources = m->resource_count, .price_count = plan_price_count(m), .value = plan->certified.value, .bound = plan->certified.bound, .plan = plan->solved.plan, .prices = plan->solved.prices};
  memcpy(proof.model_hash, plan->model_hash, sizeof proof.model_hash);
  void *data;
  char hash[65];
  assert_ok(proof_write_plan(&p->arena, &proof, &data, len, hash, &err), &err);
  return data;
}

static void a_model_and_a_plan_come_back_as_they_were(void **state) {
  (void)state;
  struct prefecture p;
  prefecture_open(&p, 60, 1);
  const struct plan *plan = prefecture_plan(&p, NULL);
  size_t len, plan_len;
  const void *model = model_bytes(&p, plan, &len), *bytes = plan_bytes(&p, plan, &plan_len);
  struct plan_model m;
  struct proof_plan back;
  struct certified c;
  char hash[65];
  assert_ok(proof_read_model(&p.arena, model, len, &m, &err), &err);
  assert_true(proof_model_hash(&m, hash));
  assert_string_equal(hash, plan->model_hash);
  assert_ok(proof_read_plan(&p.arena, bytes, plan_len, &back, &err), &err);
  assert_ok(proof_fits(&back, &m, hash, &err), &err);
  assert_ok(certificate_check(&m, &back.plan, back.prices, &c, &err), &err);
  assert_true(c.value == plan->certified.value && c.bound == plan->certified.bound);
  prefecture_close(&p);
}

/* Whatever byte of the plan is changed: it is refused, or says another value or bound, or the proof is as good as before. */
static void a_changed_byte_of_a_plan_proves_nothing_false(void **state) {
  (void)state;
  struct prefecture p;
  prefecture_open(&p, 24, 2);
  const struct plan *plan = prefecture_plan(&p, NULL);
  size_t len;
  uint8_t *bytes = plan_bytes(&p, plan, &len);
  uint32_t refused = 0;
  for (size_t i = 0; i < len; i++) {
    struct arena a;
    struct proof_plan back;
    struct certified c;
    arena_init(&a, 0);
    bytes[i] ^= (uint8_t)(1u << (i % 8));
    const bool holds = proof_read_plan(&a, bytes, len, &back, &err) == OK && proof_fits(&back, &plan->built.model, plan->model_hash, &err) == OK && certificate_check(&plan->built.model, &back.plan, back.prices, &c, &err) == OK && c.value == back.value && c.bound <= back.bound;
    if (holds) assert_true(back.bound >= plan->certified.value && back.value <= plan->certified.bound);
    refused += !holds;
    bytes[i] ^= (uint8_t)(1u << (i % 8));
    arena_drop(&a);
  }
  assert_true(refused > 100);
  prefecture_close(&p);
}

static void a_cut_off_or_changed_model_is_refused_or_has_another_hash(void **state) {
  (void)state;
  struct prefecture p;
  prefecture_open(&p, 16, 3);
  const struct plan *plan = prefecture_plan(&p, NULL);
  size_t len;
  uint8_t *bytes = model_bytes(&p, plan, &len);
  for (size_t i = 0; i < len; i += 3) {
    struct arena a;
    struct plan_model m;
    char hash[65];
    arena_init(&a, (size_t)64 << 20);
    assert_true(proof_read_model(&a, bytes, i, &m, &err) != OK);
    bytes[i] ^= 0x40;
    if (proof_read_model(&a, bytes, len, &m, &err) == OK && proof_model_hash(&m, hash)) assert_string_not_equal(hash, plan->model_hash);
    bytes[i] ^= 0x40;
    arena_drop(&a);
  }
  prefecture_close(&p);
}

static void a_trial_of_everybody_with_what_is_expected_values_the_plan_as_certain(void **state) {
  (void)state;
  struct prefecture p;
  prefecture_open(&p, 60, 4);
  for (int m = 0; m < P_MEASURES; m++) p.measures[m].income.low = p.measures[m].income.high = p.measures[m].income.mid; /* nothing is uncertain */
  for (int k = 0; k < 2; k++) p.products[k].price.low = p.products[k].price.high = p.products[k].price.mid, p.products[k].yield_range = (struct range){1, 1, 1};
  const struct plan *plan = prefecture_plan(&p, NULL);
  struct trial t;
  struct trial_values v;
  struct solved s;
  assert_ok(trial_open(plan, 1000, &t, &err), &err);
  trial_expected(plan, &v);
  trial_set(&t, &v);
  const struct worth worth = trial_plan(&t, &v);
  assert_true(fabs(worth.of[OBJECTIVE_FGT2] - (double)plan->certified.value / OFFER_UNIT) < 1e-3);
  assert_ok(trial_solve(&t, &s, &err), &err);
  assert_true(fabs((double)s.plan.value - (double)plan->certified.value) < 0.05 * (double)plan->certified.value); /* a rough one */
  trial_close(&t);
  prefecture_close(&p);
}

static void doubts_are_the_same_for_any_number_of_threads_and_keep_their_order(void **state) {
  (void)state;
  struct pool *pool;
  struct prefecture p;
  struct doubts one, two;
  prefecture_open(&p, 60, 5);
  assert_ok(pool_open(&pool, 2, &err), &err);
  const struct plan *plan = prefecture_plan(&p, NULL);
  assert_ok(doubts_make(&p.arena, &(struct doubts_input){.plan = plan, .draws = 30, .seed = 7, .switching = true}, &one, &err), &err);
  assert_ok(doubts_make(&p.arena, &(struct doubts_input){.plan = plan, .draws = 30, .seed = 7, .switching = true, .pool = pool}, &two, &err), &err);
  for (uint32_t m = 0; m < P_MEASURES; m++) {
    assert_true(one.measures[m].stays == two.measures[m].stays && one.measures[m].switches_at == two.measures[m].switches_at);
    assert_true(one.measures[m].stays >= 0 && one.measures[m].stays <= 1);
    if (one.measures[m].planned && one.measures[m].switches_at > 0) assert_true(one.measures[m].switches_at <= 1.01 || isinf(one.measures[m].switches_at));
  }
  for (int o = 0; o < OBJECTIVE_COUNT; o++) assert_true(one.fall[o].low <= one.fall[o].mid && one.fall[o].mid <= one.fall[o].high && one.fall[o].mid == two.fall[o].mid);
  assert_true(one.regret.low >= 0 && one.regret.high < 0.6 && one.assumed_value == 0);
  p.measures[M_PIGS].effect_assumed = true;
  assert_true(doubts_assumed(&p.planning, M_PIGS) && !doubts_assumed(&p.planning, M_COURSE));
  pool_close(pool);
  prefecture_close(&p);
}

static void every_measure_has_its_reason(void **state) {
  (void)state;
  struct prefecture p;
  prefecture_open(&p, 40, 6);
  p.measures[M_WELL].name = "well";
  const struct plan *plan = prefecture_plan(&p, NULL);
  for (uint32_t h = 0; h < 40; h++) {
    struct why w;
    assert_ok(why_household(&p.arena, plan, h, &w, &err), &err);
    assert_int_equal(w.count, 5);
    for (uint32_t i = 0; i < w.count; i++) {
      assert_true(strlen(why_text(&p.arena, plan, &w, &w.measures[i], LANG_EN)) > 5 && strlen(why_text(&p.arena, plan, &w, &w.measures[i], LANG_ZH)) > 5);
      if (w.measures[i].taken) assert_int_equal(w.measures[i].why, OFFER_OPEN);
    }
  }
  for (uint32_t v = 0; v < P_VILLAGES; v++) {
    struct why w;
    assert_ok(why_village(&p.arena, plan, v, &w, &err), &err);
    assert_int_equal(w.count, 2);
    for (uint32_t i = 0; i < w.count; i++) assert_true(w.measures[i].there == !(p.villages[v].bound & p.measures[w.measures[i].measure].answers));
  }
  prefecture_close(&p);
}

static void a_period_gives_what_it_began_and_does_not_offer_it_again(void **state) {
  (void)state;
  struct prefecture p;
  struct small s;
  struct rollout r;
  struct plan *first, *second;
  prefecture_open(&p, 60, 7);
  p.funds[2].amount = 200000;
  assert_ok(small_make(&p.arena, &p.people, 1000, &s, &err), &err);
  assert_int_equal(s.every, 1);
  assert_ok(rollout_open(&p.arena, &s, p.weights, 2020, NULL, &r, &err), &err);
  first = arena_new(&p.arena, struct plan), second = arena_new(&p.arena, struct plan);
  assert_ok(rollout_plan(&r, first, &err), &err);
  assert_string_equal(first->model_hash, prefecture_plan(&p, NULL)->model_hash);
  assert_ok(rollout_pass(&r, first, &err), &err);
  assert_ok(rollout_plan(&r, second, &err), &err);
  assert_true(s.funds[2].amount < 200000); /* what was begun has its upkeep */
  for (uint32_t i = 0; i < first->line_count; i++)
    for (uint32_t j = 0; j < second->line_count; j++) assert_false(first->lines[i].household == second->lines[j].household && first->lines[i].village == second->lines[j].village && first->lines[i].measure == second->lines[j].measure);
  assert_true(second->before.of[OBJECTIVE_FGT2] < first->before.of[OBJECTIVE_FGT2]);
  prefecture_close(&p);
}

static void a_million_more_is_worth_what_planning_again_says(void **state) {
  (void)state;
  struct prefecture p;
  struct option_row *rows;
  uint32_t count;
  prefecture_open(&p, 60, 8);
  const struct options_input in = {.people = &p.people, .weights = p.weights, .first = 2020, .last = 2021, .draws = 3, .seed = 1};
  assert_ok(options_make(&p.arena, &in, &rows, &count, &err), &err);
  assert_int_equal(count, 2 * OPTION_OTHER);
  uint32_t ranks = 0;
  for (uint32_t i = 0; i < OPTION_OTHER; i++) {
    assert_true(rows[i].again >= -1 && rows[i].by_prices >= 0 && rows[i].low <= rows[i].high);
    ranks |= 1u << rows[i].rank;
    for (uint32_t j = 0; j < OPTION_OTHER; j++) assert_true(rows[i].again <= rows[j].again || rows[i].rank < rows[j].rank);
  }
  assert_int_equal(ranks, 2 | 4 | 8 | 16);
  prefecture_close(&p);
}

UNIT_MAIN(UNIT(a_model_and_a_plan_come_back_as_they_were), UNIT(a_changed_byte_of_a_plan_proves_nothing_false), UNIT(a_cut_off_or_changed_model_is_refused_or_has_another_hash),
          UNIT(a_trial_of_everybody_with_what_is_expected_values_the_plan_as_certain), UNIT(doubts_are_the_same_for_any_number_of_threads_and_keep_their_order), UNIT(every_measure_has_its_reason),
          UNIT(a_period_gives_what_it_began_and_does_not_offer_it_again), UNIT(a_million_more_is_worth_what_planning_again_says))
