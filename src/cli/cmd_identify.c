#include <string.h>

#include "cli/audit.h"
#include "cli/deciding.h"
#include "cli/open.h"
#include "cli/table.h"
#include "identify/listing.h"
#include "identify/summary.h"
#include "registry/seed.h"

/* The figures of the nation as rows. */
static enum status print_rows(struct cli *c, const struct identify_result *r, struct err *e) {
  static const char *const headings[] = {"figure", "line", ">value", ">se", ">ci_low", ">ci_high", ">n", NULL};
  struct table_out *t;
  TRY(table_open(c, headings, &t, e));
  if (r->programme->drill) {
    table_text(t, "drill_unconfirmed"), table_text(t, NULL), table_int(t, r->programme->inherited->open);
    for (int i = 0; i < 4; i++) table_text(t, NULL);
  }
  for (int o = 0; o < OUTCOME_COUNT; o++) {
    table_text(t, outcome_word((enum outcome)o));
    table_text(t, NULL);
    table_int(t, (int64_t)r->nation.outcomes[o].households);
    for (int i = 0; i < 4; i++) table_text(t, NULL);
  }
  for (uint32_t k = 0; k < r->programme->line_count; k++) {
    const struct line_figures *l = &r->nation.lines[k];
    const struct { const char *name; const struct figure *f; } rows[] = {{"headcount", &l->headcount}, {"gap", &l->gap}, {"squared_gap", &l->squared_gap}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
      const struct figure *f = rows[i].f;
      if (!f->known) continue;
      table_text(t, rows[i].name);
      table_text(t, r->programme->lines[k].name);
      table_real(t, f->value, 7);
      for (int n = 0; n < 3 && !f->has_se; n++) table_text(t, NULL);
      if (f->has_se) table_real(t, f->se, 7), table_real(t, f->lo, 7), table_real(t, f->hi, 7);
      table_int(t, (int64_t)f->n);
    }
  }
  return table_close(t, e);
}

static enum status print(struct cli *c, const struct identified *run, struct err *e) {
  if (c->format == FORMAT_CSV) return print_rows(c, run->result, e);
  struct text t;
  text_init(&t, (size_t)64 << 20);
  double seconds = 0;
  for (uint32_t i = 0; i < run->result->phase_count; i++) seconds += run->result->phases[i].seconds;
  enum status st = c->format == FORMAT_JSON ? summary_json(run->result, &t, e) : summary_screen(run->result, c->lang, seconds, NULL, &t, e);
  if (st == OK) fputs(text_str(&t), stdout);
  text_free(&t);
  return st;
}

/* A seed chosen when the data are known could be tried until it suits: only a drill may have one. */
static enum status seed_in_time(struct cli *c, struct deciding *d, struct err *e) {
  const struct identify *how = &d->programme->identify;
  struct round_seed fixed;
  if (!cli_option(c, "seed") || cli_flag(c, "dry-run") || !how->has_quota || how->ties != TIES_DRAW) return OK;
  TRY(registry_seed_get(d->registry, d->round.id, &fixed, e));
  if (fixed.event) return OK; /* deciding_run compares them */
  return err_set(e, ERR_CONFLICT, "leave --seed out, and the snapshot's hash draws; or try it with --dry-run; next time: lucid round seed, before the round closes",
                 "the round \"%s\" closed without a seed: one given now could have been tried first", d->round.name);
}

static enum status cmd_identify(struct cli *c, struct err *e) {
  const char *path;
  const bool without = cli_option(c, "snapshot") || cli_option(c, "programme") || cli_flag(c, "brief");
  if (without && !cli_option(c, "snapshot")) return err_set(e, ERR_USAGE, "lucid identify --snapshot FOLDER --programme FOLDER", "--programme and --brief go with --snapshot");
  if (!without) TRY(cli_need(c, 0, "the registry", &path, e));
  if (cli_option(c, "decisions")) TRY(open_out(cli_option(c, "decisions"), "list of decisions", "household,", e));
  if (without) return audit_identify(c, print, e);
  struct deciding d;
  struct identified run;
  enum status st = deciding_open_reachable(c, path, cli_option(c, "round"), cli_flag(c, "dry-run"), &d, e);
  if (st == OK) st = seed_in_time(c, &d, e);
  if (st == OK) st = deciding_run(c, &d, NULL, cli_option(c, "seed"), false, &run, e);
  if (st == OK && !cli_flag(c, "dry-run") && !d.partial) st = deciding_record(c, &d, &run, e);
  const struct member_numbers numbers = deciding_numbers(&d);
  if (st == OK && cli_option(c, "decisions")) st = listing_write(cli_option(c, "decisions"), d.programme, d.segments, &run, &numbers, c->lang, e);
  if (st == OK && run.result->has_quota && strcmp(run.result->seed_from, "snapshot") == 0)
    cli_note(c, "no seed was fixed before the round closed: a draw among equals uses the snapshot's hash, which is fixed when the round closes");
  if (st == OK) st = print(c, &run, e);
  if (st == OK && cli_flag(c, "dry-run")) cli_note(c, "dry run: nothing was recorded");
  if (st == OK && d.partial) {
    cli_note(c, "PARTIAL: %s; its counties are not decided, places that are shared with them may fall otherwise, and nothing was recorded", d.partial);
    c->exit_code = EXIT_PARTIAL;
  }
  deciding_close(&d);
  return st;
}

const struct verb verb_identify = {
    .name = "identify",
    .arguments = "[REGISTRY]",
    .summary = "decide who is selected, and measure poverty, on a closed round",
    .options = "round=NAME  the round (default: the latest)\n"
               "seed=TEXT  with --dry-run: try a draw with this text (else the round's own, see `lucid help round`, or the snapshot's hash)\n"
               "decisions=FILE.csv  also list every household's decision\n"
               "threads=N  threads to use\n"
               "key=FILE  the registry's key, when it does not lie beside it\n"
               "snapshots=FOLDER  where its snapshots lie, when not beside it\n"
               "dry-run  decide, show, and record nothing\n"
               "snapshot=FOLDER  without a registry: decide again from a snapshot's folder ...\n"
               "programme=FOLDER  ... by this programme; nothing is recorded\n"
               "brief  with --snapshot: hashes and counts by home only, in little memory\n",
    .text = "Runs the programme's inclusion, exclusions, deprivations, ranking and quota over the frozen snapshot of a round. Every household gets one of\n"
               "four outcomes: selected; qualifies but no place; not selected; undecided. Undecided means that a named field is missing: a question\n"
               "for a person, never a refusal.\n\n"
               "The run is recorded with the hashes of rules, data and decisions: the same snapshot, programme and seed give the same bytes.\n\n"
               "Over several servers the snapshot of a closed round needs none of them. When its files are not here and a server is away, the other\n"
               "counties are decided, what is missing is named, nothing is recorded, and the exit code is 15.\n\n"
               "With --snapshot and --programme it needs no registry: whoever holds both, and the published seed where there was a draw, derives the\n"
               "decisions again and compares their hash.\n\n"
               "  lucid identify county.lucid --round 2026\n"
               "  lucid identify --snapshot county.snapshots/13c29d... --programme programmes/county --seed \"lottery 5\"\n",
    .run = cmd_identify};
