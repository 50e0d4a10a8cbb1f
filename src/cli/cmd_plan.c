#include <inttypes.h>
#include <string.h>

#include "base/number.h"
#include "cli/planned.h"
#include "cli/planned_verbs.h"
#include "cli/open.h"
#include "cli/say.h"
#include "plan/workbook.h"

/* The screen: what was planned for whom, then the tables that people ask for first. */
static enum status screen(struct cli *c, const struct plan *p, struct err *e) {
  static const enum plan_table_id shown[] = {TABLE_POVERTY, TABLE_DOUBTS, TABLE_GUARANTEE_SUMS, TABLE_MEASURES, TABLE_FUND_SUMS, TABLE_MARKETS};
  char a[40], b[40];
  const struct people *q = p->people;
  printf(say(c, "plan of %d: %s households with %s persons are planned for\n"), (int)p->year, number_grouped(q->count, 0, a), number_grouped((int64_t)q->planned_persons, 0, b));
  if (q->undecided) printf(say(c, "  %s households more would be if a missing field were known: `lucid identify` lists them\n"), number_grouped((int64_t)q->undecided, 0, a));
  if (q->without_welfare) printf(say(c, "  %s cannot be valued: welfare, size or line is not known\n"), number_grouped((int64_t)q->without_welfare, 0, a));
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
    if (shown[i] == TABLE_DOUBTS && !p->doubts) continue;
    const struct label title = plan_table_title(shown[i]);
    printf("\n%s\n", label_in(&title, c->lang, ""));
    TRY(planned_print(c, p, shown[i], e));
  }
  const int64_t value = p->certified.value - p->pinned, bound = p->certified.bound - p->pinned;
  const double gap = bound > 0 ? (double)(bound - value) / (double)bound : 0;
  printf(say(c, "\n%s of the best possible at the least (gap %.3f %%): value %s, no plan is worth more than %s\n"), gap < 0.00001 ? "100 %" : arena_printf(&c->arena, "%.3f %%", 100 * (1 - gap)), 100 * gap, number_grouped(value, 0, a), number_grouped(bound, 0, b));
  const struct doubts *d = p->doubts;
  if (d) printf(say(c, "%u draws: the plan falls short of the best plan of a draw by %.1f %% (one draw in ten: by over %.1f %%); %.0f %% of its value rests on assumed values\n"), d->draws, 100 * d->regret.mid, 100 * d->regret.high, 100 * d->assumed_value);
  else printf("%s", say(c, "its doubts were not drawn (--draws 0): it is not for export\n"));
  return OK;
}

static enum status tables_json(struct cli *c, const struct plan *p, struct err *e) {
  printf("{\"year\": %d, \"households\": %u, \"persons\": %" PRIu64 ", \"undecided\": %" PRIu64 ", \"without_welfare\": %" PRIu64 ", \"value\": %" PRId64 ", \"bound\": %" PRId64 ", \"gap\": %.9g, \"model\": \"%s\"",
         (int)p->year, p->people->count, p->people->planned_persons, p->people->undecided, p->people->without_welfare, p->certified.value, p->certified.bound, p->certified.gap, p->model_hash);
  for (enum plan_table_id t = 0; t < TABLE_LINES; t++) {
    printf(", \"%s\": ", plan_table_key(t));
    TRY(planned_print(c, p, t, e));
  }
  puts("}");
  return OK;
}

static enum status table_wanted(struct cli *c, enum plan_table_id *out, struct err *e) {
  const char *name = cli_option(c, "table");
  *out = PLAN_TABLE_COUNT;
  for (enum plan_table_id t = 0; name && t < PLAN_TABLE_COUNT; t++)
    if (!strcmp(plan_table_key(t), name)) *out = t;
  if (!name && c->format == FORMAT_CSV) *out = TABLE_MEASURES;
  if (name && *out == PLAN_TABLE_COUNT) {
    const char *all = "";
    for (enum plan_table_id t = 0; t < PLAN_TABLE_COUNT; t++) all = arena_printf(&c->arena, "%s%s%s", all, t ? ", " : "", plan_table_key(t));
    return err_set(e, ERR_USAGE, all, "there is no table \"%s\"", name);
  }
  return OK;
}

static enum status cmd_plan(struct cli *c, struct err *e) {
  static const struct { const char *word; enum status (*run)(struct cli *, struct err *); } verbs[] = {
#define X(name) {#name, plan_##name},
    PLAN_VERBS(X)
#undef X
  };
  for (size_t i = 0; c->arg_count && i < sizeof verbs / sizeof *verbs; i++)
    if (!strcmp(c->args[0], verbs[i].word)) return verbs[i].run(c, e);
  const char *path;
  enum plan_table_id table;
  struct planned p;
  TRY(cli_need(c, 0, "the registry", &path, e));
  TRY(table_wanted(c, &table, e));
  if (cli_option(c, "xlsx")) TRY(open_out(cli_option(c, "xlsx"), "workbook", "PK", e));
  const bool dry = cli_flag(c, "dry-run") || table != PLAN_TABLE_COUNT || (cli_option(c, "draws") && !strcmp(cli_option(c, "draws"), "0"));
  enum status st = planned_open(c, path, dry, &p, e);
  if (st == OK) st = planned_make(c, &p, e);
  const char *bundle = cli_option(c, "bundle"), *xlsx = cli_option(c, "xlsx");
  if (st == OK && (bundle || xlsx || table == PLAN_TABLE_COUNT || table == TABLE_POVERTY || table == TABLE_DOUBTS)) st = planned_doubt(c, &p, e);
  if (st == OK) st = table != PLAN_TABLE_COUNT ? planned_print(c, &p.plan, table, e) : c->format == FORMAT_JSON ? tables_json(c, &p.plan, e) : screen(c, &p.plan, e);
  if (st == OK && c->format == FORMAT_TABLE) st = planned_wishes(c, &p, e);
  if (st == OK && !dry && p.stale) cli_note(c, "not recorded: identify the round by the changed rules first; plans recorded before stay as they are");
  else if (st == OK && !dry) st = planned_record(c, &p, e);
  const struct workbook_cover cover = {.round = p.deciding.round.name, .rules_hash = st == OK ? p.decided.result->rules_hash : "", .snapshot = p.deciding.round.snapshot, .scenario = p.scenario.file, .currency = st == OK ? p.deciding.programme->currency : ""};
  if (st == OK && xlsx) st = workbook_write(&c->arena, &p.plan, &cover, c->lang, xlsx, e);
  if (st == OK && xlsx) cli_note(c, "%s holds the plan by county, township and village, with its funds, measures and doubts", xlsx);
  if (st == OK && bundle) st = planned_bundle(c, &p, bundle, e);
  planned_close(&p);
  return st;
}

const struct verb verb_plan = {
    .name = "plan",
    .arguments = "[explain|compare|frontier|options|lines|accept|refuse|withdraw|market|verify] REGISTRY|PROGRAMME|FOLDER [WHICH]...",
    .summary = "what each household and village gets this year, within the money, with a proof",
    .options = "round=NAME  the round (default: the latest)\n"
               "year=YEAR  the plan's first year (default: the round's)\n"
               "scenario=FILE  other money, effects, prices, places, aims, wishes by hand (docs/format/scenario.md)\n"
               "table=NAME  one table: poverty, measures, doubts, guarantees, guarantee_sums, funds, fund_sums, markets, limits, diagnosis, places or lines\n"
               "draws=N  draws over effects, prices, yields and measurement error (default: 500; from 100 on with switching values; 0 = none, and no export)\n"
               "bundle=FOLDER  also write the plan with model, programme, snapshot, tables and doubts: for whoever checks it\n"
               "dry-run  plan, show, and record nothing (a single --table and --draws 0 record nothing either)\n"
               "area=CODE  accept, withdraw: lines of this area only\n"
               "measure=NAME  accept, refuse, withdraw: of this measure\n"
               "reason=TEXT  accept, refuse, withdraw: why\n"
               "plan=N  lines, accept, refuse, withdraw: which recorded plan (default: the latest)\n"
               "from=X  options: the period's first year (default: the round's); frontier: from this amount\n"
               "to=Y  options: its last year; frontier: to this amount\n"
               "fund=NAME  frontier: which fund\n"
               "steps=N  frontier: so many plans (default: 10)\n"
               "xlsx=FILE  also write the finance office's workbook: places, measures, funds, guarantees, lines, doubts\n"
               "product=NAME  market: which product\n"
               "mu=N  market: how much more of it\n"
               "over=YEARS  market: planted evenly over so many years (default: 1)\n"
               "existing=MU  market: grown already (default: what the programme says)\n"
               "svg=FILE  market: also a picture of it\n"
               "farmland=MU  market: of the place\n"
               "households=N  market: of the place\n"
               "mu-household=MU  market: of the product for a household that grows it (default: 3)\n"
               "threads=N  threads to use\n"
               "key=FILE  the registry's key, when it does not lie beside it\n"
               "snapshots=FOLDER  where its snapshots lie, when not beside it\n",
    .text = "Diagnoses every village, pays the guarantees, and chooses for every household and village among the programme's measures what lowers poverty most\n"
               "within the funds, places and markets there are. Says how near the best possible the plan is, and proves it.\n\n"
               "lucid plan explain: why a household or village gets this and not that, and what would change it.\n"
               "lucid plan compare REGISTRY A B: two scenarios side by side; - is the programme as it is.\n"
               "lucid plan frontier: poverty against the amount of a fund.\n"
               "lucid plan options: what a million more would do in infrastructure, local industry, people and ecology, by year and county, in which order.\n"
               "A plan is recorded with its lines: `plan lines` lists them, `plan accept` accepts all or a part, `plan refuse` says that a household does not\n"
               "want one (it is not offered again), `plan withdraw` takes an answer back.\n"
               "lucid plan market: what would become of an area of a product, year by year; exit code 1 when it is refused.\n"
               "lucid plan verify: from a folder that --bundle wrote, the model made anew and the plan added up; `lucid-verify-plan` does the sums without Lucid.\n\n"
               "  lucid plan county.lucid --round 2026\n"
               "  lucid plan county.lucid --table lines --format csv > lines.csv\n"
               "  lucid plan explain county.lucid 431122001 --lang zh\n"
               "  lucid plan accept county.lucid --area 433124\n"
               "  lucid plan refuse county.lucid 431122001 --measure pigs --reason \"no time for it\"\n"
               "  lucid plan frontier county.lucid --fund central --from 1e6 --to 1e7\n"
               "  lucid plan options county.lucid --from 2016 --to 2020 --format csv\n"
               "  lucid plan market programmes/xiangxi --product ponkan --mu 700000 --existing 0 --over 8\n",
    .run = cmd_plan};
