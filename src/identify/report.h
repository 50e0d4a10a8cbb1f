/* report.h - the run as one page that a person reads: who, where, why, how sure. One HTML file with everything inside, no network.
 *
 * Written from `struct identify_result` alone, so the same result gives the same bytes. Both languages are in the file, each as a whole
 * page of its own; a switch at the top shows one of them (radio buttons and CSS: no script is needed; the few lines of script there
 * are only open the tables before printing). Pictures are SVG in relative units, so they fit a phone; the
 * numbers of each stand in a table under it. Colours follow the reader's light or dark setting; patterns, not hues, tell outcomes apart.
 *
 * Nobody can be found in it: there are no household keys, quantiles only where five households or more lie between two, and counts of one to four households are shown as "<5", with the largest
 * count beside them rounded so that it can't be taken back by subtraction (report_page.h).
 * Cost: about 100 KB and a few milliseconds for a hundred groups. */
#ifndef IDENTIFY_REPORT_H
#define IDENTIFY_REPORT_H

#include "base/text.h"
#include "identify/result.h"

/* Appends the whole page. `first` is the language shown when it opens. ERR_LIMIT when `out` is too small, ERR_MEMORY. */
enum status report_html(const struct identify_result *r, enum language first, struct text *out, struct err *e) MUST_CHECK;

#endif
