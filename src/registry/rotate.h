/* rotate.h - a new master key: every household's data key is wrapped again, every blind index is made anew, as one event.
 *
 * Values stay as they are (they lie under the data keys), so hashes, snapshots and history do too. What is hard is that a database and a
 * file must change together. The order: the new key is safe on disk as `x.lucid.key.new`; one transaction re-wraps and says which key is in
 * force; the old file moves aside as `x.lucid.key.OLDID` and the new one takes its name. Killed before the commit, the old key is in
 * force and the next rotation makes its own new file; killed after it, every command finds the new key under its passing name,
 * and the next rotation only puts the files right. The old key is kept: backups made before it need it.
 *
 * Cost: one update a household, two statements a searchable value; the writer's place is taken for as long. A command that was opened
 * before and writes after is refused (core_begin). */
#ifndef REGISTRY_ROTATE_H
#define REGISTRY_ROTATE_H

#include "registry/registry.h"

struct registry_rotated {
  char old_id[17], id[17], digits[80];
  int64_t households, indexes, event; /* event 0: an interrupted rotation was finished, nothing else */
  const char *kept;                   /* where the old key lies; in the registry's arena */
};
/* out->digits are filled as soon as the new key is in force, also when something fails after that. ERR_KEY when the key in force is not here; ERR_CONFLICT when another file stands where the old key would be kept. */
enum status registry_key_rotate(struct registry *r, struct progress *pr, struct registry_rotated *out, struct err *e) MUST_CHECK;

#endif
