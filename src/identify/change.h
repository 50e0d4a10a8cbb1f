/* change.h - the smallest change of facts that would alter a decision.
 *
 * A rule's atoms are its maximal parts that are no logic themselves (`income < line`, `members.exists(...)`). The fewest atoms are
 * sought whose flip turns the whole decision, up to four; each flip is then done by moving one changeable fact to the nearest value it
 * can hold. What was found is decided again from the start, by whole rules on the changed row, before it is told: a change
 * that does not hold is never printed. A derived value that rests on a changeable fact is moved at its own level
 * ("income per head"), because how a family would get there is not for a program to say.
 * For staff and the household, as facts to check; never for a notice, where it would be a recipe.
 * Cost: atoms to the power of four at worst, on tables of three values; some hundred evaluations. */
#ifndef IDENTIFY_CHANGE_H
#define IDENTIFY_CHANGE_H

#include "identify/whatif.h"

#define CHANGE_MOST 4

enum change_kind { CHANGE_FOUND, CHANGE_NONE /* no changeable fact can */, CHANGE_MORE /* more than four */ };

struct change_fact { uint32_t level, field; uint64_t row; struct cell before, after; };

struct change {
  enum change_kind kind;
  uint32_t count;
  struct change_fact facts[CHANGE_MOST];
  enum truth leads_to; /* qualifies, after the change */
};

/* For a household whose qualification is known. */
enum status change_find(struct arena *a, const struct programme *p, const struct segment *s, uint64_t household, struct change *out, struct err *e) MUST_CHECK;

/* What each answer to one missing question would lead to: ranges of a number, or single choices, in order. */
struct answer { struct cell from, to; bool open_below, open_above; enum truth leads_to; };
/* At most `max`; *count = 0 when the field's answers cannot be listed (text, a list that was not taken). */
enum status change_answers(struct arena *a, const struct programme *p, const struct segment *s, uint64_t household, uint32_t level, uint32_t field, uint64_t row,
                           struct answer *out, uint32_t max, uint32_t *count, struct err *e) MUST_CHECK;

#endif
