/* regex.h - `matches`: RE2's regular expressions without captures, in time linear in the text.
 *
 * A pattern becomes a small program for a machine that follows all alternatives at once (Thompson's construction), so no
 * pattern is slow: at most text length times program size. It answers only whether the pattern is found somewhere.
 *
 * Taken: literals, . [] [^] ranges, \d \w \s \D \W \S, [:alpha:] and its kin, | () (?:) (?P<n>) (?<n>), * + ? {n} {n,} {n,m} and their lazy
 * forms, ^ $ \A \z \b \B, flags i m s U, \Q..\E, escapes \a \f \t \n \r \v \x41 \x{2014} \123, one code point each. Refused by name
 * (`unsupported`): \p classes, \C, and under (?i) letters beyond ASCII. What RE2 refuses (back-references, look-around,
 * counts past 1000, stray repeats) is an error. */
#ifndef RULES_REGEX_H
#define RULES_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

struct regex;

struct regex_problem {
  uint32_t at;         /* byte in the pattern */
  bool unsupported;    /* legal RE2 that we don't take */
  const char *message; /* static text */
};

/* ERR_INPUT with `problem` filled (`err` too), ERR_LIMIT for a program past its ceiling, ERR_MEMORY. */
enum status regex_compile(struct arena *a, const char *pattern, size_t len, struct regex **out, struct regex_problem *problem, struct err *e) MUST_CHECK;
/* Whether the pattern is found in s, which is well-formed UTF-8. `cost`, when not NULL, grows by the steps taken. False in *ok when memory ran out. */
bool regex_search(const struct regex *r, const char *s, size_t len, uint64_t *cost, bool *ok);

#endif
