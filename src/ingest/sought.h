/* sought.h - by what each source of a programme is known in a workbook, for a reader that must tell one household's tables and labels apart. */
#ifndef INGEST_SOUGHT_H
#define INGEST_SOUGHT_H

#include "ingest/mapping.h"

/* *out lives in the arena; NULL where `src` is none of the programme's sources. ERR_MEMORY. */
enum status sought_book(struct arena *a, const struct programme *p, const struct source *src, const struct reader_book **out, struct err *e) MUST_CHECK;

#endif
