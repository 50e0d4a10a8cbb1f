/* deciding.h - what identify, explain, diff, report and run share: a registry opened, a closed round's snapshot mapped, decided. */
#ifndef CLI_DECIDING_H
#define CLI_DECIDING_H

#include "base/pool.h"
#include "cli/cli.h"
#include "column/snapshot.h"
#include "identify/explain.h"
#include "registry/registry.h"

struct deciding {
  struct registry *registry;
  struct programme *programme;
  struct round_info round;
  struct snapshot *snapshot;
  const struct segment **segments;
  uint32_t segment_count;
  struct pool *pool;
  int64_t event;       /* up to which the snapshot knows */
  const char *partial; /* what is missing because its server is away; NULL = nothing */
};

/* `round` NULL = the latest. ERR_CONFLICT when it is still open. With the option --as-of everything as known then, open or not. Close in any case. */
enum status deciding_open(struct cli *c, const char *path, const char *round, bool read_only, struct deciding *d, struct err *e) MUST_CHECK;
/* The same, and content with the counties that can be read when a snapshot's files are not here and a server is away: `partial` says what is missing. */
enum status deciding_open_reachable(struct cli *c, const char *path, const char *round, bool read_only, struct deciding *d, struct err *e) MUST_CHECK;
void deciding_close(struct deciding *d);
/* Members and lines by the numbers that the registry keeps; holds while `d` does. */
struct member_numbers deciding_numbers(const struct deciding *d);
/* Decides by `p` (NULL = the registry's). seed NULL = none given. */
enum status deciding_run(struct cli *c, struct deciding *d, struct programme *p, const char *seed, bool decisions_only, struct identified *out, struct err *e) MUST_CHECK;
/* The seed of the recorded run of the round, so that a later question is answered by the same draw; NULL when there is none. *recorded tells. */
enum status deciding_recorded(struct cli *c, struct deciding *d, struct run_record *run, bool *recorded, const char **seed, struct err *e) MUST_CHECK;
/* Records the run in the registry. */
enum status deciding_record(struct cli *c, struct deciding *d, struct identified *run, struct err *e) MUST_CHECK;

#endif
