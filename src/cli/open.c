#include "cli/open.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "cli/say.h"
#include "registry/along.h"
#include "registry/shards.h"

const char *open_actor(void) {
  const char *names[] = {"LUCID_ACTOR", "USER", "LOGNAME"};
  for (int i = 0; i < 3; i++) {
    const char *v = getenv(names[i]);
    if (v && *v) return v;
  }
  struct passwd *p = getpwuid(getuid());
  return p && p->pw_name ? p->pw_name : "unknown";
}

enum status open_type(const char *prompt, char *out, size_t cap, struct err *e) {
  struct termios was, now;
  FILE *t = fopen("/dev/tty", "r+");
  if (!t || tcgetattr(fileno(t), &was) != 0) {
    if (t) fclose(t);
    return err_set(e, ERR_KEY, "name a file whose first line it is with --passphrase-file, or run the command on a terminal", "the key has a passphrase, and there is nobody to ask for it");
  }
  now = was, now.c_lflag &= ~(tcflag_t)ECHO;
  tcsetattr(fileno(t), TCSAFLUSH, &now);
  fprintf(t, "%s", prompt), fflush(t);
  bool got = fgets(out, (int)cap, t) != NULL;
  tcsetattr(fileno(t), TCSAFLUSH, &was);
  fputc('\n', t);
  fclose(t);
  if (got) out[strcspn(out, "\r\n")] = 0;
  return got && out[0] ? OK : err_set(e, ERR_KEY, NULL, "no passphrase was given");
}

enum status open_passphrase(void *ctx, char *out, size_t cap, struct err *e) {
  const struct cli *c = ctx;
  const char *path = cli_option(c, "passphrase-file");
  struct stat st;
  if (!path) return open_type(say(c, "Passphrase of the registry's key: "), out, cap, e);
  FILE *f = fopen(path, "re");
  if (!f) return err_errno(e, errno, "cannot read the passphrase file %s", path);
  bool open_to_all = fstat(fileno(f), &st) == 0 && (st.st_mode & 077), got = !open_to_all && fgets(out, (int)cap, f);
  fclose(f);
  if (open_to_all) return err_set(e, ERR_KEY, "run: chmod 600 on that file", "the passphrase file %s may be read by other users", path);
  if (got) out[strcspn(out, "\r\n")] = 0;
  return got && out[0] ? OK : err_set(e, ERR_KEY, "its first line is the passphrase", "the passphrase file %s is empty", path);
}

struct registry_options open_options(const struct cli *c, bool read_only) {
  return (struct registry_options){.key_path = cli_option(c, "key"), .snapshots = cli_option(c, "snapshots"), .actor = open_actor(), .clock = c->clock, .read_only = read_only,
                                   .passphrase = open_passphrase, .passphrase_ctx = (void *)(uintptr_t)c};
}

const char *open_shown(struct cli *c, const char *path) {
  if (!strstr(path, "://")) return path;
  const char *user = strstr(path, "://") + 3, *at = user + strcspn(user, "@/?"), *colon = memchr(user, ':', (size_t)(at - user)), *query = strstr(path, "password=");
  if (*at != '@') colon = at;
  if (!colon) colon = at;
  size_t end = query ? (size_t)(query - path) : strlen(path);
  char *out = arena_printf(&c->arena, "%.*s%.*s", (int)(colon - path), path, (int)(end - (size_t)(at - path)), at);
  return out ? out : "the database";
}

void open_done(struct cli *c, struct registry *r) {
  const char *partial = r ? registry_partial(r) : NULL, *stale = r ? registry_stale(r) : NULL;
  if (stale) {
    cli_note(c, "PARTIAL: %s; the latest changes may be missing in this answer", stale);
    if (!c->exit_code) c->exit_code = EXIT_PARTIAL;
  }
  if (partial) {
    cli_note(c, "PARTIAL: %s; what lies there is not in this answer", partial);
    if (!c->exit_code) c->exit_code = EXIT_PARTIAL;
  }
  registry_close(r);
}

enum status open_registry(struct cli *c, bool read_only, struct registry **out, struct err *e) {
  const char *path;
  TRY(cli_need(c, 0, "REGISTRY", &path, e));
  struct registry_options o = open_options(c, read_only);
  return registry_open(&c->arena, path, NULL, &o, out, e);
}

enum status open_along(struct cli *c, struct registry *r, const char *to, struct err *e) {
  struct registry_along n;
  struct registry_options o = {.actor = open_actor(), .clock = c->clock};
  if (!cli_flag(c, "with-snapshots")) return OK;
  TRY(registry_along(r, to, &o, &n, e));
  cli_note(c, "snapshots that went along to %s: %u; there already: %u; to be made again when needed: %u", n.folder, n.copied, n.there, n.absent);
  return OK;
}

enum status open_programme(struct cli *c, const char *folder, struct programme **out, struct err *e) {
  struct problem *problems = NULL;
  enum status s = programme_load(&c->arena, folder, out, &problems, e);
  if (s != ERR_INPUT || !problems || !problems->next) return s;
  for (const struct problem *p = problems; p; p = p->next) cli_note(c, "%s:%d:%d: %s%s%s", p->file ? p->file : folder, p->line, p->column, p->message, p->hint && p->hint[0] ? "\n  HINT: " : "", p->hint ? p->hint : "");
  return s;
}

enum status open_out(const char *path, const char *what, const char *begins, struct err *e) {
  struct stat st;
  char head[64];
  if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0) return OK; /* what else is wrong with it, writing finds */
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head);
  if (fd >= 0) close(fd);
  if (n >= (ssize_t)strlen(begins) && memcmp(head, begins, strlen(begins)) == 0) return OK;
  return err_set(e, ERR_CONFLICT, "name another file, or remove this one first", "%s is there already, and is no %s", path, what);
}
