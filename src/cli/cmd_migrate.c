#include <stdio.h>

#include "cli/open.h"
#include "cli/say.h"
#include "cli/table.h"
#include "registry/migrate.h"

static enum status run(struct cli *c, struct err *e) {
  const char *path, *shown;
  struct registry_migrated m;
  bool dry = cli_flag(c, "dry-run");
  TRY(cli_need(c, 0, "REGISTRY", &path, e));
  shown = open_shown(c, path);
  TRY(registry_migrate(&c->arena, path, cli_flag(c, "no-backup"), dry, &m, e));
  TRY(table_result(c, e, "registry >from >to copy done", shown, (int64_t)m.from, (int64_t)m.to, m.backup, m.from != m.to && !dry ? "yes" : "no"));
  if (c->format != FORMAT_TABLE) {
  } else if (m.from == m.to) printf(say(c, "%s: its tables are version %d, as this program wants them: nothing to do\n"), shown, m.to);
  else if (dry) printf(say(c, "%s: its tables would go from version %d to %d\n"), shown, m.from, m.to);
  else printf(say(c, "%s: its tables went from version %d to %d\n"), shown, m.from, m.to);
  if (m.backup) cli_note(c, dry ? "it would first be copied to %s" : "as it was before, it is in %s", m.backup);
  if (m.from != m.to && !m.need) cli_note(c, "whether the server's disk has room cannot be seen from here: ask its administrator");
  if (m.from != m.to && !dry) cli_note(c, "programs older than this one refuse it from now on");
  return OK;
}

const struct verb verb_migrate = {
    .name = "migrate",
    .arguments = "REGISTRY",
    .summary = "bring a registry of an older version up to this one",
    .options = "dry-run  say what would be done; write nothing\n"
               "no-backup  do not copy the file first (a database is never copied: pg_dump does that)\n",
    .text = "A registry says which version its tables have. Every other verb refuses one of another version. This one copies a file\n"
            "beside itself (x.lucid.version-1), then changes the tables, each step in one transaction. If it is interrupted, run it\n"
            "again: nothing half done stays. Rows, events and hashes stay as they are.\n\n"
            "  lucid migrate county.lucid --dry-run\n"
            "  lucid migrate county.lucid\n"
            "  lucid migrate postgresql://lucid@server/county --no-backup\n",
    .run = run,
};
