/* refdata.h - reads the data and reference tables that the estimators are checked against.
 *
 * They are not in the repository. LUCID_TEST_DATA names the folder (else ../shared/data is tried). The income survey is read
 * from the package's own file, which `./start` fetches: LUCID_EUSILC_RDATA, else programmes/eu-silc/data/eusilc.RData. What is absent makes its tests skip, by name. */
#ifndef REFDATA_H
#define REFDATA_H

#include <lzma.h>
#include <math.h>
#include <rdata/rdata.h>
#include <readstat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "unit.h"

struct refdata {
  uint32_t rows, cols, cap;
  char **names;  /* cols */
  char **cells;  /* rows x cols, "" = missing */
};

static inline const char *ref_folder(void) {
  const char *f = getenv("LUCID_TEST_DATA");
  return f && *f ? f : "../shared/data";
}

/* One cell from *at: with quotes undone in place. Moves past the comma; *last tells the end of the line. */
static inline char *ref_cell(char **at, bool *last) {
  char *p = *at, *out, *start;
  if (*p == '"') {
    out = start = ++p;
    while (*p && !(*p == '"' && p[1] != '"')) {
      if (*p == '"') p++;
      *out++ = *p++;
    }
    if (*p) p++;
  } else {
    start = p;
    while (*p && *p != ',' && *p != '\n' && *p != '\r') p++;
    out = p;
  }
  *last = *p != ',';
  if (*p == '\r') p++;
  *at = *p ? p + 1 : p;
  *out = 0;
  return start;
}

static inline void ref_read_csv(struct arena *a, const char *path, struct refdata *d) {
  struct err e;
  char *text;
  size_t len;
  assert_ok(file_read(a, path, 64 << 20, &text, &len, &e), &e);
  memset(d, 0, sizeof *d);
  char *names[200], *at = text;
  bool last = false;
  while (!last) names[d->cols++] = ref_cell(&at, &last);
  d->names = arena_copy(a, names, d->cols * sizeof *names);
  uint32_t lines = 0;
  for (char *p = at; *p; p++) lines += *p == '\n';
  d->cells = arena_array(a, (size_t)(lines + 1) * d->cols, sizeof *d->cells);
  while (*at) {
    last = false;
    for (uint32_t c = 0; c < d->cols; c++) d->cells[(size_t)d->rows * d->cols + c] = last ? (char *)"" : ref_cell(&at, &last);
    d->rows++;
  }
}

static inline uint32_t ref_column(const struct refdata *d, const char *name) {
  for (uint32_t c = 0; c < d->cols; c++)
    if (!strcmp(d->names[c], name)) return c;
  fail_msg("no column %s", name);
  return 0;
}

static inline const char *ref_text(const struct refdata *d, uint32_t row, uint32_t col) { return d->cells[(size_t)row * d->cols + col]; }

static inline double ref_number(const char *s) {
  double v;
  return number_double(s, strlen(s), &v) ? v : NAN;
}

static inline double *ref_numbers(struct arena *a, const struct refdata *d, const char *name) {
  uint32_t c = ref_column(d, name);
  double *v = arena_array(a, d->rows + 1, sizeof *v);
  for (uint32_t i = 0; i < d->rows; i++) v[i] = ref_number(ref_text(d, i, c));
  return v;
}

/* Text to codes in order of first appearance. */
static inline uint32_t *ref_codes(struct arena *a, const struct refdata *d, const char *name) {
  uint32_t c = ref_column(d, name), n = 0;
  uint32_t *v = arena_array(a, d->rows + 1, sizeof *v);
  double *number = ref_numbers(a, d, name);
  const char *seen[64];
  for (uint32_t i = 0; i < d->rows; i++) {
    if (number[i] >= 0) {
      v[i] = (uint32_t)number[i];
      continue;
    }
    uint32_t k = 0;
    while (k < n && strcmp(seen[k], ref_text(d, i, c)) != 0) k++;
    if (k == n && n < 64) seen[n++] = ref_text(d, i, c);
    v[i] = k;
  }
  return v;
}

/* "all" or "column=value": NULL or 1 where it holds. */
static inline double *ref_part(struct arena *a, const struct refdata *d, const char *domain) {
  if (!strcmp(domain, "all")) return NULL;
  const char *eq = strchr(domain, '=');
  uint32_t c = ref_column(d, arena_strn(a, domain, (size_t)(eq - domain)));
  double *part = arena_array(a, d->rows + 1, sizeof *part);
  for (uint32_t i = 0; i < d->rows; i++) part[i] = !strcmp(ref_text(d, i, c), eq + 1);
  return part;
}

/* Stata files: numbers and text as text with all digits. */
struct ref_stata { struct arena *a; struct refdata *d; };
static inline int ref_stata_meta(readstat_metadata_t *m, void *ctx) {
  struct ref_stata *s = ctx;
  s->d->rows = (uint32_t)readstat_get_row_count(m), s->d->cols = (uint32_t)readstat_get_var_count(m);
  s->d->names = arena_array(s->a, s->d->cols, sizeof *s->d->names);
  s->d->cells = arena_array(s->a, (size_t)s->d->rows * s->d->cols, sizeof *s->d->cells);
  return READSTAT_HANDLER_OK;
}
static inline int ref_stata_variable(int index, readstat_variable_t *v, const char *labels, void *ctx) {
  struct ref_stata *s = ctx;
  (void)labels;
  s->d->names[index] = arena_str(s->a, readstat_variable_get_name(v));
  return READSTAT_HANDLER_OK;
}
static inline int ref_stata_value(int row, readstat_variable_t *v, readstat_value_t value, void *ctx) {
  struct ref_stata *s = ctx;
  char **cell = &s->d->cells[(size_t)row * s->d->cols + (size_t)readstat_variable_get_index(v)];
  if (readstat_value_is_missing(value, v))
    *cell = arena_str(s->a, "");
  else if (readstat_value_type(value) == READSTAT_TYPE_STRING)
    *cell = arena_str(s->a, readstat_string_value(value) ? readstat_string_value(value) : "");
  else
    *cell = arena_printf(s->a, "%.17g", readstat_double_value(value));
  return READSTAT_HANDLER_OK;
}
static inline void ref_read_stata(struct arena *a, const char *path, struct refdata *d) {
  struct ref_stata s = {a, d};
  memset(d, 0, sizeof *d);
  readstat_parser_t *p = readstat_parser_init();
  readstat_set_metadata_handler(p, ref_stata_meta);
  readstat_set_variable_handler(p, ref_stata_variable);
  readstat_set_value_handler(p, ref_stata_value);
  assert_int_equal(readstat_parse_dta(p, path, &s), READSTAT_OK);
  readstat_parser_free(p);
}

/* Skips the test when the file is absent, saying so; else its path in the arena. */
static inline const char *ref_need(struct arena *a, const char *file) {
  const char *path = file_join(a, ref_folder(), file);
  if (!file_exists(path)) {
    print_message("skip reference data: %s is absent (LUCID_TEST_DATA)\n", path);
    arena_drop(a);
    skip();
  }
  return path;
}
/* The one table of an xz-compressed .RData: unpacked into a temporary file, which librdata can read. Factors become their labels. */
enum { REF_COLUMNS = 64, REF_LABELS = 64 };
struct ref_r { struct arena *a; struct refdata *d; char **column[REF_COLUMNS]; uint32_t label_count; char *labels[REF_LABELS]; };
static inline int ref_r_table(const char *name, void *ctx) { return (void)name, (void)ctx, 0; }
static inline int ref_r_label(const char *label, int index, void *ctx) {
  struct ref_r *r = ctx;
  assert_true(index < REF_LABELS);
  r->labels[index] = arena_str(r->a, label), r->label_count = (uint32_t)index + 1;
  return 0;
}
static inline int ref_r_column(const char *name, rdata_type_t type, void *data, long count, void *ctx) {
  struct ref_r *r = ctx;
  (void)name;
  assert_true(r->d->cols < REF_COLUMNS);
  r->d->rows = (uint32_t)count;
  char **cells = r->column[r->d->cols++] = arena_array(r->a, (size_t)count, sizeof *cells);
  for (long i = 0; i < count; i++) {
    int whole = type == RDATA_TYPE_INT32 || type == RDATA_TYPE_LOGICAL ? ((int *)data)[i] : 0;
    double v = type == RDATA_TYPE_REAL ? ((double *)data)[i] : whole == INT32_MIN ? NAN : whole;
    cells[i] = isnan(v) ? arena_str(r->a, "") : r->label_count ? r->labels[whole - 1] : arena_printf(r->a, "%.17g", v);
  }
  r->label_count = 0;
  return 0;
}
static inline int ref_r_name(const char *name, int index, void *ctx) {
  struct ref_r *r = ctx;
  assert_true(index < REF_COLUMNS);
  r->d->names[index] = arena_str(r->a, name);
  return 0;
}
static inline void ref_read_rdata(struct arena *a, const char *path, struct refdata *d) {
  struct err e;
  char *packed;
  size_t len, in = 0, out = 0;
  assert_ok(file_read(a, path, 64 << 20, &packed, &len, &e), &e);
  uint64_t limit = UINT64_MAX;
  size_t room = 64 << 20;
  uint8_t *raw = malloc(room);
  assert_non_null(raw);
  assert_int_equal(lzma_stream_buffer_decode(&limit, 0, NULL, (const uint8_t *)packed, &in, len, raw, &out, room), LZMA_OK);
  char temporary[] = "/tmp/refdata-XXXXXX";
  int fd = mkstemp(temporary);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, raw, out), (long)out);
  close(fd);
  free(raw);
  memset(d, 0, sizeof *d);
  d->names = arena_array(a, REF_COLUMNS, sizeof *d->names);
  struct ref_r *r = arena_new(a, struct ref_r);
  r->a = a, r->d = d;
  rdata_parser_t *p = rdata_parser_init();
  rdata_set_table_handler(p, ref_r_table);
  rdata_set_column_handler(p, ref_r_column);
  rdata_set_column_name_handler(p, ref_r_name);
  rdata_set_value_label_handler(p, ref_r_label);
  rdata_error_t rc = rdata_parse(p, temporary, r);
  free(p->io->io_ctx); /* librdata forgets these four bytes */
  rdata_parser_free(p);
  unlink(temporary);
  assert_int_equal(rc, RDATA_OK);
  d->cells = arena_array(a, (size_t)d->rows * d->cols, sizeof *d->cells);
  for (uint32_t i = 0; i < d->rows; i++)
    for (uint32_t c = 0; c < d->cols; c++) d->cells[(size_t)i * d->cols + c] = r->column[c][i];
}

static inline void ref_read_eusilc(struct arena *a, struct refdata *d) {
  const char *path = getenv("LUCID_EUSILC_RDATA");
  if (!path || !*path) path = "programmes/eu-silc/data/eusilc.RData";
  if (!file_exists(path)) {
    print_message("skip the income survey: absent: %s (LUCID_EUSILC_RDATA; ./start fetches it)\n", path);
    arena_drop(a);
    skip();
  }
  ref_read_rdata(a, path, d);
}

#endif
