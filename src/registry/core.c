#include "registry/core.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "registry/event.h"
#include "registry/place.h"

static const enum store_type type_of[COL_KIND_COUNT] = {
    [COL_BOOL] = STORE_INT, [COL_INT] = STORE_INT, [COL_DECIMAL] = STORE_INT, [COL_REAL] = STORE_REAL, [COL_DATE] = STORE_INT, [COL_CHOICE] = STORE_TEXT, [COL_TEXT] = STORE_TEXT,
};

/* Permanent numbers of the columns that are not fields: below 100. Fields: 100 + field number. */
enum { NUMBER_KEY0 = 1, NUMBER_FROM_EVENT = 4, NUMBER_KEY, NUMBER_VALID_FROM, NUMBER_ROUND, NUMBER_AREA, NUMBER_ABSENT, NUMBER_ROSTER0 = 20, NUMBER_FIELD0 = 100 };

static const char *table_name(struct arena *a, uint32_t level, const char *name, const char *suffix) {
  if (level == LEVEL_HOUSEHOLD) return arena_printf(a, HOUSEHOLD_TABLE "%s", suffix);
  if (level == LEVEL_MEMBER) return arena_printf(a, "member%s", suffix);
  if (level == LEVEL_VILLAGE) return arena_printf(a, "village%s", suffix);
  if (strlen(name) > 28) return arena_printf(a, "line%u%s", level - LEVEL_LINE0, suffix);
  return arena_printf(a, "line_%s%s", name, suffix);
}

const char *core_level_word(const struct registry *r, uint32_t level) { return level == LEVEL_MEMBER ? "member" : r->levels[level].def->name; }

/* The permanent number and column name of a field: from table `field`, or given and written now when `fresh`. */
static enum status field_identity(struct registry *r, const char *level, const struct field *f, bool fresh, uint32_t *next, struct field_slot *slot, const char **column, struct err *e) {
  struct store_stmt *st;
  bool row;
  if (fresh) {
    slot->id = (*next)++;
    *column = strlen(f->name) <= 38 ? arena_printf(r->arena, "f_%s", f->name) : arena_printf(r->arena, "f%u", slot->id);
    if (!*column) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    TRY(store_sql(r->db, SQL_FIELD_PUT, &st, e));
    store_bind_int(st, 1, slot->id), store_bind_str(st, 2, level), store_bind_str(st, 3, f->name), store_bind_str(st, 4, col_kind_name(f->kind)), store_bind_int(st, 5, f->decimals);
    store_bind_int(st, 6, f->sealed), store_bind_int(st, 7, f->searchable), store_bind_str(st, 8, *column);
    return store_run(st, e);
  }
  TRY(store_sql(r->db, SQL_FIELD_OF, &st, e));
  store_bind_str(st, 1, level), store_bind_str(st, 2, f->name);
  TRY(store_step(st, &row, e));
  if (!row)
    return err_set(e, ERR_CONFLICT, "make a new registry with `lucid init` for the changed programme, or open this one without naming a programme", "the programme has a field %s.%s that this registry was not made with", level, f->name);
  slot->id = (uint32_t)store_int(st, 0);
  struct span name = store_text(st, 1), kind = store_text(st, 2);
  *column = arena_strn(r->arena, name.at, name.len);
  bool same = span_is(kind, col_kind_name(f->kind)) && store_int(st, 3) == f->decimals && (store_int(st, 4) != 0) == f->sealed;
  store_reset(st);
  if (!*column) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (!same)
    return err_set(e, ERR_CONFLICT, "give the changed field another name", "field %s.%s is another type in the programme than in this registry", level, f->name);
  return OK;
}

/* The columns of one level, current and history. */
static enum status level_columns(struct registry *r, uint32_t level, bool fresh, uint32_t *next_field, struct err *e) {
  struct level_store *ls = &r->levels[level];
  const struct level *def = &r->p->levels[level];
  struct arena *a = r->arena;
  uint32_t n = def->collected_count, cap = 16 + LEVEL_MAX + 2 * n + 3;
  struct store_column *c;
  ls->level = level, ls->def = def, ls->field_count = n;
  ARENA_TRY(e, c = arena_array(a, cap, sizeof *c));
  ARENA_TRY(e, ls->numbers = arena_array(a, cap, sizeof *ls->numbers));
  ARENA_TRY(e, ls->fields = arena_array(a, n ? n : 1, sizeof *ls->fields));
  uint32_t at = 0;
#define PUT(column_name, column_type, required, number) (c[at] = (struct store_column){column_name, column_type, required}, ls->numbers[at] = (uint16_t)(number), at++)
  bool child = level != LEVEL_HOUSEHOLD && level != LEVEL_VILLAGE;
  PUT("home", STORE_INT, true, NUMBER_KEY0);
  if (child) PUT("household", STORE_INT, true, NUMBER_KEY0 + 1);
  PUT("id", STORE_INT, true, NUMBER_KEY0 + 2);
  ls->key_count = at;
  ls->from_event = PUT("from_event", STORE_INT, true, NUMBER_FROM_EVENT);
  ls->key = PUT("key", STORE_TEXT, true, NUMBER_KEY);
  ls->valid_from = PUT("valid_from", STORE_INT, true, NUMBER_VALID_FROM);
  ls->round = PUT("round", STORE_INT, true, NUMBER_ROUND);
  if (level == LEVEL_HOUSEHOLD) {
    ls->area = PUT("area", STORE_INT, false, NUMBER_AREA);
    ls->roster = at;
    for (uint32_t l = 0; l < r->level_count; l++) {
      const char *name;
      ARENA_TRY(e, name = arena_printf(a, "roster%u", l));
      PUT(name, STORE_INT, true, NUMBER_ROSTER0 + l);
    }
  }
  ls->first_field = at;
  for (uint32_t i = 0; i < n; i++) {
    const struct field *f = &def->fields[i];
    const char *name;
    ls->fields[i].def = f;
    TRY(field_identity(r, def->name, f, fresh, next_field, &ls->fields[i], &name, e));
    ls->has_sealed |= f->sealed;
    ls->fields[i].at = PUT(name, f->sealed ? STORE_BLOB : type_of[f->kind], false, NUMBER_FIELD0 + ls->fields[i].id);
  }
  for (uint32_t i = 0; i < n; i++) {
    const struct field *f = &def->fields[i];
    const char *name;
    if (!f->sealed || !f->searchable) continue;
    ARENA_TRY(e, name = arena_printf(a, "b%u", ls->fields[i].id));
    ls->fields[i].blind_at = PUT(name, STORE_BLOB, false, 0);
  }
  ls->absent = PUT("absent", STORE_BLOB, false, NUMBER_ABSENT);
  ARENA_TRY(e, ls->current.name = table_name(a, level, def->name, ""));
  ARENA_TRY(e, ls->history.name = table_name(a, level, def->name, "_history"));
  ls->current.columns = c, ls->current.count = at, ls->current.key_count = ls->key_count;
  ls->history = (struct table_spec){ls->history.name, c, at + 2, ls->key_count + 1};
  uint32_t own = at;
  PUT("to_event", STORE_INT, true, 0);
  PUT("valid_to", STORE_INT, true, 0);
#undef PUT
  ARENA_TRY(e, ls->order = arena_array(a, own, sizeof *ls->order));
  ls->order_count = 0;
  for (uint32_t i = 0; i < own; i++) {
    if (!ls->numbers[i]) continue;
    uint32_t k = ls->order_count++;
    for (; k > 0 && ls->numbers[ls->order[k - 1]] > ls->numbers[i]; k--) ls->order[k] = ls->order[k - 1];
    ls->order[k] = i;
  }
  return OK;
}

/* Calls for each blind index: the index's name and its column. */
static enum status each_blind(const struct registry *r, struct store *db, bool make, bool *done, struct err *e) {
  for (uint32_t l = 0; l < r->level_count; l++)
    for (uint32_t i = 0; i < r->levels[l].field_count; i++) {
      const struct level_store *ls = &r->levels[l];
      char name[42];
      if (!ls->fields[i].blind_at) continue;
      snprintf(name, sizeof name, "blind%u", ls->fields[i].id);
      if (make) TRY(store_create_index(db, &ls->current, name, (const char *const[]){ls->current.columns[ls->fields[i].blind_at].name}, 1, false, e));
      else TRY(store_drop_index(db, name, done, e));
    }
  return OK;
}

enum status core_indexes_drop(const struct registry *r, bool *done, struct err *e) {
  *done = false;
  return each_blind(r, r->db, false, done, e);
}

enum status core_indexes_make(const struct registry *r, struct err *e) { return each_blind(r, r->db, true, NULL, e); }

enum status core_create_tables(const struct registry *r, struct store *db, struct err *e) {
  for (uint32_t l = 0; l < r->level_count; l++) {
    const struct level_store *ls = &r->levels[l];
    TRY(store_create_table(db, &ls->current, e));
    TRY(store_create_table(db, &ls->history, e));
    if (l == LEVEL_HOUSEHOLD) {
      TRY(store_create_index(db, &ls->current, "household_key", (const char *const[]){"key"}, 1, true, e));
      TRY(store_create_index(db, &ls->history, "household_former", (const char *const[]){"key"}, 1, false, e));
    }
  }
  return each_blind(r, db, true, NULL, e);
}

static enum status core_build(struct registry *r, bool fresh, struct err *e) {
  uint32_t next = 1;
  r->level_count = r->p->level_count;
  for (uint32_t l = 0; l < r->level_count; l++) TRY(level_columns(r, l, fresh, &next, e));
  r->area_field = NULL;
  if (r->p->household_area) {
    const struct level_store *h = &r->levels[LEVEL_HOUSEHOLD];
    for (uint32_t i = 0; i < h->field_count; i++)
      if (strcmp(h->fields[i].def->name, r->p->household_area) == 0) r->area_field = h->fields[i].def, r->area_slot = i;
  }
  return OK;
}

enum status core_levels(struct registry *r, struct err *e) { return core_build(r, false, e); }

int32_t core_today(const struct registry *r) {
  int64_t us = clock_now(r->clock), day = 86400000000LL;
  return (int32_t)(us >= 0 ? us / day : -((-us + day - 1) / day));
}

enum status core_meta_put(struct registry *r, const char *name, const char *value, struct err *e) {
  struct store_stmt *st;
  TRY(store_sql(r->db, SQL_META_PUT, &st, e));
  store_bind_str(st, 1, name), store_bind_str(st, 2, value);
  return store_run(st, e);
}

enum status core_meta_get(struct registry *r, struct arena *a, const char *name, char **out, struct err *e) {
  struct store_stmt *st;
  bool row;
  TRY(store_sql(r->db, SQL_META_GET, &st, e));
  store_bind_str(st, 1, name);
  TRY(store_step(st, &row, e));
  struct span s = row ? store_text(st, 0) : (struct span){"", 0};
  *out = arena_strn(a, s.at, s.len);
  store_reset(st);
  return *out ? OK : err_set(e, ERR_MEMORY, NULL, "out of memory");
}

enum status core_writable(const struct registry *r, struct err *e) {
  return r->read_only ? err_set(e, ERR_CONFLICT, NULL, "%s was opened for reading only", r->path) : OK;
}

/* ---- who is writing ---- */

static void note_path(const struct registry *r, char *out, size_t cap) { snprintf(out, cap, "%s-writer", r->beside); }

void core_writer_note(struct registry *r, const char *doing) {
  char path[4200], line[300];
  note_path(r, path, sizeof path);
  /* Only a courtesy to a second writer: failing to leave it changes nothing. Never through a link that somebody planted. */
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0) return;
  int n = snprintf(line, sizeof line, "%s (process %ld, %s)\n", doing, (long)getpid(), r->actor);
  ssize_t put = write(fd, line, n < (int)sizeof line ? (size_t)n : sizeof line - 1);
  (void)put;
  close(fd);
}

void core_writer_done(struct registry *r) {
  char path[4200];
  note_path(r, path, sizeof path);
  unlink(path);
}

/* A key of before a rotation seals nothing more: nobody could open it. */
static enum status same_key(struct registry *r, struct err *e) {
  struct store_stmt *st;
  bool row;
  if (!r->seal.ready && !r->seal.locked) return OK;
  TRY(store_sql(r->db, SQL_META_GET, &st, e));
  store_bind_str(st, 1, "key_id");
  TRY(store_step(st, &row, e));
  bool same = row && span_is(store_text(st, 0), r->seal.id);
  store_reset(st);
  return same ? OK : err_set(e, ERR_CONFLICT, "run the command again, with the new key", "%s: its key was changed while it was open; nothing was written", r->path);
}

enum status core_begin(struct registry *r, struct err *e) {
  TRY(core_writable(r, e));
  enum status s = store_begin(r->db, true, e);
  if (s == OK && (s = same_key(r, e)) != OK) store_rollback(r->db);
  if (s != ERR_BUSY) return s;
  char path[4200], line[300] = "";
  note_path(r, path, sizeof path);
  FILE *f = fopen(path, "r");
  if (f) {
    if (fgets(line, sizeof line, f)) line[strcspn(line, "\n")] = 0;
    fclose(f);
  }
  if (!line[0] && store_on_server(r->url)) return s; /* the server said who */
  return err_set(e, ERR_BUSY, "wait until the other command has finished, then run this one again; nothing was changed", "%s: somebody else is writing%s%s", r->path, line[0] ? ": " : "", line);
}

enum status core_commit(struct registry *r, struct err *e) {
  enum status s = store_commit(r->db, e);
  if (s != OK) r->seal.household = -1;
  return s;
}

void core_rollback(struct registry *r) {
  store_rollback(r->db);
  r->seal.household = -1; /* a data key made in that transaction is gone */
}

enum status core_clear_traces(struct registry *r, struct err *e) {
  struct err why = {0};
  enum status s = store_flush(r->db, &why);
  if (s == OK) return OK;
  return err_set(e, s, "free some space, or wait until nobody else uses the registry; then run the same command again: it clears away what is left", "it is done and kept, but the old keys may still lie in the log of changes: %s", why.message);
}

enum status core_space(const struct registry *r, uint64_t bytes, const char *what, struct err *e) {
  char *folder = file_dir(r->arena, r->beside); /* the file itself may not be there yet */
  uint64_t space = file_space(folder ? folder : r->beside);
  if (space >= bytes) return OK;
  return err_set(e, ERR_FULL, "free some space on that disk and run the command again", "%s needs about %" PRIu64 " MB beside %s; %" PRIu64 " MB are free", what, bytes / 1000000 + 1, r->beside, space / 1000000);
}

/* ---- areas ---- */

static enum status areas_load(struct registry *r, struct err *e) {
  struct store_stmt *st;
  bool row;
  uint32_t cap = 0;
  map_init(&r->area_index, r->arena);
  r->lowest_area_level = r->p->area_level_count ? r->p->area_level_count - 1 : 0;
  TRY(store_sql(r->db, SQL_AREA_ALL, &st, e));
  for (;;) {
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    if (r->area_count == cap) ARENA_TRY(e, r->areas = arena_grow(r->arena, r->areas, r->area_count, cap = cap ? 2 * cap : 64, sizeof *r->areas));
    struct span code = store_text(st, 1);
    uint32_t index;
    if (!map_put(&r->area_index, code.at, code.len, &index, NULL)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    r->areas[r->area_count++] = (struct area_ref){store_int(st, 0), store_int(st, 4), (uint32_t)store_int(st, 2), r->area_index.keys[index]};
  }
}

static enum status areas_put(struct registry *r, struct err *e) {
  const struct programme *p = r->p;
  struct store_stmt *st;
  int64_t *homes;
  ARENA_TRY(e, homes = arena_array(r->arena, p->area_count ? p->area_count : 1, sizeof *homes));
  TRY(store_sql(r->db, SQL_AREA_PUT, &st, e));
  for (uint32_t i = 0; i < p->area_count; i++) {
    const struct area *x = &p->areas[i];
    homes[i] = x->level == p->home_level ? (int64_t)i + 1 : x->parent < i ? homes[x->parent] : 0;
    store_bind_int(st, 1, (int64_t)i + 1), store_bind_str(st, 2, x->code), store_bind_int(st, 3, x->level), store_bind_int(st, 5, homes[i]);
    if (x->parent < p->area_count) store_bind_int(st, 4, (int64_t)x->parent + 1);
    else store_bind_null(st, 4);
    store_bind_str(st, 6, x->name_en), store_bind_str(st, 7, x->name_zh);
    TRY(store_run(st, e));
  }
  return OK;
}

/* ---- paths ---- */

static enum status paths(struct registry *r, const char *url, const struct registry_options *o, struct err *e) {
  TRY(place_of(r, url, o, e));
  ARENA_TRY(e, r->actor = arena_str(r->arena, o && o->actor && o->actor[0] ? o->actor : "unknown"));
  r->clock = o && o->clock.now ? o->clock : clock_system();
  r->read_only = o && o->read_only;
  r->seal.household = -1;
  return OK;
}

/* ---- init ---- */

enum status core_put_files(struct registry *r, const struct programme *p, int64_t event, struct err *e) {
  struct store_stmt *st;
  TRY(store_sql(r->db, SQL_FILE_PUT, &st, e));
  for (uint32_t i = 0; i < p->file_count; i++) {
    const struct programme_file *f = &p->files[i];
    store_bind_int(st, 1, i), store_bind_str(st, 2, f->name), store_bind_blob(st, 3, f->data, f->len), store_bind_int(st, 4, event);
    TRY(store_run(st, e));
  }
  return OK;
}

enum status core_key_generation(struct registry *r, const char *key_id, int64_t event, struct err *e) {
  struct store_stmt *st;
  TRY(store_sql(r->db, SQL_KEY_GENERATION_PUT, &st, e));
  store_bind_str(st, 1, key_id), store_bind_int(st, 2, event);
  return store_run(st, e);
}

static enum status init_body(struct registry *r, struct err *e) {
  char hex[65], where[4096] = "";
  if (r->p->folder && !realpath(r->p->folder, where)) snprintf(where, sizeof where, "%s", r->p->folder);
  TRY(core_meta_put(r, "programme", r->p->name ? r->p->name : "", e));
  TRY(core_meta_put(r, "folder", where, e));
  TRY(core_meta_put(r, "engine", LUCID_VERSION, e));
  TRY(core_meta_put(r, "key_id", r->seal.id, e));
  TRY(core_meta_put(r, "rules_hash", digest_hex(&r->p->rules_hash, hex), e));
  TRY(core_meta_put(r, "source_hash", digest_hex(&r->p->source_hash, hex), e));
  TRY(core_put_files(r, r->p, 1, e));
  TRY(areas_put(r, e));
  TRY(core_build(r, true, e));
  TRY(core_create_tables(r, r->db, e));
  struct event ev = {.kind = "init", .source = "", .source_hash = "", .detail = digest_hex(&r->p->source_hash, hex)};
  struct event_hash none;
  event_hash_open(&none);
  TRY(event_put(r, &ev, &none, e));
  return core_key_generation(r, r->seal.id, ev.id, e);
}

/* The key of a database: its folder is named after it, so it is made before it has its place. */
static enum status new_key(struct registry *r, const struct registry_options *o, struct err *e) {
  if (o && o->key_path) {
    TRY(seal_create(&r->seal, o->key_path, NULL, e));
    return place_local(r, r->seal.id, o, e);
  }
  char *first;
  ARENA_TRY(e, first = arena_printf(r->arena, "%s/new-%ld.key", r->beside, (long)getpid()));
  unlink(first); /* of an earlier process of that number */
  TRY(seal_create(&r->seal, first, NULL, e));
  enum status s = place_local(r, r->seal.id, o, e);
  if (s == OK && rename(first, r->key_path) != 0) s = err_errno(e, errno, "cannot put the key to %s", r->key_path);
  if (s == OK) s = file_sync_dir(file_dir(r->arena, r->key_path), e);
  if (s != OK) unlink(first);
  return s;
}

enum status registry_init(const char *url, const struct programme *p, const struct registry_options *o, struct err *e) {
  struct arena a;
  arena_init(&a, 0);
  struct registry r = {.arena = &a};
  /* The registry only reads the programme while it is made. */
  r.p = (struct programme *)(uintptr_t)p;
  enum status s = paths(&r, url, o, e);
  bool key_made = false, url_given = store_is_url(url), made = false;
  if (s == OK && !url_given && !store_is_shards(r.path) && file_exists(r.path)) s = err_set(e, ERR_CONFLICT, "choose another name, or move the old registry away first", "%s is already there", r.path);
  if (s == OK) s = core_space(&r, 1 << 20, "a new registry", e);
  if (s == OK && url_given) s = store_open(r.url, &(struct store_options){.mode = STORE_CREATE}, &r.db, e), made = s == OK;
  if (s == OK && url_given) s = new_key(&r, o, e), key_made = s == OK;
  if (s == OK && !url_given) s = seal_create(&r.seal, r.key_path, NULL, e), key_made = s == OK;
  if (s == OK && !url_given) s = store_open(r.url, &(struct store_options){.mode = STORE_CREATE}, &r.db, e), made = s == OK;
  if (s == OK) s = store_begin(r.db, true, e);
  if (s == OK) s = init_body(&r, e);
  if (s == OK) s = store_commit(r.db, e);
  seal_close(&r.seal);
  store_close(r.db);
  if (s != OK) { /* leave nothing half made */
    if (made && store_remove(r.url, NULL) != OK && e) snprintf(e->hint, sizeof e->hint, "remove what is left of it by hand, then run the command again");
    if (key_made) unlink(r.key_path);
  }
  arena_drop(&a);
  return s;
}

/* ---- open ---- */

static enum status programme_copy(struct registry *r, struct err *e) {
  struct store_stmt *st;
  bool row;
  struct programme_file *files = NULL;
  uint32_t n = 0, cap = 0;
  TRY(store_sql(r->db, SQL_FILE_ALL, &st, e));
  for (;;) {
    TRY(store_step(st, &row, e));
    if (!row) break;
    if (n == cap) ARENA_TRY(e, files = arena_grow(r->arena, files, n, cap = cap ? 2 * cap : 8, sizeof *files));
    struct span name = store_text(st, 0), bytes = store_blob(st, 1);
    ARENA_TRY(e, files[n].name = arena_strn(r->arena, name.at, name.len));
    ARENA_TRY(e, files[n].data = arena_strn(r->arena, bytes.at ? bytes.at : "", bytes.len));
    files[n++].len = bytes.len;
  }
  if (!n) return err_set(e, ERR_NOT_FOUND, "name the programme's folder", "%s holds no copy of its programme", r->path);
  struct problem *problems = NULL;
  enum status s = programme_load_files(r->arena, r->folder, files, n, &r->p, &problems, e);
  return s == OK ? OK : (err_prefix(e, "the programme inside %s", r->path), s);
}

char *core_new_key_path(const struct registry *r) { return arena_printf(r->arena, "%s.new", r->key_path); }

/* After a rotation that was killed between its commit and its last step, the key in force has its passing name still. */
static enum status open_key(struct registry *r, const char *key_id, struct err *e) {
  char *fresh;
  ARENA_TRY(e, fresh = core_new_key_path(r));
  if (file_exists(fresh)) {
    struct seal s;
    if (seal_open(&s, fresh, key_id, NULL) == OK && (s.ready || s.locked)) {
      r->seal = s, r->key_unfinished = true;
      seal_close(&s);
      return OK;
    }
  }
  return seal_open(&r->seal, r->key_path, key_id, e);
}

static enum status open_body(struct registry *r, const char *url, const struct registry_options *o, struct err *e) {
  TRY(paths(r, url, o, e));
  TRY(store_open(r->url, &(struct store_options){.mode = r->read_only ? STORE_READ : STORE_WRITE}, &r->db, e));
  char *key_id, *folder, *place;
  TRY(core_meta_get(r, r->arena, "key_id", &key_id, e));
  TRY(core_meta_get(r, r->arena, "folder", &folder, e));
  if (!key_id[0]) return err_set(e, ERR_CORRUPT, "restore the latest backup", "%s: the file is damaged: it does not say which key it was sealed with", r->path);
  r->folder = folder;
  TRY(core_meta_get(r, r->arena, "place", &place, e));
  r->place_id = place[0] ? place : key_id;
  TRY(place_local(r, r->place_id, o, e));
  TRY(open_key(r, key_id, e));
  if (o) r->seal.ask = o->passphrase, r->seal.ask_ctx = o->passphrase_ctx;
  if (!r->p) TRY(programme_copy(r, e));
  TRY(core_levels(r, e));
  return areas_load(r, e);
}

enum status registry_open(struct arena *a, const char *url, struct programme *p, const struct registry_options *o, struct registry **out, struct err *e) {
  *out = NULL;
  struct registry *r;
  ARENA_TRY(e, r = arena_new(a, struct registry));
  r->arena = a, r->p = p;
  enum status s = open_body(r, url, o, e);
  if (s != OK) {
    registry_close(r);
    return s;
  }
  *out = r;
  return OK;
}

void registry_close(struct registry *r) {
  if (!r) return;
  seal_close(&r->seal);
  line_numbers_close(r);
  for (uint32_t l = 0; l < LEVEL_MAX; l++)
    for (int side = 0; side < 2; side++) store_free(r->rows_of[l][side]), r->rows_of[l][side] = NULL;
  store_free(r->member_now), store_free(r->member_before);
  r->member_now = r->member_before = NULL;
  store_close(r->db);
  r->db = NULL;
}

struct programme *registry_programme(struct registry *r) { return r->p; }
