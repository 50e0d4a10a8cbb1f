#include "cli/cli.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/say.h"
#include "cli/table.h"

/* A programme by its folder; else one of that name among those that came with the program: beside it, or where `make install` puts them. */
static enum status find(struct cli *c, const char *name, const char **out, struct err *e) {
  *out = name;
  if (file_is_dir(name)) return OK;
  char self[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  if (n > 0 && !strchr(name, '/')) {
    self[n] = 0;
    static const char *const places[] = {"../programmes", "../share/lucid/programmes"};
    char *here = file_dir(&c->arena, self);
    for (size_t i = 0; here && i < sizeof places / sizeof *places; i++) {
      char *path;
      ARENA_TRY(e, path = arena_printf(&c->arena, "%s/%s/%s", here, places[i], name));
      *out = path;
      if (file_is_dir(path)) return OK;
    }
  }
  return err_set(e, ERR_NOT_FOUND, "name a programme's folder, or one that came with the program: xiangxi", "there is no programme %s", name);
}

static enum status copy(struct cli *c, const char *folder, struct err *e) {
  const char *from;
  struct programme *p;
  TRY(find(c, cli_option(c, "from"), &from, e));
  int64_t now = clock_now(c->clock);
  TRY(programme_new_from(&c->arena, from, folder, (int32_t)(now / 86400000000LL), cli_flag(c, "dry-run"), &p, e));
  uint32_t assumed = 0;
  for (uint32_t i = 0; i < p->inherited->count; i++) assumed += strcmp(p->inherited->items[i].why, "assumed") == 0;
  cli_note(c, "%s began as a copy of %s. It inherits %u values that must be confirmed: %u assumed, %u of that place.", folder, p->inherited->from, p->inherited->count, assumed, p->inherited->count - assumed);
  cli_note(c, "Until each is confirmed, its decisions are a drill and say so. They stand in %s/confirm.csv.", folder);
  if (cli_flag(c, "dry-run")) cli_note(c, "dry run: nothing was written");
  else cli_note(c, "Next:  lucid confirm %s    docs/guide/copy-a-programme.md says what to change in which order", folder);
  return table_result(c, e, "folder from >inherited >assumed", folder, p->inherited->from, (int64_t)p->inherited->count, (int64_t)assumed);
}

static enum status run(struct cli *c, struct err *e) {
  const char *folder;
  TRY(cli_need(c, 0, "FOLDER", &folder, e));
  if (cli_option(c, "from")) return copy(c, folder, e);
  if (cli_flag(c, "dry-run")) return err_set(e, ERR_USAGE, "lucid new FOLDER --from PROGRAMME --dry-run", "--dry-run goes with --from");
  TRY(programme_new(folder, e));
  size_t n = strlen(folder);
  while (n > 1 && folder[n - 1] == '/') n--;
  cli_note(c, "%s holds a small working programme with made-up data.", folder);
  cli_note(c, "Next:  lucid check %s    lucid run %s --out %.*s-out", folder, folder, (int)n, folder);
  return table_result(c, e, "folder", folder);
}

const struct verb verb_new = {
  .name = "new", .arguments = "FOLDER", .summary = "write a small working programme with comments, or a copy of another",
  .options = "from=PROGRAMME  begin as a copy of this one: a folder, or a name that came with the program (xiangxi)\n"
             "dry-run  with --from: say what would be inherited, and write nothing\n",
  .text = "Writes FOLDER with programme.yaml, areas.csv and data/: a programme that works at once, with comments in English and Chinese and\n"
          "made-up households. Change it step by step, and let `lucid check FOLDER` say what does not fit. docs/format/programme.md describes\n"
          "every key.\n\n"
          "With --from it begins as a copy of another programme: its files, but nobody's data. FOLDER/confirm.csv then lists every value\n"
          "that was assumed there, or is of that place. Until somebody has confirmed each (`lucid confirm`), what the copy decides is a\n"
          "drill, and says so wherever it is shown.\n\n"
          "  lucid new my-county && lucid run my-county --out first-run\n"
          "  lucid new my-prefecture --from xiangxi\n",
  .run = run,
};
