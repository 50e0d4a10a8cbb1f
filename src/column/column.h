/* column.h - one typed column in memory: what every decision runs over.
 *
 * A column is values in the narrowest lossless width, plus a bitmap of which rows hold one. A missing value is not a
 * number and not "no": it carries *why* it is missing, because the programme may give one absence a meaning ("blank = no
 * expense") and leave another unknown ("refused").
 *
 * Physical forms (little endian, 64-byte aligned in files; 32 readable bytes follow the data, so that kernels may
 * read whole vectors):
 *   COL_BOOL     int8 0/1                              COL_DATE     int32 days since 1970
 *   COL_INT      int8 int16 int32 int64                COL_CHOICE   uint8 uint16 uint32 codes into a sorted dictionary
 *   COL_DECIMAL  int8..int64, value = data / 10^decimals   COL_TEXT     the same as a choice
 *   COL_REAL     float32 when every value survives, else float64
 * Where a row is missing its data is 0 (so equal columns are equal bytes).
 * Owning and viewing are apart: a struct column never owns; builders (column/builder.h) and mapped files do. */
#ifndef COLUMN_COLUMN_H
#define COLUMN_COLUMN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bits.h"
#include "base/text.h"

enum col_kind { COL_BOOL, COL_INT, COL_DECIMAL, COL_REAL, COL_DATE, COL_CHOICE, COL_TEXT, COL_KIND_COUNT };

enum col_width { COL_I8, COL_I16, COL_I32, COL_I64, COL_U8, COL_U16, COL_U32, COL_F32, COL_F64, COL_WIDTH_COUNT };

/* Why a value is missing. The first is "it is not". */
enum absence { PRESENT, ABSENT_EMPTY, ABSENT_REFUSED /* or does not know */, ABSENT_NOT_APPLICABLE, ABSENT_NO_ROSTER, ABSENCE_COUNT };

struct column {
  enum col_kind kind;
  enum col_width width;
  uint8_t decimals;        /* COL_DECIMAL: 0..9 */
  uint64_t rows;
  const void *data;        /* rows values of `width` */
  const uint64_t *valid;   /* bits_words(rows) words, or NULL = every row holds a value */
  const uint8_t *absence;  /* one enum absence a row, or NULL = every missing row is ABSENT_EMPTY */
  int64_t min, max;        /* of the values present, integers and codes only; 0, 0 when none: proves narrow kernels safe */
  const uint32_t *dict_at; /* COL_CHOICE, COL_TEXT: dict_count + 1 offsets into dict_bytes; entries sorted bytewise, distinct */
  const char *dict_bytes;
  uint32_t dict_count;
};

/* One cell outside columns: what readers produce, registries keep, explanations show. */
struct cell {
  enum absence absence; /* PRESENT: exactly one of the following, by kind */
  union {
    int64_t i;     /* COL_BOOL 0/1, COL_INT, COL_DECIMAL scaled, COL_DATE days */
    double d;      /* COL_REAL: finite, never -0.0 */
    struct span s; /* COL_CHOICE (its code), COL_TEXT */
  };
};

struct table { /* columns of one level, all with the same rows */
  uint64_t rows;
  uint32_t column_count;
  struct column *columns;
};

static inline bool column_has(const struct column *c, uint64_t row) { return !c->valid || bits_get(c->valid, row); }
/* Reads one cell, widened. Any kind. */
struct cell column_cell(const struct column *c, uint64_t row);
/* Integer value of a present row of any integer or code width. */
int64_t column_int(const struct column *c, uint64_t row);
struct span column_dict(const struct column *c, uint32_t code);
/* The code of a dictionary entry, or UINT32_MAX. */
uint32_t column_code_of(const struct column *c, struct span entry);
unsigned col_width_bytes(enum col_width w);
const char *col_kind_name(enum col_kind k); /* "boolean" "integer" "decimal" "real" "date" "choice" "text" */
const char *absence_name(enum absence a);   /* "" "empty" "refused" "not applicable" "roster not taken" */

#endif
