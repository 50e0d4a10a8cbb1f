#include "registry/work.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TAIL = 1 << 16, WINDOW = 1 << 15, GRAIN = 64 /* what the cipher counts in */ };

enum status work_open(struct work_files *w, const char *path, struct err *e) {
  *w = (struct work_files){.path = strdup(path)};
  for (unsigned i = 0; i < WORK_STREAMS; i++) w->streams[i].fd = -1;
  randombytes_buf(w->key, sizeof w->key);
  return w->path ? OK : err_set(e, ERR_MEMORY, NULL, "out of memory");
}

static void name_of(const struct work_files *w, unsigned stream, char out[4300]) { snprintf(out, 4300, "%s-%u", w->path, stream); }

/* The same both ways; `at` is a multiple of GRAIN. */
static void cipher(const struct work_files *w, unsigned stream, uint64_t at, uint8_t *bytes, size_t n) {
  uint8_t nonce[crypto_stream_chacha20_NONCEBYTES] = {(uint8_t)stream};
  crypto_stream_chacha20_xor_ic(bytes, bytes, n, nonce, at / GRAIN, w->key);
}

static enum status write_tail(struct work_files *w, unsigned stream, struct err *e) {
  struct work_stream *s = &w->streams[stream];
  char name[4300];
  name_of(w, stream, name);
  if (s->fd < 0 && (s->fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0) return err_errno(e, errno, "cannot write %s", name);
  cipher(w, stream, s->written, s->tail, s->used);
  for (size_t put = 0; put < s->used;) {
    ssize_t n = pwrite(s->fd, s->tail + put, s->used - put, (off_t)(s->written + put));
    if (n < 0 && errno != EINTR) return err_errno(e, errno, "cannot write %s", name);
    if (n > 0) put += (size_t)n;
  }
  s->written += s->used, s->used = 0;
  return OK;
}

enum status work_append(struct work_files *w, unsigned stream, const void *p, size_t n, struct err *e) {
  struct work_stream *s = &w->streams[stream];
  const uint8_t *from = p;
  if (!s->tail && !(s->tail = malloc(TAIL))) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  while (n) {
    size_t some = n < TAIL - s->used ? n : TAIL - s->used;
    memcpy(s->tail + s->used, from, some);
    s->used += some, from += some, n -= some;
    if (s->used == TAIL) TRY(write_tail(w, stream, e));
  }
  return OK;
}

uint64_t work_end(const struct work_files *w, unsigned stream) { return w->streams[stream].written + w->streams[stream].used; }

/* Fills the view from `at` on, as far as the stream goes. */
static enum status load(struct work_files *w, unsigned stream, struct work_view *v, uint64_t at, size_t want, struct err *e) {
  const struct work_stream *s = &w->streams[stream];
  uint64_t end = work_end(w, stream);
  v->stream = stream, v->from = at - at % GRAIN, v->have = 0;
  if (want > end - v->from) want = (size_t)(end - v->from);
  if (v->room < want) {
    uint8_t *p = realloc(v->bytes, want);
    if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    v->bytes = p, v->room = want;
  }
  while (v->have < want && v->from + v->have < s->written) {
    uint64_t here = v->from + v->have;
    size_t some = want - v->have < s->written - here ? want - v->have : (size_t)(s->written - here);
    ssize_t n = pread(s->fd, v->bytes + v->have, some, (off_t)here);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return err_set(e, n ? ERR_IO : ERR_CORRUPT, "run the import again", "the import's work file %s cannot be read", w->path);
    v->have += (size_t)n;
  }
  cipher(w, stream, v->from, v->bytes, v->have);
  if (v->have < want) memcpy(v->bytes + v->have, s->tail + (v->from + v->have - s->written), want - v->have), v->have = want; /* not written yet */
  return OK;
}

enum status work_at(struct work_files *w, unsigned stream, struct work_view *v, uint64_t at, size_t n, const uint8_t **out, struct err *e) {
  uint64_t end = work_end(w, stream);
  if (at > end || n > end - at) return err_set(e, ERR_CORRUPT, "run the import again", "the import's work file was changed while it was read");
  if (!v->bytes || v->stream != stream || at < v->from || at + n > v->from + v->have) TRY(load(w, stream, v, at, n + GRAIN > WINDOW ? n + GRAIN : WINDOW, e));
  *out = v->bytes + (at - v->from);
  return OK;
}

static void wipe(uint8_t *p, size_t n) {
  if (p) sodium_memzero(p, n);
  free(p);
}

void work_view_close(struct work_view *v) {
  wipe(v->bytes, v->room);
  *v = (struct work_view){0};
}

void work_close(struct work_files *w) {
  for (unsigned i = 0; i < WORK_STREAMS && w->path; i++) {
    struct work_stream *s = &w->streams[i];
    char name[4300];
    name_of(w, i, name);
    if (s->fd >= 0) close(s->fd), unlink(name);
    wipe(s->tail, TAIL);
  }
  sodium_memzero(w->key, sizeof w->key);
  free(w->path);
  *w = (struct work_files){0};
}
