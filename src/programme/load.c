/* load.c - files to trees to drafts to a programme, and the help that the other steps share. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "programme/loader.h"
#include "programme/sheet.h"

const struct rule_type loader_bool = {.kind = RULE_BOOL};

const char *label_in(const struct label *l, enum language lang, const char *otherwise) {
  const char *first = lang == LANG_ZH ? l->zh : l->en, *second = lang == LANG_ZH ? l->en : l->zh;
  return first ? first : second ? second : otherwise;
}

const char *loader_text(const struct got_text *t) { return t->from ? t->s : NULL; }

/* What a programme rests on, by a name of its own, so that a copy can say which of it was confirmed. */
static bool keep_value(struct loader *l, struct programme_value v) {
  struct programme *p = l->p;
  bool fresh;
  uint32_t index;
  if (!map_put(&p->value_index, v.item, strlen(v.item), &index, &fresh)) return false;
  if (!fresh) return true; /* said twice is another problem's business */
  if (p->value_count == l->value_room) {
    uint32_t want = l->value_room ? l->value_room * 2 : 128;
    struct programme_value *grown = arena_grow(l->arena, l->values, l->value_room, want, sizeof *grown);
    if (!grown) return false;
    l->values = grown, l->value_room = want;
    p->values = grown;
  }
  l->values[p->value_count++] = v;
  return true;
}

bool loader_value(struct loader *l, const struct tree *from, struct programme_value v, const char *section, const char *name, const char *part) {
  v.item = part ? arena_printf(l->arena, "%s.%s.%s", section, name, part) : arena_printf(l->arena, "%s.%s", section, name);
  if (!v.item) return false;
  v.file = from ? from->at.file : NULL, v.line = from ? from->at.line : 0;
  return keep_value(l, v);
}

bool loader_assume(struct loader *l, const struct tree *from, const struct got_flag *flag, const char *section, const char *name, const char *part, struct label label, const char *value, const struct got_text *source) {
  struct programme_value v = {.label = label, .value = value, .source = loader_text(source), .assumed = flag->v, .of_place = part && *part == '@'};
  if (v.of_place) part = part[1] ? part + 1 : NULL;
  if (!loader_value(l, from, v, section, name, part)) return false;
  if (!flag->v) return true;
  if (l->p->assumed_count == l->assumed_room) {
    uint32_t want = l->assumed_room ? l->assumed_room * 2 : 32;
    struct assumption *grown = arena_grow(l->arena, l->assumed, l->assumed_room, want, sizeof *grown);
    if (!grown) return false;
    l->assumed = grown, l->assumed_room = want;
    l->p->assumed = grown;
  }
  l->assumed[l->p->assumed_count++] = (struct assumption){section, name, label, value, loader_text(source), flag->from->at.file, flag->from->at.line};
  return true;
}

uint32_t loader_level(struct loader *l, const struct got_text *name) {
  if (!name->from) return LEVEL_HOUSEHOLD;
  const char *names[LEVEL_MAX + 1] = {NULL};
  for (uint32_t i = 0; i < l->p->level_count; i++) {
    if (!strcmp(l->p->levels[i].name, name->s)) return i;
    names[i] = l->p->levels[i].name;
  }
  char hint[300];
  const char *near = problem_nearest(name->s, names);
  if (near) snprintf(hint, sizeof hint, "did you mean `%s`?", near);
  else snprintf(hint, sizeof hint, "household, members, village, or one listed under levels");
  problem_add(&l->list, name->from->at, ERR_INPUT, hint, "unknown level \"%.60s\"", name->s);
  return UINT32_MAX;
}

bool loader_take_name(struct loader *l, const struct got_text *name, const char *what) {
  bool fresh;
  uint32_t index;
  if (!map_put(&l->names, name->s, name->len, &index, &fresh)) return false;
  if (!fresh) problem_add(&l->list, name->from->at, ERR_INPUT, "rules see these names side by side: choose another", "%s cannot be called \"%s\": the name is taken", what, name->s);
  return true;
}

/* Where a field's name stands in a rule, for complaints about reading it; 0 when it is read only through others. */
static size_t word_at(const struct got_text *rule, const char *word) {
  size_t n = strlen(word);
  for (size_t i = 0; i + n <= rule->len; i++) {
    bool before = i && (strchr("_\"'", rule->s[i - 1]) || (rule->s[i - 1] >= '0' && rule->s[i - 1] <= '9') || (rule->s[i - 1] | 32) >= 'a');
    char c = rule->s[i + n];
    bool after = c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
    if (!before && !after && !memcmp(rule->s + i, word, n)) return i;
  }
  return 0;
}

bool loader_rule(struct loader *l, uint32_t level, const struct got_text *rule, const struct rule_type *want, bool decides, const struct rule **out) {
  *out = NULL;
  if (!rule->from) return true;
  struct rule *r;
  struct rule_problem where = {0};
  struct err e = {0};
  enum status s = rule_compile(l->arena, &l->p->env, level, rule->s, rule->len, want, &r, &where, &e);
  if (s == ERR_MEMORY) return false;
  if (s != OK) {
    problem_add(&l->list, tree_place(rule->from, where.offset), s, e.hint[0] ? e.hint : NULL, "%s", e.message);
    return true;
  }
  for (uint32_t k = 0; k < l->p->level_count; k++)
    for (uint32_t i = 0; i < l->p->levels[k].field_count; i++) {
      const struct field *f = &l->fields[k][i];
      if ((!f->sealed && !(decides && f->incentive)) || !rule_reads(r, k, i)) continue;
      struct place at = tree_place(rule->from, word_at(rule, f->name));
      if (f->sealed) problem_add(&l->list, at, ERR_INPUT, "sealed fields are kept from rules, snapshots and reports: use another field", "the rule reads \"%s\", which is sealed", f->name);
      else problem_add(&l->list, at, ERR_INPUT, "incentives only add: points and stars may not bear on who is in. Take it out", "the rule reads \"%s\", which is fed by incentives%s", f->name,
                       word_at(rule, f->name) || !strncmp(rule->s, f->name, strlen(f->name)) ? "" : " (through a derived field)");
      return true;
    }
  *out = r;
  return true;
}

/* ---- files ---- */

struct files {
  struct loader *l;
  const char *folder;                  /* read from here, or: */
  const struct programme_file *given;
  uint32_t given_count;
  struct programme_file *read;
  uint32_t count, room;
};

static enum status fetch(struct files *f, const char *name, const struct programme_file **out, struct err *e) {
  for (uint32_t i = 0; i < f->count; i++)
    if (!strcmp(f->read[i].name, name)) {
      *out = &f->read[i];
      return OK;
    }
  struct programme_file one = {.name = name};
  if (f->folder) {
    char *data, *path = file_join(f->l->arena, f->folder, name);
    ARENA_TRY(e, path);
    TRY(file_read(f->l->arena, path, TREE_BYTES_MAX, &data, &one.len, e));
    one.data = data;
  } else {
    for (uint32_t i = 0; i < f->given_count && !one.data; i++)
      if (!strcmp(f->given[i].name, name)) one = f->given[i];
    if (!one.data) return err_set(e, ERR_NOT_FOUND, NULL, "there is no file %s", name);
  }
  if (f->count == f->room) {
    uint32_t want = f->room ? f->room * 2 : 8;
    struct programme_file *grown;
    ARENA_TRY(e, grown = arena_grow(f->l->arena, f->read, f->room, want, sizeof *grown));
    f->read = grown, f->room = want;
  }
  f->read[f->count] = one;
  *out = &f->read[f->count++];
  return OK;
}

/* Wherever a list may stand, {file: NAME.csv} may stand instead: put the table's rows in its place. */
static void inline_tables(struct files *f, struct tree *t, unsigned depth) {
  if (depth > 8) return;
  for (uint32_t i = 0; i < t->count; i++) {
    const struct tree *child = t->kind == TREE_MAP ? t->pairs[i].value : t->items[i];
    const struct tree *name = child->kind == TREE_MAP && child->count == 1 ? tree_get(child, "file") : NULL;
    if (t->kind != TREE_MAP || !name || name->kind != TREE_TEXT) {
      if (child->kind != TREE_TEXT) inline_tables(f, (struct tree *)(uintptr_t)child, depth + 1);
      continue;
    }
    const struct programme_file *file = NULL;
    const struct tree *rows;
    struct err e = {0};
    if (name->text[0] == '/' || strstr(name->text, "..") || name->len < 5 || strcmp(name->text + name->len - 4, ".csv") != 0) {
      problem_add(&f->l->list, name->at, ERR_INPUT, "a .csv file inside the programme's folder", "\"%.80s\" is not a table of this programme", name->text);
      rows = NULL;
    } else if (fetch(f, name->text, &file, &e) != OK) {
      problem_add(&f->l->list, name->at, e.status, e.hint[0] ? e.hint : "put it beside programme.yaml, or mend the name", "%s", e.message);
      rows = NULL;
    } else rows = !file ? NULL : sheet_read(&f->l->list, name->text, file->data, file->len);
    if (!rows) { /* an empty list stands in, so that loading goes on */
      struct tree *none = arena_new(f->l->arena, struct tree);
      if (!none) {
        f->l->list.broken = true;
        return;
      }
      none->kind = TREE_LIST, none->at = child->at;
      rows = none;
    }
    t->pairs[i].value = rows;
  }
}

/* The file of outlines is one of the programme's files: hashed and kept with the others. */
static bool outlines(struct files *f) {
  const struct got_text *t = &f->l->draft.areas.boundaries.geojson;
  struct err e = {0};
  if (!t->from) return true;
  if (t->len < 9 || strcmp(t->s + t->len - 8, ".geojson") != 0 || strchr(t->s, '/') || t->s[0] == '.')
    problem_add(&f->l->list, t->from->at, ERR_INPUT, "a .geojson file inside the programme's folder", "\"%.80s\" is no file of outlines", t->s);
  else if (fetch(f, t->s, &f->l->boundaries, &e) != OK) {
    if (e.status == ERR_MEMORY) return false;
    problem_add(&f->l->list, t->from->at, e.status, e.hint[0] ? e.hint : "put it beside programme.yaml, or mend the name", "%s", e.message);
  }
  return true;
}

/* ---- the programme's own section ---- */

static bool build_title(struct loader *l) {
  struct programme *p = l->p;
  const struct draft_title *d = &l->draft.programme;
  p->name = d->name.from ? d->name.s : "", p->title = d->title.v, p->note = d->note.v, p->currency = loader_text(&d->currency);
  p->currency_decimals = 2;
  bool fine = d->name.len > 0 && d->name.len <= 60 && d->name.s[0] >= 'a' && d->name.s[0] <= 'z';
  for (uint32_t i = 0; i < d->name.len; i++) fine = fine && ((d->name.s[i] >= 'a' && d->name.s[i] <= 'z') || (d->name.s[i] >= '0' && d->name.s[i] <= '9') || d->name.s[i] == '-');
  if (d->name.from && !fine) problem_add(&l->list, d->name.from->at, ERR_INPUT, "small letters, digits and dashes, beginning with a letter, at most 60", "\"%.60s\" cannot be a programme's name", d->name.s);
  if (d->currency.from && (d->currency.len != 3 || strspn(d->currency.s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)) problem_add(&l->list, d->currency.from->at, ERR_INPUT, "three capital letters: CNY, EUR, VND", "\"%.60s\" is no currency", d->currency.s);
  if (d->decimals.from) {
    if (d->decimals.v < 0 || d->decimals.v > 4) problem_add(&l->list, d->decimals.from->at, ERR_INPUT, NULL, "`decimals` of the currency is 0 to 4");
    else p->currency_decimals = (uint8_t)d->decimals.v;
  }
  if (!d->languages.from) p->languages[0] = LANG_EN, p->languages[1] = LANG_ZH, p->language_count = 2;
  for (uint32_t i = 0; i < d->languages.count; i++) {
    const struct tree *t = d->languages.items[i];
    int lang = !strcmp(t->text, "en") ? LANG_EN : !strcmp(t->text, "zh") ? LANG_ZH : -1;
    bool again = false;
    for (uint32_t j = 0; j < p->language_count; j++) again = again || (int)p->languages[j] == lang;
    if (lang < 0 || again) problem_add(&l->list, t->at, ERR_INPUT, "en, zh, or both", "\"%.40s\" %s", t->text, again ? "stands twice" : "is no language of this program");
    else p->languages[p->language_count++] = (enum language)lang;
  }
  if (d->languages.from && !p->language_count) p->languages[p->language_count++] = LANG_EN;
  struct programme_value title = {.label = {"name and title", "名称"}, .value = label_in(&p->title, LANG_EN, NULL), .of_place = true};
  if (!loader_value(l, d->title.from, title, "programme", "title", NULL)) return false;
  const struct got_whole *years[] = {&d->years.first, &d->years.last, &d->years.current};
  for (unsigned i = 0; i < 3; i++)
    if (years[i]->from && (years[i]->v < 1900 || years[i]->v > 2200)) problem_add(&l->list, years[i]->from->at, ERR_INPUT, "four digits", "%lld is no year from 1900 to 2200", (long long)years[i]->v);
  p->year_from = (int32_t)d->years.first.v, p->year_to = (int32_t)d->years.last.v;
  p->year = d->years.current.from ? (int32_t)d->years.current.v : p->year_to;
  if (d->years.first.from && d->years.last.from && p->year_from > p->year_to) problem_add(&l->list, d->years.last.from->at, ERR_INPUT, "swap them", "the last year is before the first");
  else if (d->years.current.from && (p->year < p->year_from || p->year > p->year_to)) problem_add(&l->list, d->years.current.from->at, ERR_INPUT, NULL, "the current year is outside the programme's years");
  return true;
}

static bool take_common_names(struct loader *l) {
  static const char *const names[] = {"year", "line", "household", "members", "village"};
  map_init(&l->names, l->arena);
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
    uint32_t index;
    bool fresh;
    if (!map_put(&l->names, names[i], strlen(names[i]), &index, &fresh)) return false;
  }
  return true;
}

static bool build_all(struct loader *l) {
  map_init(&l->p->value_index, l->arena);
  return take_common_names(l) && build_title(l) && areas_build(l) && boundaries_build(l) && fields_build_levels(l) && lines_build(l) && fields_build(l) && derive_build(l) && decide_build(l) && monitor_build(l) && sample_build(l) &&
         planning_build(l) && sources_build(l) && inherited_build(l);
}

static enum status memory(struct err *e) { return err_set(e, ERR_MEMORY, "close other programs", "out of memory while reading the programme"); }

static enum status answer(struct loader *l, const char *folder, struct problem **problems, struct err *e) {
  problem_sort(&l->list, "programme.yaml");
  if (problems) *problems = l->list.first;
  const struct problem *first = l->list.first;
  if (!first) return memory(e);
  char hint[400], place[300];
  if (first->line) snprintf(place, sizeof place, "%.200s/%.80s:%d:%d", folder, first->file, first->line, first->column);
  else snprintf(place, sizeof place, "%.200s/%.80s", folder, first->file);
  if (l->list.count > 1) snprintf(hint, sizeof hint, "%s%s%u more problem%s: `lucid check %.120s` lists all", first->hint ? first->hint : "", first->hint ? ". " : "", l->list.count - 1, l->list.count == 2 ? "" : "s", folder);
  else snprintf(hint, sizeof hint, "%s", first->hint ? first->hint : "");
  return err_set(e, ERR_INPUT, hint[0] ? hint : NULL, "%s: %s", place, first->message);
}

static int by_name(const struct programme_file *a, const struct programme_file *b) { return strcmp(a->name, b->name); }

static enum status load(struct arena *a, struct files *f, const char *folder, const struct programme_set *sets, uint32_t set_count, struct programme **out, struct problem **problems, struct err *e) {
  struct loader *l;
  *out = NULL;
  if (problems) *problems = NULL;
  ARENA_TRY(e, l = arena_new(a, struct loader));
  ARENA_TRY(e, l->p = arena_new(a, struct programme));
  l->arena = a, l->p->arena = a, l->sets = sets, l->set_count = set_count;
  ARENA_TRY(e, l->p->folder = arena_str(a, folder));
  problem_init(&l->list, a);
  f->l = l;
  const struct programme_file *main_file;
  TRY(fetch(f, "programme.yaml", &main_file, e));
  const struct tree *root = tree_read_yaml(&l->list, "programme.yaml", main_file->data, main_file->len);
  if (!root) return l->list.broken ? memory(e) : answer(l, folder, problems, e);
  inline_tables(f, (struct tree *)(uintptr_t)root, 0);
  if (l->list.broken || !bind_map(&l->list, &keys_root, root, &l->draft) || !outlines(f) || !build_all(l) || l->list.broken) return memory(e);
  for (uint32_t i = 1; i < f->count; i++) /* a handful: by insertion */
    for (uint32_t j = i; j && by_name(&f->read[j], &f->read[j - 1]) < 0; j--) {
      struct programme_file swap = f->read[j];
      f->read[j] = f->read[j - 1], f->read[j - 1] = swap;
    }
  l->p->files = f->read, l->p->file_count = f->count;
  if (l->list.count) return answer(l, folder, problems, e);
  if (!hash_build(l)) return memory(e);
  *out = l->p;
  return OK;
}

enum status programme_load(struct arena *a, const char *folder, struct programme **out, struct problem **problems, struct err *e) {
  *out = NULL;
  if (problems) *problems = NULL;
  if (!file_is_dir(folder)) return err_set(e, ERR_NOT_FOUND, "a programme is a folder with a programme.yaml: `lucid new FOLDER` writes one", "there is no folder %s", folder);
  char *path = file_join(a, folder, "programme.yaml");
  ARENA_TRY(e, path);
  if (!file_exists(path)) return err_set(e, ERR_NOT_FOUND, "a programme is a folder with a programme.yaml: `lucid new FOLDER` writes one", "%s holds no programme.yaml", folder);
  struct files f = {.folder = folder};
  return load(a, &f, folder, NULL, 0, out, problems, e);
}

enum status programme_load_files(struct arena *a, const char *folder, const struct programme_file *files, uint32_t count, struct programme **out, struct problem **problems, struct err *e) {
  struct files f = {.given = files, .given_count = count};
  return load(a, &f, folder, NULL, 0, out, problems, e);
}

enum status programme_load_set(struct arena *a, const struct programme *p, const struct programme_set *sets, uint32_t count, struct programme **out, struct problem **problems, struct err *e) {
  struct files f = {.given = p->files, .given_count = p->file_count};
  *out = NULL;
  for (uint32_t i = 0; i < count; i++) {
    bool known = false;
    for (uint32_t k = 0; k < p->param_count; k++) known |= strcmp(p->params[k].name, sets[i].name) == 0;
    if (!known) return err_set(e, ERR_USAGE, "`params` in programme.yaml lists them", "the programme has no parameter \"%.60s\"", sets[i].name);
  }
  return load(a, &f, p->folder, sets, count, out, problems, e);
}
