#include "registry/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

_Static_assert(SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key size");
_Static_assert(SEAL_OVERHEAD == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES, "overhead");

/* One master, three uses: each gets a key of its own, so that none can stand in for another. */
static void subkey(const uint8_t *key, const char *use, uint8_t out[32]) {
  crypto_generichash(out, 32, (const uint8_t *)use, strlen(use), key, SEAL_KEY_BYTES);
}

static void key_id(struct seal *s) {
  uint8_t h[32];
  subkey(s->master, "lucid wrap", s->wrap_key);
  subkey(s->master, "lucid blind", s->blind_key);
  subkey(s->master, "lucid key id", h);
  sodium_bin2hex(s->id, sizeof s->id, h, 8);
}

void seal_take_master(struct seal *s, const uint8_t master[SEAL_KEY_BYTES]) {
  memcpy(s->master, master, SEAL_KEY_BYTES);
  key_id(s);
}

enum status seal_create(struct seal *s, const char *path, const struct seal *like, struct err *e) {
  *s = (struct seal){.household = -1};
  if (sodium_init() < 0) return err_set(e, ERR_INTERNAL, NULL, "libsodium does not start");
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST)
    return err_set(e, ERR_CONFLICT, "move it to a safe place first: it may be the only key of another registry", "%s is already there", path);
  if (fd < 0) return err_errno(e, errno, "cannot make the key file %s", path);
  randombytes_buf(s->master, sizeof s->master);
  key_id(s);
  if (like && like->locked && like->ready) {
    s->locked = true, s->lock = like->lock;
    memcpy(s->lock_key, like->lock_key, sizeof s->lock_key);
  }
  char line[SEAL_FILE_MAX];
  int n = seal_lock_text(s, line, sizeof line);
  ssize_t w = write(fd, line, (size_t)n);
  int why = w < 0 ? errno : w != n ? ENOSPC : 0;
  if (!why && fsync(fd) != 0) why = errno;
  if (close(fd) != 0 && !why) why = errno;
  sodium_memzero(line, sizeof line);
  if (why) {
    unlink(path);
    seal_close(s);
    return err_errno(e, why, "cannot write the key file %s", path);
  }
  s->ready = true;
  return OK;
}

enum status seal_open(struct seal *s, const char *path, const char *id, struct err *e) {
  *s = (struct seal){.household = -1};
  if (sodium_init() < 0) return err_set(e, ERR_INTERNAL, NULL, "libsodium does not start");
  snprintf(s->id, sizeof s->id, "%s", id ? id : "");
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    snprintf(s->why, sizeof s->why, "the key file %.400s is not there or may not be read (%s)", path, strerror(errno));
    snprintf(s->hint, sizeof s->hint, "give it with --key, or make it again from the recovery sheet: three lines `lucid-key 1`, `id %s`, `key <64 hexadecimal digits>`", id ? id : "...");
    return OK;
  }
  char line[SEAL_FILE_MAX] = "";
  ssize_t n = fstat(fd, &st) == 0 ? read(fd, line, sizeof line - 1) : -1;
  close(fd);
  if (n < 0) return err_errno(e, errno, "cannot read the key file %s", path);
  if (st.st_mode & 077) {
    sodium_memzero(line, sizeof line);
    return err_set(e, ERR_KEY, "run: chmod 600 on that file", "the key file %s may be read by other users (mode %03o)", path, (unsigned)(st.st_mode & 0777));
  }
  char found[17] = "", hex[65] = "";
  if (strncmp(line, "lucid-key 2", 11) == 0 && seal_lock_read(&s->lock, found, line)) {
    if (id && strcmp(found, id) != 0) return err_set(e, ERR_KEY, "give this registry's own key with --key", "wrong key: %s is key %s, this registry was sealed with key %s", path, found, id);
    s->locked = true;
    memcpy(s->id, found, sizeof s->id);
    snprintf(s->why, sizeof s->why, "the key file %.400s has a passphrase, and there is nobody to ask for it", path);
    snprintf(s->hint, sizeof s->hint, "name a file whose first line it is with --passphrase-file, or run the command on a terminal");
    return OK;
  }
  size_t got = 0;
  bool good = sscanf(line, "lucid-key 1 id %16[0-9a-f] key %64[0-9a-f]", found, hex) == 2 && strlen(hex) == 64 &&
              sodium_hex2bin(s->master, sizeof s->master, hex, 64, NULL, &got, NULL) == 0 && got == SEAL_KEY_BYTES;
  sodium_memzero(line, sizeof line);
  sodium_memzero(hex, sizeof hex);
  if (!good) {
    seal_close(s);
    return err_set(e, ERR_KEY, "a key file has three lines: `lucid-key 1`, `id ...`, `key <64 hexadecimal digits>`", "%s is not a key file, or is damaged", path);
  }
  key_id(s);
  if (id && strcmp(s->id, id) != 0) {
    char theirs[17];
    memcpy(theirs, s->id, sizeof theirs);
    seal_close(s);
    return err_set(e, ERR_KEY, "give this registry's own key with --key", "wrong key: %s is key %s, this registry was sealed with key %s", path, theirs, id);
  }
  s->ready = true;
  return OK;
}

void seal_close(struct seal *s) {
  sodium_memzero(s->master, sizeof s->master);
  sodium_memzero(s->data_key, sizeof s->data_key);
  sodium_memzero(s->lock_key, sizeof s->lock_key);
  sodium_memzero(s->wrap_key, sizeof s->wrap_key), sodium_memzero(s->blind_key, sizeof s->blind_key), sodium_memzero(s->nonce_key, sizeof s->nonce_key);
  s->ready = false;
  s->household = -1;
}

enum status seal_need(struct seal *s, const char *what, struct err *e) {
  char passphrase[1024];
  if (s->ready) return OK;
  if (s->locked && s->ask) {
    enum status st = s->ask(s->ask_ctx, passphrase, sizeof passphrase, e);
    if (st == OK) st = seal_lock_open(s, passphrase, e);
    sodium_memzero(passphrase, sizeof passphrase);
    return st;
  }
  return err_set(e, ERR_KEY, s->hint[0] ? s->hint : NULL, "%s needs the registry's key: %s", what, s->why[0] ? s->why : "it was not opened");
}

char *seal_recovery(const struct seal *s, char out[80]) {
  char hex[65];
  sodium_bin2hex(hex, sizeof hex, s->master, sizeof s->master);
  for (int i = 0; i < 16; i++) memcpy(out + 5 * i, hex + 4 * i, 4), out[5 * i + 4] = i < 15 ? ' ' : 0;
  sodium_memzero(hex, sizeof hex);
  return out;
}

/* ---- data keys ---- */

static void household_aad(int64_t home, int64_t household, uint8_t aad[16]) {
  for (int i = 0; i < 8; i++) aad[i] = (uint8_t)((uint64_t)home >> 8 * i), aad[8 + i] = (uint8_t)((uint64_t)household >> 8 * i);
}

static const struct store_column key_columns[] = {{"home", STORE_INT, true}, {"household", STORE_INT, true}, {"wrapped", STORE_BLOB, false}};
const struct table_spec seal_keys = {"seal_key", key_columns, 3, 2};

/* A new data key, the household's from here on, and how the registry keeps it. */
static void make_key(struct seal *s, int64_t home, int64_t household, uint8_t wrapped[SEAL_WRAPPED_BYTES]) {
  uint8_t aad[16], random[SEAL_KEY_BYTES + 24]; /* drawn at once: each draw asks the kernel */
  household_aad(home, household, aad);
  randombytes_buf(random, sizeof random);
  memcpy(s->data_key, random, SEAL_KEY_BYTES);
  memcpy(wrapped, random + SEAL_KEY_BYTES, 24);
  sodium_memzero(random, sizeof random);
  crypto_aead_xchacha20poly1305_ietf_encrypt(wrapped + 24, NULL, s->data_key, sizeof s->data_key, aad, sizeof aad, NULL, wrapped, s->wrap_key);
}

static void hold(struct seal *s, int64_t home, int64_t household) {
  subkey(s->data_key, "lucid nonce", s->nonce_key);
  s->home = home, s->household = household;
}

enum status seal_household(struct seal *s, struct store *db, int64_t home, int64_t household, bool create, struct err *e) {
  TRY(seal_need(s, "a sealed field", e));
  if (s->household == household && s->home == home) return OK;
  s->household = -1;
  uint8_t aad[16], wrapped[SEAL_WRAPPED_BYTES];
  household_aad(home, household, aad);
  struct store_stmt *st;
  bool row;
  TRY(store_sql(db, SQL_SEAL_GET, &st, e));
  store_bind_int(st, 1, home), store_bind_int(st, 2, household);
  TRY(store_step(st, &row, e));
  if (row) {
    struct span w = store_blob(st, 0);
    enum status r = OK;
    if (store_null(st, 0)) r = err_set(e, ERR_NOT_FOUND, "its sealed fields are gone for good", "household %lld was erased: its key was destroyed", (long long)household);
    else if (w.len != sizeof wrapped || crypto_aead_xchacha20poly1305_ietf_decrypt(s->data_key, NULL, NULL, (const uint8_t *)w.at + 24, w.len - 24, aad, sizeof aad, (const uint8_t *)w.at, s->wrap_key) != 0)
      r = err_set(e, ERR_KEY, "run `lucid fsck`; restore the latest backup", "the data key of household %lld does not open with this registry's key", (long long)household);
    store_reset(st);
    TRY(r);
  } else if (!create) {
    return err_set(e, ERR_NOT_FOUND, NULL, "household %lld has no sealed fields", (long long)household);
  } else {
    make_key(s, home, household, wrapped);
    TRY(store_sql(db, SQL_SEAL_PUT, &st, e));
    store_bind_int(st, 1, home), store_bind_int(st, 2, household), store_bind_blob(st, 3, wrapped, sizeof wrapped);
    TRY(store_run(st, e));
  }
  hold(s, home, household);
  return OK;
}

enum status seal_household_new(struct seal *s, struct store_bulk *keys, int64_t home, int64_t household, struct err *e) {
  uint8_t wrapped[SEAL_WRAPPED_BYTES];
  TRY(seal_need(s, "a sealed field", e));
  s->household = -1;
  make_key(s, home, household, wrapped);
  TRY(store_bulk_row(keys, (struct store_value[]){{.kind = STORE_VALUE_INT, .i = home}, {.kind = STORE_VALUE_INT, .i = household}, {.kind = STORE_VALUE_BLOB, .s = {(char *)wrapped, sizeof wrapped}}}, e));
  hold(s, home, household);
  return OK;
}

enum status seal_rewrap(const struct seal *from, const struct seal *to, int64_t home, int64_t household, struct span w, uint8_t out[SEAL_WRAPPED_BYTES], struct err *e) {
  uint8_t aad[16], key[32], data[SEAL_KEY_BYTES];
  household_aad(home, household, aad);
  subkey(from->master, "lucid wrap", key);
  bool good = w.len == SEAL_WRAPPED_BYTES && crypto_aead_xchacha20poly1305_ietf_decrypt(data, NULL, NULL, (const uint8_t *)w.at + 24, w.len - 24, aad, sizeof aad, (const uint8_t *)w.at, key) == 0;
  if (good) {
    subkey(to->master, "lucid wrap", key);
    randombytes_buf(out, 24);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + 24, NULL, data, sizeof data, aad, sizeof aad, NULL, out, key);
  }
  sodium_memzero(key, sizeof key);
  sodium_memzero(data, sizeof data);
  return good ? OK : err_set(e, ERR_KEY, "run `lucid fsck`; restore the latest backup", "the data key of household %lld does not open with this registry's key", (long long)household);
}

static void place_bytes(struct seal_place at, uint8_t aad[32]) {
  household_aad(at.home, at.household, aad);
  household_aad(at.item, at.field, aad + 16);
}

void seal_encrypt(const struct seal *s, struct seal_place at, const void *plain, size_t n, uint8_t *out) {
  uint8_t aad[32];
  place_bytes(at, aad);
  crypto_generichash_state h;
  crypto_generichash_init(&h, s->nonce_key, sizeof s->nonce_key, 24);
  crypto_generichash_update(&h, aad, sizeof aad);
  crypto_generichash_update(&h, plain, n);
  crypto_generichash_final(&h, out, 24);
  crypto_aead_xchacha20poly1305_ietf_encrypt(out + 24, NULL, plain, n, aad, sizeof aad, NULL, out, s->data_key);
}

enum status seal_decrypt(const struct seal *s, struct seal_place at, const void *sealed, size_t n, uint8_t *out, struct err *e) {
  uint8_t aad[32];
  place_bytes(at, aad);
  const uint8_t *b = sealed;
  if (n < SEAL_OVERHEAD || crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, b + 24, n - 24, aad, sizeof aad, b, s->data_key) != 0)
    return err_set(e, ERR_KEY, "run `lucid fsck`; restore the latest backup", "a sealed field of household %lld does not open: it was changed or moved outside Lucid", (long long)at.household);
  return OK;
}

void seal_blind(const struct seal *s, int64_t field, const void *plain, size_t n, uint8_t out[SEAL_BLIND_BYTES]) {
  uint8_t f[8];
  for (int i = 0; i < 8; i++) f[i] = (uint8_t)((uint64_t)field >> 8 * i);
  crypto_generichash_state h;
  crypto_generichash_init(&h, s->blind_key, sizeof s->blind_key, SEAL_BLIND_BYTES);
  crypto_generichash_update(&h, f, sizeof f);
  crypto_generichash_update(&h, plain, n);
  crypto_generichash_final(&h, out, SEAL_BLIND_BYTES);
}

enum status seal_erase(struct seal *s, struct store *db, int64_t home, int64_t household, struct err *e) {
  struct store_stmt *st;
  TRY(store_sql(db, SQL_SEAL_ERASE, &st, e));
  store_bind_int(st, 1, home), store_bind_int(st, 2, household);
  if (s->household == household) {
    sodium_memzero(s->data_key, sizeof s->data_key);
    s->household = -1;
  }
  return store_run(st, e);
}
