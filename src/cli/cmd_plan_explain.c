/* plan explain: why this household or village gets this, and not that. */
#include <string.h>

#include "cli/planned.h"
#include "cli/planned_verbs.h"
#include "cli/say.h"
#include "cli/table.h"
#include "plan/why.h"

static bool named(const struct people *q, uint32_t household, const char *number) {
  const struct span key = column_cell(&q->segments[q->segment[household]]->household_key, q->row[household]).s;
  return key.len == strlen(number) && !memcmp(key.at, number, key.len);
}

/* A household by its number, a village by its code. */
static enum status find(const struct planned *p, const char *name, uint32_t *household, uint32_t *village, struct err *e) {
  const struct people *q = &p->people;
  const struct programme *g = q->programme;
  *household = *village = PLANNING_NONE;
  for (uint32_t v = 0; v < q->village_count; v++)
    if (q->villages[v].area < g->area_count && !strcmp(g->areas[q->villages[v].area].code, name)) {
      *village = v;
      return OK;
    }
  for (uint32_t h = 0; h < q->count; h++)
    if (named(q, h, name)) {
      *household = h;
      return OK;
    }
  struct household_ref ref;
  struct err local = {0};
  if (registry_find(p->deciding.registry, p->deciding.snapshot, name, &ref, &local) == OK)
    return err_set(e, ERR_NOT_FOUND, "`lucid explain` says what was decided about it; plan.who says for whom plans are made", "the plan is not for household %s", name);
  return err_set(e, ERR_NOT_FOUND, "a household's number, or a village's code", "neither a household nor a village is called \"%s\"", name);
}

enum status plan_explain(struct cli *c, struct err *e) {
  static const char *const heads[] = {"measure", ">units", "planned", ">worth", ">cost", "why", NULL};
  const char *path, *name;
  struct planned p;
  struct why w;
  struct table_out *t;
  TRY(cli_need(c, 1, "the registry", &path, e));
  TRY(cli_need(c, 2, "a household's number or a village's code", &name, e));
  uint32_t household, village;
  enum status st = planned_open(c, path, true, &p, e);
  if (st == OK) st = find(&p, name, &household, &village, e);
  if (st == OK) st = planned_make(c, &p, e);
  if (st == OK) st = village != PLANNING_NONE ? why_village(&c->arena, &p.plan, village, &w, e) : why_household(&c->arena, &p.plan, household, &w, e);
  if (st == OK) st = table_open(c, heads, &t, e);
  for (uint32_t i = 0; st == OK && i < w.count; i++) {
    const struct why_measure *x = &w.measures[i];
    const struct measure *m = &p.people.planning->measures[x->measure];
    table_text(t, label_in(&m->label, c->lang, m->name));
    if (x->quantity) table_int(t, x->quantity);
    else table_text(t, NULL);
    table_text(t, table_word(t, x->taken ? "yes" : "no"));
    if (x->why == OFFER_OPEN && !x->there) table_real(t, x->worth, 4), table_real(t, x->cost, 4);
    else table_text(t, NULL), table_text(t, NULL);
    table_text(t, why_text(&c->arena, &p.plan, &w, x, c->lang));
  }
  if (st == OK) st = table_close(t, e);
  planned_close(&p);
  return st;
}
