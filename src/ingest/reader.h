/* reader.h - one way of reading a table out of any file we know: CSV, Excel's .xlsx, Stata .dta, R's .RData and .rds.
 *
 * `reader_open` reads as far as the names of the columns (and their labels); `reader_each` then hands over row after row.
 * A row is an array of cells that live until the call returns. What a cell *means* is not decided here: a reader says
 * "the text 12", "the number 12", "the file's missing code .b"; ingest/validate.h makes a typed value of it.
 *
 * What is hard: the bytes come from outside. A reader never trusts a length it read; what it allocates is bounded by a
 * stated limit, not by the file; a damaged file is an error with a place, never a crash and never silently fewer rows.
 * What is wrong with one row only (too few cells, bytes that are no text) comes with the row, as `problem`, so that the
 * caller may put it aside and go on.
 *
 * Memory: CSV holds one row (at most CSV_ROW_MAX) and a buffer; .dta one row; a workbook one row and its shared texts; R files lie unpacked in an unlinked temporary
 * file that is mapped, because R stores column after column. Cost: see each reader's header. */
#ifndef INGEST_READER_H
#define INGEST_READER_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

enum reader_kind {
  READ_EMPTY,  /* nothing there: empty text, Stata's ".", R's NA */
  READ_TAG,    /* a missing code of the file: `tag` 'a'..'z' for Stata's .a to .z */
  READ_TEXT,   /* UTF-8 without NUL */
  READ_NUMBER, /* a double; may be NaN or infinite, which validation refuses */
  READ_DATE,   /* days since 1970 */
  READ_BAD,    /* holds something that can't be taken: `text` says why */
};

struct reader_cell {
  uint8_t kind; /* enum reader_kind */
  char tag;
  bool single;  /* READ_NUMBER: the file holds a 4-byte float: its shortest decimal text is meant */
  bool percent; /* READ_NUMBER: shown as a percentage: 0.45 is 45 % */
  union {
    struct span text;
    double number;
    int64_t days;
  };
};

struct reader_label { /* what a number stands for: Stata's value labels, haven's labelled */
  double value;
  char tag;           /* 0, or the label of the missing code .a to .z */
  const char *text;
};

enum reader_type { READER_TEXT, READER_NUMBER, READER_DATE, READER_FACTOR /* text out of `labels` */, READER_OTHER /* lists, matrices: can't be imported */ };

struct reader_column {
  const char *name;  /* UTF-8; "" where the file has none */
  const char *label; /* or NULL */
  enum reader_type type;
  const struct reader_label *labels; /* sorted by value, missing codes last; NULL = none */
  uint32_t label_count;
};

struct reader_place { const char *sheet; uint32_t row, column; }; /* row from 1, column from 0; sheet NULL = nowhere */

struct reader_row {
  uint64_t number; /* from 1, headings not counted */
  uint64_t line;   /* CSV: the line it begins on, from 1; a spreadsheet: its row there; otherwise 0 */
  const struct reader_cell *cells;
  uint32_t count;      /* the columns' count, except when `problem` says otherwise */
  const char *problem; /* NULL, or why this row can't be used */
  bool shifted;        /* with a problem: cells may stand under the wrong heading */
  uint64_t bytes_done; /* of the file, so far; 0 when not known */
  const bool *lists;   /* of a form: for each source of reader_wants.book, whether its table is there for this household; NULL = not known, and lists are where they are */
  const struct reader_place *places; /* beside the cells, where the columns of a row do not stand in columns of the sheet; else NULL */
};

struct reader;
struct reader_driver {
  enum status (*each)(struct reader *r, enum status (*row)(void *ctx, const struct reader_row *row, struct err *e), void *ctx, struct err *e);
  void (*close)(struct reader *r);
};

struct reader {
  struct arena arena;   /* names and labels */
  const char *path;     /* for messages; borrowed from the caller */
  const char *format;   /* "csv" "xlsx" "dta" "rdata" */
  const char *encoding; /* "UTF-8", "GB18030", ...: final after reader_each, since a file may begin in plain ASCII */
  struct reader_column *columns;
  uint32_t column_count;
  uint64_t rows;        /* 0 = not known before */
  uint64_t bytes;       /* of the file; 0 = not known (a pipe) */
  bool bom;
  const char *sheet;    /* a spreadsheet's: the name of the sheet; its columns begin at A. Otherwise NULL */
  bool form;            /* a workbook of forms: a list that stands there without numbers is numbered as it stands */
  char note[400];       /* what the person should know of the reading; "" = nothing. Final after reader_each */
  const struct reader_driver *driver;
  void *state;
};

#define READER_COLUMNS_MAX 32768u /* also the most a .dta holds for most editions of Stata */

/* A source of the programme as it is known in a workbook that holds a household, or a household a sheet (ingest/form.h). */
enum sought_kind { SOUGHT_FORM /* labels with their values */, SOUGHT_LIST /* a table of what a household has */, SOUGHT_OTHER /* a table of households, persons with their households, or villages */ };
struct reader_sought {
  const char *const *headings; uint32_t count; /* each in its spellings */
  const char *name;           /* of a sheet of its own */
  enum sought_kind kind;
  uint32_t key, number;       /* which of the headings is the household's number, and the row's own; UINT32_MAX = none */
};
struct reader_book { const struct reader_sought *sought; uint32_t count, mine; /* the one to be read */ };

struct reader_wants { /* how to know the heading row and the sheet of a workbook; other formats need no such thing */
  const char *const *headings; /* each in its spellings, `a|b` */
  uint32_t count;
  const char *names[3];        /* a sheet of this name is taken before others; NULL = none */
  const char *const *others;   /* sheets of these names are somebody else's, and are not taken by their headings */
  uint32_t other_count;
  const struct reader_book *book; /* NULL = it can't be a form */
  bool must;                   /* no row of headings fits: ERR_NOT_FOUND, instead of taking the first row */
};

/* `format`: csv, xlsx, dta, rdata, rds, or NULL = by the ending of the path. `table`: the sheet or R object wanted, NULL = the only one that fits.
 * ERR_NOT_FOUND, ERR_INPUT (not that format, damaged, empty, a heading twice), ERR_LIMIT. */
enum status reader_open(struct reader *r, const char *path, const char *format, const char *table, struct err *e) MUST_CHECK;
/* The same for somebody who knows the headings he looks for; `wants` may be NULL. */
enum status reader_open_for(struct reader *r, const char *path, const char *format, const char *table, const struct reader_wants *wants, struct err *e) MUST_CHECK;
/* The same on an open file; the descriptor becomes the reader's. */
enum status reader_open_fd(struct reader *r, int fd, const char *path, const char *format, const char *table, const struct reader_wants *wants, struct err *e) MUST_CHECK;
/* Calls `row` for every row in the file's order; stops with what it returns when that is not OK. Once per open. */
enum status reader_each(struct reader *r, enum status (*row)(void *ctx, const struct reader_row *row, struct err *e), void *ctx,
                        struct err *e) MUST_CHECK;
void reader_close(struct reader *r); /* fine on a zeroed struct */
/* Index of the column with that name, exactly or else but for ASCII case; UINT32_MAX when there is none, or several but for case. */
uint32_t reader_column_of(const struct reader *r, const char *name);
/* The label of a number, or NULL. */
const char *reader_label_of(const struct reader_column *c, double value);

#endif
