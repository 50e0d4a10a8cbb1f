/* line_number.c - a line's own number, which the snapshot does not hold: by its place in the household's list as of an event. */
#include <stdlib.h>
#include <string.h>

#include "registry/core.h"

struct one { int64_t id; struct span key; };

struct line_numbers { /* one household's list, and the statements that read it */
  struct store_stmt *st[LEVEL_MAX][2];
  struct arena arena;
  uint32_t level;
  int64_t event, home, household;
  struct one *list;
  uint32_t count, cap;
  bool held;
};

void line_numbers_close(struct registry *r) {
  struct line_numbers *n = r->lines;
  if (!n) return;
  for (uint32_t l = 0; l < LEVEL_MAX; l++)
    for (int side = 0; side < 2; side++) store_free(n->st[l][side]);
  arena_drop(&n->arena);
  free(n);
  r->lines = NULL;
}

static enum status add(struct line_numbers *n, int64_t id, struct span key, struct err *e) {
  if (n->count == n->cap) {
    uint32_t cap = n->cap ? n->cap * 2 : 16;
    void *p = arena_grow(&n->arena, n->list, n->count, cap, sizeof *n->list);
    ARENA_TRY(e, p);
    n->list = p, n->cap = cap;
  }
  char *copy = arena_strn(&n->arena, key.at, key.len);
  ARENA_TRY(e, copy);
  uint32_t at = n->count++; /* each side comes by ascending id, so a row rarely moves far */
  for (; at && n->list[at - 1].id > id; at--) n->list[at] = n->list[at - 1];
  n->list[at] = (struct one){id, {copy, key.len}};
  return OK;
}

/* The list as it was: current rows that had come by then, former ones that had come and not gone. */
static enum status load(struct registry *r, struct line_numbers *n, struct err *e) {
  const struct level_store *ls = &r->levels[n->level];
  n->held = false, n->list = NULL, n->count = n->cap = 0;
  arena_drop(&n->arena);
  for (int side = 0; side < 2; side++) {
    struct store_stmt **st = &n->st[n->level][side];
    bool row;
    if (!*st) TRY(store_prepare(r->db, side ? &ls->history : &ls->current, STORE_PREFIX, 2, st, e));
    store_bind_int(*st, 1, n->home), store_bind_int(*st, 2, n->household);
    for (;;) {
      TRY(store_step(*st, &row, e));
      if (!row) break;
      if (store_int(*st, (int)ls->from_event) > n->event || (side && store_int(*st, (int)ls->current.count) <= n->event)) continue;
      TRY(add(n, store_int(*st, (int)ls->key_count - 1), store_text(*st, (int)ls->key), e));
    }
    store_reset(*st);
  }
  n->held = true;
  return OK;
}

enum status registry_line_number(struct registry *r, uint32_t level, int64_t event, int64_t home, int64_t household, uint64_t place, struct span *out, struct err *e) {
  struct line_numbers *n = r->lines;
  if (!n) {
    if (!(n = r->lines = calloc(1, sizeof *n))) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    arena_init(&n->arena, 0);
  }
  if (!n->held || n->level != level || n->event != event || n->home != home || n->household != household) {
    n->level = level, n->event = event, n->home = home, n->household = household;
    TRY(load(r, n, e));
  }
  if (!place || place > n->count) return err_set(e, ERR_CORRUPT, "run `lucid fsck`", "a row of the snapshot's list of %s is not in the registry", core_level_word(r, level));
  *out = n->list[place - 1].key;
  return OK;
}
