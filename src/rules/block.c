#include "rules/block.h"

#include <stdlib.h>
#include <string.h>

#include "rules/block_program.h"

#define SIXTEEN(x) x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x
#define KIB(x) SIXTEEN(SIXTEEN(x)), SIXTEEN(SIXTEEN(x)), SIXTEEN(SIXTEEN(x)), SIXTEEN(SIXTEEN(x))
#define ALL(x) {SIXTEEN(KIB(x)), SIXTEEN(x), SIXTEEN(x), SIXTEEN(x), SIXTEEN(x)}
static const uint8_t all_false[BLOCK_CHILD_ROWS + 64] = ALL(BLOCK_FALSE), all_unknown[BLOCK_CHILD_ROWS + 64] = ALL(BLOCK_UNKNOWN), all_error[BLOCK_CHILD_ROWS + 64] = ALL(BLOCK_ERROR),
                     all_true[BLOCK_CHILD_ROWS + 64] = ALL(BLOCK_TRUE);

const uint8_t *block_all(uint8_t state) { return state == BLOCK_FALSE ? all_false : state == BLOCK_UNKNOWN ? all_unknown : state == BLOCK_ERROR ? all_error : all_true; }

struct block_scratch {
  const struct block_book *book;
  struct arena arena;       /* of calls and of rules that run row by row */
  uint8_t *states[2];       /* pools of lanes: households; members and lines */
  uint8_t *values[2];
  uint32_t state_slots[2], value_slots[2]; /* room in them */
  struct lanes *at;         /* per operation */
  struct filled { bool is; union number value; } *filled; /* per operation: which constant its lanes hold */
  struct own_lanes { uint8_t *state; uint8_t *value; uint64_t cap; } *own; /* per rule: lanes not left where they were made */
  uint32_t *packed, *words;
  uint8_t *folded;
};

static const uint32_t pool_rows[2] = {BLOCK_ROWS, BLOCK_CHILD_ROWS};
#define SLACK 64u /* bytes that may be read behind lanes */

static char class_of(const struct rule *r) {
  enum rule_kind k = r->root->type.kind;
  return k == RULE_BOOL ? 'b' : k == RULE_INT ? 'i' : k == RULE_DOUBLE ? 'd' : 0;
}

enum status block_open(struct arena *a, const struct rule_env *env, const struct rule *const *rules, uint32_t count, struct block_book **out, struct err *e) {
  struct block_book *b;
  ARENA_TRY(e, b = arena_new(a, struct block_book));
  *b = (struct block_book){.arena = a, .env = env, .rule_count = count};
  ARENA_TRY(e, b->rules = arena_array(a, count + 1u, sizeof *b->rules));
  for (uint32_t i = 0; i < count; i++)
    if (rules[i]->level == LEVEL_VILLAGE || rules[i]->env != env || env->var_count) return err_set(e, ERR_INTERNAL, NULL, "a rule of villages, of another env or over variables in a book");
  TRY(block_compile(b, rules, e));
  *out = b;
  return OK;
}

bool block_vectorised(const struct block_book *b, uint32_t i, const char **why_not) {
  if (why_not) *why_not = b->rules[i].why_not;
  return b->rules[i].op != OP_NONE;
}

enum status block_scratch_open(const struct block_book *b, struct block_scratch **out, struct err *e) {
  struct block_scratch *s = calloc(1, sizeof *s);
  if (!s) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  s->book = b;
  arena_init(&s->arena, 0);
  bool good = (s->at = calloc(b->op_count + 1u, sizeof *s->at)) && (s->filled = calloc(b->op_count + 1u, sizeof *s->filled)) && (s->own = calloc(b->rule_count + 1u, sizeof *s->own)) &&
              (s->packed = calloc(BLOCK_CHILD_ROWS + 8u, sizeof *s->packed)) && (s->words = calloc(BLOCK_ROWS, sizeof *s->words)) && (s->folded = calloc(BLOCK_ROWS, 1));
  if (!good) {
    block_scratch_close(s);
    return err_set(e, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory");
  }
  *out = s;
  return OK;
}

void block_scratch_close(struct block_scratch *s) {
  if (!s) return;
  for (int k = 0; k < 2; k++) free(s->states[k]), free(s->values[k]);
  for (uint32_t i = 0; s->own && i < s->book->rule_count; i++) free(s->own[i].state), free(s->own[i].value);
  free(s->own);
  free(s->at);
  free(s->filled);
  free(s->packed);
  free(s->words);
  free(s->folded);
  arena_drop(&s->arena);
  free(s);
}

/* A scratch serves many segments, most of which have the same constants. */
static void fill_constant(struct filled *f, const struct bound_op *o, void *to, uint32_t rows) {
  if (f->is && f->value.i == o->constant.i) return;
  *f = (struct filled){true, o->constant};
  for (uint32_t i = 0; i < rows; i++) memcpy((uint8_t *)to + i * 8u, &o->constant, 8);
}

static bool room_for(struct block_scratch *s, const struct block_bound *b) {
  for (int k = 0; k < 2; k++) {
    if (b->state_slots[k] > s->state_slots[k] || !s->states[k]) {
      free(s->states[k]);
      s->state_slots[k] = b->state_slots[k];
      if (!(s->states[k] = calloc(s->state_slots[k] + 1u, pool_rows[k] + SLACK))) return false;
    }
    if (b->value_slots[k] > s->value_slots[k] || !s->values[k]) {
      free(s->values[k]);
      s->value_slots[k] = b->value_slots[k];
      memset(s->filled, 0, (b->book->op_count + 1u) * sizeof *s->filled);
      if (!(s->values[k] = calloc(s->value_slots[k] + 1u, pool_rows[k] * 8 + SLACK))) return false;
    }
  }
  return true;
}

/* Where each operation's lanes are: made when bound, shared by all that have one state everywhere, or in the scratch. */
static enum status lay_out(const struct block_bound *b, struct block_scratch *s, struct err *e) {
  if (!room_for(s, b)) return err_set(e, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory");
  for (uint32_t i = 0; i < b->book->op_count; i++) {
    const struct op *op = &b->book->ops[i];
    const struct bound_op *o = &b->ops[i];
    const int k = op->domain != LEVEL_HOUSEHOLD;
    struct lanes *at = &s->at[i];
    if (!op->live || o->dead || op->domain == DOMAIN_ANY) continue;
    if (op->domain == LEVEL_VILLAGE) {
      *at = (struct lanes){o->state, o->value};
    } else if (o->same != OP_NONE) {
      *at = s->at[o->same];
    } else if (o->always || op->kind == OP_CONST) { /* never written through, nor where all have a value: every kernel that could looks at `total` first */
      at->state = (uint8_t *)(uintptr_t)block_all(o->always ? o->always : o->constant_state);
      at->value = op->class == 'b' ? NULL : s->values[k] + (size_t)op->constant_slot * (pool_rows[k] * 8 + SLACK);
      if (at->value) fill_constant(&s->filled[i], o, at->value, pool_rows[k]);
    } else {
      at->state = o->total && op->class != 'b' ? (uint8_t *)(uintptr_t)block_all(BLOCK_VALUE) : s->states[k] + (size_t)o->state_slot * (pool_rows[k] + SLACK);
      at->value = op->class == 'b' ? NULL : s->values[k] + (size_t)o->value_slot * (pool_rows[k] * 8 + SLACK);
    }
  }
  return OK;
}

/* Most households from `first` whose members and lines fit the scratch; 0 when one alone does not. */
static uint32_t fitting(const struct block_bound *b, uint64_t first, uint32_t count) {
  for (uint32_t l = 0; l < LEVEL_MAX; l++) {
    if (!(b->book->child_levels >> l & 1)) continue;
    const uint32_t *at = b->segment->child_at[l] + first;
    if (at[count] - at[0] <= BLOCK_CHILD_ROWS) continue;
    uint32_t lo = 0, hi = count;
    while (lo + 1 < hi) {
      uint32_t mid = lo + (hi - lo) / 2;
      if (at[mid] - at[0] <= BLOCK_CHILD_ROWS) lo = mid;
      else hi = mid;
    }
    count = lo;
  }
  return count;
}

static struct place place_of(const struct block_bound *b, struct block_scratch *s, uint64_t first, uint32_t count) {
  return (struct place){.bound = b, .at = s->at, .household = first, .households = count, .scratch = &s->arena, .packed = s->packed, .words = s->words, .folded = s->folded};
}

static enum status own_room(struct own_lanes *o, uint64_t rows, struct err *e) {
  if (rows <= o->cap && o->state) return OK;
  uint64_t cap = rows < BLOCK_ROWS ? BLOCK_ROWS : rows;
  free(o->state);
  free(o->value);
  o->state = malloc(cap);
  o->value = calloc(cap, 8);
  o->cap = cap;
  return o->state && o->value ? OK : err_set(e, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory");
}

static enum status run_row(struct block_scratch *s, const struct rule *r, const struct rule_row *row, uint8_t *state, uint8_t *value, struct err *e) {
  struct rule_value v;
  char class = class_of(r);
  TRY(rule_eval(&s->arena, r, row, &v, e));
  *state = v.state == RULE_UNKNOWN ? BLOCK_UNKNOWN : v.state == RULE_ERROR ? BLOCK_ERROR : class == 'b' && !v.b ? BLOCK_FALSE : BLOCK_TRUE;
  memset(value, 0, 8);
  if (v.state == RULE_VALUE && class == 'i') memcpy(value, &v.i, 8);
  if (v.state == RULE_VALUE && class == 'd') memcpy(value, &v.d, 8);
  if (s->arena.used > (1u << 20)) arena_drop(&s->arena);
  return OK;
}

/* One rule over some households, row by row, into its own lanes from `lane` on. */
static enum status run_rows(const struct block_bound *b, struct block_scratch *s, uint32_t i, uint64_t first, uint32_t count, uint64_t lane, struct err *e) {
  const struct rule *r = b->book->rules[i].rule;
  struct own_lanes *o = &s->own[i];
  for (uint64_t h = first; h < first + count; h++) {
    struct rule_row row = {.segment = b->segment, .household = h};
    uint64_t from = h, to = h + 1;
    if (r->level != LEVEL_HOUSEHOLD) from = b->segment->child_at[r->level][h], to = b->segment->child_at[r->level][h + 1];
    for (row.row = from; row.row < to; row.row++, lane++) TRY(run_row(s, r, &row, &o->state[lane], &o->value[lane * 8], e));
  }
  return OK;
}

static uint64_t rows_of(const struct block_bound *b, const struct rule *r, uint64_t first, uint32_t count) {
  if (r->level == LEVEL_HOUSEHOLD) return count;
  return b->segment->child_at[r->level][first + count] - b->segment->child_at[r->level][first];
}

/* Numbers read as 0 where there is none. */
static void blank_numbers(const uint8_t *state, uint64_t *value, uint64_t rows) {
  if (state == block_all(BLOCK_VALUE)) return;
  for (uint64_t i = 0; i < rows; i++) value[i] = state[i] == BLOCK_VALUE ? value[i] : 0;
}

static enum status run_piece(const struct block_bound *b, struct block_scratch *s, uint64_t first, uint32_t count, struct err *e) {
  struct place p = place_of(b, s, first, count);
  for (uint32_t i = 0; i < b->step_count; i++) {
    const uint32_t *ops = b->order + b->steps[i].first;
    if (b->steps[i].count > 1) block_fold(&p, ops, b->steps[i].count);
    else TRY(block_op_run(&p, ops[0], e));
  }
  for (uint32_t i = 0; i < b->book->rule_count; i++) {
    if (b->falls_back[i] || class_of(b->book->rules[i].rule) == 'b') continue;
    const uint32_t same = b->ops[b->book->rules[i].op].same;
    if (b->book->ops[same == OP_NONE ? b->book->rules[i].op : same].kind == OP_CONST) continue; /* 0 already, and kept for the next block */
    const struct lanes *l = &s->at[b->book->rules[i].op];
    blank_numbers(l->state, l->value, rows_of(b, b->book->rules[i].rule, first, count));
  }
  return OK;
}

/* A block in pieces: what each leaves is copied together. */
static enum status run_pieces(const struct block_bound *b, struct block_scratch *s, uint64_t first, uint32_t count, struct err *e) {
  for (uint64_t at = first; at < first + count;) {
    uint32_t n = fitting(b, at, (uint32_t)(first + count - at));
    if (n) TRY(run_piece(b, s, at, n, e));
    for (uint32_t i = 0; i < b->book->rule_count; i++) {
      const struct rule *r = b->book->rules[i].rule;
      if (b->falls_back[i]) continue;
      uint64_t lane = rows_of(b, r, first, (uint32_t)(at - first)), rows = rows_of(b, r, at, n);
      const struct lanes *l = &s->at[b->book->rules[i].op];
      if (!n) TRY(run_rows(b, s, i, at, 1, lane, e));
      if (n) memcpy(s->own[i].state + lane, l->state, rows);
      if (n && l->value) memcpy(s->own[i].value + lane * 8, l->value, rows * 8);
    }
    at += n ? n : 1;
  }
  return OK;
}

enum status block_run(const struct block_bound *b, struct block_scratch *s, uint64_t first, uint32_t count, struct block_lanes *out, struct err *e) {
  if (s->book != b->book || count > BLOCK_ROWS || first + count > segment_households(b->segment)) return err_set(e, ERR_INTERNAL, NULL, "a block of %u households from %llu", count, (unsigned long long)first);
  bool whole = fitting(b, first, count) == count;
  arena_drop(&s->arena);
  TRY(lay_out(b, s, e));
  for (uint32_t i = 0; i < b->book->rule_count; i++)
    if (b->falls_back[i] || !whole) TRY(own_room(&s->own[i], rows_of(b, b->book->rules[i].rule, first, count), e));
  TRY(whole ? run_piece(b, s, first, count, e) : run_pieces(b, s, first, count, e));
  for (uint32_t i = 0; i < b->book->rule_count; i++) {
    const struct block_rule *r = &b->book->rules[i];
    char class = class_of(r->rule);
    struct lanes l = {s->own[i].state, s->own[i].value};
    if (b->falls_back[i]) TRY(run_rows(b, s, i, first, count, 0, e));
    else if (whole) l = s->at[r->op];
    out[i] = (struct block_lanes){.rows = rows_of(b, r->rule, first, count), .state = l.state};
    if (class == 'i') out[i].ints = l.value;
    if (class == 'd') out[i].reals = l.value;
  }
  return OK;
}
