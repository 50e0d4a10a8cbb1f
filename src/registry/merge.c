#include "registry/merge.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/kept.h"

/* From so many households on, a first import sorts the blind indexes at its end: their keys are hashes, and each row would go in at
 * another place of a tree larger than memory. */
enum { INDEX_LATER = 10000 };

struct incoming { /* one staged child of the household at hand; offsets into merge.room */
  size_t key_at, key_len, data_at, data_len;
  int64_t row;
};

struct child_cursor {
  struct work_view view;
  uint64_t at; /* of the next row, when they come in order */
};

struct merge {
  struct stage *s;
  struct writer *w;
  struct registry *r;
  bool direct; /* children come in the order of households */
  bool fresh;  /* the household at hand is new */
  struct child_cursor cursor[LEVEL_MAX];
  struct work_view household;
  struct incoming *in[LEVEL_MAX];
  size_t in_count[LEVEL_MAX], in_cap[LEVEL_MAX];
  struct bytes room;             /* their keys and data */
  struct bytes sealed;           /* ciphertexts and blind indexes of the row at hand */
  struct store_value *v;         /* the row at hand */
  struct store_value *old;
  uint8_t *why, *absent_room;
  struct kept kept;              /* natural changes of this round */
  struct arena scratch;
};

static struct store_value int_value(int64_t i) { return (struct store_value){.kind = STORE_VALUE_INT, .i = i}; }

/* ---- one staged row over what was there ---- */

/* A household that is new with this import has no key yet: nothing is looked up, and its row goes in with the thousands. */
static enum status data_key(struct merge *m, struct seal_place place, struct err *e) {
  struct registry *r = m->r;
  bool held = r->seal.household == place.household && r->seal.home == place.home;
  if (!m->fresh || m->w->dry || held) return seal_household(&r->seal, r->db, place.home, place.household, !m->w->dry, e);
  if (!m->w->keys) TRY(store_bulk_open(r->db, &seal_keys, &m->w->keys, e));
  return seal_household_new(&r->seal, m->w->keys, place.home, place.household, e);
}

/* Seals a value for its place. The buffer has room for all of the row. */
static enum status seal_value(struct merge *m, const struct field_slot *f, struct seal_place place, struct span plain, struct store_value *v, struct err *e) {
  struct registry *r = m->r;
  size_t n = plain.len, total = n + SEAL_OVERHEAD + SEAL_BLIND_BYTES;
  if (m->sealed.cap - m->sealed.len < total) return err_set(e, ERR_INTERNAL, NULL, "no room for a sealed value");
  enum status st = data_key(m, place, e);
  uint8_t *out = m->sealed.at + m->sealed.len;
  if (st == ERR_NOT_FOUND && m->w->dry) memset(out, 0, n + SEAL_OVERHEAD), st = OK; /* a new household's key is made only in earnest */
  else if (st == OK) seal_encrypt(&r->seal, place, plain.at, n, out);
  if (st == OK) {
    v[f->at] = (struct store_value){.kind = STORE_VALUE_BLOB, .s = {(char *)out, n + SEAL_OVERHEAD}};
    if (f->blind_at) {
      seal_blind(&r->seal, f->id, plain.at, n, out + n + SEAL_OVERHEAD);
      v[f->blind_at] = (struct store_value){.kind = STORE_VALUE_BLOB, .s = {(char *)out + n + SEAL_OVERHEAD, SEAL_BLIND_BYTES}};
    }
    m->sealed.len += total;
  }
  return st;
}

static enum status overlay(struct merge *m, const struct level_store *ls, struct store_value *v, struct span data, struct seal_place place, struct err *e) {
  struct staged_field x;
  version_absences(ls, v, m->why);
  m->sealed.len = 0;
  const size_t want = data.len + data.len / 7 * (SEAL_OVERHEAD + SEAL_BLIND_BYTES); /* a sealed value takes 7 bytes at least, and may be given again */
  if (ls->has_sealed && m->sealed.cap < want) {
    uint8_t *p = realloc(m->sealed.at, want);
    if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    m->sealed.at = p, m->sealed.cap = want;
  }
  while (stage_next(&data, &x)) {
    if (x.field >= ls->field_count) return err_set(e, ERR_CORRUPT, "run the import again", "the import's work file was changed while it was read");
    const struct field_slot *f = &ls->fields[x.field];
    m->why[x.field] = PRESENT;
    switch (x.tag) {
    case STAGED_INT: v[f->at] = int_value(x.i); break;
    case STAGED_REAL: v[f->at] = (struct store_value){.kind = STORE_VALUE_REAL, .d = x.d == 0 ? 0.0 : x.d}; break;
    case STAGED_TEXT: v[f->at] = (struct store_value){.kind = STORE_VALUE_TEXT, .s = x.s}; break;
    case STAGED_SEALED:
      place.field = f->id;
      TRY(seal_value(m, f, place, x.s, v, e));
      break;
    default:
      m->why[x.field] = (uint8_t)x.absence;
      v[f->at] = (struct store_value){.kind = STORE_NULL};
      if (f->blind_at) v[f->blind_at] = (struct store_value){.kind = STORE_NULL};
    }
  }
  version_set_absences(ls, v, m->why, m->absent_room);
  return OK;
}

/* ---- gathering the children of the household at hand ---- */

static enum status take(struct merge *m, uint32_t l, const struct staged_child *c, struct err *e) {
  if (m->in_count[l] == m->in_cap[l]) {
    size_t cap = m->in_cap[l] ? 2 * m->in_cap[l] : 16;
    struct incoming *p = realloc(m->in[l], cap * sizeof *p);
    if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    m->in[l] = p, m->in_cap[l] = cap;
  }
  struct incoming *x = &m->in[l][m->in_count[l]++];
  *x = (struct incoming){m->room.len, c->key.len, m->room.len + c->key.len, c->data.len, (int64_t)c->row};
  bytes_add(&m->room, c->key.at, c->key.len + c->data.len); /* the one stands behind the other */
  return m->room.failed ? err_set(e, ERR_MEMORY, NULL, "out of memory") : OK;
}

static enum status gather(struct merge *m, int64_t seq, struct err *e) {
  struct staged_child c;
  bool row;
  m->room.len = 0;
  for (uint32_t l = 0; l < m->r->level_count; l++) {
    m->in_count[l] = 0;
    if (!m->s->children[l]) continue;
    struct child_cursor *at = &m->cursor[l];
    if (m->direct && m->s->children_sorted[l]) {
      while (at->at < stage_end(m->s, l)) {
        TRY(stage_child_at(m->s, &at->view, l, at->at, &c, e));
        if (c.household != seq) break;
        TRY(take(m, l, &c, e));
        at->at = c.next;
      }
    } else {
      struct store_stmt *st;
      TRY(store_sql(m->s->db, SQL_STAGE_C_OF, &st, e));
      store_bind_int(st, 1, seq), store_bind_int(st, 2, l);
      for (;;) {
        TRY(store_step(st, &row, e));
        if (!row) break;
        TRY(stage_child_at(m->s, &at->view, l, (uint64_t)store_int(st, 0), &c, e));
        TRY(take(m, l, &c, e));
      }
    }
  }
  return OK;
}

/* Where the rows of each household lie, for levels whose rows do not come in the order of households. */
static enum status index_children(struct merge *m, struct err *e) {
  struct store_stmt *st;
  TRY(store_begin(m->s->db, true, e));
  TRY(store_sql(m->s->db, SQL_STAGE_C_PUT, &st, e));
  for (uint32_t l = 0; l < m->r->level_count; l++) {
    if (!m->s->children[l] || (m->direct && m->s->children_sorted[l])) continue;
    struct staged_child c;
    for (uint64_t at = 0; at < stage_end(m->s, l); at = c.next) {
      TRY(stage_child_at(m->s, &m->cursor[l].view, l, at, &c, e));
      store_bind_int(st, 1, c.household), store_bind_int(st, 2, l), store_bind_int(st, 3, (int64_t)at);
      TRY(store_run(st, e));
    }
  }
  return store_commit(m->s->db, e);
}

/* ---- lists ---- */

struct existing { int64_t id; struct store_value *v; struct incoming *match; };

static enum status keep_value(struct arena *a, struct store_value *v, struct err *e) {
  if (v->kind == STORE_VALUE_TEXT || v->kind == STORE_VALUE_BLOB) ARENA_TRY(e, v->s.at = arena_strn(a, v->s.at, v->s.len));
  return OK;
}

static enum status load_children(struct merge *m, uint32_t l, int64_t home, int64_t household, struct existing **out, size_t *count, struct err *e) {
  struct level_store *ls = &m->r->levels[l];
  struct store_stmt *st;
  bool row;
  size_t n = 0, cap = 0;
  *out = NULL;
  TRY(writer_children(m->w, l, &st, e));
  store_bind_int(st, 1, home), store_bind_int(st, 2, household);
  for (;;) {
    TRY(store_step(st, &row, e));
    if (!row) break;
    if (n == cap) ARENA_TRY(e, *out = arena_grow(&m->scratch, *out, n, cap = cap ? 2 * cap : 16, sizeof **out));
    struct existing *x = &(*out)[n++];
    ARENA_TRY(e, x->v = arena_array(&m->scratch, ls->current.count, sizeof *x->v));
    store_values(st, x->v, ls->current.count);
    for (uint32_t i = 0; i < ls->current.count; i++) TRY(keep_value(&m->scratch, &x->v[i], e));
    x->id = x->v[ls->key_count - 1].i;
  }
  *count = n;
  return OK;
}

static struct span key_of(const struct merge *m, const struct incoming *x) { return (struct span){(const char *)m->room.at + x->key_at, x->key_len}; }

static enum status twice(const struct merge *m, uint32_t l, const struct incoming *a, const struct incoming *b, struct span household, struct err *e) {
  struct span k = key_of(m, a);
  return err_set(e, ERR_INPUT, "keep one of the two rows", "row %" PRId64 ": %s %.*s of household %.*s was given before, in row %" PRId64, b->row, core_level_word(m->r, l), (int)k.len, k.at, (int)household.len,
                 household.at, a->row);
}

/* No two rows of one list have the same number. Most lists are short or in order. */
static enum status check_keys(struct merge *m, uint32_t l, struct span household, struct err *e) {
  size_t n = m->in_count[l];
  struct incoming *in = m->in[l];
  if (n <= 12) {
    for (size_t i = 1; i < n; i++)
      for (size_t k = 0; k < i; k++)
        if (in[i].key_len == in[k].key_len && memcmp(m->room.at + in[i].key_at, m->room.at + in[k].key_at, in[i].key_len) == 0) return twice(m, l, &in[k], &in[i], household, e);
    return OK;
  }
  struct map seen;
  map_init(&seen, &m->scratch);
  for (size_t i = 0; i < n; i++) {
    struct span k = key_of(m, &in[i]);
    uint32_t at;
    bool fresh;
    if (!map_put(&seen, k.at, k.len, &at, &fresh)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (!fresh) return twice(m, l, &in[at], &in[i], household, e);
  }
  return OK;
}

/* Rows without a number are known by their place in the list. True when the list had no numbers. */
static enum status number_rows(struct merge *m, uint32_t l, bool *keyless, struct err *e) {
  *keyless = m->in_count[l] > 0;
  for (size_t i = 0; i < m->in_count[l]; i++) {
    struct incoming *x = &m->in[l][i];
    if (x->key_len) {
      *keyless = false;
      continue;
    }
    char place[24];
    x->key_at = m->room.len;
    x->key_len = (size_t)snprintf(place, sizeof place, "%zu", i + 1);
    bytes_add(&m->room, place, x->key_len);
  }
  return m->room.failed ? err_set(e, ERR_MEMORY, NULL, "out of memory") : OK;
}

static enum status child_values(struct merge *m, uint32_t l, struct store_value *v, int64_t home, int64_t household, int64_t id, const struct incoming *x, struct err *e) {
  struct level_store *ls = &m->r->levels[l];
  v[0] = int_value(home), v[1] = int_value(household), v[2] = int_value(id);
  v[ls->key] = (struct store_value){.kind = STORE_VALUE_TEXT, .s = key_of(m, x)};
  return overlay(m, ls, v, (struct span){(const char *)m->room.at + x->data_at, x->data_len}, (struct seal_place){home, household, id, 0}, e);
}

static enum status merge_list(struct merge *m, uint32_t l, int64_t home, int64_t household, struct span household_key, bool fresh, bool replaces, struct err *e) {
  struct level_store *ls = &m->r->levels[l];
  struct existing *old = NULL;
  size_t old_count = 0;
  int64_t last = 0;
  bool keyless;
  TRY(number_rows(m, l, &keyless, e));
  TRY(check_keys(m, l, household_key, e));
  if (!fresh) {
    TRY(load_children(m, l, home, household, &old, &old_count, e));
  }
  struct map by_key;
  map_init(&by_key, &m->scratch);
  for (size_t i = 0; i < old_count; i++) {
    uint32_t at;
    struct span k = old[i].v[ls->key].s;
    if (!map_put(&by_key, k.at, k.len, &at, NULL)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  size_t fresh_rows = 0;
  for (size_t i = 0; i < m->in_count[l]; i++) {
    struct incoming *x = &m->in[l][i];
    struct span k = key_of(m, x);
    uint32_t at = old_count ? map_get(&by_key, k.at, k.len) : MAP_NONE;
    if (at == MAP_NONE && kept_gone(&m->kept, l, k)) kept_note(&m->kept, household_key, core_level_word(m->r, l), k);
    else if (at == MAP_NONE) m->in[l][fresh_rows++] = *x; /* what is matched is kept in the list of the old ones */
    else ARENA_TRY(e, old[at].match = arena_copy(&m->scratch, x, sizeof *x));
  }
  if (!fresh && fresh_rows) TRY(writer_last_child(m->w, l, home, household, &last, e)); /* before any row of it is ended */
  for (size_t i = 0; i < old_count; i++) {
    if (!old[i].match) {
      bool ends = replaces || (keyless && !m->s->edit);
      if (ends && kept_came(&m->kept, l, old[i].v[ls->key].s)) kept_note(&m->kept, household_key, core_level_word(m->r, l), old[i].v[ls->key].s), ends = false;
      if (ends) TRY(writer_end(m->w, l, old[i].v, e));
      continue;
    }
    memcpy(m->v, old[i].v, ls->current.count * sizeof *m->v);
    TRY(child_values(m, l, m->v, home, household, old[i].id, old[i].match, e));
    TRY(writer_update(m->w, l, old[i].v, m->v, e));
  }
  for (size_t i = 0; i < fresh_rows; i++) {
    memset(m->v, 0, ls->current.count * sizeof *m->v);
    TRY(child_values(m, l, m->v, home, household, ++last, &m->in[l][i], e));
    TRY(writer_insert(m->w, l, m->v, e));
  }
  return OK;
}

/* ---- households ---- */

static enum status household_area(struct merge *m, struct store_value *v, struct err *e) {
  struct level_store *ls = &m->r->levels[LEVEL_HOUSEHOLD];
  (void)e;
  v[ls->area] = (struct store_value){.kind = STORE_NULL};
  if (!m->r->area_field) return OK;
  const struct store_value *code = &v[ls->fields[m->r->area_slot].at];
  if (code->kind != STORE_VALUE_TEXT) return OK;
  uint32_t i = map_get(&m->r->area_index, code->s.at, code->s.len);
  if (i != MAP_NONE) v[ls->area] = int_value(m->r->areas[i].id);
  return OK;
}

/* A file that still has the old area: the move stays. */
static void stay_moved(struct merge *m, const struct level_store *ls, struct span key, struct store_value *v) {
  const uint32_t at = ls->fields[m->r->area_slot].at;
  const struct store_value *old = &m->old[at], *now = &v[at];
  if (old->kind == now->kind && old->s.len == now->s.len && (old->s.len == 0 || memcmp(old->s.at, now->s.at, old->s.len) == 0)) return;
  kept_note(&m->kept, key, m->r->area_field->name, (struct span){0});
  v[at] = *old;
}

static enum status merge_household(struct merge *m, int64_t home, int64_t id, bool fresh, const struct staged_household *staged, struct err *e) {
  const struct span key = staged->key;
  const bool given = staged->given != 0;
  struct level_store *ls = m->r->levels; /* [LEVEL_HOUSEHOLD] = 0 comes first */
  struct store_value *v = m->v;
  uint32_t n = ls->current.count;
  bool replaces[LEVEL_MAX] = {false}, found = false;
  m->fresh = fresh;
  TRY(gather(m, staged->seq, e));
  struct store_stmt *get = NULL;
  if (!fresh) {
    TRY(writer_get(m->w, LEVEL_HOUSEHOLD, &get, e));
    store_bind_int(get, 1, home), store_bind_int(get, 2, id);
    TRY(store_step(get, &found, e));
  }
  if (found) {
    store_values(get, m->old, n);
    memcpy(v, m->old, n * sizeof *v);
  } else {
    memset(v, 0, n * sizeof *v);
    v[0] = int_value(home), v[1] = int_value(id);
    v[ls->key] = (struct store_value){.kind = STORE_VALUE_TEXT, .s = key};
    for (uint32_t l = 0; l < m->r->level_count; l++) v[ls->roster + l] = int_value(0);
  }
  TRY(kept_load(&m->kept, home, fresh || m->s->edit ? 0 : id, e));
  if (!found && m->kept.ended) {
    kept_note(&m->kept, key, "", (struct span){0});
    return OK;
  }
  TRY(overlay(m, ls, v, staged->data, (struct seal_place){home, id, 0, 0}, e));
  if (found && m->kept.moved) stay_moved(m, ls, key, v);
  TRY(household_area(m, v, e));
  for (uint32_t l = 0; l < m->r->level_count; l++) {
    if (l == LEVEL_HOUSEHOLD || l == LEVEL_VILLAGE || m->s->edit) continue;
    if (!m->in_count[l] && !(m->s->level_seen[l] && given && !ls[l].def->empty_unknown)) continue;
    if (stage_torn(m->s, l, key, m->in_count[l] > 0)) continue; /* a refused row is not a row that is not there */
    replaces[l] = v[ls->roster + l].i != m->w->lists;
    v[ls->roster + l] = int_value(m->w->lists);
  }
  if (!found) TRY(writer_insert(m->w, LEVEL_HOUSEHOLD, v, e));
  else {
    uint64_t same = m->w->unchanged;
    TRY(writer_update(m->w, LEVEL_HOUSEHOLD, m->old, v, e));
    if (!given) m->w->unchanged = same; /* only named by a member: not a row of the import */
    store_reset(get);
  }
  for (uint32_t l = 0; l < m->r->level_count; l++)
    if (m->in_count[l] || replaces[l]) TRY(merge_list(m, l, home, id, key, fresh, replaces[l], e));
  if (m->scratch.used) arena_drop(&m->scratch);
  return OK;
}

/* ---- order ---- */

/* Finds what is known of a household by its number: its key, whether current or ended before. */
static enum status known(struct merge *m, struct span key, int64_t *home, int64_t *id, bool *found, struct err *e) {
  static const enum store_sql both[2] = {SQL_HOUSEHOLD_FIND, SQL_HOUSEHOLD_FORMER};
  *found = false;
  for (int i = 0; i < 2 && !*found; i++) {
    struct store_stmt *st;
    TRY(store_sql(m->r->db, both[i], &st, e));
    store_bind_text(st, 1, key.at, key.len);
    TRY(store_step(st, found, e));
    if (*found) *home = store_int(st, 0), *id = store_int(st, 1);
    store_reset(st);
  }
  return OK;
}

static enum status put_order(struct merge *m, int64_t next, struct err *e) {
  struct store_stmt *put;
  struct staged_household h = {0};
  bool found;
  TRY(store_begin(m->s->db, true, e));
  TRY(store_sql(m->s->db, SQL_STAGE_O_PUT, &put, e));
  for (int64_t seq = 1; seq <= m->s->households; seq++) {
    int64_t home, id = 0;
    TRY(stage_household_at(m->s, &m->household, seq, h.next, &h, e));
    home = h.home;
    TRY(known(m, h.key, &home, &id, &found, e));
    if (!found && h.given == 0)
      return err_set(e, ERR_INPUT, "import the household first, or together with its members", "row %" PRIu64 ": household %.*s is neither in this import nor in the registry", h.row, (int)h.key.len, h.key.at);
    if (!found) id = next + seq - 1, home = home < 0 ? 0 : home;
    store_bind_int(put, 1, home), store_bind_int(put, 2, id), store_bind_int(put, 3, seq), store_bind_int(put, 4, !found), store_bind_int(put, 5, (int64_t)h.at);
    TRY(store_run(put, e));
  }
  return store_commit(m->s->db, e);
}

static enum status sequence(struct merge *m, int64_t *next, struct err *e) {
  struct store_stmt *st;
  bool row;
  TRY(store_sql(m->r->db, SQL_SEQUENCE_GET, &st, e));
  store_bind_str(st, 1, "household");
  TRY(store_step(st, &row, e));
  *next = row ? store_int(st, 0) : 1;
  store_reset(st);
  if (m->w->dry || !m->s->households) return OK;
  TRY(store_sql(m->r->db, SQL_SEQUENCE_PUT, &st, e));
  store_bind_str(st, 1, "household"), store_bind_int(st, 2, *next + m->s->households);
  return store_run(st, e);
}

static enum status households(struct merge *m, struct progress *pr, struct err *e) {
  struct store_stmt *st;
  bool any, row;
  int64_t next;
  TRY(sequence(m, &next, e));
  TRY(store_sql(m->r->db, SQL_HOUSEHOLD_ANY, &st, e));
  TRY(store_step(st, &any, e));
  store_reset(st);
  m->direct = !any && !m->s->has_references;
  bool index = false, later = false;
  if (m->direct && !m->w->dry && m->s->households >= INDEX_LATER) TRY(core_indexes_drop(m->r, &later, e));
  for (uint32_t l = 0; l < m->r->level_count; l++) index |= m->s->children[l] && !(m->direct && m->s->children_sorted[l]);
  if (!m->direct) TRY(put_order(m, next, e));
  if (index) TRY(index_children(m, e));
  struct store_stmt *order = NULL;
  struct staged_household h = {0};
  if (!m->direct) TRY(store_sql(m->s->db, SQL_STAGE_O_ALL, &order, e));
  progress_begin(pr, "merging", "households", (uint64_t)m->s->households);
  for (int64_t done = 0; done < m->s->households; done++) {
    if (done % 1024 == 0 && progress_step(pr, (uint64_t)done)) return err_set(e, ERR_CANCELLED, NULL, "stopped; nothing was kept of this import");
    if (m->direct) {
      TRY(stage_household_at(m->s, &m->household, done + 1, h.next, &h, e));
      TRY(merge_household(m, h.home < 0 ? 0 : h.home, next + done, true, &h, e));
      continue;
    }
    TRY(store_step(order, &row, e));
    if (!row) return err_set(e, ERR_CORRUPT, "run the import again", "the import's work file was changed while it was read");
    int64_t home = store_int(order, 0), id = store_int(order, 1);
    bool fresh = store_int(order, 3) != 0;
    TRY(stage_household_at(m->s, &m->household, store_int(order, 2), (uint64_t)store_int(order, 4), &h, e));
    TRY(merge_household(m, home, id, fresh, &h, e));
  }
  progress_end(pr);
  if (!later) return OK;
  TRY(writer_flush(m->w, e));
  return core_indexes_make(m->r, e);
}

/* ---- villages ---- */

static enum status villages(struct merge *m, struct err *e) {
  struct level_store *ls = &m->r->levels[LEVEL_VILLAGE];
  struct store_stmt *st, *get;
  struct span data;
  bool row, found;
  m->fresh = false;
  TRY(store_sql(m->s->db, SQL_STAGE_V_ALL, &st, e));
  for (;;) {
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    int64_t home = store_int(st, 0), area = store_int(st, 1);
    TRY(writer_get(m->w, LEVEL_VILLAGE, &get, e));
    store_bind_int(get, 1, home), store_bind_int(get, 2, area);
    TRY(store_step(get, &found, e));
    memset(m->v, 0, ls->current.count * sizeof *m->v);
    m->v[0] = int_value(home), m->v[1] = int_value(area);
    m->v[ls->key] = (struct store_value){.kind = STORE_VALUE_TEXT, .s = m->r->areas[area - 1].code};
    if (found) {
      store_values(get, m->old, ls->current.count);
      memcpy(m->v, m->old, ls->current.count * sizeof *m->v);
    }
    TRY(stage_village_at(m->s, &m->household, (uint64_t)store_int(st, 2), &data, e));
    TRY(overlay(m, ls, m->v, data, (struct seal_place){home, -1 - area, 0, 0}, e));
    TRY(found ? writer_update(m->w, LEVEL_VILLAGE, m->old, m->v, e) : writer_insert(m->w, LEVEL_VILLAGE, m->v, e));
    store_reset(get);
  }
}

enum status merge_run(struct stage *s, struct writer *w, struct progress *pr, struct err *e) {
  struct merge m = {.s = s, .w = w, .r = w->r};
  struct progress silent = {0};
  uint32_t columns = 0, fields = 0;
  for (uint32_t l = 0; l < m.r->level_count; l++) {
    if (m.r->levels[l].current.count > columns) columns = m.r->levels[l].current.count;
    if (m.r->levels[l].field_count > fields) fields = m.r->levels[l].field_count;
  }
  m.v = calloc(columns + 1, sizeof *m.v), m.old = calloc(columns + 1, sizeof *m.old);
  m.why = calloc(fields + 1, 1), m.absent_room = calloc(3 * (size_t)fields + 1, 1);
  arena_init(&m.scratch, 0);
  enum status st = m.v && m.old && m.why && m.absent_room ? OK : err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (st == OK) st = kept_open(&m.kept, m.r, w->lists, e);
  if (st == OK) st = villages(&m, e);
  if (st == OK) st = households(&m, pr ? pr : &silent, e);
  if (st == OK && m.kept.left_out) {
    s->left_out = m.kept.left_out;
    snprintf(s->left_out_words, sizeof s->left_out_words, "%s%s", text_str(&m.kept.words), m.kept.left_out > 5 ? ", ..." : "");
  }
  kept_close(&m.kept);
  for (uint32_t l = 0; l < LEVEL_MAX; l++) work_view_close(&m.cursor[l].view), free(m.in[l]);
  work_view_close(&m.household);
  if (m.sealed.at) sodium_memzero(m.sealed.at, m.sealed.cap);
  if (m.room.at) sodium_memzero(m.room.at, m.room.cap);
  bytes_free(&m.room), bytes_free(&m.sealed);
  free(m.v), free(m.old), free(m.why), free(m.absent_room);
  arena_drop(&m.scratch);
  return st;
}
