/* unpack.h - the bytes of a file, unpacked when it is gzip, bzip2 or xz, in an unlinked temporary file that is mapped.
 *
 * Even a file that is not packed is copied: what is mapped must not change or shrink under the parser. The temporary
 * file stands in TMPDIR or /tmp and is gone when it is closed, or when the process dies. A packed bomb ends at `max`
 * bytes, or when the disk has less than 64 MiB left, with ERR_LIMIT or ERR_FULL. */
#ifndef INGEST_UNPACK_H
#define INGEST_UNPACK_H

#include "base/file.h"

#define UNPACK_MAX ((uint64_t)4 << 30)

/* Reads `fd` to its end (and leaves it open). `path` is for messages. *packing gets "gzip", "bzip2", "xz" or "". */
enum status unpack(int fd, const char *path, uint64_t max, struct file_map *out, const char **packing, struct err *e) MUST_CHECK;

#endif
