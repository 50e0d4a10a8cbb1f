#include "registry/event.h"

#include <stdlib.h>
#include <string.h>

void event_hash_open(struct event_hash *h) { memset(h, 0, sizeof *h); }

static uint32_t slot_of(const struct event_hash *h, uint32_t l, int64_t home) {
  uint32_t at = (uint32_t)((uint64_t)home * 0x9E3779B97F4A7C15u >> 32) & h->mask[l];
  while (h->slots[l][at] && h->homes[l][h->slots[l][at] - 1].home != home) at = (at + 1) & h->mask[l];
  return at;
}

/* Room for one more home; slots stay at most half full. */
static bool grow(struct event_hash *h, uint32_t l) {
  if (h->count[l] < h->cap[l]) return true;
  uint32_t cap = h->cap[l] ? 2 * h->cap[l] : 16, *slots = calloc((size_t)2 * cap, sizeof *slots);
  struct event_home *homes = realloc(h->homes[l], cap * sizeof *homes);
  if (homes) h->homes[l] = homes;
  if (!homes || !slots) {
    free(slots);
    return false;
  }
  free(h->slots[l]);
  h->slots[l] = slots, h->cap[l] = cap, h->mask[l] = 2 * cap - 1;
  for (uint32_t i = 0; i < h->count[l]; i++) slots[slot_of(h, l, homes[i].home)] = i + 1;
  return true;
}

void event_hash_add(struct event_hash *h, uint32_t l, int64_t home, const void *bytes, size_t n) {
  if (!h->count[l] || h->homes[l][h->last[l]].home != home) {
    if (h->failed || !grow(h, l)) {
      h->failed = true;
      return;
    }
    uint32_t at = slot_of(h, l, home);
    if (!h->slots[l][at]) {
      struct event_home *x = &h->homes[l][h->count[l]];
      x->home = home;
      if (!digest_open(&x->stream)) h->failed = true;
      h->slots[l][at] = ++h->count[l];
    }
    h->last[l] = h->slots[l][at] - 1;
  }
  digest_add(&h->homes[l][h->last[l]].stream, bytes, n);
}

static int by_home(const void *a, const void *b) {
  const struct event_home *x = a, *y = b;
  return x->home < y->home ? -1 : x->home > y->home;
}

static bool close_level(struct event_hash *h, uint32_t l, struct digest *out) {
  struct digest_stream level;
  bool good = digest_open(&level);
  qsort(h->homes[l], h->count[l], sizeof *h->homes[l], by_home);
  for (uint32_t i = 0; i < h->count[l]; i++) {
    struct event_home *x = &h->homes[l][i];
    good &= digest_close(&x->stream, &x->digest);
    digest_add_u64(&level, (uint64_t)x->home);
    digest_add(&level, x->digest.bytes, sizeof x->digest.bytes);
  }
  return digest_close(&level, out) && good;
}

enum status event_hash_close(struct event_hash *h, struct digest *out, struct err *e) {
  struct digest_stream all;
  bool good = digest_open(&all) && !h->failed;
  for (uint32_t l = 0; l < LEVEL_MAX; l++) {
    struct digest d = {{0}};
    if (!h->count[l]) continue;
    good &= close_level(h, l, &d);
    digest_add_u64(&all, l);
    digest_add(&all, d.bytes, sizeof d.bytes);
  }
  h->closed = true;
  good &= digest_close(&all, out);
  return good ? OK : err_set(e, ERR_MEMORY, NULL, "out of memory");
}

void event_hash_drop(struct event_hash *h) {
  struct digest d;
  for (uint32_t l = 0; l < LEVEL_MAX; l++) {
    for (uint32_t i = 0; i < h->count[l] && !h->closed; i++) (void)digest_close(&h->homes[l][i].stream, &d);
    free(h->homes[l]), free(h->slots[l]);
  }
  memset(h, 0, sizeof *h);
}

static void add_span(struct digest_stream *s, struct span t) {
  digest_add_u64(s, t.len);
  digest_add(s, t.at, t.len);
}

bool event_digest(const struct event_row *ev, struct digest *out) {
  struct digest_stream s;
  if (!digest_open(&s)) return false;
  digest_add_u64(&s, (uint64_t)ev->id), digest_add_u64(&s, (uint64_t)ev->at), digest_add_u64(&s, (uint64_t)ev->round), digest_add_u64(&s, (uint64_t)ev->undoes);
  add_span(&s, ev->kind), add_span(&s, ev->actor), add_span(&s, ev->source), add_span(&s, ev->source_hash), add_span(&s, ev->detail);
  digest_add_u64(&s, (uint64_t)ev->inserted), digest_add_u64(&s, (uint64_t)ev->changed), digest_add_u64(&s, (uint64_t)ev->ended);
  digest_add(&s, ev->rows.bytes, 32);
  digest_add(&s, ev->prev.bytes, 32);
  return digest_close(&s, out);
}

static enum status last(struct registry *r, int64_t *id, struct digest *hash, struct err *e) {
  struct store_stmt *st;
  bool row;
  *id = 0;
  memset(hash, 0, sizeof *hash);
  TRY(store_sql(r->db, SQL_EVENT_LAST, &st, e));
  TRY(store_step(st, &row, e));
  if (row) {
    *id = store_int(st, 0);
    struct span h = store_blob(st, 1);
    if (h.len == 32) memcpy(hash->bytes, h.at, 32);
  }
  store_reset(st);
  return OK;
}

enum status event_next(struct registry *r, int64_t *id, struct err *e) {
  struct digest ignored;
  TRY(last(r, id, &ignored, e));
  ++*id;
  return OK;
}

static enum status put_homes(struct registry *r, int64_t event, const struct event_hash *rows, struct err *e) {
  struct store_stmt *st;
  TRY(store_sql(r->db, SQL_EVENT_HOME_PUT, &st, e));
  for (uint32_t l = 0; l < LEVEL_MAX; l++)
    for (uint32_t i = 0; i < rows->count[l]; i++) {
      const struct event_home *x = &rows->homes[l][i];
      store_bind_int(st, 1, event), store_bind_int(st, 2, l), store_bind_int(st, 3, x->home), store_bind_blob(st, 4, x->digest.bytes, sizeof x->digest.bytes);
      TRY(store_run(st, e));
    }
  return OK;
}

static enum status put_event(struct registry *r, struct event *ev, struct event_hash *rows, struct err *e) {
  struct event_row x = {.at = clock_now(r->clock), .round = ev->round, .undoes = ev->undoes, .kind = span_of(ev->kind), .actor = span_of(r->actor), .source = span_of(ev->source),
                        .source_hash = span_of(ev->source_hash), .detail = span_of(ev->detail), .inserted = (int64_t)ev->inserted, .changed = (int64_t)ev->changed, .ended = (int64_t)ev->ended};
  TRY(event_hash_close(rows, &x.rows, e));
  TRY(last(r, &x.id, &x.prev, e));
  ev->id = ++x.id;
  if (!event_digest(&x, &x.hash)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  struct store_stmt *st;
  TRY(store_sql(r->db, SQL_EVENT_PUT, &st, e));
  store_bind_int(st, 1, x.id), store_bind_str(st, 2, ev->kind), store_bind_str(st, 3, r->actor), store_bind_int(st, 4, x.at);
  if (x.round) store_bind_int(st, 5, x.round);
  else store_bind_null(st, 5);
  store_bind_str(st, 6, ev->source), store_bind_str(st, 7, ev->source_hash), store_bind_str(st, 8, ev->detail);
  if (x.undoes) store_bind_int(st, 9, x.undoes);
  else store_bind_null(st, 9);
  store_bind_int(st, 10, x.inserted), store_bind_int(st, 11, x.changed), store_bind_int(st, 12, x.ended);
  store_bind_blob(st, 13, x.rows.bytes, 32), store_bind_blob(st, 14, x.prev.bytes, 32), store_bind_blob(st, 15, x.hash.bytes, 32);
  TRY(store_run(st, e));
  return put_homes(r, x.id, rows, e);
}

enum status event_put(struct registry *r, struct event *ev, struct event_hash *rows, struct err *e) {
  enum status s = put_event(r, ev, rows, e);
  event_hash_drop(rows);
  return s;
}

void event_read(struct store_stmt *st, struct event_row *out) {
  *out = (struct event_row){.id = store_int(st, 0), .kind = store_text(st, 1), .actor = store_text(st, 2), .at = store_int(st, 3), .round = store_int(st, 4), .source = store_text(st, 5),
                            .source_hash = store_text(st, 6), .detail = store_text(st, 7), .undoes = store_int(st, 8), .inserted = store_int(st, 9), .changed = store_int(st, 10), .ended = store_int(st, 11)};
  struct span b[3] = {store_blob(st, 12), store_blob(st, 13), store_blob(st, 14)};
  struct digest *d[3] = {&out->rows, &out->prev, &out->hash};
  for (int i = 0; i < 3; i++)
    if (b[i].len == 32) memcpy(d[i]->bytes, b[i].at, 32);
}
