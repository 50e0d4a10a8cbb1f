/* differ.h - where two snapshots of one round differ, household by household: what `fsck` says when a closed round does not come out as
 * it was frozen. An event's hash says that rows were changed by other means; the frozen columns say which. */
#ifndef REGISTRY_DIFFER_H
#define REGISTRY_DIFFER_H

#include "column/snapshot.h"

/* One line a household that differs, with the first field that does; values are not shown. Stops after `most` lines. */
void differ_snapshots(const struct snapshot *frozen, const struct snapshot *now, uint32_t most, void (*tell)(void *ctx, const char *line), void *ctx);

#endif
