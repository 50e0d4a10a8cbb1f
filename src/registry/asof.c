#include "registry/asof.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "registry/core.h"
#include "registry/freeze.h"

#define DAY INT64_C(86400000000) /* microseconds */

/* "2016-12-31T12:00:00Z" */
static bool instant(const char *s, int64_t *out) {
  int32_t day;
  int h, m, sec, used = 0;
  if (strlen(s) != 20 || s[10] != 'T' || s[19] != 'Z' || !date_parse(s, 10, &day) || sscanf(s + 11, "%2d:%2d:%2dZ%n", &h, &m, &sec, &used) != 3 || used != 9) return false;
  if (h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 59) return false;
  *out = day * DAY + ((h * INT64_C(60) + m) * 60 + sec) * 1000000;
  return true;
}

static enum status event_at(struct registry *r, const char *when, struct as_of_point *out, struct err *e) {
  struct store_stmt *st;
  bool row;
  int32_t day;
  int64_t until = INT64_MAX, number = INT64_MAX;
  size_t n = strlen(when);
  if (when[0] == '#' && number_int64(when + 1, n - 1, &number) && number > 0) {
  } else if (date_parse(when, n, &day)) until = (day + INT64_C(1)) * DAY - 1;
  else if (!instant(when, &until)) return err_set(e, ERR_USAGE, "2016-12-31, 2016-12-31T12:00:00Z, or '#17' for an event", "\"%.60s\" is not a day", when);
  TRY(store_sql(r->db, SQL_EVENT_AS_OF, &st, e));
  store_bind_int(st, 1, until), store_bind_int(st, 2, number);
  TRY(store_step(st, &row, e));
  if (row) out->event = store_int(st, 0), out->at = store_int(st, 1);
  store_reset(st);
  if (row && (number == INT64_MAX || number == out->event)) return OK;
  return err_set(e, ERR_NOT_FOUND, "`lucid status` says what is known now", row ? "there is no event %s" : "nothing was known on %s: the registry is younger", when);
}

enum status registry_as_of(struct registry *r, const char *when, struct as_of_point *out, struct err *e) {
  struct store_stmt *st;
  bool row;
  *out = (struct as_of_point){0};
  TRY(event_at(r, when, out, e));
  TRY(store_sql(r->db, SQL_ROUND_ALL, &st, e));
  for (;;) {
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    if (store_int(st, 3) > out->event) continue;
    struct span name = store_text(st, 1);
    out->round_id = store_int(st, 0), out->year = (int32_t)store_int(st, 2);
    snprintf(out->round, sizeof out->round, "%.*s", (int)name.len, name.at);
  }
}

/* Frozen in a folder that goes again at once: what is mapped stays. */
static enum status frozen_aside(struct registry *r, struct freezing *f, struct snapshot **out, struct err *e) {
  char *folder, *prefix;
  ARENA_TRY(e, prefix = arena_printf(r->arena, "%s.as-of-", r->beside));
  ARENA_TRY(e, folder = arena_printf(r->arena, "%s%ld", prefix, (long)getpid()));
  file_clear_left(prefix); /* of killed commands */
  f->parent = folder;
  TRY(store_begin(r->db, false, e));
  enum status s = freeze(r, f, e);
  store_rollback(r->db);
  if (s == OK) s = snapshot_open(folder, f->hash, NULL, out, e);
  enum status gone = file_remove_tree(folder, s == OK ? e : NULL);
  if (s == OK && gone != OK) snapshot_close(*out);
  return s == OK ? gone : s;
}

enum status registry_as_of_snapshot(struct registry *r, const struct as_of_point *when, struct snapshot **out, struct err *e) {
  struct freezing f = {.round = when->round, .year = when->year, .event = when->event};
  return frozen_aside(r, &f, out, e);
}

enum status registry_snapshot_reachable(struct registry *r, const char *name, struct snapshot **out, struct err *e) {
  struct round_info round;
  enum status s = registry_snapshot(r, name, out, e);
  if (s != ERR_IO || !store_shard_count(r->db)) return s;
  TRY(registry_round_get(r, name, &round, e));
  struct freezing f = {.round = round.name, .year = round.year, .reachable = true};
  TRY(registry_round_closed_event(r, round.id, &f.event, e));
  return frozen_aside(r, &f, out, e);
}

static enum status upto(struct registry *r, const struct table_spec *t, uint32_t column, int64_t event, int64_t *out, struct err *e) {
  struct store_stmt *st;
  bool row;
  TRY(store_prepare(r->db, t, STORE_COUNT_UPTO, column, &st, e));
  store_bind_int(st, 1, event);
  enum status s = store_step(st, &row, e);
  if (s == OK) *out = store_int(st, 0);
  store_free(st);
  return s;
}

enum status registry_as_of_count(struct registry *r, const struct as_of_point *when, uint32_t level, int64_t *out, struct err *e) {
  const struct level_store *ls = &r->levels[level];
  int64_t now, came, went; /* what had gone by then had come before */
  TRY(upto(r, &ls->current, ls->from_event, when->event, &now, e));
  TRY(upto(r, &ls->history, ls->from_event, when->event, &came, e));
  TRY(upto(r, &ls->history, ls->current.count, when->event, &went, e));
  *out = now + came - went;
  return OK;
}
