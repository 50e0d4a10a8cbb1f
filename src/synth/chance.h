/* chance.h - draws that belong to one household: each stream is keyed by seed, village, number and subject, so that nothing depends on
 * what was made before it. Same bits on every machine: whole numbers, and operations that IEEE 754 rounds exactly.
 *
 * Making a household takes some hundred draws, so a stream is a counter and a finaliser (splitmix64), and most draws are sixteen bits of one:
 * shares are met to 1/65536, ages and choices without a bias that anyone could see. A normal is the sum of four such pieces, its tails mended:
 * a bell from -3.9 to 3.9, which is what made-up people need. Not for anything that decides about somebody. */
#ifndef SYNTH_CHANCE_H
#define SYNTH_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

enum subject { ABOUT_VILLAGE = 1, ABOUT_PEOPLE, ABOUT_WELFARE, ABOUT_RECORD, ABOUT_LIFE, ABOUT_HOME, ABOUT_LINES, ABOUT_FAULTS, ABOUT_ORDER, ABOUT_FUNDS, ABOUT_PLACE, ABOUT_CROP };

struct chance { uint64_t at, bits; unsigned left; }; /* a stream; `left` pieces of `bits` not yet used */

/* What the streams of one place begin with: from the seed and the place's code. */
uint64_t chance_place(uint64_t seed, const char *code);
uint64_t chance_mixed(uint64_t h, uint64_t v);
static inline struct chance chance_about(uint64_t household, enum subject about) { return (struct chance){.at = household ^ ((uint64_t)about * 0xD1342543DE82EF95u)}; }
static inline struct chance chance_of(uint64_t place, uint64_t number, enum subject about) { return chance_about(chance_mixed(place, number), about); }

static inline uint64_t chance_next(struct chance *c) {
  uint64_t z = (c->at += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static inline uint32_t chance_piece(struct chance *c) { /* sixteen bits */
  if (!c->left) c->bits = chance_next(c), c->left = 4;
  uint32_t piece = c->bits & 0xFFFF;
  c->bits >>= 16, c->left--;
  return piece;
}

static inline double chance_unit(struct chance *c) { return (double)(chance_next(c) >> 11) * 0x1.0p-53; } /* [0,1) with 53 bits */
static inline float chance_small(struct chance *c) { return ((float)chance_piece(c) + 0.5f) * 0x1.0p-16f; } /* (0,1) with 16 bits */
static inline uint32_t chance_below(struct chance *c, uint32_t n) { return chance_piece(c) * n >> 16; } /* 0..n-1; n up to some thousands */
static inline bool chance_true(struct chance *c, double share) { return (double)chance_piece(c) < share * 65536; }
static inline int chance_between(struct chance *c, int least, int most) { return least + (int)chance_below(c, (uint32_t)(most - least + 1)); } /* both may come */

static inline double chance_bell(double sum) { return sum * (0.96586 + 0.012544 * sum * sum); } /* mends the tails of a sum of four */
static inline double chance_normal(struct chance *c) { /* mean 0, standard deviation 1 */
  uint64_t x = chance_next(c), two = (x & 0x0000FFFF0000FFFFu) + (x >> 16 & 0x0000FFFF0000FFFFu);
  return chance_bell(((double)(uint32_t)((two & 0xFFFFFFFF) + (two >> 32)) - 131070.0) * (1.7320508075688772 / 65536));
}
static inline double chance_coarse(struct chance *c) { /* the same in about a thousand steps, from half the bits: for what is rounded anyway */
  uint32_t x = chance_piece(c) << 16;
  x |= chance_piece(c);
  uint32_t two = (x & 0x00FF00FF) + (x >> 8 & 0x00FF00FF);
  return chance_bell(((double)((two & 0xFFFF) + (two >> 16)) - 510.0) * (1.7320508075688772 / 256));
}

double chance_exp(double x);                       /* within 1e-9, for |x| < 700 */
double chance_spread(struct chance *c, double sd); /* exp of a coarse normal with mean 1 */
double chance_probit(double share);                /* the inverse of the normal distribution function; share in (0,1) */

#endif
