#include "identify/diff.h"

#include <string.h>

enum status diff_fits(const struct programme *other, const struct schema *schema, struct err *e) {
  static const char hint[] = "the fields must be those that the round was frozen with; rules, lines, dimensions and quotas may differ";
  if (!schema) return OK; /* no segments: nothing to misread */
  for (uint32_t l = 0; l < other->level_count; l++) {
    const struct level *level = &other->levels[l];
    if (l >= schema->level_count) {
      if (level->collected_count) return err_set(e, ERR_CONFLICT, hint, "the level `%s` of the programme `%s` is not in the snapshot", level->name, other->name);
      continue;
    }
    const struct schema_level *have = &schema->levels[l];
    if (l >= LEVEL_LINE0 && strcmp(have->name, level->name) != 0)
      return err_set(e, ERR_CONFLICT, hint, "the programme `%s` has the level `%s` where the snapshot has `%s`", other->name, level->name, have->name);
    for (uint32_t f = 0; f < level->collected_count; f++) {
      const struct field *field = &level->fields[f];
      if (f >= have->column_count) return err_set(e, ERR_CONFLICT, hint, "the field `%s` of the programme `%s` is not in the snapshot", field->name, other->name);
      const struct schema_column *c = &have->columns[f];
      if (strcmp(c->name, field->name) != 0)
        return err_set(e, ERR_CONFLICT, hint, "the programme `%s` has the field `%s` where the snapshot has `%s`", other->name, field->name, c->name);
      if (!field->sealed && (c->kind != field->kind || c->decimals != (field->kind == COL_DECIMAL ? field->decimals : 0)))
        return err_set(e, ERR_CONFLICT, hint, "the field `%s` is %s in the programme `%s` and %s in the snapshot", field->name, col_kind_name(field->kind), other->name, col_kind_name(c->kind));
    }
  }
  return OK;
}

static void add(const struct sample *s, uint64_t i, struct counts *c) {
  c->households++;
  c->persons += (uint64_t)s->persons[i];
  c->weighted_households += s->weight[i];
  c->weighted_persons += s->person_weight[i];
}

enum status diff_make(struct arena *a, const struct programme *p, const struct identified *before, const struct identified *after, struct diff *out, struct err *e) {
  *out = (struct diff){0};
  struct diff_area *all; /* one an area, and one for those without */
  ARENA_TRY(e, all = arena_array(a, p->area_count + 1u, sizeof *all));
  const struct sample *s = &before->sample;
  for (uint32_t g = 0; g < before->decisions->set_count; g++) {
    const struct decision_set *b = &before->decisions->sets[g], *n = &after->decisions->sets[g];
    for (uint64_t h = 0; h < b->rows; h++) {
      const uint64_t i = s->first[g] + h;
      const uint8_t was = b->outcome[h], is = n->outcome[h];
      struct diff_area *area = &all[s->area[i] < p->area_count ? s->area[i] : p->area_count];
      add(s, i, &out->moves[was][is]);
      out->changed += was != is;
      area->before += was == OUTCOME_SELECTED;
      area->after += is == OUTCOME_SELECTED;
      if (was != OUTCOME_SELECTED && is == OUTCOME_SELECTED) add(s, i, &area->entering);
      if (was == OUTCOME_SELECTED && is != OUTCOME_SELECTED) add(s, i, &area->leaving);
    }
  }
  for (uint32_t i = 0; i <= p->area_count; i++) {
    if (!all[i].before && !all[i].after) continue;
    struct diff_area x = all[i];
    x.area = i < p->area_count ? i : UINT32_MAX;
    x.code = i < p->area_count ? p->areas[i].code : "";
    if (i < p->area_count) x.label = (struct label){.en = p->areas[i].name_en, .zh = p->areas[i].name_zh};
    all[out->area_count++] = x;
  }
  out->areas = all;
  return OK;
}

bool diff_next(struct diff_walk *w, struct diff_pair *out) {
  while (w->i < w->before_count && w->h == segment_households(w->before[w->i])) w->i++, w->h = 0;
  while (w->k < w->after_count && w->g == segment_households(w->after[w->k])) w->k++, w->g = 0;
  const struct segment *b = w->i < w->before_count ? w->before[w->i] : NULL, *a = w->k < w->after_count ? w->after[w->k] : NULL;
  if (!b && !a) return false;
  int order = !a ? -1 : !b ? 1 : b->home != a->home ? (b->home < a->home ? -1 : 1) : 0;
  if (order == 0 && b->household_id[w->h] != a->household_id[w->g]) order = b->household_id[w->h] < a->household_id[w->g] ? -1 : 1;
  *out = (struct diff_pair){w->i, w->k, order <= 0 ? w->h : UINT64_MAX, order >= 0 ? w->g : UINT64_MAX};
  w->h += order <= 0, w->g += order >= 0;
  return true;
}
