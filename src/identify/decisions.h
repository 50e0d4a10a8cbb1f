/* decisions.h - what was decided about every household of a snapshot, as columns aligned with it, and as a file.
 *
 * One `struct decision_set` a segment, one row a household, in the snapshot's order. A rule's answers over a segment are bit r of a
 * mask a household: so a programme may have at most 64 inclusions, 64 exclusions, 64 causes and 64 indicators
 * (`DECISION_RULES`, checked). Where a rule is unknown its bit stands in `..._unknown`, never in the true one.
 *
 * A nation has to fit beside its columns, so nothing is kept twice or wider than it must be: a mask takes the bytes that the number of rules
 * asks for, a score is made from its mask, and only households that have something to rank by (`candidates`: all but the
 * certain no) have a value and a position. About 15 bytes a household for forty rules, and 16 a candidate.
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
  DECISION_NO_LINE = 64,    /* undecided, and a poverty line has no amount for its area and year */
  DECISION_UNRANKED = 128   /* a candidate whose value to rank by is not known */
};

/* Bits a household, in as few bytes as the rules need: width 0 (no rule), 1, 2, 4 or 8. */
struct mask { uint8_t width; void *data; };
static inline uint64_t mask_at(const struct mask *m, uint64_t row) {
  switch (m->width) {
  case 1: return ((const uint8_t *)m->data)[row];
  case 2: return ((const uint16_t *)m->data)[row];
  case 4: return ((const uint32_t *)m->data)[row];
  case 8: return ((const uint64_t *)m->data)[row];
  default: return 0;
  }
}
uint8_t mask_width(uint32_t rules); /* the bytes that so many rules take */

struct decision_candidate { /* a household that is no certain no, where there is a ranking or a quota */
  uint32_t household;
  uint32_t place;           /* position in its quota area from 1; 0 = not placed */
  double rank;              /* value that orders; 0 where not known or not asked */
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
  struct mask include, include_unknown;   /* bit r = programme->identify.include[r] */
  struct mask exclude, exclude_unknown;
  struct mask cause, cause_unknown;
  struct mask deprived, deprived_unknown; /* bit r = programme->indicators[r] */
  uint64_t candidate_count;
  struct decision_candidate *candidates;  /* by household */
  uint64_t missing_count;
  struct decision_missing *missing; /* by household, then level, field, row */
};

struct decisions {
  char rules_hash[65], snapshot[65];
  const char *seed;
  bool ranked;               /* the programme ranks: a candidate's value means something */
  uint32_t weight_count;     /* indicators */
  double *weights;           /* what a score adds up, in their order */
  uint32_t set_count;
  struct decision_set *sets; /* one a segment, in the snapshot's order */
};

enum status decisions_new(struct arena *a, const struct programme *p, const struct segment *const *segments, uint32_t count, struct decisions **out, struct err *e) MUST_CHECK;
/* The score of the indicators whose bits are set: their weights added in order. */
double decisions_score(const struct decisions *d, uint64_t bits);
static inline double decision_score(const struct decisions *d, const struct decision_set *s, uint64_t h) { return decisions_score(d, mask_at(&s->deprived, h)); }
static inline double decision_score_high(const struct decisions *d, const struct decision_set *s, uint64_t h) {
  return decisions_score(d, mask_at(&s->deprived, h) | mask_at(&s->deprived_unknown, h));
}
/* NULL for a household that is no candidate. */
struct decision_candidate *decisions_candidate(const struct decision_set *s, uint64_t household);
/* Whether the household has a value to rank by, and which. */
bool decisions_rank(const struct decisions *d, const struct decision_set *s, uint64_t household, double *out);
uint32_t decisions_place(const struct decision_set *s, uint64_t household);
/* The file's bytes in the arena, and their hash. */
enum status decisions_write(struct arena *a, const struct decisions *d, void **data, size_t *len, char hash[65], struct err *e) MUST_CHECK;
/* The same hash, without the bytes. */
enum status decisions_hash(const struct decisions *d, char hash[65], struct err *e) MUST_CHECK;
/* ERR_CORRUPT naming what does not hold. The result points into `data` where it can; both must outlive it. */
enum status decisions_read(struct arena *a, const void *data, size_t len, struct decisions **out, struct err *e) MUST_CHECK;
/* The missing cells of one household: first and how many. */
const struct decision_missing *decisions_missing(const struct decision_set *s, uint64_t household, uint64_t *count);

#endif
