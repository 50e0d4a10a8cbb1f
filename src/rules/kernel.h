/* kernel.h - the loops that decisions spend their time in: plain C that vectorises, once for AVX2 and once for any processor.
 *
 * States are one byte a lane (rules/block.h): F=1 U=2 E=4 T=8. All kernels take exact lengths, never read beyond them, and
 * give the same bytes in each clone: integers, or doubles element by element, never a reduction of doubles.
 * Outputs never overlap inputs. */
#ifndef RULES_KERNEL_H
#define RULES_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "column/column.h"

/* Lowest bit of a|b: `and`, and the state of any strict operator. */
void kernel_strict(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b, size_t n);
void kernel_or(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b, size_t n);
void kernel_not(uint8_t *restrict out, const uint8_t *restrict a, size_t n);
/* out: false where a has no value, true elsewhere. */
void kernel_known(uint8_t *restrict out, const uint8_t *restrict a, size_t n);
/* a is true: b; false: c; else a. */
void kernel_choose(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b, const uint8_t *restrict c, size_t n);
void kernel_choose_64(uint64_t *restrict out, const uint8_t *restrict a, const uint64_t *restrict b, const uint64_t *restrict c, size_t n);
/* Equality of two booleans, turned round when `negate`. */
void kernel_same(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b, int negate, size_t n);
/* Where a or b has no value, `out` becomes that; the rest stays. */
void kernel_guard(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b, size_t n);

/* inside where lo <= data[i] <= hi (as integers of the column's width), else outside. */
void kernel_stretch(uint8_t *restrict out, const void *data, enum col_width w, size_t n, int64_t lo, int64_t hi, uint8_t inside, uint8_t outside);
/* 0/1 bytes to states. */
void kernel_bools(uint8_t *restrict out, const int8_t *restrict data, size_t n);
/* Widening. `divisor` divides decimals (10^decimals, 1 = no division). */
void kernel_ints(int64_t *restrict out, const void *data, enum col_width w, size_t n);
void kernel_reals(double *restrict out, const void *data, enum col_width w, size_t n, double divisor);
void kernel_to_real(double *restrict out, const int64_t *restrict a, size_t n);

/* op: the order of enum rel (EQ NE LT LE GT GE); out becomes true or false. */
void kernel_compare_int(uint8_t *restrict out, const int64_t *restrict a, const int64_t *restrict b, unsigned rel, size_t n);
void kernel_compare_real(uint8_t *restrict out, const double *restrict a, const double *restrict b, unsigned rel, size_t n);
/* op: 0 + 1 - 2 * 3 /. Integers must not overflow (and are never divided here). */
void kernel_calculate_int(int64_t *restrict out, const int64_t *restrict a, const int64_t *restrict b, unsigned op, size_t n);
void kernel_calculate_real(double *restrict out, const double *restrict a, const double *restrict b, unsigned op, size_t n);

/* The smaller, or the greater; of doubles the first that is NaN. */
void kernel_pick_int(int64_t *restrict out, const int64_t *restrict a, const int64_t *restrict b, int greater, size_t n);
void kernel_pick_real(double *restrict out, const double *restrict a, const double *restrict b, int greater, size_t n);

/* Numbers as bytes; `none` where there is no number, or a negative one. Returns the numbers or-ed: above 255, some of them did not fit. */
uint64_t kernel_bytes(uint8_t *restrict out, const int64_t *restrict a, const uint8_t *restrict states, uint8_t none, size_t n);

/* Bit j (0..7) of yes[i]: states[i] is true; of dunno[i]: unknown or an error. Bit 0 begins anew, the others are added. Returns all states or-ed. */
uint8_t kernel_answers(uint8_t *restrict yes, uint8_t *restrict dunno, const uint8_t *restrict states, unsigned j, size_t n);

/* States of missing rows: `state` where bit first + i of valid is not set. */
void kernel_missing(uint8_t *restrict states, const uint64_t *restrict valid, uint64_t first, uint8_t state, size_t n);
/* The same where the reasons are told: by_reason[absence[i]], five of them; the first (it is not missing) is never used. */
void kernel_missing_why(uint8_t *restrict states, const uint8_t *restrict absence, const uint8_t *by_reason, size_t n);

/* ---- rows at[h]..at[h+1] (less at[0]) of households. Of a household's last row eight rows' worth may be read. ---- */

/* Or of the states. */
void kernel_fold(uint8_t *restrict out, const uint8_t *restrict states, const uint32_t *restrict at, size_t households);
/* The same for eight arrays of states at once: array k becomes half byte k of a word a row, and of a word a household. kernel_split takes byte b of each. */
void kernel_pack(uint32_t *restrict out, const uint8_t *const states[8], size_t rows);
void kernel_fold_packed(uint32_t *restrict out, const uint32_t *restrict packed, const uint32_t *restrict at, size_t households);
void kernel_split(uint8_t *restrict out, const uint32_t *restrict words, unsigned b, size_t n);
/* What comes of the or of states, in the low or high half of folded[h]. For SAID_VALUE true means that there is a number. */
enum kernel_said { SAID_EXISTS, SAID_ALL, SAID_VALUE };
void kernel_said(uint8_t *restrict out, const uint8_t *restrict folded, bool high, enum kernel_said said, size_t households);
/* All states that occur, or-ed. */
uint8_t kernel_states(const uint8_t *restrict states, size_t n);
/* How many are true; sums in the order of the rows. */
void kernel_trues(int64_t *restrict out, const uint8_t *restrict states, const uint32_t *restrict at, size_t households);
void kernel_sum_real(double *restrict out, const double *restrict values, const uint32_t *restrict at, size_t households);
void kernel_sum_int(int64_t *restrict out, const int64_t *restrict values, const uint32_t *restrict at, size_t households);

#endif
