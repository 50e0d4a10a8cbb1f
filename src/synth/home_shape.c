#include <stdlib.h>
#include <string.h>

#include "synth/home_making.h"

enum status home_no_memory(struct err *e) { return err_set(e, ERR_MEMORY, "use fewer threads (LUCID_THREADS=1), or a smaller --scale", "out of memory for a population"); }

uint64_t home_rows(const struct making *m, enum rows kind) {
  uint64_t n = 0;
  for (const struct chunk *c = home_first(m); c && kind < ROWS_COUNT; c = home_next(m, c)) n += c->rows[kind];
  return n;
}

int home_by_text(const void *pa, const void *pb) {
  const struct span *a = pa, *b = pb;
  size_t n = a->len < b->len ? a->len : b->len;
  int order = n ? memcmp(a->at, b->at, n) : 0;
  return order ? order : (a->len > b->len) - (a->len < b->len);
}

static const void *const there = ""; /* marks what will be made */

static enum col_width width_of_ints(int64_t min, int64_t max) {
  if (min >= INT8_MIN && max <= INT8_MAX) return COL_I8;
  if (min >= INT16_MIN && max <= INT16_MAX) return COL_I16;
  return min >= INT32_MIN && max <= INT32_MAX ? COL_I32 : COL_I64;
}

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

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
  for (const struct chunk *k = home_first(m); k; k = home_next(m, k))
    for (int i = 0; k->rows[kind] && i < 4; i++) words[i] |= k->pieces[piece].words[i];
  for (uint32_t i = 0; i < 256; i++) mark[i] = words[i / 64] >> (i & 63) & 1;
  return shape_listed(m, word_text, mark, WORDS_MAX, c, x, e);
}

static enum status shape_areas(struct making *m, enum rows kind, uint32_t piece, struct column *c, struct coded *x, struct err *e) {
  uint8_t *mark;
  ARENA_TRY(e, mark = arena_array(&m->arena, m->h->pop->p->area_count + 1u, 1));
  for (const struct chunk *k = home_first(m); k; k = home_next(m, k))
    for (uint32_t i = 0; i < k->rows[kind]; i++) {
      const struct piece *p = &k->pieces[piece];
      if (p->any && (!p->missing || bits_get((const uint64_t *)(const void *)(k->data + p->valid_at), i))) mark[chunk_int(k, p, i)] = 1;
    }
  return shape_listed(m, area_text, mark, m->h->pop->p->area_count, c, x, e);
}

static enum status shape_texts(struct making *m, enum rows kind, uint32_t piece, struct column *c, struct coded *x, struct err *e) {
  struct span last = {NULL, 0};
  uint64_t count = 0;
  bool ascending = true;
  for (const struct chunk *k = home_first(m); k; k = home_next(m, k)) {
    struct texts t = texts_of(k, piece_of(k, piece), kind);
    if (!t.rows) continue;
    uint32_t from = 0, to = t.rows;
    while (from < to && !text_at(&t, from).len) from++;
    while (to > from && !text_at(&t, to - 1).len) to--;
    if (from == to) continue;
    struct span s = text_at(&t, from);
    ascending = ascending && piece_of(k, piece)->ascending && (!last.at || home_by_text(&last, &s) < 0);
    last = text_at(&t, to - 1);
    for (uint32_t i = from; i < to; i++) count += t.at[i] != t.at[i + 1];
    x->bytes += t.at[t.rows];
  }
  if (x->bytes > UINT32_MAX) return err_set(e, ERR_LIMIT, "take a smaller --scale", "more than 4 GiB of distinct text in a home");
  c->dict_count = (uint32_t)count;
  if (ascending) return OK;
  if (!(x->spans = malloc((count + 1) * sizeof *x->spans))) return home_no_memory(e);
  uint32_t n = 0, distinct = 0;
  for (const struct chunk *k = home_first(m); k; k = home_next(m, k)) {
    struct texts t = texts_of(k, piece_of(k, piece), kind);
    for (uint32_t i = 0; i < t.rows; i++)
      if (text_at(&t, i).len) x->spans[n++] = text_at(&t, i);
  }
  qsort(x->spans, n, sizeof *x->spans, home_by_text);
  x->bytes = 0;
  for (uint32_t i = 0; i < n; i++)
    if (!i || home_by_text(&x->spans[i], &x->spans[distinct - 1]) != 0) x->spans[distinct++] = x->spans[i], x->bytes += x->spans[i].len;
  c->dict_count = distinct;
  return OK;
}

static bool survives(double d) { return (double)(float)d == d; }

static bool all_floats(const struct making *m, enum rows kind, const struct column_plan *p) {
  for (const struct chunk *k = home_first(m); k; k = home_next(m, k))
    for (uint32_t i = 0; i < k->rows[kind]; i++)
      if (k->pieces[p->piece].any && !survives((double)chunk_int(k, &k->pieces[p->piece], i) / (double)p->over)) return false;
  return true;
}

static enum status shape_column(struct making *m, enum rows kind, const struct column_plan *p, const struct schema_column *named, uint64_t rows, struct column *c, struct coded *x, struct err *e) {
  static const enum col_width narrowest[COL_KIND_COUNT] = {COL_I8, COL_I8, COL_I8, COL_F32, COL_I32, COL_U8, COL_U8};
  bool missing = false, any = false;
  int32_t min = INT32_MAX, max = INT32_MIN;
  *c = (struct column){.kind = named->kind, .decimals = named->decimals, .width = narrowest[named->kind], .rows = rows};
  for (const struct chunk *k = home_first(m); p->fate != FATE_EMPTY && k; k = home_next(m, k)) {
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
    c->min = home_value(p, min), c->max = home_value(p, max);
    if (c->kind != COL_DATE) c->width = width_of_ints(c->min, c->max);
  } else if (p->fate == FATE_REAL && !all_floats(m, kind, p)) c->width = COL_F64;
  return OK;
}

static bool some_untaken(const struct making *m, uint32_t level) {
  const struct columns *c = m->h->columns;
  const enum rows households = chunk_households(c);
  if (c->always >> level & 1) return false;
  for (const struct chunk *k = home_first(m); k; k = home_next(m, k))
    for (uint32_t i = 0; i < k->rows[households]; i++)
      if (c->rows[level] == ROWS_COUNT || !list_taken(k, c->rows[level], i)) return true;
  return false;
}

enum status home_shape(struct making *m, struct err *e) {
  const struct columns *c = m->h->columns;
  static const struct schema_column text = {"text", COL_TEXT, 0};
  static const struct column_plan keys = {.fate = FATE_TEXT, .piece = UINT32_MAX};
  struct segment *s = &m->shape;
  s->home = m->h->id, s->level_count = c->schema.level_count;
  uint64_t households = home_rows(m, chunk_households(c));
  for (uint32_t l = 0; l < s->level_count; l++) {
    struct table *t = &s->levels[l];
    t->rows = l == LEVEL_VILLAGE ? m->village_count : home_rows(m, c->rows[l]);
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
