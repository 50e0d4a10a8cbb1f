#include <inttypes.h>

#include "base/number.h"
#include "cli/open.h"
#include "cli/table.h"
#include "registry/transfer.h"

static enum status list(struct cli *c, const struct transfer_half *x, uint32_t n, struct err *e) {
  static const char *const heads[] = {">event", "kind", "from", "to", ">people", "on", "evidence", NULL};
  struct table_out *t;
  char day[16];
  TRY(table_open(c, heads, &t, e));
  for (uint32_t i = 0; i < n; i++) {
    table_int(t, x[i].departure), table_text(t, table_word(t, x[i].kind)), table_text(t, x[i].from), table_text(t, x[i].to), table_int(t, x[i].people);
    table_text(t, date_format(x[i].on, day)), table_text(t, x[i].evidence);
  }
  if (n) c->exit_code = 1;
  return table_close(t, e);
}

/* One that cannot arrive now does not keep the others away: the first reason is told in the end. */
static enum status finish(struct cli *c, struct registry *r, const struct transfer_half *x, uint32_t n, struct err *e) {
  enum status s = OK;
  for (uint32_t i = 0; i < n; i++) {
    struct natural_done done;
    struct err why;
    enum status one = transfer_arrive(r, &c->arena, x[i].departure, NULL, 0, &done, &why);
    if (one == OK) cli_note(c, "event %" PRId64 ": arrived in household %s", done.event, x[i].to);
    else if (s == OK) {
      s = transfer_half_done(x[i].departure, one, &why);
      if (e) *e = why;
    }
  }
  return s;
}

static enum status run(struct cli *c, struct err *e) {
  const bool finishing = cli_flag(c, "finish");
  struct registry *r;
  struct transfer_half *x;
  uint32_t n;
  TRY(open_registry(c, !finishing, &r, e));
  enum status s = transfer_halves(r, &c->arena, &x, &n, e);
  if (s == OK) s = finishing ? finish(c, r, x, n, e) : list(c, x, n, e);
  open_done(c, r);
  return s;
}

const struct verb verb_transfer = {
    .name = "transfer",
    .arguments = "REGISTRY",
    .summary = "who is on the way to another county: a list, and letting them arrive",
    .options = "finish  let all of them arrive\n" OPEN_KEY_OPTION,
    .text = "Who goes to another county (lucid change marry, merge, transfer) leaves by one event and arrives by a second, so that each touches the\n"
            "rows of one county only. When a command was cut short between the two, or the other county's server was away, the transfer is half\n"
            "done: this lists them, with exit code 1. A round does not close over one. The same command again finishes it, with the fields that\n"
            "were typed; --finish finishes all, without those. `lucid undo REGISTRY EVENT` takes one back.\n\n"
            "  lucid transfer prefecture.shards\n"
            "  lucid transfer prefecture.shards --finish\n",
    .run = run,
};
