#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "cli/table.h"

static enum status list(struct cli *c, struct registry *r, struct err *e) {
  struct round_info *rounds;
  uint32_t n;
  struct table_out *t;
  static const char *const heads[] = {"round", ">year", "state", ">households", ">members", "snapshot", NULL};
  TRY(registry_rounds(r, &c->arena, &rounds, &n, e));
  TRY(table_open(c, heads, &t, e));
  for (uint32_t i = 0; i < n; i++) {
    table_text(t, rounds[i].name), table_int(t, rounds[i].year), table_text(t, rounds[i].open ? "open" : "closed");
    if (rounds[i].open) table_text(t, NULL), table_text(t, NULL);
    else table_int(t, rounds[i].households), table_int(t, rounds[i].members);
    table_text(t, rounds[i].open ? NULL : rounds[i].snapshot);
  }
  return table_close(t, e);
}

static enum status act(struct cli *c, struct registry *r, const char *what, const char *name, struct err *e) {
  struct round_info round;
  int64_t year;
  TRY(cli_option_int(c, "year", 1, 9999, 0, &year, e));
  if (strcmp(what, "open") == 0) {
    TRY(registry_round_open(r, name, (int32_t)year, &round, e));
    printf("round %s (%d) is open\n", round.name, round.year);
    return OK;
  }
  TRY(registry_round_close(r, name, &c->progress, &round, e));
  printf("round %s is closed: %lld households, %lld members\nsnapshot %s\n", round.name, (long long)round.households, (long long)round.members, round.snapshot);
  return OK;
}

static enum status run(struct cli *c, struct err *e) {
  const char *what, *name = c->arg_count > 2 ? c->args[2] : NULL;
  struct registry *r;
  TRY(cli_need(c, 0, "open, close or list", &what, e));
  bool listing = strcmp(what, "list") == 0, opening = strcmp(what, "open") == 0;
  if (!listing && !opening && strcmp(what, "close") != 0) return err_set(e, ERR_USAGE, "lucid round open|close|list REGISTRY [NAME]", "a round is opened, closed or listed, not \"%s\"", what);
  if (c->arg_count < 2) return err_set(e, ERR_USAGE, "lucid round open|close|list REGISTRY [NAME]", "the registry is missing");
  if (opening && !name) return err_set(e, ERR_USAGE, "lucid round open REGISTRY NAME, e.g. 2026", "the round's name is missing");
  struct registry_options o = open_options(c, listing);
  TRY(registry_open(&c->arena, c->args[1], NULL, &o, &r, e));
  enum status s = listing ? list(c, r, e) : act(c, r, what, name, e);
  registry_close(r);
  return s;
}

const struct verb verb_round = {
    .name = "round",
    .arguments = "open|close|list REGISTRY [NAME]",
    .summary = "open a round, close it for good, or list all",
    .options = "year=YEAR  open: the year it is about (default: the programme's)\n" OPEN_KEY_OPTION,
    .text = "Data are collected in rounds: a year, or a correction. One round is open at a time. Closing freezes a snapshot of\n"
            "everything as it is then: decisions name its hash, and nothing that happens later can change it. If the files of a\n"
            "snapshot are lost they are made again from the history and must come out with the same hash.\n\n"
            "  lucid round open county.lucid 2026 --year 2026\n"
            "  lucid round close county.lucid\n"
            "  lucid round list county.lucid --format csv\n",
    .run = run,
};
