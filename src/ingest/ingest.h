/* ingest.h - outside files into validated rows.
 *
 * A reader (ingest/reader.h: CSV, .xlsx, .dta, .RData, .rds) yields rows of texts and numbers; the mapping says which column is which field;
 * the codebook validates; good rows go to a sink, refused ones to a CSV or a workbook with the reason beside each. All or nothing per
 * file unless the caller asks for the good rows. Memory is constant in the file's size. The sink is the registry's import or a test.
 *
 * A flat file has one row a person on which the household's fields repeat. The household is given to the sink once for every run of
 * consecutive rows, with `repeated` set; within a run ingest names a disagreement (household, field, both values and rows) and
 * refuses the row, between runs the sink compares.
 *
 * With keep_good a household is kept whole or not at all: where one row of a household is refused, the other rows of it are too (a
 * household without one of its members would be counted wrong). For that the file is read twice; a pipe can't be, and is refused. */
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
  const uint64_t *mapped;    /* bit i: the source gives collected field i. The other cells are ABSENT_EMPTY because nobody said anything */
  bool repeated;             /* a household out of a flat file: it may come again, and must then agree */
  uint64_t source_row;       /* 1-based row in the file, headings not counted */
};

struct ingest_sink {
  /* Rows of one household come together only when the file has them so; the sink must not rely on order.
   * ERR_INPUT refuses the row, with the message as its problem; the sink has then taken nothing of it. Any other status
   * stops the file and is returned as it is. */
  enum status (*row)(void *ctx, const struct ingest_row *row, struct err *e);
  void *ctx;
  /* With keep_good: a row of that household's list was refused, so the list is not whole: rows that did not come say nothing. An empty
   * span: nobody can tell whose row it was. May be NULL. */
  enum status (*refused)(void *ctx, uint32_t level, struct span household_key, struct err *e);
  /* The household's own workbook, or its form, has no table for that list: when no rows come, that is no answer. May be NULL. */
  enum status (*not_asked)(void *ctx, uint32_t level, struct span household_key, struct err *e);
};

struct ingest_options {
  const char *data_dir;      /* where source files are looked for, or a workbook with a sheet a source; NULL = the programme's data/ folder */
  const char *sheet;         /* of a workbook; NULL = the source's `table`, or the one that fits */
  const char *map_file;      /* `--map`, or NULL */
  bool guess;                /* no mapping given: guess from names and labels (without it, only from equal names) */
  bool keep_good;            /* refuse rows, not the file */
  const char *refused_path;  /* CSV of refused rows, made when there are some; NULL = none written */
  const bool *not_asked;     /* by level: lists that the household's own workbook has no sheet for; NULL = every list is asked for */
  struct refused_book *refused_book; /* open for a refused_path that is a workbook's: shared by the sources of one import */
  void (*in_words)(const char *english, char *out, size_t size); /* the reasons beside refused rows, in the reader's language; NULL = English */
  struct progress *progress;
};

struct ingest_counts {
  uint64_t rows_read, rows_good, rows_refused, households, members; /* households: runs of rows in a flat file */
  const char *encoding;      /* "UTF-8", "GB18030", "WINDOWS-1252" */
  char notes[2400];           /* for the person: mapped columns that hold nothing at all; "" = none */
};

/* Reads one source of the programme (or a file with a mapping) into the sink. ERR_INPUT when rows were refused and keep_good is
 * false: the sink's owner must then drop what it was given (after the first refused row it gets no more). ERR_NOT_FOUND
 * with the source's fetch hint when the file is absent; ERR_CANCELLED when the progress asked to stop. `counts` is filled as far as it came. */
enum status ingest_source(struct programme *p, const struct source *src, const struct ingest_options *o,
                          struct ingest_sink *sink, struct ingest_counts *counts, struct err *e) MUST_CHECK;

/* The path of the file that ingest_source would read; in the arena. ERR_NOT_FOUND when it is absent. */
enum status ingest_path(struct arena *a, const struct programme *p, const struct source *src, const struct ingest_options *o, const char **out, struct err *e) MUST_CHECK;
/* Whether the source's file lies where ingest_source would look for it. */
bool ingest_there(const struct programme *p, const struct source *src, const char *data_dir);

/* The same for every source of the programme and one workbook, opened once where it holds forms; there[] has one for each. True: it holds forms. */
bool ingest_there_in(const struct programme *p, const char *book, bool *there);

/* What the mapping will be, to show before it is used: one line a column of the file. */
struct ingest_match {
  const char *column, *label; /* of the file; label NULL where there is none */
  const char *field;          /* "household.hhsize", "members.age", "(household key)", ...; NULL = not imported */
  const char *why;            /* "programme", "map file", "same name", "label", "known word" */
};
/* Opens the file and maps it without reading rows. Results live in the arena. Errors as ingest_source. */
enum status ingest_preview(struct arena *a, struct programme *p, const struct source *src, const struct ingest_options *o,
                           const struct ingest_match **out, uint32_t *count, struct err *e) MUST_CHECK;

#endif
