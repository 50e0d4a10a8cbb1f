#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "cli/deciding.h"
#include "cli/open.h"
#include "cli/table.h"
#include "column/snapshot.h"
#include "ingest/export_form.h"

enum how { AS_CSV, AS_DTA, AS_XLSX };

static const char *const endings[] = {[AS_CSV] = "csv", [AS_DTA] = "dta", [AS_XLSX] = "xlsx"};

struct exporting {
  struct deciding d;
  enum how how;
  const char *out;
  struct table_out *table;
};

static enum status one_level(struct cli *c, struct exporting *x, uint32_t level, struct err *e) {
  const struct member_numbers own = deciding_numbers(&x->d);
  struct export_from from = {.programme = x->d.programme, .schema = snapshot_schema(x->d.snapshot), .segments = x->d.segments, .segment_count = x->d.segment_count,
                             .level = level, .year = x->d.round.year, .restricted = cli_flag(c, "include-restricted"), .lang = c->lang, .member_number = own.of, .member_number_ctx = own.ctx, .line_number = own.line, .line_number_ctx = own.ctx};
  struct export_plan plan;
  TRY(export_open(&c->arena, &from, &plan, e));
  const char *name = x->d.programme->levels[level].name;
  if (level != LEVEL_HOUSEHOLD && (!plan.rows || (level == LEVEL_VILLAGE && plan.count == 1))) return OK; /* nothing is known at this level */
  char *file = arena_printf(&c->arena, "%s/%s.%s", x->out, name, endings[x->how]);
  char *codebook = arena_printf(&c->arena, "%s/%s.codebook.csv", x->out, name);
  if (!file || !codebook) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  TRY(x->how == AS_DTA ? export_dta(&plan, file, e) : x->how == AS_XLSX ? export_xlsx(&c->arena, &plan, file, e) : export_csv(&plan, file, e));
  TRY(export_codebook(&plan, codebook, e));
  table_text(x->table, name);
  table_text(x->table, file);
  table_int(x->table, (int64_t)plan.rows);
  table_int(x->table, plan.count);
  if (plan.restricted) cli_note(c, "%s: %u restricted fields are left out; --include-restricted writes them", name, plan.restricted);
  if (plan.sealed) cli_note(c, "%s: %u sealed fields are left out; sealed fields are never exported", name, plan.sealed);
  return OK;
}

static enum status find_level(const struct programme *p, const char *name, uint32_t *out, struct err *e) {
  char hint[300] = "its levels are";
  for (uint32_t i = 0; i < p->level_count; i++) {
    size_t n = strlen(hint);
    if (strcmp(p->levels[i].name, name) == 0) return *out = i, OK;
    snprintf(hint + n, sizeof hint - n, "%s %s", i ? "," : "", p->levels[i].name);
  }
  return err_set(e, ERR_USAGE, hint, "the programme has no level %s", name);
}

static enum status all_levels(struct cli *c, struct exporting *x, struct err *e) {
  const struct programme *p = x->d.programme;
  const struct schema *schema = snapshot_schema(x->d.snapshot);
  const char *wanted = cli_option(c, "level");
  uint32_t only = UINT32_MAX;
  if (!schema) return err_set(e, ERR_NOT_FOUND, NULL, "the round %s holds no households", x->d.round.name);
  if (wanted) TRY(find_level(p, wanted, &only, e));
  TRY(file_make_dirs(x->out, e));
  static const char *const headings[] = {"level", "file", ">rows", ">columns", NULL};
  TRY(table_open(c, headings, &x->table, e));
  enum status s = OK;
  for (uint32_t i = 0; i < p->level_count && i < schema->level_count && s == OK; i++)
    if (only == UINT32_MAX || only == i) s = one_level(c, x, i, e);
  enum status closed = table_close(x->table, s == OK ? e : NULL);
  return s == OK ? closed : s;
}

/* One source's layout: its headings and words, in a file of its name. */
static enum status as_source(struct cli *c, struct exporting *x, const char *name, struct err *e) {
  const struct programme *p = x->d.programme;
  const struct source *src = NULL;
  char hint[400] = "its sources are";
  for (uint32_t i = 0; i < p->source_count; i++) {
    size_t n = strlen(hint);
    if (strcmp(p->sources[i].name, name) == 0) src = &p->sources[i];
    snprintf(hint + n, sizeof hint - n, "%s %.60s", i ? "," : "", p->sources[i].name);
  }
  if (!src) return err_set(e, ERR_USAGE, hint, "the programme has no source %s", name);
  const struct schema *schema = snapshot_schema(x->d.snapshot);
  if (!schema) return err_set(e, ERR_NOT_FOUND, NULL, "the round %s holds no households", x->d.round.name);
  const struct member_numbers own = deciding_numbers(&x->d);
  struct export_from from = {.programme = p, .schema = schema, .segments = x->d.segments, .segment_count = x->d.segment_count, .level = src->level, .year = x->d.round.year,
                             .restricted = cli_flag(c, "include-restricted"), .lang = c->lang, .member_number = own.of, .member_number_ctx = own.ctx, .line_number = own.line, .line_number_ctx = own.ctx};
  const char *then = cli_option(c, "codes-on");
  if (then && !date_parse(then, strlen(then), &from.codes_on)) return err_set(e, ERR_USAGE, "write 2016-12-31", "\"%.40s\" is not a date", then);
  from.codes_as_of = then != NULL;
  struct export_source_counts n;
  size_t dot = strcspn(src->file, ".");
  const char *ending = src->form ? "" : endings[x->how];
  char *file = arena_printf(&c->arena, "%s/%.*s%s%s", x->out, (int)dot, src->file, src->form ? "" : ".", ending);
  if (!file) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (src->form && x->how != AS_XLSX) return err_set(e, ERR_USAGE, "add --as xlsx", "the source %s is a form: it goes out as workbooks, one a household", src->name);
  TRY(file_make_dirs(src->form ? file : x->out, e));
  TRY(src->form ? export_form(&c->arena, &from, src, file, &n, e) : export_source(&c->arena, &from, src, file, &n, e));
  static const char *const headings[] = {"source", "file", ">rows", ">columns", NULL};
  TRY(table_open(c, headings, &x->table, e));
  table_text(x->table, src->name);
  table_text(x->table, file);
  table_int(x->table, (int64_t)n.rows);
  table_int(x->table, n.columns);
  if (n.restricted) cli_note(c, "%s: %u columns of restricted fields are left out; --include-restricted writes them", src->name, n.restricted);
  if (n.sealed) cli_note(c, "%s: %u columns of sealed fields are left out; sealed fields are never exported", src->name, n.sealed);
  if (n.left_out) cli_note(c, "%s: %llu lines of other kinds have no column in it, and are left out", src->name, (unsigned long long)n.left_out);
  return table_close(x->table, e);
}

static enum status run(struct cli *c, struct err *e) {
  struct exporting x = {.out = cli_option(c, "out")};
  const char *path, *as = cli_option(c, "as"), *source = cli_option(c, "source");
  TRY(cli_need(c, 0, "the registry", &path, e));
  if (!x.out) return err_set(e, ERR_USAGE, "say where: --out FOLDER", "no folder is named");
  while (as && x.how <= AS_XLSX && strcmp(as, endings[x.how]) != 0) x.how++;
  if (x.how > AS_XLSX) return err_set(e, ERR_USAGE, "csv, xlsx or dta", "%s is not a form that is written", as);
  if (source && (x.how == AS_DTA || cli_option(c, "level"))) return err_set(e, ERR_USAGE, "leave --as dta and --level out: a source's layout is a CSV file or a workbook of the source's level", "--source goes with neither");
  if (cli_option(c, "codes-on") && !source) return err_set(e, ERR_USAGE, "add --source NAME", "--codes-on goes with --source");
  enum status s = deciding_open(c, path, cli_option(c, "round"), true, &x.d, e);
  if (s == OK) s = source ? as_source(c, &x, source, e) : all_levels(c, &x, e);
  deciding_close(&x.d);
  return s;
}

const struct verb verb_export = {
    .name = "export",
    .arguments = "REGISTRY",
    .summary = "a closed round as CSV files, workbooks or Stata files, with labels",
    .options = "out=FOLDER  where the files go; made when it is not there\n"
               "as=KIND  csv (default), xlsx: a workbook with labels and drop-down lists, or dta: Stata, with value labels and missing codes\n"
               "round=NAME  which round (default: the latest)\n"
               "as-of=DATE  as it was known on that day (2016-12-31), at that instant, or after that event ('#17')\n"
               "source=NAME  in the layout of this source of the programme: its headings and words\n"
               "codes-on=DATE  with --source: codes and names of places as they were on that day\n"
               "level=NAME  only this level: household, members, village or a line level\n"
               "include-restricted  restricted fields too; sealed ones never\n" OPEN_KEY_OPTION,
    .text = "Writes one file a level, and beside each a codebook with labels, units, choices and missing codes. What is written can be\n"
            "imported again and gives the same values. Sealed fields are never written, restricted ones only with\n"
            "--include-restricted. The same round gives the same bytes.\n\n"
            "A workbook (--as xlsx) has labels for headings, words for choices with lists to pick them from, and numbers of identity as text, so\n"
            "that an office can edit it and import it back: with --source by the source's headings, else with --guess.\n\n"
            "--source NAME gives a file back as it came: the headings of that source, choices in words, places by name. It can be imported\n"
            "again; columns of sealed fields are left out, so their values stay as they are. A source that is a form gives a workbook a household.\n\n"
            "  lucid export county.lucid --out exported\n"
            "  lucid export county.lucid --source households --as xlsx --out returned\n"
            "  lucid export county.lucid --source household_form --as xlsx --out returned\n"
            "  lucid export county.lucid --as-of 2016-12-31 --out known\n"
            "  lucid export county.lucid --as dta --round 2026 --level members --out exported\n",
    .run = run,
};
