/* regex_tree.h - a pattern as a tree: what regex_parse.c reads and regex.c turns into a program. Internal to `matches`. */
#ifndef RULES_REGEX_TREE_H
#define RULES_REGEX_TREE_H

#include "rules/regex.h"

#define REGEX_REPEAT_MAX 1000u /* as in RE2 */

struct code_range { uint32_t lo, hi; };

struct char_class {
  uint64_t ascii[2];  /* bit per code below 128 */
  const struct code_range *wide; /* from 128 on, sorted, apart */
  uint32_t wide_count;
};

enum assert_kind { AT_TEXT_START, AT_TEXT_END, AT_LINE_START, AT_LINE_END, AT_WORD_EDGE, AT_NOT_WORD_EDGE };

enum piece_kind { PIECE_EMPTY, PIECE_CLASS, PIECE_CAT, PIECE_ALT, PIECE_REPEAT, PIECE_ASSERT };
struct piece {
  enum piece_kind kind;
  const struct char_class *class;
  enum assert_kind assert;
  uint32_t least, most; /* most REGEX_REPEAT_MAX + 1 = no bound */
  struct piece *first, *next;
};

/* ERR_INPUT with `problem` and `e` filled, ERR_MEMORY. Groups nest at most 200 deep. */
enum status regex_parse(struct arena *a, const char *pattern, size_t len, struct piece **root, struct regex_problem *problem, struct err *e) MUST_CHECK;

#endif
