/* plan market: what would become of an area if it were planted. */
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/number.h"
#include "cli/open.h"
#include "cli/planned.h"
#include "cli/planned_verbs.h"
#include "cli/say.h"
#include "cli/table.h"
#include "plan/market_chart.h"

static enum status number_option(struct cli *c, const char *name, double otherwise, double *out, struct err *e) {
  const char *text = cli_option(c, name);
  *out = otherwise;
  if (!text) return OK;
  if (!number_double(text, strlen(text), out) || *out < 0) return err_set(e, ERR_USAGE, "a number from 0, such as 12000", "--%s %s is not a number of that kind", name, text);
  return OK;
}

static enum status find_product(const struct programme *p, const char *name, const struct product **out, struct err *e) {
  for (uint32_t k = 0; k < p->planning.product_count; k++) {
    *out = &p->planning.products[k];
    if (!strcmp((*out)->name, name)) return OK;
  }
  return err_set(e, ERR_NOT_FOUND, "`lucid check` lists them; section `products` of the programme", "the programme \"%s\" has no product \"%s\"", p->name, name);
}

static enum status years(struct cli *c, const struct market_verdict *v, struct err *e) {
  static const char *const heads[] = {">year", ">mu", ">output_t", ">price", ">days_to_clear", ">days_it_keeps", ">unsold_t", ">days_disturbed", ">unsold_disturbed_t", NULL};
  struct table_out *t;
  TRY(table_open(c, heads, &t, e));
  for (uint32_t i = 0; i < MARKET_YEARS; i++) {
    const struct market_year *y = &v->years[i];
    table_int(t, y->year), table_int(t, (int64_t)y->mu), table_int(t, y->output / 1000);
    if (isnan(y->price)) table_text(t, NULL);
    else table_real(t, y->price, 2);
    table_int(t, (int64_t)ceil(y->days)), table_int(t, (int64_t)v->keeps), table_int(t, y->unsold / 1000);
    if (isnan(y->stressed_days)) table_text(t, NULL);
    else table_int(t, (int64_t)ceil(y->stressed_days));
    table_int(t, y->stressed_unsold / 1000);
  }
  return table_close(t, e);
}

void planned_verdict(const struct cli *c, const struct product *k, double mu, const struct market_verdict *v) {
  const struct market_year *w = &v->years[v->worst];
  char a[40], b[40], d[40];
  const char *name = label_in(&k->label, c->lang, k->name);
  printf(say(c, v->refused ? "\n%s: %s mu more are REFUSED\n" : "\n%s: %s mu more are allowed\n"), name, number_grouped((int64_t)mu, 0, a));
  if (v->reasons & MARKET_UNSOLD)
    printf(say(c, "  in year %u %s t are harvested; even at %.2f a kg the market takes them only in part: %s t spoil\n"), w->year, number_grouped(w->output / 1000, 0, a), k->price.mid * k->tiers[k->tier_count - 1], number_grouped(w->unsold / 1000, 0, b));
  printf(say(c, "  %s t at %s t a day take %.0f days to clear; the crop keeps %.0f days\n"), number_grouped(w->output / 1000, 0, a), number_grouped((int64_t)k->per_day, 0, b), w->days, v->keeps);
  if (k->stressed_per_day > 0)
    printf(say(c, "  on disturbed transport (%s t a day): %.0f days, %s t unsold\n"), number_grouped((int64_t)k->stressed_per_day, 0, a), w->stressed_days, number_grouped(w->stressed_unsold / 1000, 0, b));
  if (v->reasons & MARKET_FARMLAND) printf(say(c, "  it would take %.0f %% of the farmland; %.0f %% is the most\n"), 100 * v->share_farmland, 100 * k->most_farmland);
  if (v->reasons & MARKET_HOUSEHOLDS) printf(say(c, "  %.0f %% of the households would hang on it; %.0f %% is the most\n"), 100 * v->share_households, 100 * k->most_households);
  if (v->reasons & MARKET_LOSS) printf(say(c, "  at the price it would fetch a mu loses %.0f a year\n"), -v->income);
  printf(say(c, "  up to %s mu would be allowed; over the range of what is assumed, %s mu are refused in %.0f %% of %u draws\n"), number_grouped((int64_t)v->most_mu, 0, a), number_grouped((int64_t)mu, 0, d), 100 * v->refused_range, v->draws);
  if (k->price_assumed || k->per_day_assumed || k->assumed) printf("%s", say(c, "  rests on assumed values: `lucid check --assumed` lists them\n"));
}

enum status plan_market(struct cli *c, struct err *e) {
  const char *folder, *name = cli_option(c, "product");
  struct programme *p;
  const struct product *k;
  struct market_case x = {.existing_mu = -1};
  struct market_verdict *v;
  int64_t over, draws;
  double existing;
  TRY(cli_need(c, 1, "the programme's folder", &folder, e));
  if (!name || !cli_option(c, "mu")) return err_set(e, ERR_USAGE, "lucid plan market programmes/xiangxi --product ponkan --mu 700000", "which product, and how many mu of it?");
  TRY(number_option(c, "mu", 0, &x.mu, e));
  TRY(number_option(c, "existing", -1, &existing, e));
  TRY(number_option(c, "farmland", 0, &x.farmland, e));
  TRY(number_option(c, "households", 0, &x.households, e));
  TRY(number_option(c, "mu-household", 3, &x.mu_household, e));
  TRY(cli_option_int(c, "over", 1, MARKET_YEARS, 1, &over, e));
  TRY(cli_option_int(c, "draws", 0, 1000000, 1000, &draws, e));
  TRY(open_programme(c, folder, &p, e));
  TRY(find_product(p, name, &k, e));
  x.over = (uint32_t)over, x.existing_mu = existing;
  ARENA_TRY(e, v = arena_new(&c->arena, struct market_verdict));
  market_judge(k, &x, (uint32_t)draws, p->planning.settings.seed, v);
  if (cli_option(c, "svg")) {
    struct text t;
    text_init(&t, 1 << 20);
    TRY(open_out(cli_option(c, "svg"), "picture", "<svg", e));
    market_chart_svg(&t, k, v, c->lang);
    enum status st = text_check(&t, "the picture", e);
    if (st == OK) st = file_replace(cli_option(c, "svg"), text_str(&t), t.len, 0644, e);
    text_free(&t);
    TRY(st);
  }
  TRY(years(c, v, e));
  if (c->format == FORMAT_TABLE) planned_verdict(c, k, x.mu, v);
  if (v->refused) c->exit_code = 1;
  return OK;
}
