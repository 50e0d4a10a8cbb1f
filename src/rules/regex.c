#include "rules/regex.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "rules/regex_tree.h"

#define PROGRAM_MAX 20000u /* instructions */

enum op { OP_CLASS, OP_SPLIT, OP_JUMP, OP_ASSERT, OP_MATCH };
struct inst {
  enum op op;
  uint32_t x, y; /* targets; OP_ASSERT: x is the kind */
  const struct char_class *class;
};

struct regex {
  struct inst *program;
  uint32_t count;
  bool anchored; /* begins with the start of the text */
};

struct compiler {
  struct arena *arena;
  struct inst *program;
  uint32_t count, cap;
  struct regex_problem *problem;
  struct err *err;
};

/* ---- the program ---- */

static enum status emit(struct compiler *c, struct inst in, uint32_t *at) {
  if (c->count >= PROGRAM_MAX) {
    *c->problem = (struct regex_problem){.unsupported = true, .message = "the pattern is too large"};
    return err_set(c->err, ERR_INPUT, NULL, "the pattern is too large");
  }
  if (c->count == c->cap) {
    uint32_t cap = c->cap ? c->cap * 2 : 32;
    ARENA_TRY(c->err, c->program = arena_grow(c->arena, c->program, c->count, cap, sizeof *c->program));
    c->cap = cap;
  }
  if (at) *at = c->count;
  c->program[c->count++] = in;
  return OK;
}

static enum status emit_piece(struct compiler *c, const struct piece *p) {
  uint32_t at = 0, begin;
  switch (p->kind) {
  case PIECE_EMPTY: return OK;
  case PIECE_CLASS: return emit(c, (struct inst){.op = OP_CLASS, .class = p->class}, NULL);
  case PIECE_ASSERT: return emit(c, (struct inst){.op = OP_ASSERT, .x = p->assert}, NULL);
  case PIECE_CAT:
    for (const struct piece *k = p->first; k; k = k->next) TRY(emit_piece(c, k));
    return OK;
  case PIECE_ALT: { /* split to each branch in turn; each ends in a jump, chained through y until the end is known */
    uint32_t chain = UINT32_MAX;
    for (const struct piece *k = p->first; k; k = k->next) {
      if (k->next) TRY(emit(c, (struct inst){.op = OP_SPLIT}, &at));
      if (k->next) c->program[at].x = at + 1;
      TRY(emit_piece(c, k));
      if (!k->next) break;
      uint32_t jump;
      TRY(emit(c, (struct inst){.op = OP_JUMP, .y = chain}, &jump));
      chain = jump;
      c->program[at].y = c->count;
    }
    while (chain != UINT32_MAX) {
      uint32_t before = c->program[chain].y;
      c->program[chain].x = c->count;
      chain = before;
    }
    return OK;
  }
  case PIECE_REPEAT: break;
  }
  bool endless = p->most > REGEX_REPEAT_MAX;
  for (uint32_t i = 0; i + (endless && p->least) < p->least; i++) TRY(emit_piece(c, p->first));
  if (endless && p->least) { /* x+ */
    begin = c->count;
    TRY(emit_piece(c, p->first));
    return emit(c, (struct inst){.op = OP_SPLIT, .x = begin, .y = c->count + 1}, NULL);
  }
  if (endless) { /* x* */
    TRY(emit(c, (struct inst){.op = OP_SPLIT}, &begin));
    TRY(emit_piece(c, p->first));
    TRY(emit(c, (struct inst){.op = OP_JUMP, .x = begin}, NULL));
    c->program[begin].x = begin + 1, c->program[begin].y = c->count;
    return OK;
  }
  uint32_t chain = UINT32_MAX;
  for (uint32_t i = p->least; i < p->most; i++) { /* x?, one inside the other */
    TRY(emit(c, (struct inst){.op = OP_SPLIT, .y = chain}, &at));
    c->program[at].x = at + 1;
    chain = at;
    TRY(emit_piece(c, p->first));
  }
  while (chain != UINT32_MAX) {
    uint32_t before = c->program[chain].y;
    c->program[chain].y = c->count;
    chain = before;
  }
  return OK;
}

enum status regex_compile(struct arena *a, const char *pattern, size_t len, struct regex **out, struct regex_problem *problem, struct err *e) {
  struct piece *root;
  TRY(regex_parse(a, pattern, len, &root, problem, e));
  struct compiler c = {.arena = a, .problem = problem, .err = e};
  TRY(emit_piece(&c, root));
  TRY(emit(&c, (struct inst){.op = OP_MATCH}, NULL));
  ARENA_TRY(e, *out = arena_new(a, struct regex));
  **out = (struct regex){.program = c.program, .count = c.count, .anchored = c.program[0].op == OP_ASSERT && c.program[0].x == AT_TEXT_START};
  return OK;
}

/* ---- the search ---- */

static bool in_class(const struct char_class *k, uint32_t code) {
  if (code < 128) return k->ascii[code >> 6] >> (code & 63) & 1;
  uint32_t lo = 0, hi = k->wide_count;
  while (lo < hi) {
    uint32_t mid = (lo + hi) / 2;
    if (code > k->wide[mid].hi) lo = mid + 1;
    else hi = mid;
  }
  return lo < k->wide_count && code >= k->wide[lo].lo;
}

static bool is_word(uint32_t c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }

#define NOTHING UINT32_MAX /* before the text, or behind it */

static bool holds(enum assert_kind k, uint32_t before, uint32_t after) {
  switch (k) {
  case AT_TEXT_START: return before == NOTHING;
  case AT_TEXT_END: return after == NOTHING;
  case AT_LINE_START: return before == NOTHING || before == '\n';
  case AT_LINE_END: return after == NOTHING || after == '\n';
  case AT_WORD_EDGE: return is_word(before) != is_word(after);
  case AT_NOT_WORD_EDGE: return is_word(before) == is_word(after);
  }
  return false;
}

struct threads { /* a set of places in the program: dense and sparse, so that clearing is free */
  uint32_t *dense, *sparse, count;
};

/* Follows what costs no character from `pc`. True when the pattern is found. */
static bool follow(const struct regex *r, struct threads *t, uint32_t pc, uint32_t before, uint32_t after, uint32_t *stack) {
  uint32_t top = 0;
  stack[top++] = pc;
  while (top) {
    pc = stack[--top];
    uint32_t at = t->sparse[pc];
    if (at < t->count && t->dense[at] == pc) continue;
    t->sparse[pc] = t->count;
    t->dense[t->count++] = pc;
    const struct inst *in = &r->program[pc];
    switch (in->op) {
    case OP_MATCH: return true;
    case OP_JUMP: stack[top++] = in->x; break;
    case OP_SPLIT: stack[top++] = in->y, stack[top++] = in->x; break;
    case OP_ASSERT:
      if (holds((enum assert_kind)in->x, before, after)) stack[top++] = pc + 1;
      break;
    case OP_CLASS: break;
    }
  }
  return false;
}

bool regex_search(const struct regex *r, const char *s, size_t len, uint64_t *cost, bool *ok) {
  enum { SMALL = 256 };
  uint32_t small[SMALL * 5], *memory = small;
  uint32_t n = r->count;
  if (ok) *ok = true;
  if (n > SMALL) memory = malloc((size_t)n * 5 * sizeof *memory);
  if (!memory) {
    if (ok) *ok = false;
    return false;
  }
  memset(memory, 0, (size_t)n * 2 * sizeof *memory);
  struct threads now = {.dense = memory, .sparse = memory + n};
  uint32_t *pending = memory + (size_t)2 * n, *stack = memory + (size_t)3 * n; /* a place is pushed at most twice: 2n is room enough */
  uint32_t pending_count = 0, before = NOTHING;
  uint64_t steps = 0;
  bool found = false;
  for (size_t i = 0;;) {
    uint32_t after = NOTHING;
    size_t width = i < len ? text_utf8_next(s + i, len - i, &after) : 0;
    if (i < len && !width) width = 1, after = 0xFFFD; /* not ours to judge: it matches as a replacement character */
    now.count = 0;
    for (uint32_t k = 0; k < pending_count && !found; k++) found = follow(r, &now, pending[k], before, after, stack);
    if (!found && !(r->anchored && i)) found = follow(r, &now, 0, before, after, stack);
    steps += now.count + 1;
    if (found || i >= len || (r->anchored && !now.count)) break;
    pending_count = 0;
    for (uint32_t k = 0; k < now.count; k++) {
      const struct inst *in = &r->program[now.dense[k]];
      if (in->op == OP_CLASS && in_class(in->class, after)) pending[pending_count++] = now.dense[k] + 1;
    }
    before = after;
    i += width;
  }
  if (cost) *cost += 1 + steps / 16;
  if (memory != small) free(memory);
  return found;
}
