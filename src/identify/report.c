#include "identify/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "identify/chart.h"
#include "identify/report_sections.h"

static void hero(struct page *p) {
  const struct identify_result *r = p->r;
  const struct programme *pr = r->programme;
  char year[16];
  snprintf(year, sizeof year, "%d", r->year);
  page_add(p, "<header><p class=\"over\">");
  page_add(p, page_label(p, &pr->title, pr->name));
  page_add(p, " \u00b7 ");
  const char *name_of_round = page_text(p, r->round ? r->round : "");
  page_add(p, r->year && strcmp(name_of_round, year) != 0 ? page_fill(p, W_ROUND_YEAR, name_of_round, year) : page_fill(p, W_ROUND, name_of_round));
  page_addf(p, "</p><h1>%s</h1>", page_word(p, W_TITLE));
  if (pr->drill) {
    page_add(p, "<p class=\"drill\" role=\"note\">");
    page_add(p, page_fill(p, W_DRILL, page_number(p, pr->inherited->open, 0), page_number(p, pr->inherited->count, 0), page_text(p, pr->inherited->from)));
    page_add(p, "</p>");
  }

  const struct line_figures *l = r->has_welfare && pr->line_count ? &r->nation.lines[r->main_line] : NULL;
  /* One in so many as a row of people, where it is neither too few nor a crowd. */
  double in = l && l->headcount.known && l->headcount.value > 0 ? round(1 / l->headcount.value) : 0;
  if (l && l->headcount.value <= 0.4 && in >= 3 && in <= 20) {
    page_add(p, "<a class=\"picture\" href=\"#figures-");
    page_addf(p, "%s\">", p->lang == LANG_ZH ? "zh" : "en");
    chart_people(p, page_fill(p, W_LEDE_ONE_IN, page_number(p, in, 0)), (uint32_t)in, 1);
    page_add(p, "</a>");
  }
  page_add(p, "<p class=\"lede\">");
  if (!l || !l->headcount.known)
    page_add(p, page_word(p, W_LEDE_UNKNOWN));
  else {
    double v = l->headcount.value;
    if (v <= 0)
      page_add(p, page_word(p, W_LEDE_NOBODY));
    else if (v > 0.4)
      page_add(p, page_fill(p, W_LEDE_MOST, page_percent(p, v)));
    else
      page_add(p, page_fill(p, W_LEDE_ONE_IN, page_number(p, round(1 / v), 0)));
    page_add(p, p->lang == LANG_ZH ? "" : " ");
    if (l->headcount.has_se)
      page_add(p, page_fill(p, W_LEDE_SURE, page_percent(p, v), page_percent(p, l->headcount.lo), page_percent(p, l->headcount.hi)));
    else
      page_add(p, page_fill(p, W_LEDE_VALUE, page_percent(p, v)));
  }
  page_add(p, "</p><p>");
  if (l) {
    const char *name = page_label(p, &pr->lines[r->main_line].label, pr->lines[r->main_line].name);
    page_add(p, isnan(l->amount) ? page_fill(p, W_LEDE_LINE_VARIES, name)
                                 : page_fill(p, W_LEDE_LINE, name, page_with_unit(p, page_line(p, l->amount), &r->unit)));
    page_add(p, p->lang == LANG_ZH ? "" : " ");
  }
  uint64_t households[OUTCOME_COUNT];
  const char *shown[OUTCOME_COUNT];
  for (int o = 0; o < OUTCOME_COUNT; o++) households[o] = r->nation.outcomes[o].households;
  page_partition(p, households, OUTCOME_COUNT, shown);
  page_add(p, page_fill(p, W_LEDE_DECIDED, page_count(p, r->nation.all.households), shown[OUTCOME_SELECTED]));
  if (r->has_quota) page_add(p, page_fill(p, W_LEDE_NO_PLACE, shown[OUTCOME_NO_PLACE]));
  if (households[OUTCOME_UNDECIDED]) page_add(p, page_fill(p, W_LEDE_UNDECIDED, shown[OUTCOME_UNDECIDED]));
  page_add(p, page_word(p, W_LEDE_END));
  page_add(p, "</p>");
  const char *note = label_in(&r->note, p->lang, NULL);
  if (note && *note) {
    page_add(p, "<p class=\"note\">");
    page_add(p, page_text(p, note));
    page_add(p, "</p>");
  }
  page_add(p, "</header>");
}

/* The sections in reading order: when they have something to say, and who writes them. */
struct section {
  const char *id;
  enum report_word title;
  bool (*has)(const struct identify_result *);
  void (*write)(struct page *);
};
static const struct section sections[] = {
    {"figures", W_FIGURES, report_has_figures, report_figures},    {"decided", W_DECIDED, report_has_all, report_outcomes},
    {"where", W_WHERE, report_has_areas, report_where},            {"who", W_WHO, report_has_groups, report_who},
    {"spread", W_SPREAD, report_has_spread, report_spread},        {"deprived", W_DEPRIVED, report_has_deprivations, report_deprivations},
    {"why", W_WHY, report_has_causes, report_why},                 {"sure", W_SURE, report_has_all, report_sure},
    {"rules", W_RULES, report_has_rules, report_rules},            {"from", W_FROM, report_has_all, report_provenance},
};

static void body(struct page *p) {
  const char *lang = p->lang == LANG_ZH ? "zh" : "en";
  page_addf(p, "<main lang=\"%s\" id=\"page-%s\">", lang, lang);
  hero(p);
  page_addf(p, "<nav aria-label=\"%s\">", page_word(p, W_CONTENTS));
  for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
    if (sections[i].has(p->r)) page_addf(p, "<a href=\"#%s-%s\">%s</a>", sections[i].id, lang, page_word(p, sections[i].title));
  page_add(p, "</nav>\n");
  for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
    if (sections[i].has(p->r)) sections[i].write(p);
  page_addf(p, "<footer><p>%s</p><p>%s</p></footer></main>\n", page_word(p, W_PRIVACY), page_word(p, W_METHOD));
}

enum status report_html(const struct identify_result *r, enum language first, struct text *out, struct err *e) {
  struct arena scratch;
  arena_init(&scratch, (size_t)256 << 20);
  struct page p = {.out = out, .arena = &scratch, .r = r, .lang = first};
  page_addf(&p, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>", first == LANG_ZH ? "zh" : "en");
  page_add(&p, page_label(&p, &r->programme->title, r->programme->name));
  page_add(&p, "</title><meta name=\"robots\" content=\"noindex\"><meta name=\"color-scheme\" content=\"light dark\"><style>");
  page_add(&p, report_style);
  page_add(&p, "</style></head><body>\n");
  page_addf(&p, "<input class=\"choice\" type=\"radio\" name=\"lang\" id=\"lang-en\"%s><input class=\"choice\" type=\"radio\" name=\"lang\" id=\"lang-zh\"%s>", first == LANG_EN ? " checked" : "",
            first == LANG_ZH ? " checked" : "");
  page_add(&p, "<div class=\"switch\"><label for=\"lang-en\" lang=\"en\">English</label><label for=\"lang-zh\" lang=\"zh\">中文</label></div>\n");
  for (int l = 0; l < LANG_COUNT; l++) {
    p.lang = (enum language)l;
    body(&p);
  }
  page_add(&p, "<script>");
  page_add(&p, report_script);
  page_add(&p, "</script></body></html>\n");
  bool full = scratch.ceiling && scratch.used >= scratch.ceiling;
  arena_drop(&scratch);
  if (full) return err_set(e, ERR_MEMORY, "report on fewer areas at once", "out of memory while writing the report");
  return text_check(out, "the report", e);
}
