/* rank.h - who goes first: an order in which equals stay equal.
 *
 * Entries are sorted by area, then by value, and *ties are returned whole*: `tie_end` says where the run of equal values ends.
 * Nothing but the value orders: no row number and no key decides by accident. Breaking a tie is a separate, visible step,
 * by a draw that anybody can redo: the first eight bytes of SHA-256(seed, 0, household number), smallest first. */
#ifndef IDENTIFY_RANK_H
#define IDENTIFY_RANK_H

#include "identify/decisions.h"

struct rank_entry {
  uint32_t area;            /* index of the quota area */
  double value;             /* 0 for all when the programme ranks nobody: then all are one tie */
  uint32_t set, household;
  uint32_t candidate;       /* where it stands in the set's list */
  double persons;
  uint64_t draw;            /* set by rank_draw */
};

/* Sorts by area, value (descending or not), then by set and household, which keeps the bytes the same and decides nothing. */
void rank_sort(struct rank_entry *entries, uint64_t count, bool descending);
/* The end of the tie that begins at `from`: the same area and value. */
uint64_t rank_tie_end(const struct rank_entry *entries, uint64_t from, uint64_t count);
/* Orders a tie by the published draw. Equal draws (the same number twice) fall back on the number itself. */
enum status rank_draw(struct rank_entry *entries, uint64_t count, const char *seed, const struct segment *const *segments, struct err *e) MUST_CHECK;
/* -1, 0, 1: whether a goes before b. */
int rank_compare(double a, double b, bool descending);

#endif
