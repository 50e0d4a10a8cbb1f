/* bind.h - reads a tree into plain structs by tables of keys.
 *
 * One row a key: its name, what kind of value it takes, where that goes, whether it must stand, and a line for people (the
 * tables in docs/format/programme.md are printed from here, and a test compares). Reading by table is what makes every
 * section complain alike: an unknown key (with the nearest one as HINT), a wrong type, a missing key, a word that is none of
 * the words allowed, each with file, line and column. Values keep the tree they came from, so later checks can point too.
 *
 * The structs filled here are drafts: nothing is resolved yet. A value that was not given has `from` NULL. */
#ifndef PROGRAMME_BIND_H
#define PROGRAMME_BIND_H

#include "programme/tree.h"

/* Drafts begin with `const struct tree *from` (the map they were read from); values are one of these. */
struct got_text { const struct tree *from; const char *s; uint32_t len; };  /* s is "" when not given */
struct got_flag { const struct tree *from; bool v; };
struct got_whole { const struct tree *from; int64_t v; };
struct got_number { const struct tree *from; double v; };
struct got_label { const struct tree *from; struct label v; };
struct got_word { const struct tree *from; int v; };                         /* index among the key's words */
struct got_range { const struct tree *from; struct range v; };               /* one number: all three are it */
struct got_numbers { const struct tree *from; double *v; uint32_t count; };
struct got_texts { const struct tree *from; const struct tree **items; uint32_t count; }; /* every item is TREE_TEXT */
struct got_list { const struct tree *from; void *items; uint32_t count; };   /* drafts of the key's table */
struct got_tree { const struct tree *from; };                                /* anything: read later by its own code */

enum key_type {
  KEY_TEXT, KEY_NAME /* [a-z][a-z0-9_]{0,40} */, KEY_FLAG, KEY_WHOLE, KEY_NUMBER /* also a fraction, 1/6 */,
  KEY_LABEL /* a text, or {en, zh} */, KEY_RANGE /* a number, or {low, mid, high} */, KEY_NUMBERS, KEY_RULE, KEY_WORD, KEY_TEXTS,
  KEY_NAMES /* texts; also one text with spaces or | between them */, KEY_MAP, KEY_LIST, KEY_TREE
};

struct key_table;
struct key {
  const char *name;
  enum key_type type;
  bool required;
  uint16_t offset;
  const struct key_table *table;  /* KEY_MAP, KEY_LIST */
  const char *const *words;       /* KEY_WORD: NULL-terminated */
  const char *text;               /* for people */
};

struct key_table {
  const char *title;     /* "a field": in messages, and the documentation's heading */
  size_t size;           /* of the draft */
  const struct key *keys;
  uint32_t count;
  const char *shorthand; /* a text in place of the map gives this key, or NULL */
};

/* Fills `draft` (zeroed by the caller) from a map. False when memory ran out (the list is then broken). */
bool bind_map(struct problems *list, const struct key_table *table, const struct tree *map, void *draft);
/* A list of maps. */
bool bind_list(struct problems *list, const struct key_table *table, const struct tree *from, struct got_list *out);
/* A table's cell "a|b|c" as its parts, each with its own place. */
bool bind_split(struct problems *list, const struct tree *cell, struct got_texts *out);
/* A text "a b|c" as its words, each with its own place. */
bool bind_words(struct problems *list, const struct tree *text, struct got_texts *out);
/* What kind of value a key takes, in words: "a whole number". */
const char *bind_type_words(const struct key *k);
bool bind_is_name(const char *s); /* [a-z][a-z0-9_]{0,40} and no word the rule language keeps */
/* A number or a fraction. */
bool bind_number(const char *s, size_t len, double *out);

#endif
