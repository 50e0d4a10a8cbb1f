/* plans.h - plans in the registry: a run of kind "plan", its lines as rows, and what was said to them.
 *
 * Lines never change; a new plan is a new run beside the old ones. A line is answered by an event: an office accepts (all, or those of an area or
 * measure), a household refuses (its next plans do not offer that measure again), and either can be withdrawn. The last answer counts. */
#ifndef REGISTRY_PLANS_H
#define REGISTRY_PLANS_H

#include "registry/registry.h"

#define PLAN_ANSWER_TABLE(X) X(PLAN_OPEN, "") X(PLAN_ACCEPT, "accept") X(PLAN_REFUSE, "refuse") X(PLAN_WITHDRAW, "withdraw")
enum plan_answer {
#define X(id, word) id,
  PLAN_ANSWER_TABLE(X)
#undef X
      PLAN_ANSWER_COUNT
};
const char *plan_answer_word(enum plan_answer a);

struct plan_row { int64_t home, household; const char *village, *number, *measure; int64_t quantity, cost, later, price; enum plan_answer answer; };

/* Records the plan: file, run, rows, in one transaction. */
enum status registry_plan_put(struct registry *r, struct run_record *run, const void *file, size_t len, const struct plan_row *rows, uint32_t count, struct err *e) MUST_CHECK;
/* The lines of a plan with the last answer to each. ERR_NOT_FOUND. */
enum status registry_plan_rows(struct registry *r, struct arena *a, int64_t run, struct plan_row **rows, uint32_t *count, struct err *e) MUST_CHECK;
/* One answer to the lines at `positions`. ERR_CONFLICT when a line has that answer already (all or nothing). */
enum status registry_plan_answer(struct registry *r, int64_t run, const uint32_t *positions, uint32_t count, enum plan_answer answer, const char *reason, int64_t *event, struct err *e) MUST_CHECK;
/* Households' refusals that stand, over all plans: home, household and measure are set. */
enum status registry_plan_refused(struct registry *r, struct arena *a, struct plan_row **rows, uint32_t *count, struct err *e) MUST_CHECK;

#endif
