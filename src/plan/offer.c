#include "plan/offer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIZES = 30, OPTIONS = 2 * PLANNING_MEASURES, PAIRS = 14, TRIPLES = 6, BY_RATIO = 5, BY_WORTH = 3 };
static const uint16_t sizes[SIZES] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 100, 120, 150, 200, 300, 400, 600, 800, 1000};

uint32_t bundle_size(uint32_t class) { return class && class <= SIZES ? sizes[class - 1] : 0; }

static uint32_t class_of(uint32_t quantity) { /* the largest size that is not more */
  uint32_t c = 1;
  while (c < SIZES && sizes[c] <= quantity) c++;
  return c;
}

static bundle_code code_of(const uint32_t *measures, const uint32_t *tiers, const uint32_t *classes, uint32_t count) {
  bundle_code code = ~(bundle_code)0;
  for (uint32_t i = 0; i < count; i++) {
    code &= ~((bundle_code)0xFFFF << (16 * i));
    code |= (bundle_code)(measures[i] << 10 | (tiers[i] == PLANNING_NONE ? OFFER_NO_TIER : tiers[i]) << 6 | classes[i]) << (16 * i);
  }
  return code;
}

struct bundle bundle_read(bundle_code code) {
  struct bundle b = {0};
  for (uint32_t i = 0; i < OFFER_PARTS; i++) {
    const uint32_t part = (uint32_t)(code >> (16 * i) & 0xFFFF);
    if (part == 0xFFFF) break;
    b.parts[b.count++] = (struct bundle_part){part >> 10, (part >> 6 & 15) == OFFER_NO_TIER ? PLANNING_NONE : part >> 6 & 15, bundle_size(part & 63)};
  }
  return b;
}

enum status offers_make(struct arena *a, const struct people *p, const struct limits *l, const double *weights, struct offers *out, struct err *e) {
  const struct planning *n = p->planning;
  *out = (struct offers){.people = p, .limits = l, .weights = weights, .cutoff = p->programme->cutoff};
  worth_scale_make(&n->settings, &out->scale);
  ARENA_TRY(e, out->units = arena_array(a, n->measure_count + 1u, sizeof *out->units));
  for (uint32_t m = 0; m < n->measure_count; m++) {
    const struct measure *x = &n->measures[m];
    double cost = x->cost;
    for (uint32_t t = 1; t < out->scale.horizon; t++) cost += x->upkeep * out->scale.weight[t];
    out->costs[m] = cost;
    if (x->effect != EFFECT_PRODUCT) worth_income_stream(&out->scale, x, &out->units[m][0]);
    else
      for (uint32_t t = 0; t < n->products[x->product].tier_count; t++) {
        struct worth_part mu;
        worth_product_stream(&out->scale, &n->products[x->product], n->products[x->product].tiers[t], &mu);
        mu.success = x->success;
        worth_part_add(&out->units[m][t], &mu, measure_mu(x));
      }
  }
  return OK;
}

double offer_score(const struct offers *o, uint64_t deprived) {
  double score = 0;
  for (uint32_t i = 0; deprived >> i; i++)
    if (deprived >> i & 1) score += o->weights[i];
  return score >= o->cutoff - 1e-9 ? score : 0;
}

struct worth_person offer_person(const struct offers *o, uint32_t household, uint64_t *deprived) {
  const struct people *p = o->people;
  const struct planning *n = p->planning;
  struct worth_person h = {.persons = p->persons[household], .welfare = p->welfare[household], .line = p->line[household]};
  *deprived = p->deprived[household];
  for (uint32_t g = 0; g < n->guarantee_count; g++) {
    if (!(p->owed[g][household] > 0)) continue;
    *deprived &= ~(uint64_t)n->guarantees[g].settles;
    if (n->guarantees[g].income) h.welfare += p->owed[g][household] / h.persons;
  }
  h.score = offer_score(o, *deprived);
  return h;
}

struct worth offer_worth(const struct offers *o, uint32_t household, const struct bundle *b, uint32_t quantity) {
  const struct planning *n = o->people->planning;
  uint64_t deprived;
  const struct worth_person h = offer_person(o, household, &deprived);
  struct worth_part parts[OFFER_PARTS];
  const struct worth_part *list[OFFER_PARTS];
  for (uint32_t i = 0; i < b->count; i++) {
    const struct bundle_part *x = &b->parts[i];
    memset(&parts[i], 0, sizeof parts[i]);
    worth_part_add(&parts[i], &o->units[x->measure][x->tier == PLANNING_NONE ? 0 : x->tier], x->quantity ? x->quantity : quantity);
    list[i] = &parts[i];
    deprived &= ~(uint64_t)n->measures[x->measure].settles;
  }
  return worth_of(&o->scale, &h, list, b->count, offer_score(o, deprived));
}

enum offer_why offer_open(const struct offers *o, uint32_t household, uint32_t measure, uint32_t *quantity) {
  const struct people *p = o->people;
  const struct planning *n = p->planning;
  const struct measure *x = &n->measures[measure];
  const uint64_t bit = (uint64_t)1 << measure;
  const struct plan_village *v = &p->villages[p->village[household]];
  *quantity = 0;
  if (p->refused && p->refused[household] & bit) return OFFER_REFUSED;
  if (p->offered_unknown[household] & bit) return OFFER_UNKNOWN;
  if (!(p->offered[household] & bit)) return p->no_cause && p->no_cause[household] & bit ? OFFER_NO_CAUSE : OFFER_NOT_ELIGIBLE;
  if (o->limits->money->unpaid & bit) return OFFER_NO_FUND;
  if (x->effect == EFFECT_PRODUCT && v->suitable_unknown >> x->product & 1) return OFFER_SUITABLE_UNKNOWN;
  if (x->effect == EFFECT_PRODUCT && !(v->suitable >> x->product & 1)) return OFFER_UNSUITABLE;
  if (!limits_reach(o->limits, measure, p->village[household])) return OFFER_NO_PLACE;
  double most = p->quantity[measure] ? p->quantity[measure][household] : 1;
  if (!(most >= 1)) return OFFER_NOT_ELIGIBLE;
  if (x->land > 0 && p->land && most * x->land > p->land[household]) most = floor(p->land[household] / x->land);
  if (!(most >= 1)) return OFFER_NO_LAND;
  if (x->labour > 0 && p->labour && most * x->labour > p->labour[household]) most = floor(p->labour[household] / x->labour);
  if (!(most >= 1)) return OFFER_NO_LABOUR;
  if (x->effect == EFFECT_PRODUCT) { /* some tier has room left */
    const struct market *k = &o->limits->markets[x->product];
    bool any = false;
    for (uint32_t t = 0; t < k->tier_count; t++) any |= k->left[t] > 0;
    if (!any) return OFFER_NO_MARKET;
  }
  *quantity = (uint32_t)most;
  return OFFER_OPEN;
}

/* ---- the list ---- */

struct option { uint32_t measure, quantity, class; double worth, ratio; }; /* worth at the best tier with room */

struct listing {
  const struct offers *o;
  uint32_t household;
  struct worth_person person;
  uint64_t deprived;
  struct offer_item *out;
  uint32_t count, bundles;
  uint64_t open; /* measures that it could have */
};

/* One bundle at one choice of tier; nothing where it is worth nothing. */
static void put(struct listing *l, const uint32_t *measures, const uint32_t *tiers, const uint32_t *classes, uint32_t count, uint32_t quantity) {
  if (l->count == PLAN_ITEMS) return;
  const bundle_code code = code_of(measures, tiers, classes, count);
  const struct bundle b = bundle_read(code);
  const double worth = offer_worth(l->o, l->household, &b, quantity).of[l->o->scale.objective];
  double value = worth * OFFER_UNIT;
  if (l->o->people->last) { /* what is kept of the last plan counts for more, by its share of the bundle */
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) kept += l->o->people->last[l->household] >> measures[i] & 1;
    value *= 1 + l->o->people->planning->settings.change_penalty * kept / count;
  }
  value = round(value);
  const uint64_t pinned = l->o->people->pinned ? l->o->people->pinned[l->household] & l->open : 0;
  if (pinned) { /* what must be had is worth more than anything else; what lacks it is not offered */
    uint64_t has = 0;
    for (uint32_t i = 0; i < count; i++) has |= (uint64_t)1 << measures[i];
    if (!(pinned & has)) return;
    value = (value < OFFER_PIN - 1 ? value : OFFER_PIN - 1) + (pinned & ~has ? 0 : OFFER_PIN);
  }
  if (value < 1) return;
  l->out[l->count++] = (struct offer_item){code, value > INT32_MAX ? INT32_MAX : (int32_t)value, (uint16_t)quantity};
}

static void put_tiers(struct listing *l, const struct option *const *options, uint32_t count, bool single) {
  const struct planning *n = l->o->people->planning;
  const struct measure *first = &n->measures[options[0]->measure];
  if (first->effect == EFFECT_PRODUCT && l->o->limits->households_layer[first->product]) single = false; /* a household counts once, whatever it plants */
  uint32_t measures[OFFER_PARTS], tiers[OFFER_PARTS], classes[OFFER_PARTS], product = PLANNING_NONE;
  if (l->bundles == OFFER_BUNDLES) return;
  l->bundles++;
  for (uint32_t i = 0; i < count; i++) {
    measures[i] = options[i]->measure, tiers[i] = PLANNING_NONE, classes[i] = single ? 0 : options[i]->class;
    if (n->measures[measures[i]].effect == EFFECT_PRODUCT) product = i;
  }
  const uint32_t quantity = single ? options[0]->quantity : 1;
  if (product == PLANNING_NONE) {
    put(l, measures, tiers, classes, count, quantity);
    return;
  }
  const struct market *k = &l->o->limits->markets[n->measures[measures[product]].product];
  for (uint32_t t = 0; t < k->tier_count; t++) {
    tiers[product] = t;
    if (k->left[t] > 0) put(l, measures, tiers, classes, count, quantity);
  }
}

/* Whether they go together: different measures, no group twice, one product, land and labour enough. */
static bool together(const struct listing *l, const struct option *const *options, uint32_t count) {
  const struct people *p = l->o->people;
  const struct planning *n = p->planning;
  double land = 0, labour = 0;
  uint32_t products = 0;
  for (uint32_t i = 0; i < count; i++) {
    const struct measure *x = &n->measures[options[i]->measure];
    land += x->land * bundle_size(options[i]->class), labour += x->labour * bundle_size(options[i]->class);
    products += x->effect == EFFECT_PRODUCT;
    for (uint32_t j = 0; j < i; j++) {
      const struct measure *y = &n->measures[options[j]->measure];
      if (x == y || (x->group && y->group && !strcmp(x->group, y->group))) return false;
    }
  }
  return products <= 1 && (!p->land || land <= p->land[l->household]) && (!p->labour || labour <= p->labour[l->household]);
}

struct combination { const struct option *options[OFFER_PARTS]; uint32_t count; double ratio; uint32_t at; };
static int by_ratio(const void *x, const void *y) {
  const struct combination *a = x, *b = y;
  if (a->ratio != b->ratio) return a->ratio > b->ratio ? -1 : 1;
  return (a->at > b->at) - (a->at < b->at);
}

/* Whether fewer than `most` of the whole options come before option i by the number at `offset`. */
static bool among(const struct option *options, uint32_t count, uint32_t i, bool ratio, uint32_t most) {
  uint32_t before = 0;
  for (uint32_t j = 0; j < count; j++) {
    const double x = ratio ? options[j].ratio : options[j].worth, y = ratio ? options[i].ratio : options[i].worth;
    before += x > y || (x == y && j < i);
  }
  return before < most;
}

static void put_combinations(struct listing *l, const struct option *options, uint32_t count, uint32_t most) {
  const struct option *chosen[BY_RATIO + BY_WORTH];
  struct combination pairs[(BY_RATIO + BY_WORTH) * (BY_RATIO + BY_WORTH)];
  uint32_t k = 0, n = 0;
  for (uint32_t i = 0; i < count && k < BY_RATIO + BY_WORTH; i++)
    if (among(options, count, i, true, BY_RATIO) || among(options, count, i, false, BY_WORTH)) chosen[k++] = &options[i];
  for (uint32_t i = 0; i < k; i++)
    for (uint32_t j = i + 1; j < k; j++) {
      struct combination c = {{chosen[i], chosen[j]}, 2, 0, n};
      if (!together(l, c.options, 2)) continue;
      const double cost = l->o->costs[c.options[0]->measure] * c.options[0]->quantity + l->o->costs[c.options[1]->measure] * c.options[1]->quantity;
      c.ratio = (c.options[0]->worth + c.options[1]->worth) / (cost + 1);
      pairs[n++] = c;
    }
  qsort(pairs, n, sizeof *pairs, by_ratio);
  if (n > PAIRS) n = PAIRS;
  for (uint32_t i = 0; i < n; i++) put_tiers(l, pairs[i].options, 2, false);
  uint32_t triples = 0;
  for (uint32_t i = 0; i < n && most >= 3 && triples < TRIPLES; i++)
    for (uint32_t j = 0; j < k && triples < TRIPLES; j++) { /* in the order of measures, so that no triple stands twice */
      if (chosen[j]->measure <= pairs[i].options[1]->measure) continue;
      const struct option *three[OFFER_PARTS] = {pairs[i].options[0], pairs[i].options[1], chosen[j]};
      if (!together(l, three, 3)) continue;
      put_tiers(l, three, 3, false);
      triples++;
    }
}

static int by_code(const void *x, const void *y) {
  const struct offer_item *a = x, *b = y;
  if (a->code != b->code) return a->code < b->code ? -1 : 1;
  return (a->quantity > b->quantity) - (a->quantity < b->quantity);
}

uint32_t offer_list(const struct offers *o, uint32_t household, struct offer_item *out) {
  const struct planning *n = o->people->planning;
  struct listing l = {.o = o, .household = household, .out = out};
  struct option whole[PLANNING_MEASURES];
  uint32_t count = 0, none;
  for (uint32_t m = 0; m < n->measure_count; m++) /* first all: the wishes look at what is open */
    if (!n->measures[m].village && offer_open(o, household, m, &none) == OFFER_OPEN) l.open |= (uint64_t)1 << m;
  for (uint32_t m = 0; m < n->measure_count; m++) {
    const struct measure *x = &n->measures[m];
    uint32_t quantity;
    if (x->village || offer_open(o, household, m, &quantity) != OFFER_OPEN) continue;
    struct option option = {.measure = m, .quantity = quantity, .class = class_of(quantity)};
    uint32_t tier = 0;
    if (x->effect == EFFECT_PRODUCT)
      while (!(o->limits->markets[x->product].left[tier] > 0)) tier++;
    const struct bundle b = {1, {{m, tier, quantity}}};
    option.worth = offer_worth(o, household, &b, quantity).of[o->scale.objective];
    option.ratio = option.worth / (o->costs[m] * quantity + 1);
    const bool pinned = o->people->pinned && o->people->pinned[household] >> m & 1;
    if (!(option.worth > 0) && !pinned) continue;
    whole[count++] = option;
    const struct option *one[] = {&option};
    put_tiers(&l, one, 1, true);
    if (quantity < 2) continue;
    struct option half = option;
    half.quantity = quantity / 2;
    const struct option *other[] = {&half};
    put_tiers(&l, other, 1, true);
  }
  if (n->settings.most >= 2) put_combinations(&l, whole, count, n->settings.most);
  qsort(out, l.count, sizeof *out, by_code);
  return l.count;
}
