#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "cli/say.h"
#include "cli/table.h"
#include "registry/natural.h"

static enum status read_sets(struct cli *c, struct natural *n, struct err *e) {
  struct registry_set *sets;
  if (c->arg_count <= 3) return OK;
  ARENA_TRY(e, sets = arena_array(&c->arena, (size_t)c->arg_count, sizeof *sets));
  for (int i = 3; i < c->arg_count; i++) {
    const char *word = c->args[i], *equals = strchr(word, '=');
    if (!equals || equals == word) return err_set(e, ERR_USAGE, "write FIELD=VALUE, e.g. birth=2016-05-01", "\"%s\" sets nothing", word);
    ARENA_TRY(e, sets[n->set_count].field = arena_strn(&c->arena, word, (size_t)(equals - word)));
    sets[n->set_count++].value = equals + 1;
  }
  n->sets = sets;
  return OK;
}

static enum status read_repeated(struct cli *c, const char *name, const char *const **out, uint32_t *count, struct err *e) {
  const char **list;
  while (cli_option_nth(c, name, (int)*count)) ++*count;
  ARENA_TRY(e, list = arena_array(&c->arena, *count + 1, sizeof *list));
  for (uint32_t i = 0; i < *count; i++) list[i] = cli_option_nth(c, name, (int)i);
  *out = list;
  return OK;
}

static enum status show(struct cli *c, const struct natural_done *d, struct err *e) {
  static const char *const heads[] = {"household", "level", "row", "before", "after", NULL};
  struct table_out *t;
  TRY(table_open(c, heads, &t, e));
  for (uint32_t i = 0; i < d->count; i++) {
    const struct natural_row *x = &d->rows[i];
    table_text(t, x->household), table_text(t, table_word(t, x->level)), table_text(t, x->row);
    table_text(t, x->before ? table_word(t, x->before) : NULL), table_text(t, x->after ? table_word(t, x->after) : NULL);
  }
  return table_close(t, e);
}

static enum status run(struct cli *c, struct err *e) {
  const char *kind, *path, *on = cli_option(c, "on");
  struct natural n = {.into = cli_option(c, "into"), .evidence = cli_option(c, "evidence"), .reason = cli_option(c, "reason"), .round = cli_option(c, "round"), .dry_run = cli_flag(c, "dry-run")};
  struct registry *r;
  struct natural_done done;
  TRY(cli_need(c, 0, "the kind of change", &kind, e));
  if (!natural_kind_of(kind, &n.kind)) return err_set(e, ERR_USAGE, "birth, death, marry, leave, move, split, merge or transfer (出生 死亡 婚嫁 迁出 搬迁 分户 并户 转档)", "\"%.60s\" is not a kind of natural change", kind);
  TRY(cli_need(c, 1, "the registry", &path, e));
  TRY(cli_need(c, 2, "the household's number", &n.household, e));
  if (!on) return err_set(e, ERR_USAGE, "--on 2016-05-01", "the day it happened is missing");
  if (!date_parse(on, strlen(on), &n.on)) return err_set(e, ERR_USAGE, "--on 2016-05-01", "\"%.60s\" is not a date", on);
  TRY(read_sets(c, &n, e));
  TRY(read_repeated(c, "member", &n.members, &n.member_count, e));
  TRY(read_repeated(c, "line", &n.lines, &n.line_count, e));
  struct registry_options o = open_options(c, n.dry_run);
  TRY(registry_open(&c->arena, path, NULL, &o, &r, e));
  enum status s = registry_natural(r, &c->arena, &n, &done, e);
  open_done(c, r);
  TRY(s);
  TRY(show(c, &done, e));
  if (n.dry_run) cli_note(c, "nothing was written: this was a dry run");
  else if (done.half) cli_note(c, "event %" PRId64 ": they had left by event %" PRId64 ", and have arrived now", done.event, done.departure);
  else if (done.departure) cli_note(c, "events %" PRId64 " and %" PRId64 ": left one county and arrived in the other; `lucid undo` takes both back", done.departure, done.event);
  else cli_note(c, "event %" PRId64 ": recorded; `lucid undo` takes it back", done.event);
  if (done.household_ended && n.kind != NATURAL_TRANSFER) cli_note(c, "household %s ends with it", n.household);
  return OK;
}

const struct verb verb_change = {
    .name = "change",
    .arguments = "birth|death|marry|leave|move|split|merge|transfer REGISTRY HOUSEHOLD [FIELD=VALUE...]",
    .summary = "record a birth, death, marriage, move, split, merge or transfer",
    .options = "on=DATE  the day it happened; not in the future\n"
               "evidence=TEXT  what shows it: a certificate, a witness, a visit\n"
               "member=NUMBER*  which member; for a split once for each who goes\n"
               "into=HOUSEHOLD  marry, merge: the other household; split: the new one's number\n"
               "line=LEVEL:NUMBER*  split: a line that goes along; the others stay\n"
               "reason=TEXT  why, when that is known\n"
               "round=NAME  which round (default: the latest)\n"
               "dry-run  show what would change, write nothing\n" OPEN_KEY_OPTION,
    .text = "What happens in a family is neither a correction nor an exit: each is an event of its own, with its day, its evidence and who\n"
            "recorded it. Chinese words do as well: 出生 死亡 婚嫁 迁出 搬迁 分户 并户 转档. When the last member is gone the household ends.\n"
            "A split gives the new household the old one's area and what is typed; everything else about it is unknown until somebody asks.\n"
            "A move changes the household's area; its county's register keeps it. A transfer takes it, with number, members and lines, to the register of\n"
            "the county where its area lies now; its history is found from there. Who goes to another county goes by two events (`lucid help transfer`).\n"
            "Imports of the same round leave natural changes alone and say so; `lucid undo` takes one back.\n\n"
            "  lucid change birth county.lucid H1027 birth=2016-05-01 --on 2016-05-01 --evidence \"birth certificate\"\n"
            "  lucid change death county.lucid H1027 --member 1 --on 2016-06-11 --evidence \"household book\"\n"
            "  lucid change marry county.lucid H1027 --member 3 --into H1188 --on 2016-02-08 --evidence \"marriage certificate\"\n"
            "  lucid change leave county.lucid H1027 --member 2 --on 2016-03-01 --evidence \"registered in Jishou\"\n"
            "  lucid change move county.lucid H1027 home_village=433124110226 --on 2016-09-30 --evidence \"relocation contract\"\n"
            "  lucid change transfer county.lucid H1027 --on 2016-10-15 --evidence \"file handed over\"\n"
            "  lucid change split county.lucid H1027 --into H1027-2 --member 3 --member 4 --line crops:2 --on 2016-01-15 --evidence \"household book\"\n"
            "  lucid change merge county.lucid H1027 --into H1188 --on 2016-10-01 --evidence \"visit of 2016-10-03\" --dry-run\n",
    .run = run,
};
