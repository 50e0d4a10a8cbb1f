#include "rules/call.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/elementary.h"
#include "base/number.h"
#include "rules/instant.h"
#include "rules/regex.h"

static const char range[] = "range error";

bool value_equal(const struct rule_value *a, const struct rule_value *b, uint64_t *cost) {
  switch (a->kind) {
  case RULE_LIST:
    if (a->list.count != b->list.count) return false;
    *cost += a->list.count;
    for (uint32_t i = 0; i < a->list.count; i++)
      if (!value_equal(&a->list.items[i], &b->list.items[i], cost)) return false;
    return true;
  case RULE_NULL: return true;
  case RULE_TYPE: return a->i == b->i;
  case RULE_ROW: case RULE_ROWS: return a->row.level == b->row.level && a->row.row == b->row.row;
  case RULE_STRING:
    if (a->s.len != b->s.len) return false;
    *cost += a->s.len / 16;
    return a->s.len == 0 || memcmp(a->s.at, b->s.at, a->s.len) == 0;
  default: return value_compare(a, b, cost) == 0;
  }
}

int value_compare(const struct rule_value *a, const struct rule_value *b, uint64_t *cost) {
#define ORDER(x, y) ((x) < (y) ? -1 : (x) > (y))
  switch (a->kind) {
  case RULE_BOOL: return (int)a->b - (int)b->b;
  case RULE_INT: case RULE_DURATION: return ORDER(a->i, b->i);
  case RULE_UINT: return ORDER(a->u, b->u);
  case RULE_DOUBLE: return a->d < b->d ? -1 : a->d > b->d ? 1 : a->d == b->d ? 0 : 2;
  case RULE_TIMESTAMP: return a->t.seconds != b->t.seconds ? ORDER(a->t.seconds, b->t.seconds) : ORDER(a->t.nanos, b->t.nanos);
  case RULE_STRING: { /* the order of UTF-8 bytes is the order of code points */
    size_t n = a->s.len < b->s.len ? a->s.len : b->s.len;
    *cost += n / 16;
    int c = n ? memcmp(a->s.at, b->s.at, n) : 0;
    return c ? (c < 0 ? -1 : 1) : ORDER(a->s.len, b->s.len);
  }
  default: return 2;
  }
#undef ORDER
}

double value_round14(double d) {
  if (!isfinite(d) || d == 0) return d;
  char text[40];
  snprintf(text, sizeof text, "%.13e", d);
  return strtod(text, NULL);
}

static size_t code_points(struct span s) {
  size_t n = 0;
  for (size_t i = 0; i < s.len; i++) n += ((unsigned char)s.at[i] & 0xC0) != 0x80;
  return n;
}

static bool read_double(struct span s, double *out) {
  static const struct { const char *word; double value; } words[] = {{"nan", NAN}, {"inf", INFINITY}, {"+inf", INFINITY}, {"-inf", -INFINITY},
      {"infinity", INFINITY}, {"+infinity", INFINITY}, {"-infinity", -INFINITY}};
  if (number_double(s.at, s.len, out)) {
    if (*out == 0 && s.at[0] == '-') *out = -0.0;
    return true;
  }
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (span_is_nocase(s, words[i].word)) {
      *out = words[i].value;
      return true;
    }
  return false;
}

static bool read_uint(struct span s, uint64_t *out) {
  uint64_t v = 0;
  for (size_t i = 0; i < s.len; i++)
    if (s.at[i] < '0' || s.at[i] > '9' || __builtin_mul_overflow(v, (uint64_t)10, &v) || __builtin_add_overflow(v, (uint64_t)(s.at[i] - '0'), &v)) return false;
  *out = v;
  return s.len > 0;
}

static void to_int(const struct rule_value *v, struct rule_value *out) {
  switch (v->kind) {
  case RULE_INT: out->i = v->i; return;
  case RULE_UINT: out->i = (int64_t)v->u; if (v->u > INT64_MAX) value_error(out, range); return;
  case RULE_TIMESTAMP: out->i = v->t.seconds; return;
  case RULE_DOUBLE: /* both ends excluded, as the reference implementation does: the doubles there stand for more than one integer */
    if (v->d > -9223372036854775808.0 && v->d < 9223372036854775808.0) out->i = (int64_t)v->d;
    else value_error(out, range);
    return;
  default: if (!number_int64(v->s.at, v->s.len, &out->i)) value_error(out, "invalid argument: the text is no int"); return;
  }
}

static void to_uint(const struct rule_value *v, struct rule_value *out) {
  switch (v->kind) {
  case RULE_UINT: out->u = v->u; return;
  case RULE_INT: out->u = (uint64_t)v->i; if (v->i < 0) value_error(out, range); return;
  case RULE_DOUBLE:
    if (v->d >= 0 && v->d < 18446744073709551616.0) out->u = (uint64_t)v->d;
    else value_error(out, range);
    return;
  default: if (!read_uint(v->s, &out->u)) value_error(out, "invalid argument: the text is no uint"); return;
  }
}

static void to_double(const struct rule_value *v, struct rule_value *out) {
  switch (v->kind) {
  case RULE_DOUBLE: out->d = v->d; return;
  case RULE_INT: out->d = (double)v->i; return;
  case RULE_UINT: out->d = (double)v->u; return;
  default: if (!read_double(v->s, &out->d)) value_error(out, "invalid argument: the text is no double"); return;
  }
}

static enum status to_string(struct arena *a, const struct rule_value *v, struct rule_value *out, struct err *e) {
  char buf[48] = "";
  switch (v->kind) {
  case RULE_STRING: out->s = v->s; return OK;
  case RULE_BOOL: out->s = span_of(v->b ? "true" : "false"); return OK;
  case RULE_INT: snprintf(buf, sizeof buf, "%lld", (long long)v->i); break;
  case RULE_UINT: snprintf(buf, sizeof buf, "%llu", (unsigned long long)v->u); break;
  case RULE_DOUBLE: number_shortest(v->d, buf); break;
  case RULE_TIMESTAMP: instant_text((struct instant){v->t.seconds, v->t.nanos}, buf); break;
  default: duration_text(v->i, buf); break;
  }
  out->s.len = strlen(buf);
  ARENA_TRY(e, out->s.at = arena_strn(a, buf, out->s.len));
  return OK;
}

static void to_bool(const struct rule_value *v, struct rule_value *out) {
  static const char *const words[] = {"1", "t", "true", "TRUE", "T", "True", "0", "f", "false", "FALSE", "F", "False"};
  if (v->kind == RULE_BOOL) {
    out->b = v->b;
    return;
  }
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (span_is(v->s, words[i])) {
      out->b = i < 6;
      return;
    }
  value_error(out, "invalid argument: the text is no bool");
}

static void to_timestamp(const struct rule_value *v, struct rule_value *out) {
  if (v->kind == RULE_TIMESTAMP) {
    *out = *v;
  } else if (v->kind == RULE_INT) {
    out->t.seconds = v->i, out->t.nanos = 0;
    if (v->i < INSTANT_SECONDS_MIN || v->i > INSTANT_SECONDS_MAX) value_error(out, range);
  } else {
    struct instant t;
    if (instant_parse(v->s.at, v->s.len, &t)) out->t.seconds = t.seconds, out->t.nanos = t.nanos;
    else value_error(out, "invalid argument: the text is no RFC 3339 timestamp, or its year is out of range");
  }
}

static void to_duration(const struct rule_value *v, struct rule_value *out) {
  if (v->kind == RULE_DURATION) out->i = v->i;
  else if (!duration_parse(v->s.at, v->s.len, &out->i)) value_error(out, "invalid argument: the text is no duration, or out of range");
}

static bool contains(struct span s, struct span part, uint64_t *cost) {
  if (part.len == 0) return true;
  const char *at = s.at, *end = s.at + s.len;
  while ((size_t)(end - at) >= part.len && (at = memchr(at, part.at[0], (size_t)(end - at) - part.len + 1))) {
    *cost += 1 + part.len / 16;
    if (memcmp(at, part.at, part.len) == 0) return true;
    at++;
  }
  return false;
}

static enum status matches(struct arena *a, const struct regex *regex, const struct rule_value *args, struct rule_value *out, uint64_t *cost, struct err *e) {
  if (!regex) {
    struct regex *made;
    struct regex_problem problem = {0};
    struct err scratch;
    *cost += args[1].s.len * 16;
    enum status st = regex_compile(a, args[1].s.at, args[1].s.len, &made, &problem, &scratch);
    if (st == ERR_MEMORY) return err_set(e, ERR_MEMORY, NULL, "%s", scratch.message);
    if (st != OK) {
      value_error(out, problem.unsupported ? RULE_ERROR_UNSUPPORTED "the pattern uses what rules don't take" : "invalid argument: the pattern is no regular expression");
      return OK;
    }
    regex = made;
  }
  bool ok = true;
  out->b = regex_search(regex, args[0].s.at, args[0].s.len, cost, &ok);
  return ok ? OK : err_set(e, ERR_MEMORY, NULL, "out of memory");
}

static void get_part(enum function f, const struct rule_value *args, uint32_t count, struct rule_value *out) {
  static const enum instant_part parts[] = {PART_YEAR, PART_MONTH, PART_DATE, PART_DAY_OF_MONTH, PART_DAY_OF_WEEK, PART_DAY_OF_YEAR, PART_HOURS, PART_MINUTES, PART_SECONDS, PART_MILLISECONDS};
  if (args[0].kind == RULE_DURATION) {
    static const int64_t unit[] = {3600000000000, 60000000000, 1000000000, 1000000};
    out->i = args[0].i / unit[f - FN_GET_HOURS];
    if (f == FN_GET_MILLISECONDS) out->i %= 1000;
    return;
  }
  int32_t offset = 0;
  bool named = false;
  if (count == 2 && !instant_zone(args[1].s.at, args[1].s.len, &offset, &named)) {
    value_error(out, named ? RULE_ERROR_UNSUPPORTED "named time zones are not part of rules" : "invalid argument: no such time zone");
    return;
  }
  out->i = instant_get((struct instant){args[0].t.seconds, args[0].t.nanos}, parts[f - FN_GET_FULL_YEAR], offset);
}

static double round_to(double x, int64_t digits) {
  double p = (double)number_pow10((int)digits), y = x * p;
  return fabs(y) < 4503599627370496.0 ? round(y) / p : x;
}

static void extremum(bool least, const struct rule_value *a, const struct rule_value *b, struct rule_value *out) {
  uint64_t cost = 0;
  int c = value_compare(a, b, &cost);
  const struct rule_value *pick = c == 2 ? (a->d != a->d ? a : b) : (least ? c <= 0 : c >= 0) ? a : b;
  out->u = pick->u; /* int, uint and double share the eight bytes */
}

enum status call_function(struct arena *a, enum function f, const struct regex *regex, const struct rule_value *args, uint32_t count,
                          struct rule_value *out, uint64_t *cost, struct err *e) {
  static const enum rule_kind results[FN_COUNT] = {[FN_SIZE] = RULE_INT, [FN_CONTAINS] = RULE_BOOL, [FN_STARTS_WITH] = RULE_BOOL, [FN_ENDS_WITH] = RULE_BOOL,
      [FN_MATCHES] = RULE_BOOL, [FN_INT] = RULE_INT, [FN_UINT] = RULE_UINT, [FN_DOUBLE] = RULE_DOUBLE, [FN_STRING] = RULE_STRING, [FN_BOOL] = RULE_BOOL,
      [FN_TIMESTAMP] = RULE_TIMESTAMP, [FN_DURATION] = RULE_DURATION, [FN_TYPE] = RULE_TYPE, [FN_GET_FULL_YEAR ... FN_GET_MILLISECONDS] = RULE_INT,
      [FN_EXP] = RULE_DOUBLE, [FN_LN] = RULE_DOUBLE, [FN_ROUND] = RULE_DOUBLE, [FN_FLOOR] = RULE_DOUBLE, [FN_CEIL] = RULE_DOUBLE};
  const struct rule_value *x = args, *y = args + 1;
  *out = (struct rule_value){.kind = f >= FN_ABS ? x->kind : results[f]};
  switch (f) {
  case FN_SIZE:
    if (x->kind == RULE_STRING) *cost += x->s.len / 16;
    out->i = x->kind == RULE_STRING ? (int64_t)code_points(x->s) : (int64_t)x->list.count;
    return OK;
  case FN_CONTAINS: *cost += x->s.len / 16; out->b = contains(x->s, y->s, cost); return OK;
  case FN_STARTS_WITH: out->b = y->s.len <= x->s.len && (y->s.len == 0 || memcmp(x->s.at, y->s.at, y->s.len) == 0); return OK;
  case FN_ENDS_WITH: out->b = y->s.len <= x->s.len && (y->s.len == 0 || memcmp(x->s.at + (x->s.len - y->s.len), y->s.at, y->s.len) == 0); return OK;
  case FN_MATCHES: return matches(a, regex, args, out, cost, e);
  case FN_INT: to_int(x, out); return OK;
  case FN_UINT: to_uint(x, out); return OK;
  case FN_DOUBLE: to_double(x, out); return OK;
  case FN_STRING: return to_string(a, x, out, e);
  case FN_BOOL: to_bool(x, out); return OK;
  case FN_TIMESTAMP: to_timestamp(x, out); return OK;
  case FN_DURATION: to_duration(x, out); return OK;
  case FN_TYPE: out->i = x->kind; return OK;
  case FN_GET_FULL_YEAR: case FN_GET_MONTH: case FN_GET_DATE: case FN_GET_DAY_OF_MONTH: case FN_GET_DAY_OF_WEEK: case FN_GET_DAY_OF_YEAR:
  case FN_GET_HOURS: case FN_GET_MINUTES: case FN_GET_SECONDS: case FN_GET_MILLISECONDS: get_part(f, args, count, out); return OK;
  case FN_EXP: out->d = value_round14(elementary_exp(x->d)); return OK;
  case FN_LN:
    if (x->d <= 0) value_error(out, "invalid argument: ln of 0 or less");
    else out->d = value_round14(elementary_log(x->d));
    return OK;
  case FN_ROUND:
    if (count == 2 && (y->i < 0 || y->i > 15)) value_error(out, "invalid argument: round takes 0 to 15 decimals");
    else out->d = round_to(x->d, count == 2 ? y->i : 0);
    return OK;
  case FN_FLOOR: out->d = floor(x->d); return OK;
  case FN_CEIL: out->d = ceil(x->d); return OK;
  case FN_ABS:
    if (x->kind == RULE_DOUBLE) out->d = fabs(x->d);
    else if (x->i == INT64_MIN) value_error(out, "return error for overflow");
    else out->i = x->i < 0 ? -x->i : x->i;
    return OK;
  case FN_MIN: extremum(true, x, y, out); return OK;
  case FN_MAX: extremum(false, x, y, out); return OK;
  case FN_COUNT: break;
  }
  return err_set(e, ERR_INTERNAL, NULL, "unknown function");
}
