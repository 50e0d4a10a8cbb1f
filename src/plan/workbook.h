/* workbook.h - a plan as the workbook that a finance office works with: a cover, then a sheet a table (plan/tables.h).
 *
 * The cover says what plan this is, from which rules and data, how near the best possible it is and how sure: what a printed sheet alone
 * would not say. Headings stay in sight and can be filtered by; amounts are numbers; money columns end in a sum that the spreadsheet adds up itself, so
 * that an edit shows. Lines stand by county, township and village. The file appears whole or not at all; same plan, same bytes. */
#ifndef PLAN_WORKBOOK_H
#define PLAN_WORKBOOK_H

#include "plan/doubts.h"
#include "plan/tables.h"

struct workbook_cover { const char *round, *rules_hash, *snapshot, *scenario, *currency; };

/* ERR_USAGE when the plan's doubts were not drawn; ERR_LIMIT when it has more lines than a sheet has rows. */
enum status workbook_write(struct arena *a, const struct plan *p, const struct workbook_cover *cover, enum language lang, const char *path, struct err *e) MUST_CHECK;

#endif
