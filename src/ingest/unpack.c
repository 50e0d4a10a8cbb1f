#define _GNU_SOURCE
#include "ingest/unpack.h"

#include <bzlib.h>
#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define STEP (1u << 18)
#define DISK_LEFT ((uint64_t)64 << 20)
#define XZ_MEMORY ((uint64_t)256 << 20) /* what the decoder may take: xz -9 needs 65 MiB */

struct unpacking {
  int in, out;
  const char *path, *packing;
  uint64_t done, max;
  unsigned char from[STEP], to[STEP];
};

static enum status open_temp(int *fd, struct err *e) {
  const char *dir = getenv("TMPDIR");
  if (!dir || !dir[0]) dir = "/tmp";
  *fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (*fd >= 0) return OK;
  char name[4096]; /* not every file system has O_TMPFILE */
  if ((size_t)snprintf(name, sizeof name, "%s/lucid-XXXXXX", dir) >= sizeof name) return err_set(e, ERR_USAGE, NULL, "TMPDIR is too long");
  *fd = mkostemp(name, O_CLOEXEC);
  if (*fd < 0) return err_errno(e, errno, "cannot make a temporary file in %s", dir);
  unlink(name);
  return OK;
}

static enum status take(struct unpacking *u, size_t *got, struct err *e) {
  for (;;) {
    ssize_t n = read(u->in, u->from, STEP);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return err_errno(e, errno, "cannot read %s", u->path);
    *got = (size_t)n;
    return OK;
  }
}

static enum status give(struct unpacking *u, const unsigned char *data, size_t n, struct err *e) {
  u->done += n;
  if (u->done > u->max)
    return err_set(e, ERR_LIMIT, "is it the file you meant? save it in parts, or as CSV", "%s unpacks to more than %llu bytes", u->path, (unsigned long long)u->max);
  while (n) {
    ssize_t put = write(u->out, data, n);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return err_errno(e, errno, "cannot write the unpacked bytes of %s to a temporary file", u->path);
    data += put;
    n -= (size_t)put;
  }
  return OK;
}

static enum status damaged(const struct unpacking *u, struct err *e) {
  return err_set(e, ERR_INPUT, "copy or download it again", "%s is damaged: its %s stream can't be unpacked", u->path, u->packing);
}

static enum status cut(const struct unpacking *u, struct err *e) {
  return err_set(e, ERR_INPUT, "copy or download it again", "%s is cut off: its %s stream has no end", u->path, u->packing);
}

static enum status room_left(struct unpacking *u, struct err *e) {
  const char *dir = getenv("TMPDIR");
  if ((u->done / STEP) % 64 || file_space(dir && dir[0] ? dir : "/tmp") > DISK_LEFT) return OK;
  return err_set(e, ERR_FULL, "make room, or set TMPDIR to a folder on a larger disk", "no room for the unpacked bytes of %s in the temporary folder", u->path);
}

/* The three decoders, fed the same way: bytes in `from`, at most STEP out at a time. */
struct decoder {
  const char *packing;
  enum { END_GZIP, END_BZIP2, END_XZ } kind;
  z_stream z;
  bz_stream b;
  lzma_stream x;
};

static bool decoder_start(struct decoder *d) {
  switch (d->kind) {
    case END_GZIP: return inflateInit2(&d->z, 15 + 16) == Z_OK;
    case END_BZIP2: return BZ2_bzDecompressInit(&d->b, 0, 0) == BZ_OK;
    case END_XZ: d->x = (lzma_stream)LZMA_STREAM_INIT; return lzma_stream_decoder(&d->x, XZ_MEMORY, LZMA_CONCATENATED) == LZMA_OK;
  }
  return false;
}

static void decoder_stop(struct decoder *d) {
  if (d->kind == END_GZIP) inflateEnd(&d->z);
  else if (d->kind == END_BZIP2) BZ2_bzDecompressEnd(&d->b);
  else lzma_end(&d->x);
}

/* Unpacks from in[0..*n) into `to`: *n gets what is left over. False when the stream is damaged; *end when it is complete. */
static bool decoder_step(struct decoder *d, unsigned char **in, size_t *n, unsigned char *to, size_t *made, bool *end) {
  switch (d->kind) {
    case END_GZIP: {
      d->z.next_in = *in, d->z.avail_in = (unsigned)*n, d->z.next_out = to, d->z.avail_out = STEP;
      int rc = inflate(&d->z, Z_NO_FLUSH);
      *in = d->z.next_in, *n = d->z.avail_in, *made = STEP - d->z.avail_out, *end = rc == Z_STREAM_END;
      return rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR;
    }
    case END_BZIP2: {
      d->b.next_in = (char *)*in, d->b.avail_in = (unsigned)*n, d->b.next_out = (char *)to, d->b.avail_out = STEP;
      int rc = BZ2_bzDecompress(&d->b);
      *in = (unsigned char *)d->b.next_in, *n = d->b.avail_in, *made = STEP - d->b.avail_out, *end = rc == BZ_STREAM_END;
      return rc == BZ_OK || rc == BZ_STREAM_END;
    }
    case END_XZ: {
      d->x.next_in = *in, d->x.avail_in = *n, d->x.next_out = to, d->x.avail_out = STEP;
      lzma_ret rc = lzma_code(&d->x, *n ? LZMA_RUN : LZMA_FINISH);
      *in = (unsigned char *)(uintptr_t)d->x.next_in, *n = d->x.avail_in, *made = STEP - d->x.avail_out, *end = rc == LZMA_STREAM_END;
      return rc == LZMA_OK || rc == LZMA_STREAM_END || rc == LZMA_BUF_ERROR;
    }
  }
  return false;
}

static enum status decode(struct unpacking *u, struct decoder *d, size_t got, struct err *e) {
  bool end = false;
  for (;;) {
    unsigned char *in = u->from;
    size_t left = got, made;
    do {
      if (end && left) { /* gzip and bzip2 may hold several streams, one after the other */
        decoder_stop(d);
        d->z = (z_stream){0};
        d->b = (bz_stream){0};
        if (!decoder_start(d)) return err_set(e, ERR_MEMORY, NULL, "out of memory unpacking %s", u->path);
      }
      if (!decoder_step(d, &in, &left, u->to, &made, &end)) return damaged(u, e);
      TRY(give(u, u->to, made, e));
      TRY(room_left(u, e));
    } while (left || (made == STEP && !end));
    if (!got) return end ? OK : cut(u, e);
    TRY(take(u, &got, e));
    if (!got && end) return OK;
  }
}

static enum status copy_or_decode(struct unpacking *u, struct err *e) {
  static const struct {
    const char *magic, *packing;
    size_t len;
    int kind;
  } known[] = {{"\x1f\x8b", "gzip", 2, END_GZIP}, {"BZh", "bzip2", 3, END_BZIP2}, {"\xfd" "7zXZ", "xz", 5, END_XZ}};
  size_t got;
  TRY(take(u, &got, e));
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (got < known[i].len || memcmp(u->from, known[i].magic, known[i].len) != 0) continue;
    struct decoder d = {.kind = known[i].kind};
    u->packing = known[i].packing;
    if (!decoder_start(&d)) return err_set(e, ERR_MEMORY, NULL, "out of memory unpacking %s", u->path);
    enum status s = decode(u, &d, got, e);
    decoder_stop(&d);
    return s;
  }
  while (got) {
    TRY(give(u, u->from, got, e));
    TRY(take(u, &got, e));
  }
  return OK;
}

enum status unpack(int fd, const char *path, uint64_t max, struct file_map *out, const char **packing, struct err *e) {
  *out = (struct file_map){0};
  struct unpacking *u = malloc(sizeof *u);
  if (!u) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  u->in = fd, u->path = path, u->packing = "", u->done = 0, u->max = max;
  enum status s = open_temp(&u->out, e);
  if (s == OK) {
    s = copy_or_decode(u, e);
    if (s == OK && u->done) {
      void *p = mmap(NULL, u->done, PROT_READ, MAP_SHARED, u->out, 0);
      if (p == MAP_FAILED) s = err_errno(e, errno, "cannot map the unpacked bytes of %s", path);
      else *out = (struct file_map){p, u->done};
    }
    close(u->out);
  }
  *packing = u->packing;
  free(u);
  return s;
}
