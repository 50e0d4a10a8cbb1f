#include <stdio.h>

#include "cli/open.h"
#include "cli/say.h"
#include "cli/table.h"

static enum status run(struct cli *c, struct err *e) {
  struct registry *r;
  const char *to;
  TRY(cli_need(c, 1, "FILE", &to, e));
  TRY(open_registry(c, true, &r, e));
  const char *key = registry_key_path(r); /* in the command's arena */
  enum status s = registry_backup(r, to, e);
  if (s == OK) s = open_along(c, r, to, e);
  open_done(c, r);
  TRY(s);
  TRY(table_result(c, e, "file registry", to, open_shown(c, c->args[0])));
  if (c->format == FORMAT_TABLE) printf(say(c, "%s: a whole copy of %s, checked\n"), to, open_shown(c, c->args[0]));
  cli_note(c, "the key is not in it: keep %s (or its recovery sheet) somewhere else", key);
  if (!cli_flag(c, "with-snapshots")) cli_note(c, "snapshots are made again from it when they are needed");
  return OK;
}

const struct verb verb_backup = {
    .name = "backup",
    .arguments = "REGISTRY FILE",
    .summary = "copy a registry while others work on it",
    .options = OPEN_ALONG_OPTION OPEN_KEY_OPTION,
    .text = "Makes one file that opens as a registry, as it was at one moment, and checks it before saying so. The key of sealed\n"
            "fields is not in it: keep that, or its recovery sheet, in another place.\n\n"
            "  lucid backup county.lucid /media/disk/county-2026-03-01.lucid\n"
            "  lucid backup county.lucid /media/disk/county-2026-03-01.lucid --with-snapshots\n",
    .run = run,
};
