/* refused.h - the CSV (or the workbook: refused_book.h) of rows that were refused: the file's own columns, then `problem`. Mended, it can be imported again.
 *
 * Columns that feed sealed fields are left blank; where cells may have moved under another heading (a ragged row) and a
 * sealed field is in the file, the whole row is blank but for its problem. Under other headings, the keys' apart, a cell that holds what
 * looks like a sealed value reads *** (ingest/mask.h). UTF-8; with a byte order mark when the file had
 * one or was GB18030, so that a spreadsheet shows it right. Readable by its owner only. Made with the first refused row,
 * in place of an earlier list; nothing else is ever overwritten. */
#ifndef INGEST_REFUSED_H
#define INGEST_REFUSED_H

#include <stdio.h>

#include "ingest/refused_book.h"

struct refused {
  const char *path; /* NULL = none is written */
  FILE *file;
  struct refused_book *book; /* where the path is a workbook's */
  const char *sheet;         /* the source's own name for a sheet */
};

/* Whether the refused rows of `source` may be written to `path` (NULL = none are): not over the data themselves, nor over a file that is
 * there and is no such list. ERR_CONFLICT says which. */
enum status refused_fits(const char *path, const char *source, struct err *e) MUST_CHECK;
enum status refused_row(struct refused *f, const struct reader *r, const struct mapping *m, const struct reader_row *row, const char *problem, struct err *e) MUST_CHECK;
enum status refused_close(struct refused *f, struct err *e) MUST_CHECK; /* fine when none was made */

/* The texts by which the sealed values of a row could be known elsewhere in it: of its sealed columns, and of numbers that look like a
 * person's. They view the row and `buffers`. */
#define REFUSED_KNOWN 24
size_t refused_known(const struct reader *r, const struct mapping *m, const struct reader_row *row, char buffers[REFUSED_KNOWN][40], struct span out[REFUSED_KNOWN]);

/* Writes one CSV cell, quoted where it must be; what a spreadsheet would take for a formula with an apostrophe before it, which the CSV reader takes off. */
void refused_put(FILE *f, struct span s);

#endif
