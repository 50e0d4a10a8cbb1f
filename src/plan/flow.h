/* flow.h - who is owed, and which purses may pay: as much as can be paid is paid, and a shortfall is named.
 *
 * A *claim* is an amount owed (what a village's schoolchildren, or a county's insured, have coming), with a rank: claims of rank 0 come before all
 * others, and so on. A *pot* is an amount that may be spent (an earmark in a year and a county); it may be part of another pot (the county's part of
 * the province's earmark, that of a source), and then draws on that one too. Which pots may pay a claim is a list.
 *
 * This is a maximum flow, not a greedy walk: a pot that only one claim can use is kept for it. Rank by rank the most that can be paid is paid, given
 * what earlier ranks got in all. Where claims of one rank compete and there is not enough, all of them get the same share of what they are
 * owed, rounded down; a claim that other pots can serve beyond that gets more (max-min); units left over by rounding go one each to the claims in their
 * order, so that shares are alike but for a unit or two. Where there is enough, pots are drawn on in the order of the claim's list as far as that leaves others theirs.
 *
 * Amounts are whole: so is every payment. Same input, same answer. Cost: Dinic's algorithm, some passes over the lists for each rank and each level of
 * shares: 5,000 claims on 300 pots in four ranks take about a second. */
#ifndef PLAN_FLOW_H
#define PLAN_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define FLOW_NONE UINT32_MAX
#define FLOW_AMOUNT_MAX ((int64_t)1 << 60) /* of all claims together */

struct flow_pot {
  int64_t limit;   /* 0 and up */
  uint32_t parent; /* the pot it is part of, later in the list; or FLOW_NONE */
};

struct flow_claim {
  int64_t owed; /* 0 and up */
  uint32_t rank;
  uint32_t may_from, may_count; /* which pots may pay: a run of `may` */
};

struct flow_model {
  const struct flow_pot *pots; uint32_t pot_count;
  const struct flow_claim *claims; uint32_t claim_count;
  const uint32_t *may; uint32_t may_count; /* pots */
};

/* Claims that are short together, because the same pots run out. */
struct flow_shortfall { int64_t amount; uint32_t claims, pots; };

struct flowed {
  int64_t *paid;       /* one a claim */
  int64_t *from;       /* one an entry of `may` */
  int64_t *used;       /* one a pot, with what its parts used */
  int64_t unpaid;      /* in all */
  struct flow_shortfall *shortfalls; uint32_t shortfall_count;
  uint32_t *claim_in;  /* one a claim: the shortfall it is in, or FLOW_NONE; also claims that are paid but compete for the same pots */
  uint32_t *pot_in;    /* one a pot: the shortfall that it is a cause of, being used up; or FLOW_NONE */
};

/* ERR_INPUT: a negative amount, an index out of range, a pot whose parent does not come later. */
enum status flow_solve(struct arena *a, const struct flow_model *m, struct flowed *out, struct err *e) MUST_CHECK;

#endif
