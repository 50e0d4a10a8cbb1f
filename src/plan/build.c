#include "plan/build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan/floors.h"

/* ---- what existing growers lose when a price falls ---- */

static void tier_losses(const struct people *p, const struct worth_scale *w, const struct market *markets, int64_t *out) {
  const struct planning *n = p->planning;
  for (uint32_t k = 0; k < n->product_count; k++)
    for (uint32_t t = 1; t < markets[k].tier_count && p->grown[k]; t++) {
      const double fall = worth_yield(&n->products[k], PLANNING_AGES) * (markets[k].price[0] - markets[k].price[t]);
      double loss = 0;
      for (uint32_t i = 0; i < p->count; i++) {
        if (!(p->grown[k][i] > 0)) continue;
        /* losing d is what gaining d would be worth to somebody who stands d lower */
        struct worth_person h = {.persons = p->persons[i], .welfare = p->welfare[i] - fall * (double)p->grown[k][i] / p->persons[i], .line = p->line[i]};
        struct worth_part part = {.success = 1};
        for (int s = 0; s < 3; s++)
          for (uint32_t y = 0; y < w->years; y++) part.add[s][y] = fall * (double)p->grown[k][i];
        const struct worth_part *one[] = {&part};
        loss += worth_value(w, &h, one, 1, 0, w->objective);
      }
      out[(size_t)k * PLANNING_TIERS + t] = (int64_t)ceil(loss * OFFER_UNIT);
    }
}

/* ---- households' lists, village by village ---- */

struct village_list { struct offer_item *items; uint32_t *counts; uint32_t count; bundle_code *codes; uint32_t code_count; bool failed; };
struct listing_job { const struct offers *o; struct village_list *lists; struct progress *progress; };

static int by_number(const void *x, const void *y) {
  const bundle_code a = *(const bundle_code *)x, b = *(const bundle_code *)y;
  return (a > b) - (a < b);
}

static uint32_t unique(bundle_code *codes, uint32_t count) {
  qsort(codes, count, sizeof *codes, by_number);
  uint32_t n = 0;
  for (uint32_t i = 0; i < count; i++)
    if (!n || codes[i] != codes[n - 1]) codes[n++] = codes[i];
  return n;
}

static void list_village(void *ctx, size_t i, unsigned worker) {
  struct listing_job *j = ctx;
  (void)worker;
  const struct plan_village *v = &j->o->people->villages[i];
  struct village_list *l = &j->lists[i];
  uint32_t room = v->count * 32u + PLAN_ITEMS;
  l->items = malloc(room * sizeof *l->items), l->counts = malloc((v->count + 1u) * sizeof *l->counts);
  l->failed = !l->items || !l->counts;
  for (uint32_t h = 0; h < v->count && !l->failed; h++) {
    if (room - l->count < PLAN_ITEMS) {
      struct offer_item *more = realloc(l->items, (size_t)(room = room * 2 + PLAN_ITEMS) * sizeof *more);
      if (!more) l->failed = true;
      else l->items = more;
    }
    if (l->failed) break;
    l->count += l->counts[h] = offer_list(j->o, v->first + h, l->items + l->count);
  }
  l->codes = l->failed ? NULL : malloc((l->count + 1u) * sizeof *l->codes);
  if (!l->codes) {
    l->failed = true;
    return;
  }
  for (uint32_t k = 0; k < l->count; k++) l->codes[k] = l->items[k].code;
  l->code_count = unique(l->codes, l->count);
}

static void drop_lists(struct village_list *lists, uint32_t count) {
  for (uint32_t i = 0; lists && i < count; i++) free(lists[i].items), free(lists[i].counts), free(lists[i].codes);
  free(lists);
}

/* ---- columns, items ---- */

static uint8_t slots_of(const struct built *b, uint64_t needs) {
  uint8_t slots = 0;
  for (uint32_t w = 0; w < b->work_count; w++)
    if (needs >> b->work_measure[w] & 1) slots |= (uint8_t)(1u << w);
  return slots;
}

struct uses { struct plan_use *of; uint32_t count, room; };

static enum status room_for_uses(struct arena *a, struct uses *u, uint32_t more, struct err *e) {
  if (u->room - u->count >= more) return OK;
  const uint32_t room = u->room * 2 + more + 256;
  ARENA_TRY(e, u->of = arena_grow(a, u->of, u->count, room, sizeof *u->of));
  u->room = room;
  return OK;
}

enum { USES = 1200 }; /* of one column: years x purses for each part, and a few more */

static enum status make_columns(struct arena *a, struct built *b, const struct village_list *lists, struct uses *uses, struct err *e) {
  const struct people *p = b->people;
  const struct planning *n = p->planning;
  size_t total = 0;
  for (uint32_t v = 0; v < p->village_count; v++) total += lists[v].code_count;
  bundle_code *all = malloc((total + 1) * sizeof *all);
  if (!all) return err_set(e, ERR_MEMORY, "plan a part of the area: --area CODE", "out of memory for the bundles");
  size_t at = 0;
  for (uint32_t v = 0; v < p->village_count; v++)
    for (uint32_t k = 0; k < lists[v].code_count; k++) all[at++] = lists[v].codes[k];
  const uint32_t count = unique(all, (uint32_t)total);
  b->bundles = arena_copy(a, all, (count + 1u) * sizeof *all);
  free(all);
  ARENA_TRY(e, b->bundles);
  if (count > UINT16_MAX) return err_set(e, ERR_LIMIT, "lower plan.most, or let quantities be rounder", "%u different bundles of measures, more than %u", count, UINT16_MAX);
  struct plan_column *columns;
  ARENA_TRY(e, columns = arena_array(a, count + 1u, sizeof *columns));
  for (uint32_t c = 0; c < count; c++) {
    const struct bundle x = bundle_read(b->bundles[c]);
    TRY(room_for_uses(a, uses, USES, e));
    columns[c].use_from = uses->count;
    uint32_t used = 0;
    uint64_t needs = 0;
    bool fits = true;
    for (uint32_t i = 0; i < x.count; i++) {
      fits = fits && limits_use(&b->limits, x.parts[i].measure, x.parts[i].tier, x.parts[i].quantity ? x.parts[i].quantity : 1, uses->of + uses->count, &used, USES);
      needs |= n->measures[x.parts[i].measure].needs;
    }
    if (!fits) return err_set(e, ERR_LIMIT, "let funds pay whole projects instead of single measures", "a bundle draws on more than %d limits", USES);
    columns[c].use_count = used, columns[c].needs = slots_of(b, needs);
    uses->count += used;
  }
  b->model.columns = b->columns = columns, b->model.column_count = count;
  return OK;
}

static enum status make_items(struct arena *a, struct built *b, const struct village_list *lists, struct err *e) {
  const struct people *p = b->people;
  uint64_t total = 0;
  for (uint32_t v = 0; v < p->village_count; v++) total += lists[v].count;
  struct plan_item *items;
  uint64_t *item_at;
  uint32_t *household_at;
  ARENA_TRY(e, items = arena_array(a, total + 1, sizeof *items));
  ARENA_TRY(e, item_at = arena_array(a, p->count + 2u, sizeof *item_at));
  ARENA_TRY(e, household_at = arena_array(a, p->village_count + 2u, sizeof *household_at));
  uint64_t at = 0;
  uint32_t h = 0;
  for (uint32_t v = 0; v < p->village_count; v++) {
    uint32_t k = 0;
    for (uint32_t i = 0; i < p->villages[v].count; i++) {
      for (uint32_t j = 0; j < lists[v].counts[i]; j++, k++) {
        const struct offer_item *x = &lists[v].items[k];
        const bundle_code *c = bsearch(&x->code, b->bundles, b->model.column_count, sizeof *b->bundles, by_number);
        items[at++] = (struct plan_item){(uint16_t)(c ? c - b->bundles : 0), x->quantity, x->value};
      }
      item_at[++h] = at;
    }
    household_at[v + 1] = h;
  }
  b->model.items = items, b->model.item_at = item_at, b->model.household_at = household_at;
  return OK;
}

/* ---- works ---- */

static int64_t work_value(const struct built *b, const struct plan_village *v, uint32_t measure) {
  const struct offers *o = &b->offers;
  const struct measure *x = &b->people->planning->measures[measure];
  double sum = 0;
  for (uint32_t h = v->first; h < v->first + v->count; h++) {
    if (!(b->people->reached[h] >> measure & 1)) continue;
    uint64_t deprived;
    const struct worth_person person = offer_person(o, h, &deprived);
    struct worth_part part = {.success = x->success};
    worth_part_add(&part, &o->units[measure][0], x->effect == EFFECT_PER_HEAD ? person.persons : 1);
    const struct worth_part *one[] = {&part};
    sum += worth_value(&o->scale, &person, one, 1, offer_score(o, deprived & ~(uint64_t)x->settles), o->scale.objective);
  }
  return (int64_t)floor(sum * OFFER_UNIT);
}

static enum status make_works(struct arena *a, struct built *b, struct uses *uses, struct err *e) {
  const struct people *p = b->people;
  const struct planning *n = p->planning;
  struct plan_model *m = &b->model;
  if (!b->work_count) return OK;
  struct plan_work *works;
  uint32_t *work_at, *shut;
  struct plan_layer *layers; /* the limits' own, and one more through which nothing can be had */
  ARENA_TRY(e, works = arena_array(a, (size_t)p->village_count * b->work_count + 1u, sizeof *works));
  ARENA_TRY(e, work_at = arena_array(a, p->village_count + 2u, sizeof *work_at));
  ARENA_TRY(e, shut = arena_array(a, p->village_count + 1u, sizeof *shut));
  ARENA_TRY(e, layers = arena_grow(a, b->limits.layers, b->limits.layer_count, b->limits.layer_count + 1u, sizeof *layers));
  for (uint32_t v = 0; v < p->village_count; v++) shut[v] = PLAN_NONE;
  layers[b->limits.layer_count].resource = shut;
  m->layers = layers, m->layer_count = b->limits.layer_count + 1;
  for (uint32_t v = 0; v < p->village_count; v++) {
    const struct plan_village *x = &p->villages[v];
    for (uint32_t w = 0; w < b->work_count; w++) {
      const uint32_t k = b->work_measure[w];
      const struct measure *measure = &n->measures[k];
      struct plan_work *work = &works[(size_t)v * b->work_count + w];
      TRY(room_for_uses(a, uses, USES, e));
      *work = (struct plan_work){.use_from = uses->count, .needs = slots_of(b, measure->needs)};
      const bool there = measure->answers && !((x->bound | x->bound_unknown) & (uint32_t)measure->answers);
      if (there) {
        b->work_there[v] |= (uint8_t)(1u << w), work->needs = 0;
        continue;
      }
      uint32_t used = 0;
      if (!(x->refused >> k & 1) && x->offered >> k & 1 && x->quantity[k] && limits_reach(&b->limits, k, v)) {
        if (!limits_use(&b->limits, k, PLANNING_NONE, x->quantity[k], uses->of + uses->count, &used, USES)) return err_set(e, ERR_LIMIT, NULL, "a work draws on more than %d limits", USES);
        work->value = work_value(b, x, k) + (x->pinned >> k & 1 ? BUILD_PIN : 0);
      } else uses->of[uses->count + used++] = (struct plan_use){.layer = b->limits.layer_count + 1, .amount = 1};
      work->use_count = used;
      uses->count += used;
    }
    work_at[v + 1] = (v + 1) * b->work_count;
  }
  m->works = b->works = works, m->work_at = work_at;
  return OK;
}

/* ---- money that cannot run out ---- */

/* The most that each purse could be asked for: every household its dearest item, every work done. */
static enum status most_asked(struct arena *a, const struct built *b, const struct plan_use *uses, const bool *is_money, int64_t *most, struct err *e) {
  const struct plan_model *m = &b->model;
  int64_t *best;
  uint32_t *touched;
  ARENA_TRY(e, best = arena_array(a, b->limits.layer_count + 1u, sizeof *best));
  ARENA_TRY(e, touched = arena_array(a, b->limits.layer_count + 1u, sizeof *touched));
  for (uint32_t v = 0; v < m->village_count; v++) {
    for (uint32_t h = m->household_at[v]; h < m->household_at[v + 1]; h++) {
      uint32_t n = 0;
      for (uint64_t i = m->item_at[h]; i < m->item_at[h + 1]; i++) {
        const struct plan_column *c = &m->columns[m->items[i].column];
        for (const struct plan_use *u = uses + c->use_from, *end = u + c->use_count; u < end; u++) {
          if (!is_money[u->layer]) continue;
          const int64_t amount = u->amount * m->items[i].quantity;
          if (!best[u->layer]) touched[n++] = u->layer;
          if (amount > best[u->layer]) best[u->layer] = amount;
        }
      }
      for (; n; n--) {
        const uint32_t r = m->layers[touched[n - 1] - 1].resource[v];
        if (r != PLAN_NONE) most[r] += best[touched[n - 1]];
        best[touched[n - 1]] = 0;
      }
    }
    for (uint32_t w = 0; m->work_at && w < b->work_count; w++) {
      const struct plan_work *x = &m->works[m->work_at[v] + w];
      for (const struct plan_use *u = uses + x->use_from, *end = u + x->use_count; u < end; u++)
        if (is_money[u->layer] && m->layers[u->layer - 1].resource[v] != PLAN_NONE) most[m->layers[u->layer - 1].resource[v]] += u->amount;
    }
  }
  return OK;
}

static uint32_t without(struct plan_use *uses, uint32_t from, uint32_t count, const bool *drop, uint32_t to) {
  uint32_t n = 0;
  for (uint32_t i = from; i < from + count; i++)
    if (!drop[uses[i].layer]) uses[to + n++] = uses[i];
  return n;
}

/* Takes out what uses of a purse that nobody could exhaust: most of the money of later years. Nothing that is possible changes, and columns have fewer uses. */
static enum status drop_idle_money(struct arena *a, struct built *b, struct plan_column *columns, struct plan_work *works, struct uses *uses, struct err *e) {
  const struct plan_model *m = &b->model;
  bool *is_money, *drop;
  int64_t *most;
  ARENA_TRY(e, is_money = arena_array(a, b->limits.layer_count + 3u, sizeof *is_money));
  ARENA_TRY(e, drop = arena_array(a, b->limits.layer_count + 3u, sizeof *drop));
  ARENA_TRY(e, most = arena_array(a, m->resource_count + 1u, sizeof *most));
  for (uint32_t y = 0; y < b->money.years; y++)
    for (uint32_t u = 0; u < b->money.purse_count; u++) is_money[b->limits.money_layer[y * MONEY_PURSES + u]] = true;
  is_money[0] = false;
  TRY(most_asked(a, b, uses->of, is_money, most, e));
  for (uint32_t l = 1; l <= b->limits.layer_count; l++) {
    drop[l] = is_money[l];
    for (uint32_t v = 0; v < m->village_count && drop[l]; v++) {
      const uint32_t r = m->layers[l - 1].resource[v];
      drop[l] = r != PLAN_NONE && most[r] <= m->resources[r].limit; /* where there is none at all the use shuts the column */
    }
  }
  uint32_t to = 0; /* uses stand in the order of columns, then works: what is kept moves down */
  for (uint32_t c = 0; c < m->column_count; c++) {
    const uint32_t n = without(uses->of, columns[c].use_from, columns[c].use_count, drop, to);
    columns[c].use_from = to, columns[c].use_count = n;
    to += n;
  }
  for (uint32_t w = 0; m->work_at && w < m->work_at[m->village_count]; w++) {
    const uint32_t n = without(uses->of, works[w].use_from, works[w].use_count, drop, to);
    works[w].use_from = to, works[w].use_count = n;
    to += n;
  }
  uses->count = to;
  return OK;
}

static enum status fill_model(struct arena *a, struct built *b, struct pool *pool, struct progress *progress, struct err *e) {
  const struct people *p = b->people;
  struct uses uses = {0};
  struct village_list *lists = calloc(p->village_count + 1u, sizeof *lists);
  if (!lists) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  struct listing_job job = {&b->offers, lists, progress};
  pool_run(pool, p->village_count, list_village, &job);
  enum status st = OK;
  for (uint32_t v = 0; v < p->village_count && st == OK; v++)
    if (lists[v].failed) st = err_set(e, ERR_MEMORY, "plan a part of the area: --area CODE", "out of memory for what is offered");
  if (st == OK) st = make_columns(a, b, lists, &uses, e);
  if (st == OK) st = make_items(a, b, lists, e);
  drop_lists(lists, p->village_count);
  if (st == OK) st = make_works(a, b, &uses, e);
  if (st == OK) st = drop_idle_money(a, b, b->columns, b->works, &uses, e);
  b->model.uses = uses.of, b->model.use_count = uses.count;
  return st;
}

enum status build(struct arena *a, const struct people *p, const double *weights, int32_t year, struct pool *pool, struct progress *progress, struct built *out, struct err *e) {
  const struct planning *n = p->planning;
  *out = (struct built){.people = p};
  for (uint32_t m = 0; m < n->measure_count; m++) {
    if (!n->measures[m].village) continue;
    if (out->work_count == PLAN_WORKS) return err_set(e, ERR_LIMIT, "join those that are done together", "more than %u measures for villages", PLAN_WORKS);
    out->work_measure[out->work_count++] = m;
  }
  ARENA_TRY(e, out->work_there = arena_array(a, p->village_count + 1u, sizeof *out->work_there));
  ARENA_TRY(e, out->markets = arena_array(a, n->product_count + 1u, sizeof *out->markets));
  int64_t *losses;
  ARENA_TRY(e, losses = arena_array(a, (size_t)n->product_count * PLANNING_TIERS + 1u, sizeof *losses));
  struct worth_scale scale;
  worth_scale_make(&n->settings, &scale);
  for (uint32_t k = 0; k < n->product_count; k++) market_make(&n->products[k], scale.years, p->grown_all[k], &out->markets[k]);
  tier_losses(p, &scale, out->markets, losses);
  TRY(money_make(a, p, year, n->settings.horizon, &out->money, e));
  TRY(limits_make(a, p, &out->money, out->markets, losses, &out->limits, e));
  TRY(offers_make(a, p, &out->limits, weights, &out->offers, e));
  struct plan_model *m = &out->model;
  *m = (struct plan_model){.resources = out->limits.resources, .resource_count = out->limits.count, .market_count = out->limits.market_count, .layers = out->limits.layers,
                           .layer_count = out->limits.layer_count, .village_count = p->village_count, .most = 1};
  TRY(fill_model(a, out, pool, progress, e));
  TRY(plan_model_check(m, e));
  return floors_make(a, m, p, n->settings.village_floor, pool, e);
}
