/* A map of outlines, when the programme has them (`areas.boundaries`): each area shaded by its share, its name in its middle. Positions are snapped to
 * a grid and repeats dropped, so that neighbours keep one border and a detailed file makes a small page. */
#include <math.h>

#include "identify/chart.h"

#define WIDE 1000.0
#define GRID 1.5

struct frame { double west, north, squeeze, unit; };

static const struct area_shape *shape_of(const struct programme *p, uint32_t area) {
  for (uint32_t i = 0; i < p->shape_count; i++)
    if (p->shapes[i].area == area) return &p->shapes[i];
  return NULL;
}

bool chart_has_outlines(const struct programme *p, const struct chart_place *places, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (!shape_of(p, places[i].area)) return false;
  return n > 0;
}

static uint32_t ring_from(const struct programme *p, uint32_t ring) { return ring ? p->shape_ends[ring - 1] : 0; }

static double snapped(double v) { return round(v / GRID) * GRID; }

static void path(struct page *out, const struct programme *p, const struct area_shape *s, const struct frame *f) {
  for (uint32_t r = s->first_ring; r < s->first_ring + s->ring_count; r++) {
    double was_x = NAN, was_y = NAN;
    bool open = false;
    for (uint32_t i = ring_from(p, r); i + 1 < p->shape_ends[r]; i++) { /* the last position is the first */
      double x = snapped((p->shape_points[2 * i] - f->west) * f->squeeze * f->unit), y = snapped((f->north - p->shape_points[2 * i + 1]) * f->unit);
      if (fabs(x - was_x) < GRID / 2 && fabs(y - was_y) < GRID / 2) continue;
      page_addf(out, open ? " %.1f,%.1f" : "M%.1f,%.1f", x, y);
      open = true, was_x = x, was_y = y;
    }
    if (open) page_add(out, "Z");
  }
}

/* The box around a shape's largest ring: where its name goes. */
static void middle(const struct programme *p, const struct area_shape *s, double *lon, double *lat) {
  double best = -1;
  for (uint32_t r = s->first_ring; r < s->first_ring + s->ring_count; r++) {
    double twice = 0, cx = 0, cy = 0;
    for (uint32_t i = ring_from(p, r); i + 1 < p->shape_ends[r]; i++) {
      const double *a = &p->shape_points[2 * i], *b = a + 2;
      double cross = a[0] * b[1] - b[0] * a[1];
      twice += cross, cx += (a[0] + b[0]) * cross, cy += (a[1] + b[1]) * cross;
    }
    if (!(fabs(twice) > best) || !(fabs(twice) > 0)) continue;
    best = fabs(twice), *lon = cx / (3 * twice), *lat = cy / (3 * twice);
  }
}

void chart_outlines(struct page *p, const char *label, const struct chart_place *places, uint32_t n) {
  const struct programme *pr = p->r->programme;
  double west = INFINITY, east = -INFINITY, south = INFINITY, north = -INFINITY, most = 0, least = INFINITY;
  for (uint32_t i = 0; i < n; i++) {
    const struct area_shape *s = shape_of(pr, places[i].area);
    for (uint32_t k = ring_from(pr, s->first_ring); k < pr->shape_ends[s->first_ring + s->ring_count - 1]; k++) {
      double lon = pr->shape_points[2 * k], lat = pr->shape_points[2 * k + 1];
      west = fmin(west, lon), east = fmax(east, lon), south = fmin(south, lat), north = fmax(north, lat);
    }
    if (places[i].at > most) most = places[i].at;
    if (places[i].at < least) least = places[i].at;
  }
  struct frame f = {.west = west, .north = north, .squeeze = cos((south + north) / 2 * 3.14159265358979 / 180)};
  double across = fmax((east - west) * f.squeeze, 1e-9), down = fmax(north - south, 1e-9);
  f.unit = WIDE / fmax(across, down);
  double width = across * f.unit, height = down * f.unit;
  page_add(p, "<figure class=\"map\" role=\"img\" aria-label=\"");
  page_add(p, label);
  page_addf(p, "\"><div aria-hidden=\"true\" style=\"aspect-ratio:%.1f/%.1f;max-width:min(44rem,%.1frem)\"><svg viewBox=\"-2 -2 %.1f %.1f\">", width, height, 38 * width / height, width + 4, height + 4);
  for (uint32_t i = 0; i < n; i++) {
    double shade = isnan(places[i].at) || !(most > 0) ? 0 : (places[i].at - least / 2) / (most - least / 2);
    page_addf(p, "<path class=\"outline%s\" style=\"--shade:%.2f\" d=\"", isnan(places[i].at) ? " none" : "", shade);
    path(p, pr, shape_of(pr, places[i].area), &f);
    page_add(p, "\"/>");
  }
  page_add(p, "</svg>");
  for (uint32_t i = 0; i < n; i++) {
    double lon = (west + east) / 2, lat = (south + north) / 2;
    middle(pr, shape_of(pr, places[i].area), &lon, &lat);
    page_addf(p, "<div class=\"tag\" style=\"left:%.1f%%;top:%.1f%%\">", (lon - west) * f.squeeze * f.unit / width * 100, (north - lat) * f.unit / height * 100);
    page_add(p, places[i].name);
    page_add(p, "<b>");
    page_add(p, places[i].value);
    page_add(p, "</b></div>");
  }
  page_add(p, "</div><figcaption class=\"fine\">");
  if (pr->shape_schematic) page_addf(p, "<b>%s</b> ", page_word(p, W_MAP_SCHEMATIC));
  page_add(p, page_label(p, &pr->shape_note, ""));
  page_add(p, "</figcaption></figure>");
}
