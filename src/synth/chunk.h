/* chunk.h - a full batch made small: each column in the narrowest width its own rows need, in one piece of memory.
 *
 * Chunks are what a home is kept in until all of it is there, because the width of a column, its dictionary and whether a value is missing anywhere
 * are known only then; home.h makes the segment's file from them, one column after another. The same rows give the same segment however they were cut into
 * chunks. Cost: about 300 bytes and half a microsecond a household. */
#ifndef SYNTH_CHUNK_H
#define SYNTH_CHUNK_H

#include "synth/batch.h"
#include "synth/columns.h"

struct piece {
  enum col_width width;
  bool missing;         /* some row has none: bits at valid_at */
  bool any;             /* some row has one */
  uint32_t at, valid_at; /* in data */
  int32_t min, max;     /* of cells, before times and over */
  bool ascending;       /* FATE_TEXT: all that are there come in order, and differ */
  uint64_t words[4];    /* FATE_WORD: which ones */
};

struct chunk {
  struct chunk *next;
  const struct columns *columns;
  uint32_t rows[ROWS_COUNT];
  struct piece key;     /* of households (or truth) */
  uint32_t village_at, lists_at, children_at[ROWS_COUNT]; /* in data, of each household: its village, lists, counts of rows */
  struct piece *pieces;
  uint8_t *data;
  size_t bytes;         /* all of it */
};

/* The rows that stand for households in these columns. */
static inline enum rows chunk_households(const struct columns *c) { return c->rows[LEVEL_HOUSEHOLD]; }

struct chunk_scratch { uint8_t *data; uint32_t len, cap; }; /* zeroed before the first; free data after the last */
enum status chunk_make(const struct columns *c, const struct batch *b, struct chunk_scratch *scratch, struct chunk **out, struct err *e) MUST_CHECK;
/* The village table: cells[field * count + row]. */
enum status chunk_of_villages(const struct columns *c, const int32_t *cells, uint32_t count, struct chunk **out, struct err *e) MUST_CHECK;
static inline int32_t chunk_int(const struct chunk *c, const struct piece *p, uint32_t row) {
  const uint8_t *at = c->data + p->at;
  return p->width == COL_I8 ? ((const int8_t *)at)[row] : p->width == COL_I16 ? ((const int16_t *)(const void *)at)[row] : ((const int32_t *)(const void *)at)[row];
}
void chunk_free(struct chunk *c); /* and those that follow */

#endif
