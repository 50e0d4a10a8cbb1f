/* heading.h - the words by which a column or a label is known in a workbook, whoever typed them.
 *
 * Compared without spaces and line ends, brackets and colons of one width, without what stands around a word to mark it: a closing `*` or colon, a number before it.
 * A word sought has spellings, divided by |. Cost: no allocation but the index; a comparison is one look-up. For ingest/xlsx.c and ingest/form*.c. */
#ifndef INGEST_HEADING_H
#define INGEST_HEADING_H

#include "base/map.h"
#include "base/status.h"
#include "base/text.h"

#define HEADING_MAX 400u /* bytes of a plain heading */

/* The plain word; its length, 0 = nothing. */
size_t heading_plain(struct span s, char out[HEADING_MAX]);
/* Adds the spellings of words[i] to the map under the value i; one that is there keeps its value. */
enum status heading_index(struct map *m, const char *const *words, uint32_t count, struct err *e) MUST_CHECK;
/* The spelling out of `a|b` that has this plain form, as the programme writes it. */
struct span heading_spelling(const char *word, const char *plain, size_t n);
/* The value of a plain heading in the map without a number before it (1. (2) 3、), else without what stands in brackets after it too. MAP_NONE. */
uint32_t heading_get_bare(const struct map *m, const char *plain, size_t n);

#endif
