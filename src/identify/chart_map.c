/* A map of circles (Dorling 1996): one circle an area, its surface the persons there, near its true place but never over another. No
 * boundaries are needed, small areas with many people are seen, and names fit. */
#include <math.h>

#include "identify/chart.h"

struct disc {
  double x, y, home_x, home_y, r;
};

/* Pushes overlapping discs apart and draws each back home a little. A fixed number of rounds: the same picture every time. */
static void settle(struct disc *d, uint32_t n) {
  for (int round = 0; round < 400; round++) {
    double pull = round < 300 ? 0.03 : 0;
    for (uint32_t i = 0; i < n; i++) {
      d[i].x += (d[i].home_x - d[i].x) * pull;
      d[i].y += (d[i].home_y - d[i].y) * pull;
    }
    for (uint32_t i = 0; i < n; i++)
      for (uint32_t j = i + 1; j < n; j++) {
        double dx = d[j].x - d[i].x, dy = d[j].y - d[i].y, apart = sqrt(dx * dx + dy * dy), need = (d[i].r + d[j].r) * 1.04;
        if (apart >= need) continue;
        if (apart < 1e-6) dx = 1, dy = 0.3 * (j - i), apart = sqrt(dx * dx + dy * dy); /* the same place: an arbitrary but fixed direction */
        double push = (need - apart) / 2 / apart;
        d[i].x -= dx * push, d[i].y -= dy * push;
        d[j].x += dx * push, d[j].y += dy * push;
      }
  }
}

void chart_map(struct page *p, const char *label, const struct chart_place *places, uint32_t n) {
  struct disc *d = arena_array(p->arena, n, sizeof *d);
  if (!d || n == 0) return;
  double west = INFINITY, east = -INFINITY, south = INFINITY, north = -INFINITY, size = 0, most = 0, least = INFINITY;
  for (uint32_t i = 0; i < n; i++) {
    west = fmin(west, places[i].lon), east = fmax(east, places[i].lon);
    south = fmin(south, places[i].lat), north = fmax(north, places[i].lat);
    size += places[i].size;
    if (places[i].at > most) most = places[i].at;
    if (places[i].at < least) least = places[i].at;
  }
  /* Degrees of longitude shrink towards the poles. */
  double squeeze = cos((south + north) / 2 * 3.14159265358979 / 180), width = fmax((east - west) * squeeze, 1e-6), height = fmax(north - south, 1e-6);
  double unit = 100 / fmax(width, height);
  width *= unit, height *= unit;
  double room = fmax(width, 35) * fmax(height, 35) * 0.62;
  for (uint32_t i = 0; i < n; i++) {
    d[i].r = fmax(5.5, sqrt(room * (size > 0 ? places[i].size / size : 1.0 / n) / 3.14159));
    d[i].home_x = d[i].x = (places[i].lon - west) * squeeze * unit;
    d[i].home_y = d[i].y = (north - places[i].lat) * unit;
  }
  settle(d, n);
  double x0 = INFINITY, x1 = -INFINITY, y0 = INFINITY, y1 = -INFINITY;
  for (uint32_t i = 0; i < n; i++) {
    x0 = fmin(x0, d[i].x - d[i].r), x1 = fmax(x1, d[i].x + d[i].r);
    y0 = fmin(y0, d[i].y - d[i].r), y1 = fmax(y1, d[i].y + d[i].r);
  }
  width = x1 - x0, height = y1 - y0;
  page_add(p, "<figure class=\"map\" role=\"img\" aria-label=\"");
  page_add(p, label);
  page_addf(p, "\"><div aria-hidden=\"true\" style=\"aspect-ratio:%.1f/%.1f\">", width, height);
  for (uint32_t i = 0; i < n; i++) {
    const struct chart_place *q = &places[i];
    /* From half the least to the most: differences show, but no more than they are. */
    double shade = isnan(q->at) || !(most > 0) ? 0 : (q->at - least / 2) / (most - least / 2);
    page_addf(p, "<div class=\"disc%s\" style=\"left:%.2f%%;top:%.2f%%;width:%.2f%%;--shade:%.2f\"><span>", isnan(q->at) ? " none" : "", (d[i].x - d[i].r - x0) / width * 100,
              (d[i].y - d[i].r - y0) / height * 100, 2 * d[i].r / width * 100, shade);
    page_add(p, q->name);
    page_add(p, "<b>");
    page_add(p, q->value);
    page_add(p, "</b></span></div>");
  }
  page_add(p, "</div></figure>");
}
