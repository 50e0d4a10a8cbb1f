/* check.h - from syntax to the typed tree: names resolved, overloads chosen, macros bound.
 *
 * Types follow CEL's checker without `dyn`: both sides of a comparison have one type, a list has one type of item, and
 * nothing converts by itself. What CEL would accept through `dyn` is refused as RULE_UNSUPPORTED; what its checker
 * refuses too is RULE_CHECK. Messages name the operand and, where a conversion mends it, the hint writes it out.
 * Internal to the compiler (check.c operators and names, check_call.c functions and macros). */
#ifndef RULES_CHECK_H
#define RULES_CHECK_H

#include "rules/ast.h"
#include "rules/parse.h"

struct check {
  struct source *s;
  const struct rule_env *env;
  uint32_t level;
  struct { struct span name; struct rule_type type; } scope[AST_SLOT_MAX]; /* macro variables in force, by slot */
  uint32_t scope_count, slot_count, node_count;
  struct rule_read *reads;
  uint32_t read_count, read_cap;
};

enum status check_rule(struct check *c, const struct syntax *x, struct node **out) MUST_CHECK;
/* A call or macro. */
enum status check_call(struct check *c, const struct syntax *x, struct node **out) MUST_CHECK;

enum status check_node(struct check *c, enum node_kind kind, const struct syntax *x, uint32_t children, struct node **out) MUST_CHECK;
/* The type both fit (an empty list fits any list); false when there is none. */
bool check_join(struct arena *a, struct rule_type x, struct rule_type y, struct rule_type *out);
const char *check_type_text(struct check *c, struct rule_type t);
/* A name among candidates within a small edit distance, as `did you mean x?`, or NULL. */
struct near { struct span word; uint32_t best; struct span found; };
void near_try(struct near *n, struct span candidate);
const char *near_hint(struct check *c, const struct near *n);

#endif
