#include "registry/kept.h"

#include <string.h>

#include "registry/natural.h"

enum { SHOWN = 5 };

enum status kept_open(struct kept *k, struct registry *r, int64_t round, struct err *e) {
  struct store_stmt *st;
  *k = (struct kept){.r = r, .round = round};
  arena_init(&k->arena, 0);
  text_init(&k->words, 400);
  TRY(store_sql(r->db, SQL_NATURAL_ANY, &st, e));
  store_bind_int(st, 1, round);
  TRY(store_step(st, &k->any, e));
  store_reset(st);
  return OK;
}

static enum status take(struct kept *k, const struct natural_link *x, bool from, struct err *e) {
  uint32_t l = 0;
  while (l < k->r->level_count && !span_is(x->level, k->r->levels[l].def->name)) l++;
  if (l == LEVEL_HOUSEHOLD) {
    k->moved |= from && x->from_home == x->to_home && x->from == x->to;
    k->ended |= from && !span_is(x->kind, "split") && !(x->from_home == x->to_home && x->from == x->to);
    return OK;
  }
  if (l == k->r->level_count) return OK;
  if (k->count == k->cap) ARENA_TRY(e, k->rows = arena_grow(&k->arena, k->rows, k->count, k->cap = k->cap ? 2 * k->cap : 8, sizeof *k->rows));
  struct span key = from ? x->from_key : x->to_key;
  struct kept_row *row = &k->rows[k->count++];
  *row = (struct kept_row){l, NULL, from};
  ARENA_TRY(e, row->key = arena_strn(&k->arena, key.at, key.len));
  return OK;
}

enum status kept_load(struct kept *k, int64_t home, int64_t household, struct err *e) {
  struct store_stmt *st;
  bool row;
  if (k->count) arena_drop(&k->arena);
  k->rows = NULL, k->count = k->cap = 0, k->ended = k->moved = false;
  if (!k->any || !household) return OK;
  TRY(store_sql(k->r->db, SQL_NATURAL_OF, &st, e));
  store_bind_int(st, 1, home), store_bind_int(st, 2, household);
  for (;;) {
    struct natural_link x;
    bool stands;
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    natural_read(st, &x);
    if (x.round != k->round) continue;
    TRY(natural_stands(k->r, x.event, &stands, e));
    if (stands && x.from_home == home && x.from == household) TRY(take(k, &x, true, e));
    if (stands && x.to_home == home && x.to == household && !natural_leaves(&x)) TRY(take(k, &x, false, e));
  }
}

/* The latest word counts: who left may have come back. */
static const struct kept_row *last(const struct kept *k, uint32_t level, struct span key) {
  for (uint32_t i = k->count; i-- > 0;)
    if (k->rows[i].level == level && span_is(key, k->rows[i].key)) return &k->rows[i];
  return NULL;
}

bool kept_gone(const struct kept *k, uint32_t level, struct span key) {
  const struct kept_row *x = last(k, level, key);
  return x && x->gone;
}

bool kept_came(const struct kept *k, uint32_t level, struct span key) {
  const struct kept_row *x = last(k, level, key);
  return x && !x->gone;
}

void kept_note(struct kept *k, struct span household, const char *what, struct span key) {
  if (k->left_out++ >= SHOWN) return;
  text_addf(&k->words, "%s%.*s%s%s%s%.*s", k->words.len ? ", " : "", (int)household.len, household.at, *what ? " (" : "", what, *what ? " " : "", (int)key.len, key.len ? key.at : "");
  if (*what) text_addc(&k->words, ')');
}

void kept_close(struct kept *k) {
  arena_drop(&k->arena);
  text_free(&k->words);
}
