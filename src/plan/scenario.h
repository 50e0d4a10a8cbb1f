/* scenario.h - "what if": other money, effects, prices, places or aims, and wishes by hand, without touching the programme.
 *
 * A scenario is a small YAML file over a programme (docs/format/scenario.md). It becomes a copy of the programme's planning sections with the values
 * replaced, and a list of wishes: this household must get that, that village must not. A wish that cannot be met within the limits is reported, not
 * forced: a pinned measure is worth more than anything else in the model, but no limit is broken for it. A household may refuse: that is a wish to forbid.
 *
 * An area of a product that somebody wants to force is judged by the market first (plan/market.h); it is planned only when the market allows it. */
#ifndef PLAN_SCENARIO_H
#define PLAN_SCENARIO_H

#include "plan/people.h"
#include "programme/problem.h"

struct wish { const char *household, *village; uint32_t measure; bool pin; int line; bool found; };
struct forced { uint32_t product; double mu; uint32_t over; int line; };

struct scenario {
  const char *file; struct label title;
  struct planning planning;
  struct wish *wishes; uint32_t wish_count;
  const struct forced *forced; uint32_t forced_count;
  const uint32_t *areas; uint32_t area_count; /* plan for these only; none = everywhere */
};

/* ERR_INPUT with every problem of the file in `problems`. */
enum status scenario_read(struct arena *a, const struct programme *p, const char *file, const char *data, size_t len, struct scenario *out, struct problem **problems, struct err *e) MUST_CHECK;
/* Sets what the wishes say in `people` (refused, pinned). ERR_NOT_FOUND names a household or village that the plan is not for. */
enum status scenario_apply(struct arena *a, const struct scenario *s, struct people *people, struct err *e) MUST_CHECK;

#endif
