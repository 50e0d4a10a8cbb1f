#include "unit.h"

#include <math.h>

#include "base/pool.h"
#include "base/random.h"
#include "column/builder.h"
#include "rules/block.h"
#include "rules/block_program.h"

static const struct schema_column household_columns[] = {{"income", COL_DECIMAL, 2}, {"size", COL_INT, 0}, {"region", COL_CHOICE, 0}, {"remark", COL_TEXT, 0}, {"visited", COL_DATE, 0}};
static const struct schema_column member_columns[] = {{"age", COL_INT, 0}, {"wage", COL_DECIMAL, 2}};
static const struct schema schema = {3, {{"household", household_columns, 5}, {"members", member_columns, 2}, {"village", NULL, 0}}};

struct county {
  struct arena arena;
  struct rule_field household[70], member[2];
  char names[64][8];
  struct rule_const consts[1];
  struct rule_env env;
  struct builder *builder;
  const struct segment *segment;
};

static struct cell whole(int64_t v) { return (struct cell){.i = v}; }
static struct cell word(const char *s) { return (struct cell){.s = {s, strlen(s)}}; }

static void open_county(struct county *c) {
  struct err e;
  *c = (struct county){0};
  arena_init(&c->arena, 0);
  for (uint32_t i = 0; i < 5; i++) c->household[i] = (struct rule_field){.name = household_columns[i].name, .kind = household_columns[i].kind, .decimals = household_columns[i].decimals, .column = i};
  for (uint32_t i = 0; i < 2; i++) c->member[i] = (struct rule_field){.name = member_columns[i].name, .level = LEVEL_MEMBER, .kind = member_columns[i].kind, .decimals = member_columns[i].decimals, .column = i};
  c->consts[0] = (struct rule_const){"line", {.kind = RULE_DOUBLE, .d = 100}};
  c->env = (struct rule_env){.level_count = 3, .level_names = {"household", "members", "village"}, .fields = {c->household, c->member, NULL}, .field_count = {5, 2, 0}, .consts = c->consts, .const_count = 1};
  assert_ok(builder_open(&schema, 7, &c->builder, &e), &e);
}

static void add_household(struct county *c, int64_t id, int64_t income, uint32_t members) {
  struct err e;
  char key[32];
  snprintf(key, sizeof key, "%lld", (long long)id);
  struct cell cells[] = {whole(income), whole((int64_t)members), word(id % 3 ? "east" : "west"), word(key), whole(id % 1000)};
  assert_ok(builder_household(c->builder, id, span_of(key), span_of(""), BUILDER_ALL_ROSTERS, cells, &e), &e);
  for (uint32_t m = 0; m < members; m++) {
    struct cell member[] = {(id + m) % 11 ? whole((int64_t)m % 90) : (struct cell){.absence = ABSENT_EMPTY}, whole((int64_t)m * 25)};
    assert_ok(builder_child(c->builder, LEVEL_MEMBER, m, member, &e), &e);
  }
}

static void close_county(struct county *c) {
  builder_close(c->builder);
  arena_drop(&c->arena);
}

static void finish(struct county *c) {
  struct err e;
  assert_ok(builder_finish(c->builder, &c->segment, &e), &e);
}

static const struct rule *rule(struct county *c, uint32_t level, const char *source) {
  struct rule *r = NULL;
  struct err e;
  assert_ok(rule_compile(&c->arena, &c->env, level, source, strlen(source), NULL, &r, NULL, &e), &e);
  return r;
}

static struct block_book *book_of(struct county *c, const struct rule *const *rules, uint32_t count) {
  struct block_book *b = NULL;
  struct err e;
  assert_ok(block_open(&c->arena, &c->env, rules, count, &b, &e), &e);
  return b;
}

static struct block_bound *bind(struct county *c, struct block_book *b) {
  struct block_bound *bound = NULL;
  struct err e;
  assert_ok(block_bind(&c->arena, b, c->segment, NULL, &bound, &e), &e);
  return bound;
}

static struct block_scratch *scratch_of(struct block_book *b) {
  struct block_scratch *s = NULL;
  struct err e;
  assert_ok(block_scratch_open(b, &s, &e), &e);
  return s;
}

static void same_as_rows(struct county *c, const struct rule *r, uint64_t first, uint32_t count, const struct block_lanes *l, uint32_t level) {
  struct arena a;
  struct err e;
  uint64_t lane = 0;
  arena_init(&a, 0);
  for (uint64_t h = first; h < first + count; h++) {
    uint64_t from = level ? c->segment->child_at[level][h] : h, to = level ? c->segment->child_at[level][h + 1] : h + 1;
    for (uint64_t row = from; row < to; row++, lane++) {
      struct rule_row at = {.segment = c->segment, .household = h, .row = row};
      struct rule_value v;
      assert_ok(rule_eval(&a, r, &at, &v, &e), &e);
      uint8_t want = v.state == RULE_UNKNOWN ? BLOCK_UNKNOWN : v.state == RULE_ERROR ? BLOCK_ERROR : v.kind == RULE_BOOL && !v.b ? BLOCK_FALSE : BLOCK_TRUE;
      assert_int_equal(l->state[lane], want);
      if (want == BLOCK_TRUE && l->ints) assert_int_equal(l->ints[lane], v.i);
      if (want == BLOCK_TRUE && l->reals) assert_true(l->reals[lane] == v.d);
    }
    if (a.used > 1 << 20) arena_drop(&a);
  }
  assert_int_equal(lane, l->rows);
  arena_drop(&a);
}

static void rules_that_do_not_vectorise_say_why_and_run_all_the_same(void **state) {
  (void)state;
  static const struct { const char *source, *why; } rows[] = {
      {"income < line", NULL},
      {"region == \"east\" && remark.matches(\"^1\")", NULL},
      {"visited.getFullYear() == 1971", NULL},
      {"size in [1, 2, 3]", NULL},
      {"members.filter(m, m.age > 3).sum(m, m.wage) > 1.0", NULL},
      {"region == remark", "it compares texts"},
      {"[1, 2].exists(x, x == size)", "a list made on the way"},
      {"members.exists(m, members.exists(k, k.age > m.age))", "the outer one's row"},
      {"members.map(m, m.age).size() > 1", "the size of something made on the way"},
      {"members.min(m, string(m.age)) == \"1\"", "it compares texts"},
      {"region", "neither boolean nor a number"},
      {"uint(size) > 2u", NULL}, /* of one small integer: a table */
  };
  enum { N = sizeof rows / sizeof *rows };
  struct county c;
  const struct rule *rules[N];
  struct block_lanes lanes[N];
  struct err e;
  open_county(&c);
  for (int64_t h = 0; h < 300; h++) add_household(&c, h, h * 100, (uint32_t)(h % 6));
  finish(&c);
  for (uint32_t i = 0; i < N; i++) rules[i] = rule(&c, LEVEL_HOUSEHOLD, rows[i].source);
  struct block_book *b = book_of(&c, rules, N);
  struct block_scratch *s = scratch_of(b);
  assert_ok(block_run(bind(&c, b), s, 0, 300, lanes, &e), &e);
  for (uint32_t i = 0; i < N; i++) {
    const char *why = NULL;
    bool in_blocks = block_vectorised(b, i, &why);
    if (in_blocks != !rows[i].why) fail_msg("%s: %s", rows[i].source, why ? why : "in blocks");
    if (!in_blocks && (!why || !strstr(why, rows[i].why))) fail_msg("%s: \"%s\", not \"%s\"", rows[i].source, why ? why : "", rows[i].why);
    same_as_rows(&c, rules[i], 0, 300, &lanes[i], LEVEL_HOUSEHOLD);
  }
  block_scratch_close(s);
  close_county(&c);
}

static void crowds_are_cut_into_pieces_and_one_giant_household_runs_row_by_row(void **state) {
  (void)state;
  struct county c;
  struct block_lanes lanes[4];
  struct err e;
  open_county(&c);
  for (int64_t h = 0; h < 600; h++) add_household(&c, h, h * 100, h == 300 ? 40000 : h % 7 ? (uint32_t)(h % 50) : 900);
  finish(&c);
  const struct rule *rules[] = {rule(&c, LEVEL_HOUSEHOLD, "members.exists(m, m.age == 89)"), rule(&c, LEVEL_HOUSEHOLD, "members.filter(m, has(m.age)).sum(m, m.wage)"),
                                rule(&c, LEVEL_HOUSEHOLD, "members.count(m, m.wage > 1000.0)"), rule(&c, LEVEL_MEMBER, "age * household.size > 100")};
  struct block_book *b = book_of(&c, rules, 4);
  struct block_scratch *s = scratch_of(b);
  struct block_bound *bound = bind(&c, b);
  for (uint32_t i = 0; i < 4; i++) assert_true(block_vectorised(b, i, NULL));
  assert_ok(block_run(bound, s, 0, 600, lanes, &e), &e);
  for (uint32_t i = 0; i < 4; i++) same_as_rows(&c, rules[i], 0, 600, &lanes[i], i == 3 ? LEVEL_MEMBER : LEVEL_HOUSEHOLD);
  assert_ok(block_run(bound, s, 299, 3, lanes, &e), &e);
  for (uint32_t i = 0; i < 4; i++) same_as_rows(&c, rules[i], 299, 3, &lanes[i], i == 3 ? LEVEL_MEMBER : LEVEL_HOUSEHOLD);
  block_scratch_close(s);
  close_county(&c);
}

static void what_a_county_settles_by_itself_is_not_run(void **state) {
  (void)state;
  static const struct { const char *source; uint32_t steps; } rows[] = {
      {"region == \"south\"", 0},                                             /* no household has the word */
      {"income >= 0.0", 0},                                                    /* nobody has less */
      {"income > 1000.0", 1},
      {"line > 1000.0 && income > 1000.0", 0},                                 /* the line is 100 */
      {"line < 1000.0 && income > 1000.0", 1},                                 /* the other half is the answer */
      {"line > 1000.0 ? members.exists(m, m.age > 3) : size > 2", 1},          /* one side of it */
      {"region == \"south\" || size > 2 || visited < timestamp(\"1970-01-01T00:00:00Z\")", 1},
      {"members.exists(m, m.wage < 0.0)", 0},
      {"members.all(m, m.wage >= 0.0)", 0},
      {"members.exists(m, m.age == 1) || members.exists(m, m.age == 2) || members.exists(m, m.age == 3)", 8}, /* three comparisons, one fold of three, two ors */
  };
  struct county c;
  struct block_lanes lanes[1];
  struct err e;
  open_county(&c);
  for (int64_t h = 0; h < 300; h++) add_household(&c, h, h * 1000, (uint32_t)(h % 6));
  finish(&c);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct rule *r = rule(&c, LEVEL_HOUSEHOLD, rows[i].source);
    struct block_book *b = book_of(&c, &r, 1);
    struct block_bound *bound = bind(&c, b);
    struct block_scratch *s = scratch_of(b);
    uint32_t ran = 0;
    for (uint32_t k = 0; k < bound->step_count; k++) ran += bound->steps[k].count;
    if (ran != rows[i].steps) fail_msg("%s: %u operations, not %u", rows[i].source, ran, rows[i].steps);
    assert_ok(block_run(bound, s, 0, 300, lanes, &e), &e);
    same_as_rows(&c, r, 0, 300, lanes, LEVEL_HOUSEHOLD);
    block_scratch_close(s);
  }
  close_county(&c);
}

static void many_conditions_over_members_are_folded_together_whatever_the_household(void **state) {
  (void)state;
  enum { N = 21 };
  struct county c;
  const struct rule *rules[N];
  struct block_lanes lanes[N];
  struct err e;
  char source[N][80];
  open_county(&c);
  for (int64_t h = 0; h < 400; h++) add_household(&c, h, h * 100, (uint32_t)(h % 41));
  finish(&c);
  for (uint32_t i = 0; i < N; i++) {
    static const char *const forms[] = {"exists(m, m.age ==", "all(m, m.age !=", "count(m, m.age >"};
    snprintf(source[i], sizeof source[i], "members.%s %u)", forms[i % 3], i * 2);
    rules[i] = rule(&c, LEVEL_HOUSEHOLD, source[i]);
  }
  struct block_book *b = book_of(&c, rules, N);
  struct block_scratch *s = scratch_of(b);
  struct block_bound *bound = bind(&c, b);
  uint32_t together = 0;
  for (uint32_t k = 0; k < bound->step_count; k++) together += bound->steps[k].count > 1;
  assert_int_equal(together, 3); /* eight, eight and five */
  assert_ok(block_run(bound, s, 0, 400, lanes, &e), &e);
  for (uint32_t i = 0; i < N; i++) same_as_rows(&c, rules[i], 0, 400, &lanes[i], LEVEL_HOUSEHOLD);
  block_scratch_close(s);
  close_county(&c);
}

static void constants_are_those_of_the_moment_of_binding(void **state) {
  (void)state;
  struct county c;
  struct block_lanes lanes[2];
  struct err e;
  open_county(&c);
  for (int64_t h = 0; h < 100; h++) add_household(&c, h, h * 100, 1);
  finish(&c);
  const struct rule *rules[] = {rule(&c, LEVEL_HOUSEHOLD, "income < line"), rule(&c, LEVEL_HOUSEHOLD, "income / line")};
  struct block_book *b = book_of(&c, rules, 2);
  struct block_scratch *s = scratch_of(b);
  static const double lines[] = {10, 55.5, 10};
  for (int i = 0; i < 3; i++) {
    c.consts[0].value.d = lines[i];
    assert_ok(block_run(bind(&c, b), s, 0, 100, lanes, &e), &e);
    for (int h = 0; h < 100; h++) {
      assert_int_equal(lanes[0].state[h], h < lines[i] ? BLOCK_TRUE : BLOCK_FALSE);
      assert_true(lanes[1].reals[h] == h / lines[i]);
    }
  }
  c.consts[0].value.state = RULE_UNKNOWN; /* a relative line before it is computed */
  assert_ok(block_run(bind(&c, b), s, 0, 100, lanes, &e), &e);
  for (int h = 0; h < 100; h++) assert_true(lanes[0].state[h] == BLOCK_UNKNOWN && lanes[1].state[h] == BLOCK_UNKNOWN && lanes[1].reals[h] == 0);
  block_scratch_close(s);
  close_county(&c);
}

/* Comparing scaled integers must say what comparing the doubles would, around every constant. */
static void a_decimal_compares_as_its_double_does(void **state) {
  (void)state;
  static const char *const signs[] = {"==", "!=", "<", "<=", ">", ">="};
  struct county c;
  struct block_lanes lanes[6];
  struct rng r;
  struct err e;
  rng_seed(&r, 5);
  open_county(&c);
  int64_t start = ((int64_t)1 << 53) - 500; /* above, neighbouring integers share a double */
  for (int64_t h = 0; h < 1000; h++) add_household(&c, h, start + h, 0);
  finish(&c);
  const struct rule *rules[6];
  for (int i = 0; i < 6; i++) {
    char text[64];
    snprintf(text, sizeof text, "income %s line", signs[i]);
    rules[i] = rule(&c, LEVEL_HOUSEHOLD, text);
  }
  struct block_book *b = book_of(&c, rules, 6);
  struct block_scratch *s = scratch_of(b);
  for (int k = 0; k < 200; k++) {
    double d = (double)(start + (int64_t)rng_below(&r, 1010) - 5) / 100;
    c.consts[0].value.d = k == 0 ? NAN : k == 1 ? INFINITY : k == 2 ? -INFINITY : k % 3 ? d : nextafter(d, k % 2 ? 0 : 1e300);
    assert_ok(block_run(bind(&c, b), s, 0, 1000, lanes, &e), &e);
    for (int i = 0; i < 6; i++) same_as_rows(&c, rules[i], 0, 1000, &lanes[i], LEVEL_HOUSEHOLD);
  }
  block_scratch_close(s);
  close_county(&c);
}

struct job { struct block_bound *bound; struct block_scratch *scratch[4]; uint8_t *state; double *real; uint64_t rows; };

static void run_one(void *ctx, size_t i, unsigned worker) {
  struct job *j = ctx;
  struct block_lanes lanes[2];
  uint64_t first = i * 500;
  uint32_t count = j->rows - first < 500 ? (uint32_t)(j->rows - first) : 500;
  if (block_run(j->bound, j->scratch[worker], first, count, lanes, NULL) != OK) abort();
  memcpy(j->state + first, lanes[0].state, count);
  memcpy(j->real + first, lanes[1].reals, count * sizeof(double));
}

static void any_number_of_threads_gives_the_same_bytes(void **state) {
  (void)state;
  enum { ROWS = 9000 };
  struct county c;
  struct err e;
  static uint8_t states[2][ROWS];
  static double reals[2][ROWS];
  open_county(&c);
  for (int64_t h = 0; h < ROWS; h++) add_household(&c, h, h * 37 % 50000, (uint32_t)(h % 5));
  finish(&c);
  const struct rule *rules[] = {rule(&c, LEVEL_HOUSEHOLD, "income / double(size) < line || region == remark"), rule(&c, LEVEL_HOUSEHOLD, "members.mean(m, m.wage)")};
  struct block_book *b = book_of(&c, rules, 2);
  for (int k = 0; k < 2; k++) {
    struct job j = {.bound = bind(&c, b), .state = states[k], .real = reals[k], .rows = ROWS};
    struct pool *pool = NULL;
    assert_ok(pool_open(&pool, k ? 4 : 1, &e), &e);
    for (int t = 0; t < 4; t++) j.scratch[t] = scratch_of(b);
    pool_run(pool, (ROWS + 499) / 500, run_one, &j);
    pool_close(pool);
    for (int t = 0; t < 4; t++) block_scratch_close(j.scratch[t]);
  }
  assert_memory_equal(states[0], states[1], sizeof states[0]);
  assert_memory_equal(reals[0], reals[1], sizeof reals[0]);
  close_county(&c);
}

static void columns_of_another_codebook_are_refused(void **state) {
  (void)state;
  struct county c;
  struct err e;
  struct block_bound *bound;
  open_county(&c);
  add_household(&c, 1, 1, 1);
  finish(&c);
  const struct rule *rules[] = {rule(&c, LEVEL_HOUSEHOLD, "income < line")};
  struct block_book *b = book_of(&c, rules, 1);
  c.household[0].decimals = 3;
  assert_refused(block_bind(&c.arena, b, c.segment, NULL, &bound, &e), ERR_CONFLICT, "field income is decimal with 3 decimals, its column in home 7 decimal with 2", &e);
  c.household[0].column = 9;
  assert_refused(block_bind(&c.arena, b, c.segment, NULL, &bound, &e), ERR_CONFLICT, "home 7 has no column for field income", &e);
  close_county(&c);
}

/* d1 = d0 + d0, d2 = d1 + d1, ...: written out it would have 2^60 parts. */
static void derived_fields_that_read_each_other_twice_are_compiled_once(void **state) {
  (void)state;
  struct county c;
  struct block_lanes lanes[1];
  struct err e;
  open_county(&c);
  for (int64_t h = 0; h < 10; h++) add_household(&c, h, h, 0);
  finish(&c);
  for (uint32_t k = 0; k < 60; k++) {
    char text[64];
    snprintf(c.names[k], sizeof c.names[k], "d%u", k);
    if (k) snprintf(text, sizeof text, "%s * 0.5 + %s * 0.5", c.names[k - 1], c.names[k - 1]);
    else snprintf(text, sizeof text, "income * 2.0");
    c.household[5 + k] = (struct rule_field){.name = c.names[k], .kind = COL_REAL, .derived = rule(&c, LEVEL_HOUSEHOLD, text)};
    c.env.field_count[LEVEL_HOUSEHOLD]++;
  }
  const struct rule *rules[] = {rule(&c, LEVEL_HOUSEHOLD, "d59")};
  struct block_book *b = book_of(&c, rules, 1);
  struct block_scratch *s = scratch_of(b);
  assert_true(block_vectorised(b, 0, NULL));
  assert_ok(block_run(bind(&c, b), s, 0, 10, lanes, &e), &e);
  for (int h = 0; h < 10; h++) assert_true(lanes[0].reals[h] == h / 100.0 * 2);
  block_scratch_close(s);
  close_county(&c);
}

static void an_empty_county_and_an_empty_book_are_fine(void **state) {
  (void)state;
  struct county c;
  struct block_lanes lanes[1];
  struct err e;
  open_county(&c);
  finish(&c);
  const struct rule *rules[] = {rule(&c, LEVEL_HOUSEHOLD, "region == \"east\" || members.exists(m, m.age > 3) || visited.getMonth() == 3")};
  for (uint32_t n = 0; n < 2; n++) {
    struct block_book *b = book_of(&c, rules, n);
    struct block_scratch *s = scratch_of(b);
    assert_ok(block_run(bind(&c, b), s, 0, 0, lanes, &e), &e);
    assert_refused(block_run(bind(&c, b), s, 0, 1, lanes, &e), ERR_INTERNAL, "a block of 1 households from 0", &e);
    block_scratch_close(s);
  }
  close_county(&c);
}

UNIT_MAIN(UNIT(rules_that_do_not_vectorise_say_why_and_run_all_the_same), UNIT(crowds_are_cut_into_pieces_and_one_giant_household_runs_row_by_row), UNIT(constants_are_those_of_the_moment_of_binding),
          UNIT(what_a_county_settles_by_itself_is_not_run), UNIT(many_conditions_over_members_are_folded_together_whatever_the_household),
          UNIT(a_decimal_compares_as_its_double_does), UNIT(any_number_of_threads_gives_the_same_bytes), UNIT(columns_of_another_codebook_are_refused),
          UNIT(derived_fields_that_read_each_other_twice_are_compiled_once), UNIT(an_empty_county_and_an_empty_book_are_fine))
