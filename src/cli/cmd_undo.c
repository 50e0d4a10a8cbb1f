#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "cli/open.h"
#include "cli/say.h"
#include "cli/table.h"

static enum status run(struct cli *c, struct err *e) {
  struct registry *r;
  struct registry_undone u;
  int64_t event = 0;
  if (c->arg_count > 1 && (!number_int64(c->args[1], strlen(c->args[1]), &event) || event < 1)) return err_set(e, ERR_USAGE, "`lucid history REGISTRY HOUSEHOLD` shows their numbers", "\"%s\" is not the number of an event", c->args[1]);
  TRY(open_registry(c, false, &r, e));
  enum status s = registry_undo(r, event, &u, e);
  open_done(c, r);
  TRY(s);
  if (u.arrival) cli_note(c, "with its second event, %" PRId64 ": they are back where they were", u.arrival);
  if (c->format != FORMAT_TABLE) return table_result(c, e, ">event >undone >restored >ended >second_event", u.event, u.undone, (int64_t)u.restored, (int64_t)u.ended, u.arrival);
  printf(say(c, "event %" PRId64 " takes back event %" PRId64 "; rows put back: %" PRIu64 ", rows ended: %" PRIu64 "\n"), u.event, u.undone, u.restored, u.ended);
  return OK;
}

const struct verb verb_undo = {
    .name = "undo",
    .arguments = "REGISTRY [EVENT]",
    .summary = "take an import, an edit or a natural change back",
    .options = OPEN_KEY_OPTION,
    .text = "Adds an event that restores every row as it was before (without EVENT: before the latest import or edit). The\n"
            "history keeps both. Refused, with the list, when a later event changed the same rows or a round was closed on it:\n"
            "take the later ones back first, or correct in a new round.\n\n"
            "  lucid undo county.lucid\n"
            "  lucid undo county.lucid 17\n",
    .run = run,
};
