/* books.h - a folder in which each household (or village) has a workbook of its own, with a sheet for each source, or a form with its tables.
 *
 * The books of a folder are its .xlsx files, by name, without those that a source names as its own, and without what a spreadsheet leaves while a file is open (~$...).
 * A source is read out of each of them that has its sheet (ingest_there). A source of forms may name a folder of such books. Cost: a book of forms is opened once to see what it holds, any other once a source; then once for each source it holds. */
#ifndef INGEST_BOOKS_H
#define INGEST_BOOKS_H

#include "ingest/ingest.h"

/* Paths in the arena, sorted by bytes, folder after folder. `folder` NULL: the programme's data folder. No folder, or no such file in it: none. */
enum status books_in(struct arena *a, const struct programme *p, const char *folder, const char *const **out, uint32_t *count, struct err *e) MUST_CHECK;

#endif
