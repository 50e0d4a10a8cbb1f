#include <string.h>

#include "base/number.h"
#include "rules/block_program.h"
#include "rules/kernel.h"

struct reduction { /* one household's rows under a macro */
  const uint8_t *where, *state; /* of its rows; `where` NULL = all of them */
  const int64_t *ints;
  const double *reals;
  uint32_t count;
};

/* Where the list was not taken, nothing is known of it. */
static void forget(const struct place *p, uint32_t level, uint8_t *state, uint64_t *value) {
  const uint64_t *roster = p->bound->segment->roster[level];
  if (!roster) return;
  kernel_missing(state, roster, p->household, BLOCK_UNKNOWN, p->households);
  for (uint32_t h = 0; value && h < p->households; h++) value[h] &= 0 - (uint64_t)bits_get(roster, p->household + h);
}

static uint8_t worst_of(uint8_t m) { return m & BLOCK_UNKNOWN ? BLOCK_UNKNOWN : m & BLOCK_ERROR ? BLOCK_ERROR : BLOCK_VALUE; }

/* ---- macros that need no more of their rows' states than which of them occur ---- */

uint32_t block_folds(const struct op *op, const struct bound_op *b) {
  if (op->kind != OP_REDUCE) return OP_NONE;
  if (op->rel == MACRO_ALL || op->rel == MACRO_EXISTS) return op->b;
  if (op->rel == MACRO_COUNT) return op->a;
  return op->rel == MACRO_SUM && op->a == OP_NONE && !(op->from == 'i' && b->may_overflow) ? op->b : OP_NONE;
}

static enum kernel_said says(const struct op *op) { return op->rel == MACRO_ALL ? SAID_ALL : op->rel == MACRO_EXISTS ? SAID_EXISTS : SAID_VALUE; }

/* The number of a count or a sum; where a row has none it stands for nothing. */
static void add_rows(const struct place *p, const struct op *op, const uint32_t *at, struct lanes out) {
  if (op->rel == MACRO_COUNT) {
    kernel_trues(out.value, p->at[op->a].state, at, p->households);
  } else if (op->rel == MACRO_SUM && op->from == 'd') {
    kernel_sum_real(out.value, p->at[op->b].value, at, p->households);
  } else if (op->rel == MACRO_SUM) {
    kernel_sum_int(out.value, p->at[op->b].value, at, p->households);
    const double scale = (double)number_pow10(op->decimals);
    for (uint32_t h = 0; op->exact && h < p->households; h++) {
      int64_t whole;
      memcpy(&whole, (uint8_t *)out.value + h * 8u, 8);
      ((double *)out.value)[h] = (double)whole / scale;
    }
  }
}

/* One alone: a byte a row. */
static void fold_one(const struct place *p, uint32_t number, uint32_t states, const uint32_t *at) {
  const struct op *op = &p->bound->book->ops[number];
  const struct lanes out = p->at[number];
  if (op->class == 'b' || !p->bound->ops[number].total) {
    const bool all_known = op->class != 'b' && !(kernel_states(p->at[states].state, at[p->households] - at[0]) & (BLOCK_UNKNOWN | BLOCK_ERROR));
    if (!all_known) kernel_fold(p->folded, p->at[states].state, at, p->households);
    if (all_known) memset(out.state, BLOCK_VALUE, p->households);
    else kernel_said(out.state, p->folded, false, says(op), p->households);
    forget(p, op->over, out.state, NULL);
  }
  add_rows(p, op, at, out);
}

void block_fold(const struct place *p, const uint32_t *ops, uint32_t count) {
  const struct op *first = &p->bound->book->ops[ops[0]];
  const uint32_t *at = p->bound->segment->child_at[first->over] + p->household;
  const uint8_t *states[FOLD_MAX];
  for (uint32_t k = 0; k < FOLD_MAX; k++) {
    const uint32_t i = ops[k < count ? k : 0];
    states[k] = p->at[block_folds(&p->bound->book->ops[i], &p->bound->ops[i])].state;
  }
  kernel_pack(p->packed, states, at[p->households] - at[0]);
  kernel_fold_packed(p->words, p->packed, at, p->households);
  for (uint32_t k = 0; k < count; k++) {
    const struct op *op = &p->bound->book->ops[ops[k]];
    const struct lanes out = p->at[ops[k]];
    if (k % 2 == 0) kernel_split(p->folded, p->words, k / 2, p->households);
    kernel_said(out.state, p->folded, k % 2, says(op), p->households);
    forget(p, op->over, out.state, NULL);
    add_rows(p, op, at, out);
  }
}

/* ---- the others, household by household ---- */

static uint32_t count_true(const uint8_t *s, uint32_t n, uint8_t *m) {
  uint32_t c = 0;
  uint8_t all = 0;
  for (uint32_t i = 0; i < n; i++) all |= s[i], c += s[i] == BLOCK_TRUE;
  *m = all;
  return c;
}

/* Sum and mean, in the order of the rows: the order of additions of doubles is part of the answer. */
static uint8_t add_up(const struct op *op, const struct reduction *r, uint8_t m, union number *out) {
  int64_t whole = 0;
  double real = 0;
  uint32_t count = 0;
  for (uint32_t i = 0; i < r->count; i++) {
    if (r->where && r->where[i] != BLOCK_TRUE) continue;
    m |= r->state[i];
    if (r->state[i] != BLOCK_VALUE) continue;
    count++;
    if (op->from == 'd') real += r->reals[i];
    else if (__builtin_add_overflow(whole, r->ints[i], &whole)) m |= BLOCK_ERROR;
  }
  uint8_t state = worst_of(m);
  double scale = op->exact ? (double)number_pow10(op->decimals) : 1;
  if (state != BLOCK_VALUE) return state;
  if (op->rel == MACRO_SUM) {
    if (op->exact) out->d = (double)whole / scale;
    else if (op->from == 'd') out->d = real;
    else out->i = whole;
    return state;
  }
  if (!count) return BLOCK_ERROR;
  out->d = op->exact ? (double)whole / ((double)count * scale) : (op->from == 'd' ? real : (double)whole) / (double)count;
  return state;
}

/* The first of the least (or greatest); a NaN wins over all. */
static uint8_t best_of(const struct op *op, const struct reduction *r, uint8_t m, union number *out) {
  bool least = op->rel == MACRO_MIN, any = false;
  union number best = {.i = 0};
  for (uint32_t i = 0; i < r->count; i++) {
    if (r->where && r->where[i] != BLOCK_TRUE) continue;
    m |= r->state[i];
    if (r->state[i] != BLOCK_VALUE) continue;
    if (op->from == 'd') {
      double v = r->reals[i];
      if (!any || (least ? v < best.d : v > best.d) || v != v) best.d = any && best.d != best.d ? best.d : v;
    } else if (!any || (least ? r->ints[i] < best.i : r->ints[i] > best.i)) {
      best.i = r->ints[i];
    }
    any = true;
  }
  uint8_t state = worst_of(m);
  if (state == BLOCK_VALUE && !any) return BLOCK_ERROR;
  if (state == BLOCK_VALUE) *out = best;
  return state;
}

static uint8_t reduce_one(const struct op *op, const struct reduction *r, union number *out) {
  uint8_t m = 0;
  out->i = 0;
  if (op->rel == MACRO_EXISTS_ONE) {
    uint32_t n = count_true(r->state, r->count, &m);
    return worst_of(m) != BLOCK_VALUE ? worst_of(m) : n == 1 ? BLOCK_TRUE : BLOCK_FALSE;
  }
  if (r->where) {
    count_true(r->where, r->count, &m);
    m &= BLOCK_UNKNOWN | BLOCK_ERROR;
  }
  return op->rel == MACRO_SUM || op->rel == MACRO_MEAN ? add_up(op, r, m, out) : best_of(op, r, m, out);
}

void block_reduce(const struct place *p, uint32_t number) {
  const struct op *op = &p->bound->book->ops[number];
  const uint32_t *at = p->bound->segment->child_at[op->over] + p->household;
  struct lanes out = p->at[number];
  uint64_t *value = out.value;
  static const union number nothing; /* stands where there is no body; never read */
  if (op->kind == OP_ROWS) {
    if (!p->bound->ops[number].total) memset(out.state, BLOCK_VALUE, p->households);
    for (uint32_t h = 0; h < p->households; h++) value[h] = at[h + 1] - at[h];
    if (!p->bound->ops[number].total) forget(p, op->over, out.state, value);
    return;
  }
  const uint32_t states = block_folds(op, &p->bound->ops[number]);
  if (states != OP_NONE) {
    fold_one(p, number, states, at);
    return;
  }
  for (uint32_t h = 0; h < p->households; h++) {
    uint32_t from = at[h] - at[0];
    struct reduction r = {.count = at[h + 1] - at[h], .state = block_all(BLOCK_VALUE), .ints = &nothing.i, .reals = &nothing.d};
    union number n;
    if (op->a != OP_NONE) r.where = p->at[op->a].state + from;
    if (op->b != OP_NONE) {
      r.state = p->at[op->b].state + from;
      if (op->from == 'i') r.ints = (const int64_t *)p->at[op->b].value + from;
      if (op->from == 'd') r.reals = (const double *)p->at[op->b].value + from;
    }
    out.state[h] = reduce_one(op, &r, &n);
    if (value) memcpy(&value[h], &n, 8);
  }
  forget(p, op->over, out.state, value);
}
