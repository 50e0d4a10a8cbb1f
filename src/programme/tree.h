/* tree.h - what stands in a programme's files, as one kind of tree whose every part knows its place.
 *
 * YAML through libyaml's document nodes, and CSV tables (sheet.h), both become texts, maps and lists; so one table-driven
 * reader (bind.h) serves both, and every later complaint, even about the inside of a rule, points at a line and column.
 *
 * Limits, so that no file can hang the program: TREE_YAML_MAX or TREE_BYTES_MAX a file, TREE_DEPTH_MAX deep, TREE_PARTS_MAX parts after
 * aliases are followed (a "billion laughs" file is refused by counting, never by expanding). Tags, several documents in one
 * file, keys that are not plain words, and duplicate keys are refused. */
#ifndef PROGRAMME_TREE_H
#define PROGRAMME_TREE_H

#include "programme/problem.h"

#define TREE_YAML_MAX (4u << 20)
#define TREE_BYTES_MAX (64u << 20) /* a table */
#define TREE_ANCHORS_MAX 1000u
#define TREE_DEPTH_MAX 24u
#define TREE_PARTS_MAX 2000000u

enum tree_kind { TREE_TEXT, TREE_MAP, TREE_LIST };
enum tree_style { TREE_PLAIN, TREE_SINGLE, TREE_DOUBLE, TREE_BLOCK, TREE_CELL /* of a CSV table: lists are split at | */ };

struct tree;
struct tree_pair { const struct tree *key, *value; };
struct tree {
  enum tree_kind kind;
  enum tree_style style;
  struct place at;        /* of its first character */
  uint32_t len, count;    /* bytes of a text; entries of a map or list */
  const char *text;       /* NUL-terminated, UTF-8 without NUL inside; TREE_TEXT only */
  const char *raw, *raw_end; /* its bytes in the file as written: from `at` to its end */
  struct tree_pair *pairs;
  const struct tree **items;
};

/* Reads one YAML document; problems go to the list. NULL when nothing could be read. */
const struct tree *tree_read_yaml(struct problems *list, const char *file, const char *data, size_t len);
/* The value of a key of a map, or NULL. */
const struct tree *tree_get(const struct tree *map, const char *key);
/* The place of byte `offset` of a text's value: past quotes, escapes, folds and indents. */
struct place tree_place(const struct tree *text, size_t offset);

#endif
