#include "plan/rollout.h"

#include <math.h>
#include <string.h>

enum status rollout_open(struct arena *a, struct small *s, const double *weights, int32_t first, struct pool *pool, struct rollout *out, struct err *e) {
  struct people *q = &s->people;
  *out = (struct rollout){.arena = a, .small = s, .weights = weights, .pool = pool, .first = first};
  ARENA_TRY(e, out->welfare = arena_copy(a, q->welfare, q->count * sizeof *out->welfare));
  ARENA_TRY(e, out->extra = arena_array(a, q->count + 1u, sizeof *out->extra));
  if (!q->refused) ARENA_TRY(e, q->refused = arena_array(a, q->count + 1u, sizeof *q->refused));
  return OK;
}

enum status rollout_plan(struct rollout *r, struct plan *out, struct err *e) {
  struct people *q = &r->small->people;
  for (uint32_t h = 0; h < q->count; h++) q->welfare[h] = r->welfare[h] + r->extra[h][r->year] / q->persons[h];
  const struct plan_input in = {.people = q, .weights = r->weights, .year = r->first + (int32_t)r->year, .pool = r->pool};
  return plan_make(r->arena, &in, out, e);
}

static void add_stream(struct rollout *r, const struct plan *p, uint32_t household, uint32_t measure, uint32_t tier, double times) {
  const struct worth_part *unit = &p->built.offers.units[measure][tier == PLANNING_NONE ? 0 : tier];
  for (uint32_t t = 1; r->year + t <= ROLLOUT_YEARS && t < WORTH_YEARS; t++) r->extra[household][r->year + t] += unit->add[1][t] * unit->success * times;
}

/* Money that the plan uses up in years to come, and what is left of this one, in the rows of the funds. */
static enum status pass_funds(struct rollout *r, const struct plan *p, struct err *e) {
  const struct money *m = &p->built.money;
  const struct planning *n = r->small->people.planning;
  int64_t *spent, *from;
  double used[PLANNING_YEARS][MONEY_KINDS] = {{0}}, left[MONEY_KINDS] = {0};
  ARENA_TRY(e, spent = arena_array(r->arena, (size_t)m->years * m->area_count * n->measure_count + 1u, sizeof *spent));
  ARENA_TRY(e, from = arena_array(r->arena, (size_t)n->measure_count * m->kind_count + 1u, sizeof *from));
  plan_spending(p, spent);
  for (uint32_t y = 0; y < m->years; y++)
    for (uint32_t a = 0; a < m->area_count && m->has_funds[y]; a++) {
      TRY(money_divide(r->arena, m, y, a, &spent[((size_t)y * m->area_count + a) * n->measure_count], from, e));
      for (uint32_t k = 0; k < m->kind_count; k++) {
        double sum = 0;
        for (uint32_t x = 0; x < n->measure_count; x++) sum += (double)from[(size_t)x * m->kind_count + k];
        used[y][k] += sum;
        if (!y) left[k] += (double)*money_at(m, m->left, 0, a, k) - sum;
      }
    }
  for (uint32_t k = 0; k < m->kind_count; k++)
    for (uint32_t y = 1; y < m->years; y++) { /* rows of a fund share what it owes, and what it keeps, by their size */
      double all = 0;
      uint32_t rows = 0;
      for (uint32_t f = 0; f < n->fund_count; f++)
        if (!strcmp(n->funds[f].name, m->kinds[k].name) && n->funds[f].year == m->year + (int32_t)y) all += n->funds[f].amount, rows++;
      for (uint32_t f = 0; f < n->fund_count; f++) {
        struct fund *x = &r->small->funds[f];
        if (strcmp(x->name, m->kinds[k].name) || x->year != m->year + (int32_t)y) continue;
        const double share = all > 0 ? x->amount / all : 1.0 / rows;
        const double change = (y == 1 ? left[k] * x->carry_over : 0) - used[y][k];
        x->amount = fmax(0, x->amount + share * change);
      }
    }
  return OK;
}

enum status rollout_pass(struct rollout *r, const struct plan *p, struct err *e) {
  struct people *q = &r->small->people;
  const struct planning *n = q->planning;
  TRY(pass_funds(r, p, e));
  for (uint32_t i = 0; i < p->line_count; i++) {
    const struct plan_line *l = &p->lines[i];
    const struct measure *x = &n->measures[l->measure];
    if (l->household != PLANNING_NONE) {
      add_stream(r, p, l->household, l->measure, l->tier, l->quantity);
      q->refused[l->household] |= (uint64_t)1 << l->measure;
      q->deprived[l->household] &= ~(uint64_t)x->settles;
      continue;
    }
    struct plan_village *v = &q->villages[l->village];
    v->bound &= ~(uint32_t)x->answers, v->bound_unknown &= ~(uint32_t)x->answers;
    v->refused |= (uint64_t)1 << l->measure;
    for (uint32_t h = v->first; h < v->first + v->count; h++) {
      if (!(q->reached[h] >> l->measure & 1)) continue;
      add_stream(r, p, h, l->measure, PLANNING_NONE, x->effect == EFFECT_PER_HEAD ? q->persons[h] : 1);
      q->deprived[h] &= ~(uint64_t)x->settles;
    }
  }
  r->year++;
  return OK;
}
