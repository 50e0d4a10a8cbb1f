/* chart.h - the pictures of a report: SVG drawn in percentages across and pixels down, so that text and marks keep their size on a phone.
 *
 * Every chart has a label that says in words what it shows, and hides its parts from screen readers: the table under it holds the values.
 * Colours are classes, filled by the page's style. */
#ifndef IDENTIFY_CHART_H
#define IDENTIFY_CHART_H

#include "identify/report_page.h"

struct chart_axis { double max, step; uint32_t ticks; }; /* from 0 to max; ticks includes both ends */
struct chart_axis chart_axis_for(double most); /* a round maximum not below `most`, three to seven steps */

struct chart_row { /* one line of a dot or bar chart */
  const char *name, *value; /* markup */
  double at;                /* NAN: nothing is drawn */
  double lo, hi;            /* 95 % interval; NAN = none */
  double low, high;         /* the range over the undecided; equal or NAN = none */
  double behind;            /* bars: a light bar behind; NAN = none */
};

/* n people in a row, the first `filled` of them in the accent. */
void chart_people(struct page *p, const char *label, uint32_t n, uint32_t filled);
void chart_dots(struct page *p, const char *label, const struct chart_row *rows, uint32_t n, double reference);
void chart_bars(struct page *p, const char *label, const struct chart_row *rows, uint32_t n);
/* A hundred squares for shares that add up to one; kind k gets class "o<k>". Largest remainders, but anything above zero gets a square. */
void chart_squares(struct page *p, const char *label, const double *shares, uint32_t n);
/* One bar cut into parts that add up to one, with a legend under it. */
void chart_parts(struct page *p, const char *label, const char *const *names, const double *shares, uint32_t n);
struct chart_mark { double at; const char *text; const char *class_name; };
void chart_histogram(struct page *p, const char *label, const struct welfare_shape *w, double line, const struct chart_mark *marks, uint32_t mark_count);

struct chart_place { /* one circle */
  const char *name, *value; /* markup */
  double at, size;          /* the share that shades it (NAN: hollow), and what its surface stands for */
  double lon, lat;          /* degrees */
  uint32_t area;            /* in the programme: its outline, where there is one */
};
void chart_map(struct page *p, const char *label, const struct chart_place *places, uint32_t n); /* chart_map.c */

/* The same as outlines, when each of the places has one. */
bool chart_has_outlines(const struct programme *p, const struct chart_place *places, uint32_t n); /* chart_outline.c */
void chart_outlines(struct page *p, const char *label, const struct chart_place *places, uint32_t n);

#endif
