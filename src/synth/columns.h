/* columns.h - a home's rows straight into columns, without files: what a registry's snapshot would hold after the files were imported
 * and the round closed.
 *
 * A cell goes in by its kind in the codebook, from the value and not from its text. A field the model does not know stays empty; a sealed one is the
 * word that snapshots have. Households, then their members and lines, in the order the rows come; ids count from 1 in the home, members' in
 * their household. Memory: the home's columns. */
#ifndef SYNTH_COLUMNS_H
#define SYNTH_COLUMNS_H

#include "column/builder.h"
#include "synth/write.h"

struct columns;
/* The schema that snapshots of this programme have. */
enum status columns_schema(struct arena *a, const struct programme *p, struct schema *out, struct err *e) MUST_CHECK;
enum status columns_open(struct arena *a, const struct programme *p, const struct schema *schema, int64_t home, struct columns **out, struct err *e) MUST_CHECK;
enum status columns_put(struct columns *c, uint32_t level, const struct row *r, struct err *e) MUST_CHECK;
enum status columns_finish(struct columns *c, const struct segment **out, struct err *e) MUST_CHECK;
void columns_close(struct columns *c); /* NULL is fine */

#endif
