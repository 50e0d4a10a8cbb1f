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

/* Rows mostly come by area, so they are added up in groups of one area where they do, and one by one where they do not. Which
 * rows form a group follows from the rows' places alone. */
enum { GROUP = 32 };

static void add_group(struct score_area *a, const int64_t *persons, const double *scores, double cutoff, uint32_t rows) {
  uint64_t people = 0, poor = 0, poor_people = 0;
  double sum[4] = {0};
  for (uint32_t i = 0; i < rows; i++) { /* no branch: who is poor is hard to guess */
    uint64_t is = scores[i] >= cutoff, p = (uint64_t)persons[i];
    people += p;
    poor += is;
    poor_people += p & (0 - is);
    sum[i & 3] += scores[i] * (double)(int64_t)(p & (0 - is));
  }
  a->households += rows;
  a->persons += people;
  a->poor_households += poor;
  a->poor_persons += poor_people;
  a->poor_score += (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

#define BY_AREA(type)                                                                                        \
  do {                                                                                                       \
    const type *c = (const type *)codes->data + first;                                                       \
    uint32_t i = 0;                                                                                          \
    for (; i + GROUP <= rows; i += GROUP) {                                                                  \
      type other = 0;                                                                                        \
      for (uint32_t k = 0; k < GROUP; k++) other |= (type)(c[i + k] ^ c[i]);                                 \
      if (!other) add_group(&areas[c[i]], persons + i, scores + i, cutoff, GROUP);                           \
      for (uint32_t k = 0; other && k < GROUP; k++) add_group(&areas[c[i + k]], persons + i + k, scores + i + k, cutoff, 1); \
    }                                                                                                        \
    for (; i < rows; i++) add_group(&areas[c[i]], persons + i, scores + i, cutoff, 1);                       \
  } while (0)

void score_by_area(struct score_area *areas, const struct column *codes, uint64_t first, const int64_t *persons, const double *scores, double cutoff, uint32_t rows) {
  if (!codes)
    for (uint32_t i = 0; i < rows; i += GROUP) add_group(areas, persons + i, scores + i, cutoff, rows - i < GROUP ? rows - i : GROUP);
  else if (codes->width == COL_U8) BY_AREA(uint8_t);
  else if (codes->width == COL_U16) BY_AREA(uint16_t);
  else BY_AREA(uint32_t);
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
