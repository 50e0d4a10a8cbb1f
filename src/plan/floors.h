/* floors.h - no village is left out: the least that each village's households get between them.
 *
 * `plan.village_floor` is a share s: a village should have at least s times the value a person planned for that the plan without floors has on the whole, times its
 * own persons; never more than its households could have at all. So the plan is found twice. The floor is kept where that is possible: each value unit that a
 * village is short counts FLOORS_WEIGHT times (plan/model.h), so help goes there unless it would do as many times more elsewhere. */
#ifndef PLAN_FLOORS_H
#define PLAN_FLOORS_H

#include "plan/people.h"
#include "plan/solve.h"

#define FLOORS_WEIGHT 4u

/* Sets the floors of the model; leaves it as it is when `share` is 0. */
enum status floors_make(struct arena *a, struct plan_model *m, const struct people *p, double share, struct pool *pool, struct err *e) MUST_CHECK;

#endif
