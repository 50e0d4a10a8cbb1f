/* work.h - an import's rows on their way, as streams of bytes in files beside the registry: appended once, read from any place.
 *
 * A stream is a file of its own, made when the first bytes come, removed on closing. All of it is enciphered (ChaCha20, the stream's
 * number as nonce, the place in it as counter) under a key that only this process ever knew, so what is sealed in the registry does not
 * lie open here either. Nothing vouches for the bytes: readers check what they read against the stream's length.
 *
 * Memory: 64 KiB a stream, and a window a reader. Cost: about a nanosecond a byte, in and out. */
#ifndef REGISTRY_WORK_H
#define REGISTRY_WORK_H

#include <stdint.h>

#include "base/status.h"
#include "base/text.h"

enum { WORK_STREAMS = 18 };

struct work_files {
  char *path; /* what the names of its files begin with */
  uint8_t key[32];
  struct work_stream { int fd; uint8_t *tail; size_t used; uint64_t written; /* bytes in the file; `used` more wait in `tail` */ } streams[WORK_STREAMS];
};

struct work_view { unsigned stream; uint8_t *bytes; size_t have, room; uint64_t from; }; /* a window on the stream last looked at */

enum status work_open(struct work_files *w, const char *path, struct err *e) MUST_CHECK;
/* At the end of the stream. ERR_FULL, ERR_IO. */
enum status work_append(struct work_files *w, unsigned stream, const void *p, size_t n, struct err *e) MUST_CHECK;
uint64_t work_end(const struct work_files *w, unsigned stream);
/* `n` bytes from place `at`, good until the view is used again. ERR_CORRUPT when the stream has them not. */
enum status work_at(struct work_files *w, unsigned stream, struct work_view *view, uint64_t at, size_t n, const uint8_t **out, struct err *e) MUST_CHECK;
void work_view_close(struct work_view *view);
void work_close(struct work_files *w); /* wipes what was in memory */

#endif
