/* sheet_out.h - rows of cells into a CSV file or an .xlsx workbook, whichever the person works with.
 *
 * The writer says what a cell is (a text, a number, a date, nothing) and the file keeps it so. In a workbook texts stand in columns of the text format, so that no
 * identity number becomes a number when somebody edits it; dates are dates; the headings stay in sight; a column of choices has a drop-down list of
 * its words, kept in a hidden sheet. A number that a double of 15 digits does not hold exactly, and a date before March 1900, is written as text: what is written reads back the same.
 * In CSV a text that a spreadsheet would take for a formula gets an apostrophe, which the CSV reader takes off again (base/text.h).
 * The file appears whole or not at all; same cells, same bytes. Memory: constant; a workbook's parts lie in temporary files beside it. */
#ifndef INGEST_SHEET_OUT_H
#define INGEST_SHEET_OUT_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "programme/programme.h"

enum sheet_kind { SHEET_TEXT, SHEET_NUMBER, SHEET_DATE };

struct sheet_column {
  struct span heading;
  enum sheet_kind kind;
  const char *const *list; /* the words one may choose from; NULL = anything */
  uint32_t list_count;
};

struct sheet_out;

/* Where `path` ends in .xlsx it is a workbook, with a sheet named `name`. ERR_LIMIT when a sheet can't hold `rows` rows. */
enum status sheet_out_open(struct sheet_out **out, struct arena *a, const char *path, const char *name, const struct sheet_column *columns, uint32_t count, uint64_t rows, enum language lang,
                           struct err *e) MUST_CHECK;
/* A workbook without headings, for a form: `columns` of one width. */
enum status sheet_out_open_plain(struct sheet_out **out, struct arena *a, const char *path, const char *name, uint32_t columns, struct err *e) MUST_CHECK;
void sheet_out_title(struct sheet_out *o, struct span s, uint32_t columns); /* over so many columns; begins a row */
void sheet_out_label(struct sheet_out *o, struct span s);                   /* as headings are written */
void sheet_out_choose(struct sheet_out *o, const struct sheet_column *c);   /* the cell just written has the column's list, where it is short enough for a cell */
/* One cell after the other; sheet_out_row ends the row and tells what went wrong in it. */
void sheet_out_text(struct sheet_out *o, struct span s);
void sheet_out_number(struct sheet_out *o, const char *decimal);
void sheet_out_date(struct sheet_out *o, int32_t days);
void sheet_out_nothing(struct sheet_out *o);
enum status sheet_out_row(struct sheet_out *o, struct err *e) MUST_CHECK;
/* Puts the file in place, or removes it when `so_far` is not OK, which it returns. */
enum status sheet_out_close(struct sheet_out *o, enum status so_far, struct err *e) MUST_CHECK;

/* The words of a field's choices, or of yes and no, in the arena; NULL where it has none (places have too many). A word that two choices share is its code. */
enum status sheet_words(struct arena *a, const struct field *f, enum language lang, const char *const **list, uint32_t *count, struct err *e) MUST_CHECK;
/* The word of one choice as sheet_words gives it, or the code where it is no choice. */
struct span sheet_word(const struct field *f, struct span code, enum language lang);

#endif
