/* eval.h - many rules over many households: the one place where this room meets the two back ends of `rules`.
 *
 * A rule that vectorises runs in blocks (rules/block.h); the others, and those that read strings into hand, run row by row
 * (rule_eval). Either way the answers are the same. A rule's error is kept apart from unknown, because people must hear
 * of a division by zero, but for a decision both mean "not known".
 * Rules are of the household's level. Thread-safe once opened: each caller brings its own scratch arena and output. */
#ifndef IDENTIFY_EVAL_H
#define IDENTIFY_EVAL_H

#include "base/arena.h"
#include "column/segment.h"
#include "programme/programme.h"
#include "rules/rule.h"

enum { EVAL_FALSE, EVAL_TRUE, EVAL_UNKNOWN, EVAL_ERROR }; /* for numbers: TRUE = there is a value */

#define EVAL_BLOCK 2048u

struct eval;

struct eval_out {    /* of one rule over a block */
  uint8_t *state;    /* EVAL_BLOCK */
  double *number;    /* EVAL_BLOCK, for rules with numbers; NULL for booleans */
};

/* The rules stay where they are and must outlive the eval. Constants (`line`, `year`) are read as they are now: open again after
 * programme_set_line. */
enum status eval_open(struct arena *a, const struct programme *p, const struct rule *const *rules, uint32_t count, struct eval **out, struct err *e) MUST_CHECK;
/* Whether rule r runs in blocks; if not, why (never NULL then). */
bool eval_vectorised(const struct eval *ev, uint32_t r, const char **why_not);
/* Rows from..from+count (count <= EVAL_BLOCK) of the segment; out has one entry a rule. */
enum status eval_block(struct arena *scratch, const struct eval *ev, const struct segment *s, uint64_t from, uint32_t count, struct eval_out *out, struct err *e) MUST_CHECK;

/* One rule on one row, as state and number (bool, int, uint and double all as double). */
enum status eval_row(struct arena *scratch, const struct rule *r, const struct segment *s, uint64_t household, uint64_t row, struct rule_value *out, struct err *e) MUST_CHECK;
/* A value as number: true when it has one. */
bool eval_number(const struct rule_value *v, double *out);

#endif
