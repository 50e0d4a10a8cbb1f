#include "registry/copy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "registry/event.h"
#include "registry/place.h"
#include "registry/version.h"

#define I STORE_INT
#define T STORE_TEXT
#define B STORE_BLOB
static const struct store_column meta_columns[] = {{"name", T, true}, {"value", T, true}};
static const struct store_column file_columns[] = {{"event", I, true}, {"position", I, true}, {"name", T, true}, {"bytes", B, true}};
static const struct store_column area_columns[] = {{"id", I, true}, {"code", T, true}, {"level", I, true}, {"parent", I, false}, {"home", I, true}, {"name_en", T, false}, {"name_zh", T, false}};
static const struct store_column field_columns[] = {{"id", I, true},       {"level", T, true},  {"name", T, true},       {"kind", T, true},
                                                    {"decimals", I, true}, {"sealed", I, true}, {"searchable", I, true}, {"column_name", T, true}};
static const struct store_column round_columns[] = {{"id", I, true},      {"name", T, true},     {"year", I, true},       {"opened", I, true},
                                                    {"closed", I, false}, {"snapshot", T, true}, {"households", I, true}, {"members", I, true}};
static const struct store_column event_columns[] = {{"id", I, true},           {"kind", T, true},   {"actor", T, true},   {"at", I, true},       {"round", I, false},
                                                    {"source", T, true},       {"source_hash", T, true}, {"detail", T, true}, {"undoes", I, false}, {"inserted", I, true},
                                                    {"changed", I, true},      {"ended", I, true},  {"rows_hash", B, true}, {"prev_hash", B, true}, {"hash", B, true}};
static const struct store_column event_home_columns[] = {{"event", I, true}, {"level", I, true}, {"home", I, true}, {"rows_hash", B, true}};
static const struct store_column sequence_columns[] = {{"name", T, true}, {"next", I, true}};
static const struct store_column seal_columns[] = {{"home", I, true}, {"household", I, true}, {"wrapped", B, false}};
static const struct store_column run_columns[] = {{"id", I, true},       {"round", T, true},          {"kind", T, true},   {"rules_hash", T, true}, {"source_hash", T, true}, {"snapshot", T, true},
                                                  {"decisions_hash", T, true}, {"engine", T, true}, {"seed", T, true}, {"at", I, true},         {"summary", T, true}};
static const struct store_column natural_columns[] = {{"event", I, true},     {"position", I, true},       {"kind", T, true},      {"round", I, true},       {"valid_on", I, true}, {"reason", T, true},
                                                      {"evidence", T, true},  {"level", T, true},          {"from_home", I, true}, {"from_household", I, true}, {"from_item", I, true}, {"from_number", T, true},
                                                      {"from_key", T, true},  {"to_home", I, true},        {"to_household", I, true}, {"to_item", I, true},    {"to_number", T, true}, {"to_key", T, true},
                                                      {"departure", I, true}};
static const struct store_column correction_columns[] = {{"round", I, true}, {"corrects", I, true}, {"reason", T, true}};
static const struct store_column plan_line_columns[] = {{"run", I, true}, {"position", I, true}, {"home", I, true}, {"household", I, true}, {"village", T, true}, {"number", T, true}, {"measure", T, true}, {"quantity", I, true}, {"cost", I, true}, {"later", I, true}, {"price", I, true}};
static const struct store_column plan_answer_columns[] = {{"event", I, true}, {"run", I, true}, {"position", I, true}, {"answer", T, true}, {"reason", T, true}};
static const struct store_column generation_columns[] = {{"id", I, true}, {"key_id", T, true}, {"event", I, true}};
#undef I
#undef T
#undef B

#define FIXED(name, columns, keys) {name, columns, sizeof columns / sizeof *columns, keys}
static const struct table_spec fixed[] = {
    FIXED("meta", meta_columns, 1),   FIXED("programme_file", file_columns, 2), FIXED("area", area_columns, 1),         FIXED("field", field_columns, 1),
    FIXED("round", round_columns, 1), FIXED("event", event_columns, 1),         FIXED("sequence", sequence_columns, 1), FIXED("seal_key", seal_columns, 2),
    FIXED("run", run_columns, 1),     FIXED("natural_change", natural_columns, 2), FIXED("correction", correction_columns, 1),
    FIXED("key_generation", generation_columns, 1), FIXED("event_home", event_home_columns, 3),
    FIXED("plan_line", plan_line_columns, 2), FIXED("plan_answer", plan_answer_columns, 3),
};

const struct table_spec *copy_fixed_tables(uint32_t *count) {
  *count = sizeof fixed / sizeof *fixed;
  return fixed;
}

struct copier {
  struct registry *from;
  struct store *to;
  struct progress *pr;
  struct registry_copied *out;
  struct digest_stream all;
  struct store_value *v;
  struct bytes row;
};

/* ---- hashing ---- */

static void add(struct bytes *b, uint64_t v, int n) {
  uint8_t p[8];
  for (int i = 0; i < n; i++) p[i] = (uint8_t)(v >> 8 * i);
  bytes_add(b, p, (size_t)n);
}

static void encode(struct bytes *b, const struct store_value *v, uint32_t count) {
  b->len = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (v[i].kind == STORE_NULL) continue;
    add(b, i, 2), add(b, (uint64_t)v[i].kind, 1);
    if (v[i].kind == STORE_VALUE_TEXT || v[i].kind == STORE_VALUE_BLOB) {
      add(b, v[i].s.len, 4);
      bytes_add(b, v[i].s.at, v[i].s.len);
    } else {
      uint64_t u;
      memcpy(&u, &v[i].i, 8); /* the same eight bytes hold the integer or the double */
      add(b, u, 8);
    }
  }
  add(b, 0xFFFF, 2);
}

/* Reads a table in key order; what is read goes into the hash, and into `put` unless that is NULL. */
static enum status pass(struct copier *c, struct store *from, const struct table_spec *t, struct store_bulk *put, struct digest *hash, int64_t *rows, struct err *e) {
  struct store_stmt *st = NULL;
  struct digest_stream s;
  bool row = true;
  *rows = 0;
  if (!digest_open(&s)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  enum status r = store_prepare(from, t, STORE_PREFIX, 0, &st, e);
  while (r == OK && (r = store_step(st, &row, e)) == OK && row) {
    store_values(st, c->v, t->count);
    encode(&c->row, c->v, t->count);
    if (c->row.failed) r = err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (r == OK) digest_add(&s, c->row.at, c->row.len);
    if (r == OK && put) r = store_bulk_row(put, c->v, e);
    if (++*rows % 4096 == 0 && r == OK && put && c->pr && progress_step(c->pr, (uint64_t)(c->out->rows + *rows))) r = err_set(e, ERR_CANCELLED, NULL, "stopped; nothing was kept of the copy");
  }
  store_free(st);
  if (!digest_close(&s, hash) && r == OK) r = err_set(e, ERR_MEMORY, NULL, "out of memory");
  return r;
}

static enum status copy_table(struct copier *c, const struct table_spec *t, struct err *e) {
  struct store_bulk *put;
  struct digest there, here;
  char a[65], b[65];
  int64_t rows, back;
  TRY(store_bulk_open(c->to, t, &put, e));
  enum status s = pass(c, c->from->db, t, put, &there, &rows, e);
  if (s == OK) s = store_bulk_flush(put, e);
  store_bulk_close(put);
  TRY(s);
  TRY(pass(c, c->to, t, NULL, &here, &back, e));
  if (rows != back || !digest_equal(&there, &here))
    return err_set(e, ERR_CORRUPT, "nothing was kept of the copy; run it again, and `lucid fsck` on the source", "table %s does not read back as it was written: %" PRId64 " rows (%.12s), not %" PRId64 " (%.12s)", t->name, back,
                   digest_hex(&here, a), rows, digest_hex(&there, b));
  digest_add_u64(&c->all, strlen(t->name));
  digest_add(&c->all, t->name, strlen(t->name));
  digest_add_u64(&c->all, (uint64_t)rows);
  digest_add(&c->all, here.bytes, sizeof here.bytes);
  c->out->tables++, c->out->rows += rows;
  return OK;
}

/* ---- events ---- */

static enum status check_chain(struct copier *c, struct err *e) {
  struct store_stmt *st;
  bool row;
  struct digest before = {{0}}, d;
  TRY(store_sql(c->to, SQL_EVENT_ALL, &st, e));
  for (;;) {
    struct event_row ev;
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    event_read(st, &ev);
    if (!event_digest(&ev, &d)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (ev.id != ++c->out->events || !digest_equal(&ev.prev, &before) || !digest_equal(&d, &ev.hash)) {
      store_reset(st);
      return err_set(e, ERR_CORRUPT, "`lucid fsck` on the source says more; restore its latest backup", "the source's chain of events is broken at event %" PRId64 ": it is not copied", ev.id);
    }
    before = ev.hash;
  }
}

/* ---- decisions ---- */

/* They are files; those that are there go along, what is not there can be made again by running again. */
static enum status copy_decisions(struct copier *c, const char *snapshots, struct err *e) {
  struct registry *r = c->from;
  struct store_stmt *st;
  bool row;
  TRY(store_sql(r->db, SQL_RUN_ALL, &st, e));
  for (;;) {
    TRY(store_step(st, &row, e));
    if (!row) return OK;
    struct arena a;
    struct span hash = store_text(st, 6);
    char *data;
    size_t len;
    arena_init(&a, 0);
    enum status s = OK;
    char *old = arena_printf(&a, "%s/runs/%.*s.decisions", r->snapshots, (int)hash.len, hash.at), *folder = arena_printf(&a, "%s/runs", snapshots),
         *new = arena_printf(&a, "%s/%.*s.decisions", folder ? folder : "", (int)hash.len, hash.at);
    if (!old || !folder || !new) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (s == OK && file_exists(old) && !file_exists(new)) {
      s = file_read(&a, old, (size_t)1 << 34, &data, &len, e);
      (void)mkdir(snapshots, 0700); /* as freeze makes it; the next line says when it could not be made */
      if (s == OK) s = file_make_dirs(folder, e);
      if (s == OK) s = file_replace(new, data, len, 0600, e);
    }
    arena_drop(&a);
    if (s != OK) {
      store_reset(st);
      return s;
    }
  }
}

static enum status copy_all(struct copier *c, struct err *e) {
  struct registry *r = c->from;
  for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) TRY(copy_table(c, &fixed[i], e));
  TRY(check_chain(c, e)); /* before the bulk of the work */
  TRY(core_create_tables(r, c->to, e));
  for (uint32_t l = 0; l < r->level_count; l++) {
    TRY(copy_table(c, &r->levels[l].current, e));
    TRY(copy_table(c, &r->levels[l].history, e));
  }
  return OK;
}

enum status registry_copy(struct registry *from, const char *to, const struct registry_options *o, struct progress *pr, struct registry_copied *out, struct err *e) {
  struct copier c = {.from = from, .pr = pr, .out = out};
  struct registry place = {.arena = from->arena};
  struct digest hash;
  uint32_t most = 32;
  *out = (struct registry_copied){0};
  TRY(place_of(&place, to, o, e));
  for (uint32_t l = 0; l < from->level_count; l++)
    if (from->levels[l].history.count > most) most = from->levels[l].history.count;
  if (!store_on_server(to)) { /* the file, and its log until the commit; a server's disk cannot be asked */
    uint64_t size;
    TRY(store_size(from->db, &size, e));
    TRY(core_space(&place, 2 * size + (1 << 20), "the copy", e));
  }
  c.v = calloc(most, sizeof *c.v);
  if (!c.v) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  enum status s = store_open(to, &(struct store_options){.mode = STORE_CREATE}, &c.to, e);
  bool made = s == OK, shown = false;
  place.db = c.to;
  if (s == OK) s = place_local(&place, from->place_id, o, e);
  if (s == OK && pr) progress_begin(pr, "copying", "rows", 0), shown = true;
  if (s == OK) s = store_begin(from->db, false, e);
  if (s == OK) s = store_begin(c.to, true, e);
  if (s == OK) store_behind(c.to, true);
  if (s == OK && !digest_open(&c.all)) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (s == OK) {
    s = copy_all(&c, e);
    bool good = digest_close(&c.all, &hash);
    if (s == OK && !good) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  if (s == OK) s = copy_decisions(&c, place.snapshots, e);
  if (s == OK) s = store_commit(c.to, e);
  store_rollback(from->db);
  if (shown) progress_end(pr);
  store_close(c.to);
  free(c.v);
  bytes_free(&c.row);
  if (s == OK) {
    digest_hex(&hash, out->hash);
    out->key_path = place.key_path;
  } else if (made && store_remove(to, NULL) != OK && e) {
    snprintf(e->hint, sizeof e->hint, "what is left of the copy has to be removed by hand");
  }
  return s;
}
