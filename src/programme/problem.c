#include "programme/problem.h"

#include <stdio.h>
#include <string.h>

void problem_init(struct problems *list, struct arena *a) {
  *list = (struct problems){.arena = a};
  list->last = &list->first;
}

void problem_add(struct problems *list, struct place at, enum status status, const char *hint, const char *fmt, ...) {
  if (list->count++ >= PROBLEM_MAX) return;
  char words[600];
  va_list args;
  va_start(args, fmt);
  int n = vsnprintf(words, sizeof words, fmt, args);
  va_end(args);
  if (n < 0) words[0] = 0;
  size_t len = strlen(words), bad;
  if (!text_is_utf8(words, len, &bad)) words[bad] = 0; /* cut at a character's edge */
  struct problem *p = arena_new(list->arena, struct problem);
  char *message = arena_str(list->arena, words), *remedy = arena_str(list->arena, hint);
  if (!p || !message || (hint && !remedy)) {
    list->broken = true;
    return;
  }
  *p = (struct problem){.file = at.file, .line = at.line, .column = at.column, .status = status, .message = message, .hint = remedy};
  *list->last = p;
  list->last = &p->next;
}

static int problem_order(const struct problem *a, const struct problem *b, const char *first_file) {
  bool fa = !strcmp(a->file, first_file), fb = !strcmp(b->file, first_file);
  if (fa != fb) return fa ? -1 : 1;
  int by_file = strcmp(a->file, b->file);
  if (by_file) return by_file;
  if (a->line != b->line) return a->line < b->line ? -1 : 1;
  return a->column < b->column ? -1 : a->column > b->column;
}

void problem_sort(struct problems *list, const char *first_file) {
  /* insertion into a new list: at most PROBLEM_MAX of them, and equal places keep their order */
  struct problem *sorted = NULL;
  for (struct problem *p = list->first, *next; p; p = next) {
    next = p->next;
    struct problem **at = &sorted;
    while (*at && problem_order(*at, p, first_file) <= 0) at = &(*at)->next;
    p->next = *at;
    *at = p;
  }
  list->first = sorted;
  list->last = &list->first;
  while (*list->last) list->last = &(*list->last)->next;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c == '-' ? '_' : c; }

unsigned problem_distance(const char *a, const char *b, unsigned most) {
  enum { LONGEST = 48 };
  size_t n = strlen(a), m = strlen(b);
  if (n > LONGEST || m > LONGEST) return most + 1;
  unsigned row[3][LONGEST + 1];
  for (unsigned j = 0; j <= m; j++) row[0][j] = j;
  for (unsigned i = 1; i <= n; i++) {
    unsigned *now = row[i % 3], *before = row[(i + 2) % 3], *two = row[(i + 1) % 3];
    now[0] = i;
    for (unsigned j = 1; j <= m; j++) {
      bool same = lower(a[i - 1]) == lower(b[j - 1]);
      unsigned best = before[j - 1] + !same;
      if (before[j] + 1 < best) best = before[j] + 1;
      if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]) && two[j - 2] + 1 < best) best = two[j - 2] + 1;
      now[j] = best;
    }
  }
  return row[n % 3][m];
}

const char *problem_nearest(const char *word, const char *const *candidates) {
  size_t n = strlen(word);
  unsigned most = n <= 3 ? 1 : n <= 7 ? 2 : 3, best = most + 1;
  const char *found = NULL;
  for (; candidates && *candidates; candidates++) {
    if (!**candidates) continue;
    unsigned d = problem_distance(word, *candidates, most);
    if (d < best && d < strlen(*candidates)) best = d, found = *candidates;
  }
  return found;
}
