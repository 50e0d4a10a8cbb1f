#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "cli/say.h"
#include "cli/table.h"

static enum status run(struct cli *c, struct err *e) {
  struct registry *r;
  const char *household;
  struct registry_set *sets;
  int64_t event;
  TRY(cli_need(c, 1, "HOUSEHOLD", &household, e));
  if (c->arg_count < 3) return err_set(e, ERR_USAGE, "lucid set REGISTRY HOUSEHOLD FIELD=VALUE", "FIELD=VALUE is missing");
  uint32_t n = (uint32_t)c->arg_count - 2;
  ARENA_TRY(e, sets = arena_array(&c->arena, n, sizeof *sets));
  for (uint32_t i = 0; i < n; i++) {
    const char *word = c->args[i + 2], *equals = strchr(word, '=');
    if (!equals || equals == word) return err_set(e, ERR_USAGE, "write FIELD=VALUE, e.g. income=3200", "\"%s\" sets nothing", word);
    ARENA_TRY(e, sets[i].field = arena_strn(&c->arena, word, (size_t)(equals - word)));
    sets[i].value = equals + 1;
  }
  TRY(open_registry(c, false, &r, e));
  enum status s = registry_edit(r, cli_option(c, "round"), household, cli_option(c, "member"), sets, n, &event, e);
  open_done(c, r);
  TRY(s);
  if (c->format != FORMAT_TABLE) return table_result(c, e, "household >event", household, event);
  if (event) printf(say(c, "event %" PRId64 ": household %s is changed\n"), event, household);
  else printf(say(c, "household %s says so already: nothing was written\n"), household);
  return OK;
}

const struct verb verb_set = {
    .name = "set",
    .arguments = "REGISTRY HOUSEHOLD FIELD=VALUE...",
    .summary = "correct fields of one household or member by hand",
    .options = "member=NUMBER  a member of the household instead\n"
               "round=NAME  which round (default: the latest)\n" OPEN_KEY_OPTION,
    .text = "Sets one or more fields as one event, checked by the codebook as an import is. An empty value means: not answered;\n"
            "`refused` and `not_applicable` say why it is missing. `lucid undo` takes it back.\n\n"
            "  lucid set county.lucid H1027 income=3200.50 has_car=no\n"
            "  lucid set county.lucid H1027 --member 2 in_school=yes\n"
            "  lucid set county.lucid H1027 income=\n",
    .run = run,
};
