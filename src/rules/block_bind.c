#include <string.h>

#include "base/number.h"
#include "rules/block_program.h"

#define TABLE_MAX 65536u    /* entries of a table over numbers or dates */
#define CLONE_NODES 100000u /* a tree through derived fields, written out */

/* Segments bound one after the other under the same constants mostly ask for the same constants and tables: those are made once. */
struct made {
  bool is;
  const struct column *like; /* coded: whose dictionary the table is of */
  struct bound_op op;
  bool sure;                 /* a lookup: every entry that a column without missing values can reach is true, false or a value */
};
struct sharing {
  struct made *ops;          /* one an operation */
  struct span_of_values { int64_t min, max; uint64_t rows; } *leaves; /* over all the segments */
};

struct binder {
  struct arena *arena;
  struct sharing *sharing;
  struct block_bound *bound;
  struct arena scratch;  /* of evaluations */
  /* the tree being cloned */
  uint32_t nodes;
  struct node cell, has; /* what stands for the leaf */
  struct err *err;
  enum status status;
};

static enum status no_memory(struct err *e) { return err_set(e, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory"); }

/* ---- trees evaluated when binding ---- */

/* A copy in which the one stored field is a constant we can change, and derived fields are written out. */
static struct node *clone(struct binder *x, const struct node *n) {
  if (n->kind == NODE_FIELD) {
    const struct rule_field *f = &x->bound->book->env->fields[n->row.level][n->field];
    return f->derived ? clone(x, f->derived->root) : &x->cell;
  }
  if (n->kind == NODE_HAS) return &x->has;
  if (++x->nodes > CLONE_NODES) return NULL;
  struct node *to = arena_copy(x->arena, n, sizeof *n);
  if (!to || !n->child_count) return to;
  if (!(to->child = arena_array(x->arena, n->child_count, sizeof(struct node *)))) return NULL;
  for (uint32_t i = 0; i < n->child_count; i++)
    if (n->child[i] && !(to->child[i] = clone(x, n->child[i]))) return NULL;
  return to;
}

static uint8_t evaluate(struct binder *x, const struct node *root, char class, union number *out) {
  struct rule rule = {.env = x->bound->book->env, .level = LEVEL_HOUSEHOLD, .source = "", .root = root};
  struct rule_row row = {0};
  struct rule_value v;
  out->i = 0;
  if (x->status != OK || (x->status = rule_eval(&x->scratch, &rule, &row, &v, x->err)) != OK) return BLOCK_ERROR;
  uint8_t state = v.state == RULE_UNKNOWN ? BLOCK_UNKNOWN : v.state == RULE_ERROR ? BLOCK_ERROR : BLOCK_VALUE;
  if (state == BLOCK_VALUE && class == 'b' && !v.b) state = BLOCK_FALSE;
  if (state == BLOCK_VALUE && class == 'i') out->i = v.i;
  if (state == BLOCK_VALUE && class == 'd') out->d = v.d;
  if (x->scratch.used > (1u << 20)) arena_drop(&x->scratch);
  return state;
}

/* ---- leaves ---- */

static enum status bind_leaf(struct block_bound *bound, const struct leaf *leaf, struct bound_leaf *out, struct err *e) {
  const struct rule_field *f = &bound->book->env->fields[leaf->level][leaf->field];
  const struct segment *s = bound->segment;
  const char *hint = "the data were frozen under another codebook: use the programme they were made with";
  if (leaf->level >= s->level_count || f->column >= s->levels[leaf->level].column_count) return err_set(e, ERR_CONFLICT, hint, "home %lld has no column for field %s", (long long)s->home, f->name);
  const struct column *c = &s->levels[leaf->level].columns[f->column];
  if (c->kind != f->kind || (c->kind == COL_DECIMAL && c->decimals != f->decimals))
    return err_set(e, ERR_CONFLICT, hint, "field %s is %s with %u decimals, its column in home %lld %s with %u", f->name, col_kind_name(f->kind), f->decimals, (long long)s->home, col_kind_name(c->kind), c->decimals);
  *out = (struct bound_leaf){.column = c, .fill = f->fill & ~1u, .fill_value = f->fill_value, .field = f};
  bool empty_filled = out->fill >> ABSENT_EMPTY & 1, all_filled = empty_filled;
  for (unsigned a = ABSENT_EMPTY; a < ABSENCE_COUNT; a++) all_filled &= out->fill >> a & 1;
  out->total = !c->valid || all_filled || (empty_filled && !c->absence);
  if (leaf->level == LEVEL_VILLAGE) out->total &= empty_filled; /* a household may have no village */
  return OK;
}

static struct rule_value leaf_value(const struct bound_leaf *l, int64_t v) {
  bool coded = l->column->kind == COL_CHOICE || l->column->kind == COL_TEXT;
  struct cell c = {.i = v};
  if (coded) c.s = column_dict(l->column, (uint32_t)v);
  return ast_cell_value(l->field, &c);
}

/* ---- comparisons with constants: a stretch of stored integers ---- */

struct test { /* whether the stored integer v, as rules see it, stands in `rel` to the constant */
  char class;
  uint8_t decimals;
  enum rel rel;
  union number constant;
};

static bool holds(const struct test *t, int64_t v) {
#define REL(x, c) (t->rel == REL_EQ ? (x) == (c) : t->rel == REL_NE ? (x) != (c) : t->rel == REL_LT ? (x) < (c) : t->rel == REL_LE ? (x) <= (c) : t->rel == REL_GT ? (x) > (c) : (x) >= (c))
  if (t->class == 'i') return REL(v, t->constant.i);
  double d = number_unscale(v, t->decimals);
  return REL(d, t->constant.d);
#undef REL
}

/* The last of min..max for which the test holds, where it holds for all before: division by 10^decimals keeps the order, so
 * the stretch found on stored integers is exactly what comparing doubles would say. False when it holds for none. */
static bool last_that_holds(const struct test *t, int64_t min, int64_t max, int64_t *out) {
  if (!holds(t, min)) return false;
  while (min < max) {
    int64_t mid = (int64_t)((uint64_t)min + ((uint64_t)max - (uint64_t)min) / 2 + 1);
    if (holds(t, mid)) min = mid;
    else max = mid - 1;
  }
  *out = min;
  return true;
}

static bool first_that_holds(const struct test *t, int64_t min, int64_t max, int64_t *out) {
  if (!holds(t, max)) return false;
  while (min < max) {
    int64_t mid = (int64_t)((uint64_t)min + ((uint64_t)max - (uint64_t)min) / 2);
    if (holds(t, mid)) max = mid;
    else min = mid + 1;
  }
  *out = min;
  return true;
}

static void bind_range(struct binder *x, const struct op *op, struct bound_op *b) {
  const struct bound_leaf *l = &x->bound->leaves[op->leaf];
  const struct bound_op *constant = &x->bound->ops[op->a];
  int64_t min = l->column->min, max = l->column->max;
  struct test t = {op->from, l->column->kind == COL_DECIMAL ? l->column->decimals : 0, (enum rel)op->rel, constant->constant};
  b->is_stretch = true;
  b->missing = BLOCK_UNKNOWN;
  b->lo = 1, b->hi = 0;
  if (constant->constant_state != BLOCK_VALUE) {
    b->inside = b->outside = b->filled = constant->constant_state;
    return;
  }
  bool some;
  b->inside = BLOCK_TRUE, b->outside = BLOCK_FALSE;
  b->filled = holds(&t, l->fill_value.i) ? BLOCK_TRUE : BLOCK_FALSE;
  switch (t.rel) {
  case REL_LT: case REL_LE: b->lo = min, some = last_that_holds(&t, min, max, &b->hi); break;
  case REL_GT: case REL_GE: b->hi = max, some = first_that_holds(&t, min, max, &b->lo); break;
  default:
    if (t.rel == REL_NE) b->inside = BLOCK_FALSE, b->outside = BLOCK_TRUE;
    t.rel = REL_GE;
    some = first_that_holds(&t, min, max, &b->lo);
    t.rel = REL_LE;
    some = some && last_that_holds(&t, min, max, &b->hi);
  }
  if (!some) b->lo = 1, b->hi = 0;
  b->total = l->total;
}

/* ---- lookups ---- */

/* A table of states that is one stretch against the rest needs no table. */
static void find_stretch(struct bound_op *b) {
  const uint8_t *s = b->lookup.state;
  uint32_t n = b->lookup.size, from = 0, to;
  if (!n) return;
  while (from < n && s[from] == s[0]) from++;
  for (to = from; to < n && s[to] == s[from];) to++;
  for (uint32_t i = to; i < n; i++)
    if (s[i] != s[0]) return;
  b->is_stretch = true;
  b->outside = s[0], b->inside = from < n ? s[from] : s[0];
  b->lo = b->lookup.base + from, b->hi = b->lookup.base + (int64_t)to - 1;
  if (from == n) b->lo = 1, b->hi = 0;
  b->missing = s[n], b->filled = s[n + 1];
}

static bool fits_table(const struct span_of_values *v) { return (uint64_t)v->max - (uint64_t)v->min < TABLE_MAX && (uint64_t)v->max - (uint64_t)v->min <= v->rows + 1024; }

static bool same_dictionary(const struct column *a, const struct column *b) {
  return a->dict_count == b->dict_count && (a->dict_at == b->dict_at || memcmp(a->dict_at, b->dict_at, (a->dict_count + 1u) * sizeof *a->dict_at) == 0) &&
         (a->dict_bytes == b->dict_bytes || memcmp(a->dict_bytes, b->dict_bytes, a->dict_at[a->dict_count]) == 0);
}

/* What an earlier segment of the series made, if it serves here as well. */
static bool lookup_made(const struct binder *x, uint32_t number, const struct bound_leaf *l, bool coded, const struct span_of_values *v, struct bound_op *b) {
  const struct made *m = x->sharing ? &x->sharing->ops[number] : NULL;
  if (!m || !m->is || (coded ? !same_dictionary(m->like, l->column) : m->op.lookup.base != v->min || m->op.lookup.size != (uint32_t)(v->max - v->min + 1))) return false;
  *b = m->op;
  b->total = m->sure && l->total;
  return true;
}

static void bind_lookup(struct binder *x, uint32_t number, struct bound_op *b) {
  const struct op *op = &x->bound->book->ops[number];
  const struct bound_leaf *l = &x->bound->leaves[op->leaf];
  const struct column *c = l->column;
  bool coded = c->kind == COL_CHOICE || c->kind == COL_TEXT, sure = true;
  struct lookup *t = &b->lookup;
  struct span_of_values v = {c->min, c->max, c->rows};
  if (x->sharing && fits_table(&x->sharing->leaves[op->leaf])) v = x->sharing->leaves[op->leaf];
  t->base = coded ? 0 : v.min;
  if (!coded && !fits_table(&v)) {
    b->dead = true; /* row by row is cheaper */
    return;
  }
  if (lookup_made(x, number, l, coded, &v, b)) return;
  t->size = coded ? c->dict_count : (uint32_t)(v.max - v.min + 1);
  t->state = arena_alloc(x->arena, t->size + 2u);
  union number *values = op->class == 'b' ? NULL : arena_array(x->arena, t->size + 2u, sizeof *values), ignored;
  x->cell = (struct node){.kind = NODE_CONST};
  x->has = (struct node){.kind = NODE_CONST, .type = {.kind = RULE_BOOL}, .value = {.kind = RULE_BOOL, .b = true}};
  x->nodes = 0;
  struct node *root = clone(x, op->node);
  if (!t->state || (op->class != 'b' && !values)) x->status = no_memory(x->err);
  if (!root) b->dead = true;
  if (!root || x->status != OK) return;
  t->value = values;
  for (uint32_t i = 0; i < t->size; i++) {
    x->cell.value = leaf_value(l, t->base + i);
    t->state[i] = evaluate(x, root, op->class, values ? &values[i] : &ignored);
  }
  x->cell.value = ast_cell_value(l->field, &l->fill_value);
  t->state[t->size + 1] = l->fill ? evaluate(x, root, op->class, values ? &values[t->size + 1] : &ignored) : BLOCK_UNKNOWN;
  x->cell.value = (struct rule_value){.state = RULE_UNKNOWN};
  x->has.value.b = false;
  t->state[t->size] = evaluate(x, root, op->class, values ? &values[t->size] : &ignored);
  for (uint32_t i = 0; sure && i < t->size + 2; i++)
    if (i != t->size && (i != t->size + 1 || l->fill)) sure = t->state[i] == BLOCK_VALUE || (op->class == 'b' && t->state[i] == BLOCK_FALSE);
  b->total = sure && l->total;
  b->lo = INT64_MIN, b->hi = INT64_MAX;
  if (op->class == 'b') find_stretch(b);
  if (x->sharing && x->status == OK) x->sharing->ops[number] = (struct made){true, c, *b, sure};
}

/* ---- what is known of an operation's values before it runs ---- */

static int64_t clamp(__int128 v) { return v < INT64_MIN ? INT64_MIN : v > INT64_MAX ? INT64_MAX : (int64_t)v; }
static void bounds(struct bound_op *b, __int128 lo, __int128 hi) {
  b->may_overflow = lo < INT64_MIN || hi > INT64_MAX;
  b->lo = clamp(lo), b->hi = clamp(hi);
}

static void bound_arithmetic(const struct op *op, const struct bound_op *x, const struct bound_op *y, struct bound_op *b) {
  __int128 a = x->lo, c = x->hi, d = y->lo, f = y->hi;
  switch (op->kind) {
  case OP_ADD: bounds(b, a + d, c + f); break;
  case OP_SUB: bounds(b, a - f, c - d); break;
  case OP_NEG: bounds(b, -c, -a); break;
  case OP_MUL: {
    __int128 p[] = {a * d, a * f, c * d, c * f}, lo = p[0], hi = p[0];
    for (int i = 1; i < 4; i++) lo = p[i] < lo ? p[i] : lo, hi = p[i] > hi ? p[i] : hi;
    bounds(b, lo, hi);
    break;
  }
  default: { /* division and remainder stay within the dividend's size; zero is looked for lane by lane */
    __int128 m = -a > c ? -a : c;
    bounds(b, -m, m);
    b->may_overflow = true;
  }
  }
  b->total = x->total && y->total && !b->may_overflow;
}

static void bind_load(struct binder *x, const struct op *op, struct bound_op *b) {
  const struct bound_leaf *l = &x->bound->leaves[op->leaf];
  b->total = l->total;
  b->lo = l->column->min, b->hi = l->column->max;
  if (l->fill && op->class == 'i') {
    if (l->fill_value.i < b->lo) b->lo = l->fill_value.i;
    if (l->fill_value.i > b->hi) b->hi = l->fill_value.i;
  }
}

static void bound_reduce(struct binder *x, const struct op *op, const struct bound_op *where, const struct bound_op *body, struct bound_op *b) {
  const uint64_t rows = x->bound->segment->levels[op->over].rows;
  const bool taken = !x->bound->segment->roster[op->over], sum = op->kind == OP_REDUCE && op->rel == MACRO_SUM;
  if (op->kind == OP_ROWS || op->rel == MACRO_COUNT) bounds(b, 0, rows);
  else if (sum && op->from == 'i') bounds(b, (body->lo < 0 ? body->lo : 0) * (__int128)rows, (body->hi > 0 ? body->hi : 0) * (__int128)rows);
  else if (op->class == 'i') b->lo = body->lo, b->hi = body->hi;
  b->total = taken && (op->kind == OP_ROWS || (op->rel == MACRO_COUNT && where->total) || (sum && op->a == OP_NONE && body->total && !b->may_overflow));
}

/* Lanes of villages do not change from block to block. */
static void make_lanes(struct binder *x, const struct op *op, struct bound_op *b) {
  uint64_t n = x->bound->segment->levels[LEVEL_VILLAGE].rows + 1;
  b->state = arena_alloc(x->arena, n + 64);
  b->value = op->class == 'b' ? NULL : arena_array(x->arena, n, 8);
  if (!b->state || (op->class != 'b' && !b->value)) {
    x->status = no_memory(x->err);
    return;
  }
  memset(b->state, op->kind == OP_CONST ? b->constant_state : BLOCK_VALUE, n);
  for (uint64_t i = 0; op->kind == OP_CONST && b->value && i < n; i++) memcpy((uint8_t *)b->value + i * 8, &b->constant, 8);
}

static void bind_const(struct binder *x, uint32_t number, struct bound_op *b) {
  const struct op *op = &x->bound->book->ops[number];
  struct made *m = x->sharing ? &x->sharing->ops[number] : NULL;
  if (m && m->is) {
    *b = m->op;
    return;
  }
  x->nodes = 0;
  struct node *root = clone(x, op->node);
  if (!root) b->dead = true;
  if (!root) return;
  b->constant_state = evaluate(x, root, op->class, &b->constant);
  b->lo = b->hi = op->class == 'i' ? b->constant.i : 0;
  b->total = b->constant_state == BLOCK_VALUE || (op->class == 'b' && b->constant_state == BLOCK_FALSE);
  if (m && x->status == OK) *m = (struct made){.is = true, .op = *b};
}

static void bind_op(struct binder *x, uint32_t number) {
  const struct op *op = &x->bound->book->ops[number];
  struct bound_op *ops = x->bound->ops, *b = &ops[number];
  static const struct bound_op none = {.total = true}; /* an operand that is not there stands in nobody's way */
  const struct bound_op *p = op->a == OP_NONE ? &none : &ops[op->a], *q = op->b == OP_NONE ? &none : &ops[op->b], *r = op->c == OP_NONE ? &none : &ops[op->c];
  b->lo = INT64_MIN, b->hi = INT64_MAX;
  b->same = OP_NONE;
  b->dead = p->dead || q->dead || r->dead;
  if (b->dead) return;
  switch (op->kind) {
  case OP_CONST: bind_const(x, number, b); break;
  case OP_LOAD: bind_load(x, op, b); break;
  case OP_RANGE: bind_range(x, op, b); break;
  case OP_LOOKUP: bind_lookup(x, number, b); break;
  case OP_HAS: case OP_KNOWN: b->total = true; break;
  case OP_NOT: b->total = p->total; break;
  case OP_AND: case OP_OR: case OP_COMPARE: b->total = p->total && q->total; break;
  case OP_IF:
    b->total = p->total && q->total && r->total;
    b->lo = q->lo < r->lo ? q->lo : r->lo, b->hi = q->hi > r->hi ? q->hi : r->hi;
    break;
  case OP_NEG: case OP_ADD: case OP_SUB: case OP_MUL: case OP_DIV: case OP_MOD:
    if (op->class == 'd') b->total = p->total && q->total;
    else bound_arithmetic(op, p, q, b);
    break;
  case OP_TO_REAL: b->total = p->total; break;
  case OP_CALL: break;
  case OP_GATHER: b->total = p->total && !op->exact, b->lo = p->lo, b->hi = p->hi; break;
  case OP_SPREAD: b->total = p->total, b->lo = p->lo, b->hi = p->hi; break;
  case OP_ROWS: case OP_REDUCE: bound_reduce(x, op, p, q, b); break;
  }
  block_settle(x->bound, number);
  if (!b->dead && x->status == OK && op->domain == LEVEL_VILLAGE) make_lanes(x, op, b);
}

/* Villages are few: what depends on them alone is worked out here, for all of them and for "none". */
static void run_villages(struct binder *x, struct lanes *at) {
  const struct block_book *book = x->bound->book;
  struct place p = {.bound = x->bound, .at = at, .villages = true, .scratch = &x->scratch};
  for (uint32_t i = 0; i < book->op_count && x->status == OK; i++) {
    at[i] = (struct lanes){x->bound->ops[i].state, x->bound->ops[i].value};
    if (book->ops[i].live && !x->bound->ops[i].dead && book->ops[i].domain == LEVEL_VILLAGE) x->status = block_op_run(&p, i, x->err);
  }
}

static enum status bind_all(struct binder *x, struct err *e) {
  struct block_bound *bound = x->bound;
  const struct block_book *book = bound->book;
  struct lanes *at;
  ARENA_TRY(e, bound->leaves = arena_array(x->arena, book->leaf_count + 1u, sizeof *bound->leaves));
  ARENA_TRY(e, bound->ops = arena_array(x->arena, book->op_count + 1u, sizeof *bound->ops));
  ARENA_TRY(e, bound->falls_back = arena_array(x->arena, book->rule_count + 1u, sizeof *bound->falls_back));
  ARENA_TRY(e, at = arena_array(x->arena, book->op_count + 1u, sizeof *at));
  for (uint32_t l = 0; l < LEVEL_MAX; l++)
    if (book->child_levels >> l & 1 && (l >= bound->segment->level_count || !bound->segment->child_at[l]))
      return err_set(e, ERR_CONFLICT, "the data were frozen under another codebook: use the programme they were made with", "home %lld has no level %s", (long long)bound->segment->home, book->env->level_names[l]);
  for (uint32_t i = 0; i < book->leaf_count; i++) TRY(bind_leaf(bound, &book->leaves[i], &bound->leaves[i], e));
  for (uint32_t i = 0; i < book->op_count && x->status == OK; i++)
    if (book->ops[i].live) bind_op(x, i);
  TRY(x->status);
  run_villages(x, at);
  for (uint32_t i = 0; i < book->rule_count; i++) bound->falls_back[i] = book->rules[i].op == OP_NONE || bound->ops[book->rules[i].op].dead;
  TRY(x->status);
  return block_plan(x->arena, bound, e);
}

static enum status bind_one(struct arena *a, const struct block_book *b, const struct segment *s, struct sharing *sharing, struct block_bound **out, struct err *e) {
  struct err own = {0};
  struct binder x = {.arena = a, .sharing = sharing, .err = e ? e : &own, .status = OK};
  ARENA_TRY(e, x.bound = arena_new(a, struct block_bound));
  x.bound->book = b, x.bound->segment = s;
  arena_init(&x.scratch, 0);
  enum status st = bind_all(&x, x.err);
  arena_drop(&x.scratch);
  if (st == OK) *out = x.bound;
  return st;
}

enum status block_bind(struct arena *a, const struct block_book *b, const struct segment *s, struct block_bound **out, struct err *e) { return bind_one(a, b, s, NULL, out, e); }

/* The values of a leaf over all segments. Columns that are not what the book wants are found by bind_leaf. */
static void span_leaf(const struct block_book *b, const struct leaf *leaf, const struct segment *const *segments, uint32_t count, struct span_of_values *v) {
  const uint32_t at = b->env->fields[leaf->level][leaf->field].column;
  *v = (struct span_of_values){INT64_MAX, INT64_MIN, 0};
  for (uint32_t g = 0; g < count; g++) {
    if (leaf->level >= segments[g]->level_count || at >= segments[g]->levels[leaf->level].column_count) continue;
    const struct column *c = &segments[g]->levels[leaf->level].columns[at];
    if (c->min < v->min) v->min = c->min;
    if (c->max > v->max) v->max = c->max;
    v->rows += c->rows;
  }
  if (v->min > v->max) *v = (struct span_of_values){0, 0, 0};
}

enum status block_bind_all(struct arena *a, const struct block_book *b, const struct segment *const *segments, uint32_t count, struct block_bound **out, struct err *e) {
  struct sharing sharing;
  ARENA_TRY(e, sharing.ops = arena_array(a, b->op_count + 1u, sizeof *sharing.ops));
  ARENA_TRY(e, sharing.leaves = arena_array(a, b->leaf_count + 1u, sizeof *sharing.leaves));
  for (uint32_t i = 0; i < b->leaf_count; i++) span_leaf(b, &b->leaves[i], segments, count, &sharing.leaves[i]);
  for (uint32_t g = 0; g < count; g++) TRY(bind_one(a, b, segments[g], &sharing, &out[g], e));
  return OK;
}
