#include "identify/figures_groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"

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

/* The group of each word of a column's dictionary, once a row had it: one look-up a word, not one a row. */
struct words { const struct column *column; uint32_t *group; };

static enum status words_open(struct arena *a, struct words *w, const struct field *field, const struct segment *seg, struct err *e) {
  const struct column *c = field->derived ? NULL : &seg->levels[field->level].columns[field->column];
  *w = (struct words){0};
  if (!c || (c->kind != COL_CHOICE && c->kind != COL_TEXT)) return OK;
  ARENA_TRY(e, w->group = arena_array(a, c->dict_count + 1u, sizeof *w->group));
  memset(w->group, 0xff, (c->dict_count + 1u) * sizeof *w->group);
  w->column = c;
  return OK;
}

static uint32_t *word_of(const struct words *w, uint64_t row) { return w->column && column_has(w->column, row) ? &w->group[column_int(w->column, row)] : NULL; }

enum status figures_codes(struct arena *a, const struct sample *s, const struct field *field, struct grouping *g, struct err *e) {
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
    struct words words;
    if ((st = words_open(a, &words, field, seg, e)) != OK) break;
    for (uint64_t h = 0, rows = segment_households(seg); h < rows && st == OK; h++) {
      uint64_t from = members ? (at ? at[h] : 0) : h, to = members ? (at ? at[h + 1] : 0) : h + 1;
      for (uint64_t row = from; row < to && st == OK; row++) {
        char code[256];
        bool present = false;
        uint32_t index = UINT32_MAX, *known = word_of(&words, row);
        if (known && *known != UINT32_MAX) {
          g->of[(members ? g->first_member[k] : s->first[k]) + row] = *known;
          continue;
        }
        st = code_of_row(&scratch, field, seg, h, row, code, &present, e);
        if (st == OK && !(present ? map_put(&codes, code, strlen(code), &index, NULL) : map_put(&codes, "\0", 1, &missing, NULL))) st = err_set(e, ERR_MEMORY, NULL, "out of memory");
        g->of[(members ? g->first_member[k] : s->first[k]) + row] = present ? index : missing;
        if (known) *known = index;
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

enum status figures_areas(struct arena *a, const struct programme *p, const struct sample *s, uint32_t level, struct grouping *g, struct err *e) {
  ARENA_TRY(e, g->of = arena_array(a, s->n ? s->n : 1, sizeof *g->of));
  struct map codes;
  map_init(&codes, a);
  uint32_t missing = UINT32_MAX, *known; /* by area: its group, once somebody lives there */
  ARENA_TRY(e, known = arena_array(a, p->area_count + 1u, sizeof *known));
  memset(known, 0xff, (p->area_count + 1u) * sizeof *known);
  for (uint64_t i = 0; i < s->n; i++) {
    uint32_t *group = &known[s->area[i] < p->area_count ? s->area[i] : p->area_count];
    if (*group == UINT32_MAX) {
      const uint32_t area = sample_area_at(p, s->area[i], level);
      const char *code = area == SAMPLE_NO_AREA ? NULL : p->areas[area].code;
      if (!(code ? map_put(&codes, code, strlen(code), group, NULL) : map_put(&codes, "\0", 1, &missing, NULL))) return err_set(e, ERR_MEMORY, NULL, "out of memory");
      if (!code) *group = missing;
    }
    g->of[i] = *group;
  }
  TRY(groups_from(a, &codes, g, s->n, missing, e));
  for (uint32_t i = 0; i < g->out->group_count; i++) {
    struct group *x = &g->out->groups[i];
    x->area = programme_area(p, x->code);
    if (x->area != UINT32_MAX) x->label = (struct label){.en = p->areas[x->area].name_en, .zh = p->areas[x->area].name_zh};
  }
  return OK;
}

/* ---- the rows of each group ---- */

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

enum status figures_rows(struct arena *a, const struct figures *f, const struct grouping *g, bool members, struct grouped *out, struct err *e) {
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
