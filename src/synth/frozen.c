#include "synth/frozen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "synth/crew.h"

static enum status find_round(const struct model *m, int year, uint32_t *out, struct err *e) {
  for (*out = 0; *out < m->round_count; ++*out)
    if (m->rounds[*out].year == year) return OK;
  return err_set(e, ERR_USAGE, "synth.yaml of the programme lists the rounds", "there is no round %d", year);
}

/* The rounds asked for, in their order, each once. */
static enum status choose_rounds(const struct model *m, const int *years, uint32_t count, struct crew_work *w, struct err *e) {
  bool wanted[SYNTH_ROUNDS_MAX] = {[0] = false};
  uint32_t at = m->round_count - 1;
  if (!count) wanted[at] = true;
  for (uint32_t i = 0; i < count; i++) {
    TRY(find_round(m, years[i], &at, e));
    wanted[at] = true;
  }
  for (uint32_t r = 0; r < m->round_count; r++)
    if (wanted[r]) w->rounds[w->round_count++] = (struct crew_round){.round = r};
  return OK;
}

static enum status open_writers(struct arena *a, const struct model *m, struct crew_work *w, const char *folder, struct err *e) {
  for (uint32_t r = 0; r < w->round_count; r++) {
    const int year = m->rounds[w->rounds[r].round].year;
    char *path, name[32];
    (void)snprintf(name, sizeof name, "synthetic-%d", year); /* the manifest says it too */
    ARENA_TRY(e, path = arena_printf(a, "%s/%d", folder, year));
    TRY(snapshot_create(path, name, year, &w->rounds[r].writer, e));
    ARENA_TRY(e, path = arena_printf(a, "%s/truth-%d", folder, year));
    TRY(snapshot_create(path, name, year, &w->rounds[r].truth, e));
  }
  return OK;
}

static enum status commit(const struct model *m, struct crew_work *w, struct frozen *out, struct err *e) {
  out->homes = w->homes, out->round_count = w->round_count;
  for (uint32_t r = 0; r < w->round_count; r++) {
    struct crew_round *x = &w->rounds[r];
    struct frozen_round *n = &out->rounds[r];
    *n = (struct frozen_round){.year = m->rounds[x->round].year, .households = x->households, .members = x->members, .persons = x->persons, .listed = x->listed, .truly_poor = x->truly_poor};
    struct snapshot_writer *writer = x->writer, *truth = x->truth;
    x->writer = NULL; /* committing closes it in any case */
    TRY(snapshot_commit(writer, n->hash, e));
    x->truth = NULL;
    TRY(snapshot_commit(truth, n->truth_hash, e));
  }
  return OK;
}

static enum status write_readme(struct arena *a, const struct programme *p, const struct synth_options *o, const struct frozen *n, const char *folder, struct err *e) {
  struct text t;
  char *path;
  text_init(&t, 8000);
  text_addf(&t, "SYNTHETIC. Nobody in these files exists. \xE5\x90\x88\xE6\x88\x90\xE6\x95\xB0\xE6\x8D\xAE\xEF\xBC\x9A\xE5\x85\xA8\xE9\x83\xA8\xE8\x99\x9A\xE6\x9E\x84\xE3\x80\x82\n\n"
                "Made by `lucid synth --as snapshot` from the programme %s, seed %" PRIu64 ", scale %g.\n", p->name, o->seed, o->scale);
  for (uint32_t r = 0; r < n->round_count; r++)
    text_addf(&t, "%d/%s         what the register says: lucid identify --snapshot takes this folder\n"
                  "truth-%d/%s   the same households' true income beside what was recorded\n", n->rounds[r].year, n->rounds[r].hash, n->rounds[r].year, n->rounds[r].truth_hash);
  text_add(&t, "faults.csv        planted faults\ndepartments.csv   what other offices' lists say: public payroll, cars\nfunds.csv         what each county had of each fund, allotted and spent\n");
  path = file_join(a, folder, "README.txt");
  enum status s = path ? text_check(&t, "README.txt", e) : err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (s == OK) s = file_replace(path, text_str(&t), t.len, 0644, e);
  text_free(&t);
  return s;
}

static enum status write_all(struct arena *a, const struct model *m, struct crew_work *w, struct ledger *ledger, struct pool *pool, const char *folder, struct frozen *out, struct err *e) {
  TRY(file_make_dirs(folder, e));
  TRY(open_writers(a, m, w, folder, e));
  TRY(ledger_open(a, w->pop, w->plan, folder, ledger, e));
  TRY(crew_run(a, w, pool, e));
  TRY(commit(m, w, out, e));
  TRY(ledger_close(ledger, e));
  out->faults = ledger->planted;
  return OK;
}

enum status frozen_write(struct arena *a, const struct programme *p, const struct synth_options *o, const int *years, uint32_t year_count, struct pool *pool, const char *folder, struct frozen *out, struct err *e) {
  struct model *m;
  struct population *pop;
  struct columns columns, truth;
  struct block_id *blocks;
  struct ledger ledger = {0};
  struct crew_round rounds[SYNTH_ROUNDS_MAX];
  struct crew_work w = {.rounds = rounds, .columns = &columns, .truth = &truth, .plan = &o->faults, .ledger = &ledger, .progress = o->progress};
  *out = (struct frozen){0};
  TRY(synth_folder_check(folder, e));
  TRY(model_read(a, p, &m, e));
  TRY(synth_faults_check(m, &o->faults, e));
  TRY(choose_rounds(m, years, year_count, &w, e));
  m->round_count = rounds[w.round_count - 1].round + 1; /* what comes later changes nothing before */
  TRY(population_open(a, p, m, o->seed, &pop, e));
  TRY(population_blocks(a, pop, o->scale, &blocks, &w.block_count, e));
  TRY(estimate_make(pop, blocks, w.block_count, FORM_FROZEN, w.round_count, pool_threads(pool), &out->estimate, e));
  if (o->dry_run) return OK;
  TRY(estimate_space(a, &out->estimate, folder, e));
  TRY(columns_of_register(a, p, &columns, e));
  TRY(columns_of_truth(a, &truth, e));
  w.pop = pop, w.blocks = blocks;
  enum status s = write_all(a, m, &w, &ledger, pool, folder, out, e);
  ledger_drop(&ledger);
  for (uint32_t r = 0; r < w.round_count; r++) {
    if (rounds[r].writer) snapshot_abandon(rounds[r].writer);
    if (rounds[r].truth) snapshot_abandon(rounds[r].truth);
  }
  if (s == OK) s = write_readme(a, p, o, out, folder, e);
  if (s != OK) (void)!file_remove_tree(folder, NULL); /* it was new or empty: what is half made would be in the way of the next try */
  return s;
}
