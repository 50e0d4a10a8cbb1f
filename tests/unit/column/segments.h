/* segments.h - a small made-up county for the column tests: every kind of column, every absence, rosters, villages. */
#ifndef SEGMENTS_H
#define SEGMENTS_H

#include "base/random.h"
#include "column/builder.h"

static const struct schema_column household_columns[] = {
    {"poor", COL_BOOL, 0}, {"size", COL_INT, 0}, {"income", COL_DECIMAL, 2}, {"score", COL_REAL, 0}, {"visited", COL_DATE, 0}, {"roof", COL_CHOICE, 0}, {"remark", COL_TEXT, 0}};
static const struct schema_column member_columns[] = {{"age", COL_INT, 0}, {"sex", COL_CHOICE, 0}};
static const struct schema_column village_columns[] = {{"altitude", COL_INT, 0}, {"road", COL_BOOL, 0}};
static const struct schema_column crop_columns[] = {{"area", COL_DECIMAL, 3}, {"sold", COL_BOOL, 0}};
static const struct schema county_schema = {4, {{"household", household_columns, 7}, {"members", member_columns, 2}, {"village", village_columns, 2}, {"crops", crop_columns, 2}}};

static struct cell maybe(struct rng *r, struct cell c) {
  if (rng_below(r, 5) == 0) return (struct cell){.absence = (enum absence)(1 + rng_below(r, 3))};
  return c;
}

static struct span word(const char *s) { return (struct span){s, strlen(s)}; }

static void fill_household(struct rng *r, struct cell c[7]) {
  static const char *const roofs[] = {"tile", "straw", "concrete", "bark"};
  static const char *const remarks[] = {"", "moved", "\xE5\x90\x95", "a long remark that says little", "z"};
  c[0] = maybe(r, (struct cell){.i = (int64_t)rng_below(r, 2)});
  c[1] = (struct cell){.i = (int64_t)rng_below(r, 9)};
  c[2] = maybe(r, (struct cell){.i = (int64_t)rng_below(r, 4000000) - 1000000});
  c[3] = maybe(r, (struct cell){.d = (double)rng_below(r, 100) / 8});
  c[4] = maybe(r, (struct cell){.i = (int64_t)rng_below(r, 20000)});
  c[5] = maybe(r, (struct cell){.s = word(roofs[rng_below(r, 4)])});
  c[6] = maybe(r, (struct cell){.s = word(remarks[rng_below(r, 5)])});
}

/* The county with so many households; `villages_first` gives the same villages in another order of arrival. */
static inline struct builder *county(uint64_t seed, unsigned households, int64_t home, bool villages_backwards, const struct segment **out) {
  struct builder *b = NULL;
  struct err e = {0};
  struct rng r;
  char text[32];
  struct cell c[7];
  rng_seed(&r, seed);
  assert_ok(builder_open(&county_schema, home, &b, &e), &e);
  for (int i = 0; i < 6; i++) {
    int v = villages_backwards ? 5 - i : i;
    snprintf(text, sizeof text, "v%d", v);
    c[0] = (struct cell){.i = 100 * v};
    c[1] = v == 3 ? (struct cell){.absence = ABSENT_REFUSED} : (struct cell){.i = v & 1};
    assert_ok(builder_village(b, word(text), c, &e), &e);
  }
  for (unsigned h = 0; h < households; h++) {
    uint32_t rosters = BUILDER_ALL_ROSTERS;
    char village[32];
    if (rng_below(&r, 6) == 0) rosters &= ~(1u << LEVEL_MEMBER);
    if (rng_below(&r, 6) == 0) rosters &= ~(1u << LEVEL_LINE0);
    snprintf(text, sizeof text, "H-%u", h * 7919 % 10007);
    uint64_t v = rng_below(&r, 8);
    snprintf(village, sizeof village, "v%u", (unsigned)v);
    fill_household(&r, c);
    assert_ok(builder_household(b, 10 + 3 * (int64_t)h, word(text), v == 7 ? word("") : word(village), rosters, c, &e), &e);
    uint64_t members = rng_below(&r, 6), crops = rng_below(&r, 3);
    for (uint64_t m = 0; m < members && rosters >> LEVEL_MEMBER & 1; m++) {
      c[0] = maybe(&r, (struct cell){.i = (int64_t)rng_below(&r, 100)});
      c[1] = maybe(&r, (struct cell){.s = word(rng_below(&r, 2) ? "f" : "m")});
      assert_ok(builder_child(b, LEVEL_MEMBER, (int64_t)(h * 10 + m), c, &e), &e);
    }
    for (uint64_t k = 0; k < crops && rosters >> LEVEL_LINE0 & 1; k++) {
      c[0] = maybe(&r, (struct cell){.i = (int64_t)rng_below(&r, 100000)});
      c[1] = maybe(&r, (struct cell){.i = (int64_t)rng_below(&r, 2)});
      assert_ok(builder_child(b, LEVEL_LINE0, 0, c, &e), &e);
    }
  }
  assert_ok(builder_finish(b, out, &e), &e);
  return b;
}

#endif
