/* problem.h - a growing list of what is wrong in a programme folder.
 *
 * Loading goes on after a mistake, so that a person mends ten at once instead of one at a time. Each problem says file, line
 * and column (from 1; 0 = the file as a whole). The list stops at PROBLEM_MAX; what comes after is only counted. Everything
 * lives in the arena given; running out of it makes the list `broken`, which the loader answers as ERR_MEMORY. */
#ifndef PROGRAMME_PROBLEM_H
#define PROGRAMME_PROBLEM_H

#include "programme/programme.h"

#define PROBLEM_MAX 200u

struct place { /* where something stands: for people, so columns count characters */
  const char *file;
  int line, column;
};

struct problems {
  struct arena *arena;
  struct problem *first, **last;
  uint32_t count; /* also those past PROBLEM_MAX */
  bool broken;    /* memory ran out */
};

void problem_init(struct problems *list, struct arena *a);
/* Adds one; `hint` may be NULL. */
void problem_add(struct problems *list, struct place at, enum status status, const char *hint, const char *fmt, ...) PRINTF_LIKE(5, 6);
/* No more are kept: what is costly to word may be left out. */
static inline bool problem_full(const struct problems *list) { return list->count >= PROBLEM_MAX; }
/* Puts them in reading order: the first file named, then line and column. */
void problem_sort(struct problems *list, const char *first_file);

/* The candidate nearest to `word` (a letter or two apart, or the same but for case), or NULL. Candidates: NULL-terminated. */
const char *problem_nearest(const char *word, const char *const *candidates);
/* How far apart two words are: letters added, dropped, changed or swapped; above `most` any number above it. */
unsigned problem_distance(const char *a, const char *b, unsigned most);

#endif
