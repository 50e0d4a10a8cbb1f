#include "ingest/xlsx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "ingest/form.h"
#include "ingest/heading.h"
#include "ingest/xlsx_sheet.h"

struct carried { uint64_t until; struct reader_cell cell; char *text; }; /* a joined cell's value, for the rows down to `until` */

struct xlsx {
  struct xlsx_book book;
  const struct reader_wants *wants; /* while it is being opened */
  struct map spellings;             /* plain heading -> index of the want */
  const struct xlsx_sheet_name *sheet;
  struct xlsx_merge *merges;        /* over several rows, by their first row */
  uint32_t merge_count, merge_cap, merge_next;
  struct carried *carried;          /* a column */
  uint32_t carried_count;
  uint64_t heading_row, first_row;  /* rows of data begin at first_row */
  /* finding the headings */
  uint32_t looked, best_score, best_cells;
  uint64_t best_row;
  bool taking;                      /* the row of headings is known: take them */
  struct reader *r;
  /* reading */
  struct reader_cell *cells;
  enum status (*fn)(void *, const struct reader_row *, struct err *);
  void *ctx;
  uint64_t number, hidden_rows, strays;
  char first_stray[24];
  uint32_t hidden_columns;
  struct span inherited;            /* the household's number, where the table has no column for it; */
  uint32_t own_columns;             /* it stands in a column after these */
};

/* ---- headings ---- */

static enum status index_wants(struct xlsx *x, struct arena *a, struct err *e) {
  map_init(&x->spellings, a);
  return x->wants ? heading_index(&x->spellings, x->wants->headings, x->wants->count, e) : OK;
}

static uint32_t want_of(const struct xlsx *x, const struct reader_cell *c) {
  char plain[HEADING_MAX];
  if (c->kind != READ_TEXT) return MAP_NONE;
  size_t n = heading_plain(c->text, plain);
  return n ? map_get(&x->spellings, plain, n) : MAP_NONE;
}

/* ---- joined cells ---- */

static enum status on_merge(void *ctx, const struct xlsx_merge *m, struct err *e) {
  struct xlsx *x = ctx;
  if (m->row == m->last_row) return OK;
  if (x->merge_count == XLSX_MERGES_MAX) return err_set(e, ERR_LIMIT, "undo the joining, or save it as CSV", "%s: more than %u joined cells", x->book.path, XLSX_MERGES_MAX);
  if (x->merge_count == x->merge_cap) {
    uint32_t cap = x->merge_cap ? x->merge_cap * 2 : 256;
    void *p = realloc(x->merges, cap * sizeof *x->merges);
    if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    x->merges = p, x->merge_cap = cap;
  }
  x->merges[x->merge_count++] = *m;
  return OK;
}

static void on_hidden_columns(void *ctx, uint32_t first, uint32_t last) {
  struct xlsx *x = ctx;
  x->hidden_columns += last - first + 1 < 1000 ? last - first + 1 : 0; /* all the unused ones to the right are often hidden */
}

static int by_row(const void *a, const void *b) {
  const struct xlsx_merge *x = a, *y = b;
  return x->row != y->row ? x->row < y->row ? -1 : 1 : x->column < y->column ? -1 : x->column > y->column;
}

static void forget_carried(struct xlsx *x) {
  for (uint32_t i = 0; i < x->carried_count; i++) free(x->carried[i].text);
  free(x->carried);
  x->carried = NULL;
  x->carried_count = 0;
  x->merge_next = 0;
}

static enum status carry(struct xlsx *x, const struct xlsx_row *row, struct err *e) {
  for (; x->merge_next < x->merge_count && x->merges[x->merge_next].row <= row->number; x->merge_next++) {
    const struct xlsx_merge *m = &x->merges[x->merge_next];
    if (m->row < row->number || m->column >= row->count) continue;
    if (m->column >= x->carried_count) {
      uint32_t count = m->column + 16;
      struct carried *p = realloc(x->carried, count * sizeof *p);
      if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory");
      memset(p + x->carried_count, 0, (count - x->carried_count) * sizeof *p);
      x->carried = p, x->carried_count = count;
    }
    struct carried *c = &x->carried[m->column];
    free(c->text);
    *c = (struct carried){m->last_row, row->cells[m->column], NULL};
    if (c->cell.kind != READ_TEXT && c->cell.kind != READ_BAD) continue;
    if (!(c->text = malloc(c->cell.text.len + 1))) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    memcpy(c->text, c->cell.text.at, c->cell.text.len);
    c->cell.text.at = c->text;
  }
  return OK;
}

/* The cell of a row, or the joined one above that reaches down to it. */
static const struct reader_cell *cell_at(const struct xlsx *x, const struct xlsx_row *row, uint32_t column) {
  static const struct reader_cell none = {.kind = READ_EMPTY};
  const struct reader_cell *own = column < row->count ? &row->cells[column] : &none;
  if (own->kind == READ_EMPTY && column < x->carried_count && x->carried[column].until >= row->number) return &x->carried[column].cell;
  return own;
}

static uint32_t width(const struct xlsx *x, const struct xlsx_row *row) { return row->count > x->carried_count ? row->count : x->carried_count; }

/* ---- finding them ---- */

static enum status take_headings(struct xlsx *x, const struct xlsx_row *row, struct err *e) {
  struct reader *r = x->r;
  uint32_t n = width(x, row);
  while (n && cell_at(x, row, n - 1)->kind == READ_EMPTY) n--;
  struct map names;
  map_init(&names, &r->arena);
  ARENA_TRY(e, r->columns = arena_array(&r->arena, n + 1, sizeof *r->columns));
  for (uint32_t i = 0; i < n; i++) {
    const struct reader_cell *c = cell_at(x, row, i);
    char buf[HEADING_MAX], a[8], b[8];
    size_t len = 0;
    if (c->kind == READ_TEXT) len = heading_plain(c->text, buf);
    else if (c->kind == READ_NUMBER) len = (size_t)snprintf(buf, sizeof buf, "%.15g", c->number);
    uint32_t want = want_of(x, c), index = 0;
    bool fresh = true;
    r->columns[i].type = READER_TEXT;
    if (want != MAP_NONE) { /* the programme's own spelling of it */
      struct span own = heading_spelling(x->wants->headings[want], buf, len);
      ARENA_TRY(e, r->columns[i].name = arena_strn(&r->arena, own.at, own.len));
    } else {
      struct span s = c->kind == READ_TEXT ? span_trim(c->text) : (struct span){buf, len};
      char *name = arena_strn(&r->arena, s.at, s.len);
      ARENA_TRY(e, name);
      text_tame_line(name);
      r->columns[i].name = name;
    }
    if (!r->columns[i].name) r->columns[i].name = "";
    if (!r->columns[i].name[0]) continue;
    if (!map_put(&names, r->columns[i].name, strlen(r->columns[i].name), &index, &fresh)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (!fresh)
      return err_set(e, ERR_INPUT, "rename or remove one of the two", "%s: the heading %.100s stands twice, in %s!%s%llu and %s%llu", r->path, r->columns[i].name, x->sheet->name, sheet_letters(names.values[index], a),
                     (unsigned long long)row->number, sheet_letters(i, b), (unsigned long long)row->number);
    names.values[index] = i;
  }
  r->column_count = n;
  return OK;
}

static enum status on_head_row(void *ctx, const struct xlsx_row *row, bool *enough, struct err *e) {
  struct xlsx *x = ctx;
  TRY(carry(x, row, e));
  if (x->taking) {
    if (row->number != x->best_row) return OK;
    *enough = true;
    return take_headings(x, row, e);
  }
  if (!row->count) return OK;
  uint32_t score = 0, cells = 0, n = width(x, row);
  uint64_t seen[8] = {0}; /* of the first 512 wants, which are counted once */
  for (uint32_t i = 0; i < n; i++) {
    const struct reader_cell *c = cell_at(x, row, i);
    uint32_t want = want_of(x, c);
    cells += c->kind != READ_EMPTY;
    if (want == MAP_NONE || want >= 512 || (seen[want / 64] >> (want % 64) & 1)) continue;
    seen[want / 64] |= (uint64_t)1 << (want % 64);
    score++;
  }
  /* Without a heading that is known, the first row with two cells: a title has one. */
  if (score > x->best_score || (!score && !x->best_score && ((cells > 1 && x->best_cells < 2) || !x->best_row))) x->best_score = score, x->best_cells = cells, x->best_row = row->number;
  if (++x->looked >= XLSX_HEAD_ROWS) *enough = true;
  return OK;
}

static enum status look_for_headings(struct xlsx *x, const struct xlsx_sheet_name *sheet, struct err *e) {
  static const struct xlsx_sheet_handler head = {.row = on_head_row};
  forget_carried(x);
  x->looked = x->best_score = x->best_cells = 0;
  x->best_row = 0;
  return sheet_parse(&x->book, sheet->part, &head, x, e);
}

/* Enough of a table to be meant: two of the headings sought, and half of what is sought or half of what is there. */
static bool fits(const struct xlsx *x) { return x->best_score >= 2 && (x->best_score * 2 >= x->best_cells || x->best_score * 2 >= x->wants->count); }

static enum status the_sheets(const struct xlsx *x, enum status s, const char *message, const char *what, struct err *e) {
  char hint[300] = "its sheets are";
  for (uint32_t i = 0; i < x->book.sheet_count; i++) {
    size_t n = strlen(hint);
    if (n < 230) snprintf(hint + n, sizeof hint - n, "%s %.40s%s", i ? "," : "", x->book.sheets[i].name, x->book.sheets[i].hidden ? " (hidden)" : "");
  }
  return err_set(e, s, hint, "%s %s%.80s", x->book.path, message, what);
}

static enum status sheet_named(struct xlsx *x, const char *name, bool *found) {
  for (uint32_t i = 0; i < x->book.sheet_count && !*found; i++)
    if (x->book.sheets[i].part && strcmp(x->book.sheets[i].name, name) == 0) x->sheet = &x->book.sheets[i], *found = true;
  return OK;
}

static bool of_others(const struct reader_wants *w, const char *name) {
  for (uint32_t i = 0; w && i < w->other_count; i++)
    if (strcmp(w->others[i], name) == 0) return true;
  return false;
}

static enum status choose_sheet(struct xlsx *x, const char *name, struct err *e) {
  const struct xlsx_sheet_name *best = NULL, *only = NULL;
  uint32_t best_score = 0, ties = 0, seen = 0;
  bool found = false;
  const struct reader_wants *w = x->wants;
  if (name) {
    TRY(sheet_named(x, name, &found));
    return found ? look_for_headings(x, x->sheet, e) : the_sheets(x, ERR_NOT_FOUND, "has no sheet ", name, e);
  }
  for (int i = 0; w && i < 3 && !found; i++)
    if (w->names[i]) TRY(sheet_named(x, w->names[i], &found));
  if (found && !x->sheet->hidden) {
    TRY(look_for_headings(x, x->sheet, e));
    if (x->best_score) return OK;
  }
  for (uint32_t i = 0; i < x->book.sheet_count; i++) {
    const struct xlsx_sheet_name *s = &x->book.sheets[i];
    if (s->hidden || !s->part || of_others(w, s->name)) continue;
    TRY(look_for_headings(x, s, e));
    if (!x->best_row) continue;
    seen++, only = s;
    if (!w || !fits(x) || x->best_score < best_score) continue;
    ties = x->best_score == best_score ? ties + 1 : 1;
    best = s, best_score = x->best_score;
  }
  if (ties > 1) return the_sheets(x, ERR_INPUT, "has several sheets with the headings sought: say which with --sheet, or with `table` in the source", "", e);
  if (!best && w && w->must) return the_sheets(x, ERR_NOT_FOUND, "has no sheet with the headings sought", "", e);
  if (!best && seen > 1) return the_sheets(x, ERR_INPUT, "has several sheets, and none has the headings sought: say which with --sheet, or with `table` in the source", "", e);
  if (!best && !seen) return the_sheets(x, ERR_INPUT, "holds only empty sheets", "", e);
  x->sheet = best ? best : only;
  return look_for_headings(x, x->sheet, e);
}

static enum status find_table(struct xlsx *x, const char *name, struct err *e) {
  static const struct xlsx_sheet_handler joined = {.merge = on_merge, .hidden_columns = on_hidden_columns}, head = {.row = on_head_row};
  TRY(choose_sheet(x, name, e));
  TRY(sheet_parse(&x->book, x->sheet->part, &joined, x, e));
  if (x->merge_count) {
    qsort(x->merges, x->merge_count, sizeof *x->merges, by_row);
    TRY(look_for_headings(x, x->sheet, e)); /* once more: a heading may reach down to the row of the others */
  }
  if (!x->best_row) return err_set(e, ERR_INPUT, "a sheet begins with a row of headings", "%s: the sheet %.80s is empty", x->book.path, x->sheet->name);
  x->heading_row = x->best_row;
  x->first_row = x->best_row + 1;
  for (uint32_t i = 0; i < x->merge_count && x->merges[i].row <= x->heading_row; i++)
    if (x->merges[i].last_row >= x->first_row && x->merges[i].last_row <= x->heading_row + 5) x->first_row = (uint64_t)x->merges[i].last_row + 1;
  forget_carried(x);
  x->taking = true;
  return sheet_parse(&x->book, x->sheet->part, &head, x, e);
}

/* ---- rows ---- */

static enum status on_data_row(void *ctx, const struct xlsx_row *row, bool *enough, struct err *e) {
  struct xlsx *x = ctx;
  struct reader *r = x->r;
  (void)enough;
  TRY(carry(x, row, e));
  if (row->number < x->first_row) return OK;
  bool any = false;
  for (uint32_t i = 0; i < row->count; i++) {
    if (row->cells[i].kind == READ_EMPTY) continue;
    if (row->cells[i].kind == READ_TEXT && !span_trim(row->cells[i].text).len) continue;
    if (i < r->column_count - (x->inherited.len > 0) && r->columns[i].name[0]) any = true;
    else if (!x->strays++) {
      char letters[8];
      snprintf(x->first_stray, sizeof x->first_stray, "%s%llu", sheet_letters(i, letters), (unsigned long long)row->number);
    }
  }
  if (!any) return OK;
  x->hidden_rows += row->hidden;
  for (uint32_t i = 0; i < r->column_count; i++) x->cells[i] = *cell_at(x, row, i);
  if (x->inherited.len) x->cells[x->own_columns] = (struct reader_cell){.kind = READ_TEXT, .text = x->inherited};
  struct reader_row out = {.number = ++x->number, .line = row->number, .cells = x->cells, .count = r->column_count};
  return x->fn(x->ctx, &out, e);
}

static void write_note(struct xlsx *x) {
  char *note = x->r->note;
  size_t size = sizeof x->r->note, n = 0;
  if (x->heading_row > 1) n += (size_t)snprintf(note + n, size - n, "the headings were found in row %llu of the sheet %.60s", (unsigned long long)x->heading_row, x->sheet->name);
  if (x->hidden_rows) n += (size_t)snprintf(note + n, size - n, "%s%llu hidden rows were read like the others", n ? "; " : "", (unsigned long long)x->hidden_rows);
  if (x->hidden_columns) n += (size_t)snprintf(note + n, size - n, "%s%u hidden columns were read like the others", n ? "; " : "", x->hidden_columns);
  if (x->strays) snprintf(note + n, size - n, "%s%llu values stand under no heading and were passed over, the first in %s", n ? "; " : "", (unsigned long long)x->strays, x->first_stray);
}

static enum status xlsx_each(struct reader *r, enum status (*fn)(void *, const struct reader_row *, struct err *), void *ctx, struct err *e) {
  static const struct xlsx_sheet_handler rows = {.row = on_data_row};
  struct xlsx *x = r->state;
  x->fn = fn, x->ctx = ctx;
  x->number = x->hidden_rows = x->strays = 0;
  forget_carried(x);
  enum status s = sheet_parse(&x->book, x->sheet->part, &rows, x, e);
  write_note(x);
  return s;
}

static void xlsx_close(struct reader *r) {
  struct xlsx *x = r->state;
  if (!x) return;
  forget_carried(x);
  book_close(&x->book);
  free(x->merges);
  free(x->cells);
  free(x);
  r->state = NULL;
}

static const struct reader_driver xlsx_driver = {xlsx_each, xlsx_close};

/* A table without the household's number, in a workbook that holds one household: a column more, the same in each row. */
static enum status inherit_number(struct xlsx *x, const struct reader_wants *wants, struct err *e) {
  struct reader *r = x->r;
  const struct reader_sought *s = wants && wants->book ? &wants->book->sought[wants->book->mine] : NULL;
  if (!s || s->kind == SOUGHT_FORM || s->key == UINT32_MAX) return OK;
  for (uint32_t i = 0; i < r->column_count; i++) {
    char plain[HEADING_MAX];
    if (map_get(&x->spellings, plain, heading_plain(span_of(r->columns[i].name), plain)) == s->key) return OK;
  }
  TRY(form_number(&r->arena, &x->book, wants->book, &x->inherited, e));
  if (!x->inherited.len) return OK;
  ARENA_TRY(e, r->columns[r->column_count].name = arena_strn(&r->arena, s->headings[s->key], strcspn(s->headings[s->key], "|")));
  x->own_columns = r->column_count++;
  return OK;
}

enum status xlsx_open(struct reader *r, int fd, const char *sheet, const struct reader_wants *wants, struct err *e) {
  struct xlsx *x = calloc(1, sizeof *x);
  if (!x) {
    close(fd);
    return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  r->state = x;
  r->driver = &xlsx_driver;
  r->format = "xlsx";
  r->encoding = "UTF-8";
  x->r = r;
  x->wants = wants;
  TRY(book_open(&x->book, fd, r->path, e));
  if (wants && wants->book) {
    bool taken;
    enum status s = form_open(r, &x->book, sheet, wants, &taken, e);
    if (taken) free(x);
    if (taken || s != OK) return s;
  }
  TRY(index_wants(x, &r->arena, e));
  TRY(find_table(x, sheet, e));
  TRY(inherit_number(x, wants, e));
  x->wants = NULL;
  r->sheet = x->sheet->name;
  if (!(x->cells = calloc(r->column_count + 1, sizeof *x->cells))) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  return OK;
}
