/* cmd_confirm.c - `lucid confirm`: what a copied programme inherited, and who answers for each value of it. */
#include <string.h>

#include "base/date.h"
#include "cli/cli.h"
#include "cli/table.h"

static enum status show(struct cli *c, const struct programme *p, struct err *e) {
  static const char *const headings[] = {"item", "state", "what", "value", "now", "why", "source", "confirmed_by", "confirmed_on", NULL};
  struct table_out *t;
  TRY(table_open(c, headings, &t, e));
  for (uint32_t i = 0; i < p->inherited->count; i++) {
    const struct inherited_item *x = &p->inherited->items[i];
    if (x->state == INHERITED_CONFIRMED && !cli_flag(c, "all")) continue;
    const char *cells[] = {x->item, inherited_state_word(x->state), label_in(&x->what, c->lang, NULL), x->value, x->now, x->why, x->source, x->by, x->on};
    for (size_t k = 0; k < sizeof cells / sizeof *cells; k++) table_text(t, cells[k]);
  }
  return table_close(t, e);
}

static void what_is_left(const struct cli *c, uint32_t open, uint32_t count) {
  if (open) cli_note(c, "a drill: %u of %u inherited values are not confirmed", open, count);
  else cli_note(c, "all %u inherited values are confirmed: no drill", count);
}

static enum status run(struct cli *c, struct err *e) {
  const char *folder, *on = cli_option(c, "on"), *by = cli_option(c, "by");
  struct programme *p;
  char date[16];
  int32_t day = (int32_t)(clock_now(c->clock) / 86400000000LL);
  TRY(cli_need(c, 0, "FOLDER", &folder, e));
  TRY(programme_load(&c->arena, folder, &p, NULL, e));
  if (!p->inherited) return err_set(e, ERR_NOT_FOUND, "only a copy made with `lucid new FOLDER --from` has such a list", "%s inherited nothing", p->name);
  if (c->arg_count < 2) {
    TRY(show(c, p, e));
    what_is_left(c, p->inherited->open, p->inherited->count);
    return OK;
  }
  const char *item = c->args[1];
  if (!by || !*by || strlen(by) > 200 || strpbrk(by, "\r\n")) return err_set(e, ERR_USAGE, "--by \"Li Mei, county office\"", "say who answers for the value");
  if (on && !date_parse(on, strlen(on), &day)) return err_set(e, ERR_USAGE, "write 2026-12-31", "\"%.40s\" is not a date", on);
  date_format(day, date);
  TRY(programme_confirm(&c->arena, p, item, by, date, cli_flag(c, "dry-run"), e));
  const struct inherited_item *x = p->inherited->items;
  while (strcmp(x->item, item) != 0) x++; /* programme_confirm found it */
  cli_note(c, "%s = %s, confirmed by %s on %s", item, x->now ? x->now : "(gone)", by, date);
  what_is_left(c, p->inherited->open - (x->state != INHERITED_CONFIRMED), p->inherited->count);
  if (cli_flag(c, "dry-run")) cli_note(c, "dry run: nothing was written");
  return table_result(c, e, "item value by on", item, x->now, by, date);
}

const struct verb verb_confirm = {
  .name = "confirm", .arguments = "FOLDER [ITEM]", .summary = "answer for a value that a programme inherited from another",
  .options = "by=WHO  who answers for it\n"
             "on=DATE  since when (default: today)\n"
             "all  list the confirmed ones too\n"
             "dry-run  say what would be written, and write nothing\n",
  .text = "A programme made with `lucid new FOLDER --from` inherits values that were assumed there, or are of that place. This lists what is not\n"
          "confirmed yet, and confirms one: the value it has in the folder now. A value that changes afterwards must be confirmed anew. The\n"
          "list is FOLDER/confirm.csv and may be filled in a spreadsheet as well.\n\n"
          "While one is open, all decisions are marked as a drill. The mark is part of the rules hash: decisions of a drill and of the confirmed\n"
          "programme never look alike. A registry learns of it with `lucid adopt`, as an event.\n\n"
          "  lucid confirm my-prefecture\n"
          "  lucid confirm my-prefecture params.rate_grain --by \"Li Mei, statistics office\"\n",
  .run = run,
};
