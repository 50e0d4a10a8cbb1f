/* touched.h - which homes (counties) changed between two events, as the chain of events proves it.
 *
 * An event's rows_hash is made of one hash for each home it wrote rows of (registry/event.h), and table `event_home` keeps those parts.
 * The parts of an event must hash to its rows_hash, which the chain holds: so no part can be missing, added or changed unseen, and a
 * home that is in no part was touched by no row. What is not proven (an event of version 0.1.0 has no parts; parts that do not fit) counts
 * as having touched every home. Areas that came in between also touch their home: its villages are listed.
 *
 * Not touching a row of a home: erasing (a key and blind indexes go, neither is in a snapshot), changing the key, changed rules.
 * Cost: one pass over the events between the two. */
#ifndef REGISTRY_TOUCHED_H
#define REGISTRY_TOUCHED_H

#include "registry/core.h"

struct touched {
  bool all;          /* not proven for some event: every home */
  int64_t *homes;    /* else these, ascending */
  size_t count, cap;
};

/* Events after `from` up to and with `to`. Inside a transaction of the caller's. */
enum status touched_between(struct registry *r, int64_t from, int64_t to, struct touched *out, struct err *e) MUST_CHECK;
bool touched_has(const struct touched *t, int64_t home);
void touched_free(struct touched *t);

/* For each event whose parts are not those of its rows_hash, `bad`; for each without parts though it wrote rows, `none`. */
struct touched_seen { void (*bad)(void *ctx, int64_t event); void *ctx; uint64_t none; };
enum status touched_check(struct registry *r, struct touched_seen *seen, struct err *e) MUST_CHECK;

#endif
