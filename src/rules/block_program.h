/* block_program.h - the program that rules become: operations over lanes, in an order in which each finds its inputs done.
 *
 * A domain says what the lanes are: households of the block, the members (or lines) of those households, or all villages of
 * the segment. Village operations run once, when the book is bound, with one lane more for "no village". An operation
 * that only reads constants has no domain of its own and is made in the one where it is needed.
 *
 * Internal to block.c, block_compile.c, block_bind.c, block_plan.c, block_lanes.c and block_reduce.c. */
#ifndef RULES_BLOCK_PROGRAM_H
#define RULES_BLOCK_PROGRAM_H

#include "base/map.h"
#include "rules/ast.h"
#include "rules/block.h"

#define OP_NONE UINT32_MAX
#define DOMAIN_ANY UINT32_MAX /* constants */

/* id, operands: what it does. Class of the result is in op.class: 'b' states, 'i' int64 and states, 'd' double and states. */
#define OP_TABLE(X)                                                                                          \
  X(OP_CONST)     /* node: evaluated when bound */                                                           \
  X(OP_LOAD)      /* leaf: a column, widened; 'd' divides decimals; 'i' of a decimal is the scaled integer */ \
  X(OP_HAS)       /* leaf */                                                                                 \
  X(OP_RANGE)     /* leaf compared with constant a by rel: integers and decimals, in their own width */      \
  X(OP_LOOKUP)    /* leaf: node's value, computed once per distinct value of the leaf */                     \
  X(OP_KNOWN)     /* a: true unless unknown */                                                               \
  X(OP_COMPARE)   /* a rel b, of class `from` */                                                             \
  X(OP_AND) X(OP_OR) X(OP_NOT)                                                                               \
  X(OP_IF)        /* a ? b : c */                                                                            \
  X(OP_NEG) X(OP_ADD) X(OP_SUB) X(OP_MUL) X(OP_DIV) X(OP_MOD)                                                \
  X(OP_TO_REAL)   /* int to double */                                                                        \
  X(OP_CALL)      /* function of up to three numbers, lane by lane */                                        \
  X(OP_GATHER)    /* villages to households */                                                               \
  X(OP_SPREAD)    /* households to members or lines */                                                       \
  X(OP_ROWS)      /* how many rows of level `over` */                                                        \
  X(OP_REDUCE)    /* macro over the rows of level `over`: a = where or OP_NONE, b = body or OP_NONE */

enum op_kind {
#define X(id) id,
  OP_TABLE(X)
#undef X
};

enum rel { REL_EQ, REL_NE, REL_LT, REL_LE, REL_GT, REL_GE };

struct leaf { /* a stored field some operation reads */
  uint32_t level, field;
  uint32_t domain; /* whose lanes it has: its level */
};

struct op {
  enum op_kind kind;
  char class, from;  /* from: class of the operands of OP_COMPARE, of the body of OP_REDUCE */
  uint8_t rel;       /* enum rel, enum macro, enum function */
  uint8_t decimals;  /* OP_REDUCE exact: sums are divided by 10^decimals */
  bool exact;
  uint32_t domain, over;
  uint32_t a, b, c;  /* operations before this one, or OP_NONE */
  uint32_t leaf;
  const struct node *node;
  bool live;         /* a rule's answer rests on it */
  uint32_t constant_slot; /* OP_CONST with a value: which of the pool's first buffers, filled once, is its own */
};

struct block_rule {
  const struct rule *rule;
  uint32_t op; /* OP_NONE = row by row */
  const char *why_not;
};

struct block_book {
  struct arena *arena;
  const struct rule_env *env;
  struct block_rule *rules;
  uint32_t rule_count;
  struct op *ops;
  uint32_t op_count, op_cap;
  struct leaf *leaves;
  uint32_t leaf_count, leaf_cap;
  uint32_t child_levels;                /* bit l: some operation works on the rows of level l */
  uint32_t constant_slots[2]; /* pools of values: [0] households, [1] members and lines */
};

/* A column as a leaf reads it. */
struct bound_leaf {
  const struct column *column;
  uint32_t fill;            /* only absences that occur could matter; all of them are kept */
  struct cell fill_value;
  const struct rule_field *field;
  bool total;               /* nothing is missing, or all that is missing is filled */
  const uint32_t *word;     /* coded, among segments that share: where each of its words stands in their common dictionary */
};

union number {
  int64_t i;
  double d;
};

struct lookup { /* of OP_LOOKUP: entries 0..size-1 by value (from `base`), then missing, then the fill value */
  int64_t base;
  uint32_t size;
  uint8_t *state;
  void *value;        /* int64 or double, by class */
};

struct bound_op {
  bool dead;          /* cannot run on this segment: rules that need it fall back */
  bool total;         /* every lane has a value (or is true or false) */
  bool may_overflow;  /* integer arithmetic: range analysis could not rule it out */
  bool is_stretch;    /* OP_RANGE, and an OP_LOOKUP that is `inside` from lo to hi and `outside` elsewhere */
  int64_t lo, hi;     /* class 'i': bounds of the values; a stretch: its ends (lo > hi = empty) */
  uint8_t inside, outside, missing, filled; /* a stretch: states */
  uint8_t constant_state;
  union number constant;
  struct lookup lookup;
  uint8_t *state;     /* villages: lanes made when bound */
  void *value;
  /* what block_plan.c settles */
  uint8_t always;     /* the state of every lane, where the segment leaves only one; 0 = it must be looked at */
  uint32_t same;      /* the operation whose lanes are these too, or OP_NONE */
  bool needed;        /* runs */
  uint32_t state_slot, value_slot; /* which buffer of its domain's pool */
};

#define FOLD_MAX 8u   /* macros whose rows are folded in one pass: half a byte each of a word a row */

struct step { /* `count` operations from `first` of block_bound.order: one, or macros over the same rows that are folded together */
  uint32_t first, count;
};

struct block_bound {
  const struct block_book *book;
  const struct segment *segment;
  struct bound_leaf *leaves;
  struct bound_op *ops;
  bool *falls_back;   /* per rule */
  uint32_t *order;    /* operations that run over blocks */
  struct step *steps;
  uint32_t step_count;
  uint32_t state_slots[2], value_slots[2]; /* pools: [0] households, [1] members and lines */
};

struct lanes { /* of one operation, wherever they are */
  uint8_t *state;
  void *value;        /* int64 or double */
};

struct place { /* where operations run: a block of households with their members and lines, or all villages */
  const struct block_bound *bound;
  struct lanes *at;   /* per operation */
  bool villages;
  uint64_t household;
  uint32_t households;
  struct arena *scratch;
  uint32_t *packed;   /* BLOCK_CHILD_ROWS and 8 more, */
  uint32_t *words;    /* BLOCK_ROWS, and */
  uint8_t *folded;    /* BLOCK_ROWS: of block_reduce.c */
};

#define BLOCK_CHILD_ROWS 16384u /* most members or lines of one level in a run */
/* Lanes that all have one state; never written to. */
const uint8_t *block_all(uint8_t state);
static inline bool domain_is_child(uint32_t domain) { return domain != DOMAIN_ANY && domain != LEVEL_HOUSEHOLD && domain != LEVEL_VILLAGE; }

/* First row and number of rows of a domain's lanes (a village domain has one lane more than rows). */
uint64_t place_first(const struct place *p, uint32_t domain);
uint64_t place_rows(const struct place *p, uint32_t domain);

/* block_compile.c: fills book->ops and book->rules. */
enum status block_compile(struct block_book *b, const struct rule *const *rules, struct err *e) MUST_CHECK;
/* block_lanes.c: runs one operation. */
enum status block_op_run(const struct place *p, uint32_t op, struct err *e) MUST_CHECK;
/* block_plan.c: what a bound operation's inputs and its segment settle beforehand (`always`, `same`) ... */
void block_settle(const struct block_bound *b, uint32_t op);
/* ... and, when all are bound, what is left to run, in which order and in which buffers. */
enum status block_plan(struct arena *a, struct block_bound *b, struct err *e) MUST_CHECK;
/* block_reduce.c: OP_REDUCE and OP_ROWS; several macros over the same rows, for which block_folds holds. */
void block_reduce(const struct place *p, uint32_t op);
void block_fold(const struct place *p, const uint32_t *ops, uint32_t count);
/* Whether all that a macro needs of its rows' states is which of them occur; the operation whose states these are, else OP_NONE. */
uint32_t block_folds(const struct op *op, const struct bound_op *b);

#endif
