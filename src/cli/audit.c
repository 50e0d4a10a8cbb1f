#include "cli/audit.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/open.h"
#include "cli/table.h"
#include "column/snapshot.h"
#include "identify/diff.h"
#include "identify/listing.h"

struct home_row { const char *code; uint64_t households, outcomes[OUTCOME_COUNT], poor; };

/* A home's counts after places were given, and the code of the first area of its level that anybody lives in. */
static struct home_row count_home(const struct programme *p, const struct identified *run, uint32_t g) {
  const struct decision_set *d = &run->decisions->sets[g];
  struct home_row r = {.households = d->rows};
  for (uint64_t h = 0; h < d->rows; h++) {
    r.outcomes[d->outcome[h]]++;
    r.poor += d->poor[h] == TRUTH_TRUE;
  }
  for (uint64_t h = 0; h < d->rows && !r.code; h++) {
    const uint32_t area = sample_area_at(p, sample_area(&run->sample, g, h), p->home_level);
    if (area != SAMPLE_NO_AREA) r.code = p->areas[area].code;
  }
  return r;
}

static void add(struct home_row *all, const struct home_row *r) {
  all->households += r->households;
  all->poor += r->poor;
  for (int o = 0; o < OUTCOME_COUNT; o++) all->outcomes[o] += r->outcomes[o];
}

static void put_row(struct table_out *t, int64_t home, const struct home_row *r) {
  char number[24];
  (void)snprintf(number, sizeof number, "%lld", (long long)home);
  table_number(t, home ? number : "");
  table_text(t, r->code);
  table_int(t, (int64_t)r->households);
  for (int o = 0; o < OUTCOME_COUNT; o++) table_int(t, (int64_t)r->outcomes[o]);
  table_int(t, (int64_t)r->poor);
}

static enum status print_homes(struct cli *c, const struct programme *p, const struct identified *run, struct err *e) {
  static const char *const headings[] = {"home", "area", ">households", ">selected", ">no place", ">not selected", ">undecided", ">deprived", NULL};
  struct table_out *t;
  struct home_row all = {.code = ""};
  if (c->format == FORMAT_TABLE) printf("rules     %s\nsnapshot  %s\ndecisions %s\n\n", run->result->rules_hash, run->result->snapshot, run->result->decisions_hash);
  TRY(table_open(c, headings, &t, e));
  for (uint32_t g = 0; g < run->decisions->set_count; g++) {
    const struct home_row r = count_home(p, run, g);
    put_row(t, run->decisions->sets[g].home, &r);
    add(&all, &r);
  }
  if (c->format == FORMAT_TABLE) put_row(t, 0, &all);
  return table_close(t, e);
}

static enum status print_json(const struct programme *p, const struct identified *run, struct err *e) {
  struct text t;
  struct json j;
  text_init(&t, (size_t)64 << 20);
  json_init(&j, &t, true);
  json_open(&j);
  json_put(&j, "rules_hash", str, run->result->rules_hash);
  json_put(&j, "snapshot", str, run->result->snapshot);
  json_put(&j, "decisions_hash", str, run->result->decisions_hash);
  json_put(&j, "seed", str, run->result->seed);
  json_key(&j, "homes");
  json_open_list(&j);
  for (uint32_t g = 0; g < run->decisions->set_count; g++) {
    const struct home_row r = count_home(p, run, g);
    json_open(&j);
    json_put(&j, "home", int, run->decisions->sets[g].home);
    json_put(&j, "area", str, r.code);
    json_put(&j, "households", uint, r.households);
    for (int o = 0; o < OUTCOME_COUNT; o++) json_put(&j, outcome_word((enum outcome)o), uint, r.outcomes[o]);
    json_put(&j, "deprived", uint, r.poor);
    json_close(&j);
  }
  json_close_list(&j);
  json_close(&j);
  enum status st = text_check(&t, "the counts by home", e);
  if (st == OK) puts(text_str(&t));
  text_free(&t);
  return st;
}

static enum status decide(struct cli *c, struct programme *p, struct snapshot *s, struct pool *pool, struct identified *out, struct err *e) {
  const uint32_t count = snapshot_segment_count(s);
  const struct segment **segments;
  const char *seed = cli_option(c, "seed");
  if (seed && (!*seed || strlen(seed) > 127)) return err_set(e, ERR_USAGE, "the seed that was published with the decisions", "a seed has 1 to 127 bytes");
  if (!count) return err_set(e, ERR_INPUT, "see where the round's snapshot lies: `lucid help round`", "the snapshot holds nobody");
  TRY(diff_fits(p, snapshot_schema(s), e));
  ARENA_TRY(e, segments = arena_array(&c->arena, count, sizeof *segments));
  for (uint32_t i = 0; i < count; i++) segments[i] = snapshot_segment(s, i);
  const struct identify_input in = {.programme = p, .segments = segments, .segment_count = count, .round = snapshot_round(s), .year = snapshot_year(s), .snapshot = snapshot_hash_hex(s),
                                    .seed = seed && strcmp(seed, snapshot_hash_hex(s)) == 0 ? NULL : seed, .seed_from = "option", .pool = pool, .progress = &c->progress, .brief = cli_flag(c, "brief")};
  progress_begin(&c->progress, "deciding", "households", snapshot_rows(s, LEVEL_HOUSEHOLD));
  enum status st = identify_run(&c->arena, &in, out, e);
  progress_end(&c->progress);
  if (st == OK && cli_option(c, "decisions")) st = listing_write(cli_option(c, "decisions"), p, segments, out, NULL, c->lang, e);
  return st;
}

enum status audit_identify(struct cli *c, enum status (*print)(struct cli *c, const struct identified *run, struct err *e), struct err *e) {
  static const char *const of_registries[] = {"round", "key", "snapshots"};
  const char *folder = cli_option(c, "programme");
  struct programme *p;
  struct pool *pool = NULL;
  struct snapshot *s = NULL;
  struct identified run;
  int64_t threads;
  for (size_t i = 0; i < sizeof of_registries / sizeof *of_registries; i++)
    if (cli_option(c, of_registries[i])) return err_set(e, ERR_USAGE, "lucid identify --snapshot FOLDER --programme FOLDER", "--%s is about a registry, and --snapshot does without", of_registries[i]);
  if (c->arg_count) return err_set(e, ERR_USAGE, "lucid identify --snapshot FOLDER --programme FOLDER", "either a registry or --snapshot, not both");
  if (!folder) return err_set(e, ERR_USAGE, "lucid identify --snapshot FOLDER --programme FOLDER", "the programme's folder is missing");
  if (cli_flag(c, "brief") && cli_option(c, "decisions")) return err_set(e, ERR_USAGE, "leave --brief out", "--brief keeps too little to list every household");
  TRY(cli_option_int(c, "threads", 1, 64, 0, &threads, e));
  TRY(open_programme(c, folder, &p, e));
  enum status st = pool_open(&pool, (unsigned)threads, e);
  if (st == OK) st = snapshot_open_folder(cli_option(c, "snapshot"), NULL, pool, &s, e);
  if (st == OK) st = decide(c, p, s, pool, &run, e);
  if (st == OK && cli_flag(c, "brief")) st = c->format == FORMAT_JSON ? print_json(p, &run, e) : print_homes(c, p, &run, e);
  else if (st == OK) st = print(c, &run, e);
  if (st == OK && c->format == FORMAT_CSV) cli_note(c, "rules %s, snapshot %s, decisions %s", run.result->rules_hash, run.result->snapshot, run.result->decisions_hash);
  snapshot_close(s);
  pool_close(pool);
  return st;
}
