#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "cli/say.h"
#include "cli/table.h"
#include "registry/rotate.h"

static void sheet(struct cli *c, const char *registry, const char *id, const char *digits) {
  printf(say(c, "RECOVERY SHEET: print it, keep it apart from the computer, show it to nobody\n"
                "  registry  %s\n"
                "  key id    %s\n"
                "  key       %.39s\n"
                "            %s\n"),
         registry, id, digits, digits + 40);
}

static enum status rotate(struct cli *c, struct registry *r, const char *shown, struct err *e) {
  struct registry_rotated n;
  enum status s = registry_key_rotate(r, &c->progress, &n, e);
  if (s != OK && !n.digits[0]) return s; /* else the new key is in force: whoever keeps it must have it */
  if (c->format != FORMAT_TABLE) {
    enum status told = table_result(c, e, "registry key_id key old_key_id old_key_file >data_keys >search_values >event", shown, n.id, n.digits, n.old_id, n.kept, n.households, n.indexes, n.event);
    return s != OK ? s : told;
  }
  if (n.event) printf(say(c, "%s: key %s took the place of key %s: %" PRId64 " data keys wrapped again, %" PRId64 " search values made anew (event %" PRId64 ")\n\n"), shown, n.id, n.old_id, n.households, n.indexes, n.event);
  else printf(say(c, "%s: an interrupted change of the key is finished: key %s took the place of key %s\n\n"), shown, n.id, n.old_id);
  sheet(c, shown, n.id, n.digits);
  cli_note(c, "the old key is kept as %s: backups made before this need it; destroy it when none of them is left", n.kept);
  cli_note(c, "whoever else works with sealed fields needs a copy of %s", registry_key_path(r));
  return s;
}

static enum status run(struct cli *c, struct err *e) {
  static const char hint[] = "lucid key sheet|rotate REGISTRY";
  const char *what;
  struct registry *r;
  TRY(cli_need(c, 0, "sheet or rotate", &what, e));
  bool rotating = strcmp(what, "rotate") == 0;
  if (!rotating && strcmp(what, "sheet") != 0) return err_set(e, ERR_USAGE, hint, "a key's sheet is printed, or the key is rotated, not \"%s\"", what);
  if (c->arg_count < 2) return err_set(e, ERR_USAGE, hint, "the registry is missing");
  struct registry_options o = open_options(c, !rotating);
  TRY(registry_open(&c->arena, c->args[1], NULL, &o, &r, e));
  const char *shown = open_shown(c, c->args[1]);
  char id[17], digits[80];
  enum status s = rotating ? rotate(c, r, shown, e) : registry_key_sheet(r, id, digits, e);
  if (s == OK && !rotating && c->format == FORMAT_TABLE) sheet(c, shown, id, digits);
  if (s == OK && !rotating) s = table_result(c, e, "registry key_id key", shown, id, digits);
  open_done(c, r);
  return s;
}

const struct verb verb_key = {
    .name = "key",
    .arguments = "sheet|rotate REGISTRY",
    .summary = "print the key's recovery sheet, or put a new key in its place",
    .options = OPEN_KEY_OPTION,
    .text = "`sheet` prints what `init` printed. `rotate` makes a new master key: when somebody who had the old one leaves, or it may\n"
            "have been seen. Every household's data key is wrapped again and every search value made anew, as one event; values, hashes\n"
            "and snapshots stay. The old key file is kept beside, with its id in its name, because older backups need it. If it is\n"
            "interrupted, everything goes on working; run it again and it ends what it began.\n\n"
            "  lucid key sheet county.lucid\n"
            "  lucid key rotate county.lucid\n",
    .run = run,
};
