/* explain.h - one household's decision, told so that a person can check it.
 *
 * What decided, with the values seen (atom by atom), deprivations and score, place in the ranking, what is missing and what each
 * answer would lead to, and the smallest change of facts that would alter it. Words in each language come from words.h; JSON
 * carries the same with stable keys (docs/format/summary.md). Sealed fields are never shown: rules can't read them, and a
 * sealed field's name is all that could appear. Everything is computed by the row evaluator on the frozen row. */
#ifndef IDENTIFY_EXPLAIN_H
#define IDENTIFY_EXPLAIN_H

#include "identify/identify.h"

/* A member's own number, by its permanent id: the snapshot holds ids only. `out` holds until the next call. Asked only about members
 * that are named. A NULL pointer to it, or a snapshot without ids: members are told by position. */
struct member_numbers {
  enum status (*of)(void *ctx, int64_t home, int64_t household, int64_t member, struct span *out, struct err *e);
  /* A line's own number, by its place in the household's list; NULL: told by position. */
  enum status (*line)(void *ctx, uint32_t level, int64_t home, int64_t household, uint64_t place, struct span *out, struct err *e);
  void *ctx;
};

struct explain_input {
  const struct programme *programme;
  const struct identified *run;     /* decisions, lines, quota: of the whole snapshot */
  const struct segment *const *segments;
  uint32_t segment;
  uint64_t household;               /* row in the segment */
  const struct member_numbers *numbers; /* NULL = positions */
  bool stale;                       /* the recorded run was under other rules: say so */
};

/* Sets the programme's lines to the household's own. Output is added to `out`. */
enum status explain_text(struct arena *a, struct programme *p, const struct explain_input *in, enum language lang, struct text *out, struct err *e) MUST_CHECK;
enum status explain_json(struct arena *a, struct programme *p, const struct explain_input *in, struct text *out, struct err *e) MUST_CHECK;

/* The reason codes of one decision, in words, joined by "; ": inclusions that held, exclusions that hit, or that none held. For lists. */
enum status explain_reasons(const struct programme *p, const struct decision_set *d, uint64_t household, enum language lang, struct text *out, struct err *e) MUST_CHECK;
/* Names of missing cells, joined by "; ", in the order of the list. */
enum status explain_cells(const struct programme *p, const struct segment *s, uint64_t household, const struct rule_missing *missing, const struct member_numbers *numbers, enum language lang, struct text *out, struct err *e) MUST_CHECK;
/* Names of missing fields, joined by "; ", members by their own numbers. */
enum status explain_missing(const struct programme *p, const struct segment *s, const struct decision_set *d, uint64_t household, const struct member_numbers *numbers, enum language lang, struct text *out, struct err *e) MUST_CHECK;

#endif
