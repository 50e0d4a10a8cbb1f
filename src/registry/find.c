/* find.c - a household by its own number, and where it stands in a snapshot; households by the value of a field. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "column/snapshot.h"
#include "registry/edit.h"

/* Numbers that begin alike, for the hint. */
static enum status near(struct registry *r, const char *key, struct text *out, struct err *e) {
  size_t n = strlen(key);
  struct store_stmt *st;
  bool row;
  if (n == 0) return OK;
  for (size_t keep = n; keep > 0 && out->len == 0; keep--) {
    if (((unsigned char)key[keep - 1] & 0xC0) == 0x80) continue;
    char from[256], to[256];
    snprintf(from, sizeof from, "%.*s", (int)keep - 1 > 250 ? 250 : (int)keep - 1, key);
    snprintf(to, sizeof to, "%s\xf4\x8f\xbf\xbf", from);
    TRY(store_sql(r->db, SQL_HOUSEHOLD_NEAR, &st, e));
    store_bind_str(st, 1, from), store_bind_str(st, 2, to);
    for (;;) {
      TRY(store_step(st, &row, e));
      if (!row) break;
      struct span k = store_text(st, 0);
      text_addf(out, "%s%.*s", out->len ? ", " : "", (int)k.len, k.at);
    }
  }
  return OK;
}

enum status registry_find(struct registry *r, struct snapshot *s, const char *key, struct household_ref *out, struct err *e) {
  struct store_stmt *st;
  bool found = false;
  *out = (struct household_ref){.segment = UINT32_MAX, .row = UINT64_MAX};
  static const enum store_sql both[2] = {SQL_HOUSEHOLD_FIND, SQL_HOUSEHOLD_FORMER};
  for (int i = 0; i < 2 && !found; i++) {
    TRY(store_sql(r->db, both[i], &st, e));
    store_bind_str(st, 1, key);
    TRY(store_step(st, &found, e));
    if (found) out->home = store_int(st, 0), out->id = store_int(st, 1);
    store_reset(st);
  }
  if (!found) {
    struct text hint;
    char words[360];
    text_init(&hint, 300);
    enum status n = near(r, key, &hint, e);
    snprintf(words, sizeof words, hint.len ? "near it: %s" : "the registry holds no households yet%s", text_str(&hint));
    text_free(&hint);
    TRY(n);
    return err_set(e, ERR_NOT_FOUND, words, "there is no household \"%.100s\"", key);
  }
  if (!s) return OK;
  out->segment = snapshot_find_home(s, out->home);
  if (out->segment != UINT32_MAX) {
    const struct segment *g = snapshot_segment(s, out->segment);
    uint64_t lo = 0, hi = segment_households(g);
    while (lo < hi) {
      uint64_t mid = lo + (hi - lo) / 2;
      if (g->household_id[mid] < out->id) lo = mid + 1;
      else hi = mid;
    }
    if (lo < segment_households(g) && g->household_id[lo] == out->id) {
      out->row = lo;
      return OK;
    }
  }
  return err_set(e, ERR_NOT_FOUND, "it was registered later; ask about a later round", "household \"%.100s\" is not in the snapshot of round \"%s\"", key, snapshot_round(s));
}

enum status registry_member_number(struct registry *r, int64_t home, int64_t household, int64_t member, struct span *out, struct err *e) {
  const struct level_store *ls = &r->levels[LEVEL_MEMBER];
  if (!r->member_now) TRY(store_prepare(r->db, &ls->current, STORE_GET, 0, &r->member_now, e));
  if (!r->member_before) TRY(store_prepare(r->db, &ls->history, STORE_PREFIX, 3, &r->member_before, e));
  struct store_stmt *both[2] = {r->member_now, r->member_before};
  bool found = false;
  for (int i = 0; i < 2 && !found; i++) {
    store_bind_int(both[i], 1, home), store_bind_int(both[i], 2, household), store_bind_int(both[i], 3, member);
    TRY(store_step(both[i], &found, e));
    if (found) {
      struct span k = store_text(both[i], (int)ls->key);
      size_t n = k.len < sizeof r->member_number ? k.len : sizeof r->member_number;
      memcpy(r->member_number, k.at, n);
      *out = (struct span){r->member_number, n};
    }
    store_reset(both[i]);
  }
  return found ? OK : err_set(e, ERR_CORRUPT, "run `lucid fsck`", "a member of the snapshot is not in the registry");
}

/* ---- by value ---- */

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* The own numbers of the households a statement's rows belong to. */
static enum status keys_of(struct registry *r, struct arena *a, struct store_stmt *st, const char ***keys, uint32_t *count, struct err *e) {
  struct store_stmt *get = NULL;
  bool row, have;
  uint32_t cap = 0;
  const struct level_store *h = &r->levels[LEVEL_HOUSEHOLD];
  enum status s = store_prepare(r->db, &h->current, STORE_GET, 0, &get, e);
  while (s == OK && (s = store_step(st, &row, e)) == OK && row) {
    store_bind_int(get, 1, store_int(st, 0)), store_bind_int(get, 2, store_int(st, 1));
    s = store_step(get, &have, e);
    if (s != OK || !have) continue;
    struct span k = store_text(get, (int)h->key);
    if (*count == cap) {
      const char **grown = arena_grow(a, *keys, *count, cap = cap ? 2 * cap : 16, sizeof **keys);
      if (!grown) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
      else *keys = grown;
    }
    if (s == OK && !((*keys)[*count] = arena_strn(a, k.at, k.len))) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (s == OK) ++*count;
    store_reset(get);
  }
  store_free(get);
  return s;
}

enum status registry_search(struct registry *r, struct arena *a, const char *field, const char *value, const char ***keys, uint32_t *count, struct err *e) {
  const char *dot = strchr(field, '.');
  uint32_t level = LEVEL_HOUSEHOLD, slot;
  struct cell cell;
  uint8_t blind[SEAL_BLIND_BYTES];
  *keys = NULL, *count = 0;
  if (dot) {
    for (level = 0; level < r->level_count; level++)
      if (strlen(r->levels[level].def->name) == (size_t)(dot - field) && strncmp(r->levels[level].def->name, field, (size_t)(dot - field)) == 0) break;
    if (level == r->level_count || level == LEVEL_VILLAGE) return err_set(e, ERR_INPUT, "a household's field, or members.FIELD", "there is no level for \"%.100s\"", field);
    field = dot + 1;
  }
  const struct level_store *ls = &r->levels[level];
  TRY(edit_field(ls, field, &slot, e));
  const struct field_slot *f = &ls->fields[slot];
  TRY(edit_value(a, f->def, value, &cell, e));
  if (cell.absence != PRESENT) return err_set(e, ERR_INPUT, "give a value", "households are found by a value of %s, not by its absence", field);
  if (f->def->sealed && !f->blind_at) return err_set(e, ERR_INPUT, "mark it `searchable` in a new registry's programme", "%s is sealed and not searchable", field);
  bool text = f->def->kind == COL_TEXT || f->def->kind == COL_CHOICE;
  struct store_value v = text ? (struct store_value){.kind = STORE_VALUE_TEXT, .s = cell.s} : f->def->kind == COL_REAL ? (struct store_value){.kind = STORE_VALUE_REAL, .d = cell.d} : (struct store_value){.kind = STORE_VALUE_INT, .i = cell.i};
  if (f->def->sealed) {
    TRY(seal_need(&r->seal, "searching a sealed field", e));
    if (text) seal_blind(&r->seal, f->id, cell.s.at, cell.s.len, blind);
    else seal_blind(&r->seal, f->id, &cell.i, 8, blind);
    v = (struct store_value){.kind = STORE_VALUE_BLOB, .s = {(char *)blind, sizeof blind}};
  }
  struct store_stmt *st;
  TRY(store_prepare(r->db, &ls->current, STORE_BY, f->def->sealed ? f->blind_at : f->at, &st, e));
  store_bind_value(st, 1, &v);
  enum status s = keys_of(r, a, st, keys, count, e);
  store_free(st);
  if (s == OK && *count) {
    qsort(*keys, *count, sizeof **keys, by_text);
    uint32_t n = 0;
    for (uint32_t i = 0; i < *count; i++)
      if (!n || strcmp((*keys)[n - 1], (*keys)[i]) != 0) (*keys)[n++] = (*keys)[i];
    *count = n;
  }
  return s;
}
