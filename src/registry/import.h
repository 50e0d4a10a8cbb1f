/* import.h - the steps of an import, for callers that bring rows of their own (tests, later the server): begin, name a
 * source, give rows to the sink, finish. `registry_import` (registry.h) is these steps over the programme's sources.
 *
 * Between begin and finish nothing of the registry is locked. Finish merges in one transaction; an import that changes
 * nothing leaves no event. Close in every case. */
#ifndef REGISTRY_IMPORT_H
#define REGISTRY_IMPORT_H

#include "registry/stage.h"

struct import {
  struct registry *r;
  struct round_info round;
  struct stage stage;
  bool dry;
  const char *kind, *detail; /* of the event; NULL = "import", the round's name */
};

/* `round` NULL = the open one. ERR_CONFLICT when it is closed, ERR_NOT_FOUND when there is none. */
enum status import_begin(struct import *im, struct registry *r, const char *round, bool dry_run, struct err *e) MUST_CHECK;
enum status import_finish(struct import *im, const char *source, const char *source_hash, struct progress *pr, struct import_counts *out, struct err *e) MUST_CHECK;
void import_close(struct import *im);
/* Sources that need not be the programme's own (a file with a map). Paths of their files are relative to o->data_dir. */
enum status import_from(struct registry *r, const char *round, const struct source *const *src, uint32_t count, const struct ingest_options *o, bool dry_run, struct import_counts *out, struct err *e) MUST_CHECK;

#endif
