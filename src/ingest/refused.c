#define _GNU_SOURCE
#include "ingest/refused.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "base/number.h"
#include "ingest/mask.h"

void refused_put(FILE *f, struct span s) {
  bool formula = span_is_formula(s), quote = s.len && (s.at[0] == ' ' || s.at[s.len - 1] == ' ');
  for (size_t i = 0; i < s.len && !quote; i++) quote = s.at[i] == ',' || s.at[i] == '"' || s.at[i] == '\n' || s.at[i] == '\r' || s.at[i] == ';' || s.at[i] == '\t';
  if (!quote) {
    if (formula) putc('\'', f);
    fwrite(s.at, 1, s.len, f);
    return;
  }
  putc('"', f);
  if (formula) putc('\'', f);
  for (size_t i = 0; i < s.len; i++) {
    if (s.at[i] == '"') putc('"', f);
    putc(s.at[i], f);
  }
  putc('"', f);
}

static void put_cell(FILE *f, const struct reader_cell *c) {
  char buf[40];
  switch ((enum reader_kind)c->kind) {
    case READ_EMPTY: case READ_BAD: return; /* what is bad stands beside, as the problem */
    case READ_TAG: fprintf(f, ".%c", c->tag); return;
    case READ_TEXT: refused_put(f, c->text); return;
    case READ_DATE: fputs(c->days >= DATE_MIN && c->days <= DATE_MAX ? date_format((int32_t)c->days, buf) : "", f); return;
    case READ_NUMBER:
      if (fabs(c->number) < 1e15 && c->number == floor(c->number)) fprintf(f, "%lld", (long long)c->number);
      else if (c->single) fprintf(f, "%.9g", c->number);
      else fputs(number_shortest(c->number, buf), f);
  }
}

/* A number as its digits; "" when it is none that a person could have. */
static const char *digits_of(const struct reader_cell *c, char buf[40]) {
  buf[0] = 0;
  if (c->kind == READ_NUMBER && fabs(c->number) >= 1e9 && fabs(c->number) < 1e20 && c->number == floor(c->number)) snprintf(buf, 40, "%.0f", fabs(c->number));
  return buf;
}

size_t refused_known(const struct reader *r, const struct mapping *m, const struct reader_row *row, char buffers[REFUSED_KNOWN][40], struct span out[REFUSED_KNOWN]) {
  size_t n = 0;
  for (uint32_t i = 0; i < row->count && i < r->column_count && n < REFUSED_KNOWN; i++) { /* a ragged row may have more cells than headings */
    const struct reader_cell *c = &row->cells[i];
    if (m->sealed_column[i] && c->kind == READ_TEXT && !row->shifted) out[n++] = c->text;
    else if (mask_alike(span_of(digits_of(c, buffers[n])))) out[n] = span_of(number_shortest(fabs(c->number), buffers[n])), n++;
  }
  return n;
}

static bool is_key(const struct mapping *m, uint32_t column) { return column == m->household_key || column == m->member_key || column == m->village_key; }

static bool holds_sealed(const struct mapping *m, const struct reader_cell *c, uint32_t column, const struct span *known, size_t count) {
  char buf[40];
  if (!m->masks || is_key(m, column)) return false;
  if (c->kind != READ_TEXT) return mask_alike(span_of(digits_of(c, buf)));
  for (size_t k = 0; k < count; k++)
    if (known[k].len >= 4 && c->text.len >= known[k].len && memmem(c->text.at, c->text.len, known[k].at, known[k].len)) return true;
  return mask_alike(c->text);
}

/* The row with MASK_WORDS where a sealed value stands under another heading; *own is the caller's to free. */
static enum status masked(const struct reader *r, const struct mapping *m, const struct reader_row *row, struct reader_row *out, struct reader_cell **own, struct err *e) {
  char buffers[REFUSED_KNOWN][40];
  struct span known[REFUSED_KNOWN];
  *out = *row, *own = NULL;
  size_t count = m->masks ? refused_known(r, m, row, buffers, known) : 0;
  for (uint32_t i = 0; m->masks && i < row->count && i < r->column_count; i++) {
    if (m->sealed_column[i] || !holds_sealed(m, &row->cells[i], i, known, count)) continue;
    if (!*own) {
      if (!(*own = malloc(row->count * sizeof **own))) return err_set(e, ERR_MEMORY, NULL, "out of memory");
      memcpy(*own, row->cells, row->count * sizeof **own);
      out->cells = *own;
    }
    (*own)[i] = (struct reader_cell){.kind = READ_TEXT, .text = span_of(MASK_WORDS)};
  }
  return OK;
}

/* An earlier list: its headings end with `problem`. */
static bool is_list(const char *path) {
  if (refused_is_book(path)) return refused_book_is_list(path);
  char head[65536];
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head - 1);
  if (fd >= 0) close(fd);
  if (n < 0) return false;
  head[n] = 0;
  return n == 0 || strstr(head, ",problem\n") || strstr(head, ",problem\r\n");
}

enum status refused_fits(const char *path, const char *source, struct err *e) {
  struct stat to, from;
  if (!path || stat(path, &to) != 0) return OK; /* what else is wrong with it, writing finds */
  if (stat(source, &from) == 0 && to.st_dev == from.st_dev && to.st_ino == from.st_ino)
    return err_set(e, ERR_CONFLICT, "name another file with --refused", "the refused rows of %s would be written over it", source);
  if (S_ISREG(to.st_mode) && !is_list(path))
    return err_set(e, ERR_CONFLICT, "name another file with --refused, or remove this one first", "%s is there already, and is no list of refused rows", path);
  return OK;
}

static enum status start(struct refused *f, const struct reader *r, struct err *e) {
  int fd = open(f->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return err_errno(e, errno, "cannot write the refused rows to %s", f->path);
  if (!(f->file = fdopen(fd, "w"))) {
    close(fd);
    return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  if (r->bom || strcmp(r->encoding, "GB18030") == 0) fputs("\xef\xbb\xbf", f->file);
  for (uint32_t i = 0; i < r->column_count; i++) {
    refused_put(f->file, span_of(r->columns[i].name));
    putc(',', f->file);
  }
  fputs("problem\n", f->file);
  return OK;
}

static enum status write_row(struct refused *f, const struct reader *r, const struct mapping *m, const struct reader_row *row, const char *problem, struct err *e) {
  if (f->book) return refused_book_row(f->book, r->sheet && !r->form ? r->sheet : f->sheet, r, m, row, problem, e);
  if (!f->file) TRY(start(f, r, e));
  bool blank = row->shifted && m->any_sealed;
  for (uint32_t i = 0; i < r->column_count; i++) {
    if (i < row->count && !blank && !m->sealed_column[i]) put_cell(f->file, &row->cells[i]);
    putc(',', f->file);
  }
  refused_put(f->file, span_of(problem));
  putc('\n', f->file);
  return ferror(f->file) ? err_errno(e, errno, "cannot write the refused rows to %s", f->path) : OK;
}

enum status refused_row(struct refused *f, const struct reader *r, const struct mapping *m, const struct reader_row *row, const char *problem, struct err *e) {
  struct reader_row shown;
  struct reader_cell *own;
  if (!f->path) return OK;
  TRY(masked(r, m, row, &shown, &own, e));
  enum status s = write_row(f, r, m, &shown, problem, e);
  free(own);
  return s;
}

enum status refused_close(struct refused *f, struct err *e) {
  if (!f->file) return OK;
  bool bad = ferror(f->file) != 0;
  if (fclose(f->file) != 0) bad = true;
  f->file = NULL;
  return bad ? err_errno(e, errno ? errno : EIO, "cannot write the refused rows to %s", f->path) : OK;
}
