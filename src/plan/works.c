#include <stdlib.h>
#include <string.h>

#include "plan/assign.h"

enum status works_make(struct arena *a, const struct plan_model *m, struct works *out, struct err *e) {
  out->count = 0;
  ARENA_TRY(e, out->village = arena_array(a, m->village_count + 1u, sizeof *out->village));
  ARENA_TRY(e, out->bundle = arena_array(a, m->village_count + 1u, 1));
  return OK;
}

struct claim { wide margin; uint32_t village; };

static int by_margin(const void *pa, const void *pb) {
  const struct claim *a = pa, *b = pb;
  if (a->margin != b->margin) return a->margin > b->margin ? -1 : 1;
  return (a->village > b->village) - (a->village < b->village);
}

enum status works_rank(const struct plan_model *m, struct pricer *p, const int64_t *prices, const bool *open, struct works *out, struct err *e) {
  out->count = 0;
  if (!m->work_at || !m->work_at[m->village_count]) {
    memset(out->bundle, 0, m->village_count);
    return OK;
  }
  wide *margin = calloc(m->village_count, sizeof *margin);
  struct claim *claims = calloc(m->village_count, sizeof *claims);
  if (!margin || !claims) {
    free(margin), free(claims);
    return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  pricer_bundles(p, prices, open, out->bundle, margin);
  for (uint32_t v = 0; v < m->village_count; v++)
    if (plan_works_of(m, v) && out->bundle[v] != price_free_works(m, v)) claims[out->count++] = (struct claim){margin[v], v};
  qsort(claims, out->count, sizeof *claims, by_margin);
  for (uint32_t i = 0; i < out->count; i++) out->village[i] = claims[i].village;
  free(margin), free(claims);
  return OK;
}
