/* A plan with everything that it follows from, in one folder that others can check; and the check. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "cli/open.h"
#include "cli/planned.h"
#include "cli/planned_verbs.h"
#include "cli/say.h"
#include "plan/proof.h"

static const char readme[] =
    "A plan and everything that it follows from.\n\n"
    "  model.bin, plan.bin   the plan as whole numbers: lucid-verify-plan FOLDER adds it up by itself\n"
    "  programme/            the rules\n"
    "  snapshots/            the frozen data\n"
    "  plan.json             year, round, seed of the decisions, hashes\n"
    "  *.csv                 the plan in words: who gets what, funds, markets, how sure it is\n\n"
    "  lucid plan verify FOLDER      makes the model anew from programme and snapshot, compares, and checks the plan\n"
    "  sha256sum model.bin           is the model's hash\n\n"
    "The data are people's. Whoever may not see the register may not see this folder.\n\n"
    "计划及其全部依据。lucid plan verify 目录 可由规则和数据重新推出模型并核对；lucid-verify-plan 是独立的核对程序。\n"
    "内含农户数据，无权查阅登记库者不得查阅。\n";

static enum status write_file(const char *folder, const char *name, const void *data, size_t len, struct cli *c, struct err *e) {
  const char *path;
  ARENA_TRY(e, path = file_join(&c->arena, folder, name));
  return file_replace(path, data, len, 0600, e);
}

static enum status write_programme(struct cli *c, const struct programme *p, const char *folder, struct err *e) {
  const char *to;
  ARENA_TRY(e, to = file_join(&c->arena, folder, "programme"));
  for (uint32_t i = 0; i < p->file_count; i++) {
    const char *path, *dir;
    ARENA_TRY(e, path = file_join(&c->arena, to, p->files[i].name));
    ARENA_TRY(e, dir = file_dir(&c->arena, path));
    TRY(file_make_dirs(dir, e));
    TRY(file_replace(path, p->files[i].data, p->files[i].len, 0600, e));
  }
  return OK;
}

static enum status write_snapshot(struct cli *c, const struct snapshot *s, const char *folder, struct err *e) {
  const char *to;
  struct snapshot_writer *w;
  char hash[65];
  ARENA_TRY(e, to = file_join(&c->arena, folder, "snapshots"));
  TRY(snapshot_create(to, snapshot_round(s), snapshot_year(s), &w, e));
  for (uint32_t i = 0; i < snapshot_segment_count(s); i++) {
    const enum status st = snapshot_add(w, snapshot_schema(s), snapshot_segment(s, i), e);
    if (st != OK) {
      snapshot_abandon(w);
      return st;
    }
  }
  TRY(snapshot_commit(w, hash, e));
  if (strcmp(hash, snapshot_hash_hex(s)) != 0) return err_set(e, ERR_INTERNAL, "please report this", "the snapshot was written as %.12s, not as %.12s", hash, snapshot_hash_hex(s));
  return OK;
}

static enum status write_model(struct cli *c, const struct plan *p, const char *folder, struct err *e) {
  const char *path;
  ARENA_TRY(e, path = file_join(&c->arena, folder, "model.bin"));
  TRY(file_replace(path, "", 0, 0600, e)); /* people's data: for the owner's eyes from the first byte on */
  FILE *f = fopen(path, "wb");
  if (!f) return err_set(e, ERR_IO, "may this folder be written?", "%s cannot be written", path);
  const enum status st = proof_write_model(&p->built.model, f, e);
  if (fclose(f) != 0 && st == OK) return err_set(e, ERR_IO, "is the disk full?", "%s cannot be written", path);
  return st;
}

enum status planned_proof(struct cli *c, const struct planned *p, void **data, size_t *len, char hash[65], struct err *e) {
  const struct plan *plan = &p->plan;
  const struct plan_model *m = &plan->built.model;
  struct proof_plan proof = {.year = plan->year, .villages = m->village_count, .households = plan_households(m), .most = m->most, .resources = m->resource_count, .price_count = plan_price_count(m), .value = plan->certified.value, .bound = plan->certified.bound,
                             .plan = plan->solved.plan, .prices = plan->solved.prices};
  memcpy(proof.model_hash, plan->model_hash, sizeof proof.model_hash);
  memcpy(proof.rules_hash, p->decided.result->rules_hash, sizeof proof.rules_hash);
  memcpy(proof.snapshot, p->decided.result->snapshot, sizeof proof.snapshot);
  return proof_write_plan(&c->arena, &proof, data, len, hash, e);
}

static enum status write_json(struct cli *c, const struct planned *p, const char *folder, const char *hash, struct err *e) {
  struct text t;
  struct json j;
  text_init(&t, 1 << 20);
  json_init(&j, &t, true);
  json_open(&j);
  json_put(&j, "plan", str, hash);
  json_put(&j, "model", str, p->plan.model_hash);
  json_put(&j, "rules_hash", str, p->decided.result->rules_hash);
  json_put(&j, "snapshot", str, p->decided.result->snapshot);
  json_put(&j, "round", str, p->deciding.round.name);
  json_put(&j, "year", int, p->plan.year);
  json_put(&j, "seed", str, p->decided.result->seed);
  json_put(&j, "seed_from", str, p->decided.result->seed_from);
  json_put(&j, "value", int, p->plan.certified.value);
  json_put(&j, "bound", int, p->plan.certified.bound);
  json_put(&j, "draws", int, p->doubts.draws);
  json_put(&j, "engine", str, LUCID_VERSION);
  json_close(&j);
  enum status st = text_check(&t, "the plan's summary", e);
  if (st == OK) st = write_file(folder, "plan.json", text_str(&t), t.len, c, e);
  text_free(&t);
  return st;
}

static enum status write_tables(struct cli *c, const struct planned *p, const char *folder, struct err *e) {
  for (enum plan_table_id id = 0; id < PLAN_TABLE_COUNT; id++) {
    struct text t;
    const char *name;
    text_init(&t, (size_t)1 << 31);
    ARENA_TRY(e, name = arena_printf(&c->arena, "%s.csv", plan_table_key(id)));
    enum status st = planned_csv(c, &p->plan, id, &t, e);
    if (st == OK) st = write_file(folder, name, text_str(&t), t.len, c, e);
    text_free(&t);
    TRY(st);
  }
  return OK;
}

static void put_measures(struct json *j, const char *key, const struct planning *n, uint64_t bits) {
  if (!bits) return;
  json_key(j, key);
  json_open_list(j);
  for (uint32_t m = 0; m < n->measure_count; m++)
    if (bits >> m & 1) json_str(j, n->measures[m].name);
  json_close_list(j);
}

/* What people wanted, refused, or had: the model follows from it too. */
static enum status write_wishes(struct cli *c, const struct people *q, const char *folder, struct err *e) {
  struct text t;
  struct json j;
  text_init(&t, (size_t)1 << 30);
  json_init(&j, &t, false);
  json_open(&j);
  json_key(&j, "households");
  json_open_list(&j);
  for (uint32_t h = 0; h < q->count; h++) {
    const uint64_t refused = q->refused ? q->refused[h] : 0, pinned = q->pinned ? q->pinned[h] : 0, last = q->last ? q->last[h] : 0;
    if (!(refused | pinned | last)) continue;
    const struct segment *s = q->segments[q->segment[h]];
    json_open(&j);
    json_put(&j, "home", int, s->home);
    json_put(&j, "household", int, s->household_id[q->row[h]]);
    put_measures(&j, "refused", q->planning, refused), put_measures(&j, "pinned", q->planning, pinned), put_measures(&j, "last", q->planning, last);
    json_close(&j);
  }
  json_close_list(&j);
  json_key(&j, "villages");
  json_open_list(&j);
  for (uint32_t v = 0; v < q->village_count; v++) {
    const struct plan_village *x = &q->villages[v];
    if (!(x->refused | x->pinned) || x->area >= q->programme->area_count) continue;
    json_open(&j);
    json_put(&j, "code", str, q->programme->areas[x->area].code);
    put_measures(&j, "refused", q->planning, x->refused), put_measures(&j, "pinned", q->planning, x->pinned);
    json_close(&j);
  }
  json_close_list(&j);
  json_close(&j);
  enum status st = text_check(&t, "the wishes", e);
  if (st == OK) st = write_file(folder, "wishes.json", text_str(&t), t.len, c, e);
  text_free(&t);
  return st;
}

static enum status write_scenario(struct cli *c, const char *file, const char *folder, struct err *e) {
  char *data;
  size_t len;
  if (!file) return OK;
  TRY(file_read(&c->arena, file, (size_t)4 << 20, &data, &len, e));
  return write_file(folder, "scenario.yaml", data, len, c, e);
}

enum status planned_bundle(struct cli *c, const struct planned *p, const char *folder, struct err *e) {
  void *data;
  size_t len;
  char hash[65];
  if (!p->plan.doubts) return err_set(e, ERR_USAGE, "leave --draws out, or give it 100 or more", "a plan without its doubts is not for export");
  if (file_exists(folder)) return err_set(e, ERR_CONFLICT, "take another name", "%s is there already", folder);
  TRY(file_make_dirs(folder, e));
  TRY(planned_proof(c, p, &data, &len, hash, e));
  TRY(write_model(c, &p->plan, folder, e));
  TRY(write_file(folder, "plan.bin", data, len, c, e));
  TRY(write_json(c, p, folder, hash, e));
  TRY(write_wishes(c, &p->people, folder, e));
  TRY(write_scenario(c, p->scenario.file, folder, e));
  TRY(write_tables(c, p, folder, e));
  TRY(write_programme(c, p->deciding.programme, folder, e));
  TRY(write_snapshot(c, p->deciding.snapshot, folder, e));
  TRY(write_file(folder, "README.txt", readme, sizeof readme - 1, c, e));
  cli_note(c, "%s holds the plan and what it follows from: lucid plan verify %s", folder, folder);
  return OK;
}

/* ---- the check ---- */

struct claim { const char *plan, *round, *seed, *seed_from; int year; };

static enum status read_claim(struct cli *c, const char *folder, struct claim *out, struct err *e) {
  const char *path;
  char *data;
  size_t len;
  json_error_t why;
  ARENA_TRY(e, path = file_join(&c->arena, folder, "plan.json"));
  TRY(file_read(&c->arena, path, 1 << 20, &data, &len, e));
  json_t *j = json_loadb(data, len, 0, &why);
  if (!j) return err_set(e, ERR_INPUT, "fetch the folder again", "%s, line %d: %s", path, why.line, why.text);
  const char *plan = json_string_value(json_object_get(j, "plan")), *round = json_string_value(json_object_get(j, "round")), *seed = json_string_value(json_object_get(j, "seed")), *from = json_string_value(json_object_get(j, "seed_from"));
  out->year = (int)json_integer_value(json_object_get(j, "year"));
  out->plan = arena_str(&c->arena, plan ? plan : ""), out->round = arena_str(&c->arena, round ? round : ""), out->seed = arena_str(&c->arena, seed ? seed : ""), out->seed_from = arena_str(&c->arena, from ? from : "");
  json_decref(j);
  if (!out->plan || !out->round || !out->seed || !out->seed_from) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  return OK;
}

static uint64_t get_measures(const json_t *of, const char *key, const struct planning *n) {
  const json_t *list = json_object_get(of, key);
  uint64_t bits = 0;
  for (size_t i = 0; i < json_array_size(list); i++)
    for (uint32_t m = 0; m < n->measure_count; m++)
      if (json_string_value(json_array_get(list, i)) && !strcmp(json_string_value(json_array_get(list, i)), n->measures[m].name)) bits |= (uint64_t)1 << m;
  return bits;
}

static enum status apply_wishes(struct cli *c, const json_t *j, struct people *q, struct err *e) {
  const json_t *households = json_object_get(j, "households"), *villages = json_object_get(j, "villages");
  struct map index;
  map_init(&index, &c->arena);
  if (json_array_size(households)) {
    ARENA_TRY(e, q->refused = arena_array(&c->arena, q->count + 1u, sizeof *q->refused));
    ARENA_TRY(e, q->pinned = arena_array(&c->arena, q->count + 1u, sizeof *q->pinned));
    ARENA_TRY(e, q->last = arena_array(&c->arena, q->count + 1u, sizeof *q->last));
  }
  for (uint32_t h = 0; h < q->count && json_array_size(households); h++) {
    const struct segment *s = q->segments[q->segment[h]];
    const int64_t key[2] = {s->home, s->household_id[q->row[h]]};
    uint32_t at;
    if (!map_put(&index, (const char *)key, sizeof key, &at, NULL)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  for (size_t i = 0; i < json_array_size(households); i++) {
    const json_t *x = json_array_get(households, i);
    const int64_t key[2] = {json_integer_value(json_object_get(x, "home")), json_integer_value(json_object_get(x, "household"))};
    const uint32_t h = map_get(&index, (const char *)key, sizeof key);
    if (h == MAP_NONE) return err_set(e, ERR_CORRUPT, "the wishes are of other data", "wishes.json names a household that the plan is not for");
    q->refused[h] = get_measures(x, "refused", q->planning), q->pinned[h] = get_measures(x, "pinned", q->planning), q->last[h] = get_measures(x, "last", q->planning);
  }
  for (size_t i = 0; i < json_array_size(villages); i++)
    for (uint32_t v = 0; v < q->village_count; v++) {
      const json_t *x = json_array_get(villages, i);
      const char *code = json_string_value(json_object_get(x, "code"));
      if (!code || q->villages[v].area >= q->programme->area_count || strcmp(q->programme->areas[q->villages[v].area].code, code)) continue;
      q->villages[v].refused = get_measures(x, "refused", q->planning), q->villages[v].pinned = get_measures(x, "pinned", q->planning);
    }
  return OK;
}

static enum status read_wishes(struct cli *c, const char *folder, struct people *q, struct err *e) {
  const char *path;
  char *data;
  size_t len;
  json_error_t why;
  ARENA_TRY(e, path = file_join(&c->arena, folder, "wishes.json"));
  TRY(file_read(&c->arena, path, (size_t)1 << 30, &data, &len, e));
  json_t *j = json_loadb(data, len, 0, &why);
  if (!j) return err_set(e, ERR_INPUT, "fetch the folder again", "%s, line %d: %s", path, why.line, why.text);
  const enum status st = apply_wishes(c, j, q, e);
  json_decref(j);
  return st;
}

/* The model made anew. */
static enum status make_again(struct cli *c, const char *folder, struct programme *p, struct snapshot *s, const struct claim *claim, struct pool *pool, char model_hash[65], char rules_hash[65], struct err *e) {
  const uint32_t count = snapshot_segment_count(s);
  const struct segment **segments;
  struct identified *run;
  struct people *people;
  struct built *built_;
  ARENA_TRY(e, segments = arena_array(&c->arena, count + 1u, sizeof *segments));
  ARENA_TRY(e, run = arena_new(&c->arena, struct identified));
  ARENA_TRY(e, people = arena_new(&c->arena, struct people));
  ARENA_TRY(e, built_ = arena_new(&c->arena, struct built));
  for (uint32_t i = 0; i < count; i++) segments[i] = snapshot_segment(s, i);
  const bool own = strcmp(claim->seed_from, "snapshot") == 0;
  const struct identify_input in = {.programme = p, .segments = segments, .segment_count = count, .round = snapshot_round(s), .year = snapshot_year(s), .snapshot = snapshot_hash_hex(s), .seed = own || !*claim->seed ? NULL : claim->seed,
                                    .seed_from = claim->seed_from, .pool = pool, .progress = &c->progress, .decisions_only = true};
  progress_begin(&c->progress, "making the model again", "households", snapshot_rows(s, LEVEL_HOUSEHOLD));
  const enum status st = identify_run(&c->arena, &in, run, e);
  progress_end(&c->progress);
  TRY(st);
  memcpy(rules_hash, run->result->rules_hash, 65);
  struct scenario *scenario = NULL;
  const char *file;
  ARENA_TRY(e, file = file_join(&c->arena, folder, "scenario.yaml"));
  if (file_exists(file)) {
    ARENA_TRY(e, scenario = arena_new(&c->arena, struct scenario));
    TRY(planned_scenario(c, p, file, scenario, e));
  }
  TRY(people_read(&c->arena, p, scenario ? &scenario->planning : &p->planning, scenario ? scenario->areas : NULL, scenario ? scenario->area_count : 0, segments, count, run, people, e));
  TRY(read_wishes(c, folder, people, e));
  TRY(build(&c->arena, people, run->decisions->weights, claim->year, pool, &c->progress, built_, e));
  if (!proof_model_hash(&built_->model, model_hash)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  return OK;
}

static enum status check(struct cli *c, const char *folder, struct pool *pool, struct snapshot **s, struct err *e) {
  const char *path;
  struct file_map map;
  struct plan_model m;
  struct proof_plan plan;
  struct claim claim;
  struct programme *p;
  struct certified certified;
  char *data, hash[65], again[65], rules[65];
  size_t len;
  TRY(read_claim(c, folder, &claim, e));
  ARENA_TRY(e, path = file_join(&c->arena, folder, "model.bin"));
  TRY(file_map_open(path, &map, e));
  enum status st = proof_read_model(&c->arena, map.data, map.len, &m, e);
  file_map_close(&map);
  TRY(st);
  if (!proof_model_hash(&m, hash)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  ARENA_TRY(e, path = file_join(&c->arena, folder, "plan.bin"));
  TRY(file_read(&c->arena, path, (size_t)1 << 32, &data, &len, e));
  struct digest own;
  if (!digest_of(data, len, &own)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  TRY(proof_read_plan(&c->arena, data, len, &plan, e));
  if (strcmp(digest_hex(&own, again), claim.plan) != 0 || plan.year != claim.year)
    return err_set(e, ERR_CORRUPT, "one of the two files was changed after the folder was written", "plan.bin is plan %.12s of %d; plan.json says %.12s of %d", again, (int)plan.year, claim.plan, claim.year);
  TRY(proof_fits(&plan, &m, hash, e));
  TRY(certificate_check(&m, &plan.plan, plan.prices, &certified, e));
  if (certified.value != plan.value || certified.bound > plan.bound)
    return err_set(e, ERR_CORRUPT, "the plan says more of itself than holds", "the plan is worth %lld of %lld at the most; it says %lld of %lld", (long long)certified.value, (long long)certified.bound, (long long)plan.value, (long long)plan.bound);
  ARENA_TRY(e, path = file_join(&c->arena, folder, "programme"));
  TRY(open_programme(c, path, &p, e));
  ARENA_TRY(e, path = file_join(&c->arena, folder, "snapshots"));
  TRY(snapshot_open(path, plan.snapshot, pool, s, e));
  TRY(make_again(c, folder, p, *s, &claim, pool, again, rules, e));
  if (strcmp(rules, plan.rules_hash) != 0) return err_set(e, ERR_CORRUPT, "the programme in the folder is another one", "the plan was made by rules %.12s; the folder's are %.12s", plan.rules_hash, rules);
  if (strcmp(again, hash) != 0) return err_set(e, ERR_CORRUPT, "the plan is of other data or other rules than the folder's, or was made by another version of the program", "programme and snapshot give model %.12s, not %.12s", again, hash);
  printf(say(c, "holds: rules and data give this model, the plan is possible and worth %lld, and no plan is worth more than %lld (gap %.4f %%)\nmodel %s\nrules %s\ndata  %s\n"), (long long)certified.value, (long long)certified.bound, 100 * certified.gap, hash, rules, plan.snapshot);
  return OK;
}

enum status plan_verify(struct cli *c, struct err *e) {
  const char *folder;
  int64_t threads;
  struct pool *pool;
  struct snapshot *s = NULL;
  TRY(cli_need(c, 1, "the folder that --bundle wrote", &folder, e));
  TRY(cli_option_int(c, "threads", 1, 64, 0, &threads, e));
  TRY(pool_open(&pool, (unsigned)threads, e));
  const enum status st = check(c, folder, pool, &s, e);
  snapshot_close(s);
  pool_close(pool);
  return st;
}
