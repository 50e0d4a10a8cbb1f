/* xlsx.h - Excel workbooks (.xlsx; WPS and LibreOffice write the same) as they are really filled in.
 *
 * What is hard: a workbook is no table. The sheet and the row of headings are found: of the sheets that can be seen, the one of a wanted name, else
 * the one with a row, among its first XLSX_HEAD_ROWS, that holds most of the headings sought; title rows above it are passed over, and so are empty rows
 * anywhere. Headings are compared without spaces, line ends, a closing `*` and the width of brackets. A cell joined over several rows holds for each of
 * them (one household over its members); joined over several columns, for its first. Hidden rows and columns are read: a filter must not lose anyone;
 * hidden sheets only by name. Both are told in `note`, and so are values under no heading. Places in messages are `sheet!C17`.
 *
 * The sheet is parsed three times (its first rows; what is joined, which stands at its end; the rows), never held. Not read: .xls, files with a password.
 * Memory: shared texts (xlsx_book.h), joined cells (at most XLSX_MERGES_MAX), one row. Cost: about 60 MB of XML a second. */
#ifndef INGEST_XLSX_H
#define INGEST_XLSX_H

#include "ingest/reader.h"

#define XLSX_HEAD_ROWS 50u      /* rows among which headings are sought */
#define XLSX_MERGES_MAX 500000u

/* The descriptor becomes the reader's. ERR_INPUT (not such a file, several sheets fit, a heading twice), ERR_NOT_FOUND (no such sheet; with wants->must: no
 * headings that fit), ERR_LIMIT. */
enum status xlsx_open(struct reader *r, int fd, const char *sheet, const struct reader_wants *wants, struct err *e) MUST_CHECK;

#endif
