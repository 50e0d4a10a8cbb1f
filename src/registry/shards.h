/* shards.h - a registry over several servers: which home lies where, and moving a home to another server.
 *
 * What was laid out by home can be spread anew home by home: add a server to the .shards file, then move homes to it. The move is one change, kept on
 * both servers or on neither; no event, for no datum changes: events, snapshots and decisions keep their hashes. While a home moves nobody
 * else writes. */
#ifndef REGISTRY_SHARDS_H
#define REGISTRY_SHARDS_H

#include "registry/registry.h"

struct registry_shard { const char *name; bool reachable; const char **homes; uint32_t home_count; /* codes of areas; the first shard also has all others */ };
/* ERR_USAGE when the registry lies in one place. */
enum status registry_shards(struct registry *r, struct arena *a, struct registry_shard **out, uint32_t *count, struct err *e) MUST_CHECK;
/* *there: it lies there already, and nothing was done. */
enum status registry_shard_move(struct registry *r, const char *area_code, const char *to, uint64_t *rows, bool *there, struct err *e) MUST_CHECK;
/* What a reader was not shown because its server is not reachable; NULL = nothing. Holds until the registry is closed. */
const char *registry_partial(const struct registry *r);
/* What may lack the latest changes, because it is read from a standby; NULL = nothing. */
const char *registry_stale(const struct registry *r);

#endif
