#define _GNU_SOURCE
#include "base/pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define MOST_THREADS 64u

struct worker {
  struct pool *pool;
  unsigned number;
  pthread_t thread;
};

struct pool {
  pthread_mutex_t lock;
  pthread_cond_t work, done;
  unsigned threads; /* with the caller */
  bool stop;
  size_t next, count, finished; /* of the current run; guarded by lock */
  void (*task)(void *, size_t, unsigned);
  void *ctx;
  struct worker workers[MOST_THREADS];
};

/* Takes tasks until none is left. Called and left with the lock held. */
static void drain(struct pool *p, unsigned worker) {
  while (p->next < p->count) {
    size_t i = p->next++;
    pthread_mutex_unlock(&p->lock);
    p->task(p->ctx, i, worker);
    pthread_mutex_lock(&p->lock);
    if (++p->finished == p->count) pthread_cond_broadcast(&p->done);
  }
}

static void *helper(void *arg) {
  struct worker *w = arg;
  struct pool *p = w->pool;
  pthread_mutex_lock(&p->lock);
  while (!p->stop) {
    drain(p, w->number);
    if (!p->stop) pthread_cond_wait(&p->work, &p->lock);
  }
  pthread_mutex_unlock(&p->lock);
  return NULL;
}

unsigned pool_count(unsigned threads) {
  if (!threads) {
    const char *env = getenv("LUCID_THREADS");
    long n = env ? strtol(env, NULL, 10) : sysconf(_SC_NPROCESSORS_ONLN);
    threads = n < 1 ? 1 : n > (long)MOST_THREADS ? MOST_THREADS : (unsigned)n;
  }
  return threads > MOST_THREADS ? MOST_THREADS : threads;
}

enum status pool_open(struct pool **out, unsigned threads, struct err *e) {
  threads = pool_count(threads);
  struct pool *p = calloc(1, sizeof *p);
  if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory starting threads");
  pthread_mutex_init(&p->lock, NULL);
  pthread_cond_init(&p->work, NULL);
  pthread_cond_init(&p->done, NULL);
  p->threads = 1;
  for (unsigned i = 1; i < threads; i++) { /* fewer threads than asked is slower, not wrong */
    p->workers[i] = (struct worker){.pool = p, .number = i};
    if (pthread_create(&p->workers[i].thread, NULL, helper, &p->workers[i]) != 0) break;
    p->threads++;
  }
  *out = p;
  return OK;
}

void pool_close(struct pool *p) {
  if (!p) return;
  pthread_mutex_lock(&p->lock);
  p->stop = true;
  pthread_cond_broadcast(&p->work);
  pthread_mutex_unlock(&p->lock);
  for (unsigned i = 1; i < p->threads; i++) pthread_join(p->workers[i].thread, NULL);
  pthread_cond_destroy(&p->done);
  pthread_cond_destroy(&p->work);
  pthread_mutex_destroy(&p->lock);
  free(p);
}

unsigned pool_threads(const struct pool *p) { return p ? p->threads : 1; }

void pool_run(struct pool *p, size_t count, void (*task)(void *, size_t, unsigned), void *ctx) {
  if (!p || p->threads == 1 || count < 2) {
    for (size_t i = 0; i < count; i++) task(ctx, i, 0);
    return;
  }
  pthread_mutex_lock(&p->lock);
  p->next = p->finished = 0;
  p->count = count;
  p->task = task;
  p->ctx = ctx;
  pthread_cond_broadcast(&p->work);
  drain(p, 0);
  while (p->finished < p->count) pthread_cond_wait(&p->done, &p->lock);
  p->count = 0;
  pthread_mutex_unlock(&p->lock);
}
