/* sheet_take.c - filled-in rows of a comparison sheet, as one event. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/number.h"
#include "ingest/reader.h"
#include "registry/carry.h"
#include "registry/edit.h"
#include "registry/import.h"
#include "registry/sheet.h"

enum { C_HOUSEHOLD, C_LEVEL, C_NUMBER, C_FIELD, C_KNOWN, C_NOW, COLUMN_COUNT };
static const char *const headings[COLUMN_COUNT] = {"household", "level", "number", "field", "known", "now"};

struct filled { const char *text[COLUMN_COUNT]; uint64_t row; uint32_t level, field; };

struct taking {
  struct registry *r;
  struct arena *a;
  uint32_t at[COLUMN_COUNT];
  struct filled *rows; uint32_t count, cap;
  struct text changed; uint32_t changed_count; /* what no longer is as it was printed */
  struct sheet_taken *out;
};

static const char *cell_text(struct taking *t, const struct reader_cell *c) {
  char buffer[48];
  switch (c->kind) {
  case READ_TEXT: {
    struct span s = span_trim(c->text);
    return arena_strn(t->a, s.at, s.len);
  }
  case READ_NUMBER: return arena_str(t->a, number_shortest(c->number, buffer));
  case READ_DATE: return arena_str(t->a, date_format((int32_t)c->days, buffer));
  default: return "";
  }
}

static enum status one_row(void *ctx, const struct reader_row *row, struct err *e) {
  struct taking *t = ctx;
  struct filled x = {.row = row->number};
  if (row->problem) return err_set(e, ERR_INPUT, NULL, "row %" PRIu64 ": %s", row->number, row->problem);
  t->out->rows_read++;
  for (int i = 0; i < COLUMN_COUNT; i++) ARENA_TRY(e, x.text[i] = cell_text(t, &row->cells[t->at[i]]));
  if (!*x.text[C_NOW] || strcmp(x.text[C_NOW], x.text[C_KNOWN]) == 0) return OK;
  while (x.level < t->r->level_count && strcmp(t->r->levels[x.level].def->name, x.text[C_LEVEL]) != 0) x.level++;
  if (x.level == t->r->level_count || x.level == LEVEL_VILLAGE) return err_set(e, ERR_INPUT, "leave that column as it was printed", "row %" PRIu64 ": there is no level \"%.60s\"", row->number, x.text[C_LEVEL]);
  enum status s = edit_field(&t->r->levels[x.level], x.text[C_FIELD], &x.field, e);
  if (s != OK) return err_prefix(e, "row %" PRIu64, row->number), s;
  if (t->count == t->cap) ARENA_TRY(e, t->rows = arena_grow(t->a, t->rows, t->count, t->cap = t->cap ? 2 * t->cap : 64, sizeof *t->rows));
  t->rows[t->count++] = x;
  t->out->filled++;
  return OK;
}

static int by_place(const void *a, const void *b) {
  const struct filled *x = a, *y = b;
  int o = strcmp(x->text[C_HOUSEHOLD], y->text[C_HOUSEHOLD]);
  if (!o) o = (x->level > y->level) - (x->level < y->level);
  if (!o) o = strcmp(x->text[C_NUMBER], y->text[C_NUMBER]);
  return o ? o : (x->row > y->row) - (x->row < y->row);
}

/* Whether the registry still says what was printed. Sealed values are not compared. */
static enum status still(struct taking *t, const struct level_store *ls, const struct store_value *v, const struct filled *x, struct err *e) {
  const struct field *f = ls->fields[x->field].def;
  struct cell is = version_cell(ls, v, x->field), was = {.absence = ABSENT_EMPTY};
  bool text = f->kind == COL_TEXT || f->kind == COL_CHOICE;
  if (f->sealed) return OK;
  if (*x->text[C_KNOWN]) TRY(edit_value(t->a, f, x->text[C_KNOWN], &was, e));
  bool same = is.absence == was.absence;
  if (same && is.absence == PRESENT) same = text ? is.s.len == was.s.len && memcmp(is.s.at, was.s.at, is.s.len) == 0 : f->kind == COL_REAL ? is.d == was.d : is.i == was.i;
  if (!same && t->changed_count++ < 5) text_addf(&t->changed, "%s%s%s%s %s (row %" PRIu64 ")", t->changed.len ? ", " : "", x->text[C_HOUSEHOLD], *x->text[C_NUMBER] ? "/" : "", x->text[C_NUMBER], x->text[C_FIELD], x->row);
  return OK;
}

/* The cells of one row of the registry, from `from` on; `to` is where the next row begins. */
static enum status one_place(struct taking *t, struct carry *c, const struct held *h, uint32_t from, uint32_t *to, struct ingest_sink *sink, struct err *e) {
  const struct filled *first = &t->rows[from];
  const struct level_store *ls = &t->r->levels[first->level];
  struct store_value *v = h->row;
  struct cell *cells;
  uint64_t *mapped;
  enum status s = first->level == LEVEL_HOUSEHOLD ? OK : carry_child(c, h, first->level, first->text[C_NUMBER], &v, e);
  if (s == ERR_NOT_FOUND && e) snprintf(e->hint, sizeof e->hint, "a new member is a natural change: lucid change birth|marry");
  if (s != OK) return err_prefix(e, "row %" PRIu64, first->row), s;
  ARENA_TRY(e, cells = arena_array(t->a, ls->field_count + 1, sizeof *cells));
  ARENA_TRY(e, mapped = arena_array(t->a, bits_words(ls->field_count) + 1, sizeof *mapped));
  for (*to = from; *to < t->count; ++*to) {
    const struct filled *x = &t->rows[*to];
    if (strcmp(x->text[C_HOUSEHOLD], first->text[C_HOUSEHOLD]) != 0 || x->level != first->level || strcmp(x->text[C_NUMBER], first->text[C_NUMBER]) != 0) break;
    if (bits_get(mapped, x->field)) return err_set(e, ERR_INPUT, "keep one of them", "row %" PRIu64 ": %s is given twice", x->row, x->text[C_FIELD]);
    s = edit_value(t->a, ls->fields[x->field].def, x->text[C_NOW], &cells[x->field], e);
    if (s == OK) s = still(t, ls, v, x, e);
    if (s != OK) return err_prefix(e, "row %" PRIu64, x->row), s;
    bits_set(mapped, x->field);
  }
  struct ingest_row row = {.level = first->level, .household_key = span_of(first->text[C_HOUSEHOLD]), .member_key = span_of(first->level == LEVEL_HOUSEHOLD ? "" : first->text[C_NUMBER]), .cells = cells, .mapped = mapped, .source_row = first->row};
  return sink->row(sink->ctx, &row, e);
}

static enum status stage_all(struct taking *t, struct import *im, struct err *e) {
  struct writer w; /* reads only */
  struct ingest_sink sink = stage_sink(&im->stage);
  struct carry c = {.r = t->r, .a = t->a, .w = &w};
  struct held h = {0};
  TRY(writer_open(&w, t->r, im->round.id, true, e));
  enum status s = OK;
  struct source sources[LEVEL_MAX];
  uint32_t last = UINT32_MAX;
  for (uint32_t i = 0, next; i < t->count && s == OK; i = next) {
    const struct filled *x = &t->rows[i];
    next = i + 1;
    if (!i || strcmp(t->rows[i - 1].text[C_HOUSEHOLD], x->text[C_HOUSEHOLD]) != 0) s = carry_load(&c, x->text[C_HOUSEHOLD], &h, e);
    if (s != OK && e) err_prefix(e, "row %" PRIu64, x->row);
    if (s == OK && x->level != last) {
      sources[x->level] = (struct source){.name = "the sheet", .level = x->level};
      stage_source(&im->stage, &sources[last = x->level]);
    }
    if (s == OK) s = one_place(t, &c, &h, i, &next, &sink, e);
  }
  writer_drop(&w);
  if (s != OK || !t->changed_count) return s;
  return err_set(e, ERR_CONFLICT, "print the sheet anew for these, or put what the registry says now under `known`", "the registry no longer says what was printed: %s%s; nothing was taken", text_str(&t->changed), t->changed_count > 5 ? ", ..." : "");
}

static enum status digest_file(const char *path, char hex[65], struct err *e) {
  struct file_map m;
  struct digest d;
  TRY(file_map_open(path, &m, e));
  struct digest_stream s;
  bool good = digest_open(&s);
  if (good) digest_add(&s, m.data, m.len);
  good = good && digest_close(&s, &d);
  file_map_close(&m);
  if (!good) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  digest_hex(&d, hex);
  return OK;
}

static enum status read_rows(struct taking *t, const char *file, struct err *e) {
  struct reader rd = {0};
  enum status s = reader_open(&rd, file, NULL, NULL, e);
  for (int i = 0; i < COLUMN_COUNT && s == OK; i++)
    if ((t->at[i] = reader_column_of(&rd, headings[i])) == UINT32_MAX) s = err_set(e, ERR_INPUT, "keep the headings as they were printed: household, level, number, field, known, now", "%s has no column \"%s\"", file, headings[i]);
  if (s == OK) s = reader_each(&rd, one_row, t, e);
  reader_close(&rd);
  if (s == OK && t->count) qsort(t->rows, t->count, sizeof *t->rows, by_place);
  return s;
}

enum status sheet_take(struct registry *r, const char *round, const char *file, bool dry_run, struct sheet_taken *out, struct err *e) {
  struct arena a;
  struct import im;
  struct import_counts counts = {0};
  char hex[65];
  *out = (struct sheet_taken){0};
  arena_init(&a, 0);
  struct taking t = {.r = r, .a = &a, .out = out};
  text_init(&t.changed, 600);
  enum status s = digest_file(file, hex, e);
  if (s == OK) s = read_rows(&t, file, e);
  if (s == OK && t.count) {
    s = import_begin(&im, r, round, dry_run, e);
    if (s == OK) im.stage.edit = true, im.detail = im.round.name;
    if (s == OK) s = stage_all(&t, &im, e);
    if (s == OK) s = import_finish(&im, file_base(file), hex, NULL, &counts, e);
    import_close(&im);
    out->event = dry_run ? 0 : counts.event, out->changed = counts.changed + counts.inserted;
  }
  text_free(&t.changed);
  arena_drop(&a);
  return s;
}
