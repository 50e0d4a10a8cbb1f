/* validate.h - one cell of a file, by the codebook, into a typed cell; or why not, in words for the person who has the file.
 *
 * Nothing is rounded, cut or guessed: "12.345" is no money of two decimals, 1e400 is no number, NaN and infinity are refused, a
 * number of 17 digits and more that passed through a double is no identity number any more. What a value may look like
 * stands in docs/format/import.md. The value of a sealed field never appears in a message.
 * Cost: no allocation; a cell of a common kind takes tens of nanoseconds. */
#ifndef INGEST_VALIDATE_H
#define INGEST_VALIDATE_H

#include "base/map.h"
#include "ingest/reader.h"
#include "programme/programme.h"

#define VALIDATE_TEXT_MAX 65535u /* bytes of one text value */

struct validate { /* a field made ready */
  const struct field *field;
  enum conversion conversion;
  const struct recode *recode;
  uint32_t recode_count;
  struct map choices;     /* code or label -> index into field->choices, or VALIDATE_TWO where two share the label */
  double *missing_number; /* per missing code: its value as a number, NaN when it is none */
  bool missing_any;
  char buffer[40];        /* a number's text: the cell's view points here */
};
#define VALIDATE_TWO (UINT32_MAX - 1)

enum status validate_open(struct validate *v, struct arena *a, const struct field *field, enum conversion conversion, const struct recode *recode,
                          uint32_t recode_count, struct err *e) MUST_CHECK;

/* True and *out, or false and the reason (without the field's name) in why[]. `column` gives value labels. *out views `cell` and `v`. */
bool validate_cell(struct validate *v, const struct reader_column *column, const struct reader_cell *cell, struct cell *out, char *why, size_t why_size);

/* A key (household, member, village): any text or whole number as text. An empty cell gives an empty key. */
bool validate_key(const struct reader_cell *cell, char buffer[40], struct span *out, char *why, size_t why_size);

#endif
