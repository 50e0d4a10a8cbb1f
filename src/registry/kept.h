/* kept.h - what an import leaves alone: the natural changes of the round it belongs to.
 *
 * A file is often older than the book: it still lists the dead and does not know the newborn. Rows that say otherwise than a natural
 * change recorded in the same round are left out, counted, and the first few are named in the import's notes; nothing is guessed. In
 * the next round the file counts again. A round without natural changes costs one query an import, else one a household. */
#ifndef REGISTRY_KEPT_H
#define REGISTRY_KEPT_H

#include "registry/core.h"

struct kept_row { uint32_t level; const char *key; bool gone; }; /* gone: it left; else it came */
struct kept {
  struct registry *r;
  bool any;               /* the round has natural changes */
  int64_t round;
  struct arena arena;     /* of the household at hand */
  struct kept_row *rows; uint32_t count, cap;
  bool ended, moved;      /* the household itself */
  uint64_t left_out;
  struct text words;      /* the first few, named */
};

enum status kept_open(struct kept *k, struct registry *r, int64_t round, struct err *e) MUST_CHECK;
/* Reads what stands about one household; 0 = nothing does. */
enum status kept_load(struct kept *k, int64_t home, int64_t household, struct err *e) MUST_CHECK;
bool kept_gone(const struct kept *k, uint32_t level, struct span key);
bool kept_came(const struct kept *k, uint32_t level, struct span key);
/* Counts a row that was left out; `what` "" = the household itself. */
void kept_note(struct kept *k, struct span household, const char *what, struct span key);
void kept_close(struct kept *k);

#endif
