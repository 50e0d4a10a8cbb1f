#include <inttypes.h>
#include <stdio.h>

#include "cli/open.h"
#include "cli/say.h"
#include "cli/table.h"

struct listing { /* for programs: a row a finding */
  struct table_out *table;
};

static void show(void *ctx, const struct registry_finding *f) {
  struct listing *l = ctx;
  if (l->table) {
    table_text(l->table, f->error ? "error" : "note"), table_text(l->table, f->what), table_text(l->table, f->hint);
    return;
  }
  printf("%s: %s\n", f->error ? "ERROR" : "note", f->what);
  if (f->hint[0]) printf("  HINT: %s\n", f->hint);
}

static enum status run(struct cli *c, struct err *e) {
  struct registry *r;
  uint64_t checked, bad;
  static const char *const heads[] = {"kind", "what", "hint", NULL};
  struct listing l = {0};
  if (c->format != FORMAT_TABLE) TRY(table_open(c, heads, &l.table, e));
  TRY(open_registry(c, true, &r, e));
  enum status s = registry_fsck(r, &c->progress, show, &l, &checked, &bad, e);
  open_done(c, r);
  TRY(s);
  if (l.table) TRY(table_close(l.table, e));
  if (bad) return err_set(e, ERR_CORRUPT, "keep the file as it is, restore the latest backup beside it", "%s: %" PRIu64 " errors in %" PRIu64 " things checked", open_shown(c, c->args[0]), bad, checked);
  if (!l.table) printf(say(c, "%s: whole (%" PRIu64 " things checked)\n"), open_shown(c, c->args[0]), checked);
  return OK;
}

const struct verb verb_fsck = {
    .name = "fsck",
    .arguments = "REGISTRY",
    .summary = "check that a registry is whole",
    .options = OPEN_KEY_OPTION,
    .text = "Checks the file itself, the chain of events, that every event's rows are still those it wrote, that versions neither\n"
            "overlap nor hang in the air, that every closed round's snapshot comes out the same again, the data keys, and names\n"
            "files that belong to nothing. Reads only. Exit code 11 when something is wrong.\n\n"
            "  lucid fsck county.lucid\n",
    .run = run,
};
