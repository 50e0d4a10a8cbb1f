#define _GNU_SOURCE /* sync_file_range */
#include "column/segment_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/date.h"

/* The head of a file: little endian, written and read as bytes. Then level records, column records, names, sections. */
struct file_head {
  char magic[8];
  uint32_t version, level_count;
  uint64_t length;
  int64_t home;
  uint32_t column_count; /* of all levels, with the two of the segment itself */
  uint32_t names_bytes;
  uint8_t zero[24];
};
struct file_level {
  uint64_t rows;
  uint32_t column_count, has_roster;
};
struct file_column {
  uint8_t kind, width, decimals, flags;
  uint32_t dict_count;
  int64_t min, max;
};
_Static_assert(sizeof(struct file_head) == 64 && sizeof(struct file_level) == 16 && sizeof(struct file_column) == 24, "records have no holes");
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "segments are mapped as they are: this needs a little-endian machine"
#endif

#define WRITE_BEHIND ((uint64_t)32 << 20) /* so much is written before the disk is told to begin with it */

static const char magic[8] = {'L', 'u', 'c', 'i', 'd', 'S', 'e', 'g'};
enum { HAS_VALID = 1, HAS_ABSENCE = 2, ALL_FLAGS = 3 };
#define MOST_ROWS (UINT32_MAX - 1u)

#define CORRUPT_HINT "take the file from a backup, or remove the snapshot: it is made again from the registry"

static enum status PRINTF_LIKE(3, 4) corrupt(struct err *e, const char *name, const char *fmt, ...) {
  char what[300];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(what, sizeof what, fmt, ap);
  va_end(ap);
  return err_set(e, ERR_CORRUPT, CORRUPT_HINT, "%s is damaged: %s", name, what);
}

static bool is_coded(const struct column *c) { return c->kind == COL_CHOICE || c->kind == COL_TEXT; }

static enum status check_offsets(const char *name, const char *what, const uint32_t *at, uint64_t count, uint64_t last, struct err *e) {
  for (uint64_t i = 0; i < count; i++)
    if (at[i] > at[i + 1]) return corrupt(e, name, "%s: offset %" PRIu64 " goes back", what, i + 1);
  if (at[0] != 0 || at[count] != last) return corrupt(e, name, "%s: offsets do not cover the rows", what);
  return OK;
}

/* One walk over the sections, in the file's order, serves both ways: writing puts out what the pointers show, reading
 * sets them. A pointer that is NULL is a section that is not there; the reader sets a mark for those that are. */
struct walk {
  enum status (*section)(struct walk *w, const void *pointer_at, uint64_t bytes, struct err *e);
  const char *name;
  uint64_t at; /* in the file */
  /* writing */
  int fd;
  uint64_t behind; /* up to here the disk was told to write */
  struct digest_stream digest;
  const struct segment_maker *maker; /* NULL: all is there */
  struct segment *made;
  bool measuring;
  /* reading */
  const uint8_t *data;
  uint64_t len;
};

static const char present_mark;

static uint64_t next_section(uint64_t end) { return (end + 32 + 63) / 64 * 64; }

static enum status make_piece(struct walk *w, const void *piece, struct err *e) {
  return w->maker && !w->measuring ? w->maker->make(w->maker->ctx, w->made, piece, e) : OK;
}

static enum status walk_column(struct walk *w, struct column *c, struct err *e) {
  TRY(make_piece(w, c, e));
  TRY(w->section(w, &c->data, c->rows * col_width_bytes(c->width), e));
  if (c->valid) TRY(w->section(w, &c->valid, bits_words(c->rows) * 8, e));
  if (c->absence) TRY(w->section(w, &c->absence, c->rows, e));
  if (!is_coded(c)) return OK;
  TRY(w->section(w, &c->dict_at, ((uint64_t)c->dict_count + 1) * 4, e));
  if (w->maker && w->measuring) return w->section(w, &c->dict_bytes, w->maker->text_bytes(w->maker->ctx, w->made, c), e);
  /* the dictionary's length stands in its last offset */
  TRY(check_offsets(w->name, "dictionary", c->dict_at, c->dict_count, c->dict_at[c->dict_count], e));
  return w->section(w, &c->dict_bytes, c->dict_at[c->dict_count], e);
}

static enum status walk_segment(struct walk *w, struct segment *s, struct err *e) {
  uint64_t households = segment_households(s);
  TRY(make_piece(w, &s->household_id, e));
  TRY(w->section(w, &s->household_id, households * 8, e));
  TRY(make_piece(w, &s->member_id, e));
  TRY(w->section(w, &s->member_id, s->levels[LEVEL_MEMBER].rows * 8, e));
  TRY(make_piece(w, &s->village_of, e));
  TRY(w->section(w, &s->village_of, households * 4, e));
  TRY(walk_column(w, &s->household_key, e));
  TRY(walk_column(w, &s->village_code, e));
  for (uint32_t l = 0; l < s->level_count; l++) {
    if (l != LEVEL_HOUSEHOLD && l != LEVEL_VILLAGE) {
      TRY(make_piece(w, &s->child_at[l], e));
      TRY(w->section(w, &s->child_at[l], (households + 1) * 4, e));
    }
    if (s->roster[l]) TRY(w->section(w, &s->roster[l], bits_words(households) * 8, e));
    for (uint32_t i = 0; i < s->levels[l].column_count; i++) TRY(walk_column(w, &s->levels[l].columns[i], e));
  }
  return OK;
}

/* ---- writing ---- */

static enum status put(struct walk *w, const void *from, uint64_t n, struct err *e) {
  digest_add(&w->digest, from, n);
  const char *p = from;
  for (uint64_t left = n; left;) {
    ssize_t k = write(w->fd, p, left > 1u << 30 ? 1u << 30 : left);
    if (k < 0 && errno == EINTR) continue;
    if (k < 0) return err_errno(e, errno, "cannot write %s", w->name);
    p += k, left -= (uint64_t)k;
  }
  w->at += n;
  if (w->at - w->behind >= WRITE_BEHIND) { /* a hint: what comes of it, syncing will tell */
    (void)sync_file_range(w->fd, (off_t)w->behind, (off_t)(w->at - w->behind), SYNC_FILE_RANGE_WRITE);
    w->behind = w->at;
  }
  return OK;
}

static enum status put_gap(struct walk *w, struct err *e) {
  static const uint8_t zeros[128];
  return put(w, zeros, next_section(w->at) - w->at, e);
}

static enum status put_section(struct walk *w, const void *pointer_at, uint64_t bytes, struct err *e) {
  const void *from;
  memcpy(&from, pointer_at, sizeof from);
  TRY(put(w, from, bytes, e));
  return put_gap(w, e);
}

static enum status measure_section(struct walk *w, const void *pointer_at, uint64_t bytes, struct err *e) {
  (void)pointer_at, (void)e;
  w->at = next_section(w->at + bytes);
  return OK;
}

static struct file_column column_record(const struct column *c) {
  return (struct file_column){(uint8_t)c->kind, (uint8_t)c->width, c->decimals, (uint8_t)((c->valid ? HAS_VALID : 0) | (c->absence ? HAS_ABSENCE : 0)), is_coded(c) ? c->dict_count : 0, c->min, c->max};
}

static void add_names(struct text *names, const struct schema *schema) {
  for (uint32_t l = 0; l < schema->level_count; l++) {
    text_addn(names, schema->levels[l].name, strlen(schema->levels[l].name) + 1);
    for (uint32_t i = 0; i < schema->levels[l].column_count; i++) text_addn(names, schema->levels[l].columns[i].name, strlen(schema->levels[l].columns[i].name) + 1);
  }
}

static enum status put_records(struct walk *w, const struct segment *s, const struct text *names, struct file_head *head, struct err *e) {
  TRY(put(w, head, sizeof *head, e));
  for (uint32_t l = 0; l < s->level_count; l++) {
    struct file_level r = {s->levels[l].rows, s->levels[l].column_count, s->roster[l] != NULL};
    TRY(put(w, &r, sizeof r, e));
  }
  struct file_column key = column_record(&s->household_key), code = column_record(&s->village_code);
  TRY(put(w, &key, sizeof key, e));
  TRY(put(w, &code, sizeof code, e));
  for (uint32_t l = 0; l < s->level_count; l++)
    for (uint32_t i = 0; i < s->levels[l].column_count; i++) {
      struct file_column r = column_record(&s->levels[l].columns[i]);
      TRY(put(w, &r, sizeof r, e));
    }
  TRY(put(w, names->data, names->len, e));
  return put_gap(w, e);
}

static enum status write_all(struct walk *w, const struct schema *schema, struct segment *s, struct err *e) {
  struct text names;
  struct file_head head = {.version = SEGMENT_FILE_VERSION, .level_count = s->level_count, .home = s->home, .column_count = 2};
  memcpy(head.magic, magic, sizeof magic);
  text_init(&names, (size_t)1 << 26);
  add_names(&names, schema);
  enum status st = text_check(&names, "the names of a segment's columns", e);
  head.names_bytes = (uint32_t)names.len;
  for (uint32_t l = 0; l < s->level_count; l++) head.column_count += s->levels[l].column_count;
  uint64_t first = next_section(sizeof head + s->level_count * sizeof(struct file_level) + head.column_count * sizeof(struct file_column) + names.len);
  struct walk measure = {.section = measure_section, .at = first, .maker = w->maker, .made = s, .measuring = true};
  if (st == OK) st = walk_segment(&measure, s, e);
  head.length = measure.at;
  if (st == OK) st = put_records(w, s, &names, &head, e);
  if (st == OK) st = walk_segment(w, s, e);
  if (st == OK && w->at != head.length) st = err_set(e, ERR_INTERNAL, NULL, "%s: %" PRIu64 " bytes written, %" PRIu64 " measured", w->name, w->at, head.length);
  text_free(&names);
  return st;
}

/* Creates, writes and gives the file; it is removed when that fails. */
static enum status write_file(const struct schema *schema, struct segment *s, const struct segment_maker *maker, const char *path, struct digest *digest, uint64_t *bytes, int *file, struct err *e) {
  struct walk w = {.section = put_section, .name = path, .maker = maker, .made = s};
  if (schema->level_count != s->level_count) return err_set(e, ERR_INTERNAL, NULL, "a segment of %u levels under a schema of %u", s->level_count, schema->level_count);
  for (uint32_t l = 0; l < s->level_count; l++)
    if (schema->levels[l].column_count != s->levels[l].column_count)
      return err_set(e, ERR_INTERNAL, NULL, "level %s: %u columns under a schema of %u", schema->levels[l].name, s->levels[l].column_count, schema->levels[l].column_count);
  w.fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (w.fd < 0) return err_errno(e, errno, "cannot write %s", path);
  enum status st = digest_open(&w.digest) ? write_all(&w, schema, s, e) : err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (!digest_close(&w.digest, digest) && st == OK) st = err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (st != OK) {
    (void)close(w.fd);
    unlink(path);
  }
  *bytes = w.at, *file = w.fd;
  return st;
}

enum status segment_write(const struct schema *schema, const struct segment *s, const char *path, struct digest *digest, uint64_t *bytes, struct err *e) {
  struct segment view = *s; /* the walk wants pointers it may set; without a maker it only reads them */
  int fd;
  TRY(write_file(schema, &view, NULL, path, digest, bytes, &fd, e));
  enum status st = fsync(fd) != 0 ? err_errno(e, errno, "cannot write %s", path) : OK;
  if (close(fd) != 0 && st == OK) st = err_errno(e, errno, "cannot write %s", path);
  if (st != OK) unlink(path);
  return st;
}

enum status segment_write_made(const struct schema *schema, struct segment *shape, const struct segment_maker *maker, const char *path, struct digest *digest, uint64_t *bytes, int *file, struct err *e) {
  TRY(write_file(schema, shape, maker, path, digest, bytes, file, e));
  (void)sync_file_range(*file, 0, 0, SYNC_FILE_RANGE_WRITE);
  return OK;
}

/* ---- reading ---- */

static enum status take_section(struct walk *w, const void *pointer_at, uint64_t bytes, struct err *e) {
  if (w->at > w->len || bytes > w->len - w->at || next_section(w->at + bytes) > w->len)
    return corrupt(e, w->name, "%" PRIu64 " bytes at %" PRIu64 " reach past its end at %" PRIu64, bytes, w->at, w->len);
  const void *p = w->data + w->at;
  memcpy((void *)(uintptr_t)pointer_at, &p, sizeof p);
  uint64_t next = next_section(w->at + bytes);
  for (uint64_t i = w->at + bytes; i < next; i++)
    if (w->data[i]) return corrupt(e, w->name, "padding at %" PRIu64 " is not zero", i);
  w->at = next;
  return OK;
}

static enum status check_width(const char *name, const char *column, const struct column *c, struct err *e) {
  static const uint16_t widths[COL_KIND_COUNT] = {
      [COL_BOOL] = 1 << COL_I8,
      [COL_INT] = 1 << COL_I8 | 1 << COL_I16 | 1 << COL_I32 | 1 << COL_I64,
      [COL_DECIMAL] = 1 << COL_I8 | 1 << COL_I16 | 1 << COL_I32 | 1 << COL_I64,
      [COL_REAL] = 1 << COL_F32 | 1 << COL_F64,
      [COL_DATE] = 1 << COL_I32,
      [COL_CHOICE] = 1 << COL_U8 | 1 << COL_U16 | 1 << COL_U32,
      [COL_TEXT] = 1 << COL_U8 | 1 << COL_U16 | 1 << COL_U32,
  };
  if (!(widths[c->kind] >> c->width & 1)) return corrupt(e, name, "column %s: width %u does not fit its kind", column, c->width);
  return OK;
}

/* Values: what is missing is zero; the rest give least and greatest. One loop a width, written once. */
#define SCAN(type)                                                                                           \
  do {                                                                                                       \
    const type *v = c->data;                                                                                 \
    for (uint64_t i = 0; i < c->rows; i++) {                                                                 \
      if (c->valid && !bits_get(c->valid, i)) {                                                              \
        stray |= v[i] != 0;                                                                                  \
        continue;                                                                                            \
      }                                                                                                      \
      if (!any || v[i] < lo) lo = (int64_t)v[i];                                                             \
      if (!any || v[i] > hi) hi = (int64_t)v[i];                                                             \
      any = true;                                                                                            \
    }                                                                                                        \
  } while (0)

static enum status check_reals(const char *name, const char *column, const struct column *c, struct err *e) {
  for (uint64_t i = 0; i < c->rows; i++) {
    uint64_t bits = 0;
    memcpy(&bits, (const uint8_t *)c->data + i * col_width_bytes(c->width), col_width_bytes(c->width));
    bool zero = bits == 0, minus_zero = bits == (c->width == COL_F32 ? (uint64_t)1 << 31 : (uint64_t)1 << 63);
    bool infinite = c->width == COL_F32 ? (bits >> 23 & 0xFF) == 0xFF : (bits >> 52 & 0x7FF) == 0x7FF;
    if (minus_zero || infinite || (!zero && c->valid && !bits_get(c->valid, i))) return corrupt(e, name, "column %s: row %" PRIu64 " holds what no builder writes", column, i);
  }
  if (c->min || c->max) return corrupt(e, name, "column %s: bounds of a real", column);
  return OK;
}

static enum status check_ints(const char *name, const char *column, const struct column *c, struct err *e) {
  int64_t lo = 0, hi = 0;
  bool any = false, stray = false;
  switch (c->width) {
    case COL_I8: SCAN(int8_t); break;
    case COL_I16: SCAN(int16_t); break;
    case COL_I32: SCAN(int32_t); break;
    case COL_I64: SCAN(int64_t); break;
    case COL_U8: SCAN(uint8_t); break;
    case COL_U16: SCAN(uint16_t); break;
    default: SCAN(uint32_t); break;
  }
  if (stray) return corrupt(e, name, "column %s: a missing row is not zero", column);
  if (is_coded(c)) {
    if (any && hi >= (int64_t)c->dict_count) return corrupt(e, name, "column %s: code %" PRId64 " of a dictionary of %u", column, hi, c->dict_count);
    lo = 0, hi = c->dict_count ? (int64_t)c->dict_count - 1 : 0;
  }
  if (lo != c->min || hi != c->max) return corrupt(e, name, "column %s: values run from %" PRId64 " to %" PRId64 ", not from %" PRId64 " to %" PRId64, column, lo, hi, c->min, c->max);
  if (c->kind == COL_BOOL && (lo < 0 || hi > 1)) return corrupt(e, name, "column %s: a boolean is neither 0 nor 1", column);
  if (c->kind == COL_DATE && (lo < DATE_MIN || hi > DATE_MAX)) return corrupt(e, name, "column %s: a date out of range", column);
  return OK;
}

static enum status check_bits(const char *name, const char *column, const uint64_t *bits, uint64_t rows, struct err *e) {
  if (bits && rows % 64 && bits[rows / 64] & ~bits_tail(rows)) return corrupt(e, name, "%s: bits past the last row", column);
  return OK;
}

static enum status check_absence(const char *name, const char *column, const struct column *c, struct err *e) {
  for (uint64_t i = 0; c->absence && i < c->rows; i++) {
    bool has = column_has(c, i);
    if (c->absence[i] >= ABSENCE_COUNT || (c->absence[i] == PRESENT) != has) return corrupt(e, name, "column %s: absence %u of row %" PRIu64, column, c->absence[i], i);
  }
  return OK;
}

static enum status check_dict(const char *name, const char *column, const struct column *c, struct err *e) {
  if (!is_coded(c)) return OK;
  for (uint32_t i = 0; i < c->dict_count; i++) {
    struct span s = column_dict(c, i), before = i ? column_dict(c, i - 1) : (struct span){NULL, 0};
    size_t n = s.len < before.len ? s.len : before.len, bad;
    int order = i ? (n ? memcmp(before.at, s.at, n) : 0) : -1;
    if (order > 0 || (order == 0 && before.len >= s.len)) return corrupt(e, name, "column %s: dictionary entry %u is not after the one before", column, i);
    if (s.len && !text_is_utf8(s.at, s.len, &bad)) return corrupt(e, name, "column %s: dictionary entry %u is not UTF-8", column, i);
  }
  return OK;
}

static enum status check_column(const char *name, const char *column, const struct column *c, struct err *e) {
  TRY(check_bits(name, column, c->valid, c->rows, e));
  TRY(check_absence(name, column, c, e));
  TRY(check_dict(name, column, c, e));
  return c->kind == COL_REAL ? check_reals(name, column, c, e) : check_ints(name, column, c, e);
}

static enum status check_rows(const char *name, const struct segment *s, const struct schema *schema, struct err *e) {
  uint64_t households = segment_households(s), villages = s->levels[LEVEL_VILLAGE].rows;
  for (uint64_t h = 0; h < households; h++) {
    if (h && s->household_id[h] <= s->household_id[h - 1]) return corrupt(e, name, "household ids do not ascend at row %" PRIu64, h);
    if (s->village_of[h] >= villages && s->village_of[h] != SEGMENT_NO_ROW) return corrupt(e, name, "household row %" PRIu64 " names village %u of %" PRIu64, h, s->village_of[h], villages);
  }
  if (s->household_key.dict_count != households || s->village_code.dict_count != villages) return corrupt(e, name, "two households or villages have the same key");
  for (uint64_t v = 0; v < villages; v++)
    if (column_int(&s->village_code, v) != (int64_t)v) return corrupt(e, name, "villages are not sorted");
  for (uint32_t l = 0; l < s->level_count; l++) {
    if (l == LEVEL_HOUSEHOLD || l == LEVEL_VILLAGE) continue;
    TRY(check_offsets(name, schema->levels[l].name, s->child_at[l], households, s->levels[l].rows, e));
    TRY(check_bits(name, schema->levels[l].name, s->roster[l], households, e));
    for (uint64_t h = 0; s->roster[l] && h < households; h++)
      if (!bits_get(s->roster[l], h) && s->child_at[l][h] != s->child_at[l][h + 1]) return corrupt(e, name, "%s: rows where the list was not taken", schema->levels[l].name);
  }
  for (uint64_t h = 0; h < households; h++)
    for (uint32_t m = s->child_at[LEVEL_MEMBER][h] + 1; m < s->child_at[LEVEL_MEMBER][h + 1]; m++)
      if (s->member_id[m] <= s->member_id[m - 1]) return corrupt(e, name, "member ids do not ascend at row %u", m);
  return OK;
}

static enum status read_column_record(const char *name, const uint8_t *from, uint64_t rows, struct column *c, struct err *e) {
  struct file_column r;
  memcpy(&r, from, sizeof r);
  if (r.kind >= COL_KIND_COUNT || r.width >= COL_WIDTH_COUNT || r.flags & ~ALL_FLAGS || r.decimals > (r.kind == COL_DECIMAL ? 9 : 0))
    return corrupt(e, name, "a column record makes no sense");
  *c = (struct column){.kind = (enum col_kind)r.kind, .width = (enum col_width)r.width, .decimals = r.decimals, .rows = rows, .dict_count = r.dict_count, .min = r.min, .max = r.max,
                       .valid = r.flags & HAS_VALID ? (const void *)&present_mark : NULL, .absence = r.flags & HAS_ABSENCE ? (const void *)&present_mark : NULL};
  if (c->dict_count && !is_coded(c)) return corrupt(e, name, "a column of numbers has a dictionary");
  if (c->absence && !c->valid) return corrupt(e, name, "absences where nothing is missing");
  return check_width(name, "", c, e);
}

static const char *take_name(const char **at, const char *end) {
  const char *from = *at, *nul = from < end ? memchr(from, 0, (size_t)(end - from)) : NULL;
  if (!nul) return NULL;
  *at = nul + 1;
  return from;
}

static enum status read_schema(struct arena *a, const char *name, const char *names, uint32_t bytes, const struct segment *s, struct schema **out, struct err *e) {
  struct schema *schema;
  const char *at = names, *end = names + bytes;
  ARENA_TRY(e, schema = arena_new(a, struct schema));
  schema->level_count = s->level_count;
  for (uint32_t l = 0; l < s->level_count; l++) {
    struct schema_column *columns;
    uint32_t n = schema->levels[l].column_count = s->levels[l].column_count;
    ARENA_TRY(e, columns = arena_array(a, n + 1u, sizeof *columns));
    schema->levels[l].columns = columns;
    if (!(schema->levels[l].name = take_name(&at, end))) return corrupt(e, name, "names are cut off");
    for (uint32_t i = 0; i < n; i++) {
      columns[i] = (struct schema_column){take_name(&at, end), s->levels[l].columns[i].kind, s->levels[l].columns[i].decimals};
      if (!columns[i].name) return corrupt(e, name, "names are cut off");
    }
  }
  if (at != end) return corrupt(e, name, "more names than columns");
  struct err why = {0};
  if (schema_check(schema, &why) != OK) return corrupt(e, name, "%s", why.message);
  ARENA_TRY(e, *out = schema_copy(a, schema)); /* the file may be unmapped before the schema is dropped */
  return OK;
}

static enum status read_records(struct arena *a, struct walk *w, const struct file_head *head, struct segment *s, struct schema **schema, struct err *e) {
  uint64_t levels_bytes = head->level_count * sizeof(struct file_level), columns_bytes = head->column_count * sizeof(struct file_column);
  uint64_t columns_at = sizeof *head + levels_bytes, names_at = columns_at + columns_bytes, end = names_at + head->names_bytes;
  if (next_section(end) > w->len) return corrupt(e, w->name, "its records reach past its end");
  uint32_t column = 2;
  for (uint32_t l = 0; l < head->level_count; l++) {
    struct file_level r;
    memcpy(&r, w->data + sizeof *head + l * sizeof r, sizeof r);
    bool child = l != LEVEL_HOUSEHOLD && l != LEVEL_VILLAGE;
    if (r.rows > MOST_ROWS || r.column_count > head->column_count - column || r.has_roster > child) return corrupt(e, w->name, "level %u makes no sense", l);
    s->levels[l] = (struct table){.rows = r.rows, .column_count = r.column_count};
    if (r.has_roster) s->roster[l] = (const void *)&present_mark;
    ARENA_TRY(e, s->levels[l].columns = arena_array(a, r.column_count + 1u, sizeof(struct column)));
    for (uint32_t i = 0; i < r.column_count; i++, column++)
      TRY(read_column_record(w->name, w->data + columns_at + column * sizeof(struct file_column), r.rows, &s->levels[l].columns[i], e));
  }
  if (column != head->column_count) return corrupt(e, w->name, "columns without a level");
  TRY(read_column_record(w->name, w->data + columns_at, segment_households(s), &s->household_key, e));
  TRY(read_column_record(w->name, w->data + columns_at + sizeof(struct file_column), s->levels[LEVEL_VILLAGE].rows, &s->village_code, e));
  if (s->household_key.kind != COL_TEXT || s->household_key.valid || s->village_code.kind != COL_TEXT || s->village_code.valid) return corrupt(e, w->name, "keys are not text");
  TRY(read_schema(a, w->name, (const char *)w->data + names_at, head->names_bytes, s, schema, e));
  w->at = end;
  const void *none;
  return take_section(w, &none, 0, e);
}

static enum status check_all(const char *name, const struct segment *s, const struct schema *schema, struct err *e) {
  TRY(check_rows(name, s, schema, e));
  TRY(check_column(name, "household key", &s->household_key, e));
  TRY(check_column(name, "village code", &s->village_code, e));
  for (uint32_t l = 0; l < s->level_count; l++)
    for (uint32_t i = 0; i < s->levels[l].column_count; i++) TRY(check_column(name, schema->levels[l].columns[i].name, &s->levels[l].columns[i], e));
  return OK;
}

enum status segment_read(struct arena *a, const char *name, const uint8_t *data, size_t len, struct segment **out, struct schema **schema, struct err *e) {
  struct file_head head;
  struct segment *s;
  if (len < sizeof head) return corrupt(e, name, "it has %zu bytes only", len);
  memcpy(&head, data, sizeof head);
  if (memcmp(head.magic, magic, sizeof magic) != 0) return corrupt(e, name, "it does not begin as a segment does");
  if (head.version != SEGMENT_FILE_VERSION)
    return err_set(e, ERR_VERSION, "use the version of lucid that made it, or a newer one", "%s is a segment of format %u; this program reads format %u", name, head.version, SEGMENT_FILE_VERSION);
  if (head.length != len) return corrupt(e, name, "it has %zu bytes, and says %" PRIu64, len, head.length);
  static const uint8_t zero[sizeof head.zero];
  if (head.level_count < LEVEL_LINE0 || head.level_count > LEVEL_MAX || head.column_count < 2 || head.column_count > LEVEL_MAX * SCHEMA_COLUMNS_MAX + 2 || memcmp(head.zero, zero, sizeof zero) != 0)
    return corrupt(e, name, "its head makes no sense");
  ARENA_TRY(e, s = arena_new(a, struct segment));
  s->home = head.home, s->level_count = head.level_count;
  struct walk w = {.section = take_section, .name = name, .data = data, .len = len};
  TRY(read_records(a, &w, &head, s, schema, e));
  TRY(walk_segment(&w, s, e));
  if (w.at != len) return corrupt(e, name, "bytes behind its last section");
  TRY(check_all(name, s, *schema, e));
  *out = s;
  return OK;
}
