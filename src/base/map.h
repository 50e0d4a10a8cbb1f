/* map.h - from bytes to a small number, in an arena. Open addressing; keys are copied; the order of insertion is kept
 * (`keys[i]` is the i-th key put in, and its default value is i), so a map is also a dictionary. Cost: O(1) each. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

#define MAP_NONE UINT32_MAX

struct map {
  struct arena *arena;
  struct span *keys;  /* keys[0..count) in order of insertion; each also NUL-terminated */
  uint32_t *values;   /* beside keys */
  uint32_t count, cap;
  uint32_t *slots;    /* index + 1 into keys, 0 = free */
  uint32_t slot_mask;
};

void map_init(struct map *m, struct arena *a);
/* The value of the key, or MAP_NONE. */
uint32_t map_get(const struct map *m, const char *key, size_t n);
/* Finds the key or puts it in with its index as value; *index gets the index. False when memory ran out. *fresh (may be NULL) tells. */
bool map_put(struct map *m, const char *key, size_t n, uint32_t *index, bool *fresh);
uint64_t map_hash(const void *key, size_t n); /* the hash it uses: not for anything that leaves the process */

#endif
