/* columns.h - which field of the model stands in which column of a snapshot, and in what form: worked out once for a programme.
 *
 * The columns are those that a registry's snapshot would have after the files were imported and the round closed: a field the model does not know,
 * or gives in another form than the codebook wants, stays empty; a sealed one is the word that snapshots have. */
#ifndef SYNTH_COLUMNS_H
#define SYNTH_COLUMNS_H

#include "column/schema.h"
#include "programme/programme.h"
#include "synth/fields.h"

enum fate { FATE_EMPTY, FATE_NUMBER, FATE_REAL, FATE_WORD, FATE_AREA, FATE_TEXT, FATE_SEALED };
struct column_plan {
  enum fate fate;
  uint32_t field;
  int64_t times, over; /* numbers: cell * times / over */
  uint32_t piece;      /* of a chunk, counted over all levels; columns with a fate only */
};
struct columns {
  struct schema schema;
  struct column_plan *plans[LEVEL_MAX]; /* one a column of the schema */
  enum rows rows[LEVEL_MAX];            /* ROWS_COUNT: a level that has no rows */
  uint32_t always;                      /* bit l: the list of level l counts as taken also when no rows follow */
  uint32_t pieces;
};

enum status columns_of_register(struct arena *a, const struct programme *p, struct columns *out, struct err *e) MUST_CHECK;
enum status columns_of_truth(struct arena *a, struct columns *out, struct err *e) MUST_CHECK;

#endif
