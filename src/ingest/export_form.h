/* export_form.h - a closed round as forms: a workbook a household, its labels and values above, the tables of what it has below, as ingest/form.h reads them.
 *
 * Two labels with their values stand in a row; each list that another source of the programme reads as a table (not flat, not wide; of a level the first) follows
 * under a title, without the household's number: it is the form's. Choices have drop-down lists. What is left out is as in export_source.h: what is written reads back the same.
 * A file is named after the household's number. Memory: one household. Cost: about a millisecond a household. */
#ifndef INGEST_EXPORT_FORM_H
#define INGEST_EXPORT_FORM_H

#include "ingest/export_source.h"

/* Writes folder/NUMBER.xlsx for every household; the folder is there. `src` is a form. counts->rows is households. ERR_INPUT as export_source. */
enum status export_form(struct arena *a, const struct export_from *from, const struct source *src, const char *folder, struct export_source_counts *counts, struct err *e) MUST_CHECK;

#endif
