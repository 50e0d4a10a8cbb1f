/* round.h - rounds: open, closed, found by name. Closing freezes the snapshot (registry/freeze.h). */
#ifndef REGISTRY_ROUND_H
#define REGISTRY_ROUND_H

#include "registry/core.h"

/* The round, if data may go into it. `name` NULL = the latest. ERR_NOT_FOUND, ERR_CONFLICT (closed), each with HINT. */
enum status round_writable(struct registry *r, const char *name, struct round_info *out, struct err *e) MUST_CHECK;
/* A new round, by an event of this kind, inside a transaction of the caller's. ERR_USAGE: the name; ERR_CONFLICT: it is there, or another is open. */
enum status round_begin(struct registry *r, const char *name, int32_t year, const char *kind, const char *detail, struct err *e) MUST_CHECK;
/* The event that closed the round; 0 while open. */
enum status round_closed_by(struct registry *r, int64_t round, int64_t *event, struct err *e) MUST_CHECK;

#endif
