/* planned.h - what the verbs about plans share: a closed round decided, its people read, a plan made. */
#ifndef CLI_PLANNED_H
#define CLI_PLANNED_H

#include "cli/deciding.h"
#include "plan/doubts.h"
#include "plan/plan.h"
#include "plan/scenario.h"
#include "plan/tables.h"

struct planned {
  struct deciding deciding;
  struct identified decided;
  struct people people;
  struct plan plan;
  struct doubts doubts;
  struct scenario scenario; /* --scenario; file NULL = none */
  bool stale;               /* the rules have changed since the round was identified */
};

/* Opens the registry, decides the round as it was recorded, reads whom the plan is for. Close in any case. ERR_INPUT when the programme has no section `plan`. */
enum status planned_open(struct cli *c, const char *path, bool read_only, struct planned *p, struct err *e) MUST_CHECK;
/* A scenario file over the programme. */
enum status planned_scenario(struct cli *c, const struct programme *p, const char *file, struct scenario *out, struct err *e) MUST_CHECK;
/* People for a scenario (NULL = the programme as it is), with its wishes. ERR_CONFLICT, with the numbers, when it forces an area that the market refuses. */
enum status planned_people(struct cli *c, struct planned *p, struct scenario *s, struct people *out, struct err *e) MUST_CHECK;
/* What became of the wishes, and what they cost against the plan without them. */
enum status planned_wishes(struct cli *c, const struct planned *p, struct err *e) MUST_CHECK;
/* Why an area would be allowed or refused, in words (cmd_plan_market.c). */
void planned_verdict(const struct cli *c, const struct product *k, double mu, const struct market_verdict *v);
/* The plan's first year: --year, else the round's. */
enum status planned_year(struct cli *c, const struct planned *p, int32_t *year, struct err *e) MUST_CHECK;
/* Makes the plan of the year (--year, else the round's). */
enum status planned_make(struct cli *c, struct planned *p, struct err *e) MUST_CHECK;
/* Draws what is not certain (--draws, 500; 0 leaves it out). */
enum status planned_doubt(struct cli *c, struct planned *p, struct err *e) MUST_CHECK;
void planned_close(struct planned *p);
/* Into the registry: a run with its file and its lines. ERR_USAGE when its doubts were not drawn. */
enum status planned_record(struct cli *c, const struct planned *p, struct err *e) MUST_CHECK;
/* What households refused in earlier plans. */
enum status planned_refusals(struct cli *c, const struct planned *p, struct people *q, struct err *e) MUST_CHECK;
/* What the plan of an earlier round gave, where the programme wants that kept. */
enum status planned_last(struct cli *c, const struct planned *p, struct people *q, struct err *e) MUST_CHECK;
/* The plan's own file (plan/proof.h). */
enum status planned_proof(struct cli *c, const struct planned *p, void **data, size_t *len, char hash[65], struct err *e) MUST_CHECK;
/* The plan with its model, programme, snapshot, tables and doubts in a new folder. ERR_USAGE when its doubts were not drawn. */
enum status planned_bundle(struct cli *c, const struct planned *p, const char *folder, struct err *e) MUST_CHECK;
/* A table as CSV; texts that a spreadsheet would take for a formula are tamed. */
enum status planned_csv(struct cli *c, const struct plan *p, enum plan_table_id id, struct text *out, struct err *e) MUST_CHECK;
/* One table in the format asked for. */
enum status planned_print(struct cli *c, const struct plan *p, enum plan_table_id id, struct err *e) MUST_CHECK;

#endif
