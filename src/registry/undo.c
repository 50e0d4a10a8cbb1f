/* undo.c - taking an event back: a new event that restores what the old one changed. Nothing is removed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/transfer.h"
#include "registry/version.h"

struct touched { /* a row the event wrote or ended; the key has 2 or 3 parts */
  int64_t key[3];
};

struct undo {
  struct registry *r;
  int64_t event;
  struct touched *rows[LEVEL_MAX];
  size_t count[LEVEL_MAX], cap[LEVEL_MAX];
  struct { int64_t level, home; } *homes; size_t home_count; /* it touched; none: not known, every row is looked at */
  struct text blockers; /* what depends on it */
  unsigned blocker_count;
};

enum { BLOCKERS_SHOWN = 8 };

static void block(struct undo *u, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void block(struct undo *u, const char *fmt, ...) {
  char line[200];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(line, sizeof line, fmt, ap);
  va_end(ap);
  if (u->blocker_count++ < BLOCKERS_SHOWN) text_addf(&u->blockers, "%s%s", u->blockers.len ? "; " : "", line);
}

static enum status touch(struct undo *u, uint32_t l, const int64_t key[3], struct err *e) {
  if (u->count[l] == u->cap[l]) {
    size_t cap = u->cap[l] ? 2 * u->cap[l] : 64;
    struct touched *p = realloc(u->rows[l], cap * sizeof *p);
    if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    u->rows[l] = p, u->cap[l] = cap;
  }
  memcpy(u->rows[l][u->count[l]++].key, key, sizeof u->rows[l]->key);
  return OK;
}

static void key_at(const struct level_store *ls, struct store_stmt *st, int64_t key[3]) {
  key[2] = 0;
  for (uint32_t i = 0; i < ls->key_count; i++) key[i] = store_int(st, (int)i);
}

static int by_key(const void *a, const void *b) {
  const struct touched *x = a, *y = b;
  for (int i = 0; i < 3; i++)
    if (x->key[i] != y->key[i]) return x->key[i] < y->key[i] ? -1 : 1;
  return 0;
}

/* The event that took `event` back; 0 = none. */
static enum status undone_by(struct registry *r, int64_t event, int64_t *by, struct err *e) {
  struct store_stmt *st;
  bool row;
  *by = 0;
  TRY(store_sql(r->db, SQL_EVENT_UNDONE_BY, &st, e));
  store_bind_int(st, 1, event);
  TRY(store_step(st, &row, e));
  if (row) *by = store_int(st, 0);
  store_reset(st);
  return OK;
}

/* Which homes the event touched: so only their servers are asked, and only their rows read. */
static enum status read_homes(struct undo *u, struct err *e) {
  struct store_stmt *st;
  bool row;
  TRY(store_sql(u->r->db, SQL_EVENT_HOMES, &st, e));
  store_bind_int(st, 1, u->event - 1), store_bind_int(st, 2, u->event);
  for (;;) {
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    void *more = realloc(u->homes, (u->home_count + 1) * sizeof *u->homes);
    if (!more) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    u->homes = more;
    u->homes[u->home_count].level = store_int(st, 1), u->homes[u->home_count++].home = store_int(st, 2);
  }
}

/* The rows of a statement. A row that a later event changed depends on this one, unless that event was taken back: then restore_level
 * looks whether the row is as this event left it. */
static enum status each_row(struct undo *u, uint32_t l, struct store_stmt *st, bool dependent, struct err *e) {
  const struct level_store *ls = &u->r->levels[l];
  bool row;
  for (;;) {
    int64_t key[3], by = 0;
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    key_at(ls, st, key);
    if (dependent) TRY(undone_by(u->r, store_int(st, (int)ls->current.count), &by, e));
    if (dependent && !by) {
      struct span k = store_text(st, (int)ls->key);
      block(u, "event %" PRId64 " changed %s %.*s", store_int(st, (int)ls->current.count), core_level_word(u->r, l), (int)k.len, k.at);
    } else TRY(touch(u, l, key, e));
  }
}

/* Rows of one table whose column has the event's number. */
static enum status each(struct undo *u, uint32_t l, bool history, uint32_t column, bool dependent, struct err *e) {
  const struct level_store *ls = &u->r->levels[l];
  struct store_stmt *st;
  TRY(store_prepare(u->r->db, history ? &ls->history : &ls->current, u->home_count ? STORE_HOME_BY : STORE_BY, column, &st, e));
  enum status s = OK;
  if (!u->home_count) {
    store_bind_int(st, 1, u->event);
    s = each_row(u, l, st, dependent, e);
  }
  for (size_t i = 0; i < u->home_count && s == OK; i++) {
    if (u->homes[i].level != (int64_t)l) continue;
    store_reset(st);
    store_bind_int(st, 1, u->homes[i].home), store_bind_int(st, 2, u->event);
    s = each_row(u, l, st, dependent, e);
  }
  store_free(st);
  return s;
}

static enum status collect(struct undo *u, uint32_t l, struct err *e) {
  const struct level_store *ls = &u->r->levels[l];
  TRY(each(u, l, false, ls->from_event, false, e));          /* versions it brought that hold */
  TRY(each(u, l, true, ls->current.count, false, e));         /* versions it replaced or ended */
  TRY(each(u, l, true, ls->from_event, true, e));             /* versions it brought that were replaced since */
  if (u->count[l]) qsort(u->rows[l], u->count[l], sizeof *u->rows[l], by_key);
  size_t n = 0; /* a replaced row was found twice */
  for (size_t i = 0; i < u->count[l]; i++)
    if (!n || by_key(&u->rows[l][n - 1], &u->rows[l][i]) != 0) u->rows[l][n++] = u->rows[l][i];
  u->count[l] = n;
  return OK;
}

static enum status check_event(struct undo *u, struct err *e) {
  struct store_stmt *st;
  bool row;
  struct event_row ev;
  char kind[32], hint[200];
  TRY(store_sql(u->r->db, SQL_EVENT_GET, &st, e));
  store_bind_int(st, 1, u->event);
  TRY(store_step(st, &row, e));
  if (!row) return err_set(e, ERR_NOT_FOUND, "`lucid history REGISTRY HOUSEHOLD` and `lucid status` show events", "there is no event %" PRId64, u->event);
  event_read(st, &ev);
  snprintf(kind, sizeof kind, "%.*s", (int)ev.kind.len, ev.kind.at);
  store_reset(st);
  enum natural_kind natural;
  if (strcmp(kind, "import") != 0 && strcmp(kind, "edit") != 0 && strcmp(kind, "undo") != 0 && strcmp(kind, "arrive") != 0 && !natural_kind_of(kind, &natural))
    return err_set(e, ERR_CONFLICT, "imports, edits, natural changes and undos can be taken back", "event %" PRId64 " (%s) cannot be taken back", u->event, kind);
  TRY(store_sql(u->r->db, SQL_EVENT_UNDONE_BY, &st, e));
  store_bind_int(st, 1, u->event);
  TRY(store_step(st, &row, e));
  if (row) {
    int64_t by = store_int(st, 0);
    store_reset(st);
    snprintf(hint, sizeof hint, "to have it back, undo event %" PRId64, by);
    return err_set(e, ERR_CONFLICT, hint, "event %" PRId64 " was taken back already, by event %" PRId64, u->event, by);
  }
  TRY(store_sql(u->r->db, SQL_EVENT_CLOSE_AFTER, &st, e));
  store_bind_int(st, 1, u->event);
  for (;;) {
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    block(u, "event %" PRId64 " closed a round on it", store_int(st, 0));
  }
}

/* Nobody may come to be in two homes: who has arrived goes back from there first, and arrives again only when the departure stands. */
static enum status check_transfer(struct undo *u, struct err *e) {
  int64_t base = u->event, departure, arrival;
  for (;;) { /* what an undo of an undo is about in the end */
    struct store_stmt *st;
    struct event_row ev = {0};
    bool row;
    TRY(store_sql(u->r->db, SQL_EVENT_GET, &st, e));
    store_bind_int(st, 1, base);
    TRY(store_step(st, &row, e));
    if (row) event_read(st, &ev);
    store_reset(st);
    if (!ev.undoes) break;
    base = ev.undoes;
  }
  bool stands, left;
  TRY(natural_stands(u->r, base, &stands, e));
  TRY(transfer_of(u->r, base, &departure, &arrival, e));
  if (stands && arrival) block(u, "event %" PRId64 " let them arrive", arrival);
  if (stands || !departure) return OK;
  TRY(natural_stands(u->r, departure, &left, e));
  if (!left) block(u, "event %" PRId64 ", by which they left, was taken back", departure);
  TRY(transfer_of(u->r, departure, &base, &arrival, e));
  if (arrival) block(u, "event %" PRId64 " let them arrive", arrival);
  return OK;
}

/* The version of a row that the event replaced or ended. */
static enum status replaced(struct undo *u, const struct level_store *ls, struct store_stmt *st, const struct touched *t, struct store_value *out, bool *found, struct err *e) {
  bool row;
  *found = false;
  store_reset(st);
  for (uint32_t i = 0; i < ls->key_count; i++) store_bind_int(st, (int)i + 1, t->key[i]);
  for (;;) {
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    if (store_int(st, (int)ls->current.count) != u->event) continue;
    store_values(st, out, ls->current.count);
    *found = true;
    return OK;
  }
}

/* Whether the row stands as the event left it, brought back by taking back the one event that had changed it since. */
static enum status as_left(struct undo *u, const struct level_store *ls, struct store_stmt *st, const struct touched *t, int64_t now_from, bool *out, struct err *e) {
  bool row;
  int64_t until = 0, by = 0;
  store_reset(st);
  for (uint32_t i = 0; i < ls->key_count; i++) store_bind_int(st, (int)i + 1, t->key[i]);
  for (;;) {
    TRY(store_step(st, &row, e));
    if (!row) break;
    if (store_int(st, (int)ls->from_event) == u->event) until = store_int(st, (int)ls->current.count);
  }
  if (until) TRY(undone_by(u->r, until, &by, e));
  *out = by && by == now_from;
  return OK;
}

/* A household the event brought cannot go while members or lines that came later belong to it. */
static enum status block_children(struct undo *u, struct writer *w, const struct store_value *household, struct err *e) {
  struct registry *r = u->r;
  for (uint32_t l = 0; l < r->level_count; l++) {
    struct store_stmt *st;
    bool row;
    if (l == LEVEL_HOUSEHOLD || l == LEVEL_VILLAGE) continue;
    TRY(writer_children(w, l, &st, e));
    store_bind_int(st, 1, household[0].i), store_bind_int(st, 2, household[1].i);
    for (;;) {
      TRY(store_step(st, &row, e));
      if (!row) break;
      int64_t from = store_int(st, (int)r->levels[l].from_event);
      if (from == u->event) continue;
      struct span k = store_text(st, (int)r->levels[l].key), own = household[r->levels[LEVEL_HOUSEHOLD].key].s;
      block(u, "event %" PRId64 " added %s %.*s to household %.*s", from, core_level_word(r, l), (int)k.len, k.at, (int)own.len, own.at);
    }
  }
  return OK;
}

static enum status restore_level(struct undo *u, struct writer *w, uint32_t l, struct registry_undone *out, struct err *e) {
  const struct level_store *ls = &u->r->levels[l];
  struct store_stmt *history = NULL, *get;
  if (!u->count[l]) return OK;
  struct store_value *now = calloc(ls->current.count, sizeof *now), *then = calloc(ls->current.count, sizeof *then);
  enum status s = now && then ? store_prepare(u->r->db, &ls->history, STORE_PREFIX, ls->key_count, &history, e) : err_set(e, ERR_MEMORY, NULL, "out of memory");
  for (size_t i = 0; i < u->count[l] && s == OK; i++) {
    const struct touched *t = &u->rows[l][i];
    bool have = false, had = false;
    s = writer_get(w, l, &get, e);
    if (s != OK) break;
    for (uint32_t k = 0; k < ls->key_count; k++) store_bind_int(get, (int)k + 1, t->key[k]);
    s = store_step(get, &have, e);
    if (s != OK) break;
    if (have) store_values(get, now, ls->current.count);
    bool left = have && now[ls->from_event].i == u->event;
    if (have && !left) s = as_left(u, ls, history, t, now[ls->from_event].i, &left, e);
    if (s == OK) s = replaced(u, ls, history, t, then, &had, e); /* last: its texts live in the statement */
    if (s != OK) break;
    if (have && !left) { /* ended by it, and there again since */
      block(u, "event %" PRId64 " brought back %s %.*s", now[ls->from_event].i, core_level_word(u->r, l), (int)now[ls->key].s.len, now[ls->key].s.at);
      continue;
    }
    if (have && !had && l == LEVEL_HOUSEHOLD) s = block_children(u, w, now, e);
    if (s != OK) break;
    if (u->blocker_count) continue; /* only the list is wanted now */
    if (have && had) s = writer_update(w, l, now, then, e), out->restored++;
    else if (have) s = writer_end(w, l, now, e), out->ended++;
    else if (had) s = writer_insert(w, l, then, e), out->restored++;
  }
  store_free(history);
  free(now), free(then);
  return s;
}

static enum status undo_body(struct undo *u, struct registry_undone *out, struct err *e) {
  struct writer w;
  struct round_info round;
  TRY(check_event(u, e));
  TRY(check_transfer(u, e));
  TRY(read_homes(u, e));
  for (uint32_t l = 0; l < u->r->level_count; l++) TRY(collect(u, l, e));
  TRY(registry_round_get(u->r, NULL, &round, e));
  enum status s = writer_open(&w, u->r, round.id, false, e);
  for (uint32_t l = 0; l < u->r->level_count && s == OK; l++) s = restore_level(u, &w, l, out, e);
  if (s == OK && u->blocker_count) {
    if (u->blocker_count > BLOCKERS_SHOWN) text_addf(&u->blockers, "; and %u more", u->blocker_count - BLOCKERS_SHOWN);
    s = err_set(e, ERR_CONFLICT, "undo the later events first, the latest first; what was undone already is in the way too: set such values by hand; a closed round stays: correct in a new one", "event %" PRId64 " cannot be taken back any more: %s", u->event, text_str(&u->blockers));
  }
  char detail[32];
  snprintf(detail, sizeof detail, "%" PRId64, u->event);
  struct event ev = {.kind = "undo", .source = "", .source_hash = "", .detail = detail, .undoes = u->event};
  if (s == OK) s = writer_finish(&w, &ev, e);
  writer_drop(&w);
  out->event = ev.id;
  return s;
}

static enum status latest(struct registry *r, int64_t *event, struct err *e) {
  struct store_stmt *st;
  bool row;
  TRY(store_sql(r->db, SQL_EVENT_UNDOABLE, &st, e));
  TRY(store_step(st, &row, e));
  bool none = !row || store_null(st, 0);
  *event = store_int(st, 0);
  store_reset(st);
  return none ? err_set(e, ERR_NOT_FOUND, NULL, "there is nothing to take back: no import, edit or natural change that still stands") : OK;
}

static enum status undo_one(struct registry *r, int64_t event, struct registry_undone *out, struct err *e) {
  struct undo u = {.r = r, .event = event};
  *out = (struct registry_undone){0};
  text_init(&u.blockers, 500);
  TRY(core_begin(r, e));
  core_writer_note(r, "undoing");
  enum status s = event ? OK : latest(r, &u.event, e);
  out->undone = u.event;
  if (s == OK) s = undo_body(&u, out, e);
  if (s == OK) s = core_commit(r, e);
  else core_rollback(r);
  core_writer_done(r);
  for (uint32_t l = 0; l < LEVEL_MAX; l++) free(u.rows[l]);
  free(u.homes);
  text_free(&u.blockers);
  return s;
}

/* The event to take back so that this one no longer stands: itself, or what brought it back last. */
static enum status standing(struct registry *r, int64_t event, int64_t *out, struct err *e) {
  for (*out = event; event;) {
    *out = event;
    TRY(undone_by(r, event, &event, e));
  }
  return OK;
}

/* The two events of a transfer are taken back together, the second first; cut short between, it is half done, and either may follow. */
static enum status undo_both(struct registry *r, int64_t departure, int64_t arrival, struct registry_undone *out, struct err *e) {
  struct registry_undone second;
  int64_t first, last;
  TRY(standing(r, departure, &first, e));
  TRY(standing(r, arrival, &last, e));
  TRY(undo_one(r, last, &second, e));
  enum status s = undo_one(r, first, out, e);
  if (s != OK) return err_prefix(e, "event %" PRId64 " took back their arrival, and they are still away", second.event);
  out->restored += second.restored, out->ended += second.ended, out->arrival = arrival;
  return OK;
}

enum status registry_undo(struct registry *r, int64_t event, struct registry_undone *out, struct err *e) {
  int64_t departure, arrival;
  bool stands = false;
  TRY(core_writable(r, e));
  if (!event) TRY(latest(r, &event, e));
  TRY(transfer_of(r, event, &departure, &arrival, e));
  if (departure) TRY(natural_stands(r, event, &stands, e));
  if (departure && stands) return undo_both(r, departure, event, out, e);
  if (arrival) return undo_both(r, event, arrival, out, e);
  return undo_one(r, event, out, e);
}
