/* summary.h - summary.json: what an identification found, with stable keys (docs/format/summary.md), and the one screen of it. */
#ifndef IDENTIFY_SUMMARY_H
#define IDENTIFY_SUMMARY_H

#include "base/text.h"
#include "identify/result.h"

#define SUMMARY_FORMAT 1

/* Everything of the result as JSON. Only `seconds` differs between two runs on the same data. */
enum status summary_json(const struct identify_result *r, struct text *out, struct err *e) MUST_CHECK;
/* A few lines for the registry's row of the run: hashes, outcomes, headcount. At most `max` bytes. */
enum status summary_short(const struct identify_result *r, struct text *out, struct err *e) MUST_CHECK;
/* The screen: households, persons, headcount with error, gap, outcomes, seconds, where the report lies (NULL = none). */
enum status summary_screen(const struct identify_result *r, enum language lang, double seconds, const char *report, struct text *out, struct err *e) MUST_CHECK;

#endif
