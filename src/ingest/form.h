/* form.h - a workbook that holds a household, or a household on each sheet: as the handbook in the home is filled in, not as a table.
 *
 * One form a sheet: its labels with their values are one row (a source with `layout: form`); the tables lower on the sheet, or on other sheets of the
 * workbook, are rows of what the household has, and inherit its number: from the form on the same sheet, else from the only one in the workbook.
 * A table may hold the number itself; another household's number on a household's own sheet is refused. Every cell has its place (reader_row.places).
 * What is told apart how: ingest/form_look.h. A sheet larger than a grid (ingest/grid.h) is no form.
 *
 * Columns are the headings sought that stand anywhere in the workbook, in the programme's order and spelling, the household's number among them.
 * Cost: each sheet is parsed once when it is opened and once when it is read; a workbook of one household with eight lists takes about 13 ms of core time in all. */
#ifndef INGEST_FORM_H
#define INGEST_FORM_H

#include "ingest/reader.h"
#include "ingest/xlsx_book.h"

/* When the workbook holds forms, takes it over (*taken; the book is then the reader's, also with an error) and opens what wants->book is to be read of it.
 * ERR_NOT_FOUND when that is not there; ERR_INPUT, ERR_LIMIT. Otherwise it stays with the caller. `name`: only that sheet; NULL = all that can be seen. */
enum status form_open(struct reader *r, struct xlsx_book *book, const char *name, const struct reader_wants *wants, bool *taken, struct err *e) MUST_CHECK;

/* Whether the workbook holds forms, and what of them is there: one of `there` a source. Tables of households, and of villages, are not looked for. */
enum status form_there(struct arena *a, struct xlsx_book *book, const struct reader_book *b, bool *forms, bool *there, struct err *e) MUST_CHECK;

/* The household whose number stands in a workbook without forms, when it is the only one: in *out, in the arena; else an empty span. */
enum status form_number(struct arena *a, struct xlsx_book *book, const struct reader_book *b, struct span *out, struct err *e) MUST_CHECK;

#endif
