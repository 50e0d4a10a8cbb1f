/* sample.h - what every household brings to figures: welfare, weight, persons, stratum, PSU, area.
 *
 * One row a household, all segments one after the other (`first[i]` is where segment i begins). Estimates count persons: a row's
 * weight is the household's weight times its persons, or, where the weight is a person's, the sum of its members' weights.
 * A weight that is missing takes the household out of every weighted figure, and it is counted; it stays in decisions.
 * A *brief* sample is for deciding only: who lives where and how many, in one byte a household, and nothing that figures need.
 * Strings of strata and PSUs become numbers in order of first appearance, so the bytes never depend on hashing. */
#ifndef IDENTIFY_SAMPLE_H
#define IDENTIFY_SAMPLE_H

#include "base/pool.h"
#include "identify/eval.h"
#include "identify/result.h"

#define SAMPLE_NO_AREA UINT32_MAX

struct sample {
  const struct programme *programme;
  const struct segment *const *segments;
  uint32_t segment_count;
  uint64_t *first;       /* segment_count + 1 */
  uint64_t n;            /* households */
  bool brief;            /* no welfare, weights, strata: those pointers are NULL */
  double *welfare;       /* NAN = not known */
  double *weight;        /* household's own; 0 when missing or nobody lives there */
  double *persons;       /* how many people; 0 when not known. Brief: NULL while all fit `few` */
  uint8_t *persons_known;
  uint8_t *few;          /* brief: persons, or SAMPLE_MANY = not known; filled by decide_all, which runs over the households anyway */
  double *person_weight; /* weight of the household counted in persons: what estimates use */
  uint32_t *stratum, *psu; /* NULL when the programme has none */
  uint32_t *area;        /* index in programme->areas, or SAMPLE_NO_AREA. Brief: NULL unless the area is derived by a rule */
  const struct column **area_column; /* a segment: the column that says the area ... */
  uint32_t **area_of;    /* ... and the areas of its codes; NULL entries where there is none */
  uint64_t without_weight; /* left out of figures: weight or persons not known */
  uint64_t without_persons, without_stratum, without_psu;
  struct rule_use *uses; uint32_t use_count;
};

#define SAMPLE_MANY 255

/* Households are read in blocks, by the pool (NULL = here): the same bytes for any number of threads. */
enum status sample_read(struct arena *a, const struct programme *p, const struct segment *const *segments, uint32_t count, bool brief, struct pool *pool, struct sample *out, struct err *e) MUST_CHECK;
/* A brief sample whose persons do not all fit a byte: reads them again, with room. */
enum status sample_read_persons(struct arena *a, struct sample *s, struct pool *pool, struct err *e) MUST_CHECK;
/* How many people, from the lanes of the rule `persons` (NULL when the programme has none: then the members are counted). SAMPLE_MANY =
 * not known. False when somebody's household does not fit. */
bool sample_fill_few(struct sample *s, uint32_t g, uint64_t from, uint32_t count, const struct block_lanes *persons);
/* Row h of segment g: its area (SAMPLE_NO_AREA), its persons (0 when not known). */
uint32_t sample_area(const struct sample *s, uint32_t g, uint64_t h);
double sample_persons(const struct sample *s, uint32_t g, uint64_t h, bool *known);
/* The area's ancestor at a level of the programme's areas (itself when it is there), or SAMPLE_NO_AREA. */
uint32_t sample_area_at(const struct programme *p, uint32_t area, uint32_t level);
/* Weights of the members of row i (all segments) where the design has a person's weight; NAN when one is missing. */
enum status sample_member_weight(const struct sample *s, struct arena *scratch, uint32_t segment, uint64_t household, uint64_t member, double *out, struct err *e) MUST_CHECK;

#endif
