/* seal_lock.c - a passphrase on the key file (seal.h). The file then holds the master encrypted under a key that Argon2id makes of the
 * passphrase: `lucid-key 2`, the id, what Argon2id takes (salt, passes, bytes of memory), and the box. A stolen file costs 256 MB and most of
 * a second for each guess. The box is bound to the id. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "registry/seal.h"

_Static_assert(SEAL_SALT_BYTES == crypto_pwhash_SALTBYTES, "salt size");
_Static_assert(SEAL_BOX_BYTES == 24 + SEAL_KEY_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES, "box size");
enum { MOST_PASSES = 16 };
#define MOST_MEMORY ((uint64_t)1 << 30)
#define LEAST_MEMORY ((uint64_t)1 << 13)

bool seal_lock_read(struct seal_lock *lock, char id[17], const char *text) {
  char salt[2 * SEAL_SALT_BYTES + 1] = "", box[2 * SEAL_BOX_BYTES + 1] = "";
  size_t a = 0, b = 0;
  *lock = (struct seal_lock){0};
  return sscanf(text, "lucid-key 2 id %16[0-9a-f] salt %32[0-9a-f] passes %" SCNu64 " memory %" SCNu64 " box %144[0-9a-f]", id, salt, &lock->passes, &lock->memory, box) == 5 && strlen(id) == 16 &&
         sodium_hex2bin(lock->salt, sizeof lock->salt, salt, strlen(salt), NULL, &a, NULL) == 0 && a == sizeof lock->salt && sodium_hex2bin(lock->box, sizeof lock->box, box, strlen(box), NULL, &b, NULL) == 0 &&
         b == sizeof lock->box && lock->passes >= 1 && lock->passes <= MOST_PASSES && lock->memory >= LEAST_MEMORY && lock->memory <= MOST_MEMORY;
}

static enum status derive(const struct seal_lock *lock, const char *passphrase, uint8_t out[SEAL_KEY_BYTES], struct err *e) {
  if (crypto_pwhash(out, SEAL_KEY_BYTES, passphrase, strlen(passphrase), lock->salt, lock->passes, (size_t)lock->memory, crypto_pwhash_ALG_ARGON2ID13) == 0) return OK;
  return err_set(e, ERR_MEMORY, NULL, "opening a key with a passphrase takes %" PRIu64 " MB of memory", lock->memory / 1000000);
}

enum status seal_lock_open(struct seal *s, const char *passphrase, struct err *e) {
  uint8_t key[SEAL_KEY_BYTES], master[SEAL_KEY_BYTES];
  char id[17];
  memcpy(id, s->id, sizeof id);
  TRY(derive(&s->lock, passphrase, key, e));
  bool good = crypto_aead_xchacha20poly1305_ietf_decrypt(master, NULL, NULL, s->lock.box + 24, sizeof s->lock.box - 24, (const uint8_t *)id, 16, s->lock.box, key) == 0;
  if (good) seal_take_master(s, master);
  good = good && strcmp(id, s->id) == 0;
  if (good) memcpy(s->lock_key, key, sizeof key);
  else memcpy(s->id, id, sizeof id);
  sodium_memzero(key, sizeof key), sodium_memzero(master, sizeof master);
  s->ready = good;
  return good ? OK : err_set(e, ERR_KEY, "type it again; who has forgotten it makes the key again from the recovery sheet", "the passphrase does not open key %s", id);
}

void seal_lock_new(struct seal *s, const char *passphrase_or_null) {
  s->locked = passphrase_or_null != NULL;
  if (!s->locked) return;
  s->lock = (struct seal_lock){.passes = crypto_pwhash_OPSLIMIT_MODERATE, .memory = crypto_pwhash_MEMLIMIT_MODERATE};
  randombytes_buf(s->lock.salt, sizeof s->lock.salt);
}

enum status seal_lock_derive(struct seal *s, const char *passphrase, struct err *e) { return derive(&s->lock, passphrase, s->lock_key, e); }

int seal_lock_text(struct seal *s, char *out, size_t cap) {
  char hex[2 * SEAL_BOX_BYTES + 1], salt[2 * SEAL_SALT_BYTES + 1];
  if (!s->locked) {
    sodium_bin2hex(hex, sizeof hex, s->master, sizeof s->master);
    int n = snprintf(out, cap, "lucid-key 1\nid %s\nkey %s\n", s->id, hex);
    sodium_memzero(hex, sizeof hex);
    return n;
  }
  randombytes_buf(s->lock.box, 24);
  crypto_aead_xchacha20poly1305_ietf_encrypt(s->lock.box + 24, NULL, s->master, sizeof s->master, (const uint8_t *)s->id, 16, NULL, s->lock.box, s->lock_key);
  sodium_bin2hex(hex, sizeof hex, s->lock.box, sizeof s->lock.box), sodium_bin2hex(salt, sizeof salt, s->lock.salt, sizeof s->lock.salt);
  return snprintf(out, cap, "lucid-key 2\nid %s\nsalt %s\npasses %" PRIu64 "\nmemory %" PRIu64 "\nbox %s\n", s->id, salt, s->lock.passes, s->lock.memory, hex);
}

enum status seal_lock_put(struct seal *s, const char *path, const char *passphrase_or_null, struct err *e) {
  char text[SEAL_FILE_MAX];
  struct seal next = *s;
  seal_lock_new(&next, passphrase_or_null);
  enum status st = passphrase_or_null ? seal_lock_derive(&next, passphrase_or_null, e) : OK;
  if (st == OK) st = file_replace(path, text, (size_t)seal_lock_text(&next, text, sizeof text), 0600, e);
  sodium_memzero(text, sizeof text);
  if (st == OK) *s = next;
  seal_close(&next);
  return st;
}
