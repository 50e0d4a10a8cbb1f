/* areas.c - levels of places and the places themselves, parents before children. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "programme/loader.h"

static bool build_levels(struct loader *l) {
  const struct got_list *g = &l->draft.areas.levels;
  const struct draft_area_level *d = g->items;
  const char **names = arena_array(l->arena, g->count + 1, sizeof *names);
  struct label *labels = arena_array(l->arena, g->count + 1, sizeof *labels);
  if (!names || !labels) return false;
  uint32_t homes = 0;
  for (uint32_t i = 0; i < g->count; i++) {
    names[i] = d[i].name.s ? d[i].name.s : "";
    labels[i] = d[i].label.v;
    for (uint32_t j = 0; j < i; j++)
      if (*names[i] && !strcmp(names[i], names[j])) problem_add(&l->list, d[i].name.from->at, ERR_INPUT, "give it another name", "the area level \"%s\" stands twice", names[i]);
    if (!d[i].home.v) continue;
    if (homes++) problem_add(&l->list, d[i].home.from->at, ERR_INPUT, "keep `home: true` on one", "two area levels are marked as home");
    l->p->home_level = i;
  }
  if (g->count && !homes) problem_add(&l->list, g->from->at, ERR_INPUT, "add `home: true` to the level whose areas keep the registers, e.g. the county", "no area level is marked as home");
  l->p->area_levels = labels, l->p->area_level_names = names, l->p->area_level_count = g->count;
  return true;
}

static uint32_t area_level(struct loader *l, const struct got_text *t) {
  if (!t->from) return UINT32_MAX;
  for (uint32_t i = 0; i < l->p->area_level_count; i++)
    if (!strcmp(l->p->area_level_names[i], t->s)) return i;
  char hint[200] = "list it under areas.levels";
  const char *near = problem_nearest(t->s, l->p->area_level_names);
  if (near) snprintf(hint, sizeof hint, "did you mean `%s`?", near);
  problem_add(&l->list, t->from->at, ERR_INPUT, hint, "unknown area level \"%.60s\"", t->s);
  return UINT32_MAX;
}

static int32_t area_date(struct loader *l, const struct got_text *t, int32_t otherwise) {
  int32_t days = otherwise;
  if (t->from && !date_parse(t->s, t->len, &days)) problem_add(&l->list, t->from->at, ERR_INPUT, "write 2026-12-31", "\"%.40s\" is not a date", t->s);
  return days;
}

/* A code that was replaced leads to the one in use now: renamed, merged, or a county that became a district. Each step goes to an area that was in use
 * longer, so that no row can lead back to itself. */
static bool follow(struct loader *l, const struct draft_area *d, const uint32_t *from) {
  struct programme *p = l->p;
  struct area *areas = (struct area *)(uintptr_t)p->areas;
  uint32_t *next = arena_array(l->arena, p->area_count + 1, sizeof *next);
  if (!next) return false;
  for (uint32_t i = 0; i < p->area_count; i++) {
    const struct got_text *t = &d[from[i]].replaced_by;
    next[i] = i;
    if (!t->from) continue;
    uint32_t to = programme_area(p, t->s);
    if (to == UINT32_MAX) problem_add(&l->list, t->from->at, ERR_INPUT, "add the area that replaced it, or mend the code", "no area has the code \"%.60s\"", t->s);
    else if (areas[to].level != areas[i].level)
      problem_add(&l->list, t->from->at, ERR_INPUT, "an area is replaced by one of its own level", "\"%.60s\" is a %s, and \"%.60s\" is a %s", areas[i].code, p->area_level_names[areas[i].level], t->s, p->area_level_names[areas[to].level]);
    else if (areas[i].valid_to == DATE_MAX) problem_add(&l->list, t->from->at, ERR_INPUT, "add `to`: the last day its code was in use", "\"%.60s\" was replaced, but has no end", areas[i].code);
    else if (areas[to].valid_to <= areas[i].valid_to)
      problem_add(&l->list, t->from->at, ERR_INPUT, "name the one that was in use after it", "\"%.60s\" was in use until its own end or before: it can't have replaced \"%.60s\"", t->s, areas[i].code);
    else next[i] = to;
  }
  for (uint32_t i = 0; i < p->area_count; i++) {
    areas[i].now = i;
    while (next[areas[i].now] != areas[i].now) areas[i].now = next[areas[i].now];
  }
  return true;
}

uint32_t programme_area_on(const struct programme *p, uint32_t area, int32_t day) {
  uint32_t found = UINT32_MAX;
  if (area >= p->area_count || (p->areas[area].valid_from <= day && day <= p->areas[area].valid_to)) return area;
  for (uint32_t i = 0; i < p->area_count; i++) {
    const struct area *x = &p->areas[i];
    if (x->level != p->areas[area].level || x->now != p->areas[area].now || x->valid_from > day || x->valid_to < day) continue;
    if (found != UINT32_MAX) return area;
    found = i;
  }
  return found == UINT32_MAX ? area : found;
}

/* The list as one value: a place that starts from a copy has another list. */
static bool keep_list(struct loader *l) {
  const struct programme *p = l->p;
  struct digest_stream s;
  struct digest d;
  char hex[65];
  if (!p->area_count) return true;
  if (!digest_open(&s)) return false;
  for (uint32_t i = 0; i < p->area_count; i++) digest_add_str(&s, p->areas[i].code), digest_add_str(&s, p->areas[i].name_zh ? p->areas[i].name_zh : p->areas[i].name_en);
  if (!digest_close(&s, &d)) return false;
  struct programme_value v = {.label = {"the list of places", "地区名单"}, .of_place = true};
  v.value = arena_printf(l->arena, "%u, %.16s", p->area_count, digest_hex(&d, hex));
  return v.value && loader_value(l, l->draft.areas.list.from, v, "areas", "list", NULL);
}

bool areas_build(struct loader *l) {
  struct programme *p = l->p;
  map_init(&p->area_index, l->arena);
  if (!build_levels(l)) return false;
  const struct got_list *g = &l->draft.areas.list;
  const struct draft_area *d = g->items;
  struct area *areas = arena_array(l->arena, g->count + 1, sizeof *areas);
  uint32_t *from = arena_array(l->arena, g->count + 1, sizeof *from), n = 0;
  struct map first; /* code -> row, for rows that come twice */
  map_init(&first, l->arena);
  if (!areas || !from) return false;
  for (uint32_t level = 0; level < p->area_level_count; level++)
    for (uint32_t i = 0; i < g->count; i++) {
      if (!d[i].level.from || !d[i].code.from || strcmp(d[i].level.s, p->area_level_names[level]) != 0) continue;
      bool fresh;
      uint32_t index;
      if (!map_put(&first, d[i].code.s, d[i].code.len, &index, &fresh)) return false;
      if (!fresh) {
        problem_add(&l->list, d[i].code.from->at, ERR_INPUT, "codes must differ", "the area code \"%.60s\" stands twice", d[i].code.s);
        continue;
      }
      from[n] = i;
      areas[n++] = (struct area){.code = d[i].code.s, .name_en = d[i].name.v.en, .name_zh = d[i].name.v.zh, .level = level, .parent = UINT32_MAX,
        .population = d[i].population.from ? d[i].population.v : -1, .lon = d[i].lon.from ? d[i].lon.v : NAN, .lat = d[i].lat.from ? d[i].lat.v : NAN,
        .valid_from = area_date(l, &d[i].valid_from, DATE_MIN), .valid_to = area_date(l, &d[i].valid_to, DATE_MAX)};
    }
  p->area_index = first;
  p->areas = areas, p->area_count = n;
  for (uint32_t i = 0; i < g->count; i++) (void)area_level(l, &d[i].level);
  for (uint32_t i = 0; i < n; i++) {
    const struct draft_area *a = &d[from[i]];
    if (a->population.from && a->population.v < 0) problem_add(&l->list, a->population.from->at, ERR_INPUT, NULL, "a population cannot be negative");
    if (a->lon.from && fabs(a->lon.v) > 180) problem_add(&l->list, a->lon.from->at, ERR_INPUT, "degrees east, -180 to 180", "`lon` is out of range");
    if (a->lat.from && fabs(a->lat.v) > 90) problem_add(&l->list, a->lat.from->at, ERR_INPUT, "degrees north, -90 to 90", "`lat` is out of range");
    if (areas[i].valid_from > areas[i].valid_to) problem_add(&l->list, a->valid_to.from ? a->valid_to.from->at : a->from->at, ERR_INPUT, NULL, "`to` is before `from`");
    if (!a->parent.from) {
      if (areas[i].level) problem_add(&l->list, a->from->at, ERR_INPUT, "give the code of the area around it", "the area \"%.60s\" has no parent", areas[i].code);
      continue;
    }
    uint32_t up = programme_area(p, a->parent.s);
    if (up == UINT32_MAX) problem_add(&l->list, a->parent.from->at, ERR_INPUT, "add the parent as an area, or mend the code", "no area has the code \"%.60s\"", a->parent.s);
    else if (areas[up].level >= areas[i].level)
      problem_add(&l->list, a->parent.from->at, ERR_INPUT, "a parent is of a wider level", "the parent \"%.60s\" is a %s, and \"%.60s\" is a %s", a->parent.s,
                  p->area_level_names[areas[up].level], areas[i].code, p->area_level_names[areas[i].level]);
    else areas[i].parent = up;
  }
  return follow(l, d, from) && keep_list(l);
}

bool areas_check_household(struct loader *l) {
  const struct got_text *t = &l->draft.areas.household;
  if (!t->from) return true;
  const struct field *f = programme_field(l->p, LEVEL_HOUSEHOLD, t->s);
  if (!f) problem_add(&l->list, t->from->at, ERR_INPUT, "name a household field of the codebook", "no household field is called \"%.60s\"", t->s);
  else if (f->sealed) problem_add(&l->list, t->from->at, ERR_INPUT, "the area of a household decides who may see it: it cannot be sealed", "the field \"%.60s\" is sealed", t->s);
  else if (f->derived_source || (f->kind != COL_CHOICE && f->kind != COL_TEXT))
    problem_add(&l->list, t->from->at, ERR_INPUT, "use a collected field of type choice or text", "the field \"%.60s\" cannot hold an area's code", t->s);
  else l->p->household_area = f->name;
  return true;
}

uint32_t programme_area(const struct programme *p, const char *code) { return code ? map_get(&p->area_index, code, strlen(code)) : UINT32_MAX; }
