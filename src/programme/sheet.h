/* sheet.h - the CSV tables of a programme folder (areas, fields, lines, places), read strictly into a tree.
 *
 * RFC 4180, UTF-8 with or without a byte order mark, comma-separated, one heading line. The programme's own tables are
 * written with care and read whole, so nothing is guessed: a row with more or fewer cells than the heading, a stray quote or
 * a heading that stands twice is a problem with line and column. (The reader for data files, which are large and come as
 * they come, is ingest's.)
 *
 * A table becomes a list of maps from heading to cell; an empty cell is left out, as an absent key is in YAML. A heading
 * with a dot makes a map inside: `label.en`, `label.zh`. Lines that are empty are passed over. */
#ifndef PROGRAMME_SHEET_H
#define PROGRAMME_SHEET_H

#include "programme/tree.h"

#define SHEET_COLUMNS_MAX 200u

/* NULL when nothing could be read. A list, perhaps empty. */
const struct tree *sheet_read(struct problems *list, const char *file, const char *data, size_t len);

#endif
