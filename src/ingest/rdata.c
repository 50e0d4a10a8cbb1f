#include "ingest/rdata.h"

#include <iconv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "base/text.h"
#include "ingest/rtree.h"
#include "ingest/unpack.h"

enum rdata_how { HOW_INTEGER, HOW_LOGICAL, HOW_REAL, HOW_INTEGER64, HOW_TEXT, HOW_FACTOR, HOW_DATE, HOW_TIME, HOW_OTHER };

struct rdata_cursor {
  enum rdata_how how;
  const struct rtree *column;
  const uint8_t *at;  /* text: the next element */
  char number[32];    /* integer64 and deferred text: the cell's own bytes */
};

struct rdata {
  struct file_map bytes;
  struct arena tree;
  struct rdata_cursor *cursors;
  struct reader_cell *cells;
  uint64_t rows;
  struct arena scratch; /* texts of one row that needed converting */
};

/* Bits of a text element's header that tell its encoding. */
enum { TEXT_BYTES = 1 << 13, TEXT_LATIN1 = 1 << 14, TEXT_UTF8 = 1 << 15 };

static bool from_latin1(struct arena *a, struct span s, struct span *out) {
  char *to = arena_array(a, s.len + 1, 2);
  if (!to) return false;
  size_t n = 0;
  for (size_t i = 0; i < s.len; i++) n += text_utf8_put(to + n, (unsigned char)s.at[i]);
  *out = (struct span){to, n};
  return true;
}

static bool from_gb18030(struct arena *a, struct span s, struct span *out) {
  iconv_t cd = iconv_open("UTF-8", "GB18030");
  if (cd == (iconv_t)-1) return false;
  size_t left = s.len, space = s.len * 2 + 8;
  char *from = (char *)(uintptr_t)s.at, *to = arena_alloc(a, space);
  bool good = false;
  if (to) {
    *out = (struct span){to, 0};
    good = iconv(cd, &from, &left, &to, &space) != (size_t)-1 && !left;
    out->len = (size_t)(to - out->at);
  }
  iconv_close(cd);
  return good;
}

/* UTF-8 of an element's bytes; NULL-free. False when it is no text in any encoding it may have. */
static bool to_utf8(struct arena *a, struct span s, uint32_t flags, struct span *out) {
  *out = s;
  if (text_is_utf8(s.at, s.len, NULL)) return true;
  if (memchr(s.at, 0, s.len)) return false;
  if (flags & TEXT_LATIN1) return from_latin1(a, s, out);
  if (flags & (TEXT_UTF8 | TEXT_BYTES)) return false;
  return from_gb18030(a, s, out);
}

static double real_of(uint64_t bits) {
  double d;
  memcpy(&d, &bits, 8);
  return d;
}

/* Number i of an integer, logical or real vector, as a cell: NA is empty, haven's tagged NA keeps its tag. */
static void number_cell(const struct rtree *t, uint64_t i, struct reader_cell *c) {
  c->kind = READ_NUMBER;
  c->single = false;
  if (t->form == RTREE_SEQUENCE) {
    c->number = t->first + t->step * (double)i;
    return;
  }
  if (t->type != R_REAL) {
    int32_t v = (int32_t)rtree_u32(t->data + 4 * i);
    c->number = v;
    if (v == INT32_MIN) c->kind = READ_EMPTY;
    return;
  }
  uint64_t bits = rtree_u64(t->data + 8 * i);
  c->number = real_of(bits);
  if (!isnan(c->number) || (uint32_t)bits != 1954) return;
  char tag = (char)(bits >> 32 & 0xff);
  c->kind = tag >= 'a' && tag <= 'z' ? READ_TAG : READ_EMPTY;
  c->tag = tag;
}

static void number_as_text(struct rdata_cursor *cur, struct reader_cell *c) {
  if (c->kind != READ_NUMBER) return;
  number_shortest(c->number, cur->number);
  if (fabs(c->number) < 1e15 && c->number == floor(c->number)) snprintf(cur->number, sizeof cur->number, "%lld", (long long)c->number);
  c->kind = READ_TEXT;
  c->text = span_of(cur->number);
}

/* Fills the cell of row i. False with *why when it holds what can't be text. */
static bool next_cell(struct rdata *d, const struct reader_column *col, struct rdata_cursor *cur, uint64_t i, struct reader_cell *c, const char **why) {
  const struct rtree *t = cur->column;
  switch (cur->how) {
    case HOW_OTHER: c->kind = READ_EMPTY; return true;
    case HOW_INTEGER: case HOW_LOGICAL: case HOW_REAL: number_cell(t, i, c); return true;
    case HOW_INTEGER64: {
      int64_t v = (int64_t)rtree_u64(t->data + 8 * i);
      c->kind = READ_EMPTY;
      if (v == INT64_MIN) return true;
      snprintf(cur->number, sizeof cur->number, "%lld", (long long)v);
      c->kind = READ_TEXT;
      c->text = span_of(cur->number);
      return true;
    }
    case HOW_DATE: case HOW_TIME:
      number_cell(t, i, c);
      if (c->kind != READ_NUMBER) return true;
      if (cur->how == HOW_TIME) c->number /= 86400;
      if (!(fabs(c->number) < 1e7)) {
        if (!isnan(c->number)) return *why = "is a date out of range", false;
        c->kind = READ_EMPTY;
        return true;
      }
      c->days = (int64_t)floor(c->number);
      c->kind = READ_DATE;
      return true;
    case HOW_FACTOR: {
      number_cell(t, i, c);
      if (c->kind != READ_NUMBER) return true;
      if (!(c->number >= 1 && c->number <= col->label_count)) return *why = "has a factor code without a level", false;
      const char *text = col->labels[(uint32_t)c->number - 1].text;
      c->kind = text && text[0] ? READ_TEXT : READ_EMPTY;
      c->text = span_of(text ? text : "");
      return true;
    }
    case HOW_TEXT: {
      if (t->form == RTREE_AS_TEXT) {
        number_cell(t->inner, i, c);
        number_as_text(cur, c);
        return true;
      }
      uint32_t flags;
      struct span s;
      bool there = rtree_text(cur->at, &s, &flags, &cur->at);
      c->kind = there && s.len ? READ_TEXT : READ_EMPTY;
      if (there && s.len && !to_utf8(&d->scratch, s, flags, &c->text)) return *why = "is not text in a known encoding", false;
      return true;
    }
  }
  return true;
}

static enum status rdata_each(struct reader *r, enum status (*fn)(void *, const struct reader_row *, struct err *), void *ctx, struct err *e) {
  struct rdata *d = r->state;
  for (uint64_t i = 0; i < d->rows; i++) {
    char problem[200];
    const char *why = NULL;
    uint32_t bad = 0;
    for (uint32_t k = 0; k < r->column_count; k++) {
      const char *w = NULL;
      if (!next_cell(d, &r->columns[k], &d->cursors[k], i, &d->cells[k], &w)) {
        d->cells[k].kind = READ_EMPTY;
        if (!why) why = w, bad = k;
      }
    }
    if (why) snprintf(problem, sizeof problem, "column %.100s %s", r->columns[bad].name, why);
    struct reader_row row = {.number = i + 1, .cells = d->cells, .count = r->column_count, .problem = why ? problem : NULL};
    TRY(fn(ctx, &row, e));
    if (d->scratch.used) arena_drop(&d->scratch);
  }
  return OK;
}

static void rdata_close(struct reader *r) {
  struct rdata *d = r->state;
  if (!d) return;
  file_map_close(&d->bytes);
  arena_drop(&d->tree);
  arena_drop(&d->scratch);
  free(d->cursors);
  free(d->cells);
  free(d);
  r->state = NULL;
}

static const struct reader_driver rdata_driver = {rdata_each, rdata_close};

/* ---- finding the data frame ---- */

static bool is_frame(const struct rtree *t) { return t && t->type == R_LIST && (t->items || !t->count) && rtree_is(t, "data.frame"); }

/* The rows of a frame: from its row names, which are often only c(NA, -n); else its first column's length. */
static uint64_t frame_rows(const struct rtree *frame) {
  const struct rtree *names = rtree_attr(frame, "row.names");
  if (names && names->type == R_INTEGER && names->form == RTREE_PLAIN && names->count == 2 && rtree_u32(names->data) == 0x80000000u) {
    int64_t n = (int32_t)rtree_u32(names->data + 4);
    return (uint64_t)(n < 0 ? -n : n);
  }
  if (names && (names->type == R_INTEGER || names->type == R_STRING)) return names->count;
  return frame->items[0]->count;
}

static enum status choose_table(struct reader *r, const struct rtree_file *f, const char *table, const struct rtree **out, struct err *e) {
  struct text names;
  char *held;
  uint32_t frames = 0;
  *out = NULL;
  text_init(&names, 300);
  for (const struct rtree_variable *v = f->variables; v; v = v->next) {
    bool wanted = table && (strcmp(table, v->name) == 0 || !f->workspace);
    if (wanted && is_frame(v->value)) {
      text_free(&names);
      *out = v->value;
      return OK;
    }
    if (wanted && f->workspace) {
      text_free(&names);
      return err_set(e, ERR_INPUT, "in R: save it as a data frame", "%s: %s is not a data frame", r->path, table);
    }
    if (!is_frame(v->value)) continue;
    if (!frames++) *out = v->value;
    text_addf(&names, "%s%s", frames > 1 ? ", " : "", v->name);
  }
  held = arena_str(&r->arena, text_str(&names));
  text_free(&names);
  if (!held) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (!frames) return err_set(e, ERR_INPUT, "in R: save a data frame", "%s holds no data frame", r->path);
  if (table) return err_set(e, ERR_NOT_FOUND, "name one of them in the source's table", "%s holds no object named %s; its data frames are %s", r->path, table, held);
  if (frames > 1) return err_set(e, ERR_INPUT, "name one of them in the source's table", "%s holds several data frames: %s", r->path, held);
  return OK;
}

static enum status copy_text(struct reader *r, struct span s, uint32_t flags, const char **out, struct err *e) {
  struct span utf8;
  if (!to_utf8(&r->arena, s, flags, &utf8)) return err_set(e, ERR_INPUT, "save it again in R with UTF-8 names and levels", "%s: a name or level is not text in a known encoding", r->path);
  *out = arena_strn(&r->arena, utf8.at, utf8.len);
  return *out ? OK : err_set(e, ERR_LIMIT, NULL, "%s: its names and levels take more than %u bytes", r->path, RDATA_MEMORY_MAX);
}

/* The levels of a factor: their codes are 1, 2, ... */
static enum status read_levels(struct reader *r, const struct rtree *levels, struct reader_column *c, struct err *e) {
  if (levels->type != R_STRING || levels->form != RTREE_PLAIN || levels->count > INT32_MAX)
    return err_set(e, ERR_INPUT, NULL, "%s: the levels of factor %.100s are not text", r->path, c->name);
  struct reader_label *l = arena_array(&r->arena, levels->count + 1, sizeof *l);
  if (!l) return err_set(e, ERR_LIMIT, NULL, "%s: factor %.100s has too many levels", r->path, c->name);
  const uint8_t *at = levels->data;
  for (uint64_t i = 0; i < levels->count; i++) {
    struct span s;
    uint32_t flags;
    l[i].value = (double)(i + 1);
    if (rtree_text(at, &s, &flags, &at)) TRY(copy_text(r, s, flags, &l[i].text, e));
  }
  c->labels = l;
  c->label_count = (uint32_t)levels->count;
  return OK;
}

static int by_value(const void *a, const void *b) {
  const struct reader_label *x = a, *y = b;
  if ((x->tag != 0) != (y->tag != 0)) return x->tag ? 1 : -1;
  if (x->tag) return x->tag < y->tag ? -1 : x->tag > y->tag;
  return x->value < y->value ? -1 : x->value > y->value;
}

/* haven's value labels: a named numeric vector. What is not so is passed over: labels help, they are not data. */
static enum status read_haven_labels(struct reader *r, const struct rtree *labels, struct reader_column *c, struct err *e) {
  const struct rtree *names = rtree_attr(labels, "names");
  if ((labels->type != R_REAL && labels->type != R_INTEGER) || labels->form == RTREE_AS_TEXT || labels->count > 100000) return OK;
  if (!names || names->type != R_STRING || names->form != RTREE_PLAIN || names->count != labels->count) return OK;
  struct reader_label *l = arena_array(&r->arena, labels->count + 1, sizeof *l);
  if (!l) return err_set(e, ERR_LIMIT, NULL, "%s: column %.100s has too many labels", r->path, c->name);
  const uint8_t *at = names->data;
  uint32_t n = 0;
  for (uint64_t i = 0; i < labels->count; i++) {
    struct span s;
    uint32_t flags;
    struct reader_cell cell;
    bool there = rtree_text(at, &s, &flags, &at);
    number_cell(labels, i, &cell);
    if (!there || cell.kind == READ_EMPTY || (cell.kind == READ_NUMBER && isnan(cell.number))) continue;
    l[n] = (struct reader_label){.value = cell.kind == READ_TAG ? 0 : cell.number, .tag = cell.kind == READ_TAG ? cell.tag : 0};
    TRY(copy_text(r, s, flags, &l[n].text, e));
    n++;
  }
  qsort(l, n, sizeof *l, by_value);
  c->labels = n ? l : NULL;
  c->label_count = n;
  return OK;
}

static enum rdata_how how_to_read(const struct rtree *t) {
  bool number = t->type == R_INTEGER || t->type == R_REAL;
  if (rtree_attr(t, "dim")) return HOW_OTHER;
  if (t->type == R_INTEGER && rtree_is(t, "factor")) return HOW_FACTOR;
  if (number && rtree_is(t, "Date")) return HOW_DATE;
  if (number && rtree_is(t, "POSIXct")) return HOW_TIME;
  if (t->type == R_REAL && t->form == RTREE_PLAIN && rtree_is(t, "integer64")) return HOW_INTEGER64;
  if (t->type == R_INTEGER) return HOW_INTEGER;
  if (t->type == R_LOGICAL) return HOW_LOGICAL;
  if (t->type == R_REAL) return HOW_REAL;
  if (t->type == R_STRING) return HOW_TEXT;
  return HOW_OTHER;
}

static enum status open_column(struct reader *r, struct rdata *d, uint32_t i, const struct rtree *t, struct err *e) {
  static const enum reader_type types[] = {[HOW_INTEGER] = READER_NUMBER, [HOW_LOGICAL] = READER_NUMBER, [HOW_REAL] = READER_NUMBER, [HOW_INTEGER64] = READER_TEXT,
                                           [HOW_TEXT] = READER_TEXT, [HOW_FACTOR] = READER_FACTOR, [HOW_DATE] = READER_DATE, [HOW_TIME] = READER_DATE, [HOW_OTHER] = READER_OTHER};
  struct reader_column *c = &r->columns[i];
  struct rdata_cursor *cur = &d->cursors[i];
  cur->column = t;
  cur->how = how_to_read(t);
  cur->at = t->data;
  c->type = types[cur->how];
  if (cur->how != HOW_OTHER && t->count != d->rows)
    return err_set(e, ERR_INPUT, "load it in R and look at the data frame", "%s: column %.100s has %llu values for %llu rows", r->path, c->name,
                   (unsigned long long)t->count, (unsigned long long)d->rows);
  const struct rtree *label = rtree_attr(t, "label"), *levels = rtree_attr(t, "levels"), *labels = rtree_attr(t, "labels");
  if (label && label->type == R_STRING && label->form == RTREE_PLAIN && label->count == 1) {
    struct span s;
    uint32_t flags;
    const uint8_t *next;
    if (rtree_text(label->data, &s, &flags, &next)) TRY(copy_text(r, s, flags, &c->label, e));
  }
  if (cur->how == HOW_FACTOR) {
    if (!levels) return err_set(e, ERR_INPUT, NULL, "%s: factor %.100s has no levels", r->path, c->name);
    return read_levels(r, levels, c, e);
  }
  return labels ? read_haven_labels(r, labels, c, e) : OK;
}

static enum status open_frame(struct reader *r, struct rdata *d, const struct rtree *frame, struct err *e) {
  const struct rtree *names = rtree_attr(frame, "names");
  if (frame->count == 0) return err_set(e, ERR_INPUT, NULL, "%s: the data frame has no columns", r->path);
  if (!names || names->type != R_STRING || names->form != RTREE_PLAIN || names->count != frame->count)
    return err_set(e, ERR_INPUT, NULL, "%s: the data frame's columns have no names", r->path);
  if (frame->count > READER_COLUMNS_MAX)
    return err_set(e, ERR_LIMIT, "save fewer columns", "%s has %llu columns; at most %u are read", r->path, (unsigned long long)frame->count, READER_COLUMNS_MAX);
  r->column_count = (uint32_t)frame->count;
  r->columns = arena_array(&r->arena, frame->count, sizeof *r->columns);
  d->cursors = calloc(frame->count, sizeof *d->cursors);
  d->cells = calloc(frame->count, sizeof *d->cells);
  if (!r->columns || !d->cursors || !d->cells) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  d->rows = r->rows = frame_rows(frame);
  const uint8_t *at = names->data;
  for (uint32_t i = 0; i < r->column_count; i++) {
    struct span s;
    uint32_t flags;
    r->columns[i].name = "";
    if (rtree_text(at, &s, &flags, &at)) TRY(copy_text(r, s, flags, &r->columns[i].name, e));
    for (uint32_t k = 0; k < i && r->column_count <= 4096; k++)
      if (r->columns[i].name[0] && strcmp(r->columns[i].name, r->columns[k].name) == 0)
        return err_set(e, ERR_INPUT, "rename or remove one of the two", "%s: the column %.100s stands twice", r->path, r->columns[i].name);
    TRY(open_column(r, d, i, frame->items[i], e));
  }
  return OK;
}

enum status rdata_open(struct reader *r, int fd, const char *table, struct err *e) {
  struct rdata *d = calloc(1, sizeof *d);
  if (!d) {
    close(fd);
    return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  arena_init(&d->tree, RDATA_MEMORY_MAX);
  arena_init(&d->scratch, RDATA_MEMORY_MAX);
  r->arena.ceiling = RDATA_MEMORY_MAX;
  r->state = d;
  r->driver = &rdata_driver;
  r->format = "rdata";
  r->encoding = "UTF-8";
  const char *packing;
  enum status s = unpack(fd, r->path, UNPACK_MAX, &d->bytes, &packing, e);
  close(fd);
  if (s != OK) return s;
  struct rtree_file f;
  const struct rtree *frame;
  TRY(rtree_parse(&d->tree, d->bytes.data, d->bytes.len, r->path, &f, e));
  TRY(choose_table(r, &f, table, &frame, e));
  return open_frame(r, d, frame, e);
}
