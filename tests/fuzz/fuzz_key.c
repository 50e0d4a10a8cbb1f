/* fuzz_key.c - any bytes as a key file with a passphrase: refused, or within the work and the memory that opening one may take. */
#include <stdlib.h>
#include <string.h>

#include "registry/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct seal_lock lock;
  char id[17] = "", text[SEAL_FILE_MAX] = "";
  if (size >= sizeof text) return 0;
  memcpy(text, data, size);
  if (seal_lock_read(&lock, id, text) && (strlen(id) != 16 || lock.passes < 1 || lock.passes > 16 || lock.memory > (uint64_t)1 << 30)) abort();
  return 0;
}
