#include <math.h>

#include "base/elementary.h"
#include "synth/block.h"
#include "synth/chance.h"

#define SAMPLE 4000u

/* What can be seen of a household in a round, around zero. */
static double seen(const struct model *m, struct household *h, uint32_t round) {
  static const double years[] = {1, 6, 9, 12, 15, 16};
  int workers = 0, adults = 0, ill = 0, away = 0;
  double schooling = 0;
  for (uint32_t i = 0; i < h->people_count; i++) {
    if (!person_is_here(&h->people[i], round)) continue;
    struct now n = h->last[i] = person_now(m, &h->people[i], round);
    workers += n.labour <= LABOUR_WEAK;
    ill += n.health == HEALTH_SERIOUS || n.health == HEALTH_DISABLED;
    away += n.months_away > 0;
    if (n.age >= 18) adults++, schooling += years[n.schooling];
  }
  double size = h->size[round] ? h->size[round] : 1;
  return m->effect_workers * (workers / size - 0.55) + m->effect_schooling * ((adults ? schooling / adults : 6.5) - 6.5) + m->effect_illness * ((ill < 2 ? ill : 2) - 0.15) +
         m->effect_away * ((away < 2 ? away : 2) - 0.6);
}

void welfare_make(const struct population *pop, const struct village *v, struct household *h) {
  const struct model *m = pop->m;
  struct chance r = chance_about(h->chance, ABOUT_WELFARE);
  double stays = m->permanent * chance_normal(&r), year = chance_normal(&r);
  for (uint32_t round = 0; round < m->round_count; round++) {
    bool hit = false;
    double shock = 0;
    for (int y = 0; y < pop->years[round]; y++) {
      bool now = chance_true(&r, m->shock_share);
      double size = 0.5 + (double)chance_small(&r);
      if (now) hit = true, shock = m->shock_size * size;
    }
    if (round) year = pop->kept[round] * year + pop->fresh[round] * chance_normal(&r);
    h->shock[round] = hit;
    h->welfare[round] = seen(m, h, round) + stays + m->yearly * year - shock + m->shock_share * m->shock_size;
    h->income[round] = pop->lines[round] * chance_exp(pop->spread[round] * ((h->welfare[round] - pop->welfare_mean[round]) / pop->welfare_sd[round] - v->probit[round]));
  }
}

void welfare_measure(struct population *pop) {
  struct household h;
  double n[SYNTH_ROUNDS_MAX] = {0}, sum[SYNTH_ROUNDS_MAX] = {0}, squares[SYNTH_ROUNDS_MAX] = {0};
  for (uint32_t r = 0; r < SYNTH_ROUNDS_MAX; r++) pop->welfare_sd[r] = 1;
  for (uint32_t i = 0; i < SAMPLE; i++) {
    const struct village *v = &pop->villages[(uint64_t)i * pop->village_count / SAMPLE];
    household_make(pop, v, i % 50 + 1, &h);
    welfare_make(pop, v, &h);
    for (uint32_t r = 0; r < pop->m->round_count; r++) n[r] += h.size[r], sum[r] += h.size[r] * h.welfare[r], squares[r] += h.size[r] * h.welfare[r] * h.welfare[r];
  }
  for (uint32_t r = 0; r < pop->m->round_count; r++) {
    pop->welfare_mean[r] = sum[r] / n[r];
    pop->welfare_sd[r] = sqrt(fmax(0.01, squares[r] / n[r] - pop->welfare_mean[r] * pop->welfare_mean[r]));
  }
}
