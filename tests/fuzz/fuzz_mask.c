/* fuzz_mask.c - any bytes as a message: masked it holds nothing that looks like a person's number, is no longer than before, and is still a text. */
#include <stdlib.h>
#include <string.h>

#include "ingest/mask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2 || memchr(data, 0, size)) return 0;
  size_t at = data[0] % size, len = data[1] % (size - at + 1);
  char *known = malloc(len + 1), *text = malloc(size + 1);
  if (!known || !text) abort();
  memcpy(known, data + at, len), memcpy(text, data, size);
  known[len] = 0, text[size] = 0;
  const struct span given = {known, len};
  mask_text(text, &given, 1);
  if (strlen(text) > size) abort();
  if (len >= 4 && memchr(known, '*', len) == NULL && strstr(text, known)) abort();
  if (mask_alike(span_of(text))) abort();
  free(known), free(text);
  return 0;
}
