/* monitor.c - the section `monitor`: who may fall (back) into poverty, by when that is to be decided, what clears a household again. */
#include <string.h>

#include "programme/loader.h"

/* A collected household field of one of the kinds; NULL where it is not given, and after a complaint. */
static const struct field *field_named(struct loader *l, const struct got_text *t, const char *key, enum col_kind kind) {
  if (!t->from) return NULL;
  const struct field *f = programme_field(l->p, LEVEL_HOUSEHOLD, t->s);
  if (!f || f->derived_source) problem_add(&l->list, t->from->at, ERR_INPUT, "a collected field of the household", "monitor.%s: there is no such field \"%.60s\"", key, t->s);
  else if (f->kind != kind) problem_add(&l->list, t->from->at, ERR_INPUT, kind == COL_DATE ? "a date" : "a choice", "monitor.%s: \"%s\" is a %s", key, f->name, col_kind_name(f->kind));
  else return f;
  return NULL;
}

static bool has_choice(const struct field *f, const char *code) {
  for (uint32_t i = 0; f && i < f->choice_count; i++)
    if (strcmp(f->choices[i].code, code) == 0) return true;
  return false;
}

/* A number of days, or the name of a parameter that is one. */
static void days_of(struct loader *l, const struct got_text *t, const char *key, int32_t *out) {
  const struct programme *p = l->p;
  int64_t days = -1;
  if (!t->from) return;
  for (uint32_t i = 0; i < p->param_count; i++)
    if (strcmp(p->params[i].name, t->s) == 0) days = p->params[i].value.kind == RULE_INT ? p->params[i].value.i : -1;
  if (t->len && strspn(t->s, "0123456789") == t->len && t->len < 6) {
    days = 0;
    for (const char *c = t->s; *c; c++) days = days * 10 + (*c - '0');
  }
  if (days < 0 || days > 3660) problem_add(&l->list, t->from->at, ERR_INPUT, "whole days, or the name of a parameter that holds them", "monitor.%s: \"%.40s\" is no number of days", key, t->s);
  else *out = (int32_t)days;
}

static bool build_days(struct loader *l, const struct draft_monitor *d) {
  struct monitor *m = &l->p->monitor;
  const struct draft_monitor_days *x = &d->days;
  days_of(l, &x->decide, "days.decide", &m->days);
  days_of(l, &x->notice, "days.notice", &m->notice);
  if (x->from && m->notice > m->days) problem_add(&l->list, x->from->at, ERR_INPUT, "the notice is part of the days to the decision", "a notice of %d days does not fit into %d", m->notice, m->days);
  if (x->from && !d->clue_on.from) problem_add(&l->list, x->from->at, ERR_INPUT, "add `clue_on: FIELD`, a date", "monitor.days counts from the clue, and nothing says when it was found");
  static const char *const keys[] = {"decide", "notice", NULL};
  struct label words = {"days from the clue to the decision, and of the notice", "从线索到认定及公示的天数"};
  return loader_assume_keys(l, x->from, keys, &x->assumed, &x->assumed, "monitor", "days", NULL, words, &x->source, &x->source);
}

bool monitor_build(struct loader *l) {
  const struct draft_monitor *d = &l->draft.monitor;
  struct programme *p = l->p;
  struct monitor *m = &p->monitor;
  if (!d->from) return true;
  m->line = UINT32_MAX;
  for (uint32_t i = 0; d->line.from && i < p->line_count; i++)
    if (strcmp(p->lines[i].name, d->line.s) == 0) m->line = i;
  if (d->line.from && m->line == UINT32_MAX) problem_add(&l->list, d->line.from->at, ERR_INPUT, "one of `lines`", "unknown line \"%.60s\"", d->line.s);
  m->kind = field_named(l, &d->kind, "kind", COL_CHOICE);
  m->risk = field_named(l, &d->risk, "risk", COL_CHOICE);
  m->clue = field_named(l, &d->clue, "clue", COL_CHOICE);
  m->clue_on = field_named(l, &d->clue_on, "clue_on", COL_DATE);
  m->decided_on = field_named(l, &d->decided_on, "decided_on", COL_DATE);
  m->none = loader_text(&d->none);
  if (m->kind && m->none && !has_choice(m->kind, m->none)) problem_add(&l->list, d->none.from->at, ERR_INPUT, "the choice that says: not monitored", "\"%.60s\" is no choice of \"%s\"", m->none, m->kind->name);
  if (!loader_named_rules(l, &d->kinds, "monitor.kinds", true, &m->kinds, &m->kind_count) || !loader_named_rules(l, &d->clear, "monitor.clear", true, &m->clear, &m->clear_count)) return false;
  const struct draft_rule *kinds = d->kinds.items;
  for (uint32_t i = 0; i < d->kinds.count; i++) /* what a household should be monitored as is a value of the field that says what it is monitored as */
    if (kinds[i].name.from && m->kind && (!has_choice(m->kind, kinds[i].name.s) || (m->none && !strcmp(m->none, kinds[i].name.s))))
      problem_add(&l->list, kinds[i].name.from->at, ERR_INPUT, "name a kind after its code", "\"%.60s\" is no kind in the choices of \"%s\"", kinds[i].name.s, m->kind->name);
  if (m->kind_count > MONITOR_RULES_MAX || m->clear_count > MONITOR_RULES_MAX) problem_add(&l->list, d->from->at, ERR_LIMIT, NULL, "more than %u kinds or conditions", MONITOR_RULES_MAX);
  if (d->kinds.from && !d->kinds.count) problem_add(&l->list, d->kinds.from->at, ERR_INPUT, "add one: nobody is at risk without", "monitor.kinds has no rules");
  if (d->clear.from && !d->clear.count) problem_add(&l->list, d->clear.from->at, ERR_INPUT, "add one: a risk is cleared by something", "monitor.clear has no rules");
  m->there = true;
  return build_days(l, d);
}
