#include <string.h>

#include "rules/block_program.h"

/* ---- what is settled before anything runs ---- */

static bool one_state(uint8_t states) { return states && !(states & (states - 1)); }

/* States that missing rows of a leaf come to. */
static uint8_t states_of_missing(const struct bound_leaf *l, uint8_t missing, uint8_t filled) {
  if (!l->column->valid) return 0;
  if (l->total) return filled;
  return l->column->absence && l->fill ? missing | filled : missing;
}

/* States that an operation over one column can come to in this segment, by what the column holds: its least and greatest value, its dictionary. */
static uint8_t states_of_leaf(const struct block_bound *bound, const struct op *op, const struct bound_op *b) {
  const struct bound_leaf *l = &bound->leaves[op->leaf];
  const struct column *c = l->column;
  const struct lookup *t = &b->lookup;
  uint8_t states = 0;
  if (op->kind == OP_HAS) return BLOCK_TRUE | states_of_missing(l, BLOCK_FALSE, BLOCK_TRUE);
  if (op->kind == OP_LOAD) return (c->min ? 0 : BLOCK_FALSE) | (c->max ? BLOCK_TRUE : 0) | states_of_missing(l, BLOCK_UNKNOWN, l->fill_value.i ? BLOCK_TRUE : BLOCK_FALSE);
  if (b->is_stretch) {
    if (b->lo <= b->hi && b->lo <= c->max && b->hi >= c->min) states |= b->inside;
    if (b->lo > b->hi || b->lo > c->min || b->hi < c->max) states |= b->outside;
    return states | states_of_missing(l, b->missing, b->filled);
  }
  if (t->size > 256) return 0xff;
  for (uint32_t i = 0; i < t->size; i++) states |= t->base + i >= c->min && t->base + i <= c->max ? t->state[i] : 0;
  return states | states_of_missing(l, t->state[t->size], t->state[t->size + 1]);
}

static uint8_t either(enum op_kind kind, uint8_t p, uint8_t q, uint8_t settles) {
  const uint8_t m = p | q, rest = m & (BLOCK_UNKNOWN | BLOCK_ERROR);
  if (p == settles || q == settles) return settles;
  if (!p || !q) return 0;
  return kind == OP_AND ? m & -m : rest ? rest & -rest : BLOCK_FALSE;
}

static void settle_logic(const struct op *op, const struct bound_op *p, const struct bound_op *q, struct bound_op *b) {
  const uint8_t settles = op->kind == OP_AND ? BLOCK_FALSE : BLOCK_TRUE, yields = op->kind == OP_AND ? BLOCK_TRUE : BLOCK_FALSE;
  b->always = either(op->kind, p->always, q->always, settles);
  if (b->always) return;
  if (p->always == yields) b->same = op->b;
  else if (q->always == yields) b->same = op->a;
}

static uint8_t opposite(uint8_t s) { return s == BLOCK_TRUE ? BLOCK_FALSE : s == BLOCK_FALSE ? BLOCK_TRUE : s; }

void block_settle(const struct block_bound *bound, uint32_t number) {
  const struct op *op = &bound->book->ops[number];
  struct bound_op *b = &bound->ops[number];
  const struct bound_op *p = op->a == OP_NONE ? b : &bound->ops[op->a], *q = op->b == OP_NONE ? b : &bound->ops[op->b];
  b->same = OP_NONE;
  if (b->dead || op->domain == LEVEL_VILLAGE) return;
  switch (op->kind) {
  case OP_CONST: b->always = op->class == 'b' ? b->constant_state : 0; break;
  case OP_LOAD: case OP_HAS: case OP_RANGE: case OP_LOOKUP: {
    const uint8_t states = op->class == 'b' ? states_of_leaf(bound, op, b) : 0;
    b->always = one_state(states) ? states : 0;
    break;
  }
  case OP_KNOWN: b->always = p->always == BLOCK_UNKNOWN ? BLOCK_FALSE : p->total || p->always ? BLOCK_TRUE : 0; break;
  case OP_NOT: b->always = opposite(p->always); break;
  case OP_AND: case OP_OR: settle_logic(op, p, q, b); break;
  case OP_IF:
    if (p->always == BLOCK_TRUE) b->same = op->b;
    else if (p->always == BLOCK_FALSE) b->same = op->c;
    else if (op->class == 'b') b->always = p->always;
    break;
  case OP_SPREAD: b->always = op->class == 'b' ? p->always : 0; break;
  case OP_REDUCE:
    if (bound->segment->roster[op->over]) break;
    if ((op->rel == MACRO_EXISTS && q->always == BLOCK_FALSE) || (op->rel == MACRO_ALL && q->always == BLOCK_TRUE)) b->always = q->always;
    break;
  default: break;
  }
  if (b->same != OP_NONE) {
    const struct bound_op *from = &bound->ops[b->same];
    if (from->same != OP_NONE) b->same = from->same;
    b->total = from->total, b->may_overflow = from->may_overflow, b->lo = from->lo, b->hi = from->hi;
    if (from->always) b->always = from->always, b->same = OP_NONE;
  }
  if (b->always) b->total = b->always == BLOCK_TRUE || b->always == BLOCK_FALSE;
}

/* ---- what is left to run ---- */

struct planner {
  struct block_bound *bound;
  uint32_t *stage;     /* an operation's: 0, and one more behind every macro */
  uint32_t *last_use;  /* the last step that reads it; OP_NONE = an output */
  uint32_t order_count, deepest;
};

static uint32_t resolved(const struct block_bound *b, uint32_t op) { return op != OP_NONE && b->ops[op].same != OP_NONE ? b->ops[op].same : op; }

/* The operation's lanes are made as blocks run: no constant, no village's, nothing settled. */
static bool runs(const struct block_bound *b, uint32_t op) {
  const struct op *o = &b->book->ops[op];
  return o->kind != OP_CONST && o->domain != LEVEL_VILLAGE && o->domain != DOMAIN_ANY && !b->ops[op].always && b->ops[op].same == OP_NONE;
}

static void operands_of(const struct block_bound *b, uint32_t op, uint32_t out[3]) {
  const struct op *o = &b->book->ops[op];
  out[0] = resolved(b, o->a), out[1] = resolved(b, o->b), out[2] = resolved(b, o->c);
}

static void mark_needed(struct planner *x) {
  const struct block_book *book = x->bound->book;
  uint32_t from[3];
  for (uint32_t i = 0; i < book->rule_count; i++)
    if (!x->bound->falls_back[i]) x->bound->ops[resolved(x->bound, book->rules[i].op)].needed = true;
  for (uint32_t i = book->op_count; i-- > 0;) {
    if (!x->bound->ops[i].needed || !runs(x->bound, i)) continue;
    operands_of(x->bound, i, from);
    for (int k = 0; k < 3; k++)
      if (from[k] != OP_NONE) x->bound->ops[from[k]].needed = true;
  }
  for (uint32_t i = 0; i < book->op_count; i++) x->bound->ops[i].needed &= runs(x->bound, i);
}

static void find_stages(struct planner *x) {
  uint32_t from[3];
  for (uint32_t i = 0; i < x->bound->book->op_count; i++) {
    if (!x->bound->ops[i].needed) continue;
    operands_of(x->bound, i, from);
    for (int k = 0; k < 3; k++)
      if (from[k] != OP_NONE && x->bound->ops[from[k]].needed && x->stage[from[k]] > x->stage[i]) x->stage[i] = x->stage[from[k]];
    x->stage[i] += x->bound->book->ops[i].kind == OP_REDUCE;
    if (x->stage[i] > x->deepest) x->deepest = x->stage[i];
  }
}

/* A count or a sum of rows that all have a value asks nothing of their states. */
static bool is_folded(const struct planner *x, uint32_t op) {
  const struct op *o = &x->bound->book->ops[op];
  const uint32_t states = block_folds(o, &x->bound->ops[op]);
  return states != OP_NONE && (o->rel == MACRO_ALL || o->rel == MACRO_EXISTS || !x->bound->ops[resolved(x->bound, states)].total);
}

static void add_step(struct planner *x, const uint32_t *ops, uint32_t count) {
  x->bound->steps[x->bound->step_count++] = (struct step){x->order_count, count};
  for (uint32_t i = 0; i < count; i++) x->bound->order[x->order_count++] = ops[i];
}

/* The macros over one level that a stage begins with: together where they are many enough. */
static void add_macros(struct planner *x, uint32_t stage, uint32_t level) {
  const struct block_book *book = x->bound->book;
  uint32_t together[FOLD_MAX], count = 0;
  for (uint32_t i = 0; i <= book->op_count; i++) {
    if (i < book->op_count && (!x->bound->ops[i].needed || book->ops[i].kind != OP_REDUCE || book->ops[i].over != level || x->stage[i] != stage)) continue;
    if (i < book->op_count && !is_folded(x, i)) add_step(x, &i, 1);
    else if (i < book->op_count) together[count++] = i;
    if (count < FOLD_MAX && i < book->op_count) continue;
    if (count > 2) add_step(x, together, count);
    for (uint32_t k = 0; k < count && count <= 2; k++) add_step(x, &together[k], 1);
    count = 0;
  }
}

static void put_in_order(struct planner *x) {
  const struct block_book *book = x->bound->book;
  for (uint32_t stage = 0; stage <= x->deepest; stage++) {
    for (uint32_t l = 0; stage && l < LEVEL_MAX; l++)
      if (book->child_levels >> l & 1) add_macros(x, stage, l);
    for (uint32_t i = 0; i < book->op_count; i++)
      if (x->bound->ops[i].needed && book->ops[i].kind != OP_REDUCE && x->stage[i] == stage) add_step(x, &i, 1);
  }
}

static void find_last_uses(struct planner *x) {
  uint32_t from[3];
  for (uint32_t s = 0; s < x->bound->step_count; s++)
    for (uint32_t k = 0; k < x->bound->steps[s].count; k++) {
      operands_of(x->bound, x->bound->order[x->bound->steps[s].first + k], from);
      for (int o = 0; o < 3; o++)
        if (from[o] != OP_NONE) x->last_use[from[o]] = s;
    }
  for (uint32_t i = 0; i < x->bound->book->rule_count; i++)
    if (!x->bound->falls_back[i]) x->last_use[resolved(x->bound, x->bound->book->rules[i].op)] = OP_NONE;
}

struct slots { uint32_t *free; uint32_t free_count, used; };

static uint32_t take_slot(struct slots *p) { return p->free_count ? p->free[--p->free_count] : p->used++; }

/* Buffers are handed on after their last reader, so that a block's lanes stay in the near caches. */
static enum status give_slots(struct arena *a, struct planner *x, struct err *e) {
  struct block_bound *b = x->bound;
  const struct block_book *book = b->book;
  struct slots states[2] = {0}, values[2] = {0};
  for (int k = 0; k < 2; k++) {
    ARENA_TRY(e, states[k].free = arena_array(a, book->op_count + 1u, sizeof(uint32_t)));
    ARENA_TRY(e, values[k].free = arena_array(a, book->op_count + 1u, sizeof(uint32_t)));
    values[k].used = book->constant_slots[k];
  }
  for (uint32_t s = 0; s < b->step_count; s++) {
    const uint32_t *ops = b->order + b->steps[s].first;
    for (uint32_t k = 0; k < b->steps[s].count; k++) {
      struct bound_op *o = &b->ops[ops[k]];
      const int pool = domain_is_child(book->ops[ops[k]].domain);
      o->state_slot = take_slot(&states[pool]);
      if (book->ops[ops[k]].class != 'b') o->value_slot = take_slot(&values[pool]);
    }
    for (uint32_t k = 0; k < b->steps[s].count; k++) {
      uint32_t from[3];
      operands_of(b, ops[k], from);
      for (int o = 0; o < 3; o++) {
        if (from[o] == OP_NONE || x->last_use[from[o]] != s || !b->ops[from[o]].needed) continue;
        const int pool = domain_is_child(book->ops[from[o]].domain);
        states[pool].free[states[pool].free_count++] = b->ops[from[o]].state_slot;
        if (book->ops[from[o]].class != 'b') values[pool].free[values[pool].free_count++] = b->ops[from[o]].value_slot;
        x->last_use[from[o]] = OP_NONE; /* read twice, freed once */
      }
    }
  }
  for (int k = 0; k < 2; k++) b->state_slots[k] = states[k].used, b->value_slots[k] = values[k].used;
  return OK;
}

enum status block_plan(struct arena *a, struct block_bound *b, struct err *e) {
  const uint32_t n = b->book->op_count + 1u;
  struct planner x = {.bound = b};
  struct arena scratch;
  arena_init(&scratch, 0);
  b->order = arena_array(a, n, sizeof *b->order);
  b->steps = arena_array(a, n, sizeof *b->steps);
  x.stage = arena_array(&scratch, n, sizeof *x.stage);
  x.last_use = arena_array(&scratch, n, sizeof *x.last_use);
  enum status st = b->order && b->steps && x.stage && x.last_use ? OK : err_set(e, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory");
  if (st == OK) {
    mark_needed(&x);
    find_stages(&x);
    put_in_order(&x);
    find_last_uses(&x);
    st = give_slots(&scratch, &x, e);
  }
  arena_drop(&scratch);
  return st;
}
