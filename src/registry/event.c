#include "registry/event.h"

#include <string.h>

void event_hash_open(struct event_hash *h) { memset(h, 0, sizeof *h); }

void event_hash_add(struct event_hash *h, uint32_t level, const void *bytes, size_t n) {
  if (!h->used[level]) h->used[level] = true, (void)digest_open(&h->stream[level]); /* a dead stream shows on closing */
  digest_add(&h->stream[level], bytes, n);
}

enum status event_hash_close(struct event_hash *h, struct digest *out, struct err *e) {
  struct digest_stream all;
  bool good = digest_open(&all);
  for (uint32_t l = 0; l < LEVEL_MAX; l++) {
    struct digest d;
    if (!h->used[l]) continue;
    good &= digest_close(&h->stream[l], &d);
    h->used[l] = false;
    digest_add_u64(&all, l);
    digest_add(&all, d.bytes, sizeof d.bytes);
  }
  good &= digest_close(&all, out);
  return good ? OK : err_set(e, ERR_MEMORY, NULL, "out of memory");
}

void event_hash_drop(struct event_hash *h) {
  struct digest d;
  for (uint32_t l = 0; l < LEVEL_MAX; l++)
    if (h->used[l]) (void)digest_close(&h->stream[l], &d), h->used[l] = false;
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

enum status event_put(struct registry *r, struct event *ev, struct event_hash *rows, struct err *e) {
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
  return store_run(st, e);
}

void event_read(struct store_stmt *st, struct event_row *out) {
  *out = (struct event_row){.id = store_int(st, 0), .kind = store_text(st, 1), .actor = store_text(st, 2), .at = store_int(st, 3), .round = store_int(st, 4), .source = store_text(st, 5),
                            .source_hash = store_text(st, 6), .detail = store_text(st, 7), .undoes = store_int(st, 8), .inserted = store_int(st, 9), .changed = store_int(st, 10), .ended = store_int(st, 11)};
  struct span b[3] = {store_blob(st, 12), store_blob(st, 13), store_blob(st, 14)};
  struct digest *d[3] = {&out->rows, &out->prev, &out->hash};
  for (int i = 0; i < 3; i++)
    if (b[i].len == 32) memcpy(d[i]->bytes, b[i].at, 32);
}
