#include "rules/parse.h"

#include <string.h>

#define BRACKETS_MAX 250u /* nesting of brackets and `?:`: each is a few C frames */

struct parser {
  struct source *s;
  struct token t;    /* the next token */
  uint32_t at;       /* behind it */
  uint32_t last_end; /* behind the token before it */
  uint32_t brackets;
};

struct items { /* a growing list of children */
  struct syntax **at;
  uint32_t count, cap;
};

static enum status advance(struct parser *p) {
  p->last_end = p->t.at + p->t.len;
  return lex_next(p->s, &p->at, &p->t);
}

static enum status push(struct parser *p, struct items *l, struct syntax *x) {
  if (l->count == l->cap) {
    uint32_t cap = l->cap ? l->cap * 2 : 4;
    ARENA_TRY(p->s->err, l->at = arena_grow(p->s->arena, l->at, l->count, cap, sizeof(void *)));
    l->cap = cap;
  }
  l->at[l->count++] = x;
  return OK;
}

static enum status too_deep(struct parser *p, uint32_t at) {
  return source_problem(p->s, RULE_PARSE, at, 1, "split the rule: put its parts into `derive` fields", "the rule nests too deep here");
}

static enum status finish(struct parser *p, struct syntax *x, const struct items *l) {
  if (l) x->child = l->at, x->child_count = l->count;
  for (uint32_t i = 0; i < x->child_count; i++)
    if (x->child[i]->depth >= x->depth) x->depth = x->child[i]->depth + 1;
  x->len = p->last_end - x->at;
  return x->depth >= AST_DEPTH_MAX ? too_deep(p, x->name_at ? x->name_at : x->at) : OK;
}

static enum status make(struct parser *p, enum syntax_kind kind, uint32_t at, struct syntax **out) {
  ARENA_TRY(p->s->err, *out = arena_new(p->s->arena, struct syntax));
  (*out)->kind = kind;
  (*out)->at = at;
  (*out)->name_at = at;
  return OK;
}

static enum status complain(struct parser *p, const char *wanted) {
  const struct token *t = &p->t;
  if (t->kind == TOK_END) return source_problem(p->s, RULE_PARSE, t->at, 0, NULL, "the rule ends where %s should follow", wanted);
  int n = t->len > 40 ? 40 : (int)t->len;
  if (t->reserved) return source_problem(p->s, RULE_PARSE, t->at, t->len, "use another name", "`%.*s` is a reserved word", n, p->s->text + t->at);
  return source_problem(p->s, RULE_PARSE, t->at, t->len, NULL, "`%.*s` stands where %s should", n, p->s->text + t->at, wanted);
}

#define unexpected(p, wanted) ((void)complain((p), (wanted)), ERR_INPUT) /* plain, so that analysers see that it is no success */

static enum status expect(struct parser *p, enum token_kind kind, const char *wanted) {
  if (p->t.kind != kind) return unexpected(p, wanted);
  return advance(p);
}

static enum status parse_expr(struct parser *p, struct syntax **out);

static enum status parse_items(struct parser *p, enum token_kind close, const char *wanted, bool trailing, struct items *l) {
  while (p->t.kind != close) {
    struct syntax *x;
    TRY(parse_expr(p, &x));
    TRY(push(p, l, x));
    if (p->t.kind != TOK_COMMA) break;
    TRY(advance(p));
    if (p->t.kind == close && !trailing) return unexpected(p, "one more argument");
  }
  return expect(p, close, wanted);
}

static enum status literal(struct parser *p, uint32_t at, bool negative, struct syntax **out) {
  TRY(make(p, SYN_LITERAL, at, out));
  struct rule_value *v = &(*out)->value;
  const struct token *t = &p->t;
  switch (t->kind) {
  case TOK_INT:
    if (t->integer == (uint64_t)1 << 63 && !negative)
      return source_problem(p->s, RULE_PARSE, t->at, t->len, NULL, "the whole number %.*s does not fit 64 bits", (int)t->len, p->s->text + t->at);
    v->kind = RULE_INT;
    v->i = (int64_t)(negative ? 0 - t->integer : t->integer);
    break;
  case TOK_UINT: v->kind = RULE_UINT, v->u = t->integer; break;
  case TOK_DOUBLE: v->kind = RULE_DOUBLE, v->d = negative ? -t->number : t->number; break;
  case TOK_STRING: v->kind = RULE_STRING, v->s = t->text; break;
  case TOK_TRUE: v->kind = RULE_BOOL, v->b = true; break;
  case TOK_FALSE: v->kind = RULE_BOOL; break;
  default: v->kind = RULE_NULL; break;
  }
  TRY(advance(p));
  return finish(p, *out, NULL);
}

static enum status refuse_brace(struct parser *p, const char *what) {
  return source_problem(p->s, RULE_UNSUPPORTED, p->t.at, p->t.len, NULL, "%s are not part of rules", what);
}

static enum status parse_primary(struct parser *p, struct syntax **out) {
  uint32_t at = p->t.at;
  bool rooted = p->t.kind == TOK_DOT;
  if (rooted) TRY(advance(p));
  if (rooted || p->t.kind == TOK_IDENT) {
    if (p->t.kind != TOK_IDENT || p->t.reserved) return unexpected(p, "a name");
    TRY(make(p, SYN_NAME, at, out));
    (*out)->name = p->t.text;
    (*out)->name_at = p->t.at;
    (*out)->rooted = rooted;
    TRY(advance(p));
    if (p->t.kind != TOK_LPAREN) return finish(p, *out, NULL);
    (*out)->kind = SYN_CALL;
    struct items l = {0};
    TRY(advance(p));
    TRY(parse_items(p, TOK_RPAREN, "`)` or `,`", false, &l));
    return finish(p, *out, &l);
  }
  switch (p->t.kind) {
  case TOK_LPAREN:
    TRY(advance(p));
    TRY(parse_expr(p, out));
    return expect(p, TOK_RPAREN, "`)`");
  case TOK_LBRACKET: {
    struct items l = {0};
    TRY(make(p, SYN_LIST, at, out));
    TRY(advance(p));
    TRY(parse_items(p, TOK_RBRACKET, "`]` or `,`", true, &l));
    return finish(p, *out, &l);
  }
  case TOK_LBRACE: return refuse_brace(p, "maps");
  case TOK_INT: case TOK_UINT: case TOK_DOUBLE: case TOK_STRING: case TOK_TRUE: case TOK_FALSE: case TOK_NULL:
    return literal(p, at, false, out);
  default: return unexpected(p, "a value");
  }
}

static enum status parse_postfix(struct parser *p, struct syntax *x, struct syntax **out) {
  for (;;) {
    struct items l = {0};
    struct syntax *y;
    if (p->t.kind == TOK_DOT) {
      TRY(make(p, SYN_SELECT, x->at, &y));
      TRY(advance(p));
      if (p->t.kind != TOK_IDENT) return unexpected(p, "a name");
      y->name = p->t.text;
      y->name_at = p->t.at;
      TRY(advance(p));
      TRY(push(p, &l, x));
      if (p->t.kind == TOK_LPAREN) {
        y->kind = SYN_CALL;
        y->receiver = true;
        TRY(advance(p));
        TRY(parse_items(p, TOK_RPAREN, "`)` or `,`", false, &l));
      }
    } else if (p->t.kind == TOK_LBRACKET) {
      TRY(make(p, SYN_OPERATOR, x->at, &y));
      y->operator = NODE_INDEX;
      y->name_at = p->t.at;
      TRY(advance(p));
      TRY(push(p, &l, x));
      struct syntax *index;
      TRY(parse_expr(p, &index));
      TRY(push(p, &l, index));
      TRY(expect(p, TOK_RBRACKET, "`]`"));
    } else if (p->t.kind == TOK_LBRACE && (x->kind == SYN_NAME || x->kind == SYN_SELECT)) {
      return refuse_brace(p, "messages");
    } else {
      *out = x;
      return OK;
    }
    TRY(finish(p, y, &l));
    x = y;
  }
}

static enum status parse_unary(struct parser *p, struct syntax **out) {
  struct items signs = {0}; /* a row of `!` or `-`, the first is the outermost */
  enum token_kind sign = p->t.kind;
  struct syntax *x = NULL;
  if (sign == TOK_NOT || sign == TOK_MINUS) {
    while (p->t.kind == sign) {
      if (signs.count == AST_DEPTH_MAX) return too_deep(p, p->t.at);
      TRY(make(p, SYN_OPERATOR, p->t.at, &x));
      x->operator = sign == TOK_NOT ? NODE_NOT : NODE_NEG;
      TRY(push(p, &signs, x));
      TRY(advance(p));
    }
    if (p->t.kind == TOK_NOT || p->t.kind == TOK_MINUS) return unexpected(p, "a value");
  }
  if (sign == TOK_MINUS && (p->t.kind == TOK_INT || p->t.kind == TOK_DOUBLE)) { /* the sign belongs to the number: -9223372036854775808 */
    TRY(literal(p, signs.at[--signs.count]->at, true, &x));
  } else {
    TRY(parse_primary(p, &x));
  }
  TRY(parse_postfix(p, x, &x));
  while (signs.count) {
    struct syntax *y = signs.at[--signs.count];
    struct items l = {0};
    TRY(push(p, &l, x));
    TRY(finish(p, y, &l));
    x = y;
  }
  *out = x;
  return OK;
}

/* Binary operators by strength: 1 || 2 && 3 relations 4 + - 5 * / %. */
static const struct { enum token_kind token; enum node_kind node; int strength; } binary[] = {
    {TOK_OR, NODE_OR, 1}, {TOK_AND, NODE_AND, 2}, {TOK_EQ, NODE_EQ, 3}, {TOK_NE, NODE_NE, 3}, {TOK_LT, NODE_LT, 3}, {TOK_LE, NODE_LE, 3},
    {TOK_GT, NODE_GT, 3}, {TOK_GE, NODE_GE, 3}, {TOK_IN, NODE_IN, 3}, {TOK_PLUS, NODE_ADD, 4}, {TOK_MINUS, NODE_SUB, 4}, {TOK_STAR, NODE_MUL, 5},
    {TOK_SLASH, NODE_DIV, 5}, {TOK_PERCENT, NODE_MOD, 5}};

static enum status parse_binary(struct parser *p, int weakest, struct syntax **out) {
  struct syntax *x = NULL;
  TRY(parse_unary(p, &x));
  for (;;) {
    size_t b = 0, count = sizeof binary / sizeof *binary;
    while (b < count && binary[b].token != p->t.kind) b++;
    if (b == count || binary[b].strength < weakest) {
      *out = x;
      return OK;
    }
    struct syntax *y, *right;
    struct items l = {0};
    TRY(make(p, SYN_OPERATOR, x->at, &y));
    y->operator = binary[b].node;
    y->name_at = p->t.at;
    TRY(push(p, &l, x));
    do { /* a row of && or || is one node; other operators take two */
      TRY(advance(p));
      TRY(parse_binary(p, binary[b].strength + 1, &right));
      TRY(push(p, &l, right));
    } while (binary[b].strength <= 2 && p->t.kind == binary[b].token);
    TRY(finish(p, y, &l));
    x = y;
  }
}

static enum status parse_expr(struct parser *p, struct syntax **out) {
  if (p->brackets >= BRACKETS_MAX) return too_deep(p, p->t.at);
  p->brackets++;
  TRY(parse_binary(p, 1, out));
  if (p->t.kind == TOK_QUESTION) {
    struct syntax *y, *branch;
    struct items l = {0};
    TRY(make(p, SYN_OPERATOR, (*out)->at, &y));
    y->operator = NODE_IF;
    y->name_at = p->t.at;
    TRY(push(p, &l, *out));
    TRY(advance(p));
    TRY(parse_binary(p, 1, &branch)); /* the grammar takes no bare `?:` between ? and : */
    TRY(push(p, &l, branch));
    TRY(expect(p, TOK_COLON, "`:`"));
    TRY(parse_expr(p, &branch));
    TRY(push(p, &l, branch));
    TRY(finish(p, y, &l));
    *out = y;
  }
  p->brackets--;
  return OK;
}

enum status parse_rule(struct source *s, struct syntax **out) {
  struct parser p = {.s = s};
  size_t bad = 0;
  if (s->len && !text_is_utf8(s->text, s->len, &bad))
    return source_problem(s, RULE_PARSE, (uint32_t)bad, 1, "save the file as UTF-8", "the rule is not well-formed UTF-8 here");
  TRY(advance(&p));
  if (p.t.kind == TOK_END) return source_problem(s, RULE_PARSE, 0, 0, NULL, "the rule is empty");
  TRY(parse_expr(&p, out));
  if (p.t.kind != TOK_END) return unexpected(&p, "an operator or the end of the rule");
  return OK;
}
