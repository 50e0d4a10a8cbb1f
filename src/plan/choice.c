#include "plan/choice.h"

/* One more offer: the choice stays the best of all that were put. */
static inline void put(struct chosen *best, unsigned most, const struct offer *x) {
  unsigned at = best->have, same = best->have;
  if (x->group)
    for (same = 0; same < best->have && best->pick[same].group != x->group; same++) {}
  if (same < best->have || at == most) {
    at = same < best->have ? same : at - 1;
    if (x->gain <= best->pick[at].gain) return;
    best->total -= best->pick[at].gain;
  } else best->have++;
  best->total += x->gain;
  while (at && best->pick[at - 1].gain < x->gain) best->pick[at] = best->pick[at - 1], at--;
  best->pick[at] = *x;
}

void choice_look(struct choosing *c, const struct places *p, const struct seen *seen, const struct plan_item *items, unsigned n, unsigned bundle) {
  unsigned offers = 0;
  c->best.have = 0, c->best.total = 0;
  for (unsigned i = 0; i < n; i++) {
    const struct seen *s = &seen[items[i].column];
    const int64_t gain = price_gain_at(&items[i], s->lift, s->cost);
    c->offer[offers] = (struct offer){gain, (uint16_t)i, s->group, s->tier}; /* written always, kept when it gains: nobody can guess which do */
    offers += (gain > 0) & !(s->needs & ~bundle);
  }
  c->offers = offers;
  for (unsigned i = 0; i < offers; i++)
    if (!p->shut[c->offer[i].tier]) put(&c->best, p->most, &c->offer[i]);
}

static inline uint32_t market_of(const struct places *p, const struct offer *x) { return x->tier ? p->market[x->tier - 1] : PLAN_NONE; }

/* The first offer of a tier at or after `from` that gains more than `least`; c->offers when there is none. */
static unsigned next_of_tier(const struct choosing *c, unsigned from, unsigned tier, int64_t least) {
  while (from < c->offers && (c->offer[from].tier != tier || c->offer[from].gain <= least)) from++;
  return from;
}

static struct chosen with_tier(const struct choosing *c, const struct places *p, unsigned tier, const struct chosen *before) {
  struct chosen out = *before;
  for (unsigned i = next_of_tier(c, 0, tier, 0); i < c->offers; i = next_of_tier(c, i + 1, tier, 0)) put(&out, p->most, &c->offer[i]);
  return out;
}

/* The best without market x; of the other markets every tier, or the open one only. */
static void without(const struct choosing *c, const struct places *p, uint32_t x, bool every, struct chosen *out) {
  out->have = 0, out->total = 0;
  for (unsigned i = 0; i < c->offers; i++)
    if (market_of(p, &c->offer[i]) != x && (every || !p->shut[c->offer[i].tier])) put(out, p->most, &c->offer[i]);
}

/* What the tier of an offer adds to a choice; its sales are counted. A tier has one offer for most: then nothing need be copied. */
static int64_t adds(const struct choosing *c, const struct places *p, const struct plan_item *items, unsigned at, const struct chosen *to, int64_t *quantity) {
  const struct offer *x = &c->offer[at];
  if (next_of_tier(c, at + 1, x->tier, 0) < c->offers) {
    struct chosen then = with_tier(c, p, x->tier, to);
    for (unsigned k = 0; k < then.have && quantity; k++)
      if (then.pick[k].tier == x->tier) quantity[items[then.pick[k].item].column] += items[then.pick[k].item].quantity;
    return then.total - to->total;
  }
  int64_t least = to->have == p->most ? to->pick[to->have - 1].gain : 0; /* what it takes the place of */
  if (x->group)
    for (unsigned k = 0; k < to->have; k++)
      if (to->pick[k].group == x->group) least = to->pick[k].gain;
  if (x->gain <= least) return 0;
  if (quantity) quantity[items[x->item].column] += items[x->item].quantity;
  return x->gain - least;
}

static void add(struct choosing *c, uint32_t at, int64_t bound, int64_t alone) { c->change[c->changes++] = (struct change){at, bound, alone}; }

/* The tiers of a market it sells in as things are: `sold` is the open one. `several`: it could sell in other markets too. */
static void changes_sold(struct choosing *c, const struct places *p, const struct plan_item *items, unsigned sold, bool several, int64_t *quantity) {
  const uint32_t x = p->market[sold - 1];
  struct chosen alone, all, with;
  without(c, p, x, false, &alone);
  int64_t lost = c->best.total - alone.total;
  if (several) {
    without(c, p, x, true, &all);
    with = with_tier(c, p, sold, &all);
    lost = with.total - all.total;
  }
  add(c, p->tiers + x, -lost, alone.total - c->best.total);
  for (unsigned i = 0; i < c->offers; i++) {
    const unsigned tier = c->offer[i].tier;
    if (!p->shut[tier] || p->market[tier - 1] != x || next_of_tier(c, 0, tier, 0) != i) continue;
    const int64_t gain = adds(c, p, items, i, &alone, quantity);
    if (several) add(c, tier - 1, adds(c, p, items, i, &c->best, NULL) + adds(c, p, items, i, &all, NULL) - adds(c, p, items, i, &with, NULL), gain);
    else add(c, tier - 1, gain, gain);
  }
}

void choice_changes(struct choosing *c, const struct places *p, const struct plan_item *items, int64_t *quantity) {
  uint32_t sold[PLAN_MOST], sales = 0, other = PLAN_NONE;
  bool several = false;
  c->changes = 0;
  for (unsigned i = 0; i < c->offers; i++) {
    uint32_t x = market_of(p, &c->offer[i]);
    if (x == PLAN_NONE) continue;
    several |= other != PLAN_NONE && other != x;
    other = x;
  }
  if (other == PLAN_NONE) return;
  for (unsigned k = 0; k < c->best.have; k++) {
    uint32_t x = market_of(p, &c->best.pick[k]);
    bool known = x == PLAN_NONE;
    for (unsigned i = 0; i < sales; i++) known |= sold[i] == x;
    if (known) continue;
    sold[sales++] = x;
    changes_sold(c, p, items, c->best.pick[k].tier, several, quantity);
  }
  if (sales && !several) return;
  const int64_t least = c->best.have == p->most ? c->best.pick[c->best.have - 1].gain : 0; /* anything below cannot enter */
  for (unsigned i = 0; i < c->offers; i++) { /* tiers of markets it does not sell in */
    const struct offer *o = &c->offer[i];
    if (!p->shut[o->tier] || o->gain <= least) continue;
    bool known = false;
    for (unsigned k = 0; k < sales; k++) known |= sold[k] == market_of(p, o);
    if (known || next_of_tier(c, 0, o->tier, least) != i) continue;
    const int64_t gain = adds(c, p, items, i, &c->best, quantity);
    if (gain) add(c, o->tier - 1u, gain, gain);
  }
}
