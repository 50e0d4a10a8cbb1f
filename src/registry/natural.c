#include "registry/natural.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/carry.h"
#include "registry/correct.h"
#include "registry/round.h"

static const struct { const char *name, *zh; } kinds[NATURAL_KINDS] = {
    [NATURAL_BIRTH] = {"birth", "出生"}, [NATURAL_DEATH] = {"death", "死亡"}, [NATURAL_MARRY] = {"marry", "婚嫁"}, [NATURAL_LEAVE] = {"leave", "迁出"},
    [NATURAL_MOVE] = {"move", "搬迁"},   [NATURAL_SPLIT] = {"split", "分户"}, [NATURAL_MERGE] = {"merge", "并户"},
};

const char *natural_name(enum natural_kind k) { return kinds[k].name; }

bool natural_kind_of(const char *word, enum natural_kind *out) {
  for (int k = 0; k < NATURAL_KINDS; k++)
    if (strcmp(word, kinds[k].name) == 0 || strcmp(word, kinds[k].zh) == 0) return *out = (enum natural_kind)k, true;
  return false;
}

struct link { const char *level; const struct held *from; int64_t from_item; const char *from_key; const struct held *to; int64_t to_item; const char *to_key; };

struct work {
  struct carry c;
  const struct natural *n;
  struct natural_done *out;
  struct held a, b; /* the household; the other one */
  struct link *links; uint32_t link_count, link_cap;
  struct natural_row *rows; uint32_t row_cap;
};

static const char *key_of(const struct work *w, uint32_t level, const struct store_value *v) { return v[w->c.r->levels[level].key].s.at; }
static int64_t id_of(const struct store_value *v) { return v[2].i; }
static struct store_value int_value(int64_t i) { return (struct store_value){.kind = STORE_VALUE_INT, .i = i}; }

static enum status link_row(struct work *w, struct link x, struct err *e) {
  if (w->link_count == w->link_cap) ARENA_TRY(e, w->links = arena_grow(w->c.a, w->links, w->link_count, w->link_cap = w->link_cap ? 2 * w->link_cap : 8, sizeof *w->links));
  w->links[w->link_count++] = x;
  return OK;
}

static enum status say(struct work *w, const struct held *h, const char *level, const char *row, const char *before, const char *after, struct err *e) {
  if (w->out->count == w->row_cap) ARENA_TRY(e, w->rows = arena_grow(w->c.a, w->rows, w->out->count, w->row_cap = w->row_cap ? 2 * w->row_cap : 8, sizeof *w->rows));
  w->rows[w->out->count++] = (struct natural_row){h->key, level, row, before, after};
  w->out->rows = w->rows;
  return OK;
}

/* ---- the pieces ---- */

/* Ends a row of a household; `to` says where it goes on, if anywhere. */
static enum status take_out(struct work *w, struct held *h, uint32_t level, struct store_value *v, const struct held *to, const struct store_value *there, struct err *e) {
  const char *name = w->c.r->levels[level].def->name, *key = key_of(w, level, v);
  TRY(carry_row(&w->c, level, v, NULL, e));
  TRY(link_row(w, (struct link){name, h, id_of(v), key, to, there ? id_of(there) : 0, there ? key_of(w, level, there) : ""}, e));
  return say(w, h, name, key, "registered", natural_name(w->n->kind), e);
}

static enum status bring_in(struct work *w, struct held *h, uint32_t level, struct store_value *v, struct err *e) {
  TRY(carry_row(&w->c, level, NULL, v, e));
  return say(w, h, w->c.r->levels[level].def->name, key_of(w, level, v), NULL, natural_name(w->n->kind), e);
}

static enum status newcomer(struct work *w, struct err *e) {
  const char *number;
  struct store_value *v;
  const struct natural *n = w->n;
  if (n->member_count > 1) return err_set(e, ERR_USAGE, "one at a time", "more than one number is given");
  TRY(carry_number(&w->c, &w->a, LEVEL_MEMBER, n->member_count ? n->members[0] : NULL, &number, e));
  if (n->member_count && strcmp(number, n->members[0]) != 0) return err_set(e, ERR_CONFLICT, "leave --member out to take the next number", "household \"%s\" has a member \"%s\" already", w->a.key, n->members[0]);
  TRY(carry_copy(&w->c, LEVEL_MEMBER, NULL, &w->a, number, &v, e));
  TRY(carry_set(&w->c, LEVEL_MEMBER, v, n->sets, n->set_count, true, e));
  TRY(bring_in(w, &w->a, LEVEL_MEMBER, v, e));
  return link_row(w, (struct link){w->c.r->levels[LEVEL_MEMBER].def->name, NULL, 0, "", &w->a, id_of(v), key_of(w, LEVEL_MEMBER, v)}, e);
}

/* The household's row itself, ready to be changed. */
static enum status open_row(struct work *w, struct held *h, struct err *e) {
  const struct level_store *ls = &w->c.r->levels[LEVEL_HOUSEHOLD];
  if (h->now) return OK;
  ARENA_TRY(e, h->now = arena_array(w->c.a, ls->current.count + 1, sizeof *h->now));
  memcpy(h->now, h->row, ls->current.count * sizeof *h->now);
  return OK;
}

static enum status end_household(struct work *w, struct held *h, const struct held *to, struct err *e) {
  w->out->household_ended = true;
  TRY(carry_row(&w->c, LEVEL_HOUSEHOLD, h->row, NULL, e));
  TRY(link_row(w, (struct link){HOUSEHOLD_TABLE, h, 0, h->key, to, 0, to ? to->key : ""}, e));
  return say(w, h, HOUSEHOLD_TABLE, "", "registered", natural_name(w->n->kind), e);
}

static enum status end_when_empty(struct work *w, uint32_t gone, struct err *e) {
  const struct level_store *ls = &w->c.r->levels[LEVEL_HOUSEHOLD];
  if (w->a.count[LEVEL_MEMBER] > gone || !w->a.row[ls->roster + LEVEL_MEMBER].i) return OK;
  for (uint32_t l = LEVEL_LINE0; l < w->c.r->level_count; l++)
    for (uint32_t i = 0; i < w->a.count[l]; i++) TRY(take_out(w, &w->a, l, w->a.children[l][i], NULL, NULL, e));
  return end_household(w, &w->a, NULL, e);
}

/* Members named, from the household to the other one. */
static enum status carry_members(struct work *w, const struct registry_set *sets, uint32_t set_count, struct err *e) {
  for (uint32_t i = 0; i < w->n->member_count; i++) {
    struct store_value *v, *there;
    const char *number;
    for (uint32_t k = 0; k < i; k++)
      if (strcmp(w->n->members[k], w->n->members[i]) == 0) return err_set(e, ERR_USAGE, NULL, "member \"%s\" is named twice", w->n->members[i]);
    TRY(carry_child(&w->c, &w->a, LEVEL_MEMBER, w->n->members[i], &v, e));
    TRY(carry_number(&w->c, &w->b, LEVEL_MEMBER, w->n->members[i], &number, e));
    TRY(carry_copy(&w->c, LEVEL_MEMBER, v, &w->b, number, &there, e));
    if (set_count) TRY(carry_set(&w->c, LEVEL_MEMBER, there, sets, set_count, true, e));
    TRY(take_out(w, &w->a, LEVEL_MEMBER, v, &w->b, there, e));
    TRY(bring_in(w, &w->b, LEVEL_MEMBER, there, e));
  }
  return OK;
}

/* ---- the kinds ---- */

static enum status other_household(struct work *w, struct err *e) {
  TRY(carry_load(&w->c, w->n->into, &w->b, e));
  if (w->b.home == w->a.home && w->b.id == w->a.id) return err_set(e, ERR_USAGE, NULL, "household \"%s\" is named on both sides", w->a.key);
  return OK;
}

static enum status gone(struct work *w, struct err *e) {
  struct store_value *v;
  if (w->n->member_count != 1) return err_set(e, ERR_USAGE, "--member NUMBER", "say which member, one at a time");
  if (w->n->set_count) return err_set(e, ERR_USAGE, "correct with `lucid set` first", "%s sets no fields", natural_name(w->n->kind));
  TRY(carry_child(&w->c, &w->a, LEVEL_MEMBER, w->n->members[0], &v, e));
  TRY(take_out(w, &w->a, LEVEL_MEMBER, v, NULL, NULL, e));
  return end_when_empty(w, 1, e);
}

static enum status marry(struct work *w, struct err *e) {
  if (!w->n->into && w->n->set_count) return newcomer(w, e);
  if (!w->n->into) return gone(w, e);
  if (w->n->member_count != 1) return err_set(e, ERR_USAGE, "--member NUMBER", "say which member marries into household \"%s\"", w->n->into);
  TRY(other_household(w, e));
  TRY(carry_members(w, w->n->sets, w->n->set_count, e));
  return end_when_empty(w, 1, e);
}

static enum status move(struct work *w, struct err *e) {
  const struct registry *r = w->c.r;
  const struct level_store *ls = &r->levels[LEVEL_HOUSEHOLD];
  if (!r->area_field) return err_set(e, ERR_CONFLICT, "`areas: household:` in programme.yaml", "the programme does not say which field is a household's area");
  const char *field = r->area_field->name;
  bool given = false;
  for (uint32_t i = 0; i < w->n->set_count; i++) given |= strcmp(w->n->sets[i].field, field) == 0;
  if (!given) return err_set(e, ERR_USAGE, "say where to", "a move needs %s=CODE", field);
  TRY(open_row(w, &w->a, e));
  TRY(carry_set(&w->c, LEVEL_HOUSEHOLD, w->a.now, w->n->sets, w->n->set_count, false, e));
  const struct store_value *was = &w->a.row[ls->area], *is = &w->a.now[ls->area];
  if (was->kind == is->kind && was->i == is->i) return err_set(e, ERR_CONFLICT, "nothing was written", "household \"%s\" is there already", w->a.key);
  TRY(carry_row(&w->c, LEVEL_HOUSEHOLD, w->a.row, w->a.now, e));
  TRY(link_row(w, (struct link){HOUSEHOLD_TABLE, &w->a, 0, w->a.key, &w->a, 0, w->a.key}, e));
  const struct store_value *before = &w->a.row[ls->fields[r->area_slot].at], *after = &w->a.now[ls->fields[r->area_slot].at];
  return say(w, &w->a, HOUSEHOLD_TABLE, "", before->kind == STORE_VALUE_TEXT ? before->s.at : NULL, after->kind == STORE_VALUE_TEXT ? after->s.at : NULL, e);
}

static enum status split_lines(struct work *w, struct err *e) {
  struct registry *r = w->c.r;
  const struct level_store *ls = &r->levels[LEVEL_HOUSEHOLD];
  for (uint32_t i = 0; i < w->n->line_count; i++) {
    const char *word = w->n->lines[i], *colon = strchr(word, ':');
    struct store_value *v, *there;
    uint32_t l = LEVEL_LINE0;
    while (colon && l < r->level_count && !(strlen(r->levels[l].def->name) == (size_t)(colon - word) && strncmp(r->levels[l].def->name, word, (size_t)(colon - word)) == 0)) l++;
    if (!colon || l == r->level_count) return err_set(e, ERR_USAGE, "--line LEVEL:NUMBER, e.g. --line crops:2", "\"%.100s\" names no line", word);
    TRY(carry_child(&w->c, &w->a, l, colon + 1, &v, e));
    for (uint32_t k = 0; k < i; k++)
      if (strcmp(w->n->lines[k], word) == 0) return err_set(e, ERR_USAGE, NULL, "line \"%s\" is named twice", word);
    TRY(carry_copy(&w->c, l, v, &w->b, key_of(w, l, v), &there, e));
    TRY(take_out(w, &w->a, l, v, &w->b, there, e));
    TRY(bring_in(w, &w->b, l, there, e));
    w->b.now[ls->roster + l] = w->a.row[ls->roster + l];
  }
  return OK;
}

static enum status split(struct work *w, struct err *e) {
  struct registry *r = w->c.r;
  const struct level_store *ls = &r->levels[LEVEL_HOUSEHOLD];
  if (!w->n->into) return err_set(e, ERR_USAGE, "--into NUMBER", "the new household needs a number");
  if (!w->n->member_count) return err_set(e, ERR_USAGE, "--member NUMBER, once for each", "say which members form the new household");
  if (w->n->member_count >= w->a.count[LEVEL_MEMBER]) return err_set(e, ERR_INPUT, "that would be a move, or a new number for the same household", "all members would go: household \"%s\" would be empty", w->a.key);
  TRY(carry_new(&w->c, w->n->into, w->a.home, &w->b, e));
  if (r->area_field) {
    uint32_t at = ls->fields[r->area_slot].at;
    w->b.now[at] = w->a.row[at];
  }
  TRY(carry_set(&w->c, LEVEL_HOUSEHOLD, w->b.now, w->n->sets, w->n->set_count, true, e));
  w->b.now[ls->roster + LEVEL_MEMBER] = int_value(w->c.w->lists);
  TRY(carry_members(w, NULL, 0, e));
  TRY(split_lines(w, e));
  TRY(carry_row(&w->c, LEVEL_HOUSEHOLD, NULL, w->b.now, e));
  TRY(say(w, &w->b, HOUSEHOLD_TABLE, "", NULL, natural_name(w->n->kind), e));
  return link_row(w, (struct link){HOUSEHOLD_TABLE, &w->a, 0, w->a.key, &w->b, 0, w->b.key}, e);
}

static enum status merge(struct work *w, struct err *e) {
  struct registry *r = w->c.r;
  const struct level_store *ls = &r->levels[LEVEL_HOUSEHOLD];
  bool changed = false;
  if (!w->n->into) return err_set(e, ERR_USAGE, "--into HOUSEHOLD", "say which household it becomes part of");
  if (w->n->member_count || w->n->set_count) return err_set(e, ERR_USAGE, "to bring one person over, use `marry`", "a merge takes all members as they are");
  TRY(other_household(w, e));
  TRY(open_row(w, &w->b, e));
  for (uint32_t l = LEVEL_MEMBER; l < r->level_count; l++) {
    if (l == LEVEL_VILLAGE) continue;
    for (uint32_t i = 0; i < w->a.count[l]; i++) {
      struct store_value *v = w->a.children[l][i], *there;
      const char *number;
      if (l == LEVEL_MEMBER) TRY(carry_number(&w->c, &w->b, l, key_of(w, l, v), &number, e));
      else ARENA_TRY(e, number = arena_printf(w->c.a, "%s:%s", w->a.key, key_of(w, l, v)));
      TRY(carry_copy(&w->c, l, v, &w->b, number, &there, e));
      TRY(take_out(w, &w->a, l, v, &w->b, there, e));
      TRY(bring_in(w, &w->b, l, there, e));
    }
    struct store_value *mine = &w->b.now[ls->roster + l];
    const struct store_value *theirs = &w->a.row[ls->roster + l];
    if (theirs->i < mine->i) mine->i = theirs->i, changed = true; /* what was not asked in one of them is not known of both */
  }
  if (changed) TRY(carry_row(&w->c, LEVEL_HOUSEHOLD, w->b.row, w->b.now, e));
  return end_household(w, &w->a, &w->b, e);
}

/* ---- one change ---- */

/* A link as the table will have it. */
static struct natural_link as_recorded(const struct work *w, uint32_t i, int64_t event) {
  static const struct held nowhere = {.key = ""};
  const struct link *x = &w->links[i];
  const struct held *from = x->from ? x->from : &nowhere, *to = x->to ? x->to : &nowhere;
  return (struct natural_link){.event = event, .round = w->c.w->lists, .from_home = from->home, .from = from->id, .from_item = x->from_item, .to_home = to->home, .to = to->id, .to_item = x->to_item, .on = w->n->on,
                               .kind = span_of(natural_name(w->n->kind)), .level = span_of(x->level), .reason = span_of(w->n->reason ? w->n->reason : ""), .evidence = span_of(w->n->evidence),
                               .from_household = span_of(from->key), .from_key = span_of(x->from_key), .to_household = span_of(to->key), .to_key = span_of(x->to_key)};
}

static enum status put_links(struct work *w, int64_t event, struct err *e) {
  struct store_stmt *st;
  TRY(store_sql(w->c.r->db, SQL_NATURAL_PUT, &st, e));
  for (uint32_t i = 0; i < w->link_count; i++) {
    const struct natural_link x = as_recorded(w, i, event);
    const struct span texts[] = {x.kind, x.reason, x.evidence, x.level, x.from_household, x.from_key, x.to_household, x.to_key};
    static const int at[] = {3, 6, 7, 8, 12, 13, 17, 18};
    store_bind_int(st, 1, event), store_bind_int(st, 2, i), store_bind_int(st, 4, x.round), store_bind_int(st, 5, x.on);
    store_bind_int(st, 9, x.from_home), store_bind_int(st, 10, x.from), store_bind_int(st, 11, x.from_item), store_bind_int(st, 14, x.to_home), store_bind_int(st, 15, x.to), store_bind_int(st, 16, x.to_item);
    for (size_t k = 0; k < sizeof at / sizeof *at; k++) store_bind_text(st, at[k], texts[k].at, texts[k].len);
    TRY(store_run(st, e));
  }
  return OK;
}

static enum status digest_links(const struct work *w, char hex[65], struct err *e) {
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

/* What the event says for people, and its hash holds: enough to know the change without the table. */
static const char *detail(struct work *w) {
  const struct natural *n = w->n;
  struct text t;
  char day[16];
  text_init(&t, 2000);
  text_addf(&t, "%s on %s: household %s", natural_name(n->kind), date_format(n->on, day), n->household);
  for (uint32_t i = 0; i < n->member_count; i++) text_addf(&t, "%s %s", i ? "," : ", member", n->members[i]);
  if (n->into) text_addf(&t, " -> %s", n->into);
  if (n->reason && *n->reason) text_addf(&t, "; reason: %s", n->reason);
  text_addf(&t, "; evidence: %s", n->evidence);
  const char *out = arena_str(w->c.a, text_str(&t));
  text_free(&t);
  return out ? out : "";
}

static enum status body(struct work *w, const struct round_info *round, struct err *e) {
  static enum status (*const how[NATURAL_KINDS])(struct work *, struct err *) = {newcomer, gone, marry, gone, move, split, merge};
  struct writer writer;
  TRY(writer_open(&writer, w->c.r, round->id, w->n->dry_run, e));
  writer.today = w->n->on;
  w->c.w = &writer;
  enum status s = correct_base(w->c.r, round->id, &writer.lists, e);
  if (s == OK) s = carry_load(&w->c, w->n->household, &w->a, e);
  if (s == OK) s = how[w->n->kind](w, e);
  if (s == OK) s = carry_write(&w->c, e);
  char hex[65] = "";
  if (s == OK) s = digest_links(w, hex, e);
  struct event ev = {.kind = natural_name(w->n->kind), .source = w->n->evidence, .source_hash = hex, .detail = detail(w)};
  if (s == OK) s = writer_finish(&writer, &ev, e);
  if (s == OK && !w->n->dry_run) s = put_links(w, ev.id, e);
  w->out->event = ev.id, w->out->inserted = writer.inserted, w->out->changed = writer.changed, w->out->ended = writer.ended;
  writer_drop(&writer);
  return s;
}

static enum status check(const struct registry *r, const struct natural *n, struct err *e) {
  char day[16], now[16];
  size_t evidence = n->evidence ? strlen(n->evidence) : 0;
  if (n->on > core_today(r)) return err_set(e, ERR_INPUT, "record it when it has happened", "%s lies in the future: today is %s", date_format(n->on, day), date_format(core_today(r), now));
  if (!evidence || evidence > 300 || !text_is_utf8(n->evidence, evidence, NULL)) return err_set(e, ERR_USAGE, "--evidence \"birth certificate seen\"", "say what shows it, in 1 to 300 bytes of UTF-8");
  if (n->reason && (strlen(n->reason) > 300 || !text_is_utf8(n->reason, strlen(n->reason), NULL))) return err_set(e, ERR_USAGE, NULL, "a reason has at most 300 bytes of UTF-8");
  if (n->into && n->kind != NATURAL_MARRY && n->kind != NATURAL_SPLIT && n->kind != NATURAL_MERGE) return err_set(e, ERR_USAGE, NULL, "%s takes no --into", natural_name(n->kind));
  if (n->line_count && n->kind != NATURAL_SPLIT) return err_set(e, ERR_USAGE, NULL, "lines are named for a split only");
  return OK;
}

enum status registry_natural(struct registry *r, struct arena *a, const struct natural *n, struct natural_done *out, struct err *e) {
  struct work w = {.c = {.r = r, .a = a}, .n = n, .out = out};
  struct round_info round;
  *out = (struct natural_done){0};
  if (!n->dry_run) TRY(core_writable(r, e));
  TRY(check(r, n, e));
  TRY(n->dry_run ? store_begin(r->db, false, e) : core_begin(r, e));
  enum status s = round_writable(r, n->round, &round, e);
  if (s == OK) s = body(&w, &round, e);
  if (s == OK && !n->dry_run) return core_commit(r, e);
  core_rollback(r);
  return s;
}

/* ---- what is on record ---- */

void natural_read(struct store_stmt *st, struct natural_link *out) {
  *out = (struct natural_link){.event = store_int(st, 0), .kind = store_text(st, 1), .round = store_int(st, 2), .on = (int32_t)store_int(st, 3), .reason = store_text(st, 4), .evidence = store_text(st, 5),
                               .level = store_text(st, 6), .from_home = store_int(st, 7), .from = store_int(st, 8), .from_item = store_int(st, 9), .from_household = store_text(st, 10),
                               .from_key = store_text(st, 11), .to_home = store_int(st, 12), .to = store_int(st, 13), .to_item = store_int(st, 14), .to_household = store_text(st, 15), .to_key = store_text(st, 16)};
}

void natural_digest(struct digest_stream *s, const struct natural_link *x) {
  const int64_t numbers[] = {x->round, x->on, x->from_home, x->from, x->from_item, x->to_home, x->to, x->to_item};
  const struct span texts[] = {x->kind, x->reason, x->evidence, x->level, x->from_household, x->from_key, x->to_household, x->to_key};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) digest_add_u64(s, (uint64_t)numbers[i]);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) digest_add_u64(s, texts[i].len), digest_add(s, texts[i].at, texts[i].len);
}

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
