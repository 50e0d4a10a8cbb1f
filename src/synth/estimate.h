/* estimate.h - how large a population will be before it is made: for `--dry-run`, and so that a disk that is too small is told at once.
 *
 * Households follow from the villages' persons and the mean size in a sample, within a few percent; bytes from what a household and round took
 * with programmes/xiangxi; the time from making some households now, so it differs from run to run. */
#ifndef SYNTH_ESTIMATE_H
#define SYNTH_ESTIMATE_H

#include "base/arena.h"
#include "synth/population.h"

enum synth_form { FORM_FILES, FORM_FROZEN };

struct estimate {
  uint32_t rounds, villages;
  int64_t households, persons; /* a round */
  uint64_t bytes;
  double seconds;
};

enum status estimate_make(const struct population *pop, const struct block_id *ids, uint32_t count, enum synth_form form, uint32_t rounds, unsigned threads, struct estimate *out, struct err *e) MUST_CHECK;
/* ERR_FULL when the disk of `folder` (which need not be there yet) has less room than that. */
enum status estimate_space(struct arena *a, const struct estimate *x, const char *folder, struct err *e) MUST_CHECK;

#endif
