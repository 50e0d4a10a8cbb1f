#include <stdio.h>
#include <string.h>

#include "cli/deciding.h"
#include "cli/diff_rounds.h"
#include "cli/table.h"
#include "identify/diff.h"
#include "identify/explain.h"
#include "identify/words.h"

/* One row a household whose outcome differs. */
static enum status list_changed(struct cli *c, const struct deciding *d, const struct programme *other, const struct identified *before, const struct identified *after, struct err *e) {
  static const char *const headings[] = {"household", "area", "before", "after", "reasons_before", "reasons_after", "missing_after", NULL};
  struct table_out *t;
  TRY(table_open(c, headings, &t, e));
  const struct member_numbers numbers = deciding_numbers(d);
  struct text x;
  text_init(&x, 1 << 16);
  enum status st = OK;
  for (uint32_t g = 0; g < before->decisions->set_count && st == OK; g++) {
    const struct decision_set *b = &before->decisions->sets[g], *a = &after->decisions->sets[g];
    for (uint64_t h = 0; h < b->rows && st == OK; h++) {
      if (b->outcome[h] == a->outcome[h]) continue;
      uint32_t area = before->sample.area[before->sample.first[g] + h];
      struct cell key = column_cell(&d->segments[g]->household_key, h);
      text_clear(&x);
      if (key.absence == PRESENT) text_addn(&x, key.s.at, key.s.len);
      table_text(t, text_str(&x));
      table_text(t, area < d->programme->area_count ? d->programme->areas[area].code : "");
      table_text(t, outcome_word((enum outcome)b->outcome[h]));
      table_text(t, outcome_word((enum outcome)a->outcome[h]));
      st = explain_reasons(d->programme, b, h, c->lang, &x, e);
      table_text(t, text_str(&x));
      if (st == OK) st = explain_reasons(other, a, h, c->lang, &x, e);
      table_text(t, text_str(&x));
      if (st == OK) st = explain_missing(other, d->segments[g], a, h, &numbers, c->lang, &x, e);
      table_text(t, text_str(&x));
    }
  }
  text_free(&x);
  enum status closed = table_close(t, st == OK ? e : NULL);
  return st == OK ? closed : st;
}

static enum status show_matrix(struct cli *c, const struct diff *x, struct err *e) {
  const char *headings[OUTCOME_COUNT + 2] = {c->lang == LANG_ZH ? "原结果 \\ 新结果" : "before \\ after"};
  char names[OUTCOME_COUNT][64];
  for (int o = 0; o < OUTCOME_COUNT; o++) {
    snprintf(names[o], sizeof names[o], ">%s", words_text(c->lang, words_outcome(o)));
    headings[o + 1] = names[o];
  }
  struct table_out *t;
  TRY(table_open(c, headings, &t, e));
  for (int b = 0; b < OUTCOME_COUNT; b++) {
    table_text(t, words_text(c->lang, words_outcome(b)));
    for (int a = 0; a < OUTCOME_COUNT; a++) table_int(t, (int64_t)x->moves[b][a].households);
  }
  return table_close(t, e);
}

static enum status show_areas(struct cli *c, const struct diff *x, struct err *e) {
  static const char *const en[] = {"area", "name", ">before", ">entering", ">leaving", ">after", ">persons entering", ">persons leaving", NULL};
  static const char *const zh[] = {"地区", "名称", ">原入选", ">进入", ">退出", ">新入选", ">进入人数", ">退出人数", NULL};
  struct table_out *t;
  TRY(table_open(c, c->lang == LANG_ZH ? zh : en, &t, e));
  for (uint32_t i = 0; i < x->area_count; i++) {
    const struct diff_area *a = &x->areas[i];
    table_text(t, a->code);
    table_text(t, label_in(&a->label, c->lang, a->code));
    table_int(t, (int64_t)a->before);
    table_int(t, (int64_t)a->entering.households);
    table_int(t, (int64_t)a->leaving.households);
    table_int(t, (int64_t)a->after);
    table_int(t, (int64_t)a->entering.persons);
    table_int(t, (int64_t)a->leaving.persons);
  }
  return table_close(t, e);
}

/* The registry's own programme with other values of its parameters. */
static enum status with_sets(struct cli *c, const struct programme *p, struct programme **out, struct err *e) {
  struct programme_set *sets;
  struct problem *problems;
  uint32_t n = 0;
  while (cli_option_nth(c, "set", (int)n)) n++;
  ARENA_TRY(e, sets = arena_array(&c->arena, n, sizeof *sets));
  for (uint32_t i = 0; i < n; i++) {
    const char *word = cli_option_nth(c, "set", (int)i), *equals = strchr(word, '=');
    if (!equals || equals == word) return err_set(e, ERR_USAGE, "--set count_sharing=1", "\"%.60s\" sets no parameter", word);
    ARENA_TRY(e, sets[i].name = arena_strn(&c->arena, word, (size_t)(equals - word)));
    sets[i].value = equals + 1;
  }
  return programme_load_set(&c->arena, p, sets, n, out, &problems, e);
}

static enum status compare(struct cli *c, struct deciding *d, const char *folder, struct err *e) {
  struct programme *other;
  struct problem *problems = NULL;
  enum status st = folder ? programme_load(&c->arena, folder, &other, &problems, e) : with_sets(c, d->programme, &other, e);
  if (st != OK && folder) return err_prefix(e, "%s", folder);
  TRY(st);
  struct run_record *record;
  ARENA_TRY(e, record = arena_new(&c->arena, struct run_record));
  bool recorded;
  const char *seed;
  TRY(deciding_recorded(c, d, record, &recorded, &seed, e));
  if (cli_option(c, "seed")) seed = cli_option(c, "seed");
  struct identified before, after;
  struct diff x;
  TRY(deciding_run(c, d, NULL, seed, true, &before, e));
  TRY(deciding_run(c, d, other, seed, true, &after, e));
  if (c->format != FORMAT_TABLE) return list_changed(c, d, other, &before, &after, e);
  TRY(diff_make(&c->arena, d->programme, &before, &after, &x, e));
  if (strcmp(before.result->rules_hash, after.result->rules_hash) == 0) cli_note(c, "the two programmes have the same rules");
  TRY(show_matrix(c, &x, e));
  putchar('\n');
  return show_areas(c, &x, e);
}

static enum status cmd_diff(struct cli *c, struct err *e) {
  const char *path, *other = cli_option(c, "programme");
  TRY(cli_need(c, 0, "the registry", &path, e));
  const char *before = cli_option_nth(c, "round", 0), *after = cli_option_nth(c, "round", 1);
  if (after && (other || cli_option(c, "set") || cli_option_nth(c, "round", 2))) return err_set(e, ERR_USAGE, "two rounds by the same rules, or one round by two", "two rounds are compared by the registry's own programme");
  if (after) return diff_rounds(c, path, before, after, e);
  if (other && cli_option(c, "set")) return err_set(e, ERR_USAGE, "change the parameter in that folder", "--programme and --set do not go together");
  if (!other && !cli_option(c, "set")) return err_set(e, ERR_USAGE, "lucid diff REGISTRY --programme FOLDER, --set NAME=VALUE, or --round A --round B", "what to compare with is missing");
  struct deciding d;
  enum status st = deciding_open(c, path, cli_option(c, "round"), true, &d, e);
  if (st == OK) st = compare(c, &d, other, e);
  deciding_close(&d);
  return st;
}

const struct verb verb_diff = {
    .name = "diff",
    .arguments = "REGISTRY",
    .summary = "who would enter and who would leave under other rules, before anyone decides",
    .options = "programme=FOLDER  the programme with the other rules\n"
               "set=NAME=VALUE*  the registry's own programme with another value of a parameter\n"
               "round=NAME*  the round (default: the latest); two of them are compared with each other\n"
               "seed=TEXT  the draw's seed (default: that of the recorded run)\n"
               "threads=N  threads to use\n"
               "key=FILE  the registry's key, when it does not lie beside it\n"
               "snapshots=FOLDER  where its snapshots lie, when not beside it\n",
    .text = "Decides the same frozen snapshot by the registry's programme and by the other one. Shows how many households go from each outcome to each\n"
               "other, and by area who would enter and leave. With --format csv or json: one row a household whose outcome differs. The other\n"
               "programme must collect the same fields. With --set the other programme is the registry's own with another value of a parameter; with\n"
               "two rounds, each is decided by the registry's programme and households are matched by what they are. Nothing is recorded.\n\n"
               "  cp -r programmes/county county-2027 && $EDITOR county-2027/programme.yaml\n"
               "  lucid diff county.lucid --programme county-2027\n"
               "  lucid diff county.lucid --set count_sharing=1 --format csv\n"
               "  lucid diff county.lucid --round 2026 --round 2026.1\n",
    .run = cmd_diff};
