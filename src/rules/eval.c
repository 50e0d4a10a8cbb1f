#include <string.h>

#include "base/number.h"
#include "rules/call.h"
#include "rules/instant.h"

#define CAUSES_MAX 1000u /* missing cells named for one value; more say nothing new */

struct run {
  struct arena *arena;
  const struct rule *rule;
  const struct rule_row *row;
  uint64_t *cost;
  enum status status; /* set when memory runs out: everything after is moot */
  struct err *err;
  struct rule_value slot[AST_SLOT_MAX];
};

static const char too_costly[] = "cost limit exceeded: the rule takes too many steps";
static const char overflow[] = "return error for overflow";

static void eval(struct run *x, const struct node *n, struct rule_value *out);

static bool stopped(struct run *x, struct rule_value *out) {
  if (x->status == OK && *x->cost <= RULE_COST_LIMIT) return false;
  value_error(out, too_costly);
  return true;
}

static void *take(struct run *x, size_t count, size_t size, struct rule_value *out) {
  void *p = arena_array(x->arena, count, size);
  if (!p) {
    x->status = err_set(x->err, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory");
    value_error(out, "out of memory");
  }
  return p;
}

/* ---- unknowns: which cells were missing ---- */

static void unknown_cell(struct run *x, uint32_t level, uint32_t field, uint64_t row, enum absence why, struct rule_value *out) {
  struct rule_missing *m = take(x, 1, sizeof *m, out);
  if (!m) return;
  *m = (struct rule_missing){.level = level, .field = field, .row = row, .why = why};
  out->state = RULE_UNKNOWN;
  out->missing = m;
}

/* Adds v's causes behind those of `out`, without repeats. Lists are shared, so `out`'s own is copied when it must grow.
 * Not inlined: its array would swell every frame of the recursion. */
__attribute__((noinline)) static void add_causes(struct run *x, struct rule_value *out, const struct rule_value *v) {
  if (!out->missing || out->missing == v->missing) {
    out->missing = v->missing;
    return;
  }
  const struct rule_missing *fresh[CAUSES_MAX];
  uint32_t fresh_count = 0, have = 0;
  for (const struct rule_missing *o = out->missing; o; o = o->next) have++;
  for (const struct rule_missing *m = v->missing; m && have + fresh_count < CAUSES_MAX; m = m->next) {
    const struct rule_missing *o = out->missing;
    while (o && (o->level != m->level || o->field != m->field || o->row != m->row)) o = o->next;
    *x->cost += have / 16;
    if (!o) fresh[fresh_count++] = m;
  }
  if (!fresh_count) return;
  struct rule_missing *all = take(x, have + fresh_count, sizeof *all, out);
  if (!all) return;
  uint32_t k = 0;
  for (const struct rule_missing *o = out->missing; o; o = o->next) all[k++] = *o;
  for (uint32_t i = 0; i < fresh_count; i++) all[k++] = *fresh[i];
  for (uint32_t i = 0; i < k; i++) all[i].next = i + 1 < k ? &all[i + 1] : NULL;
  out->missing = all;
}

/* Strict combination: keeps the first error unless something is unknown. True when v is a plain value. */
static bool strict(struct run *x, struct rule_value *bad, const struct rule_value *v) {
  if (v->state == RULE_VALUE) return true;
  if (v->state == RULE_UNKNOWN && bad->state == RULE_UNKNOWN) add_causes(x, bad, v);
  else if (bad->state == RULE_VALUE || v->state == RULE_UNKNOWN) *bad = *v;
  return false;
}

/* ---- cells ---- */

struct rule_value ast_cell_value(const struct rule_field *f, const struct cell *c) {
  struct rule_value v = {.state = RULE_VALUE};
  switch (f->kind) {
  case COL_BOOL: v.kind = RULE_BOOL, v.b = c->i != 0; break;
  case COL_INT: v.kind = RULE_INT, v.i = c->i; break;
  case COL_DECIMAL: v.kind = RULE_DOUBLE, v.d = number_unscale(c->i, f->decimals); break;
  case COL_REAL: v.kind = RULE_DOUBLE, v.d = c->d; break;
  case COL_DATE: v.kind = RULE_TIMESTAMP, v.t.seconds = c->i * 86400, v.t.nanos = 0; break;
  default: v.kind = RULE_STRING, v.s = c->s; break;
  }
  return v;
}

static const struct rule_field *field_of(const struct run *x, const struct node *n) { return &x->rule->env->fields[n->row.level][n->field]; }

/* The row a field node speaks of. UINT64_MAX: there is none (a household without a village). */
static uint64_t row_of(const struct run *x, const struct ast_row *r) {
  if (r->slot != AST_CONTEXT) return x->slot[r->slot].row.row;
  if (r->level == LEVEL_HOUSEHOLD) return x->row->household;
  if (r->level == x->rule->level) return x->row->row;
  if (r->level == LEVEL_VILLAGE && x->row->segment && x->row->segment->village_of) {
    uint32_t v = x->row->segment->village_of[x->row->household];
    return v == SEGMENT_NO_ROW ? UINT64_MAX : v;
  }
  return UINT64_MAX;
}

/* One stored cell, after overrides and `fill`. */
static struct cell cell_at(const struct run *x, uint32_t level, uint32_t field, const struct rule_field *f, uint64_t row) {
  struct cell c = {.absence = ABSENT_EMPTY};
  const struct rule_row *r = x->row;
  if (!r->cell || !r->cell(r->cell_ctx, level, field, row, &c)) {
    if (r->segment && row != UINT64_MAX) c = column_cell(&r->segment->levels[level].columns[f->column], row);
    else c.absence = ABSENT_EMPTY;
  }
  if (c.absence != PRESENT && f->fill >> c.absence & 1) c = f->fill_value, c.absence = PRESENT;
  return c;
}

static void eval_field(struct run *x, const struct node *n, struct rule_value *out) {
  const struct rule_field *f = field_of(x, n);
  uint64_t row = row_of(x, &n->row);
  if (f->derived) {
    struct cell c;
    if (x->row->cell && x->row->cell(x->row->cell_ctx, n->row.level, n->field, row, &c)) {
      if (c.absence == PRESENT) *out = ast_cell_value(f, &c);
      else unknown_cell(x, n->row.level, n->field, row, c.absence, out);
      return;
    }
    if (row == UINT64_MAX) {
      unknown_cell(x, n->row.level, n->field, row, ABSENT_EMPTY, out);
      return;
    }
    struct rule_row at = *x->row;
    at.row = row;
    if (n->row.level == LEVEL_HOUSEHOLD) at.household = row;
    struct run inner;
    inner.arena = x->arena, inner.rule = f->derived, inner.row = &at, inner.cost = x->cost, inner.status = OK, inner.err = x->err;
    ++*x->cost;
    if (stopped(x, out)) return;
    eval(&inner, f->derived->root, out);
    if (inner.status != OK) x->status = inner.status;
    return;
  }
  struct cell c = cell_at(x, n->row.level, n->field, f, row);
  if (c.absence == PRESENT) *out = ast_cell_value(f, &c);
  else unknown_cell(x, n->row.level, n->field, row, c.absence, out);
}

/* ---- operators ---- */

static void arithmetic_int(enum node_kind op, int64_t a, int64_t b, struct rule_value *out) {
  bool bad = false;
  out->kind = RULE_INT;
  switch (op) {
  case NODE_ADD: bad = __builtin_add_overflow(a, b, &out->i); break;
  case NODE_SUB: bad = __builtin_sub_overflow(a, b, &out->i); break;
  case NODE_MUL: bad = __builtin_mul_overflow(a, b, &out->i); break;
  default:
    if (b == 0) {
      value_error(out, op == NODE_DIV ? "divide by zero" : "modulus by zero");
      return;
    }
    if (a == INT64_MIN && b == -1) bad = true;
    else out->i = op == NODE_DIV ? a / b : a % b;
  }
  if (bad) value_error(out, overflow);
}

static void arithmetic_uint(enum node_kind op, uint64_t a, uint64_t b, struct rule_value *out) {
  bool bad = false;
  out->kind = RULE_UINT;
  switch (op) {
  case NODE_ADD: bad = __builtin_add_overflow(a, b, &out->u); break;
  case NODE_SUB: bad = __builtin_sub_overflow(a, b, &out->u); break;
  case NODE_MUL: bad = __builtin_mul_overflow(a, b, &out->u); break;
  default:
    if (b == 0) {
      value_error(out, op == NODE_DIV ? "divide by zero" : "modulus by zero");
      return;
    }
    out->u = op == NODE_DIV ? a / b : a % b;
  }
  if (bad) value_error(out, overflow);
}

static void add_times(enum node_kind op, const struct rule_value *a, const struct rule_value *b, struct rule_value *out) {
  if (a->kind == RULE_DURATION && b->kind == RULE_DURATION) {
    arithmetic_int(op, a->i, b->i, out);
    if (out->state == RULE_VALUE) out->kind = RULE_DURATION;
    else out->error = "range error";
    return;
  }
  if (a->kind == RULE_DURATION) {
    const struct rule_value *swap = a;
    a = b, b = swap;
  }
  struct instant t = {a->t.seconds, a->t.nanos}, u;
  if (b->kind == RULE_TIMESTAMP) {
    out->kind = RULE_DURATION;
    if (!instant_difference(t, (struct instant){b->t.seconds, b->t.nanos}, &out->i)) value_error(out, "range error");
    return;
  }
  out->kind = RULE_TIMESTAMP;
  bool ok = op == NODE_ADD ? instant_add(t, b->i, &u)
          : b->i == INT64_MIN ? instant_add(t, INT64_MAX, &u) && instant_add(u, 1, &u)
                              : instant_add(t, -b->i, &u);
  if (ok) out->t.seconds = u.seconds, out->t.nanos = u.nanos;
  else value_error(out, "range error");
}

static void concatenate(struct run *x, const struct rule_value *a, const struct rule_value *b, struct rule_value *out) {
  if (a->kind == RULE_STRING) {
    size_t n = a->s.len + b->s.len;
    *x->cost += 1 + n / 8;
    if (stopped(x, out)) return;
    char *p = take(x, n + 1, 1, out);
    if (!p) return;
    if (a->s.len) memcpy(p, a->s.at, a->s.len);
    if (b->s.len) memcpy(p + a->s.len, b->s.at, b->s.len);
    out->kind = RULE_STRING;
    out->s = (struct span){p, n};
    return;
  }
  uint64_t n = (uint64_t)a->list.count + b->list.count;
  *x->cost += 1 + n * 2;
  if (stopped(x, out)) return;
  struct rule_value *items = take(x, n, sizeof *items, out);
  if (!items) return;
  if (a->list.count) memcpy(items, a->list.items, a->list.count * sizeof *items);
  if (b->list.count) memcpy(items + a->list.count, b->list.items, b->list.count * sizeof *items);
  out->kind = RULE_LIST;
  out->list.items = items;
  out->list.count = (uint32_t)n;
}

static void eval_arithmetic(struct run *x, const struct node *n, const struct rule_value *a, const struct rule_value *b, struct rule_value *out) {
  switch (a->kind) {
  case RULE_INT: arithmetic_int(n->kind, a->i, b->i, out); return;
  case RULE_UINT: arithmetic_uint(n->kind, a->u, b->u, out); return;
  case RULE_DOUBLE:
    out->kind = RULE_DOUBLE;
    out->d = n->kind == NODE_ADD ? a->d + b->d : n->kind == NODE_SUB ? a->d - b->d : n->kind == NODE_MUL ? a->d * b->d : a->d / b->d;
    return;
  case RULE_STRING: case RULE_LIST: concatenate(x, a, b, out); return;
  default: add_times(n->kind, a, b, out); return;
  }
}

static void eval_binary(struct run *x, const struct node *n, struct rule_value *out) {
  struct rule_value a, b;
  eval(x, n->child[0], &a);
  eval(x, n->child[1], &b);
  *out = (struct rule_value){.state = RULE_VALUE, .kind = RULE_BOOL};
  if (a.state != RULE_VALUE || b.state != RULE_VALUE) {
    strict(x, out, &a);
    strict(x, out, &b);
    return;
  }
  int c;
  switch (n->kind) {
  case NODE_EQ: out->b = value_equal(&a, &b, x->cost); return;
  case NODE_NE: out->b = !value_equal(&a, &b, x->cost); return;
  case NODE_LT: out->b = value_compare(&a, &b, x->cost) == -1; return;
  case NODE_LE: c = value_compare(&a, &b, x->cost); out->b = c == -1 || c == 0; return;
  case NODE_GT: out->b = value_compare(&a, &b, x->cost) == 1; return;
  case NODE_GE: c = value_compare(&a, &b, x->cost); out->b = c == 1 || c == 0; return;
  case NODE_IN:
    *x->cost += b.list.count;
    for (uint32_t i = 0; i < b.list.count && !out->b; i++) out->b = value_equal(&a, &b.list.items[i], x->cost);
    return;
  case NODE_INDEX:
    if (b.i < 0 || b.i >= (int64_t)a.list.count) value_error(out, "invalid_argument: index out of bounds");
    else *out = a.list.items[b.i];
    return;
  default: eval_arithmetic(x, n, &a, &b, out); return;
  }
}

/* && and ||: `decides` (false for &&) settles it at once; else unknown, else error. */
static void eval_logic(struct run *x, const struct node *n, struct rule_value *out) {
  bool decides = n->kind == NODE_OR;
  struct rule_value v;
  *out = (struct rule_value){.state = RULE_VALUE, .kind = RULE_BOOL, .b = !decides};
  for (uint32_t i = 0; i < n->child_count; i++) {
    eval(x, n->child[i], &v);
    if (!strict(x, out, &v)) continue;
    if (v.b != decides) continue;
    *out = v;
    return;
  }
}

/* ---- macros ---- */

struct span_of_rows { uint64_t from, to; };

static struct span_of_rows rows_range(const struct run *x, const struct rule_value *rows) {
  const uint32_t *at = x->row->segment->child_at[rows->row.level];
  return (struct span_of_rows){at[rows->row.row], at[rows->row.row + 1]};
}

static void eval_rows(struct run *x, const struct node *n, struct rule_value *out) {
  const struct segment *s = x->row->segment;
  uint32_t level = n->row.level;
  uint64_t h = x->row->household;
  if (!s || !s->child_at[level] || !segment_has_roster(s, level, h)) {
    unknown_cell(x, level, UINT32_MAX, h, ABSENT_NO_ROSTER, out);
    return;
  }
  *out = (struct rule_value){.state = RULE_VALUE, .kind = RULE_ROWS};
  out->row.level = level;
  out->row.row = h;
}

struct fold { /* a macro under way */
  const struct node *n;
  struct rule_value bad;   /* the first unknown or error */
  uint64_t count;          /* items that passed */
  int64_t whole;           /* sum of int, duration, scaled decimals */
  uint64_t natural;        /* sum of uint */
  double real;
  struct rule_value best;  /* min, max */
  struct rule_value *items;/* filter, map */
  bool decided;
};

static void fold_body(struct run *x, struct fold *f) {
  const struct node *n = f->n, *body = n->child[2];
  struct rule_value v;
  if (n->comp.exact) { /* scaled integers, divided once at the end */
    const struct rule_field *field = field_of(x, body);
    uint64_t row = row_of(x, &body->row);
    struct cell c = cell_at(x, body->row.level, body->field, field, row);
    if (c.absence == PRESENT) {
      f->count++;
      if (__builtin_add_overflow(f->whole, c.i, &f->whole)) {
        value_error(&v, overflow);
        strict(x, &f->bad, &v);
        f->whole = 0;
      }
    } else {
      unknown_cell(x, body->row.level, body->field, row, c.absence, &v);
      strict(x, &f->bad, &v);
    }
    return;
  }
  eval(x, body, &v);
  if (!strict(x, &f->bad, &v)) return;
  f->count++;
  uint64_t ignored = 0;
  int order;
  switch (n->comp.macro) {
  case MACRO_SUM: case MACRO_MEAN:
    if (v.kind == RULE_DOUBLE) f->real += v.d;
    else if (v.kind == RULE_UINT ? __builtin_add_overflow(f->natural, v.u, &f->natural) : __builtin_add_overflow(f->whole, v.i, &f->whole)) {
      value_error(&v, overflow);
      strict(x, &f->bad, &v);
    }
    return;
  case MACRO_MIN: case MACRO_MAX:
    if (f->count == 1) {
      f->best = v;
      return;
    }
    order = value_compare(&v, &f->best, &ignored);
    if (order == (n->comp.macro == MACRO_MIN ? -1 : 1) || (order == 2 && v.d != v.d)) f->best = v;
    return;
  default: return;
  }
}

static void fold_item(struct run *x, struct fold *f) {
  const struct node *n = f->n;
  struct rule_value v;
  if (n->child[1]) {
    eval(x, n->child[1], &v);
    if (!strict(x, &f->bad, &v) || !v.b) return;
  }
  switch (n->comp.macro) {
  case MACRO_ALL: case MACRO_EXISTS:
    eval(x, n->child[2], &v);
    if (strict(x, &f->bad, &v) && v.b == (n->comp.macro == MACRO_EXISTS)) f->decided = true;
    return;
  case MACRO_EXISTS_ONE:
    eval(x, n->child[2], &v);
    if (strict(x, &f->bad, &v)) f->count += v.b;
    return;
  case MACRO_FILTER: f->items[f->count++] = x->slot[n->comp.slot]; return;
  case MACRO_MAP:
    eval(x, n->child[2], &v);
    if (strict(x, &f->bad, &v)) f->items[f->count++] = v;
    return;
  case MACRO_COUNT: f->count++; return;
  default: fold_body(x, f); return;
  }
}

static void fold_end(struct fold *f, struct rule_value *out) {
  const struct node *n = f->n;
  enum macro m = n->comp.macro;
  if (f->decided) {
    *out = (struct rule_value){.kind = RULE_BOOL, .b = m == MACRO_EXISTS};
    return;
  }
  if (f->bad.state != RULE_VALUE) {
    *out = f->bad;
    return;
  }
  *out = (struct rule_value){.kind = n->type.kind};
  double scale = n->comp.exact ? (double)number_pow10(n->comp.decimals) : 1;
  enum rule_kind body = n->child[2] ? n->child[2]->type.kind : RULE_INT;
  switch (m) {
  case MACRO_ALL: out->b = true; return;
  case MACRO_EXISTS: return;
  case MACRO_EXISTS_ONE: out->b = f->count == 1; return;
  case MACRO_FILTER: case MACRO_MAP: out->list.items = f->items, out->list.count = (uint32_t)f->count; return;
  case MACRO_COUNT: out->i = (int64_t)f->count; return;
  case MACRO_SUM:
    if (n->comp.exact) out->d = (double)f->whole / scale;
    else if (n->type.kind == RULE_DOUBLE) out->d = f->real;
    else if (n->type.kind == RULE_UINT) out->u = f->natural;
    else out->i = f->whole;
    return;
  case MACRO_MEAN:
    if (f->count == 0) value_error(out, "invalid argument: mean of nothing");
    else if (n->comp.exact) out->d = (double)f->whole / ((double)f->count * scale);
    else out->d = (body == RULE_DOUBLE ? f->real : body == RULE_UINT ? (double)f->natural : (double)f->whole) / (double)f->count;
    return;
  default:
    if (f->count == 0) value_error(out, m == MACRO_MIN ? "invalid argument: min of nothing" : "invalid argument: max of nothing");
    else *out = f->best;
    return;
  }
}

static void eval_macro(struct run *x, const struct node *n, struct rule_value *out) {
  struct rule_value range;
  eval(x, n->child[0], &range);
  if (range.state != RULE_VALUE) {
    *out = range;
    return;
  }
  struct span_of_rows rows = {0, 0};
  if (range.kind == RULE_ROWS) rows = rows_range(x, &range);
  uint64_t count = range.kind == RULE_ROWS ? rows.to - rows.from : range.list.count;
  struct fold f = {.n = n};
  bool builds = n->comp.macro == MACRO_FILTER || n->comp.macro == MACRO_MAP;
  *x->cost += builds ? count * 3 : count;
  if (stopped(x, out)) return;
  if (builds && count && !(f.items = take(x, count, sizeof *f.items, out))) return;
  struct rule_value *slot = &x->slot[n->comp.slot];
  for (uint64_t i = 0; i < count && !f.decided; i++) {
    if (stopped(x, out)) return;
    if (range.kind == RULE_ROWS) {
      *slot = (struct rule_value){.kind = RULE_ROW};
      slot->row.level = range.row.level;
      slot->row.row = rows.from + i;
    } else {
      *slot = range.list.items[i];
    }
    fold_item(x, &f);
  }
  fold_end(&f, out);
}

static void eval_call(struct run *x, const struct node *n, struct rule_value *out) {
  struct rule_value args[2];
  *out = (struct rule_value){.state = RULE_VALUE};
  bool plain = true;
  for (uint32_t i = 0; i < n->child_count; i++) {
    eval(x, n->child[i], &args[i]);
    plain &= strict(x, out, &args[i]);
  }
  if (!plain || stopped(x, out)) return;
  if (n->call.function == FN_SIZE && n->child_count && args[0].kind == RULE_ROWS) {
    struct span_of_rows rows = rows_range(x, &args[0]);
    *out = (struct rule_value){.kind = RULE_INT, .i = (int64_t)(rows.to - rows.from)};
    return;
  }
  enum status st = call_function(x->arena, n->call.function, n->call.regex, args, n->child_count, out, x->cost, x->err);
  if (st != OK) x->status = st, value_error(out, "out of memory");
}

static void eval(struct run *x, const struct node *n, struct rule_value *out) {
  switch (n->kind) {
  case NODE_CONST: *out = n->value; return;
  case NODE_ENV_CONST: *out = x->rule->env->consts[n->index].value; return;
  case NODE_VAR:
    if (x->row->vars) *out = x->row->vars[n->index];
    else *out = (struct rule_value){.state = RULE_UNKNOWN, .kind = n->type.kind};
    return;
  case NODE_ITEM: *out = x->slot[n->slot]; return;
  case NODE_FIELD: eval_field(x, n, out); return;
  case NODE_HAS: {
    struct rule_value v;
    eval_field(x, n, &v);
    *out = (struct rule_value){.kind = RULE_BOOL, .b = v.state != RULE_UNKNOWN};
    return;
  }
  case NODE_ROW:
    *out = (struct rule_value){.kind = RULE_ROW};
    out->row.level = n->row.level;
    out->row.row = row_of(x, &n->row);
    return;
  case NODE_ROWS: eval_rows(x, n, out); return;
  case NODE_NOT:
    eval(x, n->child[0], out);
    if (out->state == RULE_VALUE) out->b = !out->b;
    return;
  case NODE_NEG:
    eval(x, n->child[0], out);
    if (out->state != RULE_VALUE) return;
    if (out->kind == RULE_DOUBLE) out->d = -out->d;
    else if (out->i == INT64_MIN) value_error(out, overflow);
    else out->i = -out->i;
    return;
  case NODE_AND: case NODE_OR: eval_logic(x, n, out); return;
  case NODE_IF: {
    struct rule_value v;
    eval(x, n->child[0], &v);
    if (v.state != RULE_VALUE) *out = v;
    else eval(x, n->child[v.b ? 1 : 2], out);
    return;
  }
  case NODE_LIST: {
    struct rule_value *items = NULL;
    *out = (struct rule_value){.kind = RULE_LIST};
    *x->cost += n->child_count * 3u;
    if (stopped(x, out) || (n->child_count && !(items = take(x, n->child_count, sizeof *items, out)))) return;
    struct rule_value bad = {.state = RULE_VALUE};
    for (uint32_t i = 0; i < n->child_count; i++) {
      eval(x, n->child[i], &items[i]);
      strict(x, &bad, &items[i]);
    }
    if (bad.state != RULE_VALUE) *out = bad;
    else out->list.items = items, out->list.count = n->child_count;
    return;
  }
  case NODE_CALL: eval_call(x, n, out); return;
  case NODE_COMPREHENSION: eval_macro(x, n, out); return;
  default: eval_binary(x, n, out); return;
  }
}

enum status rule_eval(struct arena *a, const struct rule *r, const struct rule_row *row, struct rule_value *out, struct err *e) {
  struct run x; /* slots are written before they are read: no need to clear them */
  uint64_t cost = 0;
  x.arena = a, x.rule = r, x.row = row, x.cost = &cost, x.status = OK, x.err = e;
  *out = (struct rule_value){.state = RULE_VALUE};
  eval(&x, r->root, out);
  if (x.status != OK) return x.status;
  if (cost > RULE_COST_LIMIT) value_error(out, too_costly);
  return OK;
}
