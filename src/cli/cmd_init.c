#include <stdio.h>

#include "cli/open.h"
#include "cli/say.h"
#include "cli/table.h"
#include "store/store.h"

static enum status run(struct cli *c, struct err *e) {
  const char *folder, *path;
  struct programme *p;
  struct registry *r;
  TRY(cli_need(c, 0, "PROGRAMME", &folder, e));
  path = cli_option(c, "shards");
  if (!path) TRY(cli_need(c, 1, "REGISTRY", &path, e));
  else if (!store_is_shards(path)) return err_set(e, ERR_USAGE, "call it NAME.shards", "--shards %s: a file that lays a registry over several servers ends in .shards", path);
  TRY(open_programme(c, folder, &p, e));
  struct registry_options o = open_options(c, false);
  TRY(registry_init(path, p, &o, e));
  TRY(registry_open(&c->arena, path, p, &o, &r, e));
  char id[17], digits[80];
  path = open_shown(c, path);
  enum status s = registry_key_sheet(r, id, digits, e);
  const char *key = registry_key_path(r); /* in the command's arena */
  open_done(c, r);
  TRY(s);
  TRY(table_result(c, e, "registry programme key_id key key_file", path, p->name, id, digits, key));
  if (c->format == FORMAT_TABLE) printf(say(c, "%s: a new registry for the programme %s\n\n"
                "RECOVERY SHEET: print it, keep it apart from the computer, show it to nobody\n"
                "  registry  %s\n"
                "  key id    %s\n"
                "  key       %.39s\n"
                "            %s\n\n"
                "Sealed fields (identity numbers, telephones, ...) can be read with this key only. It stands in %s,\n"
                "which only you may read; a backup of the registry does not contain it. Who loses both the file and this sheet\n"
                "loses the sealed fields; all else still works. To make the file again, write three lines: `lucid-key 1`, `id` with\n"
                "the key id, `key` with the key's 64 digits without spaces; then: chmod 600 FILE\n"),
         path, p->name, path, id, digits, digits + 40, key);
  cli_note(c, "next: lucid round open %s %d", path, p->year);
  return OK;
}

const struct verb verb_init = {
    .name = "init",
    .arguments = "PROGRAMME REGISTRY",
    .summary = "make a registry for a programme, and its key",
    .options = "shards=FILE  over several servers, laid out by this NAME.shards file, which is the registry from then on\n"
               "key=FILE  where to put the key (default: REGISTRY.key; of a database: in ~/.local/share/lucid)\n",
    .text = "Makes one file that holds the programme's people, rounds and history: tables with a typed column for every field of\n"
            "the codebook. The programme's own files are kept inside, so that the registry opens without the folder.\n"
            "REGISTRY is a file, or the URL of a PostgreSQL database: postgresql://USER@HOST/DATABASE.\n"
            "Also makes a key for sealed fields (mode 0600) and prints its recovery sheet, once.\n\n"
            "  lucid init programmes/eu-silc silc.lucid\n"
            "  lucid init my-programme county.lucid --key /media/stick/county.key\n"
            "  lucid init my-programme postgresql://lucid@server/county\n"
            "  lucid init my-programme --shards prefecture.shards\n",
    .run = run,
};
