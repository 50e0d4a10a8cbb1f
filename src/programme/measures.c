/* measures.c - the sections `measures` and `capacities`: what may be done, for whom, at what cost, how much of it there is, and what it brings. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "programme/loader.h"

struct names { const char **at; uint32_t count; }; /* NULL-terminated */

static enum policy_option option_of(enum project p) {
  static const enum policy_option usual[PROJECT_COUNT] = {
    [PROJECT_PRODUCTION] = OPTION_INDUSTRY, [PROJECT_TOURISM] = OPTION_INDUSTRY, [PROJECT_LABOUR] = OPTION_PEOPLE, [PROJECT_RELOCATION] = OPTION_OTHER, [PROJECT_ECOLOGY] = OPTION_ECOLOGY,
    [PROJECT_EDUCATION] = OPTION_PEOPLE, [PROJECT_MEDICAL] = OPTION_OTHER, [PROJECT_FLOOR] = OPTION_OTHER, [PROJECT_INFRASTRUCTURE] = OPTION_INFRASTRUCTURE, [PROJECT_SERVICES] = OPTION_INFRASTRUCTURE};
  return usual[p];
}

/* The names as bits; "*" is all of them. */
static uint64_t bits_of(struct loader *l, const struct got_texts *t, const struct names *among, const char *what, const char *otherwise) {
  uint64_t bits = 0;
  for (uint32_t i = 0; i < t->count; i++) {
    if (!strcmp(t->items[i]->text, "*")) bits |= among->count >= 64 ? UINT64_MAX : ((uint64_t)1 << among->count) - 1;
    else {
      uint32_t at = loader_named(l, t->items[i], among->at, among->count, what, otherwise);
      if (at != UINT32_MAX) bits |= (uint64_t)1 << at;
    }
  }
  return bits;
}

/* ---- capacity ---- */

struct rows { const struct draft_capacity **at; uint32_t count; };

static bool add_capacity(struct loader *l, struct measure *m, struct capacity *to, struct map *seen, const struct draft_capacity *c) {
  bool known, fresh;
  uint32_t index, area = loader_area(l, &c->area, &known);
  const char *code = loader_area_code(l, area), *part = arena_printf(l->arena, strcmp(code, "*") ? "@capacity.%s" : "capacity.%s", code);
  if (!part || !map_put(seen, code, strlen(code), &index, &fresh)) return false;
  if (known && !fresh) problem_add(&l->list, c->from->at, ERR_INPUT, "keep one", "\"%s\" has two capacities for area %.60s", m->name, code);
  if (!c->units.from) return true;
  if (c->units.v < 0) problem_add(&l->list, c->units.from->at, ERR_INPUT, "units a year; 0 where there is none", "`units` cannot be negative");
  to[m->capacity_count++] = (struct capacity){.area = area, .units = c->units.v, .source = loader_text(&c->source), .assumed = c->assumed.v, .line = c->from->at.line};
  return loader_assume(l, c->from, &c->assumed, "measures", m->name, part, m->label, c->units.from->text, &c->source);
}

static bool build_capacity(struct loader *l, const struct draft_measure *d, struct measure *m, const uint32_t *about, uint32_t index) {
  static const char missing[] = "say how many there are, `capacity: [{units: 100}]`, or `capacity: unlimited`, or add rows to `capacities`";
  const struct got_list *rows = &l->draft.capacities;
  struct got_list own = {0};
  const struct tree *t = d->capacity.from;
  struct map seen;
  map_init(&seen, l->arena);
  if (t && t->kind == TREE_TEXT && !strcmp(t->text, "unlimited")) m->unlimited = true;
  else if (t && t->kind == TREE_LIST) {
    if (!bind_list(&l->list, &keys_capacity, t, &own)) return false;
  } else if (t) {
    problem_add(&l->list, t->at, ERR_INPUT, missing, "`capacity` must be a list, or `unlimited`");
    return true;
  }
  uint32_t room = own.count;
  for (uint32_t i = 0; i < rows->count; i++) room += about[i] == index;
  struct capacity *to = arena_array(l->arena, room + 1, sizeof *to);
  if (!to) return false;
  for (uint32_t i = 0; i < own.count; i++) {
    const struct draft_capacity *c = (const struct draft_capacity *)own.items + i;
    if (c->measure.from && strcmp(c->measure.s, m->name) != 0) problem_add(&l->list, c->measure.from->at, ERR_INPUT, "take it out, or put the row in `capacities`", "a capacity of \"%.60s\" among those of \"%s\"", c->measure.s, m->name);
    if (!add_capacity(l, m, to, &seen, c)) return false;
  }
  for (uint32_t i = 0; i < rows->count; i++)
    if (about[i] == index && !add_capacity(l, m, to, &seen, (const struct draft_capacity *)rows->items + i)) return false;
  m->capacities = to;
  if (m->unlimited && room) problem_add(&l->list, t->at, ERR_INPUT, "keep one of the two", "\"%s\" is unlimited, and has capacities", m->name);
  if (!m->unlimited && !room) problem_add(&l->list, t ? t->at : d->from->at, ERR_INPUT, missing, "the measure \"%s\" has no capacity", m->name);
  return true;
}

/* ---- effect ---- */

static void not_with(struct loader *l, const struct tree *t, const char *key, const char *hint, const char *effect) {
  if (t) problem_add(&l->list, t->at, ERR_INPUT, hint, "`%s` does not go with the effect `%s`", key, effect);
}

static void check_effect(struct loader *l, const struct draft_measure *d, struct measure *m, const struct names *products) {
  const char *word = d->effect.from ? d->effect.from->text : "";
  bool money = m->effect == EFFECT_INCOME || m->effect == EFFECT_PER_HEAD;
  if (!d->effect.from) return;
  if (m->effect != EFFECT_NONE && !d->effect_source.from && !tree_get(d->from, "effect_source"))
    problem_add(&l->list, d->effect.from->at, ERR_INPUT, "add `effect_source`: a study, a report, a year's own figures; and `effect_assumed: true` when there is none", "the effect of \"%s\" has no source", m->name);
  if (money && !d->income.from && !tree_get(d->from, "income")) problem_add(&l->list, d->effect.from->at, ERR_INPUT, "add `income: {low: .., mid: .., high: ..}`, money a year", "the effect `%s` needs `income`", word);
  if (!money) not_with(l, d->income.from, "income", m->effect == EFFECT_PRODUCT ? "the product's yields and prices give it" : "write `effect: income`", word);
  if (m->village && (m->effect == EFFECT_INCOME || m->effect == EFFECT_PRODUCT)) problem_add(&l->list, d->effect.from->at, ERR_INPUT, "write `effect: per_head`: money a year for each person that it reaches", "a village's work has no effect `%s`", word);
  if (!m->village && m->effect == EFFECT_PER_HEAD) problem_add(&l->list, d->effect.from->at, ERR_INPUT, "write `effect: income`: money a year for a unit", "only a village's work has the effect `per_head`");
  if (m->effect != EFFECT_PRODUCT) not_with(l, d->product.from, "product", "write `effect: product`", word);
  else if (!d->product.from) problem_add(&l->list, d->effect.from->at, ERR_INPUT, "name one of `products`", "the effect `product` needs `product`");
  else {
    uint32_t at = loader_named(l, d->product.from, products->at, products->count, "product", "one of `products`");
    if (at == UINT32_MAX) return;
    const struct product *p = &l->p->planning.products[at];
    m->product = at;
    char hint[160];
    snprintf(hint, sizeof hint, "take `from_year` out: the curve of \"%.40s\" says when it bears", p->name);
    if (d->from_year.from && m->from_year < p->bears_from) problem_add(&l->list, d->from_year.from->at, ERR_INPUT, hint, "\"%s\" would bring income from year %u, and its product bears from age %u", m->name, m->from_year, p->bears_from);
    else m->from_year = m->from_year > p->bears_from ? m->from_year : p->bears_from;
  }
}

static uint32_t years(struct loader *l, const struct got_whole *w, const char *key) {
  if (!w->from || (w->v >= 0 && w->v <= 100)) return w->from ? (uint32_t)w->v : 0;
  problem_add(&l->list, w->from->at, ERR_INPUT, "years", "`%s` must be from 0 to 100", key);
  return 0;
}

static void check_asset(struct loader *l, const struct draft_asset *d, struct measure *m) {
  if (!d->from) return;
  m->asset = true, m->holder = d->holder.v, m->right = d->right.v, m->check = d->check.v, m->payment = d->payment.v, m->household_share = d->share.v;
  (void)loader_within(l, &d->payment, "payment", 0, INFINITY, "money for a unit a year");
  (void)loader_within(l, &d->share, "share", 0, 1, "the households' share: 70 % is 0.7");
}

static bool build_one(struct loader *l, const struct draft_measure *d, struct measure *m, const struct names *answered, const struct names *indicators, const struct names *products) {
  static const char *const costs[] = {"cost", "upkeep", NULL}, *const effects[] = {"effect", "income", "product", "reaches", "from_year", "lasts", "success", "settles", NULL},
    *const terms[] = {"level", "project", "option", "answers", "eligible", "quantity", "labour", "land", "group", "needs", "asset", NULL};
  static const struct label nothing = {0};
  *m = (struct measure){.name = d->name.s, .label = d->label.v, .project = (enum project)d->project.v, .option = d->option.from ? (enum policy_option)d->option.v : option_of((enum project)d->project.v),
    .village = d->level.v == 1, .delivery = loader_text(&d->delivery), .delivery_label = d->delivery_label.v, .eligible_source = loader_text(&d->eligible), .unit = d->unit.v, .quantity_source = loader_text(&d->quantity),
    .cost = d->cost.v.mid, .upkeep = d->upkeep.v, .cost_range = d->cost.v, .effect = (enum effect_kind)d->effect.v, .income = d->income.v, .reaches_source = loader_text(&d->reaches),
    .from_year = years(l, &d->from_year, "from_year"), .lasts = years(l, &d->lasts, "lasts"), .success = d->success.from ? d->success.v : 1, .product = PLANNING_NONE, .labour = d->labour.v, .land = d->land.v,
    .group = loader_text(&d->group), .holder = nothing, .effect_source = loader_text(&d->effect_source), .cost_source = d->cost_source.from ? d->cost_source.s : loader_text(&d->source),
    .effect_assumed = loader_is_assumed(&d->effect_assumed, &d->assumed), .cost_assumed = loader_is_assumed(&d->cost_assumed, &d->assumed), .source = loader_text(&d->source), .assumed = d->assumed.v, .line = d->from->at.line};
  m->answers = bits_of(l, &d->answers, answered, m->village ? "constraint" : "cause", m->village ? "a village's work answers one of `constraints`" : "one of `causes`, or \"*\"");
  if (d->answers.from && !d->answers.count) problem_add(&l->list, d->answers.from->at, ERR_INPUT, m->village ? "one of `constraints`" : "one of `causes`, or \"*\"", "\"%s\" answers nothing", m->name);
  m->settles = (uint32_t)bits_of(l, &d->settles, indicators, "indicator", "an indicator of `dimensions`");
  if (d->cost.from && d->cost.v.low < 0) problem_add(&l->list, d->cost.from->at, ERR_INPUT, "what a measure brings is its effect, not a negative cost", "the cost of \"%s\" cannot be negative", m->name);
  (void)loader_within(l, &d->upkeep, "upkeep", 0, INFINITY, "what a measure brings is its effect, not a negative cost");
  (void)loader_within(l, &d->success, "success", 0, 1, "the share for whom it works: 80 % is 0.8");
  (void)loader_within(l, &d->labour, "labour", 0, INFINITY, "months a year for a unit");
  (void)loader_within(l, &d->land, "land", 0, INFINITY, "mu for a unit");
  if (d->reaches.from && !m->village) problem_add(&l->list, d->reaches.from->at, ERR_INPUT, "say `eligible`", "only a village's work reaches households");
  check_asset(l, &d->asset, m);
  check_effect(l, d, m, products);
  uint32_t level = m->village ? LEVEL_VILLAGE : LEVEL_HOUSEHOLD;
  return loader_rule_of(l, level, &d->eligible, "eligible", RULE_BOOL, "true = it may be offered", &m->eligible) &&
         loader_rule_of(l, level, &d->quantity, "quantity", RULE_INT, "whole units: write int(..)", &m->quantity) &&
         (!m->village || loader_rule_of(l, LEVEL_HOUSEHOLD, &d->reaches, "reaches", RULE_BOOL, "true = it reaches the household", &m->reaches)) &&
         loader_assume_keys(l, d->from, costs, &d->cost_assumed, &d->assumed, "measures", m->name, "cost", m->label, &d->cost_source, &d->source) &&
         loader_assume_keys(l, d->from, effects, &d->effect_assumed, &d->assumed, "measures", m->name, "effect", m->label, &d->effect_source, &d->source) &&
         loader_assume_keys(l, d->from, terms, &d->assumed, &d->assumed, "measures", m->name, "terms", m->label, NULL, &d->source);
}

/* ---- prerequisites ---- */

/* "road@433101", "433101.road": a work somewhere else. */
static bool elsewhere(const struct loader *l, const char *s) {
  for (const char *at = s; *at;) {
    size_t n = strcspn(at, "@:./");
    if (n < strlen(s) && map_get(&l->p->area_index, at, n) != MAP_NONE) return true;
    at += n;
    at += *at != 0;
  }
  return false;
}

static void find_needs(struct loader *l, const struct draft_measure *d, struct measure *m, const struct measure *all, const struct names *names) {
  for (uint32_t i = 0; i < d->needs.count; i++) {
    const struct tree *t = d->needs.items[i];
    if (elsewhere(l, t->text)) {
      problem_add(&l->list, t->at, ERR_INPUT, "name the work alone: it must be done in the same village", "\"%s\" would need a work of another village: \"%.60s\"", m->name, t->text);
      continue;
    }
    uint32_t at = loader_named(l, t, names->at, names->count, "measure", "a measure with `level: village`");
    if (at == UINT32_MAX) continue;
    if (!all[at].village) problem_add(&l->list, t->at, ERR_INPUT, "only a work of the village can be needed", "\"%s\" needs \"%s\", which is a household's", m->name, all[at].name);
    else m->needs |= (uint64_t)1 << at;
  }
}

/* What each work needs, directly or through others. */
static void follow(const struct measure *m, uint32_t count, uint64_t reach[PLANNING_MEASURES]) {
  for (uint32_t i = 0; i < count; i++) reach[i] = m[i].needs;
  for (uint32_t k = 0; k < count; k++)
    for (uint32_t i = 0; i < count; i++)
      if (reach[i] >> k & 1) reach[i] |= reach[k];
}

/* Works on a circle: told once, at the work that the file names first, with a way round. */
static void find_circles(struct loader *l, const struct draft_measure *const *d, const struct measure *m, uint32_t count) {
  uint64_t reach[PLANNING_MEASURES], told = 0;
  follow(m, count, reach);
  for (uint32_t i = 0; i < count; i++) {
    if (!(reach[i] >> i & 1) || (told >> i & 1)) continue;
    struct text way;
    text_init(&way, 4000);
    text_add(&way, m[i].name);
    for (uint32_t at = i, next; at < count; at = next) {
      told |= (uint64_t)1 << at;
      bool closed = m[at].needs >> i & 1;
      for (next = 0; next < count && !closed; next++)
        if ((m[at].needs >> next & 1) && (reach[next] >> i & 1) && !(told >> next & 1)) break;
      text_addf(&way, " -> %s", m[closed || next == count ? i : next].name);
      if (closed) break;
    }
    problem_add(&l->list, d[i]->needs.from->at, ERR_INPUT, "take one of them out", "works need each other in a circle: %s", text_str(&way));
    text_free(&way);
  }
}

/* ---- the section ---- */

static bool names_of(struct loader *l, struct names *n, uint32_t room) {
  n->count = 0;
  return (n->at = arena_array(l->arena, room + 1, sizeof *n->at)) != NULL;
}

bool measures_build(struct loader *l) {
  struct programme *p = l->p;
  const struct got_list *g = &l->draft.measures, *rows = &l->draft.capacities;
  const struct draft_measure *d = g->items, *from[PLANNING_MEASURES];
  struct measure *to = arena_array(l->arena, PLANNING_MEASURES, sizeof *to);
  uint32_t *about = arena_array(l->arena, rows->count + 1, sizeof *about), n = 0, works = 0;
  struct names names, causes, constraints, indicators, products;
  if (!to || !about || !names_of(l, &names, PLANNING_MEASURES) || !names_of(l, &causes, p->identify.cause_count) || !names_of(l, &constraints, p->planning.constraint_count) ||
      !names_of(l, &indicators, p->indicator_count) || !names_of(l, &products, p->planning.product_count))
    return false;
  for (; causes.count < p->identify.cause_count && causes.count < 64; causes.count++) causes.at[causes.count] = p->identify.causes[causes.count].name;
  for (; constraints.count < p->planning.constraint_count; constraints.count++) constraints.at[constraints.count] = p->planning.constraints[constraints.count].name;
  for (; indicators.count < p->indicator_count && indicators.count < 32; indicators.count++) indicators.at[indicators.count] = p->indicators[indicators.count].name;
  for (; products.count < p->planning.product_count; products.count++) products.at[products.count] = p->planning.products[products.count].name;
  for (uint32_t i = 0; i < g->count; i++) {
    if (!d[i].name.from) continue;
    if (n == PLANNING_MEASURES) {
      problem_add(&l->list, d[i].from->at, ERR_INPUT, "put some together: delivery and quantity may be the household's", "there are more than %u measures", PLANNING_MEASURES);
      break;
    }
    for (uint32_t j = 0; j < n; j++)
      if (!strcmp(names.at[j], d[i].name.s)) problem_add(&l->list, d[i].name.from->at, ERR_INPUT, "give it another name", "the measure \"%s\" stands twice", d[i].name.s);
    if (d[i].level.v == 1 && works++ == PLANNING_WORKS)
      problem_add(&l->list, d[i].level.from->at, ERR_INPUT, "join those that are done together: all bundles of them are tried in each village", "there are more than %u works of a village", PLANNING_WORKS);
    names.at[names.count++] = d[i].name.s, from[n++] = &d[i];
  }
  for (uint32_t i = 0; i < rows->count; i++) {
    const struct draft_capacity *r = (const struct draft_capacity *)rows->items + i;
    about[i] = r->measure.from ? loader_named(l, r->measure.from, names.at, n, "measure", "one of `measures`") : UINT32_MAX;
    if (!r->measure.from && !tree_get(r->from, "measure")) problem_add(&l->list, r->from->at, ERR_INPUT, "one of `measures`", "a row of `capacities` needs `measure`");
  }
  for (uint32_t i = 0; i < n; i++)
    if (!build_one(l, from[i], &to[i], from[i]->level.v == 1 ? &constraints : &causes, &indicators, &products) || !build_capacity(l, from[i], &to[i], about, i)) return false;
  for (uint32_t i = 0; i < n; i++) find_needs(l, from[i], &to[i], to, &names);
  find_circles(l, from, to, n);
  p->planning.measures = to, p->planning.measure_count = n;
  return true;
}
