/* sheet.c - the households of an area, in order, with what is known of them. */
#include "registry/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "registry/history.h"

struct place { int64_t id; int64_t area; const char *key; bool history; };

struct walk {
  struct registry *r;
  const struct sheet_options *o;
  struct arena home, one; /* of a home; of a household */
  struct place *places; uint32_t count, cap;
  int64_t until;
};

/* Whether an area is the one asked for or lies in it. */
static bool inside(const struct walk *w, int64_t area) {
  if (!w->o->area) return true;
  if (area < 1 || area > w->r->area_count) return false;
  const struct programme *p = w->r->p;
  struct span code = w->r->areas[area - 1].code;
  for (uint32_t at = map_get(&p->area_index, code.at, code.len); at != MAP_NONE && at < p->area_count; at = p->areas[at].parent)
    if (strcmp(p->areas[at].code, w->o->area) == 0) return true;
  return false;
}

static enum status gather(struct walk *w, int64_t home, bool history, struct err *e) {
  const struct level_store *ls = &w->r->levels[LEVEL_HOUSEHOLD];
  struct store_stmt *st;
  bool row;
  TRY(store_prepare(w->r->db, history ? &ls->history : &ls->current, STORE_PREFIX, 1, &st, e));
  store_bind_int(st, 1, home);
  enum status s;
  while ((s = store_step(st, &row, e)) == OK && row) {
    if (store_int(st, (int)ls->from_event) > w->until || (history && store_int(st, (int)ls->current.count) <= w->until)) continue;
    int64_t area = store_null(st, (int)ls->area) ? 0 : store_int(st, (int)ls->area);
    if (!inside(w, area)) continue;
    struct span key = store_text(st, (int)ls->key);
    if (w->count == w->cap) w->places = arena_grow(&w->home, w->places, w->count, w->cap = w->cap ? 2 * w->cap : 256, sizeof *w->places);
    char *mine = arena_strn(&w->home, key.at, key.len);
    if (!w->places || !mine) {
      s = err_set(e, ERR_MEMORY, NULL, "out of memory");
      break;
    }
    w->places[w->count++] = (struct place){store_int(st, 1), area, mine, history};
  }
  store_free(st);
  return s;
}

static int by_area_and_number(const void *a, const void *b) {
  const struct place *x = a, *y = b;
  if (x->area != y->area) return x->area < y->area ? -1 : 1;
  return strcmp(x->key, y->key);
}

static bool shown(const struct walk *w, const struct field *f) { return (!f->sealed || w->o->sealed) && (f->sensitivity != SENS_RESTRICTED || f->sealed || w->o->restricted); }

/* A value as it can be typed back. */
static enum status typed(struct walk *w, const struct level_store *ls, const struct store_value *v, uint32_t field, const char **out, struct err *e) {
  const struct field *f = ls->fields[field].def;
  struct arena *a = &w->one;
  struct cell c = version_cell(ls, v, field);
  char buffer[48];
  *out = NULL;
  if (c.absence == ABSENT_EMPTY) return OK;
  if (f->sealed && c.absence == PRESENT) {
    int64_t item = ls->key_count == 3 ? v[2].i : 0;
    return history_reveal(w->r, a, ls, v, v[0].i, v[1].i, item, field, out, e);
  }
  if (c.absence != PRESENT) *out = absence_name(c.absence);
  else if (f->kind == COL_BOOL) *out = w->o->lang == LANG_ZH ? c.i ? "是" : "否" : c.i ? "yes" : "no";
  else if (f->kind == COL_DATE) ARENA_TRY(e, *out = arena_str(a, date_format((int32_t)c.i, buffer)));
  else if (f->kind == COL_REAL) ARENA_TRY(e, *out = arena_str(a, number_shortest(c.d, buffer)));
  else if (f->kind == COL_INT || f->kind == COL_DECIMAL) ARENA_TRY(e, *out = arena_str(a, number_decimal_format(c.i, f->kind == COL_DECIMAL ? f->decimals : 0, buffer)));
  else ARENA_TRY(e, *out = arena_strn(a, c.s.at, c.s.len));
  for (uint32_t i = 0; f->kind == COL_CHOICE && c.absence == PRESENT && f->area_level == UINT32_MAX && i < f->choice_count; i++)
    if (span_is(c.s, f->choices[i].code)) *out = label_in(&f->choices[i].label, w->o->lang, f->choices[i].code);
  return OK;
}

static enum status take_row(struct walk *w, struct sheet_household *h, uint32_t l, struct store_stmt *st, struct store_value *v, uint32_t *cap, struct err *e) {
  const struct level_store *ls = &w->r->levels[l];
  store_values(st, v, ls->current.count);
  if (h->count[l] == *cap) ARENA_TRY(e, h->rows[l] = arena_grow(&w->one, h->rows[l], h->count[l], *cap = *cap ? 2 * *cap : 8, sizeof *h->rows[l]));
  struct sheet_row *row = &h->rows[l][h->count[l]++];
  *row = (struct sheet_row){0};
  ARENA_TRY(e, row->number = ls->key_count == 3 ? arena_strn(&w->one, v[ls->key].s.at, v[ls->key].s.len) : "");
  ARENA_TRY(e, row->values = arena_array(&w->one, ls->field_count + 1, sizeof *row->values));
  for (uint32_t f = 0; f < ls->field_count; f++) {
    if (!shown(w, ls->fields[f].def)) continue;
    struct sheet_value *x = &row->values[row->count++];
    x->field = ls->fields[f].def;
    TRY(typed(w, ls, v, f, &x->known, e));
  }
  for (uint32_t k = 0; l == LEVEL_HOUSEHOLD && k < w->r->level_count; k++) h->taken[k] = v[ls->roster + k].i != 0;
  return OK;
}

static int by_number(const void *a, const void *b) {
  const char *x = ((const struct sheet_row *)a)->number, *y = ((const struct sheet_row *)b)->number;
  int64_t m, n;
  if (number_int64(x, strlen(x), &m) && number_int64(y, strlen(y), &n) && m != n) return m < n ? -1 : 1;
  return strcmp(x, y);
}

static enum status load(struct walk *w, int64_t home, const struct place *p, struct sheet_household *h, struct err *e) {
  *h = (struct sheet_household){.number = p->key, .area = ""};
  if (p->area >= 1 && p->area <= w->r->area_count) ARENA_TRY(e, h->area = arena_strn(&w->one, w->r->areas[p->area - 1].code.at, w->r->areas[p->area - 1].code.len));
  for (uint32_t l = 0; l < w->r->level_count; l++) {
    const struct level_store *ls = &w->r->levels[l];
    uint32_t cap = 0;
    if (l == LEVEL_VILLAGE) continue;
    struct store_value *v;
    ARENA_TRY(e, v = arena_array(&w->one, ls->current.count + 1, sizeof *v));
    for (int history = 0; history < 2; history++) {
      struct store_stmt *st;
      bool row;
      TRY(store_prepare(w->r->db, history ? &ls->history : &ls->current, STORE_PREFIX, 2, &st, e));
      store_bind_int(st, 1, home), store_bind_int(st, 2, p->id);
      enum status s;
      while ((s = store_step(st, &row, e)) == OK && row) {
        if (store_int(st, (int)ls->from_event) > w->until || (history && store_int(st, (int)ls->current.count) <= w->until)) continue;
        s = take_row(w, h, l, st, v, &cap, e);
        if (s != OK) break;
      }
      store_free(st);
      TRY(s);
    }
    if (h->count[l]) qsort(h->rows[l], h->count[l], sizeof *h->rows[l], by_number);
  }
  return OK;
}

static enum status one_home(struct walk *w, int64_t home, enum status (*household)(void *ctx, const struct sheet_household *h, struct err *e), void *ctx, struct err *e) {
  TRY(gather(w, home, false, e));
  if (w->until < INT64_MAX) TRY(gather(w, home, true, e));
  if (!household) return *(uint64_t *)ctx += w->count, OK;
  if (w->count) qsort(w->places, w->count, sizeof *w->places, by_area_and_number);
  for (uint32_t i = 0; i < w->count; i++) {
    struct sheet_household h;
    TRY(load(w, home, &w->places[i], &h, e));
    TRY(household(ctx, &h, e));
    arena_drop(&w->one);
  }
  return OK;
}

enum status sheet_walk(struct registry *r, const struct sheet_options *o, enum status (*household)(void *ctx, const struct sheet_household *h, struct err *e), void *ctx, struct err *e) {
  struct walk w = {.r = r, .o = o, .until = o->until ? o->until : INT64_MAX};
  struct store_stmt *st;
  bool row;
  if (o->sealed) TRY(seal_need(&r->seal, "showing sealed fields", e));
  if (o->area && map_get(&r->p->area_index, o->area, strlen(o->area)) == MAP_NONE) return err_set(e, ERR_NOT_FOUND, "`areas` in the programme lists them", "there is no area \"%.60s\"", o->area);
  arena_init(&w.home, 0), arena_init(&w.one, 0);
  TRY(store_begin(r->db, false, e));
  enum status s = store_sql_new(r->db, SQL_HOMES, &st, e);
  while (s == OK && (s = store_step(st, &row, e)) == OK && row) {
    s = one_home(&w, store_int(st, 0), household, ctx, e);
    arena_drop(&w.home), arena_drop(&w.one);
    w.places = NULL, w.count = w.cap = 0;
  }
  store_free(st);
  store_rollback(r->db);
  arena_drop(&w.home), arena_drop(&w.one);
  return s;
}

enum status sheet_count(struct registry *r, const struct sheet_options *o, uint64_t *out, struct err *e) {
  *out = 0;
  return sheet_walk(r, o, NULL, out, e); /* nobody is loaded */
}
