#include "ingest/xlsx_sheet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "ingest/xlsx_part.h"

enum where { OUTSIDE, IN_VALUE, IN_INLINE };

struct sheet {
  struct xlsx_book *b;
  const struct xlsx_sheet_handler *h;
  void *ctx;
  struct reader_cell *cells; /* XLSX_COLUMNS_MAX of them */
  size_t *offset;            /* of a cell's own text in `text`, NOT_OWN for others */
  uint32_t used;             /* cells that may hold something */
  uint64_t row;
  bool in_row, hidden, in_cell;
  uint32_t column;           /* of the cell, or of the next one */
  char type[12];             /* of the cell: its attribute t */
  uint32_t style;
  bool formula, valued;
  enum where where;
  int phonetic;
  struct text value, text;   /* the cell's raw value; the texts of the row */
};

#define NOT_OWN SIZE_MAX

const char *sheet_letters(uint32_t column, char out[8]) {
  char back[8];
  int n = 0, k = 0;
  for (uint64_t c = (uint64_t)column + 1; c && n < 7; c = (c - 1) / 26) back[n++] = (char)('A' + (c - 1) % 26);
  while (n) out[k++] = back[--n];
  out[k] = 0;
  return out;
}

/* "AB17": the column from 0 and the row from 1. */
static bool place(const char *s, uint32_t *column, uint32_t *row, const char **end) {
  uint64_t c = 0, r = 0;
  for (; *s >= 'A' && *s <= 'Z' && c <= XLSX_COLUMNS_MAX; s++) c = c * 26 + (uint64_t)(*s - 'A' + 1);
  for (; *s >= '0' && *s <= '9' && r <= XLSX_ROWS_MAX; s++) r = r * 10 + (uint64_t)(*s - '0');
  *end = s;
  *column = (uint32_t)c - 1, *row = (uint32_t)r;
  return c && r && c <= XLSX_COLUMNS_MAX && r <= XLSX_ROWS_MAX;
}

static enum status damaged(const struct sheet *s, const char *what, struct err *e) {
  char letters[8];
  return err_set(e, ERR_INPUT, "open it in the spreadsheet and save it again", "%s is damaged: %s near %s%llu", s->b->path, what, sheet_letters(s->column < XLSX_COLUMNS_MAX ? s->column : 0, letters), (unsigned long long)s->row);
}

/* ---- values ---- */

static void own_text(struct sheet *s, const char *at, size_t n, uint8_t kind) {
  struct reader_cell *c = &s->cells[s->column];
  c->kind = n || kind == READ_BAD ? kind : READ_EMPTY;
  c->text.len = n;
  s->offset[s->column] = s->text.len;
  text_addn(&s->text, at, n);
}

static void bad(struct sheet *s, const char *why) { own_text(s, why, strlen(why), READ_BAD); }

static void date_of(struct sheet *s, double serial) {
  struct reader_cell *c = &s->cells[s->column];
  double day = floor(serial);
  if (s->b->from_1904) day += 1462;
  if (day == 60 && !s->b->from_1904) {
    bad(s, "the spreadsheet's 29 February 1900, which never was");
    return;
  }
  if (!(day >= 1 && day <= 2958465)) {
    bad(s, "a date before 1900 or after 9999");
    return;
  }
  c->kind = READ_DATE;
  c->days = (int64_t)day + date_from_civil(1899, 12, day < 60 ? 31 : 30);
}

static void number(struct sheet *s, const char *t, size_t n) {
  struct reader_cell *c = &s->cells[s->column];
  double d;
  char buf[40];
  struct span v = span_trim((struct span){t, n});
  enum xlsx_style style = s->style < s->b->style_count ? s->b->styles[s->style] : XLSX_PLAIN;
  if (!v.len) return;
  if (!number_double(v.at, v.len, &d) || !isfinite(d)) {
    bad(s, "a value that is no number");
    return;
  }
  if (style == XLSX_DATE) {
    date_of(s, d);
    return;
  }
  if (fabs(d) >= 1e15) {
    bad(s, "a number of more than 15 digits, whose end the spreadsheet has dropped: format the column as text and enter it again");
    return;
  }
  if (v.len > 15) {
    snprintf(buf, sizeof buf, "%.15g", d);
    if (!number_double(buf, strlen(buf), &d)) d = 0; /* what printf wrote is a number */
  }
  c->kind = READ_NUMBER;
  c->number = d;
  c->percent = style == XLSX_PERCENT;
}

static void iso_date(struct sheet *s, const char *t, size_t n) {
  int32_t days;
  const char *clock = memchr(t, 'T', n);
  if (!date_parse(t, clock ? (size_t)(clock - t) : n, &days)) {
    bad(s, "a date that is not in the calendar");
    return;
  }
  s->cells[s->column].kind = READ_DATE;
  s->cells[s->column].days = days;
}

static enum status finish_cell(struct sheet *s, struct err *e) {
  struct reader_cell *c = &s->cells[s->column];
  const char *t = text_str(&s->value);
  size_t n = s->value.len;
  if (s->value.full) return err_set(e, ERR_LIMIT, NULL, "%s: row %llu holds more than %zu MiB of text", s->b->path, (unsigned long long)s->row, XLSX_ROW_MAX >> 20);
  *c = (struct reader_cell){.kind = READ_EMPTY};
  s->offset[s->column] = NOT_OWN;
  if (s->formula && !n && strcmp(s->type, "str") != 0) bad(s, "a formula without its value: open the file in the spreadsheet and save it");
  else if (!s->valued) return OK;
  else if (strcmp(s->type, "s") == 0) {
    struct span v = span_trim((struct span){t, n});
    uint64_t i = 0;
    for (size_t k = 0; k < v.len; k++) {
      if (v.at[k] < '0' || v.at[k] > '9' || i > s->b->shared_count) return damaged(s, "a text that is not there", e);
      i = i * 10 + (uint64_t)(v.at[k] - '0');
    }
    if (!v.len || i >= s->b->shared_count) return damaged(s, "a text that is not there", e);
    c->text = s->b->shared[i];
    c->kind = c->text.len ? READ_TEXT : READ_EMPTY;
  } else if (strcmp(s->type, "str") == 0 || strcmp(s->type, "inlineStr") == 0) {
    n = s->value.data ? book_unescape(s->value.data, n) : 0;
    own_text(s, t, n, READ_TEXT);
  } else if (strcmp(s->type, "b") == 0) {
    bool yes = n && (*t == '1' || *t == 't');
    own_text(s, yes ? "TRUE" : "FALSE", yes ? 4 : 5, READ_TEXT);
  } else if (strcmp(s->type, "e") == 0) {
    char why[80];
    snprintf(why, sizeof why, "the spreadsheet's error %.20s", n ? t : "");
    size_t k = strlen(why);
    while (k && !text_is_utf8(why, k, NULL)) k--;
    own_text(s, why, k, READ_BAD);
  } else if (strcmp(s->type, "d") == 0) iso_date(s, t, n);
  else number(s, t, n);
  if (s->text.full) return err_set(e, ERR_LIMIT, NULL, "%s: row %llu holds more than %zu MiB of text", s->b->path, (unsigned long long)s->row, XLSX_ROW_MAX >> 20);
  if (c->kind != READ_EMPTY && s->column >= s->used) s->used = s->column + 1;
  return OK;
}

/* ---- elements ---- */

static bool is_yes(const char *v) { return v && (*v == '1' || *v == 't'); }

static void begin_row(struct sheet *s, uint64_t number_given, bool hidden) {
  for (uint32_t i = 0; i < s->used; i++) s->cells[i].kind = READ_EMPTY, s->offset[i] = NOT_OWN;
  s->used = 0, s->column = UINT32_MAX;
  s->row = number_given;
  s->in_row = true, s->hidden = hidden;
  text_clear(&s->text);
}

static enum status start_row(struct sheet *s, const char **a, struct err *e) {
  const char *r = part_attribute(a, "r");
  uint64_t n = r ? strtoull(r, NULL, 10) : s->row + 1;
  if (n <= s->row || n > XLSX_ROWS_MAX) return damaged(s, "rows that are not in order", e);
  begin_row(s, n, is_yes(part_attribute(a, "hidden")));
  return OK;
}

static enum status start_cell(struct sheet *s, const char **a, struct err *e) {
  const char *r = part_attribute(a, "r"), *t = part_attribute(a, "t"), *style = part_attribute(a, "s"), *end;
  uint32_t column = s->column + 1, row = (uint32_t)s->row;
  if (r && (!place(r, &column, &row, &end) || *end || row != s->row)) return damaged(s, "a cell in no place", e);
  if (column >= XLSX_COLUMNS_MAX) return damaged(s, "too many columns", e);
  for (uint32_t i = s->used; i <= column; i++) s->cells[i].kind = READ_EMPTY, s->offset[i] = NOT_OWN;
  s->column = column;
  s->in_cell = true;
  s->formula = s->valued = false;
  s->style = style ? (uint32_t)strtoul(style, NULL, 10) : 0;
  snprintf(s->type, sizeof s->type, "%s", t ? t : "");
  text_clear(&s->value);
  return OK;
}

static enum status give_merge(struct sheet *s, const char **a, struct err *e) {
  const char *r = part_attribute(a, "ref"), *end;
  struct xlsx_merge m;
  if (!s->h->merge || !r) return OK;
  if (!place(r, &m.column, &m.row, &end) || *end != ':' || !place(end + 1, &m.last_column, &m.last_row, &end) || *end || m.last_row < m.row || m.last_column < m.column) return damaged(s, "joined cells in no place", e);
  return s->h->merge(s->ctx, &m, e);
}

static enum status on_start(void *ctx, const char *name, const char **a, bool *enough, struct err *e) {
  struct sheet *s = ctx;
  (void)enough;
  if (s->in_cell) {
    if (strcmp(name, "v") == 0) s->where = IN_VALUE, s->valued = true;
    else if (strcmp(name, "f") == 0) s->formula = true;
    else if (strcmp(name, "rPh") == 0) s->phonetic++;
    else if (strcmp(name, "t") == 0 && !s->phonetic && strcmp(s->type, "inlineStr") == 0) s->where = IN_INLINE, s->valued = true;
    return OK;
  }
  if (strcmp(name, "mergeCell") == 0) return give_merge(s, a, e);
  if (strcmp(name, "col") == 0 && s->h->hidden_columns && is_yes(part_attribute(a, "hidden"))) {
    const char *first = part_attribute(a, "min"), *last = part_attribute(a, "max");
    unsigned long from = first ? strtoul(first, NULL, 10) : 0, to = last ? strtoul(last, NULL, 10) : 0;
    if (from && from <= to && from <= XLSX_COLUMNS_MAX) s->h->hidden_columns(s->ctx, (uint32_t)from - 1, to > XLSX_COLUMNS_MAX ? XLSX_COLUMNS_MAX - 1 : (uint32_t)to - 1);
  }
  if (!s->h->row) return OK;
  if (strcmp(name, "row") == 0) return start_row(s, a, e);
  return s->in_row && strcmp(name, "c") == 0 ? start_cell(s, a, e) : OK;
}

static enum status on_text(void *ctx, const char *t, size_t n, struct err *e) {
  struct sheet *s = ctx;
  (void)e;
  if (s->in_cell && s->where != OUTSIDE) text_addn(&s->value, t, n);
  return OK;
}

static enum status on_end(void *ctx, const char *name, bool *enough, struct err *e) {
  struct sheet *s = ctx;
  if (s->in_cell) {
    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) s->where = OUTSIDE;
    if (strcmp(name, "rPh") == 0) s->phonetic -= s->phonetic > 0;
    if (strcmp(name, "c") != 0) return OK;
    s->in_cell = false, s->where = OUTSIDE, s->phonetic = 0;
    return finish_cell(s, e);
  }
  if (!s->in_row || strcmp(name, "row") != 0) return OK;
  s->in_row = false;
  while (s->used && s->cells[s->used - 1].kind == READ_EMPTY) s->used--;
  for (uint32_t i = 0; i < s->used; i++)
    if (s->offset[i] != NOT_OWN) s->cells[i].text.at = text_str(&s->text) + s->offset[i];
  struct xlsx_row row = {.number = s->row, .hidden = s->hidden, .cells = s->cells, .count = s->used};
  return s->h->row(s->ctx, &row, enough, e);
}

static enum status parse(struct xlsx_book *b, const char *part, const void *data, size_t len, const struct xlsx_sheet_handler *h, void *ctx, struct err *e) {
  static const struct part_handler handler = {on_start, on_end, on_text};
  struct sheet s = {.b = b, .h = h, .ctx = ctx};
  s.cells = calloc(XLSX_COLUMNS_MAX, sizeof *s.cells);
  s.offset = calloc(XLSX_COLUMNS_MAX, sizeof *s.offset);
  text_init(&s.value, XLSX_ROW_MAX);
  text_init(&s.text, XLSX_ROW_MAX);
  enum status done = !s.cells || !s.offset ? err_set(e, ERR_MEMORY, NULL, "out of memory")
                     : part              ? part_parse(b->zip, part, b->path, &handler, &s, NULL, e)
                                         : part_parse_bytes(data, len, b->path, &handler, &s, e);
  text_free(&s.value);
  text_free(&s.text);
  free(s.cells);
  free(s.offset);
  return done;
}

enum status sheet_parse(struct xlsx_book *b, const char *part, const struct xlsx_sheet_handler *h, void *ctx, struct err *e) { return parse(b, part, NULL, 0, h, ctx, e); }
enum status sheet_parse_bytes(struct xlsx_book *b, const void *data, size_t len, const struct xlsx_sheet_handler *h, void *ctx, struct err *e) { return parse(b, NULL, data, len, h, ctx, e); }
