/* xlsx_part.h - one XML part out of a zip container, streamed through expat. For ingest/xlsx*.c only.
 *
 * What is hard: a few kilobytes can unpack to terabytes, and XML can say things that reach outside. So: a part unpacks to at most
 * XLSX_PART_MAX, and beyond XLSX_RATIO_FROM to at most XLSX_RATIO times its packed size; one tag or text run has at most
 * XLSX_TOKEN_MAX; a document type declaration ends the reading, so there are no entities, internal or external. Packed sizes are what the container
 * says, unpacked bytes are counted. Names come without their prefix, so the Strict and the Transitional namespaces read alike.
 * Memory: a buffer of 64 KiB and what expat holds of an unfinished tag. */
#ifndef INGEST_XLSX_PART_H
#define INGEST_XLSX_PART_H

#include "base/status.h"
#include "base/text.h"

#define XLSX_PART_MAX ((uint64_t)4 << 30)
#define XLSX_RATIO_FROM ((uint64_t)64 << 20)
#define XLSX_RATIO 400u
#define XLSX_TOKEN_MAX ((uint64_t)32 << 20)

struct part_handler { /* `name` without prefix; `enough` set to true ends the part early, with OK */
  enum status (*start)(void *ctx, const char *name, const char **attributes, bool *enough, struct err *e);
  enum status (*end)(void *ctx, const char *name, bool *enough, struct err *e);       /* may be NULL */
  enum status (*text)(void *ctx, const char *s, size_t n, struct err *e);             /* may be NULL */
};

/* `zip`: a zip_t. *absent (may be NULL: then absence is ERR_INPUT) says that there is no such part. ERR_INPUT damaged, ERR_LIMIT too large. */
enum status part_parse(void *zip, const char *name, const char *path, const struct part_handler *h, void *ctx, bool *absent, struct err *e) MUST_CHECK;
/* The same on bytes in memory. */
enum status part_parse_bytes(const void *data, size_t len, const char *path, const struct part_handler *h, void *ctx, struct err *e) MUST_CHECK;

const char *part_attribute(const char **attributes, const char *name); /* by its name without prefix; NULL = absent */

#endif
