/* write.h - the files of one round, in the layout that the programme's own sources read.
 *
 * For households, members, villages, income lines and crops, the first source of the programme with one row each gets its file, with the
 * first spelling of each heading; what the model does not know stays empty. A last column, `synthetic`, says on every row that
 * nobody is meant. Rows go through a buffer a file: memory does not grow with the population. */
#ifndef SYNTH_WRITE_H
#define SYNTH_WRITE_H

#include "synth/batch.h"

struct sheet; /* a file */
enum status sheet_open(struct arena *a, const char *path, const char *const *headings, uint32_t count, struct sheet **out, struct err *e) MUST_CHECK;
/* The cells of a row, in the order of the headings. */
void sheet_text(struct sheet *s, const char *text);
void sheet_number(struct sheet *s, int64_t v, int decimals); /* v / 10^decimals */
void sheet_bool(struct sheet *s, bool v);
void sheet_day(struct sheet *s, int32_t days);
void sheet_skip(struct sheet *s, uint32_t cells); /* empty ones */
enum status sheet_end(struct sheet *s, struct err *e) MUST_CHECK; /* of the row */
enum status sheet_close(struct sheet *s, struct err *e) MUST_CHECK; /* NULL is fine */
void sheet_drop(struct sheet *s);

#define LEVEL_OF_LINES "income_lines"
#define LEVEL_OF_CROPS "crops"
/* What kind of row the model has for a level; ROWS_COUNT: none. */
enum rows rows_of_level(const struct programme *p, uint32_t level);

/* The sheets of a round's folder; NULL where no source of the programme takes it. */
struct layout {
  struct sheet *sheets[ROWS_COUNT];
  const uint32_t *fields[ROWS_COUNT]; /* one a heading: of the kind of row, or a key */
  uint32_t count[ROWS_COUNT];
};
enum status layout_open(struct arena *a, const struct programme *p, const char *folder, struct layout *out, struct err *e) MUST_CHECK;
enum status layout_put(struct layout *l, const struct batch *b, struct err *e) MUST_CHECK; /* all its rows */
enum status layout_village(struct layout *l, const struct population *pop, uint32_t village, const int32_t cells[VILLAGE_FIELD_COUNT], struct err *e) MUST_CHECK;
enum status layout_close(struct layout *l, struct err *e) MUST_CHECK;
void layout_drop(struct layout *l);

#endif
