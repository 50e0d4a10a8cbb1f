/* trace.h - how a household's welfare (its income per head) came about: each line that counts, each figure on the way, the divisor.
 *
 * Whatever the welfare rule reads, directly or through derived fields, is told: of every row of a list it reads, all that is recorded (the
 * amount, the price with its place and date, the kind of evidence) and what is computed from it (the cost that counts, whether the
 * row counts at all, the net amount); then the household's own figures in the order they are computed, each with its rule as written and
 * where the rule comes from; then the parameters those rules name. So anyone can add the lines up. Amounts are rounded to the cent for
 * showing only. Cost: the row evaluator over one household. */
#ifndef IDENTIFY_TRACE_H
#define IDENTIFY_TRACE_H

#include "column/segment.h"
#include "programme/programme.h"

struct trace_item {
  const char *level, *level_label; uint64_t row; /* row: 1.. of a list, 0 = the household */
  const char *field, *label, *value; /* value NULL = missing */
  const char *rule, *source;         /* NULL = recorded as it is */
};

/* Calls `item` for each, in order. ERR_CONFLICT when the programme names no welfare. The programme's constants must be set (identify_run does). */
enum status trace_welfare(struct arena *a, struct programme *p, const struct segment *s, uint64_t household, enum language lang, void (*item)(void *ctx, const struct trace_item *x), void *ctx, struct err *e) MUST_CHECK;

#endif
