#include <string.h>

#include "rules/call.h"
#include "rules/check.h"
#include "rules/instant.h"
#include "rules/regex.h"

static char letter_of(struct rule_type t) {
  static const char letters[] = "nbiudstrLT?R"; /* by enum rule_kind */
  return (unsigned)t.kind < RULE_KIND_COUNT ? letters[t.kind] : '?';
}

static struct rule_type type_of(char letter) {
  static const char letters[] = "nbiudstrLT";
  const char *at = strchr(letters, letter);
  return (struct rule_type){.kind = at ? (enum rule_kind)(at - letters) : RULE_NULL};
}

/* ---- macros ---- */

static const struct macro_row { const char *name; enum macro macro; uint32_t arguments; bool ours; } macros[] = {
    {"all", MACRO_ALL, 2, false},       {"exists", MACRO_EXISTS, 2, false}, {"exists_one", MACRO_EXISTS_ONE, 2, false}, {"filter", MACRO_FILTER, 2, false},
    {"map", MACRO_MAP, 2, false},       {"map", MACRO_MAP, 3, false},       {"count", MACRO_COUNT, 2, true},            {"sum", MACRO_SUM, 2, true},
    {"min", MACRO_MIN, 2, true},        {"max", MACRO_MAX, 2, true},        {"mean", MACRO_MEAN, 2, true}};

static const struct macro_row *find_macro(const struct syntax *x) {
  for (size_t i = 0; x->receiver && i < sizeof macros / sizeof *macros; i++)
    if (span_is(x->name, macros[i].name) && macros[i].arguments + 1 == x->child_count) return &macros[i];
  return NULL;
}

static bool is_filter(const struct node *n) {
  return n->kind == NODE_COMPREHENSION && n->comp.macro == MACRO_FILTER && n->child[1];
}

static enum status body_type(struct check *c, const struct macro_row *m, struct node *n) {
  const struct node *where = n->child[1], *body = n->child[2];
  bool predicate = m->macro <= MACRO_EXISTS_ONE;
  const struct node *bool_part = predicate ? body : where;
  if (bool_part && bool_part->type.kind != RULE_BOOL)
    return source_problem(c->s, RULE_CHECK, bool_part->offset, bool_part->length, NULL, "%s wants a condition, and this is %s", m->name, check_type_text(c, bool_part->type));
  n->type.kind = RULE_BOOL;
  if (predicate || !m->ours) return OK;
  enum rule_kind k = body ? body->type.kind : RULE_INT;
  static const char *const takes[MACRO_KIND_COUNT] = {[MACRO_SUM] = "iudr", [MACRO_MIN] = "iudstr", [MACRO_MAX] = "iudstr", [MACRO_MEAN] = "iud"};
  if (body && takes[m->macro] && !strchr(takes[m->macro], letter_of(body->type)))
    return source_problem(c->s, RULE_CHECK, body->offset, body->length, k == RULE_BOOL ? "count how many: count(m, condition)" : NULL, "%s does not take %s", m->name,
                          check_type_text(c, body->type));
  n->type.kind = m->macro == MACRO_COUNT ? RULE_INT : m->macro == MACRO_MEAN ? RULE_DOUBLE : k;
  if ((m->macro == MACRO_SUM || m->macro == MACRO_MEAN) && body && body->kind == NODE_FIELD) {
    const struct rule_field *f = &c->env->fields[body->row.level][body->field];
    if (f->kind == COL_DECIMAL && !f->derived) n->comp.exact = true, n->comp.decimals = f->decimals;
  }
  return OK;
}

static enum status check_macro(struct check *c, const struct syntax *x, const struct macro_row *m, struct node **out) {
  const struct syntax *var = x->child[1];
  if (var->kind != SYN_NAME || var->rooted)
    return source_problem(c->s, RULE_PARSE, var->at, var->len, arena_printf(c->s->arena, "as in members.%s(m, ...)", m->name), "the first argument of %s must be a simple name", m->name);
  if (c->scope_count == AST_SLOT_MAX) return source_problem(c->s, RULE_UNSUPPORTED, x->at, x->len, NULL, "macros are nested more than %u deep", AST_SLOT_MAX);
  TRY(check_node(c, NODE_COMPREHENSION, x, 3, out));
  struct node *n = *out, *range;
  TRY(check_rule(c, x->child[0], &range));
  struct rule_type item = {0};
  bool nothing = false; /* the range is [] by its type: the body can't be typed and never runs */
  if (range->type.kind == RULE_ROWS) item = (struct rule_type){.kind = RULE_ROW, .level = range->type.level};
  else if (range->type.kind == RULE_LIST && range->type.element) item = *range->type.element;
  else if (range->type.kind == RULE_LIST) nothing = true;
  else
    return source_problem(c->s, RULE_CHECK, range->offset, range->length, NULL, "%s goes over a list or the rows of a level, not over %s", m->name, check_type_text(c, range->type));
  n->comp.macro = m->macro;
  n->comp.slot = c->scope_count;
  bool folds = m->ours && m->macro != MACRO_COUNT && is_filter(range);
  n->child[0] = folds ? range->child[0] : range;
  if (folds) n->child[1] = range->child[1];
  if (!nothing) {
    c->scope[c->scope_count].name = var->name;
    c->scope[c->scope_count++].type = item;
    if (c->scope_count > c->slot_count) c->slot_count = c->scope_count;
    bool where_first = m->macro == MACRO_FILTER || m->macro == MACRO_COUNT || m->arguments == 3;
    TRY(check_rule(c, x->child[2], &n->child[where_first ? 1 : 2]));
    if (m->arguments == 3) TRY(check_rule(c, x->child[3], &n->child[2]));
    c->scope_count--;
  }
  TRY(body_type(c, m, n));
  if (m->macro == MACRO_FILTER || m->macro == MACRO_MAP) {
    n->type = (struct rule_type){.kind = RULE_LIST};
    struct rule_type of = m->macro == MACRO_FILTER ? item : n->child[2] ? n->child[2]->type : item;
    if (of.kind == RULE_ROWS) return source_problem(c->s, RULE_CHECK, x->at, x->len, NULL, "a list can't hold the rows of a level");
    if (!nothing) ARENA_TRY(c->s->err, n->type.element = arena_copy(c->s->arena, &of, sizeof of));
  }
  return OK;
}

/* ---- functions ---- */

static enum status unknown_function(struct check *c, const struct syntax *x) {
  struct near near = {.word = x->name};
  const char *hint = NULL;
  for (unsigned i = 0; i < function_row_count; i++) {
    if (span_is(x->name, function_rows[i].name)) hint = function_rows[i].style == 'M' ? "write it after the value: x.%s(...)" : "write it before the value: %s(...)";
    else near_try(&near, span_of(function_rows[i].name));
  }
  for (size_t i = 0; i < sizeof macros / sizeof *macros; i++) {
    if (span_is(x->name, macros[i].name)) hint = "write it over rows or a list, with a variable: members.%s(m, ...)";
    else near_try(&near, span_of(macros[i].name));
  }
  char *text = arena_strn(c->s->arena, x->name.at, x->name.len);
  const char *shown = near_hint(c, &near);
  if (hint && text) {
    struct text t;
    text_init(&t, 300);
    for (const char *p = hint; *p; p++) p[0] == '%' && p[1] == 's' ? (text_add(&t, text), p++) : text_addc(&t, *p);
    shown = arena_str(c->s->arena, text_str(&t));
    text_free(&t);
  }
  return source_problem(c->s, RULE_UNSUPPORTED, x->name_at, (uint32_t)x->name.len, shown, "the function %.*s%s is not part of rules", (int)x->name.len, x->name.at,
                        hint ? " used this way" : "");
}

static enum status no_overload(struct check *c, const struct syntax *x, const struct node *n) {
  struct text got;
  text_init(&got, 300);
  for (uint32_t i = 0; i < n->child_count; i++) text_addf(&got, "%s%s", i ? ", " : "", check_type_text(c, n->child[i]->type));
  const char *hint = NULL;
  bool wants_double = false;
  for (unsigned i = 0; i < function_row_count; i++)
    if (span_is(x->name, function_rows[i].name) && function_rows[i].arguments[0] == 'd') wants_double = true;
  if (wants_double && n->child_count && n->child[0]->type.kind == RULE_INT)
    hint = arena_printf(c->s->arena, "write double(%.*s)", (int)(n->child[0]->length > 120 ? 120 : n->child[0]->length), c->s->text + n->child[0]->offset);
  enum status st = source_problem(c->s, RULE_CHECK, x->name_at, (uint32_t)x->name.len, hint, "no such overload: %.*s(%s)", (int)x->name.len, x->name.at, text_str(&got));
  text_free(&got);
  return st;
}

/* What can be known of literal arguments now: the pattern of matches, a time zone, a constant date. */
static enum status check_literals(struct check *c, struct node *n) {
  const struct node *last = n->child_count ? n->child[n->child_count - 1] : NULL;
  if (!last || last->kind != NODE_CONST) return OK;
  enum function f = n->call.function;
  if (f == FN_MATCHES) {
    struct regex *regex;
    struct regex_problem problem = {0};
    enum status st = regex_compile(c->s->arena, last->value.s.at, last->value.s.len, &regex, &problem, c->s->err);
    if (st == ERR_MEMORY) return st;
    if (st != OK && problem.unsupported)
      return source_problem(c->s, RULE_UNSUPPORTED, last->offset, last->length, NULL, "pattern, character %u: %s", problem.at + 1, problem.message);
    if (st == OK) n->call.regex = regex; /* a wrong pattern is CEL's error at evaluation; `rule_compile` has no opinion */
    else return source_problem(c->s, RULE_CHECK, last->offset, last->length, NULL, "pattern, character %u: %s", problem.at + 1, problem.message ? problem.message : "too long");
  } else if (f >= FN_GET_FULL_YEAR && f <= FN_GET_MILLISECONDS && n->child_count == 2) {
    int32_t offset;
    bool named = false;
    if (!instant_zone(last->value.s.at, last->value.s.len, &offset, &named) && named)
      return source_problem(c->s, RULE_UNSUPPORTED, last->offset, last->length, "write a fixed offset such as \"+08:00\", or \"UTC\"", "named time zones are not part of rules");
  } else if (n->child_count == 1 && (f == FN_TIMESTAMP || f == FN_DURATION || f == FN_DOUBLE || f == FN_INT || f == FN_UINT)) {
    struct rule_value v;
    uint64_t cost = 0;
    TRY(call_function(c->s->arena, f, NULL, &last->value, 1, &v, &cost, c->s->err));
    if (v.state != RULE_VALUE) return OK; /* raises its error when it runs, as CEL says */
    n->kind = NODE_CONST;
    n->value = v;
    n->child_count = 0;
    n->child = NULL;
  }
  return OK;
}

static enum status check_function(struct check *c, const struct syntax *x, struct node **out) {
  bool known = false;
  for (unsigned i = 0; i < function_row_count; i++)
    if (span_is(x->name, function_rows[i].name) && function_rows[i].style != (x->receiver ? 'G' : 'M')) known = true;
  if (span_is(x->name, "dyn") || span_is(x->name, "bytes"))
    return source_problem(c->s, RULE_UNSUPPORTED, x->name_at, (uint32_t)x->name.len, NULL, "%.*s is not part of rules", (int)x->name.len, x->name.at);
  if (!known) return unknown_function(c, x);
  TRY(check_node(c, NODE_CALL, x, x->child_count, out));
  struct node *n = *out;
  for (uint32_t i = 0; i < x->child_count; i++) TRY(check_rule(c, x->child[i], &n->child[i]));
  for (unsigned i = 0; i < function_row_count; i++) {
    const struct function_row *r = &function_rows[i];
    if (!span_is(x->name, r->name) || r->style == (x->receiver ? 'G' : 'M') || strlen(r->arguments) != n->child_count) continue;
    uint32_t k = 0;
    while (k < n->child_count && (r->arguments[k] == letter_of(n->child[k]->type) || (r->arguments[k] == 'A' && n->child[k]->type.kind < RULE_ROW))) k++;
    if (k < n->child_count) continue;
    n->call.function = r->id;
    n->type = type_of(r->result);
    if (r->id == FN_SIZE && is_filter(n->child[0])) { /* size of a filter counts, without building the list */
      struct node *filter = n->child[0];
      filter->comp.macro = MACRO_COUNT;
      filter->type = n->type;
      filter->offset = n->offset, filter->length = n->length;
      *out = filter;
      return OK;
    }
    return check_literals(c, n);
  }
  return no_overload(c, x, n);
}

enum status check_call(struct check *c, const struct syntax *x, struct node **out) {
  const struct macro_row *m = find_macro(x);
  if (m) return check_macro(c, x, m, out);
  return check_function(c, x, out);
}
