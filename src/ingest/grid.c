#include "ingest/grid.h"

#include <string.h>

struct line { struct reader_cell *cells; uint32_t count; };

struct building {
  struct grid *g;
  struct line lines[GRID_ROWS];
  struct xlsx_merge *merges;
  uint32_t merge_count, merge_cap;
};

static enum status on_merge(void *ctx, const struct xlsx_merge *m, struct err *e) {
  struct building *b = ctx;
  if (m->row > GRID_ROWS || m->column >= GRID_COLUMNS) return OK;
  if (b->merge_count == b->merge_cap) {
    uint32_t cap = b->merge_cap ? b->merge_cap * 2 : 64;
    void *p = arena_grow(&b->g->arena, b->merges, b->merge_count, cap, sizeof *b->merges);
    ARENA_TRY(e, p);
    b->merges = p, b->merge_cap = cap;
  }
  b->merges[b->merge_count++] = *m;
  return OK;
}

static enum status on_row(void *ctx, const struct xlsx_row *row, bool *enough, struct err *e) {
  struct building *b = ctx;
  struct grid *g = b->g;
  if (row->number > GRID_ROWS) return g->cut = g->cut || row->count > 0, *enough = true, OK;
  uint32_t n = row->count;
  if (n > GRID_COLUMNS) g->cut = true, n = GRID_COLUMNS;
  if (!n) return OK;
  struct line *l = &b->lines[row->number - 1];
  ARENA_TRY(e, l->cells = arena_copy(&g->arena, row->cells, n * sizeof *l->cells));
  l->count = n;
  for (uint32_t i = 0; i < n; i++) {
    struct reader_cell *c = &l->cells[i];
    if (c->kind == READ_TEXT || c->kind == READ_BAD) ARENA_TRY(e, c->text.at = arena_strn(&g->arena, c->text.at, c->text.len));
  }
  g->rows = (uint32_t)row->number;
  if (n > g->columns) g->columns = n;
  return OK;
}

static void join(struct grid *g, const struct xlsx_merge *m) {
  uint32_t top = m->row - 1, bottom = m->last_row < g->rows ? m->last_row - 1 : g->rows - 1, right = m->last_column < g->columns ? m->last_column : g->columns - 1;
  if (top >= g->rows || m->column >= g->columns) return;
  for (uint32_t r = top; r <= bottom; r++)
    for (uint32_t c = m->column; c <= right; c++) {
      struct grid_cell *cell = &g->cells[(size_t)r * g->columns + c];
      if (r != top || c != m->column) cell->value = (struct reader_cell){.kind = READ_EMPTY};
      cell->row = top, cell->column = m->column, cell->last_row = bottom, cell->last_column = right;
    }
}

static enum status build(struct building *b, struct err *e) {
  struct grid *g = b->g;
  if (!g->rows) return OK;
  ARENA_TRY(e, g->cells = arena_array(&g->arena, (size_t)g->rows * g->columns, sizeof *g->cells));
  for (uint32_t r = 0; r < g->rows; r++)
    for (uint32_t c = 0; c < g->columns; c++)
      g->cells[(size_t)r * g->columns + c] = (struct grid_cell){.value = c < b->lines[r].count ? b->lines[r].cells[c] : (struct reader_cell){.kind = READ_EMPTY}, .row = r, .column = c, .last_row = r, .last_column = c};
  for (uint32_t i = 0; i < b->merge_count; i++) join(g, &b->merges[i]);
  return OK;
}

static enum status parse(struct xlsx_book *b, const char *part, const void *data, size_t len, const struct xlsx_sheet_handler *h, void *ctx, struct err *e) {
  return part ? sheet_parse(b, part, h, ctx, e) : sheet_parse_bytes(b, data, len, h, ctx, e);
}

static enum status open_grid(struct grid *g, struct xlsx_book *book, const char *part, const void *data, size_t len, struct err *e) {
  static const struct xlsx_sheet_handler rows = {.row = on_row}, joined = {.merge = on_merge};
  arena_init(&g->arena, GRID_BYTES);
  struct building *b = arena_new(&g->arena, struct building);
  ARENA_TRY(e, b);
  b->g = g;
  TRY(parse(book, part, data, len, &rows, b, e));
  if (!g->cut) TRY(parse(book, part, data, len, &joined, b, e)); /* what is joined stands at the end */
  return build(b, e);
}

enum status grid_open(struct grid *g, struct xlsx_book *book, const struct xlsx_sheet_name *sheet, struct err *e) {
  *g = (struct grid){.name = sheet->name};
  return open_grid(g, book, sheet->part, NULL, 0, e);
}

enum status grid_open_bytes(struct grid *g, struct xlsx_book *book, const void *data, size_t len, struct err *e) {
  *g = (struct grid){.name = "sheet"};
  return open_grid(g, book, NULL, data, len, e);
}

void grid_close(struct grid *g) {
  arena_drop(&g->arena);
  *g = (struct grid){0};
}

const struct grid_cell *grid_at(const struct grid *g, uint32_t row, uint32_t column) {
  if (row >= g->rows || column >= g->columns) return NULL;
  const struct grid_cell *c = &g->cells[(size_t)row * g->columns + column];
  return &g->cells[(size_t)c->row * g->columns + c->column];
}

bool grid_holds(const struct grid_cell *c) {
  if (!c || c->value.kind == READ_EMPTY) return false;
  return c->value.kind != READ_TEXT || span_trim(c->value.text).len > 0;
}
