/* xlsx_sheet.h - the rows of one sheet, as they pass by: each cell with its value and what its format says it is. For ingest/xlsx*.c only.
 *
 * Every number of a spreadsheet is a double of which it shows and keeps 15 digits: so a number is rounded to 15 significant digits, and one of 10^15 and more
 * (an identity or bank account number whose end is gone) is READ_BAD, as are error values, formulas without a stored value and dates that are not in the calendar.
 * Rows and cells may leave out their place. Rows must ascend. Memory: one row (at most XLSX_ROW_MAX of text). */
#ifndef INGEST_XLSX_SHEET_H
#define INGEST_XLSX_SHEET_H

#include "ingest/reader.h"
#include "ingest/xlsx_book.h"

#define XLSX_COLUMNS_MAX 16384u
#define XLSX_ROWS_MAX 1048576u
#define XLSX_ROW_MAX ((size_t)16 << 20)

struct xlsx_row {
  uint64_t number;                  /* as the spreadsheet counts, from 1 */
  bool hidden;
  const struct reader_cell *cells;  /* from column A; gaps are READ_EMPTY */
  uint32_t count;                   /* up to the last cell that holds something */
};
struct xlsx_merge { uint32_t row, last_row, column, last_column; }; /* rows from 1, columns from 0 */

struct xlsx_sheet_handler { /* each may be NULL: without `row` no cells are read */
  enum status (*row)(void *ctx, const struct xlsx_row *row, bool *enough, struct err *e);
  enum status (*merge)(void *ctx, const struct xlsx_merge *m, struct err *e);
  void (*hidden_columns)(void *ctx, uint32_t first, uint32_t last);
};

enum status sheet_parse(struct xlsx_book *b, const char *part, const struct xlsx_sheet_handler *h, void *ctx, struct err *e) MUST_CHECK;
/* The same on a sheet's XML in memory. */
enum status sheet_parse_bytes(struct xlsx_book *b, const void *data, size_t len, const struct xlsx_sheet_handler *h, void *ctx, struct err *e) MUST_CHECK;

/* 27 -> "AB"; out[8]. */
const char *sheet_letters(uint32_t column, char out[8]);

#endif
