/* ingest.h - outside files into validated rows.
 *
 * A reader (CSV, .dta, .RData, .rds) yields rows of text or numbers; the mapping says which column is which field; the
 * codebook validates; good rows go to a sink, refused ones to a quarantine CSV with the reason beside each. All or
 * nothing per file unless the caller asks for the good rows. Memory is constant in the file's size, except that
 * a joined pair of files is read household file first. The sink is the registry's import (registry/import.h) or a test. */
#ifndef INGEST_INGEST_H
#define INGEST_INGEST_H

#include "base/progress.h"
#include "programme/programme.h"

/* One validated row, borrowed for the call. cells has one cell for each *collected* field of the level, in order. */
struct ingest_row {
  uint32_t level;
  struct span household_key; /* text of the household's own number */
  struct span member_key;    /* members and lines: number within the household ("" = by position) */
  struct span village_key;   /* LEVEL_VILLAGE: area code */
  const struct cell *cells;
  uint64_t source_row;       /* 1-based row in the file, headings not counted */
};

struct ingest_sink {
  /* Rows of one household come together only when the file has them so; the sink must not rely on order. */
  enum status (*row)(void *ctx, const struct ingest_row *row, struct err *e);
  void *ctx;
};

struct ingest_options {
  const char *data_dir;      /* where source files are looked for; NULL = the programme's data/ folder */
  const char *map_file;      /* `--map`, or NULL */
  bool guess;                /* no mapping given: guess from names and labels */
  bool keep_good;            /* refuse rows, not the file */
  const char *refused_path;  /* CSV of refused rows; NULL = none written */
  struct progress *progress;
};

struct ingest_counts { uint64_t rows_read, rows_good, rows_refused, households, members; const char *encoding; };

/* Reads one source of the programme (or a file with a mapping) into the sink. ERR_INPUT when rows were refused and
 * keep_good is false: the sink's owner must then drop what it was given. */
enum status ingest_source(struct programme *p, const struct source *src, const struct ingest_options *o,
                          struct ingest_sink *sink, struct ingest_counts *counts, struct err *e) MUST_CHECK;

#endif
