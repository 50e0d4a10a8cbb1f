#include "plan/plan.h"

#include <math.h>
#include <string.h>

#include "plan/proof.h"

struct bundle plan_bundle(const struct plan *p, uint32_t household, uint32_t *quantity) {
  const struct plan_model *m = &p->built.model;
  const uint8_t taken = p->solved.plan.taken[(size_t)household * m->most];
  *quantity = 0;
  if (!taken) return (struct bundle){0};
  const struct plan_item *x = &m->items[m->item_at[household] + taken - 1u];
  *quantity = x->quantity;
  return bundle_read(p->built.bundles[x->column]);
}

/* ---- lines ---- */

static struct plan_line line_of(const struct plan *p, uint32_t household, uint32_t village, uint32_t measure, uint32_t quantity, uint32_t tier) {
  const struct measure *x = &p->people->planning->measures[measure];
  struct plan_line l = {household, village, measure, quantity, tier, (int64_t)ceil(x->cost) * quantity, 0};
  for (uint32_t y = 1; y < p->built.offers.scale.horizon; y++)
    if (!x->lasts || y < x->from_year + x->lasts) l.later += (int64_t)ceil(x->upkeep) * quantity;
  return l;
}

static void sum_line(struct plan_sum *s, const struct plan *p, const struct plan_line *l) {
  if (l->household == PLANNING_NONE) s->villages++;
  else s->households++, s->persons += (uint64_t)p->people->persons[l->household];
  s->units += l->quantity, s->cost += l->cost, s->later += l->later;
}

static enum status make_lines(struct arena *a, struct plan *p, struct err *e) {
  const struct people *q = p->people;
  const struct planning *n = q->planning;
  ARENA_TRY(e, p->lines = arena_array(a, (size_t)q->count * OFFER_PARTS + (size_t)q->village_count * PLAN_WORKS + 1u, sizeof *p->lines));
  ARENA_TRY(e, p->by_measure = arena_array(a, n->measure_count + 1u, sizeof *p->by_measure));
  for (uint32_t v = 0; v < q->village_count; v++) {
    const uint8_t done = p->solved.plan.bundle[v] & (uint8_t)~p->built.work_there[v];
    for (uint32_t w = 0; w < p->built.work_count; w++)
      if (done >> w & 1) p->lines[p->line_count++] = line_of(p, PLANNING_NONE, v, p->built.work_measure[w], q->villages[v].quantity[p->built.work_measure[w]], PLANNING_NONE);
    for (uint32_t h = q->villages[v].first; h < q->villages[v].first + q->villages[v].count; h++) {
      uint32_t quantity;
      const struct bundle b = plan_bundle(p, h, &quantity);
      for (uint32_t i = 0; i < b.count; i++) p->lines[p->line_count++] = line_of(p, h, v, b.parts[i].measure, b.parts[i].quantity ? b.parts[i].quantity * quantity : quantity, b.parts[i].tier);
      if (b.count) p->helped++, p->helped_persons += (uint64_t)q->persons[h];
    }
  }
  for (uint32_t i = 0; i < p->line_count; i++) sum_line(&p->by_measure[p->lines[i].measure], p, &p->lines[i]), sum_line(&p->all, p, &p->lines[i]);
  return OK;
}

void plan_spending(const struct plan *p, int64_t *spent) {
  const struct money *m = &p->built.money;
  const struct planning *n = p->people->planning;
  for (uint32_t i = 0; i < p->line_count; i++) {
    const struct plan_line *l = &p->lines[i];
    const struct measure *x = &n->measures[l->measure];
    const uint32_t a = m->area_of_village[l->village];
    for (uint32_t y = 0; y < m->years && a != UINT32_MAX; y++) {
      const bool ended = x->lasts && y >= x->from_year + x->lasts;
      spent[((size_t)y * m->area_count + a) * n->measure_count + l->measure] += (int64_t)ceil(y == 0 ? x->cost : ended ? 0 : x->upkeep) * l->quantity;
    }
  }
}

/* Bonuses of wishes that were kept. */
static int64_t pinned_value(const struct plan *p) {
  const struct people *q = p->people;
  int64_t sum = 0;
  for (uint32_t h = 0; q->pinned && h < q->count; h++) {
    const uint8_t taken = p->solved.plan.taken[(size_t)h * p->built.model.most];
    if (taken && q->pinned[h] && p->built.model.items[p->built.model.item_at[h] + taken - 1u].value >= (int32_t)OFFER_PIN) sum += (int64_t)OFFER_PIN;
  }
  for (uint32_t v = 0; v < q->village_count; v++)
    for (uint32_t w = 0; w < p->built.work_count; w++)
      if (p->solved.plan.bundle[v] >> w & 1 && q->villages[v].pinned >> p->built.work_measure[w] & 1 && !(p->built.work_there[v] >> w & 1)) sum += BUILD_PIN;
  return sum;
}

/* ---- what it is worth, everything that a household gets taken together ---- */

struct valuing { const struct plan *p; struct worth *worth, *before, *after; }; /* one a village */

static void value_village(void *ctx, size_t v, unsigned worker) {
  const struct valuing *j = ctx;
  const struct plan *p = j->p;
  const struct people *q = p->people;
  const struct planning *n = q->planning;
  const struct offers *o = &p->built.offers;
  const uint8_t done = p->solved.plan.bundle[v] & (uint8_t)~p->built.work_there[v];
  (void)worker;
  for (uint32_t h = q->villages[v].first; h < q->villages[v].first + q->villages[v].count; h++) {
    uint64_t deprived;
    uint32_t quantity, count = 0;
    const struct worth_person person = offer_person(o, h, &deprived);
    const struct bundle b = plan_bundle(p, h, &quantity);
    struct worth_part parts[WORTH_PARTS];
    const struct worth_part *list[WORTH_PARTS];
    for (uint32_t i = 0; i < b.count; i++, count++) {
      memset(&parts[count], 0, sizeof *parts);
      worth_part_add(&parts[count], &o->units[b.parts[i].measure][b.parts[i].tier == PLANNING_NONE ? 0 : b.parts[i].tier], b.parts[i].quantity ? b.parts[i].quantity * quantity : quantity);
      deprived &= ~(uint64_t)n->measures[b.parts[i].measure].settles;
    }
    for (uint32_t w = 0; w < p->built.work_count && count < WORTH_PARTS; w++) {
      const uint32_t m = p->built.work_measure[w];
      if (!(done >> w & 1) || !(q->reached[h] >> m & 1)) continue;
      memset(&parts[count], 0, sizeof *parts);
      worth_part_add(&parts[count++], &o->units[m][0], n->measures[m].effect == EFFECT_PER_HEAD ? person.persons : 1);
      deprived &= ~(uint64_t)n->measures[m].settles;
    }
    for (uint32_t i = 0; i < count; i++) list[i] = &parts[i];
    const double score = offer_score(o, deprived);
    const struct worth worth = worth_of(&o->scale, &person, list, count, score), before = worth_left(&o->scale, &person, list, 0, person.score, 0),
                       after = worth_left(&o->scale, &person, list, count, score, o->scale.horizon - 1);
    for (int k = 0; k < OBJECTIVE_COUNT; k++) j->worth[v].of[k] += worth.of[k], j->before[v].of[k] += before.of[k], j->after[v].of[k] += after.of[k];
  }
}

static enum status value_all(struct arena *a, struct plan *p, struct pool *pool, struct err *e) {
  const uint32_t count = p->people->village_count;
  struct valuing j = {.p = p};
  ARENA_TRY(e, j.worth = arena_array(a, count + 1u, sizeof *j.worth));
  ARENA_TRY(e, j.before = arena_array(a, count + 1u, sizeof *j.before));
  ARENA_TRY(e, j.after = arena_array(a, count + 1u, sizeof *j.after));
  pool_run(pool, count, value_village, &j);
  for (uint32_t v = 0; v < count; v++)
    for (int k = 0; k < OBJECTIVE_COUNT; k++) p->worth.of[k] += j.worth[v].of[k], p->before.of[k] += j.before[v].of[k], p->after.of[k] += j.after[v].of[k];
  return OK;
}

enum status plan_make(struct arena *a, const struct plan_input *in, struct plan *out, struct err *e) {
  *out = (struct plan){.people = in->people, .year = in->year};
  if (!in->people->planning->there) return err_set(e, ERR_INPUT, "docs/format/programme.md: sections plan, funds, measures", "the programme has no section `plan`");
  TRY(build(a, in->people, in->weights, in->year, in->pool, in->progress, &out->built, e));
  if (!proof_model_hash(&out->built.model, out->model_hash)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  struct solve_options how = in->solve;
  if (!(how.enough > 0)) how.enough = 0.001; /* what is uncertain is a hundred times that */
  TRY(solve(a, &out->built.model, in->pool, &how, &out->solved, e));
  TRY(certificate_check(&out->built.model, &out->solved.plan, out->solved.prices, &out->certified, e));
  out->pinned = pinned_value(out);
  TRY(make_lines(a, out, e));
  return value_all(a, out, in->pool, e);
}
