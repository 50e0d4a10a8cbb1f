/* carry.h - the rows of a household in memory, changed there, carried to another household, and written in one go.
 *
 * For events that touch several rows of several households at once (registry/natural.h). Rows are held in an arena; changes are
 * gathered and written at the end by level and key, because an event's hash is over rows in that order. What is sealed is sealed
 * for its place: a row that goes to another household is opened with one data key and sealed with the other, so that needs the
 * registry's key (ERR_KEY). A value whose key was destroyed arrives as missing. */
#ifndef REGISTRY_CARRY_H
#define REGISTRY_CARRY_H

#include "registry/version.h"

struct held { /* a household as it stands */
  int64_t home, id;
  const char *key;
  struct store_value *row;              /* as it was; NULL = new */
  struct store_value *now;              /* as it will be; NULL = it ends, or nothing was changed yet */
  struct store_value **children[LEVEL_MAX]; uint32_t count[LEVEL_MAX];
  int64_t last[LEVEL_MAX];              /* largest id of a child so far; -1 = not asked yet */
};

struct carried { uint32_t level; struct store_value *old, *now; }; /* old NULL = new row; now NULL = it ends */

struct carry {
  struct registry *r;
  struct arena *a;
  struct writer *w;
  struct carried *rows; uint32_t count, cap;
};

/* ERR_NOT_FOUND with near numbers; ERR_CONFLICT when the household has ended. */
enum status carry_load(struct carry *c, const char *household, struct held *out, struct err *e) MUST_CHECK;
/* The same by where it lies; `household` is for messages. */
enum status carry_load_at(struct carry *c, int64_t home, int64_t id, const char *household, struct held *out, struct err *e) MUST_CHECK;
/* An id that no household has or had. */
enum status carry_id(struct carry *c, int64_t *out, struct err *e) MUST_CHECK;
/* The household's own row, sealed for `to` where it was sealed for `from`. */
enum status carry_household(struct carry *c, const struct store_value *from, struct held *to, struct err *e) MUST_CHECK;
/* Values that outlive their statement. NULL: out of memory. */
struct store_value *carry_values(struct arena *a, const struct store_value *v, uint32_t n);
/* A household that is not there yet: ERR_CONFLICT when its number was ever used. */
enum status carry_new(struct carry *c, const char *number, int64_t home, struct held *out, struct err *e) MUST_CHECK;
/* The child of that number; ERR_NOT_FOUND. */
enum status carry_child(const struct carry *c, const struct held *h, uint32_t level, const char *number, struct store_value **out, struct err *e) MUST_CHECK;
/* A number for a new member: the one wanted when it is free (NULL or taken: the next whole number). */
enum status carry_number(struct carry *c, struct held *h, uint32_t level, const char *wanted, const char **out, struct err *e) MUST_CHECK;
/* A new child row of `to`: like `from` (of another household), or empty when from is NULL. It is only held: carry_row writes it. */
enum status carry_copy(struct carry *c, uint32_t level, const struct store_value *from, struct held *to, const char *number, struct store_value **out, struct err *e) MUST_CHECK;
/* Values as typed over a row; ERR_INPUT names the field. `required`: every required field must then have a value. */
enum status carry_set(struct carry *c, uint32_t level, struct store_value *v, const struct registry_set *sets, uint32_t count, bool required, struct err *e) MUST_CHECK;
/* A row to write: new, changed, or ended. */
enum status carry_row(struct carry *c, uint32_t level, struct store_value *old, struct store_value *now, struct err *e) MUST_CHECK;
enum status carry_write(struct carry *c, struct err *e) MUST_CHECK;

#endif
