/* fuzz_boundaries.c - any bytes as the outlines of a programme: they are taken whole, or refused with words; never more positions than promised. */
#include <stdlib.h>
#include <string.h>

#include "programme/programme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char yaml[] = "programme: {name: p, title: T, currency: CNY, years: {from: 2020, to: 2026}}\nfields: [{name: income, type: money}]\nareas:\n"
                             "  levels: [{name: county, home: true}]\n  list: [{code: \"11\", level: county, name: One}, {code: \"12\", level: county, name: Two}]\n"
                             "  boundaries: {geojson: b.geojson, note: n}\n";
  struct programme_file files[2] = {{"programme.yaml", yaml, sizeof yaml - 1}, {"b.geojson", (const char *)data, size}};
  struct arena a;
  struct programme *p;
  struct problem *problems;
  struct err e;
  arena_init(&a, 256 << 20);
  enum status s = programme_load_files(&a, "f", files, 2, &p, &problems, &e);
  if (s == OK) {
    if (!p->shape_count) abort();
    for (uint32_t i = 0; i < p->shape_count; i++) {
      const struct area_shape *x = &p->shapes[i];
      if (x->area >= p->area_count || !x->ring_count) abort();
      for (uint32_t r = x->first_ring; r < x->first_ring + x->ring_count; r++)
        for (uint32_t k = r ? p->shape_ends[r - 1] : 0; k < p->shape_ends[r]; k++)
          if (!(p->shape_points[2 * k] >= -180 && p->shape_points[2 * k] <= 180 && p->shape_points[2 * k + 1] >= -90 && p->shape_points[2 * k + 1] <= 90)) abort();
    }
  }
  if (s == ERR_INPUT)
    for (const struct problem *x = problems; x; x = x->next)
      if (!*x->message || !text_is_utf8(x->message, strlen(x->message), NULL) || x->line < 0 || x->column < 0) abort();
  arena_drop(&a);
  return 0;
}
