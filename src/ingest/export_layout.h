/* export_layout.h - a source's columns, ready to be written from a segment. For ingest/export_source.c and ingest/export_form.c only. */
#ifndef INGEST_EXPORT_LAYOUT_H
#define INGEST_EXPORT_LAYOUT_H

#include "ingest/export_source.h"
#include "ingest/sheet_out.h"

enum part { PART_HOUSEHOLD, PART_NUMBER, PART_VILLAGE, PART_FIELD, PART_AROUND /* an area around the place of `field` */ };

struct layout_column {
  enum part part;
  struct span heading;
  const struct field *field;
  uint32_t level, at;     /* the field's column in the segment */
  bool by_name;           /* a place: its name, not its code */
  bool percent;           /* kept as a share, written as a percentage */
  const struct source_map *map; /* PART_FIELD */
  uint32_t around_level;  /* PART_AROUND: level of the area that is named */
};

struct layout {
  const struct export_from *from;
  const struct source *src;
  struct layout_column *columns;
  uint32_t count;
  enum language lang;
  struct sheet_out *out;
};

/* What is left out is counted. Errors as export_source. */
enum status export_layout_open(struct layout *l, struct arena *a, const struct export_from *from, const struct source *src, struct export_source_counts *counts, struct err *e) MUST_CHECK;
/* Writes one cell of a row into l->out. `number`: the row's place in its household, from 1. */
enum status export_layout_put(const struct layout *l, const struct layout_column *c, const struct segment *s, uint64_t household, uint64_t row, uint64_t number, struct err *e) MUST_CHECK;
/* What each column holds, and the words of its list: those that export_layout_put writes. In the arena. */
enum status export_layout_kinds(const struct layout *l, struct arena *a, struct sheet_column **out, struct err *e) MUST_CHECK;

#endif
