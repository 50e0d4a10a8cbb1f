/* schema.h - the names and kinds of a segment's columns: what a snapshot file says about itself, so that it can be read
 * without the programme that made it, and so that a programme can tell when a snapshot is not its own.
 *
 * Only the shape stands here: labels, units, bounds and missing codes are the programme's. Names are identifiers
 * `[a-z][a-z0-9_]*`, at most 63 bytes; a level has at most 65,535 columns. */
#ifndef COLUMN_SCHEMA_H
#define COLUMN_SCHEMA_H

#include "base/arena.h"
#include "base/status.h"
#include "column/segment.h"

#define SCHEMA_NAME_MAX 63
#define SCHEMA_COLUMNS_MAX 65535u

struct schema_column {
  const char *name;
  enum col_kind kind;
  uint8_t decimals; /* COL_DECIMAL: 0..9, else 0 */
};

struct schema_level {
  const char *name; /* "household", "members", "village", then the line levels by name */
  const struct schema_column *columns;
  uint32_t column_count;
};

struct schema {
  uint32_t level_count; /* at least 3 */
  struct schema_level levels[LEVEL_MAX];
};

/* ERR_INPUT naming the level or column that is not well formed or stands twice. */
enum status schema_check(const struct schema *s, struct err *e) MUST_CHECK;
/* ERR_CONFLICT naming the first difference, when two schemas are not the same. */
enum status schema_same(const struct schema *have, const struct schema *want, struct err *e) MUST_CHECK;
/* A copy that lives in the arena, names and all; NULL when memory ran out. */
struct schema *schema_copy(struct arena *a, const struct schema *s);

#endif
