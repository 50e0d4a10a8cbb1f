/* rdata.h - data frames out of R's .RData and .rds files, packed or not.
 *
 * R writes its objects as a tree in depth-first order (R Internals, "Serialization Formats"), big endian. We walk the whole
 * tree once with bounded lengths and depth, and remember where each column of each data frame begins; rows are then read
 * straight out of the mapped bytes, one cursor a column. So memory does not grow with the rows, and there is one parser, ours, between
 * the bytes and the program.
 *
 * Read: integer, double, logical and text columns; factors (as the text of their level); Date and POSIXct (as a date);
 * bit64's integer64 (as text, exact); haven's labels and tagged missing values; compact sequences and other deferred
 * forms (ALTREP) of R 3.5 and later. NA is empty; NaN is a number that validation refuses. List and matrix columns have
 * type READER_OTHER. Functions, environments and whatever else lies in a workspace are passed over.
 * Not read: files saved with ascii=TRUE or xdr=FALSE, each told with what to do. */
#ifndef INGEST_RDATA_H
#define INGEST_RDATA_H

#include "ingest/reader.h"

#define RDATA_DEPTH_MAX 200          /* nesting of objects */
#define RDATA_MEMORY_MAX (256u << 20) /* for names and levels */

enum status rdata_open(struct reader *r, int fd, const char *table, struct err *e) MUST_CHECK;

#endif
