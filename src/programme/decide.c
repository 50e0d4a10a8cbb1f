/* decide.c - the rules that decide: dimensions with their weights, causes, and identify. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "programme/loader.h"

/* Shares among siblings: all given and summing to 1, or none given and equal. */
static bool shares(struct loader *l, const struct got_number *const *given, uint32_t n, const char *what, struct place at, double *out) {
  uint32_t have = 0;
  double sum = 0;
  for (uint32_t i = 0; i < n; i++) {
    have += given[i]->from != NULL;
    out[i] = given[i]->from ? given[i]->v : 1.0 / n;
    sum += out[i];
    if (given[i]->from && !(given[i]->v > 0 && given[i]->v <= 1)) {
      problem_add(&l->list, given[i]->from->at, ERR_INPUT, "a share like 1/6", "a weight must be above 0 and at most 1");
      return false;
    }
  }
  if (have && have < n) problem_add(&l->list, at, ERR_INPUT, "give all of them one, or none", "some of %s have a weight and some have not", what);
  else if (n && fabs(sum - 1) > 1e-9) problem_add(&l->list, at, ERR_INPUT, "they are shares, and must sum to 1", "the weights of %s sum to %.10g", what, sum);
  else return true;
  return false;
}

#define WAYS_MAX 200u            /* conditions in the rule of `deprived` */
#define WAYS_BYTES_MAX (1u << 19) /* of their text */

/* The ways to reach the cutoff, as and/or of the indicators, heaviest first: `a || (b && (c || d))`. No indicator is negated,
 * so the rule is true, false or unknown exactly as the bounds of the score say, which a rule on the sum cannot be. */
struct ways {
  const struct indicator *by_weight[64];
  double rest[65]; /* rest[i]: weights from i on */
  uint32_t n, conditions;
  size_t bytes; /* of the sources written */
  double reach;
  struct text rule;
};

static bool ways_fit(const struct ways *w) { return w->conditions <= WAYS_MAX && w->bytes <= WAYS_BYTES_MAX; }

static void ways_add(struct ways *w, uint32_t from, double have) {
  for (uint32_t i = from; i < w->n && have + w->rest[i] >= w->reach && ways_fit(w); i++) {
    double now = have + w->by_weight[i]->weight;
    w->conditions++;
    w->bytes += strlen(w->by_weight[i]->source);
    if (!ways_fit(w)) return;
    text_addf(&w->rule, "%s((%s\n)", i > from ? " || " : "", w->by_weight[i]->source); /* a line each: a rule may end in a comment */
    if (now < w->reach) {
      text_add(&w->rule, " && (");
      ways_add(w, i + 1, now);
      text_addc(&w->rule, ')');
    }
    text_addc(&w->rule, ')');
  }
}

/* *out is NULL where the ways are too many, or too long, for a rule. False: no memory. */
static bool ways_rule(struct loader *l, const char **out) {
  const struct programme *p = l->p;
  struct ways w = {.n = p->indicator_count, .reach = p->cutoff - 1e-9};
  *out = NULL;
  if (w.n > 64) return true;
  for (uint32_t i = 0; i < w.n; i++) {
    uint32_t at = i;
    for (; at && w.by_weight[at - 1]->weight < p->indicators[i].weight; at--) w.by_weight[at] = w.by_weight[at - 1];
    w.by_weight[at] = &p->indicators[i];
  }
  for (uint32_t i = w.n; i-- > 0;) w.rest[i] = w.rest[i + 1] + w.by_weight[i]->weight;
  text_init(&w.rule, 2 * WAYS_BYTES_MAX);
  ways_add(&w, 0, 0);
  bool ok = !w.rule.full; /* the bytes were counted: only memory is left */
  if (ok && ways_fit(&w)) {
    struct rule *r;
    struct err e;
    const char *rule = arena_str(l->arena, text_str(&w.rule));
    enum status s = rule ? rule_compile(l->arena, &p->env, LEVEL_HOUSEHOLD, rule, strlen(rule), NULL, &r, NULL, &e) : ERR_MEMORY;
    if (s == OK) *out = rule;
    ok = s != ERR_MEMORY;
  }
  text_free(&w.rule);
  return ok;
}

/* What other rules may say of the dimensions: the weighted score, unknown while an indicator is, and whether it reaches the
 * cutoff, unknown only while that depends on the indicators that are. */
static bool build_score(struct loader *l) {
  struct programme *p = l->p;
  struct text sum;
  char number[32];
  if (programme_field(p, LEVEL_HOUSEHOLD, "deprivation_score") || programme_field(p, LEVEL_HOUSEHOLD, "deprived")) {
    problem_add(&l->list, l->draft.dimensions.from->at, ERR_INPUT, "give your own field another name", "the dimensions make fields called \"deprivation_score\" and \"deprived\"");
    return true;
  }
  text_init(&sum, 1 << 20);
  for (uint32_t i = 0; i < p->indicator_count; i++) /* a line each: a rule may end in a comment */
    text_addf(&sum, "%s((%s\n) ? double(%s) : 0.0)", i ? " + " : "", p->indicators[i].source, number_shortest(p->indicators[i].weight, number));
  const char *score = sum.full ? NULL : arena_str(l->arena, text_str(&sum)), *deprived;
  text_free(&sum);
  if (!score || !ways_rule(l, &deprived)) return false;
  if (!deprived) deprived = arena_printf(l->arena, "deprivation_score >= %s", number_shortest(p->cutoff - 1e-9, number));
  if (!deprived) return false;
  return derive_add(l, "deprivation_score", (struct label){"deprivation score", "剥夺得分"}, l->draft.dimensions.from, score) &&
         derive_add(l, "deprived", (struct label){"poor in many ways", "多维贫困"}, l->draft.dimensions.from, deprived);
}

static bool build_dimensions(struct loader *l) {
  struct programme *p = l->p;
  const struct draft_dimensions *d = &l->draft.dimensions;
  if (!d->from) return true;
  const struct draft_dimension *dim = d->list.items;
  uint32_t n = d->list.count, total = 0, widest = n;
  for (uint32_t i = 0; i < n; i++) {
    total += dim[i].indicators.count;
    if (dim[i].indicators.count > widest) widest = dim[i].indicators.count;
  }
  const char **names = arena_array(l->arena, n + 1, sizeof *names);
  struct label *labels = arena_array(l->arena, n + 1, sizeof *labels);
  struct indicator *to = arena_array(l->arena, total + 1, sizeof *to);
  const struct got_number **given = arena_array(l->arena, widest + 1, sizeof *given);
  double *outer = arena_array(l->arena, n + 1, sizeof *outer), *inner = arena_array(l->arena, widest + 1, sizeof *inner);
  if (!names || !labels || !to || !given || !outer || !inner) return false;
  if (d->cutoff.from && !(d->cutoff.v > 0 && d->cutoff.v <= 1)) problem_add(&l->list, d->cutoff.from->at, ERR_INPUT, "a third is 1/3", "`cutoff` must be above 0 and at most 1");
  p->cutoff = d->cutoff.v;
  for (uint32_t i = 0; i < n; i++) given[i] = &dim[i].weight;
  (void)shares(l, given, n, "the dimensions", d->from->at, outer);
  for (uint32_t i = 0; i < n; i++) {
    names[i] = dim[i].name.s ? dim[i].name.s : "", labels[i] = dim[i].label.v;
    for (uint32_t j = 0; j < i; j++)
      if (dim[i].name.from && !strcmp(names[i], names[j])) problem_add(&l->list, dim[i].name.from->at, ERR_INPUT, "give it another name", "the dimension \"%s\" stands twice", names[i]);
    const struct draft_indicator *x = dim[i].indicators.items;
    uint32_t m = dim[i].indicators.count;
    for (uint32_t j = 0; j < m; j++) given[j] = &x[j].weight;
    char what[80];
    snprintf(what, sizeof what, "the indicators of \"%s\"", names[i]);
    if (!m && dim[i].indicators.from) problem_add(&l->list, dim[i].indicators.from->at, ERR_INPUT, "add one, or take the dimension out", "the dimension \"%s\" has no indicators", names[i]);
    (void)shares(l, given, m, what, dim[i].from->at, inner);
    for (uint32_t j = 0; j < m; j++) {
      if (!x[j].name.from || !x[j].rule.from) continue;
      struct indicator *k = &to[p->indicator_count];
      for (uint32_t o = 0; o < p->indicator_count; o++)
        if (!strcmp(to[o].name, x[j].name.s)) problem_add(&l->list, x[j].name.from->at, ERR_INPUT, "give it another name", "the indicator \"%s\" stands twice", x[j].name.s);
      *k = (struct indicator){.name = x[j].name.s, .label = x[j].label.v, .weight = outer[i] * inner[j], .dimension = names[i], .source = x[j].rule.s, .origin = loader_text(&x[j].source), .assumed = x[j].assumed.v || d->assumed.v};
      if (!loader_rule(l, LEVEL_HOUSEHOLD, &x[j].rule, &loader_bool, true, &k->rule)) return false;
      if (!loader_assume(l, x[j].from, &x[j].assumed, "dimensions", k->name, NULL, k->label, k->source, &x[j].source)) return false;
      p->indicator_count++;
    }
  }
  p->dimension_names = names, p->dimension_labels = labels, p->dimension_count = n, p->indicators = to;
  bool whole = p->indicator_count > 0;
  for (uint32_t i = 0; i < p->indicator_count; i++) whole = whole && p->indicators[i].rule;
  if (whole && p->cutoff > 0 && p->cutoff <= 1 && !build_score(l)) return false;
  struct label words = {"weights and cutoff of the dimensions", "各维度的权重与临界值"};
  return loader_assume(l, d->from, &d->assumed, "dimensions", "cutoff", NULL, words, d->cutoff.from ? d->cutoff.from->text : NULL, &d->source);
}

bool loader_named_rules(struct loader *l, const struct got_list *g, const char *section, bool decides, const struct named_rule **out, uint32_t *count) {
  const struct draft_rule *d = g->items;
  struct named_rule *to = arena_array(l->arena, g->count + 1, sizeof *to);
  if (!to) return false;
  *out = to;
  for (uint32_t i = 0; i < g->count; i++) {
    if (!d[i].name.from || !d[i].rule.from) continue;
    for (uint32_t j = 0; j < *count; j++)
      if (!strcmp(to[j].name, d[i].name.s)) problem_add(&l->list, d[i].name.from->at, ERR_INPUT, "give it another name", "\"%s\" stands twice in %s", d[i].name.s, section);
    struct named_rule *r = &to[*count];
    *r = (struct named_rule){.name = d[i].name.s, .label = d[i].label.v, .source = d[i].rule.s, .line = d[i].rule.from->at.line, .origin = loader_text(&d[i].source), .assumed = d[i].assumed.v};
    if (!loader_rule(l, LEVEL_HOUSEHOLD, &d[i].rule, &loader_bool, decides, &r->rule)) return false;
    if (!loader_assume(l, d[i].from, &d[i].assumed, section, r->name, NULL, r->label, r->source, &d[i].source)) return false;
    ++*count;
  }
  return true;
}

static bool build_quota(struct loader *l) {
  const struct draft_quota *d = &l->draft.identify.quota;
  struct identify *id = &l->p->identify;
  if (!d->from) return true;
  uint32_t level = 0;
  while (level < l->p->area_level_count && (!d->level.from || strcmp(l->p->area_level_names[level], d->level.s) != 0)) level++;
  if (d->level.from && level == l->p->area_level_count)
    problem_add(&l->list, d->level.from->at, ERR_INPUT, "one of areas.levels", "unknown area level \"%.60s\"", d->level.s);
  if (!l->draft.identify.rank.from) problem_add(&l->list, d->from->at, ERR_INPUT, "add `rank`: it says who goes first", "a quota needs identify.rank");
  if (!l->p->household_area && l->p->area_count && !l->draft.areas.household.from) problem_add(&l->list, d->from->at, ERR_INPUT, "name the field under areas.household", "a quota needs to know which area a household is in");
  const struct draft_places *r = d->places.items;
  struct quota_row *rows = arena_array(l->arena, d->places.count + 1, sizeof *rows);
  struct map seen;
  map_init(&seen, l->arena);
  if (!rows) return false;
  for (uint32_t i = 0; i < d->places.count; i++) {
    if (!r[i].area.from || !r[i].places.from) continue;
    uint32_t area = programme_area(l->p, r[i].area.s), index;
    bool fresh;
    if (area != UINT32_MAX) area = l->p->areas[area].now;
    const char *code = area != UINT32_MAX ? l->p->areas[area].code : r[i].area.s; /* places of a code that was replaced go with it */
    if (!map_put(&seen, code, strlen(code), &index, &fresh)) return false;
    if (!fresh) problem_add(&l->list, r[i].area.from->at, ERR_INPUT, "keep one", "places for \"%.60s\" stand twice", r[i].area.s);
    if (strcmp(r[i].area.s, "*") != 0) {
      if (area == UINT32_MAX) problem_add(&l->list, r[i].area.from->at, ERR_INPUT, "add the area, or mend the code", "no area has the code \"%.60s\"", r[i].area.s);
      else if (level < l->p->area_level_count && l->p->areas[area].level != level)
        problem_add(&l->list, r[i].area.from->at, ERR_INPUT, "all rows are of quota.level", "\"%.60s\" is a %s, and places are counted by %s", r[i].area.s, l->p->area_level_names[l->p->areas[area].level], d->level.s);
    }
    if (r[i].places.v < 0) problem_add(&l->list, r[i].places.from->at, ERR_INPUT, NULL, "places cannot be negative");
    rows[id->quota_count++] = (struct quota_row){.area = code, .places = r[i].places.v, .source = loader_text(&r[i].source), .assumed = r[i].assumed.v};
    struct label place = area < l->p->area_count ? (struct label){l->p->areas[area].name_en, l->p->areas[area].name_zh} : (struct label){NULL, NULL};
    if (!loader_assume(l, r[i].from, &r[i].assumed, "identify.quota", r[i].area.s, strcmp(r[i].area.s, "*") ? "@" : NULL, place, r[i].places.from->text, &r[i].source)) return false;
  }
  id->has_quota = true, id->quota_level = level, id->quota = rows, id->ties = (enum ties)d->ties.v, id->quota_persons = d->count.v == 1;
  return true;
}

bool decide_build(struct loader *l) {
  struct identify *id = &l->p->identify;
  const struct draft_identify *d = &l->draft.identify;
  if (!build_dimensions(l) || !loader_named_rules(l, &l->draft.causes, "causes", true, &id->causes, &id->cause_count) ||
      !loader_named_rules(l, &d->include, "identify.include", true, &id->include, &id->include_count) ||
      !loader_named_rules(l, &d->exclude, "identify.exclude", true, &id->exclude, &id->exclude_count))
    return false;
  if (d->from && !d->include.count && (d->include.from || !l->p->indicator_count)) problem_add(&l->list, d->include.from ? d->include.from->at : d->from->at, ERR_INPUT, "add one: nobody qualifies without", "identify.include has no rules");
  if (d->rank.from && d->rank.rule.from) {
    id->rank = (struct named_rule){.name = "rank", .label = d->rank.label.v, .source = d->rank.rule.s, .line = d->rank.rule.from->at.line, .origin = loader_text(&d->rank.source), .assumed = d->rank.assumed.v};
    id->rank_descending = d->rank.order.v != 0 || !d->rank.order.from;
    if (!loader_rule(l, LEVEL_HOUSEHOLD, &d->rank.rule, NULL, true, &id->rank.rule)) return false;
    if (id->rank.rule) {
      id->has_rank = true;
      enum rule_kind k = rule_result_type(id->rank.rule).kind;
      if (k != RULE_INT && k != RULE_DOUBLE) problem_add(&l->list, d->rank.rule.from->at, ERR_INPUT, "rank by a number", "identify.rank must be an int or a double, not %s", rule_type_text(l->arena, rule_result_type(id->rank.rule)));
    }
    if (!loader_assume(l, d->rank.from, &d->rank.assumed, "identify.rank", "rank", NULL, d->rank.label.v, d->rank.rule.s, &d->rank.source)) return false;
  }
  return build_quota(l);
}
