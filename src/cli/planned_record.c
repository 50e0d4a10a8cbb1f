/* A plan into the registry, and what is said to its lines. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/map.h"
#include "cli/open.h"
#include "cli/planned.h"
#include "cli/planned_verbs.h"
#include "cli/say.h"
#include "cli/table.h"
#include "registry/plans.h"

static enum status rows_of(struct cli *c, const struct plan *p, struct plan_row **rows, struct err *e) {
  const struct people *q = p->people;
  struct plan_row *to;
  ARENA_TRY(e, to = arena_array(&c->arena, p->line_count + 1u, sizeof *to));
  for (uint32_t i = 0; i < p->line_count; i++) {
    const struct plan_line *l = &p->lines[i];
    const struct measure *m = &q->planning->measures[l->measure];
    const uint32_t area = q->villages[l->village].area;
    to[i] = (struct plan_row){.village = area < q->programme->area_count ? q->programme->areas[area].code : "", .number = "", .measure = m->name, .quantity = l->quantity, .cost = l->cost, .later = l->later,
                              .price = l->tier == PLANNING_NONE ? 0 : (int64_t)round(100 * p->built.markets[m->product].price[l->tier])};
    if (l->household == PLANNING_NONE) continue;
    const struct segment *s = q->segments[q->segment[l->household]];
    to[i].home = s->home, to[i].household = s->household_id[q->row[l->household]];
    ARENA_TRY(e, to[i].number = people_number(&c->arena, q, l->household));
  }
  *rows = to;
  return OK;
}

static enum status summary_of(const struct planned *p, struct run_record *run, struct err *e) {
  struct text t;
  struct json j;
  const struct plan *plan = &p->plan;
  text_init(&t, sizeof run->summary_json - 1);
  json_init(&j, &t, false);
  json_open(&j);
  json_put(&j, "year", int, plan->year);
  json_put(&j, "model", str, plan->model_hash);
  json_put(&j, "scenario", str, p->scenario.file);
  json_put(&j, "households", uint, plan->people->count);
  json_put(&j, "helped", uint, plan->helped);
  json_put(&j, "lines", uint, plan->line_count);
  json_put(&j, "cost", int, plan->all.cost);
  json_put(&j, "later", int, plan->all.later);
  json_put(&j, "guarantees_owed", int, plan->built.money.owed);
  json_put(&j, "guarantees_paid", int, plan->built.money.paid);
  json_put(&j, "value", int, plan->certified.value);
  json_put(&j, "bound", int, plan->certified.bound);
  for (int o = 0; o < OBJECTIVE_COUNT; o++) json_put(&j, objective_word((enum objective)o), double, plan->worth.of[o]);
  json_put(&j, "draws", uint, p->doubts.draws);
  json_put(&j, "regret", double, p->doubts.regret.mid);
  json_put(&j, "assumed_value", double, p->doubts.assumed_value);
  json_close(&j);
  const enum status st = text_check(&t, "the plan's summary", e);
  if (st == OK) memcpy(run->summary_json, text_str(&t), t.len + 1);
  text_free(&t);
  return st;
}

enum status planned_record(struct cli *c, const struct planned *p, struct err *e) {
  struct run_record *run;
  struct plan_row *rows;
  void *data;
  size_t len;
  char hash[65];
  if (!p->plan.doubts) return err_set(e, ERR_USAGE, "leave --draws out, or add --dry-run", "a plan without its doubts is not recorded");
  ARENA_TRY(e, run = arena_new(&c->arena, struct run_record));
  TRY(planned_proof(c, p, &data, &len, hash, e));
  TRY(rows_of(c, &p->plan, &rows, e));
  snprintf(run->kind, sizeof run->kind, "plan");
  memccpy(run->round, p->deciding.round.name, 0, sizeof run->round - 1);
  memcpy(run->rules_hash, p->decided.result->rules_hash, sizeof run->rules_hash);
  memcpy(run->source_hash, p->decided.result->source_hash, sizeof run->source_hash);
  memcpy(run->snapshot, p->decided.result->snapshot, sizeof run->snapshot);
  memccpy(run->seed, p->decided.result->seed, 0, sizeof run->seed - 1);
  run->at = clock_now(c->clock);
  TRY(summary_of(p, run, e));
  TRY(registry_plan_put(p->deciding.registry, run, data, len, rows, p->plan.line_count, e));
  cli_note(c, "recorded as plan %" PRId64 ", %u lines; `lucid plan accept` accepts them, `lucid plan refuse` says that a household does not want one", run->id, p->plan.line_count);
  return OK;
}

/* Refusals that stand are wishes of the households: the next plan does not offer the same again. */
enum status planned_refusals(struct cli *c, const struct planned *p, struct people *q, struct err *e) {
  struct plan_row *rows;
  uint32_t count;
  TRY(registry_plan_refused(p->deciding.registry, &c->arena, &rows, &count, e));
  if (!count) return OK;
  if (!q->refused) ARENA_TRY(e, q->refused = arena_array(&c->arena, q->count + 1u, sizeof *q->refused));
  for (uint32_t h = 0; h < q->count; h++) {
    const struct segment *s = q->segments[q->segment[h]];
    for (uint32_t i = 0; i < count; i++)
      for (uint32_t m = 0; rows[i].home == s->home && rows[i].household == s->household_id[q->row[h]] && m < q->planning->measure_count; m++)
        if (!strcmp(q->planning->measures[m].name, rows[i].measure)) q->refused[h] |= (uint64_t)1 << m;
  }
  return OK;
}

/* What the latest recorded plan gave each household, for `plan.change_penalty`. */
enum status planned_last(struct cli *c, const struct planned *p, struct people *q, struct err *e) {
  struct run_record *run;
  struct plan_row *rows;
  struct err none;
  uint32_t count;
  if (!(q->planning->settings.change_penalty > 0)) return OK;
  struct round_info *rounds;
  uint32_t round_count;
  ARENA_TRY(e, run = arena_new(&c->arena, struct run_record));
  TRY(registry_rounds(p->deciding.registry, &c->arena, &rounds, &round_count, e));
  enum status st = ERR_NOT_FOUND;
  for (uint32_t i = round_count; i-- && st != OK;) /* of the round before, or of an earlier one */
    if (rounds[i].id < p->deciding.round.id && !rounds[i].open) st = registry_run_latest(p->deciding.registry, rounds[i].name, "plan", run, &none);
  if (st != OK) return OK; /* the first plan has none before it */
  TRY(registry_plan_rows(p->deciding.registry, &c->arena, run->id, &rows, &count, e));
  ARENA_TRY(e, q->last = arena_array(&c->arena, q->count + 1u, sizeof *q->last));
  struct map index;
  map_init(&index, &c->arena);
  for (uint32_t h = 0; h < q->count; h++) {
    const struct segment *s = q->segments[q->segment[h]];
    const int64_t key[2] = {s->home, s->household_id[q->row[h]]};
    uint32_t at;
    if (!map_put(&index, (const char *)key, sizeof key, &at, NULL)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  for (uint32_t i = 0; i < count; i++) {
    const int64_t key[2] = {rows[i].home, rows[i].household};
    const uint32_t h = map_get(&index, (const char *)key, sizeof key);
    for (uint32_t m = 0; h != MAP_NONE && rows[i].answer != PLAN_REFUSE && m < q->planning->measure_count; m++)
      if (!strcmp(q->planning->measures[m].name, rows[i].measure)) q->last[h] |= (uint64_t)1 << m;
  }
  cli_note(c, "the plan of round %s counts: what it gave is kept unless something else is worth %.0f %% more", run->round, 100 * q->planning->settings.change_penalty);
  return OK;
}

/* ---- answers ---- */

static bool under(const struct programme *g, const char *village, uint32_t area) {
  for (uint32_t at = programme_area(g, village); at < g->area_count; at = g->areas[at].parent)
    if (at == area) return true;
  return false;
}

static enum status answer(struct cli *c, enum plan_answer word, struct err *e) {
  const char *area = cli_option(c, "area"), *measure = cli_option(c, "measure"), *reason = cli_option(c, "reason"), *number = c->arg_count > 2 ? c->args[2] : NULL;
  struct registry *r;
  struct run_record *run;
  struct plan_row *rows;
  uint32_t count, n = 0, at = UINT32_MAX, *positions;
  int64_t id, event;
  if (word == PLAN_REFUSE && (!number || !measure)) return err_set(e, ERR_USAGE, "lucid plan refuse REGISTRY HOUSEHOLD --measure NAME --reason \"...\"", "which household, and which measure?");
  struct registry_options o = open_options(c, cli_flag(c, "dry-run"));
  if (c->arg_count < 2) return err_set(e, ERR_USAGE, "lucid plan accept REGISTRY [--area CODE] [--measure NAME]", "the registry is missing");
  TRY(registry_open(&c->arena, c->args[1], NULL, &o, &r, e));
  ARENA_TRY(e, run = arena_new(&c->arena, struct run_record));
  enum status st = registry_run_latest(r, cli_option(c, "round"), "plan", run, e);
  if (st == OK) st = cli_option_int(c, "plan", 1, INT64_MAX, run->id, &id, e);
  if (st == OK) st = registry_plan_rows(r, &c->arena, id, &rows, &count, e);
  if (st == OK && area && (at = programme_area(registry_programme(r), area)) == UINT32_MAX) st = err_set(e, ERR_NOT_FOUND, "a code of areas.csv", "there is no area \"%s\"", area);
  positions = st == OK ? arena_array(&c->arena, count + 1u, sizeof *positions) : NULL;
  for (uint32_t i = 0; st == OK && positions && i < count; i++) {
    if ((area && !under(registry_programme(r), rows[i].village, at)) || (measure && strcmp(measure, rows[i].measure)) || (number && strcmp(number, rows[i].number))) continue;
    if (rows[i].answer == word || (word == PLAN_WITHDRAW ? rows[i].answer == PLAN_OPEN : word == PLAN_ACCEPT && rows[i].answer == PLAN_REFUSE)) continue; /* what was refused is not accepted over the household's head */
    positions[n++] = i;
  }
  if (st == OK && !n) st = err_set(e, ERR_NOT_FOUND, "`lucid plan lines REGISTRY` lists them with what was said", "plan %" PRId64 " has no such line to %s", id, plan_answer_word(word));
  if (st == OK && cli_flag(c, "dry-run")) printf(say(c, "%u lines of plan %" PRId64 " would be answered: %s\n"), n, id, plan_answer_word(word));
  else if (st == OK) {
    st = registry_plan_answer(r, id, positions, n, word, reason ? reason : "", &event, e);
    if (st == OK) printf(say(c, "event %" PRId64 ": %u lines of plan %" PRId64 ": %s\n"), event, n, id, plan_answer_word(word));
  }
  open_done(c, r);
  return st;
}

enum status plan_accept(struct cli *c, struct err *e) { return answer(c, PLAN_ACCEPT, e); }
enum status plan_refuse(struct cli *c, struct err *e) { return answer(c, PLAN_REFUSE, e); }
enum status plan_withdraw(struct cli *c, struct err *e) { return answer(c, PLAN_WITHDRAW, e); }

/* The recorded lines with what was said to them. */
enum status plan_lines(struct cli *c, struct err *e) {
  static const char *const heads[] = {">plan", ">line", "village", "household", "measure", ">quantity", ">cost", ">later", "answer", NULL};
  const char *path;
  struct registry *r;
  struct run_record *run;
  struct plan_row *rows;
  struct table_out *t;
  uint32_t count = 0;
  int64_t id = 0;
  TRY(cli_need(c, 1, "the registry", &path, e));
  struct registry_options o = open_options(c, true);
  TRY(registry_open(&c->arena, path, NULL, &o, &r, e));
  ARENA_TRY(e, run = arena_new(&c->arena, struct run_record));
  enum status st = registry_run_latest(r, cli_option(c, "round"), "plan", run, e);
  if (st == OK) st = cli_option_int(c, "plan", 1, INT64_MAX, run->id, &id, e);
  if (st == OK) st = registry_plan_rows(r, &c->arena, id, &rows, &count, e);
  if (st == OK) st = table_open(c, heads, &t, e);
  for (uint32_t i = 0; i < count && st == OK; i++) {
    table_int(t, id), table_int(t, i), table_text(t, rows[i].village), table_text(t, rows[i].number), table_text(t, rows[i].measure), table_int(t, rows[i].quantity), table_int(t, rows[i].cost), table_int(t, rows[i].later);
    table_text(t, plan_answer_word(rows[i].answer));
  }
  if (st == OK) st = table_close(t, e);
  open_done(c, r);
  return st;
}
