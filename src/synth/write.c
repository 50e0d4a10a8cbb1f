#include "synth/write.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/date.h"
#include "base/file.h"
#include "base/number.h"

#define SHEET_BUFFER (1u << 18)
#define SHEET_ROW_MAX (1u << 15) /* no row is longer: 128 cells of BATCH_TEXT_MAX, every byte a quote */
#define SHEET_CELLS_MAX 120u

struct sheet {
  int fd, failed; /* errno */
  const char *path;
  uint32_t len;
  char data[SHEET_BUFFER];
};

static void drain(struct sheet *s) {
  for (uint32_t at = 0; at < s->len && !s->failed;) {
    ssize_t n = write(s->fd, s->data + at, s->len - at);
    if (n < 0 && errno != EINTR) s->failed = errno;
    if (n > 0) at += (uint32_t)n;
  }
  s->len = 0;
}

static void put_cell(struct sheet *s, const char *text, size_t n) {
  char *to = s->data + s->len;
  bool quote = false;
  if (n > BATCH_TEXT_MAX) n = BATCH_TEXT_MAX; /* nothing made here is longer */
  for (size_t i = 0; i < n; i++) quote |= text[i] == ',' || text[i] == '"' || text[i] == '\n';
  if (quote) *to++ = '"';
  for (size_t i = 0; i < n; i++) {
    if (text[i] == '"') *to++ = '"';
    *to++ = text[i];
  }
  if (quote) *to++ = '"';
  *to++ = ',';
  s->len = (uint32_t)(to - s->data);
}

void sheet_text(struct sheet *s, const char *text) { put_cell(s, text, strlen(text)); }
void sheet_bool(struct sheet *s, bool v) { put_cell(s, v ? "yes" : "no", v ? 3 : 2); }

void sheet_number(struct sheet *s, int64_t v, int decimals) {
  char out[32];
  sheet_text(s, number_decimal_format(v, decimals, out));
}

void sheet_day(struct sheet *s, int32_t days) {
  char out[11];
  sheet_text(s, date_format(days, out));
}

void sheet_skip(struct sheet *s, uint32_t cells) {
  for (uint32_t i = 0; i < cells; i++) s->data[s->len++] = ',';
}

enum status sheet_end(struct sheet *s, struct err *e) {
  memcpy(s->data + s->len, "synthetic\n", 10);
  s->len += 10;
  if (s->len + SHEET_ROW_MAX > SHEET_BUFFER) drain(s);
  return s->failed ? err_errno(e, s->failed, "%s", s->path) : OK;
}

enum status sheet_open(struct arena *a, const char *path, const char *const *headings, uint32_t count, struct sheet **out, struct err *e) {
  struct sheet *s;
  ARENA_TRY(e, s = arena_new(a, struct sheet));
  if (count > SHEET_CELLS_MAX) return err_set(e, ERR_LIMIT, NULL, "%s: more than %u columns", path, SHEET_CELLS_MAX);
  for (uint32_t i = 0; i < count; i++)
    if (strlen(headings[i]) > BATCH_TEXT_MAX) return err_set(e, ERR_LIMIT, "shorten it in the programme's `sources`", "%s: a heading has more than %u bytes: %.60s...", path, BATCH_TEXT_MAX, headings[i]);
  ARENA_TRY(e, s->path = arena_str(a, path));
  s->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (s->fd < 0) return err_errno(e, errno, "%s", path);
  for (uint32_t i = 0; i < count; i++) sheet_text(s, headings[i]);
  *out = s;
  return sheet_end(s, e);
}

enum status sheet_close(struct sheet *s, struct err *e) {
  if (!s || s->fd < 0) return OK;
  drain(s);
  if (close(s->fd) != 0 && !s->failed) s->failed = errno;
  s->fd = -1;
  return s->failed ? err_errno(e, s->failed, "%s", s->path) : OK;
}

void sheet_drop(struct sheet *s) {
  if (s && s->fd >= 0) (void)close(s->fd);
  if (s) s->fd = -1;
}

/* ---- the layout of a round ---- */

enum { KEY_HOUSEHOLD = 1000, KEY_ROW, KEY_VILLAGE }; /* beside fields: the number of the household, of its member or line, of the village */

/* The first spelling of a heading. */
static const char *first_spelling(struct arena *a, const char *column) {
  const char *bar = strchr(column, '|');
  return bar ? arena_strn(a, column, (size_t)(bar - column)) : column;
}

static enum status open_source(struct arena *a, const struct source *src, const char *folder, enum rows kind, struct layout *out, struct err *e) {
  uint32_t *fields, n = 0;
  const char **headings, *path;
  struct { const char *column; uint32_t key; } keys[] = {{src->household_key, KEY_HOUSEHOLD}, {src->member_key, KEY_ROW}, {src->village_key, KEY_VILLAGE}};
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
    uint32_t field = field_named(kind, src->maps[i].field); /* what the model never fills gets no column: the reader would remark on each */
    there |= field == UINT32_MAX;
    /* A heading is written once (a person's number is both key and field), and only as the reader takes it unconverted. */
    if (there || (src->maps[i].conversion != CONVERT_NONE && src->maps[i].conversion != CONVERT_HUNDREDTH)) continue;
    fields[n] = field, headings[n++] = heading;
  }
  ARENA_TRY(e, path = file_join(a, folder, file_base(src->file)));
  out->fields[kind] = fields, out->count[kind] = n;
  return sheet_open(a, path, headings, n, &out->sheets[kind], e);
}

enum rows rows_of_level(const struct programme *p, uint32_t level) {
  if (level == LEVEL_HOUSEHOLD) return ROWS_HOUSEHOLD;
  if (level == LEVEL_MEMBER) return ROWS_MEMBER;
  if (level == LEVEL_VILLAGE) return ROWS_VILLAGE;
  if (level >= p->level_count) return ROWS_COUNT;
  return !strcmp(p->levels[level].name, LEVEL_OF_LINES) ? ROWS_LINE : !strcmp(p->levels[level].name, LEVEL_OF_CROPS) ? ROWS_CROP : ROWS_COUNT;
}

enum status layout_open(struct arena *a, const struct programme *p, const char *folder, struct layout *out, struct err *e) {
  *out = (struct layout){0};
  for (uint32_t i = 0; i < p->source_count; i++) {
    const struct source *src = &p->sources[i];
    enum rows kind = rows_of_level(p, src->level);
    if (src->file && !src->flat && kind < ROWS_COUNT && !out->sheets[kind]) TRY(open_source(a, src, folder, kind, out, e));
  }
  if (!out->sheets[ROWS_HOUSEHOLD]) return err_set(e, ERR_INPUT, "add one to `sources`", "the programme has no source with one row a household");
  return OK;
}

static void put_value(struct sheet *s, const struct population *pop, enum form form, int32_t v) {
  switch (form) {
  case FORM_WORD: sheet_text(s, pop->m->words[v]); break;
  case FORM_AREA: sheet_text(s, pop->p->areas[v].code); break;
  case FORM_BOOL: sheet_bool(s, v != 0); break;
  case FORM_DAY: sheet_day(s, v); break;
  default: sheet_number(s, v, form_decimals(form));
  }
}

static enum status put_row(const struct layout *l, const struct batch *b, enum rows kind, uint32_t row, uint32_t household, struct err *e) {
  struct sheet *s = l->sheets[kind];
  for (uint32_t i = 0; i < l->count[kind]; i++) {
    uint32_t field = l->fields[kind][i];
    char text[BATCH_TEXT_MAX];
    if (field == KEY_HOUSEHOLD) (void)batch_key(b, ROWS_HOUSEHOLD, household, text), sheet_text(s, text);
    else if (field == KEY_ROW && kind == ROWS_MEMBER) (void)batch_text(b, kind, MEMBER_person_number, row, household, text), sheet_text(s, text);
    else if (field == KEY_ROW) sheet_number(s, row - b->from[kind][household] + 1, 0);
    else if (field == KEY_VILLAGE || batch_cell(b, kind, field, row) == BATCH_MISSING) sheet_skip(s, 1);
    else if (fields_of[kind].fields[field].form == FORM_TEXT) (void)batch_text(b, kind, field, row, household, text), sheet_text(s, text);
    else put_value(s, b->pop, fields_of[kind].fields[field].form, batch_cell(b, kind, field, row));
  }
  return sheet_end(s, e);
}

enum status layout_put(struct layout *l, const struct batch *b, struct err *e) {
  static const enum rows kinds[] = {ROWS_HOUSEHOLD, ROWS_MEMBER, ROWS_LINE, ROWS_CROP};
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    uint32_t household = 0;
    for (uint32_t i = 0; l->sheets[kinds[k]] && i < b->rows[kinds[k]]; i++) {
      household = kinds[k] == ROWS_HOUSEHOLD ? i : batch_owner(b, kinds[k], i, household);
      TRY(put_row(l, b, kinds[k], i, household, e));
    }
  }
  return OK;
}

enum status layout_village(struct layout *l, const struct population *pop, uint32_t village, const int32_t cells[VILLAGE_FIELD_COUNT], struct err *e) {
  struct sheet *s = l->sheets[ROWS_VILLAGE];
  for (uint32_t i = 0; s && i < l->count[ROWS_VILLAGE]; i++) {
    uint32_t field = l->fields[ROWS_VILLAGE][i];
    if (field == KEY_VILLAGE) sheet_text(s, pop->villages[village].code);
    else if (field >= VILLAGE_FIELD_COUNT || cells[field] == BATCH_MISSING) sheet_skip(s, 1);
    else put_value(s, pop, fields_of[ROWS_VILLAGE].fields[field].form, cells[field]);
  }
  return s ? sheet_end(s, e) : OK;
}

enum status layout_close(struct layout *l, struct err *e) {
  for (uint32_t i = 0; i < ROWS_COUNT; i++) TRY(sheet_close(l->sheets[i], e));
  return OK;
}

void layout_drop(struct layout *l) {
  for (uint32_t i = 0; i < ROWS_COUNT; i++) sheet_drop(l->sheets[i]);
}
