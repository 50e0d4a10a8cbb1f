/* funds.h - what each county had of each fund in a round, and what became of it: the ledger OUT/funds.csv.
 *
 * An amount follows from the persons on the county's register and the fund's `per_person` in synth.yaml. Most of it is allotted and most of
 * that spent by the end of the year. The fault `idle` leaves money lying: not allotted, or allotted and not spent. Draws are the row's own. */
#ifndef SYNTH_FUNDS_H
#define SYNTH_FUNDS_H

#include "synth/faults.h"

struct fund_row { /* in whole yuan */
  int64_t amount, allotted, spent;
  int32_t arrived; /* the day the money reached the county */
  bool idle;       /* planted */
};

/* The fund of the model's list in the area `home` with `listed` persons on the register of the round. */
struct fund_row funds_row(const struct population *pop, const struct fault_plan *plan, uint32_t home, uint32_t fund, uint32_t round, int64_t listed);

#endif
