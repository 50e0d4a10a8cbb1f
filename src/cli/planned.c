#include "cli/planned.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/say.h"
#include "cli/table.h"
#include "identify/listing.h"

enum status planned_open(struct cli *c, const char *path, bool read_only, struct planned *p, struct err *e) {
  struct run_record *record;
  bool recorded;
  const char *seed;
  memset(p, 0, sizeof *p);
  ARENA_TRY(e, record = arena_new(&c->arena, struct run_record));
  TRY(deciding_open(c, path, cli_option(c, "round"), read_only, &p->deciding, e));
  if (!p->deciding.programme->planning.there)
    return err_set(e, ERR_INPUT, "docs/format/programme.md describes the sections plan, constraints, funds, guarantees, measures and products; programmes/xiangxi has all of them",
                   "the programme \"%s\" has no section `plan`", p->deciding.programme->name);
  TRY(deciding_recorded(c, &p->deciding, record, &recorded, &seed, e));
  TRY(deciding_run(c, &p->deciding, NULL, seed, true, &p->decided, e));
  p->stale = recorded && strcmp(record->rules_hash, p->decided.result->rules_hash) != 0;
  if (p->stale)
    cli_note(c, "the rules have changed since the round was decided (`lucid identify`): the plan is by today's rules");
  if (!recorded) cli_note(c, "the round was not identified yet: the plan decides by itself who qualifies; `lucid identify` records it");
  const char *file = cli_option(c, "scenario");
  if (file) TRY(planned_scenario(c, p->deciding.programme, file, &p->scenario, e));
  return planned_people(c, p, file ? &p->scenario : NULL, &p->people, e);
}

enum status planned_scenario(struct cli *c, const struct programme *p, const char *file, struct scenario *out, struct err *e) {
  char *data;
  size_t len;
  struct problem *problems = NULL;
  TRY(file_read(&c->arena, file, (size_t)4 << 20, &data, &len, e));
  const enum status st = scenario_read(&c->arena, p, file, data, len, out, &problems, e);
  for (const struct problem *x = problems ? problems->next : NULL; x; x = x->next) cli_note(c, "%s, line %d: %s%s%s", x->file, x->line, x->message, x->hint ? "  HINT: " : "", x->hint ? x->hint : "");
  return st;
}

/* An area that somebody forces is for the market to judge, before anything is planned. */
static enum status judge_forced(struct cli *c, const struct people *q, const struct scenario *s, struct err *e) {
  for (uint32_t i = 0; i < s->forced_count; i++) {
    const struct forced *f = &s->forced[i];
    const struct product *k = &q->planning->products[f->product];
    struct market_case x = {.mu = f->mu, .over = f->over, .existing_mu = k->grower_count ? -1 : q->grown_all[f->product], .mu_household = 3};
    struct market_verdict *v;
    ARENA_TRY(e, v = arena_new(&c->arena, struct market_verdict));
    for (uint32_t a = 0; a < q->programme->area_count; a++) x.farmland += q->land_of[a], x.households += (double)q->households_of[a];
    market_judge(k, &x, 1000, q->planning->settings.seed, v);
    if (c->format == FORMAT_TABLE) planned_verdict(c, k, f->mu, v);
    if (v->refused)
      return err_set(e, ERR_CONFLICT, "take it out of the scenario, or ask for less; `lucid plan market` shows it year by year", "%s, line %d: %.0f mu of %s are refused; up to %.0f mu would be allowed", s->file, f->line, f->mu, k->name, v->most_mu);
  }
  return OK;
}

enum status planned_people(struct cli *c, struct planned *p, struct scenario *s, struct people *out, struct err *e) {
  struct programme *g = p->deciding.programme;
  TRY(people_read(&c->arena, g, s ? &s->planning : &g->planning, s ? s->areas : NULL, s ? s->area_count : 0, p->deciding.segments, p->deciding.segment_count, &p->decided, out, e));
  TRY(planned_refusals(c, p, out, e));
  TRY(planned_last(c, p, out, e));
  if (!s) return OK;
  TRY(judge_forced(c, out, s, e));
  return scenario_apply(&c->arena, s, out, e);
}

static bool got(const struct plan *p, const struct wish *w) {
  for (uint32_t i = 0; i < p->line_count; i++) {
    const struct plan_line *l = &p->lines[i];
    if (l->measure != w->measure || (l->household == PLANNING_NONE) != (w->village != NULL)) continue;
    if (w->village && !strcmp(p->people->programme->areas[p->people->villages[l->village].area].code, w->village)) return true;
    if (!w->village) {
      const struct span key = column_cell(&p->people->segments[p->people->segment[l->household]]->household_key, p->people->row[l->household]).s;
      if (key.len == strlen(w->household) && !memcmp(key.at, w->household, key.len)) return true;
    }
  }
  return false;
}

enum status planned_wishes(struct cli *c, const struct planned *p, struct err *e) {
  const struct scenario *s = &p->scenario;
  uint32_t met = 0;
  for (uint32_t i = 0; i < s->wish_count; i++) {
    const struct wish *w = &s->wishes[i];
    const bool ok = got(&p->plan, w) == w->pin;
    met += ok;
    if (!ok) cli_note(c, "%s, line %d: not met: \"%s\" for %s; `lucid plan explain` says why", s->file, w->line, p->people.planning->measures[w->measure].name, w->household ? w->household : w->village);
  }
  if (!s->wish_count) return OK;
  struct people *free_;
  struct plan *without;
  ARENA_TRY(e, free_ = arena_new(&c->arena, struct people));
  ARENA_TRY(e, without = arena_new(&c->arena, struct plan));
  *free_ = p->people;
  free_->refused = free_->pinned = NULL;
  ARENA_TRY(e, free_->villages = arena_copy(&c->arena, p->people.villages, p->people.village_count * sizeof *free_->villages));
  for (uint32_t v = 0; v < free_->village_count; v++) free_->villages[v].refused = free_->villages[v].pinned = 0;
  const struct plan_input in = {.people = free_, .weights = p->decided.decisions->weights, .year = p->plan.year, .pool = p->deciding.pool, .progress = &c->progress};
  TRY(plan_make(&c->arena, &in, without, e));
  const enum objective o = p->people.planning->settings.objective;
  printf(say(c, "%u of %u wishes are met; they cost %.1f person-years of %.1f\n"), met, s->wish_count, without->worth.of[o] - p->plan.worth.of[o], without->worth.of[o]);
  return OK;
}

enum status planned_year(struct cli *c, const struct planned *p, int32_t *year, struct err *e) {
  const struct programme *g = p->deciding.programme;
  int64_t v;
  TRY(cli_option_int(c, "year", g->year_from, g->year_to, p->deciding.round.year ? p->deciding.round.year : g->year, &v, e));
  *year = (int32_t)v;
  return OK;
}

enum status planned_make(struct cli *c, struct planned *p, struct err *e) {
  int32_t year;
  TRY(planned_year(c, p, &year, e));
  const struct plan_input in = {.people = &p->people, .weights = p->decided.decisions->weights, .year = year, .pool = p->deciding.pool, .progress = &c->progress};
  return plan_make(&c->arena, &in, &p->plan, e);
}

enum status planned_doubt(struct cli *c, struct planned *p, struct err *e) {
  int64_t draws;
  TRY(cli_option_int(c, "draws", 0, 100000, DOUBTS_DRAWS, &draws, e));
  if (!draws) return OK;
  const struct doubts_input in = {.plan = &p->plan, .draws = (uint32_t)draws, .seed = p->people.planning->settings.seed, .switching = draws >= 100, .pool = p->deciding.pool, .progress = &c->progress};
  TRY(doubts_make(&c->arena, &in, &p->doubts, e));
  p->plan.doubts = &p->doubts;
  return OK;
}

void planned_close(struct planned *p) { deciding_close(&p->deciding); }

enum status planned_csv(struct cli *c, const struct plan *p, enum plan_table_id id, struct text *out, struct err *e) {
  struct plan_table t;
  TRY(plan_table_fill(&c->arena, p, id, c->lang, &t, e));
  for (uint32_t k = 0; k < t.columns; k++) listing_cell(out, t.headings[k].key, k + 1 == t.columns);
  for (uint32_t r = 0; r < t.rows; r++)
    for (uint32_t k = 0; k < t.columns; k++) {
      const struct plan_cell *x = &t.cells[(size_t)r * t.columns + k];
      char number[40] = "";
      if (x->kind == CELL_INT) snprintf(number, sizeof number, "%lld", (long long)x->i);
      else if (x->kind == CELL_REAL) snprintf(number, sizeof number, "%.10g", x->d);
      if (x->kind == CELL_TEXT) listing_cell(out, x->text, k + 1 == t.columns);
      else text_addf(out, "%s%c", number, k + 1 == t.columns ? '\n' : ',');
    }
  return text_check(out, "a table of the plan", e);
}

enum status planned_print(struct cli *c, const struct plan *p, enum plan_table_id id, struct err *e) {
  struct plan_table t;
  struct table_out *out;
  TRY(plan_table_fill(&c->arena, p, id, c->lang, &t, e));
  const char **heads;
  ARENA_TRY(e, heads = arena_array(&c->arena, t.columns + 1u, sizeof *heads));
  for (uint32_t k = 0; k < t.columns; k++) {
    const struct plan_heading *h = &t.headings[k];
    const char *name = c->format == FORMAT_TABLE ? label_in(&h->label, c->lang, h->key) : h->key;
    ARENA_TRY(e, heads[k] = h->number ? arena_printf(&c->arena, ">%s", name) : name);
  }
  TRY(table_open(c, heads, &out, e));
  for (uint32_t r = 0; r < t.rows; r++)
    for (uint32_t k = 0; k < t.columns; k++) {
      const struct plan_cell *x = &t.cells[(size_t)r * t.columns + k];
      char year[16];
      if (x->kind == CELL_INT && !strcmp(t.headings[k].key, "year")) snprintf(year, sizeof year, "%d", (int)x->i), table_number(out, year);
      else if (x->kind == CELL_INT) table_int(out, x->i);
      else if (x->kind == CELL_REAL) table_real(out, x->d, t.headings[k].decimals);
      else table_text(out, x->kind == CELL_TEXT ? x->text : NULL);
    }
  return table_close(out, e);
}
