#include "plan/doubts.h"
#include "plan/tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *plan_table_key(enum plan_table_id id) {
  static const char *const keys[] = {
#define X(id, key, en, zh) key,
    PLAN_TABLE_TABLE(X)
#undef X
  };
  return id < PLAN_TABLE_COUNT ? keys[id] : "";
}

struct label plan_table_title(enum plan_table_id id) {
  static const struct label titles[] = {
#define X(id, key, en, zh) {en, zh},
    PLAN_TABLE_TABLE(X)
#undef X
  };
  return id < PLAN_TABLE_COUNT ? titles[id] : (struct label){0};
}

/* ---- filling ---- */

struct filling {
  struct arena *arena;
  const struct plan *p;
  const struct planning *n;
  enum language lang;
  struct plan_cell *cells; size_t count, room;
  bool failed;
};

static void put(struct filling *f, struct plan_cell c) {
  if (f->count == f->room && !f->failed) {
    const size_t room = f->room ? f->room * 2 : 256;
    struct plan_cell *more = arena_grow(f->arena, f->cells, f->count, room, sizeof *more);
    if (more) f->cells = more, f->room = room;
    else f->failed = true;
  }
  if (!f->failed) f->cells[f->count++] = c;
}
static void text(struct filling *f, const char *s) { put(f, (struct plan_cell){.kind = s ? CELL_TEXT : CELL_NONE, .text = s}); }
static void number(struct filling *f, int64_t v) { put(f, (struct plan_cell){.kind = CELL_INT, .i = v}); }
static void real(struct filling *f, double v) { put(f, isnan(v) ? (struct plan_cell){.kind = CELL_NONE} : (struct plan_cell){.kind = CELL_REAL, .d = v}); }
static void word(struct filling *f, const struct label *l, const char *name) { text(f, label_in(l, f->lang, name)); }
static const char *either(const struct filling *f, const char *en, const char *zh) { return f->lang == LANG_ZH ? zh : en; }

static void area(struct filling *f, uint32_t at) {
  const struct programme *p = f->p->people->programme;
  if (at >= p->area_count) {
    text(f, either(f, "all", "全部"));
    return;
  }
  const struct label l = {p->areas[at].name_en, p->areas[at].name_zh};
  word(f, &l, p->areas[at].code);
}
static void code(struct filling *f, uint32_t at) {
  const struct programme *p = f->p->people->programme;
  text(f, at < p->area_count ? p->areas[at].code : NULL);
}

#define NUMBER(key, en, zh) {key, {en, zh}, true, 0}
#define REAL(key, en, zh, decimals) {key, {en, zh}, true, decimals}
#define TEXT(key, en, zh) {key, {en, zh}, false, 0}

/* ---- one filler a table ---- */

static const struct plan_heading poverty_headings[] = {TEXT("measure_of_poverty", "measure of poverty", "贫困指标"), REAL("now", "now", "目前", 4), REAL("expected", "expected after the plan", "计划后预计", 4),
                                                       REAL("fall", "discounted fall, person-years", "折现下降（人年）", 1),
                                                       REAL("low", "10 % of draws below", "一成抽样低于", 1), REAL("high", "10 % of draws above", "一成抽样高于", 1)};
static void poverty(struct filling *f) {
  static const struct label labels[] = {{"squared poverty gap (FGT2)", "平方贫困距 FGT2"}, {"poverty gap (FGT1)", "贫困距 FGT1"}, {"headcount ratio (FGT0)", "贫困发生率 FGT0"}, {"adjusted headcount (M0)", "调整后多维贫困发生率 M0"}};
  const double persons = (double)f->p->people->planned_persons;
  for (int o = 0; o < OBJECTIVE_COUNT; o++) {
    word(f, &labels[o], objective_word((enum objective)o));
    real(f, persons > 0 ? f->p->before.of[o] / persons : NAN), real(f, persons > 0 ? f->p->after.of[o] / persons : NAN), real(f, f->p->worth.of[o]);
    real(f, f->p->doubts ? f->p->doubts->fall[o].low : NAN), real(f, f->p->doubts ? f->p->doubts->fall[o].high : NAN);
  }
}

static const struct plan_heading measures_headings[] = {TEXT("measure", "measure", "措施"), TEXT("project", "key project", "重点工程"), NUMBER("households", "households", "户数"), NUMBER("persons", "persons", "人数"),
                                                        NUMBER("villages", "villages", "村数"), NUMBER("units", "units", "数量"), TEXT("unit", "unit", "单位"), NUMBER("cost", "cost, first year", "首年费用"), NUMBER("later", "upkeep later", "后续维护费用")};
static void measures(struct filling *f) {
  for (uint32_t m = 0; m < f->n->measure_count; m++) {
    const struct measure *x = &f->n->measures[m];
    const struct plan_sum *s = &f->p->by_measure[m];
    const struct label project = project_label(x->project);
    word(f, &x->label, x->name), word(f, &project, ""), number(f, (int64_t)s->households), number(f, (int64_t)s->persons), number(f, (int64_t)s->villages), number(f, (int64_t)s->units), word(f, &x->unit, ""), number(f, s->cost), number(f, s->later);
  }
}

static const struct plan_heading doubts_headings[] = {TEXT("measure", "measure", "措施"), REAL("units", "units planned", "计划数量", 0), REAL("stays", "share of draws it stays in", "保留该措施的抽样比例", 3), REAL("switches_at", "in from this factor on its effect", "效果达此倍数即入选", 2),
                                                      REAL("value", "share of the plan's value", "占计划价值比例", 3), TEXT("assumed", "rests on assumed values", "依据假定值")};
static void doubts(struct filling *f) {
  for (uint32_t m = 0; f->p->doubts && m < f->n->measure_count; m++) {
    const struct measure *x = &f->n->measures[m];
    const struct doubt_measure *d = &f->p->doubts->measures[m];
    word(f, &x->label, x->name), real(f, d->now), real(f, d->stays), real(f, isfinite(d->switches_at) ? d->switches_at : NAN), real(f, d->value), text(f, d->assumed ? either(f, "yes", "是") : either(f, "no", "否"));
  }
}

static const struct plan_heading guarantees_headings[] = {TEXT("area", "area", "地区"), TEXT("guarantee", "guarantee", "保障"), NUMBER("owed", "owed", "应付"), NUMBER("paid", "paid", "已安排"), NUMBER("arrear", "arrear", "欠付"), TEXT("owed_by", "owed by", "责任层级")};
static void guarantees(struct filling *f) {
  const struct money *m = &f->p->built.money;
  for (uint32_t i = 0; i < m->claim_count; i++) {
    const struct money_claim *c = &m->claims[i];
    const struct guarantee *g = &f->n->guarantees[c->guarantee];
    const struct programme *p = f->p->people->programme;
    area(f, m->areas[c->area]), word(f, &g->label, g->name), number(f, c->owed), number(f, c->paid), number(f, c->owed - c->paid);
    word(f, &p->area_levels[g->owed_by], p->area_level_names[g->owed_by]);
  }
}

static const struct plan_heading guarantee_sums_headings[] = {TEXT("guarantee", "guarantee", "保障"), NUMBER("owed", "owed", "应付"), NUMBER("paid", "paid", "已安排"), NUMBER("arrear", "arrear", "欠付"), TEXT("owed_by", "owed by", "责任层级"), NUMBER("unknown", "households of which it is not known", "情况不明户数")};
static void guarantee_sums(struct filling *f) {
  const struct money *m = &f->p->built.money;
  const struct programme *p = f->p->people->programme;
  for (uint32_t g = 0; g < f->n->guarantee_count; g++) {
    int64_t owed = 0, paid = 0;
    for (uint32_t i = 0; i < m->claim_count; i++)
      if (m->claims[i].guarantee == g) owed += m->claims[i].owed, paid += m->claims[i].paid;
    word(f, &f->n->guarantees[g].label, f->n->guarantees[g].name), number(f, owed), number(f, paid), number(f, owed - paid);
    word(f, &p->area_levels[f->n->guarantees[g].owed_by], p->area_level_names[f->n->guarantees[g].owed_by]), number(f, f->p->people->owed_unknown ? (int64_t)f->p->people->owed_unknown[g] : 0);
  }
}

static const struct plan_heading funds_headings[] = {TEXT("area", "area", "地区"), TEXT("fund", "fund", "资金"), NUMBER("year", "year", "年度"), NUMBER("amount", "amount", "金额"), NUMBER("guarantees", "guarantees", "用于保障"),
                                                     NUMBER("plan", "this plan", "用于本计划"), NUMBER("left", "left", "结余")};
static enum status funds(struct filling *f, struct err *e) {
  const struct money *m = &f->p->built.money;
  const uint32_t measure_count = f->n->measure_count;
  int64_t *spent, *from;
  ARENA_TRY(e, spent = arena_array(f->arena, (size_t)m->years * m->area_count * measure_count + 1u, sizeof *spent));
  ARENA_TRY(e, from = arena_array(f->arena, (size_t)measure_count * m->kind_count + 1u, sizeof *from));
  plan_spending(f->p, spent);
  for (uint32_t a = 0; a < m->area_count; a++)
    for (uint32_t y = 0; y < m->years; y++) {
      if (!m->has_funds[y]) continue;
      TRY(money_divide(f->arena, m, y, a, &spent[((size_t)y * m->area_count + a) * measure_count], from, e));
      for (uint32_t k = 0; k < m->kind_count; k++) {
        const struct fund *fund = &f->n->funds[m->kinds[k].fund];
        const int64_t had = *money_at(m, m->had, y, a, k), left = *money_at(m, m->left, y, a, k);
        int64_t used = 0;
        for (uint32_t x = 0; x < measure_count; x++) used += from[(size_t)x * m->kind_count + k];
        if (!had) continue;
        area(f, m->areas[a]), word(f, &fund->label, fund->name), number(f, m->year + (int32_t)y), number(f, had), number(f, had - left), number(f, used), number(f, left - used);
      }
    }
  return OK;
}

static const struct plan_heading fund_sums_headings[] = {TEXT("fund", "fund", "资金"), NUMBER("amount", "amount", "金额"), NUMBER("guarantees", "guarantees", "用于保障"), NUMBER("plan", "this plan", "用于本计划"), NUMBER("left", "left", "结余")};
static enum status fund_sums(struct filling *f, struct err *e) {
  const struct money *m = &f->p->built.money;
  struct filling all = {.arena = f->arena, .p = f->p, .n = f->n, .lang = f->lang};
  TRY(funds(&all, e));
  if (all.failed) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  enum { COLUMNS = sizeof funds_headings / sizeof *funds_headings };
  for (uint32_t k = 0; k < m->kind_count; k++) {
    const struct fund *fund = &f->n->funds[m->kinds[k].fund];
    const char *name = label_in(&fund->label, f->lang, fund->name);
    int64_t sums[4] = {0};
    for (size_t r = 0; r < all.count / COLUMNS; r++) {
      const struct plan_cell *row = &all.cells[r * COLUMNS];
      if (row[2].i != m->year || strcmp(row[1].text, name)) continue;
      for (int i = 0; i < 4; i++) sums[i] += row[3 + i].i;
    }
    if (!sums[0]) continue;
    text(f, name);
    for (int i = 0; i < 4; i++) number(f, sums[i]);
  }
  return OK;
}

static const struct plan_heading markets_headings[] = {TEXT("product", "product", "产品"), REAL("existing_mu", "grown already, mu", "已有面积（亩）", 0), REAL("planned_mu", "planned, mu", "计划新增（亩）", 0),
                                                       REAL("price", "price today", "现价", 2), REAL("tier_price", "price planned with", "计划采用价", 2), NUMBER("demand", "sold a year at that price, t", "该价年销量（吨）"), NUMBER("existing", "existing output, t", "已有产量（吨）"),
                                                       NUMBER("planned", "planned output, t", "新增产量（吨）"), REAL("days", "days to clear", "销完天数", 0), REAL("keeps", "days it keeps", "可销天数", 0), REAL("stressed_days", "days to clear, disturbed transport", "运输受阻时销完天数", 0)};
static void markets(struct filling *f) {
  const struct plan *p = f->p;
  for (uint32_t k = 0; k < f->n->product_count; k++) {
    const struct product *x = &f->n->products[k];
    const struct market *m = &p->built.markets[k];
    double mu = 0;
    uint32_t tier = PLANNING_NONE;
    for (uint32_t i = 0; i < p->line_count; i++)
      if (f->n->measures[p->lines[i].measure].effect == EFFECT_PRODUCT && f->n->measures[p->lines[i].measure].product == k) mu += measure_mu(&f->n->measures[p->lines[i].measure]) * p->lines[i].quantity, tier = p->lines[i].tier;
    const uint32_t t = tier == PLANNING_NONE ? 0 : tier;
    const double planned = mu * (double)m->kg_mu, all = (double)m->existing + planned, speed = m->tier_count ? market_demand_share(x->tiers[t], x->elasticity) * 1000 : 0;
    word(f, &x->label, x->name), real(f, m->existing_mu), real(f, mu), real(f, x->price.mid), real(f, tier == PLANNING_NONE ? NAN : m->price[t]), number(f, m->tier_count ? m->demand[t] / 1000 : 0), number(f, m->existing / 1000), number(f, (int64_t)(planned / 1000));
    real(f, x->per_day > 0 ? all / (x->per_day * speed) : NAN), real(f, x->season_days + x->storage_days), real(f, x->stressed_per_day > 0 ? all / (x->stressed_per_day * speed) : NAN);
  }
}

struct scarce { uint32_t resource; double worth; };
static int by_worth(const void *x, const void *y) {
  const struct scarce *a = x, *b = y;
  if (a->worth != b->worth) return a->worth > b->worth ? -1 : 1;
  return (a->resource > b->resource) - (a->resource < b->resource);
}

static const struct plan_heading limits_headings[] = {TEXT("limit", "what", "约束"), NUMBER("amount", "there is", "总量"), NUMBER("used", "used", "已用"), REAL("price", "worth of one more, person-years", "每增一单位的价值（人年）", 9), REAL("worth", "worth of all of it", "全部价值", 1)};
static enum status limits(struct filling *f, struct err *e) {
  const struct plan *p = f->p;
  const struct limits *l = &p->built.limits;
  struct scarce *order;
  uint32_t count = 0;
  ARENA_TRY(e, order = arena_array(f->arena, l->count + 1u, sizeof *order));
  for (uint32_t r = 0; r < l->count; r++) {
    const double price = (double)p->solved.prices[r] / (double)(1 << PRICE_BITS) / OFFER_UNIT;
    if (p->solved.prices[r] && p->solved.plan.use[r]) order[count++] = (struct scarce){r, price * (double)l->resources[r].limit};
  }
  qsort(order, count, sizeof *order, by_worth);
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t r = order[i].resource;
    text(f, limit_text(f->arena, l, r, f->lang)), number(f, l->resources[r].limit), number(f, p->solved.plan.use[r]), real(f, (double)p->solved.prices[r] / (double)(1 << PRICE_BITS) / OFFER_UNIT), real(f, order[i].worth);
  }
  return OK;
}

static const struct plan_heading diagnosis_headings[] = {TEXT("code", "code", "代码"), TEXT("village", "village", "村"), NUMBER("households", "households planned for", "计划对象户数"), TEXT("binds", "binds", "制约因素"), TEXT("unknown", "not known", "不明"), TEXT("works", "planned for it", "计划措施")};
static void diagnosis(struct filling *f) {
  const struct people *q = f->p->people;
  for (uint32_t v = 0; v < q->village_count; v++) {
    const struct plan_village *x = &q->villages[v];
    const char *binds = NULL, *unknown = NULL, *works = NULL;
    for (uint32_t c = 0; c < f->n->constraint_count; c++) {
      const char *name = label_in(&f->n->constraints[c].label, f->lang, f->n->constraints[c].name);
      if (x->bound >> c & 1) binds = binds ? arena_printf(f->arena, "%s; %s", binds, name) : name;
      if (x->bound_unknown >> c & 1) unknown = unknown ? arena_printf(f->arena, "%s; %s", unknown, name) : name;
    }
    for (uint32_t w = 0; w < f->p->built.work_count; w++) {
      const struct measure *m = &f->n->measures[f->p->built.work_measure[w]];
      const char *name = label_in(&m->label, f->lang, m->name);
      if (f->p->solved.plan.bundle[v] >> w & 1 && !(f->p->built.work_there[v] >> w & 1)) works = works ? arena_printf(f->arena, "%s; %s", works, name) : name;
    }
    code(f, x->area), area(f, x->area), number(f, x->count), text(f, binds), text(f, unknown), text(f, works);
  }
}

static const struct plan_heading places_headings[] = {TEXT("level", "level", "层级"), TEXT("code", "code", "代码"), TEXT("area", "area", "地区"), NUMBER("households", "households planned for", "计划对象户数"), NUMBER("helped", "of them with a measure", "其中有措施户数"),
                                                      NUMBER("works", "works", "村级项目数"), NUMBER("cost", "cost, first year", "首年费用"), NUMBER("later", "upkeep later", "后续维护费用")};
static enum status places(struct filling *f, struct err *e) {
  const struct plan *p = f->p;
  const struct programme *g = p->people->programme;
  struct place { int64_t households, helped, works, cost, later; } *of;
  ARENA_TRY(e, of = arena_array(f->arena, g->area_count + 1u, sizeof *of));
  for (uint32_t v = 0; v < p->people->village_count; v++)
    for (uint32_t at = p->people->villages[v].area; at < g->area_count; at = g->areas[at].parent) of[at].households += p->people->villages[v].count;
  uint32_t last = PLANNING_NONE;
  for (uint32_t i = 0; i < p->line_count; i++) {
    const struct plan_line *l = &p->lines[i];
    for (uint32_t at = p->people->villages[l->village].area; at < g->area_count; at = g->areas[at].parent) {
      of[at].cost += l->cost, of[at].later += l->later, of[at].works += l->household == PLANNING_NONE;
      of[at].helped += l->household != PLANNING_NONE && l->household != last;
    }
    last = l->household;
  }
  for (uint32_t at = 0; at < g->area_count; at++) {
    if (!of[at].households) continue;
    word(f, &g->area_levels[g->areas[at].level], g->area_level_names[g->areas[at].level]), code(f, at), area(f, at);
    number(f, of[at].households), number(f, of[at].helped), number(f, of[at].works), number(f, of[at].cost), number(f, of[at].later);
  }
  return OK;
}

static const struct plan_heading lines_headings[] = {TEXT("area", "area code", "地区代码"), TEXT("village", "village", "村"), TEXT("household", "household", "户编号"), TEXT("measure", "measure", "措施"), NUMBER("quantity", "quantity", "数量"), TEXT("unit", "unit", "单位"),
                                                     NUMBER("cost", "cost, first year", "首年费用"), NUMBER("later", "upkeep later", "后续维护费用"), REAL("price", "price of the product planned with", "计划采用产品价", 2)};
static void lines(struct filling *f) {
  const struct plan *p = f->p;
  for (uint32_t i = 0; i < p->line_count; i++) {
    const struct plan_line *l = &p->lines[i];
    const struct measure *x = &f->n->measures[l->measure];
    code(f, p->people->villages[l->village].area), area(f, p->people->villages[l->village].area), text(f, l->household == PLANNING_NONE ? NULL : people_number(f->arena, p->people, l->household));
    word(f, &x->label, x->name), number(f, l->quantity), word(f, &x->unit, ""), number(f, l->cost), number(f, l->later), real(f, l->tier == PLANNING_NONE ? NAN : p->built.markets[x->product].price[l->tier]);
  }
}

#define HEADS(name) name##_headings, (uint32_t)(sizeof name##_headings / sizeof *name##_headings)

enum status plan_table_fill(struct arena *a, const struct plan *p, enum plan_table_id id, enum language lang, struct plan_table *out, struct err *e) {
  static const struct { const struct plan_heading *headings; uint32_t columns; void (*fill)(struct filling *); enum status (*may_fail)(struct filling *, struct err *); } tables[PLAN_TABLE_COUNT] = {
    [TABLE_POVERTY] = {HEADS(poverty), poverty, NULL}, [TABLE_MEASURES] = {HEADS(measures), measures, NULL}, [TABLE_DOUBTS] = {HEADS(doubts), doubts, NULL}, [TABLE_GUARANTEES] = {HEADS(guarantees), guarantees, NULL}, [TABLE_FUNDS] = {HEADS(funds), NULL, funds}, [TABLE_GUARANTEE_SUMS] = {HEADS(guarantee_sums), guarantee_sums, NULL}, [TABLE_FUND_SUMS] = {HEADS(fund_sums), NULL, fund_sums},
    [TABLE_MARKETS] = {HEADS(markets), markets, NULL}, [TABLE_LIMITS] = {HEADS(limits), NULL, limits}, [TABLE_DIAGNOSIS] = {HEADS(diagnosis), diagnosis, NULL}, [TABLE_PLACES] = {HEADS(places), NULL, places}, [TABLE_LINES] = {HEADS(lines), lines, NULL}};
  struct filling f = {.arena = a, .p = p, .n = p->people->planning, .lang = lang};
  *out = (struct plan_table){.id = id, .headings = tables[id].headings, .columns = tables[id].columns};
  if (tables[id].fill) tables[id].fill(&f);
  else TRY(tables[id].may_fail(&f, e));
  if (f.failed) return err_set(e, ERR_MEMORY, "plan a part of the area: --area CODE", "out of memory for the table of %s", plan_table_key(id));
  out->cells = f.cells, out->rows = (uint32_t)(f.count / out->columns);
  return OK;
}
