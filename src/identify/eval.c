#include "identify/eval.h"

#include <stdlib.h>
#include <string.h>

struct eval {
  struct block_book *book;
  struct block_share *share;
  const struct segment *const *segments;
  uint32_t count;
};

struct eval_scratch {
  struct block_scratch *block;
  struct block_lanes *lanes;
  struct arena arena;        /* holds `bound` */
  struct block_bound *bound; /* to `segment`, when not NULL */
  uint32_t segment;
};

enum status eval_open(struct arena *a, const struct programme *p, const struct segment *const *segments, uint32_t segment_count,
                      const struct rule *const *rules, uint32_t count, struct eval **out, struct err *e) {
  struct eval *ev;
  ARENA_TRY(e, ev = arena_new(a, struct eval));
  ev->count = count;
  ev->segments = segments;
  TRY(block_open(a, &p->env, rules, count, &ev->book, e));
  TRY(block_share(a, ev->book, segments, segment_count, &ev->share, e));
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
  if (s) arena_init(&s->arena, 0);
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
  arena_drop(&s->arena);
  free(s);
}

enum status eval_lanes(const struct eval *ev, struct eval_scratch *scratch, uint32_t segment, uint64_t from, uint32_t count, const struct block_lanes **out, struct err *e) {
  *out = scratch->lanes;
  if (!ev->count) return OK;
  if (!scratch->bound || scratch->segment != segment) {
    scratch->bound = NULL;
    arena_drop(&scratch->arena);
    TRY(block_bind(&scratch->arena, ev->book, ev->segments[segment], ev->share, &scratch->bound, e));
    scratch->segment = segment;
  }
  return block_run(scratch->bound, scratch->block, from, count, scratch->lanes, e);
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
