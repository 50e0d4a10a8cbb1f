/* planned_verbs.h - what `lucid plan WORD ...` does: a row a word. */
#ifndef CLI_PLANNED_VERBS_H
#define CLI_PLANNED_VERBS_H

#include "cli/cli.h"

#define PLAN_VERBS(X) X(explain) X(compare) X(frontier) X(options) X(lines) X(accept) X(refuse) X(withdraw) X(market) X(verify)

#define X(name) enum status plan_##name(struct cli *c, struct err *e) MUST_CHECK;
PLAN_VERBS(X)
#undef X

#endif
