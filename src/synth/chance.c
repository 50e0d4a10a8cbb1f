#include "synth/chance.h"

#include "base/elementary.h"

uint64_t chance_mixed(uint64_t h, uint64_t v) {
  h ^= v + 0x9E3779B97F4A7C15u + (h << 6) + (h >> 2);
  h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9u;
  h = (h ^ (h >> 27)) * 0x94D049BB133111EBu;
  return h ^ (h >> 31);
}

uint64_t chance_place(uint64_t seed, const char *code) {
  uint64_t h = chance_mixed(0, seed);
  for (const char *c = code; *c; c++) h = chance_mixed(h, (unsigned char)*c);
  return h;
}

double chance_exp(double x) {
  static const double parts[32] = { /* 2^(i/32) */
      1.0, 1.0218971486541166, 1.0442737824274138, 1.0671404006768237,
      1.0905077326652577, 1.1143867425958924, 1.1387886347566916, 1.1637248587775775,
      1.189207115002721, 1.215247359980469, 1.241857812073484, 1.2690509571917332,
      1.2968395546510096, 1.3252366431597413, 1.3542555469368927, 1.383909881963832,
      1.4142135623730951, 1.4451808069770467, 1.4768261459394993, 1.5091644275934228,
      1.5422108254079407, 1.5759808451078865, 1.6104903319492543, 1.645755478153965,
      1.681792830507429, 1.718619298122478, 1.7562521603732995, 1.7947090750031072,
      1.8340080864093424, 1.8741676341103, 1.9152065613971474, 1.9571441241754002};
  int64_t k = (int64_t)(x * 46.166241308446828384 + (x < 0 ? -0.5 : 0.5)); /* 32 / ln 2 */
  double r = x - (double)k * 0.021660849392498290, sum = 1 + r * (1 + r * (0.5 + r * (1.0 / 6)));
  union { uint64_t bits; double power; } two = {.bits = (uint64_t)(1023 + (k >> 5)) << 52};
  return sum * parts[k & 31] * two.power;
}

double chance_spread(struct chance *c, double sd) { return chance_exp(sd * chance_coarse(c) - sd * sd / 2); }

double chance_probit(double share) {
  double low = -8, high = 8;
  for (int i = 0; i < 60; i++) {
    double middle = (low + high) / 2;
    if (elementary_normal(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
