#include "synth/write.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/number.h"

struct sheet {
  FILE *file;
  const char *path;
  uint32_t count;
  const char *const *fields;
  uint32_t guess[SHEET_CELLS_MAX]; /* where the cell stood in the row before: rows are made in one order */
};

void row_begin(struct row *r) { r->used = 0, r->count = 0; }

void row_text(struct row *r, const char *field, const char *value) {
  size_t n = strlen(value);
  if (r->count == SHEET_CELLS_MAX || r->used + n > sizeof r->text) return;
  memcpy(r->text + r->used, value, n);
  r->cells[r->count].field = field, r->cells[r->count].at = (uint32_t)r->used, r->cells[r->count].len = (uint32_t)n;
  r->used += n, r->count++;
}

void row_int(struct row *r, const char *field, int64_t v) { row_fixed(r, field, (double)v, 0); }

void row_fixed(struct row *r, const char *field, double v, int decimals) {
  char out[32];
  row_text(r, field, number_decimal_format((int64_t)floor(v * (double)number_pow10(decimals) + 0.5), decimals, out));
}

void row_bool(struct row *r, const char *field, bool v) { row_text(r, field, v ? "yes" : "no"); }

void row_date(struct row *r, const char *field, int32_t days) {
  char out[11];
  row_text(r, field, date_format(days, out));
}

static void put_cell(FILE *f, const char *s, size_t n) {
  bool quote = false;
  for (size_t i = 0; i < n; i++) quote |= s[i] == ',' || s[i] == '"' || s[i] == '\n';
  if (!quote) {
    (void)fwrite(s, 1, n, f);
    return;
  }
  (void)fputc('"', f);
  for (size_t i = 0; i < n; i++) {
    if (s[i] == '"') (void)fputc('"', f);
    (void)fputc(s[i], f);
  }
  (void)fputc('"', f);
}

enum status sheet_open(struct arena *a, const char *path, const char *const *fields, const char *const *headings, uint32_t count, struct sheet **out, struct err *e) {
  struct sheet *s;
  ARENA_TRY(e, s = arena_new(a, struct sheet));
  if (count > SHEET_CELLS_MAX) return err_set(e, ERR_LIMIT, NULL, "%s: more than %u columns", path, SHEET_CELLS_MAX);
  ARENA_TRY(e, s->path = arena_str(a, path));
  s->fields = fields, s->count = count;
  s->file = fopen(path, "wb");
  if (!s->file) return err_errno(e, errno, "%s", path);
  for (uint32_t i = 0; i < count; i++) {
    put_cell(s->file, headings[i], strlen(headings[i]));
    (void)fputc(',', s->file);
  }
  (void)fputs("synthetic\n", s->file);
  *out = s;
  return OK;
}

enum status sheet_put(struct sheet *s, const struct row *r, struct err *e) {
  if (!s) return OK;
  for (uint32_t i = 0; i < s->count; i++) {
    uint32_t k = s->guess[i];
    if (k >= r->count || strcmp(r->cells[k].field, s->fields[i]) != 0)
      for (k = 0; k < r->count && strcmp(r->cells[k].field, s->fields[i]) != 0;) k++;
    if (k < r->count) put_cell(s->file, r->text + r->cells[k].at, r->cells[k].len), s->guess[i] = k;
    (void)fputc(',', s->file);
  }
  (void)fputs("synthetic\n", s->file);
  return ferror(s->file) ? err_errno(e, errno, "%s", s->path) : OK;
}

enum status sheet_close(struct sheet *s, struct err *e) {
  if (!s || !s->file) return OK;
  bool bad = fflush(s->file) != 0 || ferror(s->file);
  int why = errno;
  bad |= fclose(s->file) != 0;
  s->file = NULL;
  return bad ? err_errno(e, why, "%s", s->path) : OK;
}

void sheet_drop(struct sheet *s) {
  if (s && s->file) (void)fclose(s->file);
  if (s) s->file = NULL;
}

/* The first spelling of a heading. */
static const char *first_spelling(struct arena *a, const char *column) {
  const char *bar = strchr(column, '|');
  return bar ? arena_strn(a, column, (size_t)(bar - column)) : column;
}

/* Fields that the model never fills get no column: the reader would remark on each. */
static bool is_known(const char *field) {
  static const char *const unknown[] = {"natural_village", "household_phone", "returned_cause", "bank_name", "bank_account", "risk_kind", "risk_identified", "risk_cleared",
                                        "risk_cleared_on", "microcredit", "water_surface", "pasture", "house_done_year", "relocation", "relocation_kind", "relocation_address",
                                        "town_home", "has_car", "registered_business", "public_salary", "split_household", "empty_household", "large_machine", "luxury_house",
                                        "phone", "member_identified", "planted_year", "bearing_year", "buyer", "village_exit_year", NULL};
  for (const char *const *x = unknown; *x; x++)
    if (!strcmp(*x, field)) return false;
  return true;
}

static enum status open_source(struct arena *a, const struct source *src, const char *folder, struct sheet **out, struct err *e) {
  const char **fields, **headings;
  const char *path;
  uint32_t n = 0;
  struct { const char *column, *key; } keys[] = {{src->household_key, KEY_HOUSEHOLD}, {src->member_key, KEY_MEMBER}, {src->village_key, KEY_VILLAGE}};
  ARENA_TRY(e, fields = arena_array(a, src->map_count + 3u, sizeof *fields));
  ARENA_TRY(e, headings = arena_array(a, src->map_count + 3u, sizeof *headings));
  for (size_t i = 0; i < 3; i++) {
    if (!keys[i].column) continue;
    fields[n] = keys[i].key;
    ARENA_TRY(e, headings[n++] = first_spelling(a, keys[i].column));
  }
  for (uint32_t i = 0; i < src->map_count; i++) {
    const char *heading;
    bool there = false;
    ARENA_TRY(e, heading = first_spelling(a, src->maps[i].column));
    for (uint32_t k = 0; k < n; k++) there |= !strcmp(headings[k], heading);
    there |= !is_known(src->maps[i].field);
    /* A heading is written once (a person's number is both key and field), and only as the reader takes it unconverted. */
    if (there || (src->maps[i].conversion != CONVERT_NONE && src->maps[i].conversion != CONVERT_HUNDREDTH)) continue;
    fields[n] = src->maps[i].field, headings[n++] = heading;
  }
  ARENA_TRY(e, path = file_join(a, folder, file_base(src->file)));
  return sheet_open(a, path, fields, headings, n, out, e);
}

static bool is_filled(const struct programme *p, uint32_t level) {
  return level == LEVEL_HOUSEHOLD || level == LEVEL_MEMBER || level == LEVEL_VILLAGE || (level < p->level_count && (!strcmp(p->levels[level].name, LEVEL_OF_LINES) || !strcmp(p->levels[level].name, LEVEL_OF_CROPS)));
}

enum status layout_open(struct arena *a, const struct programme *p, const char *folder, struct layout *out, struct err *e) {
  *out = (struct layout){0};
  for (uint32_t i = 0; i < p->source_count; i++) {
    const struct source *src = &p->sources[i];
    if (!src->file || src->flat || !is_filled(p, src->level) || out->by_level[src->level]) continue;
    TRY(open_source(a, src, folder, &out->by_level[src->level], e));
    out->source[src->level] = src->name;
  }
  if (!out->by_level[LEVEL_HOUSEHOLD]) return err_set(e, ERR_INPUT, "add one to `sources`", "the programme has no source with one row a household");
  return OK;
}

enum status layout_close(struct layout *l, struct err *e) {
  for (uint32_t i = 0; i < LEVEL_MAX; i++) TRY(sheet_close(l->by_level[i], e));
  return OK;
}

void layout_drop(struct layout *l) {
  for (uint32_t i = 0; i < LEVEL_MAX; i++) sheet_drop(l->by_level[i]);
}
