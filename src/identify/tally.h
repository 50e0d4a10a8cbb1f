/* tally.h - how often each rule held, and which missing fields left households undecided. */
#ifndef IDENTIFY_TALLY_H
#define IDENTIFY_TALLY_H

#include "identify/decide.h"

enum status tally_reasons(struct arena *a, const struct programme *p, const struct sample *s, const struct decisions *d, const struct decide_report *report,
                          struct identify_result *r, struct err *e) MUST_CHECK;
enum status tally_missing(struct arena *a, const struct programme *p, const struct sample *s, const struct decisions *d, struct identify_result *r, struct err *e) MUST_CHECK;

#endif
