/* block.h - many rules over many rows at once: the block evaluator.
 *
 * A book is a list of rules compiled together into one program in which equal parts are computed once, derived fields
 * among them. It is bound to a segment (columns, widths, dictionaries and the constants as they are then), and run over blocks of
 * at most BLOCK_ROWS households, by as many threads as bring a scratch of their own. What the segment settles by itself (a word that its dictionary
 * lacks, a value beyond its bounds) is not run. The answers are those of `rule_eval`,
 * lane by lane, which the random differential test holds it to. (One exception: rule_eval gives up past RULE_COST_LIMIT steps, and a block,
 * which computes equal parts once, may still answer; no rule people write comes near.)
 *
 * A lane's state is one byte, one bit set, so that combining is `or` and a priority is "the lowest bit": F < U < E < T is `and`'s order, and
 * the order of strict operators. (Two bitmaps say the same in less memory, but packing every comparison's mask into bits cost
 * more than all the logic on them; blocks stay in the first-level cache either way.)
 *
 * What runs in blocks: logic, comparisons, arithmetic, ?:, has, `in` over literals, aggregates and quantifiers over members and lines,
 * derived fields of every level; and whatever depends on one text, choice, date or small integer only, however it does
 * (`matches`, `getFullYear`, ...): it runs once per distinct value. The rest falls back to rule_eval inside the same call.
 * `block_vectorised` says which and why.
 *
 * Cost: comparisons of stored columns with constants run at memory speed; arithmetic at about 1 ns a lane; a fallback at about
 * 100 ns. Memory: about 0.1 MB a scratch for ten rules. */
#ifndef RULES_BLOCK_H
#define RULES_BLOCK_H

#include "rules/rule.h"

#define BLOCK_ROWS 2048u

/* States of a lane. For numbers BLOCK_TRUE means "there is a value". */
enum { BLOCK_FALSE = 1, BLOCK_UNKNOWN = 2, BLOCK_ERROR = 4, BLOCK_TRUE = 8, BLOCK_VALUE = BLOCK_TRUE };

struct block_book;
struct block_bound;
struct block_scratch;

/* What one rule says about the rows of a block; valid until the scratch is used again. Rows are the households of the block,
 * or, for a rule of members or lines, their rows: child_at[first] .. child_at[first + count]. */
struct block_lanes {
  uint64_t rows;
  const uint8_t *state;
  const int64_t *ints;   /* rules whose result is int; 0 where there is no value. NULL for others */
  const double *reals;   /* rules whose result is double, likewise */
};

/* The env and the rules must outlive the book. Rules of villages and rules over variables are refused (ERR_INTERNAL). */
enum status block_open(struct arena *a, const struct rule_env *env, const struct rule *const *rules, uint32_t count, struct block_book **out, struct err *e) MUST_CHECK;
/* Whether rule i runs in blocks; when not, *why_not (may be NULL) says why in a few words. Rules with text or lists as result never do,
 * and their lanes carry a state only. */
bool block_vectorised(const struct block_book *b, uint32_t i, const char **why_not);

/* What many segments have in common under the constants (`line`, `year`) as they are now: tables over dates, numbers and words, made once.
 * ERR_CONFLICT when a segment's columns are not those of the env. Read-only afterwards; NULL for no segments. */
struct block_share;
enum status block_share(struct arena *a, const struct block_book *b, const struct segment *const *segments, uint32_t count, struct block_share **out, struct err *e) MUST_CHECK;

/* The book for one segment of those that share (share NULL: alone, under the constants as they are now). What the segment's dictionaries and bounds
 * settle already is left out. The bound book is read-only and may be used by several threads; it lives in the arena, and rests on the share.
 * Cost: some ten microseconds. */
struct block_bound;
enum status block_bind(struct arena *a, const struct block_book *b, const struct segment *s, const struct block_share *share, struct block_bound **out, struct err *e) MUST_CHECK;

/* One a thread; serves any bound form of the book it was opened for. */
enum status block_scratch_open(const struct block_book *b, struct block_scratch **out, struct err *e) MUST_CHECK;
void block_scratch_close(struct block_scratch *s); /* NULL is fine */

/* Households first .. first + count (count at most BLOCK_ROWS). `out` has one entry a rule. */
enum status block_run(const struct block_bound *b, struct block_scratch *s, uint64_t first, uint32_t count, struct block_lanes *out, struct err *e) MUST_CHECK;

#endif
