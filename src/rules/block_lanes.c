#include <math.h>
#include <string.h>

#include "base/number.h"
#include "rules/block_program.h"
#include "rules/call.h"
#include "rules/kernel.h"

uint64_t place_first(const struct place *p, uint32_t domain) {
  if (domain == LEVEL_HOUSEHOLD) return p->household;
  return domain == LEVEL_VILLAGE ? 0 : p->bound->segment->child_at[domain][p->household];
}

uint64_t place_rows(const struct place *p, uint32_t domain) {
  if (domain == LEVEL_HOUSEHOLD) return p->households;
  const struct segment *s = p->bound->segment;
  if (domain == LEVEL_VILLAGE) return s->levels[LEVEL_VILLAGE].rows;
  return s->child_at[domain][p->household + p->households] - s->child_at[domain][p->household];
}

/* ---- columns ---- */

static const uint8_t *column_at(const struct column *c, uint64_t row) { return (const uint8_t *)c->data + row * col_width_bytes(c->width); }

/* What a missing row reads as. */
static bool is_filled(const struct bound_leaf *l, uint64_t row) {
  unsigned why = l->column->absence ? l->column->absence[row] : ABSENT_EMPTY;
  return l->fill >> why & 1;
}

/* Puts right the lanes of missing rows: by state for all, by value for numbers (value NULL for booleans). */
static void patch(const struct bound_leaf *l, uint64_t first, uint64_t rows, uint8_t missing, uint8_t filled, union number fill, uint8_t *state, void *value) {
  const uint64_t *valid = l->column->valid;
  const bool empty_filled = l->fill >> ABSENT_EMPTY & 1;
  if (!valid) return;
  if (state && l->column->absence) {
    uint8_t by_reason[ABSENCE_COUNT] = {0};
    for (unsigned why = ABSENT_EMPTY; why < ABSENCE_COUNT; why++) by_reason[why] = l->fill >> why & 1 ? filled : missing;
    kernel_missing_why(state, l->column->absence + first, by_reason, rows);
  } else if (state) {
    kernel_missing(state, valid, first, empty_filled ? filled : missing, rows);
  }
  if (!value || !l->fill || (!l->column->absence && !empty_filled)) return;
  for (uint64_t word = first / 64; word * 64 < first + rows; word++) {
    uint64_t gone = ~valid[word];
    if (word == first / 64) gone &= ~(uint64_t)0 << (first & 63);
    if ((word + 1) * 64 > first + rows) gone &= bits_tail(first + rows);
    for (; gone; gone &= gone - 1) {
      uint64_t row = word * 64 + (uint64_t)__builtin_ctzll(gone);
      memcpy((uint8_t *)value + (row - first) * 8, &fill, is_filled(l, row) ? 8 : 0);
    }
  }
}

/* The lane behind the last village stands for "no village": an empty cell. */
static void no_village(const struct bound_leaf *l, uint64_t rows, uint8_t missing, uint8_t filled, union number fill, uint8_t *state, void *value) {
  bool full = l->fill >> ABSENT_EMPTY & 1;
  union number nothing = {.i = 0};
  if (state) state[rows] = full ? filled : missing;
  if (value) memcpy((uint8_t *)value + rows * 8, full ? &fill : &nothing, 8);
}

static void finish_leaf(const struct place *p, const struct op *op, const struct bound_leaf *l, uint8_t missing, uint8_t filled, union number fill, struct lanes out) {
  uint64_t first = place_first(p, op->domain), rows = place_rows(p, op->domain);
  patch(l, first, rows, missing, filled, fill, out.state, out.value);
  if (p->villages) no_village(l, rows, missing, filled, fill, out.state, out.value);
}

/* Whether missing rows, which hold 0, come to `zero` anyhow. */
static bool zero_will_do(const struct bound_leaf *l, uint8_t zero, uint8_t missing, uint8_t filled) {
  if (!l->column->valid) return true;
  return l->total ? filled == zero : missing == zero && (!l->fill || !l->column->absence || filled == zero);
}

static void run_load(const struct place *p, const struct op *op, const struct bound_op *b, struct lanes out) {
  const struct bound_leaf *l = &p->bound->leaves[op->leaf];
  const struct column *c = l->column;
  uint64_t rows = place_rows(p, op->domain);
  const void *data = column_at(c, place_first(p, op->domain));
  union number fill = {.i = l->fill_value.i};
  uint8_t filled = BLOCK_VALUE;
  if (op->class == 'b') {
    kernel_bools(out.state, data, rows);
    filled = l->fill_value.i ? BLOCK_TRUE : BLOCK_FALSE;
    if (!p->villages && zero_will_do(l, BLOCK_FALSE, BLOCK_UNKNOWN, filled)) return;
  } else {
    if (op->class == 'i') kernel_ints(out.value, data, c->width, rows);
    else kernel_reals(out.value, data, c->width, rows, (double)number_pow10(c->kind == COL_DECIMAL ? c->decimals : 0));
    if (op->class == 'd') fill.d = c->kind == COL_REAL ? l->fill_value.d : number_unscale(l->fill_value.i, c->kind == COL_DECIMAL ? c->decimals : 0);
    if (!b->total) memset(out.state, BLOCK_VALUE, rows);
  }
  if (b->total && op->class != 'b') out.state = NULL; /* the shared lanes of "all have a value" */
  finish_leaf(p, op, l, BLOCK_UNKNOWN, filled, fill, out);
}

static void run_has(const struct place *p, const struct op *op, struct lanes out) {
  memset(out.state, BLOCK_TRUE, place_rows(p, op->domain));
  finish_leaf(p, op, &p->bound->leaves[op->leaf], BLOCK_FALSE, BLOCK_TRUE, (union number){0}, (struct lanes){out.state, NULL});
}

static void run_stretch(const struct place *p, const struct op *op, const struct bound_op *b, struct lanes out) {
  const struct bound_leaf *l = &p->bound->leaves[op->leaf];
  kernel_stretch(out.state, column_at(l->column, place_first(p, op->domain)), l->column->width, place_rows(p, op->domain), b->lo, b->hi, b->inside, b->outside);
  if (!p->villages && zero_will_do(l, b->lo <= 0 && b->hi >= 0 ? b->inside : b->outside, b->missing, b->filled)) return;
  finish_leaf(p, op, l, b->missing, b->filled, (union number){0}, (struct lanes){out.state, NULL});
}

#define LOOK(type)                                                                                           \
  do {                                                                                                       \
    const type *v = (const type *)data;                                                                      \
    for (uint64_t i = 0; i < rows; i++) {                                                                    \
      uint64_t at = (uint64_t)((int64_t)v[i] - t->base);                                                     \
      if (at >= t->size) at = t->size; /* only rows that are missing */                                      \
      if (out.state) out.state[i] = t->state[at];                                                            \
      if (values) to[i] = values[at];                                                                        \
    }                                                                                                        \
  } while (0)

/* Numbers for words of which none is missing: the loop that incomes are priced by. */
static bool look_up_words(const struct bound_leaf *l, const struct bound_op *b, const uint8_t *data, uint64_t *restrict to, uint64_t rows) {
  const uint64_t *restrict values = b->lookup.value;
  if (!b->total || !values || l->column->valid || l->column->width != COL_U8) return false;
  for (uint64_t i = 0; i < rows; i++) to[i] = values[data[i]];
  return true;
}

static void run_lookup(const struct place *p, const struct op *op, const struct bound_op *b, struct lanes out) {
  const struct bound_leaf *l = &p->bound->leaves[op->leaf];
  const struct lookup *t = &b->lookup;
  const uint8_t *data = column_at(l->column, place_first(p, op->domain));
  const uint64_t *values = t->value;
  uint64_t rows = place_rows(p, op->domain), *to = out.value;
  if (!p->villages && look_up_words(l, b, data, to, rows)) return;
  if (b->total && values) out.state = NULL; /* the shared lanes of "all have a value" */
  switch (l->column->width) {
  case COL_I8: LOOK(int8_t); break;
  case COL_I16: LOOK(int16_t); break;
  case COL_I32: LOOK(int32_t); break;
  case COL_I64: LOOK(int64_t); break;
  case COL_U8: LOOK(uint8_t); break;
  case COL_U16: LOOK(uint16_t); break;
  default: LOOK(uint32_t); break;
  }
  union number fill = {.i = 0};
  if (values) {
    memcpy(&fill, &values[t->size + 1], 8);
    union number missing = fill;
    memcpy(&missing, &values[t->size], 8);
    if (l->column->valid) { /* a missing value may have a value of its own here: `!has(x) ? 1 : 2` */
      uint64_t first = place_first(p, op->domain);
      for (uint64_t i = 0; i < rows; i++)
        if (!bits_get(l->column->valid, first + i)) memcpy(&to[i], &missing, 8);
    }
    if (p->villages) memcpy(&to[rows], l->fill >> ABSENT_EMPTY & 1 ? &fill : &missing, 8);
  }
  uint8_t missing_state = t->state[t->size], filled_state = t->state[t->size + 1];
  uint64_t first = place_first(p, op->domain);
  patch(l, first, rows, missing_state, filled_state, fill, out.state, out.value);
  if (p->villages) no_village(l, rows, missing_state, filled_state, fill, out.state, NULL);
}
#undef LOOK

/* ---- numbers ---- */

/* Integer operators that can go wrong, lane by lane. Lanes without a value are left alone. */
static void calculate_checked(enum op_kind kind, const struct lanes *a, const struct lanes *b, struct lanes out, uint64_t rows) {
  const int64_t *x = a->value, *y = b ? b->value : NULL;
  int64_t *to = out.value;
  for (uint64_t i = 0; i < rows; i++) {
    bool bad = false;
    to[i] = 0;
    if (out.state[i] != BLOCK_VALUE) continue;
    switch (kind) {
    case OP_ADD: bad = __builtin_add_overflow(x[i], y[i], &to[i]); break;
    case OP_SUB: bad = __builtin_sub_overflow(x[i], y[i], &to[i]); break;
    case OP_MUL: bad = __builtin_mul_overflow(x[i], y[i], &to[i]); break;
    case OP_NEG: bad = __builtin_sub_overflow((int64_t)0, x[i], &to[i]); break;
    default:
      bad = y[i] == 0 || (x[i] == INT64_MIN && y[i] == -1);
      if (!bad) to[i] = kind == OP_DIV ? x[i] / y[i] : x[i] % y[i];
    }
    if (bad) out.state[i] = BLOCK_ERROR, to[i] = 0;
  }
}

static void run_calculate(const struct op *op, const struct bound_op *b, const struct lanes *x, const struct lanes *y, struct lanes out, uint64_t rows) {
  if (!b->total) kernel_strict(out.state, x->state, y->state, rows);
  if (op->class == 'd') kernel_calculate_real(out.value, x->value, y->value, op->kind - OP_ADD, rows);
  else if (b->may_overflow) calculate_checked(op->kind, x, y, out, rows);
  else kernel_calculate_int(out.value, x->value, y->value, op->kind - OP_ADD, rows);
}

static void run_neg(const struct op *op, const struct bound_op *b, const struct lanes *x, struct lanes out, uint64_t rows) {
  if (!b->total) memcpy(out.state, x->state, rows);
  if (op->class == 'd') {
    const double *from = x->value;
    double *to = out.value;
    for (uint64_t i = 0; i < rows; i++) to[i] = -from[i];
  } else if (b->may_overflow) {
    calculate_checked(OP_NEG, x, NULL, out, rows);
  } else {
    const int64_t *from = x->value;
    int64_t *to = out.value;
    for (uint64_t i = 0; i < rows; i++) to[i] = (int64_t)(0 - (uint64_t)from[i]);
  }
}

static struct rule_value value_of_lane(const struct op *op, const struct lanes *l, uint64_t i) {
  struct rule_value v = {.state = RULE_VALUE};
  if (op->class == 'b') v.kind = RULE_BOOL, v.b = l->state[i] == BLOCK_TRUE;
  else if (op->class == 'i') v.kind = RULE_INT, v.i = ((const int64_t *)l->value)[i];
  else v.kind = RULE_DOUBLE, v.d = ((const double *)l->value)[i];
  return v;
}

/* The functions rules use most, without a detour through values; the same answers as call_function gives. */
#define EACH_LANE(type, expression)                                                                          \
  do {                                                                                                       \
    const type *p = x->value;                                                                                \
    type *to = out.value;                                                                                    \
    for (uint64_t i = 0; i < rows; i++) to[i] = (expression);                                                \
  } while (0)

static bool run_plain_call(const struct op *op, const struct bound_op *b, const struct lanes *x, const struct lanes *y, struct lanes out, uint64_t rows) {
  bool whole = op->class == 'i';
  switch ((enum function)op->rel) {
  case FN_MIN: case FN_MAX:
    if (whole) kernel_pick_int(out.value, x->value, y->value, op->rel == FN_MAX, rows);
    else kernel_pick_real(out.value, x->value, y->value, op->rel == FN_MAX, rows);
    break;
  case FN_FLOOR: EACH_LANE(double, floor(p[i])); break;
  case FN_CEIL: EACH_LANE(double, ceil(p[i])); break;
  case FN_ABS:
    if (whole) return false; /* the least integer has no opposite */
    EACH_LANE(double, fabs(p[i]));
    break;
  default: return false;
  }
  if (!b->total) kernel_strict(out.state, x->state, y->state, rows);
  return true;
}

static enum status run_call(const struct place *p, const struct op *op, struct lanes out, uint64_t rows, struct err *e) {
  const struct op *ops = p->bound->book->ops;
  const uint32_t operands[] = {op->a, op->b, op->c};
  uint32_t count = op->b == OP_NONE ? 1 : op->c == OP_NONE ? 2 : 3;
  for (uint64_t i = 0; i < rows; i++) {
    struct rule_value args[3], v = {.state = RULE_VALUE};
    uint8_t m = 0;
    uint64_t cost = 0;
    for (uint32_t k = 0; k < count; k++) {
      const struct lanes *l = &p->at[operands[k]];
      m |= l->state[i] & (BLOCK_UNKNOWN | BLOCK_ERROR);
      args[k] = value_of_lane(&ops[operands[k]], l, i);
    }
    if (out.value) memset((uint8_t *)out.value + i * 8, 0, 8);
    out.state[i] = m & BLOCK_UNKNOWN ? BLOCK_UNKNOWN : BLOCK_ERROR;
    if (m) continue;
    TRY(call_function(p->scratch, (enum function)op->rel, NULL, args, count, &v, &cost, e));
    if (v.state != RULE_VALUE) continue;
    out.state[i] = op->class == 'b' && !v.b ? BLOCK_FALSE : BLOCK_VALUE;
    if (out.value) memcpy((uint8_t *)out.value + i * 8, &v.u, 8); /* int and double share the eight bytes */
  }
  return OK;
}

static void run_compare(const struct place *p, const struct op *op, struct lanes out, uint64_t rows) {
  const struct lanes *a = &p->at[op->a], *b = &p->at[op->b];
  const struct bound_op *ops = p->bound->ops;
  if (op->from == 'b') {
    kernel_same(out.state, a->state, b->state, op->rel == REL_NE, rows);
    return;
  }
  if (op->from == 'i') kernel_compare_int(out.state, a->value, b->value, op->rel, rows);
  else kernel_compare_real(out.state, a->value, b->value, op->rel, rows);
  if (!ops[op->a].total || !ops[op->b].total) kernel_guard(out.state, a->state, b->state, rows);
}

/* ---- between domains ---- */

static void run_gather(const struct place *p, const struct op *op, const struct bound_op *b, struct lanes out) {
  const uint32_t *village = p->bound->segment->village_of + p->household;
  const struct lanes *from = &p->at[op->a];
  uint64_t none = p->bound->segment->levels[LEVEL_VILLAGE].rows;
  bool values = op->class != 'b', states = !values || !b->total;
  for (uint64_t i = 0; i < p->households; i++) {
    uint64_t at = village[i] == SEGMENT_NO_ROW ? none : village[i];
    if (states) out.state[i] = at == none && op->exact ? BLOCK_UNKNOWN : from->state[at];
    if (values) memcpy((uint8_t *)out.value + i * 8, (const uint8_t *)from->value + at * 8, 8);
  }
}

static void run_spread(const struct place *p, const struct op *op, const struct bound_op *b, struct lanes out) {
  const uint32_t *at = p->bound->segment->child_at[op->over] + p->household;
  const struct lanes *from = &p->at[op->a];
  if (op->class == 'b' || !b->total)
    for (uint64_t h = 0; h < p->households; h++)
      for (uint32_t i = at[h]; i < at[h + 1]; i++) out.state[i - at[0]] = from->state[h];
  if (op->class == 'b') return;
  const uint64_t *values = from->value;
  uint64_t *to = out.value;
  for (uint64_t h = 0; h < p->households; h++)
    for (uint32_t i = at[h]; i < at[h + 1]; i++) to[i - at[0]] = values[h];
}

enum status block_op_run(const struct place *p, uint32_t number, struct err *e) {
  const struct op *op = &p->bound->book->ops[number];
  const struct bound_op *b = &p->bound->ops[number];
  struct lanes out = p->at[number];
  /* An operand that is not there is never read; `out` stands in for it. */
  const struct lanes *x = op->a == OP_NONE ? &out : &p->at[op->a], *y = op->b == OP_NONE ? &out : &p->at[op->b], *z = op->c == OP_NONE ? &out : &p->at[op->c];
  uint64_t rows = place_rows(p, op->domain) + p->villages;
  if (b->is_stretch) {
    run_stretch(p, op, b, out);
    return OK;
  }
  switch (op->kind) {
  case OP_CONST: case OP_RANGE: break;
  case OP_LOAD: run_load(p, op, b, out); break;
  case OP_HAS: run_has(p, op, out); break;
  case OP_LOOKUP: run_lookup(p, op, b, out); break;
  case OP_KNOWN: kernel_known(out.state, x->state, rows); break;
  case OP_COMPARE: run_compare(p, op, out, rows); break;
  case OP_AND: kernel_strict(out.state, x->state, y->state, rows); break;
  case OP_OR: kernel_or(out.state, x->state, y->state, rows); break;
  case OP_NOT: kernel_not(out.state, x->state, rows); break;
  case OP_IF:
    if (op->class == 'b' || !b->total) kernel_choose(out.state, x->state, y->state, z->state, rows);
    if (op->class != 'b') kernel_choose_64(out.value, x->state, y->value, z->value, rows);
    break;
  case OP_NEG: run_neg(op, b, x, out, rows); break;
  case OP_ADD: case OP_SUB: case OP_MUL: case OP_DIV: case OP_MOD: run_calculate(op, b, x, y, out, rows); break;
  case OP_TO_REAL:
    if (!b->total) memcpy(out.state, x->state, rows);
    kernel_to_real(out.value, x->value, rows);
    break;
  case OP_CALL:
    if (run_plain_call(op, b, x, op->b == OP_NONE ? x : y, out, rows)) break;
    return run_call(p, op, out, rows, e);
  case OP_GATHER: run_gather(p, op, b, out); break;
  case OP_SPREAD: run_spread(p, op, b, out); break;
  case OP_ROWS: case OP_REDUCE: block_reduce(p, number); break;
  }
  return OK;
}
