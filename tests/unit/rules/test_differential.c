/* Random typed rules over random counties with every absence: the block evaluator, the row evaluator and a naive oracle must agree.
 *
 * The oracle below evaluates the generator's own trees over the generator's own cells, in the plainest way; it shares no code with what it
 * checks. The seed of a round is printed with whatever it finds: LUCID_DIFF_SEED=n runs that round alone, LUCID_DIFF_ROUNDS=n so many from it. */
#include "unit.h"

#include <math.h>
#include <time.h>

#include "base/random.h"
#include "column/builder.h"
#include "rules/block.h"

enum { H = LEVEL_HOUSEHOLD, M = LEVEL_MEMBER, V = LEVEL_VILLAGE, C = LEVEL_LINE0, LEVELS = 4, DERIVED_MAX = 4 };

/* ---- the world ---- */

struct kind_of_field { const char *name; enum col_kind kind; uint8_t decimals; uint32_t fill; struct cell fill_value; };
static const struct kind_of_field stored[LEVELS][10] = {
    [LEVEL_HOUSEHOLD] = {{"flag", COL_BOOL, 0, 0, {0}}, {"size", COL_INT, 0, 0, {0}}, {"big", COL_INT, 0, 0, {0}}, {"income", COL_DECIMAL, 2, 0, {0}}, {"share", COL_REAL, 0, 0, {0}},
      {"visited", COL_DATE, 0, 0, {0}}, {"roof", COL_CHOICE, 0, 0, {0}}, {"remark", COL_TEXT, 0, 0, {0}}, {"rent", COL_DECIMAL, 1, 1u << ABSENT_EMPTY, {.i = 15}}, {"car", COL_BOOL, 0, 1u << ABSENT_NOT_APPLICABLE, {.i = 0}}},
    [LEVEL_MEMBER] = {{"age", COL_INT, 0, 0, {0}}, {"wage", COL_DECIMAL, 2, 0, {0}}, {"in_school", COL_BOOL, 0, 0, {0}}, {"sex", COL_CHOICE, 0, 1u << ABSENT_REFUSED, {.s = {"x", 1}}}, {"born", COL_DATE, 0, 0, {0}},
      {"mass", COL_REAL, 0, 1u << ABSENT_EMPTY | 1u << ABSENT_REFUSED, {.d = 2.5}}, {"points", COL_INT, 0, 1u << ABSENT_EMPTY, {.i = 300}}},
    [LEVEL_VILLAGE] = {{"altitude", COL_INT, 0, 1u << ABSENT_EMPTY, {.i = 5}}, {"road", COL_BOOL, 0, 0, {0}}, {"zone", COL_CHOICE, 0, 0, {0}}, {"rain", COL_REAL, 0, 0, {0}}},
    [LEVEL_LINE0] = {{"area", COL_DECIMAL, 3, 0, {0}}, {"sold", COL_BOOL, 0, 0, {0}}, {"crop", COL_TEXT, 0, 0, {0}}, {"price", COL_INT, 0, 0, {0}}}};
static const uint32_t stored_count[LEVELS] = {10, 7, 4, 4};
static const char *const level_names[LEVELS] = {"household", "members", "village", "crops"};
static const char *const words[] = {"", "a", "b", "ab", "bea", "tile", "straw", "\xE7\x93\xA6", "e"};
enum { WORDS = 9, HOUSEHOLDS_MAX = 5000 };

struct ex;
struct world {
  struct rng r;
  struct arena arena;
  uint64_t rows[LEVELS];
  struct cell *cells[LEVELS]; /* row-major */
  uint32_t *child_at[LEVELS];
  bool *taken[LEVELS];
  uint32_t *village; /* UINT32_MAX = none */
  struct ex *derived[LEVELS][DERIVED_MAX];
  uint32_t derived_count[LEVELS];
  struct rule_field *fields[LEVELS];
  struct rule_env env;
  struct rule_const consts[4];
  struct builder *builder;
  const struct segment *segment;
};

static uint64_t pick(struct world *w, uint64_t n) { return rng_below(&w->r, n); }

/* ---- trees ---- */

enum op { X_LITERAL, X_CONST, X_FIELD, X_HAS, X_NOT, X_NEG, X_AND, X_OR, X_IF, X_ADD, X_SUB, X_MUL, X_DIV, X_MOD, X_EQ, X_NE, X_LT, X_LE, X_GT, X_GE, X_IN, X_CALL, X_ROWS, X_MACRO };
enum macro_kind { A_ALL, A_EXISTS, A_ONE, A_COUNT, A_COUNT_FILTER, A_SUM, A_MIN, A_MAX, A_MEAN };
static const char *const macro_names[] = {"all", "exists", "exists_one", "count", "filter", "sum", "min", "max", "mean"};

struct ex {
  enum op op;
  char type; /* b i d s t */
  int n;
  struct ex *k[5];
  int64_t i;
  double d;
  const char *s;
  uint32_t level, field;
  int var;              /* macro variable, or -1: the rule's own rows */
  const char *name;     /* of a function */
  enum macro_kind macro;
  bool filtered;        /* aggregate over members.filter(v, k[0]) */
};

struct scope { uint32_t level; int vars; uint32_t var_level[3]; uint32_t derived_below[LEVELS]; };

static struct ex *make(struct world *w, enum op op, char type, int n) {
  struct ex *x = arena_new(&w->arena, struct ex);
  assert_non_null(x);
  x->op = op, x->type = type, x->n = n, x->var = -1;
  return x;
}

static char type_of_kind(enum col_kind k) { return "bidd" "tss"[k]; }

static struct ex *tree(struct world *w, struct scope *sc, char type, int depth);

static struct ex *literal(struct world *w, char type) {
  static const int64_t ints[] = {0, 1, -1, 2, 3, 5, 7, 100, 127, -128, 300, 32767, 70000, -5000000000, INT64_MAX, -INT64_MAX};
  static const double reals[] = {0, 1, -1, 0.5, 2300, 0.1, 1.5, 100.25, -7.125, 1e300, 12.34, 999.99, 33, 1e-9};
  struct ex *x = make(w, X_LITERAL, type, 0);
  x->i = type == 'b' ? (int64_t)pick(w, 2) : pick(w, 4) ? ints[pick(w, pick(w, 3) ? 11 : 16)] : (int64_t)pick(w, 200) - 20;
  if (type == 't') x->i = ((int64_t)pick(w, 30000) - 8000) * 86400 + (pick(w, 2) ? (int64_t)pick(w, 86400) : 0);
  x->d = pick(w, 3) ? reals[pick(w, 14)] : (double)pick(w, 100000) / 100;
  x->s = words[pick(w, WORDS)];
  return x;
}

/* A field of this type in reach, or NULL. */
static struct ex *field(struct world *w, struct scope *sc, char type, bool has) {
  for (int tries = 0; tries < 12; tries++) {
    struct ex *x = make(w, has ? X_HAS : X_FIELD, has ? 'b' : type, 0);
    uint64_t where = pick(w, 4);
    if (sc->vars && where < 3) x->var = (int)pick(w, (uint64_t)sc->vars), x->level = sc->var_level[x->var];
    else if (sc->level == V) x->level = V;
    else x->level = where == 0 ? V : where == 1 ? H : sc->level;
    if (has && x->var < 0 && x->level == M) continue; /* a member's rule has no name for its own row */
    x->field = (uint32_t)pick(w, stored_count[x->level] + sc->derived_below[x->level]);
    struct ex *derived = x->field >= stored_count[x->level] ? w->derived[x->level][x->field - stored_count[x->level]] : NULL;
    char have = derived ? derived->type : type_of_kind(stored[x->level][x->field].kind);
    if (has || have == type) return x;
  }
  return NULL;
}

static struct ex *leaf(struct world *w, struct scope *sc, char type) {
  struct ex *x = pick(w, 5) ? field(w, sc, type, false) : NULL;
  if (!x && (type == 'd' || type == 'i' || type == 's') && pick(w, 2)) {
    x = make(w, X_CONST, type, 0);
    x->i = type == 'd' ? (pick(w, 4) ? 0 : 3) : type == 'i' ? 1 : 2;
  }
  return x ? x : literal(w, type);
}

static struct ex *node(struct world *w, struct scope *sc, enum op op, char type, int depth, const char *kid_types) {
  struct ex *x = make(w, op, type, (int)strlen(kid_types));
  for (int i = 0; i < x->n; i++) x->k[i] = tree(w, sc, kid_types[i], depth - 1);
  return x;
}

static struct ex *call(struct world *w, struct scope *sc, char type, const char *name, int depth, const char *kid_types) {
  struct ex *x = node(w, sc, X_CALL, type, depth, kid_types);
  x->name = name;
  return x;
}

static struct ex *macro(struct world *w, struct scope *sc, enum macro_kind kind, char type, char body, int depth) {
  struct ex *x = make(w, X_MACRO, type, 2);
  x->macro = kind;
  x->level = pick(w, 3) ? M : C;
  x->var = sc->vars;
  sc->var_level[sc->vars++] = x->level;
  bool counts = kind == A_COUNT || kind == A_COUNT_FILTER, predicate = kind <= A_ONE;
  x->filtered = !counts && !predicate && pick(w, 3) == 0;
  if (counts || x->filtered) x->k[0] = tree(w, sc, 'b', depth - 1);
  if (!counts) x->k[1] = tree(w, sc, predicate ? 'b' : body, depth - (pick(w, 2) ? 1 : 3));
  sc->vars--;
  return x;
}

/* A comparison with a literal of a field: what most rules are made of. */
static struct ex *simple_test(struct world *w, struct scope *sc) {
  char t = "iiddsst"[pick(w, 7)];
  struct ex *f = field(w, sc, t, false);
  if (!f) return leaf(w, sc, 'b'); /* no field of this type in reach */
  struct ex *x = make(w, (enum op)(X_EQ + pick(w, 6)), 'b', 2);
  bool turned = pick(w, 4) == 0;
  x->k[turned] = f;
  x->k[!turned] = t == 'd' && pick(w, 3) == 0 ? leaf(w, sc, 'd') : literal(w, t);
  return x;
}

static struct ex *bool_tree(struct world *w, struct scope *sc, int depth) {
  static const char *const operands[] = {"ii", "dd", "ss", "tt", "bb"};
  bool macros = sc->vars < 2 && sc->level != V && (sc->vars == 0 || pick(w, 6) == 0);
  switch (pick(w, macros ? 14 : 11)) {
  case 0: return node(w, sc, X_NOT, 'b', depth, "b");
  case 1: return node(w, sc, X_AND, 'b', depth, pick(w, 2) ? "bb" : "bbb");
  case 2: return node(w, sc, X_OR, 'b', depth, pick(w, 2) ? "bb" : "bbb");
  case 3: return node(w, sc, X_IF, 'b', depth, "bbb");
  case 4: case 5: return simple_test(w, sc);
  case 6: return node(w, sc, (enum op)(X_EQ + pick(w, 6)), 'b', depth, operands[pick(w, 5)]);
  case 7: {
    struct ex *h = field(w, sc, 'b', true);
    return h ? h : literal(w, 'b');
  }
  case 8: {
    struct ex *x = make(w, X_IN, 'b', 2 + (int)pick(w, 3));
    char t = "isd"[pick(w, 3)];
    x->k[0] = tree(w, sc, t, depth - 1);
    for (int i = 1; i < x->n; i++) x->k[i] = pick(w, 8) ? literal(w, t) : leaf(w, sc, t);
    return x;
  }
  case 9: {
    static const char *const names[] = {"contains", "startsWith", "endsWith"};
    return call(w, sc, 'b', names[pick(w, 3)], depth, "ss");
  }
  case 10: {
    struct ex *x = make(w, X_CALL, 'b', 1);
    static const char *const patterns[] = {"a", "^b", "e$"};
    x->name = "matches", x->s = patterns[pick(w, 3)];
    x->k[0] = tree(w, sc, 's', depth - 1);
    return x;
  }
  default: return macro(w, sc, (enum macro_kind)pick(w, 3), 'b', 'b', depth);
  }
}

static struct ex *int_tree(struct world *w, struct scope *sc, int depth) {
  bool macros = sc->vars < 2 && sc->level != V && (sc->vars == 0 || pick(w, 6) == 0);
  switch (pick(w, macros ? 13 : 8)) {
  case 0: return node(w, sc, X_NEG, 'i', depth, "i");
  case 1: case 2: return node(w, sc, (enum op)(X_ADD + pick(w, 5)), 'i', depth, "ii");
  case 3: return node(w, sc, X_IF, 'i', depth, "bii");
  case 4: return call(w, sc, 'i', "int", depth, pick(w, 3) ? "d" : "t");
  case 5: return call(w, sc, 'i', "size", depth, "s");
  case 6: return call(w, sc, 'i', pick(w, 2) ? "getFullYear" : "getMonth", depth, "t");
  case 7: return pick(w, 2) ? call(w, sc, 'i', "abs", depth, "i") : call(w, sc, 'i', pick(w, 2) ? "min" : "max", depth, "ii");
  case 8: {
    struct ex *x = make(w, X_ROWS, 'i', 0);
    x->level = pick(w, 2) ? M : C;
    return x;
  }
  case 9: return macro(w, sc, pick(w, 2) ? A_COUNT : A_COUNT_FILTER, 'i', 'b', depth);
  default: return macro(w, sc, (enum macro_kind)(A_SUM + pick(w, 3)), 'i', 'i', depth);
  }
}

static struct ex *real_tree(struct world *w, struct scope *sc, int depth) {
  static const char *const ones[] = {"floor", "ceil", "abs", "round"};
  bool macros = sc->vars < 2 && sc->level != V && (sc->vars == 0 || pick(w, 6) == 0);
  switch (pick(w, macros ? 11 : 7)) {
  case 0: return node(w, sc, X_NEG, 'd', depth, "d");
  case 1: case 2: return node(w, sc, (enum op)(X_ADD + pick(w, 4)), 'd', depth, "dd");
  case 3: return node(w, sc, X_IF, 'd', depth, "bdd");
  case 4: case 5: return call(w, sc, 'd', "double", depth, "i");
  case 6: return pick(w, 2) ? call(w, sc, 'd', ones[pick(w, 4)], depth, "d") : call(w, sc, 'd', pick(w, 2) ? "min" : "max", depth, "dd");
  default: {
    enum macro_kind k = (enum macro_kind)(A_SUM + pick(w, 4));
    return macro(w, sc, k, 'd', k == A_MEAN && pick(w, 2) ? 'i' : 'd', depth);
  }
  }
}

static struct ex *tree(struct world *w, struct scope *sc, char type, int depth) {
  if (depth <= 0 || pick(w, 8) == 0) return leaf(w, sc, type);
  switch (type) {
  case 'b': return bool_tree(w, sc, depth);
  case 'i': return int_tree(w, sc, depth);
  case 'd': return real_tree(w, sc, depth);
  default: return pick(w, 4) ? leaf(w, sc, type) : node(w, sc, X_IF, type, depth, type == 's' ? "bss" : "btt");
  }
}

/* ---- as text ---- */

static const char *field_name(const struct world *w, uint32_t level, uint32_t f) { return w->fields[level][f].name; }

static void write_literal(const struct ex *x, struct text *t) {
  char buf[64];
  time_t at = (time_t)x->i;
  struct tm tm;
  switch (x->type) {
  case 'b': text_add(t, x->i ? "true" : "false"); return;
  case 'i': text_addf(t, x->i < 0 ? "(%lld)" : "%lld", (long long)x->i); return;
  case 'd':
    snprintf(buf, sizeof buf, "%.17g", x->d);
    text_addf(t, "(%s%s)", buf, strpbrk(buf, ".e") ? "" : ".0");
    return;
  case 's': text_addf(t, "\"%s\"", x->s); return;
  default:
    gmtime_r(&at, &tm);
    text_addf(t, "timestamp(\"%04d-%02d-%02dT%02d:%02d:%02dZ\")", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
  }
}

static void write_field(const struct world *w, const struct ex *x, uint32_t own, struct text *t) {
  const char *name = field_name(w, x->level, x->field);
  if (x->op == X_HAS) text_add(t, "has(");
  if (x->var >= 0) text_addf(t, "v%d.%s", x->var, name);
  else if (x->op == X_HAS || x->level != own) text_addf(t, "%s.%s", level_names[x->level], name);
  else text_add(t, name);
  if (x->op == X_HAS) text_add(t, ")");
}

static void write_tree(const struct world *w, const struct ex *x, uint32_t own, struct text *t) {
  static const char *const signs[] = {[X_AND] = "&&", [X_OR] = "||", [X_ADD] = "+", [X_SUB] = "-", [X_MUL] = "*", [X_DIV] = "/", [X_MOD] = "%", [X_EQ] = "==", [X_NE] = "!=", [X_LT] = "<", [X_LE] = "<=", [X_GT] = ">", [X_GE] = ">="};
  switch (x->op) {
  case X_LITERAL: write_literal(x, t); return;
  case X_CONST: text_add(t, w->consts[x->i].name); return;
  case X_FIELD: case X_HAS: write_field(w, x, own, t); return;
  case X_NOT: case X_NEG: text_add(t, x->op == X_NOT ? "!(" : "-("), write_tree(w, x->k[0], own, t), text_add(t, ")"); return;
  case X_IF:
    text_add(t, "("), write_tree(w, x->k[0], own, t), text_add(t, " ? "), write_tree(w, x->k[1], own, t), text_add(t, " : "), write_tree(w, x->k[2], own, t), text_add(t, ")");
    return;
  case X_IN:
    text_add(t, "("), write_tree(w, x->k[0], own, t), text_add(t, " in [");
    for (int i = 1; i < x->n; i++) text_add(t, i > 1 ? ", " : ""), write_tree(w, x->k[i], own, t);
    text_add(t, "])");
    return;
  case X_CALL:
    if (strchr("csem", x->name[0]) && x->type == 'b') { /* text functions are written after their receiver */
      write_tree(w, x->k[0], own, t), text_addf(t, ".%s(", x->name);
      if (x->s) text_addf(t, "\"%s\"", x->s);
      else write_tree(w, x->k[1], own, t);
      text_add(t, ")");
    } else if (strncmp(x->name, "get", 3) == 0) {
      write_tree(w, x->k[0], own, t), text_addf(t, ".%s()", x->name);
    } else {
      text_addf(t, "%s(", x->name);
      for (int i = 0; i < x->n; i++) text_add(t, i ? ", " : ""), write_tree(w, x->k[i], own, t);
      text_add(t, ")");
    }
    return;
  case X_ROWS: text_addf(t, "%s.size()", level_names[x->level]); return;
  case X_MACRO:
    text_add(t, level_names[x->level]);
    if (x->filtered) text_addf(t, ".filter(v%d, ", x->var), write_tree(w, x->k[0], own, t), text_add(t, ")");
    text_addf(t, ".%s(v%d, ", macro_names[x->macro], x->var), write_tree(w, x->k[1] ? x->k[1] : x->k[0], own, t), text_add(t, x->macro == A_COUNT_FILTER ? ").size()" : ")");
    return;
  default:
    text_add(t, "(");
    for (int i = 0; i < x->n; i++) i ? text_addf(t, " %s ", signs[x->op]) : (void)0, write_tree(w, x->k[i], own, t);
    text_add(t, ")");
  }
}

/* ---- the oracle ---- */

struct val { char st; /* v u e */ int64_t i; double d; char s[64]; };
struct where { uint32_t level; uint64_t household, row; uint64_t var[3]; };

static const struct val unknown = {.st = 'u'}, error = {.st = 'e'};

static struct val oracle(const struct world *w, const struct ex *x, const struct where *at);

static struct val cell_val(enum col_kind kind, uint8_t decimals, struct cell c) {
  struct val v = {.st = 'v', .i = c.i};
  if (kind == COL_BOOL) v.i = c.i != 0;
  if (kind == COL_DECIMAL) v.d = (double)c.i / pow(10, decimals);
  if (kind == COL_REAL) v.d = c.d;
  if (kind == COL_DATE) v.i = c.i * 86400;
  if (kind >= COL_CHOICE) memcpy(v.s, c.s.at, c.s.len);
  return v;
}

static struct cell raw(const struct world *w, uint32_t level, uint32_t f, uint64_t row) {
  struct cell c = {.absence = ABSENT_EMPTY};
  if (row != UINT64_MAX) c = w->cells[level][row * stored_count[level] + f];
  if (c.absence && stored[level][f].fill >> c.absence & 1) c = stored[level][f].fill_value;
  return c;
}

static uint64_t row_at(const struct world *w, const struct ex *x, const struct where *at) {
  if (x->var >= 0) return at->var[x->var];
  if (x->level == H) return at->household;
  if (x->level == at->level) return at->row;
  return w->village[at->household] == UINT32_MAX ? UINT64_MAX : w->village[at->household];
}

static struct val oracle_field(const struct world *w, const struct ex *x, const struct where *at) {
  uint64_t row = row_at(w, x, at);
  if (x->field >= stored_count[x->level]) {
    struct where there = {.level = x->level, .household = x->level == H ? row : at->household, .row = row};
    return row == UINT64_MAX ? unknown : oracle(w, w->derived[x->level][x->field - stored_count[x->level]], &there);
  }
  struct cell c = raw(w, x->level, x->field, row);
  return c.absence ? unknown : cell_val(stored[x->level][x->field].kind, stored[x->level][x->field].decimals, c);
}

static struct val whole(__int128 v) { return v < INT64_MIN || v > INT64_MAX ? error : (struct val){.st = 'v', .i = (int64_t)v}; }
static struct val real(double d) { return (struct val){.st = 'v', .d = d}; }
static struct val truth(bool b) { return (struct val){.st = 'v', .i = b}; }

static struct val oracle_calculate(const struct ex *x, struct val a, struct val b) {
  if (x->type == 'd') return real(x->op == X_ADD ? a.d + b.d : x->op == X_SUB ? a.d - b.d : x->op == X_MUL ? a.d * b.d : a.d / b.d);
  __int128 p = a.i, q = b.i;
  if (x->op == X_ADD) return whole(p + q);
  if (x->op == X_SUB) return whole(p - q);
  if (x->op == X_MUL) return whole(p * q);
  if (q == 0 || whole(p / q).st == 'e') return error;
  return whole(x->op == X_DIV ? p / q : p % q);
}

static bool equal(char type, struct val a, struct val b) { return type == 'd' ? a.d == b.d : type == 's' ? strcmp(a.s, b.s) == 0 : a.i == b.i; }
static bool less(char type, struct val a, struct val b) { return type == 'd' ? a.d < b.d : type == 's' ? strcmp(a.s, b.s) < 0 : a.i < b.i; }

static bool oracle_compare(enum op op, char type, struct val a, struct val b) {
  bool eq = equal(type, a, b), lt = less(type, a, b), gt = less(type, b, a);
  return op == X_EQ ? eq : op == X_NE ? !eq : op == X_LT ? lt : op == X_LE ? lt || eq : op == X_GT ? gt : gt || eq;
}

static struct val oracle_call(const struct ex *x, const struct val *a) {
  size_t n = strlen(a->s), m = x->n > 1 ? strlen(a[1].s) : 0;
  time_t at = (time_t)a->i;
  struct tm tm;
  switch (x->name[0] + x->name[1] * 256) {
  case 'c' + 'o' * 256: return truth(strstr(a->s, a[1].s));
  case 's' + 't' * 256: return truth(m <= n && memcmp(a->s, a[1].s, m) == 0);
  case 'e' + 'n' * 256: return truth(m <= n && memcmp(a->s + n - m, a[1].s, m) == 0);
  case 'm' + 'a' * 256:
    if (x->s) return truth(x->s[0] == 'a' ? strchr(a->s, 'a') != NULL : x->s[0] == '^' ? a->s[0] == 'b' : n && a->s[n - 1] == 'e');
    if (x->type == 'd') return isnan(a->d) ? *a : isnan(a[1].d) ? a[1] : a->d >= a[1].d ? *a : a[1];
    return a->i >= a[1].i ? *a : a[1];
  case 'm' + 'i' * 256:
    if (x->type == 'd') return isnan(a->d) ? *a : isnan(a[1].d) ? a[1] : a->d <= a[1].d ? *a : a[1];
    return a->i <= a[1].i ? *a : a[1];
  case 'i' + 'n' * 256:
    if (x->k[0]->type == 't') return (struct val){.st = 'v', .i = a->i};
    return a->d > -9223372036854775808.0 && a->d < 9223372036854775808.0 ? (struct val){.st = 'v', .i = (int64_t)a->d} : error;
  case 's' + 'i' * 256: {
    int64_t points = 0;
    for (size_t i = 0; i < n; i++) points += (a->s[i] & 0xC0) != 0x80;
    return whole(points);
  }
  case 'g' + 'e' * 256:
    gmtime_r(&at, &tm);
    return whole(x->name[3] == 'F' ? tm.tm_year + 1900 : tm.tm_mon);
  case 'a' + 'b' * 256: return x->type == 'd' ? real(fabs(a->d)) : whole(a->i < 0 ? -(__int128)a->i : a->i);
  case 'd' + 'o' * 256: return real((double)a->i);
  case 'f' + 'l' * 256: return real(floor(a->d));
  case 'c' + 'e' * 256: return real(ceil(a->d));
  default: return real(fabs(a->d) < 4503599627370496.0 ? round(a->d) : a->d);
  }
}

static struct val oracle_macro(const struct world *w, const struct ex *x, const struct where *at) {
  if (!w->taken[x->level][at->household]) return unknown;
  struct where there = *at;
  bool any_u = false, any_e = false, exact = false;
  int64_t count = 0, sum = 0, trues = 0, falses = 0, overflows = 0;
  double total = 0;
  struct val best = {0};
  const struct ex *body = x->k[1];
  if ((x->macro == A_SUM || x->macro == A_MEAN) && body->op == X_FIELD && body->field < stored_count[body->level] && stored[body->level][body->field].kind == COL_DECIMAL) exact = true;
  for (uint32_t row = w->child_at[x->level][at->household]; row < w->child_at[x->level][at->household + 1]; row++) {
    there.var[x->var] = row;
    if (x->k[0]) {
      struct val v = oracle(w, x->k[0], &there);
      any_u |= v.st == 'u', any_e |= v.st == 'e';
      if (v.st != 'v' || !v.i) continue;
    }
    count++;
    if (!body) continue;
    struct val v = oracle(w, body, &there);
    any_u |= v.st == 'u', any_e |= v.st == 'e';
    if (v.st != 'v') continue;
    trues += body->type == 'b' && v.i, falses += body->type == 'b' && !v.i;
    if (exact) v.i = raw(w, body->level, body->field, row_at(w, body, &there)).i;
    if (exact || body->type == 'i') overflows += whole((__int128)sum + v.i).st == 'e', sum = overflows ? sum : sum + v.i;
    else total += v.d;
    bool better = best.st != 'v' || (body->type == 'd' && isnan(v.d)) || (x->macro == A_MIN ? less(body->type, v, best) : less(body->type, best, v));
    if (better && !(best.st == 'v' && body->type == 'd' && isnan(best.d))) best = v;
  }
  if (x->macro == A_ALL && falses) return truth(false);
  if (x->macro == A_EXISTS && trues) return truth(true);
  if (any_u) return unknown;
  if (any_e || ((x->macro == A_SUM || x->macro == A_MEAN) && overflows)) return error;
  double scale = exact ? pow(10, stored[body->level][body->field].decimals) : 1;
  switch (x->macro) {
  case A_ALL: return truth(true);
  case A_EXISTS: return truth(false);
  case A_ONE: return truth(trues == 1);
  case A_COUNT: case A_COUNT_FILTER: return whole(count);
  case A_SUM: return exact ? real((double)sum / scale) : x->type == 'i' ? whole(sum) : real(total);
  case A_MEAN: return !count ? error : exact ? real((double)sum / ((double)count * scale)) : real((body->type == 'i' ? (double)sum : total) / (double)count);
  default: return count ? best : error;
  }
}

static struct val oracle(const struct world *w, const struct ex *x, const struct where *at) {
  struct val k[5];
  switch (x->op) {
  case X_LITERAL: {
    struct val v = {.st = 'v', .i = x->i, .d = x->d};
    if (x->type == 's') strcpy(v.s, x->s);
    return v;
  }
  case X_CONST: {
    struct val v = {.st = w->consts[x->i].value.state == RULE_VALUE ? 'v' : 'u', .i = w->consts[x->i].value.i, .d = w->consts[x->i].value.d};
    if (x->type == 's') strcpy(v.s, "ab");
    return v;
  }
  case X_FIELD: return oracle_field(w, x, at);
  case X_HAS: return truth(oracle_field(w, x, at).st != 'u');
  case X_ROWS: return w->taken[x->level][at->household] ? whole(w->child_at[x->level][at->household + 1] - w->child_at[x->level][at->household]) : unknown;
  case X_MACRO: return oracle_macro(w, x, at);
  case X_IF:
    k[0] = oracle(w, x->k[0], at);
    return k[0].st != 'v' ? k[0] : oracle(w, x->k[k[0].i ? 1 : 2], at);
  default: break;
  }
  bool any_u = false, any_e = false, any_true = false, any_false = false;
  for (int i = 0; i < x->n; i++) {
    k[i] = oracle(w, x->k[i], at);
    any_u |= k[i].st == 'u', any_e |= k[i].st == 'e', any_true |= k[i].st == 'v' && k[i].i, any_false |= k[i].st == 'v' && !k[i].i;
  }
  if (x->op == X_AND && any_false) return truth(false);
  if (x->op == X_OR && any_true) return truth(true);
  if (any_u) return unknown;
  if (any_e) return error;
  switch (x->op) {
  case X_AND: return truth(true);
  case X_OR: return truth(false);
  case X_NOT: return truth(!k[0].i);
  case X_NEG: return x->type == 'd' ? real(-k[0].d) : whole(-(__int128)k[0].i);
  case X_ADD: case X_SUB: case X_MUL: case X_DIV: case X_MOD: return oracle_calculate(x, k[0], k[1]);
  case X_IN:
    for (int i = 1; i < x->n; i++)
      if (equal(x->k[0]->type, k[0], k[i])) return truth(true);
    return truth(false);
  case X_CALL: return oracle_call(x, k);
  default: return truth(oracle_compare(x->op, x->k[0]->type, k[0], k[1]));
  }
}

/* ---- making a world ---- */

/* How a column's values spread, chosen once a round, so that every width and kernel is met. */
static struct cell random_cell(struct world *w, const struct kind_of_field *f, unsigned style, unsigned gaps) {
  if (pick(w, 8) < gaps) return (struct cell){.absence = (enum absence)(1 + pick(w, style & 1 ? 1 : ABSENCE_COUNT - 1))};
  static const int64_t reach[] = {10, 100, 1000, 100000, 5000000000, INT64_MAX};
  int64_t far = reach[style % 6];
  switch (f->kind) {
  case COL_BOOL: return (struct cell){.i = (int64_t)pick(w, 2)};
  case COL_INT:
    if (style % 6 == 5) return (struct cell){.i = pick(w, 2) ? (int64_t)rng_next(&w->r) : (int64_t)pick(w, 3) - 1};
    return (struct cell){.i = (int64_t)pick(w, (uint64_t)far) - far / 4};
  case COL_DECIMAL: return (struct cell){.i = style % 6 == 5 ? (int64_t)(rng_next(&w->r) >> pick(w, 40)) : (int64_t)pick(w, (uint64_t)far) - far / 4};
  case COL_REAL: return (struct cell){.d = style % 3 == 0 ? (double)pick(w, 1000) / 8 : style % 3 == 1 ? rng_normal(&w->r) * 1000 : (double)pick(w, 100) / 10};
  case COL_DATE: return (struct cell){.i = style % 3 ? (int64_t)pick(w, 20000) - 3000 : (int64_t)pick(w, 2000000) - 700000};
  default: {
    const char *s = words[pick(w, style % 3 ? WORDS : 3)];
    return (struct cell){.s = {s, strlen(s)}};
  }
  }
}

static void fill_level(struct world *w, uint32_t level) {
  unsigned style[10], gaps[10];
  for (int f = 0; f < 10; f++) style[f] = (unsigned)pick(w, 60), gaps[f] = pick(w, 3) ? (unsigned)pick(w, 4) : 0;
  w->cells[level] = arena_array(&w->arena, w->rows[level] * stored_count[level] + 1, sizeof(struct cell));
  for (uint64_t r = 0; r < w->rows[level]; r++)
    for (uint32_t f = 0; f < stored_count[level]; f++) w->cells[level][r * stored_count[level] + f] = random_cell(w, &stored[level][f], style[f], gaps[f]);
}

static void invent(struct world *w, uint64_t households) {
  w->rows[H] = households;
  w->rows[V] = 1 + pick(w, 6);
  w->village = arena_array(&w->arena, households + 1, sizeof *w->village);
  bool stray = pick(w, 2), untaken = pick(w, 2);
  for (uint64_t h = 0; h < households; h++) w->village[h] = stray && pick(w, 6) == 0 ? UINT32_MAX : (uint32_t)pick(w, w->rows[V]);
  for (uint32_t l = M; l < LEVELS; l += 2) {
    w->child_at[l] = arena_array(&w->arena, households + 2, sizeof **w->child_at);
    w->taken[l] = arena_array(&w->arena, households + 1, sizeof **w->taken);
    uint32_t at = 0;
    for (uint64_t h = 0; h < households; h++) {
      w->child_at[l][h] = at;
      w->taken[l][h] = !untaken || pick(w, 5);
      if (w->taken[l][h]) at += (uint32_t)pick(w, pick(w, 20) ? 5 : 25);
    }
    w->child_at[l][households] = at;
    w->rows[l] = at;
  }
  for (uint32_t l = 0; l < LEVELS; l++) fill_level(w, l);
}

static void build_segment(struct world *w) {
  static struct schema_column columns[LEVELS][10];
  struct schema schema = {.level_count = LEVELS};
  struct err e;
  char name[32];
  for (uint32_t l = 0; l < LEVELS; l++) {
    for (uint32_t f = 0; f < stored_count[l]; f++) columns[l][f] = (struct schema_column){stored[l][f].name, stored[l][f].kind, stored[l][f].decimals};
    schema.levels[l] = (struct schema_level){level_names[l], columns[l], stored_count[l]};
  }
  assert_ok(builder_open(&schema, 1, &w->builder, &e), &e);
  for (uint64_t v = 0; v < w->rows[V]; v++) {
    snprintf(name, sizeof name, "v%d", (int)v);
    assert_ok(builder_village(w->builder, span_of(name), &w->cells[V][v * stored_count[V]], &e), &e);
  }
  for (uint64_t h = 0; h < w->rows[H]; h++) {
    char village[32] = "";
    snprintf(name, sizeof name, "%d", (int)h);
    if (w->village[h] != UINT32_MAX) snprintf(village, sizeof village, "v%d", (int)w->village[h]);
    uint32_t rosters = (w->taken[M][h] ? 1u << M : 0) | (w->taken[C][h] ? 1u << C : 0);
    assert_ok(builder_household(w->builder, (int64_t)h, span_of(name), span_of(village), rosters, &w->cells[H][h * stored_count[H]], &e), &e);
    for (uint32_t l = M; l < LEVELS; l += 2)
      for (uint32_t r = w->child_at[l][h]; r < w->child_at[l][h + 1]; r++) assert_ok(builder_child(w->builder, l, r, &w->cells[l][r * stored_count[l]], &e), &e);
  }
  assert_ok(builder_finish(w->builder, &w->segment, &e), &e);
}

static struct rule *compile(struct world *w, const struct ex *x, uint32_t level) {
  struct text t;
  struct err e;
  struct rule *r = NULL;
  text_init(&t, 1 << 20);
  write_tree(w, x, level, &t);
  assert_ok(text_check(&t, "a random rule", &e), &e);
  enum status st = rule_compile(&w->arena, &w->env, level, t.data, t.len, NULL, &r, NULL, &e);
  if (st != OK) fail_msg("%s\ndoes not compile: %s HINT: %s", t.data, e.message, e.hint);
  text_free(&t);
  return r;
}

static void add_derived(struct world *w, uint32_t level, const char *name, char type) {
  struct scope sc = {.level = level};
  memcpy(sc.derived_below, w->derived_count, sizeof sc.derived_below);
  if (level == V) sc.derived_below[H] = sc.derived_below[M] = sc.derived_below[C] = 0;
  struct ex *x = tree(w, &sc, type, 3);
  struct rule *r = compile(w, x, level);
  uint32_t f = stored_count[level] + w->derived_count[level];
  w->fields[level][f] = (struct rule_field){.name = name, .level = level, .kind = type == 'b' ? COL_BOOL : type == 'i' ? COL_INT : type == 'd' ? COL_REAL : COL_TEXT, .derived = r};
  w->derived[level][w->derived_count[level]++] = x;
  w->env.field_count[level]++;
}

static void make_env(struct world *w) {
  static const char *const const_names[] = {"line", "year", "tag", "unset"};
  for (uint32_t l = 0; l < LEVELS; l++) {
    w->fields[l] = arena_array(&w->arena, stored_count[l] + DERIVED_MAX, sizeof *w->fields[l]);
    for (uint32_t f = 0; f < stored_count[l]; f++)
      w->fields[l][f] = (struct rule_field){.name = stored[l][f].name, .level = l, .kind = stored[l][f].kind, .decimals = stored[l][f].decimals, .column = f, .fill = stored[l][f].fill, .fill_value = stored[l][f].fill_value};
    w->env.level_names[l] = level_names[l], w->env.fields[l] = w->fields[l], w->env.field_count[l] = stored_count[l];
  }
  w->consts[0].value = (struct rule_value){.kind = RULE_DOUBLE, .d = 23.5};
  w->consts[1].value = (struct rule_value){.kind = RULE_INT, .i = 12};
  w->consts[2].value = (struct rule_value){.kind = RULE_STRING, .s = {"ab", 2}};
  w->consts[3].value = (struct rule_value){.state = RULE_UNKNOWN, .kind = RULE_DOUBLE};
  for (int i = 0; i < 4; i++) w->consts[i].name = const_names[i];
  w->env.consts = w->consts, w->env.const_count = 4, w->env.level_count = LEVELS;
  add_derived(w, V, "steep", "bid"[pick(w, 3)]);
  add_derived(w, M, "earner", 'b');
  add_derived(w, M, "grade", "id"[pick(w, 2)]);
  add_derived(w, H, "label", 's');
  add_derived(w, H, "per_head", 'd');
  add_derived(w, H, "poor", 'b');
  add_derived(w, H, "level", 'i');
}

/* ---- the comparison ---- */

enum { RULES = 48 };
struct tally { uint64_t rules, vectorised, answers, states[4]; };

static char state_of_rule(const struct rule_value *v) { return v->state == RULE_VALUE ? 'v' : v->state == RULE_UNKNOWN ? 'u' : 'e'; }

static bool same(char type, struct val want, char st, bool b, int64_t i, double d) {
  if (st != want.st) return false;
  if (st != 'v') return true;
  if (type == 'b') return b == (want.i != 0);
  if (type == 'i') return i == want.i;
  return (isnan(d) && isnan(want.d)) || (d == want.d && signbit(d) == signbit(want.d));
}

struct trial { const struct ex *x; const struct rule *r; uint32_t level; };

static void check_lane(struct world *w, const struct trial *q, uint64_t seed, uint64_t household, uint64_t row, const struct block_lanes *lanes, uint64_t lane, struct arena *scratch, struct tally *t) {
  struct where at = {.level = q->level, .household = household, .row = row};
  struct rule_row here = {.segment = w->segment, .household = household, .row = row};
  struct rule_value v;
  struct err e;
  struct val want = oracle(w, q->x, &at);
  assert_ok(rule_eval(scratch, q->r, &here, &v, &e), &e);
  uint8_t s = lanes->state[lane];
  char block = s == BLOCK_UNKNOWN ? 'u' : s == BLOCK_ERROR ? 'e' : 'v';
  int64_t i = lanes->ints ? lanes->ints[lane] : 0;
  double d = lanes->reals ? lanes->reals[lane] : 0;
  bool row_right = same(q->x->type, want, state_of_rule(&v), q->x->type == 'b' && v.state == RULE_VALUE && v.b, v.i, v.d);
  bool block_right = same(q->x->type, want, block, s == BLOCK_TRUE, i, d) && (s == 1 || s == 2 || s == 4 || s == 8) && (block == 'v' || (i == 0 && d == 0));
  t->answers++;
  t->states[want.st == 'u' ? 2 : want.st == 'e' ? 3 : q->x->type == 'b' && !want.i ? 0 : 1]++;
  if (row_right && block_right) return;
  fail_msg("LUCID_DIFF_SEED=%llu: level %s household %llu row %llu\n%s\noracle: %c %lld %.17g\n   row: %c %lld %.17g%s%s\n block: %c %d %lld %.17g", (unsigned long long)seed, level_names[q->level],
           (unsigned long long)household, (unsigned long long)row, rule_source(q->r), want.st, (long long)want.i, want.d, state_of_rule(&v), (long long)v.i, v.d, v.state == RULE_ERROR ? " " : "",
           v.state == RULE_ERROR ? v.error : "", block, s, (long long)i, d);
}

static void check_block(struct world *w, const struct trial *trials, uint64_t seed, uint64_t first, uint32_t count, const struct block_lanes *lanes, struct tally *t) {
  struct arena scratch;
  arena_init(&scratch, 0);
  for (uint32_t q = 0; q < RULES; q++) {
    uint64_t lane = 0;
    for (uint64_t h = first; h < first + count; h++) {
      uint64_t from = trials[q].level == H ? h : w->child_at[trials[q].level][h], to = trials[q].level == H ? h + 1 : w->child_at[trials[q].level][h + 1];
      for (uint64_t row = from; row < to; row++) check_lane(w, &trials[q], seed, h, row, &lanes[q], lane++, &scratch, t);
    }
    assert_int_equal(lane, lanes[q].rows);
    arena_drop(&scratch);
  }
}

/* Another county of the same programme: other words, other bounds. */
static struct world *neighbour_of(struct world *w) {
  struct world *n = calloc(1, sizeof *n);
  assert_non_null(n);
  rng_seed(&n->r, rng_next(&w->r));
  arena_init(&n->arena, 0);
  invent(n, 1 + pick(n, 200));
  build_segment(n);
  return n;
}

static void run_round(uint64_t seed, struct tally *t) {
  struct world *w = calloc(1, sizeof *w);
  struct trial trials[RULES];
  const struct rule *rules[RULES];
  struct block_lanes lanes[RULES];
  struct block_book *book = NULL;
  struct block_bound *bound = NULL, *among = NULL, *theirs = NULL; /* alone; among counties that share */
  struct block_share *share = NULL;
  struct block_scratch *scratch = NULL;
  struct arena bind;
  struct err e;
  assert_non_null(w);
  rng_seed(&w->r, seed);
  arena_init(&w->arena, 0);
  arena_init(&bind, 0);
  invent(w, pick(w, 50) ? 1 + pick(w, 130) : 2048 + pick(w, 1000));
  build_segment(w);
  make_env(w);
  for (uint32_t q = 0; q < RULES; q++) {
    struct scope sc = {.level = pick(w, 5) ? H : M};
    memcpy(sc.derived_below, w->derived_count, sizeof sc.derived_below);
    struct ex *x = tree(w, &sc, "bbbid"[pick(w, 5)], 2 + (int)pick(w, 3));
    trials[q] = (struct trial){x, compile(w, x, sc.level), sc.level};
    rules[q] = trials[q].r;
  }
  assert_ok(block_open(&w->arena, &w->env, rules, RULES, &book, &e), &e);
  assert_ok(block_scratch_open(book, &scratch, &e), &e);
  assert_ok(block_bind(&bind, book, w->segment, NULL, &bound, &e), &e);
  struct world *n = neighbour_of(w);
  assert_ok(block_share(&bind, book, (const struct segment *[]){pick(w, 2) ? w->segment : n->segment, pick(w, 2) ? n->segment : w->segment, w->segment, n->segment}, 4, &share, &e), &e);
  assert_ok(block_bind(&bind, book, w->segment, share, &among, &e), &e);
  assert_ok(block_bind(&bind, book, n->segment, share, &theirs, &e), &e);
  for (uint64_t first = 0; first < w->rows[H];) {
    uint64_t left = w->rows[H] - first, most = left < BLOCK_ROWS ? left : BLOCK_ROWS;
    uint32_t count = pick(w, 2) ? (uint32_t)most : 1 + (uint32_t)pick(w, most);
    if (pick(w, 3) == 0) assert_ok(block_run(theirs, scratch, 0, (uint32_t)(n->rows[H] < BLOCK_ROWS ? n->rows[H] : BLOCK_ROWS), lanes, &e), &e); /* a scratch serves counties in any order */
    assert_ok(block_run(pick(w, 2) ? bound : among, scratch, first, count, lanes, &e), &e);
    check_block(w, trials, seed, first, count, lanes, t);
    first += count;
  }
  t->rules += RULES;
  for (uint32_t q = 0; q < RULES; q++) t->vectorised += block_vectorised(book, q, NULL);
  block_scratch_close(scratch);
  arena_drop(&bind);
  struct world *both[] = {w, n};
  for (int i = 0; i < 2; i++) {
    builder_close(both[i]->builder);
    arena_drop(&both[i]->arena);
    free(both[i]);
  }
}

static void blocks_rows_and_oracle_say_the_same_of_every_random_rule(void **state) {
  (void)state;
  const char *one = getenv("LUCID_DIFF_SEED"), *more = getenv("LUCID_DIFF_ROUNDS");
  uint64_t from = one ? strtoull(one, NULL, 10) : 1, rounds = more ? strtoull(more, NULL, 10) : one ? 1 : 120;
  struct tally t = {0};
  for (uint64_t seed = from; seed < from + rounds; seed++) run_round(seed, &t);
  print_message("%llu rules (%llu in blocks), %llu answers: %llu false, %llu true or a number, %llu unknown, %llu errors; seeds %llu..%llu\n", (unsigned long long)t.rules, (unsigned long long)t.vectorised,
                (unsigned long long)t.answers, (unsigned long long)t.states[0], (unsigned long long)t.states[1], (unsigned long long)t.states[2], (unsigned long long)t.states[3], (unsigned long long)from, (unsigned long long)(from + rounds - 1));
  if (!one) {
    assert_true(t.vectorised * 2 > t.rules);
    for (int i = 0; i < 4; i++) assert_true(t.states[i] * 100 > t.answers); /* each kind of answer was met often */
  }
}

UNIT_MAIN(UNIT(blocks_rows_and_oracle_say_the_same_of_every_random_rule))
