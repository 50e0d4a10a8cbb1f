/* population.h - which villages there are, how many people live in each, and how many of them the register holds in each round.
 *
 * A *block* is one village once: households are numbered from 1 until its persons are reached. Above scale 1 each village gets further blocks
 * with numbers of their own; below it, whole townships are taken in an order that the seed draws. A block depends on the seed and
 * itself alone: the same households come at any scale and in any split.
 *
 * The share of poor in a village comes from a probit of its effect. One shift a county (first round: the programme's quota by county, where it
 * counts persons) and one a round make the whole meet the published shares; they are found over the villages, before any household is made. */
#ifndef SYNTH_POPULATION_H
#define SYNTH_POPULATION_H

#include "synth/model.h"

#define SYNTH_BLOCK_NUMBERS 100000u /* household numbers a block may use */
#define SYNTH_SCALE_MAX 1000        /* some 500 million households */

struct folk { double upto; uint8_t people; }; /* a people, and the sum of shares with it; the last has upto 0 behind it */

struct village {
  const char *code;
  uint64_t place;        /* what its streams begin with (chance.h) */
  uint32_t area, home;   /* indices in the programme's areas */
  const struct folk *folk; /* of its home */
  uint32_t parent;       /* the area around it: what is taken whole below scale 1 */
  int64_t persons;       /* of one block, in the first round */
  double effect;         /* standard normal: how poor */
  double km;             /* to the county's main road, 0.2 to 40 */
  double poor[SYNTH_ROUNDS_MAX]; /* share of persons that the register holds */
  double probit[SYNTH_ROUNDS_MAX]; /* of that */
};

struct block_id { uint32_t village, copy; };

struct population {
  const struct programme *p;
  const struct model *m;
  uint64_t seed;
  struct village *villages;
  uint32_t village_count;
  double death[128];     /* chance to die in a year, by age */
  double lines[SYNTH_ROUNDS_MAX];  /* the main poverty line of each round's year */
  double welfare_mean[SYNTH_ROUNDS_MAX], welfare_sd[SYNTH_ROUNDS_MAX]; /* of households, measured on a sample spread over the villages */
  int years[SYNTH_ROUNDS_MAX];     /* since the round before; 1 in the first */
  double kept[SYNTH_ROUNDS_MAX], fresh[SYNTH_ROUNDS_MAX]; /* of what changes from year to year, over these years */
  double spread[SYNTH_ROUNDS_MAX]; /* of the logarithm of income inside a village, so that mean and share of poor are both about met */
};

enum status population_open(struct arena *a, const struct programme *p, const struct model *m, uint64_t seed, struct population **out, struct err *e) MUST_CHECK;
/* The blocks of a scale, in the order they are written: by village, then by copy. scale in (0, SYNTH_SCALE_MAX]. */
enum status population_blocks(struct arena *a, const struct population *pop, double scale, struct block_id **out, uint32_t *count, struct err *e) MUST_CHECK;

#endif
