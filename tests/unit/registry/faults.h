/* faults.h - a file system layer for SQLite that fails on demand: it wraps the system's, counts the calls that could fail
 * on a real disk, and lets the n-th one (or it and all after it) go wrong. Registered as the default, so that the
 * code under test cannot tell. Syncs are counted but not passed on; a power cut is played by taking back what was written
 * after the last of them. */
#ifndef FAULTS_H
#define FAULTS_H

#include <sqlite3.h>
#include <unistd.h>

#include "unit.h"

enum fault_call { FAULT_OPEN, FAULT_READ, FAULT_WRITE, FAULT_TRUNCATE, FAULT_SYNC, FAULT_SIZE, FAULT_LOCK, FAULT_DELETE, FAULT_ACCESS, FAULT_MAP, FAULT_MAP_LOCK, FAULT_CALLS };

struct fault_regime {
  const char *name;
  unsigned calls;            /* which calls count and fail: bits of enum fault_call */
  bool stays;                /* all later ones fail as well */
  bool full;                 /* as a full disk does: half of the bytes are written, then SQLITE_FULL */
  bool power;                /* as a power cut does: what was written since a file's last sync is lost (fault_power_cut) */
};

struct fault_write { /* a write that no sync has made safe yet */
  const char *path;
  char *old;
  int64_t at, old_size;
  size_t n;            /* bytes of `old` */
};

struct fault_state {
  const struct fault_regime *regime; /* NULL = nothing fails */
  long at;                   /* the call that fails, from 1 */
  long seen;                 /* calls counted so far */
  long struck;               /* calls that were made to fail */
  enum fault_call last;      /* which kind of call failed last */
  int open_files;
  struct fault_write *unsafe;
  size_t unsafe_count, unsafe_cap;
  sqlite3_vfs *real;
};
static struct fault_state fault; /* a VFS has no other place for it */

static const int fault_codes[FAULT_CALLS] = {SQLITE_CANTOPEN, SQLITE_IOERR_READ, SQLITE_IOERR_WRITE, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_FSYNC, SQLITE_IOERR_FSTAT, SQLITE_IOERR_LOCK,
                                             SQLITE_IOERR_DELETE, SQLITE_IOERR_ACCESS, SQLITE_IOERR_SHMMAP, SQLITE_IOERR_SHMLOCK};
static const char *const fault_names[FAULT_CALLS] = {"open", "read", "write", "truncate", "sync", "size", "lock", "delete", "access", "map", "map lock"};

/* 0, or the code that this call must return. */
static int fault_strikes(enum fault_call c) {
  if (!fault.regime || !(fault.regime->calls >> c & 1)) return 0;
  long n = ++fault.seen;
  if (n < fault.at || (n > fault.at && !fault.regime->stays)) return 0;
  fault.struck++, fault.last = c;
  return fault.regime->full ? SQLITE_FULL : fault_codes[c];
}

struct fault_file {
  sqlite3_file base;
  sqlite3_file *real; /* right behind this struct */
  char *path;         /* NULL for a temporary file without a name */
};
#define REAL(f) (((struct fault_file *)(f))->real)
#define STRIKE(c)                       \
  do {                                  \
    int strike_ = fault_strikes(c);     \
    if (strike_) return strike_;        \
  } while (0)

/* Remembers what stands where a write or a truncation is going to be. */
static void fault_remember(sqlite3_file *f, int64_t at, int64_t n) {
  struct fault_file *ff = (struct fault_file *)f;
  sqlite3_int64 size = 0;
  if (!fault.regime || !fault.regime->power || !ff->path || REAL(f)->pMethods->xFileSize(REAL(f), &size) != SQLITE_OK) return;
  if (fault.unsafe_count == fault.unsafe_cap) {
    fault.unsafe_cap = fault.unsafe_cap ? 2 * fault.unsafe_cap : 256;
    fault.unsafe = realloc(fault.unsafe, fault.unsafe_cap * sizeof *fault.unsafe);
    assert_non_null(fault.unsafe);
  }
  size_t have = at >= size ? 0 : (size_t)(at + n > size ? size - at : n);
  struct fault_write *w = &fault.unsafe[fault.unsafe_count++];
  *w = (struct fault_write){strdup(ff->path), malloc(have + 1), at, size, have};
  assert_non_null(w->old);
  if (have) assert_int_equal(REAL(f)->pMethods->xRead(REAL(f), w->old, (int)have, at), SQLITE_OK);
}

static void fault_forget(const char *path) { /* NULL = all */
  size_t kept = 0;
  for (size_t i = 0; i < fault.unsafe_count; i++) {
    struct fault_write *w = &fault.unsafe[i];
    if (path && strcmp(w->path, path) != 0) fault.unsafe[kept++] = *w;
    else free(w->old), free((char *)(uintptr_t)w->path);
  }
  fault.unsafe_count = kept;
}

/* What the disk holds when the power comes back: all that no sync made safe is lost, or (`some` not 0) some of it. */
static inline void fault_power_cut(unsigned some) {
  for (size_t i = fault.unsafe_count; i-- > 0;) {
    struct fault_write *w = &fault.unsafe[i];
    if (some && ((i * 2654435761u) ^ (some * 40503u)) >> 7 & 1) continue;
    FILE *f = fopen(w->path, "r+b"); /* not there any more: nothing to lose */
    if (!f) continue;
    if (fseek(f, w->at, SEEK_SET) == 0 && w->n) assert_int_equal(fwrite(w->old, 1, w->n, f), w->n);
    fflush(f);
    if (!some) assert_int_equal(ftruncate(fileno(f), w->old_size), 0);
    fclose(f);
  }
  fault_forget(NULL);
}

static int fault_close(sqlite3_file *f) {
  fault.open_files--;
  free(((struct fault_file *)f)->path);
  return REAL(f)->pMethods->xClose(REAL(f));
}
static int fault_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at) {
  STRIKE(FAULT_READ);
  return REAL(f)->pMethods->xRead(REAL(f), p, n, at);
}
static int fault_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at) {
  fault_remember(f, at, n);
  int rc = fault_strikes(FAULT_WRITE);
  if (!rc) return REAL(f)->pMethods->xWrite(REAL(f), p, n, at);
  if (n > 1) { /* a torn write */
    int torn = REAL(f)->pMethods->xWrite(REAL(f), p, n / 2, at);
    (void)torn;
  }
  return rc;
}
static int fault_truncate(sqlite3_file *f, sqlite3_int64 n) {
  STRIKE(FAULT_TRUNCATE);
  fault_remember(f, n, INT32_MAX);
  return REAL(f)->pMethods->xTruncate(REAL(f), n);
}
static int fault_sync(sqlite3_file *f, int flags) {
  (void)flags;
  STRIKE(FAULT_SYNC);
  if (((struct fault_file *)f)->path) fault_forget(((struct fault_file *)f)->path);
  return SQLITE_OK;
}
static int fault_size(sqlite3_file *f, sqlite3_int64 *n) {
  STRIKE(FAULT_SIZE);
  return REAL(f)->pMethods->xFileSize(REAL(f), n);
}
static int fault_lock(sqlite3_file *f, int how) {
  STRIKE(FAULT_LOCK);
  return REAL(f)->pMethods->xLock(REAL(f), how);
}
static int fault_unlock(sqlite3_file *f, int how) { return REAL(f)->pMethods->xUnlock(REAL(f), how); }
static int fault_reserved(sqlite3_file *f, int *out) { return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out); }
static int fault_control(sqlite3_file *f, int op, void *arg) {
  if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_OK; /* growth shows as writes */
  return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}
static int fault_sector(sqlite3_file *f) { return REAL(f)->pMethods->xSectorSize(REAL(f)); }
/* No promises about the disk: neither atomic sectors nor safe overwriting. */
static int fault_device(sqlite3_file *f) {
  (void)f;
  return 0;
}
static int fault_map(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
  STRIKE(FAULT_MAP);
  return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, out);
}
static int fault_map_lock(sqlite3_file *f, int at, int n, int flags) {
  if (flags & SQLITE_SHM_LOCK) STRIKE(FAULT_MAP_LOCK);
  return REAL(f)->pMethods->xShmLock(REAL(f), at, n, flags);
}
static void fault_map_barrier(sqlite3_file *f) { REAL(f)->pMethods->xShmBarrier(REAL(f)); }
static int fault_unmap(sqlite3_file *f, int erase) { return REAL(f)->pMethods->xShmUnmap(REAL(f), erase); }

static const sqlite3_io_methods fault_methods = {
    .iVersion = 2, .xClose = fault_close, .xRead = fault_read, .xWrite = fault_write, .xTruncate = fault_truncate, .xSync = fault_sync, .xFileSize = fault_size, .xLock = fault_lock, .xUnlock = fault_unlock,
    .xCheckReservedLock = fault_reserved, .xFileControl = fault_control, .xSectorSize = fault_sector, .xDeviceCharacteristics = fault_device, .xShmMap = fault_map, .xShmLock = fault_map_lock,
    .xShmBarrier = fault_map_barrier, .xShmUnmap = fault_unmap};

static int fault_vfs_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out) {
  (void)v;
  f->pMethods = NULL;
  STRIKE(FAULT_OPEN);
  struct fault_file *ff = (struct fault_file *)f;
  ff->real = (sqlite3_file *)(void *)(ff + 1);
  ff->real->pMethods = NULL;
  int rc = fault.real->xOpen(fault.real, name, ff->real, flags, out);
  if (ff->real->pMethods) f->pMethods = &fault_methods, fault.open_files++, ff->path = name ? strdup(name) : NULL;
  return rc;
}
static int fault_vfs_delete(sqlite3_vfs *v, const char *name, int sync) {
  (void)v, (void)sync;
  STRIKE(FAULT_DELETE);
  fault_forget(name);
  return fault.real->xDelete(fault.real, name, 0);
}
static int fault_vfs_access(sqlite3_vfs *v, const char *name, int flags, int *out) {
  (void)v;
  STRIKE(FAULT_ACCESS);
  return fault.real->xAccess(fault.real, name, flags, out);
}

static sqlite3_vfs fault_vfs;

static inline void fault_install(void) {
  fault.real = sqlite3_vfs_find(NULL);
  fault_vfs = *fault.real;
  fault_vfs.zName = "faults";
  fault_vfs.szOsFile = (int)sizeof(struct fault_file) + fault.real->szOsFile;
  fault_vfs.xOpen = fault_vfs_open, fault_vfs.xDelete = fault_vfs_delete, fault_vfs.xAccess = fault_vfs_access;
  assert_int_equal(sqlite3_vfs_register(&fault_vfs, 1), SQLITE_OK);
}

/* From here on, call `at` fails as the regime says; NULL = all is well again. */
static inline void fault_set(const struct fault_regime *regime, long at) {
  fault.regime = regime, fault.at = at, fault.seen = fault.struck = 0;
}

#endif
