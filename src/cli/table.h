/* table.h - rows for people and programs: an aligned table on a screen (CJK counted as two columns wide), CSV, or a JSON array. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "cli/cli.h"

struct table_out;
/* headings: "name" left-aligned text; ">name" right-aligned, and a bare number in JSON. In csv and json the heading is the key. */
enum status table_open(struct cli *c, const char *const *headings, struct table_out **out, struct err *e) MUST_CHECK;
void table_text(struct table_out *t, const char *s); /* the next cell; NULL = empty (json null) */
void table_int(struct table_out *t, int64_t v);
void table_number(struct table_out *t, const char *digits); /* a number as written: a year, not grouped on the screen */
const char *table_word(const struct table_out *t, const char *english) __attribute__((format_arg(2))); /* in the person's language on a screen, as it is in csv and json */
void table_real(struct table_out *t, double v, int decimals); /* decimals on screen; exact in csv and json */
enum status table_close(struct table_out *t, struct err *e) MUST_CHECK; /* prints what is held */
/* The result of a command that a person reads as a sentence, as one row for programs (csv, json); on a screen it prints nothing. Headings are
 * apart by spaces; ">name" takes an int64_t, "name" a text (NULL: empty). */
enum status table_result(struct cli *c, struct err *e, const char *headings, ...) MUST_CHECK;

#endif
