/* digest.h - SHA-256, from OpenSSL's libcrypto (it uses the processor's SHA instructions where there are any).
 * Streams are opened and closed; a failed allocation makes the stream dead and `digest_close` returns false. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digest {
  uint8_t bytes[32];
};

struct digest_stream {
  void *ctx; /* EVP_MD_CTX */
};

bool digest_open(struct digest_stream *s);
void digest_add(struct digest_stream *s, const void *data, size_t n);
void digest_add_u64(struct digest_stream *s, uint64_t v); /* little endian */
void digest_add_str(struct digest_stream *s, const char *text); /* its length as u64, then its bytes; NULL = length 2^64-1 */
bool digest_close(struct digest_stream *s, struct digest *out); /* frees the stream */

bool digest_of(const void *data, size_t n, struct digest *out);
char *digest_hex(const struct digest *d, char out[65]);
bool digest_from_hex(const char *hex, size_t n, struct digest *out);
bool digest_equal(const struct digest *a, const struct digest *b);
/* First 8 bytes of SHA-256(seed || 0x00 || id), big endian: the order of a public draw. Anyone can redo it with sha256sum. */
bool digest_draw(const char *seed, const char *id, uint64_t *out);

#endif
