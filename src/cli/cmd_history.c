#include <inttypes.h>
#include <string.h>

#include "base/date.h"
#include "cli/open.h"
#include "cli/table.h"
#include "registry/asof.h"

static enum status print(struct cli *c, const struct registry_history *h, uint32_t n, int32_t day, struct err *e) {
  struct table_out *t;
  char when[32];
  static const char *const heads[] = {">event", "when", "what", "who", "round", "level", "row", "field", "before", "after", "since", NULL};
  TRY(table_open(c, heads, &t, e));
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t k = 0; k < h[i].change_count; k++) {
      const struct registry_change *x = &h[i].changes[k];
      if (x->since > day) continue;
      table_int(t, h[i].event), table_text(t, instant_format(h[i].at, when));
      table_text(t, table_word(t, h[i].kind)), table_text(t, h[i].actor), table_text(t, h[i].round);
      table_text(t, table_word(t, x->level)), table_text(t, x->row), table_text(t, x->field), table_text(t, x->before), table_text(t, x->after);
      table_text(t, date_format(x->since, when));
    }
  return table_close(t, e);
}

static enum status run(struct cli *c, struct err *e) {
  struct registry *r;
  struct registry_history *h;
  uint32_t n;
  const char *household;
  TRY(cli_need(c, 1, "HOUSEHOLD", &household, e));
  TRY(open_registry(c, true, &r, e));
  const char *when = cli_option(c, "as-of"), *valid = cli_option(c, "valid-on");
  struct as_of_point point = {0};
  int32_t day = DATE_MAX;
  enum status s = OK;
  if (valid && !date_parse(valid, strlen(valid), &day)) s = err_set(e, ERR_USAGE, "--valid-on 2016-12-31", "\"%.60s\" is not a day", valid);
  if (s == OK && when) s = registry_as_of(r, when, &point, e);
  if (s == OK) s = registry_history(r, &c->arena, household, point.event, cli_flag(c, "reveal"), &h, &n, e);
  if (s == OK) s = print(c, h, n, day, e);
  open_done(c, r);
  return s;
}

const struct verb verb_history = {
    .name = "history",
    .arguments = "REGISTRY HOUSEHOLD",
    .summary = "all that happened to a household: what, when, by whom",
    .options = "reveal  show sealed fields as they are (needs the key)\n"
               "as-of=DATE  as it was known on that day (2016-12-31), at that instant, or after that event ('#17')\n"
               "valid-on=DATE  only what holds from that day or before, whenever it became known\n" OPEN_KEY_OPTION,
    .text = "Every value a household, its members and its lines ever had, with the event that brought it. HOUSEHOLD is the\n"
            "household's own number. Sealed fields read `sealed`; after their key was destroyed, `erased`.\n\n"
            "  lucid history county.lucid H1027\n"
            "  lucid history county.lucid H1027 --format json\n"
            "  lucid history county.lucid H1027 --as-of 2016-12-31\n",
    .run = run,
};
