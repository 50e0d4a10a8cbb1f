/* segment_file.h - one segment as one immutable file, mapped and used without parsing (docs/format/snapshot.md).
 *
 * What is hard: a file is outside bytes. Nothing in it is believed before `segment_map` has looked at all of it: the
 * length, every width, every code below its dictionary's size, every offset in order, every missing row zero, least and
 * greatest value as stated (rules lean on them), bits past the end zero. A damaged file is ERR_CORRUPT with the place
 * named, never a crash and never another result. What it costs: one pass over the file, about 1 GB/s.
 *
 * The layout is a rule, not a table: sections follow one another in a fixed order, each at the next multiple of 64 that
 * leaves 32 zero bytes behind the one before. So there are no offsets that could lie. */
#ifndef COLUMN_SEGMENT_FILE_H
#define COLUMN_SEGMENT_FILE_H

#include "base/arena.h"
#include "base/digest.h"
#include "column/schema.h"
#include "column/segment.h"

#define SEGMENT_FILE_VERSION 1u

/* Writes and syncs `path` (which must not exist), and gives its length and SHA-256. On failure the file is removed. */
enum status segment_write(const struct schema *schema, const struct segment *s, const char *path, struct digest *digest, uint64_t *bytes, struct err *e) MUST_CHECK;

/* The same for a segment that never stands in memory whole. `shape` has all rows, kinds, widths, bounds and counts of dictionaries; where a section will
 * be (valid, absence, roster) its pointer is not NULL, whatever it points to. Before a piece is written, `make` sets its pointers, good until the next call:
 * piece is the address of household_id, member_id, village_of, a child_at (with its roster) or of a struct column inside `s`. */
struct segment_maker {
  void *ctx;
  enum status (*make)(void *ctx, struct segment *s, const void *piece, struct err *e);
  uint64_t (*text_bytes)(void *ctx, const struct segment *s, const struct column *c); /* of a column's dictionary */
};
/* The disk is set to work while the file is written, and not waited for: *file stays open, and whoever gets it syncs and closes it. */
enum status segment_write_made(const struct schema *schema, struct segment *shape, const struct segment_maker *maker, const char *path, struct digest *digest, uint64_t *bytes, int *file, struct err *e) MUST_CHECK;

/* Reads a segment from `len` bytes at `data` (64-byte aligned, readable as long as the segment is used). Checks everything.
 * ERR_CORRUPT or ERR_VERSION; messages begin with `name`. The views and the schema live in the arena. */
enum status segment_read(struct arena *a, const char *name, const uint8_t *data, size_t len, struct segment **out, struct schema **schema, struct err *e) MUST_CHECK;

#endif
