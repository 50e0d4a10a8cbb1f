#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "rules/ast.h"
#include "rules/instant.h"

/* A rule written out from its tree: every operand in brackets, names resolved, macro variables numbered, so that spaces,
 * comments, quotes, the choice of variable names and `household.x` against `x` leave no trace. Constants of the environment stay names. */

static const char *const heads[NODE_KIND_COUNT] = {[NODE_NOT] = "not", [NODE_NEG] = "neg", [NODE_AND] = "and", [NODE_OR] = "or", [NODE_IF] = "if",
    [NODE_ADD] = "add", [NODE_SUB] = "sub", [NODE_MUL] = "mul", [NODE_DIV] = "div", [NODE_MOD] = "mod", [NODE_EQ] = "eq", [NODE_NE] = "ne",
    [NODE_LT] = "lt", [NODE_LE] = "le", [NODE_GT] = "gt", [NODE_GE] = "ge", [NODE_IN] = "in", [NODE_INDEX] = "at", [NODE_LIST] = "list"};
static const char *const macros[MACRO_KIND_COUNT] = {[MACRO_ALL] = "all", [MACRO_EXISTS] = "exists", [MACRO_EXISTS_ONE] = "exists_one", [MACRO_FILTER] = "filter",
    [MACRO_MAP] = "map", [MACRO_COUNT] = "count", [MACRO_SUM] = "sum", [MACRO_MIN] = "min", [MACRO_MAX] = "max", [MACRO_MEAN] = "mean"};

static void put_value(struct text *t, const struct rule_value *v) {
  char buf[48];
  switch (v->kind) {
  case RULE_NULL: text_add(t, "null"); return;
  case RULE_BOOL: text_add(t, v->b ? "true" : "false"); return;
  case RULE_INT: text_addf(t, "%lld", (long long)v->i); return;
  case RULE_UINT: text_addf(t, "%lluu", (unsigned long long)v->u); return;
  case RULE_DOUBLE: text_addf(t, "%sd", number_shortest(v->d, buf)); return;
  case RULE_STRING:
    text_addc(t, '"');
    json_escape(t, v->s.at, v->s.len);
    text_addc(t, '"');
    return;
  case RULE_TIMESTAMP: instant_text((struct instant){v->t.seconds, v->t.nanos}, buf); text_add(t, buf); return;
  case RULE_DURATION: duration_text(v->i, buf); text_add(t, buf); return;
  case RULE_TYPE: text_addf(t, "type%lld", (long long)v->i); return;
  default: text_add(t, "?"); return;
  }
}

static void put_row(struct text *t, const struct rule *r, const struct ast_row *row) {
  if (row->slot == AST_CONTEXT) text_add(t, r->env->level_names[row->level]);
  else text_addf(t, "$%u", row->slot);
}

static void put(struct text *t, const struct rule *r, const struct node *n) {
  const char *head = heads[n->kind];
  switch (n->kind) {
  case NODE_CONST: put_value(t, &n->value); return;
  case NODE_ENV_CONST: text_add(t, r->env->consts[n->index].name); return;
  case NODE_VAR: text_addf(t, "@%s", r->env->var_names[n->index]); return;
  case NODE_ITEM: text_addf(t, "$%u", n->slot); return;
  case NODE_ROW: case NODE_ROWS: put_row(t, r, &n->row); return;
  case NODE_FIELD: case NODE_HAS:
    if (n->kind == NODE_HAS) text_add(t, "(has ");
    put_row(t, r, &n->row);
    text_addf(t, ".%s", r->env->fields[n->row.level][n->field].name);
    if (n->kind == NODE_HAS) text_addc(t, ')');
    return;
  case NODE_CALL:
    for (unsigned i = 0; i < function_row_count && !head; i++)
      if (function_rows[i].id == n->call.function) head = function_rows[i].name;
    break;
  case NODE_COMPREHENSION: head = macros[n->comp.macro]; break;
  default: break;
  }
  text_addf(t, "(%s", head ? head : "?");
  for (uint32_t i = 0; i < n->child_count; i++) {
    text_addc(t, ' ');
    if (n->child[i]) put(t, r, n->child[i]);
    else text_addc(t, '-');
  }
  if (n->kind == NODE_COMPREHENSION) text_addf(t, " $%u", n->comp.slot);
  text_addc(t, ')');
}

char *rule_canonical(struct arena *a, const struct rule *r) {
  struct text t;
  text_init(&t, (size_t)64 << 20);
  put(&t, r, r->root);
  char *out = t.full ? NULL : arena_strn(a, text_str(&t), t.len);
  text_free(&t);
  return out;
}
