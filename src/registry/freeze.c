#include "registry/freeze.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/pool.h"
#include "column/builder.h"
#include "registry/touched.h"
#include "registry/version.h"

enum { READERS_MOST = 4, WORTH_READERS = 16 << 20 };

/* One level read as of an event: two cursors in key order, current and history, merged. */
struct as_of {
  const struct level_store *ls;
  int64_t event;
  struct store_stmt *st[2];
  struct store_value *v[2];
  bool have[2];
  int at; /* which of the two holds the row at hand; -1 = the end */
};

/* Homes that one thread takes, or several one after the other. */
struct share {
  int64_t *homes;
  uint32_t count;
  atomic_uint next;
};

/* What the threads share: one a server, or several for a file or a single database, each with a connection of its own. */
struct team {
  struct registry *r;
  struct freezing *job;
  uint32_t areas; /* known by then */
  struct schema schema;
  struct snapshot_writer *w;
  struct touched touched;
  pthread_mutex_t lock; /* of progress */
  uint64_t done;
  bool stop;
};

struct freezer { /* one thread's: the homes of one server, or its share of them */
  struct team *team;
  struct registry *r;
  struct store *db; /* NULL: it cannot be reached, `err` says why */
  bool own;         /* it was opened for this */
  struct share *share;
  unsigned part;
  struct as_of level[LEVEL_MAX];
  struct cell *cells;
  int64_t households, members;
  uint32_t written, taken;
  enum status status;
  struct err err;
};

static enum status advance(struct as_of *a, int side, struct err *e) {
  const struct level_store *ls = a->ls;
  uint32_t n = ls->current.count + (side ? 2 : 0);
  for (;;) {
    TRY(store_step(a->st[side], &a->have[side], e));
    if (!a->have[side]) return OK;
    if (store_int(a->st[side], (int)ls->from_event) > a->event) continue;
    if (side && store_int(a->st[side], (int)ls->current.count) <= a->event) continue; /* ended by then */
    store_values(a->st[side], a->v[side], n);
    return OK;
  }
}

static void choose(struct as_of *a) {
  if (!a->have[0] || !a->have[1]) {
    a->at = a->have[0] ? 0 : a->have[1] ? 1 : -1;
    return;
  }
  for (uint32_t i = 0; i < a->ls->key_count; i++)
    if (a->v[0][i].i != a->v[1][i].i) {
      a->at = a->v[0][i].i < a->v[1][i].i ? 0 : 1;
      return;
    }
  a->at = 0; /* the same key twice cannot be: fsck reports it */
}

static enum status next(struct as_of *a, struct err *e) {
  TRY(advance(a, a->at, e));
  choose(a);
  return OK;
}

static enum status start(struct freezer *f, uint32_t l, int64_t home, struct err *e) {
  struct as_of *a = &f->level[l];
  a->ls = &f->r->levels[l], a->event = f->team->job->event;
  for (int side = 0; side < 2; side++) {
    if (!a->st[side]) TRY(store_prepare(f->db, side ? &a->ls->history : &a->ls->current, STORE_PREFIX, 1, &a->st[side], e));
    if (!a->v[side] && !(a->v[side] = calloc(a->ls->history.count, sizeof *a->v[side]))) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    store_reset(a->st[side]);
    store_bind_int(a->st[side], 1, home);
    TRY(advance(a, side, e));
  }
  choose(a);
  return OK;
}

/* A sealed value is one fixed word: nothing of it, nor of the key, enters the snapshot, so the same data give the same hash under
 * every key, and nobody can make keys until a draw by the hash suits him. */
static const struct cell *cells_of(struct freezer *f, const struct as_of *a) {
  const struct level_store *ls = a->ls;
  for (uint32_t i = 0; i < ls->field_count; i++) {
    const struct store_value *x = &a->v[a->at][ls->fields[i].at];
    f->cells[i] = version_cell(ls, a->v[a->at], i);
    if (ls->fields[i].def->sealed && x->kind == STORE_VALUE_BLOB) f->cells[i] = (struct cell){.s = span_of("sealed")};
  }
  return f->cells;
}

/* Columns as the programme names them; sealed fields are the word "sealed", so text whatever they were. */
static enum status make_schema(struct registry *r, struct arena *a, struct schema *out, struct err *e) {
  *out = (struct schema){.level_count = r->level_count};
  for (uint32_t l = 0; l < r->level_count; l++) {
    const struct level_store *ls = &r->levels[l];
    struct schema_column *c;
    ARENA_TRY(e, c = arena_array(a, ls->field_count + 1, sizeof *c));
    for (uint32_t i = 0; i < ls->field_count; i++) {
      const struct field *d = ls->fields[i].def;
      c[i] = d->sealed ? (struct schema_column){d->name, COL_TEXT, 0} : (struct schema_column){d->name, d->kind, d->kind == COL_DECIMAL ? d->decimals : 0};
    }
    out->levels[l] = (struct schema_level){ls->def->name, c, ls->field_count};
  }
  return OK;
}

static bool belongs(const struct as_of *a, int64_t home, int64_t household) { return a->at >= 0 && a->v[a->at][0].i == home && a->v[a->at][1].i == household; }

static enum status freeze_villages(struct freezer *f, struct builder *b, int64_t home, struct err *e) {
  struct registry *r = f->r;
  TRY(start(f, LEVEL_VILLAGE, home, e));
  struct as_of *a = &f->level[LEVEL_VILLAGE];
  for (uint32_t i = 0; i < f->team->areas; i++) {
    const struct area_ref *x = &r->areas[i];
    if (x->home != home || x->level != r->lowest_area_level) continue;
    while (a->at >= 0 && a->v[a->at][1].i < x->id) TRY(next(a, e));
    enum status s = OK;
    bool here = a->at >= 0 && a->v[a->at][1].i == x->id;
    const struct cell *cells = here ? cells_of(f, a) : NULL;
    TRY(s);
    TRY(builder_village(b, x->code, cells, e));
  }
  return OK;
}

static enum status freeze_household(struct freezer *f, struct builder *b, int64_t home, struct err *e) {
  struct registry *r = f->r;
  struct as_of *h = &f->level[LEVEL_HOUSEHOLD];
  const struct level_store *ls = h->ls;
  const struct store_value *v = h->v[h->at];
  uint32_t rosters = 0;
  struct span village = {"", 0};
  enum status s = OK;
  int64_t id = v[1].i;
  for (uint32_t l = 0; l < r->level_count; l++)
    if (v[ls->roster + l].i) rosters |= 1u << l;
  if (v[ls->area].kind == STORE_VALUE_INT && v[ls->area].i >= 1 && v[ls->area].i <= r->area_count) {
    const struct area_ref *x = &r->areas[v[ls->area].i - 1];
    if (x->level == r->lowest_area_level) village = x->code;
  }
  const struct cell *cells = cells_of(f, h);
  TRY(s);
  TRY(builder_household(b, id, v[ls->key].s, village, rosters, cells, e));
  for (uint32_t l = 0; l < r->level_count; l++) {
    if (l == LEVEL_HOUSEHOLD || l == LEVEL_VILLAGE) continue;
    struct as_of *a = &f->level[l];
    while (a->at >= 0 && a->v[a->at][1].i < id) TRY(next(a, e));
    for (; belongs(a, home, id); f->members += l == LEVEL_MEMBER) {
      cells = cells_of(f, a);
      TRY(s);
      TRY(builder_child(b, l, a->v[a->at][2].i, cells, e));
      TRY(next(a, e));
    }
  }
  return OK;
}

/* Counts what this thread has done since it last told; true = please stop. */
static bool told(struct team *t, uint64_t more) {
  pthread_mutex_lock(&t->lock);
  t->done += more;
  if (t->job->pr && progress_step(t->job->pr, t->done)) t->stop = true;
  bool stop = t->stop;
  pthread_mutex_unlock(&t->lock);
  return stop;
}

static enum status freeze_home(struct freezer *f, int64_t home, struct err *e) {
  struct builder *b = NULL;
  const struct schema *schema = &f->team->schema;
  for (uint32_t l = 0; l < f->r->level_count; l++)
    if (l != LEVEL_VILLAGE) TRY(start(f, l, home, e));
  struct as_of *h = &f->level[LEVEL_HOUSEHOLD];
  if (h->at < 0) return OK; /* nobody lived there by then */
  enum status s = builder_open(schema, home, &b, e);
  if (s == OK) s = freeze_villages(f, b, home, e);
  while (s == OK && h->at >= 0) {
    s = freeze_household(f, b, home, e);
    if (s == OK && ++f->households % 1024 == 0 && told(f->team, 1024)) s = err_set(e, ERR_CANCELLED, NULL, "stopped; the round is still open");
    if (s == OK) s = next(h, e);
  }
  const struct segment *segment;
  if (s == OK) s = builder_finish(b, &segment, e);
  if (s == OK) s = snapshot_add(f->team->w, schema, segment, e);
  builder_close(b);
  f->written++;
  return s;
}

/* One home: taken over when it provably did not change, also from a server that is away; else written. */
static enum status one_home(struct freezer *f, int64_t home, struct err *e) {
  struct team *t = f->team;
  uint64_t households, members;
  if (t->job->basis && !touched_has(&t->touched, home)) {
    enum snapshot_taken taken;
    TRY(snapshot_take(t->w, &t->schema, home, &taken, &households, &members, e));
    if (taken == SNAPSHOT_NO_SUCH_HOME) return OK; /* nobody lived there then either */
    if (taken == SNAPSHOT_TAKEN) {
      f->households += (int64_t)households, f->members += (int64_t)members, f->taken++;
      return OK;
    }
  }
  return f->db ? freeze_home(f, home, e) : status_failed(f->err.status);
}

static enum status homes_of(const struct freezer *f, struct arena *a, struct share *share, struct err *e) {
  struct store_stmt *st;
  bool row = true;
  uint32_t n = 0, cap = 0;
  int64_t **out = &share->homes;
  if (f->db) TRY(store_sql(f->db, SQL_HOMES, &st, e));
  while (f->db) {
    TRY(store_step(st, &row, e));
    if (!row) break;
    if (n == cap) ARENA_TRY(e, *out = arena_grow(a, *out, n, cap = cap ? 2 * cap : 64, sizeof **out));
    (*out)[n++] = store_int(st, 0);
  }
  for (uint32_t k = 0; !f->db && k < f->r->area_count; k++) {
    const struct area_ref *x = &f->r->areas[k];
    if (x->home != x->id || store_shard_of(f->r->db, x->home) != f->part) continue;
    if (n == cap) ARENA_TRY(e, *out = arena_grow(a, *out, n, cap = cap ? 2 * cap : 64, sizeof **out));
    (*out)[n++] = x->home;
  }
  share->count = n;
  return OK;
}

static enum status freeze_homes(struct freezer *f, struct arena *a, struct err *e) {
  uint32_t most = 1, i;
  for (uint32_t l = 0; l < f->r->level_count; l++)
    if (f->r->levels[l].field_count > most) most = f->r->levels[l].field_count;
  ARENA_TRY(e, f->cells = arena_array(a, most, sizeof *f->cells));
  while ((i = atomic_fetch_add(&f->share->next, 1u)) < f->share->count) TRY(one_home(f, f->share->homes[i], e));
  return OK;
}

static void freeze_part(void *ctx, size_t i, unsigned worker) {
  struct freezer *f = &((struct freezer *)ctx)[i];
  struct arena a;
  (void)worker;
  arena_init(&a, 0);
  f->status = freeze_homes(f, &a, f->db ? &f->err : NULL);
  for (uint32_t l = 0; l < LEVEL_MAX; l++)
    for (int side = 0; side < 2; side++) store_free(f->level[l].st[side]), free(f->level[l].v[side]);
  arena_drop(&a);
}

/* Which counties stop, and why; the others are not touched by it. */
static enum status without(const struct freezer *f, unsigned count, struct err *e) {
  const struct registry *r = f->r;
  struct text homes;
  struct err why = {0};
  text_init(&homes, 500);
  for (uint32_t k = 0; k < r->area_count; k++) {
    const struct area_ref *x = &r->areas[k];
    if (x->home != x->id || f[store_shard_of(r->db, x->home)].status == OK) continue;
    if (homes.len < 200) text_addf(&homes, "%s%.*s", homes.len ? " " : "", (int)x->code.len, x->code.at);
    else if (homes.len < 260) text_add(&homes, " ...    ");
  }
  for (unsigned i = 0; i < count; i++) {
    if (f[i].status == OK) continue;
    if (why.status != OK) text_addf(&homes, "; nor is shard %s there", store_shard_name(r->db, i));
    else why = f[i].err;
  }
  enum status s = err_prefix(&why, "the data of %s cannot be read", text_str(&homes));
  if (e) *e = why;
  text_free(&homes);
  return s;
}

static enum status run_parts(struct freezer *f, unsigned count, struct err *e) {
  struct pool *pool = NULL;
  struct team *t = f[0].team;
  TRY(pool_open(&pool, count, e)); /* a thread a server: they wait more than they work */
  pool_run(pool, count, freeze_part, f);
  pool_close(pool);
  for (unsigned i = 0; i < count; i++) {
    t->job->households += f[i].households, t->job->members += f[i].members, t->job->written += f[i].written, t->job->taken += f[i].taken;
    if (f[i].status == OK) continue;
    if (f[i].db) {
      if (e) *e = f[i].err;
      return f[i].status;
    }
    if (!t->job->reachable || f[i].err.status != ERR_IO) return without(f, count, e);
    store_leave_out(t->r->db, i);
  }
  return OK;
}

/* More connections to a file or a single database that is worth them: each sees the rows as of the event, whatever else was committed since,
 * because no version is ever lost; and inside the caller's write transaction nobody commits. Fewer, when they cannot be had. */
static unsigned more_readers(struct freezer *f) {
  struct registry *r = f->r;
  uint64_t size = 0;
  unsigned count = 1, most = pool_count(0) < READERS_MOST ? pool_count(0) : READERS_MOST;
  if (most < 2 || f->share->count < 2 || store_size(r->db, &size, NULL) != OK || size < WORTH_READERS) return 1;
  for (struct store *db; count < most && store_open(r->url, &(struct store_options){.mode = STORE_READ}, &db, NULL) == OK; count++) {
    if (store_stale(db) || store_begin(db, false, NULL) != OK) { /* a standby may lack what this one has */
      store_close(db);
      break;
    }
    f[count] = (struct freezer){.team = f->team, .r = r, .db = db, .own = true, .share = f->share};
  }
  return count;
}

static enum status freeze_parts(struct team *t, struct err *e) {
  struct store_part *parts = calloc(STORE_PARTS_MOST, sizeof *parts);
  struct freezer *f = calloc(STORE_PARTS_MOST, sizeof *f);
  struct share *shares = calloc(STORE_PARTS_MOST, sizeof *shares);
  struct arena a;
  arena_init(&a, 0);
  enum status s = parts && f && shares ? OK : err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (s == OK) {
    unsigned count = store_parts(t->r->db, parts);
    for (unsigned i = 0; i < count && s == OK; i++) {
      f[i] = (struct freezer){.team = t, .r = t->r, .db = parts[i].db, .err = parts[i].why, .part = i, .share = &shares[i]};
      s = homes_of(&f[i], &a, &shares[i], e);
    }
    if (s == OK && count == 1 && f->db) count = more_readers(f);
    if (s == OK) s = run_parts(f, count, e);
    for (unsigned i = 0; i < count; i++)
      if (f[i].own) store_rollback(f[i].db), store_close(f[i].db);
  }
  free(parts), free(f), free(shares);
  arena_drop(&a);
  return s;
}

enum status freeze(struct registry *r, struct freezing *job, struct err *e) {
  struct arena a;
  struct team t = {.r = r, .job = job, .lock = PTHREAD_MUTEX_INITIALIZER};
  arena_init(&a, 0);
  job->households = job->members = 0, job->written = job->taken = 0;
  enum status s = make_schema(r, &a, &t.schema, e);
  if (s == OK) s = core_areas_at(r, job->event, &t.areas, e);
  if (s == OK && job->basis) s = touched_between(r, job->basis, job->event, &t.touched, e);
  (void)mkdir(job->parent, 0700); /* for the owner only, as the registry itself; when it cannot be made, snapshot_create says why */
  if (s == OK) s = snapshot_create(job->parent, job->round, job->year, &t.w, e);
  if (s == OK && job->basis) s = snapshot_base(t.w, job->basis_hash, e);
  if (s == OK && job->pr) progress_begin(job->pr, "freezing", "households", 0);
  if (s == OK) s = freeze_parts(&t, e);
  if (s == OK && job->pr) progress_end(job->pr);
  if (s == OK) s = snapshot_commit(t.w, job->hash, e);
  else snapshot_abandon(t.w);
  touched_free(&t.touched);
  arena_drop(&a);
  return s;
}
