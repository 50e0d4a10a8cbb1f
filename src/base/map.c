#include "base/map.h"

#include <string.h>

void map_init(struct map *m, struct arena *a) { *m = (struct map){.arena = a}; }

uint64_t map_hash(const void *key, size_t n) {
  const unsigned char *p = key;
  uint64_t h = 0x9E3779B97F4A7C15u ^ n;
  for (; n >= 8; n -= 8, p += 8) {
    uint64_t w;
    memcpy(&w, p, 8);
    h = (h ^ w) * 0xFF51AFD7ED558CCDu;
    h ^= h >> 32;
  }
  uint64_t w = 0;
  for (size_t i = 0; i < n; i++) w |= (uint64_t)p[i] << (8 * i);
  h = (h ^ w) * 0xC4CEB9FE1A85EC53u;
  return h ^ h >> 29;
}

static uint32_t find(const struct map *m, const char *key, size_t n, uint32_t *slot) {
  if (!m->slots) return MAP_NONE;
  uint32_t at = (uint32_t)map_hash(key, n) & m->slot_mask;
  for (; m->slots[at]; at = (at + 1) & m->slot_mask) {
    uint32_t i = m->slots[at] - 1;
    if (m->keys[i].len == n && (n == 0 || memcmp(m->keys[i].at, key, n) == 0)) return i;
  }
  *slot = at;
  return MAP_NONE;
}

uint32_t map_get(const struct map *m, const char *key, size_t n) {
  uint32_t slot, i = find(m, key, n, &slot);
  return i == MAP_NONE ? MAP_NONE : m->values[i];
}

static bool rehash(struct map *m) {
  uint32_t cap = m->cap ? m->cap * 2 : 16;
  struct span *keys = arena_grow(m->arena, m->keys, m->count, cap, sizeof *keys);
  uint32_t *values = arena_grow(m->arena, m->values, m->count, cap, sizeof *values);
  uint32_t *slots = arena_array(m->arena, (size_t)cap * 2, sizeof *slots);
  if (!keys || !values || !slots) return false;
  m->keys = keys, m->values = values, m->slots = slots, m->cap = cap, m->slot_mask = cap * 2 - 1;
  for (uint32_t i = 0; i < m->count; i++) {
    uint32_t slot = 0;
    uint32_t at = (uint32_t)map_hash(keys[i].at, keys[i].len) & m->slot_mask;
    for (slot = at; slots[slot]; slot = (slot + 1) & m->slot_mask) {}
    slots[slot] = i + 1;
  }
  return true;
}

bool map_put(struct map *m, const char *key, size_t n, uint32_t *index, bool *fresh) {
  uint32_t slot = 0, i = find(m, key, n, &slot);
  if (fresh) *fresh = i == MAP_NONE;
  if (i == MAP_NONE) {
    if (m->count == m->cap) {
      if (m->cap > UINT32_MAX / 8 || !rehash(m)) return false;
      find(m, key, n, &slot);
    }
    char *copy = arena_strn(m->arena, key, n);
    if (!copy) return false;
    i = m->count++;
    m->keys[i] = (struct span){copy, n};
    m->values[i] = i;
    m->slots[slot] = i + 1;
  }
  *index = i;
  return true;
}
