/* A decisions file from anywhere: refused, or read into something that writes back as the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "identify/decisions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena a;
  struct err e;
  struct decisions *d;
  arena_init(&a, (size_t)64 << 20);
  if (decisions_read(&a, data, size, &d, &e) == OK) {
    void *again;
    size_t len;
    char hash[65];
    if (decisions_write(&a, d, &again, &len, hash, &e) == OK && len == size) {
      struct decisions *back;
      if (decisions_read(&a, again, len, &back, &e) != OK) abort();
      for (uint32_t g = 0; g < d->set_count; g++)
        for (uint64_t h = 0; h < d->sets[g].rows; h += 7) {
          uint64_t n;
          (void)decisions_missing(&d->sets[g], h, &n);
        }
    }
  }
  arena_drop(&a);
  return 0;
}
