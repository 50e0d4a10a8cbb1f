#include "registry/plans.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "registry/copy.h"
#include "registry/core.h"
#include "registry/event.h"
#include "registry/run.h"

const char *plan_answer_word(enum plan_answer a) {
  static const char *const words[] = {
#define X(id, word) word,
    PLAN_ANSWER_TABLE(X)
#undef X
  };
  return a < PLAN_ANSWER_COUNT ? words[a] : "";
}

static enum plan_answer answer_of(struct span word) {
  for (enum plan_answer a = 0; a < PLAN_ANSWER_COUNT; a++)
    if (word.len == strlen(plan_answer_word(a)) && !memcmp(word.at, plan_answer_word(a), word.len)) return a;
  return PLAN_OPEN;
}

static const struct table_spec *line_table(void) {
  uint32_t n;
  const struct table_spec *all = copy_fixed_tables(&n);
  for (uint32_t i = 0; i < n; i++)
    if (!strcmp(all[i].name, "plan_line")) return &all[i];
  return NULL;
}

static struct store_value whole(int64_t v) { return (struct store_value){.kind = STORE_VALUE_INT, .i = v}; }
static struct store_value text(const char *s) { return (struct store_value){.kind = STORE_VALUE_TEXT, .s = span_of(s ? s : "")}; }

static enum status put_rows(struct registry *r, int64_t run, const struct plan_row *rows, uint32_t count, struct err *e) {
  struct store_bulk *bulk;
  TRY(store_bulk_open(r->db, line_table(), &bulk, e));
  enum status s = OK;
  for (uint32_t i = 0; i < count && s == OK; i++) {
    const struct plan_row *x = &rows[i];
    const struct store_value v[] = {whole(run), whole(i), whole(x->home), whole(x->household), text(x->village), text(x->number), text(x->measure), whole(x->quantity), whole(x->cost), whole(x->later), whole(x->price)};
    s = store_bulk_row(bulk, v, e);
  }
  if (s == OK) s = store_bulk_flush(bulk, e);
  store_bulk_close(bulk);
  return s;
}

enum status registry_plan_put(struct registry *r, struct run_record *run, const void *file, size_t len, const struct plan_row *rows, uint32_t count, struct err *e) {
  TRY(run_file(r, run, file, len, e));
  TRY(core_begin(r, e));
  enum status s = run_row(r, run, e);
  if (s == OK) s = put_rows(r, run->id, rows, count, e);
  if (s == OK) return core_commit(r, e);
  core_rollback(r);
  return s;
}

static enum status copied(struct arena *a, struct store_stmt *st, int column, const char **out, struct err *e) {
  const struct span s = store_text(st, column);
  ARENA_TRY(e, *out = arena_strn(a, s.at, s.len));
  return OK;
}

enum status registry_plan_rows(struct registry *r, struct arena *a, int64_t run, struct plan_row **rows, uint32_t *count, struct err *e) {
  struct store_stmt *st;
  struct plan_row *to = NULL;
  uint32_t n = 0, room = 0;
  bool row;
  TRY(store_sql(r->db, SQL_PLAN_ROWS, &st, e));
  store_bind_int(st, 1, run);
  enum status s = store_step(st, &row, e);
  for (; s == OK && row; s = s == OK ? store_step(st, &row, e) : s) {
    if (n == room) {
      struct plan_row *more = arena_grow(a, to, n, room = room ? room * 2 : 256, sizeof *to);
      if (!more) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
      if (!more) break;
      to = more;
    }
    struct plan_row *x = &to[n++];
    *x = (struct plan_row){.home = store_int(st, 0), .household = store_int(st, 1), .quantity = store_int(st, 5), .cost = store_int(st, 6), .later = store_int(st, 7), .price = store_int(st, 8)};
    s = copied(a, st, 2, &x->village, e);
    if (s == OK) s = copied(a, st, 3, &x->number, e);
    if (s == OK) s = copied(a, st, 4, &x->measure, e);
  }
  store_reset(st);
  TRY(s);
  if (!n) return err_set(e, ERR_NOT_FOUND, "run: lucid plan REGISTRY", "there is no plan %" PRId64 ", or it has no lines", run);
  TRY(store_sql(r->db, SQL_PLAN_ANSWERS, &st, e));
  store_bind_int(st, 1, run);
  s = store_step(st, &row, e);
  for (; s == OK && row; s = store_step(st, &row, e)) {
    const int64_t at = store_int(st, 0);
    if (at >= 0 && at < n) to[at].answer = answer_of(store_text(st, 1));
  }
  store_reset(st);
  *rows = to, *count = n;
  return s;
}

/* The answers, and the event whose detail fixes them. */
static enum status put_answers(struct registry *r, int64_t run, const uint32_t *positions, uint32_t count, enum plan_answer answer, const char *reason, int64_t *event, struct err *e) {
  struct event_hash none;
  struct digest_stream rows;
  struct digest d;
  char detail[512], hex[65];
  TRY(event_next(r, event, e));
  if (!digest_open(&rows)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  enum status s = OK;
  for (uint32_t i = 0; i < count; i++) digest_add_u64(&rows, (uint64_t)run), digest_add_u64(&rows, positions[i]), digest_add_str(&rows, plan_answer_word(answer)), digest_add_str(&rows, reason);
  if (!digest_close(&rows, &d)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  snprintf(detail, sizeof detail, "%s %u lines of plan %" PRId64 ": %s; rows %s", plan_answer_word(answer), count, run, reason, digest_hex(&d, hex));
  event_hash_open(&none);
  TRY(event_put(r, &(struct event){.kind = "plan_answer", .source = "", .source_hash = "", .detail = detail}, &none, e));
  for (uint32_t i = 0; i < count && s == OK; i++) {
    struct store_stmt *st;
    s = store_sql(r->db, SQL_PLAN_ANSWER_PUT, &st, e);
    if (s == OK) store_bind_int(st, 1, *event), store_bind_int(st, 2, run), store_bind_int(st, 3, positions[i]), store_bind_str(st, 4, plan_answer_word(answer)), store_bind_str(st, 5, reason), s = store_run(st, e);
  }
  return s;
}

enum status registry_plan_answer(struct registry *r, int64_t run, const uint32_t *positions, uint32_t count, enum plan_answer answer, const char *reason, int64_t *event, struct err *e) {
  struct arena a;
  struct plan_row *rows;
  uint32_t n;
  const size_t len = strlen(reason);
  if (len > 300 || !text_is_utf8(reason, len, NULL)) return err_set(e, ERR_USAGE, "--reason \"they have no time for it\"", "a reason has at most 300 bytes of UTF-8");
  arena_init(&a, 0);
  TRY(core_begin(r, e));
  enum status s = registry_plan_rows(r, &a, run, &rows, &n, e);
  for (uint32_t i = 0; i < count && s == OK; i++)
    if (positions[i] >= n) s = err_set(e, ERR_NOT_FOUND, NULL, "plan %" PRId64 " has no line %u", run, positions[i]);
    else if (rows[positions[i]].answer == answer) s = err_set(e, ERR_CONFLICT, "nothing has to be done", "line %u of plan %" PRId64 " has that answer already", positions[i], run);
  if (s == OK) s = put_answers(r, run, positions, count, answer, reason, event, e);
  arena_drop(&a);
  if (s == OK) return core_commit(r, e);
  core_rollback(r);
  return s;
}

enum status registry_plan_refused(struct registry *r, struct arena *a, struct plan_row **rows, uint32_t *count, struct err *e) {
  struct store_stmt *st;
  struct plan_row *to = NULL;
  uint32_t n = 0, room = 0;
  bool row;
  TRY(store_sql(r->db, SQL_PLAN_REFUSALS, &st, e));
  enum status s = store_step(st, &row, e);
  for (; s == OK && row; s = s == OK ? store_step(st, &row, e) : s) {
    struct plan_row x = {.home = store_int(st, 0), .household = store_int(st, 1), .answer = answer_of(store_text(st, 3))};
    s = copied(a, st, 2, &x.measure, e);
    uint32_t i = 0;
    while (i < n && (to[i].home != x.home || to[i].household != x.household || strcmp(to[i].measure, x.measure))) i++;
    if (i == n && n == room) {
      struct plan_row *more = arena_grow(a, to, n, room = room ? room * 2 : 64, sizeof *to);
      if (!more && s == OK) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
      if (!more) break;
      to = more;
    }
    if (i == n) n++;
    to[i] = x; /* in order of events: the last one counts */
  }
  store_reset(st);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; i++)
    if (to[i].answer == PLAN_REFUSE) to[kept++] = to[i];
  *rows = to, *count = kept;
  return s;
}
