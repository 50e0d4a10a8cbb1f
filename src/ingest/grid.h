/* grid.h - one sheet of a workbook held whole, as a person sees it: cells in rows and columns, joined cells known as one. For ingest/form*.c only.
 *
 * A form is read by looking to the right and below, so the sheet must be there at once. It is bounded: the first GRID_ROWS rows and GRID_COLUMNS columns
 * are held, and `cut` says that there were more; a sheet of a million rows is no form, and is let go after the first rows.
 * Memory: at most GRID_ROWS x GRID_COLUMNS cells of 48 bytes, and the texts (GRID_BYTES). */
#ifndef INGEST_GRID_H
#define INGEST_GRID_H

#include "ingest/xlsx_sheet.h"

#define GRID_ROWS 2000u
#define GRID_COLUMNS 128u
#define GRID_BYTES ((size_t)96 << 20)

struct grid_cell {
  struct reader_cell value;      /* of the joined region's first cell only; the others are READ_EMPTY */
  uint32_t row, column;          /* the first cell of its region: itself where nothing is joined; from 0 */
  uint32_t last_row, last_column;
};

struct grid {
  struct arena arena;
  const char *name;              /* the sheet's; borrowed from the book */
  struct grid_cell *cells;       /* row after row */
  uint32_t rows, columns;
  bool cut;
};

/* ERR_MEMORY when its texts are more than GRID_BYTES; else as sheet_parse. */
enum status grid_open(struct grid *g, struct xlsx_book *b, const struct xlsx_sheet_name *sheet, struct err *e) MUST_CHECK;
/* The same on a sheet's XML in memory. */
enum status grid_open_bytes(struct grid *g, struct xlsx_book *b, const void *data, size_t len, struct err *e) MUST_CHECK;
void grid_close(struct grid *g); /* fine on a zeroed struct */

/* The cell at that place, or the first one of the region that covers it; NULL outside of the grid. */
const struct grid_cell *grid_at(const struct grid *g, uint32_t row, uint32_t column);
/* Holds something but spaces. */
bool grid_holds(const struct grid_cell *c);

#endif
