/* place.h - where a registry's own files lie: key, snapshots, work files, the note of who writes.
 *
 * Of a file they lie beside it, under its name. Of a PostgreSQL database they lie on this machine, in a folder that carries the
 * database's name and the number of the registry's key, whatever URL was used: $XDG_DATA_HOME/lucid/NAME-KEYID (default
 * ~/.local/share/lucid/...). The key is in it; all else can be made again from the database. */
#ifndef REGISTRY_PLACE_H
#define REGISTRY_PLACE_H

#include "registry/core.h"

/* Sets path, url, beside, snapshots and key_path; for a database, as far as they are known before its key is. */
enum status place_of(struct registry *r, const char *url, const struct registry_options *o, struct err *e) MUST_CHECK;
/* For a database whose key is known; makes the folder. For a file: nothing. */
enum status place_local(struct registry *r, const char *key_id, const struct registry_options *o, struct err *e) MUST_CHECK;

#endif
