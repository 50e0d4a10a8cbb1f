#include "identify/decide.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "identify/settle.h"

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

/* All rules of a run in one row: inclusions, exclusions, causes, indicators, the ranking; the persons, where a brief sample wants them. */
struct plan {
  const struct rule **rules;
  uint32_t count, at[5], persons; /* where each kind begins; at[4] = the ranking, if any; persons: UINT32_MAX = none */
};

static const enum reason_kind kind_of[] = {REASON_INCLUDE, REASON_EXCLUDE, REASON_CAUSE, REASON_INDICATOR};

static enum status plan_make(struct arena *a, const struct programme *p, bool persons, struct plan *plan, struct err *e) {
  const struct identify *id = &p->identify;
  uint32_t n = 0, total = id->include_count + id->exclude_count + id->cause_count + p->indicator_count + 2;
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
  plan->persons = persons && p->design.persons ? n : UINT32_MAX;
  if (plan->persons != UINT32_MAX) plan->rules[n++] = p->design.persons;
  plan->count = n;
  return OK;
}

/* Blocks that a worker takes in a row: a segment is bound for each worker that meets it. */
#define TASK_ROWS (8 * EVAL_BLOCK)

/* What a worker keeps between blocks: lists are gathered here and copied once a task is done, so that nothing is held twice as large as it is. */
struct worker {
  struct eval_scratch *eval;
  struct settle settle;
  uint8_t mine[EVAL_BLOCK];
  uint16_t open[EVAL_BLOCK]; uint32_t open_count; /* rows of the block that are mine and no certain no */
  struct decision_missing *missing; uint64_t missing_count, missing_cap;
  struct decide_error *errors; uint64_t error_count, error_cap;
  struct decision_candidate candidates[TASK_ROWS]; uint32_t candidate_count;
  uint64_t *redone; /* one a rule of the plan: rows run again to name what was missing */
};

struct task {
  uint32_t set, rows, take;
  uint64_t first, from; /* all its rows; the block at work */
  struct arena arena; /* holds its lists until they are joined */
  struct decision_missing *missing; uint64_t missing_count, missing_at; /* ..._at: where they stand in the segment's list */
  struct decide_error *errors; uint64_t error_count;
  struct decision_candidate *candidates; uint64_t candidate_count, candidate_at;
  struct decide_home home;
  bool many;        /* a household too large for the brief sample */
  enum status status;
};

struct job {
  struct programme *programme;
  struct sample *sample;
  const struct poverty_lines *lines;
  struct decisions *decisions;
  const struct plan *plan;
  const struct eval *eval;
  struct settle_scores scores;
  uint8_t *area_has_quota; /* area_count + 1: whether the area lies in one of the quota's level */
  uint8_t *placed;         /* a segment: every household's does */
  struct worker **workers;
  struct task *tasks;
  uint32_t class;
  bool no_line;            /* a poverty line has no amount in this class */
};

static enum status pile_room(void **items, uint64_t count, uint64_t *cap, size_t size, struct err *e) {
  if (count < *cap) return OK;
  const uint64_t want = *cap ? *cap * 2 : 256;
  void *more = realloc(*items, want * size);
  if (!more) return err_set(e, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory");
  *items = more;
  *cap = want;
  return OK;
}

static enum status add_missing(struct worker *t, struct decision_missing m, struct err *e) {
  for (uint64_t k = t->missing_count; k-- > 0 && t->missing[k].household == m.household;)
    if (t->missing[k].level == m.level && t->missing[k].field == m.field && t->missing[k].row == m.row) return OK;
  void *items = t->missing;
  enum status st = pile_room(&items, t->missing_count, &t->missing_cap, sizeof *t->missing, e);
  t->missing = items;
  if (st == OK) t->missing[t->missing_count++] = m;
  return st;
}

static enum status add_error(struct worker *t, struct decide_error x, struct err *e) {
  void *items = t->errors;
  enum status st = pile_room(&items, t->error_count, &t->error_cap, sizeof *t->errors, e);
  t->errors = items;
  if (st == OK) t->errors[t->error_count++] = x;
  return st;
}

/* Runs one rule again by the row evaluator and notes every cell it lacked. */
static enum status name_missing(struct worker *t, struct arena *scratch, const struct rule *rule, uint64_t *redone, const struct segment *seg, uint64_t h, struct err *e) {
  struct rule_value v;
  if (redone) ++*redone;
  TRY(eval_row(scratch, rule, seg, h, h, &v, e));
  if (v.state != RULE_UNKNOWN) return OK;
  for (const struct rule_missing *m = v.missing; m; m = m->next)
    TRY(add_missing(t, (struct decision_missing){.household = (uint32_t)h, .level = m->level, .field = m->field, .row = (uint32_t)m->row, .why = (uint8_t)m->why}, e));
  return OK;
}

static enum status name_area(struct worker *t, const struct job *j, const struct segment *seg, uint64_t h, struct err *e) {
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
static enum status name_all(struct worker *t, const struct job *j, uint32_t set, uint64_t h, enum truth qualifies, struct err *e) {
  const struct programme *p = j->programme;
  const struct plan *plan = j->plan;
  const struct decision_set *d = &j->decisions->sets[set];
  const struct segment *seg = j->sample->segments[set];
  const struct mask *unknown[] = {&d->include_unknown, &d->exclude_unknown, NULL, &d->deprived_unknown};
  const bool asked[] = {!mask_at(&d->include, h), true, false, !p->identify.include_count && d->poor[h] == TRUTH_UNKNOWN};
  struct arena scratch;
  arena_init(&scratch, 0);
  enum status st = OK;
  bool sized;
  if (qualifies == TRUTH_UNKNOWN) {
    for (uint32_t kind = 0; kind < 4; kind++)
      for (uint32_t r = plan->at[kind]; asked[kind] && r < plan->at[kind + 1] && st == OK; r++)
        if (mask_at(unknown[kind], h) >> (r - plan->at[kind]) & 1) st = name_missing(t, &scratch, plan->rules[r], &t->redone[r], seg, h, e);
  } else {
    if (d->flags[h] & DECISION_UNRANKED) st = name_missing(t, &scratch, p->identify.rank.rule, &t->redone[plan->at[4]], seg, h, e);
    if (d->flags[h] & DECISION_NO_AREA && st == OK) st = name_area(t, j, seg, h, e);
    (void)sample_persons(j->sample, set, h, &sized);
    if (p->identify.has_quota && p->identify.quota_persons && !sized && st == OK) {
      if (p->design.persons) st = name_missing(t, &scratch, p->design.persons, NULL, seg, h, e);
      else st = add_missing(t, (struct decision_missing){.household = (uint32_t)h, .level = LEVEL_MEMBER, .field = UINT32_MAX, .row = UINT32_MAX, .why = ABSENT_NO_ROSTER}, e);
    }
  }
  arena_drop(&scratch);
  return st;
}

/* Rules that could not be computed, in order of household and rule. Rare: looked for only where a block has one. */
static enum status note_errors(struct worker *w, const struct task *t, const struct job *j, const struct block_lanes *lanes, struct err *e) {
  for (uint32_t k = 0; k < t->take; k++)
    for (uint32_t kind = 0; kind < 4 && w->mine[k]; kind++)
      for (uint32_t r = j->plan->at[kind]; r < j->plan->at[kind + 1]; r++)
        if (lanes[r].state[k] & BLOCK_ERROR) TRY(add_error(w, (struct decide_error){.set = t->set, .household = (uint32_t)(t->from + k), .kind = kind_of[kind], .rule = r - j->plan->at[kind]}, e));
  return OK;
}

/* Whether an error in a rule that counts stands behind the household's being undecided. */
static bool erred(const struct worker *w, const struct programme *p, uint32_t household, uint64_t *at) {
  bool any = false;
  while (*at < w->error_count && w->errors[*at].household < household) ++*at;
  for (uint64_t i = *at; i < w->error_count && w->errors[i].household == household; i++)
    any |= w->errors[i].kind == REASON_INCLUDE || w->errors[i].kind == REASON_EXCLUDE || (w->errors[i].kind == REASON_INDICATOR && !p->identify.include_count);
  return any;
}

/* Those that are no certain no: do they have all that a place asks for? */
static enum status settle_candidates(struct worker *w, struct task *t, const struct job *j, const struct block_lanes *lanes, uint64_t error_at, struct err *e) {
  const struct programme *p = j->programme;
  const struct identify *id = &p->identify;
  struct decision_set *d = &j->decisions->sets[t->set];
  for (uint32_t c = 0; c < w->open_count; c++) {
    const uint32_t k = w->open[c];
    const enum truth q = (enum truth)w->settle.qualifies[k];
    const uint64_t h = t->from + k;
    uint8_t flags = 0, state = EVAL_TRUE;
    double rank = 0;
    bool sized = true, failed = w->error_count && erred(w, p, (uint32_t)h, &error_at);
    if (id->has_rank && !eval_lane_number(&lanes[j->plan->at[4]], k, &rank, &state)) flags |= DECISION_UNRANKED;
    failed |= state == EVAL_ERROR;
    if (id->has_quota && !j->placed[t->set]) {
      const uint32_t area = sample_area(j->sample, t->set, h);
      if (!j->area_has_quota[area < p->area_count ? area : p->area_count]) flags |= DECISION_NO_AREA;
    }
    if (id->has_quota && id->quota_persons) (void)sample_persons(j->sample, t->set, h, &sized);
    const bool placeable = !id->has_quota || (!flags && sized);
    d->outcome[h] = q == TRUTH_TRUE && placeable ? OUTCOME_SELECTED : OUTCOME_UNDECIDED;
    if (id->has_rank || id->has_quota) w->candidates[w->candidate_count++] = (struct decision_candidate){.household = (uint32_t)h, .rank = rank};
    if (d->outcome[h] == OUTCOME_UNDECIDED) flags |= (uint8_t)((j->no_line ? DECISION_NO_LINE : 0) | (failed ? DECISION_ERROR : 0));
    if (flags) d->flags[h] = flags; /* else it is 0 */
    if (d->outcome[h] == OUTCOME_UNDECIDED) TRY(name_all(w, j, t->set, h, q, e));
  }
  return OK;
}

/* What a county hears at once: outcomes short of places, the poor, and their score, added row by row. */
static void count_home(const struct worker *w, struct task *t, const struct job *j, bool whole) {
  const struct decision_set *d = &j->decisions->sets[t->set];
  const uint8_t *few = j->sample->few ? j->sample->few + j->sample->first[t->set] + t->from : NULL;
  struct decide_home *home = &t->home;
  uint16_t rows[BLOCK_ROWS];
  if (whole && few && !t->many) { /* the certain no are what is left when the others are counted */
    struct settle_sums sums;
    uint64_t others[OUTCOME_COUNT] = {0}, people[OUTCOME_COUNT] = {0};
    settle_count(w->settle.poor, few, t->take, &sums);
    for (uint32_t c = 0; c < w->open_count; c++) {
      const uint32_t k = w->open[c];
      const uint8_t persons = few[k] == SAMPLE_MANY ? 0 : few[k], outcome = d->outcome[t->from + k];
      others[outcome]++, others[OUTCOME_NOT_SELECTED]--;
      people[outcome] += persons, people[OUTCOME_NOT_SELECTED] -= persons;
    }
    others[OUTCOME_NOT_SELECTED] += t->take;
    people[OUTCOME_NOT_SELECTED] += sums.persons;
    for (int o = 0; o < OUTCOME_COUNT; o++) home->households[o] += others[o], home->persons[o] += (double)people[o];
    home->poor_households += sums.poor_households;
    home->poor_persons += (double)sums.poor_persons;
    const uint32_t count = settle_rows(rows, w->settle.poor, TRUTH_TRUE, w->mine, t->take);
    for (uint32_t c = 0; c < count; c++) home->poor_score += (few[rows[c]] == SAMPLE_MANY ? 0 : few[rows[c]]) * settle_score(&w->settle, &j->scores, rows[c]);
    return;
  }
  for (uint32_t k = 0; k < t->take; k++) {
    const uint64_t h = t->from + k;
    bool known;
    if (!w->mine[k]) continue;
    const double persons = sample_persons(j->sample, t->set, h, &known);
    home->households[d->outcome[h]]++, home->persons[d->outcome[h]] += persons;
    if (w->settle.poor[k] != TRUTH_TRUE) continue;
    home->poor_households++, home->poor_persons += persons;
    home->poor_score += persons * settle_score(&w->settle, &j->scores, k);
  }
}

static int by_cell(const void *pa, const void *pb) {
  const struct decision_missing *a = pa, *b = pb;
  if (a->household != b->household) return a->household < b->household ? -1 : 1;
  if (a->level != b->level) return a->level < b->level ? -1 : 1;
  if (a->field != b->field) return a->field < b->field ? -1 : 1;
  return (a->row > b->row) - (a->row < b->row);
}
static int by_household(const void *pa, const void *pb) {
  const struct decision_candidate *a = pa, *b = pb;
  return (a->household > b->household) - (a->household < b->household);
}
static int by_household_and_rule(const void *pa, const void *pb) {
  const struct decide_error *a = pa, *b = pb;
  if (a->household != b->household) return a->household < b->household ? -1 : 1;
  if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
  return (a->rule > b->rule) - (a->rule < b->rule);
}

/* The task's lists beside those that it has from other classes of lines, in order of household. */
static enum status keep_list(struct task *t, void **have, uint64_t *count, const void *more, uint64_t extra, size_t size, int (*order)(const void *, const void *), struct err *e) {
  if (!extra) return OK;
  uint8_t *all;
  ARENA_TRY(e, all = arena_array(&t->arena, *count + extra, size));
  if (*count) memcpy(all, *have, *count * size);
  memcpy(all + *count * size, more, extra * size);
  *count += extra;
  *have = all;
  if (*count > extra) qsort(all, *count, size, order); /* one class's are in order of household already */
  return OK;
}

static enum status keep_lists(struct worker *w, struct task *t, struct err *e) {
  void *missing = t->missing, *errors = t->errors, *candidates = t->candidates;
  if (w->missing_count) qsort(w->missing, w->missing_count, sizeof *w->missing, by_cell);
  TRY(keep_list(t, &missing, &t->missing_count, w->missing, w->missing_count, sizeof *t->missing, by_cell, e));
  TRY(keep_list(t, &errors, &t->error_count, w->errors, w->error_count, sizeof *t->errors, by_household_and_rule, e));
  TRY(keep_list(t, &candidates, &t->candidate_count, w->candidates, w->candidate_count, sizeof *t->candidates, by_household, e));
  t->missing = missing;
  t->errors = errors;
  t->candidates = candidates;
  return OK;
}

static enum status run_block(struct task *t, const struct job *j, struct worker *w, bool whole, struct err *e) {
  const struct programme *p = j->programme;
  const struct plan *plan = j->plan;
  struct decision_set *d = &j->decisions->sets[t->set];
  struct settle *s = &w->settle;
  const uint8_t *mine = whole ? NULL : w->mine;
  const struct block_lanes *lanes;
  uint8_t seen = 0;
  const uint64_t errors = w->error_count;
  TRY(eval_lanes(j->eval, w->eval, t->set, t->from, t->take, &lanes, e));
  for (uint32_t kind = 0; kind < 4; kind++)
    for (uint32_t r = plan->at[kind]; r < plan->at[kind + 1]; r++) seen |= settle_rule(s, kind_of[kind], r - plan->at[kind], lanes[r].state, t->take);
  settle_poor(s, &j->scores, p->indicator_count, t->take);
  settle_qualifies(s, p->identify.include_count, p->identify.exclude_count, t->take);
  struct mask *const to[][2] = {{&d->include, &d->include_unknown}, {&d->exclude, &d->exclude_unknown}, {&d->cause, &d->cause_unknown}, {&d->deprived, &d->deprived_unknown}};
  for (uint32_t kind = 0; kind < 4; kind++) {
    settle_store(to[kind][0], t->from, s->yes[kind_of[kind]], mine, t->take);
    settle_store(to[kind][1], t->from, s->dunno[kind_of[kind]], mine, t->take);
  }
  if (j->sample->few && !sample_fill_few(j->sample, t->set, t->from, t->take, plan->persons != UINT32_MAX ? &lanes[plan->persons] : NULL)) t->many = true;
  if (whole) {
    memset(d->outcome + t->from, OUTCOME_NOT_SELECTED, t->take);
    memcpy(d->poor + t->from, s->poor, t->take);
  }
  for (uint32_t k = 0; k < t->take && !whole; k++)
    if (w->mine[k]) d->outcome[t->from + k] = OUTCOME_NOT_SELECTED, d->poor[t->from + k] = s->poor[k];
  if (seen & BLOCK_ERROR) TRY(note_errors(w, t, j, lanes, e));
  w->open_count = settle_rows(w->open, s->qualifies, TRUTH_TRUE | TRUTH_UNKNOWN, w->mine, t->take);
  TRY(settle_candidates(w, t, j, lanes, errors, e));
  count_home(w, t, j, whole);
  return OK;
}

static enum status run_blocks(struct task *t, const struct job *j, struct worker *w, struct err *e) {
  w->missing_count = w->error_count = 0;
  w->candidate_count = 0;
  for (uint32_t at = 0; at < t->rows; at += EVAL_BLOCK) {
    uint32_t mine = 0;
    t->from = t->first + at;
    t->take = t->rows - at < EVAL_BLOCK ? t->rows - at : EVAL_BLOCK;
    if (j->lines->class_count == 1) {
      memset(w->mine, 1, t->take);
      mine = t->take;
    } else {
      for (uint32_t k = 0; k < t->take; k++) mine += w->mine[k] = poverty_lines_class(j->lines, sample_area(j->sample, t->set, t->from + k)) == j->class;
    }
    if (mine) TRY(run_block(t, j, w, mine == t->take, e));
  }
  return keep_lists(w, t, e);
}

static void run_task(void *ctx, size_t i, unsigned worker) {
  struct job *j = ctx;
  struct task *t = &j->tasks[i];
  if (t->status == OK) t->status = run_blocks(t, j, j->workers[worker], NULL);
}

static void add_home(struct decide_home *to, const struct decide_home *more) {
  for (int o = 0; o < OUTCOME_COUNT; o++) {
    to->households[o] += more->households[o];
    to->persons[o] += more->persons[o];
  }
  to->poor_households += more->poor_households;
  to->poor_persons += more->poor_persons;
  to->poor_score += more->poor_score;
}

struct joining { struct decisions *decisions; struct task *tasks; };

static bool is_alone(const struct joining *x, const struct task *t) { return t->rows == x->decisions->sets[t->set].rows; }

/* A task's lists take their place among its segment's, and its own go. A segment's only task has them there already. */
static void join_task(void *ctx, size_t i, unsigned worker) {
  const struct joining *x = ctx;
  struct task *t = &x->tasks[i];
  const struct decision_set *s = &x->decisions->sets[t->set];
  (void)worker;
  if (is_alone(x, t)) return;
  if (t->missing_count) memcpy(s->missing + t->missing_at, t->missing, t->missing_count * sizeof *s->missing);
  if (t->candidate_count) memcpy(s->candidates + t->candidate_at, t->candidates, t->candidate_count * sizeof *s->candidates);
  if (!t->error_count) arena_drop(&t->arena);
}

static enum status join_lists(struct arena *a, struct decisions *d, struct task *tasks, uint64_t count, struct pool *pool, struct decide_report *report, struct err *e) {
  struct joining x = {d, tasks};
  uint64_t errors = 0, missing = 0, candidates = 0;
  struct decision_missing *all_missing;
  struct decision_candidate *all_candidates;
  for (uint64_t i = 0; i < count; i++) {
    errors += tasks[i].error_count;
    if (!is_alone(&x, &tasks[i])) missing += tasks[i].missing_count, candidates += tasks[i].candidate_count;
  }
  ARENA_TRY(e, report->errors = arena_array(a, errors ? errors : 1, sizeof *report->errors));
  ARENA_TRY(e, report->homes = arena_array(a, d->set_count ? d->set_count : 1, sizeof *report->homes));
  ARENA_TRY(e, all_missing = arena_array(a, missing ? missing : 1, sizeof *all_missing));
  ARENA_TRY(e, all_candidates = arena_array(a, candidates ? candidates : 1, sizeof *all_candidates));
  uint64_t at = 0;
  for (uint32_t g = 0; g < d->set_count; g++) {
    struct decision_set *s = &d->sets[g];
    s->missing = all_missing, s->candidates = all_candidates;
    for (; at < count && tasks[at].set == g; at++) {
      struct task *t = &tasks[at];
      t->missing_at = s->missing_count, t->candidate_at = s->candidate_count;
      s->missing_count += t->missing_count, s->candidate_count += t->candidate_count;
      add_home(&report->homes[g], &t->home);
      if (is_alone(&x, t)) s->missing = t->missing, s->candidates = t->candidates;
      if (is_alone(&x, t)) arena_adopt(a, &t->arena);
      else if (at + 1 == count || tasks[at + 1].set != g) all_missing += s->missing_count, all_candidates += s->candidate_count;
    }
  }
  pool_run(pool, count, join_task, &x);
  for (uint64_t i = 0; i < count; i++) {
    if (tasks[i].error_count) memcpy(report->errors + report->error_count, tasks[i].errors, tasks[i].error_count * sizeof *report->errors);
    report->error_count += tasks[i].error_count;
  }
  return OK;
}

static enum status note_uses(struct arena *a, const struct programme *p, const struct plan *plan, const struct eval *ev, struct decide_report *report, struct err *e) {
  static const char *const what[] = {"include", "exclude", "cause", "indicator", "rank", "sample"};
  if (report->uses) return OK;
  ARENA_TRY(e, report->uses = arena_array(a, plan->count ? plan->count : 1, sizeof *report->uses));
  for (uint32_t kind = 0; kind < 6; kind++) {
    const uint32_t rank_end = plan->at[4] + p->identify.has_rank, begin = kind < 5 ? plan->at[kind] : rank_end;
    uint32_t end = kind < 4 ? plan->at[kind + 1] : kind == 4 ? rank_end : plan->count;
    for (uint32_t r = begin; r < end; r++) {
      uint32_t i = r - begin;
      const struct identify *id = &p->identify;
      struct rule_use *u = &report->uses[report->use_count++];
      u->what = what[kind];
      u->name = kind == 0 ? id->include[i].name : kind == 1 ? id->exclude[i].name : kind == 2 ? id->causes[i].name : kind == 3 ? p->indicators[i].name : kind == 5 ? "sample.persons" : id->rank.name ? id->rank.name : "rank";
      u->vectorised = eval_vectorised(ev, r, &u->why_not);
    }
  }
  return OK;
}

static void worker_close(struct worker *w) {
  if (!w) return;
  eval_scratch_close(w->eval);
  free(w->missing);
  free(w->errors);
  free(w->redone);
  free(w);
}

static enum status workers_open(struct job *j, unsigned count, struct err *e) {
  for (unsigned i = 0; i < count; i++) {
    struct worker *w = j->workers[i];
    if (!w) {
      w = j->workers[i] = calloc(1, sizeof *w);
      if (!w || !(w->redone = calloc(j->plan->count + 1u, sizeof *w->redone))) return err_set(e, ERR_MEMORY, "close other programs", "out of memory");
    }
    eval_scratch_close(w->eval);
    w->eval = NULL;
    TRY(eval_scratch_open(j->eval, &w->eval, e));
  }
  return OK;
}

/* Which areas lie in one of the quota's level, and in which segments all do. */
static enum status areas_with_quota(struct arena *a, const struct programme *p, const struct sample *s, struct job *j, struct err *e) {
  ARENA_TRY(e, j->area_has_quota = arena_alloc(a, p->area_count + 1u));
  ARENA_TRY(e, j->placed = arena_alloc(a, s->segment_count + 1u));
  for (uint32_t i = 0; i < p->area_count; i++) j->area_has_quota[i] = sample_area_at(p, i, p->identify.quota_level) != SAMPLE_NO_AREA;
  for (uint32_t g = 0; g < s->segment_count; g++) {
    if (s->area || !s->area_of[g] || s->area_column[g] == &s->segments[g]->village_code || s->area_column[g]->valid) continue;
    j->placed[g] = true;
    for (uint32_t i = 0; i < s->area_column[g]->dict_count; i++) j->placed[g] &= s->area_of[g][i] < p->area_count && j->area_has_quota[s->area_of[g][i]];
  }
  return OK;
}

static enum status tasks_make(struct arena *a, const struct decisions *d, struct task **out, uint64_t *count, struct err *e) {
  *count = 0;
  for (uint32_t g = 0; g < d->set_count; g++) *count += (d->sets[g].rows + TASK_ROWS - 1) / TASK_ROWS;
  ARENA_TRY(e, *out = arena_array(a, *count ? *count : 1, sizeof **out));
  uint64_t at = 0;
  for (uint32_t g = 0; g < d->set_count; g++)
    for (uint64_t from = 0; from < d->sets[g].rows; from += TASK_ROWS, at++) {
      struct task *t = &(*out)[at];
      t->set = g;
      t->first = from;
      t->rows = (uint32_t)(d->sets[g].rows - from < TASK_ROWS ? d->sets[g].rows - from : TASK_ROWS);
      arena_init(&t->arena, 0);
    }
  return OK;
}

static enum status run_classes(struct arena *a, struct job *j, struct pool *pool, unsigned workers, uint64_t count, struct progress *progress, struct decide_report *report, struct err *e) {
  for (uint32_t c = 0; c < j->lines->class_count; c++) {
    poverty_lines_set(j->programme, j->lines, c);
    struct eval *ev;
    TRY(eval_open(a, j->programme, j->sample->segments, j->sample->segment_count, j->plan->rules, j->plan->count, &ev, e));
    j->eval = ev;
    j->class = c;
    j->no_line = false;
    for (uint32_t l = 0; l < j->programme->line_count; l++) j->no_line |= isnan(poverty_lines_amount(j->lines, c, l));
    TRY(workers_open(j, workers, e));
    TRY(note_uses(a, j->programme, j->plan, ev, report, e));
    pool_run(pool, count, run_task, j);
    for (uint64_t i = 0; i < count; i++)
      if (j->tasks[i].status != OK) return err_set(e, j->tasks[i].status, "close other programs", "a block of households could not be decided");
    if (progress_step(progress, j->sample->n * (c + 1) / j->lines->class_count)) return err_set(e, ERR_CANCELLED, NULL, "stopped: nothing was recorded");
  }
  return OK;
}

enum status decide_all(struct arena *a, struct programme *p, struct sample *s, const struct poverty_lines *lines, struct pool *pool, struct progress *progress,
                       struct decisions *d, struct decide_report *report, struct err *e) {
  TRY(decide_check(p, e));
  *report = (struct decide_report){0};
  struct plan plan;
  TRY(plan_make(a, p, s->few != NULL, &plan, e));
  struct job j = {.programme = p, .sample = s, .lines = lines, .decisions = d, .plan = &plan};
  uint64_t count;
  decide_weights(p, d->weights);
  TRY(settle_scores_open(a, d, p->cutoff, &j.scores, e));
  TRY(areas_with_quota(a, p, s, &j, e));
  TRY(tasks_make(a, d, &j.tasks, &count, e));
  const unsigned workers = pool ? pool_threads(pool) : 1;
  ARENA_TRY(e, j.workers = arena_array(a, workers, sizeof(struct worker *)));
  enum status st = run_classes(a, &j, pool, workers, count, progress, report, e);
  for (uint64_t i = 0; i < count; i++) report->many |= j.tasks[i].many;
  if (st == OK) st = join_lists(a, d, j.tasks, count, pool, report, e);
  for (unsigned w = 0; w < workers; w++) {
    for (uint32_t r = 0; j.workers[w] && r < report->use_count; r++) report->uses[r].rows_redone += j.workers[w]->redone[r]; /* in the plan's order */
    worker_close(j.workers[w]);
  }
  for (uint64_t i = 0; i < count; i++) arena_drop(&j.tasks[i].arena);
  return st;
}
