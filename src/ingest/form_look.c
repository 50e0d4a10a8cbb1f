#include "ingest/form_look.h"

#include <string.h>

#include "ingest/heading.h"

static struct span next_word(const char **at) {
  const char *from = *at, *bar = strchr(from, '|');
  *at = bar ? bar + 1 : NULL;
  return (struct span){from, bar ? (size_t)(bar - from) : strlen(from)};
}

enum status form_words_open(struct form_words *w, struct arena *a, const struct reader_book *b, struct err *e) {
  map_init(&w->all, a);
  for (uint32_t i = 0; i < b->count; i++) TRY(heading_index(&w->all, b->sought[i].headings, b->sought[i].count, e));
  for (uint32_t k = 0; k < w->all.count; k++) w->all.values[k] = k;
  ARENA_TRY(e, w->own = arena_array(a, b->count, sizeof *w->own));
  ARENA_TRY(e, w->label = arena_array(a, w->all.count + 1, sizeof *w->label));
  for (uint32_t i = 0; i < b->count; i++) {
    const struct reader_sought *s = &b->sought[i];
    ARENA_TRY(e, w->own[i] = arena_array(a, w->all.count + 1, sizeof **w->own));
    memset(w->own[i], 0xff, (w->all.count + 1) * sizeof **w->own);
    for (uint32_t h = s->count; h-- > 0;) /* where two fields are read from one column, the first has it */
      for (const char *at = s->headings[h]; at;) {
        char plain[HEADING_MAX];
        uint32_t k = map_get(&w->all, plain, heading_plain(next_word(&at), plain));
        if (k == MAP_NONE) continue;
        w->own[i][k] = h;
        if (s->kind == SOUGHT_FORM) w->label[k] = true;
      }
  }
  return OK;
}

/* ---- words in cells ---- */

static bool is_colon(uint32_t code) { return code == ':' || code == 0xff1a; }

/* Where the first colon stands; the text's length where there is none. */
static size_t colon(struct span s, size_t *width) {
  for (size_t i = 0, k; i < s.len; i += k) {
    uint32_t code = 0;
    if (!(k = text_utf8_next(s.at + i, s.len - i, &code))) break;
    if (is_colon(code)) return *width = k, i;
  }
  return *width = 0, s.len;
}

static struct form_word look_up(const struct form_words *w, const struct reader_cell *c) {
  char plain[HEADING_MAX];
  struct form_word x = {MAP_NONE, MAP_NONE, 0};
  if (c->kind != READ_TEXT || c->text.len > 2000) return x;
  size_t width, n = heading_plain(c->text, plain);
  if (!n) return x;
  x.exact = map_get(&w->all, plain, n), x.bare = heading_get_bare(&w->all, plain, n);
  if (x.exact != MAP_NONE || x.bare != MAP_NONE) return x;
  size_t at = colon(c->text, &width);
  if (!width || !(n = heading_plain((struct span){c->text.at, at}, plain))) return x;
  x.exact = map_get(&w->all, plain, n), x.bare = heading_get_bare(&w->all, plain, n);
  if (x.exact != MAP_NONE || x.bare != MAP_NONE) x.rest = (uint32_t)(at + width);
  return x;
}

static const struct form_word *word_in(const struct form_look *l, const struct grid_cell *c) { return &l->cells[(size_t)c->row * l->grid->columns + c->column]; }

/* The index of the cell's word in the source's headings. *rest (may be NULL: then the cell holds nothing else): what follows its colon. */
static uint32_t word_of(const struct form_look *l, uint32_t sought, const struct grid_cell *c, struct span *rest) {
  if (rest) *rest = (struct span){"", 0};
  if (!c) return MAP_NONE;
  const struct form_word *x = word_in(l, c);
  const uint32_t *own = l->words->own[sought];
  if (x->rest && !rest) return MAP_NONE;
  uint32_t found = x->exact != MAP_NONE ? own[x->exact] : MAP_NONE;
  if (found == MAP_NONE && x->bare != MAP_NONE) found = own[x->bare];
  if (found != MAP_NONE && x->rest) *rest = span_trim((struct span){c->value.text.at + x->rest, c->value.text.len - x->rest});
  return found;
}

static bool is_word(const struct form_look *l, const struct grid_cell *c) { return c && (word_in(l, c)->exact != MAP_NONE || word_in(l, c)->bare != MAP_NONE); }

static bool is_label(const struct form_look *l, const struct grid_cell *c) {
  const struct form_word *x = word_in(l, c);
  return (x->exact != MAP_NONE && l->words->label[x->exact]) || (x->bare != MAP_NONE && l->words->label[x->bare]);
}

static const struct grid_cell *right_of(const struct grid *g, const struct grid_cell *c) { return grid_at(g, c->row, c->last_column + 1); }
static const struct grid_cell *left_of(const struct grid *g, const struct grid_cell *c) { return c->column ? grid_at(g, c->row, c->column - 1) : NULL; }

/* The cells of a row that begin in it: calls for each that holds something; returns their number. */
static uint32_t held(const struct grid *g, uint32_t row, const struct grid_cell **first) {
  uint32_t n = 0;
  if (first) *first = NULL;
  for (uint32_t c = 0; c < g->columns; c++) {
    const struct grid_cell *x = grid_at(g, row, c);
    if (x->row != row || x->column != c || !grid_holds(x)) continue;
    if (!n++ && first) *first = x;
  }
  return n;
}

/* ---- rows of headings ---- */

/* How many headings of the source stand in the row, and beside how many of them another one. */
static uint32_t known(const struct form_look *l, uint32_t row, uint32_t sought, uint32_t *pairs) {
  const struct grid *g = l->grid;
  uint32_t n = 0;
  uint64_t seen[8] = {0};
  *pairs = 0;
  for (uint32_t c = 0; c < g->columns; c++) {
    const struct grid_cell *x = grid_at(g, row, c);
    if (x->row != row || x->column != c) continue;
    uint32_t want = word_of(l, sought, x, NULL);
    if (want == MAP_NONE || want >= 512 || (seen[want / 64] >> (want % 64) & 1)) continue;
    seen[want / 64] |= (uint64_t)1 << (want % 64);
    n++;
    *pairs += is_word(l, right_of(g, x));
  }
  return n;
}

/* Whether the line above names the source. */
static bool titled(const struct form_look *l, uint32_t row, const char *name) {
  char plain[HEADING_MAX], sought[HEADING_MAX];
  for (uint32_t up = 1; up <= 2 && up <= row; up++) {
    const struct grid_cell *x;
    if (!held(l->grid, row - up, &x)) continue;
    if (x->value.kind != READ_TEXT || !name) return false;
    size_t n = heading_plain(x->value.text, plain), k = heading_plain(span_of(name), sought);
    for (size_t i = 0; k && i + k <= n; i++)
      if (memcmp(plain + i, sought, k) == 0) return true;
    return false;
  }
  return false;
}

static bool head_of(const struct form_look *l, uint32_t row, struct form_head *out) {
  uint32_t best = 0;
  for (uint32_t s = 0; s < l->book->count; s++) {
    uint32_t pairs, n = known(l, row, s, &pairs);
    if (n < 2 || !pairs || pairs * 2 < n - 1) continue;
    const struct reader_sought *x = &l->book->sought[s];
    uint32_t score = 8 * n + 4 * titled(l, row, x->name) + 2 * (x->kind == SOUGHT_FORM) + (x->kind == SOUGHT_LIST);
    if (score > best) best = score, out->sought = s;
  }
  if (!best) return false;
  out->row = out->bottom = row;
  for (uint32_t c = 0; c < l->grid->columns; c++) {
    const struct grid_cell *x = grid_at(l->grid, row, c);
    if (x->row == row && x->last_row > out->bottom && x->last_row <= row + 5 && word_of(l, out->sought, x, NULL) != MAP_NONE) out->bottom = x->last_row;
  }
  return true;
}

void form_columns(const struct form_look *l, const struct form_head *h, uint32_t *columns) {
  for (uint32_t i = 0; i < l->book->sought[h->sought].count; i++) columns[i] = UINT32_MAX;
  for (uint32_t row = h->row; row <= h->bottom; row++) /* a heading below stands for its part of a wider one above */
    for (uint32_t c = 0; c < l->grid->columns; c++) {
      const struct grid_cell *x = grid_at(l->grid, row, c);
      uint32_t want = x->row == row && x->column == c ? word_of(l, h->sought, x, NULL) : MAP_NONE;
      if (want != MAP_NONE && columns[want] == UINT32_MAX) columns[want] = c;
    }
}

/* ---- rows of tables ---- */

static bool is_one_of(const struct grid_cell *c, const char *const *words) {
  char plain[HEADING_MAX];
  if (c->value.kind != READ_TEXT) return false;
  size_t n = heading_plain(c->value.text, plain);
  for (; *words; words++)
    if (strlen(*words) == n && memcmp(plain, *words, n) == 0) return true;
  return false;
}

static bool is_sum(const struct grid_cell *first) {
  static const char *const words[] = {"合计", "总计", "小计", "Total", "total", "Sum", NULL};
  return is_one_of(first, words);
}

/* `Signed: ...`: words and a colon, no time of day. */
static bool is_line_to_sign(const struct grid_cell *c) {
  if (c->value.kind != READ_TEXT) return false;
  size_t width, at = colon(c->value.text, &width);
  for (size_t i = 0; i < at; i++)
    if (c->value.text.at[i] >= '0' && c->value.text.at[i] <= '9') return false;
  return width && at;
}

/* Joined over two columns that have headings of their own: a title, or a line of text. */
static bool spans_columns(const struct form_look *l, const struct form_head *h, const struct grid_cell *x) {
  uint32_t n = 0;
  for (uint32_t c = x->column; c <= x->last_column; c++) {
    const struct grid_cell *head = grid_at(l->grid, h->bottom, c);
    n += head && head->column == c && grid_holds(head);
  }
  return n > 1;
}

static bool ends_table(const struct form_look *l, const struct form_head *h, uint32_t row) {
  const struct grid_cell *first;
  if (!held(l->grid, row, &first)) return false;
  return is_label(l, first) || spans_columns(l, h, first) || is_line_to_sign(first);
}

static void measure(struct form_look *l, struct form_head *h, uint32_t next) {
  const struct grid *g = l->grid;
  for (h->end = h->bottom + 1; h->end < next && !ends_table(l, h, h->end); h->end++) h->rows += held(g, h->end, NULL) > 0;
  if (h->end < next || next == g->rows) return;
  /* The title of the next table, when it is one: joined over columns (then the table ended there), or naming that table. */
  const struct grid_cell *x;
  uint32_t row = next - 1;
  while (row > h->bottom && !held(g, row, NULL)) row--;
  if (row <= h->bottom || held(g, row, &x) != 1) return;
  struct form_head after = {0};
  if (head_of(l, next, &after) && titled(l, next, l->book->sought[after.sought].name)) h->end = row, h->rows--;
}

bool form_row_counts(const struct form_look *l, const struct form_head *h, const uint32_t *columns, uint32_t row) {
  const struct reader_sought *s = &l->book->sought[h->sought];
  const struct grid_cell *first;
  if (!held(l->grid, row, &first) || is_sum(first)) return false;
  for (uint32_t i = 0; i < s->count; i++) { /* numbers that were printed beforehand make no row */
    if (columns[i] == UINT32_MAX || i == s->key || i == s->number) continue;
    const struct grid_cell *x = grid_at(l->grid, row, columns[i]);
    if (x && x->row == row && grid_holds(x)) return true;
  }
  return false;
}

/* ---- labels ---- */

static const struct form_head *head_at(const struct form_look *l, uint32_t row) {
  for (uint32_t i = 0; i < l->head_count; i++)
    if (l->heads[i].row <= row && row <= l->heads[i].bottom) return &l->heads[i];
  return NULL;
}

struct pick { const struct grid_cell *label, *value, *place; /* where the value would stand */ struct span rest; bool below; };

static bool alone(const struct grid *g, const struct grid_cell *c) { return held(g, c->row, NULL) == 1; }

static struct pick pick(const struct form_look *l, const struct grid_cell *label, struct span rest) {
  const struct grid *g = l->grid;
  const struct grid_cell *right = right_of(g, label), *below = grid_at(g, label->last_row + 1, label->column);
  struct pick p = {.label = label, .rest = rest, .place = label};
  if (rest.len) return p;
  bool can_below = below && grid_holds(below) && !is_word(l, below);
  if (head_at(l, label->row)) p.value = can_below ? below : NULL, p.below = true;
  else if (right && !is_word(l, right) && grid_holds(right)) p.value = right;
  else if (!left_of(g, label) || !is_word(l, left_of(g, label))) p.value = can_below && alone(g, label) && alone(g, below) ? below : NULL;
  p.place = p.value ? p.value : p.below && below ? below : right && !is_word(l, right) ? right : label;
  return p;
}

/* Calls `found` for every label of the form outside of tables. */
static void labels_of(const struct form_look *l, uint32_t sought, void (*found)(void *ctx, const struct form_look *l, uint32_t want, const struct pick *p), void *ctx) {
  const struct grid *g = l->grid;
  for (uint32_t r = 0; r < g->rows; r++)
    for (uint32_t c = 0; c < g->columns && !l->table[r]; c++) {
      const struct grid_cell *x = grid_at(g, r, c);
      struct span rest;
      uint32_t want = x->row == r && x->column == c ? word_of(l, sought, x, &rest) : MAP_NONE;
      if (want == MAP_NONE) continue;
      struct pick p = pick(l, x, rest);
      found(ctx, l, want, &p);
    }
}

struct census { uint32_t labels, beside, rows, last_row; uint64_t seen[8]; };

static void count_label(void *ctx, const struct form_look *l, uint32_t want, const struct pick *p) {
  struct census *c = ctx;
  (void)l;
  if (want < 512 && !(c->seen[want / 64] >> (want % 64) & 1)) c->labels++, c->seen[want / 64] |= (uint64_t)1 << (want % 64);
  c->beside += !p->below && (p->value || p->rest.len);
  if (c->last_row != p->label->row) c->rows++, c->last_row = p->label->row;
}

static bool is_form(const struct form_look *l, uint32_t sought) {
  struct census c = {.last_row = UINT32_MAX};
  uint32_t heads = 0;
  labels_of(l, sought, count_label, &c);
  for (uint32_t i = 0; i < l->head_count; i++) heads += l->heads[i].sought == sought && !l->table[l->heads[i].row] && l->heads[i].rows == 1;
  return c.labels >= 3 && c.rows >= 2 && (c.beside >= 2 || heads >= 2);
}

static bool same(const struct reader_cell *a, const struct reader_cell *b) {
  if (a->kind != b->kind) return false;
  if (a->kind == READ_TEXT) return a->text.len == b->text.len && memcmp(a->text.at, b->text.at, a->text.len) == 0;
  return a->kind == READ_DATE ? a->days == b->days : a->kind == READ_NUMBER && a->number == b->number;
}

static void take_label(void *ctx, const struct form_look *l, uint32_t want, const struct pick *p) {
  struct form_value *v = (struct form_value *)ctx + want;
  struct reader_cell cell = {.kind = READ_EMPTY};
  const struct grid_cell *at = p->place;
  if (p->rest.len) cell = (struct reader_cell){.kind = READ_TEXT, .text = p->rest};
  else if (p->value) cell = p->value->value;
  cell = form_cell(&cell);
  if (v->found && v->cell.kind != READ_EMPTY) {
    if (cell.kind != READ_EMPTY && !same(&cell, &v->cell)) v->twice = true, v->other_row = at->row, v->other_column = at->column;
    return;
  }
  *v = (struct form_value){.cell = cell, .place = {l->grid->name, at->row + 1, at->column}, .label_row = p->label->row, .label_column = p->label->column, .found = true};
}

void form_values(const struct form_look *l, uint32_t sought, struct form_value *out) {
  memset(out, 0, l->book->sought[sought].count * sizeof *out);
  labels_of(l, sought, take_label, out);
}

/* ---- all of it ---- */

/* A sheet of the form's own name may hold forms as a table: what was refused comes back so. */
static bool own_sheet(const struct form_look *l, uint32_t sought) {
  const char *name = l->book->sought[sought].name;
  return name && strncmp(l->grid->name, name, strlen(name)) == 0;
}

enum status form_look(struct form_look *l, struct arena *a, const struct reader_book *b, const struct form_words *w, const struct grid *g, struct err *e) {
  *l = (struct form_look){.book = b, .words = w, .grid = g};
  ARENA_TRY(e, l->heads = arena_array(a, g->rows + 1, sizeof *l->heads));
  size_t cells = (size_t)g->rows * g->columns;
  ARENA_TRY(e, l->cells = arena_array(a, cells + 1, sizeof *l->cells));
  for (size_t i = 0; i < cells; i++) l->cells[i] = look_up(w, &g->cells[i].value);
  ARENA_TRY(e, l->table = arena_array(a, g->rows + 1, sizeof *l->table));
  ARENA_TRY(e, l->form = arena_array(a, b->count, sizeof *l->form));
  for (uint32_t r = 0; r < g->rows; r++)
    if (head_of(l, r, &l->heads[l->head_count])) r = l->heads[l->head_count++].bottom;
  for (uint32_t i = 0; i < l->head_count; i++) {
    struct form_head *h = &l->heads[i];
    measure(l, h, i + 1 < l->head_count ? l->heads[i + 1].row : g->rows);
    h->table = b->sought[h->sought].kind != SOUGHT_FORM || own_sheet(l, h->sought);
    for (uint32_t r = h->row; r < h->end && (h->table || h->rows > 1); r++) l->table[r] = true;
  }
  for (uint32_t s = 0; s < b->count; s++) l->form[s] = b->sought[s].kind == SOUGHT_FORM && is_form(l, s);
  return OK;
}

/* ---- boxes ---- */

static int box(uint32_t code) { /* 1 ticked, 0 not, -1 no box */
  static const uint32_t ticked[] = {0x2611, 0x2612, 0x25a0, 0x25cf, 0x221a, 0x2713, 0x2714}, open[] = {0x25a1, 0x2610, 0x25cb};
  for (size_t i = 0; i < sizeof ticked / sizeof *ticked; i++)
    if (ticked[i] == code) return 1;
  for (size_t i = 0; i < sizeof open / sizeof *open; i++)
    if (open[i] == code) return 0;
  return -1;
}

struct reader_cell form_cell(const struct reader_cell *c) {
  struct reader_cell out = *c;
  if (c->kind != READ_TEXT) return out;
  struct span s = span_trim(c->text), words[32];
  int marks[32];
  uint32_t n = 0, boxes = 0, ticked = 0;
  size_t from = 0;
  /* pieces between boxes: the box before a piece is marks[i], -1 for the first */
  marks[0] = -1;
  for (size_t i = 0, k; i < s.len; i += k) {
    uint32_t code = 0;
    if (!(k = text_utf8_next(s.at + i, s.len - i, &code))) return out;
    int b = box(code);
    if (b < 0) continue;
    if (n == 31) return out;
    words[n++] = span_trim((struct span){s.at + from, i - from});
    marks[n] = b, from = i + k, boxes++, ticked += b == 1;
  }
  words[n] = span_trim((struct span){s.at + from, s.len - from});
  if (boxes < 2 || ticked > 1 || (ticked && boxes == ticked)) return out; /* no choice, or more than one: a person must say */
  if (!ticked) return (struct reader_cell){.kind = READ_EMPTY};
  bool before = !words[0].len; /* boxes stand before their words */
  for (uint32_t i = 1; i <= n; i++)
    if (marks[i] == 1) out.text = before ? words[i] : words[i - 1];
  return out.text.len ? out : *c;
}
