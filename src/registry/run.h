/* run.h - the two halves of recording a run, for those who record more in the same transaction. Not for other rooms. */
#ifndef REGISTRY_RUN_H
#define REGISTRY_RUN_H

#include "registry/core.h"

/* The run's file beside the snapshot, and its hash in the run. */
enum status run_file(struct registry *r, struct run_record *run, const void *data, size_t len, struct err *e) MUST_CHECK;
/* The run's row, inside a transaction; gives it its id. */
enum status run_row(struct registry *r, struct run_record *run, struct err *e) MUST_CHECK;

#endif
