/* overview.c - what is in a registry, for `lucid status`. */
#include <string.h>

#include "base/file.h"
#include "registry/copy.h"
#include "registry/event.h"

static enum status count_rows(struct registry *r, const struct table_spec *t, int64_t *out, struct err *e) {
  struct store_stmt *st;
  bool row;
  TRY(store_prepare(r->db, t, STORE_COUNT_ALL, 0, &st, e));
  enum status s = store_step(st, &row, e);
  if (s == OK && row) *out = store_int(st, 0);
  store_free(st);
  return s;
}

/* The programme's folder may have changed since the registry took its copy. */
static enum status folder_state(struct registry *r, struct registry_status *out, struct err *e) {
  char *rules, *source, hex[65];
  struct arena a;
  struct programme *p = NULL;
  struct problem *problems = NULL;
  struct err ignored;
  out->programme_folder = FOLDER_GONE;
  if (!r->folder[0] || !file_is_dir(r->folder)) return OK;
  arena_init(&a, 0);
  enum status s = core_meta_get(r, &a, "rules_hash", &rules, e);
  if (s == OK) s = core_meta_get(r, &a, "source_hash", &source, e);
  if (s == OK && programme_load(&a, r->folder, &p, &problems, &ignored) != OK) out->programme_folder = FOLDER_BROKEN;
  else if (s == OK && strcmp(digest_hex(&p->rules_hash, hex), rules) != 0) out->programme_folder = FOLDER_RULES_CHANGED;
  else if (s == OK && strcmp(digest_hex(&p->source_hash, hex), source) != 0) out->programme_folder = FOLDER_TEXTS_CHANGED;
  else out->programme_folder = FOLDER_SAME;
  arena_drop(&a);
  return s;
}

enum status registry_status(struct registry *r, struct arena *a, struct registry_status *out, struct err *e) {
  struct store_stmt *st;
  bool row;
  char *text;
  *out = (struct registry_status){.path = r->path, .folder = r->folder, .level_count = r->level_count, .key = r->seal.ready || r->seal.locked, .key_locked = r->seal.locked, .key_why = r->seal.why};
  memcpy(out->key_id, r->seal.id, sizeof out->key_id);
  TRY(core_meta_get(r, a, "programme", &text, e));
  out->programme = text;
  TRY(core_meta_get(r, a, "engine", &text, e));
  out->engine = text;
  for (uint32_t l = 0; l < r->level_count; l++) {
    out->levels[l].name = r->levels[l].def->name;
    TRY(count_rows(r, &r->levels[l].current, &out->levels[l].now, e));
    TRY(count_rows(r, &r->levels[l].history, &out->levels[l].before, e));
  }
  TRY(store_sql(r->db, SQL_EVENT_COUNT, &st, e));
  TRY(store_step(st, &row, e));
  out->events = store_int(st, 0);
  store_reset(st);
  TRY(store_sql(r->db, SQL_EVENT_LATEST, &st, e));
  TRY(store_step(st, &row, e));
  if (row) {
    struct event_row ev;
    event_read(st, &ev);
    out->last_event_at = ev.at;
    out->last_event_kind = arena_strn(a, ev.kind.at, ev.kind.len), out->last_event_actor = arena_strn(a, ev.actor.at, ev.actor.len);
  }
  store_reset(st);
  return folder_state(r, out, e);
}

enum status registry_key_sheet(struct registry *r, char id[17], char digits[80], struct err *e) {
  TRY(seal_need(&r->seal, "the recovery sheet", e));
  memcpy(id, r->seal.id, 17);
  seal_recovery(&r->seal, digits);
  return OK;
}

enum status registry_key_lock(struct registry *r, const char *passphrase, struct err *e) {
  TRY(seal_need(&r->seal, "a passphrase", e));
  if (r->key_unfinished) return err_set(e, ERR_CONFLICT, "`lucid key rotate` finishes it", "%s: a change of the key was interrupted", r->path);
  return seal_lock_put(&r->seal, r->key_path, passphrase, e);
}

const char *registry_key_path(const struct registry *r) { return r->key_path; }

enum status registry_backup(struct registry *r, const char *to, struct err *e) {
  struct registry_copied copied;
  if (!store_on_server(r->url)) return store_backup(r->db, to, e);
  if (store_on_server(to)) return err_set(e, ERR_USAGE, "name a file; `lucid copy` copies into another database", "a backup is a file");
  return registry_copy(r, to, NULL, NULL, &copied, e);
}
