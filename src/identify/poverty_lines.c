#include "identify/poverty_lines.h"

#include <math.h>
#include <string.h>

static bool same(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static enum status class_of_amounts(struct arena *a, struct poverty_lines *l, const double *amounts, uint32_t *cap, uint32_t *class, struct err *e) {
  for (uint32_t c = 0; c < l->class_count; c++) {
    bool all = true;
    for (uint32_t k = 0; k < l->line_count && all; k++) all = same(poverty_lines_amount(l, c, k), amounts[k]);
    if (all) {
      *class = c;
      return OK;
    }
  }
  if (l->class_count == *cap) {
    uint32_t want = *cap ? *cap * 2 : 4;
    size_t width = l->line_count ? l->line_count : 1;
    ARENA_TRY(e, l->amounts = arena_grow(a, l->amounts, (size_t)*cap * width, want * width, sizeof(double)));
    *cap = want;
  }
  memcpy(l->amounts + (size_t)l->class_count * l->line_count, amounts, l->line_count * sizeof(double));
  *class = l->class_count++;
  return OK;
}

static bool anybody(const struct sample *s) {
  for (uint64_t i = 0; i < s->n; i++)
    if (s->person_weight[i] > 0 && !isnan(s->welfare[i])) return true;
  return false;
}

/* Gives the area its class, the first time that somebody lives there. */
static enum status class_find(struct arena *a, const struct programme *p, struct poverty_lines *l, uint32_t area, int32_t year, double *amounts, uint32_t *cap, struct err *e) {
  uint32_t *class = &l->class_of_area[area < p->area_count ? area : p->area_count];
  if (*class != UINT32_MAX) return OK;
  const char *code = area < p->area_count ? p->areas[area].code : "*";
  for (uint32_t k = 0; k < p->line_count; k++)
    amounts[k] = p->lines[k].kind == LINE_RELATIVE ? l->relative[k].line.value : programme_line_amount(p, k, year, code);
  return class_of_amounts(a, l, amounts, cap, class, e);
}

enum status poverty_lines_find(struct arena *a, struct programme *p, const struct sample *s, struct survey *survey, int32_t year, struct poverty_lines *l, struct err *e) {
  *l = (struct poverty_lines){.line_count = p->line_count, .survey = survey};
  size_t width = l->line_count ? l->line_count : 1;
  l->area_count = p->area_count;
  ARENA_TRY(e, l->relative = arena_array(a, width, sizeof *l->relative));
  for (uint32_t k = 0; k < p->line_count; k++) {
    const struct line *line = &p->lines[k];
    if (line->kind != LINE_RELATIVE) continue;
    if (!p->design.welfare) return err_set(e, ERR_INPUT, "add `welfare:` to the section `sample`", "the line `%s` is a share of the welfare measure, and the programme names none", line->name);
    if (!survey || !anybody(s)) { /* nobody's welfare is known: the line is not known either, and what reads it is undecided */
      l->relative[k].line.value = NAN;
      continue;
    }
    enum status st = poverty_line(a, survey, s->welfare, NULL, line->share, line->quantile, &l->relative[k], e);
    if (st != OK) return err_prefix(e, "line `%s`", line->name);
  }
  double *amounts;
  ARENA_TRY(e, amounts = arena_array(a, width, sizeof *amounts));
  uint32_t cap = 0;
  ARENA_TRY(e, l->class_of_area = arena_array(a, (size_t)p->area_count + 1, sizeof *l->class_of_area));
  memset(l->class_of_area, 0xff, ((size_t)p->area_count + 1) * sizeof *l->class_of_area);
  for (uint32_t g = 0; g < s->segment_count; g++) {
    const uint64_t rows = segment_households(s->segments[g]), codes = s->area ? 0 : s->area_of[g] ? s->area_column[g]->dict_count : 0;
    for (uint64_t h = 0; h < rows && s->area; h++) TRY(class_find(a, p, l, s->area[s->first[g] + h], year, amounts, &cap, e));
    for (uint64_t c = 0; c < codes; c++) TRY(class_find(a, p, l, s->area_of[g][c], year, amounts, &cap, e));
    if (!s->area) TRY(class_find(a, p, l, SAMPLE_NO_AREA, year, amounts, &cap, e)); /* somebody may have none */
  }
  return s->n ? OK : class_find(a, p, l, SAMPLE_NO_AREA, year, amounts, &cap, e);
}

void poverty_lines_set(struct programme *p, const struct poverty_lines *l, uint32_t class) {
  for (uint32_t k = 0; k < l->line_count; k++) programme_set_line(p, k, poverty_lines_amount(l, class, k));
}
