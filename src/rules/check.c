#include "rules/check.h"

#include <string.h>

static const char *const names[RULE_KIND_COUNT] = {[RULE_NULL] = "null_type", [RULE_BOOL] = "bool", [RULE_INT] = "int", [RULE_UINT] = "uint",
    [RULE_DOUBLE] = "double", [RULE_STRING] = "string", [RULE_TIMESTAMP] = "timestamp", [RULE_DURATION] = "duration", [RULE_LIST] = "list",
    [RULE_TYPE] = "type", [RULE_ROW] = "row", [RULE_ROWS] = "rows"};

char *rule_type_text(struct arena *a, struct rule_type t) {
  if ((unsigned)t.kind >= RULE_KIND_COUNT) return arena_str(a, "?");
  if (t.kind != RULE_LIST) return arena_str(a, names[t.kind]);
  const char *inner = t.element ? rule_type_text(a, *t.element) : "dyn";
  return inner ? arena_printf(a, "list(%s)", inner) : NULL;
}

const char *check_type_text(struct check *c, struct rule_type t) {
  if ((t.kind == RULE_ROW || t.kind == RULE_ROWS) && t.level < c->env->level_count && c->env->level_names[t.level])
    return arena_printf(c->s->arena, t.kind == RULE_ROW ? "row of %s" : "rows of %s", c->env->level_names[t.level]);
  const char *text = rule_type_text(c->s->arena, t);
  return text ? text : "?";
}

bool check_join(struct arena *a, struct rule_type x, struct rule_type y, struct rule_type *out) {
  if (x.kind != y.kind) return false;
  *out = x;
  if (x.kind == RULE_ROW || x.kind == RULE_ROWS) return x.level == y.level;
  if (x.kind != RULE_LIST) return true;
  if (!x.element || !y.element) {
    if (!x.element) out->element = y.element;
    return true;
  }
  struct rule_type inner;
  if (!check_join(a, *x.element, *y.element, &inner)) return false;
  struct rule_type *kept = arena_copy(a, &inner, sizeof inner);
  if (!kept) return false;
  out->element = kept;
  return true;
}

enum status check_node(struct check *c, enum node_kind kind, const struct syntax *x, uint32_t children, struct node **out) {
  struct node *n;
  ARENA_TRY(c->s->err, n = arena_new(c->s->arena, struct node));
  n->kind = kind;
  n->offset = x->at;
  n->length = x->len;
  n->child_count = children;
  if (children) ARENA_TRY(c->s->err, n->child = arena_array(c->s->arena, children, sizeof(void *)));
  c->node_count++;
  *out = n;
  return OK;
}

/* Names that are near: at most a third of the letters off. */
static uint32_t distance(struct span a, struct span b) {
  enum { LONGEST = 48 };
  if (a.len > LONGEST || b.len > LONGEST) return UINT32_MAX;
  uint32_t row[3][LONGEST + 1]; /* Damerau: two rows back for swapped neighbours */
  for (uint32_t j = 0; j <= b.len; j++) row[0][j] = j;
  for (uint32_t i = 1; i <= a.len; i++) {
    uint32_t *now = row[i % 3], *before = row[(i + 2) % 3], *earlier = row[(i + 1) % 3];
    now[0] = i;
    for (uint32_t j = 1; j <= b.len; j++) {
      uint32_t best = before[j - 1] + (a.at[i - 1] != b.at[j - 1]);
      if (before[j] + 1 < best) best = before[j] + 1;
      if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
      if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1] && earlier[j - 2] + 1 < best) best = earlier[j - 2] + 1;
      now[j] = best;
    }
  }
  return row[a.len % 3][b.len];
}

void near_try(struct near *n, struct span candidate) {
  uint32_t d = span_is_nocase(n->word, "") ? UINT32_MAX : distance(n->word, candidate);
  uint32_t allowed = (uint32_t)(n->word.len > candidate.len ? n->word.len : candidate.len) / 3;
  if (d <= allowed && (!n->found.at || d < n->best)) n->best = d, n->found = candidate;
}

const char *near_hint(struct check *c, const struct near *n) {
  return n->found.at ? arena_printf(c->s->arena, "did you mean %.*s?", (int)n->found.len, n->found.at) : NULL;
}

static enum status add_read(struct check *c, uint32_t level, uint32_t field) {
  for (uint32_t i = 0; i < c->read_count; i++)
    if (c->reads[i].level == level && c->reads[i].field == field) return OK;
  if (c->read_count == c->read_cap) {
    uint32_t cap = c->read_cap ? c->read_cap * 2 : 8;
    ARENA_TRY(c->s->err, c->reads = arena_grow(c->s->arena, c->reads, c->read_count, cap, sizeof *c->reads));
    c->read_cap = cap;
  }
  c->reads[c->read_count++] = (struct rule_read){level, field};
  return OK;
}

static uint32_t find_field(const struct rule_env *env, uint32_t level, struct span name) {
  if (level >= env->level_count) return UINT32_MAX;
  for (uint32_t f = 0; f < env->field_count[level]; f++)
    if (span_is(name, env->fields[level][f].name)) return f;
  return UINT32_MAX;
}

static struct rule_type field_type(const struct rule_field *f) {
  static const enum rule_kind kinds[COL_KIND_COUNT] = {[COL_BOOL] = RULE_BOOL, [COL_INT] = RULE_INT, [COL_DECIMAL] = RULE_DOUBLE, [COL_REAL] = RULE_DOUBLE,
      [COL_DATE] = RULE_TIMESTAMP, [COL_CHOICE] = RULE_STRING, [COL_TEXT] = RULE_STRING};
  if (f->derived) return rule_result_type(f->derived);
  return (struct rule_type){.kind = kinds[f->kind]};
}

static enum status field_node(struct check *c, const struct syntax *x, struct ast_row row, uint32_t field, struct node **out) {
  TRY(check_node(c, NODE_FIELD, x, 0, out));
  (*out)->row = row;
  (*out)->field = field;
  (*out)->type = field_type(&c->env->fields[row.level][field]);
  return add_read(c, row.level, field);
}

static enum status no_field(struct check *c, const struct syntax *x, uint32_t level) {
  struct near near = {.word = x->name};
  for (uint32_t f = 0; f < c->env->field_count[level]; f++) near_try(&near, span_of(c->env->fields[level][f].name));
  return source_problem(c->s, RULE_CHECK, x->name_at, (uint32_t)x->name.len, near_hint(c, &near), "%s has no field `%.*s`", c->env->level_names[level],
                        (int)x->name.len, x->name.at);
}

static const struct { const char *name; enum rule_kind kind; } type_names[] = {
    {"bool", RULE_BOOL}, {"int", RULE_INT}, {"uint", RULE_UINT}, {"double", RULE_DOUBLE}, {"string", RULE_STRING}, {"list", RULE_LIST},
    {"null_type", RULE_NULL}, {"type", RULE_TYPE}, {"google.protobuf.Timestamp", RULE_TIMESTAMP}, {"google.protobuf.Duration", RULE_DURATION}};

static enum status find_plain(struct check *c, const struct syntax *x, struct span name, struct node **out) {
  *out = NULL;
  for (uint32_t i = 0; i < c->env->var_count; i++)
    if (span_is(name, c->env->var_names[i])) {
      TRY(check_node(c, NODE_VAR, x, 0, out));
      (*out)->index = i;
      (*out)->type = c->env->var_types[i];
      return OK;
    }
  return OK;
}

static enum status find_type(struct check *c, const struct syntax *x, struct span name, struct node **out) {
  for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++)
    if (span_is(name, type_names[i].name)) {
      TRY(check_node(c, NODE_CONST, x, 0, out));
      (*out)->type.kind = (*out)->value.kind = RULE_TYPE;
      (*out)->value.i = type_names[i].kind;
      return OK;
    }
  return OK;
}

/* A name that means nothing: say where it lives, or what is near. */
static enum status unknown_name(struct check *c, const struct syntax *x) {
  const struct rule_env *env = c->env;
  struct near near = {.word = x->name};
  const char *hint = NULL;
  if (span_is(x->name, "bytes") || span_is(x->name, "map") || span_is(x->name, "dyn"))
    return source_problem(c->s, RULE_UNSUPPORTED, x->name_at, (uint32_t)x->name.len, NULL, "the type %.*s is not part of rules", (int)x->name.len, x->name.at);
  if (x->name.at[0] >= 'A' && x->name.at[0] <= 'Z') /* no name of ours begins so: a message, an enum */
    return source_problem(c->s, RULE_UNSUPPORTED, x->name_at, (uint32_t)x->name.len, NULL, "there is no name `%.*s`; packages, messages and enums are not part of rules",
                          (int)x->name.len, x->name.at);
  for (uint32_t l = 0; l < env->level_count; l++) {
    if (!env->level_names[l] || find_field(env, l, x->name) == UINT32_MAX) continue;
    if (l == LEVEL_HOUSEHOLD || l == LEVEL_VILLAGE) hint = arena_printf(c->s->arena, "write %s.%.*s", env->level_names[l], (int)x->name.len, x->name.at);
    else if (!hint) hint = arena_printf(c->s->arena, "it is a field of %s: write %s.exists(m, m.%.*s ...)", env->level_names[l], env->level_names[l], (int)x->name.len, x->name.at);
  }
  for (uint32_t i = 0; i < c->scope_count; i++) near_try(&near, c->scope[i].name);
  for (uint32_t f = 0; c->level < env->level_count && f < env->field_count[c->level]; f++) near_try(&near, span_of(env->fields[c->level][f].name));
  for (uint32_t i = 0; i < env->const_count; i++) near_try(&near, span_of(env->consts[i].name));
  for (uint32_t i = 0; i < env->var_count; i++) near_try(&near, span_of(env->var_names[i]));
  for (uint32_t l = 0; l < env->level_count; l++)
    if (env->level_names[l]) near_try(&near, span_of(env->level_names[l]));
  if (!hint) hint = near_hint(c, &near);
  return source_problem(c->s, RULE_CHECK, x->name_at, (uint32_t)x->name.len, hint, "there is no name `%.*s`", (int)x->name.len, x->name.at);
}

/* In CEL a container such as `x` would make `y` mean `x.y`. Rules have none, so where that could be meant the name is refused. */
static enum status refuse_container(struct check *c, const struct syntax *x, struct span name) {
  for (uint32_t i = 0; i < c->env->var_count && !x->rooted; i++) {
    struct span v = span_of(c->env->var_names[i]);
    if (v.len > name.len && v.at[v.len - name.len - 1] == '.' && memcmp(v.at + v.len - name.len, name.at, name.len) == 0)
      return source_problem(c->s, RULE_UNSUPPORTED, x->at, x->len, arena_printf(c->s->arena, "write %s, or .%.*s", c->env->var_names[i], (int)name.len, name.at),
                            "containers are not part of rules: `%.*s` could be `%s`", (int)name.len, name.at, c->env->var_names[i]);
  }
  return OK;
}

static enum status check_name(struct check *c, const struct syntax *x, struct node **out) {
  const struct rule_env *env = c->env;
  *out = NULL;
  for (uint32_t i = c->scope_count; i-- > 0 && !x->rooted;)
    if (c->scope[i].name.len == x->name.len && memcmp(c->scope[i].name.at, x->name.at, x->name.len) == 0) {
      struct rule_type t = c->scope[i].type;
      TRY(check_node(c, t.kind == RULE_ROW ? NODE_ROW : NODE_ITEM, x, 0, out));
      (*out)->type = t;
      if (t.kind == RULE_ROW) (*out)->row = (struct ast_row){t.level, i};
      else (*out)->slot = i;
      return OK;
    }
  TRY(refuse_container(c, x, x->name));
  TRY(find_plain(c, x, x->name, out));
  if (*out) return OK;
  uint32_t f = find_field(env, c->level, x->name);
  if (f != UINT32_MAX) return field_node(c, x, (struct ast_row){c->level, AST_CONTEXT}, f, out);
  for (uint32_t i = 0; i < env->const_count; i++)
    if (span_is(x->name, env->consts[i].name)) {
      TRY(check_node(c, NODE_ENV_CONST, x, 0, out));
      (*out)->index = i;
      (*out)->type.kind = env->consts[i].value.kind;
      return OK;
    }
  for (uint32_t l = 0; l < env->level_count; l++)
    if (env->level_names[l] && span_is(x->name, env->level_names[l])) {
      bool single = l == LEVEL_HOUSEHOLD || l == LEVEL_VILLAGE;
      if (c->level == LEVEL_VILLAGE && l != LEVEL_VILLAGE)
        return source_problem(c->s, RULE_CHECK, x->at, x->len, "make it a field of the household, or give the village a field of its own",
                              "a rule of the village can't see %s", env->level_names[l]);
      TRY(check_node(c, single ? NODE_ROW : NODE_ROWS, x, 0, out));
      (*out)->row = (struct ast_row){l, AST_CONTEXT};
      (*out)->type = (struct rule_type){.kind = single ? RULE_ROW : RULE_ROWS, .level = l};
      return OK;
    }
  TRY(find_type(c, x, x->name, out));
  return *out ? OK : unknown_name(c, x);
}

/* a.b.c written out, when it is nothing but names and its root is no macro variable; else empty. */
static struct span dotted(struct check *c, const struct syntax *x, const struct syntax **root) {
  const struct syntax *r = x;
  size_t len = 0;
  for (; r->kind == SYN_SELECT; r = r->child[0]) len += r->name.len + 1;
  *root = r;
  if (r->kind != SYN_NAME) return (struct span){0};
  for (uint32_t i = 0; i < c->scope_count && !r->rooted; i++)
    if (c->scope[i].name.len == r->name.len && memcmp(c->scope[i].name.at, r->name.at, r->name.len) == 0) return (struct span){0};
  len += r->name.len;
  char *text = arena_alloc(c->s->arena, len + 1);
  if (!text) return (struct span){0};
  size_t at = len;
  for (r = x; r->kind == SYN_SELECT; r = r->child[0]) {
    at -= r->name.len;
    memcpy(text + at, r->name.at, r->name.len);
    text[--at] = '.';
  }
  memcpy(text, r->name.at, r->name.len);
  return (struct span){text, len};
}

static enum status check_select(struct check *c, const struct syntax *x, bool has, struct node **out) {
  const struct syntax *root;
  struct span path = dotted(c, x, &root);
  *out = NULL;
  if (path.at && !has) {
    if (!root->rooted) TRY(refuse_container(c, x, path));
    TRY(find_plain(c, x, path, out));
    if (!*out) TRY(find_type(c, x, path, out));
    if (*out) return OK;
  }
  if (path.at && x->child[0]->kind == SYN_NAME) { /* a root that names nothing: a package, an enum, a message */
    struct err scratch, *kept = c->s->err;
    struct rule_problem *problem = c->s->problem;
    c->s->err = &scratch, c->s->problem = NULL;
    struct node *base = NULL;
    enum status st = check_name(c, x->child[0], &base);
    c->s->err = kept, c->s->problem = problem;
    bool level = false; /* a level that this rule can't see has its own words */
    for (uint32_t l = 0; l < c->env->level_count; l++) level |= c->env->level_names[l] && span_is(root->name, c->env->level_names[l]);
    if (st == ERR_INPUT && !level) {
      struct near near = {.word = root->name};
      for (uint32_t l = 0; l < c->env->level_count; l++)
        if (c->env->level_names[l]) near_try(&near, span_of(c->env->level_names[l]));
      for (uint32_t i = 0; i < c->scope_count; i++) near_try(&near, c->scope[i].name);
      return source_problem(c->s, RULE_UNSUPPORTED, root->at, x->len, near_hint(c, &near), "there is no name `%.*s`; packages, messages and enums are not part of rules",
                            (int)path.len, path.at);
    }
  }
  struct node *base;
  TRY(check_rule(c, x->child[0], &base));
  if (base->kind == NODE_ROW && base->type.kind == RULE_ROW) {
    uint32_t f = find_field(c->env, base->type.level, x->name);
    if (f == UINT32_MAX) return no_field(c, x, base->type.level);
    TRY(field_node(c, x, base->row, f, out));
    if (has) (*out)->kind = NODE_HAS, (*out)->type = (struct rule_type){.kind = RULE_BOOL};
    return OK;
  }
  if (base->type.kind == RULE_ROWS)
    return source_problem(c->s, RULE_CHECK, x->name_at, (uint32_t)x->name.len,
                          arena_printf(c->s->arena, "say for which of them: %s.exists(m, m.%.*s ...)", c->env->level_names[base->type.level], (int)x->name.len, x->name.at),
                          "%s are many rows", c->env->level_names[base->type.level]);
  if (base->type.kind == RULE_ROW)
    return source_problem(c->s, RULE_UNSUPPORTED, x->name_at, (uint32_t)x->name.len, "use exists, all or filter with a variable", "a field can be taken from a named row only");
  return source_problem(c->s, RULE_CHECK, x->name_at, (uint32_t)x->name.len, NULL, "the type %s has no fields", check_type_text(c, base->type));
}

/* ---- operators ---- */

static const char *const signs[NODE_KIND_COUNT] = {[NODE_NOT] = "!", [NODE_NEG] = "-", [NODE_AND] = "&&", [NODE_OR] = "||", [NODE_ADD] = "+", [NODE_SUB] = "-",
    [NODE_MUL] = "*", [NODE_DIV] = "/", [NODE_MOD] = "%", [NODE_EQ] = "==", [NODE_NE] = "!=", [NODE_LT] = "<", [NODE_LE] = "<=", [NODE_GT] = ">",
    [NODE_GE] = ">=", [NODE_IN] = "in"};

static bool is_number(enum rule_kind k) { return k == RULE_INT || k == RULE_UINT || k == RULE_DOUBLE; }

/* How to mend int against double: 2 -> 2.0, hhsize -> double(hhsize). */
static const char *convert_hint(struct check *c, const struct node *a, const struct node *b) {
  if (!is_number(a->type.kind) || !is_number(b->type.kind) || a->type.kind == b->type.kind) return NULL;
  const struct node *whole = a->type.kind == RULE_DOUBLE ? b : a;
  const char *to = a->type.kind == RULE_DOUBLE || b->type.kind == RULE_DOUBLE ? "double" : "int";
  if (to[0] == 'i' && whole->type.kind == RULE_INT) whole = b; /* int against uint: turn the uint */
  const char *text = c->s->text + whole->offset;
  int len = whole->length > 120 ? 120 : (int)whole->length;
  if (whole->kind == NODE_CONST && whole->type.kind == RULE_INT && to[0] == 'd') return arena_printf(c->s->arena, "write %.*s.0", len, text);
  return arena_printf(c->s->arena, "write %s(%.*s)", to, len, text);
}

/* CEL's checker lets null stand beside a timestamp or a duration. */
static bool is_nullable(struct rule_type a, struct rule_type b) {
  struct rule_type other = a.kind == RULE_NULL ? b : a;
  return (a.kind == RULE_NULL || b.kind == RULE_NULL) && (other.kind == RULE_TIMESTAMP || other.kind == RULE_DURATION);
}

static enum status mismatch(struct check *c, const struct syntax *x, const struct node *a, const struct node *b) {
  const char *hint = convert_hint(c, a, b);
  if (x->operator == NODE_IN && b->type.kind == RULE_LIST && b->type.element && b->type.element->kind == RULE_DOUBLE && (a->type.kind == RULE_INT || a->type.kind == RULE_UINT))
    hint = arena_printf(c->s->arena, "write double(%.*s)", (int)(a->length > 120 ? 120 : a->length), c->s->text + a->offset);
  if (!hint && (a->type.kind == RULE_NULL) != (b->type.kind == RULE_NULL)) hint = "nothing here is null: a missing value is unknown; ask has(household.field)";
  return source_problem(c->s, is_nullable(a->type, b->type) ? RULE_UNSUPPORTED : RULE_CHECK, x->name_at, (uint32_t)strlen(signs[x->operator]), hint, "no such overload: %s %s %s",
                        check_type_text(c, a->type), signs[x->operator], check_type_text(c, b->type));
}

/* The result of an arithmetic operator, or RULE_KIND_COUNT. One row an overload. */
static const struct { const char *operators; enum rule_kind a, b, result; } arithmetic[] = {
    {"+-*/%", RULE_INT, RULE_INT, RULE_INT}, {"+-*/%", RULE_UINT, RULE_UINT, RULE_UINT}, {"+-*/", RULE_DOUBLE, RULE_DOUBLE, RULE_DOUBLE},
    {"+", RULE_STRING, RULE_STRING, RULE_STRING}, {"+", RULE_TIMESTAMP, RULE_DURATION, RULE_TIMESTAMP}, {"+", RULE_DURATION, RULE_TIMESTAMP, RULE_TIMESTAMP},
    {"+-", RULE_DURATION, RULE_DURATION, RULE_DURATION}, {"-", RULE_TIMESTAMP, RULE_DURATION, RULE_TIMESTAMP}, {"-", RULE_TIMESTAMP, RULE_TIMESTAMP, RULE_DURATION}};

static enum status check_choice(struct check *c, const struct node *field, const struct node *text) {
  if (field->kind != NODE_FIELD || text->kind != NODE_CONST || text->type.kind != RULE_STRING) return OK;
  const struct rule_field *f = &c->env->fields[field->row.level][field->field];
  if (f->kind != COL_CHOICE || !f->choices || f->derived) return OK;
  struct near near = {.word = text->value.s};
  struct text list;
  text_init(&list, 240);
  for (const char *const *code = f->choices; *code; code++) {
    if (span_is(text->value.s, *code)) {
      text_free(&list);
      return OK;
    }
    near_try(&near, span_of(*code));
    text_addf(&list, "%s%s", code == f->choices ? "" : ", ", *code);
  }
  const char *hint = near_hint(c, &near);
  if (!hint) hint = "see the field's `choices` in the programme";
  enum status st = source_problem(c->s, RULE_CHECK, text->offset, text->length, hint, "\"%.*s\" is no choice of %s: it has %s%s",
                                  (int)(text->value.s.len > 80 ? 80 : text->value.s.len), text->value.s.at, f->name, text_str(&list), list.full ? ", ..." : "");
  text_free(&list);
  return st;
}

static enum status check_operator(struct check *c, const struct syntax *x, struct node **out) {
  enum node_kind op = x->operator;
  struct node *n;
  TRY(check_node(c, op, x, x->child_count, out));
  n = *out;
  for (uint32_t i = 0; i < x->child_count; i++) TRY(check_rule(c, x->child[i], &n->child[i]));
  bool single = op == NODE_NOT || op == NODE_NEG;
  if (n->child_count < (single ? 1u : op == NODE_IF ? 3u : 2u)) return err_set(c->s->err, ERR_INTERNAL, NULL, "an operator without its operands");
  struct node *a = n->child[0], *b = single ? a : n->child[1];
  switch (op) {
  case NODE_AND: case NODE_OR: case NODE_NOT:
    n->type.kind = RULE_BOOL;
    for (uint32_t i = 0; i < n->child_count; i++)
      if (n->child[i]->type.kind != RULE_BOOL)
        return source_problem(c->s, RULE_CHECK, n->child[i]->offset, n->child[i]->length, is_number(n->child[i]->type.kind) ? "compare it with something: x > 0" : NULL,
                              "no such overload: %s takes bool, not %s", signs[op], check_type_text(c, n->child[i]->type));
    return OK;
  case NODE_NEG:
    n->type = a->type;
    if (a->type.kind == RULE_INT || a->type.kind == RULE_DOUBLE) return OK;
    return source_problem(c->s, RULE_CHECK, x->at, x->len, NULL, "no such overload: -%s", check_type_text(c, a->type));
  case NODE_IF:
    if (a->type.kind != RULE_BOOL)
      return source_problem(c->s, RULE_CHECK, a->offset, a->length, NULL, "no such overload: what stands before ? must be bool, not %s", check_type_text(c, a->type));
    if (!check_join(c->s->arena, b->type, n->child[2]->type, &n->type))
      return source_problem(c->s, is_nullable(b->type, n->child[2]->type) ? RULE_UNSUPPORTED : RULE_CHECK, x->name_at, 1, convert_hint(c, b, n->child[2]), "no such overload: the branches of ?: are %s and %s",
                            check_type_text(c, b->type), check_type_text(c, n->child[2]->type));
    return OK;
  case NODE_EQ: case NODE_NE: {
    struct rule_type t;
    n->type.kind = RULE_BOOL;
    if (a->type.kind == RULE_ROWS || b->type.kind == RULE_ROWS || !check_join(c->s->arena, a->type, b->type, &t)) return mismatch(c, x, a, b);
    TRY(check_choice(c, a, b));
    return check_choice(c, b, a);
  }
  case NODE_LT: case NODE_LE: case NODE_GT: case NODE_GE:
    n->type.kind = RULE_BOOL;
    if (a->type.kind == b->type.kind && a->type.kind != RULE_NULL && a->type.kind < RULE_LIST) return OK;
    return mismatch(c, x, a, b);
  case NODE_IN: {
    struct rule_type t;
    n->type.kind = RULE_BOOL;
    if (b->type.kind != RULE_LIST || (b->type.element && !check_join(c->s->arena, a->type, *b->type.element, &t))) return mismatch(c, x, a, b);
    for (uint32_t i = 0; b->kind == NODE_LIST && i < b->child_count; i++) TRY(check_choice(c, a, b->child[i]));
    return OK;
  }
  case NODE_INDEX:
    if (a->type.kind != RULE_LIST || b->type.kind != RULE_INT)
      return source_problem(c->s, RULE_CHECK, x->name_at, 1, a->type.kind == RULE_ROWS ? "pick rows with filter, or ask with exists" : NULL, "no such overload: %s[%s]",
                            check_type_text(c, a->type), check_type_text(c, b->type));
    if (!a->type.element) return source_problem(c->s, RULE_UNSUPPORTED, x->at, x->len, NULL, "an item of an empty list has no type");
    n->type = *a->type.element;
    return OK;
  default: break;
  }
  if (op == NODE_ADD && a->type.kind == RULE_LIST && b->type.kind == RULE_LIST) {
    if (check_join(c->s->arena, a->type, b->type, &n->type)) return OK;
    return source_problem(c->s, RULE_UNSUPPORTED, x->name_at, 1, NULL, "a list of mixed types (%s + %s) needs dyn, which is not part of rules", check_type_text(c, a->type),
                          check_type_text(c, b->type));
  }
  for (size_t i = 0; i < sizeof arithmetic / sizeof *arithmetic; i++)
    if (arithmetic[i].a == a->type.kind && arithmetic[i].b == b->type.kind && strchr(arithmetic[i].operators, signs[op][0])) {
      n->type.kind = arithmetic[i].result;
      return OK;
    }
  return mismatch(c, x, a, b);
}

static enum status check_list(struct check *c, const struct syntax *x, struct node **out) {
  TRY(check_node(c, NODE_LIST, x, x->child_count, out));
  struct node *n = *out;
  n->type.kind = RULE_LIST;
  struct rule_type item = {0};
  const struct node *first = NULL;
  for (uint32_t i = 0; i < x->child_count; i++) {
    struct node *item_node;
    TRY(check_rule(c, x->child[i], &item_node));
    n->child[i] = item_node;
    if (!item_node) return err_set(c->s->err, ERR_INTERNAL, NULL, "an item without a node");
    if (item_node->type.kind == RULE_ROWS)
      return source_problem(c->s, RULE_CHECK, item_node->offset, item_node->length, NULL, "a list can't hold the rows of a level");
    if (!first) first = item_node, item = item_node->type;
    else if (!check_join(c->s->arena, item, item_node->type, &item))
      return source_problem(c->s, RULE_UNSUPPORTED, item_node->offset, item_node->length, convert_hint(c, first, item_node),
                            "a list of mixed types (%s and %s) needs dyn, which is not part of rules", check_type_text(c, first->type), check_type_text(c, item_node->type));
  }
  if (x->child_count) ARENA_TRY(c->s->err, n->type.element = arena_copy(c->s->arena, &item, sizeof item));
  return OK;
}

enum status check_rule(struct check *c, const struct syntax *x, struct node **out) {
  switch (x->kind) {
  case SYN_LITERAL:
    TRY(check_node(c, NODE_CONST, x, 0, out));
    (*out)->value = x->value;
    (*out)->type.kind = x->value.kind;
    return OK;
  case SYN_NAME: return check_name(c, x, out);
  case SYN_SELECT: return check_select(c, x, false, out);
  case SYN_CALL:
    if (!x->receiver && span_is(x->name, "has") && x->child_count == 1) {
      if (x->child[0]->kind != SYN_SELECT)
        return source_problem(c->s, RULE_PARSE, x->child[0]->at, x->child[0]->len,
                              x->child[0]->kind == SYN_NAME && c->env->level_count ? arena_printf(c->s->arena, "write has(household.%.*s)", (int)x->child[0]->name.len, x->child[0]->name.at) : NULL,
                              "invalid argument to has(): it takes a selection such as household.income");
      TRY(check_select(c, x->child[0], true, out));
      if (*out) (*out)->offset = x->at, (*out)->length = x->len;
      return OK;
    }
    return check_call(c, x, out);
  case SYN_LIST: return check_list(c, x, out);
  case SYN_OPERATOR: return check_operator(c, x, out);
  }
  return err_set(c->s->err, ERR_INTERNAL, NULL, "unknown syntax");
}
