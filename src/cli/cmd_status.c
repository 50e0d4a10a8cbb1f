#include <stdio.h>

#include "base/date.h"
#include "cli/open.h"
#include "cli/say.h"
#include "cli/table.h"
#include "registry/asof.h"
#include "registry/transfer.h"

static const char *const folder_words[] = {
    [FOLDER_SAME] = "as when the registry was made",
    [FOLDER_TEXTS_CHANGED] = "changed since, but nothing that decides; the registry uses its own copy",
    [FOLDER_RULES_CHANGED] = "RULES CHANGED since; the registry uses its own copy (`lucid adopt` takes the changed ones in)",
    [FOLDER_BROKEN] = "does not pass `lucid check` any more; the registry uses its own copy",
    [FOLDER_GONE] = "gone; the registry uses its own copy",
};

/* What held then, by level. */
static enum status known_then(struct cli *c, const char *when, struct err *e) {
  static const char *const heads[] = {"what", "value", NULL};
  struct registry *r;
  struct as_of_point point;
  struct table_out *t;
  char line[64];
  TRY(open_registry(c, true, &r, e));
  const struct programme *p = registry_programme(r);
  enum status s = registry_as_of(r, when, &point, e);
  if (s == OK) s = table_open(c, heads, &t, e);
  for (uint32_t l = 0; l < p->level_count && s == OK; l++) {
    int64_t n;
    s = registry_as_of_count(r, &point, l, &n, e);
    snprintf(line, sizeof line, "%lld", (long long)n);
    table_text(t, table_word(t, p->levels[l].name)), table_text(t, line);
  }
  if (s == OK) {
    snprintf(line, sizeof line, "%lld", (long long)point.event);
    table_text(t, table_word(t, "round")), table_text(t, point.round);
    table_text(t, table_word(t, "event")), table_text(t, line);
    table_text(t, table_word(t, "when")), table_text(t, instant_format(point.at, line));
    s = table_close(t, e);
  }
  open_done(c, r);
  return s;
}

static enum status run(struct cli *c, struct err *e) {
  if (cli_option(c, "as-of")) return known_then(c, cli_option(c, "as-of"), e);
  struct registry *r;
  struct registry_status st;
  struct table_out *t;
  char when[32], line[200];
  static const char *const heads[] = {"what", "value", NULL};
  TRY(open_registry(c, true, &r, e));
  struct round_info *rounds;
  struct transfer_half *half;
  uint32_t n = 0, halves = 0;
  enum status s = registry_status(r, &c->arena, &st, e);
  if (s == OK) s = registry_rounds(r, &c->arena, &rounds, &n, e);
  if (s == OK) s = transfer_halves(r, &c->arena, &half, &halves, e);
  if (s == OK) s = table_open(c, heads, &t, e);
  if (s == OK) {
    table_text(t, table_word(t, "registry")), table_text(t, st.path);
    table_text(t, table_word(t, "programme")), table_text(t, st.programme);
    table_text(t, table_word(t, "made with")), table_text(t, st.engine);
    table_text(t, table_word(t, "programme folder")), table_text(t, table_word(t, folder_words[st.programme_folder]));
    for (uint32_t i = 0; i < st.level_count; i++) {
      snprintf(line, sizeof line, "%lld", (long long)st.levels[i].now);
      table_text(t, table_word(t, st.levels[i].name)), table_text(t, line);
      if (!st.levels[i].before) continue;
      char name[80];
      snprintf(name, sizeof name, table_word(t, "%s, earlier versions"), table_word(t, st.levels[i].name));
      snprintf(line, sizeof line, "%lld", (long long)st.levels[i].before);
      table_text(t, name), table_text(t, line);
    }
    for (uint32_t i = 0; i < n; i++) {
      char name[80];
      snprintf(name, sizeof name, table_word(t, "round %s"), rounds[i].name);
      if (rounds[i].open) snprintf(line, sizeof line, table_word(t, "open (%d)"), rounds[i].year);
      else snprintf(line, sizeof line, table_word(t, "closed (%d): %lld households, %lld members, snapshot %.12s"), rounds[i].year, (long long)rounds[i].households, (long long)rounds[i].members, rounds[i].snapshot);
      table_text(t, name), table_text(t, line);
    }
    snprintf(line, sizeof line, table_word(t, "%lld; last: %s by %s at %s"), (long long)st.events, table_word(t, st.last_event_kind), st.last_event_actor, instant_format(st.last_event_at, when));
    table_text(t, table_word(t, "events")), table_text(t, line);
    if (st.key_locked) snprintf(line, sizeof line, table_word(t, "here, with a passphrase (%s)"), st.key_id);
    else if (st.key) snprintf(line, sizeof line, table_word(t, "here (%s)"), st.key_id);
    else snprintf(line, sizeof line, table_word(t, "NOT HERE (%s): sealed fields show as \"sealed\""), st.key_id);
    table_text(t, table_word(t, "key")), table_text(t, line);
    s = table_close(t, e);
    if (s == OK && !st.key) cli_note(c, "%s", st.key_why);
    if (s == OK && halves) cli_note(c, "half done: %u; `lucid transfer` shows who left for another county and has not arrived", halves);
  }
  open_done(c, r);
  return s;
}

const struct verb verb_status = {
    .name = "status",
    .arguments = "REGISTRY",
    .summary = "what a registry holds, and whether all is well with it",
    .options = "as-of=DATE  as it was known on that day (2016-12-31), at that instant, or after that event ('#17'): rows by level only\n" OPEN_KEY_OPTION,
    .text = "Rows by level, rounds, events, whether the key is here, and whether the programme's folder is still what the\n"
            "registry was made with. Reads only.\n\n"
            "  lucid status county.lucid\n"
            "  lucid status county.lucid --as-of 2016-12-31\n",
    .run = run,
};
