#include "identify/summary.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/json.h"
#include "base/number.h"
#include "identify/words.h"

static void number(struct json *j, const char *key, double v) {
  json_key(j, key);
  if (isfinite(v)) json_double(j, v);
  else json_nothing(j);
}

static void figure(struct json *j, const char *key, const struct figure *f) {
  json_key(j, key);
  if (!f->known) {
    json_nothing(j);
    return;
  }
  json_open(j);
  number(j, "value", f->value);
  number(j, "se", f->has_se ? f->se : NAN);
  number(j, "ci_low", f->has_se ? f->lo : NAN);
  number(j, "ci_high", f->has_se ? f->hi : NAN);
  number(j, "worst_low", f->low);
  number(j, "worst_high", f->high);
  json_put(j, "n", uint, f->n);
  json_close(j);
}

static void counts(struct json *j, const char *key, const struct counts *c) {
  json_key(j, key);
  json_open(j);
  json_put(j, "households", uint, c->households);
  json_put(j, "persons", uint, c->persons);
  number(j, "weighted_households", c->weighted_households);
  number(j, "weighted_persons", c->weighted_persons);
  json_close(j);
}

static void label(struct json *j, const char *key, const struct label *l) {
  json_key(j, key);
  json_open(j);
  json_put(j, "en", str, l->en);
  json_put(j, "zh", str, l->zh);
  json_close(j);
}

static void line(struct json *j, const struct programme *p, uint32_t k, const struct line_figures *l) {
  json_open(j);
  json_put(j, "name", str, p->lines[k].name);
  json_put(j, "kind", str, p->lines[k].kind == LINE_RELATIVE ? "relative" : "absolute");
  json_put(j, "main", bool, k == p->main_line);
  label(j, "label", &p->lines[k].label);
  number(j, "amount", l->amount);
  figure(j, "headcount", &l->headcount);
  figure(j, "gap", &l->gap);
  figure(j, "squared_gap", &l->squared_gap);
  figure(j, "headcount_households", &l->headcount_households);
  figure(j, "average_shortfall", &l->average_shortfall);
  json_close(j);
}

static void group(struct json *j, const struct identify_result *r, const struct group *g) {
  const struct programme *p = r->programme;
  json_open(j);
  json_put(j, "code", str, g->code);
  label(j, "label", &g->label);
  counts(j, "all", &g->all);
  json_key(j, "outcomes");
  json_open(j);
  for (int o = 0; o < OUTCOME_COUNT; o++) counts(j, outcome_word((enum outcome)o), &g->outcomes[o]);
  json_close(j);
  figure(j, "undecided_rate", &g->undecided_rate);
  figure(j, "undecided_rate_households", &g->undecided_rate_households);
  figure(j, "selected_rate", &g->selected_rate);
  figure(j, "mean", &g->mean);
  figure(j, "median", &g->median);
  json_key(j, "lines");
  json_open_list(j);
  for (uint32_t k = 0; k < p->line_count && g->lines; k++) line(j, p, k, &g->lines[k]);
  json_close_list(j);
  json_key(j, "alkire_foster");
  if (!r->has_af || !g->af.indicators) {
    json_nothing(j);
  } else {
    json_open(j);
    figure(j, "h", &g->af.h);
    figure(j, "a", &g->af.a);
    figure(j, "m0", &g->af.m0);
    json_put(j, "unknown_households", uint, g->af.unknown_households);
    json_key(j, "indicators");
    json_open_list(j);
    for (uint32_t i = 0; i < p->indicator_count; i++) {
      json_open(j);
      json_put(j, "name", str, p->indicators[i].name);
      figure(j, "uncensored", &g->af.indicators[i].uncensored);
      figure(j, "censored", &g->af.indicators[i].censored);
      figure(j, "contribution", &g->af.indicators[i].contribution);
      json_close(j);
    }
    json_close_list(j);
    json_close(j);
  }
  json_close(j);
}

static void reasons(struct json *j, const struct identify_result *r) {
  static const char *const kinds[] = {[REASON_INCLUDE] = "include", [REASON_EXCLUDE] = "exclude", [REASON_CAUSE] = "cause", [REASON_INDICATOR] = "indicator"};
  json_key(j, "reasons");
  json_open_list(j);
  for (uint32_t i = 0; i < r->reason_count; i++) {
    const struct reason *x = &r->reasons[i];
    json_open(j);
    json_put(j, "kind", str, kinds[x->kind]);
    json_put(j, "name", str, x->name);
    label(j, "label", &x->label);
    json_put(j, "rule", str, x->source);
    counts(j, "held", &x->held);
    counts(j, "unknown", &x->unknown);
    counts(j, "among_qualified", &x->among_qualified);
    counts(j, "errors", &x->errors);
    json_close(j);
  }
  json_close_list(j);
}

static void missing(struct json *j, const struct identify_result *r) {
  json_key(j, "missing");
  json_open_list(j);
  for (uint32_t i = 0; i < r->missing_count; i++) {
    const struct missing_field *x = &r->missing[i];
    json_open(j);
    json_put(j, "level", str, x->level_name);
    json_put(j, "field", str, x->name);
    label(j, "label", &x->label);
    counts(j, "undecided", &x->undecided);
    json_key(j, "cells");
    json_open(j);
    for (int a = 1; a < ABSENCE_COUNT; a++) json_put(j, absence_name((enum absence)a), uint, x->cells[a]);
    json_close(j);
    json_close(j);
  }
  json_close_list(j);
}

static void quota(struct json *j, const struct identify_result *r) {
  json_key(j, "quota");
  json_open_list(j);
  for (uint32_t i = 0; i < r->quota_count; i++) {
    const struct quota_area *q = &r->quota[i];
    json_open(j);
    json_put(j, "area", str, q->code);
    label(j, "label", &q->label);
    json_put(j, "places", int, q->places);
    json_put(j, "source", str, q->source);
    json_put(j, "qualified", uint, q->qualified);
    json_put(j, "selected", uint, q->selected);
    json_put(j, "no_place", uint, q->no_place);
    json_put(j, "undecided", uint, q->undecided);
    number(j, "cutoff", q->has_cutoff ? q->cutoff : NAN);
    json_put(j, "tied", uint, q->tied);
    json_put(j, "tied_in", uint, q->tied_in);
    json_put(j, "drawn", bool, q->drawn);
    json_put(j, "undecided_could", uint, q->undecided_could);
    json_put(j, "provisional", uint, q->provisional);
    json_close(j);
  }
  json_close_list(j);
}

static void welfare(struct json *j, const struct welfare_shape *w) {
  json_key(j, "welfare");
  if (!w->known) {
    json_nothing(j);
    return;
  }
  json_open(j);
  figure(j, "mean", &w->mean);
  figure(j, "median", &w->median);
  figure(j, "gini", &w->gini);
  json_key(j, "quantiles");
  json_open_list(j);
  for (int i = 0; i < QUANTILE_COUNT; i++) json_double(j, w->quantiles[i]);
  json_close_list(j);
  json_key(j, "histogram");
  json_open(j);
  number(j, "from", w->from);
  number(j, "width", w->width);
  number(j, "below", w->below);
  number(j, "above", w->above);
  json_key(j, "persons");
  json_open_list(j);
  for (int i = 0; i < HISTOGRAM_BINS; i++) json_double(j, w->bins[i]);
  json_close_list(j);
  json_close(j);
  json_close(j);
}

static void run(struct json *j, const struct identify_result *r) {
  const struct programme *p = r->programme;
  json_put(j, "format", int, SUMMARY_FORMAT);
  json_put(j, "programme", str, p->name);
  label(j, "title", &p->title);
  json_put(j, "round", str, r->round);
  json_put(j, "year", int, r->year);
  json_put(j, "rules_hash", str, r->rules_hash);
  json_put(j, "source_hash", str, r->source_hash);
  json_put(j, "snapshot", str, r->snapshot);
  json_put(j, "decisions_hash", str, r->decisions_hash);
  json_put(j, "engine", str, r->engine);
  json_put(j, "seed", str, r->seed);
  json_put(j, "seed_from", str, r->seed_from);
  json_put(j, "currency", str, p->currency);
  json_put(j, "drill", bool, p->drill);
  if (p->inherited) json_put(j, "inherited_from", str, p->inherited->from), json_put(j, "inherited_unconfirmed", uint, p->inherited->open);
  label(j, "note", &r->note);
}

enum status summary_json(const struct identify_result *r, struct text *out, struct err *e) {
  const struct programme *p = r->programme;
  struct json js, *j = &js;
  json_init(j, out, true);
  json_open(j);
  run(j, r);
  json_key(j, "design");
  json_open(j);
  json_put(j, "weighted", bool, r->weighted);
  json_put(j, "psus", uint, r->psus);
  json_put(j, "strata", uint, r->strata);
  json_put(j, "lonely_strata", uint, r->lonely_strata);
  json_put(j, "households_without_weight", uint, r->households_without_weight);
  json_close(j);
  json_key(j, "nation");
  group(j, r, &r->nation);
  json_key(j, "breakdowns");
  json_open_list(j);
  for (uint32_t i = 0; i < r->breakdown_count; i++) {
    const struct breakdown *b = &r->breakdowns[i];
    json_open(j);
    json_put(j, "name", str, b->name);
    label(j, "label", &b->label);
    json_key(j, "groups");
    json_open_list(j);
    for (uint32_t k = 0; k < b->group_count; k++) group(j, r, &b->groups[k]);
    json_close_list(j);
    json_close(j);
  }
  json_close_list(j);
  reasons(j, r);
  missing(j, r);
  quota(j, r);
  welfare(j, &r->welfare);
  json_key(j, "rules");
  json_open_list(j);
  for (uint32_t i = 0; i < r->rule_count; i++) {
    json_open(j);
    json_put(j, "name", str, r->rules[i].name);
    json_put(j, "for", str, r->rules[i].what);
    json_put(j, "vectorised", bool, r->rules[i].vectorised);
    json_put(j, "rows_redone", uint, r->rules[i].rows_redone);
    json_put(j, "why_not", str, r->rules[i].vectorised ? NULL : r->rules[i].why_not);
    json_close(j);
  }
  json_close_list(j);
  json_key(j, "assumed");
  json_open_list(j);
  for (uint32_t i = 0; i < r->assumption_count; i++) {
    json_open(j);
    json_put(j, "section", str, r->assumptions[i].section);
    json_put(j, "name", str, r->assumptions[i].name);
    json_put(j, "value", str, r->assumptions[i].value);
    json_put(j, "source", str, r->assumptions[i].source);
    json_close(j);
  }
  json_close_list(j);
  json_key(j, "seconds");
  json_open(j);
  for (uint32_t i = 0; i < r->phase_count; i++) json_put(j, r->phases[i].name, double, r->phases[i].seconds);
  json_close(j);
  json_close(j);
  text_addc(out, '\n');
  (void)p;
  return text_check(out, "the summary", e);
}

enum status summary_short(const struct identify_result *r, struct text *out, struct err *e) {
  struct json js, *j = &js;
  json_init(j, out, false);
  json_open(j);
  json_put(j, "households", uint, r->nation.all.households);
  json_put(j, "persons", uint, r->nation.all.persons);
  json_key(j, "outcomes");
  json_open(j);
  for (int o = 0; o < OUTCOME_COUNT; o++) json_put(j, outcome_word((enum outcome)o), uint, r->nation.outcomes[o].households);
  json_close(j);
  if (r->nation.lines && r->main_line < r->programme->line_count) {
    figure(j, "headcount", &r->nation.lines[r->main_line].headcount);
    figure(j, "gap", &r->nation.lines[r->main_line].gap);
  }
  if (r->programme->drill) json_put(j, "drill", bool, true), json_put(j, "inherited_unconfirmed", uint, r->programme->inherited->open);
  json_close(j);
  return text_check(out, "the run's summary", e);
}

/* ---- the screen ---- */

static void row_of(struct text *out, const char *name, const char *value) {
  size_t wide = text_width(name, strlen(name));
  text_addf(out, "  %s%*s %s\n", name, (int)(wide < 32 ? 32 - wide : 0), "", value);
}

static void share(struct text *out, enum language lang, const struct figure *f) {
  char value[32], se[32], low[32], high[32];
  snprintf(value, sizeof value, "%.7f", f->value);
  snprintf(se, sizeof se, "%.7f", f->se);
  if (!f->has_se) text_add(out, value);
  else words_say(out, lang, WORD_SUM_SE, value, se);
  if (isfinite(f->low) && isfinite(f->high) && f->low < f->high) {
    snprintf(low, sizeof low, "%.4f", f->low);
    snprintf(high, sizeof high, "%.4f", f->high);
    text_add(out, lang == LANG_ZH ? "；" : "; ");
    words_say(out, lang, WORD_SUM_BOUNDS, low, high);
  }
}

static void count_row(struct text *out, struct text *x, const char *name, uint64_t v) {
  char b[40];
  text_clear(x);
  text_add(x, number_grouped((int64_t)v, 0, b));
  row_of(out, name, text_str(x));
}

enum status summary_screen(const struct identify_result *r, enum language lang, double seconds, const char *report, struct text *out, struct err *e) {
  const struct programme *p = r->programme;
  struct text x, name;
  text_init(&x, 4096);
  text_init(&name, 1024);
  text_addf(out, "%s\n", label_in(&p->title, lang, p->name));
  words_drill(out, lang, p);
  const char *note = label_in(&r->note, lang, NULL);
  if (note) text_addf(out, "%s\n", note);
  text_addc(out, '\n');
  count_row(out, &x, words_text(lang, WORD_SUM_HOUSEHOLDS), r->nation.all.households);
  count_row(out, &x, words_text(lang, WORD_SUM_PERSONS), r->nation.all.persons);
  for (uint32_t k = 0; k < p->line_count && r->nation.lines; k++) {
    const struct line_figures *l = &r->nation.lines[k];
    if (!l->headcount.known) continue;
    text_clear(&x);
    text_clear(&name);
    if (isfinite(l->amount)) words_number(&name, l->amount);
    const char *unit = label_in(&p->design.welfare_unit, lang, "");
    if (isfinite(l->amount) && *unit) text_addf(&name, " %s", unit);
    words_say(&x, lang, isfinite(l->amount) ? WORD_SUM_LINE : WORD_SUM_LINE_VARIES, label_in(&p->lines[k].label, lang, p->lines[k].name), text_str(&name));
    text_addf(out, "  %s\n", text_str(&x));
    const struct { enum word w; const struct figure *f; } rows[] = {{WORD_SUM_HEADCOUNT, &l->headcount}, {WORD_SUM_GAP, &l->gap}, {WORD_SUM_SQUARED, &l->squared_gap}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
      text_clear(&x);
      text_clear(&name);
      text_addf(&name, "  %s", words_text(lang, rows[i].w));
      share(&x, lang, rows[i].f);
      row_of(out, text_str(&name), text_str(&x));
    }
  }
  if (r->has_af && r->nation.af.h.known) {
    text_addf(out, "  %s\n", words_text(lang, WORD_SUM_MPI));
    const struct { const char *w; const struct figure *f; } rows[] = {{"  H", &r->nation.af.h}, {"  A", &r->nation.af.a}, {"  M0", &r->nation.af.m0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
      if (!rows[i].f->known) continue;
      text_clear(&x);
      share(&x, lang, rows[i].f);
      row_of(out, rows[i].w, text_str(&x));
    }
  }
  for (int o = 0; o < OUTCOME_COUNT; o++) {
    char households[40], persons[40];
    text_clear(&x);
    words_say(&x, lang, WORD_SUM_OUTCOME, number_grouped((int64_t)r->nation.outcomes[o].households, 0, households), number_grouped((int64_t)r->nation.outcomes[o].persons, 0, persons));
    row_of(out, words_text(lang, words_outcome(o)), text_str(&x));
  }
  if (r->nation.outcomes[OUTCOME_UNDECIDED].households && r->nation.undecided_rate_households.known) {
    text_clear(&x);
    share(&x, lang, &r->nation.undecided_rate_households);
    row_of(out, words_text(lang, WORD_SUM_UNDECIDED_RATE), text_str(&x));
  }
  if (r->households_without_weight) {
    char households[40];
    text_clear(&x);
    words_say(&x, lang, WORD_SUM_UNSIZED_HOUSEHOLDS, number_grouped((int64_t)r->households_without_weight, 0, households));
    row_of(out, words_text(lang, WORD_SUM_UNSIZED), text_str(&x));
  }
  for (uint32_t i = 0; i < r->missing_count && i < 3; i++) {
    char households[40];
    text_clear(&x);
    words_say(&x, lang, WORD_SUM_MISSING_FIELD, label_in(&r->missing[i].label, lang, r->missing[i].name), number_grouped((int64_t)r->missing[i].undecided.households, 0, households));
    text_clear(&name);
    text_addf(&name, "  %s", words_text(lang, WORD_SUM_MISSING));
    row_of(out, i ? "" : text_str(&name), text_str(&x));
  }
  if (r->has_quota) row_of(out, words_text(lang, WORD_SUM_SEED), strcmp(r->seed_from, "snapshot") == 0 ? words_text(lang, WORD_SUM_UNSEEDED) : r->seed);
  char rules[13] = "", data[13] = "", decisions[13] = "";
  memcpy(rules, r->rules_hash, 12);
  memcpy(data, r->snapshot, 12);
  memcpy(decisions, r->decisions_hash, 12);
  text_clear(&x);
  words_say(&x, lang, WORD_SUM_HASHES_OF, rules, data, decisions);
  row_of(out, words_text(lang, WORD_SUM_HASHES), text_str(&x));
  if (seconds >= 0) {
    char b[32];
    snprintf(b, sizeof b, "%.2f", seconds);
    row_of(out, words_text(lang, WORD_SUM_SECONDS), b);
  }
  if (report) row_of(out, words_text(lang, WORD_SUM_REPORT), report);
  text_free(&x);
  text_free(&name);
  return text_check(out, "the summary", e);
}
