#include "cli/open.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

const char *open_actor(void) {
  const char *names[] = {"LUCID_ACTOR", "USER", "LOGNAME"};
  for (int i = 0; i < 3; i++) {
    const char *v = getenv(names[i]);
    if (v && *v) return v;
  }
  struct passwd *p = getpwuid(getuid());
  return p && p->pw_name ? p->pw_name : "unknown";
}

struct registry_options open_options(const struct cli *c, bool read_only) {
  return (struct registry_options){.key_path = cli_option(c, "key"), .snapshots = cli_option(c, "snapshots"), .actor = open_actor(), .clock = c->clock, .read_only = read_only};
}

enum status open_registry(struct cli *c, bool read_only, struct registry **out, struct err *e) {
  const char *path;
  TRY(cli_need(c, 0, "REGISTRY", &path, e));
  struct registry_options o = open_options(c, read_only);
  return registry_open(&c->arena, path, NULL, &o, out, e);
}

enum status open_programme(struct cli *c, const char *folder, struct programme **out, struct err *e) {
  struct problem *problems = NULL;
  enum status s = programme_load(&c->arena, folder, out, &problems, e);
  if (s != ERR_INPUT || !problems || !problems->next) return s;
  for (const struct problem *p = problems; p; p = p->next) cli_note(c, "%s:%d:%d: %s%s%s", p->file ? p->file : folder, p->line, p->column, p->message, p->hint && p->hint[0] ? "\n  HINT: " : "", p->hint ? p->hint : "");
  return s;
}
