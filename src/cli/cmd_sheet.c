#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/open.h"
#include "cli/say.h"
#include "cli/table.h"
#include "cli/sheet_page.h"
#include "ingest/export.h"
#include "ingest/refused.h"
#include "registry/asof.h"

#define ONE_PAGE_MOST 500u /* households on one page: 13 KB each, and a browser must print it */

struct village { const char *area, *file; uint64_t households; };

struct printing {
  struct sheet_page page;
  struct registry *r;
  bool html;
  uint64_t households;
  /* a page a village, and an index */
  bool by_village;
  struct arena *arena;
  const char *out;
  struct export_file file;  /* of the last of `villages` */
  struct village *villages;
  uint32_t count, cap;
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

static enum status end_village(struct printing *p, enum status so_far, struct err *e) {
  if (!p->file.stream) return so_far;
  sheet_page_end(&p->page);
  return export_file_close(&p->file, so_far, e);
}

/* s.html -> s-433124110226.html. A village of which some live under another home comes twice, and has a second page. */
static enum status begin_village(struct printing *p, const char *area, struct err *e) {
  uint32_t before = 0;
  for (uint32_t i = 0; i < p->count; i++) before += strcmp(p->villages[i].area, area) == 0;
  if (p->count == p->cap) {
    uint32_t cap = p->cap ? p->cap * 2 : 64;
    void *grown = arena_grow(p->arena, p->villages, p->count, cap, sizeof *p->villages);
    ARENA_TRY(e, grown);
    p->villages = grown, p->cap = cap;
  }
  struct village *v = &p->villages[p->count++];
  int stem = (int)(strlen(p->out) - strlen(".html"));
  const char *word = *area ? area : "none";
  *v = (struct village){0};
  ARENA_TRY(e, v->area = arena_str(p->arena, area));
  ARENA_TRY(e, v->file = before ? arena_printf(p->arena, "%.*s-%s-%u.html", stem, p->out, word, before + 1) : arena_printf(p->arena, "%.*s-%s.html", stem, p->out, word));
  TRY(export_file_open(&p->file, v->file, e));
  p->page.out = p->file.stream;
  sheet_page_begin(&p->page);
  return OK;
}

static enum status household(void *ctx, const struct sheet_household *h, struct err *e) {
  struct printing *p = ctx;
  if (p->by_village && (!p->count || strcmp(p->villages[p->count - 1].area, h->area) != 0)) {
    TRY(end_village(p, OK, e));
    TRY(begin_village(p, h->area, e));
  }
  if (p->by_village) p->villages[p->count - 1].households++;
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

/* The pages of all villages first, and the index last: where it is, all of them are. */
static enum status print_villages(struct cli *c, struct printing *p, const struct sheet_options *o, struct err *e) {
  struct export_file index;
  p->arena = &c->arena;
  enum status s = sheet_walk(p->r, o, household, p, e);
  s = end_village(p, s, e);
  if (s != OK) return s;
  TRY(export_file_open(&index, p->out, e));
  p->page.out = index.stream;
  sheet_page_index_begin(&p->page);
  for (uint32_t i = 0; i < p->count; i++) sheet_page_index_row(&p->page, p->villages[i].area, file_base(p->villages[i].file), p->villages[i].households);
  sheet_page_index_end(&p->page);
  TRY(export_file_close(&index, OK, e));
  cli_note(c, "%llu households are on %u pages, one a village; %s lists them", (unsigned long long)p->households, p->count, p->out);
  return OK;
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
  const char *by = cli_option(c, "by");
  if (by && (strcmp(by, "village") != 0 || !p.html)) return err_set(e, ERR_USAGE, "--by village --out sheets.html", "\"%s\" is no way to divide the sheets into files", by);
  uint64_t most = 0;
  if (p.html && !by) TRY(sheet_count(r, &o, &most, e));
  p.out = out, p.by_village = by || most > ONE_PAGE_MOST;
  if (p.by_village) return print_villages(c, &p, &o, e);
  TRY(export_file_open(&f, out, e));
  p.page.out = f.stream;
  if (p.html) sheet_page_begin(&p.page);
  else fputs("\xef\xbb\xbfhousehold,level,number,field,name,known,now\n", p.page.out);
  enum status s = sheet_walk(r, &o, household, &p, e);
  if (p.html) sheet_page_end(&p.page);
  s = export_file_close(&f, s, e);
  TRY(s);
  cli_note(c, "%llu households are in %s", (unsigned long long)p.households, out);
  return table_result(c, e, "file >households", out, (int64_t)p.households);
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
    if (s == OK) s = table_result(c, e, ">rows_read >filled >changed >event", (int64_t)t.rows_read, (int64_t)t.filled, (int64_t)t.changed, t.event);
    if (s == OK && c->format == FORMAT_TABLE) printf(say(c, "rows read: %" PRIu64 ", filled in: %" PRIu64 ", records changed: %" PRIu64 "\n"), t.rows_read, t.filled, t.changed);
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
               "by=village  a page a village, s-CODE.html, and s.html lists them (of itself above 500 households)\n"
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
