#include "registry/carry.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "registry/edit.h"

struct store_value *carry_values(struct arena *a, const struct store_value *v, uint32_t n) {
  struct store_value *out = arena_array(a, n + 1, sizeof *out);
  for (uint32_t i = 0; out && i < n; i++) {
    out[i] = v[i];
    if ((v[i].kind == STORE_VALUE_TEXT || v[i].kind == STORE_VALUE_BLOB) && !(out[i].s.at = arena_strn(a, v[i].s.at ? v[i].s.at : "", v[i].s.len))) return NULL;
  }
  return out;
}

static struct store_value int_value(int64_t i) { return (struct store_value){.kind = STORE_VALUE_INT, .i = i}; }

/* ---- reading ---- */

static enum status load_level(struct carry *c, struct held *h, uint32_t l, struct err *e) {
  const struct level_store *ls = &c->r->levels[l];
  struct store_stmt *st;
  bool row;
  uint32_t cap = 0;
  TRY(store_prepare(c->r->db, &ls->current, STORE_PREFIX, 2, &st, e));
  store_bind_int(st, 1, h->home), store_bind_int(st, 2, h->id);
  struct store_value *v = arena_array(c->a, ls->current.count, sizeof *v);
  enum status s = v ? OK : err_set(e, ERR_MEMORY, NULL, "out of memory");
  while (s == OK && (s = store_step(st, &row, e)) == OK && row) {
    store_values(st, v, ls->current.count);
    struct store_value *mine = carry_values(c->a, v, ls->current.count);
    if (h->count[l] == cap) h->children[l] = arena_grow(c->a, h->children[l], h->count[l], cap = cap ? 2 * cap : 8, sizeof *h->children[l]);
    if (!mine || !h->children[l]) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
    else h->children[l][h->count[l]++] = mine;
  }
  store_free(st);
  return s;
}

enum status carry_load(struct carry *c, const char *household, struct held *out, struct err *e) {
  struct household_ref ref;
  TRY(registry_find(c->r, NULL, household, &ref, e));
  return carry_load_at(c, ref.home, ref.id, household, out, e);
}

enum status carry_load_at(struct carry *c, int64_t home, int64_t id, const char *household, struct held *out, struct err *e) {
  struct store_stmt *st;
  bool row;
  *out = (struct held){.home = home, .id = id};
  for (uint32_t l = 0; l < c->r->level_count; l++) {
    out->last[l] = -1;
    if (l != LEVEL_VILLAGE && l != LEVEL_HOUSEHOLD) TRY(load_level(c, out, l, e));
  }
  const struct level_store *ls = &c->r->levels[LEVEL_HOUSEHOLD];
  TRY(writer_get(c->w, LEVEL_HOUSEHOLD, &st, e));
  store_bind_int(st, 1, home), store_bind_int(st, 2, id);
  TRY(store_step(st, &row, e));
  if (!row) return err_set(e, ERR_CONFLICT, "`lucid history REGISTRY HOUSEHOLD` says when and why", "household \"%.100s\" has ended", household);
  struct store_value *v;
  ARENA_TRY(e, v = arena_array(c->a, ls->current.count, sizeof *v));
  store_values(st, v, ls->current.count);
  ARENA_TRY(e, out->row = carry_values(c->a, v, ls->current.count));
  store_reset(st);
  ARENA_TRY(e, out->key = arena_strn(c->a, out->row[ls->key].s.at, out->row[ls->key].s.len));
  return OK;
}

enum status carry_id(struct carry *c, int64_t *out, struct err *e) {
  struct store_stmt *st;
  bool row;
  TRY(store_sql(c->r->db, SQL_SEQUENCE_GET, &st, e));
  store_bind_str(st, 1, "household");
  TRY(store_step(st, &row, e));
  *out = row ? store_int(st, 0) : 1;
  store_reset(st);
  if (c->w->dry) return OK;
  TRY(store_sql(c->r->db, SQL_SEQUENCE_PUT, &st, e));
  store_bind_str(st, 1, "household"), store_bind_int(st, 2, *out + 1);
  return store_run(st, e);
}

enum status carry_new(struct carry *c, const char *number, int64_t home, struct held *out, struct err *e) {
  struct household_ref ref;
  const struct level_store *ls = &c->r->levels[LEVEL_HOUSEHOLD];
  size_t n = strlen(number);
  *out = (struct held){.home = home};
  if (!n || n > 100 || !text_is_utf8(number, n, NULL)) return err_set(e, ERR_INPUT, NULL, "a household's number has 1 to 100 bytes of UTF-8");
  enum status s = registry_find(c->r, NULL, number, &ref, NULL);
  if (s == OK) return err_set(e, ERR_CONFLICT, "give a number that was never used", "there is or was a household \"%s\" already", number);
  if (s != ERR_NOT_FOUND) return registry_find(c->r, NULL, number, &ref, e);
  TRY(carry_id(c, &out->id, e));
  ARENA_TRY(e, out->key = arena_str(c->a, number));
  ARENA_TRY(e, out->now = arena_array(c->a, ls->current.count + 1, sizeof *out->now));
  out->now[0] = int_value(home), out->now[1] = int_value(out->id);
  out->now[ls->key] = (struct store_value){.kind = STORE_VALUE_TEXT, .s = span_of(out->key)};
  for (uint32_t l = 0; l < c->r->level_count; l++) out->now[ls->roster + l] = int_value(0);
  return OK;
}

enum status carry_child(const struct carry *c, const struct held *h, uint32_t level, const char *number, struct store_value **out, struct err *e) {
  const struct level_store *ls = &c->r->levels[level];
  for (uint32_t i = 0; i < h->count[level]; i++)
    if (span_is(h->children[level][i][ls->key].s, number)) {
      *out = h->children[level][i];
      return OK;
    }
  return err_set(e, ERR_NOT_FOUND, "`lucid history REGISTRY HOUSEHOLD` lists them", "household \"%.100s\" has no %s \"%.100s\"", h->key, core_level_word(c->r, level), number);
}

enum status carry_number(struct carry *c, struct held *h, uint32_t level, const char *wanted, const char **out, struct err *e) {
  const struct level_store *ls = &c->r->levels[level];
  int64_t most = 0;
  bool taken = !wanted || !*wanted;
  for (uint32_t i = 0; i < h->count[level]; i++) {
    struct span k = h->children[level][i][ls->key].s;
    int64_t n;
    if (number_int64(k.at, k.len, &n) && n > most && n < 1000000) most = n;
    taken |= wanted && span_is(k, wanted);
  }
  ARENA_TRY(e, *out = taken ? arena_printf(c->a, "%lld", (long long)most + 1) : arena_str(c->a, wanted));
  return OK;
}

/* ---- sealed values ---- */

/* Puts a plaintext into its field, sealed for the row's place. */
static enum status put_sealed(struct carry *c, const struct level_store *ls, const struct field_slot *f, struct store_value *v, const void *plain, size_t n, struct err *e) {
  struct seal *k = &c->r->seal;
  uint8_t *out, *blind;
  struct seal_place at = {v[0].i, v[1].i, ls->key_count == 3 ? v[2].i : 0, f->id};
  TRY(seal_need(k, "writing sealed fields", e));
  ARENA_TRY(e, out = arena_alloc(c->a, n + SEAL_OVERHEAD));
  enum status s = seal_household(k, c->r->db, at.home, at.household, !c->w->dry, e);
  if (s == OK) seal_encrypt(k, at, plain, n, out);
  else if (s != ERR_NOT_FOUND || !c->w->dry) return s; /* a new household's key is made only in earnest */
  v[f->at] = (struct store_value){.kind = STORE_VALUE_BLOB, .s = {(char *)out, n + SEAL_OVERHEAD}};
  if (!f->blind_at) return OK;
  ARENA_TRY(e, blind = arena_alloc(c->a, SEAL_BLIND_BYTES));
  seal_blind(k, f->id, plain, n, blind);
  v[f->blind_at] = (struct store_value){.kind = STORE_VALUE_BLOB, .s = {(char *)blind, SEAL_BLIND_BYTES}};
  return OK;
}

static enum status reseal(struct carry *c, const struct level_store *ls, const struct store_value *from, struct store_value *v, struct err *e) {
  struct seal *k = &c->r->seal;
  for (uint32_t i = 0; i < ls->field_count; i++) {
    const struct field_slot *f = &ls->fields[i];
    struct span sealed = from[f->at].s;
    if (!f->def->sealed || from[f->at].kind != STORE_VALUE_BLOB || sealed.len < SEAL_OVERHEAD) continue;
    TRY(seal_need(k, "carrying sealed fields to another household", e));
    enum status s = seal_household(k, c->r->db, from[0].i, from[1].i, false, e);
    if (s == ERR_NOT_FOUND) { /* destroyed: it stays destroyed */
      v[f->at] = (struct store_value){.kind = STORE_NULL};
      if (f->blind_at) v[f->blind_at] = (struct store_value){.kind = STORE_NULL};
      continue;
    }
    TRY(s);
    size_t n = sealed.len - SEAL_OVERHEAD;
    uint8_t *plain;
    ARENA_TRY(e, plain = arena_alloc(c->a, n + 1));
    s = seal_decrypt(k, (struct seal_place){from[0].i, from[1].i, ls->key_count == 3 ? from[2].i : 0, f->id}, sealed.at, sealed.len, plain, e);
    if (s == OK) s = put_sealed(c, ls, f, v, plain, n, e);
    sodium_memzero(plain, n);
    TRY(s);
  }
  return OK;
}

/* ---- changing ---- */

enum status carry_household(struct carry *c, const struct store_value *from, struct held *to, struct err *e) {
  const struct level_store *ls = &c->r->levels[LEVEL_HOUSEHOLD];
  ARENA_TRY(e, to->now = carry_values(c->a, from, ls->current.count));
  to->now[0] = int_value(to->home), to->now[1] = int_value(to->id);
  return reseal(c, ls, from, to->now, e);
}

enum status carry_copy(struct carry *c, uint32_t level, const struct store_value *from, struct held *to, const char *number, struct store_value **out, struct err *e) {
  const struct level_store *ls = &c->r->levels[level];
  struct store_value *v;
  if (to->last[level] < 0) TRY(writer_last_child(c->w, level, to->home, to->id, &to->last[level], e));
  ARENA_TRY(e, v = from ? carry_values(c->a, from, ls->current.count) : arena_array(c->a, ls->current.count + 1, sizeof *v));
  v[0] = int_value(to->home), v[1] = int_value(to->id), v[2] = int_value(++to->last[level]);
  v[ls->key] = (struct store_value){.kind = STORE_VALUE_TEXT, .s = span_of(number)};
  if (from) TRY(reseal(c, ls, from, v, e));
  ARENA_TRY(e, to->children[level] = arena_grow(c->a, to->children[level], to->count[level], to->count[level] + 1, sizeof *to->children[level]));
  to->children[level][to->count[level]++] = v;
  *out = v;
  return OK;
}

static enum status set_one(struct carry *c, const struct level_store *ls, uint32_t field, struct store_value *v, const struct cell *x, struct err *e) {
  const struct field_slot *f = &ls->fields[field];
  bool text = f->def->kind == COL_TEXT || f->def->kind == COL_CHOICE;
  if (x->absence != PRESENT) {
    v[f->at] = (struct store_value){.kind = STORE_NULL};
    if (f->blind_at) v[f->blind_at] = (struct store_value){.kind = STORE_NULL};
    return OK;
  }
  if (f->def->sealed) return put_sealed(c, ls, f, v, text ? (const void *)x->s.at : (const void *)&x->i, text ? x->s.len : 8, e);
  if (text) {
    v[f->at] = (struct store_value){.kind = STORE_VALUE_TEXT, .s = {NULL, x->s.len}};
    ARENA_TRY(e, v[f->at].s.at = arena_strn(c->a, x->s.at, x->s.len));
  } else if (f->def->kind == COL_REAL) {
    v[f->at] = (struct store_value){.kind = STORE_VALUE_REAL, .d = x->d == 0 ? 0.0 : x->d};
  } else {
    v[f->at] = int_value(x->i);
  }
  return OK;
}

static void place_area(const struct registry *r, struct store_value *v) {
  const struct level_store *ls = &r->levels[LEVEL_HOUSEHOLD];
  v[ls->area] = (struct store_value){.kind = STORE_NULL};
  if (!r->area_field) return;
  const struct store_value *code = &v[ls->fields[r->area_slot].at];
  uint32_t i = code->kind == STORE_VALUE_TEXT ? map_get(&r->area_index, code->s.at, code->s.len) : MAP_NONE;
  if (i != MAP_NONE) v[ls->area] = int_value(r->areas[i].id);
}

enum status carry_set(struct carry *c, uint32_t level, struct store_value *v, const struct registry_set *sets, uint32_t count, bool required, struct err *e) {
  const struct level_store *ls = &c->r->levels[level];
  uint8_t *why, *room;
  ARENA_TRY(e, why = arena_alloc(c->a, ls->field_count + 1));
  ARENA_TRY(e, room = arena_alloc(c->a, 3 * (size_t)ls->field_count + 1));
  version_absences(ls, v, why);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t f;
    struct cell x;
    TRY(edit_field(ls, sets[i].field, &f, e));
    TRY(edit_value(c->a, ls->fields[f].def, sets[i].value, &x, e));
    why[f] = (uint8_t)x.absence;
    TRY(set_one(c, ls, f, v, &x, e));
  }
  version_set_absences(ls, v, why, room);
  for (uint32_t f = 0; required && f < ls->field_count; f++)
    if (ls->fields[f].def->required && v[ls->fields[f].at].kind == STORE_NULL)
      return err_set(e, ERR_INPUT, "add it as FIELD=VALUE", "%s must have a value", ls->fields[f].def->name);
  if (level == LEVEL_HOUSEHOLD) place_area(c->r, v);
  return OK;
}

enum status carry_row(struct carry *c, uint32_t level, struct store_value *old, struct store_value *now, struct err *e) {
  if (c->count == c->cap) ARENA_TRY(e, c->rows = arena_grow(c->a, c->rows, c->count, c->cap = c->cap ? 2 * c->cap : 32, sizeof *c->rows));
  c->rows[c->count++] = (struct carried){level, old, now};
  return OK;
}

/* ---- writing ---- */

static int by_place(const void *a, const void *b) {
  const struct carried *x = a, *y = b;
  if (x->level != y->level) return x->level < y->level ? -1 : 1;
  const struct store_value *v = x->old ? x->old : x->now, *w = y->old ? y->old : y->now;
  for (int i = 0; i < (x->level == LEVEL_HOUSEHOLD ? 2 : 3); i++)
    if (v[i].i != w[i].i) return v[i].i < w[i].i ? -1 : 1;
  return 0;
}

enum status carry_write(struct carry *c, struct err *e) {
  if (c->count) qsort(c->rows, c->count, sizeof *c->rows, by_place);
  for (uint32_t i = 0; i < c->count; i++) {
    struct carried *x = &c->rows[i];
    if (!x->old) TRY(writer_insert(c->w, x->level, x->now, e));
    else if (x->now) TRY(writer_update(c->w, x->level, x->old, x->now, e));
    else TRY(writer_end(c->w, x->level, x->old, e));
  }
  return OK;
}
