#include "column/snapshot.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/number.h"
#include "column/segment_file.h"

#define MANIFEST_MAX ((size_t)64 << 20)
#define MANIFEST_VERSION 1
#define FILES_OPEN_MAX 200 /* file numbers: with so many open a file is waited for */
#define HINT_CORRUPT "take the snapshot from a backup, or remove its folder: it is made again from the registry"

struct entry { /* one segment as the manifest names it */
  int64_t home;
  char file[40];
  struct digest digest;
  uint64_t bytes, households, members;
  int fd;    /* of the file, while it is open: written, and not yet synced */
  bool open;
};

static void file_name(int64_t home, char out[40]) { snprintf(out, 40, "home-%" PRId64 ".segment", home); }

/* The manifest's bytes: keys in this order, one segment a line. */
static void manifest_text(struct text *t, const char *round, int32_t year, const struct entry *entries, uint32_t count) {
  char hex[65];
  text_addf(t, "{\"format\":\"lucid snapshot\",\"version\":%d,\"round\":\"%s\",\"year\":%" PRId32 ",\"segments\":[", MANIFEST_VERSION, round, year);
  for (uint32_t i = 0; entries && i < count; i++)
    text_addf(t, "%s\n{\"home\":%" PRId64 ",\"file\":\"%s\",\"sha256\":\"%s\",\"bytes\":%" PRIu64 ",\"households\":%" PRIu64 ",\"members\":%" PRIu64 "}", i ? "," : "", entries[i].home, entries[i].file,
              digest_hex(&entries[i].digest, hex), entries[i].bytes, entries[i].households, entries[i].members);
  text_add(t, "\n]}\n");
}

/* ---- writing ---- */

struct snapshot_writer {
  struct arena arena;
  char *parent, *folder, *round;
  int32_t year;
  struct schema *schema;
  struct entry *entries; /* by home */
  uint32_t count, cap;
  pthread_mutex_t lock;  /* of the arena, schema and entries; files are written outside of it */
  struct snapshot *base; /* an earlier snapshot: its manifest, nothing mapped; NULL = none */
  char *base_folder;
};

static void writer_free(struct snapshot_writer *w) {
  for (uint32_t i = 0; i < w->count; i++)
    if (w->entries[i].open) (void)close(w->entries[i].fd);
  snapshot_close(w->base);
  pthread_mutex_destroy(&w->lock);
  arena_drop(&w->arena);
  free(w);
}

static enum status writer_begin(struct snapshot_writer *w, const char *parent, const char *round, struct err *e) {
  static atomic_uint number; /* only keeps two writers of one process apart */
  ARENA_TRY(e, w->parent = arena_str(&w->arena, parent));
  ARENA_TRY(e, w->round = arena_str(&w->arena, round));
  char name[64];
  snprintf(name, sizeof name, "tmp-%ld-%u", (long)getpid(), atomic_fetch_add(&number, 1u));
  ARENA_TRY(e, w->folder = arena_printf(&w->arena, "%s/%s", parent, name));
  char *left = arena_printf(&w->arena, "%s/tmp-", parent);
  if (left) file_clear_left(left); /* of a writer that was killed */
  TRY(file_remove_tree(w->folder, e));
  return file_make_dirs(w->folder, e);
}

/* What stands between quotes without escapes, so that the manifest has one form only. */
static bool is_round_name(const char *s, size_t n) {
  if (!n || n > SNAPSHOT_ROUND_MAX || !text_is_utf8(s, n, NULL)) return false;
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)s[i] < ' ' || s[i] == '"' || s[i] == '\\' || s[i] == 0x7F) return false;
  return true;
}

enum status snapshot_create(const char *parent, const char *round, int32_t year, struct snapshot_writer **out, struct err *e) {
  if (!is_round_name(round, strlen(round))) return err_set(e, ERR_INPUT, "1 to 63 bytes of UTF-8, without quotes, backslashes and control characters", "\"%.80s\" is not a round's name", round);
  struct snapshot_writer *w = calloc(1, sizeof *w);
  if (!w) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  w->year = year;
  pthread_mutex_init(&w->lock, NULL);
  enum status st = writer_begin(w, parent, round, e);
  if (st == OK) *out = w;
  else writer_free(w);
  return st;
}

static enum status not_there(const struct snapshot_writer *w, int64_t home, struct err *e) {
  for (uint32_t i = 0; i < w->count; i++)
    if (w->entries[i].home == home) return err_set(e, ERR_INTERNAL, NULL, "home %" PRId64 " comes twice", home);
  return OK;
}

static enum status fits(struct snapshot_writer *w, const struct schema *schema, int64_t home, struct err *e) {
  if (w->schema) TRY(schema_same(schema, w->schema, e));
  else {
    TRY(schema_check(schema, e));
    ARENA_TRY(e, w->schema = schema_copy(&w->arena, schema));
  }
  return not_there(w, home, e);
}

/* Before a file is written: whether it fits the others, and its path. */
static enum status prepare_entry(struct snapshot_writer *w, const struct schema *schema, int64_t home, struct entry *n, struct text *path, struct err *e) {
  *n = (struct entry){.home = home};
  file_name(home, n->file);
  text_init(path, 5000);
  text_addf(path, "%s/%s", w->folder, n->file);
  pthread_mutex_lock(&w->lock);
  enum status s = fits(w, schema, home, e);
  pthread_mutex_unlock(&w->lock);
  return s == OK ? text_check(path, "the path of a segment", e) : s;
}

static enum status insert_entry(struct snapshot_writer *w, const struct entry *n, struct err *e) {
  uint32_t at = w->count;
  TRY(not_there(w, n->home, e));
  if (w->count == w->cap) {
    ARENA_TRY(e, w->entries = arena_grow(&w->arena, w->entries, w->count, w->cap ? w->cap * 2 : 16, sizeof *w->entries));
    w->cap = w->cap ? w->cap * 2 : 16;
  }
  for (; at && w->entries[at - 1].home > n->home; at--) w->entries[at] = w->entries[at - 1];
  w->entries[at] = *n, w->count++;
  return OK;
}

static enum status put_entry(struct snapshot_writer *w, const struct entry *n, struct err *e) {
  pthread_mutex_lock(&w->lock);
  enum status s = insert_entry(w, n, e);
  pthread_mutex_unlock(&w->lock);
  return s;
}

enum status snapshot_add(struct snapshot_writer *w, const struct schema *schema, const struct segment *s, struct err *e) {
  struct entry n;
  struct text path;
  enum status st = prepare_entry(w, schema, s->home, &n, &path, e);
  n.households = segment_households(s), n.members = s->levels[LEVEL_MEMBER].rows;
  if (st == OK) st = segment_write(schema, s, text_str(&path), &n.digest, &n.bytes, e);
  if (st == OK) st = put_entry(w, &n, e);
  text_free(&path);
  return st;
}

/* Syncs and closes a file that was left open. */
static enum status finish_file(struct entry *n, struct err *e) {
  if (!n->open) return OK;
  enum status s = fsync(n->fd) != 0 ? err_errno(e, errno, "cannot write %s", n->file) : OK;
  if (close(n->fd) != 0 && s == OK) s = err_errno(e, errno, "cannot write %s", n->file);
  n->open = false;
  return s;
}

enum status snapshot_add_made(struct snapshot_writer *w, const struct schema *schema, struct segment *shape, const struct segment_maker *maker, struct err *e) {
  struct entry n;
  struct text path;
  enum status st = prepare_entry(w, schema, shape->home, &n, &path, e);
  n.households = segment_households(shape), n.members = shape->levels[LEVEL_MEMBER].rows;
  if (st == OK) st = segment_write_made(schema, shape, maker, text_str(&path), &n.digest, &n.bytes, &n.fd, e);
  n.open = st == OK;
  if (st == OK && n.fd >= FILES_OPEN_MAX) st = finish_file(&n, e);
  if (st == OK) st = put_entry(w, &n, e);
  if (st != OK && n.open) (void)finish_file(&n, NULL);
  text_free(&path);
  return st;
}

/* Whether the folder holds this snapshot whole; a broken one is not it. */
static bool already_there(const char *folder, const char *hash_hex) {
  struct snapshot *s = NULL;
  if (snapshot_open_folder(folder, hash_hex, NULL, &s, NULL) != OK) return false;
  snapshot_close(s);
  return true;
}

static enum status put_in_place(struct snapshot_writer *w, const char *hash_hex, struct err *e) {
  char *place;
  ARENA_TRY(e, place = arena_printf(&w->arena, "%s/%s", w->parent, hash_hex));
  TRY(file_sync_dir(w->folder, e));
  if (rename(w->folder, place) != 0) {
    if (errno != EEXIST && errno != ENOTEMPTY) return err_errno(e, errno, "cannot put snapshot %s in place", place);
    if (already_there(place, hash_hex)) return file_remove_tree(w->folder, e);
    TRY(file_remove_tree(place, e)); /* what stood there under this name was damaged */
    if (rename(w->folder, place) != 0) return err_errno(e, errno, "cannot put snapshot %s in place", place);
  }
  return file_sync_dir(w->parent, e);
}

static enum status commit(struct snapshot_writer *w, struct text *t, char hash_hex[65], struct err *e) {
  struct digest d;
  char *path;
  for (uint32_t i = 0; i < w->count; i++) TRY(finish_file(&w->entries[i], e));
  manifest_text(t, w->round, w->year, w->entries, w->count);
  TRY(text_check(t, "the manifest of a snapshot", e));
  if (!digest_of(t->data, t->len, &d)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  digest_hex(&d, hash_hex);
  ARENA_TRY(e, path = arena_printf(&w->arena, "%s/%s", w->folder, SNAPSHOT_MANIFEST));
  TRY(file_replace(path, t->data, t->len, 0666, e));
  return put_in_place(w, hash_hex, e);
}

enum status snapshot_commit(struct snapshot_writer *w, char hash_hex[65], struct err *e) {
  struct text t;
  text_init(&t, MANIFEST_MAX);
  enum status st = commit(w, &t, hash_hex, e);
  text_free(&t);
  if (st != OK) snapshot_abandon(w);
  else writer_free(w);
  return st;
}

void snapshot_abandon(struct snapshot_writer *w) {
  if (!w) return;
  if (w->folder) (void)!file_remove_tree(w->folder, NULL);
  writer_free(w);
}

/* ---- reading ---- */

struct part { /* one segment file, opened and checked by whichever thread */
  struct entry entry;
  const char *path;
  struct arena arena;
  struct file_map map;
  const struct segment *segment;
  struct schema *schema;
  enum status status;
  struct err err;
};

struct snapshot {
  struct arena arena;
  char hash[65];
  char *round;
  int32_t year;
  struct part *parts;
  uint32_t count;
  const struct schema *schema;
};

static void open_part(void *ctx, size_t i, unsigned worker) {
  struct part *p = &((struct part *)ctx)[i];
  struct segment *segment;
  struct digest d;
  (void)worker;
  p->err = (struct err){.status = OK};
  if ((p->status = file_map_open(p->path, &p->map, &p->err)) != OK) return;
  if (!digest_of(p->map.data, p->map.len, &d)) p->status = err_set(&p->err, ERR_MEMORY, NULL, "out of memory");
  else if (p->map.len != p->entry.bytes || !digest_equal(&d, &p->entry.digest))
    p->status = err_set(&p->err, ERR_CORRUPT, HINT_CORRUPT, "%s is damaged: its bytes are not those the manifest names", p->path);
  else p->status = segment_read(&p->arena, p->path, p->map.data, p->map.len, &segment, &p->schema, &p->err);
  if (p->status != OK) return;
  p->segment = segment;
  if (segment->home != p->entry.home || segment_households(segment) != p->entry.households || segment->levels[LEVEL_MEMBER].rows != p->entry.members)
    p->status = err_set(&p->err, ERR_CORRUPT, HINT_CORRUPT, "%s is damaged: its home or its rows are not those the manifest names", p->path);
}

/* A cursor over the manifest. It is read leniently enough to be simple, then written again and compared: only the one
 * canonical form passes. */
struct cursor {
  const char *at, *end;
};

static bool take(struct cursor *c, const char *word) {
  size_t n = strlen(word);
  if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0) return false;
  c->at += n;
  return true;
}

static bool take_int(struct cursor *c, int64_t *v) {
  const char *from = c->at;
  while (c->at < c->end && (*c->at == '-' || (*c->at >= '0' && *c->at <= '9'))) c->at++;
  return number_int64(from, (size_t)(c->at - from), v);
}

static bool take_count(struct cursor *c, uint64_t *v) {
  int64_t i;
  if (!take_int(c, &i) || i < 0) return false;
  *v = (uint64_t)i;
  return true;
}

static bool take_entry(struct cursor *c, struct entry *n) {
  char want[40];
  if (!take(c, "\n{\"home\":") || !take_int(c, &n->home)) return false;
  file_name(n->home, want); /* the only name there can be, so no path leads out of the folder */
  memcpy(n->file, want, sizeof want);
  if (!take(c, ",\"file\":\"") || !take(c, want) || !take(c, "\",\"sha256\":\"")) return false;
  if (c->end - c->at < 64 || !digest_from_hex(c->at, 64, &n->digest)) return false;
  c->at += 64;
  return take(c, "\",\"bytes\":") && take_count(c, &n->bytes) && take(c, ",\"households\":") && take_count(c, &n->households) && take(c, ",\"members\":") && take_count(c, &n->members) && take(c, "}");
}

static enum status damaged(const char *path, struct err *e) { return err_set(e, ERR_CORRUPT, HINT_CORRUPT, "%s is damaged: it is not a snapshot's manifest in its one form", path); }

struct entries {
  struct entry *list;
  uint32_t count, cap;
};

static enum status parse_entries(struct arena *a, struct cursor *c, const char *path, struct entries *out, struct err *e) {
  do {
    if (out->count == out->cap) {
      uint32_t more = out->cap ? out->cap * 2 : 16;
      ARENA_TRY(e, out->list = arena_grow(a, out->list, out->cap, more, sizeof *out->list));
      out->cap = more;
    }
    struct entry *n = &out->list[out->count];
    if (!take_entry(c, n) || (out->count && n->home <= n[-1].home)) return damaged(path, e);
    out->count++;
  } while (take(c, ","));
  return OK;
}

static enum status parse_manifest(struct snapshot *s, const char *path, const char *data, size_t len, struct err *e) {
  struct cursor c = {data, data + len};
  struct entries found = {0};
  int64_t version, year;
  if (!take(&c, "{\"format\":\"lucid snapshot\",\"version\":") || !take_int(&c, &version)) return damaged(path, e);
  if (version != MANIFEST_VERSION)
    return err_set(e, ERR_VERSION, "use the version of lucid that made it, or a newer one", "%s has format %" PRId64 "; this program reads format %d", path, version, MANIFEST_VERSION);
  if (!take(&c, ",\"round\":\"")) return damaged(path, e);
  const char *quote = memchr(c.at, '"', (size_t)(c.end - c.at));
  if (!quote || !is_round_name(c.at, (size_t)(quote - c.at))) return damaged(path, e);
  ARENA_TRY(e, s->round = arena_strn(&s->arena, c.at, (size_t)(quote - c.at)));
  c.at = quote;
  if (!take(&c, "\",\"year\":") || !take_int(&c, &year) || year < INT32_MIN || year > INT32_MAX || !take(&c, ",\"segments\":[")) return damaged(path, e);
  s->year = (int32_t)year;
  if (c.at + 1 < c.end && c.at[1] == '{') TRY(parse_entries(&s->arena, &c, path, &found, e));
  struct text again;
  text_init(&again, MANIFEST_MAX);
  manifest_text(&again, s->round, s->year, found.list, found.count);
  bool same = again.len == len && memcmp(again.data, data, len) == 0;
  text_free(&again);
  if (!same) return damaged(path, e);
  ARENA_TRY(e, s->parts = arena_array(&s->arena, found.count + 1u, sizeof *s->parts));
  for (uint32_t i = 0; found.list && i < found.count; i++) s->parts[i].entry = found.list[i];
  s->count = found.count;
  return OK;
}

static enum status read_manifest(struct snapshot *s, const char *folder, const char *hash_hex, struct err *e) {
  char *path, *data;
  size_t len;
  struct digest d;
  ARENA_TRY(e, path = arena_printf(&s->arena, "%s/%s", folder, SNAPSHOT_MANIFEST));
  TRY(file_read(&s->arena, path, MANIFEST_MAX, &data, &len, e));
  if (!digest_of(data, len, &d)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  digest_hex(&d, s->hash);
  if (hash_hex && strcmp(hash_hex, s->hash) != 0) return err_set(e, ERR_CORRUPT, HINT_CORRUPT, "%s is damaged: its SHA-256 is %s, not %s", path, s->hash, hash_hex);
  return parse_manifest(s, path, data, len, e);
}

static enum status open_parts(struct snapshot *s, const char *folder, struct pool *pool, struct err *e) {
  for (uint32_t i = 0; i < s->count; i++) {
    arena_init(&s->parts[i].arena, 0);
    ARENA_TRY(e, s->parts[i].path = arena_printf(&s->arena, "%s/%s", folder, s->parts[i].entry.file));
  }
  pool_run(pool, s->count, open_part, s->parts);
  for (uint32_t i = 0; i < s->count; i++) {
    struct part *p = &s->parts[i];
    if (p->status != OK) {
      if (e) *e = p->err;
      return p->status;
    }
    if (i) TRY(schema_same(p->schema, s->schema, e));
    else s->schema = p->schema;
  }
  return OK;
}

enum status snapshot_open_folder(const char *folder, const char *hash_hex, struct pool *pool, struct snapshot **out, struct err *e) {
  struct snapshot *s = calloc(1, sizeof *s);
  if (!s) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  arena_init(&s->arena, 0);
  enum status st = read_manifest(s, folder, hash_hex, e);
  if (st == OK) st = open_parts(s, folder, pool, e);
  if (st == OK) *out = s;
  else snapshot_close(s);
  return st;
}

enum status snapshot_open(const char *parent, const char *hash_hex, struct pool *pool, struct snapshot **out, struct err *e) {
  struct digest d;
  struct arena a;
  if (!digest_from_hex(hash_hex, strlen(hash_hex), &d)) return err_set(e, ERR_USAGE, NULL, "\"%.80s\" is not a snapshot's hash", hash_hex);
  arena_init(&a, 0);
  char *folder = arena_printf(&a, "%s/%s", parent, hash_hex);
  enum status st = folder ? snapshot_open_folder(folder, hash_hex, pool, out, e) : err_set(e, ERR_MEMORY, NULL, "out of memory");
  arena_drop(&a);
  return st;
}

/* ---- taking over ---- */

enum status snapshot_base(struct snapshot_writer *w, const char *hash_hex, struct err *e) {
  struct digest d;
  if (!digest_from_hex(hash_hex, strlen(hash_hex), &d)) return err_set(e, ERR_INTERNAL, NULL, "\"%.80s\" is not a snapshot's hash", hash_hex);
  ARENA_TRY(e, w->base_folder = arena_printf(&w->arena, "%s/%s", w->parent, hash_hex));
  struct snapshot *s = calloc(1, sizeof *s);
  if (!s) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  arena_init(&s->arena, 0);
  struct err why;
  enum status st = read_manifest(s, w->base_folder, hash_hex, &why);
  if (st == OK) w->base = s;
  else snapshot_close(s);
  if (st == ERR_MEMORY && e) *e = why;
  return st == ERR_MEMORY ? st : OK;
}

enum status snapshot_take(struct snapshot_writer *w, const struct schema *schema, int64_t home, enum snapshot_taken *taken, uint64_t *households, uint64_t *members, struct err *e) {
  struct part p = {.status = OK};
  uint32_t i = 0;
  *taken = SNAPSHOT_NOT_TAKEN;
  if (!w->base) return OK;
  while (i < w->base->count && w->base->parts[i].entry.home != home) i++;
  if (i == w->base->count) {
    *taken = SNAPSHOT_NO_SUCH_HOME;
    return OK;
  }
  struct text path;
  struct entry n;
  enum status s = prepare_entry(w, schema, home, &n, &path, e);
  n = p.entry = w->base->parts[i].entry;
  arena_init(&p.arena, 0);
  if (s == OK && !(p.path = arena_printf(&p.arena, "%s/%s", w->base_folder, n.file))) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (s == OK) open_part(&p, 0, 0);
  if (s == OK && p.status == OK && schema_same(p.schema, schema, NULL) == OK) {
    if (link(p.path, text_str(&path)) != 0) s = file_replace(text_str(&path), p.map.data, p.map.len, 0666, e); /* another disk, a system without links, too many of them */
    if (s == OK) s = put_entry(w, &n, e);
    if (s == OK) *taken = SNAPSHOT_TAKEN, *households = n.households, *members = n.members;
  }
  file_map_close(&p.map);
  arena_drop(&p.arena);
  text_free(&path);
  return s;
}

static enum status gather(struct snapshot *s, const struct schema *schema, const struct segment *const *segments, uint32_t count, const char *round, struct err *e) {
  ARENA_TRY(e, s->round = arena_str(&s->arena, round));
  ARENA_TRY(e, s->schema = schema_copy(&s->arena, schema));
  ARENA_TRY(e, s->parts = arena_array(&s->arena, count + 1u, sizeof *s->parts));
  s->count = count;
  for (uint32_t i = 0; i < count; i++) {
    if (i && segments[i]->home <= segments[i - 1]->home) return err_set(e, ERR_INTERNAL, NULL, "homes do not ascend");
    s->parts[i].segment = segments[i];
  }
  return OK;
}

enum status snapshot_of(const struct schema *schema, const struct segment *const *segments, uint32_t count, const char *round, int32_t year, struct snapshot **out, struct err *e) {
  struct snapshot *s = calloc(1, sizeof *s);
  if (!s) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  arena_init(&s->arena, 0);
  s->year = year;
  enum status st = gather(s, schema, segments, count, round, e);
  if (st == OK) *out = s;
  else snapshot_close(s);
  return st;
}

void snapshot_close(struct snapshot *s) {
  if (!s) return;
  for (uint32_t i = 0; i < s->count; i++) {
    file_map_close(&s->parts[i].map);
    arena_drop(&s->parts[i].arena);
  }
  arena_drop(&s->arena);
  free(s);
}

uint32_t snapshot_segment_count(const struct snapshot *s) { return s->count; }
const struct segment *snapshot_segment(const struct snapshot *s, uint32_t i) { return s->parts[i].segment; }
const struct schema *snapshot_schema(const struct snapshot *s) { return s->schema; }
const char *snapshot_hash_hex(const struct snapshot *s) { return s->hash; }
const char *snapshot_round(const struct snapshot *s) { return s->round; }
int32_t snapshot_year(const struct snapshot *s) { return s->year; }

uint64_t snapshot_rows(const struct snapshot *s, uint32_t level) {
  uint64_t n = 0;
  for (uint32_t i = 0; i < s->count; i++) n += s->parts[i].segment->levels[level].rows;
  return n;
}

uint32_t snapshot_find_home(const struct snapshot *s, int64_t home) {
  for (uint32_t i = 0; i < s->count; i++)
    if (s->parts[i].segment->home == home) return i;
  return UINT32_MAX;
}
