/* funds.c - the sections `guarantees` and `funds`: what is owed to all who qualify, and the money there is and what each part of it may pay. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "programme/loader.h"

static bool build_guarantees(struct loader *l) {
  static const char *const keys[] = {"rule", "amount", "owed_by", "owed", "settles", "income", NULL};
  struct programme *p = l->p;
  const struct got_list *g = &l->draft.guarantees;
  const struct draft_guarantee *d = g->items;
  struct guarantee *to = arena_array(l->arena, PLANNING_GUARANTEES, sizeof *to);
  const char **indicators = arena_array(l->arena, p->indicator_count + 1, sizeof *indicators), **levels = arena_array(l->arena, p->area_level_count + 1, sizeof *levels);
  uint32_t n = 0, known = p->indicator_count < 32 ? p->indicator_count : 32;
  if (!to || !indicators || !levels) return false;
  for (uint32_t i = 0; i < known; i++) indicators[i] = p->indicators[i].name;
  for (uint32_t i = 0; i < p->area_level_count; i++) levels[i] = p->area_level_names[i];
  for (uint32_t i = 0; i < g->count; i++) {
    if (!d[i].name.from || !d[i].rule.from || !d[i].amount.from) continue;
    if (n == PLANNING_GUARANTEES) {
      problem_add(&l->list, d[i].from->at, ERR_INPUT, "put some together", "there are more than %u guarantees", PLANNING_GUARANTEES);
      break;
    }
    for (uint32_t j = 0; j < n; j++)
      if (!strcmp(to[j].name, d[i].name.s)) problem_add(&l->list, d[i].name.from->at, ERR_INPUT, "give it another name", "the guarantee \"%s\" stands twice", d[i].name.s);
    for (uint32_t j = 0; j < p->planning.measure_count; j++)
      if (!strcmp(p->planning.measures[j].name, d[i].name.s)) problem_add(&l->list, d[i].name.from->at, ERR_INPUT, "funds name both: choose another", "a measure is called \"%s\" already", d[i].name.s);
    struct guarantee *x = &to[n++];
    *x = (struct guarantee){.name = d[i].name.s, .label = d[i].label.v, .rule_source = d[i].rule.s, .amount_source = d[i].amount.s, .owed_by = p->home_level, .owed = d[i].owed.v, .income = d[i].income.v,
      .source = loader_text(&d[i].source), .assumed = d[i].assumed.v, .line = d[i].from->at.line};
    if (d[i].owed_by.from) {
      uint32_t at = loader_named(l, d[i].owed_by.from, levels, p->area_level_count, "area level", "one of areas.levels");
      if (at != UINT32_MAX) x->owed_by = at;
    }
    for (uint32_t k = 0; k < d[i].settles.count; k++) {
      uint32_t at = loader_named(l, d[i].settles.items[k], indicators, known, "indicator", "an indicator of `dimensions`");
      if (at != UINT32_MAX) x->settles |= (uint32_t)1 << at;
    }
    if (!loader_rule_of(l, LEVEL_HOUSEHOLD, &d[i].rule, "rule", RULE_BOOL, "true = it is owed to the household", &x->rule) ||
        !loader_rule_of(l, LEVEL_HOUSEHOLD, &d[i].amount, "amount", RULE_DOUBLE, "money: write 3000.0, or double(..)", &x->amount) ||
        !loader_assume_keys(l, d[i].from, keys, &d[i].assumed, &d[i].assumed, "guarantees", x->name, NULL, x->label, NULL, &d[i].source))
      return false;
  }
  p->planning.guarantees = to, p->planning.guarantee_count = n;
  return true;
}

/* What a word of `pays` stands for: all measures of a project, a measure, a guarantee. False after a complaint. */
static bool add_pays(struct loader *l, const struct tree *t, const char *const *words, struct fund *f) {
  const struct planning *p = &l->p->planning;
  bool all = !strcmp(t->text, "*"), found = all;
  for (uint32_t i = 0; i < p->measure_count; i++)
    if (all || !strcmp(p->measures[i].name, t->text) || !strcmp(project_word(p->measures[i].project), t->text)) f->pays |= (uint64_t)1 << i, found = true;
  for (uint32_t i = 0; i < p->guarantee_count; i++)
    if (all || !strcmp(p->guarantees[i].name, t->text)) f->pays_guarantees |= (uint32_t)1 << i, found = true;
  for (int k = 0; k < PROJECT_COUNT; k++) found = found || !strcmp(project_word((enum project)k), t->text); /* one without measures: understood, and pays nothing */
  if (!found) (void)loader_named(l, t, words, 0, "measure, project or guarantee", "`pays` takes names of measures, of the ten projects and of guarantees, or \"*\"");
  return found;
}

static bool build_funds(struct loader *l) {
  struct programme *p = l->p;
  const struct got_list *g = &l->draft.funds;
  const struct draft_fund *d = g->items;
  uint32_t n = 0, count = 0;
  struct fund *to = arena_array(l->arena, (g->count < PLANNING_FUNDS ? g->count : PLANNING_FUNDS) + 1, sizeof *to);
  const char **words = arena_array(l->arena, p->planning.measure_count + p->planning.guarantee_count + PROJECT_COUNT + 1, sizeof *words);
  struct map seen;
  map_init(&seen, l->arena);
  if (!to || !words) return false;
  for (uint32_t i = 0; i < p->planning.measure_count; i++) words[count++] = p->planning.measures[i].name;
  for (uint32_t i = 0; i < p->planning.guarantee_count; i++) words[count++] = p->planning.guarantees[i].name;
  for (int k = 0; k < PROJECT_COUNT; k++) words[count++] = project_word((enum project)k);
  if (g->count > PLANNING_FUNDS) problem_add(&l->list, d[PLANNING_FUNDS].from->at, ERR_INPUT, "put some together", "there are more than %u rows of funds", PLANNING_FUNDS);
  for (uint32_t i = 0; i < g->count && i < PLANNING_FUNDS; i++) {
    if (!d[i].name.from) continue;
    bool known, fresh;
    uint32_t index;
    struct fund *f = &to[n++];
    *f = (struct fund){.name = d[i].name.s, .label = d[i].label.v, .year = (int32_t)d[i].year.v, .area = loader_area(l, &d[i].area, &known), .amount = d[i].amount.v, .carry_over = d[i].carry_over.v,
      .option = d[i].option.from ? (enum policy_option)d[i].option.v : OPTION_OTHER, .source = loader_text(&d[i].source), .assumed = d[i].assumed.v, .line = d[i].from->at.line};
    if (d[i].year.from && (d[i].year.v < p->year_from || d[i].year.v > p->year_to))
      problem_add(&l->list, d[i].year.from->at, ERR_INPUT, "see programme.years", "the fund \"%s\" is of %lld, and the programme goes from %d to %d", f->name, (long long)d[i].year.v, p->year_from, p->year_to);
    (void)loader_within(l, &d[i].amount, "amount", 0, INFINITY, "money that there is");
    (void)loader_within(l, &d[i].carry_over, "carry_over", 0, 1, "the share that the next year may spend: all of it is 1");
    bool understood = true;
    for (uint32_t k = 0; k < d[i].pays.count; k++) understood = add_pays(l, d[i].pays.items[k], words, f) && understood;
    if (understood && !f->pays && !f->pays_guarantees && d[i].pays.from) problem_add(&l->list, d[i].pays.from->at, ERR_INPUT, "name measures, projects or guarantees, or write \"*\"", "the fund \"%s\" pays nothing", f->name);
    const char *code = loader_area_code(l, f->area), *key = arena_printf(l->arena, "%s %d %s", f->name, f->year, code), *part = arena_printf(l->arena, "@%d.%s", f->year, code);
    if (!key || !part || !map_put(&seen, key, strlen(key), &index, &fresh)) return false;
    if (known && !fresh) problem_add(&l->list, d[i].from->at, ERR_INPUT, "keep one", "the fund \"%s\" has two amounts for year %d and area %.60s", f->name, f->year, code);
    if (d[i].amount.from && !loader_assume(l, d[i].from, &d[i].assumed, "funds", f->name, part, f->label, d[i].amount.from->text, &d[i].source)) return false;
  }
  p->planning.funds = to, p->planning.fund_count = n;
  return true;
}

bool funds_build(struct loader *l) {
  const struct planning *p = &l->p->planning;
  if (!build_guarantees(l) || !build_funds(l)) return false;
  uint32_t paid = 0;
  const struct draft_guarantee *d = l->draft.guarantees.items;
  for (uint32_t i = 0; i < p->fund_count; i++) paid |= p->funds[i].pays_guarantees;
  for (uint32_t i = 0; i < p->guarantee_count; i++) {
    const struct guarantee *x = &p->guarantees[i];
    if (x->owed || (paid >> i & 1)) continue;
    const struct tree *at = NULL;
    for (uint32_t k = 0; k < l->draft.guarantees.count && !at; k++)
      if (d[k].name.from && d[k].name.s == x->name) at = d[k].name.from;
    problem_add(&l->list, at ? at->at : l->draft.guarantees.from->at, ERR_INPUT, "name it in the `pays` of a fund, or say `owed: true`: then all of it is an arrear", "no fund may pay for the guarantee \"%s\"", x->name);
  }
  return true;
}
