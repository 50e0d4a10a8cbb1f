#include "synth/rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/elementary.h"
#include "base/number.h"
#include "synth/chance.h"

/* What stays with a dwelling and its fields. */
struct home {
  double land, forest, area, u_house, u_water, u_food, u_road, u_fuel, u_toilet, km;
};

struct growing_crop {
  uint32_t crop; /* of the model's */
  double much;   /* mu or heads */
  int planted, bears; /* years; 0 = not a tree */
  bool subsidised, contract;
};

struct writer {
  struct layout *l;
  const struct block *b;
  const struct household *h, *like; /* `like`: whose dwelling and lines are written (a copied record: another's) */
  uint32_t round, from, to;         /* people [from, to) */
  enum fault fault;
  bool second;
  char key[40];
  double income;                    /* a head, as recorded */
  int size;
  struct now now[PEOPLE_MAX];       /* of those who are here */
  struct home home;
  uint32_t crop_count;
  struct growing_crop crops[SYNTH_CROPS_MAX];
  struct row row;
};

static struct home home_of(const struct block *b, const struct household *h) {
  struct rng r = chance_of(b->village->place, h->number, ABOUT_HOME);
  struct home x;
  int size = h->size[0] ? h->size[0] : 1;
  x.land = b->pop->m->farmland * b->now[0].land * size * chance_spread(&r, 0.4);
  x.forest = 2.5 * size * chance_spread(&r, 0.8);
  x.area = (45 + 18 * size) * chance_spread(&r, 0.3);
  x.u_house = chance_normal(&r), x.u_water = chance_normal(&r), x.u_food = chance_normal(&r), x.u_road = rng_unit(&r), x.u_fuel = rng_unit(&r), x.u_toilet = rng_unit(&r);
  x.km = fmin(60, b->village->km * chance_spread(&r, 0.4));
  return x;
}

/* Digits of v, filled with zeros to `width`. */
static char *put_digits(char *at, uint32_t v, int width) {
  for (int i = width - 1; i >= 0; i--) at[i] = (char)('0' + v % 10), v /= 10;
  return at + width;
}

char *rows_key(const struct village *v, const struct household *h, bool second, char out[40]) {
  size_t n = strlen(v->code) < 24 ? strlen(v->code) : 24;
  out[0] = 'S';
  memcpy(out + 1, v->code, n);
  char *at = put_digits(out + 1 + n, h->number, h->number < 10000000 ? 7 : 9);
  if (second) *at++ = 'B';
  *at = 0;
  return out;
}

char *rows_identity(const struct village *v, const struct household *h, uint32_t person, char out[32]) {
  static const int weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  const struct person *x = &h->people[person];
  struct civil c = date_to_civil(x->birth);
  struct rng r = chance_of(v->place, ((uint64_t)h->number << 8) | person, ABOUT_NUMBER);
  unsigned order = (unsigned)chance_below(&r, 500) * 2 + !x->female;
  int sum = 0;
  memcpy(out, "999999", 6);
  (void)put_digits(put_digits(put_digits(put_digits(out + 6, (uint32_t)c.year, 4), (uint32_t)c.month, 2), (uint32_t)c.day, 2), order, 3);
  for (int i = 0; i < 17; i++) sum += (out[i] - '0') * weights[i];
  out[17] = "10X98765432"[sum % 11], out[18] = 0;
  return out;
}

uint32_t rows_split_at(const struct household *h, uint32_t round) {
  uint32_t first = 0;
  for (uint32_t i = 0; i < h->people_count; i++) {
    if (!person_is_here(&h->people[i], round)) continue;
    uint8_t rel = h->people[i].relation[round];
    if (first && (rel == REL_son || rel == REL_mother || rel == REL_father) && h->people[i].born < 1995) return i;
    first++;
  }
  return h->people_count;
}

/* The crops a household has in a round: draws of its own that stay, and trees from the year they were planted. */
static uint32_t crops_of(const struct block *b, const struct household *h, uint32_t round, double land, struct growing_crop out[SYNTH_CROPS_MAX]) {
  const struct model *m = b->pop->m;
  struct rng r = chance_of(b->village->place, h->number, ABOUT_LINES);
  uint32_t n = 0;
  double fields = 0;
  for (uint32_t i = 0; i < m->crop_count; i++) {
    const struct synth_crop *c = &m->crops[i];
    bool has = chance_true(&r, b->crop_share[i]);
    double much = c->area * chance_spread(&r, 0.5), u = rng_unit(&r);
    int planted = m->rounds[0].year + 4 - (int)(30 * u); /* every crop takes three draws */
    if (!has || (c->bears > 0 && planted > m->rounds[round].year)) continue;
    bool lately = c->bears > 0 && planted > m->rounds[0].year;
    double odd = 1000 * u - floor(1000 * u);
    out[n++] = (struct growing_crop){.crop = i, .much = much, .planted = c->bears > 0 ? planted : 0, .bears = c->bears > 0 ? planted + (int)c->bears : 0,
                                     .subsidised = lately && odd < 0.7, .contract = odd < 0.03 * (m->rounds[round].year - m->rounds[0].year) + (b->now[round].cooperatives ? 0.06 : 0)};
    if (!c->animal && c->bears <= 0) fields += much;
  }
  /* Two harvests of half the fields are the most they bear. */
  double fit = fields > 1.5 * land ? 1.5 * land / fields : 1;
  for (uint32_t i = 0; i < n; i++) {
    const struct synth_crop *c = &m->crops[out[i].crop];
    if (c->animal) out[i].much = fmax(1, floor(out[i].much + 0.5));
    else out[i].much = fmax(0.1, floor(out[i].much * (c->bears > 0 ? 1 : fit) * 10 + 0.5) / 10);
  }
  return n;
}

static bool yields(const struct growing_crop *x, int year) { return x->bears <= year; }

bool rows_has_crop(const struct block *b, const struct household *h, uint32_t round) {
  struct growing_crop crops[SYNTH_CROPS_MAX];
  uint32_t n = crops_of(b, h, round, home_of(b, h).land, crops);
  for (uint32_t i = 0; i < n; i++)
    if (yields(&crops[i], b->pop->m->rounds[round].year)) return true;
  return false;
}

static const char *cause_of(const struct writer *w, const struct home *x, int nth) {
  const char *found[8];
  int n = 0, workers = 0, students = 0, serious = 0, disabled = 0;
  double schooling = 0, adults = 0;
  for (uint32_t i = w->from; i < w->to; i++) {
    if (!person_is_here(&w->h->people[i], w->round)) continue;
    const struct now p = w->now[i];
    workers += p.labour <= LABOUR_WEAK, students += p.age >= 16 && strcmp(p.student, "no") != 0;
    serious += p.health == HEALTH_SERIOUS, disabled += p.health == HEALTH_DISABLED;
    if (p.age >= 18) adults++, schooling += p.schooling;
  }
  if (serious) found[n++] = "illness";
  if (disabled) found[n++] = "disability";
  if (!workers) found[n++] = "no_labour";
  if (students) found[n++] = "schooling";
  if (w->h->shock[w->round] && !serious) found[n++] = x->u_fuel < 0.7 ? "illness" : "disaster";
  if (x->land < 0.5 * w->size) found[n++] = "no_land";
  if (x->km > 12) found[n++] = "transport";
  if (n < 7 && adults > 0 && schooling / adults < 1.5) found[n++] = "no_skill";
  if (n < 3) found[n++] = x->u_road < 0.55 ? "no_funds" : x->u_road < 0.9 ? "no_skill" : "motivation";
  for (int i = 0; i < nth && nth < n; i++)
    if (!strcmp(found[i], found[nth])) return NULL;
  return nth < n ? found[nth] : NULL;
}

static uint32_t level_named(const struct programme *p, const char *name) {
  for (uint32_t i = 0; i < p->level_count; i++)
    if (!strcmp(p->levels[i].name, name)) return i;
  return UINT32_MAX;
}

/* Which lists will have rows. A signed card has income lines: something is always left to be wages. */
static int64_t lists_of(const struct writer *w, bool card) {
  uint32_t lines = level_named(w->b->pop->p, LEVEL_OF_LINES), crops = level_named(w->b->pop->p, LEVEL_OF_CROPS);
  int64_t lists = (int64_t)1 << LEVEL_MEMBER;
  if (card && lines < LEVEL_MAX) lists |= (int64_t)1 << lines;
  if (crops < LEVEL_MAX && w->crop_count) lists |= (int64_t)1 << crops;
  return lists;
}

static enum status put_home(struct writer *w, bool card, struct err *e) {
  const struct population *pop = w->b->pop;
  const struct household *h = w->h;
  struct row *r = &w->row;
  const struct home x = w->home;
  uint32_t round = w->round;
  int year = pop->m->rounds[round].year, since = year - pop->m->rounds[0].year;
  const struct village_now *v = &w->b->now[round];
  double trees = 0, hard = 0.4 + 0.08 * since + (v->road_hard ? 0.08 : -0.3);
  for (uint32_t i = 0; i < w->crop_count; i++) trees += w->crops[i].planted ? w->crops[i].much : 0;
  double well = w->like->score[round] / 1.3, helped = 0.12 * since + (h->first_listed >= 0 && h->first_listed < (int)round ? 0.8 : 0);
  double house = 0.5 * well + x.u_house + helped, water = 0.3 * well + x.u_water + 0.15 * since + 1.2 * (v->tap - 0.55), food = 0.6 * well + x.u_food + 0.2 * since;
  bool listed = h->listed[round], before = false, gap = false;
  for (uint32_t i = 0; i < round; i++) before |= h->listed[i], gap |= before && !h->listed[i];
  row_begin(r);
  row_text(r, KEY_HOUSEHOLD, w->key);
  row_int(r, KEY_LISTS, lists_of(w, card));
  row_text(r, FILL_home_village, w->b->village->code);
  row_int(r, FILL_registered_persons, w->size);
  row_text(r, FILL_household_type, listed ? (gap ? "returned" : "registered") : before ? "exited" : "never");
  if (listed || before) {
    bool poorest = listed && well < -1.6;
    row_text(r, FILL_attribute, poorest ? (h->kind == KIND_SINGLE && x.u_food < 0 ? "tekun" : "dibao") : "general");
    row_date(r, FILL_first_identified, date_from_civil(pop->m->rounds[h->first_listed >= 0 ? h->first_listed : 0].year, 12, 1));
    static const enum filled causes[] = {FILL_cause_main, FILL_cause_2, FILL_cause_3};
    for (int i = 0; i < 3; i++) {
      const char *c = cause_of(w, &x, i);
      if (c) row_text(r, causes[i], c);
    }
  }
  if (gap && listed) row_int(r, FILL_returned_year, year);
  if (!listed && before) {
    uint32_t out = round;
    while (out && !h->listed[out - 1]) out--;
    row_int(r, FILL_planned_exit_year, pop->m->rounds[out].year);
  }
  row_bool(r, FILL_exit_this_year, household_exits(h, round));
  row_bool(r, FILL_martyr_family, x.u_toilet > 0.985);
  row_text(r, FILL_monitor_kind, "none");
  row_fixed(r, FILL_rigid_spending, h->shock[round] ? floor(w->income * w->size * (0.2 + 0.6 * x.u_road)) : floor(200 * x.u_fuel * w->size), 2);
  row_bool(r, FILL_income_card, card);
  row_fixed(r, FILL_income_given, w->income, 2);
  row_fixed(r, FILL_farmland, x.land, 2), row_fixed(r, FILL_irrigated, x.land * (0.2 + 0.5 * x.u_road), 2), row_fixed(r, FILL_forest, x.forest, 2);
  row_fixed(r, FILL_forest_returned, x.u_fuel < 0.3 ? x.land * 0.3 : 0, 2), row_fixed(r, FILL_orchard, trees, 2);
  row_bool(r, FILL_production_power, v->power && x.u_road < 0.95), row_bool(r, FILL_household_power, true), row_bool(r, FILL_broadcast, x.u_fuel < 0.9 + 0.015 * since);
  row_bool(r, FILL_water_difficult, water < -1.9), row_bool(r, FILL_water_safe, water >= -1.6);
  row_bool(r, FILL_food_enough, food >= -2.4), row_bool(r, FILL_clothing_enough, food >= -2.6);
  row_fixed(r, FILL_house_area, x.area, 1);
  row_text(r, FILL_house_structure, house < -0.8 ? "earth_wood" : house < 0.2 ? "brick_wood" : house < 1.9 ? "brick_concrete" : "frame");
  row_bool(r, FILL_dangerous_house, house < -1.5);
  row_text(r, FILL_house_grade, house < -1.9 ? "D" : house < -1.5 ? "C" : house < 0 ? "B" : "A");
  row_bool(r, FILL_toilet, x.u_toilet < 0.35 + 0.08 * since);
  row_text(r, FILL_road_kind, x.u_road < hard ? "hard" : x.u_road < 0.8 ? "gravel" : "dirt");
  row_fixed(r, FILL_road_km, x.km, 1);
  row_text(r, FILL_fuel, x.u_fuel < 0.55 - 0.05 * since ? "firewood" : x.u_fuel < 0.65 - 0.05 * since ? "coal" : "clean");
  row_bool(r, FILL_cooperative, x.u_toilet < 0.05 + 0.06 * since);
  return layout_put(w->l, LEVEL_HOUSEHOLD, r, e);
}

static enum status put_people(struct writer *w, struct err *e) {
  static const char *const school[] = {"none", "primary", "junior", "senior", "college", "university"};
  static const char *const health[] = {"healthy", "chronic", "serious", "disabled"}, *const labour[] = {"ordinary", "skilled", "weak", "lost", "none"};
  const struct model *m = w->b->pop->m;
  double since = m->rounds[w->round].year - m->rounds[0].year, insured = m->insured + (1 - m->insured) * fmin(0.95, 0.15 * since);
  bool poorest = w->h->listed[w->round] && w->h->score[w->round] / 1.3 < -1.6, first = true;
  for (uint32_t i = w->from; i < w->to; i++) {
    const struct person *x = &w->h->people[i];
    struct row *r = &w->row;
    char number[48], id[32], name[96] = "";
    if (!person_is_here(x, w->round)) continue;
    const struct now n = w->now[i];
    size_t n_key = strlen(w->key);
    memcpy(number, w->key, n_key);
    *put_digits(number + n_key, i + 1, 2) = 0;
    (void)stpncpy(stpncpy(name, m->surnames[x->surname], 40), m->given[x->given], 40);
    name[sizeof name - 1] = 0;
    rows_identity(w->b->village, w->h, i, id);
    /* Typing errors: two figures of the number are swapped, and a name is written as another. */
    if (w->fault == FAULT_DUPLICATE && w->second && i % 2 == 0) {
      char c = id[15];
      id[15] = id[16], id[16] = c;
      (void)snprintf(name, sizeof name, "%s%s", m->surnames[x->surname], m->given[(x->given + 1) % m->given_count]);
    }
    row_begin(r);
    row_text(r, KEY_HOUSEHOLD, w->key), row_text(r, KEY_MEMBER, number), row_text(r, FILL_person_number, number);
    row_text(r, FILL_name, name), row_text(r, FILL_id_number, id), row_text(r, FILL_sex, x->female ? "female" : "male"), row_date(r, FILL_birth, x->birth);
    row_text(r, FILL_relation, first && w->from ? "head" : w->from ? "other" : relation_words[x->relation[w->round]]);
    first = false;
    row_text(r, FILL_ethnicity, x->people), row_text(r, FILL_education, school[n.schooling]), row_text(r, FILL_student, n.student);
    row_text(r, FILL_dropout, !n.dropped ? "none" : x->u_kind < 0.3 ? "illness" : "weary");
    row_text(r, FILL_health, health[n.health]), row_text(r, FILL_labour, labour[n.labour]), row_int(r, FILL_months_away, n.months_away);
    row_bool(r, FILL_basic_medical, x->u_insured < insured), row_bool(r, FILL_serious_insurance, x->u_serious < insured);
    row_bool(r, FILL_pension, n.age >= 16 && x->u_pension < (n.age >= 60 ? 0.93 : 0.8)), row_bool(r, FILL_dibao, poorest);
    row_bool(r, FILL_on_register, true), row_bool(r, FILL_shares_budget, true);
    TRY(layout_put(w->l, LEVEL_MEMBER, r, e));
  }
  return OK;
}

struct item { /* an income line, in cents */
  const char *name, *unit, *basis, *evidence;
  double quantity, price;
  int64_t amount, cost;
};

static enum status put_item(struct writer *w, uint32_t level, int *nth, const struct item *x, struct err *e) {
  struct row *r = &w->row;
  char no[4] = "";
  if (x->amount <= 0) return OK;
  ++*nth;
  (void)put_digits(no, (uint32_t)*nth, *nth < 10 ? 1 : 2);
  row_begin(r);
  row_text(r, KEY_HOUSEHOLD, w->key), row_text(r, KEY_MEMBER, no), row_text(r, FILL_item, x->name);
  if (x->unit) {
    row_fixed(r, FILL_quantity, x->quantity, 2), row_text(r, FILL_unit, x->unit), row_fixed(r, FILL_price, x->price, 2);
    row_date(r, FILL_price_date, date_from_civil(w->b->pop->m->rounds[w->round].year, 10, 15));
    row_text(r, FILL_price_place, w->b->pop->p->areas[w->b->village->area].parent != UINT32_MAX ? w->b->pop->p->areas[w->b->pop->p->areas[w->b->village->area].parent].code : "");
  }
  row_scaled(r, FILL_amount, x->amount, 2);
  row_text(r, FILL_cost_basis, x->basis);
  if (x->cost) row_scaled(r, FILL_cost, x->cost, 2);
  row_text(r, FILL_evidence, x->evidence);
  return level < LEVEL_MAX ? layout_put(w->l, level, r, e) : OK;
}

/* Crops and income lines. The lines' net amounts sum to `income` a head times persons, to a cent. */
static enum status put_lines(struct writer *w, bool card, struct err *e) {
  const struct population *pop = w->b->pop;
  const struct model *m = pop->m;
  const uint32_t n = w->crop_count, lines = level_named(pop->p, LEVEL_OF_LINES), crops = level_named(pop->p, LEVEL_OF_CROPS);
  const int year = m->rounds[w->round].year;
  uint32_t first = 0; /* that yields */
  double net = 0, rest;
  const struct home x = w->home;
  int nth = 0, old = 0, away = 0, workers = 0;
  double income = w->income;
  if (w->fault == FAULT_ONE_OFF) income = fmin(income, 0.8 * pop->lines[w->round]);
  for (uint32_t i = w->from; i < w->to; i++) {
    if (!person_is_here(&w->h->people[i], w->round)) continue;
    const struct now p = w->now[i];
    old += p.age >= 60 && w->h->people[i].u_pension < 0.93, away += p.months_away > 0, workers += p.labour <= LABOUR_WEAK;
  }
  rest = income * w->size;
  while (first < n && !yields(&w->crops[first], year)) first++;
  for (uint32_t i = 0; i < n; i++) {
    const struct synth_crop *c = &m->crops[w->crops[i].crop];
    if (yields(&w->crops[i], year)) net += w->crops[i].much * c->yield * c->price * (1 - c->cost);
  }
  double room = rest * (workers ? 0.5 : 0.4), scale = net > room ? room / net : 1;
  for (uint32_t i = 0; i < n; i++) {
    const struct growing_crop *g = &w->crops[i];
    const struct synth_crop *c = &m->crops[g->crop];
    double five = w->fault == FAULT_QUANTITY && i == first ? 5 : 1, quantity = yields(g, year) ? floor(g->much * c->yield * scale * 100) / 100 : 0;
    char no[4] = "";
    (void)put_digits(no, i + 1, i < 9 ? 1 : 2);
    row_begin(&w->row);
    row_text(&w->row, KEY_HOUSEHOLD, w->key), row_text(&w->row, KEY_MEMBER, no), row_text(&w->row, FILL_crop, c->crop);
    if (c->animal) row_int(&w->row, FILL_heads, (int64_t)(g->much * five));
    else row_fixed(&w->row, FILL_area, g->much * five, 2), row_fixed(&w->row, FILL_sold_kg, quantity * five, 1);
    if (g->planted) row_int(&w->row, FILL_planted_year, g->planted), row_int(&w->row, FILL_bearing_year, g->bears);
    row_bool(&w->row, FILL_contract, g->contract), row_bool(&w->row, FILL_subsidised, g->subsidised), row_bool(&w->row, FILL_suitable, village_suits(pop, &w->b->now[0], g->crop));
    if (crops < LEVEL_MAX) TRY(layout_put(w->l, crops, &w->row, e));
    if (!card) continue;
    struct item it = {c->item, c->unit, "rate", "measured", quantity * five, c->price, (int64_t)floor(quantity * c->price * 100) * (int64_t)five, 0};
    rest -= (double)it.amount / five / 100 * (1 - c->cost);
    TRY(put_item(w, lines, &nth, &it, e));
  }
  if (!card) return OK;
  double pension = fmin(old * m->pension, rest * 0.6);
  struct item pay = {"pension_payment", NULL, "none", "receipt", 0, 0, (int64_t)floor(pension * 100), 0};
  rest -= (double)pay.amount / 100;
  TRY(put_item(w, lines, &nth, &pay, e));
  bool poorest = w->h->listed[w->round] && w->h->score[w->round] / 1.3 < -1.6;
  struct item floor_pay = {"dibao_payment", NULL, "none", "receipt", 0, 0, poorest ? (int64_t)floor(fmin(m->allowance * w->size, rest * 0.6) * 100) : 0, 0};
  rest -= (double)floor_pay.amount / 100;
  TRY(put_item(w, lines, &nth, &floor_pay, e));
  struct item support = {"farm_support", NULL, "none", "receipt", 0, 0, (int64_t)floor(fmin(x.land * m->farm_support, rest * 0.5) * 100), 0};
  rest -= (double)support.amount / 100;
  TRY(put_item(w, lines, &nth, &support, e));
  int64_t left = (int64_t)ceil(rest * 100 - 1e-6);
  struct item wage = {workers ? "wage" : "transfer_other", NULL, "none", workers ? "statement" : "receipt", 0, 0, left, 0};
  if (away) wage.name = "wage_away", wage.basis = "receipt", wage.amount = (int64_t)ceil((double)left / (1 - m->away_cost)), wage.cost = wage.amount - left;
  TRY(put_item(w, lines, &nth, &wage, e));
  struct item gift = {"transfer_other", NULL, "none", "statement", 0, 0, w->fault == FAULT_ONE_OFF ? (int64_t)ceil((w->income - income) * w->size * 100) : 0, 0};
  return put_item(w, lines, &nth, &gift, e);
}

static enum status put(struct writer *w, struct err *e) {
  bool card = w->h->listed[w->round] || household_exits(w->h, w->round);
  w->size = 0;
  for (uint32_t i = w->from; i < w->to; i++) {
    if (!person_is_here(&w->h->people[i], w->round)) continue;
    w->size++;
    w->now[i] = person_now(w->b->pop->m, &w->h->people[i], w->round);
  }
  rows_key(w->b->village, w->h, w->second, w->key);
  w->home = home_of(w->b, w->like);
  w->crop_count = crops_of(w->b, w->like, w->round, w->home.land, w->crops);
  TRY(put_home(w, card, e));
  TRY(put_people(w, e));
  return put_lines(w, card, e);
}

enum status rows_household(struct layout *l, const struct block *b, uint32_t at, uint32_t round, enum fault f, struct err *e) {
  const struct household *h = &b->households[at];
  struct writer w = {.l = l, .b = b, .h = h, .like = h, .round = round, .to = h->people_count, .fault = f};
  double line = b->pop->lines[round];
  struct rng r = chance_of(b->village->place, ((uint64_t)h->number << 8) | round, ABOUT_FAULTS);
  if (!h->size[round]) return OK;
  if (f == FAULT_COPIED) w.like = &b->households[at - 1];
  w.income = w.like->recorded[round];
  if (f == FAULT_EDITED) w.income = ceil(line) + floor(0.03 * line * rng_unit(&r));
  if (f == FAULT_BELOW) w.income = floor(line * (0.70 + 0.27 * rng_unit(&r)));
  if (f == FAULT_SPLIT) w.to = rows_split_at(h, round);
  TRY(put(&w, e));
  if (f != FAULT_DUPLICATE && f != FAULT_SPLIT) return OK;
  w.second = true;
  if (f == FAULT_SPLIT) w.from = w.to, w.to = h->people_count;
  return put(&w, e);
}

enum status rows_village(struct layout *l, const struct block *b, uint32_t round, struct err *e) {
  const struct village_now *x = &b->now[round];
  struct row r = {.count = 0};
  int households = 0;
  for (uint32_t i = 0; i < b->count; i++) households += b->households[i].size[round] > 0;
  row_begin(&r);
  row_text(&r, KEY_VILLAGE, b->village->code);
  row_bool(&r, FILL_poor_village, x->poor);
  if (x->exit_year) row_int(&r, FILL_village_exit_year, x->exit_year);
  row_int(&r, FILL_households, households), row_int(&r, FILL_persons_total, b->persons[round]), row_int(&r, FILL_natural_villages, x->natural), row_int(&r, FILL_altitude, x->altitude);
  row_fixed(&r, FILL_km_county, x->km_county, 1), row_fixed(&r, FILL_km_township, x->km_township, 1), row_fixed(&r, FILL_km_school, x->km_school, 1);
  row_bool(&r, FILL_road_hard, x->road_hard), row_bool(&r, FILL_bus, x->bus), row_bool(&r, FILL_power, x->power), row_bool(&r, FILL_broadband, x->broadband);
  row_fixed(&r, FILL_tap_share, 100 * x->tap, 1), row_bool(&r, FILL_clinic, x->clinic), row_bool(&r, FILL_doctor, x->doctor);
  row_int(&r, FILL_collective_income, x->collective), row_int(&r, FILL_cooperatives, x->cooperatives);
  row_bool(&r, FILL_processing, x->processing), row_bool(&r, FILL_buyer, x->buyer), row_int(&r, FILL_leaders, x->leaders), row_bool(&r, FILL_scenic, x->scenic);
  row_fixed(&r, FILL_village_farmland, b->pop->m->farmland * x->land * (double)b->persons[0], 2);
  return layout_put(l, LEVEL_VILLAGE, &r, e);
}
