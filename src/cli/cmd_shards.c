#include <inttypes.h>

#include "cli/open.h"
#include "cli/table.h"
#include "registry/shards.h"

static enum status list(struct cli *c, struct registry *r, struct err *e) {
  struct registry_shard *shards;
  uint32_t n;
  TRY(registry_shards(r, &c->arena, &shards, &n, e));
  static const char *const heads[] = {"shard", "state", "homes", NULL};
  struct table_out *t;
  TRY(table_open(c, heads, &t, e));
  for (uint32_t i = 0; i < n; i++) {
    const char *homes = "";
    for (uint32_t k = 0; k < shards[i].home_count; k++) ARENA_TRY(e, homes = arena_printf(&c->arena, "%s%s%s", homes, k ? " " : "", shards[i].homes[k]));
    table_text(t, shards[i].name), table_text(t, shards[i].reachable ? "reachable" : "not reachable"), table_text(t, homes);
    if (!shards[i].reachable) c->exit_code = 1;
  }
  return table_close(t, e);
}

/* One after the other, each whole: cut short, the same command again moves the rest. On a screen each is a sentence, for programs a row. */
static enum status move(struct cli *c, struct registry *r, const char *to, struct err *e) {
  static const char *const heads[] = {"home", "shard", ">rows", NULL};
  struct table_out *t = NULL;
  uint32_t moved = 0;
  const char *code, *last = NULL;
  for (int i = 0; (code = cli_option_nth(c, "move", i)); i++) {
    uint64_t rows;
    bool there;
    TRY(registry_shard_move(r, code, to, &rows, &there, e));
    last = code;
    if (there) continue;
    cli_note(c, "%s now lies in shard %s: %" PRIu64 " rows, proved equal; hashes of events, snapshots and decisions stay", code, to, rows);
    if (!moved++ && c->format != FORMAT_TABLE) TRY(table_open(c, heads, &t, e));
    if (t) table_text(t, code), table_text(t, to), table_int(t, (int64_t)rows);
  }
  if (!moved) return err_set(e, ERR_CONFLICT, "`lucid shards REGISTRY` lists what lies where", "%s lies in shard %s already", last, to);
  return t ? table_close(t, e) : OK;
}

static enum status run(struct cli *c, struct err *e) {
  const char *code = cli_option(c, "move"), *to = cli_option(c, "to");
  struct registry *r;
  if (!code != !to) return err_set(e, ERR_USAGE, "--move CODE --to SHARD", "a move names a home and a shard");
  TRY(open_registry(c, !code, &r, e));
  enum status s = code ? move(c, r, to, e) : list(c, r, e);
  open_done(c, r);
  return s;
}

const struct verb verb_shards = {
    .name = "shards",
    .arguments = "REGISTRY",
    .summary = "a registry over several servers: what lies where; move a home",
    .options = "move=CODE*  this home (the code of its area), once for each ...\n"
               "to=SHARD  ... to this shard of the file\n" OPEN_KEY_OPTION,
    .text = "REGISTRY is a file NAME.shards that lays a registry over several PostgreSQL databases by home (county):\n"
            "  {\"shards\": [{\"name\": \"main\", \"url\": \"postgresql://...\", \"homes\": []},\n"
            "              {\"name\": \"east\", \"url\": \"postgresql://...\", \"homes\": [\"433123\"]}]}\n"
            "The first keeps the log of events and every home that no other names. Once the registry is made (`lucid init`), the\n"
            "homes are moved with this verb only. To add a server, add it to the file with \"homes\": [], then move homes to it.\n"
            "Each home's move is one change, kept on both servers or on neither; cut short, the same command again moves the rest. Exit code 1 when a server is not reachable.\n\n"
            "  lucid init my-programme prefecture.shards\n"
            "  lucid shards prefecture.shards\n"
            "  lucid shards prefecture.shards --move 433124 --move 433125 --to west\n",
    .run = run,
};
