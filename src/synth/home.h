/* home.h - a home's segment out of its chunks, written column by column without ever standing whole in memory.
 *
 * What is hard is that the file must be the one that a registry's snapshot would hold: the narrowest width over all rows, a dictionary of the words that
 * occur and no others, sorted. So the chunks are asked twice: first for bounds, gaps and words (the shape), then for the rows, one column at a time
 * (column/segment_file.h asks for each). Memory: the chunks, and the largest column. */
#ifndef SYNTH_HOME_H
#define SYNTH_HOME_H

#include "column/snapshot.h"
#include "synth/chunk.h"

struct village_cells { bool made; int32_t cells[VILLAGE_FIELD_COUNT]; };

struct home {
  int64_t id;
  const struct population *pop;
  const struct columns *columns;
  const struct chunk *chunks;   /* in the households' order */
  const uint32_t *villages;     /* all of the home, in the order of their codes; indices of pop->villages */
  uint32_t village_count;
  const struct village_cells *village_cells; /* of each of the population's villages; NULL: those of the households, without fields */
};

enum status home_write(const struct home *h, struct snapshot_writer *w, struct err *e) MUST_CHECK;

#endif
