/* village.h - what a village has in a round: roads, water, services, land, distance, and what grows there.
 *
 * Each thing has a draw of its own that stays through the rounds, while the share of villages that have it grows with the years: so
 * villages lack different things, and nothing that was built goes away. Remoteness (the distance to the road, which also makes a village
 * poorer) bears on most of them. Distances within a township hang together. Households lean on it: their land, water and road are drawn
 * around those of their village, so a village's fields and its households tell the same. */
#ifndef SYNTH_VILLAGE_H
#define SYNTH_VILLAGE_H

#include "synth/population.h"

struct village_now {
  bool poor, road_hard, bus, power, broadband, clinic, doctor, processing, buyer, scenic;
  int exit_year;                  /* of a poor village that is out; 0 else */
  int natural, altitude, cooperatives, leaders;
  double km_county, km_township, km_school;
  double tap;                     /* share of households */
  double land;                    /* farmland a head, as a multiple of the model's */
  int64_t collective;             /* yuan a year */
};

struct village_now village_now(const struct population *pop, const struct village *v, uint32_t round);
/* Whether crop `i` of the model suits the village; and the share of its households that have it. */
bool village_suits(const struct population *pop, const struct village_now *now, uint32_t crop);
double village_crop_share(const struct population *pop, const struct village *v, const struct village_now *now, uint32_t crop);

#endif
