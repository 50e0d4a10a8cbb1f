#include "plan/scenario.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "programme/bind.h"

struct draft_settings { const struct tree *from; struct got_label title; struct got_whole horizon, most; struct got_number discount, bottom, change_penalty; struct got_text line; struct got_word objective; };
struct draft_money { const struct tree *from; struct got_text name, area; struct got_whole year; struct got_number factor, amount; };
struct draft_factor { const struct tree *from; struct got_text measure, product; struct got_number effect, cost, price, yield, per_day; };
struct draft_places { const struct tree *from; struct got_text measure, area; struct got_whole units; };
struct draft_wish { const struct tree *from; struct got_text household, village, measure; struct got_word wish; };
struct draft_forced { const struct tree *from; struct got_text product; struct got_number mu; struct got_whole over; };
struct draft_scenario { const struct tree *from; struct draft_settings scenario; struct got_list funds, values, places, wishes, force; struct got_texts areas; };

static const char *const objectives[] = {"fgt2", "fgt1", "fgt0", "m0", NULL};
static const char *const wish_words[] = {"pin", "forbid", "refuse", NULL};

#define KEYS(table) table, sizeof table / sizeof *table
static const struct key settings_keys[] = {
  {"title", KEY_LABEL, false, offsetof(struct draft_settings, title), NULL, NULL, "what it asks"},
  {"horizon", KEY_WHOLE, false, offsetof(struct draft_settings, horizon), NULL, NULL, "years, in place of plan.horizon"},
  {"most", KEY_WHOLE, false, offsetof(struct draft_settings, most), NULL, NULL, "measures a household can take"},
  {"discount", KEY_NUMBER, false, offsetof(struct draft_settings, discount), NULL, NULL, "a year"},
  {"bottom", KEY_NUMBER, false, offsetof(struct draft_settings, bottom), NULL, NULL, "welfare below this counts as this"},
  {"line", KEY_NAME, false, offsetof(struct draft_settings, line), NULL, NULL, "the line towards which gaps fall"},
  {"objective", KEY_WORD, false, offsetof(struct draft_settings, objective), NULL, objectives, "what is maximised"},
  {"change_penalty", KEY_NUMBER, false, offsetof(struct draft_settings, change_penalty), NULL, NULL, "share of a choice's worth that changing last year's must exceed"}};
static const struct key_table settings_table = {"scenario", sizeof(struct draft_settings), KEYS(settings_keys), NULL};
static const struct key money_keys[] = {
  {"name", KEY_NAME, true, offsetof(struct draft_money, name), NULL, NULL, "the fund"},
  {"year", KEY_WHOLE, false, offsetof(struct draft_money, year), NULL, NULL, "its year; all years when not given"},
  {"area", KEY_TEXT, false, offsetof(struct draft_money, area), NULL, NULL, "its area's code; all areas when not given"},
  {"factor", KEY_NUMBER, false, offsetof(struct draft_money, factor), NULL, NULL, "times what the programme says"},
  {"amount", KEY_NUMBER, false, offsetof(struct draft_money, amount), NULL, NULL, "in place of what the programme says"}};
static const struct key_table money_table = {"a fund of a scenario", sizeof(struct draft_money), KEYS(money_keys), NULL};
static const struct key factor_keys[] = {
  {"measure", KEY_NAME, false, offsetof(struct draft_factor, measure), NULL, NULL, "which measure"},
  {"product", KEY_NAME, false, offsetof(struct draft_factor, product), NULL, NULL, "which product"},
  {"effect", KEY_NUMBER, false, offsetof(struct draft_factor, effect), NULL, NULL, "factor on the measure's effect"},
  {"cost", KEY_NUMBER, false, offsetof(struct draft_factor, cost), NULL, NULL, "factor on the measure's cost and upkeep"},
  {"price", KEY_NUMBER, false, offsetof(struct draft_factor, price), NULL, NULL, "factor on the product's price"},
  {"yield", KEY_NUMBER, false, offsetof(struct draft_factor, yield), NULL, NULL, "factor on the product's yield"},
  {"per_day", KEY_NUMBER, false, offsetof(struct draft_factor, per_day), NULL, NULL, "factor on what its market takes"}};
static const struct key_table factor_table = {"a value of a scenario", sizeof(struct draft_factor), KEYS(factor_keys), NULL};
static const struct key places_keys[] = {
  {"measure", KEY_NAME, true, offsetof(struct draft_places, measure), NULL, NULL, "which measure"},
  {"area", KEY_TEXT, false, offsetof(struct draft_places, area), NULL, NULL, "an area where it has places already; everywhere when not given"},
  {"units", KEY_WHOLE, true, offsetof(struct draft_places, units), NULL, NULL, "places a year"}};
static const struct key_table places_table = {"places of a scenario", sizeof(struct draft_places), KEYS(places_keys), NULL};
static const struct key wish_keys[] = {
  {"household", KEY_TEXT, false, offsetof(struct draft_wish, household), NULL, NULL, "its number"},
  {"village", KEY_TEXT, false, offsetof(struct draft_wish, village), NULL, NULL, "its code"},
  {"measure", KEY_NAME, true, offsetof(struct draft_wish, measure), NULL, NULL, "which measure"},
  {"wish", KEY_WORD, true, offsetof(struct draft_wish, wish), NULL, wish_words, "pin: must get it; forbid, refuse: must not"}};
static const struct key_table wish_table = {"a wish", sizeof(struct draft_wish), KEYS(wish_keys), NULL};
static const struct key forced_keys[] = {
  {"product", KEY_NAME, true, offsetof(struct draft_forced, product), NULL, NULL, "which product"},
  {"mu", KEY_NUMBER, true, offsetof(struct draft_forced, mu), NULL, NULL, "how much more of it"},
  {"over", KEY_WHOLE, false, offsetof(struct draft_forced, over), NULL, NULL, "years that the planting takes; 1"}};
static const struct key_table forced_table = {"a forced area", sizeof(struct draft_forced), KEYS(forced_keys), NULL};
static const struct key scenario_keys[] = {
  {"scenario", KEY_MAP, false, offsetof(struct draft_scenario, scenario), &settings_table, NULL, "settings in place of the programme's"},
  {"funds", KEY_LIST, false, offsetof(struct draft_scenario, funds), &money_table, NULL, "more or less money"},
  {"values", KEY_LIST, false, offsetof(struct draft_scenario, values), &factor_table, NULL, "other effects, costs, prices, yields"},
  {"places", KEY_LIST, false, offsetof(struct draft_scenario, places), &places_table, NULL, "more or fewer places"},
  {"wishes", KEY_LIST, false, offsetof(struct draft_scenario, wishes), &wish_table, NULL, "what somebody must or must not get"},
  {"force", KEY_LIST, false, offsetof(struct draft_scenario, force), &forced_table, NULL, "areas of a product that somebody wants planted"},
  {"areas", KEY_TEXTS, false, offsetof(struct draft_scenario, areas), NULL, NULL, "codes: plan for these areas only"}};
static const struct key_table scenario_table = {"a scenario file", sizeof(struct draft_scenario), KEYS(scenario_keys), NULL};

struct making { struct arena *arena; const struct programme *p; struct problems *list; struct scenario *out; struct fund *funds; struct measure *measures; struct product *products; };

/* The index of a name in an array of structs that begin with their name; complains with the nearest. */
static uint32_t named(struct making *k, const struct got_text *name, const void *array, size_t size, uint32_t count, const char *what) {
  const char *names[PLANNING_FUNDS + 1];
  uint32_t n = 0;
  char hint[120];
  if (!name->from) return PLANNING_NONE;
  for (uint32_t i = 0; i < count; i++) {
    const char *one = *(const char *const *)((const char *)array + (size_t)i * size);
    if (!strcmp(one, name->s)) return i;
    if (n < PLANNING_FUNDS) names[n++] = one;
  }
  names[n] = NULL;
  const char *near = problem_nearest(name->s, names);
  snprintf(hint, sizeof hint, near ? "did you mean `%.60s`?" : "`lucid check` lists them", near ? near : "");
  problem_add(k->list, name->from->at, ERR_INPUT, hint, "the programme has no %s \"%.60s\"", what, name->s);
  return PLANNING_NONE;
}

static uint32_t area_of(struct making *k, const struct tree *from, const char *code) {
  const uint32_t at = programme_area(k->p, code);
  if (at == UINT32_MAX) problem_add(k->list, from->at, ERR_INPUT, "an area's code, as in areas.csv", "the programme has no area \"%.60s\"", code);
  return at;
}

static bool positive(struct making *k, const struct got_number *n) {
  if (!n->from) return false;
  if (n->v >= 0) return true;
  problem_add(k->list, n->from->at, ERR_INPUT, "a number from 0", "%g is below nothing", n->v);
  return false;
}

static void set_settings(struct making *k, const struct draft_settings *d) {
  struct planning_settings *s = &k->out->planning.settings;
  k->out->title = d->title.v;
  if (d->horizon.from && d->horizon.v >= 1 && d->horizon.v <= PLANNING_YEARS) s->horizon = (uint32_t)d->horizon.v;
  else if (d->horizon.from) problem_add(k->list, d->horizon.from->at, ERR_INPUT, "1 to 12 years", "a horizon of %lld years", (long long)d->horizon.v);
  if (d->most.from && d->most.v >= 1 && d->most.v <= 4) s->most = (uint32_t)d->most.v;
  else if (d->most.from) problem_add(k->list, d->most.from->at, ERR_INPUT, "1 to 4 measures", "a household takes at most %lld measures", (long long)d->most.v);
  if (positive(k, &d->discount)) s->discount = d->discount.v;
  if (positive(k, &d->bottom)) s->bottom = d->bottom.v;
  if (positive(k, &d->change_penalty)) s->change_penalty = d->change_penalty.v;
  if (d->objective.from) s->objective = (enum objective)d->objective.v;
  const uint32_t line = named(k, &d->line, k->p->lines, sizeof *k->p->lines, k->p->line_count, "poverty line");
  if (line != PLANNING_NONE) s->line = line;
}

static void set_funds(struct making *k, const struct draft_money *d, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (!d[i].name.from || named(k, &d[i].name, k->funds, sizeof *k->funds, k->out->planning.fund_count, "fund") == PLANNING_NONE) continue;
    const uint32_t area = d[i].area.from ? area_of(k, d[i].area.from, d[i].area.s) : PLANNING_EVERYWHERE;
    uint32_t hits = 0;
    if (!d[i].factor.from == !d[i].amount.from) problem_add(k->list, d[i].from->at, ERR_INPUT, "factor: 1.1, or amount: 5000000", "a fund takes either `factor` or `amount`");
    for (uint32_t f = 0; f < k->out->planning.fund_count; f++) {
      struct fund *x = &k->funds[f];
      if (strcmp(x->name, d[i].name.s) || (d[i].year.from && x->year != d[i].year.v) || (d[i].area.from && x->area != area)) continue;
      if (positive(k, &d[i].factor)) x->amount *= d[i].factor.v;
      if (positive(k, &d[i].amount)) x->amount = d[i].amount.v;
      hits++;
    }
    if (!hits) problem_add(k->list, d[i].from->at, ERR_INPUT, "see the programme's funds", "the fund \"%s\" has no row of that year and area", d[i].name.s);
  }
}

static void scale(struct range *r, double by) { r->low *= by, r->mid *= by, r->high *= by; }

static void set_values(struct making *k, const struct draft_factor *d, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t m = named(k, &d[i].measure, k->measures, sizeof *k->measures, k->out->planning.measure_count, "measure"), x = named(k, &d[i].product, k->products, sizeof *k->products, k->out->planning.product_count, "product");
    if (!d[i].measure.from == !d[i].product.from) problem_add(k->list, d[i].from->at, ERR_INPUT, "{measure: NAME, effect: 0.5}, or {product: NAME, price: 0.5}", "a value is of a measure or of a product");
    if (m != PLANNING_NONE && positive(k, &d[i].effect)) scale(&k->measures[m].income, d[i].effect.v);
    if (m != PLANNING_NONE && positive(k, &d[i].cost)) k->measures[m].cost *= d[i].cost.v, k->measures[m].upkeep *= d[i].cost.v, scale(&k->measures[m].cost_range, d[i].cost.v);
    if (x != PLANNING_NONE && positive(k, &d[i].price)) scale(&k->products[x].price, d[i].price.v);
    for (uint32_t t = 0; x != PLANNING_NONE && positive(k, &d[i].yield) && t < PLANNING_AGES; t++) k->products[x].yield[t] *= d[i].yield.v;
    if (x != PLANNING_NONE && positive(k, &d[i].per_day)) k->products[x].per_day *= d[i].per_day.v, k->products[x].stressed_per_day *= d[i].per_day.v;
  }
}

static bool set_places(struct making *k, const struct draft_places *d, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t m = named(k, &d[i].measure, k->measures, sizeof *k->measures, k->out->planning.measure_count, "measure");
    if (m == PLANNING_NONE) continue;
    const uint32_t area = d[i].area.from ? area_of(k, d[i].area.from, d[i].area.s) : PLANNING_EVERYWHERE;
    struct measure *x = &k->measures[m];
    struct capacity *more = arena_grow(k->arena, x->capacities, x->capacity_count, x->capacity_count + 1u, sizeof *more);
    if (!more) return false;
    uint32_t at = 0;
    while (at < x->capacity_count && more[at].area != area) at++;
    if (at == x->capacity_count) x->capacity_count++;
    if (d[i].units.v < 0) problem_add(k->list, d[i].units.from->at, ERR_INPUT, "a number from 0", "%lld places", (long long)d[i].units.v);
    more[at] = (struct capacity){.area = area, .units = d[i].units.v, .source = "scenario", .line = d[i].from->at.line};
    x->capacities = more, x->unlimited = false;
  }
  return true;
}

static bool set_wishes(struct making *k, const struct draft_wish *d, uint32_t count) {
  struct wish *to = arena_array(k->arena, count + 1u, sizeof *to);
  if (!to) return false;
  k->out->wishes = to;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t m = named(k, &d[i].measure, k->measures, sizeof *k->measures, k->out->planning.measure_count, "measure");
    if (!d[i].household.from == !d[i].village.from) problem_add(k->list, d[i].from->at, ERR_INPUT, "household: NUMBER, or village: CODE", "a wish is about a household or a village");
    else if (m != PLANNING_NONE && k->measures[m].village != (d[i].village.from != NULL)) problem_add(k->list, d[i].measure.from->at, ERR_INPUT, k->measures[m].village ? "village: CODE" : "household: NUMBER", "\"%s\" is a measure for %s", k->measures[m].name, k->measures[m].village ? "villages" : "households");
    else if (m != PLANNING_NONE) to[k->out->wish_count++] = (struct wish){.household = d[i].household.from ? d[i].household.s : NULL, .village = d[i].village.from ? d[i].village.s : NULL, .measure = m, .pin = d[i].wish.v == 0, .line = d[i].from->at.line};
  }
  return true;
}

static bool set_rest(struct making *k, const struct draft_scenario *d) {
  struct forced *forced = arena_array(k->arena, d->force.count + 1u, sizeof *forced);
  uint32_t *areas = arena_array(k->arena, d->areas.count + 1u, sizeof *areas);
  if (!forced || !areas) return false;
  const struct draft_forced *f = d->force.items;
  for (uint32_t i = 0; i < d->force.count; i++) {
    const uint32_t x = named(k, &f[i].product, k->products, sizeof *k->products, k->out->planning.product_count, "product");
    if (x != PLANNING_NONE && positive(k, &f[i].mu)) forced[k->out->forced_count++] = (struct forced){x, f[i].mu.v, f[i].over.from && f[i].over.v > 0 ? (uint32_t)f[i].over.v : 1, f[i].from->at.line};
  }
  for (uint32_t i = 0; i < d->areas.count; i++) areas[k->out->area_count++] = area_of(k, d->areas.items[i], d->areas.items[i]->text);
  k->out->forced = forced, k->out->areas = areas;
  return true;
}

static bool make(struct making *k, const struct draft_scenario *d) {
  struct planning *n = &k->out->planning;
  *n = k->p->planning;
  k->funds = arena_copy(k->arena, n->funds, n->fund_count * sizeof *n->funds);
  k->measures = arena_copy(k->arena, n->measures, n->measure_count * sizeof *n->measures);
  k->products = arena_copy(k->arena, n->products, n->product_count * sizeof *n->products);
  if (!k->funds || !k->measures || !k->products) return false;
  n->funds = k->funds, n->measures = k->measures, n->products = k->products;
  set_settings(k, &d->scenario);
  set_funds(k, d->funds.items, d->funds.count);
  set_values(k, d->values.items, d->values.count);
  return set_places(k, d->places.items, d->places.count) && set_wishes(k, d->wishes.items, d->wishes.count) && set_rest(k, d);
}

enum status scenario_read(struct arena *a, const struct programme *p, const char *file, const char *data, size_t len, struct scenario *out, struct problem **problems, struct err *e) {
  struct problems list;
  struct draft_scenario d = {0};
  *out = (struct scenario){.file = file};
  struct making k = {.arena = a, .p = p, .list = &list, .out = out};
  problem_init(&list, a);
  const struct tree *t = tree_read_yaml(&list, file, data, len);
  bool room = true;
  if (t) room = bind_map(&list, &scenario_table, t, &d);
  if (room) room = make(&k, &d);
  if (!room || list.broken) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  problem_sort(&list, file);
  if (problems) *problems = list.first;
  if (list.first) return err_set(e, list.first->status, list.first->hint, "%s, line %d: %s", list.first->file, list.first->line, list.first->message);
  return OK;
}

/* ---- on the people ---- */

static bool is_household(const struct people *q, uint32_t h, const char *number) {
  const struct span key = column_cell(&q->segments[q->segment[h]]->household_key, q->row[h]).s;
  return key.len == strlen(number) && !memcmp(key.at, number, key.len);
}

enum status scenario_apply(struct arena *a, const struct scenario *s, struct people *q, struct err *e) {
  if (!s->wish_count) return OK;
  if (!q->refused) ARENA_TRY(e, q->refused = arena_array(a, q->count + 1u, sizeof *q->refused));
  if (!q->pinned) ARENA_TRY(e, q->pinned = arena_array(a, q->count + 1u, sizeof *q->pinned));
  for (uint32_t i = 0; i < s->wish_count; i++) {
    struct wish *w = &s->wishes[i];
    const uint64_t bit = (uint64_t)1 << w->measure;
    for (uint32_t h = 0; w->household && !w->found && h < q->count; h++)
      if (is_household(q, h, w->household)) *(w->pin ? &q->pinned[h] : &q->refused[h]) |= bit, w->found = true;
    for (uint32_t v = 0; w->village && v < q->village_count; v++)
      if (q->villages[v].area < q->programme->area_count && !strcmp(q->programme->areas[q->villages[v].area].code, w->village)) *(w->pin ? &q->villages[v].pinned : &q->villages[v].refused) |= bit, w->found = true;
    if (!w->found) return err_set(e, ERR_NOT_FOUND, "`lucid plan --table lines` lists whom it is for", "%s, line %d: the plan is not for %s \"%s\"", s->file, w->line, w->household ? "household" : "village", w->household ? w->household : w->village);
  }
  return OK;
}
