#include <string.h>

#include "base/file.h"
#include "cli/deciding.h"
#include "cli/open.h"
#include "cli/table.h"
#include "identify/report.h"

static enum status write_report(struct cli *c, struct deciding *d, const char *out, struct err *e) {
  struct run_record *record;
  ARENA_TRY(e, record = arena_new(&c->arena, struct run_record));
  bool recorded;
  const char *seed;
  TRY(deciding_recorded(c, d, record, &recorded, &seed, e));
  struct identified run;
  TRY(deciding_run(c, d, NULL, seed, false, &run, e));
  if (recorded) {
    run.result->run_id = record->id;
    run.result->at = record->at;
    if (strcmp(record->rules_hash, run.result->rules_hash) != 0) cli_note(c, "the rules have changed since the recorded run: the report is by today's rules");
  }
  struct text t;
  text_init(&t, (size_t)64 << 20);
  enum status st = report_html(run.result, c->lang, &t, e);
  if (st == OK) st = file_replace(out, text_str(&t), t.len, 0644, e);
  text_free(&t);
  TRY(st);
  if (c->format == FORMAT_TABLE) printf("%s\n", out);
  return table_result(c, e, "report", out);
}

static enum status cmd_report(struct cli *c, struct err *e) {
  const char *path, *out = cli_option(c, "out");
  TRY(cli_need(c, 0, "the registry", &path, e));
  if (!out) return err_set(e, ERR_USAGE, "lucid report REGISTRY --out report.html", "where the report should go is missing");
  TRY(open_out(out, "report", "<!doctype html>", e));
  struct deciding d;
  enum status st = deciding_open(c, path, cli_option(c, "round"), true, &d, e);
  if (st == OK) st = write_report(c, &d, out, e);
  deciding_close(&d);
  return st;
}

const struct verb verb_report = {
    .name = "report",
    .arguments = "REGISTRY",
    .summary = "write one page on who is poor, where, why, and how sure that is",
    .options = "out=FILE.html  where the report goes\n"
               "round=NAME  the round (default: the latest)\n"
               "threads=N  threads to use\n"
               "key=FILE  the registry's key, when it does not lie beside it\n"
               "snapshots=FOLDER  where its snapshots lie, when not beside it\n",
    .text = "One self-contained file that opens without a network, with charts, the tables under them, and both languages. It has no household's\n"
               "number in it, and small counts are suppressed.\n\n"
               "  lucid report county.lucid --round 2026 --out report.html\n",
    .run = cmd_report};
