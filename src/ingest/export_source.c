#include "ingest/export_layout.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"

static struct span first_spelling(const char *s) { return (struct span){s, strcspn(s, "|")}; }

static bool same_heading(const char *a, const char *b) {
  if (!a || !b) return false;
  struct span x = first_spelling(a), y = first_spelling(b);
  return x.len == y.len && memcmp(x.at, y.at, x.len) == 0;
}

static uint32_t stored_at(const struct export_from *from, const struct field *f) {
  const struct schema_level *l = &from->schema->levels[f->level];
  for (uint32_t i = 0; i < l->column_count; i++)
    if (strcmp(l->columns[i].name, f->name) == 0) return i;
  return UINT32_MAX;
}

/* Whether a sealed field, or a restricted one that was not asked for, is read from the same column. */
static bool closed_column(const struct layout *l, const struct source_map *m, struct export_source_counts *counts) {
  bool sealed = false, restricted = false;
  for (uint32_t i = 0; i < l->src->map_count; i++)
    if (same_heading(l->src->maps[i].column, m->column)) sealed |= l->src->maps[i].target->sealed, restricted |= l->src->maps[i].target->sensitivity == SENS_RESTRICTED;
  if (sealed) counts->sealed += m->target->sealed;
  else if (restricted && !l->from->restricted) counts->restricted++;
  else return false;
  return true;
}

static bool heading_taken(const struct layout *l, const char *name) {
  struct span s = first_spelling(name);
  for (uint32_t i = 0; i < l->count; i++)
    if (l->columns[i].heading.len == s.len && memcmp(l->columns[i].heading.at, s.at, s.len) == 0) return true;
  return false;
}

static void add_column(struct layout *l, struct layout_column c, const char *name) {
  c.heading = first_spelling(name);
  l->columns[l->count++] = c;
}

/* The areas around a place stand in the columns before it: the last of them names the level just above, and so on. */
static void add_around(struct layout *l, const struct source_map *m, uint32_t at) {
  for (uint32_t i = 0; i < m->within_count; i++)
    if (!heading_taken(l, m->within[i]))
      add_column(l, (struct layout_column){.part = PART_AROUND, .field = m->target, .level = m->target->level, .at = at, .around_level = m->target->area_level - (m->within_count - i)}, m->within[i]);
}

static enum status add_field(struct layout *l, const struct source_map *m, struct export_source_counts *counts, struct err *e) {
  const struct field *f = m->target;
  uint32_t at = stored_at(l->from, f);
  if (closed_column(l, m, counts) || at == UINT32_MAX || heading_taken(l, m->column)) return OK;
  if (m->conversion != CONVERT_NONE && m->conversion != CONVERT_HUNDREDTH)
    return err_set(e, ERR_INPUT, "export without --source, or give the source a column without `with`", "the column %.*s is read with `%s`, which can't be undone exactly",
                   (int)strcspn(m->column, "|"), m->column, m->with ? m->with : "");
  const struct schema_column *c = &l->from->schema->levels[f->level].columns[at];
  if (c->kind != f->kind || (f->kind == COL_DECIMAL && c->decimals != f->decimals))
    return err_set(e, ERR_CONFLICT, "export with the programme that the round was closed with", "the field %s is %s now and was %s when the round was closed", f->name, col_kind_name(f->kind),
                   col_kind_name(c->kind));
  add_around(l, m, at);
  add_column(l, (struct layout_column){.part = PART_FIELD, .field = f, .level = f->level, .at = at, .map = m, .by_name = m->within_count > 0, .percent = m->conversion == CONVERT_HUNDREDTH}, m->column);
  return OK;
}

enum status export_layout_open(struct layout *l, struct arena *a, const struct export_from *from, const struct source *src, struct export_source_counts *counts, struct err *e) {
  const struct source *s = src;
  *l = (struct layout){.from = from, .src = src, .lang = from->programme->language_count ? from->programme->languages[0] : from->lang};
  uint32_t room = 3;
  for (uint32_t i = 0; i < s->map_count; i++) room += 1 + s->maps[i].within_count;
  ARENA_TRY(e, l->columns = arena_array(a, room, sizeof *l->columns));
  const char *const keys[] = {s->household_key, s->member_key, s->village_key};
  for (uint32_t k = 0; k < 3; k++) { /* a key that is a field as well is written as the field */
    bool field = false;
    for (uint32_t i = 0; i < s->map_count; i++) field |= keys[k] && same_heading(keys[k], s->maps[i].column);
    if (keys[k] && !field && (s->level == LEVEL_VILLAGE) == (k == 2)) add_column(l, (struct layout_column){.part = (enum part)k}, keys[k]);
  }
  for (uint32_t i = 0; i < s->map_count; i++) TRY(add_field(l, &s->maps[i], counts, e));
  return OK;
}

/* ---- values ---- */

static const char *area_name(const struct layout *l, const struct area *a) {
  const char *zh = a->name_zh ? a->name_zh : a->name_en, *en = a->name_en ? a->name_en : a->name_zh;
  return l->lang == LANG_ZH ? zh : en;
}

/* A place's code as it is kept, or as it was on the day asked for. */
static struct span code_then(const struct layout *l, struct span code) {
  const struct programme *p = l->from->programme;
  uint32_t at = l->from->codes_as_of ? map_get(&p->area_index, code.at, code.len) : MAP_NONE;
  return at == MAP_NONE ? code : span_of(p->areas[programme_area_on(p, at, l->from->codes_on)].code);
}

static void put_area(const struct layout *l, const struct layout_column *c, struct span code, bool around) {
  const struct programme *p = l->from->programme;
  uint32_t at = map_get(&p->area_index, code.at, code.len);
  while (around && at != UINT32_MAX && p->areas[at].level > c->around_level) at = p->areas[at].parent;
  const char *name = at != UINT32_MAX && (!around || p->areas[at].level == c->around_level) ? area_name(l, &p->areas[at]) : NULL;
  if (name) sheet_out_text(l->out, span_of(name));
  else if (!around) sheet_out_text(l->out, code);
  else sheet_out_nothing(l->out);
}

/* A word that the source would read as another choice is left for its code. */
static struct span word(const struct layout *l, const struct layout_column *c, struct span code) {
  if (c->field->area_level != UINT32_MAX) return code_then(l, code);
  struct span w = sheet_word(c->field, code, l->lang);
  for (uint32_t i = 0; c->map && i < c->map->recode_count; i++)
    if (span_is(w, c->map->recode[i].from) && !span_is(code, c->map->recode[i].to)) return code;
  return w;
}

static void put_absent(const struct layout *l, const struct field *f, enum absence why) {
  const char *code = export_missing(f, why);
  if (f->kind != COL_TEXT || code[0] != '.') sheet_out_text(l->out, span_of(code));
  else sheet_out_nothing(l->out);
}

static void put_value(const struct layout *l, const struct layout_column *c, const struct cell *v) {
  const struct field *f = c->field;
  char buf[40];
  if (v->absence != PRESENT) {
    if (c->part == PART_FIELD) put_absent(l, f, v->absence);
    else sheet_out_nothing(l->out);
  } else if (c->part == PART_AROUND) put_area(l, c, code_then(l, v->s), true);
  else if (c->by_name) put_area(l, c, code_then(l, v->s), false);
  else if (f->kind == COL_BOOL) sheet_out_text(l->out, span_of(l->lang == LANG_ZH ? v->i ? "是" : "否" : v->i ? "yes" : "no"));
  else if (f->kind == COL_INT) sheet_out_number(l->out, number_decimal_format(c->percent ? v->i * 100 : v->i, 0, buf));
  else if (f->kind == COL_DECIMAL && c->percent) sheet_out_number(l->out, f->decimals >= 2 ? number_decimal_format(v->i, f->decimals - 2, buf) : number_decimal_format(v->i * 100, f->decimals, buf));
  else if (f->kind == COL_DECIMAL) sheet_out_number(l->out, number_decimal_format(v->i, f->decimals, buf));
  else if (f->kind == COL_REAL) sheet_out_number(l->out, number_shortest(c->percent ? v->d * 100 : v->d, buf));
  else if (f->kind == COL_DATE) sheet_out_date(l->out, (int32_t)v->i);
  else if (f->kind == COL_CHOICE) sheet_out_text(l->out, word(l, c, v->s));
  else sheet_out_text(l->out, v->s);
}

enum status export_layout_put(const struct layout *l, const struct layout_column *c, const struct segment *s, uint64_t household, uint64_t row, uint64_t number, struct err *e) {
  char buffer[24];
  struct span own;
  struct cell v = {.absence = ABSENT_EMPTY};
  switch (c->part) {
    case PART_HOUSEHOLD: v = column_cell(&s->household_key, household), sheet_out_text(l->out, v.s); break;
    case PART_NUMBER:
      TRY(export_number(l->from, s, household, row, number, buffer, &own, e));
      sheet_out_text(l->out, own);
      break;
    case PART_VILLAGE: v = column_cell(&s->village_code, row), sheet_out_text(l->out, code_then(l, v.s)); break;
    case PART_FIELD: case PART_AROUND:
      v = column_cell(&s->levels[c->level].columns[c->at], c->level == l->from->level ? row : household);
      put_value(l, c, &v);
      break;
  }
  return OK;
}

static enum status put_row(void *ctx, const struct segment *s, uint32_t segment, uint64_t household, uint64_t row, uint64_t number, struct err *e) {
  const struct layout *l = ctx;
  (void)segment;
  for (uint32_t i = 0; i < l->count; i++) TRY(export_layout_put(l, &l->columns[i], s, household, row, number, e));
  return sheet_out_row(l->out, e);
}

/* ---- a wide source: a row a household, a column an item ---- */

struct wide {
  struct layout layout;
  uint32_t value_at, by_at;
  uint64_t left_out, rows;
};

static enum status open_wide(struct wide *w, struct arena *a, const struct export_from *from, const struct source *src, struct export_source_counts *counts, struct err *e) {
  TRY(export_layout_open(&w->layout, a, from, src, counts, e));
  if (src->map_count || w->layout.count != 1 || w->layout.columns[0].part != PART_HOUSEHOLD)
    return err_set(e, ERR_INPUT, "export a source of that level that is not wide, or without --source", "the source %s is wide, and says more of each line than a column could", src->name);
  w->value_at = stored_at(from, src->spread_value), w->by_at = stored_at(from, src->spread_by);
  if (w->value_at == UINT32_MAX || w->by_at == UINT32_MAX || from->schema->levels[from->level].columns[w->value_at].kind != src->spread_value->kind)
    return err_set(e, ERR_CONFLICT, "export with the programme that the round was closed with", "the round was closed without the fields that %s spreads", src->name);
  return OK;
}

static enum status put_wide(struct wide *w, const struct segment *s, uint64_t h, struct err *e) {
  const struct layout *l = &w->layout;
  const struct source *src = l->src;
  const struct table *t = &s->levels[l->from->level];
  const uint32_t *at = s->child_at[l->from->level];
  struct layout_column value = {.part = PART_FIELD, .field = src->spread_value, .level = l->from->level, .at = w->value_at};
  if (!at || at[h] == at[h + 1]) return OK; /* the list was not taken, or is empty: no card */
  uint32_t lines = at[h + 1] - at[h], written = 0;
  TRY(export_layout_put(l, &l->columns[0], s, h, h, 1, e));
  for (uint32_t i = 0; i < src->spread_count; i++) {
    uint64_t found = UINT64_MAX;
    for (uint64_t row = at[h]; row < at[h + 1]; row++) {
      struct cell by = column_cell(&t->columns[w->by_at], row);
      if (by.absence != PRESENT || !span_is(by.s, src->spread[i].code)) continue;
      if (found != UINT64_MAX) {
        struct cell key = column_cell(&s->household_key, h);
        return err_set(e, ERR_INPUT, "export a source of that level that is not wide", "household %.*s has two lines of %s: %s has one column for them", (int)key.s.len, key.s.at, src->spread[i].code, src->name);
      }
      found = row;
    }
    if (found == UINT64_MAX) {
      sheet_out_nothing(l->out);
      continue;
    }
    TRY(export_layout_put(l, &value, s, h, found, 1, e));
    written++;
  }
  w->left_out += lines - written;
  w->rows++;
  return sheet_out_row(l->out, e);
}

static enum status export_wide(struct arena *a, const struct export_from *from, const struct source *src, const char *path, struct export_source_counts *counts, struct err *e) {
  struct wide w = {0};
  TRY(open_wide(&w, a, from, src, counts, e));
  struct sheet_column *columns = arena_array(a, src->spread_count + 1, sizeof *columns);
  ARENA_TRY(e, columns);
  columns[0].heading = w.layout.columns[0].heading;
  for (uint32_t i = 0; i < src->spread_count; i++) columns[i + 1] = (struct sheet_column){.heading = first_spelling(src->spread[i].column), .kind = SHEET_NUMBER};
  char *sheet = arena_strn(a, src->file, strcspn(src->file, "."));
  ARENA_TRY(e, sheet);
  uint64_t households = 0;
  for (uint32_t k = 0; k < from->segment_count; k++) households += segment_households(from->segments[k]);
  TRY(sheet_out_open(&w.layout.out, a, path, sheet, columns, src->spread_count + 1, households, w.layout.lang, e));
  enum status s = OK;
  for (uint32_t k = 0; k < from->segment_count && s == OK; k++)
    for (uint64_t h = 0; h < segment_households(from->segments[k]) && s == OK; h++) s = put_wide(&w, from->segments[k], h, e);
  counts->columns = src->spread_count + 1, counts->rows = w.rows, counts->left_out = w.left_out;
  return sheet_out_close(w.layout.out, s, e);
}

enum status export_layout_kinds(const struct layout *l, struct arena *a, struct sheet_column **out, struct err *e) {
  struct sheet_column *to = arena_array(a, l->count, sizeof *to);
  ARENA_TRY(e, to);
  for (uint32_t i = 0; i < l->count; i++) {
    const struct layout_column *c = &l->columns[i];
    const struct field *f = c->part == PART_FIELD ? c->field : NULL;
    to[i].heading = c->heading;
    if (!f) continue;
    to[i].kind = f->kind == COL_DATE ? SHEET_DATE : f->kind == COL_INT || f->kind == COL_DECIMAL || f->kind == COL_REAL ? SHEET_NUMBER : SHEET_TEXT;
    TRY(sheet_words(a, f, l->lang, &to[i].list, &to[i].list_count, e));
    if (f->kind != COL_CHOICE || !to[i].list_count) continue;
    const char **words = arena_array(a, f->choice_count, sizeof *words);
    ARENA_TRY(e, words);
    for (uint32_t k = 0; k < f->choice_count; k++) words[k] = word(l, c, span_of(f->choices[k].code)).at;
    to[i].list = words;
  }
  *out = to;
  return OK;
}

enum status export_source(struct arena *a, const struct export_from *from, const struct source *src, const char *path, struct export_source_counts *counts, struct err *e) {
  struct layout l;
  struct sheet_column *columns;
  *counts = (struct export_source_counts){0};
  if (src->spread_count) return export_wide(a, from, src, path, counts, e);
  TRY(export_layout_open(&l, a, from, src, counts, e));
  if (!l.count) return err_set(e, ERR_INPUT, "export without --source", "the source %s has no column that could be written", src->name);
  counts->columns = l.count;
  for (uint32_t s = 0; s < from->segment_count; s++) counts->rows += from->segments[s]->levels[from->level].rows;
  struct export_plan walk = {.from = from};
  TRY(export_layout_kinds(&l, a, &columns, e));
  char *sheet = arena_strn(a, src->file, strcspn(src->file, "."));
  ARENA_TRY(e, sheet);
  TRY(sheet_out_open(&l.out, a, path, sheet, columns, l.count, counts->rows, l.lang, e));
  return sheet_out_close(l.out, export_each(&walk, put_row, &l, e), e);
}
