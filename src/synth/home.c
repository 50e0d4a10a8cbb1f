#include "synth/home.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

/* A piece of memory that each column uses anew. */
struct room { void *at; size_t cap; };

struct coded { /* of a column with a dictionary: known before its rows are made */
  const char **texts; /* words and areas, sorted */
  uint32_t *codes;    /* of a word or an area */
  struct span *spans; /* texts that do not come in order, sorted; NULL: they do */
  uint64_t bytes;
};

struct making {
  const struct home *h;
  struct arena arena;
  struct segment shape;
  struct chunk *villages;         /* the village table as one chunk more */
  const uint32_t *village_list;   /* rows of the village table */
  uint32_t village_count, *village_row; /* of each of the population's villages */
  struct coded *coded[LEVEL_MAX], key, code;
  struct room data, valid, at, bytes, roster;
};

static enum status no_memory(struct err *e) { return err_set(e, ERR_MEMORY, "use fewer threads (LUCID_THREADS=1), or a smaller --scale", "out of memory for a population"); }

static void *room_for(struct room *r, size_t bytes) {
  if (bytes + 64 > r->cap) {
    free(r->at);
    r->cap = bytes + bytes / 8 + 64;
    if (!(r->at = malloc(r->cap))) r->cap = 0;
  }
  return r->at;
}

/* The chunks of a home, and then the one of its villages. */
static const struct chunk *first(const struct making *m) { return m->h->chunks ? m->h->chunks : m->villages; }
static const struct chunk *next(const struct making *m, const struct chunk *c) { return c == m->villages ? NULL : c->next ? c->next : m->villages; }

static uint64_t rows_in(const struct making *m, enum rows kind) {
  uint64_t n = 0;
  for (const struct chunk *c = first(m); c && kind < ROWS_COUNT; c = next(m, c)) n += c->rows[kind];
  return n;
}

/* ---- the shape ---- */

static int64_t value_of(const struct column_plan *p, int32_t cell) { return p->times == 1 && p->over == 1 ? cell : (int64_t)cell * p->times / p->over; }

static enum col_width width_of_ints(int64_t min, int64_t max) {
  if (min >= INT8_MIN && max <= INT8_MAX) return COL_I8;
  if (min >= INT16_MIN && max <= INT16_MAX) return COL_I16;
  return min >= INT32_MIN && max <= INT32_MAX ? COL_I32 : COL_I64;
}

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static int by_span(const void *pa, const void *pb) {
  const struct span *a = pa, *b = pb;
  size_t n = a->len < b->len ? a->len : b->len;
  int order = n ? memcmp(a->at, b->at, n) : 0;
  return order ? order : (a->len > b->len) - (a->len < b->len);
}

/* Sorted texts become the dictionary; codes[i] of the `count` candidates whose mark is set. */
static enum status shape_listed(struct making *m, const char *(*text)(const struct making *m, uint32_t i), const uint8_t *mark, uint32_t count, struct column *c, struct coded *x, struct err *e) {
  uint32_t n = 0;
  ARENA_TRY(e, x->codes = arena_array(&m->arena, count + 1u, sizeof *x->codes));
  for (uint32_t i = 0; i < count; i++) n += mark[i];
  ARENA_TRY(e, x->texts = arena_array(&m->arena, n + 1u, sizeof *x->texts));
  n = 0;
  for (uint32_t i = 0; i < count; i++)
    if (mark[i]) x->texts[n++] = text(m, i);
  if (n) qsort(x->texts, n, sizeof *x->texts, by_text);
  for (uint32_t i = 0; i < count; i++) {
    if (!mark[i]) continue;
    const char *wanted = text(m, i);
    const char **found = bsearch(&wanted, x->texts, n, sizeof *x->texts, by_text);
    x->codes[i] = (uint32_t)(found - x->texts);
  }
  for (uint32_t i = 0; i < n; i++) x->bytes += strlen(x->texts[i]);
  c->dict_count = n;
  return OK;
}

static const char *word_text(const struct making *m, uint32_t i) { return m->h->pop->m->words[i]; }
static const char *area_text(const struct making *m, uint32_t i) { return m->h->pop->p->areas[i].code; }
static const char *sealed_text(const struct making *m, uint32_t i) {
  (void)m, (void)i;
  return "sealed";
}

static enum status shape_words(struct making *m, enum rows kind, uint32_t piece, struct column *c, struct coded *x, struct err *e) {
  uint64_t words[4] = {0};
  uint8_t mark[256];
  for (const struct chunk *k = first(m); k; k = next(m, k))
    for (int i = 0; k->rows[kind] && i < 4; i++) words[i] |= k->pieces[piece].words[i];
  for (uint32_t i = 0; i < 256; i++) mark[i] = words[i / 64] >> (i & 63) & 1;
  return shape_listed(m, word_text, mark, WORDS_MAX, c, x, e);
}

static enum status shape_areas(struct making *m, enum rows kind, uint32_t piece, struct column *c, struct coded *x, struct err *e) {
  uint8_t *mark;
  ARENA_TRY(e, mark = arena_array(&m->arena, m->h->pop->p->area_count + 1u, 1));
  for (const struct chunk *k = first(m); k; k = next(m, k))
    for (uint32_t i = 0; i < k->rows[kind]; i++) {
      const struct piece *p = &k->pieces[piece];
      if (p->any && (!p->missing || bits_get((const uint64_t *)(const void *)(k->data + p->valid_at), i))) mark[chunk_int(k, p, i)] = 1;
    }
  return shape_listed(m, area_text, mark, m->h->pop->p->area_count, c, x, e);
}

/* The texts of a chunk's piece, where there are any. */
struct texts { const uint32_t *at; const char *bytes; uint32_t rows; };

static struct texts texts_of(const struct chunk *k, const struct piece *p, enum rows kind) {
  if (!k->rows[kind] || !p->any) return (struct texts){NULL, NULL, 0};
  const uint32_t *at = (const uint32_t *)(const void *)(k->data + p->at);
  return (struct texts){at, (const char *)(at + k->rows[kind] + 1), k->rows[kind]};
}

static const struct piece *piece_of(const struct chunk *k, uint32_t piece) { return piece == UINT32_MAX ? &k->key : &k->pieces[piece]; }

static struct span text_at(const struct texts *t, uint32_t i) { return (struct span){t->bytes + t->at[i], t->at[i + 1] - t->at[i]}; }

static enum status shape_texts(struct making *m, enum rows kind, uint32_t piece, struct column *c, struct coded *x, struct err *e) {
  struct span last = {NULL, 0};
  uint64_t count = 0;
  bool ascending = true;
  for (const struct chunk *k = first(m); k; k = next(m, k)) {
    struct texts t = texts_of(k, piece_of(k, piece), kind);
    if (!t.rows) continue;
    uint32_t from = 0, to = t.rows;
    while (from < to && !text_at(&t, from).len) from++;
    while (to > from && !text_at(&t, to - 1).len) to--;
    if (from == to) continue;
    struct span s = text_at(&t, from);
    ascending = ascending && piece_of(k, piece)->ascending && (!last.at || by_span(&last, &s) < 0);
    last = text_at(&t, to - 1);
    for (uint32_t i = from; i < to; i++) count += t.at[i] != t.at[i + 1];
    x->bytes += t.at[t.rows];
  }
  if (x->bytes > UINT32_MAX) return err_set(e, ERR_LIMIT, "take a smaller --scale", "more than 4 GiB of distinct text in a home");
  c->dict_count = (uint32_t)count;
  if (ascending) return OK;
  if (!(x->spans = malloc((count + 1) * sizeof *x->spans))) return no_memory(e);
  uint32_t n = 0, distinct = 0;
  for (const struct chunk *k = first(m); k; k = next(m, k)) {
    struct texts t = texts_of(k, piece_of(k, piece), kind);
    for (uint32_t i = 0; i < t.rows; i++)
      if (text_at(&t, i).len) x->spans[n++] = text_at(&t, i);
  }
  qsort(x->spans, n, sizeof *x->spans, by_span);
  x->bytes = 0;
  for (uint32_t i = 0; i < n; i++)
    if (!i || by_span(&x->spans[i], &x->spans[distinct - 1]) != 0) x->spans[distinct++] = x->spans[i], x->bytes += x->spans[i].len;
  c->dict_count = distinct;
  return OK;
}

static bool survives(double d) { return (double)(float)d == d; }

static bool all_floats(const struct making *m, enum rows kind, const struct column_plan *p) {
  for (const struct chunk *k = first(m); k; k = next(m, k))
    for (uint32_t i = 0; i < k->rows[kind]; i++)
      if (k->pieces[p->piece].any && !survives((double)chunk_int(k, &k->pieces[p->piece], i) / (double)p->over)) return false;
  return true;
}

static const void *const there = ""; /* marks what will be made */

static enum status shape_column(struct making *m, enum rows kind, const struct column_plan *p, const struct schema_column *named, uint64_t rows, struct column *c, struct coded *x, struct err *e) {
  static const enum col_width narrowest[COL_KIND_COUNT] = {COL_I8, COL_I8, COL_I8, COL_F32, COL_I32, COL_U8, COL_U8};
  bool missing = false, any = false;
  int32_t min = INT32_MAX, max = INT32_MIN;
  *c = (struct column){.kind = named->kind, .decimals = named->decimals, .width = narrowest[named->kind], .rows = rows};
  for (const struct chunk *k = first(m); p->fate != FATE_EMPTY && k; k = next(m, k)) {
    const struct piece *q = &k->pieces[p->piece];
    if (!k->rows[kind]) continue;
    missing |= q->missing, any |= q->any;
    if (q->any && q->min < min) min = q->min;
    if (q->any && q->max > max) max = q->max;
  }
  if (rows && (missing || p->fate == FATE_EMPTY)) c->valid = (const uint64_t *)there;
  if (p->fate == FATE_WORD) TRY(shape_words(m, kind, p->piece, c, x, e));
  if (p->fate == FATE_AREA) TRY(shape_areas(m, kind, p->piece, c, x, e));
  if (p->fate == FATE_TEXT) TRY(shape_texts(m, kind, p->piece, c, x, e));
  if (p->fate == FATE_SEALED) TRY(shape_listed(m, sealed_text, (const uint8_t[]){any}, 1, c, x, e));
  if (c->kind == COL_CHOICE || c->kind == COL_TEXT) {
    c->width = c->dict_count <= 256 ? COL_U8 : c->dict_count <= 65536 ? COL_U16 : COL_U32;
    c->max = c->dict_count ? c->dict_count - 1 : 0;
  } else if (p->fate == FATE_NUMBER && any) {
    c->min = value_of(p, min), c->max = value_of(p, max);
    if (c->kind != COL_DATE) c->width = width_of_ints(c->min, c->max);
  } else if (p->fate == FATE_REAL && !all_floats(m, kind, p)) c->width = COL_F64;
  return OK;
}

static bool list_taken(const struct chunk *k, enum rows kind, uint32_t household) { return k->data[k->lists_at + household] >> kind & 1; }

static bool some_untaken(const struct making *m, uint32_t level) {
  const struct columns *c = m->h->columns;
  const enum rows households = chunk_households(c);
  if (c->always >> level & 1) return false;
  for (const struct chunk *k = first(m); k; k = next(m, k))
    for (uint32_t i = 0; i < k->rows[households]; i++)
      if (c->rows[level] == ROWS_COUNT || !list_taken(k, c->rows[level], i)) return true;
  return false;
}

static enum status shape_all(struct making *m, struct err *e) {
  const struct columns *c = m->h->columns;
  static const struct schema_column text = {"text", COL_TEXT, 0};
  static const struct column_plan keys = {.fate = FATE_TEXT, .piece = UINT32_MAX};
  struct segment *s = &m->shape;
  s->home = m->h->id, s->level_count = c->schema.level_count;
  uint64_t households = rows_in(m, chunk_households(c));
  for (uint32_t l = 0; l < s->level_count; l++) {
    struct table *t = &s->levels[l];
    t->rows = l == LEVEL_VILLAGE ? m->village_count : rows_in(m, c->rows[l]);
    t->column_count = c->schema.levels[l].column_count;
    ARENA_TRY(e, t->columns = arena_array(&m->arena, t->column_count + 1u, sizeof *t->columns));
    ARENA_TRY(e, m->coded[l] = arena_array(&m->arena, t->column_count + 1u, sizeof *m->coded[l]));
    for (uint32_t i = 0; i < t->column_count; i++) TRY(shape_column(m, c->rows[l], &c->plans[l][i], &c->schema.levels[l].columns[i], t->rows, &t->columns[i], &m->coded[l][i], e));
    if (l == LEVEL_HOUSEHOLD || l == LEVEL_VILLAGE) continue;
    if (some_untaken(m, l)) s->roster[l] = (const uint64_t *)there;
  }
  s->household_key = (struct column){.kind = COL_TEXT, .rows = households};
  TRY(shape_texts(m, chunk_households(c), keys.piece, &s->household_key, &m->key, e));
  s->village_code = (struct column){.kind = text.kind, .rows = m->village_count, .dict_count = m->village_count};
  for (uint32_t i = 0; i < m->village_count; i++) m->code.bytes += strlen(m->h->pop->villages[m->village_list[i]].code);
  struct column *both[2] = {&s->household_key, &s->village_code};
  for (int i = 0; i < 2; i++) {
    both[i]->width = both[i]->dict_count <= 256 ? COL_U8 : both[i]->dict_count <= 65536 ? COL_U16 : COL_U32;
    both[i]->max = both[i]->dict_count ? both[i]->dict_count - 1 : 0;
  }
  return OK;
}

/* ---- rows ---- */

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
  if (!bits) return no_memory(e);
  memset(bits, 0, bits_words(c->rows) * 8 + 8);
  c->valid = bits;
  for (const struct chunk *k = first(m); p->fate != FATE_EMPTY && k; k = next(m, k)) {
    const struct piece *q = &k->pieces[p->piece];
    if (!k->rows[kind]) continue;
    if (q->any) add_bits(bits, at, q->missing ? (const uint64_t *)(const void *)(k->data + q->valid_at) : NULL, k->rows[kind]);
    at += k->rows[kind];
  }
  return OK;
}

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
    if (p->fate == FATE_NUMBER) put_number(to, c->width, i, value_of(p, cell));
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
    else put_code(to, c->width, i, (uint32_t)((struct span *)bsearch(&s, x->spans, c->dict_count, sizeof s, by_span) - x->spans));
  }
}

static enum status make_dict(struct making *m, enum rows kind, uint32_t piece, struct column *c, const struct coded *x, struct err *e) {
  uint32_t *at = room_for(&m->at, (c->dict_count + (size_t)1) * 4), n = 0;
  char *bytes = room_for(&m->bytes, x->bytes + 1);
  if (!at || !bytes) return no_memory(e);
  at[0] = 0;
  if (x->texts || x->spans || !c->dict_count) {
    for (uint32_t i = 0; i < c->dict_count; i++) {
      struct span s = x->texts ? span_of(x->texts[i]) : x->spans[i];
      memcpy(bytes + at[i], s.at, s.len);
      at[i + 1] = at[i] + (uint32_t)s.len;
    }
  } else {
    uint32_t base = 0;
    for (const struct chunk *k = first(m); k; k = next(m, k)) {
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
  if (!data) return no_memory(e);
  c->data = data;
  if (p->fate == FATE_EMPTY || p->fate == FATE_SEALED) memset(data, 0, c->rows * width);
  else for (const struct chunk *k = first(m); k; k = next(m, k)) {
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
  if (!at || !bytes || !data) return no_memory(e);
  at[0] = 0;
  for (uint32_t i = 0; i < m->village_count; i++) {
    const char *code = m->h->pop->villages[m->village_list[i]].code;
    memcpy(bytes + at[i], code, strlen(code));
    at[i + 1] = at[i] + (uint32_t)strlen(code);
    put_code(data, c->width, i, i);
  }
  c->data = data, c->dict_at = at, c->dict_bytes = bytes;
  return OK;
}

static enum status make_household_ids(struct making *m, struct segment *s, struct err *e) {
  uint64_t n = segment_households(s);
  int64_t *ids = room_for(&m->data, n * 8);
  if (!ids) return no_memory(e);
  for (uint64_t i = 0; i < n; i++) ids[i] = (int64_t)i + 1;
  s->household_id = ids;
  return OK;
}

static enum status make_member_ids(struct making *m, struct segment *s, struct err *e) {
  int64_t *ids = room_for(&m->data, s->levels[LEVEL_MEMBER].rows * 8);
  if (!ids) return no_memory(e);
  s->member_id = ids;
  for (const struct chunk *k = first(m); m->h->columns->rows[LEVEL_MEMBER] == ROWS_MEMBER && k; k = next(m, k))
    for (uint32_t i = 0; i < k->rows[ROWS_HOUSEHOLD]; i++)
      for (uint8_t n = k->data[k->children_at[ROWS_MEMBER] + i], id = 1; id <= n; id++) *ids++ = id;
  return OK;
}

static enum status make_village_of(struct making *m, struct segment *s, struct err *e) {
  uint32_t *rows = room_for(&m->data, segment_households(s) * 4);
  if (!rows) return no_memory(e);
  s->village_of = rows;
  for (const struct chunk *k = first(m); k; k = next(m, k)) {
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
  if (!at || !roster) return no_memory(e);
  memset(roster, 0, bits_words(n) * 8 + 8);
  *at = 0;
  s->child_at[level] = at;
  for (const struct chunk *k = first(m); k; k = next(m, k))
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
  if (s == OK) s = shape_all(&m, e);
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
