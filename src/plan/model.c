#include "plan/model.h"

#include "base/arena.h"

#define WRONG(...) return err_set(e, ERR_INPUT, "this is a fault of whoever made the model", __VA_ARGS__)

static enum status check_uses(const struct plan_model *m, uint32_t from, uint32_t count, const char *what, uint32_t n, struct err *e) {
  if (from > m->use_count || count > m->use_count - from) WRONG("%s %u names uses that are not there", what, n);
  return OK;
}

static enum status check_small(const struct plan_model *m, struct err *e) {
  if (m->most < 1 || m->most > PLAN_MOST) WRONG("a household may take %u items: 1 to %u are possible", m->most, PLAN_MOST);
  for (uint32_t k = 0; k < m->resource_count; k++) {
    const struct plan_resource *r = &m->resources[k];
    if (r->limit < 0 || r->limit > PLAN_AMOUNT_MAX) WRONG("resource %u has a limit of %lld", k, (long long)r->limit);
    if (r->market != PLAN_NONE && r->market >= m->market_count) WRONG("resource %u is a tier of market %u; there are %u", k, r->market, m->market_count);
    if (r->loss < 0 || r->loss > PLAN_AMOUNT_MAX || (r->loss && r->market == PLAN_NONE)) WRONG("resource %u has a loss of %lld", k, (long long)r->loss);
  }
  if (m->floor && (m->floor_weight < 1 || m->floor_weight > PLAN_FLOOR_WEIGHT_MAX)) WRONG("floors weigh %u: 1 to %u are possible", m->floor_weight, PLAN_FLOOR_WEIGHT_MAX);
  for (uint32_t v = 0; v < m->village_count && m->floor; v++)
    if (m->floor[v] < 0 || m->floor[v] > PLAN_AMOUNT_MAX) WRONG("village %u has a floor of %lld", v, (long long)m->floor[v]);
  if (m->column_count > UINT16_MAX + 1u) WRONG("there are %u columns: at most %u", m->column_count, UINT16_MAX + 1u);
  for (uint32_t l = 0; l < m->layer_count; l++)
    for (uint32_t v = 0; v < m->village_count; v++)
      if (m->layers[l].resource[v] != PLAN_NONE && m->layers[l].resource[v] >= m->resource_count) WRONG("layer %u names resource %u in village %u", l, m->layers[l].resource[v], v);
  for (uint32_t i = 0; i < m->use_count; i++) {
    const struct plan_use *u = &m->uses[i];
    if (u->layer ? u->layer > m->layer_count : u->resource >= m->resource_count) WRONG("use %u names a resource that is not there", i);
    if (u->amount < 0 || u->amount > PLAN_AMOUNT_MAX) WRONG("use %u has an amount of %lld", i, (long long)u->amount);
  }
  for (uint32_t c = 0; c < m->column_count; c++) TRY(check_uses(m, m->columns[c].use_from, m->columns[c].use_count, "column", c, e));
  return OK;
}

/* Were everybody to take everything, could the sums still be held? */
static enum status check_sums(const struct plan_model *m, struct err *e) {
  struct arena a;
  arena_init(&a, 0);
  int64_t *quantity = arena_array(&a, m->column_count + 1u, sizeof *quantity);
  if (!quantity) {
    arena_drop(&a);
    return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  for (uint64_t i = m->item_at[0], n = m->item_at[plan_households(m)]; i < n; i++) quantity[m->items[i].column] += m->items[i].quantity;
  __int128 sum = 0;
  for (uint32_t c = 0; c < m->column_count; c++)
    for (uint32_t i = m->columns[c].use_from; i < m->columns[c].use_from + m->columns[c].use_count; i++) sum += (__int128)quantity[c] * m->uses[i].amount;
  arena_drop(&a);
  if (sum > (__int128)1 << 60) WRONG("the amounts are too large to be added up: state them in a larger unit");
  return OK;
}

enum status plan_model_check(const struct plan_model *m, struct err *e) {
  TRY(check_small(m, e));
  for (uint32_t v = 0; v < m->village_count; v++) {
    if (m->household_at[v + 1] < m->household_at[v]) WRONG("village %u ends before it begins", v);
    unsigned works = plan_works_of(m, v);
    if (works > PLAN_WORKS) WRONG("village %u has %u works: at most %u", v, works, PLAN_WORKS);
    for (unsigned w = 0; w < works; w++) {
      const struct plan_work *x = &m->works[m->work_at[v] + w];
      if (x->value < 0 || x->value > PLAN_AMOUNT_MAX) WRONG("work %u of village %u has a value of %lld", w, v, (long long)x->value);
      if (x->needs >> works || x->needs >> w & 1) WRONG("work %u of village %u needs a work that is not another one there", w, v);
      TRY(check_uses(m, x->use_from, x->use_count, "work", w, e));
    }
  }
  for (uint32_t h = 0, n = plan_households(m); h < n; h++) {
    if (m->item_at[h + 1] < m->item_at[h] || m->item_at[h + 1] - m->item_at[h] > PLAN_ITEMS) WRONG("household %u has its items in disorder, or more than %u", h, PLAN_ITEMS);
    unsigned before = 0;
    for (uint64_t i = m->item_at[h]; i < m->item_at[h + 1]; i++) {
      const struct plan_item *x = &m->items[i];
      if (x->column >= m->column_count) WRONG("an item of household %u names column %u; there are %u", h, x->column, m->column_count);
      if (x->value < 0 || !x->quantity) WRONG("an item of household %u has value %d, quantity %u", h, x->value, x->quantity);
      unsigned group = m->columns[x->column].group;
      if (group < before) WRONG("the items of household %u are not sorted by group", h);
      before = group;
    }
  }
  return check_sums(m, e);
}
