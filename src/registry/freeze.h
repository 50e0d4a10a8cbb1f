/* freeze.h - the rows as of an event, as a snapshot: one segment per home, households by id.
 *
 * As of event E: the current rows that came with E or before, and the history rows that came with E or before and ended
 * after it. So a snapshot can be made again at any time; its hash must come out the same. Sealed fields appear as one word
 * (`sealed`): enough to see that a value is there, nothing more, and no key is needed.
 *
 * Over several servers each is read by its own connection in its own thread, which writes the segments of its homes; the manifest joins
 * them by home, so the bytes are those of one file. A large file or a single
 * database is read by several connections, a thread each, which take home after home. Memory: the columns of one home a thread: a county is the bound,
 * because a column's width and its sorted dictionary are known only when its last row was seen.
 *
 * A home that no event touched since an earlier snapshot has the same rows, so the same segment: it is taken over by a link to the
 * earlier file once the chain of events has proven that nothing touched it (registry/touched.h). The manifest is that of a whole rewrite. */
#ifndef REGISTRY_FREEZE_H
#define REGISTRY_FREEZE_H

#include "column/snapshot.h"
#include "registry/core.h"

struct freezing {
  const char *parent, *round; /* where to; the round's name */
  int32_t year;
  int64_t event;              /* as of it */
  int64_t basis;              /* event of an earlier snapshot under the same parent, 0 = none: every home is written */
  const char *basis_hash;     /* that snapshot's */
  bool reachable;             /* a server that cannot be reached is left out, and store_partial says so: the hash is of no round. Else ERR_IO names its homes */
  struct progress *pr;
  char hash[65];              /* out: the snapshot */
  int64_t households, members;
  uint32_t written, taken;    /* homes whose segment was made; taken over */
};
/* Inside a transaction of the caller's. */
enum status freeze(struct registry *r, struct freezing *f, struct err *e) MUST_CHECK;

#endif
