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
  for (uint32_t g = 0; g < segment_count; g++) TRY(block_bind(a, ev->book, segments[g], &ev->bound[g], e));
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

enum status eval_block(const struct eval *ev, struct eval_scratch *scratch, uint32_t segment, uint64_t from, uint32_t count, struct eval_out *out, struct err *e) {
  static const uint8_t of_lane[16] = {[BLOCK_FALSE] = EVAL_FALSE, [BLOCK_UNKNOWN] = EVAL_UNKNOWN, [BLOCK_ERROR] = EVAL_ERROR, [BLOCK_TRUE] = EVAL_TRUE};
  if (!ev->count) return OK;
  TRY(block_run(ev->bound[segment], scratch->block, from, count, scratch->lanes, e));
  for (uint32_t r = 0; r < ev->count; r++) {
    const struct block_lanes *l = &scratch->lanes[r];
    for (uint32_t i = 0; i < count; i++) out[r].state[i] = of_lane[l->state[i] & 15];
    if (!out[r].number) continue;
    for (uint32_t i = 0; i < count; i++) {
      double v = out[r].state[i] != EVAL_TRUE ? 0 : l->reals ? l->reals[i] : l->ints ? (double)l->ints[i] : 0;
      if (!l->reals && !l->ints && out[r].state[i] <= EVAL_TRUE) { /* a boolean that ranks: true is one */
        v = out[r].state[i];
        out[r].state[i] = EVAL_TRUE;
      }
      if (v != v) v = 0, out[r].state[i] = EVAL_ERROR;
      out[r].number[i] = v == 0 ? 0 : v;
    }
  }
  return OK;
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
