/* fixture.h - a made-up county for the identify tests: a programme written here, households put in one by one. All people are synthetic. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <math.h>

#include "base/random.h"
#include "column/builder.h"
#include "identify/identify.h"
#include "unit.h"

/* The part that every test shares; what decides is appended by the test. */
#define COUNTY_YAML                                                                                                     \
  "programme:\n  name: county\n  title: {en: A county, zh: \xE6\x9F\x90\xE5\x8E\xBF}\n  languages: [en, zh]\n  currency: CNY\n  years: {from: 2026, to: 2026}\n" \
  "areas:\n  levels:\n    - {name: county, home: true}\n    - {name: village}\n  list:\n"                               \
  "    - {code: C, level: county, name: {en: County}}\n"                                                                \
  "    - {code: A, level: village, parent: C, name: {en: Upper village, zh: \xE4\xB8\x8A\xE6\x9D\x91}}\n"               \
  "    - {code: B, level: village, parent: C, name: {en: Lower village, zh: \xE4\xB8\x8B\xE6\x9D\x91}}\n"               \
  "  household: place\n"                                                                                              \
  "fields:\n"                                                                                                           \
  "  - {name: place, type: choice, choices: {areas: village}, label: {en: Village, zh: \xE6\x9D\x91}}\n"              \
  "  - {name: income, type: money, changeable: true, label: {en: Income, zh: \xE6\x94\xB6\xE5\x85\xA5}}\n"              \
  "  - {name: car, type: boolean, changeable: true, label: {en: Car, zh: \xE8\xBD\xA6}}\n"                              \
  "  - {name: size, type: integer, min: 0, max: 30, label: {en: Size, zh: \xE4\xBA\xBA\xE5\x8F\xA3}}\n"                 \
  "  - {name: roof, type: choice, choices: [tile, straw], label: {en: Roof, zh: \xE5\xB1\x8B\xE9\xA1\xB6}}\n"           \
  "  - {name: idno, type: text, sealed: true, label: {en: Identity number, zh: \xE8\xAF\x81\xE4\xBB\xB6}}\n"            \
  "  - {name: age, level: members, type: integer, min: 0, max: 120, changeable: true, label: {en: Age, zh: \xE5\xB9\xB4\xE9\xBE\x84}}\n" \
  "  - {name: in_school, level: members, type: boolean, changeable: true, label: {en: In school, zh: \xE5\x9C\xA8\xE6\xA0\xA1}}\n" \
  "derive:\n  - {name: per_head, rule: income / double(size), label: {en: Income per head, zh: \xE4\xBA\xBA\xE5\x9D\x87\xE6\x94\xB6\xE5\x85\xA5}}\n" \
  "lines:\n  - {name: poor, kind: absolute, main: true, amount: 2300}\n"                                                     \
  "sample:\n  welfare: {rule: per_head, label: {en: income per head}}\n  persons: size\n"

enum { F_VILLAGE, F_INCOME, F_CAR, F_SIZE, F_ROOF, F_IDNO, HOUSEHOLD_FIELDS };
enum { F_AGE, F_IN_SCHOOL, MEMBER_FIELDS };

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct arena arena;
static struct programme *programme;
static struct builder *builders[64]; /* their segments live as long as the tests */
static size_t builder_count;

static inline int fixture_open(void **state) {
  (void)state;
  arena_init(&arena, 0);
  return 0;
}
static inline int fixture_close(void **state) {
  (void)state;
  for (size_t i = 0; i < builder_count; i++) builder_close(builders[i]);
  arena_drop(&arena);
  return 0;
}

static inline struct programme *county_programme(const char *rest) {
  struct err e = {0};
  char *yaml = arena_printf(&arena, "%s%s", COUNTY_YAML, rest);
  struct programme_file file = {.name = "programme.yaml", .data = yaml, .len = strlen(yaml)};
  struct problem *problems = NULL;
  assert_ok(programme_load_files(&arena, "county", &file, 1, &programme, &problems, &e), &e);
  return programme;
}

static inline const struct schema *county_schema(void) {
  const struct programme *p = programme;
  struct schema *s = arena_new(&arena, struct schema);
  s->level_count = p->level_count;
  for (uint32_t l = 0; l < p->level_count; l++) {
    struct schema_column *c = arena_array(&arena, p->levels[l].collected_count + 1, sizeof *c);
    for (uint32_t f = 0; f < p->levels[l].collected_count; f++) {
      const struct field *field = &p->levels[l].fields[f];
      c[f] = (struct schema_column){field->name, field->sealed ? COL_TEXT : field->kind, field->kind == COL_DECIMAL ? field->decimals : 0};
    }
    s->levels[l] = (struct schema_level){p->levels[l].name, c, p->levels[l].collected_count};
  }
  return s;
}

static inline struct cell whole(int64_t i) { return (struct cell){.i = i}; }
static inline struct cell yuan(int64_t i) { return (struct cell){.i = i * 100}; }
static inline struct cell word(const char *s) { return (struct cell){.s = span_of(s)}; }
static inline struct cell none(enum absence why) { return (struct cell){.absence = why}; }

struct person { struct cell age, in_school; };
struct home { /* one household of a test */
  const char *key;
  struct cell village, income, car, size, roof;
  struct person members[4];
  uint32_t member_count;
  bool no_roster;
};

#define HOME(k, v, inc, n) {.key = (k), .village = word(v), .income = yuan(inc), .car = whole(0), .size = whole(n), .roof = word("tile")}

static inline const struct segment *county_segment(const struct home *homes, size_t count) {
  struct err e = {0};
  struct builder *b;
  const struct segment *s;
  assert_ok(builder_open(county_schema(), 1, &b, &e), &e);
  for (size_t i = 0; i < count; i++) {
    const struct cell cells[HOUSEHOLD_FIELDS] = {homes[i].village, homes[i].income, homes[i].car, homes[i].size, homes[i].roof, word("CANARY-431122199001011234")};
    assert_ok(builder_household(b, (int64_t)i + 1, span_of(homes[i].key), span_of(""), homes[i].no_roster ? 0 : BUILDER_ALL_ROSTERS, cells, &e), &e);
    for (uint32_t m = 0; m < homes[i].member_count; m++) {
      const struct cell person[MEMBER_FIELDS] = {homes[i].members[m].age, homes[i].members[m].in_school};
      assert_ok(builder_child(b, LEVEL_MEMBER, (int64_t)m + 1, person, &e), &e);
    }
  }
  assert_ok(builder_finish(b, &s, &e), &e);
  assert_true(builder_count < COUNT(builders));
  builders[builder_count++] = b;
  return s;
}

static inline struct identified decided(const struct segment *const *s, const char *seed) {
  struct err e = {0};
  struct identified out;
  struct identify_input in = {.programme = programme, .segments = s, .segment_count = 1, .round = "2026", .snapshot = "00ff", .seed = seed, .seed_from = "option"};
  assert_ok(identify_run(&arena, &in, &out, &e), &e);
  return out;
}

static inline void assert_outcome(const struct identified *r, uint64_t h, enum outcome want) {
  enum outcome have = (enum outcome)r->decisions->sets[0].outcome[h];
  if (have != want) fail_msg("household %llu is %s, not %s", (unsigned long long)h, outcome_word(have), outcome_word(want));
}

#define IDENTIFY_MAIN(...)                                                                   \
  int main(void) {                                                                           \
    const struct CMUnitTest tests[] = {__VA_ARGS__};                                         \
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);                       \
  }

#endif
