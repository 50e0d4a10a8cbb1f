#include "registry/touched.h"

#include <stdlib.h>
#include <string.h>

struct walk { /* events and their parts, side by side */
  struct store_stmt *events, *parts;
  bool part;                     /* a part is at hand */
  struct digest none;            /* what an event without rows has */
};

enum proof { PROVEN, NO_PARTS, DOES_NOT_FIT };

static enum status open(struct walk *w, struct registry *r, int64_t from, int64_t to, struct err *e) {
  if (!digest_of("", 0, &w->none)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  TRY(store_sql(r->db, SQL_EVENT_ROWS, &w->events, e));
  store_bind_int(w->events, 1, from), store_bind_int(w->events, 2, to);
  TRY(store_sql(r->db, SQL_EVENT_HOMES, &w->parts, e));
  store_bind_int(w->parts, 1, from), store_bind_int(w->parts, 2, to);
  return store_step(w->parts, &w->part, e);
}

static bool close_level(struct digest_stream *all, struct digest_stream *level, int64_t number, bool open) {
  struct digest d;
  if (!open) return true;
  bool good = digest_close(level, &d);
  digest_add_u64(all, (uint64_t)number);
  digest_add(all, d.bytes, sizeof d.bytes);
  return good;
}

/* The next event; its homes go to `home`. false = the end. */
static enum status next(struct walk *w, int64_t *event, enum proof *out, enum status (*home)(void *ctx, int64_t home, struct err *e), void *ctx, bool *more, struct err *e) {
  struct digest_stream all, level;
  struct digest said = {{0}}, d;
  int64_t at = -1;
  bool any = false;
  TRY(store_step(w->events, more, e));
  if (!*more) return OK;
  *event = store_int(w->events, 0);
  struct span hash = store_blob(w->events, 1);
  if (hash.len == sizeof said.bytes) memcpy(said.bytes, hash.at, sizeof said.bytes);
  bool good = digest_open(&all);
  enum status s = OK;
  while (s == OK && w->part && store_int(w->parts, 0) <= *event) {
    struct span part = store_blob(w->parts, 3);
    if (store_int(w->parts, 1) != at) {
      good &= close_level(&all, &level, at, any) && digest_open(&level);
      at = store_int(w->parts, 1);
    }
    any = true;
    digest_add_u64(&level, (uint64_t)store_int(w->parts, 2));
    digest_add(&level, part.at, part.len);
    if (home) s = home(ctx, store_int(w->parts, 2), e);
    if (s == OK) s = store_step(w->parts, &w->part, e);
  }
  good &= close_level(&all, &level, at, any);
  good &= digest_close(&all, &d);
  if (s == OK && !good) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
  *out = digest_equal(&d, &said) ? PROVEN : any ? DOES_NOT_FIT : NO_PARTS;
  return s;
}

static int by_number(const void *a, const void *b) {
  const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return x < y ? -1 : x > y;
}

static void sort(struct touched *t) {
  size_t n = 0;
  if (t->count) qsort(t->homes, t->count, sizeof *t->homes, by_number);
  for (size_t i = 0; i < t->count; i++)
    if (!n || t->homes[n - 1] != t->homes[i]) t->homes[n++] = t->homes[i];
  t->count = n;
}

static enum status add(void *ctx, int64_t home, struct err *e) {
  struct touched *t = ctx;
  if (t->count && t->homes[t->count - 1] == home) return OK;
  if (t->count == t->cap) sort(t); /* a year of single changes names few homes, often */
  if (t->count > t->cap / 2 || !t->cap) {
    size_t cap = t->cap ? 2 * t->cap : 64;
    int64_t *p = realloc(t->homes, cap * sizeof *p);
    if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    t->homes = p, t->cap = cap;
  }
  t->homes[t->count++] = home;
  return OK;
}

static enum status areas_between(struct registry *r, int64_t from, int64_t to, struct touched *out, struct err *e) {
  uint32_t before, after;
  TRY(core_areas_at(r, from, &before, e));
  TRY(core_areas_at(r, to, &after, e));
  for (uint32_t i = before; i < after; i++) TRY(add(out, r->areas[i].home, e));
  return OK;
}

enum status touched_between(struct registry *r, int64_t from, int64_t to, struct touched *out, struct err *e) {
  struct walk w = {0};
  bool more = true;
  int64_t event;
  enum proof proof;
  *out = (struct touched){0};
  enum status s = areas_between(r, from, to, out, e);
  if (s == OK) s = open(&w, r, from, to, e);
  while (s == OK && more && !out->all) {
    s = next(&w, &event, &proof, add, out, &more, e);
    if (s == OK && more && proof != PROVEN) out->all = true;
  }
  if (w.events) store_reset(w.events);
  if (w.parts) store_reset(w.parts);
  sort(out);
  return s;
}

bool touched_has(const struct touched *t, int64_t home) { return t->all || (t->count && bsearch(&home, t->homes, t->count, sizeof home, by_number)); }

void touched_free(struct touched *t) {
  free(t->homes);
  *t = (struct touched){0};
}

enum status touched_check(struct registry *r, struct touched_seen *seen, struct err *e) {
  struct walk w = {0};
  bool more = true;
  int64_t event;
  enum proof proof;
  TRY(open(&w, r, 0, INT64_MAX, e));
  for (;;) {
    TRY(next(&w, &event, &proof, NULL, NULL, &more, e));
    if (!more) return OK;
    if (proof == DOES_NOT_FIT) seen->bad(seen->ctx, event);
    seen->none += proof == NO_PARTS;
  }
}
