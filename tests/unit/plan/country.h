/* A made-up planning problem of any size: villages with households that could take measures, funds, capacities by group of villages,
 * markets in tiers, works. For tests and the benchmark; the same seed gives the same problem. Header only. */
#ifndef COUNTRY_H
#define COUNTRY_H

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "plan/model.h"

struct country_size {
  uint32_t households, villages, funds, capacities, markets, tiers, measures; /* measures that are sold in a market: one a market, in tiers, beside these */
  unsigned sells; /* markets a household could sell in; 0 = one */
  unsigned most, works, free_works, items; /* free_works: beside those that cost; items: of each household, beside those of markets */
  double money; /* limits as a share of what everybody would use */
  bool equal;   /* all values equal: ties everywhere */
  bool apart;   /* each tier of a market is paid for by a fund of its own: which one to open is hard to say */
};

struct country { struct plan_model m; };

static void *country_room(size_t n, size_t size) {
  void *p = calloc(n + 1, size);
  if (!p) abort();
  return p;
}

static inline uint64_t country_below(struct rng *r, uint64_t n) { return n ? rng_below(r, n) : 0; }

/* Funds first, then capacities (one layer, villages in runs), then tiers. */
static struct country country_make(const struct country_size *z, uint64_t seed) {
  struct rng r;
  rng_seed(&r, seed);
  struct country c = {0};
  struct plan_model *m = &c.m;
  const uint32_t columns = z->measures + z->markets * z->tiers;
  m->most = z->most;
  m->market_count = z->markets;
  m->resource_count = z->funds + z->capacities + z->markets * z->tiers;
  struct plan_resource *resources = country_room(m->resource_count, sizeof *resources);
  struct plan_column *column = country_room(columns, sizeof *column);
  struct plan_use *uses = country_room((size_t)columns * 3 + (size_t)z->villages * z->works, sizeof *uses);
  uint32_t *layer = country_room(z->villages, sizeof *layer);
  for (uint32_t k = 0; k < m->resource_count; k++) resources[k].market = PLAN_NONE;
  for (uint32_t v = 0; v < z->villages; v++) layer[v] = z->capacities ? z->funds + (uint32_t)((uint64_t)v * z->capacities / z->villages) : PLAN_NONE;
  struct plan_layer *layers = country_room(1, sizeof *layers);
  layers[0].resource = layer;
  m->layers = layers, m->layer_count = z->capacities ? 1 : 0;
  for (uint32_t j = 0; j < columns; j++) {
    column[j].use_from = m->use_count;
    if (z->funds && !z->apart && j > z->measures && (j - z->measures) % z->tiers) uses[m->use_count] = uses[column[j - 1].use_from], m->use_count++; /* one measure at another price */
    else if (z->funds) uses[m->use_count++] = (struct plan_use){.resource = (uint32_t)country_below(&r, z->funds), .amount = 500 + (int64_t)country_below(&r, 3000)};
    if (j < z->measures) {
      if (z->capacities && j % 2) uses[m->use_count++] = (struct plan_use){.layer = 1, .amount = 1};
      column[j].group = (uint16_t)(j % 3 == 0 ? 0 : 1 + j / 3);
      if (z->works && j % 4 == 1) column[j].needs = (uint8_t)(1u << country_below(&r, z->works));
    } else {
      uint32_t market = (j - z->measures) / z->tiers, tier = z->funds + z->capacities + (j - z->measures);
      column[j].group = (uint16_t)(1000 + market);
      uses[m->use_count++] = (struct plan_use){.resource = tier, .amount = 100};
      resources[tier].market = market;
    }
    column[j].use_count = m->use_count - column[j].use_from;
  }
  double *drop = country_room(z->markets, sizeof *drop); /* what the price falls by from tier to tier */
  for (uint32_t x = 0; x < z->markets; x++) drop[x] = 0.01 + 0.14 * rng_unit(&r);
  /* households */
  uint32_t *household_at = country_room(z->villages + 1u, sizeof *household_at);
  uint64_t *item_at = country_room(z->households + 1u, sizeof *item_at);
  const unsigned sells = z->markets ? (z->sells ? z->sells : 1) : 0, at_most = z->items + sells * z->tiers;
  struct plan_item *items = country_room((size_t)z->households * at_most, sizeof *items);
  int64_t *wanted = country_room(m->resource_count, sizeof *wanted);
  uint64_t n = 0;
  for (uint32_t v = 0; v <= z->villages; v++) household_at[v] = (uint32_t)((uint64_t)v * z->households / z->villages);
  m->household_at = household_at;
  m->village_count = z->villages;
  uint32_t v = 0;
  for (uint32_t h = 0; h < z->households; h++) {
    while (household_at[v + 1] <= h) v++;
    item_at[h] = n;
    double need = 0.2 + rng_unit(&r); /* how far below the line */
    struct plan_item mine[PLAN_ITEMS];
    unsigned have = 0;
    for (unsigned i = 0; i < z->items && z->measures; i++) {
      uint32_t j = z->items == z->measures ? i : (uint32_t)country_below(&r, z->measures);
      double fit = 0.3 + rng_unit(&r);
      mine[have++] = (struct plan_item){.column = (uint16_t)j, .quantity = (uint16_t)(1 + country_below(&r, 4)), .value = z->equal ? 1000 : (int32_t)(100000 * need * need * fit)};
    }
    uint32_t market = sells ? (uint32_t)country_below(&r, z->markets) : 0;
    for (unsigned i = 0; i < sells; i++, market = (market + 1) % z->markets) {
      double yield = 0.5 + rng_unit(&r);
      uint16_t area = (uint16_t)(1 + country_below(&r, 3));
      for (uint32_t t = 0; t < z->tiers; t++)
        mine[have++] = (struct plan_item){.column = (uint16_t)(z->measures + market * z->tiers + t), .quantity = area, .value = z->equal ? 1000 : (int32_t)(80000 * need * yield * (1 - drop[market] * t))};
    }
    for (unsigned i = 1; i < have; i++) /* by group */
      for (unsigned k = i; k && column[mine[k].column].group < column[mine[k - 1].column].group; k--) {
        struct plan_item swap = mine[k];
        mine[k] = mine[k - 1], mine[k - 1] = swap;
      }
    for (unsigned i = 0; i < have; i++) {
      items[n++] = mine[i];
      const struct plan_column *x = &column[mine[i].column];
      for (uint32_t u = x->use_from; u < x->use_from + x->use_count; u++) wanted[uses[u].layer ? layer[v] : uses[u].resource] += uses[u].amount * mine[i].quantity;
    }
  }
  item_at[z->households] = n;
  m->item_at = item_at, m->items = items;
  /* works */
  const unsigned works_each = z->works + z->free_works;
  if (works_each) {
    uint32_t *work_at = country_room(z->villages + 1u, sizeof *work_at);
    struct plan_work *works = country_room((size_t)z->villages * works_each, sizeof *works);
    for (uint32_t w = 0; w < z->villages; w++) {
      work_at[w] = w * works_each;
      for (unsigned k = 0; k < z->works; k++) {
        works[work_at[w] + k] = (struct plan_work){.value = (int64_t)country_below(&r, 30000), .use_from = m->use_count, .use_count = z->funds ? 1 : 0, .needs = (uint8_t)(k ? 1u << (k - 1) : 0)};
        if (z->funds) uses[m->use_count++] = (struct plan_use){.resource = 0, .amount = 2000 + (int64_t)country_below(&r, 20000)};
      }
    }
    work_at[z->villages] = z->villages * works_each;
    m->work_at = work_at, m->works = works;
  }
  double open = 1;
  for (uint32_t k = 0; k < m->resource_count; k++) {
    double share = z->money * (0.5 + rng_unit(&r));
    if (resources[k].market != PLAN_NONE) {
      uint32_t t = (k - z->funds - z->capacities) % z->tiers;
      open = t ? open * 1.6 : 0.15 + 0.2 * rng_unit(&r);
      share = open;
      resources[k].loss = (int64_t)(t * (double)(z->households / (z->markets * 20u) + 1) * 300);
    }
    resources[k].limit = (int64_t)((double)wanted[k] * share);
  }
  free(wanted), free(drop);
  m->resources = resources, m->columns = column, m->column_count = columns, m->uses = uses;
  return c;
}

static void country_free(struct country *c) {
  struct plan_model *m = &c->m;
  void *all[] = {(void *)m->resources, (void *)m->columns, (void *)m->uses, m->layers ? (void *)m->layers[0].resource : NULL, (void *)m->layers, (void *)m->household_at,
                 (void *)m->item_at, (void *)m->items, (void *)m->work_at, (void *)m->works};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

#endif
