#include "identify/eval.h"

struct eval {
  const struct programme *programme;
  const struct rule *const *rules;
  uint32_t count;
};

enum status eval_open(struct arena *a, const struct programme *p, const struct rule *const *rules, uint32_t count, struct eval **out, struct err *e) {
  struct eval *ev;
  ARENA_TRY(e, ev = arena_new(a, struct eval));
  *ev = (struct eval){.programme = p, .rules = rules, .count = count};
  *out = ev;
  return OK;
}

bool eval_vectorised(const struct eval *ev, uint32_t r, const char **why_not) {
  (void)ev;
  (void)r;
  *why_not = "runs row by row";
  return false;
}

bool eval_number(const struct rule_value *v, double *out) {
  if (v->state != RULE_VALUE) return false;
  switch (v->kind) {
    case RULE_BOOL: *out = v->b; return true;
    case RULE_INT: *out = (double)v->i; return true;
    case RULE_UINT: *out = (double)v->u; return true;
    case RULE_DOUBLE: *out = v->d == 0 ? 0 : v->d; return true;
    default: return false;
  }
}

enum status eval_row(struct arena *scratch, const struct rule *r, const struct segment *s, uint64_t household, uint64_t row, struct rule_value *out, struct err *e) {
  struct rule_row at = {.segment = s, .household = household, .row = row};
  return rule_eval(scratch, r, &at, out, e);
}

static uint8_t state_of(const struct rule_value *v) {
  if (v->state == RULE_UNKNOWN) return EVAL_UNKNOWN;
  if (v->state == RULE_ERROR) return EVAL_ERROR;
  if (v->kind == RULE_NULL) return EVAL_UNKNOWN; /* a rule that answers null says nothing */
  return v->kind == RULE_BOOL ? (v->b ? EVAL_TRUE : EVAL_FALSE) : EVAL_TRUE;
}

enum status eval_block(struct arena *scratch, const struct eval *ev, const struct segment *s, uint64_t from, uint32_t count, struct eval_out *out, struct err *e) {
  struct arena local;
  arena_init(&local, 0);
  (void)scratch;
  for (uint32_t r = 0; r < ev->count; r++) {
    for (uint32_t i = 0; i < count; i++) {
      struct rule_value v;
      enum status st = eval_row(&local, ev->rules[r], s, from + i, from + i, &v, e);
      if (st != OK) {
        arena_drop(&local);
        return st;
      }
      out[r].state[i] = state_of(&v);
      if (out[r].number) {
        out[r].number[i] = 0;
        if (out[r].state[i] <= EVAL_TRUE && !eval_number(&v, &out[r].number[i])) out[r].state[i] = EVAL_ERROR;
        else if (out[r].state[i] == EVAL_FALSE) out[r].state[i] = EVAL_TRUE;
        if (out[r].number[i] != out[r].number[i]) out[r].number[i] = 0, out[r].state[i] = EVAL_ERROR; /* NaN orders nothing */
      }
    }
    arena_drop(&local);
  }
  return OK;
}
