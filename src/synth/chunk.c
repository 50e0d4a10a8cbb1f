#include "synth/chunk.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

#define CLONES __attribute__((target_clones("avx2", "default"))) /* integers only: the same bits from either */

struct seen { int32_t min, max; bool missing, any; };

CLONES static struct seen measure(const int32_t *v, uint32_t n) {
  int32_t lo = INT32_MAX, hi = INT32_MIN, gaps = 0;
  for (uint32_t i = 0; i < n; i++) {
    int32_t gap = -(v[i] == BATCH_MISSING), low = v[i] ^ gap; /* all bits turned round, the least number becomes the greatest */
    gaps -= gap;
    lo = low < lo ? low : lo;
    hi = v[i] > hi ? v[i] : hi;
  }
  return (struct seen){lo, hi, gaps > 0, (uint32_t)gaps < n};
}

#define NARROW(type)                                                                  \
  for (uint32_t i = 0; i < n; i++) ((type *)to)[i] = (type)(v[i] == BATCH_MISSING ? 0 : v[i])

CLONES static void narrow8(const int32_t *v, uint32_t n, void *to) { NARROW(int8_t); }
CLONES static void narrow16(const int32_t *v, uint32_t n, void *to) { NARROW(int16_t); }
CLONES static void narrow32(const int32_t *v, uint32_t n, void *to) { NARROW(int32_t); }

CLONES static void words8(const int32_t *v, uint32_t n, uint8_t *to) {
  for (uint32_t i = 0; i < n; i++) to[i] = v[i] < 0 ? UINT8_MAX : (uint8_t)v[i];
}

static void bits_of(const int32_t *v, uint32_t n, uint8_t *to) {
  for (uint32_t w = 0; w < bits_words(n); w++) {
    uint64_t word = 0;
    for (uint32_t k = 0; k < 64 && w * 64 + k < n; k++) word |= (uint64_t)(v[w * 64 + k] != BATCH_MISSING) << k;
    memcpy(to + w * 8, &word, 8);
  }
}

static bool room(struct chunk_scratch *s, uint32_t bytes) {
  s->len = (s->len + 7) & ~7u;
  if (s->data && s->len + bytes <= s->cap) return true;
  uint32_t cap = (s->len + bytes) * 2;
  uint8_t *more = realloc(s->data, cap);
  if (!more) return false;
  s->data = more, s->cap = cap;
  return true;
}

/* Where `bytes` may be written; they count from now. */
static bool take(struct chunk_scratch *s, uint32_t bytes, uint32_t *at) {
  if (!room(s, bytes)) return false;
  *at = s->len, s->len += bytes;
  return true;
}

static bool goes_up(const char *a, uint32_t a_len, const char *b, uint32_t b_len) {
  int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
  return order ? order < 0 : a_len < b_len;
}

/* Where each text begins, and behind that the texts. */
static bool put_texts(struct chunk_scratch *s, const struct batch *b, enum rows kind, uint32_t field, uint32_t n, struct piece *out) {
  uint32_t owner = 0, last = 0, last_len = 0;
  if (!room(s, (n + 1) * 4 + (n + 1) * BATCH_TEXT_MAX) || !take(s, (n + 1) * 4, &out->at)) return false;
  const uint32_t texts = s->len;
  out->any = n > 0, out->ascending = true;
  for (uint32_t i = 0; i < n; i++) {
    char *to = (char *)s->data + s->len;
    uint32_t begins = s->len - texts, len = 0;
    memcpy(s->data + out->at + i * 4, &begins, 4);
    if (field == UINT32_MAX) len = batch_key(b, kind, i, to);
    else if (batch_cell(b, kind, field, i) != BATCH_MISSING) len = batch_text(b, kind, field, i, owner = batch_owner(b, kind, i, owner), to);
    if (!len) continue;
    if (last_len) out->ascending = out->ascending && goes_up((const char *)s->data + last, last_len, to, len);
    last = s->len, last_len = len;
    s->len += len;
  }
  uint32_t end = s->len - texts;
  memcpy(s->data + out->at + n * 4, &end, 4);
  return true;
}

static void mark_words(const uint8_t *v, uint32_t n, uint64_t words[4]) {
  uint8_t mark[256] = {0};
  for (uint32_t i = 0; i < n; i++) mark[v[i]] = 1;
  mark[UINT8_MAX] = 0; /* none */
  for (uint32_t i = 0; i < 256; i += 8) {
    uint64_t eight;
    memcpy(&eight, mark + i, 8);
    words[i / 64] |= (eight * 0x0102040810204080u >> 56) << (i & 63); /* the lowest bits of eight bytes side by side */
  }
}

/* A column of cells; texts are their maker's. */
static bool put_piece(struct chunk_scratch *s, const int32_t *v, uint32_t n, enum fate fate, struct piece *out) {
  struct seen seen = measure(v, n);
  *out = (struct piece){.missing = seen.missing, .any = seen.any, .min = seen.min, .max = seen.max, .width = COL_I8};
  if (!seen.any) return true;
  if (seen.missing) {
    if (!take(s, (uint32_t)bits_words(n) * 8, &out->valid_at)) return false;
    bits_of(v, n, s->data + out->valid_at);
  }
  if (fate == FATE_SEALED || fate == FATE_TEXT) return true;
  if (fate == FATE_WORD) {
    if (!take(s, n, &out->at)) return false;
    words8(v, n, s->data + out->at);
    mark_words(s->data + out->at, n, out->words);
    return true;
  }
  out->width = seen.min >= INT8_MIN && seen.max <= INT8_MAX ? COL_I8 : seen.min >= INT16_MIN && seen.max <= INT16_MAX ? COL_I16 : COL_I32;
  if (!take(s, n * col_width_bytes(out->width), &out->at)) return false;
  (out->width == COL_I8 ? narrow8 : out->width == COL_I16 ? narrow16 : narrow32)(v, n, s->data + out->at);
  return true;
}

static bool put_households(struct chunk_scratch *s, const struct columns *c, const struct batch *b, struct chunk *k) {
  const enum rows kind = chunk_households(c);
  const uint32_t n = b->rows[kind];
  if (!put_texts(s, b, kind, UINT32_MAX, n, &k->key) || !take(s, n * 4, &k->village_at)) return false;
  memcpy(s->data + k->village_at, kind == ROWS_TRUTH ? b->truth_village : b->village, n * 4);
  if (kind == ROWS_TRUTH) return true;
  if (!take(s, n, &k->lists_at)) return false;
  memcpy(s->data + k->lists_at, b->lists, n);
  for (uint32_t l = LEVEL_MEMBER; l < c->schema.level_count; l++) {
    enum rows child = c->rows[l];
    if (child == ROWS_COUNT || child == ROWS_VILLAGE) continue;
    if (!take(s, n, &k->children_at[child])) return false;
    for (uint32_t i = 0; i < n; i++) s->data[k->children_at[child] + i] = (uint8_t)(b->from[child][i + 1] - b->from[child][i]);
  }
  return true;
}

static bool fill(struct chunk_scratch *s, const struct columns *c, const struct batch *b, struct chunk *k) {
  if (!put_households(s, c, b, k)) return false;
  for (uint32_t l = 0; l < c->schema.level_count; l++) {
    const enum rows kind = c->rows[l];
    if (l == LEVEL_VILLAGE || kind == ROWS_COUNT) continue;
    k->rows[kind] = b->rows[kind];
    for (uint32_t i = 0; i < c->schema.levels[l].column_count; i++) {
      const struct column_plan *p = &c->plans[l][i];
      struct piece *to = &k->pieces[p->piece];
      if (p->fate == FATE_EMPTY) continue;
      if (!put_piece(s, b->cells[kind] + p->field * BATCH_STRIDE(kind), b->rows[kind], p->fate, to)) return false;
      if (p->fate == FATE_TEXT && to->any && !put_texts(s, b, kind, p->field, b->rows[kind], to)) return false;
    }
  }
  return true;
}

static enum status no_memory(struct err *e) { return err_set(e, ERR_MEMORY, "use fewer threads (LUCID_THREADS=1), or a smaller --scale", "out of memory for a population"); }

static struct chunk *begin(const struct columns *c) {
  struct chunk *k = calloc(1, sizeof *k + c->pieces * sizeof *k->pieces);
  if (k) k->columns = c, k->pieces = (struct piece *)(void *)(k + 1);
  return k;
}

/* What was gathered, in memory of its own size. */
static bool keep(struct chunk *k, const struct chunk_scratch *s) {
  if (!(k->data = malloc(s->len + 1u))) return false;
  k->bytes = s->len + sizeof *k + k->columns->pieces * sizeof *k->pieces;
  if (s->len) memcpy(k->data, s->data, s->len);
  return true;
}

enum status chunk_make(const struct columns *c, const struct batch *b, struct chunk_scratch *s, struct chunk **out, struct err *e) {
  struct chunk *k = begin(c);
  s->len = 0;
  if (!k || !fill(s, c, b, k) || !keep(k, s)) {
    free(k);
    return no_memory(e);
  }
  *out = k;
  return OK;
}

enum status chunk_of_villages(const struct columns *c, const int32_t *cells, uint32_t count, struct chunk **out, struct err *e) {
  struct chunk_scratch s = {0};
  struct chunk *k = begin(c);
  bool good = k != NULL;
  if (k) k->rows[ROWS_VILLAGE] = count;
  for (uint32_t i = 0; good && i < c->schema.levels[LEVEL_VILLAGE].column_count; i++) {
    const struct column_plan *p = &c->plans[LEVEL_VILLAGE][i];
    if (p->fate != FATE_EMPTY) good = put_piece(&s, cells + (size_t)p->field * count, count, p->fate, &k->pieces[p->piece]);
  }
  good = good && keep(k, &s);
  free(s.data);
  if (!good) {
    free(k);
    return no_memory(e);
  }
  *out = k;
  return OK;
}

void chunk_free(struct chunk *c) {
  while (c) {
    struct chunk *next = c->next;
    free(c->data);
    free(c);
    c = next;
  }
}
