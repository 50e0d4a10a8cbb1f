/* What a programme says about help: what it becomes, and what is refused, each with its place and a remedy. */
#include "programme_text.h"

#define PLAN \
  "lines: [{name: low, amount: 2300}, {name: high, amount: 4000, main: true}]\n" \
  "dimensions: {cutoff: 1/2, list: [{name: d, indicators: [{name: house, rule: poor_house}, {name: many, rule: size > 9}]}]}\n" \
  "causes: [{name: no_road, rule: size > 1}, {name: no_skill, rule: size > 2}]\n" \
  "sample: {welfare: income / double(size)}\n" \
  "plan: {horizon: 6, line: low, bottom: 230, most: 3, labour: 'double(members.size()) * 6.0', land: 'double(size)', assumed: true, source: nobody}\n" \
  "constraints:\n" \
  "  - {name: road, rule: '!hard_road', assumed: true}\n" \
  "  - {name: buyer, rule: buyers == 0}\n" \
  "funds:\n" \
  "  - {name: central, year: 2021, amount: 1000000, carry_over: 0.5, pays: [production, lane, shelter], option: industry, source: a letter}\n" \
  "  - {name: central, year: 2022, area: c1, amount: 5e5, pays: 'lane|courses tea', assumed: true}\n" \
  "guarantees:\n" \
  "  - {name: shelter, rule: poor_house, amount: '20000.0', owed_by: county, settles: [house], source: a law}\n" \
  "  - {name: floor, rule: income < 1000.0, amount: '1000.0 - income', income: true, owed: true}\n" \
  "measures:\n" \
  "  - {name: tea, project: production, answers: '*', eligible: size > 1, quantity: size * 2, cost: {low: 900, mid: 1000, high: 1500}, upkeep: 100, capacity: [{area: v1, units: 40}], effect: product, product: tea, effect_source: a station, labour: 1, land: 1, group: crops, needs: [store]}\n" \
  "  - {name: courses, project: labour, answers: [no_skill], cost: 2000, capacity: unlimited, effect: income, income: {low: 0, mid: 3000, high: 6000}, lasts: 3, success: 0.6, effect_source: a survey, effect_assumed: true}\n" \
  "  - {name: lane, level: village, project: infrastructure, answers: [road], eligible: '!hard_road', cost: 300000, upkeep: 3000, capacity: [{units: 2}], effect: per_head, income: 120, reaches: size < 9, from_year: 1, effect_source: a study, settles: [many]}\n" \
  "  - {name: store, level: village, project: production, delivery: firm, answers: [buyer], cost: 90000, effect: none, needs: lane}\n" \
  "  - {name: ranger, project: ecology, answers: [no_road], cost: 0, capacity: unlimited, effect: income, income: 6000, effect_source: a decree, asset: {holder: the village, right: to manage, check: yearly, payment: 15, share: 0.7}}\n" \
  "capacities:\n" \
  "  - {measure: store, area: c1, units: 1, assumed: true, source: a guess}\n" \
  "  - {measure: tea, units: 90}\n" \
  "products:\n" \
  "  - {name: tea, bears_from: 2, yield: [0, 0, 10, 20], yield_range: {low: 0.8, mid: 1, high: 1.1}, survival: 0.9, alternate: 0.1, price: {low: 40, mid: 60, high: 70}, price_place: the fair, price_date: 2019-04, price_source: a list, cost_mu: 300, elasticity: -0.8, tiers: [1, 0.9, 0.8, 0.7, 0.6], per_day: 3, stressed_per_day: 1, per_day_source: a trader, season_days: 60, storage_days: 300, suitable: hard_road, allowed: double(buyers), most_farmland: 0.4, grown: double(size), growers: [{neighbours: true, mu: 500, age: 1}]}\n" \
  "growers:\n" \
  "  - {product: tea, area: c1, mu: 200, assumed: true}\n"

#define FIELDS "  - {name: hard_road, level: village, type: boolean}\n  - {name: buyers, level: village, type: integer, min: 0, max: 100}\n"

static struct programme *load_plan(struct loaded *l) {
  load_text(l, BASE FIELDS PLAN);
  if (l->status != OK) fail_msg("%s HINT: %s", l->e.message, l->e.hint);
  return l->p;
}

static void settings_constraints_and_funds_are_as_written(void **state) {
  (void)state;
  struct loaded l;
  const struct planning *g = &load_plan(&l)->planning;
  assert_true(g->there);
  assert_int_equal(g->settings.horizon, 6);
  assert_int_equal(g->settings.line, 0);
  assert_true(g->settings.bottom == 230 && g->settings.discount == 0.05 && g->settings.most == 3 && g->settings.objective == OBJECTIVE_FGT2 && g->settings.assumed);
  assert_non_null(g->settings.labour);
  assert_null(g->settings.who);
  assert_int_equal(g->constraint_count, 2);
  assert_string_equal(g->constraints[1].rule_source, "buyers == 0");
  assert_int_equal(g->fund_count, 2);
  const struct fund *f = g->funds;
  assert_int_equal(f[0].area, PLANNING_EVERYWHERE);
  assert_int_equal(f[0].pays, 1u << 0 | 1u << 2 | 1u << 3); /* tea and the store by their project, the lane by its name */
  assert_int_equal(f[0].pays_guarantees, 1u << 0);
  assert_int_equal(f[0].option, OPTION_INDUSTRY);
  assert_int_equal(f[1].area, programme_area(l.p, "c1"));
  assert_int_equal(f[1].pays, 1u << 0 | 1u << 1 | 1u << 2);
  assert_true(f[1].amount == 500000 && f[1].assumed && f[0].carry_over == 0.5);
  unload(&l);
}

static void guarantees_and_measures_refer_to_what_they_name(void **state) {
  (void)state;
  struct loaded l;
  const struct planning *g = &load_plan(&l)->planning;
  assert_int_equal(g->guarantee_count, 2);
  assert_int_equal(g->guarantees[0].settles, 1);
  assert_int_equal(g->guarantees[0].owed_by, 0);
  assert_true(g->guarantees[1].income && g->guarantees[1].owed && !g->guarantees[0].owed);
  assert_int_equal(g->measure_count, 5);
  const struct measure *m = g->measures;
  assert_int_equal(m[0].answers, 3);
  assert_true(m[0].cost == 1000 && m[0].cost_range.low == 900 && m[0].success == 1);
  assert_int_equal(m[0].product, 0);
  assert_int_equal(m[0].from_year, 2); /* as the product bears */
  assert_int_equal(m[0].needs, 1u << 3);
  assert_int_equal(m[0].capacity_count, 2); /* its own list and the table's */
  assert_int_equal(m[0].capacities[1].area, PLANNING_EVERYWHERE);
  assert_int_equal(m[0].capacities[1].units, 90);
  assert_true(m[1].unlimited && m[1].effect == EFFECT_INCOME && m[1].income.high == 6000 && m[1].effect_assumed && !m[1].cost_assumed);
  assert_int_equal(m[1].option, OPTION_PEOPLE);
  assert_true(m[2].village && m[2].effect == EFFECT_PER_HEAD && m[2].reaches);
  assert_int_equal(m[2].answers, 1);
  assert_int_equal(m[2].settles, 2);
  assert_string_equal(m[3].delivery, "firm");
  assert_true(m[3].capacities[0].assumed);
  assert_true(m[4].asset && m[4].payment == 15 && m[4].household_share == 0.7);
  assert_string_equal(m[4].right.en, "to manage");
  unload(&l);
}

static void products_have_their_curve_their_market_and_who_grows_them_already(void **state) {
  (void)state;
  struct loaded l;
  const struct planning *g = &load_plan(&l)->planning;
  const struct product *p = g->products;
  assert_int_equal(g->product_count, 1);
  assert_int_equal(p->yield_count, 4);
  assert_true(p->yield[2] == 10 && p->bears_from == 2 && p->survival == 0.9 && p->yield_range.low == 0.8);
  assert_int_equal(p->tier_count, 5);
  assert_true(p->elasticity == -0.8 && p->per_day == 3 && p->most_farmland == 0.4 && p->most_households == 1);
  assert_int_equal(p->grower_count, 2);
  assert_true(p->growers[0].neighbours && p->growers[0].age == 1 && p->growers[1].mu == 200);
  assert_int_equal(p->growers[1].age, PLANNING_AGES - 1); /* bearing in full */
  assert_int_equal(p->growers[1].area, programme_area(l.p, "c1"));
  assert_true(p->suitable && p->allowed && p->grown);
  unload(&l);
}

/* What a programme rests on has a name that stays, so that it can be listed, inherited and confirmed. */
static void every_number_has_its_item(void **state) {
  (void)state;
  static const struct { const char *item, *value; bool assumed, of_place; } want[] = {
    {"plan.settings", "horizon 6, line low, bottom 230, most 3, labour double(members.size()) * 6.0, land double(size)", true, false},
    {"constraints.road", "!hard_road", true, false},
    {"funds.central.2021.*", "1000000", false, true},
    {"funds.central.2022.c1", "5e5", true, true},
    {"guarantees.floor", "rule income < 1000.0, amount 1000.0 - income, owed true, income true", false, false},
    {"measures.tea.cost", "cost low 900 mid 1000 high 1500, upkeep 100", false, false},
    {"measures.courses.effect", "effect income, income low 0 mid 3000 high 6000, lasts 3, success 0.6", true, false},
    {"measures.store.capacity.c1", "1", true, true},
    {"measures.tea.capacity.*", "90", false, false},
    {"measures.tea.terms", "project production, answers *, eligible size > 1, quantity size * 2, labour 1, land 1, group crops, needs store", false, false},
    {"products.tea.price", "price low 40 mid 60 high 70, price_place the fair, price_date 2019-04", false, false},
    {"products.tea.market", "per_day 3, stressed_per_day 1, elasticity -0.8, tiers 1 0.9 0.8 0.7 0.6", false, false},
    {"products.tea.growers.neighbours.*.1", "500", false, true},
    {"products.tea.growers.c1.2", "200", true, true},
  };
  struct loaded l;
  const struct programme *p = load_plan(&l);
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
    uint32_t at = map_get(&p->value_index, want[i].item, strlen(want[i].item));
    if (at == MAP_NONE) fail_msg("no value is called %s", want[i].item);
    assert_string_equal(p->values[at].value, want[i].value);
    assert_int_equal(p->values[at].assumed, want[i].assumed);
    assert_int_equal(p->values[at].of_place, want[i].of_place);
  }
  unload(&l);
}

/* BASE, the fields and the plan, with the first `from` in the plan written as `to`, which holds the mark. */
static void mend(char out[static 12000], const char *from, const char *to) {
  const char *at = strstr(PLAN, from);
  if (!at) fail_msg("the plan of these tests does not hold: %s", from);
  snprintf(out, 12000, "%s%s%.*s%s%s", BASE, FIELDS, (int)(at - PLAN), PLAN, to, at + strlen(from));
}

/* Takes the mark out, and says where it stood. */
static void unmark(char *text, int *line, int *column) {
  char *mark = strstr(text, MARK);
  assert_non_null(mark);
  *line = 1, *column = 1;
  for (const char *c = text; c < mark; c++) {
    if (*c == '\n') ++*line, *column = 1;
    else if (((unsigned char)*c & 0xc0) != 0x80) ++*column;
  }
  memmove(mark, mark + strlen(MARK), strlen(mark + strlen(MARK)) + 1);
}

static const struct mistake { const char *what, *from, *to, *message, *hint; } mistakes[] = {
  /* what issue and law ask to be refused */
  {"missing capacity", "- {name: courses, project: labour, answers: [no_skill], cost: 2000, capacity: unlimited", "- " MARK "{name: courses, project: labour, answers: [no_skill], cost: 2000", "\"courses\" has no capacity", "capacity: unlimited"},
  {"empty capacity", "capacity: unlimited", "capacity: " MARK "[]", "\"courses\" has no capacity", "capacity: unlimited"},
  {"capacity that is no list", "capacity: unlimited", "capacity: " MARK "plenty", "`capacity` must be a list, or `unlimited`", "units"},
  {"unlimited with limits", "{measure: tea, units: 90}", "{measure: courses, units: 90}", "\"courses\" is unlimited, and has capacities", "keep one"},
  {"negative cost", "cost: 2000", "cost: " MARK "-2000", "the cost of \"courses\" cannot be negative", "its effect"},
  {"negative low end of a cost", "cost: {low: 900", "cost: " MARK "{low: -900", "the cost of \"tea\" cannot be negative", ""},
  {"negative upkeep", "upkeep: 3000", "upkeep: " MARK "-3000", "`upkeep` cannot be negative", ""},
  {"effect without source", "effect: income, income: {low: 0, mid: 3000, high: 6000}, lasts: 3, success: 0.6, effect_source: a survey", "effect: " MARK "income, income: {low: 0, mid: 3000, high: 6000}, lasts: 3, success: 0.6", "the effect of \"courses\" has no source", "effect_assumed: true"},
  {"demand rising with price", "elasticity: -0.8", "elasticity: " MARK "0.8", "demand for \"tea\" would rise with its price", "-0.8"},
  {"demand that knows no price", "elasticity: -0.8", "elasticity: " MARK "0", "demand for \"tea\" would not change with its price", ""},
  {"tiers that rise", "tiers: [1, 0.9, 0.8, 0.7, 0.6]", "tiers: " MARK "[1, 0.9, 0.95]", "`tiers` of \"tea\" do not fall", "[1, 0.9"},
  {"tiers that begin elsewhere", "tiers: [1, 0.9, 0.8, 0.7, 0.6]", "tiers: " MARK "[0.9, 0.8]", "do not begin with 1", "today's price"},
  {"tiers that reach nothing", "tiers: [1, 0.9, 0.8, 0.7, 0.6]", "tiers: " MARK "[1, 0]", "do not fall", "above 0"},
  {"a fund that names nothing", "pays: [production, lane, shelter]", "pays: " MARK "[]", "the fund \"central\" pays nothing", "\"*\""},
  {"a fund of a project without measures", "pays: 'lane|courses tea'", "pays: " MARK "tourism", "the fund \"central\" pays nothing", ""},
  {"a fund that pays something unknown", "pays: 'lane|courses tea'", "pays: 'lane|" MARK "curses tea'", "no measure, project or guarantee is called \"curses\"", "did you mean `courses`?"},
  {"a prerequisite in another village", "needs: lane", "needs: " MARK "lane@v1", "would need a work of another village", "the same village"},
  {"a prerequisite of a household's measure", "needs: lane", "needs: " MARK "courses", "needs \"courses\", which is a household's", "a work of the village"},
  {"a prerequisite that is none", "needs: lane", "needs: " MARK "lame", "no measure is called \"lame\"", "did you mean `lane`?"},
  {"prerequisites in a circle", "needs: lane", "needs: " MARK "[lane, store]", "circle: store -> store", "take one"},
  {"yield before it may bear", "yield: [0, 0, 10, 20]", "yield: " MARK "[0, 5, 10, 20]", "\"tea\" yields 5 at age 1, and bears from age 2", "income before a tree bears"},
  {"bears and yields nothing", "yield: [0, 0, 10, 20]", "yield: " MARK "[0, 0, 0, 20]", "yields nothing at that age", ""},
  {"never bears", "bears_from: 2", "bears_from: " MARK "4", "\"tea\" would never bear", "yield"},
  {"income before the trees bear", "product: tea, effect_source", "product: tea, from_year: " MARK "1, effect_source", "would bring income from year 1, and its product bears from age 2", "take `from_year` out"},
  {"capacity of an unknown area", "capacity: [{area: v1,", "capacity: [{area: " MARK "v9,", "no area has the code \"v9\"", "\"*\""},
  {"capacity in the table of an unknown area", "{measure: store, area: c1", "{measure: store, area: " MARK "c9", "no area has the code \"c9\"", ""},
  {"capacity of an unknown measure", "{measure: tea, units: 90}", "{measure: " MARK "tee, units: 90}", "no measure is called \"tee\"", "did you mean `tea`?"},
  {"two capacities of one place", "{measure: tea, units: 90}", MARK "{measure: tea, area: v1, units: 90}", "\"tea\" has two capacities for area v1", "keep one"},
  {"negative capacity", "{measure: tea, units: 90}", "{measure: tea, units: " MARK "-90}", "`units` cannot be negative", ""},
  {"a guarantee that no fund may pay", "- {name: floor, rule: income < 1000.0, amount: '1000.0 - income', income: true, owed: true}", "- {name: " MARK "floor, rule: income < 1000.0, amount: '1000.0 - income', income: true}", "no fund may pay for the guarantee \"floor\"", "owed: true"},
  {"a fund of another time", "year: 2022", "year: " MARK "2032", "is of 2032, and the programme goes from 2020 to 2026", "programme.years"},
  {"a fund twice", "- {name: central, year: 2022, area: c1, amount", "- " MARK "{name: central, year: 2021, amount", "has two amounts for year 2021", "keep one"},
  {"a fund of an unknown area", "year: 2022, area: c1", "year: 2022, area: " MARK "c7", "no area has the code \"c7\"", ""},
  {"negative money", "amount: 5e5", "amount: " MARK "-5", "`amount` cannot be negative", ""},
  {"carried over more than all", "carry_over: 0.5", "carry_over: " MARK "50", "`carry_over` must be from 0 to 1", "all of it is 1"},
  /* names */
  {"unknown cause", "answers: [no_skill]", "answers: [" MARK "no_skil]", "no cause is called \"no_skil\"", "did you mean `no_skill`?"},
  {"a work that answers a cause", "answers: [buyer]", "answers: [" MARK "no_skill]", "no constraint is called \"no_skill\"", "one of `constraints`"},
  {"answers nothing", "answers: [buyer]", "answers: " MARK "[]", "\"store\" answers nothing", ""},
  {"unknown indicator", "settles: [many]", "settles: [" MARK "mane]", "no indicator is called \"mane\"", "did you mean `many`?"},
  {"unknown product", "product: tea,", "product: " MARK "tee,", "no product is called \"tee\"", "did you mean `tea`?"},
  {"unknown line", "line: low", "line: " MARK "lowe", "no line is called \"lowe\"", "did you mean `low`?"},
  {"unknown level", "owed_by: county", "owed_by: " MARK "country", "no area level is called \"country\"", "did you mean `county`?"},
  {"unknown project", "project: labour", "project: " MARK "labor", "`project` cannot be \"labor\"", "production tourism labour"},
  {"measure twice", "{name: ranger", "{name: " MARK "lane", "the measure \"lane\" stands twice", ""},
  {"guarantee named as a measure", "{name: floor, rule", "{name: " MARK "tea, rule", "a measure is called \"tea\" already", ""},
  {"growers of an unknown product", "{product: tea, area: c1", "{product: " MARK "tee, area: c1", "no product is called \"tee\"", ""},
  /* effects */
  {"effect without income", "effect: per_head, income: 120", "effect: " MARK "per_head", "the effect `per_head` needs `income`", "low"},
  {"income beside a product", "effect: product, product: tea", "effect: product, income: " MARK "5, product: tea", "`income` does not go with the effect `product`", "yields and prices"},
  {"a household's effect per head", "effect: income, income: 6000", "effect: " MARK "per_head, income: 6000", "only a village's work has the effect `per_head`", "effect: income"},
  {"a work with an income", "effect: per_head, income: 120", "effect: " MARK "income, income: 120", "a village's work has no effect `income`", "per_head"},
  {"product without a name", "effect: product, product: tea", "effect: " MARK "product", "the effect `product` needs `product`", ""},
  {"a range that falls", "income: {low: 0, mid: 3000, high: 6000}", "income: " MARK "{low: 0, mid: 7000, high: 6000}", "low, mid and high must not fall", ""},
  {"half a range", "income: {low: 0, mid: 3000, high: 6000}", "income: " MARK "{low: 0, mid: 3000}", "`income` must be a number or {low, mid, high}", "10th percentile"},
  {"success above all", "success: 0.6", "success: " MARK "60", "`success` must be from 0 to 1", "0.8"},
  {"a household's measure that reaches", "asset: {holder", "reaches: " MARK "size > 1, asset: {holder", "only a village's work reaches households", "eligible"},
  /* rules */
  {"a rule of the wrong kind", "quantity: size * 2", "quantity: " MARK "double(size)", "`quantity` must be of type int, not double", "int(..)"},
  {"an amount of the wrong kind", "amount: '20000.0'", "amount: " MARK "'20000'", "`amount` must be of type double, not int", "3000.0"},
  {"a village's rule that reads a household", "rule: buyers == 0", "rule: " MARK "size == 0", "size", ""},
  {"incentives bear on help", "eligible: size > 1", "eligible: " MARK "stars > 1", "fed by incentives", "incentives only add"},
  {"a sealed field in a rule", "rule: income < 1000.0", "rule: " MARK "phone == '1'", "which is sealed", ""},
  /* the market */
  {"more when roads are closed", "stressed_per_day: 1", "stressed_per_day: " MARK "9", "would take more of \"tea\" when transport is disturbed", "per_day"},
  {"a market that takes nothing", "per_day: 3, stressed_per_day: 1", "per_day: " MARK "0, stressed_per_day: 0", "`per_day` must be above 0", ""},
  {"nothing survives", "survival: 0.9", "survival: " MARK "0", "`survival` must be above 0 and at most 1", ""},
  {"off-years of nothing", "alternate: 0.1", "alternate: " MARK "1", "`alternate` must be from 0 to below 1", ""},
  {"a middle that is none", "yield_range: {low: 0.8, mid: 1", "yield_range: " MARK "{low: 0.8, mid: 1.05", "the middle of `yield_range` must be 1", ""},
  {"not a list of numbers", "yield: [0, 0, 10, 20]", "yield: [0, 0, " MARK "10kg, 20]", "`yield` is a list of numbers, and here stands \"10kg\"", "units"},
  {"a price for nothing", "price: {low: 40, mid: 60", "price: " MARK "{low: -40, mid: 60", "`price` must be above 0", ""},
  /* settings */
  {"too long a horizon", "horizon: 6", "horizon: " MARK "13", "`horizon` is 1 to 12 years", ""},
  {"too many measures a household", "most: 3", "most: " MARK "5", "`most` is 1 to 4", ""},
  {"no bottom", "plan: {horizon: 6, line: low, bottom: 230,", "plan: " MARK "{horizon: 6, line: low,", "plan needs `bottom`", "income of nothing"},
  {"measures without funds", "funds:\n  - {name: central, year: 2021, amount: 1000000, carry_over: 0.5, pays: [production, lane, shelter], option: industry, source: a letter}\n  - {name: central, year: 2022, area: c1, amount: 5e5, pays: 'lane|courses tea', assumed: true}\n", "", "measures need the section `funds`", ""},
};

static void every_mistake_is_answered_with_its_place_and_a_remedy(void **state) {
  (void)state;
  int failures = 0;
  for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
    const struct mistake *m = &mistakes[i];
    char text[12000];
    int line = 0, column = 0;
    mend(text, m->from, m->to);
    if (strstr(m->to, MARK)) unmark(text, &line, &column);
    struct loaded l;
    load_text(&l, text);
    bool fine = false; /* one mistake may lead to another: the first cause must be told at its place */
    for (const struct problem *p = l.problems; p; p = p->next)
      fine = fine || ((!line || (p->line == line && p->column == column)) && strstr(p->message, m->message) && (!*m->hint || (p->hint && strstr(p->hint, m->hint))));
    if (!fine || l.status != ERR_INPUT) {
      failures++;
      print_error("%s: wanted %d:%d %s [%s], got:\n", m->what, line, column, m->message, m->hint);
      for (const struct problem *p = l.problems; p; p = p->next) print_error("    %s:%d:%d: %s [%s]\n", p->file, p->line, p->column, p->message, p->hint ? p->hint : "");
    }
    unload(&l);
  }
  assert_int_equal(failures, 0);
}

static void a_circle_of_works_is_told_in_full_and_once(void **state) {
  (void)state;
  struct loaded l;
  char text[12000];
  mend(text, "from_year: 1, effect_source: a study", "from_year: 1, needs: store, effect_source: a study");
  load_text(&l, text);
  assert_non_null(l.problems);
  assert_null(l.problems->next);
  assert_non_null(strstr(l.problems->message, "lane -> store -> lane"));
  unload(&l);
}

static void more_than_the_most_is_refused_not_forgotten(void **state) {
  (void)state;
  static const struct { const char *section, *row, *message; int count; } many[] = {
    {"constraints:\n", "  - {name: c%d, rule: hard_road}\n", "more than 32 constraints", 31},
    {"guarantees:\n", "  - {name: g%d, rule: poor_house, amount: '1.0', owed: true}\n", "more than 16 guarantees", 15},
    {"measures:\n", "  - {name: m%d, project: labour, answers: '*', cost: 1, capacity: unlimited, effect: none}\n", "more than 64 measures", 60},
    {"measures:\n", "  - {name: w%d, level: village, project: services, answers: '*', cost: 1, capacity: unlimited, effect: none}\n", "more than 6 works of a village", 5},
    {"funds:\n", "  - {name: f%d, year: 2021, amount: 1, pays: lane}\n", "more than 2000 rows of funds", 1999},
    {"products:\n", "  - {name: p%d, bears_from: 0, yield: [1], price: 1, price_place: a, price_date: a, price_source: a, cost_mu: 0, elasticity: -1, tiers: [1], per_day: 1, stressed_per_day: 1, per_day_source: a, season_days: 1, storage_days: 1}\n", "more than 32 products", 32},
  };
  for (size_t i = 0; i < sizeof many / sizeof *many; i++) {
    struct text t;
    text_init(&t, 1 << 20);
    const char *at = strstr(PLAN, many[i].section);
    assert_non_null(at);
    at += strlen(many[i].section);
    text_addf(&t, "%s%s%.*s", BASE, FIELDS, (int)(at - PLAN), PLAN);
    for (int k = 0; k < many[i].count; k++) {
      char row[400], number[12], *hole;
      strcpy(row, many[i].row);
      snprintf(number, sizeof number, "%d", k);
      hole = strstr(row, "%d");
      text_addf(&t, "%.*s%s%s", (int)(hole - row), row, number, hole + 2);
    }
    text_add(&t, at);
    struct loaded l;
    load_text(&l, text_str(&t));
    bool found = false;
    for (const struct problem *p = l.problems; p; p = p->next) found = found || strstr(p->message, many[i].message);
    if (!found) fail_msg("%s: %s", many[i].section, l.e.message);
    unload(&l);
    text_free(&t);
  }
}

static void tables_take_the_place_of_lists(void **state) {
  (void)state;
  struct loaded l;
  char text[12000], yaml[12000];
  mend(text, "funds:\n  - {name: central, year: 2021, amount: 1000000, carry_over: 0.5, pays: [production, lane, shelter], option: industry, source: a letter}\n  - {name: central, year: 2022, area: c1, amount: 5e5, pays: 'lane|courses tea', assumed: true}\n", "funds: {file: funds.csv}\n");
  char *at = strstr(text, "capacities:\n");
  assert_non_null(at);
  snprintf(yaml, sizeof yaml, "%.*scapacities: {file: c.csv}\n%s", (int)(at - text), text, strstr(at, "products:\n"));
  const char *funds = "name,label.en,label.zh,year,area,amount,pays,carry_over,option,source,assumed\ncentral,central money,中央资金,2021,*,100,production lane shelter,0.5,industry,a letter,\ncentral,,,2022,c1,50,*,,,,true\n";
  const char *units = "measure,area,units,assumed\nstore,c1,1,true\ntea,*,90,\n";
  memset(&l, 0, sizeof l);
  l.files[0] = (struct programme_file){"programme.yaml", yaml, strlen(yaml)};
  l.files[1] = (struct programme_file){"funds.csv", funds, strlen(funds)};
  l.files[2] = (struct programme_file){"c.csv", units, strlen(units)};
  load_files(&l, 3);
  if (l.status != OK) fail_msg("%s HINT: %s", l.e.message, l.e.hint);
  const struct planning *g = &l.p->planning;
  assert_int_equal(g->fund_count, 2);
  assert_string_equal(g->funds[0].label.zh, "中央资金");
  assert_int_equal(g->funds[0].pays, 1u << 0 | 1u << 2 | 1u << 3);
  assert_int_equal(g->funds[1].pays, 31);
  assert_int_equal(g->funds[1].pays_guarantees, 3);
  assert_int_equal(g->measures[3].capacities[0].units, 1);
  unload(&l);
}

static struct digest rules_of(const char *text) {
  struct loaded l;
  load_text(&l, text);
  if (l.status != OK) fail_msg("%s HINT: %s", l.e.message, l.e.hint);
  struct digest d = l.p->rules_hash;
  unload(&l);
  return d;
}

/* Each of these bears on a plan, and none of those does. */
static void the_rules_hash_follows_what_a_plan_rests_on(void **state) {
  (void)state;
  static const char *const matter[][2] = {{"bottom: 230", "bottom: 231"}, {"most: 3", "most: 2"}, {"buyers == 0", "buyers == 1"}, {"amount: 1000000", "amount: 1000001"}, {"carry_over: 0.5", "carry_over: 0.4"},
    {"[production, lane, shelter]", "[production, shelter]"}, {"amount: '20000.0'", "amount: '20001.0'"}, {"settles: [house]", "settles: [many]"}, {"income: true, owed: true", "owed: true"}, {"low: 900", "low: 901"},
    {"upkeep: 100", "upkeep: 101"}, {"units: 40", "units: 41"}, {"units: 90", "units: 91"}, {"eligible: size > 1", "eligible: size > 2"}, {"group: crops", "group: trees"}, {", needs: [store]", ""}, {"success: 0.6", "success: 0.7"},
    {"lasts: 3", "lasts: 4"}, {"reaches: size < 9", "reaches: size < 8"}, {"share: 0.7", "share: 0.6"}, {"yield: [0, 0, 10, 20]", "yield: [0, 0, 10, 21]"}, {"mid: 60", "mid: 61"}, {"elasticity: -0.8", "elasticity: -0.7"},
    {"0.7, 0.6]", "0.7, 0.5]"}, {"per_day: 3", "per_day: 4"}, {"storage_days: 300", "storage_days: 301"}, {"suitable: hard_road", "suitable: '!hard_road'"}, {"mu: 500", "mu: 501"}, {"age: 1}", "age: 2}"}, {"mu: 200", "mu: 201"}};
  static const char *const words[][2] = {{"source: a letter", "source: another letter"}, {"effect_source: a station", "effect_source: two stations"}, {"price_source: a list", "price_source: a longer list"}, {"eligible: size > 1", "eligible: 'size>1'"},
    {"{name: tea, project", "{name: tea, label: Tea, project"}, {"delivery: firm", "delivery: coop"}, {"holder: the village", "holder: the group"}};
  char text[12000];
  struct digest first = rules_of(BASE FIELDS PLAN), plain = rules_of(BASE FIELDS);
  assert_memory_not_equal(&first, &plain, sizeof first);
  for (size_t i = 0; i < sizeof matter / sizeof *matter; i++) {
    mend(text, matter[i][0], matter[i][1]);
    struct digest d = rules_of(text);
    if (!memcmp(&d, &first, sizeof d)) fail_msg("the same hash with: %s", matter[i][1]);
  }
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    mend(text, words[i][0], words[i][1]);
    struct digest d = rules_of(text);
    if (memcmp(&d, &first, sizeof d) != 0) fail_msg("another hash with: %s", words[i][1]);
  }
}

UNIT_MAIN(UNIT(settings_constraints_and_funds_are_as_written), UNIT(guarantees_and_measures_refer_to_what_they_name), UNIT(products_have_their_curve_their_market_and_who_grows_them_already),
          UNIT(every_number_has_its_item), UNIT(every_mistake_is_answered_with_its_place_and_a_remedy), UNIT(a_circle_of_works_is_told_in_full_and_once),
          UNIT(more_than_the_most_is_refused_not_forgotten), UNIT(tables_take_the_place_of_lists), UNIT(the_rules_hash_follows_what_a_plan_rests_on))
