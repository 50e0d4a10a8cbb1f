/* seal.h - sealed fields: encrypted from the first day, under a data key per household.
 *
 * The key file (`x.lucid.key`, mode 0600) holds the master key. Each household with a sealed value gets a data key of its
 * own, wrapped by the master and kept in the registry: changing the master re-wraps, erasing a household destroys its data
 * key, and hashes over ciphertext stay valid. Cipher: XChaCha20-Poly1305 (libsodium); additional data = home, household,
 * item, field, so that a ciphertext cannot be moved to another place. The nonce is a keyed hash of place and plaintext: the
 * same value in the same cell gives the same bytes, so an import that changes nothing writes nothing (and all an onlooker
 * learns is that a cell did not change).
 *
 * A blind index (keyed BLAKE2b of field and value, 16 bytes) makes `searchable` fields findable by equality.
 *
 * The key file may have a passphrase (seal_lock.c). It is asked for when a sealed value is needed, not when the registry is opened.
 *
 * Without the key: `seal_ready` is false and everything else works. ERR_KEY: missing when needed, not this registry's,
 * unreadable, or a ciphertext that does not open. The master is wiped from memory on closing. */
#ifndef REGISTRY_SEAL_H
#define REGISTRY_SEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"
#include "store/store.h"

#define SEAL_KEY_BYTES 32
#define SEAL_OVERHEAD (24 + 16) /* nonce and tag: a ciphertext is this much longer than its plaintext */
#define SEAL_BLIND_BYTES 16
#define SEAL_WRAPPED_BYTES (SEAL_KEY_BYTES + SEAL_OVERHEAD)

#define SEAL_SALT_BYTES 16
#define SEAL_BOX_BYTES 72
#define SEAL_FILE_MAX 512

struct seal_lock { /* what a key file with a passphrase says */
  uint8_t salt[SEAL_SALT_BYTES], box[SEAL_BOX_BYTES];
  uint64_t passes, memory;
};

struct seal {
  bool ready;               /* the master is here */
  bool locked;              /* its file has a passphrase */
  struct seal_lock lock;
  uint8_t lock_key[SEAL_KEY_BYTES];                                     /* of the passphrase, once it was given */
  enum status (*ask)(void *ctx, char *out, size_t cap, struct err *e);  /* for the passphrase; NULL: nobody can be asked */
  void *ask_ctx;
  char id[17];              /* hex: which key; public */
  char why[600], hint[400]; /* not ready: why, for whoever needs it */
  uint8_t master[SEAL_KEY_BYTES];
  int64_t home, household; /* whose data key is held below; household -1 = nobody's */
  uint8_t data_key[SEAL_KEY_BYTES];
  uint8_t wrap_key[32], blind_key[32], nonce_key[32]; /* made of the master, and of the data key, once: a hash a value less */
};

struct seal_place { /* where a value stands: authenticated with it */
  int64_t home, household, item, field;
};

/* Makes a new key and its file; ERR_CONFLICT when the file is there. Where `like` (may be NULL) has a passphrase, the new one has the same. */
enum status seal_create(struct seal *s, const char *path, const struct seal *like, struct err *e) MUST_CHECK;
/* Reads the key file. A missing file is not an error: `ready` stays false. A file that is no key, is another registry's
 * (`id` differs; NULL takes any), or may be read by others is ERR_KEY. */
enum status seal_open(struct seal *s, const char *path, const char *id, struct err *e) MUST_CHECK;
void seal_close(struct seal *s);
/* ERR_KEY with the reason when the key is not here. Asks for its passphrase where it has one. */
enum status seal_need(struct seal *s, const char *what, struct err *e) MUST_CHECK;
/* 64 hexadecimal digits in groups of four, for the recovery sheet. out[80]. */
char *seal_recovery(const struct seal *s, char out[80]);

/* Fetches (or with `create` makes) the household's data key. ERR_NOT_FOUND when it was destroyed or never made. */
enum status seal_household(struct seal *s, struct store *db, int64_t home, int64_t household, bool create, struct err *e) MUST_CHECK;
/* A household's wrapped data key, wrapped again under another master. ERR_KEY when it does not open. */
enum status seal_rewrap(const struct seal *from, const struct seal *to, int64_t home, int64_t household, struct span wrapped, uint8_t out[SEAL_WRAPPED_BYTES], struct err *e) MUST_CHECK;
/* Makes the key of a household that never had one, without looking. Its row goes with `keys`, a bulk over seal_keys: the caller flushes. */
enum status seal_household_new(struct seal *s, struct store_bulk *keys, int64_t home, int64_t household, struct err *e) MUST_CHECK;
extern const struct table_spec seal_keys;
/* Both need seal_household of the place's household first. `out` has room for n + SEAL_OVERHEAD, or for n - SEAL_OVERHEAD. */
void seal_encrypt(const struct seal *s, struct seal_place at, const void *plain, size_t n, uint8_t *out);
enum status seal_decrypt(const struct seal *s, struct seal_place at, const void *sealed, size_t n, uint8_t *out, struct err *e) MUST_CHECK;
void seal_blind(const struct seal *s, int64_t field, const void *plain, size_t n, uint8_t out[SEAL_BLIND_BYTES]);
/* Destroys a household's data key. The caller's transaction; afterwards store_flush. */
enum status seal_erase(struct seal *s, struct store *db, int64_t home, int64_t household, struct err *e) MUST_CHECK;

/* ---- seal_lock.c ---- */
bool seal_lock_read(struct seal_lock *lock, char id[17], const char *text);
enum status seal_lock_open(struct seal *s, const char *passphrase, struct err *e) MUST_CHECK; /* ERR_KEY: not the passphrase */
void seal_lock_new(struct seal *s, const char *passphrase_or_null);
enum status seal_lock_derive(struct seal *s, const char *passphrase, struct err *e) MUST_CHECK;
int seal_lock_text(struct seal *s, char *out, size_t cap); /* the key file, with the passphrase or without */
/* Writes the key file anew, under this passphrase or (NULL) none. */
enum status seal_lock_put(struct seal *s, const char *path, const char *passphrase_or_null, struct err *e) MUST_CHECK;
void seal_take_master(struct seal *s, const uint8_t master[SEAL_KEY_BYTES]);

#endif
