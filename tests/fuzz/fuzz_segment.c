/* Fuzzes the reader of segment files: whatever the bytes, a clear refusal or a segment all of which can be read. */
#include <stdlib.h>
#include <string.h>

#include "column/segment_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena a;
  struct segment *s;
  struct schema *schema;
  struct err e;
  uint8_t *copy = aligned_alloc(64, (size + 64) / 64 * 64); /* aligned as a mapping is */
  if (!copy) return 0;
  memcpy(copy, data, size);
  arena_init(&a, (size_t)1 << 28);
  if (segment_read(&a, "input", copy, size, &s, &schema, &e) == OK) {
    uint64_t sum = 0;
    for (uint32_t l = 0; l < s->level_count; l++)
      for (uint32_t i = 0; i < s->levels[l].column_count; i++)
        for (uint64_t r = 0; r < s->levels[l].rows; r++) {
          struct cell c = column_cell(&s->levels[l].columns[i], r);
          sum += c.absence == PRESENT && s->levels[l].columns[i].kind >= COL_CHOICE && c.s.len ? (uint8_t)c.s.at[c.s.len - 1] : 1;
        }
    for (uint64_t h = 0; h < segment_households(s); h++) sum += column_cell(&s->household_key, h).s.len;
    if (sum == (uint64_t)-1) abort();
  }
  arena_drop(&a);
  free(copy);
  return 0;
}
