#include "registry/stage.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

#define CHILD_SEQ(level, n) (((int64_t)(level) << 48) + (n))

static const struct store_column household_columns[] = {{"seq", STORE_INT, true}, {"home", STORE_INT, true}, {"key", STORE_TEXT, true}, {"row", STORE_INT, true}, {"given", STORE_INT, true}, {"data", STORE_BLOB, true}};
static const struct store_column child_columns[] = {{"seq", STORE_INT, true}, {"h", STORE_INT, true}, {"level", STORE_INT, true}, {"key", STORE_TEXT, true}, {"row", STORE_INT, true}, {"data", STORE_BLOB, true}};
static const struct table_spec household_spec = {"h", household_columns, 6, 1}, child_spec = {"c", child_columns, 6, 1};

static struct store_value int_value(int64_t i) { return (struct store_value){.kind = STORE_VALUE_INT, .i = i}; }

enum status stage_open(struct stage *s, struct registry *r, struct err *e) {
  *s = (struct stage){.r = r, .ascending_bytes = true, .ascending_numbers = true, .last = {.seq = 0}};
  for (int l = 0; l < LEVEL_MAX; l++) s->children_sorted[l] = true;
  arena_init(&s->arena, (size_t)1 << 30);
  map_init(&s->torn, &s->arena);
  seal_ephemeral(s->key);
  char path[4200];
  snprintf(path, sizeof path, "%s.stage-", r->beside);
  file_clear_left(path); /* of an import that was killed */
  snprintf(path, sizeof path, "%s.stage-%ld", r->beside, (long)getpid());
  TRY(store_open(path, &(struct store_options){.mode = STORE_SCRATCH}, &s->db, e));
  static const enum store_sql make[] = {SQL_STAGE_HOUSEHOLDS, SQL_STAGE_CHILDREN, SQL_STAGE_VILLAGES, SQL_STAGE_ORDER};
  TRY(store_begin(s->db, true, e));
  for (size_t i = 0; i < sizeof make / sizeof *make; i++) {
    struct store_stmt *st;
    TRY(store_sql(s->db, make[i], &st, e));
    TRY(store_run(st, e));
  }
  TRY(store_bulk_open(s->db, &household_spec, &s->put_household, e));
  return store_bulk_open(s->db, &child_spec, &s->put_child, e);
}

enum status stage_ready(struct stage *s, struct err *e) {
  TRY(store_bulk_flush(s->put_household, e));
  TRY(store_bulk_flush(s->put_child, e));
  return store_commit(s->db, e);
}

void stage_close(struct stage *s) {
  store_bulk_close(s->put_household), store_bulk_close(s->put_child);
  s->put_household = s->put_child = NULL;
  store_close(s->db);
  s->db = NULL;
  sodium_memzero(s->key, sizeof s->key);
  arena_drop(&s->arena);
  bytes_free(&s->last.key), bytes_free(&s->buffer), bytes_free(&s->previous_new);
}

void stage_source(struct stage *s, const struct source *src) {
  s->source++;
  if (src->level < LEVEL_MAX) s->level_seen[src->level] = true;
  s->last.seq = 0; /* the next household is looked up */
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
    const void *p = text ? (const void *)c->s.at : (const void *)&c->i;
    uint32_t n = text ? (uint32_t)c->s.len : 8;
    uint8_t sealed[4096 + SEAL_OVERHEAD], *out = sealed;
    if (n > 4096) n = 4096; /* refused before, by the codebook's limit on sealed text */
    seal_stage(s->key, &s->sealed, p, n, out);
    n += SEAL_OVERHEAD;
    head[2] = STAGED_SEALED;
    memcpy(head + 3, &n, 4);
    bytes_add(b, head, 7);
    bytes_add(b, sealed, n);
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
  case STAGED_INT: memcpy(&out->i, p + 3, 8), used = 11; break;
  case STAGED_REAL: memcpy(&out->d, p + 3, 8), used = 11; break;
  default: {
    uint32_t n;
    memcpy(&n, p + 3, 4);
    out->s = (struct span){data->at + 7, n};
    used = 7 + (size_t)n;
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

/* Finds a household given before: the last one, the one after it (files usually keep one order), or through the index. */
static enum status find(struct stage *s, struct span key, int64_t *seq, uint64_t *row, int64_t *given, struct err *e) {
  struct store_stmt *st;
  bool found;
  *seq = 0;
  if (s->last.seq && key_is(&s->last.key, key)) {
    *seq = s->last.seq, *row = s->last.row, *given = s->last.given;
    return OK;
  }
  if (!s->households) return OK;
  const struct bytes *p = &s->previous_new;
  if ((s->ascending_bytes && compare_bytes(p->at, p->len, key.at, key.len) < 0) ||
      (s->ascending_numbers && (p->len < key.len || (p->len == key.len && memcmp(p->at, key.at, key.len) < 0))))
    return OK; /* greater than everything seen so far */
  TRY(store_bulk_flush(s->put_household, e));
  TRY(store_sql(s->db, SQL_STAGE_H_GET, &st, e));
  store_bind_int(st, 1, s->last.seq + 1);
  TRY(store_step(st, &found, e));
  if (found) {
    struct span k = store_text(st, 2);
    if (k.len == key.len && memcmp(k.at, key.at, key.len) == 0) *seq = s->last.seq + 1, *row = (uint64_t)store_int(st, 3), *given = store_int(st, 4);
  }
  store_reset(st);
  if (*seq) return OK;
  if (!s->key_index) {
    TRY(store_sql(s->db, SQL_STAGE_KEY_INDEX, &st, e));
    TRY(store_run(st, e));
    s->key_index = true;
  }
  TRY(store_sql(s->db, SQL_STAGE_H_FIND, &st, e));
  store_bind_text(st, 1, key.at, key.len);
  TRY(store_step(st, &found, e));
  if (found) *seq = store_int(st, 0), *row = (uint64_t)store_int(st, 1), *given = store_int(st, 2);
  store_reset(st);
  return OK;
}

static void remember(struct stage *s, int64_t seq, struct span key, uint64_t row, int64_t given) {
  s->last.seq = seq, s->last.row = row, s->last.given = given;
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
  int64_t seq = ++s->households;
  struct store_value v[6] = {int_value(seq), int_value(home), {.kind = STORE_VALUE_TEXT, .s = key}, int_value((int64_t)row), int_value(given), {.kind = STORE_VALUE_BLOB}};
  if (data) v[5].s = (struct span){(const char *)data->at, data->len};
  TRY(store_bulk_row(s->put_household, v, e));
  remember(s, seq, key, row, given);
  return OK;
}

/* Names the first field in which two staged rows differ. Sealed fields are compared by their plaintext. */
static enum status differing(struct stage *s, struct span a, struct span b, const char **field, struct err *e) {
  struct staged_field x, y;
  *field = NULL;
  while (stage_next(&a, &x) && stage_next(&b, &y)) {
    bool same = x.field == y.field && x.tag == y.tag && x.absence == y.absence && x.i == y.i && x.d == y.d && x.s.len == y.s.len;
    if (same && x.tag == STAGED_SEALED) {
      uint8_t p[2][4096 + SEAL_OVERHEAD];
      TRY(seal_unstage(s->key, x.s.at, x.s.len, p[0], e));
      TRY(seal_unstage(s->key, y.s.at, y.s.len, p[1], e));
      same = memcmp(p[0], p[1], x.s.len - SEAL_OVERHEAD) == 0;
      sodium_memzero(p, sizeof p);
    } else if (same && x.tag == STAGED_TEXT) {
      same = x.s.len == 0 || memcmp(x.s.at, y.s.at, x.s.len) == 0;
    }
    if (!same) {
      *field = s->r->levels[LEVEL_HOUSEHOLD].fields[x.field].def->name;
      return OK;
    }
  }
  return OK;
}

static enum status household_again(struct stage *s, const struct ingest_row *row, int64_t seq, uint64_t first, int64_t given, int64_t home, struct err *e) {
  struct store_stmt *st;
  bool found;
  int klen = (int)row->household_key.len;
  if (given == (int64_t)s->source && !row->repeated)
    return err_set(e, ERR_INPUT, "keep one of the two rows", "household %.*s was given before, in row %" PRIu64, klen, row->household_key.at, first);
  TRY(store_bulk_flush(s->put_household, e));
  TRY(store_sql(s->db, SQL_STAGE_H_GET, &st, e));
  store_bind_int(st, 1, seq);
  TRY(store_step(st, &found, e));
  struct span old = store_blob(st, 5);
  int64_t old_home = store_int(st, 1);
  enum status r = OK;
  if (given == (int64_t)s->source) {
    const char *field;
    r = differing(s, old, (struct span){(char *)s->buffer.at, s->buffer.len}, &field, e);
    if (r == OK && field)
      r = err_set(e, ERR_INPUT, "household fields must be the same on all rows of a household; correct the file", "%s of household %.*s is not what row %" PRIu64 " says",
                  field, klen, row->household_key.at, first);
    store_reset(st);
    if (r == OK) remember(s, seq, row->household_key, first, given);
    return r;
  }
  /* Another source (or a member before its household): what this one says comes on top. */
  struct bytes joined = {0};
  bytes_add(&joined, old.at, old.len);
  bytes_add(&joined, s->buffer.at, s->buffer.len);
  store_reset(st);
  if (joined.failed) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (home < 0) home = old_home;
  TRY(store_sql(s->db, SQL_STAGE_H_SET, &st, e));
  store_bind_int(st, 1, seq), store_bind_int(st, 2, home), store_bind_int(st, 3, (int64_t)row->source_row), store_bind_int(st, 4, (int64_t)s->source), store_bind_blob(st, 5, joined.at, joined.len);
  r = store_run(st, e);
  bytes_free(&joined);
  if (r == OK) remember(s, seq, row->household_key, row->source_row, (int64_t)s->source);
  return r;
}

static enum status stage_household(struct stage *s, const struct ingest_row *row, struct err *e) {
  int64_t seq, given = 0, home;
  uint64_t first = 0;
  if (row->household_key.len == 0) return err_set(e, ERR_INPUT, "give every household a number of its own", "the household has no number");
  TRY(encode(s, &s->r->levels[LEVEL_HOUSEHOLD], row, e));
  TRY(home_of(s, row, &home, e));
  TRY(find(s, row->household_key, &seq, &first, &given, e));
  if (seq) return household_again(s, row, seq, first, given, home, e);
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
  int64_t seq, given = 0;
  uint64_t first = 0;
  TRY(encode(s, &s->r->levels[row->level], row, e));
  TRY(find(s, row->household_key, &seq, &first, &given, e));
  if (!seq) { /* households are read before their lists, so it must be in the registry already */
    TRY(in_registry(s, row, e));
    TRY(add_household(s, row->household_key, -1, row->source_row, 0, NULL, e));
    s->has_references = true;
    seq = s->last.seq;
  } else if (seq != s->last.seq) {
    remember(s, seq, row->household_key, first, given);
  }
  uint32_t l = row->level;
  if (seq < s->child_last[l]) s->children_sorted[l] = false;
  s->child_last[l] = seq;
  struct store_value v[6] = {int_value(CHILD_SEQ(l, ++s->children[l])), int_value(seq), int_value(l), {.kind = STORE_VALUE_TEXT, .s = row->member_key}, int_value((int64_t)row->source_row),
                             {.kind = STORE_VALUE_BLOB, .s = {(const char *)s->buffer.at, s->buffer.len}}};
  return store_bulk_row(s->put_child, v, e);
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
  store_bind_int(st, 1, r->areas[i].home), store_bind_int(st, 2, r->areas[i].id), store_bind_int(st, 3, (int64_t)row->source_row), store_bind_blob(st, 4, s->buffer.at, s->buffer.len);
  s->villages++;
  return store_run(st, e);
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

bool stage_torn(const struct stage *s, uint32_t level, struct span key, bool rows_came) {
  char buffer[256];
  if (s->torn_any[level] && !rows_came) return true;
  return s->torn.count && map_get(&s->torn, buffer, torn_key(level, key, buffer)) != MAP_NONE;
}

struct ingest_sink stage_sink(struct stage *s) { return (struct ingest_sink){.row = sink_row, .ctx = s, .refused = sink_refused}; }
