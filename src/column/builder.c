#include "column/builder.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/map.h"

#define MOST_ROWS (UINT32_MAX - 1u)
#define RECENT 8u

struct growing { /* one column while rows arrive */
  enum col_kind kind;
  uint8_t decimals;
  enum col_width width;
  const char *name;
  uint64_t rows, cap;   /* cap: rows the buffers have room for; 0 while all rows are empty: a field that nobody fills costs nothing */
  uint8_t *data;
  uint64_t *valid;      /* NULL until a value is missing */
  uint8_t *absence;     /* NULL until one is missing for another reason than being empty */
  uint64_t text_bytes;
  int64_t min, max;     /* of codes: in order of arrival, so meaningless before finish */
  bool any;
  struct map dict;      /* text and choices: code in order of arrival */
  uint32_t recent[RECENT], recent_count; /* codes that came lately: few values come again and again */
  /* Text that has come in ascending order so far, all different, as numbers of households do, needs no map and no sorting: it stands
   * here in one piece. The first text out of order moves all of it into `dict`. */
  bool ascending;
  char *texts;
  uint64_t texts_cap;
  uint32_t *text_at, text_count;
  uint64_t text_at_cap;
};

struct growing_level {
  struct growing *columns;
  uint32_t column_count;
  uint64_t rows;
  uint32_t *child_at;
  uint64_t *roster;
  bool untaken;         /* some roster was not taken */
};

struct builder {
  struct arena arena;   /* schema, dictionaries, column lists */
  struct schema *schema;
  struct growing_level levels[LEVEL_MAX];
  struct growing key, village_code;
  struct map villages;  /* code -> row in order of arrival */
  uint32_t *village_of;
  int64_t *household_id, *member_id;
  uint64_t household_cap, member_cap, child_cap;
  int64_t last_member;
  bool finished;
  struct segment segment;
  void **owned;         /* what the segment points to */
  size_t owned_count, owned_cap;
};

static enum status no_memory(struct err *e) { return err_set(e, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory building columns"); }

/* Makes room for `want` items of `size`; doubles. */
static bool reserve(void *buffer_pointer, uint64_t *cap, uint64_t want, size_t size) {
  void *old;
  memcpy(&old, buffer_pointer, sizeof old);
  if (want <= *cap) return true;
  uint64_t more = *cap ? *cap : 64;
  while (more < want) more *= 2;
  void *p = realloc(old, more * size);
  if (!p) return false;
  memcpy(buffer_pointer, &p, sizeof p);
  *cap = more;
  return true;
}

static void growing_init(struct growing *g, struct arena *a, const char *name, enum col_kind kind, uint8_t decimals) {
  static const enum col_width narrowest[COL_KIND_COUNT] = {COL_I8, COL_I8, COL_I8, COL_F32, COL_I32, COL_U8, COL_U8};
  *g = (struct growing){.kind = kind, .decimals = decimals, .width = narrowest[kind], .name = name, .ascending = kind == COL_TEXT};
  map_init(&g->dict, a);
}

static void growing_free(struct growing *g) {
  free(g->data);
  free(g->valid);
  free(g->absence);
  free(g->texts);
  free(g->text_at);
  g->texts = NULL, g->text_at = NULL;
}

static bool growing_reserve(struct growing *g) {
  if (g->rows < g->cap) return true;
  uint64_t cap = g->cap ? g->cap * 2 : 64;
  while (cap <= g->rows) cap *= 2;
  if (cap > MOST_ROWS) cap = MOST_ROWS;
  uint8_t *data = realloc(g->data, cap * col_width_bytes(g->width));
  if (!data) return false;
  g->data = data;
  if (!g->cap && g->rows) { /* what came so far is empty */
    if (!(g->valid = calloc(bits_words(cap), 8))) return false;
    memset(data, 0, g->rows * col_width_bytes(g->width));
  } else if (g->valid) {
    uint64_t *valid = realloc(g->valid, bits_words(cap) * 8);
    if (!valid) return false;
    g->valid = valid;
    memset(valid + bits_words(g->cap), 0, (bits_words(cap) - bits_words(g->cap)) * 8);
  }
  if (g->absence) {
    uint8_t *absence = realloc(g->absence, cap);
    if (!absence) return false;
    g->absence = absence;
    memset(absence + g->cap, 0, cap - g->cap);
  }
  g->cap = cap;
  return true;
}

/* Reads and writes one item of any integer width. */
static int64_t get_int(const void *data, enum col_width w, uint64_t i) { return column_int(&(struct column){.data = data, .width = w}, i); }

static inline void put_int(void *data, enum col_width w, uint64_t i, int64_t v) {
  switch (w) {
    case COL_I8: case COL_U8: ((uint8_t *)data)[i] = (uint8_t)v; break;
    case COL_I16: case COL_U16: ((uint16_t *)data)[i] = (uint16_t)v; break;
    case COL_I32: case COL_U32: case COL_F32: ((uint32_t *)data)[i] = (uint32_t)v; break;
    default: ((uint64_t *)data)[i] = (uint64_t)v; break;
  }
}

/* Widens in place, from the last row back, so that nothing is overwritten before it was read. */
static bool growing_widen(struct growing *g, enum col_width to) {
  uint8_t *data = realloc(g->data, g->cap * col_width_bytes(to));
  if (!data) return false;
  g->data = data;
  if (to == COL_F64)
    for (uint64_t i = g->rows; i-- > 0;) {
      float f;
      memcpy(&f, data + i * 4, 4);
      double d = f;
      memcpy(data + i * 8, &d, 8);
    }
  else
    for (uint64_t i = g->rows; i-- > 0;) put_int(data, to, i, get_int(data, g->width, i));
  g->width = to;
  return true;
}

static enum col_width width_of_ints(int64_t min, int64_t max) {
  if (min >= INT8_MIN && max <= INT8_MAX) return COL_I8;
  if (min >= INT16_MIN && max <= INT16_MAX) return COL_I16;
  return min >= INT32_MIN && max <= INT32_MAX ? COL_I32 : COL_I64;
}

static enum col_width width_of_codes(uint32_t count) { return count <= 256 ? COL_U8 : count <= 65536 ? COL_U16 : COL_U32; }

static enum status push_absent(struct growing *g, enum absence why, struct err *e) {
  if ((unsigned)why >= ABSENCE_COUNT) return err_set(e, ERR_INTERNAL, NULL, "column %s: no such absence", g->name);
  if (!g->valid) {
    if (!(g->valid = calloc(bits_words(g->cap), 8))) return no_memory(e);
    for (uint64_t w = 0; w < g->rows / 64; w++) g->valid[w] = ~(uint64_t)0;
    if (g->rows & 63) g->valid[g->rows / 64] = bits_tail(g->rows);
  }
  if (why != ABSENT_EMPTY && !g->absence) {
    if (!(g->absence = calloc(g->cap, 1))) return no_memory(e);
    for (uint64_t i = 0; i < g->rows; i++) g->absence[i] = bits_get(g->valid, i) ? PRESENT : ABSENT_EMPTY;
  }
  if (g->absence) g->absence[g->rows] = (uint8_t)why;
  put_int(g->data, g->width, g->rows, 0); /* all bits zero: also 0.0 */
  g->rows++;
  return OK;
}

static enum status push_int(struct growing *g, int64_t v, struct err *e) {
  if (g->kind == COL_BOOL && (v < 0 || v > 1)) return err_set(e, ERR_INPUT, NULL, "column %s: %" PRId64 " is not a boolean", g->name, v);
  if (g->kind == COL_DATE && (v < DATE_MIN || v > DATE_MAX)) return err_set(e, ERR_INPUT, "dates run from year 1 to 9999", "column %s: day %" PRId64 " is out of range", g->name, v);
  enum col_width need = g->kind == COL_CHOICE || g->kind == COL_TEXT ? width_of_codes((uint32_t)v + 1) : g->kind == COL_DATE ? COL_I32 : width_of_ints(v, v);
  if (col_width_bytes(need) > col_width_bytes(g->width) && !growing_widen(g, need)) return no_memory(e);
  put_int(g->data, g->width, g->rows, v);
  if (!g->any || v < g->min) g->min = v;
  if (!g->any || v > g->max) g->max = v;
  return OK;
}

static enum status check_text(struct growing *g, struct span s, struct err *e) {
  size_t bad;
  if (s.len && !text_is_utf8(s.at, s.len, &bad)) return err_set(e, ERR_INPUT, "convert the file to UTF-8", "column %s: a text is not UTF-8 at its byte %zu", g->name, bad + 1);
  if ((g->text_bytes += s.len) > UINT32_MAX) return err_set(e, ERR_LIMIT, "split the home", "column %s: more than 4 GiB of distinct text", g->name);
  return OK;
}

/* Moves what came in order into the map, with the codes it has. */
static bool stop_ascending(struct growing *g) {
  uint32_t code;
  for (uint32_t i = 0; i < g->text_count; i++)
    if (!map_put(&g->dict, g->texts + g->text_at[i], g->text_at[i + 1] - g->text_at[i], &code, NULL)) return false;
  free(g->texts);
  free(g->text_at);
  g->texts = NULL, g->text_at = NULL, g->ascending = false;
  return true;
}

/* Puts the text behind the others when it is greater than the last; *done false: it is not. */
static enum status push_ascending(struct growing *g, struct span s, bool *done, struct err *e) {
  *done = false;
  if (g->text_count) {
    uint32_t at = g->text_at[g->text_count - 1], len = g->text_at[g->text_count] - at;
    size_t n = len < s.len ? len : s.len;
    int order = n ? memcmp(s.at, g->texts + at, n) : 0;
    if (order < 0 || (order == 0 && s.len <= len)) return OK;
  }
  TRY(check_text(g, s, e));
  if (!reserve(&g->texts, &g->texts_cap, g->text_bytes + 1, 1) || !reserve(&g->text_at, &g->text_at_cap, g->text_count + 2u, sizeof *g->text_at)) return no_memory(e);
  if (!g->text_count) g->text_at[0] = 0;
  if (s.len) memcpy(g->texts + g->text_at[g->text_count], s.at, s.len);
  g->text_at[g->text_count + 1] = (uint32_t)g->text_bytes;
  g->text_count++;
  *done = true;
  return push_int(g, g->text_count - 1, e);
}

static uint32_t distinct_texts(const struct growing *g) { return g->ascending ? g->text_count : g->dict.count; }

static enum status push_text(struct growing *g, struct span s, struct err *e) {
  uint32_t code;
  bool fresh;
  if (g->ascending) {
    bool done;
    TRY(push_ascending(g, s, &done, e));
    if (done) return OK;
    if (!stop_ascending(g)) return no_memory(e);
  }
  for (uint32_t i = 0; i < g->recent_count; i++) {
    struct span have = g->dict.keys[g->recent[i]];
    if (have.len != s.len || (s.len && memcmp(have.at, s.at, s.len) != 0)) continue;
    put_int(g->data, g->width, g->rows, g->recent[i]); /* it came before, so the width holds it, and least and greatest know it */
    return OK;
  }
  if (!map_put(&g->dict, s.at ? s.at : "", s.len, &code, &fresh)) return no_memory(e);
  if (fresh) TRY(check_text(g, s, e));
  if (g->recent_count < RECENT) g->recent[g->recent_count++] = code;
  else memmove(g->recent + 1, g->recent, (RECENT - 1) * sizeof *g->recent), g->recent[0] = code;
  return push_int(g, code, e);
}

static enum status push_real(struct growing *g, double d, struct err *e) {
  if (!isfinite(d)) return err_set(e, ERR_INPUT, "give a number, or leave the cell empty", "column %s: not a finite number", g->name);
  if (d == 0) d = 0.0;
  if (g->width == COL_F32 && (double)(float)d != d && !growing_widen(g, COL_F64)) return no_memory(e);
  if (g->width == COL_F32) {
    float f = (float)d;
    memcpy(g->data + g->rows * 4, &f, 4);
  } else {
    memcpy(g->data + g->rows * 8, &d, 8);
  }
  return OK;
}

/* Numbers that the width at hand holds, into a column with room: by far the most cells. False: the long way. */
static inline bool push_quick(struct growing *g, int64_t v) {
  static const int64_t low[] = {INT8_MIN, INT16_MIN, INT32_MIN, INT64_MIN}, high[] = {INT8_MAX, INT16_MAX, INT32_MAX, INT64_MAX};
  if (g->kind == COL_BOOL ? v < 0 || v > 1 : v < low[g->width] || v > high[g->width]) return false;
  uint64_t i = g->rows++;
  switch (g->width) {
    case COL_I8: ((int8_t *)g->data)[i] = (int8_t)v; break;
    case COL_I16: ((int16_t *)(void *)g->data)[i] = (int16_t)v; break;
    case COL_I32: ((int32_t *)(void *)g->data)[i] = (int32_t)v; break;
    default: ((int64_t *)(void *)g->data)[i] = v; break;
  }
  if (!g->any) g->min = g->max = v, g->any = true;
  if (v < g->min) g->min = v;
  if (v > g->max) g->max = v;
  if (g->valid) bits_set(g->valid, i);
  if (g->absence) g->absence[i] = PRESENT;
  return true;
}

static inline enum status push(struct growing *g, const struct cell *c, struct err *e) {
  if (g->rows >= g->cap) {
    if (g->rows >= MOST_ROWS) return err_set(e, ERR_LIMIT, "split the home", "more than %u rows", MOST_ROWS);
    if (!g->cap && (!c || c->absence == ABSENT_EMPTY)) {
      g->rows++;
      return OK;
    }
    if (!growing_reserve(g)) return no_memory(e);
  }
  if (!c || c->absence != PRESENT) return push_absent(g, c ? c->absence : ABSENT_EMPTY, e);
  if ((g->kind == COL_BOOL || g->kind == COL_INT || g->kind == COL_DECIMAL) && push_quick(g, c->i)) return OK;
  if (g->kind == COL_REAL) TRY(push_real(g, c->d, e));
  else if (g->kind == COL_CHOICE || g->kind == COL_TEXT) TRY(push_text(g, c->s, e));
  else TRY(push_int(g, c->i, e));
  if (g->valid) bits_set(g->valid, g->rows);
  if (g->absence) g->absence[g->rows] = PRESENT;
  g->any = true;
  g->rows++;
  return OK;
}

static enum status push_row(struct growing_level *l, const struct cell *cells, struct err *e) {
  for (uint32_t i = 0; i < l->column_count; i++) TRY(push(&l->columns[i], cells ? &cells[i] : NULL, e));
  l->rows++;
  return OK;
}

enum status builder_open(const struct schema *schema, int64_t home, struct builder **out, struct err *e) {
  TRY(schema_check(schema, e));
  struct builder *b = calloc(1, sizeof *b);
  if (!b) return no_memory(e);
  arena_init(&b->arena, 0);
  b->segment.home = home;
  b->schema = schema_copy(&b->arena, schema);
  for (uint32_t l = 0; b->schema && l < schema->level_count; l++) {
    const struct schema_level *s = &b->schema->levels[l];
    struct growing_level *g = &b->levels[l];
    g->columns = arena_array(&b->arena, s->column_count + 1u, sizeof *g->columns);
    if (!g->columns) break;
    g->column_count = s->column_count;
    for (uint32_t i = 0; i < s->column_count; i++) growing_init(&g->columns[i], &b->arena, s->columns[i].name, s->columns[i].kind, s->columns[i].decimals);
  }
  if (!b->schema || !b->levels[schema->level_count - 1].columns) {
    builder_close(b);
    return no_memory(e);
  }
  growing_init(&b->key, &b->arena, "household key", COL_TEXT, 0);
  growing_init(&b->village_code, &b->arena, "village code", COL_TEXT, 0);
  map_init(&b->villages, &b->arena);
  *out = b;
  return OK;
}

const struct schema *builder_schema(const struct builder *b) { return b->schema; }

static enum status add_village(struct builder *b, struct span code, const struct cell *cells, bool given, uint32_t *row, struct err *e) {
  bool fresh;
  if (!map_put(&b->villages, code.at, code.len, row, &fresh)) return no_memory(e);
  if (!fresh && !given) return OK;
  if (!fresh) return err_set(e, ERR_INPUT, "give each village once, before the households that name it", "village %.*s stands twice", (int)(code.len > 100 ? 100 : code.len), code.at);
  TRY(push(&b->village_code, &(struct cell){.s = code}, e));
  return push_row(&b->levels[LEVEL_VILLAGE], cells, e);
}

enum status builder_village(struct builder *b, struct span code, const struct cell *cells, struct err *e) {
  uint32_t row;
  if (b->finished) return err_set(e, ERR_INTERNAL, NULL, "a village after the segment was finished");
  if (!code.len) return err_set(e, ERR_INPUT, NULL, "a village without a code");
  return add_village(b, code, cells, true, &row, e);
}

enum status builder_household(struct builder *b, int64_t id, struct span key, struct span village, uint32_t rosters, const struct cell *cells, struct err *e) {
  struct growing_level *hh = &b->levels[LEVEL_HOUSEHOLD];
  uint64_t h = hh->rows;
  if (b->finished) return err_set(e, ERR_INTERNAL, NULL, "a household after the segment was finished");
  if (h && id <= b->household_id[h - 1])
    return err_set(e, ERR_INPUT, "give households by ascending id", "household %" PRId64 " comes after %" PRId64, id, b->household_id[h - 1]);
  uint64_t cap = b->household_cap, cap2 = cap;
  if (!reserve(&b->household_id, &cap, h + 1, sizeof *b->household_id) || !reserve(&b->village_of, &cap2, h + 1, sizeof *b->village_of)) return no_memory(e);
  b->household_cap = cap;
  cap = b->child_cap;
  for (uint32_t l = 0; l < b->schema->level_count; l++) {
    if (l == LEVEL_HOUSEHOLD || l == LEVEL_VILLAGE) continue;
    struct growing_level *g = &b->levels[l];
    uint64_t words = bits_words(b->child_cap), mine = b->child_cap;
    if (!reserve(&g->child_at, &mine, h + 1, sizeof *g->child_at)) return no_memory(e);
    if (bits_words(mine) != words || !g->roster) {
      uint64_t *r = realloc(g->roster, bits_words(mine) * 8);
      if (!r) return no_memory(e);
      memset(r + words, 0, (bits_words(mine) - words) * 8);
      g->roster = r;
    }
    g->child_at[h] = (uint32_t)g->rows;
    if (rosters >> l & 1) bits_set(g->roster, h);
    else g->untaken = true;
    cap = mine;
  }
  b->child_cap = cap;
  b->village_of[h] = SEGMENT_NO_ROW;
  if (village.len) TRY(add_village(b, village, NULL, false, &b->village_of[h], e));
  b->household_id[h] = id;
  TRY(push(&b->key, &(struct cell){.s = key}, e));
  if (distinct_texts(&b->key) != h + 1)
    return err_set(e, ERR_INPUT, "each household needs a number of its own", "household number %.*s stands twice", (int)(key.len > 100 ? 100 : key.len), key.at);
  b->last_member = INT64_MIN;
  return push_row(hh, cells, e);
}

enum status builder_child(struct builder *b, uint32_t level, int64_t id, const struct cell *cells, struct err *e) {
  uint64_t households = b->levels[LEVEL_HOUSEHOLD].rows;
  if (b->finished || level >= b->schema->level_count || level == LEVEL_HOUSEHOLD || level == LEVEL_VILLAGE || !households)
    return err_set(e, ERR_INTERNAL, NULL, "a row of level %u where none can be", level);
  struct growing_level *g = &b->levels[level];
  if (!bits_get(g->roster, households - 1))
    return err_set(e, ERR_INPUT, "say that the list was taken, or leave out its rows", "household %" PRId64 " has rows in %s, whose list was not taken", b->household_id[households - 1], b->schema->levels[level].name);
  if (level == LEVEL_MEMBER) {
    if (b->last_member != INT64_MIN && id <= b->last_member)
      return err_set(e, ERR_INPUT, "give members by ascending id", "member %" PRId64 " of household %" PRId64 " comes after %" PRId64, id, b->household_id[households - 1], b->last_member);
    if (!reserve(&b->member_id, &b->member_cap, g->rows + 1, sizeof *b->member_id)) return no_memory(e);
    b->member_id[g->rows] = b->last_member = id;
  }
  if (g->rows >= MOST_ROWS) return err_set(e, ERR_LIMIT, "split the home", "more than %u rows", MOST_ROWS);
  return push_row(g, cells, e);
}

/* Memory of the finished segment: aligned for whole vectors and with 32 readable zero bytes behind. */
static void *own(struct builder *b, uint64_t bytes) {
  if (b->owned_count == b->owned_cap) {
    size_t cap = b->owned_cap ? b->owned_cap * 2 : 64;
    void **list = realloc(b->owned, cap * sizeof *list);
    if (!list) return NULL;
    b->owned = list, b->owned_cap = cap;
  }
  uint64_t room = (bytes + 32 + 63) / 64 * 64;
  uint8_t *p = b->owned[b->owned_count] = aligned_alloc(64, room);
  if (!p) return NULL;
  b->owned_count++;
  memset(p + bytes, 0, room - bytes);
  return p;
}

static void *own_copy(struct builder *b, const void *from, uint64_t bytes) {
  void *p = own(b, bytes);
  if (p && bytes) memcpy(p, from, bytes);
  return p;
}

struct entry { struct span s; uint32_t was; };

static int entry_order(const void *pa, const void *pb) {
  const struct entry *a = pa, *b = pb;
  size_t n = a->s.len < b->s.len ? a->s.len : b->s.len;
  int order = n ? memcmp(a->s.at, b->s.at, n) : 0;
  return order ? order : (a->s.len > b->s.len) - (a->s.len < b->s.len);
}

/* Sorts the dictionary and writes it out; was_to_now[code of arrival] = sorted code. */
static bool finish_dict(struct builder *b, const struct growing *g, struct column *c, uint32_t **was_to_now) {
  if (g->ascending) { /* sorted as it is: codes stay */
    static const uint32_t none = 0;
    c->dict_at = own_copy(b, g->text_count ? g->text_at : &none, (g->text_count + 1u) * sizeof none);
    c->dict_bytes = own_copy(b, g->texts, g->text_bytes);
    c->dict_count = g->text_count;
    return c->dict_at && c->dict_bytes;
  }
  uint32_t n = g->dict.count;
  struct entry *entries = malloc((n + 1u) * sizeof *entries);
  uint32_t *at = own(b, (n + 1u) * sizeof *at), *now = malloc((n + 1u) * sizeof *now);
  char *bytes = own(b, g->text_bytes);
  *was_to_now = now;
  if (entries && at && now && bytes) {
    for (uint32_t i = 0; i < n; i++) entries[i] = (struct entry){g->dict.keys[i], i};
    if (n) qsort(entries, n, sizeof *entries, entry_order);
    at[0] = 0;
    for (uint32_t i = 0; i < n; i++) {
      now[entries[i].was] = i;
      memcpy(bytes + at[i], entries[i].s.at, entries[i].s.len);
      at[i + 1] = at[i] + (uint32_t)entries[i].s.len;
    }
    c->dict_at = at, c->dict_bytes = bytes, c->dict_count = n;
  }
  free(entries);
  return c->dict_at != NULL;
}

/* row_was[i] = which row of arrival stands at row i (villages are sorted); NULL = as they came. */
static enum status finish_column(struct builder *b, struct growing *g, const uint32_t *row_was, struct column *c, struct err *e) {
  if (!g->cap && g->rows && !growing_reserve(g)) return no_memory(e);
  *c = (struct column){.kind = g->kind, .width = g->width, .decimals = g->decimals, .rows = g->rows, .min = g->any ? g->min : 0, .max = g->any ? g->max : 0};
  uint32_t *now = NULL;
  bool coded = g->kind == COL_CHOICE || g->kind == COL_TEXT;
  if (coded && !finish_dict(b, g, c, &now)) {
    free(now);
    return no_memory(e);
  }
  if (coded) c->min = 0, c->max = c->dict_count ? c->dict_count - 1 : 0;
  unsigned width = col_width_bytes(g->width);
  uint8_t *data = own(b, g->rows * width);
  uint64_t *valid = NULL;
  uint8_t *absence = NULL;
  bool good = data != NULL;
  if (good && g->valid) {
    valid = own(b, bits_words(g->rows) * 8);
    if (valid) memset(valid, 0, bits_words(g->rows) * 8);
    good = valid != NULL;
  }
  if (good && g->absence) good = (absence = own(b, g->rows)) != NULL;
  if (good && !row_was && !now) { /* as it came */
    if (g->rows) memcpy(data, g->data, g->rows * width);
    if (valid) memcpy(valid, g->valid, bits_words(g->rows) * 8);
    if (absence && g->rows) memcpy(absence, g->absence, g->rows);
  } else if (good && !row_was && width == 1) { /* most choices */
    for (uint64_t i = 0; i < g->rows; i++) data[i] = !valid || bits_get(g->valid, i) ? (uint8_t)now[g->data[i]] : 0;
    if (valid) memcpy(valid, g->valid, bits_words(g->rows) * 8);
    if (absence && g->rows) memcpy(absence, g->absence, g->rows);
  } else for (uint64_t i = 0; good && i < g->rows; i++) {
    uint64_t from = row_was ? row_was[i] : i;
    bool has = !g->valid || bits_get(g->valid, from);
    if (coded && now) put_int(data, g->width, i, has ? now[get_int(g->data, g->width, from)] : 0);
    else memcpy(data + i * width, g->data + from * width, width);
    if (valid && has) bits_set(valid, i);
    if (absence) absence[i] = g->absence[from];
  }
  free(now);
  growing_free(g);
  g->data = NULL, g->valid = NULL, g->absence = NULL, g->text_count = 0;
  c->data = data, c->valid = valid, c->absence = absence;
  return good ? OK : no_memory(e);
}

/* The order of villages by code: row_was[sorted row] = row of arrival, and its inverse. */
static bool sort_villages(struct builder *b, uint32_t **row_was, uint32_t **row_now) {
  uint32_t n = b->villages.count;
  struct entry *entries = malloc((n + 1u) * sizeof *entries);
  *row_was = malloc((n + 1u) * sizeof **row_was);
  *row_now = malloc((n + 1u) * sizeof **row_now);
  bool good = entries && *row_was && *row_now;
  if (good) {
    for (uint32_t i = 0; i < n; i++) entries[i] = (struct entry){b->villages.keys[i], i};
    if (n) qsort(entries, n, sizeof *entries, entry_order);
    for (uint32_t i = 0; i < n; i++) (*row_was)[i] = entries[i].was, (*row_now)[entries[i].was] = i;
  }
  free(entries);
  return good;
}

static enum status finish_level(struct builder *b, uint32_t l, const uint32_t *row_was, struct err *e) {
  struct growing_level *g = &b->levels[l];
  struct table *t = &b->segment.levels[l];
  uint64_t households = b->levels[LEVEL_HOUSEHOLD].rows;
  *t = (struct table){.rows = g->rows, .column_count = g->column_count, .columns = arena_array(&b->arena, g->column_count + 1u, sizeof *t->columns)};
  if (!t->columns) return no_memory(e);
  for (uint32_t i = 0; i < g->column_count; i++) TRY(finish_column(b, &g->columns[i], row_was, &t->columns[i], e));
  if (l == LEVEL_HOUSEHOLD || l == LEVEL_VILLAGE) return OK;
  uint32_t *at = own(b, (households + 1) * sizeof *at);
  if (!at) return no_memory(e);
  if (households) memcpy(at, g->child_at, households * sizeof *at);
  at[households] = (uint32_t)g->rows;
  b->segment.child_at[l] = at;
  if (g->untaken && !(b->segment.roster[l] = own_copy(b, g->roster, bits_words(households) * 8))) return no_memory(e);
  return OK;
}

static enum status finish(struct builder *b, const uint32_t *row_was, const uint32_t *row_now, struct err *e) {
  struct segment *s = &b->segment;
  uint64_t households = b->levels[LEVEL_HOUSEHOLD].rows;
  s->level_count = b->schema->level_count;
  for (uint32_t l = 0; l < s->level_count; l++) TRY(finish_level(b, l, l == LEVEL_VILLAGE ? row_was : NULL, e));
  for (uint64_t h = 0; h < households; h++)
    if (b->village_of[h] != SEGMENT_NO_ROW) b->village_of[h] = row_now[b->village_of[h]];
  s->village_of = own_copy(b, b->village_of, households * 4);
  s->household_id = own_copy(b, b->household_id, households * 8);
  s->member_id = own_copy(b, b->member_id, s->levels[LEVEL_MEMBER].rows * 8);
  if (!s->village_of || !s->household_id || !s->member_id) return no_memory(e);
  TRY(finish_column(b, &b->key, NULL, &s->household_key, e));
  return finish_column(b, &b->village_code, row_was, &s->village_code, e);
}

enum status builder_finish(struct builder *b, const struct segment **out, struct err *e) {
  if (b->finished) return err_set(e, ERR_INTERNAL, NULL, "the segment was finished before");
  b->finished = true;
  uint32_t *row_was = NULL, *row_now = NULL;
  enum status st = sort_villages(b, &row_was, &row_now) ? finish(b, row_was, row_now, e) : no_memory(e);
  free(row_was);
  free(row_now);
  if (st == OK) *out = &b->segment;
  return st;
}

void builder_close(struct builder *b) {
  if (!b) return;
  for (uint32_t l = 0; l < LEVEL_MAX; l++) {
    for (uint32_t i = 0; b->levels[l].columns && i < b->levels[l].column_count; i++) growing_free(&b->levels[l].columns[i]);
    free(b->levels[l].child_at);
    free(b->levels[l].roster);
  }
  growing_free(&b->key);
  growing_free(&b->village_code);
  for (size_t i = 0; i < b->owned_count; i++) free(b->owned[i]);
  free(b->owned);
  free(b->village_of);
  free(b->household_id);
  free(b->member_id);
  arena_drop(&b->arena);
  free(b);
}
