#include <math.h>

#include "base/elementary.h"
#include "synth/block.h"
#include "synth/chance.h"

double welfare_sd(const struct model *m) { return sqrt(m->permanent * m->permanent + m->yearly * m->yearly + 0.2); }

/* What can be seen of a household in a round, around zero. */
static double seen(const struct model *m, const struct household *h, uint32_t round) {
  static const double years[] = {1, 6, 9, 12, 15, 16};
  int workers = 0, adults = 0, ill = 0, away = 0;
  double schooling = 0;
  for (uint32_t i = 0; i < h->people_count; i++) {
    if (!person_is_here(&h->people[i], round)) continue;
    struct now n = person_now(m, &h->people[i], round);
    workers += n.labour <= LABOUR_WEAK;
    ill += n.health == HEALTH_SERIOUS || n.health == HEALTH_DISABLED;
    away += n.months_away > 0;
    if (n.age >= 18) adults++, schooling += years[n.schooling];
  }
  double size = h->size[round] ? h->size[round] : 1;
  return m->effect_workers * (workers / size - 0.55) + m->effect_schooling * ((adults ? schooling / adults : 6.5) - 6.5) + m->effect_illness * (fmin(ill, 2) - 0.15) +
         m->effect_away * (fmin(away, 2) - 0.6);
}

void welfare_make(const struct population *pop, const struct village *v, struct household *h) {
  const struct model *m = pop->m;
  struct rng r = chance_of(pop->seed, v->code, h->number, ABOUT_WELFARE);
  double stays = m->permanent * chance_normal(&r), year = chance_normal(&r), sd = welfare_sd(m);
  for (uint32_t round = 0; round < m->round_count; round++) {
    int years = round ? m->rounds[round].year - m->rounds[round - 1].year : 1;
    bool hit = false;
    double kept = 1, shock = 0;
    for (int y = 0; y < years; y++) {
      kept *= m->yearly_kept;
      if (chance_true(&r, m->shock_share)) hit = true, shock = m->shock_size * (0.5 + rng_unit(&r));
    }
    if (round) year = kept * year + sqrt(1 - kept * kept) * chance_normal(&r);
    h->shock[round] = hit;
    h->welfare[round] = seen(m, h, round) + stays + m->yearly * year - shock + m->shock_share * m->shock_size;
    h->income[round] = pop->lines[round] * elementary_exp(pop->spread[round] * (h->welfare[round] / sd - chance_probit(v->poor[round])));
  }
}
