#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/deciding.h"
#include "cli/open.h"
#include "cli/table.h"
#include "identify/listing.h"
#include "identify/report.h"
#include "identify/summary.h"
#include "registry/seed.h"

struct paths {
  char *registry, *summary, *decisions, *report, *refused, *snapshots;
};

static enum status paths_make(struct cli *c, const char *out, const char *name, struct paths *p, struct err *e) {
  ARENA_TRY(e, p->registry = arena_printf(&c->arena, "%s/%s.lucid", out, name));
  ARENA_TRY(e, p->snapshots = arena_printf(&c->arena, "%s/%s.snapshots", out, name));
  ARENA_TRY(e, p->summary = arena_printf(&c->arena, "%s/summary.json", out));
  ARENA_TRY(e, p->decisions = arena_printf(&c->arena, "%s/decisions.csv", out));
  ARENA_TRY(e, p->report = arena_printf(&c->arena, "%s/report.html", out));
  ARENA_TRY(e, p->refused = arena_printf(&c->arena, "%s/refused.csv", out));
  return OK;
}

/* refused.csv, and refused-SOURCE.csv of a second source: what is left of a run that stopped at its data. */
static bool is_refused(const char *name) {
  size_t n = strlen(name);
  return n >= 11 && strncmp(name, "refused", 7) == 0 && (name[7] == '.' || name[7] == '-') && strcmp(name + n - 4, ".csv") == 0;
}

static bool holds_anything(const char *folder) {
  DIR *d = opendir(folder);
  bool any = false;
  for (struct dirent *x; d && !any && (x = readdir(d));) any = strcmp(x->d_name, ".") != 0 && strcmp(x->d_name, "..") != 0 && !is_refused(x->d_name);
  if (d) closedir(d);
  return any;
}

static enum status clear_refused(const char *folder, struct err *e) {
  DIR *d = opendir(folder);
  if (!d) return err_errno(e, errno, "cannot read %s", folder);
  enum status st = OK;
  for (struct dirent *x; st == OK && (x = readdir(d));)
    if (is_refused(x->d_name) && unlinkat(dirfd(d), x->d_name, 0) != 0) st = err_errno(e, errno, "cannot remove %s/%s", folder, x->d_name);
  closedir(d);
  return st;
}

/* --force removes what an earlier run of the same programme left, by name, and nothing else. */
static enum status clear(struct cli *c, const struct paths *p, struct err *e) {
  static const char *const ends[] = {"", "-wal", "-shm", ".key", ".recovery.txt"};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    char *path;
    ARENA_TRY(e, path = arena_printf(&c->arena, "%s%s", p->registry, ends[i]));
    if (remove(path) != 0 && errno != ENOENT) return err_errno(e, errno, "cannot remove %s", path);
  }
  const char *const files[] = {p->summary, p->decisions, p->report};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    if (remove(files[i]) != 0 && errno != ENOENT) return err_errno(e, errno, "cannot remove %s", files[i]);
  return file_remove_tree(p->snapshots, e);
}

static enum status prepare(struct cli *c, const char *out, const struct paths *p, struct err *e) {
  TRY(file_make_dirs(out, e));
  bool any = holds_anything(out);
  if (any && !cli_flag(c, "force"))
    return err_set(e, ERR_CONFLICT, "choose another --out, or --force to replace what an earlier run left there", "the folder %s is not empty", out);
  /* A summary beside the registry says that a run made both; an office's own registry may bear the same name. */
  if (file_exists(p->registry) && !file_exists(p->summary))
    return err_set(e, ERR_CONFLICT, "choose another --out; if nobody needs that registry and its key, remove them by hand", "%s is a registry that no run left there: it is not replaced", p->registry);
  TRY(clear_refused(out, e));
  if (any) TRY(clear(c, p, e));
  static const char unfinished[] = "{\"finished\": false}\n"; /* so that a run that was killed can be replaced as well */
  return file_replace(p->summary, unfinished, sizeof unfinished - 1, 0644, e);
}

static enum status import_all(struct cli *c, struct programme *programme, const struct paths *p, const char *round, struct err *e) {
  struct registry_options o = {.actor = open_actor(), .clock = c->clock};
  TRY(registry_init(p->registry, programme, &o, e));
  struct registry *r = NULL;
  enum status st = registry_open(&c->arena, p->registry, programme, &o, &r, e);
  if (st == OK) {
    struct round_info info;
    struct import_counts counts = {0};
    struct ingest_options in = {.data_dir = cli_option(c, "data"), .keep_good = cli_flag(c, "keep-good"), .refused_path = p->refused, .progress = &c->progress};
    st = registry_round_open(r, round, programme->year, &info, e);
    if (st == OK) st = registry_import(r, round, NULL, &in, false, &counts, e);
    if (st == OK && counts.read.rows_refused)
      cli_note(c, "%llu of %llu rows were refused: see %s", (unsigned long long)counts.read.rows_refused, (unsigned long long)counts.read.rows_read, p->refused);
    struct round_seed seed;
    if (st == OK && cli_option(c, "seed")) st = registry_seed_put(r, round, cli_option(c, "seed"), "given with the command `lucid run`", &seed, e);
    if (st == OK) st = registry_round_close(r, round, &c->progress, &info, e);
  }
  open_done(c, r);
  return st;
}

static enum status write_out(struct cli *c, const struct deciding *d, const struct identified *run, const struct paths *p, struct err *e) {
  struct text t;
  text_init(&t, (size_t)256 << 20);
  enum status st = summary_json(run->result, &t, e);
  if (st == OK) st = file_replace(p->summary, text_str(&t), t.len, 0644, e);
  const struct member_numbers numbers = deciding_numbers(d);
  if (st == OK) st = listing_write(p->decisions, d->programme, d->segments, run, &numbers, c->lang, e);
  text_clear(&t);
  if (st == OK) st = report_html(run->result, c->lang, &t, e);
  if (st == OK) st = file_replace(p->report, text_str(&t), t.len, 0644, e);
  text_free(&t);
  return st;
}

static enum status show(struct cli *c, const struct identified *run, const struct paths *p, double seconds, struct err *e) {
  if (c->format == FORMAT_CSV) return table_result(c, e, "registry decisions summary report", p->registry, p->decisions, p->summary, p->report);
  struct text t;
  text_init(&t, (size_t)256 << 20);
  char *full = realpath(p->report, NULL);
  enum status st = c->format == FORMAT_JSON ? summary_json(run->result, &t, e) : summary_screen(run->result, c->lang, seconds, full ? full : p->report, &t, e);
  if (st == OK) fputs(text_str(&t), stdout);
  free(full);
  text_free(&t);
  return st;
}

static enum status cmd_run(struct cli *c, struct err *e) {
  const char *folder, *out = cli_option(c, "out");
  TRY(cli_need(c, 0, "the programme's folder", &folder, e));
  if (!out) return err_set(e, ERR_USAGE, "lucid run PROGRAMME --out FOLDER", "where the results should go is missing");
  int64_t began = progress_now_us();
  struct programme *programme;
  struct problem *problems = NULL;
  TRY(programme_load(&c->arena, folder, &programme, &problems, e));
  TRY(decide_check(programme, e));
  struct paths p;
  TRY(paths_make(c, out, programme->name, &p, e));
  TRY(prepare(c, out, &p, e));
  char round[16];
  snprintf(round, sizeof round, "%d", (int)programme->year);
  enum status taken = import_all(c, programme, &p, round, e);
  if (taken != OK) { /* a registry without its data is no result: the next try finds the folder free; refused rows stay */
    struct err ignored = {0};
    enum status swept = clear(c, &p, &ignored);
    (void)swept; /* what stopped the run is what the person needs to hear */
    return taken;
  }
  struct deciding d;
  struct identified run;
  enum status st = deciding_open(c, p.registry, round, false, &d, e);
  if (st == OK) st = deciding_run(c, &d, NULL, cli_option(c, "seed"), false, &run, e);
  if (st == OK) st = deciding_record(c, &d, &run, e);
  if (st == OK) st = write_out(c, &d, &run, &p, e);
  if (st == OK) st = show(c, &run, &p, (double)(progress_now_us() - began) / 1e6, e);
  deciding_close(&d);
  return st;
}

const struct verb verb_run = {
    .name = "run",
    .arguments = "PROGRAMME",
    .summary = "do it all in one go: registry, import, snapshot, decisions, report",
    .options = "out=FOLDER  where the results go; must be new or empty\n"
               "data=FOLDER  where the programme's files are (default: its own data/)\n"
               "seed=TEXT  public text that breaks ties at a quota; without it the snapshot's hash does\n"
               "keep-good  leave refused rows out and go on; they stand in refused.csv with the problem beside each\n"
               "force  replace what an earlier run left in the folder\n"
               "threads=N  threads to use\n",
    .text = "Leaves in the folder: NAME.lucid (the registry) with its key and snapshot, summary.json, decisions.csv (every household) and report.html.\n"
            "Prints a summary of one screen: households, persons, headcount ratio with its standard error, gap, the four outcomes, seconds.\n\n"
            "  lucid run programmes/eu-silc --out first-run\n",
    .run = cmd_run};
