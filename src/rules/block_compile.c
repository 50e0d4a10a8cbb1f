#include <string.h>

#include "rules/block_program.h"

#define DEPTH_MAX 2000u /* nesting through derived fields; deeper rules run row by row */

struct depends { /* what a subtree is a function of */
  uint32_t count; /* stored fields: 0, 1, 2 = many */
  uint32_t level, field, domain;
  bool odd;       /* variables, rows, macros: not a function of fields' values alone */
};

struct compiler {
  struct block_book *book;
  struct map known;   /* what an operation is, as bytes -> its number: equal parts are made once */
  struct map derived; /* derived field in a domain -> operation */
  struct map depended;/* derived field in a domain -> index in `depends` */
  struct depends *depends;
  uint32_t depends_cap;
  struct text key;
  const char *why_not;
  unsigned depth;
  struct err *err;
  enum status status;
};

/* From where a tree is read: whose row is the rule's own, and in which domain; the macro variable in force. */
struct frame {
  uint32_t level, domain; /* of the rule's own row */
  bool own_hidden;        /* inside a macro of a member's rule, its own row is not a lane */
  uint32_t slot, slot_domain;
};

static uint32_t refuse(struct compiler *c, const char *why) {
  if (!c->why_not) c->why_not = why;
  return OP_NONE;
}

static uint32_t no_memory(struct compiler *c) {
  c->status = err_set(c->err, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory");
  return OP_NONE;
}

static char class_of(const struct rule_type *t) { return t->kind == RULE_BOOL ? 'b' : t->kind == RULE_INT ? 'i' : t->kind == RULE_DOUBLE ? 'd' : 0; }

static void key_u32(struct compiler *c, uint32_t v) { text_addn(&c->key, (const char *)&v, sizeof v); }

static uint32_t add_op(struct compiler *c, const struct op *op, const char *more, size_t more_len) {
  struct block_book *b = c->book;
  bool fresh;
  uint32_t at;
  text_clear(&c->key);
  const uint32_t parts[] = {op->kind, (uint32_t)op->class << 8 | (uint32_t)op->from, (uint32_t)op->rel << 16 | (uint32_t)op->decimals << 8 | op->exact, op->domain, op->over, op->a, op->b, op->c, op->leaf};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) key_u32(c, parts[i]);
  text_addn(&c->key, more, more_len);
  if (c->key.full || !map_put(&c->known, c->key.data, c->key.len, &at, &fresh)) return no_memory(c);
  if (!fresh) return at;
  if (b->op_count == b->op_cap) {
    uint32_t cap = b->op_cap ? b->op_cap * 2 : 64;
    struct op *ops = arena_grow(b->arena, b->ops, b->op_count, cap, sizeof *ops);
    if (!ops) return no_memory(c);
    b->ops = ops, b->op_cap = cap;
  }
  b->ops[b->op_count] = *op;
  return b->op_count++; /* the map numbers as we do: every key is one operation */
}

static const struct op blank = {.domain = DOMAIN_ANY, .over = OP_NONE, .a = OP_NONE, .b = OP_NONE, .c = OP_NONE, .leaf = OP_NONE};

/* ---- what a subtree depends on ---- */

/* The domain of a row seen from a frame, or OP_NONE. */
static uint32_t domain_of(const struct frame *f, const struct ast_row *r) {
  if (r->slot != AST_CONTEXT) return r->slot == f->slot ? f->slot_domain : OP_NONE;
  if (r->level == f->level) return f->own_hidden ? OP_NONE : f->domain;
  if (r->level == LEVEL_HOUSEHOLD || r->level == LEVEL_VILLAGE) return r->level;
  return OP_NONE;
}

static struct frame frame_of_field(uint32_t level, uint32_t domain) { return (struct frame){.level = level, .domain = domain, .slot = OP_NONE}; }

static void depend(struct compiler *c, const struct node *n, const struct frame *f, struct depends *d);

static void depend_both(struct depends *d, const struct depends *more) {
  d->odd |= more->odd;
  if (!more->count) return;
  if (!d->count) d->count = more->count, d->level = more->level, d->field = more->field, d->domain = more->domain;
  else if (more->count > 1 || d->level != more->level || d->field != more->field || d->domain != more->domain) d->count = 2;
}

/* Remembered, because derived fields that read each other twice would be walked 2^n times. */
static struct depends depend_derived(struct compiler *c, uint32_t level, uint32_t field, uint32_t domain) {
  const uint32_t key[] = {level, field, domain};
  struct frame inner = frame_of_field(level, domain);
  struct depends d = {0}, odd = {.odd = true};
  uint32_t at = map_get(&c->depended, (const char *)key, sizeof key);
  if (at != MAP_NONE) return c->depends[at];
  if (c->depth >= DEPTH_MAX) return odd;
  c->depth++;
  depend(c, c->book->env->fields[level][field].derived->root, &inner, &d);
  c->depth--;
  if (!map_put(&c->depended, (const char *)key, sizeof key, &at, NULL)) return odd;
  if (at >= c->depends_cap) {
    uint32_t cap = c->depends_cap ? c->depends_cap * 2 : 64;
    struct depends *more = arena_grow(c->book->arena, c->depends, c->depends_cap, cap, sizeof *more);
    if (!more) {
      no_memory(c);
      return odd;
    }
    c->depends = more, c->depends_cap = cap;
  }
  return c->depends[at] = d;
}

static void depend(struct compiler *c, const struct node *n, const struct frame *f, struct depends *d) {
  if (d->odd || d->count > 1) return;
  switch (n->kind) {
  case NODE_VAR: case NODE_ITEM: case NODE_ROW: case NODE_ROWS: case NODE_COMPREHENSION: d->odd = true; return;
  case NODE_FIELD: case NODE_HAS: {
    uint32_t domain = domain_of(f, &n->row);
    struct depends more = {.count = 1, .level = n->row.level, .field = n->field, .domain = domain};
    if (c->book->env->fields[n->row.level][n->field].derived) {
      /* Has-tests of a derived field need its state; and a village's is unknown without a village, whatever it says. */
      if (n->kind == NODE_HAS || (n->row.level == LEVEL_VILLAGE && f->level != LEVEL_VILLAGE)) d->odd = true;
      else if (domain != OP_NONE) more = depend_derived(c, n->row.level, n->field, domain);
    }
    if (domain == OP_NONE) d->odd = true;
    else depend_both(d, &more);
    return;
  }
  default:
    for (uint32_t i = 0; i < n->child_count; i++)
      if (n->child[i]) depend(c, n->child[i], f, d);
  }
}

/* A subtree as bytes, so that equal predicates share their table. Derived fields are followed when the table is made. */
static void describe(struct text *t, const struct node *n) {
  uint32_t head[] = {n->kind, n->type.kind, n->child_count};
  text_addn(t, (const char *)head, sizeof head);
  switch (n->kind) {
  case NODE_CONST:
    if (n->value.state != RULE_VALUE || n->value.kind == RULE_LIST) {
      const void *self = n; /* told apart by identity: they have no short form */
      text_addn(t, (const char *)&self, sizeof self);
    } else if (n->value.kind == RULE_STRING) {
      text_addn(t, (const char *)&n->value.s.len, sizeof n->value.s.len);
      text_addn(t, n->value.s.at, n->value.s.len);
    } else if (n->value.kind == RULE_TIMESTAMP) {
      text_addn(t, (const char *)&n->value.t.seconds, sizeof n->value.t.seconds);
      text_addn(t, (const char *)&n->value.t.nanos, sizeof n->value.t.nanos);
    } else if (n->value.kind == RULE_BOOL) {
      text_addc(t, n->value.b ? 1 : 2);
    } else if (n->value.kind != RULE_NULL) {
      text_addn(t, (const char *)&n->value.i, sizeof n->value.i);
    }
    break;
  case NODE_ENV_CONST: text_addn(t, (const char *)&n->index, sizeof n->index); break;
  case NODE_FIELD: case NODE_HAS: {
    uint32_t where[] = {n->row.level, n->field};
    text_addn(t, (const char *)where, sizeof where);
    break;
  }
  case NODE_CALL: {
    uint32_t function = n->call.function;
    text_addn(t, (const char *)&function, sizeof function);
    break;
  }
  default: break;
  }
  for (uint32_t i = 0; i < n->child_count; i++)
    if (n->child[i]) describe(t, n->child[i]);
}

static uint32_t leaf_of(struct compiler *c, uint32_t level, uint32_t field) {
  struct block_book *b = c->book;
  for (uint32_t i = 0; i < b->leaf_count; i++)
    if (b->leaves[i].level == level && b->leaves[i].field == field) return i;
  if (b->leaf_count == b->leaf_cap) {
    uint32_t cap = b->leaf_cap ? b->leaf_cap * 2 : 16;
    struct leaf *leaves = arena_grow(b->arena, b->leaves, b->leaf_count, cap, sizeof *leaves);
    if (!leaves) return no_memory(c);
    b->leaves = leaves, b->leaf_cap = cap;
  }
  b->leaves[b->leaf_count] = (struct leaf){level, field, level};
  return b->leaf_count++;
}

/* An operation that is described by its tree. */
static uint32_t add_tree(struct compiler *c, struct op op, const struct node *n) {
  struct text t;
  text_init(&t, (size_t)1 << 24);
  describe(&t, n);
  op.node = n;
  uint32_t at = t.full ? refuse(c, "it is too long") : add_op(c, &op, t.data, t.len);
  text_free(&t);
  return at;
}

/* ---- domains ---- */

#define DOMAIN_CLASH (DOMAIN_ANY - 1)

/* The same value as lanes of `domain`. */
static uint32_t to_domain(struct compiler *c, uint32_t op, uint32_t domain) {
  if (op == OP_NONE) return op;
  struct op from = c->book->ops[op], to = blank;
  if (from.domain == domain) return op;
  if (from.domain == DOMAIN_ANY) {
    from.domain = domain;
    return add_tree(c, from, from.node);
  }
  if (from.domain == LEVEL_VILLAGE) {
    to.kind = OP_GATHER, to.class = from.class, to.domain = LEVEL_HOUSEHOLD, to.a = op;
    return to_domain(c, add_op(c, &to, NULL, 0), domain);
  }
  if (from.domain != LEVEL_HOUSEHOLD || !domain_is_child(domain)) return refuse(c, "it compares rows of different lists");
  c->book->child_levels |= 1u << domain;
  to.kind = OP_SPREAD, to.class = from.class, to.domain = domain, to.over = domain, to.a = op;
  return add_op(c, &to, NULL, 0);
}

/* The narrowest domain that holds both: constants, villages, households, then their rows. */
static uint32_t joined(uint32_t a, uint32_t b) {
  if (a == DOMAIN_ANY || a == b) return b;
  if (b == DOMAIN_ANY) return a;
  if (domain_is_child(a) && domain_is_child(b)) return DOMAIN_CLASH;
  if (domain_is_child(a)) return a;
  if (domain_is_child(b)) return b;
  return LEVEL_HOUSEHOLD;
}

/* Puts up to three operands into one domain and adds the operation. */
static uint32_t combine(struct compiler *c, struct op op) {
  uint32_t domain = DOMAIN_ANY, *operands[] = {&op.a, &op.b, &op.c};
  for (int i = 0; i < 3; i++)
    if (*operands[i] != OP_NONE) domain = joined(domain, c->book->ops[*operands[i]].domain);
  if (domain == DOMAIN_CLASH) return refuse(c, "it compares rows of different lists");
  if (domain == DOMAIN_ANY) domain = LEVEL_HOUSEHOLD;
  for (int i = 0; i < 3; i++)
    if (*operands[i] != OP_NONE && (*operands[i] = to_domain(c, *operands[i], domain)) == OP_NONE) return OP_NONE;
  op.domain = domain;
  return add_op(c, &op, NULL, 0);
}

/* ---- trees ---- */

static uint32_t build(struct compiler *c, const struct node *n, const struct frame *f);

static uint32_t build_constant(struct compiler *c, const struct node *n) {
  struct op op = blank;
  op.kind = OP_CONST, op.class = class_of(&n->type);
  return add_tree(c, op, n);
}

static uint32_t build_lookup(struct compiler *c, const struct node *n, const struct depends *d) {
  struct op op = blank;
  op.kind = OP_LOOKUP, op.class = class_of(&n->type), op.domain = d->domain;
  if ((op.leaf = leaf_of(c, d->level, d->field)) == OP_NONE) return OP_NONE;
  if (domain_is_child(d->domain)) c->book->child_levels |= 1u << d->domain;
  return add_tree(c, op, n);
}

static uint32_t build_derived(struct compiler *c, uint32_t level, uint32_t field, uint32_t domain) {
  const uint32_t key[] = {level, field, domain};
  const struct rule *rule = c->book->env->fields[level][field].derived;
  uint32_t index, op = map_get(&c->derived, (const char *)key, sizeof key);
  if (op != MAP_NONE) return op;
  if (!class_of(&rule->root->type)) return refuse(c, "it reads a derived text");
  struct frame inner = frame_of_field(level, domain);
  if ((op = build(c, rule->root, &inner)) == OP_NONE) return OP_NONE;
  if (!map_put(&c->derived, (const char *)key, sizeof key, &index, NULL)) return no_memory(c);
  c->derived.values[index] = op;
  return op;
}

static uint32_t build_field(struct compiler *c, const struct node *n, const struct frame *f) {
  const struct rule_field *field = &c->book->env->fields[n->row.level][n->field];
  uint32_t domain = domain_of(f, &n->row);
  if (domain == OP_NONE) return refuse(c, "a macro within a macro reads the outer one's row");
  if (field->derived) {
    uint32_t op = build_derived(c, n->row.level, n->field, domain);
    if (op == OP_NONE || n->row.level != LEVEL_VILLAGE || f->level == LEVEL_VILLAGE) return op;
    struct op gather = blank; /* where there is no village, a derived field of it is unknown */
    if ((op = to_domain(c, op, LEVEL_VILLAGE)) == OP_NONE) return op;
    gather.kind = OP_GATHER, gather.class = c->book->ops[op].class, gather.domain = LEVEL_HOUSEHOLD, gather.a = op, gather.exact = true;
    return add_op(c, &gather, NULL, 0);
  }
  struct op op = blank;
  op.kind = OP_LOAD, op.class = class_of(&n->type), op.domain = domain;
  if (!op.class) return refuse(c, "it compares a text or a date with another field");
  if ((op.leaf = leaf_of(c, n->row.level, n->field)) == OP_NONE) return OP_NONE;
  if (domain_is_child(domain)) c->book->child_levels |= 1u << domain;
  return add_op(c, &op, NULL, 0);
}

static uint32_t build_has(struct compiler *c, const struct node *n, const struct frame *f) {
  const struct rule_field *field = &c->book->env->fields[n->row.level][n->field];
  uint32_t domain = domain_of(f, &n->row);
  struct op op = blank;
  if (domain == OP_NONE) return refuse(c, "a macro within a macro reads the outer one's row");
  op.class = 'b';
  if (field->derived) {
    op.kind = OP_KNOWN;
    return (op.a = build_field(c, n, f)) == OP_NONE ? OP_NONE : combine(c, op);
  }
  op.kind = OP_HAS, op.domain = domain;
  if ((op.leaf = leaf_of(c, n->row.level, n->field)) == OP_NONE) return OP_NONE;
  if (domain_is_child(domain)) c->book->child_levels |= 1u << domain;
  return add_op(c, &op, NULL, 0);
}

static uint32_t pair(struct compiler *c, enum op_kind kind, char class, uint32_t a, uint32_t b) {
  struct op op = blank;
  op.kind = kind, op.class = class, op.a = a, op.b = b;
  return a == OP_NONE || b == OP_NONE ? OP_NONE : combine(c, op);
}

static uint32_t build_logic(struct compiler *c, const struct node *n, const struct frame *f) {
  uint32_t op = build(c, n->child[0], f);
  for (uint32_t i = 1; i < n->child_count && op != OP_NONE; i++) op = pair(c, n->kind == NODE_AND ? OP_AND : OP_OR, 'b', op, build(c, n->child[i], f));
  return op;
}

static bool is_stored_number(struct compiler *c, const struct node *n, const struct frame *f) {
  if (n->kind != NODE_FIELD || domain_of(f, &n->row) == OP_NONE) return false;
  const struct rule_field *field = &c->book->env->fields[n->row.level][n->field];
  return !field->derived && (field->kind == COL_INT || field->kind == COL_DECIMAL);
}

static bool is_constant(struct compiler *c, const struct node *n, const struct frame *f) {
  struct depends d = {0};
  depend(c, n, f, &d);
  return !d.count && !d.odd;
}

static uint32_t build_compare(struct compiler *c, const struct node *n, const struct frame *f) {
  static const uint8_t rels[] = {[NODE_EQ - NODE_EQ] = REL_EQ, [NODE_NE - NODE_EQ] = REL_NE, [NODE_LT - NODE_EQ] = REL_LT, [NODE_LE - NODE_EQ] = REL_LE, [NODE_GT - NODE_EQ] = REL_GT, [NODE_GE - NODE_EQ] = REL_GE};
  static const uint8_t turned[] = {[REL_EQ] = REL_EQ, [REL_NE] = REL_NE, [REL_LT] = REL_GT, [REL_LE] = REL_GE, [REL_GT] = REL_LT, [REL_GE] = REL_LE};
  const struct node *left = n->child[0], *right = n->child[1];
  struct op op = blank;
  op.class = 'b', op.rel = rels[n->kind - NODE_EQ], op.from = class_of(&left->type);
  if (!op.from) return refuse(c, "it compares texts, dates or lists of more than one field");
  if (op.from == 'b' && op.rel > REL_NE) return refuse(c, "it orders booleans");
  bool left_is_field = is_stored_number(c, left, f) && is_constant(c, right, f);
  if (left_is_field || (is_stored_number(c, right, f) && is_constant(c, left, f))) {
    const struct node *field = left_is_field ? left : right;
    if (!left_is_field) op.rel = turned[op.rel];
    op.kind = OP_RANGE, op.domain = domain_of(f, &field->row);
    if ((op.a = build(c, left_is_field ? right : left, f)) == OP_NONE || (op.leaf = leaf_of(c, field->row.level, field->field)) == OP_NONE) return OP_NONE;
    if (domain_is_child(op.domain)) c->book->child_levels |= 1u << op.domain;
    return add_op(c, &op, NULL, 0);
  }
  op.kind = OP_COMPARE;
  if ((op.a = build(c, left, f)) == OP_NONE || (op.b = build(c, right, f)) == OP_NONE) return OP_NONE;
  return combine(c, op);
}

/* x in [1, 2, 3]: one comparison an item. */
static uint32_t build_in(struct compiler *c, const struct node *n, const struct frame *f) {
  const struct node *list = n->child[1];
  char class = class_of(&n->child[0]->type);
  uint32_t result = OP_NONE, x;
  if (list->kind != NODE_LIST || !list->child_count || list->child_count > 64 || (class != 'i' && class != 'd')) return refuse(c, "it looks in a list that is not a short literal");
  if ((x = build(c, n->child[0], f)) == OP_NONE) return OP_NONE;
  for (uint32_t i = 0; i < list->child_count; i++) {
    if (list->child[i]->kind != NODE_CONST || list->child[i]->value.state != RULE_VALUE) return refuse(c, "it looks in a list that is not a short literal");
    struct op op = blank;
    op.kind = OP_COMPARE, op.class = 'b', op.rel = REL_EQ, op.from = class, op.a = x;
    if ((op.b = build(c, list->child[i], f)) == OP_NONE) return OP_NONE;
    uint32_t one = combine(c, op);
    result = i ? pair(c, OP_OR, 'b', result, one) : one;
    if (result == OP_NONE) return OP_NONE;
  }
  return result;
}

static uint32_t build_arithmetic(struct compiler *c, const struct node *n, const struct frame *f) {
  static const uint8_t kinds[] = {[NODE_ADD - NODE_ADD] = OP_ADD, [NODE_SUB - NODE_ADD] = OP_SUB, [NODE_MUL - NODE_ADD] = OP_MUL, [NODE_DIV - NODE_ADD] = OP_DIV, [NODE_MOD - NODE_ADD] = OP_MOD};
  char class = class_of(&n->type);
  if (!class || class_of(&n->child[0]->type) != class || class_of(&n->child[1]->type) != class) return refuse(c, "it calculates with dates, texts or unsigned numbers");
  uint32_t a = build(c, n->child[0], f);
  return a == OP_NONE ? a : pair(c, (enum op_kind)kinds[n->kind - NODE_ADD], class, a, build(c, n->child[1], f));
}

static uint32_t build_if(struct compiler *c, const struct node *n, const struct frame *f) {
  struct op op = blank;
  op.kind = OP_IF, op.class = class_of(&n->type);
  if (!op.class) return refuse(c, "it chooses between texts or dates");
  if ((op.a = build(c, n->child[0], f)) == OP_NONE || (op.b = build(c, n->child[1], f)) == OP_NONE || (op.c = build(c, n->child[2], f)) == OP_NONE) return OP_NONE;
  return combine(c, op);
}

/* The level whose rows `range` stands for; OP_NONE when it is something else. */
static uint32_t rows_level(const struct node *range) { return range->kind == NODE_ROWS ? range->row.level : OP_NONE; }

static uint32_t build_call(struct compiler *c, const struct node *n, const struct frame *f) {
  struct op op = blank;
  enum function fn = n->call.function;
  op.class = class_of(&n->type);
  if (!op.class) return refuse(c, "it makes a text, a date or a list");
  if (fn == FN_SIZE) {
    uint32_t level = rows_level(n->child[0]);
    if (level == OP_NONE || f->level == LEVEL_VILLAGE) return refuse(c, "it takes the size of something made on the way");
    op.kind = OP_ROWS, op.domain = LEVEL_HOUSEHOLD, op.over = level;
    c->book->child_levels |= 1u << level;
    return add_op(c, &op, NULL, 0);
  }
  uint32_t *operands[] = {&op.a, &op.b, &op.c};
  if (n->child_count > 3) return refuse(c, "it calls a function of many arguments");
  for (uint32_t i = 0; i < n->child_count; i++) {
    char class = class_of(&n->child[i]->type);
    if (!class) return refuse(c, "it calls a function of texts or dates of more than one field");
    if ((*operands[i] = build(c, n->child[i], f)) == OP_NONE) return OP_NONE;
  }
  const struct op *a = &c->book->ops[op.a];
  if (n->child_count == 1 && a->class == op.class && (fn == FN_INT || fn == FN_DOUBLE || fn == FN_BOOL)) return op.a;
  if (fn == FN_DOUBLE && a->class == 'i') {
    if (a->kind == OP_LOAD && c->book->env->fields[c->book->leaves[a->leaf].level][c->book->leaves[a->leaf].field].kind == COL_INT) {
      struct op load = *a; /* the same column, read as double at once */
      load.class = 'd', load.node = NULL;
      return add_op(c, &load, NULL, 0);
    }
    op.kind = OP_TO_REAL;
    return combine(c, op);
  }
  op.kind = OP_CALL, op.rel = (uint8_t)fn;
  return combine(c, op);
}

static uint32_t build_macro(struct compiler *c, const struct node *n, const struct frame *f) {
  static const uint8_t boolean[MACRO_KIND_COUNT] = {[MACRO_ALL] = 1, [MACRO_EXISTS] = 1, [MACRO_EXISTS_ONE] = 1};
  uint32_t level = rows_level(n->child[0]);
  struct op op = blank;
  struct frame inner = *f;
  if (level == OP_NONE || f->level == LEVEL_VILLAGE) return refuse(c, "a macro runs over a list made on the way");
  if (n->comp.macro == MACRO_FILTER || n->comp.macro == MACRO_MAP) return refuse(c, "it makes a list");
  op.kind = OP_REDUCE, op.class = class_of(&n->type), op.rel = (uint8_t)n->comp.macro, op.over = level, op.domain = LEVEL_HOUSEHOLD;
  op.exact = n->comp.exact, op.decimals = n->comp.decimals;
  inner.slot = n->comp.slot, inner.slot_domain = level, inner.own_hidden = f->own_hidden || domain_is_child(f->domain);
  if (!op.class) return refuse(c, "it aggregates texts, dates or unsigned numbers");
  if (n->child[1] && ((op.a = build(c, n->child[1], &inner)) == OP_NONE || (op.a = to_domain(c, op.a, level)) == OP_NONE)) return OP_NONE;
  if (n->child[2]) {
    op.from = class_of(&n->child[2]->type);
    if (!op.from || (boolean[n->comp.macro] && op.from != 'b')) return refuse(c, "it aggregates texts, dates or unsigned numbers");
    if (op.exact) {
      const struct node *body = n->child[2];
      struct op load = blank; /* the scaled integers themselves */
      uint32_t domain = domain_of(&inner, &body->row);
      if (domain == OP_NONE) return refuse(c, "a macro within a macro reads the outer one's row");
      load.kind = OP_LOAD, load.class = op.from = 'i', load.domain = domain;
      if ((load.leaf = leaf_of(c, body->row.level, body->field)) == OP_NONE) return OP_NONE;
      op.b = add_op(c, &load, NULL, 0);
    } else {
      op.b = build(c, n->child[2], &inner);
    }
    if (op.b == OP_NONE || (op.b = to_domain(c, op.b, level)) == OP_NONE) return OP_NONE;
  }
  c->book->child_levels |= 1u << level;
  return add_op(c, &op, NULL, 0);
}

static uint32_t build_direct(struct compiler *c, const struct node *n, const struct frame *f) {
  struct op op = blank;
  switch (n->kind) {
  case NODE_FIELD: return build_field(c, n, f);
  case NODE_HAS: return build_has(c, n, f);
  case NODE_NOT: case NODE_NEG:
    op.kind = n->kind == NODE_NOT ? OP_NOT : OP_NEG, op.class = class_of(&n->type);
    if (!op.class) return refuse(c, "it calculates with dates, texts or unsigned numbers");
    return (op.a = build(c, n->child[0], f)) == OP_NONE ? OP_NONE : combine(c, op);
  case NODE_AND: case NODE_OR: return build_logic(c, n, f);
  case NODE_IF: return build_if(c, n, f);
  case NODE_ADD: case NODE_SUB: case NODE_MUL: case NODE_DIV: case NODE_MOD: return build_arithmetic(c, n, f);
  case NODE_EQ: case NODE_NE: case NODE_LT: case NODE_LE: case NODE_GT: case NODE_GE: return build_compare(c, n, f);
  case NODE_IN: return build_in(c, n, f);
  case NODE_CALL: return build_call(c, n, f);
  case NODE_COMPREHENSION: return build_macro(c, n, f);
  default: return refuse(c, "it makes lists or reads variables");
  }
}

static bool is_dictionary(const struct compiler *c, const struct depends *d) {
  enum col_kind kind = c->book->env->fields[d->level][d->field].kind;
  return kind == COL_CHOICE || kind == COL_TEXT;
}

/* A subtree that reads one text or choice becomes one lookup, whatever it does, and a condition on one date, which mostly comes down to a
 * stretch of days; one that reads one integer only when there is no other way, because its table is as long as its range. */
static uint32_t build(struct compiler *c, const struct node *n, const struct frame *f) {
  struct depends d = {0};
  if (++c->depth > DEPTH_MAX) {
    c->depth--;
    return refuse(c, "it is nested too deeply");
  }
  uint32_t op;
  depend(c, n, f, &d);
  bool single = d.count == 1 && !d.odd && class_of(&n->type);
  if (!d.count && !d.odd) {
    op = class_of(&n->type) ? build_constant(c, n) : refuse(c, "a constant of it is neither boolean nor number");
  } else if (single && (is_dictionary(c, &d) || (class_of(&n->type) == 'b' && c->book->env->fields[d.level][d.field].kind == COL_DATE))) {
    op = build_lookup(c, n, &d);
  } else {
    const char *before = c->why_not;
    op = build_direct(c, n, f);
    if (op == OP_NONE && single && c->status == OK && c->book->env->fields[d.level][d.field].kind != COL_REAL) {
      c->why_not = before;
      op = build_lookup(c, n, &d);
    }
  }
  c->depth--;
  return op;
}

/* ---- after the trees ---- */

static void mark_live(struct block_book *b) {
  for (uint32_t i = 0; i < b->rule_count; i++)
    if (b->rules[i].op != OP_NONE) b->ops[b->rules[i].op].live = true;
  for (uint32_t i = b->op_count; i-- > 0;) {
    const struct op *op = &b->ops[i];
    const uint32_t operands[] = {op->a, op->b, op->c};
    for (int k = 0; op->live && k < 3; k++)
      if (operands[k] != OP_NONE) b->ops[operands[k]].live = true;
  }
}

/* Constants' lanes are filled once and stay: theirs are the first slots, which nobody hands on. */
static void give_constants(struct block_book *b) {
  for (uint32_t i = 0; i < b->op_count; i++) {
    struct op *op = &b->ops[i];
    if (op->live && op->kind == OP_CONST && op->class != 'b' && op->domain != DOMAIN_ANY && op->domain != LEVEL_VILLAGE) op->constant_slot = b->constant_slots[domain_is_child(op->domain)]++;
  }
}

enum status block_compile(struct block_book *b, const struct rule *const *rules, struct err *e) {
  struct compiler c = {.book = b, .err = e, .status = OK};
  map_init(&c.known, b->arena);
  map_init(&c.derived, b->arena);
  map_init(&c.depended, b->arena);
  text_init(&c.key, (size_t)1 << 25);
  for (uint32_t i = 0; i < b->rule_count && c.status == OK; i++) {
    const struct rule *r = rules[i];
    struct frame f = frame_of_field(r->level, r->level);
    c.why_not = NULL;
    c.depth = 0;
    b->rules[i] = (struct block_rule){r, OP_NONE, NULL};
    if (class_of(&r->root->type)) b->rules[i].op = to_domain(&c, build(&c, r->root, &f), r->level);
    else c.why_not = "its result is neither boolean nor a number";
    if (domain_is_child(r->level)) b->child_levels |= 1u << r->level;
    b->rules[i].why_not = b->rules[i].op == OP_NONE ? c.why_not : NULL;
  }
  text_free(&c.key);
  TRY(c.status);
  mark_live(b);
  give_constants(b);
  return OK;
}
