#include "synth/funds.h"

#include <math.h>

#include "base/date.h"
#include "synth/chance.h"

static int64_t whole(double v) { return (int64_t)floor(v + 0.5); }

struct fund_row funds_row(const struct population *pop, const struct fault_plan *plan, uint32_t home, uint32_t fund, uint32_t round, int64_t listed) {
  const struct model *m = pop->m;
  struct chance r = chance_of(chance_place(pop->seed, pop->p->areas[home].code), (uint64_t)fund << 8 | round, ABOUT_FUNDS);
  struct fund_row x;
  double size = 0.8 + 0.4 * chance_unit(&r), allotted = 0.92 + 0.08 * chance_unit(&r), spent = 0.85 + 0.14 * chance_unit(&r);
  int day = chance_between(&r, 40, 150);
  double u = chance_unit(&r), little = 0.05 + 0.35 * chance_unit(&r);
  bool kept = chance_true(&r, 0.5);
  x.idle = u < plan->share[FAULT_IDLE];
  if (x.idle && kept) allotted = little;
  if (x.idle && !kept) spent = little;
  x.amount = whole(m->funds[fund].per_person * size * (double)listed);
  x.allotted = whole(allotted * (double)x.amount);
  x.spent = whole(spent * (double)x.allotted);
  x.arrived = date_from_civil(m->rounds[round].year, 1, 1) + day;
  return x;
}
