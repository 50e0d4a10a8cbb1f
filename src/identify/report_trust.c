/* Why, how sure, by which rules, and from what: what a reader needs in order to believe the rest, or not. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "identify/chart.h"
#include "identify/report_sections.h"

static uint64_t qualified(const struct identify_result *r) {
  return r->nation.outcomes[OUTCOME_SELECTED].households + r->nation.outcomes[OUTCOME_NO_PLACE].households;
}

static bool has_kind(const struct identify_result *r, enum reason_kind k) {
  for (uint32_t i = 0; i < r->reason_count; i++)
    if (r->reasons[i].kind == k) return true;
  return false;
}

bool report_has_causes(const struct identify_result *r) { return qualified(r) >= 5 && has_kind(r, REASON_CAUSE); }
bool report_has_rules(const struct identify_result *r) { return r->reason_count > 0; }

static const char *small_or(struct page *p, uint64_t households) { return page_is_small(households) ? page_word(p, W_SMALL) : page_count(p, households); }

void report_why(struct page *p) {
  const struct identify_result *r = p->r;
  uint64_t base = qualified(r);
  page_addf(p, "<section id=\"why-%s\"><h2>%s</h2><p class=\"say\">%s</p>", p->lang == LANG_ZH ? "zh" : "en", page_word(p, W_WHY), page_fill(p, W_WHY_TEXT, page_count(p, base)));
  struct chart_row *rows = arena_array(p->arena, r->reason_count, sizeof *rows);
  const struct reason **which = arena_array(p->arena, r->reason_count, sizeof *which);
  if (!rows || !which) return;
  uint32_t n = 0;
  for (uint32_t i = 0; i < r->reason_count; i++) {
    const struct reason *c = &r->reasons[i];
    if (c->kind != REASON_CAUSE) continue;
    uint32_t k = n++;
    for (; k > 0 && which[k - 1]->among_qualified.households < c->among_qualified.households; k--) which[k] = which[k - 1];
    which[k] = c;
  }
  for (uint32_t i = 0; i < n; i++) {
    uint64_t held = which[i]->among_qualified.households;
    bool hide = page_is_small(held);
    double at = (double)held / (double)base;
    rows[i] = (struct chart_row){.name = page_label(p, &which[i]->label, which[i]->name), .value = hide ? page_word(p, W_SMALL) : page_percent(p, at), .at = hide ? NAN : at,
                                 .lo = NAN, .hi = NAN, .low = NAN, .high = NAN, .behind = NAN};
  }
  chart_bars(p, page_word(p, W_CHART_WHY), rows, n);
  char head[3][120];
  const enum report_word w[] = {W_COL_HOUSEHOLDS, W_COL_PERSONS, W_COL_SHARE};
  for (int i = 0; i < 3; i++) snprintf(head[i], sizeof head[i], ">%s", page_word(p, w[i]));
  const char *heads[] = {page_word(p, W_COL_CAUSE), head[0], head[1], head[2], NULL};
  page_table(p, page_word(p, W_WHY), heads, false);
  for (uint32_t i = 0; i < n; i++) {
    const struct counts *c = &which[i]->among_qualified;
    page_row(p);
    page_cell(p, rows[i].name);
    page_cell_right(p, small_or(p, c->households));
    page_cell_right(p, page_is_small(c->households) ? "\u2013" : page_count(p, c->persons));
    page_cell_right(p, rows[i].value);
  }
  page_table_end(p);
  page_section_end(p);
}

static void item(struct page *p, const char *s) {
  page_add(p, "<li>");
  page_add(p, s);
  page_add(p, "</li>");
}

/* The programme's word for the level, else ours. */
static const char *level_name(struct page *p, const struct missing_field *m) {
  const struct programme *pr = p->r->programme;
  if (m->level < pr->level_count && (pr->levels[m->level].label.en || pr->levels[m->level].label.zh)) return page_label(p, &pr->levels[m->level].label, m->level_name);
  if (m->level_name && !strcmp(m->level_name, "household")) return page_word(p, W_LEVEL_HOUSEHOLD);
  if (m->level_name && !strcmp(m->level_name, "members")) return page_word(p, W_LEVEL_MEMBER);
  return page_text(p, m->level_name);
}

static void missing_table(struct page *p) {
  const struct identify_result *r = p->r;
  page_addf(p, "<h3>%s</h3>", page_word(p, W_MISSING));
  if (r->missing_count == 0) {
    page_addf(p, "<p class=\"say\">%s</p>", page_word(p, W_MISSING_NONE));
    return;
  }
  const enum report_word w[] = {W_COL_HH_UNDECIDED, W_COL_EMPTY, W_COL_REFUSED, W_COL_NOT_APPLICABLE, W_COL_NO_ROSTER};
  static const enum absence why[] = {ABSENT_EMPTY, ABSENT_REFUSED, ABSENT_NOT_APPLICABLE, ABSENT_NO_ROSTER};
  char head[5][120];
  const char *heads[8] = {page_word(p, W_COL_FIELD), page_word(p, W_COL_LEVEL)};
  for (int i = 0; i < 5; i++) snprintf(head[i], sizeof head[i], ">%s", page_word(p, w[i])), heads[2 + i] = head[i];
  page_table(p, page_word(p, W_MISSING), heads, true);
  for (uint32_t i = 0; i < r->missing_count; i++) {
    const struct missing_field *m = &r->missing[i];
    page_row(p);
    page_cell(p, page_label(p, &m->label, m->name));
    page_cell(p, level_name(p, m));
    page_cell_right(p, small_or(p, m->undecided.households));
    for (int k = 0; k < 4; k++) page_cell_right(p, m->cells[why[k]] ? small_or(p, m->cells[why[k]]) : "\u2013");
  }
  page_table_end(p);
}

void report_sure(struct page *p) {
  const struct identify_result *r = p->r;
  const struct programme *pr = r->programme;
  page_section(p, "sure", W_SURE, W_COUNT);
  page_add(p, "<ul class=\"plain\">");
  if (r->psus)
    item(p, r->has_strata ? page_fill(p, W_SURE_DESIGN, page_count(p, r->psus), page_count(p, r->strata)) : page_fill(p, W_SURE_DESIGN_ONE, page_count(p, r->psus)));
  if (r->lonely_strata) item(p, page_fill(p, W_SURE_LONELY, page_count(p, r->lonely_strata)));
  item(p, page_word(p, r->weighted ? W_SURE_WEIGHTED : W_SURE_UNWEIGHTED));
  if (r->households_without_weight) item(p, page_fill(p, W_SURE_NO_WEIGHT, small_or(p, r->households_without_weight)));
  bool relative = false;
  for (uint32_t i = 0; i < pr->line_count; i++) relative = relative || pr->lines[i].kind == LINE_RELATIVE;
  if (relative) item(p, page_word(p, W_SURE_RELATIVE));
  page_add(p, "</ul>");
  if (r->has_welfare && pr->line_count) {
    struct chart_row *rows = arena_array(p->arena, pr->line_count, sizeof *rows);
    if (!rows) return;
    bool undecided = false;
    for (uint32_t i = 0; i < pr->line_count; i++) {
      const struct figure *f = &r->nation.lines[i].headcount;
      rows[i] = (struct chart_row){.name = page_label(p, &pr->lines[i].label, pr->lines[i].name), .value = f->known ? page_percent(p, f->value) : page_word(p, W_NOT_KNOWN),
                                   .at = f->known ? f->value : NAN, .lo = f->has_se ? f->lo : NAN, .hi = f->has_se ? f->hi : NAN, .low = f->known ? f->low : NAN,
                                   .high = f->known ? f->high : NAN, .behind = NAN};
      undecided = undecided || (f->known && f->low < f->high);
    }
    chart_dots(p, page_word(p, W_CHART_RANGE), rows, pr->line_count, NAN);
    if (undecided) page_addf(p, "<p class=\"say\">%s</p>", page_word(p, W_SURE_RANGE));
    char head[4][120];
    const enum report_word w[] = {W_HEADCOUNT_T, W_COL_SE, W_COL_CI, W_COL_BOUNDS};
    for (int i = 0; i < 4; i++) snprintf(head[i], sizeof head[i], ">%s", page_word(p, w[i]));
    const char *heads[] = {page_word(p, W_COL_LINE), head[0], head[1], head[2], head[3], NULL};
    page_table(p, page_word(p, W_SURE), heads, false);
    for (uint32_t i = 0; i < pr->line_count; i++) {
      const struct figure *f = &r->nation.lines[i].headcount;
      page_row(p);
      page_cell(p, rows[i].name);
      page_cell_right(p, rows[i].value);
      page_cell_right(p, f->known && f->has_se ? page_points(p, f->se) : "\u2013");
      page_cell_right(p, page_interval(p, f, page_percent));
      page_cell_right(p, f->known ? page_fill(p, W_TO, page_percent(p, f->low), page_percent(p, f->high)) : "\u2013");
    }
    page_table_end(p);
  }
  missing_table(p);
  page_section_end(p);
}

static bool named_assumed(const struct named_rule *rules, uint32_t n, const char *name) {
  for (uint32_t i = 0; i < n; i++)
    if (!strcmp(rules[i].name, name)) return rules[i].assumed;
  return false;
}

static bool is_assumed(const struct programme *pr, const struct reason *c) {
  switch (c->kind) {
    case REASON_INCLUDE: return named_assumed(pr->identify.include, pr->identify.include_count, c->name);
    case REASON_EXCLUDE: return named_assumed(pr->identify.exclude, pr->identify.exclude_count, c->name);
    case REASON_CAUSE: return named_assumed(pr->identify.causes, pr->identify.cause_count, c->name);
    case REASON_INDICATOR: break;
  }
  for (uint32_t i = 0; i < pr->indicator_count; i++)
    if (!strcmp(pr->indicators[i].name, c->name)) return pr->indicators[i].assumed;
  return false;
}

void report_rules(struct page *p) {
  const struct identify_result *r = p->r;
  static const enum report_word kinds[] = {W_KIND_0, W_KIND_1, W_KIND_2, W_KIND_3};
  page_section(p, "rules", W_RULES, W_RULES_TEXT);
  char held[120], unknown[120];
  snprintf(held, sizeof held, ">%s", page_word(p, W_COL_HELD));
  snprintf(unknown, sizeof unknown, ">%s", page_word(p, W_COL_UNKNOWN));
  const char *heads[] = {page_word(p, W_COL_KIND), page_word(p, W_COL_RULE), held, unknown, NULL};
  page_table(p, page_word(p, W_HOUSEHOLDS), heads, true);
  for (uint32_t i = 0; i < r->reason_count; i++) {
    const struct reason *c = &r->reasons[i];
    page_row(p);
    page_cell(p, page_word(p, kinds[c->kind]));
    page_add(p, "<td>");
    page_add(p, page_label(p, &c->label, c->name));
    page_add(p, report_dagger(p, is_assumed(r->programme, c)));
    page_add(p, "<br><code>");
    page_add(p, page_text(p, c->source));
    page_add(p, "</code></td>");
    page_cell_right(p, small_or(p, c->held.households));
    page_cell_right(p, small_or(p, c->unknown.households));
  }
  page_table_end(p);
  page_section_end(p);
}

static void fact(struct page *p, enum report_word w, const char *markup, bool hash) {
  if (!markup || !*markup) return;
  page_addf(p, "<dt>%s</dt><dd%s>", page_word(p, w), hash ? " class=\"hash\"" : "");
  page_add(p, markup);
  page_add(p, "</dd>");
}

void report_provenance(struct page *p) {
  const struct identify_result *r = p->r;
  const struct programme *pr = r->programme;
  page_section(p, "from", W_FROM, W_FROM_TEXT);
  page_add(p, "<dl class=\"from\">");
  fact(p, W_F_PROGRAMME, page_text(p, pr->name), false);
  fact(p, W_F_SNAPSHOT, r->snapshot, true);
  fact(p, W_F_RULES, r->rules_hash, true);
  fact(p, W_F_SOURCE, r->source_hash, true);
  fact(p, W_F_DECISIONS, r->decisions_hash, true);
  if (r->has_quota) fact(p, W_F_SEED, page_text(p, r->seed), true);
  fact(p, W_F_ENGINE, r->engine ? arena_printf(p->arena, "Lucid %s", page_text(p, r->engine)) : NULL, false);
  char when[32];
  if (r->at) fact(p, W_F_AT, instant_format(r->at, when), false);
  page_add(p, "</dl>");
  const char *note = label_in(&pr->note, p->lang, NULL);
  if (note && *note) {
    page_add(p, "<p class=\"note\">");
    page_add(p, page_text(p, note));
    page_add(p, "</p>");
  }
  if (r->assumption_count) {
    page_addf(p, "<h3 id=\"assumed-%s\">%s</h3><p class=\"say\">%s</p>", p->lang == LANG_ZH ? "zh" : "en", page_word(p, W_ASSUMPTIONS), page_word(p, W_ASSUMPTIONS_TEXT));
    const char *heads[] = {page_word(p, W_COL_WHAT), page_word(p, W_COL_VALUE), page_word(p, W_COL_SOURCE), NULL};
    page_table(p, page_word(p, W_ASSUMPTIONS), heads, true);
    for (uint32_t i = 0; i < r->assumption_count; i++) {
      const struct assumption *a = &r->assumptions[i];
      page_row(p);
      page_cell(p, page_label(p, &a->label, a->name));
      page_add(p, "<td><code>");
      page_add(p, page_text(p, a->value));
      page_add(p, "</code></td>");
      page_cell(p, page_text(p, a->source));
    }
    page_table_end(p);
  }
  page_section_end(p);
}
