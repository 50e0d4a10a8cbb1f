#include "synth/planted.h"

#include <string.h>

#include "synth/rows.h"

static const char *const fault_heads[] = {"round", "household", "other_household", "kind", "what", "area", "fund", "idle_amount"};
static const char *const department_heads[] = {"year", "list", "id_number"};
static const char *const fund_heads[] = {"fund", "year", "area", "amount", "allotted", "spent", "date"};

/* The first grown person who is there, else the first of all. */
static uint32_t grown_person(const struct household *h, int year, uint32_t round) {
  for (uint32_t i = 0; i < h->people_count; i++)
    if (person_is_here(&h->people[i], round) && h->people[i].born <= year - 20) return i;
  return 0;
}

struct planted planted_in(const struct block *b, uint32_t at, uint32_t round, enum fault f) {
  const struct household *h = &b->households[at];
  struct planted x = {.fault = f, .round = round, .village = (uint32_t)(b->village - b->pop->villages), .number = h->number, .other = f == FAULT_COPIED ? h[-1].number : 0};
  if (f == FAULT_PAYROLL || f == FAULT_CAR) {
    char id[BATCH_TEXT_MAX];
    memcpy(x.identity, rows_identity(h, grown_person(h, b->pop->m->rounds[round].year, round), id), 19);
  }
  return x;
}

enum status ledger_open(struct arena *a, const struct population *pop, const struct fault_plan *plan, const char *folder, struct ledger *out, struct err *e) {
  char *path;
  *out = (struct ledger){.pop = pop, .plan = plan};
  for (uint32_t r = 0; r < pop->m->round_count; r++) ARENA_TRY(e, out->on_register[r] = arena_array(a, pop->p->area_count + 1u, sizeof **out->on_register));
  ARENA_TRY(e, path = arena_printf(a, "%s/faults.csv", folder));
  TRY(sheet_open(a, path, fault_heads, sizeof fault_heads / sizeof *fault_heads, &out->faults, e));
  ARENA_TRY(e, path = arena_printf(a, "%s/departments.csv", folder));
  TRY(sheet_open(a, path, department_heads, sizeof department_heads / sizeof *department_heads, &out->departments, e));
  if (!pop->m->fund_count) return OK;
  ARENA_TRY(e, path = arena_printf(a, "%s/funds.csv", folder));
  return sheet_open(a, path, fund_heads, sizeof fund_heads / sizeof *fund_heads, &out->funds, e);
}

enum status ledger_put(struct ledger *l, const struct planted *x, struct err *e) {
  const int year = l->pop->m->rounds[x->round].year;
  const char *village = l->pop->villages[x->village].code;
  struct sheet *s = l->faults;
  char key[BATCH_TEXT_MAX];
  (void)key_text(village, x->number, false, key);
  sheet_number(s, year, 0), sheet_text(s, key);
  if (x->fault == FAULT_DUPLICATE || x->fault == FAULT_SPLIT) (void)key_text(village, x->number, true, key), sheet_text(s, key);
  else if (x->fault == FAULT_COPIED) (void)key_text(village, x->other, false, key), sheet_text(s, key);
  else sheet_skip(s, 1);
  sheet_text(s, fault_name(x->fault)), sheet_text(s, fault_words(x->fault)), sheet_skip(s, 3);
  l->planted++;
  TRY(sheet_end(s, e));
  if (!x->identity[0]) return OK;
  s = l->departments;
  sheet_number(s, year, 0), sheet_text(s, fault_name(x->fault)), sheet_text(s, x->identity);
  return sheet_end(s, e);
}

static enum status put_fund(struct ledger *l, uint32_t home, uint32_t fund, uint32_t round, struct err *e) {
  struct sheet *s = l->funds;
  const struct model *m = l->pop->m;
  const char *area = l->pop->p->areas[home].code;
  struct fund_row x = funds_row(l->pop, l->plan, home, fund, round, l->on_register[round][home]);
  sheet_text(s, m->funds[fund].fund), sheet_number(s, m->rounds[round].year, 0), sheet_text(s, area);
  sheet_number(s, x.amount, 0), sheet_number(s, x.allotted, 0), sheet_number(s, x.spent, 0), sheet_day(s, x.arrived);
  TRY(sheet_end(s, e));
  if (!x.idle) return OK;
  s = l->faults;
  sheet_number(s, m->rounds[round].year, 0), sheet_skip(s, 2), sheet_text(s, fault_name(FAULT_IDLE)), sheet_text(s, fault_words(FAULT_IDLE));
  sheet_text(s, area), sheet_text(s, m->funds[fund].fund), sheet_number(s, x.amount - x.spent, 0);
  l->planted++;
  return sheet_end(s, e);
}

enum status ledger_close(struct ledger *l, struct err *e) {
  for (uint32_t round = 0; round < l->pop->m->round_count; round++)
    for (uint32_t home = 0; home < l->pop->p->area_count; home++)
      for (uint32_t fund = 0; l->on_register[round][home] && fund < l->pop->m->fund_count; fund++) TRY(put_fund(l, home, fund, round, e));
  TRY(sheet_close(l->faults, e));
  TRY(sheet_close(l->departments, e));
  return sheet_close(l->funds, e);
}

void ledger_drop(struct ledger *l) {
  sheet_drop(l->faults);
  sheet_drop(l->departments);
  sheet_drop(l->funds);
}
