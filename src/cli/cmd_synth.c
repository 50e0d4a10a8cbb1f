#include <string.h>

#include "base/number.h"
#include "cli/open.h"
#include "cli/table.h"
#include "synth/frozen.h"

/* What --dry-run tells. */
static enum status show_estimate(struct cli *c, const struct estimate *x, enum status s, struct err *e) {
  struct table_out *t;
  static const char *const heads[] = {">rounds", ">villages", ">households", ">persons", ">megabytes", ">seconds", NULL};
  TRY(s);
  TRY(table_open(c, heads, &t, e));
  table_int(t, x->rounds), table_int(t, x->villages), table_int(t, x->households), table_int(t, x->persons);
  table_int(t, (int64_t)(x->bytes / 1000000 + 1)), table_int(t, (int64_t)(x->seconds + 0.5));
  TRY(table_close(t, e));
  cli_note(c, "dry run: nothing was written");
  return OK;
}

static enum status run_frozen(struct cli *c, const struct programme *p, const struct synth_options *o, const char *out, struct err *e) {
  struct pool *pool;
  struct frozen n;
  int years[SYNTH_ROUNDS_MAX];
  uint32_t count = 0;
  for (const char *text; (text = cli_option_nth(c, "round", (int)count)); count++) {
    int64_t year;
    if (!number_int64(text, strlen(text), &year) || year < 0 || year > 9999) return err_set(e, ERR_USAGE, "a year, for example --round 2018", "--round %s: a year is wanted", text);
    if (count == SYNTH_ROUNDS_MAX) return err_set(e, ERR_USAGE, NULL, "--round is given more than %u times", SYNTH_ROUNDS_MAX);
    years[count] = (int)year;
  }
  TRY(pool_open(&pool, 0, e));
  enum status s = frozen_write(&c->arena, p, o, years, count, pool, out, &n, e);
  pool_close(pool);
  if (o->dry_run) return show_estimate(c, &n.estimate, s, e);
  TRY(s);
  struct table_out *t;
  static const char *const heads[] = {"round", ">households", ">persons", ">on the register", ">truly poor", "snapshot", "truth", NULL};
  TRY(table_open(c, heads, &t, e));
  for (uint32_t r = 0; r < n.round_count; r++) {
    const struct frozen_round *x = &n.rounds[r];
    char text[32];
    (void)snprintf(text, sizeof text, "%d", x->year);
    table_text(t, text), table_int(t, x->households), table_int(t, x->persons), table_int(t, x->listed), table_int(t, x->truly_poor), table_text(t, x->hash), table_text(t, x->truth_hash);
  }
  TRY(table_close(t, e));
  if (n.faults) cli_note(c, "%lld faults were planted: %s/faults.csv", (long long)n.faults, out);
  cli_note(c, "synthetic: nobody in %s exists", out);
  return OK;
}

static enum status run(struct cli *c, struct err *e) {
  const char *folder, *out = cli_option(c, "out"), *scale = cli_option(c, "scale"), *fault;
  struct programme *p;
  struct synth_options o = {.scale = 1, .dry_run = cli_flag(c, "dry-run"), .progress = &c->progress};
  struct synth_counts n;
  int64_t seed;
  TRY(cli_need(c, 0, "PROGRAMME", &folder, e));
  if (!out) return err_set(e, ERR_USAGE, "add --out DIR", "say where the files go");
  if (!cli_option(c, "seed")) return err_set(e, ERR_USAGE, "any whole number, e.g. --seed 1: the same seed gives the same people", "say which seed");
  TRY(cli_option_int(c, "seed", 0, INT64_MAX, 0, &seed, e));
  o.seed = (uint64_t)seed;
  if (scale && !number_double(scale, strlen(scale), &o.scale)) return err_set(e, ERR_USAGE, "1 is everybody, 0.01 about one township", "--scale %s: a number is wanted", scale);
  for (int i = 0; (fault = cli_option_nth(c, "faults", i)); i++) TRY(fault_read(&o.faults, fault, e));
  TRY(open_programme(c, folder, &p, e));
  const char *as = cli_option(c, "as");
  if (as && strcmp(as, "csv") != 0 && strcmp(as, "snapshot") != 0) return err_set(e, ERR_USAGE, "csv or snapshot", "--as %s is not a form", as);
  if (as && !strcmp(as, "snapshot")) return run_frozen(c, p, &o, out, e);
  if (cli_option(c, "round")) return err_set(e, ERR_USAGE, "files are written for all rounds", "--round goes with --as snapshot");
  if (o.dry_run) return show_estimate(c, &n.estimate, synth_write(&c->arena, p, &o, out, &n, e), e);
  TRY(synth_write(&c->arena, p, &o, out, &n, e));
  struct table_out *t;
  static const char *const heads[] = {"round", ">households", ">persons", ">on the register", ">share %", ">truly poor %", NULL};
  TRY(table_open(c, heads, &t, e));
  for (uint32_t r = 0; r < n.rounds; r++) {
    char share[32], year[16];
    double all = n.persons[r] ? (double)n.persons[r] : 1;
    (void)snprintf(year, sizeof year, "%d", n.year[r]);
    table_text(t, year), table_int(t, n.households[r]), table_int(t, n.persons[r]), table_int(t, n.listed[r]);
    table_text(t, number_decimal_format((int64_t)((double)n.listed[r] / all * 10000 + 0.5), 2, share));
    table_text(t, number_decimal_format((int64_t)((double)n.truly_poor[r] / all * 10000 + 0.5), 2, share));
  }
  TRY(table_close(t, e));
  if (n.faults) cli_note(c, "%lld faults were planted: %s/faults.csv", (long long)n.faults, out);
  cli_note(c, "synthetic: nobody in %s exists", out);
  return OK;
}

const struct verb verb_synth = {
    .name = "synth",
    .arguments = "PROGRAMME",
    .summary = "make a synthetic population, with the truth beside it",
    .options = "seed=N  the same seed gives the same files\n"
               "scale=X  1 is everybody; 0.01 about one township; up to 1000 (default: 1)\n"
               "out=DIR  a new folder for the files\n"
               "as=FORM  csv: files to import; snapshot: frozen columns, with the truth beside them (default: csv)\n"
               "round=YEAR*  with --as snapshot: which rounds (default: the last)\n"
               "faults=KIND=SHARE*  plant known faults: duplicate, split, quantity, edited, copied, payroll, car, one-off, below, idle\n"
               "dry-run  tell how many households, megabytes and seconds it will be, and write nothing\n",
    .text = "Makes up households, members, crops and income lines from the numbers in PROGRAMME/synth.yaml, for each of its rounds.\n"
            "DIR/<year> is what the register says, in the layout that the programme imports; DIR/truth-<year>.csv holds true incomes beside\n"
            "it; DIR/faults.csv each planted fault. The register meets the published shares of poor; the truth is apart. Nobody exists.\n\n"
            "  lucid synth programmes/xiangxi --seed 1 --scale 0.01 --out made\n"
            "  lucid init programmes/xiangxi made.lucid && lucid round open made.lucid 2013 --year 2013\n"
            "  lucid import made.lucid --data made/2013 && lucid round close made.lucid 2013\n"
            "  lucid synth programmes/xiangxi --seed 1 --scale 10 --as snapshot --round 2013 --out nation\n"
            "  lucid synth programmes/xiangxi --seed 1 --out faulty --faults duplicate=0.01 --faults below=0.05\n",
    .run = run,
};
