#include "ingest/sheet_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <xlsxwriter.h>

#include "base/date.h"
#include "base/file.h"
#include "base/number.h"
#include "ingest/export.h"
#include "ingest/refused.h"

#define SHEET_ROWS_MAX 1048576u
#define FIRST_SAFE_DAY (-25508) /* 1900-03-01: before it spreadsheets count a day that never was */

struct sheet_out {
  struct export_file file;
  FILE *csv;               /* NULL = a workbook */
  lxw_workbook *book;
  lxw_worksheet *sheet;
  lxw_format *text_format, *date_format, *head_format;
  const struct sheet_column *columns;
  uint32_t count, column;
  uint32_t row;
  lxw_error wrong;         /* the first */
  struct text cell;        /* a text with its closing NUL */
};

static void note(struct sheet_out *o, lxw_error w) {
  if (o->wrong == LXW_NO_ERROR) o->wrong = w;
}

static void begin_cell(struct sheet_out *o) {
  if (o->csv && o->column) putc(',', o->csv);
  o->column++;
}

static const char *closed(struct sheet_out *o, struct span s) {
  text_clear(&o->cell);
  text_addn(&o->cell, s.at, s.len);
  if (o->cell.full) note(o, LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED);
  return text_str(&o->cell);
}

static void write_text(struct sheet_out *o, struct span s) {
  if (s.len) note(o, worksheet_write_string(o->sheet, o->row, (lxw_col_t)(o->column - 1), closed(o, s), o->text_format));
}

void sheet_out_nothing(struct sheet_out *o) { begin_cell(o); }

void sheet_out_text(struct sheet_out *o, struct span s) {
  begin_cell(o);
  if (o->csv) refused_put(o->csv, s);
  else write_text(o, s);
}

void sheet_out_number(struct sheet_out *o, const char *decimal) {
  double d, back;
  char buf[40];
  begin_cell(o);
  if (o->csv) {
    fputs(decimal, o->csv);
    return;
  }
  bool exact = number_double(decimal, strlen(decimal), &d) && d > -1e15 && d < 1e15;
  if (exact) {
    snprintf(buf, sizeof buf, "%.15g", d);
    exact = number_double(buf, strlen(buf), &back) && back == d;
  }
  if (exact) note(o, worksheet_write_number(o->sheet, o->row, (lxw_col_t)(o->column - 1), d, NULL));
  else write_text(o, span_of(decimal));
}

void sheet_out_date(struct sheet_out *o, int32_t days) {
  char buf[11];
  begin_cell(o);
  if (o->csv) fputs(date_format(days, buf), o->csv);
  else if (days < FIRST_SAFE_DAY) write_text(o, span_of(date_format(days, buf)));
  else note(o, worksheet_write_number(o->sheet, o->row, (lxw_col_t)(o->column - 1), (double)days + 25569, o->date_format));
}

static enum status failed(const struct sheet_out *o, lxw_error w, struct err *e) {
  if (w == LXW_ERROR_MEMORY_MALLOC_FAILED) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (w == LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED)
    return err_set(e, ERR_LIMIT, "write CSV", "%s, row %u: a text is longer than a spreadsheet's cell may be (32,767 characters)", o->file.path, o->row + 1);
  return err_set(e, ERR_IO, "is the disk full?", "cannot write %s: %s", o->file.path, lxw_strerror(w));
}

enum status sheet_out_row(struct sheet_out *o, struct err *e) {
  o->column = 0;
  if (o->csv) {
    putc('\n', o->csv);
    return ferror(o->csv) ? err_set(e, ERR_IO, NULL, "cannot write %s", o->file.path) : OK;
  }
  if (o->wrong != LXW_NO_ERROR) return failed(o, o->wrong, e);
  o->row++;
  return OK;
}

/* The words of all lists, a column each, in a hidden sheet; and the drop-downs that point there. */
static void write_lists(struct sheet_out *o, enum language lang) {
  uint32_t longest = 0;
  const char *name = lang == LANG_ZH ? "选项" : "choices";
  for (uint32_t i = 0; i < o->count; i++)
    if (o->columns[i].list_count > longest) longest = o->columns[i].list_count;
  if (!longest) return;
  lxw_worksheet *lists = workbook_add_worksheet(o->book, name);
  if (!lists) return;
  worksheet_hide(lists);
  for (uint32_t r = 0; r < longest; r++)
    for (uint32_t i = 0, at = 0; i < o->count; i++) {
      if (!o->columns[i].list_count) continue;
      if (r < o->columns[i].list_count) note(o, worksheet_write_string(lists, r, (lxw_col_t)at, o->columns[i].list[r], o->text_format));
      at++;
    }
  for (uint32_t i = 0, at = 0; i < o->count; i++) {
    if (!o->columns[i].list_count) continue;
    char letters[LXW_MAX_COL_NAME_LENGTH], formula[100];
    lxw_col_to_name(letters, (lxw_col_t)at++, 1);
    snprintf(formula, sizeof formula, "='%s'!%s$1:%s$%u", name, letters, letters, o->columns[i].list_count);
    lxw_data_validation v = {.validate = LXW_VALIDATION_TYPE_LIST_FORMULA, .value_formula = formula};
    note(o, worksheet_data_validation_range(o->sheet, 1, (lxw_col_t)i, SHEET_ROWS_MAX - 1, (lxw_col_t)i, &v));
  }
}

static enum status open_book(struct sheet_out *o, struct arena *a, const char *name, struct err *e) {
  char title[32] = ""; /* a sheet's name has at most 31 characters, and not these */
  char *folder = file_dir(a, o->file.path);
  ARENA_TRY(e, folder);
  for (size_t i = 0, n = 0; name[i]; i += n) {
    uint32_t code = 0;
    if (!(n = text_utf8_next(name + i, strlen(name + i), &code)) || i + n >= sizeof title) break;
    if (n == 1 && strchr("[]:*?/\\'", name[i])) title[i] = '_';
    else memcpy(title + i, name + i, n);
  }
  lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = folder, .use_zip64 = LXW_TRUE};
  if (!(o->book = workbook_new_opt(o->file.temp, &options)) || !(o->sheet = workbook_add_worksheet(o->book, title[0] ? title : NULL))) return failed(o, LXW_ERROR_MEMORY_MALLOC_FAILED, e);
  lxw_doc_properties properties = {.created = 946684800}; /* not the clock, so that bytes repeat */
  note(o, workbook_set_properties(o->book, &properties));
  o->text_format = workbook_add_format(o->book);
  o->date_format = workbook_add_format(o->book);
  o->head_format = workbook_add_format(o->book);
  if (!o->text_format || !o->date_format || !o->head_format) return failed(o, LXW_ERROR_MEMORY_MALLOC_FAILED, e);
  format_set_num_format(o->text_format, "@");
  format_set_num_format(o->date_format, "yyyy-mm-dd");
  format_set_bold(o->head_format);
  return OK;
}

static enum status begin_book(struct sheet_out *o, struct arena *a, const char *name, enum language lang, struct err *e) {
  TRY(open_book(o, a, name, e));
  worksheet_freeze_panes(o->sheet, 1, 0);
  for (uint32_t i = 0; i < o->count; i++) {
    size_t wide = text_width(o->columns[i].heading.at, o->columns[i].heading.len) + 3;
    lxw_format *format = o->columns[i].kind == SHEET_TEXT ? o->text_format : o->columns[i].kind == SHEET_DATE ? o->date_format : NULL;
    note(o, worksheet_set_column(o->sheet, (lxw_col_t)i, (lxw_col_t)i, wide < 11 ? 11 : wide > 40 ? 40 : (double)wide, format));
  }
  write_lists(o, lang);
  for (uint32_t i = 0; i < o->count; i++) sheet_out_label(o, o->columns[i].heading);
  return sheet_out_row(o, e);
}

static enum status begin_csv(struct sheet_out *o, struct err *e) {
  o->csv = o->file.stream;
  fputs("\xef\xbb\xbf", o->csv); /* spreadsheets read UTF-8 only when they are told */
  for (uint32_t i = 0; i < o->count; i++) sheet_out_text(o, o->columns[i].heading);
  return sheet_out_row(o, e);
}

static enum status born(struct sheet_out **out, const char *path, struct err *e) {
  struct sheet_out *o = *out = calloc(1, sizeof *o);
  if (!o) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  text_init(&o->cell, (size_t)4 * 32767 + 1);
  return export_file_open(&o->file, path, e);
}

enum status sheet_out_open_plain(struct sheet_out **out, struct arena *a, const char *path, const char *name, uint32_t columns, struct err *e) {
  struct sheet_out *o;
  enum status s = born(&o, path, e);
  if (!o) return s;
  if (s == OK) s = open_book(o, a, name, e);
  if (s == OK) note(o, worksheet_set_column(o->sheet, 0, (lxw_col_t)(columns - 1), 18, NULL));
  if (s == OK) return *out = o, OK;
  return sheet_out_close(o, s, e);
}

void sheet_out_title(struct sheet_out *o, struct span s, uint32_t columns) {
  if (columns > 1) note(o, worksheet_merge_range(o->sheet, o->row, 0, o->row, (lxw_col_t)(columns - 1), closed(o, s), o->head_format));
  else note(o, worksheet_write_string(o->sheet, o->row, 0, closed(o, s), o->head_format));
}

void sheet_out_label(struct sheet_out *o, struct span s) {
  begin_cell(o);
  note(o, worksheet_write_string(o->sheet, o->row, (lxw_col_t)(o->column - 1), closed(o, s), o->head_format));
}

void sheet_out_choose(struct sheet_out *o, const struct sheet_column *c) {
  char *list[64]; /* the library reads them, and says so with no const */
  size_t bytes = 0;
  if (!c->list_count || c->list_count >= sizeof list / sizeof *list) return;
  for (uint32_t i = 0; i < c->list_count; i++) {
    if (strchr(c->list[i], ',')) return;
    bytes += strlen(c->list[i]) + 1;
    memcpy(&list[i], &c->list[i], sizeof list[i]);
  }
  if (bytes > 255) return;
  list[c->list_count] = NULL;
  lxw_data_validation v = {.validate = LXW_VALIDATION_TYPE_LIST, .value_list = list};
  note(o, worksheet_data_validation_cell(o->sheet, o->row, (lxw_col_t)(o->column - 1), &v));
}

enum status sheet_out_open(struct sheet_out **out, struct arena *a, const char *path, const char *name, const struct sheet_column *columns, uint32_t count, uint64_t rows, enum language lang,
                           struct err *e) {
  const char *dot = strrchr(path, '.');
  bool book = dot && strcasecmp(dot, ".xlsx") == 0;
  if (book && rows >= SHEET_ROWS_MAX) return err_set(e, ERR_LIMIT, "write CSV", "%s: a sheet holds at most %u rows, and these are %llu", path, SHEET_ROWS_MAX, (unsigned long long)rows + 1);
  struct sheet_out *o;
  enum status s = born(&o, path, e);
  if (!o) return s;
  o->columns = columns, o->count = count;
  if (s == OK) s = book ? begin_book(o, a, name, lang, e) : begin_csv(o, e);
  if (s == OK) return *out = o, OK;
  return sheet_out_close(o, s, e);
}

enum status sheet_out_close(struct sheet_out *o, enum status so_far, struct err *e) {
  if (o->book && so_far == OK) {
    lxw_error w = workbook_close(o->book);
    if (w != LXW_NO_ERROR) so_far = failed(o, w, e);
  } else if (o->book) {
    lxw_workbook_free(o->book);
  }
  so_far = export_file_close(&o->file, so_far, e);
  text_free(&o->cell);
  free(o);
  return so_far;
}

/* ---- words ---- */

static const char *word_of(const struct field *f, uint32_t i, enum language lang) {
  const char *label = label_in(&f->choices[i].label, lang, NULL);
  for (uint32_t k = 0; k < f->choice_count && label; k++) {
    const struct choice *c = &f->choices[k];
    if (k != i && (strcmp(c->code, label) == 0 || (c->label.en && strcmp(c->label.en, label) == 0) || (c->label.zh && strcmp(c->label.zh, label) == 0))) return f->choices[i].code;
  }
  return label ? label : f->choices[i].code;
}

struct span sheet_word(const struct field *f, struct span code, enum language lang) {
  for (uint32_t i = 0; i < f->choice_count && f->area_level == UINT32_MAX; i++)
    if (span_is(code, f->choices[i].code)) return span_of(word_of(f, i, lang));
  return code;
}

enum status sheet_words(struct arena *a, const struct field *f, enum language lang, const char *const **list, uint32_t *count, struct err *e) {
  static const char *const words_zh[] = {"是", "否"}, *const words_en[] = {"yes", "no"};
  *list = NULL, *count = 0;
  if (f->kind == COL_BOOL) *list = lang == LANG_ZH ? words_zh : words_en, *count = 2;
  if (f->kind != COL_CHOICE || f->area_level != UINT32_MAX || !f->choice_count || f->choice_count > 1000) return OK;
  const char **words = arena_array(a, f->choice_count, sizeof *words);
  ARENA_TRY(e, words);
  for (uint32_t i = 0; i < f->choice_count; i++) words[i] = word_of(f, i, lang);
  *list = words, *count = f->choice_count;
  return OK;
}
