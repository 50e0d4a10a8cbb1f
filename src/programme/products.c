/* products.c - the sections `products` and `growers`: what is planted or kept, what it brings and from when, and what its market takes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "programme/loader.h"

static void check_yield(struct loader *l, const struct draft_product *d, struct product *p) {
  const struct got_numbers *y = &d->yield;
  if (!y->from) return;
  p->yield_count = y->count < PLANNING_AGES ? y->count : PLANNING_AGES;
  for (uint32_t i = 0; i < p->yield_count; i++) p->yield[i] = y->v[i];
  if (!y->count) problem_add(&l->list, y->from->at, ERR_INPUT, "kg a mu at age 0, 1, 2 ...", "`yield` is empty");
  if (y->count > PLANNING_AGES) problem_add(&l->list, y->from->at, ERR_INPUT, "the last one holds for all later ages", "`yield` has more than %u ages", PLANNING_AGES);
  for (uint32_t i = 0; i < p->yield_count; i++)
    if (p->yield[i] < 0) problem_add(&l->list, y->from->at, ERR_INPUT, NULL, "`yield` cannot be negative: %g at age %u", p->yield[i], i);
  if (!d->bears_from.from) return;
  if (d->bears_from.v < 0 || d->bears_from.v >= (int64_t)p->yield_count) {
    problem_add(&l->list, d->bears_from.from->at, ERR_INPUT, "an age that `yield` has a figure for; 0 = in the year of planting", "\"%s\" would never bear", p->name);
    return;
  }
  p->bears_from = (uint32_t)d->bears_from.v;
  char hint[160];
  for (uint32_t i = 0; i < p->bears_from; i++)
    if (p->yield[i] > 0) {
      snprintf(hint, sizeof hint, "the first %u ages are 0, or `bears_from` is %u: income before a tree bears is no income", p->bears_from, i);
      problem_add(&l->list, y->from->at, ERR_INPUT, hint, "\"%s\" yields %g at age %u, and bears from age %u", p->name, p->yield[i], i, p->bears_from);
      return;
    }
  if (p->yield[p->bears_from] <= 0) problem_add(&l->list, y->from->at, ERR_INPUT, "mend `bears_from`, or the curve", "\"%s\" bears from age %u, and yields nothing at that age", p->name, p->bears_from);
}

static void check_market(struct loader *l, const struct draft_product *d, struct product *p) {
  const struct got_numbers *t = &d->tiers;
  if (d->elasticity.from && !(d->elasticity.v < 0))
    problem_add(&l->list, d->elasticity.from->at, ERR_INPUT, "sales grow when a price falls: write -0.8, say", "demand for \"%s\" would %s with its price", p->name, d->elasticity.v > 0 ? "rise" : "not change");
  p->tier_count = t->count < PLANNING_TIERS ? t->count : PLANNING_TIERS;
  for (uint32_t i = 0; i < p->tier_count; i++) p->tiers[i] = t->v[i];
  if (t->count > PLANNING_TIERS) problem_add(&l->list, t->from->at, ERR_INPUT, "five to eight are enough", "`tiers` has more than %u prices", PLANNING_TIERS);
  bool falling = true, first = t->count && t->v[0] == 1;
  for (uint32_t i = 0; i < p->tier_count; i++) falling = falling && p->tiers[i] > 0 && (!i || p->tiers[i] < p->tiers[i - 1]);
  if (t->from && !first) problem_add(&l->list, t->from->at, ERR_INPUT, "the first is 1: today's price", "`tiers` of \"%s\" do not begin with 1", p->name);
  else if (t->from && !falling) problem_add(&l->list, t->from->at, ERR_INPUT, "each below the one before and above 0: [1, 0.9, 0.8, 0.7, 0.6]", "`tiers` of \"%s\" do not fall: more would sell at a higher price", p->name);
  if (d->per_day.from && !(d->per_day.v > 0)) problem_add(&l->list, d->per_day.from->at, ERR_INPUT, "tonnes a day, from all who sell there", "`per_day` must be above 0");
  (void)loader_within(l, &d->stressed_per_day, "stressed_per_day", 0, INFINITY, "tonnes a day when transport is disturbed");
  if (d->per_day.from && d->stressed_per_day.from && d->stressed_per_day.v > d->per_day.v)
    problem_add(&l->list, d->stressed_per_day.from->at, ERR_INPUT, "at most `per_day`", "the market would take more of \"%s\" when transport is disturbed", p->name);
  if (d->season_days.from && !(d->season_days.v > 0 && d->season_days.v <= 366)) problem_add(&l->list, d->season_days.from->at, ERR_INPUT, "days of harvest", "`season_days` must be above 0 and at most 366");
  (void)loader_within(l, &d->storage_days, "storage_days", 0, INFINITY, "days that it keeps after the harvest");
}

static bool share(struct loader *l, const struct got_number *n, const char *key, double otherwise, double *out) {
  *out = n->from ? n->v : otherwise;
  if (n->from && !(n->v > 0 && n->v <= 1)) problem_add(&l->list, n->from->at, ERR_INPUT, "a share: 80 % is 0.8", "`%s` must be above 0 and at most 1", key);
  return true;
}

/* Those of the product's own list, and the rows of `growers` about it. */
static bool build_growers(struct loader *l, const struct draft_product *d, struct product *p, const uint32_t *about, uint32_t index) {
  const struct got_list *all = &l->draft.growers, *lists[] = {&d->growers, all};
  uint32_t room = d->growers.count;
  for (uint32_t i = 0; i < all->count; i++) room += about[i] == index;
  struct growers *to = arena_array(l->arena, room + 1, sizeof *to);
  if (!to) return false;
  for (unsigned k = 0; k < 2; k++)
    for (uint32_t i = 0; i < lists[k]->count; i++) {
      const struct draft_growers *g = (const struct draft_growers *)lists[k]->items + i;
      if (!g->mu.from || (k && about[i] != index)) continue;
      bool known;
      struct growers *x = &to[p->grower_count];
      *x = (struct growers){.area = loader_area(l, &g->area, &known), .neighbours = g->neighbours.v, .mu = g->mu.v, .age = PLANNING_AGES - 1, .source = loader_text(&g->source), .assumed = g->assumed.v, .line = g->from->at.line};
      if (!k && g->product.from && strcmp(g->product.s, p->name) != 0) problem_add(&l->list, g->product.from->at, ERR_INPUT, "take it out, or put the row in `growers`", "growers of \"%.60s\" among those of \"%s\"", g->product.s, p->name);
      (void)loader_within(l, &g->mu, "mu", 0, INFINITY, NULL);
      if (g->age.from && g->age.v < 0) problem_add(&l->list, g->age.from->at, ERR_INPUT, "years since they were planted", "`age` cannot be negative");
      else if (g->age.from && g->age.v < PLANNING_AGES) x->age = (uint32_t)g->age.v;
      const char *part = arena_printf(l->arena, "@growers.%s%s.%u", x->neighbours ? "neighbours." : "", loader_area_code(l, x->area), p->grower_count + 1);
      if (!part || !loader_assume(l, g->from, &g->assumed, "products", p->name, part, p->label, g->mu.from->text, &g->source)) return false;
      p->grower_count++;
    }
  p->growers = to;
  return true;
}

static bool build_one(struct loader *l, const struct draft_product *d, struct product *p, const uint32_t *about, uint32_t index) {
  static const char *const yields[] = {"bears_from", "yield", "yield_range", "survival", "alternate", "cost_mu", "season_days", "storage_days", NULL}, *const prices[] = {"price", "price_place", "price_date", NULL},
    *const demands[] = {"per_day", "stressed_per_day", "elasticity", "tiers", NULL}, *const limits[] = {"suitable", "allowed", "most_farmland", "most_households", "grown", NULL};
  *p = (struct product){.name = d->name.s, .label = d->label.v, .market = d->market.v, .yield_range = d->yield_range.from ? d->yield_range.v : (struct range){1, 1, 1}, .alternate = d->alternate.v,
    .price = d->price.v, .price_place = loader_text(&d->price_place), .price_date = loader_text(&d->price_date), .price_source = loader_text(&d->price_source), .price_assumed = loader_is_assumed(&d->price_assumed, &d->assumed),
    .cost_mu = d->cost_mu.v, .elasticity = d->elasticity.v, .per_day = d->per_day.v, .stressed_per_day = d->stressed_per_day.v, .season_days = d->season_days.v, .storage_days = d->storage_days.v,
    .suitable_source = loader_text(&d->suitable), .allowed_source = loader_text(&d->allowed), .grown_source = loader_text(&d->grown),
    .per_day_assumed = loader_is_assumed(&d->per_day_assumed, &d->assumed), .per_day_source = loader_text(&d->per_day_source), .source = loader_text(&d->source), .assumed = d->assumed.v, .line = d->from->at.line};
  check_yield(l, d, p);
  check_market(l, d, p);
  if (d->yield_range.from && (d->yield_range.v.low < 0 || d->yield_range.v.mid != 1)) problem_add(&l->list, d->yield_range.from->at, ERR_INPUT, "factors of the curve: {low: 0.7, mid: 1, high: 1.2}", "the middle of `yield_range` must be 1, and the lowest at least 0");
  if (d->price.from && !(d->price.v.low >= 0 && d->price.v.mid > 0)) problem_add(&l->list, d->price.from->at, ERR_INPUT, NULL, "`price` must be above 0");
  if (d->alternate.from && !(d->alternate.v >= 0 && d->alternate.v < 1)) problem_add(&l->list, d->alternate.from->at, ERR_INPUT, "0.3: 30 % less in off-years, 30 % more in on-years", "`alternate` must be from 0 to below 1");
  (void)loader_within(l, &d->cost_mu, "cost_mu", 0, INFINITY, "costs are written as they are paid");
  (void)share(l, &d->survival, "survival", 1, &p->survival), (void)share(l, &d->most_farmland, "most_farmland", 1, &p->most_farmland), (void)share(l, &d->most_households, "most_households", 1, &p->most_households);
  return loader_rule_of(l, LEVEL_VILLAGE, &d->suitable, "suitable", RULE_BOOL, "true = it grows there", &p->suitable) &&
         loader_rule_of(l, LEVEL_VILLAGE, &d->allowed, "allowed", RULE_DOUBLE, "mu: write double(..)", &p->allowed) &&
         loader_rule_of(l, LEVEL_HOUSEHOLD, &d->grown, "grown", RULE_DOUBLE, "mu: crops.sum(c, c.crop == \"tea\" ? c.area : 0.0), say", &p->grown) && build_growers(l, d, p, about, index) &&
         loader_assume_keys(l, d->from, yields, &d->assumed, &d->assumed, "products", p->name, "yield", p->label, NULL, &d->source) &&
         loader_assume_keys(l, d->from, prices, &d->price_assumed, &d->assumed, "products", p->name, "price", p->label, &d->price_source, &d->source) &&
         loader_assume_keys(l, d->from, demands, &d->per_day_assumed, &d->assumed, "products", p->name, "market", p->label, &d->per_day_source, &d->source) &&
         loader_assume_keys(l, d->from, limits, &d->assumed, &d->assumed, "products", p->name, "limits", p->label, NULL, &d->source);
}

bool products_build(struct loader *l) {
  struct planning *out = &l->p->planning;
  const struct got_list *g = &l->draft.products, *rows = &l->draft.growers;
  const struct draft_product *d = g->items;
  struct product *to = arena_array(l->arena, PLANNING_PRODUCTS, sizeof *to);
  const char **names = arena_array(l->arena, PLANNING_PRODUCTS + 1, sizeof *names);
  uint32_t from[PLANNING_PRODUCTS], n = 0, *about = arena_array(l->arena, rows->count + 1, sizeof *about);
  if (!to || !names || !about) return false;
  for (uint32_t i = 0; i < g->count; i++) {
    if (!d[i].name.from) continue;
    if (n == PLANNING_PRODUCTS) {
      problem_add(&l->list, d[i].from->at, ERR_INPUT, "take some out", "there are more than %u products", PLANNING_PRODUCTS);
      break;
    }
    for (uint32_t j = 0; j < n; j++)
      if (!strcmp(names[j], d[i].name.s)) problem_add(&l->list, d[i].name.from->at, ERR_INPUT, "give it another name", "the product \"%s\" stands twice", d[i].name.s);
    names[n] = d[i].name.s, from[n++] = i;
  }
  for (uint32_t i = 0; i < rows->count; i++) {
    const struct draft_growers *r = (const struct draft_growers *)rows->items + i;
    about[i] = r->product.from ? loader_named(l, r->product.from, names, n, "product", "one of `products`") : UINT32_MAX;
    if (!r->product.from && !tree_get(r->from, "product")) problem_add(&l->list, r->from->at, ERR_INPUT, "one of `products`", "a row of `growers` needs `product`");
  }
  for (uint32_t i = 0; i < n; i++)
    if (!build_one(l, &d[from[i]], &to[i], about, i)) return false;
  out->products = to, out->product_count = n;
  return true;
}
