/* edit.c - single values set by hand: one row through the same door as an import, so that checks, sealing and events are the
 * same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/validate.h"
#include "registry/edit.h"
#include "registry/import.h"
#include "registry/transfer.h"

enum status edit_field(const struct level_store *ls, const char *name, uint32_t *out, struct err *e) {
  for (uint32_t i = 0; i < ls->field_count; i++)
    if (strcmp(ls->fields[i].def->name, name) == 0) {
      *out = i;
      return OK;
    }
  for (uint32_t i = 0; i < ls->def->field_count; i++)
    if (strcmp(ls->def->fields[i].name, name) == 0) return err_set(e, ERR_INPUT, "set the fields it is computed from", "%s is computed, not collected", name);
  return err_set(e, ERR_INPUT, "`lucid check` on the programme lists its fields; a member's field is `--member NUMBER` in `lucid set`, `members.FIELD` in `lucid find`", "the %s level has no field \"%.60s\"", ls->def->name, name);
}

/* A value as typed. Empty, `refused` and `not_applicable` are absences, unless a choice has that code. */
enum status edit_value(struct arena *a, const struct field *f, const char *value, struct cell *out, struct err *e) {
  static const struct { const char *word; enum absence why; } absences[] = {{"", ABSENT_EMPTY}, {"refused", ABSENT_REFUSED}, {"not_applicable", ABSENT_NOT_APPLICABLE}};
  char why[300];
  struct validate *v;
  ARENA_TRY(e, v = arena_new(a, struct validate));
  TRY(validate_open(v, a, f, CONVERT_NONE, NULL, 0, e));
  for (size_t i = 0; i < sizeof absences / sizeof *absences; i++) {
    if (strcmp(value, absences[i].word) != 0) continue;
    bool is_choice = false;
    for (uint32_t k = 0; k < f->choice_count; k++) is_choice |= strcmp(f->choices[k].code, value) == 0;
    if (is_choice) continue;
    if (f->required) return err_set(e, ERR_INPUT, "give a value", "%s must have a value", f->name);
    *out = (struct cell){.absence = absences[i].why};
    return OK;
  }
  struct reader_column column = {.name = f->name};
  struct reader_cell cell = {.kind = READ_TEXT, .text = span_of(value)};
  if (!validate_cell(v, &column, &cell, out, why, sizeof why)) return err_set(e, ERR_INPUT, NULL, "%s: %s", f->name, why);
  return OK;
}

static enum status member_exists(struct registry *r, const struct household_ref *h, const char *household, const char *member, struct err *e) {
  struct store_stmt *st;
  bool row, found = false;
  const struct level_store *ls = &r->levels[LEVEL_MEMBER];
  TRY(store_prepare(r->db, &ls->current, STORE_PREFIX, 2, &st, e));
  store_bind_int(st, 1, h->home), store_bind_int(st, 2, h->id);
  enum status s;
  while ((s = store_step(st, &row, e)) == OK && row) found |= span_is(store_text(st, (int)ls->key), member);
  store_free(st);
  TRY(s);
  return found ? OK : err_set(e, ERR_NOT_FOUND, "`lucid history REGISTRY HOUSEHOLD` lists its members", "household \"%.100s\" has no member \"%.100s\"", household, member);
}

enum status registry_edit(struct registry *r, const char *round, const char *household, const char *member, const struct registry_set *sets, uint32_t count, int64_t *event, struct err *e) {
  struct level_store *ls = &r->levels[member ? LEVEL_MEMBER : LEVEL_HOUSEHOLD];
  struct household_ref ref;
  struct cell *cells;
  uint64_t *mapped;
  struct import im;
  *event = 0;
  TRY(core_writable(r, e));
  TRY(registry_find(r, NULL, household, &ref, e));
  if (member) TRY(member_exists(r, &ref, household, member, e));
  ARENA_TRY(e, cells = arena_array(r->arena, ls->field_count + 1, sizeof *cells));
  ARENA_TRY(e, mapped = arena_array(r->arena, bits_words(ls->field_count) + 1, sizeof *mapped));
  struct text detail;
  text_init(&detail, 1000);
  text_addf(&detail, "household %s%s%s:", household, member ? ", member " : "", member ? member : "");
  enum status s = count ? OK : err_set(e, ERR_USAGE, "FIELD=VALUE", "nothing to set");
  for (uint32_t i = 0; i < count && s == OK; i++) {
    uint32_t f = 0;
    s = edit_field(ls, sets[i].field, &f, e);
    if (s == OK && bits_get(mapped, f)) s = err_set(e, ERR_USAGE, NULL, "%s is set twice", sets[i].field);
    if (s == OK) s = edit_value(r->arena, ls->fields[f].def, sets[i].value, &cells[f], e);
    bits_set(mapped, f);
    text_addf(&detail, " %s", sets[i].field);
  }
  if (s == OK) {
    struct import_counts counts = {0};
    struct source by_hand = {.name = "the values given", .level = ls->level};
    struct ingest_row row = {.level = ls->level, .household_key = span_of(household), .member_key = span_of(member ? member : ""), .cells = cells, .mapped = mapped, .source_row = 1};
    s = import_begin(&im, r, round, false, e);
    if (s == OK) {
      im.kind = "edit", im.detail = text_str(&detail), im.stage.edit = true;
      stage_source(&im.stage, &by_hand);
      struct ingest_sink sink = stage_sink(&im.stage);
      s = sink.row(sink.ctx, &row, e);
    }
    if (s == OK) s = import_finish(&im, "", "", NULL, &counts, e);
    import_close(&im);
    *event = counts.event;
  }
  text_free(&detail);
  return s;
}

/* ---- erasing ---- */

static enum status clear_blind(struct registry *r, const struct level_store *ls, int64_t home, int64_t household, struct err *e) {
  for (uint32_t i = 0; i < ls->field_count; i++) {
    if (!ls->fields[i].blind_at) continue;
    for (int side = 0; side < 2; side++) {
      struct store_stmt *st;
      TRY(store_prepare(r->db, side ? &ls->history : &ls->current, STORE_CLEAR, ls->fields[i].blind_at, &st, e));
      store_bind_int(st, 1, home), store_bind_int(st, 2, household);
      enum status s = store_run(st, e);
      store_free(st);
      TRY(s);
    }
  }
  return OK;
}

/* Erased before: then only what an interrupted attempt may have left is cleared away. */
static enum status erased_before(struct registry *r, const struct household_ref *h, bool *out, struct err *e) {
  struct store_stmt *st;
  bool row;
  TRY(store_sql(r->db, SQL_SEAL_GET, &st, e));
  store_bind_int(st, 1, h->home), store_bind_int(st, 2, h->id);
  TRY(store_step(st, &row, e));
  *out = row && store_null(st, 0);
  store_reset(st);
  return OK;
}

static enum status erase_body(struct registry *r, const struct household_ref *h, const char *key, int64_t *event, struct err *e) {
  struct event ev = {.kind = "erase", .source = "", .source_hash = "", .detail = key};
  struct event_hash none;
  int64_t home = h->home, id = h->id;
  do { /* also where it lay before it was transferred: its history is there */
    TRY(seal_erase(&r->seal, r->db, home, id, e));
    for (uint32_t l = 0; l < r->level_count; l++)
      if (l != LEVEL_VILLAGE) TRY(clear_blind(r, &r->levels[l], home, id, e));
    TRY(transfer_before(r, home, id, &home, &id, e));
  } while (home);
  event_hash_open(&none);
  TRY(event_put(r, &ev, &none, e));
  *event = ev.id;
  return OK;
}

enum status registry_erase(struct registry *r, const char *household, int64_t *event, struct err *e) {
  struct household_ref ref;
  *event = 0;
  TRY(core_writable(r, e));
  TRY(registry_find(r, NULL, household, &ref, e));
  TRY(core_begin(r, e));
  bool before = false;
  enum status s = erased_before(r, &ref, &before, e);
  if (s == OK && !before) s = erase_body(r, &ref, household, event, e);
  if (s == OK) s = core_commit(r, e);
  else core_rollback(r);
  return s == OK ? core_clear_traces(r, e) : s;
}
