#include "rules/rule.h"

#include <string.h>

#include "rules/atoms.h"
#include "rules/check.h"

#define RULE_SOURCE_MAX (1u << 20) /* bytes */

static bool same_type(struct rule_type a, struct rule_type b) {
  if (a.kind != b.kind) return false;
  if (a.kind != RULE_LIST || !a.element || !b.element) return true;
  return same_type(*a.element, *b.element);
}

static bool holds_rows(struct rule_type t) {
  while (t.kind == RULE_LIST && t.element) t = *t.element;
  return t.kind == RULE_ROW || t.kind == RULE_ROWS;
}

enum status rule_compile(struct arena *a, const struct rule_env *env, uint32_t level, const char *source, size_t len, const struct rule_type *want,
                         struct rule **out, struct rule_problem *problem, struct err *e) {
  if (len > RULE_SOURCE_MAX) {
    if (problem) *problem = (struct rule_problem){.kind = RULE_PARSE, .line = 1, .column = 1};
    return err_set(e, ERR_INPUT, "split it into `derive` fields", "the rule is longer than %u bytes", RULE_SOURCE_MAX);
  }
  struct err own; /* the compiler writes messages even when nobody reads them */
  struct rule *r;
  ARENA_TRY(e, r = arena_new(a, struct rule));
  r->env = env;
  r->level = level;
  r->source_len = (uint32_t)len;
  ARENA_TRY(e, r->source = arena_strn(a, source, len));
  struct source s = {.arena = a, .text = r->source, .len = r->source_len, .problem = problem, .err = e ? e : &own};
  struct syntax *syntax;
  TRY(parse_rule(&s, &syntax));
  struct check c = {.s = &s, .env = env, .level = level};
  struct node *root;
  TRY(check_rule(&c, syntax, &root));
  if (holds_rows(root->type))
    return source_problem(&s, RULE_CHECK, root->offset, root->length, "ask something of them: members.exists(m, ...), members.size()", "rows are no result");
  if (want && !same_type(*want, root->type))
    return source_problem(&s, RULE_CHECK, root->offset, root->length,
                          want->kind == RULE_DOUBLE && root->type.kind == RULE_INT ? "write double(...) around it" : want->kind == RULE_BOOL ? "compare it with something" : NULL,
                          "the rule gives %s, and %s is wanted here", check_type_text(&c, root->type), check_type_text(&c, *want));
  r->root = root;
  r->slot_count = c.slot_count;
  r->node_count = c.node_count;
  r->reads = c.reads;
  r->read_count = c.read_count;
  if (root->type.kind == RULE_BOOL) TRY(atoms_find(a, r, e));
  *out = r;
  return OK;
}

const char *rule_source(const struct rule *r) { return r->source; }
struct rule_type rule_result_type(const struct rule *r) { return r->root->type; }
uint32_t rule_read_count(const struct rule *r) { return r->read_count; }
const struct rule_read *rule_reads_list(const struct rule *r) { return r->reads; }
uint32_t rule_atom_count(const struct rule *r) { return r->atom_count; }
const struct rule_atom *rule_atoms(const struct rule *r) { return r->atoms; }

bool rule_reads(const struct rule *r, uint32_t level, uint32_t field) {
  for (uint32_t i = 0; i < r->read_count; i++) {
    struct rule_read x = r->reads[i];
    if (x.level == level && x.field == field) return true;
    const struct rule *derived = r->env->fields[x.level][x.field].derived;
    if (derived && rule_reads(derived, level, field)) return true; /* derive has no cycles: the programme orders it */
  }
  return false;
}
