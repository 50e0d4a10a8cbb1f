#include "registry/shards.h"

#include <string.h>

#include "registry/core.h"

const char *registry_partial(const struct registry *r) { return store_partial(r->db); }
const char *registry_stale(const struct registry *r) { return store_stale(r->db); }

static enum status need_shards(const struct registry *r, struct err *e) {
  if (store_shard_count(r->db)) return OK;
  return err_set(e, ERR_USAGE, "a registry over several servers is named by its NAME.shards file", "%s lies in one place", r->path);
}

enum status registry_shards(struct registry *r, struct arena *a, struct registry_shard **out, uint32_t *count, struct err *e) {
  TRY(need_shards(r, e));
  *count = store_shard_count(r->db);
  ARENA_TRY(e, *out = arena_array(a, *count, sizeof **out));
  for (uint32_t i = 0; i < *count; i++) {
    struct registry_shard *x = &(*out)[i];
    ARENA_TRY(e, x->name = arena_str(a, store_shard_name(r->db, i)));
    x->reachable = store_shard_reachable(r->db, i);
    ARENA_TRY(e, x->homes = arena_array(a, r->area_count + 1u, sizeof *x->homes));
  }
  for (uint32_t k = 0; k < r->area_count; k++) {
    const struct area_ref *area = &r->areas[k];
    if (area->home != area->id) continue; /* homes are the areas whose home is themselves */
    struct registry_shard *x = &(*out)[store_shard_of(r->db, area->home)];
    ARENA_TRY(e, x->homes[x->home_count++] = arena_strn(a, area->code.at, area->code.len));
  }
  return OK;
}

enum status registry_shard_move(struct registry *r, const char *code, const char *to, uint64_t *rows, bool *there, struct err *e) {
  const struct table_spec *tables[2 * LEVEL_MAX];
  uint32_t n = 0, shard = 0;
  int64_t home = 0;
  struct store *inner;
  bool fresh;
  TRY(need_shards(r, e));
  TRY(core_writable(r, e));
  while (shard < store_shard_count(r->db) && strcmp(store_shard_name(r->db, shard), to) != 0) shard++;
  if (shard == store_shard_count(r->db)) return err_set(e, ERR_NOT_FOUND, "add it to the .shards file, with its url and \"homes\": []", "%s: there is no shard %s", r->path, to);
  for (uint32_t k = 0; k < r->area_count; k++)
    if (r->areas[k].home == r->areas[k].id && r->areas[k].code.len == strlen(code) && !memcmp(r->areas[k].code.at, code, strlen(code))) home = r->areas[k].home;
  if (!home) return err_set(e, ERR_NOT_FOUND, "`lucid shards REGISTRY` lists them", "%s: %s is not the code of a home", r->path, code);
  *rows = 0;
  *there = store_shard_of(r->db, home) == shard;
  if (*there) return OK;
  TRY(store_shard_open(r->db, shard, &inner, &fresh, e));
  if (fresh) {
    TRY(store_begin(inner, true, e));
    enum status s = core_create_tables(r, inner, e);
    if (s != OK) store_rollback(inner);
    TRY(s);
    TRY(store_commit(inner, e));
  }
  for (uint32_t l = 0; l < r->level_count; l++) tables[n++] = &r->levels[l].current, tables[n++] = &r->levels[l].history;
  TRY(core_begin(r, e));
  enum status s = store_shard_move(r->db, tables, n, home, shard, rows, e);
  if (s == OK) return core_commit(r, e);
  core_rollback(r);
  return s;
}
