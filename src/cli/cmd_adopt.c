#include <inttypes.h>
#include <stdio.h>

#include "cli/open.h"
#include "cli/say.h"
#include "cli/table.h"

static enum status run(struct cli *c, struct err *e) {
  struct registry *r;
  struct programme *p;
  const char *folder;
  int64_t event;
  TRY(cli_need(c, 1, "PROGRAMME", &folder, e));
  TRY(open_programme(c, folder, &p, e));
  TRY(open_registry(c, false, &r, e));
  const struct inherited *before = registry_programme(r)->inherited;
  uint32_t unconfirmed = before ? before->open : 0;
  enum status s = registry_adopt(r, p, &event, e);
  if (s == OK && event && unconfirmed && !p->inherited) cli_note(c, "the list of inherited values is gone; %u of them were not confirmed. The programme before stays on record", unconfirmed);
  else if (s == OK && p->drill) cli_note(c, "a drill: %u of %u inherited values are not confirmed", p->inherited->open, p->inherited->count);
  open_done(c, r);
  TRY(s);
  if (c->format != FORMAT_TABLE) return table_result(c, e, ">event programme", event, folder);
  if (event) printf(say(c, "event %" PRId64 ": the registry now works by %s\n"), event, folder);
  else fputs(say(c, "the registry works by that programme already\n"), stdout);
  return OK;
}

const struct verb verb_adopt = {
    .name = "adopt",
    .arguments = "REGISTRY PROGRAMME",
    .summary = "take changed rules into a registry",
    .options = OPEN_KEY_OPTION,
    .text = "A registry works by its own copy of the programme, so that nobody changes its rules by accident. This takes a changed\n"
            "folder in, as an event; the copy before stays on record. `lucid diff` says beforehand who would enter and leave. Rules,\n"
            "lines, computed fields, texts and new areas may change; collected fields may not: they are the registry's tables.\n\n"
            "  lucid diff county.lucid --programme my-programme\n"
            "  lucid adopt county.lucid my-programme\n",
    .run = run,
};
