/* report_sections.h - the sections of a report, each with the question whether it has anything to say. report.c lists them in reading order. */
#ifndef IDENTIFY_REPORT_SECTIONS_H
#define IDENTIFY_REPORT_SECTIONS_H

#include "identify/report_page.h"

bool report_has_all(const struct identify_result *r);
bool report_has_figures(const struct identify_result *r);
bool report_has_areas(const struct identify_result *r);
bool report_has_groups(const struct identify_result *r);
bool report_has_spread(const struct identify_result *r);
bool report_has_deprivations(const struct identify_result *r);
bool report_has_causes(const struct identify_result *r);
bool report_has_rules(const struct identify_result *r);

/* report_sections.c: what was found */
void report_figures(struct page *p);
void report_outcomes(struct page *p);
void report_spread(struct page *p);
void report_deprivations(struct page *p);
/* report_groups.c: where and who */
void report_where(struct page *p);
void report_who(struct page *p);
/* report_trust.c: why, how sure, by which rules, from what */
void report_why(struct page *p);
void report_sure(struct page *p);
void report_rules(struct page *p);
void report_provenance(struct page *p);

/* "†" linking to the list of assumed values, when `assumed`. */
const char *report_dagger(struct page *p, bool assumed);
bool report_line_assumed(const struct programme *pr, uint32_t line);
bool report_rules_assumed(const struct programme *pr);       /* a rule of inclusion or exclusion, the ranking, or a number of places */
bool report_dimensions_assumed(const struct programme *pr);  /* an indicator, its weight or the cutoff */
bool report_quota_assumed(const struct programme *pr, const char *area);
/* "† Rests on assumed values" under a table, when so. */
void report_rests_on(struct page *p, bool assumed);

#endif
