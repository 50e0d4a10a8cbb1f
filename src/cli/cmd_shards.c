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

static enum status run(struct cli *c, struct err *e) {
  const char *code = cli_option(c, "move"), *to = cli_option(c, "to");
  struct registry *r;
  uint64_t rows = 0;
  if (!code != !to) return err_set(e, ERR_USAGE, "--move CODE --to SHARD", "a move names a home and a shard");
  TRY(open_registry(c, !code, &r, e));
  enum status s = code ? registry_shard_move(r, code, to, &rows, e) : list(c, r, e);
  open_done(c, r);
  TRY(s);
  if (code) cli_note(c, "%s now lies in shard %s: %" PRIu64 " rows, proved equal; hashes of events, snapshots and decisions stay", code, to, rows);
  if (code) TRY(table_result(c, e, "home shard >rows", code, to, (int64_t)rows));
  return OK;
}

const struct verb verb_shards = {
    .name = "shards",
    .arguments = "REGISTRY",
    .summary = "a registry over several servers: what lies where; move a home",
    .options = "move=CODE  this home (the code of its area) ...\n"
               "to=SHARD  ... to this shard of the file\n" OPEN_KEY_OPTION,
    .text = "REGISTRY is a file NAME.shards that lays a registry over several PostgreSQL databases by home (county):\n"
            "  {\"shards\": [{\"name\": \"main\", \"url\": \"postgresql://...\", \"homes\": []},\n"
            "              {\"name\": \"east\", \"url\": \"postgresql://...\", \"homes\": [\"433123\"]}]}\n"
            "The first keeps the log of events and every home that no other names. Once the registry is made (`lucid init`), the\n"
            "homes are moved with this verb only. To add a server, add it to the file with \"homes\": [], then move homes to it.\n"
            "A move is one change, kept on both servers or on neither. Exit code 1 when a server is not reachable.\n\n"
            "  lucid init my-programme prefecture.shards\n"
            "  lucid shards prefecture.shards\n"
            "  lucid shards prefecture.shards --move 433124 --to west\n",
    .run = run,
};
