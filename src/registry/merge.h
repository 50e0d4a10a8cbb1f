/* merge.h - staged rows into the registry, in one write transaction, as versions of one event.
 *
 * Within a home, households go in key order. Into an empty registry that is the order they came in; otherwise the work
 * file is asked for it. A household known by its number keeps its key (also one that was ended before). A
 * source that does not give a field leaves its value alone.
 *
 * Lists (members, lines): the list of a household is *taken* in this round when the import gives a row of it, or when a
 * source of that level was read, the household is in the import, and the programme says that no rows mean an empty list
 * (`levels: empty: taken`, the default for lines: no crops is an answer; a household without members was not asked). Taken in a new round, or without numbers for its rows, a list replaces the one
 * before: who is not on it has left, and their rows end. Within the same round a re-import only adds and changes. */
#ifndef REGISTRY_MERGE_H
#define REGISTRY_MERGE_H

#include "registry/stage.h"

/* Inside a transaction of the caller's (a read transaction when w->dry). ERR_INPUT: a member or line whose household is
 * nowhere; two rows of a household with the same number (both rows are named). */
enum status merge_run(struct stage *s, struct writer *w, struct progress *pr, struct err *e) MUST_CHECK;

#endif
