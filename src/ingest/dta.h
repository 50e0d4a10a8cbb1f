/* dta.h - Stata's .dta files, versions 108 (Stata 6) to 119.
 *
 * A .dta is a head, rows of one fixed width, long texts and value labels: we read it out of the mapped bytes with our own bounded
 * cursor (layout: Stata's `help dta` and `help dta_113`..`dta_117`). libreadstat 1.1 reads it too, but runs past the end of its own
 * buffers on damaged files; it writes our files and, in the tests, the ones we read.
 *
 * Values keep what Stata knew: "." is empty, .a to .z are missing codes of their own, %td and %tc numbers are dates, value
 * labels stand beside the numbers. Files before version 118 don't say their encoding: UTF-8 when every text is, GB18030 when the
 * bytes beyond ASCII come in pairs as Chinese does, else Windows-1252; the choice is told.
 * The bytes are copied first (ingest/unpack.h), so a packed .dta is read too. Memory: names, labels and one row; 24 bytes a long text. */
#ifndef INGEST_DTA_H
#define INGEST_DTA_H

#include "base/file.h"
#include "ingest/reader.h"

enum status dta_open(struct reader *r, int fd, struct err *e) MUST_CHECK;

/* ---- the file taken apart: for dta.c and its test ---- */

enum dta_type { DTA_BYTE, DTA_INT, DTA_LONG, DTA_FLOAT, DTA_DOUBLE, DTA_TEXT, DTA_LONG_TEXT };

struct dta_variable {
  enum dta_type type;
  uint32_t at, width;          /* in a row, bytes */
  struct span name, format, set, label; /* bytes as they stand in the file */
};

struct dta_long_text { uint64_t v, o; struct span text; };

struct dta_set { /* value labels under one name */
  struct span name;
  uint32_t count;
  const uint8_t *offsets, *values, *text;
  uint32_t text_len;
};

struct dta_file {
  const char *path; /* for messages */
  const uint8_t *bytes;
  size_t len;
  int version;
  bool big_endian;
  uint32_t variable_count, row_width;
  uint64_t rows;
  struct dta_variable *variables;
  const uint8_t *data;          /* rows x row_width, all inside the file */
  struct dta_long_text *long_texts; /* sorted by v, o */
  uint64_t long_text_count;
  struct dta_set *sets;
  uint32_t set_count;
};

/* Every offset of the result lies in the bytes. ERR_INPUT with the place when the file is damaged or cut. */
enum status dta_parse(struct arena *a, const uint8_t *bytes, size_t len, const char *path, struct dta_file *f, struct err *e) MUST_CHECK;
uint64_t dta_uint(const struct dta_file *f, const uint8_t *at, unsigned bytes); /* in the file's byte order */

#endif
