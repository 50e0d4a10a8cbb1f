/* block.h - a village with all its households, their true welfare and, apart from it, what the register says.
 *
 * True welfare (welfare.c) follows from who lives in a household, from what stays with it, from years that differ and from shocks. The record
 * (record.c) sees it through noise, and keeps who is on it rather than not. In each round it takes households from the lowest score seen
 * until the village's persons are used up: a share of the persons who are there, rounded by a draw of the village, so that the whole
 * meets the published figure by construction, whatever the noise. The income written down is a distance from the last one taken:
 * the register is consistent with itself, as registers are, and wrong by its noise.
 *
 * Memory: one village, about 2 KB a household. */
#ifndef SYNTH_BLOCK_H
#define SYNTH_BLOCK_H

#include "synth/household.h"
#include "synth/village.h"

struct block {
  const struct population *pop;
  const struct village *village;
  uint32_t copy;
  struct household *households;
  uint32_t count, cap;
  struct ranked { double score; uint32_t at, from; uint16_t bin; bool in; } *ranked; /* room for the record's order */
  int64_t persons[SYNTH_ROUNDS_MAX], listed[SYNTH_ROUNDS_MAX];
  struct village_now now[SYNTH_ROUNDS_MAX];
  double crop_share[SYNTH_CROPS_MAX]; /* of the village's households */
};

/* Makes block `id`; `b` is zeroed before the first call and may be used again. Free with block_free. */
enum status block_make(const struct population *pop, struct block_id id, struct block *b, struct err *e) MUST_CHECK;
void block_free(struct block *b);

/* The steps: true welfare of one household; the record of a whole block. */
void welfare_make(const struct population *pop, const struct village *v, struct household *h);
void welfare_measure(struct population *pop); /* mean and standard deviation by round, of a sample */
void record_make(struct block *b);

#endif
