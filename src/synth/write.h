/* write.h - the files of one round, in the layout that the programme's own sources read.
 *
 * For households, members, villages, income lines and crops, the first source of the programme with one row each gets its file, with the
 * first spelling of each heading; what the model does not know stays empty. A last column, `synthetic`, says on every row that
 * nobody is meant. Rows go through a buffer a file: memory does not grow with the population. */
#ifndef SYNTH_WRITE_H
#define SYNTH_WRITE_H

#include <stdio.h>

#include "base/text.h"
#include "programme/programme.h"

#define SHEET_CELLS_MAX 128u

/* A row being made: values by name of field. Names are string constants of the program: compared by content. */
struct row {
  char text[4096];
  size_t used;
  struct { const char *field; uint32_t at, len; } cells[SHEET_CELLS_MAX];
  uint32_t count;
};
void row_begin(struct row *r);
void row_text(struct row *r, const char *field, const char *value);
void row_int(struct row *r, const char *field, int64_t v);
void row_fixed(struct row *r, const char *field, double v, int decimals);
void row_bool(struct row *r, const char *field, bool v);
void row_date(struct row *r, const char *field, int32_t days);

struct sheet; /* a file */
enum status sheet_open(struct arena *a, const char *path, const char *const *fields, const char *const *headings, uint32_t count, struct sheet **out, struct err *e) MUST_CHECK;
enum status sheet_put(struct sheet *s, const struct row *r, struct err *e) MUST_CHECK;
enum status sheet_close(struct sheet *s, struct err *e) MUST_CHECK; /* NULL is fine */
void sheet_drop(struct sheet *s);

/* Names for the keys of a row, besides fields: household, its member or line, village. */
#define KEY_HOUSEHOLD "@household"
#define KEY_MEMBER "@member"
#define KEY_VILLAGE "@village"

#define LEVEL_OF_LINES "income_lines"
#define LEVEL_OF_CROPS "crops"

/* The sheets of a round's folder, one a level; NULL where no source of the programme takes it. */
struct layout {
  struct sheet *by_level[LEVEL_MAX];
  const char *source[LEVEL_MAX]; /* its name, for `lucid import --source` */
};
enum status layout_open(struct arena *a, const struct programme *p, const char *folder, struct layout *out, struct err *e) MUST_CHECK;
enum status layout_close(struct layout *l, struct err *e) MUST_CHECK;
void layout_drop(struct layout *l);

#endif
