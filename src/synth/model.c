#include "synth/model.h"

#include <string.h>

#include "base/file.h"
#include "base/number.h"
#include "programme/tree.h"

#define SYNTH_FILE_MAX (1u << 20)

static enum status off(const struct tree *t, struct err *e, const char *what) {
  return err_set(e, ERR_INPUT, "docs/method/synthetic.md describes each key", "%s:%d:%d: %s", t->at.file, t->at.line, t->at.column, what);
}

static enum status need(const struct tree *map, const char *key, enum tree_kind kind, const struct tree **out, struct err *e) {
  *out = map->kind == TREE_MAP ? tree_get(map, key) : NULL;
  if (!*out) return err_set(e, ERR_INPUT, "docs/method/synthetic.md describes each key", "%s:%d:%d: `%s` is missing here", map->at.file, map->at.line, map->at.column, key);
  if ((*out)->kind != kind) return off(*out, e, kind == TREE_LIST ? "a list is wanted here" : kind == TREE_MAP ? "keys and values are wanted here" : "a text or number is wanted here");
  return OK;
}

static enum status number(const struct tree *map, const char *key, double least, double most, double *out, struct err *e) {
  const struct tree *t;
  TRY(need(map, key, TREE_TEXT, &t, e));
  if (!number_double(t->text, t->len, out) || *out < least || *out > most)
    return err_set(e, ERR_INPUT, NULL, "%s:%d:%d: `%s` is %s; a number from %g to %g is wanted", t->at.file, t->at.line, t->at.column, key, t->text, least, most);
  return OK;
}

static enum status word(const struct tree *map, const char *key, const char **out, struct err *e) {
  const struct tree *t;
  TRY(need(map, key, TREE_TEXT, &t, e));
  if (t->len > SYNTH_WORD_MAX) return off(t, e, "at most 60 bytes are wanted here");
  *out = t->text;
  return OK;
}

/* A code, as the number of a word. */
static enum status coded(struct model *m, const struct tree *map, const char *key, uint8_t *out, struct err *e) {
  const char *text;
  uint32_t i = 0;
  TRY(word(map, key, &text, e));
  while (i < m->word_count && strcmp(m->words[i], text) != 0) i++;
  if (i == WORDS_MAX) return off(map, e, "this file has more different codes than the program takes");
  if (i == m->word_count) m->words[m->word_count++] = text;
  *out = (uint8_t)i;
  return OK;
}

/* A code must be a choice of the field, so that what is made can be imported. */
static enum status choice_of(const struct programme *p, const char *level, const char *field, const struct tree *at, const char *code, struct err *e) {
  for (uint32_t i = 0; i < p->level_count; i++) {
    if (strcmp(p->levels[i].name, level) != 0) continue;
    const struct field *f = programme_field(p, i, field);
    if (!f) return OK; /* the programme doesn't collect it: it is left out */
    for (uint32_t k = 0; k < f->choice_count; k++)
      if (!strcmp(f->choices[k].code, code)) return OK;
    return err_set(e, ERR_INPUT, "use a code of programme.yaml", "%s:%d:%d: %s is no choice of the field %s", at->at.file, at->at.line, at->at.column, code, field);
  }
  return OK;
}

static enum status words(struct arena *a, const struct tree *top, const char *key, const char *const **out, uint32_t *count, struct err *e) {
  const struct tree *t;
  const char **list;
  TRY(need(top, key, TREE_LIST, &t, e));
  if (!t->count || t->count > 30000) return off(t, e, "at least one is wanted here, and at most 30,000");
  ARENA_TRY(e, list = arena_array(a, t->count, sizeof *list));
  for (uint32_t i = 0; i < t->count; i++) {
    if (t->items[i]->kind != TREE_TEXT || t->items[i]->len > SYNTH_WORD_MAX) return off(t->items[i], e, "a text of at most 60 bytes is wanted here");
    list[i] = t->items[i]->text;
  }
  *out = list, *count = t->count;
  return OK;
}

static enum status read_rounds(struct model *m, const struct tree *top, struct err *e) {
  const struct tree *t;
  TRY(need(top, "rounds", TREE_LIST, &t, e));
  if (!t->count || t->count > SYNTH_ROUNDS_MAX) return off(t, e, "one to eight rounds are wanted here");
  m->round_count = t->count;
  for (uint32_t i = 0; i < t->count; i++) {
    double year;
    TRY(number(t->items[i], "year", 1950, 2100, &year, e));
    TRY(number(t->items[i], "poor", 0.0001, 0.9, &m->rounds[i].poor, e));
    TRY(number(t->items[i], "income", 1, 1e9, &m->rounds[i].income, e));
    m->rounds[i].above = 1;
    if (tree_get(t->items[i], "above")) TRY(number(t->items[i], "above", 0.2, 5, &m->rounds[i].above, e));
    m->rounds[i].year = (int)year;
    if (i && m->rounds[i].year <= m->rounds[i - 1].year) return off(t->items[i], e, "rounds go from the earliest to the latest");
  }
  return OK;
}

static enum status read_kinds(struct model *m, const struct tree *top, struct err *e) {
  static const char *const names[KIND_COUNT] = {"single", "old_couple", "couple", "family", "lone_parent", "generations"};
  const struct tree *t;
  double sum = 0;
  TRY(need(top, "kinds", TREE_MAP, &t, e));
  for (int k = 0; k < KIND_COUNT; k++) {
    TRY(number(t, names[k], 0, 1, &m->kinds[k], e));
    sum += m->kinds[k];
  }
  if (sum < 0.999 || sum > 1.001) return off(t, e, "the shares of kinds of households do not sum to 1");
  return OK;
}

static enum status read_crops(struct arena *a, const struct programme *p, struct model *m, const struct tree *top, struct err *e) {
  const struct tree *t;
  struct synth_crop *list;
  TRY(need(top, "crops", TREE_LIST, &t, e));
  if (t->count > SYNTH_CROPS_MAX) return off(t, e, "at most 32 crops are wanted here");
  ARENA_TRY(e, list = arena_array(a, t->count + 1, sizeof *list));
  for (uint32_t i = 0; i < t->count; i++) {
    const struct tree *x = t->items[i];
    struct synth_crop *c = &list[i];
    const char *rate, *kind;
    TRY(word(x, "crop", &c->crop, e));
    TRY(coded(m, x, "crop", &c->crop_word, e));
    TRY(coded(m, x, "item", &c->item, e));
    TRY(coded(m, x, "unit", &c->unit, e));
    TRY(word(x, "kind", &kind, e));
    TRY(word(x, "rate", &rate, e));
    TRY(number(x, "share", 0, 1, &c->share, e));
    TRY(number(x, "area", 0.01, 1000, &c->area, e));
    TRY(number(x, "yield", 0.1, 1e5, &c->yield, e));
    TRY(number(x, "price", 0.01, 1e6, &c->price, e));
    c->low = -500, c->high = 9000;
    if (tree_get(x, "bears")) TRY(number(x, "bears", 0, 30, &c->bears, e));
    if (tree_get(x, "low")) TRY(number(x, "low", -500, 9000, &c->low, e));
    if (tree_get(x, "high")) TRY(number(x, "high", c->low, 9000, &c->high, e));
    c->animal = !strcmp(kind, "heads");
    if (!c->animal && strcmp(kind, "mu") != 0) return off(x, e, "`kind` is mu or heads");
    TRY(choice_of(p, "crops", "crop", x, c->crop, e));
    TRY(choice_of(p, "income_lines", "item", x, m->words[c->item], e));
    uint32_t k = 0;
    while (k < p->param_count && strcmp(p->params[k].name, rate) != 0) k++;
    if (k == p->param_count) return off(x, e, "`rate` names no number of the programme's `params`");
    c->cost = p->params[k].value.kind == RULE_DOUBLE ? p->params[k].value.d : (double)p->params[k].value.i;
    if (!(c->cost >= 0 && c->cost < 0.95)) return off(x, e, "`rate` names no share of cost below 0.95");
  }
  m->crops = list, m->crop_count = t->count;
  return OK;
}

static enum status read_funds(struct arena *a, struct model *m, const struct tree *top, struct err *e) {
  const struct tree *t;
  struct synth_fund *list;
  if (!tree_get(top, "funds")) return OK;
  TRY(need(top, "funds", TREE_LIST, &t, e));
  if (t->count > 200) return off(t, e, "at most 200 funds are wanted here");
  ARENA_TRY(e, list = arena_array(a, t->count + 1, sizeof *list));
  for (uint32_t i = 0; i < t->count; i++) {
    TRY(word(t->items[i], "fund", &list[i].fund, e));
    TRY(number(t->items[i], "per_person", 0, 1e7, &list[i].per_person, e));
  }
  m->funds = list, m->fund_count = t->count;
  return OK;
}

static enum status read_peoples(struct arena *a, const struct programme *p, struct model *m, const struct tree *top, struct err *e) {
  const struct tree *t;
  struct synth_people *list;
  TRY(need(top, "ethnicity", TREE_LIST, &t, e));
  if (!t->count) return off(t, e, "at least one is wanted here");
  ARENA_TRY(e, list = arena_array(a, t->count, sizeof *list));
  for (uint32_t i = 0; i < t->count; i++) {
    TRY(coded(m, t->items[i], "code", &list[i].people, e));
    TRY(word(t->items[i], "area", &list[i].area, e));
    TRY(number(t->items[i], "share", 0, 1, &list[i].share, e));
    TRY(choice_of(p, "members", "ethnicity", t->items[i], m->words[list[i].people], e));
    if (strcmp(list[i].area, "*") != 0 && programme_area(p, list[i].area) == UINT32_MAX) return off(t->items[i], e, "`area` is no code of the programme's areas");
  }
  m->peoples = list, m->people_count = t->count;
  return OK;
}

enum status model_parse(struct arena *a, const struct programme *p, const char *file, const char *data, size_t len, struct model **out, struct err *e) {
  struct problems list;
  const struct tree *t;
  struct model *m;
  problem_init(&list, a);
  const struct tree *top = tree_read_yaml(&list, file, data, len);
  if (list.broken) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (list.first) return err_set(e, list.first->status, list.first->hint, "%s:%d:%d: %s", list.first->file, list.first->line, list.first->column, list.first->message);
  if (!top || top->kind != TREE_MAP) return err_set(e, ERR_INPUT, "docs/method/synthetic.md describes each key", "%s: keys and values are wanted", file);
  ARENA_TRY(e, m = arena_new(a, struct model));
#define X(name) m->words[m->word_count++] = #name;
  WORDS(X)
#undef X
  TRY(need(top, "model", TREE_MAP, &t, e));
#define X(name, least, most) TRY(number(t, #name, least, most, &m->name, e));
  SYNTH_NUMBERS(X)
#undef X
  TRY(read_rounds(m, top, e));
  TRY(read_kinds(m, top, e));
  TRY(read_crops(a, p, m, top, e));
  TRY(read_funds(a, m, top, e));
  TRY(read_peoples(a, p, m, top, e));
  TRY(words(a, top, "surnames", &m->surnames, &m->surname_count, e));
  TRY(words(a, top, "given", &m->given, &m->given_count, e));
  *out = m;
  return OK;
}

enum status model_read(struct arena *a, const struct programme *p, struct model **out, struct err *e) {
  char *path, *data;
  size_t len;
  ARENA_TRY(e, path = file_join(a, p->folder, "synth.yaml"));
  if (!file_exists(path)) return err_set(e, ERR_NOT_FOUND, "write one: docs/method/synthetic.md says how", "%s: the programme has no model of a synthetic population", path);
  TRY(file_read(a, path, SYNTH_FILE_MAX, &data, &len, e));
  return model_parse(a, p, path, data, len, out, e);
}
