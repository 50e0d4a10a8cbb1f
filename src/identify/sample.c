#include "identify/sample.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "rules/kernel.h"

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

/* Rows of before keep the code they were written with: they count where that place is today. */
static uint32_t area_now(const struct programme *p, const char *code) {
  uint32_t at = programme_area(p, code);
  return at == UINT32_MAX ? SAMPLE_NO_AREA : p->areas[at].now;
}

/* Codes become areas by way of the column's dictionary: one look-up a code, not one a row. */
static enum status areas_of_codes(struct arena *a, const struct programme *p, const struct column *c, uint32_t **out, struct err *e) {
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
    of[i] = area_now(p, code);
  }
  *out = of;
  return OK;
}

static uint32_t area_by_code(const struct column *c, const uint32_t *of, uint64_t row) {
  if (!column_has(c, row)) return SAMPLE_NO_AREA;
  switch (c->width) {
  case COL_U8: return of[((const uint8_t *)c->data)[row]];
  case COL_U16: return of[((const uint16_t *)c->data)[row]];
  default: return of[((const uint32_t *)c->data)[row]];
  }
}

uint32_t sample_area(const struct sample *s, uint32_t g, uint64_t h) {
  if (s->area) return s->area[s->first[g] + h];
  const struct segment *seg = s->segments[g];
  if (!s->area_of[g]) return SAMPLE_NO_AREA;
  if (s->area_column[g] != &seg->village_code) return area_by_code(s->area_column[g], s->area_of[g], h);
  return seg->village_of[h] < seg->village_code.rows ? area_by_code(s->area_column[g], s->area_of[g], seg->village_of[h]) : SAMPLE_NO_AREA;
}

double sample_persons(const struct sample *s, uint32_t g, uint64_t h, bool *known) {
  const uint64_t i = s->first[g] + h;
  if (s->persons) {
    *known = s->persons_known[i];
    return s->persons[i];
  }
  *known = s->few[i] != SAMPLE_MANY;
  return *known ? s->few[i] : 0;
}

static enum status areas_derived(struct sample *s, const struct field *f, struct err *e) {
  struct arena scratch;
  arena_init(&scratch, 0);
  enum status st = OK;
  for (uint32_t g = 0; g < s->segment_count && st == OK; g++)
    for (uint64_t h = 0, rows = segment_households(s->segments[g]); h < rows && st == OK; h++) {
      struct rule_value v;
      char code[128];
      uint32_t *out = &s->area[s->first[g] + h];
      st = eval_row(&scratch, f->derived, s->segments[g], h, h, &v, e);
      *out = SAMPLE_NO_AREA;
      if (st == OK && v.state == RULE_VALUE && v.kind == RULE_STRING && v.s.len < sizeof code) {
        memcpy(code, v.s.at, v.s.len);
        code[v.s.len] = 0;
        *out = area_now(s->programme, code);
      }
      if ((h & 1023) == 1023) arena_drop(&scratch);
    }
  arena_drop(&scratch);
  return st;
}

static enum status areas_read(struct arena *a, struct sample *s, struct err *e) {
  const struct programme *p = s->programme;
  uint32_t index = 0;
  const struct field *f = p->household_area ? field_named(p, LEVEL_HOUSEHOLD, p->household_area, &index) : NULL;
  ARENA_TRY(e, s->area_column = arena_array(a, s->segment_count ? s->segment_count : 1, sizeof *s->area_column));
  ARENA_TRY(e, s->area_of = arena_array(a, s->segment_count ? s->segment_count : 1, sizeof *s->area_of));
  for (uint32_t g = 0; g < s->segment_count && !(f && f->derived); g++) {
    const struct segment *seg = s->segments[g];
    if (f) s->area_column[g] = &seg->levels[LEVEL_HOUSEHOLD].columns[f->column];
    else if (seg->village_of && seg->village_code.rows) s->area_column[g] = &seg->village_code;
    if (s->area_column[g]) TRY(areas_of_codes(a, p, s->area_column[g], &s->area_of[g], e));
  }
  if (s->brief && !(f && f->derived)) return OK;
  uint32_t *area;
  ARENA_TRY(e, area = arena_array(a, s->n ? s->n : 1, sizeof *area));
  for (uint32_t g = 0; g < s->segment_count && !(f && f->derived); g++)
    for (uint64_t h = 0, rows = segment_households(s->segments[g]); h < rows; h++) area[s->first[g] + h] = sample_area(s, g, h);
  s->area = area;
  return f && f->derived ? areas_derived(s, f, e) : OK;
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

/* ---- what is read in blocks, side by side ---- */

enum { RULE_WELFARE, RULE_PERSONS, RULE_WEIGHT, RULES };

struct reading {
  struct sample *s;
  const struct eval *ev;
  struct eval_scratch *scratches[64];
  uint32_t at[RULES]; /* where the rule stands in ev; UINT32_MAX = not asked */
  struct block { uint32_t g, without_weight, without_persons; uint64_t from; enum status status; } *blocks;
};

/* A household with more people than a byte holds, or with part of a person: all of them need the wide form. */
static bool is_few(double v) { return v >= 0 && v < SAMPLE_MANY && v == floor(v); }

bool sample_fill_few(struct sample *s, uint32_t g, uint64_t from, uint32_t count, const struct block_lanes *persons) {
  const struct segment *seg = s->segments[g];
  const uint32_t *members = seg->child_at[LEVEL_MEMBER];
  uint8_t *few = s->few + s->first[g] + from;
  uint64_t many = 0;
  if (persons && persons->ints) return kernel_bytes(few, persons->ints, persons->state, SAMPLE_MANY, count) < SAMPLE_MANY;
  for (uint32_t k = 0; k < count; k++) {
    double v = NAN;
    uint8_t state;
    if (persons && !eval_lane_number(persons, k, &v, &state)) v = NAN;
    if (!persons && members && segment_has_roster(seg, LEVEL_MEMBER, from + k)) v = members[from + k + 1] - members[from + k];
    const bool known = isfinite(v) && v >= 0;
    many |= known && !is_few(v);
    few[k] = known && is_few(v) ? (uint8_t)v : SAMPLE_MANY;
  }
  return !many;
}

static void read_block(void *ctx, size_t n, unsigned worker) {
  struct reading *r = ctx;
  struct block *b = &r->blocks[n];
  struct sample *s = r->s;
  const struct segment *seg = s->segments[b->g];
  const uint64_t rows = segment_households(seg);
  const uint32_t take = (uint32_t)(rows - b->from < EVAL_BLOCK ? rows - b->from : EVAL_BLOCK), *members = seg->child_at[LEVEL_MEMBER];
  const struct block_lanes *lanes;
  b->without_weight = b->without_persons = 0;
  b->status = eval_lanes(r->ev, r->scratches[worker], b->g, b->from, take, &lanes, NULL);
  for (uint32_t k = 0; k < take && b->status == OK; k++) {
    const uint64_t i = s->first[b->g] + b->from + k;
    double v[RULES] = {NAN, NAN, NAN};
    uint8_t state;
    for (int rule = 0; rule < RULES; rule++)
      if (r->at[rule] != UINT32_MAX && !eval_lane_number(&lanes[r->at[rule]], k, &v[rule], &state)) v[rule] = NAN;
    if (!s->programme->design.persons) v[RULE_PERSONS] = members && segment_has_roster(seg, LEVEL_MEMBER, b->from + k) ? members[b->from + k + 1] - members[b->from + k] : NAN;
    const bool known = isfinite(v[RULE_PERSONS]) && v[RULE_PERSONS] >= 0;
    const double persons = known ? v[RULE_PERSONS] : 0;
    if (!known) b->without_persons++;
    s->persons_known[i] = known;
    s->persons[i] = persons;
    if (s->brief) continue;
    s->welfare[i] = isfinite(v[RULE_WELFARE]) ? v[RULE_WELFARE] : NAN;
    const double w = r->at[RULE_WEIGHT] != UINT32_MAX ? v[RULE_WEIGHT] : 1;
    const bool weighed = isfinite(w) && w >= 0;
    if (!weighed || !known) b->without_weight++;
    s->weight[i] = weighed ? w : 0;
    s->person_weight[i] = s->weight[i] * persons;
  }
}

static enum status read_blocks(struct sample *s, struct reading *r, struct pool *pool, struct err *e) {
  uint64_t count = 0;
  for (uint32_t g = 0; g < s->segment_count; g++) count += (segment_households(s->segments[g]) + EVAL_BLOCK - 1) / EVAL_BLOCK;
  struct arena scratch;
  arena_init(&scratch, 0);
  r->blocks = arena_array(&scratch, count ? count : 1, sizeof *r->blocks);
  enum status st = r->blocks ? OK : err_set(e, ERR_MEMORY, NULL, "out of memory");
  uint64_t at = 0;
  for (uint32_t g = 0; g < s->segment_count && st == OK; g++)
    for (uint64_t from = 0, rows = segment_households(s->segments[g]); from < rows; from += EVAL_BLOCK) r->blocks[at++] = (struct block){.g = g, .from = from};
  if (st == OK) pool_run(pool, count, read_block, r);
  s->without_weight = s->without_persons = 0;
  for (uint64_t k = 0; k < at; k++) {
    s->without_weight += r->blocks[k].without_weight;
    s->without_persons += r->blocks[k].without_persons;
    if (st == OK && r->blocks[k].status != OK) st = err_set(e, r->blocks[k].status, NULL, "a block of households could not be read");
  }
  arena_drop(&scratch);
  return st;
}

/* Welfare, persons, weights of every household: what the sample has room for. */
static enum status read_numbers(struct arena *a, struct sample *s, struct pool *pool, struct err *e) {
  const struct design *d = &s->programme->design;
  const struct rule *const all[RULES] = {s->brief ? NULL : d->welfare, d->persons, d->weight && !d->person_weight && !s->brief ? d->weight : NULL};
  static const char *const names[RULES] = {"sample.welfare", "sample.persons", "sample.weight"};
  const struct rule **rules;
  uint32_t used = 0;
  struct reading r = {.s = s};
  ARENA_TRY(e, rules = arena_array(a, RULES, sizeof *rules));
  ARENA_TRY(e, s->uses = arena_array(a, RULES, sizeof *s->uses));
  for (uint32_t i = 0; i < RULES; i++) {
    r.at[i] = all[i] ? used : UINT32_MAX;
    if (all[i]) rules[used++] = all[i];
  }
  struct eval *ev;
  TRY(eval_open(a, s->programme, s->segments, s->segment_count, rules, used, &ev, e));
  r.ev = ev;
  s->use_count = 0;
  for (uint32_t i = 0; i < RULES; i++) {
    if (!all[i]) continue;
    struct rule_use *u = &s->uses[s->use_count++];
    u->name = names[i];
    u->what = "sample";
    u->vectorised = eval_vectorised(ev, r.at[i], &u->why_not);
  }
  const unsigned workers = pool ? pool_threads(pool) : 1;
  enum status st = OK;
  for (unsigned w = 0; w < workers && st == OK; w++) st = eval_scratch_open(ev, &r.scratches[w], e);
  if (st == OK) st = read_blocks(s, &r, pool, e);
  for (unsigned w = 0; w < workers; w++) eval_scratch_close(r.scratches[w]);
  return st;
}

enum status sample_read_persons(struct arena *a, struct sample *s, struct pool *pool, struct err *e) {
  size_t n = s->n ? s->n : 1;
  ARENA_TRY(e, s->persons = arena_array(a, n, sizeof(double)));
  ARENA_TRY(e, s->persons_known = arena_array(a, n, 1));
  s->few = NULL;
  return read_numbers(a, s, pool, e);
}

enum status sample_read(struct arena *a, const struct programme *p, const struct segment *const *segments, uint32_t count, bool brief, struct pool *pool, struct sample *s, struct err *e) {
  const struct design *d = &p->design;
  *s = (struct sample){.programme = p, .segments = segments, .segment_count = count, .brief = brief};
  ARENA_TRY(e, s->first = arena_array(a, (size_t)count + 1, sizeof *s->first));
  for (uint32_t g = 0; g < count; g++) s->first[g + 1] = s->first[g] + segment_households(segments[g]);
  s->n = s->first[count];
  size_t n = s->n ? s->n : 1;
  if (brief) {
    ARENA_TRY(e, s->few = arena_alloc(a, n));
  } else {
    ARENA_TRY(e, s->welfare = arena_array(a, n, sizeof(double)));
    ARENA_TRY(e, s->weight = arena_array(a, n, sizeof(double)));
    ARENA_TRY(e, s->persons = arena_array(a, n, sizeof(double)));
    ARENA_TRY(e, s->persons_known = arena_array(a, n, 1));
    ARENA_TRY(e, s->person_weight = arena_array(a, n, sizeof(double)));
  }
  if (!brief) TRY(read_numbers(a, s, pool, e));
  TRY(areas_read(a, s, e));
  if (brief) return OK;
  if (d->weight && d->person_weight) {
    s->without_weight = 0;
    TRY(person_weights_read(s, e));
  }
  if (d->strata) TRY(classes_read(a, s, d->strata, &s->stratum, &s->without_stratum, e));
  if (d->psu) TRY(classes_read(a, s, d->psu, &s->psu, &s->without_psu, e));
  return OK;
}
