#include "identify/report_sections.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "identify/chart.h"

bool report_has_all(const struct identify_result *r) { return (void)r, true; }
bool report_has_figures(const struct identify_result *r) { return (r->has_welfare && r->programme->line_count > 0) || r->has_af; }
/* Exact quantiles of a few households are their incomes: at least five households stand between two that are shown. 0 = show none. */
static int quantile_step(const struct identify_result *r) {
  uint64_t n = r->nation.all.households;
  return n >= 100 ? 1 : n >= 50 ? 2 : n >= 20 ? 5 : 0;
}

bool report_has_spread(const struct identify_result *r) { return r->welfare.known && r->welfare.width > 0 && quantile_step(r) > 0; }
bool report_has_deprivations(const struct identify_result *r) { return r->has_af && r->programme->indicator_count > 0; }

const char *report_dagger(struct page *p, bool assumed) {
  if (!assumed) return "";
  const char *s = arena_printf(p->arena, "<a class=\"dagger\" href=\"#assumed-%s\" title=\"%s\">\u2020</a>", p->lang == LANG_ZH ? "zh" : "en", page_word(p, W_ASSUMED));
  return s ? s : "";
}

bool report_line_assumed(const struct programme *pr, uint32_t line) {
  for (uint32_t i = 0; i < pr->lines[line].amount_count; i++)
    if (pr->lines[line].amounts[i].assumed) return true;
  return false;
}

bool report_dimensions_assumed(const struct programme *pr) {
  for (uint32_t i = 0; i < pr->indicator_count; i++)
    if (pr->indicators[i].assumed) return true;
  for (uint32_t i = 0; i < pr->assumed_count; i++)
    if (pr->assumed[i].section && !strcmp(pr->assumed[i].section, "dimensions")) return true;
  return false;
}

bool report_quota_assumed(const struct programme *pr, const char *area) {
  const struct quota_row *all = NULL;
  for (uint32_t i = 0; i < pr->identify.quota_count; i++) {
    const struct quota_row *q = &pr->identify.quota[i];
    if (area && !strcmp(q->area, area)) return q->assumed;
    if (!strcmp(q->area, "*")) all = q;
  }
  return all && all->assumed;
}

bool report_rules_assumed(const struct programme *pr) {
  const struct identify *d = &pr->identify;
  for (uint32_t i = 0; i < d->include_count; i++)
    if (d->include[i].assumed) return true;
  for (uint32_t i = 0; i < d->exclude_count; i++)
    if (d->exclude[i].assumed) return true;
  for (uint32_t i = 0; i < d->quota_count; i++)
    if (d->quota[i].assumed) return true;
  if (d->has_rank && d->has_quota && d->rank.assumed) return true; /* without places a ranking decides nothing */
  return pr->line_count && report_line_assumed(pr, pr->main_line);
}

void report_rests_on(struct page *p, bool assumed) {
  if (!assumed) return;
  page_add(p, "<p class=\"fine\">");
  page_add(p, report_dagger(p, true));
  page_addf(p, " %s</p>", page_word(p, W_RESTS_ON));
}

static const char *se_points(struct page *p, const struct figure *f) { return f->known && f->has_se ? page_points(p, f->se) : "\u2013"; }
static const char *share(struct page *p, const struct figure *f) { return f->known ? page_percent(p, f->value) : page_word(p, W_NOT_KNOWN); }
static const char *three(struct page *p, double v) { return page_number(p, v, 3); }

/* One headline figure: what it is in plain words, the number, how sure. */
static void card(struct page *p, const char *class_name, const char *title, const char *technical, const struct figure *f, const char *(*show)(struct page *, double), const char *dagger) {
  page_addf(p, "<div class=\"card %s\"><h3>", class_name);
  page_add(p, title);
  page_add(p, "</h3><small>");
  page_add(p, technical);
  page_add(p, "</small><div class=\"big\">");
  page_add(p, f->known ? show(p, f->value) : page_word(p, W_NOT_KNOWN));
  page_add(p, dagger);
  page_add(p, "</div>");
  if (f->known) {
    page_add(p, "<small>");
    if (f->has_se) {
      page_add(p, page_fill(p, W_CI, show(p, f->lo), show(p, f->hi)));
      page_add(p, "<br>");
      page_add(p, show == page_percent ? page_fill(p, W_SE_POINTS, page_points(p, f->se)) : page_fill(p, W_SE_PLAIN, show == three ? page_number(p, f->se, 4) : show(p, f->se)));
    } else
      page_add(p, page_word(p, W_NO_SE));
    if (f->low < f->high) {
      page_add(p, "<br>");
      page_add(p, page_fill(p, W_BOUNDS, show(p, f->low), show(p, f->high)));
    }
    page_add(p, "</small>");
  }
  page_add(p, "</div>");
}

static void lines_table(struct page *p) {
  const struct identify_result *r = p->r;
  const struct programme *pr = r->programme;
  char amount[512];
  const char *unit = page_label(p, &r->unit, "");
  snprintf(amount, sizeof amount, *unit ? ">%s, %.300s" : ">%s", page_word(p, W_COL_AMOUNT), unit);
  const char *heads[] = {page_word(p, W_COL_LINE), amount, ">%", NULL, NULL, NULL, NULL, NULL, NULL};
  char head[4][160];
  const enum report_word w[] = {W_HEADCOUNT_T, W_COL_CI, W_GAP, W_GAP2};
  for (int i = 0; i < 4; i++) snprintf(head[i], sizeof head[i], ">%s", page_word(p, w[i])), heads[2 + i] = head[i];
  page_table(p, page_word(p, W_LINES_CAPTION), heads, true);
  for (uint32_t i = 0; i < pr->line_count; i++) {
    const struct line_figures *l = &r->nation.lines[i];
    const struct figure *f[3] = {&l->headcount, &l->gap, &l->squared_gap};
    page_row(p);
    page_add(p, "<td>");
    page_add(p, page_label(p, &pr->lines[i].label, pr->lines[i].name));
    page_add(p, report_dagger(p, report_line_assumed(pr, i)));
    page_add(p, "</td>");
    page_cell_right(p, isnan(l->amount) ? page_word(p, W_VARIES) : page_line(p, l->amount));
    for (int k = 0; k < 3; k++) {
      page_add(p, "<td class=\"r\">");
      page_add(p, share(p, f[k]));
      if (f[k]->known && f[k]->has_se) {
        page_add(p, " <code>(");
        page_add(p, se_points(p, f[k]));
        page_add(p, ")</code>");
      }
      page_add(p, "</td>");
      if (k == 0) page_cell_right(p, page_interval(p, f[0], page_percent));
    }
  }
  page_table_end(p);
  page_addf(p, "<p class=\"fine\">%s</p>", page_word(p, W_SE_NOTE));
}

void report_figures(struct page *p) {
  const struct identify_result *r = p->r;
  const struct programme *pr = r->programme;
  page_section(p, "figures", W_FIGURES, W_COUNT);
  page_add(p, "<div class=\"cards\">");
  if (r->has_welfare && pr->line_count) {
    const struct line_figures *l = &r->nation.lines[r->main_line];
    const char *dagger = report_dagger(p, report_line_assumed(pr, r->main_line)), *unit = page_label(p, &r->unit, "");
    card(p, "first", page_word(p, W_HEADCOUNT), page_word(p, W_HEADCOUNT_T), &l->headcount, page_percent, dagger);
    card(p, "", page_word(p, W_GAP), page_word(p, W_GAP_T), &l->gap, page_percent, dagger);
    if (l->average_shortfall.known)
      card(p, "", page_word(p, W_SHORTFALL), page_fill(p, W_SHORTFALL_T, *unit ? arena_printf(p->arena, "%s%s", p->lang == LANG_ZH ? "\uff0c" : ", ", unit) : ""), &l->average_shortfall, page_amount, dagger);
  }
  if (r->has_af) {
    const char *assumed = report_dagger(p, report_dimensions_assumed(pr));
    double percent = pr->cutoff * 100;
    const char *cutoff = arena_printf(p->arena, "%.*f%%", fabs(percent - round(percent)) < 0.005 ? 0 : 1, percent);
    card(p, pr->line_count && r->has_welfare ? "" : "first", page_word(p, W_AF_H), page_fill(p, W_AF_H_T, cutoff), &r->nation.af.h, page_percent, assumed);
    card(p, "", page_word(p, W_AF_A), page_word(p, W_AF_A_T), &r->nation.af.a, page_percent, assumed);
    card(p, "", page_word(p, W_AF_M0), page_word(p, W_AF_M0_T), &r->nation.af.m0, three, assumed);
  } else if (r->welfare.known) {
    card(p, "", page_word(p, W_MEDIAN), page_label(p, &r->unit, ""), &r->welfare.median, page_amount, "");
    card(p, "", page_word(p, W_MEAN), page_label(p, &r->unit, ""), &r->welfare.mean, page_amount, "");
    card(p, "", page_word(p, W_GINI), page_word(p, W_GINI_T), &r->welfare.gini, three, "");
  }
  page_add(p, "</div>");
  if (r->has_welfare && pr->line_count) lines_table(p);
  page_section_end(p);
}

static void quota_table(struct page *p) {
  const struct identify_result *r = p->r;
  page_addf(p, "<h3>%s</h3><p class=\"say\">%s</p>", page_word(p, W_QUOTA), page_word(p, W_QUOTA_TEXT));
  const enum report_word w[] = {W_COL_PLACES, W_COL_SELECTED, W_COL_NO_PLACE, W_COL_UNDECIDED, W_COL_TIED};
  char head[5][120];
  const char *heads[8] = {page_word(p, W_COL_AREA)};
  for (int i = 0; i < 5; i++) snprintf(head[i], sizeof head[i], ">%s", page_word(p, w[i])), heads[1 + i] = head[i];
  heads[6] = page_word(p, W_COL_SOURCE);
  page_table(p, page_word(p, W_QUOTA), heads, r->quota_count <= 12);
  for (uint32_t i = 0; i < r->quota_count; i++) {
    const struct quota_area *q = &r->quota[i];
    const uint64_t cells[3] = {q->selected, q->no_place, q->undecided};
    const char *shown[3];
    page_partition(p, cells, 3, shown);
    page_row(p);
    page_cell(p, page_label(p, &q->label, q->code));
    page_add(p, "<td class=\"r\">");
    page_add(p, page_count(p, (uint64_t)(q->places > 0 ? q->places : 0)));
    page_add(p, report_dagger(p, report_quota_assumed(p->r->programme, q->code)));
    page_add(p, "</td>");
    for (int k = 0; k < 3; k++) page_cell_right(p, shown[k]);
    page_add(p, "<td class=\"r\">");
    if (q->tied) {
      page_add(p, page_is_small(q->tied) ? page_word(p, W_SMALL) : page_count(p, q->tied));
      page_add(p, " (");
      page_add(p, page_is_small(q->tied_in) ? page_word(p, W_SMALL) : page_count(p, q->tied_in));
      page_add(p, ")");
      if (q->drawn) page_add(p, " "), page_add(p, page_word(p, W_DRAWN));
    } else
      page_add(p, "\u2013");
    page_add(p, "</td>");
    page_cell(p, page_text(p, q->source));
  }
  page_table_end(p);
}

void report_outcomes(struct page *p) {
  const struct identify_result *r = p->r;
  static const enum report_word names[OUTCOME_COUNT] = {W_OUTCOME_0, W_OUTCOME_1, W_OUTCOME_2, W_OUTCOME_3};
  page_section(p, "decided", W_DECIDED, W_DECIDED_TEXT);
  uint64_t households[OUTCOME_COUNT];
  double shares[OUTCOME_COUNT];
  const char *shown[OUTCOME_COUNT];
  uint64_t all = r->nation.all.households;
  bool small = false;
  uint32_t largest = 0;
  for (uint32_t o = 0; o < OUTCOME_COUNT; o++) {
    households[o] = r->nation.outcomes[o].households;
    small = small || page_is_small(households[o]);
    if (households[o] > households[largest]) largest = o;
  }
  /* Squares give back no hidden count: every small one is drawn alike, and the largest takes what is left. */
  double drawn = 0;
  for (uint32_t o = 0; o < OUTCOME_COUNT; o++) {
    double count = page_is_small(households[o]) ? 2.5 : (double)households[o];
    shares[o] = all ? count / (double)all : 0;
    if (o != largest) drawn += shares[o];
  }
  if (small && all && !page_is_small(households[largest])) shares[largest] = drawn < 1 ? 1 - drawn : 0;
  page_partition(p, households, OUTCOME_COUNT, shown);
  const char *label = page_word(p, W_DECIDED);
  for (int o = 0; o < OUTCOME_COUNT; o++) {
    if (o == OUTCOME_NO_PLACE && !r->has_quota && !households[o]) continue;
    const char *next = arena_printf(p->arena, "%s%s %s %s", label, o ? ", " : ": ", page_word(p, names[o]), shown[o]);
    if (next) label = next;
  }
  if (all) chart_squares(p, label, shares, OUTCOME_COUNT);
  page_add(p, "<ul class=\"keys\" aria-hidden=\"true\">");
  for (int o = 0; o < OUTCOME_COUNT; o++) {
    if (o == OUTCOME_NO_PLACE && !r->has_quota && !households[o]) continue;
    page_addf(p, "<li><svg width=\"16\" height=\"16\"><rect class=\"o%d\" x=\"1\" y=\"1\" width=\"14\" height=\"14\" rx=\"2\"/>%s</svg>%s &nbsp;<b>", o,
              o == 3 ? "<path class=\"hatch\" d=\"M3 8l5-5M3 14l11-11M9 14l5-5\"/>" : "", page_word(p, names[o]));
    page_add(p, shown[o]);
    page_add(p, "</b></li>");
  }
  page_add(p, "</ul>");

  const enum report_word w[] = {W_COL_HOUSEHOLDS, W_COL_SHARE, W_COL_PERSONS, W_COL_POP_H, W_COL_POP};
  char head[5][120];
  const char *heads[7] = {page_word(p, W_OUTCOME)};
  int columns = r->weighted ? 5 : 3;
  for (int i = 0; i < columns; i++) snprintf(head[i], sizeof head[i], ">%s", page_word(p, w[i])), heads[1 + i] = head[i];
  page_table(p, page_word(p, W_DECIDED), heads, true);
  for (uint32_t o = 0; o <= OUTCOME_COUNT; o++) {
    const struct counts *c = o < OUTCOME_COUNT ? &r->nation.outcomes[o] : &r->nation.all;
    if (o == OUTCOME_NO_PLACE && !r->has_quota && !c->households) continue;
    bool hide = o < OUTCOME_COUNT && page_is_small(c->households), rounded = small && o == largest;
    uint64_t count = rounded ? (c->households + 5) / 10 * 10 : c->households; /* as shown: a share of the exact count would give it back */
    page_add(p, o < OUTCOME_COUNT ? "<tr>" : "<tr class=\"total\">");
    page_cell(p, o < OUTCOME_COUNT ? page_word(p, names[o]) : page_word(p, W_ALL));
    page_cell_right(p, o < OUTCOME_COUNT ? shown[o] : page_count(p, c->households));
    page_cell_right(p, hide ? "\u2013" : page_percent(p, all ? (double)count / (double)all : NAN));
    page_cell_right(p, hide ? "\u2013" : rounded ? page_fill(p, W_ABOUT, page_count(p, (c->persons + 10) / 20 * 20)) : page_count(p, c->persons));
    if (r->weighted) {
      double step = rounded ? 1000 : 1; /* weighted totals must not give back what was hidden */
      page_cell_right(p, hide ? "\u2013" : page_number(p, round(c->weighted_households / step) * step, 0));
      page_cell_right(p, hide ? "\u2013" : page_number(p, round(c->weighted_persons / step) * step, 0));
    }
  }
  page_table_end(p);
  report_rests_on(p, report_rules_assumed(r->programme));
  if (r->has_quota && r->quota_count) quota_table(p);
  page_section_end(p);
}

void report_spread(struct page *p) {
  const struct identify_result *r = p->r;
  const struct programme *pr = r->programme;
  const struct welfare_shape *w = &r->welfare;
  const char *welfare = page_label(p, &pr->design.welfare_label, page_word(p, W_WELFARE));
  double line = pr->line_count ? r->nation.lines[r->main_line].amount : NAN;
  page_add(p, "<section id=\"spread-");
  page_addf(p, "%s\"><h2>%s</h2><p class=\"say\">", p->lang == LANG_ZH ? "zh" : "en", page_word(p, W_SPREAD));
  page_add(p, page_fill(p, W_SPREAD_TEXT, welfare));
  page_add(p, "</p>");
  int step = quantile_step(r);
  struct chart_mark marks[2];
  uint32_t n = 0;
  if (!isnan(line)) marks[n++] = (struct chart_mark){line, page_fill(p, W_LINE_MARK, page_amount(p, line)), "line"};
  if (w->median.known) marks[n++] = (struct chart_mark){w->median.value, page_fill(p, W_MEDIAN_MARK, page_amount(p, w->median.value)), "median"};
  if (step == 1)
    chart_histogram(p, page_fill(p, W_CHART_SPREAD, welfare, page_amount(p, line), page_amount(p, w->median.known ? w->median.value : NAN)), w, isnan(line) ? -INFINITY : line, marks, n);
  double total = w->below + w->above;
  for (int i = 0; i < HISTOGRAM_BINS; i++) total += w->bins[i];
  if (step == 1 && total > 0 && (w->above > 0 || w->below > 0)) {
    page_add(p, "<p class=\"say\">");
    if (w->above > 0) page_add(p, page_fill(p, W_ABOVE_MARK, page_percent(p, w->above / total)));
    if (w->below > 0) page_add(p, " "), page_add(p, page_fill(p, W_BELOW_MARK, page_percent(p, w->below / total)));
    page_add(p, "</p>");
  }
  char have[300], hold[160];
  snprintf(have, sizeof have, ">%s, %.120s", page_word(p, W_COL_HAVE), page_label(p, &r->unit, ""));
  snprintf(hold, sizeof hold, ">%s", page_word(p, W_COL_HOLD));
  const char *heads[] = {page_word(p, W_COL_QUANTILE), have, hold, NULL};
  page_table(p, welfare, heads, step > 1);
  for (int i = step - 1; i < QUANTILE_COUNT; i += step) {
    char q[16];
    snprintf(q, sizeof q, "%d%%", 5 * (i + 1));
    page_row(p);
    page_cell(p, q);
    page_cell_right(p, page_amount(p, w->quantiles[i]));
    page_cell_right(p, page_percent(p, w->lorenz[i + 1]));
  }
  page_table_end(p);
  page_section_end(p);
}

void report_deprivations(struct page *p) {
  const struct identify_result *r = p->r;
  const struct programme *pr = r->programme;
  const struct af_figures *af = &r->nation.af;
  page_section(p, "deprived", W_DEPRIVED, W_DEPRIVED_TEXT);
  uint32_t n = pr->indicator_count;
  struct chart_row *rows = arena_array(p->arena, n, sizeof *rows);
  const char **names = arena_array(p->arena, n, sizeof *names);
  double *parts = arena_array(p->arena, n, sizeof *parts);
  if (!rows || !names || !parts) return;
  bool has_parts = true;
  for (uint32_t i = 0; i < n; i++) {
    const struct indicator_figures *f = &af->indicators[i];
    names[i] = page_label(p, &pr->indicators[i].label, pr->indicators[i].name);
    rows[i] = (struct chart_row){.name = names[i], .value = share(p, &f->censored), .at = f->censored.known ? f->censored.value : NAN, .behind = f->uncensored.known ? f->uncensored.value : NAN,
                                 .lo = f->censored.has_se ? f->censored.lo : NAN, .hi = f->censored.has_se ? f->censored.hi : NAN, .low = NAN, .high = NAN};
    parts[i] = f->contribution.known ? f->contribution.value : NAN;
    has_parts = has_parts && f->contribution.known;
  }
  chart_bars(p, page_word(p, W_CHART_DEPRIVED), rows, n);
  if (has_parts) {
    page_addf(p, "<h3>%s</h3>", page_word(p, W_CONTRIBUTION_TEXT));
    chart_parts(p, page_word(p, W_CONTRIBUTION_TEXT), names, parts, n);
  }
  const enum report_word w[] = {W_COL_WEIGHT, W_COL_UNCENSORED, W_COL_CENSORED, W_COL_SE, W_COL_CI, W_COL_CONTRIBUTION};
  char head[6][120];
  const char *heads[8] = {page_word(p, W_COL_INDICATOR)};
  for (int i = 0; i < 6; i++) snprintf(head[i], sizeof head[i], ">%s", page_word(p, w[i])), heads[1 + i] = head[i];
  page_table(p, page_word(p, W_DEPRIVED), heads, false);
  for (uint32_t i = 0; i < n; i++) {
    const struct indicator_figures *f = &af->indicators[i];
    page_row(p);
    page_add(p, "<td>");
    page_add(p, names[i]);
    page_add(p, report_dagger(p, pr->indicators[i].assumed));
    page_add(p, "</td>");
    page_cell_right(p, page_percent(p, pr->indicators[i].weight));
    page_cell_right(p, share(p, &f->uncensored));
    page_cell_right(p, share(p, &f->censored));
    page_cell_right(p, se_points(p, &f->censored));
    page_cell_right(p, page_interval(p, &f->censored, page_percent));
    page_cell_right(p, share(p, &f->contribution));
  }
  page_table_end(p);
  report_rests_on(p, report_dimensions_assumed(pr));
  if (af->unknown_households) {
    page_add(p, "<p class=\"say\">");
    page_add(p, page_fill(p, W_AF_UNKNOWN, page_is_small(af->unknown_households) ? page_word(p, W_SMALL) : page_count(p, af->unknown_households)));
    page_add(p, "</p>");
  }
  page_section_end(p);
}
