/* programmes/xiangxi: the ten projects with their money, capacities and markets; what is published says so, and all else is marked as assumed. */
#include "programme_text.h"

static const struct planning *load(struct loaded *l) {
  memset(l, 0, sizeof *l);
  arena_init(&l->arena, 0);
  l->status = programme_load(&l->arena, "programmes/xiangxi", &l->p, &l->problems, &l->e);
  if (l->status != OK) fail_msg("%s HINT: %s", l->e.message, l->e.hint);
  return &l->p->planning;
}

static void all_ten_projects_have_measures_and_production_all_four_ways(void **state) {
  (void)state;
  struct loaded l;
  const struct planning *g = load(&l);
  static const char *const ways[] = {"direct", "entrusted", "shares", "led"};
  uint32_t projects = 0, delivered = 0, options = 0;
  for (uint32_t i = 0; i < g->measure_count; i++) {
    projects |= 1u << g->measures[i].project, options |= 1u << g->measures[i].option;
    for (unsigned k = 0; k < 4; k++)
      if (g->measures[i].project == PROJECT_PRODUCTION && g->measures[i].delivery && !strcmp(g->measures[i].delivery, ways[k])) delivered |= 1u << k;
  }
  assert_int_equal(projects, (1u << PROJECT_COUNT) - 1);
  assert_int_equal(delivered, 15);
  assert_int_equal(options & 15, 15); /* something can be done with one more million for each option */
  unload(&l);
}

static void both(struct label x, const char *what, const char *name) {
  if (!x.en || !x.zh || !*x.en || !*x.zh) fail_msg("%s %s has no label in both languages", what, name);
}

static void everything_has_both_languages_and_each_constraint_an_answer(void **state) {
  (void)state;
  struct loaded l;
  const struct planning *g = load(&l);
  uint64_t answered = 0;
  for (uint32_t i = 0; i < g->constraint_count; i++) both(g->constraints[i].label, "the constraint", g->constraints[i].name);
  for (uint32_t i = 0; i < g->guarantee_count; i++) both(g->guarantees[i].label, "the guarantee", g->guarantees[i].name);
  for (uint32_t i = 0; i < g->fund_count; i++) both(g->funds[i].label, "the fund", g->funds[i].name);
  for (uint32_t i = 0; i < g->product_count; i++) both(g->products[i].label, "the product", g->products[i].name), both(g->products[i].market, "the market of", g->products[i].name);
  for (uint32_t i = 0; i < g->measure_count; i++) {
    const struct measure *m = &g->measures[i];
    both(m->label, "the measure", m->name), both(m->unit, "the unit of", m->name);
    if (m->delivery) both(m->delivery_label, "the delivery of", m->name);
    if (m->asset) both(m->holder, "the holder of", m->name), both(m->right, "the right of", m->name), both(m->check, "the check of", m->name);
    if (m->village) answered |= m->answers;
  }
  assert_int_equal(answered, (1u << g->constraint_count) - 1);
  unload(&l);
}

static void every_measure_and_guarantee_has_money_in_each_year_of_the_period(void **state) {
  (void)state;
  struct loaded l;
  const struct planning *g = load(&l);
  for (int32_t year = 2016; year <= 2020; year++) {
    uint64_t measures = 0;
    uint32_t guarantees = 0;
    for (uint32_t i = 0; i < g->fund_count; i++)
      if (g->funds[i].year == year && g->funds[i].amount > 0) measures |= g->funds[i].pays, guarantees |= g->funds[i].pays_guarantees;
    for (uint32_t i = 0; i < g->measure_count; i++)
      if (!(measures >> i & 1)) fail_msg("nothing pays for %s in %d", g->measures[i].name, year);
    assert_int_equal(guarantees, (1u << g->guarantee_count) - 1);
  }
  unload(&l);
}

/* A value whose source says that nobody published it must be marked, so that a plan can say how much of it rests on such values. */
static void what_is_illustrative_or_general_knowledge_is_marked_as_assumed(void **state) {
  (void)state;
  struct loaded l;
  load(&l);
  static const char *const sections[] = {"plan.", "constraints.", "funds.", "guarantees.", "measures.", "products."};
  uint32_t seen = 0, published = 0;
  for (uint32_t i = 0; i < l.p->value_count; i++) {
    const struct programme_value *v = &l.p->values[i];
    bool planned = false;
    for (unsigned k = 0; k < sizeof sections / sizeof *sections; k++) planned = planned || !strncmp(v->item, sections[k], strlen(sections[k]));
    if (!planned) continue;
    seen++, published += !v->assumed;
    if (!v->source) fail_msg("%s has no source", v->item);
    if (!v->assumed && (strstr(v->source, "illustrative") || strstr(v->source, "general knowledge") || strstr(v->source, "assumed"))) fail_msg("%s is not marked as assumed: %s", v->item, v->source);
  }
  assert_true(seen > 300 && published > 0 && published < seen / 10);
  unload(&l);
}

static const struct product *product(const struct planning *g, const char *name) {
  for (uint32_t i = 0; i < g->product_count; i++)
    if (!strcmp(g->products[i].name, name)) return &g->products[i];
  fail_msg("there is no product %s", name);
  return NULL;
}

/* Tonnes that stand, over what the market takes in harvest and storage together. */
static double fullness(const struct product *p, double per_day) {
  double mu = 0;
  for (uint32_t i = 0; i < p->grower_count; i++) mu += p->growers[i].mu;
  return mu * p->yield[p->yield_count - 1] / 1000 / (per_day * (p->season_days + p->storage_days));
}

static void published_crops_are_as_published_ponkan_is_full_and_tea_is_not(void **state) {
  (void)state;
  struct loaded l;
  const struct planning *g = load(&l);
  const struct product *ponkan = product(g, "ponkan"), *kiwi = product(g, "kiwifruit"), *tea = product(g, "tea");
  assert_near(ponkan->growers[0].mu * ponkan->yield[ponkan->yield_count - 1] / 1000, 500000, 0.01);
  assert_near(kiwi->growers[0].mu * kiwi->yield[kiwi->yield_count - 1] / 1000, 97200, 0.01);
  assert_true(ponkan->stressed_per_day == 500 && ponkan->per_day == 1000);
  assert_true(fullness(ponkan, ponkan->per_day) > 2);
  assert_true(fullness(tea, tea->stressed_per_day) < 0.5);
  unload(&l);
}

UNIT_MAIN(UNIT(all_ten_projects_have_measures_and_production_all_four_ways), UNIT(everything_has_both_languages_and_each_constraint_an_answer),
          UNIT(every_measure_and_guarantee_has_money_in_each_year_of_the_period), UNIT(what_is_illustrative_or_general_knowledge_is_marked_as_assumed),
          UNIT(published_crops_are_as_published_ponkan_is_full_and_tea_is_not))
