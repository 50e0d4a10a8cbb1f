/* Two ways in: bytes that begin with PK are a workbook; any others are the XML of a sheet, which a fuzzer never reaches through the checks of a container. */
#include "fuzz_ingest.h"

#include "base/date.h"
#include "ingest/xlsx_sheet.h"

static enum status look(void *ctx, const struct xlsx_row *row, bool *enough, struct err *e) {
  uint64_t *sum = ctx;
  (void)e;
  for (uint32_t i = 0; i < row->count; i++) {
    const struct reader_cell *c = &row->cells[i];
    if (c->kind == READ_DATE && (c->days < DATE_MIN || c->days > DATE_MAX)) abort();
    if (c->kind == READ_NUMBER && !(c->number > -1e15 && c->number < 1e15)) abort();
    if (c->kind != READ_TEXT && c->kind != READ_BAD) continue;
    if (memchr(c->text.at, 0, c->text.len) || !text_is_utf8(c->text.at, c->text.len, NULL)) abort();
    for (size_t k = 0; k < c->text.len; k++) *sum += (unsigned char)c->text.at[k];
  }
  *enough = ++sum[1] > 5000;
  return OK;
}

static enum status joined(void *ctx, const struct xlsx_merge *m, struct err *e) {
  (void)e;
  if (m->last_row < m->row || m->last_row > XLSX_ROWS_MAX || m->last_column >= XLSX_COLUMNS_MAX) abort();
  ++*(uint64_t *)ctx;
  return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size >= 2 && memcmp(data, "PK", 2) == 0) return fuzz_ingest(data, size, "xlsx");
  static struct span shared[] = {{"a", 1}, {"\xe6\x88\xb7", 3}};
  static uint8_t styles[] = {XLSX_PLAIN, XLSX_DATE, XLSX_PERCENT};
  static const struct xlsx_sheet_handler h = {.row = look, .merge = joined};
  struct xlsx_book b = {.path = "input", .shared = shared, .shared_count = 2, .styles = styles, .style_count = 3, .from_1904 = size & 1};
  uint64_t sum[2] = {0};
  struct err e;
  (void)!sheet_parse_bytes(&b, data, size, &h, sum, &e);
  return 0;
}
