#include "synth/rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/elementary.h"
#include "base/number.h"
#include "synth/chance.h"

/* What stays with a dwelling and its fields. */
struct dwelling {
  double land, forest, area, u_house, u_water, u_food, u_road, u_fuel, u_toilet, km;
};

struct growing_crop {
  uint32_t crop; /* of the model's */
  double much;   /* mu or heads */
  int planted, bears; /* years; 0 = not a tree */
  bool subsidised, contract;
};

struct writer {
  struct batch *q;
  const struct block *b;
  const struct household *h, *like; /* `like`: whose dwelling and lines are written (a copied record: another's) */
  uint32_t round, from, to;         /* people [from, to) */
  enum fault fault;
  bool second, card, poorest;
  double income;                    /* a head, as recorded */
  int size;
  const struct now *now;            /* of those who are here */
  struct now other[PEOPLE_MAX];     /* the same, when the round is not the last */
  struct dwelling home;
  uint32_t crop_count;
  struct growing_crop crops[SYNTH_CROPS_MAX];
};

/* Cells of the row that `c` begins. */
#define CELL(kind, name) c[kind##_##name * BATCH_STRIDE(ROWS_##kind)]

static int32_t fixed(double v, double unit) {
  double x = v * unit + 0.5;
  return x < 0 ? 0 : x < 2147483647.0 ? (int32_t)x : INT32_MAX;
}

static struct dwelling home_of(const struct block *b, const struct household *h) {
  struct chance r = chance_about(h->chance, ABOUT_HOME);
  struct dwelling x;
  int size = h->size[0] ? h->size[0] : 1;
  x.land = b->pop->m->farmland * b->now[0].land * size * chance_spread(&r, 0.4);
  x.forest = 2.5 * size * chance_spread(&r, 0.8);
  x.area = (45 + 18 * size) * chance_spread(&r, 0.3);
  x.u_house = chance_coarse(&r), x.u_water = chance_coarse(&r), x.u_food = chance_coarse(&r), x.u_road = chance_small(&r), x.u_fuel = chance_small(&r), x.u_toilet = chance_small(&r);
  x.km = fmin(60, b->village->km * chance_spread(&r, 0.4));
  return x;
}

char *rows_key(const struct village *v, const struct household *h, bool second, char out[BATCH_TEXT_MAX]) {
  (void)key_text(v->code, h->number, second, out);
  return out;
}

char *rows_identity(const struct household *h, uint32_t person, char out[BATCH_TEXT_MAX]) {
  (void)identity_text(h->people[person].birth, h->people[person].order, false, out);
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
  const int year = m->rounds[round].year, begin = m->rounds[0].year;
  const double orders = 0.03 * (year - begin) + (b->now[round].cooperatives ? 0.06 : 0);
  struct chance r = chance_about(h->chance, ABOUT_LINES);
  uint32_t n = 0;
  double fields = 0;
  for (uint32_t i = 0; i < m->crop_count; i++) {
    const struct synth_crop *c = &m->crops[i];
    if (!chance_true(&r, b->crop_share[i])) continue;
    struct chance own = chance_about(h->chance + i, ABOUT_CROP); /* so that what one takes moves no other */
    const int planted = begin + 4 - (int)chance_below(&own, 30);
    const double much = c->area * chance_spread(&own, 0.5);
    const bool tree = c->bears > 0, asked = chance_true(&own, orders), paid = chance_true(&own, 0.7);
    if (tree && planted > year) continue;
    out[n++] = (struct growing_crop){i, much, tree ? planted : 0, tree ? planted + (int)c->bears : 0, tree && planted > begin && paid, asked};
    if (!c->animal && !tree) fields += much;
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

/* Up to three causes; fewer when one would be named twice. */
static void causes_of(const struct writer *w, int32_t out[3]) {
  const struct dwelling *x = &w->home;
  int32_t found[10];
  int n = 0, workers = 0, students = 0, serious = 0, disabled = 0, schooling = 0, adults = 0;
  for (uint32_t i = w->from; i < w->to; i++) {
    if (!person_is_here(&w->h->people[i], w->round)) continue;
    const struct now *p = &w->now[i];
    workers += p->labour <= LABOUR_WEAK, students += p->age >= 16 && p->student != WORD_no;
    serious += p->health == HEALTH_SERIOUS, disabled += p->health == HEALTH_DISABLED;
    if (p->age >= 18) adults++, schooling += (int)p->schooling;
  }
  if (serious) found[n++] = WORD_illness;
  if (disabled) found[n++] = WORD_disability;
  if (!workers) found[n++] = WORD_no_labour;
  if (students) found[n++] = WORD_schooling;
  if (w->h->shock[w->round] && !serious) found[n++] = x->u_fuel < 0.7 ? WORD_illness : WORD_disaster;
  if (x->land < 0.5 * w->size) found[n++] = WORD_no_land;
  if (x->km > 12) found[n++] = WORD_transport;
  if (2 * schooling < 3 * adults) found[n++] = WORD_no_skill;
  if (n < 3) found[n++] = x->u_road < 0.55 ? WORD_no_funds : x->u_road < 0.9 ? WORD_no_skill : WORD_motivation;
  for (int nth = 0; nth < 3; nth++) {
    out[nth] = nth < n ? found[nth] : BATCH_MISSING;
    for (int i = 0; i < nth; i++)
      if (nth < n && found[i] == found[nth]) out[nth] = BATCH_MISSING;
  }
}

static void put_register(const struct writer *w, int32_t *c, bool before, bool gap) {
  const struct model *m = w->b->pop->m;
  const struct household *h = w->h;
  const uint32_t round = w->round;
  bool listed = h->listed[round];
  int32_t causes[3] = {BATCH_MISSING, BATCH_MISSING, BATCH_MISSING}, out = BATCH_MISSING;
  if (listed || before) causes_of(w, causes);
  if (!listed && before) {
    uint32_t left = round;
    while (left && !h->listed[left - 1]) left--;
    out = m->rounds[left].year;
  }
  CELL(HOUSEHOLD, household_type) = listed ? (gap ? WORD_returned : WORD_registered) : before ? WORD_exited : WORD_never;
  CELL(HOUSEHOLD, attribute) = !listed && !before ? BATCH_MISSING : !w->poorest ? WORD_general : h->kind == KIND_SINGLE && w->home.u_food < 0 ? WORD_tekun : WORD_dibao;
  CELL(HOUSEHOLD, first_identified) = !listed && !before ? BATCH_MISSING : date_from_civil(m->rounds[h->first_listed >= 0 ? h->first_listed : 0].year, 12, 1);
  CELL(HOUSEHOLD, cause_main) = causes[0], CELL(HOUSEHOLD, cause_2) = causes[1], CELL(HOUSEHOLD, cause_3) = causes[2];
  CELL(HOUSEHOLD, returned_year) = gap && listed ? m->rounds[round].year : BATCH_MISSING;
  CELL(HOUSEHOLD, planned_exit_year) = out;
  CELL(HOUSEHOLD, exit_this_year) = household_exits(h, round);
  CELL(HOUSEHOLD, monitor_kind) = WORD_none;
  CELL(HOUSEHOLD, income_card) = w->card;
  CELL(HOUSEHOLD, income_given) = fixed(w->income, 100);
}

static void put_home(const struct writer *w) {
  const struct population *pop = w->b->pop;
  const struct household *h = w->h;
  const struct dwelling *x = &w->home;
  const struct village_now *v = &w->b->now[w->round];
  int32_t *c = batch_row(w->q, ROWS_HOUSEHOLD);
  uint32_t round = w->round;
  int since = pop->m->rounds[round].year - pop->m->rounds[0].year;
  double trees = 0, hard = 0.4 + 0.08 * since + (v->road_hard ? 0.08 : -0.3);
  double well = w->like->score[round] / 1.3, helped = 0.12 * since + (h->first_listed >= 0 && h->first_listed < (int)round ? 0.8 : 0);
  double house = 0.5 * well + x->u_house + helped, water = 0.3 * well + x->u_water + 0.15 * since + 1.2 * (v->tap - 0.55), food = 0.6 * well + x->u_food + 0.2 * since;
  bool before = false, gap = false;
  for (uint32_t i = 0; i < w->crop_count; i++) trees += w->crops[i].planted ? w->crops[i].much : 0;
  for (uint32_t i = 0; i < round; i++) before |= h->listed[i], gap |= before && !h->listed[i];
  put_register(w, c, before, gap);
  CELL(HOUSEHOLD, home_village) = (int32_t)w->b->village->area;
  CELL(HOUSEHOLD, registered_persons) = w->size;
  CELL(HOUSEHOLD, martyr_family) = x->u_toilet > 0.985;
  CELL(HOUSEHOLD, rigid_spending) = (int32_t)(h->shock[round] ? fmin(w->income * w->size * (0.2 + 0.6 * x->u_road), 2e9) : 200 * x->u_fuel * w->size);
  CELL(HOUSEHOLD, farmland) = fixed(x->land, 100), CELL(HOUSEHOLD, irrigated) = fixed(x->land * (0.2 + 0.5 * x->u_road), 100), CELL(HOUSEHOLD, forest) = fixed(x->forest, 100);
  CELL(HOUSEHOLD, forest_returned) = x->u_fuel < 0.3 ? fixed(x->land * 0.3, 100) : 0, CELL(HOUSEHOLD, orchard) = fixed(trees, 100);
  CELL(HOUSEHOLD, production_power) = v->power && x->u_road < 0.95, CELL(HOUSEHOLD, household_power) = 1, CELL(HOUSEHOLD, broadcast) = x->u_fuel < 0.9 + 0.015 * since;
  CELL(HOUSEHOLD, water_difficult) = water < -1.9, CELL(HOUSEHOLD, water_safe) = water >= -1.6;
  CELL(HOUSEHOLD, food_enough) = food >= -2.4, CELL(HOUSEHOLD, clothing_enough) = food >= -2.6;
  CELL(HOUSEHOLD, house_area) = fixed(x->area, 10);
  CELL(HOUSEHOLD, house_structure) = house < -0.8 ? WORD_earth_wood : house < 0.2 ? WORD_brick_wood : house < 1.9 ? WORD_brick_concrete : WORD_frame;
  CELL(HOUSEHOLD, dangerous_house) = house < -1.5;
  CELL(HOUSEHOLD, house_grade) = house < -1.9 ? WORD_D : house < -1.5 ? WORD_C : house < 0 ? WORD_B : WORD_A;
  CELL(HOUSEHOLD, toilet) = x->u_toilet < 0.35 + 0.08 * since;
  CELL(HOUSEHOLD, road_kind) = x->u_road < hard ? WORD_hard : x->u_road < 0.8 ? WORD_gravel : WORD_dirt;
  CELL(HOUSEHOLD, road_km) = fixed(x->km, 10);
  CELL(HOUSEHOLD, fuel) = x->u_fuel < 0.55 - 0.05 * since ? WORD_firewood : x->u_fuel < 0.65 - 0.05 * since ? WORD_coal : WORD_clean;
  CELL(HOUSEHOLD, cooperative) = x->u_toilet < 0.05 + 0.06 * since;
}

static void put_people(const struct writer *w) {
  static const uint8_t school[] = {WORD_none, WORD_primary, WORD_junior, WORD_senior, WORD_college, WORD_university};
  static const uint8_t health[] = {WORD_healthy, WORD_chronic, WORD_serious, WORD_disabled}, labour[] = {WORD_ordinary, WORD_skilled, WORD_weak, WORD_lost, WORD_none};
  const struct model *m = w->b->pop->m;
  double since = m->rounds[w->round].year - m->rounds[0].year, insured = m->insured + (1 - m->insured) * fmin(0.95, 0.15 * since);
  bool first = true;
  for (uint32_t i = w->from; i < w->to; i++) {
    const struct person *x = &w->h->people[i];
    if (!person_is_here(x, w->round)) continue;
    const struct now *n = &w->now[i];
    int32_t *c = batch_row(w->q, ROWS_MEMBER);
    /* Typing errors: two figures of the number are swapped, and a name is written as another. */
    bool error = w->fault == FAULT_DUPLICATE && w->second && i % 2 == 0;
    CELL(MEMBER, person_number) = (int32_t)i + 1;
    CELL(MEMBER, name) = cell_of_name(x->surname, error ? (x->given + 1) % m->given_count : x->given);
    CELL(MEMBER, id_number) = cell_of_identity(x->order, error);
    CELL(MEMBER, sex) = x->female ? WORD_female : WORD_male, CELL(MEMBER, birth) = x->birth;
    CELL(MEMBER, relation) = first && w->from ? WORD_head : w->from ? WORD_other : x->relation[w->round];
    first = false;
    CELL(MEMBER, ethnicity) = x->people, CELL(MEMBER, education) = school[n->schooling], CELL(MEMBER, student) = n->student;
    CELL(MEMBER, dropout) = !n->dropped ? WORD_none : x->u_kind < 0.3f ? WORD_illness : WORD_weary;
    CELL(MEMBER, health) = health[n->health], CELL(MEMBER, labour) = labour[n->labour], CELL(MEMBER, months_away) = n->months_away;
    CELL(MEMBER, basic_medical) = x->u_insured < insured, CELL(MEMBER, serious_insurance) = x->u_serious < insured;
    CELL(MEMBER, pension) = n->age >= 16 && x->u_pension < (n->age >= 60 ? 0.93 : 0.8), CELL(MEMBER, dibao) = w->poorest;
    CELL(MEMBER, on_register) = 1, CELL(MEMBER, shares_budget) = 1;
  }
}

struct item { /* an income line, in cents */
  uint8_t name, basis, evidence;
  const struct synth_crop *sold; /* with quantity; NULL: a payment */
  double quantity;
  int64_t amount, cost;
};

static int32_t cents(int64_t v) { return v < INT32_MAX ? (int32_t)v : INT32_MAX; }

static void put_item(const struct writer *w, const struct item *x) {
  if (x->amount <= 0) return;
  int32_t *c = batch_row(w->q, ROWS_LINE);
  uint32_t around = w->b->village->parent;
  CELL(LINE, item) = x->name;
  CELL(LINE, quantity) = x->sold ? fixed(x->quantity, 100) : BATCH_MISSING;
  CELL(LINE, unit) = x->sold ? x->sold->unit : BATCH_MISSING;
  CELL(LINE, price) = x->sold ? fixed(x->sold->price, 100) : BATCH_MISSING;
  CELL(LINE, price_date) = x->sold ? date_from_civil(w->b->pop->m->rounds[w->round].year, 10, 15) : BATCH_MISSING;
  CELL(LINE, price_place) = x->sold && around != UINT32_MAX ? (int32_t)around : BATCH_MISSING;
  CELL(LINE, amount) = cents(x->amount);
  CELL(LINE, cost_basis) = x->basis;
  CELL(LINE, cost) = x->cost ? cents(x->cost) : BATCH_MISSING;
  CELL(LINE, evidence) = x->evidence;
}

static void put_crop(const struct writer *w, const struct growing_crop *g, double five, double quantity) {
  const struct synth_crop *x = &w->b->pop->m->crops[g->crop];
  int32_t *c = batch_row(w->q, ROWS_CROP);
  CELL(CROP, crop) = x->crop_word;
  CELL(CROP, heads) = x->animal ? (int32_t)(g->much * five) : BATCH_MISSING;
  CELL(CROP, area) = x->animal ? BATCH_MISSING : fixed(g->much * five, 100);
  CELL(CROP, sold_kg) = x->animal ? BATCH_MISSING : fixed(quantity * five, 10);
  CELL(CROP, planted_year) = g->planted ? g->planted : BATCH_MISSING, CELL(CROP, bearing_year) = g->planted ? g->bears : BATCH_MISSING;
  CELL(CROP, contract) = g->contract, CELL(CROP, subsidised) = g->subsidised, CELL(CROP, suitable) = village_suits(w->b->pop, &w->b->now[0], g->crop);
}

/* Crops and income lines. The lines' net amounts sum to `income` a head times persons, to a cent. */
static void put_lines(const struct writer *w) {
  const struct population *pop = w->b->pop;
  const struct model *m = pop->m;
  const uint32_t n = w->crop_count;
  const int year = m->rounds[w->round].year;
  uint32_t first = 0; /* that yields */
  double net = 0, rest, income = w->fault == FAULT_ONE_OFF ? fmin(w->income, 0.8 * pop->lines[w->round]) : w->income;
  int old = 0, away = 0, workers = 0;
  for (uint32_t i = w->from; i < w->to; i++) {
    if (!person_is_here(&w->h->people[i], w->round)) continue;
    const struct now *p = &w->now[i];
    old += p->age >= 60 && w->h->people[i].u_pension < 0.93, away += p->months_away > 0, workers += p->labour <= LABOUR_WEAK;
  }
  rest = income * w->size;
  while (first < n && !yields(&w->crops[first], year)) first++;
  for (uint32_t i = 0; i < n; i++) {
    const struct synth_crop *x = &m->crops[w->crops[i].crop];
    if (yields(&w->crops[i], year)) net += w->crops[i].much * x->yield * x->price * (1 - x->cost);
  }
  double room = rest * (workers ? 0.5 : 0.4), scale = net > room ? room / net : 1;
  for (uint32_t i = 0; i < n; i++) {
    const struct growing_crop *g = &w->crops[i];
    const struct synth_crop *x = &m->crops[g->crop];
    double five = w->fault == FAULT_QUANTITY && i == first ? 5 : 1, quantity = yields(g, year) ? floor(g->much * x->yield * scale * 100) / 100 : 0;
    put_crop(w, g, five, quantity);
    if (!w->card) continue;
    struct item it = {x->item, WORD_rate, WORD_measured, x, quantity * five, (int64_t)floor(quantity * x->price * 100) * (int64_t)five, 0};
    rest -= (double)it.amount / five / 100 * (1 - x->cost);
    put_item(w, &it);
  }
  if (!w->card) return;
  const struct { uint8_t name; double most, share; } paid[] = {{WORD_pension_payment, old * m->pension, 0.6}, {WORD_dibao_payment, w->poorest ? m->allowance * w->size : 0, 0.6}, {WORD_farm_support, w->home.land * m->farm_support, 0.5}};
  for (size_t i = 0; i < sizeof paid / sizeof *paid; i++) {
    struct item it = {paid[i].name, WORD_none, WORD_receipt, NULL, 0, (int64_t)(fmin(paid[i].most, rest * paid[i].share) * 100), 0};
    rest -= (double)it.amount / 100;
    put_item(w, &it);
  }
  int64_t left = (int64_t)ceil(rest * 100 - 1e-6);
  struct item wage = {workers ? WORD_wage : WORD_transfer_other, WORD_none, workers ? WORD_statement : WORD_receipt, NULL, 0, left, 0};
  if (away) wage.name = WORD_wage_away, wage.basis = WORD_receipt, wage.amount = (int64_t)ceil((double)left / (1 - m->away_cost)), wage.cost = wage.amount - left;
  put_item(w, &wage);
  if (w->fault == FAULT_ONE_OFF) put_item(w, &(struct item){WORD_transfer_other, WORD_none, WORD_statement, NULL, 0, (int64_t)ceil((w->income - income) * w->size * 100), 0});
}

static enum status put(struct writer *w, struct err *e) {
  /* cppcheck-suppress ctuuninitvar ; all that is read is set: clearing a kilobyte for each household would show */
  const struct household *h = w->h;
  uint8_t lists = 1u << ROWS_MEMBER;
  w->card = h->listed[w->round] || household_exits(h, w->round);
  w->poorest = h->listed[w->round] && h->score[w->round] / 1.3 < -1.6;
  w->size = 0, w->now = w->round + 1 == w->b->pop->m->round_count ? h->last : w->other;
  for (uint32_t i = w->from; i < w->to; i++) {
    if (!person_is_here(&h->people[i], w->round)) continue;
    w->size++;
    if (w->now == w->other) w->other[i] = person_now(w->b->pop->m, &h->people[i], w->round);
  }
  w->home = home_of(w->b, w->like);
  w->crop_count = crops_of(w->b, w->like, w->round, w->home.land, w->crops);
  if (w->card) lists |= 1u << ROWS_LINE; /* something is always left to be wages */
  if (w->crop_count) lists |= 1u << ROWS_CROP;
  TRY(batch_household(w->q, h->number | (w->second ? BATCH_SECOND : 0), (uint32_t)(w->b->village - w->b->pop->villages), lists, e));
  put_people(w);
  put_lines(w);
  put_home(w); /* last: it counts the household */
  return OK;
}

enum status rows_household(struct batch *q, const struct block *b, uint32_t at, uint32_t round, enum fault f, struct err *e) {
  const struct household *h = &b->households[at];
  struct writer w;
  double line = b->pop->lines[round];
  if (!h->size[round]) return OK;
  w.q = q, w.b = b, w.h = w.like = h, w.round = round, w.from = 0, w.to = h->people_count, w.fault = f, w.second = false;
  if (f == FAULT_COPIED) w.like = &b->households[at - 1];
  w.income = w.like->recorded[round];
  if (f == FAULT_EDITED || f == FAULT_BELOW) {
    struct chance r = chance_of(b->village->place, ((uint64_t)h->number << 8) | round, ABOUT_FAULTS);
    double u = chance_unit(&r);
    w.income = f == FAULT_EDITED ? ceil(line) + floor(0.03 * line * u) : floor(line * (0.70 + 0.27 * u));
  }
  if (f == FAULT_SPLIT) w.to = rows_split_at(h, round);
  TRY(put(&w, e));
  if (f != FAULT_DUPLICATE && f != FAULT_SPLIT) return OK;
  w.second = true;
  if (f == FAULT_SPLIT) w.from = w.to, w.to = h->people_count;
  return put(&w, e);
}

void rows_truth(struct batch *q, const struct block *b, uint32_t at, uint32_t round) {
  const struct household *h = &b->households[at];
  q->truth_number[q->rows[ROWS_TRUTH]] = h->number, q->truth_village[q->rows[ROWS_TRUTH]] = (uint32_t)(b->village - b->pop->villages);
  int32_t *c = batch_row(q, ROWS_TRUTH);
  CELL(TRUTH, persons) = h->size[round], CELL(TRUTH, true_income) = fixed(h->income[round], 100), CELL(TRUTH, truly_poor) = h->income[round] < b->pop->lines[round];
  CELL(TRUTH, recorded_income) = fixed(h->recorded[round], 100), CELL(TRUTH, on_register) = h->listed[round], CELL(TRUTH, shock) = h->shock[round];
}

void rows_village(const struct block *b, uint32_t round, int32_t cells[VILLAGE_FIELD_COUNT]) {
  const struct village_now *x = &b->now[round];
  int32_t households = 0, *c = cells;
  for (uint32_t i = 0; i < b->count; i++) households += b->households[i].size[round] > 0;
#define V(name) c[VILLAGE_##name]
  V(poor_village) = x->poor, V(village_exit_year) = x->exit_year ? x->exit_year : BATCH_MISSING;
  V(households) = households, V(persons_total) = (int32_t)b->persons[round], V(natural_villages) = x->natural, V(altitude) = x->altitude;
  V(km_county) = fixed(x->km_county, 10), V(km_township) = fixed(x->km_township, 10), V(km_school) = fixed(x->km_school, 10);
  V(road_hard) = x->road_hard, V(bus) = x->bus, V(power) = x->power, V(broadband) = x->broadband, V(tap_share) = fixed(100 * x->tap, 10);
  V(clinic) = x->clinic, V(doctor) = x->doctor, V(collective_income) = (int32_t)(x->collective < INT32_MAX ? x->collective : INT32_MAX), V(cooperatives) = x->cooperatives;
  V(processing) = x->processing, V(buyer) = x->buyer, V(leaders) = x->leaders, V(scenic) = x->scenic;
  V(village_farmland) = fixed(b->pop->m->farmland * x->land * (double)b->persons[0], 100);
#undef V
}
