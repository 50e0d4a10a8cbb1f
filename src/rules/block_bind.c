#include <string.h>

#include "base/number.h"
#include "rules/block_program.h"

#define TABLE_MAX 65536u    /* entries of a table over numbers or dates */
#define WORDS_MAX 1024u     /* of a dictionary that segments share */
#define CLONE_NODES 100000u /* a tree through derived fields, written out */

/* What all segments have in common is made once: constants, tables over numbers and dates, and tables over the words that any of them knows. */
struct block_share {
  struct shared_leaf {
    struct column column; /* a dictionary of all words; least and greatest of all values, and all rows */
    bool too_many;        /* words, or the segments' columns differ: every segment makes its own tables */
  } *leaves;
  struct shared_op { bool is, sure; struct bound_op op; } *ops; /* sure: every entry that a column without missing values can reach is true, false or a value */
};

struct binder {
  struct arena *arena;
  const struct block_share *share; /* NULL = alone */
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
  struct cell c = {.i = v};
  if (l->column->kind == COL_CHOICE || l->column->kind == COL_TEXT) c.s = column_dict(l->column, (uint32_t)v);
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

static bool is_coded(const struct column *c) { return c->kind == COL_CHOICE || c->kind == COL_TEXT; }

static bool fits_table(const struct column *c) { return (uint64_t)c->max - (uint64_t)c->min < TABLE_MAX && (uint64_t)c->max - (uint64_t)c->min <= c->rows + 1024; }

/* Whether every entry is true, false or a value that a column of which nothing is missing, or all that is missing is filled, can reach. */
static bool is_sure(const struct op *op, const struct lookup *t, bool filled) {
  for (uint32_t i = 0; i < t->size + 2; i++)
    if (i != t->size && (i != t->size + 1 || filled) && t->state[i] != BLOCK_VALUE && !(op->class == 'b' && t->state[i] == BLOCK_FALSE)) return false;
  return true;
}

static bool table_room(struct binder *x, const struct op *op, struct lookup *t) {
  t->state = arena_alloc(x->arena, t->size + 2u);
  t->value = op->class == 'b' ? NULL : arena_array(x->arena, t->size + 2u, sizeof(union number));
  if (t->state && (t->value || op->class == 'b')) return true;
  x->status = no_memory(x->err);
  return false;
}

/* The shared table, in the order of this segment's words. */
static void pick_words(struct binder *x, const struct op *op, const struct bound_leaf *l, const struct lookup *from, struct bound_op *b) {
  struct lookup *t = &b->lookup;
  t->size = l->column->dict_count;
  if (!table_room(x, op, t)) return;
  union number *values = t->value;
  const union number *all = from->value;
  for (uint32_t i = 0; i < t->size + 2; i++) {
    const uint32_t at = i < t->size ? l->word[i] : from->size + (i - t->size);
    t->state[i] = from->state[at];
    if (values) values[i] = all[at];
  }
}

static void make_table(struct binder *x, const struct op *op, const struct bound_leaf *l, struct bound_op *b) {
  struct lookup *t = &b->lookup;
  union number ignored;
  t->base = is_coded(l->column) ? 0 : l->column->min;
  t->size = is_coded(l->column) ? l->column->dict_count : (uint32_t)(l->column->max - l->column->min + 1);
  x->cell = (struct node){.kind = NODE_CONST};
  x->has = (struct node){.kind = NODE_CONST, .type = {.kind = RULE_BOOL}, .value = {.kind = RULE_BOOL, .b = true}};
  x->nodes = 0;
  struct node *root = clone(x, op->node);
  if (!root) b->dead = true;
  if (!root || !table_room(x, op, t)) return;
  union number *values = t->value;
  for (uint32_t i = 0; i < t->size; i++) {
    x->cell.value = leaf_value(l, t->base + i);
    t->state[i] = evaluate(x, root, op->class, values ? &values[i] : &ignored);
  }
  x->cell.value = ast_cell_value(l->field, &l->fill_value);
  t->state[t->size + 1] = l->fill ? evaluate(x, root, op->class, values ? &values[t->size + 1] : &ignored) : BLOCK_UNKNOWN;
  x->cell.value = (struct rule_value){.state = RULE_UNKNOWN};
  x->has.value.b = false;
  t->state[t->size] = evaluate(x, root, op->class, values ? &values[t->size] : &ignored);
}

static void bind_lookup(struct binder *x, uint32_t number, struct bound_op *b) {
  const struct op *op = &x->bound->book->ops[number];
  const struct bound_leaf *l = &x->bound->leaves[op->leaf];
  const struct shared_op *shared = x->share && x->share->ops[number].is ? &x->share->ops[number] : NULL;
  const bool coded = is_coded(l->column);
  if (shared && !coded) {
    *b = shared->op;
    b->same = OP_NONE;
    b->total = shared->sure && l->total;
    return;
  }
  if (!coded && !fits_table(l->column)) {
    b->dead = true; /* row by row is cheaper */
    return;
  }
  if (shared) pick_words(x, op, l, &shared->op.lookup, b);
  else make_table(x, op, l, b);
  if (b->dead || x->status != OK) return;
  b->total = l->total && is_sure(op, &b->lookup, l->fill != 0);
  b->lo = INT64_MIN, b->hi = INT64_MAX;
  if (op->class == 'b') find_stretch(b);
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
  if (x->share && x->share->ops[number].is) {
    *b = x->share->ops[number].op;
    return;
  }
  x->nodes = 0;
  struct node *root = clone(x, op->node);
  if (!root) b->dead = true;
  if (!root) return;
  b->constant_state = evaluate(x, root, op->class, &b->constant);
  b->lo = b->hi = op->class == 'i' ? b->constant.i : 0;
  b->total = b->constant_state == BLOCK_VALUE || (op->class == 'b' && b->constant_state == BLOCK_FALSE);
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
  case OP_CALL: /* min and max have a value wherever both operands do */
    if (op->rel != FN_MIN && op->rel != FN_MAX) break;
    b->total = p->total && q->total;
    b->lo = op->rel == FN_MIN ? (p->lo < q->lo ? p->lo : q->lo) : p->lo > q->lo ? p->lo : q->lo;
    b->hi = op->rel == FN_MIN ? (p->hi < q->hi ? p->hi : q->hi) : p->hi > q->hi ? p->hi : q->hi;
    break;
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

static int order_of(struct span a, struct span b) {
  const size_t n = a.len < b.len ? a.len : b.len;
  const int order = n ? memcmp(a.at, b.at, n) : 0;
  return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* Where each word of the segment's dictionary stands among all words: both are sorted. */
static enum status find_words(struct arena *a, const struct shared_leaf *all, struct bound_leaf *l, struct err *e) {
  const struct column *c = l->column;
  uint32_t *word, at = 0;
  ARENA_TRY(e, word = arena_array(a, c->dict_count + 1u, sizeof *word));
  for (uint32_t i = 0; i < c->dict_count; i++) {
    const struct span w = column_dict(c, i);
    while (at < all->column.dict_count && order_of(column_dict(&all->column, at), w) < 0) at++;
    word[i] = at;
  }
  l->word = word;
  return OK;
}

static enum status check_levels(const struct block_book *b, const struct segment *s, struct err *e) {
  for (uint32_t l = 0; l < LEVEL_MAX; l++)
    if (b->child_levels >> l & 1 && (l >= s->level_count || !s->child_at[l]))
      return err_set(e, ERR_CONFLICT, "the data were frozen under another codebook: use the programme they were made with", "home %lld has no level %s", (long long)s->home, b->env->level_names[l]);
  return OK;
}

static enum status bind_all(struct binder *x, struct err *e) {
  struct block_bound *bound = x->bound;
  const struct block_book *book = bound->book;
  struct lanes *at;
  ARENA_TRY(e, bound->leaves = arena_array(x->arena, book->leaf_count + 1u, sizeof *bound->leaves));
  ARENA_TRY(e, bound->ops = arena_array(x->arena, book->op_count + 1u, sizeof *bound->ops));
  ARENA_TRY(e, bound->falls_back = arena_array(x->arena, book->rule_count + 1u, sizeof *bound->falls_back));
  ARENA_TRY(e, at = arena_array(x->arena, book->op_count + 1u, sizeof *at));
  TRY(check_levels(book, bound->segment, e));
  for (uint32_t i = 0; i < book->leaf_count; i++) {
    TRY(bind_leaf(bound, &book->leaves[i], &bound->leaves[i], e));
    if (x->share && is_coded(bound->leaves[i].column) && !x->share->leaves[i].too_many) TRY(find_words(x->arena, &x->share->leaves[i], &bound->leaves[i], e));
  }
  for (uint32_t i = 0; i < book->op_count && x->status == OK; i++)
    if (book->ops[i].live) bind_op(x, i);
  TRY(x->status);
  run_villages(x, at);
  for (uint32_t i = 0; i < book->rule_count; i++) bound->falls_back[i] = book->rules[i].op == OP_NONE || bound->ops[book->rules[i].op].dead;
  TRY(x->status);
  return block_plan(x->arena, bound, e);
}

enum status block_bind(struct arena *a, const struct block_book *b, const struct segment *s, const struct block_share *share, struct block_bound **out, struct err *e) {
  struct err own = {0};
  struct binder x = {.arena = a, .share = share, .err = e ? e : &own, .status = OK};
  ARENA_TRY(e, x.bound = arena_new(a, struct block_bound));
  x.bound->book = b, x.bound->segment = s;
  arena_init(&x.scratch, 0);
  enum status st = bind_all(&x, x.err);
  arena_drop(&x.scratch);
  if (st == OK) *out = x.bound;
  return st;
}

/* ---- what segments share ---- */

struct words { struct span *list; uint32_t count; };

/* The words of both, sorted. False when they are too many to be looked up together. */
static bool add_words(struct words *w, struct span *spare, const struct column *c) {
  if (c->dict_count > WORDS_MAX) return false;
  uint32_t i = 0, k = 0, n = 0;
  while (i < w->count || k < c->dict_count) {
    const struct span mine = i < w->count ? w->list[i] : (struct span){0}, theirs = k < c->dict_count ? column_dict(c, k) : (struct span){0};
    const int order = i == w->count ? 1 : k == c->dict_count ? -1 : order_of(mine, theirs);
    if (n == WORDS_MAX) return false;
    spare[n++] = order <= 0 ? mine : theirs;
    i += order <= 0, k += order >= 0;
  }
  memcpy(w->list, spare, n * sizeof *spare);
  w->count = n;
  return true;
}

static enum status keep_words(struct arena *a, const struct words *w, struct column *c, struct err *e) {
  size_t bytes = 0;
  uint32_t *at;
  char *text;
  for (uint32_t i = 0; i < w->count; i++) bytes += w->list[i].len;
  ARENA_TRY(e, at = arena_array(a, w->count + 1u, sizeof *at));
  ARENA_TRY(e, text = arena_alloc(a, bytes + 1));
  for (uint32_t i = 0; i < w->count; i++) {
    if (w->list[i].len) memcpy(text + at[i], w->list[i].at, w->list[i].len);
    at[i + 1] = at[i] + (uint32_t)w->list[i].len;
  }
  c->dict_at = at, c->dict_bytes = text, c->dict_count = w->count;
  return OK;
}

static enum status share_leaf(struct arena *a, const struct block_book *b, const struct leaf *leaf, const struct segment *const *segments, uint32_t count, struct shared_leaf *out, struct err *e) {
  struct column *all = &out->column;
  struct words w = {0};
  struct arena scratch;
  arena_init(&scratch, 0);
  struct span *spare = arena_array(&scratch, WORDS_MAX, sizeof *spare);
  enum status st = spare && (w.list = arena_array(&scratch, WORDS_MAX, sizeof *w.list)) ? OK : no_memory(e);
  for (uint32_t g = 0; g < count && st == OK; g++) {
    struct bound_leaf l;
    struct block_bound bound = {.book = b, .segment = segments[g]};
    if ((st = bind_leaf(&bound, leaf, &l, e)) != OK) break;
    const struct column *c = l.column;
    if (!g) *all = (struct column){.kind = c->kind, .width = c->width, .decimals = c->decimals, .min = c->min, .max = c->max};
    if (c->min < all->min) all->min = c->min;
    if (c->max > all->max) all->max = c->max;
    all->rows += c->rows;
    out->too_many = out->too_many || (is_coded(c) && !add_words(&w, spare, c));
  }
  if (st == OK && is_coded(all) && !out->too_many) st = keep_words(a, &w, all, e);
  if (st == OK && !is_coded(all)) out->too_many = !fits_table(all);
  arena_drop(&scratch);
  return st;
}

static enum status share_ops(struct binder *x, const struct block_share *s) {
  for (uint32_t i = 0; i < x->bound->book->op_count && x->status == OK; i++) {
    const struct op *op = &x->bound->book->ops[i];
    struct shared_op *to = &s->ops[i];
    if (!op->live || (op->kind != OP_CONST && (op->kind != OP_LOOKUP || s->leaves[op->leaf].too_many))) continue;
    to->op.same = OP_NONE;
    if (op->kind == OP_CONST) bind_const(x, i, &to->op);
    else bind_lookup(x, i, &to->op);
    to->is = !to->op.dead;
    to->sure = to->is && op->kind == OP_LOOKUP && is_sure(op, &to->op.lookup, x->bound->leaves[op->leaf].fill != 0);
  }
  return x->status;
}

enum status block_share(struct arena *a, const struct block_book *b, const struct segment *const *segments, uint32_t count, struct block_share **out, struct err *e) {
  struct err own = {0};
  struct block_share *s;
  struct block_bound bound = {.book = b, .segment = count ? segments[0] : NULL};
  struct binder x = {.arena = a, .err = e ? e : &own, .status = OK, .bound = &bound};
  *out = NULL;
  if (!count) return OK;
  ARENA_TRY(e, s = arena_new(a, struct block_share));
  ARENA_TRY(e, s->ops = arena_array(a, b->op_count + 1u, sizeof *s->ops));
  ARENA_TRY(e, s->leaves = arena_array(a, b->leaf_count + 1u, sizeof *s->leaves));
  ARENA_TRY(e, bound.leaves = arena_array(a, b->leaf_count + 1u, sizeof *bound.leaves));
  for (uint32_t g = 0; g < count; g++) TRY(check_levels(b, segments[g], e));
  for (uint32_t i = 0; i < b->leaf_count; i++) {
    TRY(share_leaf(a, b, &b->leaves[i], segments, count, &s->leaves[i], e));
    TRY(bind_leaf(&bound, &b->leaves[i], &bound.leaves[i], e));
    bound.leaves[i].column = &s->leaves[i].column;
  }
  arena_init(&x.scratch, 0);
  enum status st = share_ops(&x, s);
  arena_drop(&x.scratch);
  *out = s;
  return st;
}
