/* mask.h - what may be a sealed value, standing where it does not belong.
 *
 * A sealed field's own column is never shown. But people type an identity number under "income", and then it would stand in the
 * message that refuses it, and in the list of refused rows. Two things are known without knowing who anybody is: what the same row
 * holds in its sealed columns, and what numbers of people look like: 15 digits, or 17 and a digit or X (identity numbers); 16 to 19
 * digits (bank cards); 11 digits from 13 to 19 on (mobile telephones); 10 to 12 digits from 0 on (telephones with their area).
 * Digits may stand apart by single spaces or hyphens. Amounts with a decimal point, years, codes of places (12 digits) and households'
 * numbers are none of these. A name under another heading cannot be known for one: docs/format/import.md says so. */
#ifndef INGEST_MASK_H
#define INGEST_MASK_H

#include "base/text.h"

#define MASK_WORDS "***"
/* Whether a number in it looks like one of a person's. */
bool mask_alike(struct span s);
/* Puts MASK_WORDS in the place of such numbers, and of each of `known` (four bytes and longer). `text` only gets shorter. */
void mask_text(char *text, const struct span *known, size_t known_count);

#endif
