/* The best plan by trying everything: for problems of a few households. Header only. */
#ifndef TRYING_H
#define TRYING_H

#include "country.h"

struct trial { const struct plan_model *m; int64_t *left, got[8]; bool *open; uint8_t bundle[8]; int64_t best; bool any; };

static uint32_t village_of(const struct plan_model *m, uint32_t h) {
  uint32_t v = 0;
  while (m->household_at[v + 1] <= h) v++;
  return v;
}

static void use(struct trial *t, uint32_t v, uint32_t from, uint32_t count, int64_t quantity, bool *ok) {
  for (uint32_t i = from; i < from + count; i++) {
    uint32_t k = plan_use_resource(t->m, &t->m->uses[i], v);
    t->left[k] -= quantity * t->m->uses[i].amount;
    if (t->left[k] < 0 || !t->open[k]) *ok = false;
  }
}

static void try_households(struct trial *t, uint32_t h, uint64_t item, unsigned count, uint64_t groups[PLAN_MOST], int64_t value) {
  const struct plan_model *m = t->m;
  if (h == plan_households(m)) {
    for (uint32_t v = 0; v < m->village_count; v++) value -= plan_short_of_floor(m, v, t->got[v]);
    if (!t->any || value > t->best) t->best = value, t->any = true;
    return;
  }
  if (item == m->item_at[h + 1]) {
    uint64_t none[PLAN_MOST] = {0};
    try_households(t, h + 1, m->item_at[h + 1], 0, none, value);
    return;
  }
  try_households(t, h, item + 1, count, groups, value);
  const struct plan_item *x = &m->items[item];
  const struct plan_column *c = &m->columns[x->column];
  uint32_t v = village_of(m, h);
  if (count == m->most || c->needs & ~t->bundle[v]) return;
  for (unsigned k = 0; k < count; k++)
    if (c->group && groups[k] == c->group) return;
  bool ok = true;
  use(t, v, c->use_from, c->use_count, x->quantity, &ok);
  groups[count] = c->group;
  t->got[v] += x->value;
  if (ok) try_households(t, h, item + 1, count + 1, groups, value + x->value);
  t->got[v] -= x->value;
  use(t, v, c->use_from, c->use_count, -(int64_t)x->quantity, &ok);
}

static void try_works(struct trial *t, uint32_t v, int64_t value) {
  const struct plan_model *m = t->m;
  if (v == m->village_count) {
    uint64_t groups[PLAN_MOST] = {0};
    try_households(t, 0, 0, 0, groups, value);
    return;
  }
  unsigned works = plan_works_of(m, v);
  for (unsigned b = 0; b < 1u << works; b++) {
    bool ok = true;
    int64_t more = 0;
    for (unsigned w = 0; w < works; w++) {
      const struct plan_work *x = m->works ? &m->works[m->work_at[v] + w] : NULL;
      if (!x || !(b >> w & 1)) continue;
      if (x->needs & ~b) ok = false;
      use(t, v, x->use_from, x->use_count, 1, &ok);
      more += x->value;
    }
    t->bundle[v] = (uint8_t)b;
    if (ok) try_works(t, v + 1, value + more);
    for (unsigned w = 0; w < works; w++)
      if (b >> w & 1) use(t, v, m->works[m->work_at[v] + w].use_from, m->works[m->work_at[v] + w].use_count, -1, &ok);
  }
}

static void try_tiers(struct trial *t, uint32_t market, int64_t value) {
  const struct plan_model *m = t->m;
  if (market == m->market_count) {
    try_works(t, 0, value);
    return;
  }
  try_tiers(t, market + 1, value); /* none open */
  for (uint32_t k = 0; k < m->resource_count; k++) {
    if (m->resources[k].market != market) continue;
    t->open[k] = true;
    try_tiers(t, market + 1, value - m->resources[k].loss);
    t->open[k] = false;
  }
}

static int64_t best_by_trying(const struct plan_model *m) {
  struct trial t = {.m = m, .best = 0};
  t.left = calloc(m->resource_count + 1, sizeof *t.left);
  t.open = calloc(m->resource_count + 1, 1);
  for (uint32_t k = 0; k < m->resource_count; k++) t.left[k] = m->resources[k].limit, t.open[k] = m->resources[k].market == PLAN_NONE;
  try_tiers(&t, 0, 0);
  free(t.left), free(t.open);
  return t.best;
}

#endif
