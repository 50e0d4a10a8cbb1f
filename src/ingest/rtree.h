/* rtree.h - R's serialised objects as a tree of views into the bytes. For ingest/rdata.h only.
 *
 * Every length is checked against the bytes that are left before anything is done with it, nesting is bounded, and the
 * arena has a ceiling: any bytes whatever give a tree or an error. Vectors are not copied: a node says where they lie. */
#ifndef INGEST_RTREE_H
#define INGEST_RTREE_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

enum { R_NIL = 254, R_SYMBOL = 1, R_PAIRLIST = 2, R_LOGICAL = 10, R_INTEGER = 13, R_REAL = 14, R_STRING = 16, R_LIST = 19 };

enum rtree_form { RTREE_PLAIN, RTREE_SEQUENCE /* first, first + step, ... */, RTREE_AS_TEXT /* numbers of `inner`, as text */ };

struct rtree {
  uint8_t type;          /* R's number: one of the above, or another we only pass over */
  enum rtree_form form;
  uint64_t count;        /* elements of a vector */
  const uint8_t *data;   /* of its first element, big endian; for text its first element's header */
  double first, step;    /* RTREE_SEQUENCE */
  const struct rtree *inner;
  struct rtree **items;  /* R_LIST, where children were kept; else NULL */
  struct rtree_attr *attrs;
};

struct rtree_attr {
  const char *name; /* "" when it is not a plain symbol */
  struct rtree *value;
  struct rtree_attr *next;
};

struct rtree_variable { /* of a workspace; an .rds has one, named "" */
  const char *name;
  struct rtree *value;
  struct rtree_variable *next;
};

struct rtree_file {
  struct rtree_variable *variables;
  bool workspace;
  const char *encoding; /* R's native encoding when the file was saved, "" when not said */
};

/* ERR_INPUT when the bytes are not such a file or are damaged, with the offset; ERR_LIMIT when nested too deeply. */
enum status rtree_parse(struct arena *a, const uint8_t *data, size_t len, const char *path, struct rtree_file *out, struct err *e) MUST_CHECK;

const struct rtree *rtree_attr(const struct rtree *t, const char *name); /* NULL when it has none */

static inline uint32_t rtree_u32(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }
static inline uint64_t rtree_u64(const uint8_t *p) { return (uint64_t)rtree_u32(p) << 32 | rtree_u32(p + 4); }

/* One element of a text vector at `at` (as checked by the parse): its bytes, false for NA. *next gets where the next one stands. */
bool rtree_text(const uint8_t *at, struct span *out, uint32_t *flags, const uint8_t **next);
/* Whether a class name is among the "class" attribute's. */
bool rtree_is(const struct rtree *t, const char *class_name);

#endif
