/* plan options, plan frontier, plan compare: what other money or other assumptions would do. */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "cli/planned.h"
#include "cli/planned_verbs.h"
#include "cli/table.h"
#include "plan/options.h"

enum status plan_options(struct cli *c, struct err *e) {
  static const char *const heads[] = {">year", "area", "option", ">rank", ">planned_again", ">by_prices", ">low", ">high", NULL};
  const char *path;
  struct planned p;
  struct table_out *t;
  int64_t from, to, draws;
  struct option_row *rows = NULL;
  uint32_t count = 0;
  TRY(cli_need(c, 1, "the registry", &path, e));
  enum status st = planned_open(c, path, true, &p, e);
  if (st == OK) {
    const struct programme *g = p.deciding.programme;
    const int64_t year = p.deciding.round.year ? p.deciding.round.year : g->year;
    st = cli_option_int(c, "from", g->year_from, g->year_to, year, &from, e);
    if (st == OK) st = cli_option_int(c, "to", from, from + (int)ROLLOUT_YEARS - 1, from, &to, e);
    if (st == OK) st = cli_option_int(c, "draws", 0, 10000, 20, &draws, e);
  }
  if (st == OK) {
    const struct options_input in = {.people = &p.people, .weights = p.decided.decisions->weights, .first = (int32_t)from, .last = (int32_t)to, .draws = (uint32_t)draws, .seed = p.people.planning->settings.seed, .pool = p.deciding.pool, .progress = &c->progress};
    st = options_make(&c->arena, &in, &rows, &count, e);
  }
  if (st == OK) st = table_open(c, heads, &t, e);
  for (uint32_t i = 0; i < count && st == OK; i++) {
    const struct option_row *x = &rows[i];
    const struct programme *g = p.deciding.programme;
    char year[16];
    if (!x->rank) continue;
    snprintf(year, sizeof year, "%d", (int)x->year);
    const struct label area = x->area < g->area_count ? (struct label){g->areas[x->area].name_en, g->areas[x->area].name_zh} : (struct label){"all", "全部"}, option = policy_option_label(x->option);
    table_number(t, year), table_text(t, label_in(&area, c->lang, "")), table_text(t, c->format == FORMAT_TABLE ? label_in(&option, c->lang, "") : policy_option_word(x->option)), table_int(t, x->rank), table_real(t, x->again, 2), table_real(t, x->by_prices, 2);
    if (draws) table_real(t, x->low, 2), table_real(t, x->high, 2);
    else table_text(t, NULL), table_text(t, NULL);
  }
  if (st == OK) st = table_close(t, e);
  planned_close(&p);
  return st;
}

/* ---- poverty against the budget ---- */

static enum status amount_option(struct cli *c, const char *name, double *out, struct err *e) {
  const char *text = cli_option(c, name);
  if (!text) return err_set(e, ERR_USAGE, "lucid plan frontier REGISTRY --fund NAME --from 1e6 --to 1e7 --steps 10", "--%s is missing", name);
  if (!number_double(text, strlen(text), out) || *out < 0) return err_set(e, ERR_USAGE, "an amount from 0", "--%s %s is no amount", name, text);
  return OK;
}

static enum status frontier_row(struct cli *c, struct planned *p, const struct planning *base, const char *fund, double all, double amount, struct plan *out, struct err *e) {
  struct fund *funds;
  struct planning planning = *base;
  struct people people = p->people;
  ARENA_TRY(e, funds = arena_copy(&c->arena, base->funds, base->fund_count * sizeof *funds));
  for (uint32_t f = 0; f < base->fund_count; f++)
    if (!strcmp(funds[f].name, fund) && funds[f].year == p->plan.year) funds[f].amount *= amount / all;
  planning.funds = funds, people.planning = &planning;
  const struct plan_input in = {.people = &people, .weights = p->decided.decisions->weights, .year = p->plan.year, .pool = p->deciding.pool, .progress = &c->progress};
  return plan_make(&c->arena, &in, out, e);
}

enum status plan_frontier(struct cli *c, struct err *e) {
  static const char *const heads[] = {">amount", ">spent", ">squared_gap", ">gap", ">headcount", ">m0", ">fall", ">per_million", ">certificate_gap", NULL};
  const char *path, *fund = cli_option(c, "fund");
  double least, most, all = 0, before = NAN, before_amount = 0;
  int64_t steps;
  struct planned p;
  struct table_out *t;
  TRY(cli_need(c, 1, "the registry", &path, e));
  if (!fund) return err_set(e, ERR_USAGE, "lucid plan frontier REGISTRY --fund NAME --from 1e6 --to 1e7 --steps 10", "--fund is missing");
  TRY(amount_option(c, "from", &least, e));
  TRY(amount_option(c, "to", &most, e));
  TRY(cli_option_int(c, "steps", 2, 1000, 10, &steps, e));
  enum status st = planned_open(c, path, true, &p, e);
  if (st == OK) st = planned_year(c, &p, &p.plan.year, e);
  for (uint32_t f = 0; st == OK && f < p.people.planning->fund_count; f++)
    if (!strcmp(p.people.planning->funds[f].name, fund) && p.people.planning->funds[f].year == p.plan.year) all += p.people.planning->funds[f].amount;
  if (st == OK && !(all > 0)) st = err_set(e, ERR_NOT_FOUND, "`lucid check` lists the funds", "there is no fund \"%s\" with money in %d", fund, (int)p.plan.year);
  if (st == OK) st = table_open(c, heads, &t, e);
  for (int64_t i = 0; i < steps && st == OK; i++) {
    const double amount = least + (most - least) * (double)i / (double)(steps - 1), persons = (double)p.people.planned_persons;
    struct plan *plan;
    ARENA_TRY(e, plan = arena_new(&c->arena, struct plan));
    st = frontier_row(c, &p, p.people.planning, fund, all, amount, plan, e);
    if (st != OK) break;
    const double fall = plan->worth.of[p.people.planning->settings.objective];
    table_int(t, (int64_t)amount), table_int(t, plan->all.cost);
    for (int o = 0; o < OBJECTIVE_COUNT; o++) table_real(t, persons > 0 ? plan->after.of[o] / persons : 0, 5);
    table_real(t, fall, 2);
    if (isnan(before)) table_text(t, NULL);
    else table_real(t, (fall - before) / (amount - before_amount) * 1e6, 3);
    table_real(t, plan->certified.gap, 6);
    before = fall, before_amount = amount;
  }
  if (st == OK) st = table_close(t, e);
  planned_close(&p);
  return st;
}

/* ---- two scenarios side by side ---- */

static enum status plan_of(struct cli *c, struct planned *p, const char *file, struct scenario *s, struct people *people, struct plan *plan, struct err *e) {
  const bool plain = strcmp(file, "-") == 0;
  if (!plain) TRY(planned_scenario(c, p->deciding.programme, file, s, e));
  TRY(planned_people(c, p, plain ? NULL : s, people, e));
  const struct plan_input in = {.people = people, .weights = p->decided.decisions->weights, .year = p->plan.year, .pool = p->deciding.pool, .progress = &c->progress};
  return plan_make(&c->arena, &in, plan, e);
}

enum status plan_compare(struct cli *c, struct err *e) {
  static const char *const heads[] = {"what", ">a", ">b", ">change", NULL};
  const char *path, *files[2];
  struct planned p;
  struct { struct scenario scenario; struct people people; struct plan plan; } *two;
  struct table_out *t;
  TRY(cli_need(c, 1, "the registry", &path, e));
  TRY(cli_need(c, 2, "a scenario file, or - for the programme as it is", &files[0], e));
  TRY(cli_need(c, 3, "another scenario file, or -", &files[1], e));
  ARENA_TRY(e, two = arena_array(&c->arena, 2, sizeof *two));
  enum status st = planned_open(c, path, true, &p, e);
  if (st == OK) st = planned_year(c, &p, &p.plan.year, e);
  for (int i = 0; i < 2 && st == OK; i++) st = plan_of(c, &p, files[i], &two[i].scenario, &two[i].people, &two[i].plan, e);
  if (st == OK) st = table_open(c, heads, &t, e);
  if (st == OK) {
    const struct plan *a = &two[0].plan, *b = &two[1].plan;
    const struct planning *n = a->people->planning;
    const struct { const char *what; double x, y; int decimals; } rows[] = {
      {"households planned for", a->people->count, b->people->count, 0}, {"households with a measure", (double)a->helped, (double)b->helped, 0}, {"cost, first year", (double)a->all.cost, (double)b->all.cost, 0}, {"upkeep later", (double)a->all.later, (double)b->all.later, 0},
      {"guarantees paid", (double)a->built.money.paid, (double)b->built.money.paid, 0}, {"arrears", (double)(a->built.money.owed - a->built.money.paid), (double)(b->built.money.owed - b->built.money.paid), 0},
      {"fall in FGT2, person-years", a->worth.of[OBJECTIVE_FGT2], b->worth.of[OBJECTIVE_FGT2], 1}, {"fall in FGT1, person-years", a->worth.of[OBJECTIVE_FGT1], b->worth.of[OBJECTIVE_FGT1], 1}, {"fall in FGT0, person-years", a->worth.of[OBJECTIVE_FGT0], b->worth.of[OBJECTIVE_FGT0], 1}, {"fall in M0, person-years", a->worth.of[OBJECTIVE_M0], b->worth.of[OBJECTIVE_M0], 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) table_text(t, table_word(t, rows[i].what)), table_real(t, rows[i].x, rows[i].decimals), table_real(t, rows[i].y, rows[i].decimals), table_real(t, rows[i].y - rows[i].x, rows[i].decimals);
    for (uint32_t m = 0; m < n->measure_count; m++) {
      const struct plan_sum *x = &a->by_measure[m], *y = &b->by_measure[m];
      const double u = (double)(x->households + x->villages), v = (double)(y->households + y->villages);
      table_text(t, label_in(&n->measures[m].label, c->lang, n->measures[m].name)), table_real(t, u, 0), table_real(t, v, 0), table_real(t, v - u, 0);
    }
    st = table_close(t, e);
  }
  planned_close(&p);
  return st;
}
