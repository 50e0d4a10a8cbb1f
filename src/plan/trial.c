#include "plan/trial.h"

#include <math.h>
#include <string.h>

static int64_t up(int64_t v, uint32_t k) { return (v + k - 1) / k; }

enum status trial_open(const struct plan *p, uint32_t most, struct trial *t, struct err *e) {
  const struct plan_model *m = &p->built.model;
  const uint32_t n = p->people->count, every = n > most ? (n + most - 1) / most : 1;
  *t = (struct trial){.plan = p, .every = every, .model = *m};
  t->model.floor = NULL, t->model.floor_weight = 0; /* what floors cost shows as regret */
  arena_init(&t->arena, 0);
  arena_init(&t->scratch, 0);
  struct arena *a = &t->arena;
  uint32_t *household_at;
  uint64_t *item_at, items = 0;
  ARENA_TRY(e, t->household = arena_array(a, n / every + 2u, sizeof *t->household));
  ARENA_TRY(e, household_at = arena_array(a, m->village_count + 2u, sizeof *household_at));
  ARENA_TRY(e, item_at = arena_array(a, n / every + 2u, sizeof *item_at));
  for (uint32_t v = 0, next = 0; v < m->village_count; v++) {
    for (; next < m->household_at[v + 1]; next += every) t->household[t->count++] = next, items += m->item_at[next + 1] - m->item_at[next], item_at[t->count] = items;
    household_at[v + 1] = t->count;
  }
  ARENA_TRY(e, t->items = arena_array(a, items + 1, sizeof *t->items));
  for (uint32_t i = 0; i < t->count; i++) {
    const uint32_t h = t->household[i];
    memcpy(&t->items[item_at[i]], &m->items[m->item_at[h]], (size_t)(m->item_at[h + 1] - m->item_at[h]) * sizeof *t->items);
  }
  uint32_t *column_of, columns = 0;
  struct plan_column *column;
  ARENA_TRY(e, column_of = arena_array(a, m->column_count + 1u, sizeof *column_of));
  ARENA_TRY(e, column = arena_array(a, m->column_count + 1u, sizeof *column));
  ARENA_TRY(e, t->bundles = arena_array(a, m->column_count + 1u, sizeof *t->bundles));
  for (uint64_t i = 0; i < items; i++) column_of[t->items[i].column] = 1;
  for (uint32_t c = 0; c < m->column_count; c++)
    if (column_of[c]) t->bundles[columns] = p->built.bundles[c], column[columns] = m->columns[c], column_of[c] = columns++;
  for (uint64_t i = 0; i < items; i++) t->items[i].column = (uint16_t)column_of[t->items[i].column];
  t->model.columns = column, t->model.column_count = columns;
  ARENA_TRY(e, t->resources = arena_copy(a, m->resources, m->resource_count * sizeof *t->resources));
  for (uint32_t k = 0; k < m->resource_count; k++) t->resources[k].limit /= every, t->resources[k].loss = up(t->resources[k].loss, every);
  const uint32_t works = m->work_at ? m->work_at[m->village_count] : 0;
  struct plan_use *uses;
  ARENA_TRY(e, uses = arena_copy(a, m->uses, m->use_count * sizeof *uses));
  ARENA_TRY(e, t->works = arena_array(a, works + 1u, sizeof *t->works));
  for (uint32_t w = 0; w < works; w++) {
    t->works[w] = m->works[w];
    for (uint32_t u = m->works[w].use_from; u < m->works[w].use_from + m->works[w].use_count; u++) uses[u].amount = up(uses[u].amount, every);
  }
  t->model.resources = t->resources, t->model.uses = uses, t->model.household_at = household_at, t->model.item_at = item_at, t->model.items = t->items;
  if (m->works) t->model.works = t->works;
  ARENA_TRY(e, t->units = arena_array(a, PLANNING_MEASURES, sizeof *t->units));
  return OK;
}

void trial_close(struct trial *t) {
  arena_drop(&t->arena);
  arena_drop(&t->scratch);
}

void trial_expected(const struct plan *p, struct trial_values *out) {
  const struct planning *n = p->people->planning;
  *out = (struct trial_values){.welfare_error = 0};
  for (uint32_t m = 0; m < n->measure_count; m++) out->effect[m] = n->measures[m].income.mid;
  for (uint32_t k = 0; k < n->product_count; k++) out->yield[k] = out->price[k] = 1;
}

/* Half a normal law to each side of the middle, through the 10th and 90th percentile. */
static double from_range(const struct range *r, double z) {
  const double v = r->mid + z / 1.2815515655446004 * (z > 0 ? r->high - r->mid : r->mid - r->low);
  return v > 0 ? v : 0;
}

void trial_draw(const struct plan *p, struct rng *r, double welfare_error, struct trial_values *out) {
  const struct planning *n = p->people->planning;
  *out = (struct trial_values){.welfare_error = welfare_error, .seed = rng_next(r)};
  for (uint32_t m = 0; m < n->measure_count; m++) out->effect[m] = from_range(&n->measures[m].income, rng_normal(r));
  for (uint32_t k = 0; k < n->product_count; k++) {
    out->yield[k] = from_range(&n->products[k].yield_range, rng_normal(r));
    out->price[k] = n->products[k].price.mid > 0 ? from_range(&n->products[k].price, rng_normal(r)) / n->products[k].price.mid : 1;
  }
}

/* Streams of a unit of every measure and tier under the values. */
static void make_units(struct trial *t, const struct trial_values *v) {
  const struct planning *n = t->plan->people->planning;
  const struct worth_scale *w = &t->plan->built.offers.scale;
  struct worth_part part;
  for (uint32_t m = 0; m < n->measure_count; m++) {
    struct measure x = n->measures[m];
    if (x.effect != EFFECT_PRODUCT) {
      x.income = (struct range){v->effect[m], v->effect[m], v->effect[m]};
      worth_income_stream(w, &x, &part);
      memcpy(t->units[m][0], part.add[1], sizeof t->units[m][0]);
      continue;
    }
    struct product k = n->products[x.product];
    k.price.mid *= v->price[x.product];
    k.price.low = k.price.high = k.price.mid, k.yield_range = (struct range){1, 1, 1};
    for (uint32_t y = 0; y < PLANNING_AGES; y++) k.yield[y] *= v->yield[x.product];
    for (uint32_t i = 0; i < k.tier_count; i++) {
      worth_product_stream(w, &k, k.tiers[i], &part);
      for (uint32_t y = 0; y < WORTH_YEARS; y++) t->units[m][i][y] = part.add[1][y] * measure_mu(&x);
    }
  }
}

static double error_of(const struct trial_values *v, uint32_t household) {
  struct rng r;
  if (!(v->welfare_error > 0)) return 1;
  rng_seed(&r, v->seed ^ ((uint64_t)household + 1) * 0x9E3779B97F4A7C15u);
  const double f = 1 + v->welfare_error * rng_normal(&r);
  return f > 0.05 ? f : 0.05;
}

/* A household of the trial as the values have it. */
static struct worth_person person_of(const struct trial *t, const struct trial_values *v, uint32_t i, uint64_t *deprived) {
  struct worth_person person = offer_person(&t->plan->built.offers, t->household[i], deprived);
  person.welfare *= error_of(v, t->household[i]);
  return person;
}

static struct worth bundle_worth(const struct trial *t, const struct worth_person *person, uint64_t deprived, const struct bundle *b, uint32_t quantity) {
  const struct planning *n = t->plan->people->planning;
  struct worth_stream streams[OFFER_PARTS];
  for (uint32_t j = 0; j < b->count; j++) {
    const struct bundle_part *x = &b->parts[j];
    streams[j] = (struct worth_stream){t->units[x->measure][x->tier == PLANNING_NONE ? 0 : x->tier], x->quantity ? (double)x->quantity * quantity : quantity, n->measures[x->measure].success};
    deprived &= ~(uint64_t)n->measures[x->measure].settles;
  }
  return worth_sure(&t->plan->built.offers.scale, person, streams, b->count, offer_score(&t->plan->built.offers, deprived));
}

/* What work slot w of the village brings household i of the trial. */
static struct worth work_worth(const struct trial *t, const struct worth_person *person, uint64_t deprived, uint32_t i, uint32_t village, uint32_t w) {
  const struct plan *p = t->plan;
  const uint32_t k = p->built.work_measure[w];
  const struct measure *x = &p->people->planning->measures[k];
  if (!(p->people->reached[t->household[i]] >> k & 1) || p->built.work_there[village] >> w & 1) return (struct worth){{0}};
  const struct worth_stream stream = {t->units[k][0], x->effect == EFFECT_PER_HEAD ? person->persons : 1, x->success};
  return worth_sure(&p->built.offers.scale, person, &stream, 1, offer_score(&p->built.offers, deprived & ~(uint64_t)x->settles));
}

void trial_set(struct trial *t, const struct trial_values *v) {
  const struct plan *p = t->plan;
  const struct plan_model *m = &t->model;
  const enum objective o = p->built.offers.scale.objective;
  make_units(t, v);
  const uint32_t works = m->work_at ? m->work_at[m->village_count] : 0;
  for (uint32_t w = 0; w < works; w++) t->works[w].value = 0;
  for (uint32_t village = 0; village < m->village_count; village++)
    for (uint32_t i = m->household_at[village]; i < m->household_at[village + 1]; i++) {
      uint64_t deprived;
      const struct worth_person person = person_of(t, v, i, &deprived);
      for (uint64_t k = m->item_at[i]; k < m->item_at[i + 1]; k++) {
        const struct bundle b = bundle_read(t->bundles[t->items[k].column]);
        const double value = round(bundle_worth(t, &person, deprived, &b, t->items[k].quantity).of[o] * OFFER_UNIT);
        t->items[k].value = value > INT32_MAX ? INT32_MAX : (int32_t)value;
      }
      for (uint32_t w = 0; w < p->built.work_count; w++) t->works[m->work_at[village] + w].value += (int64_t)floor(work_worth(t, &person, deprived, i, village, w).of[o] * OFFER_UNIT);
    }
}

static void add(struct worth *to, const struct worth *x) {
  for (int o = 0; o < OBJECTIVE_COUNT; o++) to->of[o] += x->of[o];
}

struct worth trial_plan(const struct trial *t, const struct trial_values *v) {
  const struct plan *p = t->plan;
  const struct plan_model *m = &t->model;
  struct worth sum = {{0}};
  for (uint32_t village = 0; village < m->village_count; village++)
    for (uint32_t i = m->household_at[village]; i < m->household_at[village + 1]; i++) {
      uint64_t deprived;
      uint32_t quantity;
      const struct worth_person person = person_of(t, v, i, &deprived);
      const struct bundle b = plan_bundle(p, t->household[i], &quantity);
      const struct worth own = bundle_worth(t, &person, deprived, &b, quantity);
      add(&sum, &own);
      for (uint32_t w = 0; w < p->built.work_count; w++) {
        if (!(p->solved.plan.bundle[village] >> w & 1)) continue;
        const struct worth work = work_worth(t, &person, deprived, i, village, w);
        add(&sum, &work);
      }
    }
  return sum;
}

enum status trial_solve(struct trial *t, struct solved *out, struct err *e) {
  static const struct solve_options quick = {.passes = 240, .enough = 0.003, .rough = true};
  arena_drop(&t->scratch);
  return solve(&t->scratch, &t->model, NULL, &quick, out, e);
}

void trial_units(const struct trial *t, const struct solved *s, double *units) {
  const struct plan *p = t->plan;
  const struct plan_model *m = &t->model;
  memset(units, 0, PLANNING_MEASURES * sizeof *units);
  for (uint32_t i = 0; i < t->count; i++) {
    const uint8_t taken = s ? s->plan.taken[(size_t)i * m->most] : p->solved.plan.taken[(size_t)t->household[i] * m->most];
    if (!taken) continue;
    const struct plan_item *x = &t->items[m->item_at[i] + taken - 1u];
    const struct bundle b = bundle_read(t->bundles[x->column]);
    for (uint32_t j = 0; j < b.count; j++) units[b.parts[j].measure] += b.parts[j].quantity ? b.parts[j].quantity * x->quantity : x->quantity;
  }
  for (uint32_t v = 0; v < m->village_count; v++)
    for (uint32_t w = 0; w < p->built.work_count; w++)
      if ((s ? s->plan.bundle[v] : p->solved.plan.bundle[v]) >> w & 1 && !(p->built.work_there[v] >> w & 1)) units[p->built.work_measure[w]] += p->people->villages[v].quantity[p->built.work_measure[w]];
}
