/* town.h - four small households for the rules' tests, and `says`: a rule's answer as one line of text.
 *
 * household   0: two members (ages 40, 9), complete        1: three members (ages 70, ?, 3), income empty, car refused
 *             2: no roster taken, no village               3: roster taken, nobody in it; rent "not applicable"
 * Absences: empty is 0 for rent (fill), unknown everywhere else. */
#ifndef TOWN_H
#define TOWN_H

#include "column/builder.h"
#include "rules/rule.h"
#include "rules/instant.h"
#include "base/number.h"
#include "base/json.h"
#include "unit.h"

enum { HOUSEHOLDS = 4, LEVEL_CROPS = LEVEL_LINE0 };

struct town {
  struct arena arena;
  struct builder *builder;
  const struct segment *segment;
  struct rule_env env;
  struct rule_field *household, *member; /* with derived fields at their ends */
  uint64_t at;   /* household the next rule sees */
  uint32_t level;
  uint64_t row;  /* of `level` when it is not the household */
};

static const char *const regions[] = {"Lower Austria", "Tyrol", "Vienna", NULL};

static struct cell whole(int64_t v) { return (struct cell){.i = v}; }
static struct cell real(double v) { return (struct cell){.d = v}; }
static struct cell word(const char *s) { return (struct cell){.s = {s, strlen(s)}}; }
static struct cell none(enum absence why) { return (struct cell){.absence = why}; }

static const struct schema_column household_columns[] = {{"income", COL_DECIMAL, 2}, {"hhsize", COL_INT, 0}, {"has_car", COL_BOOL, 0}, {"region", COL_CHOICE, 0},
    {"name", COL_TEXT, 0}, {"visited", COL_DATE, 0}, {"rent", COL_DECIMAL, 2}, {"share", COL_REAL, 0}};
static const struct schema_column member_columns[] = {{"age", COL_INT, 0}, {"wage", COL_DECIMAL, 2}, {"in_school", COL_BOOL, 0}, {"sex", COL_CHOICE, 0}};
static const struct schema_column village_columns[] = {{"altitude", COL_INT, 0}};
static const struct schema_column crop_columns[] = {{"area", COL_DECIMAL, 3}, {"kind", COL_TEXT, 0}};

static struct rule_field *fields_of(struct arena *a, const struct schema_column *c, uint32_t count, uint32_t level, uint32_t room) {
  struct rule_field *f = arena_array(a, count + room, sizeof *f);
  for (uint32_t i = 0; i < count; i++) f[i] = (struct rule_field){.name = c[i].name, .level = level, .kind = c[i].kind, .decimals = c[i].decimals, .column = i};
  return f;
}

static const struct rule *derive(struct town *t, uint32_t level, const char *source) {
  struct rule *r;
  struct err e;
  assert_ok(rule_compile(&t->arena, &t->env, level, source, strlen(source), NULL, &r, NULL, &e), &e);
  return r;
}

static void town_build(struct town *t) {
  static const struct schema schema = {.level_count = 4, .levels = {
      {"household", household_columns, 8}, {"members", member_columns, 4}, {"village", village_columns, 1}, {"crops", crop_columns, 2}}};
  struct err e;
  *t = (struct town){0};
  arena_init(&t->arena, 0);
  assert_ok(builder_open(&schema, 1, &t->builder, &e), &e);
  const uint32_t taken = 1u << LEVEL_MEMBER | 1u << LEVEL_CROPS;
  struct span hill = span_of("hill"), dale = span_of("dale");
  assert_ok(builder_village(t->builder, dale, (struct cell[]){none(ABSENT_EMPTY)}, &e), &e);
  assert_ok(builder_village(t->builder, hill, (struct cell[]){whole(1200)}, &e), &e);
  assert_ok(builder_household(t->builder, 10, span_of("a"), hill, taken,
      (struct cell[]){whole(240050), whole(2), whole(1), word("Vienna"), word("Li Hua"), whole(18000), whole(5000), real(0.25)}, &e), &e);
  assert_ok(builder_child(t->builder, LEVEL_MEMBER, 1, (struct cell[]){whole(40), whole(10010), whole(0), word("female")}, &e), &e);
  assert_ok(builder_child(t->builder, LEVEL_MEMBER, 2, (struct cell[]){whole(9), whole(20), whole(1), word("male")}, &e), &e);
  assert_ok(builder_child(t->builder, LEVEL_CROPS, 0, (struct cell[]){whole(1500), word("maize")}, &e), &e);
  assert_ok(builder_child(t->builder, LEVEL_CROPS, 0, (struct cell[]){whole(250), word("plum")}, &e), &e);
  assert_ok(builder_household(t->builder, 20, span_of("b"), dale, taken,
      (struct cell[]){none(ABSENT_EMPTY), whole(3), none(ABSENT_REFUSED), word("Tyrol"), word("王芳"), none(ABSENT_EMPTY), none(ABSENT_EMPTY), real(-1.5)}, &e), &e);
  assert_ok(builder_child(t->builder, LEVEL_MEMBER, 3, (struct cell[]){whole(70), none(ABSENT_EMPTY), whole(0), word("female")}, &e), &e);
  assert_ok(builder_child(t->builder, LEVEL_MEMBER, 4, (struct cell[]){none(ABSENT_REFUSED), whole(500), none(ABSENT_EMPTY), none(ABSENT_EMPTY)}, &e), &e);
  assert_ok(builder_child(t->builder, LEVEL_MEMBER, 5, (struct cell[]){whole(3), whole(0), whole(0), word("female")}, &e), &e);
  assert_ok(builder_household(t->builder, 30, span_of("c"), (struct span){0}, 1u << LEVEL_CROPS,
      (struct cell[]){whole(100000), whole(1), whole(0), none(ABSENT_EMPTY), word(""), whole(-1), none(ABSENT_REFUSED), none(ABSENT_EMPTY)}, &e), &e);
  assert_ok(builder_household(t->builder, 40, span_of("d"), hill, taken,
      (struct cell[]){whole(0), whole(0), whole(0), word("Vienna"), word("x"), whole(0), none(ABSENT_NOT_APPLICABLE), real(0)}, &e), &e);
  assert_ok(builder_finish(t->builder, &t->segment, &e), &e);

  t->household = fields_of(&t->arena, household_columns, 8, LEVEL_HOUSEHOLD, 3);
  t->member = fields_of(&t->arena, member_columns, 4, LEVEL_MEMBER, 1);
  t->household[3].choices = regions;
  t->household[6].fill = 1u << ABSENT_EMPTY; /* blank rent = none paid */
  t->household[6].fill_value = whole(0);
  static const char *const names[] = {"household", "members", "village", "crops"};
  static struct rule_const consts[3];
  consts[0] = (struct rule_const){"line", {.kind = RULE_DOUBLE, .d = 2300}};
  consts[1] = (struct rule_const){"year", {.kind = RULE_INT, .i = 2020}};
  consts[2] = (struct rule_const){"relative_line", {.state = RULE_UNKNOWN, .kind = RULE_DOUBLE}};
  t->env = (struct rule_env){.level_count = 4, .consts = consts, .const_count = 3};
  for (int l = 0; l < 4; l++) t->env.level_names[l] = names[l];
  t->env.fields[LEVEL_HOUSEHOLD] = t->household, t->env.field_count[LEVEL_HOUSEHOLD] = 8;
  t->env.fields[LEVEL_MEMBER] = t->member, t->env.field_count[LEVEL_MEMBER] = 4;
  t->env.fields[LEVEL_VILLAGE] = fields_of(&t->arena, village_columns, 1, LEVEL_VILLAGE, 0), t->env.field_count[LEVEL_VILLAGE] = 1;
  t->env.fields[LEVEL_CROPS] = fields_of(&t->arena, crop_columns, 2, LEVEL_CROPS, 0), t->env.field_count[LEVEL_CROPS] = 2;
  t->member[4] = (struct rule_field){.name = "child", .level = LEVEL_MEMBER, .kind = COL_BOOL, .derived = derive(t, LEVEL_MEMBER, "age < 16")};
  t->env.field_count[LEVEL_MEMBER] = 5;
  t->household[8] = (struct rule_field){.name = "per_head", .kind = COL_REAL, .derived = derive(t, LEVEL_HOUSEHOLD, "income / double(hhsize)")};
  t->env.field_count[LEVEL_HOUSEHOLD] = 9;
  t->household[9] = (struct rule_field){.name = "children", .kind = COL_INT, .derived = derive(t, LEVEL_HOUSEHOLD, "members.filter(m, m.child).size()")};
  t->household[10] = (struct rule_field){.name = "tight", .kind = COL_BOOL, .derived = derive(t, LEVEL_HOUSEHOLD, "true")};
  t->env.field_count[LEVEL_HOUSEHOLD] = 10;
  t->household[10].derived = derive(t, LEVEL_HOUSEHOLD, "per_head < 1500.0 && children > 0");
  t->env.field_count[LEVEL_HOUSEHOLD] = 11;
}

static void town_drop(struct town *t) {
  builder_close(t->builder);
  arena_drop(&t->arena);
}

static void show(struct text *t, const struct rule_value *v) {
  char buf[48];
  switch (v->kind) {
  case RULE_NULL: text_add(t, "null"); return;
  case RULE_BOOL: text_add(t, v->b ? "true" : "false"); return;
  case RULE_INT: text_addf(t, "%lld", (long long)v->i); return;
  case RULE_UINT: text_addf(t, "%lluu", (unsigned long long)v->u); return;
  case RULE_DOUBLE:
    number_shortest(v->d, buf);
    text_addf(t, "%s%s", buf, strpbrk(buf, ".eNI") ? "" : ".0");
    return;
  case RULE_STRING:
    text_addc(t, '\'');
    json_escape(t, v->s.at, v->s.len);
    text_addc(t, '\'');
    return;
  case RULE_TIMESTAMP: instant_text((struct instant){v->t.seconds, v->t.nanos}, buf); text_add(t, buf); return;
  case RULE_DURATION: duration_text(v->i, buf); text_add(t, buf); return;
  case RULE_LIST:
    text_addc(t, '[');
    for (uint32_t i = 0; i < v->list.count; i++) {
      if (i) text_add(t, ", ");
      show(t, &v->list.items[i]);
    }
    text_addc(t, ']');
    return;
  case RULE_TYPE: text_addf(t, "type %d", (int)v->i); return;
  default: text_addf(t, "row %llu", (unsigned long long)v->row.row); return;
  }
}

/* "3", "'text'", "unknown income@1(empty)", "error divide by zero", "parse 1:4 words HINT words", "type ...", "unsupported ..." */
__attribute__((unused)) static const char *says(struct town *t, const char *source) {
  static char line[2000];
  static const char *const kinds[] = {"parse", "type", "unsupported"};
  struct arena a;
  struct err e = {0};
  struct rule_problem p = {0};
  struct rule *r;
  struct rule_value v;
  arena_init(&a, 256u << 20);
  enum status st = rule_compile(&a, &t->env, t->level, source, strlen(source), NULL, &r, &p, &e);
  if (st == ERR_INPUT) {
    snprintf(line, sizeof line, "%s %u:%u %s%s%s", kinds[p.kind], p.line, p.column, e.message, e.hint[0] ? " HINT " : "", e.hint);
  } else if (st != OK) {
    snprintf(line, sizeof line, "%s", status_name(st));
  } else {
    struct rule_row row = {.segment = t->segment, .household = t->at, .row = t->level == LEVEL_HOUSEHOLD ? t->at : t->row};
    st = rule_eval(&a, r, &row, &v, &e);
    struct text out;
    text_init(&out, sizeof line - 1);
    if (st != OK) text_add(&out, status_name(st));
    else if (v.state == RULE_ERROR) text_addf(&out, "error %s", v.error);
    else if (v.state == RULE_UNKNOWN) {
      text_add(&out, "unknown");
      for (const struct rule_missing *m = v.missing; m; m = m->next)
        text_addf(&out, " %s@%lld(%s)", m->field == UINT32_MAX ? t->env.level_names[m->level] : t->env.fields[m->level][m->field].name, (long long)m->row, absence_name(m->why));
    } else show(&out, &v);
    snprintf(line, sizeof line, "%s", text_str(&out));
    text_free(&out);
  }
  arena_drop(&a);
  return line;
}

struct saying { const char *source, *want; };

/* Every line must be answered exactly; a `want` that ends in ~ wants only the beginning, one that begins with ~ the middle. */
__attribute__((unused)) static void check_sayings(struct town *t, const struct saying *rows, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const char *got = says(t, rows[i].source), *want = rows[i].want;
    size_t n = strlen(want);
    bool same = want[0] == '~' ? strstr(got, want + 1) != NULL : n && want[n - 1] == '~' ? strncmp(got, want, n - 1) == 0 : strcmp(got, want) == 0;
    if (!same) fail_msg("%s\n  says   %s\n  wanted %s", rows[i].source, got, want);
  }
}
#define SAYINGS(t, ...)                                                                                      \
  do {                                                                                                       \
    static const struct saying rows_[] = {__VA_ARGS__};                                                      \
    check_sayings((t), rows_, sizeof rows_ / sizeof *rows_);                                                 \
  } while (0)

static struct town town;
static int town_setup(void **state) {
  (void)state;
  town_build(&town);
  return 0;
}
static int town_teardown(void **state) {
  (void)state;
  town_drop(&town);
  return 0;
}
#define TOWN(f) cmocka_unit_test_setup_teardown(f, town_setup, town_teardown)

#endif
