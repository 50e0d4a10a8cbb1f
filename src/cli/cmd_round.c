#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "cli/open.h"
#include "cli/say.h"
#include "cli/table.h"
#include "registry/correct.h"
#include "registry/seed.h"

static enum status list(struct cli *c, struct registry *r, struct err *e) {
  struct round_info *rounds;
  uint32_t n;
  struct table_out *t;
  static const char *const heads[] = {"round", ">year", "state", ">households", ">members", "snapshot", NULL};
  TRY(registry_rounds(r, &c->arena, &rounds, &n, e));
  TRY(table_open(c, heads, &t, e));
  for (uint32_t i = 0; i < n; i++) {
    char year[16];
    snprintf(year, sizeof year, "%d", (int)rounds[i].year);
    table_text(t, rounds[i].name), table_number(t, year), table_text(t, table_word(t, rounds[i].open ? "open" : "closed"));
    if (rounds[i].open) table_text(t, NULL), table_text(t, NULL);
    else table_int(t, rounds[i].households), table_int(t, rounds[i].members);
    table_text(t, rounds[i].open ? NULL : rounds[i].snapshot);
  }
  return table_close(t, e);
}

/* A round called 2027 is about 2027, when the programme spans that year; the programme's own year is for other names. */
static int64_t year_in_name(const struct programme *p, const char *name) {
  int64_t year;
  if (!name || !number_int64(name, strlen(name), &year) || year < p->year_from || year > p->year_to) return 0;
  return year;
}

static enum status opened(struct cli *c, const struct round_info *round, struct err *e) {
  if (c->format == FORMAT_TABLE) printf(say(c, "round %s is open; it is about the year %d\n"), round->name, (int)round->year);
  return table_result(c, e, "round >year state", round->name, (int64_t)round->year, "open");
}

static enum status act(struct cli *c, struct registry *r, const char *what, const char *name, struct err *e) {
  struct round_info round;
  int64_t year;
  TRY(cli_option_int(c, "year", 1, 9999, 0, &year, e));
  if (strcmp(what, "open") == 0) {
    if (!year) year = year_in_name(registry_programme(r), name);
    TRY(registry_round_open(r, name, (int32_t)year, &round, e));
    return opened(c, &round, e);
  }
  if (strcmp(what, "correct") == 0) {
    TRY(registry_round_correct(r, name, cli_option(c, "reason"), &round, e));
    return opened(c, &round, e);
  }
  if (strcmp(what, "seed") == 0) {
    const char *text = cli_option(c, "text"), *from = cli_option(c, "from");
    struct round_seed seed;
    TRY(registry_seed_put(r, name, text ? text : "", from ? from : "", &seed, e));
    if (c->format != FORMAT_TABLE) return table_result(c, e, "seed from >event", seed.text, seed.from, seed.event);
    printf(say(c, "draws of this round use \"%s\", from %s: event %lld, for good\n"), seed.text, seed.from, (long long)seed.event);
    return OK;
  }
  struct round_closing how = {.rewrite = cli_flag(c, "rewrite"), .progress = &c->progress};
  TRY(registry_round_close_by(r, name, &how, &round, e));
  if (c->format != FORMAT_TABLE)
    return table_result(c, e, "round state >households >members snapshot >homes_written >homes_taken_over", round.name, "closed", round.households, round.members, round.snapshot, (int64_t)how.written, (int64_t)how.taken);
  printf(say(c, "round %s is closed: %lld households, %lld members\nsnapshot %s\n"), round.name, (long long)round.households, (long long)round.members, round.snapshot);
  if (how.taken) printf(say(c, "%u homes did not change and were taken over, %u were written\n"), how.taken, how.written);
  return OK;
}

static enum status run(struct cli *c, struct err *e) {
  const char *what, *name = c->arg_count > 2 ? c->args[2] : NULL;
  struct registry *r;
  TRY(cli_need(c, 0, "open, seed, close, correct or list", &what, e));
  bool listing = strcmp(what, "list") == 0, opening = strcmp(what, "open") == 0, other = strcmp(what, "close") == 0 || strcmp(what, "seed") == 0 || strcmp(what, "correct") == 0;
  if (!listing && !opening && !other) return err_set(e, ERR_USAGE, "lucid round open|seed|close|correct|list REGISTRY [NAME]", "a round is opened, given its seed, closed, corrected or listed, not \"%s\"", what);
  if (c->arg_count < 2) return err_set(e, ERR_USAGE, "lucid round open|seed|close|correct|list REGISTRY [NAME]", "the registry is missing");
  if (opening && !name) return err_set(e, ERR_USAGE, "lucid round open REGISTRY NAME, e.g. 2026", "the round's name is missing");
  struct registry_options o = open_options(c, listing);
  TRY(registry_open(&c->arena, c->args[1], NULL, &o, &r, e));
  enum status s = listing ? list(c, r, e) : act(c, r, what, name, e);
  open_done(c, r);
  return s;
}

const struct verb verb_round = {
    .name = "round",
    .arguments = "open|seed|close|correct|list REGISTRY [NAME]",
    .summary = "open a round, close it for good, or list all",
    .options = "year=YEAR  open: the year it is about (default: its name when that is a year, else the programme's)\n"
               "text=TEXT  seed: the public text that breaks ties where places are short\n"
               "from=SOURCE  seed: where anyone can look it up\n"
               "reason=TEXT  correct: why\n"
               "rewrite  close: write every home (county) anew, also those that no event touched since the last close\n" OPEN_KEY_OPTION,
    .text = "Data are collected in rounds: a year, or a correction. One round is open at a time. Closing freezes a snapshot of\n"
            "everything as it is then: decisions name its hash, and nothing that happens later can change it. If the files of a\n"
            "snapshot are lost they are made again from the history and must come out with the same hash. Homes (counties) that no event\n"
            "touched since the last close keep their file: the chain of events proves it, and the hash is that of a whole rewrite.\n\n"
            "Where places are short, ties are broken by a draw. Fix its seed before the round closes, from a public source that\n"
            "nobody here can choose, so that nobody can try seeds; it can't be changed afterwards.\n\n"
            "What is found after a close goes into a correction, a round of its own: `2026.1` beside `2026`. The first snapshot and the\n"
            "decisions about it stay; `lucid diff` compares the two. A round can be corrected until a later one is opened.\n\n"
            "  lucid round open county.lucid 2026 --year 2026\n"
            "  lucid round seed county.lucid --text \"3 17 22 28 30 41\" --from \"national lottery, draw of 2026-11-20\"\n"
            "  lucid round close county.lucid\n"
            "  lucid round correct county.lucid 2026 --reason \"lists of two villages came late\"\n"
            "  lucid round list county.lucid --format csv\n",
    .run = run,
};
