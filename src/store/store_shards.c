/* store_shards.c - one registry over several PostgreSQL servers, laid out by home (county). Behind store.h like any other engine.
 *
 * The registry's path is a small JSON file, NAME.shards:
 *   {"shards": [{"name": "a", "url": "postgresql://...", "homes": []}, {"name": "b", "url": "...", "homes": ["433123", "433124"]}]}
 * Where each home lies is written in the main shard when the registry is made (table shard_home) and changed there when a home moves to another server
 * (store_shard_move); from then on the file gives names and addresses only. The first is the main shard: it holds everything that is not a person's row (programme, areas, events, rounds, runs, keys of sealed fields) and
 * the homes that no other shard names. A household lies whole in its home's shard; rows go straight there over a connection of their own, and each
 * shard's tables carry a CHECK on their homes. No foreign tables, no rows that move by themselves.
 *
 * A shard that is down: nothing is asked of it until a row of its homes is needed. A reader of everything leaves it out and says so (store_partial); a
 * writer who needs it fails, and nothing is kept. Readers of several shards see each at its own moment: who needs one state reads as of an event.
 *
 * Cost: a write pays one more round trip a shard touched; the rest is PostgreSQL's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/shards.h"

/* How rows of several shards come together. */
enum order { ORDER_KEY, ORDER_TEXT, ORDER_VALUE, ORDER_SUM, ORDER_MAX };

struct sh_stmt {
  struct store_stmt base;
  bool fixed, routed, spread; /* a named statement; goes by parameter 1; goes everywhere. Else: the main shard */
  enum store_sql name;
  const struct table_spec *table; /* must live as long as the statement */
  enum store_op op;
  uint32_t n, keys;
  enum order order;
  struct store_stmt *inner[SHARDS_MOST];
  bool row[SHARDS_MOST];
  struct store_value bound[PARAMS_MOST];
  bool is_bound[PARAMS_MOST];
  char *last; size_t last_len; bool has_last; /* STORE_REPEATED: the value at hand before */
  bool running, one; /* one: the single row of a sum */
  int at;            /* shard whose row is at hand, -1 none */
  int64_t number; bool number_null;
};

struct sh_bulk {
  struct store_bulk base;
  const struct table_spec *table;
  bool routed, areas;
  struct store_bulk *inner[SHARDS_MOST];
};

#define SH_STMT(st) ((struct sh_stmt *)(void *)(uintptr_t)(st))

static void sh_reset(struct store_stmt *base);

static enum status no_memory(struct err *e) { return err_set(e, ERR_MEMORY, NULL, "out of memory"); }

/* An area of a registry that is being made: when its code is one of a shard's, its home lies there. */
static enum status note_area(struct sh_store *p, struct span code, int64_t home, struct err *e) {
  unsigned shard = shards_layout_find(p->shards, p->count, code);
  return shard == SHARDS_MOST || p->base.mode != STORE_CREATE ? OK : sh_set_home(p, home, shard, e);
}

static bool is_routed(const struct table_spec *t) { return t->count && strcmp(t->columns[0].name, "home") == 0 && strcmp(t->name, "seal_key") != 0; }
/* ---- statements ---- */

static bool spread_sql(enum store_sql name, enum order *order, uint32_t *keys) {
  static const struct { enum store_sql name; enum order order; uint32_t keys; } rows[] = {
      {SQL_HOUSEHOLD_FIND, ORDER_KEY, 2}, {SQL_HOUSEHOLD_NEAR, ORDER_TEXT, 1}, {SQL_HOUSEHOLD_ANY, ORDER_KEY, 1}, {SQL_HOUSEHOLD_FORMER, ORDER_KEY, 2}, {SQL_HOMES, ORDER_KEY, 1}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (rows[i].name == name) {
      *order = rows[i].order, *keys = rows[i].keys;
      return true;
    }
  return false;
}

static enum status sh_sql_new(struct store *s, enum store_sql name, struct store_stmt **out, struct err *e) {
  struct sh_stmt *st = calloc(1, sizeof *st);
  if (!st) return no_memory(e);
  st->base = (struct store_stmt){s->driver, s};
  st->fixed = true, st->name = name, st->at = -1;
  st->spread = spread_sql(name, &st->order, &st->keys);
  *out = &st->base;
  return OK;
}

static enum status sh_sql(struct store *s, enum store_sql name, struct store_stmt **out, struct err *e) {
  struct sh_store *p = SH(s);
  struct store_stmt *fresh;
  if (!p->named[name]) {
    TRY(sh_sql_new(s, name, &fresh, e));
    p->named[name] = SH_STMT(fresh);
  } else sh_reset(&p->named[name]->base);
  *out = &p->named[name]->base;
  return OK;
}

static enum status sh_prepare(struct store *s, const struct table_spec *t, enum store_op op, uint32_t n, struct store_stmt **out, struct err *e) {
  TRY(sh_sql_new(s, SQL_META_GET, out, e));
  struct sh_stmt *st = SH_STMT(*out);
  st->fixed = false, st->table = t, st->op = op, st->n = n, st->keys = t->key_count, st->spread = false;
  if (!is_routed(t)) return OK;
  st->routed = op == STORE_INSERT || op == STORE_GET || op == STORE_SET || op == STORE_HOME_BY || op == STORE_DELETE || op == STORE_CLEAR || ((op == STORE_PREFIX || op == STORE_MAX) && n > 0);
  st->spread = !st->routed;
  st->order = op == STORE_COUNT_ALL || op == STORE_COUNT_UPTO ? ORDER_SUM : op == STORE_REPEATED ? ORDER_VALUE : op == STORE_MAX ? ORDER_MAX : ORDER_KEY;
  return OK;
}

static void sh_free(struct store_stmt *base) {
  struct sh_stmt *st = SH_STMT(base);
  for (unsigned i = 0; i < SHARDS_MOST; i++)
    if (st->inner[i]) store_postgres.free(st->inner[i]);
  free(st->last), free(st);
}

static void put(struct store_stmt *st, int at, struct store_value v) {
  if (at < 1 || at > PARAMS_MOST) return; /* wider rows go in bulk */
  SH_STMT(st)->bound[at - 1] = v, SH_STMT(st)->is_bound[at - 1] = true;
}
static void sh_bind_int(struct store_stmt *st, int at, int64_t v) { put(st, at, (struct store_value){.kind = STORE_VALUE_INT, .i = v}); }
static void sh_bind_real(struct store_stmt *st, int at, double v) { put(st, at, (struct store_value){.kind = STORE_VALUE_REAL, .d = v}); }
static void sh_bind_text(struct store_stmt *st, int at, const char *s, size_t n) { put(st, at, (struct store_value){.kind = STORE_VALUE_TEXT, .s = {s, n}}); }
static void sh_bind_blob(struct store_stmt *st, int at, const void *p, size_t n) { put(st, at, (struct store_value){.kind = STORE_VALUE_BLOB, .s = {p, n}}); }
static void sh_bind_null(struct store_stmt *st, int at) { put(st, at, (struct store_value){.kind = STORE_NULL}); }

/* The statement on one shard, with what was bound. */
static enum status ready(struct sh_store *p, struct sh_stmt *st, unsigned i, struct err *e) {
  TRY(sh_touch(p, i, e));
  if (!st->inner[i]) TRY(st->fixed ? store_postgres.sql_new(p->shards[i].db, st->name, &st->inner[i], e) : store_postgres.prepare(p->shards[i].db, st->table, st->op == STORE_REPEATED ? STORE_RANKED : st->op, st->n, &st->inner[i], e));
  for (int k = 0; k < PARAMS_MOST; k++)
    if (st->is_bound[k]) store_bind_value(st->inner[i], k + 1, &st->bound[k]);
  if (!st->fixed && (st->op == STORE_INSERT || st->op == STORE_DELETE || st->op == STORE_CLEAR || st->op == STORE_SET)) p->shards[i].wrote = true;
  p->last = p->shards[i].db;
  return OK;
}

/* Statements that look for one household: a row found is the answer, whoever else could not be asked; and nobody says "there is none" without asking all. */
static bool looks_for_one(const struct sh_stmt *st) { return st->fixed && (st->name == SQL_HOUSEHOLD_ANY || st->name == SQL_HOUSEHOLD_FIND); }

/* Starts the statement wherever it must run. */
static enum status start(struct sh_store *p, struct sh_stmt *st, struct err *e) {
  st->at = -1, st->one = false;
  memset(st->row, 0, sizeof st->row);
  if (!st->spread) {
    unsigned i = st->routed ? sh_of_home(p, st->bound[0].i) : 0;
    TRY(ready(p, st, i, e));
    st->at = (int)i;
    if (st->fixed && st->name == SQL_AREA_PUT && st->is_bound[1] && st->is_bound[4]) TRY(note_area(p, st->bound[1].s, st->bound[4].i, e));
    return OK;
  }
  int64_t sum = 0;
  bool any = false, found = false;
  enum status missed = OK;
  for (unsigned i = 0; i < p->count; i++) {
    if (!sh_holds(p, i)) continue;
    enum status s = ready(p, st, i, e);
    if (s == OK) s = store_postgres.step(st->inner[i], &st->row[i], e);
    if (s != OK && i && p->base.mode == STORE_READ && p->shards[i].down && !looks_for_one(st)) { /* leave it out and say so */
      sh_note_partial(p, &p->shards[i]);
      continue;
    }
    if (s != OK && i && p->shards[i].down && looks_for_one(st)) {
      missed = s; /* `e` keeps why */
      continue;
    }
    TRY(s);
    found |= st->row[i];
    if (st->order == ORDER_SUM || st->order == ORDER_MAX) {
      if (!st->row[i] || store_postgres.col_null(st->inner[i], 0)) continue;
      int64_t v = store_postgres.col_int(st->inner[i], 0);
      sum = st->order == ORDER_SUM ? sum + v : !any || v > sum ? v : sum, any = true;
    }
  }
  if (missed != OK && !found) return missed;
  if (st->order == ORDER_SUM || st->order == ORDER_MAX) st->one = true, st->number = sum, st->number_null = !any;
  return OK;
}

static int text_order(struct span x, struct span y) {
  int order = memcmp(x.at, y.at, x.len < y.len ? x.len : y.len);
  return order ? order : x.len < y.len ? -1 : x.len > y.len;
}

/* By the value of column n: what STORE_REPEATED compares. */
static int value_order(const struct sh_stmt *st, unsigned a, unsigned b) {
  struct store_stmt *x = st->inner[a], *y = st->inner[b];
  int col = (int)st->n;
  switch (st->table->columns[st->n].type) {
  case STORE_INT: {
    int64_t i = store_postgres.col_int(x, col), k = store_postgres.col_int(y, col);
    return i < k ? -1 : i > k;
  }
  case STORE_REAL: {
    double i = store_postgres.col_real(x, col), k = store_postgres.col_real(y, col);
    return i < k ? -1 : i > k;
  }
  case STORE_TEXT:
  case STORE_BLOB:
  default: return text_order(store_postgres.col_text(x, col), store_postgres.col_text(y, col));
  }
}

/* Whether the value of the row at hand stands in another row: of the same server (its last column says so), at another server's head, or in the
 * row before, wherever that was. */
static enum status is_repeated(struct sh_stmt *st, bool *out, struct err *e) {
  unsigned at = (unsigned)st->at;
  int64_t i = 0;
  double d = 0;
  enum store_type type = st->table->columns[st->n].type;
  struct span v = {(char *)&i, 8};
  if (type == STORE_INT) i = store_postgres.col_int(st->inner[at], (int)st->n);
  else if (type == STORE_REAL) d = store_postgres.col_real(st->inner[at], (int)st->n), memcpy(&i, &d, 8);
  else v = store_postgres.col_text(st->inner[at], (int)st->n);
  *out = store_postgres.col_int(st->inner[at], (int)st->table->count) != 0 || (st->has_last && st->last_len == v.len && memcmp(st->last, v.at, v.len) == 0);
  for (unsigned k = 0; k < SHARDS_MOST && !*out; k++) *out = k != at && st->row[k] && value_order(st, at, k) == 0;
  char *mine = realloc(st->last, v.len + 1);
  if (!mine) return no_memory(e);
  memcpy(mine, v.at, v.len);
  st->last = mine, st->last_len = v.len, st->has_last = true;
  return OK;
}

static bool before(const struct sh_stmt *st, unsigned a, unsigned b) {
  if (st->order == ORDER_TEXT) return text_order(store_postgres.col_text(st->inner[a], 0), store_postgres.col_text(st->inner[b], 0)) < 0;
  int by_value = st->order == ORDER_VALUE ? value_order(st, a, b) : 0;
  if (by_value) return by_value < 0;
  for (uint32_t k = 0; k < st->keys; k++) {
    int64_t x = store_postgres.col_int(st->inner[a], (int)k), y = store_postgres.col_int(st->inner[b], (int)k);
    if (x != y) return x < y;
  }
  return false;
}

static enum status sh_step(struct store_stmt *base, bool *row, struct err *e) {
  struct sh_stmt *st = SH_STMT(base);
  struct sh_store *p = SH(base->store);
  *row = false;
  bool fresh = !st->running;
  if (fresh) {
    enum status s = start(p, st, e);
    if (s != OK) {
      sh_reset(base);
      return s;
    }
    st->running = true;
  }
  if (!st->spread) {
    enum status s = store_postgres.step(st->inner[st->at], row, e);
    if (s != OK || !*row) st->running = false;
    return s;
  }
  if (st->one) {
    if (fresh) *row = true;
    else sh_reset(base);
    return OK;
  }
  for (bool wanted = false; !wanted; fresh = false) {
    if (!fresh && st->at >= 0) TRY(store_postgres.step(st->inner[st->at], &st->row[st->at], e));
    st->at = -1;
    for (unsigned i = 0; i < p->count; i++)
      if (st->row[i] && (st->at < 0 || before(st, i, (unsigned)st->at))) st->at = (int)i;
    wanted = st->at < 0 || st->order != ORDER_VALUE;
    if (!wanted) TRY(is_repeated(st, &wanted, e));
  }
  *row = st->at >= 0;
  if (!*row) sh_reset(base);
  return OK;
}

static void sh_reset(struct store_stmt *base) {
  struct sh_stmt *st = SH_STMT(base);
  for (unsigned i = 0; i < SHARDS_MOST; i++)
    if (st->inner[i]) store_postgres.reset(st->inner[i]);
  st->running = st->one = st->has_last = false, st->at = -1;
}

static int64_t sh_col_int(struct store_stmt *st, int col) { return SH_STMT(st)->one ? SH_STMT(st)->number : store_postgres.col_int(SH_STMT(st)->inner[SH_STMT(st)->at], col); }
static double sh_col_real(struct store_stmt *st, int col) { return SH_STMT(st)->one ? (double)SH_STMT(st)->number : store_postgres.col_real(SH_STMT(st)->inner[SH_STMT(st)->at], col); }
static struct span sh_col_text(struct store_stmt *st, int col) { return SH_STMT(st)->one ? (struct span){NULL, 0} : store_postgres.col_text(SH_STMT(st)->inner[SH_STMT(st)->at], col); }
static struct span sh_col_blob(struct store_stmt *st, int col) { return sh_col_text(st, col); }
static bool sh_col_null(struct store_stmt *st, int col) { return SH_STMT(st)->one ? SH_STMT(st)->number_null : store_postgres.col_null(SH_STMT(st)->inner[SH_STMT(st)->at], col); }
static void sh_values(struct store_stmt *st, struct store_value *out, uint32_t count) { store_postgres.values(SH_STMT(st)->inner[SH_STMT(st)->at], out, count); }
static int64_t sh_changes(struct store *s) { return SH(s)->last ? store_postgres.changes(SH(s)->last) : 0; }

void sh_reset_all(struct sh_store *p) {
  for (int i = 0; i < SQL_COUNT; i++)
    if (p->named[i]) sh_reset(&p->named[i]->base);
}

/* ---- tables and bulk ---- */

static enum status sh_create_table(struct store *s, const struct table_spec *t, struct err *e) {
  struct sh_store *p = SH(s);
  if (is_routed(t)) TRY(sh_remember(p, t->name, e));
  for (unsigned i = 0; i < (is_routed(t) ? p->count : 1); i++) {
    TRY(sh_touch(p, i, e));
    p->shards[i].wrote = true;
    TRY(store_postgres.create_table(p->shards[i].db, t, e));
  }
  return OK;
}

static enum status sh_create_index(struct store *s, const struct table_spec *t, const char *name, const char *const *columns, uint32_t count, bool unique, struct err *e) {
  struct sh_store *p = SH(s);
  for (unsigned i = 0; i < (is_routed(t) ? p->count : 1); i++) {
    TRY(sh_touch(p, i, e));
    p->shards[i].wrote = true;
    TRY(store_postgres.create_index(p->shards[i].db, t, name, columns, count, unique, e));
  }
  return OK;
}

static enum status sh_bulk_open(struct store *s, const struct table_spec *t, struct store_bulk **out, struct err *e) {
  struct sh_bulk *b = calloc(1, sizeof *b);
  if (!b) return no_memory(e);
  b->base.driver = s->driver, b->base.store = s, b->table = t, b->routed = is_routed(t), b->areas = strcmp(t->name, "area") == 0;
  *out = &b->base;
  return OK;
}

static enum status sh_bulk_row(struct store_bulk *base, const struct store_value *values, struct err *e) {
  struct sh_bulk *b = (struct sh_bulk *)(void *)base;
  struct sh_store *p = SH(base->store);
  unsigned i = b->routed ? sh_of_home(p, values[0].i) : 0;
  if (b->areas) {
    const struct store_value *code = NULL, *home = NULL;
    for (uint32_t c = 0; c < b->table->count; c++) {
      if (strcmp(b->table->columns[c].name, "code") == 0) code = &values[c];
      if (strcmp(b->table->columns[c].name, "home") == 0) home = &values[c];
    }
    if (code && home && code->kind == STORE_VALUE_TEXT) TRY(note_area(p, code->s, home->i, e));
  }
  if (!b->inner[i]) {
    TRY(sh_touch(p, i, e));
    p->shards[i].wrote = true;
    TRY(store_postgres.bulk_open(p->shards[i].db, b->table, &b->inner[i], e));
  }
  return store_postgres.bulk_row(b->inner[i], values, e);
}

static enum status sh_bulk_flush(struct store_bulk *base, struct err *e) {
  struct sh_bulk *b = (struct sh_bulk *)(void *)base;
  for (unsigned i = 0; i < SHARDS_MOST; i++)
    if (b->inner[i]) TRY(store_postgres.bulk_flush(b->inner[i], e));
  return OK;
}

static void sh_bulk_close(struct store_bulk *base) {
  struct sh_bulk *b = (struct sh_bulk *)(void *)base;
  for (unsigned i = 0; i < SHARDS_MOST; i++)
    if (b->inner[i]) store_postgres.bulk_close(b->inner[i]);
  free(b);
}
/* ---- opening ---- */

static void sh_close(struct store *s) {
  struct sh_store *p = SH(s);
  if (p->tx) sh_rollback(s);
  for (int i = 0; i < SQL_COUNT; i++)
    if (p->named[i]) sh_free(&p->named[i]->base);
  for (unsigned i = 0; i < p->count; i++)
    if (p->shards[i].db) store_postgres.close(p->shards[i].db);
  shards_layout_drop(p->shards, p->count);
  free(p->homes), free(p->base.path), free(p);
}

/* The main shard gets the whole schema and the list of decisions; the others get the mark that says whose they are, and nothing to put in it. */
static enum status make_all(struct sh_store *p, struct err *e) {
  for (unsigned i = 0; i < p->count; i++) {
    enum status s = store_postgres.open(p->shards[i].url, &(struct store_options){.mode = STORE_CREATE, .busy_ms = p->busy_ms}, &p->shards[i].db, e);
    if (s != OK) return err_prefix(e, "shard %s", p->shards[i].name);
    TRY(sh_check_server(p, i, e));
  }
  return pg_exec(PG_STORE(p->shards[0].db), "CREATE TABLE shard_commit (gid text PRIMARY KEY); CREATE TABLE shard_home (home bigint PRIMARY KEY, shard text NOT NULL)", "making the tables", e);
}

static enum status read_homes(struct sh_store *p, struct err *e) {
  enum status main = sh_connect(p, 0, e);
  if (main == ERR_IO && e)
    snprintf(e->hint, sizeof e->hint, "the first shard holds programme, log and keys: bring its server back, or name a standby after it in its url (postgresql://USER@one,standby/DATABASE); closed rounds are beside the file: lucid identify --snapshot FOLDER --programme FOLDER");
  TRY(main);
  PGresult *r = PQexec(PG_STORE(p->shards[0].db)->conn, "SELECT home, shard FROM shard_home");
  enum status s = PQresultStatus(r) == PGRES_TUPLES_OK ? OK : err_set(e, ERR_CONFLICT, "name the database itself, or make the registry with `lucid init PROGRAMME NAME.shards`", "%s: the registry in the first shard is not laid over several servers", p->base.path);
  for (int i = 0; s == OK && i < PQntuples(r); i++) {
    const char *name = PQgetvalue(r, i, 1);
    unsigned k = 0;
    while (k < p->count && strcmp(p->shards[k].name, name) != 0) k++;
    s = k < p->count ? sh_set_home(p, strtoll(PQgetvalue(r, i, 0), NULL, 10), k, e) : err_set(e, ERR_CONFLICT, "add it to the file, with its url", "%s: the registry has homes in a shard %s that the file does not name", p->base.path, name);
  }
  PQclear(r);
  return s;
}
static enum status sh_open(const char *path, const struct store_options *o, struct store **out, struct err *e) {
  struct sh_store *p = calloc(1, sizeof *p);
  if (!p) return no_memory(e);
  p->base.driver = &store_shards, p->base.mode = o->mode, p->busy_ms = o->busy_ms;
  enum status s = (p->base.path = strdup(path)) ? shards_layout_load(path, p->shards, &p->count, e) : no_memory(e);
  if (s == OK) s = o->mode == STORE_CREATE ? make_all(p, e) : read_homes(p, e);
  if (s != OK) {
    sh_close(&p->base);
    return s;
  }
  p->base.version = p->shards[0].db->version;
  *out = &p->base;
  return OK;
}

static enum status sh_remove(const char *path, struct err *e) {
  struct sh_store p = {0};
  enum status s = shards_layout_load(path, p.shards, &p.count, e);
  for (unsigned i = 0; i < p.count && (s == OK || s == ERR_NOT_FOUND); i++) { /* what a killed `init` made may be there on some of them */
    enum status one = store_postgres.remove(p.shards[i].url, e);
    if (one != OK) s = one;
  }
  shards_layout_drop(p.shards, p.count);
  return s;
}

/* The first shard last: its version is the registry's, so an interrupted migration is taken up again. */
static enum status sh_migrate(struct store *s, int number, struct err *e) {
  struct sh_store *p = SH(s);
  for (unsigned i = p->count; i-- > 0;) {
    enum status there = sh_connect(p, i, e);
    if (there == ERR_NOT_FOUND && !sh_holds(p, i)) continue; /* only named in the file so far */
    TRY(there);
    if (p->shards[i].db->version >= number) continue;
    enum status st = store_postgres.migrate(p->shards[i].db, number, e);
    if (st != OK) return err_prefix(e, "shard %s", p->shards[i].name);
  }
  s->version = number;
  return OK;
}

/* A server that is away counts for nothing: the number is for asking a disk for room. */
static enum status sh_size(struct store *s, uint64_t *bytes, struct err *e) {
  *bytes = 0;
  for (unsigned i = 0; i < SH(s)->count; i++) {
    uint64_t one = 0;
    if (!sh_holds(SH(s), i)) continue;
    enum status st = sh_connect(SH(s), i, e);
    if (st == OK) st = store_postgres.size(SH(s)->shards[i].db, &one, e);
    if (st != OK && st != ERR_IO) return st;
    *bytes += one;
  }
  return OK;
}

static enum status sh_integrity(struct store *s, struct err *e) {
  for (unsigned i = 0; i < SH(s)->count; i++) {
    if (!sh_holds(SH(s), i)) continue;
    TRY(sh_connect(SH(s), i, e));
    TRY(store_postgres.integrity(SH(s)->shards[i].db, e));
  }
  return OK;
}

static enum status sh_backup(struct store *s, const char *to, struct err *e) { return store_postgres.backup(SH(s)->shards[0].db, to, e); }
static enum status sh_flush(struct store *s, struct err *e) { return store_postgres.flush(SH(s)->shards[0].db, e); }

#define ROW(name) .name = sh_##name
const struct store_driver store_shards = {
    ROW(open), ROW(close), ROW(remove), ROW(migrate), ROW(begin), ROW(commit), ROW(rollback), ROW(in_transaction), ROW(sql), ROW(sql_new), ROW(prepare), ROW(free), ROW(bind_int), ROW(bind_real),
    ROW(bind_text), ROW(bind_blob), ROW(bind_null), ROW(step), ROW(reset), ROW(col_int), ROW(col_real), ROW(col_text), ROW(col_blob), ROW(col_null), ROW(values), ROW(changes),
    ROW(create_table), ROW(create_index), ROW(bulk_open), ROW(bulk_row), ROW(bulk_flush), ROW(bulk_close), ROW(integrity), ROW(size), ROW(backup), ROW(flush),
};
#undef ROW
