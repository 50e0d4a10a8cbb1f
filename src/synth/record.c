#include <math.h>
#include <stdlib.h>

#include "base/elementary.h"
#include "synth/block.h"
#include "synth/chance.h"

static int by_score(const void *x, const void *y) {
  const struct ranked *a = x, *b = y;
  return a->score != b->score ? (a->score < b->score ? -1 : 1) : a->at < b->at ? -1 : a->at > b->at;
}

static void see(struct block *b) {
  const struct model *m = b->pop->m;
  for (uint32_t i = 0; i < b->count; i++) {
    struct household *h = &b->households[i];
    struct rng r = chance_of(b->village->place, h->number, ABOUT_RECORD);
    double lasting = chance_normal(&r); /* half of what is seen wrongly is seen wrongly again */
    for (uint32_t round = 0; round < m->round_count; round++)
      h->score[round] = h->welfare[round] + m->record_noise * (sqrt(0.5) * lasting + sqrt(0.5) * chance_normal(&r));
  }
}

static double to_cent(double v) { return floor(v * 100 + 0.5) / 100; }

void record_make(struct block *b) {
  const struct model *m = b->pop->m;
  struct ranked *list = b->ranked;
  see(b);
  for (uint32_t round = 0; round < m->round_count; round++) {
    struct rng r = chance_of(b->village->place, (uint64_t)b->copy << 8 | round, ABOUT_VILLAGE);
    int64_t places = (int64_t)floor(b->village->poor[round] * (double)b->persons[round] + rng_unit(&r));
    uint32_t n = 0, cut;
    double weight = 0, sum = 0, squares = 0;
    for (uint32_t i = 0; i < b->count; i++) {
      struct household *h = &b->households[i];
      if (!h->size[round]) continue;
      bool before = round && h->listed[round - 1];
      list[n++] = (struct ranked){h->score[round] + (round ? (before ? -m->inertia : m->inertia) : 0), i};
      double s = list[n - 1].score;
      weight += h->size[round], sum += h->size[round] * s, squares += h->size[round] * s * s;
    }
    double mean = weight > 0 ? sum / weight : 0, wide = b->pop->welfare_sd[round] * b->pop->welfare_sd[round] + m->record_noise * m->record_noise;
    double sd = sqrt(n >= 30 ? fmax(0.1, squares / weight - mean * mean) : wide);
    qsort(list, n, sizeof *list, by_score);
    for (cut = 0; cut < n && b->households[list[cut].at].size[round] <= places; cut++) places -= b->households[list[cut].at].size[round];
    double last = cut ? list[cut - 1].score : n ? list[0].score - 0.05 : 0, edge = cut < n ? (last + list[cut].score) / 2 : last + 0.01;
    for (uint32_t i = 0; i < n; i++) {
      struct household *h = &b->households[list[i].at];
      bool in = i < cut, late = !in && h->size[round] <= places;
      double above = b->pop->spread[round] * (list[i].score - edge) / sd;
      /* The last places go to who fits them; such a household stands just below the line. */
      if (late) places -= h->size[round], in = true, above = -0.02 * rng_unit(&r);
      if (!in) above *= m->rounds[round].above;
      h->listed[round] = in;
      h->recorded[round] = to_cent(b->pop->lines[round] * chance_exp(above));
      if (in && h->recorded[round] > b->pop->lines[round] - 0.05) h->recorded[round] = to_cent(b->pop->lines[round] - 0.05);
      if (!in && h->recorded[round] < b->pop->lines[round]) h->recorded[round] = to_cent(b->pop->lines[round]);
      if (in && h->first_listed < 0) h->first_listed = (int8_t)round;
      if (in) b->listed[round] += h->size[round];
    }
  }
}
