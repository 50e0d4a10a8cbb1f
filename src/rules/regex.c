#include "rules/regex.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define REPEAT_MAX 1000u
#define DEPTH_MAX 200u
#define PROGRAM_MAX 20000u
#define LAST_CODE 0x10FFFFu

struct code_range { uint32_t lo, hi; };

struct char_class {
  uint64_t ascii[2];  /* bit per code below 128 */
  const struct code_range *wide; /* from 128 on, sorted, apart */
  uint32_t wide_count;
};

enum assert_kind { AT_TEXT_START, AT_TEXT_END, AT_LINE_START, AT_LINE_END, AT_WORD_EDGE, AT_NOT_WORD_EDGE };

enum piece_kind { PIECE_EMPTY, PIECE_CLASS, PIECE_CAT, PIECE_ALT, PIECE_REPEAT, PIECE_ASSERT };
struct piece { /* the pattern as a tree */
  enum piece_kind kind;
  const struct char_class *class;
  enum assert_kind assert;
  uint32_t least, most; /* most REPEAT_MAX + 1 = no bound */
  struct piece *first, *next;
};

enum op { OP_CLASS, OP_SPLIT, OP_JUMP, OP_ASSERT, OP_MATCH };
struct inst {
  enum op op;
  uint32_t x, y; /* targets; OP_ASSERT: x is the kind */
  const struct char_class *class;
};

struct regex {
  struct inst *program;
  uint32_t count;
  bool anchored; /* begins with the start of the text */
};

enum { FOLD = 1, MULTI = 2, DOT_ALL = 4, UNGREEDY = 8 };

struct group_name { struct span name; struct group_name *next; };

struct compiler {
  struct arena *arena;
  const char *p;
  uint32_t len, at, depth;
  unsigned flags;
  struct regex_problem *problem;
  struct group_name *names;
  struct code_range *ranges; /* the class being read */
  uint32_t range_count, range_cap;
  struct inst *program;
  uint32_t count, cap;
  struct err *err;
};

static enum status fail(struct compiler *c, bool unsupported, const char *message) {
  *c->problem = (struct regex_problem){.at = c->at, .unsupported = unsupported, .message = message};
  return err_set(c->err, ERR_INPUT, NULL, "character %u: %s", c->at + 1, message);
}

static bool more(const struct compiler *c) { return c->at < c->len; }
static bool next_is(const struct compiler *c, const char *s) { return c->len - c->at >= strlen(s) && memcmp(c->p + c->at, s, strlen(s)) == 0; }

static enum status take_code(struct compiler *c, uint32_t *code) {
  size_t n = text_utf8_next(c->p + c->at, c->len - c->at, code);
  if (!n) return fail(c, false, "not well-formed UTF-8");
  c->at += (uint32_t)n;
  return OK;
}

/* ---- classes ---- */

static enum status add_range(struct compiler *c, uint32_t lo, uint32_t hi) {
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

static enum status add_folded(struct compiler *c, uint32_t lo, uint32_t hi) {
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
static enum status settle(struct compiler *c, uint32_t from, bool negate) {
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

static enum status new_piece(struct compiler *c, enum piece_kind kind, struct piece **out) {
  ARENA_TRY(c->err, *out = arena_new(c->arena, struct piece));
  (*out)->kind = kind;
  return OK;
}

static enum status class_piece(struct compiler *c, struct piece **out) { /* of c->ranges, which it empties */
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

static enum status add_named(struct compiler *c, const char *ranges, bool nul, bool negate, bool fold) {
  uint32_t from = c->range_count;
  unsigned flags = c->flags;
  if (!fold) c->flags &= ~(unsigned)FOLD;
  for (; *ranges; ranges += 2) TRY(add_folded(c, (unsigned char)ranges[0], (unsigned char)ranges[1]));
  c->flags = flags;
  if (nul) TRY(add_range(c, 0, 0));
  return negate ? settle(c, from, true) : OK;
}

/* \d \w \s and their opposites: true when c->at stood behind such a letter, which it then passes. */
static bool perl_class(struct compiler *c, enum status *st) {
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
static enum status take_escape(struct compiler *c, uint32_t *code) {
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

static enum status posix_class(struct compiler *c, bool *found) {
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

static enum status take_class_end(struct compiler *c, uint32_t *code) {
  if (c->p[c->at] != '\\') return take_code(c, code);
  c->at++;
  return take_escape(c, code);
}

static enum status parse_class(struct compiler *c, struct piece **out) {
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

static enum status parse_alt(struct compiler *c, struct piece **out);

static enum status literal_piece(struct compiler *c, uint32_t code, struct piece **out) {
  TRY(add_folded(c, code, code));
  return class_piece(c, out);
}

static enum status assert_piece(struct compiler *c, enum assert_kind kind, struct piece **out) {
  TRY(new_piece(c, PIECE_ASSERT, out));
  (*out)->assert = kind;
  return OK;
}

static enum status group_name(struct compiler *c) {
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
static enum status group_flags(struct compiler *c, bool *body) {
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

static enum status parse_group(struct compiler *c, struct piece **out) {
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

static enum status parse_quoted(struct compiler *c, struct piece **out) { /* \Q...\E, one piece a character */
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

static enum status parse_atom(struct compiler *c, struct piece **out, bool *quoted) {
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
static bool take_counts(struct compiler *c, uint32_t *least, uint32_t *most) {
  uint32_t i = c->at + 1, v[2] = {0, 0}, n = 0;
  for (; n < 2; n++) {
    uint32_t from = i;
    for (; i < c->len && c->p[i] >= '0' && c->p[i] <= '9'; i++)
      if (v[n] <= REPEAT_MAX) v[n] = v[n] * 10 + (uint32_t)(c->p[i] - '0');
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

static enum status parse_repeat(struct compiler *c, struct piece **out) {
  bool quoted;
  TRY(parse_atom(c, out, &quoted));
  bool repeated = false;
  while (more(c)) {
    uint32_t least = 0, most = REPEAT_MAX + 1, from = c->at;
    char ch = c->p[c->at];
    if (ch == '*') c->at++;
    else if (ch == '+') least = 1, c->at++;
    else if (ch == '?') most = 1, c->at++;
    else if (ch == '{' && take_counts(c, &least, &most)) {
      if (least > REPEAT_MAX || (most != UINT32_MAX && (most > REPEAT_MAX || most < least))) return c->at = from, fail(c, false, "a repeat count is past 1000 or runs backwards");
      if (most == UINT32_MAX) most = REPEAT_MAX + 1;
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

static enum status parse_alt(struct compiler *c, struct piece **out) {
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

/* ---- the program ---- */

static enum status emit(struct compiler *c, struct inst in, uint32_t *at) {
  if (c->count >= PROGRAM_MAX) return fail(c, true, "the pattern is too large");
  if (c->count == c->cap) {
    uint32_t cap = c->cap ? c->cap * 2 : 32;
    ARENA_TRY(c->err, c->program = arena_grow(c->arena, c->program, c->count, cap, sizeof *c->program));
    c->cap = cap;
  }
  if (at) *at = c->count;
  c->program[c->count++] = in;
  return OK;
}

static enum status emit_piece(struct compiler *c, const struct piece *p) {
  uint32_t at = 0, begin;
  switch (p->kind) {
  case PIECE_EMPTY: return OK;
  case PIECE_CLASS: return emit(c, (struct inst){.op = OP_CLASS, .class = p->class}, NULL);
  case PIECE_ASSERT: return emit(c, (struct inst){.op = OP_ASSERT, .x = p->assert}, NULL);
  case PIECE_CAT:
    for (const struct piece *k = p->first; k; k = k->next) TRY(emit_piece(c, k));
    return OK;
  case PIECE_ALT: { /* split to each branch in turn; each ends in a jump, chained through y until the end is known */
    uint32_t chain = UINT32_MAX;
    for (const struct piece *k = p->first; k; k = k->next) {
      if (k->next) TRY(emit(c, (struct inst){.op = OP_SPLIT}, &at));
      if (k->next) c->program[at].x = at + 1;
      TRY(emit_piece(c, k));
      if (!k->next) break;
      uint32_t jump;
      TRY(emit(c, (struct inst){.op = OP_JUMP, .y = chain}, &jump));
      chain = jump;
      c->program[at].y = c->count;
    }
    while (chain != UINT32_MAX) {
      uint32_t before = c->program[chain].y;
      c->program[chain].x = c->count;
      chain = before;
    }
    return OK;
  }
  case PIECE_REPEAT: break;
  }
  bool endless = p->most > REPEAT_MAX;
  for (uint32_t i = 0; i + (endless && p->least) < p->least; i++) TRY(emit_piece(c, p->first));
  if (endless && p->least) { /* x+ */
    begin = c->count;
    TRY(emit_piece(c, p->first));
    return emit(c, (struct inst){.op = OP_SPLIT, .x = begin, .y = c->count + 1}, NULL);
  }
  if (endless) { /* x* */
    TRY(emit(c, (struct inst){.op = OP_SPLIT}, &begin));
    TRY(emit_piece(c, p->first));
    TRY(emit(c, (struct inst){.op = OP_JUMP, .x = begin}, NULL));
    c->program[begin].x = begin + 1, c->program[begin].y = c->count;
    return OK;
  }
  uint32_t chain = UINT32_MAX;
  for (uint32_t i = p->least; i < p->most; i++) { /* x?, one inside the other */
    TRY(emit(c, (struct inst){.op = OP_SPLIT, .y = chain}, &at));
    c->program[at].x = at + 1;
    chain = at;
    TRY(emit_piece(c, p->first));
  }
  while (chain != UINT32_MAX) {
    uint32_t before = c->program[chain].y;
    c->program[chain].y = c->count;
    chain = before;
  }
  return OK;
}

enum status regex_compile(struct arena *a, const char *pattern, size_t len, struct regex **out, struct regex_problem *problem, struct err *e) {
  struct compiler c = {.arena = a, .p = pattern, .len = (uint32_t)len, .problem = problem, .err = e};
  if (len > 1u << 16) return c.len = 0, fail(&c, true, "the pattern is too long");
  struct piece *root;
  TRY(parse_alt(&c, &root));
  if (more(&c)) return fail(&c, false, "a ) without its (");
  TRY(emit_piece(&c, root));
  TRY(emit(&c, (struct inst){.op = OP_MATCH}, NULL));
  ARENA_TRY(e, *out = arena_new(a, struct regex));
  **out = (struct regex){.program = c.program, .count = c.count, .anchored = c.program[0].op == OP_ASSERT && c.program[0].x == AT_TEXT_START};
  return OK;
}

/* ---- the search ---- */

static bool in_class(const struct char_class *k, uint32_t code) {
  if (code < 128) return k->ascii[code >> 6] >> (code & 63) & 1;
  uint32_t lo = 0, hi = k->wide_count;
  while (lo < hi) {
    uint32_t mid = (lo + hi) / 2;
    if (code > k->wide[mid].hi) lo = mid + 1;
    else hi = mid;
  }
  return lo < k->wide_count && code >= k->wide[lo].lo;
}

static bool is_word(uint32_t c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }

#define NOTHING UINT32_MAX /* before the text, or behind it */

static bool holds(enum assert_kind k, uint32_t before, uint32_t after) {
  switch (k) {
  case AT_TEXT_START: return before == NOTHING;
  case AT_TEXT_END: return after == NOTHING;
  case AT_LINE_START: return before == NOTHING || before == '\n';
  case AT_LINE_END: return after == NOTHING || after == '\n';
  case AT_WORD_EDGE: return is_word(before) != is_word(after);
  case AT_NOT_WORD_EDGE: return is_word(before) == is_word(after);
  }
  return false;
}

struct threads { /* a set of places in the program: dense and sparse, so that clearing is free */
  uint32_t *dense, *sparse, count;
};

/* Follows what costs no character from `pc`. True when the pattern is found. */
static bool follow(const struct regex *r, struct threads *t, uint32_t pc, uint32_t before, uint32_t after, uint32_t *stack) {
  uint32_t top = 0;
  stack[top++] = pc;
  while (top) {
    pc = stack[--top];
    uint32_t at = t->sparse[pc];
    if (at < t->count && t->dense[at] == pc) continue;
    t->sparse[pc] = t->count;
    t->dense[t->count++] = pc;
    const struct inst *in = &r->program[pc];
    switch (in->op) {
    case OP_MATCH: return true;
    case OP_JUMP: stack[top++] = in->x; break;
    case OP_SPLIT: stack[top++] = in->y, stack[top++] = in->x; break;
    case OP_ASSERT:
      if (holds((enum assert_kind)in->x, before, after)) stack[top++] = pc + 1;
      break;
    case OP_CLASS: break;
    }
  }
  return false;
}

bool regex_search(const struct regex *r, const char *s, size_t len, uint64_t *cost, bool *ok) {
  enum { SMALL = 256 };
  uint32_t small[SMALL * 5], *memory = small;
  uint32_t n = r->count;
  if (ok) *ok = true;
  if (n > SMALL) memory = malloc((size_t)n * 5 * sizeof *memory);
  if (!memory) {
    if (ok) *ok = false;
    return false;
  }
  memset(memory, 0, (size_t)n * 2 * sizeof *memory);
  struct threads now = {.dense = memory, .sparse = memory + n};
  uint32_t *pending = memory + (size_t)2 * n, *stack = memory + (size_t)3 * n; /* a place is pushed at most twice: 2n is room enough */
  uint32_t pending_count = 0, before = NOTHING;
  uint64_t steps = 0;
  bool found = false;
  for (size_t i = 0;;) {
    uint32_t after = NOTHING;
    size_t width = i < len ? text_utf8_next(s + i, len - i, &after) : 0;
    if (i < len && !width) width = 1, after = 0xFFFD; /* not ours to judge: it matches as a replacement character */
    now.count = 0;
    for (uint32_t k = 0; k < pending_count && !found; k++) found = follow(r, &now, pending[k], before, after, stack);
    if (!found && !(r->anchored && i)) found = follow(r, &now, 0, before, after, stack);
    steps += now.count + 1;
    if (found || i >= len || (r->anchored && !now.count)) break;
    pending_count = 0;
    for (uint32_t k = 0; k < now.count; k++) {
      const struct inst *in = &r->program[now.dense[k]];
      if (in->op == OP_CLASS && in_class(in->class, after)) pending[pending_count++] = now.dense[k] + 1;
    }
    before = after;
    i += width;
  }
  if (cost) *cost += 1 + steps / 16;
  if (memory != small) free(memory);
  return found;
}
