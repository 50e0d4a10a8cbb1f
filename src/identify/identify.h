/* identify.h - a frozen snapshot, a programme and a seed in; who is poor and why, with errors, out.
 *
 * Pure: it reads columns, writes nothing, and gives the same decisions and the same figures for the same input, whatever the threads.
 * Steps: sample (welfare, weights, areas) -> lines -> rules -> places -> figures. The programme's constants (`line`, `year`) are
 * set on the way and stay set to the last class of lines.
 * Memory: some 600 bytes a household, nearly all for figures; brief: about 35, less than a tenth of what a county's columns take. Errors: decide_check, poverty_lines_find, quota_fill. */
#ifndef IDENTIFY_IDENTIFY_H
#define IDENTIFY_IDENTIFY_H

#include "base/pool.h"
#include "base/progress.h"
#include "identify/decide.h"

struct identify_input {
  struct programme *programme;
  const struct segment *const *segments;
  uint32_t segment_count;
  const char *round;
  int32_t year;            /* 0 = the programme's */
  const char *snapshot;    /* hex hash; "" when there is none */
  const char *seed;        /* NULL = none given: draws use the snapshot's hash, and the result says so */
  const char *seed_from;   /* "round" (fixed before it closed) or "option"; used with seed */
  struct pool *pool;       /* NULL = this thread alone */
  struct progress *progress;
  bool decisions_only;     /* leave the figures out: diff and what-if need decisions only */
  bool brief;              /* decisions, their hash and `homes`, in little memory: no figures, no tallies, no file */
};

struct identified {
  struct identify_result *result;
  struct decisions *decisions;
  struct sample sample;
  struct poverty_lines lines;
  const struct decide_home *homes; /* one a segment: outcomes before places */
  void *file; size_t file_len; /* the decisions file's bytes; its hash stands in the result */
};

enum status identify_run(struct arena *a, const struct identify_input *in, struct identified *out, struct err *e) MUST_CHECK;

#endif
