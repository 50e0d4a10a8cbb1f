/* dta.h - Stata's .dta files (versions 104 to 119) through libreadstat.
 *
 * The library calls back for every value, so a row is gathered and handed on when it is whole: memory is one row and the
 * labels. Values keep what Stata knew: "." is empty, .a to .z are missing codes of their own, %td and %tc numbers are dates, value
 * labels stand beside the numbers. Files older than Stata 14 don't say their encoding: UTF-8 when every text is, GB18030 when the
 * bytes beyond ASCII come in pairs as Chinese does, else Windows-1252; the choice is told.
 * The bytes are copied first (ingest/unpack.h), so a packed .dta is read too. A damaged file is refused; a file that
 * yields another number of rows than it states is damaged. */
#ifndef INGEST_DTA_H
#define INGEST_DTA_H

#include "ingest/reader.h"

#define DTA_TEXT_MAX (16u << 20) /* bytes of all texts of one row */

enum status dta_open(struct reader *r, int fd, struct err *e) MUST_CHECK;

#endif
