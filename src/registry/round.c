#include "registry/round.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "registry/freeze.h"
#include "registry/transfer.h"
#include "registry/version.h"

static void read_round(struct store_stmt *st, struct round_info *out, int64_t *closed) {
  *out = (struct round_info){.id = store_int(st, 0), .year = (int32_t)store_int(st, 2), .open = store_null(st, 4), .households = store_int(st, 6), .members = store_int(st, 7)};
  struct span name = store_text(st, 1), hash = store_text(st, 5);
  snprintf(out->name, sizeof out->name, "%.*s", (int)name.len, name.at);
  snprintf(out->snapshot, sizeof out->snapshot, "%.*s", (int)hash.len, hash.at);
  if (closed) *closed = store_int(st, 4);
}

static enum status find(struct registry *r, const char *name, struct round_info *out, bool *found, struct err *e) {
  struct store_stmt *st;
  TRY(store_sql(r->db, name ? SQL_ROUND_BY_NAME : SQL_ROUND_LATEST, &st, e));
  if (name) store_bind_str(st, 1, name);
  TRY(store_step(st, found, e));
  if (*found) read_round(st, out, NULL);
  store_reset(st);
  return OK;
}

enum status registry_round_get(struct registry *r, const char *name, struct round_info *out, struct err *e) {
  bool found;
  TRY(find(r, name, out, &found, e));
  if (found) return OK;
  if (!name) return err_set(e, ERR_NOT_FOUND, "open one: lucid round open REGISTRY NAME", "%s has no round yet", r->path);
  return err_set(e, ERR_NOT_FOUND, "`lucid round list REGISTRY` shows them", "%s has no round \"%s\"", r->path, name);
}

enum status round_writable(struct registry *r, const char *name, struct round_info *out, struct err *e) {
  TRY(registry_round_get(r, name, out, e));
  if (out->open) return OK;
  return err_set(e, ERR_CONFLICT, "its data are frozen; open a correction (lucid round correct REGISTRY --reason TEXT) or a new round", "round \"%s\" is closed", out->name);
}

enum status round_closed_by(struct registry *r, int64_t round, int64_t *event, struct err *e) {
  struct store_stmt *st;
  bool row;
  *event = 0;
  TRY(store_sql(r->db, SQL_ROUND_ALL, &st, e));
  for (;;) {
    struct round_info x;
    int64_t closed;
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    read_round(st, &x, &closed);
    if (x.id == round) *event = closed;
  }
}

enum status registry_round_closed_event(struct registry *r, int64_t round, int64_t *event, struct err *e) { return round_closed_by(r, round, event, e); }

enum status registry_rounds(struct registry *r, struct arena *a, struct round_info **out, uint32_t *count, struct err *e) {
  struct store_stmt *st;
  bool row;
  uint32_t n = 0, cap = 0;
  *out = NULL;
  TRY(store_sql(r->db, SQL_ROUND_ALL, &st, e));
  for (;;) {
    TRY(store_step(st, &row, e));
    if (!row) break;
    if (n == cap) ARENA_TRY(e, *out = arena_grow(a, *out, n, cap = cap ? 2 * cap : 8, sizeof **out));
    read_round(st, &(*out)[n++], NULL);
  }
  *count = n;
  return OK;
}

static enum status check_name(const char *name, struct err *e) {
  size_t n = strlen(name);
  if (n == 0 || n > SNAPSHOT_ROUND_MAX || !text_is_utf8(name, n, NULL))
    return err_set(e, ERR_USAGE, "a year or a short word, e.g. 2026", "a round's name has 1 to %d bytes of UTF-8", SNAPSHOT_ROUND_MAX);
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)name[i] < 0x20 || name[i] == 0x7F || name[i] == '"' || name[i] == '\\')
      return err_set(e, ERR_USAGE, "a year or a short word, e.g. 2026", "a round's name has no quotes, backslashes or control characters");
  return OK;
}

enum status round_begin(struct registry *r, const char *name, int32_t year, const char *kind, const char *detail, struct err *e) {
  struct round_info latest;
  struct store_stmt *st;
  bool found, row;
  int64_t id, event;
  TRY(check_name(name, e));
  TRY(find(r, name, &latest, &found, e));
  if (found) return err_set(e, ERR_CONFLICT, latest.open ? "it is open: import into it" : "choose another name", "there is a round \"%s\" already", name);
  TRY(find(r, NULL, &latest, &found, e));
  if (found && latest.open) return err_set(e, ERR_CONFLICT, "close it first: lucid round close REGISTRY NAME", "round \"%s\" is still open", latest.name);
  TRY(store_sql(r->db, SQL_ROUND_NEXT, &st, e));
  TRY(store_step(st, &row, e));
  id = store_int(st, 0);
  store_reset(st);
  TRY(event_next(r, &event, e));
  TRY(store_sql(r->db, SQL_ROUND_PUT, &st, e));
  store_bind_int(st, 1, id), store_bind_str(st, 2, name), store_bind_int(st, 3, year), store_bind_int(st, 4, event);
  TRY(store_run(st, e));
  struct event_hash none;
  event_hash_open(&none);
  return event_put(r, &(struct event){.kind = kind, .source = "", .source_hash = "", .detail = detail, .round = id}, &none, e);
}

enum status registry_round_open(struct registry *r, const char *name, int32_t year, struct round_info *out, struct err *e) {
  if (year == 0) year = r->p->year;
  TRY(core_begin(r, e));
  enum status s = round_begin(r, name, year, "round_open", name, e);
  if (s == OK) s = registry_round_get(r, name, out, e); /* before the commit: nothing may fail after it */
  if (s == OK) s = core_commit(r, e);
  else core_rollback(r);
  return s;
}

/* The latest closed round: its event, 0 = there is none, and its snapshot. */
static enum status latest_closed(struct registry *r, int64_t *event, char hash[65], struct err *e) {
  struct store_stmt *st;
  bool row;
  *event = 0;
  TRY(store_sql(r->db, SQL_ROUND_ALL, &st, e));
  for (;;) {
    struct round_info x;
    int64_t closed;
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    read_round(st, &x, &closed);
    if (closed > *event) *event = closed, memcpy(hash, x.snapshot, sizeof x.snapshot);
  }
}

static enum status close_body(struct registry *r, const char *name, struct round_closing *how, struct err *e) {
  struct round_info round;
  struct store_stmt *st;
  int64_t event;
  char basis[65] = "";
  TRY(registry_round_get(r, name, &round, e));
  if (!round.open) return err_set(e, ERR_CONFLICT, "its snapshot is kept; nothing needs to be done", "round \"%s\" is closed already", round.name);
  TRY(transfer_none_open(r, e));
  uint64_t size;
  TRY(store_size(r->db, &size, e));
  TRY(core_space(r, size / 4 + (1 << 20), "the snapshot", e)); /* columns are narrower than rows */
  TRY(event_next(r, &event, e));
  struct freezing f = {.parent = r->snapshots, .round = round.name, .year = round.year, .event = event, .basis_hash = basis, .pr = how->progress};
  if (!how->rewrite) TRY(latest_closed(r, &f.basis, basis, e));
  TRY(freeze(r, &f, e));
  how->written = f.written, how->taken = f.taken;
  TRY(store_sql(r->db, SQL_ROUND_CLOSE, &st, e));
  store_bind_int(st, 1, round.id), store_bind_int(st, 2, event), store_bind_str(st, 3, f.hash), store_bind_int(st, 4, f.households), store_bind_int(st, 5, f.members);
  TRY(store_run(st, e));
  struct event_hash none;
  event_hash_open(&none);
  return event_put(r, &(struct event){.kind = "round_close", .source = "", .source_hash = "", .detail = f.hash, .round = round.id}, &none, e);
}

enum status registry_round_close(struct registry *r, const char *name, struct progress *pr, struct round_info *out, struct err *e) {
  return registry_round_close_by(r, name, &(struct round_closing){.progress = pr}, out, e);
}

enum status registry_round_close_by(struct registry *r, const char *name, struct round_closing *how, struct round_info *out, struct err *e) {
  TRY(core_begin(r, e));
  core_writer_note(r, "closing a round");
  enum status s = close_body(r, name, how, e);
  if (s == OK) s = registry_round_get(r, name, out, e);
  if (s == OK) s = core_commit(r, e);
  else core_rollback(r);
  core_writer_done(r);
  return s;
}

enum status registry_snapshot(struct registry *r, const char *name, struct snapshot **out, struct err *e) {
  struct round_info round;
  TRY(registry_round_get(r, name, &round, e));
  if (round.open) return err_set(e, ERR_CONFLICT, "close it first: lucid round close REGISTRY NAME", "round \"%s\" is still open: it has no snapshot", round.name);
  enum status s = snapshot_open(r->snapshots, round.snapshot, NULL, out, e);
  if (s != ERR_NOT_FOUND) return s;
  /* The folder is gone: make it again from the versions. */
  struct freezing f = {.parent = r->snapshots, .round = round.name, .year = round.year};
  TRY(round_closed_by(r, round.id, &f.event, e));
  TRY(store_begin(r->db, false, e));
  s = freeze(r, &f, e);
  store_rollback(r->db);
  TRY(s);
  if (strcmp(f.hash, round.snapshot) != 0)
    return err_set(e, ERR_CORRUPT, "restore the latest backup; `lucid fsck` says what does not hold", "round \"%s\": made again from its versions, the snapshot is %.12s, not %.12s: rows were changed outside Lucid", round.name, f.hash,
                   round.snapshot);
  return snapshot_open(r->snapshots, round.snapshot, NULL, out, e);
}
