#include "identify/rank.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"

int rank_compare(double a, double b, bool descending) {
  int c = (a > b) - (a < b);
  return descending ? -c : c;
}

static int by_rows(const struct rank_entry *a, const struct rank_entry *b) {
  if (a->set != b->set) return a->set < b->set ? -1 : 1;
  return (a->household > b->household) - (a->household < b->household);
}

static int ascending(const void *pa, const void *pb) {
  const struct rank_entry *a = pa, *b = pb;
  if (a->area != b->area) return a->area < b->area ? -1 : 1;
  int c = rank_compare(a->value, b->value, false);
  return c ? c : by_rows(a, b);
}

static int descending_order(const void *pa, const void *pb) {
  const struct rank_entry *a = pa, *b = pb;
  if (a->area != b->area) return a->area < b->area ? -1 : 1;
  int c = rank_compare(a->value, b->value, true);
  return c ? c : by_rows(a, b);
}

static int by_draw(const void *pa, const void *pb) {
  const struct rank_entry *a = pa, *b = pb;
  if (a->draw != b->draw) return a->draw < b->draw ? -1 : 1;
  return by_rows(a, b);
}

void rank_sort(struct rank_entry *entries, uint64_t count, bool descending) {
  if (count) qsort(entries, count, sizeof *entries, descending ? descending_order : ascending);
}

uint64_t rank_tie_end(const struct rank_entry *entries, uint64_t from, uint64_t count) {
  uint64_t end = from + 1;
  while (end < count && entries[end].area == entries[from].area && entries[end].value == entries[from].value) end++;
  return end;
}

enum status rank_draw(struct rank_entry *entries, uint64_t count, const char *seed, const struct segment *const *segments, struct err *e) {
  for (uint64_t i = 0; i < count; i++) {
    struct cell key = column_cell(&segments[entries[i].set]->household_key, entries[i].household);
    char id[256];
    if (key.absence != PRESENT || key.s.len >= sizeof id)
      return err_set(e, ERR_INPUT, "every household needs a number of at most 255 bytes", "a household has no number to draw by");
    memcpy(id, key.s.at, key.s.len);
    id[key.s.len] = 0;
    if (!digest_draw(seed, id, &entries[i].draw)) return err_set(e, ERR_MEMORY, NULL, "the draw could not be computed");
  }
  if (count) qsort(entries, count, sizeof *entries, by_draw);
  return OK;
}
