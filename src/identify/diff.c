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

static bool next_by_key(struct diff_walk *w, struct diff_pair *out) {
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

static uint32_t moved_at(const struct diff_moved *m, const struct segment *s, uint64_t row) {
  struct cell key = column_cell(&s->household_key, row);
  return key.absence == PRESENT ? map_get(&m->index, key.s.at, key.s.len) : MAP_NONE;
}

bool diff_next(struct diff_walk *w, struct diff_pair *out) {
  for (;;) {
    if (!next_by_key(w, out)) return false;
    if (!w->moved || (out->before != UINT64_MAX && out->after != UINT64_MAX)) return true;
    uint32_t at = out->after == UINT64_MAX ? moved_at(w->moved, w->before[out->before_segment], out->before) : moved_at(w->moved, w->after[out->after_segment], out->after);
    if (out->after == UINT64_MAX) {
      if (at == MAP_NONE || !w->moved->found[at]) return true;
    } else {
      if (at != MAP_NONE) out->before_segment = w->moved->segments[at], out->before = w->moved->rows[at];
      return true;
    }
  }
}

enum status diff_find_moved(struct arena *a, struct diff_walk w, struct diff_moved *out, struct err *e) {
  struct diff_pair p;
  uint32_t cap = 0, at;
  w.moved = NULL;
  map_init(&out->index, a);
  out->segments = NULL, out->rows = NULL, out->found = NULL;
  for (struct diff_walk first = w; next_by_key(&first, &p);) {
    if (p.after != UINT64_MAX) continue;
    struct cell key = column_cell(&w.before[p.before_segment]->household_key, p.before);
    if (key.absence != PRESENT) continue;
    if (!map_put(&out->index, key.s.at, key.s.len, &at, NULL)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (at >= cap) {
      uint32_t more = cap ? 2 * cap : 64;
      ARENA_TRY(e, out->segments = arena_grow(a, out->segments, cap, more, sizeof *out->segments));
      ARENA_TRY(e, out->rows = arena_grow(a, out->rows, cap, more, sizeof *out->rows));
      cap = more;
    }
    out->segments[at] = p.before_segment, out->rows[at] = p.before;
  }
  ARENA_TRY(e, out->found = arena_array(a, out->index.count + 1u, sizeof *out->found));
  while (next_by_key(&w, &p)) {
    if (p.before != UINT64_MAX) continue;
    at = moved_at(out, w.after[p.after_segment], p.after);
    if (at != MAP_NONE) out->found[at] = true;
  }
  return OK;
}
