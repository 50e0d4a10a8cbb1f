/* planning.c - the words of planning.h; the sections `plan` and `constraints`, and what they share with the others about help. */
#include "programme/planning.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "programme/loader.h"

const char *project_word(enum project p) {
  static const char *const words[] = {
#define X(id, word, en, zh) word,
    PROJECT_TABLE(X)
#undef X
  };
  return p < PROJECT_COUNT ? words[p] : "";
}

struct label project_label(enum project p) {
  static const struct label labels[] = {
#define X(id, word, en, zh) {en, zh},
    PROJECT_TABLE(X)
#undef X
  };
  return p < PROJECT_COUNT ? labels[p] : (struct label){0};
}

const char *policy_option_word(enum policy_option o) {
  static const char *const words[] = {
#define X(id, word, en, zh) word,
    OPTION_TABLE(X)
#undef X
  };
  return o < OPTION_COUNT ? words[o] : "";
}

struct label policy_option_label(enum policy_option o) {
  static const struct label labels[] = {
#define X(id, word, en, zh) {en, zh},
    OPTION_TABLE(X)
#undef X
  };
  return o < OPTION_COUNT ? labels[o] : (struct label){0};
}

const char *objective_word(enum objective o) {
  static const char *const words[] = {
#define X(id, word) word,
    OBJECTIVE_TABLE(X)
#undef X
  };
  return o < OBJECTIVE_COUNT ? words[o] : "";
}

/* ---- what the sections about help share ---- */

bool loader_rule_of(struct loader *l, uint32_t level, const struct got_text *rule, const char *key, enum rule_kind kind, const char *hint, const struct rule **out) {
  if (!loader_rule(l, level, rule, NULL, true, out)) return false;
  if (*out && rule_result_type(*out).kind != kind) {
    struct rule_type want = {.kind = kind};
    problem_add(&l->list, rule->from->at, ERR_INPUT, hint, "`%s` must be of type %s, not %s", key, rule_type_text(l->arena, want), rule_type_text(l->arena, rule_result_type(*out)));
    *out = NULL;
  }
  return true;
}

uint32_t loader_area(struct loader *l, const struct got_text *code, bool *known) {
  *known = true;
  if (!code->from || !strcmp(code->s, "*")) return PLANNING_EVERYWHERE;
  uint32_t area = programme_area(l->p, code->s);
  if (area != UINT32_MAX) return l->p->areas[area].now;
  problem_add(&l->list, code->from->at, ERR_INPUT, "add the area, or write \"*\" for everywhere", "no area has the code \"%.60s\"", code->s);
  *known = false;
  return PLANNING_EVERYWHERE;
}

const char *loader_area_code(const struct loader *l, uint32_t area) { return area == PLANNING_EVERYWHERE ? "*" : l->p->areas[area].code; }

bool loader_within(struct loader *l, const struct got_number *n, const char *key, double lo, double hi, const char *hint) {
  if (!n->from || (n->v >= lo && n->v <= hi)) return true;
  if (lo == 0 && n->v < 0) problem_add(&l->list, n->from->at, ERR_INPUT, hint, "`%s` cannot be negative: %.40s", key, n->from->text);
  else problem_add(&l->list, n->from->at, ERR_INPUT, hint, "`%s` must be from %g to %g, not %.40s", key, lo, hi, n->from->text);
  return false;
}

uint32_t loader_named(struct loader *l, const struct tree *name, const char *const *names, uint32_t count, const char *what, const char *otherwise) {
  for (uint32_t i = 0; i < count; i++)
    if (!strcmp(names[i], name->text)) return i;
  char hint[300];
  const char *near = problem_nearest(name->text, names);
  if (near) snprintf(hint, sizeof hint, "did you mean `%s`?", near);
  else snprintf(hint, sizeof hint, "%s", otherwise);
  problem_add(&l->list, name->at, ERR_INPUT, hint, "no %s is called \"%.60s\"", what, name->text);
  return UINT32_MAX;
}

static void said(struct text *out, const struct tree *t) {
  if (t->kind == TREE_TEXT) text_addn(out, t->text, t->len);
  for (uint32_t i = 0; t->kind == TREE_LIST && i < t->count; i++) {
    if (i) text_addc(out, ' ');
    said(out, t->items[i]);
  }
  for (uint32_t i = 0; t->kind == TREE_MAP && i < t->count; i++) {
    text_addf(out, "%s%s ", i ? " " : "", t->pairs[i].key->text);
    said(out, t->pairs[i].value);
  }
}

bool loader_assume_keys(struct loader *l, const struct tree *map, const char *const *keys, const struct got_flag *own, const struct got_flag *general, const char *section, const char *name, const char *part,
                        struct label label, const struct got_text *own_source, const struct got_text *source) {
  struct text words;
  text_init(&words, 1 << 20);
  for (; *keys; keys++) {
    const struct tree *t = tree_get(map, *keys);
    if (!t) continue;
    text_addf(&words, "%s%s ", words.len ? ", " : "", *keys);
    said(&words, t);
  }
  const char *value = words.full ? arena_str(l->arena, "") : arena_str(l->arena, text_str(&words));
  text_free(&words);
  return value && loader_assume(l, map, own->from ? own : general, section, name, part, label, value, own_source && own_source->from ? own_source : source);
}

/* ---- the sections `plan` and `constraints` ---- */

static bool build_settings(struct loader *l) {
  static const char *const keys[] = {"horizon", "discount", "line", "bottom", "objective", "most", "who", "labour", "land", "change_penalty", "village_floor", "seed", NULL};
  struct programme *p = l->p;
  struct planning_settings *s = &p->planning.settings;
  const struct draft_plan *d = &l->draft.plan;
  *s = (struct planning_settings){.horizon = 5, .discount = d->discount.from ? d->discount.v : 0.05, .line = p->main_line, .bottom = d->bottom.v, .objective = (enum objective)d->objective.v, .most = 2,
    .change_penalty = d->change_penalty.v, .village_floor = d->village_floor.v, .seed = 1, .who_source = loader_text(&d->who), .labour_source = loader_text(&d->labour), .land_source = loader_text(&d->land),
    .assumed = d->assumed.v, .source = loader_text(&d->source)};
  if (!d->from) return true;
  p->planning.there = true, s->line_no = d->from->at.line;
  if (!p->line_count) problem_add(&l->list, d->from->at, ERR_INPUT, "add `lines`: a plan makes gaps to a line smaller", "a plan needs a line");
  if (!p->design.welfare) problem_add(&l->list, d->from->at, ERR_INPUT, "add `sample: {welfare: ..}`: what gaps are measured by", "a plan needs sample.welfare");
  if (!p->household_area) problem_add(&l->list, d->from->at, ERR_INPUT, "name the field under areas.household", "a plan needs to know which village a household is in");
  if (d->horizon.from && (d->horizon.v < 1 || d->horizon.v > PLANNING_YEARS)) problem_add(&l->list, d->horizon.from->at, ERR_INPUT, NULL, "`horizon` is 1 to %u years", PLANNING_YEARS);
  else if (d->horizon.from) s->horizon = (uint32_t)d->horizon.v;
  if (d->most.from && (d->most.v < 1 || d->most.v > 4)) problem_add(&l->list, d->most.from->at, ERR_INPUT, "how many measures one household can take", "`most` is 1 to 4");
  else if (d->most.from) s->most = (uint32_t)d->most.v;
  if (d->seed.from && (d->seed.v < 0 || d->seed.v > UINT32_MAX)) problem_add(&l->list, d->seed.from->at, ERR_INPUT, NULL, "`seed` is 0 to %u", UINT32_MAX);
  else if (d->seed.from) s->seed = (uint32_t)d->seed.v;
  (void)loader_within(l, &d->discount, "discount", 0, 1, "5 % a year is 0.05");
  (void)loader_within(l, &d->bottom, "bottom", 0, INFINITY, "a welfare below which nobody lives: a tenth of the line, say");
  (void)loader_within(l, &d->change_penalty, "change_penalty", 0, 1, "a share of a choice's value");
  (void)loader_within(l, &d->village_floor, "village_floor", 0, 1, "a share of the money per poor person");
  if (d->line.from) {
    const char **names = arena_array(l->arena, p->line_count + 1, sizeof *names);
    if (!names) return false;
    for (uint32_t i = 0; i < p->line_count; i++) names[i] = p->lines[i].name;
    uint32_t at = loader_named(l, d->line.from, names, p->line_count, "line", "one of `lines`");
    if (at != UINT32_MAX) s->line = at;
  }
  struct label words = {"how help is planned", "规划设置"};
  return loader_rule_of(l, LEVEL_HOUSEHOLD, &d->who, "who", RULE_BOOL, "true = planned for", &s->who) &&
         loader_rule_of(l, LEVEL_HOUSEHOLD, &d->labour, "labour", RULE_DOUBLE, "months a year: write double(..)", &s->labour) &&
         loader_rule_of(l, LEVEL_HOUSEHOLD, &d->land, "land", RULE_DOUBLE, "mu: write double(..)", &s->land) &&
         loader_assume_keys(l, d->from, keys, &d->assumed, &d->assumed, "plan", "settings", NULL, words, NULL, &d->source);
}

static bool build_constraints(struct loader *l) {
  const struct got_list *g = &l->draft.constraints;
  const struct draft_rule *d = g->items;
  struct constraint *to = arena_array(l->arena, g->count + 1, sizeof *to);
  uint32_t n = 0;
  if (!to) return false;
  if (g->count > PLANNING_CONSTRAINTS) problem_add(&l->list, d[PLANNING_CONSTRAINTS].from->at, ERR_INPUT, "put some together", "there are more than %u constraints", PLANNING_CONSTRAINTS);
  for (uint32_t i = 0; i < g->count && n < PLANNING_CONSTRAINTS; i++) {
    if (!d[i].name.from || !d[i].rule.from) continue;
    for (uint32_t j = 0; j < n; j++)
      if (!strcmp(to[j].name, d[i].name.s)) problem_add(&l->list, d[i].name.from->at, ERR_INPUT, "give it another name", "\"%s\" stands twice in constraints", d[i].name.s);
    struct constraint *c = &to[n++];
    *c = (struct constraint){.name = d[i].name.s, .label = d[i].label.v, .rule_source = d[i].rule.s, .source = loader_text(&d[i].source), .assumed = d[i].assumed.v, .line = d[i].from->at.line};
    if (!loader_rule_of(l, LEVEL_VILLAGE, &d[i].rule, "rule", RULE_BOOL, "true = it binds the village", &c->rule)) return false;
    if (!loader_assume(l, d[i].from, &d[i].assumed, "constraints", c->name, NULL, c->label, c->rule_source, &d[i].source)) return false;
  }
  l->p->planning.constraints = to, l->p->planning.constraint_count = n;
  return true;
}

bool planning_build(struct loader *l) {
  const struct draft *d = &l->draft;
  if (d->measures.from && !d->plan.from) problem_add(&l->list, d->measures.from->at, ERR_INPUT, "add `plan: {bottom: ..}`", "measures need the section `plan`");
  if (d->measures.from && !d->funds.from) problem_add(&l->list, d->measures.from->at, ERR_INPUT, "add `funds`: what there is to spend, by year", "measures need the section `funds`");
  return build_settings(l) && build_constraints(l) && products_build(l) && measures_build(l) && funds_build(l);
}
