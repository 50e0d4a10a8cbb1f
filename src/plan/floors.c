#include "plan/floors.h"

#include <math.h>

enum status floors_make(struct arena *a, struct plan_model *m, const struct people *p, double share, struct pool *pool, struct err *e) {
  struct solved s;
  if (!(share > 0)) return OK;
  TRY(solve(a, m, pool, NULL, &s, e));
  double value = 0, persons = 0;
  for (uint32_t h = 0; h < p->count; h++) {
    const uint8_t taken = s.plan.taken[(size_t)h * m->most];
    if (taken) value += m->items[m->item_at[h] + taken - 1u].value;
    persons += p->persons[h];
  }
  int64_t *floor_of;
  ARENA_TRY(e, floor_of = arena_array(a, m->village_count + 1u, sizeof *floor_of));
  for (uint32_t v = 0; v < m->village_count; v++) {
    int64_t most = 0;
    for (uint32_t h = m->household_at[v]; h < m->household_at[v + 1]; h++) {
      int64_t best = 0;
      for (uint64_t i = m->item_at[h]; i < m->item_at[h + 1]; i++)
        if (m->items[i].value > best) best = m->items[i].value;
      most += best;
    }
    const double want = persons > 0 ? floor(share * value / persons * p->villages[v].persons) : 0;
    floor_of[v] = want < (double)most ? (int64_t)want : most;
  }
  m->floor = floor_of, m->floor_weight = FLOORS_WEIGHT;
  return OK;
}
