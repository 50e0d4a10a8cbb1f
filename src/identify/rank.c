#include "identify/rank.h"

#include <string.h>

#include "base/digest.h"

#define DIGIT 11u
#define DIGITS 6u /* of eleven bits in 64 */

struct key { uint64_t bits; uint32_t at; };

int rank_compare(double a, double b, bool descending) {
  int c = (a > b) - (a < b);
  return descending ? -c : c;
}

/* Integers in the order of the doubles. */
static uint64_t bits_of(double v, bool descending) {
  uint64_t b;
  memcpy(&b, &v, sizeof b);
  b = b >> 63 ? ~b : b | (uint64_t)1 << 63;
  return descending ? ~b : b;
}

/* By the least digit first, each pass keeping what the one before did; a digit that all share is passed over. Returns where the result lies. */
static struct key *sort_keys(struct key *keys, struct key *spare, uint32_t count, uint32_t (*counts)[1u << DIGIT]) {
  const uint64_t mask = (1u << DIGIT) - 1;
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t d = 0; d < DIGITS; d++) counts[d][keys[i].bits >> (d * DIGIT) & mask]++;
  for (uint32_t d = 0; d < DIGITS && count; d++) {
    uint32_t *to = counts[d], at = 0;
    if (to[keys[0].bits >> (d * DIGIT) & mask] == count) continue;
    for (uint32_t v = 0; v <= mask; v++) {
      const uint32_t n = to[v];
      to[v] = at;
      at += n;
    }
    for (uint32_t i = 0; i < count; i++) spare[to[keys[i].bits >> (d * DIGIT) & mask]++] = keys[i];
    struct key *sorted = spare;
    spare = keys;
    keys = sorted;
  }
  return keys;
}

static enum status order_keys(struct arena *a, struct key *keys, uint32_t count, uint32_t *out, struct err *e) {
  struct key *spare;
  uint32_t(*counts)[1u << DIGIT];
  ARENA_TRY(e, spare = arena_array(a, count + 1u, sizeof *spare));
  ARENA_TRY(e, counts = arena_array(a, DIGITS, sizeof *counts));
  keys = sort_keys(keys, spare, count, counts);
  for (uint32_t i = 0; i < count; i++) out[i] = keys[i].at;
  return OK;
}

enum status rank_order(struct arena *a, const double *values, uint64_t count, bool descending, uint32_t **out, struct err *e) {
  if (count >= UINT32_MAX) return err_set(e, ERR_LIMIT, "split the area", "%llu households compete for the places of one area", (unsigned long long)count);
  struct arena scratch;
  arena_init(&scratch, 0);
  struct key *keys = arena_array(&scratch, count + 1, sizeof *keys);
  *out = arena_array(a, count + 1, sizeof **out);
  for (uint32_t i = 0; keys && i < count; i++) keys[i] = (struct key){bits_of(values[i], descending), i};
  enum status st = keys && *out ? order_keys(&scratch, keys, (uint32_t)count, *out, e) : err_set(e, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory");
  arena_drop(&scratch);
  return st;
}

uint64_t rank_tie_end(const struct rank_entry *entries, uint64_t from, uint64_t count) {
  uint64_t end = from + 1;
  while (end < count && entries[end].value == entries[from].value) end++;
  return end;
}

static enum status draw_key(const struct rank_entry *x, const char *seed, const struct segment *const *segments, uint64_t *out, struct err *e) {
  struct cell key = column_cell(&segments[x->set]->household_key, x->household);
  char id[256];
  if (key.absence != PRESENT || key.s.len >= sizeof id)
    return err_set(e, ERR_INPUT, "every household needs a number of at most 255 bytes", "a household has no number to draw by");
  memcpy(id, key.s.at, key.s.len);
  id[key.s.len] = 0;
  return digest_draw(seed, id, out) ? OK : err_set(e, ERR_MEMORY, NULL, "the draw could not be computed");
}

static enum status draw_all(struct arena *a, struct rank_entry *entries, uint32_t count, const char *seed, const struct segment *const *segments, struct err *e) {
  struct key *keys;
  struct rank_entry *came;
  uint32_t *order;
  ARENA_TRY(e, keys = arena_array(a, count + 1u, sizeof *keys));
  ARENA_TRY(e, order = arena_array(a, count + 1u, sizeof *order));
  ARENA_TRY(e, came = arena_copy(a, entries, count * sizeof *entries));
  for (uint32_t i = 0; i < count; i++) {
    keys[i].at = i;
    TRY(draw_key(&entries[i], seed, segments, &keys[i].bits, e));
  }
  TRY(order_keys(a, keys, count, order, e));
  for (uint32_t i = 0; i < count; i++) entries[i] = came[order[i]];
  return OK;
}

enum status rank_draw(struct rank_entry *entries, uint64_t count, const char *seed, const struct segment *const *segments, struct err *e) {
  if (count >= UINT32_MAX) return err_set(e, ERR_LIMIT, "split the area", "%llu households are drawn among", (unsigned long long)count);
  struct arena scratch;
  arena_init(&scratch, 0);
  enum status st = draw_all(&scratch, entries, (uint32_t)count, seed, segments, e);
  arena_drop(&scratch);
  return st;
}
