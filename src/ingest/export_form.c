#include "ingest/export_form.h"

#include <string.h>

#include "ingest/export_layout.h"

#define TABLES_MAX LEVEL_MAX
#define PAIRS 2u /* labels with their values in a row */

struct table_of { struct layout layout; struct export_from from; const char *title; };

struct forms {
  struct arena *arena;
  struct layout form;
  struct sheet_column *kinds;
  struct table_of tables[TABLES_MAX];
  uint32_t table_count, width;
  const char *folder, *title;
};

/* The household's number in a form of tables stands in the form alone. */
static void without_number(struct layout *l) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < l->count; i++)
    if (l->columns[i].part != PART_HOUSEHOLD) l->columns[n++] = l->columns[i];
  l->count = n;
}

static enum status add_tables(struct forms *f, const struct export_from *from, struct export_source_counts *counts, struct err *e) {
  const struct programme *p = from->programme;
  bool seen[LEVEL_MAX] = {false};
  for (uint32_t i = 0; i < p->source_count; i++) {
    const struct source *s = &p->sources[i];
    if (s->form || s->flat || s->spread_count || s->level == LEVEL_HOUSEHOLD || s->level == LEVEL_VILLAGE || seen[s->level] || s->level >= from->schema->level_count) continue;
    struct table_of *t = &f->tables[f->table_count];
    seen[s->level] = true;
    t->from = *from, t->from.level = s->level;
    TRY(export_layout_open(&t->layout, f->arena, &t->from, s, counts, e));
    without_number(&t->layout);
    if (!t->layout.count) continue;
    t->title = label_in(&p->levels[s->level].label, t->layout.lang, s->file);
    ARENA_TRY(e, t->title = arena_printf(f->arena, "%.*s", (int)strcspn(s->file, "."), s->file));
    if (t->layout.count > f->width) f->width = t->layout.count;
    f->table_count++;
  }
  return OK;
}

/* A file's name out of a household's number. */
static enum status path_of(struct forms *f, struct span key, uint64_t row, const char **out, struct err *e) {
  char name[260];
  size_t n = 0;
  bool changed = !key.len || key.at[0] == '.';
  for (size_t i = 0; i < key.len && n < 200; i++) {
    unsigned char c = (unsigned char)key.at[i];
    bool odd = c < ' ' || strchr("/\\:*?\"<>|", c) || (!i && c == '.');
    name[n++] = odd ? '_' : (char)c;
    changed |= odd;
  }
  name[n] = 0;
  ARENA_TRY(e, *out = changed ? arena_printf(f->arena, "%s/%s_%llu.xlsx", f->folder, name, (unsigned long long)row + 1) : arena_printf(f->arena, "%s/%s.xlsx", f->folder, name));
  return OK;
}

static enum status put_table(struct forms *f, struct table_of *t, struct sheet_out *out, const struct segment *s, uint64_t h, struct err *e) {
  const uint32_t *at = s->child_at[t->from.level];
  if (!at || at[h] == at[h + 1]) return OK;
  t->layout.out = out;
  TRY(sheet_out_row(out, e));
  sheet_out_title(out, span_of(t->title), f->width);
  TRY(sheet_out_row(out, e));
  for (uint32_t c = 0; c < t->layout.count; c++) sheet_out_label(out, t->layout.columns[c].heading);
  TRY(sheet_out_row(out, e));
  for (uint64_t i = at[h]; i < at[h + 1]; i++) {
    for (uint32_t c = 0; c < t->layout.count; c++) TRY(export_layout_put(&t->layout, &t->layout.columns[c], s, h, i, i - at[h] + 1, e));
    TRY(sheet_out_row(out, e));
  }
  return OK;
}

static enum status put_form(struct forms *f, struct sheet_out *out, const struct segment *s, uint64_t h, struct err *e) {
  f->form.out = out;
  sheet_out_title(out, span_of(f->title), f->width);
  TRY(sheet_out_row(out, e));
  for (uint32_t c = 0; c < f->form.count; c++) {
    sheet_out_label(out, f->form.columns[c].heading);
    TRY(export_layout_put(&f->form, &f->form.columns[c], s, h, h, 1, e));
    sheet_out_choose(out, &f->kinds[c]);
    if ((c + 1) % PAIRS == 0 || c + 1 == f->form.count) TRY(sheet_out_row(out, e));
  }
  for (uint32_t t = 0; t < f->table_count; t++) TRY(put_table(f, &f->tables[t], out, s, h, e));
  return OK;
}

static enum status put_household(void *ctx, const struct segment *s, uint32_t segment, uint64_t household, uint64_t row, uint64_t number, struct err *e) {
  struct forms *f = ctx;
  struct sheet_out *out;
  const char *path;
  struct arena one;
  (void)segment, (void)row, (void)number;
  struct cell key = column_cell(&s->household_key, household);
  struct arena *whole = f->arena;
  arena_init(&one, 0);
  f->arena = &one;
  enum status done = path_of(f, key.s, household, &path, e);
  if (done == OK) done = sheet_out_open_plain(&out, &one, path, f->form.src->file, f->width, e);
  if (done == OK) done = sheet_out_close(out, put_form(f, out, s, household, e), e);
  f->arena = whole;
  arena_drop(&one);
  return done;
}

enum status export_form(struct arena *a, const struct export_from *from, const struct source *src, const char *folder, struct export_source_counts *counts, struct err *e) {
  struct forms f = {.arena = a, .folder = folder, .width = 2 * PAIRS};
  *counts = (struct export_source_counts){0};
  TRY(export_layout_open(&f.form, a, from, src, counts, e));
  if (!f.form.count) return err_set(e, ERR_INPUT, "export without --source", "the source %s has no column that could be written", src->name);
  counts->columns = f.form.count;
  TRY(export_layout_kinds(&f.form, a, &f.kinds, e));
  TRY(add_tables(&f, from, counts, e));
  f.title = label_in(&from->programme->title, f.form.lang, from->programme->name);
  for (uint32_t s = 0; s < from->segment_count; s++) counts->rows += from->segments[s]->levels[LEVEL_HOUSEHOLD].rows;
  struct export_plan walk = {.from = from};
  return export_each(&walk, put_household, &f, e);
}
