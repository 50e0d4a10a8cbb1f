#include "registry/migrate.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/store.h"

/* A name that is free: a copy that is there already is never written over. */
static enum status backup_name(struct arena *a, const char *path, int version, const char **out, struct err *e) {
  ARENA_TRY(e, *out = arena_printf(a, "%s.version-%d", path, version));
  for (int i = 2; file_exists(*out); i++) ARENA_TRY(e, *out = arena_printf(a, "%s.version-%d-%d", path, version, i));
  return OK;
}

/* Under a passing name first: what is there under the right one is whole. */
static enum status copy_beside(struct store *s, struct arena *a, const char *path, const char *to, struct err *e) {
  char *half;
  ARENA_TRY(e, half = arena_printf(a, "%s.version-half", path));
  if (file_exists(half)) TRY(store_remove(half, e)); /* of a command that was killed */
  TRY(store_backup(s, half, e));
  if (rename(half, to) != 0) return err_errno(e, errno, "cannot put the copy to %s", to);
  return file_sync_dir(file_dir(a, to), e);
}

static enum status room(const char *path, bool copy, struct registry_migrated *out, struct err *e) {
  struct stat st;
  if (stat(path, &st) != 0) return err_errno(e, errno, "cannot look at %s", path);
  out->need = (copy ? (uint64_t)st.st_size : 0) + (8 << 20); /* the copy, and the log of what changes */
  uint64_t space = file_space(path);
  if (space >= out->need) return OK;
  return err_set(e, ERR_FULL, "free some space on that disk and run the command again; nothing was changed", "migrating %s needs about %" PRIu64 " MB beside it; %" PRIu64 " MB are free", path, out->need / 1000000 + 1,
                 space / 1000000);
}

enum status registry_migrate(struct arena *a, const char *url, bool no_backup, bool dry_run, struct registry_migrated *out, struct err *e) {
  char real[PATH_MAX];
  struct store *s;
  bool database = store_on_server(url);
  *out = (struct registry_migrated){0};
  if (!database && realpath(url, real)) url = real; /* the copy lies beside the file, not beside a link to it */
  TRY(store_open(url, &(struct store_options){.mode = STORE_MIGRATE}, &s, e));
  out->from = store_version(s), out->to = store_schema_version();
  enum status st = OK;
  if (out->from != out->to) {
    if (database && !no_backup && !dry_run)
      st = err_set(e, ERR_USAGE, "make one (pg_dump --schema=lucid DATABASE), then run this again with --no-backup", "%s: a database is not copied before its tables change; that is for its administrator", store_path(s));
    if (st == OK && !database) st = room(url, !no_backup, out, e);
    if (st == OK && !database && !no_backup) st = backup_name(a, url, out->from, &out->backup, e);
    if (st == OK && !dry_run && out->backup) st = copy_beside(s, a, url, out->backup, e);
    if (st == OK && !dry_run) st = store_migrate(s, e);
  }
  store_close(s);
  return st;
}
