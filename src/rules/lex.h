/* lex.h - a rule's text as tokens. Decodes literals, so that the parser sees values.
 *
 * Strings may hold any character, NUL too (written as an escape). Bytes literals, optional syntax (`a.?b`) and quoted field names
 * are CEL that we refuse by name. Cost: one pass. Errors: a problem with offset and length, and a message with a hint. */
#ifndef RULES_LEX_H
#define RULES_LEX_H

#include "base/arena.h"
#include "base/status.h"
#include "rules/rule.h"

enum token_kind {
  TOK_END, TOK_IDENT, TOK_INT, TOK_UINT, TOK_DOUBLE, TOK_STRING, TOK_TRUE, TOK_FALSE, TOK_NULL, TOK_IN,
  TOK_LPAREN, TOK_RPAREN, TOK_LBRACKET, TOK_RBRACKET, TOK_LBRACE, TOK_RBRACE, TOK_COMMA, TOK_DOT, TOK_COLON, TOK_QUESTION,
  TOK_NOT, TOK_MINUS, TOK_PLUS, TOK_STAR, TOK_SLASH, TOK_PERCENT,
  TOK_EQ, TOK_NE, TOK_LT, TOK_LE, TOK_GT, TOK_GE, TOK_AND, TOK_OR
};

struct token {
  enum token_kind kind;
  bool reserved;     /* TOK_IDENT: a word CEL keeps for its hosts: fine after a dot, not as a name */
  uint32_t at, len;  /* in the source */
  struct span text;  /* TOK_IDENT: the name; TOK_STRING: the decoded text */
  uint64_t integer;  /* TOK_INT (may be 2^63: the parser looks for a minus), TOK_UINT */
  double number;     /* TOK_DOUBLE */
};

struct source { /* one compilation: where things live and where errors go */
  struct arena *arena;
  const char *text;
  uint32_t len;
  struct rule_problem *problem; /* may be NULL */
  struct err *err;
};

/* Reports a problem at source[at..at+len): fills problem and err, returns ERR_INPUT. `hint` may be NULL. Called as source_problem, which says
 * where analysers can see it that it never returns OK. */
enum status source_report(struct source *s, enum rule_problem_kind kind, uint32_t at, uint32_t len, const char *hint, const char *fmt, ...)
    PRINTF_LIKE(6, 7);
#define source_problem(...) ((void)source_report(__VA_ARGS__), ERR_INPUT)
/* The next token from *at, which moves past it. ERR_INPUT, ERR_MEMORY. */
enum status lex_next(struct source *s, uint32_t *at, struct token *out) MUST_CHECK;

#endif
