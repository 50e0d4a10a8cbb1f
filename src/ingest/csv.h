/* csv.h - comma-separated values, as spreadsheets and registers really write them: the fast way in.
 *
 * RFC 4180 with quotes, doubled quotes and line ends inside quotes; LF, CRLF or CR; a byte order mark; a comma, semicolon or
 * tab, taken from the heading line. The text is UTF-8 or GB18030: decided at the first bytes that are not ASCII,
 * checked on every row after that (neither the separators nor the quote can be part of a GB18030 character,
 * so rows are cut before they are converted). Cells are views into the read buffer: nothing is allocated per cell.
 *
 * Refused as a file: no headings, a heading twice, more columns than READER_COLUMNS_MAX, a row longer than CSV_ROW_MAX, a
 * quote never closed (with the line it opens on), UTF-16, text that is neither encoding. Refused as a row: another
 * number of cells than headings, text after a closing quote, a NUL byte, bytes that are not in the file's encoding.
 * An apostrophe before what a spreadsheet would take for a formula is ours, and comes off (base/text.h). Empty lines are passed over. A last line without line end is a row. */
#ifndef INGEST_CSV_H
#define INGEST_CSV_H

#include "ingest/reader.h"

#define CSV_ROW_MAX (16u << 20) /* bytes of one row; the buffer grows to this and a little more, never further */

enum status csv_open(struct reader *r, int fd, struct err *e) MUST_CHECK;

#endif
