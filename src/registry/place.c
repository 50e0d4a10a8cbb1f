#include "registry/place.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

/* $XDG_DATA_HOME/lucid. */
static enum status local_base(struct registry *r, char **out, struct err *e) {
  const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
  if (data && *data) ARENA_TRY(e, *out = arena_printf(r->arena, "%s/lucid", data));
  else if (home && *home) ARENA_TRY(e, *out = arena_printf(r->arena, "%s/.local/share/lucid", home));
  else return err_set(e, ERR_USAGE, "set XDG_DATA_HOME to a folder that only you may read", "there is no place for the key and the snapshots of a registry in a database: neither XDG_DATA_HOME nor HOME is set");
  return OK;
}

enum status place_of(struct registry *r, const char *url, const struct registry_options *o, struct err *e) {
  struct arena *a = r->arena;
  char real[PATH_MAX];
  struct stat link;
  /* Log, key and snapshots lie beside the file itself, not beside a link to it. */
  if (!store_is_url(url) && lstat(url, &link) == 0 && S_ISLNK(link.st_mode) && realpath(url, real)) url = real;
  size_t n = strlen(url), stem = n > 6 && strcmp(url + n - 6, ".lucid") == 0 ? n - 6 : n;
  if (n == 0 || n > 4000) return err_set(e, ERR_USAGE, "give the path of a .lucid file, or postgresql://USER@HOST/DATABASE", "\"%.100s\" cannot be a registry's path", url);
  ARENA_TRY(e, r->path = arena_str(a, url));
  r->url = r->beside = r->path;
  if (!store_is_url(url)) {
    ARENA_TRY(e, r->snapshots = o && o->snapshots ? arena_str(a, o->snapshots) : arena_printf(a, "%.*s.snapshots", (int)stem, url));
    ARENA_TRY(e, r->key_path = o && o->key_path ? arena_str(a, o->key_path) : arena_printf(a, "%s.key", url));
    return OK;
  }
  char *base;
  TRY(local_base(r, &base, e));
  TRY(file_make_dirs(base, e));
  r->beside = base;
  return OK;
}

enum status place_local(struct registry *r, const char *key_id, const struct registry_options *o, struct err *e) {
  struct arena *a = r->arena;
  char name[64] = "", *base, *folder;
  size_t n = 0;
  if (!store_is_url(r->url)) return OK;
  ARENA_TRY(e, r->path = arena_str(a, store_path(r->db))); /* without its password */
  const char *db = strchr(r->path + strlen("postgresql://"), '/');
  for (db = db ? db + 1 : ""; *db && *db != '?' && n + 1 < sizeof name; db++) name[n++] = isalnum((unsigned char)*db) || *db == '_' || *db == '-' ? *db : '_';
  TRY(local_base(r, &base, e));
  ARENA_TRY(e, folder = arena_printf(a, "%s/%s-%s", base, name, key_id));
  TRY(file_make_dirs(folder, e));
  if (chmod(folder, 0700) != 0 && !file_is_dir(folder)) return err_set(e, ERR_IO, NULL, "cannot use the folder %s", folder);
  ARENA_TRY(e, r->beside = arena_printf(a, "%s/registry", folder));
  ARENA_TRY(e, r->snapshots = o && o->snapshots ? arena_str(a, o->snapshots) : arena_printf(a, "%s.snapshots", r->beside));
  ARENA_TRY(e, r->key_path = o && o->key_path ? arena_str(a, o->key_path) : arena_printf(a, "%s.key", r->beside));
  return OK;
}
