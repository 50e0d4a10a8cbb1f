#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "cli/say.h"
#include "cli/table.h"
#include "registry/copy.h"

static enum status run(struct cli *c, struct err *e) {
  struct registry *r;
  struct registry_copied n;
  const char *to;
  TRY(cli_need(c, 1, "the new REGISTRY", &to, e));
  TRY(open_registry(c, true, &r, e));
  struct registry_options o = {.actor = open_actor(), .clock = c->clock};
  enum status s = registry_copy(r, to, &o, &c->progress, &n, e);
  if (s == OK) s = open_along(c, r, to, e);
  open_done(c, r);
  TRY(s);
  TRY(table_result(c, e, "registry >rows >tables >events hash key", open_shown(c, to), n.rows, (int64_t)n.tables, n.events, n.hash, n.key_path));
  if (c->format == FORMAT_TABLE) printf(say(c, "%s: a whole copy: %" PRId64 " rows in %u tables, %" PRId64 " events\nall rows  %s\n"), open_shown(c, to), n.rows, n.tables, n.events, n.hash);
  if (strstr(to, "://")) cli_note(c, "whether the server's disk had room to spare cannot be seen from here");
  cli_note(c, "every table was read back and is the same; the chain of events holds");
  cli_note(c, "the key is not copied: the new registry looks for it in %s", n.key_path);
  return OK;
}

const struct verb verb_copy = {
    .name = "copy",
    .arguments = "REGISTRY NEW",
    .summary = "move a registry between a file and PostgreSQL, whole",
    .options = OPEN_ALONG_OPTION OPEN_KEY_OPTION,
    .text = "Copies everything, with its history, into a new registry: a file, or a PostgreSQL database (one database holds one\n"
            "registry). Others may go on reading and writing; the copy is as of one moment. Each table is read back and its rows\n"
            "hashed on both sides; the copy is there whole, or not at all. Snapshots are made again from it, with the same hash.\n"
            "The key of sealed fields is not copied.\n\n"
            "  lucid copy county.lucid postgresql://lucid@server/county\n"
            "  lucid copy postgresql://lucid@server/county county-2026.lucid\n",
    .run = run,
};
