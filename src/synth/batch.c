#include "synth/batch.h"

#include <string.h>

#include "base/date.h"

#define ROOM_FOR_CHILDREN 64u /* of each kind, of one household: SYNTH_CROPS_MAX and some more lines */

enum status batch_open(struct arena *a, const struct population *pop, enum status (*full)(void *ctx, struct batch *b, struct err *e), void *ctx, struct batch **out, struct err *e) {
  struct batch *b;
  ARENA_TRY(e, b = arena_new(a, struct batch));
  b->pop = pop, b->full = full, b->ctx = ctx;
  for (int k = 0; k < ROWS_COUNT; k++)
    if (k != ROWS_VILLAGE) ARENA_TRY(e, b->cells[k] = arena_array(a, (size_t)fields_of[k].count * BATCH_STRIDE(k), sizeof **b->cells));
  *out = b;
  return OK;
}

static bool is_child(int kind) { return kind == ROWS_MEMBER || kind == ROWS_LINE || kind == ROWS_CROP; }

static void close_children(struct batch *b) {
  for (int k = 0; k < ROWS_COUNT; k++)
    if (is_child(k)) b->from[k][b->rows[ROWS_HOUSEHOLD]] = (uint16_t)b->rows[k];
}

enum status batch_flush(struct batch *b, struct err *e) {
  close_children(b);
  TRY(b->full(b->ctx, b, e));
  memset(b->rows, 0, sizeof b->rows);
  return OK;
}

enum status batch_household(struct batch *b, uint32_t number, uint32_t village, uint8_t lists, struct err *e) {
  bool tight = false;
  for (int k = 0; k < ROWS_COUNT; k++) tight |= b->rows[k] + (is_child(k) ? ROOM_FOR_CHILDREN : 2u) > BATCH_ROWS(k);
  if (tight) TRY(batch_flush(b, e));
  close_children(b);
  uint32_t at = b->rows[ROWS_HOUSEHOLD];
  b->number[at] = number, b->village[at] = village, b->lists[at] = lists;
  return OK;
}

/* Digits of v, filled with zeros to `width`. */
static char *put_digits(char *at, uint32_t v, int width) {
  for (int i = width - 1; i >= 0; i--) at[i] = (char)('0' + v % 10), v /= 10;
  return at + width;
}

uint32_t batch_key(const struct batch *b, enum rows kind, uint32_t row, char *out) {
  const uint32_t number = kind == ROWS_TRUTH ? b->truth_number[row] : b->number[row], village = kind == ROWS_TRUTH ? b->truth_village[row] : b->village[row];
  return key_text(b->pop->villages[village].code, number & ~BATCH_SECOND, number & BATCH_SECOND, out);
}

uint32_t key_text(const char *village, uint32_t number, bool second, char *out) {
  size_t n = strnlen(village, 24);
  out[0] = 'S';
  memcpy(out + 1, village, n);
  char *at = out + 1 + n;
  if (number >= 10000000) *at++ = 'A'; /* so that numbers come in order as texts too */
  at = put_digits(at, number, number < 10000000 ? 7 : 9);
  if (second) *at++ = 'B';
  *at = 0;
  return (uint32_t)(at - out);
}

uint32_t identity_text(int32_t birth, uint32_t order, bool typing_error, char *out) {
  static const int weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  struct civil c = date_to_civil(birth);
  int sum = 0;
  memcpy(out, "999999", 6);
  (void)put_digits(put_digits(put_digits(put_digits(out + 6, (uint32_t)c.year, 4), (uint32_t)c.month, 2), (uint32_t)c.day, 2), order, 3);
  for (int i = 0; i < 17; i++) sum += (out[i] - '0') * weights[i];
  out[17] = "10X98765432"[sum % 11], out[18] = 0;
  if (typing_error) { /* two figures are swapped */
    char t = out[15];
    out[15] = out[16], out[16] = t;
  }
  return 18;
}

static uint32_t name_text(const struct model *m, uint32_t cell, char *out) {
  const char *parts[2] = {m->surnames[cell >> 16], m->given[cell & 0xFFFF]};
  uint32_t n = 0;
  for (int i = 0; i < 2; i++) {
    size_t len = strlen(parts[i]); /* at most SYNTH_WORD_MAX */
    memcpy(out + n, parts[i], len);
    n += (uint32_t)len;
  }
  out[n] = 0;
  return n;
}

uint32_t batch_text(const struct batch *b, enum rows kind, uint32_t field, uint32_t row, uint32_t household, char *out) {
  uint32_t cell = (uint32_t)batch_cell(b, kind, field, row);
  if (kind == ROWS_MEMBER && field == MEMBER_person_number) {
    uint32_t n = batch_key(b, ROWS_HOUSEHOLD, household, out);
    *put_digits(out + n, cell, 2) = 0;
    return n + 2;
  }
  if (kind == ROWS_MEMBER && field == MEMBER_name) return name_text(b->pop->m, cell, out);
  if (kind == ROWS_MEMBER && field == MEMBER_id_number) return identity_text(batch_cell(b, ROWS_MEMBER, MEMBER_birth, row), cell & 1023, cell >> 10 & 1, out);
  out[0] = 0;
  return 0;
}
