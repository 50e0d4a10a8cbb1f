#include "synth/synth.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "synth/planted.h"
#include "synth/rows.h"

struct making {
  struct population *pop;
  struct layout rounds[SYNTH_ROUNDS_MAX];
  struct batch *batch;
  bool begun; /* files were opened */
  uint32_t round; /* that the batch's rows are of */
  struct sheet *truth[SYNTH_ROUNDS_MAX];
  struct ledger ledger;
  const struct synth_options *o;
  struct synth_counts *n;
};

static int64_t cents(double v) { return (int64_t)(v * 100 + 0.5); }

static const char *const truth_fields[] = {"household", "village", "persons", "line", "true_income", "truly_poor", "recorded_income", "on_register", "shock"};
static enum status put_truth(struct making *k, const struct block *b, const struct household *h, uint32_t round, struct err *e) {
  struct sheet *s = k->truth[round];
  char key[BATCH_TEXT_MAX];
  sheet_text(s, rows_key(b->village, h, false, key)), sheet_text(s, b->village->code), sheet_number(s, h->size[round], 0);
  sheet_number(s, cents(b->pop->lines[round]), 2), sheet_number(s, cents(h->income[round]), 2), sheet_bool(s, h->income[round] < b->pop->lines[round]);
  sheet_number(s, cents(h->recorded[round]), 2), sheet_bool(s, h->listed[round]), sheet_bool(s, h->shock[round]);
  return sheet_end(s, e);
}

static enum status batch_full(void *ctx, struct batch *b, struct err *e) {
  struct making *k = ctx;
  return layout_put(&k->rounds[k->round], b, e);
}

static enum status put_block(struct making *k, const struct block *b, struct err *e) {
  for (uint32_t round = 0; round < b->pop->m->round_count; round++) {
    int32_t village[VILLAGE_FIELD_COUNT];
    rows_village(b, round, village);
    k->round = round;
    if (!b->copy) TRY(layout_village(&k->rounds[round], b->pop, (uint32_t)(b->village - b->pop->villages), village, e));
    k->n->persons[round] += b->persons[round], k->n->listed[round] += b->listed[round];
    k->ledger.on_register[round][b->village->home] += b->listed[round];
    for (uint32_t i = 0; i < b->count; i++) {
      const struct household *h = &b->households[i];
      if (!h->size[round]) continue;
      enum fault f = fault_of(&k->o->faults, b, i, round);
      k->n->households[round]++;
      if (h->income[round] < b->pop->lines[round]) k->n->truly_poor[round] += h->size[round];
      TRY(rows_household(k->batch, b, i, round, f, e));
      TRY(put_truth(k, b, h, round, e));
      struct planted x = planted_in(b, i, round, f);
      if (f != FAULT_NONE) TRY(ledger_put(&k->ledger, &x, e));
    }
    TRY(batch_flush(k->batch, e));
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
    TRY(sheet_open(a, path, truth_fields, sizeof truth_fields / sizeof *truth_fields, &k->truth[r], e));
  }
  return ledger_open(a, k->pop, &k->o->faults, folder, &k->ledger, e);
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
  TRY(estimate_make(k->pop, ids, count, FORM_FILES, k->pop->m->round_count, 1, &k->n->estimate, e));
  if (k->o->dry_run) return OK;
  TRY(estimate_space(a, &k->n->estimate, folder, e));
  k->begun = true;
  TRY(open_files(a, k, folder, e));
  TRY(batch_open(a, k->pop, batch_full, k, &k->batch, e));
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
  TRY(ledger_close(&k->ledger, e));
  k->n->faults = k->ledger.planted;
  for (uint32_t r = 0; r < k->pop->m->round_count; r++) {
    TRY(layout_close(&k->rounds[r], e));
    TRY(sheet_close(k->truth[r], e));
  }
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

enum status synth_faults_check(const struct model *m, const struct fault_plan *plan, struct err *e) {
  if (plan->share[FAULT_IDLE] > 0 && !m->fund_count) return err_set(e, ERR_USAGE, "list `funds` there, or leave out --faults idle", "synth.yaml of the programme lists no funds that could lie idle");
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
  TRY(synth_faults_check(m, &o->faults, e));
  TRY(population_open(a, p, m, o->seed, &k->pop, e));
  out->rounds = m->round_count;
  for (uint32_t r = 0; r < m->round_count; r++) out->year[r] = m->rounds[r].year;
  enum status s = fill(a, k, folder, e);
  for (uint32_t r = 0; r < m->round_count; r++) {
    layout_drop(&k->rounds[r]);
    sheet_drop(k->truth[r]);
  }
  ledger_drop(&k->ledger);
  if (s != OK && k->begun) (void)!file_remove_tree(folder, NULL); /* it was new or empty: what is half made would be in the way of the next try */
  return s;
}
