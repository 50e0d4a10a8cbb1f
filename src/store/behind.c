#include "store/behind.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/pool.h"

struct behind {
  pthread_mutex_t lock;
  pthread_cond_t work, done;
  pthread_t thread;
  struct store_bulk *first, *last; /* each with a buffer that waits or is being written */
  bool stop, refused;              /* refused: no thread could be had */
  struct err err;                  /* of the first that failed */
};

/* Takes the first buffer off the queue. With the lock held. */
static void finish(struct behind *q) {
  struct store_bulk *b = q->first;
  q->first = b->next;
  b->spare = b->pending, b->pending = NULL, b->next = NULL;
  pthread_cond_broadcast(&q->done);
}

static void *writer(void *arg) {
  struct behind *q = arg;
  pthread_mutex_lock(&q->lock);
  for (;;) {
    while (!q->first && !q->stop) pthread_cond_wait(&q->work, &q->lock);
    if (!q->first) break;
    struct store_bulk *b = q->first;
    struct err err = {.status = OK};
    bool dropped = q->err.status != OK;
    pthread_mutex_unlock(&q->lock);
    if (dropped) b->driver->bulk_empty(b->pending);
    enum status s = dropped ? OK : b->driver->bulk_write(b, b->pending, &err);
    pthread_mutex_lock(&q->lock);
    if (s != OK) q->err = err;
    finish(q);
  }
  pthread_mutex_unlock(&q->lock);
  return NULL;
}

static struct behind *start(void) {
  struct behind *q = calloc(1, sizeof *q);
  if (!q) return NULL;
  q->err.status = OK;
  pthread_mutex_init(&q->lock, NULL), pthread_cond_init(&q->work, NULL), pthread_cond_init(&q->done, NULL);
  q->refused = pool_count(0) < 2 || pthread_create(&q->thread, NULL, writer, q) != 0;
  return q;
}

static enum status failed(const struct behind *q, struct err *e) {
  if (q->err.status != OK && e) *e = q->err;
  return q->err.status;
}

enum status behind_hand(struct store_bulk *b, void **fill, struct err *e) {
  struct store *s = b->store;
  if (s->behind_on && !s->behind) s->behind = start();
  struct behind *q = s->behind;
  if (!s->behind_on || !q || q->refused) return b->driver->bulk_write(b, *fill, e);
  if (!b->second) {
    TRY(b->driver->bulk_buffer(b, &b->spare, e));
    b->second = true;
  }
  pthread_mutex_lock(&q->lock);
  while (b->pending) pthread_cond_wait(&q->done, &q->lock);
  enum status st = failed(q, e);
  if (st == OK) {
    b->pending = *fill, *fill = b->spare, b->spare = NULL;
    if (q->first) q->last->next = b;
    else q->first = b;
    q->last = b;
    pthread_cond_signal(&q->work);
  }
  pthread_mutex_unlock(&q->lock);
  return st;
}

enum status behind_wait(struct store *s, struct err *e) {
  struct behind *q = s->behind;
  if (!q || q->refused) return OK;
  pthread_mutex_lock(&q->lock);
  while (q->first) pthread_cond_wait(&q->done, &q->lock);
  enum status st = failed(q, e);
  pthread_mutex_unlock(&q->lock);
  return st;
}

void behind_drop(struct store *s) {
  struct behind *q = s->behind;
  if (!q || q->refused) return;
  pthread_mutex_lock(&q->lock);
  if (q->first && q->err.status == OK) q->err.status = ERR_CANCELLED;
  while (q->first) pthread_cond_wait(&q->done, &q->lock);
  q->err = (struct err){.status = OK};
  pthread_mutex_unlock(&q->lock);
}

void behind_stop(struct store *s) {
  struct behind *q = s->behind;
  if (!q) return;
  if (!q->refused) {
    behind_drop(s);
    pthread_mutex_lock(&q->lock);
    q->stop = true;
    pthread_cond_signal(&q->work);
    pthread_mutex_unlock(&q->lock);
    pthread_join(q->thread, NULL);
  }
  pthread_mutex_destroy(&q->lock), pthread_cond_destroy(&q->work), pthread_cond_destroy(&q->done);
  free(q);
  s->behind = NULL;
}
