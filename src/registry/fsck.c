/* fsck.c - everything that must hold, checked from the bytes up. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "column/snapshot.h"
#include "registry/differ.h"
#include "registry/freeze.h"
#include "registry/transfer.h"
#include "registry/touched.h"
#include "registry/version.h"

struct recount { /* one event's rows, hashed again */
  struct digest_stream all, level, rows; /* of the event, of the level at hand, of the home at hand */
  int64_t home;
  struct digest said;
  bool has_all, has_level, has_rows;
};

struct fsck {
  struct registry *r;
  struct progress *pr;
  void (*found)(void *ctx, const struct registry_finding *f);
  void *ctx;
  uint64_t checked, bad, shown;
  struct recount *events; /* events[id - 1] */
  int64_t event_count;
  struct bytes buffer;
};

enum { SHOWN_AT_MOST = 200 }; /* a file full of errors needs no million lines */

static void say(struct fsck *f, bool error, const char *hint, const char *fmt, ...) PRINTF_LIKE(4, 5);
static void say(struct fsck *f, bool error, const char *hint, const char *fmt, ...) {
  char line[700];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(line, sizeof line, fmt, ap);
  va_end(ap);
  if (error) f->bad++;
  if (f->found && f->shown++ < SHOWN_AT_MOST) f->found(f->ctx, &(struct registry_finding){error, line, hint ? hint : ""});
}

#define RESTORE "restore the latest backup"

/* ---- events ---- */

static enum status check_events(struct fsck *f, struct err *e) {
  struct store_stmt *st;
  bool row;
  int64_t cap = 0;
  struct digest before = {{0}};
  TRY(store_sql(f->r->db, SQL_EVENT_ALL, &st, e));
  for (;;) {
    struct event_row ev;
    struct digest d;
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    event_read(st, &ev);
    f->checked++;
    if (ev.id != f->event_count + 1) say(f, true, RESTORE, "event %" PRId64 " follows event %" PRId64 ": the numbers have a gap", ev.id, f->event_count);
    if (!digest_equal(&ev.prev, &before)) say(f, true, RESTORE, "event %" PRId64 " does not continue the event before it: the chain is broken", ev.id);
    if (!event_digest(&ev, &d)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (!digest_equal(&d, &ev.hash)) say(f, true, RESTORE, "event %" PRId64 " (%.*s) was changed after it was written: its hash does not fit", ev.id, (int)ev.kind.len, ev.kind.at);
    before = ev.hash;
    if (f->event_count == cap) {
      cap = cap ? 2 * cap : 256;
      struct recount *p = realloc(f->events, (size_t)cap * sizeof *p);
      if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory");
      f->events = p;
    }
    f->events[f->event_count++] = (struct recount){.said = ev.rows};
  }
}

static void bad_parts(void *ctx, int64_t event) { say(ctx, true, RESTORE, "event %" PRId64 ": the homes it is said to have touched are not those of its hash", event); }

static enum status check_touched(struct fsck *f, struct err *e) {
  struct touched_seen seen = {.bad = bad_parts, .ctx = f};
  TRY(touched_check(f->r, &seen, e));
  if (seen.none) say(f, false, "they were written by an earlier version; the next close writes every county anew", "%" PRIu64 " events do not say which counties they touched", seen.none);
  return OK;
}

/* ---- rows ---- */

static enum status close_home(struct recount *c, struct err *e) {
  struct digest d;
  if (!c->has_rows) return OK;
  c->has_rows = false;
  bool good = digest_close(&c->rows, &d) && (c->has_level || (c->has_level = digest_open(&c->level)));
  if (!good) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  digest_add_u64(&c->level, (uint64_t)c->home);
  digest_add(&c->level, d.bytes, 32);
  return OK;
}

static enum status count_in(struct fsck *f, int64_t event, int64_t home, struct err *e) {
  struct recount *c = &f->events[event - 1];
  if (f->buffer.failed) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (c->has_rows && c->home != home) TRY(close_home(c, e));
  if (!c->has_rows && !(c->has_rows = digest_open(&c->rows))) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  c->home = home;
  digest_add(&c->rows, f->buffer.at, f->buffer.len);
  return OK;
}

static enum status close_level(struct fsck *f, uint32_t level, struct err *e) {
  for (int64_t i = 0; i < f->event_count; i++) {
    struct recount *c = &f->events[i];
    struct digest d;
    TRY(close_home(c, e));
    if (!c->has_level) continue;
    c->has_level = false;
    bool good = digest_close(&c->level, &d) && (c->has_all || (c->has_all = digest_open(&c->all)));
    if (!good) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    digest_add_u64(&c->all, level);
    digest_add(&c->all, d.bytes, 32);
  }
  return OK;
}

static enum status compare_events(struct fsck *f, struct err *e) {
  for (int64_t i = 0; i < f->event_count; i++) {
    struct recount *c = &f->events[i];
    struct digest d;
    if (!c->has_all && !digest_open(&c->all)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    c->has_all = false;
    if (!digest_close(&c->all, &d)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (!digest_equal(&d, &c->said)) say(f, true, RESTORE, "the rows of event %" PRId64 " are not those it wrote: somebody changed them outside Lucid", i + 1);
  }
  return OK;
}

struct side {
  struct store_stmt *st;
  struct store_value *v;
  bool have;
};

static int compare_keys(const struct level_store *ls, const struct store_value *a, const struct store_value *b) {
  for (uint32_t i = 0; i < ls->key_count; i++)
    if (a[i].i != b[i].i) return a[i].i < b[i].i ? -1 : 1;
  return 0;
}

static enum status move(struct side *s, uint32_t count, struct err *e) {
  TRY(store_step(s->st, &s->have, e));
  if (s->have) store_values(s->st, s->v, count);
  return OK;
}

struct line_of { /* the versions of one row, in the order of events */
  int64_t key[3], to;
  bool any;
};

static bool same_key(const struct line_of *l, const struct level_store *ls, const struct store_value *v) {
  for (uint32_t i = 0; i < ls->key_count; i++)
    if (l->key[i] != v[i].i) return false;
  return true;
}

static const char *name_row(const struct fsck *f, const struct level_store *ls, const struct store_value *v, char out[160]) {
  snprintf(out, 160, "%s %.*s (home %" PRId64 ", %" PRId64 ")", core_level_word(f->r, ls->level), (int)(v[ls->key].s.len < 80 ? v[ls->key].s.len : 80), v[ls->key].s.at, v[0].i, v[1].i);
  return out;
}

/* A version ended by event `to` without a successor from it: that event's hash has the row's end. */
static enum status ended(struct fsck *f, const struct level_store *ls, const struct line_of *l, struct err *e) {
  struct store_value key[3];
  if (!l->any || l->to == INT64_MAX) return OK;
  if (l->to < 1 || l->to > f->event_count) return OK; /* said already */
  for (uint32_t i = 0; i < ls->key_count; i++) key[i] = (struct store_value){.kind = STORE_VALUE_INT, .i = l->key[i]};
  version_encode(ls, key, true, &f->buffer);
  return count_in(f, l->to, l->key[0], e);
}

static enum status one_version(struct fsck *f, const struct level_store *ls, const struct store_value *v, int64_t to, struct line_of *l, struct err *e) {
  char name[160];
  int64_t from = v[ls->from_event].i;
  bool goes_on = l->any && same_key(l, ls, v);
  f->checked++;
  if (from < 1 || from > f->event_count || (to != INT64_MAX && (to < 1 || to > f->event_count))) {
    say(f, true, RESTORE, "%s: a version names an event that is not there", name_row(f, ls, v, name));
    return OK;
  }
  if (to <= from) say(f, true, RESTORE, "%s: a version ends (event %" PRId64 ") before it begins (event %" PRId64 ")", name_row(f, ls, v, name), to, from);
  if (goes_on && l->to == INT64_MAX) say(f, true, RESTORE, "%s: two versions hold at once", name_row(f, ls, v, name));
  else if (goes_on && from < l->to) say(f, true, RESTORE, "%s: two versions overlap (events %" PRId64 " and %" PRId64 ")", name_row(f, ls, v, name), from, l->to);
  if (!goes_on || from != l->to) TRY(ended(f, ls, l, e));
  version_encode(ls, v, false, &f->buffer);
  TRY(count_in(f, from, v[0].i, e));
  l->any = true, l->to = to;
  for (uint32_t i = 0; i < ls->key_count; i++) l->key[i] = v[i].i;
  return OK;
}

static enum status check_level(struct fsck *f, uint32_t level, struct err *e) {
  const struct level_store *ls = &f->r->levels[level];
  struct side now = {0}, then = {0};
  struct line_of line = {0};
  enum status s = OK;
  now.v = calloc(ls->history.count, sizeof *now.v), then.v = calloc(ls->history.count, sizeof *then.v);
  if (!now.v || !then.v) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (s == OK) s = store_prepare(f->r->db, &ls->current, STORE_PREFIX, 0, &now.st, e);
  if (s == OK) s = store_prepare(f->r->db, &ls->history, STORE_PREFIX, 0, &then.st, e);
  if (s == OK) s = move(&now, ls->current.count, e);
  if (s == OK) s = move(&then, ls->history.count, e);
  while (s == OK && (now.have || then.have)) {
    bool past = then.have && (!now.have || compare_keys(ls, then.v, now.v) <= 0); /* of one row, history first */
    struct side *x = past ? &then : &now;
    s = one_version(f, ls, x->v, past ? x->v[ls->current.count].i : INT64_MAX, &line, e);
    if (s == OK) s = move(x, past ? ls->history.count : ls->current.count, e);
    if (s == OK && f->checked % 4096 == 0 && f->pr && progress_step(f->pr, f->checked)) s = err_set(e, ERR_CANCELLED, NULL, "stopped");
  }
  if (s == OK) s = ended(f, ls, &line, e);
  if (s == OK) s = close_level(f, level, e);
  store_free(now.st), store_free(then.st);
  free(now.v), free(then.v);
  return s;
}

/* Every member and line that holds belongs to a household that holds. */
static enum status check_belonging(struct fsck *f, uint32_t level, struct err *e) {
  const struct level_store *ls = &f->r->levels[level];
  struct store_stmt *child = NULL, *household = NULL;
  bool row = true, have = false;
  int64_t home = 0, id = -1;
  enum status s = store_prepare(f->r->db, &ls->current, STORE_PREFIX, 0, &child, e);
  if (s == OK) s = store_prepare(f->r->db, &f->r->levels[LEVEL_HOUSEHOLD].current, STORE_GET, 0, &household, e);
  while (s == OK && (s = store_step(child, &row, e)) == OK && row) {
    if (store_int(child, 0) != home || store_int(child, 1) != id) {
      home = store_int(child, 0), id = store_int(child, 1);
      store_reset(household);
      store_bind_int(household, 1, home), store_bind_int(household, 2, id);
      s = store_step(household, &have, e);
      if (s == OK && !have) say(f, true, RESTORE, "a %s belongs to household %" PRId64 " of home %" PRId64 ", which is not there", core_level_word(f->r, level), id, home);
    }
  }
  store_free(child), store_free(household);
  return s;
}

/* ---- snapshots and files ---- */

static void tell(void *ctx, const char *line) { say(ctx, true, RESTORE, "changed outside Lucid since its round was closed: %s", line); }

/* The frozen columns, when they are still there, say which rows. */
static void name_rows(struct fsck *f, const struct round_info *round, const char *parent, const char *again) {
  struct snapshot *frozen = NULL, *now = NULL;
  struct err why;
  if (snapshot_open(f->r->snapshots, round->snapshot, NULL, &frozen, &why) == OK && snapshot_open(parent, again, NULL, &now, &why) == OK) differ_snapshots(frozen, now, 20, tell, f);
  snapshot_close(frozen), snapshot_close(now);
}

static enum status check_round(struct fsck *f, const struct round_info *round, struct err *e) {
  struct registry *r = f->r;
  struct snapshot *s = NULL;
  struct err why;
  char parent[4300];
  struct freezing again = {.parent = parent, .round = round->name, .year = round->year, .pr = f->pr};
  struct store_stmt *st;
  bool row;
  if (round->open) return OK;
  f->checked++;
  enum status have = snapshot_open(r->snapshots, round->snapshot, NULL, &s, &why);
  snapshot_close(s);
  if (have == ERR_NOT_FOUND) say(f, false, "it is made again when it is needed", "round \"%s\": the files of its snapshot are not there", round->name);
  else if (have == ERR_MEMORY) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  else if (have != OK) say(f, true, "remove that folder: the snapshot is made again from the history", "round \"%s\": %s", round->name, why.message);
  /* Made again from the versions it must come out the same. */
  TRY(store_sql(r->db, SQL_ROUND_BY_NAME, &st, e));
  store_bind_str(st, 1, round->name);
  TRY(store_step(st, &row, e));
  again.event = store_int(st, 4);
  store_reset(st);
  /* Written where there is room and the right to: the registry's own folder may be read-only. */
  const char *tmp = getenv("TMPDIR");
  snprintf(parent, sizeof parent, "%s.fsck-%ld", r->snapshots, (long)getpid());
  if (access(r->path, W_OK) != 0 || file_make_dirs(parent, &why) != OK) {
    snprintf(parent, sizeof parent, "%s/lucid-fsck-%ld", tmp && *tmp ? tmp : "/tmp", (long)getpid());
    TRY(file_make_dirs(parent, e));
  }
  enum status made = freeze(r, &again, e);
  if (made == OK && strcmp(again.hash, round->snapshot) != 0) {
    say(f, true, RESTORE, "round \"%s\": made again from its versions, the snapshot is %.12s, not %.12s", round->name, again.hash, round->snapshot);
    if (have == OK) name_rows(f, round, parent, again.hash);
  }
  enum status gone = file_remove_tree(parent, &why);
  TRY(made);
  if (gone != OK) say(f, false, NULL, "%s", why.message);
  if (again.households != round->households || again.members != round->members) say(f, true, RESTORE, "round \"%s\": it has %" PRId64 " households and %" PRId64 " members, not the %" PRId64 " and %" PRId64 " on record", round->name, again.households, again.members, round->households, round->members);
  return OK;
}

static enum status check_runs(struct fsck *f, struct arena *a, struct map *files, struct err *e) {
  struct store_stmt *st;
  bool row;
  TRY(store_sql(f->r->db, SQL_RUN_ALL, &st, e));
  for (;;) {
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    f->checked++;
    struct span hash = store_text(st, 6);
    char *path, *data, hex[65];
    size_t len;
    struct digest d;
    uint32_t at;
    struct err why;
    ARENA_TRY(e, path = arena_printf(a, "%.*s.decisions", (int)hash.len, hash.at));
    if (!map_put(files, path, strlen(path), &at, NULL)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    ARENA_TRY(e, path = arena_printf(a, "%s/runs/%s", f->r->snapshots, path));
    struct arena scratch;
    arena_init(&scratch, 0);
    if (!file_exists(path)) say(f, false, "run it again: the same rules and data give the same decisions", "run %" PRId64 ": its decisions are not there (%s)", store_int(st, 0), path);
    else if (file_read(&scratch, path, (size_t)1 << 34, &data, &len, &why) != OK) say(f, true, NULL, "%s", why.message);
    else if (!digest_of(data, len, &d) || strncmp(digest_hex(&d, hex), hash.at, hash.len) != 0)
      say(f, true, "remove the file and run it again", "run %" PRId64 ": its decisions were changed (%s)", store_int(st, 0), path);
    arena_drop(&scratch);
  }
}

static void list_strangers(struct fsck *f, const char *folder, const struct map *known, const char *what) {
  DIR *d = opendir(folder);
  if (!d) return;
  for (struct dirent *x; (x = readdir(d));) {
    if (strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0) continue;
    if (map_get(known, x->d_name, strlen(x->d_name)) == MAP_NONE) say(f, false, "it may be removed when no command is running", "%s/%s: %s", folder, x->d_name, what);
  }
  closedir(d);
}

/* Work files of commands that were killed. */
static void list_leftovers(struct fsck *f, struct arena *a) {
  char *folder = file_dir(a, f->r->beside), *stem = arena_printf(a, "%s.stage-", file_base(f->r->beside)), *check = arena_printf(a, "%s.fsck-", file_base(f->r->snapshots)), *as_of = arena_printf(a, "%s.as-of-", file_base(f->r->beside));
  DIR *d = folder ? opendir(folder) : NULL;
  if (!d) return;
  for (struct dirent *x; (x = readdir(d));)
    if ((stem && strncmp(x->d_name, stem, strlen(stem)) == 0) || (check && strncmp(x->d_name, check, strlen(check)) == 0) || (as_of && strncmp(x->d_name, as_of, strlen(as_of)) == 0))
      say(f, false, "it may be removed when no command is running", "%s/%s: left behind by a command that was killed", folder, x->d_name);
  closedir(d);
}

/* Two cursors in order of events: each natural change has the rows that its event's source_hash stands for. */
static enum status check_natural(struct fsck *f, struct err *e) {
  struct store_stmt *events, *links;
  struct natural_link x = {0};
  bool event, link;
  TRY(store_sql(f->r->db, SQL_NATURAL_EVENTS, &events, e));
  TRY(store_sql(f->r->db, SQL_NATURAL_ALL, &links, e));
  TRY(store_step(links, &link, e));
  for (;;) {
    struct digest_stream s;
    struct digest d;
    char hex[65];
    TRY(store_step(events, &event, e));
    int64_t id = event ? store_int(events, 0) : INT64_MAX;
    bool good = digest_open(&s);
    for (; link; f->checked++) {
      natural_read(links, &x);
      if (x.event > id) break;
      if (x.event < id) say(f, true, RESTORE, "a natural change is recorded under event %" PRId64 ", which is none", x.event);
      else natural_digest(&s, &x);
      enum status st = store_step(links, &link, e);
      if (st != OK) {
        (void)digest_close(&s, &d);
        return st;
      }
    }
    if (!digest_close(&s, &d) || !good) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (!event) return OK;
    if (!span_is(store_text(events, 1), digest_hex(&d, hex))) say(f, true, RESTORE, "event %" PRId64 ": who came from where and went to is not as it was recorded", id);
  }
}

/* Nobody is in two homes, and who is in none is named. */
static enum status check_transfers(struct fsck *f, struct arena *a, struct err *e) {
  struct transfer_half *half;
  uint32_t n;
  struct store_stmt *st;
  bool row, stands, left;
  int64_t last = 0;
  TRY(store_sql(f->r->db, SQL_NATURAL_ALL, &st, e));
  for (;;) {
    struct natural_link x;
    TRY(store_step(st, &row, e));
    if (!row) break;
    natural_read(st, &x);
    if (!x.departure || x.event == last) continue;
    last = x.event, f->checked++;
    TRY(natural_stands(f->r, x.event, &stands, e));
    TRY(natural_stands(f->r, x.departure, &left, e));
    if (stands && !left) say(f, true, RESTORE, "people arrived by event %" PRId64 " though their leaving by event %" PRId64 " was taken back: they are in two households", x.event, x.departure);
  }
  TRY(transfer_halves(f->r, a, &half, &n, e));
  for (uint32_t i = 0; i < n; i++)
    say(f, false, "`lucid transfer REGISTRY --finish` lets them arrive; `lucid undo REGISTRY EVENT` takes it back", "a transfer is half done: by event %" PRId64 " (%s) people left household \"%.100s\" and have not arrived in \"%.100s\"", half[i].departure, half[i].kind, half[i].from, half[i].to);
  return OK;
}

/* The key that `meta` says is in force is the last of its generations, and each came by an event that is there. */
static enum status check_generations(struct fsck *f, struct arena *a, struct err *e) {
  struct store_stmt *st;
  bool row;
  char *key_id;
  TRY(core_meta_get(f->r, a, "key_id", &key_id, e));
  TRY(store_sql(f->r->db, SQL_KEY_GENERATION_LAST, &st, e));
  TRY(store_step(st, &row, e));
  f->checked++;
  if (!row) say(f, true, RESTORE, "table key_generation is empty: it does not say which key the registry was sealed with");
  else {
    struct span id = store_text(st, 1);
    int64_t n = store_int(st, 0), event = store_int(st, 2);
    if (!span_is(id, key_id)) say(f, true, RESTORE, "key generation %" PRId64 " is key %.*s, but key %s is said to be in force", n, (int)id.len, id.at, key_id);
    if (event < 1 || event > f->event_count) say(f, true, RESTORE, "key generation %" PRId64 " names event %" PRId64 ", which is not there", n, event);
  }
  store_reset(st);
  if (f->r->key_unfinished) say(f, false, "`lucid key rotate` puts the files right", "a change of the key was interrupted after its commit: the key in force is still called %s.new", f->r->key_path);
  return OK;
}

static enum status check_keys(struct fsck *f, struct err *e) {
  struct registry *r = f->r;
  struct store_stmt *st;
  bool row;
  struct err locked = {0};
  if (r->seal.locked && seal_need(&r->seal, "checking sealed fields", &locked) != OK) {
    say(f, false, locked.hint, "sealed fields were not checked: %s", locked.message);
    return OK;
  }
  if (!r->seal.ready) {
    say(f, false, r->seal.hint, "sealed fields were not checked: %s", r->seal.why);
    return OK;
  }
  TRY(store_sql(r->db, SQL_SEAL_ALL, &st, e));
  for (;;) {
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    f->checked++;
    struct err why;
    if (!store_null(st, 2) && seal_household(&r->seal, r->db, store_int(st, 0), store_int(st, 1), false, &why) != OK) say(f, true, RESTORE, "%s", why.message);
  }
}

static enum status check_all(struct fsck *f, struct arena *a, struct err *e) {
  struct registry *r = f->r;
  struct err why;
  enum status s = store_integrity(r->db, &why);
  if (s == ERR_CORRUPT) say(f, true, RESTORE, "%s", why.message);
  else if (s != OK) {
    if (e) *e = why;
    return s;
  }
  f->checked++;
  TRY(check_events(f, e));
  TRY(check_touched(f, e));
  for (uint32_t l = 0; l < r->level_count; l++) TRY(check_level(f, l, e));
  TRY(compare_events(f, e));
  for (uint32_t l = 0; l < r->level_count; l++)
    if (l != LEVEL_HOUSEHOLD && l != LEVEL_VILLAGE) TRY(check_belonging(f, l, e));
  TRY(check_natural(f, e));
  TRY(check_transfers(f, a, e));
  TRY(check_generations(f, a, e));
  TRY(check_keys(f, e));
  struct round_info *rounds;
  uint32_t n, at;
  struct map snapshots, runs;
  map_init(&snapshots, a), map_init(&runs, a);
  TRY(registry_rounds(r, a, &rounds, &n, e));
  for (uint32_t i = 0; i < n; i++) {
    TRY(check_round(f, &rounds[i], e));
    if (!map_put(&snapshots, rounds[i].snapshot, strlen(rounds[i].snapshot), &at, NULL)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  if (!map_put(&snapshots, "runs", 4, &at, NULL)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  TRY(check_runs(f, a, &runs, e));
  list_strangers(f, r->snapshots, &snapshots, "a snapshot that no round names");
  char *folder = arena_printf(a, "%s/runs", r->snapshots);
  if (folder) list_strangers(f, folder, &runs, "decisions that no run names");
  list_leftovers(f, a);
  return OK;
}

enum status registry_fsck(struct registry *r, struct progress *pr, void (*found)(void *ctx, const struct registry_finding *f), void *ctx, uint64_t *checked, uint64_t *bad, struct err *e) {
  struct fsck f = {.r = r, .pr = pr, .found = found, .ctx = ctx};
  struct arena a;
  arena_init(&a, 0);
  if (pr) progress_begin(pr, "checking", "rows", 0);
  TRY(store_begin(r->db, false, e));
  enum status s = check_all(&f, &a, e);
  store_rollback(r->db);
  if (pr) progress_end(pr);
  for (int64_t i = 0; i < f.event_count; i++) {
    struct digest d;
    if (f.events[i].has_rows) (void)digest_close(&f.events[i].rows, &d);
    if (f.events[i].has_level) (void)digest_close(&f.events[i].level, &d);
    if (f.events[i].has_all) (void)digest_close(&f.events[i].all, &d);
  }
  free(f.events);
  bytes_free(&f.buffer);
  arena_drop(&a);
  *checked = f.checked, *bad = f.bad;
  return s;
}
