/* small.h - the same problem in small: every k-th household of the people, and everything that runs out divided by k.
 *
 * Prices of a few thousand households are those of all to within a per cent, so questions that need many plans (a frontier of policy options,
 * years ahead) are asked of a small problem. Not more than `most` households are kept; with k = 1 it is the problem itself.
 * Divided: funds, capacities, what markets take, who grows already, land that may be planted, what works cost. Households lie by village as before. */
#ifndef PLAN_SMALL_H
#define PLAN_SMALL_H

#include "plan/people.h"

struct small {
  struct people people;        /* its planning points to `planning` */
  struct planning planning;
  struct fund *funds; struct measure *measures; struct product *products; /* the arrays behind `planning`: they may be changed */
  uint32_t every;              /* k */
};

enum status small_make(struct arena *a, const struct people *p, uint32_t most, struct small *out, struct err *e) MUST_CHECK;

#endif
