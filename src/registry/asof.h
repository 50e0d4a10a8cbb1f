/* asof.h - the registry as it was known on a day: the versions that had come by then and had not yet been replaced.
 *
 * Known on is not valid on. A death of March that was recorded in June is not *known on* 1 May, though it is *valid from* March: what
 * was known tells whether an office acted rightly by what it had; what is valid tells what was so. Everything here is about known on;
 * the day a fact holds from stands in each row of a history (registry_history, `since`). Past events never change, so the same
 * question has the same answer for good. Memory: one home at a time, as when a round is frozen. */
#ifndef REGISTRY_ASOF_H
#define REGISTRY_ASOF_H

#include "registry/registry.h"

struct as_of_point { int64_t event; /* the last one known */ int64_t at; char round[64]; int64_t round_id; int32_t year; /* of the round that was opened last by then; "" = none */ };

/* `2016-12-31` (to the end of that day, UTC), an instant `2016-12-31T12:00:00Z`, or `#17`, an event's number. ERR_USAGE; ERR_NOT_FOUND
 * when the registry is younger. */
enum status registry_as_of(struct registry *r, const char *when, struct as_of_point *out, struct err *e) MUST_CHECK;
/* Everything as known then, as columns: the same bytes as a round's snapshot when the point is that round's close. Nothing is kept. */
enum status registry_as_of_snapshot(struct registry *r, const struct as_of_point *when, struct snapshot **out, struct err *e) MUST_CHECK;
/* A closed round's snapshot; when its files are not here and a server is away, what the others hold: registry_partial says what is missing, and
 * its hash is not the round's. Nothing is kept then. */
enum status registry_snapshot_reachable(struct registry *r, const char *round, struct snapshot **out, struct err *e) MUST_CHECK;
/* Rows of a level that held then. */
enum status registry_as_of_count(struct registry *r, const struct as_of_point *when, uint32_t level, int64_t *out, struct err *e) MUST_CHECK;

#endif
