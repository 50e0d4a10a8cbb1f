#include "ingest/dta.h"

#include <math.h>
#include <readstat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "ingest/unpack.h"

#define STATA_EPOCH (-3653) /* 1960-01-01 */

struct dta_set { /* one set of value labels while the file is opened */
  const char *name;
  struct reader_label *labels;
  uint32_t count, cap;
};

enum dta_time { DTA_PLAIN, DTA_DAYS, DTA_MILLISECONDS };

struct dta_bytes { /* what the library reads from */
  struct file_map map;
  size_t at;
};

struct dta {
  struct dta_bytes bytes;
  const char *encoding; /* told to the library; NULL = as the file says */
  uint8_t *times;       /* per column: enum dta_time */
  const char **sets;    /* per column: name of its label set */
  struct dta_set *known;
  uint32_t known_count, known_cap;
  int64_t rows_stated;
  int version;
  char library_words[200];
  /* while opening */
  uint64_t odd_runs, pairs, not_utf8;
  /* while reading */
  struct reader *reader;
  struct reader_cell *cells;
  char *text;           /* of one row */
  size_t text_len, text_cap;
  uint64_t row;
  uint32_t filled;
  enum status (*fn)(void *ctx, const struct reader_row *row, struct err *e);
  void *fn_ctx;
  struct err *err;
  enum status status;
};

/* ---- the library's way of reading ---- */

static int io_open(const char *path, void *ctx) {
  (void)path;
  ((struct dta_bytes *)ctx)->at = 0;
  return 0;
}

static int io_close(void *ctx) {
  (void)ctx;
  return 0;
}

static readstat_off_t io_seek(readstat_off_t offset, readstat_io_flags_t whence, void *ctx) {
  struct dta_bytes *b = ctx;
  readstat_off_t from = whence == READSTAT_SEEK_SET ? 0 : whence == READSTAT_SEEK_CUR ? (readstat_off_t)b->at : (readstat_off_t)b->map.len;
  readstat_off_t to;
  if (__builtin_add_overflow(from, offset, &to) || to < 0 || (size_t)to > b->map.len) return -1;
  b->at = (size_t)to;
  return to;
}

static ssize_t io_read(void *buf, size_t n, void *ctx) {
  struct dta_bytes *b = ctx;
  size_t left = b->map.len - b->at;
  if (n > left) n = left;
  if (n) memcpy(buf, b->map.data + b->at, n);
  b->at += n;
  return (ssize_t)n;
}

static readstat_error_t io_update(long size, readstat_progress_handler progress, void *user, void *ctx) {
  (void)size, (void)progress, (void)user, (void)ctx;
  return READSTAT_OK;
}

static void on_error(const char *words, void *ctx) {
  struct dta *d = ctx;
  snprintf(d->library_words, sizeof d->library_words, "%s", words);
  for (char *p = d->library_words; *p; p++)
    if (*p == '\n') *p = ' ';
}

static readstat_parser_t *new_parser(struct dta *d) {
  readstat_parser_t *p = readstat_parser_init();
  if (!p) return NULL;
  readstat_set_open_handler(p, io_open);
  readstat_set_close_handler(p, io_close);
  readstat_set_seek_handler(p, io_seek);
  readstat_set_read_handler(p, io_read);
  readstat_set_update_handler(p, io_update);
  readstat_set_io_ctx(p, &d->bytes);
  readstat_set_error_handler(p, on_error);
  if (d->encoding) readstat_set_file_character_encoding(p, d->encoding);
  return p;
}

static enum status stop(struct dta *d, enum status s) {
  d->status = s;
  return s;
}

/* What the library's answer means to the person who gave the file. */
static enum status outcome(struct reader *r, struct dta *d, readstat_error_t rc, struct err *e) {
  if (d->status != OK) return d->status;
  switch (rc) {
    case READSTAT_OK: return OK;
    case READSTAT_ERROR_MALLOC: return err_set(e, ERR_LIMIT, "is the file damaged? copy or download it again", "%s asks for more memory than there is", r->path);
    case READSTAT_ERROR_READ: case READSTAT_ERROR_SEEK:
      return err_set(e, ERR_INPUT, "copy or download it again", "%s is cut off or damaged: it ends before what it says it holds", r->path);
    case READSTAT_ERROR_UNSUPPORTED_FILE_FORMAT_VERSION:
      return err_set(e, ERR_INPUT, "is it a Stata file? save it again from Stata 8 or later", "%s is not a .dta file of a version that is read", r->path);
    case READSTAT_ERROR_CONVERT: case READSTAT_ERROR_CONVERT_BAD_STRING: case READSTAT_ERROR_CONVERT_SHORT_STRING: case READSTAT_ERROR_CONVERT_LONG_STRING:
      return err_set(e, ERR_INPUT, "in Stata: unicode translate, or save it again from Stata 14 or later", "%s holds text that is not %s", r->path,
                     d->encoding ? d->encoding : "in the encoding it states");
    default:
      return err_set(e, ERR_INPUT, "copy or download it again; or save it again from Stata", "%s is damaged or not a .dta file: %s", r->path,
                     d->library_words[0] ? d->library_words : readstat_error_message(rc));
  }
}

static readstat_error_t parse(struct reader *r, readstat_parser_t *p, struct dta *d) {
  readstat_error_t rc = readstat_parse_dta(p, r->path, d);
  readstat_parser_free(p);
  return rc;
}

/* ---- opening: names, labels ---- */

static int on_metadata(readstat_metadata_t *m, void *ctx) {
  struct dta *d = ctx;
  struct reader *r = d->reader;
  d->rows_stated = m->row_count;
  d->version = (int)m->file_format_version;
  if (m->var_count < 1) return stop(d, err_set(d->err, ERR_INPUT, NULL, "%s holds no variables", r->path)), READSTAT_HANDLER_ABORT;
  if (m->var_count > READER_COLUMNS_MAX)
    return stop(d, err_set(d->err, ERR_LIMIT, "save fewer variables", "%s has %lld variables; at most %u are read", r->path, (long long)m->var_count, READER_COLUMNS_MAX)),
           READSTAT_HANDLER_ABORT;
  /* Every row takes a byte of the file at least: a count beyond it is a lie, and not worth a long wait. */
  if (m->row_count < 0 || (uint64_t)m->row_count > d->bytes.map.len)
    return stop(d, err_set(d->err, ERR_INPUT, "copy or download it again", "%s is cut off or damaged: it states %lld rows in %zu bytes", r->path, (long long)m->row_count, d->bytes.map.len)),
           READSTAT_HANDLER_ABORT;
  size_t n = (size_t)m->var_count;
  r->columns = arena_array(&r->arena, n, sizeof *r->columns);
  d->times = arena_array(&r->arena, n, 1);
  d->sets = arena_array(&r->arena, n, sizeof *d->sets);
  if (!r->columns || !d->times || !d->sets) return stop(d, err_set(d->err, ERR_MEMORY, NULL, "out of memory")), READSTAT_HANDLER_ABORT;
  for (size_t i = 0; i < n; i++) r->columns[i].name = "";
  r->column_count = (uint32_t)n;
  return READSTAT_HANDLER_OK;
}

static enum dta_time time_of(const char *format) {
  if (strncmp(format, "%td", 3) == 0 || strncmp(format, "%d", 2) == 0 || strncmp(format, "%-td", 4) == 0 || strncmp(format, "%-d", 3) == 0) return DTA_DAYS;
  if (strncmp(format, "%tc", 3) == 0 || strncmp(format, "%tC", 3) == 0) return DTA_MILLISECONDS;
  return DTA_PLAIN;
}

static int on_variable(int index, readstat_variable_t *v, const char *set, void *ctx) {
  struct dta *d = ctx;
  struct reader *r = d->reader;
  if (index < 0 || (uint32_t)index >= r->column_count) return stop(d, err_set(d->err, ERR_INPUT, NULL, "%s: damaged list of variables", r->path)), READSTAT_HANDLER_ABORT;
  struct reader_column *c = &r->columns[index];
  const char *format = readstat_variable_get_format(v), *label = readstat_variable_get_label(v), *name = readstat_variable_get_name(v);
  c->name = arena_str(&r->arena, name ? name : "");
  c->label = label && label[0] ? arena_str(&r->arena, label) : NULL;
  d->sets[index] = set && set[0] ? arena_str(&r->arena, set) : NULL;
  if (!c->name || (label && label[0] && !c->label) || (set && set[0] && !d->sets[index])) return stop(d, err_set(d->err, ERR_MEMORY, NULL, "out of memory")), READSTAT_HANDLER_ABORT;
  bool text = readstat_variable_get_type_class(v) == READSTAT_TYPE_CLASS_STRING;
  d->times[index] = (uint8_t)(format && !text ? time_of(format) : DTA_PLAIN);
  c->type = text ? READER_TEXT : d->times[index] ? READER_DATE : READER_NUMBER;
  return READSTAT_HANDLER_OK;
}

static double as_double(readstat_value_t v) {
  switch (readstat_value_type(v)) {
    case READSTAT_TYPE_INT8: return (signed char)readstat_int8_value(v);
    case READSTAT_TYPE_INT16: return readstat_int16_value(v);
    case READSTAT_TYPE_INT32: return readstat_int32_value(v);
    case READSTAT_TYPE_FLOAT: return (double)readstat_float_value(v);
    case READSTAT_TYPE_DOUBLE: return readstat_double_value(v);
    default: return (double)NAN;
  }
}

static struct dta_set *set_of(struct dta *d, const char *name) {
  if (d->known_count && strcmp(d->known[d->known_count - 1].name, name) == 0) return &d->known[d->known_count - 1]; /* they come set by set */
  for (uint32_t i = 0; i < d->known_count; i++)
    if (strcmp(d->known[i].name, name) == 0) return &d->known[i];
  struct arena *a = &d->reader->arena;
  if (d->known_count == d->known_cap) {
    uint32_t cap = d->known_cap ? d->known_cap * 2 : 16;
    struct dta_set *p = arena_grow(a, d->known, d->known_count, cap, sizeof *p);
    if (!p) return NULL;
    d->known = p;
    d->known_cap = cap;
  }
  struct dta_set *s = &d->known[d->known_count];
  *s = (struct dta_set){.name = arena_str(a, name)};
  if (!s->name) return NULL;
  d->known_count++;
  return s;
}

static int on_label(const char *set, readstat_value_t value, const char *label, void *ctx) {
  struct dta *d = ctx;
  struct arena *a = &d->reader->arena;
  struct dta_set *s = set ? set_of(d, set) : NULL;
  if (s && s->count == s->cap) {
    uint32_t cap = s->cap ? s->cap * 2 : 8;
    struct reader_label *p = arena_grow(a, s->labels, s->count, cap, sizeof *p);
    if (p) s->labels = p, s->cap = cap;
  }
  if (!s || s->count == s->cap) return stop(d, err_set(d->err, ERR_LIMIT, NULL, "%s has too many value labels", d->reader->path)), READSTAT_HANDLER_ABORT;
  struct reader_label *l = &s->labels[s->count];
  bool tagged = readstat_value_is_tagged_missing(value);
  *l = (struct reader_label){.value = tagged ? 0 : as_double(value), .tag = tagged ? readstat_value_tag(value) : 0, .text = arena_str(a, label ? label : "")};
  if (!l->text) return stop(d, err_set(d->err, ERR_MEMORY, NULL, "out of memory")), READSTAT_HANDLER_ABORT;
  if (!isnan(l->value)) s->count++;
  return READSTAT_HANDLER_OK;
}

static int by_value(const void *a, const void *b) {
  const struct reader_label *x = a, *y = b;
  if ((x->tag != 0) != (y->tag != 0)) return x->tag ? 1 : -1;
  if (x->tag) return x->tag < y->tag ? -1 : x->tag > y->tag;
  return x->value < y->value ? -1 : x->value > y->value;
}

/* ---- the encoding of old files ---- */

/* Counts runs of bytes beyond ASCII: Chinese in GB2312 makes even ones of bytes from 0xA1 up, accents in Windows-1252 hardly ever do. */
static void weigh(struct dta *d, const char *s) {
  size_t n = s ? strlen(s) : 0;
  if (!n || text_is_utf8(s, n, NULL)) return;
  d->not_utf8++;
  for (size_t i = 0; i < n;) {
    size_t from = i;
    bool low = false;
    for (; i < n && (unsigned char)s[i] >= 0x80; i++) low |= (unsigned char)s[i] < 0xa1;
    if (i == from) i++;
    else if ((i - from) % 2 || low) d->odd_runs++;
    else d->pairs++;
  }
}

static int weigh_variable(int index, readstat_variable_t *v, const char *set, void *ctx) {
  (void)index, (void)set;
  weigh(ctx, readstat_variable_get_label(v));
  return READSTAT_HANDLER_OK;
}

static int weigh_label(const char *set, readstat_value_t value, const char *label, void *ctx) {
  (void)set, (void)value;
  weigh(ctx, label);
  return READSTAT_HANDLER_OK;
}

static int weigh_value(int row, readstat_variable_t *v, readstat_value_t value, void *ctx) {
  (void)row, (void)v;
  if (readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING) weigh(ctx, readstat_string_value(value));
  return READSTAT_HANDLER_OK;
}

static enum status choose_encoding(struct reader *r, struct dta *d, struct err *e) {
  readstat_parser_t *p = new_parser(d);
  if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  readstat_set_handler_character_encoding(p, NULL); /* the bytes as they are */
  readstat_set_variable_handler(p, weigh_variable);
  readstat_set_value_label_handler(p, weigh_label);
  readstat_set_value_handler(p, weigh_value);
  TRY(outcome(r, d, parse(r, p, d), e));
  d->encoding = !d->not_utf8 ? "UTF-8" : d->pairs && !d->odd_runs ? "GB18030" : "WINDOWS-1252";
  return OK;
}

/* ---- rows ---- */

static bool keep_text(struct dta *d, struct reader_cell *c, const char *s, size_t n) {
  if (n > d->text_cap - d->text_len) {
    size_t cap = d->text_cap ? d->text_cap * 2 : 4096;
    while (cap - d->text_len < n && cap <= 2 * (size_t)DTA_TEXT_MAX) cap *= 2;
    if (cap - d->text_len < n) return false;
    char *p = realloc(d->text, cap);
    if (!p) return false;
    d->text = p;
    d->text_cap = cap;
  }
  memcpy(d->text + d->text_len, s, n);
  c->kind = READ_TEXT;
  c->text = (struct span){(const char *)(uintptr_t)d->text_len, n}; /* an offset until the row is whole: the buffer may move */
  d->text_len += n;
  return true;
}

static bool fill_cell(struct dta *d, uint32_t i, readstat_value_t value) {
  struct reader_cell *c = &d->cells[i];
  c->kind = READ_EMPTY;
  if (readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING) {
    const char *s = readstat_string_value(value);
    return !s || !s[0] || keep_text(d, c, s, strlen(s));
  }
  if (readstat_value_is_tagged_missing(value)) {
    c->kind = READ_TAG;
    c->tag = readstat_value_tag(value);
    return true;
  }
  if (readstat_value_is_system_missing(value)) return true;
  c->kind = READ_NUMBER;
  c->number = as_double(value);
  c->single = readstat_value_type(value) == READSTAT_TYPE_FLOAT;
  if (d->times[i] && fabs(c->number) < 1e18) {
    double days = d->times[i] == DTA_MILLISECONDS ? floor(c->number / 86400000.0) : floor(c->number);
    if (fabs(days) < 1e7) {
      c->kind = READ_DATE;
      c->days = (int64_t)days + STATA_EPOCH;
    }
  }
  return true;
}

static int on_value(int row, readstat_variable_t *v, readstat_value_t value, void *ctx) {
  struct dta *d = ctx;
  struct reader *r = d->reader;
  int index = readstat_variable_get_index(v);
  (void)row;
  if (index != (int)d->filled || d->filled >= r->column_count)
    return stop(d, err_set(d->err, ERR_INPUT, "copy or download it again", "%s is damaged: row %llu has its values out of order", r->path, (unsigned long long)d->row + 1)), READSTAT_HANDLER_ABORT;
  if (!fill_cell(d, d->filled, value))
    return stop(d, err_set(d->err, ERR_LIMIT, NULL, "%s: the texts of row %llu take more than %u bytes", r->path, (unsigned long long)d->row + 1, DTA_TEXT_MAX)), READSTAT_HANDLER_ABORT;
  if (++d->filled < r->column_count) return READSTAT_HANDLER_OK;
  const char *problem = NULL;
  char words[200];
  for (uint32_t i = 0; i < r->column_count; i++) {
    struct reader_cell *c = &d->cells[i];
    if (c->kind != READ_TEXT) continue;
    c->text.at = d->text + (size_t)(uintptr_t)c->text.at;
    if (problem || text_is_utf8(c->text.at, c->text.len, NULL)) continue;
    snprintf(words, sizeof words, "column %.100s is not text in the file's encoding", r->columns[i].name);
    problem = words;
    c->kind = READ_EMPTY;
  }
  struct reader_row out = {.number = ++d->row, .cells = d->cells, .count = r->column_count, .problem = problem};
  enum status s = d->fn(d->fn_ctx, &out, d->err);
  d->filled = 0;
  d->text_len = 0;
  return s == OK ? READSTAT_HANDLER_OK : (stop(d, s), READSTAT_HANDLER_ABORT);
}

/* libreadstat 1.1 makes its list of variables only for whoever asks for it, and reads values through that list. */
static int on_variable_again(int index, readstat_variable_t *v, const char *set, void *ctx) {
  (void)index, (void)v, (void)set, (void)ctx;
  return READSTAT_HANDLER_OK;
}

static enum status dta_each(struct reader *r, enum status (*fn)(void *, const struct reader_row *, struct err *), void *ctx, struct err *e) {
  struct dta *d = r->state;
  readstat_parser_t *p = new_parser(d);
  if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  readstat_set_variable_handler(p, on_variable_again);
  readstat_set_value_handler(p, on_value);
  d->fn = fn, d->fn_ctx = ctx, d->err = e, d->row = 0, d->filled = 0, d->text_len = 0, d->status = OK;
  TRY(outcome(r, d, parse(r, p, d), e));
  if ((int64_t)d->row != d->rows_stated || d->filled)
    return err_set(e, ERR_INPUT, "copy or download it again", "%s is cut off or damaged: it states %lld rows and holds %llu", r->path, (long long)d->rows_stated, (unsigned long long)d->row);
  return OK;
}

static void dta_close(struct reader *r) {
  struct dta *d = r->state;
  if (!d) return;
  file_map_close(&d->bytes.map);
  free(d->cells);
  free(d->text);
  free(d);
  r->state = NULL;
}

static const struct reader_driver dta_driver = {dta_each, dta_close};

static enum status read_head(struct reader *r, struct dta *d, struct err *e) {
  readstat_parser_t *p = new_parser(d);
  if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  d->known = NULL, d->known_count = d->known_cap = 0;
  d->err = e;
  readstat_set_metadata_handler(p, on_metadata);
  readstat_set_variable_handler(p, on_variable);
  readstat_set_value_label_handler(p, on_label);
  return outcome(r, d, parse(r, p, d), e);
}

static enum status check_names(struct reader *r, struct err *e) {
  struct map names;
  map_init(&names, &r->arena);
  for (uint32_t i = 0; i < r->column_count; i++) {
    struct reader_column *c = &r->columns[i];
    uint32_t index;
    bool fresh;
    if (!text_is_utf8(c->name, strlen(c->name), NULL) || (c->label && !text_is_utf8(c->label, strlen(c->label), NULL)))
      return err_set(e, ERR_INPUT, "save it again from Stata 14 or later", "%s: the name or label of variable %u is not text", r->path, i + 1);
    if (!map_put(&names, c->name, strlen(c->name), &index, &fresh)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (!fresh && c->name[0]) return err_set(e, ERR_INPUT, "rename or remove one of the two", "%s: the variable %.100s stands twice", r->path, c->name);
  }
  return OK;
}

enum status dta_open(struct reader *r, int fd, struct err *e) {
  struct dta *d = calloc(1, sizeof *d);
  if (!d) {
    close(fd);
    return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  d->reader = r;
  r->state = d;
  r->driver = &dta_driver;
  r->format = "dta";
  const char *packing;
  enum status s = unpack(fd, r->path, UNPACK_MAX, &d->bytes.map, &packing, e);
  close(fd);
  if (s != OK) return s;
  if (!d->bytes.map.len) return err_set(e, ERR_INPUT, NULL, "%s is empty", r->path);
  TRY(read_head(r, d, e));
  if (d->version < 118) {
    TRY(choose_encoding(r, d, e));
    TRY(read_head(r, d, e));
  }
  r->encoding = d->encoding ? d->encoding : "UTF-8";
  r->rows = (uint64_t)d->rows_stated;
  for (uint32_t i = 0; i < d->known_count; i++) qsort(d->known[i].labels, d->known[i].count, sizeof *d->known[i].labels, by_value);
  for (uint32_t i = 0; i < r->column_count; i++)
    for (uint32_t k = 0; d->sets[i] && k < d->known_count; k++)
      if (strcmp(d->sets[i], d->known[k].name) == 0) r->columns[i].labels = d->known[k].labels, r->columns[i].label_count = d->known[k].count;
  if (!(d->cells = calloc(r->column_count, sizeof *d->cells))) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  return check_names(r, e);
}
