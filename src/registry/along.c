#include "registry/along.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "column/snapshot.h"
#include "registry/core.h"

struct along {
  struct registry *from;
  struct arena *a;
  const char *to; /* the other's folder of snapshots */
  struct registry_along *out;
  bool counting; /* a first pass: how much there is */
};

/* Every plain file of a folder into another. */
static enum status copy_files(struct along *x, const char *from, const char *to, struct err *e) {
  DIR *d = opendir(from);
  if (!d) return err_errno(e, errno, "cannot read the folder %s", from);
  enum status s = x->counting ? OK : file_make_dirs(to, e);
  for (struct dirent *entry; s == OK && (entry = readdir(d));) {
    struct stat st;
    struct file_map m;
    char *one = file_join(x->a, from, entry->d_name), *other = file_join(x->a, to, entry->d_name);
    if (!one || !other) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
    else if (lstat(one, &st) != 0 || !S_ISREG(st.st_mode) || file_exists(other)) continue;
    else if (x->counting) x->out->bytes += (uint64_t)st.st_size;
    else if ((s = file_map_open(one, &m, e)) == OK) {
      s = file_replace(other, m.data, m.len, st.st_mode & 0777, e);
      file_map_close(&m);
    }
  }
  closedir(d);
  return s;
}

static enum status put_in_place(struct along *x, const char *half, const char *hash, struct err *e) {
  struct snapshot *s;
  char *final;
  TRY(snapshot_open_folder(half, hash, NULL, &s, e)); /* whole, and what it says it is */
  snapshot_close(s);
  ARENA_TRY(e, final = file_join(x->a, x->to, hash));
  if (rename(half, final) != 0) return err_errno(e, errno, "cannot put the snapshot to %s", final);
  return file_sync_dir(x->to, e);
}

static enum status one_snapshot(struct along *x, const char *hash, struct err *e) {
  char *here, *there, *half;
  ARENA_TRY(e, here = file_join(x->a, x->from->snapshots, hash));
  ARENA_TRY(e, there = file_join(x->a, x->to, hash));
  ARENA_TRY(e, half = arena_printf(x->a, "%s/tmp-%ld-along", x->to, (long)getpid()));
  if (file_is_dir(there)) return x->out->there += !x->counting, OK;
  if (!file_is_dir(here)) return x->out->absent += !x->counting, OK;
  if (x->counting) return copy_files(x, here, half, e);
  enum status s = copy_files(x, here, half, e);
  if (s == OK) s = put_in_place(x, half, hash, e);
  if (s == OK) x->out->copied++;
  else if (file_remove_tree(half, NULL) != OK && e) snprintf(e->hint, sizeof e->hint, "what is left in %.300s has to be removed by hand", half);
  return s;
}

static enum status all(struct along *x, const struct round_info *rounds, uint32_t count, struct err *e) {
  char *here, *there;
  for (uint32_t i = 0; i < count; i++)
    if (!rounds[i].open) TRY(one_snapshot(x, rounds[i].snapshot, e));
  ARENA_TRY(e, here = file_join(x->a, x->from->snapshots, "runs"));
  ARENA_TRY(e, there = file_join(x->a, x->to, "runs"));
  return file_is_dir(here) ? copy_files(x, here, there, e) : OK;
}

enum status registry_along(struct registry *from, const char *to, const struct registry_options *o, struct registry_along *out, struct err *e) {
  struct registry_options look = o ? *o : (struct registry_options){0};
  struct registry *made;
  struct round_info *rounds;
  uint32_t count;
  *out = (struct registry_along){0};
  look.read_only = true;
  TRY(registry_open(from->arena, to, NULL, &look, &made, e));
  struct along x = {.from = from, .a = from->arena, .to = made->snapshots, .out = out, .counting = true};
  out->folder = made->snapshots;
  enum status s = registry_rounds(made, from->arena, &rounds, &count, e);
  registry_close(made);
  if (s == OK) s = all(&x, rounds, count, e);
  if (s != OK) return s;
  char *above = file_dir(x.a, x.to);
  uint64_t space = file_space(above ? above : x.to), need = out->bytes + (1 << 20);
  if (space < need)
    return err_set(e, ERR_FULL, "free some space on that disk, or leave the snapshots: they can be made again", "the snapshots need about %" PRIu64 " MB in %s; %" PRIu64 " MB are free", need / 1000000 + 1, above ? above : x.to, space / 1000000);
  x.counting = false;
  return all(&x, rounds, count, e);
}
