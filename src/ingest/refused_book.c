#include "ingest/refused_book.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <xlsxwriter.h>

#include "base/date.h"
#include "base/file.h"
#include "base/map.h"
#include "base/number.h"
#include "ingest/export.h"
#include "ingest/xlsx_book.h"

#define FIRST_SAFE_DAY (-25508) /* 1900-03-01: before it spreadsheets count a day that never was */
#define SHEETS_MAX 200u

static const char *const reasons[] = {[LANG_EN] = "problem", [LANG_ZH] = "问题"};

struct page { lxw_worksheet *sheet; lxw_row_t row; };

struct refused_book {
  struct arena arena;
  const char *path;
  enum language lang;
  struct export_file file;
  lxw_workbook *book;          /* NULL until the first row */
  lxw_format *text, *date, *head;
  struct map pages;            /* name and headings -> index */
  struct map names;            /* of sheets, so that none is given twice */
  struct page page[SHEETS_MAX];
  struct text cell;
};

bool refused_is_book(const char *path) {
  const char *dot = path ? strrchr(path, '.') : NULL;
  return dot && strcasecmp(dot, ".xlsx") == 0;
}

bool refused_book_is_list(const char *path) {
  struct reader r = {0};
  struct xlsx_book b = {0};
  struct err e;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  bool is = fd >= 0 && book_open(&b, fd, path, &e) == OK && reader_open(&r, path, "xlsx", b.sheets[0].name, &e) == OK && r.column_count > 0;
  const char *last = is ? r.columns[r.column_count - 1].name : "";
  is = is && (strcmp(last, reasons[LANG_EN]) == 0 || strcmp(last, reasons[LANG_ZH]) == 0);
  reader_close(&r);
  book_close(&b);
  return is;
}

static enum status failed(const struct refused_book *b, lxw_error w, struct err *e) {
  if (w == LXW_ERROR_MEMORY_MALLOC_FAILED) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  return err_set(e, ERR_IO, "is the disk full?", "cannot write the refused rows to %s: %s", b->path, lxw_strerror(w));
}

enum status refused_book_open(struct refused_book **out, const char *path, enum language lang, struct err *e) {
  struct refused_book *b = calloc(1, sizeof *b);
  if (!b) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  arena_init(&b->arena, (size_t)16 << 20);
  b->path = path, b->lang = lang;
  map_init(&b->pages, &b->arena);
  map_init(&b->names, &b->arena);
  text_init(&b->cell, (size_t)4 * 32767 + 1);
  *out = b;
  return OK;
}

static enum status begin(struct refused_book *b, struct err *e) {
  char *folder = file_dir(&b->arena, b->path);
  ARENA_TRY(e, folder);
  TRY(export_file_open(&b->file, b->path, e));
  lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = folder, .use_zip64 = LXW_TRUE};
  if (!(b->book = workbook_new_opt(b->file.temp, &options))) return failed(b, LXW_ERROR_MEMORY_MALLOC_FAILED, e);
  lxw_doc_properties properties = {.created = 946684800}; /* not the clock, so that bytes repeat */
  (void)workbook_set_properties(b->book, &properties);
  b->text = workbook_add_format(b->book), b->date = workbook_add_format(b->book), b->head = workbook_add_format(b->book);
  if (!b->text || !b->date || !b->head) return failed(b, LXW_ERROR_MEMORY_MALLOC_FAILED, e);
  format_set_num_format(b->text, "@");
  format_set_num_format(b->date, "yyyy-mm-dd");
  format_set_bold(b->head);
  return OK;
}

/* At most 31 characters, none of []:*?/\', and not one that is there. */
static enum status sheet_name(struct refused_book *b, const char *wanted, char out[140], struct err *e) {
  char base[120] = "";
  size_t n = 0;
  for (size_t i = 0, k, chars = 0; wanted[i] && chars < 26 && n < 110; i += k, chars++) {
    uint32_t code = 0;
    if (!(k = text_utf8_next(wanted + i, strlen(wanted + i), &code))) break;
    if (k == 1 && strchr("[]:*?/\\'", wanted[i])) base[n++] = '_';
    else memcpy(base + n, wanted + i, k), n += k;
  }
  for (uint32_t i = 1;; i++) {
    uint32_t index;
    bool fresh;
    int len = i == 1 ? snprintf(out, 140, "%s", n ? base : "rows") : snprintf(out, 140, "%s %u", n ? base : "rows", i);
    if (!map_put(&b->names, out, (size_t)len, &index, &fresh)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (fresh) return OK;
  }
}

static const char *closed(struct refused_book *b, struct span s) {
  text_clear(&b->cell);
  text_addn(&b->cell, s.at, s.len);
  return b->cell.full ? "" : text_str(&b->cell);
}

/* A column that feeds a sealed field is not in it: blank, it would wipe what the registry has when the rows come back. */
static bool written(const struct reader *r, const struct mapping *m, uint32_t i) { return r->columns[i].name[0] && !m->sealed_column[i]; }

static enum status page_of(struct refused_book *b, const char *sheet, const struct reader *r, const struct mapping *m, struct page **out, struct err *e) {
  struct text key;
  uint32_t index, n = 0;
  bool fresh;
  text_init(&key, 1 << 20);
  text_add(&key, sheet);
  for (uint32_t i = 0; i < r->column_count; i++)
    if (written(r, m, i)) text_addf(&key, "\n%s", r->columns[i].name), n++;
  bool kept = map_put(&b->pages, text_str(&key), key.len, &index, &fresh);
  text_free(&key);
  if (!kept) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (index >= SHEETS_MAX) return err_set(e, ERR_LIMIT, "mend the first of them, and import again", "the refused rows have more than %u kinds of columns", SHEETS_MAX);
  struct page *p = *out = &b->page[index];
  if (!fresh) return OK;
  char name[140];
  TRY(sheet_name(b, sheet, name, e));
  if (!(p->sheet = workbook_add_worksheet(b->book, name))) return failed(b, LXW_ERROR_MEMORY_MALLOC_FAILED, e);
  worksheet_freeze_panes(p->sheet, 1, 0);
  lxw_error w = n ? worksheet_set_column(p->sheet, 0, (lxw_col_t)(n - 1), 12, NULL) : LXW_NO_ERROR;
  if (!w) w = worksheet_set_column(p->sheet, (lxw_col_t)n, (lxw_col_t)n, 60, NULL);
  lxw_col_t at = 0;
  for (uint32_t i = 0; i < r->column_count && !w; i++)
    if (written(r, m, i)) w = worksheet_write_string(p->sheet, 0, at++, closed(b, span_of(r->columns[i].name)), b->head);
  if (!w) w = worksheet_write_string(p->sheet, 0, at, reasons[b->lang], b->head);
  p->row = 1;
  return w ? failed(b, w, e) : OK;
}

static lxw_error put(struct refused_book *b, const struct page *p, lxw_col_t column, const struct reader_cell *c) {
  char buf[40], tag[3] = {'.', c->tag, 0};
  switch ((enum reader_kind)c->kind) {
    case READ_EMPTY: case READ_BAD: return LXW_NO_ERROR; /* what is bad stands beside, as the problem */
    case READ_TAG: return worksheet_write_string(p->sheet, p->row, column, tag, b->text);
    case READ_TEXT: return c->text.len ? worksheet_write_string(p->sheet, p->row, column, closed(b, c->text), b->text) : LXW_NO_ERROR;
    case READ_DATE:
      if (c->days >= FIRST_SAFE_DAY && c->days <= DATE_MAX) return worksheet_write_number(p->sheet, p->row, column, (double)c->days + 25569, b->date);
      return c->days >= DATE_MIN && c->days <= DATE_MAX ? worksheet_write_string(p->sheet, p->row, column, date_format((int32_t)c->days, buf), b->text) : LXW_NO_ERROR;
    case READ_NUMBER:
      if (c->single) snprintf(buf, sizeof buf, "%.9g", c->number);
      else number_shortest(c->number, buf);
      return c->number > -1e15 && c->number < 1e15 ? worksheet_write_number(p->sheet, p->row, column, c->number, NULL) : worksheet_write_string(p->sheet, p->row, column, buf, b->text);
  }
  return LXW_NO_ERROR;
}

enum status refused_book_row(struct refused_book *b, const char *sheet, const struct reader *r, const struct mapping *m, const struct reader_row *row, const char *problem, struct err *e) {
  struct page *p;
  if (!b->book) TRY(begin(b, e));
  TRY(page_of(b, sheet, r, m, &p, e));
  bool blank = row->shifted && m->any_sealed;
  lxw_error w = LXW_NO_ERROR;
  lxw_col_t at = 0;
  for (uint32_t i = 0; i < r->column_count && !w; i++) {
    if (!written(r, m, i)) continue;
    if (i < row->count && !blank) w = put(b, p, at, &row->cells[i]);
    at++;
  }
  if (!w) w = worksheet_write_string(p->sheet, p->row, at, closed(b, span_of(problem)), b->text);
  p->row++;
  if (w == LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE) return err_set(e, ERR_LIMIT, "name a .csv with --refused", "a sheet cannot hold all the refused rows");
  return w ? failed(b, w, e) : OK;
}

enum status refused_book_close(struct refused_book *b, struct err *e) {
  enum status s = OK;
  if (!b) return OK;
  if (b->book) {
    lxw_error w = workbook_close(b->book);
    if (w) s = failed(b, w, e);
  }
  s = export_file_close(&b->file, s, e);
  text_free(&b->cell);
  arena_drop(&b->arena);
  free(b);
  return s;
}
