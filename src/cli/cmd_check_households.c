#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "cli/table.h"
#include "registry/whole.h"

static const char *const words[WHOLE_KINDS] = {
    [WHOLE_SPLIT] = "split off shortly before",
    [WHOLE_MERGED] = "merged shortly before",
    [WHOLE_EMPTY] = "a household without members",
    [WHOLE_SAME] = "the same value in two households",
};

struct listing {
  struct table_out *table;
  uint64_t count;
};

static enum status found(void *ctx, const struct whole_finding *f, struct err *e) {
  struct listing *l = ctx;
  char day[16], event[32] = "";
  (void)e;
  if (f->event) snprintf(event, sizeof event, "%" PRId64, f->event);
  table_text(l->table, whole_name(f->kind)), table_text(l->table, f->household), table_text(l->table, f->other), table_text(l->table, f->field);
  table_text(l->table, f->event ? date_format(f->on, day) : NULL), table_text(l->table, event), table_text(l->table, table_word(l->table, words[f->kind]));
  l->count++;
  return OK;
}

static enum status run(struct cli *c, struct err *e) {
  static const char *const heads[] = {"finding", "household", "other", "field", "since", "event", "what", NULL};
  struct registry *r;
  struct listing l = {0};
  int64_t days;
  const char *until = cli_option(c, "until"), **fields = NULL;
  int32_t day = (int32_t)(clock_now(c->clock) / 86400000000);
  uint32_t n = 0;
  TRY(cli_option_int(c, "days", 1, 3660, 180, &days, e));
  if (until && !date_parse(until, strlen(until), &day)) return err_set(e, ERR_USAGE, "--until 2016-12-31", "\"%.60s\" is not a day", until);
  while (cli_option_nth(c, "same", (int)n)) n++;
  if (n) ARENA_TRY(e, fields = arena_array(&c->arena, n, sizeof *fields));
  for (uint32_t i = 0; i < n; i++) fields[i] = cli_option_nth(c, "same", (int)i);
  TRY(open_registry(c, true, &r, e));
  enum status s = table_open(c, heads, &l.table, e);
  if (s == OK) s = registry_whole(r, day, (int32_t)days, fields, n, found, &l, e);
  if (s == OK) s = table_close(l.table, e);
  open_done(c, r);
  TRY(s);
  cli_note(c, "%llu findings: each is a question for a person, and decides nothing", (unsigned long long)l.count);
  return OK;
}

const struct verb verb_check_households = {
    .name = "check-households",
    .arguments = "REGISTRY",
    .summary = "households split, emptied or doubled shortly before identification",
    .options = "days=N  splits and merges of so many days count (default: 180)\n"
               "until=DATE  up to this day, e.g. the round's close (default: today)\n"
               "same=FIELD*  values of this field that stand in two households: `members.id_number`, `house_number` (default: all searchable sealed fields)\n" OPEN_KEY_OPTION,
    .text = "A household is in or out as a whole (整户识别). Lists what a person should look into before identification: households split or\n"
            "merged shortly before (拆户、并户), households that nobody lives in (空挂户), the same identity number or telephone in two\n"
            "households (分户). Sealed numbers are compared without being opened: no key is needed. Reads only, decides nothing.\n\n"
            "  lucid check-households county.lucid --days 90 --until 2016-12-31\n"
            "  lucid check-households county.lucid --same members.id_number --format csv\n",
    .run = run,
};
