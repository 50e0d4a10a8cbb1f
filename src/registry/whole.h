/* whole.h - whole households: what looks like a household divided, emptied or put together for the sake of a list.
 *
 * A household is in or out as a whole, so identification must know splits made shortly before it, households that are numbers only, and
 * people who stand in two. What is found is listed for a person to look into; nothing is decided by it. Sealed numbers are compared by
 * their blind indexes: no key is needed, and no number is shown. Read through indexes and cursors: constant memory; reads all households once. */
#ifndef REGISTRY_WHOLE_H
#define REGISTRY_WHOLE_H

#include "registry/registry.h"

enum whole_kind { WHOLE_SPLIT, WHOLE_MERGED, WHOLE_EMPTY, WHOLE_SAME, WHOLE_KINDS };
const char *whole_name(enum whole_kind k); /* split merged empty same: stable */

struct whole_finding {
  enum whole_kind kind;
  const char *household, *other; /* numbers; other: "" when none */
  const char *field;             /* WHOLE_SAME: `members.idno`, `phone` */
  int32_t on; int64_t event;     /* split, merged: the day, the event */
};

/* `days` before `until` (a day): splits and merges that happened, or were recorded, since then count. `fields`: searched for values that stand in two households: `members.f` or
 * `f`; NULL = every sealed field that is searchable. ERR_INPUT: no such field. */
enum status registry_whole(struct registry *r, int32_t until, int32_t days, const char *const *fields, uint32_t field_count, enum status (*found)(void *ctx, const struct whole_finding *f, struct err *e), void *ctx, struct err *e) MUST_CHECK;

#endif
