/* fuzz_ingest.h - any bytes through a reader, and through mapping and validation: what comes is rows or an error, and every
 * byte of every cell can be looked at. */
#ifndef FUZZ_INGEST_H
#define FUZZ_INGEST_H

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ingest/ingest.h"
#include "ingest/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int fuzz_fd(const uint8_t *data, size_t size) {
  int fd = memfd_create("fuzz", MFD_CLOEXEC);
  if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0) abort();
  return fd;
}

static enum status fuzz_row(void *ctx, const struct reader_row *row, struct err *e) {
  uint64_t *sum = ctx;
  (void)e;
  for (uint32_t i = 0; i < row->count; i++) {
    const struct reader_cell *c = &row->cells[i];
    if (c->kind == READ_TEXT || c->kind == READ_BAD) {
      if (memchr(c->text.at, 0, c->text.len)) abort();
      if (!row->problem && !text_is_utf8(c->text.at, c->text.len, NULL)) abort();
      for (size_t k = 0; k < c->text.len; k++) *sum += (unsigned char)c->text.at[k];
    } else if (c->kind == READ_DATE) {
      *sum += (uint64_t)c->days;
    }
  }
  if (row->problem) *sum += strlen(row->problem);
  return ++sum[1] > 20000 ? err_set(e, ERR_LIMIT, NULL, "enough") : OK;
}

static enum status fuzz_sink(void *ctx, const struct ingest_row *row, struct err *e) {
  struct programme *p = ctx;
  (void)e;
  for (uint32_t i = 0; i < p->levels[row->level].collected_count; i++) {
    const struct cell *c = &row->cells[i];
    enum col_kind kind = p->levels[row->level].fields[i].kind;
    if (c->absence >= ABSENCE_COUNT) abort();
    if (c->absence == PRESENT && kind == COL_REAL && !(c->d - c->d == 0)) abort();
    if (c->absence == PRESENT && (kind == COL_TEXT || kind == COL_CHOICE) && !text_is_utf8(c->s.at, c->s.len, NULL)) abort();
  }
  return row->household_key.len ? OK : err_set(e, ERR_INTERNAL, NULL, "a row without key");
}

static int fuzz_ingest(const uint8_t *data, size_t size, const char *format) {
  static const struct choice choices[] = {{"1", {"one", "一"}}, {"2", {"two", "二"}}, {"x", {"one", NULL}}};
  static const struct missing_code codes[] = {{"-9", ABSENT_REFUSED}, {".a", ABSENT_NOT_APPLICABLE}, {"", ABSENT_EMPTY}};
#define FUZZ_FIELD(n, k) {.name = n, .level = LEVEL_HOUSEHOLD, .kind = k, .decimals = k == COL_DECIMAL ? 2 : 0, .choices = choices, .choice_count = 3, .missing = codes, .missing_count = 3, .bounded = true, .lo = -1000000, .hi = 1000000}
  static struct field fields[] = {FUZZ_FIELD("a", COL_INT), FUZZ_FIELD("b", COL_DECIMAL), FUZZ_FIELD("c", COL_REAL), FUZZ_FIELD("d", COL_DATE), FUZZ_FIELD("e", COL_CHOICE), FUZZ_FIELD("f", COL_TEXT), FUZZ_FIELD("g", COL_BOOL)};
  static struct field members[] = {{.name = "h", .level = LEVEL_MEMBER, .kind = COL_INT}};
  for (uint32_t i = 0; i < 7; i++) fields[i].column = i;
  struct programme p = {.name = "fuzz", .level_count = 3};
  p.levels[LEVEL_HOUSEHOLD] = (struct level){.name = "household", .fields = fields, .field_count = 7, .collected_count = 7};
  p.levels[LEVEL_MEMBER] = (struct level){.name = "members", .fields = members, .field_count = 1, .collected_count = 1};
  struct reader r = {0};
  struct err e;
  uint64_t sum[2] = {0};
  if (reader_open_fd(&r, fuzz_fd(data, size), "input", format, NULL, NULL, &e) != OK) return 0;
  for (uint32_t i = 0; i < r.column_count; i++) {
    const struct reader_column *c = &r.columns[i];
    sum[0] += strlen(c->name) + (c->label ? strlen(c->label) : 0);
    for (uint32_t k = 0; k < c->label_count && k < 1000; k++) sum[0] += c->labels[k].text ? strlen(c->labels[k].text) : 0;
  }
  enum status s = reader_each(&r, fuzz_row, sum, &e);
  reader_close(&r);
  if (s != OK) return 0;
  int fd = fuzz_fd(data, size);
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  struct source src = {.name = "s", .file = path, .format = format, .level = LEVEL_MEMBER, .flat = true, .household_key = "a"};
  struct ingest_options o = {.data_dir = "", .guess = true, .keep_good = true, .refused_path = "/dev/null"};
  struct ingest_sink sink = {.row = fuzz_sink, .ctx = &p};
  struct ingest_counts counts;
  if (ingest_source(&p, &src, &o, &sink, &counts, &e) == ERR_INTERNAL) abort();
  close(fd);
  return 0;
}

#endif
