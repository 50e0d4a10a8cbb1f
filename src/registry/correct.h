/* correct.h - a correction of a closed round: a round of its own, about the same year, beside the one it corrects.
 *
 * Closing it freezes a second snapshot (`2016.1` beside `2016`). The first snapshot and every decision about it stay as they are:
 * a correction never overwrites the basis of a past decision, it is one that can be decided again and compared.
 *
 * What belongs to the corrected round holds in the correction: a list of members or lines taken in the one counts as taken in the
 * other (so an import adds and changes, and ends nobody who is merely not in the file), natural changes are left alone, and the seed of
 * its draws is the seed of the other, so that nobody corrects a round to get another draw. A round can be corrected until a
 * later one is opened: from then on the rows are the later round's, and a late finding belongs into it. */
#ifndef REGISTRY_CORRECT_H
#define REGISTRY_CORRECT_H

#include "registry/registry.h"

/* Opens a correction of the round (NULL = the latest). ERR_CONFLICT when it is open, or a later round was opened; ERR_USAGE without a reason. */
enum status registry_round_correct(struct registry *r, const char *round, const char *reason, struct round_info *out, struct err *e) MUST_CHECK;
/* The round a round corrects; itself when it corrects none. */
enum status correct_base(struct registry *r, int64_t round, int64_t *out, struct err *e) MUST_CHECK;

#endif
