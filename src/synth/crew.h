/* crew.h - threads that make homes in parts and write them, so that neither the largest home nor the hash of a file is waited for.
 *
 * A home is cut into runs of villages, *parts*; whoever is free makes the next part, or writes a home whose parts are all there: while one thread
 * hashes a home, the others make the next. Which thread did what shows nowhere, because chunks stand in the order of the parts and a
 * segment is the same however its rows were cut (home.h).
 *
 * Larger homes go first, so that the last file is a small one. Memory: the largest home, and half a gigabyte of the next: more of that is not made
 * before the one ahead of it is written. */
#ifndef SYNTH_CREW_H
#define SYNTH_CREW_H

#include "base/pool.h"
#include "base/progress.h"
#include "synth/home.h"
#include "synth/planted.h"

struct crew_round {
  uint32_t round; /* of the model */
  struct snapshot_writer *writer, *truth;
  int64_t households, members, persons, listed, truly_poor; /* sums, when all is done */
};

struct crew_work {
  const struct population *pop;
  const struct columns *columns, *truth;
  const struct block_id *blocks;
  uint32_t block_count;
  struct crew_round *rounds;
  uint32_t round_count;
  const struct fault_plan *plan;
  struct ledger *ledger;
  struct progress *progress; /* may be NULL */
  uint32_t homes;            /* how many there were */
};

enum status crew_run(struct arena *a, struct crew_work *work, struct pool *pool, struct err *e) MUST_CHECK;

#endif
