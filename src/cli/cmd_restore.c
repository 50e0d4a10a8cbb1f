#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/date.h"
#include "cli/open.h"
#include "cli/say.h"
#include "cli/table.h"
#include "registry/copy.h"

static void show(void *ctx, const struct registry_finding *f) {
  const struct cli *c = ctx;
  if (!f->error) return; /* notes are about files beside it, which a backup has none of */
  cli_note(c, "ERROR: %s%s%s", f->what, f->hint[0] ? "\n  HINT: " : "", f->hint);
}

/* A backup or what was restored from it: whole, or ERR_CORRUPT. */
static enum status check(struct cli *c, struct registry *r, const char *shown, struct err *e) {
  uint64_t checked, bad;
  TRY(registry_fsck(r, &c->progress, show, c, &checked, &bad, e));
  return bad ? err_set(e, ERR_CORRUPT, "take an earlier backup", "%s: %" PRIu64 " errors in %" PRIu64 " things checked", shown, bad, checked) : OK;
}

/* Also the result, where nothing is restored. */
static enum status contents(struct cli *c, struct registry *r, const char *shown, bool dry, struct err *e) {
  struct registry_status st;
  struct round_info round;
  TRY(registry_status(r, &c->arena, &st, e));
  enum status s = registry_round_get(r, NULL, &round, e);
  if (s != OK && s != ERR_NOT_FOUND) return s;
  int64_t us = st.last_event_at, day = 86400000000LL;
  char when[11];
  date_format((int32_t)(us / day), when);
  if (dry) TRY(table_result(c, e, "backup >events last_event day round state", shown, st.events, st.last_event_kind, when, s == OK ? round.name : NULL, s == OK ? (round.open ? "open" : "closed") : NULL));
  if (c->format == FORMAT_TABLE) printf(say(c, "%s: whole; it goes up to event %" PRId64 " (%s, %s), round %s (%s)\n"), shown, st.events, st.last_event_kind ? st.last_event_kind : "", when, s == OK ? round.name : "-",
         s == OK ? (round.open ? say(c, "open") : say(c, "closed")) : "-");
  return OK;
}

static enum status run(struct cli *c, struct err *e) {
  const char *from, *to, *shown_from, *shown_to;
  struct registry *backup, *made;
  struct registry_copied n;
  bool dry = cli_flag(c, "dry-run");
  TRY(cli_need(c, 0, "BACKUP", &from, e));
  TRY(cli_need(c, 1, "REGISTRY", &to, e));
  shown_from = open_shown(c, from), shown_to = open_shown(c, to);
  struct registry_options o = open_options(c, true), there = {.actor = open_actor(), .clock = c->clock, .key_path = o.key_path};
  TRY(registry_open(&c->arena, from, NULL, &o, &backup, e));
  enum status s = check(c, backup, shown_from, e);
  if (s == OK) s = contents(c, backup, shown_from, dry, e);
  if (s == OK && !dry) s = registry_copy(backup, to, &there, &c->progress, &n, e);
  if (s == OK && !dry) s = open_along(c, backup, to, e);
  registry_close(backup);
  TRY(s);
  if (dry) {
    cli_note(c, "nothing was written: this was a dry run");
    return OK;
  }
  there.read_only = true;
  s = registry_open(&c->arena, to, NULL, &there, &made, e);
  if (s == OK) {
    s = check(c, made, shown_to, e);
    registry_close(made);
  }
  TRY(s);
  TRY(table_result(c, e, "registry backup >rows >events hash key", shown_to, shown_from, n.rows, n.events, n.hash, n.key_path));
  if (c->format == FORMAT_TABLE) printf(say(c, "%s: restored from %s and checked: %" PRId64 " rows, %" PRId64 " events\nall rows  %s\n"), shown_to, shown_from, n.rows, n.events, n.hash);
  cli_note(c, "its key is looked for in %s: put it there from where you keep it, or from the recovery sheet", n.key_path);
  return OK;
}

const struct verb verb_restore = {
    .name = "restore",
    .arguments = "BACKUP REGISTRY",
    .summary = "make a registry from a backup, checked before and after",
    .options = "dry-run  check the backup and say up to where it goes; write nothing\n" OPEN_ALONG_OPTION OPEN_KEY_OPTION,
    .text = "BACKUP is what `lucid backup` made. REGISTRY is a new file, or an empty PostgreSQL database: nothing is ever written\n"
            "over. The backup is checked as `lucid fsck` does, copied with every row read back, and the result is checked again. It\n"
            "says up to which event and round the backup goes: what came later has to be done again. Snapshots are made again when\n"
            "they are needed, with the same hash. Try it while nothing is lost: a restore that nobody has tried is no backup.\n\n"
            "  lucid restore /media/disk/county-2026-03-01.lucid county.lucid --dry-run\n"
            "  lucid restore /media/disk/county-2026-03-01.lucid county.lucid\n"
            "  lucid restore county-2026-03-01.lucid postgresql://lucid@server/county\n",
    .run = run,
};
