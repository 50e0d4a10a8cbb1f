/* planted.h - the truth about planted faults and about money, beside what was made: faults.csv, departments.csv and funds.csv.
 *
 * The same files stand beside files and beside snapshots. What other offices know (departments.csv) has identity numbers and no households: finding
 * who is meant is the checks' work. */
#ifndef SYNTH_PLANTED_H
#define SYNTH_PLANTED_H

#include "synth/faults.h"
#include "synth/funds.h"
#include "synth/write.h"

struct planted { /* a fault in a household */
  enum fault fault;
  uint32_t round, village, number, other; /* village: of pop->villages; other: the number of the household it was copied from */
  char identity[20];                      /* who is on another office's list */
};
struct planted planted_in(const struct block *b, uint32_t at, uint32_t round, enum fault f);

struct ledger { /* the three files */
  const struct population *pop;
  const struct fault_plan *plan;
  struct sheet *faults, *departments, *funds;
  int64_t *on_register[SYNTH_ROUNDS_MAX]; /* persons, by area: whoever makes adds them */
  int64_t planted;
};
enum status ledger_open(struct arena *a, const struct population *pop, const struct fault_plan *plan, const char *folder, struct ledger *out, struct err *e) MUST_CHECK;
enum status ledger_put(struct ledger *l, const struct planted *x, struct err *e) MUST_CHECK;
/* Every fund, in each round and county with somebody on the register; then the files are whole. */
enum status ledger_close(struct ledger *l, struct err *e) MUST_CHECK;
void ledger_drop(struct ledger *l);

#endif
