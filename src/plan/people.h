/* people.h - whom a year's plan is for, and everything about them that it needs, read from a snapshot once.
 *
 * A household is planned for when the programme's rule `plan.who` is true of it; without such a rule, when the round's decision selects it or
 * finds that it qualifies and has no place. Households whose answer is unknown are counted, never dropped in silence: they are
 * planned for as soon as the missing field is there. Whoever has no known welfare, size or line can't be valued, and is counted too.
 *
 * Households lie by village (segments in order, villages in the segment's order, those without a village last), so that all that concerns
 * a village is one range. Rules run in blocks of columns; memory is about 100 bytes a household that is planned for.
 *
 * What is read of the others: what they grow of each product, because they sell in the same market. */
#ifndef PLAN_PEOPLE_H
#define PLAN_PEOPLE_H

#include "identify/identify.h"

#define PEOPLE_NO_ROW UINT32_MAX

struct plan_village {
  uint32_t segment, row;      /* of the segment's village table, or PEOPLE_NO_ROW */
  uint32_t area;              /* index in programme.areas, or SAMPLE_NO_AREA */
  uint32_t first, count;      /* its households in struct people */
  double persons;             /* planned for */
  uint32_t bound, bound_unknown;     /* constraints: bit c = it binds; not known whether */
  uint64_t refused, pinned;          /* by hand (plan/scenario.h) */
  uint64_t offered, offered_unknown; /* village measures: bit m = eligible; not known whether */
  uint32_t *quantity;         /* one a measure: units of a village measure; 0 = none */
  uint32_t suitable, suitable_unknown; /* bit k: product k may be grown there */
  double *allowed;            /* a product: mu that conservation allows; NAN = not limited, 0 where it is not known */
};

struct people { /* arrays with one entry a household that is planned for */
  const struct programme *programme;
  const struct planning *planning; /* the programme's, or a scenario's in its place */
  const struct segment *const *segments; uint32_t segment_count;
  uint32_t count;
  uint32_t *segment, *row, *village;
  double *persons, *welfare, *line;
  uint64_t *deprived;         /* indicators that hold */
  uint64_t *offered, *offered_unknown, *reached; /* bit m = measure m: eligible, and it answers a cause of the household; not known whether; reached by the village measure m */
  uint64_t *no_cause;         /* bit m: not offered because it answers none of the household's causes */
  uint64_t *last;             /* bit m: what the last plan gave it; NULL = there was none. `plan.change_penalty` favours it */
  uint64_t *refused, *pinned; /* by hand (plan/scenario.h): bit m; NULL = nobody did */
  uint16_t **quantity;        /* one array a household measure with a rule, NULL for others: units it would take at most */
  double *labour, *land;      /* NULL = not limited. Months, mu */
  double **owed;              /* one array a guarantee: currency units owed, 0 = none */
  float **grown;              /* one array a product: mu that it grows already; NULL = not known */
  struct plan_village *villages; uint32_t village_count; /* only those with somebody who is planned for, or with a measure of their own */
  /* counted over all households */
  uint64_t households, undecided, without_welfare, planned_persons;
  uint64_t *owed_unknown;     /* a guarantee: households of which it is not known whether it is owed */
  double *grown_all;          /* a product: mu grown by all households, also those not planned for */
  uint64_t *growers_all;      /* a product: households that grow it */
  uint64_t *households_of; double *land_of;   /* an area of the home level: households; mu that can be planted */
  uint64_t **growers_of; double **grown_of;   /* [product][area of the home level] */
};

/* `areas`: plan for households under these only (none = everywhere). `decided`: the round's decisions, needed when the programme has no `plan.who`. The programme's line constants are set class by class, as
 * identify_run does. ERR_INPUT when a rule gives a negative amount or quantity (with the household). */
enum status people_read(struct arena *a, struct programme *p, const struct planning *plan, const uint32_t *areas, uint32_t area_count, const struct segment *const *segments, uint32_t segment_count, const struct identified *decided, struct people *out, struct err *e) MUST_CHECK;
/* "Household NUMBER" for messages; lives in the arena. */
const char *people_number(struct arena *a, const struct people *p, uint32_t household);

#endif
