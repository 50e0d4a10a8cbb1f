#include "registry/rotate.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "registry/event.h"

struct rotation {
  struct registry *r;
  struct seal next;
  struct progress *pr;
  struct registry_rotated *out;
  uint8_t *plain; /* room for one opened value */
  size_t room;
};

static enum status step(struct rotation *t, struct err *e) {
  uint64_t n = (uint64_t)(t->out->households + t->out->indexes);
  if (n % 1024 == 0 && t->pr && progress_step(t->pr, n)) return err_set(e, ERR_CANCELLED, NULL, "stopped; the old key is still in force");
  return OK;
}

/* ---- data keys ---- */

static enum status put_wrapped(struct rotation *t, int64_t home, int64_t household, const uint8_t wrapped[SEAL_WRAPPED_BYTES], struct err *e) {
  struct store_stmt *put;
  TRY(store_sql(t->r->db, SQL_SEAL_REWRAP, &put, e));
  store_bind_int(put, 1, home), store_bind_int(put, 2, household), store_bind_blob(put, 3, wrapped, SEAL_WRAPPED_BYTES);
  TRY(store_run(put, e));
  t->out->households++;
  return step(t, e);
}

/* A row is written when the cursor has left it: SQLite may show a changed row twice. */
static enum status wrap_all(struct rotation *t, struct err *e) {
  struct store_stmt *all;
  uint8_t wrapped[SEAL_WRAPPED_BYTES];
  int64_t home = 0, household = 0;
  bool row = true, waiting = false;
  TRY(store_sql(t->r->db, SQL_SEAL_ALL, &all, e));
  while (row) {
    TRY(store_step(all, &row, e));
    enum status s = waiting ? put_wrapped(t, home, household, wrapped, e) : OK;
    waiting = row && !store_null(all, 2); /* null: erased */
    if (waiting) home = store_int(all, 0), household = store_int(all, 1);
    if (s == OK && waiting) s = seal_rewrap(&t->r->seal, &t->next, home, household, store_blob(all, 2), wrapped, e);
    if (s != OK) {
      store_reset(all);
      return s;
    }
  }
  return OK;
}

/* ---- blind indexes ---- */

static enum status open_value(struct rotation *t, struct seal_place at, struct span sealed, size_t *n, struct err *e) {
  if (sealed.len > t->room) {
    uint8_t *p = realloc(t->plain, sealed.len);
    if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    t->plain = p, t->room = sealed.len;
  }
  *n = sealed.len < SEAL_OVERHEAD ? 0 : sealed.len - SEAL_OVERHEAD;
  return seal_decrypt(&t->next, at, sealed.at, sealed.len, t->plain, e);
}

struct blinds { /* of the row the cursor has just left */
  int64_t key[4];
  struct blind { bool have; uint8_t bytes[SEAL_BLIND_BYTES]; } *of; /* one a field */
  struct store_stmt **set;
};

static enum status make_blinds(struct rotation *t, const struct level_store *ls, const struct table_spec *table, const struct store_value *v, struct blinds *b, struct err *e) {
  for (uint32_t k = 0; k < table->key_count; k++) b->key[k] = v[k].i;
  for (uint32_t i = 0; i < ls->field_count; i++) {
    const struct field_slot *f = &ls->fields[i];
    size_t n;
    if (!f->blind_at || v[f->blind_at].kind == STORE_NULL || v[f->at].kind == STORE_NULL) continue;
    struct seal_place at = {v[0].i, v[1].i, ls->key_count == 3 ? v[2].i : 0, f->id};
    TRY(seal_household(&t->next, t->r->db, at.home, at.household, false, e));
    TRY(open_value(t, at, v[f->at].s, &n, e));
    seal_blind(&t->next, f->id, t->plain, n, b->of[i].bytes);
    sodium_memzero(t->plain, n);
    b->of[i].have = true;
  }
  return OK;
}

static enum status put_blinds(struct rotation *t, const struct level_store *ls, const struct table_spec *table, struct blinds *b, struct err *e) {
  for (uint32_t i = 0; i < ls->field_count; i++) {
    if (!b->of[i].have) continue;
    b->of[i].have = false;
    if (!b->set[i]) TRY(store_prepare(t->r->db, table, STORE_SET, ls->fields[i].blind_at, &b->set[i], e));
    for (uint32_t k = 0; k < table->key_count; k++) store_bind_int(b->set[i], (int)k + 1, b->key[k]);
    store_bind_blob(b->set[i], (int)table->key_count + 1, b->of[i].bytes, SEAL_BLIND_BYTES);
    TRY(store_run(b->set[i], e));
    t->out->indexes++;
    TRY(step(t, e));
  }
  return OK;
}

static enum status blind_table(struct rotation *t, const struct level_store *ls, const struct table_spec *table, struct err *e) {
  struct store_stmt *all = NULL;
  uint32_t n = ls->field_count ? ls->field_count : 1;
  struct blinds b = {.of = calloc(n, sizeof *b.of), .set = calloc(n, sizeof(struct store_stmt *))};
  struct store_value *v = calloc(table->count, sizeof *v);
  bool row = true;
  enum status s = b.of && b.set && v ? store_prepare(t->r->db, table, STORE_PREFIX, 0, &all, e) : err_set(e, ERR_MEMORY, NULL, "out of memory");
  while (s == OK && row) {
    s = store_step(all, &row, e);
    if (s == OK) s = put_blinds(t, ls, table, &b, e);
    if (s != OK || !row) break;
    store_values(all, v, table->count);
    s = make_blinds(t, ls, table, v, &b, e);
  }
  store_free(all);
  for (uint32_t i = 0; b.set && i < n; i++) store_free(b.set[i]);
  free(b.of), free(b.set), free(v);
  return s;
}

static enum status blind_all(struct rotation *t, struct err *e) {
  for (uint32_t l = 0; l < t->r->level_count; l++) {
    const struct level_store *ls = &t->r->levels[l];
    bool any = false;
    for (uint32_t i = 0; i < ls->field_count; i++) any |= ls->fields[i].blind_at != 0;
    if (!any || l == LEVEL_VILLAGE) continue;
    TRY(blind_table(t, ls, &ls->current, e));
    TRY(blind_table(t, ls, &ls->history, e));
  }
  return OK;
}

/* ---- the whole ---- */

static enum status body(struct rotation *t, struct err *e) {
  struct registry *r = t->r;
  char detail[64];
  struct event ev = {.kind = "key", .source = "", .source_hash = "", .detail = detail};
  struct event_hash none;
  snprintf(detail, sizeof detail, "%s to %s", r->seal.id, t->next.id);
  TRY(wrap_all(t, e));
  TRY(blind_all(t, e));
  TRY(core_meta_put(r, "place", r->place_id, e)); /* of a database: the folder of its first key stays */
  TRY(core_meta_put(r, "key_id", t->next.id, e));
  event_hash_open(&none);
  TRY(event_put(r, &ev, &none, e));
  t->out->event = ev.id;
  return core_key_generation(r, t->next.id, ev.id, e);
}

/* The old key aside, the new one in its place. May be done again from any point. */
static enum status put_files(struct registry *r, const char *fresh, const char *kept, struct err *e) {
  if (link(r->key_path, kept) != 0 && errno != EEXIST) return err_errno(e, errno, "cannot keep the old key as %s", kept);
  if (rename(fresh, r->key_path) != 0 && errno != ENOENT /* somebody else was quicker */) return err_errno(e, errno, "cannot put the new key to %s", r->key_path);
  return file_sync_dir(file_dir(r->arena, r->key_path), e);
}

static enum status old_key(struct registry *r, char id[17], struct err *e) {
  struct seal old;
  TRY(seal_open(&old, r->key_path, NULL, e));
  memcpy(id, old.id, sizeof old.id);
  seal_close(&old);
  return OK;
}

/* A file that stands where the old key will be kept must be that key, from an attempt that was interrupted. */
static enum status may_keep(const char *kept, const char *id, struct err *e) {
  struct seal there;
  if (!file_exists(kept)) return OK;
  enum status s = seal_open(&there, kept, id, NULL);
  bool same = s == OK && (there.ready || there.locked);
  seal_close(&there);
  return same ? OK : err_set(e, ERR_CONFLICT, "move it away first", "%s is there, and is not the key that would be kept under that name", kept);
}

enum status registry_key_rotate(struct registry *r, struct progress *pr, struct registry_rotated *out, struct err *e) {
  struct rotation t = {.r = r, .pr = pr, .out = out};
  char *fresh, *kept;
  *out = (struct registry_rotated){0};
  TRY(core_writable(r, e));
  TRY(seal_need(&r->seal, "changing the key", e));
  ARENA_TRY(e, fresh = core_new_key_path(r));
  if (r->key_unfinished) TRY(old_key(r, out->old_id, e));
  else memcpy(out->old_id, r->seal.id, sizeof out->old_id);
  ARENA_TRY(e, kept = arena_printf(r->arena, "%s.%s", r->key_path, out->old_id));
  out->kept = kept;
  TRY(may_keep(kept, out->old_id, e));
  if (!r->key_unfinished && !store_on_server(r->url)) { /* the log of changes: every row with a search value, and every wrapped key */
    uint64_t size;
    TRY(store_size(r->db, &size, e));
    TRY(core_space(r, size / 2 + (1 << 20), "changing the key", e));
  }
  if (!r->key_unfinished) {
    enum status s = core_begin(r, e);
    if (s == OK) {
      /* The writer's place is ours and the key in force is at hand: what lies there was never in force. */
      if (unlink(fresh) != 0 && errno != ENOENT) s = err_errno(e, errno, "cannot remove %s", fresh);
      if (s == OK) s = seal_create(&t.next, fresh, &r->seal, e);
      if (s == OK) s = file_sync_dir(file_dir(r->arena, fresh), e);
      core_writer_note(r, "changing the key");
      if (pr) progress_begin(pr, "wrapping keys", "keys", 0);
      if (s == OK) s = body(&t, e);
      if (s == OK) s = core_commit(r, e);
      else core_rollback(r);
      if (pr) progress_end(pr);
      core_writer_done(r);
    }
    if (s == OK) {
      seal_close(&r->seal);
      r->seal = t.next, r->seal.household = -1;
      r->key_unfinished = true;
    }
    free(t.plain);
    seal_close(&t.next);
    TRY(s); /* a new key that may be in force after all stays where it is: every command looks there */
  }
  memcpy(out->id, r->seal.id, sizeof out->id);
  seal_recovery(&r->seal, out->digits);
  TRY(put_files(r, fresh, kept, e));
  r->key_unfinished = false;
  return core_clear_traces(r, e);
}
