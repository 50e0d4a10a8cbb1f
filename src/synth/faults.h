/* faults.h - known faults, planted into the files and written down beside them, so that checks can be measured.
 *
 * A plan gives each kind a share of the households it can befall (in the round, for those that belong to one); idle funds befall the rows of the
 * ledger (funds.h). A household has at most one fault a round; draws are its own, so a plan changes no other household. */
#ifndef SYNTH_FAULTS_H
#define SYNTH_FAULTS_H

#include "synth/block.h"

/* id, name for --faults, lasting (the same draw in every round), what it is */
#define FAULTS(X)                                                                                            \
  X(FAULT_DUPLICATE, "duplicate", true, "registered a second time under another number, with typing errors") \
  X(FAULT_SPLIT, "split", true, "registered as two households")                                              \
  X(FAULT_QUANTITY, "quantity", false, "a quantity entered five times too large")                            \
  X(FAULT_EDITED, "edited", false, "an exit whose income was edited to just above the line")                 \
  X(FAULT_COPIED, "copied", false, "dwelling, crops and income copied from the household before it")         \
  X(FAULT_PAYROLL, "payroll", true, "a member is on the public payroll")                                     \
  X(FAULT_CAR, "car", true, "owns a car")                                                                    \
  X(FAULT_ONE_OFF, "one-off", false, "an exit that only a one-off transfer lifts above the line")            \
  X(FAULT_BELOW, "below", false, "an exit with an income below the line")               \
  X(FAULT_IDLE, "idle", false, "money of a fund lies idle")

enum fault {
#define X(id, name, lasting, words) id,
  FAULTS(X)
#undef X
  FAULT_COUNT,
  FAULT_NONE = FAULT_COUNT
};

struct fault_plan { double share[FAULT_COUNT]; };

const char *fault_name(enum fault f);
const char *fault_words(enum fault f);
/* Reads KIND=SHARE into the plan. ERR_USAGE names what is unknown. */
enum status fault_read(struct fault_plan *plan, const char *text, struct err *e) MUST_CHECK;
/* The fault of household `at` of the block in a round. */
enum fault fault_of(const struct fault_plan *plan, const struct block *b, uint32_t at, uint32_t round);
bool household_exits(const struct household *h, uint32_t round); /* on the register in the round before, not in this one */

#endif
