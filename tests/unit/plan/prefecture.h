/* prefecture.h - a small place for tests of the planner: two counties, four villages, a dozen households, a handful of measures. Nothing is read from a
 * snapshot: the people are what people_read would have made. */
#ifndef TEST_PREFECTURE_H
#define TEST_PREFECTURE_H

#include <math.h>

#include "base/random.h"
#include "plan/plan.h"
#include "unit.h"

enum { P_COUNTIES = 2, P_VILLAGES = 4, P_AREAS = 1 + P_COUNTIES + P_VILLAGES, P_MEASURES = 7, P_MOST = 400 };
enum { M_COURSE, M_PIGS, M_TEA, M_PLUM, M_RANGER, M_ROAD, M_WELL };
enum { K_TEA, K_PLUM };

struct prefecture {
  struct area areas[P_AREAS];
  struct programme programme;
  struct planning planning;
  struct fund funds[4];
  struct measure measures[P_MEASURES];
  struct product products[2];
  struct capacity seats[2], posts[1];
  struct plan_village villages[P_VILLAGES];
  uint32_t village_quantity[P_VILLAGES][P_MEASURES];
  double allowed[P_VILLAGES][2];
  struct people people;
  uint32_t segment[P_MOST], row[P_MOST], village[P_MOST];
  double persons[P_MOST], welfare[P_MOST], line[P_MOST], labour[P_MOST], land[P_MOST];
  uint64_t deprived[P_MOST], offered[P_MOST], unknown[P_MOST], reached[P_MOST], refused[P_MOST], pinned[P_MOST];
  uint16_t pigs[P_MOST], mu[P_MOST];
  uint16_t *quantity[P_MEASURES];
  float grown[2][P_MOST], *grown_of_product[2];
  double grown_all[2], land_of[P_AREAS], grown_tea[P_AREAS], grown_plum[P_AREAS], *grown_in[2];
  uint64_t growers_all[2], households_of[P_AREAS], growers_tea[P_AREAS], growers_plum[P_AREAS], *growers_in[2];
  double weights[1];
  struct arena arena;
};

static inline void prefecture_open(struct prefecture *p, uint32_t households, uint64_t seed) {
  struct rng r;
  memset(p, 0, sizeof *p);
  arena_init(&p->arena, 0);
  rng_seed(&r, seed);
  p->areas[0] = (struct area){.code = "1", .level = 0, .parent = UINT32_MAX};
  for (uint32_t c = 0; c < P_COUNTIES; c++) p->areas[1 + c] = (struct area){.code = c ? "12" : "11", .level = 1, .parent = 0, .now = 1 + c};
  static const char *const codes[P_VILLAGES] = {"111", "112", "121", "122"};
  for (uint32_t v = 0; v < P_VILLAGES; v++) p->areas[1 + P_COUNTIES + v] = (struct area){.code = codes[v], .level = 2, .parent = 1 + v / 2, .now = 1 + P_COUNTIES + v};
  p->programme = (struct programme){.areas = p->areas, .area_count = P_AREAS, .home_level = 1, .cutoff = 0.5};
  p->seats[0] = (struct capacity){.area = 1, .units = 2}, p->seats[1] = (struct capacity){.area = 2, .units = 3};
  p->posts[0] = (struct capacity){.area = PLANNING_EVERYWHERE, .units = 2};
  p->measures[M_COURSE] = (struct measure){.name = "course", .option = OPTION_PEOPLE, .cost = 2000, .effect = EFFECT_INCOME, .income = {0, 3000, 5000}, .success = 0.6, .labour = 2, .capacities = p->seats, .capacity_count = 2, .product = PLANNING_NONE};
  p->measures[M_PIGS] = (struct measure){.name = "pigs", .option = OPTION_INDUSTRY, .cost = 1500, .unlimited = true, .effect = EFFECT_INCOME, .income = {200, 800, 1200}, .success = 1, .labour = 2, .product = PLANNING_NONE};
  p->measures[M_TEA] = (struct measure){.name = "tea", .option = OPTION_INDUSTRY, .cost = 2600, .upkeep = 100, .unlimited = true, .effect = EFFECT_PRODUCT, .success = 1, .labour = 1, .land = 1, .group = "crops", .product = K_TEA, .needs = 1u << M_ROAD};
  p->measures[M_PLUM] = (struct measure){.name = "plum", .option = OPTION_INDUSTRY, .cost = 900, .unlimited = true, .effect = EFFECT_PRODUCT, .success = 1, .labour = 1, .land = 1, .group = "crops", .product = K_PLUM};
  p->measures[M_RANGER] = (struct measure){.name = "ranger", .option = OPTION_ECOLOGY, .cost = 6000, .upkeep = 6000, .effect = EFFECT_INCOME, .income = {6000, 6000, 6000}, .success = 1, .labour = 6, .capacities = p->posts, .capacity_count = 1, .product = PLANNING_NONE};
  p->measures[M_ROAD] = (struct measure){.name = "road", .option = OPTION_INFRASTRUCTURE, .village = true, .answers = 1, .cost = 9000, .unlimited = true, .effect = EFFECT_PER_HEAD, .income = {100, 150, 200}, .success = 1, .product = PLANNING_NONE};
  p->measures[M_WELL] = (struct measure){.name = "well", .option = OPTION_INFRASTRUCTURE, .village = true, .answers = 2, .cost = 7000, .unlimited = true, .effect = EFFECT_NONE, .success = 1, .settles = 1, .product = PLANNING_NONE};
  p->products[K_TEA] = (struct product){.name = "tea", .yield = {0, 0, 20, 40}, .yield_count = 4, .yield_range = {0.8, 1, 1.1}, .survival = 0.9, .price = {40, 60, 70}, .cost_mu = 500, .elasticity = -1.5, .tiers = {1, 0.8, 0.6}, .tier_count = 3, .per_day = 0.001, .stressed_per_day = 0.0005, .season_days = 60, .storage_days = 300, .most_farmland = 1, .most_households = 1};
  p->products[K_PLUM] = p->products[K_TEA];
  p->products[K_PLUM].name = "plum", p->products[K_PLUM].price = (struct range){1, 2, 3}, p->products[K_PLUM].yield[2] = 400, p->products[K_PLUM].yield[3] = 800, p->products[K_PLUM].per_day = 0.02, p->products[K_PLUM].storage_days = 30;
  p->funds[0] = (struct fund){.name = "any", .year = 2020, .area = PLANNING_EVERYWHERE, .amount = 2500.0 * households, .pays = (1u << P_MEASURES) - 1};
  p->funds[1] = (struct fund){.name = "works", .year = 2020, .area = PLANNING_EVERYWHERE, .amount = 800.0 * households, .pays = 1u << M_ROAD | 1u << M_WELL};
  p->funds[2] = (struct fund){.name = "any", .year = 2021, .area = PLANNING_EVERYWHERE, .amount = 1500.0 * households, .pays = (1u << P_MEASURES) - 1};
  p->planning = (struct planning){.there = true, .settings = {.horizon = 5, .discount = 0.05, .bottom = 200, .objective = OBJECTIVE_FGT2, .most = 2, .seed = 1}, .funds = p->funds, .fund_count = 3, .measures = p->measures, .measure_count = P_MEASURES, .products = p->products, .product_count = 2};
  for (uint32_t v = 0; v < P_VILLAGES; v++) {
    p->villages[v] = (struct plan_village){.area = 1 + P_COUNTIES + v, .first = households * v / P_VILLAGES, .count = households * (v + 1) / P_VILLAGES - households * v / P_VILLAGES, .bound = v % 3, .offered = 1u << M_ROAD | 1u << M_WELL, .suitable = 3, .quantity = p->village_quantity[v], .allowed = p->allowed[v]};
    p->village_quantity[v][M_ROAD] = p->village_quantity[v][M_WELL] = 1;
    p->allowed[v][0] = p->allowed[v][1] = NAN;
  }
  for (uint32_t h = 0; h < households; h++) {
    uint32_t v = 0;
    while (h >= p->villages[v].first + p->villages[v].count) v++;
    p->village[h] = v, p->row[h] = h;
    p->persons[h] = 1 + (double)rng_below(&r, 6), p->welfare[h] = 300 + 3500 * rng_unit(&r), p->line[h] = 4000;
    p->labour[h] = 12.0 * (double)rng_below(&r, 3), p->land[h] = (double)rng_below(&r, 6);
    p->pigs[h] = (uint16_t)(1 + rng_below(&r, 4)), p->mu[h] = 3;
    p->offered[h] = (1u << M_ROAD) - 1, p->reached[h] = 1u << M_ROAD | 1u << M_WELL, p->deprived[h] = rng_below(&r, 2);
    p->villages[v].persons += p->persons[h];
  }
  p->quantity[M_PIGS] = p->pigs, p->quantity[M_TEA] = p->quantity[M_PLUM] = p->mu;
  p->grown_of_product[0] = p->grown[0], p->grown_of_product[1] = p->grown[1];
  p->grown_in[0] = p->grown_tea, p->grown_in[1] = p->grown_plum, p->growers_in[0] = p->growers_tea, p->growers_in[1] = p->growers_plum;
  p->weights[0] = 1;
  p->people = (struct people){.programme = &p->programme, .planning = &p->planning, .count = households, .segment = p->segment, .row = p->row, .village = p->village, .persons = p->persons, .welfare = p->welfare, .line = p->line,
                              .deprived = p->deprived, .offered = p->offered, .offered_unknown = p->unknown, .reached = p->reached, .quantity = p->quantity, .labour = p->labour, .land = p->land, .grown = p->grown_of_product, .villages = p->villages,
                              .village_count = P_VILLAGES, .grown_all = p->grown_all, .growers_all = p->growers_all, .households_of = p->households_of, .land_of = p->land_of, .growers_of = p->growers_in, .grown_of = p->grown_in};
}

static inline void prefecture_close(struct prefecture *p) { arena_drop(&p->arena); }

static inline struct plan *prefecture_plan(struct prefecture *p, struct pool *pool) {
  static struct err err;
  struct plan *out = arena_new(&p->arena, struct plan);
  const struct plan_input in = {.people = &p->people, .weights = p->weights, .year = 2020, .pool = pool};
  assert_ok(plan_make(&p->arena, &in, out, &err), &err);
  return out;
}

#endif
