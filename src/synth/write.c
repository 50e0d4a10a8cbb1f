#include "synth/write.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/number.h"
#include "synth/columns.h"

struct sheet {
  FILE *file;
  const char *path;
  uint32_t count;
  const enum filled *fields;
};

static const char *const filled_names[FILL_COUNT] = {"@household", "@member", "@village", "@lists",
#define X(name) #name,
                                                     FILLED(X)
#undef X
};

enum filled filled_named(const char *name) {
  for (uint32_t i = 0; i < FILL_COUNT; i++)
    if (!strcmp(filled_names[i], name)) return (enum filled)i;
  return FILL_COUNT;
}

void row_begin(struct row *r) {
  for (uint32_t i = 0; i < r->count; i++) r->cells[r->order[i]].set = false;
  r->count = 0;
}

static struct filled_cell *cell_of(struct row *r, enum filled field) {
  struct filled_cell *c = &r->cells[field];
  if (!c->set) r->order[r->count++] = (uint8_t)field, c->set = true;
  return c;
}

static void put_number(struct row *r, enum filled field, int64_t v, uint8_t form, int decimals) {
  struct filled_cell *c = cell_of(r, field);
  c->form = form, c->decimals = (uint8_t)decimals, c->number = v;
}

void row_text(struct row *r, enum filled field, const char *value) {
  struct filled_cell *c = cell_of(r, field);
  c->form = FORM_TEXT, c->text = value;
}

void row_int(struct row *r, enum filled field, int64_t v) { put_number(r, field, v, FORM_NUMBER, 0); }
void row_scaled(struct row *r, enum filled field, int64_t v, int decimals) { put_number(r, field, v, FORM_NUMBER, decimals); }
void row_fixed(struct row *r, enum filled field, double v, int decimals) { put_number(r, field, (int64_t)floor(v * (double)number_pow10(decimals) + 0.5), FORM_NUMBER, decimals); }
void row_bool(struct row *r, enum filled field, bool v) { put_number(r, field, v, FORM_BOOL, 0); }
void row_date(struct row *r, enum filled field, int32_t days) { put_number(r, field, days, FORM_DATE, 0); }

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

enum status sheet_open(struct arena *a, const char *path, const enum filled *fields, const char *const *headings, uint32_t count, struct sheet **out, struct err *e) {
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
    const struct filled_cell *c = &r->cells[s->fields[i]];
    char out[40];
    if (c->set) {
      const char *text = c->form == FORM_TEXT ? c->text : c->form == FORM_BOOL ? (c->number ? "yes" : "no") : c->form == FORM_DATE ? date_format((int32_t)c->number, out) : number_decimal_format(c->number, c->decimals, out);
      put_cell(s->file, text, strlen(text));
    }
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

static enum status open_source(struct arena *a, const struct source *src, const char *folder, struct sheet **out, struct err *e) {
  enum filled *fields;
  const char **headings, *path;
  uint32_t n = 0;
  struct { const char *column; enum filled key; } keys[] = {{src->household_key, KEY_HOUSEHOLD}, {src->member_key, KEY_MEMBER}, {src->village_key, KEY_VILLAGE}};
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
    enum filled field = filled_named(src->maps[i].field); /* what the model never fills gets no column: the reader would remark on each */
    there |= field == FILL_COUNT;
    /* A heading is written once (a person's number is both key and field), and only as the reader takes it unconverted. */
    if (there || (src->maps[i].conversion != CONVERT_NONE && src->maps[i].conversion != CONVERT_HUNDREDTH)) continue;
    fields[n] = field, headings[n++] = heading;
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

enum status layout_put(struct layout *l, uint32_t level, const struct row *r, struct err *e) {
  if (l->columns) return columns_put(l->columns, level, r, e);
  return sheet_put(l->by_level[level], r, e);
}

enum status layout_close(struct layout *l, struct err *e) {
  for (uint32_t i = 0; i < LEVEL_MAX; i++) TRY(sheet_close(l->by_level[i], e));
  return OK;
}

void layout_drop(struct layout *l) {
  for (uint32_t i = 0; i < LEVEL_MAX; i++) sheet_drop(l->by_level[i]);
}
