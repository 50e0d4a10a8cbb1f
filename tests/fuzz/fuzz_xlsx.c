/* Two ways in: bytes that begin with PK are a workbook, read as a table and as forms; any others are the XML of a sheet, which a fuzzer never reaches through the checks of a container. */
#include "fuzz_ingest.h"

#include "base/date.h"
#include "ingest/form_look.h"
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

/* The same sheet as a form, and a workbook as one of forms. */
static const char *const form_words[] = {"\xe6\x88\xb7|key", "name", "a|b", "size(m2)"}, *const list_words[] = {"\xe6\x88\xb7|key", "no", "name", "sex"};
static const struct reader_sought sought[] = {{form_words, 4, "form", SOUGHT_FORM, 0, UINT32_MAX}, {list_words, 4, "list", SOUGHT_LIST, 0, 1}, {form_words, 4, "all", SOUGHT_OTHER, 0, UINT32_MAX}};

static void as_grid(const struct grid *g, uint64_t *sum) {
  const struct reader_book b = {sought, 3, 0};
  struct form_words words;
  struct form_look l;
  struct form_value v[4];
  struct arena a;
  struct err e;
  arena_init(&a, 64 << 20);
  for (uint32_t r = 0; r < g->rows; r++)
    for (uint32_t c = 0; c < g->columns; c++) {
      const struct grid_cell *x = grid_at(g, r, c);
      if (x->row > r || x->column > c || x->last_row < r || x->last_column < c || x->last_row >= g->rows || x->last_column >= g->columns) abort();
      *sum += form_cell(&x->value).kind;
    }
  if (form_words_open(&words, &a, &b, &e) == OK && form_look(&l, &a, &b, &words, g, &e) == OK) {
    for (uint32_t s = 0; s < 3; s++) form_values(&l, s, v), *sum += v[0].found;
    for (uint32_t i = 0; i < l.head_count; i++) {
      uint32_t columns[4];
      const struct form_head *h = &l.heads[i];
      if (h->bottom < h->row || h->end <= h->bottom || h->end > g->rows + 1) abort();
      form_columns(&l, h, columns);
      for (uint32_t r = h->bottom + 1; r < h->end; r++) *sum += form_row_counts(&l, h, columns, r);
    }
  }
  arena_drop(&a);
}

static void as_forms(const uint8_t *data, size_t size) {
  for (uint32_t mine = 0; mine < 3; mine++) {
    const struct reader_book b = {sought, 3, mine};
    const struct reader_wants wants = {.headings = sought[mine].headings, .count = 4, .book = &b};
    struct reader r = {0};
    struct err e;
    uint64_t sum[2] = {0};
    if (reader_open_fd(&r, fuzz_fd(data, size), "input", "xlsx", NULL, &wants, &e) == OK) (void)!reader_each(&r, fuzz_row, sum, &e);
    reader_close(&r);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size >= 2 && memcmp(data, "PK", 2) == 0) {
    as_forms(data, size);
    return fuzz_ingest(data, size, "xlsx");
  }
  static struct span shared[] = {{"a", 1}, {"\xe6\x88\xb7", 3}};
  static uint8_t styles[] = {XLSX_PLAIN, XLSX_DATE, XLSX_PERCENT};
  static const struct xlsx_sheet_handler h = {.row = look, .merge = joined};
  struct xlsx_book b = {.path = "input", .shared = shared, .shared_count = 2, .styles = styles, .style_count = 3, .from_1904 = size & 1};
  uint64_t sum[2] = {0};
  struct err e;
  (void)!sheet_parse_bytes(&b, data, size, &h, sum, &e);
  struct grid g;
  if (grid_open_bytes(&g, &b, data, size, &e) == OK) as_grid(&g, sum);
  grid_close(&g);
  return 0;
}
