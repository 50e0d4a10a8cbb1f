/* pool.h - a small pool of threads for independent tasks. Which thread takes which task is not fixed, so results must be
 * written by task number and sums taken in task order: that is what keeps outputs the same for any number of threads. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

#include "base/status.h"

struct pool;

/* How many threads that would be: `threads`, or for 0 as many as the machine has (LUCID_THREADS overrides); 1 to 64. */
unsigned pool_count(unsigned threads);
/* threads 0 = as many as the machine has (LUCID_THREADS overrides), at most 64. 1 runs everything in the caller. */
enum status pool_open(struct pool **p, unsigned threads, struct err *e) MUST_CHECK;
void pool_close(struct pool *p);
unsigned pool_threads(const struct pool *p);
/* Calls task(ctx, i, worker) for every i below count, worker in 0..threads-1; returns when all are done. A NULL pool runs them here. */
void pool_run(struct pool *p, size_t count, void (*task)(void *ctx, size_t i, unsigned worker), void *ctx);

#endif
