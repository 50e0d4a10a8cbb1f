#include "registry/stage.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

enum { NEWER = LEVEL_MAX, HOUSEHOLD_HEAD = 32, CHILD_HEAD = 24 }; /* NEWER: the stream of households given again */

enum status stage_open(struct stage *s, struct registry *r, struct err *e) {
  *s = (struct stage){.r = r, .ascending_bytes = true, .ascending_numbers = true, .last = {.seq = 0}};
  for (int l = 0; l < LEVEL_MAX; l++) s->children_sorted[l] = true;
  arena_init(&s->arena, (size_t)1 << 30);
  map_init(&s->torn, &s->arena);
  map_init(&s->unasked, &s->arena);
  char path[4200];
  snprintf(path, sizeof path, "%s.stage-", r->beside);
  file_clear_left(path); /* of an import that was killed */
  snprintf(path, sizeof path, "%s.stage-%ld", r->beside, (long)getpid());
  TRY(work_open(&s->work, path, e));
  TRY(store_open(path, &(struct store_options){.mode = STORE_SCRATCH}, &s->db, e));
  static const enum store_sql make[] = {SQL_STAGE_KEYS, SQL_STAGE_NEWER, SQL_STAGE_CHILDREN, SQL_STAGE_VILLAGES, SQL_STAGE_ORDER};
  TRY(store_begin(s->db, true, e));
  for (size_t i = 0; i < sizeof make / sizeof *make; i++) {
    struct store_stmt *st;
    TRY(store_sql(s->db, make[i], &st, e));
    TRY(store_run(st, e));
  }
  return OK;
}

enum status stage_ready(struct stage *s, struct err *e) { return store_commit(s->db, e); }

void stage_close(struct stage *s) {
  store_close(s->db);
  s->db = NULL;
  work_view_close(&s->ahead), work_view_close(&s->again);
  work_close(&s->work);
  arena_drop(&s->arena);
  if (s->buffer.at) sodium_memzero(s->buffer.at, s->buffer.cap);
  bytes_free(&s->last.key), bytes_free(&s->buffer), bytes_free(&s->previous_new);
}

void stage_source(struct stage *s, const struct source *src) {
  s->source++;
  if (src->level < LEVEL_MAX) s->level_seen[src->level] = true;
  s->last.seq = 0, s->last.next = 0; /* the next household is looked up */
}

/* ---- encoding of a staged row: field (2 bytes), tag, value ---- */

static void add_cell(struct stage *s, uint32_t field, const struct field *f, const struct cell *c) {
  uint8_t head[12] = {(uint8_t)field, (uint8_t)(field >> 8)};
  struct bytes *b = &s->buffer;
  if (c->absence != PRESENT) {
    head[2] = STAGED_ABSENT, head[3] = (uint8_t)c->absence;
    bytes_add(b, head, 4);
    return;
  }
  bool text = f->kind == COL_TEXT || f->kind == COL_CHOICE;
  if (f->sealed) {
    uint32_t n = text ? (uint32_t)c->s.len : 8;
    head[2] = STAGED_SEALED;
    memcpy(head + 3, &n, 4);
    bytes_add(b, head, 7);
    bytes_add(b, text ? (const void *)c->s.at : (const void *)&c->i, n);
  } else if (text) {
    uint32_t n = (uint32_t)c->s.len;
    head[2] = STAGED_TEXT;
    memcpy(head + 3, &n, 4);
    bytes_add(b, head, 7);
    bytes_add(b, c->s.at, n);
  } else {
    head[2] = f->kind == COL_REAL ? STAGED_REAL : STAGED_INT;
    memcpy(head + 3, &c->i, 8);
    bytes_add(b, head, 11);
  }
}

bool stage_next(struct span *data, struct staged_field *out) {
  const uint8_t *p = (const uint8_t *)data->at;
  if (data->len < 4) return false;
  *out = (struct staged_field){.field = p[0] | (uint32_t)p[1] << 8, .tag = p[2]};
  size_t used = 4;
  switch (p[2]) {
  case STAGED_ABSENT: out->absence = (enum absence)p[3]; break;
  case STAGED_INT:
  case STAGED_REAL:
    used = 11;
    if (data->len < used) return false;
    memcpy(p[2] == STAGED_INT ? (void *)&out->i : (void *)&out->d, p + 3, 8);
    break;
  default: {
    uint32_t n;
    if (data->len < 7) return false;
    memcpy(&n, p + 3, 4);
    used = 7 + (size_t)n;
    if (data->len < used) return false;
    out->s = (struct span){data->at + 7, n};
  }
  }
  data->at += used, data->len -= used;
  return true;
}

static enum status encode(struct stage *s, const struct level_store *ls, const struct ingest_row *row, struct err *e) {
  s->buffer.len = 0;
  for (uint32_t i = 0; i < ls->field_count; i++) {
    if (row->mapped && !bits_get(row->mapped, i)) continue;
    const struct field *f = ls->fields[i].def;
    if (f->sealed && row->cells[i].absence == PRESENT) {
      TRY(seal_need(&s->r->seal, "importing a sealed field", e));
      if ((f->kind == COL_TEXT || f->kind == COL_CHOICE) && row->cells[i].s.len > 4096)
        return err_set(e, ERR_INPUT, "shorten it, or do not seal the field", "%s has %zu bytes; a sealed field takes 4,096", f->name, row->cells[i].s.len);
    }
    add_cell(s, i, f, &row->cells[i]);
  }
  return s->buffer.failed ? err_set(e, ERR_MEMORY, NULL, "out of memory") : OK;
}

/* ---- households ---- */

static bool key_is(const struct bytes *b, struct span key) { return b->len == key.len && memcmp(b->at ? b->at : (const uint8_t *)"", key.at, key.len) == 0; }

static int compare_bytes(const uint8_t *a, size_t an, const char *b, size_t bn) {
  int c = memcmp(a, b, an < bn ? an : bn);
  return c ? c : an < bn ? -1 : an > bn;
}

/* ---- rows in the streams ---- */

static enum status append(struct stage *s, unsigned stream, const void *head, size_t n, struct span key, const struct bytes *data, struct err *e) {
  TRY(work_append(&s->work, stream, head, n, e));
  TRY(work_append(&s->work, stream, key.at, key.len, e));
  return data ? work_append(&s->work, stream, data->at, data->len, e) : OK;
}

static enum status append_household(struct stage *s, unsigned stream, int64_t home, uint64_t row, int64_t given, struct span key, const struct bytes *data, struct err *e) {
  uint8_t head[HOUSEHOLD_HEAD];
  uint32_t sizes[2] = {(uint32_t)key.len, data ? (uint32_t)data->len : 0};
  memcpy(head, &home, 8), memcpy(head + 8, &row, 8), memcpy(head + 16, &given, 8), memcpy(head + 24, sizes, 8);
  return append(s, stream, head, sizeof head, key, data, e);
}

static enum status read_household(struct stage *s, unsigned stream, struct work_view *v, uint64_t at, struct staged_household *out, struct err *e) {
  const uint8_t *p;
  uint32_t sizes[2];
  TRY(work_at(&s->work, stream, v, at, HOUSEHOLD_HEAD, &p, e));
  memcpy(&out->home, p, 8), memcpy(&out->row, p + 8, 8), memcpy(&out->given, p + 16, 8), memcpy(sizes, p + 24, 8);
  size_t n = HOUSEHOLD_HEAD + (size_t)sizes[0] + sizes[1];
  TRY(work_at(&s->work, stream, v, at, n, &p, e));
  out->key = (struct span){(const char *)p + HOUSEHOLD_HEAD, sizes[0]}, out->data = (struct span){out->key.at + sizes[0], sizes[1]};
  out->at = at, out->next = at + n;
  return OK;
}

enum status stage_household_at(struct stage *s, struct work_view *v, int64_t seq, uint64_t at, struct staged_household *out, struct err *e) {
  struct store_stmt *st;
  bool row;
  out->seq = seq;
  TRY(read_household(s, LEVEL_HOUSEHOLD, v, at, out, e));
  if (!s->newer) return OK;
  uint64_t next = out->next;
  TRY(store_sql(s->db, SQL_STAGE_NEWER_GET, &st, e));
  store_bind_int(st, 1, seq);
  TRY(store_step(st, &row, e));
  uint64_t there = row ? (uint64_t)store_int(st, 0) : 0;
  store_reset(st);
  if (row) TRY(read_household(s, NEWER, &s->again, there, out, e));
  out->at = at, out->next = next;
  return OK;
}

enum status stage_child_at(struct stage *s, struct work_view *v, uint32_t level, uint64_t at, struct staged_child *out, struct err *e) {
  const uint8_t *p;
  uint32_t sizes[2];
  TRY(work_at(&s->work, level, v, at, CHILD_HEAD, &p, e));
  memcpy(&out->household, p, 8), memcpy(&out->row, p + 8, 8), memcpy(sizes, p + 16, 8);
  size_t n = CHILD_HEAD + (size_t)sizes[0] + sizes[1];
  TRY(work_at(&s->work, level, v, at, n, &p, e));
  out->key = (struct span){(const char *)p + CHILD_HEAD, sizes[0]}, out->data = (struct span){out->key.at + sizes[0], sizes[1]};
  out->next = at + n;
  return OK;
}

/* ---- which household ---- */

static enum status put_key(struct stage *s, struct span key, int64_t seq, uint64_t at, struct err *e) {
  struct store_stmt *st;
  TRY(store_sql(s->db, SQL_STAGE_KEY_PUT, &st, e));
  store_bind_text(st, 1, key.at, key.len), store_bind_int(st, 2, seq), store_bind_int(st, 3, (int64_t)at);
  return store_run(st, e);
}

/* An index over the keys so far: only for files that go back and forth. */
static enum status index_keys(struct stage *s, struct err *e) {
  struct staged_household h = {0};
  struct work_view v = {0};
  enum status st = OK;
  for (int64_t seq = 1; seq <= s->households && st == OK; seq++) {
    st = read_household(s, LEVEL_HOUSEHOLD, &v, h.next, &h, e);
    if (st == OK) st = put_key(s, h.key, seq, h.at, e);
  }
  work_view_close(&v);
  s->key_index = st == OK;
  return st;
}

/* Finds a household given before: the last one, the one after it (files usually keep one order), or through the index. out->seq 0 = none. */
static enum status find(struct stage *s, struct span key, struct staged_household *out, struct err *e) {
  struct store_stmt *st;
  bool found;
  *out = (struct staged_household){0};
  if (s->last.seq && key_is(&s->last.key, key)) {
    *out = (struct staged_household){.seq = s->last.seq, .given = s->last.given, .row = s->last.row, .at = s->last.at, .next = s->last.next};
    return OK;
  }
  if (!s->households) return OK;
  const struct bytes *p = &s->previous_new;
  if ((s->ascending_bytes && compare_bytes(p->at, p->len, key.at, key.len) < 0) ||
      (s->ascending_numbers && (p->len < key.len || (p->len == key.len && memcmp(p->at, key.at, key.len) < 0))))
    return OK; /* greater than everything seen so far */
  if (s->last.seq < s->households) {
    TRY(stage_household_at(s, &s->ahead, s->last.seq + 1, s->last.next, out, e));
    if (out->key.len == key.len && memcmp(out->key.at, key.at, key.len) == 0) return OK;
    out->seq = 0;
  }
  if (!s->key_index) TRY(index_keys(s, e));
  TRY(store_sql(s->db, SQL_STAGE_KEY_FIND, &st, e));
  store_bind_text(st, 1, key.at, key.len);
  TRY(store_step(st, &found, e));
  int64_t seq = found ? store_int(st, 0) : 0;
  uint64_t at = found ? (uint64_t)store_int(st, 1) : 0;
  store_reset(st);
  return seq ? stage_household_at(s, &s->again, seq, at, out, e) : OK;
}

static void remember(struct stage *s, struct span key, const struct staged_household *h) {
  s->last.seq = h->seq, s->last.row = h->row, s->last.given = h->given, s->last.at = h->at, s->last.next = h->next;
  s->last.key.len = 0;
  bytes_add(&s->last.key, key.at, key.len);
}

/* Home of the area a household names; -1 when the source does not say. */
static enum status home_of(struct stage *s, const struct ingest_row *row, int64_t *home, struct err *e) {
  struct registry *r = s->r;
  if (!r->area_field) {
    *home = 1;
    return OK;
  }
  *home = -1;
  if (row->mapped && !bits_get(row->mapped, r->area_slot)) return OK;
  const struct cell *c = &row->cells[r->area_slot];
  if (c->absence != PRESENT) {
    *home = 0;
    return OK;
  }
  uint32_t i = map_get(&r->area_index, c->s.at, c->s.len);
  if (i == MAP_NONE)
    return err_set(e, ERR_INPUT, "add the area to the programme's areas, or correct the row", "household %.*s is in area \"%.*s\", which the programme does not have",
                   (int)row->household_key.len, row->household_key.at, (int)c->s.len, c->s.at);
  *home = r->areas[i].home;
  return OK;
}

static enum status add_household(struct stage *s, struct span key, int64_t home, uint64_t row, int64_t given, const struct bytes *data, struct err *e) {
  const struct bytes *p = &s->previous_new;
  if (s->households) {
    s->ascending_bytes &= compare_bytes(p->at, p->len, key.at, key.len) < 0;
    s->ascending_numbers &= p->len < key.len || (p->len == key.len && memcmp(p->at, key.at, key.len) < 0);
  }
  s->previous_new.len = 0;
  bytes_add(&s->previous_new, key.at, key.len);
  struct staged_household h = {.seq = ++s->households, .row = row, .given = given, .at = work_end(&s->work, LEVEL_HOUSEHOLD)};
  TRY(append_household(s, LEVEL_HOUSEHOLD, home, row, given, key, data, e));
  h.next = work_end(&s->work, LEVEL_HOUSEHOLD);
  if (s->key_index) TRY(put_key(s, key, h.seq, h.at, e));
  remember(s, key, &h);
  return OK;
}

/* Names the first field in which two staged rows differ; NULL = none. */
static const char *differing(const struct stage *s, struct span a, struct span b) {
  struct staged_field x, y;
  while (stage_next(&a, &x) && stage_next(&b, &y)) {
    bool same = x.field == y.field && x.tag == y.tag && x.absence == y.absence && x.i == y.i && x.d == y.d && x.s.len == y.s.len;
    if (same && x.s.len) same = memcmp(x.s.at, y.s.at, x.s.len) == 0;
    if (!same) return s->r->levels[LEVEL_HOUSEHOLD].fields[x.field].def->name;
  }
  return NULL;
}

static enum status household_again(struct stage *s, const struct ingest_row *row, const struct staged_household *was, int64_t home, struct err *e) {
  struct staged_household old;
  struct store_stmt *st;
  int klen = (int)row->household_key.len;
  if (was->given == (int64_t)s->source && !row->repeated)
    return err_set(e, ERR_INPUT, "keep one of the two rows", "household %.*s was given before, in row %" PRIu64, klen, row->household_key.at, was->row);
  TRY(stage_household_at(s, &s->again, was->seq, was->at, &old, e));
  if (was->given == (int64_t)s->source) {
    const char *field = differing(s, old.data, (struct span){(char *)s->buffer.at, s->buffer.len});
    if (field)
      return err_set(e, ERR_INPUT, "household fields must be the same on all rows of a household; correct the file", "%s of household %.*s is not what row %" PRIu64 " says",
                     field, klen, row->household_key.at, was->row);
    remember(s, row->household_key, was);
    return OK;
  }
  /* Named by a member before, or given by an earlier source: the later source's fields come on top. */
  struct bytes joined = {0};
  bytes_add(&joined, old.data.at, old.data.len);
  bytes_add(&joined, s->buffer.at, s->buffer.len);
  if (home < 0) home = old.home;
  uint64_t place = work_end(&s->work, NEWER);
  enum status r = joined.failed ? err_set(e, ERR_MEMORY, NULL, "out of memory") : append_household(s, NEWER, home, row->source_row, (int64_t)s->source, row->household_key, &joined, e);
  if (joined.at) sodium_memzero(joined.at, joined.cap);
  bytes_free(&joined);
  TRY(r);
  TRY(store_sql(s->db, SQL_STAGE_NEWER_PUT, &st, e));
  store_bind_int(st, 1, was->seq), store_bind_int(st, 2, (int64_t)place);
  TRY(store_run(st, e));
  s->newer = true;
  remember(s, row->household_key, &(struct staged_household){.seq = was->seq, .row = row->source_row, .given = (int64_t)s->source, .at = was->at, .next = was->next});
  return OK;
}

static enum status stage_household(struct stage *s, const struct ingest_row *row, struct err *e) {
  struct staged_household was;
  int64_t home;
  if (row->household_key.len == 0) return err_set(e, ERR_INPUT, "give every household a number of its own", "the household has no number");
  TRY(encode(s, &s->r->levels[LEVEL_HOUSEHOLD], row, e));
  TRY(home_of(s, row, &home, e));
  TRY(find(s, row->household_key, &was, e));
  if (was.seq) return household_again(s, row, &was, home, e);
  return add_household(s, row->household_key, home, row->source_row, (int64_t)s->source, &s->buffer, e);
}

/* ---- members, lines, villages ---- */

static enum status in_registry(struct stage *s, const struct ingest_row *row, struct err *e) {
  struct store_stmt *st;
  bool found;
  TRY(store_sql(s->r->db, SQL_HOUSEHOLD_FIND, &st, e));
  store_bind_text(st, 1, row->household_key.at, row->household_key.len);
  TRY(store_step(st, &found, e));
  store_reset(st);
  if (found) return OK;
  return err_set(e, ERR_INPUT, "import the household first, or together with its members", "household %.*s is neither in this import nor in the registry",
                 (int)row->household_key.len, row->household_key.at);
}

static enum status stage_child(struct stage *s, const struct ingest_row *row, struct err *e) {
  struct staged_household of;
  uint32_t l = row->level;
  TRY(encode(s, &s->r->levels[l], row, e));
  TRY(find(s, row->household_key, &of, e));
  if (!of.seq) { /* households are read before their lists, so it must be in the registry already */
    TRY(in_registry(s, row, e));
    TRY(add_household(s, row->household_key, -1, row->source_row, 0, NULL, e));
    s->has_references = true;
    of.seq = s->last.seq;
  } else if (of.seq != s->last.seq) {
    remember(s, row->household_key, &of);
  }
  if (of.seq < s->child_last[l]) s->children_sorted[l] = false;
  s->child_last[l] = of.seq;
  s->children[l]++;
  uint8_t head[CHILD_HEAD];
  uint32_t sizes[2] = {(uint32_t)row->member_key.len, (uint32_t)s->buffer.len};
  uint64_t source_row = row->source_row;
  memcpy(head, &of.seq, 8), memcpy(head + 8, &source_row, 8), memcpy(head + 16, sizes, 8);
  return append(s, l, head, sizeof head, row->member_key, &s->buffer, e);
}

enum status stage_village_at(struct stage *s, struct work_view *v, uint64_t at, struct span *data, struct err *e) {
  const uint8_t *p;
  uint32_t n;
  TRY(work_at(&s->work, LEVEL_VILLAGE, v, at, sizeof n, &p, e));
  memcpy(&n, p, sizeof n);
  TRY(work_at(&s->work, LEVEL_VILLAGE, v, at, sizeof n + (size_t)n, &p, e));
  *data = (struct span){(const char *)p + sizeof n, n};
  return OK;
}

static enum status stage_village(struct stage *s, const struct ingest_row *row, struct err *e) {
  struct registry *r = s->r;
  struct span k = row->village_key;
  uint32_t known = map_get(&r->p->area_index, k.at, k.len); /* a former code brings the village's facts to where it is now */
  if (known != MAP_NONE) k = span_of(r->p->areas[r->p->areas[known].now].code);
  uint32_t i = map_get(&r->area_index, k.at, k.len);
  if (i == MAP_NONE)
    return err_set(e, ERR_INPUT, "add the area to the programme's areas, or correct the row", "the programme has no area \"%.*s\"", (int)k.len, k.at);
  if (r->areas[i].level != r->lowest_area_level)
    return err_set(e, ERR_INPUT, "give a row for each area of the lowest level only", "area %.*s is not of the lowest level", (int)k.len, k.at);
  TRY(encode(s, &r->levels[LEVEL_VILLAGE], row, e));
  struct store_stmt *st;
  bool found;
  TRY(store_sql(s->db, SQL_STAGE_V_FIND, &st, e));
  store_bind_int(st, 1, r->areas[i].home), store_bind_int(st, 2, r->areas[i].id);
  TRY(store_step(st, &found, e));
  if (found) {
    int64_t before = store_int(st, 0);
    store_reset(st);
    return err_set(e, ERR_INPUT, "keep one of the two rows", "area %.*s was given before, in row %" PRId64, (int)k.len, k.at, before);
  }
  TRY(store_sql(s->db, SQL_STAGE_V_PUT, &st, e));
  store_bind_int(st, 1, r->areas[i].home), store_bind_int(st, 2, r->areas[i].id), store_bind_int(st, 3, (int64_t)row->source_row), store_bind_int(st, 4, (int64_t)work_end(&s->work, LEVEL_VILLAGE));
  TRY(store_run(st, e));
  uint32_t n = (uint32_t)s->buffer.len;
  s->villages++;
  return append(s, LEVEL_VILLAGE, &n, sizeof n, (struct span){"", 0}, &s->buffer, e);
}

static enum status sink_row(void *ctx, const struct ingest_row *row, struct err *e) {
  struct stage *s = ctx;
  if (row->level >= s->r->level_count) return err_set(e, ERR_INTERNAL, NULL, "a row of level %u", row->level);
  if (row->level == LEVEL_HOUSEHOLD) return stage_household(s, row, e);
  if (row->level == LEVEL_VILLAGE) return stage_village(s, row, e);
  return stage_child(s, row, e);
}

/* ---- lists of which a row was refused ---- */

static size_t torn_key(uint32_t level, struct span key, char out[256]) {
  size_t n = key.len < 254 ? key.len : 254; /* ingest takes 200 bytes */
  out[0] = (char)level;
  memcpy(out + 1, key.at, n);
  return n + 1;
}

static enum status sink_refused(void *ctx, uint32_t level, struct span key, struct err *e) {
  struct stage *s = ctx;
  char buffer[256];
  uint32_t index;
  if (level >= LEVEL_MAX || level == LEVEL_HOUSEHOLD || level == LEVEL_VILLAGE) return OK;
  if (!key.len) {
    s->torn_any[level] = true;
    return OK;
  }
  return map_put(&s->torn, buffer, torn_key(level, key, buffer), &index, NULL) ? OK : err_set(e, ERR_MEMORY, NULL, "out of memory");
}

static enum status sink_not_asked(void *ctx, uint32_t level, struct span key, struct err *e) {
  struct stage *s = ctx;
  char buffer[256];
  uint32_t index;
  if (level >= LEVEL_MAX) return OK;
  return map_put(&s->unasked, buffer, torn_key(level, key, buffer), &index, NULL) ? OK : err_set(e, ERR_MEMORY, NULL, "out of memory");
}

bool stage_torn(const struct stage *s, uint32_t level, struct span key, bool rows_came) {
  char buffer[256];
  if (s->torn_any[level] && !rows_came) return true;
  if (!rows_came && s->unasked.count && map_get(&s->unasked, buffer, torn_key(level, key, buffer)) != MAP_NONE) return true;
  return s->torn.count && map_get(&s->torn, buffer, torn_key(level, key, buffer)) != MAP_NONE;
}

struct ingest_sink stage_sink(struct stage *s) { return (struct ingest_sink){.row = sink_row, .ctx = s, .refused = sink_refused, .not_asked = sink_not_asked}; }
