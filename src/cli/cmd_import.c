#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/open.h"
#include "cli/say.h"
#include "cli/say_error.h"
#include "cli/table.h"
#include "registry/import.h"

static enum status print_counts(struct cli *c, const char *round, const struct import_counts *n, bool dry, struct err *e) {
  struct table_out *t;
  static const char *const heads[] = {"round", ">rows read", ">refused", ">inserted", ">changed", ">unchanged", ">ended", ">event", NULL};
  TRY(table_open(c, heads, &t, e));
  table_text(t, round ? round : "");
  table_int(t, (int64_t)n->read.rows_read), table_int(t, (int64_t)n->read.rows_refused);
  table_int(t, (int64_t)n->inserted), table_int(t, (int64_t)n->changed), table_int(t, (int64_t)n->unchanged), table_int(t, (int64_t)n->ended), table_int(t, dry ? 0 : n->event);
  TRY(table_close(t, e));
  if (n->read.encoding && strcmp(n->read.encoding, "UTF-8") != 0) cli_note(c, "the text is %s", n->read.encoding);
  if (n->read.notes[0]) cli_note(c, "%s", n->read.notes);
  if (dry) cli_note(c, "a dry run: nothing was written");
  else if (!n->event) cli_note(c, "nothing was new: nothing was written");
  return OK;
}

static size_t pad_to(size_t width, const char *s) {
  size_t w = text_width(s, strlen(s));
  return w < width ? width - w : 0;
}

/* What a row of the file is: a level by its name, or `flat`, a member with its household's fields beside. */
static enum status rows_are(const struct programme *p, const char *name, struct source *src, struct err *e) {
  if (!name) return OK;
  src->flat = strcmp(name, "flat") == 0;
  if (src->flat) {
    src->level = LEVEL_MEMBER;
    return OK;
  }
  char hint[300] = "one of: flat";
  for (uint32_t i = 0; i < p->level_count; i++) {
    size_t n = strlen(hint);
    if (strcmp(p->levels[i].name, name) == 0) return src->level = i, OK;
    snprintf(hint + n, sizeof hint - n, ", %s", p->levels[i].name);
  }
  return err_set(e, ERR_USAGE, hint, "--level %s: the programme has no such level", name);
}

static enum status preview(struct cli *c, struct registry *r, const struct source *src, const struct ingest_options *o, const struct ingest_match **m, uint32_t *count, struct err *e) {
  enum status s = ingest_preview(&c->arena, registry_programme(r), src, o, m, count, e);
  if (s != ERR_INPUT || cli_option(c, "level")) return s;
  char hint[600], message[sizeof e->message];
  snprintf(hint, sizeof hint, "%s%srows that are members need --level members, rows of members with their household's fields --level flat", e->hint, e->hint[0] ? "; " : "");
  snprintf(message, sizeof message, "%s", e->message);
  return err_set(e, s, hint, "%s", message);
}

static enum status one_file(struct cli *c, struct registry *r, const char *round, const char *file, struct ingest_options *o, bool dry, struct import_counts *n, struct err *e) {
  struct source src = {.name = file_base(file), .file = file, .level = LEVEL_HOUSEHOLD};
  const struct source *list[1] = {&src};
  TRY(rows_are(registry_programme(r), cli_option(c, "level"), &src, e));
  char *full = realpath(file, NULL);
  if (!full) return err_set(e, ERR_NOT_FOUND, "check the path", "%s: there is no such file", file);
  ARENA_TRY(e, src.file = arena_str(&c->arena, full));
  free(full);
  src.table = cli_option(c, "sheet");
  o->map_file = cli_option(c, "map");
  o->guess = cli_flag(c, "guess");
  const struct ingest_match *m;
  uint32_t count;
  TRY(preview(c, r, &src, o, &m, &count, e));
  for (uint32_t i = 0; i < count; i++)
    cli_note(c, "  %s%*s -> %s%s%s%s", m[i].column, (int)pad_to(24, m[i].column), "", m[i].field ? m[i].field : say(c, "(not imported)"), m[i].why ? "  (" : "", m[i].why ? m[i].why : "", m[i].why ? ")" : "");
  return import_from(r, round, list, 1, o, dry, n, e);
}

static void in_chinese(const char *english, char *out, size_t size) { say_error(LANG_ZH, english, out, size); }

static enum status run(struct cli *c, struct err *e) {
  struct registry *r;
  struct import_counts n = {0};
  bool dry = cli_flag(c, "dry-run");
  const char *file = cli_option(c, "file"), *round = cli_option(c, "round"), *source = cli_option(c, "source");
  if (file && source) return err_set(e, ERR_USAGE, "leave one of them out", "--file and --source do not go together");
  if (cli_option(c, "level") && !file) return err_set(e, ERR_USAGE, "name the file too: --file F --level L", "--level needs --file");
  if (cli_option(c, "map") && !file) return err_set(e, ERR_USAGE, "name the file too: --file F --map M", "--map needs --file");
  TRY(open_registry(c, dry, &r, e));
  struct ingest_options o = {.data_dir = cli_option(c, "data"), .keep_good = cli_flag(c, "keep-good"), .refused_path = cli_option(c, "refused"), .sheet = cli_option(c, "sheet"), .progress = &c->progress, .in_words = c->lang == LANG_ZH ? in_chinese : NULL};
  enum status s = file ? one_file(c, r, round, file, &o, dry, &n, e) : registry_import(r, round, source, &o, dry, &n, e);
  if (s == ERR_INPUT && o.refused_path && file_exists(o.refused_path)) cli_note(c, "the refused rows, each with its problem, are in %s", o.refused_path);
  if (s == OK) {
    struct round_info info = {0};
    s = registry_round_get(r, round, &info, e);
    if (s == OK) s = print_counts(c, info.name, &n, dry, e);
    if (n.read.rows_refused && o.refused_path) cli_note(c, "the refused rows, each with its problem, are in %s", o.refused_path);
  }
  open_done(c, r);
  return s;
}

const struct verb verb_import = {
    .name = "import",
    .arguments = "REGISTRY",
    .summary = "bring data files into the open round",
    .options = "source=NAME  only this source of the programme (default: all of them)\n"
               "file=FILE  a file that the programme does not name (CSV, .xlsx, .dta, .RData, .rds)\n"
               "map=FILE  which of its columns is which field (a CSV: field,column,with)\n"
               "level=NAME  what its rows are: household (default), members, flat (members, with household fields beside), or another level\n"
               "guess  map by names and labels; shown before it is used\n"
               "data=DIR  where the programme's files lie (default: its data folder), or a workbook with a sheet for each source\n"
               "sheet=NAME  of a workbook, only this sheet (default: the one with the headings sought)\n"
               "round=NAME  which round (default: the latest)\n"
               "dry-run  read and check everything, report, write nothing\n"
               "keep-good  refuse single rows, not the whole import\n"
               "refused=FILE  where refused rows go, each with its problem: a .csv (of a second source: FILE-SOURCE.csv), or an .xlsx with a sheet for each table\n" OPEN_KEY_OPTION,
    .text = "Reads, checks every row by the codebook, then writes all in one step or nothing at all. The same household or\n"
            "member again updates; rows that say nothing new are left alone, so an import can always be repeated. A field that\n"
            "a file has no column for keeps its value. A list of members (or crops, visits, ...) taken in a new round replaces\n"
            "the one before: who is no longer on it is ended, and stays in the history.\n\n"
            "Workbooks (.xlsx) are read like CSV files, and serve where the programme names a .csv: the sheet and the row of headings are\n"
            "found by the headings, titles above them are passed over.\n\n"
            "  lucid import silc.lucid --data ~/survey\n"
            "  lucid import county.lucid --source households --dry-run\n"
            "  lucid import county.lucid --data village.xlsx\n"
            "  lucid import county.lucid --file visits.csv --map visits-map.csv --keep-good --refused refused.csv\n",
    .run = run,
};
