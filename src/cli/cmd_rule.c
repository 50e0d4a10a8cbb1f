/* lucid rule: one expression, tried from the command line. Prints exactly one line of JSON, whatever happens to the rule. */
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "cli/cli.h"
#include "rules/instant.h"
#include "rules/rule.h"

#define RULE_VARS_MAX 256

struct asked {
  struct arena *arena;
  const char *names[RULE_VARS_MAX];
  struct rule_type types[RULE_VARS_MAX];
  bool typed[RULE_VARS_MAX], valued[RULE_VARS_MAX];
  struct rule_value values[RULE_VARS_MAX];
  uint32_t count;
  struct text error; /* what is wrong with a variable, and the kind to print it as */
  const char *kind;
};

static const char *const type_words[RULE_KIND_COUNT] = {[RULE_NULL] = "null_type", [RULE_BOOL] = "bool", [RULE_INT] = "int", [RULE_UINT] = "uint", [RULE_DOUBLE] = "double",
    [RULE_STRING] = "string", [RULE_TIMESTAMP] = "timestamp", [RULE_DURATION] = "duration", [RULE_LIST] = "list"};

static uint32_t variable(struct asked *q, const char *name, size_t n) {
  for (uint32_t i = 0; i < q->count; i++)
    if (strlen(q->names[i]) == n && memcmp(q->names[i], name, n) == 0) return i;
  if (q->count == RULE_VARS_MAX || !(q->names[q->count] = arena_strn(q->arena, name, n))) return UINT32_MAX;
  return q->count++;
}

/* "int", "list(list(string))", "google.protobuf.Duration". False: not a type of the rules. */
static bool read_type(struct arena *a, struct span s, int depth, struct rule_type *out) {
  *out = (struct rule_type){0};
  for (int k = 0; k < RULE_KIND_COUNT; k++)
    if (type_words[k] && span_is(s, type_words[k])) {
      out->kind = (enum rule_kind)k;
      return true;
    }
  if (span_is(s, "google.protobuf.Timestamp")) return out->kind = RULE_TIMESTAMP, true;
  if (span_is(s, "google.protobuf.Duration")) return out->kind = RULE_DURATION, true;
  if (span_is(s, "null")) return true;
  if (depth > 16 || s.len < 6 || memcmp(s.at, "list(", 5) != 0 || s.at[s.len - 1] != ')') return false;
  struct rule_type *inner = arena_new(a, struct rule_type);
  out->kind = RULE_LIST;
  out->element = inner;
  return inner && read_type(a, span_trim((struct span){s.at + 5, s.len - 6}), depth + 1, inner);
}

static bool refuse(struct asked *q, const char *kind, const char *name, const char *what) {
  text_clear(&q->error);
  text_addf(&q->error, "%s: %s", name, what);
  q->kind = kind;
  return false;
}

/* A JSON value as a value of `t`; `*t` is filled in where it is not known. */
static bool read_value(struct asked *q, const char *name, json_t *j, bool typed, struct rule_type *t, struct rule_value *v, int depth) {
  if (json_is_object(j)) return refuse(q, "unsupported", name, "maps are not part of rules");
  if (!typed) {
    t->kind = json_is_integer(j) ? RULE_INT : json_is_real(j) ? RULE_DOUBLE : json_is_string(j) ? RULE_STRING : json_is_boolean(j) ? RULE_BOOL : json_is_array(j) ? RULE_LIST : RULE_NULL;
  } else if (json_is_null(j) && t->kind != RULE_NULL) {
    *v = (struct rule_value){.state = RULE_UNKNOWN, .kind = t->kind};
    return true;
  }
  *v = (struct rule_value){.kind = t->kind};
  const char *s = json_is_string(j) ? json_string_value(j) : NULL;
  size_t n = s ? json_string_length(j) : 0;
  bool fits = false;
  struct instant at;
  switch (t->kind) {
  case RULE_NULL: fits = json_is_null(j); break;
  case RULE_BOOL: fits = json_is_boolean(j), v->b = json_is_true(j); break;
  case RULE_INT: fits = json_is_integer(j), v->i = json_integer_value(j); break;
  case RULE_UINT: fits = json_is_integer(j) && json_integer_value(j) >= 0, v->u = (uint64_t)json_integer_value(j); break;
  case RULE_DOUBLE:
    fits = json_is_number(j), v->d = json_number_value(j);
    if (s && strcmp(s, "NaN") == 0) fits = true, v->d = __builtin_nan("");
    if (s && (strcmp(s, "Infinity") == 0 || strcmp(s, "-Infinity") == 0)) fits = true, v->d = s[0] == '-' ? -__builtin_inf() : __builtin_inf();
    break;
  case RULE_STRING:
    fits = s != NULL;
    if (s) v->s = (struct span){arena_strn(q->arena, s, n), n};
    break;
  case RULE_TIMESTAMP:
    fits = s && instant_parse(s, n, &at);
    if (fits) v->t.seconds = at.seconds, v->t.nanos = at.nanos;
    break;
  case RULE_DURATION: fits = s && duration_parse(s, n, &v->i); break;
  case RULE_LIST: {
    if (!json_is_array(j) || depth > 16) break;
    size_t count = json_array_size(j);
    struct rule_value *items = arena_array(q->arena, count, sizeof *items);
    struct rule_type item = {0}, *kept = NULL;
    bool known = typed && t->element;
    if (known) item = *t->element;
    if (!items) return refuse(q, "eval", name, "out of memory");
    for (size_t i = 0; i < count; i++) {
      struct rule_type one = item;
      if (!read_value(q, name, json_array_get(j, i), known || i, &one, &items[i], depth + 1)) {
        bool mixed = !known && i && strcmp(q->kind, "type") == 0;
        return mixed ? refuse(q, "unsupported", name, "a list of mixed types needs dyn, which is not part of rules") : false;
      }
      if (items[i].state != RULE_VALUE) return refuse(q, "unsupported", name, "a list with null among its items needs dyn, which is not part of rules");
      item = one;
    }
    if (count && !known) {
      if (!(kept = arena_copy(q->arena, &item, sizeof item))) return refuse(q, "eval", name, "out of memory");
      t->element = kept;
    }
    v->list.items = items;
    v->list.count = (uint32_t)count;
    fits = true;
    break;
  }
  default: break;
  }
  if (fits) return true;
  char what[80];
  snprintf(what, sizeof what, "the JSON given is no %s", type_words[t->kind] ? type_words[t->kind] : "value");
  return refuse(q, "type", name, what);
}

static enum status read_variables(struct cli *c, struct asked *q, struct err *e) {
  const char *word;
  for (int i = 0; (word = cli_option_nth(c, "type", i)); i++) {
    const char *equals = strchr(word, '=');
    if (!equals || equals == word) return err_set(e, ERR_USAGE, "as in --type income=double", "--type %s: it takes NAME=TYPE", word);
    uint32_t at = variable(q, word, (size_t)(equals - word));
    if (at == UINT32_MAX) return err_set(e, ERR_LIMIT, NULL, "more than %d variables", RULE_VARS_MAX);
    if (!read_type(q->arena, span_of(equals + 1), 0, &q->types[at])) {
      if (!q->kind) refuse(q, "unsupported", q->names[at], "its type is not part of rules: int uint double bool string timestamp duration list(...)");
    }
    q->typed[at] = true;
  }
  for (int i = 0; (word = cli_option_nth(c, "set", i)); i++) {
    const char *equals = strchr(word, '=');
    if (!equals || equals == word) return err_set(e, ERR_USAGE, "as in --set income=1200.5", "--set %s: it takes NAME=JSON", word);
    uint32_t at = variable(q, word, (size_t)(equals - word));
    if (at == UINT32_MAX) return err_set(e, ERR_LIMIT, NULL, "more than %d variables", RULE_VARS_MAX);
    if (q->kind) continue;
    q->valued[at] = true;
    struct span value = span_trim(span_of(equals + 1));
    bool big = q->typed[at] && q->types[at].kind == RULE_UINT && value.len;
    for (size_t k = 0; k < value.len; k++) big &= value.at[k] >= '0' && value.at[k] <= '9';
    if (big) { /* past int64, where the JSON reader stops */
      uint64_t u = 0;
      for (size_t k = 0; k < value.len && big; k++)
        big = !__builtin_mul_overflow(u, (uint64_t)10, &u) && !__builtin_add_overflow(u, (uint64_t)(value.at[k] - '0'), &u);
      if (!big) refuse(q, "type", q->names[at], "the JSON given is no uint");
      q->values[at] = (struct rule_value){.kind = RULE_UINT, .u = u};
      continue;
    }
    json_error_t wrong;
    json_t *j = json_loads(equals + 1, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &wrong);
    if (!j) return err_set(e, ERR_USAGE, "a text stands in double quotes: --set 'name=\"Li\"'", "--set %s: not JSON: %s", word, wrong.text);
    read_value(q, q->names[at], j, q->typed[at], &q->types[at], &q->values[at], 0);
    json_decref(j);
  }
  for (uint32_t i = 0; i < q->count; i++) {
    if (!q->valued[i]) q->values[i] = (struct rule_value){.state = RULE_UNKNOWN, .kind = q->types[i].kind};
    if (q->values[i].state != RULE_UNKNOWN) continue;
    struct rule_missing *m; /* a missing variable stands as field `i` of no level */
    ARENA_TRY(e, m = arena_new(q->arena, struct rule_missing));
    *m = (struct rule_missing){.level = UINT32_MAX, .field = i, .why = ABSENT_EMPTY};
    q->values[i].missing = m;
  }
  return OK;
}

static const char *kind_name(enum rule_kind k) { /* as CEL names a type's value */
  return k == RULE_TIMESTAMP ? "google.protobuf.Timestamp" : k == RULE_DURATION ? "google.protobuf.Duration" : k == RULE_TYPE ? "type" : (unsigned)k < RULE_KIND_COUNT && type_words[k] ? type_words[k] : "?";
}

static void put_quoted(struct text *t, const char *s, size_t n) {
  text_addc(t, '"');
  json_escape(t, s, n);
  text_addc(t, '"');
}

static void put_value(struct text *t, const struct rule_value *v) {
  char buf[48];
  switch (v->kind) {
  case RULE_BOOL: text_add(t, v->b ? "true" : "false"); return;
  case RULE_INT: text_addf(t, "%lld", (long long)v->i); return;
  case RULE_UINT: text_addf(t, "%llu", (unsigned long long)v->u); return;
  case RULE_DOUBLE:
    number_shortest(v->d, buf);
    if (v->d - v->d != 0) put_quoted(t, buf, strlen(buf)); /* NaN and the infinities */
    else text_addf(t, "%s%s", buf, strpbrk(buf, ".e") ? "" : ".0");
    return;
  case RULE_STRING: put_quoted(t, v->s.at, v->s.len); return;
  case RULE_TIMESTAMP: put_quoted(t, buf, instant_text((struct instant){v->t.seconds, v->t.nanos}, buf)); return;
  case RULE_DURATION: put_quoted(t, buf, duration_text(v->i, buf)); return;
  case RULE_TYPE: put_quoted(t, kind_name((enum rule_kind)v->i), strlen(kind_name((enum rule_kind)v->i))); return;
  case RULE_LIST:
    text_addc(t, '[');
    for (uint32_t i = 0; i < v->list.count; i++) {
      if (i) text_addc(t, ',');
      put_value(t, &v->list.items[i]);
    }
    text_addc(t, ']');
    return;
  default: text_add(t, "null"); return;
  }
}

static enum status say(struct cli *c, struct text *line, struct err *e) {
  enum status st = text_check(line, "the result", e);
  if (st == OK) puts(text_str(line));
  text_free(line);
  (void)c;
  return st;
}

static enum status say_error(struct cli *c, const char *message, const char *hint, const char *kind, struct err *e) {
  struct text line;
  text_init(&line, 1u << 16);
  text_add(&line, "{\"error\":\"");
  json_escape(&line, message, strlen(message));
  if (hint && *hint) {
    text_add(&line, " HINT: ");
    json_escape(&line, hint, strlen(hint));
  }
  text_addf(&line, "\",\"kind\":\"%s\"}", kind);
  c->exit_code = 1;
  return say(c, &line, e);
}

static enum status run(struct cli *c, struct err *e) {
  const char *source;
  TRY(cli_need(c, 0, "a rule, in quotes", &source, e));
  if (c->arg_count > 1) return err_set(e, ERR_USAGE, "put the whole rule in single quotes", "one rule at a time: `%s` is left over", c->args[1]);
  struct asked *q;
  ARENA_TRY(e, q = arena_new(&c->arena, struct asked));
  q->arena = &c->arena;
  text_init(&q->error, 1000);
  enum status st = read_variables(c, q, e);
  if (st == OK && q->kind) st = say_error(c, text_str(&q->error), NULL, q->kind, e);
  else if (st == OK) {
    struct rule_env env = {.var_names = q->names, .var_types = q->types, .var_count = q->count};
    struct rule_row row = {.vars = q->values, .now_seconds = clock_now(c->clock) / 1000000};
    struct rule *rule;
    struct rule_problem problem = {0};
    struct rule_value v;
    struct err wrong = {0};
    st = rule_compile(&c->arena, &env, LEVEL_HOUSEHOLD, source, strlen(source), NULL, &rule, &problem, &wrong);
    if (st == ERR_INPUT) {
      static const char *const kinds[] = {[RULE_PARSE] = "parse", [RULE_CHECK] = "type", [RULE_UNSUPPORTED] = "unsupported"};
      char *message = arena_printf(&c->arena, "line %u, column %u: %s", problem.line, problem.column, wrong.message);
      st = say_error(c, message ? message : wrong.message, wrong.hint, kinds[problem.kind], e);
    } else if (st != OK) {
      if (e) *e = wrong;
    } else if ((st = rule_eval(&c->arena, rule, &row, &v, e)) == OK) {
      struct text line;
      text_init(&line, 64u << 20);
      if (v.state == RULE_VALUE) {
        char *type = rule_type_text(&c->arena, rule_result_type(rule));
        text_add(&line, "{\"value\":");
        put_value(&line, &v);
        text_addf(&line, ",\"type\":\"%s\"}", type ? type : "?");
        st = say(c, &line, e);
      } else if (v.state == RULE_UNKNOWN) {
        text_add(&line, "unknown:");
        for (const struct rule_missing *m = v.missing; m; m = m->next) text_addf(&line, "%s %s", m == v.missing ? "" : ",", m->level == UINT32_MAX ? q->names[m->field] : "a list");
        text_add(&line, v.missing && v.missing->next ? " are missing" : v.missing ? " is missing" : " something is missing");
        st = say_error(c, text_str(&line), NULL, "eval", e);
        text_free(&line);
      } else {
        bool unsupported = strncmp(v.error, "unsupported: ", 13) == 0;
        st = say_error(c, v.error, NULL, unsupported ? "unsupported" : "eval", e);
      }
    }
  }
  text_free(&q->error);
  return st;
}

const struct verb verb_rule = {
    .name = "rule",
    .arguments = "'EXPR'",
    .summary = "try a rule: prints its value and type as JSON",
    .options = "set=NAME=JSON*  the value of a variable; null = missing\n"
               "type=NAME=TYPE*  its type: int uint double bool string timestamp duration list(...)\n",
    .text = "Checks the rule, runs it once and prints one line: {\"value\":...,\"type\":\"...\"} with exit code 0, or\n"
            "{\"error\":\"...\",\"kind\":\"parse|type|unsupported|eval\"} with exit code 1. A variable's type comes from its JSON\n"
            "unless --type says otherwise. docs/format/rules.md describes the language.\n\n"
            "  lucid rule 'income < line && !has_car' --set income=2100.5 --set line=2300.0 --set has_car=false\n"
            "  lucid rule '[60, 7, 9].filter(age, age < 16).size()'\n",
    .verbatim = true,
    .run = run,
};
