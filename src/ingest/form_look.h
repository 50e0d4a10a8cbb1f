/* form_look.h - what stands where on one sheet of a form: rows of headings with the rows below them, labels and their values. For ingest/form.c only.
 *
 * What is hard: nothing on a sheet says what it is. Told apart are
 * - a row of headings: two or more headings of one source beside each other, not with values between. It belongs to the source that knows most of them
 *   (the sheet's line above may name it). Headings may be joined downwards over a second row.
 * - the rows of a table: from there down to the next row of headings, a title over several columns, a label of the form, or a line to be signed.
 * - labels anywhere else. Their value stands in the same cell after a colon, else to the right, else (in a row of labels, or alone in its row) below.
 *   An empty cell beside a label is an empty value: nothing is taken from further away.
 * - boxes to tick (`□是 ☑否`): the word whose box is ticked is the value.
 * A sheet is a form when at least three labels stand on at least two rows, two of them with their value beside, or two rows of labels with values between.
 * Cost: a few look-ups a cell and source; a sheet is a grid (ingest/grid.h). */
#ifndef INGEST_FORM_LOOK_H
#define INGEST_FORM_LOOK_H

#include "base/map.h"
#include "ingest/grid.h"
#include "ingest/reader.h"

struct form_words { /* made once a workbook */
  struct map all;    /* plain word of any heading or label of any source -> its number */
  uint32_t **own;    /* a source: number -> index in its headings, MAP_NONE */
  bool *label;       /* number: a label of a form */
};
struct form_word { /* what a cell says as a word: looked up once */
  uint32_t exact, bare; /* numbers: as it is; without a number before it or a bracket after it. MAP_NONE */
  uint32_t rest;        /* where a value begins behind the word's colon, 0 = there is none */
};
enum status form_words_open(struct form_words *w, struct arena *a, const struct reader_book *b, struct err *e) MUST_CHECK;

struct form_head { /* a row of headings */
  uint32_t row, bottom; /* the last row it reaches down to */
  uint32_t sought;      /* whose */
  uint32_t end;         /* its rows are bottom + 1 .. end - 1 */
  uint32_t rows;        /* of them, those that hold something */
  bool table;           /* they are rows of its source; else labels of a form, or a list of households that stands here for another source */
};

struct form_look {
  const struct reader_book *book;
  const struct form_words *words;
  const struct grid *grid;
  struct form_word *cells;  /* beside the grid's */
  struct form_head *heads;
  uint32_t head_count;
  bool *table;          /* a row: belongs to a table, where no labels are sought */
  bool *form;           /* a source: this sheet is such a form */
};
enum status form_look(struct form_look *l, struct arena *a, const struct reader_book *b, const struct form_words *w, const struct grid *g, struct err *e) MUST_CHECK;

/* The column of each heading of the head's source, UINT32_MAX where it is not there. */
void form_columns(const struct form_look *l, const struct form_head *h, uint32_t *columns);
/* A row of the table that is to be read: 1; one that says nothing, or a sum: 0. `columns` from form_columns. */
bool form_row_counts(const struct form_look *l, const struct form_head *h, const uint32_t *columns, uint32_t row);

struct form_value { struct reader_cell cell; struct reader_place place; uint32_t label_row, label_column; bool found, twice; uint32_t other_row, other_column; };
/* Values of the form's labels, one for each of its headings. `twice`: it is given twice, and not the same. */
void form_values(const struct form_look *l, uint32_t sought, struct form_value *out);

/* What a cell says: boxes are read. */
struct reader_cell form_cell(const struct reader_cell *c);

#endif
