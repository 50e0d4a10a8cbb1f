/* figures_groups.h - who is in which group of a breakdown: a code for every household or member, and the rows of each group.
 *
 * Groups stand in order of their code, "(missing)" last. A member's field (sex, say) splits a household: each group has a row of it, with the share of
 * its members' weights and how many of them are inside.
 * Cost: two passes over the rows. Memory: 4 bytes a row; for members 20 more a household and group. */
#ifndef IDENTIFY_FIGURES_GROUPS_H
#define IDENTIFY_FIGURES_GROUPS_H

#include "identify/figures.h"

#define GROUPS_MAX 1000 /* groups of one breakdown; finer ones are left to the decisions table */

struct grouping {
  struct breakdown *out;
  uint32_t *of;          /* household: its group; UINT32_MAX = none. Members: by first_member[segment] + row */
  uint64_t *first_member;
};

/* Rows of group k: row[at[k]] .. row[at[k + 1]]; for a member's field the share of the household's weight and its people inside. */
struct grouped { uint64_t *at; uint32_t *row; double *share, *persons; };

/* Groups by a field of households or members. ERR_INPUT when it has more than GROUPS_MAX values. g->out has its name already. */
enum status figures_codes(struct arena *a, const struct sample *s, const struct field *field, struct grouping *g, struct err *e) MUST_CHECK;
/* Groups by area of a level. */
enum status figures_areas(struct arena *a, const struct programme *p, const struct sample *s, uint32_t level, struct grouping *g, struct err *e) MUST_CHECK;
/* The rows of each group; `members`: of a member's field. */
enum status figures_rows(struct arena *a, const struct figures *f, const struct grouping *g, bool members, struct grouped *out, struct err *e) MUST_CHECK;

#endif
