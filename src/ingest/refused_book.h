/* refused_book.h - refused rows as a workbook: a sheet for each table they came from, its own headings, the reason beside each row. Mended, it is imported like any other.
 *
 * Rows of one source with the same columns share a sheet, whatever workbook of a folder they came from; other columns make another sheet. The household's number is a
 * column of each (also where it was inherited), so a row knows whose it is. Forms come back as a list in a sheet of the source's own name, a row each. Columns that
 * feed sealed fields are not in it: blank ones would wipe what the registry has when the rows come back; left out, they keep it. The file is made with the first row and appears whole at the end, readable by its owner only. Memory: constant. */
#ifndef INGEST_REFUSED_BOOK_H
#define INGEST_REFUSED_BOOK_H

#include "ingest/mapping.h"

struct refused_book;

/* Whether refused rows written to that path make a workbook. */
bool refused_is_book(const char *path);
/* `lang`: of the heading of the reasons. */
enum status refused_book_open(struct refused_book **out, const char *path, enum language lang, struct err *e) MUST_CHECK;
/* `sheet`: the name of its sheet, where the reader's is not it. */
enum status refused_book_row(struct refused_book *b, const char *sheet, const struct reader *r, const struct mapping *m, const struct reader_row *row, const char *problem, struct err *e) MUST_CHECK;
/* Puts the file in place, when there were rows. */
enum status refused_book_close(struct refused_book *b, struct err *e) MUST_CHECK; /* fine on NULL */

/* An earlier one: its first sheet ends with the reasons. */
bool refused_book_is_list(const char *path);

#endif
