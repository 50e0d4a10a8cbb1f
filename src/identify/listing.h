/* listing.h - decisions.csv: one row a household, for spreadsheets and for anybody who checks.
 *
 * Columns stand in docs/format/decisions.md; names and codes are stable, words are in the language asked for. Sealed fields never
 * appear: only names of fields, choice labels of areas and the household's own number do. A cell that a spreadsheet would take for
 * a formula (=, +, -, @ at its start, and not a number) gets an apostrophe before it. Written beside the place and renamed. */
#ifndef IDENTIFY_LISTING_H
#define IDENTIFY_LISTING_H

#include "identify/explain.h"

/* `numbers` NULL = members by position. */
enum status listing_write(const char *path, const struct programme *p, const struct segment *const *segments, const struct identified *run, const struct member_numbers *numbers, enum language lang, struct err *e) MUST_CHECK;
/* Adds one CSV cell: quoted when it must be. */
void listing_cell(struct text *out, const char *s, bool last);

#endif
