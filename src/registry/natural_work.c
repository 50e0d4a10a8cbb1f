#include "registry/natural_work.h"

#include <string.h>

static const struct { const char *name, *zh; } kinds[NATURAL_KINDS] = {
    [NATURAL_BIRTH] = {"birth", "出生"}, [NATURAL_DEATH] = {"death", "死亡"}, [NATURAL_MARRY] = {"marry", "婚嫁"}, [NATURAL_LEAVE] = {"leave", "迁出"},
    [NATURAL_MOVE] = {"move", "搬迁"},   [NATURAL_SPLIT] = {"split", "分户"}, [NATURAL_MERGE] = {"merge", "并户"}, [NATURAL_TRANSFER] = {"transfer", "转档"},
};

const char *natural_name(enum natural_kind k) { return kinds[k].name; }

bool natural_kind_of(const char *word, enum natural_kind *out) {
  for (int k = 0; k < NATURAL_KINDS; k++)
    if (strcmp(word, kinds[k].name) == 0 || strcmp(word, kinds[k].zh) == 0) return *out = (enum natural_kind)k, true;
  return false;
}

/* ---- rows ---- */

const char *work_key(const struct work *w, uint32_t level, const struct store_value *v) { return v[w->c.r->levels[level].key].s.at; }
static int64_t id_of(const struct store_value *v) { return v[2].i; }

enum status work_link(struct work *w, struct link x, struct err *e) {
  if (w->link_count == w->link_cap) ARENA_TRY(e, w->links = arena_grow(w->c.a, w->links, w->link_count, w->link_cap = w->link_cap ? 2 * w->link_cap : 8, sizeof *w->links));
  w->links[w->link_count++] = x;
  return OK;
}

enum status work_say(struct work *w, const struct held *h, const char *level, const char *row, const char *before, const char *after, struct err *e) {
  if (w->out->count == w->row_cap) ARENA_TRY(e, w->rows = arena_grow(w->c.a, w->rows, w->out->count, w->row_cap = w->row_cap ? 2 * w->row_cap : 8, sizeof *w->rows));
  w->rows[w->out->count++] = (struct natural_row){h->key, level, row, before, after};
  w->out->rows = w->rows;
  return OK;
}

enum status work_take_out(struct work *w, struct held *h, uint32_t level, struct store_value *v, const struct held *to, const struct store_value *there, struct err *e) {
  const char *name = w->c.r->levels[level].def->name, *key = work_key(w, level, v);
  TRY(carry_row(&w->c, level, v, NULL, e));
  TRY(work_link(w, (struct link){name, h, id_of(v), key, to, there ? id_of(there) : 0, there ? work_key(w, level, there) : ""}, e));
  return work_say(w, h, name, key, "registered", natural_name(w->n->kind), e);
}

enum status work_bring_in(struct work *w, struct held *h, uint32_t level, struct store_value *v, struct err *e) {
  TRY(carry_row(&w->c, level, NULL, v, e));
  return work_say(w, h, w->c.r->levels[level].def->name, work_key(w, level, v), NULL, natural_name(w->n->kind), e);
}

enum status work_end_household(struct work *w, struct held *h, const struct held *to, struct err *e) {
  w->out->household_ended = true;
  TRY(carry_row(&w->c, LEVEL_HOUSEHOLD, h->row, NULL, e));
  TRY(work_link(w, (struct link){HOUSEHOLD_TABLE, h, 0, h->key, to, 0, to ? to->key : ""}, e));
  return work_say(w, h, HOUSEHOLD_TABLE, "", "registered", natural_name(w->n->kind), e);
}

/* A link as the table will have it. */
static struct natural_link as_recorded(const struct work *w, uint32_t i, int64_t event) {
  static const struct held nowhere = {.key = ""};
  const struct link *x = &w->links[i];
  const struct held *from = x->from ? x->from : &nowhere, *to = x->to ? x->to : &nowhere;
  return (struct natural_link){.event = event, .round = w->c.w->lists, .from_home = from->home, .from = from->id, .from_item = x->from_item, .to_home = to->home, .to = to->id, .to_item = x->to_item, .on = w->n->on,
                               .kind = span_of(natural_name(w->n->kind)), .level = span_of(x->level), .reason = span_of(w->n->reason ? w->n->reason : ""), .evidence = span_of(w->n->evidence),
                               .departure = w->departure, .from_household = span_of(from->key), .from_key = span_of(x->from_key), .to_household = span_of(to->key), .to_key = span_of(x->to_key)};
}

enum status work_put_links(struct work *w, int64_t event, struct err *e) {
  struct store_stmt *st;
  TRY(store_sql(w->c.r->db, SQL_NATURAL_PUT, &st, e));
  for (uint32_t i = 0; i < w->link_count; i++) {
    const struct natural_link x = as_recorded(w, i, event);
    const struct span texts[] = {x.kind, x.reason, x.evidence, x.level, x.from_household, x.from_key, x.to_household, x.to_key};
    static const int at[] = {3, 6, 7, 8, 12, 13, 17, 18};
    store_bind_int(st, 1, event), store_bind_int(st, 2, i), store_bind_int(st, 4, x.round), store_bind_int(st, 5, x.on);
    store_bind_int(st, 9, x.from_home), store_bind_int(st, 10, x.from), store_bind_int(st, 11, x.from_item), store_bind_int(st, 14, x.to_home), store_bind_int(st, 15, x.to), store_bind_int(st, 16, x.to_item);
    store_bind_int(st, 19, x.departure);
    for (size_t k = 0; k < sizeof at / sizeof *at; k++) store_bind_text(st, at[k], texts[k].at, texts[k].len);
    TRY(store_run(st, e));
  }
  return OK;
}

enum status work_digest(const struct work *w, char hex[65], struct err *e) {
  struct digest_stream s;
  struct digest d;
  bool good = digest_open(&s);
  for (uint32_t i = 0; i < w->link_count; i++) {
    const struct natural_link x = as_recorded(w, i, 0);
    natural_digest(&s, &x);
  }
  if (!digest_close(&s, &d) || !good) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  digest_hex(&d, hex);
  return OK;
}

/* ---- what is on record ---- */

void natural_read(struct store_stmt *st, struct natural_link *out) {
  *out = (struct natural_link){.event = store_int(st, 0), .kind = store_text(st, 1), .round = store_int(st, 2), .on = (int32_t)store_int(st, 3), .reason = store_text(st, 4), .evidence = store_text(st, 5),
                               .level = store_text(st, 6), .from_home = store_int(st, 7), .from = store_int(st, 8), .from_item = store_int(st, 9), .from_household = store_text(st, 10),
                               .from_key = store_text(st, 11), .to_home = store_int(st, 12), .to = store_int(st, 13), .to_item = store_int(st, 14), .to_household = store_text(st, 15), .to_key = store_text(st, 16), .departure = store_int(st, 17)};
}

void natural_digest(struct digest_stream *s, const struct natural_link *x) {
  const int64_t numbers[] = {x->round, x->on, x->from_home, x->from, x->from_item, x->to_home, x->to, x->to_item, x->departure};
  const struct span texts[] = {x->kind, x->reason, x->evidence, x->level, x->from_household, x->from_key, x->to_household, x->to_key};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) digest_add_u64(s, (uint64_t)numbers[i]);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) digest_add_u64(s, texts[i].len), digest_add(s, texts[i].at, texts[i].len);
}

bool natural_leaves(const struct natural_link *x) { return !x->departure && x->from_home && x->to_home && x->from_home != x->to_home; }

enum status natural_stands(struct registry *r, int64_t event, bool *out, struct err *e) {
  for (*out = true;; *out = !*out) {
    struct store_stmt *st;
    bool row;
    TRY(store_sql(r->db, SQL_EVENT_UNDONE_BY, &st, e));
    store_bind_int(st, 1, event);
    TRY(store_step(st, &row, e));
    if (row) event = store_int(st, 0);
    store_reset(st);
    if (!row) return OK;
  }
}
