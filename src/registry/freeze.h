/* freeze.h - the rows as of an event, as a snapshot: one segment per home, households by id.
 *
 * As of event E: the current rows that came with E or before, and the history rows that came with E or before and ended
 * after it. So a snapshot can be made again at any time; its hash must come out the same. Sealed fields appear as one word
 * (`sealed`): enough to see that a value is there, nothing more, and no key is needed. Memory: one home at a time. */
#ifndef REGISTRY_FREEZE_H
#define REGISTRY_FREEZE_H

#include "column/snapshot.h"
#include "registry/core.h"

/* Writes the snapshot under `parent` and gives its hash and counts. Inside a transaction of the caller's. */
enum status freeze(struct registry *r, const char *parent, const char *round, int32_t year, int64_t event, struct progress *pr, char hash[65], int64_t *households, int64_t *members, struct err *e) MUST_CHECK;

#endif
