/* eval.h - many rules over many households: the one place where this room meets the two back ends of `rules`.
 *
 * Rules run in blocks (rules/block.h), which falls back on the row evaluator by itself where a rule does not vectorise; either way
 * the answers are the same. A rule's error is kept apart from unknown, because people must hear of a division by zero, but for
 * a decision both mean "not known". A number that is NaN orders nothing: an error.
 * Rules are of the household's level. Thread-safe once opened: each thread brings its own scratch and output. */
#ifndef IDENTIFY_EVAL_H
#define IDENTIFY_EVAL_H

#include "base/arena.h"
#include "column/segment.h"
#include "programme/programme.h"
#include "rules/block.h"
#include "rules/rule.h"

enum { EVAL_FALSE, EVAL_TRUE, EVAL_UNKNOWN, EVAL_ERROR }; /* for numbers: TRUE = there is a value */

#define EVAL_BLOCK BLOCK_ROWS

struct eval;
struct eval_scratch;

/* The rules and segments must outlive the eval. Constants (`line`, `year`) are read as they are now: open again after
 * programme_set_line. */
enum status eval_open(struct arena *a, const struct programme *p, const struct segment *const *segments, uint32_t segment_count,
                      const struct rule *const *rules, uint32_t count, struct eval **out, struct err *e) MUST_CHECK;
/* Whether rule r runs in blocks; if not, why (never NULL then). */
bool eval_vectorised(const struct eval *ev, uint32_t r, const char **why_not);
enum status eval_scratch_open(const struct eval *ev, struct eval_scratch **out, struct err *e) MUST_CHECK;
void eval_scratch_close(struct eval_scratch *s); /* NULL is fine */
/* Rows from..from+count (count <= EVAL_BLOCK) of a segment, one entry a rule: lanes (rules/block.h), which hold until the scratch is used again. */
enum status eval_lanes(const struct eval *ev, struct eval_scratch *scratch, uint32_t segment, uint64_t from, uint32_t count, const struct block_lanes **out, struct err *e) MUST_CHECK;
/* The number in lane i of a rule: a boolean that ranks is 1 or 0; never NaN, never -0. False where there is none: *state then is EVAL_UNKNOWN or EVAL_ERROR. */
static inline bool eval_lane_number(const struct block_lanes *l, uint32_t i, double *out, uint8_t *state) {
  const uint8_t s = l->state[i];
  *out = 0;
  *state = s & BLOCK_ERROR ? EVAL_ERROR : s & BLOCK_UNKNOWN ? EVAL_UNKNOWN : EVAL_TRUE;
  if (*state != EVAL_TRUE) return false;
  const double v = l->reals ? l->reals[i] : l->ints ? (double)l->ints[i] : s == BLOCK_TRUE;
  *state = v != v ? EVAL_ERROR : EVAL_TRUE;
  *out = v != v || v == 0 ? 0 : v;
  return v == v;
}

/* One rule on one row. */
enum status eval_row(struct arena *scratch, const struct rule *r, const struct segment *s, uint64_t household, uint64_t row, struct rule_value *out, struct err *e) MUST_CHECK;
/* A value as number (bool, int, uint and double all as double): true when it has one. */
bool eval_number(const struct rule_value *v, double *out);

#endif
