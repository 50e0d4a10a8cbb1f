/* A map of outlines shows each area once, shaded by its share, with its name, value and provenance. */
#include <math.h>

#include "identify/chart.h"
#include "unit.h"

static const double points[] = {10, 50, 11, 50, 11, 51, 10, 51, 10, 50, /* one */
                                11, 50, 12, 50, 12, 51, 11, 51, 11, 50, /* two, */ 11.4, 50.4, 11.6, 50.4, 11.6, 50.6, 11.4, 50.4 /* with a hole */};
static const uint32_t ends[] = {5, 10, 14};
static const struct area_shape shapes[] = {{.area = 0, .first_ring = 0, .ring_count = 1}, {.area = 1, .first_ring = 1, .ring_count = 2}};
static struct programme programme = {.shapes = shapes, .shape_count = 2, .shape_points = points, .shape_ends = ends, .shape_note = {"drawn <by> hand", "手绘"}, .shape_schematic = true};
static struct identify_result result = {.programme = &programme};

static char *drawn(struct text *t, struct arena *a, const struct chart_place *places, uint32_t n) {
  arena_init(a, 0);
  text_init(t, 1 << 20);
  struct page p = {.out = t, .arena = a, .r = &result, .lang = LANG_EN};
  chart_outlines(&p, "a map", places, n);
  return t->data;
}

static unsigned times(const char *s, const char *what) {
  unsigned n = 0;
  for (; (s = strstr(s, what)); s += strlen(what)) n++;
  return n;
}

static const struct chart_place two[] = {{.name = "One", .value = "10%", .at = 0.1, .area = 0}, {.name = "Two", .value = "20%", .at = 0.2, .area = 1}};

static void each_area_is_drawn_once_with_its_name_and_value(void **state) {
  (void)state;
  struct text t;
  struct arena a;
  const char *s = drawn(&t, &a, two, 2);
  assert_int_equal(times(s, "<path class=\"outline\""), 2);
  assert_int_equal(times(s, "M"), 3); /* a hole is a ring of its own */
  assert_int_equal(times(s, "One<b>10%</b>"), 1);
  assert_int_equal(times(s, "--shade:1.00"), 1);
  text_free(&t), arena_drop(&a);
}

static void neighbours_keep_one_border(void **state) {
  (void)state;
  struct text t;
  struct arena a;
  const char *s = drawn(&t, &a, two, 2);
  assert_int_equal(times(s, "499.5,"), 4); /* both of its ends, once in each area: 500 snapped to the grid */
  text_free(&t), arena_drop(&a);
}

static void what_is_hidden_has_no_shade(void **state) {
  (void)state;
  struct chart_place hidden[] = {{.name = "One", .value = "-", .at = NAN, .area = 0}, {.name = "Two", .value = "20%", .at = 0.2, .area = 1}};
  struct text t;
  struct arena a;
  const char *s = drawn(&t, &a, hidden, 2);
  assert_int_equal(times(s, "outline none"), 1);
  text_free(&t), arena_drop(&a);
}

static void the_provenance_stands_under_it(void **state) {
  (void)state;
  struct text t;
  struct arena a;
  const char *s = drawn(&t, &a, two, 2);
  assert_int_equal(times(s, "A schematic, not a survey."), 1);
  assert_int_equal(times(s, "drawn &lt;by&gt; hand"), 1);
  text_free(&t), arena_drop(&a);
}

static void a_place_without_an_outline_keeps_the_circles(void **state) {
  (void)state;
  const struct chart_place other[] = {{.area = 0}, {.area = 7}};
  assert_true(chart_has_outlines(&programme, two, 2));
  assert_false(chart_has_outlines(&programme, other, 2));
  assert_false(chart_has_outlines(&programme, two, 0));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_area_is_drawn_once_with_its_name_and_value), cmocka_unit_test(neighbours_keep_one_border), cmocka_unit_test(what_is_hidden_has_no_shade),
    cmocka_unit_test(the_provenance_stands_under_it), cmocka_unit_test(a_place_without_an_outline_keeps_the_circles),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
