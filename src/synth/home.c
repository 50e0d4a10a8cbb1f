#include <stdlib.h>
#include <string.h>

#include "synth/home_making.h"

static void *room_for(struct room *r, size_t bytes) {
  if (bytes + 64 > r->cap) {
    free(r->at);
    r->cap = bytes + bytes / 8 + 64;
    if (!(r->at = malloc(r->cap))) r->cap = 0;
  }
  return r->at;
}

static void put_code(void *to, enum col_width w, uint64_t i, uint32_t v) {
  if (w == COL_U8) ((uint8_t *)to)[i] = (uint8_t)v;
  else if (w == COL_U16) ((uint16_t *)to)[i] = (uint16_t)v;
  else ((uint32_t *)to)[i] = v;
}

static void add_bits(uint64_t *to, uint64_t at, const uint64_t *from, uint32_t n) {
  for (uint32_t w = 0; w < bits_words(n); w++, at += 64) {
    uint64_t v = from ? from[w] : ~(uint64_t)0;
    if (w == n / 64) v &= bits_tail(n);
    to[at >> 6] |= v << (at & 63);
    if (at & 63 && v >> (64 - (at & 63))) to[(at >> 6) + 1] |= v >> (64 - (at & 63));
  }
}

static enum status make_valid(struct making *m, enum rows kind, const struct column_plan *p, struct column *c, struct err *e) {
  if (!c->valid) return OK;
  uint64_t *bits = room_for(&m->valid, bits_words(c->rows) * 8 + 8), at = 0;
  if (!bits) return home_no_memory(e);
  memset(bits, 0, bits_words(c->rows) * 8 + 8);
  c->valid = bits;
  for (const struct chunk *k = home_first(m); p->fate != FATE_EMPTY && k; k = home_next(m, k)) {
    const struct piece *q = &k->pieces[p->piece];
    if (!k->rows[kind]) continue;
    if (q->any) add_bits(bits, at, q->missing ? (const uint64_t *)(const void *)(k->data + q->valid_at) : NULL, k->rows[kind]);
    at += k->rows[kind];
  }
  return OK;
}

/* Numbers with their sign into a wider width. NOLINTBEGIN(bugprone-signed-char-misuse,cert-str34-c): they are no characters. */
#define WIDEN(from, to)                                                                             \
  for (uint32_t i = 0; i < n; i++) ((to *)out)[i] = ((const from *)(const void *)in)[i];            \
  break

static void widen(const uint8_t *in, enum col_width have, uint32_t n, void *out, enum col_width want) {
  if (have == want) {
    memcpy(out, in, n * col_width_bytes(have));
    return;
  }
  switch ((unsigned)have << 4 | (unsigned)want) {
  case COL_I8 << 4 | COL_I16: WIDEN(int8_t, int16_t);
  case COL_I8 << 4 | COL_I32: WIDEN(int8_t, int32_t);
  case COL_I8 << 4 | COL_I64: WIDEN(int8_t, int64_t);
  case COL_I16 << 4 | COL_I32: WIDEN(int16_t, int32_t);
  case COL_I16 << 4 | COL_I64: WIDEN(int16_t, int64_t);
  default: WIDEN(int32_t, int64_t);
  }
}

/* NOLINTEND(bugprone-signed-char-misuse,cert-str34-c) */

static void put_number(void *to, enum col_width w, uint64_t i, int64_t v) {
  switch (w) {
  case COL_I8: ((int8_t *)to)[i] = (int8_t)v; break;
  case COL_I16: ((int16_t *)to)[i] = (int16_t)v; break;
  case COL_I32: ((int32_t *)to)[i] = (int32_t)v; break;
  default: ((int64_t *)to)[i] = v;
  }
}

static void make_numbers(const struct chunk *k, const struct piece *q, const struct column_plan *p, uint32_t n, const struct column *c, uint8_t *to) {
  if (p->fate == FATE_NUMBER && p->times == 1 && p->over == 1) {
    widen(k->data + q->at, q->width, n, to, c->width);
    return;
  }
  for (uint32_t i = 0; i < n; i++) {
    int32_t cell = chunk_int(k, q, i);
    double d = (double)cell / (double)p->over;
    float f = (float)d;
    if (p->fate == FATE_NUMBER) put_number(to, c->width, i, home_value(p, cell));
    else if (c->width == COL_F32) memcpy(to + i * 4, &f, 4);
    else memcpy(to + i * 8, &d, 8);
  }
}

static void make_words(const struct chunk *k, const struct piece *q, const struct coded *x, uint32_t n, uint8_t *to) {
  uint8_t codes[256] = {0};
  for (uint32_t i = 0; i < WORDS_MAX; i++) codes[i] = (uint8_t)x->codes[i];
  const uint8_t *from = k->data + q->at;
  for (uint32_t i = 0; i < n; i++) to[i] = codes[from[i]];
}

static void make_areas(const struct chunk *k, const struct piece *q, const struct coded *x, uint32_t n, const struct column *c, void *to) {
  const uint64_t *valid = q->missing ? (const uint64_t *)(const void *)(k->data + q->valid_at) : NULL;
  for (uint32_t i = 0; i < n; i++) put_code(to, c->width, i, !valid || bits_get(valid, i) ? x->codes[chunk_int(k, q, i)] : 0);
}

/* Codes in the order of arrival, when texts ascend; else by looking them up. */
static void make_text_codes(const struct texts *t, const struct coded *x, const struct column *c, uint32_t *code, void *to) {
  for (uint32_t i = 0; i < t->rows; i++) {
    struct span s = text_at(t, i);
    if (!s.len) put_code(to, c->width, i, 0);
    else if (!x->spans) put_code(to, c->width, i, (*code)++);
    else put_code(to, c->width, i, (uint32_t)((struct span *)bsearch(&s, x->spans, c->dict_count, sizeof s, home_by_text) - x->spans));
  }
}

static enum status make_dict(struct making *m, enum rows kind, uint32_t piece, struct column *c, const struct coded *x, struct err *e) {
  uint32_t *at = room_for(&m->at, (c->dict_count + (size_t)1) * 4), n = 0;
  char *bytes = room_for(&m->bytes, x->bytes + 1);
  if (!at || !bytes) return home_no_memory(e);
  at[0] = 0;
  if (x->texts || x->spans || !c->dict_count) {
    for (uint32_t i = 0; i < c->dict_count; i++) {
      struct span s = x->texts ? span_of(x->texts[i]) : x->spans[i];
      memcpy(bytes + at[i], s.at, s.len);
      at[i + 1] = at[i] + (uint32_t)s.len;
    }
  } else {
    uint32_t base = 0;
    for (const struct chunk *k = home_first(m); k; k = home_next(m, k)) {
      struct texts t = texts_of(k, piece_of(k, piece), kind);
      if (!t.rows) continue;
      memcpy(bytes + base, t.bytes, t.at[t.rows]);
      for (uint32_t i = 0; i < t.rows; i++)
        if (t.at[i] != t.at[i + 1]) at[++n] = base + t.at[i + 1];
      base += t.at[t.rows];
    }
  }
  c->dict_at = at, c->dict_bytes = bytes;
  return OK;
}

static enum status make_column(struct making *m, enum rows kind, const struct column_plan *p, struct column *c, const struct coded *x, struct err *e) {
  unsigned width = col_width_bytes(c->width);
  uint8_t *data = room_for(&m->data, c->rows * width);
  uint32_t code = 0;
  if (!data) return home_no_memory(e);
  c->data = data;
  if (p->fate == FATE_EMPTY || p->fate == FATE_SEALED) memset(data, 0, c->rows * width);
  else for (const struct chunk *k = home_first(m); k; k = home_next(m, k)) {
    const struct piece *q = piece_of(k, p->piece);
    uint32_t n = k->rows[kind];
    if (!n) continue;
    struct texts t = texts_of(k, q, kind);
    if (!q->any) memset(data, 0, n * width);
    else if (p->fate == FATE_WORD) make_words(k, q, x, n, data);
    else if (p->fate == FATE_AREA) make_areas(k, q, x, n, c, data);
    else if (p->fate == FATE_TEXT) make_text_codes(&t, x, c, &code, data);
    else make_numbers(k, q, p, n, c, data);
    data += (size_t)n * width;
  }
  TRY(make_valid(m, kind, p, c, e));
  return c->kind == COL_CHOICE || c->kind == COL_TEXT ? make_dict(m, kind, p->piece, c, x, e) : OK;
}

static enum status make_village_code(struct making *m, struct column *c, struct err *e) {
  uint32_t *at = room_for(&m->at, (c->dict_count + (size_t)1) * 4);
  char *bytes = room_for(&m->bytes, m->code.bytes + 1);
  void *data = room_for(&m->data, c->rows * 4);
  if (!at || !bytes || !data) return home_no_memory(e);
  at[0] = 0;
  for (uint32_t i = 0; i < m->village_count; i++) {
    struct span code = span_of(m->h->pop->villages[m->village_list[i]].code);
    memcpy(bytes + at[i], code.at, code.len);
    at[i + 1] = at[i] + (uint32_t)code.len;
    put_code(data, c->width, i, i);
  }
  c->data = data, c->dict_at = at, c->dict_bytes = bytes;
  return OK;
}

static enum status make_household_ids(struct making *m, struct segment *s, struct err *e) {
  uint64_t n = segment_households(s);
  int64_t *ids = room_for(&m->data, n * 8);
  if (!ids) return home_no_memory(e);
  for (uint64_t i = 0; i < n; i++) ids[i] = (int64_t)i + 1;
  s->household_id = ids;
  return OK;
}

static enum status make_member_ids(struct making *m, struct segment *s, struct err *e) {
  int64_t *ids = room_for(&m->data, s->levels[LEVEL_MEMBER].rows * 8);
  if (!ids) return home_no_memory(e);
  s->member_id = ids;
  for (const struct chunk *k = home_first(m); m->h->columns->rows[LEVEL_MEMBER] == ROWS_MEMBER && k; k = home_next(m, k))
    for (uint32_t i = 0; i < k->rows[ROWS_HOUSEHOLD]; i++)
      for (uint8_t n = k->data[k->children_at[ROWS_MEMBER] + i], id = 1; id <= n; id++) *ids++ = id;
  return OK;
}

static enum status make_village_of(struct making *m, struct segment *s, struct err *e) {
  uint32_t *rows = room_for(&m->data, segment_households(s) * 4);
  if (!rows) return home_no_memory(e);
  s->village_of = rows;
  for (const struct chunk *k = home_first(m); k; k = home_next(m, k)) {
    const uint32_t *village = (const uint32_t *)(const void *)(k->data + k->village_at);
    for (uint32_t i = 0; i < k->rows[chunk_households(m->h->columns)]; i++) *rows++ = m->village_row[village[i]];
  }
  return OK;
}

static enum status make_children(struct making *m, struct segment *s, uint32_t level, struct err *e) {
  const enum rows kind = m->h->columns->rows[level], households = chunk_households(m->h->columns);
  uint64_t n = segment_households(s);
  uint32_t *at = room_for(&m->data, (n + 1) * 4), sum = 0;
  uint64_t *roster = room_for(&m->roster, bits_words(n) * 8 + 8), row = 0;
  if (!at || !roster) return home_no_memory(e);
  memset(roster, 0, bits_words(n) * 8 + 8);
  *at = 0;
  s->child_at[level] = at;
  for (const struct chunk *k = home_first(m); k; k = home_next(m, k))
    for (uint32_t i = 0; i < k->rows[households]; i++, row++) {
      *at++ = sum;
      if (kind == ROWS_COUNT) continue;
      sum += k->data[k->children_at[kind] + i];
      if (list_taken(k, kind, i)) bits_set(roster, row);
    }
  *at = sum;
  if (s->roster[level]) s->roster[level] = roster;
  return OK;
}

static enum status make(void *ctx, struct segment *s, const void *piece, struct err *e) {
  struct making *m = ctx;
  const struct columns *columns = m->h->columns;
  static const struct column_plan keys = {.fate = FATE_TEXT, .piece = UINT32_MAX};
  if (piece == &s->household_id) return make_household_ids(m, s, e);
  if (piece == &s->member_id) return make_member_ids(m, s, e);
  if (piece == &s->village_of) return make_village_of(m, s, e);
  if (piece == &s->household_key) return make_column(m, chunk_households(columns), &keys, &s->household_key, &m->key, e);
  if (piece == &s->village_code) return make_village_code(m, &s->village_code, e);
  for (uint32_t l = 0; l < s->level_count; l++) {
    const struct table *t = &s->levels[l];
    if (piece == &s->child_at[l]) return make_children(m, s, l, e);
    for (uint32_t i = 0; i < t->column_count; i++)
      if (piece == &t->columns[i]) return make_column(m, columns->rows[l], &columns->plans[l][i], &t->columns[i], &m->coded[l][i], e);
  }
  return err_set(e, ERR_INTERNAL, NULL, "a piece of a segment that nobody makes");
}

static uint64_t text_bytes(void *ctx, const struct segment *s, const struct column *c) {
  struct making *m = ctx;
  if (c == &s->household_key) return m->key.bytes;
  if (c == &s->village_code) return m->code.bytes;
  for (uint32_t l = 0; l < s->level_count; l++)
    for (uint32_t i = 0; i < s->levels[l].column_count; i++)
      if (c == &s->levels[l].columns[i]) return m->coded[l][i].bytes;
  return 0;
}

/* ---- villages ---- */

static enum status list_villages(struct making *m, struct err *e) {
  const struct home *h = m->h;
  uint32_t *list, n = 0;
  uint8_t *mark;
  ARENA_TRY(e, list = arena_array(&m->arena, h->village_count + 1u, sizeof *list));
  ARENA_TRY(e, mark = arena_array(&m->arena, h->pop->village_count + 1u, 1));
  ARENA_TRY(e, m->village_row = arena_array(&m->arena, h->pop->village_count + 1u, sizeof *m->village_row));
  for (const struct chunk *k = h->chunks; !h->village_cells && k; k = k->next)
    for (uint32_t i = 0; i < k->rows[chunk_households(h->columns)]; i++) mark[((const uint32_t *)(const void *)(k->data + k->village_at))[i]] = 1;
  for (uint32_t i = 0; i < h->village_count; i++) {
    if (!h->village_cells && !mark[h->villages[i]]) continue;
    m->village_row[h->villages[i]] = n;
    list[n++] = h->villages[i];
  }
  m->village_list = list, m->village_count = n;
  if (!h->village_cells) return OK;
  int32_t *cells;
  ARENA_TRY(e, cells = arena_array(&m->arena, (size_t)n * VILLAGE_FIELD_COUNT + 1u, sizeof *cells));
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t f = 0; f < VILLAGE_FIELD_COUNT; f++) cells[f * n + i] = h->village_cells[list[i]].made ? h->village_cells[list[i]].cells[f] : BATCH_MISSING;
  return chunk_of_villages(h->columns, cells, n, &m->villages, e);
}

enum status home_write(const struct home *h, struct snapshot_writer *w, struct err *e) {
  struct making m = {.h = h};
  arena_init(&m.arena, 0);
  enum status s = list_villages(&m, e);
  if (s == OK) s = home_shape(&m, e);
  if (s == OK) s = snapshot_add_made(w, &h->columns->schema, &m.shape, &(struct segment_maker){.ctx = &m, .make = make, .text_bytes = text_bytes}, e);
  for (uint32_t l = 0; l < LEVEL_MAX; l++)
    for (uint32_t i = 0; m.coded[l] && i < m.shape.levels[l].column_count; i++) free(m.coded[l][i].spans);
  free(m.key.spans);
  struct room *rooms[] = {&m.data, &m.valid, &m.at, &m.bytes, &m.roster};
  for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) free(rooms[i]->at);
  chunk_free(m.villages);
  arena_drop(&m.arena);
  return s;
}
