#include "identify/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "stats/bounds.h"
#include "stats/deprivation.h"
#include "stats/inequality.h"

#define GROUPS_MAX 1000 /* groups of one breakdown; finer ones are left to the decisions table */

struct part { /* one group's share in every household */
  const double *share;   /* n, of the weight; NULL = the nation */
  const double *persons; /* n: people of the household inside; NULL = all */
};

static bool positive(const double *w, uint64_t n) {
  for (uint64_t i = 0; i < n; i++)
    if (w[i] > 0) return true;
  return false;
}

enum status figures_surveys(struct arena *a, const struct sample *s, struct survey **persons, struct survey **households, struct err *e) {
  *persons = *households = NULL;
  if (positive(s->person_weight, s->n)) {
    ARENA_TRY(e, *persons = arena_new(a, struct survey));
    TRY(survey_open(a, s->n, s->person_weight, s->stratum, s->psu, *persons, e));
  }
  if (positive(s->weight, s->n)) {
    ARENA_TRY(e, *households = arena_new(a, struct survey));
    TRY(survey_open(a, s->n, s->weight, s->stratum, s->psu, *households, e));
  }
  return OK;
}

static struct figure figure_of(struct estimate x, double lo, double hi, uint64_t n) {
  struct figure f = {.known = isfinite(x.value), .has_se = isfinite(x.value) && isfinite(x.se), .value = x.value, .se = x.se, .n = n, .low = x.value, .high = x.value};
  struct interval ci = estimate_interval(x, lo, hi);
  f.lo = ci.lo;
  f.hi = ci.hi;
  if (!f.known) f.value = f.se = f.lo = f.hi = f.low = f.high = NAN;
  return f;
}

static void bound(struct figure *f, double low, double high) {
  f->low = low;
  f->high = high;
}

static double inside(const struct part *g, uint64_t i) { return g->share ? g->share[i] : 1; }
static double persons_inside(const struct figures *f, const struct part *g, uint64_t i) { return g->persons ? g->persons[i] : f->sample->persons[i]; }

static void count_one(const struct figures *f, const struct part *g, uint64_t i, struct counts *c) {
  const struct sample *s = f->sample;
  c->households++;
  c->persons += (uint64_t)persons_inside(f, g, i);
  c->weighted_households += s->weight[i];
  c->weighted_persons += s->person_weight[i] * inside(g, i);
}

static bool in_group(const struct part *g, uint64_t i) { return !g->share || g->share[i] > 0 || (g->persons && g->persons[i] > 0); }

static void count_group(const struct figures *f, const struct part *g, struct group *out) {
  for (uint64_t i = 0; i < f->sample->n; i++) {
    if (!in_group(g, i)) continue;
    count_one(f, g, i, &out->all);
    count_one(f, g, i, &out->outcomes[f->outcome[i]]);
  }
}

/* People the figures over known values rest on. */
static uint64_t people_with(const struct figures *f, const struct part *g, const double *known, bool households) {
  double n = 0;
  for (uint64_t i = 0; i < f->sample->n; i++)
    if (in_group(g, i) && !isnan(known[i]) && f->sample->person_weight[i] > 0) n += households ? 1 : persons_inside(f, g, i);
  return (uint64_t)n;
}

/* By household too: one whose size is not known counts nobody in the rate over persons, and would seem decided. */
static void undecided_households(struct figures *f, const struct part *g, struct group *out) {
  uint64_t n = 0;
  for (uint64_t i = 0; i < f->sample->n; i++) {
    f->a[i] = f->outcome[i] == OUTCOME_UNDECIDED;
    f->b[i] = in_group(g, i); /* a household is in or out, however many of its members are */
    n += in_group(g, i) && f->sample->weight[i] > 0;
  }
  out->undecided_rate_households = figure_of(survey_mean(f->households, f->a, g->share ? f->b : NULL), 0, 1, n);
}

static void rates(struct figures *f, const struct part *g, struct group *out) {
  bool outside = false; /* an undecided household that counts nobody */
  for (uint64_t i = 0; i < f->sample->n; i++) {
    bool undecided = f->outcome[i] == OUTCOME_UNDECIDED;
    f->state[i] = f->outcome[i] == OUTCOME_SELECTED ? DECIDED_YES : undecided && (!f->programme->identify.has_quota || f->flags[i] & DECISION_COULD) ? DECIDED_UNKNOWN : DECIDED_NO;
    f->a[i] = undecided;
    outside |= undecided && in_group(g, i) && !(f->sample->person_weight[i] > 0) && !(f->sample->persons_known[i] && f->sample->persons[i] == 0);
    f->b[i] = f->outcome[i] == OUTCOME_SELECTED;
  }
  uint64_t n = out->all.persons;
  out->undecided_rate = figure_of(survey_mean(f->persons, f->a, g->share), 0, 1, n);
  if (outside) bound(&out->undecided_rate, NAN, NAN);
  out->selected_rate = figure_of(survey_mean(f->persons, f->b, g->share), 0, 1, n);
  struct bounds b;
  bounds_rate(f->persons, f->state, g->share, &b);
  bound(&out->selected_rate, b.low.value, b.high.value);
}

/* One line in one group. */
static enum status line_group(struct figures *f, const struct part *g, uint32_t k, struct line_figures *out, struct err *e) {
  const struct sample *s = f->sample;
  const bool own = f->relative_to_line && f->relative_to_line[k];
  const double *welfare = own ? f->relative_to_line[k] : s->welfare;
  const bool relative = f->programme->lines[k].kind == LINE_RELATIVE && !own;
  struct poverty pov;
  out->amount = NAN;
  uint32_t class = UINT32_MAX;
  bool same = true;
  for (uint64_t i = 0; i < s->n; i++)
    if (in_group(g, i)) {
      if (class == UINT32_MAX) class = poverty_lines_class(f->lines, f->sample->area[i]);
      else if (poverty_lines_amount(f->lines, class, k) != poverty_lines_amount(f->lines, poverty_lines_class(f->lines, f->sample->area[i]), k)) same = false;
    }
  if (class != UINT32_MAX && same) out->amount = poverty_lines_amount(f->lines, class, k);
  double line = own ? 1 : out->amount;
  if (!(line > 0)) return OK; /* no amount for this year or area: no figure */
  if (relative) TRY(poverty_relative(f->persons, welfare, g->share, &f->lines->relative[k], &pov, e));
  else TRY(poverty_absolute(f->persons, welfare, g->share, line, &pov, e));
  uint64_t n = people_with(f, g, welfare, false);
  out->headcount = figure_of(pov.headcount, 0, 1, n);
  out->gap = figure_of(pov.gap, 0, 1, n);
  out->squared_gap = figure_of(pov.gap2, 0, 1, n);
  for (uint64_t i = 0; i < s->n; i++) {
    bool poor = welfare[i] <= line;
    f->state[i] = isnan(welfare[i]) ? DECIDED_UNKNOWN : poor ? DECIDED_YES : DECIDED_NO;
    double amount = poverty_lines_amount(f->lines, poverty_lines_class(f->lines, f->sample->area[i]), k);
    f->a[i] = isnan(welfare[i]) ? NAN : poor ? amount - s->welfare[i] : 0;
    f->b[i] = isnan(welfare[i]) ? NAN : poor;
  }
  out->average_shortfall = figure_of(survey_ratio(f->persons, f->a, f->b, g->share), 0, INFINITY, n);
  if (pov.unknown) {
    struct bounds b;
    bounds_rate(f->persons, f->state, g->share, &b);
    bound(&out->headcount, b.low.value, b.high.value);
    for (uint64_t i = 0; i < s->n; i++) f->a[i] = isnan(welfare[i]) ? NAN : welfare[i] <= line ? (line - welfare[i]) / line : 0;
    bounds_mean(f->persons, f->a, g->share, 0, 1, &b);
    bound(&out->gap, b.low.value, b.high.value);
    for (uint64_t i = 0; i < s->n; i++) f->a[i] *= f->a[i];
    bounds_mean(f->persons, f->a, g->share, 0, 1, &b);
    bound(&out->squared_gap, b.low.value, b.high.value);
    bound(&out->average_shortfall, NAN, NAN);
  }
  if (f->households) {
    double *whole = f->a; /* a household is in or out, however many of its members are */
    for (uint64_t i = 0; i < s->n; i++) whole[i] = in_group(g, i);
    out->headcount_households = figure_of(survey_mean(f->households, f->b, g->share ? whole : NULL), 0, 1, people_with(f, g, welfare, true));
    struct bounds b;
    bounds_rate(f->households, f->state, g->share ? whole : NULL, &b);
    if (pov.unknown) bound(&out->headcount_households, b.low.value, b.high.value);
  }
  return OK;
}

static enum status af_group(struct arena *a, struct figures *f, const struct part *g, struct af_figures *out, struct err *e) {
  const struct programme *p = f->programme;
  struct deprivation *dep;
  double *weights;
  ARENA_TRY(e, dep = arena_new(a, struct deprivation));
  ARENA_TRY(e, weights = arena_array(a, p->indicator_count, sizeof *weights));
  decide_weights(p, weights);
  TRY(deprivation_measure(f->persons, p->indicator_count, f->deprived, weights, p->cutoff, g->share, dep, e));
  uint64_t n = 0;
  for (uint64_t i = 0; i < f->sample->n; i++) {
    if (in_group(g, i) && f->sample->person_weight[i] > 0 && f->score_known[i]) n += (uint64_t)persons_inside(f, g, i);
    if (in_group(g, i) && f->poor[i] == TRUTH_UNKNOWN) out->unknown_households++;
    f->state[i] = f->poor[i] == TRUTH_TRUE ? DECIDED_YES : f->poor[i] == TRUTH_UNKNOWN ? DECIDED_UNKNOWN : DECIDED_NO;
    f->a[i] = f->poor[i] == TRUTH_TRUE ? f->score[i] : 0;
    f->b[i] = f->poor[i] == TRUTH_FALSE ? 0 : f->score_high[i];
  }
  out->h = figure_of(dep->h, 0, 1, n);
  out->a = figure_of(dep->a, 0, 1, n);
  out->m0 = figure_of(dep->m0, 0, 1, n);
  if (dep->unknown) {
    struct bounds b;
    bounds_rate(f->persons, f->state, g->share, &b);
    bound(&out->h, b.low.value, b.high.value);
    bound(&out->a, NAN, NAN);
    bound(&out->m0, survey_mean(f->persons, f->a, g->share).value, survey_mean(f->persons, f->b, g->share).value);
  }
  for (uint32_t j = 0; j < p->indicator_count; j++) {
    out->indicators[j].uncensored = figure_of(dep->uncensored[j], 0, 1, n);
    out->indicators[j].censored = figure_of(dep->censored[j], 0, 1, n);
    out->indicators[j].contribution = figure_of(dep->contribution[j], 0, 1, n);
    if (!dep->unknown) continue;
    bound(&out->indicators[j].uncensored, NAN, NAN);
    bound(&out->indicators[j].censored, NAN, NAN);
    bound(&out->indicators[j].contribution, NAN, NAN);
  }
  return OK;
}

/* What a group's figures go into. Its code and label stand already. */
static enum status group_room(struct arena *a, const struct programme *p, struct group *out, struct err *e) {
  ARENA_TRY(e, out->lines = arena_array(a, p->line_count ? p->line_count : 1, sizeof *out->lines));
  for (uint32_t k = 0; k < p->line_count; k++) out->lines[k].amount = NAN;
  if (p->indicator_count) ARENA_TRY(e, out->af.indicators = arena_array(a, p->indicator_count, sizeof *out->af.indicators));
  return OK;
}

static enum status group_fill(struct arena *a, struct figures *f, const struct part *g, struct group *out, struct err *e) {
  const struct programme *p = f->programme;
  count_group(f, g, out);
  if (f->households) undecided_households(f, g, out);
  if (!f->persons) return OK;
  rates(f, g, out);
  if (p->design.welfare) {
    for (uint32_t k = 0; k < p->line_count; k++) {
      enum status st = line_group(f, g, k, &out->lines[k], e);
      if (st != OK) return err_prefix(e, "line `%s`", p->lines[k].name);
    }
    uint64_t n = people_with(f, g, f->sample->welfare, false);
    out->mean = figure_of(survey_mean(f->persons, f->sample->welfare, g->share), -INFINITY, INFINITY, n);
    struct arena scratch;
    arena_init(&scratch, 0);
    struct ranking order;
    enum status st = quantile_rank(&scratch, f->persons, f->sample->welfare, g->share, &order, e);
    if (st == OK && order.n) out->median = figure_of(quantile_estimate(f->persons, f->sample->welfare, g->share, &order, 0.5, 0), -INFINITY, INFINITY, n);
    arena_drop(&scratch);
    TRY(st);
  }
  if (p->indicator_count) TRY(af_group(a, f, g, &out->af, e));
  return OK;
}

/* ---- the groups of one breakdown: a code for every household, or for every member ---- */

struct grouping {
  struct breakdown *out;
  uint32_t *of;          /* household: its group; UINT32_MAX = none. Members: by first_member[segment] + row */
  uint64_t *first_member;
};

static int by_code(const void *pa, const void *pb) {
  const struct group *a = *(const struct group *const *)pa, *b = *(const struct group *const *)pb;
  return strcmp(a->code, b->code);
}

/* Codes in order of appearance become groups in order of code, "(missing)" last. */
static enum status groups_from(struct arena *a, const struct map *codes, struct grouping *g, uint64_t rows, uint32_t missing, struct err *e) {
  struct breakdown *b = g->out;
  struct group *unsorted, **order;
  uint32_t *to;
  ARENA_TRY(e, unsorted = arena_array(a, codes->count + 1u, sizeof *unsorted));
  ARENA_TRY(e, order = arena_array(a, codes->count + 1u, sizeof *order));
  ARENA_TRY(e, to = arena_array(a, codes->count + 1u, sizeof *to));
  uint32_t count = 0;
  for (uint32_t i = 0; i < codes->count; i++) {
    unsorted[i].code = codes->keys[i].at;
    if (i != missing) order[count++] = &unsorted[i];
  }
  qsort(order, count, sizeof *order, by_code);
  if (missing != UINT32_MAX) {
    unsorted[missing].code = "(missing)";
    order[count++] = &unsorted[missing];
  }
  ARENA_TRY(e, b->groups = arena_array(a, count ? count : 1, sizeof *b->groups));
  b->group_count = count;
  for (uint32_t i = 0; i < count; i++) {
    to[order[i] - unsorted] = i;
    b->groups[i].code = order[i]->code;
    b->groups[i].area = UINT32_MAX;
  }
  for (uint64_t r = 0; r < rows; r++)
    if (g->of[r] != UINT32_MAX) g->of[r] = to[g->of[r]];
  return OK;
}

static void cell_text(const struct cell *c, enum col_kind kind, uint8_t decimals, char out[256]) {
  out[0] = 0;
  if (kind == COL_CHOICE || kind == COL_TEXT) snprintf(out, 256, "%.*s", (int)(c->s.len < 255 ? c->s.len : 255), c->s.at);
  else if (kind == COL_BOOL) snprintf(out, 256, "%s", c->i ? "true" : "false");
  else if (kind == COL_REAL) snprintf(out, 256, "%.17g", c->d);
  else snprintf(out, 256, "%lld", (long long)c->i);
  (void)decimals;
}

static bool value_text(const struct rule_value *v, char out[256]) {
  if (v->state != RULE_VALUE) return false;
  if (v->kind == RULE_STRING) snprintf(out, 256, "%.*s", (int)(v->s.len < 255 ? v->s.len : 255), v->s.at);
  else if (v->kind == RULE_BOOL) snprintf(out, 256, "%s", v->b ? "true" : "false");
  else if (v->kind == RULE_INT) snprintf(out, 256, "%lld", (long long)v->i);
  else if (v->kind == RULE_DOUBLE) snprintf(out, 256, "%.17g", v->d);
  else return false;
  return true;
}

/* One value a row: stored, or derived by a rule. */
static enum status code_of_row(struct arena *scratch, const struct field *field, const struct segment *seg, uint64_t household, uint64_t row, char out[256], bool *present, struct err *e) {
  if (!field->derived) {
    struct cell c = column_cell(&seg->levels[field->level].columns[field->column], row);
    *present = c.absence == PRESENT;
    if (*present) cell_text(&c, field->kind, field->decimals, out);
    return OK;
  }
  struct rule_value v;
  TRY(eval_row(scratch, field->derived, seg, household, row, &v, e));
  *present = value_text(&v, out);
  return OK;
}

static enum status codes_read(struct arena *a, const struct sample *s, const struct field *field, struct grouping *g, struct err *e) {
  const bool members = field->level == LEVEL_MEMBER;
  uint64_t total = s->n;
  ARENA_TRY(e, g->first_member = arena_array(a, s->segment_count + 1u, sizeof *g->first_member));
  for (uint32_t k = 0; k < s->segment_count; k++) g->first_member[k + 1] = g->first_member[k] + s->segments[k]->levels[LEVEL_MEMBER].rows;
  if (members) total = g->first_member[s->segment_count];
  ARENA_TRY(e, g->of = arena_array(a, total ? total : 1, sizeof *g->of));
  struct map codes;
  map_init(&codes, a);
  uint32_t missing = UINT32_MAX;
  struct arena scratch;
  arena_init(&scratch, 0);
  enum status st = OK;
  for (uint32_t k = 0; k < s->segment_count && st == OK; k++) {
    const struct segment *seg = s->segments[k];
    const uint32_t *at = seg->child_at[LEVEL_MEMBER];
    for (uint64_t h = 0, rows = segment_households(seg); h < rows && st == OK; h++) {
      uint64_t from = members ? (at ? at[h] : 0) : h, to = members ? (at ? at[h + 1] : 0) : h + 1;
      for (uint64_t row = from; row < to && st == OK; row++) {
        char code[256];
        bool present = false;
        st = code_of_row(&scratch, field, seg, h, row, code, &present, e);
        uint32_t index = UINT32_MAX;
        if (st == OK && !(present ? map_put(&codes, code, strlen(code), &index, NULL) : map_put(&codes, "\0", 1, &missing, NULL))) st = err_set(e, ERR_MEMORY, NULL, "out of memory");
        g->of[(members ? g->first_member[k] : s->first[k]) + row] = present ? index : missing;
        if (codes.count > GROUPS_MAX && st == OK)
          st = err_set(e, ERR_INPUT, "take it out of `sample: domains:`, or derive a coarser field", "the domain `%s` has more than %d values", field->name, GROUPS_MAX);
      }
      if ((h & 1023) == 1023) arena_drop(&scratch);
    }
  }
  arena_drop(&scratch);
  TRY(st);
  TRY(groups_from(a, &codes, g, total, missing, e));
  for (uint32_t i = 0; i < g->out->group_count; i++)
    for (uint32_t c = 0; c < field->choice_count; c++)
      if (strcmp(field->choices[c].code, g->out->groups[i].code) == 0) g->out->groups[i].label = field->choices[c].label;
  for (uint32_t i = 0; i < g->out->group_count; i++)
    if (field->kind == COL_BOOL && !g->out->groups[i].label.en) {
      bool yes = strcmp(g->out->groups[i].code, "true") == 0, no = strcmp(g->out->groups[i].code, "false") == 0;
      if (yes) g->out->groups[i].label = (struct label){.en = "yes", .zh = "是"};
      if (no) g->out->groups[i].label = (struct label){.en = "no", .zh = "否"};
    }
  return OK;
}

static enum status areas_at(struct arena *a, const struct programme *p, const struct sample *s, uint32_t level, struct grouping *g, struct err *e) {
  ARENA_TRY(e, g->of = arena_array(a, s->n ? s->n : 1, sizeof *g->of));
  struct map codes;
  map_init(&codes, a);
  uint32_t missing = UINT32_MAX;
  for (uint64_t i = 0; i < s->n; i++) {
    uint32_t area = sample_area_at(p, s->area[i], level);
    const char *code = area == SAMPLE_NO_AREA ? NULL : p->areas[area].code;
    uint32_t index;
    if (!(code ? map_put(&codes, code, strlen(code), &index, NULL) : map_put(&codes, "\0", 1, &missing, NULL))) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    g->of[i] = code ? index : missing;
  }
  TRY(groups_from(a, &codes, g, s->n, missing, e));
  for (uint32_t i = 0; i < g->out->group_count; i++) {
    struct group *x = &g->out->groups[i];
    x->area = programme_area(p, x->code);
    if (x->area != UINT32_MAX) x->label = (struct label){.en = p->areas[x->area].name_en, .zh = p->areas[x->area].name_zh};
  }
  return OK;
}

/* ---- the rows of each group, and the tasks that fill it ---- */

/* Rows of group k: row[at[k]] .. row[at[k + 1]]; for a member's field the share of the household's weight and its people inside. */
struct grouped { uint64_t *at; uint32_t *row; double *share, *persons; };

/* Notes, for one household, each group that one of its members is in. */
static enum status member_groups(const struct figures *f, const struct grouping *g, uint32_t n, uint64_t h, struct arena *scratch, double *in, double *people, uint32_t *met, uint32_t *count, double *all, struct err *e) {
  const struct sample *s = f->sample;
  const uint32_t *at = s->segments[n]->child_at[LEVEL_MEMBER];
  *count = 0;
  *all = 0;
  for (uint64_t m = at ? at[h] : 0; at && m < at[h + 1]; m++) {
    const uint32_t k = g->of[g->first_member[n] + m];
    double w = 1;
    if (f->programme->design.weight && f->programme->design.person_weight) TRY(sample_member_weight(s, scratch, n, h, m, &w, e));
    if (!(w >= 0)) w = 0;
    *all += w;
    if (k == UINT32_MAX) continue;
    if (people[k] == 0) met[(*count)++] = k, in[k] = 0;
    in[k] += w, people[k]++;
  }
  return OK;
}

/* Goes over the households twice: to count the rows of each group, then to put them there. */
static enum status group_members(struct arena *a, const struct figures *f, const struct grouping *g, struct grouped *out, struct err *e) {
  const struct sample *s = f->sample;
  const uint32_t groups = g->out->group_count;
  double *in, *people, all;
  uint32_t *met, count;
  uint64_t *to;
  struct arena scratch;
  ARENA_TRY(e, in = arena_array(a, groups + 1u, sizeof *in));
  ARENA_TRY(e, people = arena_array(a, groups + 1u, sizeof *people));
  ARENA_TRY(e, met = arena_array(a, groups + 1u, sizeof *met));
  ARENA_TRY(e, to = arena_array(a, groups + 1u, sizeof *to));
  arena_init(&scratch, 0);
  enum status st = OK;
  for (int pass = 0; pass < 2 && st == OK; pass++) {
    for (uint32_t n = 0; n < s->segment_count && st == OK; n++)
      for (uint64_t h = 0, rows = segment_households(s->segments[n]); h < rows && st == OK; h++) {
        st = member_groups(f, g, n, h, &scratch, in, people, met, &count, &all, e);
        for (uint32_t i = 0; i < count; i++) {
          const uint32_t k = met[i];
          if (pass == 0) out->at[k + 1]++;
          else out->row[to[k]] = (uint32_t)(s->first[n] + h), out->share[to[k]] = all > 0 ? in[k] / all : 0, out->persons[to[k]++] = people[k];
          people[k] = 0;
        }
        if ((h & 255) == 255) arena_drop(&scratch);
      }
    for (uint32_t k = 0; k < groups && pass == 0; k++) out->at[k + 1] += out->at[k], to[k] = out->at[k];
    const uint64_t total = out->at[groups];
    if (pass || st != OK) break;
    out->row = arena_array(a, total + 1, sizeof *out->row);
    out->share = arena_array(a, total + 1, sizeof *out->share);
    out->persons = arena_array(a, total + 1, sizeof *out->persons);
    if (!out->row || !out->share || !out->persons) st = err_set(e, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory");
  }
  arena_drop(&scratch);
  return st;
}

static enum status group_rows(struct arena *a, const struct figures *f, const struct grouping *g, bool members, struct grouped *out, struct err *e) {
  const uint32_t groups = g->out->group_count;
  *out = (struct grouped){0};
  ARENA_TRY(e, out->at = arena_array(a, groups + 2u, sizeof *out->at));
  if (members) return group_members(a, f, g, out, e);
  uint64_t *to;
  ARENA_TRY(e, out->row = arena_array(a, f->sample->n + 1, sizeof *out->row));
  ARENA_TRY(e, to = arena_array(a, groups + 1u, sizeof *to));
  for (uint64_t i = 0; i < f->sample->n; i++)
    if (g->of[i] != UINT32_MAX) out->at[g->of[i] + 1]++;
  for (uint32_t k = 0; k < groups; k++) out->at[k + 1] += out->at[k], to[k] = out->at[k];
  for (uint64_t i = 0; i < f->sample->n; i++)
    if (g->of[i] != UINT32_MAX) out->row[to[g->of[i]]++] = (uint32_t)i;
  return OK;
}

#define GATHER(type, to, from)                                                                               \
  do {                                                                                                       \
    type *gathered;                                                                                          \
    ARENA_TRY(e, gathered = arena_array(a, n ? n : 1, sizeof *gathered));                                    \
    for (uint64_t i = 0; i < n; i++) gathered[i] = (from)[rows[i]];                                          \
    (to) = gathered;                                                                                         \
  } while (0)

static enum status own_scratch(struct arena *a, struct figures *f, struct err *e) {
  const size_t n = f->sample->n ? f->sample->n : 1;
  ARENA_TRY(e, f->state = arena_alloc(a, n));
  ARENA_TRY(e, f->a = arena_array(a, n, sizeof(double)));
  ARENA_TRY(e, f->b = arena_array(a, n, sizeof(double)));
  return OK;
}

/* The figures of some rows alone. */
static enum status figures_of_rows(struct arena *a, const struct figures *f, const uint32_t *rows, uint64_t n, struct figures *out, struct err *e) {
  const struct sample *s = f->sample;
  const struct programme *p = f->programme;
  struct sample *sub;
  *out = *f;
  ARENA_TRY(e, sub = arena_new(a, struct sample));
  *sub = (struct sample){.programme = p, .n = n};
  GATHER(double, sub->welfare, s->welfare);
  GATHER(double, sub->weight, s->weight);
  GATHER(double, sub->persons, s->persons);
  GATHER(uint8_t, sub->persons_known, s->persons_known);
  GATHER(double, sub->person_weight, s->person_weight);
  GATHER(uint32_t, sub->area, s->area);
  GATHER(uint8_t, out->outcome, f->outcome);
  GATHER(uint8_t, out->flags, f->flags);
  GATHER(uint8_t, out->poor, f->poor);
  GATHER(uint8_t, out->score_known, f->score_known);
  GATHER(double, out->score, f->score);
  GATHER(double, out->score_high, f->score_high);
  const uint8_t **deprived;
  ARENA_TRY(e, deprived = arena_array(a, p->indicator_count + 1u, sizeof *deprived));
  for (uint32_t j = 0; j < p->indicator_count; j++) GATHER(uint8_t, deprived[j], f->deprived[j]);
  const double **relative;
  ARENA_TRY(e, relative = arena_array(a, p->line_count + 1u, sizeof *relative));
  for (uint32_t k = 0; k < p->line_count && f->relative_to_line; k++)
    if (f->relative_to_line[k]) GATHER(double, relative[k], f->relative_to_line[k]);
  out->sample = sub;
  out->deprived = deprived;
  out->relative_to_line = f->relative_to_line ? relative : NULL;
  if (f->persons) ARENA_TRY(e, out->persons = arena_new(a, struct survey));
  if (f->persons) TRY(survey_subset(a, f->persons, rows, n, out->persons, e));
  if (f->households) ARENA_TRY(e, out->households = arena_new(a, struct survey));
  if (f->households) TRY(survey_subset(a, f->households, rows, n, out->households, e));
  return own_scratch(a, out, e);
}

/* All rows, with scratch of its own. */
static enum status figures_twin(struct arena *a, const struct figures *f, struct figures *out, struct err *e) {
  *out = *f;
  if (f->persons) ARENA_TRY(e, out->persons = arena_new(a, struct survey));
  if (f->persons) TRY(survey_twin(a, f->persons, out->persons, e));
  if (f->households) ARENA_TRY(e, out->households = arena_new(a, struct survey));
  if (f->households) TRY(survey_twin(a, f->households, out->households, e));
  return own_scratch(a, out, e);
}

struct filling { /* one group */
  const struct figures *f;
  struct group *group;
  const char *of;           /* the breakdown's name; NULL: everybody */
  const uint32_t *rows;
  const double *share, *persons; /* one a row of `rows`, or NULL */
  uint64_t n;
  enum status status;
  struct err *err;          /* made when there is something to say */
};

static bool any_relative(const struct programme *p) {
  for (uint32_t k = 0; k < p->line_count; k++)
    if (p->lines[k].kind == LINE_RELATIVE) return true;
  return false;
}

static enum status fill_group(struct arena *a, const struct filling *t, struct err *e) {
  const struct figures *f = t->f;
  struct figures own;
  struct part part = {.share = t->share, .persons = t->persons};
  if (t->of && any_relative(f->programme)) {
    double *share, *persons = NULL;
    ARENA_TRY(e, share = arena_array(a, f->sample->n ? f->sample->n : 1, sizeof *share));
    if (t->persons) ARENA_TRY(e, persons = arena_array(a, f->sample->n ? f->sample->n : 1, sizeof *persons));
    for (uint64_t i = 0; i < t->n; i++) {
      share[t->rows[i]] = t->share ? t->share[i] : 1;
      if (persons) persons[t->rows[i]] = t->persons[i];
    }
    part = (struct part){.share = share, .persons = persons};
    TRY(figures_twin(a, f, &own, e));
  } else if (t->of) {
    TRY(figures_of_rows(a, f, t->rows, t->n, &own, e));
  } else {
    TRY(figures_twin(a, f, &own, e));
  }
  return group_fill(a, &own, &part, t->group, e);
}

static void fill_task(void *ctx, size_t i, unsigned worker) {
  struct filling *t = &((struct filling *)ctx)[i];
  struct arena arena;
  struct err err = {0};
  (void)worker;
  arena_init(&arena, 0);
  t->status = fill_group(&arena, t, &err);
  if (t->status != OK && t->of) t->status = err_prefix(&err, "%s %s", t->of, t->group->code);
  if (t->status != OK && (t->err = malloc(sizeof err))) *t->err = err;
  arena_drop(&arena);
}

/* Fills them all, and gives the first that failed. */
static enum status fill_groups(struct filling *tasks, uint64_t count, struct pool *pool, struct err *e) {
  enum status st = OK;
  pool_run(pool, count, fill_task, tasks);
  for (uint64_t i = 0; i < count; i++) {
    if (st == OK && tasks[i].status != OK) {
      st = tasks[i].status;
      if (e && tasks[i].err) *e = *tasks[i].err;
    }
    free(tasks[i].err);
  }
  return st;
}

static enum status breakdown_fill(struct arena *a, struct figures *f, struct grouping *g, bool members, struct err *e) {
  struct arena scratch;
  struct grouped rows;
  struct filling *tasks = NULL;
  const uint32_t count = g->out->group_count;
  arena_init(&scratch, 0);
  enum status st = group_rows(&scratch, f, g, members, &rows, e);
  if (st == OK && !(tasks = arena_array(&scratch, count + 1u, sizeof *tasks))) st = err_set(e, ERR_MEMORY, NULL, "out of memory");
  for (uint32_t k = 0; k < count && st == OK; k++) {
    const uint64_t at = rows.at[k];
    st = group_room(a, f->programme, &g->out->groups[k], e);
    tasks[k] = (struct filling){.f = f, .group = &g->out->groups[k], .of = g->out->name, .rows = rows.row + at, .share = members ? rows.share + at : NULL, .persons = members ? rows.persons + at : NULL, .n = rows.at[k + 1] - at};
  }
  if (st == OK) st = fill_groups(tasks, count, f->pool, e);
  arena_drop(&scratch);
  return st;
}

static enum status breakdowns(struct arena *a, struct figures *f, struct identify_result *r, struct err *e) {
  const struct programme *p = f->programme;
  uint32_t most = p->area_level_count + p->design.domain_count;
  ARENA_TRY(e, r->breakdowns = arena_array(a, most ? most : 1, sizeof *r->breakdowns));
  for (uint32_t level = 0; level < p->area_level_count; level++) {
    uint32_t used = 0;
    uint8_t *seen;
    ARENA_TRY(e, seen = arena_alloc(a, p->area_count + 1u));
    for (uint64_t i = 0; i < f->sample->n; i++) {
      uint32_t area = sample_area_at(p, f->sample->area[i], level);
      if (area != SAMPLE_NO_AREA && !seen[area]) seen[area] = 1, used++;
    }
    if (used < 2 || used > GROUPS_MAX) continue; /* one area is the nation again */
    struct grouping g = {.out = &r->breakdowns[r->breakdown_count++]};
    ARENA_TRY(e, g.out->name = arena_printf(a, "area:%s", p->area_level_names[level]));
    g.out->label = p->area_levels[level];
    g.out->is_area = true;
    g.out->area_level = level;
    TRY(areas_at(a, p, f->sample, level, &g, e));
    TRY(breakdown_fill(a, f, &g, false, e));
  }
  for (uint32_t d = 0; d < p->design.domain_count; d++) {
    const struct field *field = p->design.domain_fields[d];
    const char *name = field->name;
    if (p->household_area && field->level == LEVEL_HOUSEHOLD && strcmp(name, p->household_area) == 0 && r->breakdown_count) continue; /* already there, as area */
    if (field->level != LEVEL_HOUSEHOLD && field->level != LEVEL_MEMBER) continue;
    struct grouping g = {.out = &r->breakdowns[r->breakdown_count++]};
    g.out->name = name;
    g.out->label = field->label;
    g.out->field_level = field->level;
    TRY(codes_read(a, f->sample, field, &g, e));
    TRY(breakdown_fill(a, f, &g, field->level == LEVEL_MEMBER, e));
  }
  return OK;
}

/* A width that people can read: 1, 2, 2.5 or 5 times a power of ten, not below x. */
static double round_up(double x) {
  double ten = 1;
  while (ten * 10 <= x) ten *= 10;
  while (ten > x) ten /= 10;
  static const double steps[] = {1, 2, 2.5, 5, 10};
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
    if (steps[i] * ten >= x) return steps[i] * ten;
  return x;
}

static enum status shape(struct arena *a, struct figures *f, struct welfare_shape *out, struct err *e) {
  struct ranking order;
  if (!f->persons || !f->programme->design.welfare) return OK;
  TRY(quantile_rank(a, f->persons, f->sample->welfare, NULL, &order, e));
  if (!order.n) return OK;
  struct part all = {0};
  uint64_t n = people_with(f, &all, f->sample->welfare, false);
  out->known = true;
  for (int q = 0; q < QUANTILE_COUNT; q++) out->quantiles[q] = quantile_of(&order, 0.05 * (q + 1));
  for (int q = 1; q <= 20; q++) out->lorenz[q] = order.sum > 0 ? quantile_lorenz(f->persons, f->sample->welfare, NULL, &order, 0.05 * q).value : NAN;
  out->mean = figure_of(survey_mean(f->persons, f->sample->welfare, NULL), -INFINITY, INFINITY, n);
  out->median = figure_of(quantile_estimate(f->persons, f->sample->welfare, NULL, &order, 0.5, 0), -INFINITY, INFINITY, n);
  out->gini = figure_of(inequality_gini(f->persons, &order), 0, 1, n);
  double least = order.value[0], top = quantile_of(&order, 0.98);
  out->from = least >= 0 ? 0 : quantile_of(&order, 0.01);
  out->width = top > out->from ? round_up((top - out->from) / HISTOGRAM_BINS) : 1;
  for (uint64_t i = 0; i < order.n; i++) {
    double at = (order.value[i] - out->from) / out->width;
    if (at < 0) out->below += order.weight[i];
    else if (at >= HISTOGRAM_BINS) out->above += order.weight[i];
    else out->bins[(int)at] += order.weight[i];
  }
  return OK;
}

/* Decisions as one column each over all households. */
static enum status prepare(struct arena *a, struct figures *f, struct err *e) {
  const struct programme *p = f->programme;
  const struct sample *s = f->sample;
  size_t n = s->n ? s->n : 1;
  uint8_t *outcome, *flags, *poor, *known, **deprived;
  double *score, *high;
  ARENA_TRY(e, outcome = arena_alloc(a, n));
  ARENA_TRY(e, flags = arena_alloc(a, n));
  ARENA_TRY(e, poor = arena_alloc(a, n));
  ARENA_TRY(e, known = arena_alloc(a, n));
  ARENA_TRY(e, score = arena_array(a, n, sizeof *score));
  ARENA_TRY(e, high = arena_array(a, n, sizeof *high));
  ARENA_TRY(e, deprived = arena_array(a, p->indicator_count + 1u, sizeof *deprived));
  for (uint32_t j = 0; j < p->indicator_count; j++) ARENA_TRY(e, deprived[j] = arena_alloc(a, n));
  for (uint32_t k = 0; k < f->decisions->set_count; k++) {
    const struct decision_set *d = &f->decisions->sets[k];
    if (d->rows) memcpy(outcome + s->first[k], d->outcome, d->rows);
    if (d->rows) memcpy(flags + s->first[k], d->flags, d->rows);
    if (d->rows) memcpy(poor + s->first[k], d->poor, d->rows);
    for (uint64_t h = 0; h < d->rows; h++) {
      const uint64_t i = s->first[k] + h, held = mask_at(&d->deprived, h), unknown = mask_at(&d->deprived_unknown, h);
      known[i] = !unknown;
      score[i] = decisions_score(f->decisions, held);
      high[i] = unknown ? decisions_score(f->decisions, held | unknown) : score[i];
      for (uint32_t j = 0; j < p->indicator_count; j++) deprived[j][i] = unknown >> j & 1 ? DEPRIVATION_UNKNOWN : (uint8_t)(held >> j & 1);
    }
  }
  f->outcome = outcome, f->flags = flags, f->poor = poor, f->score_known = known, f->score = score, f->score_high = high;
  f->deprived = (const uint8_t *const *)deprived;
  if (f->lines->class_count < 2 || !p->line_count) return OK;
  double **relative;
  ARENA_TRY(e, relative = arena_array(a, p->line_count, sizeof *relative));
  for (uint32_t k = 0; k < p->line_count; k++) {
    if (p->lines[k].kind == LINE_RELATIVE) continue; /* one amount for all, whose own error counts */
    ARENA_TRY(e, relative[k] = arena_array(a, n, sizeof(double)));
    for (uint64_t i = 0; i < s->n; i++) {
      double line = poverty_lines_amount(f->lines, poverty_lines_class(f->lines, s->area[i]), k);
      relative[k][i] = line > 0 ? s->welfare[i] / line : NAN;
    }
  }
  f->relative_to_line = (const double *const *)relative;
  return OK;
}

enum status figures_all(struct arena *a, struct figures *f, struct identify_result *r, struct err *e) {
  const struct programme *p = f->programme;
  TRY(prepare(a, f, e));
  r->has_welfare = p->design.welfare != NULL;
  r->has_af = p->indicator_count > 0;
  r->weighted = p->design.weight != NULL;
  r->has_psu = p->design.psu != NULL;
  r->has_strata = p->design.strata != NULL;
  if (f->persons) {
    r->psus = f->persons->psus;
    r->strata = f->persons->strata;
    r->lonely_strata = f->persons->lonely;
  }
  r->nation.code = "";
  r->nation.label = (struct label){.en = "All", .zh = "全部"};
  r->nation.area = UINT32_MAX;
  struct filling nation = {.f = f, .group = &r->nation};
  TRY(group_room(a, p, &r->nation, e));
  TRY(fill_groups(&nation, 1, NULL, e));
  TRY(breakdowns(a, f, r, e));
  return shape(a, f, &r->welfare, e);
}
