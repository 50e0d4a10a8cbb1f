#include "cli/deciding.h"

#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "identify/diff.h"
#include "identify/summary.h"
#include "registry/asof.h"
#include "registry/seed.h"
#include "registry/shards.h"

/* The round that was open then, or closed last; its data as they were known then. */
static enum status open_as_of(struct cli *c, const char *when, const char *round, struct deciding *d, struct err *e) {
  struct as_of_point point;
  char text[32];
  if (round) return err_set(e, ERR_USAGE, "a closed round is what it was at its close", "--as-of and --round do not go together");
  TRY(registry_as_of(d->registry, when, &point, e));
  if (!point.round[0]) return err_set(e, ERR_NOT_FOUND, NULL, "no round had been opened by %s", when);
  TRY(registry_round_get(d->registry, point.round, &d->round, e));
  TRY(registry_as_of_snapshot(d->registry, &point, &d->snapshot, e));
  d->event = point.event;
  snprintf(d->round.snapshot, sizeof d->round.snapshot, "%s", snapshot_hash_hex(d->snapshot));
  d->round.households = (int64_t)snapshot_rows(d->snapshot, LEVEL_HOUSEHOLD), d->round.members = (int64_t)snapshot_rows(d->snapshot, LEVEL_MEMBER);
  cli_note(c, "as known by event %lld, %s; round %s", (long long)point.event, instant_format(point.at, text), point.round);
  return OK;
}

static enum status open_reachable(struct deciding *d, struct err *e) {
  TRY(registry_snapshot_reachable(d->registry, d->round.name, &d->snapshot, e));
  if (strcmp(d->round.snapshot, snapshot_hash_hex(d->snapshot)) == 0) return OK;
  d->partial = registry_partial(d->registry);
  snprintf(d->round.snapshot, sizeof d->round.snapshot, "%s", snapshot_hash_hex(d->snapshot));
  d->round.households = (int64_t)snapshot_rows(d->snapshot, LEVEL_HOUSEHOLD), d->round.members = (int64_t)snapshot_rows(d->snapshot, LEVEL_MEMBER);
  return OK;
}

static enum status open_deciding(struct cli *c, const char *path, const char *round, bool read_only, bool reachable, struct deciding *d, struct err *e) {
  *d = (struct deciding){0};
  int64_t threads;
  TRY(cli_option_int(c, "threads", 1, 64, 0, &threads, e));
  TRY(pool_open(&d->pool, (unsigned)threads, e));
  struct registry_options o = {.key_path = cli_option(c, "key"), .snapshots = cli_option(c, "snapshots"), .actor = open_actor(), .clock = c->clock, .read_only = read_only};
  TRY(registry_open(&c->arena, path, NULL, &o, &d->registry, e));
  d->programme = registry_programme(d->registry);
  const char *as_of = cli_option(c, "as-of");
  if (as_of) TRY(open_as_of(c, as_of, round, d, e));
  else TRY(registry_round_get(d->registry, round, &d->round, e));
  if (!as_of && d->round.open)
    return err_set(e, ERR_CONFLICT, "close it first: decisions stand on a frozen snapshot (`lucid help round`)", "the round `%s` is still open", d->round.name);
  if (!as_of) TRY(registry_round_closed_event(d->registry, d->round.id, &d->event, e));
  if (!as_of) TRY(reachable ? open_reachable(d, e) : registry_snapshot(d->registry, d->round.name, &d->snapshot, e));
  d->segment_count = snapshot_segment_count(d->snapshot);
  ARENA_TRY(e, d->segments = arena_array(&c->arena, d->segment_count ? d->segment_count : 1, sizeof *d->segments));
  for (uint32_t i = 0; i < d->segment_count; i++) d->segments[i] = snapshot_segment(d->snapshot, i);
  return OK;
}

enum status deciding_open(struct cli *c, const char *path, const char *round, bool read_only, struct deciding *d, struct err *e) { return open_deciding(c, path, round, read_only, false, d, e); }
enum status deciding_open_reachable(struct cli *c, const char *path, const char *round, bool read_only, struct deciding *d, struct err *e) { return open_deciding(c, path, round, read_only, true, d, e); }

void deciding_close(struct deciding *d) {
  snapshot_close(d->snapshot);
  registry_close(d->registry);
  pool_close(d->pool);
}

static enum status member_number(void *ctx, int64_t home, int64_t household, int64_t member, struct span *out, struct err *e) {
  return registry_member_number(((const struct deciding *)ctx)->registry, home, household, member, out, e);
}

static enum status line_number(void *ctx, uint32_t level, int64_t home, int64_t household, uint64_t place, struct span *out, struct err *e) {
  const struct deciding *d = ctx;
  return registry_line_number(d->registry, level, d->event, home, household, place, out, e);
}

struct member_numbers deciding_numbers(const struct deciding *d) { return (struct member_numbers){.of = member_number, .line = line_number, .ctx = (void *)(uintptr_t)d}; }

/* A seed fixed before the round closed is the round's: another one given now is somebody trying. */
static enum status choose_seed(struct cli *c, struct deciding *d, const char **seed, const char **from, struct err *e) {
  struct round_seed fixed;
  *from = "option";
  TRY(registry_seed_get(d->registry, d->round.id, &fixed, e));
  if (!fixed.event) return OK;
  if (*seed && strcmp(*seed, fixed.text) != 0)
    return err_set(e, ERR_CONFLICT, "leave --seed out", "the seed of round \"%s\" was fixed before it closed (event %lld): %s", d->round.name, (long long)fixed.event, fixed.text);
  *from = "round";
  ARENA_TRY(e, *seed = arena_str(&c->arena, fixed.text));
  return OK;
}

enum status deciding_run(struct cli *c, struct deciding *d, struct programme *p, const char *seed, bool decisions_only, struct identified *out, struct err *e) {
  if (seed && (!*seed || strlen(seed) > 127)) return err_set(e, ERR_USAGE, "take a short public text: \"lottery draw 2026-118: 3 17 22 28 30 41\"", "a seed has 1 to 127 bytes");
  const char *from;
  TRY(choose_seed(c, d, &seed, &from, e));
  TRY(diff_fits(p ? p : d->programme, snapshot_schema(d->snapshot), e));
  const bool own = seed && strcmp(seed, d->round.snapshot) == 0; /* the recorded seed of a run that was given none */
  struct identify_input in = {.programme = p ? p : d->programme, .segments = d->segments, .segment_count = d->segment_count, .round = d->round.name, .year = d->round.year,
                              .snapshot = d->round.snapshot, .seed = own ? NULL : seed, .seed_from = from, .pool = d->pool, .progress = &c->progress, .decisions_only = decisions_only};
  progress_begin(&c->progress, "deciding", "households", (uint64_t)(d->round.households > 0 ? d->round.households : 0));
  enum status st = identify_run(&c->arena, &in, out, e);
  progress_end(&c->progress);
  return st;
}

enum status deciding_recorded(struct cli *c, struct deciding *d, struct run_record *run, bool *recorded, const char **seed, struct err *e) {
  struct err local = {0};
  enum status st = registry_run_latest(d->registry, d->round.name, "identify", run, &local);
  *seed = NULL;
  *recorded = st == OK;
  if (st == ERR_NOT_FOUND) return OK;
  if (st != OK) {
    if (e) *e = local;
    return st;
  }
  ARENA_TRY(e, *seed = arena_str(&c->arena, run->seed));
  if (!**seed) *seed = NULL;
  return OK;
}

enum status deciding_record(struct cli *c, struct deciding *d, struct identified *run, struct err *e) {
  const struct identify_result *r = run->result;
  struct run_record *row;
  ARENA_TRY(e, row = arena_new(&c->arena, struct run_record));
  memcpy(row->kind, "identify", sizeof "identify");
  memccpy(row->round, d->round.name, 0, sizeof row->round - 1);
  memcpy(row->rules_hash, r->rules_hash, sizeof row->rules_hash);
  memcpy(row->source_hash, r->source_hash, sizeof row->source_hash);
  memcpy(row->snapshot, r->snapshot, sizeof row->snapshot);
  memcpy(row->decisions_hash, r->decisions_hash, sizeof row->decisions_hash);
  memccpy(row->engine, r->engine, 0, sizeof row->engine - 1);
  memccpy(row->seed, r->seed, 0, sizeof row->seed - 1);
  row->at = clock_now(c->clock);
  struct text t;
  text_init(&t, sizeof row->summary_json - 1);
  enum status st = summary_short(r, &t, e);
  if (st == OK) {
    memcpy(row->summary_json, text_str(&t), t.len + 1);
    st = registry_run_put(d->registry, row, run->file, run->file_len, e);
  }
  text_free(&t);
  if (st == OK) {
    run->result->run_id = row->id;
    run->result->at = row->at;
  }
  return st;
}
