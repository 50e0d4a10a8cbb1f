/* Outlines of areas come from a GeoJSON file, and only what is whole and belongs to an area is taken. */
#include "programme_text.h"

#define YAML BASE_AREAS("boundaries: {geojson: b.geojson, note: {en: drawn by hand, zh: 手绘}, schematic: true}")
#define BASE_AREAS(more) \
  "programme: {name: p, title: T, currency: CNY, years: {from: 2020, to: 2026}}\n" \
  "areas:\n  levels: [{name: county, home: true}]\n  list: [{code: \"11\", level: county, name: {en: One, zh: 一县}}, {code: \"12\", level: county, name: {en: Two, zh: 二县}}]\n  " more "\n" \
  "fields: [{name: income, type: money}]\n"
#define FEATURE(properties, type, coordinates) "{\"type\":\"Feature\",\"properties\":{" properties "},\"geometry\":{\"type\":\"" type "\",\"coordinates\":" coordinates "}}"
#define SQUARE "[[[1,1],[2,1],[2,2],[1,1]]]"
#define ALL(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"

static void load_shapes(struct loaded *l, const char *yaml, const char *json) {
  memset(l, 0, sizeof *l);
  l->files[0] = (struct programme_file){"programme.yaml", yaml, strlen(yaml)};
  l->files[1] = (struct programme_file){"b.geojson", json, strlen(json)};
  load_files(l, 2);
}

static void outlines_are_bound_by_code_or_name(void **state) {
  (void)state;
  struct loaded l;
  load_shapes(&l, YAML, ALL(FEATURE("\"adcode\":11", "Polygon", SQUARE) "," FEATURE("\"name\":\"二县\"", "MultiPolygon", "[" SQUARE ",[[[5,5],[6,5],[6,6],[5,5]],[[5.2,5.1],[5.4,5.1],[5.4,5.2],[5.2,5.1]]]]")));
  assert_ok(l.status, &l.e);
  assert_int_equal(l.p->shape_count, 2);
  assert_int_equal(l.p->shapes[0].ring_count, 1);
  assert_string_equal(l.p->areas[l.p->shapes[1].area].code, "12");
  assert_int_equal(l.p->shapes[1].first_ring, 1);
  assert_int_equal(l.p->shapes[1].ring_count, 3);
  assert_int_equal(l.p->shape_ends[3], 16);
  assert_true(l.p->shape_points[2 * 15 + 1] > 5.09 && l.p->shape_points[2 * 15 + 1] < 5.11);
  assert_true(l.p->shape_schematic);
  assert_string_equal(l.p->shape_note.zh, "手绘");
  assert_int_equal(l.p->file_count, 2); /* hashed and kept with the others */
  unload(&l);
}

static void maps_decide_nothing(void **state) {
  (void)state;
  struct loaded with, without;
  load_shapes(&with, YAML, ALL(FEATURE("\"code\":\"11\"", "Polygon", SQUARE)));
  load_shapes(&without, BASE_AREAS(""), "");
  assert_ok(with.status, &with.e);
  assert_ok(without.status, &without.e);
  assert_true(digest_equal(&with.p->rules_hash, &without.p->rules_hash));
  unload(&with), unload(&without);
}

static void what_is_not_whole_is_refused(void **state) {
  (void)state;
  static const struct { const char *json, *message; } cases[] = {
    {"{\"features\": [", "this is no JSON"},
    {"[]", "holds no features"},
    {ALL(""), "holds no features"},
    {ALL("7"), "belongs to no area"},
    {ALL(FEATURE("\"code\":\"99\"", "Polygon", SQUARE)), "99: this outline belongs to no area"},
    {ALL(FEATURE("\"code\":\"11\"", "Polygon", SQUARE) "," FEATURE("\"code\":\"11\"", "Polygon", SQUARE)), "the area has two outlines"},
    {ALL(FEATURE("\"code\":\"11\"", "Point", "[1,1]")), "its geometry is no polygon"},
    {ALL(FEATURE("\"code\":\"11\"", "Polygon", "[]")), "has no rings"},
    {ALL(FEATURE("\"code\":\"11\"", "MultiPolygon", "[]")), "its geometry is empty"},
    {ALL(FEATURE("\"code\":\"11\"", "Polygon", "[[[1,1],[2,1],[1,1]]]")), "too short"},
    {ALL(FEATURE("\"code\":\"11\"", "Polygon", "[[[1,1],[2,1],[2,2],[1,2]]]")), "a ring is not closed"},
    {ALL(FEATURE("\"code\":\"11\"", "Polygon", "[[[1,1],[181,1],[2,2],[1,1]]]")), "not on the globe"},
    {ALL(FEATURE("\"code\":\"11\"", "Polygon", "[[[1,1],[\"2\",1],[2,2],[1,1]]]")), "not on the globe"},
    {ALL(FEATURE("\"name\":\"\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\xe5\xb7\xb1\"", "Polygon", SQUARE)), "belongs to no area"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct loaded l;
    load_shapes(&l, YAML, cases[i].json);
    assert_int_equal(l.status, ERR_INPUT);
    if (!strstr(l.e.message, cases[i].message) || !strstr(l.e.message, "b.geojson")) fail_msg("wanted %s, got %s", cases[i].message, l.e.message);
    unload(&l);
  }
}

static void a_ring_of_too_many_positions_is_refused(void **state) {
  (void)state;
  struct text t;
  text_init(&t, 8 << 20);
  text_add(&t, "{\"features\":[{\"properties\":{\"code\":\"11\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[");
  for (int i = 0; i < 200001; i++) text_add(&t, i ? ",[1,1]" : "[1,1]");
  text_add(&t, "]]}}]}");
  struct loaded l;
  load_shapes(&l, YAML, text_str(&t));
  assert_int_equal(l.status, ERR_INPUT);
  assert_non_null(strstr(l.e.message, "too many positions"));
  unload(&l);
  text_free(&t);
}

static void the_file_lies_in_the_folder(void **state) {
  (void)state;
  static const char *const files[] = {"../b.geojson", "b.json", ".geojson", "none.geojson"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    char yaml[900];
    snprintf(yaml, sizeof yaml, BASE_AREAS("boundaries: {geojson: \"%s\", note: n}"), files[i]);
    struct loaded l;
    load_shapes(&l, yaml, "");
    assert_int_equal(l.status, ERR_INPUT);
    unload(&l);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(outlines_are_bound_by_code_or_name),
    cmocka_unit_test(maps_decide_nothing),
    cmocka_unit_test(what_is_not_whole_is_refused),
    cmocka_unit_test(a_ring_of_too_many_positions_is_refused),
    cmocka_unit_test(the_file_lies_in_the_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
