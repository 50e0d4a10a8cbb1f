/* batch.h - some hundred households with their rows, as they are made: each field's values side by side, as small numbers.
 *
 * The maker writes cells; nothing is text yet. When a batch is full, whoever opened it takes what stands there (files: write.h; columns: chunk.h) and it
 * begins again. Side by side, because columns are then found, measured and narrowed by loops over one array.
 *
 * A cell that was not written is not missing but undefined: every row writes every field, batch_missing where there is no value.
 * Villages' rows do not come this way: there are few (rows.h). Memory: 210 KB, so that it stays in the processor's second cache. */
#ifndef SYNTH_BATCH_H
#define SYNTH_BATCH_H

#include "synth/block.h"
#include "synth/fields.h"

#define BATCH_HOUSEHOLDS 256u
#define BATCH_CHILDREN 1024u
#define BATCH_ROWS(kind) ((kind) == ROWS_HOUSEHOLD || (kind) == ROWS_VILLAGE || (kind) == ROWS_TRUTH ? BATCH_HOUSEHOLDS : BATCH_CHILDREN)
#define BATCH_STRIDE(kind) (BATCH_ROWS(kind) + 16u) /* not a power of two: fields would fall on one another in the cache */
#define BATCH_MISSING INT32_MIN
#define BATCH_SECOND 0x80000000u /* in a household's number: the second of two that a fault makes of one */
#define BATCH_TEXT_MAX 128u      /* of one value */

struct batch {
  const struct population *pop;
  int32_t *cells[ROWS_COUNT];    /* field f of row r stands at f * BATCH_STRIDE(kind) + r */
  uint32_t rows[ROWS_COUNT];
  uint32_t number[BATCH_HOUSEHOLDS], village[BATCH_HOUSEHOLDS]; /* village: index of pop->villages */
  uint8_t lists[BATCH_HOUSEHOLDS]; /* bit ROWS_x: that list was taken */
  uint16_t from[ROWS_COUNT][BATCH_HOUSEHOLDS + 1]; /* members, lines, crops: the household's first row */
  uint32_t truth_number[BATCH_HOUSEHOLDS], truth_village[BATCH_HOUSEHOLDS]; /* the same of the truth, which a fault does not double */
  enum status (*full)(void *ctx, struct batch *b, struct err *e); /* takes what is there */
  void *ctx;
};

enum status batch_open(struct arena *a, const struct population *pop, enum status (*full)(void *ctx, struct batch *b, struct err *e), void *ctx, struct batch **out, struct err *e) MUST_CHECK;
/* Room for one more household with all it may have; rows of it follow. */
enum status batch_household(struct batch *b, uint32_t number, uint32_t village, uint8_t lists, struct err *e) MUST_CHECK;
enum status batch_flush(struct batch *b, struct err *e) MUST_CHECK; /* hands over what is left */

/* The household a row belongs to: for rows in order, `from` is the answer for the row before. */
static inline uint32_t batch_owner(const struct batch *b, enum rows kind, uint32_t row, uint32_t from) {
  while (b->from[kind][from + 1] <= row) from++;
  return from;
}
static inline int32_t *batch_row(struct batch *b, enum rows kind) { return b->cells[kind] + b->rows[kind]++; }
static inline int32_t batch_cell(const struct batch *b, enum rows kind, uint32_t field, uint32_t row) { return b->cells[kind][field * BATCH_STRIDE(kind) + row]; }

/* A text of its own kind: a household's number, and the fields of FORM_TEXT. Returns its length; out[BATCH_TEXT_MAX]. kind: ROWS_HOUSEHOLD or ROWS_TRUTH */
uint32_t batch_key(const struct batch *b, enum rows kind, uint32_t row, char *out);
uint32_t batch_text(const struct batch *b, enum rows kind, uint32_t field, uint32_t row, uint32_t household, char *out);

/* The number of a household: S, village, seven digits, or A and nine digits from ten million on; `second`: the other half of a fault. */
uint32_t key_text(const char *village, uint32_t number, bool second, char *out);
/* An identity number: 999999, which is no region, the day of birth, an order number and a check digit. */
uint32_t identity_text(int32_t birth, uint32_t order, bool typing_error, char *out);

/* What FORM_TEXT cells hold. */
static inline int32_t cell_of_name(uint32_t surname, uint32_t given) { return (int32_t)(surname << 16 | given); }
static inline int32_t cell_of_identity(uint32_t order, bool typing_error) { return (int32_t)(order | (uint32_t)typing_error << 10); }

#endif
