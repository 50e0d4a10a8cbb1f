/* call.h - what each function does to values: the evaluator's other half. Arguments are values (never unknown or error). */
#ifndef RULES_CALL_H
#define RULES_CALL_H

#include "rules/ast.h"

/* Errors are values: out->state RULE_ERROR. ERR_MEMORY when the arena is full. `cost` grows by bytes looked at. */
enum status call_function(struct arena *a, enum function f, const struct regex *regex, const struct rule_value *args, uint32_t count,
                          struct rule_value *out, uint64_t *cost, struct err *e) MUST_CHECK;

/* Errors that mean "legal CEL that we don't do" rather than a mistake begin with this, so that `lucid rule` can tell. */
#define RULE_ERROR_UNSUPPORTED "unsupported: "

static inline void value_error(struct rule_value *out, const char *words) {
  out->state = RULE_ERROR;
  out->missing = NULL;
  out->error = words;
}
/* Equality and order of two values of one kind. value_compare: -1, 0, 1; 2 when a NaN is in it. */
bool value_equal(const struct rule_value *a, const struct rule_value *b, uint64_t *cost);
int value_compare(const struct rule_value *a, const struct rule_value *b, uint64_t *cost);
/* Rounded to 14 significant decimal digits: hides the last bits in which C libraries differ. */
double value_round14(double d);

#endif
