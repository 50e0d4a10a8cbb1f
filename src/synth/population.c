#include "synth/population.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/elementary.h"
#include "synth/block.h"
#include "synth/chance.h"

/* The shares of persons that give a total of poor, when each village's probit is shifted by one number. */
static double shift_for(const struct village *v, const double *base, const uint32_t *which, uint32_t count, double effect, double wanted) {
  double low = -8, high = 8;
  for (int step = 0; step < 60; step++) {
    double middle = (low + high) / 2, sum = 0;
    for (uint32_t i = 0; i < count; i++) sum += (double)v[which[i]].persons * elementary_normal(base[which[i]] + effect * v[which[i]].effect + middle);
    if (sum < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

static double quota_of(const struct programme *p, const char *home) {
  const struct identify *id = &p->identify;
  if (id->has_quota && id->quota_persons && id->quota_level == p->home_level)
    for (uint32_t i = 0; i < id->quota_count; i++)
      if (!strcmp(id->quota[i].area, home)) return (double)id->quota[i].places;
  return -1;
}

static enum status share_out(struct arena *a, struct population *pop, struct err *e) {
  const struct programme *p = pop->p;
  double *base, quotas = 0, total = 0;
  uint32_t *which;
  ARENA_TRY(e, base = arena_array(a, pop->village_count, sizeof *base));
  ARENA_TRY(e, which = arena_array(a, pop->village_count, sizeof *which));
  bool all = true;
  for (uint32_t i = 0; i < pop->village_count; i++) total += (double)pop->villages[i].persons;
  for (uint32_t h = 0; h < p->area_count; h++) {
    if (p->areas[h].level != p->home_level) continue;
    double q = quota_of(p, p->areas[h].code);
    if (q < 0) all = false;
    else quotas += q;
  }
  for (uint32_t h = 0; all && quotas > 0 && h < p->area_count; h++) {
    uint32_t n = 0;
    double here = 0;
    for (uint32_t i = 0; i < pop->village_count; i++)
      if (pop->villages[i].home == h) which[n++] = i, here += (double)pop->villages[i].persons;
    if (!n) continue;
    double wanted = quota_of(p, p->areas[h].code) / quotas * total * pop->m->rounds[0].poor;
    double s = shift_for(pop->villages, base, which, n, pop->m->village_effect, fmin(wanted, 0.95 * here));
    for (uint32_t i = 0; i < n; i++) base[which[i]] = s;
  }
  for (uint32_t i = 0; i < pop->village_count; i++) which[i] = i;
  for (uint32_t r = 0; r < pop->m->round_count; r++) {
    double s = shift_for(pop->villages, base, which, pop->village_count, pop->m->village_effect, total * pop->m->rounds[r].poor);
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < pop->village_count; i++) {
      double probit = base[i] + pop->m->village_effect * pop->villages[i].effect + s, w = (double)pop->villages[i].persons / total;
      pop->villages[i].poor[r] = elementary_normal(probit), pop->villages[i].probit[r] = probit;
      sum += w * probit, squares += w * probit * probit;
    }
    /* What lies between villages is taken off the spread inside them. */
    pop->spread[r] /= sqrt(1 + fmax(0, squares - sum * sum));
  }
  return OK;
}

static enum status set_rounds(struct population *pop, struct err *e) {
  for (uint32_t r = 0; r < pop->m->round_count; r++) {
    const struct synth_round *x = &pop->m->rounds[r];
    double line = pop->p->line_count ? programme_line_amount(pop->p, pop->p->main_line, x->year, pop->p->areas[0].code) : NAN;
    if (!(line > 0)) return err_set(e, ERR_INPUT, "add it to the programme's lines", "the programme has no poverty line for %d", x->year);
    /* Lognormal: P(income < line) = poor and mean = income fix both of its numbers. */
    double z = -chance_probit(x->poor), gap = elementary_log(x->income / line), square = z * z + 2 * gap;
    pop->lines[r] = line;
    pop->years[r] = r ? x->year - pop->m->rounds[r - 1].year : 1;
    pop->kept[r] = 1;
    for (int y = 0; y < pop->years[r]; y++) pop->kept[r] *= pop->m->yearly_kept;
    pop->fresh[r] = sqrt(1 - pop->kept[r] * pop->kept[r]);
    pop->spread[r] = square > 0 ? fmax(0.2, sqrt(square) - z) : 0.2;
  }
  return OK;
}

/* The peoples of each home, with their running sums. */
static enum status settle(struct arena *a, struct population *pop, struct err *e) {
  const struct programme *p = pop->p;
  const struct model *m = pop->m;
  struct folk **of;
  ARENA_TRY(e, of = arena_array(a, p->area_count + 1u, sizeof *of));
  for (uint32_t i = 0; i < pop->village_count; i++) {
    const uint32_t home = pop->villages[i].home;
    bool own = false;
    double sum = 0;
    if (!of[home]) {
      uint32_t n = 0;
      ARENA_TRY(e, of[home] = arena_array(a, m->people_count + 2u, sizeof **of));
      for (uint32_t k = 0; k < m->people_count; k++) own |= !strcmp(m->peoples[k].area, p->areas[home].code);
      for (uint32_t k = 0; k < m->people_count; k++)
        if (!strcmp(m->peoples[k].area, own ? p->areas[home].code : "*")) of[home][n++] = (struct folk){sum += m->peoples[k].share, m->peoples[k].people};
      if (!n) of[home][0] = (struct folk){1, m->peoples[0].people};
    }
    pop->villages[i].folk = of[home];
  }
  return OK;
}

enum status population_open(struct arena *a, const struct programme *p, const struct model *m, uint64_t seed, struct population **out, struct err *e) {
  struct population *pop;
  uint32_t lowest = p->area_level_count - 1;
  double weights = 0;
  if (!p->area_count || !p->area_level_count) return err_set(e, ERR_INPUT, NULL, "the programme names no areas to live in");
  ARENA_TRY(e, pop = arena_new(a, struct population));
  ARENA_TRY(e, pop->villages = arena_array(a, p->area_count, sizeof *pop->villages));
  double *weight, *homes;
  ARENA_TRY(e, weight = arena_array(a, p->area_count, sizeof *weight));
  ARENA_TRY(e, homes = arena_array(a, p->area_count, sizeof *homes));
  pop->p = p, pop->m = m, pop->seed = seed;
  for (int age = 0; age < 128; age++) pop->death[age] = fmin(0.4, 0.0004 * elementary_exp(0.06 * (age - 20))); /* Gompertz */
  for (uint32_t i = 0; i < p->area_count; i++) {
    if (p->areas[i].level != lowest) continue;
    struct village *v = &pop->villages[pop->village_count];
    v->code = p->areas[i].code, v->area = i, v->parent = p->areas[i].parent, v->home = i;
    while (p->areas[v->home].level > p->home_level && p->areas[v->home].parent != UINT32_MAX) v->home = p->areas[v->home].parent;
    struct chance r = chance_of(v->place = chance_place(seed, v->code), 0, ABOUT_VILLAGE);
    double road = chance_normal(&r), rest = chance_normal(&r);
    v->effect = sqrt(m->remote_share) * road + sqrt(1 - m->remote_share) * rest;
    v->km = fmin(40, fmax(0.2, 4 * elementary_exp(0.8 * road)));
    weight[pop->village_count] = chance_spread(&r, m->village_size_spread);
    homes[v->home] += weight[pop->village_count++];
  }
  if (!pop->village_count) return err_set(e, ERR_INPUT, NULL, "the programme names no areas of its lowest level");
  for (uint32_t i = 0; i < p->area_count; i++)
    if (homes[i] > 0) weights += p->areas[i].population > 0 ? (double)p->areas[i].population : 1;
  for (uint32_t i = 0; i < pop->village_count; i++) {
    struct village *v = &pop->villages[i];
    double home = p->areas[v->home].population > 0 ? (double)p->areas[v->home].population : 1;
    double persons = m->persons * home / weights * weight[i] / homes[v->home];
    v->persons = persons < 12 ? 12 : persons > 200000 ? 200000 : (int64_t)(persons + 0.5);
  }
  TRY(settle(a, pop, e));
  TRY(set_rounds(pop, e));
  TRY(share_out(a, pop, e));
  welfare_measure(pop);
  *out = pop;
  return OK;
}

struct drawn { uint64_t key; uint32_t area; };
static int by_key(const void *x, const void *y) {
  const struct drawn *a = x, *b = y;
  return a->key != b->key ? (a->key < b->key ? -1 : 1) : a->area < b->area ? -1 : a->area > b->area;
}

enum status population_blocks(struct arena *a, const struct population *pop, double scale, struct block_id **out, uint32_t *count, struct err *e) {
  if (!(scale > 0 && scale <= SYNTH_SCALE_MAX)) return err_set(e, ERR_USAGE, "1 is everybody, 0.01 about one township", "the scale is above 0 and at most %d", SYNTH_SCALE_MAX);
  uint32_t whole = (uint32_t)scale, n = 0, areas = 0;
  struct block_id *list;
  struct drawn *order;
  bool *taken;
  double left = 0, all = 0;
  ARENA_TRY(e, list = arena_array(a, (size_t)(whole + 1) * pop->village_count, sizeof *list));
  ARENA_TRY(e, order = arena_array(a, pop->p->area_count + 1, sizeof *order));
  ARENA_TRY(e, taken = arena_array(a, pop->p->area_count + 1, sizeof *taken));
  for (uint32_t i = 0; i < pop->village_count; i++) {
    all += (double)pop->villages[i].persons;
    uint32_t parent = pop->villages[i].parent == UINT32_MAX ? pop->villages[i].area : pop->villages[i].parent;
    if (taken[parent]) continue;
    taken[parent] = true;
    struct chance r = chance_of(chance_place(pop->seed, pop->p->areas[parent].code), 0, ABOUT_ORDER);
    order[areas++] = (struct drawn){chance_next(&r), parent};
  }
  memset(taken, 0, (pop->p->area_count + 1) * sizeof *taken);
  qsort(order, areas, sizeof *order, by_key);
  left = (scale - whole) * all;
  for (uint32_t k = 0; k < areas && left > 0.5; k++) {
    taken[order[k].area] = true;
    for (uint32_t i = 0; i < pop->village_count; i++)
      if ((pop->villages[i].parent == UINT32_MAX ? pop->villages[i].area : pop->villages[i].parent) == order[k].area) left -= (double)pop->villages[i].persons;
  }
  for (uint32_t i = 0; i < pop->village_count; i++)
    for (uint32_t copy = 0; copy <= whole; copy++)
      if (copy < whole || taken[pop->villages[i].parent == UINT32_MAX ? pop->villages[i].area : pop->villages[i].parent]) list[n++] = (struct block_id){i, copy};
  *out = list, *count = n;
  return OK;
}
