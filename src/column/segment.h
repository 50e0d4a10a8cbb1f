/* segment.h - the households of one home (county) with their members, lines and villages, as columns.
 *
 * Households are sorted by key (id); the members of household h are rows member_at[h] .. member_at[h+1] of the member
 * table, likewise for every line level; villages (areas of the lowest level) are a table of their own and village_of[h]
 * says which row. A segment is immutable; snapshots (column/snapshot.h) map it from a file without parsing.
 * Everything here is a view: whoever made it (builder or mapping) owns the bytes. */
#ifndef COLUMN_SEGMENT_H
#define COLUMN_SEGMENT_H

#include "column/column.h"

/* Levels a field or a rule can live on. Line levels (income lines, crops, visits: child tables of a household) follow. */
enum { LEVEL_HOUSEHOLD, LEVEL_MEMBER, LEVEL_VILLAGE, LEVEL_LINE0, LEVEL_MAX = LEVEL_LINE0 + 13 };

#define SEGMENT_NO_ROW UINT32_MAX

struct segment {
  int64_t home;              /* internal number of the place of first registration; never changes */
  uint32_t level_count;      /* 3 + number of line levels */
  struct table levels[LEVEL_MAX];   /* stored fields in codebook order, one column each; index = field's `column` */
  const uint32_t *child_at[LEVEL_MAX]; /* for members and lines: households + 1 offsets; NULL elsewhere */
  const uint64_t *roster[LEVEL_MAX];   /* for members and lines: bit h = the list was taken (so an empty list is empty); NULL = all taken */
  const uint32_t *village_of;       /* per household: row of the village table, or SEGMENT_NO_ROW */
  const int64_t *household_id;      /* per household: internal id, ascending */
  const int64_t *member_id;         /* per member, ascending within the household */
  struct column household_key, village_code; /* text: the household's own number; the area's code */
};

static inline uint64_t segment_households(const struct segment *s) { return s->levels[LEVEL_HOUSEHOLD].rows; }
static inline bool segment_has_roster(const struct segment *s, uint32_t level, uint64_t household) {
  return !s->roster[level] || bits_get(s->roster[level], household);
}

#endif
