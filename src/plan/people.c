#include "plan/people.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Which rule of the block stands where; RULE_NOT = it is not asked. */
#define RULE_NOT UINT32_MAX

struct asked {
  const struct rule **rules;
  uint32_t count;
  uint32_t who, labour, land;
  uint32_t eligible[PLANNING_MEASURES], quantity[PLANNING_MEASURES], reaches[PLANNING_MEASURES];
  uint32_t owed[16], amount[16], grown[PLANNING_PRODUCTS];
};

struct reading {
  struct arena *arena;
  struct programme *p;
  const struct planning *plan;
  const struct identified *decided;
  struct people *out;
  struct asked asked;
  uint32_t room; /* of the arrays that grow */
  uint32_t class;
  const uint32_t *areas; uint32_t area_count;
};

static uint32_t ask(struct asked *q, const struct rule *r) {
  if (!r) return RULE_NOT;
  q->rules[q->count] = r;
  return q->count++;
}

static enum status ask_all(struct reading *r, struct err *e) {
  const struct planning *n = r->plan;
  struct asked *q = &r->asked;
  ARENA_TRY(e, q->rules = arena_array(r->arena, 3u + 3u * PLANNING_MEASURES + 32u + PLANNING_PRODUCTS, sizeof *q->rules));
  q->who = ask(q, n->settings.who), q->labour = ask(q, n->settings.labour), q->land = ask(q, n->settings.land);
  for (uint32_t m = 0; m < n->measure_count; m++) {
    const struct measure *x = &n->measures[m];
    q->eligible[m] = ask(q, x->village ? NULL : x->eligible);
    q->quantity[m] = ask(q, x->village ? NULL : x->quantity);
    q->reaches[m] = ask(q, x->village ? x->reaches : NULL);
  }
  for (uint32_t g = 0; g < n->guarantee_count; g++) q->owed[g] = ask(q, n->guarantees[g].rule), q->amount[g] = ask(q, n->guarantees[g].amount);
  for (uint32_t k = 0; k < n->product_count; k++) q->grown[k] = ask(q, n->products[k].grown);
  return OK;
}

/* ---- arrays that grow together ---- */

#define GROW(array)                                                                                                            \
  do {                                                                                                                         \
    void *grown_ = arena_grow(r->arena, (array), p->count, room, sizeof *(array));                                             \
    if (!grown_) return err_set(e, ERR_MEMORY, "plan a part of the area: --area CODE", "out of memory for the people planned for"); \
    (array) = grown_;                                                                                                          \
  } while (0)

static enum status make_room(struct reading *r, struct err *e) {
  struct people *p = r->out;
  if (p->count < r->room) return OK;
  uint32_t room = r->room ? r->room * 2 : 4096;
  GROW(p->segment);
  GROW(p->row);
  GROW(p->village);
  GROW(p->persons);
  GROW(p->welfare);
  GROW(p->line);
  GROW(p->deprived);
  GROW(p->offered);
  GROW(p->offered_unknown);
  GROW(p->reached);
  GROW(p->no_cause);
  for (uint32_t m = 0; m < r->plan->measure_count; m++)
    if (r->asked.quantity[m] != RULE_NOT) GROW(p->quantity[m]);
  if (r->asked.labour != RULE_NOT) GROW(p->labour);
  if (r->asked.land != RULE_NOT) GROW(p->land);
  for (uint32_t g = 0; g < r->plan->guarantee_count; g++) GROW(p->owed[g]);
  for (uint32_t k = 0; k < r->plan->product_count; k++)
    if (r->asked.grown[k] != RULE_NOT) GROW(p->grown[k]);
  r->room = room;
  return OK;
}

/* ---- one block of households ---- */

static uint8_t truth_of(const struct block_lanes *l, uint32_t i) {
  return l->state[i] == BLOCK_TRUE ? TRUTH_TRUE : l->state[i] == BLOCK_FALSE ? TRUTH_FALSE : TRUTH_UNKNOWN;
}

/* Whether the household lives under an area that is planned for. */
static bool lives_there(const struct reading *r, uint32_t g, uint64_t h) {
  if (!r->area_count) return true;
  for (uint32_t at = sample_area(&r->decided->sample, g, h); at < r->p->area_count; at = r->p->areas[at].parent)
    for (uint32_t k = 0; k < r->area_count; k++)
      if (r->areas[k] == at) return true;
  return false;
}

static uint8_t planned_for(const struct reading *r, const struct block_lanes *lanes, uint32_t g, uint64_t h, uint32_t i) {
  if (!lives_there(r, g, h)) return TRUTH_FALSE;
  if (r->asked.who != RULE_NOT) return truth_of(&lanes[r->asked.who], i);
  switch (r->decided->decisions->sets[g].outcome[h]) {
  case OUTCOME_SELECTED:
  case OUTCOME_NO_PLACE: return TRUTH_TRUE;
  case OUTCOME_UNDECIDED: return TRUTH_UNKNOWN;
  default: return TRUTH_FALSE;
  }
}

/* A number of a rule, 0 where it is not known; negative ones are refused by name. */
static enum status number_of(const struct reading *r, const struct block_lanes *l, uint32_t i, const char *what, const char *name, uint32_t g, uint64_t h, double *out, bool *known, struct err *e) {
  uint8_t state;
  *known = eval_lane_number(l, i, out, &state);
  if (*known && *out < 0) {
    struct span key = column_cell(&r->out->segments[g]->household_key, h).s;
    return err_set(e, ERR_INPUT, "mend the rule in the programme: max(0, ...)", "the rule for %s of \"%s\" gives %g for household %.*s", what, name, *out, (int)key.len, key.at);
  }
  return OK;
}

/* Whether the measure answers one of the household's causes; a measure that answers all causes asks for none. */
static uint8_t answers_cause(const struct reading *r, const struct measure *x, uint32_t g, uint64_t h) {
  const uint32_t causes = r->p->identify.cause_count;
  const uint64_t all = causes >= 64 ? UINT64_MAX : ((uint64_t)1 << causes) - 1;
  const struct decision_set *d = &r->decided->decisions->sets[g];
  if (!x->answers || (x->answers & all) == all) return TRUTH_TRUE;
  if (mask_at(&d->cause, h) & x->answers) return TRUTH_TRUE;
  return mask_at(&d->cause_unknown, h) & x->answers ? TRUTH_UNKNOWN : TRUTH_FALSE;
}

static enum status take_measures(struct reading *r, const struct block_lanes *lanes, uint32_t g, uint64_t h, uint32_t i, struct err *e) {
  struct people *p = r->out;
  const uint32_t at = p->count;
  for (uint32_t m = 0; m < r->plan->measure_count; m++) {
    const struct measure *x = &r->plan->measures[m];
    const uint64_t bit = (uint64_t)1 << m;
    if (x->village) {
      if (r->asked.reaches[m] == RULE_NOT || truth_of(&lanes[r->asked.reaches[m]], i) == TRUTH_TRUE) p->reached[at] |= bit;
      continue;
    }
    uint8_t may = r->asked.eligible[m] == RULE_NOT ? TRUTH_TRUE : truth_of(&lanes[r->asked.eligible[m]], i);
    const uint8_t answers = answers_cause(r, x, g, h);
    if (answers == TRUTH_FALSE) p->no_cause[at] |= bit;
    if (answers == TRUTH_FALSE || may == TRUTH_FALSE) may = TRUTH_FALSE;
    else if (answers == TRUTH_UNKNOWN) may = TRUTH_UNKNOWN;
    if (may == TRUTH_TRUE) p->offered[at] |= bit;
    if (may == TRUTH_UNKNOWN) p->offered_unknown[at] |= bit;
    if (r->asked.quantity[m] == RULE_NOT) continue;
    double q;
    bool known;
    TRY(number_of(r, &lanes[r->asked.quantity[m]], i, "the quantity", x->name, g, h, &q, &known, e));
    p->quantity[m][at] = known ? (uint16_t)(q > 60000 ? 60000 : q) : 0;
    if (!known && may == TRUTH_TRUE) p->offered[at] &= ~bit, p->offered_unknown[at] |= bit;
  }
  return OK;
}

static enum status take_owed(struct reading *r, const struct block_lanes *lanes, uint32_t g, uint64_t h, uint32_t i, struct err *e) {
  struct people *p = r->out;
  for (uint32_t k = 0; k < r->plan->guarantee_count; k++) {
    double amount = 0;
    bool known = true;
    uint8_t owed = r->asked.owed[k] == RULE_NOT ? TRUTH_TRUE : truth_of(&lanes[r->asked.owed[k]], i);
    if (owed != TRUTH_FALSE && r->asked.amount[k] != RULE_NOT) TRY(number_of(r, &lanes[r->asked.amount[k]], i, "the amount", r->plan->guarantees[k].name, g, h, &amount, &known, e));
    if (owed == TRUTH_UNKNOWN || (owed == TRUTH_TRUE && !known)) p->owed_unknown[k]++;
    p->owed[k][p->count] = owed == TRUTH_TRUE && known ? amount : 0;
  }
  return OK;
}

/* What is counted of everybody, planned for or not. */
static void take_county(struct reading *r, const struct block_lanes *lanes, uint32_t g, uint64_t h, uint32_t i) {
  struct people *p = r->out;
  const uint32_t county = sample_area_at(r->p, sample_area(&r->decided->sample, g, h), r->p->home_level);
  double v;
  uint8_t state;
  p->households++;
  if (county != SAMPLE_NO_AREA) {
    p->households_of[county]++;
    if (r->asked.land != RULE_NOT && eval_lane_number(&lanes[r->asked.land], i, &v, &state) && v > 0) p->land_of[county] += v;
  }
  for (uint32_t k = 0; k < r->plan->product_count; k++) {
    if (r->asked.grown[k] == RULE_NOT || !eval_lane_number(&lanes[r->asked.grown[k]], i, &v, &state) || !(v > 0)) continue;
    p->grown_all[k] += v, p->growers_all[k]++;
    if (county != SAMPLE_NO_AREA) p->grown_of[k][county] += v, p->growers_of[k][county]++;
  }
}

static enum status take_one(struct reading *r, const struct block_lanes *lanes, uint32_t g, uint64_t h, uint32_t i, struct err *e) {
  struct people *p = r->out;
  const struct sample *s = &r->decided->sample;
  take_county(r, lanes, g, h, i);
  uint8_t planned = planned_for(r, lanes, g, h, i);
  if (planned == TRUTH_UNKNOWN) p->undecided++;
  if (planned != TRUTH_TRUE) return OK;
  bool known;
  const double persons = sample_persons(s, g, h, &known), welfare = s->welfare ? s->welfare[s->first[g] + h] : NAN;
  const double line = poverty_lines_amount(&r->decided->lines, r->class, r->plan->settings.line);
  if (!known || !(persons > 0) || isnan(welfare) || !(line > 0)) {
    p->without_welfare++;
    return OK;
  }
  TRY(make_room(r, e));
  const uint32_t at = p->count;
  p->segment[at] = g, p->row[at] = (uint32_t)h;
  p->village[at] = p->segments[g]->village_of ? p->segments[g]->village_of[h] : PEOPLE_NO_ROW;
  p->persons[at] = persons, p->welfare[at] = welfare, p->line[at] = line;
  p->deprived[at] = r->decided->decisions->sets[g].deprived.width ? mask_at(&r->decided->decisions->sets[g].deprived, h) : 0;
  p->offered[at] = p->offered_unknown[at] = p->reached[at] = p->no_cause[at] = 0;
  TRY(take_measures(r, lanes, g, h, i, e));
  TRY(take_owed(r, lanes, g, h, i, e));
  double v;
  if (r->asked.labour != RULE_NOT) {
    TRY(number_of(r, &lanes[r->asked.labour], i, "labour", "plan", g, h, &v, &known, e));
    p->labour[at] = known ? v : 0;
  }
  if (r->asked.land != RULE_NOT) {
    TRY(number_of(r, &lanes[r->asked.land], i, "land", "plan", g, h, &v, &known, e));
    p->land[at] = known ? v : 0;
  }
  for (uint32_t k = 0; k < r->plan->product_count; k++) {
    uint8_t state;
    if (r->asked.grown[k] != RULE_NOT) p->grown[k][at] = eval_lane_number(&lanes[r->asked.grown[k]], i, &v, &state) && v > 0 ? (float)v : 0;
  }
  p->planned_persons += (uint64_t)persons;
  p->count++;
  return OK;
}

static enum status read_class(struct reading *r, struct err *e) {
  const struct people *p = r->out;
  struct eval *ev;
  struct eval_scratch *scratch;
  TRY(eval_open(r->arena, r->p, p->segments, p->segment_count, r->asked.rules, r->asked.count, &ev, e));
  TRY(eval_scratch_open(ev, &scratch, e));
  enum status st = OK;
  for (uint32_t g = 0; g < p->segment_count && st == OK; g++)
    for (uint64_t from = 0, rows = segment_households(p->segments[g]); from < rows && st == OK; from += EVAL_BLOCK) {
      const uint32_t count = rows - from < EVAL_BLOCK ? (uint32_t)(rows - from) : EVAL_BLOCK;
      const struct block_lanes *lanes = NULL;
      st = eval_lanes(ev, scratch, g, from, count, &lanes, e);
      for (uint32_t i = 0; i < count && st == OK; i++)
        if (r->decided->lines.class_count == 1 || poverty_lines_class(&r->decided->lines, sample_area(&r->decided->sample, g, from + i)) == r->class)
          st = take_one(r, lanes, g, from + i, i, e);
    }
  eval_scratch_close(scratch);
  return st;
}

/* ---- by village ---- */

struct place { uint32_t segment, village, row, at; };
static int order_of_places(const void *x, const void *y) {
  const struct place *a = x, *b = y;
  if (a->segment != b->segment) return a->segment < b->segment ? -1 : 1;
  if (a->village != b->village) return a->village < b->village ? -1 : 1;
  return (a->row > b->row) - (a->row < b->row);
}

#define SORTED(array)                                                                                                \
  do {                                                                                                               \
    void *to_;                                                                                                       \
    ARENA_TRY(e, to_ = arena_array(r->arena, p->count + 1u, sizeof *(array)));                                       \
    for (uint32_t i_ = 0; i_ < p->count; i_++) memcpy((char *)to_ + i_ * sizeof *(array), &(array)[order[i_].at], sizeof *(array)); \
    (array) = to_;                                                                                                   \
  } while (0)

static enum status sort_by_village(struct reading *r, struct err *e) {
  struct people *p = r->out;
  struct place *order;
  ARENA_TRY(e, order = arena_array(r->arena, p->count + 1u, sizeof *order));
  for (uint32_t i = 0; i < p->count; i++) order[i] = (struct place){p->segment[i], p->village[i], p->row[i], i};
  qsort(order, p->count, sizeof *order, order_of_places);
  SORTED(p->persons);
  SORTED(p->welfare);
  SORTED(p->line);
  SORTED(p->deprived);
  SORTED(p->offered);
  SORTED(p->offered_unknown);
  SORTED(p->reached);
  SORTED(p->no_cause);
  for (uint32_t m = 0; m < r->plan->measure_count; m++)
    if (p->quantity[m]) SORTED(p->quantity[m]);
  if (p->labour) SORTED(p->labour);
  if (p->land) SORTED(p->land);
  for (uint32_t g = 0; g < r->plan->guarantee_count; g++)
    if (p->owed[g]) SORTED(p->owed[g]);
  for (uint32_t k = 0; k < r->plan->product_count; k++)
    if (p->grown[k]) SORTED(p->grown[k]);
  for (uint32_t i = 0; i < p->count; i++) p->segment[i] = order[i].segment, p->row[i] = order[i].row, p->village[i] = order[i].village;
  return OK;
}

static enum status read_suitable(const struct planning *n, const struct segment *s, struct plan_village *v, uint32_t k, struct arena *scratch, struct err *e) {
  const struct product *x = &n->products[k];
  struct rule_value value;
  v->allowed[k] = NAN;
  if (x->suitable) {
    TRY(eval_row(scratch, x->suitable, s, 0, v->row, &value, e));
    if (value.state != RULE_VALUE) v->suitable_unknown |= 1u << k;
    else if (value.b) v->suitable |= 1u << k;
  } else v->suitable |= 1u << k;
  if (!x->allowed) return OK;
  TRY(eval_row(scratch, x->allowed, s, 0, v->row, &value, e));
  double mu;
  v->allowed[k] = eval_number(&value, &mu) && mu > 0 ? mu : 0;
  return OK;
}

/* What is asked of a village itself, row by row: there are a hundred times fewer of them than households. */
static enum status read_village(struct reading *r, struct plan_village *v, struct err *e) {
  const struct planning *n = r->plan;
  const struct segment *s = r->out->segments[v->segment];
  struct arena scratch;
  ARENA_TRY(e, v->quantity = arena_array(r->arena, n->measure_count + 1u, sizeof *v->quantity));
  ARENA_TRY(e, v->allowed = arena_array(r->arena, n->product_count + 1u, sizeof *v->allowed));
  if (v->row == PEOPLE_NO_ROW) { /* nothing is known of a village that nobody named */
    v->bound_unknown = n->constraint_count ? (uint32_t)(((uint64_t)1 << n->constraint_count) - 1) : 0;
    v->suitable_unknown = n->product_count ? (uint32_t)(((uint64_t)1 << n->product_count) - 1) : 0;
    return OK;
  }
  arena_init(&scratch, 0);
  enum status st = OK;
  struct rule_value value;
  for (uint32_t c = 0; c < n->constraint_count && st == OK; c++) {
    st = eval_row(&scratch, n->constraints[c].rule, s, 0, v->row, &value, e);
    if (st != OK) break;
    if (value.state != RULE_VALUE) v->bound_unknown |= 1u << c;
    else if (value.b) v->bound |= 1u << c;
  }
  for (uint32_t m = 0; m < n->measure_count && st == OK; m++) {
    const struct measure *x = &n->measures[m];
    double q = 1;
    if (!x->village) continue;
    bool yes = true, unknown = false;
    if (x->eligible) {
      st = eval_row(&scratch, x->eligible, s, 0, v->row, &value, e);
      yes = st == OK && value.state == RULE_VALUE && value.b, unknown = st == OK && value.state != RULE_VALUE;
    }
    if (st == OK && x->quantity) {
      st = eval_row(&scratch, x->quantity, s, 0, v->row, &value, e);
      if (st == OK && !eval_number(&value, &q)) q = 0, unknown = true;
      if (st == OK && q < 0) st = err_set(e, ERR_INPUT, "mend the rule in the programme: max(0, ...)", "the rule for the quantity of \"%s\" gives %g for village %.*s", x->name, q, (int)column_cell(&s->village_code, v->row).s.len, column_cell(&s->village_code, v->row).s.at);
    }
    if (unknown) v->offered_unknown |= (uint64_t)1 << m;
    else if (yes && q >= 1) v->offered |= (uint64_t)1 << m;
    v->quantity[m] = q > 60000 ? 60000 : (uint32_t)q;
  }
  for (uint32_t k = 0; k < n->product_count && st == OK; k++) st = read_suitable(n, s, v, k, &scratch, e);
  arena_drop(&scratch);
  return st;
}

static enum status make_villages(struct reading *r, struct err *e) {
  struct people *p = r->out;
  uint32_t count = 0;
  for (uint32_t i = 0; i < p->count; i++) count += !i || p->segment[i] != p->segment[i - 1] || p->village[i] != p->village[i - 1];
  ARENA_TRY(e, p->villages = arena_array(r->arena, count + 1u, sizeof *p->villages));
  for (uint32_t i = 0; i < p->count; i++) {
    if (!i || p->segment[i] != p->segment[i - 1] || p->villages[p->village_count - 1].row != p->village[i]) {
      struct plan_village *v = &p->villages[p->village_count++];
      *v = (struct plan_village){.segment = p->segment[i], .row = p->village[i], .first = i, .area = sample_area(&r->decided->sample, p->segment[i], p->row[i])};
      TRY(read_village(r, v, e));
    }
    struct plan_village *v = &p->villages[p->village_count - 1];
    v->count++, v->persons += p->persons[i];
    p->village[i] = p->village_count - 1;
  }
  return OK;
}

enum status people_read(struct arena *a, struct programme *p, const struct planning *plan, const uint32_t *areas, uint32_t area_count, const struct segment *const *segments, uint32_t segment_count, const struct identified *decided, struct people *out, struct err *e) {
  struct reading r = {.arena = a, .p = p, .plan = plan, .decided = decided, .out = out, .areas = areas, .area_count = area_count};
  const struct planning *n = plan;
  *out = (struct people){.programme = p, .planning = plan, .segments = segments, .segment_count = segment_count};
  if (!decided->sample.welfare) return err_set(e, ERR_INPUT, "add `sample: {welfare: ...}` to the programme", "a plan needs a measure of welfare");
  ARENA_TRY(e, out->quantity = arena_array(a, n->measure_count + 1u, sizeof *out->quantity));
  ARENA_TRY(e, out->owed = arena_array(a, n->guarantee_count + 1u, sizeof *out->owed));
  ARENA_TRY(e, out->owed_unknown = arena_array(a, n->guarantee_count + 1u, sizeof *out->owed_unknown));
  ARENA_TRY(e, out->grown = arena_array(a, n->product_count + 1u, sizeof *out->grown));
  ARENA_TRY(e, out->grown_all = arena_array(a, n->product_count + 1u, sizeof *out->grown_all));
  ARENA_TRY(e, out->growers_all = arena_array(a, n->product_count + 1u, sizeof *out->growers_all));
  ARENA_TRY(e, out->households_of = arena_array(a, p->area_count + 1u, sizeof *out->households_of));
  ARENA_TRY(e, out->land_of = arena_array(a, p->area_count + 1u, sizeof *out->land_of));
  ARENA_TRY(e, out->growers_of = arena_array(a, n->product_count + 1u, sizeof *out->growers_of));
  ARENA_TRY(e, out->grown_of = arena_array(a, n->product_count + 1u, sizeof *out->grown_of));
  for (uint32_t k = 0; k < n->product_count; k++) {
    ARENA_TRY(e, out->growers_of[k] = arena_array(a, p->area_count + 1u, sizeof **out->growers_of));
    ARENA_TRY(e, out->grown_of[k] = arena_array(a, p->area_count + 1u, sizeof **out->grown_of));
  }
  TRY(ask_all(&r, e));
  for (uint32_t c = 0; c < decided->lines.class_count; c++) {
    poverty_lines_set(p, &decided->lines, c);
    r.class = c;
    TRY(read_class(&r, e));
  }
  TRY(sort_by_village(&r, e));
  return make_villages(&r, e);
}

const char *people_number(struct arena *a, const struct people *p, uint32_t household) {
  struct span key = column_cell(&p->segments[p->segment[household]]->household_key, p->row[household]).s;
  return arena_strn(a, key.at, key.len);
}
