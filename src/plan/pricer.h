/* pricer.h - passes over the whole plan at given prices, on all cores: what everybody would choose, what that uses, the bound.
 *
 * One pass answers more than one question, for looking at an item again costs more than anything done with it: with the open tiers A,
 * what is used of everything; for each tier that is shut, what would be used of it were it open instead, and what that would be worth; and
 * the bound of price.h. So all prices can move after each pass, those of shut tiers too, and a market that is better off at another tier shows it.
 *
 * Hard part: not to do for each village what can be done once. A column's cost is worked out once a village, its part that no layer decides once a
 * pass, and only for columns that the village's households could take; of the bundles of works only those are tried on households that differ in a work
 * that some column there needs, and works that cost nothing are always done.
 *
 * Cost: some 20 ns a household of ten items on one core, twice that where it sells in a market of five tiers. Integer sums: the same for any number
 * of threads. */
#ifndef PLAN_PRICER_H
#define PLAN_PRICER_H

#include "base/arena.h"
#include "base/pool.h"
#include "plan/choice.h"

struct priced {
  wide bound;     /* in 1/2^20 */
  wide held;      /* the bound of plans with just these tiers open */
  wide value;     /* of what was chosen with the open tiers, before costs */
  int64_t *use;   /* one a resource: of what was chosen; of a shut tier: what would be used of it were it open instead */
  int64_t *village; /* one a village where there are floors, else NULL: value of what its households chose */
  wide *worth;    /* one a resource; tiers: what the plan gains at the prices when it opens instead; 0 for an open one */
  wide *shut;     /* one a market: what the plan gains at the prices when no tier of it is open */
};

struct pricer;
/* Room for passes over one model with this pool (NULL: one thread). The model must have been checked. */
enum status pricer_open(struct arena *a, const struct plan_model *m, struct pool *pool, struct pricer **out, struct err *e) MUST_CHECK;
/* Passes from here on look at every s-th household only and count it s times: an estimate, not a bound. 1 = all again. The sample is a copy that lies
 * together, as reading a household here and there takes longer than choosing for it. */
enum status pricer_sample(struct arena *a, struct pricer *p, uint32_t stride, struct err *e) MUST_CHECK;
/* One pass with these tiers open (at most one a market). `asking`: about shut tiers too; else `bound` is `held`, and the rest about tiers is left alone; that is twice as fast. */
void pricer_pass(struct pricer *p, const int64_t *prices, const bool *open, bool asking, struct priced *out);
/* The bundle of works each village would choose, and what it gains over doing none of them (0 where it has none). */
void pricer_bundles(struct pricer *p, const int64_t *prices, const bool *open, uint8_t *bundle, wide *margin);
/* From here on the villages' works are these (NULL: their own choice again). Then `held` is the bound of plans with just these works and tiers. */
void pricer_fix(struct pricer *p, const uint8_t *bundle);
typedef void pricer_see(void *ctx, uint32_t village, size_t chunk, const struct seen *seen, unsigned worker);
/* Shows every village's columns at the prices to `each`, on all cores. A chunk is a run of villages that one worker sees one after the other. */
uint32_t pricer_chunks(const struct pricer *p);
void pricer_each(struct pricer *p, const int64_t *prices, const bool *open, pricer_see *each, void *ctx);
/* The markets as the last call with open tiers left them. */
const struct places *pricer_places(const struct pricer *p);
/* Room for a pass's result. */
enum status priced_make(struct arena *a, const struct plan_model *m, struct priced *out, struct err *e) MUST_CHECK;

#endif
