/* fuzz_shards.c - any bytes as the file that lays a registry over several servers: taken whole, or refused with words; no home in two shards. */
#include <stdlib.h>
#include <string.h>

#include "store/shards.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct shard *shards = calloc(SHARDS_MOST, sizeof *shards);
  unsigned count = 0;
  struct err e = {0};
  enum status s = shards_layout_read("x.shards", (const char *)data, size, shards, &count, &e);
  if (count > SHARDS_MOST || (s == OK && !count) || (s != OK && !*e.message)) abort();
  if (!text_is_utf8(e.message, strlen(e.message), NULL) || !text_is_utf8(e.hint, strlen(e.hint), NULL)) abort();
  for (unsigned i = 0; s == OK && i < count; i++) {
    if (!store_identifier_ok(shards[i].name) || !store_is_url(shards[i].url)) abort();
    for (uint32_t k = 0; k < shards[i].code_count; k++)
      if (shards_layout_find(shards, count, span_of(shards[i].codes[k])) != i) abort();
  }
  shards_layout_drop(shards, count);
  free(shards);
  return 0;
}
