#include "plan/small.h"

#include <math.h>
#include <string.h>

#define THINNED(array)                                                                                                     \
  do {                                                                                                                     \
    char *to_;                                                                                                             \
    ARENA_TRY(e, to_ = arena_array(a, p->count / k + 2u, sizeof *(array)));                                                \
    for (uint32_t i_ = 0, n_ = 0; i_ < p->count; i_ += k, n_++) memcpy(to_ + (size_t)n_ * sizeof *(array), &(array)[i_], sizeof *(array)); \
    (array) = (void *)to_;                                                                                                 \
  } while (0)

/* A copy with room for one more, so that none is no case of its own. */
static void *copied(struct arena *a, const void *from, size_t count, size_t size) {
  void *to = arena_array(a, count + 1, size);
  if (to && count) memcpy(to, from, count * size);
  return to;
}

static enum status thin_people(struct arena *a, const struct people *p, uint32_t k, struct people *q, struct err *e) {
  const struct planning *n = p->planning;
  THINNED(q->segment);
  THINNED(q->row);
  THINNED(q->village);
  THINNED(q->persons);
  THINNED(q->welfare);
  THINNED(q->line);
  THINNED(q->deprived);
  THINNED(q->offered);
  THINNED(q->offered_unknown);
  THINNED(q->reached);
  if (q->no_cause) THINNED(q->no_cause);
  if (q->last) THINNED(q->last);
  if (q->refused) THINNED(q->refused);
  if (q->pinned) THINNED(q->pinned);
  if (q->labour) THINNED(q->labour);
  if (q->land) THINNED(q->land);
  ARENA_TRY(e, q->quantity = copied(a, p->quantity, n->measure_count, sizeof *q->quantity));
  ARENA_TRY(e, q->owed = copied(a, p->owed, n->guarantee_count, sizeof *q->owed));
  ARENA_TRY(e, q->grown = copied(a, p->grown, n->product_count, sizeof *q->grown));
  for (uint32_t m = 0; m < n->measure_count; m++)
    if (q->quantity[m]) THINNED(q->quantity[m]);
  for (uint32_t g = 0; g < n->guarantee_count; g++)
    if (q->owed[g]) THINNED(q->owed[g]);
  for (uint32_t x = 0; x < n->product_count; x++)
    if (q->grown[x]) THINNED(q->grown[x]);
  q->count = (p->count + k - 1) / k;
  return OK;
}

/* Villages keep their places; those of whom nobody was kept stay with no households. */
static enum status thin_villages(struct arena *a, const struct people *p, uint32_t k, struct people *q, struct err *e) {
  const struct planning *n = p->planning;
  ARENA_TRY(e, q->villages = copied(a, p->villages, p->village_count, sizeof *q->villages));
  for (uint32_t v = 0; v < p->village_count; v++) {
    struct plan_village *x = &q->villages[v];
    x->first = (p->villages[v].first + k - 1) / k;
    x->count = (p->villages[v].first + p->villages[v].count + k - 1) / k - x->first;
    x->persons = 0;
    for (uint32_t h = x->first; h < x->first + x->count; h++) x->persons += q->persons[h];
    ARENA_TRY(e, x->allowed = arena_array(a, n->product_count + 1u, sizeof *x->allowed));
    for (uint32_t i = 0; i < n->product_count; i++) x->allowed[i] = p->villages[v].allowed[i] / k;
  }
  return OK;
}

static enum status thin_limits(struct arena *a, struct small *s, uint32_t k, struct err *e) {
  struct planning *n = &s->planning;
  ARENA_TRY(e, s->funds = copied(a, n->funds, n->fund_count, sizeof *s->funds));
  ARENA_TRY(e, s->measures = copied(a, n->measures, n->measure_count, sizeof *s->measures));
  ARENA_TRY(e, s->products = copied(a, n->products, n->product_count, sizeof *s->products));
  for (uint32_t f = 0; f < n->fund_count; f++) s->funds[f].amount /= k;
  for (uint32_t m = 0; m < n->measure_count; m++) {
    struct measure *x = &s->measures[m];
    struct capacity *c;
    ARENA_TRY(e, c = copied(a, x->capacities, x->capacity_count, sizeof *c));
    for (uint32_t i = 0; i < x->capacity_count; i++) c[i].units = x->village ? c[i].units : c[i].units / k; /* works are as many, each a k-th of the cost */
    x->capacities = c;
    if (x->village) x->cost /= k, x->upkeep /= k;
  }
  for (uint32_t i = 0; i < n->product_count; i++) {
    struct product *x = &s->products[i];
    struct growers *g;
    ARENA_TRY(e, g = copied(a, x->growers, x->grower_count, sizeof *g));
    for (uint32_t j = 0; j < x->grower_count; j++) g[j].mu /= k;
    x->growers = g, x->per_day /= k, x->stressed_per_day /= k;
  }
  n->funds = s->funds, n->measures = s->measures, n->products = s->products;
  return OK;
}

enum status small_make(struct arena *a, const struct people *p, uint32_t most, struct small *s, struct err *e) {
  const uint32_t k = p->count > most ? (p->count + most - 1) / most : 1;
  *s = (struct small){.people = *p, .planning = *p->planning, .every = k};
  struct people *q = &s->people;
  TRY(thin_people(a, p, k, q, e));
  TRY(thin_villages(a, p, k, q, e));
  TRY(thin_limits(a, s, k, e));
  const struct programme *g = p->programme;
  ARENA_TRY(e, q->grown_all = copied(a, p->grown_all, p->planning->product_count, sizeof *q->grown_all));
  ARENA_TRY(e, q->households_of = copied(a, p->households_of, g->area_count, sizeof *q->households_of));
  ARENA_TRY(e, q->land_of = copied(a, p->land_of, g->area_count, sizeof *q->land_of));
  ARENA_TRY(e, q->grown_of = copied(a, p->grown_of, p->planning->product_count, sizeof *q->grown_of));
  ARENA_TRY(e, q->growers_of = copied(a, p->growers_of, p->planning->product_count, sizeof *q->growers_of));
  for (uint32_t i = 0; i < p->planning->product_count; i++) {
    q->grown_all[i] /= k;
    ARENA_TRY(e, q->grown_of[i] = copied(a, p->grown_of[i], g->area_count, sizeof **q->grown_of));
    ARENA_TRY(e, q->growers_of[i] = copied(a, p->growers_of[i], g->area_count, sizeof **q->growers_of));
    for (uint32_t c = 0; c < g->area_count; c++) q->grown_of[i][c] /= k, q->growers_of[i][c] /= k;
  }
  for (uint32_t c = 0; c < g->area_count; c++) q->households_of[c] /= k, q->land_of[c] /= k;
  q->planning = &s->planning;
  return OK;
}
