/* export_source.h - a closed round written back in the layout of one of the programme's sources: its headings, its words.
 *
 * The other way round from ingest: rows of the source's level (in a flat source the household's fields repeat on each member), columns in the
 * order of the source's map, each under its first spelling. Choices are written by their labels in the programme's first language, booleans by its yes
 * and no, a place given by name with the names of the areas around it. So the person who sent a file gets the same file back, and it can be
 * imported again: what is written reads back the same.
 * A wide source has a row for each household with a list: one column an item. Lines of other items are counted in left_out; two lines of one item are refused.
 * Left out: sealed fields and whatever is read out of their columns; restricted fields unless asked for (`export_from.restricted`); fields the
 * snapshot does not have. A number that the source converts (thousands, monthly, ...) is refused: the way back is not exact.
 * Memory: constant. The file appears whole or not at all; same snapshot, same bytes. */
#ifndef INGEST_EXPORT_SOURCE_H
#define INGEST_EXPORT_SOURCE_H

#include "ingest/export.h"

struct export_source_counts { uint64_t rows, left_out /* lines for which a wide source has no column */; uint32_t columns, sealed, restricted; /* the last two: columns left out */ };

/* `from->level` is the source's. ERR_INPUT when a column can't be written back; ERR_CONFLICT when the snapshot's column has another kind. */
enum status export_source(struct arena *a, const struct export_from *from, const struct source *src, const char *path, struct export_source_counts *counts, struct err *e) MUST_CHECK;

#endif
