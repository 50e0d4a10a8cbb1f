#include "stats/order.h"

#include <string.h>

struct item {
  uint64_t key;
  uint32_t row;
};

static uint32_t *sort_items(struct arena *a, struct item *from, uint64_t n) {
  struct item *to = arena_array(a, n ? n : 1, sizeof *to);
  uint32_t *out = arena_array(a, n ? n : 1, sizeof *out);
  if (!to || !out) return NULL;
  uint64_t any = 0, all = ~(uint64_t)0;
  for (uint64_t i = 0; i < n; i++) any |= from[i].key, all &= from[i].key;
  uint64_t differs = any & ~all;
  for (int shift = 0; shift < 64; shift += 8) {
    if (!(differs >> shift & 0xff)) continue;
    uint64_t at[257] = {0};
    for (uint64_t i = 0; i < n; i++) at[(from[i].key >> shift & 0xff) + 1]++;
    for (int b = 0; b < 256; b++) at[b + 1] += at[b];
    for (uint64_t i = 0; i < n; i++) to[at[from[i].key >> shift & 0xff]++] = from[i];
    struct item *swap = from;
    from = to, to = swap;
  }
  for (uint64_t i = 0; i < n; i++) out[i] = from[i].row;
  return out;
}

uint32_t *order_u64(struct arena *a, const uint64_t *keys, uint64_t n) {
  struct item *items = arena_array(a, n ? n : 1, sizeof *items);
  if (!items) return NULL;
  for (uint64_t i = 0; i < n; i++) items[i] = (struct item){keys[i], (uint32_t)i};
  return sort_items(a, items, n);
}

uint32_t *order_double(struct arena *a, const double *values, uint64_t n) {
  struct item *items = arena_array(a, n ? n : 1, sizeof *items);
  if (!items) return NULL;
  for (uint64_t i = 0; i < n; i++) {
    double v = values[i] == 0 ? 0 : values[i];
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    /* Positive numbers order as their bits do; negative ones the other way round, and before them. */
    bits = bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
    items[i] = (struct item){bits, (uint32_t)i};
  }
  return sort_items(a, items, n);
}
