#include "plan/assign.h"

#include <stdlib.h>
#include <string.h>

enum { BANDS = 64, FINE = 64 * 32, VILLAGES_A_TASK = 8 };
#define CANDIDATES_MIN 4000000u

enum status assignment_make(struct arena *a, const struct plan_model *m, struct assignment *out, struct err *e) {
  ARENA_TRY(e, out->bundle = arena_array(a, m->village_count + 1u, 1));
  ARENA_TRY(e, out->taken = arena_array(a, plan_households(m) + 1u, m->most));
  ARENA_TRY(e, out->open = arena_array(a, m->resource_count + 1u, sizeof *out->open));
  ARENA_TRY(e, out->use = arena_array(a, m->resource_count + 1u, sizeof *out->use));
  out->value = 0;
  return OK;
}

void assignment_copy(const struct plan_model *m, const struct assignment *from, struct assignment *to) {
  memcpy(to->bundle, from->bundle, m->village_count);
  memcpy(to->taken, from->taken, (size_t)plan_households(m) * m->most);
  memcpy(to->open, from->open, m->resource_count * sizeof *to->open);
  memcpy(to->use, from->use, m->resource_count * sizeof *to->use);
  to->value = from->value;
}

static unsigned band(int64_t gain) { return gain <= 0 ? 0 : 63u - (unsigned)__builtin_clzll((uint64_t)gain); }
/* Falls as the gain falls: 5 bits of mantissa under the exponent. Gains of nothing or less come after all others. */
static uint32_t fine(int64_t gain) {
  uint64_t x = gain > 0 ? (uint64_t)gain : (uint64_t)-gain + 1;
  unsigned top = 63u - (unsigned)__builtin_clzll(x);
  uint32_t at = top * 32 + (uint32_t)(top >= 5 ? x >> (top - 5) & 31 : x << (5 - top) & 31);
  return gain > 0 ? FINE - 1 - at : FINE + at;
}

struct lane { int64_t *cost, *use; /* use: a band and a resource */ uint64_t *count; };

struct job {
  const struct plan_model *m;
  const int64_t *prices;
  struct assignment *out;
  struct lane *lanes;
  int64_t *left;
  uint8_t *lowest; /* one a resource: the band from which on everything fits */
};

static bool fits(const struct plan_model *m, uint32_t v, uint32_t from, uint32_t count, int64_t quantity, const int64_t *left) {
  for (uint32_t i = from; i < from + count; i++) {
    uint32_t k = plan_use_resource(m, &m->uses[i], v);
    if (k == PLAN_NONE || (wide)quantity * m->uses[i].amount > left[k]) return false;
  }
  return true;
}

static void take(const struct plan_model *m, uint32_t v, uint32_t from, uint32_t count, int64_t quantity, int64_t *left) {
  for (uint32_t i = from; i < from + count; i++) left[plan_use_resource(m, &m->uses[i], v)] -= quantity * m->uses[i].amount;
}

/* A column may use one resource twice (its own and a layer's): taken one after the other, so that what `fits` did not see together shows. */
static bool take_if_fits(const struct plan_model *m, uint32_t v, uint32_t from, uint32_t count, int64_t quantity, int64_t *left) {
  if (!fits(m, v, from, count, quantity, left)) return false;
  take(m, v, from, count, quantity, left);
  for (uint32_t i = from; i < from + count; i++)
    if (left[plan_use_resource(m, &m->uses[i], v)] < 0) {
      take(m, v, from, count, -quantity, left);
      return false;
    }
  return true;
}

/* ---- works ---- */

struct claim { wide margin; uint32_t village; };

static int by_margin(const void *pa, const void *pb) {
  const struct claim *a = pa, *b = pb;
  if (a->margin != b->margin) return a->margin > b->margin ? -1 : 1;
  return (a->village > b->village) - (a->village < b->village);
}

static bool take_bundle(const struct job *j, uint32_t v, unsigned bundle) {
  const struct plan_model *m = j->m;
  unsigned done = 0;
  for (unsigned w = 0; bundle >> w; w++) {
    if (!(bundle >> w & 1)) continue;
    const struct plan_work *x = &m->works[m->work_at[v] + w];
    if (!(x->needs & ~bundle) && take_if_fits(m, v, x->use_from, x->use_count, 1, j->left)) {
      done |= 1u << w;
      continue;
    }
    for (unsigned u = 0; u < w; u++)
      if (done >> u & 1) take(m, v, m->works[m->work_at[v] + u].use_from, m->works[m->work_at[v] + u].use_count, -1, j->left);
    return false;
  }
  j->out->bundle[v] = (uint8_t)bundle;
  return true;
}

static enum status do_works(struct job *j, struct pricer *p, struct err *e) {
  const struct plan_model *m = j->m;
  memset(j->out->bundle, 0, m->village_count);
  if (!m->work_at || !m->work_at[m->village_count]) return OK;
  struct arena a;
  arena_init(&a, 0);
  wide *margin = arena_array(&a, m->village_count, sizeof *margin);
  uint8_t *bundle = arena_array(&a, m->village_count, 1);
  struct claim *claims = arena_array(&a, m->village_count, sizeof *claims);
  if (!margin || !bundle || !claims) {
    arena_drop(&a);
    return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  pricer_bundles(p, j->prices, j->out->open, bundle, margin);
  uint32_t n = 0;
  for (uint32_t v = 0; v < m->village_count; v++)
    if (bundle[v]) claims[n++] = (struct claim){margin[v], v};
  qsort(claims, n, sizeof *claims, by_margin);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t v = claims[i].village;
    if (take_bundle(j, v, bundle[v])) continue;
    for (unsigned b = bundle[v] - 1u; b; b--) /* a part of it, the later works first to go */
      if ((b & ~(unsigned)bundle[v]) == 0 && take_bundle(j, v, b)) break;
  }
  arena_drop(&a);
  return OK;
}

/* ---- households whose choice is clear ---- */

static void band_task(void *ctx, size_t i, unsigned worker) {
  struct job *j = ctx;
  const struct plan_model *m = j->m;
  struct lane *l = &j->lanes[worker];
  struct pick picks[PLAN_MOST] = {{0}};
  for (uint32_t v = (uint32_t)i * VILLAGES_A_TASK; v < (i + 1) * VILLAGES_A_TASK && v < m->village_count; v++) {
    price_costs(m, v, j->out->bundle[v], j->prices, j->out->open, l->cost);
    for (uint32_t h = m->household_at[v]; h < m->household_at[v + 1]; h++) {
      const struct plan_item *items = m->items + m->item_at[h];
      int64_t gain;
      unsigned n = price_choose(m, items, (unsigned)(m->item_at[h + 1] - m->item_at[h]), l->cost, picks, &gain);
      for (unsigned k = 0; k < n; k++) {
        const struct plan_item *x = &items[picks[k].item];
        const struct plan_column *c = &m->columns[x->column];
        int64_t *use = l->use + (size_t)band(picks[k].gain) * m->resource_count;
        for (uint32_t u = c->use_from; u < c->use_from + c->use_count; u++) use[plan_use_resource(m, &m->uses[u], v)] += x->quantity * m->uses[u].amount;
      }
    }
  }
}

static void sure_task(void *ctx, size_t i, unsigned worker) {
  struct job *j = ctx;
  const struct plan_model *m = j->m;
  struct lane *l = &j->lanes[worker];
  struct pick picks[PLAN_MOST] = {{0}};
  for (uint32_t v = (uint32_t)i * VILLAGES_A_TASK; v < (i + 1) * VILLAGES_A_TASK && v < m->village_count; v++) {
    price_costs(m, v, j->out->bundle[v], j->prices, j->out->open, l->cost);
    for (uint32_t h = m->household_at[v]; h < m->household_at[v + 1]; h++) {
      const struct plan_item *items = m->items + m->item_at[h];
      unsigned all = (unsigned)(m->item_at[h + 1] - m->item_at[h]), took = 0;
      uint8_t *taken = j->out->taken + (size_t)h * m->most;
      int64_t total;
      unsigned n = price_choose(m, items, all, l->cost, picks, &total);
      memset(taken, 0, m->most);
      for (unsigned k = 0; k < n; k++) {
        const struct plan_item *x = &items[picks[k].item];
        const struct plan_column *c = &m->columns[x->column];
        bool sure = true;
        for (uint32_t u = c->use_from; u < c->use_from + c->use_count && sure; u++)
          sure = band(picks[k].gain) >= j->lowest[plan_use_resource(m, &m->uses[u], v)];
        if (!sure) continue;
        taken[took++] = (uint8_t)(picks[k].item + 1);
        for (uint32_t u = c->use_from; u < c->use_from + c->use_count; u++) l->use[plan_use_resource(m, &m->uses[u], v)] += x->quantity * m->uses[u].amount;
      }
      if (took == m->most) continue;
      for (unsigned k = 0; k < all; k++) /* how many candidates there are at each gain */
        if (l->cost[items[k].column] != COST_BLOCKED) l->count[fine(price_gain(&items[k], l->cost[items[k].column]))]++;
    }
  }
}

/* ---- the margin ---- */

static bool has_room(const struct plan_model *m, const struct plan_item *items, const uint8_t *taken, unsigned item, unsigned *at) {
  unsigned group = m->columns[items[item].column].group;
  for (*at = 0; *at < m->most && taken[*at]; ++*at) {
    unsigned other = taken[*at] - 1u;
    if (other == item || (group && m->columns[items[other].column].group == group)) return false;
  }
  return *at < m->most;
}

struct candidate { uint32_t household; uint8_t item; };

static enum status do_margin(struct job *j, const uint64_t *count, struct err *e) {
  const struct plan_model *m = j->m;
  struct lane *l = &j->lanes[0];
  uint64_t cap = CANDIDATES_MIN > plan_households(m) / 4 ? CANDIDATES_MIN : plan_households(m) / 4, sum = 0;
  uint32_t last = 0; /* buckets below it are looked at; all that gain something always are */
  uint64_t *at = calloc(2 * FINE + 1, sizeof *at);
  if (!at) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  while (last < 2 * FINE && (last < FINE || sum + count[last] <= cap)) at[last] = sum, sum += count[last++];
  struct candidate *list = malloc((sum + 1) * sizeof *list);
  if (!list) {
    free(at);
    return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  for (uint32_t v = 0; v < m->village_count; v++) {
    price_costs(m, v, j->out->bundle[v], j->prices, j->out->open, l->cost);
    for (uint32_t h = m->household_at[v]; h < m->household_at[v + 1]; h++) {
      if (j->out->taken[(size_t)h * m->most + m->most - 1]) continue;
      const struct plan_item *items = m->items + m->item_at[h];
      for (unsigned k = 0, n = (unsigned)(m->item_at[h + 1] - m->item_at[h]); k < n; k++) {
        if (l->cost[items[k].column] == COST_BLOCKED) continue;
        uint32_t bucket = fine(price_gain(&items[k], l->cost[items[k].column]));
        if (bucket < last) list[at[bucket]++] = (struct candidate){h, (uint8_t)k};
      }
    }
  }
  uint32_t v = 0;
  for (uint64_t i = 0; i < sum; i++) {
    uint32_t h = list[i].household;
    const struct plan_item *items = m->items + m->item_at[h], *x = &items[list[i].item];
    uint8_t *taken = j->out->taken + (size_t)h * m->most;
    unsigned slot;
    if (!x->value || !has_room(m, items, taken, list[i].item, &slot)) continue;
    if (h < m->household_at[v]) v = 0; /* a bucket's households ascend; a new bucket begins anew */
    if (m->household_at[v + 1] <= h) {
      uint32_t low = v, high = m->village_count;
      while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (m->household_at[mid] <= h) low = mid;
        else high = mid;
      }
      v = low;
    }
    const struct plan_column *c = &m->columns[x->column];
    if (take_if_fits(m, v, c->use_from, c->use_count, x->quantity, j->left)) taken[slot] = (uint8_t)(list[i].item + 1);
  }
  free(list);
  free(at);
  return OK;
}

static int64_t total_value(const struct plan_model *m, const struct assignment *x) {
  wide sum = 0;
  for (uint32_t v = 0; v < m->village_count; v++)
    for (unsigned w = 0; x->bundle[v] >> w; w++)
      if (x->bundle[v] >> w & 1) sum += m->works[m->work_at[v] + w].value;
  for (uint32_t h = 0, n = plan_households(m); h < n; h++)
    for (unsigned k = 0; k < m->most && x->taken[(size_t)h * m->most + k]; k++) sum += m->items[m->item_at[h] + x->taken[(size_t)h * m->most + k] - 1u].value;
  for (uint32_t k = 0; k < m->resource_count; k++)
    if (m->resources[k].market != PLAN_NONE && x->open[k] && x->use[k]) sum -= m->resources[k].loss;
  return (int64_t)sum;
}

enum status assign(const struct plan_model *m, struct pricer *p, struct pool *pool, const int64_t *prices, struct assignment *out, struct err *e) {
  struct arena a;
  arena_init(&a, 0);
  const unsigned lanes = pool ? pool_threads(pool) : 1;
  struct job j = {.m = m, .prices = prices, .out = out};
  bool room = (j.lanes = arena_array(&a, lanes, sizeof *j.lanes)) && (j.left = arena_array(&a, m->resource_count + 1u, sizeof *j.left)) && (j.lowest = arena_array(&a, m->resource_count + 1u, 1));
  for (unsigned t = 0; t < lanes && room; t++)
    room = (j.lanes[t].cost = arena_array(&a, m->column_count + 1u, sizeof(int64_t))) && (j.lanes[t].use = arena_array(&a, (size_t)BANDS * m->resource_count + 1u, sizeof(int64_t))) &&
           (j.lanes[t].count = arena_array(&a, 2 * FINE, sizeof(uint64_t)));
  enum status st = room ? OK : err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (st == OK) {
    for (uint32_t k = 0; k < m->resource_count; k++) j.left[k] = out->open[k] ? m->resources[k].limit : 0;
    st = do_works(&j, p, e);
  }
  if (st == OK) {
    const size_t tasks = (m->village_count + VILLAGES_A_TASK - 1) / VILLAGES_A_TASK;
    pool_run(pool, tasks, band_task, &j);
    for (uint32_t k = 0; k < m->resource_count; k++) {
      wide sum = 0;
      unsigned b = BANDS;
      for (; b > 0; b--) {
        for (unsigned t = 0; t < lanes; t++) sum += j.lanes[t].use[(size_t)(b - 1) * m->resource_count + k];
        if (sum > j.left[k]) break;
      }
      j.lowest[k] = (uint8_t)b;
    }
    for (unsigned t = 0; t < lanes; t++) memset(j.lanes[t].use, 0, ((size_t)BANDS * m->resource_count + 1u) * sizeof(int64_t));
    pool_run(pool, tasks, sure_task, &j);
    for (unsigned t = 0; t < lanes; t++) {
      for (uint32_t k = 0; k < m->resource_count; k++) j.left[k] -= j.lanes[t].use[k];
      if (t)
        for (uint32_t b = 0; b < 2 * FINE; b++) j.lanes[0].count[b] += j.lanes[t].count[b];
    }
    st = do_margin(&j, j.lanes[0].count, e);
  }
  if (st == OK) {
    for (uint32_t k = 0; k < m->resource_count; k++) out->use[k] = (out->open[k] ? m->resources[k].limit : 0) - j.left[k];
    out->value = total_value(m, out);
  }
  arena_drop(&a);
  return st;
}
