#include "identify/change.h"

#include <stdlib.h>
#include <string.h>

#include "identify/storable.h"

#define ATOMS_MAX 256
#define WAYS_MAX 3       /* ways to flip one atom that are tried */
#define LANDMARKS_MAX 256
#define TRIES_MAX 400000 /* combinations looked at */

struct atom {
  uint32_t rule, index;  /* in `rules`, in the rule's atoms */
  struct rule_value now;
  struct change_fact ways[WAYS_MAX];
  uint32_t way_count;
};

struct search {
  const struct programme *p;
  const struct segment *segment;
  uint64_t household;
  struct arena *arena;
  const struct rule *rules[3 * DECISION_RULES];
  uint8_t kind[3 * DECISION_RULES]; /* 0 include, 1 exclude, 2 indicator */
  uint32_t bit[3 * DECISION_RULES], first[3 * DECISION_RULES], rule_count; /* first: of its atoms */
  struct atom *atoms;
  struct rule_value *values; /* beside atoms: as they would be */
  uint32_t atom_count;
  enum truth base;
};

/* A stored field may move when it is marked; a derived one when it, or something it rests on, is. */
static bool may_move(const struct programme *p, uint32_t level, uint32_t field, int depth) {
  const struct field *f = &p->levels[level].fields[field];
  if (f->sealed) return false;
  if (f->changeable) return true;
  if (!f->derived || depth > 16) return false;
  const struct rule_read *reads = rule_reads_list(f->derived);
  for (uint32_t i = 0; i < rule_read_count(f->derived); i++)
    if (may_move(p, reads[i].level, reads[i].field, depth + 1)) return true;
  return false;
}

static void add_rule(struct search *s, const struct rule *r, uint8_t kind, uint32_t bit) {
  s->rules[s->rule_count] = r;
  s->kind[s->rule_count] = kind;
  s->bit[s->rule_count++] = bit;
}

static enum status atom_value(struct search *s, const struct rule *rule, const struct change_fact *fact, struct rule_value *out, struct err *e) {
  struct whatif w;
  whatif_open(&w, s->p, s->segment, s->household);
  if (fact) whatif_set(&w, fact->level, fact->field, fact->row, fact->after);
  struct rule_row row = whatif_row(&w, s->household);
  return rule_eval(s->arena, rule, &row, out, e);
}

static bool flipped(const struct rule_value *now, const struct rule_value *v) { return v->state == RULE_VALUE && v->kind == RULE_BOOL && now->state == RULE_VALUE && v->b != now->b; }

static enum status flips(struct search *s, const struct rule *rule, const struct rule_value *now, struct change_fact *fact, struct cell c, bool *yes, struct err *e) {
  struct rule_value v;
  fact->after = c;
  TRY(atom_value(s, rule, fact, &v, e));
  *yes = flipped(now, &v);
  return OK;
}

/* The nearest step at which the atom flips: landmarks and doubling distances first, then halving back towards where it is. */
static enum status move_number(struct search *s, const struct rule *rule, const struct field *f, const struct rule_value *now, struct change_fact *fact, bool *found, struct err *e) {
  int64_t lo, hi, here = storable_step_of(f, &fact->before), marks[LANDMARKS_MAX];
  storable_range(f, &lo, &hi);
  uint32_t n = storable_landmarks(s->p, f, rule_source(rule), strlen(rule_source(rule)), marks, LANDMARKS_MAX - 104);
  for (int b = 0; b <= 50; b++) {
    marks[n++] = here + ((int64_t)1 << b);
    marks[n++] = here - ((int64_t)1 << b);
  }
  int64_t best = 0;
  *found = false;
  for (uint32_t i = 0; i < n; i++) {
    if (marks[i] < lo || marks[i] > hi || marks[i] == here) continue;
    if (*found && llabs(marks[i] - here) >= llabs(best - here)) continue;
    bool yes;
    TRY(flips(s, rule, now, fact, storable_cell(f, marks[i]), &yes, e));
    if (yes) *found = true, best = marks[i];
  }
  if (!*found) return OK;
  int64_t near = here, far = best;
  while (llabs(far - near) > 1) {
    int64_t mid = near + (far - near) / 2;
    bool yes;
    TRY(flips(s, rule, now, fact, storable_cell(f, mid), &yes, e));
    if (yes) far = mid;
    else near = mid;
  }
  fact->after = storable_cell(f, far);
  return OK;
}

static enum status move_choice(struct search *s, const struct rule *rule, const struct field *f, const struct rule_value *now, struct change_fact *fact, bool *found, struct err *e) {
  for (uint32_t i = 0; i < f->choice_count && !*found; i++) {
    struct span code = span_of(f->choices[i].code);
    if (code.len == fact->before.s.len && memcmp(code.at, fact->before.s.at, code.len) == 0) continue;
    TRY(flips(s, rule, now, fact, (struct cell){.absence = PRESENT, .s = code}, found, e));
  }
  return OK;
}

static enum status ways_on_row(struct search *s, struct atom *atom, const struct rule *rule, uint32_t level, uint32_t field, uint64_t row, struct err *e) {
  const struct field *f = &s->p->levels[level].fields[field];
  struct change_fact fact = {.level = level, .field = field, .row = row};
  struct whatif w;
  whatif_open(&w, s->p, s->segment, s->household);
  TRY(whatif_cell(&w, s->arena, level, field, row, &fact.before, e));
  bool found = false;
  if (fact.before.absence != PRESENT) return OK; /* what is missing is asked for, not changed */
  if (f->kind == COL_BOOL) TRY(flips(s, rule, &atom->now, &fact, (struct cell){.absence = PRESENT, .i = !fact.before.i}, &found, e));
  else if (f->kind == COL_CHOICE) TRY(move_choice(s, rule, f, &atom->now, &fact, &found, e));
  else if (storable_steps(f)) TRY(move_number(s, rule, f, &atom->now, &fact, &found, e));
  if (found && atom->way_count < WAYS_MAX) atom->ways[atom->way_count++] = fact;
  return OK;
}

static enum status ways_of(struct search *s, struct atom *atom, struct err *e) {
  const struct rule *rule = rule_atoms(s->rules[atom->rule])[atom->index].rule;
  const struct rule_read *reads = rule_reads_list(rule);
  for (uint32_t i = 0; i < rule_read_count(rule) && atom->way_count < WAYS_MAX; i++) {
    uint32_t level = reads[i].level;
    if (!may_move(s->p, level, reads[i].field, 0)) continue;
    if (level == LEVEL_HOUSEHOLD) {
      TRY(ways_on_row(s, atom, rule, level, reads[i].field, s->household, e));
    } else if (level != LEVEL_VILLAGE && s->segment->child_at[level]) { /* a village's facts are not one household's to change */
      const uint32_t *at = s->segment->child_at[level];
      for (uint32_t row = at[s->household]; row < at[s->household + 1] && atom->way_count < WAYS_MAX; row++) TRY(ways_on_row(s, atom, rule, level, reads[i].field, row, e));
    }
  }
  return OK;
}

static enum truth decided(const struct search *s) {
  uint64_t yes[3] = {0}, unknown[3] = {0};
  for (uint32_t r = 0; r < s->rule_count; r++) {
    struct rule_value v = rule_from_atoms(s->rules[r], s->values + s->first[r]);
    if (v.state != RULE_VALUE || v.kind != RULE_BOOL) unknown[s->kind[r]] |= (uint64_t)1 << s->bit[r];
    else if (v.b) yes[s->kind[r]] |= (uint64_t)1 << s->bit[r];
  }
  double weights[DECISION_RULES], low = 0, high = 0;
  decide_weights(s->p, weights);
  for (uint32_t i = 0; i < s->p->indicator_count; i++) {
    if (yes[2] >> i & 1) low += weights[i], high += weights[i];
    else if (unknown[2] >> i & 1) high += weights[i];
  }
  enum truth poor = s->p->indicator_count ? decide_poor(s->p->cutoff, low, high) : TRUTH_FALSE;
  return decide_qualifies(s->p, yes[0], unknown[0], yes[1], unknown[1], poor);
}

/* Tries every way of doing the chosen flips; keeps the first that holds when all rules are run again. */
static enum status realise(struct search *s, const uint32_t *chosen, uint32_t count, struct change *out, struct err *e) {
  uint32_t way[CHANGE_MOST] = {0};
  for (;;) {
    struct whatif w;
    whatif_open(&w, s->p, s->segment, s->household);
    bool clash = false;
    for (uint32_t i = 0; i < count; i++) {
      const struct change_fact *f = &s->atoms[chosen[i]].ways[way[i]];
      for (uint32_t k = 0; k < w.count; k++) clash |= w.cells[k].level == f->level && w.cells[k].field == f->field && w.cells[k].row == f->row;
      whatif_set(&w, f->level, f->field, f->row, f->after);
    }
    if (!clash) {
      struct whatif_answer answer;
      TRY(whatif_decide(&w, s->arena, &answer, e));
      if (answer.qualifies != TRUTH_UNKNOWN && answer.qualifies != s->base) {
        out->kind = CHANGE_FOUND;
        out->count = count;
        out->leads_to = answer.qualifies;
        for (uint32_t i = 0; i < count; i++) out->facts[i] = s->atoms[chosen[i]].ways[way[i]];
        return OK;
      }
    }
    uint32_t i = 0;
    while (i < count && ++way[i] == s->atoms[chosen[i]].way_count) way[i++] = 0;
    if (i == count) return OK;
  }
}

static enum status combine(struct search *s, const uint32_t *movable, uint32_t n, uint32_t size, struct change *out, uint64_t *tries, struct err *e) {
  uint32_t at[CHANGE_MOST];
  for (uint32_t i = 0; i < size; i++) at[i] = i;
  while (size <= n && *tries < TRIES_MAX) {
    uint32_t chosen[CHANGE_MOST];
    ++*tries;
    for (uint32_t i = 0; i < size; i++) {
      chosen[i] = movable[at[i]];
      s->values[chosen[i]].b = !s->atoms[chosen[i]].now.b;
    }
    enum truth then = decided(s);
    for (uint32_t i = 0; i < size; i++) s->values[chosen[i]].b = s->atoms[chosen[i]].now.b;
    if (then != TRUTH_UNKNOWN && then != s->base) {
      TRY(realise(s, chosen, size, out, e));
      if (out->kind == CHANGE_FOUND) return OK;
    }
    uint32_t i = size;
    while (i > 0 && at[i - 1] == n - size + i - 1) i--;
    if (i == 0) return OK;
    at[i - 1]++;
    for (; i < size; i++) at[i] = at[i - 1] + 1;
  }
  return OK;
}

enum status change_find(struct arena *a, const struct programme *p, const struct segment *seg, uint64_t household, struct change *out, struct err *e) {
  struct search *s;
  ARENA_TRY(e, s = arena_new(a, struct search));
  *s = (struct search){.p = p, .segment = seg, .household = household, .arena = a};
  *out = (struct change){.kind = CHANGE_NONE};
  for (uint32_t i = 0; i < p->identify.include_count; i++) add_rule(s, p->identify.include[i].rule, 0, i);
  for (uint32_t i = 0; i < p->identify.exclude_count; i++) add_rule(s, p->identify.exclude[i].rule, 1, i);
  if (!p->identify.include_count)
    for (uint32_t i = 0; i < p->indicator_count; i++) add_rule(s, p->indicators[i].rule, 2, i);
  uint32_t total = 0;
  for (uint32_t r = 0; r < s->rule_count; r++) {
    s->first[r] = total;
    total += rule_atom_count(s->rules[r]);
  }
  if (total > ATOMS_MAX) {
    out->kind = CHANGE_MORE;
    return OK;
  }
  ARENA_TRY(e, s->atoms = arena_array(a, total ? total : 1, sizeof *s->atoms));
  ARENA_TRY(e, s->values = arena_array(a, total ? total : 1, sizeof *s->values));
  uint32_t *movable, n = 0;
  ARENA_TRY(e, movable = arena_array(a, total ? total : 1, sizeof *movable));
  for (uint32_t r = 0; r < s->rule_count; r++)
    for (uint32_t i = 0; i < rule_atom_count(s->rules[r]); i++) {
      struct atom *atom = &s->atoms[s->first[r] + i];
      atom->rule = r;
      atom->index = i;
      TRY(atom_value(s, rule_atoms(s->rules[r])[i].rule, NULL, &atom->now, e));
      s->values[s->first[r] + i] = atom->now;
      if (atom->now.state != RULE_VALUE || atom->now.kind != RULE_BOOL) continue;
      TRY(ways_of(s, atom, e));
      if (atom->way_count) movable[n++] = s->first[r] + i;
    }
  s->base = decided(s);
  if (s->base == TRUTH_UNKNOWN) return OK;
  uint64_t tries = 0;
  for (uint32_t size = 1; size <= CHANGE_MOST && out->kind != CHANGE_FOUND; size++) TRY(combine(s, movable, n, size, out, &tries, e));
  if (out->kind != CHANGE_FOUND) out->kind = n > CHANGE_MOST ? CHANGE_MORE : CHANGE_NONE;
  return OK;
}

/* ---- answers to a missing question ---- */

static enum status leads(struct arena *a, const struct programme *p, const struct segment *s, uint64_t household, uint32_t level, uint32_t field, uint64_t row, struct cell c, enum truth *out, struct err *e) {
  struct whatif w;
  whatif_open(&w, p, s, household);
  whatif_set(&w, level, field, row, c);
  struct whatif_answer answer;
  TRY(whatif_decide(&w, a, &answer, e));
  *out = answer.qualifies;
  return OK;
}

static int by_step(const void *pa, const void *pb) {
  int64_t a = *(const int64_t *)pa, b = *(const int64_t *)pb;
  return (a > b) - (a < b);
}

static uint32_t marks_of_all(const struct programme *p, const struct field *f, int64_t *marks, uint32_t max) {
  uint32_t n = 0;
  const struct identify *id = &p->identify;
  for (uint32_t i = 0; i < id->include_count; i++) n += storable_landmarks(p, f, id->include[i].source, strlen(id->include[i].source), marks + n, max - n);
  for (uint32_t i = 0; i < id->exclude_count; i++) n += storable_landmarks(p, f, id->exclude[i].source, strlen(id->exclude[i].source), marks + n, max - n);
  for (uint32_t i = 0; i < p->indicator_count; i++) n += storable_landmarks(p, f, rule_source(p->indicators[i].rule), strlen(rule_source(p->indicators[i].rule)), marks + n, max - n);
  return n;
}

enum status change_answers(struct arena *a, const struct programme *p, const struct segment *s, uint64_t household, uint32_t level, uint32_t field, uint64_t row,
                           struct answer *out, uint32_t max, uint32_t *count, struct err *e) {
  *count = 0;
  if (level >= p->level_count || field >= p->levels[level].field_count || !max) return OK;
  const struct field *f = &p->levels[level].fields[field];
  if (f->sealed || f->derived) return OK;
  if (f->kind == COL_BOOL || f->kind == COL_CHOICE) {
    uint32_t n = f->kind == COL_BOOL ? 2 : f->choice_count;
    for (uint32_t i = 0; i < n && *count < max; i++) {
      struct cell c = {.absence = PRESENT};
      if (f->kind == COL_BOOL) c.i = i == 0;
      else c.s = span_of(f->choices[i].code);
      struct answer *x = &out[*count];
      *x = (struct answer){.from = c, .to = c};
      TRY(leads(a, p, s, household, level, field, row, c, &x->leads_to, e));
      ++*count;
    }
    return OK;
  }
  if (!storable_steps(f)) return OK;
  int64_t lo, hi, marks[LANDMARKS_MAX + 128];
  storable_range(f, &lo, &hi);
  uint32_t n = marks_of_all(p, f, marks, LANDMARKS_MAX);
  marks[n++] = lo;
  marks[n++] = hi;
  marks[n++] = 0;
  for (int b = 0; b < 50; b++) {
    marks[n++] = (int64_t)1 << b;
    marks[n++] = -((int64_t)1 << b);
  }
  qsort(marks, n, sizeof *marks, by_step);
  bool any = false;
  int64_t last = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (marks[i] < lo || marks[i] > hi || (any && marks[i] == last)) continue;
    enum truth t;
    TRY(leads(a, p, s, household, level, field, row, storable_cell(f, marks[i]), &t, e));
    if (!any) {
      out[(*count)++] = (struct answer){.from = storable_cell(f, marks[i]), .to = storable_cell(f, marks[i]), .leads_to = t, .open_below = true};
    } else if (t == out[*count - 1].leads_to) {
      out[*count - 1].to = storable_cell(f, marks[i]);
    } else {
      int64_t near = last, far = marks[i];
      enum truth before = out[*count - 1].leads_to, at_far = t;
      while (far - near > 1) {
        int64_t mid = near + (far - near) / 2;
        enum truth m;
        TRY(leads(a, p, s, household, level, field, row, storable_cell(f, mid), &m, e));
        if (m == before) near = mid;
        else far = mid, at_far = m;
      }
      out[*count - 1].to = storable_cell(f, near);
      if (*count == max) return OK;
      out[(*count)++] = (struct answer){.from = storable_cell(f, far), .to = storable_cell(f, marks[i]), .leads_to = at_far};
    }
    any = true;
    last = marks[i];
  }
  if (*count) out[*count - 1].open_above = true;
  return OK;
}
