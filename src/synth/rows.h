/* rows.h - one household in one round as rows of the programme's files: dwelling, members, crops, income lines.
 *
 * The income lines add up to the income written down, to a cent a household: crops at their yields and prices, pensions and support by
 * rule, and the rest wages. Identity numbers begin with 999999, a region that does not exist. */
#ifndef SYNTH_ROWS_H
#define SYNTH_ROWS_H

#include "synth/faults.h"
#include "synth/write.h"

/* The number of a household: S, village, six digits; `second` marks the other half of a fault. out[40]. */
char *rows_key(const struct village *v, const struct household *h, bool second, char out[40]);
/* Where a split household is cut: the first person of the second part, or people_count when it cannot be. */
uint32_t rows_split_at(const struct household *h, uint32_t round);
/* Whether something it grows or keeps yields in the round. */
bool rows_has_crop(const struct block *b, const struct household *h, uint32_t round);
char *rows_identity(const struct village *v, const struct household *h, uint32_t person, char out[32]);
enum status rows_village(struct layout *l, const struct block *b, uint32_t round, struct err *e) MUST_CHECK;
enum status rows_household(struct layout *l, const struct block *b, uint32_t at, uint32_t round, enum fault f, struct err *e) MUST_CHECK;

#endif
