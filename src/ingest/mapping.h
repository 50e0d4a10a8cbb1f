/* mapping.h - which column of a file fills which field: from the programme, from a map file, or guessed.
 *
 * In the programme a field that the map leaves out is sought by its own name. A map file is a CSV with the headings field, column and (may be left out) with: a field is `hhsize`, `household.hhsize` or
 * `members.age`, or one of household_key, member_key, village_key; `with` is a conversion (programme/programme.h). A guess pairs
 * a field with the column of the same name, or whose name or label is the field's name or label in either language, but for case, spaces and
 * punctuation; two columns that fit are none. Keys are guessed from their usual names.
 * A column may be named in several spellings (`a|b`); a source that is `partial` does without columns, which are told. A place may be
 * given by its name, with the names of the areas around it in columns of their own (`within`): mapping_place finds its code.
 * Refused: a column that is not there (with near names), a field that can't be filled from this source, a field filled
 * twice, a required field that nothing fills, no household key. */
#ifndef INGEST_MAPPING_H
#define INGEST_MAPPING_H

#include "ingest/ingest.h"
#include "ingest/reader.h"
#include "ingest/validate.h"

#define MAPPING_NO_COLUMN UINT32_MAX

struct mapping_entry {
  uint32_t column; /* of the file */
  struct validate validate;
  uint64_t present; /* cells that held a value so far */
  const char *why;
  const uint32_t *within;  /* a place that may be given by its name: columns with the names of the areas around, widest first; else NULL */
  uint32_t within_count;
  struct map places;       /* names joined, as in the file -> index of the area: what was found before */
};

struct mapping_side { /* the fields of one level */
  uint32_t level;
  struct mapping_entry *entries;
  uint32_t count;
  struct cell *cells;   /* one for each collected field of the level; those not mapped stay ABSENT_EMPTY */
  uint64_t *mapped;     /* bit i: collected field i is mapped */
};

struct mapping_spread { uint32_t column, number /* among the columns that the programme names, from 1: also of the line */; struct span code; struct cell cell; }; /* of a wide file: a column, what its values are, its value in this row */

struct mapping {
  struct mapping_side row, household; /* household: of a flat file; else count 0 */
  bool flat;
  uint32_t household_key, member_key, village_key; /* columns, or MAPPING_NO_COLUMN */
  bool *sealed_column;  /* per column of the file: feeds a sealed field */
  bool any_sealed;
  bool masks;           /* the programme seals something: what looks like it is masked under every heading but the keys' (ingest/mask.h) */
  struct mapping_spread *spread; /* NULL = the file is not wide */
  uint32_t spread_count;
  struct validate spread_value;
  uint32_t spread_by;            /* column of the choice field */
  char lacking[300];    /* columns that a partial source's file does not have, joined; "" = none */
};

enum status mapping_open(struct mapping *m, struct arena *a, const struct programme *p, const struct source *src, const struct reader *r,
                         const struct ingest_options *o, struct err *e) MUST_CHECK;

/* The headings by which a workbook's sheet and row of headings are known; in the arena. */
enum status mapping_wants(struct reader_wants *w, struct arena *a, const struct programme *p, const struct source *src, const struct ingest_options *o, struct err *e) MUST_CHECK;

/* The name of a sheet that is the source's own: that of its file. */
enum status mapping_sheet_name(struct arena *a, const struct source *src, const char **out, struct err *e) MUST_CHECK;

/* The code of the place that the cell and its `within` columns name, or false and why. An empty cell, and a cell that holds a code, stay as they are. */
bool mapping_place(struct mapping_entry *m, const struct programme *p, const struct reader_row *row, struct reader_cell *out, char *why, size_t why_size);

#endif
