/* diff.h - two decisions about the same households, side by side: who would enter and who would leave under other rules.
 *
 * The same frozen snapshot is decided twice, by the registry's programme and by the other one. The other programme must read the
 * snapshot as it is: every field it collects must stand there with the same kind, at the same place; otherwise the
 * difference would be one of data and not of rules, and it is refused with the field named. */
#ifndef IDENTIFY_DIFF_H
#define IDENTIFY_DIFF_H

#include "base/map.h"
#include "column/schema.h"
#include "identify/identify.h"

struct diff_area {
  const char *code; struct label label; uint32_t area; /* UINT32_MAX: area not known */
  struct counts entering, leaving; /* into and out of `selected` */
  uint64_t before, after;          /* households selected */
};

struct diff {
  struct counts moves[OUTCOME_COUNT][OUTCOME_COUNT]; /* [before][after] */
  struct diff_area *areas; uint32_t area_count;      /* areas where anybody is selected, before or after, in order of area */
  uint64_t changed;                                  /* households whose outcome differs */
};

/* ERR_CONFLICT naming the first field that does not fit. */
enum status diff_fits(const struct programme *other, const struct schema *schema, struct err *e) MUST_CHECK;
enum status diff_make(struct arena *a, const struct programme *p, const struct identified *before, const struct identified *after, struct diff *out, struct err *e) MUST_CHECK;


/* The same households in two snapshots, by home and id, in order. UINT64_MAX = it is not in that one. One that was transferred to another home has
 * another key there: with `moved` it is met once, where it is after, as its own number says. */
struct diff_pair { uint32_t before_segment, after_segment; uint64_t before, after; };
struct diff_moved { struct map index; uint32_t *segments; uint64_t *rows; bool *found; };
struct diff_walk { const struct segment *const *before, *const *after; uint32_t before_count, after_count, i, k; uint64_t h, g; const struct diff_moved *moved; };
bool diff_next(struct diff_walk *w, struct diff_pair *out);
/* Memory: the households that are in the one before under a key that the other has not. */
enum status diff_find_moved(struct arena *a, struct diff_walk w, struct diff_moved *out, struct err *e) MUST_CHECK;

#endif
