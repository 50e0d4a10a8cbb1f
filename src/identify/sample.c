#include "identify/sample.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"

uint32_t sample_area_at(const struct programme *p, uint32_t area, uint32_t level) {
  while (area != UINT32_MAX && area < p->area_count && p->areas[area].level > level) area = p->areas[area].parent;
  return area != UINT32_MAX && area < p->area_count && p->areas[area].level == level ? area : SAMPLE_NO_AREA;
}

static const struct field *field_named(const struct programme *p, uint32_t level, const char *name, uint32_t *index) {
  for (uint32_t i = 0; i < p->levels[level].field_count; i++)
    if (strcmp(p->levels[level].fields[i].name, name) == 0) {
      *index = i;
      return &p->levels[level].fields[i];
    }
  return NULL;
}

/* Codes of a whole column become areas by way of its dictionary: one look-up a code, not one a row. */
static enum status areas_from_column(struct arena *a, const struct programme *p, const struct column *c, uint64_t rows, uint32_t *out, struct err *e) {
  uint32_t *of;
  ARENA_TRY(e, of = arena_array(a, c->dict_count ? c->dict_count : 1, sizeof *of));
  for (uint32_t i = 0; i < c->dict_count; i++) {
    struct span s = column_dict(c, i);
    char code[128];
    if (s.len >= sizeof code) {
      of[i] = SAMPLE_NO_AREA;
      continue;
    }
    memcpy(code, s.at, s.len);
    code[s.len] = 0;
    of[i] = programme_area(p, code);
  }
  for (uint64_t h = 0; h < rows; h++) out[h] = column_has(c, h) ? of[column_int(c, h)] : SAMPLE_NO_AREA;
  return OK;
}

static enum status areas_read(struct arena *a, struct sample *s, struct err *e) {
  const struct programme *p = s->programme;
  uint32_t index = 0;
  const struct field *f = p->household_area ? field_named(p, LEVEL_HOUSEHOLD, p->household_area, &index) : NULL;
  for (uint32_t g = 0; g < s->segment_count; g++) {
    const struct segment *seg = s->segments[g];
    uint32_t *out = s->area + s->first[g];
    uint64_t rows = segment_households(seg);
    if (f && !f->derived) {
      TRY(areas_from_column(a, p, &seg->levels[LEVEL_HOUSEHOLD].columns[f->column], rows, out, e));
    } else if (f) {
      struct arena scratch;
      arena_init(&scratch, 0);
      for (uint64_t h = 0; h < rows; h++) {
        struct rule_value v;
        enum status st = eval_row(&scratch, f->derived, seg, h, h, &v, e);
        char code[128];
        out[h] = SAMPLE_NO_AREA;
        if (st == OK && v.state == RULE_VALUE && v.kind == RULE_STRING && v.s.len < sizeof code) {
          memcpy(code, v.s.at, v.s.len);
          code[v.s.len] = 0;
          out[h] = programme_area(p, code);
        }
        if ((h & 1023) == 1023 || st != OK) arena_drop(&scratch);
        if (st != OK) return st;
      }
      arena_drop(&scratch);
    } else if (seg->village_of && seg->village_code.rows) {
      uint32_t *village;
      uint64_t villages = seg->village_code.rows;
      ARENA_TRY(e, village = arena_array(a, villages, sizeof *village));
      TRY(areas_from_column(a, p, &seg->village_code, villages, village, e));
      for (uint64_t h = 0; h < rows; h++) out[h] = seg->village_of[h] < villages ? village[seg->village_of[h]] : SAMPLE_NO_AREA;
    } else {
      for (uint64_t h = 0; h < rows; h++) out[h] = SAMPLE_NO_AREA;
    }
  }
  return OK;
}

/* A string or number as a key: strata and PSUs only need to be told apart. */
static bool key_of(const struct rule_value *v, char *out, size_t size, size_t *len) {
  if (v->state != RULE_VALUE) return false;
  if (v->kind == RULE_STRING) {
    if (v->s.len >= size) return false;
    memcpy(out, v->s.at, v->s.len);
    *len = v->s.len;
    return true;
  }
  double d;
  int n = -1;
  if (v->kind == RULE_INT) n = snprintf(out, size, "%lld", (long long)v->i);
  else if (v->kind == RULE_UINT) n = snprintf(out, size, "%llu", (unsigned long long)v->u);
  else if (eval_number(v, &d)) n = snprintf(out, size, "%.17g", d);
  if (n < 0) return false;
  *len = (size_t)n;
  return true;
}

/* Every household's code; the households whose value is missing form a class of their own, and are counted. */
static enum status classes_read(struct arena *a, struct sample *s, const struct rule *rule, uint32_t **out, uint64_t *without, struct err *e) {
  struct map map;
  map_init(&map, a);
  uint32_t *codes, missing;
  ARENA_TRY(e, codes = arena_array(a, s->n ? s->n : 1, sizeof *codes));
  if (!map_put(&map, "\0missing", 8, &missing, NULL)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  struct arena scratch;
  arena_init(&scratch, 0);
  enum status st = OK;
  for (uint32_t g = 0; g < s->segment_count && st == OK; g++)
    for (uint64_t h = 0, rows = segment_households(s->segments[g]); h < rows && st == OK; h++) {
      struct rule_value v;
      char key[256];
      size_t len;
      st = eval_row(&scratch, rule, s->segments[g], h, h, &v, e);
      if (st != OK) break;
      uint32_t code = missing;
      if (!key_of(&v, key, sizeof key, &len)) ++*without;
      else if (!map_put(&map, key, len, &code, NULL)) st = err_set(e, ERR_MEMORY, NULL, "out of memory");
      codes[s->first[g] + h] = code;
      if ((h & 1023) == 1023) arena_drop(&scratch);
    }
  arena_drop(&scratch);
  *out = codes;
  return st;
}

enum status sample_member_weight(const struct sample *s, struct arena *scratch, uint32_t segment, uint64_t household, uint64_t member, double *out, struct err *e) {
  struct rule_value v;
  TRY(eval_row(scratch, s->programme->design.weight, s->segments[segment], household, member, &v, e));
  if (!eval_number(&v, out)) *out = NAN;
  return OK;
}

/* Sum of members' weights; false when one is missing or the roster was not taken. */
static enum status person_weights_read(struct sample *s, struct err *e) {
  struct arena scratch;
  arena_init(&scratch, 0);
  enum status st = OK;
  for (uint32_t g = 0; g < s->segment_count && st == OK; g++) {
    const struct segment *seg = s->segments[g];
    for (uint64_t h = 0, rows = segment_households(seg); h < rows && st == OK; h++) {
      uint64_t i = s->first[g] + h;
      const uint32_t *at = seg->child_at[LEVEL_MEMBER];
      double sum = 0;
      bool known = at && segment_has_roster(seg, LEVEL_MEMBER, h);
      for (uint64_t m = known ? at[h] : 0; known && m < at[h + 1] && st == OK; m++) {
        double w = NAN;
        st = sample_member_weight(s, &scratch, g, h, m, &w, e);
        if (w >= 0 && isfinite(w)) sum += w;
        else known = false;
      }
      if (!known) s->without_weight++;
      s->person_weight[i] = known ? sum : 0;
      s->weight[i] = known && s->persons[i] > 0 ? sum / s->persons[i] : 0;
      if ((h & 255) == 255) arena_drop(&scratch);
    }
  }
  arena_drop(&scratch);
  return st;
}

enum status sample_read(struct arena *a, const struct programme *p, const struct segment *const *segments, uint32_t count, struct sample *s, struct err *e) {
  const struct design *d = &p->design;
  *s = (struct sample){.programme = p, .segments = segments, .segment_count = count};
  ARENA_TRY(e, s->first = arena_array(a, (size_t)count + 1, sizeof *s->first));
  for (uint32_t g = 0; g < count; g++) s->first[g + 1] = s->first[g] + segment_households(segments[g]);
  s->n = s->first[count];
  size_t n = s->n ? s->n : 1;
  ARENA_TRY(e, s->welfare = arena_array(a, n, sizeof(double)));
  ARENA_TRY(e, s->weight = arena_array(a, n, sizeof(double)));
  ARENA_TRY(e, s->persons = arena_array(a, n, sizeof(double)));
  ARENA_TRY(e, s->persons_known = arena_array(a, n, 1));
  ARENA_TRY(e, s->person_weight = arena_array(a, n, sizeof(double)));
  ARENA_TRY(e, s->area = arena_array(a, n, sizeof *s->area));

  const bool household_weight = d->weight && !d->person_weight;
  const struct rule *const all[] = {d->welfare, d->persons, household_weight ? d->weight : NULL};
  const char *const names[] = {"sample.welfare", "sample.persons", "sample.weight"};
  const struct rule **rules;
  uint32_t used = 0, where[3];
  ARENA_TRY(e, rules = arena_array(a, 3, sizeof *rules));
  ARENA_TRY(e, s->uses = arena_array(a, 3, sizeof *s->uses));
  for (uint32_t i = 0; i < 3; i++)
    if (all[i]) where[used] = i, rules[used++] = all[i];
  struct eval *ev;
  TRY(eval_open(a, p, segments, count, rules, used, &ev, e));
  struct eval_scratch *scratch;
  TRY(eval_scratch_open(ev, &scratch, e));
  struct eval_out out[3];
  for (uint32_t i = 0; i < used; i++) {
    ARENA_TRY(e, out[i].state = arena_alloc(a, EVAL_BLOCK));
    ARENA_TRY(e, out[i].number = arena_array(a, EVAL_BLOCK, sizeof(double)));
    struct rule_use *u = &s->uses[s->use_count++];
    u->name = names[where[i]];
    u->what = "sample";
    u->vectorised = eval_vectorised(ev, i, &u->why_not);
  }
  enum status st = OK;
  for (uint32_t g = 0; g < count && st == OK; g++) {
    const struct segment *seg = segments[g];
    const uint32_t *members = seg->child_at[LEVEL_MEMBER];
    for (uint64_t from = 0, rows = segment_households(seg); from < rows; from += EVAL_BLOCK) {
      uint32_t take = (uint32_t)(rows - from < EVAL_BLOCK ? rows - from : EVAL_BLOCK);
      st = eval_block(ev, scratch, g, from, take, out, e);
      if (st != OK) break;
      for (uint32_t k = 0; k < take; k++) {
        uint64_t i = s->first[g] + from + k;
        double v[3] = {NAN, NAN, NAN};
        for (uint32_t r = 0; r < used; r++)
          if (out[r].state[k] == EVAL_TRUE) v[where[r]] = out[r].number[k];
        s->welfare[i] = isfinite(v[0]) ? v[0] : NAN;
        if (!d->persons) v[1] = members && segment_has_roster(seg, LEVEL_MEMBER, from + k) ? members[from + k + 1] - members[from + k] : NAN;
        s->persons_known[i] = isfinite(v[1]) && v[1] >= 0;
        s->persons[i] = s->persons_known[i] ? v[1] : 0;
        if (!s->persons_known[i]) s->without_persons++;
        double w = household_weight ? v[2] : 1;
        bool weighed = isfinite(w) && w >= 0;
        if (!weighed || !s->persons_known[i]) s->without_weight++;
        s->weight[i] = weighed ? w : 0;
        s->person_weight[i] = s->weight[i] * s->persons[i];
      }
    }
  }
  eval_scratch_close(scratch);
  TRY(st);
  if (d->weight && d->person_weight) {
    s->without_weight = 0;
    TRY(person_weights_read(s, e));
  }
  TRY(areas_read(a, s, e));
  if (d->strata) TRY(classes_read(a, s, d->strata, &s->stratum, &s->without_stratum, e));
  if (d->psu) TRY(classes_read(a, s, d->psu, &s->psu, &s->without_psu, e));
  return OK;
}
