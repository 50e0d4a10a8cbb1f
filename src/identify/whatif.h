/* whatif.h - one household decided again with some of its answers changed.
 *
 * The change lies over the columns as a handful of cells; nothing is written. Everything is run by the row evaluator, whole
 * rules each time, so that an answer given here is the answer the rules would give. A changed *derived* field stays at its
 * level: what it is computed from keeps its values. Cost: all inclusions, exclusions and indicators on one row. */
#ifndef IDENTIFY_WHATIF_H
#define IDENTIFY_WHATIF_H

#include "identify/decide.h"

#define WHATIF_MAX 16

struct whatif_cell { uint32_t level, field; uint64_t row; struct cell cell; };

struct whatif {
  const struct programme *programme;
  const struct segment *segment;
  uint64_t household;
  struct whatif_cell cells[WHATIF_MAX];
  uint32_t count;
};

struct whatif_answer {
  uint64_t include, include_unknown, exclude, exclude_unknown, deprived, deprived_unknown, cause, cause_unknown;
  double score, score_high;
  enum truth poor, qualifies;
  bool ranked;       /* the rank is known */
  double rank;
};

void whatif_open(struct whatif *w, const struct programme *p, const struct segment *s, uint64_t household);
/* Lays a cell over the columns, or replaces the one that lies there. False when WHATIF_MAX is reached. */
bool whatif_set(struct whatif *w, uint32_t level, uint32_t field, uint64_t row, struct cell c);
/* The row a rule of this level is to be run on, with the changes laid over. Valid while w is. */
struct rule_row whatif_row(struct whatif *w, uint64_t row);
enum status whatif_decide(struct whatif *w, struct arena *scratch, struct whatif_answer *out, struct err *e) MUST_CHECK;
/* A field's value as rules see it there: stored, laid over, or derived. */
enum status whatif_cell(struct whatif *w, struct arena *scratch, uint32_t level, uint32_t field, uint64_t row, struct cell *out, struct err *e) MUST_CHECK;

#endif
