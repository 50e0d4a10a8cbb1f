#define _GNU_SOURCE
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct arena_block {
  struct arena_block *next;
  size_t size;
};

#define ALIGN 16u
#define HEAD ((sizeof(struct arena_block) + ALIGN - 1) / ALIGN * ALIGN)
#define FIRST_BLOCK (4u << 10)
#define LARGEST_BLOCK (1u << 20)
#define LARGE_PAGES (8u << 20) /* a piece as large as this may have them: a page fault every 4 KiB costs more than most work on it */

void arena_init(struct arena *a, size_t ceiling) { *a = (struct arena){.ceiling = ceiling}; }

void arena_drop(struct arena *a) {
  for (struct arena_block *b = a->blocks, *next; b; b = next) {
    next = b->next;
    free(b);
  }
  arena_init(a, a->ceiling);
}

void arena_adopt(struct arena *a, struct arena *from) {
  struct arena_block **last = &from->blocks;
  while (*last) last = &(*last)->next;
  if (a->blocks) { /* behind the newest, which goes on being filled */
    *last = a->blocks->next;
    a->blocks->next = from->blocks;
  } else {
    a->blocks = from->blocks;
    a->at = from->at, a->end = from->end;
  }
  a->used += from->used;
  arena_init(from, from->ceiling);
}

static int grow(struct arena *a, size_t need) {
  size_t size = a->blocks ? a->blocks->size * 2 : FIRST_BLOCK;
  if (size > LARGEST_BLOCK) size = LARGEST_BLOCK;
  if (size < need + HEAD) size = need + HEAD;
  if (a->ceiling && (a->used >= a->ceiling || size > a->ceiling - a->used)) {
    size = need + HEAD; /* near the ceiling: just what is needed */
    if (a->used >= a->ceiling || size > a->ceiling - a->used) return 0;
  }
  struct arena_block *b = calloc(1, size);
  if (!b) return 0;
#ifdef MADV_HUGEPAGE
  const uintptr_t page = 4096, from = ((uintptr_t)b + page - 1) / page * page;
  if (size >= LARGE_PAGES) (void)madvise((void *)from, ((uintptr_t)b + size - from) / page * page, MADV_HUGEPAGE); /* a hint: it may be refused */
#endif
  b->next = a->blocks;
  b->size = size;
  a->blocks = b;
  a->used += size;
  a->at = (char *)b + HEAD;
  a->end = (char *)b + size;
  return 1;
}

void *arena_alloc(struct arena *a, size_t bytes) {
  if (bytes > SIZE_MAX / 2) return NULL;
  size_t need = bytes ? (bytes + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
  if ((size_t)(a->end - a->at) < need && !grow(a, need)) return NULL;
  void *p = a->at;
  a->at += need;
  return p;
}

void *arena_array(struct arena *a, size_t count, size_t size) {
  if (size && count > SIZE_MAX / 2 / size) return NULL;
  return arena_alloc(a, count * size);
}

void *arena_copy(struct arena *a, const void *from, size_t bytes) {
  void *p = arena_alloc(a, bytes);
  if (p && bytes) memcpy(p, from, bytes);
  return p;
}

char *arena_strn(struct arena *a, const char *s, size_t n) {
  char *p = arena_alloc(a, n + 1);
  if (p && n) memcpy(p, s, n);
  return p;
}

char *arena_str(struct arena *a, const char *s) { return s ? arena_strn(a, s, strlen(s)) : NULL; }

char *arena_printf(struct arena *a, const char *fmt, ...) {
  va_list ap, again;
  va_start(ap, fmt);
  va_copy(again, ap);
  int n = vsnprintf(NULL, 0, fmt, ap);
  va_end(ap);
  char *p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
  if (p) vsnprintf(p, (size_t)n + 1, fmt, again);
  va_end(again);
  return p;
}

void *arena_grow(struct arena *a, const void *old, size_t have, size_t want, size_t size) {
  void *p = arena_array(a, want, size);
  if (p && have) memcpy(p, old, have * size);
  return p;
}
