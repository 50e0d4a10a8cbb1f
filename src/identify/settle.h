/* settle.h - from what rules say to who qualifies, a block of households at once: the loops between rules/block.h and the decisions.
 *
 * A rule's lanes become bit r of a byte a household, two bytes a kind of rule and eight rules: that it holds, that it is not known. From
 * these bytes everything else follows without a branch a household. What qualifies means is said once, in decide.h
 * (`decide_qualifies`, `decide_poor`); the tests hold these loops to it, household by household.
 * Cost: about 3 ns a household for forty rules. Memory: 0.3 MB a thread, of which forty rules touch 30 KB. */
#ifndef IDENTIFY_SETTLE_H
#define IDENTIFY_SETTLE_H

#include "identify/decisions.h"
#include "identify/sample.h"
#include "rules/block.h"

#define SETTLE_KINDS 4   /* in the order of enum reason_kind */
#define SETTLE_TABLE 12u /* indicators whose scores are looked up */

struct settle { /* begins zeroed: lanes that no rule fills stay so */
  uint8_t yes[SETTLE_KINDS][DECISION_RULES / 8][BLOCK_ROWS], dunno[SETTLE_KINDS][DECISION_RULES / 8][BLOCK_ROWS];
  uint8_t poor[BLOCK_ROWS], qualifies[BLOCK_ROWS]; /* enum truth */
  uint64_t held[BLOCK_ROWS], maybe[BLOCK_ROWS];    /* indicators that are true; true or unknown: beyond SETTLE_TABLE indicators only */
};

/* What scores by mask need; tables NULL beyond SETTLE_TABLE indicators. */
struct settle_scores { const struct decisions *decisions; double cutoff; uint8_t *reached; double *score; };
enum status settle_scores_open(struct arena *a, const struct decisions *d, double cutoff, struct settle_scores *out, struct err *e) MUST_CHECK;

/* Rule r of a kind says `states` (rules/block.h); rules of a kind come in order from 0. Returns all states that occur, or-ed. */
uint8_t settle_rule(struct settle *s, enum reason_kind kind, uint32_t r, const uint8_t *states, uint32_t rows);
/* Fills poor, from the indicators' lanes. */
void settle_poor(struct settle *s, const struct settle_scores *scores, uint32_t indicators, uint32_t rows);
/* Fills qualifies. Without inclusions the poor are included. */
void settle_qualifies(struct settle *s, uint32_t inclusions, uint32_t exclusions, uint32_t rows);
/* Households, persons and the poor of some rows. few: persons a household, SAMPLE_MANY = not known. */
struct settle_sums { uint64_t persons, poor_households, poor_persons; };
void settle_count(const uint8_t *poor, const uint8_t *few, uint32_t rows, struct settle_sums *out);
/* Which rows have one of the bits in `what` set, and are `mine` (1, else 0): their numbers in order. Returns how many. */
uint32_t settle_rows(uint16_t *out, const uint8_t *what, uint8_t bits, const uint8_t *mine, uint32_t rows);
/* The score of row i, from its lanes. */
double settle_score(const struct settle *s, const struct settle_scores *scores, uint32_t i);
/* Rows from..from+rows of a mask, which are zero, from the lanes of a kind; mine NULL = all, else only rows where it is not 0. */
void settle_store(struct mask *to, uint64_t from, uint8_t lanes[][BLOCK_ROWS], const uint8_t *mine, uint32_t rows);

#endif
