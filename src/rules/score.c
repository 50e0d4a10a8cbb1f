#include "rules/score.h"

#include "rules/block.h"
#include "rules/kernel.h"

enum status score_open(struct arena *a, const double *weights, uint32_t count, struct score *out, struct err *e) {
  if (count > SCORE_MAX) return err_set(e, ERR_LIMIT, "join some of them with ||", "%u indicators; a score takes at most %u", count, SCORE_MAX);
  *out = (struct score){.count = count};
  for (uint32_t part = 0; part * SCORE_TABLE < count || part == 0; part++) {
    uint32_t n = count - part * SCORE_TABLE;
    if (n > SCORE_TABLE) n = SCORE_TABLE;
    double *table;
    ARENA_TRY(e, table = arena_array(a, (size_t)1 << n, sizeof *table));
    for (uint32_t bits = 0; bits < (uint32_t)1 << n; bits++)
      for (uint32_t j = 0; j < n; j++)
        if (bits >> j & 1) table[bits] += weights[part * SCORE_TABLE + j];
    out->table[part] = table;
  }
  return OK;
}

void score_pack(const uint8_t *const *states, uint32_t count, uint32_t rows, uint32_t *yes, uint32_t *maybe) {
  for (uint32_t j = 0; j < count; j++) {
    kernel_bit(yes, states[j], BLOCK_TRUE, j, rows);
    if (maybe) kernel_bit(maybe, states[j], BLOCK_TRUE | BLOCK_UNKNOWN | BLOCK_ERROR, j, rows);
  }
  for (uint32_t i = 0; i < rows && !count; i++) yes[i] = 0;
  for (uint32_t i = 0; maybe && i < rows && !count; i++) maybe[i] = 0;
}

void score_look(const struct score *s, const uint32_t *bits, uint32_t rows, double *out) {
  if (!s->table[1])
    for (uint32_t i = 0; i < rows; i++) out[i] = s->table[0][bits[i]];
  else
    for (uint32_t i = 0; i < rows; i++) out[i] = s->table[0][bits[i] & ((1u << SCORE_TABLE) - 1)] + s->table[1][bits[i] >> SCORE_TABLE];
}

/* A poor row's numbers are added, another's not, without a branch: who is poor is hard to guess. */
#define BY_AREA(code)                                                                                        \
  for (uint32_t i = 0; i < rows; i++) {                                                                      \
    struct score_area *a = &areas[code];                                                                     \
    uint64_t poor = scores[i] >= cutoff, people = (uint64_t)persons[i];                                      \
    a->households++;                                                                                         \
    a->persons += people;                                                                                    \
    a->poor_households += poor;                                                                              \
    a->poor_persons += people & (0 - poor);                                                                  \
    a->poor_score += scores[i] >= cutoff ? scores[i] * (double)persons[i] : 0.0;                             \
  }

void score_by_area(struct score_area *areas, const struct column *codes, uint64_t first, const int64_t *persons, const double *scores, double cutoff, uint32_t rows) {
  if (!codes) {
    BY_AREA(0);
    return;
  }
  switch (codes->width) {
  case COL_U8: {
    const uint8_t *c = (const uint8_t *)codes->data + first;
    BY_AREA(c[i]);
    return;
  }
  case COL_U16: {
    const uint16_t *c = (const uint16_t *)codes->data + first;
    BY_AREA(c[i]);
    return;
  }
  default: {
    const uint32_t *c = (const uint32_t *)codes->data + first;
    BY_AREA(c[i]);
  }
  }
}

void score_join(struct score_area *into, const struct score_area *more, uint32_t areas) {
  for (uint32_t i = 0; i < areas; i++) {
    into[i].households += more[i].households;
    into[i].persons += more[i].persons;
    into[i].poor_households += more[i].poor_households;
    into[i].poor_persons += more[i].poor_persons;
    into[i].poor_score += more[i].poor_score;
  }
}
