/* refdata.h - reads the data and reference tables that the estimators are checked against.
 *
 * They are not in the repository. LUCID_TEST_DATA names the folder (else ../shared/data is tried); LUCID_EUSILC_CSV names the income survey
 * as CSV with its original headings. What is absent makes its tests skip, by name. */
#ifndef REFDATA_H
#define REFDATA_H

#include <math.h>
#include <readstat.h>

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
    print_message("skip: %s is absent (LUCID_TEST_DATA)\n", path);
    arena_drop(a);
    skip();
  }
  return path;
}
static inline const char *ref_need_eusilc(struct arena *a) {
  const char *path = getenv("LUCID_EUSILC_CSV");
  if (!path || !*path || !file_exists(path)) {
    print_message("skip: LUCID_EUSILC_CSV does not name the income survey\n");
    arena_drop(a);
    skip();
  }
  return path;
}

#endif
