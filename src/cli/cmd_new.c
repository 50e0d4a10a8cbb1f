#include "cli/cli.h"

#include <string.h>

static enum status run(struct cli *c, struct err *e) {
  const char *folder;
  TRY(cli_need(c, 0, "FOLDER", &folder, e));
  TRY(programme_new(folder, e));
  size_t n = strlen(folder);
  while (n > 1 && folder[n - 1] == '/') n--;
  cli_note(c, "%s holds a small working programme with made-up data.", folder);
  cli_note(c, "Next:  lucid check %s    lucid run %s --out %.*s-out", folder, folder, (int)n, folder);
  return OK;
}

const struct verb verb_new = {
  .name = "new", .arguments = "FOLDER", .summary = "write a small working programme with comments",
  .options = "",
  .text = "Writes FOLDER with programme.yaml, areas.csv and data/: a programme that works at once, with comments in English and Chinese and\n"
          "made-up households. Change it step by step, and let `lucid check FOLDER` say what does not fit. docs/format/programme.md describes\n"
          "every key.\n\n"
          "  lucid new my-county && lucid run my-county --out first-run\n",
  .run = run,
};
