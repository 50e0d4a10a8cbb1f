/* Where and who: the same figure for every area and every group, so that they can be compared with their errors. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "identify/chart.h"
#include "identify/report_sections.h"

static bool has_line(const struct identify_result *r) { return r->has_welfare && r->programme->line_count > 0; }

static bool has_kind(const struct identify_result *r, bool areas) {
  if (!has_line(r) && !r->has_af) return false;
  for (uint32_t i = 0; i < r->breakdown_count; i++)
    if (r->breakdowns[i].is_area == areas && r->breakdowns[i].group_count > 1) return true;
  return false;
}

bool report_has_areas(const struct identify_result *r) { return has_kind(r, true); }
bool report_has_groups(const struct identify_result *r) { return has_kind(r, false); }

/* The share the section is about: below the main line, or poor in several ways where no line is. */
static const struct figure *share_of(const struct identify_result *r, const struct group *g) {
  return has_line(r) ? &g->lines[r->main_line].headcount : &g->af.h;
}

/* A group too small to show: fewer than five households in it, or one to four of them poor. */
static bool is_hidden(const struct identify_result *r, const struct group *g) {
  if (g->all.households < 5) return true;
  const struct figure *f = has_line(r) ? &g->lines[r->main_line].headcount_households : &g->af.h;
  double poor = f->known ? f->value * (double)g->all.households : 0;
  return poor > 0.01 && poor < 4.5;
}

static const char *name_of(struct page *p, const struct breakdown *b, const struct group *g) {
  if (!strcmp(g->code, "(missing)")) return page_word(p, W_MISSING_GROUP);
  const char *fallback = !strcmp(g->code, "true") ? page_word(p, W_YES) : !strcmp(g->code, "false") ? page_word(p, W_NO) : g->code;
  (void)b;
  return page_label(p, &g->label, fallback);
}

struct ranked {
  const struct group *group;
  double at; /* hidden and unknown ones last */
  uint32_t place;
};

static int by_share(const void *a, const void *b) {
  const struct ranked *x = a, *y = b;
  if (x->at != y->at) return x->at < y->at ? 1 : -1;
  return x->place < y->place ? -1 : 1;
}

/* A map, where every area has a position and there are few enough to name. */
static void map(struct page *p, const struct breakdown *b, const char *label) {
  enum { FEWEST = 4, MOST = 40 };
  const struct identify_result *r = p->r;
  const struct programme *pr = r->programme;
  struct chart_place places[MOST];
  uint32_t n = 0;
  for (uint32_t i = 0; i < b->group_count; i++) {
    const struct group *g = &b->groups[i];
    if (g->area >= pr->area_count || isnan(pr->areas[g->area].lon) || isnan(pr->areas[g->area].lat)) {
      if (!strcmp(g->code, "(missing)")) continue;
      return;
    }
    if (n == MOST) return;
    const struct figure *f = share_of(r, g);
    bool hidden = is_hidden(r, g) || !f->known;
    places[n++] = (struct chart_place){.name = name_of(p, b, g), .value = hidden ? "\u2013" : page_percent(p, f->value), .at = hidden ? NAN : f->value,
                                       .size = r->weighted ? g->all.weighted_persons : (double)g->all.persons, .lon = pr->areas[g->area].lon, .lat = pr->areas[g->area].lat, .area = g->area};
  }
  if (n < FEWEST) return;
  if (chart_has_outlines(pr, places, n)) {
    chart_outlines(p, label, places, n);
    return;
  }
  chart_map(p, label, places, n);
  page_addf(p, "<p class=\"fine\">%s</p>", page_word(p, W_MAP_TEXT));
}

static void breakdown(struct page *p, const struct breakdown *b) {
  const struct identify_result *r = p->r;
  struct ranked *order = arena_array(p->arena, b->group_count, sizeof *order);
  struct chart_row *rows = arena_array(p->arena, b->group_count, sizeof *rows);
  if (!order || !rows) return;
  for (uint32_t i = 0; i < b->group_count; i++) {
    const struct figure *f = share_of(r, &b->groups[i]);
    order[i] = (struct ranked){&b->groups[i], is_hidden(r, &b->groups[i]) || !f->known ? -1 : f->value, i};
  }
  if (b->is_area) qsort(order, b->group_count, sizeof *order, by_share);
  const struct ranked *least = NULL, *most = NULL;
  for (uint32_t i = 0; i < b->group_count; i++) {
    const struct group *g = order[i].group;
    const struct figure *f = share_of(r, g);
    bool hidden = is_hidden(r, g), drawn = !hidden && f->known;
    rows[i] = (struct chart_row){.name = name_of(p, b, g), .value = hidden ? "\u2013" : f->known ? page_percent(p, f->value) : page_word(p, W_NOT_KNOWN),
                                 .at = drawn ? f->value : NAN, .lo = drawn && f->has_se ? f->lo : NAN, .hi = drawn && f->has_se ? f->hi : NAN,
                                 .low = drawn ? f->low : NAN, .high = drawn ? f->high : NAN, .behind = NAN};
    if (drawn && (!least || order[i].at < least->at)) least = &order[i];
    if (drawn && (!most || order[i].at > most->at)) most = &order[i];
  }
  const char *by = page_label(p, &b->label, b->name);
  page_add(p, "<h3>");
  page_add(p, page_fill(p, W_BY, by));
  page_add(p, "</h3>");
  const struct figure *nation = share_of(r, &r->nation);
  if (least) {
    const char *label = page_fill(p, W_CHART_DOTS, by, name_of(p, b, least->group), page_percent(p, least->at), name_of(p, b, most->group), page_percent(p, most->at));
    if (b->is_area) map(p, b, label);
    chart_dots(p, label, rows, b->group_count, nation->known ? nation->value : NAN);
  }
  const enum report_word w[] = {W_COL_HOUSEHOLDS, W_HEADCOUNT_T, W_COL_SE, W_COL_CI, W_COL_BOUNDS, W_GAP, W_COL_SELECTED, W_COL_UNDECIDED_RATE};
  char head[8][120];
  const char *heads[10] = {b->is_area ? page_word(p, W_COL_AREA) : page_word(p, W_GROUP)};
  for (int i = 0; i < 8; i++) snprintf(head[i], sizeof head[i], ">%s", i == 1 && !has_line(r) ? "H" : page_word(p, w[i])), heads[1 + i] = head[i];
  page_table(p, page_fill(p, W_BY, by), heads, false);
  for (uint32_t i = 0; i < b->group_count; i++) {
    const struct group *g = order[i].group;
    const struct figure *f = share_of(r, g);
    page_row(p);
    page_cell(p, rows[i].name);
    page_cell_right(p, page_is_small(g->all.households) ? page_word(p, W_SMALL) : page_count(p, g->all.households));
    if (is_hidden(r, g)) {
      page_addf(p, "<td class=\"r\" colspan=\"7\">%s</td>", page_word(p, W_WITHHELD));
      continue;
    }
    page_cell_right(p, f->known ? page_percent(p, f->value) : page_word(p, W_NOT_KNOWN));
    page_cell_right(p, f->known && f->has_se ? page_points(p, f->se) : "\u2013");
    page_cell_right(p, page_interval(p, f, page_percent));
    page_cell_right(p, f->low < f->high ? page_fill(p, W_TO, page_percent(p, f->low), page_percent(p, f->high)) : "\u2013");
    const struct figure *gap = has_line(r) ? &g->lines[r->main_line].gap : &g->af.m0;
    page_cell_right(p, gap->known ? page_percent(p, gap->value) : page_word(p, W_NOT_KNOWN));
    uint64_t selected = g->outcomes[OUTCOME_SELECTED].households, undecided = g->outcomes[OUTCOME_UNDECIDED].households;
    page_cell_right(p, page_is_small(selected) || !g->selected_rate.known ? "\u2013" : page_percent(p, g->selected_rate.value));
    page_cell_right(p, page_is_small(undecided) || !g->undecided_rate.known ? "\u2013" : page_percent(p, g->undecided_rate.value));
  }
  page_table_end(p);
  report_rests_on(p, has_line(r) ? report_line_assumed(r->programme, r->main_line) : report_dimensions_assumed(r->programme));
}

void report_where(struct page *p) {
  page_section(p, "where", W_WHERE, W_WHERE_TEXT);
  const struct figure *f = share_of(p->r, &p->r->nation);
  if (f->known && f->low < f->high) page_addf(p, "<p class=\"say\">%s</p>", page_word(p, W_UNDECIDED_BAND));
  for (uint32_t i = 0; i < p->r->breakdown_count; i++)
    if (p->r->breakdowns[i].is_area && p->r->breakdowns[i].group_count > 1) breakdown(p, &p->r->breakdowns[i]);
  page_section_end(p);
}

void report_who(struct page *p) {
  page_section(p, "who", W_WHO, W_WHO_TEXT);
  for (uint32_t i = 0; i < p->r->breakdown_count; i++)
    if (!p->r->breakdowns[i].is_area && p->r->breakdowns[i].group_count > 1) breakdown(p, &p->r->breakdowns[i]);
  page_section_end(p);
}
