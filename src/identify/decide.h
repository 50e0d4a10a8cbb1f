/* decide.h - runs the programme's rules over every household and says what each of them is, short of places.
 *
 * A household qualifies when one inclusion is true and no exclusion is (with no inclusion given, when it is multidimensionally
 * poor). In three values: a true exclusion, or inclusions all false, is a certain no; an inclusion true and all exclusions false a
 * certain yes; anything else is undecided, with every field that was missing named, cell by cell. An error in a rule counts as unknown and
 * is told apart in `errors`. A household that qualifies but whose rank, area or size (where the quota needs it) is missing is
 * undecided too. After this every household that qualifies is `selected`; quota.c then takes the places away.
 *
 * Households are independent: some blocks of EVAL_BLOCK at a time go to the pool, each writes its own rows, lists are joined in their order. The work of a
 * block is loops over bytes (rules/block.h, settle.h); only who is no certain no is looked at one by one, and only the undecided
 * are run again by the row evaluator, which names what was missing. */
#ifndef IDENTIFY_DECIDE_H
#define IDENTIFY_DECIDE_H

#include "base/pool.h"
#include "base/progress.h"
#include "identify/decisions.h"
#include "identify/poverty_lines.h"

struct decide_error { uint32_t set, household; enum reason_kind kind; uint32_t rule; };

struct decide_home { /* one segment's households and persons by outcome, before places; its multidimensionally poor, and their scores times persons */
  uint64_t households[OUTCOME_COUNT], poor_households;
  double persons[OUTCOME_COUNT], poor_persons, poor_score;
};

struct decide_report { /* what a run learns beside the decisions */
  struct decide_home *homes; /* one a segment */
  bool many;                 /* the brief sample's households do not all fit a byte: read their persons (sample_read_persons) and decide again */
  struct decide_error *errors; uint64_t error_count; /* in order of set, household */
  struct rule_use *uses; uint32_t use_count;
};

/* ERR_INPUT when the programme has nothing that includes anybody; ERR_LIMIT when it has more than DECISION_RULES rules of a kind. */
enum status decide_check(const struct programme *p, struct err *e) MUST_CHECK;
/* Fills a brief sample's `few` on the way. */
enum status decide_all(struct arena *a, struct programme *p, struct sample *s, const struct poverty_lines *lines, struct pool *pool, struct progress *progress,
                       struct decisions *d, struct decide_report *report, struct err *e) MUST_CHECK;
/* Weights scaled to add up to one: what a score is made of. out has indicator_count entries. */
void decide_weights(const struct programme *p, double *out);
/* Poor, not, or not known, from the lowest and the highest score it could have. */
enum truth decide_poor(double cutoff, double score, double score_high);
/* Inclusions and exclusions together, from their bits. */
enum truth decide_qualifies(const struct programme *p, uint64_t include, uint64_t include_unknown, uint64_t exclude, uint64_t exclude_unknown, enum truth poor);

#endif
