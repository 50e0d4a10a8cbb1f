#include "registry/correct.h"

#include <stdio.h>
#include <string.h>

#include "registry/event.h"
#include "registry/round.h"

enum status correct_base(struct registry *r, int64_t round, int64_t *out, struct err *e) {
  struct store_stmt *st;
  bool row;
  *out = round;
  TRY(store_sql(r->db, SQL_CORRECTION_OF, &st, e));
  store_bind_int(st, 1, round);
  TRY(store_step(st, &row, e));
  if (row) *out = store_int(st, 0);
  store_reset(st);
  return OK;
}

static enum status record(struct registry *r, int64_t round, int64_t base, const char *reason, struct err *e) {
  struct store_stmt *st;
  TRY(store_sql(r->db, SQL_CORRECTION_PUT, &st, e));
  store_bind_int(st, 1, round), store_bind_int(st, 2, base), store_bind_str(st, 3, reason);
  return store_run(st, e);
}

static enum status body(struct registry *r, const char *name, const char *reason, struct round_info *out, struct err *e) {
  struct round_info round, *all;
  uint32_t count, earlier = 0;
  int64_t base;
  char correction[64 + 16], detail[512];
  TRY(registry_round_get(r, name, &round, e));
  if (round.open) return err_set(e, ERR_CONFLICT, "import into it, or change it with `lucid set`", "round \"%s\" is still open: nothing needs a correction", round.name);
  TRY(correct_base(r, round.id, &base, e));
  TRY(registry_rounds(r, r->arena, &all, &count, e));
  for (uint32_t i = 0; i < count; i++) {
    int64_t other;
    TRY(correct_base(r, all[i].id, &other, e));
    earlier += other == base && all[i].id != base;
    if (all[i].id == base) round = all[i];
    if (all[i].id > base && other != base)
      return err_set(e, ERR_CONFLICT, "record what was found in that round; it says since when it holds", "round \"%s\" cannot be corrected any more: round \"%s\" was opened after it, and the rows are that round's now", round.name, all[i].name);
  }
  snprintf(correction, sizeof correction, "%s.%u", round.name, earlier + 1);
  snprintf(detail, sizeof detail, "%s corrects %s: %s", correction, round.name, reason);
  TRY(round_begin(r, correction, round.year, "round_correct", detail, e));
  TRY(registry_round_get(r, correction, out, e));
  return record(r, out->id, base, reason, e);
}

enum status registry_round_correct(struct registry *r, const char *name, const char *reason, struct round_info *out, struct err *e) {
  size_t n = reason ? strlen(reason) : 0;
  if (!n || n > 300 || !text_is_utf8(reason, n, NULL)) return err_set(e, ERR_USAGE, "--reason \"township 433124110 sent its lists late\"", "say why, in 1 to 300 bytes of UTF-8");
  TRY(core_begin(r, e));
  enum status s = body(r, name, reason, out, e);
  if (s == OK) return core_commit(r, e);
  core_rollback(r);
  return s;
}
