#include "registry/transfer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "registry/correct.h"
#include "registry/natural_work.h"
#include "registry/round.h"

static enum status text_of(struct arena *a, struct span x, struct span *out, struct err *e) {
  char *copy;
  ARENA_TRY(e, copy = arena_strn(a, x.at ? x.at : "", x.len));
  *out = (struct span){copy, x.len};
  return OK;
}

static enum status keep(struct arena *a, struct natural_link *x, struct err *e) {
  struct span *texts[] = {&x->kind, &x->level, &x->reason, &x->evidence, &x->from_household, &x->from_key, &x->to_household, &x->to_key};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) TRY(text_of(a, *texts[i], texts[i], e));
  return OK;
}

/* All that an event says of who went where. */
static enum status links_of(struct registry *r, struct arena *a, int64_t event, struct natural_link **out, uint32_t *count, struct err *e) {
  struct store_stmt *st;
  bool row;
  uint32_t cap = 0;
  *out = NULL, *count = 0;
  TRY(store_sql(r->db, SQL_NATURAL_EVENT, &st, e));
  store_bind_int(st, 1, event);
  for (;;) {
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    if (*count == cap) ARENA_TRY(e, *out = arena_grow(a, *out, *count, cap = cap ? 2 * cap : 8, sizeof **out));
    natural_read(st, &(*out)[*count]);
    TRY(keep(a, &(*out)[(*count)++], e));
  }
}

/* The event by which they arrived, and which stands; 0 = none. */
static enum status arrived(struct registry *r, int64_t departure, int64_t *arrival, struct err *e) {
  struct store_stmt *st;
  bool row, stands;
  *arrival = 0;
  TRY(store_sql(r->db, SQL_NATURAL_ARRIVALS, &st, e));
  store_bind_int(st, 1, departure);
  for (;;) {
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    int64_t event = store_int(st, 0);
    TRY(natural_stands(r, event, &stands, e));
    if (stands) *arrival = event;
  }
}

enum status transfer_of(struct registry *r, int64_t event, int64_t *departure, int64_t *arrival, struct err *e) {
  struct store_stmt *st;
  bool row, leaves = false;
  *departure = *arrival = 0;
  TRY(store_sql(r->db, SQL_NATURAL_EVENT, &st, e));
  store_bind_int(st, 1, event);
  for (;;) {
    struct natural_link x;
    TRY(store_step(st, &row, e));
    if (!row) break;
    natural_read(st, &x);
    *departure = x.departure, leaves |= natural_leaves(&x);
  }
  return leaves ? arrived(r, event, arrival, e) : OK;
}

enum status transfer_before(struct registry *r, int64_t home, int64_t id, int64_t *from_home, int64_t *from, struct err *e) {
  struct store_stmt *st;
  bool row, stands;
  *from_home = *from = 0;
  TRY(store_sql(r->db, SQL_NATURAL_OF, &st, e));
  store_bind_int(st, 1, home), store_bind_int(st, 2, id);
  for (;;) {
    struct natural_link x;
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    natural_read(st, &x);
    if (!x.departure || x.to_home != home || x.to != id || !span_is(x.kind, natural_name(NATURAL_TRANSFER)) || !span_is(x.level, HOUSEHOLD_TABLE)) continue;
    TRY(natural_stands(r, x.event, &stands, e));
    if (stands) *from_home = x.from_home, *from = x.from;
  }
}

/* ---- halves ---- */

static enum status is_half(struct registry *r, int64_t departure, bool *out, struct err *e) {
  int64_t arrival = 0;
  TRY(natural_stands(r, departure, out, e));
  if (*out) TRY(arrived(r, departure, &arrival, e));
  *out = *out && !arrival;
  return OK;
}

enum status transfer_halves(struct registry *r, struct arena *a, struct transfer_half **out, uint32_t *count, struct err *e) {
  struct store_stmt *st;
  bool row, half;
  uint32_t cap = 0, n;
  *out = NULL, *count = 0;
  TRY(store_sql(r->db, SQL_NATURAL_AWAY, &st, e));
  for (;;) {
    struct natural_link *x;
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    int64_t event = store_int(st, 0);
    TRY(is_half(r, event, &half, e));
    if (!half) continue;
    if (*count == cap) ARENA_TRY(e, *out = arena_grow(a, *out, *count, cap = cap ? 2 * cap : 8, sizeof **out));
    TRY(links_of(r, a, event, &x, &n, e));
    struct transfer_half *h = &(*out)[(*count)++];
    *h = (struct transfer_half){.departure = event, .kind = x->kind.at, .from = x->from_household.at, .to = "", .evidence = x->evidence.at, .on = x->on};
    for (uint32_t i = 0; i < n; i++) {
      if (natural_leaves(&x[i])) h->to = x[i].to_household.at;
      h->people += span_is(x[i].level, r->levels[LEVEL_MEMBER].def->name);
    }
  }
}

enum status transfer_none_open(struct registry *r, struct err *e) {
  struct arena a;
  struct transfer_half *x;
  uint32_t n;
  arena_init(&a, 0);
  enum status s = transfer_halves(r, &a, &x, &n, e);
  if (s == OK && n)
    s = err_set(e, ERR_CONFLICT, "`lucid transfer REGISTRY --finish` lets them arrive; `lucid undo REGISTRY EVENT` takes it back", "%u transfer%s half done: by event %" PRId64 " (%s) people left household \"%.100s\" and have not arrived in \"%.100s\"",
                n, n == 1 ? " is" : "s are", x->departure, x->kind, x->from, x->to);
  arena_drop(&a);
  return s;
}

enum status transfer_waiting(struct registry *r, struct arena *a, const struct natural *n, int64_t *departure, struct err *e) {
  struct transfer_half *half;
  uint32_t count, links;
  *departure = 0;
  TRY(transfer_halves(r, a, &half, &count, e));
  for (uint32_t i = 0; i < count && !*departure; i++) {
    struct natural_link *x;
    uint32_t named = 0;
    if (strcmp(half[i].kind, natural_name(n->kind)) != 0 || strcmp(half[i].from, n->household) != 0 || half[i].on != n->on) continue;
    if (n->into && strcmp(half[i].to, n->into) != 0) continue;
    TRY(links_of(r, a, half[i].departure, &x, &links, e));
    for (uint32_t k = 0; k < links; k++)
      for (uint32_t m = 0; m < n->member_count; m++) named += span_is(x[k].level, r->levels[LEVEL_MEMBER].def->name) && span_is(x[k].from_key, n->members[m]);
    if (named == n->member_count) *departure = half[i].departure;
  }
  return OK;
}

enum status transfer_half_done(int64_t departure, enum status s, struct err *e) {
  if (!e) return status_failed(s);
  (void)!err_prefix(e, "they left by event %" PRId64 " and have not arrived", departure);
  snprintf(e->hint, sizeof e->hint, "the same command again, or `lucid transfer REGISTRY --finish`, lets them arrive when this is mended; `lucid undo REGISTRY %" PRId64 "` takes it back", departure);
  return status_failed(s);
}

enum status transfer_join(struct arena *a, const struct natural_done *first, struct natural_done *second, struct err *e) {
  struct natural_row *rows;
  ARENA_TRY(e, rows = arena_array(a, first->count + second->count + 1u, sizeof *rows));
  for (uint32_t i = 0; i < first->count; i++) rows[i] = first->rows[i];
  for (uint32_t i = 0; i < second->count; i++) rows[first->count + i] = second->rows[i];
  second->rows = rows, second->count += first->count;
  second->inserted += first->inserted, second->changed += first->changed, second->ended += first->ended;
  second->household_ended = first->household_ended, second->half = false;
  return OK;
}

/* ---- arriving ---- */

struct left { /* what the first event ended, by level */
  struct natural_link *links; uint32_t link_count;
  const struct natural_link *one; /* any that tells of the other home */
  struct store_value **rows[LEVEL_MAX]; uint32_t count[LEVEL_MAX];
};

static enum status read_level(struct registry *r, struct arena *a, int64_t departure, struct left *x, uint32_t l, struct err *e) {
  const struct level_store *ls = &r->levels[l];
  struct store_stmt *st;
  struct store_value *v;
  uint32_t cap = 0, n = ls->current.count;
  bool row;
  ARENA_TRY(e, v = arena_array(a, n + 2, sizeof *v));
  TRY(store_prepare(r->db, &ls->history, STORE_PREFIX, 2, &st, e));
  store_bind_int(st, 1, x->one->from_home), store_bind_int(st, 2, x->one->from);
  enum status s;
  while ((s = store_step(st, &row, e)) == OK && row) {
    if (store_int(st, (int)n) != departure) continue;
    store_values(st, v, n);
    struct store_value *mine = carry_values(a, v, n);
    if (x->count[l] == cap) x->rows[l] = arena_grow(a, x->rows[l], x->count[l], cap = cap ? 2 * cap : 8, sizeof *x->rows[l]);
    if (!mine || !x->rows[l]) {
      s = err_set(e, ERR_MEMORY, NULL, "out of memory");
      break;
    }
    x->rows[l][x->count[l]++] = mine;
  }
  store_free(st);
  return s;
}

/* What left, out of the history of the home it left: that does not change any more, so it is read before the change begins. */
static enum status read_left(struct registry *r, struct arena *a, int64_t departure, struct left *x, struct err *e) {
  TRY(links_of(r, a, departure, &x->links, &x->link_count, e));
  for (uint32_t i = 0; i < x->link_count; i++)
    if (natural_leaves(&x->links[i])) x->one = &x->links[i];
  if (!x->one) return err_set(e, ERR_NOT_FOUND, "`lucid transfer REGISTRY` lists those that are half done", "by event %" PRId64 " nobody left for another county", departure);
  TRY(store_begin(r->db, false, e));
  enum status s = OK;
  for (uint32_t l = 0; l < r->level_count && s == OK; l++)
    if (l != LEVEL_VILLAGE) s = read_level(r, a, departure, x, l, e);
  store_rollback(r->db);
  return s;
}

static enum status row_of(const struct left *x, uint32_t level, int64_t item, struct store_value **out, struct err *e) {
  for (uint32_t i = 0; i < x->count[level]; i++)
    if (x->rows[level][i][2].i == item) return *out = x->rows[level][i], OK;
  return err_set(e, ERR_CORRUPT, "`lucid fsck` says more; restore the latest backup", "the history of household \"%s\" does not hold what left it", x->one->from_household.at);
}

static enum status land_row(struct work *w, const struct left *x, const struct natural_link *link, struct err *e) {
  struct registry *r = w->c.r;
  const struct natural *n = w->n;
  struct store_value *v, *there;
  const char *number = link->from_key.at;
  uint32_t l = 0;
  while (l < r->level_count && !span_is(link->level, r->levels[l].def->name)) l++;
  if (l == r->level_count || l == LEVEL_HOUSEHOLD || l == LEVEL_VILLAGE) return err_set(e, ERR_CORRUPT, "`lucid fsck` says more", "event %" PRId64 " tells of a level that is not there", link->event);
  TRY(row_of(x, l, link->from_item, &v, e));
  if (l == LEVEL_MEMBER) TRY(carry_number(&w->c, &w->b, l, number, &number, e));
  else if (n->kind == NATURAL_MERGE) ARENA_TRY(e, number = arena_printf(w->c.a, "%s:%s", w->a.key, number));
  TRY(carry_copy(&w->c, l, v, &w->b, number, &there, e));
  if (n->set_count && l == LEVEL_MEMBER) TRY(carry_set(&w->c, l, there, n->sets, n->set_count, true, e));
  TRY(work_bring_in(w, &w->b, l, there, e));
  return work_link(w, (struct link){r->levels[l].def->name, &w->a, link->from_item, link->from_key.at, &w->b, there[2].i, number}, e);
}

/* The household itself: as a new row of its new home, or what a merge leaves of its lists. */
static enum status land_household(struct work *w, const struct left *x, struct err *e) {
  struct registry *r = w->c.r;
  const struct level_store *ls = &r->levels[LEVEL_HOUSEHOLD];
  if (!x->count[LEVEL_HOUSEHOLD]) return err_set(e, ERR_CORRUPT, "`lucid fsck` says more; restore the latest backup", "the history of household \"%s\" does not hold it", w->a.key);
  const struct store_value *was = x->rows[LEVEL_HOUSEHOLD][0];
  TRY(work_link(w, (struct link){HOUSEHOLD_TABLE, &w->a, 0, w->a.key, &w->b, 0, w->b.key}, e));
  if (w->n->kind == NATURAL_TRANSFER) {
    TRY(carry_household(&w->c, was, &w->b, e));
    TRY(carry_row(&w->c, LEVEL_HOUSEHOLD, NULL, w->b.now, e));
    return work_say(w, &w->b, HOUSEHOLD_TABLE, "", NULL, natural_name(w->n->kind), e);
  }
  bool changed = false;
  ARENA_TRY(e, w->b.now = carry_values(w->c.a, w->b.row, ls->current.count));
  for (uint32_t l = LEVEL_MEMBER; l < r->level_count; l++) {
    struct store_value *mine = &w->b.now[ls->roster + l];
    if (l != LEVEL_VILLAGE && was[ls->roster + l].i < mine->i) mine->i = was[ls->roster + l].i, changed = true; /* what was not asked in one of them is not known of both */
  }
  return changed ? carry_row(&w->c, LEVEL_HOUSEHOLD, w->b.row, w->b.now, e) : OK;
}

static enum status land(struct work *w, const struct left *x, struct err *e) {
  bool whole = false;
  if (w->n->kind != NATURAL_TRANSFER) TRY(carry_load_at(&w->c, w->b.home, w->b.id, w->b.key, &w->b, e));
  for (uint32_t i = 0; i < x->link_count; i++) {
    if (!natural_leaves(&x->links[i])) continue; /* lines that ended with the household */
    if (span_is(x->links[i].level, HOUSEHOLD_TABLE)) whole = true;
    else TRY(land_row(w, x, &x->links[i], e));
  }
  return whole ? land_household(w, x, e) : OK;
}

static enum status arrive_body(struct work *w, const struct left *x, struct err *e) {
  struct registry *r = w->c.r;
  struct round_info round;
  struct writer writer;
  int64_t arrival;
  bool stands;
  char hex[65] = "", detail[700], day[16];
  TRY(natural_stands(r, w->departure, &stands, e));
  if (!stands) return err_set(e, ERR_CONFLICT, NULL, "the departure by event %" PRId64 " was taken back: they are where they were", w->departure);
  TRY(arrived(r, w->departure, &arrival, e));
  if (arrival) return err_set(e, ERR_CONFLICT, "nothing needs to be done", "they have arrived already, by event %" PRId64, arrival);
  TRY(round_writable(r, NULL, &round, e));
  TRY(writer_open(&writer, r, round.id, false, e));
  writer.today = w->n->on;
  w->c.w = &writer;
  enum status s = correct_base(r, round.id, &writer.lists, e);
  if (s == OK) s = land(w, x, e);
  if (s == OK) s = carry_write(&w->c, e);
  if (s == OK) s = work_digest(w, hex, e);
  snprintf(detail, sizeof detail, "%s on %s: from household %.200s -> %.200s; left by event %" PRId64, natural_name(w->n->kind), date_format(w->n->on, day), w->a.key, w->b.key, w->departure);
  struct event ev = {.kind = "arrive", .source = w->n->evidence, .source_hash = hex, .detail = detail};
  if (s == OK) s = writer_finish(&writer, &ev, e);
  if (s == OK) s = work_put_links(w, ev.id, e);
  w->out->event = ev.id, w->out->inserted = writer.inserted, w->out->changed = writer.changed, w->out->ended = writer.ended;
  writer_drop(&writer);
  return s;
}

enum status transfer_arrive(struct registry *r, struct arena *a, int64_t departure, const struct registry_set *sets, uint32_t set_count, struct natural_done *out, struct err *e) {
  struct left x = {0};
  struct natural n = {.sets = sets, .set_count = set_count};
  struct work w = {.c = {.r = r, .a = a}, .n = &n, .out = out, .departure = departure};
  *out = (struct natural_done){.departure = departure, .half = true};
  TRY(core_writable(r, e));
  TRY(read_left(r, a, departure, &x, e));
  if (!natural_kind_of(x.one->kind.at, &n.kind)) return err_set(e, ERR_CORRUPT, "`lucid fsck` says more", "event %" PRId64 " is of no kind that leads elsewhere", departure);
  n.on = x.one->on, n.evidence = x.one->evidence.at, n.reason = x.one->reason.at;
  w.a = (struct held){.home = x.one->from_home, .id = x.one->from, .key = x.one->from_household.at};
  w.b = (struct held){.home = x.one->to_home, .id = x.one->to, .key = x.one->to_household.at};
  for (uint32_t l = 0; l < LEVEL_MAX; l++) w.b.last[l] = -1;
  TRY(core_begin(r, e));
  enum status s = arrive_body(&w, &x, e);
  if (s == OK) return core_commit(r, e);
  core_rollback(r);
  return s;
}
