/* along.h - what lies beside a registry and may go along with its backup: frozen rounds and recorded decisions.
 *
 * All of it can be made again from the registry, with the same hashes; taking it along saves the hours that this takes for a nation, and
 * lets an auditor begin at once. Each snapshot is copied under a passing name, opened there (every file against its hash) and
 * only then put in place: what has its name is whole. Asks for room before the first byte. What is there already stays.
 * Cost: the files are read twice. */
#ifndef REGISTRY_ALONG_H
#define REGISTRY_ALONG_H

#include "registry/registry.h"

struct registry_along {
  uint32_t copied, there, absent; /* snapshots; absent: their files are not here, they are made again when needed */
  uint64_t bytes;
  const char *folder;             /* where they are; in the registry's arena */
};
/* Of the closed rounds of `to`, which is a backup or a copy of `from`. ERR_FULL before anything is written; ERR_CORRUPT names a file that is damaged. */
enum status registry_along(struct registry *from, const char *to, const struct registry_options *o, struct registry_along *out, struct err *e) MUST_CHECK;

#endif
