/* copy.h - a whole registry into a new one, of either engine: every row of every table, with its history.
 *
 * Equality is proved, not assumed: each table's rows, in key order, go through one canonical encoding into SHA-256 as they are read
 * from the old registry and again as they are read back from the new one; only then is the copy committed, so it is there whole or
 * not at all. The chain of events is checked as well. Constant memory: two cursors and a buffer.
 *
 * Encoding of a row: for each column that is not null, in the schema's order: its index (2 bytes), a tag (1 integer, 2 real, 3 text,
 * 4 bytes), 8 bytes, or the length in 4 bytes and the bytes; all little endian; 0xFFFF ends the row. A table's hash is over its
 * rows; the registry's over (length and bytes of the name, number of rows, hash) of all tables. Physical order, page sizes, engines
 * and column types do not enter. */
#ifndef REGISTRY_COPY_H
#define REGISTRY_COPY_H

#include "registry/registry.h"

struct table_spec;

struct registry_copied {
  uint32_t tables;
  int64_t rows, events;
  char hash[65];        /* of all rows, in hexadecimal: two registries with the same one hold the same */
  const char *key_path; /* where the new registry looks for its key, which is not copied; in the source's arena */
};
/* ERR_CONFLICT when there is a registry at `to` already; ERR_CORRUPT when what was written does not read back the same. */
enum status registry_copy(struct registry *from, const char *to, const struct registry_options *o, struct progress *pr, struct registry_copied *out, struct err *e) MUST_CHECK;

/* The tables that are the same for every programme, in the order in which they can be filled. For tests, which hold them against
 * schema/. */
const struct table_spec *copy_fixed_tables(uint32_t *count);

#endif
