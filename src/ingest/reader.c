#define _GNU_SOURCE
#include "ingest/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/csv.h"
#include "ingest/dta.h"
#include "ingest/rdata.h"
#include "ingest/xlsx.h"

enum format_kind { FORMAT_IS_CSV, FORMAT_IS_DTA, FORMAT_IS_RDATA, FORMAT_IS_XLSX };

static const struct {
  const char *name; /* as a format, and as the ending of a path */
  enum format_kind kind;
} formats[] = {{"csv", FORMAT_IS_CSV}, {"tsv", FORMAT_IS_CSV}, {"txt", FORMAT_IS_CSV}, {"dta", FORMAT_IS_DTA}, {"rdata", FORMAT_IS_RDATA}, {"rda", FORMAT_IS_RDATA}, {"rds", FORMAT_IS_RDATA}, {"xlsx", FORMAT_IS_XLSX}, {"xlsm", FORMAT_IS_XLSX}, {"xls", FORMAT_IS_XLSX}, {"et", FORMAT_IS_XLSX}};

static enum status which_format(const char *path, const char *format, enum format_kind *out, struct err *e) {
  const char *dot = strrchr(path, '.'), *ending = format ? format : dot && !strchr(dot, '/') ? dot + 1 : "";
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    if (strcasecmp(formats[i].name, ending) == 0) {
      *out = formats[i].kind;
      return OK;
    }
  if (format) return err_set(e, ERR_INPUT, "csv, xlsx, dta, rdata or rds", "%s is not a format of data files", format);
  return err_set(e, ERR_INPUT, "name the file .csv, .xlsx, .dta, .RData or .rds, or say its format", "%s: the ending does not tell what kind of file it is", path);
}

enum status reader_open_fd(struct reader *r, int fd, const char *path, const char *format, const char *table, const struct reader_wants *wants, struct err *e) {
  *r = (struct reader){.path = path};
  arena_init(&r->arena, (size_t)256 << 20);
  enum format_kind kind = FORMAT_IS_CSV;
  struct stat st;
  enum status s = which_format(path, format, &kind, e);
  if (s == OK && fstat(fd, &st) != 0) s = err_errno(e, errno, "cannot read %s", path);
  if (s == OK && S_ISDIR(st.st_mode)) s = err_set(e, ERR_INPUT, "give the path of a file", "%s is a folder", path);
  if (s != OK) {
    close(fd);
    return s;
  }
  if (S_ISREG(st.st_mode)) r->bytes = (uint64_t)st.st_size;
  switch (kind) {
    case FORMAT_IS_CSV: s = csv_open(r, fd, e); break;
    case FORMAT_IS_DTA: s = dta_open(r, fd, e); break;
    case FORMAT_IS_RDATA: s = rdata_open(r, fd, table, e); break;
    case FORMAT_IS_XLSX: s = xlsx_open(r, fd, table, wants, e); break;
  }
  if (s != OK) reader_close(r);
  return s;
}

enum status reader_open(struct reader *r, const char *path, const char *format, const char *table, struct err *e) { return reader_open_for(r, path, format, table, NULL, e); }

enum status reader_open_for(struct reader *r, const char *path, const char *format, const char *table, const struct reader_wants *wants, struct err *e) {
  *r = (struct reader){.path = path};
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a pipe must not keep us waiting: it is refused below */
  if (fd < 0) return err_errno(e, errno, "cannot open %s", path);
  return reader_open_fd(r, fd, path, format, table, wants, e);
}

enum status reader_each(struct reader *r, enum status (*row)(void *, const struct reader_row *, struct err *), void *ctx, struct err *e) {
  return r->driver->each(r, row, ctx, e);
}

void reader_close(struct reader *r) {
  if (r->driver) r->driver->close(r);
  arena_drop(&r->arena);
  *r = (struct reader){0};
}

uint32_t reader_column_of(const struct reader *r, const char *name) {
  uint32_t found = UINT32_MAX, times = 0;
  for (uint32_t i = 0; i < r->column_count; i++) {
    if (strcmp(r->columns[i].name, name) == 0) return i;
    if (strcasecmp(r->columns[i].name, name) == 0) found = i, times++;
  }
  return times == 1 ? found : UINT32_MAX;
}

const char *reader_label_of(const struct reader_column *c, double value) {
  uint32_t low = 0, high = c->label_count;
  while (low < high) {
    uint32_t mid = low + (high - low) / 2;
    if (!c->labels[mid].tag && c->labels[mid].value < value) low = mid + 1;
    else high = mid;
  }
  return low < c->label_count && !c->labels[low].tag && c->labels[low].value == value ? c->labels[low].text : NULL;
}
