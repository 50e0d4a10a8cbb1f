#define _GNU_SOURCE
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Opens a regular file for reading and tells its size; a folder or a device is not what anybody meant. */
static enum status open_regular(const char *path, int *fd, struct stat *st, struct err *e) {
  *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* nor may a pipe keep us waiting */
  if (*fd < 0) return err_errno(e, errno, "cannot open %s", path);
  if (fstat(*fd, st) != 0 || !S_ISREG(st->st_mode)) {
    close(*fd);
    return err_set(e, ERR_INPUT, "give the path of a file", "%s is not a regular file", path);
  }
  return OK;
}

static enum status read_all(int fd, const char *path, char *to, size_t len, struct err *e) {
  for (size_t got = 0; got < len;) {
    ssize_t n = read(fd, to + got, len - got);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return err_errno(e, errno, "cannot read %s", path);
    if (n == 0) return err_set(e, ERR_IO, "is somebody writing it? try again", "%s became shorter while it was read", path);
    got += (size_t)n;
  }
  return OK;
}

enum status file_read(struct arena *a, const char *path, size_t max, char **data, size_t *len, struct err *e) {
  int fd;
  struct stat st;
  TRY(open_regular(path, &fd, &st, e));
  enum status s = OK;
  *len = (size_t)st.st_size;
  if ((size_t)st.st_size > max) s = err_set(e, ERR_LIMIT, NULL, "%s has %lld bytes; at most %zu are read", path, (long long)st.st_size, max);
  else if (!(*data = arena_alloc(a, *len + 1))) s = err_set(e, ERR_MEMORY, NULL, "out of memory reading %s", path);
  else s = read_all(fd, path, *data, *len, e);
  close(fd);
  return s;
}

enum status file_map_open(const char *path, struct file_map *m, struct err *e) {
  int fd;
  struct stat st;
  *m = (struct file_map){0};
  TRY(open_regular(path, &fd, &st, e));
  void *p = NULL;
  if (st.st_size > 0) {
    p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED) {
      int why = errno;
      close(fd);
      return err_errno(e, why, "cannot map %s", path);
    }
  }
  close(fd);
  *m = (struct file_map){p, (size_t)st.st_size};
  return OK;
}

void file_map_close(struct file_map *m) {
  if (m->data) munmap((void *)(uintptr_t)m->data, m->len);
  *m = (struct file_map){0};
}

enum status file_sync_dir(const char *path, struct err *e) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return err_errno(e, errno, "cannot open folder %s", path);
  int bad = fsync(fd) != 0 && errno != EINVAL ? errno : 0;
  close(fd);
  return bad ? err_errno(e, bad, "cannot sync folder %s", path) : OK;
}

static enum status write_synced(const char *path, const char *data, size_t len, unsigned mode, struct err *e) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd < 0) return err_errno(e, errno, "cannot write %s", path);
  int why = 0;
  for (size_t put = 0; put < len && !why;) {
    ssize_t n = write(fd, data + put, len - put);
    if (n < 0 && errno != EINTR) why = errno;
    if (n > 0) put += (size_t)n;
  }
  if (!why && fsync(fd) != 0) why = errno;
  if (close(fd) != 0 && !why) why = errno;
  return why ? err_errno(e, why, "cannot write %s", path) : OK;
}

enum status file_replace(const char *path, const void *data, size_t len, unsigned mode, struct err *e) {
  struct arena a;
  arena_init(&a, 0);
  char *tmp = arena_printf(&a, "%s.tmp-%ld", path, (long)getpid()), *dir = file_dir(&a, path);
  enum status s = tmp && dir ? write_synced(tmp, data, len, mode, e) : err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (s == OK && rename(tmp, path) != 0) s = err_errno(e, errno, "cannot put %s in place", path);
  if (s != OK && tmp) unlink(tmp);
  if (s == OK) s = file_sync_dir(dir, e);
  arena_drop(&a);
  return s;
}

enum status file_make_dirs(const char *path, struct err *e) {
  char buf[4096];
  size_t n = strlen(path);
  if (n == 0 || n >= sizeof buf) return err_set(e, ERR_USAGE, NULL, "the path of a folder has %zu bytes; 1 to %zu are possible", n, sizeof buf - 1);
  memcpy(buf, path, n + 1);
  for (char *p = buf + 1;; p++) {
    if (*p && *p != '/') continue;
    char was = *p;
    *p = 0;
    int why = mkdir(buf, 0777) == 0 ? 0 : errno; /* asking whether it is there sets errno anew */
    if (why && !file_is_dir(buf)) return err_errno(e, why, "cannot make folder %s", buf);
    if (!(*p = was)) return OK;
  }
}

bool file_exists(const char *path) { return access(path, F_OK) == 0; }

bool file_is_dir(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *file_join(struct arena *a, const char *dir, const char *name) {
  if (name[0] == '/' || dir[0] == 0 || strcmp(dir, ".") == 0) return arena_str(a, name);
  size_t n = strlen(dir);
  return arena_printf(a, "%s%s%s", dir, dir[n - 1] == '/' ? "" : "/", name);
}

const char *file_base(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

char *file_dir(struct arena *a, const char *path) {
  const char *slash = strrchr(path, '/');
  if (!slash) return arena_str(a, ".");
  return slash == path ? arena_str(a, "/") : arena_strn(a, path, (size_t)(slash - path));
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
  (void)st, (void)kind, (void)ftw;
  return remove(path);
}

enum status file_remove_tree(const char *path, struct err *e) {
  struct stat st;
  if (lstat(path, &st) != 0) return errno == ENOENT ? OK : err_errno(e, errno, "cannot remove %s", path);
  if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0) return err_errno(e, errno, "cannot remove %s", path);
  return OK;
}

void file_clear_left(const char *prefix) {
  struct arena a;
  arena_init(&a, 0);
  const char *folder = file_dir(&a, prefix), *start = file_base(prefix);
  DIR *d = folder ? opendir(folder) : NULL;
  size_t n = strlen(start);
  for (struct dirent *x; d && (x = readdir(d));) {
    char *end;
    if (strncmp(x->d_name, start, n) != 0 || x->d_name[n] < '1' || x->d_name[n] > '9') continue;
    long pid = strtol(x->d_name + n, &end, 10);
    if ((*end && *end != '-') || pid > INT_MAX || kill((pid_t)pid, 0) == 0 || errno != ESRCH) continue;
    char *path = file_join(&a, folder, x->d_name);
    if (path && file_remove_tree(path, NULL) != OK) continue; /* somebody else's: it stays */
  }
  if (d) closedir(d);
  arena_drop(&a);
}

uint64_t file_space(const char *path) {
  struct statvfs v;
  return statvfs(path, &v) == 0 ? (uint64_t)v.f_bavail * v.f_frsize : UINT64_MAX;
}
