/* storable.h - the values a field can hold, as whole steps on a line: what a smallest change may move to.
 *
 * An integer, a date and a scaled decimal step by one of their smallest unit; a real steps by a hundredth. (Between two
 * doubles there is always another; nobody can act on the last bit of one.) */
#ifndef IDENTIFY_STORABLE_H
#define IDENTIFY_STORABLE_H

#include "programme/programme.h"

bool storable_steps(const struct field *f);                    /* whether the field is a number or a date */
int64_t storable_step_of(const struct field *f, const struct cell *c); /* nearest step not above */
struct cell storable_cell(const struct field *f, int64_t step);
void storable_range(const struct field *f, int64_t *lo, int64_t *hi); /* declared bounds, or +- 2^50 */
/* Steps next to every number and constant written in the rule's text: where answers tend to turn. At most `max`; returns how many. */
uint32_t storable_landmarks(const struct programme *p, const struct field *f, const char *source, size_t len, int64_t *out, uint32_t max);

#endif
