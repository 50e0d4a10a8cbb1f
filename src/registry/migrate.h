/* migrate.h - bringing an older registry up to this program, without the rest of the room: its tables may be too old for everything else.
 *
 * A file is copied first, beside itself, as `x.lucid.version-N` (N: its version): the copy opens with the Lucid that made it. Then
 * every missing migration runs, each in one transaction. Killed anywhere, the registry is whole at the version it says, and the
 * same command goes on. A database is not copied: its administrator does that (pg_dump), and says so with `no_backup`. */
#ifndef REGISTRY_MIGRATE_H
#define REGISTRY_MIGRATE_H

#include "registry/registry.h"

struct registry_migrated {
  int from, to;
  uint64_t need;      /* bytes on the registry's disk; 0 = not known (a database's disk is the server's) */
  const char *backup; /* where the copy is, or would be; NULL = none */
};
/* ERR_USAGE for a database without `no_backup`; ERR_FULL when the disk has not the room, before anything is written; ERR_VERSION when a
 * newer program made it; ERR_BUSY. With `dry_run` nothing is written. Nothing to do: from == to. */
enum status registry_migrate(struct arena *a, const char *url, bool no_backup, bool dry_run, struct registry_migrated *out, struct err *e) MUST_CHECK;

#endif
