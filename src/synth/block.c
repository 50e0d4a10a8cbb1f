#include "synth/block.h"

#include <stdlib.h>


enum status block_make(const struct population *pop, struct block_id id, struct block *b, struct err *e) {
  const struct village *v = &pop->villages[id.village];
  b->pop = pop, b->village = v, b->copy = id.copy, b->count = 0;
  for (uint32_t r = 0; r < SYNTH_ROUNDS_MAX; r++) b->persons[r] = b->listed[r] = 0;
  while (b->persons[0] < v->persons && b->count + 1 < SYNTH_BLOCK_NUMBERS) {
    if (b->count == b->cap) {
      uint32_t cap = b->cap ? b->cap * 2 : 256;
      struct household *more = realloc(b->households, cap * sizeof *more);
      if (more) b->households = more;
      struct ranked *ranked = more ? realloc(b->ranked, 2 * cap * sizeof *ranked) : NULL;
      if (!ranked) return err_set(e, ERR_MEMORY, NULL, "out of memory for a village");
      b->ranked = ranked, b->cap = cap;
    }
    struct household *h = &b->households[b->count];
    household_make(pop, v, id.copy * SYNTH_BLOCK_NUMBERS + b->count + 1, h);
    /* The last one only when it brings the sum nearer to what is wanted. */
    if (b->count && b->persons[0] + h->size[0] - v->persons > v->persons - b->persons[0]) break;
    welfare_make(pop, v, h);
    b->count++;
    for (uint32_t r = 0; r < pop->m->round_count; r++) b->persons[r] += h->size[r];
  }
  for (uint32_t r = 0; r < pop->m->round_count; r++) b->now[r] = village_now(pop, v, r);
  for (uint32_t i = 0; i < pop->m->crop_count; i++) b->crop_share[i] = village_crop_share(pop, v, &b->now[0], i);
  record_make(b);
  return OK;
}

void block_free(struct block *b) {
  free(b->households);
  free(b->ranked);
  *b = (struct block){0};
}
