#include "identify/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "identify/figures_groups.h"
#include "identify/figures_measure.h"
#include "stats/deprivation.h"

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

/* What a group's figures go into. Its code and label stand already. */
static enum status group_room(struct arena *a, const struct programme *p, struct group *out, struct err *e) {
  ARENA_TRY(e, out->lines = arena_array(a, p->line_count ? p->line_count : 1, sizeof *out->lines));
  for (uint32_t k = 0; k < p->line_count; k++) out->lines[k].amount = NAN;
  if (p->indicator_count) ARENA_TRY(e, out->af.indicators = arena_array(a, p->indicator_count, sizeof *out->af.indicators));
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

struct filling { /* one group, or the shape of everybody's welfare */
  const struct figures *f;
  struct group *group;
  struct welfare_shape *shape;
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
  if (t->shape) return figures_shape(a, &own, t->shape, e);
  return figures_measure(a, &own, &part, t->group, e);
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
  enum status st = figures_rows(&scratch, f, g, members, &rows, e);
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
    TRY(figures_areas(a, p, f->sample, level, &g, e));
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
    TRY(figures_codes(a, f->sample, field, &g, e));
    TRY(breakdown_fill(a, f, &g, field->level == LEVEL_MEMBER, e));
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
  struct filling all[] = {{.f = f, .group = &r->nation}, {.f = f, .shape = &r->welfare}};
  TRY(group_room(a, p, &r->nation, e));
  TRY(fill_groups(all, 2, f->pool, e));
  return breakdowns(a, f, r, e);
}
