#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "cli/say.h"
#include "cli/sheet_page.h"
#include "ingest/export.h"
#include "ingest/refused.h"
#include "registry/asof.h"

struct printing {
  struct sheet_page page;
  struct registry *r;
  bool html;
  uint64_t households;
};

/* Rows to be filled in: one a value. */
static void put_rows(const struct printing *p, const struct sheet_household *h) {
  const struct programme *programme = p->page.programme;
  FILE *f = p->page.out;
  for (uint32_t l = 0; l < programme->level_count; l++)
    for (uint32_t i = 0; i < h->count[l]; i++)
      for (uint32_t k = 0; k < h->rows[l][i].count; k++) {
        const struct sheet_value *x = &h->rows[l][i].values[k];
        const char *cells[] = {h->number, programme->levels[l].name, h->rows[l][i].number, x->field->name, label_in(&x->field->label, p->page.lang, x->field->name), x->known ? x->known : ""};
        for (size_t c = 0; c < sizeof cells / sizeof *cells; c++) refused_put(f, span_of(cells[c])), putc(',', f);
        putc('\n', f);
      }
}

static enum status household(void *ctx, const struct sheet_household *h, struct err *e) {
  struct printing *p = ctx;
  if (p->html) sheet_page_household(&p->page, h);
  else put_rows(p, h);
  p->households++;
  return ferror(p->page.out) ? err_set(e, ERR_IO, NULL, "cannot write the sheet") : OK;
}

/* What is known after the close of a round, or at a day, or now. */
static enum status point(struct cli *c, struct registry *r, struct printing *p, struct sheet_options *o, struct err *e) {
  const char *round = cli_option(c, "round"), *when = cli_option(c, "as-of");
  struct round_info info;
  struct as_of_point known;
  if (round && when) return err_set(e, ERR_USAGE, "a closed round is what it was at its close", "--as-of and --round do not go together");
  if (when) {
    TRY(registry_as_of(r, when, &known, e));
    o->until = known.event;
    ARENA_TRY(e, p->page.round = arena_str(&c->arena, known.round));
    return OK;
  }
  enum status s = registry_round_get(r, round, &info, e);
  if (s == ERR_NOT_FOUND && !round) return OK;
  TRY(s);
  ARENA_TRY(e, p->page.round = arena_str(&c->arena, info.name));
  return round && !info.open ? registry_round_closed_event(r, info.id, &o->until, e) : OK;
}

static enum status print(struct cli *c, struct registry *r, const char *out, struct err *e) {
  struct printing p = {.page = {.programme = registry_programme(r), .lang = c->lang, .round = "", .when = ""}, .r = r};
  struct sheet_options o = {.area = cli_option(c, "village"), .restricted = cli_flag(c, "include-restricted"), .sealed = cli_flag(c, "sealed"), .lang = c->lang};
  struct export_file f;
  char day[16];
  size_t n = strlen(out);
  bool csv = n > 4 && strcmp(out + n - 4, ".csv") == 0;
  p.html = n > 5 && strcmp(out + n - 5, ".html") == 0;
  if (!csv && !p.html) return err_set(e, ERR_USAGE, "--out sheets.html to print, --out sheets.csv to fill in", "\"%s\" is neither .html nor .csv", out);
  TRY(point(c, r, &p, &o, e));
  int64_t now = clock_now(c->clock);
  p.page.when = date_format((int32_t)(now / 86400000000), day);
  TRY(export_file_open(&f, out, e));
  p.page.out = f.stream;
  if (p.html) sheet_page_begin(&p.page);
  else fputs("\xef\xbb\xbfhousehold,level,number,field,name,known,now\n", p.page.out);
  enum status s = sheet_walk(r, &o, household, &p, e);
  if (p.html) sheet_page_end(&p.page);
  s = export_file_close(&f, s, e);
  if (s == OK) cli_note(c, "%llu households are in %s", (unsigned long long)p.households, out);
  return s;
}

static enum status run(struct cli *c, struct err *e) {
  const char *take = cli_option(c, "take"), *out = cli_option(c, "out");
  struct registry *r;
  bool dry = cli_flag(c, "dry-run");
  if (!take == !out) return err_set(e, ERR_USAGE, "--out sheets.html, --out sheets.csv, or --take sheets.csv", "say what to do");
  TRY(open_registry(c, out || dry, &r, e));
  enum status s;
  if (out) {
    s = print(c, r, out, e);
  } else {
    struct sheet_taken t;
    s = sheet_take(r, cli_option(c, "round"), take, dry, &t, e);
    if (s == OK) printf(say(c, "rows read: %" PRIu64 ", filled in: %" PRIu64 ", records changed: %" PRIu64 "\n"), t.rows_read, t.filled, t.changed);
    if (s == OK && dry) cli_note(c, "nothing was written: this was a dry run");
    else if (s == OK && t.event) cli_note(c, "event %" PRId64 ": recorded; `lucid undo` takes it back", t.event);
  }
  open_done(c, r);
  return s;
}

const struct verb verb_sheet = {
    .name = "sheet",
    .arguments = "REGISTRY",
    .summary = "sheets for the yearly visit: what the registry says beside empty boxes",
    .options = "out=FILE  sheets.html: one A4 page or more a household, to print; sheets.csv: a row a value, to fill in\n"
               "take=FILE  a filled-in sheets.csv: cells under `now` that differ count, as one event\n"
               "village=CODE  only households of this village (or township, or county)\n"
               "round=NAME  out: as known at the close of this round; take: which round it goes into (default: the latest)\n"
               "as-of=DATE  out: as it was known on that day\n"
               "include-restricted  restricted fields too\n"
               "sealed  sealed fields too (needs the key)\n"
               "dry-run  take: check everything, write nothing\n" OPEN_KEY_OPTION,
    .text = "Once a year somebody goes to every door with what the registry says, and writes down what differs. The page has the\n"
            "household, its members and its lines with an empty box for each value, what happened since, and places for signatures; it needs\n"
            "no network. The rows come back with --take: only filled-in cells count. When a value was changed in the registry since the\n"
            "sheet was made, nothing is taken and the cells are named. Births, deaths and the like are recorded with `lucid change`.\n\n"
            "  lucid sheet county.lucid --village 433124110226 --out sheets.html --lang zh\n"
            "  lucid sheet county.lucid --village 433124110226 --out sheets.csv\n"
            "  lucid sheet county.lucid --take sheets.csv --dry-run\n",
    .run = run,
};
