#include "registry/version.h"

#include <stdlib.h>
#include <string.h>

/* ---- bytes ---- */

static bool bytes_room(struct bytes *b, size_t n) {
  if (b->cap - b->len >= n) return true;
  size_t cap = b->cap ? b->cap : 512;
  while (cap - b->len < n) cap *= 2;
  uint8_t *p = realloc(b->at, cap);
  if (!p) {
    b->failed = true;
    return false;
  }
  b->at = p, b->cap = cap;
  return true;
}

void bytes_add(struct bytes *b, const void *p, size_t n) {
  if (!bytes_room(b, n)) return;
  memcpy(b->at + b->len, p, n);
  b->len += n;
}

void bytes_free(struct bytes *b) {
  free(b->at);
  *b = (struct bytes){0};
}

/* ---- encoding ---- */

static uint8_t *put16(uint8_t *p, uint16_t v) { return p[0] = (uint8_t)v, p[1] = (uint8_t)(v >> 8), p + 2; }
static uint8_t *put32(uint8_t *p, uint32_t v) { return put16(put16(p, (uint16_t)v), (uint16_t)(v >> 16)); }
static uint8_t *put64(uint8_t *p, uint64_t v) { return put32(put32(p, (uint32_t)v), (uint32_t)(v >> 32)); }

void version_encode(const struct level_store *ls, const struct store_value *v, bool ended, struct bytes *out) {
  uint32_t n = ended ? ls->key_count : ls->order_count; /* the key has the smallest numbers */
  out->len = 0;
  if (!bytes_room(out, 1 + 11 * (size_t)n)) return;
  out->at[out->len++] = ended ? 0 : 1;
  for (uint32_t k = 0; k < n; k++) {
    uint32_t i = ls->order[k];
    if (v[i].kind == STORE_NULL) continue;
    bool sized = v[i].kind == STORE_VALUE_TEXT || v[i].kind == STORE_VALUE_BLOB;
    if (!bytes_room(out, 16 + (sized ? v[i].s.len : 0))) return;
    uint8_t *p = put16(out->at + out->len, ls->numbers[i]);
    *p++ = (uint8_t)v[i].kind;
    if (sized) {
      p = put32(p, (uint32_t)v[i].s.len);
      if (v[i].s.len) memcpy(p, v[i].s.at, v[i].s.len);
      p += v[i].s.len;
    } else {
      uint64_t u;
      memcpy(&u, &v[i].i, 8); /* the same eight bytes hold the integer or the double */
      p = put64(p, u);
    }
    out->len = (size_t)(p - out->at);
  }
}

static bool same_value(const struct store_value *a, const struct store_value *b) {
  if (a->kind != b->kind) return false;
  switch (a->kind) {
  case STORE_VALUE_INT: return a->i == b->i;
  case STORE_VALUE_REAL: return a->d == b->d;
  case STORE_VALUE_TEXT:
  case STORE_VALUE_BLOB: return a->s.len == b->s.len && (a->s.len == 0 || memcmp(a->s.at, b->s.at, a->s.len) == 0);
  case STORE_NULL:
  default: return true;
  }
}

bool version_same(const struct level_store *ls, const struct store_value *a, const struct store_value *b) {
  for (uint32_t i = 0; i < ls->current.count; i++) {
    if (i == ls->from_event || i == ls->valid_from || i == ls->round) continue;
    if (!same_value(&a[i], &b[i])) return false;
  }
  return true;
}

void version_absences(const struct level_store *ls, const struct store_value *v, uint8_t *why) {
  for (uint32_t i = 0; i < ls->field_count; i++) why[i] = v[ls->fields[i].at].kind == STORE_NULL ? ABSENT_EMPTY : PRESENT;
  const struct store_value *b = &v[ls->absent];
  if (b->kind != STORE_VALUE_BLOB) return;
  for (size_t k = 0; k + 3 <= b->s.len; k += 3) {
    uint32_t id = (uint8_t)b->s.at[k] | (uint32_t)(uint8_t)b->s.at[k + 1] << 8;
    for (uint32_t i = 0; i < ls->field_count; i++)
      if (ls->fields[i].id == id && why[i] != PRESENT && (uint8_t)b->s.at[k + 2] < ABSENCE_COUNT) why[i] = (uint8_t)b->s.at[k + 2];
  }
}

void version_set_absences(const struct level_store *ls, struct store_value *v, const uint8_t *why, uint8_t *room) {
  uint8_t *p = room;
  for (uint32_t i = 0; i < ls->field_count; i++)
    if (why[i] != PRESENT && why[i] != ABSENT_EMPTY) p = put16(p, (uint16_t)ls->fields[i].id), *p++ = why[i];
  if (p == room) v[ls->absent] = (struct store_value){.kind = STORE_NULL};
  else v[ls->absent] = (struct store_value){.kind = STORE_VALUE_BLOB, .s = {(char *)room, (size_t)(p - room)}};
}

struct cell version_cell(const struct level_store *ls, const struct store_value *v, uint32_t field) {
  const struct field_slot *f = &ls->fields[field];
  const struct store_value *x = &v[f->at];
  if (x->kind == STORE_NULL) {
    struct cell c = {.absence = ABSENT_EMPTY};
    const struct store_value *b = &v[ls->absent];
    if (b->kind == STORE_VALUE_BLOB)
      for (size_t k = 0; k + 3 <= b->s.len; k += 3)
        if (((uint8_t)b->s.at[k] | (uint32_t)(uint8_t)b->s.at[k + 1] << 8) == f->id && (uint8_t)b->s.at[k + 2] < ABSENCE_COUNT) c.absence = (enum absence)(uint8_t)b->s.at[k + 2];
    return c;
  }
  if (f->def->sealed) return (struct cell){.s = {"sealed", 6}};
  if (f->def->kind == COL_REAL) return (struct cell){.d = x->kind == STORE_VALUE_REAL ? x->d : (double)x->i};
  if (f->def->kind == COL_TEXT || f->def->kind == COL_CHOICE) return (struct cell){.s = x->s};
  return (struct cell){.i = x->i};
}

/* ---- writing ---- */

enum status writer_open(struct writer *w, struct registry *r, int64_t round, bool dry, struct err *e) {
  *w = (struct writer){.r = r, .round = round, .lists = round, .dry = dry, .today = core_today(r)};
  event_hash_open(&w->hash);
  uint32_t most = 0;
  for (uint32_t l = 0; l < r->level_count; l++)
    if (r->levels[l].history.count > most) most = r->levels[l].history.count;
  if (!(w->retired = calloc(most + 1, sizeof *w->retired))) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  return event_next(r, &w->event, e);
}

static enum status op(struct writer *w, uint32_t level, struct store_stmt **slot, const struct table_spec *t, enum store_op o, uint32_t n, struct err *e) {
  (void)level;
  if (*slot) {
    store_reset(*slot);
    return OK;
  }
  return store_prepare(w->r->db, t, o, n, slot, e);
}

enum status writer_get(struct writer *w, uint32_t level, struct store_stmt **out, struct err *e) {
  TRY(op(w, level, &w->ops[level].get, &w->r->levels[level].current, STORE_GET, 0, e));
  *out = w->ops[level].get;
  return OK;
}

enum status writer_children(struct writer *w, uint32_t level, struct store_stmt **out, struct err *e) {
  TRY(op(w, level, &w->ops[level].children, &w->r->levels[level].current, STORE_PREFIX, 2, e));
  *out = w->ops[level].children;
  return OK;
}

enum status writer_last_child(struct writer *w, uint32_t level, int64_t home, int64_t household, int64_t *out, struct err *e) {
  struct level_store *ls = &w->r->levels[level];
  *out = 0;
  TRY(op(w, level, &w->ops[level].max, &ls->current, STORE_MAX, 2, e));
  TRY(op(w, level, &w->ops[level].max_history, &ls->history, STORE_MAX, 2, e));
  struct store_stmt *both[2] = {w->ops[level].max, w->ops[level].max_history};
  for (int i = 0; i < 2; i++) {
    bool row;
    store_bind_int(both[i], 1, home), store_bind_int(both[i], 2, household);
    TRY(store_step(both[i], &row, e));
    if (row && store_int(both[i], 0) > *out) *out = store_int(both[i], 0);
    store_reset(both[i]);
  }
  return OK;
}

static enum status put_row(struct writer *w, uint32_t level, struct store_value *v, struct err *e) {
  struct level_store *ls = &w->r->levels[level];
  v[ls->from_event] = (struct store_value){.kind = STORE_VALUE_INT, .i = w->event};
  v[ls->valid_from] = (struct store_value){.kind = STORE_VALUE_INT, .i = w->today};
  v[ls->round] = (struct store_value){.kind = STORE_VALUE_INT, .i = w->round};
  version_encode(ls, v, false, &w->buffer);
  if (w->buffer.failed) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  event_hash_add(&w->hash, level, v[0].i, w->buffer.at, w->buffer.len);
  if (!w->ops[level].insert) TRY(store_bulk_open(w->r->db, &ls->current, &w->ops[level].insert, e));
  return store_bulk_row(w->ops[level].insert, v, e);
}

/* Moves the row at hand to the history. */
static enum status retire(struct writer *w, uint32_t level, const struct store_value *old, struct err *e) {
  struct level_store *ls = &w->r->levels[level];
  uint32_t n = ls->current.count;
  if (!w->ops[level].history) TRY(store_bulk_open(w->r->db, &ls->history, &w->ops[level].history, e));
  memcpy(w->retired, old, n * sizeof *old);
  w->retired[n] = (struct store_value){.kind = STORE_VALUE_INT, .i = w->event};
  w->retired[n + 1] = (struct store_value){.kind = STORE_VALUE_INT, .i = w->today};
  TRY(store_bulk_row(w->ops[level].history, w->retired, e));
  TRY(op(w, level, &w->ops[level].erase, &ls->current, STORE_DELETE, 0, e));
  struct store_stmt *st = w->ops[level].erase;
  for (uint32_t i = 0; i < ls->key_count; i++) store_bind_value(st, (int)i + 1, &old[i]);
  return store_run(st, e);
}

enum status writer_insert(struct writer *w, uint32_t level, struct store_value *v, struct err *e) {
  w->inserted++;
  return w->dry ? OK : put_row(w, level, v, e);
}

enum status writer_update(struct writer *w, uint32_t level, const struct store_value *old, struct store_value *v, struct err *e) {
  if (version_same(&w->r->levels[level], old, v)) {
    w->unchanged++;
    return OK;
  }
  w->changed++;
  if (w->dry) return OK;
  TRY(retire(w, level, old, e));
  return put_row(w, level, v, e);
}

enum status writer_end(struct writer *w, uint32_t level, const struct store_value *old, struct err *e) {
  w->ended++;
  if (w->dry) return OK;
  TRY(retire(w, level, old, e));
  version_encode(&w->r->levels[level], old, true, &w->buffer);
  if (w->buffer.failed) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  event_hash_add(&w->hash, level, old[0].i, w->buffer.at, w->buffer.len);
  return OK;
}

void writer_drop(struct writer *w) {
  event_hash_drop(&w->hash);
  bytes_free(&w->buffer);
  for (uint32_t l = 0; l < LEVEL_MAX; l++) {
    store_bulk_close(w->ops[l].insert), store_bulk_close(w->ops[l].history), store_free(w->ops[l].erase), store_free(w->ops[l].get);
    store_free(w->ops[l].children), store_free(w->ops[l].max), store_free(w->ops[l].max_history);
  }
  memset(w->ops, 0, sizeof w->ops);
  store_bulk_close(w->keys);
  free(w->retired);
  w->retired = NULL, w->keys = NULL;
}

enum status writer_flush(struct writer *w, struct err *e) {
  for (uint32_t l = 0; l < w->r->level_count; l++) {
    if (w->ops[l].history) TRY(store_bulk_flush(w->ops[l].history, e));
    if (w->ops[l].insert) TRY(store_bulk_flush(w->ops[l].insert, e));
  }
  if (w->keys) TRY(store_bulk_flush(w->keys, e));
  return OK;
}

enum status writer_finish(struct writer *w, struct event *ev, struct err *e) {
  ev->round = w->round, ev->inserted = w->inserted, ev->changed = w->changed, ev->ended = w->ended;
  enum status s = writer_flush(w, e);
  if (s == OK && !w->dry) s = event_put(w->r, ev, &w->hash, e);
  writer_drop(w);
  return s;
}
