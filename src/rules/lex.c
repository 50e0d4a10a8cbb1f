#include "rules/lex.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

enum status source_report(struct source *s, enum rule_problem_kind kind, uint32_t at, uint32_t len, const char *hint, const char *fmt, ...) {
  uint32_t line = 1, column = 1;
  if (at > s->len) at = s->len;
  for (uint32_t i = 0; i < at; i++) {
    if (s->text[i] == '\n') line++, column = 1;
    else if (((unsigned char)s->text[i] & 0xC0) != 0x80) column++;
  }
  char message[sizeof s->err->message];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(message, sizeof message, fmt, ap);
  va_end(ap);
  if (s->problem) {
    *s->problem = (struct rule_problem){.kind = kind, .offset = at, .length = len, .line = line, .column = column};
    return err_set(s->err, ERR_INPUT, hint, "%s", message);
  }
  return err_set(s->err, ERR_INPUT, hint, "line %u, column %u: %s", line, column, message);
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static const char *const reserved[] = {"as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
                                       "loop", "package", "namespace", "return", "var", "void", "while"};

static enum status lex_word(struct source *s, uint32_t *at, struct token *t) {
  uint32_t i = *at;
  while (i < s->len && (is_alpha(s->text[i]) || is_digit(s->text[i]))) i++;
  t->kind = TOK_IDENT;
  t->text = (struct span){s->text + *at, i - *at};
  static const struct { const char *word; enum token_kind kind; } words[] = {{"true", TOK_TRUE}, {"false", TOK_FALSE}, {"null", TOK_NULL}, {"in", TOK_IN}};
  for (size_t w = 0; w < sizeof words / sizeof *words; w++)
    if (span_is(t->text, words[w].word)) t->kind = words[w].kind;
  for (size_t w = 0; w < sizeof reserved / sizeof *reserved; w++)
    if (span_is(t->text, reserved[w])) t->reserved = true;
  *at = i;
  return OK;
}

static enum status lex_number(struct source *s, uint32_t *at, struct token *t) {
  const char *p = s->text;
  uint32_t from = *at, i = from, n = s->len;
  bool hex = i + 2 < n && p[i] == '0' && (p[i + 1] == 'x' || p[i + 1] == 'X') && hex_value(p[i + 2]) >= 0;
  bool real = false, over = false;
  uint64_t v = 0;
  if (hex) {
    for (i += 2; i < n && hex_value(p[i]) >= 0; i++) {
      if (v >> 60) over = true;
      v = v << 4 | (uint64_t)hex_value(p[i]);
    }
  } else {
    for (; i < n && is_digit(p[i]); i++)
      if (__builtin_mul_overflow(v, (uint64_t)10, &v) || __builtin_add_overflow(v, (uint64_t)(p[i] - '0'), &v)) over = true;
    if (i + 1 < n && p[i] == '.' && is_digit(p[i + 1])) {
      real = true;
      for (i++; i < n && is_digit(p[i]); i++) {}
    }
    uint32_t e = i;
    if (e < n && (p[e] == 'e' || p[e] == 'E')) {
      e++;
      if (e < n && (p[e] == '+' || p[e] == '-')) e++;
      if (e < n && is_digit(p[e])) {
        real = true;
        for (i = e; i < n && is_digit(p[i]); i++) {}
      }
    }
  }
  if (real) {
    t->kind = TOK_DOUBLE;
    if (!number_double(p + from, i - from, &t->number))
      return source_problem(s, RULE_PARSE, from, i - from, NULL, "the number %.*s does not fit a double", (int)(i - from > 60 ? 60 : i - from), p + from);
  } else {
    t->kind = TOK_INT;
    t->integer = v;
    if (i < n && (p[i] == 'u' || p[i] == 'U')) t->kind = TOK_UINT, i++;
    if (over || (t->kind == TOK_INT && v > (uint64_t)1 << 63))
      return source_problem(s, RULE_PARSE, from, i - from, "write it with a decimal point to make it a double", "the whole number %.*s does not fit 64 bits",
                            (int)(i - from > 60 ? 60 : i - from), p + from);
  }
  if (i < n && (is_alpha(p[i]) || is_digit(p[i])))
    return source_problem(s, RULE_PARSE, from, i - from + 1, "put a space or an operator between them", "a name runs into the number %.*s",
                          (int)(i - from > 60 ? 60 : i - from), p + from);
  *at = i;
  return OK;
}

/* One escape sequence; *i stands after the backslash. */
static enum status lex_escape(struct source *s, uint32_t *i, uint32_t *code) {
  uint32_t at = *i - 1;
  if (*i >= s->len) return source_problem(s, RULE_PARSE, at, 1, NULL, "the text ends inside an escape");
  char c = s->text[(*i)++];
  static const char from[] = "\\?\"'`abfnrtv", to[] = "\\?\"'`\a\b\f\n\r\t\v";
  const char *found = c ? strchr(from, c) : NULL;
  if (found) {
    *code = (unsigned char)to[found - from];
    return OK;
  }
  int digits = c == 'x' || c == 'X' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  uint32_t v = 0;
  if (digits) {
    for (int k = 0; k < digits; k++) {
      int h = *i < s->len ? hex_value(s->text[*i]) : -1;
      if (h < 0) return source_problem(s, RULE_PARSE, at, *i - at, NULL, "\\%c must be followed by %d hexadecimal digits", c, digits);
      v = v << 4 | (uint32_t)h;
      (*i)++;
    }
  } else if (c >= '0' && c <= '3') {
    v = (uint32_t)(c - '0');
    for (int k = 0; k < 2; k++) {
      if (*i >= s->len || s->text[*i] < '0' || s->text[*i] > '7')
        return source_problem(s, RULE_PARSE, at, *i - at, NULL, "an octal escape has three digits, \\000 to \\377");
      v = v * 8 + (uint32_t)(s->text[(*i)++] - '0');
    }
  } else {
    return source_problem(s, RULE_PARSE, at, 2, "double the backslash, or write a raw text: r\"...\"", "\\%c is no escape", c);
  }
  if (v > 0x10FFFF || (v >= 0xD800 && v <= 0xDFFF))
    return source_problem(s, RULE_PARSE, at, *i - at, NULL, "U+%04X is no character", v);
  *code = v;
  return OK;
}

static enum status lex_string(struct source *s, uint32_t *at, struct token *t) {
  uint32_t from = *at, i = from;
  bool raw = false, bytes = false;
  for (; s->text[i] != '"' && s->text[i] != '\''; i++) {
    if (s->text[i] == 'r' || s->text[i] == 'R') raw = true;
    else bytes = true;
  }
  char q = s->text[i];
  bool triple = i + 2 < s->len && s->text[i + 1] == q && s->text[i + 2] == q;
  i += triple ? 3 : 1;
  /* An escape is never shorter than the character it stands for in UTF-8, but for \xHH and \ooo (4 bytes to 2) too: so s->len is room enough. */
  uint32_t end = i;
  for (;; end++) { /* find the end first, to take just the room needed */
    if (end >= s->len || (!triple && (s->text[end] == '\n' || s->text[end] == '\r')))
      return source_problem(s, RULE_PARSE, from, end - from, "close it with the same quote", "a text opened with %s%c is not closed", triple ? "three times " : "", q);
    if (s->text[end] == '\\' && !raw) { end++; continue; }
    if (s->text[end] == q && (!triple || (end + 2 < s->len && s->text[end + 1] == q && s->text[end + 2] == q))) break;
  }
  if (bytes) return source_problem(s, RULE_UNSUPPORTED, from, end + (triple ? 3u : 1u) - from, NULL, "bytes literals are not part of rules");
  char *out;
  ARENA_TRY(s->err, out = arena_alloc(s->arena, end - i + 4));
  size_t n = 0;
  while (i < end) {
    if (s->text[i] == '\\' && !raw) {
      i++;
      uint32_t code = 0;
      TRY(lex_escape(s, &i, &code));
      n += text_utf8_put(out + n, code);
    } else {
      out[n++] = s->text[i++];
    }
  }
  t->kind = TOK_STRING;
  t->text = (struct span){out, n};
  *at = end + (triple ? 3 : 1);
  return OK;
}

/* A quote, or one of r R b B and their pairs right before a quote. */
static bool starts_string(const struct source *s, uint32_t i) {
  for (uint32_t k = i; k < s->len && k < i + 3; k++) {
    if (s->text[k] == '"' || s->text[k] == '\'') return true;
    if (!s->text[k] || !strchr("rRbB", s->text[k])) return false;
    if (k > i && (s->text[k] | 32) == (s->text[i] | 32)) return false;
  }
  return false;
}

enum status lex_next(struct source *s, uint32_t *at, struct token *t) {
  static const struct { char text[3]; enum token_kind kind; } marks[] = {
      {"&&", TOK_AND}, {"||", TOK_OR}, {"==", TOK_EQ}, {"!=", TOK_NE}, {"<=", TOK_LE}, {">=", TOK_GE},
      {"<", TOK_LT}, {">", TOK_GT}, {"!", TOK_NOT}, {"-", TOK_MINUS}, {"+", TOK_PLUS}, {"*", TOK_STAR}, {"/", TOK_SLASH}, {"%", TOK_PERCENT},
      {"(", TOK_LPAREN}, {")", TOK_RPAREN}, {"[", TOK_LBRACKET}, {"]", TOK_RBRACKET}, {"{", TOK_LBRACE}, {"}", TOK_RBRACE},
      {",", TOK_COMMA}, {".", TOK_DOT}, {":", TOK_COLON}, {"?", TOK_QUESTION}};
  uint32_t i = *at;
  for (; i < s->len; i++) {
    char c = s->text[i];
    if (c == '/' && i + 1 < s->len && s->text[i + 1] == '/') {
      while (i < s->len && s->text[i] != '\n') i++; /* a carriage return alone does not end a comment */
      if (i == s->len) break;
    } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f') {
      break;
    }
  }
  *t = (struct token){.kind = TOK_END, .at = i};
  enum status st = OK;
  if (i < s->len) {
    char c = s->text[i];
    bool point = c == '.' && i + 1 < s->len && is_digit(s->text[i + 1]);
    if (starts_string(s, i)) {
      st = lex_string(s, &i, t);
    } else if (is_alpha(c)) {
      st = lex_word(s, &i, t);
    } else if (is_digit(c) || point) {
      st = lex_number(s, &i, t);
    } else {
      size_t m = 0, count = sizeof marks / sizeof *marks;
      for (; m < count; m++) {
        size_t len = strlen(marks[m].text);
        if (i + len <= s->len && memcmp(s->text + i, marks[m].text, len) == 0) break;
      }
      if (m == count) {
        const char *hint = c == '&' ? "and is &&" : c == '|' ? "or is ||" : c == '=' ? "equals is ==" : (unsigned char)c >= 0x80 ? "texts stand in quotes" : NULL;
        uint32_t code = 0;
        size_t len = text_utf8_next(s->text + i, s->len - i, &code);
        if (c == '`') return source_problem(s, RULE_UNSUPPORTED, i, 1, NULL, "quoted field names are not part of rules");
        return source_problem(s, RULE_PARSE, i, (uint32_t)(len ? len : 1), hint, "%.*s does not belong here", (int)(len ? len : 1), s->text + i);
      }
      t->kind = marks[m].kind;
      i += (uint32_t)strlen(marks[m].text);
      if ((t->kind == TOK_DOT || t->kind == TOK_LBRACKET) && i < s->len && s->text[i] == '?')
        return source_problem(s, RULE_UNSUPPORTED, t->at, 2, NULL, "optional values (%.2s) are not part of rules", s->text + t->at);
    }
  }
  t->len = i - t->at;
  *at = i;
  return st;
}
