#include "identify/settle.h"

#include <string.h>

#include "identify/decide.h"
#include "rules/kernel.h"

enum status settle_scores_open(struct arena *a, const struct decisions *d, double cutoff, struct settle_scores *out, struct err *e) {
  *out = (struct settle_scores){.decisions = d, .cutoff = cutoff};
  if (d->weight_count > SETTLE_TABLE) return OK;
  const size_t n = (size_t)1 << d->weight_count;
  ARENA_TRY(e, out->reached = arena_alloc(a, n));
  ARENA_TRY(e, out->score = arena_array(a, n, sizeof *out->score));
  for (size_t bits = 0; bits < n; bits++) {
    out->score[bits] = decisions_score(d, bits);
    out->reached[bits] = decide_poor(cutoff, out->score[bits], out->score[bits]) == TRUTH_TRUE;
  }
  return OK;
}

uint8_t settle_rule(struct settle *s, enum reason_kind kind, uint32_t r, const uint8_t *states, uint32_t rows) {
  return kernel_answers(s->yes[kind][r / 8], s->dunno[kind][r / 8], states, r % 8, rows);
}

void settle_poor(struct settle *s, const struct settle_scores *scores, uint32_t indicators, uint32_t rows) {
  if (!indicators) {
    memset(s->poor, TRUTH_FALSE, rows);
    return;
  }
  const uint8_t *reached = scores->reached;
  uint8_t(*yes)[BLOCK_ROWS] = s->yes[REASON_INDICATOR], (*dunno)[BLOCK_ROWS] = s->dunno[REASON_INDICATOR];
  if (reached) {
    for (uint32_t i = 0; i < rows; i++) {
      const uint32_t held = yes[0][i] | (uint32_t)yes[1][i] << 8, maybe = held | dunno[0][i] | (uint32_t)dunno[1][i] << 8; /* the second lanes are zero for eight */
      s->poor[i] = reached[held] ? TRUTH_TRUE : reached[maybe] ? TRUTH_UNKNOWN : TRUTH_FALSE;
    }
    return;
  }
  memset(s->held, 0, rows * sizeof *s->held);
  memset(s->maybe, 0, rows * sizeof *s->maybe);
  for (uint32_t b = 0; b * 8 < indicators; b++)
    for (uint32_t i = 0; i < rows; i++) {
      s->held[i] |= (uint64_t)yes[b][i] << (8 * b);
      s->maybe[i] |= (uint64_t)(yes[b][i] | dunno[b][i]) << (8 * b);
    }
  for (uint32_t i = 0; i < rows; i++) s->poor[i] = (uint8_t)decide_poor(scores->cutoff, decisions_score(scores->decisions, s->held[i]), decisions_score(scores->decisions, s->maybe[i]));
}

double settle_score(const struct settle *s, const struct settle_scores *scores, uint32_t i) {
  if (!scores->score) return decisions_score(scores->decisions, s->held[i]);
  return scores->score[s->yes[REASON_INDICATOR][0][i] | (uint32_t)s->yes[REASON_INDICATOR][1][i] << 8];
}

void settle_count(const uint8_t *poor, const uint8_t *few, uint32_t rows, struct settle_sums *out) {
  uint32_t persons = 0, poor_households = 0, poor_persons = 0; /* of a block: far from 2^32 */
  for (uint32_t i = 0; i < rows; i++) {
    const uint8_t people = few[i] == SAMPLE_MANY ? 0 : few[i], is = poor[i] == TRUTH_TRUE ? 0xff : 0;
    persons += people;
    poor_households += is & 1;
    poor_persons += people & is;
  }
  *out = (struct settle_sums){persons, poor_households, poor_persons};
}

uint32_t settle_rows(uint16_t *out, const uint8_t *what, uint8_t bits, const uint8_t *mine, uint32_t rows) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < rows; i++) {
    out[count] = (uint16_t)i;
    count += (uint32_t)((what[i] & bits) != 0) & mine[i];
  }
  return count;
}

/* Whether any rule of a kind is true, or not known: one byte a household, not 0 when so. */
static void any(uint8_t *restrict out, uint8_t lanes[][BLOCK_ROWS], uint32_t rules, uint32_t rows) {
  memset(out, 0, rows);
  for (uint32_t b = 0; b * 8 < rules; b++)
    for (uint32_t i = 0; i < rows; i++) out[i] |= lanes[b][i];
}

void settle_qualifies(struct settle *s, uint32_t inclusions, uint32_t exclusions, uint32_t rows) {
  uint8_t in[BLOCK_ROWS], in_dunno[BLOCK_ROWS], out[BLOCK_ROWS], out_dunno[BLOCK_ROWS];
  any(in, s->yes[REASON_INCLUDE], inclusions, rows);
  any(in_dunno, s->dunno[REASON_INCLUDE], inclusions, rows);
  any(out, s->yes[REASON_EXCLUDE], exclusions, rows);
  any(out_dunno, s->dunno[REASON_EXCLUDE], exclusions, rows);
  for (uint32_t i = 0; i < rows && !inclusions; i++) in[i] = s->poor[i] == TRUTH_TRUE, in_dunno[i] = s->poor[i] == TRUTH_UNKNOWN;
  for (uint32_t i = 0; i < rows; i++) {
    uint8_t yes = in[i] ? 1 : 0, maybe = in_dunno[i] ? 1 : 0, no = out[i] ? 1 : 0, unsure = out_dunno[i] ? 1 : 0;
    uint8_t inside = (uint8_t)((yes | maybe) & (no ^ 1)), doubt = (uint8_t)((yes ^ 1) | unsure);
    s->qualifies[i] = (uint8_t)(inside * (uint8_t)(TRUTH_TRUE + doubt));
  }
}
_Static_assert(TRUTH_FALSE == 0 && TRUTH_TRUE == 1 && TRUTH_UNKNOWN == 2, "settle_qualifies multiplies");

static uint8_t bytes_or(const uint8_t *bytes, uint32_t rows) {
  uint8_t all = 0;
  for (uint32_t i = 0; i < rows; i++) all |= bytes[i];
  return all;
}

void settle_store(struct mask *to, uint64_t from, uint8_t lanes[][BLOCK_ROWS], const uint8_t *mine, uint32_t rows) {
  const uint8_t width = to->width;
  uint8_t some = 0;
  for (uint8_t b = 0; b < width; b++) some |= bytes_or(lanes[b], rows);
  if (!some) return; /* it is zero already, and its memory stays untouched */
  uint8_t *at = (uint8_t *)to->data + from * width;
  if (width == 1 && !mine) {
    memcpy(at, lanes[0], rows);
  } else if (width == 2 && !mine) {
    uint16_t *wide = (uint16_t *)to->data + from;
    for (uint32_t i = 0; i < rows; i++) wide[i] = (uint16_t)(lanes[0][i] | lanes[1][i] << 8);
  } else {
    for (uint32_t i = 0; i < rows; i++)
      for (uint8_t b = 0; b < width && (!mine || mine[i]); b++) at[(size_t)i * width + b] = lanes[b][i];
  }
}
