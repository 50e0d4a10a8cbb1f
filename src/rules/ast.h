/* ast.h - a compiled rule's tree: what the parser and checker leave, and what both back ends read.
 *
 * After rule_compile every node is checked: names are resolved to a field, a constant, a variable or a slot, every node
 * has its type, and each operator's operands are known to fit it (look at `child[0]->type.kind`). Trees are immutable and
 * live in the rule's arena. Depth is at most AST_DEPTH_MAX, so recursion over a tree is safe.
 *
 * Three-valued meaning of each node (U unknown, E error):
 *   strict nodes (arithmetic, comparison, functions, `in`, index, list): U if any child is U, else E if any child is E, else
 *     the value. U beats E whatever the order.
 *   AND: F if any child is F, else U if any U, else E if any E, else T. OR is its dual. NOT swaps, U and E stay.
 *   IF: U or E of the condition; else the chosen branch alone.
 *   COMPREHENSION: see enum macro.
 * Only errors a node can raise by itself: ADD SUB MUL NEG (overflow, never on double), DIV MOD (zero and overflow, never on
 * double DIV), INDEX, conversions, time ranges, `min`/`max`/`mean` of nothing, MATCHES with a pattern that isn't a literal. */
#ifndef RULES_AST_H
#define RULES_AST_H

#include "rules/functions.h"
#include "rules/rule.h"

#define AST_DEPTH_MAX 500u /* nesting; the spec asks for 32 */
#define AST_SLOT_MAX 16u   /* macros within macros */
#define AST_CONTEXT UINT32_MAX /* `slot` of a row that is not a macro's variable: see struct ast_row */

struct regex;

enum node_kind {
  NODE_CONST,    /* value */
  NODE_ENV_CONST,/* index: env->consts[index], read at evaluation (the programme may set it per run; type is fixed) */
  NODE_VAR,      /* index: env->var_names[index] */
  NODE_ITEM,     /* slot: the macro's variable over a list of values */
  NODE_FIELD,    /* row, field: one cell, or a derived field's rule at that row. U when missing (after `fill`) */
  NODE_HAS,      /* row, field: has(household.f): T or F, never U; false when missing (a filled absence is present; a derived field is present unless U) */
  NODE_ROW,      /* row: `household`, `m`, on its own only as a list item or operand of == */
  NODE_ROWS,     /* row.level: `members`, a line level: the household's rows. U when the roster was not taken (cause: field UINT32_MAX).
                    Stands as the range of a macro, in size(), or in a branch of IF that does */
  NODE_NOT,      /* child[0] */
  NODE_NEG,      /* int, double */
  NODE_AND, NODE_OR, /* two children or more: a && b && c is one node */
  NODE_IF,       /* condition, then, else */
  NODE_ADD,      /* int uint double string list; timestamp+duration either way round; duration+duration */
  NODE_SUB,      /* int uint double; timestamp-timestamp, timestamp-duration, duration-duration */
  NODE_MUL, NODE_DIV, /* int uint double */
  NODE_MOD,      /* int uint */
  NODE_EQ, NODE_NE,   /* both sides of one type; any type */
  NODE_LT, NODE_LE, NODE_GT, NODE_GE, /* both sides of one type: bool int uint double string timestamp duration */
  NODE_IN,       /* value, list */
  NODE_INDEX,    /* list, int */
  NODE_LIST,     /* items */
  NODE_CALL,     /* call.function over the children; a receiver is child[0] */
  NODE_COMPREHENSION, /* range, where (or NULL), body (or NULL): see enum macro */
  NODE_KIND_COUNT
};

/* child[0] is the range (NODE_ROWS, or any list), child[1] `where` or NULL, child[2] the body or NULL. The variable is
 * `slot`; inside where and body a row's fields are NODE_FIELD with row.slot == slot, an item is NODE_ITEM.
 * where and body are both NULL when the range is [] by its type: they never run.
 * `range.filter(v, p)` under sum, min, max, mean or size() is folded into `where`. A where that is U or E anywhere makes a strict
 * macro U or E, whatever the bodies say; the body runs only where `where` is true. */
enum macro {
  MACRO_ALL,        /* F if any F, else U, else E, else T. Body bool; no where */
  MACRO_EXISTS,     /* its dual */
  MACRO_EXISTS_ONE, /* strict; body bool; no where */
  MACRO_FILTER,     /* strict; where is the predicate, no body; a list of the items */
  MACRO_MAP,        /* strict; where (3-argument form) or NULL; body any; a list */
  MACRO_COUNT,      /* strict; ours: members.count(m, p), and size() of a filter. where = p; no body; int */
  MACRO_SUM,        /* strict; ours; body int, uint, double, duration; a sum of nothing is 0. See `decimals` */
  MACRO_MIN, MACRO_MAX, /* strict; ours; body int, uint, double, string, timestamp, duration; E when nothing is there */
  MACRO_MEAN,       /* strict; ours; body int, uint, double; double; E when nothing is there. See `decimals` */
  MACRO_KIND_COUNT
};

struct ast_row { /* which row a field belongs to */
  uint32_t level;
  uint32_t slot; /* a macro's slot; or AST_CONTEXT: the row of that level seen from the rule's own row (itself, its household, its village) */
};

struct node {
  enum node_kind kind;
  struct rule_type type;
  uint32_t offset, length; /* in the source, bytes */
  uint32_t child_count;
  struct node **child;     /* may hold NULL only under NODE_COMPREHENSION */
  union {
    struct rule_value value;                          /* NODE_CONST */
    uint32_t index;                                   /* NODE_ENV_CONST, NODE_VAR */
    uint32_t slot;                                    /* NODE_ITEM */
    struct { struct ast_row row; uint32_t field; };   /* NODE_FIELD, NODE_HAS; NODE_ROW and NODE_ROWS use row alone */
    struct {                                          /* NODE_CALL */
      enum function function;
      const struct regex *regex;                      /* FN_MATCHES with a literal pattern: compiled; else NULL */
    } call;
    struct {                                          /* NODE_COMPREHENSION */
      enum macro macro;
      uint32_t slot;
      /* MACRO_SUM, MACRO_MEAN over a body that is a COL_DECIMAL field (`exact`): add the scaled int64, then divide once by
       * 10^decimals (mean: by count * 10^decimals, one division of doubles). E "return error for overflow" past int64. */
      bool exact;
      uint8_t decimals;
    } comp;
  };
};

struct rule {
  const struct rule_env *env;
  uint32_t level;         /* of the rule's own row */
  const char *source;     /* NUL-terminated copy */
  uint32_t source_len;
  const struct node *root;
  uint32_t slot_count;    /* slots used: 0 when there is no macro */
  uint32_t node_count;
  const struct rule_read *reads; /* fields read by the rule itself, without repeats */
  uint32_t read_count;
  const struct rule_atom *atoms; /* of a bool rule: in the order of the source; NODE pointers in atom_nodes */
  const struct node *const *atom_nodes;
  uint32_t atom_count;
};

/* Value of one cell as rules see it: the field's kind decides (decimals divided once, dates at midnight UTC). `c` is PRESENT. */
struct rule_value ast_cell_value(const struct rule_field *f, const struct cell *c);

#endif
