/* bulk_sqlite.h - the virtual table that feeds a bulk append: one statement takes thousands of rows out of memory, which
 * costs about half of what a bound statement per row does. For store_sqlite.c only. */
#ifndef STORE_BULK_SQLITE_H
#define STORE_BULK_SQLITE_H

#include <sqlite3.h>

#include "store/store.h"

struct feed { /* rows waiting to be appended */
  const struct store_value *values; /* rows * columns */
  uint32_t columns;
  size_t rows;
};

/* Registers an eponymous table `name` with columns c0, c1, ... that reads `f` whenever it is scanned. */
int feed_register(sqlite3 *db, const char *name, struct feed *f);

#endif
