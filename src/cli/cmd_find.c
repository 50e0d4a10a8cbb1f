#include <string.h>

#include "cli/open.h"
#include "cli/table.h"

static enum status run(struct cli *c, struct err *e) {
  struct registry *r;
  const char *word, **keys;
  uint32_t n;
  struct table_out *t;
  static const char *const heads[] = {"household", NULL};
  TRY(cli_need(c, 1, "FIELD=VALUE", &word, e));
  const char *equals = strchr(word, '='), *field;
  if (!equals || equals == word) return err_set(e, ERR_USAGE, "write FIELD=VALUE, e.g. members.idno=110101190001011234", "\"%s\" names no field and value", word);
  ARENA_TRY(e, field = arena_strn(&c->arena, word, (size_t)(equals - word)));
  TRY(open_registry(c, true, &r, e));
  enum status s = registry_search(r, &c->arena, field, equals + 1, &keys, &n, e);
  open_done(c, r);
  TRY(s);
  TRY(table_open(c, heads, &t, e));
  for (uint32_t i = 0; i < n; i++) table_text(t, keys[i]);
  TRY(table_close(t, e));
  if (!n) cli_note(c, "no household has that value");
  return OK;
}

const struct verb verb_find = {
    .name = "find",
    .arguments = "REGISTRY FIELD=VALUE",
    .summary = "households by the value of a field, sealed ones too",
    .options = OPEN_KEY_OPTION,
    .text = "Prints the numbers of households that have the value now, or have a member or line that has it. A sealed field is\n"
            "found by its exact value when the programme marks it `searchable` and the key is here.\n\n"
            "  lucid find county.lucid roof=straw\n"
            "  lucid find county.lucid members.idno=110101190001011234\n",
    .run = run,
};
