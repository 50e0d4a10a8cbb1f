/* fuzz_scenario.c - any bytes as a scenario over a small programme: taken with amounts that mean something, or refused with problems that have a line and words. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct area areas[] = {{.code = "1", .parent = UINT32_MAX}, {.code = "11", .level = 1, .parent = 0, .now = 1}, {.code = "111", .level = 2, .parent = 1, .now = 2}};
static struct line lines[] = {{.name = "poverty"}, {.name = "monitor"}};
static const struct fund funds[] = {{.name = "central", .year = 2020, .area = PLANNING_EVERYWHERE, .amount = 1e6, .pays = 3}, {.name = "county", .year = 2020, .area = 1, .amount = 5e4, .pays = 3}};
static const struct measure measures[] = {{.name = "pigs", .cost = 700, .unlimited = true, .income = {0, 450, 900}, .success = 1, .product = PLANNING_NONE},
                                          {.name = "tea", .cost = 2000, .upkeep = 100, .unlimited = true, .effect = EFFECT_PRODUCT, .success = 1, .product = 0},
                                          {.name = "road", .village = true, .cost = 9000, .unlimited = true, .income = {0, 100, 200}, .success = 1, .product = PLANNING_NONE}};
static const struct product products[] = {{.name = "tea", .yield = {0, 0, 20, 40}, .yield_count = 4, .price = {40, 60, 70}, .per_day = 1, .stressed_per_day = 0.5}};
static struct programme programme = {.areas = areas, .area_count = 3, .lines = lines, .line_count = 2,
                                     .planning = {.there = true, .settings = {.horizon = 5, .discount = 0.05, .most = 2}, .funds = funds, .fund_count = 2, .measures = measures, .measure_count = 3, .products = products, .product_count = 1}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena a;
  struct err e = {0};
  struct scenario s;
  struct problem *problems = NULL;
  char *text = malloc(size + 1);
  if (!text) return 0;
  memcpy(text, data, size), text[size] = 0;
  arena_init(&a, (size_t)256 << 20);
  const enum status st = scenario_read(&a, &programme, "s.yaml", text, size, &s, &problems, &e);
  if (st == OK) {
    if (problems || s.planning.settings.horizon < 1 || s.planning.settings.horizon > PLANNING_YEARS || s.planning.settings.most < 1 || s.planning.settings.most > 4) abort();
    for (uint32_t f = 0; f < s.planning.fund_count; f++)
      if (!(s.planning.funds[f].amount >= 0)) abort();
    for (uint32_t m = 0; m < s.planning.measure_count; m++) {
      if (!(s.planning.measures[m].cost >= 0)) abort();
      for (uint32_t i = 0; i < s.planning.measures[m].capacity_count; i++)
        if (s.planning.measures[m].capacities[i].units < 0) abort();
    }
    for (uint32_t i = 0; i < s.wish_count; i++)
      if (s.wishes[i].measure >= s.planning.measure_count || !s.wishes[i].household == !s.wishes[i].village) abort();
    for (uint32_t i = 0; i < s.area_count; i++)
      if (s.areas[i] >= programme.area_count) abort();
    for (uint32_t i = 0; i < s.forced_count; i++)
      if (s.forced[i].product >= s.planning.product_count || !(s.forced[i].mu >= 0) || !s.forced[i].over) abort();
  } else if (st != ERR_MEMORY && (!problems || !*e.message)) abort();
  for (const struct problem *x = problems; x; x = x->next)
    if (!*x->message || !text_is_utf8(x->message, strlen(x->message), NULL) || x->line < 0 || x->column < 0) abort();
  arena_drop(&a);
  free(text);
  if (funds[0].amount != 1e6 || measures[1].cost != 2000 || products[0].price.mid != 60) abort(); /* the programme stays as it is */
  return 0;
}
