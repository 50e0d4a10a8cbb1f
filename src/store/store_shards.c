/* store_shards.c - one registry over several PostgreSQL servers, laid out by home (county). Behind store.h like any other engine.
 *
 * The registry's path is a small JSON file, NAME.shards:
 *   {"shards": [{"name": "a", "url": "postgresql://...", "homes": []}, {"name": "b", "url": "...", "homes": ["433123", "433124"]}]}
 * Where each home lies is written in the main shard when the registry is made (table shard_home) and changed there when a home moves to another server
 * (store_shard_move); from then on the file gives names and addresses only. The first is the main shard: it holds everything that is not a person's row (programme, areas, events, rounds, runs, keys of sealed fields) and
 * the homes that no other shard names. A household lies whole in its home's shard; rows go straight there over a connection of their own, and each
 * shard's tables carry a CHECK on their homes. No foreign tables, no rows that move by themselves.
 *
 * What is hard: a change that touches several servers is kept whole or not at all. Two phases: every other shard that was touched
 * prepares (PREPARE TRANSACTION); then the main shard writes down which were prepared and commits, in one transaction: that is the moment;
 * then the others commit what they prepared. Whoever next opens it for writing finishes what was decided and left over; what was prepared and never
 * decided is rolled back by the next writer, who holds the main shard's lock. The servers need max_prepared_transactions above 0.
 *
 * A shard that is down: nothing is asked of it until a row of its homes is needed. A reader of everything leaves it out and says so (store_partial); a
 * writer who needs it fails, and nothing is kept. Readers of several shards see each at its own moment: who needs one state reads as of an event.
 *
 * Cost: a write pays one more round trip a shard touched; the rest is PostgreSQL's. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "store/postgres.h"

enum { SHARDS_MOST = 64, PARAMS_MOST = 64 };

struct shard {
  char name[64];
  char *url;
  char **codes; uint32_t code_count;  /* of its homes, as the file names them */
  struct store *db;                   /* NULL until needed */
  bool down, touched;                 /* touched: has part in the transaction at hand */
};

struct sh_store {
  struct store base;
  struct shard shards[SHARDS_MOST];
  unsigned count;
  int busy_ms;
  bool tx, tx_write;
  struct { int64_t home; unsigned shard; } *homes; uint32_t home_count, home_cap;
  char **tables; uint32_t table_count; /* made in this transaction: they get their CHECK before it ends */
  struct store *last;                  /* where the last statement ran */
  struct sh_stmt *named[SQL_COUNT];
  char partial[400];
};

/* How rows of several shards come together. */
enum order { ORDER_KEY, ORDER_TEXT, ORDER_SUM, ORDER_MAX };

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

#define SH(s) ((struct sh_store *)(void *)(uintptr_t)(s))
#define SH_STMT(st) ((struct sh_stmt *)(void *)(uintptr_t)(st))

static enum status no_memory(struct err *e) { return err_set(e, ERR_MEMORY, NULL, "out of memory"); }

/* ---- which shard ---- */

static unsigned shard_of_code(const struct sh_store *p, struct span code) {
  for (unsigned i = 0; i < p->count; i++)
    for (uint32_t k = 0; k < p->shards[i].code_count; k++)
      if (code.len && p->shards[i].codes[k] && strlen(p->shards[i].codes[k]) == code.len && memcmp(p->shards[i].codes[k], code.at, code.len) == 0) return i;
  return SHARDS_MOST;
}

static enum status set_home(struct sh_store *p, int64_t home, unsigned shard, struct err *e) {
  for (uint32_t i = 0; i < p->home_count; i++)
    if (p->homes[i].home == home) {
      p->homes[i].shard = shard;
      return OK;
    }
  if (p->home_count == p->home_cap) {
    uint32_t cap = p->home_cap ? p->home_cap * 2 : 32;
    void *more = realloc(p->homes, cap * sizeof *p->homes);
    if (!more) return no_memory(e);
    p->homes = more, p->home_cap = cap;
  }
  p->homes[p->home_count].home = home, p->homes[p->home_count++].shard = shard;
  return OK;
}

/* An area of a registry that is being made: when its code is one of a shard's, its home lies there. */
static enum status note_area(struct sh_store *p, struct span code, int64_t home, struct err *e) {
  unsigned shard = shard_of_code(p, code);
  return shard == SHARDS_MOST || p->base.mode != STORE_CREATE ? OK : set_home(p, home, shard, e);
}

static unsigned shard_of_home(const struct sh_store *p, int64_t home) {
  for (uint32_t i = 0; i < p->home_count; i++)
    if (p->homes[i].home == home) return p->homes[i].shard;
  return 0;
}

static bool is_routed(const struct table_spec *t) { return t->count && strcmp(t->columns[0].name, "home") == 0 && strcmp(t->name, "seal_key") != 0; }

/* ---- two phases ---- */

static enum status finish_decided(struct sh_store *p, unsigned i, bool undo_the_rest, struct err *e) {
  struct pg_store *s = PG_STORE(p->shards[i].db), *main = PG_STORE(p->shards[0].db);
  PGresult *r = PQexec(s->conn, "SELECT gid FROM pg_catalog.pg_prepared_xacts WHERE database = current_database() AND gid LIKE 'lucid\\_%'");
  if (PQresultStatus(r) != PGRES_TUPLES_OK) {
    enum status st = pg_fail(s, r, "looking for what was left half done", e);
    PQclear(r);
    return st;
  }
  enum status st = OK;
  for (int k = 0; k < PQntuples(r) && st == OK; k++) {
    char q[200];
    const char *gid = PQgetvalue(r, k, 0);
    if (strlen(gid) > 80 || strspn(gid, "abcdefghijklmnopqrstuvwxyz_0123456789") != strlen(gid)) continue;
    snprintf(q, sizeof q, "SELECT 1 FROM shard_commit WHERE gid = '%s'", gid);
    PGresult *there = PQexec(main->conn, q);
    bool known = PQresultStatus(there) == PGRES_TUPLES_OK, decided = known && PQntuples(there) > 0;
    PQclear(there);
    if (!known || (!decided && !undo_the_rest)) continue;
    snprintf(q, sizeof q, "%s PREPARED '%s'", decided ? "COMMIT" : "ROLLBACK", gid);
    st = pg_exec(s, q, "finishing what was left half done", e);
  }
  PQclear(r);
  return st;
}

static enum status connect_shard(struct sh_store *p, unsigned i, struct err *e) {
  struct shard *x = &p->shards[i];
  if (x->db) return OK;
  enum status s = store_postgres.open(x->url, &(struct store_options){.mode = p->base.mode == STORE_CREATE ? STORE_WRITE : p->base.mode, .busy_ms = p->busy_ms}, &x->db, e);
  if (s == OK && p->base.mode != STORE_READ) s = finish_decided(p, i, false, e);
  if (s != OK) {
    if (x->db) store_postgres.close(x->db), x->db = NULL;
    x->down = true;
    return err_prefix(e, "shard %s", x->name);
  }
  x->down = false;
  return OK;
}

/* The shard is there and has part in what goes on. */
static enum status touch(struct sh_store *p, unsigned i, struct err *e) {
  struct shard *x = &p->shards[i];
  TRY(connect_shard(p, i, e));
  if (!p->tx || x->touched) return OK;
  if (i && p->tx_write) TRY(finish_decided(p, i, true, e)); /* we hold the main shard's lock: nobody else is deciding */
  enum status s = store_postgres.begin(x->db, p->tx_write, e);
  if (s != OK) return err_prefix(e, "shard %s", x->name);
  x->touched = true;
  return OK;
}

static void end(struct sh_store *p) {
  for (unsigned i = 0; i < p->count; i++) p->shards[i].touched = false;
  for (uint32_t i = 0; i < p->table_count; i++) free(p->tables[i]);
  free(p->tables);
  p->tables = NULL, p->table_count = 0, p->tx = p->tx_write = false;
}

static void sh_reset(struct store_stmt *base);

static void reset_all(struct sh_store *p) {
  for (int i = 0; i < SQL_COUNT; i++)
    if (p->named[i]) sh_reset(&p->named[i]->base);
}

static void sh_rollback(struct store *s) {
  struct sh_store *p = SH(s);
  reset_all(p);
  for (unsigned i = 0; i < p->count; i++)
    if (p->shards[i].touched) store_postgres.rollback(p->shards[i].db);
  end(p);
}

static enum status sh_begin(struct store *s, bool write, struct err *e) {
  struct sh_store *p = SH(s);
  p->tx = true, p->tx_write = write;
  enum status st = touch(p, 0, e);
  if (st != OK) sh_rollback(s);
  return st;
}

static enum status remember(struct sh_store *p, const char *table, struct err *e) {
  char **more = realloc(p->tables, (p->table_count + 1u) * sizeof *more);
  if (more) p->tables = more;
  if (!more || !(more[p->table_count] = strdup(table))) return no_memory(e);
  p->table_count++;
  return OK;
}

/* Tables made, or a home of which moved, in this transaction: each shard's says which homes it may hold, and the main shard writes it down. */
static enum status add_checks(struct sh_store *p, struct err *e) {
  enum status st = OK;
  for (uint32_t h = 0; h < p->home_count && p->table_count && st == OK; h++) {
    char q[200];
    snprintf(q, sizeof q, "INSERT INTO shard_home VALUES (%lld, '%s') ON CONFLICT (home) DO UPDATE SET shard = excluded.shard", (long long)p->homes[h].home, p->shards[p->homes[h].shard].name);
    st = pg_exec(PG_STORE(p->shards[0].db), q, "writing down where homes lie", e);
  }
  for (uint32_t t = 0; t < p->table_count && p->home_count && st == OK; t++)
    for (unsigned i = 0; i < p->count && st == OK; i++) {
      struct text q;
      unsigned n = 0;
      text_init(&q, 1 << 16);
      text_addf(&q, "ALTER TABLE \"%s\" DROP CONSTRAINT IF EXISTS \"%s_homes\"; ", p->tables[t], p->tables[t]);
      text_addf(&q, "ALTER TABLE \"%s\" ADD CONSTRAINT \"%s_homes\" CHECK (home %sIN (", p->tables[t], p->tables[t], i ? "" : "NOT ");
      for (uint32_t h = 0; h < p->home_count; h++)
        if (i ? p->homes[h].shard == i : p->homes[h].shard != 0) text_addf(&q, "%s%lld", n++ ? ", " : "", (long long)p->homes[h].home);
      text_add(&q, "))");
      st = n ? text_check(&q, p->tables[t], e) : OK;
      if (st == OK && n) st = touch(p, i, e);
      if (st == OK && n) st = pg_exec(PG_STORE(p->shards[i].db), text_str(&q), p->tables[t], e);
      text_free(&q);
    }
  return st;
}

static void gid_of(const struct sh_store *p, unsigned i, char out[80]) { snprintf(out, 80, "lucid_%s_%u", PG_STORE(p->shards[0].db)->mark, i); }

static enum status prepare_others(struct sh_store *p, unsigned *prepared, struct err *e) {
  for (unsigned i = 1; i < p->count; i++) {
    char gid[80], q[200];
    if (!p->shards[i].touched) continue;
    gid_of(p, i, gid);
    snprintf(q, sizeof q, "INSERT INTO shard_commit VALUES ('%s')", gid);
    TRY(pg_exec(PG_STORE(p->shards[0].db), q, "deciding", e));
    snprintf(q, sizeof q, "PREPARE TRANSACTION '%s'", gid);
    enum status st = pg_exec(PG_STORE(p->shards[i].db), q, "preparing", e);
    if (st != OK) return err_prefix(e, "shard %s", p->shards[i].name);
    PG_STORE(p->shards[i].db)->tx = PG_STORE(p->shards[i].db)->tx_write = false;
    ++*prepared;
  }
  return OK;
}

static enum status sh_commit(struct store *s, struct err *e) {
  struct sh_store *p = SH(s);
  unsigned prepared = 0;
  enum status st = OK;
  reset_all(p);
  if (!p->tx_write) {
    for (unsigned i = 0; i < p->count; i++)
      if (p->shards[i].touched && st == OK) st = store_postgres.commit(p->shards[i].db, e);
    if (st != OK) sh_rollback(s);
    end(p);
    return st;
  }
  st = add_checks(p, e);
  if (st == OK) st = prepare_others(p, &prepared, e);
  if (st == OK) st = store_postgres.commit(p->shards[0].db, e);
  else store_postgres.rollback(p->shards[0].db);
  bool all = true;
  for (unsigned i = 1; i < p->count; i++) { /* decided: what cannot be told to a shard now is told when it is met again */
    char gid[80], q[200];
    struct pg_store *x = PG_STORE(p->shards[i].db);
    if (!p->shards[i].touched) continue;
    gid_of(p, i, gid);
    if (x->tx) store_postgres.rollback(p->shards[i].db);
    else if (st == OK) {
      snprintf(q, sizeof q, "COMMIT PREPARED '%s'", gid);
      all &= pg_exec(x, q, "committing", NULL) == OK;
    } else if (st != ERR_IO) { /* when the answer was lost nobody knows yet: left for the next writer, who can tell */
      snprintf(q, sizeof q, "ROLLBACK PREPARED '%s'", gid);
      (void)!pg_exec(x, q, "rolling back", NULL);
    }
  }
  if (st == OK && prepared && all) {
    char q[200];
    snprintf(q, sizeof q, "DELETE FROM shard_commit WHERE gid LIKE 'lucid\\_%s\\_%%'", PG_STORE(p->shards[0].db)->mark);
    (void)!pg_exec(PG_STORE(p->shards[0].db), q, "tidying", NULL);
  }
  end(p);
  return st;
}

static bool sh_in_transaction(const struct store *s) { return SH(s)->tx; }

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
  st->routed = op == STORE_INSERT || op == STORE_GET || op == STORE_DELETE || op == STORE_CLEAR || ((op == STORE_PREFIX || op == STORE_MAX) && n > 0);
  st->spread = !st->routed;
  st->order = op == STORE_COUNT_ALL ? ORDER_SUM : op == STORE_MAX ? ORDER_MAX : ORDER_KEY;
  return OK;
}

static void sh_free(struct store_stmt *base) {
  struct sh_stmt *st = SH_STMT(base);
  for (unsigned i = 0; i < SHARDS_MOST; i++)
    if (st->inner[i]) store_postgres.free(st->inner[i]);
  free(st);
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
  TRY(touch(p, i, e));
  if (!st->inner[i]) TRY(st->fixed ? store_postgres.sql_new(p->shards[i].db, st->name, &st->inner[i], e) : store_postgres.prepare(p->shards[i].db, st->table, st->op, st->n, &st->inner[i], e));
  for (int k = 0; k < PARAMS_MOST; k++)
    if (st->is_bound[k]) store_bind_value(st->inner[i], k + 1, &st->bound[k]);
  p->last = p->shards[i].db;
  return OK;
}

static void note_partial(struct sh_store *p, const struct shard *x) {
  size_t n = strlen(p->partial);
  if (strstr(p->partial, x->name)) return;
  snprintf(p->partial + n, sizeof p->partial - n, "%sshard %s is not reachable", n ? "; " : "", x->name);
  p->base.partial = p->partial;
}

/* Statements that look for one household: a row found is the answer, whoever else could not be asked. */
static bool looks_for_one(const struct sh_stmt *st) { return st->fixed ? st->name == SQL_HOUSEHOLD_ANY || st->name == SQL_HOUSEHOLD_FIND : st->op == STORE_BY; }

/* Starts the statement wherever it must run. */
static enum status start(struct sh_store *p, struct sh_stmt *st, struct err *e) {
  st->at = -1, st->one = false;
  memset(st->row, 0, sizeof st->row);
  if (!st->spread) {
    unsigned i = st->routed ? shard_of_home(p, st->bound[0].i) : 0;
    TRY(ready(p, st, i, e));
    st->at = (int)i;
    if (st->fixed && st->name == SQL_AREA_PUT && st->is_bound[1] && st->is_bound[4]) TRY(note_area(p, st->bound[1].s, st->bound[4].i, e));
    return OK;
  }
  int64_t sum = 0;
  bool any = false, found = false;
  enum status missed = OK;
  for (unsigned i = 0; i < p->count; i++) {
    enum status s = ready(p, st, i, e);
    if (s == OK) s = store_postgres.step(st->inner[i], &st->row[i], e);
    if (s != OK && i && p->base.mode == STORE_READ && p->shards[i].down) { /* leave it out and say so */
      note_partial(p, &p->shards[i]);
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

static bool before(const struct sh_stmt *st, unsigned a, unsigned b) {
  if (st->order == ORDER_TEXT) {
    struct span x = store_postgres.col_text(st->inner[a], 0), y = store_postgres.col_text(st->inner[b], 0);
    int order = memcmp(x.at, y.at, x.len < y.len ? x.len : y.len);
    return order ? order < 0 : x.len < y.len;
  }
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
  if (!fresh && st->at >= 0) {
    enum status s = store_postgres.step(st->inner[st->at], &st->row[st->at], e);
    if (s != OK) return s;
  }
  st->at = -1;
  for (unsigned i = 0; i < p->count; i++)
    if (st->row[i] && (st->at < 0 || before(st, i, (unsigned)st->at))) st->at = (int)i;
  *row = st->at >= 0;
  if (!*row) sh_reset(base);
  return OK;
}

static void sh_reset(struct store_stmt *base) {
  struct sh_stmt *st = SH_STMT(base);
  for (unsigned i = 0; i < SHARDS_MOST; i++)
    if (st->inner[i]) store_postgres.reset(st->inner[i]);
  st->running = st->one = false, st->at = -1;
}

static int64_t sh_col_int(struct store_stmt *st, int col) { return SH_STMT(st)->one ? SH_STMT(st)->number : store_postgres.col_int(SH_STMT(st)->inner[SH_STMT(st)->at], col); }
static double sh_col_real(struct store_stmt *st, int col) { return SH_STMT(st)->one ? (double)SH_STMT(st)->number : store_postgres.col_real(SH_STMT(st)->inner[SH_STMT(st)->at], col); }
static struct span sh_col_text(struct store_stmt *st, int col) { return SH_STMT(st)->one ? (struct span){NULL, 0} : store_postgres.col_text(SH_STMT(st)->inner[SH_STMT(st)->at], col); }
static struct span sh_col_blob(struct store_stmt *st, int col) { return sh_col_text(st, col); }
static bool sh_col_null(struct store_stmt *st, int col) { return SH_STMT(st)->one ? SH_STMT(st)->number_null : store_postgres.col_null(SH_STMT(st)->inner[SH_STMT(st)->at], col); }
static void sh_values(struct store_stmt *st, struct store_value *out, uint32_t count) { store_postgres.values(SH_STMT(st)->inner[SH_STMT(st)->at], out, count); }
static int64_t sh_changes(struct store *s) { return SH(s)->last ? store_postgres.changes(SH(s)->last) : 0; }

/* ---- tables and bulk ---- */

static enum status sh_create_table(struct store *s, const struct table_spec *t, struct err *e) {
  struct sh_store *p = SH(s);
  if (is_routed(t)) TRY(remember(p, t->name, e));
  for (unsigned i = 0; i < (is_routed(t) ? p->count : 1); i++) {
    TRY(touch(p, i, e));
    TRY(store_postgres.create_table(p->shards[i].db, t, e));
  }
  return OK;
}

static enum status sh_create_index(struct store *s, const struct table_spec *t, const char *name, const char *const *columns, uint32_t count, bool unique, struct err *e) {
  struct sh_store *p = SH(s);
  for (unsigned i = 0; i < (is_routed(t) ? p->count : 1); i++) {
    TRY(touch(p, i, e));
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
  unsigned i = b->routed ? shard_of_home(p, values[0].i) : 0;
  if (b->areas) {
    const struct store_value *code = NULL, *home = NULL;
    for (uint32_t c = 0; c < b->table->count; c++) {
      if (strcmp(b->table->columns[c].name, "code") == 0) code = &values[c];
      if (strcmp(b->table->columns[c].name, "home") == 0) home = &values[c];
    }
    if (code && home && code->kind == STORE_VALUE_TEXT) TRY(note_area(p, code->s, home->i, e));
  }
  if (!b->inner[i]) {
    TRY(touch(p, i, e));
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

#define LAYOUT_HINT "{\"shards\": [{\"name\": \"a\", \"url\": \"postgresql://...\", \"homes\": []}, {\"name\": \"b\", \"url\": \"postgresql://...\", \"homes\": [\"CODE\", ...]}]}"

static enum status read_shard(struct sh_store *p, const char *path, const json_t *x, struct err *e) {
  struct shard *s = &p->shards[p->count];
  const char *name = json_string_value(json_object_get(x, "name")), *url = json_string_value(json_object_get(x, "url"));
  const json_t *homes = json_object_get(x, "homes"), *code;
  size_t k;
  if (!name || !store_identifier_ok(name) || strlen(name) >= sizeof s->name) return err_set(e, ERR_INPUT, LAYOUT_HINT, "%s: shard %u needs a name of small letters, digits and _", path, p->count + 1);
  if (!url || !store_is_url(url)) return err_set(e, ERR_INPUT, LAYOUT_HINT, "%s: shard %s needs a url that begins with postgresql://", path, name);
  for (unsigned i = 0; i < p->count; i++)
    if (!strcmp(p->shards[i].name, name) || !strcmp(p->shards[i].url, url)) return err_set(e, ERR_INPUT, "each shard has a name and a database of its own", "%s: shard %s stands twice", path, name);
  p->count++;
  snprintf(s->name, sizeof s->name, "%s", name);
  if (!(s->url = strdup(url)) || !(s->codes = calloc(json_array_size(homes) + 1, sizeof *s->codes))) return no_memory(e);
  json_array_foreach(homes, k, code) {
    const char *c = json_string_value(code);
    if (!c || !*c) return err_set(e, ERR_INPUT, LAYOUT_HINT, "%s: homes of shard %s: an area's code in quotes is wanted", path, name);
    if (shard_of_code(p, span_of(c)) != SHARDS_MOST) return err_set(e, ERR_INPUT, "a home lies in one shard", "%s: the home %s stands twice", path, c);
    if (!(s->codes[s->code_count] = strdup(c))) return no_memory(e);
    s->code_count++;
  }
  return OK;
}

static enum status read_layout(struct sh_store *p, const char *path, struct err *e) {
  json_error_t why;
  if (!file_exists(path)) return err_set(e, ERR_NOT_FOUND, LAYOUT_HINT, "%s: there is no such file", path);
  json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
  if (!root) return err_set(e, ERR_INPUT, LAYOUT_HINT, "%s:%d: %s", path, why.line, why.text);
  const json_t *list = json_object_get(root, "shards"), *x;
  size_t k;
  enum status s = json_array_size(list) ? OK : err_set(e, ERR_INPUT, LAYOUT_HINT, "%s: no shards", path);
  if (s == OK && json_array_size(list) > SHARDS_MOST) s = err_set(e, ERR_LIMIT, NULL, "%s: more than %d shards", path, SHARDS_MOST);
  if (s == OK) json_array_foreach(list, k, x)
    if (s == OK) s = read_shard(p, path, x, e);
  json_decref(root);
  return s;
}

static void drop_layout(struct sh_store *p) {
  for (unsigned i = 0; i < SHARDS_MOST; i++) {
    struct shard *x = &p->shards[i];
    for (uint32_t k = 0; x->codes && k < x->code_count; k++) free(x->codes[k]);
    free(x->codes), free(x->url);
  }
}

static void sh_close(struct store *s) {
  struct sh_store *p = SH(s);
  if (p->tx) sh_rollback(s);
  for (int i = 0; i < SQL_COUNT; i++)
    if (p->named[i]) sh_free(&p->named[i]->base);
  for (unsigned i = 0; i < p->count; i++)
    if (p->shards[i].db) store_postgres.close(p->shards[i].db);
  drop_layout(p);
  free(p->homes), free(p->base.path), free(p);
}

static enum status check_server(struct sh_store *p, unsigned i, struct err *e) {
  PGresult *r = PQexec(PG_STORE(p->shards[i].db)->conn, "SHOW max_prepared_transactions");
  bool can = PQresultStatus(r) == PGRES_TUPLES_OK && strtol(PQgetvalue(r, 0, 0), NULL, 10) > 0;
  PQclear(r);
  if (can || p->count == 1) return OK;
  return err_set(e, ERR_CONFLICT, "set max_prepared_transactions = 10 in postgresql.conf and restart the server", "shard %s: the server takes no prepared transactions, which keep a change whole over several servers", p->shards[i].name);
}

/* The main shard gets the whole schema and the list of decisions; the others get the mark that says whose they are, and nothing to put in it. */
static enum status make_all(struct sh_store *p, struct err *e) {
  for (unsigned i = 0; i < p->count; i++) {
    enum status s = store_postgres.open(p->shards[i].url, &(struct store_options){.mode = STORE_CREATE, .busy_ms = p->busy_ms}, &p->shards[i].db, e);
    if (s != OK) return err_prefix(e, "shard %s", p->shards[i].name);
    TRY(check_server(p, i, e));
  }
  return pg_exec(PG_STORE(p->shards[0].db), "CREATE TABLE shard_commit (gid text PRIMARY KEY); CREATE TABLE shard_home (home bigint PRIMARY KEY, shard text NOT NULL)", "making the tables", e);
}

static enum status read_homes(struct sh_store *p, struct err *e) {
  TRY(connect_shard(p, 0, e));
  PGresult *r = PQexec(PG_STORE(p->shards[0].db)->conn, "SELECT home, shard FROM shard_home");
  enum status s = PQresultStatus(r) == PGRES_TUPLES_OK ? OK : err_set(e, ERR_CONFLICT, "name the database itself, or make the registry with `lucid init PROGRAMME NAME.shards`", "%s: the registry in the first shard is not laid over several servers", p->base.path);
  for (int i = 0; s == OK && i < PQntuples(r); i++) {
    const char *name = PQgetvalue(r, i, 1);
    unsigned k = 0;
    while (k < p->count && strcmp(p->shards[k].name, name) != 0) k++;
    s = k < p->count ? set_home(p, strtoll(PQgetvalue(r, i, 0), NULL, 10), k, e) : err_set(e, ERR_CONFLICT, "add it to the file, with its url", "%s: the registry has homes in a shard %s that the file does not name", p->base.path, name);
  }
  PQclear(r);
  return s;
}

/* ---- for those who keep the servers ---- */

unsigned store_shard_count(const struct store *s) { return s->driver == &store_shards ? SH(s)->count : 0; }

const char *store_shard_name(const struct store *s, unsigned i) { return SH(s)->shards[i].name; }
unsigned store_shard_of(const struct store *s, int64_t home) { return shard_of_home(SH(s), home); }
bool store_shard_reachable(struct store *s, unsigned i) { return connect_shard(SH(s), i, NULL) == OK; }

enum status store_shard_open(struct store *s, unsigned i, struct store **inner, bool *fresh, struct err *e) {
  struct sh_store *p = SH(s);
  struct shard *x = &p->shards[i];
  enum status st = connect_shard(p, i, e);
  *fresh = st == ERR_NOT_FOUND;
  if (*fresh) st = store_postgres.open(x->url, &(struct store_options){.mode = STORE_CREATE, .busy_ms = p->busy_ms}, &x->db, e);
  if (st == OK && *fresh) st = check_server(p, i, e);
  if (st == OK) x->down = false;
  *inner = x->db;
  return st;
}

/* Rows of a home in a table and a sum of their hashes, as the server sees them: equal on both sides, or nothing moves. */
static enum status fingerprint(struct pg_store *s, const char *table, int64_t home, char out[120], struct err *e) {
  char q[300];
  snprintf(q, sizeof q, "SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM \"%s\" t WHERE home = %lld", table, (long long)home);
  PGresult *r = PQexec(s->conn, q);
  enum status st = PQresultStatus(r) == PGRES_TUPLES_OK ? OK : pg_fail(s, r, table, e);
  snprintf(out, 120, "%s", st == OK ? PQgetvalue(r, 0, 0) : "");
  PQclear(r);
  return st;
}

static enum status move_rows(struct store *from, struct store *to, const struct table_spec *t, int64_t home, uint64_t *rows, struct err *e) {
  struct store_stmt *st = NULL;
  struct store_bulk *bulk = NULL;
  struct store_value *v = calloc(t->count, sizeof *v);
  bool row;
  enum status s = v ? store_postgres.prepare(from, t, STORE_PREFIX, 1, &st, e) : no_memory(e);
  if (s == OK) s = store_postgres.bulk_open(to, t, &bulk, e);
  if (s == OK) store_postgres.bind_int(st, 1, home);
  while (s == OK && (s = store_postgres.step(st, &row, e)) == OK && row) {
    store_postgres.values(st, v, t->count);
    s = store_postgres.bulk_row(bulk, v, e);
    ++*rows;
  }
  if (s == OK) s = store_postgres.bulk_flush(bulk, e);
  if (bulk) store_postgres.bulk_close(bulk);
  if (st) store_postgres.free(st);
  free(v);
  return s;
}

enum status store_shard_move(struct store *s, const struct table_spec *const *tables, uint32_t count, int64_t home, unsigned to, uint64_t *rows, struct err *e) {
  struct sh_store *p = SH(s);
  unsigned from = shard_of_home(p, home);
  *rows = 0;
  TRY(touch(p, from, e));
  TRY(touch(p, to, e));
  struct pg_store *old = PG_STORE(p->shards[from].db), *new = PG_STORE(p->shards[to].db);
  for (uint32_t i = 0; i < count; i++) {
    char q[300], before[120], after[120];
    const char *t = tables[i]->name;
    TRY(remember(p, t, e));
    snprintf(q, sizeof q, "ALTER TABLE \"%s\" DROP CONSTRAINT IF EXISTS \"%s_homes\"", t, t);
    TRY(pg_exec(new, q, t, e));
    TRY(move_rows(p->shards[from].db, p->shards[to].db, tables[i], home, rows, e));
    TRY(fingerprint(old, t, home, before, e));
    TRY(fingerprint(new, t, home, after, e));
    if (strcmp(before, after) != 0) return err_set(e, ERR_CORRUPT, "nothing was moved; run fsck", "%s: the rows of home %lld do not read back the same", t, (long long)home);
    snprintf(q, sizeof q, "DELETE FROM \"%s\" WHERE home = %lld", t, (long long)home);
    TRY(pg_exec(old, q, t, e));
  }
  return set_home(p, home, to, e);
}

static enum status sh_open(const char *path, const struct store_options *o, struct store **out, struct err *e) {
  struct sh_store *p = calloc(1, sizeof *p);
  if (!p) return no_memory(e);
  p->base.driver = &store_shards, p->base.mode = o->mode, p->busy_ms = o->busy_ms;
  enum status s = (p->base.path = strdup(path)) ? read_layout(p, path, e) : no_memory(e);
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
  enum status s = read_layout(&p, path, e);
  for (unsigned i = 0; i < p.count && s == OK; i++) s = store_postgres.remove(p.shards[i].url, e);
  drop_layout(&p);
  return s;
}

/* The first shard last: its version is the registry's, so an interrupted migration is taken up again. */
static enum status sh_migrate(struct store *s, int number, struct err *e) {
  struct sh_store *p = SH(s);
  for (unsigned i = p->count; i-- > 0;) {
    TRY(connect_shard(p, i, e));
    if (p->shards[i].db->version >= number) continue;
    enum status st = store_postgres.migrate(p->shards[i].db, number, e);
    if (st != OK) return err_prefix(e, "shard %s", p->shards[i].name);
  }
  s->version = number;
  return OK;
}

static enum status sh_size(struct store *s, uint64_t *bytes, struct err *e) {
  *bytes = 0;
  for (unsigned i = 0; i < SH(s)->count; i++) {
    uint64_t one;
    TRY(connect_shard(SH(s), i, e));
    TRY(store_postgres.size(SH(s)->shards[i].db, &one, e));
    *bytes += one;
  }
  return OK;
}

static enum status sh_integrity(struct store *s, struct err *e) {
  for (unsigned i = 0; i < SH(s)->count; i++) {
    TRY(connect_shard(SH(s), i, e));
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
