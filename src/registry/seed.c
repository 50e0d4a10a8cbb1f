#include "registry/seed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "registry/correct.h"
#include "registry/event.h"
#include "registry/round.h"

enum status registry_seed_get(struct registry *r, int64_t round, struct round_seed *out, struct err *e) {
  struct store_stmt *st;
  bool row;
  *out = (struct round_seed){0};
  TRY(correct_base(r, round, &round, e)); /* a correction draws as the round it corrects */
  TRY(store_sql(r->db, SQL_EVENT_SEED, &st, e));
  store_bind_int(st, 1, round);
  TRY(store_step(st, &row, e));
  if (row) {
    struct span from = store_text(st, 1), text = store_text(st, 2);
    out->event = store_int(st, 0);
    snprintf(out->from, sizeof out->from, "%.*s", (int)from.len, from.at);
    snprintf(out->text, sizeof out->text, "%.*s", (int)text.len, text.at);
  }
  store_reset(st);
  return OK;
}

static enum status check(const char *text, const char *from, struct err *e) {
  static const char hint[] = "take a public text that nobody here can choose: --text \"3 17 22 28 30 41\" --from \"national lottery, draw of 2026-11-20\"";
  size_t n = strlen(text), m = strlen(from);
  if (n == 0 || n > SEED_MOST || !text_is_utf8(text, n, NULL)) return err_set(e, ERR_USAGE, hint, "a seed has 1 to %d bytes of UTF-8", SEED_MOST);
  if (m == 0 || m > 255 || !text_is_utf8(from, m, NULL)) return err_set(e, ERR_USAGE, hint, "say where the seed comes from, in 1 to 255 bytes of UTF-8");
  return OK;
}

static enum status put(struct registry *r, const char *name, const char *text, const char *from, struct round_seed *out, struct err *e) {
  struct round_info round;
  struct event_hash none;
  TRY(round_writable(r, name, &round, e));
  int64_t base;
  TRY(registry_seed_get(r, round.id, out, e));
  TRY(correct_base(r, round.id, &base, e));
  if (base != round.id) return err_set(e, ERR_CONFLICT, "it draws as the round it corrects did", "round \"%s\" is a correction: it takes no seed of its own", round.name);
  if (out->event)
    return err_set(e, ERR_CONFLICT, "it stays as it is: that is what it is for", "the seed of round \"%s\" was fixed by event %" PRId64 ": %s", round.name, out->event, out->text);
  event_hash_open(&none);
  TRY(event_put(r, &(struct event){.kind = "round_seed", .source = from, .source_hash = "", .detail = text, .round = round.id}, &none, e));
  return registry_seed_get(r, round.id, out, e);
}

enum status registry_seed_put(struct registry *r, const char *round, const char *text, const char *from, struct round_seed *out, struct err *e) {
  TRY(check(text, from, e));
  TRY(core_begin(r, e));
  enum status s = put(r, round, text, from, out, e);
  if (s == OK) s = core_commit(r, e);
  else core_rollback(r);
  return s;
}
