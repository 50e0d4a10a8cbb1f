#include "cli/planned.h"

#include <stdio.h>
#include <string.h>

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
  if (recorded && strcmp(record->rules_hash, p->decided.result->rules_hash) != 0)
    cli_note(c, "the rules have changed since the round was decided (`lucid identify`): the plan is by today's rules");
  if (!recorded) cli_note(c, "the round was not identified yet: the plan decides by itself who qualifies; `lucid identify` records it");
  return people_read(&c->arena, p->deciding.programme, &p->deciding.programme->planning, p->deciding.segments, p->deciding.segment_count, &p->decided, &p->people, e);
}

enum status planned_make(struct cli *c, struct planned *p, struct err *e) {
  int64_t year;
  const struct programme *g = p->deciding.programme;
  TRY(cli_option_int(c, "year", g->year_from, g->year_to, p->deciding.round.year ? p->deciding.round.year : g->year, &year, e));
  const struct plan_input in = {.people = &p->people, .weights = p->decided.decisions->weights, .year = (int32_t)year, .pool = p->deciding.pool, .progress = &c->progress};
  return plan_make(&c->arena, &in, &p->plan, e);
}

enum status planned_doubt(struct cli *c, struct planned *p, struct err *e) {
  int64_t draws;
  TRY(cli_option_int(c, "draws", 0, 100000, DOUBTS_DRAWS, &draws, e));
  if (!draws) return OK;
  const struct doubts_input in = {.plan = &p->plan, .draws = (uint32_t)draws, .seed = p->people.planning->settings.seed, .switching = true, .pool = p->deciding.pool, .progress = &c->progress};
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
