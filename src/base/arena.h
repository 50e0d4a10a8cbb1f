/* arena.h - memory that lives and dies together.
 *
 * A process, a request or a job owns an arena with a ceiling; what is taken from it is zeroed, aligned to 16 bytes
 * and never freed one by one. A first parameter `struct arena *` means "my result lives there". Running into the
 * ceiling, or out of memory, returns NULL: the caller answers ERR_MEMORY (`ARENA_TRY` does it in one line).
 * Not for sharing between threads. Cost: a pointer bump; blocks double from 4 KiB to 1 MiB. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct arena_block;
struct arena {
  struct arena_block *blocks; /* newest first */
  char *at, *end;
  size_t used, ceiling; /* bytes taken from the system; most that may be (0 = no ceiling) */
};

void arena_init(struct arena *a, size_t ceiling);
void arena_drop(struct arena *a); /* frees all; the arena may be used again */
void arena_adopt(struct arena *a, struct arena *from); /* what lives in `from` lives in `a` from now on; `from` is empty */

void *arena_alloc(struct arena *a, size_t bytes) __attribute__((malloc, alloc_size(2)));
void *arena_array(struct arena *a, size_t count, size_t size) __attribute__((alloc_size(2, 3)));
void *arena_copy(struct arena *a, const void *from, size_t bytes);
char *arena_str(struct arena *a, const char *s);            /* a copy of s; NULL stays NULL */
char *arena_strn(struct arena *a, const char *s, size_t n); /* n bytes of s and a closing NUL */
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Grows an array taken from the arena: a new copy of `old` with room for `want` items of `size`. The old one stays until drop. */
void *arena_grow(struct arena *a, const void *old, size_t have, size_t want, size_t size);

#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))

/* `ARENA_TRY(e, p = arena_alloc(...))` leaves the function with ERR_MEMORY when the result is NULL. */
#define ARENA_TRY(e, assignment)                                                                             \
  do {                                                                                                       \
    if (!(assignment)) {                                                                                     \
      (void)err_fill((e), ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory"); \
      return ERR_MEMORY; /* plain, so that analysers see that it is no success */                           \
    }                                                                                                        \
  } while (0)

#endif
