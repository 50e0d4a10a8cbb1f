#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "cli/say.h"
#include "cli/table.h"

static enum status run(struct cli *c, struct err *e) {
  const char *household, *again = cli_option(c, "confirm");
  struct registry *r;
  struct household_ref ref;
  int64_t event = 0;
  TRY(cli_need(c, 1, "HOUSEHOLD", &household, e));
  TRY(open_registry(c, !again, &r, e));
  enum status s = registry_find(r, NULL, household, &ref, e);
  if (s == OK && (!again || strcmp(again, household) != 0))
    s = err_set(e, ERR_USAGE, "to do it, repeat its number: --confirm HOUSEHOLD", "nothing was erased: this destroys the sealed fields of household %s and of its members for good, also in history and snapshots", household);
  if (s == OK) s = registry_erase(r, household, &event, e);
  open_done(c, r);
  TRY(s);
  TRY(table_result(c, e, "household >event", household, event));
  if (c->format != FORMAT_TABLE) {
  } else if (event) printf(say(c, "household %s: its sealed fields are gone for good (event %" PRId64 ")\n"), household, event);
  else printf(say(c, "household %s: its sealed fields were erased before; what may have been left of them is cleared away\n"), household);
  cli_note(c, "backups made before this still hold them, for whoever has the key");
  return OK;
}

const struct verb verb_erase = {
    .name = "erase",
    .arguments = "REGISTRY HOUSEHOLD",
    .summary = "destroy a household's sealed fields for good",
    .options = "confirm=HOUSEHOLD  its number once more: without it nothing is erased\n" OPEN_KEY_OPTION,
    .text = "Destroys the household's data key: names, identity numbers and whatever else is sealed can never be read again, in the\n"
            "registry, its history and its snapshots. All other values, decisions and hashes stay. It cannot be undone.\n\n"
            "  lucid erase county.lucid H00017 --confirm H00017\n",
    .run = run,
};
