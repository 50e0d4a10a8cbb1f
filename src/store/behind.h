/* behind.h - full buffers of bulk appends, written by a thread of the store while its caller fills the next. For this room only.
 *
 * Each bulk has two buffers: the one being filled and the one being written, so memory is bounded and who is too quick waits. Buffers
 * are written in the order in which they were handed over. Nobody else may use the connection meanwhile: every other door of store.h
 * waits first (behind_wait). An error shows at the next call, and what waits behind it is dropped: the transaction is lost anyway.
 *
 * Off unless store_behind turned it on; the thread starts with the first full buffer, so small changes have none. Where a thread
 * cannot be had, or LUCID_THREADS is 1, all is written at once by the caller. */
#ifndef STORE_BEHIND_H
#define STORE_BEHIND_H

#include "store/driver.h"

/* Writes *fill, now or by the thread, and puts an empty buffer in its place. The error may be of an earlier one. */
enum status behind_hand(struct store_bulk *b, void **fill, struct err *e) MUST_CHECK;
/* Until all is written. The first error since the last behind_drop. */
enum status behind_wait(struct store *s, struct err *e) MUST_CHECK;
/* Drops what waits, lets what is being written end, forgets the error: the transaction is rolled back. */
void behind_drop(struct store *s);
/* Ends the thread. */
void behind_stop(struct store *s);

#endif
