#include "ingest/dta.h"

#include <iconv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "ingest/unpack.h"

#define STATA_EPOCH (-3653) /* 1960-01-01 */

enum dta_time { TIME_NONE, TIME_DAYS, TIME_MILLISECONDS };

struct dta {
  struct file_map map;
  struct arena parts; /* the file taken apart */
  struct dta_file file;
  uint8_t *times;     /* per variable: enum dta_time */
  struct reader_cell *cells;
  iconv_t iconv;
  bool iconv_open;
  struct arena scratch; /* texts of one row that needed converting */
};

/* ---- text ---- */

struct weights { uint64_t odd, pairs, not_utf8; };

/* Counts runs of bytes beyond ASCII: Chinese in GB2312 makes even ones of bytes from 0xA1 up, accents in Windows-1252 hardly ever do. */
static void weigh(struct weights *w, struct span s) {
  if (!s.len || text_is_utf8(s.at, s.len, NULL)) return;
  w->not_utf8++;
  for (size_t i = 0; i < s.len;) {
    size_t from = i;
    bool low = false;
    for (; i < s.len && (unsigned char)s.at[i] >= 0x80; i++) low |= (unsigned char)s.at[i] < 0xa1;
    if (i == from) i++;
    else if ((i - from) % 2 || low) w->odd++;
    else w->pairs++;
  }
}

static struct span label_at(const struct dta_file *f, const struct dta_set *s, uint32_t i) {
  uint64_t at = dta_uint(f, s->offsets + 4 * (size_t)i, 4);
  if (at >= s->text_len) return (struct span){"", 0};
  return (struct span){(const char *)s->text + at, strnlen((const char *)s->text + at, s->text_len - at)};
}

static const char *encoding_of(const struct dta_file *f) {
  struct weights w = {0};
  if (f->version >= 118) return "UTF-8";
  for (uint32_t i = 0; i < f->variable_count; i++) weigh(&w, f->variables[i].name), weigh(&w, f->variables[i].label);
  for (uint32_t k = 0; k < f->set_count; k++)
    for (uint32_t i = 0; i < f->sets[k].count; i++) weigh(&w, label_at(f, &f->sets[k], i));
  for (uint64_t i = 0; i < f->long_text_count; i++) weigh(&w, f->long_texts[i].text);
  for (uint32_t i = 0; i < f->variable_count; i++) {
    const struct dta_variable *v = &f->variables[i];
    for (uint64_t row = 0; v->type == DTA_TEXT && row < f->rows; row++) {
      const char *at = (const char *)f->data + row * f->row_width + v->at;
      weigh(&w, (struct span){at, strnlen(at, v->width)});
    }
  }
  return !w.not_utf8 ? "UTF-8" : w.pairs && !w.odd ? "GB18030" : "WINDOWS-1252";
}

/* The text in UTF-8: itself, or a copy in the arena. */
static bool to_utf8(struct dta *d, struct arena *a, struct span s, struct span *out) {
  *out = s;
  if (text_is_utf8(s.at, s.len, NULL)) return true;
  if (!d->iconv_open) return false;
  size_t left = s.len, space = s.len * 3 + 4;
  char *from = (char *)(uintptr_t)s.at, *to = arena_alloc(a, space);
  if (!to) return false;
  out->at = to;
  iconv(d->iconv, NULL, NULL, NULL, NULL);
  if (iconv(d->iconv, &from, &left, &to, &space) == (size_t)-1 || left) return false;
  out->len = (size_t)(to - out->at);
  return true;
}

static enum status keep_text(struct reader *r, struct dta *d, struct span s, const char **out, struct err *e) {
  struct span utf8;
  if (!to_utf8(d, &r->arena, s, &utf8)) return err_set(e, ERR_INPUT, "in Stata: unicode translate, then save it again", "%s: a name or label is not text in %s", r->path, r->encoding);
  ARENA_TRY(e, *out = arena_strn(&r->arena, utf8.at, utf8.len));
  return OK;
}

/* ---- cells ---- */

/* A number of the file: READ_EMPTY for ".", READ_TAG for .a to .z, else READ_NUMBER. Versions before 113 know "." only. */
static void number_cell(const struct dta_file *f, enum dta_type type, const uint8_t *at, struct reader_cell *c) {
  static const int64_t missing[] = {[DTA_BYTE] = 101, [DTA_INT] = 32741, [DTA_LONG] = 2147483621};
  static const int64_t missing_old[] = {[DTA_BYTE] = 127, [DTA_INT] = 32767, [DTA_LONG] = 2147483647};
  static const unsigned widths[] = {[DTA_BYTE] = 1, [DTA_INT] = 2, [DTA_LONG] = 4, [DTA_FLOAT] = 4, [DTA_DOUBLE] = 8};
  uint64_t bits = dta_uint(f, at, widths[type]);
  int64_t code = -1; /* 0 = ".", 1 = .a, ... */
  bool old = f->version < 113;
  c->kind = READ_NUMBER;
  c->single = type == DTA_FLOAT;
  if (type == DTA_FLOAT) {
    uint32_t b = (uint32_t)bits;
    float v;
    memcpy(&v, &b, 4);
    c->number = (double)v;
    if (b >= 0x7f000000u && b < 0x7f800000u) code = (b - 0x7f000000u) >> 11;
  } else if (type == DTA_DOUBLE) {
    memcpy(&c->number, &bits, 8);
    if (bits >= 0x7fe0000000000000u && bits < 0x7ff0000000000000u) code = (int64_t)((bits - 0x7fe0000000000000u) >> 40);
  } else {
    int64_t v = type == DTA_BYTE ? (int8_t)bits : type == DTA_INT ? (int16_t)bits : (int32_t)bits;
    c->number = (double)v;
    code = v - (old ? missing_old : missing)[type];
  }
  if (code < 0) return;
  c->kind = code == 0 || old || code > 26 ? READ_EMPTY : READ_TAG;
  c->tag = (char)('a' + (code - 1) % 26);
}

static void as_date(enum dta_time time, struct reader_cell *c) {
  if (time == TIME_NONE || c->kind != READ_NUMBER) return;
  double days = floor(time == TIME_MILLISECONDS ? c->number / 86400000.0 : c->number);
  if (!(fabs(days) < 1e7)) return; /* no date at all: validation refuses the number */
  c->kind = READ_DATE;
  c->days = (int64_t)days + STATA_EPOCH;
}

static struct span find_long_text(const struct dta_file *f, const uint8_t *at, unsigned v_bytes) {
  struct dta_long_text want = {.v = dta_uint(f, at, v_bytes), .o = dta_uint(f, at + v_bytes, 8 - v_bytes)};
  uint64_t low = 0, high = f->long_text_count;
  while (low < high) {
    uint64_t mid = low + (high - low) / 2;
    const struct dta_long_text *t = &f->long_texts[mid];
    if (t->v < want.v || (t->v == want.v && t->o < want.o)) low = mid + 1;
    else high = mid;
  }
  if (low < f->long_text_count && f->long_texts[low].v == want.v && f->long_texts[low].o == want.o) return f->long_texts[low].text;
  return want.v || want.o ? (struct span){NULL, 0} : (struct span){"", 0};
}

/* strL: 8 bytes that refer to (variable, row), split differently in each version; libreadstat writes 119 as it does 118. */
static struct span long_text(const struct dta_file *f, const uint8_t *at) {
  struct span s = find_long_text(f, at, f->version == 117 ? 4 : f->version == 118 ? 2 : 3);
  return !s.at && f->version == 119 ? find_long_text(f, at, 2) : s;
}

static bool fill_cell(struct dta *d, uint32_t i, const uint8_t *row, struct reader_cell *c, const char **why) {
  const struct dta_variable *v = &d->file.variables[i];
  const uint8_t *at = row + v->at;
  if (v->type <= DTA_DOUBLE) {
    number_cell(&d->file, v->type, at, c);
    as_date(d->times[i], c);
    return true;
  }
  struct span s = v->type == DTA_TEXT ? (struct span){(const char *)at, strnlen((const char *)at, v->width)} : long_text(&d->file, at);
  c->kind = READ_EMPTY;
  if (!s.at) return *why = "refers to a long text that is not there, or is binary", false;
  if (!s.len) return true;
  if (!to_utf8(d, &d->scratch, s, &c->text)) return *why = "is not text in the file's encoding", false;
  c->kind = READ_TEXT;
  return true;
}

static enum status dta_each(struct reader *r, enum status (*fn)(void *, const struct reader_row *, struct err *), void *ctx, struct err *e) {
  struct dta *d = r->state;
  char problem[200];
  for (uint64_t n = 0; n < d->file.rows; n++) {
    const uint8_t *row = d->file.data + n * d->file.row_width;
    struct reader_row out = {.number = n + 1, .cells = d->cells, .count = r->column_count};
    for (uint32_t i = 0; i < r->column_count; i++) {
      const char *why = NULL;
      if (fill_cell(d, i, row, &d->cells[i], &why)) continue;
      d->cells[i].kind = READ_EMPTY;
      if (out.problem) continue;
      snprintf(problem, sizeof problem, "column %.100s %s", r->columns[i].name, why);
      out.problem = problem;
    }
    TRY(fn(ctx, &out, e));
    if (d->scratch.used) arena_drop(&d->scratch);
  }
  return OK;
}

static void dta_close(struct reader *r) {
  struct dta *d = r->state;
  if (!d) return;
  if (d->iconv_open) iconv_close(d->iconv);
  file_map_close(&d->map);
  arena_drop(&d->parts);
  arena_drop(&d->scratch);
  free(d->cells);
  free(d);
  r->state = NULL;
}

static const struct reader_driver dta_driver = {dta_each, dta_close};

/* ---- opening ---- */

static enum dta_time time_of(struct span format) {
  static const struct { const char *prefix; enum dta_time time; } known[] = {{"%td", TIME_DAYS}, {"%d", TIME_DAYS}, {"%-td", TIME_DAYS}, {"%-d", TIME_DAYS}, {"%tc", TIME_MILLISECONDS}, {"%tC", TIME_MILLISECONDS}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (format.len >= strlen(known[i].prefix) && memcmp(format.at, known[i].prefix, strlen(known[i].prefix)) == 0) return known[i].time;
  return TIME_NONE;
}

static int by_value(const void *a, const void *b) {
  const struct reader_label *x = a, *y = b;
  if ((x->tag != 0) != (y->tag != 0)) return x->tag ? 1 : -1;
  if (x->tag) return x->tag < y->tag ? -1 : x->tag > y->tag;
  return x->value < y->value ? -1 : x->value > y->value;
}

static enum status read_set(struct reader *r, struct dta *d, const struct dta_set *s, struct reader_label **out, uint32_t *count, struct err *e) {
  struct reader_label *l = arena_array(&r->arena, (size_t)s->count + 1, sizeof *l);
  uint32_t n = 0;
  if (!l) return err_set(e, ERR_LIMIT, NULL, "%s has too many value labels", r->path);
  for (uint32_t i = 0; i < s->count; i++) {
    struct reader_cell c;
    number_cell(&d->file, DTA_LONG, s->values + 4 * (size_t)i, &c);
    if (c.kind == READ_EMPTY) continue;
    l[n].value = c.kind == READ_TAG ? 0 : c.number;
    l[n].tag = c.kind == READ_TAG ? c.tag : 0;
    TRY(keep_text(r, d, label_at(&d->file, s, i), &l[n].text, e));
    n++;
  }
  qsort(l, n, sizeof *l, by_value);
  *out = l;
  *count = n;
  return OK;
}

static enum status attach_labels(struct reader *r, struct dta *d, struct err *e) {
  struct map sets;
  struct dta_file *f = &d->file;
  struct reader_label **labels = arena_array(&d->parts, (size_t)f->set_count + 1, sizeof(void *));
  uint32_t *counts = arena_array(&d->parts, (size_t)f->set_count + 1, sizeof *counts), index;
  ARENA_TRY(e, labels);
  ARENA_TRY(e, counts);
  map_init(&sets, &d->parts);
  for (uint32_t i = 0; i < f->set_count; i++) {
    bool fresh;
    if (!map_put(&sets, f->sets[i].name.at, f->sets[i].name.len, &index, &fresh)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (fresh) TRY(read_set(r, d, &f->sets[i], &labels[index], &counts[index], e));
  }
  for (uint32_t i = 0; i < r->column_count; i++) {
    index = map_get(&sets, f->variables[i].set.at, f->variables[i].set.len);
    if (index == MAP_NONE || !f->variables[i].set.len) continue;
    r->columns[i].labels = labels[index];
    r->columns[i].label_count = counts[index];
  }
  return OK;
}

static enum status open_columns(struct reader *r, struct dta *d, struct err *e) {
  struct dta_file *f = &d->file;
  struct map names;
  map_init(&names, &r->arena);
  r->column_count = f->variable_count;
  ARENA_TRY(e, r->columns = arena_array(&r->arena, f->variable_count, sizeof *r->columns));
  ARENA_TRY(e, d->times = arena_array(&d->parts, f->variable_count, 1));
  if (!(d->cells = calloc(f->variable_count, sizeof *d->cells))) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  for (uint32_t i = 0; i < f->variable_count; i++) {
    struct reader_column *c = &r->columns[i];
    const struct dta_variable *v = &f->variables[i];
    uint32_t index;
    bool fresh;
    TRY(keep_text(r, d, v->name, &c->name, e));
    if (v->label.len) TRY(keep_text(r, d, v->label, &c->label, e));
    bool number = v->type <= DTA_DOUBLE;
    d->times[i] = (uint8_t)(number ? time_of(v->format) : TIME_NONE);
    c->type = !number ? READER_TEXT : d->times[i] ? READER_DATE : READER_NUMBER;
    if (!map_put(&names, c->name, strlen(c->name), &index, &fresh)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (!fresh && c->name[0]) return err_set(e, ERR_INPUT, "rename or remove one of the two", "%s: the variable %.100s stands twice", r->path, c->name);
  }
  return attach_labels(r, d, e);
}

enum status dta_open(struct reader *r, int fd, struct err *e) {
  struct dta *d = calloc(1, sizeof *d);
  if (!d) {
    close(fd);
    return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  arena_init(&d->parts, (size_t)1 << 30);
  arena_init(&d->scratch, (size_t)256 << 20);
  r->state = d;
  r->driver = &dta_driver;
  r->format = "dta";
  const char *packing;
  enum status s = unpack(fd, r->path, UNPACK_MAX, &d->map, &packing, e);
  close(fd);
  if (s != OK) return s;
  TRY(dta_parse(&d->parts, d->map.data, d->map.len, r->path, &d->file, e));
  r->rows = d->file.rows;
  r->encoding = encoding_of(&d->file);
  if (strcmp(r->encoding, "UTF-8") != 0) {
    d->iconv = iconv_open("UTF-8", r->encoding);
    if (d->iconv == (iconv_t)-1) return err_set(e, ERR_IO, "install the C library's character set tables (package libc6)", "this system can't convert %s, which %s is in", r->encoding, r->path);
    d->iconv_open = true;
  }
  return open_columns(r, d, e);
}
