#include "rules/kernel.h"

#include <string.h>

#include "base/clones.h"

enum { F = 1, U = 2, E = 4, T = 8, NO_VALUE = U | E };

CLONES void kernel_strict(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint8_t m = a[i] | b[i];
    out[i] = (uint8_t)(m & -m);
  }
}

CLONES void kernel_or(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint8_t m = a[i] | b[i], rest = (uint8_t)(m & NO_VALUE), low = (uint8_t)(rest & -rest);
    uint8_t without = rest ? low : F;
    out[i] = m & T ? T : without;
  }
}

CLONES void kernel_not(uint8_t *restrict out, const uint8_t *restrict a, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint8_t v = a[i];
    out[i] = v == T ? F : v == F ? T : v;
  }
}

CLONES void kernel_known(uint8_t *restrict out, const uint8_t *restrict a, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] == U ? F : T;
}

CLONES void kernel_choose(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b, const uint8_t *restrict c, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint8_t v = a[i], yes = b[i], no = c[i];
    out[i] = v == T ? yes : v == F ? no : v;
  }
}

CLONES void kernel_choose_64(uint64_t *restrict out, const uint8_t *restrict a, const uint64_t *restrict b, const uint64_t *restrict c, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint64_t yes = b[i], no = c[i];
    out[i] = a[i] == T ? yes : no;
  }
}

CLONES void kernel_same(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b, int negate, size_t n) {
  uint8_t equal = negate ? F : T, different = negate ? T : F;
  for (size_t i = 0; i < n; i++) {
    uint8_t m = (uint8_t)((a[i] | b[i]) & NO_VALUE), low = (uint8_t)(m & -m);
    uint8_t said = a[i] == b[i] ? equal : different;
    out[i] = m ? low : said;
  }
}

CLONES void kernel_guard(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint8_t m = (uint8_t)((a[i] | b[i]) & NO_VALUE), low = (uint8_t)(m & -m), said = out[i];
    out[i] = m ? low : said;
  }
}

/* One unsigned comparison a lane: v - lo <= hi - lo. */
#define STRETCH(name, type)                                                                                                                  \
  CLONES static void name(uint8_t *restrict out, const type *restrict v, size_t n, type lo, type wide, uint8_t inside, uint8_t outside) {    \
    for (size_t i = 0; i < n; i++) out[i] = (type)(v[i] - lo) <= wide ? inside : outside;                                                    \
  }
STRETCH(stretch_8, uint8_t)
STRETCH(stretch_16, uint16_t)
STRETCH(stretch_32, uint32_t)
STRETCH(stretch_64, uint64_t)

void kernel_stretch(uint8_t *restrict out, const void *data, enum col_width w, size_t n, int64_t lo, int64_t hi, uint8_t inside, uint8_t outside) {
  uint64_t wide = (uint64_t)hi - (uint64_t)lo;
  if (lo > hi) {
    memset(out, outside, n);
    return;
  }
  switch (col_width_bytes(w)) {
  case 1: stretch_8(out, data, n, (uint8_t)lo, (uint8_t)wide, inside, outside); return;
  case 2: stretch_16(out, data, n, (uint16_t)lo, (uint16_t)wide, inside, outside); return;
  case 4: stretch_32(out, data, n, (uint32_t)lo, (uint32_t)wide, inside, outside); return;
  default: stretch_64(out, data, n, (uint64_t)lo, wide, inside, outside); return;
  }
}

CLONES void kernel_bools(uint8_t *restrict out, const int8_t *restrict data, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = data[i] ? T : F;
}

#define WIDEN(name, type)                                                                                    \
  CLONES static void name(int64_t *restrict out, const type *restrict v, size_t n) {                         \
    for (size_t i = 0; i < n; i++) out[i] = (int64_t)v[i];                                                   \
  }
WIDEN(widen_i8, int8_t)
WIDEN(widen_i16, int16_t)
WIDEN(widen_i32, int32_t)
WIDEN(widen_u8, uint8_t)
WIDEN(widen_u16, uint16_t)
WIDEN(widen_u32, uint32_t)

void kernel_ints(int64_t *restrict out, const void *data, enum col_width w, size_t n) {
  switch (w) {
  case COL_I8: widen_i8(out, data, n); return;
  case COL_I16: widen_i16(out, data, n); return;
  case COL_I32: widen_i32(out, data, n); return;
  case COL_U8: widen_u8(out, data, n); return;
  case COL_U16: widen_u16(out, data, n); return;
  case COL_U32: widen_u32(out, data, n); return;
  default: memcpy(out, data, n * sizeof *out); return;
  }
}

#define REALS(name, type)                                                                                    \
  CLONES static void name(double *restrict out, const type *restrict v, size_t n, double divisor) {          \
    if (divisor == 1)                                                                                        \
      for (size_t i = 0; i < n; i++) out[i] = (double)v[i];                                                  \
    else                                                                                                     \
      for (size_t i = 0; i < n; i++) out[i] = (double)v[i] / divisor;                                        \
  }
REALS(reals_i8, int8_t)
REALS(reals_i16, int16_t)
REALS(reals_i32, int32_t)
REALS(reals_i64, int64_t)
REALS(reals_f32, float)

void kernel_reals(double *restrict out, const void *data, enum col_width w, size_t n, double divisor) {
  switch (w) {
  case COL_I8: reals_i8(out, data, n, divisor); return;
  case COL_I16: reals_i16(out, data, n, divisor); return;
  case COL_I32: reals_i32(out, data, n, divisor); return;
  case COL_I64: reals_i64(out, data, n, divisor); return;
  case COL_F32: reals_f32(out, data, n, 1); return;
  default: memcpy(out, data, n * sizeof *out); return;
  }
}

CLONES void kernel_to_real(double *restrict out, const int64_t *restrict a, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = (double)a[i];
}

#define EACH(op) for (size_t i = 0; i < n; i++) out[i] = a[i] op b[i] ? T : F
#define COMPARE                                                                                              \
  switch (rel) {                                                                                             \
  case 0: EACH(==); return;                                                                                  \
  case 1: EACH(!=); return;                                                                                  \
  case 2: EACH(<); return;                                                                                   \
  case 3: EACH(<=); return;                                                                                  \
  case 4: EACH(>); return;                                                                                   \
  default: EACH(>=); return;                                                                                 \
  }

CLONES void kernel_compare_int(uint8_t *restrict out, const int64_t *restrict a, const int64_t *restrict b, unsigned rel, size_t n) { COMPARE }

CLONES void kernel_compare_real(uint8_t *restrict out, const double *restrict a, const double *restrict b, unsigned rel, size_t n) { COMPARE }
#undef EACH

CLONES void kernel_calculate_int(int64_t *restrict out, const int64_t *restrict a, const int64_t *restrict b, unsigned op, size_t n) {
  switch (op) { /* unsigned, because lanes without a value may hold anything */
  case 0: for (size_t i = 0; i < n; i++) out[i] = (int64_t)((uint64_t)a[i] + (uint64_t)b[i]); return;
  case 1: for (size_t i = 0; i < n; i++) out[i] = (int64_t)((uint64_t)a[i] - (uint64_t)b[i]); return;
  default: for (size_t i = 0; i < n; i++) out[i] = (int64_t)((uint64_t)a[i] * (uint64_t)b[i]); return;
  }
}

CLONES void kernel_calculate_real(double *restrict out, const double *restrict a, const double *restrict b, unsigned op, size_t n) {
  switch (op) {
  case 0: for (size_t i = 0; i < n; i++) out[i] = a[i] + b[i]; return;
  case 1: for (size_t i = 0; i < n; i++) out[i] = a[i] - b[i]; return;
  case 2: for (size_t i = 0; i < n; i++) out[i] = a[i] * b[i]; return;
  default: for (size_t i = 0; i < n; i++) out[i] = a[i] / b[i]; return;
  }
}

CLONES void kernel_pick_int(int64_t *restrict out, const int64_t *restrict a, const int64_t *restrict b, int greater, size_t n) {
  if (greater)
    for (size_t i = 0; i < n; i++) out[i] = a[i] >= b[i] ? a[i] : b[i];
  else
    for (size_t i = 0; i < n; i++) out[i] = a[i] <= b[i] ? a[i] : b[i];
}

CLONES void kernel_pick_real(double *restrict out, const double *restrict a, const double *restrict b, int greater, size_t n) {
  if (greater)
    for (size_t i = 0; i < n; i++) out[i] = a[i] != a[i] ? a[i] : b[i] != b[i] ? b[i] : a[i] >= b[i] ? a[i] : b[i];
  else
    for (size_t i = 0; i < n; i++) out[i] = a[i] != a[i] ? a[i] : b[i] != b[i] ? b[i] : a[i] <= b[i] ? a[i] : b[i];
}

CLONES uint64_t kernel_bytes(uint8_t *restrict out, const int64_t *restrict a, const uint8_t *restrict states, uint8_t none, size_t n) {
  uint64_t large = 0;
  for (size_t i = 0; i < n; i++) {
    const uint64_t v = (uint64_t)a[i], keep = states[i] == T && a[i] >= 0 ? UINT64_MAX : 0;
    large |= v & keep;
    out[i] = keep ? (uint8_t)v : none;
  }
  return large;
}

CLONES uint8_t kernel_answers(uint8_t *restrict yes, uint8_t *restrict dunno, const uint8_t *restrict states, unsigned j, size_t n) {
  const uint8_t bit = (uint8_t)(1u << j), keep = j ? 0xff : 0;
  uint8_t all = 0;
  for (size_t i = 0; i < n; i++) {
    uint8_t s = states[i], y = yes[i] & keep, d = dunno[i] & keep;
    all |= s;
    yes[i] = (uint8_t)(y | (s & T ? bit : 0));
    dunno[i] = (uint8_t)(d | (s & NO_VALUE ? bit : 0));
  }
  return all;
}

/* Eight bits as eight bytes of 0 or 255. */
#define BYTE(b, k) ((uint64_t)((b) >> (k) & 1 ? 0xff : 0) << (8 * (k)))
#define BYTES(b) BYTE(b, 0) | BYTE(b, 1) | BYTE(b, 2) | BYTE(b, 3) | BYTE(b, 4) | BYTE(b, 5) | BYTE(b, 6) | BYTE(b, 7)
#define FOUR(b) BYTES(b), BYTES((b) + 1), BYTES((b) + 2), BYTES((b) + 3)
#define SIXTEEN(b) FOUR(b), FOUR((b) + 4), FOUR((b) + 8), FOUR((b) + 12)
#define MANY(b) SIXTEEN(b), SIXTEEN((b) + 16), SIXTEEN((b) + 32), SIXTEEN((b) + 48)
static const uint64_t spread[256] = {MANY(0), MANY(64), MANY(128), MANY(192)};

void kernel_missing(uint8_t *restrict states, const uint64_t *restrict valid, uint64_t first, uint8_t state, size_t n) {
  const uint64_t all = 0x0101010101010101u * state;
  size_t i = 0;
  for (; i < n && ((first + i) & 63); i++)
    if (!bits_get(valid, first + i)) states[i] = state;
  for (; i + 64 <= n; i += 64) {
    uint64_t word = valid[(first + i) / 64];
    if (word == ~(uint64_t)0) continue;
    if (word == 0) {
      memset(states + i, state, 64);
      continue;
    }
    for (size_t k = 0; k < 64; k += 8, word >>= 8) {
      uint64_t lanes, keep = spread[word & 0xff];
      memcpy(&lanes, states + i + k, 8);
      lanes = (lanes & keep) | (all & ~keep);
      memcpy(states + i + k, &lanes, 8);
    }
  }
  for (; i < n; i++)
    if (!bits_get(valid, first + i)) states[i] = state;
}

CLONES void kernel_missing_why(uint8_t *restrict states, const uint8_t *restrict absence, const uint8_t *by_reason, size_t n) {
  const uint8_t r1 = by_reason[1], r2 = by_reason[2], r3 = by_reason[3], r4 = by_reason[4];
  for (size_t i = 0; i < n; i++) {
    uint8_t why = absence[i], s = states[i];
    s = why == 1 ? r1 : s;
    s = why == 2 ? r2 : s;
    s = why == 3 ? r3 : s;
    states[i] = why == 4 ? r4 : s;
  }
}

/* ---- rows of households ---- */

void kernel_fold(uint8_t *restrict out, const uint8_t *restrict states, const uint32_t *restrict at, size_t households) {
  const uint32_t first = at[0];
  for (size_t h = 0; h < households; h++) {
    const uint8_t *p = states + (at[h] - first);
    uint32_t left = at[h + 1] - at[h];
    uint64_t all = 0, word;
    for (; left >= 8; left -= 8, p += 8) {
      memcpy(&word, p, 8);
      all |= word;
    }
    memcpy(&word, p, 8);
    all |= word & (((uint64_t)1 << (left * 8)) - 1);
    all |= all >> 32;
    all |= all >> 16;
    out[h] = (uint8_t)(all | all >> 8);
  }
}

#define PIECE 256u

CLONES void kernel_pack(uint32_t *restrict out, const uint8_t *const states[8], size_t rows) {
  uint8_t pairs[4][PIECE];
  for (size_t from = 0; from < rows; from += PIECE) {
    const size_t n = rows - from < PIECE ? rows - from : PIECE;
    for (size_t k = 0; k < 4; k++) {
      const uint8_t *restrict a = states[2 * k] + from, *restrict b = states[2 * k + 1] + from;
      for (size_t i = 0; i < n; i++) pairs[k][i] = (uint8_t)(a[i] | b[i] << 4);
    }
    for (size_t i = 0; i < n; i++) out[from + i] = pairs[0][i] | (uint32_t)pairs[1][i] << 8 | (uint32_t)pairs[2][i] << 16 | (uint32_t)pairs[3][i] << 24;
  }
}

/* Which of eight rows are a household's: two words of four bytes in each, or a value of eight. */
#define LOW 0xffffffffu
#define BOTH UINT64_MAX
static const uint64_t keep_words[9][4] = {{0}, {LOW}, {BOTH}, {BOTH, LOW}, {BOTH, BOTH}, {BOTH, BOTH, LOW}, {BOTH, BOTH, BOTH}, {BOTH, BOTH, BOTH, LOW}, {BOTH, BOTH, BOTH, BOTH}};
static const uint64_t keep_values[9][8] = {{0}, {BOTH}, {BOTH, BOTH}, {BOTH, BOTH, BOTH}, {BOTH, BOTH, BOTH, BOTH}, {BOTH, BOTH, BOTH, BOTH, BOTH}, {BOTH, BOTH, BOTH, BOTH, BOTH, BOTH},
                                           {BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH}, {BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH}};

typedef uint64_t eight_words __attribute__((vector_size(32))); /* of four bytes */

CLONES void kernel_fold_packed(uint32_t *restrict out, const uint32_t *restrict packed, const uint32_t *restrict at, size_t households) {
  const uint32_t first = at[0];
  uint32_t from = 0;
  for (size_t h = 0; h < households; h++) {
    const uint32_t to = at[h + 1] - first;
    eight_words all = {0}, words, keep;
    for (; to - from > 8; from += 8) {
      memcpy(&words, packed + from, sizeof words);
      all |= words;
    }
    memcpy(&words, packed + from, sizeof words);
    memcpy(&keep, keep_words[to - from], sizeof keep);
    all |= words & keep;
    const uint64_t two = (all[0] | all[2]) | (all[1] | all[3]);
    out[h] = (uint32_t)(two | two >> 32);
    from = to;
  }
}

#define SAID(shift)                                                                                          \
  switch (said) {                                                                                            \
  case SAID_EXISTS:                                                                                          \
    for (size_t i = 0; i < n; i++) {                                                                         \
      const uint8_t m = (uint8_t)(folded[i] >> (shift)), rest = (uint8_t)(m & NO_VALUE), low = (uint8_t)(rest & -rest), without = rest ? low : F; \
      out[i] = m & T ? T : without;                                                                          \
    }                                                                                                        \
    return;                                                                                                  \
  case SAID_ALL:                                                                                             \
    for (size_t i = 0; i < n; i++) {                                                                         \
      const uint8_t m = (uint8_t)((folded[i] >> (shift) & 15) | T);                                          \
      out[i] = (uint8_t)(m & -m);                                                                            \
    }                                                                                                        \
    return;                                                                                                  \
  default:                                                                                                   \
    for (size_t i = 0; i < n; i++) {                                                                         \
      const uint8_t m = (uint8_t)((folded[i] >> (shift) & NO_VALUE) | T);                                    \
      out[i] = (uint8_t)(m & -m);                                                                            \
    }                                                                                                        \
    return;                                                                                                  \
  }

/* Told apart, because a shift by a constant vectorises. */
CLONES void kernel_said(uint8_t *restrict out, const uint8_t *restrict folded, bool high, enum kernel_said said, size_t n) {
  if (high) SAID(4)
  SAID(0)
}

CLONES void kernel_split(uint8_t *restrict out, const uint32_t *restrict words, unsigned b, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = (uint8_t)(words[i] >> (8 * b));
}

CLONES uint8_t kernel_states(const uint8_t *restrict states, size_t n) {
  uint8_t all = 0;
  for (size_t i = 0; i < n; i++) all |= states[i];
  return all;
}

CLONES void kernel_trues(int64_t *restrict out, const uint8_t *restrict states, const uint32_t *restrict at, size_t households) {
  const uint64_t trues = 0x0101010101010101u * T;
  const uint32_t first = at[0];
  uint32_t from = 0;
  for (size_t h = 0; h < households; h++) {
    const uint32_t to = at[h + 1] - first;
    uint64_t word;
    int count = 0;
    for (; to - from >= 8; from += 8) {
      memcpy(&word, states + from, 8);
      count += __builtin_popcountll(word & trues);
    }
    memcpy(&word, states + from, 8);
    out[h] = count + __builtin_popcountll(word & trues & (((uint64_t)1 << ((to - from) * 8)) - 1));
    from = to;
  }
}

/* Most households have no line at all, and the others few: their values are added without a branch a row. Adding zero changes nothing, for a sum
 * is never -0. */
#define SUMS(name, type, sums)                                                                                   CLONES void name(type *restrict out, const type *restrict values, const uint32_t *restrict at, size_t households) {     uint16_t some[PIECE];                                                                                        for (size_t from = 0; from < households; from += PIECE) {                                                      const size_t to = households - from < PIECE ? households : from + PIECE;                                     size_t n = 0;                                                                                                for (size_t h = from; h < to; h++) {                                                                           out[h] = 0;                                                                                                  some[n] = (uint16_t)(h - from);                                                                              n += at[h + 1] != at[h];                                                                                   }                                                                                                            for (size_t k = 0; k < n; k++) {                                                                               const size_t h = from + some[k];                                                                             const type *p = values + (at[h] - at[0]);                                                                    uint32_t left = at[h + 1] - at[h];                                                                           type sum = 0, v[8];                                                                                          uint64_t bits[8];                                                                                            for (; left > 8; left -= 8, p += 8)                                                                            for (int i = 0; i < 8; i++) sum += p[i];                                                                   memcpy(bits, p, sizeof bits);                                                                                for (int i = 0; i < 8; i++) bits[i] &= keep_values[left][i];                                                 memcpy(v, bits, sizeof v);                                                                                   for (int i = 0; i < 8; i++) sum += v[i];                                                                     out[h] = sum;                                                                                              }                                                                                                          }                                                                                                          }
SUMS(kernel_sum_real, double, double)
SUMS(kernel_sum_int, int64_t, uint64_t) /* rows without a value may hold anything */
