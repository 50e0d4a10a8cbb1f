#include "identify/decide.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CUTOFF_SLACK 1e-9 /* weights such as 1/6 do not add up exactly */

void decide_weights(const struct programme *p, double *out) {
  double total = 0;
  for (uint32_t j = 0; j < p->indicator_count; j++) total += p->indicators[j].weight;
  for (uint32_t j = 0; j < p->indicator_count; j++) out[j] = total > 0 ? p->indicators[j].weight / total : 0;
}

enum truth decide_poor(double cutoff, double score, double score_high) {
  if (score >= cutoff - CUTOFF_SLACK) return TRUTH_TRUE;
  return score_high >= cutoff - CUTOFF_SLACK ? TRUTH_UNKNOWN : TRUTH_FALSE;
}

enum truth decide_qualifies(const struct programme *p, uint64_t include, uint64_t include_unknown, uint64_t exclude, uint64_t exclude_unknown, enum truth poor) {
  enum truth in = include ? TRUTH_TRUE : include_unknown ? TRUTH_UNKNOWN : TRUTH_FALSE;
  if (!p->identify.include_count) in = poor;
  if (in == TRUTH_FALSE || exclude) return TRUTH_FALSE;
  return in == TRUTH_UNKNOWN || exclude_unknown ? TRUTH_UNKNOWN : TRUTH_TRUE;
}

enum status decide_check(const struct programme *p, struct err *e) {
  const struct identify *id = &p->identify;
  if (!id->include_count && !p->indicator_count)
    return err_set(e, ERR_INPUT, "add `identify: include:` with a rule, or `dimensions:` with indicators and a cutoff", "the programme `%s` has no rule that includes anybody", p->name);
  const struct { const char *what; uint32_t n; } kinds[] = {{"inclusions", id->include_count}, {"exclusions", id->exclude_count}, {"causes", id->cause_count}, {"indicators", p->indicator_count}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (kinds[i].n > DECISION_RULES) return err_set(e, ERR_LIMIT, "join some of them with ||", "the programme has %u %s; at most %d can be told apart", kinds[i].n, kinds[i].what, DECISION_RULES);
  return OK;
}

/* All rules of a run in one row: inclusions, exclusions, causes, indicators, the ranking. */
struct plan {
  const struct rule **rules;
  uint32_t count, at[5]; /* where each kind begins; at[4] = the ranking, if any */
};

static const enum reason_kind kind_of[] = {REASON_INCLUDE, REASON_EXCLUDE, REASON_CAUSE, REASON_INDICATOR};

static enum status plan_make(struct arena *a, const struct programme *p, struct plan *plan, struct err *e) {
  const struct identify *id = &p->identify;
  uint32_t n = 0, total = id->include_count + id->exclude_count + id->cause_count + p->indicator_count + 1;
  ARENA_TRY(e, plan->rules = arena_array(a, total, sizeof *plan->rules));
  plan->at[0] = n;
  for (uint32_t i = 0; i < id->include_count; i++) plan->rules[n++] = id->include[i].rule;
  plan->at[1] = n;
  for (uint32_t i = 0; i < id->exclude_count; i++) plan->rules[n++] = id->exclude[i].rule;
  plan->at[2] = n;
  for (uint32_t i = 0; i < id->cause_count; i++) plan->rules[n++] = id->causes[i].rule;
  plan->at[3] = n;
  for (uint32_t i = 0; i < p->indicator_count; i++) plan->rules[n++] = p->indicators[i].rule;
  plan->at[4] = n;
  if (id->has_rank) plan->rules[n++] = id->rank.rule;
  plan->count = n;
  return OK;
}

struct task {
  uint32_t set, take;
  uint64_t from;
  struct arena arena; /* holds its two lists until they are joined */
  struct decision_missing *missing;
  uint64_t missing_count, missing_cap;
  struct decide_error *errors;
  uint64_t error_count, error_cap;
  uint64_t *redone; /* one a rule of the plan: rows run again to name what was missing */
  enum status status;
  struct err err;
};

struct job {
  struct programme *programme;
  const struct sample *sample;
  const struct poverty_lines *lines;
  struct decisions *decisions;
  const struct plan *plan;
  const struct eval *eval;
  const double *weights;
  struct eval_scratch **scratches; /* one a worker */
  struct task *tasks;
  uint32_t class;
};

static enum status add_missing(struct task *t, struct decision_missing m, struct err *e) {
  for (uint64_t k = t->missing_count; k-- > 0 && t->missing[k].household == m.household;)
    if (t->missing[k].level == m.level && t->missing[k].field == m.field && t->missing[k].row == m.row) return OK;
  if (t->missing_count == t->missing_cap) {
    uint64_t want = t->missing_cap ? t->missing_cap * 2 : 16;
    ARENA_TRY(e, t->missing = arena_grow(&t->arena, t->missing, t->missing_cap, want, sizeof *t->missing));
    t->missing_cap = want;
  }
  t->missing[t->missing_count++] = m;
  return OK;
}

static enum status add_error(struct task *t, uint32_t household, enum reason_kind kind, uint32_t rule, struct err *e) {
  if (t->error_count == t->error_cap) {
    uint64_t want = t->error_cap ? t->error_cap * 2 : 16;
    ARENA_TRY(e, t->errors = arena_grow(&t->arena, t->errors, t->error_cap, want, sizeof *t->errors));
    t->error_cap = want;
  }
  t->errors[t->error_count++] = (struct decide_error){.set = t->set, .household = household, .kind = kind, .rule = rule};
  return OK;
}

/* Runs one rule again by the row evaluator and notes every cell it lacked. */
static enum status name_missing(struct task *t, struct arena *scratch, const struct rule *rule, uint64_t *redone, const struct segment *seg, uint64_t h, struct err *e) {
  struct rule_value v;
  if (redone) ++*redone;
  TRY(eval_row(scratch, rule, seg, h, h, &v, e));
  if (v.state != RULE_UNKNOWN) return OK;
  for (const struct rule_missing *m = v.missing; m; m = m->next)
    TRY(add_missing(t, (struct decision_missing){.household = (uint32_t)h, .level = m->level, .field = m->field, .row = (uint32_t)m->row, .why = (uint8_t)m->why}, e));
  return OK;
}

static int by_cell(const void *pa, const void *pb) {
  const struct decision_missing *a = pa, *b = pb;
  if (a->household != b->household) return a->household < b->household ? -1 : 1;
  if (a->level != b->level) return a->level < b->level ? -1 : 1;
  if (a->field != b->field) return a->field < b->field ? -1 : 1;
  return (a->row > b->row) - (a->row < b->row);
}

static enum status name_area(struct task *t, const struct job *j, const struct segment *seg, uint64_t h, struct err *e) {
  const struct programme *p = j->programme;
  const struct level *level = &p->levels[LEVEL_HOUSEHOLD];
  for (uint32_t f = 0; p->household_area && f < level->field_count; f++) {
    if (strcmp(level->fields[f].name, p->household_area) != 0) continue;
    if (level->fields[f].derived) {
      struct arena scratch;
      arena_init(&scratch, 0);
      enum status st = name_missing(t, &scratch, level->fields[f].derived, NULL, seg, h, e);
      arena_drop(&scratch);
      return st;
    }
    struct cell c = column_cell(&seg->levels[LEVEL_HOUSEHOLD].columns[level->fields[f].column], h);
    if (c.absence != PRESENT) return add_missing(t, (struct decision_missing){.household = (uint32_t)h, .level = LEVEL_HOUSEHOLD, .field = f, .row = (uint32_t)h, .why = (uint8_t)c.absence}, e);
  }
  return OK;
}

/* Which cells stand between this household and a decision. */
static enum status name_all(struct task *t, const struct job *j, struct decision_set *d, const struct segment *seg, uint64_t h, enum truth qualifies, struct err *e) {
  const struct programme *p = j->programme;
  const struct plan *plan = j->plan;
  struct arena scratch;
  arena_init(&scratch, 0);
  enum status st = OK;
  if (qualifies == TRUTH_UNKNOWN) {
    if (!d->include[h])
      for (uint32_t r = 0; r < p->identify.include_count && st == OK; r++)
        if (d->include_unknown[h] >> r & 1) st = name_missing(t, &scratch, plan->rules[plan->at[0] + r], &t->redone[plan->at[0] + r], seg, h, e);
    for (uint32_t r = 0; r < p->identify.exclude_count && st == OK; r++)
      if (d->exclude_unknown[h] >> r & 1) st = name_missing(t, &scratch, plan->rules[plan->at[1] + r], &t->redone[plan->at[1] + r], seg, h, e);
    if (!p->identify.include_count && d->poor[h] == TRUTH_UNKNOWN)
      for (uint32_t r = 0; r < p->indicator_count && st == OK; r++)
        if (d->deprived_unknown[h] >> r & 1) st = name_missing(t, &scratch, plan->rules[plan->at[3] + r], &t->redone[plan->at[3] + r], seg, h, e);
  } else {
    if (d->rank_state[h] == TRUTH_UNKNOWN && st == OK) st = name_missing(t, &scratch, p->identify.rank.rule, &t->redone[plan->at[4]], seg, h, e);
    if (d->flags[h] & DECISION_NO_AREA && st == OK) st = name_area(t, j, seg, h, e);
    if (p->identify.has_quota && p->identify.quota_persons && !j->sample->persons_known[j->sample->first[t->set] + h] && st == OK) {
      if (p->design.persons) st = name_missing(t, &scratch, p->design.persons, NULL, seg, h, e);
      else st = add_missing(t, (struct decision_missing){.household = (uint32_t)h, .level = LEVEL_MEMBER, .field = UINT32_MAX, .row = UINT32_MAX, .why = ABSENT_NO_ROSTER}, e);
    }
  }
  arena_drop(&scratch);
  return st;
}

static enum status run_block(struct task *t, const struct job *j, struct eval_scratch *eval_scratch, struct err *e) {
  const struct programme *p = j->programme;
  const struct identify *id = &p->identify;
  const struct plan *plan = j->plan;
  const struct segment *seg = j->sample->segments[t->set];
  struct decision_set *d = &j->decisions->sets[t->set];
  const uint64_t base = j->sample->first[t->set];
  struct arena scratch;
  arena_init(&scratch, 0);
  struct eval_out *out;
  ARENA_TRY(e, out = arena_array(&scratch, plan->count ? plan->count : 1, sizeof *out));
  enum status st = OK;
  if (!t->redone && !(t->redone = arena_array(&t->arena, plan->count + 1u, sizeof *t->redone))) st = err_set(e, ERR_MEMORY, NULL, "out of memory");
  for (uint32_t r = 0; r < plan->count && st == OK; r++) {
    out[r].state = arena_alloc(&scratch, EVAL_BLOCK);
    out[r].number = r == plan->at[4] ? arena_array(&scratch, EVAL_BLOCK, sizeof(double)) : NULL;
    if (!out[r].state || (r == plan->at[4] && !out[r].number)) st = err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  if (st == OK) st = eval_block(j->eval, eval_scratch, t->set, t->from, t->take, out, e);
  for (uint32_t k = 0; k < t->take && st == OK; k++) {
    uint64_t h = t->from + k;
    if (j->lines->class_of[base + h] != j->class) continue;
    uint64_t *yes[] = {&d->include[h], &d->exclude[h], &d->cause[h], &d->deprived[h]};
    uint64_t *dunno[] = {&d->include_unknown[h], &d->exclude_unknown[h], &d->cause_unknown[h], &d->deprived_unknown[h]};
    bool erred = false;
    for (uint32_t kind = 0; kind < 4; kind++)
      for (uint32_t r = plan->at[kind]; r < plan->at[kind + 1] && st == OK; r++) {
        uint64_t bit = (uint64_t)1 << (r - plan->at[kind]);
        uint8_t state = out[r].state[k];
        if (state == EVAL_TRUE) *yes[kind] |= bit;
        else if (state != EVAL_FALSE) *dunno[kind] |= bit;
        if (state == EVAL_ERROR) {
          st = add_error(t, (uint32_t)h, kind_of[kind], r - plan->at[kind], e);
          if (kind < 2 || (kind == 3 && !id->include_count)) erred = true;
        }
      }
    double low = 0, high = 0;
    for (uint32_t r = 0; r < p->indicator_count; r++) {
      if (d->deprived[h] >> r & 1) low += j->weights[r], high += j->weights[r];
      else if (d->deprived_unknown[h] >> r & 1) high += j->weights[r];
    }
    d->score[h] = low;
    d->score_high[h] = high;
    d->poor[h] = p->indicator_count ? (uint8_t)decide_poor(p->cutoff, low, high) : TRUTH_FALSE;
    enum truth q = decide_qualifies(p, d->include[h], d->include_unknown[h], d->exclude[h], d->exclude_unknown[h], (enum truth)d->poor[h]);
    d->rank_state[h] = TRUTH_FALSE;
    if (id->has_rank && q != TRUTH_FALSE) {
      uint8_t state = out[plan->at[4]].state[k];
      d->rank_state[h] = state == EVAL_TRUE ? TRUTH_TRUE : TRUTH_UNKNOWN;
      if (state == EVAL_TRUE) d->rank[h] = out[plan->at[4]].number[k];
      if (state == EVAL_ERROR) erred = true;
    }
    if (id->has_quota && q != TRUTH_FALSE && sample_area_at(p, j->sample->area[base + h], id->quota_level) == SAMPLE_NO_AREA) d->flags[h] |= DECISION_NO_AREA;
    bool placeable = !id->has_quota || (!(d->flags[h] & DECISION_NO_AREA) && d->rank_state[h] != TRUTH_UNKNOWN && (!id->quota_persons || j->sample->persons_known[base + h]));
    d->outcome[h] = q == TRUTH_FALSE ? OUTCOME_NOT_SELECTED : q == TRUTH_TRUE && placeable ? OUTCOME_SELECTED : OUTCOME_UNDECIDED;
    if (d->outcome[h] == OUTCOME_UNDECIDED) {
      for (uint32_t l = 0; l < p->line_count; l++)
        if (isnan(poverty_lines_amount(j->lines, j->class, l))) d->flags[h] |= DECISION_NO_LINE;
      if (erred) d->flags[h] |= DECISION_ERROR;
      if (st == OK) st = name_all(t, j, d, seg, h, q, e);
    }
  }
  arena_drop(&scratch);
  if (t->missing_count) qsort(t->missing, t->missing_count, sizeof *t->missing, by_cell);
  return st;
}

static void run_task(void *ctx, size_t i, unsigned worker) {
  struct job *j = ctx;
  struct task *t = &j->tasks[i];
  uint64_t base = j->sample->first[t->set] + t->from;
  bool any = false; /* of this class? */
  for (uint32_t k = 0; k < t->take && !any; k++) any = j->lines->class_of[base + k] == j->class;
  if (any && t->status == OK) t->status = run_block(t, j, j->scratches[worker], &t->err);
}

static enum status join_lists(struct arena *a, struct decisions *d, struct task *tasks, uint64_t count, struct decide_report *report, struct err *e) {
  uint64_t errors = 0;
  for (uint64_t i = 0; i < count; i++) {
    errors += tasks[i].error_count;
    d->sets[tasks[i].set].missing_count += tasks[i].missing_count;
  }
  ARENA_TRY(e, report->errors = arena_array(a, errors ? errors : 1, sizeof *report->errors));
  for (uint32_t g = 0; g < d->set_count; g++) {
    ARENA_TRY(e, d->sets[g].missing = arena_array(a, d->sets[g].missing_count ? d->sets[g].missing_count : 1, sizeof *d->sets[g].missing));
    d->sets[g].missing_count = 0;
  }
  for (uint64_t i = 0; i < count; i++) {
    struct decision_set *s = &d->sets[tasks[i].set];
    if (tasks[i].missing_count) memcpy(s->missing + s->missing_count, tasks[i].missing, tasks[i].missing_count * sizeof *s->missing);
    s->missing_count += tasks[i].missing_count;
    if (tasks[i].error_count) memcpy(report->errors + report->error_count, tasks[i].errors, tasks[i].error_count * sizeof *report->errors);
    report->error_count += tasks[i].error_count;
    for (uint32_t r = 0; tasks[i].redone && r < report->use_count; r++) report->uses[r].rows_redone += tasks[i].redone[r]; /* in the plan's order */
  }
  return OK;
}

static enum status note_uses(struct arena *a, const struct programme *p, const struct plan *plan, const struct eval *ev, struct decide_report *report, struct err *e) {
  static const char *const what[] = {"include", "exclude", "cause", "indicator", "rank"};
  if (report->uses) return OK;
  ARENA_TRY(e, report->uses = arena_array(a, plan->count ? plan->count : 1, sizeof *report->uses));
  for (uint32_t kind = 0; kind < 5; kind++) {
    uint32_t end = kind < 4 ? plan->at[kind + 1] : plan->count;
    for (uint32_t r = plan->at[kind]; r < end; r++) {
      uint32_t i = r - plan->at[kind];
      const struct identify *id = &p->identify;
      struct rule_use *u = &report->uses[report->use_count++];
      u->what = what[kind];
      u->name = kind == 0 ? id->include[i].name : kind == 1 ? id->exclude[i].name : kind == 2 ? id->causes[i].name : kind == 3 ? p->indicators[i].name : id->rank.name ? id->rank.name : "rank";
      u->vectorised = eval_vectorised(ev, r, &u->why_not);
    }
  }
  return OK;
}

enum status decide_all(struct arena *a, struct programme *p, const struct sample *s, const struct poverty_lines *lines, struct pool *pool, struct progress *progress,
                       struct decisions *d, struct decide_report *report, struct err *e) {
  TRY(decide_check(p, e));
  *report = (struct decide_report){0};
  struct plan plan;
  TRY(plan_make(a, p, &plan, e));
  uint64_t count = 0;
  for (uint32_t g = 0; g < d->set_count; g++) count += (d->sets[g].rows + EVAL_BLOCK - 1) / EVAL_BLOCK;
  struct job j = {.programme = p, .sample = s, .lines = lines, .decisions = d, .plan = &plan};
  double *weights;
  ARENA_TRY(e, weights = arena_array(a, p->indicator_count + 1u, sizeof *weights));
  decide_weights(p, weights);
  j.weights = weights;
  ARENA_TRY(e, j.tasks = arena_array(a, count ? count : 1, sizeof *j.tasks));
  uint64_t at = 0;
  for (uint32_t g = 0; g < d->set_count; g++)
    for (uint64_t from = 0; from < d->sets[g].rows; from += EVAL_BLOCK, at++) {
      j.tasks[at].set = g;
      j.tasks[at].from = from;
      j.tasks[at].take = (uint32_t)(d->sets[g].rows - from < EVAL_BLOCK ? d->sets[g].rows - from : EVAL_BLOCK);
      arena_init(&j.tasks[at].arena, 0);
    }
  enum status st = OK;
  const unsigned workers = pool ? pool_threads(pool) : 1;
  ARENA_TRY(e, j.scratches = arena_array(a, workers, sizeof *j.scratches));
  for (uint32_t c = 0; c < lines->class_count && st == OK; c++) {
    poverty_lines_set(p, lines, c);
    struct eval *ev;
    st = eval_open(a, p, s->segments, s->segment_count, plan.rules, plan.count, &ev, e);
    if (st != OK) break;
    for (unsigned w = 0; w < workers && st == OK; w++) st = eval_scratch_open(ev, &j.scratches[w], e);
    if (st != OK) break;
    j.eval = ev;
    j.class = c;
    st = note_uses(a, p, &plan, ev, report, e);
    pool_run(pool, count, run_task, &j);
    for (uint64_t i = 0; i < count && st == OK; i++)
      if (j.tasks[i].status != OK) {
        st = j.tasks[i].status;
        if (e) *e = j.tasks[i].err;
      }
    for (unsigned w = 0; w < workers; w++) eval_scratch_close(j.scratches[w]), j.scratches[w] = NULL;
    if (st == OK && progress_step(progress, s->n * (c + 1) / lines->class_count)) st = err_set(e, ERR_CANCELLED, NULL, "stopped: nothing was recorded");
  }
  /* A block visited for several classes of lines named its households in several goes. */
  if (st == OK && lines->class_count > 1)
    for (uint64_t i = 0; i < count; i++)
      if (j.tasks[i].missing_count) qsort(j.tasks[i].missing, j.tasks[i].missing_count, sizeof *j.tasks[i].missing, by_cell);
  if (st == OK) st = join_lists(a, d, j.tasks, count, report, e);
  for (unsigned w = 0; w < workers; w++) eval_scratch_close(j.scratches[w]); /* those a failure left */
  for (uint64_t i = 0; i < count; i++) arena_drop(&j.tasks[i].arena);
  return st;
}
