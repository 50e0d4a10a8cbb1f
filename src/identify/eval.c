#include "identify/eval.h"

#include <stdlib.h>
#include <string.h>

struct eval {
  struct block_book *book;
  struct block_bound **bound; /* one a segment */
  uint32_t count;
};

struct eval_scratch {
  struct block_scratch *block;
  struct block_lanes *lanes;
};

enum status eval_open(struct arena *a, const struct programme *p, const struct segment *const *segments, uint32_t segment_count,
                      const struct rule *const *rules, uint32_t count, struct eval **out, struct err *e) {
  struct eval *ev;
  ARENA_TRY(e, ev = arena_new(a, struct eval));
  ev->count = count;
  ARENA_TRY(e, ev->bound = arena_array(a, segment_count ? segment_count : 1, sizeof *ev->bound));
  TRY(block_open(a, &p->env, rules, count, &ev->book, e));
  TRY(block_bind_all(a, ev->book, segments, segment_count, ev->bound, e));
  *out = ev;
  return OK;
}

bool eval_vectorised(const struct eval *ev, uint32_t r, const char **why_not) {
  *why_not = NULL;
  if (block_vectorised(ev->book, r, why_not)) return true;
  if (!*why_not) *why_not = "";
  return false;
}

enum status eval_scratch_open(const struct eval *ev, struct eval_scratch **out, struct err *e) {
  struct eval_scratch *s = calloc(1, sizeof *s);
  if (s) s->lanes = calloc(ev->count ? ev->count : 1, sizeof *s->lanes);
  if (!s || !s->lanes) {
    eval_scratch_close(s);
    return err_set(e, ERR_MEMORY, "close other programs", "out of memory");
  }
  enum status st = block_scratch_open(ev->book, &s->block, e);
  if (st != OK) {
    eval_scratch_close(s);
    return st;
  }
  *out = s;
  return OK;
}

void eval_scratch_close(struct eval_scratch *s) {
  if (!s) return;
  block_scratch_close(s->block);
  free(s->lanes);
  free(s);
}

enum status eval_lanes(const struct eval *ev, struct eval_scratch *scratch, uint32_t segment, uint64_t from, uint32_t count, const struct block_lanes **out, struct err *e) {
  *out = scratch->lanes;
  return ev->count ? block_run(ev->bound[segment], scratch->block, from, count, scratch->lanes, e) : OK;
}

bool eval_lane_number(const struct block_lanes *l, uint32_t i, double *out, uint8_t *state) {
  double v = 0;
  *out = 0;
  *state = l->state[i] & BLOCK_ERROR ? EVAL_ERROR : l->state[i] & BLOCK_UNKNOWN ? EVAL_UNKNOWN : EVAL_TRUE;
  if (*state != EVAL_TRUE) return false;
  if (l->reals) v = l->reals[i];
  else if (l->ints) v = (double)l->ints[i];
  else v = l->state[i] == BLOCK_TRUE;
  if (v != v) {
    *state = EVAL_ERROR;
    return false;
  }
  *out = v == 0 ? 0 : v;
  return true;
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
