/* score.h - weighted counts of what is true: a deprivation score, with bounds where something is unknown, and sums by area.
 *
 * Up to SCORE_MAX indicators' lanes (rules/block.h) become one number a row, bit j = indicator j; a score is looked up by those bits. The
 * table holds plain sums in the order of the indicators, from 0; beyond SCORE_TABLE indicators the score is the sum of two such
 * tables. So it depends on the bits alone, never on blocks or threads.
 * A score with unknown indicators lies between that of the true ones and that of the true and unknown ones together. */
#ifndef RULES_SCORE_H
#define RULES_SCORE_H

#include "base/arena.h"
#include "base/status.h"
#include "column/column.h"

#define SCORE_MAX 24u
#define SCORE_TABLE 12u

struct score {
  uint32_t count;
  const double *table[2]; /* by the low SCORE_TABLE bits; by the rest, or NULL */
};

/* ERR_LIMIT for more than SCORE_MAX weights. */
enum status score_open(struct arena *a, const double *weights, uint32_t count, struct score *out, struct err *e) MUST_CHECK;

/* Bit j of yes[i]: indicator j is true; of maybe[i]: it is true, unknown or an error. `maybe` may be NULL. */
void score_pack(const uint8_t *const *states, uint32_t count, uint32_t rows, uint32_t *yes, uint32_t *maybe);
void score_look(const struct score *s, const uint32_t *bits, uint32_t rows, double *out);

/* What is added up for one area. Whole numbers but for the score, whose sum depends on where rows stand in a call: cut a
 * segment into calls and sets of areas of fixed size and join those in order, and the bytes are the same for any number of threads. */
struct score_area {
  uint64_t households, persons, poor_households, poor_persons;
  double poor_score; /* score times persons, over the poor */
};

/* Row i belongs to areas[code i], `codes` being a column's data of width U8, U16 or U32 from row `first` on (NULL = all to areas[0]);
 * persons[i] people; poor when scores[i] >= cutoff (finite scores). */
void score_by_area(struct score_area *areas, const struct column *codes, uint64_t first, const int64_t *persons, const double *scores, double cutoff, uint32_t rows);
void score_join(struct score_area *into, const struct score_area *more, uint32_t areas);

#endif
