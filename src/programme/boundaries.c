/* boundaries.c - the outlines of areas from a GeoJSON file, for maps only: no rule and no decision knows of them.
 *
 * Bytes from outside: jansson reads them, and everything else is counted and bounded here. A feature is bound to an area by the property
 * `code` (or `adcode`), else by `name`; Polygon and MultiPolygon; rings closed, at least four positions, on the globe. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "programme/loader.h"

#define POSITIONS_MAX 200000u
#define RINGS_MAX 20000u
#define FEATURES_MAX 10000u

struct reading {
  struct loader *l;
  const char *file;
  const char *name; /* of the feature, for complaints */
  struct area_shape *shape;
  double *points;
  uint32_t *ends;
  uint32_t point_count, ring_count; /* of the whole file */
  bool broken;      /* something was said: no more of this feature */
};

static void wrong(struct reading *r, const char *hint, const char *what) {
  struct place at = {.file = r->file};
  r->broken = true;
  problem_add(&r->l->list, at, ERR_INPUT, hint, "%.60s: %s", r->name, what);
}

static void ring(struct reading *r, json_t *list) {
  size_t n = json_array_size(list);
  const double *first = &r->points[2 * r->point_count];
  if (n < 4) return wrong(r, "a ring has at least four positions, the last like the first", "a ring is no list of positions, or too short");
  if (n > POSITIONS_MAX - r->point_count || r->ring_count == RINGS_MAX) return wrong(r, "simplify the outlines: a map on a page needs some thousands of positions", "the file has too many positions");
  for (size_t i = 0; i < n; i++) {
    json_t *at = json_array_get(list, i), *x = json_array_get(at, 0), *y = json_array_get(at, 1);
    double lon = json_number_value(x), lat = json_number_value(y);
    if (!json_is_number(x) || !json_is_number(y) || !(fabs(lon) <= 180) || !(fabs(lat) <= 90)) return wrong(r, "[degrees east, degrees north]", "a position is not on the globe");
    r->points[2 * r->point_count] = lon, r->points[2 * r->point_count + 1] = lat;
    r->point_count++;
  }
  const double *last = &r->points[2 * (r->point_count - 1)];
  if (first[0] < last[0] || first[0] > last[0] || first[1] < last[1] || first[1] > last[1]) return wrong(r, "repeat the first position at the end", "a ring is not closed");
  r->ends[r->ring_count++] = r->point_count;
  r->shape->ring_count++;
}

static void polygon(struct reading *r, json_t *rings) {
  if (!json_array_size(rings)) return wrong(r, NULL, "a polygon has no rings");
  for (size_t i = 0; i < json_array_size(rings) && !r->broken; i++) ring(r, json_array_get(rings, i));
}

static uint32_t named(const struct programme *p, const char *name) {
  uint32_t found = UINT32_MAX;
  for (uint32_t i = 0; name && i < p->area_count; i++)
    if (p->areas[i].now == i && ((p->areas[i].name_zh && !strcmp(p->areas[i].name_zh, name)) || (p->areas[i].name_en && !strcmp(p->areas[i].name_en, name)))) {
      if (found != UINT32_MAX) return UINT32_MAX;
      found = i;
    }
  return found;
}

static uint32_t area_of(const struct programme *p, json_t *properties, char shown[64]) {
  json_t *code = json_object_get(properties, "code");
  const char *name = json_string_value(json_object_get(properties, "name"));
  if (!code) code = json_object_get(properties, "adcode");
  if (json_is_integer(code)) snprintf(shown, 64, "%lld", (long long)json_integer_value(code));
  else snprintf(shown, 64, "%.60s", json_is_string(code) ? json_string_value(code) : name ? name : "a feature without code or name");
  size_t bad;
  if (!text_is_utf8(shown, strlen(shown), &bad)) shown[bad] = 0; /* cut at a character's edge */
  return code ? programme_area(p, shown) : named(p, name);
}

static void feature(struct reading *r, json_t *f, uint8_t *seen) {
  char shown[64];
  json_t *geometry = json_object_get(f, "geometry"), *coordinates = json_object_get(geometry, "coordinates");
  const char *type = json_string_value(json_object_get(geometry, "type"));
  uint32_t area = area_of(r->l->p, json_object_get(f, "properties"), shown);
  r->name = shown, r->broken = false;
  if (area == UINT32_MAX) return wrong(r, "give each feature the property `code` of an area of this programme", "this outline belongs to no area");
  if (seen[area]) return wrong(r, "make one MultiPolygon of them", "the area has two outlines");
  seen[area] = 1;
  *r->shape = (struct area_shape){.area = area, .first_ring = r->ring_count};
  if (type && !strcmp(type, "Polygon")) polygon(r, coordinates);
  else if (type && !strcmp(type, "MultiPolygon"))
    for (size_t i = 0; i < json_array_size(coordinates) && !r->broken; i++) polygon(r, json_array_get(coordinates, i));
  else wrong(r, "Polygon or MultiPolygon", "its geometry is no polygon");
  if (!r->broken && !r->shape->ring_count) wrong(r, NULL, "its geometry is empty");
  r->shape++;
}

bool boundaries_build(struct loader *l) {
  const struct draft_boundaries *d = &l->draft.areas.boundaries;
  struct programme *p = l->p;
  if (!d->from || !l->boundaries) return true;
  json_error_t why;
  json_t *root = json_loadb(l->boundaries->data, l->boundaries->len, JSON_REJECT_DUPLICATES, &why);
  struct place at = {.file = l->boundaries->name, .line = root || why.line < 0 ? 0 : why.line, .column = root || why.column < 0 ? 0 : why.column};
  json_t *features = json_object_get(root, "features");
  size_t n = json_array_size(features);
  struct reading r = {.l = l, .file = l->boundaries->name, .name = l->boundaries->name};
  uint8_t *seen = arena_array(l->arena, p->area_count + 1, 1);
  struct area_shape *shapes = arena_array(l->arena, (n < FEATURES_MAX ? n : FEATURES_MAX) + 1, sizeof *shapes);
  r.shape = shapes;
  /* No position is shorter than "[1,2]": the bytes bound the room. */
  size_t most = l->boundaries->len / 5 + 8;
  r.points = arena_array(l->arena, (most < POSITIONS_MAX ? most : POSITIONS_MAX) + 8, 2 * sizeof *r.points);
  r.ends = arena_array(l->arena, (most < RINGS_MAX ? most : RINGS_MAX) + 8, sizeof *r.ends);
  bool room = seen && shapes && r.points && r.ends;
  if (room && !root) problem_add(&l->list, at, ERR_INPUT, "GeoJSON is JSON in UTF-8", "this is no JSON: %.100s", why.text);
  else if (room && (!n || n > FEATURES_MAX)) problem_add(&l->list, at, ERR_INPUT, "a FeatureCollection with an outline for each area", n ? "there are too many features" : "the file holds no features");
  for (size_t i = 0; room && n <= FEATURES_MAX && i < n && !problem_full(&l->list); i++) feature(&r, json_array_get(features, i), seen);
  json_decref(root);
  if (!room) return false;
  p->shapes = shapes, p->shape_count = (uint32_t)(r.shape - shapes);
  p->shape_points = r.points, p->shape_ends = r.ends;
  p->shape_note = d->note.v, p->shape_schematic = d->schematic.v;
  return true;
}
