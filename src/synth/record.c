#include <math.h>
#include <stdlib.h>

#include "base/elementary.h"
#include "synth/block.h"
#include "synth/chance.h"

static void see(struct block *b) {
  const struct model *m = b->pop->m;
  const double half = m->record_noise * sqrt(0.5);
  for (uint32_t i = 0; i < b->count; i++) {
    struct household *h = &b->households[i];
    struct chance r = chance_about(h->chance, ABOUT_RECORD);
    double lasting = chance_normal(&r); /* half of what is seen wrongly is seen wrongly again */
    for (uint32_t round = 0; round < m->round_count; round++) h->score[round] = h->welfare[round] + half * (lasting + chance_normal(&r));
  }
}

static int by_score(const void *x, const void *y) {
  const struct ranked *a = x, *b = y;
  return a->score != b->score ? (a->score < b->score ? -1 : 1) : a->at < b->at ? -1 : a->at > b->at;
}

/* The households from the lowest score until one does not fit the places: marked. Only the few around that score are sorted: a histogram of persons by
 * score says where it lies. */
static void mark_poorest(struct block *b, uint32_t n, uint32_t round, int64_t *places) {
  enum { BINS = 512 };
  uint32_t persons[BINS] = {0}, bin = 0, few = 0;
  struct ranked *list = b->ranked, *edge = b->ranked + n; /* room for twice the households */
  double low = INFINITY, high = -INFINITY;
  for (uint32_t i = 0; i < n; i++) low = fmin(low, list[i].score), high = fmax(high, list[i].score);
  double scale = high > low ? (BINS - 0.01) / (high - low) : 0;
  for (uint32_t i = 0; i < n; i++) persons[list[i].bin = (uint16_t)((list[i].score - low) * scale)] += b->households[list[i].at].size[round];
  while (bin < BINS && persons[bin] <= *places) *places -= persons[bin++];
  for (uint32_t i = 0; i < n; i++) {
    list[i].in = list[i].bin < bin;
    if (list[i].bin == bin) edge[few] = list[i], edge[few++].from = i;
  }
  if (few > 1) qsort(edge, few, sizeof *edge, by_score);
  for (uint32_t i = 0; i < few && b->households[edge[i].at].size[round] <= *places; i++) *places -= b->households[edge[i].at].size[round], list[edge[i].from].in = true;
}

/* The next one, by score, of those not taken that fits the places; n = none. */
static uint32_t next_that_fits(const struct block *b, uint32_t n, uint32_t round, int64_t places) {
  uint32_t best = n;
  for (uint32_t i = 0; i < n; i++)
    if (!b->ranked[i].in && b->households[b->ranked[i].at].size[round] <= places && (best == n || by_score(&b->ranked[i], &b->ranked[best]) < 0)) best = i;
  return best;
}

static double to_cent(double v) { return (double)(int64_t)(v * 100 + 0.5) / 100; }

static void write_down(struct block *b, const struct ranked *x, uint32_t round, double above) {
  const double line = b->pop->lines[round];
  struct household *h = &b->households[x->at];
  h->listed[round] = x->in;
  h->recorded[round] = to_cent(line * chance_exp(x->in ? above : above * b->pop->m->rounds[round].above));
  if (x->in && h->recorded[round] > line - 0.05) h->recorded[round] = to_cent(line - 0.05);
  if (!x->in && h->recorded[round] < line) h->recorded[round] = to_cent(line);
  if (x->in && h->first_listed < 0) h->first_listed = (int8_t)round;
  if (x->in) b->listed[round] += h->size[round];
}

void record_make(struct block *b) {
  const struct model *m = b->pop->m;
  struct ranked *list = b->ranked;
  see(b);
  for (uint32_t round = 0; round < m->round_count; round++) {
    struct chance r = chance_of(b->village->place, (uint64_t)b->copy << 8 | round, ABOUT_VILLAGE);
    int64_t places = (int64_t)(b->village->poor[round] * (double)b->persons[round] + chance_unit(&r));
    uint32_t n = 0;
    double weight = 0, sum = 0, squares = 0, last = -INFINITY, next = INFINITY;
    for (uint32_t i = 0; i < b->count; i++) {
      const struct household *h = &b->households[i];
      if (!h->size[round]) continue;
      double s = h->score[round] + (round ? (h->listed[round - 1] ? -m->inertia : m->inertia) : 0);
      list[n++] = (struct ranked){.score = s, .at = i};
      weight += h->size[round], sum += h->size[round] * s, squares += h->size[round] * s * s;
    }
    if (!n) continue;
    double mean = sum / weight, wide = b->pop->welfare_sd[round] * b->pop->welfare_sd[round] + m->record_noise * m->record_noise;
    double slope = b->pop->spread[round] / sqrt(n >= 30 ? fmax(0.1, squares / weight - mean * mean) : wide);
    mark_poorest(b, n, round, &places);
    for (uint32_t i = 0; i < n; i++)
      if (list[i].in) last = fmax(last, list[i].score);
      else next = fmin(next, list[i].score);
    double edge = last == -INFINITY ? next - 0.025 : next == INFINITY ? last + 0.01 : (last + next) / 2;
    for (uint32_t i = 0; i < n; i++) write_down(b, &list[i], round, slope * (list[i].score - edge));
    /* The last places go to who fits them; such a household stands just below the line. */
    for (uint32_t at; places > 0 && (at = next_that_fits(b, n, round, places)) < n;) {
      list[at].in = true;
      places -= b->households[list[at].at].size[round];
      write_down(b, &list[at], round, -0.02 * chance_unit(&r));
    }
  }
}
