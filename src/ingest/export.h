/* export.h - a frozen level out of its columns into a file that other programs read: CSV, an .xlsx workbook, or Stata's .dta with labels.
 *
 * One file a level, rows in the snapshot's order: `household` (its own number), for members `number` (their own), for lines
 * `number` (their own too), `village` where there is one, then the collected fields by name. Sealed fields are never written; restricted
 * ones only when asked for. What is written reads back the same: import(export(x)) = x for every kind of value and absence (refused
 * is the field's own missing code, else .r; not applicable .n), in CSV but for absences of text fields without such a code.
 *
 * CSV: codes of choices, 1 and 0, dates as 2026-12-31, decimals with all their places, reals as the shortest text that reads back.
 * .dta (version 118): the narrowest exact type; choices whose codes are whole numbers as numbers with value labels, others numbered with
 * value labels; what a double can't hold exactly is text. Same snapshot, same bytes.
 * The file appears whole or not at all. Memory: constant, but for long texts in .dta (held once). */
#ifndef INGEST_EXPORT_H
#define INGEST_EXPORT_H

#include "column/schema.h"
#include "programme/programme.h"

struct export_from {
  const struct programme *programme;
  const struct schema *schema;               /* the snapshot's: columns are found by name */
  const struct segment *const *segments;
  uint32_t segment_count;
  uint32_t level;
  int32_t year;                              /* stands as the date of a .dta: not the clock, so that bytes repeat */
  bool restricted;                           /* restricted fields too */
  enum language lang;                        /* of labels */
  bool codes_as_of; int32_t codes_on;        /* a source's layout: codes and names of places as they were on that day */
  /* A member's own number (the snapshot holds a permanent one only); NULL = numbers are places in the household. */
  enum status (*member_number)(void *ctx, int64_t home, int64_t household, int64_t member, struct span *out, struct err *e);
  void *member_number_ctx;
  /* A line's own number, by its place in the household's list; NULL = numbers are places. */
  enum status (*line_number)(void *ctx, uint32_t level, int64_t home, int64_t household, uint64_t place, struct span *out, struct err *e);
  void *line_number_ctx;
};

enum export_role { EXPORT_HOUSEHOLD, EXPORT_NUMBER, EXPORT_VILLAGE, EXPORT_FIELD };

struct export_column {
  enum export_role role;
  const struct field *field; /* EXPORT_FIELD */
  uint32_t at;               /* index in the segment's table */
  const char *name, *label;
};

struct export_plan {
  const struct export_from *from;
  struct export_column *columns;
  uint32_t count;
  uint32_t sealed, restricted; /* fields left out */
  uint64_t rows;
};

/* ERR_INPUT when the level has nothing to write, ERR_CONFLICT when the snapshot's column has another kind than the field. */
enum status export_open(struct arena *a, const struct export_from *from, struct export_plan *p, struct err *e) MUST_CHECK;
enum status export_csv(const struct export_plan *p, const char *path, struct err *e) MUST_CHECK;
/* A workbook for people: headings are labels (the name where two fields share one), choices and yes and no are words. */
enum status export_xlsx(struct arena *a, const struct export_plan *p, const char *path, struct err *e) MUST_CHECK;
enum status export_dta(const struct export_plan *p, const char *path, struct err *e) MUST_CHECK;
/* A CSV of what the columns mean: variable, field, level, label, type, unit, choices, missing codes. */
enum status export_codebook(const struct export_plan *p, const char *path, struct err *e) MUST_CHECK;

/* ---- for the writers ---- */

/* Walks the level's rows: calls row(ctx, segment, its index, household row, level row, number in the household). */
typedef enum status (*export_row_fn)(void *ctx, const struct segment *s, uint32_t segment, uint64_t household, uint64_t row, uint64_t number, struct err *e);
enum status export_each(const struct export_plan *p, export_row_fn row, void *ctx, struct err *e) MUST_CHECK;
/* What stands under `number`; held until the next call, or in `buffer`. */
enum status export_number(const struct export_from *from, const struct segment *s, uint64_t household, uint64_t row, uint64_t place, char buffer[24], struct span *out, struct err *e);
/* The missing code that says this absence: the field's own, else ".r", ".n", ".m"; "" for empty. */
const char *export_missing(const struct field *f, enum absence why);

/* A file beside the path that takes its place when it is closed well. */
struct export_file { const char *path; char temp[4096]; void *stream; };
enum status export_file_open(struct export_file *f, const char *path, struct err *e) MUST_CHECK;
enum status export_file_close(struct export_file *f, enum status so_far, struct err *e) MUST_CHECK; /* so_far not OK: removes it, returns so_far */

#endif
