/* sample.c - how the data were sampled, and which files they come in. */
#include <stdio.h>
#include <string.h>

#include "programme/loader.h"

/* `decides`: welfare, weight and persons make relative lines, so that incentives are closed to them too. */
static bool rule_of(struct loader *l, uint32_t level, const struct got_text *t, const char *what, bool decides, unsigned kinds, const char *hint, const struct rule **out) {
  *out = NULL;
  if (!t->from) return true;
  if (!loader_rule(l, level, t, NULL, decides, out)) return false;
  if (*out && !(kinds >> rule_result_type(*out).kind & 1))
    problem_add(&l->list, t->from->at, ERR_INPUT, hint, "%s cannot be a %s", what, rule_type_text(l->arena, rule_result_type(*out)));
  return true;
}

static const struct field *domain_field(const struct programme *p, const char *name) {
  const char *dot = strchr(name, '.');
  if (dot) {
    for (uint32_t k = 0; k <= LEVEL_MEMBER; k++)
      if (strlen(p->levels[k].name) == (size_t)(dot - name) && !strncmp(p->levels[k].name, name, (size_t)(dot - name))) return programme_field(p, k, dot + 1);
    return NULL;
  }
  const struct field *f = programme_field(p, LEVEL_HOUSEHOLD, name);
  return f ? f : programme_field(p, LEVEL_MEMBER, name);
}

bool sample_build(struct loader *l) {
  struct design *s = &l->p->design;
  const struct draft_sample *d = &l->draft.sample;
  if (!d->from) return true;
  enum { NUMBERS = 1u << RULE_INT | 1u << RULE_DOUBLE, GROUPS = 1u << RULE_INT | 1u << RULE_STRING };
  if (l->p->line_count && !d->welfare.from) problem_add(&l->list, d->from->at, ERR_INPUT, "add `welfare: income_per_head`, or take the lines out", "sample needs `welfare` where there are lines");
  if (!rule_of(l, LEVEL_HOUSEHOLD, &d->welfare.rule, "sample.welfare", true, 1u << RULE_DOUBLE, "it is compared with the lines, which are doubles: write double(..)", &s->welfare)) return false;
  s->welfare_source = loader_text(&d->welfare.rule), s->welfare_label = d->welfare.label.v, s->welfare_unit = d->welfare.unit.v;
  uint32_t level = loader_level(l, &d->weight.level);
  if (level != UINT32_MAX && level > LEVEL_MEMBER) problem_add(&l->list, d->weight.level.from->at, ERR_INPUT, "household or members", "a weight is a household's or a member's");
  else if (level != UINT32_MAX) {
    s->person_weight = level == LEVEL_MEMBER;
    if (!rule_of(l, level, &d->weight.rule, "sample.weight", true, NUMBERS, "a weight is a number", &s->weight)) return false;
  }
  if (!rule_of(l, LEVEL_HOUSEHOLD, &d->persons, "sample.persons", true, NUMBERS, "a count is a number", &s->persons) ||
      !rule_of(l, LEVEL_HOUSEHOLD, &d->strata, "sample.strata", false, GROUPS, "an int or a string", &s->strata) ||
      !rule_of(l, LEVEL_HOUSEHOLD, &d->psu, "sample.psu", false, GROUPS, "an int or a string", &s->psu))
    return false;
  const char **names = arena_array(l->arena, d->domains.count + 1, sizeof *names);
  const struct field **fields = arena_array(l->arena, d->domains.count + 1, sizeof *fields);
  if (!names || !fields) return false;
  for (uint32_t i = 0; i < d->domains.count; i++) {
    const struct tree *t = d->domains.items[i];
    const struct field *f = domain_field(l->p, t->text);
    if (!f) problem_add(&l->list, t->at, ERR_INPUT, "a household field, or `members.FIELD`", "unknown field \"%.60s\" in sample.domains", t->text);
    else if (f->sealed) problem_add(&l->list, t->at, ERR_INPUT, "take it out", "\"%s\" is sealed: results cannot be broken by it", f->name);
    else if (f->kind != COL_CHOICE && f->kind != COL_BOOL && !(f->kind == COL_TEXT && (f->derived || f->name == l->p->household_area)))
      problem_add(&l->list, t->at, ERR_INPUT, "a choice, a boolean, or a derived text", "results cannot be broken by \"%s\", which is a %s", f->name, col_kind_name(f->kind));
    else fields[s->domain_count] = f, names[s->domain_count++] = f->name;
  }
  s->domains = names, s->domain_fields = fields;
  s->note_en = d->note.v.en, s->note_zh = d->note.v.zh;
  return true;
}

static const struct field *collected(const struct programme *p, uint32_t level, const char *name) {
  const struct field *f = programme_field(p, level, name);
  return f && !f->derived_source ? f : NULL;
}

/* A field of the source's rows; in a flat file household fields too, and `members.x` when both levels have one. */
static const struct field *target_of(struct loader *l, const struct source *s, const struct tree *key) {
  const struct programme *p = l->p;
  const char *dot = strchr(key->text, '.');
  const struct field *f = NULL;
  if (dot) {
    for (uint32_t k = 0; k < p->level_count && !f; k++)
      if (strlen(p->levels[k].name) == (size_t)(dot - key->text) && !strncmp(p->levels[k].name, key->text, (size_t)(dot - key->text)) && (k == s->level || (s->flat && k == LEVEL_HOUSEHOLD))) f = collected(p, k, dot + 1);
  } else {
    f = collected(p, s->level, key->text);
    const struct field *up = s->flat ? collected(p, LEVEL_HOUSEHOLD, key->text) : NULL;
    if (f && up && f != up) {
      problem_add(&l->list, key->at, ERR_INPUT, "write household.NAME or members.NAME", "both levels have a field \"%.60s\"", key->text);
      return NULL;
    }
    if (!f) f = up;
  }
  if (f) return f;
  const char *names[LOADER_FIELDS_MAX + 1];
  uint32_t n = 0;
  char hint[200] = "a source fills collected fields of its own level";
  for (uint32_t k = 0; k < p->level_count; k++)
    for (uint32_t i = 0; i < p->levels[k].collected_count && (k == s->level || (s->flat && k == LEVEL_HOUSEHOLD)) && n < LOADER_FIELDS_MAX; i++) names[n++] = p->levels[k].fields[i].name;
  names[n] = NULL;
  const char *near = problem_nearest(key->text, names);
  if (near) snprintf(hint, sizeof hint, "did you mean `%s`?", near);
  problem_add(&l->list, key->at, ERR_INPUT, hint, "unknown field \"%.60s\" in the map of \"%s\"", key->text, s->name);
  return NULL;
}

static bool build_recode(struct loader *l, const struct tree *t, struct source_map *m) {
  if (!t) return true;
  if (t->kind != TREE_MAP) {
    problem_add(&l->list, t->at, ERR_INPUT, "write {from: to, from: to}", "`recode` must be a map");
    return true;
  }
  struct recode *to = arena_array(l->arena, t->count + 1, sizeof *to);
  if (!to) return false;
  for (uint32_t i = 0; i < t->count; i++) {
    const struct tree *v = t->pairs[i].value;
    struct cell c;
    if (v->kind != TREE_TEXT) {
      problem_add(&l->list, v->at, ERR_INPUT, "write {from: to, from: to}", "`recode` gives a text for a text");
      continue;
    }
    if (v->len && m->target->kind == COL_CHOICE && !loader_cell(m->target, (struct span){v->text, v->len}, &c))
      problem_add(&l->list, v->at, ERR_INPUT, "write one of the field's choices", "\"%.60s\" is no choice of \"%s\"", v->text, m->target->name);
    to[m->recode_count++] = (struct recode){t->pairs[i].key->text, v->text};
  }
  m->recode = to;
  return true;
}

static bool build_within(struct loader *l, const struct got_texts *g, struct source_map *m) {
  if (!g->count) return true;
  const char **to = arena_array(l->arena, g->count, sizeof *to);
  if (!to) return false;
  if (m->target->area_level == UINT32_MAX) problem_add(&l->list, g->from->at, ERR_INPUT, "take it out, or make the field `choices: {areas: LEVEL}`", "`within` on \"%s\", which does not name areas", m->field);
  else if (g->count > m->target->area_level) problem_add(&l->list, g->from->at, ERR_INPUT, "one column for each wider level at most", "`within` of \"%s\" names more columns than there are wider levels", m->field);
  for (uint32_t i = 0; i < g->count; i++) to[i] = g->items[i]->text;
  m->within = to, m->within_count = g->count;
  return true;
}

static bool build_maps(struct loader *l, const struct tree *t, struct source *s) {
  if (!t) return true;
  if (t->kind != TREE_MAP) {
    problem_add(&l->list, t->at, ERR_INPUT, "write `field: column` pairs", "`map` of \"%s\" must be a map", s->name);
    return true;
  }
  struct source_map *to = arena_array(l->arena, t->count + 1, sizeof *to);
  if (!to) return false;
  s->maps = to;
  for (uint32_t i = 0; i < t->count; i++) {
    struct draft_column d = {0};
    if (!bind_map(&l->list, &keys_column, t->pairs[i].value, &d)) return false;
    struct source_map *m = &to[s->map_count];
    *m = (struct source_map){.target = target_of(l, s, t->pairs[i].key), .column = loader_text(&d.column), .line = t->pairs[i].key->at.line, .conversion = (enum conversion)d.with.v};
    if (!m->target || !m->column) continue;
    m->field = m->target->name;
    m->with = m->conversion ? conversion_word(m->conversion) : NULL;
    bool of_date = m->conversion == CONVERT_DMY || m->conversion == CONVERT_MDY || m->conversion == CONVERT_ID_BIRTH, number = m->target->kind == COL_INT || m->target->kind == COL_DECIMAL || m->target->kind == COL_REAL;
    if (m->conversion == CONVERT_ID_SEX) {
      struct cell c;
      if (m->target->kind != COL_CHOICE || !loader_cell(m->target, span_of("male"), &c) || !loader_cell(m->target, span_of("female"), &c))
        problem_add(&l->list, d.with.from->at, ERR_INPUT, "it fills a choice with the codes male and female", "`id_sex` does not fit \"%s\"", m->field);
    } else if (m->conversion && (of_date ? m->target->kind != COL_DATE : !number))
      problem_add(&l->list, d.with.from->at, ERR_INPUT, of_date ? "it reads dates" : "it reads numbers", "`%s` does not fit \"%s\", which is a %s", m->with, m->field, col_kind_name(m->target->kind));
    for (uint32_t j = 0; j < s->map_count; j++)
      if (to[j].target == m->target) problem_add(&l->list, t->pairs[i].key->at, ERR_INPUT, "keep one", "the field \"%s\" is mapped twice", m->field);
    if (!build_recode(l, d.recode.from, m) || !build_within(l, &d.within, m)) return false;
    s->map_count++;
  }
  return true;
}

/* The keys and the map of a source before, where this one says nothing else. */
static bool extend(struct loader *l, const struct got_text *name, struct source *s) {
  const struct source *from = NULL;
  if (!name->from) return true;
  for (uint32_t i = 0; i < l->p->source_count; i++)
    if (!strcmp(l->p->sources[i].name, name->s) && l->p->sources[i].level == s->level && l->p->sources[i].flat == s->flat) from = &l->p->sources[i];
  if (!from) {
    problem_add(&l->list, name->from->at, ERR_INPUT, "name a source that stands before it and is of the same level", "\"%s\" extends \"%.60s\", which is no such source", s->name, name->s);
    return true;
  }
  if (!s->household_key) s->household_key = from->household_key;
  if (!s->member_key) s->member_key = from->member_key;
  if (!s->village_key) s->village_key = from->village_key;
  struct source_map *all = arena_array(l->arena, s->map_count + from->map_count + 1, sizeof *all);
  if (!all) return false;
  if (s->map_count) memcpy(all, s->maps, s->map_count * sizeof *all);
  uint32_t own = s->map_count, n = own;
  for (uint32_t i = 0; i < from->map_count; i++) {
    bool said = false;
    for (uint32_t k = 0; k < own; k++) said |= all[k].target == from->maps[i].target;
    if (!said) all[n++] = from->maps[i];
  }
  s->maps = all, s->map_count = n;
  return true;
}

static bool build_spread(struct loader *l, const struct draft_spread *d, struct source *s) {
  const struct tree *t = d->columns.from;
  if (!d->from || !d->value.from || !d->by.from || !t) return true;
  const struct field *value = collected(l->p, s->level, d->value.s), *by = collected(l->p, s->level, d->by.s);
  if (s->level < LEVEL_LINE0) problem_add(&l->list, d->from->at, ERR_INPUT, "give the source the level of a list, e.g. income lines", "`spread` in the source \"%s\", which is not of a line level", s->name);
  else if (!value || (value->kind != COL_INT && value->kind != COL_DECIMAL && value->kind != COL_REAL)) problem_add(&l->list, d->value.from->at, ERR_INPUT, "name a collected number of the source's level", "`spread` of \"%s\" cannot fill \"%.60s\"", s->name, d->value.s);
  else if (!by || by->kind != COL_CHOICE || by == value) problem_add(&l->list, d->by.from->at, ERR_INPUT, "name another field of the source's level, of type choice", "`spread` of \"%s\" cannot be by \"%.60s\"", s->name, d->by.s);
  else if (t->kind != TREE_MAP || !t->count) problem_add(&l->list, t->at, ERR_INPUT, "write {heading: choice, heading: choice}", "`columns` must be a map");
  else {
    struct spread_column *to = arena_array(l->arena, t->count, sizeof *to);
    if (!to) return false;
    for (uint32_t i = 0; i < t->count; i++) {
      const struct tree *v = t->pairs[i].value;
      struct cell c;
      if (v->kind != TREE_TEXT || !loader_cell(by, (struct span){v->text, v->len}, &c)) {
        problem_add(&l->list, v->at, ERR_INPUT, "write one of the field's choices", "\"%.60s\" is no choice of \"%s\"", v->kind == TREE_TEXT ? v->text : "", by->name);
        continue;
      }
      to[s->spread_count++] = (struct spread_column){t->pairs[i].key->text, v->text};
    }
    for (uint32_t i = 0; i < s->map_count; i++)
      if (s->maps[i].target == value || s->maps[i].target == by) problem_add(&l->list, d->from->at, ERR_INPUT, "take it out of the map", "the field \"%s\" is mapped and spread", s->maps[i].target->name);
    s->spread = to, s->spread_value = value, s->spread_by = by;
  }
  return true;
}

bool sources_build(struct loader *l) {
  const struct draft_source *d = l->draft.sources.items;
  struct source *to = arena_array(l->arena, l->draft.sources.count + 1, sizeof *to);
  static const char *const formats[] = {"csv", "dta", "rdata", "rds"};
  if (!to) return false;
  l->p->sources = to;
  for (uint32_t i = 0; i < l->draft.sources.count; i++) {
    if (!d[i].name.from || !d[i].file.from) continue;
    struct source *s = &to[l->p->source_count];
    for (uint32_t j = 0; j < l->p->source_count; j++)
      if (!strcmp(to[j].name, d[i].name.s)) problem_add(&l->list, d[i].name.from->at, ERR_INPUT, "give it another name", "the source \"%s\" stands twice", d[i].name.s);
    *s = (struct source){.name = d[i].name.s, .file = d[i].file.s, .format = d[i].format.from ? formats[d[i].format.v] : NULL, .table = loader_text(&d[i].table), .flat = d[i].flat.v, .form = d[i].layout.from && d[i].layout.v == 1, .optional = d[i].optional.v, .partial = d[i].partial.v,
      .household_key = loader_text(&d[i].household), .member_key = loader_text(&d[i].member), .village_key = loader_text(&d[i].village),
      .fetch_hint_en = d[i].fetch.v.en, .fetch_hint_zh = d[i].fetch.v.zh, .line = d[i].from->at.line};
    s->level = loader_level(l, &d[i].level);
    if (s->level == UINT32_MAX) continue;
    if (strstr(s->file, "..") || s->file[0] == '/') problem_add(&l->list, d[i].file.from->at, ERR_INPUT, "a name inside the data folder; `--data DIR` chooses another folder", "the file \"%.80s\" is outside the data folder", s->file);
    if (s->flat && s->level != LEVEL_MEMBER) problem_add(&l->list, d[i].flat.from->at, ERR_INPUT, "add `level: members`", "only a file of members can be flat");
    if (s->form && (s->level != LEVEL_HOUSEHOLD || s->format)) problem_add(&l->list, d[i].layout.from->at, ERR_INPUT, "tables of the same workbook are sources of their own, without `layout`", "only a workbook of households can be a form");
    if (!build_maps(l, d[i].map.from, s) || !extend(l, &d[i].extends, s) || !build_spread(l, &d[i].spread, s)) return false;
    if (s->level == LEVEL_VILLAGE ? !s->village_key : !s->household_key)
      problem_add(&l->list, d[i].from->at, ERR_INPUT, "say which column tells whose row it is", "the source \"%s\" needs `%s`", s->name, s->level == LEVEL_VILLAGE ? "village" : "household");
    l->p->source_count++;
  }
  return true;
}

const char *conversion_word(enum conversion c) {
  static const char *const words[] = {
#define X(id, word, text) word,
    CONVERSION_TABLE(X)
#undef X
  };
  return c < CONVERSION_COUNT ? words[c] : "";
}
