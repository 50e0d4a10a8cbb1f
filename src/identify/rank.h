/* rank.h - who goes first: an order in which equals stay equal.
 *
 * Values are sorted, and *ties are returned whole*: `rank_tie_end` says where the run of equal values ends.
 * Nothing but the value orders: no row number and no key decides by accident. Breaking a tie is a separate, visible step,
 * by a draw that anybody can redo: the first eight bytes of SHA-256(seed, 0, household number), smallest first.
 * Cost: a sort by digits, some 10 ns a value, and 28 bytes each while it runs. */
#ifndef IDENTIFY_RANK_H
#define IDENTIFY_RANK_H

#include "identify/decisions.h"

struct rank_entry {
  double value;             /* 0 for all when the programme ranks nobody: then all are one tie */
  double persons;
  uint32_t set, household;
  uint32_t candidate;       /* where it stands in the set's list */
};

/* (*out)[i] = which of the values comes i-th: ascending, or descending. Equal ones stay in the order in which they came. No value is NaN or -0.
 * ERR_LIMIT for 2^32 of them. */
enum status rank_order(struct arena *a, const double *values, uint64_t count, bool descending, uint32_t **out, struct err *e) MUST_CHECK;
/* The end of the tie that begins at `from`. */
uint64_t rank_tie_end(const struct rank_entry *entries, uint64_t from, uint64_t count);
/* Orders a tie by the published draw. Equal draws (the same number twice) stay in the order in which they came. */
enum status rank_draw(struct rank_entry *entries, uint64_t count, const char *seed, const struct segment *const *segments, struct err *e) MUST_CHECK;
/* -1, 0, 1: whether a goes before b. */
int rank_compare(double a, double b, bool descending);

#endif
