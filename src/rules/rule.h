/* rule.h - rules in CEL over named fields: compiled once, run over columns, explained for one row.
 *
 * CEL (the Common Expression Language, github.com/google/cel-spec doc/langdef.md), with bool int uint double string
 * timestamp duration null list; the macros all exists exists_one filter map; `has`. Outside it: messages, maps, bytes,
 * dyn: refused by name when the rule is compiled. A conforming result or a refusal, never a wrong answer.
 *
 * What we add: fields, members and lines by name; a value may be *unknown* (missing), which is neither true nor false
 * and absorbs as CEL's errors do (`false && unknown` is false); extensions listed in rules/functions.h.
 *
 * Two back ends, one meaning: `rule_eval` runs one row and takes the whole language, naming what was missing;
 * rules/block.h runs blocks of households over columns for the part that vectorises. */
#ifndef RULES_RULE_H
#define RULES_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "column/segment.h"

enum rule_kind { RULE_NULL, RULE_BOOL, RULE_INT, RULE_UINT, RULE_DOUBLE, RULE_STRING, RULE_TIMESTAMP, RULE_DURATION, RULE_LIST,
                 RULE_TYPE, /* the value of type(x) */
                 RULE_ROW,  /* one row of a level: `m` in members.exists(m, ...), `household`, `village` */
                 RULE_ROWS, /* the rows of a child level: `members`, a line level's name */
                 RULE_KIND_COUNT };

struct rule_type {
  enum rule_kind kind;
  const struct rule_type *element; /* RULE_LIST: of what; NULL = the empty list, fits any */
  uint32_t level;                  /* RULE_ROW, RULE_ROWS */
};

enum rule_state { RULE_VALUE, RULE_UNKNOWN, RULE_ERROR };

struct rule_value {
  enum rule_state state;
  enum rule_kind kind; /* when state is RULE_VALUE */
  union {
    bool b;
    int64_t i;  /* int; duration in nanoseconds; RULE_TYPE: an enum rule_kind */
    uint64_t u;
    double d;
    struct span s;
    struct { int64_t seconds; int32_t nanos; } t; /* timestamp */
    struct { const struct rule_value *items; uint32_t count; } list;
    struct { uint32_t level; uint64_t row; } row; /* RULE_ROW */
    const char *error; /* RULE_ERROR: CEL's words, e.g. "divide by zero" */
  };
  const struct rule_missing *missing; /* RULE_UNKNOWN: the cells that were missing, a list without repeats; NULL when a constant is not set yet */
};

struct rule_missing { /* one missing cell */
  uint32_t level, field; /* field: index in the level's fields of the environment; UINT32_MAX = the roster of the level itself */
  uint64_t row;          /* of `level` (a roster: of the household); UINT64_MAX = a village the household does not have */
  enum absence why;
  const struct rule_missing *next;
};

/* A field as rules see it. COL_DECIMAL reads as double (one correctly rounded division), COL_DATE as timestamp at
 * midnight UTC, COL_CHOICE and COL_TEXT as string, COL_INT as int, COL_REAL as double. */
struct rule_field {
  const char *name;        /* [a-z][a-z0-9_]* */
  uint32_t level;
  enum col_kind kind;
  uint8_t decimals;
  bool bounded;            /* lo..hi hold for every stored value (scaled for decimals) */
  int64_t lo, hi;
  uint32_t fill;           /* bit a: absence a reads as `fill_value` instead of unknown */
  struct cell fill_value;
  bool changeable;         /* may appear in a smallest change */
  bool tainted;            /* fed by points or stars: a rule that decides may not read it, even through derive */
  const char *const *choices; /* COL_CHOICE: its codes, NULL-terminated, so `region == "Wien"` with a typo is a compile error; or NULL */
  uint32_t column;         /* stored: index in segment.levels[level].columns; derived: see `derived` */
  const struct rule *derived; /* NULL = stored in the segment; else computed by this rule */
};

struct rule_const { /* a named constant: `line` and other numbers of the programme */
  const char *name;
  struct rule_value value;
};

struct rule_env {
  uint32_t level_count;
  const char *level_names[LEVEL_MAX]; /* "household", "members", "village", line levels by name */
  const struct rule_field *fields[LEVEL_MAX];
  uint32_t field_count[LEVEL_MAX];
  const struct rule_const *consts;
  uint32_t const_count;
  /* Plain variables (only `lucid rule` and tests use them): names with declared types, values given at evaluation. */
  const char *const *var_names;
  const struct rule_type *var_types;
  uint32_t var_count;
};

struct rule; /* compiled: AST with types, source, fields it reads */

struct rule_problem { /* where in the source a rule is wrong; offset and length in bytes, line and column from 1 */
  enum rule_problem_kind { RULE_PARSE, RULE_CHECK, RULE_UNSUPPORTED } kind;
  uint32_t offset, length, line, column;
};

/* Compiles `source` at `level` (whose row is bare names). `want` NULL = any type; otherwise the result must have that type.
 * ERR_INPUT with the message in `e` (and where in `problem`, may be NULL). The env must outlive the rule. */
enum status rule_compile(struct arena *a, const struct rule_env *env, uint32_t level, const char *source, size_t len,
                         const struct rule_type *want, struct rule **out, struct rule_problem *problem, struct err *e) MUST_CHECK;

const char *rule_source(const struct rule *r);
struct rule_type rule_result_type(const struct rule *r);
char *rule_type_text(struct arena *a, struct rule_type t); /* "list(int)" */
/* Whether the rule reads the field, directly or through derived fields. */
bool rule_reads(const struct rule *r, uint32_t level, uint32_t field);
/* A canonical form for hashing: same meaning, same text: spaces, comments and quotes don't count. */
char *rule_canonical(struct arena *a, const struct rule *r);

/* What one evaluation sees. `cell` overrides columns for what-if questions (may be NULL): return true when it gave the value. It is
 * asked for derived fields too, before their rule is run; a derived field's cell is by its `kind`, as a stored one's. */
struct rule_row {
  const struct segment *segment; /* may be NULL for rules over variables only */
  uint64_t household;            /* row in the segment */
  uint64_t row;                  /* row of the rule's own level (= household at LEVEL_HOUSEHOLD) */
  const struct rule_value *vars; /* env->var_count */
  bool (*cell)(void *ctx, uint32_t level, uint32_t field, uint64_t row, struct cell *out);
  void *cell_ctx;
  int64_t now_seconds;
};

#define RULE_COST_LIMIT 10000000u /* steps: rows visited, list items, bytes matched */

/* Runs the rule on one row. Evaluation errors are values (state RULE_ERROR), not statuses: CEL's words, or words that begin with
 * "unsupported: " where it is legal CEL that rules don't take. Results live in the arena; scalars and booleans take none of it
 * unless something is unknown. ERR_MEMORY only. Cost: about 70 ns for a comparison, 150 ns a member for a plain condition. */
enum status rule_eval(struct arena *a, const struct rule *r, const struct rule_row *row, struct rule_value *out, struct err *e) MUST_CHECK;

/* Atoms: the maximal non-logical boolean parts of a boolean rule (`&&`, `||`, `!`, `?:` on bools are logic). For
 * explanations: what each part said on this row, and what it read. */
struct rule_atom {
  uint32_t offset, length;   /* in the source */
  const struct rule *rule;   /* the atom alone, to evaluate */
  bool positive;             /* stands under an even number of negations */
};
uint32_t rule_atom_count(const struct rule *r);
const struct rule_atom *rule_atoms(const struct rule *r);
/* The rule's outcome when atom i had state/value atoms[i]: for smallest changes. Three-valued: RULE_UNKNOWN possible. */
struct rule_value rule_from_atoms(const struct rule *r, const struct rule_value *atoms);
/* The fields a rule reads itself (not through derived fields), without repeats. */
struct rule_read { uint32_t level, field; };
uint32_t rule_read_count(const struct rule *r);
const struct rule_read *rule_reads_list(const struct rule *r);

#endif
