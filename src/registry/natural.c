#include "registry/natural.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/correct.h"
#include "registry/natural_work.h"
#include "registry/round.h"
#include "registry/transfer.h"

static int64_t id_of(const struct store_value *v) { return v[2].i; }
static struct store_value int_value(int64_t i) { return (struct store_value){.kind = STORE_VALUE_INT, .i = i}; }

static enum status newcomer(struct work *w, struct err *e) {
  const char *number;
  struct store_value *v;
  const struct natural *n = w->n;
  if (n->member_count > 1) return err_set(e, ERR_USAGE, "one at a time", "more than one number is given");
  TRY(carry_number(&w->c, &w->a, LEVEL_MEMBER, n->member_count ? n->members[0] : NULL, &number, e));
  if (n->member_count && strcmp(number, n->members[0]) != 0) return err_set(e, ERR_CONFLICT, "leave --member out to take the next number", "household \"%s\" has a member \"%s\" already", w->a.key, n->members[0]);
  TRY(carry_copy(&w->c, LEVEL_MEMBER, NULL, &w->a, number, &v, e));
  TRY(carry_set(&w->c, LEVEL_MEMBER, v, n->sets, n->set_count, true, e));
  TRY(work_bring_in(w, &w->a, LEVEL_MEMBER, v, e));
  return work_link(w, (struct link){w->c.r->levels[LEVEL_MEMBER].def->name, NULL, 0, "", &w->a, id_of(v), work_key(w, LEVEL_MEMBER, v)}, e);
}

/* The household's row itself, ready to be changed. */
static enum status open_row(struct work *w, struct held *h, struct err *e) {
  const struct level_store *ls = &w->c.r->levels[LEVEL_HOUSEHOLD];
  if (h->now) return OK;
  ARENA_TRY(e, h->now = arena_array(w->c.a, ls->current.count + 1, sizeof *h->now));
  memcpy(h->now, h->row, ls->current.count * sizeof *h->now);
  return OK;
}

static enum status end_when_empty(struct work *w, uint32_t gone, struct err *e) {
  const struct level_store *ls = &w->c.r->levels[LEVEL_HOUSEHOLD];
  if (w->a.count[LEVEL_MEMBER] > gone || !w->a.row[ls->roster + LEVEL_MEMBER].i) return OK;
  for (uint32_t l = LEVEL_LINE0; l < w->c.r->level_count; l++)
    for (uint32_t i = 0; i < w->a.count[l]; i++) TRY(work_take_out(w, &w->a, l, w->a.children[l][i], NULL, NULL, e));
  return work_end_household(w, &w->a, NULL, e);
}

/* Members named, from the household to the other one. */
static enum status carry_members(struct work *w, const struct registry_set *sets, uint32_t set_count, struct err *e) {
  for (uint32_t i = 0; i < w->n->member_count; i++) {
    struct store_value *v, *there;
    const char *number;
    for (uint32_t k = 0; k < i; k++)
      if (strcmp(w->n->members[k], w->n->members[i]) == 0) return err_set(e, ERR_USAGE, NULL, "member \"%s\" is named twice", w->n->members[i]);
    TRY(carry_child(&w->c, &w->a, LEVEL_MEMBER, w->n->members[i], &v, e));
    if (w->away) {
      TRY(work_take_out(w, &w->a, LEVEL_MEMBER, v, &w->b, NULL, e));
      continue;
    }
    TRY(carry_number(&w->c, &w->b, LEVEL_MEMBER, w->n->members[i], &number, e));
    TRY(carry_copy(&w->c, LEVEL_MEMBER, v, &w->b, number, &there, e));
    if (set_count) TRY(carry_set(&w->c, LEVEL_MEMBER, there, sets, set_count, true, e));
    TRY(work_take_out(w, &w->a, LEVEL_MEMBER, v, &w->b, there, e));
    TRY(work_bring_in(w, &w->b, LEVEL_MEMBER, there, e));
  }
  return OK;
}

/* ---- the kinds ---- */

static enum status other_household(struct work *w, struct err *e) {
  if (w->away) return OK; /* known already, and not touched now */
  TRY(carry_load(&w->c, w->n->into, &w->b, e));
  if (w->b.home == w->a.home && w->b.id == w->a.id) return err_set(e, ERR_USAGE, NULL, "household \"%s\" is named on both sides", w->a.key);
  return OK;
}

static enum status gone(struct work *w, struct err *e) {
  struct store_value *v;
  if (w->n->member_count != 1) return err_set(e, ERR_USAGE, "--member NUMBER", "say which member, one at a time");
  if (w->n->set_count) return err_set(e, ERR_USAGE, "correct with `lucid set` first", "%s sets no fields", natural_name(w->n->kind));
  TRY(carry_child(&w->c, &w->a, LEVEL_MEMBER, w->n->members[0], &v, e));
  TRY(work_take_out(w, &w->a, LEVEL_MEMBER, v, NULL, NULL, e));
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
  TRY(work_link(w, (struct link){HOUSEHOLD_TABLE, &w->a, 0, w->a.key, &w->a, 0, w->a.key}, e));
  const struct store_value *before = &w->a.row[ls->fields[r->area_slot].at], *after = &w->a.now[ls->fields[r->area_slot].at];
  return work_say(w, &w->a, HOUSEHOLD_TABLE, "", before->kind == STORE_VALUE_TEXT ? before->s.at : NULL, after->kind == STORE_VALUE_TEXT ? after->s.at : NULL, e);
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
    TRY(carry_copy(&w->c, l, v, &w->b, work_key(w, l, v), &there, e));
    TRY(work_take_out(w, &w->a, l, v, &w->b, there, e));
    TRY(work_bring_in(w, &w->b, l, there, e));
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
  TRY(work_say(w, &w->b, HOUSEHOLD_TABLE, "", NULL, natural_name(w->n->kind), e));
  return work_link(w, (struct link){HOUSEHOLD_TABLE, &w->a, 0, w->a.key, &w->b, 0, w->b.key}, e);
}

/* Everything in the household, and itself. */
static enum status send_all(struct work *w, struct err *e) {
  for (uint32_t l = LEVEL_MEMBER; l < w->c.r->level_count; l++) {
    if (l == LEVEL_VILLAGE) continue;
    for (uint32_t i = 0; i < w->a.count[l]; i++) TRY(work_take_out(w, &w->a, l, w->a.children[l][i], &w->b, NULL, e));
  }
  return work_end_household(w, &w->a, &w->b, e);
}

static enum status transfer(struct work *w, struct err *e) {
  const struct registry *r = w->c.r;
  const struct natural *n = w->n;
  const struct store_value *area = &w->a.row[r->levels[LEVEL_HOUSEHOLD].area];
  if (n->member_count || n->set_count) return err_set(e, ERR_USAGE, "correct with `lucid set`, before or after", "a transfer takes the whole household as it is");
  if (area->kind != STORE_VALUE_INT || area->i < 1 || area->i > r->area_count) return err_set(e, ERR_CONFLICT, "record the move first: lucid change move", "it is not known where household \"%s\" lives", w->a.key);
  const struct area_ref *x = &r->areas[area->i - 1];
  if (x->home == w->a.home) return err_set(e, ERR_CONFLICT, "when it has moved to another county, record that first: lucid change move", "household \"%s\" lies where its area does (%.*s)", w->a.key, (int)x->code.len, x->code.at);
  w->away = true, w->b = (struct held){.home = x->home, .key = w->a.key};
  TRY(carry_id(&w->c, &w->b.id, e));
  return send_all(w, e);
}

static enum status merge(struct work *w, struct err *e) {
  struct registry *r = w->c.r;
  const struct level_store *ls = &r->levels[LEVEL_HOUSEHOLD];
  bool changed = false;
  if (!w->n->into) return err_set(e, ERR_USAGE, "--into HOUSEHOLD", "say which household it becomes part of");
  if (w->n->member_count || w->n->set_count) return err_set(e, ERR_USAGE, "to bring one person over, use `marry`", "a merge takes all members as they are");
  TRY(other_household(w, e));
  if (w->away) return send_all(w, e);
  TRY(open_row(w, &w->b, e));
  for (uint32_t l = LEVEL_MEMBER; l < r->level_count; l++) {
    if (l == LEVEL_VILLAGE) continue;
    for (uint32_t i = 0; i < w->a.count[l]; i++) {
      struct store_value *v = w->a.children[l][i], *there;
      const char *number;
      if (l == LEVEL_MEMBER) TRY(carry_number(&w->c, &w->b, l, work_key(w, l, v), &number, e));
      else ARENA_TRY(e, number = arena_printf(w->c.a, "%s:%s", w->a.key, work_key(w, l, v)));
      TRY(carry_copy(&w->c, l, v, &w->b, number, &there, e));
      TRY(work_take_out(w, &w->a, l, v, &w->b, there, e));
      TRY(work_bring_in(w, &w->b, l, there, e));
    }
    struct store_value *mine = &w->b.now[ls->roster + l];
    const struct store_value *theirs = &w->a.row[ls->roster + l];
    if (theirs->i < mine->i) mine->i = theirs->i, changed = true; /* what was not asked in one of them is not known of both */
  }
  if (changed) TRY(carry_row(&w->c, LEVEL_HOUSEHOLD, w->b.row, w->b.now, e));
  return work_end_household(w, &w->a, &w->b, e);
}

/* ---- one change ---- */

/* What the event says for people, and its hash holds: enough to know the change without the table. */
static const char *detail(struct work *w) {
  const struct natural *n = w->n;
  struct text t;
  char day[16];
  text_init(&t, 2000);
  text_addf(&t, "%s on %s: household %s", natural_name(n->kind), date_format(n->on, day), n->household);
  for (uint32_t i = 0; i < n->member_count; i++) text_addf(&t, "%s %s", i ? "," : ", member", n->members[i]);
  if (n->into) text_addf(&t, " -> %s", n->into);
  const struct registry *r = w->c.r;
  if (n->kind == NATURAL_TRANSFER && w->b.home >= 1 && w->b.home <= r->area_count) text_addf(&t, " -> %.*s", (int)r->areas[w->b.home - 1].code.len, r->areas[w->b.home - 1].code.at);
  if (n->reason && *n->reason) text_addf(&t, "; reason: %s", n->reason);
  text_addf(&t, "; evidence: %s", n->evidence);
  const char *out = arena_str(w->c.a, text_str(&t));
  text_free(&t);
  return out ? out : "";
}

static enum status body(struct work *w, const struct round_info *round, struct err *e) {
  static enum status (*const how[NATURAL_KINDS])(struct work *, struct err *) = {newcomer, gone, marry, gone, move, split, merge, transfer};
  struct writer writer;
  TRY(writer_open(&writer, w->c.r, round->id, w->n->dry_run, e));
  writer.today = w->n->on;
  w->c.w = &writer;
  enum status s = correct_base(w->c.r, round->id, &writer.lists, e);
  if (s == OK) s = w->away ? carry_load_at(&w->c, w->a.home, w->a.id, w->n->household, &w->a, e) : carry_load(&w->c, w->n->household, &w->a, e);
  if (s == OK) s = how[w->n->kind](w, e);
  if (s == OK) s = carry_write(&w->c, e);
  char hex[65] = "";
  if (s == OK) s = work_digest(w, hex, e);
  struct event ev = {.kind = natural_name(w->n->kind), .source = w->n->evidence, .source_hash = hex, .detail = detail(w)};
  if (s == OK) s = writer_finish(&writer, &ev, e);
  if (s == OK && !w->n->dry_run) s = work_put_links(w, ev.id, e);
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

/* Whether the other household lies in another home. Asked before the change begins, so that it touches neither of the other home's rows nor its server. */
static enum status look_away(struct work *w, struct err *e) {
  const struct natural *n = w->n;
  struct household_ref a, b;
  struct store_stmt *st;
  bool there;
  if (n->dry_run || !n->into || (n->kind == NATURAL_MARRY ? n->member_count != 1 : n->kind != NATURAL_MERGE)) return OK;
  TRY(registry_find(w->c.r, NULL, n->household, &a, e));
  TRY(registry_find(w->c.r, NULL, n->into, &b, e));
  if (a.home == b.home) return OK;
  TRY(store_sql(w->c.r->db, SQL_HOUSEHOLD_FIND, &st, e));
  store_bind_str(st, 1, n->into);
  TRY(store_step(st, &there, e));
  store_reset(st);
  if (!there) return err_set(e, ERR_CONFLICT, "`lucid history REGISTRY HOUSEHOLD` says when and why", "household \"%.100s\" has ended", n->into);
  w->away = true;
  w->a.home = a.home, w->a.id = a.id;
  w->b = (struct held){.home = b.home, .id = b.id, .key = n->into};
  return OK;
}

static enum status one_event(struct work *w, struct err *e) {
  struct registry *r = w->c.r;
  struct round_info round;
  TRY(look_away(w, e));
  TRY(w->n->dry_run ? store_begin(r->db, false, e) : core_begin(r, e));
  enum status s = round_writable(r, w->n->round, &round, e);
  if (s == OK) s = body(w, &round, e);
  if (s == OK && !w->n->dry_run) return core_commit(r, e);
  core_rollback(r);
  return s;
}

enum status registry_natural(struct registry *r, struct arena *a, const struct natural *n, struct natural_done *out, struct err *e) {
  struct work w = {.c = {.r = r, .a = a}, .n = n, .out = out};
  int64_t departure = 0;
  *out = (struct natural_done){0};
  if (!n->dry_run) TRY(core_writable(r, e));
  TRY(check(r, n, e));
  if (!n->dry_run) TRY(transfer_waiting(r, a, n, &departure, e));
  if (departure) return transfer_arrive(r, a, departure, n->sets, n->set_count, out, e);
  TRY(one_event(&w, e));
  if (!w.away || n->dry_run) return OK;
  struct natural_done left = *out;
  enum status s = transfer_arrive(r, a, left.event, n->sets, n->set_count, out, e);
  if (s != OK) return transfer_half_done(left.event, s, e);
  return transfer_join(a, &left, out, e);
}
