#include "identify/chart.h"

#include <math.h>

struct chart_axis chart_axis_for(double most) {
  static const double steps[] = {1, 2, 2.5, 5, 10};
  if (!(most > 0)) most = 1;
  double unit = pow(10, floor(log10(most / 4)));
  for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
    double step = steps[i] * unit;
    uint32_t n = (uint32_t)ceil(most / step - 1e-9);
    if (n <= 5) return (struct chart_axis){.max = step * n, .step = step, .ticks = n + 1};
  }
  return (struct chart_axis){.max = most, .step = most, .ticks = 2};
}

/* Shares between 0 and 1: the axis does not pass 100 %. */
static struct chart_axis share_axis(double most) {
  struct chart_axis a = chart_axis_for(most);
  if (a.max > 1) a = (struct chart_axis){.max = 1, .step = 0.25, .ticks = 5};
  return a;
}

static double across(double v, double max) { return v < 0 ? 0 : v > max ? 100 : v / max * 100; }

static double most_of(const struct chart_row *rows, uint32_t n, double reference) {
  double most = reference > 0 ? reference : 0; /* no reference is NAN */
  for (uint32_t i = 0; i < n; i++) {
    const double v[] = {rows[i].at, rows[i].hi, rows[i].high, rows[i].behind};
    for (int k = 0; k < 4; k++)
      if (v[k] > most) most = v[k]; /* NAN compares false */
  }
  return most;
}

static void figure_open(struct page *p, const char *kind, const char *label) {
  page_addf(p, "<figure class=\"%s\" role=\"img\" aria-label=\"", kind);
  page_add(p, label);
  page_add(p, "\"><div aria-hidden=\"true\">");
}

static void figure_close(struct page *p) { page_add(p, "</div></figure>"); }

static void grid(struct page *p, struct chart_axis a, int height) {
  for (uint32_t t = 0; t < a.ticks; t++) {
    double x = across(t * a.step, a.max);
    page_addf(p, "<line class=\"grid\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"%d\"/>", x, x, height);
  }
}

static void share_ticks(struct page *p, struct chart_axis a) {
  page_add(p, "<div class=\"row axis\"><span class=\"name\"></span><svg class=\"track\" height=\"20\" width=\"100%\">");
  for (uint32_t t = 0; t < a.ticks; t++)
    page_addf(p, "<text class=\"tick\" x=\"%.2f%%\" y=\"14\" text-anchor=\"%s\">%g%%</text>", across(t * a.step, a.max), t == 0 ? "start" : t == a.ticks - 1 ? "end" : "middle",
              round(t * a.step * 1000) / 10);
  page_add(p, "</svg><span class=\"val\"></span></div>");
}

void chart_people(struct page *p, const char *label, uint32_t n, uint32_t filled) {
  figure_open(p, "people", label);
  for (uint32_t i = 0; i < n; i++)
    page_addf(p, "<svg width=\"22\" height=\"46\" class=\"%s\"><circle cx=\"11\" cy=\"8\" r=\"6\"/><path d=\"M4 21a7 5 0 0 1 14 0v12h-3.2v11h-7.6v-11h-3.2z\"/></svg>", i < filled ? "poor" : "rest");
  figure_close(p);
}

static void row_open(struct page *p, const struct chart_row *r) {
  page_add(p, "<div class=\"row\"><span class=\"name\">");
  page_add(p, r->name);
  page_add(p, "</span>");
}

static void row_close(struct page *p, const struct chart_row *r) {
  page_add(p, "<span class=\"val\">");
  page_add(p, r->value);
  page_add(p, "</span></div>");
}

void chart_dots(struct page *p, const char *label, const struct chart_row *rows, uint32_t n, double reference) {
  struct chart_axis a = share_axis(most_of(rows, n, reference));
  figure_open(p, "dots", label);
  for (uint32_t i = 0; i < n; i++) {
    const struct chart_row *r = &rows[i];
    row_open(p, r);
    page_add(p, "<svg class=\"track\" height=\"30\" width=\"100%\">");
    grid(p, a, 30);
    if (!isnan(reference)) page_addf(p, "<line class=\"ref\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"30\"/>", across(reference, a.max), across(reference, a.max));
    if (r->low < r->high) {
      double x = across(r->low, a.max);
      page_addf(p, "<rect class=\"range\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"8\" height=\"14\" rx=\"2\"/>", x, across(r->high, a.max) - x);
    }
    if (r->lo < r->hi) {
      page_addf(p, "<line class=\"ci\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"15\" y2=\"15\"/>", across(r->lo, a.max), across(r->hi, a.max));
    }
    if (!isnan(r->at)) page_addf(p, "<circle class=\"dot\" cx=\"%.2f%%\" cy=\"15\" r=\"5\"/>", across(r->at, a.max));
    page_add(p, "</svg>");
    row_close(p, r);
  }
  share_ticks(p, a);
  figure_close(p);
}

void chart_bars(struct page *p, const char *label, const struct chart_row *rows, uint32_t n) {
  struct chart_axis a = share_axis(most_of(rows, n, 0));
  figure_open(p, "bars", label);
  for (uint32_t i = 0; i < n; i++) {
    const struct chart_row *r = &rows[i];
    row_open(p, r);
    page_add(p, "<svg class=\"track\" height=\"26\" width=\"100%\">");
    grid(p, a, 26);
    if (r->behind > 0) page_addf(p, "<rect class=\"behind\" x=\"0\" width=\"%.2f%%\" y=\"5\" height=\"16\" rx=\"2\"/>", across(r->behind, a.max));
    if (r->at > 0) page_addf(p, "<rect class=\"bar\" x=\"0\" width=\"%.2f%%\" y=\"5\" height=\"16\" rx=\"2\"/>", across(r->at, a.max));
    if (r->lo < r->hi) page_addf(p, "<line class=\"whisker\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"13\" y2=\"13\"/>", across(r->lo, a.max), across(r->hi, a.max));
    page_add(p, "</svg>");
    row_close(p, r);
  }
  share_ticks(p, a);
  figure_close(p);
}

void chart_squares(struct page *p, const char *label, const double *shares, uint32_t n) {
  enum { SQUARES = 100, MOST = 8, COLUMNS = 20, SIZE = 20, GAP = 4 };
  uint32_t squares[MOST] = {0}, given = 0;
  if (n > MOST) n = MOST;
  for (uint32_t k = 0; k < n; k++) {
    squares[k] = (uint32_t)floor(shares[k] * SQUARES);
    if (shares[k] > 0 && squares[k] == 0) squares[k] = 1;
    given += squares[k];
  }
  while (given != SQUARES) { /* to whom most is owed, or from whom most was taken beyond its share */
    uint32_t best = 0;
    double worst = -INFINITY;
    for (uint32_t k = 0; k < n; k++) {
      double owed = shares[k] * SQUARES - squares[k];
      if (given > SQUARES) owed = squares[k] > 1 ? -owed : -INFINITY;
      if (owed > worst) worst = owed, best = k;
    }
    if (given < SQUARES)
      squares[best]++, given++;
    else if (squares[best] > 0)
      squares[best]--, given--;
    else
      break;
  }
  figure_open(p, "squares", label);
  page_addf(p, "<svg viewBox=\"0 0 %d %d\" width=\"100%%\">", COLUMNS * (SIZE + GAP) - GAP, SQUARES / COLUMNS * (SIZE + GAP) - GAP);
  uint32_t at = 0;
  for (uint32_t k = 0; k < n; k++)
    for (uint32_t j = 0; j < squares[k] && at < SQUARES; j++, at++) {
      /* Filled downwards, so that a share reads from left to right. */
      uint32_t rows = SQUARES / COLUMNS, x = at / rows * (SIZE + GAP), y = at % rows * (SIZE + GAP);
      page_addf(p, "<rect class=\"o%u\" x=\"%u\" y=\"%u\" width=\"%d\" height=\"%d\" rx=\"3\"/>", k, x, y, SIZE, SIZE);
      if (k == 3) page_addf(p, "<path class=\"hatch\" d=\"M%u %ul8-8M%u %ul16-16M%u %ul8-8\"/>", x + 2, y + 10, x + 2, y + 18, x + 10, y + 18);
    }
  page_add(p, "</svg>");
  figure_close(p);
}

void chart_parts(struct page *p, const char *label, const char *const *names, const double *shares, uint32_t n) {
  figure_open(p, "parts", label);
  page_add(p, "<svg height=\"34\" width=\"100%\">");
  double x = 0;
  for (uint32_t i = 0; i < n; i++) {
    double width = shares[i] > 0 ? shares[i] * 100 : 0;
    page_addf(p, "<rect class=\"p%u\" x=\"%.3f%%\" width=\"%.3f%%\" y=\"0\" height=\"34\"/>", i % 2, x, width);
    if (width >= 4) page_addf(p, "<text class=\"in%u\" x=\"%.3f%%\" y=\"22\" text-anchor=\"middle\">%u</text>", i % 2, x + width / 2, i + 1);
    x += width;
  }
  page_add(p, "</svg><ol class=\"legend\">");
  for (uint32_t i = 0; i < n; i++) {
    page_add(p, "<li>");
    page_add(p, names[i]);
    page_addf(p, " <b>%s</b></li>", page_percent(p, shares[i]));
  }
  page_add(p, "</ol>");
  figure_close(p);
}

void chart_histogram(struct page *p, const char *label, const struct welfare_shape *w, double line, const struct chart_mark *marks, uint32_t mark_count) {
  enum { TOP = 44, HEIGHT = 180, FOOT = 26 };
  double most = 0, span = w->width * HISTOGRAM_BINS;
  for (int i = 0; i < HISTOGRAM_BINS; i++)
    if (w->bins[i] > most) most = w->bins[i];
  if (!(most > 0) || !(span > 0)) return;
  figure_open(p, "histogram", label);
  page_addf(p, "<svg height=\"%d\" width=\"100%%\">", TOP + HEIGHT + FOOT);
  for (int i = 0; i < HISTOGRAM_BINS; i++) {
    double from = w->from + i * w->width, h = w->bins[i] / most * HEIGHT;
    if (!(h > 0)) continue;
    /* The bin that holds the line is cut there. */
    double cut = line <= from ? 0 : line >= from + w->width ? 1 : (line - from) / w->width;
    double x = (double)i / HISTOGRAM_BINS * 100, each = 100.0 / HISTOGRAM_BINS;
    if (cut > 0) page_addf(p, "<rect class=\"poor\" x=\"%.3f%%\" width=\"%.3f%%\" y=\"%.1f\" height=\"%.1f\"/>", x, each * cut, TOP + HEIGHT - h, h);
    if (!(cut >= 1)) page_addf(p, "<rect class=\"rest\" x=\"%.3f%%\" width=\"%.3f%%\" y=\"%.1f\" height=\"%.1f\"/>", x + each * cut, each * (1 - cut), TOP + HEIGHT - h, h);
  }
  page_addf(p, "<line class=\"base\" x1=\"0\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>", TOP + HEIGHT, TOP + HEIGHT);
  struct chart_axis a = chart_axis_for(span);
  double first = ceil(w->from / a.step) * a.step;
  int ticks = (int)floor((w->from + span * 1.0001 - first) / a.step) + 1;
  for (int i = 0; i < ticks; i++) {
    double v = first + i * a.step, x = (v - w->from) / span * 100;
    page_addf(p, "<text class=\"tick\" x=\"%.2f%%\" y=\"%d\" text-anchor=\"%s\">%s</text>", x, TOP + HEIGHT + 18, x < 2 ? "start" : x > 96 ? "end" : "middle",
              page_number(p, v, a.step < 1 ? 1 : 0));
  }
  for (uint32_t i = 0; i < mark_count; i++) {
    double x = (marks[i].at - w->from) / span * 100;
    if (!(x >= 0 && x <= 100)) continue;
    int y = i % 2 ? 34 : 14;
    page_addf(p, "<line class=\"mark %s\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>", marks[i].class_name, x, x, y + 5, TOP + HEIGHT);
    page_addf(p, "<text class=\"mark %s\" x=\"%.2f%%\" y=\"%d\" dx=\"%d\" text-anchor=\"%s\">", marks[i].class_name, x, y, x > 60 ? 2 : -2, x > 60 ? "end" : "start");
    page_add(p, marks[i].text);
    page_add(p, "</text>");
  }
  page_add(p, "</svg>");
  figure_close(p);
}
