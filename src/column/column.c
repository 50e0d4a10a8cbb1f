#include "column/column.h"

#include <string.h>

unsigned col_width_bytes(enum col_width w) {
  static const uint8_t bytes[COL_WIDTH_COUNT] = {[COL_I8] = 1,  [COL_I16] = 2, [COL_I32] = 4, [COL_I64] = 8, [COL_U8] = 1,
                                                 [COL_U16] = 2, [COL_U32] = 4, [COL_F32] = 4, [COL_F64] = 8};
  return bytes[w];
}

const char *col_kind_name(enum col_kind k) {
  static const char *const names[COL_KIND_COUNT] = {"boolean", "integer", "decimal", "real", "date", "choice", "text"};
  return (unsigned)k < COL_KIND_COUNT ? names[k] : "?";
}

const char *absence_name(enum absence a) {
  static const char *const names[ABSENCE_COUNT] = {"", "empty", "refused", "not applicable", "roster not taken"};
  return (unsigned)a < ABSENCE_COUNT ? names[a] : "?";
}

int64_t column_int(const struct column *c, uint64_t row) {
  switch (c->width) {
    case COL_I8: return ((const int8_t *)c->data)[row];
    case COL_I16: return ((const int16_t *)c->data)[row];
    case COL_I32: return ((const int32_t *)c->data)[row];
    case COL_I64: return ((const int64_t *)c->data)[row];
    case COL_U8: return ((const uint8_t *)c->data)[row];
    case COL_U16: return ((const uint16_t *)c->data)[row];
    case COL_U32: return ((const uint32_t *)c->data)[row];
    default: return 0; /* reals have no integer value */
  }
}

struct span column_dict(const struct column *c, uint32_t code) {
  return (struct span){c->dict_bytes + c->dict_at[code], c->dict_at[code + 1] - c->dict_at[code]};
}

struct cell column_cell(const struct column *c, uint64_t row) {
  if (!column_has(c, row)) return (struct cell){.absence = c->absence ? (enum absence)c->absence[row] : ABSENT_EMPTY};
  switch (c->kind) {
    case COL_REAL: return (struct cell){.d = c->width == COL_F32 ? (double)((const float *)c->data)[row] : ((const double *)c->data)[row]};
    case COL_CHOICE:
    case COL_TEXT: return (struct cell){.s = column_dict(c, (uint32_t)column_int(c, row))};
    default: return (struct cell){.i = column_int(c, row)};
  }
}

uint32_t column_code_of(const struct column *c, struct span entry) {
  uint32_t lo = 0, hi = c->dict_count;
  while (lo < hi) {
    uint32_t mid = lo + (hi - lo) / 2;
    struct span m = column_dict(c, mid);
    size_t n = m.len < entry.len ? m.len : entry.len;
    int order = n ? memcmp(m.at, entry.at, n) : 0;
    if (order == 0 && m.len == entry.len) return mid;
    if (order < 0 || (order == 0 && m.len < entry.len)) lo = mid + 1;
    else hi = mid;
  }
  return UINT32_MAX;
}
