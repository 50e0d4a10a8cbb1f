/* lines.c - poverty lines and parameters, and the constants that rules see of them. */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "programme/loader.h"

static struct rule_value number_value(double v) {
  struct rule_value out = {.state = isnan(v) ? RULE_UNKNOWN : RULE_VALUE, .kind = RULE_DOUBLE};
  if (!isnan(v)) out.d = v;
  return out;
}

/* The value as written, or what stands in its place for a comparison; a double stays one. */
static const char *value_text(const struct loader *l, const struct draft_param *d, bool *as_real) {
  int64_t whole;
  *as_real = d->type.v == 1 || !number_int64(d->value.s, d->value.len, &whole);
  for (uint32_t i = 0; i < l->set_count; i++)
    if (strcmp(l->sets[i].name, d->name.s) == 0) return l->sets[i].value;
  return d->value.s;
}

static bool build_params(struct loader *l) {
  const struct draft_param *d = l->draft.params.items;
  uint32_t n = l->draft.params.count;
  struct programme_param *params = arena_array(l->arena, n + 1, sizeof *params);
  if (!params) return false;
  l->p->params = params;
  for (uint32_t i = 0; i < n; i++) {
    if (!d[i].name.from || !d[i].value.from) continue;
    if (!loader_take_name(l, &d[i].name, "a parameter")) return false;
    struct rule_value v = {.state = RULE_VALUE, .kind = RULE_INT};
    bool real;
    const char *value = value_text(l, &d[i], &real);
    if (real || !number_int64(value, strlen(value), &v.i)) {
      v.kind = RULE_DOUBLE;
      if (!bind_number(value, strlen(value), &v.d)) problem_add(&l->list, d[i].value.from->at, ERR_INPUT, "write 1000, 0.6 or 1/6, without commas or units", "the parameter \"%s\" is no number: \"%.60s\"", d[i].name.s, value);
      else if (d[i].type.from && d[i].type.v == 0) problem_add(&l->list, d[i].value.from->at, ERR_INPUT, "make its type `real`", "the parameter \"%s\" is no whole number", d[i].name.s);
    }
    params[l->p->param_count++] = (struct programme_param){.name = d[i].name.s, .unit = loader_text(&d[i].unit), .label = d[i].label.v, .value = v, .source = loader_text(&d[i].source), .assumed = d[i].assumed.v};
    if (!loader_assume(l, d[i].from, &d[i].assumed, "params", d[i].name.s, NULL, d[i].label.v, value, &d[i].source)) return false;
  }
  return true;
}

static void check_area(struct loader *l, const struct got_text *t) {
  if (t->from && strcmp(t->s, "*") != 0 && programme_area(l->p, t->s) == UINT32_MAX)
    problem_add(&l->list, t->from->at, ERR_INPUT, "add the area, or write \"*\" for everywhere", "no area has the code \"%.60s\"", t->s);
}

static bool add_amount(struct loader *l, const struct draft_line *line, struct line_amount *to, uint32_t *count, int32_t year, const struct got_text *area, const struct got_number *amount,
                       const struct got_text *source, const struct got_flag *assumed) {
  const char *code = area->from ? area->s : "*";
  uint32_t place = area->from ? programme_area(l->p, area->s) : UINT32_MAX;
  if (place != UINT32_MAX) code = l->p->areas[l->p->areas[place].now].code; /* the line of a place goes with it */
  check_area(l, area);
  if (!(amount->v > 0)) problem_add(&l->list, amount->from->at, ERR_INPUT, NULL, "a line must be above 0");
  for (uint32_t i = 0; i < *count; i++)
    if (to[i].year == year && !strcmp(to[i].area, code)) problem_add(&l->list, amount->from->at, ERR_INPUT, "keep one", "the line \"%s\" has two amounts for year %d and area %s", line->name.s, year, code);
  to[(*count)++] = (struct line_amount){.year = year, .area = code, .amount = amount->v, .source = loader_text(source), .assumed = assumed->v};
  const char *part = arena_printf(l->arena, strcmp(code, "*") ? "@%d.%s" : "%d.%s", year, code);
  return part && loader_assume(l, amount->from, assumed, "lines", line->name.s, part, line->label.v, amount->from->text, source);
}

static bool year_fits(struct loader *l, const struct got_whole *y) {
  if (y->v >= 1900 && y->v <= 2200) return true;
  problem_add(&l->list, y->from->at, ERR_INPUT, "four digits", "%lld is no year from 1900 to 2200", (long long)y->v);
  return false;
}

static bool absolute(struct loader *l, const struct draft_line *d, const struct draft_line *end, struct line *line) {
  uint32_t room = d->amounts.count + 1;
  bool table = d->name.from && d->name.from->style == TREE_CELL;
  for (const struct draft_line *o = d + 1; table && o < end; o++) room++;
  struct line_amount *to = arena_array(l->arena, room, sizeof *to);
  if (!to) return false;
  const struct draft_amount *a = d->amounts.items;
  for (uint32_t i = 0; i < d->amounts.count; i++)
    if (a[i].year.from && a[i].amount.from && year_fits(l, &a[i].year) && !add_amount(l, d, to, &line->amount_count, (int32_t)a[i].year.v, &a[i].area, &a[i].amount, &a[i].source, &a[i].assumed)) return false;
  for (const struct draft_line *o = d; o < end; o++) { /* in a table: one row an amount, rows of one name together or apart */
    if (o != d && (!table || !o->name.from || strcmp(o->name.s, d->name.s) != 0)) continue;
    if (o->amount.from && (!o->year.from || year_fits(l, &o->year)) &&
        !add_amount(l, d, to, &line->amount_count, o->year.from ? (int32_t)o->year.v : l->p->year_from, &o->area, &o->amount, &o->source, &o->assumed)) return false;
  }
  line->amounts = to;
  if (!line->amount_count && !tree_get(d->from, "amount") && !tree_get(d->from, "amounts")) problem_add(&l->list, d->from->at, ERR_INPUT, "add `amount: 1000`, or `amounts: [{year: .., amount: ..}]`", "the line \"%s\" has no amount", d->name.s);
  if (d->share.from || d->quantile.from) problem_add(&l->list, (d->share.from ? d->share.from : d->quantile.from)->at, ERR_INPUT, "add `kind: relative`, or take it out", "an absolute line has no share or quantile");
  return true;
}

static bool relative(struct loader *l, const struct draft_line *d, struct line *line) {
  line->share = d->share.v, line->quantile = d->quantile.from ? d->quantile.v : 0.5;
  if (!d->share.from && !tree_get(d->from, "share")) problem_add(&l->list, d->from->at, ERR_INPUT, "add `share: 0.6`", "the relative line \"%s\" has no share", d->name.s);
  else if (d->share.from && !(d->share.v > 0 && d->share.v <= 2)) problem_add(&l->list, d->share.from->at, ERR_INPUT, "60 % is written 0.6", "`share` must be above 0 and at most 2");
  if (d->quantile.from && !(line->quantile > 0 && line->quantile < 1)) problem_add(&l->list, d->quantile.from->at, ERR_INPUT, "the median is 0.5", "`quantile` must be between 0 and 1");
  if (d->amounts.from || d->amount.from) problem_add(&l->list, (d->amounts.from ? d->amounts.from : d->amount.from)->at, ERR_INPUT, "take it out: the data give it", "a relative line has no amount");
  return loader_assume(l, d->from, &d->assumed, "lines", d->name.s, NULL, d->label.v, d->share.from ? d->share.from->text : NULL, &d->source);
}

bool lines_build(struct loader *l) {
  struct programme *p = l->p;
  const struct draft_line *d = l->draft.lines.items, *end = d ? d + l->draft.lines.count : d;
  struct line *lines = arena_array(l->arena, l->draft.lines.count + 1, sizeof *lines);
  if (!lines) return false;
  uint32_t mains = 0;
  for (const struct draft_line *o = d; o < end; o++) {
    if (!o->name.from) continue;
    bool again = false;
    for (uint32_t i = 0; i < p->line_count; i++) again = again || !strcmp(lines[i].name, o->name.s);
    if (again && o->name.from->style == TREE_CELL) continue; /* more amounts of one line */
    if (!loader_take_name(l, &o->name, "a line")) return false;
    struct line *line = &lines[p->line_count];
    *line = (struct line){.name = o->name.s, .label = o->label.v, .kind = o->kind.v == 1 ? LINE_RELATIVE : LINE_ABSOLUTE};
    if (o->main.v) {
      if (mains++) problem_add(&l->list, o->main.from->at, ERR_INPUT, "keep `main: true` on one", "two lines are marked as the main one");
      else p->main_line = p->line_count;
    }
    if (!(line->kind == LINE_RELATIVE ? relative(l, o, line) : absolute(l, o, end, line))) return false;
    p->line_count++;
  }
  if (p->line_count > 1 && !mains) problem_add(&l->list, l->draft.lines.from->at, ERR_INPUT, "add `main: true` to the one that rules call `line`", "there are several lines, and none is marked as the main one");
  p->lines = lines;
  if (!build_params(l)) return false;
  uint32_t n = 0;
  if (!(l->consts = arena_array(l->arena, 2 + p->line_count + p->param_count, sizeof *l->consts))) return false;
  l->consts[n++] = (struct rule_const){"year", {.state = RULE_VALUE, .kind = RULE_INT, .i = p->year}};
  if (p->line_count) l->consts[n++] = (struct rule_const){"line", number_value(NAN)};
  for (uint32_t i = 0; i < p->line_count; i++) l->consts[n++] = (struct rule_const){lines[i].name, number_value(NAN)};
  for (uint32_t i = 0; i < p->param_count; i++) l->consts[n++] = (struct rule_const){p->params[i].name, p->params[i].value};
  p->env.consts = l->consts, p->env.const_count = n;
  for (uint32_t i = 0; i < p->line_count; i++) programme_set_line(p, i, programme_line_amount(p, i, p->year, "*"));
  return true;
}

double programme_line_amount(const struct programme *p, uint32_t line, int32_t year, const char *area) {
  if (line >= p->line_count) return NAN;
  const struct line *l = &p->lines[line];
  for (uint32_t at = programme_area(p, area);; at = p->areas[at].parent) {
    const char *code = at == UINT32_MAX ? "*" : p->areas[at].code;
    const struct line_amount *best = NULL;
    for (uint32_t i = 0; i < l->amount_count; i++)
      if (!strcmp(l->amounts[i].area, code) && l->amounts[i].year <= year && (!best || l->amounts[i].year > best->year)) best = &l->amounts[i];
    if (best) return best->amount;
    if (at == UINT32_MAX) return NAN;
  }
}

/* The constants are the loader's own array: const for everybody who only reads them. */
static void set_const(struct programme *p, uint32_t i, struct rule_value v) { ((struct rule_const *)(uintptr_t)p->env.consts)[i].value = v; }

void programme_set_line(struct programme *p, uint32_t line, double amount) {
  if (line >= p->line_count) return;
  set_const(p, 2 + line, number_value(amount));
  if (line == p->main_line) set_const(p, 1, number_value(amount));
}

void programme_set_year(struct programme *p, int32_t year) {
  p->year = year;
  set_const(p, 0, (struct rule_value){.state = RULE_VALUE, .kind = RULE_INT, .i = year});
  for (uint32_t i = 0; i < p->line_count; i++)
    if (p->lines[i].kind == LINE_ABSOLUTE) programme_set_line(p, i, programme_line_amount(p, i, year, "*"));
}
