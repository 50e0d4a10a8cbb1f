#include "ingest/csv.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/map.h"

#define CSV_CHUNK (1u << 20)
#define CSV_PAD 64 /* readable bytes after the last one, for whole-vector loads */

enum csv_encoding { CSV_ASCII_SO_FAR, CSV_UTF8, CSV_GB18030 };

struct csv_cell { /* offsets from the row's first byte */
  uint32_t at, len;
  bool quotes; /* holds doubled quotes still */
};

struct csv {
  int fd;
  char *buf;
  size_t cap, begin, end; /* unread bytes are buf[begin..end); buf[end] is a line feed of ours */
  bool eof;
  char delimiter;
  enum csv_encoding encoding;
  iconv_t iconv;
  bool iconv_open;
  uint64_t line, bytes_before; /* the line `begin` stands on; bytes of the file before buf[0] */
  struct csv_cell *found;      /* READER_COLUMNS_MAX + 1 at most; grows */
  uint32_t found_cap;
  struct reader_cell *cells;
  char *converted;             /* the row's GB18030 cells in UTF-8 */
  size_t converted_cap;
  char problem[300];
};

struct csv_row { /* what scan_row found */
  size_t len;        /* bytes up to the line end */
  size_t next;       /* bytes to the next row */
  uint32_t count;
  uint64_t newlines; /* line ends inside quotes */
  uint32_t after_quote; /* 1 + column with text after its closing quote */
  bool complete, cut /* ended by the end of the file */;
  bool in_quote;
  size_t quote_at;
};

/* ---- finding the next separator or line end ---- */

struct scan {
  const char *base; /* the block the mask belongs to */
  uint64_t mask;    /* bit i: base[i] is a separator, CR or LF */
  char delimiter;
};

#ifdef __SSE2__
static inline uint64_t block_mask(const char *p, char delimiter) {
  const __m128i d = _mm_set1_epi8(delimiter), lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
  uint64_t mask = 0;
  for (int i = 0; i < 4; i++) {
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
    __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, d), _mm_cmpeq_epi8(v, lf)), _mm_cmpeq_epi8(v, cr));
    mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(hit) << (16 * i);
  }
  return mask;
}
#else
static inline uint64_t block_mask(const char *p, char delimiter) {
  uint64_t mask = 0;
  for (int i = 0; i < 64; i++) mask |= (uint64_t)(p[i] == delimiter || p[i] == '\n' || p[i] == '\r') << i;
  return mask;
}
#endif

/* The first separator or line end at or after p; there always is one, the line feed we put at the end. */
static inline const char *scan_to(struct scan *s, const char *p) {
  if (p >= s->base + 64) {
    s->base = p;
    s->mask = block_mask(p, s->delimiter);
  }
  uint64_t m = s->mask & (~(uint64_t)0 << (p - s->base));
  while (!m) {
    s->base += 64;
    m = s->mask = block_mask(s->base, s->delimiter);
  }
  return s->base + __builtin_ctzll(m);
}

static bool room_for_cell(struct csv *c, uint32_t count) {
  if (count < c->found_cap) return true;
  uint32_t cap = c->found_cap ? c->found_cap * 2 : 64;
  void *p = realloc(c->found, cap * sizeof *c->found);
  if (!p) return false;
  c->found = p;
  c->found_cap = cap;
  return true;
}

/* Skips a quoted cell: p after the opening quote. Returns the closing quote, or NULL when the buffer ends before it. */
static const char *closing_quote(const char *p, const char *end, bool *doubled, uint64_t *newlines) {
  const char *from = p;
  for (;;) {
    const char *q = memchr(p, '"', (size_t)(end - p));
    if (!q) return NULL;
    if (q + 1 < end && q[1] == '"') {
      *doubled = true;
      p = q + 2;
      continue;
    }
    for (const char *n = from; (n = memchr(n, '\n', (size_t)(q - n))); n++) ++*newlines;
    return q;
  }
}

/* Cuts the row at buf[begin] into cells; `complete` is false when the buffer ends before the row does. */
static enum status scan_row(struct csv *c, struct csv_row *row, struct err *e) {
  const char *start = c->buf + c->begin, *end = c->buf + c->end, *p = start;
  struct scan s = {.base = p, .mask = block_mask(p, c->delimiter), .delimiter = c->delimiter};
  *row = (struct csv_row){0};
  for (;;) {
    struct csv_cell cell = {.at = (uint32_t)(p - start)};
    const char *q;
    if (p < end && *p == '"') {
      const char *close = closing_quote(p + 1, end, &cell.quotes, &row->newlines);
      if (!close || (close + 1 == end && !c->eof)) {
        row->in_quote = !close;
        row->quote_at = (size_t)(p - start);
        return OK;
      }
      cell.at++;
      cell.len = (uint32_t)(close - p - 1);
      q = scan_to(&s, close + 1);
      if (q != close + 1 && !row->after_quote) row->after_quote = row->count + 1;
    } else {
      q = scan_to(&s, p);
      cell.len = (uint32_t)(q - p);
    }
    bool last = q >= end || *q != c->delimiter;
    if (q >= end && !c->eof) return OK;
    if (row->count <= READER_COLUMNS_MAX) { /* one past the limit is kept, to tell that it was passed */
      if (!room_for_cell(c, row->count)) return err_set(e, ERR_MEMORY, NULL, "out of memory for a row of %u cells", row->count);
      c->found[row->count] = cell;
    }
    row->count++;
    if (!last) {
      p = q + 1;
      continue;
    }
    row->len = (size_t)(q - start);
    row->next = row->len;
    if (q >= end) row->cut = true;
    else if (*q == '\r') {
      if (q + 1 >= end && !c->eof) return OK; /* the LF of a CRLF may be still to come */
      row->next += q + 1 < end && q[1] == '\n' ? 2 : 1;
    } else row->next++;
    row->complete = true;
    return OK;
  }
}

/* ---- the buffer ---- */

static enum status too_long(const struct reader *r, const struct csv *c, struct err *e) {
  return err_set(e, ERR_LIMIT, "is this a CSV file, with line ends? a row may have at most 16 MiB", "%s: the row on line %llu is longer than %u bytes", r->path,
                 (unsigned long long)c->line, CSV_ROW_MAX);
}

static enum status fill(struct reader *r, struct csv *c, struct err *e) {
  if (c->begin) {
    memmove(c->buf, c->buf + c->begin, c->end - c->begin);
    c->bytes_before += c->begin;
    c->end -= c->begin;
    c->begin = 0;
  }
  if (c->cap - c->end < CSV_CHUNK / 2) {
    if (c->end > CSV_ROW_MAX) return too_long(r, c, e);
    size_t cap = c->cap * 2;
    char *p = realloc(c->buf, cap + CSV_PAD);
    if (!p) return err_set(e, ERR_MEMORY, NULL, "%s: out of memory for a row of %zu bytes", r->path, c->end);
    c->buf = p;
    c->cap = cap;
  }
  while (!c->eof && c->end < c->cap) {
    ssize_t n = read(c->fd, c->buf + c->end, c->cap - c->end);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return err_errno(e, errno, "cannot read %s", r->path);
    if (n == 0) c->eof = true;
    c->end += (size_t)n;
  }
  memset(c->buf + c->end, 0, CSV_PAD);
  c->buf[c->end] = '\n';
  return OK;
}

static enum status unclosed(struct reader *r, struct csv *c, const struct csv_row *row, struct err *e) {
  uint64_t line = c->line;
  const char *p = c->buf + c->begin;
  for (size_t i = 0; i < row->quote_at; i++) line += p[i] == '\n';
  return err_set(e, ERR_INPUT, "close the quote, or double it where it is part of the text", "%s: the quote that opens on line %llu, column %u is never closed",
                 r->path, (unsigned long long)line, row->count + 1);
}

/* The next row that is not an empty line; *got false at the end of the file. */
static enum status next_row(struct reader *r, struct csv *c, struct csv_row *row, bool *got, struct err *e) {
  for (;;) {
    if (c->begin == c->end && c->eof) {
      *got = false;
      return OK;
    }
    enum status s = scan_row(c, row, e);
    if (s != OK) return s;
    if (row->complete && row->count == 1 && row->len == 0) {
      c->begin += row->next;
      c->line++;
      continue;
    }
    if (row->complete && row->len <= CSV_ROW_MAX) {
      *got = true;
      return OK;
    }
    if (row->complete) return too_long(r, c, e);
    if (c->eof) return unclosed(r, c, row, e);
    s = fill(r, c, e);
    if (s == ERR_LIMIT && row->in_quote) return unclosed(r, c, row, e);
    if (s != OK) return s;
  }
}

/* ---- text ---- */

static bool has_high(const char *p, size_t n) {
  unsigned char any = 0;
  for (size_t i = 0; i < n; i++) any |= (unsigned char)p[i];
  return any & 0x80;
}

/* Converts s to UTF-8 at c->converted + *used. False when it is not GB18030; the caller made room. */
static bool convert(struct csv *c, struct span s, size_t *used, struct span *out) {
  char *from = (char *)(uintptr_t)s.at, *to = c->converted + *used;
  size_t left = s.len, space = c->converted_cap - *used;
  iconv(c->iconv, NULL, NULL, NULL, NULL);
  if (iconv(c->iconv, &from, &left, &to, &space) == (size_t)-1 || left) return false;
  out->at = c->converted + *used;
  out->len = (size_t)(to - out->at);
  *used += out->len;
  return true;
}

static bool room_to_convert(struct csv *c, size_t n) {
  size_t want = n * 2 + 16; /* two bytes become three at most */
  if (want <= c->converted_cap) return true;
  char *p = realloc(c->converted, want);
  if (!p) return false;
  c->converted = p;
  c->converted_cap = want;
  return true;
}

/* Whether the bytes in hand from here on are GB18030, but for a last character that is cut. */
static bool is_gb18030(struct csv *c, const char *at, size_t n) {
  char sink[4096];
  char *from = (char *)(uintptr_t)at;
  iconv(c->iconv, NULL, NULL, NULL, NULL);
  while (n) {
    char *to = sink;
    size_t space = sizeof sink;
    if (iconv(c->iconv, &from, &n, &to, &space) != (size_t)-1) continue;
    if (errno == EINVAL) return true;
    if (errno != E2BIG) return false;
  }
  return true;
}

/* Decides on the first bytes that are not ASCII, from all that is in the buffer. */
static enum status decide_encoding(struct reader *r, struct csv *c, struct err *e) {
  const char *p = c->buf + c->begin;
  size_t n = c->end - c->begin, bad = 0;
  for (const char *zero; (zero = memchr(p, 0, n));) { /* NULs are told with their row: look at what stands before */
    if (zero > p && has_high(p, (size_t)(zero - p))) {
      n = (size_t)(zero - p);
      break;
    }
    n -= (size_t)(zero + 1 - p);
    p = zero + 1;
  }
  if (text_is_utf8(p, n, &bad) || (n - bad < 4 && !c->eof)) {
    c->encoding = CSV_UTF8;
    return OK;
  }
  if (!c->iconv_open) {
    c->iconv = iconv_open("UTF-8", "GB18030");
    if (c->iconv == (iconv_t)-1) return err_set(e, ERR_IO, "install the C library's character set tables (package libc6)", "%s is not UTF-8, and this system can't convert GB18030", r->path);
    c->iconv_open = true;
  }
  if (is_gb18030(c, p, n)) {
    c->encoding = CSV_GB18030;
    r->encoding = "GB18030";
    return OK;
  }
  uint64_t line = c->line;
  for (size_t i = 0; i < bad; i++) line += p[i] == '\n';
  return err_set(e, ERR_INPUT, "save the file as UTF-8", "%s is neither UTF-8 nor GB18030: line %llu holds the byte 0x%02x where no character begins", r->path,
                 (unsigned long long)line, (unsigned char)p[bad]);
}

/* "a""b" -> a"b, in place. */
static uint32_t undouble(char *p, uint32_t n) {
  uint32_t to = 0;
  for (uint32_t i = 0; i < n; i++) {
    p[to++] = p[i];
    if (p[i] == '"') i++;
  }
  return to;
}

/* Puts spaces in the place of NULs, so that no cell's text ends early for whoever takes it as a C string. */
static bool blank_nuls(char *p, size_t n) {
  bool any = false;
  for (size_t i = 0; i < n; i++)
    if (!p[i]) p[i] = ' ', any = true;
  return any;
}

/* Makes cells of what scan_row found. What is wrong with the row goes to c->problem. */
static enum status make_cells(struct reader *r, struct csv *c, const struct csv_row *row, uint32_t count, struct err *e) {
  char *start = c->buf + c->begin;
  bool high = has_high(start, row->len);
  if (high && c->encoding == CSV_ASCII_SO_FAR) TRY(decide_encoding(r, c, e));
  size_t used = 0;
  if (high && c->encoding == CSV_GB18030 && !room_to_convert(c, row->len)) return err_set(e, ERR_MEMORY, NULL, "%s: out of memory", r->path);
  bool nul = memchr(start, 0, row->len) != NULL;
  for (uint32_t i = 0; i < count; i++) {
    struct csv_cell *f = &c->found[i];
    struct reader_cell *cell = &c->cells[i];
    if (f->quotes) f->len = undouble(start + f->at, f->len);
    struct span s = {start + f->at, f->len};
    if (nul && blank_nuls(start + f->at, f->len) && !c->problem[0]) snprintf(c->problem, sizeof c->problem, "column %u holds a NUL byte", i + 1);
    if (high && has_high(s.at, s.len)) {
      bool good = c->encoding == CSV_GB18030 ? convert(c, s, &used, &s) : text_is_utf8(s.at, s.len, NULL);
      if (!good && !c->problem[0]) snprintf(c->problem, sizeof c->problem, "column %u is not %s", i + 1, c->encoding == CSV_GB18030 ? "GB18030" : "UTF-8");
      if (!good) s.len = 0;
    }
    if (s.len > 1 && s.at[0] == '\'' && span_is_formula((struct span){s.at + 1, s.len - 1})) s.at++, s.len--; /* as refused_put guards it */
    cell->kind = s.len ? READ_TEXT : READ_EMPTY;
    cell->text = s;
  }
  return OK;
}

/* ---- headings ---- */

static char guess_delimiter(const char *p, const char *end) {
  static const char candidates[] = {',', ';', '\t'};
  size_t counts[3] = {0};
  bool quoted = false;
  for (; p < end && (quoted || (*p != '\n' && *p != '\r')); p++) {
    if (*p == '"') quoted = !quoted;
    for (int i = 0; i < 3 && !quoted; i++) counts[i] += *p == candidates[i];
  }
  int best = 0;
  for (int i = 1; i < 3; i++)
    if (counts[i] > counts[best]) best = i;
  return candidates[best];
}

static enum status look_at_start(struct reader *r, struct csv *c, struct err *e) {
  const unsigned char *p = (const unsigned char *)c->buf;
  size_t n = c->end;
  if (n == 0) return err_set(e, ERR_INPUT, "a CSV file begins with a line of headings", "%s is empty", r->path);
  if (n >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff)))
    return err_set(e, ERR_INPUT, "save it as \"CSV UTF-8\"", "%s is UTF-16 text, which is not read", r->path);
  if (n >= 4 && (memcmp(p, "PK\003\004", 4) == 0 || memcmp(p, "\320\317\021\340", 4) == 0))
    return err_set(e, ERR_INPUT, "name it .xlsx where it is a workbook, or save the sheet as \"CSV UTF-8\"", "%s is a spreadsheet or a zip file, not CSV", r->path);
  if (n >= 2 && p[0] == 0x1f && p[1] == 0x8b) return err_set(e, ERR_INPUT, "unpack it first: gunzip", "%s is compressed, not CSV", r->path);
  if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
    r->bom = true;
    c->begin = 3;
    c->encoding = CSV_UTF8;
  }
  if (c->begin == c->end) return err_set(e, ERR_INPUT, "a CSV file begins with a line of headings", "%s is empty", r->path);
  return OK;
}

static enum status read_headings(struct reader *r, struct csv *c, struct err *e) {
  struct csv_row row = {0};
  bool got = false;
  TRY(next_row(r, c, &row, &got, e));
  if (!got || !row.count) return err_set(e, ERR_INPUT, "a CSV file begins with a line of headings", "%s holds only empty lines", r->path);
  if (row.count > READER_COLUMNS_MAX)
    return err_set(e, ERR_LIMIT, "split the file", "%s has %u columns; at most %u are read", r->path, row.count, READER_COLUMNS_MAX);
  c->cells = calloc(row.count, sizeof *c->cells);
  r->columns = arena_array(&r->arena, row.count, sizeof *r->columns);
  if (!c->cells || !r->columns) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  TRY(make_cells(r, c, &row, row.count, e));
  if (row.after_quote) snprintf(c->problem, sizeof c->problem, "column %u has text after its closing quote", row.after_quote);
  if (c->problem[0]) return err_set(e, ERR_INPUT, "mend the first line", "%s, headings: %s", r->path, c->problem);
  struct map names;
  map_init(&names, &r->arena);
  r->column_count = row.count;
  for (uint32_t i = 0; i < row.count; i++) {
    struct span s = c->cells[i].kind == READ_TEXT ? span_trim(c->cells[i].text) : (struct span){"", 0};
    uint32_t index = 0;
    bool fresh = true;
    r->columns[i].name = arena_strn(&r->arena, s.at, s.len);
    if (!r->columns[i].name || !map_put(&names, s.at, s.len, &index, &fresh)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (fresh) names.values[index] = i;
    else if (s.len)
      return err_set(e, ERR_INPUT, "rename or remove one of the two", "%s: the heading %.100s stands twice, in columns %u and %u", r->path, r->columns[i].name, names.values[index] + 1, i + 1);
  }
  c->begin += row.next;
  c->line += 1 + row.newlines;
  return OK;
}

/* ---- rows ---- */

static enum status csv_each(struct reader *r, enum status (*fn)(void *, const struct reader_row *, struct err *), void *ctx, struct err *e) {
  struct csv *c = r->state;
  for (uint64_t number = 1;; number++) {
    struct csv_row row;
    bool got = false;
    TRY(next_row(r, c, &row, &got, e));
    if (!got) break;
    uint32_t count = row.count < r->column_count ? row.count : r->column_count;
    c->problem[0] = 0;
    if (row.after_quote) snprintf(c->problem, sizeof c->problem, "column %u has text after its closing quote", row.after_quote);
    if (row.count != r->column_count)
      snprintf(c->problem, sizeof c->problem, "%u cells where the headings are %u%s", row.count, r->column_count,
               row.cut && row.count < r->column_count ? "; the file may have been cut off here" : "");
    bool shifted = c->problem[0] != 0;
    TRY(make_cells(r, c, &row, count, e));
    struct reader_row out = {.number = number, .line = c->line, .cells = c->cells, .count = count, .problem = c->problem[0] ? c->problem : NULL,
                             .shifted = shifted, .bytes_done = c->bytes_before + c->begin + row.next};
    TRY(fn(ctx, &out, e));
    c->begin += row.next;
    c->line += 1 + row.newlines;
  }
  return OK;
}

static void csv_close(struct reader *r) {
  struct csv *c = r->state;
  if (!c) return;
  if (c->iconv_open) iconv_close(c->iconv);
  free(c->buf);
  free(c->found);
  free(c->cells);
  free(c->converted);
  close(c->fd);
  free(c);
  r->state = NULL;
}

static const struct reader_driver csv_driver = {csv_each, csv_close};

enum status csv_open(struct reader *r, int fd, struct err *e) {
  struct csv *c = calloc(1, sizeof *c);
  if (!c || !(c->buf = malloc(CSV_CHUNK + CSV_PAD))) {
    free(c);
    close(fd);
    return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  c->fd = fd;
  c->cap = CSV_CHUNK;
  c->line = 1;
  c->delimiter = ',';
  r->state = c;
  r->driver = &csv_driver;
  r->format = "csv";
  r->encoding = "UTF-8";
  TRY(fill(r, c, e));
  TRY(look_at_start(r, c, e));
  c->delimiter = guess_delimiter(c->buf + c->begin, c->buf + c->end);
  return read_headings(r, c, e);
}
