/* file.h - whole files: read, map, replace atomically. Paths are the system's bytes; errors name the path. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

/* The whole file as bytes and a closing NUL, in the arena. ERR_LIMIT when longer than max. */
enum status file_read(struct arena *a, const char *path, size_t max, char **data, size_t *len, struct err *e) MUST_CHECK;

struct file_map { /* a read-only mapping of a whole file */
  const uint8_t *data;
  size_t len;
};
enum status file_map_open(const char *path, struct file_map *m, struct err *e) MUST_CHECK;
void file_map_close(struct file_map *m);

/* Writes path.tmp-<pid>, syncs it, renames it over path, syncs the folder: readers see the old file or the new one. */
enum status file_replace(const char *path, const void *data, size_t len, unsigned mode, struct err *e) MUST_CHECK;
/* Makes the folder and those above it. */
enum status file_make_dirs(const char *path, struct err *e) MUST_CHECK;
enum status file_sync_dir(const char *path, struct err *e) MUST_CHECK;
bool file_exists(const char *path);
bool file_is_dir(const char *path);
/* dir + "/" + name, or name alone when it is absolute or dir is "" or ".". */
char *file_join(struct arena *a, const char *dir, const char *name);
/* What stands before the last slash ("." when there is none), and after it. */
char *file_dir(struct arena *a, const char *path);
const char *file_base(const char *path);
/* Removes a folder and all in it; fine when it is not there. Never follows symbolic links. */
enum status file_remove_tree(const char *path, struct err *e) MUST_CHECK;
/* Removes what killed processes left: files and folders named `prefix`, the number of a process that is gone, and nothing or
 * "-..." after it. */
void file_clear_left(const char *prefix);
/* Bytes free for this user on the disk of `path`; UINT64_MAX when the system will not say. */
uint64_t file_space(const char *path);

#endif
