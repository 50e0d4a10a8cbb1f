/* text.h - text that grows, born with its maximum; and views into text owned elsewhere.
 *
 * A `struct text` never passes its maximum: what does not fit is dropped and `full` is set, so a caller may add a
 * hundred pieces and look once at the end. Always NUL-terminated once something was added. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct span { /* a view: not NUL-terminated, not owned */
  const char *at;
  size_t len;
};

struct text {
  char *data;
  size_t len, cap, max; /* bytes */
  bool full;            /* something did not fit, or memory ran out */
};

void text_init(struct text *t, size_t max);
void text_free(struct text *t);
void text_clear(struct text *t); /* empty, keeps its memory */
void text_add(struct text *t, const char *s);
void text_addn(struct text *t, const char *s, size_t n);
void text_addc(struct text *t, char c);
void text_addf(struct text *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
const char *text_str(const struct text *t); /* "" when nothing was added */
/* OK, or ERR_LIMIT naming `what` when the text was cut. */
enum status text_check(const struct text *t, const char *what, struct err *e) MUST_CHECK;

struct span span_of(const char *s);
struct span span_trim(struct span s);                 /* without spaces and tabs at either end */
bool span_is(struct span s, const char *word);        /* the same bytes */
bool span_is_nocase(struct span s, const char *word); /* the same but for ASCII case */

/* What a spreadsheet that opens a CSV file would take for a formula: =, +, -, @, a tab or a carriage return at its start, after any apostrophes, and not a negative number.
 * Whoever writes CSV puts an apostrophe before it; whoever reads takes one off: the same question on both sides, so every text comes back. */
bool span_is_formula(struct span s);

/* True when s[0..n) is well-formed UTF-8 without NUL; *bad, when not NULL, gets the offset of the first bad byte. */
bool text_is_utf8(const char *s, size_t n, size_t *bad);
/* Decodes one character; returns its length in bytes, 0 when it is not well formed. */
size_t text_utf8_next(const char *s, size_t n, uint32_t *code);
size_t text_utf8_put(char out[4], uint32_t code);
/* Makes text from files fit to be shown: control characters, which a terminal would obey, become `?`; tabs and line ends stay. */
void text_tame(char *s);
void text_tame_line(char *s); /* tabs and line ends become spaces too: for one cell of a table, one value in a sentence */
/* Columns a terminal gives the text: two for wide (CJK) characters. */
size_t text_width(const char *s, size_t n);

#endif
