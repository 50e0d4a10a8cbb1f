#include "registry/whole.h"

#include <stdio.h>
#include <string.h>

#include "registry/edit.h"
#include "registry/natural.h"

struct whole {
  struct registry *r;
  enum status (*found)(void *ctx, const struct whole_finding *f, struct err *e);
  void *ctx;
};

const char *whole_name(enum whole_kind k) {
  static const char *const names[WHOLE_KINDS] = {"split", "merged", "empty", "same"};
  return names[k];
}

static enum status splits(struct whole *w, int32_t since, int32_t until, struct err *e) {
  struct store_stmt *st;
  bool row;
  TRY(store_sql(w->r->db, SQL_NATURAL_SPLITS, &st, e));
  store_bind_int(st, 1, since), store_bind_int(st, 2, since * INT64_C(86400000000)); /* dated long ago but recorded just now is as much of a question */
  for (;;) {
    struct natural_link x;
    struct arena a;
    bool stands;
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    natural_read(st, &x);
    if (x.on > until) continue;
    TRY(natural_stands(w->r, x.event, &stands, e));
    if (!stands) continue;
    arena_init(&a, 0);
    bool split = span_is(x.kind, "split");
    struct whole_finding f = {.kind = split ? WHOLE_SPLIT : WHOLE_MERGED, .on = x.on, .event = x.event, .field = "",
                              .household = arena_strn(&a, x.from_household.at, x.from_household.len), .other = arena_strn(&a, x.to_household.at, x.to_household.len)};
    enum status s = f.household && f.other ? w->found(w->ctx, &f, e) : err_set(e, ERR_MEMORY, NULL, "out of memory");
    arena_drop(&a);
    TRY(s);
  }
}

/* Two cursors in key order: households whose list was taken and has nobody on it. */
static enum status empty(struct whole *w, struct err *e) {
  const struct level_store *h = &w->r->levels[LEVEL_HOUSEHOLD], *m = &w->r->levels[LEVEL_MEMBER];
  struct store_stmt *st = NULL, *members = NULL;
  bool row, more = false;
  enum status s = store_prepare(w->r->db, &h->current, STORE_PREFIX, 0, &st, e);
  if (s == OK) s = store_prepare(w->r->db, &m->current, STORE_PREFIX, 0, &members, e);
  if (s == OK) s = store_step(members, &more, e);
  while (s == OK && (s = store_step(st, &row, e)) == OK && row) {
    int64_t home = store_int(st, 0), id = store_int(st, 1);
    while (s == OK && more && (store_int(members, 0) < home || (store_int(members, 0) == home && store_int(members, 1) < id))) s = store_step(members, &more, e);
    if (s != OK || (more && store_int(members, 0) == home && store_int(members, 1) == id)) continue;
    struct span key = store_text(st, (int)h->key);
    char number[128];
    size_t n = key.len < sizeof number - 1 ? key.len : sizeof number - 1;
    memcpy(number, key.at, n);
    number[n] = 0;
    s = w->found(w->ctx, &(struct whole_finding){.kind = WHOLE_EMPTY, .household = number, .other = "", .field = ""}, e);
  }
  store_free(st), store_free(members);
  return s;
}

static enum status number_of(struct whole *w, struct store_stmt *get, int64_t home, int64_t id, char out[128], struct err *e) {
  bool row;
  store_bind_int(get, 1, home), store_bind_int(get, 2, id);
  TRY(store_step(get, &row, e));
  struct span key = row ? store_text(get, (int)w->r->levels[LEVEL_HOUSEHOLD].key) : (struct span){"", 0};
  size_t n = key.len < 127 ? key.len : 127;
  memcpy(out, key.at, n);
  out[n] = 0;
  store_reset(get);
  return OK;
}

static bool same_value(const struct store_value *a, const struct store_value *b) {
  if (a->kind != b->kind) return false;
  if (a->kind == STORE_VALUE_INT) return a->i == b->i;
  if (a->kind == STORE_VALUE_REAL) return a->d == b->d;
  return a->s.len == b->s.len && (a->s.len == 0 || memcmp(a->s.at, b->s.at, a->s.len) == 0);
}

/* Rows that share a value come one after the other: each is named beside the first of its group, once a household. */
static enum status repeated(struct whole *w, uint32_t level, const struct field_slot *f, struct err *e) {
  const struct level_store *ls = &w->r->levels[level];
  struct store_stmt *st = NULL, *get = NULL;
  struct arena a, group;
  bool row;
  char name[96], first[128] = "", now[128];
  struct store_value *v, value = {.kind = STORE_NULL};
  int64_t home = 0, household = 0, last_home = 0, last = 0;
  arena_init(&a, 0), arena_init(&group, 0);
  snprintf(name, sizeof name, "%s%s%s", level == LEVEL_HOUSEHOLD ? "" : ls->def->name, level == LEVEL_HOUSEHOLD ? "" : ".", f->def->name);
  enum status s = (v = arena_array(&a, ls->current.count + 1, sizeof *v)) ? OK : err_set(e, ERR_MEMORY, NULL, "out of memory");
  uint32_t at = f->def->sealed ? f->blind_at : f->at;
  if (s == OK) s = store_prepare(w->r->db, &ls->current, STORE_REPEATED, at, &st, e);
  if (s == OK) s = store_prepare(w->r->db, &w->r->levels[LEVEL_HOUSEHOLD].current, STORE_GET, 0, &get, e);
  while (s == OK && (s = store_step(st, &row, e)) == OK && row) {
    store_values(st, v, ls->current.count);
    if (!same_value(&value, &v[at])) {
      arena_drop(&group);
      value = v[at];
      if ((value.kind == STORE_VALUE_TEXT || value.kind == STORE_VALUE_BLOB) && !(value.s.at = arena_strn(&group, value.s.at, value.s.len))) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
      home = last_home = v[0].i, household = last = v[1].i;
      if (s == OK) s = number_of(w, get, home, household, first, e);
      continue;
    }
    if ((v[0].i == home && v[1].i == household) || (v[0].i == last_home && v[1].i == last)) continue;
    last_home = v[0].i, last = v[1].i;
    s = number_of(w, get, last_home, last, now, e);
    if (s == OK) s = w->found(w->ctx, &(struct whole_finding){.kind = WHOLE_SAME, .household = first, .other = now, .field = name}, e);
  }
  store_free(st), store_free(get);
  arena_drop(&a), arena_drop(&group);
  return s;
}

static enum status by_name(struct whole *w, const char *name, struct err *e) {
  const char *dot = strchr(name, '.'), *field = dot ? dot + 1 : name;
  uint32_t level = LEVEL_HOUSEHOLD, slot;
  while (dot && level < w->r->level_count && !(strlen(w->r->levels[level].def->name) == (size_t)(dot - name) && strncmp(w->r->levels[level].def->name, name, (size_t)(dot - name)) == 0)) level++;
  if (level == w->r->level_count || level == LEVEL_VILLAGE) return err_set(e, ERR_INPUT, "a household's field, or members.FIELD", "there is no level for \"%.100s\"", name);
  TRY(edit_field(&w->r->levels[level], field, &slot, e));
  const struct field_slot *f = &w->r->levels[level].fields[slot];
  if (f->def->sealed && !f->blind_at) return err_set(e, ERR_INPUT, "mark it `searchable` in a new registry's programme", "%s is sealed and not searchable", name);
  return repeated(w, level, f, e);
}

static enum status body(struct whole *w, int32_t until, int32_t days, const char *const *fields, uint32_t field_count, struct err *e) {
  TRY(splits(w, until - days, until, e));
  TRY(empty(w, e));
  for (uint32_t i = 0; i < field_count; i++) TRY(by_name(w, fields[i], e));
  for (uint32_t l = 0; l < w->r->level_count && !fields; l++)
    for (uint32_t i = 0; i < w->r->levels[l].field_count && l != LEVEL_VILLAGE; i++)
      if (w->r->levels[l].fields[i].blind_at) TRY(repeated(w, l, &w->r->levels[l].fields[i], e));
  return OK;
}

enum status registry_whole(struct registry *r, int32_t until, int32_t days, const char *const *fields, uint32_t field_count, enum status (*found)(void *ctx, const struct whole_finding *f, struct err *e), void *ctx, struct err *e) {
  struct whole w = {r, found, ctx};
  TRY(store_begin(r->db, false, e));
  enum status s = body(&w, until, days, fields, field_count, e);
  store_rollback(r->db);
  return s;
}
