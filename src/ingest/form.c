#include "ingest/form.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/form_look.h"
#include "ingest/heading.h"

struct form {
  struct xlsx_book book;
  struct reader *r;
  const char *only;               /* this sheet, or NULL */
  struct reader_sought *sought;   /* copied: the wants are gone when rows are read */
  struct reader_book b;
  struct form_words words;
  struct span *numbers;           /* a sheet: the household's number on its form; at NULL = no form */
  struct span number;             /* the only one in the workbook; empty = none, or several */
  uint32_t forms;
  bool *all_there;                /* a source: its table, or its form, stands somewhere in the workbook */
  bool *lists;                    /* the same for the household at hand */
  uint32_t *column_of;            /* a heading sought -> column, UINT32_MAX */
  const char **name_of;           /* the spelling of it that was met first */
  uint32_t key_column;            /* UINT32_MAX = the source has none */
  bool there;                     /* what is sought stands somewhere */
  struct err too_long;            /* a table that is longer than a grid */
  /* while reading */
  struct reader_cell *cells;
  struct reader_place *places;
  enum status (*fn)(void *, const struct reader_row *, struct err *);
  void *ctx;
  uint64_t count, sums;
};

typedef enum status (*sheet_fn)(struct form *f, uint32_t sheet, const struct form_look *l, struct arena *a, struct err *e);

static enum status each_sheet(struct form *f, sheet_fn fn, struct err *e) {
  for (uint32_t i = 0; i < f->book.sheet_count; i++) {
    const struct xlsx_sheet_name *s = &f->book.sheets[i];
    if (!s->part || (f->only ? strcmp(s->name, f->only) != 0 : s->hidden)) continue;
    struct grid g;
    struct form_look l;
    enum status done = grid_open(&g, &f->book, s, e);
    if (done == OK) done = form_look(&l, &g.arena, &f->b, &f->words, &g, e);
    if (done == OK) done = fn(f, i, &l, &g.arena, e);
    grid_close(&g);
    TRY(done);
  }
  return OK;
}

/* A number of a household as text, in the arena; empty where the cell holds none. */
static enum status number_text(struct arena *a, const struct reader_cell *c, struct span *out, struct err *e) {
  char buf[40];
  struct span s = {"", 0};
  if (c->kind == READ_TEXT) s = span_trim(c->text);
  else if (c->kind == READ_NUMBER) s = (struct span){buf, (size_t)snprintf(buf, sizeof buf, "%.15g", c->number)};
  char *copy = arena_strn(a, s.at, s.len);
  ARENA_TRY(e, copy);
  *out = (struct span){copy, s.len};
  return OK;
}

static bool equal(struct span a, struct span b) { return a.len == b.len && memcmp(a.at, b.at, a.len) == 0; }

/* ---- is it one, and whose ---- */

static enum status look_for_forms(struct form *f, uint32_t sheet, const struct form_look *l, struct arena *a, struct err *e) {
  for (uint32_t s = 0; s < f->b.count; s++) {
    const struct reader_sought *x = &f->sought[s];
    if (l->form[s]) {
      if (l->grid->cut) return err_set(e, ERR_LIMIT, "a sheet of a household ends sooner: take out what stands below", "%s: the form on sheet %.80s is longer than %u rows, or wider than %u columns", f->book.path, l->grid->name, GRID_ROWS, GRID_COLUMNS);
      f->forms++;
      struct form_value *v = arena_array(a, x->count, sizeof *v);
      ARENA_TRY(e, v);
      form_values(l, s, v);
      if (!f->numbers[sheet].at) f->numbers[sheet] = (struct span){"", 0};
      if (x->key != UINT32_MAX && !f->numbers[sheet].len) TRY(number_text(&f->r->arena, &v[x->key].cell, &f->numbers[sheet], e));
    }
    for (uint32_t i = 0; i < l->head_count && x->kind == SOUGHT_FORM; i++) f->forms += l->heads[i].sought == s && l->heads[i].table; /* a table of forms */
  }
  return OK;
}

static void only_number(struct form *f) {
  for (uint32_t i = 0; i < f->book.sheet_count; i++) {
    if (!f->numbers[i].at || !f->numbers[i].len) continue;
    if (f->number.at && !equal(f->number, f->numbers[i])) {
      f->number = (struct span){"", 0};
      return;
    }
    f->number = f->numbers[i];
  }
}

/* ---- columns ---- */

static enum status met(struct form *f, const struct form_look *l, uint32_t want, uint32_t row, uint32_t column, struct err *e) {
  const struct grid_cell *c = grid_at(l->grid, row, column);
  char plain[HEADING_MAX];
  f->column_of[want] = 0;
  if (f->name_of[want] || !c || c->value.kind != READ_TEXT) return OK;
  struct span s = c->value.text; /* a label may have its value behind a colon */
  for (size_t i = 0; i < s.len; i++)
    if (s.at[i] == ':' || (s.len - i >= 3 && memcmp(s.at + i, "：", 3) == 0)) s.len = i;
  s = heading_spelling(f->sought[f->b.mine].headings[want], plain, heading_plain(s, plain));
  ARENA_TRY(e, f->name_of[want] = arena_strn(&f->r->arena, s.at, s.len));
  return OK;
}

static enum status look_for_columns(struct form *f, uint32_t sheet, const struct form_look *l, struct arena *a, struct err *e) {
  const struct reader_sought *x = &f->sought[f->b.mine];
  uint32_t *columns = arena_array(a, x->count, sizeof *columns);
  struct form_value *v = arena_array(a, x->count, sizeof *v);
  (void)sheet;
  ARENA_TRY(e, columns);
  ARENA_TRY(e, v);
  for (uint32_t i = 0; i < l->head_count; i++) {
    const struct form_head *h = &l->heads[i];
    if (h->sought != f->b.mine || !h->table) continue;
    if (l->grid->cut) return err_set(e, ERR_LIMIT, "a household's table ends sooner: give a long table a workbook of its own", "%s: the sheet %.80s is longer than %u rows, or wider than %u columns", f->book.path, l->grid->name, GRID_ROWS, GRID_COLUMNS);
    form_columns(l, h, columns);
    for (uint32_t k = 0; k < x->count; k++)
      for (uint32_t row = h->row; row <= h->bottom && columns[k] != UINT32_MAX; row++)
        if (grid_at(l->grid, row, columns[k])->row == row) TRY(met(f, l, k, row, columns[k], e));
    f->there = true;
  }
  if (!l->form[f->b.mine]) return OK;
  form_values(l, f->b.mine, v);
  for (uint32_t k = 0; k < x->count; k++)
    if (v[k].found) TRY(met(f, l, k, v[k].label_row, v[k].label_column, e));
  f->there = true;
  return OK;
}

static enum status note_there(struct form *f, uint32_t sheet, const struct form_look *l, struct arena *a, struct err *e) {
  TRY(look_for_forms(f, sheet, l, a, e));
  for (uint32_t i = 0; i < l->head_count; i++) f->all_there[l->heads[i].sought] |= l->heads[i].table;
  for (uint32_t s = 0; s < f->b.count; s++) f->all_there[s] |= l->form[s];
  return OK;
}

/* Both at once: each sheet is parsed once. A table that is too long matters only when the workbook turns out to hold forms. */
static enum status look_for_both(struct form *f, uint32_t sheet, const struct form_look *l, struct arena *a, struct err *e) {
  struct err local = {0};
  TRY(note_there(f, sheet, l, a, e));
  if (f->sought[f->b.mine].kind == SOUGHT_OTHER) return OK;
  enum status s = look_for_columns(f, sheet, l, a, &local);
  if (s == ERR_LIMIT) f->too_long = local;
  else if (s != OK && e) *e = local;
  return s == ERR_LIMIT ? OK : s;
}

static enum status name_columns(struct form *f, struct err *e) {
  const struct reader_sought *x = &f->sought[f->b.mine];
  struct reader *r = f->r;
  if (x->key != UINT32_MAX) f->column_of[x->key] = 0; /* inherited where it does not stand */
  ARENA_TRY(e, r->columns = arena_array(&r->arena, x->count + 1, sizeof *r->columns));
  for (uint32_t k = 0; k < x->count; k++) {
    if (f->column_of[k] == UINT32_MAX) continue;
    bool again = false; /* two fields may be read from one column: it is sought twice, and stands once */
    const char *name = f->name_of[k] ? f->name_of[k] : arena_strn(&r->arena, x->headings[k], strcspn(x->headings[k], "|"));
    ARENA_TRY(e, name);
    for (uint32_t c = 0; c < r->column_count; c++) again |= strcmp(r->columns[c].name, name) == 0;
    if (again) {
      f->column_of[k] = UINT32_MAX;
      continue;
    }
    f->column_of[k] = r->column_count;
    r->columns[r->column_count++] = (struct reader_column){.name = name, .type = READER_TEXT};
  }
  f->key_column = x->key == UINT32_MAX ? UINT32_MAX : f->column_of[x->key];
  ARENA_TRY(e, f->cells = arena_array(&r->arena, r->column_count + 1, sizeof *f->cells));
  ARENA_TRY(e, f->places = arena_array(&r->arena, r->column_count + 1, sizeof *f->places));
  return OK;
}

/* ---- rows ---- */

static void clear_row(struct form *f) {
  for (uint32_t i = 0; i < f->r->column_count; i++) f->cells[i] = (struct reader_cell){.kind = READ_EMPTY}, f->places[i] = (struct reader_place){NULL, 0, 0};
}

static enum status give(struct form *f, const struct form_look *l, uint32_t line, const char *problem, struct err *e) {
  f->r->sheet = l->grid->name;
  struct reader_row row = {.number = ++f->count, .line = line, .cells = f->cells, .count = f->r->column_count, .problem = problem, .places = f->places};
  if (f->sought[f->b.mine].kind == SOUGHT_FORM) row.lists = f->lists;
  return f->fn(f->ctx, &row, e);
}

static enum status give_form(struct form *f, const struct form_look *l, struct arena *a, struct err *e) {
  const struct reader_sought *x = &f->sought[f->b.mine];
  struct form_value *v = arena_array(a, x->count, sizeof *v);
  char problem[300] = "", m[8], n[8];
  uint32_t line = UINT32_MAX;
  ARENA_TRY(e, v);
  form_values(l, f->b.mine, v);
  clear_row(f);
  for (uint32_t s = 0; s < f->b.count; s++) f->lists[s] = f->forms == 1 && f->all_there[s]; /* the only household: its tables may stand on any sheet */
  for (uint32_t i = 0; i < l->head_count; i++) f->lists[l->heads[i].sought] |= l->heads[i].table;
  for (uint32_t k = 0; k < x->count; k++) {
    uint32_t at = f->column_of[k];
    if (at == UINT32_MAX || !v[k].found) continue;
    f->cells[at] = v[k].cell, f->places[at] = v[k].place;
    if (v[k].place.row < line) line = v[k].place.row;
    if (v[k].twice && !problem[0])
      snprintf(problem, sizeof problem, "%.80s!%s%u and %s%u both give %.60s, and not the same", l->grid->name, sheet_letters(v[k].place.column, m), v[k].place.row, sheet_letters(v[k].other_column, n), v[k].other_row + 1, f->r->columns[at].name);
  }
  return give(f, l, line, problem[0] ? problem : NULL, e);
}

/* Whose row it is: the number in it, else the one it inherits. Says what is wrong in words[]. */
static enum status own_number(struct form *f, uint32_t sheet, const struct form_look *l, struct arena *a, char *words, size_t size, struct err *e) {
  char letters[8];
  struct span inherited = f->numbers[sheet].at ? f->numbers[sheet] : f->number, given;
  struct reader_cell *c = &f->cells[f->key_column];
  const struct reader_place *p = &f->places[f->key_column];
  if (c->kind == READ_EMPTY || (c->kind == READ_TEXT && !span_trim(c->text).len)) {
    if (inherited.at && inherited.len) *c = (struct reader_cell){.kind = READ_TEXT, .text = inherited};
    else if (f->numbers[sheet].at) snprintf(words, size, "%.80s: the form on this sheet gives no number of the household, so nobody knows whose row it is", l->grid->name);
    else snprintf(words, size, "%.80s: no number of the household stands here, and the workbook does not hold just one", l->grid->name);
    return OK;
  }
  TRY(number_text(a, c, &given, e));
  if (f->numbers[sheet].at && f->numbers[sheet].len && given.len && !equal(given, f->numbers[sheet]))
    snprintf(words, size, "%.80s!%s%u says household %.*s, and the form on the same sheet %.*s", l->grid->name, sheet_letters(p->column, letters), p->row, (int)(given.len < 40 ? given.len : 40), given.at,
             (int)(f->numbers[sheet].len < 40 ? f->numbers[sheet].len : 40), f->numbers[sheet].at);
  return OK;
}

static enum status give_table(struct form *f, uint32_t sheet, const struct form_look *l, const struct form_head *h, struct arena *a, struct err *e) {
  const struct reader_sought *x = &f->sought[f->b.mine];
  uint32_t *columns = arena_array(a, x->count, sizeof *columns);
  ARENA_TRY(e, columns);
  form_columns(l, h, columns);
  for (uint32_t row = h->bottom + 1; row < h->end; row++) {
    char words[300] = "";
    if (!form_row_counts(l, h, columns, row)) continue;
    clear_row(f);
    memset(f->lists, 0, f->b.count * sizeof *f->lists); /* a form in a list, as refused ones come back: nobody knows its tables whole */
    for (uint32_t k = 0; k < x->count; k++) {
      uint32_t at = f->column_of[k];
      const struct grid_cell *c = columns[k] == UINT32_MAX ? NULL : grid_at(l->grid, row, columns[k]);
      if (at == UINT32_MAX || !c) continue;
      if (c->row > h->bottom) f->cells[at] = form_cell(&c->value);
      f->places[at] = (struct reader_place){l->grid->name, row + 1, columns[k]};
    }
    if (f->key_column != UINT32_MAX) TRY(own_number(f, sheet, l, a, words, sizeof words, e));
    TRY(give(f, l, row + 1, words[0] ? words : NULL, e));
  }
  return OK;
}

static enum status give_sheet(struct form *f, uint32_t sheet, const struct form_look *l, struct arena *a, struct err *e) {
  if (l->form[f->b.mine]) TRY(give_form(f, l, a, e));
  for (uint32_t i = 0; i < l->head_count; i++)
    if (l->heads[i].sought == f->b.mine && l->heads[i].table) TRY(give_table(f, sheet, l, &l->heads[i], a, e));
  return OK;
}

static enum status form_each(struct reader *r, enum status (*fn)(void *, const struct reader_row *, struct err *), void *ctx, struct err *e) {
  struct form *f = r->state;
  f->fn = fn, f->ctx = ctx, f->count = 0;
  return each_sheet(f, give_sheet, e);
}

static void form_close(struct reader *r) {
  struct form *f = r->state;
  if (!f) return;
  book_close(&f->book);
  free(f);
  r->state = NULL;
}

static const struct reader_driver form_driver = {form_each, form_close};

/* ---- opening ---- */

/* The wants are the caller's and go; what is sought of them is kept. */
static enum status keep_sought(struct form *f, const struct reader_book *b, struct err *e) {
  struct arena *a = &f->r->arena;
  ARENA_TRY(e, f->sought = arena_copy(a, b->sought, b->count * sizeof *b->sought));
  for (uint32_t i = 0; i < b->count; i++) {
    const char **to = arena_array(a, f->sought[i].count + 1, sizeof *to);
    ARENA_TRY(e, to);
    for (uint32_t k = 0; k < f->sought[i].count; k++) ARENA_TRY(e, to[k] = arena_str(a, f->sought[i].headings[k]));
    f->sought[i].headings = to;
    if (f->sought[i].name) ARENA_TRY(e, f->sought[i].name = arena_str(a, f->sought[i].name));
  }
  f->b = (struct reader_book){f->sought, b->count, b->mine};
  ARENA_TRY(e, f->lists = arena_array(a, b->count + 1, sizeof *f->lists));
  if (!f->all_there) ARENA_TRY(e, f->all_there = arena_array(a, b->count + 1, sizeof *f->all_there));
  ARENA_TRY(e, f->numbers = arena_array(a, f->book.sheet_count + 1, sizeof *f->numbers));
  uint32_t n = f->sought[b->mine].count;
  ARENA_TRY(e, f->column_of = arena_array(a, n + 1, sizeof *f->column_of));
  ARENA_TRY(e, f->name_of = arena_array(a, n + 1, sizeof *f->name_of));
  for (uint32_t i = 0; i < n; i++) f->column_of[i] = UINT32_MAX;
  return form_words_open(&f->words, a, &f->b, e);
}

static enum status open_parts(struct form *f, const struct reader_wants *wants, struct err *e) {
  const struct reader_sought *x = &f->sought[f->b.mine];
  only_number(f);
  if (f->too_long.status == ERR_LIMIT) return err_set(e, ERR_LIMIT, f->too_long.hint, "%s", f->too_long.message);
  if (!f->there && f->only) return err_set(e, ERR_NOT_FOUND, NULL, "%s: the sheet %.80s does not hold what is sought", f->r->path, f->only);
  if (!f->there) return err_set(e, ERR_NOT_FOUND, wants->must ? NULL : "what the headings are called stands in the programme's sources", "%s holds households' forms, and no %s %s", f->r->path, x->kind == SOUGHT_FORM ? "form of" : "table of", x->name ? x->name : "what is sought");
  return name_columns(f, e);
}

enum status form_there(struct arena *a, struct xlsx_book *book, const struct reader_book *b, bool *forms, bool *there, struct err *e) {
  struct reader r = {.arena = *a};
  struct form f = {.book = *book, .r = &r, .all_there = there};
  enum status s = keep_sought(&f, b, e);
  for (uint32_t i = 0; i < b->count; i++) there[i] = false;
  if (s == OK) s = each_sheet(&f, note_there, e);
  *a = r.arena;
  *forms = s == OK && f.forms > 0;
  for (uint32_t i = 0; i < b->count; i++) there[i] &= b->sought[i].kind != SOUGHT_OTHER;
  return s;
}

enum status form_open(struct reader *r, struct xlsx_book *book, const char *name, const struct reader_wants *wants, bool *taken, struct err *e) {
  bool any = false;
  *taken = false;
  for (uint32_t i = 0; i < wants->book->count; i++) any |= wants->book->sought[i].kind == SOUGHT_FORM;
  if (!any) return OK;
  struct form *f = calloc(1, sizeof *f);
  if (!f) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  *f = (struct form){.book = *book, .r = r, .only = name};
  enum status s = keep_sought(f, wants->book, e);
  if (s == OK) s = each_sheet(f, look_for_both, e);
  *taken = s == OK && (f->forms > 0 || wants->book->sought[wants->book->mine].kind == SOUGHT_FORM);
  if (!*taken) {
    free(f);
    return s;
  }
  *book = (struct xlsx_book){0};
  r->state = f;
  r->driver = &form_driver;
  r->format = "xlsx", r->encoding = "UTF-8", r->form = true;
  r->sheet = f->book.sheets[0].name;
  return open_parts(f, wants, e);
}

/* ---- the number of a workbook without forms ---- */

static enum status gather(struct form *f, const struct reader_cell *c, struct err *e) {
  struct span s;
  TRY(number_text(&f->r->arena, c, &s, e));
  if (!s.len || f->forms > 1) return OK;
  if (f->forms && !equal(s, f->number)) f->forms = 2; /* two households */
  else if (!f->forms) f->number = s, f->forms = 1;
  return OK;
}

static enum status look_for_number(struct form *f, uint32_t sheet, const struct form_look *l, struct arena *a, struct err *e) {
  uint32_t most = 0;
  (void)sheet;
  for (uint32_t s = 0; s < f->b.count; s++) most = f->sought[s].count > most ? f->sought[s].count : most;
  uint32_t *columns = arena_array(a, most + 1, sizeof *columns);
  struct form_value *v = arena_array(a, most + 1, sizeof *v);
  ARENA_TRY(e, columns);
  ARENA_TRY(e, v);
  for (uint32_t i = 0; i < l->head_count; i++) {
    const struct form_head *h = &l->heads[i];
    const struct reader_sought *x = &f->sought[h->sought];
    if (x->key == UINT32_MAX) continue;
    form_columns(l, h, columns);
    if (columns[x->key] == UINT32_MAX) continue;
    if (l->grid->cut) f->forms = 2; /* there are more rows than were looked at */
    for (uint32_t row = h->bottom + 1; row < h->end; row++) {
      const struct grid_cell *c = grid_at(l->grid, row, columns[x->key]);
      if (c && c->row > h->bottom) TRY(gather(f, &c->value, e));
    }
  }
  for (uint32_t s = 0; s < f->b.count; s++) { /* and above the tables: `Household: 7001` */
    if (f->sought[s].key == UINT32_MAX) continue;
    form_values(l, s, v);
    TRY(gather(f, &v[f->sought[s].key].cell, e));
  }
  return OK;
}

enum status form_number(struct arena *a, struct xlsx_book *book, const struct reader_book *b, struct span *out, struct err *e) {
  struct reader r = {.arena = *a};
  struct form f = {.book = *book, .r = &r};
  *out = (struct span){"", 0};
  enum status s = keep_sought(&f, b, e);
  if (s == OK) s = each_sheet(&f, look_for_number, e);
  *a = r.arena;
  if (s == OK && f.forms == 1) *out = f.number;
  return s;
}
