/* shards_commit.c - one change over several servers: kept by all that have part in it, or by none.
 *
 * Two phases: every other shard that was written to prepares (PREPARE TRANSACTION); then the main shard writes down which were prepared and
 * commits, in one transaction: that is the moment; then the others commit what they prepared. Whoever next opens it for writing finishes
 * what was decided and left over; what was prepared and never decided is rolled back by the next writer, who holds the main shard's lock.
 * The servers need max_prepared_transactions above 0. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/shards.h"

static enum status no_memory(struct err *e) { return err_set(e, ERR_MEMORY, NULL, "out of memory"); }

/* ---- homes ---- */

enum status sh_set_home(struct sh_store *p, int64_t home, unsigned shard, struct err *e) {
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

unsigned sh_of_home(const struct sh_store *p, int64_t home) {
  for (uint32_t i = 0; i < p->home_count; i++)
    if (p->homes[i].home == home) return p->homes[i].shard;
  return 0;
}

bool sh_holds(const struct sh_store *p, unsigned i) {
  if (!i || p->base.mode == STORE_CREATE) return true;
  for (uint32_t h = 0; h < p->home_count; h++)
    if (p->homes[h].shard == i) return true;
  return false;
}

/* ---- servers ---- */

void sh_note_partial(struct sh_store *p, const struct shard *x) {
  size_t n = strlen(p->partial);
  if (strstr(p->partial, x->name)) return;
  snprintf(p->partial + n, sizeof p->partial - n, "%sshard %s is not reachable", n ? "; " : "", x->name);
  p->base.partial = p->partial;
}

void sh_note_stale(struct sh_store *p, const struct shard *x, const char *why) {
  size_t n = strlen(p->stale);
  if (strstr(p->stale, x->name)) return;
  snprintf(p->stale + n, sizeof p->stale - n, "%sshard %s %s", n ? "; " : "", x->name, why);
  p->base.stale = p->stale;
}

enum status sh_check_server(struct sh_store *p, unsigned i, struct err *e) {
  PGresult *r = PQexec(PG_STORE(p->shards[i].db)->conn, "SHOW max_prepared_transactions");
  bool can = PQresultStatus(r) == PGRES_TUPLES_OK && strtol(PQgetvalue(r, 0, 0), NULL, 10) > 0;
  PQclear(r);
  if (can || p->count == 1) return OK;
  return err_set(e, ERR_CONFLICT, "set max_prepared_transactions = 10 in postgresql.conf and restart the server", "shard %s: the server takes no prepared transactions, which keep a change whole over several servers", p->shards[i].name);
}

/* ---- two phases ---- */

/* COMMIT or ROLLBACK of what was prepared; fine when somebody else was quicker. */
static enum status settle(struct pg_store *s, const char *word, const char *gid, struct err *e) {
  char q[200];
  snprintf(q, sizeof q, "%s PREPARED '%s'", word, gid);
  PGresult *r = PQexec(s->conn, q);
  const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
  enum status st = PQresultStatus(r) == PGRES_COMMAND_OK || (state && strcmp(state, "42704") == 0) ? OK : pg_fail(s, r, "finishing what was left half done", e);
  PQclear(r);
  return st;
}

/* What waits on a server: what was decided is committed; the rest is rolled back when nobody can be deciding it now. */
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
    struct err why;
    st = settle(s, decided ? "COMMIT" : "ROLLBACK", gid, &why);
    if (st == OK) continue;
    if (p->base.mode == STORE_READ) { /* a standby, or a user who may only read */
      sh_note_stale(p, &p->shards[i], "waits for a change that was decided");
      st = OK;
    } else if (e) *e = why;
  }
  PQclear(r);
  return st;
}

enum status sh_call(struct sh_store *p, unsigned i, struct err *e) {
  struct shard *x = &p->shards[i];
  if (x->db) return OK;
  enum status s = store_postgres.open(x->url, &(struct store_options){.mode = p->base.mode == STORE_CREATE ? STORE_WRITE : p->base.mode, .busy_ms = p->busy_ms}, &x->db, e);
  x->down = s != OK, x->met = false;
  return s == OK ? OK : err_prefix(e, "shard %s", x->name);
}

enum status sh_connect(struct sh_store *p, unsigned i, struct err *e) {
  struct shard *x = &p->shards[i];
  TRY(sh_call(p, i, e));
  if (x->met) return OK;
  enum status s = i ? finish_decided(p, i, false, e) : OK;
  if (s != OK) {
    store_postgres.close(x->db), x->db = NULL;
    x->down = true;
    return err_prefix(e, "shard %s", x->name);
  }
  x->met = true;
  if (x->db->stale) sh_note_stale(p, x, "is read from its standby");
  return OK;
}

/* The shard is there and has part in what goes on. */
enum status sh_touch(struct sh_store *p, unsigned i, struct err *e) {
  struct shard *x = &p->shards[i];
  TRY(sh_connect(p, i, e));
  if (!p->tx || x->touched) return OK;
  if (i && p->tx_write) TRY(finish_decided(p, i, true, e)); /* we hold the main shard's lock: nobody else is deciding */
  enum status s = store_postgres.begin(x->db, p->tx_write, e);
  if (s != OK) return err_prefix(e, "shard %s", x->name);
  x->touched = true;
  return OK;
}

static void end(struct sh_store *p) {
  for (unsigned i = 0; i < p->count; i++) p->shards[i].touched = p->shards[i].wrote = false;
  for (uint32_t i = 0; i < p->table_count; i++) free(p->tables[i]);
  free(p->tables);
  p->tables = NULL, p->table_count = 0, p->tx = p->tx_write = false;
}

void sh_rollback(struct store *s) {
  struct sh_store *p = SH(s);
  sh_reset_all(p);
  for (unsigned i = 0; i < p->count; i++)
    if (p->shards[i].touched) store_postgres.rollback(p->shards[i].db);
  end(p);
}

enum status sh_begin(struct store *s, bool write, struct err *e) {
  struct sh_store *p = SH(s);
  p->tx = true, p->tx_write = write;
  enum status st = sh_touch(p, 0, e);
  if (st != OK) sh_rollback(s);
  return st;
}

enum status sh_remember(struct sh_store *p, const char *table, struct err *e) {
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
      if (st == OK && n) st = sh_touch(p, i, e);
      if (st == OK && n) p->shards[i].wrote = true;
      if (st == OK && n) st = pg_exec(PG_STORE(p->shards[i].db), text_str(&q), p->tables[t], e);
      text_free(&q);
    }
  return st;
}

static void gid_of(const struct sh_store *p, unsigned i, char out[80]) { snprintf(out, 80, "lucid_%s_%u", PG_STORE(p->shards[0].db)->mark, i); }

static enum status prepare_others(struct sh_store *p, unsigned *prepared, struct err *e) {
  for (unsigned i = 1; i < p->count; i++) {
    char gid[80], q[200];
    if (!p->shards[i].touched || !p->shards[i].wrote) continue;
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

enum status sh_commit(struct store *s, struct err *e) {
  struct sh_store *p = SH(s);
  unsigned prepared = 0;
  enum status st = OK;
  sh_reset_all(p);
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
    char gid[80];
    struct pg_store *x = PG_STORE(p->shards[i].db);
    if (!p->shards[i].touched) continue;
    gid_of(p, i, gid);
    if (x->tx) store_postgres.rollback(p->shards[i].db);
    else if (st == OK) all &= settle(x, "COMMIT", gid, NULL) == OK;
    else if (st != ERR_IO) (void)!settle(x, "ROLLBACK", gid, NULL); /* when the answer was lost nobody knows yet: left for the next writer, who can tell */
  }
  if (st == OK && prepared && all) {
    char q[200];
    snprintf(q, sizeof q, "DELETE FROM shard_commit WHERE gid LIKE 'lucid\\_%s\\_%%'", PG_STORE(p->shards[0].db)->mark);
    (void)!pg_exec(PG_STORE(p->shards[0].db), q, "tidying", NULL);
  }
  end(p);
  return st;
}

bool sh_in_transaction(const struct store *s) { return SH(s)->tx; }
