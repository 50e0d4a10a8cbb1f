#include "synth/synth.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "synth/funds.h"
#include "synth/rows.h"

struct making {
  struct population *pop;
  struct layout rounds[SYNTH_ROUNDS_MAX];
  struct sheet *truth[SYNTH_ROUNDS_MAX], *faults, *departments, *funds;
  int64_t *on_register[SYNTH_ROUNDS_MAX]; /* persons, by area */
  const struct synth_options *o;
  struct synth_counts *n;
};

static const char *const truth_fields[] = {"household", "village", "persons", "line", "true_income", "truly_poor", "recorded_income", "on_register", "shock"};
static const enum filled truth_filled[] = {FILL_household, FILL_village, FILL_persons, FILL_line, FILL_true_income, FILL_truly_poor, FILL_recorded_income, FILL_on_register, FILL_shock};
static const char *const fault_fields[] = {"round", "household", "other_household", "kind", "what", "area", "fund", "idle_amount"};
static const enum filled fault_filled[] = {FILL_round, FILL_household, FILL_other_household, FILL_kind, FILL_what, FILL_fault_area, FILL_fault_fund, FILL_idle_amount};
static const char *const department_fields[] = {"year", "list", "id_number"};
static const enum filled department_filled[] = {FILL_year, FILL_list, FILL_id_number};
static const char *const fund_fields[] = {"fund", "year", "area", "amount", "allotted", "spent", "date"};
static const enum filled fund_filled[] = {FILL_fund, FILL_year, FILL_fund_area, FILL_fund_amount, FILL_allotted, FILL_spent, FILL_arrived};

static enum status put_truth(struct making *k, const struct block *b, const struct household *h, uint32_t round, struct err *e) {
  struct row r = {.count = 0};
  char key[40];
  row_begin(&r);
  row_text(&r, FILL_household, rows_key(b->village, h, false, key)), row_text(&r, FILL_village, b->village->code), row_int(&r, FILL_persons, h->size[round]);
  row_fixed(&r, FILL_line, b->pop->lines[round], 2), row_fixed(&r, FILL_true_income, h->income[round], 2), row_bool(&r, FILL_truly_poor, h->income[round] < b->pop->lines[round]);
  row_fixed(&r, FILL_recorded_income, h->recorded[round], 2), row_bool(&r, FILL_on_register, h->listed[round]), row_bool(&r, FILL_shock, h->shock[round]);
  return sheet_put(k->truth[round], &r, e);
}

static enum status put_fault(struct making *k, const struct block *b, uint32_t at, uint32_t round, enum fault f, struct err *e) {
  struct row r = {.count = 0};
  char key[40], other[40];
  const struct household *h = &b->households[at];
  row_begin(&r);
  row_int(&r, FILL_round, b->pop->m->rounds[round].year), row_text(&r, FILL_household, rows_key(b->village, h, false, key));
  if (f == FAULT_DUPLICATE || f == FAULT_SPLIT) row_text(&r, FILL_other_household, rows_key(b->village, h, true, other));
  else if (f == FAULT_COPIED) row_text(&r, FILL_other_household, rows_key(b->village, h - 1, false, other));
  row_text(&r, FILL_kind, fault_name(f)), row_text(&r, FILL_what, fault_words(f));
  k->n->faults++;
  return sheet_put(k->faults, &r, e);
}

/* What other offices know: their lists have identity numbers, no households. */
static enum status put_department(struct making *k, const struct block *b, uint32_t at, uint32_t round, enum fault f, struct err *e) {
  struct row r = {.count = 0};
  char id[32];
  uint32_t who = 0;
  const struct household *h = &b->households[at];
  for (uint32_t i = 0; i < h->people_count; i++) {
    bool grown = h->people[i].born <= b->pop->m->rounds[round].year - 20, was = h->people[who].born <= b->pop->m->rounds[round].year - 20;
    if (person_is_here(&h->people[i], round) && grown && (!was || !person_is_here(&h->people[who], round))) who = i;
  }
  row_begin(&r);
  row_int(&r, FILL_year, b->pop->m->rounds[round].year), row_text(&r, FILL_list, fault_name(f)), row_text(&r, FILL_id_number, rows_identity(b->village, h, who, id));
  return sheet_put(k->departments, &r, e);
}

static enum status put_fund(struct making *k, uint32_t home, uint32_t fund, uint32_t round, struct err *e) {
  struct row r = {.count = 0};
  const struct model *m = k->pop->m;
  const char *area = k->pop->p->areas[home].code;
  struct fund_row x = funds_row(k->pop, &k->o->faults, home, fund, round, k->on_register[round][home]);
  row_begin(&r);
  row_text(&r, FILL_fund, m->funds[fund].fund), row_int(&r, FILL_year, m->rounds[round].year), row_text(&r, FILL_fund_area, area);
  row_int(&r, FILL_fund_amount, x.amount), row_int(&r, FILL_allotted, x.allotted), row_int(&r, FILL_spent, x.spent), row_date(&r, FILL_arrived, x.arrived);
  TRY(sheet_put(k->funds, &r, e));
  if (!x.idle) return OK;
  row_begin(&r);
  row_int(&r, FILL_round, m->rounds[round].year), row_text(&r, FILL_kind, fault_name(FAULT_IDLE)), row_text(&r, FILL_what, fault_words(FAULT_IDLE));
  row_text(&r, FILL_fault_area, area), row_text(&r, FILL_fault_fund, m->funds[fund].fund), row_int(&r, FILL_idle_amount, x.amount - x.spent);
  k->n->faults++;
  return sheet_put(k->faults, &r, e);
}

/* The ledger: every fund, in each round and county with somebody on the register. */
static enum status put_funds(struct making *k, struct err *e) {
  for (uint32_t round = 0; round < k->pop->m->round_count; round++)
    for (uint32_t home = 0; home < k->pop->p->area_count; home++)
      for (uint32_t fund = 0; k->on_register[round][home] && fund < k->pop->m->fund_count; fund++) TRY(put_fund(k, home, fund, round, e));
  return OK;
}

static enum status put_block(struct making *k, const struct block *b, struct err *e) {
  for (uint32_t round = 0; round < b->pop->m->round_count; round++) {
    if (!b->copy) TRY(rows_village(&k->rounds[round], b, round, e));
    k->n->persons[round] += b->persons[round], k->n->listed[round] += b->listed[round];
    k->on_register[round][b->village->home] += b->listed[round];
    for (uint32_t i = 0; i < b->count; i++) {
      const struct household *h = &b->households[i];
      if (!h->size[round]) continue;
      enum fault f = fault_of(&k->o->faults, b, i, round);
      k->n->households[round]++;
      if (h->income[round] < b->pop->lines[round]) k->n->truly_poor[round] += h->size[round];
      TRY(rows_household(&k->rounds[round], b, i, round, f, e));
      TRY(put_truth(k, b, h, round, e));
      if (f != FAULT_NONE) TRY(put_fault(k, b, i, round, f, e));
      if (f == FAULT_PAYROLL || f == FAULT_CAR) TRY(put_department(k, b, i, round, f, e));
    }
  }
  return OK;
}

static enum status open_files(struct arena *a, struct making *k, const char *folder, struct err *e) {
  const struct model *m = k->pop->m;
  char *path;
  for (uint32_t r = 0; r < m->round_count; r++) {
    ARENA_TRY(e, path = arena_printf(a, "%s/%d", folder, m->rounds[r].year));
    TRY(file_make_dirs(path, e));
    TRY(layout_open(a, k->pop->p, path, &k->rounds[r], e));
    ARENA_TRY(e, path = arena_printf(a, "%s/truth-%d.csv", folder, m->rounds[r].year));
    TRY(sheet_open(a, path, truth_filled, truth_fields, sizeof truth_fields / sizeof *truth_fields, &k->truth[r], e));
  }
  ARENA_TRY(e, path = arena_printf(a, "%s/faults.csv", folder));
  TRY(sheet_open(a, path, fault_filled, fault_fields, sizeof fault_fields / sizeof *fault_fields, &k->faults, e));
  ARENA_TRY(e, path = arena_printf(a, "%s/departments.csv", folder));
  TRY(sheet_open(a, path, department_filled, department_fields, sizeof department_fields / sizeof *department_fields, &k->departments, e));
  for (uint32_t r = 0; r < m->round_count; r++) ARENA_TRY(e, k->on_register[r] = arena_array(a, k->pop->p->area_count + 1u, sizeof *k->on_register[r]));
  if (!m->fund_count) return OK;
  ARENA_TRY(e, path = arena_printf(a, "%s/funds.csv", folder));
  return sheet_open(a, path, fund_filled, fund_fields, sizeof fund_fields / sizeof *fund_fields, &k->funds, e);
}

static enum status write_readme(struct arena *a, struct making *k, const char *folder, struct err *e) {
  struct text t;
  char *path;
  text_init(&t, 8000);
  text_addf(&t, "SYNTHETIC. Nobody in these files exists. \xE5\x90\x88\xE6\x88\x90\xE6\x95\xB0\xE6\x8D\xAE\xEF\xBC\x9A\xE5\x85\xA8\xE9\x83\xA8\xE8\x99\x9A\xE6\x9E\x84\xE3\x80\x82\n\n"
                "Made by `lucid synth` from the programme %s, seed %" PRIu64 ", scale %g.\n"
                "<year>/           what the register says, in the layout of the programme's sources:\n"
                "                  lucid import REGISTRY --data <year>\n"
                "truth-<year>.csv  true income beside what was recorded\n"
                "faults.csv        planted faults\n"
                "departments.csv   what other offices' lists say: public payroll, cars\n"
                "funds.csv         what each county had of each fund, allotted and spent\n\n", k->pop->p->name, k->o->seed, k->o->scale);
  for (uint32_t r = 0; r < k->n->rounds; r++)
    text_addf(&t, "%d: %" PRId64 " households, %" PRId64 " persons, %" PRId64 " on the register\n", k->n->year[r], k->n->households[r], k->n->persons[r], k->n->listed[r]);
  path = file_join(a, folder, "README.txt");
  enum status s = path ? text_check(&t, "README.txt", e) : err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (s == OK) s = file_replace(path, text_str(&t), t.len, 0644, e);
  text_free(&t);
  return s;
}

static enum status fill(struct arena *a, struct making *k, const char *folder, struct err *e) {
  struct block_id *ids;
  struct block b = {0};
  uint32_t count;
  enum status s = OK;
  TRY(population_blocks(a, k->pop, k->o->scale, &ids, &count, e));
  TRY(estimate_make(k->pop, ids, count, FORM_FILES, 1, &k->n->estimate, e));
  if (k->o->dry_run) return OK;
  TRY(estimate_space(a, &k->n->estimate, folder, e));
  TRY(open_files(a, k, folder, e));
  k->n->villages = count;
  if (k->o->progress) progress_begin(k->o->progress, "making", "villages", count);
  for (uint32_t i = 0; s == OK && i < count; i++) {
    s = block_make(k->pop, ids[i], &b, e);
    if (s == OK) s = put_block(k, &b, e);
    if (s == OK && progress_step(k->o->progress, i + 1)) s = err_set(e, ERR_CANCELLED, NULL, "stopped");
  }
  block_free(&b);
  if (k->o->progress) progress_end(k->o->progress);
  TRY(s);
  TRY(put_funds(k, e));
  for (uint32_t r = 0; r < k->pop->m->round_count; r++) {
    TRY(layout_close(&k->rounds[r], e));
    TRY(sheet_close(k->truth[r], e));
  }
  TRY(sheet_close(k->faults, e));
  TRY(sheet_close(k->departments, e));
  TRY(sheet_close(k->funds, e));
  return write_readme(a, k, folder, e);
}

static bool is_empty(const char *folder) {
  DIR *d = opendir(folder);
  int n = 0;
  if (!d) return true;
  for (struct dirent *x; (x = readdir(d));) n += strcmp(x->d_name, ".") != 0 && strcmp(x->d_name, "..") != 0;
  (void)closedir(d);
  return n == 0;
}

enum status synth_folder_check(const char *folder, struct err *e) {
  if (file_exists(folder) && !is_empty(folder)) return err_set(e, ERR_CONFLICT, "name a new folder", "%s is not empty", folder);
  return OK;
}

enum status synth_write(struct arena *a, const struct programme *p, const struct synth_options *o, const char *folder, struct synth_counts *out, struct err *e) {
  struct model *m;
  struct making *k;
  *out = (struct synth_counts){0};
  ARENA_TRY(e, k = arena_new(a, struct making));
  TRY(synth_folder_check(folder, e));
  TRY(model_read(a, p, &m, e));
  k->o = o, k->n = out;
  if (o->faults.share[FAULT_IDLE] > 0 && !m->fund_count) return err_set(e, ERR_USAGE, "list `funds` there, or leave out --faults idle", "synth.yaml of the programme lists no funds that could lie idle");
  TRY(population_open(a, p, m, o->seed, &k->pop, e));
  out->rounds = m->round_count;
  for (uint32_t r = 0; r < m->round_count; r++) out->year[r] = m->rounds[r].year;
  enum status s = fill(a, k, folder, e);
  for (uint32_t r = 0; r < m->round_count; r++) {
    layout_drop(&k->rounds[r]);
    sheet_drop(k->truth[r]);
  }
  sheet_drop(k->faults);
  sheet_drop(k->departments);
  sheet_drop(k->funds);
  return s;
}
