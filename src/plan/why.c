#include "plan/why.h"

#include <math.h>
#include <string.h>

#include "base/number.h"

static double in_years(wide v) { return (double)v / (double)(1 << PRICE_BITS) / OFFER_UNIT; }

/* What uses cost at the prices, and which resource costs most. */
static double cost_of(const struct plan *p, uint32_t village, const struct plan_use *uses, uint32_t count, uint32_t *dearest, double *of_it) {
  const struct plan_model *m = &p->built.model;
  double sum = 0;
  *dearest = PLAN_NONE, *of_it = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t k = plan_use_resource(m, &uses[i], village);
    if (k == PLAN_NONE) continue;
    const double c = in_years((wide)p->solved.prices[k] * uses[i].amount);
    sum += c;
    if (c > *of_it) *of_it = c, *dearest = k;
  }
  return sum;
}

static bool takes(const struct bundle *b, uint32_t measure) {
  for (uint32_t i = 0; i < b->count; i++)
    if (b->parts[i].measure == measure) return true;
  return false;
}

/* The measure alone: its best tier among those that are open. */
static void weigh(const struct plan *p, uint32_t household, struct why_measure *x) {
  const struct limits *l = &p->built.limits;
  const struct measure *m = &p->people->planning->measures[x->measure];
  const uint32_t tiers = m->effect == EFFECT_PRODUCT ? p->built.markets[m->product].tier_count : 1;
  double best = -INFINITY;
  for (uint32_t t = 0; t < tiers; t++) {
    const uint32_t tier = m->effect == EFFECT_PRODUCT ? t : PLANNING_NONE;
    if (tier != PLANNING_NONE && !p->solved.plan.open[l->tier_resource[m->product] + t]) continue;
    struct plan_use uses[800];
    uint32_t count = 0, dearest;
    double part;
    if (!limits_use(l, x->measure, tier, x->quantity, uses, &count, 800)) continue;
    const struct bundle b = {1, {{x->measure, tier, x->quantity}}};
    const double worth = offer_worth(&p->built.offers, household, &b, x->quantity).of[p->built.offers.scale.objective];
    const double cost = cost_of(p, p->people->village[household], uses, count, &dearest, &part);
    if (worth - cost > best) best = worth - cost, x->worth = worth, x->cost = cost, x->tier = tier, x->limit = dearest, x->cost_limit = part;
  }
}

static uint64_t count_others(const struct plan *p, uint32_t measure) {
  const struct plan_sum *s = &p->by_measure[measure];
  return s->households + s->villages;
}

enum status why_household(struct arena *a, const struct plan *p, uint32_t household, struct why *out, struct err *e) {
  const struct planning *n = p->people->planning;
  const struct plan_model *m = &p->built.model;
  *out = (struct why){.household = household, .village = p->people->village[household]};
  out->bundle = plan_bundle(p, household, &out->quantity);
  ARENA_TRY(e, out->measures = arena_array(a, n->measure_count + 1u, sizeof *out->measures));
  if (out->bundle.count) {
    const struct plan_item *item = &m->items[m->item_at[household] + p->solved.plan.taken[(size_t)household * m->most] - 1u];
    const struct plan_column *c = &m->columns[item->column];
    uint32_t dearest;
    double part;
    out->worth = item->value / OFFER_UNIT, out->cost = item->quantity * cost_of(p, out->village, &m->uses[c->use_from], c->use_count, &dearest, &part);
  }
  for (uint32_t k = 0; k < n->measure_count; k++) {
    if (n->measures[k].village) continue;
    struct why_measure *x = &out->measures[out->count++];
    *x = (struct why_measure){.measure = k, .limit = PLAN_NONE, .tier = PLANNING_NONE};
    x->why = offer_open(&p->built.offers, household, k, &x->quantity);
    x->taken = takes(&out->bundle, k);
    x->others = count_others(p, k);
    if (x->why != OFFER_OPEN) continue;
    weigh(p, household, x);
    const double gain = out->worth - out->cost;
    if (x->taken || !(x->worth > 0)) continue;
    x->factor = (x->cost + (gain > 0 ? gain : 0)) / x->worth;
    x->even = fabs(x->factor - 1) < 0.001;
  }
  return OK;
}

enum status why_village(struct arena *a, const struct plan *p, uint32_t village, struct why *out, struct err *e) {
  const struct planning *n = p->people->planning;
  const struct plan_model *m = &p->built.model;
  const struct plan_village *v = &p->people->villages[village];
  *out = (struct why){.household = PLANNING_NONE, .village = village};
  ARENA_TRY(e, out->measures = arena_array(a, p->built.work_count + 1u, sizeof *out->measures));
  for (uint32_t w = 0; w < p->built.work_count; w++) {
    const uint32_t k = p->built.work_measure[w];
    struct why_measure *x = &out->measures[out->count++];
    const struct plan_work *work = &m->works[m->work_at[village] + w];
    *x = (struct why_measure){.measure = k, .limit = PLAN_NONE, .tier = PLANNING_NONE, .quantity = v->quantity[k], .others = count_others(p, k)};
    x->there = p->built.work_there[village] >> w & 1;
    x->taken = p->solved.plan.bundle[village] >> w & 1 && !x->there;
    if (x->there) continue;
    if (v->refused >> k & 1) x->why = OFFER_REFUSED;
    else if (v->offered_unknown >> k & 1) x->why = OFFER_UNKNOWN;
    else if (!(v->offered >> k & 1)) x->why = OFFER_NOT_ELIGIBLE;
    else if (p->built.money.unpaid >> k & 1) x->why = OFFER_NO_FUND;
    else if (!limits_reach(&p->built.limits, k, village)) x->why = OFFER_NO_PLACE;
    if (x->why != OFFER_OPEN) continue;
    x->worth = (double)work->value / OFFER_UNIT;
    x->cost = cost_of(p, village, &m->uses[work->use_from], work->use_count, &x->limit, &x->cost_limit);
    if (!x->taken && x->worth > 0) x->factor = x->cost / x->worth, x->even = fabs(x->factor - 1) < 0.001;
  }
  (void)n;
  return OK;
}

/* ---- words ---- */

static const struct label reasons[OFFER_WHY_COUNT] = {
  [OFFER_NOT_ELIGIBLE] = {"it does not meet the condition: %s", "不符合条件：%s"},
  [OFFER_NO_CAUSE] = {"it answers none of the household's causes of poverty", "不针对该户的致贫原因"},
  [OFFER_UNKNOWN] = {"not known whether it meets the condition, a field is missing: %s", "是否符合条件不明，缺少信息：%s"},
  [OFFER_REFUSED] = {"the household refused it, or it was forbidden by hand", "农户已谢绝，或被人工排除"},
  [OFFER_NO_FUND] = {"no fund may pay for it", "没有可支付该措施的资金"},
  [OFFER_NO_PLACE] = {"there are no places for it here", "当地没有名额"},
  [OFFER_UNSUITABLE] = {"the village is not suitable: %s", "该村不适宜：%s"},
  [OFFER_SUITABLE_UNKNOWN] = {"not known whether the village is suitable: %s", "该村是否适宜不明：%s"},
  [OFFER_NO_LAND] = {"it has too little land for one unit", "土地不足一个单位"},
  [OFFER_NO_LABOUR] = {"it has too little labour for one unit", "劳动力不足一个单位"},
  [OFFER_NO_MARKET] = {"the market is full at every price: who grows it already sells more than it takes", "各价位市场均已饱和：已有产量超过市场容量"},
};

const char *why_text(struct arena *a, const struct plan *p, const struct why *w, const struct why_measure *m, enum language lang) {
  const struct measure *x = &p->people->planning->measures[m->measure];
  const bool zh = lang == LANG_ZH, village = w->household == PLANNING_NONE;
  char others[40];
  number_grouped((int64_t)m->others, 0, others);
  if (m->there) return zh ? "该村已具备" : "the village has this already";
  if (m->why != OFFER_OPEN) {
    const char *condition = m->why == OFFER_UNSUITABLE || m->why == OFFER_SUITABLE_UNKNOWN ? p->people->planning->products[x->product].suitable_source : x->eligible_source;
    const char *pattern = zh ? reasons[m->why].zh : reasons[m->why].en;
    const char *at = strstr(pattern, "%s");
    return at ? arena_printf(a, "%.*s%s%s", (int)(at - pattern), pattern, condition ? condition : "", at + 2) : pattern;
  }
  if (m->taken) return zh ? "已列入计划" : "planned";
  if (!(m->worth > 0)) return zh ? "对该户没有增益：效果在计划期内不改变其贫困" : village ? "worth nothing here: it reaches nobody who is poor" : "worth nothing to it: the effect does not lessen its poverty";
  if (m->even) return zh ? "与已选方案不相上下，由整数取舍决定" : "as good as what was chosen, to within a thousandth: whole numbers decided";
  if (m->worth > m->cost && !village) return zh ? arena_printf(a, "划算，但已选方案增益更大；其效果须为现值的 %.2f 倍才会入选", m->factor) : arena_printf(a, "it would pay, but what was chosen gains more; it would be chosen if it brought %.2f times as much", m->factor);
  if (m->limit == PLAN_NONE) return zh ? "与其他措施互斥" : "it does not go with what was chosen";
  const char *limit = limit_text(a, &p->built.limits, m->limit, lang);
  if (village) return zh ? arena_printf(a, "资源用于别处更有效：%s；已有 %s 个村获得该措施；其效果须为现值的 %.2f 倍才会入选", limit, others, m->factor)
                         : arena_printf(a, "what it uses is worth more elsewhere: %s; %s villages get it; it would be chosen if it brought %.2f times as much", limit, others, m->factor);
  return zh ? arena_printf(a, "资源用于别处更有效：%s；已有 %s 户获得该措施；其效果须为现值的 %.2f 倍才会入选", limit, others, m->factor)
            : arena_printf(a, "what it uses is worth more elsewhere: %s; %s households gain more from it; it would be chosen if it brought %.2f times as much", limit, others, m->factor);
}
