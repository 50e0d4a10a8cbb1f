#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "rules/regex_tree.h"

#define DEPTH_MAX 200u
#define LAST_CODE 0x10FFFFu

enum { FOLD = 1, MULTI = 2, DOT_ALL = 4, UNGREEDY = 8 };

struct group_name { struct span name; struct group_name *next; };

struct reader {
  struct arena *arena;
  const char *p;
  uint32_t len, at, depth;
  unsigned flags;
  struct regex_problem *problem;
  struct group_name *names;
  struct code_range *ranges; /* the class being read */
  uint32_t range_count, range_cap;
  struct err *err;
};

static enum status fail(struct reader *c, bool unsupported, const char *message) {
  *c->problem = (struct regex_problem){.at = c->at, .unsupported = unsupported, .message = message};
  return err_set(c->err, ERR_INPUT, NULL, "character %u: %s", c->at + 1, message);
}

static bool more(const struct reader *c) { return c->at < c->len; }
static bool next_is(const struct reader *c, const char *s) { return c->len - c->at >= strlen(s) && memcmp(c->p + c->at, s, strlen(s)) == 0; }

static enum status take_code(struct reader *c, uint32_t *code) {
  size_t n = text_utf8_next(c->p + c->at, c->len - c->at, code);
  if (!n) return fail(c, false, "not well-formed UTF-8");
  c->at += (uint32_t)n;
  return OK;
}

/* ---- classes ---- */

static enum status add_range(struct reader *c, uint32_t lo, uint32_t hi) {
  if (c->range_count == c->range_cap) {
    uint32_t cap = c->range_cap ? c->range_cap * 2 : 16;
    ARENA_TRY(c->err, c->ranges = arena_grow(c->arena, c->ranges, c->range_count, cap, sizeof *c->ranges));
    c->range_cap = cap;
  }
  c->ranges[c->range_count++] = (struct code_range){lo, hi};
  return OK;
}

/* Scripts without upper and lower case: folding leaves them alone. */
static bool caseless(uint32_t lo, uint32_t hi) { return (lo >= 0x2E80 && hi <= 0xA4CF) || (lo >= 0xAC00 && hi <= 0xD7A3); }

static enum status add_folded(struct reader *c, uint32_t lo, uint32_t hi) {
  TRY(add_range(c, lo, hi));
  if (!(c->flags & FOLD)) return OK;
  if (hi > 127 && !caseless(lo > 127 ? lo : 128, hi)) return fail(c, true, "(?i) is taken for ASCII letters only");
  for (uint32_t k = 'a'; k <= 'z'; k++) {
    bool lower = lo <= k && k <= hi, upper = lo <= k - 32 && k - 32 <= hi;
    if (!lower && !upper) continue;
    TRY(add_range(c, k, k));
    TRY(add_range(c, k - 32, k - 32));
    if (k == 'k') TRY(add_range(c, 0x212A, 0x212A)); /* the Kelvin sign and the long s fold to letters */
    if (k == 's') TRY(add_range(c, 0x17F, 0x17F));
  }
  return OK;
}

static int by_lo(const void *a, const void *b) {
  const struct code_range *x = a, *y = b;
  return x->lo < y->lo ? -1 : x->lo > y->lo;
}

/* Sorts and joins ranges[from..), complemented when asked; leaves them in place. */
static enum status settle(struct reader *c, uint32_t from, bool negate) {
  struct code_range *r = c->ranges + from;
  uint32_t n = c->range_count - from, k = 0;
  if (n) qsort(r, n, sizeof *r, by_lo);
  for (uint32_t i = 0; i < n; i++) {
    if (k && r[i].lo <= r[k - 1].hi + 1) {
      if (r[i].hi > r[k - 1].hi) r[k - 1].hi = r[i].hi;
    } else {
      r[k++] = r[i];
    }
  }
  c->range_count = from + k;
  if (!negate) return OK;
  struct code_range *copy;
  ARENA_TRY(c->err, copy = arena_array(c->arena, k, sizeof *copy));
  if (k) memcpy(copy, r, k * sizeof *copy);
  c->range_count = from;
  uint32_t lo = 0;
  for (uint32_t i = 0; i < k; i++) {
    if (copy[i].lo > lo) TRY(add_range(c, lo, copy[i].lo - 1));
    lo = copy[i].hi + 1;
  }
  return lo <= LAST_CODE ? add_range(c, lo, LAST_CODE) : OK;
}

static enum status new_piece(struct reader *c, enum piece_kind kind, struct piece **out) {
  ARENA_TRY(c->err, *out = arena_new(c->arena, struct piece));
  (*out)->kind = kind;
  return OK;
}

static enum status class_piece(struct reader *c, struct piece **out) { /* of c->ranges, which it empties */
  struct char_class *k;
  struct code_range *wide;
  TRY(settle(c, 0, false));
  TRY(new_piece(c, PIECE_CLASS, out));
  ARENA_TRY(c->err, k = arena_new(c->arena, struct char_class));
  ARENA_TRY(c->err, wide = arena_array(c->arena, c->range_count, sizeof *wide));
  for (uint32_t i = 0; i < c->range_count; i++) {
    struct code_range r = c->ranges[i];
    for (uint32_t a = r.lo; a <= r.hi && a < 128; a++) k->ascii[a >> 6] |= (uint64_t)1 << (a & 63);
    if (r.hi >= 128) wide[k->wide_count++] = (struct code_range){r.lo < 128 ? 128 : r.lo, r.hi};
  }
  k->wide = wide;
  (*out)->class = k;
  c->range_count = 0;
  return OK;
}

static const struct { const char *name; const char *ranges; } posix[] = { /* pairs of ASCII ends */
    {"alnum", "09AZaz"}, {"alpha", "AZaz"}, {"ascii", "\001\177"}, {"blank", "\t\t  "}, {"cntrl", "\001\037\177\177"}, {"digit", "09"}, {"graph", "!~"},
    {"lower", "az"}, {"print", " ~"}, {"punct", "!/:@[`{~"}, {"space", "\t\r  "}, {"upper", "AZ"}, {"word", "09AZaz__"}, {"xdigit", "09AFaf"}};

static enum status add_named(struct reader *c, const char *ranges, bool nul, bool negate, bool fold) {
  uint32_t from = c->range_count;
  unsigned flags = c->flags;
  if (!fold) c->flags &= ~(unsigned)FOLD;
  for (; *ranges; ranges += 2) TRY(add_folded(c, (unsigned char)ranges[0], (unsigned char)ranges[1]));
  c->flags = flags;
  if (nul) TRY(add_range(c, 0, 0));
  return negate ? settle(c, from, true) : OK;
}

/* \d \w \s and their opposites: true when c->at stood behind such a letter, which it then passes. */
static bool perl_class(struct reader *c, enum status *st) {
  static const struct { char letter; const char *ranges; } rows[] = {{'d', "09"}, {'w', "09AZaz__"}, {'s', "\t\n\f\r  "}};
  char letter = c->p[c->at];
  for (size_t i = 0; i < 3; i++)
    if ((letter | 32) == rows[i].letter) {
      c->at++;
      *st = add_named(c, rows[i].ranges, false, letter < 'a', false);
      return true;
    }
  return false;
}

static int hex(char ch) { return ch >= '0' && ch <= '9' ? ch - '0' : (ch | 32) >= 'a' && (ch | 32) <= 'f' ? (ch | 32) - 'a' + 10 : -1; }

/* One escaped character; c->at stands behind the backslash. */
static enum status take_escape(struct reader *c, uint32_t *code) {
  if (!more(c)) return fail(c, false, "a backslash at the end");
  unsigned char ch = (unsigned char)c->p[c->at];
  static const char from[] = "aftnrv", to[] = "\a\f\t\n\r\v";
  const char *found = ch ? strchr(from, ch) : NULL;
  if (found) {
    *code = (unsigned char)to[found - from];
    c->at++;
    return OK;
  }
  if (ch >= '0' && ch <= '7') {
    bool second = c->at + 1 < c->len && c->p[c->at + 1] >= '0' && c->p[c->at + 1] <= '7';
    if (ch != '0' && !second) return fail(c, false, "back-references are not part of RE2");
    *code = 0;
    for (int k = 0; k < 3 && more(c) && c->p[c->at] >= '0' && c->p[c->at] <= '7'; k++) *code = *code * 8 + (uint32_t)(c->p[c->at++] - '0');
    return OK;
  }
  if (ch == 'x') {
    c->at++;
    *code = 0;
    if (more(c) && c->p[c->at] == '{') {
      c->at++;
      uint32_t n = 0;
      for (; more(c) && hex(c->p[c->at]) >= 0 && n < 8; n++) *code = *code << 4 | (uint32_t)hex(c->p[c->at++]);
      if (!n || !more(c) || c->p[c->at] != '}' || *code > LAST_CODE) return fail(c, false, "\\x{...} takes hexadecimal digits up to 10FFFF");
      c->at++;
      return OK;
    }
    for (int k = 0; k < 2; k++) {
      if (!more(c) || hex(c->p[c->at]) < 0) return fail(c, false, "\\x takes two hexadecimal digits");
      *code = *code << 4 | (uint32_t)hex(c->p[c->at++]);
    }
    return OK;
  }
  if (ch == 'p' || ch == 'P') return fail(c, true, "Unicode classes (\\p) are not part of rules");
  if (ch == 'C') return fail(c, true, "\\C is not part of rules");
  bool word = (ch >= '0' && ch <= '9') || ((ch | 32) >= 'a' && (ch | 32) <= 'z');
  if (word || ch >= 128 || ch == '_') return fail(c, ch == '_', "no such escape");
  *code = ch;
  c->at++;
  return OK;
}

static enum status posix_class(struct reader *c, bool *found) {
  *found = false;
  const char *end = NULL;
  for (uint32_t i = c->at + 2; i + 1 < c->len; i++)
    if (c->p[i] == ':' && c->p[i + 1] == ']') {
      end = c->p + i;
      break;
    }
  if (!end) return OK; /* an ordinary [ then */
  uint32_t from = c->at + 2;
  bool negate = c->p[from] == '^';
  struct span name = {c->p + from + negate, (size_t)(end - (c->p + from + negate))};
  for (size_t i = 0; i < sizeof posix / sizeof *posix; i++)
    if (span_is(name, posix[i].name)) {
      c->at = (uint32_t)(end - c->p) + 2;
      *found = true;
      return add_named(c, posix[i].ranges, i == 2 || i == 4, negate, !negate);
    }
  return fail(c, false, "no such class of characters");
}

static enum status take_class_end(struct reader *c, uint32_t *code) {
  if (c->p[c->at] != '\\') return take_code(c, code);
  c->at++;
  return take_escape(c, code);
}

static enum status parse_class(struct reader *c, struct piece **out) {
  c->at++; /* [ */
  bool negate = more(c) && c->p[c->at] == '^';
  if (negate) c->at++;
  for (bool first = true;; first = false) {
    if (!more(c)) return fail(c, false, "a [ is not closed");
    if (c->p[c->at] == ']' && !first) break;
    if (next_is(c, "[:")) {
      bool found;
      TRY(posix_class(c, &found));
      if (found) continue;
    }
    if (c->p[c->at] == '\\' && c->at + 1 < c->len) {
      enum status st = OK;
      c->at++;
      if (perl_class(c, &st)) {
        TRY(st);
        continue;
      }
      c->at--;
    }
    uint32_t lo, hi;
    TRY(take_class_end(c, &lo));
    hi = lo;
    if (c->at + 1 < c->len && c->p[c->at] == '-' && c->p[c->at + 1] != ']') {
      c->at++;
      TRY(take_class_end(c, &hi));
      if (hi < lo) return fail(c, false, "a range runs backwards");
    }
    TRY(add_folded(c, lo, hi));
  }
  c->at++;
  if (negate) TRY(settle(c, 0, true));
  return class_piece(c, out);
}

/* ---- groups, repeats, alternatives ---- */

static enum status parse_alt(struct reader *c, struct piece **out);

static enum status literal_piece(struct reader *c, uint32_t code, struct piece **out) {
  TRY(add_folded(c, code, code));
  return class_piece(c, out);
}

static enum status assert_piece(struct reader *c, enum assert_kind kind, struct piece **out) {
  TRY(new_piece(c, PIECE_ASSERT, out));
  (*out)->assert = kind;
  return OK;
}

static enum status group_name(struct reader *c) {
  uint32_t from = c->at;
  while (more(c) && c->p[c->at] != '>') {
    char ch = c->p[c->at];
    if (!((ch >= '0' && ch <= '9') || ((ch | 32) >= 'a' && (ch | 32) <= 'z') || ch == '_')) return fail(c, (unsigned char)ch >= 128, "a group's name takes letters and digits");
    c->at++;
  }
  if (!more(c) || c->at == from) return fail(c, false, "a group's name is not closed");
  struct group_name *g;
  ARENA_TRY(c->err, g = arena_new(c->arena, struct group_name));
  *g = (struct group_name){.name = {c->p + from, c->at - from}, .next = c->names};
  for (const struct group_name *o = c->names; o; o = o->next)
    if (o->name.len == g->name.len && memcmp(o->name.at, g->name.at, g->name.len) == 0) return fail(c, false, "two groups have one name");
  c->names = g;
  c->at++;
  return OK;
}

/* Behind "(?": flags, and whether a group's body follows (":") or they hold to the end of the enclosing group (")"). */
static enum status group_flags(struct reader *c, bool *body) {
  bool off = false, any = false;
  for (; more(c); c->at++) {
    char ch = c->p[c->at];
    unsigned bit = ch == 'i' ? FOLD : ch == 'm' ? MULTI : ch == 's' ? DOT_ALL : ch == 'U' ? UNGREEDY : 0;
    if (bit) {
      c->flags = off ? c->flags & ~bit : c->flags | bit;
      any = true;
    } else if (ch == '-' && !off) {
      off = true;
      any = false;
    } else if ((ch == ':' || ch == ')') && !(off && !any)) {
      *body = ch == ':';
      c->at++;
      return OK;
    } else {
      break;
    }
  }
  return fail(c, false, "(? is followed by what RE2 does not know");
}

static enum status parse_group(struct reader *c, struct piece **out) {
  unsigned flags = c->flags;
  bool body = true;
  c->at++; /* ( */
  if (more(c) && c->p[c->at] == '?') {
    if (next_is(c, "?P<") || (next_is(c, "?<") && !next_is(c, "?<=") && !next_is(c, "?<!"))) {
      c->at += c->p[c->at + 1] == 'P' ? 3 : 2;
      TRY(group_name(c));
    } else {
      c->at++;
      TRY(group_flags(c, &body));
      if (!body) return new_piece(c, PIECE_EMPTY, out); /* the flags stay in force */
    }
  }
  if (++c->depth > DEPTH_MAX) return fail(c, true, "groups are nested too deep");
  TRY(parse_alt(c, out));
  c->depth--;
  if (!more(c)) return fail(c, false, "a ( is not closed");
  c->at++;
  c->flags = flags;
  return OK;
}

static enum status parse_quoted(struct reader *c, struct piece **out) { /* \Q...\E, one piece a character */
  struct piece **tail;
  TRY(new_piece(c, PIECE_CAT, out));
  tail = &(*out)->first;
  while (more(c) && !next_is(c, "\\E")) {
    uint32_t code;
    TRY(take_code(c, &code));
    TRY(literal_piece(c, code, tail));
    tail = &(*tail)->next;
  }
  if (more(c)) c->at += 2;
  return OK;
}

static enum status parse_atom(struct reader *c, struct piece **out, bool *quoted) {
  char ch = c->p[c->at];
  *quoted = false;
  switch (ch) {
  case '(': return parse_group(c, out);
  case '[': return parse_class(c, out);
  case '.':
    c->at++;
    if (c->flags & DOT_ALL) {
      TRY(add_range(c, 0, LAST_CODE));
    } else {
      TRY(add_range(c, 0, '\n' - 1));
      TRY(add_range(c, '\n' + 1, LAST_CODE));
    }
    return class_piece(c, out);
  case '^': c->at++; return assert_piece(c, c->flags & MULTI ? AT_LINE_START : AT_TEXT_START, out);
  case '$': c->at++; return assert_piece(c, c->flags & MULTI ? AT_LINE_END : AT_TEXT_END, out);
  case '*': case '+': case '?': return fail(c, false, "nothing stands before the repeat");
  case '\\': {
    static const struct { char letter; enum assert_kind kind; } edges[] = {{'A', AT_TEXT_START}, {'z', AT_TEXT_END}, {'b', AT_WORD_EDGE}, {'B', AT_NOT_WORD_EDGE}};
    c->at++;
    if (!more(c)) return fail(c, false, "a backslash at the end");
    for (size_t i = 0; i < 4; i++)
      if (c->p[c->at] == edges[i].letter) {
        c->at++;
        return assert_piece(c, edges[i].kind, out);
      }
    if (c->p[c->at] == 'Q') {
      c->at++;
      *quoted = true;
      return parse_quoted(c, out);
    }
    enum status st = OK;
    if (perl_class(c, &st)) {
      TRY(st);
      return class_piece(c, out);
    }
    uint32_t code;
    TRY(take_escape(c, &code));
    return literal_piece(c, code, out);
  }
  default: {
    uint32_t code;
    TRY(take_code(c, &code));
    return literal_piece(c, code, out);
  }
  }
}

/* {n}, {n,}, {n,m}; anything else leaves the brace an ordinary character. */
static bool take_counts(struct reader *c, uint32_t *least, uint32_t *most) {
  uint32_t i = c->at + 1, v[2] = {0, 0}, n = 0;
  for (; n < 2; n++) {
    uint32_t from = i;
    for (; i < c->len && c->p[i] >= '0' && c->p[i] <= '9'; i++)
      if (v[n] <= REGEX_REPEAT_MAX) v[n] = v[n] * 10 + (uint32_t)(c->p[i] - '0');
    if (i == from && n == 0) return false;
    if (i == from) v[1] = UINT32_MAX;
    if (n == 0 && i < c->len && c->p[i] == ',') i++;
    else break;
  }
  if (i >= c->len || c->p[i] != '}') return false;
  c->at = i + 1;
  *least = v[0];
  *most = n == 0 ? v[0] : v[1];
  return true;
}

static enum status parse_repeat(struct reader *c, struct piece **out) {
  bool quoted;
  TRY(parse_atom(c, out, &quoted));
  bool repeated = false;
  while (more(c)) {
    uint32_t least = 0, most = REGEX_REPEAT_MAX + 1, from = c->at;
    char ch = c->p[c->at];
    if (ch == '*') c->at++;
    else if (ch == '+') least = 1, c->at++;
    else if (ch == '?') most = 1, c->at++;
    else if (ch == '{' && take_counts(c, &least, &most)) {
      if (least > REGEX_REPEAT_MAX || (most != UINT32_MAX && (most > REGEX_REPEAT_MAX || most < least))) return c->at = from, fail(c, false, "a repeat count is past 1000 or runs backwards");
      if (most == UINT32_MAX) most = REGEX_REPEAT_MAX + 1;
    } else break;
    if (repeated) return c->at = from, fail(c, false, "a repeat of a repeat: put the first in ( )");
    if (quoted) return c->at = from, fail(c, true, "a repeat after \\Q...\\E: put it in ( )");
    repeated = true;
    if (more(c) && c->p[c->at] == '?') c->at++; /* lazy: finds the same */
    struct piece *r;
    TRY(new_piece(c, PIECE_REPEAT, &r));
    r->least = least, r->most = most, r->first = *out;
    *out = r;
  }
  return OK;
}

static enum status parse_alt(struct reader *c, struct piece **out) {
  struct piece **branch;
  TRY(new_piece(c, PIECE_ALT, out));
  branch = &(*out)->first;
  for (;;) {
    struct piece **tail;
    TRY(new_piece(c, PIECE_CAT, branch));
    tail = &(*branch)->first;
    while (more(c) && c->p[c->at] != '|' && c->p[c->at] != ')') {
      TRY(parse_repeat(c, tail));
      tail = &(*tail)->next;
    }
    if (!more(c) || c->p[c->at] != '|') return OK;
    c->at++;
    branch = &(*branch)->next;
  }
}

enum status regex_parse(struct arena *a, const char *pattern, size_t len, struct piece **root, struct regex_problem *problem, struct err *e) {
  struct reader c = {.arena = a, .p = pattern, .len = (uint32_t)len, .problem = problem, .err = e};
  if (len > 1u << 16) return c.len = 0, fail(&c, true, "the pattern is too long");
  TRY(parse_alt(&c, root));
  return more(&c) ? fail(&c, false, "a ) without its (") : OK;
}
