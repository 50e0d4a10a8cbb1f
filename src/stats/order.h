/* order.h - the permutation that puts 64-bit keys or doubles in ascending order; ties keep their place.
 *
 * A radix sort by bytes that skips bytes which are the same in every key: O(n) a differing byte, no comparisons, the same result
 * everywhere. Memory: 24 n bytes of scratch in the arena beside the result. */
#ifndef STATS_ORDER_H
#define STATS_ORDER_H

#include <stdint.h>

#include "base/arena.h"

/* n below 2^32. NULL when memory ran out. keys are left as they are. */
uint32_t *order_u64(struct arena *a, const uint64_t *keys, uint64_t n);
/* No NaN. -0.0 sorts as 0.0. */
uint32_t *order_double(struct arena *a, const double *values, uint64_t n);

#endif
