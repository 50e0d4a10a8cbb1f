#include "plan/options.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan/trial.h"

static uint64_t measures_of(const struct planning *n, enum policy_option o) {
  uint64_t of = 0;
  for (uint32_t m = 0; m < n->measure_count; m++) of |= (uint64_t)(n->measures[m].option == o) << m;
  return of;
}

/* Worth of a yuan more for the dearest measure among `of` that area a pays for in its first year. */
static double price_of(const struct plan *p, uint32_t a, uint64_t of, const int64_t *spent) {
  const struct money *m = &p->built.money;
  const struct planning *n = p->people->planning;
  double best = 0;
  for (uint32_t x = 0; x < n->measure_count; x++) {
    if (!(of >> x & 1) || !spent[(size_t)a * n->measure_count + x]) continue;
    double sum = 0;
    for (uint32_t r = 0; r < p->built.limits.count; r++) {
      const struct limit *l = &p->built.limits.of[r];
      if (l->kind == LIMIT_MONEY && l->year == 0 && l->area == a && m->purses[l->purse].measures >> x & 1) sum += (double)p->solved.prices[r];
    }
    if (sum > best) best = sum;
  }
  return best / (double)(1 << PRICE_BITS) / OFFER_UNIT;
}

/* The small problem with one fund more. */
static enum status with_more(struct arena *a, const struct small *s, int32_t year, uint32_t area, uint64_t pays, double amount, struct planning *out, struct err *e) {
  struct fund *funds;
  *out = *s->people.planning;
  ARENA_TRY(e, funds = arena_grow(a, out->funds, out->fund_count, out->fund_count + 1u, sizeof *funds));
  funds[out->fund_count++] = (struct fund){.name = "one_more", .year = year, .area = area, .amount = amount, .pays = pays};
  out->funds = funds;
  return OK;
}

struct asking { const struct options_input *in; struct rollout *r; struct option_row *rows; uint32_t count, room; };

static enum status plan_again(const struct asking *q, const struct plan *base, uint32_t area, uint64_t pays, double *gain, struct err *e) {
  struct arena scratch;
  struct planning planning;
  struct people people = q->r->small->people;
  struct plan *more;
  arena_init(&scratch, 0);
  enum status st = with_more(&scratch, q->r->small, base->year, area, pays, OPTIONS_MONEY / q->r->small->every, &planning, e);
  more = st == OK ? arena_new(&scratch, struct plan) : NULL;
  people.planning = &planning;
  const struct plan_input in = {.people = &people, .weights = q->in->weights, .year = base->year, .pool = q->in->pool};
  if (st == OK && !more) st = err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (st == OK) st = plan_make(&scratch, &in, more, e);
  if (st == OK) *gain = ((double)more->certified.value - (double)base->certified.value) / OFFER_UNIT;
  arena_drop(&scratch);
  return st;
}

/* Draws of effects, yields and prices put into the planning itself: a plan of that world. */
static void put_draw(struct small *s, const struct trial_values *v, const struct planning *before) {
  const struct planning *n = s->people.planning;
  for (uint32_t m = 0; m < n->measure_count; m++) s->measures[m].income = (struct range){v->effect[m], v->effect[m], v->effect[m]};
  for (uint32_t k = 0; k < n->product_count; k++) {
    const struct product *was = &before->products[k];
    struct product *x = &s->products[k];
    x->price = (struct range){was->price.mid * v->price[k], was->price.mid * v->price[k], was->price.mid * v->price[k]};
    x->yield_range = (struct range){1, 1, 1};
    for (uint32_t t = 0; t < PLANNING_AGES; t++) x->yield[t] = was->yield[t] * v->yield[k];
  }
}

static int ascending(const void *x, const void *y) {
  const double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

/* Prices in other worlds: one plan a draw. rows: of this year, in order of area and option. */
static enum status find_ranges(struct asking *q, const struct plan *base, struct option_row *rows, uint32_t areas, struct err *e) {
  const uint32_t draws = q->in->draws, cells = areas * OPTION_OTHER;
  struct small *s = q->r->small;
  struct planning before = *s->people.planning;
  struct arena kept;
  arena_init(&kept, 0);
  double *values = arena_array(&kept, (size_t)cells * draws + 1u, sizeof *values);
  struct measure *measures = arena_copy(&kept, s->measures, before.measure_count * sizeof *measures);
  struct product *products = arena_copy(&kept, s->products, before.product_count * sizeof *products);
  enum status st = values && measures && products ? OK : err_set(e, ERR_MEMORY, NULL, "out of memory");
  before.products = products;
  for (uint32_t d = 0; d < draws && st == OK; d++) {
    struct arena scratch;
    struct rng r;
    struct trial_values v;
    arena_init(&scratch, 0);
    rng_seed(&r, q->in->seed + 0x51ED2701u * (d + 1));
    memcpy(s->measures, measures, before.measure_count * sizeof *measures); /* the draw is around what is expected */
    memcpy(s->products, products, before.product_count * sizeof *products);
    trial_draw(base, &r, 0, &v);
    put_draw(s, &v, &before);
    struct plan *p = arena_new(&scratch, struct plan);
    const struct plan_input in = {.people = &s->people, .weights = q->in->weights, .year = base->year, .pool = q->in->pool};
    st = p ? plan_make(&scratch, &in, p, e) : err_set(e, ERR_MEMORY, NULL, "out of memory");
    int64_t *spent = st == OK ? arena_array(&scratch, (size_t)p->built.money.years * areas * before.measure_count + 1u, sizeof *spent) : NULL;
    if (st == OK && !spent) st = err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (st == OK) plan_spending(p, spent);
    for (uint32_t i = 0; i < cells && st == OK; i++) values[(size_t)i * draws + d] = price_of(p, i / OPTION_OTHER, measures_of(&before, rows[i].option), spent) * OPTIONS_MONEY;
    arena_drop(&scratch);
  }
  memcpy(s->measures, measures, before.measure_count * sizeof *measures);
  memcpy(s->products, products, before.product_count * sizeof *products);
  for (uint32_t i = 0; i < cells && st == OK && draws; i++) {
    qsort(&values[(size_t)i * draws], draws, sizeof *values, ascending);
    rows[i].low = values[(size_t)i * draws + (draws - 1) / 10], rows[i].high = values[(size_t)i * draws + (draws - 1) * 9 / 10];
  }
  arena_drop(&kept);
  return st;
}

static void rank(struct option_row *rows) {
  for (int o = 0; o < OPTION_OTHER; o++) {
    if (!rows[o].rank) continue;
    rows[o].rank = 1;
    for (int x = 0; x < OPTION_OTHER; x++) rows[o].rank += rows[x].rank && x != o && (rows[x].again > rows[o].again || (rows[x].again == rows[o].again && x < o));
  }
}

static enum status ask_year(struct arena *a, struct asking *q, const struct plan *base, struct err *e) {
  const struct money *m = &base->built.money;
  const struct planning *n = q->r->small->people.planning;
  struct option_row *rows = &q->rows[q->count];
  int64_t *spent;
  ARENA_TRY(e, spent = arena_array(a, (size_t)m->years * m->area_count * n->measure_count + 1u, sizeof *spent));
  plan_spending(base, spent);
  for (uint32_t area = 0; area < m->area_count; area++) {
    struct option_row *of = &rows[area * OPTION_OTHER];
    for (enum policy_option o = 0; o < OPTION_OTHER; o++) {
      const uint64_t pays = measures_of(n, o);
      of[o] = (struct option_row){.year = base->year, .area = m->areas[area], .option = o, .by_prices = price_of(base, area, pays, spent) * OPTIONS_MONEY, .rank = pays != 0};
      if (pays) TRY(plan_again(q, base, m->areas[area], pays, &of[o].again, e));
    }
    rank(of);
  }
  for (uint32_t i = 0; i < m->area_count * OPTION_OTHER; i++) rows[i].again *= q->r->small->every; /* a k-th of a million for a k-th of the people */
  TRY(find_ranges(q, base, rows, m->area_count, e));
  q->count += m->area_count * OPTION_OTHER;
  return OK;
}

enum status options_make(struct arena *a, const struct options_input *in, struct option_row **rows, uint32_t *count, struct err *e) {
  struct small s;
  struct rollout r;
  TRY(small_make(a, in->people, OPTIONS_SAMPLE, &s, e));
  TRY(rollout_open(a, &s, in->weights, in->first, in->pool, &r, e));
  struct asking q = {.in = in, .r = &r};
  q.room = (uint32_t)(in->last - in->first + 1) * (in->people->programme->area_count + 1u) * OPTION_OTHER;
  ARENA_TRY(e, q.rows = arena_array(a, q.room + 1u, sizeof *q.rows));
  if (in->progress) progress_begin(in->progress, "planning the period", "years", (uint64_t)(in->last - in->first + 1));
  enum status st = OK;
  for (int32_t year = in->first; year <= in->last && st == OK; year++) {
    struct plan *p;
    ARENA_TRY(e, p = arena_new(a, struct plan));
    st = rollout_plan(&r, p, e);
    if (st == OK) st = ask_year(a, &q, p, e);
    if (st == OK) st = rollout_pass(&r, p, e);
    if (in->progress) (void)progress_step(in->progress, (uint64_t)(year - in->first + 1));
  }
  if (in->progress) progress_end(in->progress);
  *rows = q.rows, *count = q.count;
  return st;
}
