/* bits.h - bitmaps: bit i of a column is bit (i & 63) of word (i >> 6). Bits past the last row are zero. */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t bits_words(size_t n) { return (n + 63) / 64; }
static inline bool bits_get(const uint64_t *b, size_t i) { return b[i >> 6] >> (i & 63) & 1; }
static inline void bits_set(uint64_t *b, size_t i) { b[i >> 6] |= (uint64_t)1 << (i & 63); }
static inline void bits_clear(uint64_t *b, size_t i) { b[i >> 6] &= ~((uint64_t)1 << (i & 63)); }
static inline void bits_put(uint64_t *b, size_t i, bool v) { v ? bits_set(b, i) : bits_clear(b, i); }
/* Ones in the low n bits of the last word: what is left of it after whole words. */
static inline uint64_t bits_tail(size_t n) { return n & 63 ? ((uint64_t)1 << (n & 63)) - 1 : ~(uint64_t)0; }

static inline size_t bits_count(const uint64_t *b, size_t n) {
  size_t c = 0;
  for (size_t i = 0; i < n / 64; i++) c += (size_t)__builtin_popcountll(b[i]);
  if (n & 63) c += (size_t)__builtin_popcountll(b[n / 64] & bits_tail(n));
  return c;
}

#endif
