#include "base/digest.h"

#include <openssl/evp.h>
#include <string.h>

bool digest_open(struct digest_stream *s) {
  s->ctx = EVP_MD_CTX_new();
  if (s->ctx && EVP_DigestInit_ex(s->ctx, EVP_sha256(), NULL) != 1) {
    EVP_MD_CTX_free(s->ctx);
    s->ctx = NULL;
  }
  return s->ctx != NULL;
}

void digest_add(struct digest_stream *s, const void *data, size_t n) {
  if (s->ctx && n && EVP_DigestUpdate(s->ctx, data, n) != 1) {
    EVP_MD_CTX_free(s->ctx);
    s->ctx = NULL;
  }
}

void digest_add_u64(struct digest_stream *s, uint64_t v) {
  uint8_t b[8];
  for (int i = 0; i < 8; i++) b[i] = (uint8_t)(v >> (8 * i));
  digest_add(s, b, 8);
}

void digest_add_str(struct digest_stream *s, const char *text) {
  digest_add_u64(s, text ? strlen(text) : UINT64_MAX);
  if (text) digest_add(s, text, strlen(text));
}

bool digest_close(struct digest_stream *s, struct digest *out) {
  bool ok = s->ctx && EVP_DigestFinal_ex(s->ctx, out->bytes, NULL) == 1;
  EVP_MD_CTX_free(s->ctx);
  s->ctx = NULL;
  return ok;
}

bool digest_of(const void *data, size_t n, struct digest *out) {
  struct digest_stream s;
  if (!digest_open(&s)) return false;
  digest_add(&s, data, n);
  return digest_close(&s, out);
}

char *digest_hex(const struct digest *d, char out[65]) {
  static const char hex[] = "0123456789abcdef";
  for (int i = 0; i < 32; i++) {
    out[2 * i] = hex[d->bytes[i] >> 4];
    out[2 * i + 1] = hex[d->bytes[i] & 15];
  }
  out[64] = 0;
  return out;
}

static int hex_value(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

bool digest_from_hex(const char *hex, size_t n, struct digest *out) {
  if (n != 64) return false;
  for (int i = 0; i < 32; i++) {
    int hi = hex_value(hex[2 * i]), lo = hex_value(hex[2 * i + 1]);
    if (hi < 0 || lo < 0) return false;
    out->bytes[i] = (uint8_t)(hi << 4 | lo);
  }
  return true;
}

bool digest_equal(const struct digest *a, const struct digest *b) { return memcmp(a->bytes, b->bytes, 32) == 0; }

bool digest_draw(const char *seed, const char *id, uint64_t *out) {
  struct digest_stream s;
  struct digest d;
  if (!digest_open(&s)) return false;
  digest_add(&s, seed, strlen(seed) + 1); /* with its NUL: the 0x00 between */
  digest_add(&s, id, strlen(id));
  if (!digest_close(&s, &d)) return false;
  *out = 0;
  for (int i = 0; i < 8; i++) *out = *out << 8 | d.bytes[i];
  return true;
}
