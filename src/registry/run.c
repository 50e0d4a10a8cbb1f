/* run.c - what a decision run was made from, and its decisions: a row in the registry, a file beside the snapshot. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "registry/run.h"

static enum status run_path(struct registry *r, struct arena *a, const struct run_record *run, char **dir, char **path, struct err *e) {
  ARENA_TRY(e, *dir = arena_printf(a, "%s/runs", r->snapshots));
  ARENA_TRY(e, *path = arena_printf(a, "%s/%s.decisions", *dir, run->decisions_hash));
  return OK;
}

enum status run_file(struct registry *r, struct run_record *run, const void *data, size_t len, struct err *e) {
  struct arena a;
  struct digest d;
  char *dir, *path, hex[65];
  if (!digest_of(data, len, &d)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  digest_hex(&d, hex);
  if (run->decisions_hash[0] && strcmp(run->decisions_hash, hex) != 0) return err_set(e, ERR_INTERNAL, NULL, "the decisions are not those of the run: %.12s, not %.12s", hex, run->decisions_hash);
  snprintf(run->decisions_hash, sizeof run->decisions_hash, "%s", hex);
  if (!run->at) run->at = clock_now(r->clock);
  if (!run->engine[0]) snprintf(run->engine, sizeof run->engine, "%s", LUCID_VERSION);
  arena_init(&a, 0);
  enum status s = run_path(r, &a, run, &dir, &path, e);
  if (s == OK) s = file_make_dirs(dir, e);
  if (s == OK && !file_exists(path)) s = file_replace(path, data, len, 0644, e);
  arena_drop(&a);
  return s;
}

enum status run_row(struct registry *r, struct run_record *run, struct err *e) {
  struct store_stmt *st;
  bool row;
  TRY(store_sql(r->db, SQL_RUN_PUT, &st, e));
  store_bind_str(st, 1, run->round), store_bind_str(st, 2, run->kind), store_bind_str(st, 3, run->rules_hash), store_bind_str(st, 4, run->source_hash), store_bind_str(st, 5, run->snapshot);
  store_bind_str(st, 6, run->decisions_hash), store_bind_str(st, 7, run->engine), store_bind_str(st, 8, run->seed), store_bind_int(st, 9, run->at), store_bind_str(st, 10, run->summary_json);
  const enum status s = store_step(st, &row, e);
  if (s == OK && row) run->id = store_int(st, 0);
  store_reset(st);
  return s;
}

enum status registry_run_put(struct registry *r, struct run_record *run, const void *decisions, size_t len, struct err *e) {
  TRY(run_file(r, run, decisions, len, e));
  TRY(core_begin(r, e));
  const enum status s = run_row(r, run, e);
  if (s == OK) return core_commit(r, e);
  core_rollback(r);
  return s;
}

#define COPY(to, st, col) snprintf((to), sizeof(to), "%.*s", (int)store_text((st), (col)).len, store_text((st), (col)).at)

enum status registry_run_latest(struct registry *r, const char *round, const char *kind, struct run_record *out, struct err *e) {
  struct store_stmt *st;
  bool row;
  struct round_info info;
  TRY(registry_round_get(r, round, &info, e));
  TRY(store_sql(r->db, SQL_RUN_LATEST, &st, e));
  store_bind_str(st, 1, info.name), store_bind_str(st, 2, kind);
  TRY(store_step(st, &row, e));
  if (!row) return err_set(e, ERR_NOT_FOUND, "run: lucid identify REGISTRY", "round \"%s\" has no %s run yet", info.name, kind);
  *out = (struct run_record){.id = store_int(st, 0), .at = store_int(st, 9)};
  COPY(out->round, st, 1), COPY(out->kind, st, 2), COPY(out->rules_hash, st, 3), COPY(out->source_hash, st, 4), COPY(out->snapshot, st, 5);
  COPY(out->decisions_hash, st, 6), COPY(out->engine, st, 7), COPY(out->seed, st, 8), COPY(out->summary_json, st, 10);
  store_reset(st);
  return OK;
}

enum status registry_run_decisions(struct registry *r, struct arena *a, const struct run_record *run, void **data, size_t *len, struct err *e) {
  char *dir, *path;
  struct digest d;
  char hex[65];
  TRY(run_path(r, a, run, &dir, &path, e));
  if (!file_exists(path)) return err_set(e, ERR_NOT_FOUND, "run it again: the same rules and data give the same decisions", "the decisions of run %lld are not beside the registry any more (%s)", (long long)run->id, path);
  TRY(file_read(a, path, (size_t)1 << 34, (char **)data, len, e));
  if (!digest_of(*data, *len, &d)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (strcmp(digest_hex(&d, hex), run->decisions_hash) != 0) return err_set(e, ERR_CORRUPT, "remove the file and run it again", "%s is damaged: its hash is %.12s", path, hex);
  return OK;
}
