/* synth.h - a whole synthetic population into a folder: OUT/<year>/ in the layout of the programme's sources, OUT/truth-<year>.csv
 * with true welfare beside what was recorded, OUT/faults.csv with what was planted,
 * OUT/departments.csv with what other offices know, OUT/README.txt.
 *
 * The same programme, seed, scale and faults give the same bytes. Villages are made one after another: memory for the largest village. */
#ifndef SYNTH_SYNTH_H
#define SYNTH_SYNTH_H

#include "base/progress.h"
#include "synth/estimate.h"
#include "synth/faults.h"

struct synth_options {
  uint64_t seed;
  double scale;
  struct fault_plan faults;
  bool dry_run;              /* only the estimate is made */
  struct progress *progress; /* may be NULL */
};

struct synth_counts {
  uint32_t rounds, villages;
  int year[SYNTH_ROUNDS_MAX];
  int64_t households[SYNTH_ROUNDS_MAX], persons[SYNTH_ROUNDS_MAX], listed[SYNTH_ROUNDS_MAX], truly_poor[SYNTH_ROUNDS_MAX];
  int64_t faults;
  struct estimate estimate;
};

/* ERR_CONFLICT unless the folder is new or empty. */
enum status synth_folder_check(const char *folder, struct err *e) MUST_CHECK;
/* ERR_USAGE when funds should lie idle and the model has none. */
enum status synth_faults_check(const struct model *m, const struct fault_plan *plan, struct err *e) MUST_CHECK;
/* The folder must be new or empty; nothing stays in it when making fails. ERR_FULL when the disk looks too small. */
enum status synth_write(struct arena *a, const struct programme *p, const struct synth_options *o, const char *folder, struct synth_counts *out, struct err *e) MUST_CHECK;

#endif
