/* builder.h - rows in, one segment out: the narrowest lossless widths, sorted dictionaries, and nothing that depends on
 * the order in which values or villages happened to be seen. The same rows give the same bytes.
 *
 * Order of calls: the villages that have fields, in any order; then for each household, by ascending id:
 * `builder_household`, then its members and lines by `builder_child`, ascending by id for members. Then `builder_finish`
 * once. A village that only households name gets a row of empty cells. After an error only `builder_close` may follow.
 *
 * Memory: what the columns will take, plus dictionaries, plus a copy of one column while finishing: a column starts at one byte a row
 * and widens when a value asks for it. A county of a million households with 4 million members and 60 columns of one to
 * four bytes takes some hundreds of MB. Cost: about 50 ns a cell; text that is all different, such as numbers of households, some 300.
 * Limits: 2^32 - 2 rows a level, 4 GiB of distinct text a column (ERR_LIMIT). */
#ifndef COLUMN_BUILDER_H
#define COLUMN_BUILDER_H

#include "column/schema.h"
#include "column/segment.h"

struct builder;

#define BUILDER_ALL_ROSTERS UINT32_MAX

/* The schema is checked and copied. */
enum status builder_open(const struct schema *schema, int64_t home, struct builder **out, struct err *e) MUST_CHECK;
/* One village (area of the lowest level) with its fields; `cells` has one cell a column, NULL = all empty. A code given twice is refused. */
enum status builder_village(struct builder *b, struct span code, const struct cell *cells, struct err *e) MUST_CHECK;
/* A household: internal id (greater than the one before), its own number, its village (len 0 = none), bit l of `rosters` = the list of
 * level l was taken. ERR_INPUT when a cell is not well formed (text that is not UTF-8 or holds NUL, a real that is not finite, a boolean not 0 or 1). */
enum status builder_household(struct builder *b, int64_t id, struct span key, struct span village, uint32_t rosters, const struct cell *cells, struct err *e) MUST_CHECK;
/* A member or a line of the household last given. A row in a level whose roster was not taken is refused. `id` counts for members only. */
enum status builder_child(struct builder *b, uint32_t level, int64_t id, const struct cell *cells, struct err *e) MUST_CHECK;
/* The segment, which lives until builder_close. No rows may follow. */
enum status builder_finish(struct builder *b, const struct segment **out, struct err *e) MUST_CHECK;
const struct schema *builder_schema(const struct builder *b);
void builder_close(struct builder *b); /* NULL is fine */

#endif
