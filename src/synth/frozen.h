/* frozen.h - one round of a synthetic population as a frozen snapshot, without a registry between: one segment a home, and beside it a snapshot
 * of the truth (true income, whether truly poor, what was recorded) with the same households in the same order.
 *
 * For trials at the size of a nation: `lucid identify --snapshot` takes the folder. The households are those of the files that synth.h writes for
 * the same seed and scale; a test imports the files, closes the round and compares the columns. Homes are made side by side, as many at a time as
 * there are threads, and written in order: the same bytes for any number. Memory: the columns of the homes at hand. */
#ifndef SYNTH_FROZEN_H
#define SYNTH_FROZEN_H

#include "base/pool.h"
#include "synth/synth.h"

struct frozen {
  int year;
  uint32_t homes;
  int64_t households, members, persons, listed, truly_poor;
  struct estimate estimate;
  char hash[65], truth_hash[65]; /* folders OUT/<year>/<hash> and OUT/truth-<year>/<hash> */
};

/* `year` 0 = the last round. The folder must be new or empty. ERR_USAGE when faults are asked for: they are planted in files only; ERR_FULL when the disk
 * looks too small. */
enum status frozen_write(struct arena *a, const struct programme *p, const struct synth_options *o, int year, struct pool *pool, const char *folder, struct frozen *out, struct err *e) MUST_CHECK;

#endif
