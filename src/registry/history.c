/* history.c - all that happened to a household, in words: its versions side by side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "registry/history.h"
#include "registry/natural.h"
#include "registry/transfer.h"
#include "registry/version.h"

struct told { /* one version of one row */
  const struct level_store *ls;
  struct store_value *v;
  int64_t item, from, to; /* to: INT64_MAX = holds still */
};

struct teller {
  struct registry *r;
  struct arena *a;
  int64_t home, id, until;
  bool reveal;
  struct told *rows;
  uint32_t row_count, row_cap;
  struct registry_history *events;
  uint32_t event_count, event_cap;
  uint32_t *change_caps;
};

static enum status gather_table(struct teller *t, const struct level_store *ls, bool history, struct err *e) {
  struct store_stmt **kept = &t->r->rows_of[ls->level][history], *st;
  const struct table_spec *spec = history ? &ls->history : &ls->current;
  bool row = true;
  if (!*kept) TRY(store_prepare(t->r->db, spec, STORE_PREFIX, 2, kept, e)); /* once: preparing costs more than reading */
  st = *kept;
  store_reset(st);
  store_bind_int(st, 1, t->home), store_bind_int(st, 2, t->id);
  enum status s;
  while ((s = store_step(st, &row, e)) == OK && row) {
    if (t->row_count == t->row_cap) {
      struct told *grown = arena_grow(t->a, t->rows, t->row_count, t->row_cap ? 2 * t->row_cap : 32, sizeof *grown);
      if (!grown) break;
      t->rows = grown, t->row_cap = t->row_cap ? 2 * t->row_cap : 32;
    }
    struct store_value *v = arena_array(t->a, spec->count, sizeof *v);
    if (!v) break;
    store_values(st, v, spec->count);
    for (uint32_t i = 0; i < spec->count; i++)
      if ((v[i].kind == STORE_VALUE_TEXT || v[i].kind == STORE_VALUE_BLOB) && !(v[i].s.at = arena_strn(t->a, v[i].s.at ? v[i].s.at : "", v[i].s.len))) s = ERR_MEMORY;
    if (s != OK) break;
    int64_t to = history ? v[ls->current.count].i : INT64_MAX;
    if (v[ls->from_event].i > t->until) continue; /* nobody knew it yet */
    t->rows[t->row_count++] = (struct told){ls, v, ls->key_count == 3 ? v[2].i : 0, v[ls->from_event].i, to > t->until ? INT64_MAX : to};
  }
  if (row) store_reset(st);
  return s == OK && row ? err_set(e, ERR_MEMORY, NULL, "out of memory") : s == ERR_MEMORY ? err_set(e, ERR_MEMORY, NULL, "out of memory") : s;
}

static int by_row(const void *a, const void *b) {
  const struct told *x = a, *y = b;
  if (x->ls->level != y->ls->level) return x->ls->level < y->ls->level ? -1 : 1;
  if (x->item != y->item) return x->item < y->item ? -1 : 1;
  return x->from < y->from ? -1 : x->from > y->from;
}

static int by_event(const void *a, const void *b) {
  const struct registry_history *x = a, *y = b;
  return x->event < y->event ? -1 : x->event > y->event;
}

static enum status note(struct teller *t, int64_t event, struct registry_change change, struct err *e) {
  uint32_t i = 0;
  while (i < t->event_count && t->events[i].event != event) i++;
  if (i == t->event_count) {
    if (t->event_count == t->event_cap) {
      uint32_t cap = t->event_cap ? 2 * t->event_cap : 16;
      ARENA_TRY(e, t->events = arena_grow(t->a, t->events, t->event_count, cap, sizeof *t->events));
      ARENA_TRY(e, t->change_caps = arena_grow(t->a, t->change_caps, t->event_count, cap, sizeof *t->change_caps));
      t->event_cap = cap;
    }
    t->events[i] = (struct registry_history){.event = event};
    t->change_caps[i] = 0;
    t->event_count++;
  }
  struct registry_history *h = &t->events[i];
  if (h->change_count == t->change_caps[i]) {
    uint32_t cap = h->change_count ? 2 * h->change_count : 8;
    ARENA_TRY(e, h->changes = arena_grow(t->a, h->changes, h->change_count, cap, sizeof *h->changes));
    t->change_caps[i] = cap;
  }
  ((struct registry_change *)(uintptr_t)h->changes)[h->change_count++] = change;
  return OK;
}

enum status history_reveal(struct registry *r, struct arena *a, const struct level_store *ls, const struct store_value *v, int64_t home, int64_t household, int64_t item, uint32_t field, const char **out, struct err *e) {
  const struct field_slot *f = &ls->fields[field];
  struct span c = v[f->at].s;
  enum status s = seal_household(&r->seal, r->db, home, household, false, e);
  if (s == ERR_NOT_FOUND) {
    *out = "erased";
    return OK;
  }
  TRY(s);
  char *plain;
  ARENA_TRY(e, plain = arena_alloc(a, c.len + 1));
  TRY(seal_decrypt(&r->seal, (struct seal_place){home, household, item, f->id}, c.at, c.len, (uint8_t *)plain, e));
  if (f->def->kind != COL_TEXT && f->def->kind != COL_CHOICE) {
    int64_t i;
    memcpy(&i, plain, sizeof i);
    ARENA_TRY(e, plain = arena_printf(a, "%lld", (long long)i));
  }
  *out = plain;
  return OK;
}

/* A value as people read it; NULL when it is missing without a reason. */
static enum status words(struct teller *t, const struct told *x, uint32_t field, const char **out, struct err *e) {
  const struct field *f = x->ls->fields[field].def;
  struct cell c = version_cell(x->ls, x->v, field);
  char buffer[48];
  *out = NULL;
  if (c.absence == ABSENT_EMPTY) return OK;
  if (c.absence != PRESENT) {
    *out = absence_name(c.absence);
    return OK;
  }
  if (f->sealed && t->reveal) return history_reveal(t->r, t->a, x->ls, x->v, t->home, t->id, x->item, field, out, e);
  if (f->sealed) *out = "sealed";
  else if (f->kind == COL_TEXT || f->kind == COL_CHOICE) ARENA_TRY(e, *out = arena_strn(t->a, c.s.at, c.s.len));
  else if (f->kind == COL_BOOL) *out = c.i ? "true" : "false";
  else if (f->kind == COL_DATE) ARENA_TRY(e, *out = arena_str(t->a, date_format((int32_t)c.i, buffer)));
  else if (f->kind == COL_REAL) ARENA_TRY(e, *out = arena_str(t->a, number_shortest(c.d, buffer)));
  else ARENA_TRY(e, *out = arena_str(t->a, number_decimal_format(c.i, f->kind == COL_DECIMAL ? f->decimals : 0, buffer)));
  return OK;
}

static bool equal(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static enum status compare(struct teller *t, const struct told *old, const struct told *x, struct err *e) {
  const struct level_store *ls = x->ls;
  const char *row;
  uint32_t said = 0;
  const int32_t since = (int32_t)x->v[ls->valid_from].i;
  ARENA_TRY(e, row = ls->key_count == 3 ? arena_strn(t->a, x->v[ls->key].s.at, x->v[ls->key].s.len) : "");
  for (uint32_t f = 0; f < ls->field_count; f++) {
    const char *before = NULL, *after;
    const struct store_value *a = old ? &old->v[ls->fields[f].at] : NULL, *b = &x->v[ls->fields[f].at];
    if (old) TRY(words(t, old, f, &before, e));
    TRY(words(t, x, f, &after, e));
    bool other = !equal(before, after);
    /* a sealed value that changed reads "sealed" on both sides, and did change */
    if (!other && a && a->kind == STORE_VALUE_BLOB && b->kind == STORE_VALUE_BLOB) other = a->s.len != b->s.len || memcmp(a->s.at, b->s.at, a->s.len) != 0;
    if (!other) continue;
    said++;
    TRY(note(t, x->from, (struct registry_change){ls->def->name, row, ls->fields[f].def->name, before, after, since}, e));
  }
  if (!said && !old) TRY(note(t, x->from, (struct registry_change){ls->def->name, row, "", NULL, "registered", since}, e));
  for (uint32_t l = 0; ls->level == LEVEL_HOUSEHOLD && l < t->r->level_count; l++) {
    const struct store_value *is = &x->v[ls->roster + l], *was = old && old->v ? &old->v[ls->roster + l] : NULL;
    int64_t now = is->i, then = was ? was->i : 0;
    if (now != then) TRY(note(t, x->from, (struct registry_change){ls->def->name, row, "", NULL, now ? arena_printf(t->a, "list of %s taken", t->r->levels[l].def->name) : "list no longer taken", since}, e));
  }
  return OK;
}

static enum status tell(struct teller *t, struct err *e) {
  for (uint32_t i = 0; i < t->row_count; i++) {
    const struct told *x = &t->rows[i];
    const struct told *old = i && t->rows[i - 1].ls == x->ls && t->rows[i - 1].item == x->item ? x - 1 : NULL;
    TRY(compare(t, old && old->to == x->from ? old : NULL, x, e));
    bool goes_on = i + 1 < t->row_count && t->rows[i + 1].ls == x->ls && t->rows[i + 1].item == x->item && t->rows[i + 1].from == x->to;
    if (x->to == INT64_MAX || goes_on) continue;
    const char *row;
    ARENA_TRY(e, row = x->ls->key_count == 3 ? arena_strn(t->a, x->v[x->ls->key].s.at, x->v[x->ls->key].s.len) : "");
    TRY(note(t, x->to, (struct registry_change){x->ls->def->name, row, "", NULL, "ended", (int32_t)x->v[x->ls->current.count + 1].i}, e));
  }
  return OK;
}

static enum status name_events(struct teller *t, struct err *e) {
  struct round_info *rounds;
  uint32_t n;
  TRY(registry_rounds(t->r, t->a, &rounds, &n, e));
  for (uint32_t i = 0; i < t->event_count; i++) {
    struct registry_history *h = &t->events[i];
    struct store_stmt *st;
    bool row;
    struct event_row ev;
    h->kind = h->actor = h->source = h->round = "";
    TRY(store_sql(t->r->db, SQL_EVENT_GET, &st, e));
    store_bind_int(st, 1, h->event);
    TRY(store_step(st, &row, e));
    if (row) {
      event_read(st, &ev);
      h->at = ev.at;
      ARENA_TRY(e, h->kind = arena_strn(t->a, ev.kind.at, ev.kind.len));
      ARENA_TRY(e, h->actor = arena_strn(t->a, ev.actor.at, ev.actor.len));
      ARENA_TRY(e, h->source = arena_strn(t->a, ev.source.at, ev.source.len));
      for (uint32_t k = 0; k < n; k++)
        if (rounds[k].id == ev.round) h->round = rounds[k].name;
    }
    store_reset(st);
  }
  return OK;
}

/* Where rows came from and went to, in words. */
static enum status follow(struct teller *t, struct err *e) {
  struct store_stmt *st;
  bool row;
  TRY(store_sql(t->r->db, SQL_NATURAL_OF, &st, e));
  store_bind_int(st, 1, t->home), store_bind_int(st, 2, t->id);
  for (;;) {
    struct natural_link x;
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    natural_read(st, &x);
    bool was = x.from_home == t->home && x.from == t->id, is = x.to_home == t->home && x.to == t->id;
    if (x.event > t->until || (was && is) || (was ? x.departure != 0 : natural_leaves(&x))) continue; /* of a transfer each side tells its own event */
    struct span key = was ? x.from_key : x.to_key, other = was ? x.to_household : x.from_household, there = was ? x.to_key : x.from_key;
    const char *word, *mine;
    bool whole = span_is(x.level, HOUSEHOLD_TABLE);
    if (!other.len) ARENA_TRY(e, word = arena_strn(t->a, x.kind.at, x.kind.len));
    else ARENA_TRY(e, word = arena_printf(t->a, "%.*s: %s household %.*s%s%.*s", (int)x.kind.len, x.kind.at, was ? "to" : "from", (int)other.len, other.at, whole || !there.len ? "" : ", ", whole ? 0 : (int)there.len, whole ? "" : there.at));
    if (x.reason.len) ARENA_TRY(e, word = arena_printf(t->a, "%s (%.*s)", word, (int)x.reason.len, x.reason.at));
    ARENA_TRY(e, mine = whole ? "" : arena_strn(t->a, key.at, key.len));
    const char *level;
    ARENA_TRY(e, level = arena_strn(t->a, x.level.at, x.level.len));
    TRY(note(t, x.event, (struct registry_change){level, mine, "", NULL, word, x.on}, e));
  }
}

/* What happened while it lay in one home. */
static enum status tell_place(struct teller *t, struct err *e) {
  t->rows = NULL, t->row_count = t->row_cap = 0;
  for (uint32_t l = 0; l < t->r->level_count; l++) {
    if (l == LEVEL_VILLAGE) continue;
    TRY(gather_table(t, &t->r->levels[l], true, e));
    TRY(gather_table(t, &t->r->levels[l], false, e));
  }
  if (t->row_count) qsort(t->rows, t->row_count, sizeof *t->rows, by_row);
  TRY(tell(t, e));
  return follow(t, e);
}

/* Where it lies, and where it lay before it was transferred: an earlier place whose server is away is left out, and store_partial says so. */
static enum status tell_places(struct teller *t, struct err *e) {
  TRY(tell_place(t, e));
  for (;;) {
    int64_t home, id;
    struct err why;
    TRY(transfer_before(t->r, t->home, t->id, &home, &id, e));
    if (!home) return OK;
    t->home = home, t->id = id;
    enum status s = tell_place(t, &why);
    if (s == ERR_IO && store_shard_count(t->r->db)) store_leave_out(t->r->db, store_shard_of(t->r->db, home));
    else if (s != OK) {
      if (e) *e = why;
      return s;
    }
  }
}

enum status registry_history(struct registry *r, struct arena *a, const char *key, int64_t until, bool reveal, struct registry_history **out, uint32_t *count, struct err *e) {
  struct household_ref ref;
  struct teller t = {.r = r, .a = a, .reveal = reveal, .until = until ? until : INT64_MAX - 1};
  if (reveal) TRY(seal_need(&r->seal, "showing sealed fields", e));
  TRY(registry_find(r, NULL, key, &ref, e));
  t.home = ref.home, t.id = ref.id;
  TRY(store_begin(r->db, false, e)); /* one state of all tables */
  enum status s = tell_places(&t, e);
  if (s == OK && t.event_count) qsort(t.events, t.event_count, sizeof *t.events, by_event);
  if (s == OK) s = name_events(&t, e);
  store_rollback(r->db);
  *out = t.events, *count = t.event_count;
  return s;
}
