/* parse.h - a rule's text as a tree of syntax, before anything is known about names and types.
 *
 * Nesting is bounded by AST_DEPTH_MAX, so a text of a hundred thousand brackets is an error and never a crash. Chains of `&&` and
 * `||` are one node however long; other chains (1 + 1 + ...) nest to the left and count as depth.
 * Maps and messages are parsed no further than their opening brace: they are refused by name. */
#ifndef RULES_PARSE_H
#define RULES_PARSE_H

#include "rules/ast.h"
#include "rules/lex.h"

enum syntax_kind {
  SYN_LITERAL, /* value */
  SYN_NAME,    /* name; rooted for `.name` */
  SYN_SELECT,  /* child[0].name */
  SYN_CALL,    /* name(children), or child[0].name(rest) when `receiver` */
  SYN_LIST,    /* children */
  SYN_OPERATOR /* operator over the children: NODE_NOT .. NODE_INDEX */
};

struct syntax {
  enum syntax_kind kind;
  enum node_kind operator;
  bool rooted, receiver;
  uint32_t at, len;       /* all of it, in the source */
  uint32_t name_at;       /* where the name stands, or the operator */
  struct span name;
  struct rule_value value;
  uint32_t child_count, depth;
  struct syntax **child;
};

/* The whole source as one expression. ERR_INPUT with the problem, ERR_MEMORY. */
enum status parse_rule(struct source *s, struct syntax **out) MUST_CHECK;

#endif
