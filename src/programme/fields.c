/* fields.c - levels and the codebook. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "programme/loader.h"

enum { TYPE_MONEY = COL_KIND_COUNT }; /* the last word of a field's type */

bool fields_build_levels(struct loader *l) {
  static const char *const names[] = {"household", "members", "village"};
  static const struct label labels[] = {{"Household", "家庭"}, {"Members", "成员"}, {"Village", "村"}};
  struct programme *p = l->p;
  for (uint32_t i = 0; i < 3; i++) p->levels[i] = (struct level){.name = names[i], .label = labels[i], .empty_unknown = i == LEVEL_MEMBER};
  p->level_count = 3;
  const struct draft_level *d = l->draft.levels.items;
  for (uint32_t i = 0; i < l->draft.levels.count; i++) {
    if (!d[i].name.from) continue;
    uint32_t at = 0;
    while (at < p->level_count && strcmp(p->levels[at].name, d[i].name.s) != 0) at++;
    if (at >= LEVEL_LINE0 && at < p->level_count) {
      problem_add(&l->list, d[i].name.from->at, ERR_INPUT, "give it another name", "the level \"%s\" stands twice", d[i].name.s);
      continue;
    }
    if (at == LEVEL_MAX) {
      problem_add(&l->list, d[i].name.from->at, ERR_LIMIT, NULL, "more than %d levels", LEVEL_MAX - LEVEL_LINE0);
      break;
    }
    if (at == p->level_count) {
      if (!loader_take_name(l, &d[i].name, "a level")) return false;
      p->levels[p->level_count++] = (struct level){.name = d[i].name.s};
    }
    if (d[i].label.from) p->levels[at].label = d[i].label.v;
    if (d[i].empty.from) {
      if (at == LEVEL_HOUSEHOLD || at == LEVEL_VILLAGE) problem_add(&l->list, d[i].empty.from->at, ERR_INPUT, "only lists of a household have it", "`empty` says nothing about \"%s\"", d[i].name.s);
      else p->levels[at].empty_unknown = d[i].empty.v == 1;
    }
  }
  p->env.level_count = p->level_count;
  for (uint32_t i = 0; i < p->level_count; i++) p->env.level_names[i] = p->levels[i].name;
  return true;
}

bool loader_cell(const struct field *f, struct span t, struct cell *out) {
  *out = (struct cell){.absence = PRESENT};
  int32_t days;
  switch (f->kind) {
  case COL_BOOL: out->i = span_is(t, "true"); return out->i || span_is(t, "false");
  case COL_INT: return number_int64(t.at, t.len, &out->i);
  case COL_DECIMAL: return number_decimal(t.at, t.len, f->decimals, &out->i);
  case COL_REAL: {
    if (!number_double(t.at, t.len, &out->d) || !isfinite(out->d)) return false;
    out->d += 0.0; /* no -0 */
    return true;
  }
  case COL_DATE:
    if (!date_parse(t.at, t.len, &days)) return false;
    out->i = days;
    return true;
  case COL_CHOICE:
    for (uint32_t i = 0; i < f->choice_count; i++)
      if (span_is(t, f->choices[i].code)) {
        out->s = span_of(f->choices[i].code);
        return true;
      }
    return false;
  default: out->s = t; return true;
  }
}

static void bound(struct loader *l, struct field *f, const struct got_text *t, const char *key, bool low) {
  if (!t->from) return;
  struct cell c;
  if (f->kind != COL_INT && f->kind != COL_DECIMAL && f->kind != COL_REAL && f->kind != COL_DATE)
    problem_add(&l->list, t->from->at, ERR_INPUT, "take it out", "`%s` has no meaning for a %s", key, col_kind_name(f->kind));
  else if (!loader_cell(f, (struct span){t->s, t->len}, &c))
    problem_add(&l->list, t->from->at, ERR_INPUT, f->kind == COL_DATE ? "write 2026-12-31" : "no commas, no units, no more decimals than the field has",
                "`%s` of \"%s\" must be a value of the field, not \"%.60s\"", key, f->name, t->s);
  else if (f->kind == COL_REAL) {
    f->real_bounded = true;
    *(low ? &f->real_lo : &f->real_hi) = c.d;
  } else {
    f->bounded = true;
    *(low ? &f->lo : &f->hi) = c.i;
  }
}

static void bounds(struct loader *l, struct field *f, const struct draft_field *d) {
  f->lo = INT64_MIN, f->hi = INT64_MAX, f->real_lo = -INFINITY, f->real_hi = INFINITY;
  bound(l, f, &d->min, "min", true);
  bound(l, f, &d->max, "max", false);
  if (f->lo > f->hi || f->real_lo > f->real_hi) problem_add(&l->list, d->max.from->at, ERR_INPUT, "swap them", "`max` of \"%s\" is below its `min`", f->name);
  if (f->kind == COL_DATE && f->bounded) { /* a date is a day from year 1 to 9999 in any case */
    if (f->lo < DATE_MIN) f->lo = DATE_MIN;
    if (f->hi > DATE_MAX) f->hi = DATE_MAX;
  }
}

static void add_choice(struct loader *l, struct field *f, struct choice *to, struct place at, const char *code, struct label label) {
  for (uint32_t i = 0; i < f->choice_count; i++)
    if (!strcmp(to[i].code, code)) {
      problem_add(&l->list, at, ERR_INPUT, "keep one", "the choice \"%.60s\" of \"%s\" stands twice", code, f->name);
      return;
    }
  if (!*code) problem_add(&l->list, at, ERR_INPUT, "an absent answer is not a choice: leave the cell empty", "an empty choice of \"%s\"", f->name);
  else to[f->choice_count++] = (struct choice){code, label};
}

static bool area_choices(struct loader *l, struct field *f, const struct tree *level) {
  struct programme *p = l->p;
  uint32_t at = 0;
  while (at < p->area_level_count && (level->kind != TREE_TEXT || strcmp(p->area_level_names[at], level->text) != 0)) at++;
  if (at == p->area_level_count) {
    problem_add(&l->list, level->at, ERR_INPUT, "one of areas.levels", "unknown area level in the choices of \"%s\"", f->name);
    return true;
  }
  struct choice *to = arena_array(l->arena, p->area_count + 1, sizeof *to);
  const char **in_use = arena_array(l->arena, p->area_count + 1, sizeof *in_use);
  if (!to || !in_use) return false;
  for (uint32_t i = 0; i < p->area_count; i++)
    if (p->areas[i].level == at) in_use[f->choice_count] = p->areas[p->areas[i].now].code, to[f->choice_count++] = (struct choice){p->areas[i].code, {p->areas[i].name_en, p->areas[i].name_zh}};
  f->choices = to, f->in_use = in_use;
  f->area_level = at;
  return true;
}

/* "code" or "code=label" of a table's cell. */
static bool cell_choice(struct loader *l, struct field *f, struct choice *to, const struct tree *t) {
  const char *equals = strchr(t->text, '=');
  if (!equals) {
    add_choice(l, f, to, t->at, t->text, (struct label){NULL, NULL});
    return true;
  }
  const char *code = arena_strn(l->arena, t->text, (size_t)(equals - t->text)), *words = arena_str(l->arena, equals + 1);
  if (!code || !words) return false;
  add_choice(l, f, to, t->at, code, (struct label){words, NULL});
  return true;
}

struct draft_choice { const struct tree *from; struct got_text code; struct got_label label; };
static const struct key choice_rows[] = {
  {.name = "code", .type = KEY_TEXT, .required = true, .offset = offsetof(struct draft_choice, code), .text = "as in the data"},
  {.name = "label", .type = KEY_LABEL, .offset = offsetof(struct draft_choice, label), .text = "the words people read"},
};
static const struct key_table keys_choice = {.title = "a choice", .size = sizeof(struct draft_choice), .keys = choice_rows, .count = 2, .shorthand = "code"};

static bool choices(struct loader *l, struct field *f, const struct draft_field *d) {
  const struct tree *t = d->choices.from;
  if (!t) {
    if (f->kind == COL_CHOICE) problem_add(&l->list, d->from->at, ERR_INPUT, "add `choices: [..]`", "the choice field \"%s\" has no choices", f->name);
    return true;
  }
  if (f->kind != COL_CHOICE) {
    problem_add(&l->list, t->at, ERR_INPUT, "make its type `choice`, or take them out", "choices on \"%s\", whose type is %s", f->name, col_kind_name(f->kind));
    return true;
  }
  if (t->kind == TREE_MAP && tree_get(t, "areas") && t->count == 1) return area_choices(l, f, tree_get(t, "areas"));
  struct choice *to;
  if (t->kind == TREE_TEXT && t->style == TREE_CELL && !strncmp(t->text, "areas:", 6)) {
    struct tree *level = arena_copy(l->arena, t, sizeof *t);
    if (!level) return false;
    level->at = tree_place(t, 6);
    level->text += 6, level->len -= 6, level->raw = NULL;
    return area_choices(l, f, level);
  }
  if (t->kind == TREE_TEXT && t->style == TREE_CELL) {
    struct got_texts parts = {0};
    if (!bind_split(&l->list, t, &parts)) return false;
    if (!(to = arena_array(l->arena, parts.count + 1, sizeof *to))) return false;
    f->choices = to;
    for (uint32_t i = 0; i < parts.count; i++)
      if (!cell_choice(l, f, to, parts.items[i])) return false;
    return true;
  }
  if (t->kind != TREE_LIST) {
    problem_add(&l->list, t->at, ERR_INPUT, "write [a, b], or [{code: a, label: words}], or {areas: LEVEL}", "`choices` of \"%s\" must be a list", f->name);
    return true;
  }
  struct got_list g = {0};
  if (!bind_list(&l->list, &keys_choice, t, &g) || !(to = arena_array(l->arena, g.count + 1, sizeof *to))) return false;
  f->choices = to;
  const struct draft_choice *c = g.items;
  for (uint32_t i = 0; i < g.count; i++)
    if (c[i].code.from) add_choice(l, f, to, c[i].code.from->at, c[i].code.s, c[i].label.v);
  if (!f->choice_count) problem_add(&l->list, t->at, ERR_INPUT, "name at least one", "the choice field \"%s\" has no choices", f->name);
  return true;
}

static enum absence absence_of(struct loader *l, const struct tree *t) {
  for (uint32_t i = 0; keys_absences[i]; i++)
    if (t->kind == TREE_TEXT && !strcmp(keys_absences[i], t->text)) return (enum absence)(i + 1);
  problem_add(&l->list, t->at, ERR_INPUT, "one of: empty refused not_applicable no_roster", "\"%.60s\" is no kind of absence", t->kind == TREE_TEXT ? t->text : "");
  return PRESENT;
}

static bool missing(struct loader *l, struct field *f, const struct draft_field *d) {
  const struct tree *t = d->missing.from;
  if (!t) return true;
  struct missing_code *to;
  if (t->kind == TREE_MAP) {
    if (!(to = arena_array(l->arena, t->count + 1, sizeof *to))) return false;
    f->missing = to;
    for (uint32_t i = 0; i < t->count; i++) {
      enum absence why = absence_of(l, t->pairs[i].value);
      if (why) to[f->missing_count++] = (struct missing_code){t->pairs[i].key->text, why};
    }
    return true;
  }
  if (t->kind != TREE_TEXT || t->style != TREE_CELL) {
    problem_add(&l->list, t->at, ERR_INPUT, "write {-9: refused, -8: not_applicable}", "`missing` of \"%s\" must be a map from a code to a kind of absence", f->name);
    return true;
  }
  uint32_t n = 1;
  for (uint32_t i = 0; i < t->len; i++) n += t->text[i] == '|';
  if (!(to = arena_array(l->arena, n, sizeof *to))) return false;
  f->missing = to;
  for (const char *start = t->text; start;) { /* code=word|code=word */
    const char *bar = strchr(start, '|'), *end = bar ? bar : t->text + t->len;
    const char *equals = memchr(start, '=', (size_t)(end - start));
    struct place at = tree_place(t, (size_t)(start - t->text));
    if (!equals) problem_add(&l->list, at, ERR_INPUT, "write -9=refused|-8=not_applicable", "a missing code without its kind of absence");
    else {
      struct tree word = {.kind = TREE_TEXT, .at = tree_place(t, (size_t)(equals + 1 - t->text))};
      const char *code = arena_strn(l->arena, start, (size_t)(equals - start));
      if (!code || !(word.text = arena_strn(l->arena, equals + 1, (size_t)(end - equals - 1)))) return false;
      enum absence why = absence_of(l, &word);
      if (why) to[f->missing_count++] = (struct missing_code){code, why};
    }
    start = bar ? bar + 1 : NULL;
  }
  return true;
}

static void fill(struct loader *l, struct field *f, const struct draft_fill *d) {
  if (!d->from || !d->value.from) return;
  if (!loader_cell(f, (struct span){d->value.s, d->value.len}, &f->fill_value)) {
    problem_add(&l->list, d->value.from->at, ERR_INPUT, "it is read like the field's own values", "the fill of \"%s\" must be a value of the field, not \"%.60s\"", f->name, d->value.s);
    return;
  }
  bool out_of = (f->bounded && (f->kind == COL_INT || f->kind == COL_DECIMAL || f->kind == COL_DATE) && (f->fill_value.i < f->lo || f->fill_value.i > f->hi)) ||
                (f->real_bounded && f->kind == COL_REAL && (f->fill_value.d < f->real_lo || f->fill_value.d > f->real_hi));
  if (out_of) problem_add(&l->list, d->value.from->at, ERR_INPUT, "widen the bounds, or choose another value", "the fill of \"%s\" is outside its own bounds", f->name);
  for (uint32_t i = 0; i < d->when.count; i++) {
    enum absence why = absence_of(l, d->when.items[i]);
    if (why) f->fill |= 1u << why;
  }
}

static bool build_one(struct loader *l, struct field *f, const struct draft_field *d) {
  static const enum sensitivity otherwise = SENS_INTERNAL;
  int type = d->type.from ? d->type.v : COL_TEXT;
  f->kind = type == TYPE_MONEY ? COL_DECIMAL : (enum col_kind)type;
  f->money = type == TYPE_MONEY;
  f->decimals = f->money ? l->p->currency_decimals : 0;
  f->label = d->label.v, f->unit = loader_text(&d->unit), f->source = loader_text(&d->source);
  f->sensitivity = d->sensitivity.from ? (enum sensitivity)d->sensitivity.v : otherwise;
  f->sealed = d->sealed.v, f->searchable = d->searchable.v, f->required = d->required.v, f->changeable = d->changeable.v;
  f->incentive = d->incentive.v, f->assumed = d->assumed.v;
  f->area_level = UINT32_MAX;
  f->line = d->from->at.line;
  if (d->decimals.from) {
    if (f->kind != COL_DECIMAL || f->money) problem_add(&l->list, d->decimals.from->at, ERR_INPUT, f->money ? "the currency's decimals stand under programme" : "make its type `decimal`, or take it out", "`decimals` on \"%s\", whose type is %s", f->name, f->money ? "money" : col_kind_name(f->kind));
    else if (d->decimals.v < 0 || d->decimals.v > 9) problem_add(&l->list, d->decimals.from->at, ERR_INPUT, NULL, "`decimals` is 0 to 9");
    else f->decimals = (uint8_t)d->decimals.v;
  } else if (f->kind == COL_DECIMAL && !f->money && !tree_get(d->from, "decimals")) problem_add(&l->list, d->from->at, ERR_INPUT, "add `decimals: 2`, or as many as it has", "the decimal field \"%s\" does not say how many decimals", f->name);
  if (f->money && !l->p->currency) problem_add(&l->list, d->type.from->at, ERR_INPUT, "add `currency: CNY` under programme", "the money field \"%s\" in a programme without a currency", f->name);
  if (f->searchable && !f->sealed) problem_add(&l->list, d->searchable.from->at, ERR_INPUT, "take it out: fields that are not sealed can be searched anyway", "`searchable` on \"%s\", which is not sealed", f->name);
  if (f->sealed && f->kind != COL_TEXT) problem_add(&l->list, d->sealed.from->at, ERR_INPUT, "make its type `text`", "\"%s\" is sealed, and only texts can be", f->name);
  if (f->sealed && f->changeable) problem_add(&l->list, d->changeable.from->at, ERR_INPUT, "take it out", "\"%s\" is sealed: no rule reads it, so no change of it matters", f->name);
  bounds(l, f, d);
  if (!choices(l, f, d) || !missing(l, f, d)) return false;
  fill(l, f, &d->fill);
  const char *words = d->type.from ? d->type.from->text : NULL;
  for (uint32_t i = 0; d->assumed.v && i < f->choice_count && f->area_level == UINT32_MAX; i++) { /* what is assumed of a choice is its list */
    words = i ? arena_printf(l->arena, "%s|%s", words, f->choices[i].code) : f->choices[i].code;
    if (!words) return false;
  }
  return loader_assume(l, d->from, &d->assumed, "fields", f->name, f->level == LEVEL_HOUSEHOLD ? NULL : l->p->levels[f->level].name, f->label, words, &d->source);
}

static bool to_rules(struct loader *l, const struct field *f, struct rule_field *r) {
  *r = (struct rule_field){.name = f->name, .level = f->level, .kind = f->kind, .decimals = f->decimals, .fill = f->fill, .fill_value = f->fill_value,
    .changeable = f->changeable, .tainted = f->incentive, .column = f->column, .bounded = f->bounded, .lo = f->lo, .hi = f->hi};
  if (f->kind == COL_BOOL) r->bounded = true, r->lo = 0, r->hi = 1;
  if (f->kind != COL_CHOICE) return true;
  const char **codes = arena_array(l->arena, f->choice_count + 1, sizeof *codes);
  if (!codes) return false;
  for (uint32_t i = 0; i < f->choice_count; i++) codes[i] = f->choices[i].code;
  r->choices = codes;
  return true;
}

/* Room for a level's collected and derived fields; derived ones get their place now and their rule in derive.c. */
bool fields_build(struct loader *l) {
  struct programme *p = l->p;
  const struct draft_field *d = l->draft.fields.items;
  const struct draft_derive *v = l->draft.derive.items;
  uint32_t n = l->draft.fields.count, m = l->draft.derive.count, room[LEVEL_MAX] = {0};
  uint32_t *level = arena_array(l->arena, n + m + 1, sizeof *level);
  if (!level) return false;
  for (uint32_t i = 0; i < n; i++) {
    level[i] = d[i].name.from ? loader_level(l, &d[i].level) : UINT32_MAX;
    if (level[i] != UINT32_MAX) room[level[i]]++;
  }
  for (uint32_t i = 0; i < m; i++) {
    level[n + i] = v[i].name.from ? loader_level(l, &v[i].level) : UINT32_MAX;
    if (level[n + i] != UINT32_MAX) room[level[n + i]]++;
  }
  for (uint32_t k = 0; k < p->level_count; k++) {
    if (room[k] > LOADER_FIELDS_MAX) {
      problem_add(&l->list, l->draft.from->at, ERR_LIMIT, NULL, "more than %u fields of level %s", LOADER_FIELDS_MAX, p->levels[k].name);
      room[k] = LOADER_FIELDS_MAX;
    }
    l->fields[k] = arena_array(l->arena, room[k] + LOADER_FIELDS_OURS, sizeof *l->fields[k]);
    l->rule_fields[k] = arena_array(l->arena, room[k] + LOADER_FIELDS_OURS, sizeof *l->rule_fields[k]);
    if (!l->fields[k] || !l->rule_fields[k]) return false;
  }
  struct map taken[LEVEL_MAX];
  for (uint32_t k = 0; k < LEVEL_MAX; k++) map_init(&taken[k], l->arena);
  for (uint32_t i = 0; i < n + m; i++) {
    const struct got_text *name = i < n ? &d[i].name : &v[i - n].name;
    if (level[i] == UINT32_MAX || p->levels[level[i]].field_count >= room[level[i]]) continue;
    struct level *to = &p->levels[level[i]];
    bool fresh;
    uint32_t index;
    if (!map_put(&taken[level[i]], name->s, name->len, &index, &fresh)) return false;
    if (!fresh) {
      problem_add(&l->list, name->from->at, ERR_INPUT, "give one of them another name", "the %s field \"%s\" stands twice", to->name, name->s);
      continue;
    }
    if (map_get(&l->names, name->s, name->len) != MAP_NONE) {
      problem_add(&l->list, name->from->at, ERR_INPUT, "give the field another name", "\"%s\" is already the name of a constant or a level", name->s);
      continue;
    }
    struct field *f = &l->fields[level[i]][to->field_count];
    struct rule_field *r = &l->rule_fields[level[i]][to->field_count];
    f->name = name->s, f->level = level[i];
    if (i < n) {
      f->column = to->collected_count++;
      if (!build_one(l, f, &d[i]) || !to_rules(l, f, r)) return false;
    } else { /* nameless to rules until derive.c has compiled it */
      *r = (struct rule_field){.name = "", .level = level[i]};
      f->area_level = UINT32_MAX;
      f->label = v[i - n].label.v, f->unit = loader_text(&v[i - n].unit), f->source = loader_text(&v[i - n].source);
      f->sensitivity = v[i - n].sensitivity.from ? (enum sensitivity)v[i - n].sensitivity.v : SENS_INTERNAL;
      f->assumed = v[i - n].assumed.v;
      f->derived_source = v[i - n].rule.from ? v[i - n].rule.s : "";
      f->line = v[i - n].from->at.line;
    }
    to->field_count++;
  }
  for (uint32_t k = 0; k < p->level_count; k++) {
    p->levels[k].fields = l->fields[k];
    p->env.fields[k] = l->rule_fields[k];
    p->env.field_count[k] = p->levels[k].field_count;
  }
  return areas_check_household(l);
}

const struct field *programme_field(const struct programme *p, uint32_t level, const char *name) {
  if (level >= p->level_count || !name) return NULL;
  for (uint32_t i = 0; i < p->levels[level].field_count; i++)
    if (!strcmp(p->levels[level].fields[i].name, name)) return &p->levels[level].fields[i];
  return NULL;
}
