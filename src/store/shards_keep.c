/* shards_keep.c - for those who keep the servers: what lies where, moving a home, and each server's part read side by side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "store/shards.h"

static enum status no_memory(struct err *e) { return err_set(e, ERR_MEMORY, NULL, "out of memory"); }

unsigned store_shard_count(const struct store *s) { return s->driver == &store_shards ? SH(s)->count : 0; }

const char *store_shard_name(const struct store *s, unsigned i) { return SH(s)->shards[i].name; }
unsigned store_shard_of(const struct store *s, int64_t home) { return sh_of_home(SH(s), home); }
bool store_shard_reachable(struct store *s, unsigned i) {
  enum status st = sh_connect(SH(s), i, NULL);
  return st == OK || st == ERR_NOT_FOUND; /* nothing was moved there yet */
}

/* Whether tables of people are there. Without them, whatever an interrupted move made there is nothing. */
static enum status has_people(struct pg_store *s, bool *out, struct err *e) {
  PGresult *r = PQexec(s->conn, "SELECT 1 WHERE to_regclass('" PG_SCHEMA ".household') IS NOT NULL");
  enum status st = PQresultStatus(r) == PGRES_TUPLES_OK ? OK : pg_fail(s, r, "looking", e);
  *out = st == OK && PQntuples(r);
  PQclear(r);
  return st;
}

enum status store_shard_open(struct store *s, unsigned i, struct store **inner, bool *fresh, struct err *e) {
  struct sh_store *p = SH(s);
  struct shard *x = &p->shards[i];
  bool there = false;
  struct err why;
  enum status st = sh_connect(p, i, &why);
  *fresh = false;
  if (st == ERR_NOT_FOUND) st = store_postgres.open(x->url, &(struct store_options){.mode = STORE_CREATE, .busy_ms = p->busy_ms}, &x->db, &why);
  if (st == OK) st = sh_check_server(p, i, &why);
  if (st == OK) st = has_people(PG_STORE(x->db), &there, &why);
  if (st != OK) {
    if (e) *e = why;
    return st;
  }
  *fresh = !there;
  x->down = false;
  *inner = x->db;
  return OK;
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
  unsigned from = sh_of_home(p, home);
  *rows = 0;
  TRY(sh_touch(p, from, e));
  TRY(sh_touch(p, to, e));
  p->shards[from].wrote = p->shards[to].wrote = true;
  struct pg_store *old = PG_STORE(p->shards[from].db), *new = PG_STORE(p->shards[to].db);
  for (uint32_t i = 0; i < count; i++) {
    char q[300], before[120], after[120];
    const char *t = tables[i]->name;
    TRY(sh_remember(p, t, e));
    snprintf(q, sizeof q, "ALTER TABLE \"%s\" DROP CONSTRAINT IF EXISTS \"%s_homes\"", t, t);
    TRY(pg_exec(new, q, t, e));
    TRY(move_rows(p->shards[from].db, p->shards[to].db, tables[i], home, rows, e));
    TRY(fingerprint(old, t, home, before, e));
    TRY(fingerprint(new, t, home, after, e));
    if (strcmp(before, after) != 0) return err_set(e, ERR_CORRUPT, "nothing was moved; run fsck", "%s: the rows of home %lld do not read back the same", t, (long long)home);
    snprintf(q, sizeof q, "DELETE FROM \"%s\" WHERE home = %lld", t, (long long)home);
    TRY(pg_exec(old, q, t, e));
  }
  return sh_set_home(p, home, to, e);
}

/* ---- side by side ---- */

struct calls { struct sh_store *p; struct store_part *parts; };

static void call(void *ctx, size_t i, unsigned worker) {
  struct calls *c = ctx;
  (void)worker;
  if (sh_holds(c->p, (unsigned)i)) (void)!sh_call(c->p, (unsigned)i, &c->parts[i].why); /* join() tells */
}

/* The server has part in the transaction; what comes of it stands in its part. */
static void join(struct sh_store *p, unsigned i, struct store_part *part) {
  struct shard *x = &p->shards[i];
  part->name = x->name, part->db = NULL;
  if (!sh_holds(p, i)) return; /* nothing to be read there */
  if (!x->db && part->why.status != OK) return; /* it was called just now */
  if (sh_touch(p, i, &part->why) == OK) part->db = x->db;
}

unsigned store_parts(struct store *s, struct store_part parts[STORE_PARTS_MOST]) {
  if (s->driver != &store_shards) {
    parts[0] = (struct store_part){.name = "", .db = s};
    return 1;
  }
  struct sh_store *p = SH(s);
  struct calls c = {p, parts};
  struct pool *pool = NULL;
  memset(parts, 0, p->count * sizeof *parts);
  if (pool_open(&pool, p->count, NULL) != OK) pool = NULL; /* then one after the other */
  pool_run(pool, p->count, call, &c);
  pool_close(pool);
  for (unsigned i = 0; i < p->count; i++) join(p, i, &parts[i]);
  return p->count;
}

void store_leave_out(struct store *s, unsigned part) { sh_note_partial(SH(s), &SH(s)->shards[part]); }
