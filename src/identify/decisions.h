/* decisions.h - what was decided about every household of a snapshot, as columns aligned with it, and as a file.
 *
 * One `struct decision_set` a segment, one row a household, in the snapshot's order. A rule's answers over a segment are
 * bit r of a 64-bit word a household: so a programme may have at most 64 inclusions, 64 exclusions, 64 causes and 64
 * indicators (`DECISION_RULES`, checked). Where a rule is unknown its bit stands in `..._unknown`, never in the true one.
 *
 * The file (docs/format/decisions.md) is canonical: the same decisions are the same bytes, whatever the machine, the
 * compiler or the number of threads; its SHA-256 stands in the run's row. Reading checks every length and bound. */
#ifndef IDENTIFY_DECISIONS_H
#define IDENTIFY_DECISIONS_H

#include "column/segment.h"
#include "identify/result.h"

#define DECISION_RULES 64

enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN };

/* Flags of one decision. In files: never renumbered. */
enum {
  DECISION_TIED = 1,        /* stood at the value where the places ran out */
  DECISION_DRAWN = 2,       /* and the published draw decided */
  DECISION_PROVISIONAL = 4, /* selected, but an undecided household could take this place */
  DECISION_COULD = 8,       /* undecided, and could take a place */
  DECISION_ERROR = 16,      /* a rule that counted could not be computed (a division by zero, say) */
  DECISION_NO_AREA = 32,    /* the area that says which quota applies is missing */
  DECISION_NO_LINE = 64     /* undecided, and a poverty line has no amount for its area and year */
};

struct decision_missing { /* one missing cell that left a household undecided */
  uint32_t household;       /* row in the segment */
  uint32_t level, field;    /* field: index in the level's fields of the programme */
  uint32_t row;             /* of that level's table */
  uint8_t why;              /* enum absence */
};

struct decision_set {
  int64_t home;
  uint64_t rows;
  uint8_t *outcome;         /* enum outcome */
  uint8_t *flags;
  uint8_t *poor;            /* enum truth: multidimensionally poor; TRUTH_UNKNOWN when bounds straddle the cutoff */
  uint64_t *include, *include_unknown;   /* bit r = programme->identify.include[r] */
  uint64_t *exclude, *exclude_unknown;
  uint64_t *cause, *cause_unknown;
  uint64_t *deprived, *deprived_unknown; /* bit r = programme->indicators[r] */
  double *score, *score_high; /* sum of the weights of indicators that hold; and with the unknown ones */
  double *rank;             /* value that orders; 0 where unknown or not asked */
  uint8_t *rank_state;      /* enum truth: TRUE = known, UNKNOWN, FALSE = not ranked (does not qualify, or no ranking) */
  uint32_t *place;          /* position in its quota area from 1; 0 = not placed */
  uint64_t missing_count;
  struct decision_missing *missing; /* by household, then level, field, row */
};

struct decisions {
  char rules_hash[65], snapshot[65];
  const char *seed;
  uint32_t set_count;
  struct decision_set *sets; /* one a segment, in the snapshot's order */
};

enum status decisions_new(struct arena *a, const struct segment *const *segments, uint32_t count, struct decisions **out, struct err *e) MUST_CHECK;
/* The file's bytes in the arena, and their hash. */
enum status decisions_write(struct arena *a, const struct decisions *d, void **data, size_t *len, char hash[65], struct err *e) MUST_CHECK;
/* ERR_CORRUPT naming what does not hold. The result points into `data` where it can; both must outlive it. */
enum status decisions_read(struct arena *a, const void *data, size_t len, struct decisions **out, struct err *e) MUST_CHECK;
/* The missing cells of one household: first and how many. */
const struct decision_missing *decisions_missing(const struct decision_set *s, uint64_t household, uint64_t *count);

#endif
