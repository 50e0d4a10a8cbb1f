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

/* A new passphrase: --passphrase-file is the one in force, where there is one; the new one has an option of its own, or is typed twice. */
static enum status lock(struct cli *c, struct registry *r, const char *shown, struct err *e) {
  char first[1024], again[1024] = "";
  const char *path = cli_option(c, "new-passphrase-file");
  enum status s;
  if (path) {
    struct cli_option o = {"passphrase-file", path};
    struct cli with = {.options = &o, .option_count = 1};
    s = open_passphrase(&with, first, sizeof first, e);
  } else {
    s = open_type(say(c, "New passphrase: "), first, sizeof first, e);
    if (s == OK) s = open_type(say(c, "The same again: "), again, sizeof again, e);
    if (s == OK && strcmp(first, again) != 0) s = err_set(e, ERR_USAGE, "type it again", "the two are not the same");
  }
  if (s == OK && strlen(first) < 8) s = err_set(e, ERR_USAGE, "four words that do not belong together are better than one that is hard to read", "a passphrase has eight characters or more");
  if (s == OK) s = registry_key_lock(r, first, e);
  memset(first, 0, sizeof first), memset(again, 0, sizeof again);
  TRY(s);
  if (c->format == FORMAT_TABLE) printf(say(c, "%s: its key has a passphrase now: it is asked for when a sealed field is read or written\n"), shown);
  cli_note(c, "copies of the key file made before have none, nor have earlier keys kept beside it; the recovery sheet opens it without");
  return table_result(c, e, "registry passphrase", shown, "yes");
}

static enum status unlock(struct cli *c, struct registry *r, const char *shown, struct err *e) {
  TRY(registry_key_lock(r, NULL, e));
  if (c->format == FORMAT_TABLE) printf(say(c, "%s: its key has no passphrase any more\n"), shown);
  return table_result(c, e, "registry passphrase", shown, "no");
}

static enum status print_sheet(struct cli *c, struct registry *r, const char *shown, struct err *e) {
  char id[17], digits[80];
  TRY(registry_key_sheet(r, id, digits, e));
  if (c->format == FORMAT_TABLE) sheet(c, shown, id, digits);
  return table_result(c, e, "registry key_id key", shown, id, digits);
}

static const struct {
  const char *name;
  enum status (*act)(struct cli *c, struct registry *r, const char *shown, struct err *e);
  bool writes;
} acts[] = {{"sheet", print_sheet, false}, {"rotate", rotate, true}, {"lock", lock, false}, {"unlock", unlock, false}};

static enum status run(struct cli *c, struct err *e) {
  static const char hint[] = "lucid key sheet|rotate|lock|unlock REGISTRY";
  const char *what;
  struct registry *r;
  size_t k = 0;
  TRY(cli_need(c, 0, "sheet, rotate, lock or unlock", &what, e));
  while (k < sizeof acts / sizeof *acts && strcmp(what, acts[k].name) != 0) k++;
  if (k == sizeof acts / sizeof *acts) return err_set(e, ERR_USAGE, hint, "a key's sheet is printed, or the key is rotated, locked or unlocked, not \"%s\"", what);
  if (c->arg_count < 2) return err_set(e, ERR_USAGE, hint, "the registry is missing");
  struct registry_options o = open_options(c, !acts[k].writes);
  TRY(registry_open(&c->arena, c->args[1], NULL, &o, &r, e));
  enum status s = acts[k].act(c, r, open_shown(c, c->args[1]), e);
  open_done(c, r);
  return s;
}

const struct verb verb_key = {
    .name = "key",
    .arguments = "sheet|rotate|lock|unlock REGISTRY",
    .summary = "print the key's recovery sheet, put a new key in its place, give it a passphrase",
    .options = "new-passphrase-file=FILE  lock: the file whose first line is the new passphrase (default: typed twice on a terminal)\n" OPEN_KEY_OPTION,
    .text = "`sheet` prints what `init` printed. `rotate` makes a new master key: when somebody who had the old one leaves, or it may\n"
            "have been seen. Every household's data key is wrapped again and every search value made anew, as one event; values, hashes\n"
            "and snapshots stay. The old key file is kept beside, with its id in its name, because older backups need it. If it is\n"
            "interrupted, everything goes on working; run it again and it ends what it began.\n\n"
            "`lock` gives the key file a passphrase: who copies the file has nothing without it. It is asked for when a sealed field is read or\n"
            "written; all else works without. `unlock` takes it away. The recovery sheet opens the registry without it: keep that apart.\n\n"
            "  lucid key sheet county.lucid\n"
            "  lucid key lock county.lucid\n"
            "  lucid key rotate county.lucid\n",
    .run = run,
};
