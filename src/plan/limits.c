#include "plan/limits.h"

#include <math.h>
#include <string.h>

struct making {
  struct arena *arena;
  const struct people *p;
  const struct planning *n;
  struct limits *out;
  struct limit *of;
  uint32_t room, layer_room;
};

static enum status add(struct making *k, struct limit x, int64_t limit, uint32_t market, int64_t loss, uint32_t *at, struct err *e) {
  struct limits *o = k->out;
  if (o->count == k->room) {
    const uint32_t room = k->room ? k->room * 2 : 256;
    ARENA_TRY(e, k->of = arena_grow(k->arena, k->of, o->count, room, sizeof *k->of));
    ARENA_TRY(e, o->resources = arena_grow(k->arena, o->resources, o->count, room, sizeof *o->resources));
    k->room = room;
  }
  k->of[o->count] = x;
  o->resources[o->count] = (struct plan_resource){limit < 0 ? 0 : limit > PLAN_AMOUNT_MAX ? PLAN_AMOUNT_MAX : limit, market, loss};
  *at = o->count++;
  return OK;
}

static enum status layer(struct making *k, uint32_t **resource, uint32_t *at, struct err *e) {
  struct limits *o = k->out;
  if (o->layer_count == k->layer_room) {
    const uint32_t room = k->layer_room ? k->layer_room * 2 : 64;
    ARENA_TRY(e, o->layers = arena_grow(k->arena, o->layers, o->layer_count, room, sizeof *o->layers));
    k->layer_room = room;
  }
  ARENA_TRY(e, *resource = arena_array(k->arena, k->p->village_count + 1u, sizeof **resource));
  for (uint32_t v = 0; v < k->p->village_count; v++) (*resource)[v] = PLAN_NONE;
  o->layers[o->layer_count].resource = *resource;
  *at = o->layer_count++;
  return OK;
}

static const struct limit nothing = {.area = PLANNING_NONE, .measure = PLANNING_NONE, .product = PLANNING_NONE, .tier = PLANNING_NONE, .village = PLANNING_NONE};

static enum status add_money(struct making *k, struct err *e) {
  const struct money *m = k->out->money;
  ARENA_TRY(e, k->out->money_layer = arena_array(k->arena, (size_t)m->years * MONEY_PURSES + 1u, sizeof *k->out->money_layer));
  for (uint32_t y = 0; y < m->years; y++)
    for (uint32_t u = 0; u < m->purse_count && m->has_funds[y]; u++) {
      uint32_t *resource, at, first = 0;
      TRY(layer(k, &resource, &at, e));
      k->out->money_layer[y * MONEY_PURSES + u] = at + 1;
      for (uint32_t a = 0; a < m->area_count; a++) {
        struct limit x = nothing;
        x.kind = LIMIT_MONEY, x.year = y, x.purse = u, x.area = a;
        uint32_t r;
        TRY(add(k, x, money_purse(m, y, a, u), PLAN_NONE, 0, &r, e));
        if (!a) first = r;
      }
      for (uint32_t v = 0; v < k->p->village_count; v++)
        if (m->area_of_village[v] != UINT32_MAX) resource[v] = first + m->area_of_village[v];
    }
  return OK;
}

/* One layer a level at which the measure has places; a village under no listed area of that level cannot have it. */
static enum status add_capacity(struct making *k, uint32_t m, struct err *e) {
  const struct measure *x = &k->n->measures[m];
  const struct programme *p = k->p->programme;
  uint64_t levels = 0;
  for (uint32_t c = 0; c < x->capacity_count && !x->unlimited; c++) levels |= (uint64_t)1 << (x->capacities[c].area == PLANNING_EVERYWHERE ? 63 : p->areas[x->capacities[c].area].level);
  for (uint32_t level = 0; level < 64; level++) {
    if (!(levels >> level & 1)) continue;
    uint32_t *resource, at;
    TRY(layer(k, &resource, &at, e));
    for (uint32_t c = 0; c < x->capacity_count; c++) {
      const uint32_t area = x->capacities[c].area;
      if ((area == PLANNING_EVERYWHERE ? 63u : p->areas[area].level) != level) continue;
      struct limit limit = nothing;
      limit.kind = LIMIT_CAPACITY, limit.measure = m, limit.area = area;
      uint32_t r;
      TRY(add(k, limit, x->capacities[c].units, PLAN_NONE, 0, &r, e));
      for (uint32_t v = 0; v < k->p->village_count; v++)
        if (area == PLANNING_EVERYWHERE || sample_area_at(p, k->p->villages[v].area, level) == area) resource[v] = r;
    }
  }
  return OK;
}

static enum status add_tiers(struct making *k, uint32_t product, const int64_t *losses, struct err *e) {
  const struct market *m = &k->out->markets[product];
  k->out->tier_resource[product] = PLAN_NONE;
  if (!m->tier_count) return OK;
  const uint32_t market = k->out->market_count++;
  for (uint32_t t = 0; t < m->tier_count; t++) {
    struct limit x = nothing;
    x.kind = LIMIT_TIER, x.product = product, x.tier = t;
    uint32_t r;
    TRY(add(k, x, m->left[t], market, losses[t], &r, e));
    if (!t) k->out->tier_resource[product] = r;
  }
  return OK;
}

static enum status add_allowed(struct making *k, uint32_t product, struct err *e) {
  uint32_t *resource, at;
  if (!k->n->products[product].allowed) return OK;
  TRY(layer(k, &resource, &at, e));
  k->out->allowed_layer[product] = at + 1;
  for (uint32_t v = 0; v < k->p->village_count; v++) {
    const double mu = k->p->villages[v].allowed[product];
    struct limit x = nothing;
    x.kind = LIMIT_ALLOWED, x.product = product, x.village = v, x.area = k->p->villages[v].area;
    if (mu > 0) TRY(add(k, x, (int64_t)floor(mu * 100), PLAN_NONE, 0, &resource[v], e));
  }
  return OK;
}

/* Shares of a county: what is grown already counts first. */
static enum status add_shares(struct making *k, uint32_t product, bool land, struct err *e) {
  const struct programme *p = k->p->programme;
  const struct product *x = &k->n->products[product];
  const double most = land ? x->most_farmland : x->most_households;
  if (!(most < 1) || (land && !k->n->settings.land)) return OK;
  uint32_t *resource, at;
  TRY(layer(k, &resource, &at, e));
  (land ? k->out->farmland_layer : k->out->households_layer)[product] = at + 1;
  uint32_t *of;
  ARENA_TRY(e, of = arena_array(k->arena, p->area_count + 1u, sizeof *of));
  for (uint32_t v = 0; v < k->p->village_count; v++) {
    const uint32_t county = sample_area_at(p, k->p->villages[v].area, p->home_level);
    if (county == SAMPLE_NO_AREA) continue;
    if (!of[county]) {
      struct limit limit = nothing;
      limit.kind = land ? LIMIT_FARMLAND : LIMIT_HOUSEHOLDS, limit.product = product, limit.area = county;
      const double free = land ? (most * k->p->land_of[county] - k->p->grown_of[product][county]) * 100 : most * (double)k->p->households_of[county] - (double)k->p->growers_of[product][county];
      TRY(add(k, limit, (int64_t)floor(free), PLAN_NONE, 0, &of[county], e));
      of[county]++;
    }
    resource[v] = of[county] - 1;
  }
  return OK;
}

enum status limits_make(struct arena *a, const struct people *p, const struct money *money, const struct market *markets, const int64_t *tier_losses, struct limits *out, struct err *e) {
  const struct planning *n = p->planning;
  *out = (struct limits){.people = p, .money = money, .markets = markets};
  struct making k = {.arena = a, .p = p, .n = n, .out = out};
  uint32_t **const tables[] = {&out->allowed_layer, &out->farmland_layer, &out->households_layer, &out->tier_resource};
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) ARENA_TRY(e, *tables[i] = arena_array(a, n->product_count + 1u, sizeof **tables[i]));
  ARENA_TRY(e, out->capacity_first = arena_array(a, n->measure_count + 2u, sizeof *out->capacity_first));
  TRY(add_money(&k, e));
  for (uint32_t m = 0; m < n->measure_count; m++) {
    out->capacity_first[m] = out->layer_count;
    TRY(add_capacity(&k, m, e));
    out->capacity_first[m + 1] = out->layer_count;
  }
  for (uint32_t i = 0; i < n->product_count; i++) {
    TRY(add_tiers(&k, i, tier_losses + (size_t)i * PLANNING_TIERS, e));
    TRY(add_allowed(&k, i, e));
    TRY(add_shares(&k, i, true, e));
    TRY(add_shares(&k, i, false, e));
  }
  out->of = k.of;
  return OK;
}

bool limits_reach(const struct limits *l, uint32_t measure, uint32_t village) {
  const struct measure *x = &l->people->planning->measures[measure];
  if (l->money->unpaid >> measure & 1) return false;
  if ((x->cost > 0 || x->upkeep > 0) && l->money->area_of_village[village] == UINT32_MAX) return false;
  for (uint32_t k = l->capacity_first[measure]; k < l->capacity_first[measure + 1]; k++)
    if (l->layers[k].resource[village] == PLAN_NONE) return false;
  if (x->effect != EFFECT_PRODUCT) return true;
  const uint32_t layers[] = {l->allowed_layer[x->product], l->farmland_layer[x->product], l->households_layer[x->product]};
  for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
    if (layers[i] && l->layers[layers[i] - 1].resource[village] == PLAN_NONE) return false;
  return true;
}

static bool put(struct plan_use *uses, uint32_t *count, uint32_t room, uint32_t resource, uint32_t layer_number, int64_t amount) {
  if (amount <= 0) return true;
  for (uint32_t i = 0; i < *count; i++)
    if (uses[i].layer == layer_number && (layer_number || uses[i].resource == resource)) {
      uses[i].amount += amount;
      return true;
    }
  if (*count == room) return false;
  uses[(*count)++] = (struct plan_use){.resource = resource, .layer = layer_number, .amount = amount};
  return true;
}

bool limits_use(const struct limits *l, uint32_t measure, uint32_t tier, uint32_t quantity, struct plan_use *uses, uint32_t *count, uint32_t room) {
  const struct measure *x = &l->people->planning->measures[measure];
  const struct money *m = l->money;
  bool fits = true;
  for (uint32_t y = 0; y < m->years; y++) {
    const bool ended = x->lasts && y >= x->from_year + x->lasts;
    const int64_t amount = (int64_t)ceil(y == 0 ? x->cost : ended ? 0 : x->upkeep) * quantity;
    for (uint32_t u = 0; u < m->purse_count; u++)
      if (m->purses[u].measures >> measure & 1 && l->money_layer[y * MONEY_PURSES + u]) fits = fits && put(uses, count, room, 0, l->money_layer[y * MONEY_PURSES + u], amount);
  }
  for (uint32_t k = l->capacity_first[measure]; k < l->capacity_first[measure + 1]; k++) fits = fits && put(uses, count, room, 0, k + 1, quantity);
  if (x->effect != EFFECT_PRODUCT) return fits;
  const double mu = measure_mu(x) * quantity;
  if (tier != PLANNING_NONE) fits = fits && put(uses, count, room, l->tier_resource[x->product] + tier, 0, (int64_t)ceil(mu * (double)l->markets[x->product].kg_mu));
  if (l->allowed_layer[x->product]) fits = fits && put(uses, count, room, 0, l->allowed_layer[x->product], (int64_t)ceil(mu * 100));
  if (l->farmland_layer[x->product]) fits = fits && put(uses, count, room, 0, l->farmland_layer[x->product], (int64_t)ceil(mu * 100));
  if (l->households_layer[x->product]) fits = fits && put(uses, count, room, 0, l->households_layer[x->product], 1);
  return fits;
}

/* ---- words ---- */

static const char *area_name(const struct programme *p, uint32_t area, enum language lang) {
  if (area >= p->area_count) return lang == LANG_ZH ? "全部" : "everywhere";
  const struct area *x = &p->areas[area];
  const char *name = lang == LANG_ZH ? x->name_zh : x->name_en;
  return name ? name : x->name_zh ? x->name_zh : x->name_en ? x->name_en : x->code;
}

const char *limit_text(struct arena *a, const struct limits *l, uint32_t resource, enum language lang) {
  const struct programme *p = l->people->programme;
  const struct planning *n = l->people->planning;
  const struct limit *x = &l->of[resource];
  const bool zh = lang == LANG_ZH;
  const char *area = area_name(p, x->kind == LIMIT_MONEY ? l->money->areas[x->area] : x->area, lang);
  const char *measure = x->measure < n->measure_count ? label_in(&n->measures[x->measure].label, lang, n->measures[x->measure].name) : "";
  const char *product = x->product < n->product_count ? label_in(&n->products[x->product].label, lang, n->products[x->product].name) : "";
  switch (x->kind) {
  case LIMIT_MONEY: {
    const char *names = NULL;
    for (uint32_t k = 0; k < l->money->kind_count; k++)
      if (l->money->purses[x->purse].kinds >> k & 1) {
        const struct fund *f = &n->funds[l->money->kinds[k].fund];
        const char *name = label_in(&f->label, lang, f->name);
        names = names ? arena_printf(a, "%s + %s", names, name) : name;
      }
    return arena_printf(a, zh ? "%s：%s（%d年）" : "%s: %s, %d", area, names ? names : "", l->money->year + (int)x->year);
  }
  case LIMIT_CAPACITY: return arena_printf(a, zh ? "%s：“%s”的名额" : "%s: places of \"%s\"", area, measure);
  case LIMIT_TIER: return arena_printf(a, zh ? "%s：价格 %.2f 元/公斤时的市场容量" : "%s: the market at %.2f a kg", product, l->markets[x->product].price[x->tier]);
  case LIMIT_ALLOWED: return arena_printf(a, zh ? "%s：可种植“%s”的土地" : "%s: land on which %s may be planted", area, product);
  case LIMIT_FARMLAND: return arena_printf(a, zh ? "%s：“%s”占耕地的最大比例" : "%s: the share of farmland that %s may take", area, product);
  case LIMIT_HOUSEHOLDS: return arena_printf(a, zh ? "%s：种植“%s”农户的最大比例" : "%s: the share of households that may depend on %s", area, product);
  default: return "";
  }
}
