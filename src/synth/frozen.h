/* frozen.h - rounds of a synthetic population as frozen snapshots, without a registry between: one segment a home, and beside each a snapshot
 * of the truth (true income, whether truly poor, what was recorded) with the same households in the same order.
 *
 * For trials at the size of a nation: `lucid identify --snapshot` takes a folder. The households are those of the files that synth.h writes for
 * the same seed, scale and faults; a test imports the files, closes the round and compares the columns. The same bytes for any number of threads (crew.h).
 * Memory: some 430 bytes for each household and round of the largest home, and a gigabyte. */
#ifndef SYNTH_FROZEN_H
#define SYNTH_FROZEN_H

#include "base/pool.h"
#include "synth/synth.h"

struct frozen_round {
  int year;
  int64_t households, members, persons, listed, truly_poor;
  char hash[65], truth_hash[65]; /* folders OUT/<year>/<hash> and OUT/truth-<year>/<hash> */
};
struct frozen {
  uint32_t homes, round_count;
  struct frozen_round rounds[SYNTH_ROUNDS_MAX];
  int64_t faults;
  struct estimate estimate;
};

/* The rounds of these years; none named = the last. The folder must be new or empty; nothing stays in it when making fails. ERR_USAGE when a round is not there; ERR_FULL when the disk
 * looks too small. */
enum status frozen_write(struct arena *a, const struct programme *p, const struct synth_options *o, const int *years, uint32_t year_count, struct pool *pool, const char *folder, struct frozen *out, struct err *e) MUST_CHECK;

#endif
