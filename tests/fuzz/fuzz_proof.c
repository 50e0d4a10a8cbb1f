/* fuzz_proof.c - any bytes as a model and a plan: refused, or taken and written back as the same bytes; whatever was taken is added up without a fault.
 * The first four bytes say how long the model is; the plan follows it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "plan/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same_hash(const void *data, size_t len, const char *hex) {
  struct digest d;
  char own[65];
  return digest_of(data, len, &d) && !strcmp(digest_hex(&d, own), hex);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena a;
  struct err e;
  struct plan_model m;
  struct proof_plan p;
  struct certified c;
  char hash[65];
  if (size < 4) return 0;
  size_t model = data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16 | (size_t)data[3] << 24;
  if (model > size - 4) model = size - 4;
  const uint8_t *plan = data + 4 + model;
  const size_t plan_len = size - 4 - model;
  arena_init(&a, (size_t)256 << 20);
  const bool is_model = proof_read_model(&a, data + 4, model, &m, &e) == OK;
  if (is_model && (!proof_model_hash(&m, hash) || !same_hash(data + 4, model, hash))) abort(); /* the hash is that of the file */
  if (proof_read_plan(&a, plan, plan_len, &p, &e) == OK) {
    void *again;
    size_t len;
    if (proof_write_plan(&a, &p, &again, &len, hash, &e) == OK && (len != plan_len || memcmp(again, plan, len) != 0)) abort();
    if (is_model && proof_fits(&p, &m, p.model_hash, &e) == OK && certificate_check(&m, &p.plan, p.prices, &c, &e) == OK && c.bound < c.value) abort(); /* a plan that holds is worth no more than the bound */
  }
  arena_drop(&a);
  return 0;
}
