/* rows.h - one household in one round as rows of the programme's tables: dwelling, members, crops, income lines.
 *
 * The income lines add up to the income written down, to a cent a household: crops at their yields and prices, pensions and support by
 * rule, and the rest wages. Identity numbers begin with 999999, a region that does not exist. */
#ifndef SYNTH_ROWS_H
#define SYNTH_ROWS_H

#include "synth/batch.h"
#include "synth/faults.h"

/* The number of a household; `second` marks the other half of a fault. */
char *rows_key(const struct village *v, const struct household *h, bool second, char out[BATCH_TEXT_MAX]);
/* Where a split household is cut: the first person of the second part, or people_count when it cannot be. */
uint32_t rows_split_at(const struct household *h, uint32_t round);
/* Whether something it grows or keeps yields in the round. */
bool rows_has_crop(const struct block *b, const struct household *h, uint32_t round);
char *rows_identity(const struct household *h, uint32_t person, char out[BATCH_TEXT_MAX]);
void rows_village(const struct block *b, uint32_t round, int32_t cells[VILLAGE_FIELD_COUNT]);
/* The household's rows into the batch; two households when a fault makes two of it. */
enum status rows_household(struct batch *q, const struct block *b, uint32_t at, uint32_t round, enum fault f, struct err *e) MUST_CHECK;
/* What is true of it, after its rows. */
void rows_truth(struct batch *q, const struct block *b, uint32_t at, uint32_t round);

#endif
